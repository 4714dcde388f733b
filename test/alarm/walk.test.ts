import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { PanelEvent } from '../../src/alarm/events.ts';
import { reduce } from '../../src/alarm/reduce.ts';
import type { PanelState } from '../../src/alarm/state.ts';
import { isDue, minutes } from '../../src/base/time.ts';
import { crowded, moves, play, secret, told, walked } from './chance.ts';
import {
  arm,
  close,
  detect,
  disarm,
  endWalk,
  give,
  type Happening,
  hit,
  leak,
  open,
  openInstaller,
  outage,
  panic,
  press,
  tamper,
  tamperOver,
  walk,
} from './happenings.ts';
import { houseWith, plan } from './plans.ts';
import { story } from './story.ts';
import { settledWorld, type World } from './world.ts';

// Somebody tries the detectors. What is shown as it happens, what calls nobody meanwhile, and what is a call all the same.

const both = (one: Happening, other: Happening): Happening => ({
  label: `${one.label}, ${other.label}`,
  run: (world) => {
    one.run(world);
    other.run(world);
  },
});

const cord = houseWith({ zones: { cord: { type: 'panic', by: 'contact' } } });

story('each detector is shown as it happens, and none of it is an alarm', plan, [
  [0, walk('resident'), 'disarmed', 'replies ok', 'logs walk-began', 'walk until 600'],
  [10, open('front-door'), 'disarmed', 'shows front-door opened', 'tells nobody', 'logs nothing'],
  [12, close('front-door'), 'disarmed', 'shows front-door closed', 'logs nothing'],
  [20, detect('hall'), 'disarmed', 'shows hall detected hall closed', 'tells nobody'],
  [30, hit('wall'), 'disarmed', 'shows wall hit wall detected', 'tells nobody'],
  [40, open('gate'), 'disarmed', 'shows gate opened', 'logs nothing'],
  [50, endWalk('resident'), 'disarmed', 'replies ok', 'logs walk-ended', 'no walk'],
  [60, open('front-door'), 'disarmed', 'shows nothing'],
]);

story('one short press calls nobody, and leaves one row', plan, [
  [0, walk('resident'), 'disarmed'],
  [10, press('fob'), 'disarmed', 'shows fob pressed', 'logs walk-press', 'seals nothing', 'tells nobody'],
  [16, press('bedside-button'), 'disarmed', 'shows bedside-button pressed', 'siren off', 'tells nobody'],
  [22, press('fob'), 'disarmed', 'shows fob pressed', 'tells nobody'],
]);

story('a second press of the same button within five seconds is a call', plan, [
  [0, walk('resident'), 'disarmed'],
  [10, press('fob'), 'disarmed', 'tells nobody'],
  [15, press('fob'), 'disarmed', 'shows nothing', 'logs nothing', 'seals alarm-raised', 'tells personal about fob'],
]);

story('of another button it is none', plan, [
  [0, walk('resident'), 'disarmed'],
  [10, press('fob'), 'disarmed', 'tells nobody'],
  [12, press('bedside-button'), 'disarmed', 'shows bedside-button pressed', 'tells nobody'],
]);

for (const button of ['hold', 'double'] as const) {
  story(`a ${button} is a call, and a silent one shows nothing`, plan, [
    [0, walk('resident'), 'disarmed'],
    [10, press('fob', button), 'disarmed', 'shows nothing', 'logs nothing', 'tells personal about fob'],
  ]);
  story(`an audible ${button} sounds`, plan, [
    [0, walk('resident'), 'disarmed'],
    [10, press('bedside-button', button), 'triggered', 'siren on', 'tells personal about bedside-button'],
  ]);
}

story('PANIC, fire and water stay what they are', plan, [
  [0, walk('resident'), 'disarmed'],
  [10, panic(), 'disarmed', 'tells personal', 'shows nothing'],
  [20, leak('cellar-water'), 'disarmed', 'tells fault', 'fault technical:cellar-water'],
  [30, detect('smoke'), 'triggered', 'siren on', 'tells fire'],
]);

