import { describe, expect, it } from 'vitest';
import { complaints, completed, load } from './fixtures/config.ts';

const KEY = '00112233445566778899AABBCCDDEEFF';
const ARC = `id: arc, type: sia-dc09, host: 192.0.2.10, port: 12000, account: "1234", key: "${KEY}"`;
const DESK = 'id: desk, type: webhook, url: "https://desk.example/h", secret: a-long-random-secret';
const BROKER = 'id: broker, type: mqtt, url: "mqtts://broker.example:8883", secret: a-long-random-secret';
const LITERAL = 'the secret stands in this file; write !secret NAME and keep the value in secrets.yaml';

const config = (...entries: readonly string[]): string =>
  completed(`monitoring:\n${entries.map((entry) => `  - { ${entry} }\n`).join('')}`);

/** What is said of services, without places and prefixes, and not that a secret stands in the file. */
const told = (text: string): readonly string[] =>
  complaints(text)
    .filter((line) => !line.includes(LITERAL))
    .map((line) => line.replace(/^\d+:\d+: /, ''));

describe('entries that make no sense', () => {
  const refusals: readonly (readonly [name: string, entries: readonly string[], says: readonly string[]])[] = [
    [
      'a station without its place',
      [`id: arc, type: sia-dc09, key: "${KEY}"`],
      [
        'monitoring[0].host: is missing; give the name or address of its receiver',
        'monitoring[0].port: is missing; give the port of its receiver',
        'monitoring[0].account: is missing; give the account that the service gave you, in quotes',
      ],
    ],
    [
      'a type with a slip',
      ['id: arc, type: sia-dc9'],
      ['monitoring[0].type: "sia-dc9" is not a type of service; did you mean "sia-dc09"?'],
    ],
    [
      'a key of another type',
      [`${DESK}, account: "1234"`],
      ['monitoring[0].account: means nothing for webhook; remove it'],
    ],
    [
      'a case card for a station, which has no words for it',
      [`${ARC}, card: { risk: high }`],
      ['monitoring[0].card: means nothing for sia-dc09; remove it'],
    ],
    [
      'a key too short',
      [ARC.replace(KEY, 'AABB')],
      ['monitoring[0].key: does not have 32, 48 or 64 hex digits; copy it whole, or write keyEncoding: ascii'],
    ],
    [
      'characters too few',
      [`${ARC.replace(KEY, 'fifteen letters')}, keyEncoding: ascii`],
      [
        'monitoring[0].key: does not have 16, 24 or 32 plain characters; copy it whole, or leave keyEncoding out for hex',
      ],
    ],
    [
      'an account that is a number',
      [ARC.replace('"1234"', '1234')],
      ['monitoring[0].account: 1234 is not an account; write 3 to 16 hex digits in quotes'],
    ],
    [
      'a rhythm too fast',
      [`${ARC}, supervision: 4s`],
      ['monitoring[0].supervision: "4s" is out of bounds; it may be 5s to 192h'],
    ],
    [
      'a webhook in the clear',
      [DESK.replace('https:', 'http:')],
      ['monitoring[0].url: must be https, or http on loopback; alarms do not cross the network in the clear'],
    ],
    [
      'a webhook with its password in the address',
      [DESK.replace('desk.example', 'a:b@desk.example')],
      ['monitoring[0].url: holds a user or password; what proves the hub is its secret'],
    ],
    [
      'a webhook nowhere',
      [DESK.replace('https://desk.example/h', 'desk')],
      ['monitoring[0].url: is not a URL; write https://HOST/PATH'],
    ],
    [
      'a broker in the clear',
      [BROKER.replace('mqtts:', 'mqtt:')],
      ['monitoring[0].url: must be mqtts, or mqtt on loopback; alarms do not cross the network in the clear'],
    ],
    [
      'half of a client certificate',
      [`${BROKER}, key: lantern.key`],
      [
        'monitoring[0].key: a client certificate needs both; add cert',
        'monitoring[0].key: "lantern.key" cannot be read; check the path and its rights',
      ],
    ],
    [
      'two services behind one broker',
      [BROKER, BROKER.replace('id: broker', 'id: other')],
      ['monitoring[1].url: is the broker of monitoring[0] too; one service for each broker'],
    ],
    [
      'a code for what is never reported',
      [`${ARC}, codes: { presonal-silent: { cid: "123" } }`],
      ['monitoring[0].codes.presonal-silent: "presonal-silent" is not reported; did you mean "personal-silent"?'],
    ],
    [
      'a test that is not told',
      [`${ARC}, reports: [alarms], test: 24h`],
      ['monitoring[0].test: means nothing while reports leaves tests out; add tests there, or remove it'],
    ],
    [
      'a name that means all',
      [ARC.replace('id: arc', 'id: monitoring')],
      ['monitoring[0].id: "monitoring" stands for the monitoring services; choose another id'],
    ],
    [
      'the same name twice',
      [ARC, DESK.replace('id: desk', 'id: arc')],
      ['monitoring[1].id: "arc" is taken by monitoring[0] in line 2; choose another id'],
    ],
  ];
  for (const [name, entries, says] of refusals) {
    it(name, () => {
      const loaded = load(config(...entries));
      expect(loaded.ok).toBe(false);
      expect(told(config(...entries))).toEqual(says);
    });
  }
});

