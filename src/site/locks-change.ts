import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { PersonId } from '../base/brand.ts';
import type { NewLocks, RenewedPassword, RevokedCounts } from '../hub/ports.ts';
import type { MqttUser } from './house.ts';
import { type LocksDisk, locksDisk, replaceAll } from './locks-files.ts';
import { type KeptLocks, locksText, readLocks, renew } from './locks-kept.ts';
import { hide, peopleSeen } from './users.ts';
import {
  changing,
  codeTaken,
  codeWrong,
  hasher,
  isTaken,
  type OpenForChange,
  openForChange,
  refused,
  type UsersOptions,
  type UsersRefused,
  whichCode,
  wrongLocks,
} from './users-change.ts';
import { newEra, newPepper, noCode, pepperPath, type StoredPerson, type StoredUsers, usersText } from './users-file.ts';
import { pepperMark } from './users-hash.ts';

/** What the change made new, and what it ended. */
export interface ChangedLocks {
  readonly ok: true;
  readonly id: string;
  readonly at: string;
  /** Known to nobody else, and kept only as digests. */
  readonly passwords: readonly { readonly name: string; readonly password: string }[];
  /** The same passwords as the broker is to know them. */
  readonly digests: ReadonlyMap<string, RenewedPassword>;
  readonly ended: RevokedCounts;
}

export interface LocksPlace {
  readonly dir: string;
  readonly credentialsDirectory: string | null;
  /** Users of the embedded broker, as the config names them. */
  readonly brokerUsers: readonly MqttUser[];
}

export interface LocksOptions extends UsersOptions {
  /** What else ends with the change. */
  readonly ends?: Partial<RevokedCounts>;
  readonly disk?: LocksDisk;
}

/**
 * Changes the locks in the data directory, at one stroke: nobody but this resident has a code afterwards, and hers is the new one; pepper,
 * era and the passwords of the broker's users are new. Whatever stops it leaves the old or the new.
 *
 * With a duress code for the code, somebody stands beside her. Everything that can be tried from beside her is then as if
 * it had been done: what she typed is over, what she chose opens as a code does (and calls for help), sessions and passwords
 * are new. But no true code is lost, neither hers nor that of anybody else: the others are hidden from whoever is under threat, and can come
 * in. The pepper has to stay for that.
 */
export function changeLocks(
  { dir, credentialsDirectory, brokerUsers }: LocksPlace,
  id: PersonId,
  asked: NewLocks,
  options: LocksOptions = {},
): Promise<ChangedLocks | UsersRefused> {
  return changing(dir, 'expect', async () => {
    const wrong = wrongLocks(asked, brokerUsers);
    if (wrong !== null) return wrong;
    const kept = readLocks(dir);
    if (!kept.ok) return refused('file', null, kept.why);
    const open = openForChange(dir, credentialsDirectory, options.cost);
    if (!open.ok) return open;

    const before = peopleSeen(open.users, 'no threat');
    const person = before.find((one) => one.id === id);
    const hashOf = hasher(open.users, open.pepper, options);
    const typed = await hashOf(asked.code);
    const which = person === undefined ? null : whichCode(person, typed);
    if (person === undefined || which === null || person.role !== 'resident') return codeWrong;
    if (isTaken(open.users, await hashOf(asked.newCode))) return codeTaken('newCode');
    if (asked.newDuress !== null && isTaken(open.users, await hashOf(asked.newDuress))) return codeTaken('newDuress');

    const seen = peopleSeen(open.users, which === 'true' ? 'no threat' : 'threat');
    const pepper = pepperFile(dir, open.pepper);
    const made =
      which === 'true'
        ? await truly(open, person, asked, pepper === null ? null : newPepper(), options)
        : await underThreat(open, person, asked, pepper, options);
    const renewed = await renew(
      kept.locks,
      brokerUsers.filter(({ name }) => !asked.leaveOut.includes(name)),
    );
    const ended: RevokedCounts = {
      people: seen.length - 1,
      sessions: 0,
      installer: 0,
      ...options.ends,
      brokerUsers: renewed.passwords.length,
    };
    const last = { id: randomBytes(8).toString('hex'), at: new Date((options.now ?? Date.now)()).toISOString() };
    const locks: KeptLocks = { ...renewed.locks, last: { ...last, by: id, ended: { ...ended } } };
    const files = { users: usersText(made.users), pepper: made.pepper, locks: locksText(locks) };
    replaceAll(dir, files, options.disk ?? locksDisk(dir));
    const { passwords, digests } = renewed;
    return { ok: true, ...last, passwords, digests, ended };
  });
}

interface Made {
  readonly users: StoredUsers;
  /** The new text of the pepper's file; null: it is a credential. */
  readonly pepper: string | null;
}

async function truly(
  { users, pepper }: OpenForChange,
  person: StoredPerson,
  { newCode, newDuress }: NewLocks,
  pepperText: string | null,
  options: UsersOptions,
): Promise<Made> {
  const now = pepperText === null ? pepper : Buffer.from(pepperText);
  const salt = randomBytes(16).toString('hex');
  const hashOf = hasher({ salt, cost: users.cost }, now, options);
  const code = (await hashOf(newCode)).toString('hex');
  const duress = newDuress === null ? noCode() : (await hashOf(newDuress)).toString('hex');
  const one: StoredPerson = { ...person, code, duress, posed: noCode(), hidden: false };
  return {
    users: { ...users, salt, pepper: pepperMark(now), era: newEra(), people: [one] },
    pepper: pepperText,
  };
}

/** As many hashes, and the same files. */
async function underThreat(
  { users, pepper }: OpenForChange,
  person: StoredPerson,
  { newCode, newDuress }: NewLocks,
  pepperText: string | null,
  options: UsersOptions,
): Promise<Made> {
  const hashOf = hasher(users, pepper, options);
  const posed = (await hashOf(newCode)).toString('hex');
  const duress = newDuress === null ? noCode() : (await hashOf(newDuress)).toString('hex');
  const others = hide(users.people, (one) => one.id !== person.id);
  const people = others.map((one) => (one.id === person.id ? { ...one, posed, duress } : one));
  return { users: { ...users, era: newEra(), people }, pepper: pepperText };
}

/** The hub's own pepper as its file has it; null: another one is used, of a credential. */
function pepperFile(dir: string, used: Buffer): string | null {
  try {
    const text = readFileSync(pepperPath(dir), 'utf8');
    return Buffer.from(text).equals(used) ? text : null;
  } catch {
    return null;
  }
}