story('a cord that is pulled is a call: only a button can be tried', cord, [
  [0, walk('resident'), 'disarmed'],
  [10, open('cord'), 'disarmed', 'tells personal about cord', 'shows nothing'],
]);

story('while something sounds, every press is a call', plan, [
  [0, walk('resident'), 'disarmed'],
  [10, detect('smoke'), 'triggered'],
  [20, press('fob'), 'triggered', 'tells personal about fob', 'shows nothing'],
]);

story('a duress code is a call', plan, [
  [0, walk('resident'), 'disarmed'],
  [10, disarm('duress'), 'disarmed', 'tells duress', 'walk until 600'],
]);

story('after one, or after a call, no press is tried any more, and on site it looks the same', plan, [
  [0, walk('resident'), 'disarmed'],
  [10, disarm('duress'), 'disarmed', 'tells duress'],
  [60, press('fob'), 'disarmed', 'shows fob pressed', 'logs walk-press', 'tells personal about fob', 'walk until 600'],
  [120, press('fob'), 'disarmed', 'shows fob pressed', 'logs walk-press', 'tells personal about fob'],
]);

story('begun under threat it looks the same and swallows nothing', plan, [
  [0, walk('resident', 10, 'threat'), 'disarmed', 'replies ok', 'logs walk-began'],
  [
    10,
    press('fob'),
    'disarmed',
    'shows fob pressed',
    'logs walk-press',
    'seals alarm-raised',
    'tells personal about fob',
  ],
  [60, press('bedside-button'), 'disarmed', 'siren off', 'logs walk-press', 'tells personal'],
]);

describe('its end', () => {
  story('comes by itself, to the second', plan, [
    [0, walk('resident', 2), 'disarmed', 'walk until 120'],
    [119, press('fob'), 'disarmed', 'tells nobody'],
    [126, press('fob'), 'disarmed', 'no walk', 'logs walk-ended', 'tells personal about fob'],
  ]);
  story('comes after half an hour, whatever was asked for', plan, [
    [0, walk('resident', 480), 'disarmed', 'walk until 1800'],
  ]);
  story('moves when it is begun again', plan, [
    [0, walk('resident', 2), 'disarmed'],
    [60, walk('resident', 2), 'disarmed', 'walk until 180'],
  ]);
  story('comes with any arming', plan, [
    [0, walk('resident'), 'disarmed'],
    [10, arm('away'), 'arming', 'logs walk-ended arming', 'no walk'],
    [12, press('fob'), 'arming', 'tells personal about fob'],
  ]);
  story('comes with a restart', plan, [
    [0, walk('resident'), 'disarmed'],
    [10, outage(5), 'disarmed', 'logs walk-ended', 'no walk'],
    [20, press('fob'), 'disarmed', 'tells personal about fob'],
  ]);
  story("comes with the end of the installer's time", plan, [
    [0, both(openInstaller(5), walk('installer', 30)), 'disarmed', 'walk until 1800'],
    [300, 'tick', 'disarmed', 'logs installer-closed walk-ended', 'no walk'],
  ]);
});

describe('a case that is opened', () => {
  story('and shut again is no alarm', plan, [
    [0, walk('resident'), 'disarmed'],
    [10, tamper('hall'), 'disarmed', 'tells nobody', 'fault tamper:hall'],
    [20, tamperOver('hall'), 'disarmed', 'no fault'],
    [30, endWalk('resident'), 'disarmed', 'tells nobody'],
  ]);
  story('and open still at the end is one', plan, [
    [0, walk('resident'), 'disarmed'],
    [10, tamper('hall'), 'disarmed', 'tells nobody'],
    [20, open('meter-box'), 'disarmed', 'shows meter-box opened', 'tells nobody'],
    [30, endWalk('resident'), 'disarmed', 'tells tamper', 'alarm tamper hall meter-box', 'siren off'],
  ]);
  story('before it was one already, and is not told twice', plan, [
    [0, tamper('hall'), 'disarmed', 'tells tamper'],
    [10, walk('resident'), 'disarmed'],
    [30, endWalk('resident'), 'disarmed', 'tells nobody'],
  ]);
  story('stands in the way of arming', plan, [
    [0, walk('resident'), 'disarmed'],
    [10, tamper('hall'), 'disarmed'],
    [20, arm('home'), 'disarmed', 'replies zones_open hall', 'walk until 600'],
  ]);
});

