import { describe, expect, it } from 'vitest';
import type { House } from '../../src/site/house.ts';
import { complaints, completed, load } from './fixtures/config.ts';

/** The house of a config that must be accepted. */
function houseOf(yaml: string): House {
  const loaded = load(completed(yaml));
  if (!loaded.ok) throw new Error(loaded.problems.map(({ path, message }) => `${path}: ${message}`).join('\n'));
  return loaded.house;
}

const said = (yaml: string): readonly string[] =>
  complaints(completed(yaml)).map((line) => line.replace(/^[\d:]+ /, ''));

const ENTRY = 'zone: { type: entry, modes: [away] }';
const ROOM = 'zone: { type: interior, modes: [away] }';
const RFLINK = 'gateways: { rf: { port: /dev/serial/by-id/usb-RFLink } }';
const BOARD = 'gateways: { uno: { port: /dev/serial/by-id/usb-Arduino } }';
const COPIED =
  'this device is unsupervised: nobody notices when it falls silent, and can be copied: whoever records its messages can send them again; let it add to others, not stand alone';

interface Row {
  readonly name: string;
  readonly yaml: string;
  readonly says: readonly string[];
}

const gpio = (rest: string): string => `devices: [{ id: a, driver: gpio, ${rest} }]`;
const serial = (rest: string, gateways = RFLINK): string =>
  `devices: [{ id: a, driver: serial, ${rest} }]\n${gateways}`;
const firmata = (rest: string, gateways = BOARD): string =>
  `devices: [{ id: a, driver: firmata, gateway: uno, ${rest} }]\n${gateways}`;
const LOOP = 'loop: { pullUp: 10000, endOfLine: 4700, contact: 4700 }';

function rows(of: readonly Row[]): void {
  for (const { name, yaml, says } of of) {
    it(name, () => {
      expect(said(yaml)).toEqual(says);
    });
  }
}

describe('a key of another driver is refused', () => {
  const idle = (key: string, driver: string, remedy = 'remove it') =>
    `devices[0].${key}: means nothing for driver ${driver}; ${remedy}`;
  rows([
    ...['profile: zigbee2mqtt', 'topic: z/a', 'address: "1"', 'model: MCCGQ11LM', 'gateway: rf', 'pin: 5'].map(
      (key) => ({
        name: `gpio: ${key}`,
        yaml: gpio(`line: 17, ${key}`),
        says: [idle(key.replace(/:.*/, ''), 'gpio')],
      }),
    ),
    {
      name: 'gpio: supervision',
      yaml: gpio('line: 17, supervision: 2h'),
      says: ['devices[0].supervision: a wire is read all the time and cannot fall silent; remove it'],
    },
    {
      name: 'mqtt: line, which says what was meant',
      yaml: 'devices: [{ id: a, profile: zigbee2mqtt, topic: z/a, line: 17 }]',
      says: [idle('line', 'mqtt', 'remove it, or set driver: gpio')],
    },
    {
      name: 'mqtt: gateway',
      yaml: `devices: [{ id: a, profile: zigbee2mqtt, topic: z/a, gateway: rf }]\ngateways: { rf: { type: rflink, port: /dev/serial/by-id/a } }`,
      says: [idle('gateway', 'mqtt', 'remove it, or set driver: serial or firmata')],
    },
    {
      name: 'serial: topic',
      yaml: serial('gateway: rf, profile: mysensors, model: signed, supervision: 1h, address: "1:2", topic: z/a'),
      says: [idle('topic', 'serial')],
    },
    {
      name: 'serial: activeLow',
      yaml: serial('gateway: rf, profile: mysensors, model: signed, supervision: 1h, address: "1:2", activeLow: true'),
      says: [idle('activeLow', 'serial')],
    },
    { name: 'firmata: profile', yaml: firmata('pin: 5, profile: gpio'), says: [idle('profile', 'firmata')] },
    { name: 'firmata: bias', yaml: firmata('pin: 5, bias: none'), says: [idle('bias', 'firmata')] },
    {
      name: 'outputs: onStop on mqtt',
      yaml: 'outputs: [{ id: s, role: siren, profile: zigbee2mqtt, topic: z/s, onStop: on }]',
      says: ['outputs[0].onStop: means nothing for driver mqtt; remove it, or set driver: gpio or firmata'],
    },
    {
      name: 'devices: onStop is no key of theirs',
      yaml: gpio('line: 17, onStop: off'),
      says: [expect.stringContaining('devices[0].onStop: "onStop" is not a key here') as unknown as string],
    },
    {
      name: 'outputs: wiring is no key of theirs',
      yaml: 'outputs: [{ id: s, role: siren, driver: gpio, line: 22, wiring: normally-open }]',
      says: [expect.stringContaining('outputs[0].wiring: "wiring" is not a key here') as unknown as string],
    },
  ]);
});

