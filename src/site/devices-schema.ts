import { z } from 'zod';
import { parseTopicPattern } from '../sense/profile.ts';
import { DURATION } from './durations.ts';
import { either } from './path.ts';

// The language of the files in `devices/`, as they are written. devices-compile.ts turns it into what the rooms read.

const text = z.string().min(1, 'is empty');
const duration = z.string().regex(DURATION, 'is not a duration; write it like 500ms, 30s, 15m or 2h');
const topicPattern = z
  .string()
  .refine(
    (value) => parseTopicPattern(value) !== null,
    'is not a topic; write it like $device/availability or $up2/status',
  );
const gatewayTopic = z.string().regex(/^\$base[^$]*$/, 'is not a gateway topic; write it like $base/bridge/state');
const from = z.union([text, z.array(text).min(1)], 'is not a field; write one name, or a list of names');
const live = z.boolean().optional();

const when = z.strictObject({ from: text, says: text }).optional();
const whole = { from, live, when };

const contact = z.enum(['open', 'closed']);
const button = z.enum(['press', 'hold', 'double', 'release']);
const keypadAction = z.enum(['arm_away', 'arm_home', 'arm_night', 'disarm', 'panic']);
const flags = ['motion', 'vibration', 'tamper', 'batteryLow', 'online', 'smoke', 'co', 'leak', 'power'] as const;
const signal = z.enum(['contact', ...flags, 'battery', 'illuminance', 'button', 'keypad', 'level']);

const rule = z.discriminatedUnion(
  'to',
  [
    z.strictObject({ ...whole, to: z.literal('contact'), values: z.record(z.string(), contact) }),
    z.strictObject({ ...whole, to: z.enum(flags), values: z.record(z.string(), z.boolean()).optional() }),
    z.strictObject({
      ...whole,
      to: z.literal('level'),
      values: z.record(z.string(), z.boolean()).optional(),
      // Off is told as surely as on: of a button it is that it was let go.
      ends: z.literal(true).optional(),
    }),
    z.strictObject({ ...whole, to: z.enum(['battery', 'illuminance']), min: z.number(), max: z.number() }),
    z.strictObject({
      ...whole,
      to: z.literal('button'),
      values: z.record(z.string(), button).optional(),
      words: z.record(z.string(), button).optional(),
      count: text.optional(),
    }),
    z.strictObject({
      ...whole,
      to: z.literal('keypad'),
      values: z.record(z.string(), keypadAction),
      code: text.optional(),
      transaction: text.optional(),
    }),
  ],
  `is not a signal; use ${either(signal.options)}`,
);
export type RuleFile = z.infer<typeof rule>;

const topic = z.strictObject({
  topic: topicPattern,
  // Only devices with this level before the last of their topic.
  for: text.optional(),
  // Many devices speak here; `address.by` tells whose message it is.
  shared: z.literal(true).optional(),
  payload: z.enum(['json', 'text', 'either']),
  rules: z.array(rule).min(1, 'is empty; give at least one rule'),
});
export type TopicFile = z.infer<typeof topic>;

const command = z.strictObject({ topic: text, for: text.optional(), payload: z.json() });
const switched = z.strictObject({
  on: z.array(command).min(1, 'is empty; say what to send'),
  off: z.array(command).min(1, 'is empty; say what to send'),
  confirms: z.boolean(),
});
const role = z.enum(['siren', 'strobe', 'light', 'relay']);
const show = z.enum([
  'disarmed',
  'armed_away',
  'armed_home',
  'armed_night',
  'exit_delay',
  'entry_delay',
  'in_alarm',
  'invalid_code',
  'not_ready',
  'already_disarmed',
  'refused',
]);
const keypad = z.strictObject({
  answer: z.partialRecord(show, z.array(command)),
  show: z.partialRecord(show, z.array(command)),
});

const supervision = z.union([duration, z.null()]);
const address = z.union(
  [
    z.strictObject({ by: z.array(z.array(text).min(1)).min(1), example: text }),
    z.strictObject({ usual: text, example: text }),
  ],
  'is not an address; give by: and example:, or usual: and example:',
);

// What lies below `weak` or `bad` is; left out, both: it is shown and not judged.
const measure = z
  .strictObject({ from, min: z.number(), max: z.number(), weak: z.number().optional(), bad: z.number().optional() })
  .refine(
    ({ weak, bad }) => (weak === undefined) === (bad === undefined),
    'is judged by both or none; give weak: and bad:',
  );
const quality = z.strictObject({
  // Where it is told apart from what was measured.
  topics: z.array(topicPattern).optional(),
  rssi: measure.optional(),
  linkQuality: measure.optional(),
  snr: measure.optional(),
  noise: measure.optional(),
});

export const familyFile = z.strictObject({
  family: text,
  title: text,
  supervision,
  copyable: z.literal(true).optional(),
  repeats: duration.optional(),
  address: address.optional(),
  modelInTopic: z.literal(true).optional(),
  topics: z.array(topic).min(1, 'is empty; give at least one topic'),
  quality: quality.optional(),
  gateway: z
    .strictObject({
      reserved: z.array(text),
      online: z.strictObject({ topic: gatewayTopic, from, values: z.record(z.string(), z.boolean()) }).optional(),
      models: z.strictObject({ topic: gatewayTopic, name: text, model: text }).optional(),
    })
    .optional(),
  // Left out: the family only listens.
  switch: z.record(role, switched).optional(),
  keypad: keypad.optional(),
});
export type KeypadFile = z.infer<typeof keypad>;
export type FamilyFile = z.infer<typeof familyFile>;

export const modelFile = z.strictObject({
  model: text,
  title: text,
  also: z.array(text).optional(),
  supervision: supervision.optional(),
  copyable: z.boolean().optional(),
  repeats: duration.optional(),
  ignore: z.array(signal).optional(),
  topics: z.array(topic).optional(),
  switch: z.partialRecord(role, switched).optional(),
  // `as-family`: this model is a keypad, and is answered as the family's keypads are.
  keypad: z
    .union([z.literal('as-family'), keypad], 'is not a keypad; write as-family, or answer: and show:')
    .optional(),
});
export type ModelFile = z.infer<typeof modelFile>;

/** The second document of a device file. */
export const examplesFile = z.strictObject({
  examples: z
    .array(
      z.strictObject({
        name: text,
        topic: topicPattern.optional(),
        for: text.optional(),
        address: text.optional(),
        means: z.enum(['contact', 'motion', 'vibration', 'tamper', 'smoke', 'co', 'leak', 'button']).optional(),
        payload: z.string('is not text; put the payload in quotes'),
        stored: z.literal(true).optional(),
        expect: z.union([z.literal('refused'), z.record(z.string(), z.json())]),
        source: text,
      }),
    )
    .min(1, 'is empty; give at least one example'),
});
export type ExamplesFile = z.infer<typeof examplesFile>;
