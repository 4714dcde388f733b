import { between, type Instant } from '../base/time.ts';
import type { Clock } from './ports.ts';

/** The hub's one timer: rings at the earliest deadline it was told of. */
export interface Waker {
  /** Ring no later than this; null asks for nothing. */
  by(at: Instant | null): void;
}

export function createWaker(clock: Clock, ring: () => void): Waker {
  let wakeAt: Instant | null = null;
  let cancel: (() => void) | null = null;
  return {
    by(at) {
      if (at === null || (wakeAt !== null && wakeAt <= at)) return;
      cancel?.();
      wakeAt = at;
      cancel = clock.alarm(Math.max(0, between(clock.now(), at)), () => {
        wakeAt = null;
        cancel = null;
        ring();
      });
    },
  };
}
