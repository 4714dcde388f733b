import { once } from 'node:events';
import { createConnection, type Socket } from 'node:net';
import mqttPacket, { type IConnectPacket, type IPublishPacket } from 'mqtt-packet';

// A client with nothing in it that could hide or add time: packets are made before they are needed and written straight
// to a socket that does not wait to fill a segment.

export interface Client {
  /** Bytes of one or many packets, QoS 0. */
  write(bytes: Uint8Array): void;
  publish(topic: string, payload: string): void;
  subscribe(filter: string): Promise<void>;
  /** Bytes the broker has not taken yet. */
  waiting(): number;
  close(): void;
}

export type OnMessage = (topic: string, payload: Buffer) => void;

export const publishPacket = (topic: string, payload: string): Buffer =>
  mqttPacket.generate({ cmd: 'publish', topic, payload, qos: 0, retain: false, dup: false });

const connectPacket = (clientId: string): IConnectPacket => ({
  cmd: 'connect',
  protocolId: 'MQTT',
  protocolVersion: 4,
  clean: true,
  keepalive: 0,
  clientId,
});

const subscribePacket = (filter: string, messageId: number): Buffer =>
  mqttPacket.generate({ cmd: 'subscribe', messageId, subscriptions: [{ topic: filter, qos: 0 }] });

/** Connects once; rejects when nobody listens or the broker refuses. */
export async function connectClient(port: number, clientId: string, onMessage: OnMessage = () => {}): Promise<Client> {
  const socket = await openSocket(port);
  const waitingFor = new Map<number, () => void>();
  const greeted = Promise.withResolvers<void>();
  const parser = mqttPacket.parser({ protocolVersion: 4 });
  parser.on('packet', (packet: { cmd: string; returnCode?: number; messageId?: number }) => {
    if (packet.cmd === 'publish')
      onMessage((packet as IPublishPacket).topic, (packet as IPublishPacket).payload as Buffer);
    else if (packet.cmd === 'suback') waitingFor.get(packet.messageId ?? 0)?.();
    else if (packet.cmd === 'connack') {
      if (packet.returnCode === 0) greeted.resolve();
      else greeted.reject(new Error(`${clientId} was refused: ${packet.returnCode}`));
    }
  });
  socket.on('data', (bytes) => parser.parse(bytes));
  // Whatever else has the port meanwhile may speak no MQTT at all.
  parser.on('error', greeted.reject);
  socket.on('error', greeted.reject);
  socket.on('close', () => greeted.reject(new Error(`${clientId} was cut off`)));
  socket.write(mqttPacket.generate(connectPacket(clientId)));
  await greeted.promise;

  let lastId = 0;
  return {
    write: (bytes) => {
      socket.write(bytes);
    },
    publish: (topic, payload) => {
      socket.write(publishPacket(topic, payload));
    },
    subscribe: (filter) => {
      lastId += 1;
      const { promise, resolve } = Promise.withResolvers<void>();
      waitingFor.set(lastId, resolve);
      socket.write(subscribePacket(filter, lastId));
      return promise;
    },
    waiting: () => socket.writableLength,
    close: () => socket.destroy(),
  };
}

async function openSocket(port: number): Promise<Socket> {
  const socket = createConnection({ host: '127.0.0.1', port, noDelay: true });
  await once(socket, 'connect');
  return socket;
}

/**
 * Knocks until the port opens, then says all at once: hello, what it wants to hear, and one message. Returns when `heard` is
 * true of a message, in milliseconds of `performance.now()`; null: not before `deadline`.
 */
export async function firstAnswer(
  port: number,
  asked: { readonly listen: string; readonly topic: string; readonly payload: string },
  heard: (payload: Buffer) => boolean,
  deadline: number,
): Promise<number | null> {
  const opening = Buffer.concat([
    mqttPacket.generate(connectPacket('first')),
    subscribePacket(asked.listen, 1),
    publishPacket(asked.topic, asked.payload),
  ]);
  const socket = await knock(port, deadline);
  if (socket === null) return null;
  const answer = Promise.withResolvers<number | null>();
  const parser = mqttPacket.parser({ protocolVersion: 4 });
  parser.on('packet', (packet: { cmd: string; payload?: string | Buffer }) => {
    if (packet.cmd === 'publish' && Buffer.isBuffer(packet.payload) && heard(packet.payload)) {
      answer.resolve(performance.now());
    }
  });
  socket.on('data', (bytes) => parser.parse(bytes));
  socket.on('error', () => answer.resolve(null));
  socket.on('close', () => answer.resolve(null));
  const timer = setTimeout(() => answer.resolve(null), Math.max(0, deadline - performance.now()));
  socket.write(opening);
  const at = await answer.promise;
  clearTimeout(timer);
  socket.destroy();
  return at;
}

async function knock(port: number, deadline: number): Promise<Socket | null> {
  while (performance.now() < deadline) {
    try {
      return await openSocket(port);
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
  }
  return null;
}

/** Connects as soon as somebody listens; rejects after `withinMs`. */
export async function connectWhenUp(
  port: number,
  clientId: string,
  withinMs: number,
  onMessage?: OnMessage,
): Promise<Client> {
  const socket = await knock(port, performance.now() + withinMs);
  if (socket === null) throw new Error(`nobody listens on port ${port} after ${withinMs} ms`);
  socket.destroy();
  return connectClient(port, clientId, onMessage);
}
