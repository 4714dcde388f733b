import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../../src/base/json.ts';
import { createRflink, encodeRflink, readRflink } from '../../../src/link/serial/rflink.ts';

// Lines of RFLink's own protocol reference, and of the tests of aequitas/python-rflink where marked.

describe('what devices say', () => {
  const rows: readonly (readonly [string, JsonObject])[] = [
    ['20;06;NewKaku;ID=008440e6;SWITCH=a;CMD=OFF;', { rflink: 'NewKaku', id: '008440e6', switch: 'a', cmd: 'OFF' }],
    ['20;07;AB400D;ID=41;SWITCH=1;CMD=ON;', { rflink: 'AB400D', id: '41', switch: '1', cmd: 'ON' }],
    [
      '20;08;SilvercrestDB;ID=04d6bb97;SWITCH=1;CMD=ON;CHIME=01;',
      { rflink: 'SilvercrestDB', id: '04d6bb97', switch: '1', cmd: 'ON', chime: '01' },
    ],
    [
      '20;2D;UPM/Esic;ID=0001;TEMP=00cf;HUM=16;BAT=OK;',
      { rflink: 'UPM/Esic', id: '0001', temp: '00cf', hum: '16', bat: 'OK' },
    ],
    ['20;A2;Auriol V2;ID=008f;TEMP=00a3;BAT=LOW;', { rflink: 'Auriol V2', id: '008f', temp: '00a3', bat: 'LOW' }],
    ['20;AF;SelectPlus;ID=1bb4;CHIME=01;', { rflink: 'SelectPlus', id: '1bb4', chime: '01' }],
    ['20;FC;Plieger York;ID=dd01;CHIME=02;', { rflink: 'Plieger York', id: 'dd01', chime: '02' }],
    ['20;47;Byron SX;ID=a66a;CHIME=09;', { rflink: 'Byron SX', id: 'a66a', chime: '09' }],
    ['20;12;Pir;ID=aa66;PIR=ON;', { rflink: 'Pir', id: 'aa66', pir: 'ON' }],
    ['20;63;SmokeAlert;ID=123456;SMOKEALERT=ON;', { rflink: 'SmokeAlert', id: '123456', smokealert: 'ON' }],
    ['20;06;Kaku;ID=41;SWITCH=1;CMD=ON;', { rflink: 'Kaku', id: '41', switch: '1', cmd: 'ON' }],
    ['20;E0;NewKaku;ID=cac142;SWITCH=1;CMD=ALLOFF;', { rflink: 'NewKaku', id: 'cac142', switch: '1', cmd: 'ALLOFF' }],
    ['20;0B;NewKaku;ID=000005;SWITCH=2;CMD=ON;', { rflink: 'NewKaku', id: '000005', switch: '2', cmd: 'ON' }],
    [
      '20;04;NewKaku;ID=000007;SWITCH=2;CMD=SET_LEVEL=14;',
      { rflink: 'NewKaku', id: '000007', switch: '2', cmd: 'SET_LEVEL=14' },
    ],
    [
      '20;0C;HomeEasy;ID=7900b200;SWITCH=0b;CMD=ALLON;',
      { rflink: 'HomeEasy', id: '7900b200', switch: '0b', cmd: 'ALLON' },
    ],
    [
      '20;AD;FA500;ID=0d00b900;SWITCH=0001;CMD=UNKOWN;',
      { rflink: 'FA500', id: '0d00b900', switch: '0001', cmd: 'UNKOWN' },
    ],
    [
      '20;04;Eurodomest;ID=03696b;SWITCH=07;CMD=ALLOFF;',
      { rflink: 'Eurodomest', id: '03696b', switch: '07', cmd: 'ALLOFF' },
    ],
    ['20;41;Conrad RSL2;ID=010002;SWITCH=03;CMD=ON;', { rflink: 'Conrad RSL2', id: '010002', switch: '03', cmd: 'ON' }],
    ['20;47;Blyss;ID=ff98;SWITCH=A1;CMD=ON;', { rflink: 'Blyss', id: 'ff98', switch: 'A1', cmd: 'ON' }],
    ['20;39;RTS;ID=1a602a;SWITCH=01;CMD=DOWN;', { rflink: 'RTS', id: '1a602a', switch: '01', cmd: 'DOWN' }],
    [
      '20;01;MiLightv1;ID=F746;SWITCH=00;RGBW=3c00;CMD=ON;',
      { rflink: 'MiLightv1', id: 'F746', switch: '00', rgbw: '3c00', cmd: 'ON' },
    ],
    // python-rflink: without the last semicolon.
    ['20;01;mock;ID=0;BFORECAST=1;HSTATUS=0', { rflink: 'mock', id: '0', bforecast: '1', hstatus: '0' }],
  ];
  for (const [line, message] of rows) {
    it(line, () => {
      expect(readRflink(line)).toEqual([{ type: 'said', message }]);
    });
  }
});

