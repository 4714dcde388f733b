import type { TextId } from '../base/brand.ts';
import { between, type Instant, isDue } from '../base/time.ts';
import { ANSWER_TIME, BLIND_AFTER, MAX_SENDING, TEXT_LIFE } from './bounds.ts';
import { chain, each } from './chain.ts';
import type { EscalationStep, TellingPlan } from './events.ts';
import { isUp } from './fetching.ts';
import { conclude, doubt, goOn, isHeld, lastHold, statusTimes, unconfirmed } from './hands.ts';
import { peaceLeft } from './hours.ts';
import { enqueue, isWanted, strip, waiting, waysLeft, wordsOf } from './outbox.ts';
import type { PathId } from './plan.ts';
import type { EscalationState, Hand, HandProgress, Text } from './state.ts';
import {
  dropText,
  handOf,
  isUrgent,
  later,
  orderOf,
  progressed,
  putTelling,
  putText,
  still,
  tellingOf,
  textOf,
  textRow,
  unopened,
} from './step.ts';

// Time passes for the texts in the outbox, and what may go is handed over.

type Unknown = HandProgress & { readonly status: 'unknown' };
type Accepted = HandProgress & { readonly status: 'accepted' };

/** Lets time pass for every text, then sends what may go. */
export function settleTexts(plan: TellingPlan, state: EscalationState, now: Instant): EscalationStep {
  return chain(
    state,
    (s) => each(s, s.texts, (current, { id }) => settleText(plan, current, id, now)),
    (s) => dispatch(plan, s, now),
  );
}

function settleText(plan: TellingPlan, state: EscalationState, id: TextId, now: Instant): EscalationStep {
  const hands = textOf(state, id)?.hands ?? [];
  return chain(
    state,
    (s) => each(s, hands, (current, { path }) => settleHand(plan, current, id, path, now)),
    (s) => expire(plan, s, id, now),
    (s) => conclude(plan, s, id, now),
  );
}

function settleHand(plan: TellingPlan, state: EscalationState, id: TextId, path: PathId, now: Instant): EscalationStep {
  const text = textOf(state, id);
  const hand = text === undefined ? undefined : handOf(text, path);
  if (text === undefined || hand === undefined) return still(state);
  const { progress } = hand;
  switch (progress.status) {
    case 'sending':
      return isDue(later(progress.since, ANSWER_TIME), now)
        ? chain(
            state,
            (s) => doubt(plan, s, text, hand, 'no answer came', now),
            (s) => settleHand(plan, s, id, path, now),
          )
        : still(state);
    case 'unknown':
      return settleUnknown(plan, state, text, hand, progress, now);
    case 'accepted':
      return settleAccepted(state, text, hand, progress, now);
    default:
      return still(state);
  }
}

function blindAt({ blind }: Hand, progress: Unknown): Instant | null {
  const wait = BLIND_AFTER[blind];
  return wait === undefined ? null : later(progress.since, wait);
}

function settleUnknown(
  plan: TellingPlan,
  state: EscalationState,
  text: Text,
  hand: Hand,
  progress: Unknown,
  now: Instant,
): EscalationStep {
  if (isDue(text.expires, now)) return still(state);
  const blind = blindAt(hand, progress);
  if (blind !== null && isDue(blind, now)) {
    return goOn(plan, state, text, { ...hand, blind: hand.blind + 1 }, now, now);
  }
  if (!isDue(progress.answerBy ?? progress.askAt, now)) return still(state);
  const asking = { ...progress, answerBy: later(now, ANSWER_TIME), asks: progress.asks + 1 };
  const order = orderOf(plan, text, now);
  const find = { type: 'find', text: order, path: hand.path, since: text.created } as const;
  return still(putText(state, progressed(text, hand, asking)), find);
}

const nextStatusAt = (text: Text, progress: Accepted): Instant =>
  progress.answerBy ?? later(progress.since, statusTimes(text)[progress.asks] ?? 0);

