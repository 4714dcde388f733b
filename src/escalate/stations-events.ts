import type { RecordEffect } from '../alarm/effects.ts';
import type { WallTime } from '../base/time.ts';
import type { StationId } from './stations-plan.ts';
import type { Report, ReportWhat, StationsState } from './stations-state.ts';

/** How handing over a report ended; the same words as the port of the sender. */
export type ReportEnd =
  | {
      readonly outcome: 'acked';
      readonly ack: { readonly bytes: string; readonly at: WallTime; readonly path: string };
    }
  | { readonly outcome: 'refused'; readonly why: string }
  | { readonly outcome: 'unanswered'; readonly why: string }
  | { readonly outcome: 'put-off' };

/** A command of a service, verified. */
export interface Command {
  readonly id: string;
  readonly order: 'acknowledge' | 'note' | 'close' | 'stand-down';
  readonly alarm: string;
  readonly by: string;
  readonly note: string | null;
}

/** Everything that can happen to the room. */
export type StationsEvent =
  /** `at`: null while the clock is not to be trusted. */
  | { readonly type: 'happened'; readonly what: readonly ReportWhat[]; readonly at: WallTime | null }
  | {
      readonly type: 'send-ended';
      readonly station: StationId;
      readonly report: string;
      readonly result: ReportEnd;
    }
  | {
      readonly type: 'life-ended';
      readonly station: StationId;
      readonly result: 'answered' | 'silent' | 'put-off';
    }
  | { readonly type: 'commanded'; readonly station: StationId; readonly commands: readonly Command[] }
  /** A command was carried out, or could not be. */
  | {
      readonly type: 'command-ended';
      readonly station: StationId;
      readonly id: string;
      readonly done: 'done' | 'refused';
      readonly why: string | null;
    }
  /** The process has started; what was on its way is unknown. `chance`: from 0 to 1. */
  | { readonly type: 'restarted'; readonly chance: number }
  | { readonly type: 'tick' };

/** What the room orders. */
export type StationsEffect =
  | RecordEffect
  /** Hand it over; ends with `send-ended`. */
  | {
      readonly type: 'send';
      readonly station: StationId;
      readonly report: Report;
      readonly sequence: number;
      readonly urgency: 'urgent' | 'ordinary';
      readonly form: 'full' | 'plain';
    }
  /** Show that the hub lives; ends with `life-ended`. */
  | {
      readonly type: 'supervise';
      readonly station: StationId;
      readonly waiting: number;
      readonly answers: readonly {
        readonly id: string;
        readonly done: 'done' | 'refused';
        readonly why: string | null;
      }[];
    }
  /** Carry it out; ends with `command-ended`. Comes once for each id. */
  | { readonly type: 'command'; readonly station: StationId; readonly command: Command }
  /** What signs of life found. */
  | { readonly type: 'path-fault'; readonly path: StationId; readonly up: boolean };

export interface StationsStep {
  readonly state: StationsState;
  readonly effects: readonly StationsEffect[];
}
