import type { ContactId, TextId } from '../base/brand.ts';
import type { Instant } from '../base/time.ts';
import { MAX_TEXTS, TEXT_LIFE } from './bounds.ts';
import { chain, each } from './chain.ts';
import type { EscalationStep, TellingPlan } from './events.ts';
import type { PathId, Strategy, Via } from './plan.ts';
import type { EscalationState, Hand, Telling, Text, TextPurpose } from './state.ts';
import {
  audienceOf,
  dropText,
  isLive,
  isUrgent,
  later,
  orderOf,
  progressed,
  putText,
  record,
  still,
  tellingOf,
  textOf,
  textRow,
  unopened,
} from './step.ts';

// The outbox: what is in it, who still wants it, and what gives way when it is full. How each text makes its way is in
// `hands.ts` and `sending.ts`.

/** What a new text is made of; the outbox gives it its id, its times and its ways. */
export type NewText = Pick<Text, 'contact' | 'alarm' | 'kind' | 'purpose' | 'silent' | 'number' | 'zones'> & {
  /** Left out: words. */
  readonly via?: Via;
  readonly resends?: number;
  readonly notBefore?: Instant;
  /** Left out, or none of them left: every path that can. */
  readonly paths?: readonly PathId[];
  /** Left out: as the plan has it; what is urgent races. */
  readonly manner?: Strategy;
  readonly beside?: TextId;
};

/** Silent texts count apart: a gap in the numbers of the others would tell of them. */
const nextId = (state: EscalationState, { alarm, silent }: NewText): TextId =>
  `${alarm ?? 'hub'}/${silent ? `s${state.nextSilentText}` : state.nextText}` as TextId;

/** Puts a text into the outbox, or, without a path, has it written down. */
export function enqueue(plan: TellingPlan, state: EscalationState, words: NewText, now: Instant): EscalationStep {
  const { resends = 0, notBefore = now, via = 'text', beside = null, paths = [], manner, ...rest } = words;
  const ways = waysOf(plan, via, paths);
  const text: Text = {
    ...rest,
    id: nextId(state, words),
    via,
    created: now,
    notBefore,
    expires: later(notBefore, TEXT_LIFE),
    resends,
    paths: ways,
    manner: via === 'call' ? 'order' : (manner ?? mannerOf(plan, rest)),
    hands: [],
    beside,
  };
  const numbered = words.silent
    ? { ...state, nextSilentText: state.nextSilentText + 1 }
    : { ...state, nextText: state.nextText + 1 };
  if (ways.length === 0) return still(numbered, { type: 'not-sent', text: orderOf(plan, text, now) });
  const queued: EscalationState = { ...numbered, texts: [...numbered.texts, text] };
  return chain(
    queued,
    (s) => still(s, textRow('queued', text)),
    (s) => shed(plan, s, text.silent),
  );
}

/** Those of the plan, in its order; the ones asked for first. */
function waysOf(plan: TellingPlan, via: Via, asked: readonly PathId[]): readonly PathId[] {
  const able = plan.paths.filter(({ rings }) => via === 'text' || rings).map(({ id }) => id);
  const wanted = asked.filter((path) => able.includes(path));
  return wanted.length === 0 ? able : wanted;
}

/** Two telephones that ring at once reach nobody, so rings take their turns; see `enqueue`. */
function mannerOf(plan: TellingPlan, { kind, purpose }: Pick<NewText, 'kind' | 'purpose'>): Strategy {
  // A test and a first text have to show what each path is worth.
  if (purpose === 'test' || purpose === 'prove') return 'race';
  return purpose === 'last-resort' || (purpose === 'step' && isUrgent(kind)) ? 'race' : plan.strategy;
}

const OF_TELLING: readonly TextPurpose[] = ['step', 'last-resort', 'seen'];

/** It is part of telling an alarm, and no news once that stops. */
export const isOfTelling = ({ purpose }: Pick<Text, 'purpose'>): boolean => OF_TELLING.includes(purpose);

/** The text is still news to its contact: its alarm runs, and no answer came since it was made. */
export function isWanted(plan: TellingPlan, state: EscalationState, text: Text): boolean {
  const contact = plan.contacts.get(text.contact);
  if (contact === undefined) return false;
  if (text.purpose === 'stand-down') return !underDuress(state) && contact.alarms.has(text.kind);
  if (!isOfTelling(text)) return true;
  const telling = tellingOf(state, text.alarm);
  if (telling === undefined || !contact.alarms.has(text.kind)) return false;
  if (!isUrgent(text.kind)) return telling.answered.length === 0;
  const answered = telling.answered.find(({ contact: by }) => by === text.contact);
  // Who has seen it needs neither the news of it nor a telephone that rings.
  if (text.purpose === 'seen' || text.via === 'call') return answered === undefined;
  return answered === undefined || text.purpose === 'last-resort' || answered.at < text.created;
}

