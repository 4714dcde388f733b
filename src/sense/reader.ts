import type { FieldPath, LevelRule, ModelProfile, PayloadKind, Profile, Rule } from './profile.ts';
import { modelNamed, modelOf, topicFor } from './profile.ts';
import { fieldAt, keyOf } from './read.ts';
import type { ButtonSignal, KeypadSignal, TripSignal } from './signals.ts';

/** One device of a family, as the config names it. */
export interface Speaker {
  /** Null: what its name gives away, else the family's common rules. */
  readonly model: string | null;
  readonly topic: string;
  /** Null: what is usual in its family. */
  readonly address: string | null;
  /** What a bare on of it means; off is the opposite. On is an open contact. */
  readonly means: TripSignal;
}

/** One topic of one device: its rules, with the device's address and the meaning of a bare on filled in. */
export interface TopicReader {
  readonly payload: PayloadKind;
  readonly shared: boolean;
  readonly rules: readonly Rule[];
}

/** How one device's messages are read. Made once per device, so that a message finds its rules in one look. */
export interface Reader {
  readonly profile: Profile;
  /** In lower case, as addresses are compared; null: any. */
  readonly address: string | null;
  readonly topics: ReadonlyMap<string, TopicReader>;
}

/** The reader of this device. Its topics are those of its model alone. */
export function readerFor(profile: Profile, speaker: Speaker): Reader {
  const address = addressOf(profile, speaker.address);
  const model = modelOf(profile, speaker.model ?? modelNamed(profile, speaker.topic, speaker.address));
  const topics = new Map<string, TopicReader>();
  for (const { topic: pattern, payload, shared = false, rules } of model.topics) {
    const topic = topicFor(pattern, speaker.topic, address);
    if (topic === null || topics.has(topic)) continue;
    topics.set(topic, { payload, shared, rules: rules.map((rule) => filled(rule, model, speaker, address)) });
  }
  return { profile, address: speaker.address === null ? null : speaker.address.toLowerCase(), topics };
}

/** The address a device without one of its own has: the usual part of it; on a shared topic there is none. */
export function addressOf(profile: Profile, address: string | null): string | null {
  return address ?? (profile.address?.kind === 'part' ? profile.address.usual : null);
}

/**
 * The names this message gives its device, in lower case: each of the family's lists of address fields that is whole.
 * Empty where no device is named. Ids are compared as text, whether they came as text or as a number.
 */
export function addressesIn(profile: Profile, content: unknown): readonly string[] {
  if (profile.address?.kind !== 'shared') return [];
  const names: string[] = [];
  for (const fields of profile.address.by) {
    const name = nameBy(fields, content);
    if (name !== null) names.push(name);
  }
  return names;
}

function nameBy(fields: readonly FieldPath[], content: unknown): string | null {
  let name = '';
  for (const [place, field] of fields.entries()) {
    const part = keyOf(fieldAt(content, field));
    if (part === null || part === '') return null;
    name = place === 0 ? part : `${name}:${part}`;
  }
  return name;
}

function filled(rule: Rule | LevelRule, model: ModelProfile, speaker: Speaker, address: string | null): Rule {
  const whole = address === null ? rule : withAddress(rule, address);
  const meant = whole.to === 'level' ? meaningOf(whole, speaker.means) : whole;
  return model.copyable && meant.to === 'keypad' ? helpOnly(meant) : meant;
}

function withAddress(rule: Rule | LevelRule, address: string): Rule | LevelRule {
  const fill = (path: FieldPath): FieldPath => path.map((name) => name.split('$address').join(address));
  const from = fill(rule.from);
  if (rule.when === undefined) return { ...rule, from };
  return { ...rule, from, when: { from: fill(rule.when.from), says: rule.when.says.split('$address').join(address) } };
}

function meaningOf({ to: _level, values, ends, ...rest }: LevelRule, means: TripSignal): Rule {
  const mapped = <T>(on: T, off: T): ReadonlyMap<string, T> =>
    new Map([...values].map(([key, value]) => [key, value ? on : off]));
  switch (means) {
    case 'contact':
      return { ...rest, to: 'contact', values: mapped<'open' | 'closed'>('open', 'closed') };
    case 'button': {
      const release: readonly ButtonSignal[] = ends === true ? ['release'] : [];
      const pressed = [...values].flatMap(([key, on]) =>
        (on ? (['press'] as const) : release).map((said): [string, ButtonSignal] => [key, said]),
      );
      return { ...rest, to: 'button', values: new Map(pressed), words: new Map() };
    }
    default:
      return { ...rest, to: means, values };
  }
}

/** What anyone can send again may call for help, and must not arm or disarm. */
function helpOnly(rule: Extract<Rule, { readonly to: 'keypad' }>): Rule {
  const calls = [...rule.values].filter((entry): entry is [string, KeypadSignal['action']] => entry[1] === 'panic');
  return { ...rule, values: new Map(calls) };
}
