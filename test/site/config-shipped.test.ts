import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { loadAccepted, saveAccepted } from '../../src/site/accepted.ts';
import { type Families, type Loaded, loadHouse } from '../../src/site/config.ts';
import { familyFacts, loadDevices } from '../../src/site/devices.ts';
import { formatProblem } from '../../src/site/report.ts';
import { completed, tempFolder } from './fixtures/config.ts';

const root = resolve(import.meta.dirname, '../..');
const shipped = (name: string): string => readFileSync(join(root, 'config', name), 'utf8');
const schema = JSON.parse(shipped('lantern.schema.json'));

/** The families that come with the program. */
const families: Families = new Map(
  [...loadDevices(join(root, 'devices'), 'profiles').families].map(
    ([name, family]) => [name, familyFacts(family)] as const,
  ),
);

const RECIPIENT = 'age1rrs4kedzc6sxmnszv35gqnhxkhezehgjm9wqq6dvx7ke58ewfs8qyq49a3';

/** The example as a person would use it: copied, its secrets copied and completed. */
function loadExample(text: string): Loaded {
  const folder = tempFolder();
  writeFileSync(join(folder, 'hub.yaml'), text);
  const secrets = `${shipped('secrets.example.yaml')}evidence_public: ${RECIPIENT}\n`;
  writeFileSync(join(folder, 'secrets.yaml'), secrets, { mode: 0o600 });
  for (const file of ['broker-ca.pem', 'lantern.pem', 'lantern.key']) writeFileSync(join(folder, file), '');
  return loadHouse(join(folder, 'hub.yaml'), { families, credentialsDirectory: null });
}

const said = (loaded: Loaded): readonly string[] =>
  (loaded.ok ? loaded.warnings : loaded.problems).map((problem) => formatProblem(problem).replace(/^.*\.yaml:/, ''));

/** The example with the other broker: what is commented out in it, in place of what is not. */
function withConnect(example: string): string {
  const lines = example.split('\n');
  const from = lines.indexOf('  listen:');
  const to = lines.indexOf('  # connect:');
  return lines
    .filter((_, index) => index < from || index >= to)
    .map((line) => line.replace(/^ {2}# ( *[a-zA-Z]+:)/, '  $1'))
    .join('\n');
}

/** `devices[].zone.type` and so on: every key the schema has. */
interface SchemaNode {
  readonly properties?: object;
  readonly items?: object;
  /** What stands behind each of the names that an owner gives. */
  readonly additionalProperties?: object | false;
  readonly description?: string;
}

function keysOfSchema(node: SchemaNode, path: string): readonly string[] {
  const below = Object.entries(node.properties ?? {}).flatMap(([key, child]) => {
    const here = path === '' ? key : `${path}.${key}`;
    return [here, ...keysOfSchema(child, here)];
  });
  const named = node.additionalProperties ? keysOfSchema(node.additionalProperties, `${path}.NAME`) : [];
  return [...below, ...named, ...(node.items === undefined ? [] : keysOfSchema(node.items, `${path}[]`))];
}

function keysOfValue(value: unknown, path: string): readonly string[] {
  if (Array.isArray(value)) return value.flatMap((item) => keysOfValue(item, `${path}[]`));
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, child]) => {
    const here = path === '' ? key : `${path}.${key}`;
    return [here, ...keysOfValue(child, here)];
  });
}

const validateConfig = new Ajv2020({ strict: false }).compile(schema);

const plain = (text: string): unknown =>
  parse(text, { customTags: [{ tag: '!secret', resolve: (name: string) => name }] });

