import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { parseOrder } from '../../../src/hub/orders.ts';
import type { Log } from '../../../src/hub/ports.ts';
import { replyJson } from '../../../src/hub/wire.ts';
import {
  type HomeAssistant,
  type HomeAssistantConfig,
  openHomeAssistant,
} from '../../../src/link/home-assistant/home-assistant.ts';
import { createEmbeddedBroker } from '../../../src/link/mqtt/embedded-broker.ts';
import { loadHouse } from '../../../src/site/config.ts';
import { familyFacts, loadDevices } from '../../../src/site/devices.ts';
import { CODE, DURESS, settledWorld, type World } from '../../hub/world.ts';
import {
  freePort,
  hasMosquitto,
  type Mosquitto,
  makeCertificates,
  NOT_RUN,
  startMosquitto,
} from '../mqtt/mosquitto.ts';
import { connectClient, quietLog, recordDoor } from '../mqtt/support.ts';
import { type HomeAssistantPlayer, playHomeAssistant } from './player.ts';

const { families } = loadDevices(join(import.meta.dirname, '../../../devices'), 'profiles');
const facts = new Map([...families].map(([name, family]) => [name, familyFacts(family)]));
const loaded = loadHouse(join(import.meta.dirname, '../../hub/house.yaml'), {
  families: facts,
  credentialsDirectory: null,
});
if (!loaded.ok) throw new Error(JSON.stringify(loaded.problems));
const { house } = loaded;

const BASE = 'lantern/hub-test';
const HUB = 'lantern:hub-test';
const MINE = 'homeassistant/device/lantern_hub-test';

const plain = (port: number): HomeAssistantConfig => ({
  url: `mqtt://127.0.0.1:${port}`,
  username: null,
  password: null,
  ca: null,
  prefix: 'homeassistant',
  allowDisarm: false,
});

/** A hub of its own, with its presence on a broker. */
interface Joined {
  readonly world: World;
  readonly home: HomeAssistant;
  readonly faults: readonly string[];
  readonly log: readonly string[];
  /** Lets the hub do its work until this has happened. */
  meanwhile<T>(work: Promise<T>): Promise<T>;
  /** The same, until it is so. */
  until(is: () => boolean): Promise<void>;
}

let tidy: (() => unknown)[] = [];

async function join_(config: HomeAssistantConfig, base = BASE): Promise<Joined> {
  const world = await settledWorld();
  const faults: string[] = [];
  const log: string[] = [];
  const say = (level: string) => (told: object, message: string) =>
    log.push(`${level} ${message} ${JSON.stringify(told)}`);
  const home = openHomeAssistant({
    config,
    house,
    base,
    version: '1.0.0',
    window: world.hub.window,
    read: (payload, source) => parseOrder(payload, source, world.clock.wall()),
    reply: (id, outcome) => replyJson({ via: 'mqtt', id }, outcome),
    fault(is) {
      faults.push(is);
      world.hub.fault('home_assistant', is);
    },
    log: { info: say('info'), warn: say('warn'), error: say('error') } as unknown as Log,
  });
  tidy.push(() => home.close());
  const turn = async (): Promise<void> => {
    await world.rest();
    await new Promise((done) => setImmediate(done));
  };
  return {
    world,
    home,
    faults,
    log,
    async meanwhile(work) {
      let over = false;
      const end = (): void => {
        over = true;
      };
      work.then(end, end);
      while (!over) await turn();
      return work;
    },
    async until(is) {
      while (!is()) await turn();
    },
  };
}

async function tidyUp(): Promise<void> {
  for (const step of tidy.reverse()) await step();
  tidy = [];
}

async function mosquitto(config?: readonly string[]): Promise<Mosquitto> {
  const started = await startMosquitto(config);
  tidy.push(() => started.remove());
  return started;
}

async function player(port: number, prefix?: string): Promise<HomeAssistantPlayer> {
  const playing = await playHomeAssistant(port, prefix);
  tidy.push(() => playing.client.end());
  return playing;
}

