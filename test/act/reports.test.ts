import { describe, expect, it } from 'vitest';
import { forgottenFaults, reportsOf } from '../../src/act/reports.ts';
import { reduce } from '../../src/alarm/reduce.ts';
import { instant } from '../../src/base/time.ts';
import {
  arm,
  close,
  closure,
  detect,
  disarm,
  dry,
  endWalk,
  fault,
  faultOver,
  type Happening,
  hit,
  inSession,
  jammed,
  jammingOver,
  leak,
  lowBattery,
  offline,
  online,
  open,
  panic,
  press,
  tamper,
  tamperOver,
  walk,
  wrongCode,
} from '../alarm/happenings.ts';
import { house, plan } from '../alarm/plans.ts';
import { passTo, settledWorld } from '../alarm/world.ts';
import { benchOf, planOf, sends } from '../escalate/stations-bench.ts';

/** At this second: something happens to the panel, and this is sent (what left since the row before included). */
type Row = readonly [at: number, what: Happening | 'tick', ...sent: readonly string[]];

/** What is left to be read on site of what the services were told. */
function localRows(rows: readonly (readonly [at: number, what: Happening])[]): readonly unknown[] {
  const world = settledWorld(plan);
  const bench = benchOf(planOf());
  const local: unknown[] = [];
  world.watch = (event, before, after) => {
    const { effects } = reduce(plan.panel, before, event, world.now);
    const told = bench.does({ type: 'happened', what: reportsOf(plan.panel, after, event, effects), at: null });
    for (const effect of told)
      if (effect.type === 'record' && effect.audience === 'local') local.push([effect.row, effect.data]);
  };
  for (const [at, what] of rows) {
    passTo(world, instant(at * 1000));
    what.run(world);
  }
  return local;
}

describe('on site, what services were told is the same', () => {
  const about = (code: 'resident' | 'duress'): readonly (readonly [number, Happening])[] => [
    [0, arm('home')],
    [10, open('front-door')],
    [20, disarm(code)],
    [30, close('front-door')],
    [40, arm('home', { bypass: [] })],
    [50, open('front-window')],
    [60, detect('smoke')],
    [70, disarm(code)],
    [80, close('front-window')],
    [90, arm('away')],
    [200, open('front-door')],
    [210, disarm(code)],
    [220, fault('mains_lost')],
  ];
  it('under threat and not', () => {
    const ordinary = localRows(about('resident'));
    expect(ordinary.length).toBeGreaterThan(5);
    expect(localRows(about('duress'))).toEqual(ordinary);
  });
  it('with calls for help in between and without', () => {
    const ordinary = about('resident');
    const help = [press('fob'), panic(), press('fob')];
    const called = ordinary.flatMap(([at, what], index) => [
      [at, what] as const,
      [at + 5, help[index % 3] ?? panic()] as const,
    ]);
    expect(localRows(called)).toEqual(localRows(ordinary));
  });
  it('when an alarm is closed under threat and not', () => {
    const closed = (duress: boolean) =>
      localRows([
        [0, arm('home')],
        [10, open('front-window')],
        [20, inSession('resident', { action: 'close', alarm: 'a1', note: null }, { duress })],
        [30, fault('mains_lost')],
      ]);
    expect(closed(true)).toEqual(closed(false));
  });
});

it('knocks at the frame before the door opens make it a forced entry', () => {
  const knocked = house({ zones: { door: { type: 'entry' }, frame: { type: 'tremor', guards: 'door', hits: 5 } } });
  const world = settledWorld(knocked);
  const told: unknown[] = [];
  world.watch = (event, before, after) => {
    const { effects } = reduce(knocked.panel, before, event, world.now);
    told.push(...reportsOf(knocked.panel, after, event, effects).map(({ kind, zone, text }) => [kind, zone, text]));
  };
  for (const [at, what] of [
    [0, arm('home')],
    [100, hit('frame')],
    [101, hit('frame')],
    [102, open('door')],
  ] as const) {
    passTo(world, instant(at * 1000));
    what.run(world);
  }
  expect(told).toEqual([
    ['part-set', null, null],
    ['pre-alert', 'door', 'forced'],
  ]);
});

it('trouble that a start has forgotten is told as over', () => {
  const world = settledWorld(plan);
  for (const what of [fault('mains_lost'), fault('path:arc'), tamper('hall')]) what.run(world);
  const after = { ...world.panel, faults: ['tamper:hall'] };
  expect(forgottenFaults(world.panel, after).map(({ kind, is, text }) => [kind, is, text])).toEqual([
    ['mains-lost', 'restore', null],
    ['path-lost', 'restore', 'arc'],
  ]);
});