describe('entries with something to think of', () => {
  const warnings: readonly (readonly [name: string, text: string, says: readonly string[]])[] = [
    ['all well', config(ARC, DESK, BROKER), []],
    [
      'a station in the clear',
      config(ARC.replace(`, key: "${KEY}"`, '')),
      [
        'warning: monitoring[0].type: speaks in the clear, so that anybody on the way can read and forge; ask for a key',
      ],
    ],
    [
      'a short secret',
      config(DESK.replace('a-long-random-secret', 'short')),
      ['warning: monitoring[0].secret: is shorter than 16 characters; make a longer one'],
    ],
  ];
  for (const [name, text, says] of warnings) {
    it(name, () => {
      expect(told(text)).toEqual(says);
      expect(load(text).ok).toBe(true);
    });
  }

  it.each([ARC, DESK, BROKER])('a secret in the file: %s', (entry) => {
    expect(complaints(config(entry)).filter((line) => line.includes(LITERAL))).toHaveLength(1);
  });
});

describe('who is told of which alarms', () => {
  const ALL = ['personal', 'duress', 'intruder', 'tamper', 'fire', 'fault'];
  const told_: readonly (readonly [name: string, escalation: string, kinds: readonly string[]])[] = [
    ['no step names a service: all', '{ lastResort: 60s }', ALL],
    [
      'one does, for one kind: that and calls for help',
      '{ intruder: [{ after: 0s, notify: [arc] }] }',
      ['personal', 'duress', 'intruder'],
    ],
    ['every service', '{ tamper: [{ after: 0s, notify: [monitoring] }] }', ['personal', 'duress', 'tamper']],
    [
      'the rest',
      '{ fire: [{ after: 0s, notify: [sister] }], default: [{ after: 0s, notify: [arc, sister] }] }',
      ALL.filter((kind) => kind !== 'fire'),
    ],
  ];
  for (const [name, escalation, kinds] of told_) {
    it(name, () => {
      const loaded = load(`${config(ARC)}\nescalation: ${escalation}`);
      const plan = loaded.ok ? [...loaded.house.stations.stations.values()][0] : undefined;
      expect([...(plan?.alarms ?? [])]).toEqual(kinds);
    });
  }

  const remarks: readonly (readonly [name: string, escalation: string, says: string])[] = [
    [
      'kinds that nobody gave it',
      '{ intruder: [{ after: 0s, notify: [arc] }] }',
      'monitoring[0].id: is not told of tamper, fault; name it in notify there, if it should be',
    ],
    [
      'a service in a step that waits',
      '{ default: [{ after: 2m, notify: [sister, arc] }] }',
      'escalation.default[0].notify[1]: a monitoring service is told at once, whatever after says; name it in a step with after: 0s',
    ],
  ];
  for (const [name, escalation, says] of remarks) {
    it(name, () => {
      expect(told(`${config(ARC)}\nescalation: ${escalation}`)).toContain(`warning: ${says}`);
    });
  }

  it('a service is somebody who is told of duress', () => {
    const sister = 'contacts: [{ id: sister, phone: "+447700900123" }]';
    expect(told(`${config(ARC).replace(/^contacts:.*$/m, sister)}`)).toEqual([]);
  });

  it('a service that takes no alarms reaches nobody', () => {
    const text = `${config(`${ARC}, reports: [tests]`)}\nescalation: { default: [{ after: 0s, notify: [arc, sister] }] }`;
    expect(told(text)).toContain(
      'warning: escalation.default[0].notify[0]: "arc" is told of no alarm; add alarms to its reports, or remove it here',
    );
  });
});

describe('what becomes of an entry', () => {
  const house = (text: string) => {
    const loaded = load(text);
    if (!loaded.ok) throw new Error(JSON.stringify(loaded.problems));
    return loaded.house;
  };

  it('a station, with every default', () => {
    const { monitoring, stations } = house(config(ARC));
    expect(monitoring).toMatchObject([
      {
        type: 'sia-dc09',
        targets: [{ host: '192.0.2.10', port: 12000, transport: 'tcp' }],
        account: '1234',
        receiver: 'R0',
        line: 'L0',
        format: 'SIA-DCS',
        area: 1,
        texts: 'none',
        key: { text: KEY, encoding: 'hex' },
        ackTime: 'fresh',
      },
    ]);
    expect([...stations.stations.values()]).toMatchObject([
      { id: 'arc', preAlert: 'kept', supervision: 60_000, test: 24 * 3_600_000 },
    ]);
  });

  it('a desk, with every default, and no card', () => {
    const { monitoring, stations } = house(config(DESK));
    expect(monitoring).toMatchObject([{ type: 'webhook', everySeconds: 30, card: null }]);
    expect([...stations.stations.values()]).toMatchObject([{ preAlert: 'told', supervision: 30_000, test: null }]);
  });

  it('the card goes to the service whose entry has it', () => {
    const { monitoring } = house(config(`${DESK}, card: { risk: high, listenOnly: true }`, BROKER));
    expect(monitoring).toMatchObject([{ card: { risk: 'high', listenOnly: true } }, { card: null }]);
  });

  it('zones have the numbers the config gives, and the others those that are free', () => {
    const zone = (id: string, number: string): string =>
      `  - { id: ${id}, profile: zigbee2mqtt, topic: z/${id}, zone: { type: fire${number} } }\n`;
    const { numbering } = house(
      `${config(ARC)}\ndevices:\n${zone('a', '')}${zone('b', ', number: 1')}${zone('c', '')}`,
    );
    expect([...numbering.zones].map(([id, { number }]) => `${id} ${number}`)).toEqual(['a 2', 'b 1', 'c 3']);
  });

  it('no number twice', () => {
    const zone = (id: string): string =>
      `  - { id: ${id}, profile: zigbee2mqtt, topic: z/${id}, zone: { type: fire, number: 7 } }\n`;
    expect(told(`${config(ARC)}\ndevices:\n${zone('a')}${zone('b')}`)).toContain(
      'devices[1].zone.number: 7 is taken by devices[0]; choose another number',
    );
  });
});