/** A broker, a hub that has said all it has to say there, and Home Assistant. */
async function together(change: Partial<HomeAssistantConfig> = {}, base = BASE) {
  const peer = await mosquitto();
  const ha = await player(peer.port, change.prefix);
  const joined = await join_({ ...plain(peer.port), ...change }, base);
  await joined.meanwhile(ha.client.heard(`${base}/status online`));
  await joined.until(() => joined.faults.includes('over'));
  return { ...joined, peer, ha };
}

/** What is retained at the broker below a topic, as a client sees it that comes now. */
async function stored(port: number, below: string): Promise<Readonly<Record<string, string>>> {
  const late = await connectClient(port, { protocolVersion: 5 });
  // What is stored is sent before an answer to what is asked afterwards.
  await late.subscribe(`${below}/#`, 1);
  await late.subscribe('the/end', 1);
  await late.publish('the/end', 'x', { qos: 1 });
  await late.heard('the/end x');
  await late.end();
  const lines = late.received.filter((line) => line.endsWith(' retained')).map((line) => line.slice(0, -9));
  return Object.fromEntries(lines.map((line) => [line.slice(0, line.indexOf(' ')), line.slice(line.indexOf(' ') + 1)]));
}

const without = (all: Readonly<Record<string, string>>, topic: string): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(all).filter(([name]) => name !== topic));

beforeEach((test) => {
  if (!hasMosquitto) test.skip(NOT_RUN);
});

describe('what Home Assistant finds', () => {
  let found: Awaited<ReturnType<typeof together>>;
  beforeAll(async () => {
    if (hasMosquitto) found = await together();
  });
  afterAll(tidyUp);

  it('nothing it would refuse', () => {
    expect(found.ha.complaints()).toEqual([]);
  });

  const zones = ['front-door', 'back-window', 'hall', 'frame', 'panic', 'loud-panic', 'smoke', 'leak'];
  const outputs = ['siren', 'porch', 'path-light'];
  it('the panel, every zone and every output, each a device', () => {
    const names = ['panel', ...zones.map((id) => `zone_${id}`), ...outputs.map((id) => `output_${id}`)];
    expect(found.ha.devices().toSorted()).toEqual(names.map((name) => `${MINE}/${name}/config`).toSorted());
  });

  const usual: readonly (readonly [string, string])[] = [
    [`${HUB}:panel`, 'disarmed'],
    [`${HUB}:alarm`, 'none'],
    [`${HUB}:problem`, 'off'],
    [`${HUB}:faults`, '0'],
    ...zones.flatMap((id): [string, string][] => [
      ...(id.endsWith('panic') ? [] : [[`${HUB}:zone:${id}:open`, 'off'] as [string, string]]),
      [`${HUB}:zone:${id}:battery`, 'off'],
      [`${HUB}:zone:${id}:tamper`, 'off'],
      [`${HUB}:zone:${id}:online`, 'on'],
    ]),
    ...outputs.map((id): [string, string] => [`${HUB}:output:${id}:on`, 'off']),
  ];
  for (const [id, state] of usual) {
    it(`${id} shows ${state}`, () => {
      expect(found.ha.shows(id)).toBe(state);
    });
  }
  it('and nothing else', () => {
    expect(found.ha.entities().toSorted()).toEqual(usual.map(([id]) => id).toSorted());
  });

  for (const id of usual.map(([name]) => name)) {
    it(`the topics of ${id} hold something`, () => {
      const entity = found.ha.entity(id);
      const topics = [entity['state_topic'], entity['json_attributes_topic'], entity.availability];
      for (const topic of topics) if (topic !== undefined) expect(found.ha.topics.has(String(topic))).toBe(true);
    });
  }

  it('a state of each zone that is the one on the own broker, byte for byte, and so is all else that is stored', async () => {
    const there = without(await found.meanwhile(stored(found.peer.port, BASE)), `${BASE}/status`);
    expect(there).toEqual(Object.fromEntries(found.world.broker.retained));
  });
});

