import type { TextId } from '../base/brand.ts';
import { type Instant, isDue } from '../base/time.ts';
import {
  ANSWER_AFTER_STOP,
  BLIND_AFTER,
  backoff,
  DELIVERED_BY,
  HAND_PATIENCE,
  MAX_BLIND_RINGS,
  MAX_RETRY_AFTER,
  MAX_TAKEN,
  RESEND_AFTER,
  RING_AGAIN,
  RING_PATIENCE,
  STATUS_AFTER,
  TEST_STATUS_AFTER,
  UNCONFIRMED_AFTER,
} from './bounds.ts';
import { chain, each } from './chain.ts';
import type { EscalationStep, FindReport, SendReport, StatusReport, TellingPlan } from './events.ts';
import { routineEvidence } from './fetching.ts';
import { dropIfOver, enqueue, hide, isWanted, leave, looksOver, strip, wordsOf } from './outbox.ts';
import type { PathId } from './plan.ts';
import type { EscalationState, Hand, HandProgress, Telling, Text } from './state.ts';
import {
  fitForRow,
  handOf,
  hasArrived,
  isUrgent,
  later,
  progressed,
  putTelling,
  putText,
  still,
  tellingOf,
  textOf,
  textRow,
  unopened,
} from './step.ts';

// What becomes of a text on one path, and what that means for the others.

type Accepted = HandProgress & { readonly status: 'accepted' };

/** When the status of an accepted text is asked for, counted from there. */
export const statusTimes = ({ purpose }: Text): typeof STATUS_AFTER =>
  purpose === 'test' || purpose === 'prove' ? TEST_STATUS_AFTER : STATUS_AFTER;

/** In order: until when this path keeps the others from their turn; null: it does not. */
function holdsUntil({ via }: Text, { progress }: Hand): Instant | null {
  switch (progress.status) {
    case 'sending':
    case 'unknown':
      return later(progress.since, via === 'call' ? RING_PATIENCE : HAND_PATIENCE);
    case 'accepted':
      return later(progress.since, DELIVERED_BY);
    default:
      return null;
  }
}

/** The last of these times, gone by or not; null: nothing ever held it. */
export function lastHold(text: Text): Instant | null {
  if (text.manner === 'race') return null;
  return text.hands.reduce<Instant | null>((last, hand) => {
    const until = holdsUntil(text, hand);
    return until === null || (last !== null && last >= until) ? last : until;
  }, null);
}

/** Some path holds the text at this time. */
export function isHeld(text: Text, now: Instant): boolean {
  const until = lastHold(text);
  return until !== null && !isDue(until, now);
}

/** How handing over a text ended. */
export function onSendEnded(
  plan: TellingPlan,
  state: EscalationState,
  id: TextId,
  path: PathId,
  result: SendReport,
  now: Instant,
): EscalationStep {
  const text = textOf(state, id);
  const hand = text === undefined ? undefined : handOf(text, path);
  if (text === undefined || hand === undefined) return still(state);
  if (hand.progress.status === 'accepted' || hand.progress.status === 'over') return still(state);
  return chain(
    state,
    (s) => (text.silent || text.via === 'call' ? still(s) : routineSend(s, path, result, now)),
    (s) => takeResult(plan, s, text, hand, result, now),
    (s) => conclude(plan, s, id, now),
  );
}

/** An ordinary text is a check of the path as well; a refusal says nothing about it. */
function routineSend(state: EscalationState, path: PathId, result: SendReport, now: Instant): EscalationStep {
  return result.outcome === 'refused' ? still(state) : routineEvidence(state, path, result.outcome === 'accepted', now);
}

function takeResult(
  plan: TellingPlan,
  state: EscalationState,
  text: Text,
  hand: Hand,
  result: SendReport,
  now: Instant,
): EscalationStep {
  if (result.outcome === 'accepted') return accept(state, text, hand, result.sid, now);
  if (result.outcome === 'refused') return refuse(state, text, hand, result.why);
  // A late word of an attempt that was given up says nothing of what came after it.
  if (hand.progress.status !== 'sending') return still(state);
  return result.outcome === 'later'
    ? postpone(plan, state, text, hand, result, now)
    : doubt(plan, state, text, hand, fitForRow(result.why), now);
}

