import type { Instant } from '../base/time.ts';
import type { TripSignal } from '../sense/signals.ts';

/** What is known of one device. Plain data: saved as JSON and read back. */
export interface DeviceState {
  /** When it last said something; before its first word, when it began to be expected. */
  readonly heardAt: Instant;
  readonly health: 'heard' | 'unheard' | 'lost';
  /** Its contact, qualified; null: never told. Kept while unheard or lost, for edges. */
  readonly open: boolean | null;
  /** The contact was told since the start or the last loss. */
  readonly told: boolean;
  /** Detections that are on. */
  readonly active: readonly TripSignal[];
  /** A closing that has yet to hold until then. */
  readonly closing: Instant | null;
  /** Vibration hits within the zone's window. */
  readonly hits: readonly Instant[];
  /** Happenings that counted lately, for a device that tells each several times. */
  readonly recent: readonly { readonly what: string; readonly at: Instant }[];
  /** A button that is down, since when; null: up, or down for so long that it was told as held. */
  readonly downSince: Instant | null;
  /** When a button last went down; null: never, or that was half of a double press. */
  readonly downBefore: Instant | null;
  readonly tamper: boolean;
  readonly batteryLow: boolean;
}

/** A device that has not spoken yet. */
export function unheardDevice(now: Instant): DeviceState {
  return {
    heardAt: now,
    health: 'unheard',
    open: null,
    told: false,
    active: [],
    closing: null,
    hits: [],
    recent: [],
    downSince: null,
    downBefore: null,
    tamper: false,
    batteryLow: false,
  };
}

/** After a start every sensor has to speak again; what it said last stays for edges, and its silence ran on. */
export function afterRestart(state: DeviceState): DeviceState {
  return { ...state, health: state.health === 'lost' ? 'lost' : 'unheard', told: false, downSince: null };
}
