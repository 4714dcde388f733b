import { describe, expect, it } from 'vitest';
import { duration } from '../../src/base/time.ts';
import { type Decoded, decode, decodeStray, openShared, read, readShared } from '../../src/sense/decode.ts';
import type { LevelRule, Profile, Rule } from '../../src/sense/profile.ts';
import { deviceOn, parseTopicPattern, topicFor } from '../../src/sense/profile.ts';
import { readerFor } from '../../src/sense/reader.ts';
import type { TripSignal } from '../../src/sense/signals.ts';
import { message, profileOf, shipped } from './profiles.ts';

/** Just what was measured; in full, so that nothing too much goes unseen. */
const signalsOf = (decoded: Decoded): unknown => (decoded.ok ? decoded.signals : decoded.why);

const onOff = new Map([
  ['on', true],
  ['off', false],
]);
const topic = { before: '', up: 0, after: '' };
const of = (rules: readonly (Rule | LevelRule)[]): Profile => profileOf([{ topic, payload: 'either', rules }]);
const bare = of([{ to: 'level', from: [], live: false, values: onOff }]);

describe('a bare on means what the house says', () => {
  const rows: readonly (readonly [TripSignal, string, object])[] = [
    ['contact', 'on', { contact: 'open' }],
    ['contact', 'off', { contact: 'closed' }],
    ['motion', 'on', { motion: true }],
    ['vibration', 'off', { vibration: false }],
    ['tamper', 'on', { tamper: true }],
    ['smoke', 'on', { smoke: true }],
    ['co', 'off', { co: false }],
    ['leak', 'on', { leak: true }],
    ['button', 'on', { button: 'press' }],
    ['button', 'off', {}],
  ];
  for (const [means, payload, signals] of rows) {
    it(`${payload} of ${means}`, () => {
      expect(signalsOf(decode(bare, null, 'd', message('d', payload), { means }))).toEqual(signals);
    });
  }
});

describe('a rule', () => {
  const press = new Map([['single', 'press' as const]]);
  const counted = of([{ to: 'button', from: ['e'], live: false, values: press, words: new Map(), count: ['n'] }]);
  it('tells one press from the next by the device’s own count', () => {
    expect(decode(counted, null, 'd', message('d', '{"e":"single","n":7}'))).toMatchObject({ press: '7' });
  });
  it('tells nothing of a press where there is none', () => {
    expect(decode(counted, null, 'd', message('d', '{"e":"","n":7}'))).toEqual({ ok: true, signals: {}, pulses: [] });
  });

  const picky = of([
    { to: 'motion', from: ['v'], live: false, values: onOff, when: { from: ['part'], says: 'input:$address' } },
  ]);
  const rows: readonly (readonly [string, object])[] = [
    ['{"v":"on","part":"input:1"}', { motion: true }],
    ['{"v":"on","part":"INPUT:1"}', { motion: true }],
    ['{"v":"on","part":"input:0"}', {}],
    ['{"v":"on"}', {}],
  ];
  for (const [payload, signals] of rows) {
    it(`counts only when another field says so: ${payload}`, () => {
      expect(signalsOf(decode(picky, null, 'd', message('d', payload), { address: '1' }))).toEqual(signals);
    });
  }

  const always = new Map([['$any', true]]);
  const happenings: readonly (readonly [TripSignal, readonly TripSignal[]])[] = [
    ['contact', ['contact']],
    ['motion', ['motion']],
    ['vibration', ['vibration']],
    ['smoke', ['smoke']],
    ['co', ['co']],
    ['leak', ['leak']],
    ['button', []],
  ];
  for (const [means, pulses] of happenings) {
    it(`whatever comes is one happening of ${means}`, () => {
      const code = of([{ to: 'level', from: ['code'], live: true, values: always }]);
      expect(decode(code, null, 'd', message('d', '{"code":4711}'), { means })).toMatchObject({ pulses });
    });
  }
});

describe('what anyone can send again', () => {
  const values = new Map([
    ['disarm', 'disarm' as const],
    ['arm', 'arm_away' as const],
    ['help', 'panic' as const],
  ]);
  const keypad: Rule = { to: 'keypad', from: ['k'], live: true, values, code: ['c'], transaction: null };
  const plain = of([keypad]);
  const copied: Profile = { ...plain, common: { ...plain.common, copyable: true, repeats: duration(3000) } };
  const rows: readonly (readonly [string, object])[] = [
    ['disarm', {}],
    ['arm', {}],
    ['help', { keypad: { action: 'panic' } }],
  ];
  for (const [word, signals] of rows) {
    it(word, () => {
      expect(signalsOf(decode(copied, null, 'd', message('d', `{"k":"${word}"}`)))).toEqual(signals);
    });
  }
});

