import type {
  BoardConfig,
  BoardInput,
  BoardOutput,
  Clock,
  Wires,
  WiresDoor,
  WireTopic,
} from '../../../src/hub/ports.ts';
import { createBoards } from '../../../src/link/firmata/boards.ts';
import { createFakeLog } from '../../hub/fakes.ts';
import { createWaiting } from '../../whole/waiting.ts';
import type { Peer } from './peer.ts';

export const base = '#firmata/shed';
export const topicOf = (pin: string): WireTopic => `${base}/${pin}`;

export function input(pin: string, is: Partial<BoardInput> = {}): BoardInput {
  return { topic: topicOf(pin), pin, activeLow: false, pullUp: false, reads: null, ...is };
}

export function output(pin: string, is: Partial<BoardOutput> = {}): BoardOutput {
  return { topic: topicOf(pin), pin, activeLow: false, onStop: 'off', ...is };
}

/** Two equal resistors at the far end and one in the hub: shorted 0, closed a third, open a half, cut all of the supply. */
export const loop = { short: 0.15, closed: 0.42, open: 0.75 };

/** Wires to a board, and everything they said: `A0 open`, `A0 open stored`, `up`, `down why`. */
export interface Bench {
  readonly wires: Wires;
  readonly said: readonly string[];
  readonly log: readonly string[];
  open(): Promise<void>;
  /** Waits for this line among those that came since the last `mark`. */
  hears(line: string | RegExp): Promise<void>;
  until(what: string, holds: () => boolean): Promise<void>;
  /** Forgets what was said so far. */
  mark(): void;
  close(): Promise<void>;
}

export function createBench(peer: Peer, clock: Clock, wired: Partial<BoardConfig>): Bench {
  const log = createFakeLog();
  let said: string[] = [];
  const waiting = createWaiting(() => `said: ${said.join(', ')}; logged: ${log.lines.join(', ')}`);
  const stopWatching = peer.watch(waiting.look);
  const config: BoardConfig = { id: 'shed', port: peer.path, baud: 57600, inputs: [], outputs: [], ...wired };
  const wires = createBoards([config], { clock, log });

  function say(line: string): void {
    said.push(line);
    waiting.look();
  }
  const door: WiresDoor = {
    message: (topic, payload, stored) =>
      say(`${topic.slice(base.length + 1)} ${Buffer.from(payload)}${stored ? ' stored' : ''}`),
    gateway: (topic, is, why) => say(topic === base ? `${is} ${why}` : `a stranger ${topic}`),
    noise: (topic) => say(`noise ${topic}`),
    refused: (topic, why) => say(`refused ${topic} ${why}`),
  };
  const has = (line: string | RegExp): boolean =>
    said.some((one) => (typeof line === 'string' ? one === line : line.test(one)));

  return {
    wires,
    get said() {
      return said;
    },
    log: log.lines,
    open: () => wires.open(door),
    hears: (line) => waiting.until(String(line), () => has(line)),
    until: waiting.until,
    mark() {
      said = [];
    },
    async close() {
      await wires.close();
      stopWatching();
    },
  };
}
