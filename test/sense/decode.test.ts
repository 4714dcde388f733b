import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { duration } from '../../src/base/time.ts';
import { decode, topicsOf } from '../../src/sense/decode.ts';
import type { TopicRules } from '../../src/sense/profile.ts';
import { deviceOn, overlay, parseTopicPattern, topicFor } from '../../src/sense/profile.ts';
import type { Signals } from '../../src/sense/signals.ts';
import { message, profileOf, zigbee2mqtt } from './profiles.ts';

const { sense } = zigbee2mqtt();
const DOOR = 'zigbee2mqtt/front-door';

function signals(payload: string, how: 'live' | 'stored' = 'live', model: string | null = null): Signals | string {
  const decoded = decode(sense, model, DOOR, message(DOOR, payload, how));
  return decoded.ok ? decoded.signals : decoded.why;
}

describe('what a payload means', () => {
  const rows: readonly (readonly [string, string, Signals | string])[] = [
    ['null is never open', '{"contact":null}', {}],
    ['a missing field is never open', '{"linkquality":3}', {}],
    ['a word where a truth value belongs', '{"contact":"ajar"}', {}],
    ['an object where a truth value belongs', '{"contact":{"contact":false}}', {}],
    ['a list where a truth value belongs', '{"contact":[false]}', {}],
    ['true as text', '{"contact":"true"}', { contact: 'closed' }],
    ['true as a number', '{"tamper":1}', { tamper: true }],
    ['the last of two same fields counts, as JSON has it', '{"contact":true,"contact":false}', { contact: 'open' }],
    ['any of several names, the first', '{"occupancy":true,"presence":false}', { motion: true }],
    ['any of several names', '{"occupancy":false,"presence":true}', { motion: true }],
    ['the alarmed value wins', '{"vibration":false,"action":"tilt"}', { vibration: true }],
    ['NaN is no JSON', '{"battery":NaN}', 'not JSON'],
    ['a number beyond all', '{"battery":1e999}', {}],
    ['a negative battery', '{"battery":-1}', {}],
    ['an empty battery text', '{"battery":""}', {}],
    ['fields named like the inside of objects', '{"__proto__":{"contact":false},"constructor":1,"toString":2}', {}],
    ['an action named like the inside of maps', '{"action":"constructor"}', {}],
    ['a long action', `{"action":"${'single_'.repeat(200)}"}`, {}],
    ['a list', '[{"contact":false}]', {}],
    ['a number', '1', 'not a JSON object'],
    ['null', 'null', 'not a JSON object'],
    ['a byte order mark before it', '\uFEFF{"contact":false}', { contact: 'open' }],
    ['blanks', '   ', 'not JSON'],
    ['nothing', '', {}],
    ['deep nesting', `{"x":${'['.repeat(20_000)}${']'.repeat(20_000)},"contact":false}`, { contact: 'open' }],
    ['64 KiB', `{"contact":false,"x":"${'x'.repeat(64 * 1024 - 24)}"}`, { contact: 'open' }],
    ['a byte more', `{"contact":false,"x":"${'x'.repeat(64 * 1024 - 23)}"}`, 'longer than 64 KiB'],
  ];
  for (const [name, payload, expected] of rows) {
    it(name, () => {
      expect(signals(payload)).toEqual(expected);
    });
  }

  it('bytes that are no text', () => {
    const decoded = decode(sense, null, DOOR, { topic: DOOR, payload: Uint8Array.of(0x7b, 0xff, 0x7d), stored: false });
    expect(decoded).toEqual({ ok: false, why: 'not UTF-8' });
  });

  it("another device's topic", () => {
    expect(decode(sense, null, DOOR, message('zigbee2mqtt/other', '{"contact":false}')).ok).toBe(false);
  });
});

describe('codes', () => {
  const rows: readonly (readonly [string, string, Signals['keypad']])[] = [
    ['leading zeros stay', '"0042"', { action: 'disarm', code: '0042' }],
    ['a number keeps its digits', '1234', { action: 'disarm', code: '1234' }],
    ['a negative number is no code', '-5', { action: 'disarm' }],
    ['a fraction is no code', '12.5', { action: 'disarm' }],
    ['a number too long to be exact is no code', '12345678901234567890', { action: 'disarm' }],
    ['none', 'null', { action: 'disarm' }],
    ['empty', '""', { action: 'disarm' }],
    ['64 characters', `"${'1'.repeat(64)}"`, { action: 'disarm', code: '1'.repeat(64) }],
    ['65 characters are nobody’s', `"${'1'.repeat(65)}"`, { action: 'disarm' }],
    ['an object', '{"code":"1234"}', { action: 'disarm' }],
  ];
  for (const [name, code, keypad] of rows) {
    it(name, () => {
      expect(signals(`{"action":"disarm","action_code":${code}}`)).toEqual({ keypad });
    });
  }

  it('a transaction as text', () => {
    expect(signals('{"action":"disarm","action_transaction":"99"}')).toEqual({
      keypad: { action: 'disarm', transaction: 99 },
    });
  });

  it('a transaction that is none', () => {
    expect(signals('{"action":"disarm","action_transaction":-1}')).toEqual({ keypad: { action: 'disarm' } });
  });
});

