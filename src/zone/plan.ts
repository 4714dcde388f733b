import type { DeviceId, ZoneId } from '../base/brand.ts';
import type { Duration } from '../base/time.ts';
import type { ButtonSignal, TripSignal } from '../sense/signals.ts';

/** What the zone room must know of one configured device. */
export interface DevicePlan {
  readonly id: DeviceId;
  /** Longest silence before the device is lost; null: never (an output or keypad that is not supervised). */
  readonly supervision: Duration | null;
  /** A closing counts only after it has held this long; an opening counts at its first edge. */
  readonly debounce: Duration;
  /** A press or other happening that is told again within this time is the same one; zero: each one counts. */
  readonly repeats: Duration;
  readonly zone: SensingPlan | null;
}

/** How a device's signals become its zone's events. */
export interface SensingPlan {
  readonly id: ZoneId;
  /** Signals that trip this zone. */
  readonly trips: readonly TripSignal[];
  /** Button actions that count. */
  readonly on: readonly ButtonSignal[];
  /** A button that only says whether it is down: what is a hold and what a double press is reckoned here. */
  readonly timesPresses: boolean;
  /** So many detections within `within` make one trip; 1 for all but tremor zones. */
  readonly hits: number;
  readonly within: Duration;
  /** A silent personal alarm: its press must leave no trace in what is shown of the device. */
  readonly silentPress: boolean;
}
