import type { ContactId } from '../base/brand.ts';
import { type Instant, sooner } from '../base/time.ts';
import { unreachable } from '../base/unreachable.ts';
import { chain, each } from './chain.ts';
import type { EscalationEvent, EscalationStep, TellingPlan } from './events.ts';
import { fetchDeadline, onArrived, onFetchEnded, refetch, settleFetching } from './fetching.ts';
import { onFindEnded, onRestarted, onSendEnded, onStatusEnded } from './hands.ts';
import { enqueue } from './outbox.ts';
import { onProveAsked, onProvingRestarted, settleProofs } from './proving.ts';
import { onTextsIn } from './replies.ts';
import { settleReports } from './reports.ts';
import { settleTexts, textDeadlines } from './sending.ts';
import type { EscalationState } from './state.ts';
import { record, still } from './step.ts';
import { numbersOf, onHidden, onStopped, onTold, settleMissed, settleTellings, tellingDeadline } from './telling.ts';

/**
 * Who is told next, until someone answers. Every event also lets due time pass, so the first texts of an alarm leave in
 * the same step as `told`. Never throws, whatever the order of events; late and double answers are passed over.
 */
export function escalate(
  plan: TellingPlan,
  state: EscalationState,
  event: EscalationEvent,
  now: Instant,
): EscalationStep {
  return chain(
    state,
    (s) => onEvent(plan, s, event, now),
    (s) => settleFetching(plan, s, now),
    (s) => settleReports(plan, s, now),
    (s) => settleTellings(plan, s, now),
    (s) => settleProofs(plan, s, now),
    (s) => settleTexts(plan, s, now),
    (s) => settleMissed(s, now),
  );
}

/** When it wants a `tick`; null: only an event can bring something. Always later than the step that led here. */
export function deadline(state: EscalationState): Instant | null {
  return [tellingDeadline(state), fetchDeadline(state), ...textDeadlines(state)].reduce(sooner, null);
}

function onEvent(plan: TellingPlan, state: EscalationState, event: EscalationEvent, now: Instant): EscalationStep {
  switch (event.type) {
    case 'told':
      return onTold(plan, state, event.alarm, event.numbers, now);
    case 'stopped':
      return onStopped(plan, state, event.alarm, event.why, now);
    case 'hidden':
      return onHidden(plan, state, event.alarm, now);
    case 'send-ended':
      return onSendEnded(plan, state, event.text, event.path, event.result, now);
    case 'find-ended':
      return onFindEnded(plan, state, event.text, event.path, event.result, now);
    case 'status-ended':
      return onStatusEnded(plan, state, event.text, event.path, event.result, now);
    case 'texts-in':
      return onTextsIn(plan, state, event.path, event.texts, now);
    case 'fetch-ended':
      return onFetchEnded(state, event.path, event.look, event.ok, now);
    case 'arrived':
      return onArrived(state, event.path);
    case 'restarted':
      return onRestarted(plan, onProvingRestarted(plan, refetch(state)), now);
    case 'test-asked':
      return onTestAsked(plan, state, event.numbers, now);
    case 'prove-asked':
      return onProveAsked(plan, state, event.contact, now);
    case 'tick':
      return still(state);
    default:
      return unreachable(event);
  }
}

/** A marked test to every contact, whatever kinds of alarm they take. */
function onTestAsked(plan: TellingPlan, state: EscalationState, pool: readonly string[], now: Instant): EscalationStep {
  const contacts = [...plan.contacts.keys()];
  const given = contacts.flatMap((contact, index) => {
    const known = numbersOf(state, contact);
    const number = pool.filter((one) => !known.includes(one))[index];
    return number === undefined ? [] : [[contact, number] as const];
  });
  const numbers: Readonly<Record<ContactId, string>> = Object.fromEntries(given);
  const asked: EscalationState = { ...state, test: { at: now, numbers } };
  return chain(
    asked,
    (s) => still(s, record('test-started', { contacts: contacts.length }, 'local')),
    (s) =>
      each(s, contacts, (current, contact) => {
        const number = numbers[contact] ?? null;
        const words = {
          contact,
          alarm: null,
          kind: 'test',
          purpose: 'test',
          silent: false,
          number,
          zones: [],
        } as const;
        return enqueue(plan, current, words, now);
      }),
  );
}
