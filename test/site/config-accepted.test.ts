import { chmodSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadAccepted, saveAccepted } from '../../src/site/accepted.ts';
import type { Loaded } from '../../src/site/config.ts';
import { completed, families, load, tempFolder } from './fixtures/config.ts';

const demo = readFileSync(resolve(import.meta.dirname, '../../config/demo.yaml'), 'utf8');

function accepted(yaml: string): Loaded & { readonly ok: true } {
  const loaded = load(yaml);
  if (!loaded.ok) throw new Error('this config must be accepted');
  return loaded;
}

const houses: readonly (readonly [string, string])[] = [
  ['the smallest', completed('')],
  ['the demo', demo],
  [
    'one with secrets and users',
    completed('mqtt: { users: [{ name: a, password: !secret password, publish: [z/#] }] }'),
  ],
  ['one with another broker', completed('mqtt: { connect: { url: "mqtts://broker.lan", ca: token } }')],
  [
    'one on wires',
    completed(`devices:
  - { id: a, driver: gpio, line: 17, wiring: normally-open, zone: { type: chime } }
  - { id: b, driver: serial, gateway: rf, profile: mysensors, address: "1:2" }
  - { id: c, driver: firmata, gateway: uno, pin: A0, loop: { pullUp: 10000, endOfLine: 4700, contact: 4700 } }
outputs: [{ id: s, role: siren, driver: gpio, line: { chip: x, line: 0 }, onStop: keep }]
gateways: { rf: { port: /dev/ttyUSB0 }, uno: { port: /dev/serial/by-id/uno }, sdr: { type: rtl_433, command: [./sdr.sh] } }`),
  ],
  ['one with aliases', completed('web: &w { port: 1 }\nmqtt: { listen: *w }')],
];

describe('the last accepted config', () => {
  for (const [name, yaml] of houses) {
    it(`gives back the same house: ${name}`, () => {
      const dir = tempFolder();
      const { house, accepted: text } = accepted(yaml);
      expect(saveAccepted(dir, text)).toEqual({ ok: true });
      expect(loadAccepted(dir, families)).toEqual(house);
    });
  }

  it('needs neither the config nor its secrets any more', () => {
    const { accepted: text } = accepted(completed(''));
    expect(text).toContain('a token');
    expect(text).not.toContain('!secret');
  });

  it('can be read by nobody else, also where a wider file lay before', () => {
    const dir = tempFolder();
    writeFileSync(join(dir, 'accepted.json.new'), 'left over', { mode: 0o666 });
    writeFileSync(join(dir, 'accepted.json'), 'old', { mode: 0o666 });
    saveAccepted(dir, '{}');
    expect(statSync(join(dir, 'accepted.json')).mode & 0o777).toBe(0o600);
    expect(readdirSync(dir)).toEqual(['accepted.json']);
  });

  it('is written again only where it differs, or others could read it', () => {
    const dir = tempFolder();
    const path = join(dir, 'accepted.json');
    const seen = (text: string): bigint => {
      saveAccepted(dir, text);
      return statSync(path, { bigint: true }).ctimeNs;
    };
    const first = seen('{}');
    expect(seen('{}')).toBe(first);
    chmodSync(path, 0o644);
    seen('{}');
    expect(statSync(path).mode & 0o777).toBe(0o600);
    seen('{"version":1}');
    expect(readFileSync(path, 'utf8')).toBe('{"version":1}');
  });

  it('a folder that is not there is told, not thrown', () => {
    expect(saveAccepted(join(tempFolder(), 'absent'), '{}')).toEqual({
      ok: false,
      why: expect.stringContaining('ENOENT'),
    });
  });

  const useless: readonly (readonly [string, string])[] = [
    ['half of it', accepted(completed('')).accepted.slice(0, 60)],
    ['nothing', ''],
    ['null', 'null'],
    ['a list', '[1]'],
    ['another version', accepted(completed('')).accepted.replace('"version":1', '"version":2')],
    ['a config this program would refuse', '{"version":1,"config":{"site":{"id":"A B","timezone":"UTC"}}}'],
    ['no config', '{"version":1}'],
  ];
  for (const [name, text] of useless) {
    it(`is none when the file holds ${name}`, () => {
      const dir = tempFolder();
      writeFileSync(join(dir, 'accepted.json'), text);
      expect(loadAccepted(dir, families)).toBeNull();
    });
  }

  it('is none in an empty folder', () => {
    expect(loadAccepted(tempFolder(), families)).toBeNull();
  });

  it('is none when the file is a folder', () => {
    const dir = tempFolder();
    mkdirSync(join(dir, 'accepted.json'));
    expect(loadAccepted(dir, families)).toBeNull();
  });

  it('is none when a family it names is gone', () => {
    const dir = tempFolder();
    saveAccepted(dir, accepted(demo).accepted);
    expect(loadAccepted(dir, new Map())).toBeNull();
  });
});
