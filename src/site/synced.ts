import { closeSync, fsyncSync, openSync, writeSync } from 'node:fs';

// A file that a cut of power leaves as it was or as it is to be: written beside, synced, renamed, and the folder synced.

/** All of a text into an open file, and on to the disk. */
export function writeAllSynced(descriptor: number, text: string): void {
  const bytes = Buffer.from(text);
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
