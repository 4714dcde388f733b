import type { DeviceId, OutputId } from '../base/brand.ts';
import { after, between, type Instant, isDue, minutes, seconds, sooner } from '../base/time.ts';
import { unreachable } from '../base/unreachable.ts';
import type { LightingEffect, LightingEvent } from './events.ts';
import type { LightingPlan, LightingRule } from './plan.ts';
import { type LightingState, type LightState, type LitRule, UNKNOWN_LIGHT } from './state.ts';

export interface LightingStep {
  readonly state: LightingState;
  readonly effects: readonly LightingEffect[];
}

/**
 * A detector that has said nothing more for so long has lost the word that ends its motion, or never had one. Longer than
 * any detector takes to repeat itself or to be at rest, and short enough that a light does not burn all night.
 */
const LONGEST_MOTION = minutes(10);
/**
 * So long what a light reports against its order is old news: a gateway repeats the state a light had before, and the
 * order is told again for 48 s. After that, or once it was confirmed, it is somebody's hand.
 */
const SETTLING = seconds(60);

/**
 * The lights: what one happening means for them. Pure and total.
 *
 * - Motion lights the lights of its rules, if it is dark or the rule says always, until `hold` after the last of it.
 * - An audible alarm lights every light until no alarm is to be seen any more. A silent one is no event here at all.
 * - A light that is lit already is not told again, and is not ours: what a hand switched on, no hold and no alarm's end
 *   puts out. One switched off by hand stays dark until something moves anew or another alarm sounds.
 */
export function illuminate(plan: LightingPlan, state: LightingState, event: LightingEvent, now: Instant): LightingStep {
  const current = lapse(plan, state, now);
  const next = happen(plan, current, event, now);
  const again = toTellAgain(event, next);
  const told = switchLights(plan, next, now);
  const owed = again.filter((light) => !told.effects.some((effect) => effect.light === light));
  return owed.reduce((step, light) => tellAgain(step, light, now), told);
}

/** When the lights next need a tick; null: nothing is waiting. */
export function deadline(state: LightingState): Instant | null {
  const ends = Object.values(state.lit).reduce<Instant | null>((first, { until }) => sooner(first, until), null);
  return Object.values(state.moving).reduce<Instant | null>(
    (first, last) => sooner(first, after(last, LONGEST_MOTION)),
    ends,
  );
}

function happen(plan: LightingPlan, state: LightingState, event: LightingEvent, now: Instant): LightingState {
  switch (event.type) {
    case 'motion':
      return onMotion(plan, state, event.device, event.is, now);
    case 'dusk':
      return onDusk(plan, state, event.is, now);
    case 'alarm':
      return onAlarm(state, event.is);
    case 'light-reported':
      return onReport(state, event.light, event.is, event.delivery, now);
    case 'hand':
      return onHand(plan, state, event.light, event.to);
    case 'restarted':
      return onRestart(plan, state, now);
    case 'light-back':
    case 'tick':
      return state;
    default:
      return unreachable(event);
  }
}

// ---- motion --------------------------------------------------------------------------------------------------------

function onMotion(
  plan: LightingPlan,
  state: LightingState,
  device: DeviceId,
  is: 'on' | 'once' | 'over',
  now: Instant,
): LightingState {
  const rules = plan.rules.filter((rule) => rule.motion.includes(device));
  if (rules.length === 0) return state;
  const isNew = state.moving[device] === undefined;
  switch (is) {
    case 'on': {
      const noted = { ...state, moving: { ...state.moving, [device]: now } };
      return isNew ? rules.reduce((next, rule) => light(next, rule, now), noted) : noted;
    }
    case 'once':
      return rules.reduce((next, rule) => light(next, rule, now), state);
    case 'over':
      return isNew ? state : atRest(plan, state, device, now);
    default:
      return unreachable(is);
  }
}

const counts = (state: LightingState, rule: LightingRule): boolean => rule.only === 'always' || state.dark;

const isMoving = (state: LightingState, rule: LightingRule): boolean =>
  rule.motion.some((device) => state.moving[device] !== undefined);

