import { createCipheriv, createDecipheriv } from 'node:crypto';
import { createSocket, type Socket as UdpSocket } from 'node:dgram';
import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { createWaiting } from '../../whole/waiting.ts';

// A strict receiver that shares no code with the sender, with faults that it plays when told.

/** What it does with the next message instead of answering it properly. */
export type Fault =
  /** Takes it and says nothing. */
  | 'drop'
  /** Takes it, and answers only at `release`. */
  | 'slow'
  | 'nak'
  | 'nak-twice'
  | 'nak-bare'
  | 'duh'
  | 'wrong-sequence'
  | 'other-account'
  | 'bad-crc'
  /** Half of the answer, and the rest at `release`. */
  | 'half'
  | 'wrong-key'
  | 'plain-ack'
  /** Its encrypted answer carries the time of an hour ago. */
  | 'old-ack'
  /** A late answer to another message and noise first, then the right one. */
  | 'stale-then-right'
  | 'lower-case'
  | 'no-receiver'
  /** Closes the connection without a word. */
  | 'hang-up';

export interface Taken {
  readonly transport: 'tcp' | 'udp';
  readonly token: string;
  readonly sequence: string;
  readonly account: string;
  readonly data: string;
  readonly extras: readonly string[];
  readonly time: string | null;
  readonly encrypted: boolean;
  /** What it answered: `ACK`, `NAK`, or the fault that was played. */
  readonly verdict: string;
  /** It had this one before. */
  readonly again: boolean;
}

export interface Receiver {
  readonly port: number;
  readonly taken: readonly Taken[];
  /** Everything that broke a rule of the protocol. */
  readonly complaints: readonly string[];
  play(...faults: readonly Fault[]): void;
  /** Forgets the faults that it has not played yet. */
  recover(): void;
  /** Its clock runs so far ahead of `wall`. */
  setClock(aheadMs: number): void;
  /** From now on it closes each connection behind its answer. */
  hangUpAfter(): void;
  /** Where the last datagram came from. */
  lastPort(): number;
  /** Sends what `slow` and `half` held back. */
  release(): void;
  heard(count: number): Promise<void>;
  close(): Promise<void>;
}

export interface ReceiverOptions {
  readonly account: string;
  readonly keyHex: string | null;
  readonly wall: () => number;
}