describe('topics with an address', () => {
  const rows: readonly (readonly [string, string | null, string | null])[] = [
    ['cmnd/$device/POWER$address', '2', 'cmnd/hall/POWER2'],
    ['$device/RTL/$path', 'Model:7', 'hall/RTL/Model/7'],
    ['$device/BT/$plain', 'aa:bb:0c', 'hall/BT/AABB0C'],
    ['$device/BT/$plain', null, null],
    ['$device/state', null, 'hall/state'],
  ];
  for (const [text, address, expected] of rows) {
    it(`${text} of ${address}`, () => {
      const pattern = parseTopicPattern(text);
      expect(pattern === null ? 'no pattern' : topicFor(pattern, 'hall', address)).toBe(expected);
    });
  }
  for (const text of ['$device/$where', '$device/$addresses', '$address/x']) {
    it(`"${text}" is no pattern`, () => {
      expect(parseTopicPattern(text)).toBeNull();
    });
  }
  const only = { ...topic, after: '/state', level: 'binary_sensor' };
  it('only for a device with that level', () => {
    expect(topicFor(only, 'node/binary_sensor/door')).toBe('node/binary_sensor/door/state');
    expect(topicFor(only, 'node/switch/door')).toBeNull();
    expect(deviceOn(profileOf([{ topic: only, payload: 'text', rules: [] }]), 'node/switch/door/state')).toBeNull();
  });
});

describe('many devices on one topic', () => {
  const { sense } = shipped('rtl_433');
  const reader = (address: string) =>
    readerFor(sense, { model: null, topic: 'rtl_433/attic/events', address, means: 'contact' });
  const door = (id: string) => message('rtl_433/attic/events', `{"model":"DSC-Security","id":${id},"closed":0}`);
  const rows: readonly (readonly [string, string, object])[] = [
    ['a number', '2407880', { contact: 'open' }],
    ['the same as text', '"2407880"', { contact: 'open' }],
    ['another', '2407881', {}],
    ['none', 'null', {}],
    ['an object', '{"id":2407880}', {}],
  ];
  for (const [name, id, signals] of rows) {
    it(`an id that is ${name}`, () => {
      expect(signalsOf(read(reader('DSC-Security:2407880'), door(id)))).toEqual(signals);
    });
  }
  it('capitals do not count', () => {
    expect(read(reader('dsc-security:2407880'), door('2407880'))).toMatchObject({ signals: { contact: 'open' } });
  });
  it('a message is opened once, and read by whoever it names', () => {
    const { payload } = door('2407880');
    const opened = openShared(sense, payload);
    expect(opened).toMatchObject({ ok: true, addresses: ['dsc-security:2407880'] });
    const content = opened.ok ? opened.content : null;
    expect(readShared(reader('DSC-Security:2407880'), 'rtl_433/attic/events', content, false)).toMatchObject({
      signals: { contact: 'open' },
    });
  });
  it('a stranger is read by the model it names', () => {
    const payload = '{"model":"Generic-Remote","id":5069,"cmd":192}';
    expect(decodeStray(sense, message('rtl_433/attic/events', payload))).toMatchObject({
      topic: 'rtl_433/attic/events',
      address: 'Generic-Remote:5069',
      decoded: { signals: { contact: 'open' }, pulses: ['contact'] },
    });
  });
});

describe('a name that tells the model', () => {
  const { sense } = shipped('shelly');
  const rows: readonly (readonly [string, object])[] = [
    ['shellies/shellydw2-A4CF12F43189', {}],
    ['shellies/shellydw-F3B2D8', {}],
    ['shellies/shelly1-328900', { online: false }],
    ['shellies/front-door', { online: false }],
    ['shellies/plain', { online: false }],
  ];
  for (const [device, signals] of rows) {
    it(`${device} that is gone`, () => {
      expect(signalsOf(decode(sense, null, device, message(`${device}/online`, 'false')))).toEqual(signals);
    });
  }
});
