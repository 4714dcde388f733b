import { unreachable } from '../base/unreachable.ts';
import type { FlagName, ModelProfile, NumberName, PayloadKind, Profile, Rule, TopicRules } from './profile.ts';
import { modelOf, topicFor } from './profile.ts';
import { fieldAt, jsonOf, keyOf, MAX_MESSAGE_BYTES, numberOf, textOf } from './read.ts';
import type { ButtonSignal, KeypadSignal, RawMessage, Signals, TripSignal } from './signals.ts';

/**
 * What a message said, or why it says nothing. `why` is for a log: it quotes nothing of the message. `pulses` are the
 * signals that are a happening and not a level (an `action: tilt`): nobody will say when they end, and each one counts.
 */
export type Decoded =
  | { readonly ok: true; readonly signals: Signals; readonly pulses: readonly TripSignal[] }
  | { readonly ok: false; readonly why: string };

/** A code of more characters than this is nobody's. */
const MAX_CODE_LENGTH = 64;

const NO_PULSES: readonly TripSignal[] = [];
const NOTHING: Decoded = { ok: true, signals: {}, pulses: NO_PULSES };

/** The topics a device with this topic speaks on, for the whole family: a model not known yet may use any of them. */
export function topicsOf(profile: Profile, deviceTopic: string): readonly string[] {
  const topics = new Set<string>();
  for (const known of [profile.common, ...profile.models.values()]) {
    for (const rules of known.topics) {
      const topic = topicFor(rules.topic, deviceTopic);
      if (topic !== null) topics.add(topic);
    }
  }
  return [...topics];
}

/**
 * Reads one message of one device. Never throws, whatever the bytes.
 *
 * Null and unknown fields, and values that no rule knows, are skipped. When one message says both, the alarmed value
 * wins: open over closed, true over false. A message from a broker's store never gives a button or a keypad signal.
 * An empty payload (a cleared topic) says nothing.
 */
export function decode(profile: Profile, model: string | null, deviceTopic: string, message: RawMessage): Decoded {
  const rules = rulesFor(modelOf(profile, model), deviceTopic, message.topic);
  if (rules === null) return { ok: false, why: 'a topic this device does not speak on' };
  if (message.payload.length === 0) return NOTHING;
  const content = contentOf(message.payload, rules.payload);
  if (!content.ok) return content;
  return readFields(content.value, rules.rules, message.stored);
}

function rulesFor(model: ModelProfile, deviceTopic: string, topic: string): TopicRules | null {
  for (const rules of model.topics) {
    if (topicFor(rules.topic, deviceTopic) === topic) return rules;
  }
  return null;
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
  for (const rule of rules) {
    if (stored && (rule.live || rule.to === 'button' || rule.to === 'keypad')) continue;
    const value = fieldAt(content, rule.from);
    if (value === undefined || value === null) continue;
    apply(rule, value, content, signals);
    const pulse = rule.live ? pulseOf(rule, value) : null;
    if (pulse !== null && !pulses.includes(pulse)) pulses = [...pulses, pulse];
  }
  return { ok: true, signals, pulses };
}

/** A live flag that says yes; what else is live (a press, a code) is a happening by its name. */
function pulseOf(rule: Rule, value: unknown): TripSignal | null {
  if (rule.to !== 'vibration' && rule.to !== 'motion') return null;
  return meaning(rule.values, value) === true ? rule.to : null;
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
  return key === null ? undefined : values.get(key);
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
