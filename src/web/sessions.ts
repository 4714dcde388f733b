import { createHash, randomBytes } from 'node:crypto';
import type { GivenCode, Person, Vouched } from '../alarm/events.ts';
import type { PersonId } from '../base/brand.ts';
import { after, between, type Duration, hours, type Instant, instant, isDue, minutes } from '../base/time.ts';
import type { Clock, Codes, Window } from '../hub/ports.ts';

/** A page that nobody paired is a borrowed one. */
const UNPAIRED = hours(1);
const PAIRED = hours(90 * 24);
/** What asks for the code again does so after this long. */
const FRESH = minutes(10);
/** Beyond these the oldest gives way, unpaired ones first. */
const MOST = 64;
const MOST_OF_ONE = 8;
/** Whoever looks into the browser learns nothing from it. */
const COOKIE = 'home_id';
const PART = 'sessions';

/** One signed-in browser or phone. The token itself is known to it alone. */
interface Stored {
  readonly id: string;
  /** SHA-256 of the token, hex. A token is random enough to need no more. */
  readonly hash: string;
  readonly person: PersonId;
  /** Of the codes when it began: once the locks are changed it is worth nothing. */
  readonly era: string;
  /** Whether its last code was a duress code. 0 or 1, so that both take the same room. */
  readonly threat: 0 | 1;
  /** What its holder calls it; null: not paired. */
  readonly device: string | null;
  readonly since: string;
  readonly until: Instant;
}

/** A session whose person may still come in. */
export interface Session {
  readonly id: string;
  readonly person: Person;
  readonly device: string | null;
  readonly vouched: Vouched;
  readonly since: string;
  readonly until: string;
  readonly freshUntil: string;
}

export interface SignedIn {
  readonly session: Session;
  readonly cookie: string;
}

/** As much as is known of a session whose person may be gone. */
export interface EndedSession {
  readonly person: { readonly id: PersonId };
}

export interface Sessions {
  /** The session of a request; null: none, ended, or its person is gone. */
  of(cookies: string | undefined): Session | null;
  /** Still there, and as it is now. */
  byId(id: string): Session | null;
  /** A code was given. The token changes; the same person keeps the session. `device` pairs it. */
  signIn(given: GivenCode, before: Session | null, device: string | null): Promise<SignedIn>;
  /** A right code was given in it, for something else than signing in. It counts at once. */
  heard(id: string, given: GivenCode): void;
  /** False: there is no such session. */
  end(id: string): Promise<boolean>;
  /** Ends all of these but one; null: but none. Those whose person is gone are among them. */
  endOthers(but: string | null, which: (session: EndedSession) => boolean): Promise<void>;
  list(): readonly Session[];
  /** What takes the cookie away. */
  readonly noCookie: string;
}

export interface SessionsNeeds {
  readonly window: Pick<Window, 'kept' | 'keep'>;
  readonly codes: Pick<Codes, 'person' | 'era'>;
  readonly clock: Pick<Clock, 'now' | 'wall'>;
  /** Over TLS the cookie never leaves it. */
  readonly transport: 'tls' | 'plain';
}

