import { beforeEach, describe } from 'vitest';
import { dc09Body } from '../../src/act/report-bodies.ts';
import { REPORT_CODES } from '../../src/act/report-codes.ts';
import { readKey } from '../../src/link/dc09/cipher.ts';
import { createDc09Station } from '../../src/link/dc09/station.ts';
import { createFakeClock } from '../hub/fakes.ts';
import { startReceiver } from './dc09/receiver.ts';
import { recordStationDoor } from './door.ts';
import { createFakeStation } from './fake-station.ts';
import { hasMosquitto, NOT_RUN } from './mqtt/mosquitto.ts';
import { type Bench, keepsTheStationContract } from './station-contract.ts';
import { openUplink } from './uplink/bench.ts';
import { openWebhook } from './webhook/bench.ts';

const KEY = '00112233445566778899AABBCCDDEEFF';

async function dc09(transport: 'tcp' | 'udp'): Promise<Bench> {
  // Silence is over at once for a lost answer: the far end hangs up, which only TCP can show.
  const clock = createFakeClock();
  const receiver = await startReceiver({ account: '1234', keyHex: KEY, wall: clock.wall });
  const key = readKey(KEY, 'hex');
  const station = createDc09Station({
    id: 'arc',
    clock,
    config: {
      account: '1234',
      receiver: 'R0',
      line: 'L0',
      key: key.ok ? key.key : null,
      ackTime: 'fresh',
      targets: [{ host: '127.0.0.1', port: receiver.port, transport }],
    },
    word: (report, form) =>
      dc09Body(report, { account: '1234', format: 'SIA-DCS', area: 1, codes: REPORT_CODES, texts: 'none' }, form),
  });
  return {
    station,
    taken: () => receiver.taken.filter(({ token, again }) => token !== 'NULL' && !again).map(() => 'r1'),
    lives: () => receiver.taken.filter(({ token }) => token === 'NULL').length,
    loseAnswer: () => receiver.play('hang-up'),
    refuse: () => receiver.play('duh'),
    forge() {
      receiver.play('wrong-key');
      receiver.hangUpAfter();
    },
    hold: () => receiver.play('drop'),
    async heard(count) {
      await receiver.heard(count);
      // What hangs gives way to something more urgent after its grace, which is the clock's to say.
      setImmediate(() => clock.pass(1000));
    },
    async close() {
      await station.close();
      await receiver.close();
    },
  };
}

async function webhook(): Promise<Bench> {
  const { service, station, close } = await openWebhook(recordStationDoor());
  return {
    station,
    taken: () => service.taken.map(({ id }) => id),
    lives: () => service.heard.filter(({ type }) => type === 'heartbeat').length,
    loseAnswer: () => service.play('hang-up'),
    refuse: () => service.play('refuse'),
    forge: () => service.play('wrong-secret'),
    hold: () => service.play('drop'),
    heard: (count) => service.until(`${count} messages`, () => service.heard.length >= count),
    close,
  };
}

async function uplink(): Promise<Bench> {
  const { service, station, close } = await openUplink(recordStationDoor());
  // Finding out that the way was open took one already.
  const before = service.heard.length;
  return {
    station,
    taken: () => service.taken.map(({ id }) => id),
    lives: () => service.heard.slice(before).filter(({ type }) => type === 'heartbeat').length,
    loseAnswer: () => service.play('unsigned'),
    refuse: () => service.play('refuse'),
    forge: () => service.play('wrong-secret'),
    hold: () => service.play('drop'),
    heard: (count) => service.until(`${count} messages`, () => service.heard.length >= before + count),
    close,
  };
}

function fake(): Promise<Bench> {
  const station = createFakeStation();
  const next = (fate: Parameters<typeof station.next>[0]) => () => {
    station.next(fate);
  };
  return Promise.resolve({
    station,
    taken: () => station.taken,
    lives: () => station.lives.length,
    loseAnswer: next('lose'),
    refuse: next('refuse'),
    forge: next('forge'),
    hold: next('hold'),
    heard: () => Promise.resolve(),
    close: () => station.close(),
  });
}

describe('DC-09 over TCP', () => keepsTheStationContract(() => dc09('tcp')));
describe('webhook', () => keepsTheStationContract(webhook));
describe('up-link', () => {
  beforeEach((test) => {
    if (!hasMosquitto) test.skip(NOT_RUN);
  });
  keepsTheStationContract(uplink);
});
describe('the fake', () => keepsTheStationContract(fake));
