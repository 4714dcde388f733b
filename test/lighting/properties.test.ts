import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { instant } from '../../src/base/time.ts';
import type { LightingEffect } from '../../src/lighting/events.ts';
import { deadline, illuminate } from '../../src/lighting/illuminate.ts';
import { initialLighting, type LightingState } from '../../src/lighting/state.ts';
import { eventOf, HOUSE, passTo, type Word } from './table.ts';

const pirs = fc.constantFrom('gate-pir', 'drive-pir', 'back-pir', 'hall-pir');
const lamps = fc.constantFrom('lamp', 'porch', 'yard', 'hall', 'shed');
const motion = fc.tuple(pirs, fc.constantFrom('on', 'once', 'over')).map((words) => words.join(' '));
const world = fc.constantFrom('dusk dark', 'dusk light', 'alarm sounding', 'alarm open', 'alarm none', 'tick');
const hands = fc.tuple(lamps, fc.constantFrom('says on', 'says off')).map((words) => words.join(' '));
const pages = fc.tuple(lamps, fc.constantFrom('by page-on', 'by page-off')).map((words) => words.join(' '));
const stored = fc.tuple(lamps, fc.constantFrom('said on', 'said off', 'back')).map((words) => words.join(' '));

interface Played {
  readonly word: Word;
  readonly before: LightingState;
  readonly after: LightingState;
  readonly effects: readonly LightingEffect[];
}

const evening = (...words: readonly fc.Arbitrary<Word>[]) =>
  fc.array(fc.tuple(fc.integer({ min: 0, max: 200 }), fc.oneof(...words)), { maxLength: 60 });

/** Every step, the ticks between happenings too. */
function play(happenings: readonly (readonly [number, Word])[]): { played: Played[]; end: number } {
  let state = initialLighting();
  let at = 0;
  const played: Played[] = [];
  const take = (word: Word, now: number): void => {
    const step = illuminate(HOUSE, state, eventOf(word), instant(now));
    played.push({ word, before: state, after: step.state, effects: step.effects });
    state = step.state;
  };
  for (const [wait, word] of happenings) {
    at += wait;
    for (let due = deadline(state); due !== null && due <= at * 1000; due = deadline(state)) take('tick', due);
    take(word, at * 1000);
  }
  return { played, end: at };
}

describe('whatever happens', () => {
  it('nobody is told twice, but for what may have been missed', () => {
    fc.assert(
      fc.property(evening(motion, world, hands), (happenings) => {
        for (const { before, effects } of play(happenings).played) {
          for (const { light, to } of effects) expect(before.lights[light]?.is ?? 'off').not.toBe(to);
        }
      }),
    );
  });

  it('only what we lit is put out', () => {
    fc.assert(
      fc.property(evening(motion, world, hands, stored, fc.constant('restart')), (happenings) => {
        for (const { before, effects } of play(happenings).played) {
          const out = effects.filter(({ to, light }) => to === 'off' && !litWithin(effects, light));
          for (const { light } of out) {
            const was = before.lights[light];
            // Put out, or told again that it is out.
            expect(was?.ours === true || (was?.is === 'off' && was.ordered !== null)).toBe(true);
          }
        }
      }),
    );
  });

  it('a hand on a page is obeyed at once, and what it lit is not ours to put out', () => {
    fc.assert(
      fc.property(evening(motion, world, hands, stored, pages, fc.constant('restart')), (happenings) => {
        for (const { word, before, after, effects } of play(happenings).played) {
          const [light = '', verb, to] = word.split(' ');
          if (verb === 'by') {
            expect(effects.filter((effect) => (effect.light as string) === light)).toEqual([
              { type: 'switch', light, to: to?.split('-')[1] },
            ]);
            expect(after.lights[light as keyof typeof after.lights]).toMatchObject({ ours: false });
          }
          const out = effects.filter((effect) => effect.to === 'off' && verb !== 'by');
          for (const effect of out)
            expect(before.lights[effect.light]?.ours === true || before.lights[effect.light]?.is === 'off').toBe(true);
        }
      }),
    );
  });

  it('when nothing moves and no alarm is open, our lights go out', () => {
    fc.assert(
      fc.property(evening(motion, world, hands, stored, pages, fc.constant('restart')), (happenings) => {
        const { end } = play(happenings);
        const quiet = play([...happenings, [0, 'alarm none']]).played.at(-1)?.after ?? initialLighting();
        const later = passTo(quiet, instant((end + 3600) * 1000)).state;
        expect(deadline(later)).toBeNull();
        expect(Object.values(later.lights).filter(({ ours }) => ours)).toEqual([]);
      }),
    );
  });

  it('in an alarm every light is on, but for those a hand put out', () => {
    fc.assert(
      fc.property(evening(motion, world, hands, stored, fc.constant('restart')), (happenings) => {
        for (const { after } of play(happenings).played) {
          if (after.alarm === 'quiet') continue;
          const dark = HOUSE.lights.filter(
            (light) => after.lights[light]?.is !== 'on' && !after.lights[light]?.keptOff,
          );
          expect(dark).toEqual([]);
        }
      }),
    );
  });
});

const litWithin = (effects: readonly LightingEffect[], light: string): boolean =>
  effects.some((effect) => effect.light === light && effect.to === 'on');
