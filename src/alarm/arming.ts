import type { PersonId, ZoneId } from '../base/brand.ts';
import { after, type Instant, sooner } from '../base/time.ts';
import { entryDelayOf, guardedNow, isIn, isIntrusion, standsOpen } from './guard.ts';
import { tellOfJamming } from './jamming.ts';
import type { ArmedMode, PanelPlan, ZonePlan } from './plan.ts';
import type { PanelState, SetState } from './state.ts';
import { change, record, type Step } from './step.ts';
import { intruder } from './trips.ts';
import { endWalk } from './walk.ts';

/** What stands in the way of arming, and what is worth a word. */
export interface Readiness {
  readonly blocking: readonly ZoneId[];
  readonly warnings: readonly string[];
}

/** Zones that may be left out by name. Calls for help, fire and water are never left out. */
export function canBypass(plan: PanelPlan, state: PanelState, id: string): boolean {
  const zone = plan.zones.get(id as ZoneId);
  if (zone !== undefined && (isIntrusion(zone) || zone.type === 'tamper')) return true;
  return state.tampered.some((device) => device === id);
}

/**
 * Looks at every zone before `mode` is set with `bypass` left out. A contact that stands open and a zone that is lost
 * block; one not heard since the start, and trouble outside the mode, is only told.
 */
export function readiness(plan: PanelPlan, state: PanelState, mode: ArmedMode, bypass: readonly string[]): Readiness {
  const blocking: ZoneId[] = [];
  const warnings: string[] = [];
  for (const zone of plan.zones.values()) {
    const trouble = troubleOf(plan, state, zone, mode);
    if (trouble === null || bypass.includes(zone.id)) continue;
    if (trouble.blocks) blocking.push(zone.id);
    else warnings.push(`${trouble.what}:${zone.id}`);
  }
  for (const device of state.tampered) {
    const zone = device as string as ZoneId;
    if (!bypass.includes(zone) && !blocking.includes(zone)) blocking.push(zone);
  }
  return { blocking, warnings };
}

interface Trouble {
  readonly what: 'open' | 'lost' | 'unheard';
  readonly blocks: boolean;
}

function troubleOf(plan: PanelPlan, state: PanelState, zone: ZonePlan, mode: ArmedMode): Trouble | null {
  if (zone.type === 'notice' || zone.type === 'chime') return null;
  const counts = isIn(zone, mode) || zone.type === 'tamper';
  const condition = state.zones[zone.id];
  if (condition === undefined || condition.heard === 'unheard') return { what: 'unheard', blocks: false };
  if (condition.heard === 'lost') return { what: 'lost', blocks: counts };
  if (!standsOpen(state, zone)) return null;
  const canClose = plan.modes[mode].exitDelay > 0 && (zone.type === 'entry' || zone.type === 'interior');
  return { what: 'open', blocks: counts && !canClose };
}

/** True: this mode, or this bypass, leaves out a zone that is guarded now; only a code may do that. */
export function isLower(plan: PanelPlan, state: PanelState, mode: ArmedMode, bypass: readonly string[]): boolean {
  return guardedNow(plan, state).some((id) => {
    const zone = plan.zones.get(id);
    return zone === undefined || !isIn(zone, mode) || bypass.includes(id);
  });
}

/** Sets a mode. What was guarded before and belongs to the new mode stays guarded; the rest joins after its exit delay. */
export function set(
  plan: PanelPlan,
  step: Step,
  mode: ArmedMode,
  bypass: readonly string[],
  by: { readonly name: string; readonly id: PersonId } | null,
  now: Instant,
): Step {
  const before = step.state.set;
  const bypassed = [...new Set([...(before === null ? [] : step.state.bypassed), ...bypass])] as ZoneId[];
  const guarded = guardedNow(plan, step.state).filter((id) => staysGuarded(plan, mode, bypassed, id));
  const { exitDelay } = plan.modes[mode];
  const exit = exitDelay > 0 ? { until: after(now, exitDelay), guarded } : null;
  const next: SetState = { mode, exit, entry: null, trips: before?.trips ?? {} };
  const changed = change(step, { set: next, bypassed, forced: {}, changedBy: by?.name ?? null });
  const walked = endWalk(plan, changed, by?.id ?? null, now);
  const noted = record(walked, exit === null ? 'armed' : 'arming', { mode, by: by?.id ?? null, bypassed });
  return before === null ? tellOfJamming(noted) : noted;
}

function staysGuarded(plan: PanelPlan, mode: ArmedMode, bypassed: readonly ZoneId[], id: ZoneId): boolean {
  const zone = plan.zones.get(id);
  return zone !== undefined && isIn(zone, mode) && !bypassed.includes(id);
}

/** The exit delay is over: the rest of the mode joins, and contacts left open on the way out start an entry delay. */
export function endExit(plan: PanelPlan, step: Step, now: Instant): Step {
  const { set: current } = step.state;
  if (current === null || current.exit === null) return step;
  const leftOpen = [...plan.zones.values()].filter((zone) => joinsOpen(step.state, current, zone));
  const armed = record(change(step, { set: { ...current, exit: null } }), 'armed', { mode: current.mode });
  // An alarm is sounding already: what still stands open at its end is put out by name then.
  if (step.state.sounding !== null || leftOpen.length === 0) return armed;
  return exitFault(plan, armed, leftOpen, now);
}

const joinsOpen = (state: PanelState, set: SetState, zone: ZonePlan): boolean =>
  (zone.type === 'entry' || zone.type === 'interior') &&
  isIn(zone, set.mode) &&
  set.exit?.guarded.includes(zone.id) !== true &&
  !state.bypassed.includes(zone.id) &&
  standsOpen(state, zone);

function exitFault(plan: PanelPlan, step: Step, open: readonly ZonePlan[], now: Instant): Step {
  const current = step.state.set;
  if (current === null) return step;
  const zones = open.map((zone) => zone.id);
  const noted = record(step, 'exit-fault', { zones });
  const shortest = open.reduce<{ delay: ReturnType<typeof entryDelayOf> } | null>((least, zone) => {
    const delay = zone.type === 'entry' ? entryDelayOf(plan, current, zone) : plan.modes[current.mode].entryDelay;
    return least === null || delay < least.delay ? { delay } : least;
  }, null);
  const running = current.entry;
  const all = [...new Set([...(running?.zones ?? []), ...zones])];
  if (shortest === null || shortest.delay <= 0) return intruder(plan, noted, all, now);
  const own = after(now, shortest.delay);
  const entry = {
    until: sooner(running?.until ?? null, own) ?? own,
    zones: all,
    length: running?.length ?? shortest.delay,
    extended: running?.extended ?? false,
  };
  const state = change(noted, { set: { ...current, exit: null, entry } });
  return running === null ? record(state, 'entry-started', { zone: zones[0] ?? null, delayMs: shortest.delay }) : state;
}
