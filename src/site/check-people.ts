import { idsOf } from './check-ids.ts';
import { formatPath, type Path, quote } from './path.ts';
import { normalisePhone } from './phones.ts';
import type { Report } from './report.ts';
import { type ContactEntry, KINDS, type StepEntry } from './schema.ts';
import { type Draft, type Item, valueAt } from './shape.ts';
import { remedyFor } from './suggest.ts';

type Kind = (typeof KINDS)[number];

/** Most texts that one alarm may ask for before `lastResort`. */
const MOST_TEXTS = 500;

/** What a contact is told of when the config does not say: a duress alert must reach only people chosen for it. */
export const USUAL_KINDS: readonly Kind[] = KINDS.filter((kind) => kind !== 'duress');

/** Contacts, the never list, and who is told of what. */
export function checkPeople(draft: Draft, report: Report): void {
  const contacts = draft.entries<ContactEntry>(['contacts']);
  checkPhones(draft, report);
  checkEscalation(draft, contacts, report);
  if (draft.places(['contacts']).length === 0) {
    report.warning(['contacts'], 'there are no contacts, so nobody is told of an alarm; add one');
  } else if (['twilio', 'modem'].every((path) => valueAt(draft.raw, ['sms', path]) === undefined)) {
    report.warning(['sms', 'twilio'], 'is missing, so texts are written to the log and not sent; add it to send them');
  }
}

const IMPOSSIBLE = 'is not a possible phone number; write it with + and the country, as in "+447700900123"';

function checkPhones(draft: Draft, report: Report): void {
  const never = new Map<string, Path>();
  for (const { path, value } of draft.entries<string>(['neverContact'])) {
    const number = normalisePhone(value);
    if (number === null) report.error(path, IMPOSSIBLE);
    else never.set(number, path);
  }
  const sender = draft.part<string>(['sms', 'twilio', 'from']);
  const from = sender === null ? null : checkPhone(sender, never, report);
  const owners = new Map<string, Path>();
  for (const place of draft.places(['contacts'])) {
    const phone = draft.part<string>([...place, 'phone']);
    const number = phone === null ? null : checkPhone(phone, never, report);
    if (phone === null || number === null) continue;
    if (number === from) report.error(phone.path, 'is the number texts are sent from; give the number of the person');
    const owner = owners.get(number);
    if (owner === undefined) owners.set(number, place);
    else
      report.warning(phone.path, `is the number of ${formatPath(owner)} too; an answer from it may count for either`);
  }
}

function checkPhone({ path, value }: Item<string>, never: ReadonlyMap<string, Path>, report: Report): string | null {
  const number = normalisePhone(value);
  if (number === null) {
    report.error(path, IMPOSSIBLE);
    return null;
  }
  const listed = never.get(number);
  if (listed !== undefined) {
    report.error(path, `is on the never list (${formatPath(listed)}); remove this use of it, the list always wins`);
  }
  return number;
}

interface Telling {
  readonly contacts: ReadonlyMap<string, readonly Kind[]>;
  readonly names: readonly string[];
  /** Contacts that some step reaches. */
  readonly reached: Set<string>;
}

function checkEscalation(draft: Draft, contacts: readonly Item<ContactEntry>[], report: Report): void {
  const telling: Telling = {
    contacts: new Map(contacts.map(({ value }) => [value.id, value.alarms ?? USUAL_KINDS])),
    names: idsOf(draft, 'contacts').map(({ value }) => value),
    reached: new Set(),
  };
  const own = KINDS.filter((kind) => valueAt(draft.raw, ['escalation', kind]) !== undefined);
  for (const kind of own) checkSteps(draft, kind, [kind], telling, report);
  const rest = KINDS.filter((kind) => !own.includes(kind) && mayCome(draft, kind));
  if (valueAt(draft.raw, ['escalation', 'default']) !== undefined) checkSteps(draft, 'default', rest, telling, report);
  // A contact with a slip in it may be the one who is told: say nothing of it until it is mended.
  else if (contacts.length === telling.names.length) checkEverybody(rest, telling, report);
  reportIdleContacts(contacts, telling, report);
}