describe('what happens in the house is shown', () => {
  let found: Awaited<ReturnType<typeof together>>;
  beforeAll(async () => {
    if (hasMosquitto) found = await together();
  });
  afterAll(tidyUp);

  const happenings: readonly (readonly [string, (world: World) => unknown, string, string])[] = [
    ['a door opens', (w) => w.says('front-door', { contact: false }), 'zone:front-door:open', 'on'],
    ['it closes', (w) => w.says('front-door', { contact: true }), 'zone:front-door:open', 'off'],
    ['a battery runs low', (w) => w.says('hall', { battery_low: true }), 'zone:hall:battery', 'on'],
    ['a box is opened', (w) => w.says('hall', { tamper: true }), 'zone:hall:tamper', 'on'],
    ['it is closed again', (w) => w.says('hall', { tamper: false }), 'zone:hall:tamper', 'off'],
    ['somebody moves', (w) => w.says('hall', { occupancy: true }), 'zone:hall:open', 'on'],
    [
      'a device is offline',
      (w) =>
        w.hub.door.message('zigbee2mqtt/back-window/availability', Buffer.from('offline'), false, 'mqtt:z' as never),
      'zone:back-window:online',
      'off',
    ],
    ['what it measured is not known', () => {}, 'zone:back-window:open', 'unknown'],
    ['a lamp is lit', (w) => w.says('porch', { state: 'ON' }), 'output:porch:on', 'on'],
    ['trouble begins', (w) => w.hub.fault('web', 'up'), 'problem', 'on'],
    [
      'a code arms it',
      (w) => w.orders({ action: 'ARM_HOME', code: CODE, bypass: ['back-window'] }),
      'panel',
      'armed_home',
    ],
    ['a door opens: the entry delay runs', (w) => w.says('front-door', { contact: false }), 'panel', 'pending'],
    ['nobody disarms', (w) => w.pass(25), 'panel', 'triggered'],
    ['the alarm has a kind', () => {}, 'alarm', 'intruder'],
    ['the siren sounds', () => {}, 'output:siren:on', 'on'],
    ['a code disarms it', (w) => w.orders({ action: 'DISARM', code: CODE }), 'panel', 'disarmed'],
  ];
  for (const [name, deed, id, state] of happenings) {
    it(`${name}: ${id} shows ${state}`, async () => {
      await deed(found.world);
      await found.until(() => found.ha.shows(`${HUB}:${id}`) === state);
    });
  }

  it('at the end both brokers hold the same', async () => {
    await found.world.rest();
    const there = without(await found.meanwhile(stored(found.peer.port, BASE)), `${BASE}/status`);
    expect(there).toEqual(Object.fromEntries(found.world.broker.retained));
  });
});

