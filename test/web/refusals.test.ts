import { connect } from 'node:net';
import { describe, expect, it } from 'vitest';
import { createHostGuard, createRate, isForeign, isOnHub } from '../../src/web/guards.ts';
import { openWeb } from '../../src/web/server.ts';
import { type Asking, CODES, NO_HOUSE, openSite } from './support.ts';

// Bad input over HTTP: refused in words, never a stack, never a stall.

interface Refused {
  readonly name: string;
  readonly method?: string;
  readonly path?: string;
  readonly asking: Asking;
  readonly says: readonly [status: number, error: string, message?: RegExp];
}

const json = { 'content-type': 'application/json' };
const deep = `${'{"a":'.repeat(3000)}1${'}'.repeat(3000)}`;

const REFUSED: readonly Refused[] = [
  {
    name: 'a page of another site',
    asking: { headers: { origin: 'https://evil.example' } },
    says: [403, 'wrong_origin'],
  },
  { name: 'a page without an origin', asking: { headers: { origin: 'null' } }, says: [403, 'wrong_origin'] },
  {
    name: 'another site, as the browser says it',
    asking: { headers: { 'sec-fetch-site': 'cross-site' } },
    says: [403, 'wrong_origin'],
  },
  {
    name: 'another port of this machine',
    asking: { headers: { 'sec-fetch-site': 'same-site' } },
    says: [403, 'wrong_origin'],
  },
  { name: 'a rebound name', asking: { headers: { host: 'evil.example' } }, says: [421, 'wrong_host'] },
  {
    name: 'a rebound name that begins well',
    asking: { headers: { host: 'localhost.evil.example' } },
    says: [421, 'wrong_host'],
  },
  { name: 'a name with a user in it', asking: { headers: { host: 'a@localhost' } }, says: [421, 'wrong_host'] },
  {
    name: 'a form',
    asking: { raw: 'code=1', headers: { 'content-type': 'application/x-www-form-urlencoded' } },
    says: [415, 'wrong_type'],
  },
  {
    name: 'plain text',
    asking: { raw: '{"code":"482913"}', headers: { 'content-type': 'text/plain' } },
    says: [415, 'wrong_type'],
  },
  { name: 'no JSON', asking: { raw: '{"code":', headers: json }, says: [400, 'bad_request'] },
  { name: 'an empty body that claims JSON', asking: { raw: '', headers: json }, says: [400, 'bad_request'] },
  {
    name: 'a body too large',
    asking: { raw: JSON.stringify({ code: '1'.repeat(20_000) }), headers: json },
    says: [413, 'too_large'],
  },
  {
    name: 'a body that claims to be huge',
    asking: { raw: '{}', headers: { ...json, 'content-length': '99999999' } },
    says: [413, 'too_large'],
  },
  { name: 'JSON nested deeply', asking: { raw: deep.slice(0, 16_000), headers: json }, says: [400, 'bad_request'] },
  { name: 'a prototype', asking: { raw: '{"__proto__":{"code":"1"}}', headers: json }, says: [400, 'bad_request'] },
  {
    name: 'a mode that is none',
    path: '/api/arm',
    asking: { body: { mode: 'holiday' } },
    says: [400, 'bad_request', /^mode: .*away/],
  },
  {
    name: 'a bypass that is none',
    path: '/api/arm',
    asking: { body: { mode: 'home', bypass: 'hall' } },
    says: [400, 'bad_request', /^bypass: /],
  },
  {
    name: 'a zone that may not be left out',
    path: '/api/arm',
    asking: { body: { mode: 'home', bypass: ['panic'] } },
    says: [400, 'bad_request'],
  },
  {
    name: '201 zones',
    path: '/api/arm',
    asking: { body: { mode: 'home', bypass: Array(201).fill('a') } },
    says: [400, 'bad_request', /^bypass: /],
  },
  {
    name: 'an alarm that never was',
    path: '/api/alarms/a9/acknowledge',
    asking: { body: {} },
    says: [404, 'not_found'],
  },
  {
    name: 'the number of a silent alarm',
    path: '/api/alarms/s1/acknowledge',
    asking: { body: {} },
    says: [404, 'not_found'],
  },
  {
    name: 'a note too long',
    path: '/api/alarms/a1/acknowledge',
    asking: { body: { note: 'x'.repeat(281) } },
    says: [400, 'bad_request', /^note: /],
  },
  {
    name: 'minutes that never end',
    path: '/api/installer',
    asking: { body: { minutes: 1e9 } },
    says: [400, 'bad_request', /^minutes: /],
  },
  { name: 'a key too many', path: '/api/panic', asking: { body: { silent: false } }, says: [400, 'bad_request'] },
  { name: 'a path that is none', method: 'GET', path: '/api/nothing', asking: {}, says: [404, 'not_found'] },
  { name: 'a way up', method: 'GET', path: '/api/../../etc/passwd', asking: {}, says: [404, 'not_found'] },
  { name: 'the wrong method', method: 'PUT', path: '/api/state', asking: {}, says: [404, 'not_found'] },
  { name: 'a path that cannot be read', method: 'GET', path: '/%ff', asking: {}, says: [400, 'bad_request'] },
  { name: 'a long path', method: 'GET', path: `/${'x'.repeat(2000)}`, asking: {}, says: [404, 'not_found'] },
  {
    name: 'a number that is none',
    method: 'GET',
    path: '/api/events?after=-1',
    asking: {},
    says: [400, 'bad_request', /^after: /],
  },
  {
    name: 'a page too long',
    method: 'GET',
    path: '/api/events?limit=501',
    asking: {},
    says: [400, 'bad_request', /^limit: /],
  },
  {
    name: 'a query that is unknown',
    method: 'GET',
    path: '/api/events?since=1',
    asking: {},
    says: [400, 'bad_request'],
  },
  {
    name: 'the same query twice',
    method: 'GET',
    path: '/api/events?after=1&after=2',
    asking: {},
    says: [400, 'bad_request'],
  },
];

