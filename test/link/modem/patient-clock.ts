import { type Instant, instant, wallTime } from '../../../src/base/time.ts';
import type { Clock } from '../../../src/hub/ports.ts';

/**
 * A clock on which time passes only where a test lets it, and there only while nothing else goes on: the next alarm rings
 * when every byte written has been read and every turn of the loop was idle. A deadline is so never reached because the
 * machine is slow.
 */
export interface PatientClock extends Clock {
  /** Lets time pass until this has ended. */
  through<T>(work: Promise<T>): Promise<T>;
  /** Lets time pass until this holds. */
  until(what: string, holds: () => boolean): Promise<void>;
  /** Lets so much time pass. */
  pass(ms: number): Promise<void>;
}

const QUIET_TURNS = 6;
/** Nothing rings and nobody moves: in real time, far more than a slow machine needs. */
const STUCK_MS = 20_000;

export function createPatientClock(isQuiet: () => boolean): PatientClock {
  const start = Date.now();
  const alarms = new Set<{ readonly at: number; readonly ring: () => void }>();
  let now = 0;

  const turn = (): Promise<void> => new Promise((done) => setImmediate(done));

  async function run(holds: () => boolean, limit: number, what: string): Promise<void> {
    let quiet = 0;
    let moved = performance.now();
    while (!holds()) {
      await turn();
      quiet = isQuiet() ? quiet + 1 : 0;
      if (quiet < QUIET_TURNS) {
        if (performance.now() - moved > STUCK_MS) throw new Error(`waited in vain for ${what}`);
        continue;
      }
      const [next] = [...alarms].sort((a, b) => a.at - b.at);
      if (next === undefined || next.at > limit) {
        if (limit !== Number.POSITIVE_INFINITY) {
          now = limit;
          return;
        }
        if (performance.now() - moved > STUCK_MS) throw new Error(`nothing is left to wait for, not so ${what}`);
        continue;
      }
      alarms.delete(next);
      now = Math.max(now, next.at);
      next.ring();
      quiet = 0;
      moved = performance.now();
    }
  }

  return {
    boot: 'patient',
    now: (): Instant => instant(now),
    wall: () => wallTime(start + now),
    trusted: () => true,
    monotonicMs: () => now,
    alarm(afterMs, ring) {
      const one = { at: now + afterMs, ring };
      alarms.add(one);
      return () => alarms.delete(one);
    },
    async through(work) {
      let over = false;
      const end = (): void => {
        over = true;
      };
      work.then(end, end);
      await run(() => over, Number.POSITIVE_INFINITY, 'an answer');
      return work;
    },
    until: (what, holds) => run(holds, Number.POSITIVE_INFINITY, what),
    pass: (ms) => run(() => false, now + ms, 'time'),
  };
}
