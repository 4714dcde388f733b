import type {
  Clock,
  GpioConfig,
  GpioInput,
  GpioOutput,
  GpioPlace,
  Log,
  Wires,
  WiresDoor,
  WireTopic,
} from '../../hub/ports.ts';
import type { Level, Use } from './abi.ts';
import { systemPlaces } from './chips.ts';
import { openPinDriver } from './driver.ts';
import type { Edge, HeldLine, LineNews, PinDriver, Told } from './pins.ts';
import { lostEdges, missedEdge, stuckOutput } from './trouble.ts';

/** Every level is read back this often, whether or not an edge was told. */
const SWEEP_MS = 1_000;
/** What could not be had is asked for again this often, for ever. */
const RETRY_MS = 2_000;
/** A level that was read may be ahead of its edge for a moment; after this long it was an edge that nobody told. */
const EDGE_IN_FLIGHT_MS = 20;

interface GpioNeeds {
  readonly clock: Clock;
  readonly log: Log;
  /** How lines are come by; left out, it is the kernel's. */
  readonly driver?: () => Promise<PinDriver>;
}

/** One line of the config, held or not. */
interface Pin {
  /** Asks for its line where it is not held. */
  open(): void;
  /** Reads its level back. */
  sweep(): void;
  command(payload: string): void;
  close(): void;
}

interface House {
  readonly clock: Clock;
  readonly driver: () => Told<{ readonly driver: PinDriver }>;
  readonly tell: (topic: WireTopic, is: Word, delivery: 'live' | 'stored') => void;
  readonly refused: (topic: WireTopic, why: string) => void;
}

const payloads = {
  on: Buffer.from('on'),
  off: Buffer.from('off'),
  lost: Buffer.from('lost'),
  back: Buffer.from('back'),
} as const;

type Word = keyof typeof payloads;

/**
 * Pins of the machine, on topics as the config has them.
 *
 * Inputs: the level at the start is told as stored; then every edge, each by itself and in order, so that a press of 50 ms
 * is an `on` and an `off`. An edge to the level that was told last means that the line was at the other one in between, and both
 * are told. Levels are read after every edge and once a second: one that no edge has told within 20 ms is told as a change.
 *
 * Outputs: from the first moment at what they were told last, or off; set before `command` returns, then read back and
 * told, and again whenever a reading differs. `keep` leaves the line as it is, but what a line does that nobody holds any more
 * is up to the chip: only a resistor makes a level safe.
 *
 * A line that cannot be had or goes away is told `lost`, with one sentence why, and asked for every two seconds. Once it can be
 * read again it is told `back`, live, and then its level as a stored one: that it lives is news, and its level may be old.
 */
export function createGpio(config: GpioConfig, needs: GpioNeeds): Wires {
  const { clock, log } = needs;
  const state: {
    door: WiresDoor | null;
    driver: PinDriver | null;
    why: string;
    closed: boolean;
    stops: (() => void)[];
  } = {
    door: null,
    driver: null,
    why: '',
    closed: false,
    stops: [],
  };
  const house: House = {
    clock,
    driver: () => (state.driver === null ? { ok: false, why: state.why } : { ok: true, driver: state.driver }),
    tell: (topic, is, delivery) => state.door?.message(topic, payloads[is], delivery === 'stored'),
    refused: (topic, why) => state.door?.refused(topic, why),
  };
  const inputs = config.inputs.map((input) => createInput(input, house));
  const outputs = new Map(config.outputs.map((output) => [`${output.topic}/set`, createOutput(output, house)]));
  const pins: readonly Pin[] = [...outputs.values(), ...inputs];

  async function load(): Promise<void> {
    try {
      const driver = await (needs.driver ?? (() => openPinDriver(clock, log, systemPlaces)))();
      // A stop came first.
      if (state.closed) await driver.close();
      else state.driver = driver;
    } catch (error) {
      state.why = `pins cannot be reached at all: ${error instanceof Error ? error.message : String(error)}; install Lantern anew`;
    }
  }

  /** Again and again, as long as it is open. */
  function every(ms: number, what: () => void): void {
    let cancel = clock.alarm(ms, again);
    function again(): void {
      what();
      if (!state.closed) cancel = clock.alarm(ms, again);
    }
    state.stops.push(() => cancel());
  }

  return {
    async open(door) {
      if (pins.length === 0 || state.closed) return;
      state.door = door;
      await load();
      if (state.closed) return;
      // Outputs first: a siren that is to sound goes on sounding.
      for (const pin of pins) pin.open();
      every(SWEEP_MS, () => {
        for (const pin of pins) pin.sweep();
      });
      every(RETRY_MS, () => {
        for (const pin of pins) pin.open();
      });
    },
    command(topic, payload) {
      const output = outputs.get(topic);
      if (output === undefined) house.refused(topic, `no output of a pin is at ${topic}; mend the config`);
      else if (!state.closed) output.command(payload);
    },
    async close() {
      if (state.closed) return;
      state.closed = true;
      for (const stop of state.stops) stop();
      for (const pin of pins) pin.close();
      await state.driver?.close();
    },
  };
}

