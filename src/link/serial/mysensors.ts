import type { JsonObject } from '../../base/json.ts';
import { bytesOf, type Codec, type Encoded, type Heard, textIn } from './codec.ts';
import { asciiOf, createLineSplitter } from './lines.ts';

// MySensors: text at 115200 baud, `node;child;command;ack;type;payload`. Source: the serial protocol 2.x of mysensors.org.

/** Payloads have 25 bytes at most; the gateway's own log lines are longer. */
const LONGEST_LINE = 512;
const BROADCAST = 255;
const NODE_ITSELF = 255;
/** Children remembered of one node; nobody hangs more on a radio of 32-byte packets. */
const MOST_CHILDREN = 64;

const COMMAND = { presentation: 0, set: 1, req: 2, internal: 3, stream: 4 } as const;
const INTERNAL = { battery: 0, version: 2, logMessage: 9, gatewayReady: 14, heartbeat: 22, preSleep: 32 } as const;
/** What a node says of itself without being asked: it is alive. I_HEARTBEAT_RESPONSE, I_PRE_SLEEP and I_POST_SLEEP. */
const SIGNS_OF_LIFE: readonly number[] = [INTERNAL.heartbeat, INTERNAL.preSleep, 33];

/** Types of `set` that a house uses; others are a sign of life and no more. */
const VALUES: ReadonlyMap<number, string> = new Map([
  [2, 'V_STATUS'],
  [15, 'V_ARMED'],
  [16, 'V_TRIPPED'],
  [23, 'V_LIGHT_LEVEL'],
  [36, 'V_LOCK_STATUS'],
  [37, 'V_LEVEL'],
  [38, 'V_VOLTAGE'],
]);
const NUMBERS: ReadonlyMap<string, number> = new Map([...VALUES].map(([number, name]) => [name, number]));

/** One line, taken apart. */
interface Line {
  readonly node: number;
  readonly child: number;
  readonly command: number;
  /** An echo of an order of ours: the node itself has it. */
  readonly echo: boolean;
  readonly type: number;
  readonly payload: string;
}

const shape = /^(\d{1,3});(\d{1,3});([0-4]);([01]);(\d{1,3});(.*)$/;

/** The fields of a line; null when it is none. */
function parseMysensors(line: string): Line | null {
  const [, node, child, command, ack, type, payload] = shape.exec(line) ?? [];
  if (payload === undefined) return null;
  const parsed = {
    node: Number(node),
    child: Number(child),
    command: Number(command),
    echo: ack === '1',
    type: Number(type),
    payload,
  };
  return parsed.node > BROADCAST || parsed.child > NODE_ITSELF || parsed.type > 255 ? null : parsed;
}

/** `{ address: '12:1', V_STATUS: '1' }` as a line; the node is asked to echo it, so that it is known to have it. */
export function encodeMysensors(order: JsonObject): Encoded {
  const [, node, child] = /^(\d{1,3}):(\d{1,3})$/.exec(textIn(order, 'address', 7) ?? '') ?? [];
  if (node === undefined || child === undefined || Number(node) >= BROADCAST || Number(child) >= NODE_ITSELF)
    return { ok: false, why: 'MySensors switches a child of a node; write the address like 12:1' };
  const values = Object.entries(order).filter(([key]) => NUMBERS.has(key));
  const [name, payload] = values[0] ?? [];
  const number = NUMBERS.get(name ?? '');
  if (values.length !== 1 || number === undefined)
    return { ok: false, why: 'MySensors takes one value an order; give one like V_STATUS: "1"' };
  if (typeof payload !== 'string' || !/^[\x20-\x7e]{1,25}$/.test(payload) || payload.includes(';'))
    return { ok: false, why: `MySensors takes at most 25 plain characters; correct ${name}` };
  return { ok: true, bytes: bytesOf(`${node};${child};${COMMAND.set};1;${number};${payload}\n`) };
}

const ALIVE: readonly Heard[] = [{ type: 'alive' }];

/**
 * Nodes speak for themselves (battery, heartbeat) where devices are their children, so what a node says is told for
 * each child it has shown: `{ node: 4, child: 1, V_TRIPPED: '1' }`, `{ node: 4, child: 1, battery: 79 }`,
 * `{ node: 4, child: 1, alive: true }`.
 */
export function createMysensors(): Codec {
  const lines = createLineSplitter(LONGEST_LINE);
  const nodes = new Map<number, { readonly children: Set<number>; battery: number | null }>();

  const nodeOf = (id: number) => {
    const known = nodes.get(id) ?? { children: new Set<number>(), battery: null };
    nodes.set(id, known);
    return known;
  };

  /** True the first time: what its node said before is then news for it. */
  function meet(node: number, child: number): boolean {
    const { children } = nodeOf(node);
    if (child === NODE_ITSELF || children.has(child) || children.size >= MOST_CHILDREN) return false;
    children.add(child);
    return true;
  }

  const forAll = (node: number, what: JsonObject): readonly Heard[] => {
    const children = [...nodeOf(node).children];
    return children.length === 0
      ? ALIVE
      : children.map((child): Heard => ({ type: 'said', message: { node, child, ...what } }));
  };

  function onInternal({ node, type, payload }: Line): readonly Heard[] {
    if (type === INTERNAL.gatewayReady) return [{ type: 'alive', restarted: true }];
    if (type === INTERNAL.battery && /^\d{1,3}$/.test(payload)) {
      nodeOf(node).battery = Number(payload);
      return forAll(node, { battery: Number(payload) });
    }
    return SIGNS_OF_LIFE.includes(type) && node !== 0 ? forAll(node, { alive: true }) : ALIVE;
  }

  function onSet({ node, child, echo, type, payload }: Line): readonly Heard[] {
    const isNew = meet(node, child);
    const { battery } = nodeOf(node);
    const name = VALUES.get(type);
    const message = {
      node,
      child,
      ...(name === undefined ? { alive: true } : { [name]: payload }),
      ...(isNew && battery !== null ? { battery } : {}),
    };
    return echo ? [{ type: 'sent' }, { type: 'said', message }] : [{ type: 'said', message }];
  }

  function onLine(line: Line): readonly Heard[] {
    switch (line.command) {
      case COMMAND.presentation:
        meet(line.node, line.child);
        return ALIVE;
      case COMMAND.set:
        return onSet(line);
      case COMMAND.internal:
        return onInternal(line);
      default:
        return ALIVE;
    }
  }

  return {
    name: 'MySensors',
    usualBaud: 115_200,
    greeting: [{ afterMs: 2500, bytes: bytesOf('0;255;3;0;2;\n') }],
    question: bytesOf('0;255;3;0;2;\n'),
    deviceProves: true,
    paceMs: 500,
    split: (bytes) => lines.split(bytes),
    forget: lines.forget,
    read(frame) {
      const text = asciiOf(frame);
      const line = text === null ? null : parseMysensors(text);
      return line === null ? [{ type: 'unreadable', why: 'a line that MySensors does not speak' }] : onLine(line);
    },
    aside: () => [],
    encode: encodeMysensors,
    // A node says each thing once; the same again is a new one.
    trainOf: () => null,
  };
}
