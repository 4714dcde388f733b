import { describe, expect, it } from 'vitest';
import { instant } from '../../src/base/time.ts';
import { alive, arm, close, disarm, leak, offline, open, outage, panic, several } from './happenings.ts';
import { houseWith, plan } from './plans.ts';
import { type Row, story } from './story.ts';
import { localRows, passTo, settledWorld } from './world.ts';

// What the hub lives on: lost, back, pulled again and again, and what it means while the panel is set.

const cut = open('mains-relay');
const back = close('mains-relay');
const LOST = 'fault mains_lost';

describe('the mains, while nothing is set', () => {
  story('is a fault once it has been gone for five seconds, and nobody is told by text', plan, [
    [0, cut, 'disarmed', 'no fault', 'logs nothing'],
    [4.999, 'tick', 'disarmed', 'no fault'],
    [5, 'tick', 'disarmed', LOST, 'logs fault mains-lost', 'tells nobody', 'no alarm', 'siren off'],
  ]);
  story('is back once it has stayed for half a minute', plan, [
    [0, cut, 'disarmed'],
    [60, back, 'disarmed', LOST],
    [89.999, 'tick', 'disarmed', LOST],
    [90, 'tick', 'disarmed', 'no fault', 'logs mains-back fault-cleared', 'stops nothing'],
  ]);
  story('that only blinks is nothing at all', plan, [
    [0, cut, 'disarmed'],
    [4, back, 'disarmed'],
    [60, 'tick', 'disarmed', 'no fault', 'logs nothing'],
  ]);
  story('lost does not stand in the way of arming, and is said', plan, [
    [0, cut, 'disarmed'],
    [10, arm('home'), 'armed_home', 'replies ok', 'warns open:mains-relay', 'tells nobody'],
    [20, open('front-door'), 'pending', 'logs no entry-without-mains'],
  ]);
});

describe('the mains, while the panel is set', () => {
  story('is a threat: told at once, with no siren and no other phase', plan, [
    [0, arm('home'), 'armed_home'],
    [60, cut, 'armed_home', 'tells nobody'],
    [65, 'tick', 'armed_home', LOST, 'tells fault about mains-relay', 'alarm fault mains-relay', 'siren off'],
  ]);
  story('in an exit delay as well', plan, [
    [0, arm('away'), 'arming'],
    [10, cut, 'arming'],
    [15, 'tick', 'arming', 'tells fault about mains-relay'],
  ]);
  story('whoever comes in within ten minutes of it is told of at once, and has the delay all the same', plan, [
    [0, arm('home'), 'armed_home'],
    [60, cut, 'armed_home'],
    [600, open('front-door'), 'pending', 'logs entry-without-mains entry-started', 'until 620'],
    [610, disarm(), 'disarmed'],
  ]);
  story('later than that as on any other day', plan, [
    [0, arm('home'), 'armed_home'],
    [60, cut, 'armed_home'],
    [665.001, open('front-door'), 'pending', 'logs no entry-without-mains'],
  ]);
  story('once it is back as on any other day, and its alarm waits for a code', plan, [
    [0, arm('home'), 'armed_home'],
    [60, cut, 'armed_home'],
    [70, back, 'armed_home'],
    [100, 'tick', 'armed_home', 'no fault', 'alarm fault mains-relay'],
    [110, open('front-door'), 'pending', 'logs no entry-without-mains'],
    [115, disarm(), 'disarmed', 'stops fault code', 'no alarm'],
  ]);
  story('back for a moment is not back', plan, [
    [0, arm('home'), 'armed_home'],
    [60, cut, 'armed_home'],
    [70, back, 'armed_home'],
    [75, cut, 'armed_home', LOST],
    [120, open('front-door'), 'pending', 'logs entry-without-mains'],
  ]);
  story('lost before it was set is no threat', plan, [
    [0, cut, 'disarmed'],
    [60, arm('home'), 'armed_home', 'tells nobody'],
    [70, open('front-door'), 'pending', 'logs no entry-without-mains'],
  ]);
  story('a water alarm that is open hides nothing of it', plan, [
    [0, several(arm('home'), leak('cellar-water')), 'armed_home'],
    [60, cut, 'armed_home'],
    [65, 'tick', 'armed_home', 'tells fault about mains-relay'],
  ]);
  story('hides no water either: that is told of its own', plan, [
    [0, arm('home'), 'armed_home'],
    [60, cut, 'armed_home'],
    [65, 'tick', 'armed_home', 'tells fault about mains-relay'],
    [90, leak('cellar-water'), 'armed_home', 'tells fault about cellar-water', 'fault technical:cellar-water'],
    [100, leak('cellar-water'), 'armed_home', 'tells nobody'],
  ]);
  story('a silent call is what it was', plan, [
    [0, arm('home'), 'armed_home'],
    [60, cut, 'armed_home'],
    [66, 'tick', 'armed_home'],
    [70, panic(), 'armed_home', 'tells personal', 'logs nothing', 'seals alarm-raised'],
  ]);
});

