import { describe, expect, it } from 'vitest';
import type { DeviceId, ZoneId } from '../../../src/base/brand.ts';
import { duration, instant } from '../../../src/base/time.ts';
import type { GatewayConfig } from '../../../src/hub/ports.ts';
import type { Codec } from '../../../src/link/serial/codec.ts';
import { runGateway } from '../../../src/link/serial/gateway.ts';
import { createMysensors } from '../../../src/link/serial/mysensors.ts';
import { createRflink } from '../../../src/link/serial/rflink.ts';
import { createRtl433 } from '../../../src/link/serial/rtl-433.ts';
import { openShared, readShared } from '../../../src/sense/decode.ts';
import { modelNamed, modelOf } from '../../../src/sense/profile.ts';
import { readerFor } from '../../../src/sense/reader.ts';
import type { ButtonSignal } from '../../../src/sense/signals.ts';
import { observe } from '../../../src/zone/observe.ts';
import type { DevicePlan } from '../../../src/zone/plan.ts';
import { unheardDevice } from '../../../src/zone/state.ts';
import { createFakeClock } from '../../hub/fakes.ts';
import { shipped } from '../../sense/profiles.ts';
import { quietLog, recordWires, rflinkAt } from './support.ts';

// The wireless personal alarm: from the bytes of a receiver to the calls for help they make.

interface Fob {
  readonly family: 'rflink' | 'rtl_433' | 'mysensors';
  readonly codec: () => Codec;
  readonly address: string;
  readonly on?: readonly ButtonSignal[];
  readonly silent?: true;
}

const TOPIC = '#serial/rf433/heard';

/** When in ms, what the receiver says, how many calls for help there were up to then. */
type Row = readonly [number, string, number];

function story(name: string, fob: Fob, rows: readonly Row[]): void {
  const { sense } = shipped(fob.family);
  const model = modelNamed(sense, TOPIC, fob.address);
  const reader = readerFor(sense, { model, topic: TOPIC, address: fob.address, means: 'button' });
  const plan: DevicePlan = {
    id: 'fob' as DeviceId,
    supervision: null,
    debounce: duration(0),
    repeats: modelOf(sense, model).repeats,
    zone: {
      id: 'fob' as ZoneId,
      trips: ['button'],
      on: fob.on ?? ['press', 'hold', 'double'],
      hits: 1,
      within: duration(10_000),
      timesPresses: false,
      silentPress: fob.silent ?? false,
    },
  };
  const clock = createFakeClock(0);
  const door = recordWires();
  const config: GatewayConfig = { ...rflinkAt('/dev/ttyTEST'), id: 'rf433' };
  let state = unheardDevice(instant(0));
  let calls = 0;
  let say: (bytes: Uint8Array) => void = () => {};
  runGateway(config, {
    clock,
    log: quietLog,
    codec: fob.codec(),
    door: {
      ...door,
      message(topic, payload, stored) {
        const opened = openShared(sense, payload);
        if (!opened.ok || !opened.addresses.includes(fob.address.toLowerCase())) return;
        const decoded = readShared(reader, topic, opened.content, stored);
        if (!decoded.ok) return;
        const seen = observe(plan, state, decoded.signals, decoded.pulses, 'live', clock.now());
        state = seen.state;
        calls += seen.events.filter(({ type }) => type === 'zone-detected').length;
      },
    },
    connect(events) {
      say = events.bytes;
      return { write: () => {}, close: async () => {} };
    },
  });
  const played = rows.map(([at, line]) => {
    clock.pass(at - clock.now());
    say(Buffer.from(`${line}\n`));
    return calls;
  });
  describe(name, () => {
    rows.forEach(([at, line, expected], place) => {
      it(`${place + 1}: ${at} ms ${line} makes ${expected}`, () => {
        expect(played[place]).toBe(expected);
      });
    });
  });
  if (fob.silent) {
    it(`${name}: leaves no trace on the device but what its repeats are known by`, () => {
      expect({ ...state, recent: [] }).toEqual(unheardDevice(instant(0)));
    });
  }
}

const newKaku: Fob = { family: 'rflink', codec: createRflink, address: 'NewKaku:00c142' };
const ON = '20;0B;NewKaku;ID=00c142;SWITCH=1;CMD=ON;';
const OFF = '20;0C;NewKaku;ID=00c142;SWITCH=1;CMD=OFF;';

story('one press is one call, however often RFLink tells it', newKaku, [
  [0, ON, 1],
  [60, ON, 1],
  [400, ON, 1],
  [1100, ON, 1],
  [2900, ON, 1],
]);

story('the next press is another one', newKaku, [
  [0, ON, 1],
  [60, ON, 1],
  [3100, ON, 2],
]);

story('letting go is no call, and neither is the off button', newKaku, [
  [0, OFF, 0],
  [100, ON, 1],
  [300, OFF, 1],
]);

story('the neighbour’s fob is nobody’s', newKaku, [
  [0, '20;0B;NewKaku;ID=00c143;SWITCH=1;CMD=ON;', 0],
  [100, '20;0B;Kaku;ID=00c142;SWITCH=1;CMD=ON;', 0],
  [200, '20;0B;NewKaku;ID=00C142;SWITCH=1;CMD=ON;', 1],
]);

story('one button of a fob with two', { ...newKaku, address: 'NewKaku:00c142:2' }, [
  [0, ON, 0],
  [100, '20;0B;NewKaku;ID=00c142;SWITCH=2;CMD=ON;', 1],
]);

story('only a hold counts: RFLink tells it where the line goes on for two seconds', { ...newKaku, on: ['hold'] }, [
  [0, ON, 0],
  [600, ON, 0],
  [1200, ON, 0],
  [1800, ON, 0],
  [2400, ON, 1],
  [3000, ON, 1],
]);

story('only a hold counts: a press told once is none', { ...newKaku, on: ['hold'] }, [
  [0, ON, 0],
  [5000, ON, 0],
]);

story('a silent one calls', { ...newKaku, silent: true }, [[0, ON, 1]]);

story('a receiver that begins anew counts its lines from zero; a press is a press', newKaku, [
  [0, ON, 1],
  [5000, '20;00;Nodo RadioFrequencyLink - RFLink Gateway V1.1 - R46;', 1],
  [7000, '20;01;NewKaku;ID=00c142;SWITCH=1;CMD=ON;', 2],
]);

const ev1527 = '{"time":"2026-11-22 00:07:38","model":"Generic-Remote","id":1234,"cmd":42,"rssi":-1.5}';
const later = '{"time":"2026-11-22 00:07:39","model":"Generic-Remote","id":1234,"cmd":42,"rssi":-3.1}';
const remote: Fob = { family: 'rtl_433', codec: createRtl433, address: 'Generic-Remote:1234' };

story('one press is one call, however often rtl_433 decodes it', remote, [
  [0, ev1527, 1],
  [0, ev1527, 1],
  [50, later, 1],
  [120, later, 1],
]);

story('a remote that is held is known by its train', { ...remote, on: ['hold'] }, [
  [0, ev1527, 0],
  [500, later, 0],
  [1000, later, 0],
  [1500, later, 0],
  [2000, later, 1],
]);

story(
  'a node tells each press once, and each one counts',
  { family: 'mysensors', codec: createMysensors, address: '9:0' },
  [
    [0, '9;0;1;0;16;1', 1],
    [50, '9;0;1;0;16;0', 1],
    [400, '9;0;1;0;16;1', 2],
    [450, '9;255;3;0;0;12', 2],
  ],
);
