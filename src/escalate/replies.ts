import type { ContactId } from '../base/brand.ts';
import { type Instant, isDue } from '../base/time.ts';
import { HINT_AGAIN, MAX_BODY, MAX_HEARD, MAX_SEEN, TEST_LIFE, TWICE_WITHIN } from './bounds.ts';
import { chain, each } from './chain.ts';
import type { EscalationStep, ReceivedText, TellingPlan } from './events.ts';
import { cancel, enqueue } from './outbox.ts';
import type { PathId } from './plan.ts';
import { isAsked, isYes, onYes } from './proving.ts';
import type { EscalationState, Telling } from './state.ts';
import { audienceOf, isUrgent, later, putTelling, record, still } from './step.ts';
import { numbersOf } from './telling.ts';

/**
 * The number of an `OK 4821`: any case, any spaces and punctuation, words after it. Null: it is something else.
 * Nothing else in a text means anything, so no text can disarm.
 */
function okNumber(body: string): string | null {
  const match = /^[^\p{L}\p{N}]*o[^\p{L}\p{N}]*k(?:ay)?[^\p{L}\p{N}]*([0-9]{4})(?!\p{N})/iu.exec(
    body.normalize('NFKC'),
  );
  return match?.[1] ?? null;
}

/** Texts that came in; those seen before are passed over. */
export function onTextsIn(
  plan: TellingPlan,
  state: EscalationState,
  path: PathId,
  texts: readonly ReceivedText[],
  now: Instant,
): EscalationStep {
  const known = new Set(state.seen);
  const nameOf = ({ sid }: ReceivedText): string => `${path} ${sid}`;
  const fresh = texts.filter((text) => !known.has(nameOf(text)) && known.add(nameOf(text)));
  // Nothing new, nothing to write down.
  if (fresh.length === 0) return still(state);
  // Those at the far end now come first, so that what it shows again is never forgotten.
  const seen = [...new Set([...texts.map(nameOf), ...state.seen])].slice(0, MAX_SEEN);
  const noted: EscalationState = { ...state, seen };
  return each(noted, fresh, (s, text) => read(plan, s, path, text, now));
}

function read(
  plan: TellingPlan,
  state: EscalationState,
  path: PathId,
  text: ReceivedText,
  now: Instant,
): EscalationStep {
  const body = text.body.slice(0, MAX_BODY);
  if (text.onNeverList) {
    // Evidence for later, and nobody's business on site.
    return still(
      { ...state, never: state.never + 1 },
      record('text-from-never-list', { sid: text.sid, body }, 'sealed'),
    );
  }
  if (text.contact === null || !plan.contacts.has(text.contact)) {
    return still({ ...state, strangers: state.strangers + 1 });
  }
  const { contact } = text;
  const heard = { contact, path, body: body.trim().toLowerCase(), at: now };
  const recent = state.heard.filter(({ at }) => now - at <= TWICE_WITHIN);
  const twice = recent.some((one) => one.contact === contact && one.body === heard.body && one.path !== path);
  if (twice) return still(state);
  return readContact(plan, { ...state, heard: [heard, ...recent].slice(0, MAX_HEARD) }, path, contact, body, now);
}

function readContact(
  plan: TellingPlan,
  state: EscalationState,
  path: PathId,
  contact: ContactId,
  body: string,
  now: Instant,
): EscalationStep {
  if (isYes(body) && isAsked(plan, state, contact)) return onYes(plan, state, contact, path);
  const number = okNumber(body);
  if (number !== null && numbersOf(state, contact).includes(number)) {
    const telling = state.tellings.find((one) => meant(one, contact, number));
    if (telling !== undefined) return answer(plan, state, telling, contact, number, now);
    if (state.test !== null && now - state.test.at <= TEST_LIFE) {
      return still(state, record('test-answered', { contact, path }, 'local'));
    }
  }
  // Whatever a contact writes may be about an alarm nobody on site may know of; so it never shows there.
  return chain(
    state,
    (s) => still(s, record('text-received', { contact, body }, 'sealed')),
    (s) => hint(plan, s, path, contact, now),
  );
}

