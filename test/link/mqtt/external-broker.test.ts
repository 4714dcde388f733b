import { once } from 'node:events';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { generate, type Packet, parser } from 'mqtt-packet';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Broker, Log } from '../../../src/hub/ports.ts';
import { createEmbeddedBroker } from '../../../src/link/mqtt/embedded-broker.ts';
import { type ConnectConfig, createExternalBroker } from '../../../src/link/mqtt/external-broker.ts';
import {
  type Certificates,
  freePort,
  hasMosquitto,
  type Mosquitto,
  makeCertificates,
  NOT_RUN,
  startMosquitto,
} from './mosquitto.ts';
import { connectClient, quietLog, type RecordedDoor, recordDoor } from './support.ts';

let tidy: (() => unknown)[] = [];
afterEach(async () => {
  for (const step of tidy.reverse()) await step();
  tidy = [];
});

const plain = (port: number): ConnectConfig => ({
  url: `mqtt://127.0.0.1:${port}`,
  username: null,
  password: null,
  clientId: null,
  ca: null,
  cert: null,
  key: null,
});

interface Hub {
  readonly broker: Broker;
  readonly door: RecordedDoor;
  /** Log lines: `warn message why`. */
  readonly log: readonly string[];
}

async function hub(config: ConnectConfig, deviceTopics: readonly string[] = ['z/#']): Promise<Hub> {
  const door = recordDoor();
  const lines: string[] = [];
  const say = (level: string) => (facts: object, message: string) =>
    lines.push(`${level} ${message} ${JSON.stringify(facts)}`);
  const log = { info: say('info'), warn: say('warn'), error: say('error') } as unknown as Log;
  const broker = await createExternalBroker({ config, siteId: 's', deviceTopics, door, log });
  tidy.push(() => broker.close());
  return { broker, door, log: lines };
}

async function mosquitto(config?: readonly string[]): Promise<Mosquitto> {
  const started = await startMosquitto(config);
  tidy.push(() => started.remove());
  return started;
}

async function client(port: number, options: object = {}) {
  const connected = await connectClient(port, options);
  tidy.push(() => connected.end());
  return connected;
}