describe('from a broker’s store', () => {
  const rows: readonly (readonly [string, string, Signals])[] = [
    ['a contact is used', '{"contact":false}', { contact: 'open' }],
    ['a press is not', '{"action":"single"}', {}],
    ['a panic key is not', '{"action":"emergency"}', {}],
    ['a code is not', '{"action":"disarm","action_code":"4821"}', {}],
    ['a tilt is not', '{"action":"tilt"}', {}],
    ['a vibration field is a state', '{"vibration":true}', { vibration: true }],
  ];
  for (const [name, payload, expected] of rows) {
    it(name, () => {
      expect(signals(payload, 'stored')).toEqual(expected);
    });
  }
});

describe('models', () => {
  it('a model leaves out what it sends without meaning it', () => {
    expect(signals('{"contact":false,"occupancy":true,"tamper":true}', 'live', 'KEYPAD001')).toEqual({ tamper: true });
  });
  it('a model is known by its other names', () => {
    expect(signals('{"contact":false,"occupancy":true}', 'live', 'XHK1-UE')).toEqual({});
  });
  it('a model nobody described is as the family', () => {
    expect(signals('{"contact":false}', 'live', 'NO-SUCH-1')).toEqual({ contact: 'open' });
  });
  it('a model adds what only it says', () => {
    expect(signals('{"alarm":true}', 'live', 'NAS-AB02B2')).toEqual({ power: true });
    expect(signals('{"alarm":true}')).toEqual({});
  });
  it('rules of a model replace the family’s for the same signal only', () => {
    const yes = new Map([['true', true]]);
    const topic = { before: '', up: 0, after: '' };
    const family = {
      supervision: null,
      copyable: false,
      repeats: duration(0),
      topics: [{ topic, payload: 'json', rules: [flag('motion', 'a'), flag('leak', 'b')] }],
    } as const;
    const model = overlay(family, { ignore: [], topics: [{ topic, payload: 'json', rules: [flag('motion', 'c')] }] });
    expect(model.topics[0]?.rules.map((rule) => [rule.to, rule.from[0]])).toEqual([
      ['motion', 'c'],
      ['leak', 'b'],
    ]);
    function flag(to: 'motion' | 'leak', field: string) {
      return { to, from: [field], live: false, values: yes };
    }
  });
});

describe('topics', () => {
  it('of a device, each once', () => {
    expect(topicsOf(sense, DOOR)).toEqual([DOOR, `${DOOR}/availability`]);
  });

  const rows: readonly (readonly [string, string, string | null])[] = [
    ['$device', 'a/b/c', 'a/b/c'],
    ['$device/availability', 'a/b', 'a/b/availability'],
    ['tele/$device/LWT', 'door', 'tele/door/LWT'],
    ['$up2/status', 'node/binary_sensor/door', 'node/status'],
    ['$up2/status', 'node/door', null],
  ];
  for (const [text, device, topic] of rows) {
    it(`${text} of ${device}`, () => {
      const pattern = parseTopicPattern(text);
      expect(pattern === null ? 'no pattern' : topicFor(pattern, device)).toBe(topic);
    });
  }
  const spoken: readonly (readonly [string, string | null])[] = [
    [DOOR, DOOR],
    [`${DOOR}/availability`, DOOR],
    ['door', 'door'],
    [`${DOOR}/set`, null],
    ['zigbee2mqtt/bridge/state', null],
    ['', null],
  ];
  for (const [topic, device] of spoken) {
    it(`"${topic}" is spoken by ${device}`, () => {
      expect(deviceOn(sense, topic)).toBe(device);
    });
  }

  for (const text of ['device', '$devices$device', '$up0/x', '$up9/x', '$device/$up1', '']) {
    it(`"${text}" is no pattern`, () => {
      expect(parseTopicPattern(text)).toBeNull();
    });
  }
});

describe('rules no shipped family has', () => {
  const topic = { before: '', up: 0, after: '' };
  const contact = (field: string) => ({
    to: 'contact' as const,
    from: [field],
    live: false,
    values: new Map([
      ['true', 'closed' as const],
      ['false', 'open' as const],
    ]),
  });
  const two = profileOf([{ topic, payload: 'json', rules: [contact('a'), contact('b')] }]);
  for (const payload of ['{"a":true,"b":false}', '{"a":false,"b":true}']) {
    it(`one contact open and one closed is open: ${payload}`, () => {
      expect(decode(two, null, 'd', message('d', payload))).toMatchObject({ signals: { contact: 'open' } });
    });
  }

  it('what every object inherits is no field', () => {
    const values = new Map([['object', true]]);
    const nosy = profileOf([
      { topic, payload: 'json', rules: [{ to: 'smoke', from: ['constructor', 'name'], live: false, values }] },
    ]);
    expect(decode(nosy, null, 'd', message('d', '{}'))).toEqual({ ok: true, signals: {}, pulses: [] });
  });
});

