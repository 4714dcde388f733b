import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { duration } from '../../src/base/time.ts';
import type { WireTopic } from '../../src/hub/ports.ts';
import type { TopicRules } from '../../src/sense/profile.ts';
import { loadHouse } from '../../src/site/config.ts';
import { type Family, familyFacts, loadDevices } from '../../src/site/devices.ts';
import { ANYONE, CODE, startWorld, type World } from './world.ts';

// The wireless personal alarm in its three shapes, through the profiles that ship: a Zigbee button, a 433 MHz fob by
// rtl_433 and by a serial gateway, and the relay of a receiver on a pin. One press is one call for help, however often it
// is told; a press more than 30 s after the last calls anew.

const folder = mkdtempSync(join(tmpdir(), 'lantern-personal-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
const file = join(folder, 'house.yaml');
writeFileSync(
  file,
  `site: { id: hub-test, timezone: Europe/London }
gateways: { rf433: { type: rflink, port: /dev/null, baud: 57600 } }
devices:
  - { id: zigbee, profile: zigbee2mqtt, model: SNZB-01, topic: zigbee2mqtt/zigbee, zone: { type: panic } }
  - { id: sos, profile: zigbee2mqtt, model: TS0215A_sos, topic: zigbee2mqtt/sos, zone: { type: panic } }
  - { id: press-only, profile: zigbee2mqtt, topic: zigbee2mqtt/press-only, zone: { type: panic, on: [press] } }
  - { id: hold-only, profile: zigbee2mqtt, topic: zigbee2mqtt/hold-only, zone: { type: panic, on: [hold] } }
  - { id: double-only, profile: zigbee2mqtt, topic: zigbee2mqtt/double-only, zone: { type: panic, on: [double] } }
  - { id: loud, profile: zigbee2mqtt, topic: zigbee2mqtt/loud, zone: { type: panic, silent: false } }
  - { id: fob, profile: rtl_433, topic: rtl/events, address: "Generic-Remote:5069", zone: { type: panic } }
  - { id: loud-fob, profile: rtl_433, topic: rtl/events, address: "Generic-Remote:77", zone: { type: panic, silent: false } }
  - { id: hold-fob, profile: rtl_433, topic: rtl/events, address: "Generic-Remote:88", zone: { type: panic, on: [hold] } }
  - { id: beacon, profile: openmqttgateway, topic: home/OMG, address: "3C:2E:F5:AA:BB:CC", zone: { type: panic } }
  - { id: serial, driver: serial, gateway: rf433, profile: rflink, address: "NewKaku:000005:2", zone: { type: panic } }
  - { id: relay, driver: gpio, line: 17, signal: button, zone: { type: panic } }
  - { id: hold-relay, driver: gpio, line: 20, signal: button, zone: { type: panic, on: [hold] } }
  - { id: double-relay, driver: gpio, line: 21, signal: button, zone: { type: panic, on: [double] } }
  - { id: door, driver: gpio, line: 18, zone: { type: perimeter, modes: [home] } }
  - { id: pir, driver: gpio, line: 19, zone: { type: interior, modes: [home] } }
contacts: [{ id: sister, phone: "+447700900123", alarms: [personal, duress, intruder, tamper, fire, fault] }]
escalation: { personal: [{ after: 0s, notify: [sister] }] }
`,
);

/** What the family of pins says of a wire, where its file is not there. */
function bareWires(): Family {
  const whole = { from: [], live: false };
  const on = new Map([
    ['on', true],
    ['off', false],
  ]);
  const said: TopicRules = {
    topic: { before: '', up: 0, after: '' },
    payload: 'text',
    rules: [
      { ...whole, to: 'level', values: on, ends: true },
      { ...whole, to: 'power', values: on },
      { ...whole, to: 'online', values: new Map([...on.keys(), 'lost'].map((key) => [key, key !== 'lost'])) },
    ],
  };
  const silent = { on: [], off: [], confirms: false };
  return {
    name: 'gpio',
    title: 'Pins',
    sense: {
      name: 'gpio',
      common: { supervision: null, copyable: false, repeats: duration(0), topics: [said] },
      models: new Map(),
      patterns: [said.topic],
      address: null,
      modelInTopic: false,
      gateway: null,
      quality: [],
    },
    act: {
      switches: { siren: silent, strobe: silent, light: silent, relay: silent },
      anyKeypad: null,
      models: new Map(),
    },
    switches: false,
    models: [],
    examples: [],
  };
}

const shipped = loadDevices(join(import.meta.dirname, '../../devices'), 'profiles').families;
const families = new Map([['gpio', bareWires()], ...shipped]);
const facts = new Map([...families].map(([name, family]) => [name, familyFacts(family)]));
const loaded = loadHouse(file, { families: facts, credentialsDirectory: null });
if (!loaded.ok) throw new Error(JSON.stringify(loaded.problems));
const plan = loaded.house;
const topicOf = (device: string): WireTopic => plan.devices.find(({ id }) => id === device)?.topic as WireTopic;
const RELAY = topicOf('relay');

type Says = (world: World) => void;

const mqtt =
  (topic: string, payload: object): Says =>
  (world) =>
    world.hub.door.message(topic, Buffer.from(JSON.stringify(payload)), false, ANYONE);
const wire =
  (topic: WireTopic, payload: object | string, stored = false): Says =>
  (world) => {
    const text = typeof payload === 'string' ? payload : JSON.stringify(payload);
    world.hub.wiresDoor.message(topic, Buffer.from(text), stored);
  };

const z2m = (device: string, action: string): Says =>
  mqtt(`zigbee2mqtt/${device}`, { action, battery: 90, linkquality: 70 });
const remote = (id: number, more: object = {}): Says =>
  mqtt('rtl/events', { model: 'Generic-Remote', id, cmd: 192, ...more });
const rflink = (more: object = {}): Says =>
  wire('#serial/rf433/heard', { rflink: 'NewKaku', id: '000005', switch: '2', cmd: 'ON', ...more });
const short = (device: string): readonly (Says | number)[] => [
  wire(topicOf(device), 'on'),
  0.05,
  wire(topicOf(device), 'off'),
];
const on = wire(RELAY, 'on');
const off = wire(RELAY, 'off');
const beacon = (packet: number, press: number): Says =>
  mqtt('home/OMG/BTtoMQTT/3C2EF5AABBCC', {
    id: '3C:2E:F5:AA:BB:CC',
    model: 'ShellyBLU',
    packet,
    press,
    batt: 88,
    rssi: -70,
  });

async function open(): Promise<World> {
  const world = await startWorld({ plan, families });
  wire(RELAY, 'off', true)(world);
  await world.rest();
  return world;
}

/** How often help was called, as those who are told see it. */
const calls = (world: World): number => world.journal.rows.filter(({ type }) => type === 'text-not-sent').length;
const alarms = (world: World): number =>
  world.journal.rows.filter(({ type, data }) => type === 'alarm-raised' && data['kind'] === 'personal').length;

async function say(world: World, says: readonly (Says | number)[]): Promise<void> {
  for (const one of says) {
    if (typeof one === 'number') await world.pass(one);
    else one(world);
    await world.rest();
  }
}

const times = (count: number, one: Says, pause = 0.05): readonly (Says | number)[] =>
  Array.from({ length: count }, () => [one, pause]).flat();

/** What is said, with pauses in seconds, and how often that calls for help. One row is one test. */
function stories(rows: readonly (readonly [name: string, says: readonly (Says | number)[], calls: number])[]): void {
  for (const [name, says, expected] of rows) {
    it(`${name}: ${expected === 0 ? 'nothing' : expected === 1 ? 'one call' : `${expected} calls`}`, async () => {
      const world = await open();
      await say(world, says);
      expect([alarms(world), calls(world)]).toEqual([Math.min(1, expected), expected]);
    });
  }
}

describe('a Zigbee button', () => {
  stories([
    ['pressed', [z2m('zigbee', 'single')], 1],
    ['held', [z2m('zigbee', 'hold')], 1],
    ['held, as SNZB-01 says it', [z2m('zigbee', 'long')], 1],
    ['pressed twice', [z2m('zigbee', 'double')], 1],
    ['let go', [z2m('zigbee', 'release')], 0],
    ['pressed, with the empty action behind it', [z2m('zigbee', 'single'), z2m('zigbee', '')], 1],
    ['an emergency key', [z2m('sos', 'emergency')], 1],
    ['pressed in panic', times(10, z2m('zigbee', 'single'), 0.3), 1],
    ['pressed again after 30 s', [z2m('zigbee', 'single'), 30, z2m('zigbee', 'single')], 1],
    ['pressed again after 31 s', [z2m('zigbee', 'single'), 31, z2m('zigbee', 'single')], 2],
    ['only a press counts, and it is pressed', [z2m('press-only', 'single')], 1],
    ['only a press counts, and it is held', [z2m('press-only', 'hold')], 0],
    ['only a press counts, and it is pressed twice', [z2m('press-only', 'double')], 0],
    ['only holding counts, and it is pressed', [z2m('hold-only', 'single')], 0],
    ['only holding counts, and it is held', [z2m('hold-only', 'hold'), z2m('hold-only', 'hold_release')], 1],
    ['only a double press counts, and it is pressed', [z2m('double-only', 'single')], 0],
    ['only a double press counts, and it is pressed twice', [z2m('double-only', 'double')], 1],
    ['one that sounds', [z2m('loud', 'single'), z2m('loud', '')], 1],
  ]);
});

describe('a 433 MHz fob through rtl_433', () => {
  stories([
    ['told twice', times(2, remote(5069)), 1],
    ['told 25 times', times(25, remote(5069), 0.1), 1],
    ['told 25 times by one that sounds', times(25, remote(77), 0.1), 1],
    ['held for ten seconds', times(100, remote(5069), 0.1), 1],
    ['again within 30 s', [...times(5, remote(5069)), 20, ...times(5, remote(5069))], 1],
    ['again after 31 s', [remote(5069), 31, ...times(5, remote(5069))], 2],
    ["a neighbour's", times(5, remote(5070)), 0],
    ['only holding counts, and it is pressed', times(5, remote(88)), 0],
    ['only holding counts, and it is held', [...times(5, remote(88)), 2, ...times(5, remote(88, { held: true }))], 1],
  ]);
});

describe('a 433 MHz fob through a serial gateway', () => {
  stories([
    ['told 10 times', times(10, rflink(), 0.1), 1],
    ['another of its buttons', times(5, rflink({ switch: '1' })), 0],
    ['its off', times(5, rflink({ cmd: 'OFF' })), 0],
    ['again after 31 s', [rflink(), 31, rflink()], 2],
  ]);
});

describe('the relay of a receiver on a pin', () => {
  stories([
    ['closed for 50 ms', [on, 0.05, off], 1],
    ['that bounces', [on, 0.002, off, 0.001, on, 0.05, off], 1],
    ['closed at a start', [wire(RELAY, 'on', true)], 0],
    ['closed for a minute', [on, 60, off], 1],
    ['again after 31 s', [on, 0.05, off, 31, on, 0.05, off], 2],
    ['a line that cannot be read', [wire(RELAY, 'lost')], 0],
    ['only holding counts, and it is closed for 50 ms', short('hold-relay'), 0],
    ['only holding counts, and it is closed for 3 s', [wire(topicOf('hold-relay'), 'on'), 3], 1],
    ['only a double press counts, and it is closed once', short('double-relay'), 0],
    [
      'only a double press counts, and it is closed twice',
      [...short('double-relay'), 0.2, ...short('double-relay')],
      1,
    ],
  ]);
});

describe('what is told of a press once it is ended by a code', () => {
  const rows: readonly (readonly [string, Says])[] = [
    ['a silent fob', remote(5069)],
    ['one that sounds', remote(77)],
    ['a serial fob', rflink()],
  ];
  for (const [name, press] of rows) {
    it(`${name}: its repeats on air call no second time`, async () => {
      const world = await open();
      await say(world, times(5, press));
      world.orders({ action: 'DISARM', code: CODE });
      await world.rest();
      await say(world, times(20, press));
      expect([alarms(world), calls(world)]).toEqual([1, 1]);
      await say(world, [4, press]);
      expect([alarms(world), calls(world)]).toEqual([2, 2]);
    });
  }
});

const faults = (world: World): readonly string[] => world.attributes()['faults'] as readonly string[];

describe('battery and silence', () => {
  it('a battery that is low, told beside a press of its own', async () => {
    const world = await open();
    await say(world, [mqtt('zigbee2mqtt/zigbee', { battery: 9 })]);
    expect(faults(world)).toEqual(['battery_low:zigbee']);
    await say(world, [mqtt('zigbee2mqtt/zigbee', { battery: 95 })]);
    expect(faults(world)).toEqual([]);
  });

  it('a battery that is low, told in the press: of a silent button it waits for a word that is none', async () => {
    const world = await open();
    await say(world, [mqtt('zigbee2mqtt/zigbee', { action: 'single', battery: 9 }), 4]);
    expect(faults(world)).toEqual([]);
    await say(world, [mqtt('zigbee2mqtt/zigbee', { battery: 9 })]);
    expect(faults(world)).toEqual(['battery_low:zigbee']);
  });

  it('a battery that is low, told in the press of a fob that sounds', async () => {
    const world = await open();
    await say(world, [remote(77, { battery_ok: 0 })]);
    expect(faults(world)).toEqual(['battery_low:loud-fob']);
  });

  it('a button that its gateway has lost', async () => {
    const world = await open();
    await say(world, [mqtt('zigbee2mqtt/zigbee/availability', { state: 'offline' })]);
    expect(faults(world)).toEqual(['lost:zigbee']);
  });

  it('a button is missed after the silence that its profile allows, a fob never, and a wire when it cannot be read', async () => {
    const world = await open();
    const hours = (count: number): void => world.clock.pass(count * 3_600_000);
    hours(24.9);
    await world.rest();
    expect(faults(world)).not.toContain('lost:zigbee');
    hours(0.2);
    await world.rest();
    expect(faults(world)).toContain('lost:zigbee');
    expect(faults(world)).toContain('lost:sos');
    hours(200);
    await world.rest();
    expect(faults(world).filter((fault) => /fob|serial|relay/.test(fault))).toEqual([]);
    await say(world, [wire(RELAY, 'lost')]);
    expect(faults(world)).toContain('lost:relay');
    await say(world, [wire(RELAY, 'off', true)]);
    expect(faults(world)).not.toContain('lost:relay');
  });
});

describe('a wire that could not be read and is found again', () => {
  const door = (word: string, stored = false): Says => wire(topicOf('door'), word, stored);
  const pir = (word: string, stored = false): Says => wire(topicOf('pir'), word, stored);
  const zone = (world: World, id: string): unknown =>
    JSON.parse(world.broker.retained.get(`lantern/hub-test/zones/${id}`) ?? 'null');

  it('is known again by its level alone', async () => {
    const world = await open();
    await say(world, [door('off', true), door('lost')]);
    expect(faults(world)).toContain('lost:door');
    expect(zone(world, 'door')).toMatchObject({ open: null, online: false });
    await say(world, [door('off', true)]);
    expect(faults(world)).not.toContain('lost:door');
    expect(zone(world, 'door')).toMatchObject({ open: false, online: true });
  });

  const armed = async (...before: readonly Says[]): Promise<World> => {
    const world = await open();
    await say(world, before);
    world.orders({ action: 'ARM_HOME', code: CODE });
    await world.rest();
    expect(world.state()).toBe('armed_home');
    return world;
  };

  it('found open where it was closed, it was opened', async () => {
    const world = await armed(door('off', true), pir('off', true));
    await say(world, [door('lost')]);
    expect(world.state()).toBe('armed_home');
    await say(world, [door('on', true)]);
    expect(world.state()).toBe('triggered');
  });

  it('a detector found at work has detected nothing now', async () => {
    const world = await armed(door('off', true), pir('off', true));
    await say(world, [pir('lost'), pir('on', true)]);
    expect(world.state()).toBe('armed_home');
    await say(world, [pir('off'), pir('on')]);
    expect(world.state()).toBe('triggered');
  });
});

describe('a silent press leaves no trace, whatever its shape', () => {
  const shown = (world: World): unknown => [
    world.broker.said,
    world.journal.rows.filter(({ sealed }) => !sealed),
    world.journal.activity_,
    world.log.lines,
    world.hub.quality(),
    world.hub.seen(),
  ];
  const rows: readonly (readonly [string, readonly (Says | number)[]])[] = [
    ['a Zigbee button', [z2m('zigbee', 'single'), z2m('zigbee', '')]],
    ['a fob told 25 times', times(25, remote(5069, { battery_ok: 0, rssi: -5, snr: 20, noise: -25 }), 0.1)],
    ['a serial fob', times(5, rflink({ bat: 'LOW' }))],
    ['a relay', [on, 0.05, off]],
    ['a relay that stays closed for long', [on, 60, off]],
    ['a beacon that goes on telling its last press', [beacon(7, 1), 1, beacon(7, 1), 10, beacon(7, 1)]],
  ];
  for (const [name, says] of rows) {
    it(name, async () => {
      const pressed = await open();
      await say(pressed, [...says, 5]);
      const still = await open();
      for (const one of says) if (typeof one === 'number') await still.pass(one);
      await still.pass(5);
      expect(calls(pressed)).toBe(1);
      const masked = (world: World): string => JSON.stringify(shown(world));
      expect(masked(pressed)).toBe(masked(still));
    });
  }
});
