import { describe, expect, it } from 'vitest';
import {
  announcements,
  deviceClassOf,
  type HouseShown,
  type ZoneKind,
} from '../../../src/link/home-assistant/discovery.ts';
import { homeTopics } from '../../../src/link/home-assistant/topics.ts';
import type { TripSignal } from '../../../src/sense/signals.ts';
import { tripsOf } from '../../../src/site/zone-rules.ts';
import { complaints, render } from './rules.ts';

const topics = homeTopics('hub-7f3a', 'lantern/hub-7f3a', 'homeassistant');

const KINDS: readonly ZoneKind[] = [
  'entry',
  'perimeter',
  'interior',
  'panic',
  'tremor',
  'tamper',
  'fire',
  'technical',
  'mains',
  'hub_battery',
  'notice',
  'chime',
];
const SIGNALS: readonly TripSignal[] = ['contact', 'motion', 'vibration', 'tamper', 'smoke', 'co', 'leak', 'button'];

const house = (kind: ZoneKind, signal: TripSignal | null = null): HouseShown => ({
  site: { id: 'hub-7f3a' },
  panel: { quickArm: false, zones: new Map([['z', { type: kind }]]) },
  devices: [
    { id: 'z', name: 'The zone', sensing: { zone: { trips: tripsOf(kind, signal) } } },
    { id: 'keypad', name: 'Keypad', sensing: { zone: null } },
  ],
  outputs: [
    { id: 'siren', role: 'siren' },
    { id: 'strobe', role: 'strobe' },
    { id: 'porch', role: 'light' },
    { id: 'relay', role: 'relay' },
  ],
});

type Components = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

function componentsOf(shown: HouseShown, name: string): Components {
  const found = announcements(shown, topics, '1.0.0').find(({ topic }) => topic === topics.config(name));
  return (found?.payload['components'] ?? {}) as Components;
}

describe('every message keeps to the rules of Home Assistant', () => {
  for (const kind of KINDS) {
    for (const signal of [null, ...SIGNALS]) {
      it(`${kind}, ${signal ?? 'its usual signals'}`, () => {
        const said = announcements(house(kind, signal), topics, '1.0.0');
        expect(said).toHaveLength(6);
        expect(said.flatMap(({ topic, payload }) => complaints('homeassistant', topic, payload))).toEqual([]);
      });
    }
  }
});

describe('a problem', () => {
  const template = String(componentsOf(house('entry'), 'panel')['problem']?.['value_template']);
  for (const [faults, is] of [
    [[], 'False'],
    [['disk'], 'True'],
    [['review_due'], 'False'],
    [['review_due', 'lost:z'], 'True'],
  ] as const) {
    it(`${faults.join(' and ') || 'nothing'}: ${is}`, () => {
      expect(render(template, { value_json: { faults } })).toBe(is);
    });
  }
});

describe('what a zone is to Home Assistant', () => {
  const rows: readonly (readonly [ZoneKind, TripSignal | null, string | null])[] = [
    ['entry', null, 'door'],
    ['entry', 'contact', 'door'],
    ['entry', 'motion', 'motion'],
    ['perimeter', null, 'opening'],
    ['perimeter', 'contact', 'opening'],
    ['perimeter', 'vibration', 'vibration'],
    ['interior', null, 'motion'],
    ['interior', 'motion', 'motion'],
    ['interior', 'contact', 'door'],
    ['tremor', null, 'vibration'],
    ['tamper', null, 'tamper'],
    ['tamper', 'contact', 'tamper'],
    ['fire', null, 'smoke'],
    ['fire', 'smoke', 'smoke'],
    ['fire', 'co', 'carbon_monoxide'],
    ['fire', 'contact', 'smoke'],
    ['technical', null, 'moisture'],
    ['technical', 'leak', 'moisture'],
    ['technical', 'contact', 'problem'],
    ['mains', 'contact', 'problem'],
    ['hub_battery', 'contact', 'battery'],
    ['notice', null, 'opening'],
    ['notice', 'motion', 'motion'],
    ['notice', 'button', null],
    ['chime', null, 'opening'],
  ];
  for (const [kind, signal, deviceClass] of rows) {
    it(`${kind}, ${signal ?? 'its usual signals'}: ${deviceClass}`, () => {
      expect(deviceClassOf({ kind, trips: tripsOf(kind, signal) })).toBe(deviceClass);
    });
  }
});

