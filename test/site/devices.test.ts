import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { hours, minutes } from '../../src/base/time.ts';
import { decode, decodeStray } from '../../src/sense/decode.ts';
import { modelOf, topicFor } from '../../src/sense/profile.ts';
import { addressOf } from '../../src/sense/reader.ts';
import type { Example, Family } from '../../src/site/devices.ts';
import { familyFacts, loadDevices } from '../../src/site/devices.ts';
import { devicesDirectory, message } from '../sense/profiles.ts';

const scratch = mkdtempSync(join(tmpdir(), 'lantern-devices-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

const shipped = loadDevices(devicesDirectory, 'profiles-and-examples');
const families = [...shipped.families.values()];

/** What Lantern makes of an example, in the words the example expects. */
function outcome(example: Example, family: (typeof families)[number]): unknown {
  const { level } = example.topic;
  // A device as the pattern wants it: with the level it is for, and enough of them.
  const device = level === undefined ? 'base/kind/device' : `base/${level}/device`;
  const { address, means } = example;
  const topic = topicFor(example.topic, device, addressOf(family.sense, address)) ?? 'no topic';
  const raw = message(topic, example.payload, example.stored ? 'stored' : 'live');
  const decoded = decode(family.sense, example.model, device, raw, { address, means });
  return decoded.ok ? decoded.signals : 'refused';
}

/** Text cannot be cut so that it is none; there a payload is broken that is no word of the family. */
function isRefused({ expect: expected, payload }: Example, family: Family): boolean {
  const texts = family.sense.common.topics.every((topic) => topic.payload === 'text');
  return expected === 'refused' || (texts && payload !== '' && Object.keys(expected).length === 0);
}

describe('the shipped files', () => {
  it('are found, and nothing is wrong with them', () => {
    expect(shipped.problems).toEqual([]);
    const folders = readdirSync(devicesDirectory, { withFileTypes: true }).filter((entry) => entry.isDirectory());
    expect([...shipped.families.keys()]).toEqual(folders.map(({ name }) => name).sort());
    expect(folders.length).toBeGreaterThan(1);
  });

  for (const family of families) {
    for (const example of family.examples) {
      it(`${family.name} ${example.model ?? 'in common'}: ${example.name}`, () => {
        expect(outcome(example, family)).toEqual(example.expect);
      });
    }

    for (const file of new Set([
      ...family.models.map((model) => model.file),
      join(devicesDirectory, family.name, 'family.yaml'),
    ])) {
      const examples = family.examples.filter((example) => example.file === file);
      it(`${file.slice(devicesDirectory.length + 1)} has a payload, a broken one and an empty one`, () => {
        expect(examples.some((example) => example.expect !== 'refused' && example.payload !== '')).toBe(true);
        expect(examples.some((example) => isRefused(example, family))).toBe(true);
        expect(examples.some((example) => example.payload === '')).toBe(true);
      });
    }

    it(`${family.name}: a dozen payloads at least`, () => {
      expect(family.examples.length).toBeGreaterThanOrEqual(14);
    });

    it(`${family.name}: each file is read, and is named after its model`, () => {
      const files = readdirSync(join(devicesDirectory, family.name)).filter((name) => name !== 'family.yaml');
      // A wire has no models: what hangs on it says only on or off.
      expect(files.length > 0).toBe(!['gpio', 'firmata'].includes(family.name));
      expect(family.models.map((model) => `${model.name}.yaml`).sort()).toEqual(files.sort());
    });

    for (const model of family.sense.models.keys()) {
      it(`${family.name} ${model}: a model as the family's own where it adds nothing`, () => {
        expect(modelOf(family.sense, model).topics.length).toBeGreaterThanOrEqual(family.sense.common.topics.length);
      });
    }
  }
});

describe('what the config check is told', () => {
  const facts = families.filter(({ name }) => name === 'zigbee2mqtt').map(familyFacts)[0];
  it('the models by all their names', () => {
    expect(facts?.models).toContain('SNZB-04');
    expect(facts?.models).toContain('KEPZB-110');
  });
  const rows: readonly (readonly [string | null, number])[] = [
    [null, hours(2)],
    ['NO-SUCH-1', hours(2)],
    ['MCCGQ11LM', hours(2)],
    ['SNZB-04', minutes(150)],
    ['SNZB-01', hours(25)],
  ];
  for (const [model, silence] of rows) {
    it(`${model ?? 'no model'} may be silent for ${silence} ms`, () => {
      expect(facts?.supervision(model)).toBe(silence);
    });
  }
});

describe('loading', () => {
  it('leaves the examples out unless asked', () => {
    const quick = loadDevices(devicesDirectory, 'profiles');
    expect(quick.problems).toEqual([]);
    expect([...quick.families.values()].flatMap((family) => family.examples)).toEqual([]);
    expect([...quick.families.values()][0]?.sense).toEqual(families[0]?.sense);
  });

  it('a new sensor model is one new file', () => {
    const directory = copyOfShipped();
    writeFileSync(
      join(directory, 'zigbee2mqtt', 'NEW-1.yaml'),
      `model: NEW-1
title: A new door contact
topics:
  - topic: $device
    payload: json
    rules: [{ from: opening.state, to: contact, values: { ajar: open, shut: closed } }]
---
examples:
  - { name: opened, payload: '{"opening":{"state":"ajar"}}', expect: { contact: open }, source: a bench }
  - { name: cut off, payload: '{"open', expect: refused, source: a bench }
  - { name: emptied, payload: '', expect: {}, source: a bench }
`,
    );
    const { families: loaded, problems } = loadDevices(directory, 'profiles-and-examples');
    const family = loaded.get('zigbee2mqtt');
    expect(problems).toEqual([]);
    const examples = family?.examples.filter((example) => example.model === 'NEW-1') ?? [];
    expect(examples).toHaveLength(3);
    for (const example of examples) {
      expect(family && outcome(example, family)).toEqual(example.expect);
    }
  });

  const fresh: readonly (readonly [string, string, string, string, string, object])[] = [
    [
      'shelly',
      'shellynew9',
      'topics: [{ topic: $device/sensor/latch, payload: text, rules: [{ from: $payload, to: contact, values: { up: open, down: closed } }] }]',
      'shellies/shellynew9-F3B2D8',
      'shellies/shellynew9-F3B2D8/sensor/latch UP',
      { contact: 'open' },
    ],
    [
      'rtl_433',
      'New-Shock',
      'topics: [{ topic: $device, payload: json, rules: [{ from: shaken, to: vibration, live: true }] }]',
      'rtl_433/attic/events',
      'rtl_433/attic/events {"model":"New-Shock","id":"a7","shaken":1}',
      { vibration: true },
    ],
  ];
  for (const [name, model, rules, device, told, signals] of fresh) {
    it(`a new model of ${name} is one new file, and found by its name`, () => {
      const directory = copyOfShipped();
      const text = `model: ${model}\ntitle: A new one\nsupervision: 1h\n${rules}\n`;
      writeFileSync(join(directory, name, `${model}.yaml`), text);
      const { families: loaded, problems } = loadDevices(directory, 'profiles');
      const family = loaded.get(name);
      const [topic = '', payload = ''] = told.split(/ (.*)/);
      expect(problems).toEqual([]);
      const stray = family && decodeStray(family.sense, message(topic, payload));
      expect(stray).toMatchObject({ topic: device, decoded: { signals } });
      expect(family && familyFacts(family).supervision(model)).toBe(hours(1));
    });
  }

  it('the model that the README shows works as it stands', () => {
    const readme = readFileSync(join(devicesDirectory, 'README.md'), 'utf8');
    const shown = /```yaml\n([\s\S]*?)```/.exec(readme)?.[1] ?? 'no example';
    const directory = copyOfShipped();
    const file = join(directory, 'zigbee2mqtt', 'SNZB-04.yaml');
    writeFileSync(file, shown);
    const { families: loaded, problems } = loadDevices(directory, 'profiles-and-examples');
    const family = loaded.get('zigbee2mqtt');
    expect(problems).toEqual([]);
    const examples = family?.examples.filter((example) => example.file === file) ?? [];
    expect(examples).toHaveLength(3);
    for (const example of examples) {
      expect(family && outcome(example, family)).toEqual(example.expect);
    }
  });

  it('a new family is one new folder', () => {
    const directory = copyOfShipped();
    mkdirSync(join(directory, 'homemade'));
    writeFileSync(join(directory, 'homemade', 'family.yaml'), homemade);
    const { families: loaded, problems } = loadDevices(directory, 'profiles');
    const sense = loaded.get('homemade')?.sense;
    expect(problems).toEqual([]);
    expect(sense && decode(sense, null, 'door', message('tele/door/SENSOR', '{"Switch1":"ON"}'))).toMatchObject({
      signals: { contact: 'open' },
    });
    expect(sense && decode(sense, null, 'door', message('tele/door/LWT', 'Offline'))).toMatchObject({
      signals: { online: false },
    });
  });
});

describe('what is wrong with a file is told with its place and a remedy', () => {
  const head = 'model: BAD-1\ntitle: Bad\n';
  const rules = (rule: string) =>
    `${head}topics:\n  - topic: $device\n    payload: json\n    rules:\n      - ${rule}\n`;
  const rows: readonly (readonly [string, string, string])[] = [
    [
      'no YAML',
      `${head}also: [`,
      '3:8: (file): Flow sequence in block collection must be sufficiently indented and end with a ]; mend the YAML there',
    ],
    ['an unknown key', `${head}suprevision: 2h\n`, '3:1: suprevision: no such key; remove it or mend its name'],
    ['a missing key', 'model: BAD-1\n', '1:1: title: is missing; add it'],
    [
      'no duration',
      `${head}supervision: 2 hours\n`,
      '3:14: supervision: is not a duration; write it like 500ms, 30s, 15m or 2h',
    ],
    [
      'no topic',
      `${head}topics:\n  - { topic: device, payload: json, rules: [{ from: a, to: motion }] }\n`,
      '4:14: topics[0].topic: is not a topic; write it like $device/availability or $up2/status',
    ],
    [
      'no payload kind',
      `${head}topics:\n  - { topic: $device, payload: xml, rules: [{ from: a, to: motion }] }\n`,
      '4:32: topics[0].payload: is none of these; use json, text or either',
    ],
    [
      'no signal',
      rules('{ from: a, to: movement }'),
      '7:24: topics[0].rules[0].to: is not a signal; use contact, motion, vibration, tamper, batteryLow, online, smoke, co, leak, power, battery, illuminance, button, keypad or level',
    ],
    [
      'no value of a signal',
      rules('{ from: a, to: contact, values: { on: ajar } }'),
      '7:47: topics[0].rules[0].values.on: is none of these; use open or closed',
    ],
    [
      'no number',
      rules('{ from: a, to: battery, min: low, max: 100 }'),
      '7:38: topics[0].rules[0].min: is of the wrong kind; write a number',
    ],
    [
      'no role',
      `${head}switch:\n  horn: { on: [], off: [], confirms: true }\n`,
      '4:3: switch.horn: no such key; remove it or mend its name',
    ],
    [
      'nothing to send',
      `${head}switch:\n  siren: { on: [], off: [{ topic: /set, payload: {} }], confirms: true }\n`,
      '4:16: switch.siren.on: is empty; say what to send',
    ],
    ['not a map at all', '- 1\n', '1:1: (file): is of the wrong kind; write a group of keys'],
    [
      'a name taken',
      'model: BAD-1\ntitle: Bad\nalso: [SNZB-04]\n',
      '1:1: model: "SNZB-04" is in another file already; keep one of them',
    ],
  ];
  for (const [name, text, told] of rows) {
    it(name, () => {
      const directory = copyOfShipped();
      const file = join(directory, 'zigbee2mqtt', 'BAD-1.yaml');
      writeFileSync(file, text);
      const { families: loaded, problems } = loadDevices(directory, 'profiles');
      const lines = problems.map((problem) => `${problem.line}:${problem.column}: ${problem.path}: ${problem.message}`);
      expect(lines).toEqual([told]);
      expect(loaded.get('zigbee2mqtt')?.sense.models.has('MCCGQ11LM')).toBe(true);
    });
  }

  it('an example, by its line in the whole file', () => {
    const directory = copyOfShipped();
    writeFileSync(
      join(directory, 'zigbee2mqtt', 'BAD-1.yaml'),
      `${head}---\nexamples:\n  - { name: a, payload: 1, expect: {}, source: s }\n`,
    );
    const { problems } = loadDevices(directory, 'profiles-and-examples');
    expect(problems).toMatchObject([
      { line: 5, column: 25, path: 'examples[0].payload', message: 'is not text; put the payload in quotes' },
    ]);
  });

  it('a file without examples', () => {
    const directory = copyOfShipped();
    writeFileSync(join(directory, 'zigbee2mqtt', 'BAD-1.yaml'), head);
    expect(loadDevices(directory, 'profiles').problems).toEqual([]);
    expect(loadDevices(directory, 'profiles-and-examples').problems).toMatchObject([{ path: 'examples' }]);
  });

  it('a folder that is not there', () => {
    const { families: none, problems } = loadDevices(join(scratch, 'nowhere'), 'profiles');
    expect(none.size).toBe(0);
    expect(problems).toMatchObject([{ file: join(scratch, 'nowhere'), message: expect.stringContaining('ENOENT') }]);
  });

  it('a family without its common file', () => {
    const directory = copyOfShipped();
    mkdirSync(join(directory, 'empty'));
    const { families: loaded, problems } = loadDevices(directory, 'profiles');
    expect([...loaded.keys()]).toEqual([...shipped.families.keys()]);
    expect(problems).toMatchObject([{ file: join(directory, 'empty', 'family.yaml') }]);
  });
});

function copyOfShipped(): string {
  const directory = mkdtempSync(join(scratch, 'copy-'));
  cpSync(devicesDirectory, directory, { recursive: true });
  return directory;
}

const onOff = `{ on: [{ topic: cmnd/$device/POWER, payload: 'ON' }], off: [{ topic: cmnd/$device/POWER, payload: 'OFF' }], confirms: true }`;
const homemade = `family: homemade
title: Home-made
supervision: 10m
topics:
  - topic: tele/$device/SENSOR
    payload: json
    rules: [{ from: Switch1, to: contact, values: { on: open, off: closed } }]
  - topic: tele/$device/LWT
    payload: text
    rules: [{ from: $payload, to: online, values: { online: true, offline: false } }]
switch:
  siren: ${onOff}
  strobe: ${onOff}
  light: ${onOff}
  relay: ${onOff}
`;
