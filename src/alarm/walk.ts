import { after, type Duration, duration, type Instant, isDue, minutes } from '../base/time.ts';
import type { GivenCode } from './events.ts';
import type { PanelState } from './state.ts';
import { change, record, type Step } from './step.ts';

// A walk test: somebody goes from room to room and sees each detector heard. Nothing is set meanwhile, so all that a
// detector could do is told as it happens; of what is always live only the lid of a case and one short press of a panic
// button are taken for part of the test.

/** Nobody walks longer; whoever forgets it has real buttons again after that. */
const LONGEST_WALK = minutes(30);

export const isWalking = (state: PanelState, now: Instant): boolean =>
  state.walk !== null && !isDue(state.walk.until, now) && isAtRest(state);

/** Nothing is set and nothing sounds. */
export const isAtRest = (state: PanelState): boolean => state.set === null && state.sounding === null;

/** Begins it, or begins it anew for so long from now. */
export function beginWalk(step: Step, length: Duration, { person, duress }: GivenCode, now: Instant): Step {
  const forMs = duration(Math.min(length, LONGEST_WALK));
  const by = person.role === 'installer' ? 'installer' : 'resident';
  const begun = change(step, { walk: { until: after(now, forMs), by, presses: duress ? 'real' : 'tried' } });
  return record(begun, 'walk-began', { by: person.id, forMs });
}

/** `by`: the id of who ended it; null: it ended by itself. */
export function endWalk(step: Step, by: string | null): Step {
  return step.state.walk === null ? step : record(change(step, { walk: null }), 'walk-ended', { by });
}