function accept(state: EscalationState, text: Text, hand: Hand, sid: string, now: Instant): EscalationStep {
  const rang: HandProgress = { status: 'over', how: 'taken' };
  const taken: HandProgress = { status: 'accepted', sid, since: now, answerBy: null, asks: 0 };
  const accepted = progressed(text, hand, text.via === 'call' ? rang : taken);
  const telling = tellingOf(state, text.alarm);
  const reached = telling === undefined ? state : putTelling(state, reach(telling, text));
  const known = { ...reached, taken: [`${hand.path} ${sid}`, ...reached.taken].slice(0, MAX_TAKEN) };
  return still(putText(known, accepted), textRow('accepted', text, { path: hand.path }));
}

function reach(telling: Telling, text: Text): Telling {
  const taken = { ...telling, takenBy: null };
  if (telling.reached.includes(text.contact) || (telling.numbers[text.contact] ?? null) !== text.number) return taken;
  return { ...taken, reached: [...telling.reached, text.contact] };
}

function deliver(telling: Telling, text: Text): Telling {
  const { numbers, delivered } = telling;
  if (delivered.includes(text.contact) || (numbers[text.contact] ?? null) !== text.number) return telling;
  return { ...telling, delivered: [...delivered, text.contact] };
}

function refuse(state: EscalationState, text: Text, hand: Hand, why: string): EscalationStep {
  const refused = progressed(text, hand, { status: 'over', how: 'refused' });
  return still(putText(state, refused), textRow('refused', text, { path: hand.path, why: fitForRow(why) }));
}

function postpone(
  plan: TellingPlan,
  state: EscalationState,
  text: Text,
  hand: Hand,
  { why, retryAfterMs }: SendReport & { readonly outcome: 'later' },
  now: Instant,
): EscalationStep {
  const wait = Math.max(backoff(hand.tries), Math.min(Math.max(retryAfterMs ?? 0, 0), MAX_RETRY_AFTER));
  const rows = hand.tries === 1 ? [textRow('delayed', text, { path: hand.path, why: fitForRow(why) })] : [];
  return chain(
    state,
    // The first delay is worth a row; the outcome gets its own.
    (s) => still(s, ...rows),
    (s) => goOn(plan, s, text, hand, later(now, wait), now),
  );
}

/** Goes on with a path that did not take the text, if anyone still wants it; under a hidden alarm it goes on sealed. */
export function goOn(
  plan: TellingPlan,
  state: EscalationState,
  text: Text,
  hand: Hand,
  notBefore: Instant,
  now: Instant,
): EscalationStep {
  const queued = progressed(text, hand, { status: 'queued', notBefore });
  const next = putText(state, queued);
  if (!isWanted(plan, state, text)) return strip(next, queued);
  return looksOver(state, text) ? hide(plan, next, queued, null, now) : still(next);
}

/** It may have been taken: ask before sending again. A ring cannot be asked for; it rings once more at most. */
export function doubt(
  plan: TellingPlan,
  state: EscalationState,
  text: Text,
  hand: Hand,
  why: string,
  now: Instant,
): EscalationStep {
  const rows = hand.tries <= 1 ? [textRow('unknown', text, { path: hand.path, why })] : [];
  return chain(
    state,
    (s) => still(s, ...rows),
    (s) => (text.via === 'call' ? doubtRing(plan, s, text, hand, now) : still(putText(s, inDoubt(text, hand, now)))),
  );
}

const inDoubt = (text: Text, hand: Hand, now: Instant): Text =>
  progressed(text, hand, { status: 'unknown', since: now, askAt: now, answerBy: null, asks: 0 });

function doubtRing(plan: TellingPlan, state: EscalationState, text: Text, hand: Hand, now: Instant): EscalationStep {
  if (hand.blind >= MAX_BLIND_RINGS) return still(leave(state, text, hand));
  return goOn(plan, state, text, { ...hand, blind: hand.blind + 1 }, later(now, RING_AGAIN), now);
}

