import { describe, expect, it } from 'vitest';
import type { ZoneEvent } from '../../src/alarm/events.ts';
import type { DeviceId, ZoneId } from '../../src/base/brand.ts';
import { duration, instant } from '../../src/base/time.ts';
import type { Signals, TripSignal } from '../../src/sense/signals.ts';
import { deviceDeadline, observe, shownOpen, tickDevice } from '../../src/zone/observe.ts';
import type { DevicePlan, SensingPlan } from '../../src/zone/plan.ts';
import { afterRestart, type DeviceState, unheardDevice } from '../../src/zone/state.ts';

interface Sketch {
  readonly trips?: readonly TripSignal[];
  readonly on?: SensingPlan['on'];
  readonly hits?: number;
  readonly withinMs?: number;
  readonly timesPresses?: true;
  readonly silentPress?: true;
  readonly supervisionMs?: number;
  readonly debounceMs?: number;
  readonly repeatsMs?: number;
}

/** One device called `it`, which is its zone too. */
export function device(sketch: Sketch = {}): DevicePlan {
  return {
    id: 'it' as DeviceId,
    supervision: sketch.supervisionMs === undefined ? null : duration(sketch.supervisionMs),
    debounce: duration(sketch.debounceMs ?? 0),
    repeats: duration(sketch.repeatsMs ?? 0),
    zone: {
      id: 'it' as ZoneId,
      trips: sketch.trips ?? ['contact'],
      on: sketch.on ?? ['press', 'hold', 'double'],
      hits: sketch.hits ?? 1,
      within: duration(sketch.withinMs ?? 10_000),
      timesPresses: sketch.timesPresses ?? false,
      silentPress: sketch.silentPress ?? false,
    },
  };
}

/** The same as a keypad: supervised, and no zone. */
export const bare = (sketch: Sketch = {}): DevicePlan => ({ ...device(sketch), zone: null });

/** What comes in: signals now, from a broker's store, as pulses; time; a restart. */
type Input =
  | Signals
  | { readonly stored: Signals }
  | { readonly pulse: TripSignal; readonly with?: Signals }
  | 'tick'
  | 'restart';

/** When in ms, what comes in, the events it makes, and what is shown: open, closed or unknown. */
export type Row = readonly [number, Input, string, ('open' | 'closed' | 'unknown')?];

/** Time is a column in milliseconds. One row is one test. */
export function table(name: string, plan: DevicePlan, rows: readonly Row[]): void {
  let state: DeviceState = unheardDevice(instant(0));
  const played = rows.map(([at, input]) => {
    const events: ZoneEvent[] = [];
    // Ticked exactly when it asked to be, as the hub does.
    for (let due = deviceDeadline(plan, state); due !== null && due <= at; due = deviceDeadline(plan, state)) {
      const ticked = tickDevice(plan, state, due);
      state = ticked.state;
      events.push(...ticked.events);
    }
    const seen = take(plan, state, input, at);
    state = seen.state;
    return { events: [...events, ...seen.events].map(word), state };
  });
  describe(name, () => {
    for (const [index, [at, input, events, shown]] of rows.entries()) {
      const said = typeof input === 'string' ? input : JSON.stringify(input);
      it(`${at} ms: ${said} → ${events === '' ? 'nothing' : events}${shown === undefined ? '' : `, ${shown}`}`, () => {
        expect(played[index]?.events.join(' ')).toBe(events);
        const after = played[index]?.state;
        if (shown !== undefined && after !== undefined && plan.zone !== null) {
          expect(shownAs(shownOpen(plan.zone, after))).toBe(shown);
        }
      });
    }
  });
}

const shownAs = (open: boolean | null): 'open' | 'closed' | 'unknown' => {
  if (open === null) return 'unknown';
  return open ? 'open' : 'closed';
};

function take(plan: DevicePlan, state: DeviceState, input: Input, at: number) {
  const now = instant(at);
  if (input === 'tick') return { state, events: [] };
  if (input === 'restart') return { state: afterRestart(state), events: [] };
  if ('stored' in input) return observe(plan, state, input.stored, [], 'stored', now);
  if ('pulse' in input) return observe(plan, state, input.with ?? {}, [input.pulse], 'live', now);
  return observe(plan, state, input, [], 'live', now);
}

/** `opened`, `hit:2`, `known:open`, `lost`. */
export function word(event: ZoneEvent): string {
  const name = event.type.replace(/^(zone|device)-/, '');
  if (event.type === 'zone-detected' && event.press !== undefined) return `pressed:${event.press}`;
  if (event.type === 'zone-known') return `known:${event.open ? 'open' : 'closed'}`;
  return name;
}
