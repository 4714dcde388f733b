import { accessSync, constants } from 'node:fs';

/** This process may read that file. */
export function isReadable(file: string): boolean {
  try {
    accessSync(file, constants.R_OK);
    return true;
  } catch {
    return false;
  }
}
