import type { FamilyFacts } from './house.ts';
import { type Path, quote } from './path.ts';
import type { Report } from './report.ts';
import type { DeviceEntry, OutputEntry, ZoneEntry } from './schema.ts';
import type { Draft, Item } from './shape.ts';
import { nearest, remedyFor } from './suggest.ts';
import { topicFault } from './topics.ts';
import { tripsOf } from './zone-rules.ts';

/** Profiles, models, topics and zones of devices and outputs. */
export function checkDevices(draft: Draft, families: ReadonlyMap<string, FamilyFacts>, report: Report): void {
  const devices = draft.entries<DeviceEntry>(['devices']);
  for (const item of [...devices, ...draft.entries<OutputEntry>(['outputs'])]) {
    checkProfile(item, families, report);
    const fault = topicFault(item.value.topic);
    if (fault !== null) report.error([...item.path, 'topic'], fault);
  }
  for (const item of devices) {
    if (item.value.zone === undefined) checkWithoutZone(item, report);
    else checkZone(item, item.value.zone, report);
  }
  checkGuards(draft, devices, report);
}

function checkProfile(
  { path, value }: Item<DeviceEntry | OutputEntry>,
  families: ReadonlyMap<string, FamilyFacts>,
  report: Report,
): void {
  const family = families.get(value.profile);
  if (family === undefined) {
    const remedy = remedyFor(value.profile, [...families.keys()], 'run `lantern devices` to see them');
    report.error([...path, 'profile'], `${quote(value.profile)} is not a known profile; ${remedy}`);
  } else if (value.model !== undefined && !family.models.includes(value.model)) {
    const near = nearest(value.model, family.models);
    const remedy = near === null ? `remove it to use the common rules of ${value.profile}` : `did you mean "${near}"?`;
    report.error([...path, 'model'], `${quote(value.model)} is not a model of ${value.profile}; ${remedy}`);
  }
}

function checkWithoutZone({ path, value }: Item<DeviceEntry>, report: Report): void {
  for (const key of ['signal', 'debounce'] as const) {
    if (value[key] !== undefined) {
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
};

function checkZone({ path, value }: Item<DeviceEntry>, zone: ZoneEntry, report: Report): void {
  const at: Path = [...path, 'zone'];
  for (const [option, types] of Object.entries(MEANT_FOR)) {
    if (Object.hasOwn(zone, option) && !types.includes(zone.type))
      report.error([...at, option], idle(option, zone.type), 'key');
  }
  const modes = zone.modes ?? [];
  if (zone.modes === undefined && MEANT_FOR.modes.includes(zone.type)) {
    report.error([...at, 'modes'], 'is missing; name the modes that guard it, as in [away, home, night]');
  }
  reportRepeats([...at, 'modes'], modes, report);
  reportRepeats([...at, 'on'], zone.on ?? [], report);
  checkSignalOptions(path, value, zone, report);
}

function idle(option: string, type: string): string {
  if (option === 'modes') return `a ${type} zone is live in every mode; remove it`;
  const types = MEANT_FOR[option as keyof typeof MEANT_FOR];
  return `means nothing on a zone of type ${type}, only on ${types.join(', ')}; remove it`;
}

function checkSignalOptions(path: Path, device: DeviceEntry, zone: ZoneEntry, report: Report): void {
  const trips = tripsOf(zone.type, device.signal ?? null);
  if (zone.on !== undefined && !trips.includes('button')) {
    report.error(
      [...path, 'zone', 'on'],
      'means nothing where no button trips the zone; remove it, or set signal: button',
      'key',
    );
  }
  if (device.debounce !== undefined && !trips.includes('contact')) {
    report.error([...path, 'debounce'], 'only contacts are debounced, and none trips this zone; remove it', 'key');
  }
}

/** A word twice in a list is no harm, and a sign of a slip: the word meant is missing. */
function reportRepeats(path: Path, words: readonly string[], report: Report): void {
  for (const [index, word] of words.entries()) {
    if (words.indexOf(word) < index) report.error([...path, index], `${quote(word)} is in the list already; remove it`);
  }
}

function checkGuards(draft: Draft, devices: readonly Item<DeviceEntry>[], report: Report): void {
  const guarded = new Set<string>();
  for (const { path, value } of devices) {
    const door = value.zone?.guards;
    if (door === undefined) continue;
    guarded.add(door);
    const fault = guardFault(draft, door);
    if (fault !== null) report.error([...path, 'zone', 'guards'], fault);
  }
  for (const { path, value } of devices) {
    if (value.zone?.forcedEntry === 'alarm' && !guarded.has(value.id)) {
      const at: Path = [...path, 'zone', 'forcedEntry'];
      report.warning(
        at,
        `no tremor zone guards ${quote(value.id)}, so this never comes into play; add one with guards: ${value.id}`,
      );
    }
  }
}

function guardFault(draft: Draft, door: string): string | null {
  const zones = rawZones(draft);
  const type = zones.get(door);
  if (type === 'entry') return null;
  const doors = [...zones].filter(([, each]) => each === 'entry').map(([name]) => name);
  if (type !== undefined) return `${quote(door)} is no entry zone; ${remedyFor(door, doors, 'name an entry door')}`;
  return `there is no device ${quote(door)}; ${remedyFor(door, doors, 'name an entry door')}`;
}

/** Type of each device's zone by id, of devices with slips too. */
function rawZones(draft: Draft): ReadonlyMap<string, unknown> {
  const list = draft.raw;
  const devices = typeof list === 'object' && list !== null ? Reflect.get(list, 'devices') : [];
  const zones = new Map<string, unknown>();
  for (const device of Array.isArray(devices) ? devices : []) {
    if (typeof device !== 'object' || device === null || typeof device.id !== 'string') continue;
    zones.set(device.id, device.zone?.type ?? 'none');
  }
  return zones;
}