describe('families to come speak the same language', () => {
  const device = { before: '', up: 0, after: '' };
  const doors = new Map<string, 'open' | 'closed'>([
    ['open', 'open'],
    ['on', 'open'],
    ['true', 'open'],
    ['close', 'closed'],
    ['off', 'closed'],
    ['false', 'closed'],
  ]);
  const rows: readonly (readonly [string, TopicRules, string, Signals])[] = [
    [
      'plain text, any case',
      { topic: device, payload: 'text', rules: [{ to: 'contact', from: [], live: false, values: doors }] },
      'OPEN\n',
      { contact: 'open' },
    ],
    [
      'a field inside fields',
      {
        topic: device,
        payload: 'json',
        rules: [{ to: 'contact', from: ['params', 'window:0', 'open'], live: false, values: doors }],
      },
      '{"params":{"window:0":{"open":true}}}',
      { contact: 'open' },
    ],
    [
      'a place in a list',
      {
        topic: device,
        payload: 'json',
        rules: [
          {
            to: 'button',
            from: ['events', '0', 'event'],
            live: true,
            values: new Map([['single_push', 'press']]),
            words: new Map(),
          },
        ],
      },
      '{"events":[{"event":"single_push"}]}',
      { button: 'press' },
    ],
    [
      'a number in plain text',
      { topic: device, payload: 'either', rules: [{ to: 'battery', from: [], live: false, min: 0, max: 100 }] },
      '87',
      { battery: 87 },
    ],
  ];
  for (const [name, rules, payload, expected] of rows) {
    it(name, () => {
      const decoded = decode(profileOf([rules]), null, 'd', message('d', payload));
      expect(decoded).toMatchObject({ ok: true, signals: expected });
    });
  }
});

describe('whatever comes', () => {
  const known = topicsOf(sense, DOOR);
  const topic = fc.oneof(fc.constantFrom(...known), fc.string());
  const model = fc.option(fc.constantFrom(...sense.models.keys()));
  const fields = [
    'contact',
    'action',
    'click',
    'action_code',
    'action_transaction',
    'battery',
    'state',
    'vibration',
    '__proto__',
  ];
  const words = ['single', 'emergency', 'disarm', 'tilt', 'ON', 'hold_release', '', 'online'];
  const value = fc.oneof(fc.constantFrom(...words), fc.jsonValue(), fc.double(), fc.integer());
  const json = fc.dictionary(fc.constantFrom(...fields), value).map((object) => JSON.stringify(object));
  const bytes = fc.oneof(
    fc.uint8Array(),
    fc.oneof(json, fc.json(), fc.string()).map((text) => new TextEncoder().encode(text)),
  );

  it('decoding never throws', () => {
    fc.assert(
      fc.property(topic, bytes, model, fc.boolean(), (on, payload, name, stored) => {
        const decoded = decode(sense, name, DOOR, { topic: on, payload, stored });
        expect(typeof decoded.ok).toBe('boolean');
      }),
      { numRuns: 2000 },
    );
  });

  it('a stored message is never a press, a code or a knock', () => {
    fc.assert(
      fc.property(topic, bytes, model, (on, payload, name) => {
        const decoded = decode(sense, name, DOOR, { topic: on, payload, stored: true });
        if (!decoded.ok) return;
        expect(decoded.signals.button).toBeUndefined();
        expect(decoded.signals.keypad).toBeUndefined();
        expect(decoded.pulses).toEqual([]);
      }),
      { numRuns: 2000 },
    );
  });

  it('a stored press stays none in a profile that forgot to say live', () => {
    const forgetful = profileOf([
      {
        topic: { before: '', up: 0, after: '' },
        payload: 'json',
        rules: [
          { to: 'button', from: ['action'], live: false, values: new Map([['single', 'press']]), words: new Map() },
        ],
      },
    ]);
    const heard = (how: 'live' | 'stored') => decode(forgetful, null, 'd', message('d', '{"action":"single"}', how));
    expect(heard('stored')).toEqual({ ok: true, signals: {}, pulses: [] });
    expect(heard('live')).toEqual({ ok: true, signals: { button: 'press' }, pulses: [] });
  });
});

describe('happenings and levels', () => {
  const rows: readonly (readonly [string, string, readonly string[]])[] = [
    ['an action has no end', '{"action":"tilt"}', ['vibration']],
    ['a field has one', '{"vibration":true}', []],
    ['the empty action is nothing', '{"action":""}', []],
  ];
  for (const [name, payload, pulses] of rows) {
    it(name, () => {
      expect(decode(sense, null, DOOR, message(DOOR, payload))).toMatchObject({ pulses });
    });
  }
});
