import type { OutputRole } from '../../act/plan.ts';
import type { JsonObject } from '../../base/json.ts';
import type { TripSignal } from '../../sense/signals.ts';
import type { HomeTopics } from './topics.ts';

/** What a zone is for, in the words of the config. */
export type ZoneKind =
  | 'entry'
  | 'perimeter'
  | 'interior'
  | 'panic'
  | 'tremor'
  | 'tamper'
  | 'fire'
  | 'technical'
  | 'mains'
  | 'hub_battery'
  | 'notice'
  | 'chime';

/** What of a house Home Assistant is told beside its states. */
export interface HouseShown {
  readonly site: { readonly id: string };
  readonly panel: {
    readonly quickArm: boolean;
    readonly zones: ReadonlyMap<string, { readonly type: ZoneKind }>;
  };
  readonly devices: readonly {
    readonly id: string;
    readonly name: string;
    readonly sensing: { readonly zone: { readonly trips: readonly TripSignal[] } | null };
  }[];
  readonly outputs: readonly { readonly id: string; readonly role: OutputRole }[];
}

/** One retained message: a device and its entities. */
export interface Announcement {
  readonly topic: string;
  readonly payload: JsonObject;
}

/** What every announcement of this hub shares. */
interface Common {
  readonly topics: HomeTopics;
  /** No id of the config has a colon, so names joined by it cannot meet. */
  readonly hub: string;
  readonly version: string;
}

/**
 * The discovery messages of a house, after https://www.home-assistant.io/integrations/mqtt/#discovery-payload.
 *
 * Discovery by device, one message for the panel, each zone and each output: a sensor is then a device that can be
 * given a room, its battery and tamper beside it; a message stays small however large the house; and a zone that left
 * the config is gone with one empty message, while a single message for the whole house would have to know what it
 * said before. Nothing here can be switched from there but the panel.
 */
export function announcements(house: HouseShown, topics: HomeTopics, version: string): readonly Announcement[] {
  const common: Common = { topics, hub: `lantern:${house.site.id}`, version };
  const zones = house.devices.flatMap((device) => {
    const kind = house.panel.zones.get(device.id)?.type;
    const trips = device.sensing.zone?.trips;
    return kind === undefined || trips === undefined ? [] : [zoneDevice(common, { ...device, kind, trips })];
  });
  return [panelDevice(common, house), ...zones, ...house.outputs.map((output) => outputDevice(common, output))];
}

const origin = ({ version }: Common): JsonObject => ({ name: 'Lantern', sw_version: version });

function panelDevice(common: Common, { site, panel }: HouseShown): Announcement {
  const { topics, hub, version } = common;
  return {
    topic: topics.config('panel'),
    payload: {
      device: {
        identifiers: [hub],
        name: `Lantern ${site.id}`,
        manufacturer: 'Lantern',
        model: 'Hub',
        sw_version: version,
      },
      origin: origin(common),
      availability_topic: topics.status,
      components: {
        panel: {
          platform: 'alarm_control_panel',
          unique_id: `${hub}:panel`,
          name: null,
          state_topic: topics.state,
          json_attributes_topic: topics.attributes,
          command_topic: topics.set,
          // A code that was not typed is null here, and never the word None.
          command_template: '{"action":{{ action | to_json }},"code":{{ code | to_json }}}',
          // The hub checks the code; Home Assistant only shows the pad.
          code: 'REMOTE_CODE',
          code_arm_required: !panel.quickArm,
          code_disarm_required: true,
          supported_features: ['arm_home', 'arm_away', 'arm_night'],
          // Anything but 0 makes Home Assistant keep a command for a broker that is away, and give it late.
          qos: 0,
          retain: false,
        },
        alarm: {
          platform: 'sensor',
          unique_id: `${hub}:alarm`,
          name: 'Alarm',
          device_class: 'enum',
          options: ['none', 'fire', 'personal', 'intruder', 'tamper', 'fault'],
          state_topic: topics.attributes,
          value_template: "{{ value_json.alarm.kind if value_json.alarm else 'none' }}",
        },
        problem: {
          ...diagnostic(`${hub}:problem`, 'Problem', 'problem'),
          state_topic: topics.attributes,
          // That the house is to be looked at again is a notice: nothing is broken.
          ...truth("faults | reject('eq', 'review_due') | list | length > 0"),
        },
        faults: {
          platform: 'sensor',
          unique_id: `${hub}:faults`,
          name: 'Faults',
          entity_category: 'diagnostic',
          state_topic: topics.attributes,
          json_attributes_topic: topics.attributes,
          value_template: '{{ value_json.faults | length }}',
        },
      },
    },
  };
}

