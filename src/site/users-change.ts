import { timingSafeEqual } from 'node:crypto';
import type { NewLocks } from '../hub/ports.ts';
import { CODE_FAULTS, type CodeFault, codeFault, neighboursOf } from './codes.ts';
import type { MqttUser } from './house.ts';
import { finishChange } from './locks-files.ts';
import {
  emptyUsers,
  lostPepper,
  makeDirectory,
  makePepper,
  pepperOf,
  peppersAtHand,
  readUsers,
  type StoredPerson,
  type StoredUsers,
  underUsersLock,
  usersPath,
  usersStamp,
} from './users-file.ts';
import { type HashCode, type HashCost, hashCode, usualCost } from './users-hash.ts';

// What every change of users.json has in common.

export interface UsersOptions {
  /** Wall time, to refuse an end that is past. */
  readonly now?: () => number;
  /** For a new file only; an existing one keeps its own. */
  readonly cost?: HashCost;
  readonly hash?: HashCode;
}

/** What was wrong, by a name of its own, so that a page can say it in any language. */
export type UsersFault =
  | CodeFault
  | 'code-taken'
  | 'code-near'
  | 'code-wrong'
  | 'name-form'
  | 'name-taken'
  | 'too-many'
  | 'until-needed'
  | 'until-not'
  | 'until-form'
  | 'until-past'
  | 'unknown'
  | 'oneself'
  | 'not-allowed'
  | 'file';

/** Which part of what was given is wrong; null: none of it. */
export type UsersField = 'name' | 'until' | 'code' | 'newCode' | 'newDuress' | 'leaveOut' | null;

/** `why` is one sentence with a remedy, for the person at the terminal. */
export interface UsersRefused {
  readonly ok: false;
  readonly is: UsersFault;
  readonly field: UsersField;
  readonly why: string;
}

export const refused = (is: UsersFault, field: UsersField, why: string): UsersRefused => ({
  ok: false,
  is,
  field,
  why,
});

export const codeTaken = (field: UsersField): UsersRefused =>
  refused('code-taken', field, 'this code is already in use; choose another');

export const codeNear = (field: UsersField): UsersRefused =>
  refused(
    'code-near',
    field,
    'this code is too near the first one, and could be mistaken for it; change two digits or more',
  );

export const codeWrong: UsersRefused = refused('code-wrong', 'code', 'that code is not right');

/** Null when this may be somebody's code. */
export function badCode(code: string, field: UsersField): UsersRefused | null {
  const fault = codeFault(code);
  return fault === null ? null : refused(fault, field, CODE_FAULTS[fault]);
}

/** Runs `change` while nobody else changes this directory's people. Trouble of the disk comes back as a refusal. */
export async function changing<T>(
  dir: string,
  first: 'make' | 'expect',
  change: () => Promise<T | UsersRefused>,
): Promise<T | UsersRefused> {
  try {
    if (first === 'make') makeDirectory(dir);
    else if (usersStamp(dir) === null)
      return refused('unknown', null, `nobody has been added in ${dir}; is --data right?`);
    const done = await underUsersLock(dir, async () => {
      const unfinished = finishChange(dir);
      return unfinished === null ? change() : refused('file', null, unfinished);
    });
    return done ?? refused('file', null, `somebody else is changing ${usersPath(dir)}; try again when that is over`);
  } catch (error) {
    const why = error instanceof Error ? error.message : 'unknown error';
    return refused('file', null, `${usersPath(dir)} could not be changed: ${why}`);
  }
}

export type OpenForChange = { readonly ok: true; readonly users: StoredUsers; readonly pepper: Buffer };

export function openForChange(
  dir: string,
  credentialsDirectory: string | null,
  cost: HashCost = usualCost,
): OpenForChange | UsersRefused {
  const found = readUsers(dir);
  if (found.kind === 'damaged') return refused('file', null, found.why);
  const peppers = peppersAtHand(dir, credentialsDirectory);
  if (found.kind === 'read') {
    const pepper = pepperOf(found.users, peppers);
    if (pepper !== null) return { ok: true, users: found.users, pepper };
    // With nobody in it there is nothing to keep, and a new pepper makes a new start.
    if (found.users.people.length > 0) return refused('file', null, lostPepper(dir));
  }
  const pepper = peppers[0] ?? makePepper(dir);
  if (pepper === null)
    return refused('file', null, `${dir}/pepper.key is too short to be a pepper; move it away and try again`);
  return { ok: true, users: emptyUsers(pepper, cost), pepper };
}

export function hasher(
  { salt: text, cost }: Pick<StoredUsers, 'salt' | 'cost'>,
  pepper: Buffer,
  options: UsersOptions,
): (code: string) => Promise<Buffer> {
  const hash = options.hash ?? hashCode;
  const salt = Buffer.from(text, 'hex');
  return (code) => hash(code, pepper, salt, cost);
}

/** Which of a person's codes this is; `posed` and `duress` both call for help. */
export type WhichCode = 'true' | 'posed' | 'duress';

/** Compares with all of them, whichever it is: how long it takes tells nothing. */
export function whichCode(person: StoredPerson, hash: Buffer): WhichCode | null {
  const is = (stored: string): boolean => timingSafeEqual(Buffer.from(stored, 'hex'), hash);
  const [code, posed, duress] = [is(person.code), is(person.posed), is(person.duress)];
  if (code) return 'true';
  if (posed) return 'posed';
  return duress ? 'duress' : null;
}

export const isTaken = (users: StoredUsers, hash: Buffer): boolean =>
  users.people.filter((one) => whichCode(one, hash) !== null).length > 0;

/**
 * Whether a code that differs from this one in one digit or by less than 10 has the wanted hash. A code known only by its
 * hash is found so: at six digits some 180 hashes, several seconds. Two at a time, as in the hub: a small machine has the
 * memory and the cores for it. A code that the rules refuse cannot be anybody's and needs no hash.
 */
export async function isNear(
  code: string,
  hashOf: (code: string) => Promise<Buffer>,
  wanted: string,
): Promise<boolean> {
  const left = neighboursOf(code)
    .filter((other) => codeFault(other) === null)
    .values();
  const bytes = Buffer.from(wanted, 'hex');
  let found = false;
  const work = async (): Promise<void> => {
    for (const other of left) {
      if (found) return;
      if (timingSafeEqual(await hashOf(other), bytes)) found = true;
    }
  };
  await Promise.all([work(), work()]);
  return found;
}

/** What is wrong with new locks before anybody's code is looked at. */
export function wrongLocks(
  { code, newCode, newDuress, leaveOut }: NewLocks,
  users: readonly Pick<MqttUser, 'name'>[],
): UsersRefused | null {
  const wrong = badCode(newCode, 'newCode') ?? (newDuress === null ? null : badCode(newDuress, 'newDuress'));
  if (wrong !== null) return wrong;
  if (newCode === code) return codeTaken('newCode');
  if (newDuress === newCode || newDuress === code) return codeTaken('newDuress');
  if (newDuress !== null && neighboursOf(newDuress).includes(newCode)) return codeNear('newDuress');
  const unknown = leaveOut.find((name) => !users.some((user) => user.name === name));
  return unknown === undefined ? null : refused('unknown', 'leaveOut', 'the broker has no user of that name');
}