describe('with mosquitto', () => {
  beforeEach((test) => {
    if (!hasMosquitto) test.skip(NOT_RUN);
  });

  it('speaks MQTT 5', async () => {
    const { port } = await mosquitto();
    const { broker, log } = await hub(plain(port));
    await broker.open();
    expect(log).toEqual(['info connected to the MQTT broker {"protocol":5}']);
  });

  it('what the broker has stored is marked, what comes live is not', async () => {
    const { port } = await mosquitto();
    const device = await client(port);
    await device.publish('z/door', '{"contact":true}', { qos: 1, retain: true });
    const { broker, door } = await hub(plain(port));
    await broker.open();
    await door.heard('message z/door {"contact":true} stored');
    await device.publish('z/door', '{"contact":false}', { qos: 1, retain: true });
    await door.heard('message z/door {"contact":false} live');
  });

  it('overlapping device topics bring each message once', async () => {
    const { port } = await mosquitto();
    const { broker, door } = await hub(plain(port), ['z/door', 'z/+', 'z/#', 'z/door']);
    await broker.open();
    await (await client(port)).publish('z/door', 'x', { qos: 1 });
    await (await client(port)).publish('z/end', 'x', { qos: 1 });
    await door.heard('z/end');
    expect(door.lines.filter((line) => line.startsWith('message'))).toHaveLength(2);
  });

  it('hears nothing of what it says itself, even where a device topic is as wide as can be', async () => {
    const { port } = await mosquitto();
    const { broker, door } = await hub(plain(port), ['#']);
    await broker.open();
    broker.publish({ topic: 'lantern/s/panel/state', payload: 'triggered', retain: true });
    broker.command('z/siren/set', 'ON');
    const other = await client(port);
    await other.publish('lantern/s/panel/state', 'forged', { qos: 1 });
    await other.publish('z/end', 'x', { qos: 1 });
    await door.heard('z/end');
    expect(door.lines).toEqual(['connected true', 'message z/end x live mqtt:anonymous']);
  });

  it('a stored command is not run, and a live one is not run twice with `#`', async () => {
    const { port } = await mosquitto();
    const phone = await client(port);
    await phone.publish('lantern/s/panel/set', '{"id":"stored"}', { qos: 1, retain: true });
    const { broker, door } = await hub(plain(port), ['#']);
    await broker.open();
    await phone.publish('lantern/s/panel/set', '{"id":"live"}', { qos: 1 });
    await phone.publish('z/end', 'x', { qos: 1 });
    await door.heard('z/end');
    expect(door.lines.filter((line) => line.startsWith('command'))).toEqual(['command {"id":"live"} mqtt:anonymous']);
  });

  it('what was said while the hub was away is not run', async () => {
    const { port } = await mosquitto();
    const first = await hub(plain(port));
    await first.broker.open();
    await first.broker.close();
    const phone = await client(port);
    await phone.publish('lantern/s/panel/set', '{"id":"queued"}', { qos: 1 });
    const second = await hub(plain(port));
    await second.broker.open();
    await phone.publish('z/end', 'x', { qos: 1 });
    await second.door.heard('z/end');
    expect(second.door.lines.filter((line) => line.startsWith('command'))).toEqual([]);
  });

  it('says online while it is there and offline when it closes', async () => {
    const { port } = await mosquitto();
    const page = await client(port);
    await page.subscribe('lantern/s/status', 1);
    const { broker } = await hub(plain(port));
    await broker.open();
    await page.heard('status online');
    await broker.close();
    await page.heard('status offline');
    const late = await client(port);
    await late.subscribe('lantern/s/status');
    await late.heard('status offline retained');
  });

  it('leaves offline as its last will', async () => {
    const { port } = await mosquitto();
    const page = await client(port);
    await page.subscribe('lantern/s/status', 1);
    const { broker } = await hub(plain(port));
    await broker.open();
    await page.heard('status online');
    // Another connection under its name: the broker throws the first out without a goodbye.
    await client(port, { clientId: 'lantern-s' });
    await page.heard('status offline');
  });

  it('tells all states again after the broker came back, the newest of each, and hears again', async () => {
    const peer = await mosquitto();
    const { broker, door } = await hub(plain(peer.port));
    await broker.open();
    broker.publish({ topic: 'lantern/s/panel/state', payload: 'disarmed', retain: true });
    broker.publish({ topic: 'lantern/s/zones/door', payload: '{"open":false}', retain: true });
    await peer.stop();
    await door.heard('connected false');
    broker.publish({ topic: 'lantern/s/panel/state', payload: 'arming', retain: true });
    broker.publish({ topic: 'lantern/s/panel/state', payload: 'armed_away', retain: true });
    broker.publish({ topic: 'lantern/s/events', payload: 'of the past', retain: false });
    broker.command('z/siren/set', 'too late');
    const back = new Promise<void>((done) => door.when('connected true', done));
    await peer.start();
    await back;
    const page = await client(peer.port);
    await page.subscribe('#', 1);
    await page.heard('zones/door {"open":false} retained');
    await page.heard('panel/state armed_away retained');
    await page.publish('lantern/s/panel/set', '{"id":"after"}', { qos: 1 });
    await door.heard('command {"id":"after"}');
    await page.publish('z/door', 'after', { qos: 1 });
    await door.heard('message z/door after live');
    expect(page.received.filter((line) => /past|too late|arming/.test(line))).toEqual([]);
    expect(door.lines.filter((line) => line.startsWith('connected'))).toEqual([
      'connected true',
      'connected false',
      'connected true',
    ]);
  });

  it('a message over 64 KiB is dropped and counted, and one over the packet limit does no harm', async () => {
    const { port } = await mosquitto();
    const { broker, door } = await hub(plain(port));
    await broker.open();
    const device = await client(port);
    await device.publish('z/a', Buffer.alloc(64 * 1024, 'x'), { qos: 1 });
    await device.publish('z/a', Buffer.alloc(64 * 1024 + 1, 'y'), { qos: 1 });
    await device.publish('z/a', Buffer.alloc(3 * 1024 * 1024, 'y'), { qos: 1 });
    await device.publish('lantern/s/panel/set', Buffer.alloc(64 * 1024 + 1, 'y'), { qos: 1 });
    await device.publish('z/end', 'x', { qos: 1 });
    await door.heard('z/end');
    expect(door.lines.filter((line) => line.startsWith('message z/a'))).toHaveLength(1);
    expect(door.lines.filter((line) => line.includes('yyy'))).toEqual([]);
    expect(door.lines).toContain('refused mqtt:anonymous a message over 64 KiB');
  });

  it('a broker that wants a password gets it, and refuses a wrong one without ending the hub', async () => {
    const dir = mkdtempSync(join(tmpdir(), 'lantern-passwords-'));
    tidy.push(() => rmSync(dir, { recursive: true }));
    // Made by `mosquitto_passwd`, the user `hub` with the password `right`; hashing it here would prove less.
    const passwords = join(dir, 'passwords');
    writeFileSync(passwords, 'hub:right\n');
    const { execFileSync } = await import('node:child_process');
    execFileSync('mosquitto_passwd', ['-U', passwords]);
    chmodSync(passwords, 0o644);
    chmodSync(dir, 0o755);
    const { port } = await mosquitto([`password_file ${passwords}`, 'allow_anonymous false']);
    const right = await hub({ ...plain(port), username: 'hub', password: 'right' });
    await right.broker.open();
    expect(right.door.lines).toEqual(['connected true']);
    const wrong = await hub({ ...plain(port), username: 'hub', password: 'wrong', clientId: 'other' });
    await wrong.broker.open();
    expect(wrong.door.lines).toEqual(['connected false']);
    expect(wrong.log).toEqual([
      expect.stringMatching(/^warn no connection to the MQTT broker; trying on .*[Nn]ot authorized/),
    ]);
  });
});

