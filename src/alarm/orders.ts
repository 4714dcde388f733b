import type { ZoneId } from '../base/brand.ts';
import { between, type Instant, seconds } from '../base/time.ts';
import { unreachable } from '../base/unreachable.ts';
import { audienceOf, end, hide, shownAlarms } from './alarms.ts';
import { canBypass, isLower, readiness, set } from './arming.ts';
import { acknowledge, close, note } from './closing.ts';
import type { Answer, Ask, GivenCode, Order, PeopleChange, Person, Refusal, Vouched } from './events.ts';
import { countWrong, forgive, isLockedOut, lockedFor } from './lockout.ts';
import type { PanelPlan } from './plan.ts';
import { closeInstaller, may, openInstaller } from './roles.ts';
import type { Alarm, PanelState } from './state.ts';
import { also, change, record, reply, type Step } from './step.ts';
import { onDuress, onPanic } from './trips.ts';
import { beginWalk, endWalk, isAtRest } from './walk.ts';

/** How long an order's id is remembered against replay; at least 10 s is promised. */
const REMEMBERED = seconds(30);
/** Ids remembered at once; beyond it the oldest is forgotten. */
const MOST_REMEMBERED = 256;

type ArmAsk = Extract<Ask, { action: 'arm' }>;
interface Facts {
  readonly enrolled: boolean;
  readonly mayArm: boolean;
}

const yes = (warnings: readonly string[] = []): Answer => ({ ok: true, warnings });
const no = (error: Refusal): Answer => ({ ok: false, error });
const lockedOut = ({ state }: Step, { source }: Order, now: Instant): Answer => ({
  ok: false,
  error: 'locked_out',
  waits: lockedFor(state, source, now),
});

/** An order as it came, before its code is looked at. */
export function onOrdered(plan: PanelPlan, step: Step, order: Order, facts: Facts, now: Instant): Step {
  const { ask } = order;
  if (isRepeated(step, order, now)) return reply(step, order.replyTo, no('bad_request'));
  const noted = remember(step, order, now);
  if (ask.action === 'panic') return onPanicOrder(plan, noted, order, ask.silent, now);
  const needsPeople = ask.action === 'arm' || ask.action === 'identify';
  if (needsPeople && !facts.enrolled) return reply(noted, order.replyTo, no('no_users'));
  if (order.hasCode) return also(noted, { type: 'check-code', order });
  if (order.vouched !== undefined) return onVouched(plan, noted, order, order.vouched, facts, now);
  if (ask.action === 'arm' && needsNoCode(plan, noted, ask)) return arm(plan, noted, order, ask, null, facts, now);
  return reply(noted, order.replyTo, no('bad_code'));
}

/** A session stands for its person, but not for a code that is asked for each time. */
function onVouched(plan: PanelPlan, step: Step, order: Order, by: Vouched, facts: Facts, now: Instant): Step {
  const { ask } = order;
  const asksForCode = ask.action === 'disarm' || ask.action === 'identify';
  const lower = ask.action === 'arm' && by.code === 'old' && isLower(plan, step.state, ask.mode, ask.bypass);
  if (asksForCode || lower) return reply(step, order.replyTo, no('bad_code'));
  return carryOut(plan, step, order, by, facts, now);
}

/** Answered word for word as an order to set the mode in force would be, and nothing to see. */
function onPanicOrder(plan: PanelPlan, step: Step, order: Order, silent: boolean, now: Instant): Step {
  const zones = order.replyTo.via === 'keypad' ? [order.replyTo.device as string as ZoneId] : [];
  const called = onPanic(plan, step, { silent, zones }, now);
  return reply(called, order.replyTo, silent && refusesArming(step.state) ? no('not_allowed') : yes());
}

/** While an entry delay runs or an alarm sounds nothing is armed. */
const refusesArming = (state: PanelState): boolean =>
  state.sounding !== null || (state.set !== null && state.set.entry !== null);

