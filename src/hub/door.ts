import { render } from '../act/commands.ts';
import { switchCommands } from '../act/profile.ts';
import type { Order } from '../alarm/events.ts';
import type { DeviceId, SourceId, ZoneId } from '../base/brand.ts';
import { type Decoded, openShared, read, readShared } from '../sense/decode.ts';
import { decodeGateway, type GatewayNews } from '../sense/gateway.ts';
import type { Quality } from '../sense/quality.ts';
import { addressOf, type Reader, readerFor } from '../sense/reader.ts';
import type { KeypadSignal, Signals, TripSignal } from '../sense/signals.ts';
import type { Delivery } from '../zone/observe.ts';
import { addressBook, type Listeners } from './address.ts';
import { isWire } from './gateways.ts';
import type { Rank } from './inbox.ts';
import { keypadAsk, parseOrder } from './orders.ts';
import type { HubFamily, HubPlan } from './plan.ts';
import type { BrokerDoor, Clock, WiresDoor, WireTopic } from './ports.ts';
import type { SeenDevices } from './seen.ts';

/** What the door makes of the world's messages. */
export type Arrived =
  | {
      readonly type: 'signals';
      readonly device: number;
      readonly signals: Signals;
      readonly pulses: readonly TripSignal[];
      readonly quality: Quality | null;
      readonly delivery: Exclude<Delivery, 'gateway'>;
    }
  /** A device said how well it was heard, and nothing else. */
  | { readonly type: 'measured'; readonly device: number; readonly quality: Quality }
  | {
      readonly type: 'output-reports';
      readonly output: number;
      readonly signals: Signals;
      readonly quality: Quality | null;
      readonly delivery: 'live' | 'stored';
    }
  | { readonly type: 'gateway'; readonly base: string; readonly online: boolean }
  /** A gateway hears noise that drowns its devices, or hears it no more. */
  | { readonly type: 'noise'; readonly base: string; readonly is: 'up' | 'over' }
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

/** The door's two wings. Neither side can speak for the other: no topic of a wire can be published to a broker. */
export interface Door {
  readonly broker: BrokerDoor;
  readonly wires: WiresDoor;
}

