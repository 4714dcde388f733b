import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { wallTime } from '../../../src/base/time.ts';
import type { SendResult, TextPath } from '../../../src/hub/ports.ts';
import { createTwilio } from '../../../src/link/texts/twilio.ts';
import { justNow, TO, text } from './path-contract.ts';
import { type Act, startTwilioStandIn, type TwilioStandIn } from './twilio-standin.ts';

const FROM = '+447700900001';
const SID = `AC${'0'.repeat(32)}`;
const TOKEN = 'a-token-nobody-may-see';

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

const at = (apiBase: string, timeoutMs?: number): TextPath => {
  const config = { accountSid: SID, authToken: TOKEN, from: FROM, apiBase };
  return createTwilio(config, timeoutMs === undefined ? {} : { timeoutMs });
};

async function standIn(authToken = TOKEN): Promise<TwilioStandIn> {
  const far = await startTwilioStandIn({ accountSid: SID, authToken, from: FROM });
  closing.push(() => far.close());
  return far;
}

async function listening(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  closing.push(async () => {
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  });
  return (server.address() as AddressInfo).port;
}

describe('what an answer to a text means', () => {
  const refuse = (status: number, code: number, retryAfter?: string): Act =>
    retryAfter === undefined ? { do: 'refuse', status, code } : { do: 'refuse', status, code, retryAfter };
  const rows: readonly [string, Act, Partial<SendResult>][] = [
    [
      '400 invalid number',
      refuse(400, 21211),
      { outcome: 'refused', why: 'HTTP 400, error 21211: the number of the contact is not valid' },
    ],
    [
      '400 stopped',
      refuse(400, 21610),
      { outcome: 'refused', why: 'HTTP 400, error 21610: the contact has replied STOP and must send START' },
    ],
    ['400 of a kind we do not know', refuse(400, 29999), { outcome: 'refused', why: 'HTTP 400, error 29999' }],
    [
      '401',
      refuse(401, 20003),
      { outcome: 'refused', why: 'HTTP 401, error 20003: the account SID or the token is wrong' },
    ],
    ['403', refuse(403, 20003), { outcome: 'refused' }],
    ['404', refuse(404, 20404), { outcome: 'refused' }],
    [
      '404 that is not Twilio',
      { do: 'break', status: 404 },
      { outcome: 'refused', why: 'HTTP 404, no error number was given' },
    ],
    ['429 in seconds', refuse(429, 20429, '7'), { outcome: 'later', retryAfterMs: 7000 }],
    [
      '429 with a date gone by',
      refuse(429, 20429, 'Sat, 21 Nov 2015 18:05:00 GMT'),
      { outcome: 'later', retryAfterMs: 0 },
    ],
    ['429 with nonsense', refuse(429, 20429, 'soon'), { outcome: 'later', retryAfterMs: null }],
    ['429 with none', refuse(429, 20429), { outcome: 'later', retryAfterMs: null }],
    ['503 from Twilio', refuse(503, 20503), { outcome: 'later', retryAfterMs: null }],
    ['503 with a time', refuse(503, 20503, '2'), { outcome: 'later', retryAfterMs: 2000 }],
    ['503 from somewhere on the way', { do: 'break', status: 503 }, { outcome: 'unknown' }],
    ['500', refuse(500, 20500), { outcome: 'unknown' }],
    ['502', { do: 'break', status: 502 }, { outcome: 'unknown' }],
    ['504', { do: 'break', status: 504 }, { outcome: 'unknown' }],
    ['408', { do: 'break', status: 408 }, { outcome: 'unknown' }],
    ['302, a login page', { do: 'break', status: 302 }, { outcome: 'later' }],
    ['200 with a page', { do: 'garbage', body: '<html>Welcome</html>' }, { outcome: 'unknown' }],
    ['nothing at all', { do: 'garbage', body: '' }, { outcome: 'unknown' }],
    ['half an answer', { do: 'garbage', body: '{"sid":"SM' }, { outcome: 'unknown' }],
    ['null', { do: 'garbage', body: 'null' }, { outcome: 'unknown' }],
    ['an answer without a sid', { do: 'garbage', body: '{"status":"queued"}' }, { outcome: 'unknown' }],
    ['a sid that is none', { do: 'garbage', body: '{"sid":"../../x","status":"queued"}' }, { outcome: 'unknown' }],
    [
      'an answer without end',
      { do: 'garbage', body: `"${'x'.repeat(1_100_000)}"` },
      { outcome: 'unknown', why: 'the answer is too long' },
    ],
    ['a reset after the words', { do: 'reset-after' }, { outcome: 'unknown' }],
    ['a reset before an answer', { do: 'reset-before' }, { outcome: 'unknown' }],
  ];
  for (const [name, act, expected] of rows) {
    it(`${name}: ${expected.outcome}`, async () => {
      const far = await standIn();
      far.script('send', act);
      const result = await at(far.url).send(text('secret words'));
      expect(result).toMatchObject(expected);
      expect(JSON.stringify(result)).not.toMatch(/447700900|secret|token-nobody/);
      expect(far.exchanges).toHaveLength(1); // nothing repeats by itself
    });
  }

  it('no answer in time: unknown, and it is found', async () => {
    const far = await standIn();
    far.script('send', { do: 'hang' });
    expect(await at(far.url, 300).send(text('one'))).toEqual({ outcome: 'unknown', why: 'no answer in time' });
    expect(await at(far.url).find(text('one'), justNow())).toMatchObject({ outcome: 'found', sid: far.sent[0]?.sid });
  });

  it('a wrong token: refused', async () => {
    const far = await standIn('another');
    expect((await at(far.url).send(text('one'))).outcome).toBe('refused');
    expect((await at(far.url).fetch(justNow())).outcome).toBe('unknown');
  });
});