describe('config/demo.yaml', () => {
  const loaded = loadHouse(join(root, 'config/demo.yaml'), { families, credentialsDirectory: null });

  it('is accepted; that its texts go nowhere is all there is to say', () => {
    expect(loaded.ok).toBe(true);
    expect(said(loaded)).toEqual([expect.stringContaining('texts are written to the log and not sent')]);
  });

  it('is a house one can try everything in', () => {
    const house = loaded.ok ? loaded.house : null;
    const types = [...(house?.panel.zones.values() ?? [])].map(({ type }) => type);
    expect(new Set(types)).toEqual(
      new Set(['entry', 'tremor', 'perimeter', 'interior', 'panic', 'fire', 'technical', 'notice']),
    );
    expect(house?.outputs.map(({ role }) => role)).toEqual(['siren', 'light']);
    expect(house?.mqtt).toMatchObject({ kind: 'listen', host: '127.0.0.1', port: 1883 });
    expect([...(house?.phones.values() ?? [])].every((phone) => /^\+447700900\d{3}$/.test(phone))).toBe(true);
  });
});

const TEXTS = 'texts are written to the log and not sent';
const COPIED = 'can be copied';

describe.each([
  ['wired.yaml', [TEXTS]],
  ['radio.yaml', [COPIED, COPIED, COPIED, TEXTS]],
  ['mixed.yaml', [COPIED, TEXTS]],
] as const)('config/%s', (name, warnings) => {
  const loaded = loadHouse(join(root, 'config', name), { families, credentialsDirectory: null });
  const house = loaded.ok ? loaded.house : null;

  it('is accepted, with the warnings that are meant', () => {
    expect(loaded.ok ? [] : said(loaded)).toEqual([]);
    const told = said(loaded);
    expect(told).toHaveLength(warnings.length);
    for (const warning of warnings) expect(told.join('\n')).toContain(warning);
  });

  it('guards a way in, listens for a personal alarm, and sounds a siren', () => {
    const types = [...(house?.panel.zones.values() ?? [])].map(({ type }) => type);
    expect(types).toEqual(expect.arrayContaining(['entry', 'perimeter', 'interior', 'panic']));
    expect(house?.outputs.map(({ role }) => role)).toEqual(expect.arrayContaining(['siren', 'light']));
  });

  it('tells nobody who exists', () => {
    expect([...(house?.phones.values() ?? [])].every((phone) => /^\+447700900\d{3}$/.test(phone))).toBe(true);
  });

  it('is the same when it is kept for a later start', () => {
    const dir = tempFolder();
    saveAccepted(dir, loaded.ok ? loaded.accepted : '');
    expect(loadAccepted(dir, families)).toEqual(house);
  });

  it('has what an editor expects', () => {
    expect(validateConfig(plain(shipped(name)))).toBe(true);
  });
});

describe('the houses on wires', () => {
  const houseIn = (name: string) => {
    const loaded = loadHouse(join(root, 'config', name), { families, credentialsDirectory: null });
    return loaded.ok ? loaded.house : null;
  };

  it('wired: all on the header, on lines that are free', () => {
    const house = houseIn('wired.yaml');
    const lines = [...(house?.gpio.inputs ?? []), ...(house?.gpio.outputs ?? [])];
    expect(lines).toHaveLength((house?.devices.length ?? 0) + (house?.outputs.length ?? 0));
    expect(lines.filter(({ line }) => [0, 1, 2, 3, 14, 15].includes(line))).toEqual([]);
    expect([house?.gateways, house?.boards]).toEqual([[], []]);
  });

  // Lines 4 to 8 are pulled up until the hub takes them, 9 to 27 pulled down.
  it('wired: outputs are off until the hub starts', () => {
    const outputs = houseIn('wired.yaml')?.gpio.outputs ?? [];
    expect(outputs.map(({ line }) => line >= 9)).toEqual(outputs.map(({ activeLow }) => !activeLow));
  });

  it('radio: no pins', () => {
    const house = houseIn('radio.yaml');
    expect(house?.gateways.map(({ type }) => type)).toEqual(['mysensors', 'rflink', 'rtl_433']);
    expect(house?.gpio).toEqual({ inputs: [], outputs: [] });
  });

  it('mixed: pins, a gateway, a board and MQTT', () => {
    const house = houseIn('mixed.yaml');
    expect(new Set(house?.devices.map(({ profile }) => profile))).toEqual(
      new Set(['gpio', 'zigbee2mqtt', 'firmata', 'rflink']),
    );
    expect([house?.gateways.length, house?.boards.map(({ inputs }) => inputs.length)]).toEqual([1, [3]]);
  });
});

