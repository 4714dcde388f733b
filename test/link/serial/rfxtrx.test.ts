import rfxcom from 'rfxcom';
import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../../src/base/json.ts';
import type { Heard } from '../../../src/link/serial/codec.ts';
import { createRfxtrx } from '../../../src/link/serial/rfxtrx.ts';

const codec = createRfxtrx(rfxcom);

/** The packet as it comes from the port, cut and read. */
function heardIn(hex: string): readonly Heard[] {
  codec.forget();
  return codec
    .split(Buffer.from(hex, 'hex'), 0)
    .flatMap((piece): readonly Heard[] => ('frame' in piece ? codec.read(piece.frame) : []));
}

// Packets of the tests and documentation of Home Assistant, openHAB, pyRFXtrx and node-rfxcom.
describe('what devices say', () => {
  const rows: readonly (readonly [string, JsonObject])[] = [
    ['0710002a45050170', { packet: 'lighting1', rfxtrx: 'X10', rssi: 7, id: 'E', unit: 5, cmd: 'On' }],
    ['0710013d43010150', { packet: 'lighting1', rfxtrx: 'ARC', rssi: 5, id: 'C', unit: 1, cmd: 'On' }],
    ['0710013d44010150', { packet: 'lighting1', rfxtrx: 'ARC', rssi: 5, id: 'D', unit: 1, cmd: 'On' }],
    ['0b1100cd0213c7f230010f71', { packet: 'lighting2', rfxtrx: 'AC', rssi: 7, id: '0213c7f2', unit: 48, cmd: 'On' }],
    ['0b1100100118cdea02010f70', { packet: 'lighting2', rfxtrx: 'AC', rssi: 7, id: '0118cdea', unit: 2, cmd: 'On' }],
    ['0b11000600109b520b000080', { packet: 'lighting2', rfxtrx: 'AC', rssi: 8, id: '00109b52', unit: 11, cmd: 'Off' }],
    [
      '0b11002a0123456705020770',
      { packet: 'lighting2', rfxtrx: 'AC', rssi: 7, id: '01234567', unit: 5, cmd: 'Set Level' },
    ],
    ['0913000022670e013b70', { packet: 'lighting4', rfxtrx: 'PT2262', rssi: 7, id: '22670e', cmd: 'Data' }],
    ['0913000022670e013970', { packet: 'lighting4', rfxtrx: 'PT2262', rssi: 7, id: '22670e', cmd: 'Data' }],
    ['09130000226707013d70', { packet: 'lighting4', rfxtrx: 'PT2262', rssi: 7, id: '226707', cmd: 'Data' }],
    ['0913002a123456015e70', { packet: 'lighting4', rfxtrx: 'PT2262', rssi: 7, id: '123456', cmd: 'Data' }],
    [
      '0a1400adf394ab01010060',
      { packet: 'lighting5', rfxtrx: 'LIGHTWAVERF', rssi: 6, id: 'f394ab', unit: 1, cmd: 'On' },
    ],
    [
      '0a140001f09ac702000080',
      { packet: 'lighting5', rfxtrx: 'LIGHTWAVERF', rssi: 8, id: 'f09ac7', unit: 2, cmd: 'Off' },
    ],
    [
      '0b15002a1234410503010070',
      { packet: 'lighting6', rfxtrx: 'BLYSS', rssi: 7, id: '1234', unit: 'A5', cmd: 'Group Off' },
    ],
    ['0716000000000000', { packet: 'chime1', rfxtrx: 'BYRON_SX', rssi: 0, id: '00', cmd: 'Chime' }],
    [
      '0820004dd3dc540089',
      { packet: 'security1', rfxtrx: 'X10_DOOR', rssi: 8, id: 'd354', status: 'normal', tamper: false, battery: 9 },
    ],
    [
      '0820004dd3dc540489',
      { packet: 'security1', rfxtrx: 'X10_DOOR', rssi: 8, id: 'd354', status: 'motion', tamper: false, battery: 9 },
    ],
    [
      '0820004dd3dc548489',
      { packet: 'security1', rfxtrx: 'X10_DOOR', rssi: 8, id: 'd354', status: 'motion', tamper: true, battery: 9 },
    ],
    [
      '08200300a109000670',
      { packet: 'security1', rfxtrx: 'KD101', rssi: 7, id: 'a109', status: 'panic', tamper: false },
    ],
    [
      '08200300a109000770',
      { packet: 'security1', rfxtrx: 'KD101', rssi: 7, id: 'a109', status: 'end panic', tamper: false },
    ],
    [
      '08200100a109000470',
      { packet: 'security1', rfxtrx: 'X10_PIR', rssi: 7, id: 'a100', status: 'motion', tamper: false, battery: 0 },
    ],
    [
      '08200100a109000570',
      { packet: 'security1', rfxtrx: 'X10_PIR', rssi: 7, id: 'a100', status: 'no motion', tamper: false, battery: 0 },
    ],
    [
      '08200a0e8000200650',
      { packet: 'security1', rfxtrx: 'RM174RF', rssi: 5, id: '800020', status: 'panic', tamper: false },
    ],
  ];
  for (const [hex, message] of rows) {
    it(hex, () => {
      expect(heardIn(hex)).toEqual([{ type: 'said', message }]);
    });
  }
});

