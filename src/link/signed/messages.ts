import * as z from 'zod';

// What goes to and fro between a hub and a service by webhook and up-link. The receiving side's description is made of it.

/** An answer or a batch of commands longer than this is not read. */
export const MAX_ANSWER_BYTES = 64 * 1024;
/** Commands taken at a time; a desk has no reason to give more at once. */
export const MAX_COMMANDS = 32;
/** Clocks further apart than this are told of in words. */
export const CLOCK_SLACK_MS = 60_000;

const id = z.string().min(1).max(64);
const moment = z.iso.datetime({ offset: false });

export const report = z
  .object({
    type: z.literal('report'),
    hub: id,
    id: id.describe('Never used twice by one hub; what comes again under it is the same report.'),
    kind: z.string().max(40).describe('What happened, as `personal-silent` or `perimeter`.'),
    is: z.enum(['new', 'restore']),
    severity: z.enum(['help', 'alarm', 'fault', 'routine']),
    alarm: id.nullable().describe('Reports of one alarm share it.'),
    at: moment.nullable().describe('When it happened; null: the clock was not to be trusted.'),
    zone: z.object({ id, number: z.int().min(0).max(999), name: z.string().max(80) }).nullable(),
    user: z.int().min(0).describe('0: nobody, or nobody with a number.'),
    text: z.string().max(200).nullable(),
    codes: z.object({ cid: z.string().length(4), sia: z.string().length(2) }).describe('Contact ID and SIA.'),
    card: z
      .record(z.string(), z.unknown())
      .optional()
      .describe('Only for services that the config names; to be put away when the alarm ends.'),
  })
  .describe('One happening. It comes again until it is answered.');

export const heartbeat = z
  .object({
    type: z.literal('heartbeat'),
    hub: id,
    id,
    everySeconds: z.number().positive().describe('The next one is due after so long.'),
    waiting: z.int().min(0).describe('Reports that this service has not taken yet.'),
    answers: z
      .array(z.object({ id, done: z.enum(['done', 'refused']), why: z.string().max(200).nullable() }))
      .max(64)
      .describe('What became of commands.'),
  })
  .describe('The hub lives.');

export const command = z.object({
  id: id.describe('The service’s own; a command that comes again under it is carried out once.'),
  order: z.enum(['acknowledge', 'note', 'close', 'stand-down']),
  alarm: id,
  by: z.string().min(1).max(64).describe('Who at the service.'),
  note: z.string().max(500).nullable(),
});

export const taken = z.object({
  ok: z.literal(true),
  id: id.describe('Of what it answers.'),
  commands: z.array(command).max(MAX_COMMANDS).optional(),
});

export const refusal = z.object({
  ok: z.literal(false),
  id: id.nullable(),
  error: z
    .enum(['clock_skew', 'bad_signature', 'replayed', 'unknown_hub', 'not_readable', 'refused', 'busy'])
    .describe('Only `refused` is for good: the report is readable and will never be taken as it is.'),
  why: z.string().max(300).describe('One sentence for people.'),
});

/** Commands one by one, so that one that cannot be read does not take the others with it. */
export const answer = z.discriminatedUnion('ok', [
  taken.extend({ commands: z.array(z.unknown()).optional() }),
  refusal,
]);
export const commandBatch = z.object({ commands: z.array(z.unknown()) });
