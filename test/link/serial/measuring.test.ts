import { describe, expect, it } from 'vitest';
import { createNoiseMeter } from '../../../src/link/serial/noise.ts';
import { createTrains } from '../../../src/link/serial/trains.ts';

/** When in seconds, how loud in dB (`busy`: covered), what it makes of it. */
type NoiseRow = readonly [number, number | 'busy', 'up' | 'over' | null];

function noise(name: string, rows: readonly NoiseRow[]): void {
  const meter = createNoiseMeter();
  const said = rows.map(([at, level]) => meter.report(level === 'busy' ? -7 : level, level === 'busy', at * 1000));
  describe(name, () => {
    rows.forEach(([at, level, expected], place) => {
      it(`${place + 1}: at ${at} s ${level} makes ${expected}`, () => {
        expect(said[place]).toBe(expected);
      });
    });
  });
}

noise('a band that is covered for 30 s of 60 s is jammed, until it was free for 50 s', [
  [0, -37, null],
  [10, 'busy', null],
  [20, 'busy', null],
  [30, 'busy', 'up'],
  [40, 'busy', null],
  [50, -37, null],
  [60, -37, null],
  [70, -37, null],
  [80, -37, null],
  [90, -37, null],
  [99, -37, null],
  [100, -37, 'over'],
]);

noise('noise 10 dB above what is usual here is loud, whatever the gain', [
  [0, -20, null],
  [10, -21, null],
  [20, -9, null],
  [30, -9, null],
  [40, -9, 'up'],
]);

noise('a sensor that happens to send in a few of the moments looked at is no jamming', [
  [0, -37, null],
  [10, 'busy', null],
  [20, -37, null],
  [30, 'busy', null],
  [40, -37, null],
  [50, -37, null],
  [60, -37, null],
  [70, 'busy', null],
]);

noise('one loud report after a long silence of the gateway speaks for 15 s at most', [
  [0, -37, null],
  [3600, 'busy', null],
  [3610, -37, null],
]);

it('a flood of reports makes no flood of work', () => {
  const meter = createNoiseMeter();
  const said = Array.from({ length: 10_000 }, (_, place) => meter.report(-7, true, place));
  expect(said.every((one) => one === null)).toBe(true);
});

/** When in ms, which code, is it held. */
type TrainRow = readonly [number, string, boolean];

function trains(name: string, rows: readonly TrainRow[]): void {
  const running = createTrains();
  const said = rows.map(([at, code]) => running.isHeld(code, at));
  describe(name, () => {
    rows.forEach(([at, code, expected], place) => {
      it(`${place + 1}: ${code} at ${at} ms is ${expected ? 'held' : 'pressed'}`, () => {
        expect(said[place]).toBe(expected);
      });
    });
  });
}

trains('a code without a pause is held after two seconds', [
  [0, 'A', false],
  [700, 'A', false],
  [1400, 'A', false],
  [1999, 'A', false],
  [2000, 'A', true],
  [2600, 'A', true],
]);

trains('a pause ends it', [
  [0, 'A', false],
  [701, 'A', false],
  [1402, 'A', false],
  [2103, 'A', false],
]);

trains('another code between does not', [
  [0, 'A', false],
  [600, 'A', false],
  [900, 'B', false],
  [1200, 'A', false],
  [1800, 'A', false],
  [2100, 'B', false],
  [2400, 'A', true],
]);

it('follows 64 codes, and forgets the one longest unheard', () => {
  const running = createTrains();
  running.isHeld('first', 0);
  for (let code = 0; code < 64; code += 1) running.isHeld(`code-${code}`, 1);
  for (let at = 600; at < 1900; at += 600) running.isHeld('first', at);
  expect(running.isHeld('first', 2000)).toBe(false);
});
