import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import koffi from 'koffi';
import type { GpioConfig, WiresDoor } from '../../src/hub/ports.ts';
import { createClock } from '../../src/link/clock.ts';
import { CONSUMER, ioctls, sizes } from '../../src/link/gpio/abi.ts';
import { type Calls, loadCalls } from '../../src/link/gpio/calls.ts';
import { createCdevDriver } from '../../src/link/gpio/cdev.ts';
import { createGpio } from '../../src/link/gpio/gpio.ts';
import { createPoller } from '../../src/link/gpio/poller.ts';
import { pause, randomBetween } from './contender.ts';

// From an edge to the ioctl that sets an output, in process. No machine without pins can measure the kernel's own share, and
// simulated pins tick at 100 Hz; so the edges come through a pipe, as the same bytes, and the two ioctls of a level go to
// that pipe as one the kernel answers from memory. Waiting, reading, waking the loop and calling are the real ones.

/** Milliseconds from writing the edge to the return of the output's ioctl; null where none came. */
export interface PinFigures {
  readonly ours: readonly (number | null)[];
  readonly bare: readonly (number | null)[];
}

const TRIGGERS = 1_500;
const WARM_UP = 200;
const FIONREAD = 0x541b;
const PATIENCE_MS = 1_000;
const LINE_IN = 1;
const LINE_OUT = 2;

const libc = koffi.load('libc.so.6');
const pipe = libc.func('int pipe(void *fds)');
const write = libc.func('long write(int fd, void *from, size_t size)');

interface Pipe {
  readonly reads: number;
  readonly writes: number;
}

function makePipe(): Pipe {
  const fds = Buffer.alloc(8);
  if (pipe(fds) !== 0) throw new Error('no pipe');
  return { reads: fds.readInt32LE(0), writes: fds.readInt32LE(4) };
}

interface Loop {
  /** One edge in; resolves with when the output was set. */
  trigger(): Promise<number | null>;
  close(): Promise<void>;
}

/** Edges are numbered and go up and down by turns, as on a wire. */
function createEdges({ writes }: Pipe): () => void {
  const event = Buffer.alloc(sizes.event);
  let sequence = 0;
  return () => {
    sequence += 1;
    event.writeBigUInt64LE(process.hrtime.bigint(), 0);
    event.writeUInt32LE(sequence % 2 === 1 ? 1 : 2, 8);
    event.writeUInt32LE(sequence, 16);
    event.writeUInt32LE(sequence, 20);
    write(writes, event, event.length);
  };
}

function createTimer(): { readonly set: () => void; wait(edge: () => void): Promise<number | null> } {
  let waiting: ((at: number | null) => void) | null = null;
  return {
    set: () => waiting?.(performance.now()),
    async wait(edge) {
      const began = performance.now();
      const at = await new Promise<number | null>((resolve) => {
        const patience = setTimeout(() => resolve(null), PATIENCE_MS);
        waiting = (when) => {
          clearTimeout(patience);
          resolve(when);
        };
        edge();
      });
      waiting = null;
      return at === null ? null : at - began;
    },
  };
}

/** The least there can be: wait, read, set. */
async function bareLoop(calls: Calls): Promise<Loop> {
  const line = makePipe();
  const timer = createTimer();
  const edge = createEdges(line);
  calls.unblock(line.reads);
  const state = { open: true };
  const events = Buffer.alloc(sizes.event * 16);
  const answer = Buffer.alloc(sizes.values);
  const entry = Buffer.alloc(8);
  entry.writeInt32LE(line.reads, 0);
  entry.writeInt16LE(1, 4);
  const run = async (): Promise<void> => {
    while (state.open) {
      await calls.poll(entry, 1, 100);
      if (calls.read(line.reads, events) <= 0) continue;
      calls.ioctl(line.reads, FIONREAD, answer);
      timer.set();
    }
  };
  const running = run();
  return {
    trigger: () => timer.wait(edge),
    async close() {
      state.open = false;
      await running;
      calls.close(line.reads);
      calls.close(line.writes);
    },
  };
}

/** Pins as the hub has them, whose door sets the output as the siren would be. */
async function ourPins(real: Calls): Promise<Loop> {
  const dev = mkdtempSync(join(tmpdir(), 'lantern-bench-dev-'));
  writeFileSync(join(dev, 'gpiochip0'), '');
  const line = makePipe();
  const out = makePipe();
  const timer = createTimer();
  const level = { input: 0 };
  const calls: Calls = {
    ...real,
    open: () => real.bell(),
    ioctl(fd, request, argument) {
      if (request === ioctls.chipInfo) {
        argument.write('gpiochip0', 0);
        argument.write('bench', 32);
        argument.writeUInt32LE(8, 64);
        return 0;
      }
      if (request === ioctls.lineRequest) {
        if (argument.toString('utf8', 256, 256 + CONSUMER.length) !== CONSUMER) return -22;
        argument.writeInt32LE(argument.readUInt32LE(0) === LINE_IN ? line.reads : out.reads, 588);
        return 0;
      }
      const result = real.ioctl(fd, FIONREAD, scratch);
      if (request === ioctls.setValues) timer.set();
      else argument.writeUInt32LE(level.input, 0);
      return result;
    },
  };
  const scratch = Buffer.alloc(8);
  const place = (number: number) => ({ chip: 'bench', line: number, topic: `#gpio/bench/${number}` }) as const;
  const config: GpioConfig = {
    inputs: [{ ...place(LINE_IN), activeLow: false, bias: 'as-is', filterMs: 0 }],
    outputs: [{ ...place(LINE_OUT), activeLow: false, onStop: 'keep' }],
  };
  const nowMs = (): number => Number(process.hrtime.bigint()) / 1e6;
  const gpio = createGpio(config, {
    clock: createClock(null),
    log: { info() {}, warn() {}, error() {} },
    driver: async () => createCdevDriver({ calls, poller: createPoller(calls), dev, nowMs }),
  });
  const door: WiresDoor = {
    message(topic, payload, stored) {
      if (topic !== config.inputs[0]?.topic || stored) return;
      gpio.command(`#gpio/bench/${LINE_OUT}/set`, Buffer.from(payload).toString('utf8'));
    },
    gateway() {},
    noise() {},
    refused() {},
  };
  await gpio.open(door);
  const edge = createEdges(line);
  return {
    trigger: () =>
      timer.wait(() => {
        level.input = 1 - level.input;
        edge();
      }),
    async close() {
      await gpio.close();
      real.close(line.writes);
      real.close(out.writes);
      rmSync(dev, { recursive: true });
    },
  };
}

/** Both loops by turns, at moments that neither can foresee. */
export async function measurePins(): Promise<PinFigures> {
  const calls = await loadCalls();
  const loops = { ours: await ourPins(calls), bare: await bareLoop(calls) };
  const figures: Record<keyof typeof loops, (number | null)[]> = { ours: [], bare: [] };
  for (let n = 0; n < TRIGGERS + WARM_UP; n += 1) {
    for (const name of n % 2 === 0 ? (['ours', 'bare'] as const) : (['bare', 'ours'] as const)) {
      await pause(randomBetween(1, 4));
      const time = await loops[name].trigger();
      if (n >= WARM_UP) figures[name].push(time);
    }
  }
  await loops.ours.close();
  await loops.bare.close();
  return figures;
}