/** Someone disarmed under threat: nobody may be told that anything is well. */
export const underDuress = (state: EscalationState): boolean => state.tellings.some(({ kind }) => kind === 'duress');

/** On site its alarm looks stopped, though the text itself was sent before that. */
export function looksOver(state: EscalationState, text: Text): boolean {
  if (text.silent || text.alarm === null || !isOfTelling(text)) return false;
  const telling = tellingOf(state, text.alarm);
  return telling === undefined || telling.silent;
}

/** A text of this start that no far end has, or may have. */
export function waiting(state: EscalationState, telling: Telling, contact: ContactId, via: Via): Text | undefined {
  return state.texts.find(
    (text) =>
      text.alarm === telling.alarm &&
      text.contact === contact &&
      text.via === via &&
      (text.purpose === 'step' || text.purpose === 'last-resort') &&
      text.number === (telling.numbers[contact] ?? null) &&
      !text.hands.some(isLive),
  );
}

/** What is left of its way: paths never tried, and those it waits for. */
export const waysLeft = (text: Text): readonly PathId[] => [
  ...unopened(text),
  ...text.hands.filter(({ progress }) => progress.status === 'queued').map(({ path }) => path),
];

/** Hands it to nobody else. What a far end has, or may have, is still watched. */
export function strip(state: EscalationState, text: Text): EscalationStep {
  if (waysLeft(text).length === 0 && text.hands.some(isLive)) return still(state);
  const left = { ...text, ...withoutWays(text) };
  if (left.hands.some(isLive)) return still(putText(state, left));
  return still(dropText(state, text.id), textRow('cancelled', text));
}

function withoutWays(text: Text): Pick<Text, 'paths' | 'hands'> {
  const hands = text.hands.filter(({ progress }) => progress.status !== 'queued');
  return { hands, paths: hands.map(({ path }) => path) };
}

/** Strips all of these. */
export function cancel(state: EscalationState, which: (text: Text) => boolean): EscalationStep {
  return each(state, state.texts.filter(which), strip);
}

/**
 * On site the rest of its way looks cancelled; it goes on under seal, as another text. While a far end has it and may still
 * deliver it, the sealed one waits `until` then.
 */
export function hide(
  plan: TellingPlan,
  state: EscalationState,
  text: Text,
  until: Instant | null,
  now: Instant,
): EscalationStep {
  const paths = waysLeft(text);
  const fork: NewText = { ...wordsOf(text), silent: true, paths, notBefore: until ?? now, beside: text.id };
  return chain(
    state,
    (s) => strip(s, text),
    (s) => (paths.length === 0 || !isWanted(plan, s, text) ? still(s) : enqueue(plan, s, fork, now)),
  );
}

export function wordsOf(text: Text): NewText {
  const { contact, alarm, kind, purpose, via, silent, number, zones, resends, manner } = text;
  return { contact, alarm, kind, purpose, via, silent, number, zones, resends, manner };
}

/** Gives up on one path alone. */
export const leave = (state: EscalationState, text: Text, hand: Hand): EscalationState =>
  putText(state, progressed(text, hand, { status: 'over', how: 'left' }));

/** Nothing more can come of this text: it leaves the outbox without a word. */
export function dropIfOver(state: EscalationState, id: TextId): EscalationStep {
  const text = textOf(state, id);
  if (text === undefined || text.hands.some(isLive) || waysLeft(text).length > 0) return still(state);
  return still(dropText(state, id));
}

const WORTH: Readonly<Record<Text['kind'], number>> = {
  test: 1,
  fault: 2,
  tamper: 3,
  intruder: 4,
  fire: 5,
  personal: 6,
  duress: 6,
};

/**
 * What may be lost first: the watch over a text that was taken, then answers and tests, then by kind; of one kind those
 * that wait before those on their way, the oldest first.
 */
function worth(text: Text): number {
  const live = text.hands.filter(isLive);
  const taken = live.length > 0 && live.every(({ progress }) => progress.status === 'accepted');
  if (taken && waysLeft(text).length === 0) return 0;
  const kind = text.purpose === 'answer' ? 1 : WORTH[text.kind];
  return live.length === 0 ? kind : kind + 0.5;
}

/** Silent texts and others have a bound each: one that gave way to a silent one would tell of it. */
function shed(plan: TellingPlan, state: EscalationState, silent: boolean): EscalationStep {
  const among = state.texts.filter((text) => text.silent === silent);
  const [first, ...rest] = among;
  if (first === undefined || among.length <= Math.max(MAX_TEXTS, 2 * plan.contacts.size)) return still(state);
  const least = rest.reduce((a, b) => (worth(b) < worth(a) ? b : a), first);
  return still(dropText(state, least.id), textRow('shed', least));
}

/** A row about a telling. */
export const tellingRow = (row: string, telling: Telling, more: Readonly<Record<string, string | null>> = {}) =>
  record(row, { alarm: telling.alarm, kind: telling.kind, ...more }, audienceOf(telling));
