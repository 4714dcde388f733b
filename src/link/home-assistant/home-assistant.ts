import type { Socket } from 'node:net';
import { connect, type IClientOptions, type IPublishPacket, type MqttClient } from 'mqtt';
import type { LocalNews, LocalView, Log, Window, ZoneView } from '../../hub/ports.ts';
import {
  BROKER_KEEPALIVE_SECONDS,
  CLOSE_GRACE_MS,
  CONNECT_TIMEOUT_MS,
  MAX_BACKLOG_BYTES,
  MAX_PACKET_BYTES,
  MAX_PAYLOAD_BYTES,
  RECONNECT_FIRST_MS,
} from '../mqtt/limits.ts';
import { createRefusals } from '../mqtt/refusals.ts';
import { readTlsFiles } from '../mqtt/tls-files.ts';
import { topicMatches } from '../mqtt/topics.ts';
import { within } from '../within.ts';
import { type CommandNeeds, HOME_ASSISTANT, type Outcome, obey } from './commands.ts';
import { announcements, type HouseShown } from './discovery.ts';
import { homeTopics } from './topics.ts';

/** Nothing of the panel waits for Home Assistant, so its broker is not pressed. */
const RECONNECT_LONGEST_MS = 30_000;

/** Home Assistant starts now and then; whoever says so more often than this is told everything once a period. */
const ANNOUNCE_PERIOD_MS = 1_000;

/** The broker of Home Assistant, and what it may ask. */
export interface HomeAssistantConfig {
  /** `mqtt://` or `mqtts://`. */
  readonly url: string;
  readonly username: string | null;
  readonly password: string | null;
  /** Path of a PEM file. */
  readonly ca: string | null;
  readonly prefix: string;
  readonly allowDisarm: boolean;
}

export interface HomeAssistantParts {
  readonly config: HomeAssistantConfig;
  readonly house: HouseShown;
  /** Root of the hub's own topics on that broker. */
  readonly base: string;
  readonly version: string;
  readonly window: Window;
  readonly read: CommandNeeds['read'];
  /** The answer as the hub's own `panel/reply` has it. */
  readonly reply: (id: string | null, outcome: Outcome) => string;
  /** `up`: Home Assistant cannot be reached, or not all of it. */
  readonly fault: (is: 'up' | 'over') => void;
  readonly log: Log;
}

/** The hub's presence on the broker of Home Assistant. */
export interface HomeAssistant {
  /** Says offline there and leaves; bounded, whatever that broker does. */
  close(): Promise<void>;
}

/**
 * A client of Home Assistant's broker, over MQTT 5 alone. It shows there what may be seen on site, word for word, tells
 * Home Assistant what that is, and takes its commands on the path that every code takes.
 *
 * - Everything shown is retained and told whole at each connect and at each start of Home Assistant; between them only
 *   what changes. Nothing waits while the broker is away: what is true then is told when it is back.
 * - What an earlier config left there is emptied.
 * - A command from the broker's store is dropped, and emptied there, for it may hold a code.
 * - States go out at QoS 0, in order: none must be sent again after a newer one.
 *
 * Returns at once and never throws; trouble is a fault and is tried again for ever.
 */
