import type { ZoneId } from '../base/brand.ts';
import type { ArmedMode, PanelPlan, ZonePlan } from './plan.ts';
import type { PanelState, SetState } from './state.ts';

const INTRUSION = new Set(['entry', 'perimeter', 'interior', 'tremor']);

/** Zone types that a mode guards; all others are always live or never an alarm. */
export const isIntrusion = (zone: ZonePlan): boolean => INTRUSION.has(zone.type);

export const isIn = (zone: ZonePlan, mode: ArmedMode): boolean => isIntrusion(zone) && zone.modes.includes(mode);

/** A tremor sensor on the frame of an entry door: who comes or goes shakes it, so both delays ignore it. */
export const ignoredInDelays = (plan: PanelPlan, zone: ZonePlan): boolean =>
  zone.type === 'tremor' && zone.guards !== null && plan.zones.get(zone.guards)?.type === 'entry';

/**
 * How a zone is guarded right now. `exit`: its mode is being set and it joins at the end of the exit delay;
 * perimeter and free tremor zones do not wait for that.
 */
export function guarding(plan: PanelPlan, state: PanelState, zone: ZonePlan): 'no' | 'exit' | 'yes' {
  const { set } = state;
  if (set === null || state.bypassed.includes(zone.id) || !isIn(zone, set.mode)) return 'no';
  if (set.exit === null || set.exit.guarded.includes(zone.id)) return 'yes';
  const atOnce = zone.type === 'perimeter' || (zone.type === 'tremor' && !ignoredInDelays(plan, zone));
  return atOnce ? 'yes' : 'exit';
}

/** The zones now guarded, for a change of mode: they stay so. */
export function guardedNow(plan: PanelPlan, state: PanelState): readonly ZoneId[] {
  if (state.set === null) return [];
  return [...plan.zones.values()].filter((zone) => guarding(plan, state, zone) === 'yes').map((zone) => zone.id);
}

/** The entry delay a zone gives; interior zones found open at the end of an exit delay use the mode's. */
export const entryDelayOf = (plan: PanelPlan, set: SetState, zone: ZonePlan) =>
  zone.entryDelay ?? plan.modes[set.mode].entryDelay;

/** A contact that stands open, known so since the start. */
export const standsOpen = (state: PanelState, zone: ZonePlan): boolean => {
  const condition = state.zones[zone.id];
  return zone.standing && condition !== undefined && condition.open === true && condition.heard === 'heard';
};
