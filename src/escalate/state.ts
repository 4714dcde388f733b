import type { AlarmKind } from '../alarm/plan.ts';
import type { AlarmId, ContactId, TextId, ZoneId } from '../base/brand.ts';
import type { Instant } from '../base/time.ts';

/** Why a text goes out. `answer` is the one neutral line to a contact whose message we could not use. */
export type TextPurpose = 'step' | 'last-resort' | 'expired' | 'test' | 'answer';

/**
 * How far a text has come. `queued`: certainly not taken. `sending`: handed over, no answer yet. `unknown`: the far end
 * may have it, we ask. `accepted`: the far end named it. From `accepted` there is no way back; delivered, failed, refused,
 * expired, cancelled and shed texts leave the outbox with a row.
 */
export type TextProgress =
  | { readonly status: 'queued'; readonly notBefore: Instant }
  | { readonly status: 'sending'; readonly since: Instant }
  | {
      readonly status: 'unknown';
      readonly since: Instant;
      /** Next question to the far end, while none is on its way. */
      readonly askAt: Instant;
      /** A question is on its way; given up at this time. */
      readonly answerBy: Instant | null;
      readonly asks: number;
    }
  | {
      readonly status: 'accepted';
      readonly sid: string;
      readonly since: Instant;
      readonly answerBy: Instant | null;
      /** How often its status was asked for. */
      readonly asks: number;
    };

/** One text in the outbox. */
export interface Text {
  readonly id: TextId;
  readonly contact: ContactId;
  /** Null: a test, or an answer when no alarm is open. */
  readonly alarm: AlarmId | null;
  readonly kind: AlarmKind;
  readonly purpose: TextPurpose;
  /** Everything said of it goes into sealed rows. */
  readonly silent: boolean;
  /** Four digits to reply with; null: none is asked for. */
  readonly number: string | null;
  readonly zones: readonly ZoneId[];
  readonly created: Instant;
  /** After this it is no news any more and is never sent. */
  readonly expires: Instant;
  /** Sends begun. */
  readonly tries: number;
  /** Sends repeated without knowing what became of the one before. */
  readonly blind: number;
  /** How often the same words had been accepted and then failed. */
  readonly resends: number;
  readonly progress: TextProgress;
}

/** One contact's share of one step. */
export interface Due {
  readonly contact: ContactId;
  readonly next: Instant;
  readonly left: number;
  readonly every: number;
  /** Its first text has been queued; what is left are repeats. */
  readonly begun: boolean;
}

/** One alarm that is being told, until it is stopped. */
export interface Telling {
  readonly alarm: AlarmId;
  readonly kind: AlarmKind;
  readonly zones: readonly ZoneId[];
  readonly silent: boolean;
  readonly dues: readonly Due[];
  readonly lastResort: Instant | null;
  /** Fresh reply numbers nobody has yet. */
  readonly pool: readonly string[];
  /** The number each contact was texted in this start of the steps. */
  readonly numbers: Readonly<Record<ContactId, string>>;
  /** Numbers of earlier starts: they still acknowledge, and stop nothing. */
  readonly former: readonly { readonly contact: ContactId; readonly number: string }[];
  readonly answered: readonly { readonly contact: ContactId; readonly at: Instant }[];
  /** Contacts for whom a text of this start was accepted. */
  readonly reached: readonly ContactId[];
  /** Contacts who already had the neutral line. */
  readonly hinted: readonly ContactId[];
}

/** Asking the text path for replies, and what routine checks say of it. */
export interface Fetching {
  readonly path: string;
  readonly began: Instant | null;
  readonly routineAt: Instant;
  /** On its way. Only a routine one may change what is shown of the path. */
  readonly asking: { readonly answerBy: Instant; readonly routine: boolean } | null;
  /** Routine checks that failed in a row. */
  readonly failures: number;
  readonly up: boolean;
}

/** Everything the room remembers. Plain data: it is saved as JSON and read back. */
export interface EscalationState {
  readonly tellings: readonly Telling[];
  readonly texts: readonly Text[];
  readonly fetching: Fetching | null;
  /** The last test and the numbers it asked for. */
  readonly test: { readonly at: Instant; readonly numbers: Readonly<Record<ContactId, string>> } | null;
  /** When a contact last had the neutral line while no alarm was being told to them. */
  readonly hinted: Readonly<Record<ContactId, Instant>>;
  /** SIDs of texts that came in lately. */
  readonly seen: readonly string[];
  /** SIDs our own texts got lately: a search must not take an older text for a newer one. */
  readonly taken: readonly string[];
  readonly strangers: number;
  readonly never: number;
  readonly nextText: number;
  readonly nextSilentText: number;
}

/** Nothing is being told. */
export function initialEscalation(): EscalationState {
  return {
    tellings: [],
    texts: [],
    fetching: null,
    test: null,
    hinted: {},
    seen: [],
    taken: [],
    strangers: 0,
    never: 0,
    nextText: 1,
    nextSilentText: 1,
  };
}
