import mqtt, { type IClientOptions, type MqttClient } from 'mqtt';
import type { BrokerDoor, Log } from '../../../src/hub/ports.ts';

/** What the door was told, one line a call, in order: `message a/b {"x":1} live mqtt:anonymous`. */
export interface RecordedDoor extends BrokerDoor {
  readonly lines: readonly string[];
  /** Resolves as soon as a line contains the text. */
  heard(text: string): Promise<string>;
  /** Runs inside the call that brings such a line. */
  when(text: string, run: () => void): void;
}

export function recordDoor(): RecordedDoor {
  const lines: string[] = [];
  const waiting: { readonly text: string; readonly run: (line: string) => void }[] = [];
  const decode = (payload: Uint8Array): string => Buffer.from(payload).toString();

  function record(line: string): void {
    lines.push(line);
    for (const wait of [...waiting]) {
      if (!line.includes(wait.text)) continue;
      waiting.splice(waiting.indexOf(wait), 1);
      wait.run(line);
    }
  }

  return {
    lines,
    message: (topic, payload, stored, source) =>
      record(`message ${topic} ${decode(payload)} ${stored ? 'stored' : 'live'} ${source}`),
    command: (payload, source) => record(`command ${decode(payload)} ${source}`),
    subscribed: (filter) => record(`subscribed ${filter}`),
    connected: (up) => record(`connected ${up}`),
    refused: (source, why) => record(`refused ${source} ${why}`),
    heard(text) {
      const found = lines.find((line) => line.includes(text));
      return found === undefined ? new Promise((run) => waiting.push({ text, run })) : Promise.resolve(found);
    },
    when: (text, run) => waiting.push({ text, run }),
  };
}

export const quietLog: Log = { info: () => {}, warn: () => {}, error: () => {} };

/** A real client and what it received: `a/b {"x":1}`, with ` retained` behind it when it came out of the store. */
export interface Listener {
  readonly client: MqttClient;
  readonly received: readonly string[];
  heard(text: string): Promise<string>;
  /** Asks and waits for the answer; resolves to the granted QoS or 128. */
  subscribe(filter: string, qos?: 0 | 1 | 2): Promise<number>;
  publish(topic: string, payload: string | Buffer, options?: { qos?: 0 | 1 | 2; retain?: boolean }): Promise<void>;
  end(): Promise<void>;
}

export async function connectClient(port: number, options: IClientOptions = {}): Promise<Listener> {
  const client = await mqtt.connectAsync({
    host: '127.0.0.1',
    port,
    protocolVersion: 4,
    reconnectPeriod: 0,
    ...options,
  });
  const received: string[] = [];
  const waiting: { readonly text: string; readonly run: (line: string) => void }[] = [];
  client.on('error', () => {});
  client.on('message', (topic, payload, packet) => {
    const line = `${topic} ${payload}${packet.retain ? ' retained' : ''}`;
    received.push(line);
    for (const wait of [...waiting]) {
      if (!line.includes(wait.text)) continue;
      waiting.splice(waiting.indexOf(wait), 1);
      wait.run(line);
    }
  });
  return {
    client,
    received,
    heard(text) {
      const found = received.find((line) => line.includes(text));
      return found === undefined ? new Promise((run) => waiting.push({ text, run })) : Promise.resolve(found);
    },
    subscribe(filter, qos = 0) {
      return new Promise((done) => {
        client.on('packetreceive', function onPacket(packet) {
          if (packet.cmd !== 'suback') return;
          client.off('packetreceive', onPacket);
          done(Number(packet.granted[0]));
        });
        client.subscribe(filter, { qos }, () => {});
      });
    },
    async publish(topic, payload, sending = {}) {
      await client.publishAsync(topic, payload, sending);
    },
    async end() {
      await client.endAsync(true);
    },
  };
}
