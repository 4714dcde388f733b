import { randomBytes, timingSafeEqual } from 'node:crypto';
import type { Role } from '../alarm/events.ts';
import type { PersonId } from '../base/brand.ts';
import { type WallTime, wallTime } from '../base/time.ts';
import { checkCodeRules, neighboursOf } from './codes.ts';
import {
  emptyUsers,
  lostPepper,
  makeDirectory,
  makePepper,
  mostPeople,
  pepperOf,
  peppersAtHand,
  readUsers,
  type StoredPerson,
  type StoredUsers,
  underUsersLock,
  usersPath,
  usersStamp,
  writeUsers,
} from './users-file.ts';
import { type HashCode, type HashCost, hashBytes, hashCode, usualCost } from './users-hash.ts';

/** Somebody to be added. */
export interface NewPerson {
  /** 1–64 printable characters, unlike everyone else's in more than case. */
  readonly name: string;
  readonly role: Role;
  /**
   * ISO date or time. A date is meant to its end, and a time without a zone, in this machine's own time zone.
   * A visitor must have an end, an installer may, nobody else does.
   */
  readonly until?: string | null;
}

/** A person as `users list` shows one. Who has a duress code is shown nowhere: it would be asked for by force. */
export interface ListedPerson {
  readonly id: PersonId;
  readonly name: string;
  readonly role: Role;
  readonly until: WallTime | null;
}

export interface UsersOptions {
  /** Wall time, to refuse an end that is past. */
  readonly now?: () => number;
  /** For a new file only; an existing one keeps its own. */
  readonly cost?: HashCost;
  readonly hash?: HashCode;
}

/** `why` is one sentence with a remedy, for the person at the terminal. */
export type UsersRefused = { readonly ok: false; readonly why: string };

const refused = (why: string): UsersRefused => ({ ok: false, why });

const inUse = 'this code is already in use; choose another';

/**
 * Adds a person with a first code. Creates the data directory, `users.json` and, unless there is a credential
 * `lantern_pepper`, `pepper.key` where they are missing. A damaged file is refused and left as it is.
 * Several may run at once: each waits for its turn. Trouble of the disk comes back as a refusal.
 */
export function addPerson(
  dir: string,
  who: NewPerson,
  code: string,
  credentialsDirectory: string | null,
  options: UsersOptions = {},
): Promise<{ readonly ok: true; readonly id: PersonId } | UsersRefused> {
  return changing(dir, 'make', async () => {
    const name = nameOf(who.name);
    if (name === null) return refused('a name is 1 to 64 printable characters');
    const until = endOf(who, (options.now ?? Date.now)());
    if (typeof until === 'object' && until !== null) return until;
    const wrong = checkCodeRules(code);
    if (wrong !== null) return refused(wrong);

    const open = openForChange(dir, credentialsDirectory, options.cost ?? usualCost);
    if (!open.ok) return open;
    const { users, pepper } = open;
    if (findByName(users, name) !== null)
      return refused(`there is already a person named ${name}; remove that one first, or take another name`);
    if (users.people.length >= mostPeople) return refused(`there are ${mostPeople} people already; remove one first`);

    const hash = await hasher(users, pepper, options)(code);
    if (isTaken(users, hash)) return refused(inUse);
    const id = newId(users);
    const person: StoredPerson = {
      id,
      name,
      role: who.role,
      until,
      code: hash.toString('hex'),
      duress: randomBytes(hashBytes).toString('hex'),
    };
    writeUsers(dir, { ...users, people: [...users.people, person] });
    return { ok: true, id: id as PersonId };
  });
}

/**
 * Gives a person a second code, to be used under duress; it replaces an earlier duress code. Refused when the first code
 * differs from it in one digit or by less than 10, because then a slip of the finger would call for help or fail to.
 *
 * The first code is known only by its hash, so every code that near is hashed and compared: at six digits some 180
 * hashes, several seconds.
 */
export function addDuress(
  dir: string,
  name: string,
  code: string,
  credentialsDirectory: string | null,
  options: UsersOptions = {},
): Promise<{ readonly ok: true } | UsersRefused> {
  return changing(dir, 'expect', async () => {
    const wrong = checkCodeRules(code);
    if (wrong !== null) return refused(wrong);
    const open = openForChange(dir, credentialsDirectory, options.cost ?? usualCost);
    if (!open.ok) return open;
    const { users, pepper } = open;
    const person = findByName(users, name);
    if (person === null) return refused(unknownName(name));

    const hashOf = hasher(users, pepper, options);
    const hash = await hashOf(code);
    if (isTaken(users, hash)) return refused(inUse);
    // A code that the rules refuse cannot be anybody's first one and needs no hash.
    const near = neighboursOf(code).filter((other) => checkCodeRules(other) === null);
    if (await someHashIs(near, hashOf, Buffer.from(person.code, 'hex'))) {
      return refused('this code is too near the first one, and could be mistaken for it; change two digits or more');
    }
    const people = users.people.map((one) => (one.id === person.id ? { ...one, duress: hash.toString('hex') } : one));
    writeUsers(dir, { ...users, people });
    return { ok: true };
  });
}

/** Everyone with a code, in the order they were added. A directory without `users.json` has nobody. */
export function listPeople(
  dir: string,
): { readonly ok: true; readonly people: readonly ListedPerson[] } | UsersRefused {
  const found = readUsers(dir);
  if (found.kind === 'damaged') return refused(found.why);
  const people = found.kind === 'read' ? found.users.people : [];
  return {
    ok: true,
    people: people.map(({ id, name, role, until }) => ({
      id: id as PersonId,
      name,
      role,
      until: until === null ? null : wallTime(Date.parse(until)),
    })),
  };
}

