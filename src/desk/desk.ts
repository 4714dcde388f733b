import { createHash } from 'node:crypto';
import { type WallTime, wallTime } from '../base/time.ts';
import type { Log } from '../hub/ports.ts';
import type { DeskHub } from './config.ts';
import type { Act, DeskEvent, DeskReport, WaitingCommand } from './model.ts';
import { step } from './reduce.ts';
import type { Beat, Store } from './store.ts';

/** A heartbeat that changes nothing waits this long for others, to be written with them. */
const BEATS_MS = 500;
/** Beyond these they are written at once. */
const MOST_BEATS = 500;
const TICK_MS = 1_000;
/** One look takes no longer, or nothing would say meanwhile that the desk still listens. */
const LOOK_MS = 2_000;
const SWEEP_MS = 60_000;

/** What a hub said, once it is believed. */
export interface Said {
  readonly id: string;
  /** The very words, for telling a repetition from a second use of an id. */
  readonly words: string;
  readonly forgetBefore: WallTime | null;
}

export type DeskTaken =
  | { readonly is: 'taken'; readonly commands: readonly WaitingCommand[] }
  | { readonly is: 'replayed'; readonly why: string }
  /** The store cannot be had: it has to come again. */
  | { readonly is: 'busy'; readonly why: string };

export type LifeAnswers = Extract<DeskEvent, { type: 'life' }>['answers'];

/** One desk process at work. Nothing rejects but what says so. */
export interface Desk {
  report(hub: DeskHub, said: Said, report: DeskReport): Promise<DeskTaken>;
  life(hub: DeskHub, id: string, answers: LifeAnswers): Promise<DeskTaken>;
  /** Null: done, or done before under this key. Else why not, for people. */
  act(caseId: string, by: string, act: Act, key: string): Promise<string | null>;
  /** One look at what is due. The desk looks by itself; tests look when they like. */
  tick(): Promise<void>;
  close(): Promise<void>;
}

export interface DeskParts {
  readonly hubs: ReadonlyMap<string, DeskHub>;
  readonly store: Store;
  readonly log: Log;
  readonly now: () => number;
  /** `asked`: only `tick` looks. */
  readonly ticking: 'alone' | 'asked';
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
const BUSY = 'The desk cannot write at the moment; send it again.';

export function createDesk({ hubs, store, log, now, ticking }: DeskParts): Desk {
  const wall = (): WallTime => wallTime(now());
  /** Signs of life on their way to the store, by hub and id. */
  let beats = new Map<string, Beat>();
  const asking = new Set<string>();
  let flushing: NodeJS.Timeout | null = null;
  let sweptAt = 0;
  let trouble = '';
  let looking: Promise<void> | null = null;

  function failed(error: unknown): void {
    const why = messageOf(error);
    if (why !== trouble) log.error({ why }, 'the desk cannot reach its store');
    trouble = why;
  }

  async function change(hub: DeskHub, said: Said, event: DeskEvent): Promise<DeskTaken> {
    const digest = createHash('sha256').update(said.words).digest('hex');
    const at = wall();
    const key = { id: said.id, digest, forgetBefore: said.forgetBefore };
    try {
      const changed = await store.change(hub.id, key, at, 'heard', (before) => step(hub, before, event, at));
      trouble = '';
      switch (changed.is) {
        case 'done':
        case 'again':
          return { is: 'taken', commands: changed.state.commands };
        case 'other':
          return { is: 'replayed', why: 'This id was used before, for something else.' };
        case 'refused':
          return { is: 'busy', why: changed.why };
      }
    } catch (error) {
      failed(error);
      return { is: 'busy', why: BUSY };
    }
  }

  async function flush(): Promise<void> {
    if (flushing !== null) clearTimeout(flushing);
    flushing = null;
    const batch = [...beats.values()];
    if (batch.length === 0) return;
    try {
      await store.beats(batch);
      // Only now: until it is written, this is all that tells a replay.
      const written = new Set(batch);
      beats = new Map([...beats].filter(([, beat]) => !written.has(beat)));
    } catch (error) {
      failed(error);
      beats = new Map([...beats].slice(-MOST_BEATS));
    }
  }

  function later(beat: Beat): void {
    beats.set(`${beat.hub} ${beat.id}`, beat);
    if (beats.size >= MOST_BEATS) void flush();
    else flushing ??= setTimeout(() => void flush(), BEATS_MS);
  }

  const REPLAYED = { is: 'replayed', why: 'This sign of life came before.' } as const;

  async function life(hub: DeskHub, id: string, answers: LifeAnswers): Promise<DeskTaken> {
    const key = `${hub.id} ${id}`;
    if (beats.has(key) || asking.has(key)) return REPLAYED;
    // The same message beside it must meet something while the store is asked.
    asking.add(key);
    try {
      if ((await store.knows(hub.id, id)) === 'known') return REPLAYED;
      later({ hub: hub.id, id, at: wall() });
      const seen = await store.seen(hub.id);
      if (seen?.silent === 'speaks' && answers.length === 0) {
        return { is: 'taken', commands: seen.waiting === 0 ? [] : (await store.state(hub.id)).commands };
      }
      const at = wall();
      const changed = await store.change(hub.id, null, at, 'heard', (before) =>
        step(hub, before, { type: 'life', answers }, at),
      );
      if (changed.is !== 'done') return { is: 'busy', why: BUSY };
      return { is: 'taken', commands: changed.state.commands };
    } catch (error) {
      beats.delete(key);
      failed(error);
      return { is: 'busy', why: BUSY };
    } finally {
      asking.delete(key);
    }
  }

  async function look(): Promise<void> {
    try {
      const at = wall();
      const since = await store.listening(at);
      // What was heard must be written before anybody is called silent.
      await flush();
      for (const id of await store.due(at, since)) {
        const hub = hubs.get(id);
        if (hub === undefined) continue;
        // Thousands at once: what has become more urgent meanwhile comes first at the next look.
        if (wall() - at > LOOK_MS) break;
        await store.change(id, null, at, 'desk', (before, seenAt) =>
          step(hub, before, { type: 'tick', seenAt: wallTime(Math.max(seenAt, since)) }, at),
        );
      }
      if (at - sweptAt >= SWEEP_MS) {
        sweptAt = at;
        await store.sweep(at);
      }
      trouble = '';
    } catch (error) {
      failed(error);
    }
  }

  /** Never two at once: a slow store must not gather them. */
  function tick(): Promise<void> {
    looking ??= look().finally(() => {
      looking = null;
    });
    return looking;
  }

  const timer = ticking === 'alone' ? setInterval(() => void tick(), TICK_MS) : null;

  return {
    report: (hub, said, report) => change(hub, said, { type: 'report', report }),
    life,
    async act(caseId, by, act, key) {
      const hub = hubs.get(caseId.split('.')[0] ?? '');
      if (hub === undefined) return 'There is no such case.';
      const at = wall();
      const event: DeskEvent = { type: 'operator', caseId, by, act };
      try {
        const once = { id: `op/${key}`, digest: JSON.stringify(act), forgetBefore: null };
        const changed = await store.change(hub.id, once, at, 'desk', (before) => step(hub, before, event, at));
        if (changed.is === 'other') return 'This form was used before; load the page again.';
        return changed.is === 'refused' ? changed.why : null;
      } catch (error) {
        failed(error);
        return 'The desk cannot write at the moment. Nothing was done; try again.';
      }
    },
    tick,
    async close() {
      if (timer !== null) clearInterval(timer);
      await looking;
      await flush();
    },
  };
}
