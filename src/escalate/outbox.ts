import type { ContactId, TextId } from '../base/brand.ts';
import { type Instant, isDue } from '../base/time.ts';
import {
  ANSWER_TIME,
  BLIND_AFTER,
  backoff,
  MAX_RETRY_AFTER,
  MAX_SENDING,
  MAX_TAKEN,
  MAX_TEXTS,
  RESEND_AFTER,
  STATUS_AFTER,
  TEXT_LIFE,
  UNCONFIRMED_ASKS,
} from './bounds.ts';
import type { EscalationStep, FindReport, SendReport, StatusReport, TellingPlan } from './events.ts';
import { routineEvidence } from './fetching.ts';
import type { EscalationState, Telling, Text, TextProgress } from './state.ts';
import {
  audienceOf,
  chain,
  dropText,
  each,
  fitForRow,
  isUrgent,
  later,
  orderOf,
  progressed,
  putTelling,
  putText,
  record,
  still,
  tellingOf,
  textOf,
  textRow,
} from './step.ts';

/** What a new text is made of; the outbox gives it its id, its times and its number of tries. */
export type NewText = Pick<Text, 'contact' | 'alarm' | 'kind' | 'purpose' | 'silent' | 'number' | 'zones'> & {
  readonly resends?: number;
  readonly notBefore?: Instant;
};

/** Silent texts count apart: a gap in the numbers of the others would tell of them. */
const nextId = (state: EscalationState, { alarm, silent }: NewText): TextId =>
  `${alarm ?? 'hub'}/${silent ? `s${state.nextSilentText}` : state.nextText}` as TextId;

/** Puts a text into the outbox, or, without a path, has it written down. */
export function enqueue(plan: TellingPlan, state: EscalationState, words: NewText, now: Instant): EscalationStep {
  const { resends = 0, notBefore = now, ...rest } = words;
  const text: Text = {
    ...rest,
    id: nextId(state, words),
    created: now,
    expires: later(now, TEXT_LIFE),
    tries: 0,
    blind: 0,
    resends,
    progress: { status: 'queued', notBefore },
  };
  const numbered = words.silent
    ? { ...state, nextSilentText: state.nextSilentText + 1 }
    : { ...state, nextText: state.nextText + 1 };
  if (plan.path === null) return still(numbered, { type: 'not-sent', text: orderOf(plan, text, now) });
  const queued = { ...numbered, texts: [...numbered.texts, text] };
  return chain(
    queued,
    (s) => still(s, textRow('text-queued', text)),
    (s) => shed(plan, s),
  );
}

/** The text is still news to its contact: its alarm runs, and no answer came since it was made. */
function isWanted(plan: TellingPlan, state: EscalationState, text: Text): boolean {
  const contact = plan.contacts.get(text.contact);
  if (contact === undefined) return false;
  if (text.purpose !== 'step' && text.purpose !== 'last-resort') return true;
  const telling = tellingOf(state, text.alarm);
  if (telling === undefined || !contact.alarms.has(text.kind)) return false;
  if (!isUrgent(text.kind)) return telling.answered.length === 0;
  return (
    text.purpose === 'last-resort' ||
    !telling.answered.some(({ contact: by, at }) => by === text.contact && at >= text.created)
  );
}

/** On site its alarm looks stopped, though the text itself was sent before that. */
function looksOver(state: EscalationState, text: Text): boolean {
  if (text.silent || text.alarm === null) return false;
  if (text.purpose !== 'step' && text.purpose !== 'last-resort') return false;
  const telling = tellingOf(state, text.alarm);
  return telling === undefined || telling.silent;
}

/** Goes on with a text that was not taken, if anyone still wants it; what goes on under a hidden alarm goes on sealed. */
function goOn(plan: TellingPlan, state: EscalationState, text: Text, progress: TextProgress): EscalationStep {
  const wanted = isWanted(plan, state, text);
  const over = looksOver(state, text);
  const rows = over || !wanted ? [textRow('text-cancelled', text)] : [];
  if (!wanted) return still(dropText(state, text.id), ...rows);
  return still(putText(state, { ...text, silent: text.silent || over, progress }), ...rows);
}

