import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const bin = join(import.meta.dirname, '../../src/bin.ts');

function decoded(topic: string, payload: string, ...more: readonly string[]): unknown {
  const ran = spawnSync(process.execPath, [bin, 'decode', '--topic', topic, ...more], {
    input: payload,
    encoding: 'utf8',
  });
  return JSON.parse(ran.stdout);
}

describe('lantern decode finds the family by topic and content', () => {
  const rows: readonly (readonly [string, string, object])[] = [
    ['zigbee2mqtt/door', '{"contact":true,"tamper":false}', { contact: 'closed', tamper: false }],
    ['tele/garage/SENSOR', '{"Switch1":"ON"}', { contact: 'open' }],
    ['node/binary_sensor/door/state', 'ON', { contact: 'open' }],
    ['shellies/shellydw2-A4CF12F43189/sensor/state', 'close', { contact: 'closed' }],
    ['rtl_433/attic/events', '{"model":"DSC-Security","id":7,"closed":0}', { contact: 'open' }],
    ['home/OMG/BTtoMQTT/60EFABAABBCC', '{"id":"60:EF:AB:AA:BB:CC","motion":true}', { motion: true }],
    ['anything/at/all', '{"temperature":21}', {}],
  ];
  for (const [topic, payload, signals] of rows) {
    it(`${topic} ${payload}`, () => {
      expect(decoded(topic, payload)).toEqual(signals);
    });
  }

  it('and takes the one that is asked for', () => {
    expect(decoded('tele/garage/SENSOR', '{"Switch1":"ON"}', '--profile', 'zigbee2mqtt')).toEqual({});
  });
});
