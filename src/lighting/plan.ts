import type { DeviceId, OutputId } from '../base/brand.ts';
import type { Duration } from '../base/time.ts';

/** One rule of the config's `lighting:`: whose motion lights what, and for how long. */
export interface LightingRule {
  /** Keeps the rule's saved state over a restart. */
  readonly id: string;
  readonly motion: readonly DeviceId[];
  readonly lights: readonly OutputId[];
  /** So long after the last motion they stay lit. */
  readonly hold: Duration;
  readonly only: 'dark' | 'always';
}

/** Everything the lighting needs of the config. */
export interface LightingPlan {
  readonly rules: readonly LightingRule[];
  /** Every output with the role light, in a rule or not: an audible alarm lights them all. */
  readonly lights: readonly OutputId[];
}
