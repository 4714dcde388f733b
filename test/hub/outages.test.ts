import { afterAll, describe, expect, it } from 'vitest';
import type { Clock, TextPath } from '../../src/hub/ports.ts';
import { FAR_ENDS, type FarEnd, turnsTake } from '../escalate/far-ends.ts';
import { createFakeClock } from './fakes.ts';
import { CODE, settledWorld, startWorld, type World } from './world.ts';

// The same outages as in the room, through the whole hub: inbox, panel, journal and paths with promises that may never end.

const ANSWER_MS = 200;

interface OddPath extends TextPath {
  /** Words that were handed over, and when. */
  readonly handed: readonly { readonly at: number; readonly to: string; readonly body: string }[];
}

/** A path as its far end is; an answer that never comes is a promise that never ends. */
function createOddPath(id: string, far: FarEnd, clock: Clock, before: OddPath | null): OddPath {
  // What a far end has, it keeps when the process stops.
  const handed = [...(before?.handed ?? [])];
  const soon = <T>(result: T): Promise<T> => new Promise((done) => clock.alarm(ANSWER_MS, () => done(result)));
  const never = <T>(): Promise<T> => new Promise(() => {});
  const why = 'trouble';
  const unknown = { outcome: 'unknown', why } as const;
  return {
    id,
    handed,
    ring: null,
    watch: null,
    send({ to, body }) {
      handed.push({ at: clock.now(), to, body });
      if (far.send === 'accepted') return soon({ outcome: 'accepted', sid: `${id}${handed.length}` } as const);
      if (far.send === 'later') return soon({ outcome: 'later', why, retryAfterMs: null } as const);
      return far.send === 'nothing' ? never() : soon({ outcome: far.send, why });
    },
    find({ to, body }) {
      if (far.find === 'nothing') return never();
      if (far.find === 'unknown') return soon(unknown);
      const at = far.find === 'found' ? handed.findIndex((one) => one.to === to && one.body === body) : -1;
      return soon(
        at < 0
          ? ({ outcome: 'absent' } as const)
          : ({ outcome: 'found', sid: `${id}${at + 1}`, status: 'accepted' } as const),
      );
    },
    status: () =>
      soon(far.status === 'unknown' ? unknown : ({ outcome: 'known', status: far.status, why: null } as const)),
    fetch() {
      if (far.fetch === 'nothing') return never();
      return soon(far.fetch === 'ok' ? ({ outcome: 'fetched', texts: [] } as const) : unknown);
    },
  };
}

const ALARMS: readonly (readonly [name: string, cause: (world: World) => void, urgent: 'urgent' | 'ordinary'])[] = [
  ['a silent call for help', (world) => world.says('panic', { action: 'single' }), 'urgent'],
  ['a break-in', (world) => world.says('back-window', { contact: false }), 'ordinary'],
];
const STOPS = ['never', 'at once', 'after a second'] as const;
/** The last resort of this house, and what comes after it. */
const LAST_RESORT = 180;
/** A stop costs its start, here nothing, and the half minute after which a second text is better than none. */
const A_STOP = 33;

let rows = 0;
afterAll(() => {
  const expected = FAR_ENDS.length ** 2 * ALARMS.length * STOPS.length;
  process.stdout.write(`outages: ${rows} of ${expected} combinations were played through the hub\n`);
  expect(rows).toBe(expected);
});

function promised(urgent: 'urgent' | 'ordinary', ends: readonly FarEnd[]): number {
  if (urgent === 'urgent' || ends.every(({ takes }) => takes)) return 2;
  const other = ends.find(({ takes }) => !takes);
  return other === undefined ? 2 : turnsTake(other);
}

for (const first of FAR_ENDS) {
  describe(`the first path ${first.name}`, () => {
    for (const second of FAR_ENDS) {
      for (const [alarm, cause, urgent] of ALARMS) {
        for (const stop of STOPS) {
          it(`the second ${second.name}; ${alarm}; the process stops ${stop}`, async () => {
            rows += 1;
            const ends = [first, second] as const;
            const clock = createFakeClock();
            let paths = pathsOf(ends, clock, null);
            let world = await settledWorld({ clock, texts: paths });
            world.orders({ action: 'ARM_HOME', code: CODE });
            await world.rest();
            const begun = clock.now();
            cause(world);
            if (stop === 'after a second') await world.pass(1);
            if (stop !== 'never') {
              // The clock of the one before stands still from here, and with it everything that it was waiting for.
              const restored = world.journal.restored();
              const later = createFakeClock(clock.now());
              paths = pathsOf(ends, later, paths);
              world = await startWorld({ restored, clock: later, texts: paths });
            }
            await world.pass(LAST_RESORT + A_STOP);
            const handed = paths.flatMap((path) => path.handed).map(({ at }) => (at - begun) / 1000);
            // What may have been handed over is asked for before it is sent again; of a call for help not for long.
            const isAsked = stop === 'at once';
            expect(Math.min(...handed)).toBeLessThanOrEqual(isAsked ? (urgent === 'urgent' ? 6 : A_STOP) : 2);
            const came = paths.flatMap((path, at) => (ends[at]?.takes ? path.handed : []));
            const reached = Math.min(...came.map(({ at }) => (at - begun) / 1000));
            const missed = world.journal.rows.filter(({ type }) => type === 'telling-missed');
            if (ends.some(({ takes }) => takes)) {
              expect(reached).toBeLessThanOrEqual(promised(urgent, ends) + (stop === 'never' ? 0 : A_STOP));
            }
            // Nobody answers here, so the record says so in every row: under seal where it is silent.
            expect(missed.map(({ data }) => data['what'])).toContain('answer');
            expect(missed.every(({ sealed }) => sealed === (urgent === 'urgent'))).toBe(true);
          });
        }
      }
    }
  });
}

function pathsOf(ends: readonly [FarEnd, FarEnd], clock: Clock, before: readonly OddPath[] | null): readonly OddPath[] {
  return ends.map((far, at) => createOddPath(at === 0 ? 'twilio' : 'modem', far, clock, before?.[at] ?? null));
}
