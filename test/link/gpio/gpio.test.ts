import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { GpioConfig, GpioInput, GpioOutput, WiresDoor, WireTopic } from '../../../src/hub/ports.ts';
import { createGpio } from '../../../src/link/gpio/gpio.ts';
import type { PinDriver } from '../../../src/link/gpio/pins.ts';
import { createFakeClock, type FakeClock } from '../../hub/fakes.ts';
import { createFakePins, type FakePins } from './fake-pins.ts';

const chip = 'pinctrl-bcm2711';

const input = (line: number, over: Partial<GpioInput> = {}): GpioInput => ({
  topic: `#gpio/${chip}/${line}`,
  chip,
  line,
  activeLow: false,
  bias: 'as-is',
  filterMs: 0,
  ...over,
});

const output = (line: number, over: Partial<GpioOutput> = {}): GpioOutput => ({
  topic: `#gpio/${chip}/${line}`,
  chip,
  line,
  activeLow: false,
  onStop: 'off',
  ...over,
});

interface World {
  readonly clock: FakeClock;
  readonly pins: FakePins;
  /** Since it was last looked at: `4 on`, `4 stored on`, `4: SENTENCE`. */
  told(): readonly string[];
  command(line: number, payload: string): void;
  close(): Promise<void>;
}

const silentLog = { info() {}, warn() {}, error() {} };
const lineOf = (topic: WireTopic): string => topic.split('/').at(-1) ?? '';

function recorder(): { readonly door: WiresDoor; told(): readonly string[] } {
  const told: string[] = [];
  const door: WiresDoor = {
    message: (topic, payload, stored) =>
      void told.push(`${lineOf(topic)} ${stored ? 'stored ' : ''}${Buffer.from(payload).toString('utf8')}`),
    refused: (topic, why) => void told.push(`${lineOf(topic)}: ${why}`),
    gateway: () => {},
    noise: () => {},
  };
  return { door, told: () => told.splice(0) };
}

async function open(config: Partial<GpioConfig>, before: (world: World) => void = () => {}): Promise<World> {
  const clock = createFakeClock();
  const pins = createFakePins(chip, () => clock.monotonicMs(), clock.alarm);
  const { door, told } = recorder();
  const gpio = createGpio(
    { inputs: [], outputs: [], ...config },
    { clock, log: silentLog, driver: async () => pins.driver },
  );
  const world: World = {
    clock,
    pins,
    told,
    command: (line, payload) => gpio.command(`#gpio/${chip}/${line}/set`, payload),
    close: () => gpio.close(),
  };
  before(world);
  await gpio.open(door);
  return world;
}

/** What an order is answered with comes after whoever gave it is done. */
const answered = (): Promise<void> => Promise.resolve();

type Step = readonly [what: (world: World) => void | Promise<void>, told: readonly (string | RegExp)[]];

const pull = (line: number, to: 'high' | 'low') => (world: World) => world.pins.pull(line, to);
const slip = (line: number, to: 'high' | 'low') => (world: World) => world.pins.slip(line, to);
const pass = (ms: number) => (world: World) => world.clock.pass(ms);
const command = (line: number, payload: string) => async (world: World) => {
  world.command(line, payload);
  await answered();
};

interface Story {
  readonly name: string;
  readonly config: Partial<GpioConfig>;
  readonly before?: (world: World) => void;
  /** What is told at the start. */
  readonly start: readonly (string | RegExp)[];
  readonly steps: readonly Step[];
}

const noEdge = /^4: line 4 changed and no edge was told/;

