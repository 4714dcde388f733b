import type { Duration } from '../base/time.ts';
import type { QualityField } from './quality.ts';
import type { ButtonSignal, KeypadSignal, Signals } from './signals.ts';

// A device profile is data: what topics a device speaks on, and which field means what. The files in `devices/` are
// written in this language; decode.ts reads messages by it.

/**
 * Where a device speaks: `before` + the device's topic without its last `up` levels + `after`, in which `$address`,
 * `$path` and `$plain` stand for the device's address.
 */
export interface TopicPattern {
  readonly before: string;
  readonly up: number;
  readonly after: string;
  /** Only a device with this level before the last of its topic speaks there; left out: any. */
  readonly level?: string;
}

/**
 * A way into a parsed message; the empty path is the whole payload. Array places are written as numbers. In a profile
 * `$address` stands for the device's address; a reader has it filled in.
 */
export type FieldPath = readonly string[];

/** Signals that are true or false. `alarmed` is the value that wins when one message says both. */
export type FlagName = 'motion' | 'vibration' | 'tamper' | 'batteryLow' | 'online' | 'smoke' | 'co' | 'leak' | 'power';
export type NumberName = 'battery' | 'illuminance';
type SignalName = keyof Signals | 'level';

/** The key in a value map that stands for every value not listed. */
export const ANY_VALUE = '$any';

/**
 * A value as text, in lower case, to what it means: `true`, `1` and `on` are keys, so a JSON true, a JSON "true" and
 * the plain text TRUE are the same.
 */
export type ValueMap<T> = ReadonlyMap<string, T>;

/** Words inside a longer value (`on_hold_release`), split at `_`, `-` and blanks. The lowest rank found wins. */
export type WordMap<T> = ReadonlyMap<string, { readonly rank: number; readonly means: T }>;

interface FromField {
  readonly from: FieldPath;
  /**
   * Only a live message counts: what a broker kept is old news. A live flag is a happening and not a level, so each
   * message is one more of it.
   */
  readonly live: boolean;
  /** The rule counts only in messages in which this field says this. */
  readonly when?: { readonly from: FieldPath; readonly says: string };
}

/** A bare on or off; only the house knows what of. `readerFor` makes it the rule for what the config says it is. */
export interface LevelRule extends FromField {
  readonly to: 'level';
  readonly values: ValueMap<boolean>;
  /** Off is told as surely as on: of a button it is that it was let go. */
  readonly ends?: true;
}

export type Rule =
  | (FromField & { readonly to: 'contact'; readonly values: ValueMap<'open' | 'closed'> })
  | (FromField & { readonly to: FlagName; readonly values: ValueMap<boolean> })
  | (FromField & { readonly to: NumberName; readonly min: number; readonly max: number })
  | (FromField & {
      readonly to: 'button';
      readonly values: ValueMap<ButtonSignal>;
      readonly words: WordMap<ButtonSignal>;
      /** A field that counts the presses: the same count again is the same press. */
      readonly count?: FieldPath;
    })
  | (FromField & {
      readonly to: 'keypad';
      readonly values: ValueMap<KeypadSignal['action']>;
      readonly code: FieldPath | null;
      readonly transaction: FieldPath | null;
    });

/**
 * How a payload is to be read: `json` must be an object or an array, `text` is taken as it is, `either` is JSON when
 * it is a JSON object and text otherwise.
 */
export type PayloadKind = 'json' | 'text' | 'either';

export interface TopicRules {
  readonly topic: TopicPattern;
  readonly payload: PayloadKind;
  /** Many devices speak here, and the message names its device by the family's address fields. */
  readonly shared?: true;
  readonly rules: readonly (Rule | LevelRule)[];
}

/** One model, its rules already merged with those of the family. */
export interface ModelProfile {
  /** Longest ordinary silence; null: this model is not supervised. */
  readonly supervision: Duration | null;
  /**
   * Its messages carry nothing that a recording does not: whoever heard one can send it again. Such a device may raise
   * an alarm, and what puts something at rest has to hold first.
   */
  readonly copyable: boolean;
  /** A happening that is told several times within this time is one; zero where a device tells each once. */
  readonly repeats: Duration;
  readonly topics: readonly TopicRules[];
}

