import type { AlarmId, ContactId } from '../base/brand.ts';
import type { EscalationPlan } from './plan.ts';
import type { EscalationState, Telling } from './state.ts';
import { isUrgent, tellingOf } from './step.ts';

/** How far telling one contact has come in this start of the steps. */
export interface Reach {
  readonly contact: ContactId;
  readonly is: 'waiting' | 'sent' | 'delivered' | 'answered';
}

/**
 * Whom this alarm is told to, as the config names them. It says no more than the rows of the same texts do, so whoever may
 * read those may see it; whether the alarm may be shown at all is the caller's to know.
 */
export function reachOf(
  plan: Pick<EscalationPlan, 'contacts'>,
  state: EscalationState,
  alarm: AlarmId,
): readonly Reach[] {
  const telling = tellingOf(state, alarm);
  if (telling === undefined) return [];
  return [...plan.contacts.keys()].flatMap((contact) => {
    const is = howFar(telling, contact);
    return is === null ? [] : [{ contact, is }];
  });
}

/** Null: nobody means to tell them, or not any more. */
function howFar(telling: Telling, contact: ContactId): Reach['is'] | null {
  if (telling.answered.some((one) => one.contact === contact)) return 'answered';
  if (telling.delivered.includes(contact)) return 'delivered';
  if (telling.reached.includes(contact)) return 'sent';
  // Where one answer is enough, whoever had heard nothing by then is left in peace.
  if (telling.answered.length > 0 && !isUrgent(telling.kind)) return null;
  const isMeant = telling.numbers[contact] !== undefined || telling.dues.some((due) => due.contact === contact);
  return isMeant ? 'waiting' : null;
}
