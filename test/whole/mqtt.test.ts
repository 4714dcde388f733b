import { connect, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hasMosquitto, startMosquitto } from '../link/mqtt/mosquitto.ts';
import { type Ear, isSirenOn } from './ear.ts';
import { again, type House, type Hub, makeHouse, settle, story } from './house.ts';
import { BASE, CODE, WRONG } from './house-config.ts';

const SET = `${BASE}/panel/set`;
const shownOf = (ear: Ear, topic: string): Readonly<Record<string, unknown>> =>
  JSON.parse(ear.latest(`${BASE}/${topic}`) ?? 'null');
const keysOf = (ear: Ear, topic: string): readonly string[] => Object.keys(shownOf(ear, topic)).toSorted();
const sees = (ear: Ear, zone: string, open: boolean): Promise<void> =>
  ear.until(`zone ${zone} ${open}`, () => shownOf(ear, `zones/${zone}`)?.['open'] === open);

/** Resolves when everything sent before it, by anyone, has been dealt with. */
async function barrier(ear: Ear): Promise<void> {
  await ear.order({ action: 'NONSENSE' });
}

describe('what a client sees', () => {
  let house: House;
  let hub: Hub;
  let ear: Ear;
  beforeAll(async () => {
    house = await makeHouse();
    hub = await house.start();
    ear = hub.ear;
    await settle(ear);
  });
  afterAll(() => house?.end());

  it('the retained topics are these and no others', async () => {
    const late = await house.ear();
    await late.until('a live word', () => late.latest(`${BASE}/outputs/porch`) !== undefined);
    await barrier(ear);
    const zones = 'back-window front-door frame gate hall leak loud-panic panic side-window smoke'.split(' ');
    const retained = late.heard.filter((one) => one.retained).map(({ topic }) => topic);
    expect([...new Set(retained)].toSorted()).toEqual(
      [
        ...['panel/state', 'panel/attributes', 'outputs/siren', 'outputs/porch', 'status'],
        ...zones.map((zone) => `zones/${zone}`),
      ]
        .map((topic) => `${BASE}/${topic}`)
        .toSorted(),
    );
  });

  it('status is online', () => expect(ear.latest(`${BASE}/status`)).toBe('online'));

  it('attributes have these keys', () =>
    expect(keysOf(ear, 'panel/attributes')).toEqual(
      ['mode', 'changedBy', 'delayEndsAt', 'openZones', 'bypassedZones', 'alarm', 'faults'].toSorted(),
    ));

  it('a zone has these keys', () => {
    const zone = shownOf(ear, 'zones/front-door');
    expect(zone).toEqual({
      open: false,
      tamper: false,
      batteryLow: false,
      online: true,
      bypassed: false,
      at: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
    });
  });

  it('outputs are on or off', () => {
    expect([ear.latest(`${BASE}/outputs/siren`), ear.latest(`${BASE}/outputs/porch`)]).toEqual(['off', 'off']);
  });

  it('an answer has id, ok and warnings', async () => {
    expect(await ear.order({ action: 'ARM_HOME', code: CODE, id: 'mine' })).toEqual({
      id: 'mine',
      ok: true,
      warnings: [],
    });
  });

  it('an event has seq, at, type and data, and no more', async () => {
    const event = await ear.untilEvent('armed');
    expect(Object.keys(event)).toEqual(['seq', 'at', 'type', 'data']);
  });

  const refused: readonly [string, object, object][] = [
    ['an id that was used', { action: 'DISARM', code: CODE, id: 'mine' }, { error: 'bad_request' }],
    ['an unknown action', { action: 'EXPLODE', code: CODE }, { error: 'bad_request' }],
    ['no action', { code: CODE }, { error: 'bad_request' }],
    ['a code that is no text', { action: 'DISARM', code: { a: 1 } }, { error: 'bad_request' }],
    ['a time long past', { action: 'DISARM', code: CODE, at: '2020-01-01T00:00:00Z' }, { error: 'bad_request' }],
    [
      'a time 11 s ago',
      { action: 'DISARM', code: CODE, at: () => new Date(Date.now() - 11_000).toISOString() },
      { error: 'bad_request' },
    ],
    [
      'a time 11 s ahead',
      { action: 'DISARM', code: CODE, at: () => new Date(Date.now() + 12_000).toISOString() },
      { error: 'bad_request' },
    ],
    ['a time that is none', { action: 'DISARM', code: CODE, at: 'noon' }, { error: 'bad_request' }],
    ['no code', { action: 'DISARM' }, { error: 'bad_code' }],
    ['an empty code', { action: 'DISARM', code: '' }, { error: 'bad_code' }],
  ];
  for (const [name, order, answer] of refused) {
    it(`refused: ${name}`, async () => {
      const now = Object.entries(order).map(([key, value]) => [key, typeof value === 'function' ? value() : value]);
      const reply = await ear.order(Object.fromEntries(now));
      if (name === 'an id that was used') {
        // The first answer under this id stands as well.
        await ear.until('a second answer', () => ear.replies().filter(({ id }) => id === 'mine').length === 2);
        expect(ear.replies().findLast(({ id }) => id === 'mine')).toMatchObject({ ok: false, ...answer });
      } else expect(reply).toMatchObject({ ok: false, ...answer });
      expect(ear.state()).toBe('armed_home');
    });
  }

  it('missing codes were not counted', async () => {
    for (let i = 0; i < 4; i += 1) await ear.order({ action: 'DISARM' });
    expect(await ear.order({ action: 'DISARM', code: CODE, at: new Date().toISOString() })).toMatchObject({ ok: true });
    expect(await ear.order({ action: 'ARM_HOME', code: CODE })).toMatchObject({ ok: true });
  });

  for (const retain of [{ qos: 0 }, { qos: 1 }, { qos: 2 }] as const) {
    it(`a retained command of QoS ${retain.qos} is dropped without an answer, and not kept`, async () => {
      const order = { action: 'DISARM', code: CODE, id: `kept-${retain.qos}` };
      await ear.say(SET, order, { ...retain, retain: true });
      await barrier(ear);
      expect(ear.replies().filter(({ id }) => id === order.id)).toEqual([]);
      expect(ear.state()).toBe('armed_home');
      const late = await house.ear();
      await late.until('the state', () => late.state() !== undefined);
      expect(late.heard.filter(({ topic, retained }) => topic === SET && retained)).toEqual([]);
      await late.end();
    });
  }

  it('what is sent to panel/set is seen by nobody else', async () => {
    const spy = await house.ear({ filters: [SET, '#'] });
    await ear.order({ action: 'ARM_HOME', code: CODE });
    await ear.say(SET, 'no JSON, and 482913 in it');
    await barrier(ear);
    const shown = spy.heard.filter(({ topic }) => topic === SET).map(({ payload }) => payload);
    expect([...new Set(shown)]).toEqual(['']);
  });

  const foreign: readonly [string, string][] = [
    ['panel/state', 'disarmed'],
    ['panel/attributes', '{}'],
    ['panel/reply', '{"id":"forged","ok":true}'],
    ['zones/front-door', '{"open":true}'],
    ['outputs/siren', 'on'],
    ['status', 'offline'],
    ['events', '{"seq":1}'],
    ['panel/state', ''],
    ['something/new', 'x'],
  ];
  for (const [topic, payload] of foreign) {
    for (const retain of [true, false]) {
      it(`nobody else says "${payload}" on ${topic}${retain ? ', for keeps' : ''}`, async () => {
        const before = ear.latest(`${BASE}/${topic}`);
        const heardBefore = ear.heard.length;
        const stranger = await house.ear({ filters: [] });
        await stranger.say(`${BASE}/${topic}`, payload, { retain });
        await barrier(ear);
        const late = await house.ear();
        await late.until('the state', () => late.state() !== undefined && late.latest(`${BASE}/status`) !== undefined);
        await barrier(late);
        expect(late.state()).toBe('armed_home');
        const news = ear.heard.slice(heardBefore).filter((one) => one.topic === `${BASE}/${topic}`);
        expect(news.filter((one) => payload !== '' && one.payload === payload)).toEqual([]);
        if (topic.startsWith('zones')) expect(late.latest(`${BASE}/${topic}`)).toBe(before);
        if (topic === 'something/new') expect(late.latest(`${BASE}/${topic}`)).toBeUndefined();
        expect(late.latest(`${BASE}/status`)).toBe('online');
        expect(late.latest(`${BASE}/outputs/siren`)).toBe('off');
        await Promise.all([stranger.end(), late.end()]);
      });
    }
  }

  it('a message of 64 KiB counts', async () => {
    await ear.device('gate', sized({ contact: false }, 64 * 1024));
    await sees(ear, 'gate', true);
  });

  it('one byte more is acknowledged, emptied and does not', async () => {
    const payload = sized({ contact: true }, 64 * 1024 + 1);
    await ear.device('gate', payload);
    await barrier(ear);
    expect(shownOf(ear, 'zones/gate')['open']).toBe(true);
    const last = ear.heard.findLast(({ topic }) => topic === 'zigbee2mqtt/gate');
    expect(last?.payload).toBe('');
  });

  it('over 1 MiB the connection is closed, and the house guards on', async () => {
    const talker = await house.ear({ filters: [], client: { reconnectPeriod: 0 } });
    talker.client.publish('zigbee2mqtt/gate', Buffer.alloc(1024 * 1024 + 1, 'x'));
    await talker.until('the connection closed', () => !talker.client.connected);
    await ear.device('gate', { contact: true });
    await sees(ear, 'gate', false);
  });

  it('rubbish on any topic changes nothing, and the log says so at most once a second', async () => {
    const before = hub.run.log().length;
    const began = performance.now();
    const bytes = [Buffer.from([0xff, 0x00, 0xfe]), '{', '[]', 'null', '"x"', '{"contact":7}', '{"contact":null}', ' '];
    for (let round = 0; round < 25; round += 1) {
      for (const payload of bytes) {
        for (const topic of ['front-door', 'siren', 'bridge/state', 'hall/availability', 'keypad']) {
          ear.client.publish(`zigbee2mqtt/${topic}`, payload);
        }
      }
    }
    ear.client.publish('odd//topic/', 'x');
    await barrier(ear);
    const seconds = (performance.now() - began) / 1000;
    expect(ear.state()).toBe('armed_home');
    expect(shownOf(ear, 'zones/front-door')).toMatchObject({ open: false, online: true });
    expect(hub.run.log().length - before).toBeLessThanOrEqual(Math.ceil(seconds) + 1);
    expect(hub.run.child.exitCode).toBeNull();
  });

  it('at this broker a message with the retain flag is live', async () => {
    await ear.say('zigbee2mqtt/gate', { contact: false }, { retain: true });
    await sees(ear, 'gate', true);
    await ear.say('zigbee2mqtt/gate', '', { retain: true });
  });

  it('twenty clients at once: each is heard', async () => {
    const talkers = await Promise.all(Array.from({ length: 20 }, () => house.ear({ filters: [] })));
    await Promise.all(talkers.map((talker, i) => talker.say(SET, { action: 'NONSENSE', id: `client-${i}` })));
    await ear.until('twenty answers', () => ear.replies().filter(({ id }) => id?.startsWith('client-')).length === 20);
    await Promise.all(talkers.map((talker) => talker.end()));
  });

  it('an opening is an alarm', async () => {
    await ear.device('side-window', { contact: false });
    await ear.untilState('triggered');
  });

  it('an alarm has these keys', () => {
    const alarm = shownOf(ear, 'panel/attributes')['alarm'] as object;
    expect(Object.keys(alarm).toSorted()).toEqual(['id', 'kind', 'zones', 'since', 'acknowledgedBy'].toSorted());
  });

  it('open zones are refused by name', async () => {
    await ear.order({ action: 'DISARM', code: CODE });
    await ear.untilState('disarmed');
    expect(await ear.order({ action: 'ARM_HOME', code: CODE })).toEqual({
      id: expect.any(String),
      ok: false,
      error: 'zones_open',
      zones: ['side-window'],
    });
  });

  it('three wrong codes lock everyone out who is anonymous', async () => {
    for (let i = 0; i < 3; i += 1) {
      expect(await ear.order({ action: 'DISARM', code: WRONG })).toMatchObject({ error: 'bad_code' });
    }
    const other = await house.ear();
    expect(await other.order({ action: 'DISARM', code: CODE })).toMatchObject({ error: 'locked_out' });
  });

  it('a personal alarm lives through a lockout', async () => {
    await ear.device('loud-panic', { action: 'single' });
    await ear.untilState('triggered');
  });
});