/** How a device is told from others on the same topic. */
export type AddressKind =
  /** Many devices share a topic. Each list of fields, their values joined by colons, is a way to name one of them. */
  | { readonly kind: 'shared'; readonly by: readonly (readonly FieldPath[])[]; readonly example: string }
  /** One device has several switches, inputs or relays; the usual one where the config names none. */
  | { readonly kind: 'part'; readonly usual: string; readonly example: string };

/** What the gateway of a family says of itself and of its devices. Patterns are applied to the gateway's base topic. */
export interface GatewayProfile {
  /** Levels of a topic at which no device speaks: the gateway's own, and those for orders to devices. */
  readonly reserved: ReadonlySet<string>;
  readonly online: {
    readonly after: string;
    /** The first of these fields that is there. */
    readonly from: readonly FieldPath[];
    readonly values: ValueMap<boolean>;
  } | null;
  /** A JSON list of devices: which field names the device, which its model. */
  readonly models: { readonly after: string; readonly name: FieldPath; readonly model: FieldPath } | null;
}

/** How one family of devices is understood. */
export interface Profile {
  readonly name: string;
  /** For a device whose model is not known. */
  readonly common: ModelProfile;
  readonly models: ReadonlyMap<string, ModelProfile>;
  /** Every pattern of the family and its models, each once. */
  readonly patterns: readonly TopicPattern[];
  /** Null: a topic is a device. */
  readonly address: AddressKind | null;
  /** The last level of a device's topic begins with its model, as in `shellydw2-A4CF12F43189`. */
  readonly modelInTopic: boolean;
  readonly gateway: GatewayProfile | null;
  /** Where its messages tell how well they were heard, in the order of preference; empty: nowhere. */
  readonly quality: readonly QualityField[];
}

/** What a model file says apart from its family. */
export interface ModelOverride {
  /** Undefined: as the family. */
  readonly supervision?: Duration | null;
  readonly copyable?: boolean;
  readonly repeats?: Duration;
  /** Signals that this model sends without meaning them. */
  readonly ignore: readonly SignalName[];
  readonly topics: readonly TopicRules[];
}

/** The rules for this model; those of the family where the model is unknown or not given. */
export function modelOf(profile: Profile, model: string | null): ModelProfile {
  return (model === null ? undefined : profile.models.get(model)) ?? profile.common;
}

/**
 * The model that a device's own name gives away: the first part of a shared address, or of the last level of its topic
 * where the family names topics so. Null when that is no model with a file.
 */
export function modelNamed(profile: Profile, deviceTopic: string, address: string | null): string | null {
  const inAddress = profile.address?.kind === 'shared' && address !== null ? (address.split(':')[0] ?? '') : null;
  const inTopic = profile.modelInTopic ? deviceTopic.slice(deviceTopic.lastIndexOf('/') + 1) : '';
  const name = inAddress ?? inTopic.slice(0, Math.max(0, inTopic.lastIndexOf('-')));
  return profile.models.has(name) ? name : null;
}

/**
 * A model's own rules laid over the family's: on a topic where the model says something of a signal, the family's
 * rules for that signal are dropped there; all else is kept.
 */
export function overlay(common: ModelProfile, model: ModelOverride): ModelProfile {
  const kept = common.topics.map((family) => overlayTopic(family, model));
  const own = model.topics.filter((topic) => !common.topics.some((family) => sameTopic(family.topic, topic.topic)));
  return {
    supervision: model.supervision === undefined ? common.supervision : model.supervision,
    copyable: model.copyable ?? common.copyable,
    repeats: model.repeats ?? common.repeats,
    topics: [...kept, ...own],
  };
}

