import { unreachable } from '../base/unreachable.ts';
import type { FlagName, NumberName, PayloadKind, Profile, Rule } from './profile.ts';
import { ANY_VALUE, deviceOn, topicFor } from './profile.ts';
import { type Quality, qualityIn } from './quality.ts';
import { fieldAt, jsonOf, keyOf, MAX_MESSAGE_BYTES, numberOf, textOf } from './read.ts';
import { addressesIn, addressOf, type Reader, readerFor, type Speaker, type TopicReader } from './reader.ts';
import type { ButtonSignal, KeypadSignal, RawMessage, Signals, TripSignal } from './signals.ts';

/**
 * What a message said, or why it says nothing. `why` is for a log: it quotes nothing of the message. `pulses` are the
 * signals that are a happening and not a level (an `action: tilt`): nobody will say when they end, and each one counts.
 * `press` tells this press from the last one, where the device counts them: the same again is the same press. `quality`
 * is how well a live message was heard, and no signal.
 */
export type Decoded =
  | {
      readonly ok: true;
      readonly signals: Signals;
      readonly pulses: readonly TripSignal[];
      readonly press?: string;
      readonly quality?: Quality;
    }
  | { readonly ok: false; readonly why: string };

/** A code of more characters than this is nobody's. */
const MAX_CODE_LENGTH = 64;

const NO_PULSES: readonly TripSignal[] = [];
const NOTHING: Decoded = { ok: true, signals: {}, pulses: NO_PULSES };

/** The topics a device with this topic speaks on, for the whole family: a model not known yet may use any of them. */
export function topicsOf(profile: Profile, deviceTopic: string, address: string | null = null): readonly string[] {
  const topics = new Set<string>();
  for (const known of [profile.common, ...profile.models.values()]) {
    for (const rules of known.topics) {
      const topic = topicFor(rules.topic, deviceTopic, addressOf(profile, address));
      if (topic !== null) topics.add(topic);
    }
  }
  return [...topics];
}

/** Of these topics, those that the device shares with others. */
export function sharedTopicsOf(profile: Profile, deviceTopic: string, address: string | null): readonly string[] {
  const shared = profile.common.topics.filter((rules) => rules.shared);
  return shared.flatMap((rules) => topicFor(rules.topic, deviceTopic, address) ?? []);
}

/**
 * Reads one message of one device. Never throws, whatever the bytes.
 *
 * Null and unknown fields, and values that no rule knows, are skipped. When one message says both, the alarmed value
 * wins: open over closed, true over false. A message from a broker's store never gives a button or a keypad signal.
 * An empty payload (a cleared topic) says nothing, and so does what another device says on a shared topic.
 */
export function read(reader: Reader, message: RawMessage): Decoded {
  const topic = reader.topics.get(message.topic);
  if (topic === undefined) return { ok: false, why: 'a topic this device does not speak on' };
  if (message.payload.length === 0) return NOTHING;
  const content = contentOf(message.payload, topic.payload);
  if (!content.ok) return content;
  if (isOthers(reader, topic, content.value)) return NOTHING;
  return withQuality(reader, content.value, message.stored, readFields(content.value, topic.rules, message.stored));
}

/** What a message on a shared topic holds: its content, and the names it gives its device. */
type Shared =
  | { readonly ok: true; readonly content: unknown; readonly addresses: readonly string[] }
  | { readonly ok: false; readonly why: string };

/** Opens a message on a shared topic once, whoever of the many it is from. */
export function openShared(profile: Profile, payload: Uint8Array): Shared {
  const content = contentOf(payload, 'json');
  if (!content.ok) return content;
  return { ok: true, content: content.value, addresses: addressesIn(profile, content.value) };
}

/** Reads what `openShared` has opened. */
export function readShared(reader: Reader, topic: string, content: unknown, stored: boolean): Decoded {
  const rules = reader.topics.get(topic)?.rules;
  if (rules === undefined) return NOTHING;
  return withQuality(reader, content, stored, readFields(content, rules, stored));
}

/** What a broker had kept was heard some other time. */
function withQuality({ profile }: Reader, content: unknown, stored: boolean, decoded: Decoded): Decoded {
  if (stored || !decoded.ok || profile.quality.length === 0) return decoded;
  const quality = qualityIn(profile.quality, content);
  return quality === null ? decoded : { ...decoded, quality };
}

