import { existsSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { syncFolder, writeSynced } from './synced.ts';
import { pepperPath, usersPath } from './users-file.ts';

// Changing the locks writes several files, and a stop in the middle must leave all of them old or all of them new: a hash
// made with another pepper is nobody's code. So each new file is written and synced beside its old one, then one mark is
// set, and from then on there are only renames to do, which need no room on the disk and can be done again.

/** What the files are worked on with; tests put one in that breaks. */
export interface LocksDisk {
  /** Whole, synced, for nobody else to read. */
  write(path: string, text: string): void;
  rename(from: string, to: string): void;
  /** No matter whether it is there. */
  remove(path: string): void;
}

export const locksPath = (dir: string): string => join(dir, 'locks.json');
const markPath = (dir: string): string => join(dir, 'locks-change');
const beside = (path: string): string => `${path}.next`;

/** In this order: whoever reads in between finds the pepper of the hashes there are, or of those that come. */
const filesOf = (dir: string): readonly string[] => [pepperPath(dir), usersPath(dir), locksPath(dir)];
/** The certificate that the hub made for itself. Without it the next start makes another. */
const certificateOf = (dir: string): readonly string[] => [join(dir, 'web-key.pem'), join(dir, 'web-cert.pem')];

export const locksDisk = (dir: string): LocksDisk => ({
  write: writeSynced,
  rename(from, to) {
    renameSync(from, to);
    syncFolder(dir);
  },
  remove(path) {
    rmSync(path, { force: true });
    syncFolder(dir);
  },
});

/** New contents; null: that file stays. */
export interface NewFiles {
  readonly users: string;
  readonly pepper: string | null;
  readonly locks: string;
}

/**
 * Replaces these files at one stroke, and takes away the hub's own certificate. Call it under the users' lock. What it throws
 * before the stroke left everything as it was; after it, the next `finishChange` goes on.
 */
export function replaceAll(dir: string, { users, pepper, locks }: NewFiles, disk: LocksDisk = locksDisk(dir)): void {
  const mark = markPath(dir);
  try {
    if (pepper !== null) disk.write(beside(pepperPath(dir)), pepper);
    disk.write(beside(usersPath(dir)), users);
    disk.write(beside(locksPath(dir)), locks);
    syncFolder(dir);
    disk.write(mark, '');
    syncFolder(dir);
  } catch (error) {
    // The mark first: without the others it would still be one.
    disk.remove(mark);
    forget(dir, disk);
    throw error;
  }
  goOn(dir, disk);
}

/** Goes on with a change that a stop has cut short after its stroke, and forgets one that never came to it. Null, or why not. */
export function finishChange(dir: string, disk: LocksDisk = locksDisk(dir)): string | null {
  try {
    if (existsSync(markPath(dir))) goOn(dir, disk);
    else forget(dir, disk);
    return null;
  } catch (error) {
    const why = error instanceof Error ? error.message : 'unknown error';
    return `a change of the locks in ${dir} was begun and cannot be finished: ${why}`;
  }
}

function goOn(dir: string, disk: LocksDisk): void {
  for (const path of filesOf(dir)) if (existsSync(beside(path))) disk.rename(beside(path), path);
  for (const path of certificateOf(dir)) disk.remove(path);
  disk.remove(markPath(dir));
}

function forget(dir: string, disk: LocksDisk): void {
  for (const path of filesOf(dir)) if (existsSync(beside(path))) disk.remove(beside(path));
}
