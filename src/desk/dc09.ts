import { createHash, randomInt, randomUUID } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { type WallTime, wallTime } from '../base/time.ts';
import type { Log } from '../hub/ports.ts';
import { createAnswerReader } from '../link/dc09/answer.ts';
import { decodeMessage, encodeMessage, frame, type Message } from '../link/dc09/frame.ts';
import { writeTime } from '../link/dc09/time.ts';
import type { DeskHub, DeskSetup } from './config.ts';
import { readEvents } from './dc09-events.ts';
import type { Desk, DeskTaken } from './desk.ts';

// A receiver of SIA DC-09, on TCP and UDP.

/** DC-09 takes messages from 40 s ago to 20 s ahead. */
const LATE_MS = 40_000;
const EARLY_MS = 20_000;
/** The same number with the same words is a repetition for so long; after that the numbers have come round. */
const REPEATS_MS = 10 * 60_000;
const MOST_CONNECTIONS = 2_000;
const IDLE_MS = 90_000;

export interface Dc09Road {
  readonly tcpPort: number;
  readonly udpPort: number;
  close(): Promise<void>;
}

export interface Dc09Parts {
  readonly setup: DeskSetup;
  readonly listen: { readonly host: string; readonly port: number; readonly plain: 'taken' | 'refused' };
  readonly desk: Desk;
  readonly log: Log;
  readonly now: () => number;
}

const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
const pad = (length: number): string => Array.from({ length }, () => LETTERS[randomInt(LETTERS.length)]).join('');

/** Rejects with one sentence when the port cannot be had. A message that the store did not take gets no answer. */
export async function openDc09({ setup, listen, desk, log, now }: Dc09Parts): Promise<Dc09Road> {
  const wall = (): WallTime => wallTime(now());
  const refused = (why: string, account: string): Buffer => {
    log.warn({ account, why }, 'a DC-09 message was refused');
    return frame(`"NAK"0000R0L0A0[]_${writeTime(wall())}`);
  };

  /** What goes back; null: nothing, so that it comes again. */
  async function answer(bytes: Uint8Array): Promise<Buffer | null> {
    const account = /#([0-9A-Za-z]{1,16})\[/.exec(Buffer.from(bytes).toString('latin1'))?.[1]?.toUpperCase() ?? '';
    const hub = setup.accounts.get(account);
    const read = decodeMessage(bytes, hub?.key ?? null);
    if (!read.ok) return refused(read.why, account);
    if (hub === undefined) return refused('no hub of this account is registered here', account);
    if (read.encrypted === 'plain' && hub.key !== null)
      return refused('it is plain, and this account has a key', account);
    if (read.encrypted === 'plain' && listen.plain === 'refused')
      return refused('it is plain, and this account has no key; give it one, or set dc09.allowPlain', account);
    const { time } = read.message;
    const age = time === null ? 0 : wall() - time;
    if (age > LATE_MS || age < -EARLY_MS) return refused('its clock is off', account);
    return take(hub, read.message, read.encrypted, bytes);
  }

  async function take(
    hub: DeskHub,
    message: Message,
    encrypted: 'encrypted' | 'plain',
    bytes: Uint8Array,
  ): Promise<Buffer | null> {
    const back = (token: 'ACK' | 'DUH'): Buffer => {
      const secret = hub.key === null || token === 'DUH' ? null : { key: hub.key, pad };
      const reply = { ...message, token, data: '', extras: [], time: secret === null ? null : wall() };
      return encodeMessage(reply, secret);
    };
    if (message.token === 'NULL') {
      // One that was recorded and is played again is answered, and proves nothing.
      const id =
        encrypted === 'plain' ? randomUUID() : `null/${createHash('sha256').update(bytes).digest('hex').slice(0, 40)}`;
      return (await desk.life(hub, id, [])).is === 'busy' ? null : back('ACK');
    }
    const events = readEvents(message.token, message.data, message.extras);
    if (events.length === 0) {
      log.warn({ account: hub.account, token: message.token }, 'a DC-09 message says nothing that can be read');
      return back('DUH');
    }
    for (const [index, event] of events.entries()) {
      const words = `${message.data} ${index}`;
      const id = `dc09/${message.sequence}/${createHash('sha256').update(words).digest('hex').slice(0, 32)}`;
      const done: DeskTaken = await desk.report(hub, { id, words, forgetBefore: wallTime(now() - REPEATS_MS) }, event);
      if (done.is === 'busy') return null;
    }
    return back('ACK');
  }

  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    const reader = createAnswerReader();
    let turn: Promise<void> = Promise.resolve();
    socket.setTimeout(IDLE_MS, () => socket.destroy());
    socket.on('error', () => socket.destroy());
    socket.on('close', () => sockets.delete(socket));
    socket.on('data', (chunk: Buffer) => {
      const frames = reader.take(chunk);
      if (frames.length === 0) return;
      // Not read on before what came is answered: nobody fills the memory by talking on.
      socket.pause();
      turn = turn.then(async () => {
        for (const bytes of frames) {
          const reply = await answer(bytes);
          if (reply !== null && socket.writable) socket.write(reply);
        }
        socket.resume();
      });
    });
  });
  server.maxConnections = MOST_CONNECTIONS;
  server.listen(listen.port, listen.host);
  await once(server, 'listening').catch((error: Error) => {
    throw new Error(`DC-09 cannot listen on TCP ${listen.host}:${listen.port} (${error.message})`);
  });
  const address = server.address();
  const tcpPort = typeof address === 'object' && address !== null ? address.port : listen.port;

  const udp = createSocket(listen.host.includes(':') ? 'udp6' : 'udp4');
  udp.on('message', (bytes, from) => {
    void answer(bytes).then((reply) => {
      if (reply !== null) udp.send(reply, from.port, from.address, () => {});
    });
  });
  udp.bind(tcpPort, listen.host);
  await once(udp, 'listening').catch((error: Error) => {
    server.close();
    throw new Error(`DC-09 cannot listen on UDP ${listen.host}:${tcpPort} (${error.message})`);
  });
  udp.on('error', (error) => log.warn({ why: error.message }, 'DC-09 over UDP'));

  return {
    tcpPort,
    udpPort: udp.address().port,
    async close() {
      udp.close();
      for (const socket of sockets) socket.destroy();
      await new Promise((done) => server.close(done));
    },
  };
}
