import type { ZoneId } from '../base/brand.ts';
import type { Instant } from '../base/time.ts';
import { mostUrgent } from './alarms.ts';
import { standsOpen } from './guard.ts';
import type { ArmedMode, PanelPlan } from './plan.ts';
import type { Alarm, PanelState } from './state.ts';

/** Home Assistant's words for an alarm panel. */
export type PanelPhase = 'disarmed' | 'arming' | 'armed_away' | 'armed_home' | 'armed_night' | 'pending' | 'triggered';

/** The panel in one word. */
export function phaseOf(state: PanelState): PanelPhase {
  if (state.sounding !== null) return 'triggered';
  if (state.set === null) return 'disarmed';
  if (state.set.entry !== null) return 'pending';
  return state.set.exit === null ? `armed_${state.set.mode}` : 'arming';
}

/** What may be seen on site. Nothing silent or hidden has a way into it. */
export interface PanelView {
  readonly phase: PanelPhase;
  readonly mode: ArmedMode | null;
  readonly changedBy: string | null;
  readonly delayEndsAt: Instant | null;
  readonly openZones: readonly ZoneId[];
  readonly bypassedZones: readonly ZoneId[];
  readonly alarm: Alarm | null;
  readonly faults: readonly string[];
}

export function viewOf(plan: PanelPlan, state: PanelState): PanelView {
  const { set } = state;
  return {
    phase: phaseOf(state),
    mode: set?.mode ?? null,
    changedBy: state.changedBy,
    delayEndsAt: set?.entry?.until ?? set?.exit?.until ?? null,
    openZones: [...plan.zones.values()].filter((zone) => standsOpen(state, zone)).map((zone) => zone.id),
    bypassedZones: state.bypassed,
    alarm: mostUrgent(state),
    faults: state.faults,
  };
}

/** Sirens and strobes sound now. */
export const sirenWanted = (state: PanelState): boolean => state.sounding?.siren === true;
