import type { Instant } from '../base/time.ts';

/** How much an event matters when not everything can be kept; later ones matter more. */
export const RANKS = ['info', 'notice', 'fault', 'intruder', 'tamper', 'personal'] as const;
export type Rank = (typeof RANKS)[number];

/** One event at the door. `merge`: events with the same key may become one (a device pressed again and again). */
export interface Arrival<E> {
  readonly rank: Rank;
  readonly at: Instant;
  readonly merge: string | null;
  readonly event: E;
}

/**
 * The one bounded waiting line. When it is full the oldest of the least important goes first; `personal` is never shed:
 * it merges per device instead, so its share is bounded by the number of devices and `bound` is on top of that.
 */
export class Inbox<E> {
  readonly #bound: number;
  readonly #queue: Arrival<E>[] = [];
  #head = 0;
  #sheddable = 0;
  #shed = 0;
  readonly #merged = new Set<string>();

  constructor(bound: number) {
    this.#bound = bound;
  }

  get size(): number {
    return this.#queue.length - this.#head;
  }

  /** How many events were shed since the start. */
  get shed(): number {
    return this.#shed;
  }

  put(arrival: Arrival<E>): void {
    if (arrival.rank === 'personal') {
      if (arrival.merge !== null && this.#merged.has(arrival.merge)) return;
      if (arrival.merge !== null) this.#merged.add(arrival.merge);
      this.#queue.push(arrival);
      return;
    }
    if (this.#sheddable >= this.#bound && !this.#makeRoom(arrival.rank)) {
      this.#shed += 1;
      return;
    }
    this.#sheddable += 1;
    this.#queue.push(arrival);
  }

  take(): Arrival<E> | undefined {
    if (this.size === 0) return undefined;
    const next = this.#queue[this.#head];
    this.#head += 1;
    if (this.#head === this.#queue.length || this.#head > 4096) {
      this.#queue.splice(0, this.#head);
      this.#head = 0;
    }
    if (next === undefined) return undefined;
    if (next.rank !== 'personal') this.#sheddable -= 1;
    else if (next.merge !== null) this.#merged.delete(next.merge);
    return next;
  }

  /** Sheds one waiting event that matters less than `rank`; false when none does. */
  #makeRoom(rank: Rank): boolean {
    for (const lower of RANKS.slice(0, RANKS.indexOf(rank))) {
      const index = this.#queue.findIndex((one, place) => place >= this.#head && one.rank === lower);
      if (index < 0) continue;
      this.#queue.splice(index, 1);
      this.#sheddable -= 1;
      this.#shed += 1;
      return true;
    }
    return false;
  }
}
