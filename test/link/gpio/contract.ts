import assert from 'node:assert/strict';
import type { Level, Use } from '../../../src/link/gpio/abi.ts';
import type { HeldLine, LineAsk, LineNews, PinDriver } from '../../../src/link/gpio/pins.ts';

// What every way to a pin must keep to: the kernel's two, and the fakes that stand in for them. It knows no test runner, since a part
// of it runs where there is none: under a kernel with simulated pins.

/** A chip of eight lines, and the hands on its wires. */
export interface Bench {
  readonly driver: PinDriver;
  /** Label of the chip. */
  readonly chip: string;
  /** What is soldered to a line pulls it there. */
  pull(line: number, to: 'high' | 'low'): void;
  /** What a line that is an output is at. */
  wire(line: number): 'high' | 'low';
  /** Another program takes the line; the returned function gives it back. */
  rob(line: number): () => void;
  /** The chip is pulled out. */
  unplug(): void;
  close(): Promise<void>;
}

export interface DriverStory {
  readonly name: string;
  readonly run: (bench: Bench) => Promise<void>;
}

const input: Use = { as: 'input', bias: 'as-is', filterMs: 0 };
const filtered: Use = { as: 'input', bias: 'as-is', filterMs: 60 };
const output = (starts: Level): Use => ({ as: 'output', starts });

