import fc from 'fast-check';
import { getTimes } from 'suncalc';
import { describe, expect, it } from 'vitest';
import type { Dusk } from '../../src/hub/ports.ts';
import { createDusk } from '../../src/link/dusk.ts';
import { createFakeClock, createFakeDusk } from '../hub/fakes.ts';

const LINCOLN = { latitude: 53.2, longitude: -0.5 };
const LONDON = { latitude: 51.5, longitude: -0.1 };

/** The fake clock's evening begins there. */
const START = Date.UTC(2026, 10, 21, 20, 0, 0);

function watched(place: typeof LINCOLN | null, iso: string | number) {
  const clock = createFakeClock();
  clock.step(new Date(iso).getTime() - START);
  const told: string[] = [];
  const stop = createDusk(place, clock).watch((is) => told.push(is));
  return { clock, told, stop };
}

describe('dark is from sunset to sunrise', () => {
  // The almanac's times for London are 08:03 and 15:53 in December, 03:43 and 20:21 in June: just before, just after.
  const almanac: readonly (readonly [string, string])[] = [
    ['2026-12-21T08:01Z', 'dark'],
    ['2026-12-21T08:06Z', 'light'],
    ['2026-12-21T15:51Z', 'light'],
    ['2026-12-21T15:56Z', 'dark'],
    ['2026-06-21T03:41Z', 'dark'],
    ['2026-06-21T03:45Z', 'light'],
    ['2026-06-21T20:19Z', 'light'],
    ['2026-06-21T20:24Z', 'dark'],
  ];
  for (const [iso, is] of almanac) {
    it(`London, ${iso}: ${is}`, () => {
      expect(watched(LONDON, iso).told).toEqual([is]);
    });
  }

  const poles: readonly (readonly [string, number, string, string])[] = [
    ['the sun that never rises', 78.2, '2026-12-21T11:00Z', 'dark'],
    ['the sun that never sets', 78.2, '2026-06-21T23:00Z', 'light'],
    ['the other pole', -89.9, '2026-12-21T00:00Z', 'light'],
  ];
  for (const [name, latitude, iso, is] of poles) {
    it(name, () => {
      expect(watched({ latitude, longitude: 15.6 }, iso).told).toEqual([is]);
    });
  }

  it('agrees with the package’s own sunrise and sunset, anywhere on any day', () => {
    const place = fc.record({
      latitude: fc.double({ min: -60, max: 60, noNaN: true }),
      longitude: fc.double({ min: -180, max: 180, noNaN: true }),
    });
    fc.assert(
      fc.property(place, fc.integer({ min: 0, max: 3650 }), (where, day) => {
        // Local noon: at midnight in Greenwich it would give another day's times for half of the earth.
        const noon = Date.UTC(2026, 0, 1 + day, 12) - (where.longitude / 15) * 3_600_000;
        const { sunrise, sunset } = getTimes(new Date(noon), where.latitude, where.longitude);
        const at = (time: Date | null, seconds: number) => watched(where, (time?.getTime() ?? 0) + seconds * 1000).told;
        expect([at(sunrise, -60), at(sunrise, 60)]).toEqual([['dark'], ['light']]);
        expect([at(sunset, -60), at(sunset, 60)]).toEqual([['light'], ['dark']]);
      }),
      { numRuns: 200 },
    );
  });
});

/** The real one and the fake, each with a way to make it dark or light. */
const kinds: readonly (readonly [string, () => { readonly dusk: Dusk; become(is: 'dark' | 'light'): void }])[] = [
  [
    'the real one',
    () => {
      const clock = createFakeClock();
      const become = (is: 'dark' | 'light'): void => {
        clock.step(Date.parse(is === 'dark' ? '2026-12-21T23:00Z' : '2026-12-21T12:00Z') - clock.wall());
        clock.pass(60_000);
      };
      become('dark');
      return { dusk: createDusk(LINCOLN, clock), become };
    },
  ],
  [
    'the fake',
    () => {
      const dusk = createFakeDusk();
      return { dusk, become: dusk.become };
    },
  ],
];

for (const [name, make] of kinds) {
  describe(`the port: ${name}`, () => {
    it('tells how it is before it returns', () => {
      const { dusk } = make();
      const told: string[] = [];
      dusk.watch((is) => told.push(is));
      expect(told).toEqual(['dark']);
    });

    it('tells each change once, to all who watch', () => {
      const { dusk, become } = make();
      const told: string[][] = [[], []];
      for (const one of told) dusk.watch((is) => one.push(is));
      for (const is of ['dark', 'light', 'light', 'dark'] as const) become(is);
      expect(told).toEqual([
        ['dark', 'light', 'dark'],
        ['dark', 'light', 'dark'],
      ]);
    });

    it('tells nothing after the end', () => {
      const { dusk, become } = make();
      const told: string[] = [];
      const stop = dusk.watch((is) => told.push(is));
      stop();
      become('light');
      expect(told).toEqual(['dark']);
    });
  });
}

describe('what is told', () => {
  it('each change once, within a minute of it', () => {
    const { clock, told } = watched(LINCOLN, '2026-12-21T00:00Z');
    const changes: string[] = [];
    for (let minute = 0; minute < 24 * 60; minute += 1) {
      const before = told.length;
      clock.pass(60_000);
      if (told.length > before) changes.push(new Date(clock.wall()).toISOString().slice(11, 16));
    }
    expect(told).toEqual(['dark', 'light', 'dark']);
    expect(changes).toEqual(['08:15', '15:46']);
  });

  it('a clock that is set counts from then on', () => {
    const { clock, told } = watched(LINCOLN, '2026-12-21T00:00Z');
    clock.step(12 * 3_600_000);
    clock.pass(60_000);
    expect(told).toEqual(['dark', 'light']);
  });

  it('a clock nobody trusts is dark, whatever it says', () => {
    const { clock, told } = watched(LINCOLN, '2026-12-21T12:00Z');
    clock.trust('untrusted');
    clock.pass(60_000);
    clock.trust('trusted');
    clock.pass(60_000);
    expect(told).toEqual(['light', 'dark', 'light']);
  });

  it('nowhere it is dark', () => {
    const { clock, told } = watched(null, '2026-12-21T12:00Z');
    clock.pass(86_400_000);
    expect(told).toEqual(['dark']);
  });

  it('nothing after the end', () => {
    const { clock, told, stop } = watched(LINCOLN, '2026-12-21T00:00Z');
    stop();
    clock.pass(86_400_000);
    expect(told).toEqual(['dark']);
  });
});