function settleAccepted(
  state: EscalationState,
  text: Text,
  hand: Hand,
  progress: Accepted,
  now: Instant,
): EscalationStep {
  if (!isDue(nextStatusAt(text, progress), now)) return still(state);
  if (progress.answerBy !== null) {
    // The question got no answer at all; the next one follows at its own time.
    const lost = { ...progress, answerBy: null };
    const step = unconfirmed(state, text.id, hand.path, lost);
    const left = textOf(step.state, text.id);
    const kept = left === undefined ? undefined : handOf(left, hand.path);
    return left === undefined || kept === undefined || kept.progress.status !== 'accepted'
      ? step
      : chain(
          state,
          () => step,
          (s) => settleAccepted(s, left, kept, lost, now),
        );
  }
  const asking = { ...progress, answerBy: later(now, ANSWER_TIME), asks: progress.asks + 1 };
  const next = putText(state, progressed(text, hand, asking));
  return still(next, { type: 'ask-status', text: text.id, path: hand.path, sid: progress.sid });
}

/** Nobody has taken it, or may still say so. */
const isOutstanding = (text: Text): boolean =>
  waysLeft(text).length > 0 || text.hands.some(({ progress }) => progress.status === 'unknown');

const isInTheirHands = ({ progress }: Hand): boolean => progress.status === 'accepted' || progress.status === 'sending';

/** Too old to send. While its alarm still runs and its contact heard nothing, the news itself is not old: a fresh text. */
function expire(plan: TellingPlan, state: EscalationState, id: TextId, now: Instant): EscalationStep {
  const text = textOf(state, id);
  if (text === undefined || !isDue(text.expires, now) || !isOutstanding(text)) return still(state);
  if (text.hands.some(isInTheirHands)) return still(putText(state, inTheirHands(text)));
  const telling = tellingOf(state, text.alarm);
  const gone = still(dropText(state, id), textRow('expired', text));
  if (telling === undefined || telling.reached.includes(text.contact)) return gone;
  if (text.number !== (telling.numbers[text.contact] ?? null) || !isWanted(plan, state, text)) return gone;
  if (waiting(gone.state, telling, text.contact, text.via) !== undefined) return gone;
  return chain(
    state,
    () => gone,
    (s) => enqueue(plan, s, { ...wordsOf(text), silent: telling.silent }, now),
  );
}

function inTheirHands(text: Text): Text {
  const hands = text.hands.filter((hand) => isInTheirHands(hand) || hand.progress.status === 'over');
  return { ...text, hands, paths: hands.map(({ path }) => path) };
}

/** A call for help itself; what follows it may wait. */
const isCall = ({ kind, purpose }: Text): boolean =>
  isUrgent(kind) && (purpose === 'step' || purpose === 'last-resort');

/** Sends what is due: calls for help all and at once, the newest first; the others as places are free, the oldest first. */
function dispatch(plan: TellingPlan, state: EscalationState, now: Instant): EscalationStep {
  const ready = state.texts.filter((text) => nextWays(state, text, now).length > 0);
  const calls = ready.filter(isCall).toSorted((a, b) => b.created - a.created);
  const others = ready.filter((text) => !isCall(text));
  return each(state, [...calls, ...others], (s, { id }) => dispatchText(plan, s, id, now));
}

function dispatchText(plan: TellingPlan, state: EscalationState, id: TextId, now: Instant): EscalationStep {
  const text = textOf(state, id);
  if (text === undefined) return still(state);
  const ways = nextWays(state, text, now);
  if (ways.length === 0) return still(state);
  if (!isWanted(plan, state, text)) return strip(state, text);
  const peace = peaceLeft(plan, text);
  if (peace !== null) return hold(state, text, later(now, Math.max(peace, 1)));
  return each(state, ways, (s, path) => hand(plan, s, id, path, now));
}

/** The paths to hand it to now: in a race all that are ready, in order the next one that has a place. */
function nextWays(state: EscalationState, text: Text, now: Instant): readonly PathId[] {
  if (!isDue(text.notBefore, now) || isDue(text.expires, now) || isHeld(text, now)) return [];
  const ready = [...ranked(state, unopened(text)), ...queuedUntil(text, now)].filter((path) =>
    hasPlace(state, text, path),
  );
  return text.manner === 'race' ? ready : ready.slice(0, 1);
}

