import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { instant, wallTime } from '../../src/base/time.ts';
import { createStepWatch } from '../../src/hub/steps.ts';
import { CODE, settledWorld, type World } from './world.ts';

const HOUR = 3_600_000;

const beat = async (world: World): Promise<void> => {
  const done = world.hub.heartbeat();
  await world.rest();
  await done;
};

const stepsIn = (world: World) =>
  world.journal.rows.filter(({ type }) => type === 'clock-stepped').map(({ data }) => data);

describe('a step of the wall clock', () => {
  const steps: readonly (readonly [number, readonly object[]])[] = [
    [2 * HOUR, [{ byMs: 2 * HOUR }]],
    [-2 * HOUR, [{ byMs: -2 * HOUR }]],
    [1000, [{ byMs: 1000 }]],
    [999, []],
    [-999, []],
  ];
  for (const [byMs, rows] of steps) {
    it(`by ${byMs} ms makes ${rows.length === 0 ? 'no row' : 'one row'}`, async () => {
      const world = await settledWorld();
      world.clock.step(byMs);
      for (let n = 0; n < 30; n += 1) {
        await world.pass(5);
        await beat(world);
      }
      expect(stepsIn(world)).toEqual(rows);
    });
  }

  it('is told before the first row with the new time', async () => {
    const world = await settledWorld();
    const before = world.journal.rows.length;
    world.clock.step(HOUR);
    world.orders({ action: 'ARM_HOME', code: CODE });
    await world.rest();
    expect(world.journal.rows.slice(before).map(({ type }) => type)).toEqual(['clock-stepped', 'armed']);
  });

  it('brings no local row with a silent alarm', async () => {
    const world = await settledWorld();
    const before = world.journal.rows.length;
    world.clock.step(HOUR);
    world.says('panic', { action: 'press' });
    await world.rest();
    expect(world.journal.rows.slice(before).filter(({ sealed }) => !sealed)).toEqual([]);
    await beat(world);
    expect(stepsIn(world)).toEqual([{ byMs: HOUR }]);
  });

  it('again and again makes a row a minute, with what they come to', async () => {
    const world = await settledWorld();
    for (let n = 0; n < 24; n += 1) {
      world.clock.step(n % 2 === 0 ? HOUR : -HOUR);
      await beat(world);
      await world.pass(5);
    }
    await world.pass(60);
    await beat(world);
    expect(stepsIn(world)).toEqual([{ byMs: HOUR }, { byMs: 0, steps: 12 }, { byMs: -HOUR, steps: 11 }]);
  });

  it('a clock that is slewed makes none', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 600_000 }), { maxLength: 50 }), (waits) => {
        const at = { wall: 0, now: 0 };
        const watch = createStepWatch({ wall: () => wallTime(at.wall), now: () => instant(at.now) });
        for (const wait of waits) {
          at.now += wait;
          at.wall += wait * 1.0005;
          expect(watch.look(instant(at.now))).toBeNull();
        }
      }),
    );
  });

  it('every step is told once, however they come', () => {
    const happening = fc.tuple(fc.integer({ min: 0, max: 90_000 }), fc.integer({ min: -10 * HOUR, max: 10 * HOUR }));
    fc.assert(
      fc.property(fc.array(happening, { maxLength: 60 }), (happenings) => {
        const at = { wall: 0, now: 0 };
        const watch = createStepWatch({ wall: () => wallTime(at.wall), now: () => instant(at.now) });
        const told: { at: number; byMs: number; steps: number }[] = [];
        const look = (): void => {
          const step = watch.look(instant(at.now));
          if (step !== null) told.push({ at: at.now, ...step });
        };
        const real = happenings.filter(([, byMs]) => Math.abs(byMs) >= 1000);
        for (const [wait, byMs] of real) {
          at.now += wait;
          at.wall += wait + byMs;
          look();
        }
        at.now += 60_000;
        at.wall += 60_000;
        look();
        expect(told.reduce((sum, { byMs }) => sum + byMs, 0)).toBe(real.reduce((sum, [, byMs]) => sum + byMs, 0));
        expect(told.reduce((sum, { steps }) => sum + steps, 0)).toBe(real.length);
        told.forEach((one, index) => {
          expect(one.at - (told[index - 1]?.at ?? Number.NEGATIVE_INFINITY)).toBeGreaterThanOrEqual(60_000);
        });
      }),
    );
  });
});

describe('deadlines do not move with the wall clock', () => {
  for (const byMs of [10 * HOUR, -10 * HOUR]) {
    it(`an exit delay, a siren and a hold, with the clock set by ${byMs / HOUR} h in between`, async () => {
      const world = await settledWorld();
      world.orders({ action: 'ARM_AWAY', code: CODE });
      world.says('path-pir', { occupancy: true });
      world.says('path-light', { state: 'ON' });
      world.says('path-pir', { occupancy: false });
      await world.pass(40);
      world.clock.step(byMs);
      await beat(world);
      expect(world.state()).toBe('arming');
      await world.pass(6);
      expect(world.state()).toBe('armed_away');
      await world.pass(43);
      expect(world.heard().filter((line) => line.includes('path-light/set') && line.includes('OFF'))).toEqual([]);
      await world.pass(2);
      expect(world.heard().some((line) => line.includes('path-light/set') && line.includes('OFF'))).toBe(true);
      world.says('back-window', { contact: false });
      await world.pass(590);
      world.clock.step(-byMs);
      await world.pass(5);
      expect(world.state()).toBe('triggered');
      await world.pass(6);
      expect(world.state()).toBe('armed_away');
    });
  }
});
