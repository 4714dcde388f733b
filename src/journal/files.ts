import {
  closeSync,
  fchownSync,
  fsyncSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { dirname, join } from 'node:path';

/** Where each thing stands in the data directory. */
export const fileNames = {
  database: 'lantern.db',
  lock: 'lock.db',
  stateKey: 'state.key',
  phase: 'phase.json',
  evidencePublic: 'evidence.pub',
  evidencePrivate: 'evidence.key',
} as const;

/** Makes names in a directory durable: a new or renamed file is only certain after this. */
export function syncDirectory(dir: string): void {
  const fd = openSync(dir, 'r');
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}

/** Writes a whole file anew and syncs it; written by root, it is its directory's owner's. Throws what the disk says. */
export function writeSynced(path: string, bytes: Uint8Array): void {
  // Never into what lies there already: a link could lead root to somebody else's file.
  rmSync(path, { force: true });
  const fd = openSync(path, 'wx', 0o600);
  try {
    // A command run as root must not leave a file that the hub, another user, cannot read.
    if (process.geteuid?.() === 0) {
      const { uid, gid } = statSync(dirname(path));
      fchownSync(fd, uid, gid);
    }
    for (let written = 0; written < bytes.length; ) written += writeSync(fd, bytes, written);
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}

/** Replaces a file whole or not at all, durable on return, mode 0600. Throws what the disk says. */
export function replaceFile(path: string, bytes: Uint8Array): void {
  const fresh = `${path}.tmp`;
  writeSynced(fresh, bytes);
  renameSync(fresh, path);
  syncDirectory(dirname(path));
}

/** The file's bytes, or null when there is none. Throws on every other trouble. */
export function readIfThere(path: string): Buffer | null {
  try {
    return readFileSync(path);
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return null;
    throw error;
  }
}

/** `ENOSPC`, `SQLITE_FULL` and their like; an empty text when the error carries none. */
export function errorCode(error: unknown): string {
  if (typeof error !== 'object' || error === null || !('code' in error)) return '';
  return typeof error.code === 'string' ? error.code : '';
}

const plainWords: readonly (readonly [RegExp, string])[] = [
  [/^(SQLITE_FULL|ENOSPC|EDQUOT)/, 'the disk is full'],
  [/^(SQLITE_READONLY|EROFS)/, 'the disk is read-only'],
  [/^(SQLITE_IOERR|EIO)/, 'the disk gave an input/output error'],
  [/^(SQLITE_CANTOPEN|EACCES|EPERM|SQLITE_PERM)/, 'a file in the data directory cannot be opened'],
  [/^(SQLITE_CORRUPT|SQLITE_NOTADB)/, 'the database is damaged'],
  [/^SQLITE_BUSY/, 'another program holds the database locked'],
];

/** One plain sentence for a disk's refusal, with the code for whoever looks closer. */
export function diskTrouble(error: unknown): string {
  const code = errorCode(error);
  const known = plainWords.find(([pattern]) => pattern.test(code));
  if (known) return `${known[1]} (${code})`;
  return error instanceof Error ? `${code === '' ? error.name : code}: ${error.message}` : String(error);
}

/** Is this the file's own damage, which waiting does not mend? */
export function isDamage(error: unknown): boolean {
  return /^SQLITE_(CORRUPT|NOTADB)/.test(errorCode(error));
}

export function inDirectory(dir: string, name: keyof typeof fileNames): string {
  return join(dir, fileNames[name]);
}