describe('over TLS', () => {
  let certificates: Certificates;
  const dir = mkdtempSync(join(tmpdir(), 'lantern-tls-'));
  beforeAll(() => {
    certificates = makeCertificates(dir);
    // mosquitto gives up root before it reads its key.
    chmodSync(dir, 0o755);
    for (const file of [certificates.serverKey, certificates.clientKey]) chmodSync(file, 0o644);
    return () => rmSync(dir, { recursive: true });
  });
  beforeEach((test) => {
    if (!hasMosquitto) test.skip(NOT_RUN);
  });

  const server = (): readonly string[] => [
    'allow_anonymous true',
    `cafile ${certificates.ca}`,
    `certfile ${certificates.serverCert}`,
    `keyfile ${certificates.serverKey}`,
  ];
  const secure = (port: number): ConnectConfig => ({
    ...plain(port),
    url: `mqtts://127.0.0.1:${port}`,
    ca: certificates.ca,
  });

  it('trusts the CA it was given', async () => {
    const { port } = await mosquitto(server());
    const { broker, door } = await hub(secure(port));
    await broker.open();
    expect(door.lines).toEqual(['connected true']);
  });

  it('trusts nobody else', async () => {
    const { port } = await mosquitto(server());
    const { broker, door, log } = await hub({ ...secure(port), ca: certificates.strangerCa });
    await broker.open();
    expect(door.lines).toEqual(['connected false']);
    expect(log).toEqual([expect.stringContaining('certificate')]);
  });

  it('shows its own certificate where the broker wants one', async () => {
    const { port } = await mosquitto([...server(), 'require_certificate true']);
    const { broker, door } = await hub({ ...secure(port), cert: certificates.clientCert, key: certificates.clientKey });
    await broker.open();
    expect(door.lines).toEqual(['connected true']);
  });

  it('is refused there without one', async () => {
    const { port } = await mosquitto([...server(), 'require_certificate true']);
    const { broker, door } = await hub(secure(port));
    await broker.open();
    expect(door.lines).toEqual(['connected false']);
  });

  for (const [story, files, sentence] of [
    [
      'a missing CA',
      () => ({ ca: '/nowhere/ca.pem' }),
      /^mqtt\.connect\.ca: \/nowhere\/ca\.pem cannot be read .*correct the path/,
    ],
    [
      'a CA that is none',
      () => ({ ca: certificates.serverKey }),
      /^mqtt\.connect\.ca: .* holds no certificate; give a PEM file/,
    ],
    ['a missing key', () => ({ cert: certificates.clientCert }), /^mqtt\.connect needs cert and key together/],
    [
      'the key of another certificate',
      () => ({ cert: certificates.clientCert, key: certificates.serverKey }),
      /^mqtt\.connect: .* do not work together/,
    ],
    [
      'a key that is none',
      () => ({ cert: certificates.clientCert, key: certificates.ca }),
      /^mqtt\.connect: .* do not work together/,
    ],
  ] as const) {
    it(`${story} is told in a sentence`, async () => {
      const { broker } = await hub({ ...secure(1), ...files() });
      await expect(broker.open()).rejects.toThrow(sentence);
    });
  }
});

