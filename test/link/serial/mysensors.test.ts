import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../../src/base/json.ts';
import type { Heard } from '../../../src/link/serial/codec.ts';
import { createMysensors, encodeMysensors } from '../../../src/link/serial/mysensors.ts';

const bytes = (line: string): Uint8Array => Buffer.from(line, 'latin1');
const short = (heard: readonly Heard[]): readonly string[] =>
  heard.map((one) => {
    if (one.type === 'said') return JSON.stringify(one.message);
    return one.type + ('restarted' in one ? ' restarted' : '');
  });

// Lines of the tests of theolind/pymysensors, of mysensors.org, and of what people published of their own networks.
describe('one line, to a gateway that has just begun', () => {
  const rows: readonly (readonly [string, readonly string[]])[] = [
    ['12;1;1;0;16;1', ['{"node":12,"child":1,"V_TRIPPED":"1"}']],
    ['12;1;1;0;16;0', ['{"node":12,"child":1,"V_TRIPPED":"0"}']],
    ['12;6;1;0;2;1', ['{"node":12,"child":6,"V_STATUS":"1"}']],
    ['12;6;1;1;2;1', ['sent', '{"node":12,"child":6,"V_STATUS":"1"}']],
    ['1;0;1;0;23;43', ['{"node":1,"child":0,"V_LIGHT_LEVEL":"43"}']],
    ['1;1;1;0;1;75', ['{"node":1,"child":1,"alive":true}']],
    ['28;0;1;0;24;5.15', ['{"node":28,"child":0,"alive":true}']],
    ['28;0;1;0;0;20.2', ['{"node":28,"child":0,"alive":true}']],
    ['10;0;1;0;52;996.3', ['{"node":10,"child":0,"alive":true}']],
    ['1;255;3;0;0;79', ['alive']],
    ['28;255;3;0;0;106', ['alive']],
    ['255;255;3;0;3;', ['alive']],
    ['1;255;0;0;17;1.4.1', ['alive']],
    ['1;255;3;0;6;0', ['alive']],
    ['1;255;3;0;1;', ['alive']],
    ['1;255;3;0;11;lighthum demo sens', ['alive']],
    ['1;255;3;0;12;1.0', ['alive']],
    ['0;255;3;0;9;read: 1-1-0 s=0,c=1,t=1,pt=7,l=5,sg=0:22.0', ['alive']],
    ['0;255;3;0;14;Gateway startup complete.', ['alive restarted']],
    ['0;255;3;0;2;2.2.0', ['alive']],
    ['1;0;0;0;16;', ['alive']],
    ['1;1;2;0;24;', ['alive']],
    ['bad;bad;bad;bad;bad;bad', ['unreadable']],
    ['256;1;1;0;16;1', ['unreadable']],
    ['12;256;1;0;16;1', ['unreadable']],
    ['12;1;5;0;16;1', ['unreadable']],
    ['12;1;1;2;16;1', ['unreadable']],
    ['12;1;1;0;16', ['unreadable']],
    ['12;1;1;0;16;\xff', ['unreadable']],
  ];
  for (const [line, expected] of rows) {
    it(line, () => {
      expect(short(createMysensors().read(bytes(line)))).toEqual(expected);
    });
  }
});

describe('what a node says counts for its children', () => {
  const rows: readonly (readonly [string, readonly string[], readonly string[]])[] = [
    [
      'its battery, for each it has shown',
      ['4;1;0;0;0;', '4;2;1;0;16;0', '4;255;3;0;0;57'],
      ['{"node":4,"child":1,"battery":57}', '{"node":4,"child":2,"battery":57}'],
    ],
    ['its heartbeat', ['172;3;1;0;16;0', '172;255;3;0;22;1'], ['{"node":172,"child":3,"alive":true}']],
    ['its going to sleep', ['172;3;1;0;16;0', '172;255;3;0;32;500'], ['{"node":172,"child":3,"alive":true}']],
    [
      'its battery, told before the child spoke',
      ['4;255;3;0;0;57', '4;1;1;0;16;1'],
      ['{"node":4,"child":1,"V_TRIPPED":"1","battery":57}'],
    ],
    [
      'and not again with every word',
      ['4;255;3;0;0;57', '4;1;1;0;16;1', '4;1;1;0;16;0'],
      ['{"node":4,"child":1,"V_TRIPPED":"0"}'],
    ],
    ['nothing of another node', ['5;1;1;0;16;0', '4;255;3;0;0;57'], ['alive']],
  ];
  for (const [name, lines, expected] of rows) {
    it(name, () => {
      const codec = createMysensors();
      const last = lines.map((line) => codec.read(bytes(line))).at(-1) ?? [];
      expect(short(last)).toEqual(expected);
    });
  }

  it('of 64 children at most', () => {
    const codec = createMysensors();
    for (let child = 0; child < 200; child += 1) codec.read(bytes(`4;${child};1;0;16;0`));
    expect(codec.read(bytes('4;255;3;0;0;57')).length).toBe(64);
  });
});

describe('orders', () => {
  const rows: readonly (readonly [JsonObject, string])[] = [
    [{ address: '12:6', V_STATUS: '1' }, '12;6;1;1;2;1\n'],
    [{ address: '12:6', V_STATUS: '0' }, '12;6;1;1;2;0\n'],
    [{ address: '0:0', V_STATUS: '1' }, '0;0;1;1;2;1\n'],
    [{ address: '12', V_STATUS: '1' }, 'MySensors switches a child of a node; write the address like 12:1'],
    [{ address: '255:1', V_STATUS: '1' }, 'MySensors switches a child of a node; write the address like 12:1'],
    [{ address: '12:255', V_STATUS: '1' }, 'MySensors switches a child of a node; write the address like 12:1'],
    [{ address: '12:6' }, 'MySensors takes one value an order; give one like V_STATUS: "1"'],
    [
      { address: '12:6', V_STATUS: '1', V_TRIPPED: '1' },
      'MySensors takes one value an order; give one like V_STATUS: "1"',
    ],
    [{ address: '12:6', V_STATUS: 1 }, 'MySensors takes at most 25 plain characters; correct V_STATUS'],
    [{ address: '12:6', V_STATUS: '1;2' }, 'MySensors takes at most 25 plain characters; correct V_STATUS'],
    [
      { address: '12:6', V_STATUS: '1\n0;255;3;0;13;' },
      'MySensors takes at most 25 plain characters; correct V_STATUS',
    ],
  ];
  for (const [order, expected] of rows) {
    it(JSON.stringify(order), () => {
      const encoded = encodeMysensors(order);
      expect(encoded.ok ? Buffer.from(encoded.bytes).toString() : encoded.why).toBe(expected);
    });
  }
});
