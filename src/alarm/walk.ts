import type { DeviceId, ZoneId } from '../base/brand.ts';
import { after, between, type Duration, duration, type Instant, isDue, minutes, seconds } from '../base/time.ts';
import type { GivenCode, WalkWhat } from './events.ts';
import { standsOpen } from './guard.ts';
import type { PanelPlan, ZonePlan } from './plan.ts';
import type { PanelState } from './state.ts';
import { also, change, record, type Step } from './step.ts';
import { markTampered, onPanic, onTamper } from './trips.ts';

// A walk test: somebody goes from room to room and sees each detector heard. Nothing is set meanwhile, so what a
// detector could do is told as it happens and nothing more. Of all that is always live only two things are taken for part
// of the test: the lid of a case, and one short press of a panic button. Whoever needs help presses again, or holds.

/** Nobody walks longer; whoever forgets it has real buttons again after that. */
const LONGEST_WALK = minutes(30);
/** So soon after a press the same button is not tried again, it calls. */
const AGAIN = seconds(5);

export const isWalking = (state: PanelState, now: Instant): boolean =>
  state.walk !== null && !isDue(state.walk.until, now) && isAtRest(state);

/** Nothing is set and nothing sounds. */
export const isAtRest = (state: PanelState): boolean => state.set === null && state.sounding === null;

/** Begins it, or begins it anew for so long from now. */
export function beginWalk(step: Step, length: Duration, { person, duress }: GivenCode, now: Instant): Step {
  const forMs = duration(Math.min(length, LONGEST_WALK));
  const by = person.role === 'installer' ? 'installer' : 'resident';
  const lids = step.state.walk?.lids ?? [];
  const begun = change(step, { walk: { until: after(now, forMs), by, presses: duress ? 'real' : 'tried', lids } });
  return record(begun, 'walk-began', { by: person.id, forMs });
}

/** `by`: the id of who ended it; null: it ended by itself. A case that was opened meanwhile and is open still is an alarm. */
export function endWalk(plan: PanelPlan, step: Step, by: string | null, now: Instant): Step {
  const { walk } = step.state;
  if (walk === null) return step;
  const ended = record(change(step, { walk: null }), 'walk-ended', { by });
  const left = walk.lids.map((id) => id as string as ZoneId).filter((id) => isLidOff(plan, step.state, id));
  return left.reduce((next, zone) => onTamper(plan, next, zone, now), ended);
}

function isLidOff(plan: PanelPlan, state: PanelState, id: ZoneId): boolean {
  if (state.bypassed.includes(id)) return false;
  const zone = plan.zones.get(id);
  if (zone?.type === 'tamper' && standsOpen(state, zone)) return true;
  return state.tampered.some((device) => device === (id as string));
}

/** One short press of a panic button: shown and noted, and nobody is called. */
export function tryPress(plan: PanelPlan, step: Step, zone: ZonePlan, now: Instant): Step {
  const tried = change(step, { tried: { ...step.state.tried, [zone.id]: now } });
  const shown = tellWalk(record(tried, 'walk-press', { zone: zone.id }), zone, 'pressed');
  // On site it looks the same; help that nobody there may know of is called all the same.
  return isInNeed(step.state) ? onPanic(plan, shown, { silent: true, zones: [zone.id] }, now) : shown;
}

/** Begun under threat, or a call that nobody there may know of is open: whoever presses now is not trying buttons. */
const isInNeed = ({ walk, alarms }: PanelState): boolean =>
  walk?.presses === 'real' || alarms.some(({ silent }) => silent);

/** It was tried a moment ago: this press, or this hold of it, is a call. */
export function isTriedAgain(state: PanelState, zone: ZoneId, now: Instant): boolean {
  const last = state.tried[zone];
  return last !== undefined && between(last, now) <= AGAIN;
}

export const tellWalk = (step: Step, zone: ZonePlan, what: WalkWhat): Step =>
  also(step, { type: 'walk-news', zone: zone.id, what });

/** A lid, or a zone that stands for one. */
export function openLid(step: Step, id: DeviceId | ZoneId): Step {
  const { walk } = step.state;
  const lid = id as string as DeviceId;
  return walk === null || walk.lids.includes(lid)
    ? step
    : change(step, { walk: { ...walk, lids: [...walk.lids, lid] } });
}

/** A device's own lid: a fault that is shown, and stands in the way of arming, but no alarm. */
export const openCase = (step: Step, device: DeviceId): Step => openLid(markTampered(step, device), device);
