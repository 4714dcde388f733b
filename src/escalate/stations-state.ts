import type { AlarmId, ZoneId } from '../base/brand.ts';
import type { Instant, WallTime } from '../base/time.ts';
import type { ReportKind, StationId } from './stations-plan.ts';

/** How far a report has come with one service. Only `queued` and `sent` go to and fro, until proof comes. */
export type Delivery =
  | {
      readonly status: 'queued';
      /** Not before; a refused one rests. */
      readonly notBefore: Instant;
      /** The number it was sent under; null: not yet. */
      readonly sequence: number | null;
      readonly form: 'full' | 'plain';
      readonly rounds: number;
      /** Failures so far. */
      readonly fails: number;
    }
  | {
      readonly status: 'sent';
      readonly since: Instant;
      readonly sequence: number;
      readonly form: 'full' | 'plain';
      readonly rounds: number;
      /** Failures so far. */
      readonly fails: number;
    }
  | { readonly status: 'acked' }
  /** Refused in all forms, for good. */
  | { readonly status: 'given-up' };

/** What is told. */
export interface ReportWhat {
  readonly kind: ReportKind;
  readonly is: 'new' | 'restore';
  readonly alarm: AlarmId | null;
  /** A device that is no zone stands here too. */
  readonly zone: ZoneId | null;
  /** Id of the person whose code it was; only a number goes out for it. */
  readonly by: string | null;
  /** A few plain words where the kind says too little. */
  readonly text: string | null;
  /** Everything said of it goes into sealed rows. */
  readonly silent: boolean;
}

/** One report on its way. */
export interface Report extends ReportWhat {
  /** Never used twice by one hub; `r12`, silent ones `q3` so that no gap tells of them. */
  readonly id: string;
  /** When it happened; null: the clock was not to be trusted then. */
  readonly at: WallTime | null;
  readonly to: Readonly<Record<StationId, Delivery>>;
}

/** A command that came, and what became of it. */
export interface CommandMemory {
  readonly id: string;
  readonly result: { readonly done: 'done' | 'refused'; readonly why: string | null } | null;
  readonly told: 'told' | 'untold';
}

/** What is known of the way to one service. */
export interface Line {
  readonly nextSequence: number;
  /** Failures of reports in a row, and when the next try is due; null: at once. */
  readonly fails: number;
  readonly retryAt: Instant | null;
  readonly life:
    | { readonly is: 'resting'; readonly due: Instant }
    | { readonly is: 'asking'; readonly since: Instant; readonly told: readonly string[] };
  readonly missed: number;
  /** As signs of life say, and nothing else: what a silent report finds must not show. */
  readonly up: boolean;
  readonly testAt: Instant | null;
  readonly commands: readonly CommandMemory[];
}

/** Everything the room remembers. Plain data: it is saved as JSON and read back. */
export interface StationsState {
  /** In the order they happened. */
  readonly reports: readonly Report[];
  readonly lines: Readonly<Record<StationId, Line>>;
  /** What was told as begun, so that its end is told once. */
  readonly active: readonly Pick<ReportWhat, 'kind' | 'alarm' | 'zone' | 'text'>[];
  readonly nextReport: number;
  readonly nextSilent: number;
  /** Of the jitter; from outside at each start. */
  readonly seed: number;
}

/** Nothing to tell, and no service known yet. */
export function initialStations(): StationsState {
  return { reports: [], lines: {}, active: [], nextReport: 1, nextSilent: 1, seed: 1 };
}