/** A fire alarm needs a fire zone; every other kind can come from the hub itself or from any device. */
function mayCome(draft: Draft, kind: Kind): boolean {
  if (kind !== 'fire') return true;
  const devices = valueAt(draft.raw, ['devices']);
  return Array.isArray(devices) && devices.some((_, index) => valueAt(devices, [index, 'zone', 'type']) === 'fire');
}

function checkSteps(
  draft: Draft,
  key: Kind | 'default',
  kinds: readonly Kind[],
  telling: Telling,
  report: Report,
): void {
  const steps = draft.entries<StepEntry>(['escalation', key]);
  for (const step of steps) {
    checkRepeat(step, report);
    checkNotify(step, kinds, telling, report);
  }
  const texts = steps.reduce((sum, { value }) => sum + value.notify.length * (value.repeat ?? 1), 0);
  if (texts > MOST_TEXTS) {
    report.error(['escalation', key], `asks for ${texts} texts in one alarm; at most ${MOST_TEXTS} are taken`, 'key');
  }
}

function checkRepeat({ path, value }: Item<StepEntry>, report: Report): void {
  const repeats = (value.repeat ?? 1) > 1;
  if (value.every !== undefined && !repeats) {
    report.error([...path, 'every'], 'means nothing without repeat; add repeat: 2 or more, or remove it', 'key');
  }
  if (repeats && value.every === undefined) {
    report.error([...path, 'repeat'], 'needs the time between repeats; add every, as in every: 2m', 'key');
  }
}

function checkNotify({ path, value }: Item<StepEntry>, kinds: readonly Kind[], telling: Telling, report: Report): void {
  const at: Path = [...path, 'notify'];
  let known = true;
  for (const [index, name] of value.notify.entries()) {
    known = checkName([...at, index], name, value.notify.indexOf(name) < index, telling, report) && known;
  }
  if (!known) return;
  const reached = kinds.filter((kind) => value.notify.some((name) => telling.contacts.get(name)?.includes(kind)));
  for (const name of value.notify) {
    if (kinds.some((kind) => telling.contacts.get(name)?.includes(kind))) telling.reached.add(name);
  }
  const missed = kinds.filter((kind) => !reached.includes(kind));
  if (kinds.length > 0 && reached.length === 0) {
    report.error(
      at,
      `reaches nobody for ${kinds.join(', ')}; name a contact whose alarms include ${kinds.length === 1 ? 'it' : 'them'}`,
    );
  } else if (missed.length > 0) {
    report.warning(
      at,
      `reaches nobody for ${missed.join(', ')}; name a contact whose alarms include ${missed.length === 1 ? 'it' : 'them'}`,
    );
  }
}

/** True when enough is known of the name to say whom the step reaches. */
function checkName(path: Path, name: string, repeated: boolean, telling: Telling, report: Report): boolean {
  if (repeated) report.error(path, `${quote(name)} is in the list already; remove it`);
  else if (name === 'monitoring') {
    report.warning(path, 'reaches nobody: this version has no monitoring services; name contacts beside it');
  } else if (!telling.names.includes(name)) {
    const remedy = remedyFor(name, telling.names, 'add it to contacts');
    report.error(path, `there is no contact ${quote(name)}; ${remedy}`);
    return false;
  }
  return name === 'monitoring' || telling.contacts.has(name);
}

/** No `default`: everyone is told at once, each of the kinds of their `alarms`. */
function checkEverybody(rest: readonly Kind[], telling: Telling, report: Report): void {
  if (telling.names.length === 0) return;
  for (const [name, kinds] of telling.contacts)
    if (kinds.some((kind) => rest.includes(kind))) telling.reached.add(name);
  const missed = rest.filter((kind) => ![...telling.contacts.values()].some((kinds) => kinds.includes(kind)));
  if (missed.length > 0) {
    report.warning(['contacts'], `nobody is told of ${missed.join(', ')}; add it to the alarms of a contact`, 'key');
  }
}

function reportIdleContacts(contacts: readonly Item<ContactEntry>[], telling: Telling, report: Report): void {
  // A step with an error in it may be the one that was meant to tell them.
  if (report.problems.some(({ severity, path }) => severity === 'error' && path.startsWith('escalation'))) return;
  for (const { path, value } of contacts) {
    if (!telling.reached.has(value.id)) {
      report.warning(
        [...path, 'id'],
        `no step of escalation tells ${quote(value.id)}; add it to a notify, or remove it`,
      );
    }
  }
}
