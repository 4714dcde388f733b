import type { JsonObject } from '../../../src/base/json.ts';
import type { Log, TextPath } from '../../../src/hub/ports.ts';
import { createModem, type Modem } from '../../../src/link/modem/modem.ts';
import type { Kept } from '../../../src/link/modem/pin.ts';
import { type OpenPort, openSerial } from '../../../src/link/modem/port.ts';
import type { ModemState } from '../../../src/link/modem/state.ts';
import { createPatientClock, type PatientClock } from './patient-clock.ts';
import { type Simulator, type SimulatorOptions, startSimulator } from './simulator.ts';

/** The driver on a real serial port, the other end of which is the simulator. */
export interface ModemBench {
  readonly modem: Modem;
  /** The same; time passes while it works. */
  readonly path: TextPath;
  readonly far: Simulator;
  readonly clock: PatientClock;
  readonly states: readonly ModemState[];
  readonly logged: readonly string[];
  readonly kept: FakeKept;
  /** What the driver opens its port with. */
  readonly openPort: OpenPort;
  up(): Promise<void>;
  /** The plug is pulled; `replug` gives another modem at the same place. */
  unplug(): void;
  replug(options?: SimulatorOptions): Simulator;
  close(): Promise<void>;
}

export interface FakeKept extends Kept {
  text: string | null;
  /** What the disk says to the next `set`. */
  works: 'yes' | 'no';
}

export function createKept(text: string | null = null): FakeKept {
  return {
    text,
    works: 'yes',
    get() {
      return this.text;
    },
    set(next) {
      if (this.works === 'yes') this.text = next;
      return Promise.resolve(this.works === 'yes');
    },
  };
}

export interface BenchOptions extends SimulatorOptions {
  readonly configuredPin?: string | null;
  readonly kept?: FakeKept;
}

/** Everything on its way between driver and modem; zero: all is quiet. */
interface Traffic {
  opening: number;
  toModem: number;
  toHub: number;
  open: 'yes' | 'no';
}

export function openBench(options: BenchOptions = {}): ModemBench {
  const traffic: Traffic = { opening: 0, toModem: 0, toHub: 0, open: 'no' };
  const clock = createPatientClock(
    () => traffic.opening === 0 && (traffic.open === 'no' || (traffic.toModem <= 0 && traffic.toHub <= 0)),
  );
  const after = (ms: number, run: () => void): void => void clock.alarm(ms, run);
  const now = (): Date => new Date(clock.wall());
  const plug = (more: SimulatorOptions): Simulator => {
    const plugged = startSimulator({ after, now, ...more });
    plugged.onRead((bytes) => {
      traffic.toModem -= bytes;
    });
    plugged.onWrite((bytes) => {
      traffic.toHub += bytes;
    });
    return plugged;
  };
  let far = plug(options);
  let plugged: 'in' | 'out' = 'in';

  const openPort: OpenPort = async (place, door, ownClock) => {
    if (plugged === 'out') return { ok: false, why: `${place.path} is not there; is the modem plugged in?` };
    traffic.opening += 1;
    far.release();
    const settle = (open: 'yes' | 'no'): void => void Object.assign(traffic, { open, toModem: 0, toHub: 0 });
    const opened = await openSerial(
      { ...place, path: far.path },
      {
        data(bytes) {
          traffic.toHub -= bytes.length;
          door.data(bytes);
        },
        gone(why) {
          settle('no');
          door.gone(why);
        },
      },
      ownClock,
    );
    traffic.opening -= 1;
    if (!opened.ok) return opened;
    settle('yes');
    far.reopened();
    const { port } = opened;
    return {
      ok: true,
      port: {
        write(text) {
          traffic.toModem += text.length;
          port.write(text);
        },
        async close() {
          settle('no');
          traffic.opening += 1;
          await port.close();
          traffic.opening -= 1;
        },
      },
    };
  };

  const states: ModemState[] = [];
  const logged: string[] = [];
  const write = (facts: JsonObject, message: string): void => void logged.push(`${message} ${JSON.stringify(facts)}`);
  const log: Log = { info: write, warn: write, error: write };
  const kept = options.kept ?? createKept();
  const config = { port: '/dev/the-modem', baud: 115_200, pin: options.configuredPin ?? null };
  const modem = createModem(config, { clock, log, kept, changed: (state) => void states.push(state), openPort });
  const { ring } = modem;
  return {
    modem,
    path: {
      ...modem,
      send: (text) => clock.through(modem.send(text)),
      find: (text, since) => clock.through(modem.find(text, since)),
      status: (sid) => clock.through(modem.status(sid)),
      fetch: (since) => clock.through(modem.fetch(since)),
      ring: ring === null ? null : (to, id) => clock.through(ring(to, id)),
    },
    get far() {
      return far;
    },
    clock,
    states,
    logged,
    kept,
    openPort,
    async up() {
      modem.open();
      await clock.until('the modem to be up', () => modem.state().conversation === 'up');
    },
    unplug() {
      plugged = 'out';
      far.close();
    },
    replug(more = {}) {
      plugged = 'in';
      far = plug(more);
      return far;
    },
    async close() {
      await modem.close();
      far.close();
    },
  };
}
