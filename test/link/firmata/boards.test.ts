import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import type { BoardConfig, Clock } from '../../../src/hub/ports.ts';
import { createClock } from '../../../src/link/clock.ts';
import { createBoards } from '../../../src/link/firmata/boards.ts';
import { noticedWithinMs } from '../../../src/link/firmata/wiring.ts';
import { createFakeClock, createFakeLog, type FakeClock } from '../../hub/fakes.ts';
import { polled } from '../../whole/waiting.ts';
import { type Bench, createBench, input, loop, output, topicOf } from './bench.ts';
import { type FakeBoard, plugInFakeBoard, type Question } from './fake-board.ts';

// What takes long, what goes wrong, and what a real board never does: on the fake board, most of it on a clock that stands
// still until told.

const closers: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

/** A fake clock that remembers every wait it was asked for. */
function listeningClock(): FakeClock & { readonly waits: readonly number[] } {
  const clock = createFakeClock();
  const waits: number[] = [];
  return {
    ...clock,
    waits,
    alarm(afterMs, ring) {
      waits.push(afterMs);
      return clock.alarm(afterMs, ring);
    },
  };
}

interface World {
  readonly board: FakeBoard;
  readonly clock: ReturnType<typeof listeningClock>;
  readonly bench: Bench;
}

function plugIn(wired: Partial<BoardConfig>, ...deafTo: readonly Question[]): World {
  const board = plugInFakeBoard(...deafTo);
  const clock = listeningClock();
  const bench = createBench(board, clock, wired);
  closers.push(() => board.remove());
  // Before the board goes: with nobody to answer, and the clock at rest, only time passing ends it.
  closers.push(async () => {
    const closed = bench.close();
    clock.pass(1000);
    clock.pass(1000);
    await closed;
  });
  return { board, clock, bench };
}

/** Up, with no more time passed than its pull-ups need. */
async function openUp({ bench, clock }: World): Promise<void> {
  const opened = bench.open();
  await polled('the pins to be set up', () => clock.waits.includes(50));
  clock.pass(50);
  await bench.hears(/^up /);
  await opened;
}

/** Lets a fifth of a second pass at a time, and the board answer in between, until it holds. */
async function passing({ clock, bench }: World, what: string, holds: () => boolean): Promise<void> {
  await polled(`${what}; said ${bench.said.join(', ')}`, () => {
    if (holds()) return true;
    clock.pass(200);
    return false;
  });
}

const talking = { inputs: [input('2')], outputs: [output('7')] };

describe('a board that never says what it is', () => {
  const rows: readonly (readonly [what: string, deafTo: readonly Question[], reached: Question, why: string])[] = [
    ['nothing', ['version', 'firmware'], 'version', 'is there, but says nothing; load StandardFirmata on to it'],
    ['not its pins', ['capabilities'], 'capabilities', 'stopped in the middle of saying what it is; look at its cable'],
  ];
  for (const [what, deafTo, reached, why] of rows) {
    it(`says ${what}: is down after 10 s, not before`, async () => {
      const { board, clock, bench } = plugIn(talking, ...deafTo);
      const opened = bench.open();
      await bench.until('the question', () => board.asked(reached) > 0);
      clock.pass(9_999);
      expect(bench.said).toEqual([]);
      clock.pass(1);
      await opened;
      expect(bench.said).toEqual([`down board shed: ${why}`, '2 lost stored']);
    });
  }

  it('has not the pins the config means', async () => {
    const world = plugIn({ inputs: [input('2'), input('A9'), input('40')] });
    await world.bench.open();
    expect(world.bench.said[0]).toBe(
      'down board shed: pin A9: this board has pins 0 to 19 and A0 to A5; mend pin:; pin 40: this board has pins 0 to 19 and A0 to A5; mend pin:',
    );
  });
});

describe('a board that speaks, but not as it should', { concurrent: true }, () => {
  it('another sketch, or another speed: is down in words', async () => {
    const board = plugInFakeBoard('version', 'firmware');
    const bench = createBench(board, createClock(null), talking);
    try {
      const opened = bench.open();
      await bench.until('a question', () => board.asked('version') > 0);
      board.send([...'Temperature: 21.5\r\n'].map((letter) => letter.charCodeAt(0)));
      await opened;
      expect(bench.said[0]).toBe(
        'down board shed: says nothing that is Firmata; load StandardFirmata on to it, or mend baud: (57600)',
      );
    } finally {
      await bench.close();
      await board.remove();
    }
  });

  const rows: readonly (readonly [what: Question, wired: Partial<BoardConfig>, why: string])[] = [
    ['state', talking, 'answers, but says nothing of output 7'],
    ['digital', talking, 'answers, but says nothing of pin 2'],
    ['analog', { inputs: [input('A0', { reads: { loop } })] }, 'answers, but says nothing of pin A0'],
    ['version', talking, 'has not answered'],
  ];
  for (const [what, wired, why] of rows) {
    it(`nothing more of ${what}: is down in words`, async () => {
      const board = plugInFakeBoard();
      const bench = createBench(board, createClock(null), wired);
      try {
        await bench.open();
        expect(bench.said[0]).toMatch(/^up/);
        board.ignore(what);
        await bench.until('down', () => bench.said.some((line) => line.startsWith(`down board shed: ${why} `)));
      } finally {
        await bench.close();
        await board.remove();
      }
    });
  }
});