const needsNoCode = (plan: PanelPlan, step: Step, ask: ArmAsk): boolean =>
  plan.quickArm && !isLower(plan, step.state, ask.mode, ask.bypass);

function isRepeated(step: Step, order: Order, now: Instant): boolean {
  return step.state.recent.some((one) => one.id === order.id && between(one.at, now) <= REMEMBERED);
}

function remember(step: Step, order: Order, now: Instant): Step {
  if (order.id === null) return step;
  const fresh = step.state.recent.filter((one) => between(one.at, now) <= REMEMBERED);
  return change(step, { recent: [...fresh, { id: order.id, at: now }].slice(-MOST_REMEMBERED) });
}

/** The code is somebody's. In a lockout it is refused like any other, but a duress code still calls for help. */
export function onCodeVerified(
  plan: PanelPlan,
  step: Step,
  order: Order,
  given: { readonly person: Person; readonly duress: boolean; readonly mayArm: boolean },
  now: Instant,
): Step {
  const help = given.duress ? onDuress(plan, step, order.source, now) : step;
  if (isLockedOut(step.state, order.source, now))
    return naming(reply(help, order.replyTo, lockedOut(step, order, now)), given);
  const known = forgive(help, order.source);
  return naming(carryOut(plan, known, order, given, { enrolled: true, mayArm: given.mayArm }, now), given);
}

/** A caller within this process gets to know whose code it was, whatever came of it. */
function naming({ state, effects }: Step, { person, duress }: GivenCode): Step {
  const named = effects.map((effect) =>
    effect.type === 'reply' && effect.to.via === 'call'
      ? { ...effect, answer: { ...effect.answer, given: { person, duress } } }
      : effect,
  );
  return { state, effects: named };
}

/** Does what somebody known has asked, if their role allows it. */
function carryOut(plan: PanelPlan, step: Step, order: Order, given: GivenCode, facts: Facts, now: Instant): Step {
  const { ask } = order;
  switch (ask.action) {
    case 'arm':
      return arm(plan, step, order, ask, given.person, facts, now);
    case 'disarm':
      return disarm(step, order, given.person, given.duress ? 'duress' : 'true', now);
    case 'identify':
      return identify(step, order, given);
    case 'acknowledge':
    case 'close':
      return onShownAlarm(step, order, ask, given, now);
    case 'open-installer':
      if (!may(step.state, 'installer', given.person, now)) return reply(step, order.replyTo, no('not_allowed'));
      return reply(openInstaller(step, ask.length, given.person, now), order.replyTo, yes());
    case 'close-installer':
      if (!may(step.state, 'leave', given.person, now)) return reply(step, order.replyTo, no('not_allowed'));
      return reply(closeInstaller(plan, step, given.person, now), order.replyTo, yes());
    case 'walk-test':
    case 'end-walk-test':
      return onWalk(plan, step, order, ask, given, now);
    case 'people-changed':
      return reply(peopleChanged(plan, step, ask.what, given.person, now), order.replyTo, yes());
    case 'panic':
      return step;
    default:
      return unreachable(ask);
  }
}

function identify(step: Step, order: Order, given: GivenCode): Step {
  const noted = record(step, 'signed-in', { by: given.person.id, source: order.source });
  return reply(noted, order.replyTo, yes());
}

/** It has happened already, so nobody's leave is asked: it is written down. */
function peopleChanged(plan: PanelPlan, step: Step, what: PeopleChange, by: Person, now: Instant): Step {
  const { type, ...data } = what;
  const noted = record(step, type, { by: by.id, ...data });
  return type === 'locks-changed' ? closeInstaller(plan, noted, by, now) : noted;
}

