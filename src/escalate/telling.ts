import type { Alarm } from '../alarm/state.ts';
import type { AlarmId, ContactId } from '../base/brand.ts';
import { type Instant, isDue, sooner } from '../base/time.ts';
import { HAND_OFF_BY, MAX_FORMER, MAX_RINGS, MAX_TELLINGS, TAKEN_BY, TEXT_LIFE } from './bounds.ts';
import { chain, each } from './chain.ts';
import type { EscalationStep, TellingPlan } from './events.ts';
import { lastHold } from './hands.ts';
import { cancel, enqueue, hide, isOfTelling, tellingRow, underDuress, waiting } from './outbox.ts';
import type { EscalationPlan, Via } from './plan.ts';
import type { Due, EscalationState, Telling } from './state.ts';
import { isLive, isUrgent, later, putTelling, putText, still, tellingOf } from './step.ts';

/** How many fresh random 4-digit numbers `told` and `test-asked` want, so that nobody gets one he has already. */
export const numbersNeeded = (plan: EscalationPlan): number => 2 * plan.contacts.size + 8;

/** Starts the steps, or starts them afresh under new numbers. */
export function onTold(
  plan: TellingPlan,
  state: EscalationState,
  alarm: Alarm,
  numbers: readonly string[],
  now: Instant,
): EscalationStep {
  const silent = alarm.silent || alarm.hidden;
  return chain(
    state,
    (s) => (silent ? onHidden(plan, s, alarm.id, now) : still(s)),
    // Whoever was just told that it is settled must hear nothing more of the kind.
    (s) => (alarm.kind === 'duress' ? cancel(s, ({ purpose }) => purpose === 'stand-down') : still(s)),
    (s) => {
      const before = tellingOf(s, alarm.id);
      const telling = startOf(plan, alarm, before, numbers, now);
      const tellings = [...s.tellings.filter(({ alarm: id }) => id !== alarm.id), telling];
      return still({ ...s, tellings }, tellingRow('telling-started', telling));
    },
    shedTelling,
  );
}

function startOf(
  plan: TellingPlan,
  alarm: Alarm,
  before: Telling | undefined,
  numbers: readonly string[],
  now: Instant,
): Telling {
  const dues = duesOf(plan, alarm, now);
  const first = plan.paths.length === 0 ? null : dues.map(({ next }) => next).reduce(sooner, null);
  return {
    alarm: alarm.id,
    kind: alarm.kind,
    zones: alarm.zones.slice(0, 8),
    silent: alarm.silent || alarm.hidden,
    dues,
    lastResort: plan.lastResort === null ? null : later(now, plan.lastResort),
    handOffBy: first === null ? null : later(first, HAND_OFF_BY),
    takenBy: first === null ? null : later(first, TAKEN_BY),
    pool: numbers.slice(0, numbersNeeded(plan)),
    numbers: {},
    former: formerOf(before),
    answered: [],
    reached: [],
    delivered: [],
    reachedBefore: before === undefined ? [] : everReached(before),
    rung: {},
    hinted: before?.hinted ?? [],
  };
}

const everReached = ({ reached, reachedBefore }: Telling): readonly ContactId[] => [
  ...new Set([...reachedBefore, ...reached]),
];

function formerOf(before: Telling | undefined): Telling['former'] {
  if (before === undefined) return [];
  const last = Object.entries(before.numbers).map(([contact, number]) => ({ contact: contact as ContactId, number }));
  return [...last, ...before.former].slice(0, MAX_FORMER);
}

const isFor = (plan: TellingPlan, contact: ContactId, kind: Alarm['kind']): boolean =>
  plan.contacts.get(contact)?.alarms.has(kind) ?? false;

function duesOf(plan: TellingPlan, alarm: Alarm, now: Instant): readonly Due[] {
  return plan.steps[alarm.kind].flatMap((step) =>
    step.notify
      .filter((contact) => isFor(plan, contact, alarm.kind))
      .map((contact) => ({
        contact,
        next: later(now, step.after),
        left: step.repeat,
        every: step.every,
        begun: false,
      })),
  );
}

/** Far more alarms at once than a panel has: the oldest gives way, an ordinary one first. */
function shedTelling(state: EscalationState): EscalationStep {
  if (state.tellings.length <= MAX_TELLINGS) return still(state);
  const oldest = state.tellings.find(({ kind }) => !isUrgent(kind)) ?? state.tellings[0];
  if (oldest === undefined) return still(state);
  const tellings = state.tellings.filter((telling) => telling !== oldest);
  return still({ ...state, tellings }, tellingRow('telling-shed', oldest));
}

/** Stops telling. Texts already handed over are still watched. */
export function onStopped(
  plan: TellingPlan,
  state: EscalationState,
  alarm: AlarmId,
  why: 'code' | 'closure' | 'expired',
  now: Instant,
): EscalationStep {
  const telling = tellingOf(state, alarm);
  if (telling === undefined) return still(state);
  const without: EscalationState = { ...state, tellings: state.tellings.filter((other) => other !== telling) };
  const told = toldOf(state, telling);
  return chain(
    without,
    (s) => still(s, tellingRow('telling-stopped', telling, { why })),
    (s) => cancel(s, (text) => text.alarm === alarm && isOfTelling(text)),
    (s) => (why === 'expired' ? tellExpiry(plan, s, telling, now) : still(s)),
    (s) => (why === 'code' ? standDown(plan, s, telling, told, now) : still(s)),
  );
}

