import { type Suggestion, suggest } from '../sense/suggest.ts';
import type { HubFamily } from './plan.ts';

/** A device that was heard and is not in the config. */
export interface SeenDevice extends Suggestion {
  readonly messages: number;
}

/** Unknown devices remembered; beyond it the one heard least lately goes. */
const MOST = 200;
/** A longer topic names no device. */
const LONGEST_TOPIC = 256;

/** Remembers what unknown devices said last. Nothing of it is saved, and codes are left out. */
export class SeenDevices {
  readonly #families: ReadonlyMap<string, HubFamily>;
  readonly #byTopic = new Map<string, { topic: string; payload: Uint8Array; stored: boolean; messages: number }>();

  constructor(families: ReadonlyMap<string, HubFamily>) {
    this.#families = families;
  }

  /** Only keeps the bytes: this runs for every message of every neighbour's device. */
  hear(topic: string, payload: Uint8Array, stored: boolean): void {
    if (topic.length > LONGEST_TOPIC || payload.length > 4096) return;
    const messages = (this.#byTopic.get(topic)?.messages ?? 0) + 1;
    this.#byTopic.delete(topic);
    this.#byTopic.set(topic, { topic, payload: payload.slice(), stored, messages });
    if (this.#byTopic.size <= MOST) return;
    const oldest = this.#byTopic.keys().next();
    if (!oldest.done) this.#byTopic.delete(oldest.value);
  }

  /** One entry per device, the latest word of each. */
  list(): readonly SeenDevice[] {
    const devices = new Map<string, SeenDevice>();
    for (const heard of this.#byTopic.values()) {
      for (const family of this.#families.values()) {
        const guess = suggest(family.sense, heard.topic, heard);
        if (guess === null) continue;
        const before = devices.get(guess.topic)?.messages ?? 0;
        const { keypad: _keypad, ...signals } = guess.signals;
        devices.set(guess.topic, { ...guess, signals, messages: before + heard.messages });
      }
    }
    return [...devices.values()];
  }
}
