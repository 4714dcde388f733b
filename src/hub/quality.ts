import type { DeviceId, OutputId } from '../base/brand.ts';
import { between, type Duration, type Instant } from '../base/time.ts';
import { type Quality, type QualityField, type Reception, reception } from '../sense/quality.ts';
import type { Signals } from '../sense/signals.ts';
import type { DeviceState } from '../zone/state.ts';
import type { HubFamily, HubPlan } from './plan.ts';

/** How well one device of the house is heard by radio. Nothing in it comes from a silent call for help. */
export interface DeviceQuality {
  readonly device: DeviceId | OutputId;
  readonly name: string;
  /** In one word; null: nothing that could be judged was told since the start. */
  readonly signal: Reception | null;
  /** The newest of each measure. */
  readonly measured: Quality;
  /** Percent; null: not told since the start. */
  readonly battery: number | null;
  readonly batteryLow: boolean;
  /** Since its last own message; null: none since the start. */
  readonly heardAgo: Duration | null;
  readonly lost: boolean;
}

/** Keeps in memory how each device was last heard. Whoever calls `heard` leaves out what must leave no trace. */
export interface Qualities {
  heard(id: DeviceId | OutputId, signals: Signals, quality: Quality | null, at: Instant): void;
  list(states: readonly DeviceState[], now: Instant): readonly DeviceQuality[];
}

/** A pin has no reception, and speaks only when it is touched: when it did last would tell of a silent press. */
const isByRadio = ({ topic }: { readonly topic: string }): boolean => !/^#(?:gpio|firmata)\//.test(topic);

interface Known {
  readonly at: Instant;
  readonly measured: Quality;
  readonly battery: number | null;
}

export function createQualities(plan: HubPlan, families: ReadonlyMap<string, HubFamily>): Qualities {
  const known = new Map<DeviceId | OutputId, Known>();

  const fieldsOf = (profile: string): readonly QualityField[] => families.get(profile)?.sense.quality ?? [];

  function of(
    { id, profile, name = id }: { readonly id: DeviceId | OutputId; readonly profile: string; readonly name?: string },
    state: Pick<DeviceState, 'health' | 'batteryLow'> | undefined,
    now: Instant,
  ): DeviceQuality {
    const last = known.get(id);
    const measured = last?.measured ?? {};
    return {
      device: id,
      name,
      signal: reception(fieldsOf(profile), measured),
      measured,
      battery: last?.battery ?? null,
      batteryLow: state?.batteryLow ?? false,
      heardAgo: last === undefined ? null : between(last.at, now),
      lost: state?.health === 'lost',
    };
  }

  return {
    heard(id, signals, quality, at) {
      // That it is online is its gateway's word, not its own.
      if (quality === null && Object.keys(signals).every((name) => name === 'online')) return;
      const before = known.get(id);
      known.set(id, {
        at,
        measured: quality === null ? (before?.measured ?? {}) : { ...before?.measured, ...quality },
        battery: signals.battery ?? before?.battery ?? null,
      });
    },
    list: (states, now) => [
      ...plan.devices.flatMap((device, index) => (isByRadio(device) ? [of(device, states[index], now)] : [])),
      ...plan.outputs.filter(isByRadio).map((output) => of(output, undefined, now)),
    ],
  };
}