/** What inputs and outputs have in common: a line that is held, or the sentence why it is not. */
function createHolding(parts: {
  readonly place: GpioPlace & { readonly topic: WireTopic; readonly activeLow: boolean };
  readonly house: House;
  readonly use: () => Use;
  readonly edges: (edges: readonly Edge[]) => void;
  /** It is ours, and this is its level. */
  readonly held: (level: Level) => void;
}) {
  const { place, house } = parts;
  const state: { line: HeldLine | null; why: string | null; closed: boolean } = {
    line: null,
    why: null,
    closed: false,
  };

  function request(): Told<{ readonly level: Level; readonly atMs: number }> {
    const loaded = house.driver();
    if (!loaded.ok) return loaded;
    const { chip, line, activeLow } = place;
    // News of a line that was given back since is none.
    const own: { line: HeldLine | null } = { line: null };
    const asked = loaded.driver.request({ chip, line, activeLow, use: parts.use() }, (news) => {
      if (own.line !== null && own.line === state.line) hear(news);
    });
    if (!asked.ok) return asked;
    own.line = asked.line;
    state.line = asked.line;
    if (asked.note !== null) house.refused(place.topic, asked.note);
    return asked.line.level();
  }

  function hear(news: LineNews): void {
    if (news.type === 'gone') lose(news.why);
    else parts.edges(news.edges);
  }

  function lose(why: string): void {
    state.line?.release();
    state.line = null;
    if (state.closed || state.why === why) return;
    if (state.why === null) house.tell(place.topic, 'lost', 'live');
    state.why = why;
    house.refused(place.topic, why);
  }

  /** What the line answers; where it does not, it is lost. */
  function use<T>(ask: (line: HeldLine) => Told<T>): (T & { readonly ok: true }) | null {
    if (state.line === null) return null;
    const answer = ask(state.line);
    if (answer.ok) return answer;
    lose(answer.why);
    return null;
  }

  return {
    use,
    open(): void {
      if (state.line !== null || state.closed) return;
      const asked = request();
      if (!asked.ok) {
        lose(asked.why);
        return;
      }
      if (state.why !== null) house.tell(place.topic, 'back', 'live');
      state.why = null;
      parts.held(asked.level);
    },
    close(): void {
      state.closed = true;
      state.line?.release();
      state.line = null;
    },
  };
}

function createInput(input: GpioInput, house: House): Pin {
  const { topic, bias, filterMs, line } = input;
  const state: {
    told: Level | null;
    /** Edges up to here were told by a reading. */
    readUpToMs: number;
    /** Cancels the second look at a level that no edge has told. */
    looking: (() => void) | null;
  } = { told: null, readUpToMs: Number.NEGATIVE_INFINITY, looking: null };

  const holding = createHolding({
    place: input,
    house,
    use: () => ({ as: 'input', bias, filterMs }),
    edges: takeEdges,
    held(level) {
      forget();
      state.readUpToMs = Number.NEGATIVE_INFINITY;
      state.told = level;
      house.tell(topic, level, 'stored');
    },
  });

  function tell(level: Level): void {
    state.told = level;
    house.tell(topic, level, 'live');
  }

  function takeEdges(edges: readonly Edge[]): void {
    forget();
    let lost = 0;
    for (const edge of edges) {
      lost += edge.lost;
      if (edge.atMs <= state.readUpToMs) continue;
      if (edge.to === state.told) tell(edge.to === 'on' ? 'off' : 'on');
      tell(edge.to);
    }
    if (lost > 0) house.refused(topic, lostEdges(line, lost));
    look();
  }

  function look(): void {
    if (state.looking !== null) return;
    const read = holding.use((held) => held.level());
    if (read === null || read.level === state.told) return;
    state.looking = house.clock.alarm(EDGE_IN_FLIGHT_MS, lookAgain);
  }

  function lookAgain(): void {
    state.looking = null;
    const read = holding.use((held) => held.level());
    if (read === null || read.level === state.told) return;
    state.readUpToMs = read.atMs;
    tell(read.level);
    house.refused(topic, missedEdge(line));
  }

  function forget(): void {
    state.looking?.();
    state.looking = null;
  }

  return {
    open: holding.open,
    sweep: look,
    command: () => {},
    close() {
      forget();
      holding.close();
    },
  };
}

function createOutput(output: GpioOutput, house: House): Pin {
  const { topic, line, onStop } = output;
  const state: { wanted: Level; told: Level | null; stuck: boolean } = { wanted: 'off', told: null, stuck: false };

  const holding = createHolding({
    place: output,
    house,
    use: () => ({ as: 'output', starts: state.wanted }),
    edges: () => {},
    held(level) {
      state.stuck = false;
      told(level, 'stored');
    },
  });

  function told(level: Level, delivery: 'live' | 'stored'): void {
    state.told = level;
    house.tell(topic, level, delivery);
  }

  function set(to: Level): void {
    state.wanted = to;
    holding.use((held) => held.set(to));
    // What it says back waits until whoever gave the order is done.
    queueMicrotask(() => {
      const read = holding.use((held) => held.level());
      if (read !== null) told(read.level, 'live');
    });
  }

  function sweep(): void {
    const read = holding.use((held) => held.level());
    if (read === null) return;
    if (read.level !== state.told) told(read.level, 'live');
    if (read.level === state.wanted) state.stuck = false;
    else mend();
  }

  function mend(): void {
    holding.use((held) => held.set(state.wanted));
    if (!state.stuck) house.refused(topic, stuckOutput(line, state.wanted));
    state.stuck = true;
  }

  return {
    open: holding.open,
    sweep,
    command(payload) {
      if (payload === 'on' || payload === 'off') set(payload);
      else house.refused(topic, `an output is told on or off, not "${payload.slice(0, 20)}"`);
    },
    close() {
      if (onStop !== 'keep') holding.use((held) => held.set(onStop));
      holding.close();
    },
  };
}
