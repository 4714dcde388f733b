import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { hours, minutes, seconds } from '../../src/base/time.ts';
import { loadHouse } from '../../src/site/config.ts';
import { familyFacts, loadDevices } from '../../src/site/devices.ts';
import type { House } from '../../src/site/house.ts';
import { completed } from './fixtures/config.ts';

const shipped = loadDevices(resolve(import.meta.dirname, '../../devices'), 'profiles').families;
const families = new Map([...shipped].map(([name, family]) => [name, familyFacts(family)]));

/** The gateway that a device names, of the type that fits. */
function gatewayOf(entry: string): string {
  const name = /gateway: ([\w-]+)/.exec(entry)?.[1];
  if (name === undefined) return '';
  const rest = entry.includes('profile: rtl_433') ? '{ type: rtl_433 }' : '{ port: /dev/serial/by-id/usb-1 }';
  return `\ngateways: { ${name}: ${rest} }`;
}

function load(list: 'devices' | 'outputs', entry: string) {
  const folder = mkdtempSync(join(tmpdir(), 'lantern-address-'));
  writeFileSync(join(folder, 'hub.yaml'), completed(`${list}: [{ ${entry} }]${gatewayOf(entry)}`));
  for (const [name, value] of [
    ['sid', 'AC00000000000000000000000000000000'],
    ['token', 'a token'],
  ] as const) {
    writeFileSync(join(folder, name), value, { mode: 0o600 });
  }
  return loadHouse(join(folder, 'hub.yaml'), { families, credentialsDirectory: folder });
}

/** What is said of the one device or output, by its key. */
function said(list: 'devices' | 'outputs', entry: string): readonly string[] {
  const loaded = load(list, entry);
  const told = loaded.ok ? loaded.warnings : loaded.problems;
  return told.map(({ severity, path, message }) => `${severity} ${path.replace(/^\w+\[0\]\.?/, '')}: ${message}`);
}

const DOOR = 'zone: { type: perimeter, modes: [away] }';
const UNSUPERVISED = 'is unsupervised: nobody notices when it falls silent';
const COPIED = 'can be copied: whoever records its messages can send them again';
const weak = (...why: readonly string[]): string =>
  `warning profile: this device ${why.join(', and ')}; let it add to others, not stand alone`;

describe('an address', () => {
  const rows: readonly (readonly [string, string, readonly string[]])[] = [
    [
      'is missing where many devices share a topic',
      `id: a, profile: rtl_433, topic: r, ${DOOR}`,
      [
        'error address: is missing; many devices of rtl_433 share a topic, so name the one, as in "Kerui-Security:840811"',
        weak(UNSUPERVISED, COPIED),
      ],
    ],
    [
      'means nothing where each device has a topic',
      `id: a, profile: zigbee2mqtt, topic: z/a, address: b, ${DOOR}`,
      ['error address: means nothing for zigbee2mqtt, where each device has a topic of its own; remove it'],
    ],
    [
      'has no blanks',
      `id: a, profile: rtl_433, topic: r, address: "Kerui 7", supervision: 1h, ${DOOR}`,
      [
        weak(COPIED),
        'error address: "Kerui 7" is not an address; write it as `lantern devices seen` shows it, as in "Kerui-Security:840811"',
      ],
    ],
    [
      'of a part is one word',
      `id: a, profile: shelly, topic: s, address: "relay/1", ${DOOR}`,
      ['error address: "relay/1" is not an address; write which part of the device, as in "1"'],
    ],
    ['of a part may be left out', `id: a, profile: shelly, topic: s, ${DOOR}`, []],
    ['of a part is taken', `id: a, profile: tasmota, topic: t, address: "2", ${DOOR}`, []],
    [
      'is text',
      `id: a, profile: tasmota, topic: t, address: 2, ${DOOR}`,
      ['error address: 2 is not text; write text, in quotes if it looks like a number'],
    ],
  ];
  for (const [name, entry, expected] of rows) {
    it(name, () => {
      expect([...said('devices', entry)].sort()).toEqual([...expected].sort());
    });
  }
});

