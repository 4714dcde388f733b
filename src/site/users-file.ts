import { createHash, randomBytes } from 'node:crypto';
import { linkSync, mkdirSync, readFileSync, renameSync, statSync, unlinkSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { join } from 'node:path';
import * as z from 'zod/mini';
import { syncFolder, writeSynced } from './synced.ts';
import { type HashCost, hashBytes, isBearable, pepperMark, usualCost } from './users-hash.ts';

/** `users.json` holds at most so many people; the hub compares with all of them at every attempt. */
export const mostPeople = 100;

/** Stands where a code could, and is nobody's. */
export const noCode = (): string => randomBytes(hashBytes).toString('hex');

const hex = (bytes: number) => z.string().check(z.regex(new RegExp(`^[0-9a-f]{${bytes * 2}}$`)));

const StoredPerson = z.strictObject({
  id: z.string().check(z.regex(/^p[0-9a-f]{8}$/)),
  name: z.string().check(z.minLength(1), z.maxLength(256)),
  role: z.enum(['resident', 'installer', 'monitor', 'visitor']),
  /** ISO, UTC; null: no end. */
  until: z.nullable(z.iso.datetime({ precision: 3 })),
  code: hex(hashBytes),
  /** Random bytes where there is no duress code: the file does not tell who has one. */
  duress: hex(hashBytes),
  /**
   * What somebody under threat was made to choose as the code: on site it is one, and like a duress code it calls for help.
   * Random bytes where there is none.
   */
  posed: z._default(hex(hashBytes), () => noCode()),
  /** Taken away by somebody under threat: the codes stay good, and nobody who is under threat sees this person again. */
  hidden: z._default(z.boolean(), false),
});

const StoredUsers = z.strictObject({
  version: z.literal(1),
  cost: z.strictObject({ N: z.int(), r: z.int(), p: z.int() }).check(z.refine(isBearable)),
  /** One for the site, so that one hash an attempt is enough to compare with everybody's. */
  salt: hex(16),
  /** See `pepperMark`. */
  pepper: hex(8),
  /** Made anew when the locks are changed. */
  era: z._default(hex(8), '0'.repeat(16)),
  people: z.array(StoredPerson).check(z.maxLength(mostPeople)),
});

export type StoredPerson = z.infer<typeof StoredPerson>;
export type StoredUsers = z.infer<typeof StoredUsers>;

export type UsersFound =
  | { readonly kind: 'read'; readonly users: StoredUsers }
  | { readonly kind: 'missing' }
  | { readonly kind: 'damaged'; readonly why: string };

export const usersPath = (dir: string): string => join(dir, 'users.json');

const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : 'unknown error';

/** Reads DIR/users.json. Never throws, never changes anything. */
export function readUsers(dir: string): UsersFound {
  const path = usersPath(dir);
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return { kind: 'missing' };
    return { kind: 'damaged', why: `${path} cannot be read (${codeOf(error)}); give it to the user the hub runs as` };
  }
  const damaged = {
    kind: 'damaged',
    why: `${path} is damaged; restore it from a copy, or move it away and add everyone anew`,
  } as const;
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return damaged;
  }
  const parsed = StoredUsers.safeParse(json);
  return parsed.success ? { kind: 'read', users: parsed.data } : damaged;
}

/** What changes whenever the file is replaced or written; null while there is none. */
export function usersStamp(dir: string): string | null {
  const at = statSync(usersPath(dir), { bigint: true, throwIfNoEntry: false });
  return at === undefined ? null : `${at.dev}:${at.ino}:${at.size}:${at.mtimeNs}:${at.ctimeNs}`;
}

/** As it is written. */
export const usersText = (users: StoredUsers): string => `${JSON.stringify(users, null, 2)}\n`;