/** By the rules: takes messages of its account alone, right to the byte, up to 40 s late and 20 s early. */
export async function startReceiver({ account, keyHex, wall }: ReceiverOptions): Promise<Receiver> {
  const taken: Taken[] = [];
  const complaints: string[] = [];
  const faults: Fault[] = [];
  const known = new Map<string, string>();
  const waiting = createWaiting(() => JSON.stringify({ taken, complaints }));
  const connections = new Set<Socket>();
  let ahead = 0;
  let lastPort = 0;
  let after: 'stays' | 'hangs up' = 'stays';
  let held: (() => void)[] = [];

  const stamp = (offsetMs = 0): string => {
    const [date = '', time = ''] = new Date(wall() + ahead + offsetMs).toISOString().split('T');
    const [year, month, day] = date.split('-');
    return `_${time.slice(0, 8)},${month}-${day}-${year}`;
  };
  const ackBody = (to: Taken, key: string | null, offsetMs = 0): string =>
    key === null
      ? `"ACK"${to.sequence}R0L0#${to.account}[]`
      : `"*ACK"${to.sequence}R0L0#${to.account}[${cipher(`PaddingPad|]${stamp(offsetMs)}`, key)}`;
  const nak = (): Buffer => framed(`"NAK"0000R0L0A0[]${stamp()}`);

  /** Reads it and complains of all that is wrong; null: no message of ours. */
  function read(bytes: Buffer, transport: 'tcp' | 'udp'): Taken | null {
    const text = bytes.toString('latin1');
    const shape =
      /^\n([0-9A-F]{4})0([0-9A-F]{3})("(\*?)(SIA-DCS|ADM-CID|NULL)"(\d{4})(R[0-9A-F]+)(L[0-9A-F]+)#([0-9A-F]+)\[(.*))\r$/s.exec(
        text,
      );
    if (shape === null) return complain(`not a frame: ${JSON.stringify(text)}`);
    const [, sum = '', length = '', body = '', star, token = '', sequence = '', , , who = '', inner = ''] = shape;
    if (Number.parseInt(length, 16) !== body.length) return complain('a wrong length');
    if (Number.parseInt(sum, 16) !== checksum(body)) return complain('a wrong checksum');
    if (who !== account) return complain(`account ${who}`);
    if ((star === '*') !== (keyHex !== null))
      return complain(star === '*' ? 'encrypted without need' : 'plain where a key is set');
    const content = keyHex === null ? inner : plain(inner, keyHex);
    const parts = /^([^[\]]*)\]((?:\[[^[\]]*\])*)(?:_(\d\d:\d\d:\d\d,\d\d-\d\d-\d{4}))?$/s.exec(content ?? '');
    if (parts === null) return complain('content that cannot be read');
    const [, data = '', extras = '', time = null] = parts;
    if (keyHex !== null && time === null) complain('encrypted, and no time');
    if ((token === 'NULL') !== (sequence === '0000')) complain(`${token} under ${sequence}`);
    if ((token === 'NULL') !== (data === '')) complain(`${token} with ${data}`);
    const before = known.get(sequence);
    if (token !== 'NULL' && before !== undefined && before !== data)
      complain(`${sequence} used again for another message`);
    const list = extras === '' ? [] : extras.slice(1, -1).split('][');
    return {
      transport,
      token,
      sequence,
      account: who,
      data,
      extras: list,
      time,
      encrypted: star === '*',
      verdict: '',
      again: token !== 'NULL' && before === data,
    };
  }

  function complain(what: string): null {
    complaints.push(what);
    return null;
  }

  function isOnTime(time: string | null): boolean {
    if (time === null) return true;
    const [clock = '', date = ''] = time.split(',');
    const [month, day, year] = date.split('-');
    const late = wall() + ahead - Date.parse(`${year}-${month}-${day}T${clock}Z`);
    return late <= 41_000 && late >= -20_000;
  }

  function onMessage(
    bytes: Buffer,
    transport: 'tcp' | 'udp',
    answer: (bytes: Buffer) => void,
    hangUp: () => void,
  ): void {
    const message = read(bytes, transport);
    if (message === null) {
      waiting.look();
      return;
    }
    const fault = isOnTime(message.time) ? faults.shift() : undefined;
    const verdict = fault ?? (isOnTime(message.time) ? 'ACK' : 'NAK');
    if (message.token !== 'NULL' && !NOT_TAKEN.includes(verdict)) remember(message);
    taken.push({ ...message, verdict });
    reply(verdict, message, answer, hangUp);
    if (after === 'hangs up') hangUp();
    waiting.look();
  }

  /** Numbers come round again after 9999; a sender has to be far from its start by then. */
  function remember({ sequence, data }: Taken): void {
    known.set(sequence, data);
    known.delete(String(((Number(sequence) + 4998) % 9999) + 1).padStart(4, '0'));
  }

  function reply(verdict: string, to: Taken, answer: (bytes: Buffer) => void, hangUp: () => void): void {
    const right = framed(ackBody(to, keyHex));
    const other = { ...to, sequence: String((Number(to.sequence) % 9999) + 1).padStart(4, '0') };
    switch (verdict) {
      case 'ACK':
        answer(right);
        return;
      case 'NAK':
      case 'nak':
        answer(nak());
        return;
      case 'nak-twice':
        answer(Buffer.concat([nak(), nak()]));
        return;
      case 'nak-bare':
        answer(Buffer.from('"NAK"'));
        return;
      case 'duh':
        answer(framed(`"DUH"${to.sequence}R0L0#${account}[]`));
        return;
      case 'wrong-sequence':
        answer(framed(ackBody(other, keyHex)));
        return;
      case 'other-account':
        answer(framed(ackBody({ ...to, account: 'FFFE' }, keyHex)));
        return;
      case 'bad-crc':
        answer(Buffer.from(right.toString('latin1').replace(/^\n..../, '\n0000'), 'latin1'));
        return;
      case 'wrong-key':
        answer(framed(ackBody(to, 'FF'.repeat((keyHex?.length ?? 32) / 2))));
        return;
      case 'plain-ack':
        answer(framed(ackBody(to, null)));
        return;
      case 'old-ack':
        answer(framed(ackBody(to, keyHex, -3_600_000)));
        return;
      case 'stale-then-right':
        answer(Buffer.concat([Buffer.from([0, 0xff, 0x58]), framed(ackBody(other, keyHex)), right]));
        return;
      case 'lower-case':
        answer(
          framed(
            ackBody(to, keyHex).replace(/\[(.*)$/s, (inner) => inner.toLowerCase()),
            'lower',
          ),
        );
        return;
      case 'no-receiver':
        answer(framed(ackBody(to, keyHex).replace('R0L0', 'L0')));
        return;
      case 'slow':
        held.push(() => answer(right));
        return;
      case 'half':
        answer(right.subarray(0, 12));
        held.push(() => answer(right.subarray(12)));
        return;
      case 'hang-up':
        hangUp();
        return;
      default:
        return;
    }
  }

  const tcp = createServer((socket) => {
    connections.add(socket);
    let kept = Buffer.alloc(0);
    socket.on('close', () => connections.delete(socket));
    socket.on('error', () => {});
    socket.on('data', (chunk) => {
      kept = Buffer.concat([kept, chunk]);
      for (let end = kept.indexOf(0x0d); end !== -1; end = kept.indexOf(0x0d)) {
        const whole = kept.subarray(0, end + 1);
        kept = kept.subarray(end + 1);
        onMessage(
          whole,
          'tcp',
          (bytes) => socket.write(bytes),
          () => socket.end(),
        );
      }
    });
  });
  tcp.listen(0, '127.0.0.1');
  await once(tcp, 'listening');
  const { port } = tcp.address() as AddressInfo;
  const udp: UdpSocket = createSocket('udp4');
  udp.on('message', (bytes, from) => {
    lastPort = from.port;
    onMessage(
      bytes,
      'udp',
      (out) => udp.send(out, from.port, from.address),
      () => {},
    );
  });
  udp.bind(port, '127.0.0.1');
  await once(udp, 'listening');

  return {
    port,
    taken,
    complaints,
    play: (...more) => {
      faults.push(...more);
    },
    recover: () => {
      faults.splice(0);
    },
    setClock: (aheadMs) => {
      ahead = aheadMs;
    },
    lastPort: () => lastPort,
    hangUpAfter: () => {
      after = 'hangs up';
    },
    release: () => {
      const now = held;
      held = [];
      for (const send of now) send();
    },
    heard: (count) => waiting.until(`${count} messages`, () => taken.length >= count),
    async close() {
      for (const socket of connections) socket.destroy();
      tcp.close();
      udp.close();
      await once(udp, 'close');
    },
  };
}

