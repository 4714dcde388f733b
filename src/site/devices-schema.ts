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

const contact = z.enum(['open', 'closed']);
const button = z.enum(['press', 'hold', 'double', 'release']);
const keypadAction = z.enum(['arm_away', 'arm_home', 'arm_night', 'disarm', 'panic']);
const flags = ['motion', 'vibration', 'tamper', 'batteryLow', 'online', 'smoke', 'co', 'leak', 'power'] as const;
const signal = z.enum(['contact', ...flags, 'battery', 'illuminance', 'button', 'keypad']);

const rule = z.discriminatedUnion(
  'to',
  [
    z.strictObject({ from, to: z.literal('contact'), live, values: z.record(z.string(), contact) }),
    z.strictObject({ from, to: z.enum(flags), live, values: z.record(z.string(), z.boolean()).optional() }),
    z.strictObject({ from, to: z.enum(['battery', 'illuminance']), live, min: z.number(), max: z.number() }),
    z.strictObject({
      from,
      to: z.literal('button'),
      live,
      values: z.record(z.string(), button).optional(),
      words: z.record(z.string(), button).optional(),
    }),
    z.strictObject({
      from,
      to: z.literal('keypad'),
      live,
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
  payload: z.enum(['json', 'text', 'either']),
  rules: z.array(rule).min(1, 'is empty; give at least one rule'),
});
export type TopicFile = z.infer<typeof topic>;

const command = z.strictObject({ topic: text, payload: z.json() });
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

export const familyFile = z.strictObject({
  family: text,
  title: text,
  supervision,
  topics: z.array(topic).min(1, 'is empty; give at least one topic'),
  gateway: z
    .strictObject({
      reserved: z.array(text),
      online: z.strictObject({ topic: gatewayTopic, from, values: z.record(z.string(), z.boolean()) }).optional(),
      models: z.strictObject({ topic: gatewayTopic, name: text, model: text }).optional(),
    })
    .optional(),
  switch: z.record(role, switched),
  keypad: keypad.optional(),
});
export type KeypadFile = z.infer<typeof keypad>;
export type FamilyFile = z.infer<typeof familyFile>;

export const modelFile = z.strictObject({
  model: text,
  title: text,
  also: z.array(text).optional(),
  supervision: supervision.optional(),
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
        payload: z.string('is not text; put the payload in quotes'),
        stored: z.literal(true).optional(),
        expect: z.union([z.literal('refused'), z.record(z.string(), z.json())]),
        source: text,
      }),
    )
    .min(1, 'is empty; give at least one example'),
});
export type ExamplesFile = z.infer<typeof examplesFile>;
