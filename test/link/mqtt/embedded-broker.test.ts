import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import fc from 'fast-check';
import type { IClientOptions } from 'mqtt';
import { generate, type Packet, parser } from 'mqtt-packet';
import { afterEach, describe, expect, it } from 'vitest';
import type { Log } from '../../../src/hub/ports.ts';
import { type MqttLogin, whereFrom } from '../../../src/link/mqtt/accounts.ts';
import { createEmbeddedBroker, type EmbeddedBroker } from '../../../src/link/mqtt/embedded-broker.ts';
import { MAX_CLIENTS, MAX_STRANGERS, MAX_SUBSCRIPTIONS } from '../../../src/link/mqtt/limits.ts';
import { hasMosquittoClients, NOT_RUN } from './mosquitto.ts';
import { connectClient, type Listener, quietLog, type RecordedDoor, recordDoor } from './support.ts';

let tidy: (() => unknown)[] = [];
afterEach(async () => {
  for (const step of tidy.reverse()) await step();
  tidy = [];
});

interface Bench {
  readonly broker: EmbeddedBroker;
  readonly door: RecordedDoor;
  client(options?: IClientOptions): Promise<Listener>;
  /** A connection that speaks in bytes; `connected` ones have logged in. */
  raw(): Promise<Socket>;
  rawClient(clientId: string, more?: object): Promise<Socket>;
}

async function bench(users: readonly MqttLogin[] = [], log: Log = quietLog): Promise<Bench> {
  const door = recordDoor();
  const broker = await createEmbeddedBroker({
    config: { host: '127.0.0.1', port: 0, users },
    siteId: 's',
    door,
    log,
  });
  await broker.open();
  tidy.push(() => broker.close());

  async function raw(): Promise<Socket> {
    const socket = connect(broker.port, '127.0.0.1');
    socket.on('error', () => {});
    tidy.push(() => socket.destroy());
    await once(socket, 'connect');
    return socket;
  }

  return {
    broker,
    door,
    raw,
    async client(options = {}) {
      const connected = await connectClient(broker.port, options);
      tidy.push(() => connected.end());
      return connected;
    },
    async rawClient(clientId, more = {}) {
      const socket = await raw();
      socket.write(generate({ ...CONNECT, clientId, ...more }));
      await once(socket, 'data');
      return socket;
    },
  };
}

const CONNECT = { cmd: 'connect', protocolId: 'MQTT', protocolVersion: 4, clean: true, keepalive: 60 } as const;
const publish = (topic: string, payload: string | Buffer, more: object = {}): Buffer =>
  generate({ cmd: 'publish', topic, payload, qos: 0, dup: false, retain: false, ...more } as Packet);
const gone = (socket: Socket): Promise<unknown> => {
  socket.resume();
  return socket.closed ? Promise.resolve() : new Promise((done) => socket.once('close', done));
};

/** The next packet of this kind. */
function nextPacket(socket: Socket, cmd: string): Promise<Packet> {
  const reader = parser({ protocolVersion: 4 } as never);
  return new Promise((done) => {
    reader.on('packet', (packet: Packet) => {
      if (packet.cmd === cmd) done(packet);
    });
    socket.on('data', (chunk) => reader.parse(chunk));
  });
}

describe('what a client may not say is acknowledged and goes nowhere', () => {
  for (const [story, topic, why] of [
    ['the panel state', 'lantern/s/panel/state', 'a topic of the hub'],
    ['a zone', 'lantern/s/zones/door', 'a topic of the hub'],
    ['a reply', 'lantern/s/panel/reply', 'a topic of the hub'],
    ['another site', 'lantern/other/panel/set', 'a topic of the hub'],
    ['below the command topic', 'lantern/s/panel/set/x', 'a topic of the hub'],
    ['the word itself', 'lantern', 'a topic of the hub'],
    ['the broker', '$SYS/broker/uptime', 'a topic of the broker'],
    ['where refused messages go', '$nowhere', 'a topic of the broker'],
  ] as const) {
    for (const qos of [0, 1, 2] as const) {
      for (const [how, retain, payload] of [
        ['live', false, 'forged'],
        ['retained', true, 'forged'],
        ['clearing', true, ''],
      ] as const) {
        it(`${story}, QoS ${qos}, ${how}`, async () => {
          const { broker, door, client } = await bench();
          broker.publish({ topic: 'lantern/s/panel/state', payload: 'armed_away', retain: true });
          const liar = await client();
          const early = await client();
          await early.subscribe('#');
          await early.subscribe('lantern/#');
          await early.subscribe('+/s/#');
          await liar.publish(topic, payload, { qos, retain });
          await door.heard(`refused mqtt:anonymous ${why}`);
          await liar.publish('z/door', 'still connected', { qos: 1 });
          await early.heard('still connected');
          const late = await client();
          await late.subscribe('#');
          await late.heard('panel/state armed_away retained');
          expect([...early.received, ...late.received].filter((line) => line.includes('forged'))).toEqual([]);
          expect(early.received.filter((line) => /^\$|panel\/state $/.test(line))).toEqual([]);
          expect(liar.client.connected).toBe(true);
        });
      }
    }
  }

  it('`$` cannot be asked for', async () => {
    const { client } = await bench();
    const spy = await client();
    expect(await spy.subscribe('$SYS/#')).toBe(128);
    expect(await spy.subscribe('$nowhere')).toBe(128);
    expect(await spy.subscribe('$share/g/#')).toBe(128);
  });
});