describe('commands of Home Assistant', () => {
  afterEach(tidyUp);

  it('arm with a code', async () => {
    const { ha, meanwhile } = await together();
    await ha.press('ARM_AWAY', CODE);
    await meanwhile(ha.client.heard('panel/state arming'));
    expect(JSON.parse(ha.topics.get(`${BASE}/panel/attributes`) ?? '')).toMatchObject({
      mode: 'away',
      changedBy: 'Anna',
    });
  });

  it('without a code are refused where arming needs one', async () => {
    const { ha, meanwhile, world } = await together();
    await ha.press('ARM_AWAY', null);
    await meanwhile(ha.client.heard('panel/reply {"id":null,"ok":false,"error":"bad_code"}'));
    expect(world.state()).toBe('disarmed');
  });

  it('do not disarm, not even with a code, unless the config allows it', async () => {
    const { ha, meanwhile, world } = await together();
    world.orders({ action: 'ARM_HOME', code: CODE });
    await meanwhile(ha.client.heard('panel/state armed_home'));
    await ha.press('DISARM', CODE);
    await meanwhile(ha.client.heard('panel/reply {"id":null,"ok":false,"error":"not_allowed"}'));
    expect([world.state(), ha.shows(`${HUB}:panel`)]).toEqual(['armed_home', 'armed_home']);
  });

  it('disarm with a code where the config allows it', async () => {
    const { ha, meanwhile, world } = await together({ allowDisarm: true });
    world.orders({ action: 'ARM_HOME', code: CODE });
    await meanwhile(ha.client.heard('panel/state armed_home'));
    await ha.press('DISARM', CODE);
    await meanwhile(ha.client.heard('panel/reply'));
    await meanwhile(ha.client.heard('"ok":true'));
    expect(world.state()).toBe('disarmed');
  });

  it('never disarm without a code', async () => {
    const { ha, meanwhile, world } = await together({ allowDisarm: true });
    world.orders({ action: 'ARM_HOME', code: CODE });
    await meanwhile(ha.client.heard('panel/state armed_home'));
    await ha.press('DISARM', null);
    await meanwhile(ha.client.heard('panel/reply {"id":null,"ok":false,"error":"bad_code"}'));
    expect(world.state()).toBe('armed_home');
  });

  it('are one source of wrong codes, whether disarming is allowed or not', async () => {
    const { ha, meanwhile, until, world } = await together();
    const rows = (type: string) => world.journal.rows.filter((row) => row.type === type).length;
    for (const [guesses, action] of [
      [1, 'ARM_HOME'],
      [2, 'DISARM'],
      [3, 'DISARM'],
    ] as const) {
      await ha.press(action, '11111');
      await until(() => rows('code-wrong') === guesses);
    }
    expect(world.journal.rows.filter(({ type }) => type === 'locked-out').map(({ data }) => data['source'])).toEqual([
      'ha',
    ]);
    await ha.press('ARM_HOME', CODE);
    await meanwhile(ha.client.heard('"error":"locked_out"'));
  });

  it('are answered with the id they bring, and refused when it comes again', async () => {
    const { ha, meanwhile } = await together();
    const order = JSON.stringify({ action: 'ARM_HOME', code: CODE, id: 'one' });
    await ha.client.publish(`${BASE}/panel/set`, order);
    await meanwhile(ha.client.heard('panel/reply {"id":"one","ok":true'));
    await ha.client.publish(`${BASE}/panel/set`, order);
    await meanwhile(ha.client.heard('panel/reply {"id":"one","ok":false,"error":"bad_request"}'));
  });

  for (const [name, payload] of [
    ['no JSON', 'ARM_AWAY'],
    ['no action of the panel', '{"action":"TRIGGER"}'],
    ['no text', Buffer.from([0xff, 0xfe])],
  ] as const) {
    it(`that are ${name} are refused`, async () => {
      const { ha, meanwhile } = await together();
      await ha.client.publish(`${BASE}/panel/set`, payload as string);
      await meanwhile(ha.client.heard('panel/reply {"id":null,"ok":false,"error":"bad_request"}'));
    });
  }

  it('over 64 KiB are dropped', async () => {
    const { ha, meanwhile, until, log } = await together();
    await ha.client.publish(
      `${BASE}/panel/set`,
      JSON.stringify({ action: 'ARM_HOME', code: CODE, id: 'x'.repeat(70_000) }),
    );
    await until(() => log.some((line) => line.includes('a command over 64 KiB')));
    await ha.press('ARM_AWAY', null);
    await meanwhile(ha.client.heard('panel/reply'));
    expect(ha.client.received.filter((line) => line.includes('panel/reply'))).toEqual([
      `${BASE}/panel/reply {"id":null,"ok":false,"error":"bad_code"}`,
    ]);
  });

  it('that are retained are dropped without an answer, and taken out of the broker', async () => {
    const { ha, until, log, world, peer, meanwhile } = await together();
    await ha.client.publish(`${BASE}/panel/set`, JSON.stringify({ action: 'ARM_HOME', code: CODE }), { retain: true });
    await until(() => log.some((line) => line.includes('a retained command')));
    await until(() => ha.topics.get(`${BASE}/panel/set`) === '');
    expect(world.state()).toBe('disarmed');
    expect(ha.client.received.filter((line) => line.includes('panel/reply'))).toEqual([]);
    expect(await meanwhile(stored(peer.port, `${BASE}/panel/set`))).toEqual({});
  });

  it('that wait in the broker for the hub are dropped too', async () => {
    const peer = await mosquitto();
    const ha = await player(peer.port);
    await ha.client.publish(`${BASE}/panel/set`, JSON.stringify({ action: 'ARM_HOME', code: CODE }), {
      retain: true,
      qos: 1,
    });
    const { until, log, world } = await join_(plain(peer.port));
    await until(() => log.some((line) => line.includes('a retained command')));
    await until(() => ha.topics.get(`${BASE}/panel/set`) === '');
    expect(world.state()).toBe('disarmed');
  });

  it('leave no code anywhere but where Home Assistant put it', async () => {
    const { ha, meanwhile, log, world } = await together({ allowDisarm: true });
    await ha.press('ARM_HOME', CODE);
    await meanwhile(ha.client.heard('panel/state armed_home'));
    await ha.press('DISARM', CODE);
    await meanwhile(ha.client.heard('"changedBy":"Anna","delayEndsAt":null'));
    await meanwhile(ha.client.heard('panel/reply'));
    const said = [...ha.client.received.filter((line) => !line.includes('panel/set')), ...log, ...world.log.lines];
    expect(said.filter((line) => line.includes(CODE))).toEqual([]);
  });
});