/** Contacts who have heard of it, or may have. */
function toldOf(state: EscalationState, telling: Telling): readonly ContactId[] {
  const under = state.texts.filter(({ alarm, hands }) => alarm === telling.alarm && hands.some(isLive));
  return [...new Set([...everReached(telling), ...under.map(({ contact }) => contact)])];
}

/**
 * Who was told hears that it was ended by a code. Always under seal: the same alarm ended by a duress code sends no such
 * text, and on site that must not show. While anyone is under duress it is not said at all.
 */
function standDown(
  plan: TellingPlan,
  state: EscalationState,
  telling: Telling,
  told: readonly ContactId[],
  now: Instant,
): EscalationStep {
  if (underDuress(state)) return still(state);
  const { alarm, kind, zones } = telling;
  const words = { alarm, kind, zones, purpose: 'stand-down', silent: true, number: null } as const;
  const contacts = told.filter((contact) => isFor(plan, contact, kind));
  return each(state, contacts, (s, contact) => enqueue(plan, s, { ...words, contact }, now));
}

/** Everyone who was told hears that nobody ended it. */
function tellExpiry(plan: TellingPlan, state: EscalationState, telling: Telling, now: Instant): EscalationStep {
  const told = new Set([...Object.keys(telling.numbers), ...telling.former.map(({ contact }) => contact)]);
  const contacts = [...told].map((id) => id as ContactId).filter((id) => isFor(plan, id, telling.kind));
  const { alarm, kind, silent, zones } = telling;
  return each(state, contacts, (s, contact) =>
    enqueue(plan, s, { contact, alarm, kind, purpose: 'expired', silent, number: null, zones }, now),
  );
}

/** The same rows as a stop by a code, and from then on everything under seal. */
export function onHidden(plan: TellingPlan, state: EscalationState, alarm: AlarmId, now: Instant): EscalationStep {
  const telling = tellingOf(state, alarm);
  if (telling === undefined || telling.silent) return still(state);
  const shown = state.texts.filter((text) => text.alarm === alarm && !text.silent && isOfTelling(text));
  return chain(
    putTelling(state, { ...telling, silent: true }),
    (s) => still(s, tellingRow('telling-stopped', telling, { why: 'code' })),
    (s) => each(s, shown, (current, text) => hide(plan, current, text, lastHold(text), now)),
  );
}

/** Runs every step that is due. */
export function settleTellings(plan: TellingPlan, state: EscalationState, now: Instant): EscalationStep {
  return each(state, state.tellings, (s, { alarm }) => {
    const telling = tellingOf(s, alarm);
    return telling === undefined ? still(s) : runSteps(plan, s, telling, now);
  });
}

function runSteps(plan: TellingPlan, state: EscalationState, telling: Telling, now: Instant): EscalationStep {
  const due = telling.dues.filter(({ next }) => isDue(next, now));
  const last = telling.lastResort !== null && isDue(telling.lastResort, now);
  const unheard = last && telling.answered.length === 0;
  if (due.length === 0 && !last) return still(state);
  const everyone = last ? [...plan.contacts.keys()].filter((id) => isFor(plan, id, telling.kind)) : [];
  // One text a contact, however many steps came due together while the hub was away.
  const others = [...new Set(due.map(({ contact }) => contact))].filter((contact) => !everyone.includes(contact));
  const advanced = putTelling(state, {
    ...telling,
    dues: telling.dues.flatMap((one) => (isDue(one.next, now) ? advance(one, now) : [one])),
    lastResort: last ? null : telling.lastResort,
  });
  return chain(
    advanced,
    (s) => (last ? still(s, tellingRow('last-resort', telling)) : still(s)),
    (s) => (unheard ? still(s, missed(telling, 'answer')) : still(s)),
    (s) => each(s, everyone, (current, contact) => tell(plan, current, telling.alarm, contact, 'last-resort', now)),
    (s) => each(s, others, (current, contact) => tell(plan, current, telling.alarm, contact, 'step', now)),
  );
}

/** Repeats keep their rhythm; those missed while the hub was away come one after another, never together. */
function advance(due: Due, now: Instant): readonly Due[] {
  if (due.left <= 1) return [];
  const planned = later(due.next, due.every);
  // A rhythm of nothing would never end within one step.
  const next = planned > now ? planned : later(now, Math.max(due.every, 1));
  return [{ ...due, next, left: due.left - 1, begun: true }];
}

/** A time by which something should have happened has gone by. */
const missed = (telling: Telling, what: 'hand-off' | 'taken' | 'answer') =>
  tellingRow('telling-missed', telling, { what });