describe('a key that a driver needs', () => {
  rows([
    {
      name: 'gpio: line',
      yaml: gpio(ENTRY),
      says: ['devices[0].line: is missing; write its BCM number, as in 17, or { chip: LABEL, line: N }'],
    },
    {
      name: 'serial: gateway and profile',
      yaml: 'devices: [{ id: a, driver: serial }]',
      says: [
        'devices[0].gateway: is missing; name one of gateways, as in rf433',
        'devices[0].profile: is missing; name the family that reads its messages, as in rflink',
      ],
    },
    {
      name: 'serial: address',
      yaml: serial('gateway: rf, profile: mysensors, model: signed, supervision: 1h'),
      says: [
        'devices[0].address: is missing; many devices of mysensors share a topic, so name the one, as in "NewKaku:00c142"',
      ],
    },
    {
      name: 'firmata: gateway and pin',
      yaml: 'outputs: [{ id: s, role: siren, driver: firmata }]',
      says: [
        'outputs[0].gateway: is missing; name one of gateways, as in board',
        'outputs[0].pin: is missing; write its number, as in 5, or A0 for an analogue one',
      ],
    },
    {
      name: 'a driver with a slip asks for no keys',
      yaml: 'devices: [{ id: a, driver: gipo, line: 17 }]',
      says: ['devices[0].driver: "gipo" is not a driver; did you mean "gpio"?'],
    },
  ]);
});

const LINE_REMEDY = 'write its BCM number, as in 17, or { chip: LABEL, line: N }, with N from 0 to 255';

describe('a line', () => {
  rows([
    ...['"17"', '-1', '1.5', '256', 'GPIO17', '{ chip: pinctrl-rp1 }', '{ line: 1 }', '[17]'].map((line) => ({
      name: `is none: ${line}`,
      yaml: gpio(`line: ${line}`),
      says: [expect.stringMatching(/^devices\[0\]\.line: .* is not a line; /) as unknown as string],
    })),
    ...['a/b', 'a#b', '""', '_a', 'a123456789012345678901234567890b'].map((chip) => ({
      name: `of no chip: ${chip}`,
      yaml: gpio(`line: { chip: ${chip}, line: 1 }`),
      says: [
        expect.stringMatching(
          /^devices\[0\]\.line\.chip: .* is not the label of a chip; write it as the kernel names it/,
        ) as unknown as string,
      ],
    })),
    {
      name: 'is told how to write it',
      yaml: gpio('line: "17"'),
      says: [`devices[0].line: "17" is not a line; ${LINE_REMEDY}`],
    },
    { name: 'the first of a chip', yaml: gpio('line: { chip: gpio-sim.0-node0, line: 0 }'), says: [] },
    { name: 'the last of a chip', yaml: gpio('line: { chip: "0-0020", line: 255 }'), says: [] },
    { name: 'the last of the header', yaml: gpio('line: 27'), says: [] },
    {
      name: 'past the header',
      yaml: gpio('line: 28'),
      says: [
        'devices[0].line: 28 is on no pin of the header, which has BCM 0 to 27; write { chip: LABEL, line: 28 } if another chip is meant',
      ],
    },
    { name: 'past the header, of its chip by name', yaml: gpio('line: { chip: pinctrl-bcm2711, line: 28 }'), says: [] },
    {
      name: 'of a chip called as the header is here',
      yaml: gpio('line: { chip: header, line: 4 }'),
      says: ['devices[0].line: "header" is no chip; write the number alone'],
    },
    ...[0, 1].map((line) => ({
      name: `BCM ${line} is the EEPROM's`,
      yaml: gpio(`line: ${line}`),
      says: [
        `warning: devices[0].line: BCM ${line} is for the memory of add-on boards, and driven while the Pi starts; better use another`,
      ],
    })),
    ...[2, 3].map((line) => ({
      name: `BCM ${line} has a pull-up of its own`,
      yaml: gpio(`line: ${line}`),
      says: [
        `warning: devices[0].line: BCM ${line} has a fixed pull-up of 1.8 kΩ, so that only a contact to ground works on it; better use another`,
      ],
    })),
    ...[14, 15].map((line) => ({
      name: `BCM ${line} is the console's`,
      yaml: gpio(`line: { chip: pinctrl-rp1, line: ${line} }`),
      says: [
        `warning: devices[0].line: BCM ${line} is the serial console of a Pi until that is switched off; better use another`,
      ],
    })),
    { name: '14 of another chip is free', yaml: gpio('line: { chip: gpio-sim, line: 14 }'), says: [] },
    {
      name: 'is used once among devices',
      yaml: 'devices:\n  - { id: a, driver: gpio, line: 17 }\n  - { id: b, driver: gpio, line: 17 }',
      says: ['devices[1].line: BCM 17 is used by devices[0] in line 2 already; each takes a wire of its own'],
    },
    {
      name: 'is used once, by a device or an output',
      yaml: 'devices: [{ id: a, driver: gpio, line: 22 }]\noutputs: [{ id: s, role: siren, driver: gpio, line: 22 }]',
      says: ['outputs[0].line: BCM 22 is used by devices[0] in line 1 already; each takes a wire of its own'],
    },
    {
      name: 'is the same by number and by the label of the header',
      yaml: 'devices:\n  - { id: a, driver: gpio, line: 17 }\n  - { id: b, driver: gpio, line: { chip: pinctrl-bcm2711, line: 17 } }',
      says: [
        'devices[1].line: line 17 of pinctrl-bcm2711 is used by devices[0] in line 2 already; each takes a wire of its own',
      ],
    },
    {
      name: 'of two chips is two lines',
      yaml: 'devices:\n  - { id: a, driver: gpio, line: { chip: x, line: 1 } }\n  - { id: b, driver: gpio, line: { chip: y, line: 1 } }',
      says: [],
    },
  ]);
});

