import { describe, expect, it } from 'vitest';
import type { AlarmKind } from '../../src/alarm/plan.ts';
import type { ContactId } from '../../src/base/brand.ts';
import type { House } from '../../src/site/house.ts';
import { completed, load } from './fixtures/config.ts';

/** The house of a config that must be accepted. */
function houseOf(yaml: string): House {
  const loaded = load(completed(yaml));
  if (!loaded.ok) throw new Error(loaded.problems.map(({ path, message }) => `${path}: ${message}`).join('\n'));
  return loaded.house;
}

const minutes = 60_000;

describe('what holds where the config is silent', () => {
  const house = houseOf('');
  const rows: readonly (readonly [string, unknown, unknown])[] = [
    ['away', house.panel.modes.away, { exitDelay: 45_000, entryDelay: 30_000 }],
    ['home', house.panel.modes.home, { exitDelay: 0, entryDelay: 20_000 }],
    ['night', house.panel.modes.night, { exitDelay: 0, entryDelay: 20_000 }],
    ['siren', house.panel.siren, { duration: 15 * minutes, trips: 3 }],
    ['quickArm', house.panel.quickArm, false],
    ['devices', house.devices, []],
    ['outputs', house.outputs, []],
    ['location', house.site.location, null],
    ['mqtt', house.mqtt, { kind: 'listen', host: '127.0.0.1', port: 1883, users: [] }],
    ['homeAssistant', house.homeAssistant, null],
    ['web', house.web, null],
    ['evidence', house.evidencePublicKey, null],
    ['apiBase', house.twilio?.apiBase, 'https://api.twilio.com'],
    ['lastResort', house.escalation.lastResort, 180_000],
  ];
  for (const [name, is, should] of rows) {
    it(name, () => {
      expect(is).toEqual(should);
    });
  }

  for (const [yaml, web] of [
    [
      'web: {}',
      {
        host: '127.0.0.1',
        port: 8080,
        tls: null,
        names: [],
        language: 'en',
        leaveTo: 'https://www.bbc.co.uk/weather',
      },
    ],
    [
      'web: { host: "::", port: 0, tls: self, names: [hub.lan], language: pl, leaveTo: "https://news.example/" }',
      {
        host: '::',
        port: 0,
        tls: 'self',
        names: ['hub.lan'],
        language: 'pl',
        leaveTo: 'https://news.example/',
      },
    ],
  ] as const) {
    it(yaml, () => {
      expect(houseOf(yaml).web).toEqual(web);
    });
  }

  it('one half of a mode leaves the other as it is', () => {
    expect(houseOf('panel: { modes: { away: { entryDelay: 15s } } }').panel.modes.away).toEqual({
      exitDelay: 45_000,
      entryDelay: 15_000,
    });
  });
});

describe('what trips a zone', () => {
  const usual: readonly (readonly [string, readonly string[], boolean])[] = [
    ['{ type: entry, modes: [away] }', ['contact', 'motion'], true],
    ['{ type: perimeter, modes: [away] }', ['contact', 'motion'], true],
    ['{ type: interior, modes: [away] }', ['contact', 'motion'], true],
    ['{ type: panic }', ['button'], false],
    ['{ type: tremor, modes: [away] }', ['vibration'], false],
    ['{ type: tamper }', ['contact', 'tamper', 'vibration'], true],
    ['{ type: fire }', ['smoke', 'co'], false],
    ['{ type: technical }', ['leak', 'contact'], true],
    ['{ type: notice }', ['contact', 'motion'], true],
    ['{ type: chime }', ['contact', 'motion'], true],
    ['{ type: perimeter, modes: [away] }, signal: motion', ['motion'], false],
    ['{ type: technical }, signal: contact', ['contact'], true],
    ['{ type: mains }', ['contact'], true],
    ['{ type: hub_battery }', ['contact'], true],
  ];
  for (const [zone, trips, standing] of usual) {
    it(zone, () => {
      const house = houseOf(`devices: [{ id: a, profile: zigbee2mqtt, topic: z/a, zone: ${zone} }]`);
      expect(house.devices[0]?.sensing.zone?.trips).toEqual(trips);
      expect([...house.panel.zones.values()].map((each) => each.standing)).toEqual([standing]);
    });
  }
});

