import {
  closeSync,
  fchmodSync,
  fchownSync,
  openSync,
  realpathSync,
  renameSync,
  type Stats,
  statSync,
  unlinkSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { type Document, isMap, isSeq, parseDocument, type YAMLSeq } from 'yaml';
import type { ZoneType } from '../alarm/plan.ts';
import { type LoadOptions, loadHouse } from './config.ts';
import type { Problem } from './house.ts';
import { readSource } from './source.ts';
import { syncFolder, writeAllSynced } from './synced.ts';

// Writes a device that was heard, or a person to tell, into the config of a house. The file is a person's work: what stands in it stays byte by
// byte, and until the new one is whole, checked and on the disk, the old one stays in its place.

/** A device to be written under `devices:`; null: that key is left out. */
export interface DeviceToAdd {
  readonly id: string;
  readonly name: string | null;
  readonly profile: string;
  /** Id of the serial gateway that hears it; null: it is on MQTT, and has a topic. */
  readonly gateway: string | null;
  readonly topic: string | null;
  readonly model: string | null;
  readonly address: string | null;
  readonly signal: string | null;
  readonly zone: { readonly type: string; readonly modes: readonly string[] | null } | null;
}

export type Added =
  /** `line` is what was written; `warnings` those that the new device brings. */
  | { readonly ok: true; readonly line: string; readonly warnings: readonly Problem[] }
  /** The file is as it was. `problems` with their places, where it is the config that is refused. */
  | { readonly ok: false; readonly why: string; readonly problems: readonly Problem[] };

const refused = (why: string, problems: readonly Problem[] = []): Added => ({ ok: false, why, problems });

/**
 * Adds a device to the config in `file`. The new config is checked as a whole before it takes the place of the old one in
 * one step; on any trouble the file is as it was. Never throws for what is in the file or on the disk.
 */
export const addDevice = (file: string, device: DeviceToAdd, options: LoadOptions): Added =>
  addTo(file, { list: 'devices', entry: entryOf(device), called: 'device' }, options);

/** A person to be written under `contacts:`. */
export interface ContactToAdd {
  readonly id: string;
  /** E.164. */
  readonly phone: string;
  /** Null: all but duress. */
  readonly alarms: readonly string[] | null;
}

/** Adds a person to tell to the config in `file`, as `addDevice` adds a device. */
export function addContact(file: string, { id, phone, alarms }: ContactToAdd, options: LoadOptions): Added {
  const entry = alarms === null ? { id, phone } : { id, phone, alarms };
  return addTo(file, { list: 'contacts', entry, called: 'contact' }, options);
}

/** One entry more for a list of the config. */
interface Addition {
  readonly list: 'devices' | 'contacts';
  readonly entry: object;
  readonly called: string;
}

function addTo(file: string, addition: Addition, options: LoadOptions): Added {
  const before = loadHouse(file, options);
  if (!before.ok) return refused('the config is refused as it is; mend it first', before.problems);
  const source = readSource(file);
  if (!source.ok) return refused(`${file}: ${source.why}`);
  const text = withAddition(source.text, addition);
  if (text === null)
    return refused(
      `${file} is written in a way that cannot be added to; add this line by hand: ${flowText(addition.entry)}`,
    );
  try {
    return replace(file, source.text, text, addition, options);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
    return refused(`${file} cannot be replaced (${code}); run this as its owner, and see that the disk has room`);
  }
}

function replace(file: string, old: string, text: string, addition: Addition, options: LoadOptions): Added {
  const real = realpathSync(file);
  // What the config names is looked for beside it, so it is checked where it will stand.
  if (dirname(real) !== realpathSync(dirname(file))) return refused(`${file} is a link; name the file itself, ${real}`);
  const was = statSync(real);
  const beside = join(dirname(file), `.${basename(file)}.${process.pid}.new`);
  writeBeside(beside, text, was);
  try {
    const checked = loadHouse(beside, options);
    const named = (problem: Problem): Problem => (problem.file === beside ? { ...problem, file } : problem);
    if (!checked.ok)
      return refused(`with the new ${addition.called} the config would be refused`, checked.problems.map(named));
    const now = readSource(file);
    if (!now.ok || now.text !== old) return refused(`${file} was changed meanwhile; try again`);
    renameSync(beside, real);
    syncFolder(dirname(real));
    const at = `${addition.list}[${listIn(parse(text).toJS(), addition).length - 1}]`;
    const warnings = checked.warnings.filter(({ path }) => path === at || path.startsWith(`${at}.`));
    return { ok: true, line: flowText(addition.entry), warnings: warnings.map(named) };
  } finally {
    removeLeft(beside);
  }
}

/** With the rights of the file it is to replace, or not at all: the hub must still be able to read it. */
function writeBeside(beside: string, text: string, was: Stats): void {
  const descriptor = openSync(beside, 'wx', 0o600);
  try {
    const is = statSync(beside);
    if (is.uid !== was.uid || is.gid !== was.gid) fchownSync(descriptor, was.uid, was.gid);
    fchmodSync(descriptor, was.mode & 0o777);
    writeAllSynced(descriptor, text);
  } catch (error) {
    removeLeft(beside);
    throw error;
  } finally {
    closeSync(descriptor);
  }
}

function removeLeft(beside: string): void {
  try {
    unlinkSync(beside);
  } catch {
    // It was renamed, or never made.
  }
}

/** The config with one entry more; null: it cannot be added so that nothing else changes. */
function withAddition(text: string, addition: Addition): string | null {
  const document = parse(text);
  const wanted = withEntry(document.toJS(), addition);
  const isIt = (next: string | null): next is string => next !== null && isDeepStrictEqual(plainOf(next), wanted);
  const line = spliced(text, document, addition);
  if (isIt(line)) return line;
  const anew = printed(document, addition);
  return isIt(anew) ? anew : null;
}

const parse = (text: string): Document.Parsed =>
  parseDocument(text, { customTags: [{ tag: '!secret', resolve: (name: string) => name }] });

const plainOf = (text: string): unknown => parse(text).toJS();

/** Looked at after the config was accepted, so that it is a list or not there. */
const listIn = (value: unknown, { list }: Addition): readonly unknown[] =>
  (value as { readonly [key in Addition['list']]?: readonly unknown[] | null })[list] ?? [];

const withEntry = (value: unknown, addition: Addition): unknown => ({
  ...(value as object),
  [addition.list]: [...listIn(value, addition), addition.entry],
});

/** A line after the last entry, all else untouched; null: the list is not one of lines. */
function spliced(text: string, document: Document.Parsed, { list: key, entry }: Addition): string | null {
  const line = flowText(entry);
  const end = text.includes('\r\n') ? '\r\n' : '\n';
  const { contents } = document;
  if (!isMap(contents) || contents.flow === true) return null;
  const whole = text.endsWith('\n') ? text : `${text}${end}`;
  if (!contents.has(key)) return `${whole}${key}:${end}  - ${line}${end}`;
  const list = contents.get(key, true);
  const place = isSeq(list) && list.flow !== true ? afterLast(whole, list) : null;
  return place === null ? null : `${whole.slice(0, place.at)}${place.indent}- ${line}${end}${whole.slice(place.at)}`;
}

function afterLast(text: string, list: YAMLSeq): { readonly at: number; readonly indent: string } | null {
  const range = (list.items.at(-1) as { readonly range?: readonly [number, number, number] } | undefined)?.range;
  if (range === undefined) return null;
  const [start, valueEnd] = range;
  const indent = /^( *)- +$/.exec(text.slice(text.lastIndexOf('\n', start - 1) + 1, start))?.[1];
  if (indent === undefined) return null;
  const lineEnd = text[valueEnd - 1] === '\n' ? valueEnd : text.indexOf('\n', valueEnd) + 1;
  return { at: lineEnd, indent };
}

/** Printed anew from the document: comments stay, spacing may change. */
function printed(document: Document.Parsed, { list, entry }: Addition): string | null {
  try {
    document.addIn([list], document.createNode(entry, { flow: true }));
    return document.toString({ lineWidth: 0 });
  } catch {
    return null;
  }
}

/** Modes in which a zone of this type is guarded where nobody says; null: it is live in all of them. */
function usualModes(type: string): readonly string[] | null {
  switch (type as ZoneType) {
    case 'entry':
    case 'perimeter':
    case 'tremor':
      return ['away', 'home', 'night'];
    case 'interior':
      return ['away'];
    default:
      return null;
  }
}

/** The keys in the order in which the shipped configs have them. */
function entryOf({ id, name, profile, gateway, topic, model, address, signal, zone }: DeviceToAdd): object {
  const modes = zone === null ? null : (zone.modes ?? usualModes(zone.type));
  const given = {
    id,
    name,
    driver: gateway === null ? null : 'serial',
    gateway,
    profile,
    model,
    topic: gateway === null ? topic : null,
    address,
    signal,
    zone: zone === null ? null : { type: zone.type, ...(modes === null ? {} : { modes }) },
  };
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== null));
}

/** One device as one line of YAML. */
export const lineOf = (device: DeviceToAdd): string => flowText(entryOf(device));

function flowText(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(flowText).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return wordText(String(value));
  return `{ ${Object.entries(value)
    .map(([key, part]) => `${key}: ${flowText(part)}`)
    .join(', ')} }`;
}

/** Words that YAML reads as nothing but text go bare; the rest is quoted, as JSON is. */
function wordText(word: string): string {
  const bare = /^[A-Za-z](?:[\w./ -]*[\w./-])?$/.test(word) && !/^(?:true|false|null|yes|no|on|off|y|n)$/i.test(word);
  return bare ? word : JSON.stringify(word);
}
