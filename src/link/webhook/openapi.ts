import * as z from 'zod';
import type { JsonObject } from '../../base/json.ts';
import { command, heartbeat, refusal, report, taken } from '../signed/messages.ts';

const header = (name: string, description: string): JsonObject => ({
  name,
  in: 'header',
  required: true,
  description,
  schema: { type: 'string' },
});

const SIGNED: JsonObject = {
  'lantern-time': { description: 'The service’s time, ISO 8601 in UTC.', required: true, schema: { type: 'string' } },
  'lantern-signature': {
    description:
      '`v1=` and the lower-case hex HMAC-SHA-256, under the shared secret, of `lantern-answer-v1`, the time, the signature of the question and the body, joined by line feeds.',
    required: true,
    schema: { type: 'string' },
  },
};

const answers = (description: string, schema: string): JsonObject => ({
  description,
  headers: SIGNED,
  content: { 'application/json': { schema: { $ref: `#/components/schemas/${schema}` } } },
});

/** What a service has to offer so that hubs can report to it: OpenAPI 3.1, made of the very schemas the hub reads by. */
export function describeReceiver(): JsonObject {
  return {
    openapi: '3.1.0',
    info: {
      title: 'Lantern monitoring service',
      version: '1',
      description:
        'One address takes all that a hub says. Everything is signed, in both directions; what is not, or not rightly, counts as not said. A report comes again, under the same idempotency key, until its answer proves that it was taken.',
    },
    paths: {
      '/': {
        post: {
          summary: 'A report or a heartbeat of one hub.',
          parameters: [
            header('lantern-hub', 'The hub’s id; it says whose secret to check with.'),
            header(
              'lantern-time',
              'The hub’s time, ISO 8601 in UTC. More than 60 s off: answer `clock_skew`; the hub asks again with your time.',
            ),
            header(
              'lantern-signature',
              '`v1=` and the lower-case hex HMAC-SHA-256, under the shared secret, of `lantern-request-v1`, the time and the body, joined by line feeds.',
            ),
            header(
              'idempotency-key',
              'The hub’s id, a slash and the message’s id. One that was taken is answered again and not taken again.',
            ),
          ],
          requestBody: {
            required: true,
            content: {
              'application/json': {
                schema: {
                  oneOf: [{ $ref: '#/components/schemas/Report' }, { $ref: '#/components/schemas/Heartbeat' }],
                },
              },
            },
          },
          responses: {
            200: answers('Taken. A heartbeat’s answer may carry commands.', 'Taken'),
            default: answers('Not taken, and why.', 'Refusal'),
          },
        },
      },
    },
    components: {
      schemas: {
        Report: schemaOf(report),
        Heartbeat: schemaOf(heartbeat),
        Command: schemaOf(command),
        Taken: schemaOf(taken),
        Refusal: schemaOf(refusal),
      },
    },
  };
}

function schemaOf(schema: z.ZodType): JsonObject {
  const { $schema: _version, ...rest } = z.toJSONSchema(schema, { io: 'input' });
  return rest as JsonObject;
}
