import {
  chmodSync,
  copyFileSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { familyFacts, loadDevices } from '../../src/site/devices.ts';
import { type Added, addDevice, type DeviceToAdd, lineOf } from '../../src/site/learn.ts';
import { completed, tempFolder } from './fixtures/config.ts';

const root = resolve(import.meta.dirname, '../..');
const loaded = loadDevices(join(root, 'devices'), 'profiles').families;
const families = new Map([...loaded].map(([name, family]) => [name, familyFacts(family)]));
const options = { families, credentialsDirectory: null };

const device = (over: Partial<DeviceToAdd> = {}): DeviceToAdd => ({
  id: 'new-door',
  name: null,
  profile: 'zigbee2mqtt',
  gateway: null,
  topic: 'zigbee2mqtt/new-door',
  model: null,
  address: null,
  signal: null,
  zone: { type: 'entry', modes: null },
  ...over,
});

const RECIPIENT = 'age1rrs4kedzc6sxmnszv35gqnhxkhezehgjm9wqq6dvx7ke58ewfs8qyq49a3';
const LINE =
  '{ id: new-door, profile: zigbee2mqtt, topic: zigbee2mqtt/new-door, zone: { type: entry, modes: [away, home, night] } }';

function fileOf(text: string): string {
  const file = join(tempFolder(), 'hub.yaml');
  writeFileSync(file, text);
  writeFileSync(join(dirname(file), 'secrets.yaml'), 'sid: AC1\ntoken: a token\n');
  return file;
}

const house = (devices: string): string =>
  `site: { id: hub-7f3a, timezone: Europe/London } # nothing telling\n${devices}mqtt: { listen: { port: 0 } }\n`;
const A = '{ id: a, profile: zigbee2mqtt, topic: z/a }';

/** What is on the disk after an addition that must be accepted. */
function added(text: string, what = device()): string {
  const file = fileOf(text);
  const done = addDevice(file, what, options);
  expect(done).toMatchObject({ ok: true, line: lineOf(what) });
  return readFileSync(file, 'utf8');
}

describe('a device is added as one line, and nothing else in the file changes', () => {
  const rows: readonly (readonly [name: string, before: string, after: string])[] = [
    ['after the last', house(`devices:\n  - ${A}\n`), house(`devices:\n  - ${A}\n  - ${LINE}\n`)],
    ['in the indent of the list', house(`devices:\n- ${A}\n`), house(`devices:\n- ${A}\n- ${LINE}\n`)],
    [
      'after one of several lines',
      house('devices:\n    - id: a\n      profile: zigbee2mqtt\n      topic: z/a\n\n\n'),
      house(`devices:\n    - id: a\n      profile: zigbee2mqtt\n      topic: z/a\n    - ${LINE}\n\n\n`),
    ],
    [
      'between comments',
      house(`devices: # here\n  # the first\n  - ${A} # upstairs\n  # an old one\n\n# the rest\n`),
      house(`devices: # here\n  # the first\n  - ${A} # upstairs\n  - ${LINE}\n  # an old one\n\n# the rest\n`),
    ],
    ['where there was none', house(''), `${house('')}devices:\n  - ${LINE}\n`],
    ['where the last line has no end', house('').trimEnd(), `${house('')}devices:\n  - ${LINE}\n`],
    [
      'with the line ends of the file',
      house(`devices:\n  - ${A}\n`).replaceAll('\n', '\r\n'),
      house(`devices:\n  - ${A}\n  - ${LINE}\n`).replaceAll('\n', '\r\n'),
    ],
    [
      'at the end',
      `site: { id: hub-7f3a, timezone: Europe/London }\ndevices:\n  - ${A}`,
      `site: { id: hub-7f3a, timezone: Europe/London }\ndevices:\n  - ${A}\n  - ${LINE}\n`,
    ],
    [
      'after one with a text of several lines',
      house('devices:\n  - id: a\n    profile: zigbee2mqtt\n    topic: z/a\n    name: >-\n      A long\n      name\n'),
      house(
        `devices:\n  - id: a\n    profile: zigbee2mqtt\n    topic: z/a\n    name: >-\n      A long\n      name\n  - ${LINE}\n`,
      ),
    ],
  ];
  for (const [name, before, after] of rows) it(name, () => expect(added(before)).toBe(after));

  for (const name of ['example.yaml', 'demo.yaml']) {
    it(`the shipped ${name} but for one line`, () => {
      const file = join(tempFolder(), 'hub.yaml');
      copyFileSync(join(root, 'config', name), file);
      const secrets = readFileSync(join(root, 'config/secrets.example.yaml'), 'utf8');
      writeFileSync(join(dirname(file), 'secrets.yaml'), `${secrets}evidence_public: ${RECIPIENT}\n`);
      for (const beside of ['broker-ca.pem', 'lantern.pem', 'lantern.key'])
        writeFileSync(join(dirname(file), beside), '');
      const before = readFileSync(file, 'utf8').split('\n');
      const done = addDevice(file, device(), options);
      expect(done.ok ? [] : [done.why, ...done.problems]).toEqual([]);
      const after = readFileSync(file, 'utf8').split('\n');
      expect(after.filter((line) => !before.includes(line))).toEqual([`  - ${LINE}`]);
      expect(after.filter((line) => line !== `  - ${LINE}`)).toEqual(before);
    });
  }
});

describe('a list that is not one of lines is printed anew, with its comments and secrets', () => {
  const rows: readonly (readonly [name: string, devices: string])[] = [
    ['in brackets', `devices: [${A}] # these\n`],
    ['empty brackets', 'devices: [] # these\n'],
    ['with a mark of its own', `devices: # these\n  - &one ${A}\n`],
  ];
  for (const [name, devices] of rows) {
    it(name, () => {
      const text = completed(house(devices));
      const after = added(text);
      expect(after).toContain('# these');
      expect(after).toContain('# nothing telling');
      expect(after.match(/!secret/g)).toEqual(text.match(/!secret/g));
    });
  }
});

describe('what is written', () => {
  const rows: readonly (readonly [what: Partial<DeviceToAdd>, line: string])[] = [
    [
      { name: 'Front door', model: 'SNZB-04' },
      '{ id: new-door, name: Front door, profile: zigbee2mqtt, model: SNZB-04, topic: zigbee2mqtt/new-door, zone: { type: entry, modes: [away, home, night] } }',
    ],
    [{ zone: null }, '{ id: new-door, profile: zigbee2mqtt, topic: zigbee2mqtt/new-door }'],
    [
      { zone: { type: 'interior', modes: null } },
      '{ id: new-door, profile: zigbee2mqtt, topic: zigbee2mqtt/new-door, zone: { type: interior, modes: [away] } }',
    ],
    [
      { zone: { type: 'tremor', modes: ['night'] } },
      '{ id: new-door, profile: zigbee2mqtt, topic: zigbee2mqtt/new-door, zone: { type: tremor, modes: [night] } }',
    ],
    [
      {
        id: 'fob',
        profile: 'rtl_433',
        topic: 'rtl/events',
        address: 'Some-Remote:7',
        zone: { type: 'panic', modes: null },
      },
      '{ id: fob, profile: rtl_433, topic: rtl/events, address: "Some-Remote:7", zone: { type: panic } }',
    ],
    [
      {
        id: 'fob',
        profile: 'rflink',
        gateway: 'rf433',
        topic: '#serial/rf433/heard',
        address: 'NewKaku:00c142',
        zone: null,
      },
      '{ id: fob, driver: serial, gateway: rf433, profile: rflink, address: "NewKaku:00c142" }',
    ],
    [
      { topic: 'z/0x00158d: #1, {x}', name: 'yes', signal: 'motion', zone: null },
      '{ id: new-door, name: "yes", profile: zigbee2mqtt, topic: "z/0x00158d: #1, {x}", signal: motion }',
    ],
  ];
  for (const [what, line] of rows) it(line, () => expect(lineOf(device(what))).toBe(line));

  it('is read back as it was meant, whatever is in it', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 40 }), (name) => {
        expect(parse(lineOf(device({ name })))).toMatchObject({ id: 'new-door', name });
      }),
    );
  });

  it('what can be copied is called so', () => {
    const fob = device({ id: 'fob', profile: 'rtl_433', topic: 'rtl/events', address: 'Some-Remote:7', zone: null });
    const done = addDevice(fileOf(house(`devices:\n  - ${A}\n`)), fob, options);
    const warnings = done.ok ? done.warnings.map(({ path, message }) => `${path} ${message}`) : [];
    expect(warnings).toEqual([expect.stringMatching(/^devices\[1\]\.profile .*is unsupervised.*can be copied/)]);
  });
});

