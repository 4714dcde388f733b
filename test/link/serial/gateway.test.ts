import rfxcom from 'rfxcom';
import { describe, expect, it } from 'vitest';
import type { GatewayConfig } from '../../../src/hub/ports.ts';
import type { ChannelEvents } from '../../../src/link/serial/channel.ts';
import type { Codec } from '../../../src/link/serial/codec.ts';
import { type RunningGateway, runGateway } from '../../../src/link/serial/gateway.ts';
import { createRflink } from '../../../src/link/serial/rflink.ts';
import { createRfxtrx } from '../../../src/link/serial/rfxtrx.ts';
import { createFakeClock, type FakeClock } from '../../hub/fakes.ts';
import { quietLog, type RecordedWires, recordWires, rflinkAt } from './support.ts';

// How a gateway is kept going, on connections that exist only here.

interface Attempt extends ChannelEvents {
  readonly atMs: number;
  readonly written: string[];
  isClosed: boolean;
  say(text: string): void;
}

interface Bench {
  readonly clock: FakeClock;
  readonly door: RecordedWires;
  readonly gateway: RunningGateway;
  readonly attempts: readonly Attempt[];
  /** The newest connection. */
  readonly now: () => Attempt;
}

function bench(codec: Codec = createRflink(), config: GatewayConfig = rflinkAt('/dev/ttyTEST')): Bench {
  const clock = createFakeClock();
  const door = recordWires();
  const attempts: Attempt[] = [];
  const gateway = runGateway(config, {
    clock,
    log: quietLog,
    door,
    codec,
    connect(events) {
      const attempt: Attempt = {
        ...events,
        atMs: clock.now(),
        written: [],
        isClosed: false,
        say: (text) => events.bytes(Buffer.from(text, 'latin1')),
      };
      attempts.push(attempt);
      return {
        write: (bytes) => attempt.written.push(Buffer.from(bytes).toString('latin1')),
        async close() {
          attempt.isClosed = true;
        },
      };
    },
  });
  const now = (): Attempt => {
    const last = attempts.at(-1);
    if (last === undefined) throw new Error('never tried');
    return last;
  };
  return { clock, door, gateway, attempts, now };
}

/** Promises that are due come first. */
const settled = (): Promise<void> => new Promise((done) => setImmediate(done));

const PONG = '20;01;PONG;\r\n';
const PRESS = '20;0B;NewKaku;ID=000005;SWITCH=2;CMD=ON;\r\n';

async function up(): Promise<Bench> {
  const one = bench();
  one.now().opened();
  one.now().say(PONG);
  return one;
}

/** The connection fails, and time passes until the next try; resolves to how long that took. */
async function retried({ clock, attempts, now }: Bench, why = 'gone'): Promise<number> {
  const before = attempts.length;
  const from = clock.now();
  now().closed(why);
  await settled();
  while (attempts.length === before && clock.now() - from < 20_000) clock.pass(50);
  return clock.now() - from;
}

