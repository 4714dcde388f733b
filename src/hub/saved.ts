import { initialPanel, panelFromMirror, restartedPanel } from '../alarm/initial.ts';
import type { PanelPlan } from '../alarm/plan.ts';
import type { PanelState } from '../alarm/state.ts';
import type { DeviceId } from '../base/brand.ts';
import { type Instant, instant } from '../base/time.ts';
import { type EscalationState, initialEscalation, type Proofs } from '../escalate/state.ts';
import { initialStations, type StationsState } from '../escalate/stations-state.ts';
import { initialLighting, type LightingState } from '../lighting/state.ts';
import { afterRestart, type DeviceState, unheardDevice } from '../zone/state.ts';
import type { Clock, Restored, SavedParts } from './ports.ts';

// What the hub keeps over a stop, as JSON texts by name. The parts are written by this file and read by it alone.

/** Where the hub's time line stood, and by which clock. */
export interface SavedClock {
  readonly boot: string;
  readonly monotonicMs: number;
  readonly instant: number;
}

export const clockPart = (clock: Clock, now: Instant): string =>
  JSON.stringify({ boot: clock.boot, monotonicMs: clock.monotonicMs(), instant: now } satisfies SavedClock);

/** The saved time line; null when there is none to go on from. */
export function savedClock(parts: SavedParts | null): SavedClock | null {
  const saved = read(parts?.['clock']) as Partial<SavedClock> | null;
  if (saved === null || typeof saved !== 'object') return null;
  const { boot, monotonicMs, instant: at } = saved;
  if (typeof boot !== 'string' || typeof monotonicMs !== 'number' || typeof at !== 'number') return null;
  return { boot, monotonicMs, instant: at };
}

/** Who has proven what is kept apart: it outlives every alarm, and is not erased with one. */
export function escalationParts(now: EscalationState, before: EscalationState | null): SavedParts {
  const { proofs, ...rest } = now;
  const parts = { escalation: JSON.stringify(rest) };
  return proofs === before?.proofs ? parts : { ...parts, contacts: JSON.stringify(proofs) };
}

/** What a telling saved by an earlier version lacks. */
const NOT_YET = { delivered: [] } as const;

/** A part of an earlier version that does not fit is not taken for one of this: it would stop the telling for good. */
function escalationIn(parts: SavedParts | null): EscalationState {
  const fresh = { ...initialEscalation(), proofs: (read(parts?.['contacts']) as Proofs | null) ?? {} };
  const saved = read(parts?.['escalation']) as EscalationState | null;
  if (saved === null) return fresh;
  const { proofs } = fresh;
  if (Array.isArray(saved.fetching)) {
    const told = saved.tellings.map((one) => ({ ...NOT_YET, ...one }));
    return { ...fresh, ...saved, tellings: told, proofs };
  }
  const { tellings, hinted, strangers, never, nextText, nextSilentText } = saved;
  // Whatever was on its way is told again by the steps that are left, and by the last resort.
  const known = tellings.map((one) => ({
    ...one,
    handOffBy: null,
    takenBy: null,
    reachedBefore: [],
    rung: {},
    ...NOT_YET,
  }));
  return { ...fresh, tellings: known, hinted, strangers, never, nextText, nextSilentText };
}

/**
 * A service knows reports again by their names. Where it is lost which were used, the names go on from the wall clock,
 * which is ahead of every name that was given: nobody reports once a second for years.
 */
function stationsIn(parts: SavedParts | null, clock: Clock): StationsState {
  const first = Math.max(1, Math.floor(clock.wall() / 1000));
  const fresh = { ...initialStations(), nextReport: first, nextSilent: first };
  return { ...fresh, ...(read(parts?.['stations']) as StationsState | null) };
}

/** What the hub starts with. */
export interface Beginning {
  readonly panel: PanelState;
  readonly escalation: EscalationState;
  readonly lighting: LightingState;
  readonly stations: StationsState;
  /** The panel as it was saved, before a start changed anything; null: none. */
  readonly before: PanelState | null;
  readonly devices: ReadonlyMap<DeviceId, DeviceState>;
  /** `saved`: as it was. `mirror`: only the phase is known. `fresh`: never been here. `lost`: been here, nothing left. */
  readonly from: 'saved' | 'mirror' | 'fresh' | 'lost';
}

/** The state after a start: what the journal says, or safer. */
export function begin(plan: PanelPlan, restored: Restored, clock: Clock): Beginning {
  const now = clock.now();
  const panel = read(restored.parts?.['panel']) as PanelState | null;
  if (panel !== null) {
    return {
      panel: restartedPanel(plan, { ...initialPanel(plan), ...panel }, now),
      escalation: escalationIn(restored.parts),
      lighting: { ...initialLighting(), ...(read(restored.parts?.['lighting']) as LightingState | null) },
      stations: stationsIn(restored.parts, clock),
      before: panel,
      devices: devicesIn(restored.parts, now),
      from: 'saved',
    };
  }
  const nothing = {
    escalation: escalationIn({ contacts: restored.parts?.['contacts'] ?? '{}' }),
    lighting: initialLighting(),
    stations: stationsIn(null, clock),
    before: null,
    devices: new Map<DeviceId, DeviceState>(),
  };
  if (restored.phase !== null) {
    return { panel: panelFromMirror(plan, restored.phase, now), ...nothing, from: 'mirror' };
  }
  return { panel: initialPanel(plan), ...nothing, from: restored.known ? 'lost' : 'fresh' };
}

function devicesIn(parts: SavedParts | null, now: Instant): ReadonlyMap<DeviceId, DeviceState> {
  const all = read(parts?.['devices']) as Record<string, DeviceState> | null;
  const since = read(parts?.['devices-since']) as Record<string, DeviceState> | null;
  return new Map(
    Object.entries({ ...all, ...since }).map(([id, state]) => [
      id as DeviceId,
      // A time ahead of now can only come from a lost clock part; it must not make a dead sensor look alive.
      afterRestart({ ...unheardDevice(now), ...state, heardAt: instant(Math.min(state.heardAt, now)) }),
    ]),
  );
}

function read(text: string | undefined): unknown {
  if (text === undefined) return null;
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
