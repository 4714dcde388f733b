import type { Socket } from 'node:net';
import { connect, type IClientOptions, type MqttClient } from 'mqtt';
import * as z from 'zod';
import type { StationReport } from '../../act/station-report.ts';
import type { JsonObject } from '../../base/json.ts';
import type { Clock, Log, Station, StationDoor } from '../../hub/ports.ts';
import { readTlsFiles, type TlsPaths } from '../mqtt/tls-files.ts';
import { MAX_ANSWER_BYTES } from '../signed/messages.ts';
import { type Carried, createTalk, type Envelope } from '../signed/talk.ts';
import { within } from '../within.ts';

export interface UplinkConfig extends TlsPaths {
  readonly id: string;
  /** `mqtts://`, or `mqtt://` on this machine. */
  readonly url: string;
  readonly username: string | null;
  readonly password: string | null;
  /** The site's id. */
  readonly hub: string;
  /** The hub says `PREFIX/HUB/up` and hears `PREFIX/HUB/down`. */
  readonly prefix: string;
  readonly secret: string;
  readonly everySeconds: number;
  /** For one message and the service's answer. */
  readonly timeoutMs: number;
}

export interface UplinkParts {
  readonly config: UplinkConfig;
  readonly clock: Clock;
  readonly door: StationDoor;
  readonly log: Log;
  readonly word: (report: StationReport) => JsonObject;
}

/** Waits between attempts to connect. */
const RECONNECT_MS = 2_000;
/** A broker that is gone without a word is noticed within one and a half times this. */
const KEEPALIVE_SECONDS = 10;
const CONNECT_TIMEOUT_MS = 10_000;
/** So long the broker keeps what a service says to a hub that is away. */
const SESSION_SECONDS = 7 * 24 * 3600;
const CLOSE_GRACE_MS = 500;
/** Far more than an answer and its envelope. */
const MAX_PACKET_BYTES = 2 * MAX_ANSWER_BYTES + 4096;

/** What comes down: the answer to a message of ours (`to`), or commands. */
const down = z.object({
  to: z.string().max(64).nullable().optional(),
  requestSignature: z.string().max(100).optional(),
  time: z.string().max(40),
  signature: z.string().max(100),
  body: z.string().max(MAX_ANSWER_BYTES),
});

/**
 * A monitoring service behind a broker: MQTT 5, QoS 1, one session under a fixed client id that outlives a stop, so that
 * commands given meanwhile are not lost. That the broker has a message is no proof; the service's own signed answer is.
 * What has no answer in time is taken back and is the caller's to send again: the broker's client keeps no store.
 *
 * Rejects only when the config can never work, with one sentence and a remedy.
 */