/** How handing over a text ended. */
export function onSendEnded(
  plan: TellingPlan,
  state: EscalationState,
  id: TextId,
  result: SendReport,
  now: Instant,
): EscalationStep {
  const text = textOf(state, id);
  if (text === undefined || text.progress.status === 'accepted') return still(state);
  return chain(
    state,
    (s) => (text.silent ? still(s) : routineSend(s, result)),
    (s) => takeResult(plan, s, text, result, now),
  );
}

/** An ordinary text is a check of the path as well; a refusal says nothing about it. */
function routineSend(state: EscalationState, result: SendReport): EscalationStep {
  return result.outcome === 'refused' ? still(state) : routineEvidence(state, result.outcome === 'accepted');
}

function takeResult(
  plan: TellingPlan,
  state: EscalationState,
  text: Text,
  result: SendReport,
  now: Instant,
): EscalationStep {
  if (result.outcome === 'accepted') return accept(state, text, result.sid, now);
  if (result.outcome === 'refused') return refuse(state, text, result.why);
  // A late word of an attempt that was given up says nothing of what came after it.
  if (text.progress.status !== 'sending') return still(state);
  return result.outcome === 'later'
    ? postpone(plan, state, text, result, now)
    : doubt(state, text, fitForRow(result.why), now);
}

function accept(state: EscalationState, text: Text, sid: string, now: Instant): EscalationStep {
  const accepted = progressed(text, { status: 'accepted', sid, since: now, answerBy: null, asks: 0 });
  const telling = tellingOf(state, text.alarm);
  const reached = telling === undefined ? state : putTelling(state, reach(telling, text));
  const known = { ...reached, taken: [sid, ...reached.taken].slice(0, MAX_TAKEN) };
  return still(putText(known, accepted), textRow('text-accepted', text));
}

function reach(telling: Telling, text: Text): Telling {
  if (telling.reached.includes(text.contact) || (telling.numbers[text.contact] ?? null) !== text.number) return telling;
  return { ...telling, reached: [...telling.reached, text.contact] };
}

function refuse(state: EscalationState, text: Text, why: string): EscalationStep {
  return still(dropText(state, text.id), textRow('text-refused', text, { why: fitForRow(why) }));
}

function postpone(
  plan: TellingPlan,
  state: EscalationState,
  text: Text,
  { why, retryAfterMs }: SendReport & { readonly outcome: 'later' },
  now: Instant,
): EscalationStep {
  const wait = Math.max(backoff(text.tries), Math.min(Math.max(retryAfterMs ?? 0, 0), MAX_RETRY_AFTER));
  return chain(
    state,
    // The first delay is worth a row; the outcome gets its own.
    (s) => (text.tries === 1 ? still(s, textRow('text-delayed', text, { why: fitForRow(why) })) : still(s)),
    (s) => goOn(plan, s, text, { status: 'queued', notBefore: later(now, wait) }),
  );
}

/** It may have been taken: ask before sending again. */
function doubt(state: EscalationState, text: Text, why: string, now: Instant): EscalationStep {
  const unknown = progressed(text, { status: 'unknown', since: now, askAt: now, answerBy: null, asks: 0 });
  const rows = text.tries <= 1 ? [textRow('text-unknown', text, { why })] : [];
  return still(putText(state, unknown), ...rows);
}

/** What a search at the far end found. */
export function onFindEnded(
  plan: TellingPlan,
  state: EscalationState,
  id: TextId,
  result: FindReport,
  now: Instant,
): EscalationStep {
  const text = textOf(state, id);
  if (text === undefined || text.progress.status !== 'unknown') return still(state);
  if (result.outcome === 'unknown') {
    const askAt = later(now, backoff(text.progress.asks));
    return still(putText(state, progressed(text, { ...text.progress, askAt, answerBy: null })));
  }
  // The sid of another text: an earlier one with the same words. Ours is not there.
  if (result.outcome === 'absent' || state.taken.includes(result.sid)) {
    const notBefore = text.tries <= 1 ? now : later(now, backoff(text.tries - 1));
    return goOn(plan, state, text, { status: 'queued', notBefore });
  }
  return chain(
    state,
    (s) => accept(s, text, result.sid, now),
    (s) => arrive(plan, s, id, result.status, null, now),
  );
}

