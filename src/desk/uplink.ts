import { randomUUID } from 'node:crypto';
import { connect, type IClientOptions } from 'mqtt';
import * as z from 'zod';
import type { Log } from '../hub/ports.ts';
import { readTlsFiles } from '../link/mqtt/tls-files.ts';
import { MAX_ANSWER_BYTES, MAX_COMMANDS } from '../link/signed/messages.ts';
import { signCommands } from '../link/signed/signature.ts';
import { within } from '../link/within.ts';
import type { DeskHub, UplinkSetup } from './config.ts';
import { type Answered, commandJson, type Signed } from './receive.ts';
import type { Store } from './store.ts';

/** What hubs send up. */
const up = z.object({
  id: z.string().max(64),
  time: z.string().max(40),
  signature: z.string().max(100),
  body: z.string().max(MAX_ANSWER_BYTES),
});

const RECONNECT_MS = 2_000;
const CLOSE_GRACE_MS = 500;
const MAX_PACKET_BYTES = 2 * MAX_ANSWER_BYTES + 4096;
/** Messages being answered at once; beyond them the hub asks again. */
const MOST_OPEN = 2_000;

export interface UplinkParts {
  readonly uplink: UplinkSetup;
  readonly hubs: ReadonlyMap<string, DeskHub>;
  readonly store: Store;
  readonly receive: (message: Signed) => Promise<Answered>;
  readonly log: Log;
  readonly now: () => number;
}

export interface UplinkRoad {
  /** Resolves once hubs are heard through the broker. */
  readonly heard: Promise<void>;
  close(): Promise<void>;
}

/**
 * Hears hubs through somebody's broker, as MQTT 5 and QoS 1. Desks side by side share one subscription, so each message
 * goes to one of them; what none of them answered, its hub says again. Throws one sentence when the files are wrong.
 */
export function openUplink({ uplink, hubs, store, receive, log, now }: UplinkParts): UplinkRoad {
  const { prefix } = uplink;
  const topic = new RegExp(`^${prefix}/([a-z0-9_-]{1,63})/up$`);
  const heard = Promise.withResolvers<void>();
  const pushed = new Map<string, string>();
  let open = 0;
  let lastTrouble = '';
  let closing = false;

  const client = connect(uplink.url, options());
  client.on('connect', () => {
    lastTrouble = '';
    log.info({}, 'connected to the broker of the up-link');
    client.subscribe({ [`$share/lantern-desk/${prefix}/+/up`]: { qos: 1 } }, (error, granted) => {
      const isRefused = error != null || (granted ?? []).some(({ qos }) => qos >= 0x80);
      if (!isRefused) heard.resolve();
      else if (client.connected) log.error({}, 'the broker lets the desk hear no hubs: allow it to read PREFIX/+/up');
    });
  });
  client.on('error', ({ message }) => {
    if (client.connected) client.stream.destroy();
    if (message === lastTrouble || closing) return;
    lastTrouble = message;
    log.warn({ why: message }, 'no connection to the broker of the up-link; trying on');
  });
  client.on('message', (where, payload) => void onMessage(where, payload));
  const unwatch = store.watch((hub) => {
    if (hub !== null) void push(hub);
  });

  function options(): IClientOptions {
    const { username, password, url } = uplink;
    return {
      protocolVersion: 5,
      clientId: `lantern-desk-${randomUUID().slice(0, 8)}`,
      clean: true,
      ...(username === null ? {} : { username }),
      ...(password === null ? {} : { password }),
      ...(url.startsWith('mqtts:') ? { ...readTlsFiles(uplink, 'uplink'), rejectUnauthorized: true } : {}),
      keepalive: 10,
      connectTimeout: 10_000,
      reconnectPeriod: RECONNECT_MS,
      reconnectOnConnackError: true,
      resubscribe: false,
      queueQoSZero: false,
      properties: { maximumPacketSize: MAX_PACKET_BYTES },
    };
  }

  async function onMessage(where: string, payload: Buffer): Promise<void> {
    const hub = topic.exec(where)?.[1];
    const read = up.safeParse(parse(payload));
    if (hub === undefined || !read.success || open >= MOST_OPEN) return;
    open += 1;
    const { time, signature, body } = read.data;
    const answer = await receive({ hub, time, signature, body });
    open -= 1;
    // Who has no secret with us could not believe an answer.
    if (answer.signature === null) return;
    say(hub, {
      to: read.data.id,
      requestSignature: signature,
      time: answer.time,
      signature: answer.signature,
      body: answer.body,
    });
  }

  function say(hub: string, content: Readonly<Record<string, string>>): void {
    if (!client.connected) return;
    client.publish(`${prefix}/${hub}/down`, JSON.stringify(content), { qos: 1 });
  }

  /** New commands go down at once; each answer to a heartbeat carries them again until the hub has taken them. */
  async function push(id: string): Promise<void> {
    const hub = hubs.get(id);
    if (hub === undefined || hub.secret === null || closing) return;
    try {
      const { commands } = await store.state(id);
      const newest = commands.at(-1)?.id ?? '';
      if (newest === '' || pushed.get(id) === newest) return;
      pushed.set(id, newest);
      const time = new Date(now()).toISOString();
      const body = JSON.stringify({ commands: commands.slice(0, MAX_COMMANDS).map(commandJson) });
      say(id, { time, signature: signCommands(hub.secret, time, body), body });
    } catch {
      // The store says so itself; the heartbeat's answer brings them.
    }
  }

  return {
    heard: heard.promise,
    async close() {
      closing = true;
      unwatch();
      await within(CLOSE_GRACE_MS, client.endAsync(false));
      client.stream.destroy();
    },
  };
}

function parse(payload: Buffer): unknown {
  try {
    return payload.length > MAX_PACKET_BYTES ? null : JSON.parse(payload.toString());
  } catch {
    return null;
  }
}
