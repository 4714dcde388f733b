import type { ZoneType } from '../alarm/plan.ts';
import type { ButtonSignal, TripSignal } from '../sense/signals.ts';
import { idsOf } from './check-ids.ts';
import { driverAt, wireDebounceFault } from './check-wires.ts';
import type { FamilyFacts } from './house.ts';
import { type Path, quote } from './path.ts';
import type { Report } from './report.ts';
import { type DriverWord, ZONE_TYPES, type ZoneEntry } from './schema.ts';
import { type Draft, type Item, valueAt } from './shape.ts';
import { nearest, remedyFor } from './suggest.ts';
import { topicFault } from './topics.ts';
import { heardTopic, SERIAL_PROFILES } from './wires.ts';
import { tripsOf } from './zone-rules.ts';

/** Profiles, models, topics and zones of devices and outputs; each part on its own, whatever is wrong beside it. */
export function checkDevices(draft: Draft, families: ReadonlyMap<string, FamilyFacts>, report: Report): void {
  for (const path of [...draft.places(['devices']), ...draft.places(['outputs'])]) {
    const driver = driverAt(draft, path);
    if (driver === 'gpio' || driver === 'firmata') {
      checkWired(path, driver, families, report);
      continue;
    }
    checkProfile(draft, path, families, report);
    const topic = draft.part<string>([...path, 'topic']);
    const fault = topic === null || driver === 'serial' ? null : topicFault(topic.value);
    if (topic !== null && fault !== null) report.error(topic.path, fault);
  }
  for (const path of draft.places(['devices'])) {
    if (valueAt(draft.raw, [...path, 'zone']) === undefined) checkWithoutZone(draft, path, report);
    else checkZone(draft, path, report);
  }
  checkGuards(draft, report);
}

/** What is on a wire of the hub or of a board is read by the family of that wire, which it need not name. */
function checkWired(path: Path, driver: DriverWord, families: ReadonlyMap<string, FamilyFacts>, report: Report): void {
  if (!families.has(driver)) {
    report.error([...path, 'driver'], `the files of devices/${driver} cannot be used; put them back as they came`);
  }
}

/** Families of wires: no message of theirs comes over MQTT. */
const ON_WIRES: ReadonlySet<string> = new Set(
  ['gpio', 'firmata', ...SERIAL_PROFILES].filter((name) => name !== 'rtl_433'),
);

function checkProfile(draft: Draft, path: Path, families: ReadonlyMap<string, FamilyFacts>, report: Report): void {
  const profile = draft.part<string>([...path, 'profile']);
  if (profile === null) return;
  const family = families.get(profile.value);
  if (family === undefined) {
    const remedy = remedyFor(profile.value, [...families.keys()], 'run `lantern devices` to see them');
    report.error(profile.path, `${quote(profile.value)} is not a known profile; ${remedy}`);
    return;
  }
  if (ON_WIRES.has(profile.value) && driverAt(draft, path) === 'mqtt') {
    const driver = profile.value === 'gpio' || profile.value === 'firmata' ? profile.value : 'serial';
    report.error(profile.path, `${profile.value} does not come over MQTT; set driver: ${driver}`);
    return;
  }
  checkAddress(draft, path, profile.value, family, report);
  if (path[0] === 'outputs' && !family.switches) {
    report.error(profile.path, `${profile.value} only listens and can switch nothing; name another profile`);
  }
  if (path[0] === 'devices') warnOfWeakness(draft, path, family, report);
  const model = draft.part<string>([...path, 'model']);
  if (model === null || family.models.includes(model.value)) return;
  const near = nearest(model.value, family.models);
  const common = `remove it to use the common rules of ${profile.value}`;
  const remedy = near === null ? common : `did you mean "${near}"?`;
  report.error(model.path, `${quote(model.value)} is not a model of ${profile.value}; ${remedy}`);
}

/** Whether an address is needed, or may be given. */
function checkAddress(draft: Draft, path: Path, name: string, family: FamilyFacts, report: Report): void {
  const at: Path = [...path, 'address'];
  const given = valueAt(draft.raw, at) !== undefined;
  const { address } = family;
  if (address === null && given) {
    report.error(at, `means nothing for ${name}, where each device has a topic of its own; remove it`, 'key');
    return;
  }
  if (address?.kind === 'shared' && !given) {
    const why = `is missing; many devices of ${name} share a topic, so name the one, as in "${address.example}"`;
    report.error(at, why);
  }
  const said = draft.part<string>(at);
  if (address === null || said === null) return;
  const fault = addressFault(said.value, address.kind === 'part');
  if (fault !== null)
    report.error(said.path, `${quote(said.value)} is not an address; ${fault}, as in "${address.example}"`);
}

