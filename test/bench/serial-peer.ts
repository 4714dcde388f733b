// Run as a process of its own: the hub's broker, and beside it a radio that never stops talking. A trigger is handed on as
// the siren's order is: from the turn it came in, straight to who listens.
//   node serial-peer.ts PORT [TERMINAL]
import type { SourceId } from '../../src/base/brand.ts';
import type { BrokerDoor, Log, WiresDoor } from '../../src/hub/ports.ts';
import { createClock } from '../../src/link/clock.ts';
import { createEmbeddedBroker } from '../../src/link/mqtt/embedded-broker.ts';
import { createGateways } from '../../src/link/serial/gateways.ts';
import { trigger } from './contender.ts';
import { sirenTopic } from './hub.ts';

const [port = '0', terminal] = process.argv.slice(2);
const log: Log = { info: () => {}, warn: () => {}, error: () => {} };

const door: BrokerDoor = {
  message(topic: string, payload: Uint8Array, _stored: boolean, _source: SourceId) {
    if (topic === trigger.topic) broker.command(sirenTopic, Buffer.from(payload).toString());
  },
  command: () => {},
  subscribed: () => {},
  connected: () => {},
  refused: () => {},
};
/** What the hub would at least do with each: read it. */
const wires: WiresDoor = {
  message: (_topic, payload) => JSON.parse(Buffer.from(payload).toString()),
  gateway: () => {},
  noise: () => {},
  refused: () => {},
};

const broker = await createEmbeddedBroker({
  config: { host: '127.0.0.1', port: Number(port), users: [] },
  siteId: 'bench',
  door,
  log,
});
await broker.open();
if (terminal !== undefined) {
  const radio = {
    id: 'rf',
    type: 'mysensors',
    port: terminal,
    baud: 115_200,
    command: null,
    silenceMs: 60_000,
  } as const;
  await createGateways([radio], { clock: createClock(null), log }).open(wires);
}
