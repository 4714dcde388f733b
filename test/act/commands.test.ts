import { describe, expect, it } from 'vitest';
import type { CommandValues, DeviceCommand } from '../../src/act/commands.ts';
import { render } from '../../src/act/commands.ts';
import type { CommandTemplate, KeypadShow, OutputRole } from '../../src/act/plan.ts';
import { keypadCommands, switchCommands } from '../../src/act/profile.ts';
import { shipped, zigbee2mqtt } from '../sense/profiles.ts';

const { act, models } = zigbee2mqtt();
const SIREN = 'zigbee2mqtt/siren';

describe('rendering', () => {
  const rows: readonly (readonly [string, CommandTemplate, CommandValues, DeviceCommand])[] = [
    ['the topic is appended', { topic: '/set', payload: { a: 1 } }, {}, { topic: 'd/set', payload: '{"a":1}' }],
    ['a whole topic', { topic: 'cmnd/$device/POWER', payload: 'ON' }, {}, { topic: 'cmnd/d/POWER', payload: 'ON' }],
    ['a plain word', { topic: '', payload: 'on' }, {}, { topic: 'd', payload: 'on' }],
    ['a plain number', { topic: '', payload: '$seconds' }, { seconds: 90 }, { topic: 'd', payload: '90' }],
    [
      'seconds',
      { topic: '', payload: { w: { d: '$seconds' } } },
      { seconds: 900 },
      { topic: 'd', payload: '{"w":{"d":900}}' },
    ],
    ['seconds, rounded up', { topic: '', payload: ['$seconds'] }, { seconds: 1.2 }, { topic: 'd', payload: '[2]' }],
    ['never no time', { topic: '', payload: ['$seconds'] }, { seconds: 0 }, { topic: 'd', payload: '[1]' }],
    [
      'a time that is none',
      { topic: '', payload: ['$seconds'] },
      { seconds: Number.NaN },
      { topic: 'd', payload: '[1]' },
    ],
    [
      'transaction 0',
      { topic: '', payload: { t: '$transaction' } },
      { transaction: 0 },
      { topic: 'd', payload: '{"t":0}' },
    ],
    [
      'a number not given is left out',
      { topic: '', payload: { t: '$transaction', m: 'x' } },
      {},
      { topic: 'd', payload: '{"m":"x"}' },
    ],
    [
      'a word that only holds the name stays',
      { topic: '', payload: { t: 'in $seconds' } },
      { seconds: 5 },
      { topic: 'd', payload: '{"t":"in $seconds"}' },
    ],
    [
      'a part of the device, in the topic',
      { topic: 'cmnd/$device/POWER$address', payload: 'ON' },
      { address: '2' },
      { topic: 'cmnd/d/POWER2', payload: 'ON' },
    ],
    [
      'a part of the device, as a number',
      { topic: '/rpc', payload: { id: '$address' } },
      { address: '0' },
      { topic: 'd/rpc', payload: '{"id":0}' },
    ],
    [
      'a part of the device that has a name',
      { topic: '/rpc', payload: { id: '$address' } },
      { address: 'left' },
      { topic: 'd/rpc', payload: '{"id":"left"}' },
    ],
    [
      'a field named like the inside of objects',
      { topic: '', payload: JSON.parse('{"__proto__":1}') },
      {},
      { topic: 'd', payload: '{"__proto__":1}' },
    ],
  ];
  for (const [name, template, values, command] of rows) {
    it(name, () => {
      expect(render([template], 'd', values)).toEqual([command]);
    });
  }
});

function sent(model: string | null, role: OutputRole, way: 'on' | 'off'): readonly string[] {
  return render(switchCommands(act, model, role)[way], SIREN, { seconds: 900 }).map((command) => command.payload);
}

describe('switching', () => {
  const rows: readonly (readonly [string | null, OutputRole, 'on' | 'off', readonly string[]])[] = [
    [null, 'light', 'on', ['{"state":"ON"}']],
    [null, 'relay', 'off', ['{"state":"OFF"}']],
    ['TS011F_plug_1', 'siren', 'on', sent(null, 'siren', 'on')],
    ['LED1545G12', 'light', 'on', ['{"state":"ON","brightness":254}']],
    [
      'HS2WD-E',
      'siren',
      'on',
      [
        '{"warning":{"mode":"emergency","strobe":true,"duration":900}}',
        '{"max_duration":900}',
        '{"warning":{"mode":"emergency","strobe":true,"duration":900}}',
      ],
    ],
    ['HS2WD-E', 'siren', 'off', ['{"warning":{"mode":"stop","strobe":false,"duration":1}}']],
    ['SIRZB-110', 'siren', 'on', ['{"warning":{"mode":"burglar","level":"very_high","strobe":false,"duration":900}}']],
    ['NAS-AB02B2', 'siren', 'on', ['{"duration":900}', '{"volume":"high"}', '{"alarm":true}', '{"alarm":true}']],
    ['NAS-AB02B2', 'siren', 'off', ['{"alarm":false}', '{"alarm":false}']],
    ['TS0216', 'siren', 'on', ['{"alarm":true}', '{"volume":100}']],
  ];
  for (const [model, role, way, payloads] of rows) {
    it(`${model ?? 'a model not known'} as ${role} ${way}`, () => {
      expect(sent(model, role, way)).toEqual(payloads);
    });
  }

  it('a siren of unknown model is told in every way there is, and for how long', () => {
    const told = sent(null, 'siren', 'on').map((payload) => JSON.parse(payload));
    expect(told).toMatchObject([{ warning: { mode: 'burglar', duration: 900 } }, { alarm: true }, { state: 'ON' }]);
  });

  for (const role of ['siren', 'strobe', 'light', 'relay'] as const) {
    for (const model of [null, ...act.models.keys()]) {
      it(`${role} of ${model ?? 'a model not known'}: on and off go to its /set as JSON`, () => {
        const { on, off } = switchCommands(act, model, role);
        for (const command of render([...on, ...off], SIREN, { seconds: 90 })) {
          expect(command.topic).toBe(`${SIREN}/set`);
          expect(command.payload).not.toContain('$');
          expect(typeof JSON.parse(command.payload)).toBe('object');
        }
      });
    }
  }
});