describe('how a line is wired', () => {
  const both = (key: string) => `devices[0].${key}: wiring says it already; keep one of the two`;
  rows([
    {
      name: 'wiring and activeLow',
      yaml: gpio('line: 17, wiring: normally-open, activeLow: true'),
      says: [both('activeLow')],
    },
    { name: 'wiring and bias', yaml: gpio('line: 17, wiring: normally-open, bias: pull-up'), says: [both('bias')] },
    {
      name: 'a wiring that is none',
      yaml: gpio('line: 17, wiring: normaly-open'),
      says: ['devices[0].wiring: "normaly-open" is not a wiring; did you mean "normally-open"?'],
    },
    {
      name: 'a bias that is none',
      yaml: gpio('line: 17, bias: up'),
      says: ['devices[0].bias: "up" is not a bias; use pull-up, pull-down or none'],
    },
    { name: 'a short filter on a detector', yaml: gpio(`line: 17, debounce: 20ms, ${ROOM}, signal: motion`), says: [] },
    {
      name: 'a detector that would be held back',
      yaml: gpio(`line: 17, debounce: 21ms, ${ROOM}, signal: motion`),
      says: [
        'devices[0].debounce: only contacts are held back longer than 20ms, and none trips this zone; shorten or remove it',
      ],
    },
    { name: 'a contact that is held back', yaml: gpio(`line: 17, debounce: 2s, ${ENTRY}`), says: [] },
    { name: 'a signal and a filter without a zone', yaml: gpio('line: 17, signal: motion, debounce: 20ms'), says: [] },
    {
      name: 'debounce on a board without a contact',
      yaml: firmata(`pin: 5, signal: motion, debounce: 20ms, ${ROOM}`),
      says: ['devices[0].debounce: only contacts are debounced, and none trips this zone; remove it'],
    },
  ]);

  const input = (activeLow: boolean, bias: string) => ({ activeLow, bias });
  const wired: readonly (readonly [string, object])[] = [
    [`${ENTRY}`, input(false, 'pull-up')],
    ['zone: { type: tamper }', input(false, 'pull-up')],
    ['', input(false, 'pull-up')],
    [`${ENTRY}, wiring: normally-closed`, input(false, 'pull-up')],
    [`${ENTRY}, wiring: normally-open`, input(true, 'pull-up')],
    [`${ENTRY}, activeLow: true`, input(true, 'pull-up')],
    [`${ENTRY}, activeLow: false`, input(false, 'pull-up')],
    [`${ENTRY}, activeLow: true, bias: pull-down`, input(true, 'pull-down')],
    [`${ENTRY}, bias: none`, input(false, 'none')],
    [ROOM, input(false, 'pull-down')],
    [`${ROOM}, signal: motion, activeLow: false`, input(false, 'pull-down')],
    [`${ROOM}, activeLow: true`, input(true, 'pull-up')],
    [`${ROOM}, signal: contact`, input(false, 'pull-up')],
    [`${ROOM}, wiring: normally-closed`, input(false, 'pull-up')],
    ['zone: { type: tremor, modes: [away] }', input(false, 'pull-down')],
    ['zone: { type: panic }', input(false, 'pull-down')],
    ['zone: { type: panic }, wiring: normally-open', input(true, 'pull-up')],
    ['signal: motion', input(false, 'pull-down')],
  ];
  for (const [rest, expected] of wired) {
    it(rest === '' ? 'nothing said, without a zone' : rest, () => {
      expect(houseOf(gpio(`line: 17, ${rest}`)).gpio.inputs[0]).toMatchObject(expected);
    });
  }

  const filters: readonly (readonly [string, number, number])[] = [
    ['', 10, 10],
    [', debounce: 0ms', 0, 0],
    [', debounce: 5ms', 5, 5],
    [', debounce: 20ms', 20, 20],
    [', debounce: 21ms', 20, 21],
    [', debounce: 2s', 20, 2000],
  ];
  for (const [debounce, filterMs, held] of filters) {
    it(`a line with${debounce === '' ? ' nothing said' : debounce} is filtered ${filterMs} ms, and its closing held ${held} ms`, () => {
      const { gpio: pins, devices } = houseOf(gpio(`line: 17, ${ENTRY}${debounce}`));
      expect([pins.inputs[0]?.filterMs, devices[0]?.sensing.debounce]).toEqual([filterMs, held]);
    });
  }
});