describe('refused in words', () => {
  for (const { name, method = 'POST', path = '/api/session', asking, says } of REFUSED) {
    it(`${name}: ${says[1]}`, async () => {
      const { signedIn, world } = await openSite();
      world.says('leak', { water_leak: true });
      world.says('panic', { action: 'single' });
      const page = await signedIn('anna');
      const rows = world.journal.rows.length;
      const answer = await page.ask(method, path, asking);
      expect([answer.status, answer.body['error']]).toEqual([says[0], says[1]]);
      expect(answer.body['message']).toMatch(says[2] ?? /^[A-Z].*\.$|: /);
      expect(answer.text).not.toMatch(/ at |node_modules|\.ts/);
      expect(answer.headers).toMatchObject({ 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' });
      expect(world.journal.rows).toHaveLength(rows);
    });
  }
});

describe('bytes that are no request', () => {
  const bytes: readonly (readonly [string, string | Buffer, RegExp])[] = [
    ['zeros', Buffer.alloc(64), /^HTTP\/1\.1 400 .*"error":"bad_request"/s],
    ['a TLS greeting', Buffer.from('1603010200010001fc0303', 'hex'), /^HTTP\/1\.1 400 .*"error":"bad_request"/s],
    ['another version', 'GET / HTTP/9.9\r\n\r\n', /^HTTP\/1\.1 (400|505) /],
    [
      'headers too long',
      `GET / HTTP/1.1\r\nhost: localhost\r\nx: ${'y'.repeat(20_000)}\r\n\r\n`,
      /^HTTP\/1\.1 431 .*"error":"too_large"/s,
    ],
    [
      'too many headers',
      `GET /api/state HTTP/1.1\r\nhost: localhost\r\n${'a: b\r\n'.repeat(1300)}\r\n`,
      /^HTTP\/1\.1 (431|401) /,
    ],
    [
      'a header twice that may be there once',
      'GET /api HTTP/1.1\r\nhost: localhost\r\nhost: evil\r\n\r\n',
      /^HTTP\/1\.1 (400|404|421) /,
    ],
    [
      'two lengths',
      'POST /api/session HTTP/1.1\r\nhost: localhost\r\ncontent-length: 5\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n',
      /^HTTP\/1\.1 400 /,
    ],
    ['no host', 'GET /api/state HTTP/1.1\r\n\r\n', /^HTTP\/1\.1 400 /],
    [
      'a line break in a header',
      'GET /api/state HTTP/1.1\r\nhost: localhost\r\ncookie: a\nb\r\n\r\n',
      /^HTTP\/1\.1 4\d\d /,
    ],
  ];
  for (const [name, sent, said] of bytes) {
    it(`${name} are answered and hung up on`, async () => {
      const { server, client } = await openSite();
      const text = await new Promise<string>((resolve) => {
        let heard = '';
        const socket = connect(server.port, '127.0.0.1', () => socket.end(sent));
        socket.on('data', (chunk) => (heard += chunk.toString()));
        socket.on('error', () => {});
        socket.on('close', () => resolve(heard));
      });
      expect(text).toMatch(said);
      expect(text).not.toMatch(/stack|node_modules/);
      expect((await client().ask('GET', '/healthz')).status).toBe(200);
    });
  }
});

describe('too much at once', () => {
  it('one address that asks too often is told to wait, and a call for help still goes through', async () => {
    const { signedIn } = await openSite();
    const page = await signedIn('anna');
    const answers = await Promise.all(Array.from({ length: 140 }, () => page.ask('GET', '/api/state')));
    const count = (status: number): number => answers.filter((answer) => answer.status === status).length;
    expect([count(200) >= 90, count(200) + count(429)]).toEqual([true, 140]);
    expect(count(429)).toBeGreaterThan(30);
    expect((await page.ask('POST', '/api/panic')).status).toBe(200);
  });

  it('many idle connections are told to come later, and those that are let in are answered', async () => {
    const { server, signedIn } = await openSite();
    const page = await signedIn('anna');
    const sockets = Array.from({ length: 270 }, () => connect(server.port, '127.0.0.1'));
    await Promise.all(sockets.map((socket) => new Promise((resolve) => socket.on('connect', resolve))));
    const answer = await page.ask('GET', '/api/state');
    expect([answer.status, answer.body['error']]).toEqual([503, 'busy']);
    expect((await page.ask('POST', '/api/panic')).status).toBe(200);
    for (const socket of sockets) socket.destroy();
  });

  it('panic pressed many times at once is one call, and each press is answered', async () => {
    const { signedIn, world } = await openSite();
    const page = await signedIn('anna');
    const answers = await Promise.all(Array.from({ length: 50 }, () => page.ask('POST', '/api/panic')));
    expect(new Set(answers.map(({ text }) => text))).toEqual(new Set(['{"ok":true,"warnings":[]}']));
    expect(world.journal.rows.filter(({ type }) => type === 'alarm-raised')).toHaveLength(1);
  });
});

it('a port that is taken is told in a sentence', async () => {
  const { server, world } = await openSite();
  const { port } = server;
  const opened = await openWeb({
    host: '127.0.0.1',
    port,
    names: [],
    tls: null,
    version: '1',
    window: world.hub.window,
    codes: { person: () => null, era: () => '' },
    history: { local: async () => [], newest: async () => [] },
    ...NO_HOUSE,
    people: {} as never,
    locks: {} as never,
    clock: world.clock,
    log: world.log as never,
    health: () => ({ status: 'ready' }),
  });
  expect(opened).toEqual({
    ok: false,
    why: `the web page cannot listen on 127.0.0.1:${port} (another program has it)`,
  });
});

describe('names of this hub', () => {
  const rows: readonly (readonly [string | undefined, boolean])[] = [
    ['localhost', true],
    ['LOCALHOST:8080', true],
    ['127.0.0.1:8080', true],
    ['[::1]:8080', true],
    ['192.0.2.7', true],
    ['hub.lan:8080', true],
    ['evil.example', false],
    ['hub.lan.evil.example', false],
    ['localhost:', false],
    ['localhost:8080:1', false],
    ['', false],
    [undefined, false],
    ['[::1', false],
    ['1.2.3', false],
  ];
  for (const [host, is] of rows) {
    it(`${host} ${is ? 'is' : 'is not'} one`, () => expect(createHostGuard(['Hub.LAN'])(host)).toBe(is));
  }
});

describe('whose page it is', () => {
  const rows: readonly (readonly [Record<string, string>, boolean])[] = [
    [{ host: 'hub.lan:8080' }, false],
    [{ host: 'hub.lan:8080', origin: 'http://hub.lan:8080' }, false],
    [{ host: 'hub.lan', origin: 'https://hub.lan' }, false],
    [{ host: 'hub.lan:8080', origin: 'http://hub.lan' }, true],
    [{ host: 'hub.lan:8080', origin: 'http://hub.lan:8081' }, true],
    [{ host: 'hub.lan', origin: 'null' }, true],
    [{ host: 'hub.lan', origin: '' }, true],
    [{ host: 'hub.lan', 'sec-fetch-site': 'none' }, false],
    [{ host: 'hub.lan', 'sec-fetch-site': 'same-origin' }, false],
    [{ host: 'hub.lan', 'sec-fetch-site': 'cross-site' }, true],
  ];
  for (const [headers, foreign] of rows) {
    it(`${JSON.stringify(headers)}: ${foreign ? 'another' : 'ours'}`, () => expect(isForeign(headers)).toBe(foreign));
  }
});

describe('on the hub itself', () => {
  for (const [address, is] of [
    ['127.0.0.1', true],
    ['127.9.9.9', true],
    ['::1', true],
    ['::ffff:127.0.0.1', true],
    ['192.0.2.1', false],
    ['::ffff:192.0.2.1', false],
    ['fe80::1', false],
    ['', false],
  ] as const) {
    it(`${address}: ${is}`, () => expect(isOnHub(address, {})).toBe(is));
  }
  it('not when a proxy has passed it on', () => {
    expect(isOnHub('127.0.0.1', { 'x-forwarded-for': '192.0.2.1' })).toBe(false);
    expect(isOnHub('127.0.0.1', { forwarded: 'for=192.0.2.1' })).toBe(false);
  });
});

describe('the rate', () => {
  it('lets a burst through, then so many a second, each address for itself', () => {
    let now = 0;
    const rate = createRate({ burst: 100, aSecond: 25 }, () => now);
    const asked = (count: number, address = 'a'): number =>
      Array.from({ length: count }, () => rate(address)).filter((answer) => answer === 'go on').length;
    expect(asked(150)).toBe(100);
    expect(asked(1, 'b')).toBe(1);
    now += 1000;
    expect(asked(50)).toBe(25);
    now += 60_000;
    expect(asked(150)).toBe(100);
  });
});

it('every code given counts, whatever else is wrong', async () => {
  const { signedIn, world } = await openSite();
  const mona = await signedIn('mona');
  const before = world.checks();
  expect((await mona.ask('POST', '/api/disarm', { body: { code: CODES.mona } })).body['error']).toBe('not_allowed');
  expect(world.checks() - before).toBe(1);
});
