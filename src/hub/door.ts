import type { Order } from '../alarm/events.ts';
import type { DeviceId, SourceId, ZoneId } from '../base/brand.ts';
import { decode } from '../sense/decode.ts';
import { decodeGateway, type GatewayNews } from '../sense/gateway.ts';
import type { KeypadSignal, Signals, TripSignal } from '../sense/signals.ts';
import type { Delivery } from '../zone/observe.ts';
import { addressBook } from './address.ts';
import type { Rank } from './inbox.ts';
import { keypadAsk, parseOrder } from './orders.ts';
import type { HubFamily, HubPlan } from './plan.ts';
import type { BrokerDoor, Clock } from './ports.ts';
import type { SeenDevices } from './seen.ts';

/** What the door makes of the world's messages. */
export type Arrived =
  | {
      readonly type: 'signals';
      readonly device: number;
      readonly signals: Signals;
      readonly pulses: readonly TripSignal[];
      readonly delivery: Delivery;
    }
  | { readonly type: 'output-reports'; readonly output: number; readonly signals: Signals; readonly delivery: Delivery }
  | { readonly type: 'gateway'; readonly base: string; readonly online: boolean }
  | { readonly type: 'keypad-spoke'; readonly device: number }
  | { readonly type: 'order'; readonly order: Omit<Order, 'token'>; readonly code: string | null }
  /** An order that cannot be read. */
  | { readonly type: 'unreadable'; readonly id: string | null }
  /** Outputs whose client has just subscribed. */
  | { readonly type: 'retell'; readonly outputs: readonly number[] }
  | { readonly type: 'broker'; readonly is: 'up' | 'down' };

export interface DoorNeeds {
  readonly plan: HubPlan;
  readonly families: ReadonlyMap<string, HubFamily>;
  readonly models: Map<string, string>;
  readonly clock: Clock;
  readonly seen: SeenDevices;
  /** `merge`: calls for help with the same key may become one while they wait. */
  readonly take: (event: Arrived, rank: Rank, merge: string | null) => void;
  readonly refused: (source: SourceId, why: string) => void;
}

/** Bytes come in, signals and orders go on. Anything else stays outside, told at most once a second per source. */
export function createDoor({ plan, families, models, clock, seen, take, refused }: DoorNeeds): BrokerDoor {
  const book = addressBook(plan, families);

  function deviceMessage(index: number, topic: string, payload: Uint8Array, stored: boolean, source: SourceId): void {
    const device = plan.devices[index];
    const family = device === undefined ? undefined : families.get(device.profile);
    if (device === undefined || family === undefined) return;
    const model = device.model ?? models.get(device.topic) ?? null;
    const decoded = decode(family.sense, model, device.topic, { topic, payload, stored });
    if (!decoded.ok) {
      refused(source, `${device.id}: ${decoded.why}`);
      return;
    }
    const { signals, pulses } = decoded;
    if (isEmpty(signals)) return;
    if (signals.keypad !== undefined) keypadOrder(index, device.id, signals.keypad);
    // A silent call from a keypad must leave no more trace than one from a button.
    if (signals.keypad?.action === 'panic') return;
    const delivery = stored ? 'stored' : 'live';
    take({ type: 'signals', device: index, signals, pulses, delivery }, rankOf(device.id, signals), device.id);
  }

  function keypadOrder(index: number, device: DeviceId, signal: KeypadSignal): void {
    const zone = plan.panel.zones.get(device as string as ZoneId);
    const ask = keypadAsk(signal, zone?.type === 'panic' ? zone.silent : true);
    const transaction = signal.transaction ?? null;
    const order: Omit<Order, 'token'> = {
      source: `keypad:${device}` as SourceId,
      replyTo: { via: 'keypad', device, transaction, asked: ask.action },
      id: transaction === null ? null : `${device}#${transaction}`,
      hasCode: signal.code !== undefined,
      ask,
    };
    take({ type: 'keypad-spoke', device: index }, 'notice', null);
    takeOrder(order, signal.code ?? null);
  }

  function takeOrder(order: Omit<Order, 'token'>, code: string | null): void {
    const help = order.ask.action === 'panic';
    take({ type: 'order', order, code }, help ? 'personal' : 'tamper', help ? `panic:${order.source}` : null);
  }

  function outputMessage(index: number, topic: string, payload: Uint8Array, stored: boolean): void {
    const output = plan.outputs[index];
    const family = output === undefined ? undefined : families.get(output.profile);
    if (output === undefined || family === undefined) return;
    const model = output.model ?? models.get(output.topic) ?? null;
    const decoded = decode(family.sense, model, output.topic, { topic, payload, stored });
    if (!decoded.ok || isEmpty(decoded.signals)) return;
    const delivery = stored ? 'stored' : 'live';
    take({ type: 'output-reports', output: index, signals: decoded.signals, delivery }, 'fault', null);
  }

  function onGateway(news: GatewayNews | null): void {
    if (news?.kind === 'gateway') take({ type: 'gateway', base: news.base, online: news.online }, 'fault', null);
    if (news?.kind === 'models') for (const listed of news.models) models.set(listed.topic, listed.model);
  }

  /** An event matters as much as the worst it can mean. */
  function rankOf(device: DeviceId, signals: Signals): Rank {
    const type = plan.panel.zones.get(device as string as ZoneId)?.type;
    if (type === 'panic' && signals.button !== undefined) return 'personal';
    if (type === 'fire' || type === 'tamper' || signals.tamper !== undefined) return 'tamper';
    if (type === 'entry' || type === 'perimeter' || type === 'interior' || type === 'tremor') return 'intruder';
    if (type === 'technical' || signals.online !== undefined || signals.batteryLow !== undefined) return 'fault';
    return type === undefined ? 'info' : 'notice';
  }

  return {
    message(topic, payload, stored, source) {
      const listeners = book.get(topic);
      if (listeners === undefined) {
        seen.hear(topic, payload, stored);
        return;
      }
      for (const family of listeners.gateways) onGateway(decodeGateway(family.sense, { topic, payload, stored }));
      for (const index of listeners.devices) deviceMessage(index, topic, payload, stored, source);
      for (const index of listeners.outputs) outputMessage(index, topic, payload, stored);
    },
    command(payload, source) {
      const parsed = parseOrder(payload, source, clock.trusted() ? clock.wall() : null);
      if (parsed.ok) takeOrder(parsed.order, parsed.code);
      else take({ type: 'unreadable', id: parsed.id }, 'notice', null);
    },
    subscribed(filter) {
      const outputs = plan.outputs.flatMap((output, index) => (listensTo(filter, output.topic) ? [index] : []));
      if (outputs.length > 0) take({ type: 'retell', outputs }, 'tamper', null);
    },
    connected: (up) => take({ type: 'broker', is: up ? 'up' : 'down' }, 'fault', null),
    refused,
  };
}

const isEmpty = (signals: Signals): boolean => {
  for (const _ in signals) return false;
  return true;
};

/** A client that listens for orders to this device: on a topic below the device's own, or on a filter that covers it. */
function listensTo(filter: string, deviceTopic: string): boolean {
  const wanted = filter.split('/');
  const hash = wanted.indexOf('#');
  return deviceTopic.split('/').every((level, place) => {
    if (hash >= 0 && hash <= place) return true;
    return wanted[place] === '+' || wanted[place] === level;
  });
}