export function openHomeAssistant(parts: HomeAssistantParts): HomeAssistant {
  const { config, house, window, log } = parts;
  const topics = homeTopics(house.site.id, parts.base, config.prefix);
  const described = announcements(house, topics, parts.version).map(({ topic, payload }) => ({
    topic,
    payload: JSON.stringify(payload),
  }));
  const needs: CommandNeeds = { window, allowDisarm: config.allowDisarm, read: parts.read };
  const refusals = createRefusals((source, why) => log.warn({ source, why }, 'message refused'));
  const said = new Map<string, string>();
  let client: MqttClient | null = null;
  let lastTrouble = '';
  let closing = false;
  let quiet: NodeJS.Timeout | null = null;
  let asked: 'again' | null = null;
  let trouble: 'up' | 'over' | null = null;

  // ---- what is shown -------------------------------------------------------------------------------------------------

  /** Told whole, to somebody who knows nothing yet. */
  function announce(): void {
    said.clear();
    for (const { topic, payload } of described) show(topic, payload);
    const view = window.view();
    for (const [zone, shown] of Object.entries(view.zones)) showZone(zone, shown);
    for (const [output, state] of Object.entries(view.outputs)) showOutput(output, state);
    showPanel(view);
  }

  function announceSoon(): void {
    if (quiet !== null) {
      asked = 'again';
      return;
    }
    quiet = setTimeout(() => {
      quiet = null;
      if (asked === null) return;
      asked = null;
      announceSoon();
    }, ANNOUNCE_PERIOD_MS);
    quiet.unref();
    announce();
    send(topics.status, 'online', 'retained');
  }

  function showPanel({ attributes, state }: LocalView): void {
    show(topics.attributes, JSON.stringify(attributes));
    show(topics.state, state);
  }

  function showZone(zone: string, shown: ZoneView | undefined): void {
    if (shown !== undefined) show(topics.zone(zone), JSON.stringify(shown));
  }

  function showOutput(output: string, state: 'on' | 'off' | undefined): void {
    if (state !== undefined) show(topics.output(output), state);
  }

  function onNews(news: LocalNews): void {
    if (client?.connected !== true) return;
    const view = window.view();
    switch (news.type) {
      case 'panel':
        showPanel(view);
        return;
      case 'zone':
        showZone(news.zone, view.zones[news.zone]);
        return;
      case 'output':
        showOutput(news.output, view.outputs[news.output]);
        return;
      case 'row':
      case 'telling':
      case 'walk':
        return;
    }
  }

  function show(topic: string, payload: string): void {
    if (said.get(topic) === payload) return;
    said.set(topic, payload);
    send(topic, payload, 'retained');
  }

  function send(topic: string, payload: string, kind: 'live' | 'retained'): void {
    if (client?.connected !== true) return;
    if ((client.stream as Socket).writableLength > MAX_BACKLOG_BYTES) {
      refusals.note(HOME_ASSISTANT, 'its broker does not take what the hub says');
      client.stream.destroy();
      return;
    }
    client.publish(topic, payload, { qos: 0, retain: kind === 'retained' });
  }

  // ---- what comes ----------------------------------------------------------------------------------------------------

  function onMessage(topic: string, payload: Buffer, { retain }: IPublishPacket): void {
    if (topic === topics.set) onCommand(payload, retain);
    else if (topics.births.includes(topic)) {
      if (!retain && payload.toString() === 'online') announceSoon();
    } else if (retain && payload.length > 0 && !said.has(topic) && topics.own.some((own) => topicMatches(own, topic))) {
      send(topic, '', 'retained');
    }
  }

  function onCommand(payload: Buffer, retain: boolean): void {
    if (payload.length === 0) return;
    if (retain) {
      refusals.note(HOME_ASSISTANT, 'a retained command');
      send(topics.set, '', 'retained');
    } else if (payload.length > MAX_PAYLOAD_BYTES) refusals.note(HOME_ASSISTANT, 'a command over 64 KiB');
    else void obey(needs, payload).then(({ id, outcome }) => send(topics.reply, parts.reply(id, outcome), 'live'));
  }

  function fault(is: 'up' | 'over'): void {
    if (trouble === is || closing) return;
    trouble = is;
    parts.fault(is);
  }

  // ---- the connection ------------------------------------------------------------------------------------------------

  function options(): IClientOptions {
    const secure = config.url.startsWith('mqtts:');
    return {
      protocolVersion: 5,
      clientId: `lantern-${house.site.id}-home-assistant`,
      clean: true,
      ...(config.username === null ? {} : { username: config.username }),
      ...(config.password === null ? {} : { password: config.password }),
      ...(secure
        ? { ...readTlsFiles({ ca: config.ca, cert: null, key: null }, 'homeAssistant'), rejectUnauthorized: true }
        : {}),
      keepalive: BROKER_KEEPALIVE_SECONDS,
      connectTimeout: CONNECT_TIMEOUT_MS,
      reconnectPeriod: RECONNECT_FIRST_MS,
      reconnectOnConnackError: true,
      resubscribe: false,
      queueQoSZero: false,
      properties: { sessionExpiryInterval: 0, maximumPacketSize: MAX_PACKET_BYTES },
      will: { topic: topics.status, payload: Buffer.from('offline'), qos: 1, retain: true },
    };
  }

  function onConnect(live: MqttClient): void {
    live.options.reconnectPeriod = RECONNECT_FIRST_MS;
    lastTrouble = '';
    log.info({}, "connected to Home Assistant's broker");
    announce();
    void Promise.all([mayHear(live), maySpeak(live)]).then(([hears, speaks]) => {
      if (!live.connected) return;
      if (!hears || !speaks)
        log.error({ hears, speaks }, "Home Assistant's broker refuses the hub its topics: allow them");
      fault(hears && speaks ? 'over' : 'up');
    });
  }

  async function mayHear(live: MqttClient): Promise<boolean> {
    // Stored ones are asked for and marked (rh 0), commands keep the mark when they come live (rap).
    const plainly = { qos: 0, rh: 0, rap: false } as const;
    const filters = Object.fromEntries([...topics.births, ...topics.own].map((filter) => [filter, plainly]));
    const granted = live.subscribeAsync({ ...filters, [topics.set]: { qos: 1, rh: 0, rap: true, nl: true } });
    return granted.then(
      (all) => all.every(({ qos }) => qos < 0x80),
      () => false,
    );
  }

  /** Only what is answered can be refused, and these two may be sent again at any time: they stay true. */
  async function maySpeak(live: MqttClient): Promise<boolean> {
    const [panel] = described;
    const told = [{ topic: topics.status, payload: 'online' }, ...(panel === undefined ? [] : [panel])];
    const sent = told.map(({ topic, payload }) => live.publishAsync(topic, payload, { qos: 1, retain: true }));
    return Promise.all(sent).then(
      () => true,
      () => false,
    );
  }

  function onTrouble(live: MqttClient, error: Error): void {
    if (live.connected) live.stream.destroy();
    // Once for each kind of trouble, not once for each attempt.
    if (error.message === lastTrouble || closing) return;
    lastTrouble = error.message;
    log.warn({ why: error.message }, "no connection to Home Assistant's broker; trying on");
  }

  function onClose(live: MqttClient): void {
    const waited = live.options.reconnectPeriod ?? RECONNECT_FIRST_MS;
    live.options.reconnectPeriod = Math.min(RECONNECT_LONGEST_MS, waited * 1.5);
    fault('up');
  }

  function start(): MqttClient | null {
    try {
      const started = connect(config.url, options());
      started.on('connect', () => onConnect(started));
      started.on('message', onMessage);
      started.on('error', (error) => onTrouble(started, error));
      started.on('close', () => onClose(started));
      return started;
    } catch (error) {
      log.error({ why: error instanceof Error ? error.message : String(error) }, 'Home Assistant cannot be reached');
      fault('up');
      return null;
    }
  }

  client = start();
  const unwatch = window.watch(onNews);

  return {
    async close() {
      if (closing) return;
      closing = true;
      unwatch();
      refusals.close();
      if (quiet !== null) clearTimeout(quiet);
      if (client === null) return;
      if (client.connected) {
        const told = client.publishAsync(topics.status, 'offline', { qos: 1, retain: true }).catch(() => undefined);
        await within(CLOSE_GRACE_MS, told);
      }
      await within(CLOSE_GRACE_MS, client.endAsync(false));
      // A broker that hangs must not hold up the stop.
      client.stream.destroy();
    },
  };
}