describe('what the gateway says of itself, and what is none of a house', () => {
  const rows: readonly (readonly [string, string, readonly Heard[]])[] = [
    ['its status', '0d01000102534510 0c2f0101 0000', [{ type: 'alive' }]],
    [
      'its status, as newer firmware has it',
      '1401000002530c0000271c02010a0300000000000000'.slice(0, 42),
      [{ type: 'alive' }],
    ],
    [
      'its name, when the receiver starts',
      '1401070307436f7079726967687420524658434f4d00'.slice(0, 42),
      [{ type: 'alive' }],
    ],
    ['sent', '0402010000', [{ type: 'sent' }]],
    ['sent, later', '0402010001', [{ type: 'sent' }]],
    [
      'not sent',
      '0402010002',
      [{ type: 'unsent', why: 'the RFXtrx could not send: its transmitter found no frequency' }],
    ],
    [
      'refused',
      '0402010003',
      [{ type: 'unsent', why: 'the RFXtrx refused an address that its protocol does not allow' }],
    ],
    ['a thermometer', '0a52080705020095220269', []],
    ['rain', '0b550203123402500123 4557', []],
    ['a length that is none', '03ffffffffff', []],
    ['half a packet', '0b1100cd0213c7f23001', []],
  ];
  for (const [name, hex, expected] of rows) {
    it(name, () => {
      expect(heardIn(hex.replaceAll(' ', ''))).toEqual(expected);
    });
  }
});

describe('orders', () => {
  const rows: readonly (readonly [JsonObject, string])[] = [
    [{ address: 'AC:0213c7f2:1', cmd: 'on' }, '0b1100000213c7f201010f00'],
    [{ address: 'AC:0213c7f2:1', cmd: 'OFF' }, '0b1100000213c7f201000000'],
    [{ address: 'ARC:D:2', cmd: 'on' }, '0710010044020100'],
    [{ address: 'LIGHTWAVERF:f09ac7:1', cmd: 'on' }, '0a140000f09ac701011f00'],
    [
      { address: 'AC:0213c7f2', cmd: 'on' },
      'the RFXtrx switches by kind, id and unit; write the address like AC:0213c7f2:1',
    ],
    [{ address: 'AC:0213c7f2:1', cmd: 'dim' }, 'the RFXtrx knows no such command; use on or off'],
    [
      { address: 'KD101:a109:1', cmd: 'on' },
      'the RFXtrx cannot switch KD101; use one of lighting1, lighting2 or lighting5',
    ],
    [
      { address: 'AC:0213c7f2:99', cmd: 'on' },
      'AC:0213c7f2:99 cannot be switched (Invalid unit code 99); correct the address',
    ],
    [
      { address: 'AC:ffffffff:1', cmd: 'on' },
      'AC:ffffffff:1 cannot be switched (Device ID 0xffffffff outside valid range); correct the address',
    ],
  ];
  for (const [order, expected] of rows) {
    it(JSON.stringify(order), () => {
      const encoded = codec.encode(order);
      expect(encoded.ok ? Buffer.from(encoded.bytes).toString('hex') : encoded.why).toBe(expected);
    });
  }
});

describe('finding where a packet begins', () => {
  const PRESS = '0b1100cd0213c7f230010f71';
  const messages = (pieces: readonly (readonly [string, number])[]): number => {
    codec.forget();
    return pieces
      .flatMap(([hex, atMs]) => codec.split(Buffer.from(hex, 'hex'), atMs))
      .flatMap((piece): readonly Heard[] => ('frame' in piece ? codec.read(piece.frame) : []))
      .filter(({ type }) => type === 'said').length;
  };
  const rows: readonly (readonly [string, readonly (readonly [string, number])[], number])[] = [
    ['after bytes that begin none', [[`ffff00${PRESS}`, 0]], 1],
    [
      'after half a packet and a pause',
      [
        ['0b1100cd', 0],
        [PRESS, 600],
      ],
      1,
    ],
    [
      'in one that comes slowly',
      [
        [PRESS.slice(0, 8), 0],
        [PRESS.slice(8), 400],
      ],
      1,
    ],
    ['after a known type of another length', [[`0c11${PRESS}`, 0]], 1],
    ['twice', [[PRESS + PRESS, 0]], 2],
  ];
  for (const [name, pieces, expected] of rows) {
    it(name, () => {
      expect(messages(pieces)).toBe(expected);
    });
  }
});