/** Replaces DIR/users.json at one stroke; after a pulled plug there is the old file or the new one. Call it under the lock. */
export function writeUsers(dir: string, users: StoredUsers): void {
  const path = usersPath(dir);
  // The lock makes one name for the unfinished file enough, and the next writer takes away what a crash left.
  writeSynced(`${path}.tmp`, usersText(users));
  renameSync(`${path}.tmp`, path);
  syncFolder(dir);
}

export const newEra = (): string => randomBytes(8).toString('hex');

/** The file of a site where nobody has been added yet. */
export const emptyUsers = (pepper: Buffer, cost: HashCost = usualCost): StoredUsers => ({
  version: 1,
  cost,
  salt: randomBytes(16).toString('hex'),
  pepper: pepperMark(pepper),
  era: newEra(),
  people: [],
});

/** Creates the data directory, for its owner alone, where it is missing. */
export const makeDirectory = (dir: string): void => {
  mkdirSync(dir, { recursive: true, mode: 0o700 });
};

/**
 * Runs `work` while no other process works on this directory's `users.json`. Waits for its turn up to 60 s (adding a duress
 * code takes seconds); null: the turn never came.
 *
 * The lock is an abstract Unix socket named after the directory: the kernel gives it back when its holder ends, however
 * it ends, so there is no stale lock to judge.
 */
export async function underUsersLock<T>(dir: string, work: () => Promise<T>): Promise<T | null> {
  const { dev, ino } = statSync(dir, { bigint: true });
  const path = `\0lantern-users-${createHash('sha256').update(`${dev}:${ino}`).digest('hex')}`;
  for (let tries = 0; tries < 1200; tries += 1) {
    const held = await tryLock(path);
    if (held === null) {
      await new Promise((resolve) => setTimeout(resolve, 50));
      continue;
    }
    try {
      return await work();
    } finally {
      await new Promise((resolve) => held.close(resolve));
    }
  }
  return null;
}

function tryLock(path: string): Promise<Server | null> {
  return new Promise((resolve, reject) => {
    const server = createServer((stranger) => stranger.destroy());
    server.once('error', (error) => (codeOf(error) === 'EADDRINUSE' ? resolve(null) : reject(error)));
    server.listen({ path }, () => resolve(server));
  });
}

export const pepperPath = (dir: string): string => join(dir, 'pepper.key');

function readPepper(path: string): Buffer | null {
  try {
    const bytes = readFileSync(path);
    return bytes.length < 16 ? null : bytes;
  } catch {
    return null;
  }
}

/** `$CREDENTIALS_DIRECTORY/lantern_pepper`, then DIR/pepper.key; those that are there and have at least 16 bytes. */
export function peppersAtHand(dir: string, credentialsDirectory: string | null): readonly Buffer[] {
  const paths = credentialsDirectory === null ? [] : [join(credentialsDirectory, 'lantern_pepper')];
  return [...paths, pepperPath(dir)].flatMap((path) => readPepper(path) ?? []);
}

/** The pepper these users' hashes were made with, or null when it is not at hand. */
export const pepperOf = (users: StoredUsers, peppers: readonly Buffer[]): Buffer | null =>
  peppers.find((pepper) => pepperMark(pepper) === users.pepper) ?? null;

/** The text of a pepper file: 32 random bytes as hex. */
export const newPepper = (): string => `${randomBytes(32).toString('hex')}\n`;

/** Makes DIR/pepper.key; one that another process made meanwhile wins. */
export function makePepper(dir: string): Buffer | null {
  const path = pepperPath(dir);
  const draft = `${path}.${process.pid}.${randomBytes(4).toString('hex')}.tmp`;
  writeSynced(draft, newPepper());
  try {
    linkSync(draft, path);
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw error;
  } finally {
    unlinkSync(draft);
  }
  syncFolder(dir);
  return readPepper(path);
}

/** Said by the hub and by the commands alike. */
export const lostPepper = (dir: string): string =>
  `${usersPath(dir)} was made with a pepper that is not here; bring back ${dir}/pepper.key or the credential lantern_pepper, or move users.json away and add everyone anew`;
