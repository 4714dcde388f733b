import type { JsonObject } from '../base/json.ts';
import type { Duration, WallTime } from '../base/time.ts';

// What a desk knows of one hub, and what can happen to it. The desk's time is wall time: processes that share a database
// share nothing else.

/** Most urgent first; routine reports never stand in the queue. */
export const SEVERITIES = ['help', 'alarm', 'fault'] as const;
export type Severity = (typeof SEVERITIES)[number];

/** What an operator has to say of how it ended. */
export const OUTCOMES = {
  'person-safe': 'Person is safe',
  'help-sent': 'Police or ambulance sent',
  'false-alarm': 'False alarm',
  mended: 'Fault mended',
  test: 'It was a test',
  other: 'Something else (say what)',
} as const;
export type Outcome = keyof typeof OUTCOMES;

export const CALL_RESULTS = {
  reached: 'Reached',
  'no-answer': 'No answer',
  engaged: 'Engaged',
  'wrong-number': 'Wrong number',
} as const;
export type CallResult = keyof typeof CALL_RESULTS;

/** One thing in the queue. */
export interface Case {
  readonly id: string;
  readonly hub: string;
  /** What makes later reports belong to it, as `alarm:17`. */
  readonly key: string;
  /** The hub's id of the alarm; null: the hub cannot be answered about it. */
  readonly alarm: string | null;
  readonly severity: Severity;
  readonly kind: string;
  readonly zone: string | null;
  readonly raisedAt: WallTime;
  /** `waiting`: somebody is coming in, and until then they may still prove that they belong there. */
  readonly state:
    | { readonly is: 'waiting'; readonly until: WallTime }
    | { readonly is: 'open'; readonly alertedAt: WallTime; readonly alerts: number }
    | { readonly is: 'acknowledged'; readonly by: string; readonly at: WallTime };
  /** It has ended out there; who watches still has to say how. */
  readonly over: string | null;
  /** What the hub sent of the person; put away when the case is closed. */
  readonly card: JsonObject | null;
}

/** One line of the record. It is never changed. */
export interface Entry {
  readonly caseId: string | null;
  /** An operator's name; `hub`; or `desk`. */
  readonly by: string;
  readonly what: string;
  readonly text: string;
}

/** What waits to be carried to the hub. */
export interface WaitingCommand {
  readonly id: string;
  readonly order: 'acknowledge' | 'note' | 'close' | 'stand-down';
  readonly alarm: string;
  readonly by: string;
  readonly note: string | null;
  readonly caseId: string;
}

export interface HubState {
  /** Counts this hub's cases and commands. */
  readonly number: number;
  /** Since when it has been silent; null: it speaks. */
  readonly silentSince: WallTime | null;
  readonly cases: readonly Case[];
  readonly commands: readonly WaitingCommand[];
}

export const NEW_HUB: HubState = { number: 0, silentSince: null, cases: [], commands: [] };

export interface HubRules {
  readonly id: string;
  readonly silentAfter: Duration;
  readonly preAlert: Duration;
}

/** A report as the desk takes it, whatever carried it. */
export interface DeskReport {
  readonly kind: string;
  readonly is: 'new' | 'restore';
  readonly severity: Severity | 'routine';
  readonly alarm: string | null;
  readonly zone: string | null;
  readonly text: string | null;
  readonly card: JsonObject | null;
}

export type DeskEvent =
  | { readonly type: 'report'; readonly report: DeskReport }
  | {
      readonly type: 'life';
      readonly answers: readonly {
        readonly id: string;
        readonly done: 'done' | 'refused';
        readonly why: string | null;
      }[];
    }
  /** `seenAt`: when it was last heard, not before the desk itself began to listen. */
  | { readonly type: 'tick'; readonly seenAt: WallTime }
  | { readonly type: 'operator'; readonly caseId: string; readonly by: string; readonly act: Act };

export type Act =
  | { readonly is: 'acknowledge' }
  | { readonly is: 'note'; readonly text: string }
  | { readonly is: 'call'; readonly who: string; readonly result: CallResult; readonly text: string }
  | { readonly is: 'stand-down'; readonly text: string }
  | { readonly is: 'view-card' }
  | { readonly is: 'close'; readonly outcome: Outcome; readonly text: string };

export interface Step {
  readonly state: HubState;
  readonly closed: readonly Case[];
  readonly entries: readonly Entry[];
  /** Why nothing was done; null: it was. */
  readonly refused: string | null;
}