/** Sessions are kept here, as hashes, and survive a restart; that a code is fresh does not. */
export function createSessions({ window, codes, clock, transport }: SessionsNeeds): Sessions {
  let all: readonly Stored[] = read(window.kept(PART), clock.now());
  const freshUntil = new Map<string, Instant>();

  const iso = (at: Instant): string => new Date(clock.wall() + between(clock.now(), at)).toISOString();
  const cookie = (value: string, age: Duration): string =>
    [
      `${COOKIE}=${value}`,
      'Path=/',
      'HttpOnly',
      'SameSite=Strict',
      `Max-Age=${Math.floor(age / 1000)}`,
      ...(transport === 'tls' ? ['Secure'] : []),
    ].join('; ');

  function keep(next: readonly Stored[]): Promise<void> {
    all = next;
    for (const id of freshUntil.keys()) if (!next.some((one) => one.id === id)) freshUntil.delete(id);
    return window.keep(PART, JSON.stringify(next));
  }

  function shown(stored: Stored): Session | null {
    const isOver = isDue(stored.until, clock.now()) || stored.era !== codes.era();
    const person = isOver ? null : codes.person(stored.person);
    if (person === null) return null;
    const fresh = freshUntil.get(stored.id) ?? instant(0);
    const code = isDue(fresh, clock.now()) ? 'old' : 'fresh';
    return {
      id: stored.id,
      person,
      device: stored.device,
      vouched: { person, duress: stored.threat === 1, code },
      since: stored.since,
      until: iso(stored.until),
      freshUntil: iso(fresh),
    };
  }

  const find = (match: (stored: Stored) => boolean): Session | null => {
    const stored = all.find(match);
    return stored === undefined ? null : shown(stored);
  };

  return {
    noCookie: cookie('', 0 as Duration),
    of(cookies) {
      const token = tokenIn(cookies);
      if (token === null) return null;
      const hash = hashOf(token);
      return find((one) => one.hash === hash);
    },
    byId: (id) => find((one) => one.id === id),
    list: () => all.map(shown).filter((one) => one !== null),
    async signIn(given, before, device) {
      const now = clock.now();
      const own = before?.person.id === given.person.id ? all.find((one) => one.id === before.id) : undefined;
      const token = randomBytes(32).toString('base64url');
      const name = device ?? own?.device ?? null;
      const paired = device === null && own?.device != null ? own.until : after(now, PAIRED);
      const stored: Stored = {
        id: own?.id ?? randomBytes(4).toString('hex'),
        hash: hashOf(token),
        person: given.person.id,
        era: codes.era(),
        threat: given.duress ? 1 : 0,
        device: name,
        since: own?.since ?? iso(now),
        until: name === null ? after(now, UNPAIRED) : paired,
      };
      const others = all.filter((one) => one.id !== before?.id && !isDue(one.until, now));
      freshUntil.set(stored.id, after(now, FRESH));
      await keep([...withRoom(others, stored.person), stored]);
      const { id } = stored;
      const { person } = given;
      const vouched: Vouched = { ...given, code: 'fresh' };
      const times = { since: stored.since, until: iso(stored.until), freshUntil: iso(after(now, FRESH)) };
      return {
        session: { id, person, device: name, vouched, ...times },
        cookie: cookie(token, between(now, stored.until)),
      };
    },
    heard(id, { person, duress }) {
      // Of a code that is somebody else's only the threat is taken over.
      const now = (one: Stored): Stored =>
        one.id === id && (duress || one.person === person.id) ? { ...one, threat: duress ? 1 : 0 } : one;
      // Whoever waits for the panel's answer does not wait for this too.
      void keep(all.map(now));
    },
    async end(id) {
      if (!all.some((one) => one.id === id)) return false;
      await keep(all.filter((one) => one.id !== id));
      return true;
    },
    endOthers: (but, which) => keep(all.filter((one) => one.id === but || !which({ person: { id: one.person } }))),
  };
}

const hashOf = (token: string): string => createHash('sha256').update(token).digest('hex');

function tokenIn(cookies: string | undefined): string | null {
  return /(?:^|;)\s*home_id=([A-Za-z0-9_-]{43})\s*(?:;|$)/.exec(cookies ?? '')?.[1] ?? null;
}

/** Room for one more, of this person and in all. */
function withRoom(all: readonly Stored[], person: PersonId): readonly Stored[] {
  const own = all.filter((one) => one.person === person);
  const first = own.length < MOST_OF_ONE ? all : without(all, own);
  return first.length < MOST ? first : without(first, first);
}

/** The oldest of these goes, one that is not paired before any other. */
function without(all: readonly Stored[], among: readonly Stored[]): readonly Stored[] {
  const victim = among.find((one) => one.device === null) ?? among[0];
  return all.filter((one) => one !== victim);
}

/** What was kept, unless it cannot be read: then everybody signs in anew. */
function read(text: string | null, now: Instant): readonly Stored[] {
  if (text === null) return [];
  try {
    const all = JSON.parse(text) as readonly Stored[];
    // An end that lies further off than any can be comes from a time line that was begun anew.
    return all.filter(({ until }) => !isDue(until, now) && between(now, until) <= PAIRED);
  } catch {
    return [];
  }
}
