// What Home Assistant takes, as its documentation has it, written down as tables:
// https://www.home-assistant.io/integrations/mqtt/#discovery-messages and the pages of each kind of entity,
// https://www.home-assistant.io/integrations/binary_sensor/#device-class,
// https://www.home-assistant.io/integrations/alarm_control_panel.mqtt/

type Check = (value: unknown) => boolean;
interface Rule {
  readonly required?: true;
  readonly is: Check;
}
type Table = Readonly<Record<string, Rule>>;

const text: Check = (value) => typeof value === 'string' && value.length > 0;
const flag: Check = (value) => typeof value === 'boolean';
const oneOf =
  (...words: readonly unknown[]): Check =>
  (value) =>
    words.includes(value);
const listOf =
  (check: Check): Check =>
  (value) =>
    Array.isArray(value) && value.length > 0 && value.every(check);
const template: Check = (value) => text(value) && /\{\{.*\}\}/.test(String(value));
/** A topic that can be published to: no wildcard, no empty level. */
const topic: Check = (value) => text(value) && !/[+#\0]|^\/|\/$|\/\//.test(String(value));
const must = (is: Check): Rule => ({ required: true, is });
const may = (is: Check): Rule => ({ is });

const BINARY_SENSOR_CLASSES = [
  'battery',
  'battery_charging',
  'carbon_monoxide',
  'cold',
  'connectivity',
  'door',
  'garage_door',
  'gas',
  'heat',
  'light',
  'lock',
  'moisture',
  'motion',
  'moving',
  'occupancy',
  'opening',
  'plug',
  'power',
  'presence',
  'problem',
  'running',
  'safety',
  'smoke',
  'sound',
  'tamper',
  'update',
  'vibration',
  'window',
] as const;

/** Words a panel's state may be. */
export const PANEL_STATES = [
  'disarmed',
  'armed_home',
  'armed_away',
  'armed_night',
  'armed_vacation',
  'armed_custom_bypass',
  'pending',
  'triggered',
  'arming',
  'disarming',
] as const;

const ENTITY: Table = {
  platform: must(text),
  unique_id: must(text),
  // Null: the entity is what its device is.
  name: must((value) => value === null || text(value)),
  json_attributes_topic: may(topic),
  qos: may(oneOf(0, 1, 2)),
};

/** A sensor can be of no other category. */
const READING: Table = {
  entity_category: may(oneOf('diagnostic')),
  state_topic: must(topic),
  value_template: may(template),
};

const PLATFORMS: Readonly<Record<string, Table>> = {
  binary_sensor: {
    ...ENTITY,
    ...READING,
    device_class: may(oneOf(...BINARY_SENSOR_CLASSES)),
    payload_on: may(text),
    payload_off: may(text),
  },
  sensor: { ...ENTITY, ...READING, device_class: may(oneOf('enum')), options: may(listOf(text)) },
  alarm_control_panel: {
    ...ENTITY,
    state_topic: must(topic),
    command_topic: must(topic),
    command_template: may(template),
    code: may(text),
    code_arm_required: may(flag),
    code_disarm_required: may(flag),
    supported_features: may(
      listOf(oneOf('arm_home', 'arm_away', 'arm_night', 'arm_vacation', 'arm_custom_bypass', 'trigger')),
    ),
    retain: may(flag),
  },
};

const DEVICE: Table = {
  // Or connections; one of the two must be there, and only this one is used here.
  identifiers: must(listOf(text)),
  name: must(text),
  manufacturer: may(text),
  model: may(text),
  sw_version: may(text),
  via_device: may(text),
};

const ORIGIN: Table = { name: must(text), sw_version: may(text), support_url: may(text) };

const MESSAGE: Table = {
  device: must(isObject),
  origin: must(isObject),
  components: must(isObject),
  availability_topic: may(topic),
};

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function against(table: Table, value: unknown, at: string): readonly string[] {
  if (!isObject(value)) return [`${at} is no object`];
  const missing = Object.entries(table).flatMap(([key, { required }]) =>
    required && !(key in value) ? [`${at}.${key} is missing`] : [],
  );
  const wrong = Object.entries(value).flatMap(([key, said]) => {
    const rule = table[key];
    if (rule === undefined) return [`${at}.${key} is not known`];
    return rule.is(said) ? [] : [`${at}.${key} may not be ${JSON.stringify(said)}`];
  });
  return [...missing, ...wrong];
}

function component(id: string, value: unknown): readonly string[] {
  const at = `components.${id}`;
  if (!isObject(value)) return [`${at} is no object`];
  const table = PLATFORMS[String(value['platform'])];
  if (table === undefined) return [`${at}.platform may not be ${String(value['platform'])}`];
  const hasOptions = 'options' in value;
  const isEnum = value['device_class'] === 'enum';
  return [
    ...(/^[a-zA-Z0-9_-]+$/.test(id) ? [] : [`${at} is no id`]),
    ...(value['platform'] === 'sensor' && hasOptions !== isEnum
      ? [`${at}: options and the class enum go together`]
      : []),
    ...against(table, value, at),
  ];
}

/** Everything Home Assistant would refuse of a discovery message; empty: it takes it. */
export function complaints(prefix: string, onTopic: string, payload: unknown): readonly string[] {
  const where = onTopic.startsWith(`${prefix}/`) ? onTopic.slice(prefix.length + 1) : '';
  const place = /^device\/(?:[a-zA-Z0-9_-]+\/)?[a-zA-Z0-9_-]+\/config$/.test(where)
    ? []
    : [`${onTopic} is not looked at`];
  if (!isObject(payload)) return [...place, 'is no object'];
  const components = isObject(payload['components']) ? Object.entries(payload['components']) : [];
  return [
    ...place,
    ...against(MESSAGE, payload, 'message'),
    ...against(DEVICE, payload['device'], 'device'),
    ...against(ORIGIN, payload['origin'], 'origin'),
    ...(components.length === 0 ? ['there are no components'] : []),
    ...components.flatMap(([id, value]) => component(id, value)),
  ];
}

/** The templates in use, as Home Assistant's own engine prints them. Throws at any other, so that none goes untried. */
export function render(source: string, values: Readonly<Record<string, unknown>>): string {
  return source.replaceAll(/\{\{ (.*?) \}\}/g, (_, expression: string) => evaluate(expression, values));
}

function evaluate(expression: string, values: Readonly<Record<string, unknown>>): string {
  const json = /^(\w+) \| to_json$/.exec(expression);
  if (json !== null) return JSON.stringify(values[json[1] ?? ''] ?? null);
  const long = /^([\w.]+) \| length( > 0)?$/.exec(expression);
  if (long !== null) {
    const { length } = look(long[1] ?? '', values) as readonly unknown[];
    return printed(long[2] === undefined ? length : length > 0);
  }
  const without = /^([\w.]+) \| reject\('eq', '(\w+)'\) \| list \| length > 0$/.exec(expression);
  if (without !== null) {
    const [, path = '', left = ''] = without;
    return printed((look(path, values) as readonly unknown[]).some((one) => one !== left));
  }
  const choice = /^([\w.]+) if ([\w.]+) else '(\w+)'$/.exec(expression);
  if (choice !== null) {
    const [, then = '', condition = '', otherwise = ''] = choice;
    return look(condition, values) ? printed(look(then, values)) : otherwise;
  }
  if (!/^[\w.]+$/.test(expression)) throw new Error(`no such template is known here: ${expression}`);
  return printed(look(expression, values));
}

function look(path: string, values: unknown): unknown {
  return path.split('.').reduce<unknown>((value, key) => (isObject(value) ? value[key] : undefined), values);
}

/** As Python prints it. */
function printed(value: unknown): string {
  if (value === true) return 'True';
  if (value === false) return 'False';
  return value === null || value === undefined ? 'None' : String(value);
}
