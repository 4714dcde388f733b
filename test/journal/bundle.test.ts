import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { generateX25519Identity, identityToRecipient } from 'age-encryption';
import { describe, expect, it } from 'vitest';
import { openBundle, writeBundle } from '../../src/journal/bundle.ts';
import { verifyChain } from '../../src/journal/read.ts';
import { append, at, entry, freshDir, open, row, sealed, sealedCount, tamper, until } from './bench.ts';
import { itWith } from './needs.ts';

const companions = resolve(import.meta.dirname, '../../scripts/evidence');
const made = Date.UTC(2026, 10, 30, 12, 0, 0);

interface Bundle {
  readonly dir: string;
  readonly file: string;
  readonly identity: string;
}

/** A night with everything in it: an alarm, a silent one, a clock that was not right, letters of every kind. */
async function bundleOfANight(spoil: (dir: string) => void = () => {}): Promise<Bundle> {
  const dir = freshDir();
  const identity = await generateX25519Identity();
  const { journal } = await open(dir, { evidencePublicKey: await identityToRecipient(identity) });
  const early = { clock: 'untrusted', at: 0 as typeof at } as const;
  await append(
    journal,
    entry(
      { ...row('started', { state: 'fresh', phase: 'disarmed' }), ...early },
      { ...row('fault', { fault: 'lost:hall' }), ...early },
      row('clock-stepped', { byMs: at }),
      row('armed', { mode: 'away', by: 'p1', bypassed: [] }),
    ),
  );
  await append(journal, entry(sealed('alarm-raised', { alarm: 's1', kind: 'personal', zones: ['button'] })));
  await until(() => sealedCount(dir) === 1);
  await append(
    journal,
    entry(
      row('alarm-raised', { alarm: 'a1', kind: 'intruder', zones: ['back-window', 'hall'] }),
      row('odd', { text: 'pä|"\u2028\u{1f3ee}\n', list: [1, null], more: { a: 1 } }),
    ),
  );
  await journal.close();
  spoil(dir);
  return { dir, identity, file: join(mkdtempSync(join(tmpdir(), 'lantern-bundle-')), 'night.tar') };
}

function written(bundle: Bundle) {
  return writeBundle(bundle.dir, bundle.file, companions, made);
}

/** Unpacked by the machine's own tar. */
function unpacked({ file }: Bundle): string {
  const into = mkdtempSync(join(tmpdir(), 'lantern-bundle-'));
  const ran = spawnSync('tar', ['-xf', file, '-C', into], { encoding: 'utf8' });
  if (ran.status !== 0) throw new Error(ran.stderr);
  return join(into, 'lantern-evidence');
}

/** One night for all who only read it, or change what they unpacked. */
let night: Promise<Bundle> | null = null;
async function aNight(): Promise<Bundle> {
  night ??= bundleOfANight().then((bundle) => {
    written(bundle);
    return bundle;
  });
  return night;
}

const text = (folder: string, name: string): string => readFileSync(join(folder, name), 'utf8');

function python(folder: string, script: string, ...args: readonly string[]) {
  const { status, stdout, stderr } = spawnSync('python3', [join(folder, script), ...args], { encoding: 'utf8' });
  return { status, stdout, stderr };
}

async function openedRows(file: string, identity: string): Promise<readonly unknown[]> {
  const key = join(mkdtempSync(join(tmpdir(), 'lantern-key-')), 'key.txt');
  writeFileSync(key, `# created: today\n# public key: age1…\n${identity}\n`);
  const opened = await openBundle(file, key);
  if (!opened.ok) return [opened.why];
  const rows: unknown[] = [];
  for await (const each of opened.rows) rows.push(each);
  return rows;
}

