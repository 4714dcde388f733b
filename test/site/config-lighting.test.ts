import { describe, expect, it } from 'vitest';
import { complaints, completed, load } from './fixtures/config.ts';

const SITE = 'site: { id: hub-7f3a, timezone: Europe/London, location: { latitude: 53.2, longitude: -0.5 } }';
const DEVICES = `devices:
  - { id: pir, profile: zigbee2mqtt, topic: z/pir }
  - { id: door, profile: zigbee2mqtt, model: MCCGQ11LM, topic: z/door, zone: { type: entry, modes: [away] } }
  - { id: button, profile: zigbee2mqtt, topic: z/button, zone: { type: panic } }
outputs:
  - { id: lamp, role: light, profile: zigbee2mqtt, topic: z/lamp }
  - { id: siren, role: siren, profile: zigbee2mqtt, topic: z/siren }`;

const config = (rule: string, site = SITE): string => completed(`lighting:\n  - ${rule}\n${site}\n${DEVICES}`);

describe('rules for lights that make no sense', () => {
  const refusals: readonly (readonly [string, string, readonly string[]])[] = [
    ['nothing at all', '{}', ['id: is missing', 'motion: is missing', 'lights: is missing']],
    ['no lights', '{ id: path, motion: [pir], lights: [] }', ['lights: is an empty list; fill it or remove the key']],
    [
      'a device with a slip',
      '{ id: path, motion: [pri], lights: [lamp] }',
      ['motion[0]: there is no device "pri"; did you mean "pir"?'],
    ],
    [
      'an output as detector',
      '{ id: path, motion: [siren], lights: [lamp] }',
      ['motion[0]: "siren" is an output, which tells of no motion; name a device'],
    ],
    [
      'a door that tells of no motion',
      '{ id: path, motion: [door], lights: [lamp] }',
      ['motion[0]: "door" tells of no motion (model MCCGQ11LM); name a motion detector'],
    ],
    [
      'a personal alarm, which must show nothing',
      '{ id: path, motion: [button], lights: [lamp] }',
      [
        'motion[0]: "button" raises the personal alarm, and nothing on site may show what it does; name a motion detector',
      ],
    ],
    [
      'a light with a slip',
      '{ id: path, motion: [pir], lights: [lmap] }',
      ['lights[0]: there is no output "lmap"; did you mean "lamp"?'],
    ],
    [
      'a light far from any',
      '{ id: path, motion: [pir], lights: [chandelier] }',
      ['lights[0]: there is no output "chandelier"; use lamp'],
    ],
    [
      'a siren as light',
      '{ id: path, motion: [pir], lights: [siren] }',
      ['lights[0]: "siren" is a siren; name an output with role: light'],
    ],
    [
      'a device as light',
      '{ id: path, motion: [pir], lights: [button] }',
      ['lights[0]: "button" is a device; name an output with role: light'],
    ],
    [
      'a device twice',
      '{ id: path, motion: [pir, pir], lights: [lamp] }',
      ['motion[1]: "pir" is in the list already; remove it'],
    ],
    ['a hold without a unit', '{ id: path, motion: [pir], lights: [lamp], hold: 90 }', ['hold: 90 has no unit']],
    [
      'a hold of nothing',
      '{ id: path, motion: [pir], lights: [lamp], hold: 0s }',
      ['hold: "0s" is out of bounds; it may be 1s to 1h'],
    ],
    [
      'a time of day that is none',
      '{ id: path, motion: [pir], lights: [lamp], only: darkness }',
      ['only: "darkness" is not a choice; use dark or always'],
    ],
    [
      'an id that is taken',
      '{ id: lamp, motion: [pir], lights: [lamp] }',
      ['lighting[0].id: "lamp" is taken by outputs[0]'],
    ],
    ['an unknown key', '{ id: path, motion: [pir], lights: [lamp], hodl: 5s }', ['did you mean "hold"?']],
  ];
  for (const [name, rule, says] of refusals) {
    it(name, () => {
      const told = complaints(config(rule));
      expect(told).toHaveLength(says.length);
      for (const [index, words] of says.entries()) expect(told[index]).toContain(words);
    });
  }
});

describe('rules for lights', () => {
  const rule = (more: string) => `{ id: path, motion: [pir], lights: [lamp]${more} }`;

  it('take their defaults', () => {
    const loaded = load(config(rule('')));
    expect(loaded.ok && loaded.house.lighting).toEqual({
      rules: [{ id: 'path', motion: ['pir'], lights: ['lamp'], hold: 90_000, only: 'dark' }],
      lights: ['lamp'],
    });
  });

  it('without any, an audible alarm still has its lights', () => {
    const loaded = load(completed(DEVICES));
    expect(loaded.ok && loaded.house.lighting).toEqual({ rules: [], lights: ['lamp'] });
  });

  const nowhere = 'site: { id: hub-7f3a, timezone: Europe/London }';
  const warnings: readonly (readonly [string, string, readonly string[]])[] = [
    ['dark, and nobody knows where', ', only: dark', ['warning: lighting[0].only: where it gets dark is not known']],
    ['dark, as it is where nothing is said', '', ['warning: lighting[0].only: where it gets dark is not known']],
    ['always, wherever it is', ', only: always', []],
  ];
  for (const [name, more, says] of warnings) {
    it(`${name}: ${says.length === 0 ? 'nothing to say' : 'a warning'}`, () => {
      const told = complaints(config(rule(more), nowhere));
      expect(told).toHaveLength(says.length);
      for (const [index, words] of says.entries()) expect(told[index]).toContain(words);
    });
  }
});