describe('what the gateway says of itself, and what is none of its words', () => {
  const rows: readonly (readonly [string, string])[] = [
    ['20;00;Nodo RadioFrequencyLink - RFLink Gateway V1.1 - R46;', 'alive restarted'],
    ['20;01;PONG;', 'alive'],
    ['20;99;PONG;', 'alive'],
    ['20;01;VER=1.1;REV=45;BUILD=04;', 'alive'],
    ['20;01;MySensors=OFF;NO NRF24L01;', 'alive'],
    ['20;02;setGPIO=ON;', 'alive'],
    ['20;B5;STATUS;setRF433=ON;NodoNRF=OFF;MilightNRF=ON;setLivingColors=ON;setAnsluta=OFF;setGPIO=OFF;', 'alive'],
    ['20;07;DEBUG;Pulses=40;Pulses(uSec)=175,1075,300,900;', 'alive'],
    ['20;D3;OK;', 'sent'],
    ['20;01;CMD UNKNOWN;', 'unsent'],
    ['20;;NewKaku;ID=000005;SWITCH=2;CMD=ON;', 'unreadable'],
    ['0B;NewKaku;ID=000005;SWITCH=2;CMD=ON;', 'unreadable'],
    ['20;0B;', 'unreadable'],
    ['', 'unreadable'],
    ['10;PING;', 'unreadable'],
    ['Error!', 'unreadable'],
  ];
  for (const [line, expected] of rows) {
    it(`${line || 'nothing'}: ${expected}`, () => {
      const said = readRflink(line).map((heard) => heard.type + ('restarted' in heard ? ' restarted' : ''));
      expect(said).toEqual([expected]);
    });
  }

  it('a line with more labels than any device has, is no message', () => {
    expect(readRflink(`20;01;X;ID=1;${'A=1;'.repeat(100)}`)).toEqual([{ type: 'alive' }]);
  });

  it('a label longer than any value is left out', () => {
    expect(readRflink(`20;01;X;ID=1;A=${'1'.repeat(65)};B=2;`)).toEqual([
      { type: 'said', message: { rflink: 'X', id: '1', b: '2' } },
    ]);
  });
});

describe('orders', () => {
  const rows: readonly (readonly [JsonObject, string])[] = [
    [{ address: 'NewKaku:00c142:1', cmd: 'ON' }, '10;NewKaku;00c142;1;ON;\r\n'],
    [{ address: 'NewKaku:128ac4d:1', cmd: 'off' }, '10;NewKaku;128ac4d;1;OFF;\r\n'],
    [{ address: 'Eurodomest:123456:01', cmd: 'ON' }, '10;Eurodomest;123456;01;ON;\r\n'],
    [{ address: 'Ikea Koppla:000080:0', cmd: 'ON' }, '10;Ikea Koppla;000080;0;ON;\r\n'],
    [{ address: 'NewKaku:00c142:1', cmd: '15' }, '10;NewKaku;00c142;1;15;\r\n'],
    [
      { address: 'NewKaku:00c142', cmd: 'ON' },
      'RFLink switches by name, id and button; write the address like NewKaku:00c142:1',
    ],
    [
      { address: 'NewKaku:00c142:1:2', cmd: 'ON' },
      'RFLink switches by name, id and button; write the address like NewKaku:00c142:1',
    ],
    [{ cmd: 'ON' }, 'RFLink switches by name, id and button; write the address like NewKaku:00c142:1'],
    [
      { address: 'NewKaku:00c142:1' },
      'RFLink knows no such command; use ON, OFF, ALLON, ALLOFF, UP, DOWN, STOP or 0 to 15',
    ],
    [
      { address: 'NewKaku:00c142:1', cmd: '16' },
      'RFLink knows no such command; use ON, OFF, ALLON, ALLOFF, UP, DOWN, STOP or 0 to 15',
    ],
    [
      { address: 'A;10:REBOOT:1', cmd: 'ON' },
      'the address holds characters RFLink does not take; write it like NewKaku:00c142:1',
    ],
    [
      { address: 'A:1\r\n10:1', cmd: 'ON' },
      'the address holds characters RFLink does not take; write it like NewKaku:00c142:1',
    ],
  ];
  for (const [order, expected] of rows) {
    it(JSON.stringify(order), () => {
      const encoded = encodeRflink(order);
      expect(encoded.ok ? Buffer.from(encoded.bytes).toString() : encoded.why).toBe(expected);
    });
  }
});

it('repeats of one code are one train, whatever is measured beside it; a thermometer has none', () => {
  const { trainOf } = createRflink();
  expect(trainOf({ rflink: 'A', id: '1', switch: '2', cmd: 'ON', bat: 'OK' })).toBe(
    trainOf({ rflink: 'A', id: '1', switch: '2', cmd: 'ON' }),
  );
  expect(trainOf({ rflink: 'A', id: '1', cmd: 'ON' })).not.toBe(trainOf({ rflink: 'A', id: '1', cmd: 'OFF' }));
  expect(trainOf({ rflink: 'A', id: '1', temp: '00cf' })).toBeNull();
});