describe('commands', () => {
  for (const qos of [0, 1, 2] as const) {
    it(`of QoS ${qos} show their code to nobody`, async () => {
      const { broker, door, client } = await bench();
      const [phone, early] = [await client(), await client()];
      await early.subscribe('#', 2);
      await early.subscribe('lantern/s/panel/set', 1);
      await phone.publish('lantern/s/panel/set', '{"code":"4821"}', { qos });
      await door.heard('command {"code":"4821"} mqtt:anonymous');
      broker.publish({ topic: 'lantern/s/panel/reply', payload: 'done', retain: false });
      await early.heard('done');
      const late = await client();
      await late.subscribe('#');
      await late.heard('status');
      expect([...early.received, ...late.received].filter((line) => line.includes('4821'))).toEqual([]);
    });

    it(`of QoS ${qos} that are retained are neither run nor stored`, async () => {
      const { door, client } = await bench();
      const phone = await client();
      await phone.publish('lantern/s/panel/set', '{"code":"4821"}', { qos, retain: true });
      await door.heard('refused mqtt:anonymous a retained command');
      const late = await client();
      await late.subscribe('#');
      await late.heard('status');
      expect(late.received.filter((line) => line.includes('set'))).toEqual([]);
      expect(door.lines.filter((line) => line.startsWith('command'))).toEqual([]);
    });
  }

  for (const qos of [1, 2] as const) {
    it(`of QoS ${qos} sent again on the same connection run once`, async () => {
      const { door, rawClient } = await bench();
      const phone = await rawClient('phone');
      const more = { qos, messageId: 7 };
      const acknowledged = nextPacket(phone, qos === 1 ? 'puback' : 'pubrec');
      phone.write(publish('lantern/s/panel/set', '{"id":"a"}', more));
      await acknowledged;
      phone.write(publish('lantern/s/panel/set', '{"id":"a"}', { ...more, dup: true }));
      phone.write(publish('lantern/s/panel/set', '{"id":"b"}', { ...more, messageId: 8 }));
      await door.heard('command {"id":"b"}');
      expect(door.lines.filter((line) => line.startsWith('command'))).toHaveLength(2);
    });

    it(`of QoS ${qos} sent again on a new connection run once`, async () => {
      const { door, rawClient } = await bench();
      const first = await rawClient('phone', { clean: false });
      first.write(publish('lantern/s/panel/set', '{"id":"a"}', { qos, messageId: 7 }));
      await door.heard('command {"id":"a"}');
      first.destroy();
      const second = await rawClient('phone', { clean: false });
      second.write(publish('lantern/s/panel/set', '{"id":"a"}', { qos, messageId: 7, dup: true }));
      await door.heard('refused mqtt:anonymous a command sent again');
      expect(door.lines.filter((line) => line.startsWith('command'))).toHaveLength(1);
    });
  }

  it('that were lost the first time run when sent again', async () => {
    const { door, rawClient } = await bench();
    const phone = await rawClient('phone');
    phone.write(publish('lantern/s/panel/set', '{"id":"a"}', { qos: 1, messageId: 7, dup: true }));
    await door.heard('command {"id":"a"}');
  });

  it('are handed over as a copy', async () => {
    const { broker, door, client } = await bench();
    let kept: Uint8Array | null = null;
    const take = door.command;
    Object.assign(door, {
      command: (payload: Uint8Array, source: never) => {
        kept = payload;
        take(payload, source);
      },
    });
    await (await client()).publish('lantern/s/panel/set', '{"id":"a"}', { qos: 1 });
    broker.command('x', 'y');
    expect(Buffer.from(kept ?? []).toString()).toBe('{"id":"a"}');
  });
});