function addressFault(address: string, isPart: boolean): string | null {
  if (isPart) return /^[\w-]+$/.test(address) ? null : 'write which part of the device';
  return /^[^\s/+#$]+$/.test(address) ? null : 'write it as `lantern devices seen` shows it';
}

/** What a device cannot do for a guard by its nature, so that nobody relies on it alone. */
function warnOfWeakness(draft: Draft, path: Path, family: FamilyFacts, report: Report): void {
  const topic = spokenAt(draft, path);
  const model = draft.part<string>([...path, 'model'])?.value ?? null;
  const address = draft.part<string>([...path, 'address'])?.value ?? null;
  const known = model ?? (topic === null ? null : family.modelOf(topic, address));
  // A gateway's word is none of a sensor that only sends.
  const unheard = family.copyable(known) || !family.tellsOnline(known);
  const limit = family.supervision(known) !== null || valueAt(draft.raw, [...path, 'supervision']) !== undefined;
  const silent = unheard && !limit;
  checkPresses(draft, path, family.presses(known), report);
  const weaknesses = [
    ...(silent ? ['is unsupervised: nobody notices when it falls silent'] : []),
    ...(family.copyable(known) ? ['can be copied: whoever records its messages can send them again'] : []),
  ];
  if (weaknesses.length > 0) {
    report.warning(
      [...path, 'profile'],
      `this device ${weaknesses.join(', and ')}; let it add to others, not stand alone`,
    );
  }
}

/** A button that is waited for to do what it never tells would be pressed in vain. A wire is timed by the hub itself. */
function checkPresses(draft: Draft, path: Path, told: readonly ButtonSignal[], report: Report): void {
  const wanted = draft.entries<ButtonSignal>([...path, 'zone', 'on']).map(({ value }) => value);
  if (wanted.length === 0 || told.length === 0 || ['gpio', 'firmata'].includes(driverAt(draft, path) ?? '')) return;
  if (wanted.some((action) => told.includes(action))) return;
  const can = [...new Set(told)].join(', ');
  report.error(
    [...path, 'zone', 'on'],
    `this device never tells ${wanted.join(' or ')}, only ${can}; use what it tells`,
  );
}

/** The topic on which a device speaks that a family reads; null where its keys do not say. */
function spokenAt(draft: Draft, path: Path): string | null {
  if (driverAt(draft, path) !== 'serial') return draft.part<string>([...path, 'topic'])?.value ?? null;
  const gateway = draft.part<string>([...path, 'gateway']);
  return gateway === null ? null : heardTopic(gateway.value);
}

/** On a wire the signal says what it is at all, as for a detector that only lights the way, and a line has a filter. */
const MEANT_ALONE: Readonly<Partial<Record<DriverWord, readonly string[]>>> = {
  gpio: ['signal', 'debounce'],
  firmata: ['signal'],
};

function checkWithoutZone(draft: Draft, path: Path, report: Report): void {
  const driver = driverAt(draft, path);
  const alone = driver === null ? [] : (MEANT_ALONE[driver] ?? []);
  for (const key of ['signal', 'debounce'].filter((each) => !alone.includes(each))) {
    if (valueAt(draft.raw, [...path, key]) !== undefined) {
      report.error([...path, key], 'means nothing without a zone; remove it, or give the device a zone', 'key');
    }
  }
}

type Option = Exclude<keyof ZoneEntry, 'type'>;

/** Zone types an option means something for; the others refuse it. */
const MEANT_FOR: Readonly<Record<Exclude<Option, 'on'>, readonly ZoneEntry['type'][]>> = {
  modes: ['entry', 'perimeter', 'interior', 'tremor'],
  entryDelay: ['entry'],
  finalDoor: ['entry'],
  forcedEntry: ['entry'],
  hits: ['tremor'],
  within: ['tremor'],
  guards: ['tremor'],
  silent: ['panic'],
  number: ZONE_TYPES,
};

function checkZone(draft: Draft, path: Path, report: Report): void {
  const type = draft.part<ZoneType>([...path, 'zone', 'type'])?.value;
  if (type === undefined) return;
  const has = (key: string): boolean => valueAt(draft.raw, [...path, 'zone', key]) !== undefined;
  for (const [option, types] of Object.entries(MEANT_FOR)) {
    if (has(option) && !types.includes(type)) report.error([...path, 'zone', option], idle(option, type), 'key');
  }
  if (!has('modes') && MEANT_FOR.modes.includes(type)) {
    report.error([...path, 'zone', 'modes'], 'is missing; name the modes that guard it, as in [away, home, night]');
  }
  for (const key of ['modes', 'on']) reportRepeats(draft.entries<string>([...path, 'zone', key]), report);
  checkSignalOptions(draft, path, type, report);
}

function idle(option: string, type: string): string {
  if (option === 'modes') return `a ${type} zone is live in every mode; remove it`;
  const types = MEANT_FOR[option as keyof typeof MEANT_FOR];
  return `means nothing on a zone of type ${type}, only on ${types.join(', ')}; remove it`;
}

function checkSignalOptions(draft: Draft, path: Path, type: ZoneType, report: Report): void {
  const signal = draft.part<TripSignal>([...path, 'signal']);
  if (signal === null && valueAt(draft.raw, [...path, 'signal']) !== undefined) return;
  const trips = tripsOf(type, signal?.value ?? null);
  if ((type === 'mains' || type === 'hub_battery') && !trips.includes('contact')) {
    const why = `a ${type} zone is told by what is on or off, or open or closed; remove it, or set signal: contact`;
    report.error([...path, 'signal'], why);
  }
  if (valueAt(draft.raw, [...path, 'zone', 'on']) !== undefined && !trips.includes('button')) {
    const why = 'means nothing where no button trips the zone; remove it, or set signal: button';
    report.error([...path, 'zone', 'on'], why, 'key');
  }
  if (!trips.includes('contact')) checkDetectorDebounce(draft, path, report);
}

/** Only a closing is held back; a line also has a filter against what is too short to be meant. */
function checkDetectorDebounce(draft: Draft, path: Path, report: Report): void {
  const at: Path = [...path, 'debounce'];
  if (valueAt(draft.raw, at) === undefined) return;
  if (driverAt(draft, path) !== 'gpio') {
    report.error(at, 'only contacts are debounced, and none trips this zone; remove it', 'key');
    return;
  }
  const debounce = draft.part<string>(at);
  const fault = debounce === null ? null : wireDebounceFault(debounce.value);
  if (fault !== null) report.error(at, fault);
}

/** A word twice in a list is no harm, and a sign of a slip: the word meant is missing. */
function reportRepeats(words: readonly Item<string>[], report: Report): void {
  const seen = new Set<string>();
  for (const { path, value } of words) {
    if (seen.has(value)) report.error(path, `${quote(value)} is in the list already; remove it`);
    seen.add(value);
  }
}

function checkGuards(draft: Draft, report: Report): void {
  const zones = zoneTypes(draft);
  const guarded = new Set<unknown>();
  for (const path of draft.places(['devices'])) {
    const door = draft.part<string>([...path, 'zone', 'guards']);
    if (door === null || valueAt(draft.raw, [...path, 'zone', 'type']) !== 'tremor') continue;
    guarded.add(door.value);
    const fault = guardFault(zones, door.value);
    if (fault !== null) report.error(door.path, fault);
  }
  for (const path of draft.places(['devices'])) {
    const forced = draft.part<string>([...path, 'zone', 'forcedEntry']);
    const id = valueAt(draft.raw, [...path, 'id']);
    if (forced?.value === 'alarm' && typeof id === 'string' && !guarded.has(id)) {
      const message = `no tremor zone guards ${quote(id)}, so this never comes into play; give one guards: ${id}`;
      report.warning(forced.path, message);
    }
  }
}

function guardFault(zones: ReadonlyMap<string, unknown>, door: string): string | null {
  const type = zones.get(door);
  // A type with a slip in it has been told of; it may have been meant for an entry.
  if (type === 'entry' || (typeof type === 'string' && !ZONE_TYPES.some((known) => known === type))) return null;
  const doors = [...zones].filter(([, each]) => each === 'entry').map(([id]) => id);
  const what = type === undefined ? `there is no device ${quote(door)}` : `${quote(door)} is no entry zone`;
  return `${what}; ${remedyFor(door, doors, 'name a device whose zone is of type entry')}`;
}

/** Type of each device's zone by id, also where something else is wrong with the device. */
function zoneTypes(draft: Draft): ReadonlyMap<string, unknown> {
  const zones = new Map<string, unknown>();
  for (const { path, value } of idsOf(draft, 'devices')) {
    zones.set(value, valueAt(draft.raw, [...path.slice(0, -1), 'zone', 'type']) ?? null);
  }
  return zones;
}
