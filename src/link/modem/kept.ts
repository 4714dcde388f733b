import { closeSync, fchmodSync, fsyncSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Kept } from './pin.ts';

const MOST_BYTES = 4096;

/** Keeps a short text in a file of its own: written beside, synced, renamed; mode 0600. */
export function keptFile(file: string): Kept {
  return {
    get() {
      try {
        const text = readFileSync(file, 'utf8');
        return text.length > MOST_BYTES ? null : text;
      } catch {
        return null;
      }
    },
    set(text) {
      try {
        write(`${file}.new`, text);
        renameSync(`${file}.new`, file);
        syncFolder(dirname(file));
        return Promise.resolve(true);
      } catch {
        return Promise.resolve(false);
      }
    },
  };
}

function write(file: string, text: string): void {
  const descriptor = openSync(file, 'w', 0o600);
  try {
    fchmodSync(descriptor, 0o600);
    writeSync(descriptor, text);
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

function syncFolder(folder: string): void {
  const descriptor = openSync(folder, 'r');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