describe('the bundle', () => {
  itWith('tar')('holds every row as it is stored, in files that any tar unpacks', async () => {
    const bundle = await bundleOfANight();
    expect(written(bundle)).toMatchObject({ ok: true, rows: 7, whole: true });
    const folder = unpacked(bundle);
    expect(readdirSync(folder).sort()).toEqual(
      ['README.txt', 'SHA256SUMS', 'continuity.txt', 'events.jsonl', 'evidence.pub', 'head.json', 'open.py']
        .concat(['timeline.txt', 'verify.py'])
        .filter((name) => name !== 'evidence.pub' || existsSync(join(bundle.dir, 'evidence.pub'))),
    );
    const rows = text(folder, 'events.jsonl')
      .split('\n')
      .slice(0, -1)
      .map((line) => JSON.parse(line));
    expect(rows.map(({ type }) => type)).toEqual([
      'started',
      'fault',
      'clock-stepped',
      'armed',
      'sealed',
      'alarm-raised',
      'odd',
    ]);
    expect(JSON.parse(text(folder, 'head.json'))).toEqual({ seq: 7, hash: rows.at(-1).hash });
    expect(statSync(bundle.file).mode & 0o777).toBe(0o600);
  });

  itWith('tar')('tells the night in plain English, without what is sealed', async () => {
    const bundle = await bundleOfANight();
    written(bundle);
    const lines = text(unpacked(bundle), 'timeline.txt').split('\n').slice(2, -1);
    expect(lines).toEqual([
      '1970-01-01 00:00:00?      1  The hub started; the panel was disarmed.',
      '1970-01-01 00:00:00?      2  Fault: lost:hall.',
      '2026-11-21 20:29:00       3  The clock was set by 20778.9 d.',
      '2026-11-21 20:29:00       4  The panel was set to away, by p1.',
      '2026-11-21 20:29:00       6  ALARM a1: intruder, at back-window, hall.',
      '2026-11-21 20:29:00       7  odd: text pä|"\u2028\u{1f3ee} ; list 1, ; more {"a":1}.',
    ]);
  });

  itWith('tar')('says what is whole and what is not', async () => {
    const bundle = await bundleOfANight();
    written(bundle);
    const said = text(unpacked(bundle), 'continuity.txt');
    for (const line of [
      'Made 2026-11-30T12:00:00.000Z (UTC, by the clock of the machine that made it).',
      "Rows: 7, of them 1 sealed. From 1970-01-01T00:00:00.000Z to 2026-11-21T20:29:00.123Z (UTC, by the hub's clock).",
      'Rows missing: none',
      'Rows that do not follow from the one before: none',
      'Starts of the program: 1. Starts of the machine: 1.',
      '  boot-1: 7 rows, 1970-01-01T00:00:00.000Z to 2026-11-21T20:29:00.123Z',
      'Rows written while the clock was not known to be right: 1–2',
      'The clock was set, by its own rows: row 3 by 20778.9 d',
      'Rows dated earlier than the one before: none',
    ]) {
      expect(said.split('\n')).toContain(line);
    }
  });

  itWith('tar')('is made of a log with a hole too, and says where', async () => {
    const bundle = await bundleOfANight((dir) => tamper(dir, 'DELETE FROM events WHERE seq IN (2, 3)'));
    expect(written(bundle)).toMatchObject({ ok: true, rows: 5, whole: false });
    expect(text(unpacked(bundle), 'continuity.txt')).toContain('Rows missing: 2–3\n');
  });

  it('overwrites nothing', async () => {
    const bundle = await bundleOfANight();
    writeFileSync(bundle.file, 'older evidence');
    expect(written(bundle)).toEqual({
      ok: false,
      why: `${bundle.file} is there already; name another file with --out`,
    });
    expect(readFileSync(bundle.file, 'utf8')).toBe('older evidence');
  });

  it('is not left half made', async () => {
    const bundle = await bundleOfANight();
    expect(writeBundle(bundle.dir, bundle.file, '/nowhere', made)).toMatchObject({ ok: false });
    expect(existsSync(bundle.file)).toBe(false);
  });

  const refusals: readonly (readonly [string, string, RegExp])[] = [
    ['no log', '/nowhere', /no event log in \/nowhere/],
    ['no place', '', /cannot be written/],
  ];
  for (const [name, where, why] of refusals) {
    it(`refuses: ${name}`, async () => {
      const bundle = await bundleOfANight();
      const dir = where === '' ? bundle.dir : where;
      const ended = writeBundle(dir, '/nowhere/at/all.tar', companions, made);
      expect(ended.ok ? '' : ended.why).toMatch(why);
    });
  }
});

