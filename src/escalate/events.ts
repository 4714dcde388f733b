import type { RecordEffect } from '../alarm/effects.ts';
import type { AlarmKind } from '../alarm/plan.ts';
import type { Alarm } from '../alarm/state.ts';
import type { AlarmId, ContactId, TextId, ZoneId } from '../base/brand.ts';
import type { Instant } from '../base/time.ts';
import type { EscalationPlan, Wording } from './plan.ts';
import type { EscalationState, TextPurpose } from './state.ts';

/** The plan of the config, and the one path texts leave by; null: there is none, texts are only written down. */
export interface TellingPlan extends EscalationPlan {
  readonly path: string | null;
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

/** Everything that can happen to the room. */
export type EscalationEvent =
  /** Start telling; of an alarm that is being told already: start its steps afresh. `numbers`: see `numbersNeeded`. */
  | { readonly type: 'told'; readonly alarm: Alarm; readonly numbers: readonly string[] }
  | { readonly type: 'stopped'; readonly alarm: AlarmId; readonly why: 'code' | 'closure' | 'expired' }
  /** A duress code took it off the local view: on site it looks stopped by a code, outside it goes on. */
  | { readonly type: 'hidden'; readonly alarm: AlarmId }
  | { readonly type: 'send-ended'; readonly text: TextId; readonly result: SendReport }
  | { readonly type: 'find-ended'; readonly text: TextId; readonly result: FindReport }
  | { readonly type: 'status-ended'; readonly text: TextId; readonly result: StatusReport }
  | { readonly type: 'texts-in'; readonly texts: readonly ReceivedText[] }
  | { readonly type: 'fetch-ended'; readonly ok: boolean }
  /** The process has started again on a saved state: what was on its way is unknown. */
  | { readonly type: 'restarted' }
  /** Send a marked test to every contact. */
  | { readonly type: 'test-asked'; readonly numbers: readonly string[] }
  | { readonly type: 'tick' };

/** A text as the hub must word, address and send it. */
export interface TextOrder {
  readonly id: TextId;
  readonly contact: ContactId;
  readonly alarm: AlarmId | null;
  readonly kind: AlarmKind;
  readonly purpose: TextPurpose;
  readonly silent: boolean;
  readonly number: string | null;
  readonly wording: Wording;
  readonly zones: readonly ZoneId[];
  readonly validSeconds: number;
}

/** What the room orders. */
export type EscalationEffect =
  | RecordEffect
  /** Hand it over; ends with `send-ended`. */
  | { readonly type: 'send'; readonly text: TextOrder }
  /** Ask whether the far end has it, taken at or after `since`; ends with `find-ended`. */
  | { readonly type: 'find'; readonly text: TextOrder; readonly since: Instant }
  /** Ends with `status-ended`. */
  | { readonly type: 'ask-status'; readonly text: TextId; readonly sid: string }
  /** Fetch replies; ends with `fetch-ended`, and `texts-in` when there are any. */
  | { readonly type: 'fetch' }
  /** There is no path: write its words into a row `text_not_sent`, sealed only when it is silent. */
  | { readonly type: 'not-sent'; readonly text: TextOrder }
  | { readonly type: 'acknowledge'; readonly alarm: AlarmId; readonly contact: ContactId; readonly silent: boolean }
  /** What a routine check found; silent texts never cause it. */
  | { readonly type: 'path-fault'; readonly path: string; readonly up: boolean };

export interface EscalationStep {
  readonly state: EscalationState;
  readonly effects: readonly EscalationEffect[];
}
