import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Problem } from '../../src/site/house.ts';
import { completed, load } from './fixtures/config.ts';

const WORDS = [
  ...[
    'site',
    'id',
    'timezone',
    'panel',
    'modes',
    'away',
    'devices',
    'zone',
    'type',
    'entry',
    'tremor',
    'guards',
    'topic',
  ],
  ...[
    'driver',
    'gpio',
    'serial',
    'firmata',
    'line',
    'chip',
    'gateways',
    'gateway',
    'port',
    'pin',
    'loop',
    'wiring',
    'A0',
    '17',
  ],
  ...[
    'profile',
    'zigbee2mqtt',
    'contacts',
    'phone',
    '"+447700900123"',
    'escalation',
    'default',
    'notify',
    'monitoring',
    'sia-dc09',
    'account',
    'secret',
  ],
  ...[
    'mqtt',
    'listen',
    'connect',
    'users',
    'url',
    'sms',
    'twilio',
    'web',
    'evidence',
    '!secret token',
    '!secret x',
    '&a',
    '*a',
  ],
  ...[
    ': ',
    ':',
    '- ',
    '\n',
    '\n  ',
    '\n    ',
    '{ ',
    ' }',
    '[',
    ']',
    ', ',
    '"',
    "'",
    '|',
    '>',
    '#',
    '%',
    '? ',
    '<<',
    '---',
    '\t',
  ],
  ...['30s', '45', 'true', 'null', '~', '0x1f', '.inf', '__proto__', 'constructor', 'é', '\u{1f600}', '\uFEFF', '\r'],
];

/** True when the place exists in the text; one past the end of a line is still in it. */
function isInside({ line, column }: Problem, text: string): boolean {
  const length = text.split('\n')[line - 1]?.length;
  return length !== undefined && column >= 1 && column <= length + 1;
}

function check(bytes: Uint8Array): void {
  const text = new TextDecoder().decode(bytes);
  const loaded = load(bytes);
  const told = loaded.ok ? loaded.warnings : loaded.problems;
  if (!loaded.ok) expect(told.some(({ severity }) => severity === 'error')).toBe(true);
  if (loaded.ok) expect(told.every(({ severity }) => severity === 'warning')).toBe(true);
  for (const problem of told.filter(({ file }) => file === 'hub.yaml')) {
    expect(isInside(problem, text), JSON.stringify({ problem, text })).toBe(true);
    expect(problem.message).not.toMatch(/\n|undefined|\[object/);
  }
}

describe('whatever stands in the file, it is taken or refused with a place', () => {
  it('words of a config in any order', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...WORDS), { maxLength: 60 }), (words) =>
        check(Buffer.from(words.join(''))),
      ),
      { numRuns: 400 },
    );
  });

  it('any bytes', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), check), { numRuns: 300 });
  });

  it('any values behind the right keys', () => {
    const value = fc.letrec((tie) => ({
      any: fc.oneof({ maxDepth: 4 }, fc.constantFrom(...WORDS.slice(0, 54)), fc.jsonValue(), tie('group'), tie('list')),
      group: fc.dictionary(
        fc.constantFrom(...WORDS.slice(0, 52), 'hits', 'within', 'on', 'alarms', 'after'),
        tie('any'),
      ),
      list: fc.array(tie('any'), { maxLength: 4 }),
    }));
    fc.assert(
      fc.property(value.group, (config) => check(Buffer.from(JSON.stringify(config)))),
      { numRuns: 400 },
    );
  });

  it('any values behind the keys of wires', () => {
    const value = fc.oneof(
      fc.constantFrom('gw', 'uno', 'A0', 'A100', '/dev/x', 'rflink', 'normally-open', 17, -1, 0.5, 300, true, null),
      fc.constantFrom({ chip: 'x', line: 3 }, { pullUp: 10_000, endOfLine: 4700, contact: 4700 }, ['rtl_433']),
      fc.jsonValue({ maxDepth: 1 }),
    );
    const keys = ['line', 'wiring', 'bias', 'gateway', 'pin', 'activeLow', 'pullUp', 'above', 'hysteresis', 'loop'];
    const driver = fc.constantFrom('mqtt', 'gpio', 'serial', 'firmata', 'other');
    const entry = fc
      .tuple(driver, fc.dictionary(fc.constantFrom(...keys, 'profile', 'debounce', 'onStop', 'signal'), value))
      .map(([word, rest]) => ({ id: 'a', role: 'siren', driver: word, ...rest }));
    const gateway = fc.dictionary(fc.constantFrom('port', 'baud', 'type', 'silence', 'command'), value);
    const house = fc.record({
      devices: fc.array(fc.oneof(entry, value), { maxLength: 3 }),
      outputs: fc.array(fc.oneof(entry, value), { maxLength: 2 }),
      gateways: fc.oneof(fc.dictionary(fc.constantFrom('gw', 'uno', 'A B'), fc.oneof(gateway, value)), value),
    });
    fc.assert(
      fc.property(house, (config) => check(Buffer.from(JSON.stringify(config)))),
      { numRuns: 600 },
    );
  });

  it('a good config with one place spoilt', () => {
    const good = completed(
      'devices: [{ id: a, profile: zigbee2mqtt, topic: z/a, zone: { type: entry, modes: [away] } }]\nescalation: { default: [{ after: 0s, notify: [sister], repeat: 2, every: 1m }] }',
    );
    fc.assert(
      fc.property(fc.nat(good.length), fc.nat(6), fc.constantFrom(...WORDS, ''), (at, cut, word) =>
        check(Buffer.from(good.slice(0, at) + word + good.slice(at + cut))),
      ),
      {
        numRuns: 600,
        // An open quote that swallows the lines after it: the package counts them as one line.
        examples: [[87, 0, "'"]],
      },
    );
  });
});
