import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { instant } from '../../src/base/time.ts';
import type { Signals, TripSignal } from '../../src/sense/signals.ts';
import { type Delivery, deviceDeadline, observe, shownOpen, tickDevice } from '../../src/zone/observe.ts';
import { afterRestart, type DeviceState, unheardDevice } from '../../src/zone/state.ts';
import { bare, device, word } from './table.ts';

const flag = fc.option(fc.boolean(), { nil: undefined });
const signals: fc.Arbitrary<Signals> = fc
  .record({
    contact: fc.option(fc.constantFrom('open', 'closed'), { nil: undefined }),
    motion: flag,
    vibration: flag,
    tamper: flag,
    batteryLow: flag,
    online: fc.option(fc.boolean(), { nil: undefined, freq: 6 }),
    smoke: flag,
    co: flag,
    leak: flag,
    button: fc.option(fc.constantFrom('press', 'hold', 'double', 'release'), { nil: undefined }),
    battery: fc.option(fc.integer({ min: 0, max: 100 }), { nil: undefined }),
  })
  .map((all) => Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined)));

const TRIPS: readonly TripSignal[] = ['contact', 'motion', 'vibration', 'smoke', 'co', 'leak', 'button'];
const plans = fc
  .record({
    trips: fc.subarray([...TRIPS], { minLength: 1 }),
    hits: fc.integer({ min: 1, max: 5 }),
    withinMs: fc.integer({ min: 1, max: 5000 }),
    debounceMs: fc.constantFrom(0, 50, 2000),
    supervisionMs: fc.constantFrom(500, 5000, 100_000),
  })
  .chain((sketch) => fc.constantFrom(device(sketch), bare(sketch)));

interface Turn {
  readonly pause: number;
  readonly what:
    | 'tick'
    | 'restart'
    | { readonly signals: Signals; readonly pulses: readonly TripSignal[]; readonly delivery: Delivery };
}
const turns: fc.Arbitrary<readonly Turn[]> = fc.array(
  fc.record({
    pause: fc.oneof(fc.integer({ min: 0, max: 100 }), fc.integer({ min: 0, max: 6000 })),
    what: fc.oneof(
      {
        weight: 8,
        arbitrary: fc.record({
          signals,
          pulses: fc.subarray<TripSignal>(['vibration', 'motion'], { maxLength: 1 }),
          delivery: fc.constantFrom<Delivery>('live', 'live', 'live', 'stored'),
        }),
      },
      { weight: 2, arbitrary: fc.constant<'tick'>('tick') },
      { weight: 1, arbitrary: fc.constant<'restart'>('restart') },
    ),
  }),
  { minLength: 1, maxLength: 60 },
);

describe('whatever a device says', () => {
  it('nothing throws, the state stays small and survives JSON, and what is lost is never shown closed or open', () => {
    fc.assert(
      fc.property(plans, turns, (plan, story) => {
        let state = unheardDevice(instant(0));
        let now = 0;
        for (const { pause, what } of story) {
          now += pause;
          state = next(plan, state, what, now);
          expect(JSON.parse(JSON.stringify(state))).toEqual(state);
          expect(state.hits.length).toBeLessThanOrEqual(20);
          expect(state.active.length).toBeLessThanOrEqual(TRIPS.length);
          if (plan.zone !== null && state.health === 'lost') expect(shownOpen(plan.zone, state)).toBeNull();
        }
      }),
      { numRuns: 500 },
    );
  });

  it('after a tick no deadline is left behind', () => {
    fc.assert(
      fc.property(plans, turns, (plan, story) => {
        let state = unheardDevice(instant(0));
        let now = 0;
        for (const { pause, what } of story) {
          now += pause;
          state = tickDevice(plan, next(plan, state, what, now), instant(now)).state;
          expect(deviceDeadline(plan, state) ?? Number.POSITIVE_INFINITY).toBeGreaterThan(now);
        }
      }),
      { numRuns: 300 },
    );
  });
});

function next(plan: ReturnType<typeof device>, state: DeviceState, what: Turn['what'], now: number): DeviceState {
  if (what === 'tick') return tickDevice(plan, state, instant(now)).state;
  if (what === 'restart') return afterRestart(state);
  return observe(plan, state, what.signals, what.pulses, what.delivery, instant(now)).state;
}

describe('an opening', () => {
  const contact = fc.array(
    fc.record({
      pause: fc.constantFrom(0, 10, 49, 50, 51, 3000),
      what: fc.constantFrom<'open' | 'closed' | 'tick' | 'restart'>(
        'open',
        'open',
        'closed',
        'closed',
        'tick',
        'restart',
      ),
    }),
    { minLength: 1, maxLength: 40 },
  );

  it.each([0, 50])('is never swallowed, late ticks or none, at a debounce of %s ms', (debounceMs) => {
    const plan = device({ debounceMs });
    fc.assert(
      fc.property(contact, (story) => {
        let state = unheardDevice(instant(0));
        let now = 0;
        // What a person at the door would say: open, or closed and since when.
        let openThen = false;
        let closedAt: number | null = null;
        for (const { pause, what } of story) {
          now += pause;
          if (what === 'tick' || what === 'restart') {
            state = next(plan, state, what, now);
            continue;
          }
          const seen = observe(plan, state, { contact: what }, [], 'live', instant(now));
          state = seen.state;
          const opened = seen.events.map(word).filter((name) => name === 'opened').length;
          if (what === 'closed') {
            closedAt ??= now;
            expect(opened).toBe(0);
            continue;
          }
          const wasClosed = !openThen || (closedAt !== null && now - closedAt >= debounceMs);
          expect(opened).toBe(wasClosed ? 1 : 0);
          openThen = true;
          closedAt = null;
        }
      }),
      { numRuns: 1000 },
    );
  });
});

describe('a silent press', () => {
  const silent = device({ trips: ['button'], silentPress: true, supervisionMs: 5000 });

  it('anywhere in a story leaves everything else as it would have been', () => {
    const presses = fc.constantFrom<Signals>(
      { button: 'press' },
      { button: 'hold', battery: 4 },
      { button: 'double', tamper: true },
    );
    fc.assert(
      fc.property(turns, fc.nat(), presses, (story, at, press) => {
        let pressed = unheardDevice(instant(0));
        let ordinary = pressed;
        let now = 0;
        for (const [index, { pause, what }] of story.entries()) {
          now += pause;
          if (index === at % story.length) {
            const seen = observe(silent, pressed, press, [], 'live', instant(now));
            expect(seen.events.map(({ type }) => type)).toEqual(['zone-detected']);
            pressed = seen.state;
          }
          pressed = next(silent, pressed, what, now);
          ordinary = next(silent, ordinary, what, now);
          expect(JSON.stringify(pressed)).toBe(JSON.stringify(ordinary));
        }
      }),
      { numRuns: 300 },
    );
  });
});
