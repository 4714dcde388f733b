import { closeSync, fchownSync, fsyncSync, openSync, renameSync, rmSync, statSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';

// A file that a cut of power leaves as it was or as it is to be: written beside, synced, renamed, and the folder synced.

/** All of it into an open file, and on to the disk. */
export function writeAllSynced(descriptor: number, contents: string | Uint8Array): void {
  const bytes = typeof contents === 'string' ? Buffer.from(contents) : contents;
  for (let done = 0; done < bytes.length; ) done += writeSync(descriptor, bytes, done);
  fsyncSync(descriptor);
}

/** Makes a renaming in this folder last. */
export function syncFolder(dir: string): void {
  const descriptor = openSync(dir, 'r');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

/** Writes a file anew and syncs it: mode 0600, with the owner of its folder where root does it. Throws what the disk says. */
export function writeSynced(file: string, contents: string | Uint8Array): void {
  // Never into what lies there already: left over it may be wider, and a link could lead root to somebody else's file.
  rmSync(file, { force: true });
  const descriptor = openSync(file, 'wx', 0o600);
  try {
    // A command run as root must not leave a file that the hub, another user, cannot read.
    if (process.geteuid?.() === 0) {
      const { uid, gid } = statSync(dirname(file));
      fchownSync(descriptor, uid, gid);
    }
    writeAllSynced(descriptor, contents);
  } finally {
    closeSync(descriptor);
  }
}

/** Puts it in the place of a file, whole or not at all; mode 0600. Throws what the disk says. */
export function replaceSynced(file: string, contents: string | Uint8Array): void {
  const beside = `${file}.new`;
  writeSynced(beside, contents);
  renameSync(beside, file);
  syncFolder(dirname(file));
}