describe('a pin of a board', () => {
  rows([
    ...['"5"', '-1', '100', 'A', 'A100', 'D5', '1.5'].map((pin) => ({
      name: `is none: ${pin}`,
      yaml: firmata(`pin: ${pin}`),
      says: [
        expect.stringMatching(
          /^devices\[0\]\.pin: .* is not a pin; write its number, as in 5, or A0 for an analogue one$/,
        ) as unknown as string,
      ],
    })),
    ...[0, 1].map((pin) => ({
      name: `${pin} is the board's own`,
      yaml: firmata(`pin: ${pin}`),
      says: [
        `warning: devices[0].pin: pin ${pin} carries the messages of most boards to their USB port; better use another`,
      ],
    })),
    {
      name: 'is used once',
      yaml: `devices:\n  - { id: a, driver: firmata, gateway: uno, pin: 5 }\noutputs: [{ id: s, role: siren, driver: firmata, gateway: uno, pin: 5 }]\n${BOARD}`,
      says: ['outputs[0].pin: pin 5 of uno is used by devices[0] in line 2 already; each takes a wire of its own'],
    },
    {
      name: 'of two boards is two pins',
      yaml: 'devices:\n  - { id: a, driver: firmata, gateway: x, pin: 5 }\n  - { id: b, driver: firmata, gateway: y, pin: 5 }\ngateways: { x: { port: /dev/serial/by-id/x }, y: { port: /dev/serial/by-id/y } }',
      says: [],
    },
    {
      name: 'that measures needs to know what is on',
      yaml: firmata('pin: A0'),
      says: [
        'devices[0].pin: "A0" measures, and nothing says what counts as on; give above or loop, or its number as a digital pin (A0 is 14 on an Uno)',
      ],
    },
    {
      name: 'that measures switches nothing',
      yaml: `outputs: [{ id: s, role: siren, driver: firmata, gateway: uno, pin: A0 }]\n${BOARD}`,
      says: ['outputs[0].pin: "A0" only measures; name a digital pin, as in 5'],
    },
    ...['above: 0.5', LOOP, 'hysteresis: 0.1'].map((key) => ({
      name: `digital, with ${key}`,
      yaml: firmata(`pin: 5, ${key}`),
      says: [
        `devices[0].${key.replace(/:.*/, '')}: means nothing on a digital pin; remove it, or use an analogue one, as in A0`,
      ],
    })),
    {
      name: 'above and loop',
      yaml: firmata(`pin: A0, above: 0.5, ${LOOP}`),
      says: ['devices[0].above: loop says how the pin is read; keep one of the two'],
    },
    {
      name: 'hysteresis alone',
      yaml: firmata(`pin: A0, ${LOOP}, hysteresis: 0.1`),
      says: ['devices[0].hysteresis: means nothing without above; add it, or remove this'],
    },
    {
      name: 'pullUp where it measures',
      yaml: firmata('pin: A0, above: 0.5, pullUp: true'),
      says: ['devices[0].pullUp: would bend what an analogue pin measures; remove it'],
    },
    {
      name: 'activeLow on a loop',
      yaml: firmata(`pin: A0, ${LOOP}, activeLow: true`),
      says: ['devices[0].activeLow: a loop tells open from closed by itself; remove it'],
    },
    {
      name: 'above everything',
      yaml: firmata('pin: A0, above: 1'),
      says: ['devices[0].above: 1 is out of bounds; use 0.01 to 0.99'],
    },
    {
      name: 'never off again',
      yaml: firmata('pin: A0, above: 0.2, hysteresis: 0.2'),
      says: [
        'devices[0].hysteresis: 0.2 less 0.2 is nothing, so that it would never be off again; use less hysteresis, or a higher above',
      ],
    },
    {
      name: 'never off again with the usual hysteresis',
      yaml: firmata('pin: A0, above: 0.02'),
      says: [
        'devices[0].above: 0.02 less 0.02 is nothing, so that it would never be off again; use less hysteresis, or a higher above',
      ],
    },
  ]);
});

