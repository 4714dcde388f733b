import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { SourceId } from '../../src/base/brand.ts';
import { addressBook, topicsToHear } from '../../src/hub/address.ts';
import { type Arrived, createDoor } from '../../src/hub/door.ts';
import { SeenDevices } from '../../src/hub/seen.ts';
import { loadHouse } from '../../src/site/config.ts';
import { familyFacts, loadDevices } from '../../src/site/devices.ts';
import type { House } from '../../src/site/house.ts';
import { createFakeClock } from './fakes.ts';

const { families } = loadDevices(join(import.meta.dirname, '../../devices'), 'profiles');
const facts = new Map([...families].map(([name, family]) => [name, familyFacts(family)]));

const RADIO = 'rtl_433/attic/events';
const CONFIG = `
site: { id: hub-test, timezone: Europe/London }
contacts: [{ id: sister, phone: "+447700900123" }]
devices:
  - { id: shed, profile: rtl_433, topic: ${RADIO}, address: "DSC-Security:2407880", zone: { type: perimeter, modes: [away] } }
  - { id: fob, profile: rtl_433, topic: ${RADIO}, address: "Generic-Remote:5069", zone: { type: panic, silent: false } }
  - { id: cabinet, profile: rtl_433, topic: ${RADIO}, address: "DSC-Security:2407881", zone: { type: tamper } }
  - { id: hall, profile: tasmota, topic: hall, zone: { type: interior, modes: [away] } }
  - { id: porch, profile: shelly, topic: shellies/shellyix3-10521CF2C2C2, zone: { type: panic, silent: false } }
  - { id: back, profile: esphome, topic: node/binary_sensor/back, zone: { type: entry, modes: [away] } }
  - { id: key, profile: openmqttgateway, topic: home/OMG, address: "1315156", zone: { type: panic, silent: false } }
outputs:
  - { id: siren, role: siren, profile: tasmota, topic: hall, address: "2" }
  - { id: lamp, role: light, profile: shelly, topic: shellyplus1-a8032abe54dc }
`;

function house(): House {
  const file = join(mkdtempSync(join(tmpdir(), 'lantern-address-')), 'hub.yaml');
  writeFileSync(file, CONFIG);
  const loaded = loadHouse(file, { families: facts, credentialsDirectory: null });
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.problems));
  return loaded.house;
}

const plan = house();
const idOf = (index: number): string => plan.devices[index]?.id ?? 'nobody';

/** A door, and what came through it. */
function listen() {
  const came: Arrived[] = [];
  const refused: string[] = [];
  const seen = new SeenDevices(families);
  const { broker: door } = createDoor({
    plan,
    families,
    models: new Map(),
    clock: createFakeClock(),
    seen,
    take: (event) => came.push(event),
    refused: (_source, why) => refused.push(why),
  });
  const says = (topic: string, payload: string, stored = false): readonly unknown[] => {
    came.length = 0;
    door.message(topic, new TextEncoder().encode(payload), stored, 'mqtt:radio' as SourceId);
    return came.flatMap((event) =>
      event.type === 'signals' ? [[idOf(event.device), event.signals, event.pulses]] : [],
    );
  };
  return { door, says, seen, refused, came };
}