describe('someone who stops reading', () => {
  story('does not hold up the siren of others', async ({ house }) => {
    const { ear } = await house.start();
    await settle(ear);
    await ear.order({ action: 'ARM_HOME', code: CODE });
    const siren = await house.ear({ filters: ['zigbee2mqtt/siren/set'] });
    const before = siren.siren().length;
    const frozen = await freeze(house.ports.mqtt);
    const talker = await house.ear({ filters: [] });
    // More than all buffers between the broker and the frozen one take, so that its place in the broker is stuck.
    for (let i = 0; i < 300; i += 1) talker.client.publish('other/topic', 'x'.repeat(60_000));
    const began = performance.now();
    void ear.device('side-window', { contact: false });
    await siren.until('the siren told', () => siren.siren().slice(before).some(isSirenOn));
    const took = performance.now() - began;
    await ear.untilState('triggered');
    frozen.destroy();
    // The broker gives up on the frozen one after a second or more; the siren did not wait for that.
    expect(took).toBeLessThan(900);
  });
});

describe('without people', () => {
  story('arming is refused, and the personal alarm lives', async () => {
    const house = await makeHouse('none');
    try {
      const { ear } = await house.start();
      expect(await ear.order({ action: 'ARM_HOME', code: CODE })).toMatchObject({ ok: false, error: 'no_users' });
      await ear.device('loud-panic', { action: 'single' });
      await ear.untilSirenTold('on');
    } finally {
      await house.end();
    }
  });
});

