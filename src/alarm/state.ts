import type { AlarmId, ContactId, DeviceId, SourceId, ZoneId } from '../base/brand.ts';
import type { Duration, Instant } from '../base/time.ts';
import type { AlarmKind, ArmedMode } from './plan.ts';

/** What the panel believes of one zone. */
export interface ZoneCondition {
  /** Last known; an unheard or lost zone keeps it for edges and bypass, and shows null. */
  readonly open: boolean | null;
  /** `unheard`: not yet since the start. `lost`: silent too long. */
  readonly heard: 'heard' | 'unheard' | 'lost';
}

/** One alarm, from its first trip until a code, a closure or its expiry ends it. */
export interface Alarm {
  readonly id: AlarmId;
  readonly kind: AlarmKind;
  readonly zones: readonly ZoneId[];
  readonly since: Instant;
  /** Until then a later trip of the same kind belongs to this alarm; after it, to a new one. */
  readonly runsUntil: Instant;
  /** Last press of a personal alarm, last duress code. */
  readonly renewed: Instant;
  /** Never shown on site. */
  readonly silent: boolean;
  /** A duress code took it off the local view; outside it goes on. */
  readonly hidden: boolean;
  readonly acknowledgedBy: ContactId | string | null;
  readonly expires: Instant;
}

/** The exit delay: zones not yet guarded join at its end. */
export interface ExitDelay {
  readonly until: Instant;
  /** Zones that were guarded before and stay so. */
  readonly guarded: readonly ZoneId[];
}

/** The entry delay after a door on the entry route opened. */
export interface EntryDelay {
  readonly until: Instant;
  /** Who tripped, in order; the first one began it. */
  readonly zones: readonly ZoneId[];
  /** Its full configured length, for the floor after a restart. */
  readonly length: Duration;
  /** The floor of a restart was given once already. */
  readonly extended: boolean;
}

/** An audible alarm within the siren time. */
export interface Sounding {
  readonly until: Instant;
  /** False: swinger shutdown keeps the siren off. */
  readonly siren: boolean;
}

/** The panel is set in a mode. */
export interface SetState {
  readonly mode: ArmedMode;
  readonly exit: ExitDelay | null;
  readonly entry: EntryDelay | null;
  /** Alarms per zone in this set period. */
  readonly trips: Readonly<Record<ZoneId, number>>;
}

/** Somebody tries the detectors one by one. */
export interface Walk {
  readonly until: Instant;
  /** Who began it; what an installer began ends with the time that installers have. */
  readonly by: 'resident' | 'installer';
  /** `tried`: a single short press of a panic button calls nobody. `real`: it was begun under threat, and each still does. */
  readonly presses: 'tried' | 'real';
  /** Cases that were opened meanwhile. One that is open at the end is somebody's who was not trying detectors. */
  readonly lids: readonly DeviceId[];
}

/** A supply of the hub that is not well. */
export type Supply =
  /** It is gone, and counts as lost if it still is by then. */
  | { readonly is: 'failing'; readonly until: Instant }
  /** `backAt`: it has come back, and counts as well if it still is by then; null: it has not. */
  | {
      readonly is: 'failed';
      readonly since: Instant;
      /** How the panel was when it failed. */
      readonly found: 'set' | 'unset';
      readonly backAt: Instant | null;
    };

/** Wrong codes of one source, or of the whole site. */
export interface Guesses {
  /** Wrong ones since the last lockout or right code. */
  readonly wrong: number;
  readonly lockedUntil: Instant | null;
  /** How long the next lockout lasts. */
  readonly next: Duration;
}

export interface Lockout {
  readonly sources: Readonly<Record<SourceId, Guesses>>;
  readonly site: Guesses;
  /** When wrong codes came in the last ten minutes, from anywhere. */
  readonly wrongAt: readonly Instant[];
}

/** Everything the panel remembers. Plain data: it is saved as JSON and read back. */
export interface PanelState {
  readonly set: SetState | null;
  readonly sounding: Sounding | null;
  readonly alarms: readonly Alarm[];
  readonly zones: Readonly<Record<ZoneId, ZoneCondition>>;
  readonly bypassed: readonly ZoneId[];
  /** The last two hits of each tremor zone since the panel was set, outside its delays. */
  readonly forced: Readonly<Record<ZoneId, readonly Instant[]>>;
  readonly tampered: readonly DeviceId[];
  readonly faults: readonly string[];
  /** Those of the hub's supplies that are not well. */
  readonly supplies: Readonly<Record<ZoneId, Supply>>;
  readonly changedBy: string | null;
  readonly lockout: Lockout;
  /** Installers may work until then; null: they may do nothing. */
  readonly installer: { readonly until: Instant } | null;
  /** A walk test runs until then; null: none does. */
  readonly walk: Walk | null;
  /** When each panic button was last tried in one. */
  readonly tried: Readonly<Record<ZoneId, Instant>>;
  /** Ids of orders taken lately, against replay. */
  readonly recent: readonly { readonly id: string; readonly at: Instant }[];
  readonly nextAlarm: number;
  /** Silent alarms count apart, or a gap in the numbers shown would tell of them. */
  readonly nextSilent: number;
}
