import type { JsonObject } from '../../base/json.ts';
import type { Clock } from '../../hub/ports.ts';
import type { Codec } from './codec.ts';

/** Outputs a house has behind one radio; an order beyond them is refused. */
const MOST_ORDERS = 64;
const LONGEST_ORDER = 4096;

/** Orders on their way to one gateway: one at a time, and of each output only the newest. */
export interface Outbox {
  /** An order as the family's templates write it: a JSON object with an `address`. */
  take(order: string): void;
  /** The gateway is there: what waited goes out. */
  open(): void;
  /** It is gone: what was not sent waits. */
  shut(): void;
  /** The order before was sent, or will never be. */
  done(): void;
}

interface Needs {
  readonly codec: Pick<Codec, 'encode' | 'paceMs'>;
  readonly clock: Pick<Clock, 'alarm'>;
  readonly write: (bytes: Uint8Array) => void;
  readonly refused: (why: string) => void;
}

export function createOutbox({ codec, clock, write, refused }: Needs): Outbox {
  /** By address, oldest first. */
  const orders = new Map<string, Uint8Array>();
  let isOpen = false;
  let flying: { readonly address: string; readonly bytes: Uint8Array; readonly cancel: () => void } | null = null;

  function next(): void {
    const [first] = orders;
    if (!isOpen || flying !== null || first === undefined) return;
    const [address, bytes] = first;
    orders.delete(address);
    write(bytes);
    flying = { address, bytes, cancel: clock.alarm(codec.paceMs, done) };
  }

  function done(): void {
    flying?.cancel();
    flying = null;
    next();
  }

  return {
    take(text) {
      const order = orderIn(text);
      if (order === null) {
        refused('an order that is no JSON object of at most 4 KiB with an address; correct the switch: of its profile');
        return;
      }
      const encoded = codec.encode(order);
      if (!encoded.ok) {
        refused(encoded.why);
        return;
      }
      const address = String(order['address']);
      if (!orders.has(address) && orders.size >= MOST_ORDERS) {
        refused(`an order was dropped, because ${MOST_ORDERS} others wait for this gateway`);
        return;
      }
      orders.delete(address);
      orders.set(address, encoded.bytes);
      next();
    },
    open() {
      isOpen = true;
      next();
    },
    shut() {
      isOpen = false;
      if (flying === null) return;
      flying.cancel();
      // Nobody knows whether it went out. Twice does no harm; a newer order for the same output stands.
      if (!orders.has(flying.address)) orders.set(flying.address, flying.bytes);
      flying = null;
    },
    done,
  };
}

function orderIn(text: string): JsonObject | null {
  if (text.length > LONGEST_ORDER) return null;
  try {
    const value: unknown = JSON.parse(text);
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
    return isObject && 'address' in value ? (value as JsonObject) : null;
  } catch {
    return null;
  }
}
