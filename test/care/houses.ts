import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test as base } from 'vitest';
import { wallTime } from '../../src/base/time.ts';
import type { Committed, PhaseMirror } from '../../src/hub/ports.ts';
import { openJournal } from '../../src/journal/journal.ts';

export const disarmed: PhaseMirror = { state: 'disarmed', mode: null };
export const away: PhaseMirror = { state: 'armed_away', mode: 'away' };

/** Appends so many rows to the log of a data directory, with the saved parts of a hub, and ends in this phase. */
export async function live(data: string, rows: number, phase: PhaseMirror): Promise<void> {
  const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  const opened = await openJournal(data, { boot, evidencePublicKey: null });
  if (!opened.ok) throw new Error(opened.why);
  const { journal } = opened;
  for (let n = 0; n < rows; n += 1) {
    const row = { type: 'open', data: { n }, sealed: false, clock: 'trusted', monotonicMs: n } as const;
    const parts = { panel: JSON.stringify({ n, phase: phase.state }), stations: '{"nextReport":7}', devices: '{}' };
    const entry = { rows: [{ ...row, at: wallTime(1_795_000_000_000 + n) }], parts, phase, erase: n === rows - 1 };
    const done = await new Promise<Committed>((resolve) => journal.append(entry, resolve));
    if (!done.ok) throw new Error(done.why);
  }
  await journal.close();
}

/** A folder with a data directory that a hub has lived in, and a config with its secrets beside it. */
export interface Lived {
  readonly dir: string;
  readonly data: string;
  readonly config: string;
}

export const smallFiles: Readonly<Record<string, string>> = {
  'users.json': '{"people":"hashes"}\n',
  'pepper.key': 'marmalade\n',
  'locks.json': '{"locks":1}\n',
  'reviews.json': '{"due":[]}\n',
  'accepted.json': '{"site":"hub-1"}\n',
  'evidence.pub': 'age1public\n',
  'modem.json': '{}\n',
  'signing.key': 'quince\n',
};

let made: Promise<string> | null = null;

/** Made once and copied: a journal takes a second to open and close. */
function template(): Promise<string> {
  made ??= (async () => {
    const dir = mkdtempSync(join(tmpdir(), 'lantern-lived-'));
    process.on('exit', () => rmSync(dir, { recursive: true, force: true }));
    const data = join(dir, 'data');
    await live(data, 40, disarmed);
    for (const [name, text] of Object.entries(smallFiles)) writeFileSync(join(data, name), text, { mode: 0o600 });
    mkdirSync(join(dir, 'etc', 'credentials'), { recursive: true });
    writeFileSync(join(dir, 'etc', 'config.yaml'), 'site: { id: hub-1 }\n', { mode: 0o640 });
    writeFileSync(join(dir, 'etc', 'secrets.yaml'), 'sim_pin: "4711"\n', { mode: 0o600 });
    writeFileSync(join(dir, 'etc', 'credentials', 'lantern_pepper'), 'p'.repeat(32), { mode: 0o600 });
    return dir;
  })();
  return made;
}

/** A copy for one story. */
export async function makeLived(): Promise<Lived & { end(): void }> {
  const dir = mkdtempSync(join(tmpdir(), 'lantern-care-'));
  cpSync(await template(), dir, { recursive: true });
  const end = (): void => rmSync(dir, { recursive: true, force: true });
  return { dir, data: join(dir, 'data'), config: join(dir, 'etc', 'config.yaml'), end };
}

export const test = base.extend<{ lived: Lived }>({
  // biome-ignore lint/correctness/noEmptyPattern: vitest reads the wanted fixtures from the pattern
  lived: async ({}, use) => {
    const lived = await makeLived();
    await use(lived);
    lived.end();
  },
});

/** Locks, and what a reader leaves beside a database: empty, all of them. */
const nothingIn = /^(?:lock\.db(?:-journal)?|lantern\.db-(?:wal|shm))$/;

/** Every file below a folder and what is in it. */
export function filesIn(folder: string): Readonly<Record<string, string>> {
  const found = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !nothingIn.test(entry.name))
    .map(({ parentPath, name }) => join(parentPath, name))
    .sort();
  return Object.fromEntries(found.map((path) => [path.slice(folder.length + 1), readFileSync(path, 'latin1')]));
}
