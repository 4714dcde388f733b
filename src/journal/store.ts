import { closeSync, existsSync, openSync, renameSync, statSync } from 'node:fs';
import Database from 'better-sqlite3';
import type { JournalRow, LocalRow, PhaseMirror, SavedParts } from '../hub/ports.ts';
import { genesis, rowHash } from './chain.ts';
import { errorCode, inDirectory, isDamage, syncDirectory } from './files.ts';
import type { KeyRing } from './key.ts';
import { addKey, decryptPart, destroyOldKey, encryptPart, openRing } from './key.ts';
import { parsePhase } from './phase.ts';
import type { ActivityRow, SentEntry } from './protocol.ts';

/** Sensor traffic is kept so long; it is no diary. */
const activityMs = 72 * 3600 * 1000;
/** And so many rows at most (some 100 MB), whatever the traffic: a shouting sensor must not fill the card. */
export const activityRows = 1_000_000;
/** Beyond this much log ahead of the database (a reader that will not let go), traffic is shed; events never are. */
const activityStopsAtWalBytes = 64 * 1024 * 1024;
/** Sealed rows that wait to be sealed; one press takes milliseconds, so only a broken key brings it here. */
export const unsealedRows = 4096;
/** Up to this size the whole database is checked at a start (some 10 ms); a larger one at its ends and by its parts. */
const wholeCheckBytes = 4 * 1024 * 1024;
const partUnit = 1024;
/** Just under one page with nonce and tag, so that an empty list and a few rows cost the disk the same. */
const unsealedUnit = 3584;
/** Holds the sealed rows that are not sealed yet; the point keeps it apart from the hub's own names. */
const unsealedName = '.unsealed';

const schema = `
  CREATE TABLE events (
    seq INTEGER PRIMARY KEY, at TEXT NOT NULL, clock TEXT NOT NULL, monotonicMs INTEGER NOT NULL, boot TEXT NOT NULL,
    type TEXT NOT NULL, data TEXT NOT NULL, hash TEXT NOT NULL, local INTEGER
  ) STRICT;
  CREATE UNIQUE INDEX events_local ON events (local) WHERE local IS NOT NULL;
  CREATE TRIGGER events_keep_update BEFORE UPDATE ON events BEGIN SELECT RAISE(ABORT, 'events are never changed'); END;
  CREATE TRIGGER events_keep_delete BEFORE DELETE ON events BEGIN SELECT RAISE(ABORT, 'events are never deleted'); END;
  CREATE TABLE activity (id INTEGER PRIMARY KEY, at INTEGER NOT NULL, device TEXT NOT NULL, what TEXT NOT NULL) STRICT;
  CREATE TABLE parts (name TEXT NOT NULL UNIQUE, key TEXT NOT NULL, blob BLOB NOT NULL) STRICT;
  CREATE TABLE meta (name TEXT NOT NULL UNIQUE, value TEXT NOT NULL) STRICT;
  PRAGMA user_version = 1;
`;

/** A row that must be sealed before it joins the chain, with the boot it happened in. */
export interface UnsealedRow extends JournalRow {
  readonly boot: string;
}

/** What a store found when it was opened. */
export interface Found {
  readonly parts: SavedParts | null;
  readonly setAside: string | null;
  /** The phase of the newest commit that had one. */
  readonly phase: PhaseMirror | null;
  /** Highest entry of this session that is already in the database; 0 when there is none. */
  readonly committedThrough: number;
  readonly troubles: readonly string[];
}

interface Tail {
  readonly seq: number;
  readonly hash: string;
  readonly local: number;
}

type Sync = 'FULL' | 'NORMAL';

/** ISO 8601 in UTC with milliseconds; a time outside what a date can hold becomes 1970 rather than an error. */
function isoTime(ms: number): string {
  return new Date(Number.isFinite(ms) && Math.abs(ms) <= 8.64e15 ? ms : 0).toISOString();
}

/**
 * The database, one connection. Every method that writes throws what SQLite says; after a throw nothing of that call
 * is in the database and the next call may try again.
 */