describe('the devices of a house', () => {
  it('a zone has its state, battery, tamper and connection', () => {
    expect(Object.keys(componentsOf(house('entry'), 'zone_z'))).toEqual(['zone', 'battery', 'tamper', 'online']);
  });
  it('a panic button has nothing that could show a call', () => {
    expect(Object.keys(componentsOf(house('panic'), 'zone_z'))).toEqual(['battery', 'tamper', 'online']);
  });
  it('what is no zone is not shown', () => {
    expect(componentsOf(house('entry'), 'zone_keypad')).toEqual({});
  });
  for (const [id, deviceClass] of [
    ['siren', 'running'],
    ['strobe', 'running'],
    ['porch', 'light'],
    ['relay', 'running'],
  ] as const) {
    it(`${id} can be seen and not switched`, () => {
      expect(componentsOf(house('entry'), `output_${id}`)['output']).toMatchObject({
        platform: 'binary_sensor',
        device_class: deviceClass,
      });
    });
  }
  it('nothing but the panel takes a command', () => {
    const all = announcements(house('entry'), topics, '1').flatMap(({ payload }) =>
      Object.values(payload['components'] as Components),
    );
    expect(all.filter((one) => 'command_topic' in one).map(({ platform }) => platform)).toEqual([
      'alarm_control_panel',
    ]);
  });
  it('unique ids are unique, whatever the ids of the house', () => {
    const shown: HouseShown = {
      ...house('entry'),
      panel: { quickArm: false, zones: new Map(['a', 'a_battery', 'panel'].map((id) => [id, { type: 'entry' }])) },
      devices: ['a', 'a_battery', 'panel'].map((id) => ({ id, name: id, sensing: { zone: { trips: ['contact'] } } })),
    };
    const said = announcements(shown, topics, '1');
    const ids = said.flatMap(({ payload }) =>
      Object.values(payload['components'] as Components).map((one) => one['unique_id']),
    );
    expect(new Set(ids).size).toBe(ids.length);
    expect(new Set(said.map(({ topic }) => topic)).size).toBe(said.length);
  });
  it('they stay the same from start to start', () => {
    expect(announcements(house('entry'), topics, '1')).toEqual(announcements(house('entry'), topics, '1'));
  });
});

describe('the panel', () => {
  const panel = componentsOf(house('entry'), 'panel')['panel'] ?? {};
  const command = (action: string, code: string | null) => render(String(panel['command_template']), { action, code });

  it('asks for a code that the hub checks', () => {
    expect(panel).toMatchObject({ code: 'REMOTE_CODE', code_arm_required: true, code_disarm_required: true });
  });
  it('arms without one where the house allows it', () => {
    const quick = { ...house('entry'), panel: { ...house('entry').panel, quickArm: true } };
    expect(componentsOf(quick, 'panel')['panel']).toMatchObject({
      code_arm_required: false,
      code_disarm_required: true,
    });
  });
  it('offers what the hub has', () => {
    expect(panel['supported_features']).toEqual(['arm_home', 'arm_away', 'arm_night']);
  });
  it('its commands are not kept for later', () => {
    expect(panel).toMatchObject({ qos: 0, retain: false });
  });
  for (const [action, code, said] of [
    ['ARM_AWAY', '00482', '{"action":"ARM_AWAY","code":"00482"}'],
    ['ARM_HOME', null, '{"action":"ARM_HOME","code":null}'],
    ['DISARM', '1","action":"PANIC', '{"action":"DISARM","code":"1\\",\\"action\\":\\"PANIC"}'],
  ] as const) {
    it(`says ${said}`, () => {
      expect(command(action, code)).toBe(said);
    });
  }
});

describe('where it speaks', () => {
  it('under another prefix Home Assistant may say at either place that it has started', () => {
    expect(homeTopics('s', 'lantern/s', 'ha').births).toEqual(['homeassistant/status', 'ha/status']);
  });
  it('the usual prefix has one such place', () => {
    expect(topics.births).toEqual(['homeassistant/status']);
  });
  it('asks for its own devices only', () => {
    expect(topics.own).toEqual([
      'homeassistant/device/lantern_hub-7f3a/+/config',
      'lantern/hub-7f3a/zones/+',
      'lantern/hub-7f3a/outputs/+',
    ]);
  });
});

describe('the rules themselves find', () => {
  const good = announcements(house('entry'), topics, '1')[1];
  const { topic = '', payload = {} } = good ?? {};
  const withZone = (change: object) => {
    const components = payload['components'] as Components;
    return { ...payload, components: { ...components, zone: { ...components['zone'], ...change } } };
  };
  const rows: readonly (readonly [string, string, unknown])[] = [
    ['a topic that is not looked at', 'homeassistant/device/a b/config', payload],
    ['a missing origin', topic, { ...payload, origin: undefined }],
    ['a device without an identifier', topic, { ...payload, device: { name: 'x' } }],
    ['no entities', topic, { ...payload, components: {} }],
    ['an unknown class', topic, withZone({ device_class: 'burglar' })],
    ['an unknown platform', topic, withZone({ platform: 'burglar' })],
    ['an unknown key', topic, withZone({ burglar: true })],
    ['a topic with a wildcard', topic, withZone({ state_topic: 'lantern/+/zones' })],
    ['a category no sensor can have', topic, withZone({ entity_category: 'config' })],
    ['a missing unique id', topic, withZone({ unique_id: '' })],
  ];
  for (const [name, onTopic, message] of rows) {
    it(name, () => {
      expect(complaints('homeassistant', onTopic, message)).not.toEqual([]);
    });
  }
});