describe('last wills keep the same rules', () => {
  for (const [story, topic, line] of [
    ['a device goes', 'z/door/availability', 'message z/door/availability last words live mqtt:anonymous'],
    ['a forged state', 'lantern/s/panel/state', 'refused mqtt:anonymous a topic of the hub'],
    ['a wildcard', 'lantern/#', 'refused mqtt:anonymous a topic that is none'],
    ['all', '#', 'refused mqtt:anonymous a topic that is none'],
    ['NUL', 'a\u0000b', 'refused mqtt:anonymous a topic that is none'],
    ['the broker', '$SYS/x', 'refused mqtt:anonymous a topic of the broker'],
  ] as const) {
    it(`${story}: ${line}`, async () => {
      const { door, client, rawClient } = await bench();
      const early = await client();
      await early.subscribe('#');
      const will = { topic, payload: Buffer.from('last words'), qos: 1, retain: true } as const;
      const socket = await rawClient('dying', { will });
      socket.resetAndDestroy();
      await door.heard(line);
      const late = await client();
      await late.subscribe('#');
      await late.heard('status');
      const heard = [...early.received, ...late.received].filter((text) => text.includes('last words'));
      expect(heard.length > 0).toBe(line.startsWith('message'));
    });
  }

  it('a retained command is not run by dying', async () => {
    const { door, rawClient } = await bench();
    const will = { topic: 'lantern/s/panel/set', payload: Buffer.from('{}'), qos: 1, retain: true } as const;
    (await rawClient('dying', { will })).resetAndDestroy();
    await door.heard('refused mqtt:anonymous a retained command');
  });

  it('are not spoken because the hub stops', async () => {
    const { broker, door, rawClient } = await bench();
    const will = { topic: 'z/bridge', payload: Buffer.from('offline'), qos: 1, retain: true } as const;
    await rawClient('z2m', { will });
    await broker.close();
    expect(door.lines).toEqual([]);
  });
});

describe('what clients say to each other', () => {
  for (const [first, second] of [
    [
      { qos: 0, retain: true },
      { qos: 0, retain: false },
    ],
    [
      { qos: 1, retain: false },
      { qos: 0, retain: false },
    ],
    [
      { qos: 2, retain: true },
      { qos: 0, retain: false },
    ],
    [
      { qos: 1, retain: true },
      { qos: 1, retain: false },
    ],
  ] as const) {
    it(`${JSON.stringify(first)} followed at once by ${JSON.stringify(second)}: both arrive, fifty times`, async () => {
      const { client, rawClient } = await bench();
      const listener = await client();
      await listener.subscribe('z/#', 1);
      const sender = await rawClient('sender');
      sender.resume();
      for (let i = 0; i < 50; i += 1) {
        const number = (packet: { readonly qos: number; readonly retain: boolean }, id: number): object =>
          packet.qos > 0 ? { ...packet, messageId: id } : packet;
        sender.write(
          Buffer.concat([
            publish('z/a', `first ${i};`, number(first, 2 * i + 1)),
            publish('z/b', `second ${i};`, number(second, 2 * i + 2)),
          ]),
        );
      }
      await listener.heard('first 49;');
      await listener.heard('second 49;');
      sender.write(publish('z/c', 'end'));
      await listener.heard('end');
      expect(listener.received.filter((line) => line.includes('first'))).toHaveLength(50);
      expect(listener.received.filter((line) => line.includes('second'))).toHaveLength(50);
    });
  }

  it('a retained device message is live at the door and waits for late clients, until it is cleared', async () => {
    const { door, client } = await bench();
    const device = await client();
    await device.publish('z/door', '{"contact":true}', { qos: 1, retain: true });
    await door.heard('message z/door {"contact":true} live');
    const late = await client();
    await late.subscribe('z/+');
    await late.heard('z/door {"contact":true} retained');
    await device.publish('z/door', '', { qos: 1, retain: true });
    const later = await client();
    await later.subscribe('#');
    await later.heard('status');
    expect(later.received.filter((line) => line.startsWith('z/'))).toEqual([]);
  });

  it('nothing is queued for a client that is away', async () => {
    const { client } = await bench();
    const session = { clientId: 'siren', clean: false };
    const before = await client(session);
    await before.subscribe('out/#', 1);
    await before.end();
    const app = await client();
    await app.publish('out/siren/set', 'ON', { qos: 1 });
    const after = await client(session);
    await after.subscribe('#', 1);
    await after.heard('status');
    expect(after.received.filter((line) => line.includes('ON'))).toEqual([]);
  });

  it('a second client of the same id takes the place of the first', async () => {
    const { broker, rawClient } = await bench();
    const first = await rawClient('same');
    const closed = gone(first);
    const second = await rawClient('same');
    await closed;
    const heard = nextPacket(second, 'publish');
    second.write(generate({ cmd: 'subscribe', messageId: 1, subscriptions: [{ topic: 'x', qos: 0 }] } as Packet));
    await nextPacket(second, 'suback');
    broker.command('x', 'still here');
    expect(await heard).toMatchObject({ topic: 'x' });
  });
});