/** The panel, what it tells of itself, and the room that sends it, without the numbers of the messages. */
function story(name: string, rows: readonly Row[]): void {
  it(name, () => {
    const world = settledWorld(plan);
    const bench = benchOf(planOf());
    const sent: string[] = [];
    world.watch = (event, before, after) => {
      const { effects } = reduce(plan.panel, before, event, world.now);
      const what = reportsOf(plan.panel, after, event, effects);
      sent.push(...sends(bench.does({ type: 'happened', what, at: null })).map((one) => one.replace(/^arc \d+ /, '')));
    };
    const told = rows.map(([at, what]) => {
      passTo(world, instant(at * 1000));
      if (what !== 'tick') what.run(world);
      return [at, ...sent.splice(0)];
    });
    expect(told).toEqual(rows.map(([at, , ...more]) => [at, ...more]));
  });
}

describe('a burglary', () => {
  story('through a window, then through the house', [
    [0, arm('away')],
    [45, 'tick', 'set'],
    [100, open('front-window'), 'perimeter front-window'],
    [110, detect('hall'), 'interior hall', 'confirmed hall'],
    [120, detect('landing'), 'interior landing'],
    [130, close('front-window'), 'perimeter front-window restore'],
    [200, disarm(), 'unset', 'cancel'],
  ]);
  story('through the door: a pre-alert, and the alarm that comes of it', [
    [0, arm('home'), 'part-set'],
    [100, open('front-door'), 'pre-alert front-door'],
    [120, 'tick', 'entry-route front-door'],
    [150, disarm(), 'unset', 'cancel'],
  ]);
  story('somebody was in the hall before the delay was over', [
    [0, arm('away')],
    [45, 'tick', 'set'],
    [100, open('front-door'), 'pre-alert front-door'],
    [105, detect('hall')],
    [130, 'tick', 'entry-route front-door', 'interior hall'],
  ]);
  story('a door left open on the way out', [
    [0, arm('away')],
    [10, open('back-door')],
    [45, 'tick', 'set', 'pre-alert back-door'],
    [55, 'tick', 'entry-route back-door'],
  ]);
});

describe('coming home', () => {
  story('a valid unset takes the pre-alert back', [
    [0, arm('home'), 'part-set'],
    [100, open('front-door'), 'pre-alert front-door'],
    [110, disarm(), 'pre-alert front-door restore', 'unset'],
  ]);
  story('one under threat does not, and tells of no unset', [
    [0, arm('home'), 'part-set'],
    [100, open('front-door'), 'pre-alert front-door'],
    [110, disarm('duress'), 'duress'],
  ]);
});

describe('a duress code', () => {
  story('ends nothing outside', [
    [0, arm('home'), 'part-set'],
    [10, open('front-window'), 'perimeter front-window'],
    [20, disarm('duress'), 'duress'],
    [30, disarm('duress'), 'duress'],
  ]);
  story('closing an alarm with it tells of no end either', [
    [0, arm('home'), 'part-set'],
    [10, open('front-window'), 'perimeter front-window'],
    [20, inSession('resident', { action: 'close', alarm: 'a1', note: null }, { duress: true })],
  ]);
  story('the service closes it', [
    [0, disarm('duress'), 'duress'],
    [10, closure('s1'), 'cancel'],
  ]);
});

describe('a call for help', () => {
  story('silent: its button is named, its release is not', [
    [0, press('fob'), 'personal-silent fob'],
    [1, press('fob', 'release')],
    [20, press('fob')],
    [60, press('fob'), 'personal-silent fob'],
  ]);
  story('from a phone', [[0, panic(), 'personal-silent']]);
  story('audible', [
    [0, press('bedside-button'), 'personal-audible bedside-button'],
    [60, press('bedside-button'), 'personal-audible bedside-button'],
    [90, disarm(), 'unset', 'cancel'],
  ]);
  story('nobody ends it in a day', [
    [0, panic(), 'personal-silent'],
    [
      86_400,
      'tick',
      'supervision-lost front-door',
      'supervision-lost front-window',
      'supervision-lost hall',
      'expired',
    ],
  ]);
});

