import { afterAll, describe, expect, it } from 'vitest';
import type { AlarmKind } from '../../src/alarm/plan.ts';
import { seconds } from '../../src/base/time.ts';
import { alarm, planOf, step } from './bench.ts';
import { FAR_ENDS, type FarEnd, play, STOPS, type Stop, turnsTake } from './far-ends.ts';

// Every state of one path, times every state of the other, times every kind of alarm, times every step at which the process can
// stop: somebody is reached in time, or the record says that nobody was. Internet and mobile network both gone is one row.

const KINDS: readonly AlarmKind[] = ['personal', 'duress', 'intruder', 'tamper', 'fire', 'fault'];
const URGENT: readonly AlarmKind[] = ['personal', 'duress'];
const LAST_RESORT = 180;
/** A stop costs its start, and at most the half minute after which a second text is better than none. */
const A_STOP = 33;

const PLAN = planOf({
  paths: ['twilio', 'modem'],
  steps: [step(0, ['sister'])],
  lastResort: seconds(LAST_RESORT),
});

/** In how many seconds somebody has to have it, given one path that brings it. */
function promised(kind: AlarmKind, ends: readonly FarEnd[]): number {
  if (URGENT.includes(kind) || ends.every(({ takes }) => takes)) return 5;
  const other = ends.find(({ takes }) => !takes);
  return other === undefined ? 5 : turnsTake(other);
}

/** The first hand-over; what a stop cut off is asked for before it is sent again, a call for help not for long. */
function latest(kind: AlarmKind, stop: Stop): number {
  if (stop !== 'before the hand-over') return 2;
  return URGENT.includes(kind) ? 8 : A_STOP;
}

let rows = 0;
afterAll(() => {
  const expected = FAR_ENDS.length ** 2 * KINDS.length * STOPS.length;
  process.stdout.write(`outages: ${rows} of ${expected} combinations of paths, alarms and stops were played\n`);
  expect(rows).toBe(expected);
});

for (const first of FAR_ENDS) {
  describe(`the first path ${first.name}`, () => {
    for (const second of FAR_ENDS) {
      for (const kind of KINDS) {
        for (const stop of STOPS) {
          it(`the second ${second.name}; ${kind}; the process stops ${stop}`, () => {
            rows += 1;
            const ends = [first, second];
            const farEnds = new Map([
              ['twilio', first],
              ['modem', second],
            ]);
            const outcome = play(PLAN, farEnds, alarm(kind), stop, LAST_RESORT + A_STOP);
            const delay = stop === 'never' ? 0 : A_STOP;
            expect(outcome.handedAfter).toBeLessThanOrEqual(latest(kind, stop));
            if (ends.some(({ takes }) => takes)) {
              expect(outcome.reachedAfter).toBeLessThanOrEqual(promised(kind, ends) + delay);
            } else {
              expect(outcome.reachedAfter).toBeNull();
              expect(outcome.missed).toContain('answer');
            }
            // Once each, whatever happens.
            expect(new Set(outcome.missed).size).toBe(outcome.missed.length);
          });
        }
      }
    }
  });
}