describe('a board that hangs', () => {
  it('is down once the stated time is over, not before', async () => {
    const world = plugIn(talking);
    await openUp(world);
    world.bench.mark();
    world.board.hang();
    world.clock.pass(noticedWithinMs - 1);
    expect(world.bench.said).toEqual([]);
    world.clock.pass(1);
    expect(world.bench.said).toEqual([
      expect.stringMatching(/^down board shed: has not answered for 3 s/),
      '2 lost stored',
    ]);
  });

  it('loses its inputs once, however many reasons follow', async () => {
    const world = plugIn(talking);
    await openUp(world);
    world.bench.mark();
    world.board.hang();
    world.clock.pass(noticedWithinMs);
    await world.board.unplug();
    await passing(world, 'another reason', () => world.bench.said.some((line) => line.includes('there is no')));
    expect(world.bench.said.filter((line) => line.endsWith('stored'))).toEqual(['2 lost stored']);
    expect(world.bench.log.filter((line) => line.startsWith('warn'))).toHaveLength(
      world.bench.said.filter((line) => line.startsWith('down')).length,
    );
  });
});

describe('a port', () => {
  const at = (port: string, clock: Clock) => {
    const said: string[] = [];
    const wires = createBoards([{ id: 'shed', port, baud: 57600, inputs: [], outputs: [] }], {
      clock,
      log: createFakeLog(),
    });
    const opened = wires.open({
      message: () => {},
      gateway: (_base, is, why) => said.push(`${is} ${why}`),
      noise: () => {},
      refused: () => {},
    });
    return { wires, said, opened };
  };

  it('that is not there is tried after 1, 2, 4, 8, 16 and then every 30 s, and told once', async () => {
    const clock = listeningClock();
    const { wires, said, opened } = at('/dev/no-such-port', clock);
    await opened;
    const retries = () => clock.waits.filter((ms) => ms !== 10_000);
    for (const [tries, wait] of [1000, 2000, 4000, 8000, 16_000, 30_000, 30_000, 30_000].entries()) {
      await polled(`wait ${tries + 1}`, () => retries().length > tries);
      expect(retries()[tries]).toBe(wait);
      clock.pass(wait);
    }
    await wires.close();
    expect(said).toEqual(['down board shed: there is no /dev/no-such-port; plug the board in, or mend port:']);
  });

  it('that is a plain file is refused in words', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'lantern-port-'));
    closers.push(() => rmSync(folder, { recursive: true }));
    writeFileSync(join(folder, 'file'), '');
    const { wires, said, opened } = at(join(folder, 'file'), createFakeClock());
    await opened;
    await wires.close();
    expect(said).toEqual([expect.stringMatching(/^down board shed: cannot open .*file .*; is it a serial port\?$/)]);
  });
});

describe('a stop', () => {
  it('before the board has said what it is', async () => {
    const { board, bench } = plugIn(talking, 'version', 'firmware');
    const opened = bench.open();
    await bench.until('the question', () => board.asked('version') > 0);
    await bench.close();
    await opened;
    expect(bench.said).toEqual([]);
  });

  it('right after the start', async () => {
    const { bench } = plugIn(talking);
    const opened = bench.open();
    await bench.close();
    await opened;
    expect(bench.said).toEqual([]);
  });

  it('waits 1 s for a board that hangs, no longer', async () => {
    const world = plugIn(talking);
    await openUp(world);
    world.board.hang();
    const closed = world.bench.close();
    world.clock.pass(1000);
    await closed;
  });

  it('without a board that was ever there', async () => {
    const { board, bench } = plugIn(talking);
    await board.unplug();
    await bench.open();
    await bench.close();
    await bench.close();
    expect(bench.said).toHaveLength(2);
  });
});

describe('what is lost on the way', () => {
  it('an order is sent again', async () => {
    const world = plugIn(talking);
    await openUp(world);
    world.board.loseNextLevel();
    world.bench.wires.command('#firmata/shed/7/set', 'on');
    await world.bench.hears('7 on');
    expect(world.board.history(7).at(-1)).toBe('high');
  });

  it('an edge is found at the next question', async () => {
    const world = plugIn(talking);
    await openUp(world);
    world.bench.mark();
    world.board.ignore('digital');
    world.board.digital(2, 1);
    world.board.ignore();
    await passing(world, 'the edge', () => world.bench.said.includes('2 on'));
    expect(world.bench.said).toEqual(['2 on']);
  });

  it('the last of many orders is where the output ends', async () => {
    const world = plugIn(talking);
    await openUp(world);
    for (let time = 0; time < 101; time += 1) {
      world.bench.wires.command('#firmata/shed/7/set', time % 2 === 0 ? 'on' : 'off');
    }
    await world.bench.hears('7 on');
    expect(world.bench.said.filter((line) => line.startsWith('7 '))).toEqual(['7 off stored', '7 on']);
  });
});