function overlayTopic(family: TopicRules, model: ModelOverride): TopicRules {
  const own = model.topics.find((topic) => sameTopic(topic.topic, family.topic));
  const ownRules = own?.rules ?? [];
  const replaced = new Set<SignalName>([...model.ignore, ...ownRules.map((rule) => rule.to)]);
  return {
    topic: family.topic,
    payload: own?.payload ?? family.payload,
    ...(family.shared ? { shared: true } : {}),
    rules: [...ownRules, ...family.rules.filter((rule) => !replaced.has(rule.to))],
  };
}

/** The patterns of these, each once. */
export function patternsOf(models: Iterable<ModelProfile>): readonly TopicPattern[] {
  const patterns: TopicPattern[] = [];
  for (const { topics } of models) {
    for (const { topic } of topics) if (!patterns.some((known) => sameTopic(known, topic))) patterns.push(topic);
  }
  return patterns;
}

function sameTopic(a: TopicPattern, b: TopicPattern): boolean {
  return a.before === b.before && a.up === b.up && a.after === b.after && a.level === b.level;
}

const pattern = /^([^$]*)\$(device|up([1-8]))((?:[^$]|\$(?:address|path|plain)\b)*)$/;
const addressWord = /\$(address|path|plain)\b/;

/**
 * Reads `$device/availability`, `tele/$device/LWT`, `$up2/status`; `$upN` is the device's topic without its last N
 * levels. After it `$address` is the device's address, `$path` the same as levels of a topic (colons as slashes) and
 * `$plain` without colons and in capitals. Null when the text is no such pattern.
 */
export function parseTopicPattern(text: string): TopicPattern | null {
  const found = pattern.exec(text);
  if (found === null) return null;
  return { before: found[1] ?? '', up: Number(found[3] ?? 0), after: found[4] ?? '' };
}

/** The topic a pattern means for this device; null when the device has no such topic. */
export function topicFor(pattern: TopicPattern, deviceTopic: string, address: string | null = null): string | null {
  if (!isOfKind(pattern, deviceTopic)) return null;
  let stem = deviceTopic;
  for (let level = 0; level < pattern.up; level += 1) {
    const slash = stem.lastIndexOf('/');
    if (slash < 0) return null;
    stem = stem.slice(0, slash);
  }
  const after = addressIn(pattern.after, address);
  return after === null ? null : pattern.before + stem + after;
}

function addressIn(after: string, address: string | null): string | null {
  const found = addressWord.exec(after);
  if (found === null) return after;
  if (address === null) return null;
  const [word, form] = found;
  const said =
    form === 'path'
      ? address.split(':').join('/')
      : form === 'plain'
        ? address.split(':').join('').toUpperCase()
        : address;
  return after.split(word).join(said);
}

/** The device's topic, read back from a topic it speaks on; null when this pattern cannot have made that topic. */
function deviceFor(pattern: TopicPattern, topic: string): string | null {
  if (pattern.up > 0 || !topic.startsWith(pattern.before)) return null;
  const word = addressWord.exec(pattern.after);
  const ends = word === null ? topic.endsWith(pattern.after) : true;
  const after = word === null ? topic.length - pattern.after.length : topic.indexOf(pattern.after.slice(0, word.index));
  if (!ends || after <= pattern.before.length) return null;
  const device = topic.slice(pattern.before.length, after);
  return isOfKind(pattern, device) ? device : null;
}

function isOfKind({ level }: TopicPattern, deviceTopic: string): boolean {
  return level === undefined || deviceTopic.split('/').at(-2) === level;
}

/**
 * The device that speaks on this topic, by the family's patterns: `…/hall/availability` is the device `…/hall`. Null
 * when no device can.
 */
export function deviceOn(profile: Profile, topic: string): string | null {
  if (profile.gateway !== null && hasReservedLevel(profile.gateway, topic)) return null;
  let found: string | null = null;
  for (const pattern of profile.patterns) {
    const device = deviceFor(pattern, topic);
    // The longest pattern leaves the shortest device, and is the one that was meant.
    if (device !== null && (found === null || device.length < found.length)) found = device;
  }
  return found;
}

function hasReservedLevel(gateway: GatewayProfile, topic: string): boolean {
  return topic.split('/').some((level, place) => place > 0 && gateway.reserved.has(level));
}