describe('what a device cannot do by its nature is said', () => {
  const rows: readonly (readonly [string, string, readonly string[]])[] = [
    ['rtl_433, model of no file', 'rtl_433, topic: r, address: "Nexus:7"', [weak(UNSUPERVISED, COPIED)]],
    ['rtl_433, a model that reports', 'rtl_433, topic: r, address: "DSC-Security:7"', [weak(COPIED)]],
    ['a gateway’s word is not its devices’', 'openmqttgateway, topic: h, address: "7"', [weak(UNSUPERVISED, COPIED)]],
    ['ESPHome has a last will', 'esphome, topic: n/binary_sensor/a', []],
    ['Tasmota speaks', 'tasmota, topic: t', []],
    ['Shelly on the mains has a last will', 'shelly, topic: shellies/shelly1-328900', []],
    ['Shelly on battery speaks', 'shelly, topic: shellies/shellydw2-A4CF12F43189', []],
  ];
  for (const [name, device, expected] of rows) {
    it(name, () => {
      expect(said('devices', `id: a, profile: ${device}, ${DOOR}`)).toEqual(expected);
    });
  }
});

it('a family that only listens switches nothing', () => {
  expect(said('outputs', 'id: a, role: siren, profile: rtl_433, topic: r, address: "x:1"')).toEqual([
    'error profile: rtl_433 only listens and can switch nothing; name another profile',
  ]);
});

describe('the house', () => {
  function device(entry: string): House['devices'][number] | undefined {
    const loaded = load('devices', entry);
    return loaded.ok ? loaded.house.devices[0] : undefined;
  }

  it('takes the model from the address', () => {
    expect(device(`id: a, profile: rtl_433, topic: r, address: "DSC-Security:7", ${DOOR}`)).toMatchObject({
      model: 'DSC-Security',
      address: 'DSC-Security:7',
      sensing: { supervision: minutes(150), repeats: seconds(3), debounce: seconds(3) },
    });
  });

  it('takes the model from the topic', () => {
    const found = device(`id: a, profile: shelly, topic: shellies/shellydw2-A4CF12F43189, ${DOOR}`);
    expect(found).toMatchObject({ model: 'shellydw2', sensing: { supervision: hours(13), repeats: 0, debounce: 0 } });
  });

  it('the config’s model goes first', () => {
    const found = device(`id: a, profile: shelly, model: shellyflood, topic: shellies/shellydw2-A4CF12F43189, ${DOOR}`);
    expect(found?.model).toBe('shellyflood');
  });

  it('a closing holds longer where the config says so', () => {
    const found = device(`id: a, profile: rtl_433, topic: r, address: "DSC-Security:7", debounce: 5s, ${DOOR}`);
    expect(found?.sensing.debounce).toBe(seconds(5));
  });

  it('what is never missed stays so', () => {
    expect(device(`id: a, profile: rtl_433, topic: r, address: "Nexus:7", ${DOOR}`)?.sensing.supervision).toBeNull();
  });

  const rows: readonly (readonly [string, string])[] = [
    ['type: entry, modes: [away]', 'contact'],
    ['type: perimeter, modes: [away]', 'contact'],
    ['type: interior, modes: [away]', 'motion'],
    ['type: tremor, modes: [away]', 'vibration'],
    ['type: panic', 'button'],
    ['type: tamper', 'contact'],
    ['type: fire', 'smoke'],
    ['type: technical', 'leak'],
    ['type: notice', 'contact'],
    ['type: chime', 'contact'],
  ];
  for (const [zone, means] of rows) {
    it(`a bare on in a zone of ${zone} means ${means}`, () => {
      expect(device(`id: a, profile: tasmota, topic: t, zone: { ${zone} }`)?.means).toBe(means);
    });
  }

  it('the config’s signal goes first', () => {
    const found = device(`id: a, profile: tasmota, topic: t, signal: contact, zone: { type: interior, modes: [away] }`);
    expect(found?.means).toBe('contact');
  });
});

describe('the lines that devices/README.md shows', () => {
  const readme = readFileSync(resolve(import.meta.dirname, '../../devices/README.md'), 'utf8');
  const lines = [...readme.matchAll(/^\| `(\w+)` .*`\{ (id: .*) \}` \|$/gm)];
  it('are one for each family', () => {
    expect(lines.map(([, family]) => family).sort()).toEqual([...families.keys()]);
  });
  for (const [, family = '', entry = ''] of lines) {
    it(`${family} is accepted`, () => {
      const loaded = load('devices', entry);
      expect(loaded.ok ? loaded.house.devices.map(({ profile }) => profile) : loaded.problems).toEqual([family]);
    });
  }
});
