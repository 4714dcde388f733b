import type { Wires, WireTopic } from '../hub/ports.ts';
import { within } from './within.ts';

/** One kind of wire, and how its topics begin. */
export interface KindOfWire {
  readonly prefix: `#${string}/`;
  readonly wires: Wires;
}

/** A board that has to boot, or a port that hangs, must not hold up the panel; it goes on being opened behind its back. */
const OPEN_MS = 1500;

/** Several kinds of wire as one: orders find theirs by topic, all are opened and closed side by side. */
export function joinWires(kinds: readonly KindOfWire[]): Wires {
  const kindOf = (topic: WireTopic): KindOfWire | undefined => kinds.find(({ prefix }) => topic.startsWith(prefix));
  return {
    open: (door) => within(OPEN_MS, Promise.all(kinds.map(({ wires }) => wires.open(door)))),
    command: (topic, payload) => kindOf(topic)?.wires.command(topic, payload),
    close: async () => void (await Promise.all(kinds.map(({ wires }) => wires.close()))),
  };
}

/** Wires that are not opened in this run: each is told to be gone, and why. */
export function leftOut(bases: readonly WireTopic[], why: string): Wires {
  return {
    async open(door) {
      for (const base of bases) door.gateway(base, 'down', why);
    },
    command() {},
    async close() {},
  };
}