it('an address that is none is told in a sentence', async () => {
  for (const url of ['broker.lan', 'http://broker.lan', '']) {
    const { broker } = await hub({ ...plain(1), url });
    await expect(broker.open()).rejects.toThrow('mqtt.connect.url is no broker address');
  }
});

it('opens without a broker, and closes at once', async () => {
  const { broker, door, log } = await hub(plain(await freePort()));
  broker.publish({ topic: 'lantern/s/panel/state', payload: 'x', retain: true });
  await broker.open();
  broker.command('z/siren/set', 'ON');
  expect(door.lines).toEqual(['connected false']);
  expect(log).toHaveLength(1);
  await broker.close();
});

it('speaks 3.1.1 to a broker that refuses 5', async () => {
  const peer = await createEmbeddedBroker({
    config: { host: '127.0.0.1', port: 0, users: [] },
    siteId: 'old',
    door: recordDoor(),
    log: quietLog,
  });
  await peer.open();
  tidy.push(() => peer.close());
  const { broker, door, log } = await hub(plain(peer.port));
  await broker.open();
  await door.heard('connected true');
  expect(log).toEqual([
    'warn the MQTT broker does not speak MQTT 5; using 3.1.1 {}',
    'info connected to the MQTT broker {"protocol":4}',
  ]);
  await (await client(peer.port)).publish('z/door', 'x', { qos: 1 });
  await door.heard('message z/door x live');
});

describe('with a broker that misbehaves', () => {
  /** Answers CONNECT and SUBSCRIBE, then does as it is told. */
  async function oddBroker(then: (socket: Socket) => void): Promise<number> {
    const server: Server = createServer((socket) => {
      tidy.push(() => socket.destroy());
      socket.on('error', () => {});
      const reader = parser({ protocolVersion: 5 } as never);
      reader.on('packet', (packet: Packet) => {
        if (packet.cmd === 'connect')
          socket.write(
            generate(
              { cmd: 'connack', reasonCode: 0, sessionPresent: false } as Packet,
              { protocolVersion: 5 } as never,
            ),
          );
        if (packet.cmd !== 'subscribe') return;
        socket.write(
          generate(
            { cmd: 'suback', messageId: packet.messageId ?? 0, granted: packet.subscriptions.map(() => 1) } as Packet,
            { protocolVersion: 5 } as never,
          ),
        );
        then(socket);
      });
      socket.on('data', (chunk) => reader.parse(chunk));
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    tidy.push(() => server.close());
    const address = server.address();
    return address !== null && typeof address === 'object' ? address.port : 0;
  }

  for (const [story, bytes] of [
    ['random bytes', Buffer.from([0xff, 0x01, 0x02, 0x03])],
    ['a second CONNACK', Buffer.from([0x20, 0x03, 0x00, 0x00, 0x00])],
    ['a broken PUBLISH', Buffer.from([0x30, 0x02, 0xff, 0xff])],
    ['an early goodbye', Buffer.alloc(0)],
  ] as const) {
    it(`${story}: the hub connects anew`, async () => {
      let times = 0;
      const port = await oddBroker((socket) => {
        times += 1;
        if (times > 1) return;
        if (bytes.length === 0) socket.end();
        else socket.write(bytes);
      });
      const { broker, door } = await hub(plain(port));
      await broker.open();
      await door.heard('connected false');
      await new Promise<void>((done) => {
        if (door.lines.filter((line) => line === 'connected true').length > 1) done();
        else door.when('connected true', done);
      });
    });
  }

  it('one that reads nothing is left when too much waits for it', async () => {
    const port = await oddBroker((socket) => socket.pause());
    const { broker, door } = await hub(plain(port));
    await broker.open();
    const payload = 'x'.repeat(60_000);
    let left = false;
    door.when('connected false', () => {
      left = true;
    });
    while (!left) {
      broker.publish({ topic: 'lantern/s/events', payload, retain: false });
      await new Promise(setImmediate);
    }
    expect(door.lines).toContain('refused mqtt:anonymous the broker does not take what the hub says');
  });

  it('one that hangs does not hold up the stop', async () => {
    const port = await oddBroker((socket) => socket.pause());
    const { broker } = await hub(plain(port));
    await broker.open();
    await broker.close();
  });
});
