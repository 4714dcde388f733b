import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, statfsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { FileFact, Space } from '../doctor/facts.ts';

const mostBytes = 256 * 1024;
const commandMs = 5_000;

/** What the doctor asks of a machine. Paths are absolute; nothing throws, and what cannot be had is null or empty. */
export interface Machine {
  text(path: string): string | null;
  /** Names in a folder, sorted. */
  names(path: string): readonly string[];
  there(path: string): boolean;
  file(path: string): FileFact;
  space(path: string): Space | null;
  /** What a command prints, whatever its exit code; null where there is no such command or it does not end. */
  run(command: string, args: readonly string[]): string | null;
}

const orNull = <T>(read: () => T): T | null => {
  try {
    return read();
  } catch {
    return null;
  }
};

/** The machine whose files lie below this root: `/` for this one. Commands are those of this one. */
export function machineAt(root: string): Machine {
  const at = (path: string): string => join(root, path);
  const readable = (path: string): boolean => orNull(() => readFileSync(at(path)).length) !== null;
  return {
    text: (path) => orNull(() => readFileSync(at(path)).subarray(0, mostBytes).toString('utf8')),
    names: (path) => orNull(() => readdirSync(at(path)).sort()) ?? [],
    there: (path) => orNull(() => statSync(at(path))) !== null,
    file(path) {
      const found = orNull(() => statSync(at(path)));
      const there =
        found !== null && (found.isDirectory() ? orNull(() => readdirSync(at(path))) !== null : readable(path));
      const mode = found?.mode ?? 0;
      return { path, there, group: (mode & 0o070) !== 0, others: (mode & 0o007) !== 0 };
    },
    space: (path) =>
      orNull(() => {
        const { bsize, blocks, bavail, files, ffree } = statfsSync(at(path));
        return { totalBytes: bsize * blocks, freeBytes: bsize * bavail, inodes: files, inodesFree: ffree };
      }),
    run(command, args) {
      try {
        return execFileSync(command, [...args], {
          encoding: 'utf8',
          timeout: commandMs,
          stdio: ['ignore', 'pipe', 'ignore'],
        });
      } catch (error) {
        const said = typeof error === 'object' && error !== null && 'stdout' in error ? error.stdout : null;
        const none = typeof error === 'object' && error !== null && 'code' in error;
        return none || typeof said !== 'string' ? null : said;
      }
    },
  };
}
