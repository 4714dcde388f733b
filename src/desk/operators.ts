import { createHash, randomBytes, scrypt, timingSafeEqual } from 'node:crypto';
import { hours, type WallTime, wallTime } from '../base/time.ts';
import type { SessionRow, Store } from './store.ts';

// Who may watch. Passwords are kept as scrypt hashes, sessions as hashes of their tokens; both in the store, so that any
// desk on it knows them.

/** A shift. */
const LASTS = hours(12);
const SHORTEST = 10;
const LONGEST = 256;
/** OWASP's row of 16 MiB (see the Password Storage Cheat Sheet). */
const COST = { N: 2 ** 14, r: 8, p: 5, maxmem: 64 * 1024 * 1024 };
/** Wrong passwords for one name, and how long it then has to wait. */
const MOST_WRONG = 5;
const WAIT_MS = 60_000;
const MOST_NAMES = 1_000;
/** Hashes at once; each takes 16 MiB. */
const MOST_HASHING = 4;

const derive = (password: string, salt: Buffer): Promise<Buffer> =>
  new Promise((resolve, reject) => {
    scrypt(password.normalize('NFC'), salt, 32, COST, (error, key) => (error ? reject(error) : resolve(key)));
  });

/** `SALT:HASH` in hex. */
async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(16);
  return `${salt.toString('hex')}:${(await derive(password, salt)).toString('hex')}`;
}

async function isPassword(password: string, stored: string): Promise<boolean> {
  const [salt = '', hash = ''] = stored.split(':');
  const expected = Buffer.from(hash, 'hex');
  const given = await derive(password, Buffer.from(salt, 'hex'));
  return expected.length === given.length && timingSafeEqual(expected, given);
}

export type OperatorAdded = { readonly ok: true } | { readonly ok: false; readonly why: string };

/** Adds an operator, or gives one who is there another password. */
export async function addOperator(store: Store, name: string, password: string): Promise<OperatorAdded> {
  if (!/^[\p{L}\p{N}][\p{L}\p{N} .'_-]{0,63}$/u.test(name))
    return { ok: false, why: 'a name has letters, digits and spaces, at most 64' };
  if (password.length < SHORTEST || password.length > LONGEST)
    return { ok: false, why: `a password has ${SHORTEST} characters or more, at most ${LONGEST}` };
  if (password.toLowerCase().includes(name.toLowerCase()))
    return { ok: false, why: 'a password must not hold the name it belongs to' };
  await store.saveOperator({ name, hash: await hashPassword(password) });
  return { ok: true };
}

export type SignIn =
  | { readonly ok: true; readonly token: string; readonly session: SessionRow }
  | { readonly ok: false; readonly why: string };

export interface Operators {
  signIn(name: string, password: string): Promise<SignIn>;
  /** The session of a token; null: none, or over. */
  session(token: string | null): Promise<SessionRow | null>;
  signOut(token: string | null): Promise<void>;
}

const sha = (text: string): string => createHash('sha256').update(text).digest('hex');
const WRONG = 'This name and password do not belong together.';

export function createOperators(store: Store, now: () => number): Operators {
  const wrong = new Map<string, { readonly times: number; readonly until: number }>();
  // Costs as much as a real one, so that an unknown name takes as long.
  const nobody = hashPassword(randomBytes(16).toString('hex'));
  let hashing = 0;

  const isWaiting = (name: string): boolean => {
    const known = wrong.get(name);
    return known !== undefined && known.times >= MOST_WRONG && now() < known.until;
  };

  function missed(name: string): void {
    const known = wrong.get(name);
    const times = known === undefined || now() >= known.until ? 1 : known.times + 1;
    wrong.delete(name);
    wrong.set(name, { times, until: now() + WAIT_MS });
    const [oldest] = wrong.keys();
    if (wrong.size > MOST_NAMES && oldest !== undefined) wrong.delete(oldest);
  }

  return {
    async signIn(name, password) {
      if (isWaiting(name)) return { ok: false, why: 'Too many wrong passwords for this name. Wait one minute.' };
      if (hashing >= MOST_HASHING) return { ok: false, why: 'Too many people sign in at once. Try again.' };
      hashing += 1;
      try {
        const known = (await store.operators()).find((one) => one.name === name);
        const isTheirs = await isPassword(password.slice(0, LONGEST), known?.hash ?? (await nobody));
        if (known === undefined || !isTheirs) {
          missed(name);
          return { ok: false, why: WRONG };
        }
        wrong.delete(name);
        const token = randomBytes(32).toString('base64url');
        const session = {
          hash: sha(token),
          name,
          csrf: randomBytes(18).toString('base64url'),
          until: wallTime(now() + LASTS),
        };
        await store.saveSession(session);
        return { ok: true, token, session };
      } finally {
        hashing -= 1;
      }
    },
    async session(token) {
      if (token === null || token.length > 64) return null;
      const found = await store.session(sha(token));
      return found === null || (found.until as WallTime) <= now() ? null : found;
    },
    async signOut(token) {
      if (token !== null) await store.endSession(sha(token));
    },
  };
}
