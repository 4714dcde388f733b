import { type Duration, duration, minutes, seconds } from '../base/time.ts';

// Every number the room lives by, with its reason.

/** A text older than this is no news; also what the far end is told, which would otherwise hold it for hours. */
export const TEXT_LIFE = minutes(10);
/** Texts in the outbox; more only where there are more than half as many contacts. */
export const MAX_TEXTS = 64;
/** Ordinary texts on their way at once; personal and duress never wait for a free place. */
export const MAX_SENDING = 8;
/** Alarms told at once. The panel holds a handful; more would be its fault, and must not fill memory. */
export const MAX_TELLINGS = 32;
/** Reply numbers of earlier starts that still acknowledge. */
export const MAX_FORMER = 32;
/** An answer that has not come by then is lost; every call of a path ends sooner by itself. */
export const ANSWER_TIME = seconds(30);
/** SIDs kept against reading a reply twice; a path returns at most 200 texts at once. */
export const MAX_SEEN = 256;
export const MAX_TAKEN = 64;
/** After such a time without knowing, a second text is better than none; then less and less often. */
export const BLIND_AFTER: readonly Duration[] = [seconds(30), minutes(1), minutes(2)];
/** Accepted, then? Asked so long after it was accepted. */
export const STATUS_AFTER: readonly Duration[] = [seconds(15), minutes(1), minutes(3), minutes(10)];
/** Questions answered without a delivery when a text counts as unconfirmed: the one at a minute. */
export const UNCONFIRMED_ASKS = 2;
/** An accepted text that failed (a phone switched off, a carrier's filter) is sent again at once, then a minute later. */
export const RESEND_AFTER: readonly Duration[] = [seconds(0), minutes(1)];
/** A far end that asks for more patience than this does not get it: an alarm is waiting. */
export const MAX_RETRY_AFTER = minutes(1);
export const FETCH_OPEN = seconds(3);
export const FETCH_ROUTINE = minutes(1);
/** A routine check that failed is repeated this soon; two in a row are a fault. */
export const FETCH_RECHECK = seconds(15);
export const FAILURES_FOR_FAULT = 2;
export const HINT_AGAIN = minutes(24 * 60);
/** A reply to a test counts this long. */
export const TEST_LIFE = minutes(60);
export const MAX_BODY = 480;

/** 2, 4, 8, 16, then 30 s. */
export function backoff(tries: number): Duration {
  return duration(Math.min(30_000, 2000 * 2 ** Math.min(Math.max(tries - 1, 0), 4)));
}
