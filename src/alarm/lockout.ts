import type { SourceId } from '../base/brand.ts';
import { after, between, type Duration, duration, type Instant, isDue, minutes } from '../base/time.ts';
import { LONGEST_LOCKOUT, NO_GUESSES } from './initial.ts';
import type { Guesses, Lockout, PanelState } from './state.ts';
import { change, record, type Step } from './step.ts';

/** Wrong codes from one source before it is locked out. */
const SOURCE_LIMIT = 3;
/** Wrong codes from anywhere within the window that lock the whole site. */
const SITE_LIMIT = 10;
const SITE_WINDOW = minutes(10);
/** Sources remembered; beyond it one that is not locked is forgotten first. */
const MOST_SOURCES = 64;

export function isLockedOut(state: PanelState, source: SourceId, now: Instant): boolean {
  const { sources, site } = state.lockout;
  return isLocked(site, now) || isLocked(sources[source] ?? NO_GUESSES, now);
}

/** How long no code from this source is taken; zero: it is. */
export function lockedFor(state: PanelState, source: SourceId, now: Instant): Duration {
  const { sources, site } = state.lockout;
  const ends = [site, sources[source] ?? NO_GUESSES].map(({ lockedUntil }) => lockedUntil ?? now);
  return duration(Math.max(0, ...ends.map((end) => between(now, end))));
}

const isLocked = (guesses: Guesses, now: Instant): boolean =>
  guesses.lockedUntil !== null && !isDue(guesses.lockedUntil, now);

/** One wrong code: the third from a source locks it for 90 s, then 180 s, … up to half an hour. */
export function countWrong(step: Step, source: SourceId, now: Instant): Step {
  const { lockout } = step.state;
  const wrongAt = [...lockout.wrongAt.filter((at) => between(at, now) <= SITE_WINDOW), now].slice(-SITE_LIMIT);
  const one = guess(lockout.sources[source] ?? NO_GUESSES, SOURCE_LIMIT, now);
  const siteFull = wrongAt.length >= SITE_LIMIT;
  const site = siteFull ? lock(lockout.site, now) : lockout.site;
  const next: Lockout = {
    sources: { ...withRoom(lockout.sources, source, now), [source]: one },
    site,
    wrongAt: siteFull ? [] : wrongAt,
  };
  const counted = record(change(step, { lockout: next }), 'code-wrong', { source });
  const sourceTold = isLocked(one, now) ? tell(counted, source, one, now) : counted;
  return siteFull ? tell(sourceTold, 'site', site, now) : sourceTold;
}

/** A right code clears its own source; the site's count stays, or one known code would open the door to guessing. */
export function forgive(step: Step, source: SourceId): Step {
  const { [source]: _gone, ...sources } = step.state.lockout.sources;
  return change(step, { lockout: { ...step.state.lockout, sources } });
}

function guess(before: Guesses, limit: number, now: Instant): Guesses {
  const wrong = before.wrong + 1;
  return wrong >= limit ? lock(before, now) : { ...before, wrong, lockedUntil: null };
}

function lock(before: Guesses, now: Instant): Guesses {
  return {
    wrong: 0,
    lockedUntil: after(now, before.next),
    next: duration(Math.min(before.next * 2, LONGEST_LOCKOUT)),
  };
}

const tell = (step: Step, who: string, guesses: Guesses, now: Instant): Step =>
  guesses.lockedUntil === null
    ? step
    : record(step, 'locked-out', { source: who, forMs: between(now, guesses.lockedUntil) });

function withRoom(sources: Lockout['sources'], source: SourceId, now: Instant): Lockout['sources'] {
  const names = Object.keys(sources) as SourceId[];
  if (names.length < MOST_SOURCES || names.includes(source)) return sources;
  const victim = names.find((name) => !isLocked(sources[name] ?? NO_GUESSES, now)) ?? names[0];
  return Object.fromEntries(Object.entries(sources).filter(([name]) => name !== victim)) as Lockout['sources'];
}
