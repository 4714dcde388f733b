import { type Instant, instant, isDue, sooner } from '../base/time.ts';
import { ANSWER_TIME, FAILURES_FOR_FAULT, FETCH_ANSWER, FETCH_OPEN, FETCH_RECHECK, FETCH_ROUTINE } from './bounds.ts';
import { chain, each } from './chain.ts';
import type { EscalationStep, FetchLook, TellingPlan } from './events.ts';
import type { PathId } from './plan.ts';
import type { EscalationState, Fetching } from './state.ts';
import { later, still } from './step.ts';

// Each path is asked for replies three times a minute, and looked at every 3 s while any alarm is told, or when it says that
// something came in. Only the first are routine: what is shown of a path must look the same whether or not a silent alarm
// makes the hub look more often, so the two go side by side and neither waits for the other.

const fetchingOf = (state: EscalationState, path: PathId): Fetching | undefined =>
  state.fetching.find((one) => one.path === path);

const put = (state: EscalationState, changed: Fetching): EscalationState => ({
  ...state,
  fetching: state.fetching.map((one) => (one.path === changed.path ? changed : one)),
});

/** What routine checks last said of a path; one that was never checked is well. */
export const isUp = (state: EscalationState, path: PathId): boolean => fetchingOf(state, path)?.up ?? true;

/** One more thing a routine check found out about a path. */
export function routineEvidence(state: EscalationState, path: PathId, good: boolean, now: Instant): EscalationStep {
  const fetching = fetchingOf(state, path);
  if (fetching === undefined) return still(state);
  const failures = good ? 0 : Math.min(fetching.failures + 1, FAILURES_FOR_FAULT);
  const up = good || (fetching.up && failures < FAILURES_FOR_FAULT);
  if (failures === fetching.failures && up === fetching.up) return still(state);
  const downSince = up ? null : (fetching.downSince ?? now);
  const next = put(state, { ...fetching, failures, up, downSince });
  return up === fetching.up ? still(next) : still(next, { type: 'path-fault', path, up });
}

/** A fetch that was on its way has ended. */
export function onFetchEnded(
  state: EscalationState,
  path: PathId,
  look: FetchLook,
  ok: boolean,
  now: Instant,
): EscalationStep {
  const fetching = fetchingOf(state, path);
  if (fetching === undefined) return still(state);
  if (look === 'now')
    return fetching.looking === null ? still(state) : still(put(state, { ...fetching, looking: null }));
  if (fetching.checking === null) return still(state);
  return chain(
    put(state, { ...fetching, checking: null }),
    (s) => routineEvidence(s, path, ok, now),
    (s) => {
      const checked = fetchingOf(s, path);
      if (checked === undefined) return still(s);
      const wait = checked.failures === 1 ? FETCH_RECHECK : FETCH_ROUTINE;
      return still(put(s, { ...checked, routineAt: later(now, wait) }));
    },
  );
}

/** The path knows that something is there for us: it is looked at at once, and once more where a look is on its way. */
export function onArrived(state: EscalationState, path: PathId): EscalationStep {
  const fetching = fetchingOf(state, path);
  return fetching === undefined ? still(state) : still(put(state, { ...fetching, lookAgain: true }));
}

/** A fetch that was on its way when the process ended brings nothing any more: look again at once. */
export function refetch(state: EscalationState): EscalationState {
  const fresh = { checking: null, looked: null, looking: null, lookAgain: false };
  return { ...state, fetching: state.fetching.map((one) => ({ ...one, ...fresh })) };
}

export function settleFetching(plan: TellingPlan, state: EscalationState, now: Instant): EscalationStep {
  return chain(
    state,
    (s) => matchPaths(plan, s, now),
    (s) => each(s, s.fetching, (current, { path }) => giveUp(current, path, now)),
    (s) => each(s, s.fetching, (current, { path }) => check(current, path, now)),
    (s) => each(s, s.fetching, (current, { path }) => look(current, path, now)),
  );
}

function matchPaths(plan: TellingPlan, state: EscalationState, now: Instant): EscalationStep {
  const same =
    plan.paths.length === state.fetching.length && plan.paths.every(({ id }, at) => state.fetching[at]?.path === id);
  if (same) return still(state);
  const fetching = plan.paths.map(({ id }) => fetchingOf(state, id) ?? untried(id, now));
  const gone = state.fetching.filter(({ path, up }) => !up && !plan.paths.some(({ id }) => id === path));
  // A path that is gone from the config is no fault any more.
  return still({ ...state, fetching }, ...gone.map(({ path }) => ({ type: 'path-fault', path, up: true }) as const));
}

const untried = (path: PathId, now: Instant): Fetching => ({
  path,
  routineAt: now,
  checking: null,
  looked: null,
  looking: null,
  lookAgain: false,
  failures: 0,
  up: true,
  downSince: null,
  reported: null,
});

function giveUp(state: EscalationState, path: PathId, now: Instant): EscalationStep {
  const fetching = fetchingOf(state, path);
  const overdue = (asked: { readonly answerBy: Instant } | null | undefined): boolean =>
    asked !== null && asked !== undefined && isDue(asked.answerBy, now);
  return chain(
    state,
    (s) => (overdue(fetching?.looking) ? onFetchEnded(s, path, 'now', false, now) : still(s)),
    (s) => (overdue(fetching?.checking) ? onFetchEnded(s, path, 'routine', false, now) : still(s)),
  );
}

function check(state: EscalationState, path: PathId, now: Instant): EscalationStep {
  const fetching = fetchingOf(state, path);
  if (fetching === undefined || fetching.checking !== null || !isDue(fetching.routineAt, now)) return still(state);
  const checking = { answerBy: later(now, FETCH_ANSWER) };
  return still(put(state, { ...fetching, checking }), { type: 'fetch', path, look: 'routine' });
}

function look(state: EscalationState, path: PathId, now: Instant): EscalationStep {
  const fetching = fetchingOf(state, path);
  if (fetching === undefined || fetching.looking !== null) return still(state);
  const at = lookAt(state, fetching);
  if (!fetching.lookAgain && (at === null || !isDue(at, now))) return still(state);
  const looking = { answerBy: later(now, ANSWER_TIME) };
  const next = put(state, { ...fetching, looked: now, looking, lookAgain: false });
  return still(next, { type: 'fetch', path, look: 'now' });
}

/** Null: nobody waits for an answer, and the routine is enough. */
function lookAt(state: EscalationState, { looked }: Fetching): Instant | null {
  if (state.tellings.length === 0) return null;
  return looked === null ? instant(0) : later(looked, FETCH_OPEN);
}

/** When a fetch begins, or one on its way is given up. */
export function fetchDeadline(state: EscalationState): Instant | null {
  return state.fetching
    .flatMap((one) => [one.checking?.answerBy ?? one.routineAt, one.looking?.answerBy ?? lookAt(state, one)])
    .reduce(sooner, null);
}