export class Store {
  readonly #dir: string;
  readonly #boot: string;
  readonly #session: string;
  readonly #db: Database.Database;
  readonly #run: Statements;
  readonly #parts = new Map<string, string>();
  #ring: KeyRing;
  #tail: Tail;
  #unsealed: readonly UnsealedRow[] = [];
  #activity: { first: number; last: number };
  #eraseWanted: boolean;
  #eraseAgain = false;
  #partsAreUnderCurrent = true;
  #sync: Sync | null = null;
  #walIsDoubtful = false;
  #walIsDirty = true;

  private constructor(dir: string, boot: string, session: string, db: Database.Database, ring: KeyRing) {
    this.#dir = dir;
    this.#boot = boot;
    this.#session = session;
    this.#db = db;
    this.#ring = ring;
    this.#run = prepare(db);
    this.#tail = readTail(db);
    this.#activity = readActivityEnds(db);
    this.#eraseWanted = readMeta(db, 'erase') === '1';
  }

  /**
   * Opens the database of a data directory, or makes one. One that is damaged, or is to be given up (`giveUp`), is
   * moved aside with its log and never overwritten. Throws for every other trouble with the disk.
   */
  static open(dir: string, boot: string, session: string, giveUp: 'give-up' | 'keep'): { store: Store; found: Found } {
    const stamp = new Date().toISOString();
    const path = inDirectory(dir, 'database');
    let setAside = giveUp === 'give-up' ? moveAside(dir, path, stamp) : moveOrphans(dir, path, stamp);
    let db: Database.Database;
    try {
      db = openDatabase(dir, path);
    } catch (error) {
      if (!isDamage(error)) throw error;
      setAside = moveAside(dir, path, stamp);
      db = openDatabase(dir, path);
    }
    try {
      const key = openRing(dir, stamp, () => keyOfNewestPart(db));
      const store = new Store(dir, boot, session, db, key.ring);
      const { parts, troubles } = store.#loadParts();
      if (key.setAside !== null) troubles.push('state.key was damaged and is set aside: what was saved cannot be read');
      return {
        store,
        found: {
          parts,
          setAside,
          phase: parsePhase(readMeta(db, 'phase')),
          committedThrough: store.#committedThrough(),
          troubles,
        },
      };
    } catch (error) {
      db.close();
      throw error;
    }
  }

