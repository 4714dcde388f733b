import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Decrypter } from 'age-encryption';
import Database from 'better-sqlite3';
import { afterEach } from 'vitest';
import type { JsonObject } from '../../src/base/json.ts';
import { wallTime } from '../../src/base/time.ts';
import type { Committed, History, Journal, JournalEntry, JournalRow, Restored } from '../../src/hub/ports.ts';
import type { JournalCounts, JournalOptions } from '../../src/journal/journal.ts';
import { openJournal } from '../../src/journal/journal.ts';
import { readEvents, readLocal } from '../../src/journal/read.ts';

// What the tests of the journal share: real directories, real workers, and a few words to say what goes in.

const dirs: string[] = [];
const journals: Journal[] = [];

afterEach(async () => {
  await Promise.all(journals.splice(0).map((journal) => journal.close()));
  for (const dir of dirs.splice(0)) rmSync(dir, { recursive: true, force: true });
});

/** A data directory that is gone after the test. */
export function freshDir(): string {
  const dir = mkdtempSync(join(tmpdir(), 'lantern-journal-'));
  dirs.push(dir);
  return dir;
}

export const at = wallTime(Date.UTC(2026, 10, 21, 20, 29, 0, 123));

export function row(type: string, data: JsonObject = {}): JournalRow {
  return { type, data, sealed: false, at, clock: 'trusted', monotonicMs: 4711 };
}

export function sealed(type: string, data: JsonObject = {}): JournalRow {
  return { ...row(type, data), sealed: true };
}

export function entry(...rows: readonly JournalRow[]): JournalEntry {
  return { rows, parts: {}, phase: null, erase: false };
}

export interface Open {
  readonly journal: Journal;
  readonly history: History;
  readonly restored: Restored;
  readonly counts: () => JournalCounts;
}

/** Opens and closes after the test, whatever happens in it. */
export async function open(dir: string, options: Partial<JournalOptions> = {}): Promise<Open> {
  const opened = await openJournal(dir, { boot: 'boot-1', evidencePublicKey: null, ...options });
  if (!opened.ok) throw new Error(opened.why);
  journals.push(opened.journal);
  return opened;
}

export function append(journal: Journal, what: JournalEntry): Promise<Committed> {
  return new Promise((resolve) => journal.append(what, resolve));
}

/** Asks again and again until it is so; the test's own time limit ends what never will be. */
export async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 10));
}

export function localTypes(dir: string): readonly string[] {
  const read = readLocal(dir);
  if (!read.ok) throw new Error(read.why);
  return [...read.rows].map((one) => one.type);
}

/** What the sealed rows say, to whoever has the private half. */
export async function unsealAll(dir: string, identity: string): Promise<readonly JsonObject[]> {
  const read = readEvents(dir);
  if (!read.ok) throw new Error(read.why);
  const open: JsonObject[] = [];
  for (const one of read.rows) {
    if (one.type !== 'sealed') continue;
    const { age } = JSON.parse(one.data) as { age: string };
    const decrypter = new Decrypter();
    decrypter.addIdentity(identity);
    open.push(JSON.parse(await decrypter.decrypt(Buffer.from(age, 'base64'), 'text')) as JsonObject);
  }
  return open;
}

export function sealedCount(dir: string): number {
  const read = readEvents(dir);
  if (!read.ok) return 0;
  return [...read.rows].filter((one) => one.type === 'sealed').length;
}

/** Every byte of the directory. By a process of its own: closing a file here would let go of SQLite's locks on it. */
export function allBytes(dir: string): Buffer {
  const found = spawnSync(
    'cat',
    readdirSync(dir).map((name) => join(dir, name)),
    { maxBuffer: 1 << 28 },
  );
  return found.stdout;
}

/** Changes the file behind the program's back. */
export function tamper(dir: string, sql: string): void {
  const db = new Database(join(dir, 'lantern.db'));
  try {
    db.exec('DROP TRIGGER events_keep_update; DROP TRIGGER events_keep_delete;');
    db.exec(sql);
  } finally {
    db.close();
  }
}