describe('what ends before a connection stands was not sent', () => {
  it('connection refused', async () => {
    const server = createServer();
    const port = await listening(server);
    for (const close of closing.splice(0)) await close();
    expect(await at(`http://127.0.0.1:${port}`).send(text('one'))).toEqual({
      outcome: 'later',
      why: 'ECONNREFUSED',
      retryAfterMs: null,
    });
  });
  it('a name nobody has', async () => {
    expect(await at('https://twilio.invalid').send(text('one'))).toMatchObject({
      outcome: 'later',
      retryAfterMs: null,
    });
  });
  it('an account SID the client does not take', async () => {
    const config = { accountSid: 'nonsense', authToken: TOKEN, from: FROM, apiBase: 'http://127.0.0.1:9' };
    expect((await createTwilio(config).send(text('one'))).outcome).toBe('later');
  });

  describe('a certificate nobody vouches for', () => {
    for (const trusting of [undefined, '0']) {
      it(`NODE_TLS_REJECT_UNAUTHORIZED ${trusting ?? 'not set'}`, async () => {
        // Made for this test alone: key and certificate in one file, good for a hundred years.
        const pem = await readFile(new URL('./self-signed.pem', import.meta.url));
        let heard = 0;
        const server = createTlsServer({ key: pem, cert: pem }, (_, response) => {
          heard += 1;
          response.end('{}');
        });
        const port = await listening(server);
        const before = process.env['NODE_TLS_REJECT_UNAUTHORIZED'];
        if (trusting !== undefined) process.env['NODE_TLS_REJECT_UNAUTHORIZED'] = trusting;
        const result = await at(`https://localhost:${port}`).send(text('one'));
        if (before === undefined) delete process.env['NODE_TLS_REJECT_UNAUTHORIZED'];
        else process.env['NODE_TLS_REJECT_UNAUTHORIZED'] = before;
        expect(result.outcome).toBe('later');
        expect(heard).toBe(0);
      });
    }
  });
});

describe('how long a text is good for', () => {
  const rows: readonly [number, number][] = [
    [600, 600],
    [0, 1],
    [-5, 1],
    [99_999, 36_000],
    [12.7, 12],
  ];
  for (const [asked, told] of rows) {
    it(`${asked} s`, async () => {
      const far = await standIn();
      await at(far.url).send({ ...text('one'), validSeconds: asked });
      expect(far.sent[0]?.validitySeconds).toBe(told);
    });
  }
});

describe('the status of a text', () => {
  const rows: readonly [string, string, number | null, string | null][] = [
    ['queued', 'accepted', null, null],
    ['sending', 'accepted', null, null],
    ['sent', 'accepted', null, null],
    ['a status of the future', 'accepted', null, null],
    ['delivered', 'delivered', null, null],
    ['read', 'delivered', null, null],
    ['undelivered', 'failed', 30003, 'error 30003: the phone is switched off or out of reach'],
    ['failed', 'failed', 30007, 'error 30007: the network took it for spam'],
    ['canceled', 'failed', null, 'no error number was given'],
  ];
  for (const [status, known, errorCode, why] of rows) {
    it(`${status}: ${known}`, async () => {
      const far = await standIn();
      far.script(
        'send',
        errorCode === null ? { do: 'take', statuses: [status] } : { do: 'take', statuses: [status], errorCode },
      );
      const path = at(far.url);
      const result = await path.send(text('one'));
      const sid = result.outcome === 'accepted' ? result.sid : '';
      expect(await path.status(sid)).toEqual({ outcome: 'known', status: known, why });
    });
  }
  for (const act of [
    { do: 'break', status: 500 },
    { do: 'garbage', body: '[' },
    { do: 'garbage', body: '{}' },
    { do: 'reset-before' },
  ] as const) {
    it(`${JSON.stringify(act)}: unknown`, async () => {
      const far = await standIn();
      far.script('status', act);
      expect((await at(far.url).status(`SM${'1'.repeat(32)}`)).outcome).toBe('unknown');
    });
  }
  it('a sid that would lead elsewhere: unknown', async () => {
    const far = await standIn();
    expect((await at(far.url).status('../../Accounts')).outcome).toBe('unknown');
  });
});

