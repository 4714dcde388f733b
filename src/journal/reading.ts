import type { History, LocalRow } from '../hub/ports.ts';

/** Readings waiting for the worker at once, and the rows of one. */
const mostReadings = 16;
export const mostRows = 500;

/** Pages of the local view, asked of the thread that has the database: the hub's own loop never touches it. */
export interface Reading extends History {
  answered(id: number, rows: readonly LocalRow[] | null): void;
  /** The worker is gone, and what it was asked with it. */
  interrupted(): void;
}

/** `ask` says whether somebody is there to be asked; `after` is null for the newest rows. */
export function makeReading(ask: (id: number, after: number | null, limit: number) => 'asked' | 'nobody'): Reading {
  const waiting = new Map<number, (rows: readonly LocalRow[] | null) => void>();
  let lastId = 0;

  const answered = (id: number, rows: readonly LocalRow[] | null): void => {
    const resolve = waiting.get(id);
    waiting.delete(id);
    resolve?.(rows);
  };

  return {
    answered,
    interrupted() {
      for (const id of [...waiting.keys()]) answered(id, null);
    },
    local: page,
    newest: (limit) => page(null, limit),
  };

  function page(after: number | null, limit: number): Promise<readonly LocalRow[] | null> {
    if (waiting.size >= mostReadings) return Promise.resolve(null);
    lastId += 1;
    const id = lastId;
    const { promise, resolve } = Promise.withResolvers<readonly LocalRow[] | null>();
    waiting.set(id, resolve);
    if (ask(id, after, Math.min(limit, mostRows)) === 'nobody') answered(id, null);
    return promise;
  }
}
