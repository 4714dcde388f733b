import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Calls, errnos } from '../../../src/link/gpio/calls.ts';

// The kernel's side of the character device, in memory. It reads and writes the structures by the offsets of linux/gpio.h,
// and takes nothing from the code under test, which it would then only repeat.

const LINES = 8;
const CHIP_INFO = 0x8044b401;
const LINE_INFO = 0xc100b405;
const LINE_REQUEST = 0xc250b407;
const GET_VALUES = 0xc010b40e;
const SET_VALUES = 0xc010b40f;
const POLLIN = 1;
const POLLERR_HUP = 24;

interface OpenLine {
  readonly line: number;
  readonly output: boolean;
  readonly activeLow: boolean;
  readonly filterMs: number;
  readonly room: number;
  readonly events: Buffer[];
  driven: boolean;
  steady: boolean;
  sequence: number;
  filtering: NodeJS.Timeout | null;
}

interface Waiting {
  readonly entries: Buffer;
  readonly count: number;
  readonly done: (ready: number) => void;
  readonly timer: NodeJS.Timeout;
}

export interface FakeKernel {
  readonly calls: Calls;
  /** Stands for /dev. */
  readonly dev: string;
  pull(line: number, to: 'high' | 'low'): void;
  wire(line: number): 'high' | 'low';
  rob(line: number, consumer: string): () => void;
  unplug(): void;
  /** Every open of a chip, or every request of a line, ends like this; null: as usual. */
  fail(what: 'open' | 'request', errno: number | null): void;
  /** The last request for a line, as it came. */
  request(): Buffer;
  /** Files that are open. */
  open(): number;
  remove(): void;
}

