import { type Duration, minutes } from '../base/time.ts';
import type { TellingPlan } from './events.ts';
import type { HoursPlan } from './plan.ts';
import type { Text } from './state.ts';

const DAY = 24 * 60;

/**
 * How long this contact must still be left in peace; null: not at all. Looked at at the moment of sending. What somebody
 * asked for by hand, and what follows up on a text that was sent, waits for nothing; neither does the last resort of an
 * alarm that is more than a fault or an opened case. Where the time is not known, everybody is told.
 */
export function peaceLeft(plan: TellingPlan, text: Pick<Text, 'contact' | 'kind' | 'purpose'>): Duration | null {
  const hours = plan.contacts.get(text.contact)?.hours ?? null;
  const { minute } = plan.civil;
  if (hours === null || minute === null || !hours.kinds.has(text.kind) || !waits(text)) return null;
  return isOpen(hours, minute) ? null : minutes((hours.from - minute + DAY) % DAY);
}

function waits({ kind, purpose }: Pick<Text, 'kind' | 'purpose'>): boolean {
  if (purpose === 'last-resort') return kind === 'fault' || kind === 'tamper';
  return purpose === 'step' || purpose === 'path-down';
}

/** The two ends alike: the whole day. */
export function isOpen({ from, to }: Pick<HoursPlan, 'from' | 'to'>, minute: number): boolean {
  if (from === to) return true;
  return from < to ? minute >= from && minute < to : minute >= from || minute < to;
}