describe('verify.py, without Lantern', () => {
  itWith('python3')('says that all is as it was written', async () => {
    const folder = unpacked(await aNight());
    const ran = python(folder, 'verify.py');
    expect(ran).toMatchObject({ status: 0, stderr: '' });
    expect(ran.stdout).toContain('ok: 7 rows');
    expect(ran.stdout).toContain(`head: row 7, ${JSON.parse(text(folder, 'head.json')).hash}`);
  });

  type Change = (lines: string[]) => string[] | undefined;
  const edit =
    (line: number, from: string | RegExp, to: string): Change =>
    (lines) =>
      lines.map((each, index) => (index === line - 1 ? each.replace(from, to) : each));
  const changes: readonly (readonly [string, Change, RegExp])[] = [
    ['a letter of the data', edit(4, 'away', 'home'), /row 4 or its hash was changed/],
    ['data that means the same', edit(4, '{\\"mode\\"', '{ \\"mode\\"'), /row 4 or its hash/],
    ['a time', edit(6, '20:29', '20:28'), /row 6/],
    ['a type', edit(2, 'fault', 'fauld'), /row 2/],
    ['whether the clock was trusted', edit(1, '"untrusted"', '"trusted"'), /row 1/],
    ['the monotonic time', edit(3, '4711', '4712'), /row 3/],
    ['the boot', edit(3, 'boot-1', 'boot-2'), /row 3/],
    ['a hash', edit(3, /"hash":"./, '"hash":"x'), /row 3/],
    ['the local number', edit(3, '"local":3', '"local":4'), /row 3 has the wrong number/],
    ['a sealed row', edit(5, /YW/, 'YX'), /row 5/],
    ['a row taken out', (lines) => lines.toSpliced(2, 1), /row 3 is missing/],
    ['the first row taken out', (lines) => lines.slice(1), /row 1 is missing/],
    [
      'two rows exchanged',
      (lines) => [...lines.slice(0, 2), lines[3] ?? '', lines[2] ?? '', ...lines.slice(4)],
      /row 3/,
    ],
    ['a row twice', (lines) => [...lines.slice(0, 3), lines[2] ?? '', ...lines.slice(3)], /row 4 is missing/],
    ['the last row cut off', (lines) => lines.slice(0, -1), /rows were cut off/],
    ['no rows at all', () => [], /rows were cut off/],
    ['a line that is no row', edit(3, '{', ''), /line 3 cannot be read/],
    ['a row without a field', edit(3, '"boot"', '"boots"'), /row 3 cannot be read/],
  ];
  for (const [name, change, says] of changes) {
    itWith('python3')(`finds a change: ${name}`, async () => {
      const bundle = await aNight();
      const folder = unpacked(bundle);
      const path = join(folder, 'events.jsonl');
      const lines = readFileSync(path, 'utf8').split('\n').slice(0, -1);
      const next = change(lines) ?? lines;
      expect(next).not.toEqual(lines);
      writeFileSync(path, next.map((line) => `${line}\n`).join(''));
      const ran = python(folder, 'verify.py');
      expect(ran).toMatchObject({ status: 1, stderr: '' });
      expect(ran.stdout).toMatch(says);
    });
  }

  for (const name of ['timeline.txt', 'continuity.txt', 'README.txt', 'open.py']) {
    itWith('python3')(`finds a change in ${name}`, async () => {
      const bundle = await aNight();
      const folder = unpacked(bundle);
      writeFileSync(join(folder, name), `${text(folder, name)} `);
      expect(python(folder, 'verify.py')).toMatchObject({
        status: 1,
        stdout: `${name} is not the file that was packed\n`,
      });
    });
  }

  itWith('python3')('knows a head that was noted down earlier, and tells a log that was written anew', async () => {
    const bundle = await aNight();
    const folder = unpacked(bundle);
    const hashes = text(folder, 'events.jsonl')
      .split('\n')
      .slice(0, -1)
      .map((line) => JSON.parse(line).hash);
    for (const hash of hashes) expect(python(folder, 'verify.py', '--head', hash).status).toBe(0);
    // The same night told again is whole in itself, and not the log whose head was noted.
    const other = await bundleOfANight();
    written(other);
    const ran = python(unpacked(other), 'verify.py', '--head', hashes[6]);
    expect(ran.stdout).toContain('was never the head of this log');
    expect(ran.status).toBe(1);
  });

  itWith('python3')('agrees with log verify', async () => {
    const bundle = await bundleOfANight((dir) => tamper(dir, "UPDATE events SET data = '{}' WHERE seq = 4"));
    expect(written(bundle)).toMatchObject({ ok: true, whole: false });
    expect(verifyChain(bundle.dir)).toMatchObject({ ok: false, seq: 4 });
    expect(python(unpacked(bundle), 'verify.py').stdout).toMatch(/row 4/);
  });
});

describe('sealed rows', () => {
  const inside = { seq: 5, type: 'alarm-raised', data: { alarm: 's1', kind: 'personal', zones: ['button'] } };

  it('open with the private key', async () => {
    const bundle = await aNight();
    expect(await openedRows(bundle.file, bundle.identity)).toEqual([
      { ok: true, at: '2026-11-21T20:29:00.123Z', ...inside },
    ]);
  });

  it('stay shut to another', async () => {
    const bundle = await aNight();
    expect(await openedRows(bundle.file, await generateX25519Identity())).toEqual([
      { ok: false, seq: 5, why: expect.stringContaining('this key does not open it') },
    ]);
  });

  it('need a key', async () => {
    const bundle = await aNight();
    expect(await openedRows(bundle.file, 'age1rrs4kedzc6sxmnszv35gq')).toEqual([
      expect.stringContaining('no private key'),
    ]);
  });

  it('need a bundle', async () => {
    const bundle = await bundleOfANight();
    writeFileSync(bundle.file, 'x'.repeat(2048));
    expect(await openedRows(bundle.file, bundle.identity)).toEqual([expect.stringContaining('is no evidence bundle')]);
  });

  itWith('age')('open with age itself', async () => {
    const bundle = await aNight();
    const folder = unpacked(bundle);
    const key = join(folder, '..', 'key.txt');
    writeFileSync(key, `${bundle.identity}\n`, { mode: 0o600 });
    const ran = python(folder, 'open.py', key);
    expect([ran.status, ran.stderr]).toEqual([0, '']);
    expect(JSON.parse(ran.stdout)).toEqual({ at: '2026-11-21T20:29:00.123Z', ...inside });
  });
});
