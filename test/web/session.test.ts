import { describe, expect, it } from 'vitest';
import { createFakeClock } from '../hub/fakes.ts';
import { settledWorld, type World } from '../hub/world.ts';
import { type Answer, type Client, CODES, openSite } from './support.ts';

const signIn = (client: Client, code: string, more: object = {}): Promise<Answer> =>
  client.ask('POST', '/api/session', { body: { code, ...more } });

describe('signing in', () => {
  it('gives a cookie that no script reads and no other site sends', async () => {
    const { client } = await openSite();
    const answer = await signIn(client(), CODES.anna);
    expect(answer.status).toBe(200);
    expect(answer.body).toEqual({
      id: expect.stringMatching(/^[0-9a-f]{8}$/),
      person: { name: 'Anna', role: 'resident' },
      device: null,
      since: '2026-11-21T20:00:00.000Z',
      until: '2026-11-21T21:00:00.000Z',
      freshUntil: '2026-11-21T20:10:00.000Z',
    });
    expect(answer.headers['set-cookie']).toEqual([
      expect.stringMatching(/^home_id=[A-Za-z0-9_-]{43}; Path=\/; HttpOnly; SameSite=Strict; Max-Age=3600$/),
    ]);
  });

  it('pairs a phone for 90 days', async () => {
    const { signedIn, world } = await openSite();
    const phone = await signedIn('anna', "Anna's phone");
    world.clock.pass(90 * 24 * 3600_000 - 1);
    const answer = await phone.ask('GET', '/api/session');
    expect([answer.status, answer.body['device']]).toEqual([200, "Anna's phone"]);
    world.clock.pass(1);
    expect((await phone.ask('GET', '/api/session')).status).toBe(401);
  });

  it('ends by itself after an hour where nothing was paired', async () => {
    const { signedIn, world } = await openSite();
    const page = await signedIn('anna');
    world.clock.pass(3600_000 - 1);
    expect((await page.ask('GET', '/api/state')).status).toBe(200);
    world.clock.pass(1);
    expect((await page.ask('GET', '/api/state')).status).toBe(401);
  });

  it('with the code given again keeps the session, changes the token and is fresh for ten minutes', async () => {
    const { signedIn, world } = await openSite();
    const phone = await signedIn('anna', 'phone');
    const before = { cookie: phone.cookie(), session: (await phone.ask('GET', '/api/session')).body };
    world.clock.pass(20 * 60_000);
    const history = (): Promise<Answer> => phone.ask('GET', '/api/events');
    expect((await history()).body['error']).toBe('code_needed');
    expect((await signIn(phone, CODES.anna)).body['id']).toBe(before.session['id']);
    expect((await phone.ask('GET', '/api/session')).body['until']).toBe(before.session['until']);
    expect(phone.cookie()).not.toBe(before.cookie);
    world.clock.pass(10 * 60_000 - 1);
    expect((await history()).status).toBe(200);
    world.clock.pass(1);
    expect((await history()).body['error']).toBe('code_needed');
    const old = await phone.ask('GET', '/api/state', { headers: { cookie: before.cookie ?? '' } });
    expect(old.status).toBe(401);
  });

  it('as somebody else takes the place of the session before', async () => {
    const { signedIn, client } = await openSite();
    const page = await signedIn('anna', 'tablet');
    const before = page.cookie() ?? '';
    await signIn(page, CODES.vera);
    expect((await page.ask('GET', '/api/session')).body).toMatchObject({ person: { name: 'Vera' }, device: null });
    expect((await client().ask('GET', '/api/session', { headers: { cookie: before } })).status).toBe(401);
  });

  it('leaves a row that names the person by id', async () => {
    const { signedIn, world } = await openSite();
    await signedIn('anna');
    expect(world.journal.rows.filter(({ type }) => type === 'signed-in')).toEqual([
      { type: 'signed-in', data: { by: 'p0000000a', source: 'session:new' }, sealed: false },
    ]);
  });

  const wrong: readonly (readonly [string, unknown])[] = [
    ['no code', {}],
    ['an empty code', { code: '' }],
    ['a number', { code: 482913 }],
    ['a list', { code: ['482913'] }],
    ['a code of 65 digits', { code: '1'.repeat(65) }],
    ['a key too many', { code: '482913', remember: true }],
    ['an empty device', { code: '482913', device: ' ' }],
    ['a list for a body', ['482913']],
    ['text for a body', '482913'],
  ];
  for (const [name, body] of wrong) {
    it(`with ${name} is not understood, costs no hash and repeats nothing`, async () => {
      const { client, world } = await openSite();
      const answer = await client().ask('POST', '/api/session', { body });
      expect([answer.status, answer.body['error'], world.checks()]).toEqual([400, 'bad_request', 0]);
      expect(answer.text).not.toContain('482913');
    });
  }
});