describe('sizes', () => {
  const KiB = 1024;
  for (const qos of [0, 1, 2] as const) {
    it(`64 KiB is heard, QoS ${qos}`, async () => {
      const { door, client } = await bench();
      await (await client()).publish('z/a', Buffer.alloc(64 * KiB, 'x'), { qos });
      await door.heard('message z/a xxx');
    });

    for (const [story, size] of [
      ['a byte more', 64 * KiB + 1],
      ['1 MiB', 1024 * KiB],
    ] as const) {
      it(`${story} is acknowledged, emptied and counted, QoS ${qos}`, async () => {
        const { door, client } = await bench();
        const [device, listener] = [await client(), await client()];
        await device.publish('z/a', 'small', { qos: 1, retain: true });
        await listener.subscribe('#');
        await device.publish('z/a', Buffer.alloc(size, 'x'), { qos, retain: true });
        await door.heard('refused mqtt:anonymous a message over 64 KiB');
        await device.publish('z/b', 'next', { qos: 1 });
        await listener.heard('z/b next');
        expect(door.lines.filter((line) => line.startsWith('message z/a xx'))).toEqual([]);
        expect(listener.received.filter((line) => line.includes('xx'))).toEqual([]);
        const late = await client();
        await late.subscribe('z/a');
        await late.heard('z/a small retained');
      });
    }
  }

  it('a byte over 1 MiB closes the connection', async () => {
    const { door, rawClient } = await bench();
    const device = await rawClient('device');
    const closed = gone(device);
    device.write(publish('z/a', Buffer.alloc(1024 * KiB + 1)));
    await closed;
    await door.heard('refused mqtt:anonymous a message over 1 MiB');
  });

  it('256 MiB close the connection as soon as they are announced', async () => {
    const { door, rawClient } = await bench();
    const device = await rawClient('device');
    const closed = gone(device);
    device.write(Buffer.from([0x30, 0xff, 0xff, 0xff, 0x7f]));
    await closed;
    await door.heard('refused mqtt:anonymous a packet over the size limit');
  });

  it('a command over 64 KiB is not run', async () => {
    const { door, client } = await bench();
    await (await client()).publish('lantern/s/panel/set', Buffer.alloc(64 * KiB + 1, 'x'), { qos: 1 });
    await door.heard('refused mqtt:anonymous a command over 64 KiB');
    expect(door.lines).toHaveLength(1);
  });
});