const meant = (telling: Telling, contact: ContactId, number: string): boolean =>
  telling.numbers[contact] === number || telling.former.some((one) => one.contact === contact && one.number === number);

/** A contact has seen it. */
function answer(
  plan: TellingPlan,
  state: EscalationState,
  telling: Telling,
  contact: ContactId,
  number: string,
  now: Instant,
): EscalationStep {
  const { alarm, kind, silent } = telling;
  const row = record('text-answered', { alarm, kind, contact }, audienceOf(telling));
  // A second OK, or one to the number of an earlier start, changes no step.
  if (telling.numbers[contact] !== number) return still(state, row, { type: 'acknowledge', alarm, contact, silent });
  if (telling.answered.some((one) => one.contact === contact)) return still(state, row);
  const answered = { ...telling, answered: [...telling.answered, { contact, at: now }] };
  return chain(
    putTelling(state, isUrgent(kind) ? withoutRepeats(answered, contact) : { ...answered, dues: [], lastResort: null }),
    (s) => still(s, row, { type: 'acknowledge', alarm, contact, silent }),
    (s) =>
      cancel(s, (text) => {
        if (text.alarm !== alarm || (text.purpose !== 'step' && text.purpose !== 'last-resort')) return false;
        return !isUrgent(kind) || (text.contact === contact && (text.purpose === 'step' || text.via === 'call'));
      }),
    (s) => (isUrgent(kind) && telling.answered.length === 0 ? tellSeen(plan, s, telling, contact, now) : still(s)),
  );
}

/** The first answer to a call for help ends nothing, but the others who were told hear that somebody has seen it. */
function tellSeen(
  plan: TellingPlan,
  state: EscalationState,
  telling: Telling,
  by: ContactId,
  now: Instant,
): EscalationStep {
  const { alarm, kind, silent, zones } = telling;
  const words = { alarm, kind, silent, zones, purpose: 'seen', number: null } as const;
  const others = Object.keys(telling.numbers).filter((id) => id !== by);
  return each(state, others, (s, id) => enqueue(plan, s, { ...words, contact: id as ContactId }, now));
}

/** Steps that have not begun still send their one text: an answer to a personal alarm may come from a phone someone else holds. */
function withoutRepeats(telling: Telling, contact: ContactId): Telling {
  const dues = telling.dues.flatMap((due) => {
    if (due.contact !== contact) return [due];
    return due.begun ? [] : [{ ...due, left: 1 }];
  });
  return { ...telling, dues };
}

/** The neutral line, at most once a contact and alarm, or a day when no alarm is being told. */
function hint(
  plan: TellingPlan,
  state: EscalationState,
  path: PathId,
  contact: ContactId,
  now: Instant,
): EscalationStep {
  const open = state.tellings.filter(({ numbers }) => numbers[contact] !== undefined).at(-1);
  const noted = open === undefined ? noteDay(state, contact, now) : noteAlarm(state, open, contact);
  if (noted === null) return still(state);
  const alarm = open?.alarm ?? null;
  const kind = open?.kind ?? 'test';
  const paths = [path, ...plan.paths.map(({ id }) => id).filter((id) => id !== path)];
  const words = { contact, alarm, kind, purpose: 'answer', silent: true, number: null, zones: [], paths } as const;
  return enqueue(plan, noted, { ...words, manner: 'order' }, now);
}

function noteAlarm(state: EscalationState, telling: Telling, contact: ContactId): EscalationState | null {
  if (telling.hinted.includes(contact)) return null;
  return putTelling(state, { ...telling, hinted: [...telling.hinted, contact] });
}

function noteDay(state: EscalationState, contact: ContactId, now: Instant): EscalationState | null {
  const last = state.hinted[contact];
  if (last !== undefined && !isDue(later(last, HINT_AGAIN), now)) return null;
  const recent = Object.entries(state.hinted).filter(([, at]) => !isDue(later(at, HINT_AGAIN), now));
  return { ...state, hinted: { ...Object.fromEntries(recent), [contact]: now } };
}