/** What the far end says of an accepted text. */
export function onStatusEnded(
  plan: TellingPlan,
  state: EscalationState,
  id: TextId,
  result: StatusReport,
  now: Instant,
): EscalationStep {
  const text = textOf(state, id);
  if (text === undefined || text.progress.status !== 'accepted') return still(state);
  const answered = progressed(text, { ...text.progress, answerBy: null });
  if (result.outcome === 'known' && result.status !== 'accepted') {
    return arrive(plan, putText(state, answered), id, result.status, result.why, now);
  }
  return unconfirmed(state, answered, text.progress.asks);
}

function unconfirmed(state: EscalationState, text: Text, asks: number): EscalationStep {
  const rows = asks === UNCONFIRMED_ASKS ? [textRow('text-unconfirmed', text)] : [];
  return still(asks >= STATUS_AFTER.length ? dropText(state, text.id) : putText(state, text), ...rows);
}

/** The last word on an accepted text. */
function arrive(
  plan: TellingPlan,
  state: EscalationState,
  id: TextId,
  status: 'accepted' | 'delivered' | 'failed',
  why: string | null,
  now: Instant,
): EscalationStep {
  const text = textOf(state, id);
  if (text === undefined || status === 'accepted') return still(state);
  const gone = dropText(state, id);
  if (status === 'delivered') return still(gone, textRow('text-delivered', text));
  return chain(
    gone,
    (s) => still(s, textRow('text-failed', text, { why: why === null ? null : fitForRow(why) })),
    (s) => resend(plan, s, text, now),
  );
}

function resend(plan: TellingPlan, state: EscalationState, text: Text, now: Instant): EscalationStep {
  const wait = RESEND_AFTER[text.resends];
  const telling = tellingOf(state, text.alarm);
  if (wait === undefined || telling === undefined || text.alarm === null || !isWanted(plan, state, text)) {
    return still(state);
  }
  const reached = telling.reached.filter((contact) => contact !== text.contact);
  const again = { ...text, silent: telling.silent, resends: text.resends + 1, notBefore: later(now, wait) };
  return enqueue(plan, putTelling(state, { ...telling, reached }), wordsOf(again), now);
}

function wordsOf(text: Text & { readonly notBefore?: Instant }): NewText {
  const { contact, alarm, kind, purpose, silent, number, zones, resends, notBefore } = text;
  const words = { contact, alarm, kind, purpose, silent, number, zones, resends };
  return notBefore === undefined ? words : { ...words, notBefore };
}

/** Everything that was on its way when the process ended is unknown. */
export function onRestarted(state: EscalationState, now: Instant): EscalationStep {
  return each(state, state.texts, (s, text) => {
    const { progress } = text;
    if (progress.status === 'sending') return doubt(s, text, 'the hub stopped while it was being sent', now);
    if (progress.status === 'unknown') {
      return still(putText(s, progressed(text, { ...progress, askAt: now, answerBy: null })));
    }
    if (progress.status !== 'accepted' || progress.answerBy === null) return still(s);
    return still(putText(s, progressed(text, { ...progress, answerBy: null, asks: progress.asks - 1 })));
  });
}

/** Cancels texts that were not handed over. */
export function cancelQueued(state: EscalationState, which: (text: Text) => boolean): EscalationStep {
  const queued = state.texts.filter((text) => text.progress.status === 'queued' && which(text));
  return each(state, queued, (s, text) => still(dropText(s, text.id), textRow('text-cancelled', text)));
}

