import assert from 'node:assert/strict';
import type { GpioInput } from '../../../src/hub/ports.ts';
import { createClock } from '../../../src/link/clock.ts';
import type { Calls } from '../../../src/link/gpio/calls.ts';
import { createGpio } from '../../../src/link/gpio/gpio.ts';
import { until } from '../../link/gpio/contract.ts';
import { simulateChip } from './sim.ts';

const LINES = [0, 1, 2, 3, 4, 5, 6, 7] as const;
const LEVELS = 80;
const LEVEL_MS = 25;

/** Eight lines that change every 25 ms for two seconds; each edge is told by turns, and each last level within a second. */
async function flood(calls: Calls): Promise<void> {
  const chip = simulateChip(calls, 'flooded');
  const told = new Map<string, string[]>();
  const topicOf = (line: number) => `#gpio/flooded/${line}` as const;
  const inputs = LINES.map((line): GpioInput => {
    return { topic: topicOf(line), chip: 'flooded', line, activeLow: false, bias: 'as-is', filterMs: 0 };
  });
  const log = { info() {}, warn() {}, error() {} };
  const gpio = createGpio({ inputs, outputs: [] }, { clock: createClock(null), log });
  const refused: string[] = [];
  try {
    await gpio.open({
      message: (topic, payload) => void told.set(topic, [...(told.get(topic) ?? []), Buffer.from(payload).toString()]),
      refused: (_topic, why) => void refused.push(why),
      gateway() {},
      noise() {},
    });
    const last = new Map<number, 'high' | 'low'>();
    for (let n = 0; n < LEVELS; n += 1) {
      for (const line of LINES) {
        const to = (n + line) % 3 === 0 ? 'low' : 'high';
        chip.pull(line, to);
        last.set(line, to);
      }
      await new Promise((resolve) => setTimeout(resolve, LEVEL_MS));
    }
    const isRight = (line: number): boolean =>
      told.get(topicOf(line))?.at(-1) === (last.get(line) === 'high' ? 'on' : 'off');
    await until('every last level', () => LINES.every(isRight), 1_000);
    for (const line of LINES) {
      const levels = told.get(topicOf(line)) ?? [];
      assert.ok(
        levels.every((level, at) => level !== levels[at - 1]),
        `line ${line} is told by turns`,
      );
      assert.ok(levels.length > LEVELS / 2, `line ${line}: ${levels.length} levels`);
    }
    assert.deepEqual(refused, []);
  } finally {
    await gpio.close();
    chip.remove();
  }
}

export const floodStories = [
  { name: 'a flood on eight lines at levels of 25 ms ends right on each', run: flood },
] as const;
