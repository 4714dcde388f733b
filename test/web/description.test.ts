import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { describe, expect, it } from 'vitest';
import { PEOPLE } from '../hub/fakes.ts';
import { type Answer, type Client, CODES, openSite } from './support.ts';

// What /api/openapi.json promises, held against what is really answered.

interface Operation {
  readonly summary: string;
  readonly parameters: readonly { readonly name: string; readonly in: string; readonly required: boolean }[];
  readonly requestBody?: { readonly content: { readonly 'application/json': { readonly schema: object } } };
  readonly responses: Readonly<
    Record<string, { readonly content?: { readonly 'application/json'?: { readonly schema: object } } }>
  >;
}
interface Description {
  readonly openapi: string;
  readonly components: { readonly schemas: { readonly Refusal: object } };
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
}

async function describedSite() {
  const site = await openSite();
  const description = (await site.client().ask('GET', '/api/openapi.json')).body as unknown as Description;
  return { site, description };
}

// The named promises of the interface: what is here must stay here.
const PROMISED = [
  'post /api/session',
  'delete /api/session',
  'get /api/state',
  'post /api/arm',
  'post /api/disarm',
  'post /api/panic',
  'post /api/lights',
  'post /api/walk',
  'delete /api/walk',
  'get /api/alarms',
  'post /api/alarms/{id}/acknowledge',
  'get /api/events',
  'get /api/stream',
  'get /api/openapi.json',
  'get /healthz',
  'get /metrics',
];

function validator(schema: object): (value: unknown) => unknown {
  const ajv = new Ajv2020({ strict: false, allErrors: true });
  addFormats.default(ajv);
  const validate = ajv.compile(schema);
  return (value) => (validate(value) ? null : validate.errors);
}

describe('/api/openapi.json', () => {
  it('names every promised operation', async () => {
    const { description } = await describedSite();
    const named = Object.entries(description.paths).flatMap(([path, operations]) =>
      Object.keys(operations).map((method) => `${method} ${path}`),
    );
    expect(description.openapi).toBe('3.1.0');
    expect(named).toEqual(expect.arrayContaining(PROMISED));
  });

  it('describes every part of every path', async () => {
    const { description } = await describedSite();
    for (const [path, operations] of Object.entries(description.paths)) {
      for (const operation of Object.values(operations)) {
        const parts = [...path.matchAll(/\{(\w+)\}/g)].map((found) => found[1]);
        const described = (operation.parameters ?? []).filter((one) => one.in === 'path');
        expect([described.map(({ name }) => name), described.every(({ required }) => required)]).toEqual([parts, true]);
      }
    }
  });

  const asked: readonly (readonly [string, (client: Client) => Promise<Answer>])[] = [
    ['post /api/session', (client) => client.ask('POST', '/api/session', { body: { code: CODES.anna } })],
    ['get /api/session', (client) => client.ask('GET', '/api/session')],
    ['get /api/sessions', (client) => client.ask('GET', '/api/sessions')],
    ['get /api/state', (client) => client.ask('GET', '/api/state')],
    ['post /api/arm', (client) => client.ask('POST', '/api/arm', { body: { mode: 'home' } })],
    ['post /api/disarm', (client) => client.ask('POST', '/api/disarm', { body: { code: CODES.anna } })],
    ['post /api/panic', (client) => client.ask('POST', '/api/panic')],
    ['get /api/alarms', (client) => client.ask('GET', '/api/alarms')],
    ['post /api/installer', (client) => client.ask('POST', '/api/installer', { body: { minutes: 1 } })],
    ['get /api/events', (client) => client.ask('GET', '/api/events?after=1&limit=2')],
    ['get /healthz', (client) => client.ask('GET', '/healthz')],
    ['get /api/people', (client) => client.ask('GET', '/api/people')],
    [
      'post /api/people',
      (client) =>
        client.ask('POST', '/api/people', {
          body: { name: 'Ben', role: 'visitor', until: '2027-01-01', code: '350871', again: '350871' },
        }),
    ],
    ['delete /api/people/{id}', (client) => client.ask('DELETE', `/api/people/${PEOPLE.vera.id}`)],
    [
      'post /api/people/me/code',
      (client) =>
        client.ask('POST', '/api/people/me/code', { body: { code: CODES.anna, newCode: '350871', again: '350871' } }),
    ],
    [
      'post /api/people/me/duress',
      (client) =>
        client.ask('POST', '/api/people/me/duress', {
          body: { code: CODES.anna, newDuress: '350871', again: '350871' },
        }),
    ],
    ['get /api/locks', (client) => client.ask('GET', '/api/locks')],
    [
      'post /api/locks',
      (client) => client.ask('POST', '/api/locks', { body: { code: CODES.anna, newCode: '350871', again: '350871' } }),
    ],
    ['delete /api/sessions', (client) => client.ask('DELETE', '/api/sessions')],
    ['delete /api/session', (client) => client.ask('DELETE', '/api/session')],
  ];
  for (const [name, ask] of asked) {
    it(`${name} answers as described`, async () => {
      const { site, description } = await describedSite();
      site.world.says('leak', { water_leak: true });
      await site.world.rest();
      const [method = '', path = ''] = name.split(' ');
      const schema = description.paths[path]?.[method]?.responses['200']?.content?.['application/json']?.schema;
      const answer = await ask(await site.signedIn('anna'));
      expect(answer.status).toBe(200);
      expect(validator(schema ?? { not: {} })(answer.body)).toBeNull();
    });
  }

  it('a refusal that names its field is as described', async () => {
    const { site, description } = await describedSite();
    const anna = await site.signedIn('anna');
    const answer = await anna.ask('DELETE', `/api/people/${PEOPLE.anna.id}`);
    const wrong = await anna.ask('POST', '/api/locks', {
      body: { code: CODES.anna, newCode: '12345', again: '12345' },
    });
    expect([answer.body['reason'], wrong.body['field']]).toEqual(['oneself', 'newCode']);
    for (const { body } of [answer, wrong]) expect(validator(description.components.schemas.Refusal)(body)).toBeNull();
  });

  it('a refusal is as described', async () => {
    const { site, description } = await describedSite();
    site.world.says('back-window', { contact: false });
    await site.world.rest();
    const page = await site.signedIn('anna');
    const answer = await page.ask('POST', '/api/arm', { body: { mode: 'home' } });
    expect([answer.status, answer.body['zones']]).toEqual([409, ['back-window']]);
    expect(validator(description.components.schemas.Refusal)(answer.body)).toBeNull();
  });

  it('describes bodies by the schema that checks them', async () => {
    const { description } = await describedSite();
    const schema = description.paths['/api/arm']?.['post']?.requestBody?.content['application/json'].schema;
    const check = validator(schema ?? { not: {} });
    expect([check({ mode: 'away' }), check({ mode: 'away', bypass: ['hall'] })]).toEqual([null, null]);
    for (const wrong of [{}, { mode: 'holiday' }, { mode: 'away', bypas: [] }]) expect(check(wrong)).not.toBeNull();
  });
});