describe('the record of events', () => {
  story('has no gap over kills and stops', async ({ house }) => {
    let hub = await house.start();
    const heard: number[] = [];
    for (const end of ['SIGKILL', 'SIGTERM', 'SIGKILL'] as const) {
      await settle(hub.ear);
      await hub.ear.order({ action: 'ARM_HOME', code: CODE });
      await hub.ear.order({ action: 'DISARM', code: CODE });
      await hub.ear.untilEvent('disarmed');
      heard.push(...hub.ear.events().map(({ seq }) => seq));
      if (end === 'SIGTERM') {
        await hub.run.kill(end);
        hub = await house.start();
      } else hub = await again(house, hub);
    }
    const { stdout } = await house.lantern(['log', '--format', 'jsonl']);
    const seqs = stdout.split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line).seq]));
    expect(seqs).toEqual(seqs.map((_, index) => index + 1));
    expect(heard).toEqual([...new Set(heard)].toSorted((a, b) => a - b));
  });
});

describe('named users', () => {
  const users = [
    { name: 'z2m', password: 'z2m-secret', publish: ['zigbee2mqtt/#'], subscribe: ['zigbee2mqtt/+/set'] },
    { name: 'phone', password: 'phone-secret', publish: [SET], subscribe: [`${BASE}/#`] },
  ];
  let house: House;
  let z2m: Ear;
  let phone: Ear;
  const as = (name: string, filters: readonly string[]): Promise<Ear> =>
    house.ear({ filters, client: { username: name, password: `${name}-secret` } });
  beforeAll(async () => {
    house = await makeHouse();
    house.configure({ mqtt: { listen: { host: '127.0.0.1', port: house.ports.mqtt }, users } });
    await (await house.launch()).untilLogged('ready');
    z2m = await as('z2m', ['zigbee2mqtt/+/set']);
    phone = await as('phone', [`${BASE}/#`]);
  });
  afterAll(() => house?.end());

  for (const [name, login] of [
    ['nobody', {}],
    ['a wrong password', { username: 'phone', password: 'x' }],
    ['a stranger', { username: 'eve', password: 'phone-secret' }],
  ] as const) {
    it(`${name} is not let in`, async () => {
      const refusal = await new Promise<string>((done) => {
        const socket = connect(house.ports.mqtt, '127.0.0.1');
        socket.once('data', (bytes) => {
          done(`connack ${bytes[3]}`);
          socket.destroy();
        });
        socket.once('error', () => done('closed'));
        socket.write(connectPacket('probe', login));
      });
      expect(refusal).toMatch(/^connack [45]$|^closed$/);
    });
  }

  it('each does what it may', async () => {
    await z2m.device('front-door', { contact: true });
    await sees(phone, 'front-door', false);
    expect(await phone.order({ action: 'ARM_HOME', code: CODE })).toMatchObject({ ok: true });
    await phone.untilState('armed_home');
  });

  it('a device gateway gives no orders', async () => {
    await z2m.say(SET, { action: 'DISARM', code: CODE, id: 'not-mine' });
    await barrier(phone);
    expect(phone.state()).toBe('armed_home');
    expect(phone.replies().some(({ id }) => id === 'not-mine')).toBe(false);
  });

  it('a phone is no sensor', async () => {
    await phone.say('zigbee2mqtt/front-door', { contact: false });
    await barrier(phone);
    expect(phone.state()).toBe('armed_home');
    expect(shownOf(phone, 'zones/front-door')['open']).toBe(false);
  });

  it('a gateway hears nothing of the panel', async () => {
    await expect(z2m.client.subscribeAsync(`${BASE}/#`)).rejects.toThrow();
    await z2m.client.subscribeAsync('#').catch(() => {});
    await barrier(phone);
    expect(z2m.heard.filter(({ topic }) => topic.startsWith('lantern/'))).toEqual([]);
  });

  it('the siren is told through its gateway', async () => {
    await z2m.device('back-window', { contact: false });
    await phone.untilState('triggered');
    await z2m.untilSirenTold('on');
  });

  it('wrong codes count for each by itself', async () => {
    for (let i = 0; i < 3; i += 1) await phone.order({ action: 'DISARM', code: WRONG });
    expect(await phone.order({ action: 'DISARM', code: CODE })).toMatchObject({ error: 'locked_out' });
    await z2m.device('keypad', { action: 'disarm', action_code: CODE, action_transaction: 5 });
    await phone.untilState('disarmed');
  });
});