describe('pulled again and again', () => {
  const pulls = (times: number, gap: number): readonly Row[] =>
    Array.from({ length: times }, (_, index): readonly Row[] => [
      [60 + index * gap, cut, 'armed_home'],
      [60 + index * gap + 6, back, 'armed_home'],
    ]).flat();

  it('every few seconds for ten minutes: one loss, one alarm', () => {
    const world = settledWorld(plan);
    arm('home').run(world);
    world.effects = [];
    for (const [at, what] of pulls(50, 12)) {
      passTo(world, instant(at * 1000));
      if (what !== 'tick') what.run(world);
    }
    expect(localRows(world.effects).map(({ row }) => row)).toEqual(['fault', 'mains-lost', 'alarm-raised']);
    expect(world.effects.filter(({ type }) => type === 'tell')).toHaveLength(1);
  });

  it('as slowly as each loss still counts: each is logged, and people hear of it once in a quarter of an hour', () => {
    const world = settledWorld(plan);
    arm('home').run(world);
    world.effects = [];
    for (const [at, what] of pulls(20, 40)) {
      passTo(world, instant(at * 1000));
      if (what !== 'tick') what.run(world);
    }
    const rows = localRows(world.effects).map(({ row }) => row);
    expect(rows.filter((row) => row === 'mains-lost')).toHaveLength(20);
    expect(world.effects.filter(({ type }) => type === 'tell')).toHaveLength(1);
  });

  it('by blinks shorter than five seconds: nothing', () => {
    const world = settledWorld(plan);
    for (let at = 0; at < 100; at += 2) {
      passTo(world, instant(at * 1000));
      (at % 4 === 0 ? cut : back).run(world);
    }
    expect(world.effects).toEqual([]);
  });
});

describe('a restart', () => {
  story('while it is lost: lost until it is found well, and told once', plan, [
    [0, cut, 'disarmed'],
    [10, outage(60), 'disarmed', LOST],
    [80, cut, 'disarmed', LOST, 'logs no fault mains-lost'],
    [90, back, 'disarmed', LOST],
    [120, 'tick', 'disarmed', 'no fault', 'logs mains-back'],
  ]);
  story('and it came back meanwhile', plan, [
    [0, cut, 'disarmed'],
    [10, outage(60), 'disarmed', LOST],
    [80, back, 'disarmed', LOST],
    [110, 'tick', 'disarmed', 'no fault'],
  ]);
  story('before it counted: it counts anew', plan, [
    [0, cut, 'disarmed'],
    [3, outage(60), 'disarmed', 'no fault'],
    [70, cut, 'disarmed', 'no fault'],
    [75, 'tick', 'disarmed', LOST, 'logs mains-lost'],
  ]);
  story('while the panel is set: the haste goes on', plan, [
    [0, arm('home'), 'armed_home'],
    [60, cut, 'armed_home'],
    [70, outage(30), 'armed_home', LOST, 'alarm fault mains-relay'],
    [120, open('front-door'), 'pending', 'logs entry-without-mains'],
  ]);
  story('without the zone in the config any more: no fault that nothing could end', plan, [
    [0, cut, 'disarmed'],
    [
      10,
      {
        label: 'another config',
        run: (world) => Object.assign(world, { plan: houseWith({ zones: { 'mains-relay': { type: 'notice' } } }) }),
      },
      'disarmed',
    ],
    [20, outage(5), 'disarmed', 'no fault'],
  ]);
});

describe('what tells of it', () => {
  story('falls silent: what it said last holds', plan, [
    [0, cut, 'disarmed'],
    [2, offline('mains-relay'), 'disarmed'],
    [5, 'tick', 'disarmed', LOST],
    [60, alive('mains-relay'), 'disarmed', LOST],
    [70, back, 'disarmed', LOST],
    [100, 'tick', 'disarmed', 'no fault'],
  ]);
});

describe('the battery of the hub', () => {
  story('low is a fault, and neither told by text nor a threat', plan, [
    [0, arm('home'), 'armed_home'],
    [60, open('ups'), 'armed_home'],
    [65, 'tick', 'armed_home', 'fault hub_battery_low', 'tells nobody', 'no alarm', 'logs fault'],
    [70, open('front-door'), 'pending', 'logs no entry-without-mains'],
    [75, close('ups'), 'pending'],
    [105, disarm(), 'disarmed', 'no fault'],
  ]);
  const two = houseWith({ zones: { 'other-relay': { type: 'mains' } } });
  story('one of two supplies is back: the other is lost still', two, [
    [0, several(cut, open('other-relay')), 'disarmed'],
    [10, back, 'disarmed', LOST],
    [50, 'tick', 'disarmed', LOST, 'logs mains-back', 'logs no fault-cleared'],
    [60, close('other-relay'), 'disarmed'],
    [90, 'tick', 'disarmed', 'no fault'],
  ]);
});