describe('a loop', () => {
  const loop = (pullUp: number, endOfLine: number, contact: number) =>
    firmata(`pin: A0, loop: { pullUp: ${pullUp}, endOfLine: ${endOfLine}, contact: ${contact} }`);
  const blurred = (what: string) =>
    `devices[0].loop: these resistors do not tell ${what}; use resistors nearer to each other, as in { pullUp: 10000, endOfLine: 4700, contact: 4700 }`;
  rows([
    { name: 'of the usual resistors', yaml: loop(10_000, 4700, 4700), says: [] },
    { name: 'of 1 kΩ resistors', yaml: loop(1000, 1000, 1000), says: [] },
    { name: 'closed like a short', yaml: loop(10_000, 1000, 10_000), says: [blurred('a short from closed')] },
    { name: 'closed like open', yaml: loop(10_000, 10_000, 1000), says: [blurred('closed from open')] },
    { name: 'open like a cut wire', yaml: loop(1000, 1000, 20_000), says: [blurred('open from a cut wire')] },
    {
      name: 'nothing like anything',
      yaml: loop(100_000, 100, 100),
      says: [blurred('a short from closed or closed from open')],
    },
    {
      name: 'of no resistance',
      yaml: loop(10_000, 0, 4700),
      says: ['devices[0].loop.endOfLine: 0 is out of bounds; use 100 to 1000000'],
    },
    {
      name: 'with a resistor missing',
      yaml: firmata('pin: A0, loop: { pullUp: 10000, endOfLine: 4700 }'),
      says: ['devices[0].loop.contact: is missing; use 100 to 1000000'],
    },
  ]);

  it('is read by bands whose borders lie midway', () => {
    const reads = houseOf(firmata(`pin: A0, ${LOOP}`)).boards[0]?.inputs[0]?.reads;
    // 4.7 of 14.7 at rest, 9.4 of 19.4 with the contact open.
    expect(reads).toEqual({
      loop: {
        short: expect.closeTo(0.1599, 4),
        closed: expect.closeTo(0.4021, 4),
        open: expect.closeTo(0.7423, 4),
      },
    });
  });
});