/** What a search at the far end found. */
export function onFindEnded(
  plan: TellingPlan,
  state: EscalationState,
  id: TextId,
  path: PathId,
  result: FindReport,
  now: Instant,
): EscalationStep {
  const text = textOf(state, id);
  const hand = text === undefined ? undefined : handOf(text, path);
  if (text === undefined || hand === undefined || hand.progress.status !== 'unknown') return still(state);
  if (result.outcome === 'unknown') {
    const askAt = later(now, backoff(hand.progress.asks));
    return still(putText(state, progressed(text, hand, { ...hand.progress, askAt, answerBy: null })));
  }
  // The sid of another text: an earlier one with the same words. Ours is not there.
  if (result.outcome === 'absent' || state.taken.includes(`${path} ${result.sid}`)) {
    const notBefore = hand.tries <= 1 ? now : later(now, backoff(hand.tries - 1));
    return chain(
      state,
      (s) => goOn(plan, s, text, hand, notBefore, now),
      (s) => conclude(plan, s, id, now),
    );
  }
  return chain(
    state,
    (s) => accept(s, text, hand, result.sid, now),
    (s) => arrive(s, id, path, result.status, null),
    (s) => conclude(plan, s, id, now),
  );
}

/** What the far end says of an accepted text. */
export function onStatusEnded(
  plan: TellingPlan,
  state: EscalationState,
  id: TextId,
  path: PathId,
  result: StatusReport,
  now: Instant,
): EscalationStep {
  const text = textOf(state, id);
  const hand = text === undefined ? undefined : handOf(text, path);
  if (text === undefined || hand === undefined || hand.progress.status !== 'accepted') return still(state);
  const heard = { ...hand.progress, answerBy: null };
  return chain(
    putText(state, progressed(text, hand, heard)),
    (s) =>
      result.outcome === 'known' && result.status !== 'accepted'
        ? arrive(s, id, path, result.status, result.why)
        : unconfirmed(s, id, path, heard),
    (s) => conclude(plan, s, id, now),
  );
}

/** Asked, and still nobody knows. The watch ends with the last question. */
export function unconfirmed(state: EscalationState, id: TextId, path: PathId, progress: Accepted): EscalationStep {
  const text = textOf(state, id);
  const hand = text === undefined ? undefined : handOf(text, path);
  if (text === undefined || hand === undefined) return still(state);
  const times = statusTimes(text);
  // The row comes with the first question that is late enough for it.
  const asked = times.findIndex((time) => time >= UNCONFIRMED_AFTER) + 1;
  const rows = progress.asks === asked ? [textRow('unconfirmed', text, { path })] : [];
  const next: HandProgress = progress.asks >= times.length ? { status: 'over', how: 'taken' } : progress;
  return still(putText(state, progressed(text, hand, next)), ...rows);
}

/** The last word on an accepted text. */
function arrive(
  state: EscalationState,
  id: TextId,
  path: PathId,
  status: 'accepted' | 'delivered' | 'failed',
  why: string | null,
): EscalationStep {
  const text = textOf(state, id);
  const hand = text === undefined ? undefined : handOf(text, path);
  if (text === undefined || hand === undefined || status === 'accepted') return still(state);
  const over = putText(state, progressed(text, hand, { status: 'over', how: status }));
  if (status === 'failed') {
    return still(over, textRow('failed', text, { path, why: why === null ? null : fitForRow(why) }));
  }
  const telling = tellingOf(over, text.alarm);
  return chain(
    telling === undefined ? over : putTelling(over, deliver(telling, text)),
    (s) => still(s, textRow('delivered', text, { path })),
    // What went on under seal beside it is not needed any more.
    (s) =>
      each(
        s,
        s.texts.filter(({ beside }) => beside === id),
        strip,
      ),
  );
}

/**
 * What a path's word means for the text as a whole: one that arrived needs no other path, one that failed is sent again where
 * nothing else may bring it, and one of which nothing can come leaves the outbox.
 */
export function conclude(plan: TellingPlan, state: EscalationState, id: TextId, now: Instant): EscalationStep {
  const text = textOf(state, id);
  if (text === undefined) return still(state);
  return chain(
    state,
    (s) => (hasArrived(text) ? still(putText(s, withoutOthers(text))) : resend(plan, s, text, now)),
    (s) => dropIfOver(s, id),
  );
}