  #committedThrough(): number {
    const [session, id] = (readMeta(this.#db, 'entry') ?? '').split(' ');
    return session === this.#session ? Number(id) : 0;
  }

  #loadParts(): { parts: SavedParts | null; troubles: string[] } {
    const rows = this.#db
      .prepare<[], { name: string; key: string; blob: Buffer }>('SELECT name, key, blob FROM parts')
      .all();
    const parts: Record<string, string> = {};
    let unreadable = 0;
    for (const row of rows) {
      const text = decryptPart(this.#ring, row.key, row.name, row.blob);
      if (row.key !== this.#ring.current.id) this.#partsAreUnderCurrent = false;
      if (text === null) unreadable += 1;
      else if (row.name === unsealedName) this.#unsealed = JSON.parse(text) as readonly UnsealedRow[];
      else parts[row.name] = text;
    }
    // Two keys at a start: a change was cut. It is ended first; if the flag still stands, a whole change follows.
    if (this.#ring.old !== null) [this.#eraseAgain, this.#eraseWanted] = [this.#eraseWanted, false];
    if (unreadable > 0) return { parts: null, troubles: this.#forgetParts() };
    for (const [name, text] of Object.entries(parts)) this.#parts.set(name, text);
    return { parts: this.#parts.size === 0 ? null : parts, troubles: [] };
  }

  /** Half a saved state is worse than none: what is left would not fit together. */
  #forgetParts(): string[] {
    this.#unsealed = [];
    this.#partsAreUnderCurrent = true;
    this.#write('FULL', () => {
      this.#run.dropParts.run();
      this.#run.setMeta.run('erase', '0');
    });
    return ['what was saved cannot be read: the state key is missing or another one'];
  }

  /** Commits entries, whole and together, durable on return. Gives the local rows of each entry. */
  commit(entries: readonly SentEntry[]): readonly (readonly LocalRow[])[] {
    let tail = this.#tail;
    let unsealed = this.#unsealed;
    const parts = new Map<string, string>();
    const local: LocalRow[][] = [];
    const erase = entries.some((entry) => entry.erase);
    const phase = entries.findLast((entry) => entry.phase !== null)?.phase ?? null;
    this.#write('FULL', () => {
      for (const entry of entries) {
        const written: LocalRow[] = [];
        for (const row of entry.rows) {
          if (row.sealed) {
            unsealed = addBounded(unsealed, { ...row, boot: this.#boot });
            continue;
          }
          const number = tail.local + 1;
          tail = this.#insert(tail, row, this.#boot, row.type, JSON.stringify(row.data), number);
          written.push({ seq: number, at: isoTime(row.at), type: row.type, data: row.data });
        }
        for (const [name, text] of Object.entries(entry.parts)) parts.set(name, text);
        local.push(written);
      }
      for (const [name, text] of parts) this.#putPart(name, text, partUnit);
      this.#putUnsealed(unsealed);
      this.#run.setMeta.run('entry', `${this.#session} ${entries.at(-1)?.id ?? 0}`);
      if (phase !== null) this.#run.setMeta.run('phase', JSON.stringify(phase));
      if (erase) this.#run.setMeta.run('erase', '1');
    });
    this.#tail = tail;
    this.#unsealed = unsealed;
    for (const [name, text] of parts) this.#parts.set(name, text);
    if (erase) this.#wantErase();
    return local;
  }

  #insert(tail: Tail, row: JournalRow, boot: string, type: string, data: string, local: number | null): Tail {
    const line = {
      seq: tail.seq + 1,
      at: isoTime(row.at),
      clock: row.clock,
      monotonicMs: Math.trunc(row.monotonicMs),
      boot,
      type,
      data,
    };
    const hash = rowHash(tail.hash, line);
    this.#run.addEvent.run(line.seq, line.at, line.clock, line.monotonicMs, boot, type, data, hash, local);
    return { seq: line.seq, hash, local: local ?? tail.local };
  }

  #putPart(name: string, text: string, unit: number): void {
    this.#run.putPart.run(name, this.#ring.current.id, encryptPart(this.#ring, name, text, unit));
  }

