import type { KeypadCommands, OutputRole, SwitchCommands } from '../act/plan.ts';
import type { ActModel } from '../act/profile.ts';
import { type Duration, duration } from '../base/time.ts';
import type {
  AddressKind,
  FieldPath,
  GatewayProfile,
  LevelRule,
  ModelProfile,
  Rule,
  TopicPattern,
  TopicRules,
  ValueMap,
  WordMap,
} from '../sense/profile.ts';
import { overlay, parseTopicPattern } from '../sense/profile.ts';
import type { QualityField } from '../sense/quality.ts';
import type { FamilyFile, KeypadFile, ModelFile, RuleFile, TopicFile } from './devices-schema.ts';
import { parseDuration } from './durations.ts';

// From a checked device file to what the rooms read. Nothing here can fail: the schema has refused what would.

/** What a flag is called where a rule gives no values of its own. */
const plainFlags: ValueMap<boolean> = new Map([
  ['true', true],
  ['on', true],
  ['1', true],
  ['yes', true],
  ['false', false],
  ['off', false],
  ['0', false],
  ['no', false],
]);

export function compileFamily(file: FamilyFile): ModelProfile {
  return {
    supervision: compileDuration(file.supervision),
    copyable: file.copyable ?? false,
    repeats: compileDuration(file.repeats ?? null) ?? duration(0),
    topics: [...file.topics.map(compileTopic), ...(file.quality?.topics ?? []).map(qualityTopic)],
  };
}

/** A topic on which nothing is told but how well a device is heard. */
const qualityTopic = (topic: string): TopicRules => ({
  topic: compilePattern(topic, undefined),
  payload: 'json',
  rules: [],
});

export function compileQuality({ quality }: FamilyFile): readonly QualityField[] {
  return (['linkQuality', 'rssi', 'snr', 'noise'] as const).flatMap((name) => {
    const measure = quality?.[name];
    if (measure === undefined) return [];
    const { from, min, max, weak, bad } = measure;
    const judged = weak === undefined || bad === undefined ? null : { weak, bad };
    return paths(from).map((path) => ({ name, from: path, min, max, judged }));
  });
}

export function compileModel(common: ModelProfile, file: ModelFile): ModelProfile {
  return overlay(common, {
    ...(file.supervision === undefined ? {} : { supervision: compileDuration(file.supervision) }),
    ...(file.copyable === undefined ? {} : { copyable: file.copyable }),
    ...(file.repeats === undefined ? {} : { repeats: compileDuration(file.repeats) ?? duration(0) }),
    ignore: file.ignore ?? [],
    topics: (file.topics ?? []).map(compileTopic),
  });
}

export function compileGateway(file: FamilyFile): GatewayProfile | null {
  if (file.gateway === undefined) return null;
  const { reserved, online, models } = file.gateway;
  return {
    reserved: new Set(reserved),
    online:
      online === undefined
        ? null
        : { after: afterBase(online.topic), from: paths(online.from), values: lowerKeys(online.values) },
    models:
      models === undefined
        ? null
        : { after: afterBase(models.topic), name: fieldPath(models.name), model: fieldPath(models.model) },
  };
}

export function compileAddress(file: FamilyFile): AddressKind | null {
  const { address } = file;
  if (address === undefined) return null;
  if ('usual' in address) return { kind: 'part', usual: address.usual, example: address.example };
  return { kind: 'shared', by: address.by.map((fields) => fields.map(fieldPath)), example: address.example };
}

const SILENT: SwitchCommands = { on: [], off: [], confirms: false };

/** A family that only listens sends nothing. */
export function compileSwitches(file: FamilyFile): Readonly<Record<OutputRole, SwitchCommands>> {
  if (file.switch === undefined) return { siren: SILENT, strobe: SILENT, light: SILENT, relay: SILENT };
  return file.switch as Readonly<Record<OutputRole, SwitchCommands>>;
}

/** `anyKeypad` is how the family's keypads are answered. */
export function compileActModel(file: ModelFile, anyKeypad: KeypadCommands | null): ActModel {
  const keypad =
    file.keypad === undefined ? null : file.keypad === 'as-family' ? anyKeypad : compileKeypad(file.keypad);
  return { switches: (file.switch ?? {}) as ActModel['switches'], keypad };
}

export function compileKeypad(file: KeypadFile): KeypadCommands {
  return file as KeypadCommands;
}

/** The topic the schema has already found good. */
export function compilePattern(text: string, level: string | undefined): TopicPattern {
  const pattern = parseTopicPattern(text) ?? { before: '', up: 0, after: '' };
  return level === undefined ? pattern : { ...pattern, level };
}

function compileTopic(file: TopicFile): TopicRules {
  return {
    topic: compilePattern(file.topic, file.for),
    payload: file.payload,
    ...(file.shared === undefined ? {} : { shared: file.shared }),
    rules: file.rules.flatMap(compileRule),
  };
}

/** Several names for one thing become several rules, in their order. */
function compileRule(file: RuleFile): readonly (Rule | LevelRule)[] {
  return paths(file.from).map((from) => compileOne(file, from));
}

function compileOne(file: RuleFile, from: FieldPath): Rule | LevelRule {
  const { when } = file;
  const whole = {
    from,
    live: file.live === true,
    ...(when === undefined ? {} : { when: { from: fieldPath(when.from), says: when.says.toLowerCase() } }),
  };
  switch (file.to) {
    case 'contact':
      return { ...whole, to: file.to, values: lowerKeys(file.values) };
    case 'battery':
    case 'illuminance':
      return { ...whole, to: file.to, min: file.min, max: file.max };
    case 'button':
      return {
        ...whole,
        to: file.to,
        values: lowerKeys(file.values ?? {}),
        words: ranked(file.words ?? {}),
        ...(file.count === undefined ? {} : { count: fieldPath(file.count) }),
      };
    case 'keypad':
      return {
        ...whole,
        to: file.to,
        values: lowerKeys(file.values),
        code: file.code === undefined ? null : fieldPath(file.code),
        transaction: file.transaction === undefined ? null : fieldPath(file.transaction),
      };
    case 'level': {
      const values = file.values === undefined ? plainFlags : lowerKeys(file.values);
      return { ...whole, to: file.to, values, ...(file.ends === true ? { ends: true } : {}) };
    }
    default:
      return { ...whole, to: file.to, values: file.values === undefined ? plainFlags : lowerKeys(file.values) };
  }
}

function paths(from: string | readonly string[]): readonly FieldPath[] {
  return (typeof from === 'string' ? [from] : from).map(fieldPath);
}

/** `a.b.0` is field b of field a, its first item; `$payload` is the whole payload. */
function fieldPath(name: string): FieldPath {
  return name === '$payload' ? [] : name.split('.');
}

function lowerKeys<T>(values: Readonly<Record<string, T>>): ValueMap<T> {
  return new Map(Object.entries(values).map(([key, means]) => [key.toLowerCase(), means]));
}

function ranked<T>(words: Readonly<Record<string, T>>): WordMap<T> {
  return new Map(Object.entries(words).map(([word, means], rank) => [word.toLowerCase(), { rank, means }]));
}

function afterBase(topic: string): string {
  return topic.slice('$base'.length);
}

function compileDuration(text: string | null): Duration | null {
  return text === null ? null : parseDuration(text);
}