it('one that a serial radio hears is written by its gateway, and called what it is', () => {
  const file = fileOf(house('gateways: { rf433: { type: rflink, port: /dev/null, baud: 57600 } }\n'));
  const fob = {
    id: 'fob',
    profile: 'rflink',
    gateway: 'rf433',
    topic: '#serial/rf433/heard',
    address: 'NewKaku:00c142',
  };
  const done = addDevice(file, device({ ...fob, zone: { type: 'panic', modes: null } }), options);
  expect(done.ok ? done.warnings.map(({ message }) => message) : done).toEqual([
    expect.stringMatching(/is unsupervised.*can be copied/),
  ]);
  expect(parse(readFileSync(file, 'utf8')).devices).toEqual([
    {
      id: 'fob',
      driver: 'serial',
      gateway: 'rf433',
      profile: 'rflink',
      address: 'NewKaku:00c142',
      zone: { type: 'panic' },
    },
  ]);
});

/** The text that is there, and what is beside it. */
const onDisk = (file: string): unknown => [readFileSync(file, 'utf8'), readdirSync(dirname(file))];

describe('what is refused leaves the file as it was', () => {
  const good = house(`devices:\n  - ${A}\n`);
  type Row = readonly [name: string, text: string, what: Partial<DeviceToAdd>, why: RegExp, problem: RegExp | null];
  const rows: readonly Row[] = [
    ['an id that is taken', good, { id: 'a' }, /would be refused/, /devices\[1\]\.id: .*"a"/],
    ['a zone type with a slip', good, { zone: { type: 'entri', modes: null } }, /would be refused/, /"entry"/],
    ['a profile nobody knows', good, { profile: 'zigbee' }, /would be refused/, /zigbee2mqtt/],
    ['an address that is missing', good, { profile: 'rtl_433' }, /would be refused/, /address: is missing/],
    ['a mode that is none', good, { zone: { type: 'entry', modes: ['holiday'] } }, /would be refused/, /holiday/],
    ['a config that is refused already', house('devices: 7\n'), {}, /mend it first/, /devices/],
    ['nothing behind the key', house('devices:\n'), {}, /mend it first/, /devices/],
    ['no YAML', 'site: [', {}, /mend it first/, /not valid YAML/],
    ['a list that is an alias', `x: &l [${A}]\ndevices: *l\n${house('')}`, {}, /mend it first/, /x/],
  ];
  for (const [name, text, what, why, problem] of rows) {
    it(name, () => {
      const file = fileOf(text);
      const before = onDisk(file);
      const done = addDevice(file, device(what), options);
      expect(done).toMatchObject({ ok: false, why: expect.stringMatching(why) });
      const problems = done.ok
        ? []
        : done.problems.map((one) => `${one.file}:${one.line}: ${one.path}: ${one.message}`);
      expect(problems.join('\n')).toMatch(problem ?? /^$/);
      expect(problems.every((line) => line.startsWith(file))).toBe(true);
      expect(onDisk(file)).toEqual(before);
    });
  }

  it('no file', () => {
    const done = addDevice(join(tempFolder(), 'none.yaml'), device(), options);
    expect(done).toMatchObject({ ok: false, problems: [{ message: expect.stringContaining('no such file') }] });
  });

  it('a link into another folder', () => {
    const file = fileOf(good);
    const link = join(tempFolder(), 'hub.yaml');
    symlinkSync(file, link);
    expect(addDevice(link, device(), options)).toMatchObject({ ok: false, why: expect.stringContaining(file) });
    expect(lstatSync(link).isSymbolicLink()).toBe(true);
    expect(readFileSync(file, 'utf8')).toBe(good);
  });

  it('a name beside it that is taken', () => {
    const file = fileOf(good);
    mkdirSync(join(dirname(file), `.hub.yaml.${process.pid}.new`));
    const done: Added = addDevice(file, device(), options);
    expect(done).toMatchObject({ ok: false, why: expect.stringMatching(/cannot be replaced \(EEXIST\)/) });
    expect(readFileSync(file, 'utf8')).toBe(good);
  });
});

describe('the file', () => {
  it('keeps its rights', () => {
    const file = fileOf(house(`devices:\n  - ${A}\n`));
    chmodSync(file, 0o640);
    const { uid, gid } = statSync(file);
    expect(addDevice(file, device(), options).ok).toBe(true);
    const { mode, uid: uidAfter, gid: gidAfter } = statSync(file);
    expect([mode & 0o777, uidAfter, gidAfter]).toEqual([0o640, uid, gid]);
    expect(readdirSync(dirname(file)).sort()).toEqual(['hub.yaml', 'secrets.yaml']);
  });

  it('takes one after the other', () => {
    const file = fileOf(house(`devices:\n  - ${A}\n`));
    for (const id of ['b', 'c', 'd']) {
      expect(addDevice(file, device({ id, topic: `z/${id}` }), options).ok).toBe(true);
    }
    expect(parse(readFileSync(file, 'utf8')).devices.map(({ id }: { readonly id: string }) => id)).toEqual([
      'a',
      'b',
      'c',
      'd',
    ]);
  });
});
