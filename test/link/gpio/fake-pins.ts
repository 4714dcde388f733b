import type { Level } from '../../../src/link/gpio/abi.ts';
import type { LineAsk, LineNews, PinDriver } from '../../../src/link/gpio/pins.ts';
import { lineBusy, lineTrouble, noSuchChip, noSuchLine } from '../../../src/link/gpio/trouble.ts';

const LINES = 8;

interface Held {
  readonly ask: LineAsk;
  readonly hear: (news: LineNews) => void;
  driven: 'high' | 'low';
  filtering: (() => void) | null;
  /** Edges that nobody will be told of. */
  swallowed: number;
}

/** Lets a while pass before it calls; the returned function prevents it. */
export type Later = (ms: number, what: () => void) => () => void;

export interface FakePins {
  readonly driver: PinDriver;
  pull(line: number, to: 'high' | 'low'): void;
  /** The same, and no edge is told: as if the kernel had missed it. */
  slip(line: number, to: 'high' | 'low'): void;
  /** Something holds a wire there whatever drives it; null: no more. */
  short(line: number, to: 'high' | 'low' | null): void;
  /** So many edges found no room; the next one says so. */
  overflow(line: number, edges: number): void;
  wire(line: number): 'high' | 'low';
  rob(line: number): () => void;
  unplug(): void;
  plugIn(): void;
  /** What was done to outputs, as `LINE on`, with `starts` and `free`. */
  readonly done: readonly string[];
}

/** A chip in memory. Edges are told at once, so that a test needs no waiting. */
export function createFakePins(label: string, nowMs: () => number, later: Later): FakePins {
  const pulls = new Map<number, 'high' | 'low'>();
  const shorts = new Map<number, 'high' | 'low'>();
  const held = new Map<number, Held>();
  const robbed = new Set<number>();
  const done: string[] = [];
  const chip = { name: 'gpiochip0', label };
  let plugged = true;

  const wire = (line: number): 'high' | 'low' => {
    const own = held.get(line);
    return shorts.get(line) ?? (own?.ask.use.as === 'output' ? own.driven : (pulls.get(line) ?? 'low'));
  };
  const levelAt = ({ activeLow }: LineAsk, at: 'high' | 'low'): Level => ((at === 'high') === activeLow ? 'off' : 'on');
  const driveFor = ({ activeLow }: LineAsk, to: Level): 'high' | 'low' =>
    (to === 'on') === activeLow ? 'low' : 'high';
  /** With a filter, what was told last. */
  const steady = new Map<number, 'high' | 'low'>();

  function edge(line: number): void {
    const own = held.get(line);
    if (own === undefined || own.ask.use.as === 'output') return;
    steady.set(line, wire(line));
    const lost = own.swallowed;
    own.swallowed = 0;
    own.hear({ type: 'edges', edges: [{ to: levelAt(own.ask, wire(line)), atMs: nowMs(), lost }] });
  }

  function changed(line: number): void {
    const own = held.get(line);
    if (own === undefined || own.ask.use.as === 'output') return;
    const { filterMs } = own.ask.use;
    if (filterMs === 0) {
      edge(line);
      return;
    }
    own.filtering?.();
    own.filtering = later(filterMs, () => {
      if (held.get(line) === own && wire(line) !== steady.get(line)) edge(line);
    });
  }

  function pull(line: number, to: 'high' | 'low'): void {
    const before = wire(line);
    pulls.set(line, to);
    if (wire(line) !== before) changed(line);
  }

  const gone = (line: number) => ({ ok: false, why: lineTrouble(chip, line, 19) }) as const;

  const driver: PinDriver = {
    close: async () => {},
    request(ask, hear) {
      const { line } = ask;
      if (!plugged || ask.chip !== label) return { ok: false, why: noSuchChip(ask.chip, line, plugged ? [chip] : []) };
      if (line >= LINES) return { ok: false, why: noSuchLine(chip, line, LINES) };
      if (robbed.has(line)) return { ok: false, why: lineBusy(chip, line, 'robber') };
      if (held.has(line)) return { ok: false, why: lineBusy(chip, line, 'lantern') };
      const own: Held = { ask, hear, driven: 'low', filtering: null, swallowed: 0 };
      if (ask.use.as === 'output') {
        own.driven = driveFor(ask, ask.use.starts);
        done.push(`${line} starts ${ask.use.starts}`);
      }
      held.set(line, own);
      steady.set(line, wire(line));
      return {
        ok: true,
        note: null,
        line: {
          level() {
            if (held.get(line) !== own) return gone(line);
            const filters = ask.use.as === 'input' && ask.use.filterMs > 0;
            return { ok: true, level: levelAt(ask, (filters ? steady.get(line) : null) ?? wire(line)), atMs: nowMs() };
          },
          set(to) {
            if (held.get(line) !== own) return gone(line);
            own.driven = driveFor(ask, to);
            done.push(`${line} ${to}`);
            return { ok: true };
          },
          release() {
            own.filtering?.();
            if (held.get(line) !== own) return;
            held.delete(line);
            done.push(`${line} free`);
          },
        },
      };
    },
  };

  return {
    driver,
    pull,
    slip: (line, to) => void pulls.set(line, to),
    short(line, to) {
      if (to === null) shorts.delete(line);
      else shorts.set(line, to);
    },
    overflow(line, edges) {
      const own = held.get(line);
      if (own !== undefined) own.swallowed += edges;
    },
    wire,
    rob(line) {
      if (held.has(line)) throw new Error('busy');
      robbed.add(line);
      return () => robbed.delete(line);
    },
    unplug() {
      plugged = false;
      const lost = [...held.entries()];
      held.clear();
      for (const [line, { hear, ask }] of lost) if (ask.use.as === 'input') hear({ type: 'gone', why: gone(line).why });
    },
    plugIn() {
      plugged = true;
    },
    done,
  };
}
