import type { Person } from '../../src/alarm/events.ts';
import type { DeviceId, PersonId } from '../../src/base/brand.ts';
import type { JsonObject } from '../../src/base/json.ts';
import { instant, type WallTime, wallTime } from '../../src/base/time.ts';
import type {
  Broker,
  Clock,
  Codes,
  Committed,
  Dusk,
  Journal,
  JournalEntry,
  LocalRow,
  Log,
  Outgoing,
  Restored,
} from '../../src/hub/ports.ts';

// One fake per port of the hub, each held to the contract that its real counterpart keeps (contracts.test.ts).

export interface FakeClock extends Clock {
  /** Lets time pass: rings every alarm that comes due, in order, at its own moment. */
  pass(ms: number): void;
  /** The whole process stands still: what came due meanwhile rings late, at the next `pass`. */
  standStill(ms: number): void;
  /** The wall clock jumps; the hub's own line does not. */
  step(ms: number): void;
  trust(is: 'trusted' | 'untrusted'): void;
}

/** A clock that stands still until told. */
export function createFakeClock(start = 1_000_000, boot = 'boot-1'): FakeClock {
  let now = start;
  let wallOffset = Date.UTC(2026, 10, 21, 20, 0, 0) - start;
  let trusted = true;
  const alarms = new Set<{ readonly at: number; readonly ring: () => void }>();
  const nextDue = (until: number) => [...alarms].filter(({ at }) => at <= until).sort((a, b) => a.at - b.at)[0];
  return {
    boot,
    now: () => instant(now),
    wall: () => wallTime(now + wallOffset),
    trusted: () => trusted,
    monotonicMs: () => Math.round(now),
    alarm(afterMs, ring) {
      const alarm = { at: now + afterMs, ring };
      alarms.add(alarm);
      return () => alarms.delete(alarm);
    },
    pass(ms) {
      const end = now + ms;
      for (let next = nextDue(end); next !== undefined; next = nextDue(end)) {
        alarms.delete(next);
        now = Math.max(now, next.at);
        next.ring();
      }
      now = end;
    },
    standStill(ms) {
      now += ms;
    },
    step(ms) {
      wallOffset += ms;
    },
    trust(is) {
      trusted = is === 'trusted';
    },
  };
}

export interface FakeDusk extends Dusk {
  become(is: 'dark' | 'light'): void;
}

/** Dark until told. */
export function createFakeDusk(): FakeDusk {
  const watching = new Set<(is: 'dark' | 'light') => void>();
  let last: 'dark' | 'light' = 'dark';
  return {
    watch(tell) {
      watching.add(tell);
      tell(last);
      return () => watching.delete(tell);
    },
    become(is) {
      if (is === last) return;
      last = is;
      for (const tell of watching) tell(is);
    },
  };
}

export interface FakeJournal extends Journal {
  /** Answers at once (`well`), refuses (`failing`), or keeps entries until `answer` (`silent`). */
  be(how: 'well' | 'failing' | 'silent'): void;
  /** A silent journal takes what it kept. */
  answer(): void;
  /** What a start on the same directory would find. */
  restored(): Restored;
  readonly rows: readonly { readonly type: string; readonly data: JsonObject; readonly sealed: boolean }[];
  readonly activity_: readonly string[];
  readonly erased: () => number;
}

/** A journal in memory. */
export function createFakeJournal(from: Restored = fresh): FakeJournal {
  let how: 'well' | 'failing' | 'silent' = 'well';
  let parts = from.parts;
  let phase = from.phase;
  let seq = 0;
  let erased = 0;
  const rows: { type: string; data: JsonObject; sealed: boolean }[] = [];
  const activity: string[] = [];
  const kept: { entry: JournalEntry; done: (result: Committed) => void }[] = [];
  const refused: JournalEntry[] = [];

  function take(entry: JournalEntry): readonly LocalRow[] {
    parts = { ...parts, ...entry.parts };
    phase = entry.phase ?? phase;
    if (entry.erase) erased += 1;
    return entry.rows.flatMap(({ type, data, sealed, at }) => {
      rows.push({ type, data, sealed });
      if (sealed) return [];
      seq += 1;
      return [{ seq, at: new Date(at).toISOString(), type, data }];
    });
  }

  return {
    append(entry, done) {
      if (how === 'silent') kept.push({ entry, done });
      else if (how === 'failing') {
        refused.push(entry);
        queueMicrotask(() => done({ ok: false, why: 'no space left' }));
      } else {
        const local = [...refused.splice(0).flatMap(take), ...take(entry)];
        queueMicrotask(() => done({ ok: true, local }));
      }
    },
    activity(_at: WallTime, device: DeviceId, what: string) {
      activity.push(`${device} ${what}`);
    },
    close: async () => {},
    be(next) {
      how = next;
    },
    answer() {
      for (const { entry, done } of kept.splice(0)) done({ ok: true, local: take(entry) });
    },
    restored: () => ({ parts, phase, setAside: null, known: true }),
    rows,
    activity_: activity,
    erased: () => erased,
  };
}

export const fresh: Restored = { parts: null, phase: null, setAside: null, known: false };

export interface FakeBroker extends Broker {
  /** Everything said, in order: `topic payload`; orders to devices begin with `!`. */
  readonly said: string[];
  /** The newest of each retained topic. */
  readonly retained: ReadonlyMap<string, string>;
}

/** A broker that only listens. */
export function createFakeBroker(): FakeBroker {
  const said: string[] = [];
  const retained = new Map<string, string>();
  return {
    said,
    retained,
    publish({ topic, payload, retain }: Outgoing) {
      if (retain) retained.set(topic, payload);
      said.push(`${topic} ${payload}`);
    },
    command(topic, payload) {
      said.push(`!${topic} ${payload}`);
    },
    open: async () => {},
    close: async () => {},
  };
}

export const PEOPLE = {
  anna: { id: 'p0000000a' as PersonId, name: 'Anna', role: 'resident' },
  vera: { id: 'p0000000b' as PersonId, name: 'Vera', role: 'visitor' },
  ivan: { id: 'p0000000c' as PersonId, name: 'Ivan', role: 'installer' },
  mona: { id: 'p0000000d' as PersonId, name: 'Mona', role: 'monitor' },
} as const satisfies Record<string, Person>;

/** Anna 482913, under duress 739164; Vera 620485; Ivan 957203; Mona 318627. */
export function createFakeCodes(): Codes & { readonly checks: () => number } {
  const known: Readonly<Record<string, { readonly person: Person; readonly duress: boolean }>> = {
    '482913': { person: PEOPLE.anna, duress: false },
    '739164': { person: PEOPLE.anna, duress: true },
    '620485': { person: PEOPLE.vera, duress: false },
    '957203': { person: PEOPLE.ivan, duress: false },
    '318627': { person: PEOPLE.mona, duress: false },
  };
  let checks = 0;
  return {
    enrolled: () => true,
    hasResident: () => true,
    async check(code) {
      checks += 1;
      return known[code] ?? null;
    },
    person: (id) => Object.values(PEOPLE).find((person) => person.id === id) ?? null,
    era: () => 'first',
    checks: () => checks,
  };
}

/** Everything logged, one line an entry. */
export function createFakeLog(): Log & { readonly lines: string[] } {
  const lines: string[] = [];
  const at = (level: string) => (facts: JsonObject, message: string) => {
    lines.push(`${level} ${message} ${JSON.stringify(facts)}`);
  };
  return { lines, info: at('info'), warn: at('warn'), error: at('error') };
}