/** Reads one message of one device, as `read` does, for those who read but one. */
export function decode(
  profile: Profile,
  model: string | null,
  deviceTopic: string,
  message: RawMessage,
  own: Partial<Pick<Speaker, 'address' | 'means'>> = {},
): Decoded {
  const { address = null, means = 'contact' } = own;
  return read(readerFor(profile, { model, topic: deviceTopic, address, means }), message);
}

/** A message of a device that no config names: where it stands, and what it said. */
interface Stray {
  readonly topic: string;
  readonly address: string | null;
  readonly decoded: Decoded;
}

/** Reads a message by what it and its topic say of its device. Null when no device of this family speaks there. */
export function decodeStray(profile: Profile, message: RawMessage, means: TripSignal = 'contact'): Stray | null {
  const topic = deviceOn(profile, message.topic);
  if (topic === null) return null;
  const address = straysAddress(profile, topic, message);
  return { topic, address, decoded: decode(profile, null, topic, message, { address, means }) };
}

/**
 * How much of a message on this topic its family knows: by an address in it, and by more of the topic. Below zero when
 * it is none of the family's: on a topic of many, what names no device is nobody's.
 */
export function knownOf(profile: Profile, stray: Pick<Stray, 'topic' | 'address'> | null, topic: string): number {
  if (stray === null || (profile.address?.kind === 'shared' && stray.address === null)) return -1;
  return topic.length - stray.topic.length + (stray.address === null ? 0 : MOST_OF_A_TOPIC);
}

/** An address in a message tells more than any topic. */
const MOST_OF_A_TOPIC = 65_536;

function straysAddress(profile: Profile, deviceTopic: string, { topic, payload }: RawMessage): string | null {
  if (profile.address === null) return null;
  if (profile.address.kind === 'shared') {
    const opened = openShared(profile, payload);
    if (!opened.ok) return null;
    const names = namesIn(profile, opened.content);
    // Of several names the one that this topic is of.
    return names.find((name) => profile.patterns.some((one) => topicFor(one, deviceTopic, name) === topic)) ?? null;
  }
  const part = partOn(profile, deviceTopic, topic);
  return part === profile.address.usual ? null : part;
}

/** The names as a config would have them: with their capitals. */
function namesIn(profile: Profile, content: unknown): readonly string[] {
  if (profile.address?.kind !== 'shared') return [];
  return profile.address.by.flatMap((fields) => {
    const parts = fields.map((field) => fieldAt(content, field));
    return parts.every((part) => keyOf(part) !== null && keyOf(part) !== '') ? [parts.join(':')] : [];
  });
}

/** The part of a device that a topic is of, as in `…/relay/1`. */
function partOn(profile: Profile, deviceTopic: string, topic: string): string | null {
  for (const pattern of profile.patterns) {
    const word = pattern.after.indexOf('$address');
    const start = pattern.before + deviceTopic + pattern.after.slice(0, word);
    if (word < 0 || !topic.startsWith(start)) continue;
    const part = topic.slice(start.length);
    if (topicFor(pattern, deviceTopic, part) === topic) return part;
  }
  return null;
}

function isOthers(reader: Reader, topic: TopicReader, content: unknown): boolean {
  if (!topic.shared || reader.address === null) return false;
  return !addressesIn(reader.profile, content).includes(reader.address);
}

type Content = { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly why: string };

function contentOf(payload: Uint8Array, kind: PayloadKind): Content {
  if (payload.length > MAX_MESSAGE_BYTES) return { ok: false, why: 'longer than 64 KiB' };
  const text = textOf(payload);
  if (text === null) return { ok: false, why: 'not UTF-8' };
  if (kind === 'text') return { ok: true, value: text };
  const json = jsonOf(text);
  const structured = json.ok && typeof json.value === 'object' && json.value !== null;
  if (structured) return { ok: true, value: json.value };
  if (kind === 'either') return { ok: true, value: json.ok ? json.value : text };
  return { ok: false, why: json.ok ? 'not a JSON object' : 'not JSON' };
}

type Building = { -readonly [Name in keyof Signals]: Signals[Name] };

