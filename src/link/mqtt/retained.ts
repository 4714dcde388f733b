import { topicMatches } from './topics.ts';

/** The newest retained payload of every topic. */
export interface Retained {
  /** Keeps it as the topic's newest; an empty payload clears the topic. False: it would not fit and was not kept. */
  keep(topic: string, payload: Uint8Array): boolean;
  get(topic: string): Uint8Array | undefined;
  matching(filter: string): readonly (readonly [topic: string, payload: Uint8Array])[];
  readonly size: number;
  readonly bytes: number;
}

export function createRetained(maxTopics: number, maxBytes: number): Retained {
  const kept = new Map<string, Uint8Array>();
  let bytes = 0;

  const cost = (topic: string, payload: Uint8Array | undefined): number =>
    payload === undefined ? 0 : topic.length + payload.length;

  function drop(topic: string): void {
    bytes -= cost(topic, kept.get(topic));
    kept.delete(topic);
  }

  return {
    keep(topic, payload) {
      if (payload.length === 0) {
        drop(topic);
        return true;
      }
      const before = kept.get(topic);
      const bytesAfter = bytes - cost(topic, before) + cost(topic, payload);
      if (bytesAfter > maxBytes || (before === undefined && kept.size >= maxTopics)) return false;
      // A copy: what comes from a socket is a view that would keep its whole chunk alive.
      kept.set(topic, Uint8Array.from(payload));
      bytes = bytesAfter;
      return true;
    },
    get: (topic) => kept.get(topic),
    matching: (filter) => [...kept].filter(([topic]) => topicMatches(filter, topic)),
    get size() {
      return kept.size;
    },
    get bytes() {
      return bytes;
    },
  };
}