/** Says once of each start that nothing was handed over in time, or nothing taken. */
export function settleMissed(state: EscalationState, now: Instant): EscalationStep {
  return each(state, state.tellings, (s, telling) => {
    const late = {
      handOff: telling.handOffBy !== null && isDue(telling.handOffBy, now),
      taken: telling.takenBy !== null && isDue(telling.takenBy, now),
    };
    if (!late.handOff && !late.taken) return still(s);
    const told = {
      ...telling,
      handOffBy: late.handOff ? null : telling.handOffBy,
      takenBy: late.taken ? null : telling.takenBy,
    };
    return still(
      putTelling(s, told),
      ...(late.handOff ? [missed(telling, 'hand-off')] : []),
      ...(late.taken ? [missed(telling, 'taken')] : []),
    );
  });
}

type Call = 'step' | 'last-resort';

function tell(
  plan: TellingPlan,
  state: EscalationState,
  alarm: AlarmId,
  contact: ContactId,
  purpose: Call,
  now: Instant,
): EscalationStep {
  const before = tellingOf(state, alarm);
  if (before === undefined || !isFor(plan, contact, before.kind)) return still(state);
  return chain(giveNumber(state, before, contact), (s) =>
    each(s, viaOf(plan, contact, before), (current, via) => queue(plan, current, alarm, contact, purpose, via, now)),
  );
}

/** A fault is not worth a night; and where no path can ring, words are better than nothing. */
function viaOf(plan: TellingPlan, contact: ContactId, { kind }: Telling): readonly Via[] {
  const via = plan.contacts.get(contact)?.via ?? ['text'];
  const rings = plan.paths.some((path) => path.rings) && kind !== 'fault' && kind !== 'test';
  const possible = via.filter((one) => one === 'text' || rings);
  return possible.length === 0 ? ['text'] : possible;
}

function queue(
  plan: TellingPlan,
  state: EscalationState,
  alarm: AlarmId,
  contact: ContactId,
  purpose: Call,
  via: Via,
  now: Instant,
): EscalationStep {
  const telling = tellingOf(state, alarm);
  if (telling === undefined) return still(state);
  const queued = waiting(state, telling, contact, via);
  // The same words are still on their way out: one text says it as well as two. It gives way to the stronger purpose.
  if (queued !== undefined) {
    // The last resort does not wait for what held the step back: a contact's hours, or the time before another try.
    const manner = via === 'text' ? 'race' : 'order';
    const stronger = purpose === 'last-resort' ? ({ purpose, manner, notBefore: now } as const) : {};
    const merged = { ...queued, ...stronger };
    const expires = later(merged.notBefore > now ? merged.notBefore : now, TEXT_LIFE);
    return still(putText(state, { ...merged, expires }));
  }
  const rung = telling.rung[contact] ?? 0;
  if (via === 'call' && rung >= (purpose === 'last-resort' ? MAX_RINGS : MAX_RINGS - 1)) return still(state);
  const number = telling.numbers[contact] ?? null;
  const { kind, silent, zones } = telling;
  // Whoever was reached and has not answered is told over every path: the one before may only say that it delivered.
  const again = telling.reached.includes(contact) ? ({ manner: 'race' } as const) : {};
  const counted =
    via === 'call' ? putTelling(state, { ...telling, rung: { ...telling.rung, [contact]: rung + 1 } }) : state;
  return chain(
    counted,
    // An earlier start's text that never left would only ask for the wrong number.
    (s) =>
      cancel(
        s,
        (text) =>
          text.alarm === alarm &&
          text.contact === contact &&
          text.via === via &&
          (text.purpose === 'step' || text.purpose === 'last-resort') &&
          !text.hands.some(isLive),
      ),
    (s) => enqueue(plan, s, { contact, alarm, kind, purpose, via, silent, number, zones, ...again }, now),
  );
}

/** The contact's number for this start of the steps: one he was never given for anything that still runs. */
function giveNumber(state: EscalationState, telling: Telling, contact: ContactId): EscalationState {
  if (telling.numbers[contact] !== undefined) return state;
  const known = numbersOf(state, contact);
  const number = telling.pool.find((one) => !known.includes(one));
  if (number === undefined) return state;
  const pool = telling.pool.filter((one) => one !== number);
  return putTelling(state, { ...telling, pool, numbers: { ...telling.numbers, [contact]: number } });
}

/** Every number that means something when this contact sends it. */
export function numbersOf(state: EscalationState, contact: ContactId): readonly string[] {
  const told = state.tellings.flatMap(({ numbers, former }) => [
    numbers[contact],
    ...former.filter((one) => one.contact === contact).map(({ number }) => number),
  ]);
  return [...told, state.test?.numbers[contact]].filter((number) => number !== undefined);
}

/** When the steps next have something to do. */
export function tellingDeadline(state: EscalationState): Instant | null {
  return state.tellings
    .flatMap(({ dues, lastResort, handOffBy, takenBy }) => [
      lastResort,
      handOffBy,
      takenBy,
      ...dues.map(({ next }) => next),
    ])
    .reduce(sooner, null);
}