/** Something moves anew: the rule's lights are wanted, those too that a hand had put out. */
function light(state: LightingState, rule: LightingRule, now: Instant): LightingState {
  if (!counts(state, rule)) return state;
  const until = isMoving(state, rule) ? null : after(now, rule.hold);
  return { ...state, lit: { ...state.lit, [rule.id]: { until } }, lights: withNewReason(state, rule.lights) };
}

function withNewReason(state: LightingState, lights: readonly OutputId[]): LightingState['lights'] {
  const next: Record<OutputId, LightState> = { ...state.lights };
  for (const id of lights) {
    const before = next[id];
    if (before?.keptOff) next[id] = { ...before, keptOff: false };
  }
  return next;
}

function atRest(plan: LightingPlan, state: LightingState, device: DeviceId, at: Instant): LightingState {
  const { [device]: _, ...moving } = state.moving;
  return startHolds(plan, { ...state, moving }, at);
}

/** What is lit for motion that is over, or no longer counts, goes out after its hold. */
function startHolds(plan: LightingPlan, state: LightingState, at: Instant): LightingState {
  const lit = { ...state.lit };
  for (const rule of plan.rules) {
    const held = lit[rule.id];
    if (held === undefined || held.until !== null || (isMoving(state, rule) && counts(state, rule))) continue;
    lit[rule.id] = { until: after(at, rule.hold) };
  }
  return { ...state, lit };
}

/** At dusk what moves already counts as motion that begins; in daylight nothing prolongs a hold. */
function onDusk(plan: LightingPlan, state: LightingState, is: 'dark' | 'light', now: Instant): LightingState {
  const dark = is === 'dark';
  if (dark === state.dark) return state;
  const next = { ...state, dark };
  if (!dark) return startHolds(plan, next, now);
  return plan.rules
    .filter((rule) => rule.only === 'dark' && isMoving(next, rule))
    .reduce((lit, rule) => light(lit, rule, now), next);
}

/** Motion that grew old, and holds that are over. Each ends at its own time, however late the tick is. */
function lapse(plan: LightingPlan, state: LightingState, now: Instant): LightingState {
  const rested = (Object.entries(state.moving) as [DeviceId, Instant][])
    .map(([device, last]) => ({ device, end: after(last, LONGEST_MOTION) }))
    .filter(({ end }) => isDue(end, now))
    .reduce((next, { device, end }) => atRest(plan, next, device, end), state);
  const over = Object.entries(rested.lit).filter(([, { until }]) => until !== null && isDue(until, now));
  if (over.length === 0) return rested;
  const lit = { ...rested.lit };
  for (const [rule] of over) delete lit[rule];
  return { ...rested, lit };
}

// ---- alarms --------------------------------------------------------------------------------------------------------

/** Alarms that never sounded (a fault, a tamper while disarmed) light nothing. */
function onAlarm(state: LightingState, is: 'sounding' | 'open' | 'none'): LightingState {
  switch (is) {
    case 'sounding': {
      if (state.alarm === 'sounding') return state;
      const lights = withNewReason(state, Object.keys(state.lights) as OutputId[]);
      return { ...state, alarm: 'sounding', lights };
    }
    case 'open':
      return state.alarm === 'sounding' ? { ...state, alarm: 'after' } : state;
    case 'none':
      return state.alarm === 'quiet' ? state : { ...state, alarm: 'quiet' };
    default:
      return unreachable(is);
  }
}

// ---- the lights themselves -----------------------------------------------------------------------------------------

const lightOf = (state: LightingState, id: OutputId): LightState => state.lights[id] ?? UNKNOWN_LIGHT;

const withLight = (state: LightingState, id: OutputId, light: LightState): LightingState => ({
  ...state,
  lights: { ...state.lights, [id]: light },
});