describe('wrong codes', () => {
  it('count on the one path: three, then 90 s, whoever has no session together', async () => {
    const { client, world } = await openSite();
    const answers: unknown[] = [];
    for (let guess = 0; guess < 4; guess += 1) answers.push((await signIn(client(), '000000')).body['error']);
    expect(answers).toEqual(['bad_code', 'bad_code', 'bad_code', 'locked_out']);
    expect((await signIn(client(), CODES.anna)).status).toBe(429);
    await world.pass(91);
    expect((await signIn(client(), CODES.anna)).status).toBe(200);
  });

  it('of strangers do not hold up a phone that is paired', async () => {
    const { client, signedIn } = await openSite();
    const phone = await signedIn('anna', 'phone');
    for (let guess = 0; guess < 4; guess += 1) await signIn(client(), '000000');
    expect((await phone.ask('POST', '/api/disarm', { body: { code: CODES.anna } })).status).toBe(200);
  });

  it('on a phone count against that phone', async () => {
    const { client, signedIn } = await openSite();
    const phone = await signedIn('anna', 'phone');
    for (let guess = 0; guess < 3; guess += 1) await phone.ask('POST', '/api/disarm', { body: { code: '000000' } });
    expect((await phone.ask('POST', '/api/disarm', { body: { code: CODES.anna } })).body['error']).toBe('locked_out');
    expect((await signIn(client(), CODES.anna)).status).toBe(200);
  });

  it('from everywhere lock everybody, but never a call for help', async () => {
    const { client, signedIn, world } = await openSite();
    const phone = await signedIn('anna', 'phone');
    for (let source = 0; source < 10; source += 1) {
      world.orders({ action: 'DISARM', code: '000000', id: `g${source}` }, `mqtt:u${source}` as never);
      await world.rest();
    }
    expect((await signIn(client(), CODES.anna)).body['error']).toBe('locked_out');
    expect((await phone.ask('POST', '/api/panic')).status).toBe(200);
    expect(world.journal.rows.some(({ type, sealed }) => sealed && type === 'alarm-raised')).toBe(true);
  });

  it('one hash each, however the code came', async () => {
    const { client, signedIn, world } = await openSite();
    const page = await signedIn('anna');
    const before = world.checks();
    await page.ask('POST', '/api/disarm', { body: { code: '000000' } });
    await signIn(client(), '000000');
    world.orders({ action: 'DISARM', code: '000000', id: 'x' });
    await world.rest();
    expect(world.checks() - before).toBe(3);
  });
});

describe('signing out', () => {
  it('ends the session and takes the cookie away', async () => {
    const { signedIn, client } = await openSite();
    const page = await signedIn('anna');
    const cookie = page.cookie() ?? '';
    const answer = await page.ask('DELETE', '/api/session');
    expect([answer.status, answer.headers['set-cookie']]).toEqual([
      200,
      ['home_id=; Path=/; HttpOnly; SameSite=Strict; Max-Age=0'],
    ]);
    expect((await client().ask('GET', '/api/state', { headers: { cookie } })).status).toBe(401);
  });

  it('a resident sees every session and ends one that is lost', async () => {
    const { signedIn } = await openSite();
    const phone = await signedIn('vera', 'lost phone');
    const page = await signedIn('anna');
    const { sessions } = (await page.ask('GET', '/api/sessions')).body as {
      sessions: { id: string; device: string; person: { name: string } }[];
    };
    expect(sessions.map(({ person, device }) => [person.name, device])).toEqual([
      ['Vera', 'lost phone'],
      ['Anna', null],
    ]);
    expect((await page.ask('DELETE', `/api/sessions/${sessions[0]?.id}`)).status).toBe(200);
    expect((await phone.ask('GET', '/api/state')).status).toBe(401);
    expect((await page.ask('DELETE', '/api/sessions/00000000')).body['error']).toBe('not_found');
  });
});

describe('what is kept', () => {
  it('survives a restart as hashes: the phone is still paired, the code no longer fresh', async () => {
    const first = await openSite();
    const phone = await first.signedIn('anna', 'phone');
    const parts = JSON.stringify(first.world.journal.restored().parts);
    expect(parts).toContain('kept:sessions');
    expect(parts).not.toContain(phone.cookie()?.slice('home_id='.length));
    const clock = createFakeClock(2_000_000, 'boot-1');
    const world = await settledWorld({ restored: first.world.journal.restored(), clock });
    const second = await openSite({ world });
    const headers = { cookie: phone.cookie() ?? '' };
    expect((await second.client().ask('GET', '/api/state', { headers })).status).toBe(200);
    expect((await second.client().ask('GET', '/api/events', { headers })).body['error']).toBe('code_needed');
  });

  for (const [name, text] of [
    ['no JSON', '{'],
    ['a number', '7'],
    ['an end that lies in no possible future', JSON.stringify([{ id: 'a', until: 9e15 }])],
  ] as const) {
    it(`that cannot be used (${name}) leaves everybody out, and the server up`, async () => {
      const first = await settledWorld();
      await first.hub.window.keep('sessions', text);
      const world = await settledWorld({ restored: first.journal.restored() });
      const { client, signedIn } = await openSite({ world });
      expect((await client().ask('GET', '/api/state')).status).toBe(401);
      expect((await (await signedIn('anna')).ask('GET', '/api/state')).status).toBe(200);
    });
  }

  it('is at most eight of one person: the oldest that is not paired gives way', async () => {
    const { signedIn } = await openSite();
    const phone = await signedIn('anna', 'phone');
    const page = await signedIn('anna');
    for (let more = 0; more < 7; more += 1) await signedIn('anna', `tablet ${more}`);
    expect((await phone.ask('GET', '/api/state')).status).toBe(200);
    expect((await page.ask('GET', '/api/state')).status).toBe(401);
  });

  it('is refused when its person is removed', async () => {
    const { signedIn, people } = await openSite();
    const phone = await signedIn('anna', 'phone');
    people.gone.add('p0000000a');
    expect((await phone.ask('POST', '/api/arm', { body: { mode: 'home' } })).status).toBe(401);
  });
});