export function createFakeKernel(label: string): FakeKernel {
  const dev = mkdtempSync(join(tmpdir(), 'lantern-dev-'));
  writeFileSync(join(dev, 'gpiochip0'), '');
  const files = new Map<number, 'chip' | 'bell' | OpenLine>();
  const robbed = new Map<number, string>();
  const pulls = new Map<number, boolean>();
  const failures = new Map<'open' | 'request', number>();
  const state = { fd: 100, plugged: true, rung: false, request: Buffer.alloc(0) };
  let waiting: Waiting | null = null;

  const add = (file: 'chip' | 'bell' | OpenLine): number => {
    state.fd += 1;
    files.set(state.fd, file);
    return state.fd;
  };
  const lines = (): readonly OpenLine[] => [...files.values()].filter((file) => typeof file === 'object');
  const held = (line: number): OpenLine | undefined => lines().find((one) => one.line === line);
  const wire = (line: number): boolean => {
    const own = held(line);
    return own?.output ? own.driven : (pulls.get(line) ?? false);
  };

  function chipInfo(into: Buffer): number {
    into.write('gpiochip0', 0);
    into.write(label, 32);
    into.writeUInt32LE(LINES, 64);
    return 0;
  }

  function lineInfo(into: Buffer): number {
    const line = into.readUInt32LE(64);
    const consumer = robbed.get(line) ?? (held(line) === undefined ? undefined : 'lantern');
    into.write(`name${line}`, 0);
    into.write(consumer ?? '', 32);
    into.writeUInt32LE(consumer === undefined ? 4 : 5, 72);
    return 0;
  }

  function lineRequest(asked: Buffer): number {
    state.request = Buffer.from(asked);
    const failure = failures.get('request');
    if (failure !== undefined) return -failure;
    const line = asked.readUInt32LE(0);
    if (asked.readUInt32LE(560) !== 1 || line >= LINES) return -errnos.EINVAL;
    if (robbed.has(line) || held(line) !== undefined) return -errnos.EBUSY;
    const flags = asked.readUInt32LE(288);
    const activeLow = (flags & 2) !== 0;
    const attribute = asked.readUInt32LE(296) === 1 ? asked.readUInt32LE(320) : 0;
    const value = asked.readUInt32LE(328);
    const output = (flags & 8) !== 0;
    const own: OpenLine = {
      line,
      output,
      activeLow,
      filterMs: attribute === 3 ? value / 1000 : 0,
      room: asked.readUInt32LE(564) || 16,
      events: [],
      driven: output && (attribute === 2 && value === 1) !== activeLow,
      steady: wire(line),
      sequence: 0,
      filtering: null,
    };
    asked.writeInt32LE(add(own), 588);
    return 0;
  }

  function note(own: OpenLine): void {
    own.steady = wire(own.line);
    own.sequence += 1;
    const event = Buffer.alloc(48);
    event.writeBigUInt64LE(process.hrtime.bigint(), 0);
    event.writeUInt32LE(own.steady === own.activeLow ? 2 : 1, 8);
    event.writeUInt32LE(own.line, 12);
    event.writeUInt32LE(own.sequence, 16);
    event.writeUInt32LE(own.sequence, 20);
    if (own.events.length >= own.room) own.events.shift();
    own.events.push(event);
    wake();
  }

  function pull(line: number, to: 'high' | 'low'): void {
    const before = wire(line);
    pulls.set(line, to === 'high');
    const own = held(line);
    if (own === undefined || own.output || wire(line) === before) return;
    if (own.filterMs === 0) {
      note(own);
      return;
    }
    if (own.filtering !== null) clearTimeout(own.filtering);
    own.filtering = setTimeout(() => {
      if (wire(line) !== own.steady && files.size > 0) note(own);
    }, own.filterMs);
  }

  const readable = (fd: number): number => {
    const file = files.get(fd);
    if (file === 'bell') return state.rung ? POLLIN : 0;
    if (typeof file !== 'object') return 32;
    if (!state.plugged) return POLLERR_HUP;
    return file.events.length > 0 ? POLLIN : 0;
  };

  function wake(): void {
    if (waiting === null) return;
    const { entries, count, done, timer } = waiting;
    let ready = 0;
    for (let at = 0; at < count; at += 1) {
      const found = readable(entries.readInt32LE(at * 8));
      entries.writeInt16LE(found, at * 8 + 6);
      if (found !== 0) ready += 1;
    }
    if (ready === 0) return;
    waiting = null;
    clearTimeout(timer);
    done(ready);
  }

  function values(fd: number, request: number, argument: Buffer): number {
    const own = files.get(fd);
    if (typeof own !== 'object') return -errnos.ENOTTY;
    if (!state.plugged) return -errnos.ENODEV;
    if (argument.readUInt32LE(8) !== 1) return -errnos.EINVAL;
    if (request === SET_VALUES) {
      own.driven = (argument.readUInt32LE(0) === 1) !== own.activeLow;
      return 0;
    }
    const at = own.filterMs > 0 ? own.steady : wire(own.line);
    argument.writeUInt32LE(at !== own.activeLow ? 1 : 0, 0);
    return 0;
  }

  const calls: Calls = {
    open() {
      const failure = failures.get('open');
      if (failure !== undefined) return -failure;
      return state.plugged ? add('chip') : -errnos.ENODEV;
    },
    ioctl(fd, request, argument) {
      if (request === GET_VALUES || request === SET_VALUES) return values(fd, request, argument);
      if (files.get(fd) !== 'chip') return -errnos.ENOTTY;
      if (request === CHIP_INFO) return chipInfo(argument);
      if (request === LINE_INFO) return lineInfo(argument);
      return request === LINE_REQUEST ? lineRequest(argument) : -errnos.ENOTTY;
    },
    read(fd, into) {
      const file = files.get(fd);
      if (file === 'bell') {
        state.rung = false;
        return 8;
      }
      if (typeof file !== 'object') return -9;
      if (!state.plugged) return -errnos.ENODEV;
      const taken = file.events.splice(0, Math.floor(into.length / 48));
      for (const [at, event] of taken.entries()) event.copy(into, at * 48);
      return taken.length === 0 ? -errnos.EAGAIN : taken.length * 48;
    },
    unblock: () => 0,
    poll(entries, count, timeoutMs) {
      if (waiting !== null) throw new Error('two polls at once');
      return new Promise((done) => {
        const timer = setTimeout(() => {
          waiting = null;
          done(0);
        }, timeoutMs);
        waiting = { entries, count, done, timer };
        wake();
      });
    },
    bell: () => add('bell'),
    ring() {
      state.rung = true;
      wake();
    },
    close(fd) {
      const polled = waiting;
      const looked =
        polled === null ? [] : Array.from({ length: polled.count }, (_, at) => polled.entries.readInt32LE(at * 8));
      if (looked.includes(fd)) throw new Error(`file ${fd} closed while it was polled`);
      if (!files.delete(fd)) throw new Error(`file ${fd} closed twice`);
    },
  };

  return {
    calls,
    dev,
    pull,
    wire: (line) => (wire(line) ? 'high' : 'low'),
    rob(line, consumer) {
      if (robbed.has(line) || held(line) !== undefined) throw new Error('busy');
      robbed.set(line, consumer);
      return () => robbed.delete(line);
    },
    unplug() {
      state.plugged = false;
      rmSync(join(dev, 'gpiochip0'));
      wake();
    },
    fail(what, errno) {
      if (errno === null) failures.delete(what);
      else failures.set(what, errno);
    },
    request: () => state.request,
    open: () => files.size,
    remove: () => rmSync(dev, { recursive: true }),
  };
}
