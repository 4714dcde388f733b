import type { EventEmitter } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import { Aedes, type Client } from 'aedes';
import { generate } from 'mqtt-packet';
import type { Broker, BrokerDoor, BrokerLocks, Log, Outgoing, RenewedPassword } from '../../hub/ports.ts';
import {
  type Account,
  ANONYMOUS_SOURCE,
  createAccounts,
  type From,
  isLoopback,
  type MqttLogin,
  whereFrom,
} from './accounts.ts';
import { createAdmission, type Sender } from './admission.ts';
import { createAudience } from './audience.ts';
import { type BoundedSocket, boundSocket } from './bounded-socket.ts';
import {
  CLOSE_GRACE_MS,
  CONNECT_TIMEOUT_MS,
  MAX_CLIENT_ID_LENGTH,
  MAX_CLIENTS,
  MAX_QOS2_IN_FLIGHT,
  MAX_RETAINED_BYTES,
  MAX_RETAINED_TOPICS,
  MAX_STRANGERS,
  MAX_SUBSCRIPTIONS,
  STALL_LOOK_MS,
  WRONG_PASSWORD_WAIT_MS,
} from './limits.ts';
import { createOutbox } from './outbox.ts';
import { createRefusals } from './refusals.ts';
import { createRepeats } from './repeats.ts';
import { createRetained } from './retained.ts';
import { createSessions } from './sessions.ts';
import { panelSetTopic, statusTopic } from './topics.ts';

/** Where the embedded broker listens and who may come. No users: only this machine, and it may do everything. */
export interface ListenConfig {
  readonly host: string;
  /** 0 lets the system choose; see `EmbeddedBroker.port`. */
  readonly port: number;
  readonly users: readonly MqttLogin[];
  /** Of those whose password above is revoked, the one that took its place. */
  readonly renewed?: ReadonlyMap<string, RenewedPassword>;
}

export interface EmbeddedBroker extends Broker, BrokerLocks {
  /** The port it listens on; 0 before `open`. */
  readonly port: number;
}

export interface EmbeddedBrokerParts {
  readonly config: ListenConfig;
  readonly siteId: string;
  readonly door: BrokerDoor;
  readonly log: Log;
  /** Tells programs of this machine from all others; left out: by their addresses. */
  readonly from?: (socket: Socket) => From;
}

/** CONNACK codes of MQTT 3.1.1, section 3.2.2.3. */
const CONNACK = { badId: 2, unavailable: 3, badLogin: 4 } as const;

/** aedes' `keep-alive` of a half-open peer is the client's choice; the system's own probe is ours. */
const LISTEN_OPTIONS = { noDelay: true, keepAlive: true, keepAliveInitialDelay: 30_000 } as const;

/**
 * The broker inside the hub: MQTT 3.1.1, aedes within bounds of our own.
 *
 * Device messages and commands reach `door` inside aedes' authorisation of the arriving packet, before anybody else
 * gets them, so an order given there is the first thing to leave. What a client may not publish is acknowledged and
 * goes nowhere: a denied client would be disconnected, and most would send the same message again for ever. What the
 * hub itself says goes straight to the connections that listen, at QoS 0, and does not pass through aedes at all.
 *
 * Sessions end with their connection, whatever the client asked for. `open` rejects with one sentence and a remedy.
 */
