import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { diskTrouble } from '../journal/files.ts';
import { lockDirectory } from '../journal/lock.ts';
import { removalName } from './places.ts';
import { goOn, onlyConfigWaits, restoreWaits } from './restore.ts';

/**
 * Before a hub opens a data directory: finishes a restore that a cut left half done. Null: go on. A sentence with a
 * remedy: this directory is not one to start on.
 */
export function takeUp(data: string): string | null {
  if (existsSync(join(data, removalName))) {
    return `the hub in ${data} is being removed; finish that with lantern remove, or name another directory with --data`;
  }
  if (!restoreWaits(data)) return null;
  try {
    const lock = lockDirectory(data);
    if (lock === null) return `another command or hub is at work on ${data}; wait for it, or stop it first`;
    try {
      goOn(data);
      return null;
    } finally {
      lock.release();
    }
  } catch (error) {
    // The house can be guarded with the config that was accepted last; the command puts the other in its place.
    if (onlyConfigWaits(data)) return null;
    return `a restore was cut off and cannot be finished: ${diskTrouble(error)}; run lantern restore again as root`;
  }
}