interface ZoneShown {
  readonly id: string;
  readonly name: string;
  readonly kind: ZoneKind;
  readonly trips: readonly TripSignal[];
}

function zoneDevice(common: Common, zone: ZoneShown): Announcement {
  const { topics, hub } = common;
  const unique = `${hub}:zone:${zone.id}`;
  const state_topic = topics.zone(zone.id);
  return {
    topic: topics.config(`zone_${zone.id}`),
    payload: {
      device: {
        identifiers: [unique],
        name: zone.name,
        manufacturer: 'Lantern',
        model: `Zone (${zone.kind})`,
        via_device: hub,
      },
      origin: origin(common),
      availability_topic: topics.status,
      components: {
        ...(zone.kind === 'panic' ? {} : { zone: zoneItself(zone, unique, topics) }),
        battery: { ...diagnostic(`${unique}:battery`, 'Battery', 'battery'), state_topic, ...truth('batteryLow') },
        tamper: { ...diagnostic(`${unique}:tamper`, 'Tamper', 'tamper'), state_topic, ...truth('tamper') },
        online: { ...diagnostic(`${unique}:online`, 'Connection', 'connectivity'), state_topic, ...truth('online') },
      },
    },
  };
}

/** A call for help has no such entity: a button does not stand open, and nothing there should show where it is. */
function zoneItself(zone: ZoneShown, unique: string, topics: HomeTopics): JsonObject {
  const deviceClass = deviceClassOf(zone);
  return {
    platform: 'binary_sensor',
    unique_id: `${unique}:open`,
    name: null,
    ...(deviceClass === null ? {} : { device_class: deviceClass }),
    state_topic: topics.zone(zone.id),
    json_attributes_topic: topics.zone(zone.id),
    ...truth('open'),
  };
}

function outputDevice(common: Common, { id, role }: HouseShown['outputs'][number]): Announcement {
  const { topics, hub } = common;
  const unique = `${hub}:output:${id}`;
  return {
    topic: topics.config(`output_${id}`),
    payload: {
      device: { identifiers: [unique], name: id, manufacturer: 'Lantern', model: `Output (${role})`, via_device: hub },
      origin: origin(common),
      availability_topic: topics.status,
      components: {
        // Not a switch or siren: nobody there may silence what the panel sounds.
        output: {
          platform: 'binary_sensor',
          unique_id: `${unique}:on`,
          name: null,
          device_class: role === 'light' ? 'light' : 'running',
          state_topic: topics.output(id),
          payload_on: 'on',
          payload_off: 'off',
        },
      },
    },
  };
}

const diagnostic = (unique: string, name: string, deviceClass: string) => ({
  platform: 'binary_sensor',
  unique_id: unique,
  name,
  device_class: deviceClass,
  entity_category: 'diagnostic',
});

/** A template prints true, false and null as these words; the last is Home Assistant's own for unknown. */
const truth = (field: string) => ({
  value_template: `{{ value_json.${field} }}`,
  payload_on: 'True',
  payload_off: 'False',
});

const CLASS_OF_SIGNAL: Readonly<Record<Exclude<TripSignal, 'contact'>, string | null>> = {
  motion: 'motion',
  vibration: 'vibration',
  tamper: 'tamper',
  smoke: 'smoke',
  co: 'carbon_monoxide',
  leak: 'moisture',
  button: null,
};

/** Of a zone that one of several signals may trip, or a contact. */
const CLASS_OF_KIND: Readonly<Record<ZoneKind, string | null>> = {
  entry: 'door',
  // Doors, windows and garages alike.
  perimeter: 'opening',
  interior: 'motion',
  panic: null,
  tremor: 'vibration',
  tamper: 'tamper',
  fire: 'smoke',
  technical: 'moisture',
  // On is wrong: what `power` and `plug` say is right when they are on.
  mains: 'problem',
  hub_battery: 'battery',
  notice: 'opening',
  chime: 'opening',
};

/** A contact says something else of a boiler, a room or a fire panel than of a door. */
const CLASS_OF_CONTACT: Readonly<Partial<Record<ZoneKind, string>>> = { interior: 'door', technical: 'problem' };

/** https://www.home-assistant.io/integrations/binary_sensor/#device-class. Null: none fits. */
export function deviceClassOf({ kind, trips }: Pick<ZoneShown, 'kind' | 'trips'>): string | null {
  const [only, ...others] = trips;
  if (only === undefined || others.length > 0) return CLASS_OF_KIND[kind];
  return only === 'contact' ? (CLASS_OF_CONTACT[kind] ?? CLASS_OF_KIND[kind]) : CLASS_OF_SIGNAL[only];
}
