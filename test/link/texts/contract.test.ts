import { readFile } from 'node:fs/promises';
import { Ajv } from 'ajv';
import addFormats from 'ajv-formats';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { wallTime } from '../../../src/base/time.ts';
import { createTwilio } from '../../../src/link/texts/twilio.ts';
import { createFakePath } from './fake-path.ts';
import { type Bench, keepsThePathContract, text } from './path-contract.ts';
import { type Act, type Exchange, startTwilioStandIn } from './twilio-standin.ts';

const FROM = '+447700900001';
const JUST = wallTime(0);

async function twilioBench(): Promise<Bench> {
  const far = await startTwilioStandIn({ from: FROM });
  const { accountSid, authToken, url } = far;
  return {
    path: createTwilio({ accountSid, authToken, from: FROM, apiBase: url }),
    sent: () => far.sent,
    receive: (from, body) => far.receive(from, body),
    rung: () => far.rung.map(({ to }) => to),
    putOffRing: () => far.script('ring', { do: 'refuse', status: 429, code: 20429, retryAfter: '3' }),
    loseAnswer: () => far.script('send', { do: 'reset-after' }),
    putOff: () => far.script('send', { do: 'refuse', status: 429, code: 20429, retryAfter: '3' }),
    refuse: () => far.script('send', { do: 'refuse', status: 400, code: 21211 }),
    close: () => far.close(),
  };
}

function fakeBench(): Promise<Bench> {
  const path = createFakePath();
  const unknown = { outcome: 'unknown', why: 'the answer was lost' } as const;
  const later = { outcome: 'later', why: 'too many', retryAfterMs: 3000 } as const;
  const refused = { outcome: 'refused', why: 'no such number' } as const;
  return Promise.resolve({
    path,
    sent: () => path.sent,
    receive: (from, body) => path.receive(from, body),
    rung: () => path.rung,
    putOffRing: () => path.script({ result: later, taken: false }),
    loseAnswer: () => path.script({ result: unknown, taken: true }),
    putOff: () => path.script({ result: later, taken: false }),
    refuse: () => path.script({ result: refused, taken: false }),
    close: () => Promise.resolve(),
  });
}

describe('Twilio keeps the contract of a text path', () => keepsThePathContract(twilioBench));
describe('the fake keeps the contract of a text path', () => keepsThePathContract(fakeBench));

function validatorOf(described: object, coerceTypes: boolean): Ajv {
  const validator = new Ajv({ strict: false, coerceTypes, allErrors: true });
  // `export =` behind a default export: the function is where the other default is.
  (addFormats as unknown as { default: (ajv: Ajv) => void }).default(validator);
  for (const own of ['phone-number', 'date-time-rfc-2822', 'currency', 'uri-map']) validator.addFormat(own, true);
  return validator.addSchema(described, 'twilio');
}

interface Described {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Call>>>>;
}
interface Call {
  readonly responses?: Readonly<Record<string, { readonly content?: Content }>>;
  readonly requestBody?: { readonly content: Content };
}
type Content = Readonly<Record<string, { readonly schema: object }>>;

const MESSAGES = '/2010-04-01/Accounts/{AccountSid}/Messages.json';
const MESSAGE = '/2010-04-01/Accounts/{AccountSid}/Messages/{Sid}.json';
const PLACE = { send: [MESSAGES, 'post'], list: [MESSAGES, 'get'], status: [MESSAGE, 'get'] } as const;

describe('the stand-in answers as Twilio describes it', () => {
  const file = new URL('../../facts/twilio_messages.openapi.json', import.meta.url);
  const exchanges: Exchange[] = [];
  let described: Described;
  const validators = new Map<'answer' | 'form', Ajv>();

  beforeAll(async () => {
    described = JSON.parse(await readFile(file, 'utf8'));
    // A form knows only strings; an answer must have the right types by itself.
    for (const part of ['answer', 'form'] as const) validators.set(part, validatorOf(described, part === 'form'));
  });
  afterAll(() => expect(exchanges.length).toBeGreaterThan(rows.length));

  /** The file's own part of this call, reached by a pointer, so that its references lead somewhere. */
  function schemaAt(exchange: Exchange, part: 'answer' | 'form') {
    if (exchange.operation === 'other' || exchange.operation === 'ring')
      throw new Error('a call the description does not have');
    const [path, method] = PLACE[exchange.operation];
    const step = (text: string) => encodeURIComponent(text.replaceAll('~', '~0').replaceAll('/', '~1'));
    const tail =
      part === 'form'
        ? `requestBody/content/${step('application/x-www-form-urlencoded')}`
        : `responses/${exchange.status}/content/${step('application/json')}`;
    const validator = validators.get(part);
    if (validator === undefined) throw new Error('no description');
    return validator.compile({ $ref: `twilio#/paths/${step(path)}/${method}/${tail}/schema` });
  }

  const take = (...statuses: string[]): Act => ({ do: 'take', statuses });
  const rows: readonly [string, Act | null][] = [
    ['a text that is delivered', null],
    ['a text that stays queued', take('queued')],
    ['a text on its way', take('queued', 'sending', 'sent')],
    ['a text that is not delivered', { do: 'take', statuses: ['queued', 'undelivered'], errorCode: 30003 }],
    ['a text that fails', { do: 'take', statuses: ['queued', 'failed'], errorCode: 30005 }],
    ['400', { do: 'refuse', status: 400, code: 21211 }],
    ['401', { do: 'refuse', status: 401, code: 20003 }],
    ['429', { do: 'refuse', status: 429, code: 20429, retryAfter: '1' }],
    ['503', { do: 'refuse', status: 503, code: 20503 }],
  ];
  for (const [name, act] of rows) {
    it(name, async () => {
      const far = await startTwilioStandIn({ from: FROM });
      const { accountSid, authToken, url } = far;
      const path = createTwilio({ accountSid, authToken, from: FROM, apiBase: url });
      if (act !== null) far.script('send', act);
      far.receive('+447700900123', 'OK 4821');
      const result = await path.send(text('one'));
      if (result.outcome === 'accepted') await path.status(result.sid);
      await path.find(text('one'), JUST);
      await path.fetch(JUST);
      await far.close();
      for (const exchange of far.exchanges) {
        const answer = schemaAt(exchange, 'answer');
        answer(JSON.parse(exchange.body ?? ''));
        expect(answer.errors).toBeNull();
        if (exchange.operation !== 'send') continue;
        const form = schemaAt(exchange, 'form');
        form({ ...exchange.form });
        expect(form.errors).toBeNull();
      }
      exchanges.push(...far.exchanges);
    });
  }

  it('the description refuses what it does not know', () => {
    const form = schemaAt({ operation: 'send', status: 201, body: null, form: {}, query: {} }, 'form');
    expect(form({ To: '+447700900123', Boddy: 'x' })).toBe(false);
    const answer = schemaAt({ operation: 'send', status: 201, body: null, form: {}, query: {} }, 'answer');
    expect(answer({ sid: 'SM1', status: 'lost' })).toBe(false);
  });
});
