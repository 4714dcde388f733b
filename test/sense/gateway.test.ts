import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { GatewayNews } from '../../src/sense/gateway.ts';
import { covers, decodeGateway, gatewayTopics, MAX_LIST_BYTES, MAX_LISTED_DEVICES } from '../../src/sense/gateway.ts';
import { message, profileOf, zigbee2mqtt } from './profiles.ts';

const { sense } = zigbee2mqtt();

describe('where a gateway may speak', () => {
  it('at the base of a plain name', () => {
    expect(gatewayTopics(sense, 'zigbee2mqtt/front-door')).toEqual([
      'zigbee2mqtt/bridge/state',
      'zigbee2mqtt/bridge/devices',
    ]);
  });
  it('at each beginning of a name with slashes', () => {
    expect(gatewayTopics(sense, 'home/z2m/hall/door')).toEqual([
      'home/bridge/state',
      'home/bridge/devices',
      'home/z2m/bridge/state',
      'home/z2m/bridge/devices',
      'home/z2m/hall/bridge/state',
      'home/z2m/hall/bridge/devices',
    ]);
  });
  it('at eight levels and no more', () => {
    expect(gatewayTopics(sense, Array(50).fill('x').join('/'))).toHaveLength(16);
  });
  it('nowhere for a topic of one level, or a family without gateways', () => {
    expect(gatewayTopics(sense, 'door')).toEqual([]);
    expect(gatewayTopics(profileOf([]), 'a/b')).toEqual([]);
  });
});

describe('what a gateway says', () => {
  const rows: readonly (readonly [string, string, string, GatewayNews | null])[] = [
    ['here', 'zigbee2mqtt/bridge/state', '{"state":"online"}', { kind: 'gateway', base: 'zigbee2mqtt', online: true }],
    [
      'gone',
      'zigbee2mqtt/bridge/state',
      '{"state":"offline"}',
      { kind: 'gateway', base: 'zigbee2mqtt', online: false },
    ],
    ['here, the old way', 'z2m/bridge/state', 'online', { kind: 'gateway', base: 'z2m', online: true }],
    ['gone, the old way', 'z2m/bridge/state', 'offline', { kind: 'gateway', base: 'z2m', online: false }],
    ['a base with slashes', 'home/z2m/bridge/state', 'online', { kind: 'gateway', base: 'home/z2m', online: true }],
    ['neither', 'zigbee2mqtt/bridge/state', '{"state":"error"}', null],
    ['nothing', 'zigbee2mqtt/bridge/state', '', null],
    ['no base', '/bridge/state', 'online', null],
    ['another topic', 'zigbee2mqtt/bridge/info', '{"state":"online"}', null],
    [
      'its devices',
      'zigbee2mqtt/bridge/devices',
      JSON.stringify([
        { friendly_name: 'Coordinator', ieee_address: '0x00124b001fc93c57', type: 'Coordinator', definition: null },
        { friendly_name: 'hall/door', definition: { model: 'SNZB-04', vendor: 'SONOFF' } },
        { friendly_name: 'unsupported', definition: { vendor: 'x' } },
        { friendly_name: 7, definition: { model: 'SNZB-04' } },
        { friendly_name: 'x'.repeat(300), definition: { model: 'SNZB-04' } },
        null,
      ]),
      { kind: 'models', base: 'zigbee2mqtt', models: [{ topic: 'zigbee2mqtt/hall/door', model: 'SNZB-04' }] },
    ],
    ['no list', 'zigbee2mqtt/bridge/devices', '{}', null],
    ['a list cut off', 'zigbee2mqtt/bridge/devices', '[{"friendly_name"', null],
  ];
  for (const [name, topic, payload, news] of rows) {
    it(name, () => {
      expect(decodeGateway(sense, message(topic, payload))).toEqual(news);
    });
  }

  it('what a broker kept counts', () => {
    expect(decodeGateway(sense, message('z/bridge/state', 'offline', 'stored'))).toMatchObject({ online: false });
  });

  const device = { friendly_name: 'd', definition: { model: 'm' } };
  it('a list of as many devices as are read, and one more', () => {
    const list = (length: number) => JSON.stringify(Array.from({ length }, () => device));
    const read = (length: number) => decodeGateway(sense, message('z/bridge/devices', list(length)));
    expect(read(MAX_LISTED_DEVICES)).toMatchObject({ models: { length: MAX_LISTED_DEVICES } });
    expect(read(MAX_LISTED_DEVICES + 1)).toMatchObject({ models: { length: MAX_LISTED_DEVICES } });
  });
  it('a list too long to be read', () => {
    const short = JSON.stringify([device]);
    const filled = short + ' '.repeat(MAX_LIST_BYTES - short.length);
    expect(decodeGateway(sense, message('z/bridge/devices', filled))).not.toBeNull();
    expect(decodeGateway(sense, message('z/bridge/devices', `${filled} `))).toBeNull();
  });

  it('never throws', () => {
    const topic = fc.oneof(fc.constantFrom('z/bridge/state', 'z/bridge/devices'), fc.string());
    const bytes = fc.oneof(
      fc.uint8Array(),
      fc.json().map((text) => new TextEncoder().encode(text)),
    );
    fc.assert(
      fc.property(topic, bytes, fc.boolean(), (on, payload, stored) => {
        decodeGateway(sense, { topic: on, payload, stored });
      }),
      { numRuns: 1000 },
    );
  });
});

describe('whose gateway it is', () => {
  it('covers what lies below its base only', () => {
    expect(covers('zigbee2mqtt', 'zigbee2mqtt/hall/door')).toBe(true);
    expect(covers('zigbee2mqtt', 'zigbee2mqtt2/door')).toBe(false);
    expect(covers('zigbee2mqtt', 'zigbee2mqtt')).toBe(false);
    expect(covers('zigbee2mqtt', 'zigbee2mqtt/')).toBe(false);
  });
});
