import { describe, expect, it } from 'vitest';
import { initialPanel, panelFromMirror } from '../../src/alarm/initial.ts';
import type { ArmedMode } from '../../src/alarm/plan.ts';
import { deadline, reduce } from '../../src/alarm/reduce.ts';
import { phaseOf, sirenWanted, viewOf } from '../../src/alarm/view.ts';
import { instant, minutes } from '../../src/base/time.ts';
import {
  arm,
  close,
  detect,
  fault,
  hit,
  lowBattery,
  offline,
  open,
  press,
  restarted,
  stopped,
  tamper,
} from './happenings.ts';
import { house, houseWith, plan } from './plans.ts';
import { story } from './story.ts';
import { passTo, settledWorld } from './world.ts';

const minute = houseWith({ siren: { duration: 60 } });

story('still open as far as anyone knows: the last state counts for what is left out', minute, [
  [0, arm('home'), 'armed_home'],
  [10, open('front-window'), 'triggered'],
  [20, stopped, 'triggered'],
  [25, restarted, 'triggered', 'open nothing'],
  [70, 'tick', 'armed_home', 'bypassed front-window'],
  [3000, open('front-window'), 'armed_home', 'tells nobody', 'open front-window'],
  [3100, close('front-window'), 'armed_home', 'bypassed nothing'],
]);

// The hub's own faults are found anew when they still hold.
story('everything remembered comes back', plan, [
  [0, fault('disk'), 'disarmed', 'fault disk'],
  [1, tamper('keypad'), 'disarmed', 'alarm tamper'],
  [2, lowBattery('hall'), 'disarmed'],
  [3, arm('home', { bypass: ['keypad', 'front-window'] }), 'armed_home'],
  [10, stopped, 'armed_home'],
  [
    20,
    restarted,
    'armed_home',
    'alarm tamper keypad',
    'bypassed front-window keypad',
    'fault battery_low:hall tamper:keypad',
    'changed by the resident',
    'logs nothing',
    'tells nobody',
  ],
]);

story('a silent call runs on', plan, [
  [0, press('fob'), 'disarmed'],
  [10, stopped, 'disarmed'],
  [15, restarted, 'disarmed', 'no alarm', 'logs nothing'],
  [20, press('fob'), 'disarmed', 'tells nobody'],
  [51, press('fob'), 'disarmed', 'tells personal'],
]);

story(
  'hits before a restart may still be a forced entry',
  houseWith({ zones: { frame: { type: 'tremor', guards: 'front-door', hits: 5 } } }),
  [
    [0, arm('home'), 'armed_home'],
    [1, hit('frame'), 'armed_home'],
    [2, hit('frame'), 'armed_home'],
    [3, stopped, 'armed_home'],
    [4, restarted, 'armed_home'],
    [5, open('front-door'), 'pending', 'logs forced-entry'],
  ],
);

describe('a restart with a changed config', () => {
  const smaller = house({ zones: { 'front-door': { type: 'entry' }, 'front-window': { type: 'perimeter' } } });
  const before = settledWorld(plan);
  for (const what of [tamper('keypad'), offline('hall'), lowBattery('landing')]) what.run(before);
  arm('away', { bypass: ['keypad', 'hall', 'front-window'] }).run(before);
  passTo(before, instant(46_000));
  open('front-door').run(before);
  detect('landing').run(before);
  const { state } = reduce(smaller.panel, before.panel, { type: 'restarted' }, instant(50_000));

  it('stays set, with its entry delay', () => expect(phaseOf(state)).toBe('pending'));
  it('knows the zones of the new config', () =>
    expect(Object.keys(state.zones)).toEqual(['front-door', 'front-window']));
  it('leaves out what is still there', () => expect(state.bypassed).toEqual(['front-window']));
  it('forgets the faults of devices that are gone', () => expect(state.faults).toEqual([]));
  it('forgets their tamper', () => expect(state.tampered).toEqual([]));
  it('still alarms, and names who came in', () => {
    const late = reduce(smaller.panel, state, { type: 'tick' }, instant(90_000));
    expect([phaseOf(late.state), late.state.alarms.at(-1)?.zones]).toEqual(['triggered', ['front-door', 'landing']]);
  });
});

describe('after a lost database, from one word', () => {
  // What is safer: an exit delay is over, an entry delay starts with its floor, a siren sounds anew.
  const ROWS: readonly (readonly [string, ArmedMode | null, string, number | null, boolean])[] = [
    ['disarmed', null, 'disarmed', null, false],
    ['arming', 'away', 'armed_away', null, false],
    ['armed_away', 'away', 'armed_away', null, false],
    ['armed_home', 'home', 'armed_home', null, false],
    ['armed_night', 'night', 'armed_night', null, false],
    ['pending', 'home', 'pending', 11_000, false],
    ['triggered', 'night', 'triggered', 901_000, true],
    ['triggered', null, 'triggered', 901_000, true],
  ];

  it.each(ROWS)('%s (%s) is %s', (word, mode, phase, next, siren) => {
    const state = panelFromMirror(plan.panel, { state: word, mode }, instant(1000));
    expect([phaseOf(state), deadline(state), sirenWanted(state)]).toEqual([phase, next, siren]);
    expect(viewOf(plan.panel, state).mode).toBe(mode);
  });

  it('an entry delay nobody ends is an alarm with siren, though no zone is known', () => {
    const state = panelFromMirror(plan.panel, { state: 'pending', mode: 'home' }, instant(0));
    const late = reduce(plan.panel, state, { type: 'tick' }, instant(10_000));
    expect([phaseOf(late.state), sirenWanted(late.state)]).toEqual(['triggered', true]);
    expect(late.effects.map((effect) => effect.type)).toContain('tell');
  });

  it('a siren that sounded is told to somebody again', () => {
    const state = panelFromMirror(plan.panel, { state: 'triggered', mode: 'home' }, instant(0));
    const told = reduce(plan.panel, state, { type: 'alarm-restored' }, instant(0));
    expect(told.effects.find((effect) => effect.type === 'tell')?.alarm.kind).toBe('intruder');
    const over = reduce(plan.panel, told.state, { type: 'tick' }, instant(minutes(15)));
    expect(phaseOf(over.state)).toBe('armed_home');
  });
});

describe('arming that could not be made durable', () => {
  const fresh = initialPanel(plan.panel);
  const world = settledWorld(plan);
  arm('away').run(world);
  const failed = world.panel.set;
  if (failed === null) throw new Error('not armed');
  const undo = { type: 'arming-undone', failed, before: { set: null, bypassed: [], changedBy: null } } as const;

  it('is undone', () => {
    const { state, effects } = reduce(plan.panel, world.panel, undo, instant(500));
    expect([phaseOf(state), effects.map((effect) => effect.type)]).toEqual(['disarmed', ['record']]);
  });

  it('but not when something happened since', () => {
    const { state } = reduce(plan.panel, { ...fresh, set: { ...failed, exit: null } }, undo, instant(500));
    expect(phaseOf(state)).toBe('armed_away');
  });
});
