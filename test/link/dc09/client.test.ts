import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import type { ReportResult } from '../../../src/hub/ports.ts';
import { readKey } from '../../../src/link/dc09/cipher.ts';
import { createDc09Client, type Dc09Body, type Dc09Client } from '../../../src/link/dc09/client.ts';
import {
  ANSWER_MS,
  DATAGRAM_AGAIN_MS,
  GRACE_MS,
  MAX_WAITING,
  PRIMARY_AGAIN_MS,
} from '../../../src/link/dc09/limits.ts';
import type { Urgency } from '../../../src/link/dc09/turns.ts';
import { createFakeClock, type FakeClock } from '../../hub/fakes.ts';
import { freePort } from '../mqtt/mosquitto.ts';
import { type Fault, type Receiver, startReceiver } from './receiver.ts';
import { bytesOf } from './vectors.ts';

const KEY = '00112233445566778899AABBCCDDEEFF';
const BURGLARY: Dc09Body = { token: 'SIA-DCS', data: '#1234|Nri1/BA005^Front door^', extras: [] };
const PANIC: Dc09Body = { token: 'SIA-DCS', data: '#1234|Nri1/PA009', extras: [] };
const LIFE: Dc09Body = { token: 'NULL', data: '', extras: [] };

let tidy: (() => unknown)[] = [];
afterEach(async () => {
  for (const step of tidy.reverse()) await step();
  tidy = [];
});

interface Bench {
  readonly clock: FakeClock;
  readonly client: Dc09Client;
  readonly receivers: readonly Receiver[];
}

interface Setup {
  readonly keyHex?: string | null;
  readonly transport?: 'tcp' | 'udp';
  readonly receivers?: number;
  /** The first target is a port where nobody listens. */
  readonly nobodyFirst?: true;
  readonly ackTime?: 'fresh' | 'any';
}

async function bench(setup: Setup = {}): Promise<Bench> {
  const { keyHex = null, transport = 'tcp' } = setup;
  const clock = createFakeClock();
  const receivers: Receiver[] = [];
  for (let i = 0; i < (setup.receivers ?? 1); i += 1) {
    const receiver = await startReceiver({ account: '1234', keyHex, wall: clock.wall });
    tidy.push(() => receiver.close());
    receivers.push(receiver);
  }
  const key = readKey(keyHex ?? '', 'hex');
  const ports = receivers.map(({ port }) => port);
  const [first = 1, ...rest] = setup.nobodyFirst === true ? [await freePort(), ...ports] : ports;
  const to = (port: number) => ({ host: '127.0.0.1', port, transport });
  const client = createDc09Client(
    {
      account: '1234',
      receiver: 'R0',
      line: 'L0',
      key: key.ok ? key.key : null,
      ackTime: setup.ackTime ?? 'fresh',
      targets: [to(first), ...rest.map(to)],
    },
    clock,
  );
  tidy.push(() => client.close());
  return { clock, client, receivers };
}

const word = (result: ReportResult): string => {
  if (result.outcome === 'acked') return `acked ${result.ack.path}`;
  return 'why' in result ? `${result.outcome}: ${result.why}` : result.outcome;
};

/** One message, and what becomes of it when the receivers play these faults; silences are over as soon as they begin. */
interface Row {
  readonly what: string;
  readonly setup?: Setup;
  readonly faults: readonly (readonly Fault[])[];
  /** Its clock runs so far ahead. */
  readonly aheadMs?: number;
  readonly result: string;
  /** Verdicts of each receiver, in order. */
  readonly seen: readonly (readonly string[])[];
}

