import { after, type Instant, isDue, minutes } from '../../base/time.ts';
import type { Clock } from '../../hub/ports.ts';
import type { LocksDone } from '../people.ts';

/** A page that could not be fetched over a bad network can be asked for again for so long. */
const SHOWN = minutes(10);

/** What came of changing the locks, for the one session that did it. It holds new passwords, so it is in no file. */
export interface ShownOnce {
  keep(session: string, done: LocksDone): void;
  of(session: string): LocksDone | null;
  forget(session: string): void;
}

/** One at a time: whoever changes the locks ends everybody else's session. */
export function createShownOnce(clock: Pick<Clock, 'now'>): ShownOnce {
  let kept: { readonly session: string; readonly done: LocksDone; readonly until: Instant } | null = null;
  return {
    keep(session, done) {
      kept = { session, done, until: after(clock.now(), SHOWN) };
    },
    of(session) {
      if (kept !== null && isDue(kept.until, clock.now())) kept = null;
      return kept?.session === session ? kept.done : null;
    },
    forget(session) {
      if (kept?.session === session) kept = null;
    },
  };
}
