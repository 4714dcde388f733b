import { join } from 'node:path';
import Database from 'better-sqlite3';
import type { PhaseMirror } from '../hub/ports.ts';
import { genesis } from './chain.ts';
import { diskTrouble, fileNames, inDirectory, readIfThere } from './files.ts';
import { parsePhase, readPhase } from './phase.ts';

/** The key changes when an alarm ends, in two or three steps; a house that does so all the time is none. */
const mostTries = 5;
/** More pages than any database has: one step, one moment. */
const allPages = 0x7fff_ffff;

/** A copy of the database and the key that its saved parts need, as they were at one moment. */
export interface DatabaseCopy {
  readonly rows: number;
  readonly head: string;
  readonly stateKey: Buffer | null;
  readonly phase: PhaseMirror | null;
}

/**
 * Copies the database of a data directory into another folder, beside a hub that may be writing to it. In one read of
 * SQLite's, so that a hub that writes without pause cannot make it begin anew. Null where the key changed under the
 * copy each time. Throws what the disk says.
 */
export async function copyDatabase(dir: string, into: string): Promise<DatabaseCopy | null> {
  for (let tries = 0; tries < mostTries; tries += 1) {
    const before = readIfThere(inDirectory(dir, 'stateKey'));
    const tail = await copyOnce(dir, into);
    const after = readIfThere(inDirectory(dir, 'stateKey'));
    const same = before === null ? after === null : after !== null && before.equals(after);
    if (same) return { ...tail, stateKey: after };
  }
  return null;
}

async function copyOnce(dir: string, into: string): Promise<Omit<DatabaseCopy, 'stateKey'>> {
  const copy = join(into, fileNames.database);
  const source = new Database(inDirectory(dir, 'database'), { readonly: true, fileMustExist: true, timeout: 5000 });
  try {
    await source.backup(copy, { progress: () => allPages });
  } finally {
    source.close();
  }
  const db = new Database(copy, { fileMustExist: true });
  try {
    // One file: a log beside it would be left behind.
    db.pragma('journal_mode = DELETE');
    return { ...tailOf(db), phase: parsePhase(committedPhase(db)) ?? readPhase(dir) };
  } finally {
    db.close();
  }
}

function tailOf(db: Database.Database): { readonly rows: number; readonly head: string } {
  const last = db
    .prepare<[], { seq: number; hash: string }>('SELECT seq, hash FROM events ORDER BY seq DESC LIMIT 1')
    .get();
  return { rows: last?.seq ?? 0, head: last?.hash ?? genesis };
}

/** Number and hash of the last row. Throws what the disk says. */
export function logTail(dir: string): { readonly rows: number; readonly head: string } {
  const db = new Database(inDirectory(dir, 'database'), { readonly: true, fileMustExist: true, timeout: 2000 });
  try {
    return tailOf(db);
  } finally {
    db.close();
  }
}

const committedPhase = (db: Database.Database): string | null =>
  db.prepare<[], { value: string }>("SELECT value FROM meta WHERE name = 'phase'").get()?.value ?? null;

/** How the hub of a data directory would start: by the database, and where that cannot be read by `phase.json`. Never throws. */
export function phaseIn(dir: string): PhaseMirror | null {
  try {
    const db = new Database(inDirectory(dir, 'database'), { readonly: true, fileMustExist: true, timeout: 2000 });
    try {
      return parsePhase(committedPhase(db)) ?? readPhase(dir);
    } finally {
      db.close();
    }
  } catch {
    return readPhase(dir);
  }
}

/** SQLite's own quick check of a database, beside a hub that may be running on it. Null: sound. Never throws. */
export function checkDatabase(dir: string): string | null {
  try {
    const db = new Database(inDirectory(dir, 'database'), { readonly: true, fileMustExist: true, timeout: 2000 });
    try {
      const found = db.pragma('quick_check(1)', { simple: true });
      return found === 'ok' ? null : String(found);
    } finally {
      db.close();
    }
  } catch (error) {
    return diskTrouble(error);
  }
}
