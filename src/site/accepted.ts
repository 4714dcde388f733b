import { statSync } from 'node:fs';
import { join } from 'node:path';
import { type Families, rebuildHouse } from './config.ts';
import type { House } from './house.ts';
import { readSource } from './source.ts';
import { replaceSynced } from './synced.ts';

const NAME = 'accepted.json';

/** Aliases written out make the accepted form longer than its file, by the bound on values no more than this. */
const MOST_BYTES = 16 * 1024 * 1024;

export type Saved = { readonly ok: true } | { readonly ok: false; readonly why: string };

/**
 * Keeps the last accepted config in the data directory, so that a cut of power leaves the old one or the new one; mode
 * 0600, because secrets are in it.
 */
export function saveAccepted(dir: string, accepted: string): Saved {
  const path = join(dir, NAME);
  try {
    // On most starts it is the same as before, and the panel need not wait for a disk.
    if (!isKept(path, accepted)) replaceSynced(path, accepted);
    return { ok: true };
  } catch (error) {
    return { ok: false, why: error instanceof Error ? error.message : String(error) };
  }
}

function isKept(path: string, accepted: string): boolean {
  const found = statSync(path, { throwIfNoEntry: false });
  if (found === undefined || (found.mode & 0o777) !== 0o600) return false;
  const kept = readSource(path, MOST_BYTES);
  return kept.ok && kept.text === accepted;
}

/** The house last accepted; null if there is none that this program can use. */
export function loadAccepted(dir: string, families: Families): House | null {
  const source = readSource(join(dir, NAME), MOST_BYTES);
  return source.ok ? rebuildHouse(source.text, families) : null;
}
