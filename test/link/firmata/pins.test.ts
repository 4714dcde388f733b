import { describe, expect, it } from 'vitest';
import type { BoardInput, BoardOutput } from '../../../src/hub/ports.ts';
import { levels } from '../../../src/link/firmata/frames.ts';
import { type BoardPins, planPins } from '../../../src/link/firmata/pins.ts';
import { openTrouble } from '../../../src/link/firmata/port.ts';
import { input, loop, output } from './bench.ts';

/** An Uno: 0 and 1 are its serial line, 2 to 13 digital, 14 to 19 are A0 to A5. */
const uno = (version: 'old' | 'new'): BoardPins => ({
  modes: Array.from({ length: 20 }, (_, pin) =>
    pin < 2 ? [] : [0, 1, ...(pin < 14 ? [] : [2]), ...(version === 'new' ? [11] : [])],
  ),
  analog: [14, 15, 16, 17, 18, 19],
});

const plan = (inputs: readonly BoardInput[], outputs: readonly BoardOutput[], version: 'old' | 'new' = 'new') =>
  planPins({ id: 'shed', port: '', baud: 57600, inputs, outputs }, uno(version));

const complaints: readonly (readonly [
  what: string,
  inputs: readonly BoardInput[],
  outputs: readonly BoardOutput[],
  why: string,
])[] = [
  ['a pin it has not got', [input('20')], [], 'pin 20: this board has pins 0 to 19 and A0 to A5; mend pin:'],
  ['a channel it has not got', [input('A6')], [], 'pin A6: this board has pins 0 to 19 and A0 to A5; mend pin:'],
  ['no pin at all', [input('D2')], [], 'pin D2: this board has pins 0 to 19 and A0 to A5; mend pin:'],
  ['the pins of its serial line', [input('1')], [], 'pin 1 is no input on this board; use another'],
  ['an output on them', [], [output('0')], 'pin 0 is no output on this board; use another'],
  ['an output that is not there', [], [output('99')], 'pin 99: this board has pins 0 to 19 and A0 to A5; mend pin:'],
  [
    'a loop on a digital pin',
    [input('5', { reads: { loop } })],
    [],
    'pin 5 measures no voltage on this board; use A0 to A5',
  ],
];

describe('a board cannot do', () => {
  for (const [what, inputs, outputs, why] of complaints) {
    it(what, () => expect(plan(inputs, outputs)).toEqual([why]));
  }
  it('several things, and says each', () => {
    expect(plan([input('1'), input('20')], [output('0')])).toHaveLength(3);
  });
});

describe('a board can do', () => {
  it('a voltage by the number of its pin', () => {
    expect(plan([input('15', { reads: { loop } })], [])).toMatchObject({ analog: [{ pin: 15, channel: 1 }] });
  });
  it('a contact on an analogue pin', () => {
    expect(plan([input('A2')], [])).toMatchObject({ digital: [{ pin: 16, mode: 0 }] });
  });
  it('a pull-up', () => {
    expect(plan([input('2', { pullUp: true })], [])).toMatchObject({ digital: [{ mode: 11, writtenHigh: false }] });
  });
  it('a pull-up by writing it high, before Firmata 2.5', () => {
    expect(plan([input('2', { pullUp: true })], [], 'old')).toMatchObject({
      digital: [{ mode: 0, writtenHigh: true }],
    });
  });
});

type Wired = readonly [inputs: readonly BoardInput[], outputs: readonly BoardOutput[], version: 'old' | 'new'];
const frames: readonly (readonly [what: string, wired: Wired, on: readonly string[], bytes: readonly number[]])[] = [
  ['nothing to say without outputs', [[input('2')], [], 'new'], [], []],
  ['an output that is off', [[], [output('5')], 'new'], [], [0x90, 0, 0]],
  ['an output that is on', [[], [output('5')], 'new'], ['5'], [0x90, 0x20, 0]],
  ['the eighth pin of a port is the second byte', [[], [output('7')], 'new'], ['7'], [0x90, 0, 1]],
  ['low means on', [[], [output('5', { activeLow: true })], 'new'], ['5'], [0x90, 0, 0]],
  ['and high means off', [[], [output('5', { activeLow: true })], 'new'], [], [0x90, 0x20, 0]],
  [
    'each port once',
    [[], [output('5'), output('6'), output('13')], 'new'],
    ['5', '6', '13'],
    [0x90, 0x60, 0, 0x91, 0x20, 0],
  ],
  ['a pulled-up input is not written', [[input('2', { pullUp: true })], [output('5')], 'new'], ['5'], [0x90, 0x20, 0]],
  ['but on an old board it is', [[input('2', { pullUp: true })], [output('5')], 'old'], ['5'], [0x90, 0x24, 0]],
  ['an input without pull-up never', [[input('2')], [output('5')], 'old'], ['5'], [0x90, 0x20, 0]],
];

describe('the levels of the ports', () => {
  for (const [what, wired, on, bytes] of frames) {
    it(what, () => {
      const planned = plan(...wired);
      if ('length' in planned) throw new Error(planned.join());
      expect(levels(planned, (one) => (on.includes(one.output.pin) ? 'on' : 'off'))).toEqual(bytes);
    });
  }
});

const troubles: readonly (readonly [said: string, why: string])[] = [
  ['Error: No such file or directory, cannot open /dev/x', 'there is no /dev/x; plug the board in, or mend port:'],
  ['Error: No such device or address, cannot open /dev/x', 'there is no /dev/x; plug the board in, or mend port:'],
  [
    'Error: Permission denied, cannot open /dev/x',
    'may not open /dev/x; add the user the hub runs as to the group dialout',
  ],
  ['Error Resource temporarily unavailable Cannot lock port', '/dev/x is held by another program; stop that'],
  ['Error: Device or resource busy, cannot open /dev/x', '/dev/x is held by another program; stop that'],
  ['Error: Inappropriate ioctl', 'cannot open /dev/x (Error: Inappropriate ioctl); is it a serial port?'],
];

describe('a port that cannot be opened', () => {
  for (const [said, why] of troubles) it(said, () => expect(openTrouble('/dev/x', said)).toBe(why));
});