describe('coming and going', () => {
  it('one that is not there is tried with growing waits, five seconds at most, and told once', async () => {
    const one = bench();
    const waits: number[] = [];
    for (let round = 0; round < 7; round += 1) waits.push(await retried(one));
    expect(waits).toEqual([250, 500, 1000, 2000, 4000, 5000, 5000]);
    expect(one.door.lines).toEqual(['gateway #serial/rf433 down: gone']);
  });

  it('one that was up for half a minute is tried at once again, one that comes and goes is not', async () => {
    const one = bench();
    for (let round = 0; round < 4; round += 1) await retried(one);
    one.now().opened();
    one.now().say(PONG);
    expect(await retried(one)).toBe(4000);
    one.now().opened();
    one.now().say(PONG);
    one.clock.pass(30_000 - 1);
    one.now().say(PONG);
    one.clock.pass(1);
    expect(await retried(one)).toBe(250);
  });

  it('what an old connection still says is nobody’s', async () => {
    const one = await up();
    const old = one.now();
    await retried(one);
    old.say(PRESS);
    old.closed('again');
    old.opened();
    expect(one.door.count('message')).toBe(0);
    expect(one.attempts.length).toBe(2);
  });

  it('half a line of an old connection is joined to nothing of the new one', async () => {
    const one = await up();
    one.now().say(PRESS.slice(0, 20));
    await retried(one);
    one.now().opened();
    one.now().say(PRESS.slice(20) + PRESS);
    expect(one.door.count('message')).toBe(1);
  });

  it('an open port alone is not up', () => {
    const one = bench();
    one.now().opened();
    one.clock.pass(2500);
    expect(one.door.lines).toEqual([]);
    expect(one.now().written).toEqual(['10;PING;\r\n']);
  });

  it('one that never says a word is down after its board has started and silenceMs', async () => {
    const one = bench();
    one.now().opened();
    one.clock.pass(2500 + 29_999);
    expect(one.door.lines).toEqual([]);
    one.clock.pass(1);
    expect(one.door.lines).toEqual([
      'gateway #serial/rf433 down: RFLink on /dev/ttyTEST has said nothing for 30 s although asked; it is opened anew',
    ]);
    expect(one.now().isClosed).toBe(true);
  });

  it('what a device says is a sign of life too', async () => {
    const one = await up();
    for (let round = 0; round < 10; round += 1) {
      one.clock.pass(20_000);
      one.now().say(PRESS);
    }
    expect(one.door.count('down')).toBe(0);
  });

  it('one that is stopped says nothing more, and is not tried again', async () => {
    const one = await up();
    await one.gateway.stop();
    one.now().say(PRESS);
    one.now().closed('gone');
    await settled();
    one.clock.pass(600_000);
    expect(one.attempts.length).toBe(1);
    expect(one.door.count('message')).toBe(0);
    expect(one.now().isClosed).toBe(true);
  });
});

describe('an RFXtrx', () => {
  const PACKET = Buffer.from('0b1100cd0213c7f230010f71', 'hex').toString('latin1');
  const STATUS = Buffer.from('0d010001025345100c2f01010000', 'hex').toString('latin1');
  const config: GatewayConfig = { ...rflinkAt('/dev/ttyTEST'), id: 'rfx', type: 'rfxtrx', baud: 38_400 };

  it('is left in peace for five seconds, reset, asked and started', () => {
    const one = bench(createRfxtrx(rfxcom), config);
    one.now().opened();
    one.clock.pass(5499);
    expect(one.now().written).toEqual([]);
    one.clock.pass(601);
    expect(one.now().written.map((text) => Buffer.from(text, 'latin1').toString('hex'))).toEqual([
      '0d00000000000000000000000000',
      '0d00000002000000000000000000',
      '0d00000007000000000000000000',
    ]);
  });

  it('is believed when it answers; what looks like a packet is told, and proves nothing', () => {
    const one = bench(createRfxtrx(rfxcom), config);
    one.now().opened();
    one.now().say(PACKET);
    expect(one.door.lines).toEqual([
      'message #serial/rfx/heard {"packet":"lighting2","rfxtrx":"AC","rssi":7,"id":"0213c7f2","unit":48,"cmd":"On"}',
    ]);
    one.now().say(STATUS);
    expect(one.door.lines.at(-1)).toBe('gateway #serial/rfx up: RFXtrx answers');
  });

  it('at a wrong baud rate is down with a sentence that names it', () => {
    const one = bench(createRfxtrx(rfxcom), { ...config, baud: 9600 });
    one.now().opened();
    one.now().say('\xff'.repeat(2000));
    expect(one.door.lines.at(-1)).toBe(
      'gateway #serial/rfx down: what /dev/ttyTEST says cannot be read as RFXtrx at 9600 baud; correct gateways.rfx.baud (RFXtrx comes with 38400)',
    );
  });
});

describe('what cannot be read', () => {
  it('nineteen lines in a row are borne, twenty are not', async () => {
    const one = await up();
    one.now().say('garbage\r\n'.repeat(19) + PONG + 'garbage\r\n'.repeat(19));
    await settled();
    expect(one.door.count('down')).toBe(0);
    one.now().say('garbage\r\n');
    expect(one.door.lines.at(-1)).toBe(
      'gateway #serial/rf433 down: what /dev/ttyTEST says cannot be read as RFLink at 57600 baud; correct gateways.rf433.baud (check that it is one)',
    );
  });

  it('garbage without a line end is noticed as well', async () => {
    const one = await up();
    for (let round = 0; round < 40; round += 1) one.now().say('\xff'.repeat(100));
    expect(one.door.count('down')).toBe(1);
  });
});