/** A path that is known to be dead is tried last, and always where it is the only one. */
const ranked = (state: EscalationState, paths: readonly PathId[]): readonly PathId[] => [
  ...paths.filter((path) => isUp(state, path)),
  ...paths.filter((path) => !isUp(state, path)),
];

const queuedUntil = (text: Text, now: Instant): readonly PathId[] =>
  text.hands
    .filter(({ progress }) => progress.status === 'queued' && isDue(progress.notBefore, now))
    .map(({ path }) => path);

/** Silent texts have places of their own: an ordinary one that waited for them would tell of them. */
function hasPlace(state: EscalationState, text: Text, path: PathId): boolean {
  if (isCall(text)) return true;
  const busy = state.texts.filter(
    (other) => other.silent === text.silent && !isCall(other) && handOf(other, path)?.progress.status === 'sending',
  );
  return busy.length < MAX_SENDING;
}

function hand(plan: TellingPlan, state: EscalationState, id: TextId, path: PathId, now: Instant): EscalationStep {
  const text = textOf(state, id);
  if (text === undefined) return still(state);
  const before = handOf(text, path) ?? { path, tries: 0, blind: 0, progress: { status: 'queued', notBefore: now } };
  const sending: Hand = { ...before, tries: before.tries + 1, progress: { status: 'sending', since: now } };
  const telling = tellingOf(state, text.alarm);
  const begun = telling === undefined ? state : putTelling(state, { ...telling, handOffBy: null });
  const next = putText(begun, progressed(text, sending, sending.progress));
  return still(next, { type: 'send', text: orderOf(plan, text, now), path });
}

/** Outside the contact's hours it waits, and is news again when they begin, if its alarm still runs by then. */
function hold(state: EscalationState, text: Text, until: Instant): EscalationStep {
  const held = { ...text, notBefore: until, expires: later(until, TEXT_LIFE) };
  const telling = tellingOf(state, text.alarm);
  const waits = telling === undefined ? state : putTelling(state, { ...telling, handOffBy: null, takenBy: null });
  return still(putText(waits, held), textRow('held', text, { forMs: between(text.notBefore, until) }));
}

/** When the outbox next has something to do by itself. */
export function textDeadlines(state: EscalationState): readonly Instant[] {
  return state.texts.flatMap((text) => [
    ...text.hands.flatMap((one) => handDeadlines(text, one)),
    ...(isOutstanding(text) && !text.hands.some(isInTheirHands) ? [text.expires] : []),
    ...wayDeadlines(state, text),
  ]);
}

function handDeadlines(text: Text, one: Hand): readonly Instant[] {
  const { progress } = one;
  switch (progress.status) {
    case 'sending':
      return [later(progress.since, ANSWER_TIME)];
    case 'unknown': {
      const blind = blindAt(one, progress);
      const ask = progress.answerBy ?? progress.askAt;
      return blind === null ? [ask] : [ask, blind];
    }
    case 'accepted':
      return [nextStatusAt(text, progress)];
    default:
      return [];
  }
}

/** When it may be handed over next. One that waits for a place is woken by the answer that frees it. */
function wayDeadlines(state: EscalationState, text: Text): readonly Instant[] {
  const held = lastHold(text);
  const free = [
    ...unopened(text).map((path) => ({ path, at: text.notBefore })),
    ...text.hands.flatMap(({ path, progress }) =>
      progress.status === 'queued' ? [{ path, at: latest(progress.notBefore, text.notBefore) }] : [],
    ),
  ].filter(({ path }) => hasPlace(state, text, path));
  const ways = free.map(({ at }) => (held === null ? at : latest(at, held)));
  const failed = text.hands.some(({ progress }) => progress.status === 'over' && progress.how === 'failed');
  return failed && held !== null && unopened(text).length === 0 ? [...ways, held] : ways;
}

const latest = (a: Instant, b: Instant): Instant => (a > b ? a : b);
