import { randomBytes } from 'node:crypto';
import { closeSync, fsyncSync, openSync, readdirSync, statSync, unlinkSync, writeSync } from 'node:fs';
import { open, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod/mini';
import type { Job } from '../provision/job.ts';
import { readSource } from './source.ts';
import { syncFolder } from './synced.ts';

const NAME = 'provision.json';
const MOST_BYTES = 2 * 1024 * 1024;

export type JobFound = { readonly ok: true; readonly job: Job | null } | { readonly ok: false; readonly why: string };
export type JobKept = { readonly ok: true } | { readonly ok: false; readonly why: string };

/** DIR/provision.json: the job at hand, with its referral. Nothing here throws. */
export interface JobFile {
  load(): JobFound;
  /**
   * In its place, on the disk, when this resolves: a cut of power leaves the job before or the job after. Mode 0600. One
   * at a time.
   */
  save(job: Job): Promise<JobKept>;
  /**
   * Writes over the file, and takes it away. Earlier versions of it lay in blocks that the file system has given back; on
   * an SD card, which writes elsewhere every time, none of them can be reached to be written over.
   */
  wipe(): JobKept;
}

const list = z.array(z.looseObject({}));
const named = z.record(z.string(), z.unknown());

/** As far as a file of our own can be wrong: of another version, or touched by hand. */
const StoredJob = z.looseObject({
  version: z.literal(1),
  id: z.string(),
  startedAt: z.number(),
  referral: z.looseObject({
    reference: z.string(),
    received: z.string(),
    risk: z.string(),
    urgency: z.string(),
    property: z.looseObject({ kind: z.string(), ownerAgrees: z.string() }),
    access: z.array(z.string()),
    conditions: z.array(z.string()),
    needs: z.array(z.string()),
  }),
  installer: z.looseObject({ person: z.nullable(z.string()), name: z.string() }),
  checks: named,
  devices: list,
  rooms: z.array(z.string()),
  standsIn: z.nullable(z.string()),
  secretsAt: z.nullable(z.number()),
  tests: z.record(z.string(), list),
  presses: list,
  paths: named,
  items: list,
  waivers: list,
  papersAt: z.nullable(z.number()),
});

export function openJobFile(dir: string): JobFile {
  const path = join(dir, NAME);

  const failed = (what: string, error: unknown): JobKept => {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
    return { ok: false, why: `${path} cannot be ${what} (${code}); look at the disk and its rights, and try again` };
  };

  return {
    load() {
      const source = readSource(path, MOST_BYTES);
      if (!source.ok) return source.absent ? { ok: true, job: null } : { ok: false, why: `${path}: ${source.why}` };
      const job = parse(source.text);
      if (job !== null) return { ok: true, job };
      return { ok: false, why: `${path} is damaged or of another version; move it away, and begin the job anew` };
    },
    async save(job) {
      try {
        await replace(dir, path, `${JSON.stringify(job)}\n`);
        return { ok: true };
      } catch (error) {
        return failed('written', error);
      }
    },
    wipe() {
      try {
        // One that was being written when the power went lies beside it.
        const left = readdirSync(dir).filter((name) => name === NAME || name.startsWith(`${NAME}.`));
        for (const name of left) overwrite(join(dir, name));
        syncFolder(dir);
        return { ok: true };
      } catch (error) {
        return failed('wiped', error);
      }
    },
  };
}

/** As `replaceSynced`, for a file that is written while the hub guards: nothing waits for the disk. */
async function replace(dir: string, path: string, text: string): Promise<void> {
  const beside = `${path}.new`;
  await rm(beside, { force: true });
  const file = await open(beside, 'wx', 0o600);
  try {
    if (process.geteuid?.() === 0) {
      const { uid, gid } = await stat(dir);
      await file.chown(uid, gid);
    }
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(beside, path);
  const folder = await open(dir, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

function parse(text: string): Job | null {
  try {
    const value: unknown = JSON.parse(text);
    return StoredJob.safeParse(value).success ? (value as Job) : null;
  } catch {
    return null;
  }
}

function overwrite(path: string): void {
  const { size } = statSync(path);
  const descriptor = openSync(path, 'r+');
  try {
    const chance = randomBytes(size);
    for (let done = 0; done < size; ) done += writeSync(descriptor, chance, done, size - done, done);
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
  unlinkSync(path);
}
