import type { Duration } from '../base/time.ts';
import type { ButtonSignal, KeypadSignal, Signals } from './signals.ts';

// A device profile is data: what topics a device speaks on, and which field means what. The files in `devices/` are
// written in this language; decode.ts reads messages by it.

/** Where a device speaks: `before` + the device's topic without its last `up` levels + `after`. */
export interface TopicPattern {
  readonly before: string;
  readonly up: number;
  readonly after: string;
}

/** A way into a parsed message; the empty path is the whole payload. Array places are written as numbers. */
export type FieldPath = readonly string[];

/** Signals that are true or false. `alarmed` is the value that wins when one message says both. */
export type FlagName = 'motion' | 'vibration' | 'tamper' | 'batteryLow' | 'online' | 'smoke' | 'co' | 'leak' | 'power';
export type NumberName = 'battery' | 'illuminance';
type SignalName = keyof Signals;

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
}

export type Rule =
  | (FromField & { readonly to: 'contact'; readonly values: ValueMap<'open' | 'closed'> })
  | (FromField & { readonly to: FlagName; readonly values: ValueMap<boolean> })
  | (FromField & { readonly to: NumberName; readonly min: number; readonly max: number })
  | (FromField & {
      readonly to: 'button';
      readonly values: ValueMap<ButtonSignal>;
      readonly words: WordMap<ButtonSignal>;
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
  readonly rules: readonly Rule[];
}

/** One model, its rules already merged with those of the family. */
export interface ModelProfile {
  /** Longest ordinary silence; null: this model is not supervised. */
  readonly supervision: Duration | null;
  readonly topics: readonly TopicRules[];
}

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
  readonly gateway: GatewayProfile | null;
}

/** What a model file says apart from its family. */
export interface ModelOverride {
  /** Undefined: as the family. */
  readonly supervision?: Duration | null;
  /** Signals that this model sends without meaning them. */
  readonly ignore: readonly SignalName[];
  readonly topics: readonly TopicRules[];
}

/** The rules for this model; those of the family where the model is unknown or not given. */
export function modelOf(profile: Profile, model: string | null): ModelProfile {
  return (model === null ? undefined : profile.models.get(model)) ?? profile.common;
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
    rules: [...ownRules, ...family.rules.filter((rule) => !replaced.has(rule.to))],
  };
}

function sameTopic(a: TopicPattern, b: TopicPattern): boolean {
  return a.before === b.before && a.up === b.up && a.after === b.after;
}

const pattern = /^([^$]*)\$(device|up([1-8]))([^$]*)$/;

/**
 * Reads `$device/availability`, `tele/$device/LWT`, `$up2/status`; `$upN` is the device's topic without its last N
 * levels. Null when the text is no such pattern.
 */
export function parseTopicPattern(text: string): TopicPattern | null {
  const found = pattern.exec(text);
  if (found === null) return null;
  return { before: found[1] ?? '', up: Number(found[3] ?? 0), after: found[4] ?? '' };
}

/** The topic a pattern means for this device; null when the device's topic has too few levels. */
export function topicFor(pattern: TopicPattern, deviceTopic: string): string | null {
  let stem = deviceTopic;
  for (let level = 0; level < pattern.up; level += 1) {
    const slash = stem.lastIndexOf('/');
    if (slash < 0) return null;
    stem = stem.slice(0, slash);
  }
  return pattern.before + stem + pattern.after;
}

/** The device's topic, read back from a topic it speaks on; null when this pattern cannot have made that topic. */
function deviceFor(pattern: TopicPattern, topic: string): string | null {
  const length = topic.length - pattern.before.length - pattern.after.length;
  if (pattern.up > 0 || length < 1) return null;
  if (!topic.startsWith(pattern.before) || !topic.endsWith(pattern.after)) return null;
  return topic.slice(pattern.before.length, pattern.before.length + length);
}

/**
 * The device that speaks on this topic, by the family's patterns: `…/hall/availability` is the device `…/hall`. Null
 * when no device can.
 */
export function deviceOn(profile: Profile, topic: string): string | null {
  if (profile.gateway !== null && hasReservedLevel(profile.gateway, topic)) return null;
  let found: string | null = null;
  for (const rules of profile.common.topics) {
    const device = deviceFor(rules.topic, topic);
    // The longest pattern leaves the shortest device, and is the one that was meant.
    if (device !== null && (found === null || device.length < found.length)) found = device;
  }
  return found;
}

function hasReservedLevel(gateway: GatewayProfile, topic: string): boolean {
  return topic.split('/').some((level, place) => place > 0 && gateway.reserved.has(level));
}
