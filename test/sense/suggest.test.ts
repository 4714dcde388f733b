import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { suggest } from '../../src/sense/suggest.ts';
import { message, shipped, zigbee2mqtt } from './profiles.ts';

const { sense } = zigbee2mqtt();

function guess(topic: string, payload: string): unknown {
  const made = suggest(sense, topic, message(topic, payload));
  if (made === null) return null;
  return [made.id, made.topic, made.guess.list === 'devices' ? made.guess.zone : made.guess.role];
}

describe('what an unknown device looks like', () => {
  const rows: readonly (readonly [string, string, unknown])[] = [
    ['zigbee2mqtt/Front door', '{"contact":true}', ['front-door', 'zigbee2mqtt/Front door', 'entry']],
    ['zigbee2mqtt/bedroom window', '{"contact":true}', ['bedroom-window', 'zigbee2mqtt/bedroom window', 'perimeter']],
    ['zigbee2mqtt/hall/pir', '{"occupancy":false}', ['hall-pir', 'zigbee2mqtt/hall/pir', 'interior']],
    ['zigbee2mqtt/patio', '{"action":"tilt"}', ['patio', 'zigbee2mqtt/patio', 'tremor']],
    ['zigbee2mqtt/sos', '{"action":"single"}', ['sos', 'zigbee2mqtt/sos', 'panic']],
    ['zigbee2mqtt/Küche', '{"smoke":false}', ['kuche', 'zigbee2mqtt/Küche', 'fire']],
    ['zigbee2mqtt/boiler', '{"water_leak":false}', ['boiler', 'zigbee2mqtt/boiler', 'technical']],
    ['zigbee2mqtt/keypad', '{"action":"disarm"}', ['keypad', 'zigbee2mqtt/keypad', null]],
    ['zigbee2mqtt/lamp', '{"state":"ON"}', ['lamp', 'zigbee2mqtt/lamp', 'light']],
    ['zigbee2mqtt/玄関', '{"contact":true}', ['device', 'zigbee2mqtt/玄関', 'perimeter']],
    ['zigbee2mqtt/thermometer', '{"temperature":21}', null],
    ['zigbee2mqtt/door/availability', '{"state":"online"}', null],
    ['zigbee2mqtt/bridge/state', '{"state":"online"}', null],
    ['zigbee2mqtt/bridge/devices', '[]', null],
    ['zigbee2mqtt/bridge/health', '{"state":"on"}', null],
    ['zigbee2mqtt/lamp/set', '{"state":"ON"}', null],
    ['door', '{"contact":true}', null],
    ['zigbee2mqtt/door', '{"contact":tr', null],
  ];
  for (const [topic, payload, expected] of rows) {
    it(`${topic} ${payload}`, () => {
      expect(guess(topic, payload)).toEqual(expected);
    });
  }

  it('any topic gives a fit id, and none throws', () => {
    const payload = new TextEncoder().encode('{"contact":true}');
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (name) => {
        const topic = `zigbee2mqtt/${name}`;
        const made = suggest(sense, topic, { topic, payload, stored: false });
        if (made !== null) expect(made.id).toMatch(/^[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?$/);
      }),
      { numRuns: 1000 },
    );
  });
});

describe('what an unknown device of each family looks like', () => {
  const remote = '{"model":"Generic-Remote","id":5069,"cmd":192}';
  const blu = '{"id":"3C:2E:F5:AA:BB:CC","model":"ShellyBLU Door/Window","open":true}';
  const rows: readonly (readonly [string, string, string, unknown])[] = [
    ['tasmota', 'tele/garage/SENSOR', '{"Switch1":"ON"}', ['garage', 'garage', null, 'perimeter']],
    ['tasmota', 'stat/hall-pir/RESULT', '{"Switch1":{"Action":"ON"}}', ['hall-pir', 'hall-pir', null, 'interior']],
    ['tasmota', 'stat/plug/POWER2', 'ON', ['plug-2', 'plug', '2', 'light']],
    ['tasmota', 'tele/garage/LWT', 'Online', null],
    ['tasmota', 'cmnd/garage/POWER', 'ON', null],
    [
      'esphome',
      'node/binary_sensor/front_door/state',
      'OFF',
      ['front-door', 'node/binary_sensor/front_door', null, 'entry'],
    ],
    [
      'esphome',
      'node/binary_sensor/hall_motion/state',
      'ON',
      ['hall-motion', 'node/binary_sensor/hall_motion', null, 'interior'],
    ],
    ['esphome', 'node/switch/siren/state', 'ON', ['siren', 'node/switch/siren', null, 'light']],
    ['esphome', 'node/sensor/temperature/state', '21.5', null],
    [
      'shelly',
      'shellies/shellydw2-F3/sensor/state',
      'open',
      ['shellydw2-f3', 'shellies/shellydw2-F3', null, 'perimeter'],
    ],
    [
      'shelly',
      'shellies/shellyswitch25-F3/relay/1',
      'on',
      ['shellyswitch25-f3-1', 'shellies/shellyswitch25-F3', '1', 'light'],
    ],
    ['shelly', 'shellies/shellydw2-F3/sensor/tilt', '12', null],
    [
      'rtl_433',
      'rtl_433/attic/events',
      remote,
      ['generic-remote-5069', 'rtl_433/attic/events', 'Generic-Remote:5069', 'perimeter'],
    ],
    ['rtl_433', 'rtl_433/attic/events', '{"model":"Nexus-TH","id":9,"temperature_C":4}', null],
    ['rtl_433', 'rtl_433/attic/events', '{"contact_open":1}', null],
    ['openmqttgateway', 'home/OMG/433toMQTT', '{"value":1315156}', ['1315156', 'home/OMG', '1315156', 'perimeter']],
    [
      'openmqttgateway',
      'home/OMG/BTtoMQTT/3C2EF5AABBCC',
      blu,
      ['3c-2e-f5-aa-bb-cc', 'home/OMG', '3C:2E:F5:AA:BB:CC', 'perimeter'],
    ],
    ['openmqttgateway', 'home/OMG/SYStoMQTT', '{"uptime":37082}', null],
  ];
  for (const [name, topic, payload, expected] of rows) {
    it(`${topic} ${payload}`, () => {
      const made = suggest(shipped(name).sense, topic, message(topic, payload));
      const kind = made?.guess.list === 'devices' ? made.guess.zone : made?.guess.role;
      expect(made === null ? null : [made.id, made.topic, made.address, kind]).toEqual(expected);
    });
  }
});
