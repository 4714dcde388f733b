import { after, between, type Instant, isDue, minutes, seconds } from '../base/time.ts';
import type { Clock } from './ports.ts';

/** Slewing moves a clock by half a millisecond a second; what moves it by more than this between two looks has set it. */
const STEP = seconds(1);
/** Somebody who sets the clock again and again must not fill the log. */
const ROW_EVERY = minutes(1);

/** How far the wall clock was set since the last row about it; `steps`: how often, where it was more than once. */
export interface ClockStep {
  readonly byMs: number;
  readonly steps: number;
}

/** Notices that the wall clock was set under us. */
export interface StepWatch {
  /** What is to be told now: each step once, and at most one row a minute, in which the steps of that minute are summed. */
  look(now: Instant): ClockStep | null;
}

export function createStepWatch(clock: Pick<Clock, 'wall' | 'now'>): StepWatch {
  let last = { wall: clock.wall(), at: clock.now() };
  let told: Instant | null = null;
  let held: ClockStep = { byMs: 0, steps: 0 };
  return {
    look(now) {
      const here = { wall: clock.wall(), at: clock.now() };
      const byMs = here.wall - last.wall - between(last.at, here.at);
      last = here;
      if (Math.abs(byMs) >= STEP) held = { byMs: held.byMs + byMs, steps: held.steps + 1 };
      if (held.steps === 0 || (told !== null && !isDue(after(told, ROW_EVERY), now))) return null;
      const step = held;
      held = { byMs: 0, steps: 0 };
      told = now;
      return step;
    },
  };
}
