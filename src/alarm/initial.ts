import type { SourceId, ZoneId } from '../base/brand.ts';
import { after, duration, type Instant, minutes, seconds } from '../base/time.ts';
import type { ArmedMode, PanelPlan } from './plan.ts';
import type { Guesses, PanelState, ZoneCondition } from './state.ts';
import { faultsOf, restartedSupplies } from './supply.ts';

const FIRST_LOCKOUT = seconds(90);
export const LONGEST_LOCKOUT = minutes(30);

export const NO_GUESSES: Guesses = { wrong: 0, lockedUntil: null, next: FIRST_LOCKOUT };

const UNHEARD: ZoneCondition = { open: null, heard: 'unheard' };

/** A panel that was never set and has heard nothing. */
export function initialPanel(plan: PanelPlan): PanelState {
  return {
    set: null,
    sounding: null,
    alarms: [],
    zones: conditions(plan, {}),
    bypassed: [],
    forced: {},
    tampered: [],
    faults: [],
    supplies: {},
    changedBy: null,
    lockout: { sources: {} as Readonly<Record<SourceId, Guesses>>, site: NO_GUESSES, wrongAt: [] },
    installer: null,
    walk: null,
    tried: {},
    recent: [],
    nextAlarm: 1,
    nextSilent: 1,
  };
}

/**
 * A panel after its database was lost, from the one word that `phase.json` kept: never less than it was. An exit delay
 * counts as over, an entry delay starts with its floor, and a siren sounds for its whole time again.
 */
export function panelFromMirror(
  plan: PanelPlan,
  mirror: { readonly state: string; readonly mode: ArmedMode | null },
  now: Instant,
): PanelState {
  const fresh = initialPanel(plan);
  const length = mirror.mode === null ? duration(0) : plan.modes[mirror.mode].entryDelay;
  const entry =
    mirror.state === 'pending'
      ? { until: after(now, duration(Math.min(ENTRY_FLOOR, length))), zones: [], length, extended: true }
      : null;
  const sounding = mirror.state === 'triggered' ? { until: after(now, plan.siren.duration), siren: true } : null;
  const set = mirror.mode === null ? null : { mode: mirror.mode, exit: null, entry, trips: {} };
  return { ...fresh, set, sounding };
}

/** A restart gives an entry delay at least this much, so that a person already inside can still reach the keypad. */
const ENTRY_FLOOR = seconds(10);

/**
 * The saved state as it holds after a start, under a plan that may have changed: what was set stays set, every zone has
 * to speak again, and an entry delay gets its floor, once.
 */
export function restartedPanel(plan: PanelPlan, state: PanelState, now: Instant): PanelState {
  const known = (zone: ZoneId): boolean => plan.zones.has(zone);
  const supplies = restartedSupplies(plan, state.supplies);
  const ofSupplies = faultsOf(plan, supplies);
  return {
    ...state,
    set: state.set === null ? null : { ...state.set, entry: withFloor(state.set.entry, now) },
    zones: conditions(plan, state.zones),
    tried: {},
    // It is over, and the first tick says so.
    walk: state.walk === null ? null : { ...state.walk, until: now },
    bypassed: state.bypassed.filter((id) => known(id) || plan.devices.some((device) => device === (id as string))),
    faults: state.faults.filter((fault) => stillConfigured(plan, fault) || ofSupplies.includes(fault)),
    supplies,
    tampered: state.tampered.filter((device) => plan.devices.includes(device)),
  };
}

type Entry = NonNullable<PanelState['set']>['entry'];

function withFloor(entry: Entry, now: Instant): Entry {
  if (entry === null || entry.extended) return entry;
  const floor = after(now, duration(Math.min(ENTRY_FLOOR, entry.length)));
  return { ...entry, until: floor > entry.until ? floor : entry.until, extended: true };
}

function conditions(plan: PanelPlan, saved: PanelState['zones']): PanelState['zones'] {
  const zones: Record<ZoneId, ZoneCondition> = {};
  for (const id of plan.zones.keys()) {
    const before = saved[id] ?? UNHEARD;
    zones[id] = { ...before, heard: before.heard === 'lost' ? 'lost' : 'unheard' };
  }
  return zones;
}

const OF_DEVICES = ['lost', 'battery_low', 'tamper', 'technical'];

/**
 * Faults of devices (`what:DEVICE`) last, and those of radios, which only what is heard can end; those of the hub itself
 * are found anew if they still hold.
 */
function stillConfigured(plan: PanelPlan, fault: string): boolean {
  const [what = '', device] = fault.split(':');
  if (what === 'jamming') return true;
  return OF_DEVICES.includes(what) && plan.devices.some((id) => id === device);
}
