import type { Socket } from 'node:net';
import { topicMatches } from './topics.ts';

/** Who listens to what, among the clients of the embedded broker. */
export interface Audience {
  /** False: this client has asked for as much as it may. */
  join(client: object, socket: Socket, filter: string): boolean;
  leave(client: object, filter: string): void;
  forget(client: object): void;
  /** Connections of all clients that listen to the topic, each once, however many of its filters match. */
  of(topic: string): readonly Socket[];
}

interface Member {
  readonly socket: Socket;
  readonly filters: Set<string>;
}

/** The hub speaks on few topics (panel, zones, outputs, its devices), so each topic's audience is worked out once. */
const MAX_KNOWN_TOPICS = 2_000;

export function createAudience(maxFilters: number): Audience {
  const members = new Map<object, Member>();
  const known = new Map<string, readonly Socket[]>();

  function work(topic: string): readonly Socket[] {
    const listening = [...members.values()].filter(({ filters }) => [...filters].some((f) => topicMatches(f, topic)));
    return listening.map(({ socket }) => socket);
  }

  return {
    join(client, socket, filter) {
      const member = members.get(client) ?? { socket, filters: new Set<string>() };
      if (member.filters.size >= maxFilters && !member.filters.has(filter)) return false;
      member.filters.add(filter);
      members.set(client, member);
      known.clear();
      return true;
    },
    leave(client, filter) {
      members.get(client)?.filters.delete(filter);
      known.clear();
    },
    forget(client) {
      if (members.delete(client)) known.clear();
    },
    of(topic) {
      const found = known.get(topic);
      if (found !== undefined) return found;
      if (known.size >= MAX_KNOWN_TOPICS) known.clear();
      const listening = work(topic);
      known.set(topic, listening);
      return listening;
    },
  };
}
