import type { JsonObject } from '../../base/json.ts';

// How one kind of gateway speaks. A codec knows bytes and nothing of ports, programs or time.

/** A piece of the stream: one line or packet, or bytes that are none and were dropped. */
export type Frame = { readonly frame: Uint8Array } | { readonly dropped: number };

/** What a frame said. All but `unreadable` prove that the gateway is there and understood. */
export type Heard =
  /** A device behind the gateway, as one JSON object. */
  | { readonly type: 'said'; readonly message: JsonObject }
  /** The gateway speaks of itself. `restarted`: it has just begun anew. */
  | { readonly type: 'alive'; readonly restarted?: true }
  /** It reports on its own, and so will go on doing it: its silence is then one although nobody can ask it. */
  | { readonly type: 'reports' }
  /** The last order went out on air. */
  | { readonly type: 'sent' }
  /** The last order did not. */
  | { readonly type: 'unsent'; readonly why: string }
  /** How loud the band is, in dB; `busy`: something covers it at this moment. */
  | { readonly type: 'noise'; readonly level: number; readonly busy: boolean }
  | { readonly type: 'unreadable'; readonly why: string };

export type Encoded =
  | { readonly ok: true; readonly bytes: Uint8Array }
  /** What is wrong with the order, as a sentence with a remedy. */
  | { readonly ok: false; readonly why: string };

/** Something to write so long after the one before it. */
interface Step {
  readonly afterMs: number;
  readonly bytes: Uint8Array;
}

/** One gateway's way of speaking. It keeps half frames and what it learnt of its devices; make one for each gateway. */
export interface Codec {
  /** What people call it, for sentences. */
  readonly name: string;
  /** What such devices come with; null: they have no port. */
  readonly usualBaud: number | null;
  /** Written once a port is open. Boards that restart when a port is opened hear nothing before. */
  readonly greeting: readonly Step[];
  /** Makes it answer; null: it cannot be asked. */
  readonly question: Uint8Array | null;
  /** After an order the next one waits for `sent` or `unsent`, but no longer than this. */
  readonly paceMs: number;
  /** Cuts the stream into frames; how the bytes came in pieces makes no difference, unless long pauses lie between. */
  split(bytes: Uint8Array, atMs: number): readonly Frame[];
  /** A new connection: what is left of the old one belongs to nothing. */
  forget(): void;
  /** Never throws, whatever the bytes. */
  read(frame: Uint8Array): readonly Heard[];
  /** Reads a line that a program says beside its output. */
  aside(line: string): readonly Heard[];
  encode(order: JsonObject): Encoded;
  /** A device's message is proof enough that the gateway is understood; where there is no check sum, only its answer is. */
  readonly deviceProves: boolean;
  /**
   * What is the same in all repeats of one transmission, so that a button that is held can be told from one that is
   * pressed; null: a repeat means nothing here.
   */
  trainOf(message: JsonObject): string | null;
}

const ascii = new TextEncoder();

export const bytesOf = (text: string): Uint8Array => ascii.encode(text);

/** The one text under this key, if it is one of at most so many characters. */
export function textIn(order: JsonObject, key: string, longest: number): string | null {
  const value = order[key];
  return typeof value === 'string' && value.length > 0 && value.length <= longest ? value : null;
}