export async function createEmbeddedBroker(parts: EmbeddedBrokerParts): Promise<EmbeddedBroker> {
  const { config, siteId, door, log, from = whereFrom } = parts;
  let renewed = config.renewed ?? new Map<string, RenewedPassword>();
  let accounts = createAccounts(config.users, renewed);
  const refusals = createRefusals((source, why) => door.refused(source, why));
  const partings = createRefusals((source, why) => log.info({ source, why }, 'an MQTT client was disconnected'));
  const repeats = createRepeats(() => performance.now());
  const audience = createAudience(MAX_SUBSCRIPTIONS);
  // The hub's own states are as many as its config has devices; only what clients retain needs a bound.
  const ownRetained = createRetained(Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY);
  const clientRetained = createRetained(MAX_RETAINED_TOPICS, MAX_RETAINED_BYTES);
  /** Retained messages as they go out, by the payload that is kept. */
  const packets = new WeakMap<Uint8Array, Buffer>();
  const connections = new Map<Socket, BoundedSocket>();
  const strangers = new Set<Socket>();
  const accountOf = new WeakMap<Client, Account>();
  /** Those who are logged in, by their connection. */
  const guests = new Map<Socket, { readonly name: string; readonly client: Client }>();
  const admit = createAdmission({ panelSet: panelSetTopic(siteId), door, refusals, repeats, retained: clientRetained });
  let closing = false;

  const outbox = createOutbox(sendOwn);
  const aedes = await Aedes.createBroker({
    persistence: createSessions(),
    // No cap on messages under way: nothing waits for a client here, what does is bounded at its socket.
    concurrency: 0,
    connectTimeout: CONNECT_TIMEOUT_MS,
    drainTimeout: STALL_LOOK_MS,
    maxClientsIdLength: MAX_CLIENT_ID_LENGTH,
    maxInflightInbound: MAX_QOS2_IN_FLIGHT,
    preConnect: (_client, packet, done) => {
      // See `createSessions`: nothing outlives the connection, so aedes need not try.
      packet.clean = true;
      done(null, true);
    },
    authenticate,
    authorizePublish: (client, packet, done) => {
      // A last will at our own shutdown says nothing of the device.
      const dropped = closing || client === null;
      if (!dropped && admit(senderOf(client), packet) === 'close') client.close();
      done(dropped ? new Error('closing') : null);
    },
    authorizeSubscribe: (client, subscription, done) => {
      const granted = mayJoin(client, subscription.topic);
      done(null, granted ? subscription : null);
    },
  });
  aedes.on('subscribe', (subscriptions, client) => {
    for (const { topic, qos } of subscriptions) if (Number(qos) < 0x80) welcome(client, topic);
  });
  aedes.on('unsubscribe', (filters, client) => {
    for (const filter of filters) audience.leave(client, filter);
  });
  const events: EventEmitter = aedes;
  events.on('error', (error: Error) => log.warn({ why: error.message }, 'the MQTT broker had trouble'));
  aedes.on('clientError', noteTrouble);
  aedes.on('connectionError', noteTrouble);
  const server = createServer(LISTEN_OPTIONS, receive);
  // Trouble while taking a connection is that connection's; trouble while opening is told by `open`.
  server.on('error', (error) => {
    if (server.listening) log.warn({ why: error.message }, 'the MQTT listener had trouble');
  });
  server.maxConnections = MAX_CLIENTS + MAX_STRANGERS + 1;
  const looking = setInterval(() => {
    for (const connection of connections.values()) connection.look();
  }, STALL_LOOK_MS);
  looking.unref();
  ownRetained.keep(statusTopic(siteId), Buffer.from('online'));

  /** A fresh connection. */
  function receive(socket: Socket): void {
    if (closing || (accounts.open && !isLoopback(socket.remoteAddress))) {
      socket.destroy();
      return;
    }
    const [oldest] = strangers;
    if (strangers.size >= MAX_STRANGERS) oldest?.destroy();
    strangers.add(socket);
    connections.set(
      socket,
      boundSocket(socket, (why) => refusals.note(sourceOf(client), why)),
    );
    const client = aedes.handle(socket);
    socket.once('close', () => {
      strangers.delete(socket);
      connections.delete(socket);
      guests.delete(socket);
      audience.forget(client);
    });
  }

  function senderOf(client: Client): Sender {
    return { clientId: client.id, source: sourceOf(client), account: accountOf.get(client) };
  }

  function sourceOf(client: Client): Account['source'] {
    return accountOf.get(client)?.source ?? ANONYMOUS_SOURCE;
  }

  function authenticate(
    client: Client,
    name: string | undefined,
    password: Uint8Array | undefined,
    done: (error: (Error & { returnCode: number }) | null, success: boolean) => void,
  ): void {
    const refuse = (returnCode: number, why: string): void => {
      refusals.note(ANONYMOUS_SOURCE, why);
      done(Object.assign(new Error(why), { returnCode }), false);
    };
    const socket = client.conn as Socket;
    const account = accounts.find(name, password, from(socket));
    if (account === null) {
      setTimeout(refuse, WRONG_PASSWORD_WAIT_MS, CONNACK.badLogin, 'a wrong name or password').unref();
    } else if (client.id.length > MAX_CLIENT_ID_LENGTH) {
      refuse(CONNACK.badId, 'a client id that is too long');
    } else if (aedes.connectedClients >= MAX_CLIENTS) {
      refuse(CONNACK.unavailable, 'too many clients');
    } else {
      accountOf.set(client, account);
      strangers.delete(socket);
      if (name !== undefined && !accounts.open) guests.set(socket, { name, client });
      done(null, true);
    }
  }

  function mayJoin(client: Client, filter: string): boolean {
    if (client.closed) return false;
    const allowed = accountOf.get(client)?.maySubscribe(filter) === true;
    const granted = allowed && audience.join(client, client.conn as Socket, filter);
    if (!allowed) refusals.note(sourceOf(client), 'a subscription this client may not have');
    else if (!granted) refusals.note(sourceOf(client), 'more subscriptions than allowed');
    return granted;
  }

  /** A new listener gets what is retained, and the hub hears of it. */
  function welcome(client: Client, filter: string): void {
    const socket = client.conn as Socket;
    // What waits was given before this subscription, so it belongs into what is retained.
    outbox.flush();
    socket.cork();
    for (const retained of [ownRetained, clientRetained]) {
      for (const [topic, payload] of retained.matching(filter)) socket.write(retainedPacket(topic, payload));
    }
    socket.uncork();
    door.subscribed(filter);
  }

  /** One for all who ask: a hundred copies of everything retained, waiting at a hundred sockets, would fill the memory. */
  function retainedPacket(topic: string, payload: Uint8Array): Buffer {
    const known = packets.get(payload);
    if (known !== undefined) return known;
    const packet = encode(topic, payload, 'retained');
    packets.set(payload, packet);
    return packet;
  }

  function sendOwn(messages: readonly Outgoing[]): void {
    const touched = new Set<Socket>();
    for (const { topic, payload, retain } of messages) {
      const bytes = Buffer.from(payload);
      if (retain) ownRetained.keep(topic, bytes);
      const packet = encode(topic, bytes, 'live');
      for (const socket of audience.of(topic)) {
        if (!touched.has(socket)) socket.cork();
        touched.add(socket);
        socket.write(packet);
      }
    }
    for (const socket of touched) socket.uncork();
  }

  function noteTrouble(client: Client, error: Error): void {
    if (!closing) partings.note(sourceOf(client), error.message);
  }

  async function close(): Promise<void> {
    if (closing) return;
    outbox.flush();
    closing = true;
    clearInterval(looking);
    refusals.close();
    partings.close();
    await Promise.all([stopListening(server), ...[...connections.keys()].map(sayGoodbye)]);
    await new Promise<void>((done) => aedes.close(() => done()));
  }

  return {
    get port() {
      const address = server.address();
      return address !== null && typeof address === 'object' ? address.port : 0;
    },
    publish: (message) => outbox.add(message),
    command(topic, payload) {
      const packet = encode(topic, Buffer.from(payload), 'live');
      for (const socket of audience.of(topic)) socket.write(packet);
    },
    async open() {
      outbox.flush();
      await listen(server, config);
    },
    close,
    clients() {
      const counts = new Map<string, { here: number; network: number }>();
      for (const [socket, { name }] of guests) {
        const count = counts.get(name) ?? { here: 0, network: 0 };
        count[from(socket)] += 1;
        counts.set(name, count);
      }
      return counts;
    },
    renew(passwords) {
      const over = [...passwords].filter(([name, { digest }]) => renewed.get(name)?.digest !== digest);
      renewed = new Map([...renewed, ...passwords]);
      accounts = createAccounts(config.users, renewed);
      const names = new Set(over.map(([name]) => name));
      for (const [socket, { name, client }] of guests) {
        if (names.has(name) && from(socket) === 'network') client.close();
      }
    },
  };
}

