import type { LocalView } from './ports.ts';

/**
 * Why this is no moment to stop the hub for an upgrade or a new config; null: it is one. Only what may be seen on site counts:
 * a refusal for a silent alarm would show that there is one, and what waits for it goes on after a start in any case.
 */
export function whyNotNow({ state, alarms }: Pick<LocalView, 'state' | 'alarms'>): string | null {
  if (alarms.length > 0) return 'an alarm is open; end it first';
  return state === 'disarmed' ? null : 'the panel is armed; disarm it first';
}
