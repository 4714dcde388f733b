import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  EVENT_BUFFER,
  grantedLine,
  ioctls,
  lostBetween,
  packLineInfo,
  packLineRequest,
  packValues,
  readChipInfo,
  readEvent,
  readLineInfo,
  readValue,
  sizes,
  type Use,
} from '../../../src/link/gpio/abi.ts';

/** Asks the compiler how the kernel's own header lays these out. Null: no compiler, or no header. */
function fromHeader(expressions: readonly string[]): readonly number[] | null {
  if (!existsSync('/usr/include/linux/gpio.h')) return null;
  const folder = mkdtempSync(join(tmpdir(), 'lantern-header-'));
  try {
    const source = join(folder, 'sizes.c');
    const prints = expressions.map((one) => `printf("%lu\\n", (unsigned long)(${one}));`).join('\n');
    writeFileSync(
      source,
      `#include <stddef.h>\n#include <stdio.h>\n#include <sys/ioctl.h>\n#include <linux/gpio.h>\nint main(void) {\n${prints}\nreturn 0; }\n`,
    );
    if (spawnSync('gcc', ['-o', join(folder, 'sizes'), source]).status !== 0) return null;
    return spawnSync(join(folder, 'sizes'), { encoding: 'utf8' }).stdout.trim().split('\n').map(Number);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const request = 'struct gpio_v2_line_request';
const layout: readonly (readonly [expression: string, value: number])[] = [
  ['sizeof(struct gpiochip_info)', sizes.chipInfo],
  ['sizeof(struct gpio_v2_line_info)', sizes.lineInfo],
  [`sizeof(${request})`, sizes.lineRequest],
  ['sizeof(struct gpio_v2_line_values)', sizes.values],
  ['sizeof(struct gpio_v2_line_event)', sizes.event],
  ['GPIO_GET_CHIPINFO_IOCTL', ioctls.chipInfo],
  ['GPIO_V2_GET_LINEINFO_IOCTL', ioctls.lineInfo],
  ['GPIO_V2_GET_LINE_IOCTL', ioctls.lineRequest],
  ['GPIO_V2_LINE_GET_VALUES_IOCTL', ioctls.getValues],
  ['GPIO_V2_LINE_SET_VALUES_IOCTL', ioctls.setValues],
  ['offsetof(struct gpiochip_info, label)', 32],
  ['offsetof(struct gpiochip_info, lines)', 64],
  ['offsetof(struct gpio_v2_line_info, consumer)', 32],
  ['offsetof(struct gpio_v2_line_info, offset)', 64],
  ['offsetof(struct gpio_v2_line_info, flags)', 72],
  [`offsetof(${request}, consumer)`, 256],
  [`offsetof(${request}, config.flags)`, 288],
  [`offsetof(${request}, config.num_attrs)`, 296],
  [`offsetof(${request}, config.attrs)`, 320],
  [`offsetof(${request}, config.attrs[0].attr.values)`, 328],
  [`offsetof(${request}, config.attrs[0].attr.debounce_period_us)`, 328],
  [`offsetof(${request}, config.attrs[0].mask)`, 336],
  [`offsetof(${request}, num_lines)`, 560],
  [`offsetof(${request}, event_buffer_size)`, 564],
  [`offsetof(${request}, fd)`, 588],
  ['offsetof(struct gpio_v2_line_values, mask)', 8],
  ['offsetof(struct gpio_v2_line_event, id)', 8],
  ['offsetof(struct gpio_v2_line_event, line_seqno)', 20],
  ['GPIO_V2_LINE_EVENT_RISING_EDGE', 1],
];

describe('structures are where the header of the kernel has them', () => {
  const told = fromHeader(layout.map(([expression]) => expression));
  for (const [at, [expression, value]] of layout.entries()) {
    it(expression, (ctx) => {
      if (told === null) ctx.skip(`NOT RUN: ${expression}: needs gcc and linux/gpio.h (install gcc and libc6-dev)`);
      expect(told?.[at]).toBe(value);
    });
  }
});

describe('a request for a line', () => {
  const EDGES = 16 + 32;
  type Fields = { flags: number; attributes: number; attribute: number; value: number; room: number };
  const none = { attributes: 0, attribute: 0, value: 0 };
  const read = (as: 'input', bias: 'pull-up' | 'pull-down' | 'none' | 'as-is', filterMs = 0): Use => ({
    as,
    bias,
    filterMs,
  });
  const rows: readonly (readonly [name: string, activeLow: boolean, use: Use, fields: Fields])[] = [
    ['as it is', false, read('input', 'as-is'), { ...none, flags: 4 + EDGES, room: EVENT_BUFFER }],
    ['pulled up', false, read('input', 'pull-up'), { ...none, flags: 4 + EDGES + 256, room: EVENT_BUFFER }],
    ['pulled down', false, read('input', 'pull-down'), { ...none, flags: 4 + EDGES + 512, room: EVENT_BUFFER }],
    ['not pulled', false, read('input', 'none'), { ...none, flags: 4 + EDGES + 1024, room: EVENT_BUFFER }],
    ['active-low', true, read('input', 'as-is'), { ...none, flags: 2 + 4 + EDGES, room: EVENT_BUFFER }],
    [
      'filtered',
      false,
      read('input', 'as-is', 5),
      { flags: 4 + EDGES, attributes: 1, attribute: 3, value: 5_000, room: EVENT_BUFFER },
    ],
    [
      'an output that is on',
      false,
      { as: 'output', starts: 'on' },
      { flags: 8, attributes: 1, attribute: 2, value: 1, room: 0 },
    ],
    [
      'an output that is off',
      true,
      { as: 'output', starts: 'off' },
      { flags: 10, attributes: 1, attribute: 2, value: 0, room: 0 },
    ],
  ];
  for (const [name, activeLow, use, fields] of rows) {
    it(name, () => {
      const bytes = packLineRequest(17, activeLow, use);
      const at = (offset: number): number => bytes.readUInt32LE(offset);
      expect([at(0), at(560), bytes.toString('utf8', 256, 264)]).toEqual([17, 1, 'lantern\0']);
      expect({ flags: at(288), attributes: at(296), attribute: at(320), value: at(328), room: at(564) }).toEqual(
        fields,
      );
      expect(at(336)).toBe(fields.attributes);
    });
  }
  it('the answer is the open line', () => {
    const bytes = packLineRequest(17, false, { as: 'output', starts: 'on' });
    bytes.writeInt32LE(42, 588);
    expect(grantedLine(bytes)).toBe(42);
  });
});

it('values are one line', () => {
  expect([...packValues('on')]).toEqual([1, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0]);
  expect([readValue(packValues('on')), readValue(packValues('off'))]).toEqual(['on', 'off']);
});

it('names may fill their field to the last byte', () => {
  const bytes = Buffer.alloc(sizes.chipInfo);
  bytes.write('n'.repeat(32), 0);
  bytes.write('l'.repeat(32), 32);
  bytes.writeUInt32LE(54, 64);
  expect(readChipInfo(bytes)).toEqual({ name: 'n'.repeat(32), label: 'l'.repeat(32), lines: 54 });
});

it('a line says who holds it', () => {
  const bytes = packLineInfo(17);
  expect(bytes.readUInt32LE(64)).toBe(17);
  bytes.write('GPIO17', 0);
  bytes.write('fan', 32);
  bytes.writeUInt32LE(9, 72);
  expect(readLineInfo(bytes)).toEqual({ name: 'GPIO17', consumer: 'fan', used: true, direction: 'out' });
});

describe('an edge', () => {
  it('is read as it was written, wherever it lies', () => {
    const event = fc.record({
      ns: fc.bigInt({ min: 0n, max: 2n ** 62n }),
      id: fc.constantFrom(1, 2),
      sequence: fc.integer({ min: 0, max: 2 ** 32 - 1 }),
    });
    fc.assert(
      fc.property(fc.array(event, { maxLength: 20 }), (events) => {
        const bytes = Buffer.alloc(events.length * sizes.event, 0xff);
        for (const [at, one] of events.entries()) {
          bytes.writeBigUInt64LE(one.ns, at * 48);
          bytes.writeUInt32LE(one.id, at * 48 + 8);
          bytes.writeUInt32LE(one.sequence, at * 48 + 20);
        }
        for (const [at, one] of events.entries()) {
          const { to, atMs, sequence } = readEvent(bytes, at * 48);
          expect([to, sequence]).toEqual([one.id === 1 ? 'on' : 'off', one.sequence]);
          expect(atMs).toBeCloseTo(Number(one.ns) / 1e6, 0);
        }
      }),
    );
  });

  const gaps: readonly (readonly [last: number, next: number, lost: number])[] = [
    [0, 1, 0],
    [1, 2, 0],
    [1, 3, 1],
    [7, 108, 100],
    [2 ** 32 - 1, 0, 0],
    [2 ** 32 - 2, 1, 2],
  ];
  for (const [last, next, lost] of gaps) {
    it(`${next} after ${last}: ${lost} lost`, () => expect(lostBetween(last, next)).toBe(lost));
  }
});