describe('what README.md says of wires', () => {
  const readme = readFileSync(join(root, 'README.md'), 'utf8');
  const GATEWAYS = `gateways:
  rf433: { type: rflink, port: /dev/serial/by-id/usb-RFLink }
  shed-board: { type: firmata, port: /dev/serial/by-id/usb-Arduino }
contacts: [{ id: sister, phone: "+447700900123", alarms: [personal, duress, intruder, tamper, fire, fault] }]`;
  const lines = [...readme.matchAll(/`(\{ id: [^`]*driver: [^`]*\})`/g)].map(([, line]) => line ?? '');

  it('has a line for each driver', () => {
    expect(lines.map((line) => /driver: (\w+)/.exec(line)?.[1])).toEqual(['gpio', 'serial', 'firmata']);
  });

  for (const line of lines) {
    it(`is accepted: ${line}`, () => {
      const file = join(tempFolder(), 'hub.yaml');
      writeFileSync(file, `site: { id: h, timezone: UTC }\ndevices:\n  - ${line}\n${GATEWAYS}\n`);
      const loaded = loadHouse(file, { families, credentialsDirectory: null });
      expect(loaded.ok ? [] : said(loaded)).toEqual([]);
    });
  }

  /** BCM numbers and pins of one row of the table, in their order; `7–11` are all from 7 to 11. */
  const numbers = (cell: string): readonly number[] =>
    cell.split(', ').flatMap((part) => {
      const [from, to] = part.split('–').map(Number);
      return Array.from({ length: (to ?? from ?? 0) - (from ?? 0) + 1 }, (_, i) => (from ?? 0) + i);
    });
  const table = [...readme.matchAll(/^\| (\d[\d, –]*) \| (\d[\d, ]*) \|/gm)].flatMap(([, bcm = '', pins = '']) => {
    const places = numbers(pins);
    return numbers(bcm).map((line, index) => [line, places[index]] as const);
  });

  it('the table has every line of the header once, and each its own pin', () => {
    expect(table.map(([line]) => line).toSorted((a, b) => a - b)).toEqual(Array.from({ length: 28 }, (_, i) => i));
    expect(new Set(table.map(([, pin]) => pin)).size).toBe(28);
  });

  // Each pin of the drawing has its number, then what it is.
  const drawing = new Map(
    [
      ...shipped('wiring.svg').matchAll(/<text class="c"[^>]*>(\d+)<\/text>\n<text class="t"[^>]*>([^<]*)<\/text>/g),
    ].map(([, pin, name]) => [name, Number(pin)]),
  );
  for (const [line, pin] of table) {
    it(`the drawing has BCM ${line} on pin ${pin} too`, () => {
      expect(drawing.get(`BCM ${line}`)).toBe(pin);
    });
  }

  it('the circuits of the drawing name the pins that the header has', () => {
    const named = [...shipped('wiring.svg').matchAll(/>BCM (\d+)<\/text>\n<text class="s"[^>]*>pin (\d+)</g)];
    expect(named.map(([, line, pin]) => [Number(line), Number(pin)])).toEqual(
      [17, 27, 16, 19, 22, 6].map((line) => [line, drawing.get(`BCM ${line}`)]),
    );
  });
});

