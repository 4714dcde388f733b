import type { ContactId } from '../base/brand.ts';
import { audienceOf, end, hide, replace } from './alarms.ts';
import type { Alarm } from './state.ts';
import { change, record, type Step } from './step.ts';

/** Somebody has seen it. Nothing ends, and nobody is told less. */
export function acknowledge(step: Step, alarm: Alarm, by: ContactId | string): Step {
  const seen = alarm.acknowledgedBy === null ? replace(step, { ...alarm, acknowledgedBy: by }) : step;
  return record(seen, 'acknowledged', { alarm: alarm.id, by }, audienceOf(alarm));
}

/** The monitoring service ends it; under threat only to the eye of who stands beside. */
export function close(step: Step, alarm: Alarm, by: string, how: 'truly' | 'under-threat'): Step {
  return quietIfOver(how === 'truly' ? end(step, alarm, 'closure', by) : hide(step, alarm, 'closure', by));
}

/** What a person adds. Digits that could be a phone number or a code are taken out. */
export function note(step: Step, alarm: Alarm, by: string, words: string | null): Step {
  if (words === null) return step;
  return record(step, 'alarm-note', { alarm: alarm.id, by, note: withoutNumbers(words) }, audienceOf(alarm));
}

/** The same words, without digits that could be a phone number or a code. */
export const withoutNumbers = (words: string): string => words.replace(/\+?\d(?:[\s().-]*\d){4,}/g, '#');

/** With the last alarm that sounds closed from outside, the siren has nothing left to say. */
function quietIfOver(step: Step): Step {
  const { sounding, alarms } = step.state;
  const left = alarms.some((alarm) => !alarm.silent && !alarm.hidden && alarm.kind !== 'fault');
  return sounding === null || left ? step : change(step, { sounding: null });
}