// ---- whatever happens ----------------------------------------------------------------------------------------------------

const anything = moves(fc.oneof({ weight: 6, arbitrary: walked }, { weight: 1, arbitrary: secret }), 50);

const tells = (world: World, state: PanelState, event: PanelEvent): readonly string[] =>
  reduce(world.plan.panel, state, event, world.now)
    .effects.filter((effect) => effect.type === 'tell')
    .map(({ alarm }) => `${alarm.kind} ${alarm.zones.join(' ')}`);

function isTried(world: World, before: PanelState, event: PanelEvent): boolean {
  if (event.type !== 'zone-detected' || event.press !== 'single') return false;
  return world.plan.panel.zones.get(event.zone)?.type === 'panic' && runs(world, before);
}

const runs = ({ now }: World, { walk: current, set, sounding }: PanelState): boolean =>
  current !== null && !isDue(current.until, now) && set === null && sounding === null;

const isLid = (world: World, event: PanelEvent): boolean => {
  if (event.type === 'tamper-on') return true;
  const zone = event.type === 'zone-opened' || event.type === 'zone-detected' ? event.zone : null;
  return zone !== null && world.plan.panel.zones.get(zone)?.type === 'tamper';
};

/** What may end it, where an alarm about a lid that was left open comes with the end. */
const mayEnd = (event: PanelEvent): boolean => ['tick', 'ordered', 'code-verified', 'zone-closed'].includes(event.type);

describe('whatever happens', () => {
  it('nothing but one short press of a panic button, or a lid, is ever swallowed, and only while it runs', () => {
    let tried = 0;
    fc.assert(
      fc.property(anything, (moved) => {
        const world = settledWorld(crowded);
        world.watch = (event, before) => {
          const said = tells(world, before, event);
          const otherwise = tells(world, { ...before, walk: null }, event);
          if (isTried(world, before, event)) tried += 1;
          else if (!(isLid(world, event) && runs(world, before)) && !mayEnd(event))
            expect(said, told(moved)).toEqual(otherwise);
        };
        for (const move of moved) play(world, move);
      }),
      { numRuns: 150 },
    );
    // A property that saw none of it would hold of anything.
    expect(tried).toBeGreaterThan(20);
  });

  it('it is begun by a resident, or an installer within the time, while nothing is set or sounds', () => {
    let begun = 0;
    fc.assert(
      fc.property(anything, (moved) => {
        const world = settledWorld(crowded);
        world.watch = (event, before, after) => {
          if (after.walk === null || after.walk.until === before.walk?.until) return;
          if (event.type === 'restarted') return;
          begun += 1;
          const role = event.type === 'ordered' ? event.order.vouched?.person.role : null;
          const opened = before.installer !== null && before.installer.until > world.now;
          expect([before.set, before.sounding], told(moved)).toEqual([null, null]);
          expect(role === 'resident' || (role === 'installer' && opened), told(moved)).toBe(true);
          expect(after.walk.until - world.now).toBeLessThanOrEqual(minutes(30));
        };
        for (const move of moved) play(world, move);
      }),
      { numRuns: 100 },
    );
    expect(begun).toBeGreaterThan(20);
  });

  it('a repeated order of the same id is refused like any other', () => {
    const world = settledWorld(plan);
    const ask = { action: 'walk-test', length: minutes(5) } as const;
    give(world, ask, { id: 'x' });
    give(world, ask, { id: 'x' });
    const answers = world.effects.filter((effect) => effect.type === 'reply').map(({ answer }) => answer.ok);
    expect(answers).toEqual([true, false]);
  });
});
