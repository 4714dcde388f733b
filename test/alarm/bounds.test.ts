import { describe, expect, it } from 'vitest';
import { instant } from '../../src/base/time.ts';
import { detect, disarm, type Happening, panic, press } from './happenings.ts';
import { houseWith } from './plans.ts';
import { passTo, settledWorld, type World } from './world.ts';

// At most 50 alarms are shown and 50 kept from sight; the tests stand at the bound and one past it.
const plan = houseWith({ siren: { duration: 10 } });

/** So many times, 40 s apart: each is an alarm or a call of its own. */
function times(world: World, count: number, ...what: readonly Happening[]): void {
  for (let index = 0; index < count; index++) {
    passTo(world, instant(world.now + 40_000));
    for (const one of what) one.run(world);
  }
}

const ids = (world: World): readonly string[] => world.panel.alarms.map((alarm) => alarm.id);
const stopped = (world: World): readonly string[] =>
  world.effects.filter((effect) => effect.type === 'stop-telling').map((effect) => `${effect.alarm.id} ${effect.why}`);

describe('alarms that nobody ends', () => {
  it('fifty are kept', () => {
    const world = settledWorld(plan);
    times(world, 50, detect('smoke'));
    expect([ids(world).length, stopped(world)]).toEqual([50, []]);
  });

  it('with one more the oldest gives way, and whoever was told is told', () => {
    const world = settledWorld(plan);
    times(world, 51, detect('smoke'));
    expect([ids(world).length, ids(world).at(0), stopped(world)]).toEqual([50, 'a2', ['a1 expired']]);
  });

  it('a less urgent kind gives way before an older one that is more urgent', () => {
    const world = settledWorld(plan);
    times(world, 40, detect('smoke'));
    times(world, 1, detect('cellar-water'));
    times(world, 10, detect('smoke'));
    expect([ids(world).length, stopped(world)]).toEqual([50, ['a41 expired']]);
  });

  it('a call for help gives way last', () => {
    const world = settledWorld(plan);
    times(world, 1, press('bedside-button'));
    times(world, 60, detect('smoke'));
    expect(world.panel.alarms.at(0)?.kind).toBe('personal');
  });

  it('silent and hidden ones take no room from those that are shown', () => {
    const world = settledWorld(plan);
    times(world, 50, detect('smoke'));
    world.effects = [];
    times(world, 1, panic(), press('fob'));
    expect([ids(world).length, stopped(world)]).toEqual([51, []]);
  });

  it('of hidden ones fifty are kept as well, duress longest', () => {
    const world = settledWorld(plan);
    times(world, 60, detect('smoke'), disarm('duress'));
    expect(ids(world).length).toBe(50);
    expect(world.panel.alarms.some((alarm) => alarm.kind === 'duress')).toBe(true);
  });
});