describe('keypads', () => {
  const commands = keypadCommands(act, 'KEYZB-110');
  const mode = (of: 'answer' | 'show', what: KeypadShow, transaction?: number) =>
    render(commands?.[of][what] ?? [], 'z/keypad', transaction === undefined ? {} : { transaction }).map((command) => [
      command.topic,
      JSON.parse(command.payload),
    ]);

  const answers: readonly (readonly [KeypadShow, string])[] = [
    ['disarmed', 'disarm'],
    ['armed_away', 'arm_all_zones'],
    ['armed_home', 'arm_day_zones'],
    ['armed_night', 'arm_night_zones'],
    ['invalid_code', 'invalid_code'],
    ['not_ready', 'not_ready'],
    ['already_disarmed', 'already_disarmed'],
    ['refused', 'not_ready'],
  ];
  for (const [what, word] of answers) {
    it(`answers ${what} with ${word} and the transaction`, () => {
      expect(mode('answer', what, 99)).toEqual([['z/keypad/set', { arm_mode: { transaction: 99, mode: word } }]]);
    });
  }
  for (const what of ['exit_delay', 'entry_delay', 'in_alarm'] as const) {
    it(`${what} is no answer: Zigbee has no such word there`, () => {
      expect(mode('answer', what, 99)).toEqual([]);
    });
  }

  const shows: readonly (readonly [KeypadShow, string])[] = [
    ['disarmed', 'disarm'],
    ['armed_away', 'arm_all_zones'],
    ['armed_home', 'arm_day_zones'],
    ['armed_night', 'arm_night_zones'],
    ['exit_delay', 'exit_delay'],
    ['entry_delay', 'entry_delay'],
    ['in_alarm', 'in_alarm'],
  ];
  for (const [what, word] of shows) {
    it(`shows ${what} as ${word}, without a transaction`, () => {
      expect(mode('show', what)).toEqual([['z/keypad/set', { arm_mode: { mode: word } }]]);
    });
  }

  const keypads = models.filter((model) => keypadCommands(act, model.name) !== null).map((model) => model.name);
  it('some models are keypads, and a door contact is none', () => {
    expect(keypads).toEqual(['KEYPAD001', 'KEYZB-110']);
    expect(keypadCommands(act, 'KEPZB-110')).toBe(commands);
    expect(keypadCommands(act, 'SNZB-04')).toBeNull();
    expect(keypadCommands(act, null)).toBeNull();
    expect(act.anyKeypad).toBe(commands);
  });
});

describe('how each family is switched', () => {
  const rows: readonly (readonly [
    string,
    OutputRole,
    string,
    CommandValues,
    readonly (readonly [string, string])[],
  ])[] = [
    [
      'tasmota',
      'siren',
      'hall',
      { address: '1', seconds: 900 },
      [
        ['cmnd/hall/POWER1', 'ON'],
        ['hall/cmnd/POWER1', 'ON'],
      ],
    ],
    ['esphome', 'siren', 'node/switch/siren', { seconds: 900 }, [['node/switch/siren/command', 'ON']]],
    ['esphome', 'light', 'node/light/path', {}, [['node/light/path/command', '{"state":"ON"}']]],
    [
      'shelly',
      'siren',
      'shellyplus1-a8032abe54dc',
      { address: '0', seconds: 900 },
      [
        ['shellyplus1-a8032abe54dc/relay/0/command', 'on'],
        [
          'shellyplus1-a8032abe54dc/rpc',
          '{"id":1,"src":"lantern-orders","method":"Switch.Set","params":{"id":0,"on":true,"toggle_after":900}}',
        ],
      ],
    ],
    ['rtl_433', 'siren', 'rtl_433/attic/events', {}, []],
  ];
  for (const [name, role, topic, values, commands] of rows) {
    it(`${name} as a ${role}`, () => {
      const { on } = switchCommands(shipped(name).act, null, role);
      expect(render(on, topic, values).map((command) => [command.topic, command.payload])).toEqual(commands);
    });
  }
});
