import { createHash, randomBytes, scrypt, timingSafeEqual } from 'node:crypto';
import { readFileSync } from 'node:fs';
import * as z from 'zod/mini';
import type { RenewedPassword } from '../hub/ports.ts';
import type { MqttUser } from './house.ts';
import { locksPath } from './locks-files.ts';

/** Revoked passwords remembered of one broker user; beyond it the oldest is forgotten. */
const mostRevoked = 16;
/** Names remembered, of users that the config no longer has too. */
const mostNames = 200;

const hex = (bytes: number) => z.string().check(z.regex(new RegExp(`^[0-9a-f]{${bytes * 2}}$`)));

const Kept = z.strictObject({
  version: z.literal(1),
  /** One for all hashes of this file. */
  salt: hex(16),
  brokerUsers: z
    .array(
      z.strictObject({
        name: z.string().check(z.minLength(1), z.maxLength(256)),
        /** Passwords that are over: those of the config, and those that were made here before the last one. */
        revoked: z.array(hex(32)).check(z.maxLength(mostRevoked)),
        /** The one that was made in their place. */
        renewed: hex(32),
      }),
    )
    .check(z.maxLength(mostNames)),
  /** What the last change ended, in numbers; null: there was none. */
  last: z.nullable(
    z.strictObject({
      id: hex(8),
      at: z.iso.datetime({ precision: 3 }),
      by: z.string().check(z.regex(/^p[0-9a-f]{8}$/)),
      ended: z.record(z.string(), z.int()),
    }),
  ),
});
export type KeptLocks = z.infer<typeof Kept>;

export type KeptLocksFound =
  | { readonly ok: true; readonly locks: KeptLocks }
  | { readonly ok: false; readonly why: string };

/** Reads DIR/locks.json; where there is none, nothing was ever revoked. */
export function readLocks(dir: string): KeptLocksFound {
  const path = locksPath(dir);
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return { ok: true, locks: noLocks() };
    return { ok: false, why: `${path} cannot be read; give it to the user the hub runs as` };
  }
  try {
    return { ok: true, locks: Kept.parse(JSON.parse(text)) };
  } catch {
    return { ok: false, why: `${path} is damaged; move it away and change the locks anew` };
  }
}

const noLocks = (): KeptLocks => ({
  version: 1,
  salt: randomBytes(16).toString('hex'),
  brokerUsers: [],
  last: null,
});

export const locksText = (locks: KeptLocks): string => `${JSON.stringify(locks, null, 2)}\n`;

/**
 * A password of the config may be short, so what is kept of it takes some work to try: 4 MiB and some 10 ms, a fraction of a code,
 * as a start waits for it. It is worth nothing any more once the config has another.
 */
const hashRevoked = (password: string, salt: string): Promise<string> =>
  new Promise((resolve, reject) => {
    scrypt(password, Buffer.from(salt, 'hex'), 32, { N: 2 ** 12, r: 8, p: 1 }, (error, key) =>
      error === null ? resolve(key.toString('hex')) : reject(error),
    );
  });

/** A password made here is random enough to need no more. */
const digestOf = (password: string, salt: string): string =>
  createHash('sha256').update(salt, 'hex').update(password, 'utf8').digest('hex');

/**
 * Of the users whose password in the config is a revoked one, what is known of the one that took its place. A config that names
 * another password wins: then there is nothing to know.
 */
export async function renewedOf(
  { salt, brokerUsers }: KeptLocks,
  users: readonly Pick<MqttUser, 'name' | 'password'>[],
): Promise<ReadonlyMap<string, RenewedPassword>> {
  const found = new Map<string, RenewedPassword>();
  for (const { name, password } of users) {
    const kept = brokerUsers.find((one) => one.name === name);
    if (kept === undefined) continue;
    const hashes = [digestOf(password, salt), await hashRevoked(password, salt)];
    if (hashes.some((hash) => isAmong(hash, kept.revoked))) found.set(name, { salt, digest: kept.renewed });
  }
  return found;
}

const isAmong = (hash: string, hashes: readonly string[]): boolean =>
  hashes.some((one) => timingSafeEqual(Buffer.from(one, 'hex'), Buffer.from(hash, 'hex')));

/** New passwords, and what is to be kept of them. */
export interface Renewed {
  readonly locks: KeptLocks;
  readonly passwords: readonly { readonly name: string; readonly password: string }[];
  readonly digests: ReadonlyMap<string, RenewedPassword>;
}

/** A new password for each of these users. */
export async function renew(locks: KeptLocks, users: readonly Pick<MqttUser, 'name' | 'password'>[]): Promise<Renewed> {
  const { salt } = locks;
  const passwords: { name: string; password: string }[] = [];
  const renewed: KeptLocks['brokerUsers'] = [];
  for (const { name, password } of users) {
    const made = randomBytes(18).toString('base64url');
    const before = locks.brokerUsers.find((one) => one.name === name);
    const over = [...(before === undefined ? [] : [before.renewed]), await hashRevoked(password, salt)];
    const earlier = (before?.revoked ?? []).filter((one) => !over.includes(one));
    passwords.push({ name, password: made });
    renewed.push({ name, revoked: [...earlier, ...over].slice(-mostRevoked), renewed: digestOf(made, salt) });
  }
  const others = locks.brokerUsers.filter((one) => !users.some(({ name }) => name === one.name));
  return {
    locks: { ...locks, brokerUsers: [...others, ...renewed].slice(-mostNames) },
    passwords,
    digests: new Map(renewed.map(({ name, renewed: digest }) => [name, { salt, digest }])),
  };
}
