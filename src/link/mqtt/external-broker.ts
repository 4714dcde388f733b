import type { Socket } from 'node:net';
import { connect, type IClientOptions, type IPublishPacket, type MqttClient } from 'mqtt';
import type { SourceId } from '../../base/brand.ts';
import type { Broker, BrokerDoor, Log, Outgoing } from '../../hub/ports.ts';
import { within } from '../within.ts';
import {
  BROKER_KEEPALIVE_SECONDS,
  CLOSE_GRACE_MS,
  CONNECT_TIMEOUT_MS,
  FIRST_CONNECT_WAIT_MS,
  MAX_BACKLOG_BYTES,
  MAX_PACKET_BYTES,
  MAX_PAYLOAD_BYTES,
  RECONNECT_FIRST_MS,
  RECONNECT_LONGEST_MS,
} from './limits.ts';
import { createOutbox } from './outbox.ts';
import { createRefusals } from './refusals.ts';
import { readTlsFiles, type TlsPaths } from './tls-files.ts';
import { isHubTopic, panelSetTopic, statusTopic, withoutCovered } from './topics.ts';

/** The broker to connect to. */
export interface ConnectConfig extends TlsPaths {
  /** `mqtt://` or `mqtts://`. */
  readonly url: string;
  readonly username: string | null;
  readonly password: string | null;
  /** Null: `lantern-SITE`. */
  readonly clientId: string | null;
}

export interface ExternalBrokerParts {
  readonly config: ConnectConfig;
  readonly siteId: string;
  /** Topic filters of all that the devices say. */
  readonly deviceTopics: readonly string[];
  readonly door: BrokerDoor;
  readonly log: Log;
}

/** Such a broker does not say who published a message, so all its clients are one source. */
const EXTERNAL_SOURCE = 'mqtt:anonymous' as SourceId;

/** "Unsupported protocol version" of MQTT 5 (section 3.2.2.2) and of 3.1.1 (section 3.2.2.3). */
const REFUSES_VERSION: readonly unknown[] = [0x84, 1];

/**
 * A client of somebody else's broker: MQTT 5, and 3.1.1 only after the broker has said that it does not speak 5.
 *
 * - Every connection starts clean, so nothing that was queued while the hub was away is run; what the devices last
 *   said comes again out of the broker's store, marked as stored.
 * - The newest of every retained state is kept here and told again after each connect. Everything goes out at QoS 0,
 *   in order: the client library would resend unacknowledged states of long ago after newer ones.
 * - While the broker is away, what is not retained is dropped: an order that comes late is worse than one that is
 *   given again, and `door.connected(true)` is the moment to give it again.
 * - A broker that lets more than a bounded backlog pile up is left and connected anew.
 *
 * `open` resolves when connected and subscribed, or when the first attempt failed or takes too long; it rejects only when
 * the config can never work (a certificate that is missing or wrong), with one sentence and a remedy.
 */