describe.skipIf(!hasMosquitto)('on somebody else’s broker', { concurrent: true }, () => {
  story('the tour: arm, door, siren, code', async ({ house }) => {
    await withMosquitto(house, async (ear, hub) => {
      await settle(ear);
      expect(await ear.order({ action: 'ARM_HOME', code: CODE })).toMatchObject({ ok: true });
      await ear.device('front-door', { contact: false });
      await ear.untilState('pending');
      await ear.device('back-window', { contact: false });
      await ear.untilState('triggered');
      await ear.untilSirenTold('on');
      await hub.run.untilLogged('text not sent: no path is configured');
      expect(await ear.order({ action: 'DISARM', code: CODE })).toMatchObject({ ok: true });
      await ear.untilState('disarmed');
      await ear.untilSirenTold('off');
    });
  });

  story('killed, it is shown as offline; started again, as online and as it was', async ({ house }) => {
    await withMosquitto(house, async (ear, hub) => {
      await settle(ear);
      await ear.order({ action: 'ARM_HOME', code: CODE });
      await ear.device('back-window', { contact: false });
      await ear.untilState('triggered');
      await hub.run.kill();
      await ear.until('offline', () => ear.latest(`${BASE}/status`) === 'offline');
      const before = ear.siren().length;
      const run = await house.launch();
      await run.untilLogged('ready');
      await ear.until('online', () => ear.latest(`${BASE}/status`) === 'online');
      await ear.until('the siren told again', () => ear.siren().length > before);
      await ear.untilSirenTold('on');
      expect(ear.state()).toBe('triggered');
    });
  });

  story('a stop in order is shown as offline too', async ({ house }) => {
    await withMosquitto(house, async (ear, hub) => {
      await hub.run.kill('SIGTERM');
      await ear.until('offline', () => ear.latest(`${BASE}/status`) === 'offline');
    });
  });

  story('an order that the broker kept is no order', async ({ house }) => {
    await withMosquitto(house, async (ear, hub) => {
      await ear.order({ action: 'ARM_HOME', code: CODE });
      await hub.run.kill();
      await ear.say(SET, { action: 'DISARM', code: CODE, id: 'kept' }, { retain: true });
      await ear.say('zigbee2mqtt/keypad', { action: 'disarm', action_code: CODE }, { retain: true });
      await ear.say('zigbee2mqtt/loud-panic', { action: 'single' }, { retain: true });
      await ear.say('zigbee2mqtt/gate', { contact: false }, { retain: true });
      await (await house.launch()).untilLogged('ready');
      // What was kept of a contact sets its state, so all that was kept has come in.
      await sees(ear, 'gate', true);
      await barrier(ear);
      expect(ear.state()).toBe('armed_home');
      expect(ear.replies().some(({ id }) => id === 'kept')).toBe(false);
    });
  });

  story('an order given while it was away is not waiting for it', async ({ house }) => {
    await withMosquitto(house, async (ear, hub) => {
      await ear.order({ action: 'ARM_HOME', code: CODE });
      await hub.run.kill();
      await ear.say(SET, { action: 'DISARM', code: CODE, id: 'queued' }, { qos: 2 });
      await (await house.launch()).untilLogged('ready');
      await barrier(ear);
      expect(ear.state()).toBe('armed_home');
      expect(ear.replies().some(({ id }) => id === 'queued')).toBe(false);
    });
  });
});

