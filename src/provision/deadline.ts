import { dayNumber, dayOf, workingDaysAfter } from './days.ts';
import type { Referral, Urgency } from './referral.ts';

/** Until when it has to be fitted, and by which rule. */
export interface Deadline {
  /** The last day, `2026-11-24`. */
  readonly day: string;
  readonly rule: string;
}

/** Days after the day of the referral, all days counted. */
const DAYS: Readonly<Record<Urgency, number>> = { immediate: 0, '2-3 days': 3, '4-7 days': 7 };
/** Within a couple of working days, as councils' pages put it for a high risk. */
const HIGH_RISK_WORKING_DAYS = 2;

/**
 * The last day of what the urgency allows: the same day for `immediate`, the third or the seventh day after it else,
 * week-ends counted, since danger keeps none; at a high risk the second working day at the latest.
 */
export function deadlineOf({ received, urgency, risk }: Pick<Referral, 'received' | 'urgency' | 'risk'>): Deadline {
  const from = dayNumber(received) ?? 0;
  const byUrgency = from + DAYS[urgency];
  const byRisk = risk === 'high' ? workingDaysAfter(from, HIGH_RISK_WORKING_DAYS) : byUrgency;
  if (byRisk < byUrgency) return { day: dayOf(byRisk), rule: 'a high risk: the second working day after the referral' };
  const rule =
    urgency === 'immediate' ? 'immediate: the day of the referral' : `${urgency}: that many days after the referral`;
  return { day: dayOf(byUrgency), rule };
}

export type DeadlineIs = 'ahead' | 'today' | 'overdue';

/** `today` is a day where the house is. */
export function deadlineIs({ day }: Deadline, today: string): DeadlineIs {
  if (today === day) return 'today';
  return today > day ? 'overdue' : 'ahead';
}