export async function createExternalBroker(parts: ExternalBrokerParts): Promise<Broker> {
  const { config, siteId, door, log } = parts;
  const panelSet = panelSetTopic(siteId);
  const status = statusTopic(siteId);
  const filters = withoutCovered([...parts.deviceTopics, panelSet]);
  const states = new Map<string, string>();
  const refusals = createRefusals((source, why) => door.refused(source, why));
  const outbox = createOutbox(sendOwn);
  let client: MqttClient | null = null;
  /** Called once, at the first answer to what was subscribed. */
  let hears: () => void = () => {};
  let up: boolean | null = null;
  let lastTrouble = '';
  let closing = false;

  function options(): IClientOptions {
    return {
      protocolVersion: 5,
      clientId: config.clientId ?? `lantern-${siteId}`,
      clean: true,
      ...(config.username === null ? {} : { username: config.username }),
      ...(config.password === null ? {} : { password: config.password }),
      ...(isSecure(config.url) ? { ...readTlsFiles(config, 'mqtt.connect'), rejectUnauthorized: true } : {}),
      keepalive: BROKER_KEEPALIVE_SECONDS,
      connectTimeout: CONNECT_TIMEOUT_MS,
      reconnectPeriod: RECONNECT_FIRST_MS,
      reconnectOnConnackError: true,
      resubscribe: false,
      queueQoSZero: false,
      properties: { sessionExpiryInterval: 0, maximumPacketSize: MAX_PACKET_BYTES },
      will: { topic: status, payload: Buffer.from('offline'), qos: 1, retain: true },
    };
  }

  function start(): MqttClient {
    // Not as a URL: the library would take it apart with a parser that Node warns of at every start.
    const started = connect({ ...addressOf(config.url), ...options() });
    started.on('connect', () => onConnect(started));
    started.on('message', onMessage);
    started.on('error', (error) => onTrouble(started, error));
    started.on('close', () => onClose(started));
    return started;
  }

  function onConnect(live: MqttClient): void {
    live.options.reconnectPeriod = RECONNECT_FIRST_MS;
    lastTrouble = '';
    log.info({ protocol: live.options.protocolVersion ?? 5 }, 'connected to the MQTT broker');
    // What waits is among the states, or was meant for a moment that has passed.
    outbox.flush();
    for (const [topic, payload] of [[status, 'online'] as const, ...states]) send(topic, payload, 'retained');
    up = true;
    subscribe(live);
    door.connected(true);
  }

  /**
   * No echo of our own (nl). For commands: no stored ones (rh 2), and a live one that is also to be stored must show
   * it (rap). A 3.1.1 broker knows none of this: it sends stored ones, marked, and hides the mark of live ones.
   */
  function subscription(filter: string): { qos: 1; nl: true; rh: 0 | 2; rap: boolean } {
    const forCommands = filter === panelSet;
    return { qos: 1, nl: true, rh: forCommands ? 2 : 0, rap: forCommands };
  }

  function subscribe(live: MqttClient): void {
    const wanted = Object.fromEntries(filters.map((filter) => [filter, subscription(filter)]));
    live.subscribe(wanted, (error, granted) => {
      hears();
      const refused = (granted ?? []).filter(({ qos }) => qos >= 0x80).length;
      if (error === null && refused === 0) return;
      if (!closing && live.connected)
        log.error(
          { refused },
          'the MQTT broker refused subscriptions: allow the hub to read its devices and panel/set',
        );
    });
  }

  function onMessage(topic: string, payload: Buffer, packet: IPublishPacket): void {
    if (topic === panelSet) takeCommand(payload, packet);
    else if (isHubTopic(topic)) return;
    else if (payload.length > MAX_PAYLOAD_BYTES) refusals.note(EXTERNAL_SOURCE, 'a message over 64 KiB');
    else door.message(topic, payload, packet.retain, EXTERNAL_SOURCE);
  }

  function takeCommand(payload: Buffer, packet: IPublishPacket): void {
    if (packet.retain) refusals.note(EXTERNAL_SOURCE, 'a retained command');
    else if (payload.length > MAX_PAYLOAD_BYTES) refusals.note(EXTERNAL_SOURCE, 'a command over 64 KiB');
    else door.command(Buffer.from(payload), EXTERNAL_SOURCE);
  }

  function onTrouble(live: MqttClient, error: Error & { code?: unknown }): void {
    if (REFUSES_VERSION.includes(error.code) && live.options.protocolVersion === 5) {
      live.options.protocolVersion = 4;
      log.warn({}, 'the MQTT broker does not speak MQTT 5; using 3.1.1');
      return;
    }
    // After bytes that are no MQTT the library would wait for better ones; a new connection is the better cure.
    if (live.connected) live.stream.destroy();
    // Once for each kind of trouble, not once for each attempt.
    if (error.message === lastTrouble || closing) return;
    lastTrouble = error.message;
    log.warn({ why: error.message }, 'no connection to the MQTT broker; trying on');
  }

  function onClose(live: MqttClient): void {
    live.options.reconnectPeriod = Math.min(
      RECONNECT_LONGEST_MS,
      (live.options.reconnectPeriod ?? RECONNECT_FIRST_MS) * 1.5,
    );
    if (up === false || closing) return;
    up = false;
    door.connected(false);
  }

  function sendOwn(messages: readonly Outgoing[]): void {
    for (const { topic, payload, retain } of messages) {
      if (retain) states.set(topic, payload);
      send(topic, payload, retain ? 'retained' : 'live');
    }
  }

  function send(topic: string, payload: string, kind: 'live' | 'retained'): void {
    if (client?.connected !== true) return;
    const { writableLength } = client.stream as Socket;
    if (writableLength > MAX_BACKLOG_BYTES) {
      refusals.note(EXTERNAL_SOURCE, 'the broker does not take what the hub says');
      client.stream.destroy();
      return;
    }
    client.publish(topic, payload, { qos: 0, retain: kind === 'retained' });
  }

  async function sayOffline(live: MqttClient): Promise<void> {
    if (!live.connected) return;
    const told = live.publishAsync(status, 'offline', { qos: 1, retain: true }).catch(() => undefined);
    await within(CLOSE_GRACE_MS, told);
  }

  return {
    publish: (message) => outbox.add(message),
    command: (topic, payload) => send(topic, payload, 'live'),
    async open() {
      client = start();
      const opened = client;
      const tried = new Promise<void>((done) => {
        // Connected is not enough: what is said before the broker has taken the subscriptions would pass by unheard.
        hears = done;
        opened.once('close', () => done());
      });
      await within(FIRST_CONNECT_WAIT_MS, tried);
      if (up === null) onClose(opened);
    },
    async close() {
      if (closing) return;
      outbox.flush();
      closing = true;
      refusals.close();
      if (client === null) return;
      await sayOffline(client);
      await within(CLOSE_GRACE_MS, client.endAsync(false));
      // Nothing is left to wait for; a broker that hangs must not hold up the stop.
      client.stream.destroy();
    },
  };
}

/** Throws one sentence when the address is none. */
function addressOf(url: string): Pick<IClientOptions, 'protocol' | 'host' | 'port'> {
  const secure = isSecure(url);
  const { hostname, port } = new URL(url);
  return {
    protocol: secure ? 'mqtts' : 'mqtt',
    host: hostname.replace(/^\[(.*)\]$/, '$1'),
    port: port === '' ? (secure ? 8883 : 1883) : Number(port),
  };
}

/** Throws one sentence when the address is none. */
function isSecure(url: string): boolean {
  const protocol = URL.canParse(url) ? new URL(url).protocol : '';
  if (protocol === 'mqtts:') return true;
  if (protocol === 'mqtt:') return false;
  throw new Error('mqtt.connect.url is no broker address; write mqtt://HOST:1883 or mqtts://HOST:8883.');
}