describe('bounds on clients', () => {
  it('a subscription too many is refused, the others stay', async () => {
    const { client } = await bench();
    const greedy = await client();
    for (let i = 0; i < MAX_SUBSCRIPTIONS; i += 1) expect(await greedy.subscribe(`a/${i}`)).toBe(0);
    expect(await greedy.subscribe('one/more')).toBe(128);
    expect(await greedy.subscribe('a/0')).toBe(0);
    await new Promise((done) => greedy.client.unsubscribe('a/0', done));
    expect(await greedy.subscribe('one/more')).toBe(0);
  });

  it('a client too many is refused, and a place that is left can be taken', async () => {
    const { rawClient, raw } = await bench();
    const sockets = [];
    for (let i = 0; i < MAX_CLIENTS; i += 1) sockets.push(await rawClient(`c${i}`));
    const extra = await raw();
    const answer = nextPacket(extra, 'connack');
    extra.write(generate({ ...CONNECT, clientId: 'extra' }));
    expect(await answer).toMatchObject({ returnCode: 3 });
  });

  it('those who do not log in make place for those who do', async () => {
    const { raw, client } = await bench();
    const [oldest, ...others] = await Promise.all(Array.from({ length: MAX_STRANGERS }, raw));
    if (oldest === undefined) throw new Error('no connection');
    const closed = Promise.race([oldest, ...others].map(gone));
    const honest = await client();
    await closed;
    expect(honest.client.connected).toBe(true);
  });

  for (const [length, code] of [
    [64, 0],
    [65, 2],
  ] as const) {
    it(`a client id of ${length} is answered ${code}`, async () => {
      const { raw } = await bench();
      const socket = await raw();
      const answer = nextPacket(socket, 'connack');
      socket.write(generate({ ...CONNECT, clientId: 'x'.repeat(length) }));
      expect(await answer).toMatchObject({ returnCode: code });
    });
  }

  it('a client that does not read holds up nobody and is cut off', async () => {
    const { broker, door, client, rawClient } = await bench();
    const frozen = await rawClient('frozen');
    frozen.write(generate({ cmd: 'subscribe', messageId: 1, subscriptions: [{ topic: '#', qos: 1 }] } as Packet));
    await door.heard('subscribed #');
    frozen.pause();
    const cut = door.heard('refused mqtt:anonymous a client that does not read');
    const [healthy, sensor] = [await client(), await client()];
    await healthy.subscribe('z/#');
    const filler = 'x'.repeat(32 * 1024);
    let sent = 0;
    let isCut = false;
    void cut.then(() => {
      isCut = true;
    });
    // Each round waits for the healthy client, which could not answer if the frozen one held it up.
    while (!isCut) {
      await sensor.publish('z/a', `${sent} ${filler}`, { qos: 1 });
      broker.command('z/b', `order ${sent}`);
      await healthy.heard(`z/a ${sent} `);
      await healthy.heard(`z/b order ${sent}`);
      await door.heard(`message z/a ${sent} `);
      sent += 1;
    }
    expect(sent).toBeGreaterThan(10);
  });

  it('retained messages beyond the bound are delivered and not kept', async () => {
    const { door, client } = await bench();
    const [device, listener] = [await client(), await client()];
    await listener.subscribe('z/70');
    const big = Buffer.alloc(63 * 1024, 'x');
    for (let i = 0; i <= 70; i += 1) await device.publish(`z/${i}`, big, { qos: 1, retain: true });
    await door.heard('refused mqtt:anonymous more retained messages than fit');
    await listener.heard('z/70 xxx');
    const late = await client();
    await late.subscribe('#');
    await late.heard('z/60 ');
    expect(late.received.filter((line) => line.startsWith('z/70 '))).toEqual([]);
  });
});

