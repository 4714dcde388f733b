import { connectClient, type Listener } from '../mqtt/support.ts';
import { complaints, PANEL_STATES, render } from './rules.ts';

type Entity = Readonly<Record<string, unknown>> & { readonly device: string; readonly availability: string };

/** A client that does with the broker what Home Assistant does. */
export interface HomeAssistantPlayer {
  readonly client: Listener;
  /** Discovery topics of this hub that hold a device now. */
  readonly devices: () => readonly string[];
  readonly entities: () => readonly string[];
  readonly entity: (uniqueId: string) => Entity;
  /** What was wrong with any discovery message so far. */
  readonly complaints: () => readonly string[];
  /** The newest of each topic. */
  readonly topics: ReadonlyMap<string, string>;
  /** What the page shows: `on`, `off`, a word, `unknown`, `unavailable`. Throws where Home Assistant would log an error. */
  readonly shows: (uniqueId: string) => string;
  /** Presses a button of the panel's page. */
  press(action: 'ARM_AWAY' | 'ARM_HOME' | 'ARM_NIGHT' | 'DISARM', code: string | null): Promise<void>;
  /** Says that it has started. */
  born(topic?: string): Promise<void>;
}

export async function playHomeAssistant(port: number, prefix = 'homeassistant'): Promise<HomeAssistantPlayer> {
  const client = await connectClient(port, { protocolVersion: 5 });
  const topics = new Map<string, string>();
  const found = new Map<string, Readonly<Record<string, Entity>>>();
  const wrong: string[] = [];

  function discovered(topic: string, payload: string): void {
    if (payload === '') {
      found.delete(topic);
      return;
    }
    const message = JSON.parse(payload);
    wrong.push(...complaints(prefix, topic, message).map((one) => `${topic}: ${one}`));
    const shared = { device: message.device.name, availability: message.availability_topic };
    const entries = Object.values<Readonly<Record<string, unknown>>>(message.components);
    found.set(topic, Object.fromEntries(entries.map((one) => [String(one['unique_id']), { ...one, ...shared }])));
  }

  client.client.on('message', (topic, bytes) => {
    const payload = String(bytes);
    topics.set(topic, payload);
    if (topic.startsWith(`${prefix}/device/lantern_`)) discovered(topic, payload);
  });
  await client.subscribe('#', 1);

  const all = (): Readonly<Record<string, Entity>> => Object.assign({}, ...found.values());

  function entity(uniqueId: string): Entity {
    const one = all()[uniqueId];
    if (one === undefined) throw new Error(`there is no ${uniqueId}: ${Object.keys(all()).join(' ')}`);
    return one;
  }

  function shows(uniqueId: string): string {
    const one = entity(uniqueId);
    if (topics.get(one.availability) !== 'online') return 'unavailable';
    const payload = topics.get(String(one['state_topic']));
    if (payload === undefined) return 'unknown';
    const template = one['value_template'];
    const value = typeof template === 'string' ? render(template, { value_json: JSON.parse(payload) }) : payload;
    return stateOf(one, value);
  }

  return {
    client,
    topics,
    devices: () => [...found.keys()],
    entities: () => Object.keys(all()),
    entity,
    complaints: () => wrong,
    shows,
    async press(action, code) {
      const panel = Object.values(all()).find(({ platform }) => platform === 'alarm_control_panel');
      if (panel === undefined) throw new Error('there is no panel');
      const payload = render(String(panel['command_template']), { action, code });
      await client.publish(String(panel['command_topic']), payload, {
        qos: panel['qos'] === 1 ? 1 : 0,
        retain: panel['retain'] === true,
      });
    },
    born: (topic = 'homeassistant/status') => client.publish(topic, 'online'),
  };
}

function stateOf(entity: Entity, value: string): string {
  if (value === 'None') return 'unknown';
  switch (entity['platform']) {
    case 'binary_sensor':
      if (value === (entity['payload_on'] ?? 'ON')) return 'on';
      if (value === (entity['payload_off'] ?? 'OFF')) return 'off';
      break;
    case 'sensor':
      if (value.length <= 255 && (!Array.isArray(entity['options']) || entity['options'].includes(value))) return value;
      break;
    case 'alarm_control_panel':
      if (PANEL_STATES.some((state) => state === value)) return value;
      break;
  }
  throw new Error(`${String(entity['unique_id'])} cannot show ${value}`);
}
