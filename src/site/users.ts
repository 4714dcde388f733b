import { randomBytes } from 'node:crypto';
import type { Role } from '../alarm/events.ts';
import type { PersonId } from '../base/brand.ts';
import { wallTime } from '../base/time.ts';
import type { ListedPerson } from '../hub/ports.ts';
import { neighboursOf } from './codes.ts';
import {
  badCode,
  changing,
  codeNear,
  codeTaken,
  codeWrong,
  hasher,
  isNear,
  isTaken,
  openForChange,
  refused,
  type UsersOptions,
  type UsersRefused,
  whichCode,
} from './users-change.ts';
import { mostPeople, noCode, readUsers, type StoredPerson, type StoredUsers, writeUsers } from './users-file.ts';

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

/** Whether somebody under threat does it: see `StoredPerson`. */
export type Under = 'no threat' | 'threat';

/**
 * Adds a person with a first code. Creates the data directory, `users.json` and, unless there is a credential
 * `lantern_pepper`, `pepper.key` where they are missing. A damaged file is refused and left as it is.
 * Several may run at once: each waits for its turn. Trouble of the disk comes back as a refusal.
 *
 * Whoever is added under threat gets a code that opens what any code opens, and calls for help each time.
 */
export function addPerson(
  dir: string,
  who: NewPerson,
  code: string,
  credentialsDirectory: string | null,
  options: UsersOptions & { readonly under?: Under } = {},
): Promise<{ readonly ok: true; readonly id: PersonId } | UsersRefused> {
  return changing(dir, 'make', async () => {
    const name = nameOf(who.name);
    if (name === null) return refused('name-form', 'name', 'a name is 1 to 64 printable characters');
    const until = endOf(who, (options.now ?? Date.now)());
    if (typeof until === 'object' && until !== null) return until;
    const wrong = badCode(code, 'code');
    if (wrong !== null) return wrong;

    const open = openForChange(dir, credentialsDirectory, options.cost);
    if (!open.ok) return open;
    const { users, pepper } = open;
    const under = options.under ?? 'no threat';
    if (findByName(peopleSeen(users, under), name) !== null) {
      const why = `there is already a person named ${name}; remove that one first, or take another name`;
      return refused('name-taken', 'name', why);
    }
    if (users.people.length >= mostPeople)
      return refused('too-many', null, `there are ${mostPeople} people already; remove one first`);

    const hash = await hasher(users, pepper, options)(code);
    if (isTaken(users, hash)) return codeTaken('code');
    const id = newId(users);
    const given = hash.toString('hex');
    const codes =
      under === 'threat'
        ? { code: noCode(), duress: noCode(), posed: given }
        : { code: given, duress: noCode(), posed: noCode() };
    const person: StoredPerson = { id, name, role: who.role, until, ...codes, hidden: false };
    writeUsers(dir, { ...users, people: [...users.people, person] });
    return { ok: true, id: id as PersonId };
  });
}

/**
 * Gives a person a second code, to be used under duress; it replaces an earlier duress code. Refused when the first code
 * differs from it in one digit or by less than 10, because then a slip of the finger would call for help or fail to.
 * The first code is known only by its hash: see `isNear`.
 */
export function addDuress(
  dir: string,
  name: string,
  code: string,
  credentialsDirectory: string | null,
  options: UsersOptions = {},
): Promise<{ readonly ok: true } | UsersRefused> {
  return changing(dir, 'expect', async () => {
    const wrong = badCode(code, 'code');
    if (wrong !== null) return wrong;
    const open = openForChange(dir, credentialsDirectory, options.cost);
    if (!open.ok) return open;
    const { users, pepper } = open;
    const person = findByName(users.people, name);
    if (person === null) return unknownName(name);

    const hashOf = hasher(users, pepper, options);
    const hash = await hashOf(code);
    if (isTaken(users, hash)) return codeTaken('code');
    if (await isNear(code, hashOf, person.code)) return codeNear('code');
    writeUsers(dir, withCodes(users, person.id, { duress: hash.toString('hex') }));
    return { ok: true };
  });
}

/**
 * A person's own new code in place of the one they type. Somebody who types a duress code is made to do this: what they choose
 * then opens as a code would and calls for help, what they typed is over, and the true code stays as it is.
 *
 * Refused when it is near their duress code; as that is known only by its hash, if there is one, it takes as long
 * as `addDuress`, and as long for those who have none.
 */
export function changeCode(
  dir: string,
  id: PersonId,
  { code, newCode }: { readonly code: string; readonly newCode: string },
  credentialsDirectory: string | null,
  options: UsersOptions = {},
): Promise<{ readonly ok: true } | UsersRefused> {
  return changing(dir, 'expect', async () => {
    const wrong = badCode(newCode, 'newCode');
    if (wrong !== null) return wrong;
    const open = openForChange(dir, credentialsDirectory, options.cost);
    if (!open.ok) return open;
    const { users, pepper } = open;
    const hashOf = hasher(users, pepper, options);
    const person = users.people.find((one) => one.id === id);
    const which = person === undefined ? null : whichCode(person, await hashOf(code));
    if (person === undefined || which === null) return codeWrong;
    const hash = await hashOf(newCode);
    if (isTaken(users, hash)) return codeTaken('newCode');
    // To whoever watches, a duress code that is typed as the code is the code, and there is no other.
    const duress = which === 'duress' ? noCode() : person.duress;
    if (await isNear(newCode, hashOf, duress)) return codeNear('newCode');
    const given = hash.toString('hex');
    writeUsers(dir, withCodes(users, id, which === 'true' ? { code: given } : { posed: given, duress }));
    return { ok: true };
  });
}

