import { after, between, type Duration, duration, seconds } from '../base/time.ts';
import type { Clock, Committed, Journal, JournalEntry, LocalRow } from './ports.ts';

/** Something that leaves the house once its turn is in the journal. `otherwise`: what leaves when it is not. */
export interface Leaving {
  readonly go: () => void;
  readonly otherwise: () => void;
}

export const always = (go: () => void): Leaving => ({ go, otherwise: go });

/**
 * Write, then act. What a turn sends out waits here until the journal has the turn, in order. When the journal answers
 * failure, or nothing for a second, it leaves from memory, and until the journal is well again nothing waits for it.
 */
export interface Gate {
  commit(entry: JournalEntry, leaving: readonly Leaving[], answered: () => void): void;
  /** Leaves behind what is still waiting, never ahead of it. */
  follow(go: () => void): void;
  /** The journal does not keep up. */
  troubled(): boolean;
  /** Resolves when nothing waits. */
  settle(): Promise<void>;
}

export interface GateNeeds {
  readonly clock: Clock;
  readonly journal: Journal;
  /** Null: well again. */
  readonly onTrouble: (why: string | null) => void;
  readonly onRows: (rows: readonly LocalRow[]) => void;
}

interface Waiting {
  readonly leaving: Leaving[];
  left: boolean;
}

/** What matters waits no longer than this. */
const PATIENCE = seconds(1);
/**
 * A timer this late means that this whole process stood still (a busy or suspended machine). The journal may have
 * answered meanwhile and was not heard, so it is given as long again to be heard before it is blamed.
 */
const STANDSTILL = duration(250);

export function createGate({ clock, journal, onTrouble, onRows }: GateNeeds): Gate {
  const waiting: Waiting[] = [];
  let trouble = false;
  let cancelPatience: (() => void) | null = null;
  let settled: (() => void)[] = [];

  function release(entry: Waiting, how: keyof Leaving): void {
    if (entry.left) return;
    entry.left = true;
    for (const leaving of entry.leaving) leaving[how]();
  }

  function losePatience(wait: Duration): void {
    const due = after(clock.now(), wait);
    cancelPatience ??= clock.alarm(wait, () => {
      cancelPatience = null;
      if (between(due, clock.now()) >= STANDSTILL) {
        losePatience(STANDSTILL);
        return;
      }
      releaseAll();
      report('no answer within 1 s');
    });
  }

  /** Before the trouble is told: what is told leaves at once, and must not be overtaken by what came before it. */
  function releaseAll(): void {
    for (const entry of [...waiting]) release(entry, 'otherwise');
  }

  function report(why: string | null): void {
    if ((why !== null) === trouble) return;
    trouble = why !== null;
    onTrouble(why);
  }

  function committed(entry: Waiting, result: Committed): void {
    waiting.splice(waiting.indexOf(entry), 1);
    cancelPatience?.();
    cancelPatience = null;
    if (waiting.length > 0) losePatience(PATIENCE);
    release(entry, result.ok ? 'go' : 'otherwise');
    if (!result.ok) releaseAll();
    if (result.ok) onRows(result.local);
    report(result.ok ? null : result.why);
  }

  function wakeSettled(): void {
    if (waiting.length > 0) return;
    const done = settled;
    settled = [];
    for (const one of done) one();
  }

  return {
    commit(entry, leaving, answered) {
      const mine: Waiting = { leaving: [...leaving], left: false };
      waiting.push(mine);
      if (trouble) release(mine, 'otherwise');
      else losePatience(PATIENCE);
      journal.append(entry, (result) => {
        committed(mine, result);
        answered();
        wakeSettled();
      });
    },
    follow(go) {
      const last = waiting.at(-1);
      if (last === undefined || last.left) go();
      else last.leaving.push(always(go));
    },
    troubled: () => trouble,
    settle: () =>
      new Promise((done) => {
        settled.push(done);
        wakeSettled();
      }),
  };
}
