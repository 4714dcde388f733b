import { lintAsks } from '../act/wording.ts';
import { isOpen } from '../escalate/hours.ts';
import { USUAL_KINDS } from './check-people.ts';
import { warnOfLiteral } from './check-site.ts';
import { quote } from './path.ts';
import type { Report } from './report.ts';
import { type ContactEntry, KINDS, type PATHS } from './schema.ts';
import { type Draft, type Item, valueAt } from './shape.ts';

type Kind = (typeof KINDS)[number];

/** What waits for a contact's hours when the config does not say: a call for help never does. */
export const WAITING_KINDS: readonly Kind[] = KINDS.filter((kind) => kind !== 'personal' && kind !== 'duress');

/** `08:30` as minutes since midnight. The schema lets nothing else through. */
export function minuteOf(time: string): number {
  const [hour = '0', minute = '0'] = time.split(':');
  return Number(hour) * 60 + Number(minute);
}

/** The ways out for texts, and what each contact is sent when. */
export function checkTexts(draft: Draft, report: Report): void {
  checkPaths(draft, report);
  checkPin(draft.part<string>(['sms', 'modem', 'pin']), report);
  const contacts = draft.entries<ContactEntry>(['contacts']);
  for (const contact of contacts) {
    checkAsks(contact, report);
    checkVia(contact, report);
  }
  checkNights(draft, contacts, report);
}

function checkPaths(draft: Draft, report: Report): void {
  const paths = draft.entries<(typeof PATHS)[number]>(['sms', 'paths']);
  const names = paths.map(({ value }) => value);
  const isThere = (path: string): boolean => valueAt(draft.raw, ['sms', path]) !== undefined;
  for (const [index, { path, value }] of paths.entries()) {
    if (names.indexOf(value) < index) report.error(path, `${quote(value)} is in the list already; remove it`);
    // A list of one that names what is not there is told of as a house without a way out.
    else if (!isThere(value) && (value === 'modem' || names.some(isThere))) {
      report.error(path, `there is no sms.${value}; add it, or remove it from the list`);
    }
  }
  if (paths.length === 0) return;
  for (const path of ['twilio', 'modem'] as const) {
    if (isThere(path) && !names.includes(path)) {
      report.warning(['sms', path], `is not used: sms.paths leaves it out; add ${path} to it`, 'key');
    }
  }
}

function checkPin(pin: Item<string> | null, report: Report): void {
  if (pin === null) return;
  if (!/^\d{4,8}$/.test(pin.value)) report.error(pin.path, 'is not a PIN; it has 4 to 8 digits, in quotes');
  else warnOfLiteral(pin, report);
}

function checkAsks({ path, value }: Item<ContactEntry>, report: Report): void {
  if (value.text === undefined) return;
  for (const fault of lintAsks(value.text)) report.error([...path, 'text'], fault);
}

function checkVia({ path, value }: Item<ContactEntry>, report: Report): void {
  const via = value.via ?? ['text'];
  if (new Set(via).size < via.length) report.error([...path, 'via'], 'names a way twice; remove one');
  else if (!via.includes('text')) {
    report.warning([...path, 'via'], 'has no text, so this person cannot answer; add text');
  }
}

/** Hours that leave the house alone are a slip more often than a wish. */
function checkNights(draft: Draft, contacts: readonly Item<ContactEntry>[], report: Report): void {
  // A contact with a slip in it may be the one who is there at night.
  if (contacts.length !== draft.places(['contacts']).length) return;
  for (const kind of ['personal', 'duress', 'intruder', 'fire'] as const) {
    const told = contacts.filter(({ value }) => (value.alarms ?? USUAL_KINDS).includes(kind));
    const alone = firstAlone(told, kind);
    const last = told.at(-1);
    if (alone === null || last === undefined) continue;
    report.warning(
      [...last.path, 'hours'],
      `at ${alone} nobody may be told of ${kind} before the last resort; leave the hours of one contact out, or name the kinds under alarms`,
    );
  }
}

/** The first time of the day at which all of them are to be left in peace; null: there is none. */
function firstAlone(told: readonly Item<ContactEntry>[], kind: Kind): string | null {
  const hours = told.map(({ value }) => value.hours);
  if (hours.length === 0) return null;
  for (let minute = 0; minute < 24 * 60; minute += 1) {
    const alone = hours.every((one) => {
      if (one === undefined || !(one.alarms ?? WAITING_KINDS).includes(kind)) return false;
      return !isOpen({ from: minuteOf(one.from), to: minuteOf(one.to) }, minute);
    });
    if (alone) return `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`;
  }
  return null;
}
