import { describe, expect, it } from 'vitest';
import { createRtl433, readRtl433, readRtl433Log } from '../../../src/link/serial/rtl-433.ts';

// Lines of merbanan/rtl_433_tests, of issues of merbanan/rtl_433, and of release 22.11 itself.
describe('what devices say', () => {
  const rows: readonly (readonly [string, string])[] = [
    [
      '{"time" : "@0.196524s", "model" : "DSC-Security", "id" : 2407880, "closed" : 0, "event" : 1, "tamper" : 0, "battery_ok" : 1, "status" : 129, "mic" : "CRC"}',
      'DSC-Security',
    ],
    ['{"model":"DSC-Security","id":2354544,"closed":1,"event":1,"tamper":1,"battery_ok":1,"rssi":-39}', 'DSC-Security'],
    [
      '{"time" : "@0.257012s", "model" : "Generic-Remote", "id" : 5069, "cmd" : 192, "tristate" : "0Z01101Z1000"}',
      'Generic-Remote',
    ],
    [
      '{"time" : "@0.107252s", "model" : "Generic-Remote", "id" : 30847, "cmd" : 205, "tristate" : "Z1X0Z111101Z"}',
      'Generic-Remote',
    ],
    [
      '{"time" : "2026-11-22 00:07:38", "model" : "Chuango-Security", "id" : 19746, "cmd" : "Single Delay Zone", "cmd_id" : 10, "mod" : "ASK", "freq" : 0.000, "rssi" : 0.000, "snr" : 0.000, "noise" : 0.000}',
      'Chuango-Security',
    ],
    [
      '{"time" : "2026-11-22 00:07:38", "model" : "Generic-Remote", "id" : 1234, "cmd" : 42, "tristate" : "00Z01Z0X0XXX", "mod" : "ASK", "freq" : 0.000, "rssi" : 0.000, "snr" : 0.000, "noise" : 0.000}',
      'Generic-Remote',
    ],
    [
      '{"time": "@0.085492s", "model": "Honeywell-Security", "id": 73942, "channel": 10, "event": 160, "state": "open", "contact_open": 1, "tamper": 0, "battery_ok": 1, "heartbeat": 0}',
      'Honeywell-Security',
    ],
    [
      '{"time" : "@0.000000s", "model" : "Honeywell-Security", "id" : 74925, "channel" : 10, "event" : 132, "state" : "open", "heartbeat" : "yes"}',
      'Honeywell-Security',
    ],
    [
      '{"time":"2022-03-23 20:11:54.643434","protocol":68,"model":"Kerui-Security","id":840811,"cmd":10,"motion":1,"state":"motion"}',
      'Kerui-Security',
    ],
    [
      '{"time" : "2022-03-23 20:12:15.579712", "protocol" : 68, "model" : "Kerui-Security", "id" : 843552, "cmd" : 14, "opened" : 1, "state" : "open" }',
      'Kerui-Security',
    ],
    [
      '{"time" : "@1.572864s", "model" : "X10 Security", "id" : "f58e", "code" : "04", "event" : "DS10A DOOR/WINDOW OPEN"}',
      'X10 Security',
    ],
    [
      '{"time" : "@0.248400s", "model" : "X10-Security", "id" : "3133", "code" : "85", "event" : "DS10A DOOR/WINDOW CLOSED", "battery_ok" : 0}',
      'X10-Security',
    ],
    [
      '{"time":"2019-04-03 09:43:05","model":"Skylink HA-434TL motion sensor","motion":"false","id":"1e3e8","raw":"5e3e8"}',
      'Skylink HA-434TL motion sensor',
    ],
    ['{"model":"Silvercrest-Remote","button":4}', 'Silvercrest-Remote'],
    [
      '{"time" : "2024-10-03T18:15:02+0200", "protocol" : 2, "model" : "Rubicson-Temperature", "id" : 148, "channel" : 1, "battery_ok" : 1, "temperature_C" : 14.000, "mic" : "CRC", "mod" : "ASK", "freq" : 434.011, "rssi" : -0.849, "snr" : 32.658, "noise" : -33.507}',
      'Rubicson-Temperature',
    ],
    [
      '{"time" : "2020-05-21 12:24:06.740469", "protocol" : 12, "model" : "Oregon-UVR128", "id" : 155, "uv" : 5, "battery_ok" : 1, "mod" : "ASK", "freq" : 433.864, "rssi" : -0.100, "snr" : 15.669, "noise" : -15.769}',
      'Oregon-UVR128',
    ],
    [
      '{"model" : "Kerui-PIR-01", "count" : 1, "num_rows" : 1, "rows" : [{"len" : 25, "data" : "99180a0", "state" : 627072, "event" : "pir"}], "codes" : ["{25}99180a0"], "mod" : "ASK", "freq" : 434.085, "rssi" : -2.372, "snr" : 39.772, "noise" : -inf}',
      'Kerui-PIR-01',
    ],
  ];
  for (const [line, model] of rows) {
    it(line.slice(0, 90), () => {
      const [heard] = readRtl433(line);
      expect(heard?.type === 'said' ? heard.message['model'] : heard).toBe(model);
    });
  }
});

describe('what the program says of itself', () => {
  const rows: readonly (readonly [string, string])[] = [
    [
      '{"time" : "2026-11-22 00:08:22", "enabled" : 191, "since" : "2026-11-22T00:08:21", "frames" : {"count" : 0, "fsk" : 0, "events" : 0}, "stats" : []}',
      'reports',
    ],
    [
      '{"time" : "2023-12-01 10:00:00", "src" : "Auto Level", "lvl" : 5, "msg" : "Current noise level -29.9 dB, estimated noise -28.1 dB"}',
      'reports noise',
    ],
    ['{"model" : "Generic-Rem', 'unreadable'],
    ['[1,2]', 'unreadable'],
    ['null', 'unreadable'],
    ['Tuned to 433.920MHz.', 'unreadable'],
  ];
  for (const [line, expected] of rows) {
    it(line.slice(0, 90), () => {
      expect(
        readRtl433(line)
          .map(({ type }) => type)
          .join(' '),
      ).toBe(expected);
    });
  }

  const asides: readonly (readonly [string, string])[] = [
    ['Current noise level -37.4 dB, estimated noise -17.9 dB', '-37.4 free'],
    ['Current signal level -7.0 dB, estimated noise -25.1 dB', '-7 busy'],
    ['Auto Level: Current noise level -11.2 dB, estimated noise -12.2 dB', '-11.2 free'],
    ['Tuned to 433.920MHz.', ''],
    ['No supported devices found.', ''],
  ];
  for (const [line, expected] of asides) {
    it(`log: ${line}`, () => {
      const noise = readRtl433Log(line).flatMap((heard) =>
        heard.type === 'noise' ? [`${heard.level} ${heard.busy ? 'busy' : 'free'}`] : [],
      );
      expect(noise.join()).toBe(expected);
    });
  }
});

it('what was measured makes no other train', () => {
  const { trainOf } = createRtl433();
  expect(trainOf({ time: '1', model: 'A', id: 1, rssi: -1.5 })).toBe(
    trainOf({ time: '2', model: 'A', id: 1, rssi: -3 }),
  );
  expect(trainOf({ model: 'A', id: 1, cmd: 1 })).not.toBe(trainOf({ model: 'A', id: 1, cmd: 2 }));
});

it('orders are refused with a sentence', () => {
  expect(createRtl433().encode({ address: 'A:1' })).toEqual({
    ok: false,
    why: 'rtl_433 only listens; switch this output by another gateway',
  });
});