/** Waits for what will come about, and no longer; fails after a while that no machine needs. */
export async function until(what: string, is: () => boolean, patienceMs = 5_000): Promise<void> {
  const end = performance.now() + patienceMs;
  while (!is()) {
    if (performance.now() > end) throw new Error(`waited in vain: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}

const pass = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

interface Ear {
  readonly line: HeldLine;
  readonly heard: readonly LineNews[];
  /** Levels in the order they were told, edge by edge. */
  levels(): readonly Level[];
  gone(): string | null;
}

function take(bench: Bench, line: number, use: Use, activeLow = false): Ear {
  const heard: LineNews[] = [];
  const ask: LineAsk = { chip: bench.chip, line, activeLow, use };
  const asked = bench.driver.request(ask, (news) => heard.push(news));
  assert.ok(asked.ok, asked.ok ? '' : asked.why);
  return {
    line: asked.line,
    heard,
    levels: () => heard.flatMap((news) => (news.type === 'edges' ? news.edges.map(({ to }) => to) : [])),
    gone: () => heard.flatMap((news) => (news.type === 'gone' ? [news.why] : []))[0] ?? null,
  };
}

function refusal(bench: Bench, line: number, chip: string = bench.chip): string {
  const asked = bench.driver.request({ chip, line, activeLow: false, use: input }, () => {});
  if (asked.ok) asked.line.release();
  assert.ok(!asked.ok, `line ${line} of ${chip} was granted`);
  return asked.why;
}

function levelOf(line: HeldLine): Level {
  const read = line.level();
  assert.ok(read.ok, read.ok ? '' : read.why);
  return read.level;
}

async function pullUntilHeard(bench: Bench, ear: Ear, line: number, to: 'high' | 'low'): Promise<void> {
  const before = ear.levels().length;
  bench.pull(line, to);
  await until(`an edge to ${to}`, () => ear.levels().length > before);
}

export const driverStories: readonly DriverStory[] = [
  {
    name: 'an input is read at once',
    run: async (bench) => {
      bench.pull(1, 'high');
      const high = take(bench, 1, input);
      const low = take(bench, 2, input);
      assert.deepEqual([levelOf(high.line), levelOf(low.line)], ['on', 'off']);
    },
  },
  {
    name: 'active-low turns an input about',
    run: async (bench) => {
      bench.pull(1, 'high');
      const ear = take(bench, 1, input, true);
      assert.equal(levelOf(ear.line), 'off');
      await pullUntilHeard(bench, ear, 1, 'low');
      assert.deepEqual(ear.levels(), ['on']);
    },
  },
  {
    name: 'each edge is told, in order, and none is lost',
    run: async (bench) => {
      const ear = take(bench, 3, input);
      for (const to of ['high', 'low', 'high', 'low'] as const) await pullUntilHeard(bench, ear, 3, to);
      assert.deepEqual(ear.levels(), ['on', 'off', 'on', 'off']);
      const lost = ear.heard.flatMap((news) => (news.type === 'edges' ? news.edges.map((edge) => edge.lost) : []));
      assert.deepEqual(lost, [0, 0, 0, 0]);
    },
  },
  {
    name: 'the time of an edge is not after its reading and never goes back',
    run: async (bench) => {
      const ear = take(bench, 3, input);
      await pullUntilHeard(bench, ear, 3, 'high');
      await pullUntilHeard(bench, ear, 3, 'low');
      const [first, second] = ear.heard.flatMap((news) => (news.type === 'edges' ? news.edges : []));
      const read = ear.line.level();
      assert.ok(first && second && read.ok);
      assert.ok(first.atMs <= second.atMs && second.atMs <= read.atMs, `${first.atMs} ${second.atMs} ${read.atMs}`);
    },
  },
  {
    name: 'a press of 50 ms is both its edges',
    run: async (bench) => {
      const ear = take(bench, 3, input);
      bench.pull(3, 'high');
      await pass(50);
      bench.pull(3, 'low');
      await until('both edges', () => ear.levels().length >= 2);
      assert.deepEqual(ear.levels(), ['on', 'off']);
    },
  },
  {
    name: 'two lines do not speak for each other',
    run: async (bench) => {
      const one = take(bench, 4, input);
      const two = take(bench, 5, input);
      await pullUntilHeard(bench, two, 5, 'high');
      assert.deepEqual([one.levels(), two.levels()], [[], ['on']]);
    },
  },
  {
    name: 'a line taken later is heard beside the first',
    run: async (bench) => {
      const one = take(bench, 4, input);
      await pullUntilHeard(bench, one, 4, 'high');
      const two = take(bench, 5, input);
      await pullUntilHeard(bench, two, 5, 'high');
      await pullUntilHeard(bench, one, 4, 'low');
      assert.deepEqual([one.levels(), two.levels()], [['on', 'off'], ['on']]);
    },
  },
  {
    name: 'what is shorter than the filter is no change',
    run: async (bench) => {
      const ear = take(bench, 6, filtered);
      bench.pull(6, 'high');
      await pass(10);
      bench.pull(6, 'low');
      await pass(250);
      assert.deepEqual(ear.levels(), []);
      assert.equal(levelOf(ear.line), 'off');
    },
  },
  {
    name: 'what outlasts the filter is one change, however it bounced',
    run: async (bench) => {
      const ear = take(bench, 6, filtered);
      for (const to of ['high', 'low', 'high', 'low', 'high'] as const) bench.pull(6, to);
      await until('the change', () => ear.levels().length > 0);
      assert.deepEqual(ear.levels(), ['on']);
      assert.equal(levelOf(ear.line), 'on');
    },
  },
  {
    name: 'an output begins at its first level',
    run: async (bench) => {
      take(bench, 1, output('on'));
      take(bench, 2, output('off'));
      assert.deepEqual([bench.wire(1), bench.wire(2)], ['high', 'low']);
    },
  },
  {
    name: 'an active-low output begins at its first level',
    run: async (bench) => {
      take(bench, 1, output('on'), true);
      take(bench, 2, output('off'), true);
      assert.deepEqual([bench.wire(1), bench.wire(2)], ['low', 'high']);
    },
  },
  {
    name: 'an output is set when the call returns, and says so',
    run: async (bench) => {
      const { line } = take(bench, 1, output('off'));
      const seen: unknown[] = [];
      for (const to of ['on', 'off', 'on'] as const) {
        assert.deepEqual(line.set(to).ok, true);
        seen.push(bench.wire(1), levelOf(line));
      }
      assert.deepEqual(seen, ['high', 'on', 'low', 'off', 'high', 'on']);
    },
  },
  {
    name: 'an active-low output is set turned about',
    run: async (bench) => {
      const { line } = take(bench, 1, output('off'), true);
      line.set('on');
      assert.deepEqual([bench.wire(1), levelOf(line)], ['low', 'on']);
    },
  },
  {
    name: 'a line given back can be taken again',
    run: async (bench) => {
      const first = take(bench, 1, input);
      first.line.release();
      await until('the line is free', () => {
        const asked = bench.driver.request({ chip: bench.chip, line: 1, activeLow: false, use: input }, () => {});
        if (asked.ok) asked.line.release();
        return asked.ok;
      });
    },
  },
  {
    name: 'a line given back tells nothing more',
    run: async (bench) => {
      const gone = take(bench, 4, input);
      const kept = take(bench, 5, input);
      gone.line.release();
      bench.pull(4, 'high');
      await pullUntilHeard(bench, kept, 5, 'high');
      assert.deepEqual(gone.heard, []);
    },
  },
  {
    name: 'a chip that is not there is named, with those that are',
    run: async (bench) => {
      const why = refusal(bench, 4, 'no-such-chip');
      assert.match(why, /line 4 of no-such-chip/);
      assert.ok(why.includes(bench.chip), why);
    },
  },
  {
    name: 'a line that the chip has not is named, with those it has',
    run: async (bench) => assert.match(refusal(bench, 8), /line 8 of gpiochip\d+ .*lines 0 to 7/),
  },
  {
    name: 'a line that somebody else holds is refused until it is free',
    run: async (bench) => {
      const back = bench.rob(4);
      assert.match(refusal(bench, 4), /line 4 of gpiochip\d+ \(.*\) is held by .*stop what holds it/);
      back();
      take(bench, 4, input);
    },
  },
  {
    name: 'a line of ours is refused to a second',
    run: async (bench) => {
      take(bench, 4, output('off'));
      assert.throws(() => bench.rob(4));
    },
  },
  {
    name: 'a chip that is pulled out is told, and every call says so',
    run: async (bench) => {
      const ear = take(bench, 4, input);
      const out = take(bench, 5, output('on'));
      bench.unplug();
      await until('it is told, or read', () => ear.gone() !== null || !ear.line.level().ok);
      const set = out.line.set('off');
      const read = out.line.level();
      assert.ok(!set.ok && !read.ok);
      assert.match(set.why, /line 5 of gpiochip\d+ .*the chip is gone/);
      ear.line.release();
      out.line.release();
      assert.match(refusal(bench, 4), /line 4 of/);
    },
  },
];
