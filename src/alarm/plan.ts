import type { DeviceId, ZoneId } from '../base/brand.ts';
import type { Duration } from '../base/time.ts';

export type ArmedMode = 'away' | 'home' | 'night';

/** `test` alarms never reach the panel; they mark a text as a test. */
export type AlarmKind = 'intruder' | 'personal' | 'duress' | 'tamper' | 'fire' | 'fault' | 'test';

export type ZoneType =
  | 'entry'
  | 'perimeter'
  | 'interior'
  | 'panic'
  | 'tremor'
  | 'tamper'
  | 'fire'
  | 'technical'
  /** The hub's own supply, and the battery behind it; open: it is lost, or low. */
  | 'mains'
  | 'hub_battery'
  | 'notice'
  | 'chime';

/** One zone as the panel sees it. */
export interface ZonePlan {
  readonly id: ZoneId;
  readonly type: ZoneType;
  /** Modes in which it is guarded; always-live types ignore it. */
  readonly modes: readonly ArmedMode[];
  /** True: it can stand open (a contact). A detector that still reports motion neither blocks arming nor makes an exit fault. */
  readonly standing: boolean;
  /** Entry zones: own delay; null takes the mode's. */
  readonly entryDelay: Duration | null;
  /** Its closing ends the exit delay. */
  readonly finalDoor: boolean;
  /** Tremor zones: the entry door whose frame it listens to. */
  readonly guards: ZoneId | null;
  /** Entry zones: what a forced opening does. */
  readonly forcedEntry: 'delay' | 'alarm';
  /** Panic zones: nothing to be seen or heard on site. */
  readonly silent: boolean;
  /** Tremor zones: window in which hits before a door's opening make it a forced entry. */
  readonly within: Duration;
}

export interface ModePlan {
  readonly exitDelay: Duration;
  readonly entryDelay: Duration;
}

/** Everything the panel needs of the config. */
export interface PanelPlan {
  readonly modes: Readonly<Record<ArmedMode, ModePlan>>;
  readonly siren: { readonly duration: Duration; readonly trips: number };
  readonly quickArm: boolean;
  readonly zones: ReadonlyMap<ZoneId, ZonePlan>;
  /** Every supervised device, zone or not: keypads and outputs have tamper, battery and silence too. */
  readonly devices: readonly DeviceId[];
}
