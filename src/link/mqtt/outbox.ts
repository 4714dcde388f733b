import type { Outgoing } from '../../hub/ports.ts';
import { MAX_WAITING_MESSAGES } from './limits.ts';

/** The hub's states, replies and events on their way out, in the order given. */
export interface Outbox {
  add(message: Outgoing): void;
  /** Sends what waits, now. */
  flush(): void;
}

/**
 * Messages wait for the end of the current turn: an order to a siren that is given in the same turn then goes first,
 * and each connection takes them in one write. Full, it sends at once: nothing is lost or changes places.
 */
export function createOutbox(send: (messages: readonly Outgoing[]) => void): Outbox {
  let waiting: Outgoing[] = [];

  function flush(): void {
    if (waiting.length === 0) return;
    const batch = waiting;
    waiting = [];
    send(batch);
  }

  return {
    add(message) {
      waiting.push(message);
      if (waiting.length === 1) process.nextTick(flush);
      if (waiting.length >= MAX_WAITING_MESSAGES) flush();
    },
    flush,
  };
}
