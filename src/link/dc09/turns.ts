import type { Clock } from '../../hub/ports.ts';
import { GRACE_MS, MAX_WAITING } from './limits.ts';

const RANKS = { urgent: 0, ordinary: 1, routine: 2 } as const;
export type Urgency = keyof typeof RANKS;

interface Job {
  readonly urgency: Urgency;
  readonly run: (putOff: AbortSignal) => Promise<void>;
  readonly stop: AbortController;
}

/** Lets one message at a time on its way. */
export interface Turns {
  /** Runs when its turn comes; `putOff` tells it to give way. False: too many wait. */
  take(urgency: Urgency, run: (putOff: AbortSignal) => Promise<void>): boolean;
  /** Tells all to give way; resolves when they have. */
  close(): Promise<void>;
}

/** The most urgent first, in order among equals. What is on its way soon gives way to something more urgent. */
export function createTurns(clock: Clock): Turns {
  let waiting: readonly Job[] = [];
  let running: Job | null = null;
  let idle = Promise.withResolvers<void>();
  idle.resolve();

  function next(): void {
    const [job, ...rest] = waiting;
    if (running !== null || job === undefined) {
      if (running === null) idle.resolve();
      return;
    }
    waiting = rest;
    running = job;
    void job.run(job.stop.signal).then(() => {
      running = null;
      next();
    });
  }

  function hurry(urgency: Urgency): void {
    const slower = running;
    if (slower === null || RANKS[slower.urgency] <= RANKS[urgency]) return;
    clock.alarm(GRACE_MS, () => slower.stop.abort());
  }

  return {
    take(urgency, run) {
      if (waiting.length >= MAX_WAITING) return false;
      if (running === null && waiting.length === 0) idle = Promise.withResolvers();
      const job = { urgency, run, stop: new AbortController() };
      waiting = [...waiting, job].sort((a, b) => RANKS[a.urgency] - RANKS[b.urgency]);
      hurry(urgency);
      next();
      return true;
    },
    close() {
      for (const job of [...waiting, ...(running === null ? [] : [running])]) job.stop.abort();
      return idle.promise;
    },
  };
}