async function withMosquitto(house: House, tell: (ear: Ear, hub: Hub) => Promise<void>): Promise<void> {
  const broker = await startMosquitto();
  try {
    house.configure({ mqtt: { connect: { url: `mqtt://127.0.0.1:${broker.port}` } } });
    const ear = await house.ear({ port: broker.port });
    const run = await house.launch();
    await run.untilLogged('ready');
    await ear.until('online', () => ear.latest(`${BASE}/status`) === 'online' && ear.state() !== undefined);
    await tell(ear, { run, ear });
    await ear.end();
  } finally {
    await broker.remove();
  }
}

function sized(payload: object, bytes: number): string {
  const bare = JSON.stringify({ ...payload, pad: '' });
  return JSON.stringify({ ...payload, pad: 'x'.repeat(bytes - bare.length) });
}

const text = (value: string): Buffer => {
  const bytes = Buffer.from(value);
  return Buffer.concat([Buffer.from([bytes.length >> 8, bytes.length & 0xff]), bytes]);
};

/** MQTT 3.1.1, section 3.1. */
function connectPacket(id: string, login: { readonly username?: string; readonly password?: string } = {}): Buffer {
  const { username, password } = login;
  const flags = 2 | (username === undefined ? 0 : 0x80) | (password === undefined ? 0 : 0x40);
  const given = [id, username, password].flatMap((part) => (part === undefined ? [] : [text(part)]));
  const body = Buffer.concat([text('MQTT'), Buffer.from([4, flags, 0, 60]), ...given]);
  return Buffer.concat([Buffer.from([0x10, body.length]), body]);
}

/** A client that subscribes to everything and then never reads again. */
async function freeze(port: number): Promise<Socket> {
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => {});
  const next = (): Promise<unknown> => new Promise((done) => socket.once('data', done));
  socket.write(connectPacket('frozen'));
  await next();
  const body = Buffer.concat([Buffer.from([0, 1]), text('#'), Buffer.from([0])]);
  socket.write(Buffer.concat([Buffer.from([0x82, body.length]), body]));
  await next();
  socket.pause();
  return socket;
}
