import { describe, expect, it } from 'vitest';
import type { DeviceId, OutputId } from '../../src/base/brand.ts';
import { type Instant, instant, seconds } from '../../src/base/time.ts';
import type { LightingEffect, LightingEvent } from '../../src/lighting/events.ts';
import { deadline, illuminate } from '../../src/lighting/illuminate.ts';
import type { LightingPlan } from '../../src/lighting/plan.ts';
import { initialLighting, type LightingState } from '../../src/lighting/state.ts';

const id = (text: string) => text as string as DeviceId & OutputId;

/** Two ways to the door, which share a lamp, a hall that is lit by day too, and a lamp in no rule. */
export const HOUSE: LightingPlan = {
  rules: [
    {
      id: 'path',
      motion: [id('gate-pir'), id('drive-pir')],
      lights: [id('lamp'), id('porch')],
      hold: seconds(90),
      only: 'dark',
    },
    { id: 'back', motion: [id('back-pir')], lights: [id('porch'), id('yard')], hold: seconds(60), only: 'dark' },
    { id: 'hall', motion: [id('hall-pir')], lights: [id('hall')], hold: seconds(30), only: 'always' },
  ],
  lights: [id('lamp'), id('porch'), id('yard'), id('hall'), id('shed')],
};

/** One happening in words: `drive-pir on`, `dusk light`, `alarm open`, `lamp says off`, `lamp by page-on`, `lamp back`, `restart`. */
export type Word = string;

export function eventOf(word: Word): LightingEvent {
  const [subject = '', verb = '', rest = ''] = word.split(' ');
  if (word === 'tick') return { type: 'tick' };
  if (word === 'restart') return { type: 'restarted' };
  if (subject === 'dusk') return { type: 'dusk', is: verb as 'dark' | 'light' };
  if (subject === 'alarm') return { type: 'alarm', is: verb as 'sounding' | 'open' | 'none' };
  if (verb === 'by') return { type: 'hand', light: id(subject), to: rest.split('-')[1] as 'on' | 'off' };
  if (verb === 'back') return { type: 'light-back', light: id(subject) };
  if (verb === 'says' || verb === 'said') {
    const delivery = verb === 'says' ? 'live' : 'stored';
    return { type: 'light-reported', light: id(subject), is: rest as 'on' | 'off', delivery };
  }
  return { type: 'motion', device: id(subject), is: verb as 'on' | 'once' | 'over' };
}

const said = (effects: readonly LightingEffect[]): string =>
  effects.map(({ light, to }) => `${light} ${to}`).join(', ');

/** What was ordered up to `at`, with ticks exactly when they were asked for. */
export function passTo(
  state: LightingState,
  at: Instant,
  plan = HOUSE,
): { state: LightingState; effects: LightingEffect[] } {
  let current = state;
  const effects: LightingEffect[] = [];
  for (let due = deadline(current); due !== null && due <= at; due = deadline(current)) {
    const step = illuminate(plan, current, { type: 'tick' }, due);
    current = step.state;
    effects.push(...step.effects);
  }
  return { state: current, effects };
}

/** When (in seconds), what happens, and everything ordered since the row before. */
export type Row = readonly [number, Word, string];

/** Time is a column. One row is one test. */
export function story(name: string, rows: readonly Row[], plan = HOUSE): void {
  let state = initialLighting();
  const played = rows.map(([at, word]) => {
    const now = instant(at * 1000);
    const passed = passTo(state, now, plan);
    // Saved and read back between any two rows: it must be plain data.
    const step = illuminate(plan, JSON.parse(JSON.stringify(passed.state)), eventOf(word), now);
    state = step.state;
    return said([...passed.effects, ...step.effects]);
  });
  describe(name, () => {
    for (const [index, [at, word, orders]] of rows.entries()) {
      it(`${at} s: ${word} → ${orders === '' ? 'nothing' : orders}`, () => {
        expect(played[index]).toBe(orders);
      });
    }
  });
}
