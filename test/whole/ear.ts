import mqtt, { type IClientOptions, type MqttClient } from 'mqtt';
import { BASE } from './house-config.ts';
import { createWaiting } from './waiting.ts';

/** One message as it came. */
export interface Heard {
  readonly topic: string;
  readonly payload: string;
  readonly retained: boolean;
}

export interface Reply {
  readonly id: string | null;
  readonly ok: boolean;
  readonly error?: string;
  readonly zones?: readonly string[];
  readonly warnings?: readonly string[];
}

export interface Attributes {
  readonly mode: string | null;
  readonly changedBy: string | null;
  readonly delayEndsAt: string | null;
  readonly openZones: readonly string[];
  readonly bypassedZones: readonly string[];
  readonly alarm: {
    readonly id: string;
    readonly kind: string;
    readonly zones: readonly string[];
    readonly since: string;
    readonly acknowledgedBy: string | null;
  } | null;
  readonly faults: readonly string[];
}

export interface LocalEvent {
  readonly seq: number;
  readonly at: string;
  readonly type: string;
  readonly data: Readonly<Record<string, unknown>>;
}

/** A real MQTT client that listens to everything and can speak. */
export interface Ear {
  readonly client: MqttClient;
  /** All it heard, in order. */
  readonly heard: readonly Heard[];
  /** The newest word on a topic. */
  latest(topic: string): string | undefined;
  state(): string | undefined;
  attributes(): Attributes;
  events(): readonly LocalEvent[];
  /** What the siren was told, newest last. */
  siren(): readonly string[];
  replies(): readonly Reply[];
  /** Waits until it holds; `what` names it when it never does. */
  until(what: string, holds: () => boolean): Promise<void>;
  untilState(state: string): Promise<void>;
  untilSirenTold(to: 'on' | 'off'): Promise<void>;
  untilEvent(type: string): Promise<LocalEvent>;
  say(topic: string, payload: object | string | Buffer, options?: { retain?: boolean; qos?: 0 | 1 | 2 }): Promise<void>;
  /** A device says something, and the broker has taken it. */
  device(id: string, payload: object | string): Promise<void>;
  /** An order and its answer. */
  order(order: Readonly<Record<string, unknown>>): Promise<Reply>;
  end(): Promise<void>;
}

const SIREN = 'zigbee2mqtt/siren/set';

/** Whether an order makes a siren sound, in the words of any model. */
export function isSirenOn(payload: string): boolean {
  const order = JSON.parse(payload) as { alarm?: unknown; state?: unknown; warning?: { mode?: unknown } };
  if (order.warning !== undefined) return order.warning.mode !== 'stop';
  return order.alarm === true || order.state === 'ON';
}

export interface EarOptions {
  /** Another broker than the hub's own. */
  readonly port?: number;
  readonly filters?: readonly string[];
  readonly client?: IClientOptions;
}

let lastOrder = 0;

/** Connects as soon as somebody listens on the port, and has its subscriptions granted when it resolves. */
export async function openEar(port: number, options: EarOptions = {}): Promise<Ear> {
  const client = mqtt.connect({
    host: '127.0.0.1',
    port,
    protocolVersion: 4,
    reconnectPeriod: 10,
    connectTimeout: 5000,
    ...options.client,
  });
  const heard: Heard[] = [];
  const newest = new Map<string, string>();
  const waiting = createWaiting(() => `the newest of what was heard:\n${tail(heard)}`);
  client.on('error', () => {});
  client.on('message', (topic, payload, packet) => {
    heard.push({ topic, payload: payload.toString(), retained: packet.retain });
    newest.set(topic, payload.toString());
    waiting.look();
  });
  client.on('close', waiting.look);
  client.on('connect', waiting.look);
  await waiting.until(`somebody listening on port ${port}`, () => client.connected);

  const of = (topic: string): readonly string[] =>
    heard.filter((one) => one.topic === topic).map(({ payload }) => payload);
  const ear: Ear = {
    client,
    heard,
    latest: (topic) => newest.get(topic),
    state: () => newest.get(`${BASE}/panel/state`),
    attributes: () => JSON.parse(newest.get(`${BASE}/panel/attributes`) ?? 'null') as Attributes,
    events: () => of(`${BASE}/events`).map((line) => JSON.parse(line) as LocalEvent),
    siren: () => of(SIREN),
    replies: () => of(`${BASE}/panel/reply`).map((line) => JSON.parse(line) as Reply),
    until: waiting.until,
    untilState: (state) => waiting.until(`panel/state ${state}`, () => ear.state() === state),
    untilSirenTold: (to) =>
      waiting.until(`the siren told ${to}`, () => {
        const told = newest.get(SIREN);
        return told !== undefined && isSirenOn(told) === (to === 'on');
      }),
    async untilEvent(type) {
      const find = (): LocalEvent | undefined => ear.events().findLast((event) => event.type === type);
      await waiting.until(`an event ${type}`, () => find() !== undefined);
      return find() as LocalEvent;
    },
    async say(topic, payload, sending = {}) {
      const raw = typeof payload === 'string' || Buffer.isBuffer(payload);
      await client.publishAsync(topic, raw ? payload : JSON.stringify(payload), { qos: 1, ...sending });
    },
    device: (id, payload) => ear.say(`zigbee2mqtt/${id}`, payload),
    async order(order) {
      lastOrder += 1;
      const id = `order-${process.pid}-${lastOrder}`;
      await ear.say(`${BASE}/panel/set`, { id, ...order });
      const given = 'id' in order ? order['id'] : id;
      const find = (): Reply | undefined => ear.replies().findLast((reply) => reply.id === given);
      await waiting.until(`an answer to ${JSON.stringify(order)}`, () => find() !== undefined);
      return find() as Reply;
    },
    async end() {
      await client.endAsync(true);
    },
  };
  const filters = options.filters ?? ['#'];
  if (filters.length > 0) await client.subscribeAsync([...filters], { qos: 1 });
  return ear;
}

const tail = (heard: readonly Heard[]): string =>
  heard
    .slice(-25)
    .map(({ topic, payload, retained }) => `  ${topic} ${payload.slice(0, 300)}${retained ? ' (retained)' : ''}`)
    .join('\n');