  // Written with every commit, full or empty: the disk does the same work for a silent alarm as for an ordinary moment.
  #putUnsealed(rows: readonly UnsealedRow[]): void {
    this.#putPart(unsealedName, JSON.stringify(rows), unsealedUnit);
  }

  /** Rows that wait to be sealed, oldest first. */
  unsealed(): readonly UnsealedRow[] {
    return this.#unsealed;
  }

  /** Puts the oldest unsealed rows into the chain, each as its cipher text, and forgets them here. */
  addSealed(cipherTexts: readonly string[]): void {
    let tail = this.#tail;
    const rest = this.#unsealed.slice(cipherTexts.length);
    this.#write('FULL', () => {
      cipherTexts.forEach((age, index) => {
        const row = this.#unsealed[index];
        if (row) tail = this.#insert(tail, row, row.boot, 'sealed', JSON.stringify({ age }), null);
      });
      this.#putUnsealed(rest);
    });
    this.#tail = tail;
    this.#unsealed = rest;
  }

  /** Stores sensor traffic without waiting for the disk, and drops what is too old or too much. False: shed. */
  addActivity(rows: readonly ActivityRow[]): boolean {
    if (this.#walBytes() > activityStopsAtWalBytes) return false;
    let { first, last } = this.#activity;
    this.#write('NORMAL', () => {
      for (const [at, device, what] of rows) {
        last += 1;
        this.#run.addActivity.run(last, Math.trunc(at), device, what);
      }
      first = this.#dropActivity(first, last, rows.at(-1)?.[0] ?? 0, rows.length + 100);
    });
    this.#activity = { first, last };
    return true;
  }

  /** Drops up to `atMost` old rows of sensor traffic; true when there may be more. */
  purge(nowMs: number, atMost: number): boolean {
    const { first, last } = this.#activity;
    if (first > last || !this.#isOld(first, last, nowMs)) return false;
    let next = first;
    this.#write('NORMAL', () => {
      next = this.#dropActivity(first, last, nowMs, atMost);
    });
    this.#activity = { first: next, last };
    return next <= last && this.#isOld(next, last, nowMs);
  }

  #isOld(id: number, last: number, nowMs: number): boolean {
    if (last - id >= activityRows) return true;
    const row = this.#run.activityAt.get(id);
    return row === undefined || row.at < nowMs - activityMs;
  }

  // Only from the old end and only so many at once, so that no event waits for a great tidying.
  #dropActivity(first: number, last: number, nowMs: number, atMost: number): number {
    let next = first;
    while (next <= last && next - first < atMost && this.#isOld(next, last, nowMs)) next += 1;
    if (next > first) this.#run.dropActivity.run(next);
    return next;
  }

  #wantErase(): void {
    if (this.#ring.old === null) this.#eraseWanted = true;
    else this.#eraseAgain = true;
  }

  /** Is there a step of forgetting to do? */
  mustErase(): boolean {
    return this.#eraseWanted || this.#ring.old !== null;
  }

  /**
   * One step of making old saved parts unrecoverable, at most one sync or two long: a new key beside the old;
   * everything under the new key; the old key destroyed. A cut between any two is taken up at the next start.
   */
  eraseStep(): void {
    if (this.#ring.old === null) {
      this.#ring = addKey(this.#dir, this.#ring);
      this.#partsAreUnderCurrent = false;
    } else if (this.#partsAreUnderCurrent) {
      this.#ring = destroyOldKey(this.#dir, this.#ring);
      [this.#eraseWanted, this.#eraseAgain] = [this.#eraseAgain, false];
    } else {
      this.#encryptAnew();
    }
  }

  #encryptAnew(): void {
    this.#write('FULL', () => {
      for (const [name, text] of this.#parts) this.#putPart(name, text, partUnit);
      this.#putUnsealed(this.#unsealed);
      this.#run.setMeta.run('erase', this.#eraseAgain ? '1' : '0');
    });
    this.#partsAreUnderCurrent = true;
  }

  /** Is there something in the log that the database does not have yet? */
  mustCheckpoint(): boolean {
    return this.#walIsDirty;
  }

  /** Rows of the local view after this one, oldest first. */
  local(after: number, limit: number): readonly LocalRow[] {
    return this.#run.local.all(after, limit).map((row) => ({ ...row, data: JSON.parse(row.data) as LocalRow['data'] }));
  }

  /** The last rows of the local view, oldest first. */
  newest(limit: number): readonly LocalRow[] {
    return this.local(Math.max(0, this.#tail.local - limit), limit);
  }

  /** Pages in the write-ahead log, as SQLite counts them. */
  walPages(): number {
    return this.#checkpoint('NOOP').log;
  }

  /** Moves the log into the database, as far as readers let it; never waits for one. */
  checkpoint(): void {
    const { log, checkpointed } = this.#checkpoint('PASSIVE');
    this.#walIsDirty = checkpointed < log;
  }

  #checkpoint(mode: 'NOOP' | 'PASSIVE' | 'TRUNCATE'): { busy: number; log: number; checkpointed: number } {
    const [row] = this.#db.pragma(`wal_checkpoint(${mode})`) as readonly {
      busy: number;
      log: number;
      checkpointed: number;
    }[];
    return row ?? { busy: 1, log: 0, checkpointed: 0 };
  }

  #walBytes(): number {
    return statSync(`${inDirectory(this.#dir, 'database')}-wal`, { throwIfNoEntry: false })?.size ?? 0;
  }

  #write(sync: Sync, change: () => void): void {
    this.#mendLog();
    // Settable between transactions only. Events after traffic: their sync covers the traffic's pages in the same log.
    if (this.#sync !== sync) this.#db.pragma(`synchronous = ${sync}`);
    this.#sync = sync;
    try {
      this.#run.begin.run();
      change();
      this.#run.commit.run();
      this.#walIsDirty = true;
    } catch (error) {
      if (errorCode(error).startsWith('SQLITE_IOERR')) this.#walIsDoubtful = true;
      this.#rollBack();
      throw error;
    }
  }

  #rollBack(): void {
    try {
      if (this.#db.inTransaction) this.#run.rollback.run();
    } catch {
      // SQLite has rolled back by itself; the first error is the one to tell.
    }
  }

  // After a failed sync the kernel may call pages clean that never reached the disk, and the next sync then succeeds
  // without them: rows behind such a gap would be lost by a power cut although they were confirmed. So nothing is
  // added to a log that failed: all of it goes into the database first, and the log starts anew.
  #mendLog(): void {
    if (!this.#walIsDoubtful) return;
    const { busy } = this.#checkpoint('TRUNCATE');
    if (busy !== 0) throw Object.assign(new Error('a reader holds the log'), { code: 'SQLITE_BUSY' });
    this.#walIsDoubtful = false;
  }

  /** Moves the log into the database and closes. Throws nothing: what is committed is safe either way. */
  close(): void {
    try {
      this.#checkpoint('TRUNCATE');
    } catch {
      // The log stays beside the database and is read at the next start.
    }
    this.#db.close();
  }
}

