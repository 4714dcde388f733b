import { knownOf, openShared } from '../sense/decode.ts';
import { deviceOn } from '../sense/profile.ts';
import type { Signals } from '../sense/signals.ts';
import { type Suggestion, suggest } from '../sense/suggest.ts';
import type { HubFamily } from './plan.ts';

/** A device that was heard and is not in the config. */
export interface SeenDevice extends Suggestion {
  /** A keypad's word may hold a code, so it is left out. */
  readonly signals: Omit<Signals, 'keypad'>;
  readonly messages: number;
}

/** Unknown devices remembered; beyond it the one heard least lately goes. */
const MOST = 200;
/** A longer topic names no device. */
const LONGEST_TOPIC = 256;

interface Heard {
  readonly topic: string;
  readonly payload: Uint8Array;
  readonly stored: boolean;
  readonly messages: number;
}

/** `{`, with which a message that names its device begins. */
const BRACE = 0x7b;

/** A pin is wired to this house, so nobody has to find it; what a serial radio hears may be anybody's. */
const isOfThisHouse = (topic: string): boolean => topic.startsWith('#') && !topic.startsWith('#serial/');

/** Remembers what unknown devices said last. Nothing of it is saved, and codes are left out. */
export class SeenDevices {
  readonly #families: ReadonlyMap<string, HubFamily>;
  /** By topic, and by address where devices share a topic. */
  readonly #heard = new Map<string, Heard>();

  constructor(families: ReadonlyMap<string, HubFamily>) {
    this.#families = families;
  }

  /** Keeps the bytes and looks for an address: this runs for every message of every neighbour's device. */
  hear(topic: string, payload: Uint8Array, stored: boolean): void {
    if (topic.length > LONGEST_TOPIC || payload.length > 4096 || isOfThisHouse(topic)) return;
    const name = `${topic} ${this.#addressIn(topic, payload)}`;
    const messages = (this.#heard.get(name)?.messages ?? 0) + 1;
    this.#heard.delete(name);
    this.#heard.set(name, { topic, payload: payload.slice(), stored, messages });
    if (this.#heard.size <= MOST) return;
    const oldest = this.#heard.keys().next();
    if (!oldest.done) this.#heard.delete(oldest.value);
  }

  /** One entry per device, the latest word of each, the one heard last at the end. */
  list(): readonly SeenDevice[] {
    const devices = new Map<string, SeenDevice>();
    for (const heard of this.#heard.values()) {
      const guess = this.#guess(heard);
      if (guess === null) continue;
      const name = `${guess.topic} ${guess.address}`;
      const before = devices.get(name)?.messages ?? 0;
      const { keypad: _keypad, ...signals } = guess.signals;
      devices.delete(name);
      devices.set(name, { ...guess, signals, messages: before + heard.messages });
    }
    return [...devices.values()];
  }

  /** The family that knows most of it: by an address in the message, or by more of the topic. */
  #guess(heard: Heard): Suggestion | null {
    let best: Suggestion | null = null;
    let most = -1;
    for (const { sense } of this.#families.values()) {
      const guess = suggest(sense, heard.topic, heard);
      const known = knownOf(sense, guess, heard.topic);
      if (guess === null || known < most) continue;
      best = guess;
      most = known;
    }
    return best;
  }

  #addressIn(topic: string, payload: Uint8Array): string {
    if (payload[0] !== BRACE) return '';
    for (const { sense } of this.#families.values()) {
      if (sense.address?.kind !== 'shared' || deviceOn(sense, topic) === null) continue;
      const opened = openShared(sense, payload);
      const address = opened.ok ? opened.addresses[0] : undefined;
      if (address !== undefined) return address;
    }
    return '';
  }
}