function encode(topic: string, payload: Uint8Array, kind: 'live' | 'retained'): Buffer {
  return generate({
    cmd: 'publish',
    topic,
    payload: Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength),
    qos: 0,
    dup: false,
    retain: kind === 'retained',
  });
}

const LISTEN_REMEDIES: Readonly<Record<string, string>> = {
  EADDRINUSE: 'another program has this port; stop it, or choose another port in mqtt.listen',
  EACCES: 'this port needs rights the hub does not have; choose one above 1023 in mqtt.listen',
  EADDRNOTAVAIL: 'this machine has no such address; correct mqtt.listen.host',
  ENOTFOUND: 'this name has no address; correct mqtt.listen.host',
};

function listen(server: Server, { host, port }: ListenConfig): Promise<void> {
  return new Promise((done, fail) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const remedy = LISTEN_REMEDIES[error.code ?? ''] ?? error.message;
      fail(new Error(`The MQTT broker cannot listen on ${host}:${port}: ${remedy}.`));
    });
    server.listen(port, host, done);
  });
}

function stopListening(server: Server): Promise<void> {
  return new Promise((done) => {
    if (server.listening) server.close(() => done());
    else done();
  });
}

/** Lets the connection take what was last said to it, for a moment, then ends it. */
function sayGoodbye(socket: Socket): Promise<void> {
  return new Promise((done) => {
    const force = setTimeout(() => socket.destroy(), CLOSE_GRACE_MS);
    socket.once('close', () => {
      clearTimeout(force);
      done();
    });
    socket.end();
  });
}
