import type { DeviceId, OutputId } from '../base/brand.ts';
import type { Instant } from '../base/time.ts';

/** One rule that has its lights lit. */
export interface LitRule {
  /** When they go out; null: something still moves. */
  readonly until: Instant | null;
}

/** One light, and whose doing it is. */
export interface LightState {
  /** As it last said, or was last told. */
  readonly is: 'on' | 'off';
  /** We lit it, and so may put it out. */
  readonly ours: boolean;
  /** Switched off by hand: it stays dark until there is a new reason to light it. */
  readonly keptOff: boolean;
  /** When it was told something that it has not confirmed; null: nothing is owed. */
  readonly ordered: Instant | null;
  /** It is one that reports how it is. */
  readonly reports: boolean;
  /** False: not heard since the start, and `is` may be long over. */
  readonly sure: boolean;
}

/** Everything the lighting remembers. Plain data: it is saved as JSON and read back. */
export interface LightingState {
  readonly dark: boolean;
  /** `after`: the siren time is over, and an alarm is open still. */
  readonly alarm: 'quiet' | 'sounding' | 'after';
  /** Detectors that say something moves, and when they last did. */
  readonly moving: Readonly<Record<DeviceId, Instant>>;
  /** Rules with their lights lit, by id. */
  readonly lit: Readonly<Record<string, LitRule>>;
  readonly lights: Readonly<Record<OutputId, LightState>>;
}

/** Nobody has said how it is. */
export const UNKNOWN_LIGHT: LightState = {
  is: 'off',
  ours: false,
  keptOff: false,
  ordered: null,
  reports: false,
  sure: false,
};

/** Dark until the port says otherwise: a light too many is the lesser harm. */
export function initialLighting(): LightingState {
  return { dark: true, alarm: 'quiet', moving: {}, lit: {}, lights: {} };
}
