import { existsSync } from 'node:fs';
import Database from 'better-sqlite3';
import type { JsonObject } from '../base/json.ts';
import type { LocalRow } from '../hub/ports.ts';
import { genesis, rowHash } from './chain.ts';
import { diskTrouble, inDirectory } from './files.ts';

// For other processes than the hub: the `lantern log` commands. Read-only, and in short reads: a reader that stayed in
// the database would keep the hub's write-ahead log from being tidied away.

const rowsAtOnce = 500;

/** One row of `events` as it is stored; `local` is its number in the local view, null for a sealed one. */
export interface StoredRow {
  readonly seq: number;
  readonly at: string;
  readonly clock: string;
  readonly monotonicMs: number;
  readonly boot: string;
  readonly type: string;
  readonly data: string;
  readonly hash: string;
  readonly local: number | null;
}

export interface ReadOptions {
  /** Rows at or after this moment, ISO 8601 in UTC as `Date.toISOString` prints it. */
  readonly sinceIso?: string;
  /** Rows whose local number is greater. */
  readonly afterSeq?: number;
  /** At most so many rows, the first that fit. */
  readonly limit?: number;
}

/** `rows` is read as it is walked, once; it throws an Error with one plain sentence when the database gives out on the way. */
export type ReadRows<T> =
  | { readonly ok: true; readonly rows: Iterable<T> }
  | { readonly ok: false; readonly why: string };

export type Verified =
  | { readonly ok: true; readonly rows: number }
  /** `seq`: the first row that is not as it was written; 0 when there is no log to look at. */
  | { readonly ok: false; readonly seq: number; readonly why: string };

/** The local view, oldest first: what `lantern log` prints and MQTT `events` carried. Sealed rows are not in it. */
export function readLocal(dir: string, options: ReadOptions = {}): ReadRows<LocalRow> {
  const trouble = cannotRead(dir);
  return trouble === null ? { ok: true, rows: localRows(dir, options) } : { ok: false, why: trouble };
}

/** Every row as stored, sealed ones included, oldest first: for the evidence bundle. */
export function readEvents(dir: string): ReadRows<StoredRow> {
  const trouble = cannotRead(dir);
  return trouble === null ? { ok: true, rows: storedRows(dir) } : { ok: false, why: trouble };
}

/** The last row and its hash: what has to be kept elsewhere for a cut at the end to show. Null: there is no log to read. */
export function headOf(dir: string): Pick<StoredRow, 'seq' | 'hash'> | null {
  try {
    const [last] = readPage<Pick<StoredRow, 'seq' | 'hash'>>(
      dir,
      'SELECT seq, hash FROM events ORDER BY seq DESC LIMIT 1',
      [],
    );
    return last ?? null;
  } catch {
    return null;
  }
}

/**
 * Walks the whole chain. It proves that no row was changed, taken out or put in between; it cannot know of rows cut
 * off at the end, for which the last `seq` and hash have to be kept elsewhere.
 */
export function verifyChain(dir: string): Verified {
  const trouble = cannotRead(dir);
  if (trouble !== null) return { ok: false, seq: 0, why: trouble };
  let seq = 0;
  let local = 0;
  let previous = genesis;
  try {
    for (const row of storedRows(dir)) {
      seq += 1;
      const wrong = wrongIn(row, seq, local, previous);
      if (wrong !== null) return { ok: false, seq, why: wrong };
      previous = row.hash;
      local = row.local ?? local;
    }
    return { ok: true, rows: seq };
  } catch (error) {
    return { ok: false, seq: seq + 1, why: error instanceof Error ? error.message : String(error) };
  }
}

function wrongIn(row: StoredRow, seq: number, local: number, previous: string): string | null {
  if (row.seq !== seq) return `row ${seq} is missing`;
  if (row.hash !== rowHash(previous, row)) return `row ${seq} or its hash was changed, or a row before it was replaced`;
  // Not under the hash, but it follows from the rows.
  const wanted = row.type === 'sealed' ? null : local + 1;
  return row.local === wanted ? null : `row ${seq} has the local number ${row.local}, not ${wanted}`;
}

function cannotRead(dir: string): string | null {
  const path = inDirectory(dir, 'database');
  if (!existsSync(path)) return `no event log in ${dir}; name the directory the hub runs on with --data`;
  try {
    withDatabase(dir, (db) => db.prepare('SELECT seq FROM events LIMIT 1').get());
    return null;
  } catch (error) {
    return plainly(dir, error);
  }
}

function plainly(dir: string, error: unknown): string {
  return `the event log in ${dir} cannot be read: ${diskTrouble(error)}`;
}

function withDatabase<T>(dir: string, work: (db: Database.Database) => T): T {
  const db = new Database(inDirectory(dir, 'database'), { readonly: true, fileMustExist: true, timeout: 2000 });
  try {
    db.pragma('cache_size = -1000');
    return work(db);
  } finally {
    db.close();
  }
}

function* localRows(dir: string, options: ReadOptions): Generator<LocalRow> {
  // Clocks step, so `at` is compared row by row, not searched.
  const where = `local > ? AND at >= ? ORDER BY local LIMIT ?`;
  const sql = `SELECT local AS seq, at, type, data FROM events WHERE ${where}`;
  let left = options.limit ?? Number.POSITIVE_INFINITY;
  let after = options.afterSeq ?? 0;
  while (left > 0) {
    const size = Math.min(left, rowsAtOnce);
    const page = readPage<{ seq: number; at: string; type: string; data: string }>(dir, sql, [
      after,
      options.sinceIso ?? '',
      size,
    ]);
    for (const row of page) yield { ...row, data: JSON.parse(row.data) as JsonObject };
    left -= page.length;
    after = page.at(-1)?.seq ?? after;
    if (page.length < size) return;
  }
}

function* storedRows(dir: string): Generator<StoredRow> {
  const sql =
    'SELECT seq, at, clock, monotonicMs, boot, type, data, hash, local FROM events WHERE seq > ? ORDER BY seq LIMIT ?';
  let after = Number.MIN_SAFE_INTEGER;
  for (;;) {
    const page = readPage<StoredRow>(dir, sql, [after, rowsAtOnce]);
    yield* page;
    const last = page.at(-1);
    if (!last || page.length < rowsAtOnce) return;
    after = last.seq;
  }
}

function readPage<Row>(dir: string, sql: string, values: readonly (string | number)[]): readonly Row[] {
  try {
    return withDatabase(dir, (db) => db.prepare<(string | number)[], Row>(sql).all(...values));
  } catch (error) {
    throw new Error(plainly(dir, error), { cause: error });
  }
}
