import type { Alarm } from '../alarm/state.ts';
import type { AlarmId, ContactId } from '../base/brand.ts';
import { type Instant, isDue, sooner } from '../base/time.ts';
import { MAX_FORMER, MAX_TELLINGS, TEXT_LIFE } from './bounds.ts';
import type { EscalationStep, TellingPlan } from './events.ts';
import { cancelQueued, enqueue, hideQueued, tellingRow, waiting } from './outbox.ts';
import type { Due, EscalationState, Telling, TextPurpose } from './state.ts';
import { chain, each, isUrgent, later, putTelling, putText, still, tellingOf } from './step.ts';

/** How many fresh random 4-digit numbers `told` and `test-asked` want, so that nobody gets one he has already. */
export const numbersNeeded = (plan: TellingPlan): number => 2 * plan.contacts.size + 8;

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
    (s) => (silent ? onHidden(s, alarm.id) : still(s)),
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
  return {
    alarm: alarm.id,
    kind: alarm.kind,
    zones: alarm.zones.slice(0, 8),
    silent: alarm.silent || alarm.hidden,
    dues: duesOf(plan, alarm, now),
    lastResort: plan.lastResort === null ? null : later(now, plan.lastResort),
    pool: numbers.slice(0, numbersNeeded(plan)),
    numbers: {},
    former: formerOf(before),
    answered: [],
    reached: [],
    hinted: before?.hinted ?? [],
  };
}

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
  const tellings = state.tellings.filter((other) => other !== telling);
  return chain(
    { ...state, tellings },
    (s) => still(s, tellingRow('telling-stopped', telling, { why })),
    (s) => cancelQueued(s, (text) => text.alarm === alarm && isOfTelling(text.purpose)),
    (s) => (why === 'expired' ? tellExpiry(plan, s, telling, now) : still(s)),
  );
}

const isOfTelling = (purpose: TextPurpose): boolean => purpose === 'step' || purpose === 'last-resort';

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
export function onHidden(state: EscalationState, alarm: AlarmId): EscalationStep {
  const telling = tellingOf(state, alarm);
  if (telling === undefined || telling.silent) return still(state);
  return chain(
    putTelling(state, { ...telling, silent: true }),
    (s) => still(s, tellingRow('telling-stopped', telling, { why: 'code' })),
    (s) => hideQueued(s, alarm),
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

function tell(
  plan: TellingPlan,
  state: EscalationState,
  alarm: AlarmId,
  contact: ContactId,
  purpose: 'step' | 'last-resort',
  now: Instant,
): EscalationStep {
  const before = tellingOf(state, alarm);
  if (before === undefined || !isFor(plan, contact, before.kind)) return still(state);
  const numbered = giveNumber(state, before, contact);
  const telling = tellingOf(numbered, alarm) ?? before;
  const queued = waiting(numbered, telling, contact);
  // The same words are still on their way out: one text says it as well as two. It gives way to the stronger purpose.
  if (queued !== undefined) {
    const stronger = purpose === 'last-resort' ? purpose : queued.purpose;
    return still(putText(numbered, { ...queued, purpose: stronger, expires: later(now, TEXT_LIFE) }));
  }
  const number = telling.numbers[contact] ?? null;
  const { kind, silent, zones } = telling;
  return chain(
    numbered,
    // An earlier start's text that never left would only ask for the wrong number.
    (s) => cancelQueued(s, (text) => text.alarm === alarm && text.contact === contact && isOfTelling(text.purpose)),
    (s) => enqueue(plan, s, { contact, alarm, kind, purpose, silent, number, zones }, now),
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
    .flatMap(({ dues, lastResort }) => [lastResort, ...dues.map(({ next }) => next)])
    .reduce(sooner, null);
}