const rows: readonly Row[] = [
  { what: 'an ACK', faults: [[]], result: 'acked primary tcp', seen: [['ACK']] },
  { what: 'an ACK over UDP', setup: { transport: 'udp' }, faults: [[]], result: 'acked primary udp', seen: [['ACK']] },
  { what: 'an encrypted ACK', setup: { keyHex: KEY }, faults: [[]], result: 'acked primary tcp', seen: [['ACK']] },
  {
    what: 'AES-192',
    setup: { keyHex: `${KEY}0011223344556677` },
    faults: [[]],
    result: 'acked primary tcp',
    seen: [['ACK']],
  },
  {
    what: 'AES-256 over UDP',
    setup: { keyHex: `${KEY}${KEY}`, transport: 'udp' },
    faults: [[]],
    result: 'acked primary udp',
    seen: [['ACK']],
  },
  {
    what: 'lower-case digits',
    setup: { keyHex: KEY },
    faults: [['lower-case']],
    result: 'acked primary tcp',
    seen: [['lower-case']],
  },
  { what: 'an ACK without R', faults: [['no-receiver']], result: 'acked primary tcp', seen: [['no-receiver']] },
  {
    what: 'a late answer and noise before the right one',
    faults: [['stale-then-right']],
    result: 'acked primary tcp',
    seen: [['stale-then-right']],
  },
  { what: 'DUH is final', faults: [['duh']], result: 'refused: the receiver cannot process it (DUH)', seen: [['duh']] },
  {
    what: 'DUH does not go on to the second receiver',
    setup: { receivers: 2 },
    faults: [['duh'], []],
    result: 'refused: the receiver cannot process it (DUH)',
    seen: [['duh'], []],
  },
  {
    what: 'a hung-up connection goes on to the second',
    setup: { receivers: 2 },
    faults: [['hang-up'], []],
    result: 'acked secondary tcp',
    seen: [['hang-up'], ['ACK']],
  },
  {
    what: 'nobody listens at the first',
    setup: { nobodyFirst: true },
    faults: [[]],
    result: 'acked secondary tcp',
    seen: [['ACK']],
  },
  {
    what: 'nobody listens at the first, UDP',
    setup: { nobodyFirst: true, transport: 'udp' },
    faults: [[]],
    result: 'acked secondary udp',
    seen: [['ACK']],
  },
  {
    what: 'NAK of a clock that runs ahead: once more, with its time',
    aheadMs: 3_600_000,
    faults: [[]],
    result: 'acked primary tcp',
    seen: [['NAK', 'ACK']],
  },
  {
    what: 'NAK of a clock that is behind, over UDP',
    setup: { transport: 'udp' },
    aheadMs: -86_400_000,
    faults: [[]],
    result: 'acked primary udp',
    seen: [['NAK', 'ACK']],
  },
  {
    what: 'NAK again: no third try',
    aheadMs: 3_600_000,
    faults: [['nak']],
    result: 'unanswered: primary: NAK again, although it got its own time',
    seen: [['NAK', 'nak']],
  },
  {
    what: 'NAK again, then the second receiver',
    setup: { receivers: 2 },
    aheadMs: 3_600_000,
    faults: [['nak'], []],
    result: 'acked secondary tcp',
    seen: [['NAK', 'nak'], ['ACK']],
  },
  {
    what: 'NAK although the clocks agree is not about the time',
    faults: [['nak']],
    result: 'unanswered: primary: NAK: it does not know the account, or the keys differ',
    seen: [['nak']],
  },
  {
    what: 'NAK twice at once counts once',
    faults: [['nak-twice']],
    result: 'unanswered: primary: NAK: it does not know the account, or the keys differ',
    seen: [['nak-twice']],
  },
  {
    what: 'a bare NAK',
    faults: [['nak-bare']],
    result: 'unanswered: primary: NAK: it does not know the account, or the keys differ',
    seen: [['nak-bare']],
  },
];

for (const { what, setup = {}, faults, aheadMs = 0, result, seen } of rows) {
  it(what, async () => {
    const { client, receivers } = await bench(setup);
    for (const [index, receiver] of receivers.entries()) {
      receiver.setClock(index === 0 ? aheadMs : 0);
      receiver.play(...(faults[index] ?? []));
    }
    expect(word(await client.send(BURGLARY, 17, 'ordinary'))).toBe(result);
    expect(receivers.map(({ taken }) => taken.map(({ verdict }) => verdict))).toEqual(seen);
    expect(receivers.flatMap(({ complaints }) => complaints)).toEqual([]);
  });
}