const stories: readonly Story[] = [
  {
    name: 'levels at the start are stored ones, and no press',
    config: { inputs: [input(4), input(5), input(6, { activeLow: true })] },
    before: pull(4, 'high'),
    start: ['4 stored on', '5 stored off', '6 stored on'],
    steps: [[pass(10_000), []]],
  },
  {
    name: 'a press is both its edges, however short',
    config: { inputs: [input(4)] },
    start: ['4 stored off'],
    steps: [
      [pull(4, 'high'), ['4 on']],
      [pass(50), []],
      [pull(4, 'low'), ['4 off']],
    ],
  },
  {
    name: 'an edge to where the line already was means that it was away',
    config: { inputs: [input(4)] },
    start: ['4 stored off'],
    steps: [
      [slip(4, 'high'), []],
      [pull(4, 'low'), ['4 on', '4 off']],
    ],
  },
  {
    name: 'lost edges are told, and the level is right',
    config: { inputs: [input(4)] },
    start: ['4 stored off'],
    steps: [
      [(world) => world.pins.overflow(4, 7), []],
      [pull(4, 'high'), ['4 on', /^4: line 4: 7 edges were lost/]],
      [pass(5_000), []],
    ],
  },
  {
    name: 'one lost edge is one',
    config: { inputs: [input(4)] },
    start: ['4 stored off'],
    steps: [
      [(world) => world.pins.overflow(4, 1), []],
      [pull(4, 'high'), ['4 on', /^4: line 4: 1 edge was lost/]],
    ],
  },
  {
    name: 'a change that no edge told is found by the sweep',
    config: { inputs: [input(4)] },
    start: ['4 stored off'],
    steps: [
      [slip(4, 'high'), []],
      [pass(999), []],
      [pass(1), []],
      [pass(19), []],
      [pass(1), ['4 on', noEdge]],
      [pass(5_000), []],
      [pull(4, 'low'), ['4 off']],
    ],
  },
  {
    name: 'a level that was read ahead of its edge is no missed edge',
    config: { inputs: [input(4)] },
    start: ['4 stored off'],
    steps: [
      [slip(4, 'high'), []],
      [pass(1_010), []],
      [slip(4, 'low'), []],
      [pass(5_000), []],
    ],
  },
  {
    name: 'an edge that comes while a level is doubted is the answer',
    config: { inputs: [input(4)] },
    start: ['4 stored off'],
    steps: [
      [slip(4, 'high'), []],
      [pass(1_010), []],
      [pull(4, 'low'), ['4 on', '4 off']],
      [pass(5_000), []],
    ],
  },
  {
    name: 'a line that is taken is lost, said once, and read when it is free',
    config: { inputs: [input(4), input(5)] },
    before: (world) => world.pins.rob(4),
    start: [
      '4 lost',
      /^4: line 4 of gpiochip0 \(pinctrl-bcm2711\) is held by "robber"; stop what holds it/,
      '5 stored off',
    ],
    steps: [[pass(60_000), []]],
  },
  {
    name: 'a line that the chip has not is lost',
    config: { inputs: [input(99)] },
    start: ['99 lost', /^99: line 99 of gpiochip0 \(pinctrl-bcm2711\): the chip has lines 0 to 7/],
    steps: [[pass(60_000), []]],
  },
  {
    name: 'a chip that is not there is lost',
    config: { inputs: [input(4, { chip: 'other' })] },
    start: ['4 lost', /^4: line 4 of other: no chip has this label, there are gpiochip0 \(pinctrl-bcm2711\); give/],
    steps: [[pass(60_000), []]],
  },
  {
    name: 'a chip pulled out is told, and mends itself',
    config: { inputs: [input(4)], outputs: [output(2)] },
    start: ['2 stored off', '4 stored off'],
    steps: [
      [(world) => world.pins.unplug(), ['4 lost', /^4: line 4 of gpiochip0 .* the chip is gone; plug it in again/]],
      [pass(1_000), ['2 lost', /^2: .* the chip is gone/]],
      [pass(1_000), [/^2: .*there is no GPIO chip at all/, /^4: .*there is no GPIO chip at all/]],
      [pass(60_000), []],
      [(world) => world.pins.plugIn(), []],
      [slip(4, 'high'), []],
      [pass(2_000), ['2 back', '2 stored off', '4 back', '4 stored on']],
      [pull(4, 'low'), ['4 off']],
    ],
  },
  {
    name: 'an output does as it is told, at once, and says so after',
    config: { outputs: [output(2)] },
    start: ['2 stored off'],
    steps: [
      [
        async (world) => {
          world.command(2, 'on');
          expect([world.pins.wire(2), world.told()]).toEqual(['high', []]);
          await answered();
        },
        ['2 on'],
      ],
      [command(2, 'on'), ['2 on']],
      [command(2, 'off'), ['2 off']],
      [pass(10_000), []],
    ],
  },
  {
    name: 'an output begins at what it was told before the start',
    config: { outputs: [output(2), output(3, { activeLow: true })] },
    before(world) {
      world.command(2, 'off');
      world.command(2, 'on');
      world.command(3, 'on');
    },
    start: ['2 stored on', '3 stored on'],
    steps: [[(world) => expect(world.pins.done).toEqual(['2 starts on', '3 starts on']), []]],
  },
  {
    name: 'what an output was told while its line was away is where it begins again',
    config: { outputs: [output(2)] },
    start: ['2 stored off'],
    steps: [
      [(world) => world.pins.unplug(), []],
      [command(2, 'on'), ['2 lost', /chip is gone/]],
      [(world) => world.pins.plugIn(), []],
      [pass(2_000), ['2 back', '2 stored on']],
      [(world) => expect(world.pins.done.at(-1)).toBe('2 starts on'), []],
    ],
  },
  {
    name: 'an output that does not follow is told as it is, said once, and set again',
    config: { outputs: [output(2)] },
    start: ['2 stored off'],
    steps: [
      [(world) => world.pins.short(2, 'low'), []],
      [command(2, 'on'), ['2 off']],
      [pass(1_000), [/^2: line 2 was set to on and does not follow; look for a short/]],
      [pass(5_000), []],
      [(world) => world.pins.short(2, null), []],
      [pass(1_000), ['2 on']],
      [(world) => world.pins.short(2, 'low'), []],
      [pass(1_000), ['2 off', /does not follow/]],
    ],
  },
  {
    name: 'what an output cannot do is said',
    config: { outputs: [output(2)] },
    start: ['2 stored off'],
    steps: [
      [command(2, 'ON'), ['2: an output is told on or off, not "ON"']],
      [command(2, ''), ['2: an output is told on or off, not ""']],
      [command(7, 'on'), [/^set: no output of a pin is at #gpio\/pinctrl-bcm2711\/7\/set/]],
    ],
  },
  {
    name: 'what is shorter than the filter is no change',
    config: { inputs: [input(4, { filterMs: 20 })] },
    start: ['4 stored off'],
    steps: [
      [pull(4, 'high'), []],
      [pass(19), []],
      [pull(4, 'low'), []],
      [pass(5_000), []],
      [pull(4, 'high'), []],
      [pass(20), ['4 on']],
    ],
  },
];

describe('what pins tell', () => {
  for (const story of stories) {
    it(story.name, async () => {
      const world = await open(story.config, story.before);
      const check = (told: readonly string[], expected: readonly (string | RegExp)[]): void =>
        expect(told).toEqual(expected.map((one) => (typeof one === 'string' ? one : expect.stringMatching(one))));
      check(world.told(), story.start);
      for (const [what, told] of story.steps) {
        await what(world);
        check(world.told(), told);
      }
      await world.close();
      check(world.told(), []);
    });
  }

  it('a line that was taken is read when it is free', async () => {
    let back = (): void => {};
    const world = await open({ inputs: [input(4)] }, ({ pins }) => {
      back = pins.rob(4);
      pins.pull(4, 'high');
    });
    world.told();
    back();
    world.clock.pass(1_999);
    expect(world.told()).toEqual([]);
    world.clock.pass(1);
    expect(world.told()).toEqual(['4 back', '4 stored on']);
  });
});

describe('a stop', () => {
  const rows: readonly (readonly [onStop: 'off' | 'on' | 'keep', told: 'on' | 'off', done: readonly string[]])[] = [
    ['off', 'on', ['2 starts off', '2 on', '2 off', '2 free']],
    ['on', 'off', ['2 starts off', '2 off', '2 on', '2 free']],
    ['keep', 'on', ['2 starts off', '2 on', '2 free']],
  ];
  for (const [onStop, told, done] of rows) {
    it(`leaves ${onStop}, told ${told} before`, async () => {
      const world = await open({ outputs: [output(2, { onStop })] });
      world.command(2, told);
      await world.close();
      expect(world.pins.done).toEqual(done);
    });
  }

  it('ends everything', async () => {
    const world = await open({ inputs: [input(4)], outputs: [output(2)] });
    world.told();
    world.command(2, 'on');
    await world.close();
    await world.close();
    world.command(2, 'on');
    world.pins.pull(4, 'high');
    world.clock.pass(60_000);
    await answered();
    expect(world.told()).toEqual([]);
    expect(world.pins.done.slice(-3)).toEqual(['2 off', '2 free', '4 free']);
  });

  it('before the start leaves lines alone', async () => {
    const world = await open({ inputs: [input(4)], outputs: [output(2)] }, (early) => void early.close());
    world.clock.pass(60_000);
    expect([world.told(), world.pins.done]).toEqual([[], []]);
  });

  it('while the driver is made closes that too', async () => {
    let made: (driver: PinDriver) => void = () => {};
    const closed: string[] = [];
    const clock = createFakeClock();
    const driver = new Promise<PinDriver>((resolve) => {
      made = resolve;
    });
    const gpio = createGpio({ inputs: [input(4)], outputs: [] }, { clock, log: silentLog, driver: () => driver });
    const { door, told } = recorder();
    const opening = gpio.open(door);
    await gpio.close();
    const pins = createFakePins(chip, () => clock.monotonicMs(), clock.alarm);
    made({ ...pins.driver, close: async () => void closed.push('closed') });
    await opening;
    expect([closed, told(), pins.done]).toEqual([['closed'], [], []]);
  });
});

it('without any way to a pin, all are lost and it says why', async () => {
  const clock = createFakeClock();
  const { door, told } = recorder();
  const driver = (): Promise<PinDriver> => Promise.reject(new Error('no libc'));
  const gpio = createGpio({ inputs: [input(4)], outputs: [output(2)] }, { clock, log: silentLog, driver });
  await gpio.open(door);
  const why = 'pins cannot be reached at all: no libc; install Lantern anew';
  expect(told()).toEqual(['2 lost', `2: ${why}`, '4 lost', `4: ${why}`]);
  gpio.command(`#gpio/${chip}/2/set`, 'on');
  clock.pass(60_000);
  expect(told()).toEqual([]);
  await gpio.close();
});

it('without pins in the config nothing is loaded', async () => {
  const driver = (): Promise<PinDriver> => Promise.reject(new Error('loaded'));
  const gpio = createGpio({ inputs: [], outputs: [] }, { clock: createFakeClock(), log: silentLog, driver });
  const { door, told } = recorder();
  await gpio.open(door);
  await gpio.close();
  expect(told()).toEqual([]);
});

describe('whatever a line does', () => {
  const happening = fc.oneof(
    fc.record({ do: fc.constant('pull' as const), to: fc.constantFrom('high' as const, 'low' as const) }),
    fc.record({ do: fc.constant('slip' as const), to: fc.constantFrom('high' as const, 'low' as const) }),
    fc.record({ do: fc.constant('pass' as const), ms: fc.integer({ min: 0, max: 1_500 }) }),
    fc.record({ do: fc.constant('overflow' as const), edges: fc.integer({ min: 1, max: 200 }) }),
  );
  it('it is told on and off by turns, and right a second later', () =>
    fc.assert(
      fc.asyncProperty(fc.array(happening, { maxLength: 60 }), async (happenings) => {
        const world = await open({ inputs: [input(4)] });
        for (const one of happenings) {
          if (one.do === 'pull') world.pins.pull(4, one.to);
          else if (one.do === 'slip') world.pins.slip(4, one.to);
          else if (one.do === 'overflow') world.pins.overflow(4, one.edges);
          else world.clock.pass(one.ms);
        }
        world.clock.pass(1_020);
        const levels = world.told().flatMap((line) => /^4 (?:stored )?(on|off)$/.exec(line)?.[1] ?? []);
        expect(levels.at(-1)).toBe(world.pins.wire(4) === 'high' ? 'on' : 'off');
        expect(levels.every((level, at) => level !== levels[at - 1])).toBe(true);
        await world.close();
      }),
    ));
});