function readFields(content: unknown, rules: readonly Rule[], stored: boolean): Decoded {
  const signals: Building = {};
  let pulses = NO_PULSES;
  let press: string | null = null;
  for (const rule of rules) {
    if (stored && (rule.live || rule.to === 'button' || rule.to === 'keypad')) continue;
    const value = fieldAt(content, rule.from);
    if (value === undefined || value === null || !appliesTo(rule, content)) continue;
    apply(rule, value, content, signals);
    const pulse = rule.live ? pulseOf(rule, value) : null;
    if (pulse !== null && !pulses.includes(pulse)) pulses = [...pulses, pulse];
    if (rule.to === 'button' && rule.count !== undefined) press ??= keyOf(fieldAt(content, rule.count));
  }
  return press === null || signals.button === undefined
    ? { ok: true, signals, pulses }
    : { ok: true, signals, pulses, press };
}

function appliesTo({ when }: Rule, content: unknown): boolean {
  return when === undefined || keyOf(fieldAt(content, when.from)) === when.says;
}

/** A live flag that says yes, or an opening; what else is live (a press, a code) is a happening by its name. */
function pulseOf(rule: Rule, value: unknown): TripSignal | null {
  switch (rule.to) {
    case 'contact':
      return meaning(rule.values, value) === 'open' ? rule.to : null;
    case 'motion':
    case 'vibration':
    case 'smoke':
    case 'co':
    case 'leak':
      return meaning(rule.values, value) === true ? rule.to : null;
    default:
      return null;
  }
}

function apply(rule: Rule, value: unknown, content: unknown, signals: Building): void {
  switch (rule.to) {
    case 'contact': {
      const contact = meaning(rule.values, value);
      if (contact !== undefined && signals.contact !== 'open') signals.contact = contact;
      return;
    }
    case 'button': {
      const button = meaning(rule.values, value) ?? wordIn(rule.words, value);
      if (button !== undefined) signals.button ??= button;
      return;
    }
    case 'keypad': {
      const action = meaning(rule.values, value);
      if (action !== undefined) signals.keypad ??= keypadSignal(rule, action, content);
      return;
    }
    case 'battery':
    case 'illuminance':
      applyNumber(rule.to, rule.min, rule.max, value, signals);
      return;
    case 'motion':
    case 'vibration':
    case 'tamper':
    case 'batteryLow':
    case 'online':
    case 'smoke':
    case 'co':
    case 'leak':
    case 'power':
      applyFlag(rule.to, meaning(rule.values, value), signals);
      return;
    default:
      unreachable(rule);
  }
}

function applyFlag(name: FlagName, value: boolean | undefined, signals: Building): void {
  if (value !== undefined && signals[name] !== true) signals[name] = value;
}

function applyNumber(name: NumberName, min: number, max: number, value: unknown, signals: Building): void {
  const number = numberOf(value);
  if (number !== null && number >= min && number <= max) signals[name] ??= number;
}

function meaning<T>(values: ReadonlyMap<string, T>, value: unknown): T | undefined {
  const key = keyOf(value);
  return key === null ? undefined : (values.get(key) ?? values.get(ANY_VALUE));
}

const separators = /[_\- ]+/;

function wordIn(
  words: ReadonlyMap<string, { readonly rank: number; readonly means: ButtonSignal }>,
  value: unknown,
): ButtonSignal | undefined {
  if (words.size === 0 || typeof value !== 'string') return undefined;
  const key = keyOf(value);
  if (key === null) return undefined;
  let best: { readonly rank: number; readonly means: ButtonSignal } | undefined;
  for (const word of key.split(separators)) {
    const found = words.get(word);
    if (found !== undefined && (best === undefined || found.rank < best.rank)) best = found;
  }
  return best?.means;
}

function keypadSignal(
  rule: Extract<Rule, { readonly to: 'keypad' }>,
  action: KeypadSignal['action'],
  content: unknown,
): KeypadSignal {
  const code = rule.code === null ? null : codeOf(fieldAt(content, rule.code));
  const transaction = rule.transaction === null ? null : transactionOf(fieldAt(content, rule.transaction));
  return { action, ...(code === null ? {} : { code }), ...(transaction === null ? {} : { transaction }) };
}

/** A code is text. One that comes as a number has lost its leading zeros already; its digits are what is left. */
function codeOf(value: unknown): string | null {
  if (typeof value === 'string') return value.length > 0 && value.length <= MAX_CODE_LENGTH ? value : null;
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? String(value) : null;
}

function transactionOf(value: unknown): number | null {
  const number = numberOf(value);
  return number !== null && Number.isSafeInteger(number) && number >= 0 ? number : null;
}