describe('a silent call shows nothing there', () => {
  afterEach(tidyUp);

  /** All that the broker sees of the hub, but for the times. */
  const seen = (ha: HomeAssistantPlayer): readonly string[] =>
    ha.client.received
      .filter((line) => !line.includes('/panel/set '))
      .map((line) => line.replace(/"\d{4}-[^"]*"/g, 'TIME'));

  async function evening(
    deed: (ha: HomeAssistantPlayer, world: World) => unknown,
    change: Partial<HomeAssistantConfig>,
  ) {
    const { ha, world, meanwhile } = await together(change);
    world.orders({ action: 'ARM_HOME', code: CODE });
    await meanwhile(ha.client.heard('panel/state armed_home'));
    await meanwhile(Promise.resolve(deed(ha, world)));
    // Whatever the deed brings is out before what comes after it.
    await world.rest();
    await ha.client.publish(`${BASE}/panel/set`, '{"action":"?","id":"end"}');
    await meanwhile(ha.client.heard('panel/reply {"id":"end"'));
    const sealed = world.journal.rows.filter((row) => row.sealed).length;
    const said = seen(ha);
    await tidyUp();
    return { said, sealed };
  }

  const press =
    (action: 'ARM_HOME' | 'DISARM', code: string) =>
    async (ha: HomeAssistantPlayer): Promise<void> => {
      await ha.press(action, code);
      await ha.client.heard('panel/reply');
    };
  const order =
    (said: object) =>
    async (ha: HomeAssistantPlayer): Promise<void> => {
      await ha.client.publish(`${BASE}/panel/set`, JSON.stringify(said));
      await ha.client.heard('panel/reply');
    };
  const twins: readonly (readonly [
    string,
    (ha: HomeAssistantPlayer, world: World) => unknown,
    (ha: HomeAssistantPlayer, world: World) => unknown,
    Partial<HomeAssistantConfig>,
  ])[] = [
    ['a press of the button', (_, world) => world.says('panic', { action: 'single' }), () => {}, {}],
    ['PANIC from there', order({ action: 'PANIC', id: 'x' }), order({ action: 'ARM_HOME', code: CODE, id: 'x' }), {}],
    ['a duress code that disarms', press('DISARM', DURESS), press('DISARM', CODE), { allowDisarm: true }],
    ['a duress code where disarming is refused', press('DISARM', DURESS), press('DISARM', CODE), {}],
    ['a duress code that arms', press('ARM_HOME', DURESS), press('ARM_HOME', CODE), {}],
  ];
  for (const [name, silent, ordinary, change] of twins) {
    it(name, async () => {
      const one = await evening(silent, change);
      const other = await evening(ordinary, change);
      expect(one.said).toEqual(other.said);
      expect([one.sealed > 0, other.sealed]).toEqual([true, 0]);
    });
  }
});

describe('coming and going', () => {
  afterEach(tidyUp);

  it('everything is told again when Home Assistant has started', async () => {
    const { ha, until, world } = await together();
    const before = [...ha.topics.keys()].filter((topic) => topic.includes('hub-test')).toSorted();
    world.says('front-door', { contact: false });
    await until(() => ha.shows(`${HUB}:zone:front-door:open`) === 'on');
    const from = ha.client.received.length;
    await ha.born();
    await until(() => ha.client.received.slice(from).includes(`${BASE}/status online`));
    const again = ha.client.received.slice(from).map((line) => line.slice(0, line.indexOf(' ')));
    expect(again.filter((topic) => topic.includes('hub-test')).toSorted()).toEqual(before);
    expect(ha.client.received.slice(from).find((line) => line.startsWith(`${BASE}/zones/front-door`))).toContain(
      '"open":true',
    );
  });

  it('many starts at once are one or two', async () => {
    const { ha, until } = await together();
    const from = ha.client.received.length;
    for (let birth = 0; birth < 50; birth += 1) await ha.born();
    const count = () => ha.client.received.slice(from).filter((line) => line === `${BASE}/status online`).length;
    await until(() => count() === 2);
    await ha.press('ARM_AWAY', null);
    await until(() => ha.client.received.slice(from).some((line) => line.includes('panel/reply')));
    expect(count()).toBe(2);
  });

  it('a start under another prefix is heard', async () => {
    const { ha, until } = await together({ prefix: 'ha/disc' });
    expect(ha.complaints()).toEqual([]);
    expect(ha.devices()).toContain('ha/disc/device/lantern_hub-test/panel/config');
    const from = ha.client.received.length;
    await ha.born('ha/disc/status');
    await until(() => ha.client.received.slice(from).includes(`${BASE}/status online`));
  });

  it('what an earlier config left there is taken away, and nothing of others', async () => {
    const peer = await mosquitto();
    const before = await connectClient(peer.port);
    tidy.push(() => before.end());
    const old = { qos: 1, retain: true } as const;
    const gone = [`${MINE}/zone_attic/config`, `${BASE}/zones/attic`, `${BASE}/outputs/bell`];
    const others = [
      'homeassistant/device/lantern_hub-other/zone_attic/config',
      'homeassistant/binary_sensor/z2m/attic/config',
      'lantern/hub-other/zones/attic',
    ];
    const payload = '{"device":{"name":"Attic"},"components":{}}';
    for (const topic of [...gone, ...others]) await before.publish(topic, payload, old);
    const ha = await player(peer.port);
    const { meanwhile, until } = await join_(plain(peer.port));
    await meanwhile(ha.client.heard(`${BASE}/status online`));
    await until(() => gone.every((topic) => ha.topics.get(topic) === ''));
    const there = Object.keys({
      ...(await stored(peer.port, 'homeassistant')),
      ...(await stored(peer.port, 'lantern')),
    });
    expect(there.filter((topic) => gone.includes(topic))).toEqual([]);
    expect(there.filter((topic) => others.includes(topic)).toSorted()).toEqual(others.toSorted());
    expect(there.filter((topic) => topic.startsWith(`${MINE}/`))).toHaveLength(12);
  });

  it('leaves offline as its last will', async () => {
    const { ha, peer, meanwhile } = await together();
    // Another connection under its name: the broker throws the first out without a goodbye.
    const thief = await connectClient(peer.port, { protocolVersion: 5, clientId: 'lantern-hub-test-home-assistant' });
    tidy.push(() => thief.end());
    await meanwhile(ha.client.heard(`${BASE}/status offline`));
  });

  it('says offline when it closes, and everything is unavailable then', async () => {
    const { ha, home, meanwhile } = await together();
    await home.close();
    await meanwhile(ha.client.heard(`${BASE}/status offline`));
    expect(ha.shows(`${HUB}:panel`)).toBe('unavailable');
    expect(ha.shows(`${HUB}:zone:front-door:open`)).toBe('unavailable');
  });

  it('a broker that goes away is a fault, and what is true when it is back is told there', async () => {
    const { peer, world, until, faults, meanwhile } = await together();
    await peer.stop();
    await until(() => faults.at(-1) === 'up');
    await world.rest();
    expect(world.attributes()['faults']).toEqual(['home_assistant']);
    world.says('front-door', { contact: false });
    await world.rest();
    world.says('front-door', { contact: true });
    world.orders({ action: 'ARM_NIGHT', code: CODE });
    await world.rest();
    await peer.start();
    await until(() => faults.at(-1) === 'over');
    const ha = await player(peer.port);
    await until(() => ha.topics.get(`${BASE}/panel/attributes`)?.includes('"faults":[]') ?? false);
    expect(ha.shows(`${HUB}:panel`)).toBe('armed_night');
    expect(ha.shows(`${HUB}:problem`)).toBe('off');
    await world.rest();
    const there = without(await meanwhile(stored(peer.port, BASE)), `${BASE}/status`);
    expect(there).toEqual(Object.fromEntries(world.broker.retained));
  });

  it('a broker that is not there at the start is a fault and holds up nothing', async () => {
    const port = await freePort();
    const { until, faults, world } = await join_(plain(port));
    expect(world.state()).toBe('disarmed');
    await until(() => faults.length > 0);
    expect(faults).toEqual(['up']);
  });

  it('closes at once where there is no broker', async () => {
    const { home, until, faults } = await join_(plain(await freePort()));
    await until(() => faults.length > 0);
    await home.close();
  });

  it('a broker that speaks no MQTT 5 is a fault, said in words', async () => {
    const broker = await createEmbeddedBroker({
      config: { host: '127.0.0.1', port: 0, users: [] },
      siteId: 'other',
      door: recordDoor(),
      log: quietLog,
    });
    await broker.open();
    tidy.push(() => broker.close());
    const { until, faults, log } = await join_(plain(broker.port));
    await until(() => faults.length > 0 && log.length > 0);
    expect(faults).toEqual(['up']);
    expect(log.join()).toContain("no connection to Home Assistant's broker");
  });

  it('a wrong password is a fault, tried again, and not in the log', async () => {
    const { port } = await mosquitto(['allow_anonymous false']);
    const config = { ...plain(port), username: 'hub', password: 'sesame-sesame' };
    const { until, faults, log } = await join_(config);
    await until(() => faults.length > 0 && log.length > 0);
    expect(log.join()).not.toContain('sesame');
  });

  it('an authority that cannot be read is a fault, and no throw', async () => {
    const { faults, log } = await join_({ ...plain(1), url: 'mqtts://127.0.0.1:1', ca: '/nowhere/ca.pem' });
    expect(faults).toEqual(['up']);
    expect(log.join()).toContain('homeAssistant.ca: /nowhere/ca.pem cannot be read');
  });

  /** A folder that mosquitto may read when it has given up its rights. */
  function folder(): string {
    const dir = mkdtempSync(join(tmpdir(), 'lantern-home-assistant-'));
    tidy.push(() => rmSync(dir, { recursive: true }));
    chmodSync(dir, 0o755);
    return dir;
  }

  it('over TLS, with an authority of its own', async () => {
    const files = makeCertificates(folder());
    chmodSync(files.serverKey, 0o644);
    const { port } = await mosquitto([
      'allow_anonymous true',
      `cafile ${files.ca}`,
      `certfile ${files.serverCert}`,
      `keyfile ${files.serverKey}`,
    ]);
    const url = `mqtts://127.0.0.1:${port}`;
    const right = await join_({ ...plain(port), url, ca: files.ca });
    await right.until(() => right.faults.includes('over'));
    const strange = await join_({ ...plain(port), url, ca: files.strangerCa });
    await strange.until(() => strange.faults.length > 0);
    expect(strange.faults).toEqual(['up']);
  });

  it('one that refuses what the hub asks for is a fault', async () => {
    const acl = join(folder(), 'acl');
    writeFileSync(acl, 'topic readwrite homeassistant/#\n', { mode: 0o644 });
    const { port } = await mosquitto(['allow_anonymous true', `acl_file ${acl}`]);
    const { until, faults, log } = await join_(plain(port));
    await until(() => faults.length > 0);
    expect(faults).toEqual(['up']);
    expect(log.join()).toContain('refuses the hub its topics');
  });

  it('keeps to a root of its own where it is given one', async () => {
    const own = `${BASE}/home-assistant`;
    const { ha, meanwhile, world } = await together({}, own);
    await ha.press('ARM_HOME', CODE);
    await meanwhile(ha.client.heard(`${own}/panel/state armed_home`));
    expect(world.state()).toBe('armed_home');
    expect([...ha.topics.keys()].filter((topic) => topic.startsWith(BASE) && !topic.startsWith(own))).toEqual([]);
  });
});