describe('silence, or what is as good as silence, leads to the second receiver under the same number', () => {
  const table: readonly (readonly [fault: Fault, keyHex: string | null, transport: 'tcp' | 'udp'])[] = [
    ['drop', null, 'tcp'],
    ['drop', null, 'udp'],
    ['slow', null, 'tcp'],
    ['half', null, 'tcp'],
    ['wrong-sequence', null, 'tcp'],
    ['other-account', null, 'tcp'],
    ['bad-crc', null, 'udp'],
    ['wrong-key', KEY, 'tcp'],
    ['plain-ack', KEY, 'tcp'],
    ['old-ack', KEY, 'udp'],
  ];
  for (const [fault, keyHex, transport] of table) {
    it(`${fault}, ${transport}`, async () => {
      const { clock, client, receivers } = await bench({ keyHex, transport, receivers: 2 });
      const [first, second] = receivers;
      // Datagrams are sent again meanwhile, and fare alike.
      first?.play(fault, fault, fault, fault);
      const result = client.send(BURGLARY, 17, 'ordinary');
      await first?.heard(1);
      clock.pass(ANSWER_MS);
      expect(word(await result)).toBe(`acked secondary ${transport}`);
      expect(second?.taken).toMatchObject([{ sequence: '0017', data: BURGLARY.data, verdict: 'ACK' }]);
      expect(receivers.flatMap(({ complaints }) => complaints)).toEqual([]);
    });
  }
});

describe('what an unanswered message tells of why', () => {
  const table: readonly (readonly [fault: Fault, why: string])[] = [
    ['drop', 'the receiver closed the connection'],
    ['wrong-key', 'an encrypted ACK that this key does not open: the keys differ'],
    ['plain-ack', 'a plain ACK although a key is set'],
    ['old-ack', 'an encrypted ACK of another time: its clock is wrong, or an old answer was played again'],
  ];
  for (const [fault, why] of table) {
    it(fault, async () => {
      const { client, receivers } = await bench({ keyHex: KEY });
      receivers[0]?.play(fault);
      receivers[0]?.hangUpAfter();
      expect(word(await client.send(BURGLARY, 17, 'ordinary'))).toBe(`unanswered: primary: ${why}`);
    });
  }
});

it('a receiver whose clock can be trusted by nobody: its ACK counts where the config says so', async () => {
  const { client, receivers } = await bench({ keyHex: KEY, ackTime: 'any' });
  receivers[0]?.play('old-ack');
  expect(word(await client.send(BURGLARY, 17, 'ordinary'))).toBe('acked primary tcp');
});

it('the receiver’s time is kept: the next message needs no NAK', async () => {
  const { client, receivers } = await bench();
  receivers[0]?.setClock(3_600_000);
  await client.send(BURGLARY, 1, 'ordinary');
  await client.send(PANIC, 2, 'ordinary');
  expect(receivers[0]?.taken.map(({ sequence, verdict }) => `${sequence} ${verdict}`)).toEqual([
    '0001 NAK',
    '0001 ACK',
    '0002 ACK',
  ]);
});

it('a datagram that was lost is sent again before the time is over', async () => {
  const { clock, client, receivers } = await bench({ transport: 'udp' });
  receivers[0]?.play('drop');
  const result = client.send(BURGLARY, 17, 'ordinary');
  await receivers[0]?.heard(1);
  clock.pass(DATAGRAM_AGAIN_MS);
  expect(word(await result)).toBe('acked primary udp');
  expect(receivers[0]?.taken.map(({ sequence }) => sequence)).toEqual(['0017', '0017']);
});

it('the ACK is handed on with every byte', async () => {
  const { client } = await bench();
  const result = await client.send(BURGLARY, 17, 'ordinary');
  expect(result).toMatchObject({
    outcome: 'acked',
    ack: { bytes: '\n52ED0014"ACK"0017R0L0#1234[]\r', path: 'primary tcp' },
  });
});

it('a sign of life is number 0000 and empty', async () => {
  const { client, receivers } = await bench({ keyHex: KEY });
  expect(word(await client.send(LIFE, 0, 'routine'))).toBe('acked primary tcp');
  expect(receivers[0]?.taken).toMatchObject([{ token: 'NULL', sequence: '0000', data: '', encrypted: true }]);
  expect(receivers[0]?.complaints).toEqual([]);
});