describe('an order that makes no sense', () => {
  const rows: readonly (readonly [topic: string, payload: string, logged: RegExp])[] = [
    ['9/set', 'on', /^warn no board has this output/],
    ['2/set', 'on', /^warn no board has this output/],
    ['7', 'on', /^warn no board has this output/],
    ['7/set', 'ON', /^warn an output is told neither on nor off/],
    ['7/set', '', /^warn an output is told neither on nor off/],
  ];
  for (const [topic, payload, logged] of rows) {
    it(`${topic} "${payload}" is logged and changes nothing`, async () => {
      const world = plugIn(talking);
      await openUp(world);
      world.bench.wires.command(topicOf(topic), payload);
      expect(world.bench.log.at(-1)).toMatch(logged);
      expect(world.board.history(7)).toEqual(['low']);
    });
  }
});

describe('what no board sends', () => {
  const unending = (bytes: number): number[] => [0xf0, ...new Array<number>(bytes - 1).fill(0x55)];

  it('a message of 4096 bytes is the longest that is waited for', async () => {
    const world = plugIn(talking);
    await openUp(world);
    world.board.send([...unending(4096), 0xf7]);
    world.board.digital(2, 1);
    await world.bench.hears('2 on');
    world.board.send(unending(4097));
    await world.bench.hears('down board shed: sent a message without end; look at its cable and baud:');
  });

  const throwing: readonly (readonly [what: string, bytes: readonly number[]])[] = [
    ['the state of a pin it has not got', [0xf0, 0x6e, 0x70, 1, 1, 0xf7]],
    ['a name without end or beginning', [0xf0, 0x79, 0xf7]],
    ['more analogue channels than pins', [0xf0, 0x6a, ...new Array<number>(30).fill(1), 0xf7]],
  ];
  for (const [what, bytes] of throwing) {
    it(`${what} ends the connection in words, and the next one is well`, async () => {
      const world = plugIn(talking);
      await openUp(world);
      world.bench.mark();
      world.board.send(bytes);
      await world.bench.hears(/^down board shed: (sent what is no Firmata|sent a message without end)/);
      await passing(world, 'up again', () => world.bench.said.some((line) => line.startsWith('up')));
    });
  }

  const byte = fc.integer({ min: 0, max: 255 });
  const frame = fc
    .tuple(
      fc.constantFrom(0x6a, 0x6c, 0x6e, 0x71, 0x77, 0x79, 0x62, 0x60, 0x73, 0x75),
      fc.array(fc.integer({ max: 127, min: 0 })),
    )
    .map(([kind, rest]) => [0xf0, kind, ...rest, 0xf7]);
  const noise = fc
    .array(fc.oneof(fc.array(byte, { maxLength: 60 }), frame), { maxLength: 6 })
    .map((parts) => parts.flat());

  it('any noise is survived, and after it every reading comes right', async () => {
    const world = plugIn({ inputs: [input('2'), input('A0', { reads: { loop } })], outputs: [output('7')] });
    await openUp(world);
    let turn = 0;
    await fc.assert(
      fc.asyncProperty(noise, async (bytes) => {
        turn += 1;
        const [level, share, words] =
          turn % 2 === 0 ? ([0, 0.3, ['off', 'closed', 'off']] as const) : ([1, 0.9, ['on', 'cut', 'on']] as const);
        world.board.send(bytes);
        world.board.digital(2, level);
        world.board.analog(0, share);
        world.bench.wires.command('#firmata/shed/7/set', words[2]);
        const last = (pin: string) => world.bench.said.findLast((line) => line.startsWith(`${pin} `))?.split(' ')[1];
        await passing(world, 'the readings', () => ['2', 'A0', '7'].every((pin, at) => last(pin) === words[at]));
      }),
      { numRuns: 60 },
    );
  });
});

describe('fifty boards one after the other on one port', () => {
  it('leave no listener, no board, no open file', async () => {
    const world = plugIn(talking);
    await openUp(world);
    const five = await import('johnny-five');
    const listeners = () => process.eventNames().map((name) => `${String(name)} ${process.listenerCount(name)}`);
    const files = () => readdirSync('/proc/self/fd').length;
    const before = { listeners: listeners(), files: files(), boards: five.default.Board.cache.length };
    for (let time = 0; time < 50; time += 1) {
      world.bench.mark();
      world.board.reset();
      await passing(world, 'up again', () => world.bench.said.some((line) => line.startsWith('up')));
    }
    await polled('the old ports to be closed', () => files() <= before.files);
    expect({ listeners: listeners(), boards: five.default.Board.cache.length }).toEqual({
      listeners: before.listeners,
      boards: before.boards,
    });
    expect(before.boards).toBe(1);
  });
});

describe('a house without boards', () => {
  it('opens and closes at once', async () => {
    const wires = createBoards([], { clock: createFakeClock(), log: createFakeLog() });
    await wires.open({ message: () => {}, gateway: () => {}, noise: () => {}, refused: () => {} });
    await wires.close();
  });
});