describe('searching and fetching', () => {
  it('a text that waits in a queue is found', async () => {
    const far = await standIn();
    far.script('send', { do: 'take', statuses: ['queued'] });
    const path = at(far.url);
    await path.send(text('one'));
    expect(await path.find(text('one'), justNow())).toMatchObject({ outcome: 'found', status: 'accepted' });
  });

  it('the first 200 replies come, on four pages', async () => {
    const far = await standIn();
    for (let index = 0; index < 260; index += 1) far.receive(TO, `OK ${1000 + index}`);
    const result = await at(far.url).fetch(justNow());
    const bodies = result.outcome === 'fetched' ? result.texts.map(({ body }) => body) : [];
    expect(bodies).toEqual(Array.from({ length: 200 }, (_, index) => `OK ${1259 - index}`));
    expect(far.exchanges).toHaveLength(4);
  });

  it('a search that cannot see the end is unknown, not absent', async () => {
    const far = await standIn();
    const path = at(far.url);
    for (let index = 0; index < 201; index += 1) await path.send(text(`${index}`));
    expect((await path.find(text('x'), justNow())).outcome).toBe('unknown');
    expect(await path.find(text('0'), justNow())).toMatchObject({ outcome: 'unknown' });
    expect(await path.find(text('1'), justNow())).toMatchObject({ outcome: 'found' });
  });

  it('a text older than asked for is not found', async () => {
    const far = await standIn();
    const path = at(far.url);
    await path.send(text('one'));
    expect(await path.find(text('one'), wallTime(Date.now() + 120_000))).toEqual({ outcome: 'absent' });
  });

  it('a next page on another host is asked of Twilio all the same: the token is for nobody else', async () => {
    const far = await standIn();
    const other = await standIn();
    const page = JSON.parse(pageLeading(''));
    const body = JSON.stringify({ ...page, meta: { key: 'messages', next_page_url: `${other.url}/2010-04-01/next` } });
    far.script('list', { do: 'garbage', body });
    expect(await at(far.url).fetch(justNow())).toMatchObject({ outcome: 'fetched', texts: [{ body: 'hello' }] });
    expect(other.exchanges).toHaveLength(0);
    expect(far.exchanges).toHaveLength(2);
  });

  it('a page that fails leaves what came before it', async () => {
    const far = await standIn();
    for (let index = 0; index < 60; index += 1) far.receive(TO, `${index}`);
    far.script(
      'list',
      { do: 'garbage', body: pageLeading('http://127.0.0.1:1/elsewhere') },
      { do: 'break', status: 500 },
    );
    expect(await at(far.url).fetch(justNow())).toMatchObject({ outcome: 'fetched', texts: [{ body: 'hello' }] });
    // The next page was asked of Twilio, wherever the answer pointed.
    expect(far.exchanges).toHaveLength(2);
  });

  for (const body of [
    '{',
    '[]',
    'null',
    '{"messages":null}',
    '{"messages":[{}]}',
    '{"messages":[null]}',
    '{"messages":"x"}',
  ]) {
    it(`a list that says ${body} throws nothing`, async () => {
      const far = await standIn();
      far.script('list', { do: 'garbage', body }, { do: 'garbage', body });
      const fetched = await at(far.url).fetch(wallTime(0));
      expect(['unknown', 'fetched']).toContain(fetched.outcome);
      if (fetched.outcome === 'fetched') expect(fetched.texts).toEqual([]);
      expect((await at(far.url).find(text('one'), justNow())).outcome).not.toBe('found');
    });
  }
});

function pageLeading(next: string): string {
  const time = new Date().toUTCString().replace('GMT', '+0000');
  const message = {
    sid: `SM${'a'.repeat(32)}`,
    direction: 'inbound',
    from: TO,
    to: FROM,
    body: 'hello',
    status: 'received',
  };
  return JSON.stringify({ next_page_uri: next, messages: [{ ...message, date_created: time, date_sent: time }] });
}
