import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Peer, PinLevel } from './peer.ts';
import { openPty, type Pty } from './pty.ts';

// Firmata 2.5 of an Uno in this process, on a real pseudo-terminal: for what takes too long with the real firmware, or what
// that never does. Held to the same contract as the real one.

const pins = 20;
const firstAnalog = 14;
const sampleMs = 5;

/** What it can be told not to answer, although it lives. */
export type Deafness = 'version' | 'firmware' | 'capabilities' | 'state' | 'digital' | 'analog';

export interface FakeBoard extends Peer {
  /** Ignores these from now on. */
  ignore(...what: readonly Deafness[]): void;
  /** Sends bytes as they are. */
  send(bytes: readonly number[]): void;
  /** How often it was asked for its version. */
  readonly asked: () => number;
  /** How often something opened the port and said the first byte. */
  readonly written: () => number;
  /** A message to a pin is lost on the way, once. */
  loseNextLevel(): void;
}

interface Pin {
  mode: number;
  latch: 0 | 1;
  outside: 0 | 1 | null;
}

export function plugInFakeBoard(): FakeBoard {
  const folder = mkdtempSync(join(tmpdir(), 'lantern-board-'));
  const path = join(folder, 'usb-board');
  const watchers = new Set<() => void>();
  const outside = new Map<number, 0 | 1>();
  const shares = new Array<number>(6).fill(0);
  let deaf = new Set<Deafness>();
  let pty: Pty | null = null;
  let state: Pin[] = [];
  let histories: PinLevel[][] = [];
  let reported = new Map<number, number>();
  let sampled = new Set<number>();
  let hanging = false;
  let losing = false;
  let asked = 0;
  let written = 0;
  let buffer: number[] = [];
  const sampler = setInterval(() => {
    if (hanging || deaf.has('analog')) return;
    for (const channel of sampled) sendAnalog(channel);
  }, sampleMs);
  sampler.unref();

  const send = (bytes: readonly number[]): void => pty?.write(Uint8Array.from(bytes));
  const sysex = (...bytes: readonly number[]): void => send([0xf0, ...bytes, 0xf7]);
  const modesOf = (pin: number): readonly number[] => (pin < 2 ? [] : pin < firstAnalog ? [0, 1, 11] : [0, 1, 2, 11]);

  function levelOf({ mode, latch }: Pin): PinLevel {
    if (mode === 1) return latch === 1 ? 'high' : 'low';
    return mode === 11 || (mode === 0 && latch === 1) ? 'pulled' : 'input';
  }

  function changed(): void {
    for (const [number, pin] of state.entries()) {
      const history = histories[number] ?? [];
      const level = levelOf(pin);
      if (history.at(-1) !== level) history.push(level);
    }
    for (const look of [...watchers]) look();
  }

  function start(): void {
    buffer = [];
    reported = new Map();
    sampled = new Set();
    state = Array.from({ length: pins }, (_, pin) => ({ mode: pin < firstAnalog ? 1 : 2, latch: 0, outside: null }));
    for (const [pin, level] of outside) if (state[pin]) state[pin].outside = level;
    changed();
    if (!deaf.has('version')) send([0xf9, 2, 5]);
    if (!deaf.has('firmware')) sendFirmware();
  }

  function sendFirmware(): void {
    sysex(0x79, 2, 5, ...[...'Fake.ino'].flatMap((letter) => [letter.charCodeAt(0) & 0x7f, 0]));
  }

  function readPin(pin: Pin | undefined): 0 | 1 {
    if (pin === undefined) return 0;
    return pin.outside ?? (levelOf(pin) === 'pulled' ? 1 : 0);
  }

  function readPort(port: number): number {
    let bits = 0;
    for (let bit = 0; bit < 8; bit += 1) {
      const pin = state[8 * port + bit];
      if (pin !== undefined && (pin.mode === 0 || pin.mode === 11)) bits |= readPin(pin) << bit;
    }
    return bits;
  }

  function sendPort(port: number): void {
    const bits = readPort(port);
    reported.set(port, bits);
    send([0x90 | port, bits & 0x7f, bits >> 7]);
  }

  function sendAnalog(channel: number): void {
    const value = Math.round((shares[channel] ?? 0) * 1023);
    send([0xe0 | channel, value & 0x7f, value >> 7]);
  }

  function onSysex([kind, pin = 0]: readonly number[]): void {
    if (kind === 0x79 && !deaf.has('firmware')) sendFirmware();
    if (kind === 0x6b && !deaf.has('capabilities')) {
      sysex(
        0x6c,
        ...state.flatMap((_, number) => [...modesOf(number).flatMap((mode) => [mode, mode === 2 ? 10 : 1]), 0x7f]),
      );
    }
    if (kind === 0x69 && !deaf.has('capabilities')) {
      sysex(0x6a, ...state.map((_, number) => (number < firstAnalog ? 127 : number - firstAnalog)));
    }
    if (kind === 0x6d && !deaf.has('state')) sysex(0x6e, pin, state[pin]?.mode ?? 0, state[pin]?.latch ?? 0);
  }

  function onLevels(port: number, bits: number): void {
    if (losing) {
      losing = false;
      return;
    }
    for (let bit = 0; bit < 8; bit += 1) {
      const pin = state[8 * port + bit];
      if (pin?.mode === 1 || (pin?.mode === 0 && (bits >> bit) & 1)) pin.latch = (bits >> bit) & 1 ? 1 : 0;
    }
    changed();
  }

  function onMode(number: number, mode: number): void {
    const pin = state[number];
    if (pin === undefined || !modesOf(number).includes(mode)) return;
    // As Firmata does from 2.6 on: only what is no output yet keeps the level of its pull-up.
    if (mode === 0 && pin.mode !== 0) pin.latch = 0;
    pin.mode = mode;
    changed();
  }

  /** Eats one message from the front of what came in; false when there is no whole one. */
  function obey(): boolean {
    const [first, second, third] = buffer;
    if (first === undefined) return false;
    const take = (length: number): readonly number[] => buffer.splice(0, length);
    if (first === 0xf9) {
      take(1);
      asked += 1;
      if (!deaf.has('version')) send([0xf9, 2, 5]);
    } else if (first === 0xf0) {
      const end = buffer.indexOf(0xf7);
      if (end < 0) return false;
      onSysex(take(end + 1).slice(1, -1));
    } else if (first === 0xf4 || (first & 0xf0) === 0x90) {
      if (second === undefined || third === undefined) return false;
      take(3);
      if (first === 0xf4) onMode(second, third);
      else onLevels(first & 0x0f, second | (third << 7));
    } else if ((first & 0xf0) === 0xc0 || (first & 0xf0) === 0xd0) {
      if (second === undefined) return false;
      take(2);
      const number = first & 0x0f;
      if ((first & 0xf0) === 0xc0) sampled.add(number);
      else if (!deaf.has('digital')) sendPort(number);
    } else take(1);
    return true;
  }

  function hear(bytes: Uint8Array): void {
    written += 1;
    if (hanging) return;
    buffer.push(...bytes);
    while (obey());
  }

  async function unplug(): Promise<void> {
    const going = pty;
    pty = null;
    rmSync(path, { force: true });
    await going?.close();
  }

  async function replug(): Promise<void> {
    await unplug();
    histories = Array.from({ length: pins }, () => []);
    hanging = false;
    pty = openPty();
    symlinkSync(pty.path, path);
    pty.onData(hear);
    start();
  }

  void replug();
  return {
    path,
    version: '2.5',
    digital(number, level) {
      outside.set(number, level);
      const pin = state[number];
      if (pin !== undefined) pin.outside = level;
      const port = number >> 3;
      if (!hanging && !deaf.has('digital') && reported.has(port) && reported.get(port) !== readPort(port))
        sendPort(port);
    },
    analog(channel, share) {
      shares[channel] = share;
    },
    history: (pin) => histories[pin] ?? [],
    watch(look) {
      watchers.add(look);
      return () => watchers.delete(look);
    },
    hang() {
      hanging = true;
    },
    wake() {
      hanging = false;
    },
    reset: start,
    unplug,
    replug,
    async remove() {
      clearInterval(sampler);
      await unplug();
      rmSync(folder, { recursive: true });
    },
    ignore(...what) {
      deaf = new Set(what);
    },
    send,
    asked: () => asked,
    written: () => written,
    loseNextLevel() {
      losing = true;
    },
  };
}