/** After these it does not have the message. */
const NOT_TAKEN: readonly string[] = ['NAK', 'nak', 'nak-twice', 'nak-bare', 'duh'];

function framed(body: string, digits: 'upper' | 'lower' = 'upper'): Buffer {
  const sum = checksum(body).toString(16).padStart(4, '0');
  const head = `${sum}0${body.length.toString(16).padStart(3, '0')}`;
  return Buffer.from(`\n${digits === 'upper' ? head.toUpperCase() : head.toLowerCase()}${body}\r`, 'latin1');
}

const TABLE = Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit += 1) value = value % 2 === 1 ? (value >>> 1) ^ 0xa001 : value >>> 1;
  return value;
});

const checksum = (body: string): number =>
  Buffer.from(body, 'latin1').reduce((sum, byte) => (sum >>> 8) ^ (TABLE[(sum ^ byte) & 0xff] ?? 0), 0);

const algorithm = (keyHex: string): string => `aes-${keyHex.length * 4}-cbc`;

/** `text` must fill whole blocks. */
function cipher(text: string, keyHex: string): string {
  const aes = createCipheriv(algorithm(keyHex), Buffer.from(keyHex, 'hex'), Buffer.alloc(16)).setAutoPadding(false);
  return Buffer.concat([aes.update(text, 'latin1'), aes.final()])
    .toString('hex')
    .toUpperCase();
}

/** What stands behind the padding and its bar; null: the key opens nothing. */
function plain(hex: string, keyHex: string): string | null {
  if (!/^(?:[0-9A-F]{32})+$/.test(hex)) return null;
  const aes = createDecipheriv(algorithm(keyHex), Buffer.from(keyHex, 'hex'), Buffer.alloc(16)).setAutoPadding(false);
  const text = Buffer.concat([aes.update(hex, 'hex'), aes.final()]).toString('latin1');
  return /^[^|[\]]*\|(.*)$/s.exec(text)?.[1] ?? null;
}
