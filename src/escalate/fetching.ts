import { type Instant, isDue } from '../base/time.ts';
import { ANSWER_TIME, FAILURES_FOR_FAULT, FETCH_OPEN, FETCH_RECHECK, FETCH_ROUTINE } from './bounds.ts';
import type { EscalationStep, TellingPlan } from './events.ts';
import type { EscalationState, Fetching } from './state.ts';
import { chain, later, still } from './step.ts';

// Replies are asked for every minute, and every 3 s while any alarm is told. Only the minute ones are routine: what is
// shown of the path must look the same whether or not a silent alarm makes the hub ask more often.

/** One more thing a routine check found out about the path. */
export function routineEvidence(state: EscalationState, good: boolean): EscalationStep {
  const { fetching } = state;
  if (fetching === null) return still(state);
  const failures = good ? 0 : Math.min(fetching.failures + 1, FAILURES_FOR_FAULT);
  const up = good || (fetching.up && failures < FAILURES_FOR_FAULT);
  const next = { ...state, fetching: { ...fetching, failures, up } };
  return up === fetching.up ? still(next) : still(next, { type: 'path-fault', path: fetching.path, up });
}

/** The fetch that was on its way has ended. */
export function onFetchEnded(state: EscalationState, ok: boolean, now: Instant): EscalationStep {
  const { fetching } = state;
  if (fetching === null || fetching.asking === null) return still(state);
  const ended = { ...state, fetching: { ...fetching, asking: null } };
  if (!fetching.asking.routine) return still(ended);
  return chain(
    ended,
    (s) => routineEvidence(s, ok),
    (s) => {
      const wait = s.fetching?.failures === 1 ? FETCH_RECHECK : FETCH_ROUTINE;
      return still(s.fetching === null ? s : { ...s, fetching: { ...s.fetching, routineAt: later(now, wait) } });
    },
  );
}

/** A fetch that was on its way when the process ended brings nothing any more: ask again at once. */
export function refetch(state: EscalationState): EscalationState {
  return state.fetching === null ? state : { ...state, fetching: { ...state.fetching, asking: null, began: null } };
}

export function settleFetching(plan: TellingPlan, state: EscalationState, now: Instant): EscalationStep {
  return chain(
    state,
    (s) => matchPath(plan, s, now),
    (s) => giveUp(s, now),
    (s) => begin(s, now),
  );
}

function matchPath(plan: TellingPlan, state: EscalationState, now: Instant): EscalationStep {
  const { fetching } = state;
  if ((fetching?.path ?? null) === plan.path) return still(state);
  const next: Fetching | null =
    plan.path === null ? null : { path: plan.path, began: null, routineAt: now, asking: null, failures: 0, up: true };
  const changed = { ...state, fetching: next };
  // A path that is gone from the config is no fault any more.
  return fetching === null || fetching.up
    ? still(changed)
    : still(changed, { type: 'path-fault', path: fetching.path, up: true });
}

function giveUp(state: EscalationState, now: Instant): EscalationStep {
  const asking = state.fetching?.asking ?? null;
  return asking !== null && isDue(asking.answerBy, now) ? onFetchEnded(state, false, now) : still(state);
}

function begin(state: EscalationState, now: Instant): EscalationStep {
  const { fetching } = state;
  if (fetching === null || fetching.asking !== null || !isDue(nextFetch(state, fetching), now)) return still(state);
  const asking = { answerBy: later(now, ANSWER_TIME), routine: isDue(fetching.routineAt, now) };
  return still({ ...state, fetching: { ...fetching, began: now, asking } }, { type: 'fetch' });
}

function nextFetch(state: EscalationState, fetching: Fetching): Instant {
  if (state.tellings.length === 0 || fetching.began === null) return fetching.routineAt;
  const soon = later(fetching.began, FETCH_OPEN);
  return soon < fetching.routineAt ? soon : fetching.routineAt;
}

/** When the next fetch begins, or the one on its way is given up. */
export function fetchDeadline(state: EscalationState): Instant | null {
  const { fetching } = state;
  if (fetching === null) return null;
  return fetching.asking?.answerBy ?? nextFetch(state, fetching);
}