function onReport(
  state: LightingState,
  id: OutputId,
  is: 'on' | 'off',
  delivery: 'live' | 'stored',
  now: Instant,
): LightingState {
  const before = lightOf(state, id);
  const heard = { ...before, reports: true, sure: delivery === 'live' || before.sure };
  if (is === before.is) {
    const settled = delivery === 'live' ? null : before.ordered;
    return same(before, heard) && settled === before.ordered
      ? state
      : withLight(state, id, { ...heard, ordered: settled });
  }
  if (before.ordered !== null && between(before.ordered, now) < SETTLING) return withLight(state, id, heard);
  // A broker's store may be older than what we told it since.
  if (delivery === 'stored') return before.ours || before.sure ? state : withLight(state, id, { ...heard, is });
  return withLight(state, id, { ...heard, is, ours: false, keptOff: is === 'off', ordered: null });
}

/** From now on it is theirs, also where we had lit it; telling the light is `toTellAgain`'s. */
function onHand(plan: LightingPlan, state: LightingState, id: OutputId, to: 'on' | 'off'): LightingState {
  if (!plan.lights.includes(id)) return state;
  return withLight(state, id, { ...lightOf(state, id), is: to, ours: false, keptOff: to === 'off', sure: true });
}

const same = (a: LightState, b: LightState): boolean => a.reports === b.reports && a.sure === b.sure;

/** What moved at the stop may be gone: its hold runs from now. What we did not light, nobody has seen since. */
function onRestart(plan: LightingPlan, state: LightingState, now: Instant): LightingState {
  // A time ahead can only come from a time line that was lost; nothing may wait for it.
  const noLater = (at: Instant | null, most: Instant): Instant | null => (at !== null && at > most ? most : at);
  const lit: Record<string, LitRule> = {};
  for (const { id, hold } of plan.rules) {
    const before = state.lit[id];
    if (before !== undefined) lit[id] = { until: noLater(before.until, after(now, hold)) };
  }
  const lights: Record<OutputId, LightState> = {};
  for (const id of plan.lights) {
    const before = lightOf(state, id);
    lights[id] = { ...before, ordered: noLater(before.ordered, now), sure: false };
  }
  return startHolds(plan, { ...state, moving: {}, lit, lights }, now);
}

function switchLights(plan: LightingPlan, state: LightingState, now: Instant): LightingStep {
  const wanted = new Set(plan.rules.flatMap((rule) => (state.lit[rule.id] === undefined ? [] : rule.lights)));
  return plan.lights.reduce<LightingStep>(
    (step, id) => switchLight(step, id, state.alarm !== 'quiet' || wanted.has(id) ? 'wanted' : 'idle', now),
    { state, effects: [] },
  );
}

function switchLight(step: LightingStep, id: OutputId, use: 'wanted' | 'idle', now: Instant): LightingStep {
  const light = lightOf(step.state, id);
  if (use === 'wanted' && light.is === 'off' && !light.keptOff) {
    return tell(step, id, { ...light, is: 'on', ours: true, ordered: now, sure: true });
  }
  // It was on by hand before the start and may be dark now: told again, and left to the hand that lit it.
  if (use === 'wanted' && light.is === 'on' && !light.ours && !light.sure) {
    return tell(step, id, { ...light, ordered: now, sure: true });
  }
  if (use === 'idle' && light.ours) {
    return tell(step, id, { ...light, is: 'off', ours: false, ordered: now, sure: true });
  }
  return step;
}

const tell = (step: LightingStep, light: OutputId, next: LightState): LightingStep => ({
  state: withLight(step.state, light, next),
  effects: [...step.effects, { type: 'switch', light, to: next.is }],
});

/** Lights that a hand on a page switches, and those that may have missed what they were told. One that never reports is not put out on a guess. */
function toTellAgain(event: LightingEvent, state: LightingState): readonly OutputId[] {
  if (event.type === 'hand') return state.lights[event.light] === undefined ? [] : [event.light];
  const owes = ({ ours, ordered, reports, is }: LightState): boolean =>
    ours || (is === 'off' && ordered !== null && reports);
  if (event.type === 'light-back') return owes(lightOf(state, event.light)) ? [event.light] : [];
  if (event.type !== 'restarted') return [];
  return (Object.entries(state.lights) as [OutputId, LightState][]).flatMap(([id, light]) => (owes(light) ? [id] : []));
}

const tellAgain = (step: LightingStep, id: OutputId, now: Instant): LightingStep =>
  tell(step, id, { ...lightOf(step.state, id), ordered: now });
