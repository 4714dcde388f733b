import { describe, expect, it } from 'vitest';
import { type PanelPhase, phaseOf } from '../../src/alarm/view.ts';
import { instant } from '../../src/base/time.ts';
import { check, type Expectation, type Moment } from './expectations.ts';
import type { Happening } from './happenings.ts';
import type { Plan } from './plans.ts';
import { passTo, settledWorld, type World } from './world.ts';

/** When (in seconds), what happens, the panel's phase after it, and what else is expected. `tick`: time passes. */
export type Row = readonly [number, Happening | 'tick', PanelPhase, ...Expectation[]];

/**
 * A story as a table. Time is a column: between rows both rooms are ticked exactly when they asked to be, and nothing
 * sleeps. Each row is one test; an expectation about effects speaks of everything since the row before.
 */
export function story(
  name: string,
  plan: Plan,
  rows: readonly Row[],
  start: (plan: Plan) => World = settledWorld,
): void {
  const played = play(plan, rows, start);
  describe(name, () => {
    for (const [index, row] of rows.entries()) {
      const [at, what, phase, ...more] = row;
      const label = what === 'tick' ? 'time passes' : what.label;
      it(`${at} s: ${label} → ${[phase, ...more].join(', ')}`, () => {
        const moment = played[index];
        if (moment === undefined || moment instanceof Error) throw moment ?? new Error('the story broke off before');
        expect(phaseOf(moment.state)).toBe(phase);
        for (const expectation of more) check(moment, expectation);
      });
    }
  });
}

function play(plan: Plan, rows: readonly Row[], start: (plan: Plan) => World): readonly (Moment | Error)[] {
  const world = start(plan);
  const moments: (Moment | Error)[] = [];
  for (const [at, what] of rows) {
    const before = world.effects.length;
    try {
      passTo(world, instant(at * 1000));
      if (what !== 'tick') what.run(world);
    } catch (error) {
      moments.push(error instanceof Error ? error : new Error(String(error)));
      break;
    }
    moments.push({ plan, state: world.panel, effects: world.effects.slice(before) });
  }
  return moments;
}