describe('bytes that are no MQTT', () => {
  it('from many connections are told of once, not once for each', async () => {
    const lines: string[] = [];
    const { raw, broker } = await bench([], { ...quietLog, info: (_facts, message) => lines.push(message) });
    for (let n = 0; n < 20; n += 1) {
      const socket = await raw();
      socket.write(Buffer.from([0x1f, 0x00, 0xff]));
      await gone(socket);
    }
    await broker.close();
    expect(lines.length).toBeGreaterThan(0);
    expect(lines.length).toBeLessThan(20);
  });

  const invalidUtf8 = Buffer.from([0x30, 0x06, 0x00, 0x03, 0x61, 0xff, 0x62, 0x78]);
  const nul = Buffer.from([0x30, 0x06, 0x00, 0x03, 0x61, 0x00, 0x62, 0x78]);
  const idZero = Buffer.from([0x32, 0x06, 0x00, 0x01, 0x61, 0x00, 0x00, 0x78]);
  for (const [story, bytes, line] of [
    ['a topic of invalid UTF-8', invalidUtf8, 'refused mqtt:anonymous a topic that is none'],
    ['NUL in a topic', nul, 'refused mqtt:anonymous a topic that is none'],
    ['packet id 0', idZero, 'refused mqtt:anonymous packet id 0'],
  ] as const) {
    it(`${story}: ${line}`, async () => {
      const { door, rawClient } = await bench();
      (await rawClient('odd')).write(bytes);
      await door.heard(line);
      expect(door.lines).toEqual([line]);
    });
  }

  for (const [story, bytes] of [
    ['`+` in a topic', publish('ax', 'x').fill('+', 4, 5)],
    ['`#` in a topic', publish('ax', 'x').fill('#', 4, 5)],
    ['an empty topic', Buffer.from([0x30, 0x02, 0x00, 0x00])],
    ['a topic of 200 levels', publish('/'.repeat(200), 'x')],
    ['a topic longer than its packet', Buffer.from([0x30, 0x03, 0x00, 0x09, 0x61])],
    ['QoS 3', Buffer.from([0x36, 0x04, 0x00, 0x01, 0x61, 0x00])],
    ['a second CONNECT', generate({ ...CONNECT, clientId: 'again' })],
    ['a subscription to nothing', Buffer.from([0x82, 0x05, 0x00, 0x01, 0x00, 0x00, 0x00])],
    ['a subscription without filters', Buffer.from([0x82, 0x02, 0x00, 0x01])],
    ['a subscription cut short', Buffer.from([0x82, 0x04, 0x00, 0x01, 0x00, 0x05])],
    ['a server packet', Buffer.from([0x20, 0x02, 0x00, 0x00])],
    ['type 0', Buffer.from([0x00, 0x00])],
    ['type 15', Buffer.from([0xf0, 0x00])],
    ['an empty PUBACK', Buffer.from([0x40, 0x00])],
    ['an empty PUBREL', Buffer.from([0x62, 0x00])],
    ['an empty PUBLISH', Buffer.from([0x30, 0x00])],
  ] as const) {
    it(`${story}: the client is closed or ignored, the hub goes on`, async () => {
      const { door, client, rawClient } = await bench();
      const odd = await rawClient('odd');
      odd.write(bytes);
      odd.write(publish('z/end', 'end'));
      const ended = Promise.race([gone(odd), door.heard('z/end')]);
      await ended;
      await (await client()).publish('z/door', 'on', { qos: 1 });
      await door.heard('message z/door on');
    });
  }

  it('random bytes never stop the broker', async () => {
    const { door, client, raw, rawClient } = await bench();
    const honest = await client();
    let round = 0;
    const header = fc.constantFrom(...[0x10, 0x30, 0x32, 0x34, 0x40, 0x50, 0x62, 0x82, 0xa2, 0xc0, 0xe0]);
    const framed = fc
      .tuple(header, fc.uint8Array({ maxLength: 60 }))
      .map(([type, body]) => [type, body.length, ...body]);
    const anything = fc.uint8Array({ maxLength: 200 }).map((bytes) => [...bytes]);
    await fc.assert(
      fc.asyncProperty(fc.boolean(), fc.array(fc.oneof(framed, anything), { maxLength: 5 }), async (known, packets) => {
        round += 1;
        const odd = known ? await rawClient(`odd${round}`) : await raw();
        for (const packet of packets) odd.write(Buffer.from(packet));
        odd.end();
        await gone(odd);
        await honest.publish('z/round', `${round};`, { qos: 1 });
        await door.heard(`z/round ${round};`);
      }),
      { numRuns: 300 },
    );
  });

  it('mutilated honest packets never stop the broker', async () => {
    const { door, client, raw } = await bench();
    const honest = await client();
    let round = 0;
    const will = { topic: 'z/will', payload: Buffer.from('gone'), qos: 1, retain: true } as const;
    const stream = Buffer.concat([
      generate({ ...CONNECT, clientId: 'odd', username: 'u', password: Buffer.from('p'), will }),
      publish('z/a', 'x', { qos: 2, messageId: 5 }),
      generate({ cmd: 'pubrel', messageId: 5 } as Packet),
      generate({ cmd: 'subscribe', messageId: 6, subscriptions: [{ topic: 'z/+', qos: 1 }] } as Packet),
      generate({ cmd: 'unsubscribe', messageId: 7, unsubscriptions: ['z/+'] } as Packet),
      publish('lantern/s/panel/set', '{}', { qos: 1, messageId: 8 }),
    ]);
    const change = fc.tuple(fc.nat(stream.length - 1), fc.nat(255));
    await fc.assert(
      fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 4 }), async (changes) => {
        round += 1;
        const bytes = Buffer.from(stream);
        for (const [at, value] of changes) bytes[at] = value;
        const odd = await raw();
        odd.write(bytes);
        odd.end();
        await gone(odd);
        await honest.publish('z/round', `${round};`, { qos: 1 });
        await door.heard(`z/round ${round};`);
      }),
      { numRuns: 300 },
    );
  });
});

