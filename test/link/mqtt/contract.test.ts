import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Broker } from '../../../src/hub/ports.ts';
import { createEmbeddedBroker } from '../../../src/link/mqtt/embedded-broker.ts';
import { createExternalBroker } from '../../../src/link/mqtt/external-broker.ts';
import { hasMosquitto, NOT_RUN, startMosquitto } from './mosquitto.ts';
import { connectClient, type Listener, quietLog, type RecordedDoor, recordDoor } from './support.ts';

/** A broker of either kind, with the port its clients go to. */
interface Bench {
  readonly broker: Broker;
  readonly door: RecordedDoor;
  readonly port: () => number;
  readonly tidy: () => Promise<void>;
}

async function embedded(): Promise<Bench> {
  const door = recordDoor();
  const config = { host: '127.0.0.1', port: 0, users: [] };
  const broker = await createEmbeddedBroker({ config, siteId: 's', door, log: quietLog });
  return { broker, door, port: () => broker.port, tidy: () => broker.close() };
}

async function external(): Promise<Bench> {
  const door = recordDoor();
  const mosquitto = await startMosquitto();
  const tls = { ca: null, cert: null, key: null };
  const config = { url: `mqtt://127.0.0.1:${mosquitto.port}`, username: null, password: null, clientId: null, ...tls };
  const broker = await createExternalBroker({ config, siteId: 's', deviceTopics: ['z/#'], door, log: quietLog });
  const tidy = async (): Promise<void> => {
    await broker.close();
    await mosquitto.remove();
  };
  return { broker, door, port: () => mosquitto.port, tidy };
}

for (const [kind, make, runnable] of [
  ['the embedded broker', embedded, true],
  ['mosquitto', external, hasMosquitto],
] as const) {
  describe(`with ${kind}`, () => {
    let bench: Bench;
    let clients: Listener[] = [];

    beforeEach(async (test) => {
      if (!runnable) test.skip(NOT_RUN);
      bench = await make();
    });
    afterEach(async () => {
      await Promise.all(clients.map((client) => client.end()));
      clients = [];
      if (runnable) await bench.tidy();
    });

    async function client(): Promise<Listener> {
      const connected = await connectClient(bench.port());
      clients.push(connected);
      return connected;
    }

    it('what was retained before the opening is true for the first client', async () => {
      bench.broker.publish({ topic: 'lantern/s/panel/state', payload: 'arming', retain: true });
      bench.broker.publish({ topic: 'lantern/s/panel/state', payload: 'armed_away', retain: true });
      await bench.broker.open();
      const page = await client();
      await page.subscribe('lantern/s/#');
      await page.heard('lantern/s/panel/state armed_away retained');
      await page.heard('lantern/s/status online retained');
    });

    it('a retained message followed at once by others arrives, and all in their order, a hundred times', async () => {
      await bench.broker.open();
      const page = await client();
      await page.subscribe('lantern/s/#', 1);
      await page.heard('status online');
      const expected: string[] = [];
      for (let i = 0; i < 100; i += 1) {
        bench.broker.publish({ topic: 'lantern/s/panel/state', payload: `${i}`, retain: true });
        bench.broker.publish({ topic: 'lantern/s/events', payload: `${i}`, retain: false });
        expected.push(`lantern/s/panel/state ${i}`, `lantern/s/events ${i}`);
      }
      bench.broker.publish({ topic: 'lantern/s/events', payload: 'last', retain: false });
      await page.heard('events last');
      expect(page.received.filter((line) => / \d+$/.test(line))).toEqual(expected);
    });

    it('an order given inside the call that brings the message reaches the device first, and once', async () => {
      await bench.broker.open();
      const siren = await client();
      await siren.subscribe('lantern/s/#');
      await siren.subscribe('out/+/set');
      await siren.subscribe('out/#');
      const sensor = await client();
      bench.door.when('{"contact":false}', () => {
        bench.broker.publish({ topic: 'lantern/s/panel/state', payload: 'triggered', retain: true });
        bench.broker.command('out/siren/set', 'ON');
      });
      await sensor.publish('z/door', '{"contact":false}', { qos: 1 });
      await siren.heard('triggered');
      bench.broker.publish({ topic: 'lantern/s/events', payload: 'last', retain: false });
      await siren.heard('last');
      const order = ['out/siren/set ON', 'lantern/s/panel/state triggered'];
      expect(siren.received.filter((line) => order.includes(line))).toEqual(order);
      expect(siren.received.filter((line) => line === 'out/siren/set ON')).toHaveLength(1);
    });

    it('an order is not kept for a device that comes later', async () => {
      await bench.broker.open();
      bench.broker.command('out/siren/set', 'ON');
      const siren = await client();
      await siren.subscribe('#');
      await siren.heard('status online');
      bench.broker.command('out/siren/set', 'OFF');
      await siren.heard('OFF');
      expect(siren.received.filter((line) => line.includes('out/'))).toEqual(['out/siren/set OFF']);
    });

    for (const qos of [0, 1, 2] as const) {
      it(`a live command of QoS ${qos} is taken`, async () => {
        await bench.broker.open();
        const phone = await client();
        await phone.publish('lantern/s/panel/set', `{"id":"${qos}"}`, { qos });
        await bench.door.heard(`command {"id":"${qos}"} mqtt:anonymous`);
      });

      it(`a live device message of QoS ${qos} is heard`, async () => {
        await bench.broker.open();
        const sensor = await client();
        await sensor.publish('z/door', `{"contact":${qos}}`, { qos });
        await bench.door.heard(`message z/door {"contact":${qos}} live mqtt:anonymous`);
      });
    }

    it('a command that would be retained is not run', async () => {
      await bench.broker.open();
      const phone = await client();
      await phone.publish('lantern/s/panel/set', '{"action":"DISARM"}', { qos: 1, retain: true });
      await phone.publish('z/door', 'after', { qos: 1 });
      await bench.door.heard('message z/door after');
      expect(bench.door.lines.filter((line) => line.startsWith('command'))).toEqual([]);
      expect(bench.door.lines).toContain('refused mqtt:anonymous a retained command');
    });

    it('many clients at once lose nothing', async () => {
      await bench.broker.open();
      const sensors = await Promise.all(Array.from({ length: 10 }, client));
      await Promise.all(
        sensors.flatMap((sensor, s) =>
          Array.from({ length: 50 }, (_, i) => sensor.publish(`z/${s}`, `${i}`, { qos: 1 })),
        ),
      );
      await Promise.all(sensors.map((_, s) => bench.door.heard(`message z/${s} 49`)));
      expect(bench.door.lines.filter((line) => line.startsWith('message'))).toHaveLength(500);
    });

    it('closes twice without harm', async () => {
      await bench.broker.open();
      await bench.broker.close();
      await bench.broker.close();
    });
  });
}
