import { type Instant, isDue } from '../base/time.ts';
import { REPORT_AFTER, REPORT_AGAIN } from './bounds.ts';
import { each } from './chain.ts';
import type { EscalationStep, TellingPlan } from './events.ts';
import { enqueue } from './outbox.ts';
import type { EscalationState, Fetching } from './state.ts';
import { later, still } from './step.ts';

/** A path that stays dead is told of over those that are not, to who is told of faults, once a day however often it dies. */
export function settleReports(plan: TellingPlan, state: EscalationState, now: Instant): EscalationStep {
  const others = state.fetching.filter(({ up }) => up);
  if (others.length === 0 || others.length === state.fetching.length) return still(state);
  return each(
    state,
    state.fetching.filter((one) => !one.up && isNews(one, now)),
    (s, dead) => report(plan, s, dead, others, now),
  );
}

const isNews = ({ reported, downSince }: Fetching, now: Instant): boolean =>
  downSince !== null &&
  isDue(later(downSince, REPORT_AFTER), now) &&
  (reported === null || isDue(later(reported, REPORT_AGAIN), now));

function report(
  plan: TellingPlan,
  state: EscalationState,
  dead: Fetching,
  others: readonly Fetching[],
  now: Instant,
): EscalationStep {
  const noted = state.fetching.map((one) => (one.path === dead.path ? { ...one, reported: now } : one));
  const contacts = [...plan.contacts.values()].filter(({ alarms }) => alarms.has('fault'));
  const paths = others.map(({ path }) => path);
  const words = { alarm: null, kind: 'fault', purpose: 'path-down', silent: false, number: null, zones: [] } as const;
  const told: EscalationState = { ...state, fetching: noted };
  return each(told, contacts, (s, { id }) => enqueue(plan, s, { ...words, contact: id, paths }, now));
}