/** On site the queued texts of this alarm look cancelled; they go on under seal. */
export function hideQueued(state: EscalationState, alarm: Text['alarm']): EscalationStep {
  const queued = state.texts.filter(
    (text) => text.alarm === alarm && text.progress.status === 'queued' && !text.silent,
  );
  return each(state, queued, (s, text) =>
    still(putText(s, { ...text, silent: true }), textRow('text-cancelled', text)),
  );
}

/** Lets time pass for every text, then sends what may go. */
export function settleTexts(plan: TellingPlan, state: EscalationState, now: Instant): EscalationStep {
  return chain(
    state,
    (s) => each(s, s.texts, (current, text) => settleText(plan, current, text, now)),
    (s) => dispatch(plan, s, now),
  );
}

function settleText(plan: TellingPlan, state: EscalationState, text: Text, now: Instant): EscalationStep {
  const { progress } = text;
  switch (progress.status) {
    case 'queued':
      return isDue(text.expires, now) ? expire(plan, state, text, now) : still(state);
    case 'sending':
      return isDue(later(progress.since, ANSWER_TIME), now)
        ? chain(
            state,
            (s) => doubt(s, text, 'no answer came', now),
            (s) => settleOne(plan, s, text.id, now),
          )
        : still(state);
    case 'unknown':
      return settleUnknown(plan, state, text, progress, now);
    case 'accepted':
      return settleAccepted(state, text, progress, now);
  }
}

function settleOne(plan: TellingPlan, state: EscalationState, id: TextId, now: Instant): EscalationStep {
  const text = textOf(state, id);
  return text === undefined ? still(state) : settleText(plan, state, text, now);
}

/** Too old to send. While its alarm still runs and its contact heard nothing, the news itself is not old: a fresh text. */
function expire(plan: TellingPlan, state: EscalationState, text: Text, now: Instant): EscalationStep {
  const telling = tellingOf(state, text.alarm);
  const gone = still(dropText(state, text.id), textRow('text-expired', text));
  if (telling === undefined || telling.reached.includes(text.contact)) return gone;
  if (text.number !== (telling.numbers[text.contact] ?? null) || !isWanted(plan, state, text)) return gone;
  if (waiting(gone.state, telling, text.contact) !== undefined) return gone;
  return chain(
    state,
    () => gone,
    (s) => enqueue(plan, s, wordsOf({ ...text, silent: telling.silent }), now),
  );
}

/** A text of this start that was not handed over yet. */
export function waiting(state: EscalationState, telling: Telling, contact: ContactId): Text | undefined {
  return state.texts.find(
    (text) =>
      text.alarm === telling.alarm &&
      text.contact === contact &&
      text.progress.status === 'queued' &&
      text.number === (telling.numbers[contact] ?? null) &&
      text.purpose !== 'answer',
  );
}

type Unknown = TextProgress & { readonly status: 'unknown' };
type Accepted = TextProgress & { readonly status: 'accepted' };

function blindAt(text: Text, progress: Unknown): Instant | null {
  const wait = BLIND_AFTER[text.blind];
  return wait === undefined ? null : later(progress.since, wait);
}

function settleUnknown(
  plan: TellingPlan,
  state: EscalationState,
  text: Text,
  progress: Unknown,
  now: Instant,
): EscalationStep {
  if (isDue(text.expires, now)) return expire(plan, state, text, now);
  const blind = blindAt(text, progress);
  if (blind !== null && isDue(blind, now)) {
    return goOn(plan, state, { ...text, blind: text.blind + 1 }, { status: 'queued', notBefore: now });
  }
  if (!isDue(progress.answerBy ?? progress.askAt, now)) return still(state);
  const asking = { ...progress, answerBy: later(now, ANSWER_TIME), asks: progress.asks + 1 };
  const since = text.created;
  return still(putText(state, progressed(text, asking)), { type: 'find', text: orderOf(plan, text, now), since });
}

const nextStatusAt = (progress: Accepted): Instant =>
  progress.answerBy ?? later(progress.since, STATUS_AFTER[progress.asks] ?? 0);

