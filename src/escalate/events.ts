import type { RecordEffect } from '../alarm/effects.ts';
import type { AlarmKind } from '../alarm/plan.ts';
import type { Alarm } from '../alarm/state.ts';
import type { AlarmId, ContactId, TextId, ZoneId } from '../base/brand.ts';
import type { Instant, WallTime } from '../base/time.ts';
import type { EscalationPlan, PathId, Via, Wording } from './plan.ts';
import type { EscalationState, TextPurpose } from './state.ts';

/** One way out. */
export interface PathPlan {
  readonly id: PathId;
  /** It can ring a telephone. */
  readonly rings: boolean;
}

/** What the clock on the wall says at this moment. */
export interface Civil {
  readonly wall: WallTime;
  /** Minutes since midnight where the house is; null: the clock is not known to be right, so nobody's hours hold. */
  readonly minute: number | null;
}

/** The plan of the config, the paths texts leave by, the first choice first, and the time. No path: texts are only written down. */
export interface TellingPlan extends EscalationPlan {
  readonly paths: readonly PathPlan[];
  readonly civil: Civil;
}

/** What became of handing a text over; the same words as the port of the sender. */
export type SendReport =
  | { readonly outcome: 'accepted'; readonly sid: string }
  | { readonly outcome: 'refused'; readonly why: string }
  | { readonly outcome: 'later'; readonly why: string; readonly retryAfterMs: number | null }
  | { readonly outcome: 'unknown'; readonly why: string };

export type FindReport =
  | { readonly outcome: 'found'; readonly sid: string; readonly status: 'accepted' | 'delivered' | 'failed' }
  | { readonly outcome: 'absent' }
  | { readonly outcome: 'unknown'; readonly why: string };

export type StatusReport =
  | { readonly outcome: 'known'; readonly status: 'accepted' | 'delivered' | 'failed'; readonly why: string | null }
  | { readonly outcome: 'unknown'; readonly why: string };

/** A text that came in, its number already looked up. */
export interface ReceivedText {
  readonly sid: string;
  /** Null: a stranger. */
  readonly contact: ContactId | null;
  readonly onNeverList: boolean;
  readonly body: string;
}

/** Why replies are fetched: as a check of the path, or because some may be there. */
export type FetchLook = 'routine' | 'now';

/** Everything that can happen to the room. */
export type EscalationEvent =
  /** Start telling; of an alarm that is being told already: start its steps afresh. `numbers`: see `numbersNeeded`. */
  | { readonly type: 'told'; readonly alarm: Alarm; readonly numbers: readonly string[] }
  | { readonly type: 'stopped'; readonly alarm: AlarmId; readonly why: 'code' | 'closure' | 'expired' }
  /** A duress code took it off the local view: on site it looks stopped by a code, outside it goes on. */
  | { readonly type: 'hidden'; readonly alarm: AlarmId }
  | { readonly type: 'send-ended'; readonly text: TextId; readonly path: PathId; readonly result: SendReport }
  | { readonly type: 'find-ended'; readonly text: TextId; readonly path: PathId; readonly result: FindReport }
  | { readonly type: 'status-ended'; readonly text: TextId; readonly path: PathId; readonly result: StatusReport }
  | { readonly type: 'texts-in'; readonly path: PathId; readonly texts: readonly ReceivedText[] }
  | { readonly type: 'fetch-ended'; readonly path: PathId; readonly look: FetchLook; readonly ok: boolean }
  /** A path says that something came in. */
  | { readonly type: 'arrived'; readonly path: PathId }
  /** The process has started again on a saved state: what was on its way is unknown. */
  | { readonly type: 'restarted' }
  /** Send a marked test to every contact. */
  | { readonly type: 'test-asked'; readonly numbers: readonly string[] }
  /** Somebody wants this contact to prove that texts arrive. */
  | { readonly type: 'prove-asked'; readonly contact: ContactId }
  | { readonly type: 'tick' };

/** A text as the hub must word, address and send it. */
export interface TextOrder {
  readonly id: TextId;
  readonly contact: ContactId;
  readonly alarm: AlarmId | null;
  readonly kind: AlarmKind;
  readonly purpose: TextPurpose;
  readonly via: Via;
  readonly silent: boolean;
  readonly number: string | null;
  readonly wording: Wording;
  /** What it asks for; null: the usual. */
  readonly asks: string | null;
  readonly zones: readonly ZoneId[];
  readonly validSeconds: number;
}

/** What the room orders. */
export type EscalationEffect =
  | RecordEffect
  /** Hand it over, as words or as a ring by its `via`; ends with `send-ended`. */
  | { readonly type: 'send'; readonly text: TextOrder; readonly path: PathId }
  /** Ask whether the far end has it, taken at or after `since`; ends with `find-ended`. */
  | { readonly type: 'find'; readonly text: TextOrder; readonly path: PathId; readonly since: Instant }
  /** Ends with `status-ended`. */
  | { readonly type: 'ask-status'; readonly text: TextId; readonly path: PathId; readonly sid: string }
  /** Fetch replies; ends with `fetch-ended`, and `texts-in` when there are any. */
  | { readonly type: 'fetch'; readonly path: PathId; readonly look: FetchLook }
  /** There is no path: write its words into a row `text_not_sent`, sealed only when it is silent. */
  | { readonly type: 'not-sent'; readonly text: TextOrder }
  | { readonly type: 'acknowledge'; readonly alarm: AlarmId; readonly contact: ContactId; readonly silent: boolean }
  /** What a routine check found; silent texts never cause it. */
  | { readonly type: 'path-fault'; readonly path: PathId; readonly up: boolean }
  /** No contact has proven that texts arrive. */
  | { readonly type: 'unproven'; readonly is: 'up' | 'over' };

export interface EscalationStep {
  readonly state: EscalationState;
  readonly effects: readonly EscalationEffect[];
}
