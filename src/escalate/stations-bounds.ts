import { type Duration, duration, minutes, seconds } from '../base/time.ts';

// Every number of the road to monitoring services, with its reason.

/** Reports kept over an outage: the log of a grade 4 panel holds a thousand, half of which would be reports. */
export const MAX_REPORTS = 500;
/** Things told as begun whose end is still to be told. */
export const MAX_ACTIVE = 200;
/** Commands of one service remembered against doing one twice. */
export const MAX_COMMANDS = 64;
/** A result that has not come by then is lost; every call of a station ends sooner by itself. */
export const RESULT_TIME = minutes(4);
/** Signs of life that must go unanswered in a row before the way counts as lost. */
export const MISSES_FOR_LOST = 2;
/** An unanswered sign of life is repeated this soon, whatever its rhythm. */
export const LIFE_RECHECK = seconds(15);
/** One that gave way to a report is due again this soon. */
export const LIFE_PUT_OFF = seconds(5);
/** A report refused in its full and in its plainest words rests so long, then starts again, so many times. */
export const REFUSED_REST = minutes(5);
export const REFUSED_ROUNDS = 3;
/** Nobody waits longer than this with a call for help. */
const URGENT_LONGEST = seconds(10);
const LONGEST = seconds(30);
/** A periodic test comes up to a tenth earlier or later, so that a thousand hubs do not report at once. */
export const TEST_JITTER = 0.1;

/** 2, 4, 8, 16, then 30 s; for a call for help never more than 10. */
export function backoff(fails: number, urgency: 'urgent' | 'ordinary'): Duration {
  const longest = urgency === 'urgent' ? URGENT_LONGEST : LONGEST;
  return duration(Math.min(longest, 2000 * 2 ** Math.min(Math.max(fails - 1, 0), 4)));
}
