import { type Duration, duration, hours, minutes, seconds } from '../base/time.ts';

// Every number the room lives by, with its reason.

/** A text older than this is no news; also what the far end is told, which would otherwise hold it for hours. */
export const TEXT_LIFE = minutes(10);
/** Texts in the outbox, silent ones and others each; more only where there are more than half as many contacts. */
export const MAX_TEXTS = 64;
/** Ordinary texts on their way at once on one path; personal and duress never wait for a free place. */
export const MAX_SENDING = 8;
/** Alarms told at once. The panel holds a handful; more would be its fault, and must not fill memory. */
export const MAX_TELLINGS = 32;
/** Reply numbers of earlier starts that still acknowledge. */
export const MAX_FORMER = 32;
/** An answer that has not come by then is lost; every call of a path ends sooner by itself. */
export const ANSWER_TIME = seconds(30);
/** SIDs kept against reading a reply twice; a path returns at most 200 texts at once. */
export const MAX_SEEN = 512;
export const MAX_TAKEN = 64;
/** The same words of one contact over another path within this time are one reply; so many are remembered. */
export const TWICE_WITHIN = minutes(10);
export const MAX_HEARD = 16;
/** After such a time without knowing, a second text is better than none; then less and less often. */
export const BLIND_AFTER: readonly Duration[] = [seconds(30), minutes(1), minutes(2)];
/** The same for a call for help that was being sent when the hub stopped. */
export const ANSWER_AFTER_STOP = seconds(4);
/** Accepted, then? Asked so long after it was accepted. */
export const STATUS_AFTER: readonly Duration[] = [seconds(15), minutes(1), minutes(3), minutes(10)];
/** The same for a text that somebody waits for at a terminal. */
export const TEST_STATUS_AFTER: readonly Duration[] = [seconds(1), seconds(3), seconds(8), seconds(20), minutes(2)];
/** Asked that late without a delivery, a text counts as unconfirmed. */
export const UNCONFIRMED_AFTER = seconds(20);
/** An accepted text that failed (a phone switched off, a carrier's filter) is sent again at once, then a minute later. */
export const RESEND_AFTER: readonly Duration[] = [seconds(0), minutes(1)];
/** A far end that asks for more patience than this does not get it: an alarm is waiting. */
export const MAX_RETRY_AFTER = minutes(1);

/** In order: a path that has not said what became of a text by then is passed by, and the next one has its turn. */
export const HAND_PATIENCE = seconds(5);
/** The same for a ring: dialling takes its time, and two telephones at once reach nobody. */
export const RING_PATIENCE = seconds(15);
/** In order: accepted and not delivered by then, the next path has its turn; just behind the question at a minute. */
export const DELIVERED_BY = seconds(65);
/** Rings of one contact in one start of the steps, of which the last is kept for the last resort. */
export const MAX_RINGS = 3;
/** The same ring again when nobody knows whether it rang. */
export const RING_AGAIN = seconds(30);
export const MAX_BLIND_RINGS = 1;

/** So long after a step is due the first hand-over must have begun … */
export const HAND_OFF_BY = seconds(2);
/** … and some path must have taken a text. */
export const TAKEN_BY = seconds(60);

/** Replies are looked for this often while an alarm is told. */
export const FETCH_OPEN = seconds(3);
/**
 * Routine checks of a path. One that died just after a check is known to be dead after 20 + 15 + 5 + 15 s, so within a
 * minute, by two checks in a row that failed: one alone is no fault.
 */
export const FETCH_ROUTINE = seconds(20);
export const FETCH_RECHECK = seconds(5);
export const FETCH_ANSWER = seconds(15);
export const FAILURES_FOR_FAULT = 2;
/** A path is reported when it has been down so long: by then it is known whether the others went with it. */
export const REPORT_AFTER = minutes(1);
/** One that comes and goes is reported once a day. */
export const REPORT_AGAIN = hours(24);

export const HINT_AGAIN = hours(24);
/** A reply to a test counts this long. */
export const TEST_LIFE = minutes(60);
export const MAX_BODY = 480;

/** A `YES` counts so long after it was asked for. */
export const ASKED_LIFE = hours(7 * 24);
/** Who was proven is asked again after three months, and after six. */
export const ASK_AGAIN: readonly Duration[] = [hours(91 * 24), hours(182 * 24)];
/** Nobody is asked by itself so soon after a start. */
export const QUIET_START = hours(1);
/** A house that is being set up has so long to prove its first contact. */
export const PROVE_BY = hours(1);

/** 2, 4, 8, 16, then 30 s. */
export function backoff(tries: number): Duration {
  return duration(Math.min(30_000, 2000 * 2 ** Math.min(Math.max(tries - 1, 0), 4)));
}