describe('a shared topic', () => {
  const dsc = (id: unknown) =>
    `{"model":"DSC-Security","id":${JSON.stringify(id)},"closed":0,"tamper":0,"battery_ok":1}`;
  const open = { contact: 'open', tamper: false, batteryLow: false };
  const rows: readonly (readonly [string, string, readonly unknown[]])[] = [
    ['the device it names', dsc(2407880), [['shed', open, []]]],
    ['its id as text', dsc('2407881'), [['cabinet', open, []]]],
    ['a neighbour’s device', dsc(1), []],
    ['another model of that id', '{"model":"Kerui-Security","id":2407880,"opened":1}', []],
    ['a press', '{"model":"Generic-Remote","id":5069,"cmd":192}', [['fob', { button: 'press' }, []]]],
    ['no device', '{"closed":0}', []],
    ['a list', '[1,2]', []],
    ['an empty message', '', []],
  ];
  for (const [name, payload, expected] of rows) {
    it(name, () => {
      expect(listen().says(RADIO, payload)).toEqual(expected);
    });
  }

  it('a press kept by a broker is nobody’s', () => {
    expect(listen().says(RADIO, '{"model":"Generic-Remote","id":5069,"cmd":192}', true)).toEqual([]);
  });

  it('a broken message is told of once, whoever listens', () => {
    const { says, refused } = listen();
    expect(says(RADIO, '{"model"')).toEqual([]);
    expect(refused).toEqual(['rtl_433: not JSON']);
  });

  it('is in the book once, with its devices by address', () => {
    const entry = addressBook(plan, families).get(RADIO);
    expect(entry?.devices).toEqual([]);
    expect(entry?.shared.map(({ devices }) => [...devices.keys()])).toEqual([
      ['dsc-security:2407880', 'generic-remote:5069', 'dsc-security:2407881'],
    ]);
  });

  it('the gateway’s last will is for all behind it', () => {
    expect(listen().says('home/OMG/LWT', 'offline')).toEqual([['key', { online: false }, []]]);
  });

  it('a code of the gateway', () => {
    const { says } = listen();
    expect(says('home/OMG/433toMQTT', '{"value":1315156,"protocol":1}')).toEqual([['key', { button: 'press' }, []]]);
    expect(says('home/OMG/433toMQTT', '{"value":1315157,"protocol":1}')).toEqual([]);
  });

  it('neighbours on it are seen one by one', () => {
    const { says, seen } = listen();
    says(RADIO, dsc(1));
    says(RADIO, dsc(2));
    says(RADIO, dsc(1));
    says(RADIO, dsc(2407880));
    says(RADIO, '{"model":"Nexus-TH","id":9,"temperature_C":4.1}');
    expect(seen.list().map(({ profile, topic, address, messages }) => [profile, topic, address, messages])).toEqual([
      ['rtl_433', RADIO, 'DSC-Security:2', 1],
      ['rtl_433', RADIO, 'DSC-Security:1', 2],
    ]);
  });
});

describe('a bare on', () => {
  const rows: readonly (readonly [string, string, readonly unknown[]])[] = [
    ['stat/hall/RESULT', '{"Switch1":{"Action":"ON"}}', [['hall', { motion: true }, []]]],
    ['node/binary_sensor/back/state', 'ON', [['back', { contact: 'open' }, []]]],
    ['node/status', 'offline', [['back', { online: false }, []]]],
  ];
  for (const [topic, payload, expected] of rows) {
    it(`${topic} ${payload}`, () => {
      expect(listen().says(topic, payload)).toEqual(expected);
    });
  }
});

describe('a device that counts its presses', () => {
  const topic = 'shellies/shellyix3-10521CF2C2C2/input_event/0';
  it('is not pressed again by telling the last one again', () => {
    const { says } = listen();
    const told = [4, 4, 4, 5, 5].map((count) => says(topic, `{"event":"SSS","event_cnt":${count}}`).length);
    expect(told).toEqual([1, 0, 0, 1, 0]);
  });
});

describe('outputs are told again when their client listens', () => {
  const rows: readonly (readonly [string, readonly number[]])[] = [
    ['cmnd/hall/#', [0]],
    ['cmnd/hall/POWER2', [0]],
    ['cmnd/hall/POWER1', []],
    ['cmnd/+/POWER2', [0]],
    ['cmnd/hall', []],
    ['shellyplus1-a8032abe54dc/rpc', [1]],
    ['shellyplus1-a8032abe54dc/relay/0/command', [1]],
    ['stat/hall/#', []],
    ['#', [0, 1]],
  ];
  for (const [filter, outputs] of rows) {
    it(filter, () => {
      const { door, came } = listen();
      door.subscribed(filter);
      expect(came).toEqual(outputs.length === 0 ? [] : [{ type: 'retell', outputs }]);
    });
  }
});

describe('what is asked of a broker that is not ours', () => {
  const topics = topicsToHear(plan, families);
  for (const topic of [
    'rtl_433/attic/+',
    'tele/+/SENSOR',
    'tele/+/LWT',
    'home/OMG/433toMQTT',
    'node/binary_sensor/back/state',
    'node/status',
  ]) {
    it(topic, () => {
      expect(topics).toContain(topic);
    });
  }
  it('nothing twice', () => {
    expect(new Set(topics).size).toBe(topics.length);
  });
});