/** Takes away a person and both codes. `residents`: how many residents are left; without one nobody can end a personal alarm. */
export function removePerson(
  dir: string,
  name: string,
): Promise<{ readonly ok: true; readonly id: PersonId; readonly residents: number } | UsersRefused> {
  return changing(dir, 'expect', async () => {
    const found = readUsers(dir);
    if (found.kind === 'damaged') return refused(found.why);
    const person = found.kind === 'read' ? findByName(found.users, name) : null;
    if (found.kind === 'missing' || person === null) return refused(unknownName(name));
    const people = found.users.people.filter((one) => one.id !== person.id);
    writeUsers(dir, { ...found.users, people });
    return {
      ok: true,
      id: person.id as PersonId,
      residents: people.filter((one) => one.role === 'resident').length,
    };
  });
}

async function changing<T>(
  dir: string,
  first: 'make' | 'expect',
  change: () => Promise<T | UsersRefused>,
): Promise<T | UsersRefused> {
  try {
    if (first === 'make') makeDirectory(dir);
    else if (usersStamp(dir) === null) return refused(`nobody has been added in ${dir}; is --data right?`);
    const done = await underUsersLock(dir, change);
    return done ?? refused(`somebody else is changing ${usersPath(dir)}; try again when that is over`);
  } catch (error) {
    return refused(
      `${usersPath(dir)} could not be changed: ${error instanceof Error ? error.message : 'unknown error'}`,
    );
  }
}

type OpenForChange = { readonly ok: true; readonly users: StoredUsers; readonly pepper: Buffer };

function openForChange(dir: string, credentialsDirectory: string | null, cost: HashCost): OpenForChange | UsersRefused {
  const found = readUsers(dir);
  if (found.kind === 'damaged') return refused(found.why);
  const peppers = peppersAtHand(dir, credentialsDirectory);
  if (found.kind === 'read') {
    const pepper = pepperOf(found.users, peppers);
    if (pepper !== null) return { ok: true, users: found.users, pepper };
    // With nobody in it there is nothing to keep, and a new pepper makes a new start.
    if (found.users.people.length > 0) return refused(lostPepper(dir));
  }
  const pepper = peppers[0] ?? makePepper(dir);
  if (pepper === null) return refused(`${dir}/pepper.key is too short to be a pepper; move it away and try again`);
  return { ok: true, users: emptyUsers(pepper, cost), pepper };
}

const unknownName = (name: string): string =>
  `there is no person named ${name.slice(0, 64)}; see \`lantern users list\``;

function nameOf(given: string): string | null {
  const name = given.normalize('NFC').trim();
  return /^[\p{L}\p{M}\p{N}\p{P}\p{S} ]{1,64}$/u.test(name) ? name : null;
}

const folded = (name: string): string => name.normalize('NFC').trim().toLowerCase();

const findByName = (users: StoredUsers, name: string): StoredPerson | null =>
  users.people.find((person) => folded(person.name) === folded(name)) ?? null;

/** The end as ISO in UTC, null for none, or why not. */
function endOf({ role, until }: NewPerson, now: number): string | null | UsersRefused {
  if (until === undefined || until === null) {
    return role === 'visitor'
      ? refused('a visitor needs an end: --until 2026-12-24 or --until 2026-12-24T18:00')
      : null;
  }
  if (role !== 'visitor' && role !== 'installer') return refused(`a ${role} has no end date; leave out --until`);
  const end = parseEnd(until);
  if (end === null) return refused('--until is a date such as 2026-12-24 or a time such as 2026-12-24T18:00');
  if (end.getTime() <= now) return refused('--until is past already; give a later time');
  return end.toISOString();
}

function parseEnd(text: string): Date | null {
  const parts = /^(\d{4})-(\d\d)-(\d\d)(T\d\d:\d\d(:\d\d(\.\d{1,3})?)?(Z|[+-]\d\d:\d\d)?)?$/.exec(text);
  if (parts === null) return null;
  const [year, month, day] = [Number(parts[1]), Number(parts[2]), Number(parts[3])];
  const midnight = new Date(year, month - 1, day);
  // 31 February would quietly become a day in March.
  if (midnight.getMonth() !== month - 1 || midnight.getDate() !== day) return null;
  const end = parts[4] === undefined ? new Date(year, month - 1, day + 1) : new Date(text);
  return Number.isNaN(end.getTime()) ? null : end;
}

function newId(users: StoredUsers): string {
  const id = `p${randomBytes(4).toString('hex')}`;
  return users.people.some((person) => person.id === id) ? newId(users) : id;
}

function hasher(users: StoredUsers, pepper: Buffer, options: UsersOptions): (code: string) => Promise<Buffer> {
  const hash = options.hash ?? hashCode;
  const salt = Buffer.from(users.salt, 'hex');
  return (code) => hash(code, pepper, salt, users.cost);
}

const isTaken = (users: StoredUsers, hash: Buffer): boolean =>
  users.people.some((one) =>
    [one.code, one.duress].some((stored) => timingSafeEqual(Buffer.from(stored, 'hex'), hash)),
  );

/** Two at a time, as in the hub: a small machine has the memory and the cores for it. */
async function someHashIs(
  codes: readonly string[],
  hashOf: (code: string) => Promise<Buffer>,
  wanted: Buffer,
): Promise<boolean> {
  const left = codes.values();
  let found = false;
  const work = async (): Promise<void> => {
    for (const code of left) {
      if (found) return;
      if (timingSafeEqual(await hashOf(code), wanted)) found = true;
    }
  };
  await Promise.all([work(), work()]);
  return found;
}
