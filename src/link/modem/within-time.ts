import type { Clock } from '../../hub/ports.ts';

/** Waits for `work` so long and no longer, then goes on with what `use` makes of it; null: it has not come. */
export function withinTime<T, R>(
  clock: Clock,
  waitMs: number,
  work: Promise<T>,
  use: (result: T | null) => R,
): Promise<R> {
  return new Promise((done) => {
    const cancel = clock.alarm(waitMs, () => end(null));
    let over = false;
    const end = (result: T | null): void => {
      if (over) return;
      over = true;
      cancel();
      done(use(result));
    };
    void work.then(end);
  });
}