describe('a device', () => {
  const device = (rest: string) =>
    houseOf(`devices: [{ id: a, profile: zigbee2mqtt, topic: z/a, ${rest} }]`).devices[0];

  it('is called by its id unless it has a name', () => {
    expect([device('name: Door')?.name, device('')?.name]).toEqual(['Door', 'a']);
  });
  it('is supervised as its family says', () => {
    expect(device('')?.sensing.supervision).toBe(120 * minutes);
  });
  it('is supervised as its model says', () => {
    expect(device('model: HS2WD-E')?.sensing.supervision).toBe(60 * minutes);
  });
  it('is supervised as the config says', () => {
    expect(device('model: HS2WD-E, supervision: 25h')?.sensing.supervision).toBe(1500 * minutes);
  });
  it('without a zone guards nothing', () => {
    expect(device('')?.sensing.zone).toBeNull();
  });
  it('keeps a debounce', () => {
    expect(device('debounce: 50ms, zone: { type: chime }')?.sensing.debounce).toBe(50);
  });
  it('counts hits in a window', () => {
    expect(device('zone: { type: tremor, modes: [away], hits: 2, within: 5s }')?.sensing.zone).toMatchObject({
      hits: 2,
      within: 5000,
    });
  });
  it('panics silently', () => {
    expect(device('zone: { type: panic }')?.sensing.zone).toMatchObject({
      on: ['press', 'hold', 'double'],
      timesPresses: false,
      silentPress: true,
      hits: 1,
      within: 10_000,
    });
  });
  it('panics aloud when told to', () => {
    expect(device('zone: { type: panic, silent: false, on: [hold] }')?.sensing.zone).toMatchObject({
      on: ['hold'],
      timesPresses: false,
      silentPress: false,
    });
  });
  it('may share its topic with another', () => {
    const house = houseOf(
      'devices:\n  - { id: a, profile: zigbee2mqtt, topic: z/a, zone: { type: chime } }\n  - { id: b, profile: zigbee2mqtt, topic: z/a, zone: { type: chime } }',
    );
    expect(house.devices.map(({ topic }) => topic)).toEqual(['z/a', 'z/a']);
  });
  it('at an entry door takes all its options', () => {
    const house = houseOf(
      'devices: [{ id: a, profile: zigbee2mqtt, topic: z/a, zone: { type: entry, modes: [home, away], entryDelay: 10s, finalDoor: true, forcedEntry: alarm } }]',
    );
    expect([...house.panel.zones.values()]).toEqual([
      {
        id: 'a',
        type: 'entry',
        modes: ['home', 'away'],
        standing: true,
        entryDelay: 10_000,
        finalDoor: true,
        guards: null,
        forcedEntry: 'alarm',
        silent: false,
        within: 10_000,
      },
    ]);
  });
});

const PEOPLE = `contacts:
  - { id: sister, phone: "+44 7700 900123", alarms: [personal, duress, intruder, tamper, fire, fault] }
  - { id: neighbour, phone: "+447700900456" }
  - { id: friend, phone: "+447700900789", alarms: [duress], wording: coded }
`;

/** Steps of a kind as `AFTER SECONDS: NAMES xREPEAT/EVERY`. */
function told(house: House, kind: AlarmKind): readonly string[] {
  return house.escalation.steps[kind].map(
    ({ after, notify, repeat, every }) =>
      `${after / 1000}: ${notify.join(' ')}${repeat > 1 ? ` x${repeat}/${every / 1000}` : ''}`,
  );
}