it('extra fields arrive', async () => {
  const { client, receivers } = await bench({ keyHex: KEY });
  await client.send({ ...BURGLARY, extras: ['H18:40:00,11-21-2026', 'IFront door'] }, 17, 'ordinary');
  expect(receivers[0]?.taken).toMatchObject([{ extras: ['H18:40:00,11-21-2026', 'IFront door'] }]);
});

describe('one message at a time', () => {
  it('the second waits for the answer to the first', async () => {
    const { client, receivers } = await bench();
    receivers[0]?.play('slow');
    const first = client.send(BURGLARY, 1, 'ordinary');
    const second = client.send(PANIC, 2, 'ordinary');
    await receivers[0]?.heard(1);
    expect(receivers[0]?.taken).toHaveLength(1);
    receivers[0]?.release();
    expect([word(await first), word(await second)]).toEqual(['acked primary tcp', 'acked primary tcp']);
  });

  const overtakes: readonly (readonly [slow: Urgency, fast: Urgency])[] = [
    ['routine', 'ordinary'],
    ['routine', 'urgent'],
    ['ordinary', 'urgent'],
  ];
  for (const [slow, fast] of overtakes) {
    it(`${fast} takes the place of ${slow} that has no answer soon`, async () => {
      const { clock, client, receivers } = await bench();
      receivers[0]?.play('drop');
      const first = client.send(slow === 'routine' ? LIFE : BURGLARY, slow === 'routine' ? 0 : 1, slow);
      await receivers[0]?.heard(1);
      const second = client.send(PANIC, 2, fast);
      clock.pass(GRACE_MS);
      expect([word(await first), word(await second)]).toEqual(['put-off', 'acked primary tcp']);
      expect(receivers[0]?.taken.at(-1)?.data).toBe(PANIC.data);
    });
  }

  it('one that is answered at once is not put off', async () => {
    const { clock, client, receivers } = await bench();
    receivers[0]?.play('slow');
    const first = client.send(BURGLARY, 1, 'ordinary');
    await receivers[0]?.heard(1);
    const second = client.send(PANIC, 2, 'urgent');
    receivers[0]?.release();
    expect([word(await first), word(await second)]).toEqual(['acked primary tcp', 'acked primary tcp']);
    clock.pass(GRACE_MS);
    expect(receivers[0]?.taken).toHaveLength(2);
  });

  it('the most urgent of those that wait comes first', async () => {
    const { client, receivers } = await bench();
    receivers[0]?.play('slow');
    const all = [
      client.send(BURGLARY, 1, 'urgent'),
      client.send(BURGLARY, 2, 'ordinary'),
      client.send(LIFE, 0, 'routine'),
      client.send(PANIC, 3, 'urgent'),
    ];
    await receivers[0]?.heard(1);
    receivers[0]?.release();
    await Promise.all(all);
    expect(receivers[0]?.taken.map(({ sequence }) => sequence)).toEqual(['0001', '0003', '0002', '0000']);
  });

  it('more than a few that wait are refused in words', async () => {
    const { client, receivers } = await bench();
    receivers[0]?.play('slow');
    const all = Array.from({ length: MAX_WAITING + 2 }, (_, index) => client.send(BURGLARY, index + 1, 'ordinary'));
    expect(word(await (all.at(-1) ?? Promise.reject(new Error('none'))))).toBe(
      'unanswered: too many messages wait already',
    );
    await receivers[0]?.heard(1);
    receivers[0]?.release();
    expect(new Set((await Promise.all(all.slice(0, -1))).map(word))).toEqual(new Set(['acked primary tcp']));
  });
});

