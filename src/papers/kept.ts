import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { agencyPapers, type PaperName } from './names.ts';

// What was written, without what draws it: that is large, and needed once.

/** Where the papers of a hub lie. */
export const folderOf = (dir: string): string => join(dir, 'papers');

/** One paper that was written; null when it is not there. */
export function readPaper(dir: string, name: PaperName): Buffer | null {
  try {
    return readFileSync(join(folderOf(dir), name));
  } catch {
    return null; // not written, or forgotten
  }
}

/** Deletes what left with the installer. Call it when their session is over: nothing of the referral stays on the hub. */
export function forgetAgencyPapers(dir: string): void {
  for (const name of agencyPapers) rmSync(join(folderOf(dir), name), { force: true });
}