describe('a gateway', () => {
  const device = (name: string, profile: string) =>
    `{ id: ${profile.replace('_', '-')}-${name}, driver: serial, gateway: ${name}, profile: ${profile}, address: "7:1"${profile === 'mysensors' ? ', model: signed, supervision: 1h' : ''} }`;
  const node = `devices: [${device('gw', 'mysensors')}]`;
  const byId = 'port: /dev/serial/by-id/gw';
  rows([
    { name: 'takes its type from its devices', yaml: `${node}\ngateways: { gw: { ${byId} } }`, says: [] },
    {
      name: 'by its socket keeps its name too',
      yaml: `${node}\ngateways: { gw: { port: /dev/serial/by-path/gw } }`,
      says: [],
    },
    {
      name: 'warns of a name that changes',
      yaml: `${node}\ngateways: { gw: { port: /dev/ttyUSB0 } }`,
      says: [
        'warning: gateways.gw.port: "/dev/ttyUSB0" may have another name after the next start or replug; use the one under /dev/serial/by-id/',
      ],
    },
    {
      name: 'that is no path',
      yaml: `${node}\ngateways: { gw: { port: COM3 } }`,
      says: ['gateways.gw.port: "COM3" is not the path of a port; write one of /dev/serial/by-id/'],
    },
    {
      name: 'without a port',
      yaml: `${node}\ngateways: { gw: {} }`,
      says: ['gateways.gw.port: is missing; write the path of the serial port, one of /dev/serial/by-id/'],
    },
    {
      name: 'whose name is none',
      yaml: `gateways: { RF433: { type: rflink, ${byId} } }`,
      says: [
        'gateways.RF433: "RF433" is not an id; use small letters, digits, "-" and "_", at most 63, beginning with a letter or digit',
      ],
    },
    {
      name: 'that nobody uses',
      yaml: `gateways: { gw: { type: rflink, ${byId} } }`,
      says: ['warning: gateways.gw: no device is heard through it; give one gateway: gw, or remove it'],
    },
    {
      name: 'that nobody uses, of no type',
      yaml: `gateways: { gw: { ${byId} } }`,
      says: [
        'warning: gateways.gw: no device is heard through it; give one gateway: gw, or remove it',
        'gateways.gw.type: is missing; use rflink, mysensors, rfxtrx, rtl_433 or firmata',
      ],
    },
    {
      name: 'whose devices do not agree',
      yaml: `devices: [${device('gw', 'mysensors')}, { id: b, driver: firmata, gateway: gw, pin: 5 }]\ngateways: { gw: { ${byId} } }`,
      says: [
        'gateways.gw.type: is missing, and its devices say mysensors or firmata; use rflink, mysensors, rfxtrx, rtl_433 or firmata',
      ],
    },
    {
      name: 'of a type that is none',
      yaml: `${node}\ngateways: { gw: { ${byId}, type: mysensor } }`,
      says: ['gateways.gw.type: "mysensor" is not a gateway type; did you mean "mysensors"?'],
    },
    {
      name: 'that is not there',
      yaml: 'devices: [{ id: a, driver: firmata, gateway: unu, pin: 5 }]\ngateways: { uno: { type: firmata, port: /dev/serial/by-id/a } }',
      says: [
        'devices[0].gateway: there is no gateway "unu"; did you mean "uno"?',
        'warning: gateways.uno: no device is heard through it; give one gateway: uno, or remove it',
      ],
    },
    {
      name: 'where there is none',
      yaml: 'devices: [{ id: a, driver: firmata, gateway: uno, pin: 5 }]',
      says: ['devices[0].gateway: there is no gateway "uno"; add it under gateways'],
    },
    {
      name: 'of another type than a profile',
      yaml: `${node}\ngateways: { gw: { ${byId}, type: rfxtrx } }`,
      says: ['devices[0].profile: "gw" is a gateway of type rfxtrx; use profile: rfxtrx'],
    },
    {
      name: 'that is a board',
      yaml: `${node}\ngateways: { gw: { ${byId}, type: firmata } }`,
      says: ['devices[0].gateway: "gw" is of type firmata; use driver: firmata, or name another gateway'],
    },
    {
      name: 'that is no board',
      yaml: `devices: [{ id: a, driver: firmata, gateway: gw, pin: 5 }]\ngateways: { gw: { ${byId}, type: rfxtrx } }`,
      says: [
        'devices[0].gateway: "gw" is of type rfxtrx; use driver: serial and profile: rfxtrx, or name another gateway',
      ],
    },
    {
      name: 'speaks for no MQTT family',
      yaml: `devices: [{ id: a, driver: serial, gateway: gw, profile: zigbee2mqtt }]\ngateways: { gw: { ${byId}, type: rfxtrx } }`,
      says: [
        'devices[0].profile: "zigbee2mqtt" does not come from a serial gateway; use rflink, mysensors, rfxtrx or rtl_433',
      ],
    },
    {
      name: 'on a port of another',
      yaml: `devices: [${device('a', 'mysensors')}, { id: b, driver: firmata, gateway: b, pin: 5 }]\ngateways: { a: { ${byId} }, b: { ${byId} } }`,
      says: ['gateways.b.port: "/dev/serial/by-id/gw" is the port of gateways.a already; each has its own'],
    },
    {
      name: 'that is a program has no port',
      yaml: `gateways: { gw: { type: rtl_433, ${byId}, baud: 9600 } }\n`,
      says: [
        'warning: gateways.gw: no device is heard through it; give one gateway: gw, or remove it',
        'gateways.gw.port: rtl_433 is a program and finds its receiver itself; remove it',
        'gateways.gw.baud: rtl_433 is a program and finds its receiver itself; remove it',
      ],
    },
    {
      name: 'that is no program has no command',
      yaml: `${node}\ngateways: { gw: { ${byId}, command: [cat] } }`,
      says: ['gateways.gw.command: only rtl_433 is a program, and this is mysensors; remove it'],
    },
    {
      name: 'that is a board has no silence',
      yaml: firmata('pin: 5', 'gateways: { uno: { port: /dev/serial/by-id/a, silence: 10s } }'),
      says: ['gateways.uno.silence: a board is asked every few seconds anyway; remove it'],
    },
    {
      name: 'that is silent too soon',
      yaml: `${node}\ngateways: { gw: { ${byId}, silence: 4s } }`,
      says: ['gateways.gw.silence: "4s" is out of bounds; it may be 5s to 1h'],
    },
    {
      name: 'with an unknown key',
      yaml: `${node}\ngateways: { gw: { ${byId}, buad: 9600 } }`,
      says: ['gateways.gw.buad: "buad" is not a key here; did you mean "baud"?'],
    },
    {
      name: 'is no list',
      yaml: 'gateways: [{ port: /dev/ttyUSB0 }]',
      says: ['gateways: a list is not a group of names; write NAME: { … }, one a line'],
    },
    {
      name: 'is one of 32 at most',
      yaml: `gateways: { ${Array.from({ length: 33 }, (_, i) => `g${i}: { type: rtl_433 }`).join(', ')} }`,
      says: expect.arrayContaining(['gateways: has 33 entries; at most 32 are taken']) as unknown as readonly string[],
    },
    {
      name: 'one of whose devices has a slip is not asked for its type',
      yaml: 'devices: [{ id: a, driver: serial, gateway: gw, profile: 5 }]\ngateways: { gw: { port: /dev/serial/by-id/gw } }',
      says: ['devices[0].profile: 5 is not text; write text, in quotes if it looks like a number'],
    },
  ]);

  const compiled: readonly (readonly [string, string, object])[] = [
    ['rflink', byId, { type: 'rflink', port: '/dev/serial/by-id/gw', baud: 57_600, command: null, silenceMs: 60_000 }],
    ['mysensors', byId, { type: 'mysensors', baud: 115_200 }],
    ['rfxtrx', byId, { type: 'rfxtrx', baud: 38_400 }],
    ['rfxtrx', `${byId}, baud: 9600, silence: 5m`, { baud: 9600, silenceMs: 300_000 }],
    [
      'rtl_433',
      '',
      { type: 'rtl_433', port: null, command: ['rtl_433', '-F', 'json', '-M', 'level', '-M', 'noise:10'] },
    ],
    ['rtl_433', 'command: [/opt/rtl_433, -F, json]', { command: ['/opt/rtl_433', '-F', 'json'] }],
  ];
  for (const [profile, rest, expected] of compiled) {
    it(`${profile} with ${rest === '' ? 'nothing said' : rest}`, () => {
      const type = profile === 'rtl_433' ? 'type: rtl_433, ' : '';
      const house = houseOf(`devices: [${device('gw', profile)}]\ngateways: { gw: { ${type}${rest} } }`);
      expect(house.gateways).toHaveLength(1);
      expect(house.gateways[0]).toMatchObject({ id: 'gw', ...expected });
      expect(house.boards).toEqual([]);
    });
  }

  it('is opened without devices too, so that they can be learnt', () => {
    expect(
      houseOf(`gateways: { gw: { type: rflink, ${byId} }, uno: { type: firmata, port: /dev/serial/by-id/b } }`),
    ).toMatchObject({
      gateways: [{ id: 'gw' }],
      boards: [{ id: 'uno', port: '/dev/serial/by-id/b', baud: 57_600, inputs: [], outputs: [] }],
    });
  });
});

