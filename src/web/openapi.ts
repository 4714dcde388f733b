import { z } from 'zod';
import type { JsonObject } from '../base/json.ts';
import type { Endpoint } from './endpoints.ts';
import { MAY } from './roles.ts';
import { health, refusal, streamQuery } from './schemas.ts';

/** The description of everything this server answers, in OpenAPI 3.1, made from what checks the requests. */
export function describeApi(endpoints: readonly Endpoint[], version: string): JsonObject {
  const paths: Record<string, Record<string, JsonObject>> = {};
  const add = (url: string, method: string, operation: JsonObject): void => {
    paths[url] = { ...paths[url], [method]: operation };
  };
  for (const one of endpoints) add(one.url.replace(/:(\w+)/g, '{$1}'), one.method.toLowerCase(), operationOf(one));
  add('/api/stream', 'get', {
    summary:
      'Server-sent events: `state` first, then `panel`, `zone`, `output`, `alarms`, `walk` and `row` as they come.',
    description: `${leaveText('see-state')} Rows only as ${MAY['see-history'].resident} code and role allow; their id is \`seq\`. Alarms and who is told of them, and what a walk test finds, come to whoever may ask for them.`,
    parameters: [
      ...parameters(streamQuery, 'query'),
      { name: 'last-event-id', in: 'header', required: false, schema: { type: 'integer' } },
    ],
    responses: { 200: { description: 'A stream.', content: { 'text/event-stream': {} } }, default: REFUSED },
  });
  add('/api/openapi.json', 'get', {
    summary: 'This description.',
    security: [],
    responses: { 200: { description: 'OpenAPI 3.1.', content: { 'application/json': {} } } },
  });
  add('/healthz', 'get', {
    summary: 'Whether the hub guards.',
    security: [],
    responses: { 200: answer('It does.', health), 503: answer('Not yet, or no more.', health) },
  });
  add('/metrics', 'get', {
    summary: 'For Prometheus, on the hub itself only.',
    security: [],
    responses: { 200: { description: 'Text format 0.0.4.', content: { 'text/plain': {} } }, default: REFUSED },
  });
  return {
    openapi: '3.1.0',
    info: { title: 'Lantern', version },
    components: {
      securitySchemes: { session: { type: 'apiKey', in: 'cookie', name: 'lantern' } },
      schemas: { Refusal: schemaOf(refusal) },
    },
    security: [{ session: [] }],
    paths,
  };
}

const REFUSED: JsonObject = {
  description: 'No, and why.',
  content: { 'application/json': { schema: { $ref: '#/components/schemas/Refusal' } } },
};

function operationOf({ summary, leave, body, query, path, answer: given }: Endpoint): JsonObject {
  const hasBody = Object.keys(body.shape).length > 0;
  const required = Object.values(body.shape).some((field) => !isOptional(field));
  return {
    summary,
    description: leaveText(leave),
    ...(leave === 'anybody' ? { security: [] } : {}),
    parameters: [...parameters(path, 'path'), ...parameters(query, 'query')],
    ...(hasBody ? { requestBody: { required, content: { 'application/json': { schema: schemaOf(body) } } } } : {}),
    responses: { 200: answer('Done.', given), default: REFUSED },
  };
}

function leaveText(leave: Endpoint['leave']): string {
  if (leave === 'anybody') return 'Needs no session.';
  if (leave === 'signed in') return 'Any role.';
  const roles = Object.entries(MAY[leave]).map(([role, may]) => `${role}: ${may}`);
  return `${roles.join(', ')}.`;
}

const answer = (description: string, schema: z.ZodType): JsonObject => ({
  description,
  content: { 'application/json': { schema: schemaOf(schema) } },
});

function parameters(schema: z.ZodObject, place: 'path' | 'query'): readonly JsonObject[] {
  return Object.entries(schema.shape).map(([name, field]) => ({
    name,
    in: place,
    required: place === 'path' || !isOptional(field),
    schema: schemaOf(field as z.ZodType),
  }));
}

const isOptional = (field: unknown): boolean => (field as z.ZodType).safeParse(undefined).success;

function schemaOf(schema: z.ZodType): JsonObject {
  const { $schema: _version, ...rest } = z.toJSONSchema(schema, { io: 'input' });
  return rest as JsonObject;
}