const hostile: readonly (readonly [string, string])[] = [
  ['none', ''],
  ['empty', 'home_id='],
  ['too short', 'home_id=abc'],
  ['of another form', `home_id=${'!'.repeat(43)}`],
  ['a guess', `home_id=${'A'.repeat(43)}`],
  ['too long', `home_id=${'A'.repeat(4000)}`],
  ['under another name', `lantern2=${'A'.repeat(43)}`],
  ['with a hash for a token', 'home_id=__proto__'],
];
describe('a wrong session', () => {
  for (const [name, cookie] of hostile) {
    it(`${name} is refused in words`, async () => {
      const { client } = await openSite();
      const answer = await client().ask('GET', '/api/state', { headers: { cookie } });
      expect([answer.status, answer.body]).toEqual([
        401,
        { error: 'no_session', message: 'Sign in first: POST /api/session with a code.' },
      ]);
    });
  }
});

describe('under threat', () => {
  /** All that can be told on site of a story, but for what differs from run to run. */
  async function trace(code: 'anna' | 'threat', story: (client: Client, world: World) => Promise<Answer[]>) {
    const { signedIn, world } = await openSite();
    world.heard();
    const client = await signedIn(code, 'phone');
    const answers = await story(client, world);
    await world.pass(1);
    const rows = world.journal.rows.filter(({ sealed }) => !sealed);
    const seen = answers.map(({ status, headers, text }) => ({ status, headers: Object.keys(headers), text }));
    const metrics = (await client.ask('GET', '/metrics')).text;
    return JSON.stringify([seen, rows, world.heard(), world.log.lines, metrics])
      .replaceAll(/[0-9a-f]{8}/g, '#')
      .replaceAll(/OK \d{4}/g, 'OK #');
  }
  const stories: readonly (readonly [string, (client: Client, world: World) => Promise<Answer[]>])[] = [
    ['signing in', async () => []],
    [
      'the own session',
      async (client) => [await client.ask('GET', '/api/session'), await client.ask('GET', '/api/sessions')],
    ],
    ['arming', async (client) => [await client.ask('POST', '/api/arm', { body: { mode: 'home' } })]],
    [
      'an alarm, acknowledged',
      async (client, world) => {
        await client.ask('POST', '/api/arm', { body: { mode: 'home' } });
        world.says('back-window', { contact: false });
        await world.rest();
        return [
          await client.ask('GET', '/api/alarms'),
          await client.ask('POST', '/api/alarms/a1/acknowledge', { body: { note: 'fine' } }),
          await client.ask('GET', '/api/events'),
        ];
      },
    ],
  ];
  for (const [name, story] of stories) {
    it(`${name} leaves the trace of any other day`, async () => {
      expect(await trace('threat', story)).toBe(await trace('anna', story));
    });
  }
  for (const [name, story] of [
    ['disarmed', []],
    ['armed', ['/api/arm']],
  ] as const) {
    it(`a code to disarm while ${name} is answered alike, byte for byte`, async () => {
      const [truly, threatened] = await Promise.all(
        [CODES.anna, CODES.threat].map(async (code) => {
          const { signedIn } = await openSite();
          const client = await signedIn('anna');
          for (const path of story) await client.ask('POST', path, { body: { mode: 'home' } });
          const answer = await client.ask('POST', '/api/disarm', { body: { code } });
          return [answer.status, answer.text, Object.keys(answer.headers)];
        }),
      );
      expect(threatened).toEqual(truly);
    });
  }
  it('and yet it is told', async () => {
    const { signedIn, world } = await openSite();
    await signedIn('threat');
    expect(world.journal.rows.filter(({ sealed }) => sealed).map(({ type }) => type)).toContain('alarm-raised');
  });
  it('a call for help is answered as arming to the mode in force is', async () => {
    const { signedIn, world } = await openSite();
    const client = await signedIn('anna');
    await client.ask('POST', '/api/arm', { body: { mode: 'home' } });
    const again = await client.ask('POST', '/api/arm', { body: { mode: 'home' } });
    const rows = world.journal.rows.filter(({ sealed }) => !sealed).length;
    const help = await client.ask('POST', '/api/panic');
    expect([help.status, help.text, Object.keys(help.headers)]).toEqual([
      again.status,
      again.text,
      Object.keys(again.headers),
    ]);
    expect(world.journal.rows.filter(({ sealed }) => !sealed)).toHaveLength(rows);
  });
});
