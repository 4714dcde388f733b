import { idsOf } from './check-ids.ts';
import { parseDuration } from './durations.ts';
import { formatPath, type Path, quote } from './path.ts';
import { normalisePhone } from './phones.ts';
import type { Report } from './report.ts';
import { type ContactEntry, KINDS, type ServiceEntry, type StepEntry } from './schema.ts';
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
    const services = draft.places(['monitoring']).length > 0;
    if (services) report.warning(['contacts'], 'there are no contacts, so only monitoring services are told; add one');
    else report.warning(['contacts'], 'there are no contacts, so nobody is told of an alarm; add one');
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
  /** Services of which it is known that they take alarms, or do not. */
  readonly services: ReadonlyMap<string, 'alarms' | 'no alarms'>;
  readonly serviceNames: readonly string[];
  /** Contacts that some step reaches. */
  readonly reached: Set<string>;
}

function checkEscalation(draft: Draft, contacts: readonly Item<ContactEntry>[], report: Report): void {
  const telling: Telling = {
    contacts: new Map(contacts.map(({ value }) => [value.id, value.alarms ?? USUAL_KINDS])),
    names: idsOf(draft, 'contacts').map(({ value }) => value),
    services: new Map(
      draft
        .entries<ServiceEntry>(['monitoring'])
        .map(({ value }) => [value.id, value.reports?.includes('alarms') === false ? 'no alarms' : 'alarms']),
    ),
    serviceNames: idsOf(draft, 'monitoring').map(({ value }) => value),
    reached: new Set(),
  };
  const own = KINDS.filter((kind) => valueAt(draft.raw, ['escalation', kind]) !== undefined);
  for (const kind of own) checkSteps(draft, kind, [kind], telling, report);
  const rest = KINDS.filter((kind) => !own.includes(kind) && mayCome(draft, kind));
  if (valueAt(draft.raw, ['escalation', 'default']) !== undefined) checkSteps(draft, 'default', rest, telling, report);
  // A contact with a slip in it may be the one who is told: say nothing of it until it is mended.
  else if (contacts.length === telling.names.length) checkEverybody(rest, telling, report);
  reportIdleContacts(contacts, telling, report);
  reportUntoldServices(draft, telling, report);
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
  const services = value.notify.some((name) => reachesService(name, telling));
  if (services) warnOfWaiting({ path, value }, telling, report);
  const reached = services
    ? kinds
    : kinds.filter((kind) => value.notify.some((name) => telling.contacts.get(name)?.includes(kind)));
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
  else if (name === 'monitoring') return checkEveryService(path, telling, report);
  else if (telling.serviceNames.includes(name)) return checkService(path, name, telling, report);
  else if (!telling.names.includes(name)) {
    const remedy = remedyFor(name, [...telling.names, ...telling.serviceNames], 'add it to contacts');
    report.error(path, `there is no contact ${quote(name)}; ${remedy}`);
    return false;
  }
  return telling.contacts.has(name) || telling.serviceNames.includes(name) || name === 'monitoring';
}

function checkEveryService(path: Path, { services, serviceNames }: Telling, report: Report): boolean {
  if (serviceNames.length === 0) {
    report.warning(path, 'reaches nobody: there are no monitoring services; add one to monitoring, or remove it');
  } else if (services.size === serviceNames.length && ![...services.values()].includes('alarms')) {
    report.warning(path, 'reaches nobody: no monitoring service has alarms among its reports; add it to one');
  }
  return services.size === serviceNames.length;
}

function checkService(path: Path, name: string, { services }: Telling, report: Report): boolean {
  if (services.get(name) === 'no alarms') {
    report.warning(path, `${quote(name)} is told of no alarm; add alarms to its reports, or remove it here`);
  }
  return services.has(name);
}

const reachesService = (name: string, { services }: Telling): boolean =>
  name === 'monitoring' ? [...services.values()].includes('alarms') : services.get(name) === 'alarms';

/** Services decide for themselves what waits. */
function warnOfWaiting({ path, value }: Item<StepEntry>, telling: Telling, report: Report): void {
  if ((parseDuration(value.after) ?? 0) === 0) return;
  const index = value.notify.findIndex((name) => reachesService(name, telling));
  report.warning(
    [...path, 'notify', index],
    'a monitoring service is told at once, whatever after says; name it in a step with after: 0s',
  );
}

/** As soon as one step names a service, what no step names it for is not told to it. */
function reportUntoldServices(draft: Draft, telling: Telling, report: Report): void {
  if (report.problems.some(({ severity, path }) => severity === 'error' && path.startsWith('escalation'))) return;
  for (const { path, value } of draft.entries<ServiceEntry>(['monitoring'])) {
    if (telling.services.get(value.id) !== 'alarms') continue;
    const told = alarmsFor(value.id, (key) => draft.entries<StepEntry>(['escalation', key]).map((step) => step.value));
    const missed = KINDS.filter((kind) => mayCome(draft, kind) && !told.has(kind));
    if (missed.length > 0) {
      report.warning([...path, 'id'], `is not told of ${missed.join(', ')}; name it in notify there, if it should be`);
    }
  }
}

/**
 * The alarms a service is told of: calls for help always; of the others those for which a step names it, or all where
 * no step names it. `stepsOf`: none where the config has none.
 */
export function alarmsFor(
  service: string,
  stepsOf: (key: Kind | 'default') => readonly StepEntry[],
): ReadonlySet<Kind> {
  const names = (key: Kind | 'default', every: readonly string[]): boolean =>
    stepsOf(key).some(({ notify }) => notify.some((name) => every.includes(name)));
  const keys = [...KINDS, 'default'] as const;
  const isNamed = keys.some((key) => names(key, ['monitoring', service]));
  if (!isNamed) return new Set(KINDS);
  const told = (kind: Kind): boolean => names(stepsOf(kind).length > 0 ? kind : 'default', ['monitoring', service]);
  return new Set(KINDS.filter((kind) => HELP.includes(kind) || told(kind)));
}

const HELP: readonly Kind[] = ['personal', 'duress'];

/** No `default`: everyone is told at once, each of the kinds of their `alarms`. */
function checkEverybody(rest: readonly Kind[], telling: Telling, report: Report): void {
  if (telling.names.length === 0) return;
  for (const [name, kinds] of telling.contacts)
    if (kinds.some((kind) => rest.includes(kind))) telling.reached.add(name);
  const services = [...telling.services.values()].includes('alarms');
  const missed = rest.filter(
    (kind) => !services && ![...telling.contacts.values()].some((kinds) => kinds.includes(kind)),
  );
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