describe('a flood', () => {
  it('is read in small pieces, and what is beyond 2000 waiting lines is dropped and counted', async () => {
    const one = await up();
    one.now().say(PRESS.repeat(5000));
    expect(one.door.count('message')).toBe(32);
    for (let turn = 0; turn < 100; turn += 1) await settled();
    expect(one.door.count('message')).toBe(2000);
    one.clock.pass(1000);
    expect(one.door.lines.at(-1)).toBe(
      'refused #serial/rf433 3000 messages in a flood were dropped; RFLink says more than any radio can',
    );
    one.now().say(PRESS);
    expect(one.door.count('message #')).toBe(2001);
  });

  it('ends with the connection', async () => {
    const one = await up();
    one.now().say(PRESS.repeat(500));
    one.now().closed('gone');
    for (let turn = 0; turn < 100; turn += 1) await settled();
    expect(one.door.count('message')).toBe(32);
  });
});

describe('a button', () => {
  it('whose code goes on without a pause is held after two seconds', async () => {
    const one = await up();
    for (let at = 0; at <= 2000; at += 500) {
      one.now().say(PRESS);
      one.clock.pass(500);
    }
    expect(one.door.lines.slice(1).map((line) => line.includes('"held":true'))).toEqual([
      false,
      false,
      false,
      false,
      true,
    ]);
  });
});

describe('orders', () => {
  const order = (unit: number, cmd = 'ON'): string => JSON.stringify({ address: `NewKaku:00c142:${unit}`, cmd });

  it('one that was under way when the cable was pulled goes out again', async () => {
    const one = await up();
    one.gateway.command(order(1));
    expect(one.now().written.at(-1)).toBe('10;NewKaku;00c142;1;ON;\r\n');
    await retried(one);
    one.now().opened();
    one.now().say(PONG);
    expect(one.now().written).toEqual(['10;NewKaku;00c142;1;ON;\r\n']);
  });

  it('but not where a newer one waits', async () => {
    const one = await up();
    one.gateway.command(order(1));
    one.gateway.command(order(1, 'OFF'));
    await retried(one);
    one.now().opened();
    one.now().say(PONG);
    expect(one.now().written).toEqual(['10;NewKaku;00c142;1;OFF;\r\n']);
  });

  it('that the gateway does not know is told', async () => {
    const one = await up();
    one.gateway.command(order(1));
    one.now().say('20;02;CMD UNKNOWN;\r\n');
    expect(one.door.lines.at(-1)).toBe('refused #serial/rf433 RFLink does not know this order');
  });

  it('of 64 outputs wait; one more is refused', () => {
    const one = bench();
    for (let unit = 0; unit < 65; unit += 1) one.gateway.command(order(unit));
    expect(one.door.lines).toEqual([
      'refused #serial/rf433 an order was dropped, because 64 others wait for this gateway',
    ]);
    one.gateway.command(order(0, 'OFF'));
    expect(one.door.lines.length).toBe(1);
  });

  const REFUSED =
    'refused #serial/rf433 an order that is no JSON object of at most 4 KiB with an address; correct the switch: of its profile';
  const rows: readonly (readonly [string, string, string])[] = [
    ['no JSON', 'ON', REFUSED],
    ['no object', '[1]', REFUSED],
    ['without an address', '{"cmd":"ON"}', REFUSED],
    ['too long', `{"address":"A:1:1","cmd":"ON","x":"${'x'.repeat(5000)}"}`, REFUSED],
    [
      'no command',
      '{"address":"NewKaku:00c142:1"}',
      'refused #serial/rf433 RFLink knows no such command; use ON, OFF, ALLON, ALLOFF, UP, DOWN, STOP or 0 to 15',
    ],
  ];
  for (const [name, text, expected] of rows) {
    it(`${name}: refused with a sentence`, () => {
      const one = bench();
      one.gateway.command(text);
      expect(one.door.lines).toEqual([expected]);
    });
  }
});