describe('a house on wires', () => {
  const house = houseOf(`devices:
  - { id: door, driver: gpio, line: 17, ${ENTRY} }
  - { id: hall, driver: gpio, line: { chip: gpio-sim.0, line: 3 }, signal: motion, activeLow: true, ${ROOM} }
  - { id: fob, driver: serial, gateway: rf, profile: rflink, address: "NewKaku:00c142", zone: { type: panic, on: [press, hold] } }
  - { id: shed, driver: firmata, gateway: uno, pin: A0, ${LOOP}, ${ENTRY} }
  - { id: glow, driver: firmata, gateway: uno, pin: A1, above: 0.6, activeLow: true, signal: motion }
  - { id: gate, driver: firmata, gateway: uno, pin: 7, ${ENTRY} }
outputs:
  - { id: siren, role: siren, driver: gpio, line: 22 }
  - { id: strobe, role: strobe, driver: gpio, line: 23, activeLow: true, onStop: keep }
  - { id: lamp, role: light, driver: firmata, gateway: uno, pin: 8, onStop: on }
gateways:
  rf: { port: /dev/serial/by-id/usb-RFLink, baud: 57600 }
  uno: { port: /dev/serial/by-id/usb-Arduino }`);

  it('has each device on a topic that no MQTT client can speak on, read by the family of its wire', () => {
    expect(house.devices.map(({ id, profile, topic, address }) => [id, profile, topic, address])).toEqual([
      ['door', 'gpio', '#gpio/header/17', null],
      ['hall', 'gpio', '#gpio/gpio-sim.0/3', null],
      ['fob', 'rflink', '#serial/rf/heard', 'NewKaku:00c142'],
      ['shed', 'firmata', '#firmata/uno/A0', null],
      ['glow', 'firmata', '#firmata/uno/A1', null],
      ['gate', 'firmata', '#firmata/uno/7', null],
    ]);
  });

  it('has each output where it is told', () => {
    expect(house.outputs).toEqual([
      {
        id: 'siren',
        name: 'siren',
        role: 'siren',
        profile: 'gpio',
        model: null,
        topic: '#gpio/header/22',
        address: null,
      },
      {
        id: 'strobe',
        name: 'strobe',
        role: 'strobe',
        profile: 'gpio',
        model: null,
        topic: '#gpio/header/23',
        address: null,
      },
      {
        id: 'lamp',
        name: 'lamp',
        role: 'light',
        profile: 'firmata',
        model: null,
        topic: '#firmata/uno/8',
        address: null,
      },
    ]);
  });

  it('asks for its lines', () => {
    expect(house.gpio).toEqual({
      inputs: [
        { chip: null, line: 17, topic: '#gpio/header/17', activeLow: false, bias: 'pull-up', filterMs: 10 },
        { chip: 'gpio-sim.0', line: 3, topic: '#gpio/gpio-sim.0/3', activeLow: true, bias: 'pull-up', filterMs: 10 },
      ],
      outputs: [
        { chip: null, line: 22, topic: '#gpio/header/22', activeLow: false, onStop: 'off' },
        { chip: null, line: 23, topic: '#gpio/header/23', activeLow: true, onStop: 'keep' },
      ],
    });
  });

  it('asks for its board', () => {
    expect(house.boards).toEqual([
      {
        id: 'uno',
        port: '/dev/serial/by-id/usb-Arduino',
        baud: 57_600,
        inputs: [
          { topic: '#firmata/uno/A0', pin: 'A0', activeLow: false, pullUp: false, reads: { loop: expect.anything() } },
          {
            topic: '#firmata/uno/A1',
            pin: 'A1',
            activeLow: true,
            pullUp: false,
            reads: { above: 0.6, hysteresis: 0.02 },
          },
          { topic: '#firmata/uno/7', pin: '7', activeLow: false, pullUp: true, reads: null },
        ],
        outputs: [{ topic: '#firmata/uno/8', pin: '8', activeLow: false, onStop: 'on' }],
      },
    ]);
  });

  it('lets a press of 50 ms through each filter', () => {
    expect(house.gpio.inputs.every(({ filterMs }) => filterMs <= 20)).toBe(true);
  });

  it('holds what a copied closing says of a radio', () => {
    const [, , fob] = house.devices;
    expect([fob?.sensing.debounce, fob?.sensing.repeats]).toEqual([3000, 3000]);
  });

  it('is never lost by silence on a wire', () => {
    expect([house.devices[0], house.devices[3]].map((device) => device?.sensing.supervision)).toEqual([null, null]);
  });
});

