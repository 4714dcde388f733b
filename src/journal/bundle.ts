import { createHash } from 'node:crypto';
import { createReadStream, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { JsonObject } from '../base/json.ts';
import { createContinuity } from './continuity.ts';
import { readRecipient } from './evidence.ts';
import { diskTrouble, errorCode } from './files.ts';
import { readEvents, type StoredRow } from './read.ts';
import { findInTar, type TarFile, TarWriter } from './tar.ts';
import { sentenceOf } from './timeline.ts';

const folder = 'lantern-evidence';
/** Files that come with every bundle as they are. */
const companions = ['README.txt', 'verify.py', 'open.py'];

export type Bundled =
  | { readonly ok: true; readonly rows: number; readonly head: string; readonly whole: boolean }
  | { readonly ok: false; readonly why: string };

/**
 * Writes the evidence bundle of a data directory, beside a hub that may be running on it: one tar, readable by its owner
 * alone. A file that is there already is not overwritten; a bundle that could not be finished is removed. A log that
 * is not whole is bundled all the same, and says so.
 */
export function writeBundle(dir: string, file: string, companionsIn: string, wallMs: number): Bundled {
  const first = readEvents(dir);
  if (!first.ok) return first;
  let tar: TarWriter;
  try {
    tar = new TarWriter(file, folder, wallMs);
  } catch (error) {
    if (errorCode(error) === 'EEXIST')
      return { ok: false, why: `${file} is there already; name another file with --out` };
    return { ok: false, why: `${file} cannot be written: ${diskTrouble(error)}` };
  }
  try {
    const done = fill(tar, dir, first.rows, companionsIn, wallMs);
    tar.end();
    return done;
  } catch (error) {
    tar.close();
    rmSync(file, { force: true });
    return { ok: false, why: `${file} could not be finished: ${diskTrouble(error)}` };
  }
}

function fill(tar: TarWriter, dir: string, rows: Iterable<StoredRow>, companionsIn: string, wallMs: number): Bundled {
  const sums: string[] = [];
  const add = (name: string, write: (file: TarFile) => void): void => {
    const digest = createHash('sha256');
    tar.add(name, (file) =>
      write({
        write(text) {
          digest.update(text, 'utf8');
          file.write(text);
        },
      }),
    );
    sums.push(`${digest.digest('hex')}  ${name}\n`);
  };
  const continuity = createContinuity();
  for (const name of companions) add(name, (file) => file.write(readFileSync(join(companionsIn, name), 'utf8')));
  add('events.jsonl', (file) => {
    for (const row of rows) {
      continuity.add(row);
      file.write(`${JSON.stringify(row)}\n`);
    }
  });
  const head = continuity.head();
  add('head.json', (file) => file.write(`${JSON.stringify(head)}\n`));
  add('timeline.txt', (file) => writeTimeline(file, dir, head.seq));
  add('continuity.txt', (file) => file.write(continuity.statement(new Date(wallMs).toISOString())));
  const recipient = readRecipient(dir);
  if (recipient !== null) add('evidence.pub', (file) => file.write(`${recipient}\n`));
  tar.add('SHA256SUMS', (file) => file.write(sums.join('')));
  return { ok: true, rows: continuity.rows(), head: head.hash, whole: continuity.whole() };
}

/** The hub may have written more meanwhile: the bundle ends where its rows end. */
function writeTimeline(file: TarFile, dir: string, last: number): void {
  const again = readEvents(dir);
  if (!again.ok) throw new Error(again.why);
  file.write(
    'What happened, by the local view of the log. Times are UTC, by the hub’s clock; ? where it was not trusted.\n\n',
  );
  for (const { seq, at, clock, type, data } of again.rows) {
    if (seq > last) return;
    if (type === 'sealed') continue;
    const mark = clock === 'trusted' ? ' ' : '?';
    file.write(
      `${at.replace('T', ' ').slice(0, 19)}${mark} ${String(seq).padStart(6)}  ${sentenceOf(type, dataOf(data))}\n`,
    );
  }
}

function dataOf(text: string): JsonObject {
  try {
    return JSON.parse(text) as JsonObject;
  } catch {
    return { data: text };
  }
}

/** A sealed row with its seal broken; `why` where this key does not open it. */
export type OpenedRow =
  | { readonly ok: true; readonly seq: number; readonly at: string; readonly type: string; readonly data: JsonObject }
  | { readonly ok: false; readonly seq: number; readonly why: string };

export type OpenedBundle =
  | { readonly ok: true; readonly rows: AsyncIterable<OpenedRow> }
  | { readonly ok: false; readonly why: string };

/** Opens the sealed rows of a bundle with the private half of the evidence key. Needs no hub and no data directory. */
export async function openBundle(bundle: string, identityFile: string): Promise<OpenedBundle> {
  const identity = readIdentityFile(identityFile);
  if (!identity.ok) return identity;
  try {
    const place = findInTar(bundle, '/events.jsonl');
    if (place === null) return { ok: false, why: `${bundle} is no evidence bundle; make one with: lantern log export` };
    const { Decrypter } = await import('age-encryption');
    const age = new Decrypter();
    age.addIdentity(identity.key);
    const open = (bytes: Uint8Array) => age.decrypt(bytes, 'text');
    return { ok: true, rows: openedRows(bundle, place.start, place.size, open) };
  } catch (error) {
    return { ok: false, why: `${bundle} cannot be read: ${diskTrouble(error)}` };
  }
}

/** The private half of an age key, from a file as age-keygen writes it. */
export function readIdentityFile(
  file: string,
): { readonly ok: true; readonly key: string } | { readonly ok: false; readonly why: string } {
  try {
    // As age-keygen writes it: comments, and the key in a line of its own.
    const key = readFileSync(file, 'utf8').match(/^AGE-SECRET-KEY-1[A-Z0-9]+$/im)?.[0];
    if (key !== undefined) return { ok: true, key: key.toUpperCase() };
    return { ok: false, why: `${file} holds no private key; it is a line that begins with AGE-SECRET-KEY-1` };
  } catch (error) {
    return { ok: false, why: `${file} cannot be read: ${diskTrouble(error)}` };
  }
}

async function* openedRows(
  bundle: string,
  start: number,
  size: number,
  open: (bytes: Uint8Array) => Promise<string>,
): AsyncGenerator<OpenedRow> {
  if (size === 0) return;
  for await (const line of linesOf(bundle, start, size)) {
    const row = JSON.parse(line) as StoredRow;
    if (row.type !== 'sealed') continue;
    yield await openRow(row, open);
  }
}

/** Lines end with a line feed alone: JSON may hold every other sign that readers of lines take for an end. */
async function* linesOf(path: string, start: number, size: number): AsyncGenerator<string> {
  let held: Buffer[] = [];
  for await (const chunk of createReadStream(path, { start, end: start + size - 1 })) {
    let rest = Buffer.from(chunk);
    for (let end = rest.indexOf(0x0a); end >= 0; end = rest.indexOf(0x0a)) {
      yield Buffer.concat([...held, rest.subarray(0, end)]).toString('utf8');
      held = [];
      rest = rest.subarray(end + 1);
    }
    held.push(rest);
  }
}

async function openRow(row: StoredRow, open: (bytes: Uint8Array) => Promise<string>): Promise<OpenedRow> {
  try {
    const { age } = JSON.parse(row.data) as { readonly age: string };
    const inside = JSON.parse(await open(Buffer.from(age, 'base64'))) as {
      readonly type: string;
      readonly data: JsonObject;
    };
    return { ok: true, seq: row.seq, at: row.at, type: inside.type, data: inside.data };
  } catch {
    return { ok: false, seq: row.seq, why: 'this key does not open it; it was sealed to another, or was changed' };
  }
}