function addBounded(rows: readonly UnsealedRow[], row: UnsealedRow): readonly UnsealedRow[] {
  return rows.length < unsealedRows ? [...rows, row] : rows;
}

type Statements = ReturnType<typeof prepare>;

function prepare(db: Database.Database) {
  return {
    begin: db.prepare('BEGIN IMMEDIATE'),
    commit: db.prepare('COMMIT'),
    rollback: db.prepare('ROLLBACK'),
    addEvent: db.prepare(
      'INSERT INTO events (seq, at, clock, monotonicMs, boot, type, data, hash, local) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)',
    ),
    local: db.prepare<[number, number], { seq: number; at: string; type: string; data: string }>(
      'SELECT local AS seq, at, type, data FROM events WHERE local > ? ORDER BY local LIMIT ?',
    ),
    putPart: db.prepare(
      'INSERT INTO parts (name, key, blob) VALUES (?, ?, ?) ON CONFLICT (name) DO UPDATE SET key = excluded.key, blob = excluded.blob',
    ),
    dropParts: db.prepare('DELETE FROM parts'),
    setMeta: db.prepare(
      'INSERT INTO meta (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value',
    ),
    addActivity: db.prepare('INSERT INTO activity (id, at, device, what) VALUES (?, ?, ?, ?)'),
    activityAt: db.prepare<[number], { at: number }>('SELECT at FROM activity WHERE id = ?'),
    dropActivity: db.prepare('DELETE FROM activity WHERE id < ?'),
  };
}

function readTail(db: Database.Database): Tail {
  const last = db
    .prepare<[], { seq: number; hash: string }>('SELECT seq, hash FROM events ORDER BY seq DESC LIMIT 1')
    .get();
  const local = db.prepare<[], { local: number | null }>('SELECT max(local) AS local FROM events').get();
  return { seq: last?.seq ?? 0, hash: last?.hash ?? genesis, local: local?.local ?? 0 };
}

function readActivityEnds(db: Database.Database): { first: number; last: number } {
  const ends = db
    .prepare<[], { first: number | null; last: number | null }>(
      'SELECT (SELECT min(id) FROM activity) AS first, (SELECT max(id) FROM activity) AS last',
    )
    .get();
  return { first: ends?.first ?? 1, last: ends?.last ?? 0 };
}