/** A silent or hidden alarm is answered like one that never was. */
function onShownAlarm(
  step: Step,
  order: Order,
  ask: Extract<Ask, { action: 'acknowledge' | 'close' }>,
  { person, duress }: GivenCode,
  now: Instant,
): Step {
  if (!may(step.state, ask.action, person, now)) return reply(step, order.replyTo, no('not_allowed'));
  const alarm = shownAlarms(step.state).find((one) => one.id === ask.alarm);
  if (alarm === undefined) return reply(step, order.replyTo, no('bad_request'));
  const noted = note(step, alarm, person.id, ask.note);
  const how = duress ? 'under-threat' : 'truly';
  const done = ask.action === 'close' ? close(noted, alarm, person.id, how) : acknowledge(noted, alarm, person.id);
  return reply(done, order.replyTo, yes());
}

function onWalk(
  plan: PanelPlan,
  step: Step,
  order: Order,
  ask: Extract<Ask, { action: 'walk-test' | 'end-walk-test' }>,
  given: GivenCode,
  now: Instant,
): Step {
  if (!may(step.state, 'walk', given.person, now)) return reply(step, order.replyTo, no('not_allowed'));
  if (ask.action === 'end-walk-test') return reply(endWalk(plan, step, given.person.id, now), order.replyTo, yes());
  if (!isAtRest(step.state)) return reply(step, order.replyTo, no('not_allowed'));
  return reply(beginWalk(step, ask.length, given, now), order.replyTo, yes());
}

export function onCodeWrong(step: Step, order: Order, now: Instant): Step {
  if (isLockedOut(step.state, order.source, now)) return reply(step, order.replyTo, lockedOut(step, order, now));
  return reply(countWrong(step, order.source, now), order.replyTo, no('bad_code'));
}

function arm(
  plan: PanelPlan,
  step: Step,
  order: Order,
  ask: ArmAsk,
  person: Person | null,
  facts: Facts,
  now: Instant,
): Step {
  const refuse = (answer: Answer): Step => reply(step, order.replyTo, answer);
  const { state } = step;
  if (person !== null && !may(state, 'arm', person, now)) return refuse(no('not_allowed'));
  if (refusesArming(state)) return refuse(no('not_allowed'));
  if (!ask.bypass.every((id) => canBypass(plan, state, id))) return refuse(no('bad_request'));
  if (state.set?.mode === ask.mode) return refuse(yes());
  if (!facts.mayArm) return refuse(no('not_allowed'));
  const left = state.set === null ? ask.bypass : [...state.bypassed, ...ask.bypass];
  const ready = readiness(plan, state, ask.mode, left);
  if (ready.blocking.length > 0) return refuse({ ok: false, error: 'zones_open', zones: ready.blocking });
  return reply(set(plan, step, ask.mode, ask.bypass, person, now), order.replyTo, yes(ready.warnings));
}

/** Which code it was decides what ends outside; on site both leave the same rows and the same state. */
function disarm(step: Step, order: Order, person: Person, code: 'true' | 'duress', now: Instant): Step {
  if (!may(step.state, 'disarm', person, now)) return reply(step, order.replyTo, no('not_allowed'));
  const { state } = step;
  const unset = change(step, { set: null, sounding: null, bypassed: [], forced: {}, changedBy: changer(step, person) });
  const noted =
    state.set === null && state.sounding === null
      ? unset
      : record(unset, 'disarmed', { by: person.id, source: order.source });
  const ended = state.alarms.reduce((next, alarm) => endByCode(next, alarm, person, code), noted);
  return reply(ended, order.replyTo, yes());
}

/** A code that changes nothing does not claim to have changed it. */
function changer(step: Step, person: Person): string | null {
  const { set: current, sounding, changedBy } = step.state;
  return current === null && sounding === null ? changedBy : person.name;
}

function endByCode(step: Step, alarm: Alarm, person: Person, code: 'true' | 'duress'): Step {
  if (alarm.kind === 'duress') return step;
  if (alarm.kind === 'personal' && person.role !== 'resident') return step;
  if (code === 'true') return end(step, alarm, 'code', person.id);
  return audienceOf(alarm) === 'sealed' ? step : hide(step, alarm, 'code', person.id);
}
