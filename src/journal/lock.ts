import { chmodSync, chownSync, rmSync, statSync } from 'node:fs';
import Database from 'better-sqlite3';
import { errorCode, inDirectory } from './files.ts';

/** A data directory that nobody else works on. */
export interface DirectoryLock {
  release(): void;
}

/**
 * Takes a data directory for this process; null while another has it. A second file, because the database itself must
 * stay readable by others. Locked in SQLite's way: the kernel lets go of it when the process ends, however it ends.
 * Throws what the disk says.
 */
export function lockDirectory(dir: string): DirectoryLock | null {
  const path = inDirectory(dir, 'lock');
  const db = new Database(path, { timeout: 0 });
  try {
    chmodSync(path, 0o600);
    // A command run as root must not leave a lock that the hub, another user, cannot open.
    if (process.geteuid?.() === 0) {
      const { uid, gid } = statSync(dir);
      chownSync(path, uid, gid);
    }
    db.exec('BEGIN EXCLUSIVE');
    return { release: () => db.close() };
  } catch (error) {
    db.close();
    if (errorCode(error).startsWith('SQLITE_BUSY')) return null;
    if (errorCode(error) !== 'SQLITE_NOTADB') throw error;
    // Nothing is ever written to it, and who finds rubbish in it was not locked out: it can go.
    rmSync(path, { force: true });
    return lockDirectory(dir);
  }
}