/** Bytes come in, signals and orders go on. Anything else stays outside, told at most once a second per source. */
export function createDoor({ plan, families, models, clock, seen, take, refused }: DoorNeeds): Door {
  const book = addressBook(plan, families);
  const readers = { devices: createReaders(plan.devices), outputs: createReaders(plan.outputs) };
  const presses = new Map<number, string>();

  /** A reader for each, made when it first speaks, and again when its gateway tells another model. */
  function createReaders(speakers: readonly Named[]): (index: number) => Reader | null {
    const made: { readonly model: string | null; readonly reader: Reader }[] = [];
    return (index) => {
      const speaker = speakers[index];
      const family = speaker === undefined ? undefined : families.get(speaker.profile);
      if (speaker === undefined || family === undefined) return null;
      const model = speaker.model ?? models.get(speaker.topic) ?? null;
      const known = made[index];
      if (known !== undefined && known.model === model) return known.reader;
      const { topic, address, means = 'contact' } = speaker;
      const reader = readerFor(family.sense, { model, topic, address, means });
      made[index] = { model, reader };
      return reader;
    };
  }

  function deviceMessage(index: number, topic: string, payload: Uint8Array, stored: boolean, source: SourceId): void {
    const reader = readers.devices(index);
    if (reader !== null) deviceSaid(index, read(reader, { topic, payload, stored }), stored, source);
  }

  /** Only devices of this house count; what others on the topic say is remembered as any stranger's. */
  function sharedMessage(
    { family, devices }: Listeners['shared'][number],
    topic: string,
    payload: Uint8Array,
    stored: boolean,
    source: SourceId,
  ): void {
    if (payload.length === 0) return;
    const opened = openShared(family.sense, payload);
    if (!opened.ok) {
      refused(source, `${family.sense.name}: ${opened.why}`);
      return;
    }
    const spoke = new Set(opened.addresses.flatMap((address) => devices.get(address) ?? []));
    for (const index of spoke) {
      const reader = readers.devices(index);
      if (reader !== null) deviceSaid(index, readShared(reader, topic, opened.content, stored), stored, source);
    }
    if (spoke.size === 0) seen.hear(topic, payload, stored);
  }

  function deviceSaid(index: number, decoded: Decoded, stored: boolean, source: SourceId): void {
    const device = plan.devices[index];
    if (device === undefined) return;
    if (!decoded.ok) {
      refused(source, `${device.id}: ${decoded.why}`);
      return;
    }
    const { pulses, quality = null } = decoded;
    const isOld = isOldPress(index, decoded.press);
    // What is told along with a silent press, however late and often, is part of it.
    if (isOld && device.sensing.zone?.silentPress === true) return;
    const signals = isOld ? withoutPress(decoded.signals) : decoded.signals;
    if (isEmpty(signals)) {
      if (quality !== null) take({ type: 'measured', device: index, quality }, 'info', null);
      return;
    }
    if (signals.keypad !== undefined) keypadOrder(index, device.id, signals.keypad);
    // A silent call from a keypad must leave no more trace than one from a button.
    if (signals.keypad?.action === 'panic') return;
    const delivery = stored ? (isWire(device.topic) ? 'read' : 'stored') : 'live';
    take({ type: 'signals', device: index, signals, pulses, quality, delivery }, rankOf(device.id, signals), device.id);
  }

  /** A device that counts its presses may tell the last one again and again. */
  function isOldPress(index: number, press: string | undefined): boolean {
    if (press === undefined) return false;
    const old = presses.get(index) === press;
    presses.set(index, press);
    return old;
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
    const reader = readers.outputs(index);
    if (reader === null) return;
    const decoded = read(reader, { topic, payload, stored });
    if (!decoded.ok || isEmpty(decoded.signals)) return;
    const { signals, quality = null } = decoded;
    take(
      { type: 'output-reports', output: index, signals, quality, delivery: stored ? 'stored' : 'live' },
      'fault',
      null,
    );
  }

  function onGateway(news: GatewayNews | null): void {
    if (news?.kind === 'gateway') take({ type: 'gateway', base: news.base, online: news.online }, 'fault', null);
    if (news?.kind !== 'models') return;
    // Of this house's devices only: a list can name any number of others.
    for (const { topic, model } of news.models) if (book.has(topic)) models.set(topic, model);
  }

  /** An event matters as much as the worst it can mean. */
  function rankOf(device: DeviceId, signals: Signals): Rank {
    const type = plan.panel.zones.get(device as string as ZoneId)?.type;
    if (type === 'panic' && signals.button !== undefined) return 'personal';
    if (type === 'fire' || type === 'tamper' || signals.tamper !== undefined) return 'tamper';
    if (type === 'entry' || type === 'perimeter' || type === 'interior' || type === 'tremor') return 'intruder';
    if (type === 'mains' || type === 'hub_battery') return 'fault';
    if (type === 'technical' || signals.online !== undefined || signals.batteryLow !== undefined) return 'fault';
    return type === undefined ? 'info' : 'notice';
  }

  /** Where this output is told what to do, of those on a broker. */
  function commandTopics(index: number): readonly string[] {
    const output = plan.outputs[index];
    const family = output === undefined ? undefined : families.get(output.profile);
    if (output === undefined || family === undefined || output.topic.startsWith('#')) return [];
    const { on, off } = switchCommands(family.act, output.model ?? models.get(output.topic) ?? null, output.role);
    const address = addressOf(family.sense, output.address);
    return render([...on, ...off], output.topic, address === null ? {} : { address }).map(({ topic }) => topic);
  }

  function hear(topic: string, payload: Uint8Array, stored: boolean, source: SourceId): void {
    const listeners = book.get(topic);
    if (listeners === undefined) {
      seen.hear(topic, payload, stored);
      return;
    }
    for (const family of listeners.gateways) onGateway(decodeGateway(family.sense, { topic, payload, stored }));
    for (const shared of listeners.shared) sharedMessage(shared, topic, payload, stored, source);
    for (const index of listeners.devices) deviceMessage(index, topic, payload, stored, source);
    for (const index of listeners.outputs) outputMessage(index, topic, payload, stored);
  }

  const broker: BrokerDoor = {
    message(topic, payload, stored, source) {
      if (topic.startsWith('#')) refused(source, 'a topic that only wires have');
      else hear(topic, payload, stored, source);
    },
    command(payload, source) {
      const parsed = parseOrder(payload, source, clock.trusted() ? clock.wall() : null);
      if (parsed.ok) takeOrder(parsed.order, parsed.code);
      else take({ type: 'unreadable', id: parsed.id }, 'notice', null);
    },
    subscribed(filter) {
      const outputs = [...plan.outputs.keys()].filter((index) =>
        commandTopics(index).some((topic) => takesIn(filter, topic)),
      );
      if (outputs.length > 0) take({ type: 'retell', outputs }, 'tamper', null);
    },
    connected: (up) => take({ type: 'broker', is: up ? 'up' : 'down' }, 'fault', null),
    refused,
  };

  const wires: WiresDoor = {
    message: (topic, payload, stored) => hear(topic, payload, stored, sourceOf(topic)),
    gateway(base, is, why) {
      take({ type: 'gateway', base, online: is === 'up' }, 'fault', null);
      if (is === 'down') refused(sourceOf(base), why);
    },
    noise: (base, is) => take({ type: 'noise', base, is }, 'fault', null),
    refused: (base, why) => refused(sourceOf(base), why),
  };

  return { broker, wires };
}

/** `#serial/rf433/heard` is the gateway `serial/rf433`. */
const sourceOf = (topic: WireTopic): SourceId => topic.slice(1).split('/').slice(0, 2).join('/') as SourceId;

const isEmpty = (signals: Signals): boolean => {
  for (const _ in signals) return false;
  return true;
};

type Named = Pick<HubPlan['outputs'][number], 'profile' | 'model' | 'topic' | 'address'> & {
  readonly means?: TripSignal;
};

function withoutPress({ button: _button, ...rest }: Signals): Signals {
  return rest;
}

/** A topic filter takes in this topic. */
function takesIn(filter: string, topic: string): boolean {
  const wanted = filter.split('/');
  const levels = topic.split('/');
  const hash = wanted.indexOf('#');
  if (hash < 0 && wanted.length !== levels.length) return false;
  const compared = hash < 0 ? wanted : wanted.slice(0, hash);
  return compared.every((level, place) => level === '+' || level === levels[place]);
}