describe('config/example.yaml', () => {
  const example = shipped('example.yaml');

  const copied = expect.stringContaining('this device can be copied');

  it('is accepted; that one of its radios can be copied is all there is to say', () => {
    expect(said(loadExample(example))).toEqual([copied]);
  });

  it('is accepted with its other broker, which can be read there', () => {
    const loaded = loadExample(withConnect(example));
    expect(loaded.ok && loaded.house.mqtt.kind).toBe('connect');
    expect(said(loaded)).toEqual([copied, expect.stringContaining('can be read on that broker')]);
  });

  // Every kind of alarm has the same steps; shown once is shown.
  const once = (key: string) =>
    key
      .replace(/^escalation\.\w+\[\]\./, 'escalation.KIND[].')
      .replace(/^gateways\.\w+\./, 'gateways.NAME.')
      .replace(/(\.codes)\.[\w-]+\./, '$1.NAME.');
  const values = [plain(example), plain(withConnect(example))];
  const shown = new Set(values.flatMap((value) => keysOfValue(value, '')).map(once));
  const keys = new Set(keysOfSchema(schema, '').map(once));
  it('the schema has keys', () => {
    expect(keys.size).toBeGreaterThan(90);
  });
  for (const key of keys) {
    it(`shows ${key}`, () => {
      expect(shown).toContain(key);
    });
  }

  it('says of every line with a key what it is, or shows it nearby', () => {
    const bare = example.split('\n').filter((line) => /^\w+:/.test(line) && !line.includes('#') && /:\s*$/.test(line));
    expect(bare).toEqual(['site:', 'panel:', 'sms:', 'evidence:']);
  });
});

describe('config/lantern.schema.json', () => {
  it('is the one the program checks with', () => {
    const run = spawnSync(process.execPath, [join(root, 'scripts/schema.ts'), '--check'], { encoding: 'utf8' });
    expect([run.status, run.stderr]).toEqual([0, '']);
  });

  it('a stale one is told, and left as it is', () => {
    const file = join(tempFolder(), 'stale.json');
    writeFileSync(file, '{}\n');
    const run = spawnSync(process.execPath, [join(root, 'scripts/schema.ts'), '--check', file], { encoding: 'utf8' });
    expect([run.status, readFileSync(file, 'utf8')]).toEqual([1, '{}\n']);
    expect(run.stderr).toContain('is stale; run: node scripts/schema.ts');
  });

  it('describes every key, for the editor', () => {
    const bare = (node: SchemaNode, path: string): readonly string[] => [
      ...(node.description === undefined ? [path] : []),
      ...Object.entries(node.properties ?? {}).flatMap(([key, child]) => bare(child, `${path}.${key}`)),
      ...(node.additionalProperties ? bare(node.additionalProperties, `${path}.NAME`) : []),
      ...(node.items === undefined ? [] : bare(node.items, `${path}[]`)),
    ];
    expect(bare(schema, '')).toEqual([]);
  });

  const judged: readonly (readonly [string, string, boolean])[] = [
    ['the demo', shipped('demo.yaml'), true],
    ['the example', shipped('example.yaml'), true],
    ['an unknown key', completed('wbe: {}'), false],
    ['a delay without a unit', completed('panel: { modes: { away: { exitDelay: 45 } } }'), false],
    ['a gateway', completed('gateways: { a: { port: /dev/ttyUSB0 } }'), true],
    ['a gateway whose name is none', completed('gateways: { A: { port: /dev/ttyUSB0 } }'), false],
    ['a gateway with a slip', completed('gateways: { a: { prot: /dev/ttyUSB0 } }'), false],
    ['a line past the last', completed('devices: [{ id: a, driver: gpio, line: 256 }]'), false],
    ['a monitoring station', completed('monitoring: [{ id: arc, type: sia-dc09 }]'), true],
    ['one of no known type', completed('monitoring: [{ id: arc, type: sia }]'), false],
    ['a missing site', 'web: {}', false],
    ['an unknown zone type', completed('devices: [{ id: a, profile: z, topic: a, zone: { type: enrty } }]'), false],
  ];
  for (const [name, text, fits] of judged) {
    it(`${fits ? 'takes' : 'refuses'} ${name}`, () => {
      expect(validateConfig(plain(text))).toBe(fits);
    });
  }
});
