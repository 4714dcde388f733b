import type { AlarmKind } from '../alarm/plan.ts';
import type { AlarmId, ContactId, TextId, ZoneId } from '../base/brand.ts';
import type { Instant, WallTime } from '../base/time.ts';
import type { PathId, Strategy, Via } from './plan.ts';

/**
 * Why a text goes out. `seen`: somebody has answered a call for help. `stand-down`: it was ended by a code. `path-down`:
 * one way out is dead. `prove`: asks for a YES. `answer`: the one neutral line to a contact whose message we could not use.
 */
export type TextPurpose =
  | 'step'
  | 'last-resort'
  | 'seen'
  | 'stand-down'
  | 'expired'
  | 'path-down'
  | 'test'
  | 'prove'
  | 'answer';

/**
 * How far one path has come with a text. `queued`: certainly not taken. `sending`: handed over, no answer yet. `unknown`:
 * the far end may have it, we ask. `accepted`: the far end named it. From `accepted` there is no way back. `over`: nothing
 * more comes of this path; `taken`: a ring, or a text whose delivery nobody confirmed.
 */
export type HandProgress =
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
    }
  | { readonly status: 'over'; readonly how: 'delivered' | 'failed' | 'refused' | 'taken' | 'left' };

/** One text on one path. It is there from the first time it was handed over. */
export interface Hand {
  readonly path: PathId;
  /** Sends begun. */
  readonly tries: number;
  /** Sends repeated without knowing what became of the one before. */
  readonly blind: number;
  readonly progress: HandProgress;
}

/** One text, or one ring, in the outbox: the same words and the same number on every path. */
export interface Text {
  readonly id: TextId;
  readonly contact: ContactId;
  /** Null: a test, or an answer when no alarm is open. */
  readonly alarm: AlarmId | null;
  readonly kind: AlarmKind;
  readonly purpose: TextPurpose;
  readonly via: Via;
  /** Everything said of it goes into sealed rows. */
  readonly silent: boolean;
  /** Four digits to reply with; null: none is asked for. */
  readonly number: string | null;
  readonly zones: readonly ZoneId[];
  readonly created: Instant;
  readonly notBefore: Instant;
  /** After this it is no news any more and is never sent. */
  readonly expires: Instant;
  /** How often the same words had been accepted and then failed. */
  readonly resends: number;
  /** The paths it may take, the first choice first. */
  readonly paths: readonly PathId[];
  readonly manner: Strategy;
  readonly hands: readonly Hand[];
  /** It goes on under seal for this one, and is not needed when that one arrives. */
  readonly beside: TextId | null;
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
  /** Nothing was handed to any path yet, and by then something must be; null: it was, or the miss is on record. */
  readonly handOffBy: Instant | null;
  /** The same for a text that a path has taken. */
  readonly takenBy: Instant | null;
  /** Fresh reply numbers nobody has yet. */
  readonly pool: readonly string[];
  /** The number each contact was texted in this start of the steps. */
  readonly numbers: Readonly<Record<ContactId, string>>;
  /** Numbers of earlier starts: they still acknowledge, and stop nothing. */
  readonly former: readonly { readonly contact: ContactId; readonly number: string }[];
  readonly answered: readonly { readonly contact: ContactId; readonly at: Instant }[];
  /** Contacts for whom a text of this start was accepted. */
  readonly reached: readonly ContactId[];
  /** Those of them to whom a far end says it was delivered. */
  readonly delivered: readonly ContactId[];
  /** Contacts reached in earlier starts. */
  readonly reachedBefore: readonly ContactId[];
  /** Rings of this start, by contact. */
  readonly rung: Readonly<Record<ContactId, number>>;
  /** Contacts who already had the neutral line. */
  readonly hinted: readonly ContactId[];
}

/** Asking one path for replies, and what routine checks say of it. */
export interface Fetching {
  readonly path: PathId;
  readonly routineAt: Instant;
  /** A routine check is on its way; only these may change what is shown of the path. */
  readonly checking: { readonly answerBy: Instant } | null;
  /** When replies were last looked for beside the routine; null: not since the start. */
  readonly looked: Instant | null;
  readonly looking: { readonly answerBy: Instant } | null;
  /** The path said that something came in: look as soon as the look on its way has ended. */
  readonly lookAgain: boolean;
  /** Routine checks that failed in a row. */
  readonly failures: number;
  readonly up: boolean;
  /** Null: it is up. */
  readonly downSince: Instant | null;
  /** When contacts were last told that it is down. */
  readonly reported: Instant | null;
}

/** What is known of one contact's answers to being asked. */
export interface Proof {
  /** When a YES last came in, by path. */
  readonly by: Readonly<Record<PathId, WallTime>>;
  /** When it was last asked for; null: never, or too long ago for a YES to count. */
  readonly asked: WallTime | null;
  /** How often it was asked for by itself since the last YES. */
  readonly reminders: number;
}

export type Proofs = Readonly<Record<ContactId, Proof>>;

/** Everything the room remembers. Plain data: it is saved as JSON and read back. */
export interface EscalationState {
  readonly tellings: readonly Telling[];
  readonly texts: readonly Text[];
  readonly fetching: readonly Fetching[];
  /** The last test and the numbers it asked for. */
  readonly test: { readonly at: Instant; readonly numbers: Readonly<Record<ContactId, string>> } | null;
  /** When a contact last had the neutral line while no alarm was being told to them. */
  readonly hinted: Readonly<Record<ContactId, Instant>>;
  /** SIDs of texts that came in lately, with their path. */
  readonly seen: readonly string[];
  /** The last words of contacts, against reading them again over another path. */
  readonly heard: readonly {
    readonly contact: ContactId;
    readonly path: PathId;
    readonly body: string;
    readonly at: Instant;
  }[];
  /** SIDs our own texts got lately: a search must not take an older text for a newer one. */
  readonly taken: readonly string[];
  readonly strangers: number;
  readonly never: number;
  readonly nextText: number;
  readonly nextSilentText: number;
  readonly proofs: Proofs;
  /** Nobody is proven since; the fault of that, as it was last told; null: not yet told. */
  readonly proving: {
    readonly startedAt: Instant | null;
    readonly bareSince: Instant | null;
    readonly fault: 'up' | 'over' | null;
  };
}

/** Nothing is being told. */
export function initialEscalation(): EscalationState {
  return {
    tellings: [],
    texts: [],
    fetching: [],
    test: null,
    hinted: {},
    seen: [],
    heard: [],
    taken: [],
    strangers: 0,
    never: 0,
    nextText: 1,
    nextSilentText: 1,
    proofs: {},
    proving: { startedAt: null, bareSince: null, fault: null },
  };
}
