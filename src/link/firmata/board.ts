import type { BoardConfig, BoardOutput, Clock, Log, WiresDoor, WireTopic } from '../../hub/ports.ts';
import { type Connection, connect, handshakeMs } from './connection.ts';
import type { Packages } from './packages.ts';
import { planPins } from './pins.ts';
import { closePort, openPort } from './port.ts';
import { setUp, type Wiring } from './wiring.ts';
import { type OutputWord, outputWord } from './words.ts';

// One board for as long as the hub runs: found, lost, found again.

/** Doubled after each try that failed, up to the longest. */
const firstWaitMs = 1000;
const longestWaitMs = 30_000;
/** How long a stop waits for the board to confirm its safe levels, and for the port to close. */
const goodbyeMs = 1000;

export interface BoardNeeds {
  readonly clock: Clock;
  readonly log: Log;
  readonly load: () => Promise<Packages>;
}

export interface SupervisedBoard {
  /** Resolves when the board was tried once. Never rejects. */
  open(door: WiresDoor): Promise<void>;
  /** False: the topic is none of this board. */
  command(topic: WireTopic, payload: string): boolean;
  close(): Promise<void>;
}

type Attempt =
  | { readonly at: 'rest' }
  | { readonly at: 'opening' }
  | { readonly at: 'talking'; readonly connection: Connection; readonly wiring: Wiring | null; readonly up: boolean };

export function superviseBoard(config: BoardConfig, { clock, log, load }: BoardNeeds): SupervisedBoard {
  const base: WireTopic = `#firmata/${config.id}`;
  const wanted = new Map<BoardOutput, OutputWord>();
  let door: WiresDoor | null = null;
  let attempt: Attempt = { at: 'rest' };
  let closing = false;
  let waitMs = firstWaitMs;
  let toldDown: string | null = null;
  let cancelRetry = (): void => {};
  let tried = (): void => {};

  const wantedOf = (output: BoardOutput): OutputWord => wanted.get(output) ?? 'off';
  const tell = (topic: WireTopic, word: string, how: 'stored' | 'live'): void =>
    door?.message(topic, new TextEncoder().encode(word), how === 'stored');

  async function start(): Promise<void> {
    attempt = { at: 'opening' };
    const packages = await load().catch((error: unknown) => String(error));
    if (typeof packages === 'string') return lost(`what it needs cannot be loaded (${packages}); install again`);
    const opened = await openInTime(packages);
    if (closing) {
      if (opened.ok) await closePort(opened.port);
      return;
    }
    if (!opened.ok) return lost(opened.why);
    talk(packages, opened.port);
  }

  /** The opening of a serial port has no end of its own where its driver hangs. */
  function openInTime(packages: Packages): ReturnType<typeof openPort> {
    return new Promise((done) => {
      const opening = openPort(packages.SerialPort, config);
      let late = false;
      const cancel = clock.alarm(handshakeMs, () => {
        late = true;
        done({ ok: false, why: `cannot open ${config.port} within ${handshakeMs / 1000} s; plug it in anew` });
      });
      void opening.then((opened) => {
        cancel();
        if (late && opened.ok) void closePort(opened.port);
        else done(opened);
      });
    });
  }

  function talk(packages: Packages, port: Parameters<typeof connect>[2]): void {
    let wiring: Wiring | null = null;
    const connection = connect(config.id, config.baud, port, packages, clock, {
      ready(pins, fullScale) {
        const plan = planPins(config, pins);
        if ('length' in plan) return fail(plan.join('; '));
        wiring = setUp({
          clock,
          connection,
          plan,
          fullScale,
          wanted: wantedOf,
          failed: fail,
          changed: (topic, word) => tell(topic, word, 'live'),
          up(readings) {
            attempt = { at: 'talking', connection, wiring, up: true };
            found(readings);
          },
        });
        attempt = { at: 'talking', connection, wiring, up: false };
      },
      version: () => wiring?.version(),
      state: (pin, mode, value) => wiring?.state(pin, mode, value),
      ended: (why) => {
        wiring?.stop();
        lost(why);
      },
    });
    function fail(why: string): void {
      wiring?.stop();
      void connection.end();
      lost(why);
    }
    attempt = { at: 'talking', connection, wiring, up: false };
  }

  function found(readings: ReadonlyMap<WireTopic, string>): void {
    waitMs = firstWaitMs;
    toldDown = null;
    log.info({ board: config.id }, 'board is there');
    door?.gateway(base, 'up', 'the board answers, and all its pins are read');
    for (const [topic, word] of readings) tell(topic, word, 'stored');
    tried();
  }

  function lost(why: string): void {
    attempt = { at: 'rest' };
    if (closing) return;
    if (why !== toldDown) {
      log.warn({ board: config.id, why }, 'board is not there');
      door?.gateway(base, 'down', `board ${config.id}: ${why}`);
      // Its inputs are lost once, however many reasons follow each other.
      if (toldDown === null) for (const { topic } of config.inputs) tell(topic, 'lost', 'stored');
      toldDown = why;
    }
    tried();
    cancelRetry = clock.alarm(waitMs, () => void start());
    waitMs = Math.min(2 * waitMs, longestWaitMs);
  }

  /** Sets what a stop leaves, and gives the board a moment to say that it has. */
  async function leaveSafe(): Promise<void> {
    if (attempt.at !== 'talking') return;
    const { connection, wiring } = attempt;
    const set = config.outputs.filter(({ onStop }) => onStop !== 'keep');
    for (const output of set) if (output.onStop !== 'keep') wanted.set(output, output.onStop);
    if (wiring !== null && set.length > 0) {
      await inTime(new Promise<void>((done) => wiring.whenConfirmed(done)));
    }
    wiring?.stop();
    await inTime(connection.end());
  }

  function inTime(work: Promise<void>): Promise<void> {
    return new Promise((done) => {
      const cancel = clock.alarm(goodbyeMs, done);
      void work.then(() => {
        cancel();
        done();
      });
    });
  }

  return {
    open(to) {
      door = to;
      return new Promise((done) => {
        tried = done;
        void start();
      });
    },
    command(topic, payload) {
      const output = config.outputs.find((one) => topic === `${one.topic}/set`);
      if (output === undefined) return false;
      const word = outputWord(payload);
      if (word === null) log.warn({ board: config.id, pin: output.pin }, 'an output is told neither on nor off');
      else if (!closing) {
        wanted.set(output, word);
        if (attempt.at === 'talking') attempt.wiring?.write();
      }
      return true;
    },
    async close() {
      if (closing) return;
      closing = true;
      door = null;
      cancelRetry();
      await leaveSafe();
      attempt = { at: 'rest' };
      tried();
    },
  };
}