describe('the rest', () => {
  const table: readonly (readonly [name: string, ...rows: readonly Row[]])[] = [
    ['fire', [0, detect('smoke'), 'fire smoke', 'fire smoke restore']],
    [
      'water',
      [0, leak('cellar-water'), 'technical cellar-water'],
      [9, dry('cellar-water'), 'technical cellar-water restore'],
    ],
    [
      'a tamper zone',
      [0, open('meter-box'), 'zone-tamper meter-box'],
      [9, close('meter-box'), 'zone-tamper meter-box restore'],
    ],
    [
      'tamper of a device',
      [0, tamper('hall'), 'zone-tamper hall'],
      [9, tamperOver('hall'), 'zone-tamper hall restore'],
    ],
    [
      'a device that is lost',
      [0, offline('hall'), 'supervision-lost hall'],
      [9, online('hall'), 'supervision-lost hall restore'],
    ],
    ['a low battery', [0, lowBattery('hall'), 'battery-low hall']],
    ['trouble of the hub', [0, fault('disk'), 'trouble-other'], [9, faultOver('disk'), 'trouble-other restore']],
    ['a lost path', [0, fault('path:arc'), 'path-lost'], [9, faultOver('path:arc'), 'path-lost restore']],
    [
      'two of them',
      [0, fault('path:arc'), 'path-lost'],
      [1, fault('path:twilio'), 'path-lost'],
      [2, faultOver('path:arc'), 'path-lost restore'],
    ],
    ['a jammed radio while nobody guards', [0, jammed('rf433')], [9, jammingOver('rf433')]],
    [
      'a jammed radio while set, told once, and its end',
      [0, arm('home'), 'part-set'],
      [1, jammed('rf433'), 'jamming'],
      [9, jammingOver('rf433'), 'jamming restore'],
    ],
    [
      'two of them before it is set',
      [0, jammed('rf433')],
      [1, jammed('nodes')],
      [2, arm('home'), 'part-set', 'jamming', 'jamming'],
    ],
    ['mains_lost', [0, fault('mains_lost'), 'mains-lost'], [9, faultOver('mains_lost'), 'mains-lost restore']],
    [
      'the mains, lost while nobody guards, and back',
      [0, open('mains-relay')],
      [5, 'tick', 'mains-lost'],
      [60, close('mains-relay')],
      [90, 'tick', 'mains-lost restore'],
    ],
    [
      'the mains, cut while set, and who comes in after it',
      [0, arm('home'), 'part-set'],
      [60, open('mains-relay')],
      [65, 'tick', 'mains-cut mains-relay'],
      [90, open('front-door'), 'pre-alert front-door'],
    ],
    [
      'the mains, cut while set, and back',
      [0, arm('home'), 'part-set'],
      [60, open('mains-relay')],
      [65, 'tick', 'mains-cut mains-relay'],
      [80, close('mains-relay')],
      [110, 'tick', 'mains-cut mains-relay restore'],
    ],
    [
      'the battery of the hub',
      [0, open('ups')],
      [5, 'tick', 'hub-battery-low'],
      [60, close('ups')],
      [90, 'tick', 'hub-battery-low restore'],
    ],
    [
      'a case that is opened and shut in a walk test',
      [0, walk('resident')],
      [9, tamper('hall')],
      [19, tamperOver('hall')],
    ],
    [
      'a case that is open still when a walk test ends',
      [0, walk('resident')],
      [9, tamper('hall')],
      [19, endWalk('resident'), 'zone-tamper hall'],
      [29, tamperOver('hall'), 'zone-tamper hall restore'],
    ],
    ['a press that is tried', [0, walk('resident')], [9, press('fob')], [20, press('bedside-button')]],
    ['the hub’s own cover', [0, fault('hub_tamper'), 'hub-tamper']],
    [
      'a zone left out by name, which comes back',
      [0, open('front-window')],
      [1, arm('home', { bypass: ['front-window'] }), 'part-set', 'bypass front-window'],
      [9, close('front-window'), 'bypass front-window restore'],
    ],
    ['a door that opens while nobody guards it', [0, open('front-door')], [1, close('front-door')]],
    ['wrong codes', [0, wrongCode()], [1, wrongCode()], [2, wrongCode(), 'lockout']],
    [
      'knocks before the door opens: a forced one',
      [0, arm('away')],
      [45, 'tick', 'set'],
      [50, hit('wall'), 'perimeter wall'],
    ],
  ];
  for (const [name, ...rows] of table) story(name, rows);
});