export async function createUplink({ config, clock, door, log, word }: UplinkParts): Promise<Station> {
  const topics = { up: `${config.prefix}/${config.hub}/up`, down: `${config.prefix}/${config.hub}/down` };
  const waiting = new Map<string, { readonly signature: string; readonly done: (carried: Carried) => void }>();
  let lastTrouble = '';
  let closing = false;

  const talk = createTalk({
    id: config.id,
    hub: config.hub,
    secret: config.secret,
    everySeconds: config.everySeconds,
    path: 'mqtt',
    clock,
    door,
    carry,
  });
  const client = connect({ ...addressOf(config.url), ...options() });
  client.on('connect', onConnect);
  client.on('message', (topic, payload) => onMessage(topic, payload));
  client.on('error', (error) => onTrouble(error));
  // Who waits for an answer on a connection that is gone need not wait for the time to be over.
  client.on('close', () => settleAll('the connection to the broker is gone'));

  function options(): IClientOptions {
    const { username, password } = config;
    return {
      protocolVersion: 5,
      clientId: `lantern-uplink-${config.hub}`,
      clean: false,
      ...(username === null ? {} : { username }),
      ...(password === null ? {} : { password }),
      ...(isSecure(config.url) ? { ...readTlsFiles(config, `monitoring ${config.id}`), rejectUnauthorized: true } : {}),
      keepalive: KEEPALIVE_SECONDS,
      connectTimeout: CONNECT_TIMEOUT_MS,
      reconnectPeriod: RECONNECT_MS,
      reconnectOnConnackError: true,
      resubscribe: false,
      queueQoSZero: false,
      properties: { sessionExpiryInterval: SESSION_SECONDS, maximumPacketSize: MAX_PACKET_BYTES },
    };
  }

  function onConnect(): void {
    lastTrouble = '';
    // An alarm does not wait 40 ms for a fuller packet. In Node a TLS connection has this as well.
    (client.stream as Socket).setNoDelay(true);
    log.info({ station: config.id }, 'connected to the broker of the monitoring service');
    client.subscribe({ [topics.down]: { qos: 1 } }, (error, granted) => {
      const isRefused = (granted ?? []).some(({ qos }) => qos >= 0x80);
      if ((error !== null && error !== undefined) || isRefused) {
        if (client.connected)
          log.error({ station: config.id }, 'the broker lets the hub hear no answers: allow it to read its topic');
      }
    });
  }

  function onTrouble(error: Error): void {
    // Bytes that are no MQTT: a new connection is the cure.
    if (client.connected) client.stream.destroy();
    if (error.message === lastTrouble || closing) return;
    lastTrouble = error.message;
    log.warn(
      { station: config.id, why: error.message },
      'no connection to the broker of the monitoring service; trying on',
    );
  }

  function onMessage(topic: string, payload: Buffer): void {
    if (topic !== topics.down) return;
    const read = down.safeParse(parse(payload));
    if (!read.success) {
      door.refused(config.id, 'a message that cannot be read');
      return;
    }
    const { to = null, requestSignature, time, signature, body } = read.data;
    if (to === null) {
      talk.commanded(time, signature, body);
      return;
    }
    const waits = waiting.get(to);
    // Late, or to a try of before: what is asked again is answered again.
    if (waits === undefined || waits.signature !== requestSignature) return;
    waits.done({ outcome: 'answered', answer: { time, signature, body, remark: '' } });
  }

  function settleAll(why: string): void {
    for (const { done } of [...waiting.values()]) done({ outcome: 'unanswered', why });
  }

  function carry(envelope: Envelope): Promise<Carried> {
    if (!client.connected) return Promise.resolve({ outcome: 'unanswered', why: 'no connection to the broker' });
    return new Promise((resolve) => {
      const { id, time, signature, body } = envelope;
      const payload = JSON.stringify({ id, time, signature, body });
      const end = (carried: Carried): void => {
        clearTimeout(timer);
        waiting.delete(id);
        if (carried.outcome === 'unanswered') client.removeOutgoingMessage(packet);
        resolve(carried);
      };
      const timer = setTimeout(() => end({ outcome: 'unanswered', why: 'no answer in time' }), config.timeoutMs);
      waiting.set(id, { signature, done: end });
      client.publish(topics.up, payload, {
        qos: 1,
        properties: { messageExpiryInterval: Math.ceil(config.timeoutMs / 1000) },
      });
      const packet = client.getLastMessageId();
    });
  }

  return {
    id: config.id,
    send: (report) => talk.report(report, word(report)),
    supervise: (life) => talk.life(life),
    async close() {
      if (closing) return;
      closing = true;
      talk.close();
      settleAll('the hub stops');
      await within(CLOSE_GRACE_MS, client.endAsync(false));
      destroy(client);
    },
  };
}

/** A broker that hangs must not hold up the stop. */
function destroy(client: MqttClient): void {
  client.stream.destroy();
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

/** Throws one sentence when the address is none, or alarms would travel in the clear. */
function isSecure(url: string): boolean {
  const { protocol, hostname } = URL.canParse(url) ? new URL(url) : { protocol: '', hostname: '' };
  if (protocol === 'mqtts:') return true;
  if (protocol === 'mqtt:' && /^(?:127(?:\.\d+){3}|\[::1\]|localhost)$/.test(hostname)) return false;
  throw new Error('the url of a monitoring broker must be mqtts://HOST:8883, or mqtt:// on this machine');
}

function parse(payload: Buffer): unknown {
  try {
    return payload.length > MAX_PACKET_BYTES ? null : JSON.parse(payload.toString());
  } catch {
    return null;
  }
}