describe('users', () => {
  const users = [
    { name: 'z2m', password: 'right', publish: ['z/#'], subscribe: ['z/+/set', 'out/#'] },
    { name: 'phone', password: 'also', publish: ['lantern/s/panel/set'], subscribe: ['lantern/s/#'] },
  ];
  const z2m = { username: 'z2m', password: 'right' };
  const phone = { username: 'phone', password: 'also' };

  for (const [story, login] of [
    ['nobody', {}],
    ['a wrong password', { username: 'z2m', password: 'wrong' }],
    ['an unknown name', { username: 'eve', password: 'right' }],
    ['no password', { username: 'z2m' }],
  ] as const) {
    it(`${story} is refused`, async () => {
      const { door, client } = await bench(users);
      await expect(client(login)).rejects.toThrow(/Bad username or password|Not authorized/);
      expect(door.lines).toEqual(['refused mqtt:anonymous a wrong name or password']);
    });
  }

  for (const [who, login, topic, line] of [
    ['z2m', z2m, 'z/door', 'message z/door x live mqtt:z2m'],
    ['z2m', z2m, 'other/door', 'refused mqtt:z2m a topic this client may not publish on'],
    ['z2m', z2m, 'lantern/s/panel/set', 'refused mqtt:z2m a topic this client may not publish on'],
    ['phone', phone, 'lantern/s/panel/set', 'command x mqtt:phone'],
    ['phone', phone, 'lantern/s/panel/state', 'refused mqtt:phone a topic this client may not publish on'],
    ['phone', phone, 'z/door', 'refused mqtt:phone a topic this client may not publish on'],
  ] as const) {
    it(`${who} on ${topic}: ${line}`, async () => {
      const { door, client } = await bench(users);
      const sender = await client(login);
      await sender.publish(topic, 'x', { qos: 1, retain: false });
      await door.heard(line);
      expect(sender.client.connected).toBe(true);
    });
  }

  for (const [who, login, filter, granted] of [
    ['z2m', z2m, 'z/siren/set', 1],
    ['z2m', z2m, 'z/+/set', 1],
    ['z2m', z2m, 'out/#', 1],
    ['z2m', z2m, 'out', 1],
    ['z2m', z2m, '#', 128],
    ['z2m', z2m, 'z/#', 128],
    ['z2m', z2m, '+/+/set', 128],
    ['z2m', z2m, 'lantern/s/panel/state', 128],
    ['phone', phone, 'lantern/s/#', 1],
    ['phone', phone, 'lantern/#', 128],
  ] as const) {
    it(`${who} asks for ${filter}: ${granted}`, async () => {
      const { client } = await bench(users);
      expect(await (await client(login)).subscribe(filter, 1)).toBe(granted);
    });
  }

  it('what is refused to a user reaches nobody', async () => {
    const { client } = await bench([...users, { name: 'all', password: 'x', publish: ['#'], subscribe: ['#'] }]);
    const listener = await client({ username: 'all', password: 'x' });
    await listener.subscribe('#');
    const sender = await client(z2m);
    await sender.publish('other/door', 'forbidden', { qos: 1, retain: true });
    await sender.publish('z/door', 'allowed', { qos: 1 });
    await listener.heard('allowed');
    expect(listener.received.filter((line) => line.includes('forbidden'))).toEqual([]);
  });
});

describe('subscriptions', () => {
  it('are told to the hub once they hear orders, also when repeated', async () => {
    const { broker, door, client } = await bench();
    const siren = await client();
    for (let i = 1; i <= 2; i += 1) {
      door.when('subscribed out/siren/set', () => broker.command('out/siren/set', `ON ${i}`));
      await siren.subscribe('out/siren/set', 1);
      await siren.heard(`ON ${i}`);
    }
  });

  it('that ended hear no orders', async () => {
    const { broker, client } = await bench();
    const siren = await client();
    await siren.subscribe('out/#');
    await siren.subscribe('end');
    await new Promise((done) => siren.client.unsubscribe('out/#', done));
    broker.command('out/siren/set', 'ON');
    broker.command('end', 'end');
    await siren.heard('end');
    expect(siren.received.filter((line) => line.includes('ON'))).toEqual([]);
  });
});

describe('opening and closing', () => {
  it('a port in use is told in a sentence', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    tidy.push(() => other.close());
    const address = other.address();
    const port = address !== null && typeof address === 'object' ? address.port : 0;
    const config = { host: '127.0.0.1', port, users: [] };
    const broker = await createEmbeddedBroker({ config, siteId: 's', door: recordDoor(), log: quietLog });
    await expect(broker.open()).rejects.toThrow(
      `The MQTT broker cannot listen on 127.0.0.1:${port}: another program has this port; stop it, or choose another port in mqtt.listen.`,
    );
    await broker.close();
  });

  it('closing ends every connection, also one that does not listen', async () => {
    const { broker, raw, rawClient, client } = await bench();
    const [stranger, deaf, honest] = [await raw(), await rawClient('deaf'), await client()];
    deaf.pause();
    await broker.close();
    await gone(stranger);
    await gone(deaf);
    expect(broker.port).toBe(0);
    await honest.end();
  });

  it('the last words before closing arrive', async () => {
    const { broker, client } = await bench();
    const page = await client();
    await page.subscribe('lantern/s/#');
    broker.publish({ topic: 'lantern/s/events', payload: 'last', retain: false });
    await broker.close();
    await page.heard('events last');
  });
});