function readMeta(db: Database.Database, name: string): string | null {
  return db.prepare<[string], { value: string }>('SELECT value FROM meta WHERE name = ?').get(name)?.value ?? null;
}

function keyOfNewestPart(db: Database.Database): string | null {
  return db.prepare<[string], { key: string }>('SELECT key FROM parts WHERE name = ?').get(unsealedName)?.key ?? null;
}

function openDatabase(dir: string, path: string): Database.Database {
  if (!existsSync(path)) {
    // Made here, so that it is never readable by others, not even for a moment; the log takes its mode from it.
    closeSync(openSync(path, 'wx', 0o600));
    syncDirectory(dir);
  }
  const db = new Database(path, { timeout: 500, fileMustExist: true });
  try {
    prepareConnection(db);
    const tables = db.prepare<[], { n: number }>('SELECT count(*) AS n FROM sqlite_schema').get();
    if (tables?.n === 0) db.exec(`BEGIN; ${schema} COMMIT;`);
    check(db, path);
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

function prepareConnection(db: Database.Database): void {
  db.pragma('journal_mode = WAL');
  db.pragma('synchronous = FULL');
  // Never inside a commit: a checkpoint costs two syncs and many small writes, and an event would wait for them.
  // The worker runs it when it has nothing else to do, and at the latest at a stated number of pages.
  db.pragma('wal_autocheckpoint = 0');
  db.pragma('journal_size_limit = 4194304');
  db.pragma('secure_delete = ON');
  db.pragma('cache_size = -1000');
  db.pragma('temp_store = MEMORY');
}

function damaged(why: string): Error {
  return Object.assign(new Error(why), { code: 'SQLITE_CORRUPT' });
}

// A whole check grows with the file, and a hub must guard soon after a power cut. So a large database is read at both
// ends of each table and by every saved part; SQLite itself refuses one that is shorter than it says. Damage in the
// middle shows when it is touched, and is then handled like damage found here.
function check(db: Database.Database, path: string): void {
  if (db.pragma('user_version', { simple: true }) !== 1) throw damaged('not a database of this program');
  if (statSync(path).size <= wholeCheckBytes) {
    const found = db.pragma('quick_check(1)', { simple: true });
    if (found !== 'ok') throw damaged(String(found));
  }
  try {
    db.prepare('SELECT * FROM events ORDER BY seq LIMIT 10').all();
    db.prepare('SELECT * FROM events ORDER BY seq DESC LIMIT 100').all();
    db.prepare('SELECT * FROM activity ORDER BY id LIMIT 10').all();
    db.prepare('SELECT * FROM activity ORDER BY id DESC LIMIT 10').all();
    db.prepare('SELECT name, key, blob FROM parts').all();
    db.prepare('SELECT name, value FROM meta').all();
  } catch (error) {
    if (errorCode(error) === 'SQLITE_ERROR') throw damaged('a table is missing');
    throw error;
  }
}

function moveAside(dir: string, path: string, stamp: string): string | null {
  if (!existsSync(path)) return null;
  const aside = freeName(`${path}.damaged-${stamp}`);
  // The database first: a log left alone is moved at the next start and can never be taken for that of a new one.
  for (const end of ['', '-wal', '-shm']) {
    if (existsSync(`${path}${end}`)) renameSync(`${path}${end}`, `${aside}${end}`);
  }
  syncDirectory(dir);
  return aside.slice(dir.length).replace(/^\/+/, '');
}

function moveOrphans(dir: string, path: string, stamp: string): null {
  if (existsSync(path) || !existsSync(`${path}-wal`)) return null;
  const aside = freeName(`${path}.damaged-${stamp}`);
  for (const end of ['-wal', '-shm']) {
    if (existsSync(`${path}${end}`)) renameSync(`${path}${end}`, `${aside}${end}`);
  }
  syncDirectory(dir);
  return null;
}

function freeName(wanted: string): string {
  let name = wanted;
  for (let n = 2; existsSync(name) || existsSync(`${name}-wal`); n += 1) name = `${wanted}-${n}`;
  return name;
}
