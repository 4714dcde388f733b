import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { suggest } from '../../src/sense/suggest.ts';
import { message, zigbee2mqtt } from './profiles.ts';

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