describe('what is on wires and what is not', () => {
  rows([
    {
      name: 'a topic of a wire is none of MQTT',
      yaml: 'devices: [{ id: a, profile: zigbee2mqtt, topic: "#gpio/header/17" }]',
      says: ['devices[0].topic: has a wildcard; name one topic'],
    },
    ...(['gpio', 'firmata'] as const).map((profile) => ({
      name: `profile ${profile} over MQTT`,
      yaml: `devices: [{ id: a, profile: ${profile}, topic: a }]`,
      says: [`devices[0].profile: ${profile} does not come over MQTT; set driver: ${profile}`],
    })),
    {
      name: 'profile rflink over MQTT',
      yaml: 'devices: [{ id: a, profile: rflink, topic: a, address: "a:1" }]',
      says: ['devices[0].profile: rflink does not come over MQTT; set driver: serial'],
    },
    {
      name: 'profile rtl_433 over MQTT',
      yaml: 'devices: [{ id: a, profile: rtl_433, topic: a, address: "a:1" }]',
      says: [`warning: devices[0].profile: ${COPIED}`],
    },
    {
      name: 'radio that can be copied',
      yaml: serial('gateway: rf, profile: rflink, address: "NewKaku:00c142"'),
      says: [`warning: devices[0].profile: ${COPIED}`],
    },
    {
      name: 'a hold that is never told',
      yaml: serial(
        'gateway: rf, profile: rflink, address: "NewKaku:00c142", zone: { type: panic, on: [hold, double] }',
      ),
      says: [
        `warning: devices[0].profile: ${COPIED}`,
        'devices[0].zone.on: this device never tells hold or double, only press; use what it tells',
      ],
    },
    {
      name: 'radio that only listens',
      yaml: `outputs: [{ id: s, role: siren, driver: serial, gateway: sdr, profile: rtl_433, address: "a:1" }]\ngateways: { sdr: { type: rtl_433 } }`,
      says: ['outputs[0].profile: rtl_433 only listens and can switch nothing; name another profile'],
    },
    {
      name: 'radio that switches',
      yaml: `outputs: [{ id: s, role: siren, driver: serial, gateway: rf, profile: mysensors, model: signed, address: "1:2" }]\n${RFLINK}`,
      says: [],
    },
    {
      name: 'wires need no user of the broker',
      yaml: `${gpio('line: 17')}\nmqtt: { users: [{ name: a, password: !secret password, publish: ["z/#"] }] }`,
      says: [],
    },
    {
      name: 'a detector on a wire lights the way',
      yaml: 'site: { id: h, timezone: UTC, location: { latitude: 50, longitude: 0 } }\ndevices: [{ id: a, driver: gpio, line: 17, signal: motion }]\noutputs: [{ id: l, role: light, driver: gpio, line: 22 }]\nlighting: [{ id: r, motion: [a], lights: [l] }]',
      says: [],
    },
    {
      name: 'a contact on a wire does not',
      yaml: 'site: { id: h, timezone: UTC, location: { latitude: 50, longitude: 0 } }\ndevices: [{ id: a, driver: gpio, line: 17 }]\noutputs: [{ id: l, role: light, driver: gpio, line: 22 }]\nlighting: [{ id: r, motion: [a], lights: [l] }]',
      says: ['lighting[0].motion[0]: "a" tells of no motion; give it signal: motion, or name a motion detector'],
    },
  ]);
});