describe('mosquitto’s own clients', () => {
  it('publish, and hear what is retained', async (test) => {
    if (!hasMosquittoClients) test.skip(NOT_RUN);
    const { broker, door } = await bench();
    broker.publish({ topic: 'lantern/s/panel/state', payload: 'disarmed', retain: true });
    const to = ['-h', '127.0.0.1', '-p', String(broker.port)];
    const pub = spawn('mosquitto_pub', [...to, '-t', 'lantern/s/panel/set', '-m', '{"id":"m"}', '-q', '1']);
    await door.heard('command {"id":"m"}');
    if (pub.exitCode === null) await once(pub, 'exit');
    expect(pub.exitCode).toBe(0);
    const sub = spawn('mosquitto_sub', [...to, '-t', 'lantern/s/#', '-C', '2', '-W', '20', '-v', '-F', '%t %p %r']);
    let said = '';
    sub.stdout.on('data', (text) => {
      said += text;
    });
    await once(sub, 'exit');
    expect(said.trim().split('\n')).toEqual(['lantern/s/status online 1', 'lantern/s/panel/state disarmed 1']);
  });
});

describe('revoked passwords', () => {
  const salt = '00112233445566778899aabbccddeeff';
  const digestOf = (password: string): string =>
    createHash('sha256').update(salt, 'hex').update(password).digest('hex');
  const USER = { name: 'z2m', password: 'of before', publish: ['z2m/#'], subscribe: ['z2m/#'] };
  const OTHER = { name: 'other', password: 'stays', publish: [], subscribe: [] };
  const renewed = new Map([['z2m', { salt, digest: digestOf('made anew') }]]);

  /** Who dials 127.0.0.2 stands for somebody on the network. */
  async function house(already: typeof renewed = new Map()): Promise<EmbeddedBroker> {
    const from = ({ localAddress }: Socket) => (localAddress === '127.0.0.2' ? 'network' : 'here');
    const config = { host: '0.0.0.0', port: 0, users: [USER, OTHER], renewed: already };
    const broker = await createEmbeddedBroker({ config, siteId: 's', door: recordDoor(), log: quietLog, from });
    await broker.open();
    tidy.push(() => broker.close());
    return broker;
  }
  const login = async (broker: EmbeddedBroker, host: string, password: string, username = 'z2m'): Promise<Socket> => {
    const socket = connect(broker.port, host);
    socket.on('error', () => {});
    tidy.push(() => socket.destroy());
    const clientId = `${host} ${password}`;
    socket.write(generate({ ...CONNECT, clientId, username, password: Buffer.from(password) }));
    return socket;
  };
  const answer = async (socket: Socket): Promise<number> =>
    ((await nextPacket(socket, 'connack')) as { returnCode: number }).returnCode;

  const rows: readonly (readonly [string, string, string, number])[] = [
    ['the old one from this machine', '127.0.0.1', 'of before', 0],
    ['the new one from this machine', '127.0.0.1', 'made anew', 0],
    ['the old one from the network', '127.0.0.2', 'of before', 4],
    ['the new one from the network', '127.0.0.2', 'made anew', 0],
    ['another one from this machine', '127.0.0.1', 'neither', 4],
  ];
  for (const [name, host, password, code] of rows) {
    it(`${name}: ${code === 0 ? 'taken' : 'refused'}`, async () => {
      const broker = await house(renewed);
      expect(await answer(await login(broker, host, password))).toBe(code);
    });
  }

  it('end the connections from the network at once, and no others', async () => {
    const broker = await house();
    const here = await login(broker, '127.0.0.1', 'of before');
    const away = await login(broker, '127.0.0.2', 'of before');
    const other = await login(broker, '127.0.0.2', 'stays', 'other');
    expect([await answer(here), await answer(away), await answer(other)]).toEqual([0, 0, 0]);
    expect(Object.fromEntries(broker.clients())).toEqual({
      z2m: { here: 1, network: 1 },
      other: { here: 0, network: 1 },
    });
    broker.renew(renewed);
    await gone(away);
    expect(Object.fromEntries(broker.clients())).toEqual({
      z2m: { here: 1, network: 0 },
      other: { here: 0, network: 1 },
    });
    expect([here.destroyed, other.destroyed]).toEqual([false, false]);
    expect(await answer(await login(broker, '127.0.0.2', 'of before'))).toBe(4);
  });

  it('a connection from an address of this machine is from this machine', () => {
    const rows: readonly (readonly [string, string, string])[] = [
      ['127.0.0.1', '127.0.0.1', 'here'],
      ['192.0.2.7', '192.0.2.7', 'here'],
      ['192.0.2.8', '192.0.2.7', 'network'],
      ['::ffff:192.0.2.8', '::ffff:192.0.2.7', 'network'],
    ];
    for (const [remoteAddress, localAddress, where] of rows) {
      expect(whereFrom({ remoteAddress, localAddress })).toBe(where);
    }
  });
});