describe('the receiver that answered is asked first', () => {
  it('and the preferred one again after a while, with a sign of life', async () => {
    const { clock, client, receivers } = await bench({ receivers: 2 });
    const [first, second] = receivers;
    first?.play('hang-up');
    await client.send(BURGLARY, 1, 'ordinary');
    await client.send(PANIC, 2, 'ordinary');
    await client.send(LIFE, 0, 'routine');
    expect(second?.taken.map(({ sequence }) => sequence)).toEqual(['0001', '0002', '0000']);
    clock.pass(PRIMARY_AGAIN_MS);
    await client.send(PANIC, 3, 'ordinary');
    expect(second?.taken).toHaveLength(4);
    await client.send(LIFE, 0, 'routine');
    await client.send(PANIC, 4, 'ordinary');
    expect(first?.taken.map(({ sequence }) => sequence)).toEqual(['0001', '0000', '0004']);
  });

  it('and after it is gone, the other', async () => {
    const { client, receivers } = await bench({ receivers: 2 });
    const [first, second] = receivers;
    first?.play('hang-up');
    await client.send(BURGLARY, 1, 'ordinary');
    second?.play('hang-up');
    expect(word(await client.send(PANIC, 2, 'ordinary'))).toBe('acked primary tcp');
  });
});

describe('a far end that says anything at all', () => {
  it('proves nothing and breaks nothing', async () => {
    const good = bytesOf('\n52ED0014"ACK"0017R0L0#1234[]\r');
    const garbled = fc.tuple(fc.nat(good.length - 1), fc.integer({ min: 1, max: 255 })).map(([at, flip]) => {
      const bytes = Buffer.from(good);
      bytes[at] = (bytes[at] ?? 0) ^ flip;
      return bytes;
    });
    let says: Uint8Array = Buffer.alloc(0);
    const server = createServer((socket) => {
      socket.on('error', () => {});
      socket.once('data', () => socket.end(says));
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    tidy.push(() => server.close());
    const { port } = server.address() as AddressInfo;
    const targets = [{ host: '127.0.0.1', port, transport: 'tcp' }] as const;
    const config = { account: '1234', receiver: 'R0', line: 'L0', key: null, ackTime: 'fresh', targets } as const;
    const client = createDc09Client(config, createFakeClock());
    tidy.push(() => client.close());
    says = good;
    expect((await client.send(BURGLARY, 17, 'ordinary')).outcome).toBe('acked');
    await fc.assert(
      fc.asyncProperty(fc.oneof(fc.uint8Array({ maxLength: 5000 }), garbled), async (bytes) => {
        says = bytes;
        // One flipped case of a hex digit says the same.
        const isSame = Buffer.from(bytes).toString('latin1').toUpperCase() === good.toString('latin1').toUpperCase();
        const result = await client.send(BURGLARY, 17, 'ordinary');
        if (!isSame) expect(result.outcome).not.toBe('acked');
      }),
    );
  });

  it('a datagram of somebody else is no answer', async () => {
    const { clock, client, receivers } = await bench({ transport: 'udp' });
    receivers[0]?.play('drop', 'drop', 'drop', 'drop');
    const result = client.send(BURGLARY, 17, 'ordinary');
    await receivers[0]?.heard(1);
    const stranger = createSocket('udp4');
    const sent = new Promise((done) => {
      stranger.send('\n52ED0014"ACK"0017R0L0#1234[]\r', receivers[0]?.lastPort() ?? 0, '127.0.0.1', done);
    });
    await sent;
    stranger.close();
    // What follows on the same way is behind it in the queue of this machine.
    clock.pass(DATAGRAM_AGAIN_MS);
    await receivers[0]?.heard(2);
    clock.pass(ANSWER_MS);
    expect(word(await result)).toBe('unanswered: primary: no answer in time');
  });
});

describe('the end', () => {
  it('what is on its way and what waits ends unanswered, and nothing is taken after', async () => {
    const { client, receivers } = await bench();
    receivers[0]?.play('drop');
    const all = [client.send(BURGLARY, 1, 'ordinary'), client.send(PANIC, 2, 'ordinary')];
    await receivers[0]?.heard(1);
    await client.close();
    expect((await Promise.all(all)).map(word)).toEqual(['unanswered: the hub stops', 'unanswered: the hub stops']);
    expect(word(await client.send(PANIC, 3, 'urgent'))).toBe('unanswered: the hub stops');
    expect(receivers[0]?.taken).toHaveLength(1);
  });
});
