import type { GivenCode } from '../alarm/events.ts';
import type { PersonId, SourceId } from '../base/brand.ts';
import type { JsonObject } from '../base/json.ts';
import type {
  Asker,
  ListedPerson,
  LiveLocks,
  LocksChanged,
  NewLocks,
  OwnCodeDone,
  PeopleRefused,
  PersonToAdd,
} from '../hub/ports.ts';
import type { Work } from './endpoints.ts';
import { type RefusalName, type Reply, refuse } from './refusals.ts';
import type { Session } from './sessions.ts';

// What the endpoints and the pages of people and locks have in common: each deed with all that follows from it.

type PeopleWork = Pick<Work, 'people' | 'locks' | 'sessions' | 'streams' | 'window'>;

const askerOf = (by: Session): Asker => ({ by: by.vouched, source: `session:${by.id}` as SourceId });

/** What was typed twice has to be the same. */
export const unlike = (field: string): PeopleRefused => ({
  ok: false,
  is: 'again-differs',
  field,
  why: 'this is not the same as before; type both anew',
});

/** A new code, typed twice. */
export interface Twice {
  readonly first: string;
  readonly again: string;
}

/** Everybody signed in that this person gets to see: under threat none of those who are hidden. */
export function sessionsSeen({ people, sessions }: Pick<Work, 'people' | 'sessions'>, by: Session): readonly Session[] {
  const listed = people.list(by.vouched);
  const seen = listed.ok ? new Set(listed.people.map(({ id }) => id)) : null;
  return sessions.list().filter(({ person }) => seen === null || seen.has(person.id));
}

/** Whoever is removed is signed out too, everywhere. */
export async function removePerson({ people, sessions, streams }: PeopleWork, by: Session, id: string) {
  const done = await people.remove(by.vouched, id);
  if (!done.ok) return done;
  await sessions.endOthers(by.id, (one) => one.person.id === id);
  streams.look();
  return done;
}

export async function addPerson(
  { people }: PeopleWork,
  by: Session,
  { again, ...person }: PersonToAdd & { readonly again: string },
): Promise<{ readonly ok: true; readonly id: PersonId } | PeopleRefused> {
  return person.code === again ? people.add(by.vouched, person) : unlike('again');
}

/** How it ended, and the new token of this session, where a right code was given. */
export interface WithCookie<Done> {
  readonly done: Done;
  readonly cookie: string | null;
}

/**
 * A code that was right is as good as signing in with it. Above all a session in which a duress code was given stands for somebody under
 * threat from then on, whatever became of what was asked.
 */
async function knowing<Done extends { readonly given?: GivenCode; readonly is?: string }>(
  { sessions, streams }: PeopleWork,
  by: Session,
  done: Done,
): Promise<WithCookie<Done>> {
  if (done.given === undefined) return { done, cookie: null };
  // Not taken, or not hers: nobody signs in with it.
  if (done.is === 'locked-out' || done.given.person.id !== by.person.id) {
    sessions.heard(by.id, done.given);
    return { done, cookie: null };
  }
  const { cookie } = await sessions.signIn(done.given, by, null);
  streams.look();
  return { done, cookie };
}

/** Whoever else came in with the code of before is signed out. */
export async function changeCode(
  work: PeopleWork,
  by: Session,
  code: string,
  { first, again }: Twice,
): Promise<WithCookie<OwnCodeDone>> {
  if (first !== again) return { done: unlike('again'), cookie: null };
  const done = await work.people.changeCode(askerOf(by), { code, newCode: first });
  if (done.ok) await work.sessions.endOthers(by.id, ({ person }) => person.id === by.person.id);
  return knowing(work, by, done);
}

export async function setDuress(
  work: PeopleWork,
  by: Session,
  code: string,
  { first, again }: Twice,
): Promise<WithCookie<OwnCodeDone>> {
  if (first !== again) return { done: unlike('again'), cookie: null };
  return knowing(work, by, await work.people.setDuress(askerOf(by), { code, newDuress: first }));
}

/** With everybody who was signed in until then. */
export type LocksDone = LocksChanged & { readonly sessions: readonly Session[] };

/** Every session ends but this one, which gets a new token: one that somebody has copied is worth nothing. */
export async function changeLocks(
  work: PeopleWork,
  by: Session,
  asked: NewLocks,
): Promise<WithCookie<LocksDone | PeopleRefused>> {
  const sessions = sessionsSeen(work, by);
  const others = sessions.filter(({ id }) => id !== by.id);
  const done = await work.locks.change(askerOf(by), asked, others.length);
  if (!done.ok) return knowing(work, by, done);
  await work.sessions.endOthers(by.id, () => true);
  return knowing(work, by, { ...done, sessions });
}

/** Signs out everybody everywhere, whoever asks for it too. */
export async function signOutEverywhere({ sessions, streams }: PeopleWork): Promise<void> {
  await sessions.endOthers(null, () => true);
  streams.look();
}

// ---- as JSON -----------------------------------------------------------------------------------------------------------

const REFUSAL: Readonly<Record<string, RefusalName>> = {
  'code-wrong': 'bad_code',
  'locked-out': 'locked_out',
  'not-allowed': 'not_allowed',
  oneself: 'not_allowed',
  busy: 'busy',
  file: 'failed',
};

/** What sets the new token. */
export const cookieHeader = (cookie: string | null): Readonly<Record<string, string>> =>
  cookie === null ? {} : { 'set-cookie': cookie };

/** `reason` is the fault by name, `field` the part of the request that has it. */
export function refusedJson({ is, field, why }: PeopleRefused, cookie: string | null = null): Reply {
  const error = REFUSAL[is] ?? (is === 'unknown' && field === null ? 'not_found' : 'bad_request');
  const message = `${why.charAt(0).toUpperCase()}${why.slice(1)}.`;
  // What is wrong with a file names its path: that is for the log and the terminal.
  const words = error === 'failed' ? [] : [message];
  const refused = refuse(error, { reason: is, ...(field === null ? {} : { field }) }, ...words);
  return { ...refused, headers: cookieHeader(cookie) };
}

export const personJson = ({ id, name, role, until }: ListedPerson): JsonObject => ({
  id,
  name,
  role,
  until: until === null ? null : new Date(until).toISOString(),
});

/** `sessions` null: they cannot be known. */
export function liveJson({ people, ...live }: LiveLocks, sessions: readonly Session[] | null): JsonObject {
  return {
    ...(live as unknown as JsonObject),
    people: people.map(personJson),
    sessions: sessions === null ? null : sessions.map(sessionJson),
  };
}

export const sessionJson = ({ id, person, device, since, until, freshUntil }: Session): JsonObject => ({
  id,
  person: { name: person.name, role: person.role },
  device,
  since,
  until,
  freshUntil,
});