function settleAccepted(state: EscalationState, text: Text, progress: Accepted, now: Instant): EscalationStep {
  if (!isDue(nextStatusAt(progress), now)) return still(state);
  if (progress.answerBy !== null) {
    // The question got no answer at all; the next one follows at its own time.
    const lost = { ...progress, answerBy: null };
    const step = unconfirmed(state, progressed(text, lost), progress.asks);
    const left = textOf(step.state, text.id);
    return left === undefined
      ? step
      : chain(
          state,
          () => step,
          (s) => settleAccepted(s, left, lost, now),
        );
  }
  const asking = { ...progress, answerBy: later(now, ANSWER_TIME), asks: progress.asks + 1 };
  return still(putText(state, progressed(text, asking)), { type: 'ask-status', text: text.id, sid: progress.sid });
}

/** Sends what is due: urgent ones all and at once, the newest first; the others as places are free, the oldest first. */
function dispatch(plan: TellingPlan, state: EscalationState, now: Instant): EscalationStep {
  const queued = state.texts.filter(({ progress }) => progress.status === 'queued' && isDue(progress.notBefore, now));
  const urgent = queued.filter((text) => isUrgent(text.kind)).toSorted((a, b) => b.created - a.created);
  const others = queued.filter((text) => !isUrgent(text.kind));
  return each(state, [...urgent, ...others], (s, text) => hand(plan, s, text, now));
}

function hand(plan: TellingPlan, state: EscalationState, text: Text, now: Instant): EscalationStep {
  if (!isWanted(plan, state, text)) return still(dropText(state, text.id), textRow('text-cancelled', text));
  if (plan.path === null) {
    return still(dropText(state, text.id), { type: 'not-sent', text: orderOf(plan, text, now) });
  }
  if (!isUrgent(text.kind) && isFull(state)) return still(state);
  const sending: Text = { ...text, tries: text.tries + 1, progress: { status: 'sending', since: now } };
  return still(putText(state, sending), { type: 'send', text: orderOf(plan, sending, now) });
}

const isFull = (state: EscalationState): boolean =>
  state.texts.filter(({ progress, kind }) => progress.status === 'sending' && !isUrgent(kind)).length >= MAX_SENDING;

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
  if (text.progress.status === 'accepted') return 0;
  const kind = text.purpose === 'answer' ? 1 : WORTH[text.kind];
  return text.progress.status === 'queued' ? kind : kind + 0.5;
}

function shed(plan: TellingPlan, state: EscalationState): EscalationStep {
  if (state.texts.length <= Math.max(MAX_TEXTS, 2 * plan.contacts.size)) return still(state);
  const least = state.texts.reduce((a, b) => (worth(b) < worth(a) ? b : a));
  return still(dropText(state, least.id), textRow('text-shed', least));
}

/** When the outbox next has something to do by itself. */
export function textDeadlines(state: EscalationState): readonly Instant[] {
  const full = isFull(state);
  return state.texts.flatMap((text) => deadlinesOf(text, full));
}

function deadlinesOf(text: Text, full: boolean): readonly Instant[] {
  const { progress } = text;
  switch (progress.status) {
    case 'queued':
      // Waiting for a place, not for time: an answer frees it.
      return full && !isUrgent(text.kind) ? [text.expires] : [text.expires, progress.notBefore];
    case 'sending':
      return [later(progress.since, ANSWER_TIME)];
    case 'unknown': {
      const blind = blindAt(text, progress);
      const ask = progress.answerBy ?? progress.askAt;
      return blind === null ? [text.expires, ask] : [text.expires, ask, blind];
    }
    case 'accepted':
      return [nextStatusAt(progress)];
  }
}

/** A row about a telling. */
export const tellingRow = (row: string, telling: Telling, more: Readonly<Record<string, string | null>> = {}) =>
  record(row, { alarm: telling.alarm, kind: telling.kind, ...more }, audienceOf(telling));