/** A search for a text that has arrived by another way is not worth its answer. */
function withoutOthers(text: Text): Text {
  // A test has to show what each path is worth.
  if (text.purpose === 'test' || text.purpose === 'prove') return text;
  const hands = text.hands.filter(({ progress }) => progress.status !== 'queued' && progress.status !== 'unknown');
  return { ...text, hands, paths: hands.map(({ path }) => path) };
}

function resend(plan: TellingPlan, state: EscalationState, text: Text, now: Instant): EscalationStep {
  const failed = text.hands.filter(({ progress }) => progress.status === 'over' && progress.how === 'failed');
  if (failed.length === 0 || unopened(text).length > 0 || isHeld(text, now)) return still(state);
  const left = failed.reduce((s, hand) => leave(s, textOf(s, text.id) ?? text, hand), state);
  const wait = RESEND_AFTER[text.resends];
  const telling = tellingOf(state, text.alarm);
  if (wait === undefined || telling === undefined || text.alarm === null || !isWanted(plan, state, text)) {
    return still(left);
  }
  const another = text.hands.some(({ progress }) => progress.status === 'accepted');
  const reached = telling.reached.filter((contact) => another || contact !== text.contact);
  const paths = failed.map(({ path }) => path);
  const again = { silent: telling.silent, resends: text.resends + 1, notBefore: later(now, wait), paths };
  return enqueue(plan, putTelling(left, { ...telling, reached }), { ...wordsOf(text), ...again }, now);
}

/** Everything that was on its way when the process ended is unknown. Paths that are gone from the config are given up. */
export function onRestarted(plan: TellingPlan, state: EscalationState, now: Instant): EscalationStep {
  return each(state, state.texts, (s, { id }) =>
    chain(
      s,
      (one) => keepPaths(plan, one, id, now),
      (one) => each(one, textOf(one, id)?.hands ?? [], (two, hand) => restart(plan, two, id, hand, now)),
      (one) => conclude(plan, one, id, now),
    ),
  );
}

/** Without any of its paths, a text that is not taken begins anew on those there are now. */
function keepPaths(plan: TellingPlan, state: EscalationState, id: TextId, now: Instant): EscalationStep {
  const text = textOf(state, id);
  if (text === undefined) return still(state);
  const known = (path: PathId): boolean => plan.paths.some((one) => one.id === path);
  const paths = text.paths.filter(known);
  if (paths.length > 0 || hasArrived(text)) {
    return still(putText(state, { ...text, paths, hands: text.hands.filter(({ path }) => known(path)) }));
  }
  const gone = { ...state, texts: state.texts.filter((one) => one !== text) };
  return isWanted(plan, state, text)
    ? enqueue(plan, gone, wordsOf(text), now)
    : still(gone, textRow('cancelled', text));
}

function restart(plan: TellingPlan, state: EscalationState, id: TextId, hand: Hand, now: Instant): EscalationStep {
  const text = textOf(state, id);
  if (text === undefined) return still(state);
  const { progress } = hand;
  if (progress.status === 'sending') {
    const asked = doubt(plan, state, text, hand, 'the hub stopped while it was being sent', now);
    return isCallForHelp(text) ? hurry(asked, id, hand.path, now) : asked;
  }
  if (progress.status === 'unknown') {
    return still(putText(state, progressed(text, hand, { ...progress, askAt: now, answerBy: null })));
  }
  if (progress.status !== 'accepted' || progress.answerBy === null) return still(state);
  return still(putText(state, progressed(text, hand, { ...progress, answerBy: null, asks: progress.asks - 1 })));
}

/** A call for help is rather there twice than half a minute late: the far end has to answer soon whether it has it. */
function hurry(step: EscalationStep, id: TextId, path: PathId, now: Instant): EscalationStep {
  const text = textOf(step.state, id);
  const hand = text === undefined ? undefined : handOf(text, path);
  if (text === undefined || hand === undefined || hand.progress.status !== 'unknown') return step;
  const since = later(now, ANSWER_AFTER_STOP - (BLIND_AFTER[0] ?? 0));
  return { ...step, state: putText(step.state, progressed(text, hand, { ...hand.progress, since })) };
}

const isCallForHelp = ({ kind, purpose, via }: Text): boolean =>
  via === 'text' && isUrgent(kind) && (purpose === 'step' || purpose === 'last-resort');