/**
 * A person's own duress code; it replaces an earlier one. Under threat, what they typed goes on as what it was taken for, so that
 * both codes work as whoever watched expects, and both call for help.
 */
export function setDuress(
  dir: string,
  id: PersonId,
  { code, newDuress }: { readonly code: string; readonly newDuress: string },
  credentialsDirectory: string | null,
  options: UsersOptions = {},
): Promise<{ readonly ok: true } | UsersRefused> {
  return changing(dir, 'expect', async () => {
    const wrong = badCode(newDuress, 'newDuress');
    if (wrong !== null) return wrong;
    const open = openForChange(dir, credentialsDirectory, options.cost);
    if (!open.ok) return open;
    const { users, pepper } = open;
    const hashOf = hasher(users, pepper, options);
    const typed = await hashOf(code);
    const person = users.people.find((one) => one.id === id);
    const which = person === undefined ? null : whichCode(person, typed);
    if (which === null) return codeWrong;
    const hash = await hashOf(newDuress);
    if (isTaken(users, hash)) return codeTaken('newDuress');
    if (neighboursOf(newDuress).includes(code)) return codeNear('newDuress');
    const duress = hash.toString('hex');
    writeUsers(dir, withCodes(users, id, which === 'duress' ? { posed: typed.toString('hex'), duress } : { duress }));
    return { ok: true };
  });
}

/** Everyone with a code, in the order they were added. A directory without `users.json` has nobody. */
export function listPeople(
  dir: string,
  under: Under = 'no threat',
): { readonly ok: true; readonly people: readonly ListedPerson[] } | UsersRefused {
  const found = readUsers(dir);
  if (found.kind === 'damaged') return refused('file', null, found.why);
  const people = found.kind === 'read' ? peopleSeen(found.users, under) : [];
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
    if (found.kind === 'damaged') return refused('file', null, found.why);
    const person = found.kind === 'read' ? findByName(found.users.people, name) : null;
    if (found.kind === 'missing' || person === null) return unknownName(name);
    const people = found.users.people.filter((one) => one.id !== person.id);
    writeUsers(dir, { ...found.users, people });
    return {
      ok: true,
      id: person.id as PersonId,
      residents: people.filter((one) => one.role === 'resident').length,
    };
  });
}

/**
 * The same from within, by id and not of oneself, so that a resident is always left. Under threat nobody is taken away: that person is
 * hidden from whoever is under threat, and their codes stay good, because help may have to come in with them.
 */
export function removeOther(
  dir: string,
  id: string,
  by: { readonly id: PersonId; readonly under: Under },
): Promise<{ readonly ok: true; readonly role: Role } | UsersRefused> {
  return changing(dir, 'expect', async () => {
    const found = readUsers(dir);
    if (found.kind === 'damaged') return refused('file', null, found.why);
    if (found.kind === 'missing') return unknownId;
    if (id === by.id) return refused('oneself', null, 'nobody can remove themselves; another resident can');
    const { users } = found;
    const person = peopleSeen(users, by.under).find((one) => one.id === id);
    if (person === undefined) return unknownId;
    const left = users.people.filter((one) => one.id !== id);
    const people = by.under === 'threat' ? hide(users.people, (one) => one.id === id) : left;
    writeUsers(dir, { ...users, people });
    return { ok: true, role: person.role };
  });
}

/** These are hidden from whoever is under threat from now on. */
export const hide = (people: readonly StoredPerson[], which: (person: StoredPerson) => boolean): StoredPerson[] =>
  people.map((one) => (which(one) ? { ...one, hidden: true } : one));

/** Whom somebody gets to see. */
export const peopleSeen = ({ people }: StoredUsers, under: Under): readonly StoredPerson[] =>
  under === 'threat' ? people.filter(({ hidden }) => !hidden) : people;

const withCodes = (
  users: StoredUsers,
  id: string,
  codes: Partial<Pick<StoredPerson, 'code' | 'duress' | 'posed'>>,
): StoredUsers => ({
  ...users,
  people: users.people.map((one) => (one.id === id ? { ...one, ...codes } : one)),
});

const unknownId = refused('unknown', null, 'there is no such person');

const unknownName = (name: string): UsersRefused =>
  refused('unknown', 'name', `there is no person named ${name.slice(0, 64)}; see \`lantern users list\``);

function nameOf(given: string): string | null {
  const name = given.normalize('NFC').trim();
  return /^[\p{L}\p{M}\p{N}\p{P}\p{S} ]{1,64}$/u.test(name) ? name : null;
}

const folded = (name: string): string => name.normalize('NFC').trim().toLowerCase();

const findByName = (people: readonly StoredPerson[], name: string): StoredPerson | null =>
  people.find((person) => folded(person.name) === folded(name)) ?? null;

/** The end as ISO in UTC, null for none, or why not. */
function endOf({ role, until }: NewPerson, now: number): string | null | UsersRefused {
  if (until === undefined || until === null) {
    return role === 'visitor'
      ? refused('until-needed', 'until', 'a visitor needs an end: a date as 2026-12-24, or a time as 2026-12-24T18:00')
      : null;
  }
  if (role !== 'visitor' && role !== 'installer') return refused('until-not', 'until', `a ${role} has no end date`);
  const end = parseEnd(until);
  if (end === null)
    return refused('until-form', 'until', 'the end is a date such as 2026-12-24 or a time such as 2026-12-24T18:00');
  if (end.getTime() <= now) return refused('until-past', 'until', 'the end is past already; give a later time');
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