describe('who is told of what', () => {
  const silent = houseOf(PEOPLE);
  const spoken = houseOf(`${PEOPLE}escalation:
  personal: [{ after: 2m, notify: [neighbour], repeat: 3, every: 2m }, { after: 0s, notify: [monitoring, sister] }]
  default: [{ after: 0s, notify: [sister] }, { after: 1m, notify: [neighbour, friend] }]
  lastResort: 5m
`);
  const rows: readonly (readonly [string, House, AlarmKind, readonly string[]])[] = [
    ['without steps: everyone at once', silent, 'intruder', ['0: sister neighbour']],
    ['without steps: duress only those chosen for it', silent, 'duress', ['0: sister friend']],
    ['without steps: a test, everyone', silent, 'test', ['0: sister neighbour friend']],
    ['its own steps, in order of time', spoken, 'personal', ['0: sister', '120: neighbour x3/120']],
    ['the default, less those who are not told of it', spoken, 'fire', ['0: sister', '60: neighbour']],
    ['the default, for duress', spoken, 'duress', ['0: sister', '60: friend']],
    ['a test goes to everyone', spoken, 'test', ['0: sister neighbour friend']],
  ];
  for (const [name, house, kind, steps] of rows) {
    it(name, () => {
      expect(told(house, kind)).toEqual(steps);
    });
  }

  it('numbers are kept in one form, apart from the plan', () => {
    expect([...silent.phones]).toEqual([
      ['sister', '+447700900123'],
      ['neighbour', '+447700900456'],
      ['friend', '+447700900789'],
    ]);
  });
  it('wording is neutral unless chosen', () => {
    expect([...silent.escalation.contacts.values()].map(({ wording }) => wording)).toEqual([
      'neutral',
      'neutral',
      'coded',
    ]);
  });
  it('a contact is told by text at any time unless the config says more', () => {
    expect(silent.escalation.contacts.get('sister' as ContactId)).toMatchObject({
      via: ['text'],
      hours: null,
      asks: null,
    });
    const house = houseOf(
      'contacts: [{ id: sister, phone: "+447700900123", via: [text, call], text: Call me, hours: { from: "22:30", to: "06:05" } }, { id: b, phone: "+447700900124", hours: { from: "08:00", to: "09:00", alarms: [personal] } }]',
    );
    const [sister, other] = [...house.escalation.contacts.values()];
    expect(sister).toMatchObject({ via: ['text', 'call'], asks: 'Call me' });
    expect(sister?.hours).toEqual({ from: 1350, to: 365, kinds: new Set(['intruder', 'tamper', 'fire', 'fault']) });
    expect(other?.hours?.kinds).toEqual(new Set(['personal']));
  });

  const twilio = 'twilio: { accountSid: !secret sid, authToken: !secret token, from: "+447700900001" }';
  const modem = 'modem: { port: /dev/ttyUSB2 }';
  const ways: readonly (readonly [string, string, readonly string[]])[] = [
    ['none', 'sms: {}', []],
    ['the one there is', `sms: { ${modem} }`, ['modem']],
    ['both, Twilio first', `sms: { ${modem}, ${twilio} }`, ['twilio', 'modem']],
    ['both, in the order of the list', `sms: { paths: [modem, twilio], ${twilio}, ${modem} }`, ['modem', 'twilio']],
    ['not the one that the list leaves out', `sms: { paths: [twilio], ${twilio}, ${modem} }`, ['twilio']],
    ['none where the list names one that is not there', 'sms: { paths: [twilio] }', []],
  ];
  for (const [name, yaml, paths] of ways) {
    it(`ways out for texts: ${name}`, () => expect(houseOf(yaml).paths).toEqual(paths));
  }
  it('the modem, with what the config leaves out', () => {
    expect(houseOf(`sms: { ${modem} }`).modem).toEqual({ port: '/dev/ttyUSB2', baud: 115_200, pin: null });
    expect(houseOf('sms: { modem: { port: /dev/ttyS0, baud: 9600, pin: "0123" } }').modem).toEqual({
      port: '/dev/ttyS0',
      baud: 9600,
      pin: '0123',
    });
  });
  it('paths take their turns unless they are to race', () => {
    expect([silent.escalation.strategy, houseOf('sms: { strategy: race }').escalation.strategy]).toEqual([
      'order',
      'race',
    ]);
  });
  it('the last resort is as the config says', () => {
    expect(spoken.escalation.lastResort).toBe(5 * minutes);
  });
  it('with nobody to tell there is nothing to wait for', () => {
    const house = houseOf('contacts: []');
    expect(house.escalation.lastResort).toBeNull();
    expect(told(house, 'test')).toEqual([]);
  });
  it('the never list is kept in one form', () => {
    expect([...houseOf('neverContact: ["+44 (0)7700 900999"]').neverContact]).toEqual(['+447700900999']);
  });
});

describe('brokers', () => {
  it('an embedded one with users', () => {
    const house = houseOf(
      'mqtt: { listen: { port: 0 }, users: [{ name: z2m, password: !secret password, publish: ["z/#"], subscribe: [z/+/set] }] }',
    );
    expect(house.mqtt).toEqual({
      kind: 'listen',
      host: '127.0.0.1',
      port: 0,
      users: [{ name: 'z2m', password: 'a long password', publish: ['z/#'], subscribe: ['z/+/set'] }],
    });
  });
  it('another one, with files found beside the config', () => {
    const { mqtt } = houseOf(
      'mqtt: { connect: { url: "mqtts://broker.lan", username: hub, password: !secret password, ca: token } }',
    );
    expect(mqtt).toMatchObject({
      kind: 'connect',
      username: 'hub',
      password: 'a long password',
      cert: null,
      key: null,
    });
    expect(mqtt.kind === 'connect' && mqtt.ca).toMatch(/^\/.*\/token$/);
  });
});

describe('Home Assistant', () => {
  it('asks for little where the config says little', () => {
    expect(houseOf('homeAssistant: { url: "mqtts://ha.lan" }').homeAssistant).toEqual({
      url: 'mqtts://ha.lan',
      username: null,
      password: null,
      ca: null,
      prefix: 'homeassistant',
      allowDisarm: false,
    });
  });
  it('takes all it is given, the file found beside the config', () => {
    const { homeAssistant } = houseOf(
      'homeAssistant: { url: "mqtts://ha.lan:1", username: hub, password: !secret password, ca: token, prefix: ha/disc, allowDisarm: true }',
    );
    expect(homeAssistant).toMatchObject({
      url: 'mqtts://ha.lan:1',
      username: 'hub',
      password: 'a long password',
      prefix: 'ha/disc',
      allowDisarm: true,
    });
    expect(homeAssistant?.ca).toMatch(/^\/.*\/token$/);
  });
});
