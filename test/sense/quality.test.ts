import { describe, expect, it } from 'vitest';
import { decode } from '../../src/sense/decode.ts';
import { type Quality, qualityIn, type Reception, reception } from '../../src/sense/quality.ts';
import { message, shipped } from './profiles.ts';

describe('what a message tells of how it was heard', () => {
  type Row = readonly [
    family: string,
    topic: string,
    payload: string,
    found: Quality | null,
    own?: { readonly device: string; readonly address?: string },
  ];
  const state = '{"POWER":"ON","Wifi":{"AP":1,"RSSI":44,"Signal":-78,"LinkCount":1}}';
  const rpc = '{"method":"NotifyFullStatus","params":{"wifi":{"sta_ip":"192.0.2.7","rssi":-61}}}';
  const radio = '{"model":"Some-Contact","id":7,"contact_open":1,"rssi":-0.1,"snr":27.5,"noise":-27.7}';
  const z2m = 'zigbee2mqtt';
  const door = 'zigbee2mqtt/door';
  const rows: readonly Row[] = [
    [z2m, door, '{"contact":true,"linkquality":120}', { linkQuality: 120 }],
    [z2m, door, '{"contact":true}', null],
    [z2m, door, '{"contact":true,"linkquality":null}', null],
    [z2m, door, '{"contact":true,"linkquality":"fine"}', null],
    [z2m, door, '{"contact":true,"linkquality":0}', { linkQuality: 0 }],
    [z2m, door, '{"contact":true,"linkquality":255}', { linkQuality: 255 }],
    [z2m, door, '{"contact":true,"linkquality":256}', null],
    [z2m, door, '{"contact":true,"linkquality":-1}', null],
    ['tasmota', 'tele/hall/STATE', state, { rssi: -78 }, { device: 'hall' }],
    [
      'shelly',
      'shellies/x/info',
      '{"wifi_sta":{"connected":true,"rssi":-37}}',
      { rssi: -37 },
      { device: 'shellies/x' },
    ],
    ['shelly', 'x/status/wifi', '{"sta_ip":"192.0.2.7","rssi":-88}', { rssi: -88 }, { device: 'x' }],
    ['shelly', 'x/events/rpc', rpc, { rssi: -61 }, { device: 'x' }],
    ['rtl_433', 'rtl/events', radio, { snr: 27.5, noise: -27.7 }, { device: 'rtl/events', address: 'Some-Contact:7' }],
    ['rtl_433', 'rtl/events', radio, null, { device: 'rtl/events', address: 'Some-Contact:8' }],
    [
      'openmqttgateway',
      'home/OMG/433toMQTT',
      '{"value":1315156,"rssi":-71}',
      { rssi: -71 },
      { device: 'home/OMG', address: '1315156' },
    ],
  ];
  for (const [family, topic, payload, found, own] of rows) {
    it(`${topic} ${payload}${own?.address === undefined ? '' : ` to ${own.address}`}`, () => {
      const { device = topic, address = null } = own ?? {};
      const decoded = decode(shipped(family).sense, null, device, message(topic, payload), { address });
      expect(decoded.ok && (decoded.quality ?? null)).toEqual(found);
    });
  }

  it('is not among the signals', () => {
    const decoded = decode(shipped(z2m).sense, null, door, message(door, '{"contact":true,"linkquality":120}'));
    expect(decoded).toMatchObject({ ok: true, signals: { contact: 'closed' } });
    expect(Object.keys(decoded.ok ? decoded.signals : {})).toEqual(['contact']);
  });

  it('a broker kept it from some other time', () => {
    const stored = message(door, '{"contact":true,"linkquality":120}', 'stored');
    expect(decode(shipped(z2m).sense, null, door, stored)).not.toHaveProperty('quality');
  });
});

describe('in one word', () => {
  const rows: readonly (readonly [family: string, quality: Quality, word: Reception | null])[] = [
    ['zigbee2mqtt', { linkQuality: 80 }, 'good'],
    ['zigbee2mqtt', { linkQuality: 79 }, 'weak'],
    ['zigbee2mqtt', { linkQuality: 40 }, 'weak'],
    ['zigbee2mqtt', { linkQuality: 39 }, 'bad'],
    ['tasmota', { rssi: -75 }, 'good'],
    ['tasmota', { rssi: -76 }, 'weak'],
    ['tasmota', { rssi: -86 }, 'bad'],
    ['rtl_433', { noise: -27 }, null],
    ['rtl_433', { snr: 9, noise: -27 }, 'weak'],
    ['zigbee2mqtt', {}, null],
    ['esphome', { rssi: -99 }, null],
  ];
  for (const [family, quality, word] of rows) {
    it(`${family} ${JSON.stringify(quality)} is ${word}`, () => {
      expect(reception(shipped(family).sense.quality, quality)).toBe(word);
    });
  }

  it('the worst of several counts', () => {
    const judged = { weak: 50, bad: 20 };
    const fields = (['snr', 'rssi'] as const).map((name) => ({ name, from: [name], min: 0, max: 100, judged }));
    expect(reception(fields, { snr: 90, rssi: 30 })).toBe('weak');
    expect(reception(fields, { snr: 10, rssi: 90 })).toBe('bad');
  });

  it('the first of several fields of one measure counts', () => {
    const fields = ['a', 'b'].map((from) => ({ name: 'rssi' as const, from: [from], min: -120, max: 0, judged: null }));
    expect(qualityIn(fields, { a: -50, b: -60 })).toEqual({ rssi: -50 });
    expect(qualityIn(fields, { b: -60 })).toEqual({ rssi: -60 });
  });
});
