import { randomInt } from 'node:crypto';
import { between, type Instant, type WallTime, wallTime } from '../../base/time.ts';
import type { Ack, Clock, ReportResult } from '../../hub/ports.ts';
import { createAnswerReader, readAnswer } from './answer.ts';
import { type Dc09Target, openChannel } from './channel.ts';
import type { Dc09Key } from './cipher.ts';
import { encodeMessage } from './frame.ts';
import { ACK_SLACK_MS, ANSWER_MS, CLOCKS_AGREE_MS, DATAGRAM_AGAIN_MS, PRIMARY_AGAIN_MS } from './limits.ts';
import { createTurns, type Urgency } from './turns.ts';

export interface Dc09Config {
  /** Three to sixteen hex digits. */
  readonly account: string;
  /** With their letters, as `R0` and `L0`. */
  readonly receiver: string;
  readonly line: string;
  readonly key: Dc09Key | null;
  /** `any`: for a receiver whose clock cannot be set right; an old encrypted ACK can then be replayed. */
  readonly ackTime: 'fresh' | 'any';
  /** The first one is preferred. */
  readonly targets: readonly [Dc09Target, ...Dc09Target[]];
}

/** What goes into a message; see `Content`. */
export interface Dc09Body {
  readonly token: 'SIA-DCS' | 'ADM-CID' | 'NULL';
  readonly data: string;
  readonly extras: readonly string[];
}

export interface Dc09Client {
  /** Sends until somebody answers or everybody was silent. Resending is the caller's, with the same `sequence`. */
  send(body: Dc09Body, sequence: number, urgency: Urgency): Promise<ReportResult>;
  close(): Promise<void>;
}

/** How one try at one receiver ended. */
type Ended =
  | { readonly type: 'ACK'; readonly ack: Ack }
  | { readonly type: 'NAK'; readonly receiverTime: WallTime | null }
  | { readonly type: 'DUH' }
  | { readonly type: 'silent'; readonly why: string }
  | { readonly type: 'put-off' };

/** Letters that no reader takes for a bracket or a bar. */
const PAD = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
const pad = (length: number): string => Array.from({ length }, () => PAD[randomInt(PAD.length)]).join('');
const NAMES = ['primary', 'secondary'];

/**
 * A sender of DC-09 messages (SIA DC-09-2021). One message is on its way at a time, over a connection of its own. After
 * some 20 s of silence, or at once where nobody listens, the next receiver is tried; the one that answered is asked
 * first from then on, and the preferred one again after a while. A NAK from a receiver with another clock is answered
 * once with its time, under the same number. Nothing throws or rejects.
 */
export function createDc09Client(config: Dc09Config, clock: Clock): Dc09Client {
  const { targets, account, key } = config;
  const offsets = new Map<Dc09Target, number>();
  const turns = createTurns(clock);
  let preferred = 0;
  let movedAt: Instant = clock.now();
  let closed = false;

  const timeAt = (target: Dc09Target): WallTime => wallTime(clock.wall() + (offsets.get(target) ?? 0));

  function encode(body: Dc09Body, sequence: number, target: Dc09Target): Buffer {
    const { receiver, line } = config;
    const message = { ...body, sequence, receiver, line, account, time: timeAt(target) };
    return encodeMessage(message, key === null ? null : { key, pad });
  }

  /** An encrypted ACK of another hour may be a recorded one. Our own clock judges it, unless it is known to be wrong. */
  function isFresh(at: WallTime | null, target: Dc09Target): boolean {
    if (key === null || config.ackTime === 'any') return true;
    const ours = clock.trusted() ? clock.wall() : timeAt(target);
    return at !== null && Math.abs(at - ours) <= ACK_SLACK_MS;
  }

  function exchange(target: Dc09Target, body: Dc09Body, sequence: number, putOff: AbortSignal): Promise<Ended> {
    return new Promise((resolve) => {
      const bytes = encode(body, sequence, target);
      const reader = createAnswerReader();
      let doubt: string | null = null;
      let cancelAgain = (): void => {};
      const channel = openChannel(target, {
        opened: write,
        heard,
        ended: (why) => end({ type: 'silent', why: doubt ?? why }),
      });
      const cancelWait = clock.alarm(ANSWER_MS, () => end({ type: 'silent', why: doubt ?? 'no answer in time' }));
      const giveWay = (): void => end({ type: 'put-off' });
      putOff.addEventListener('abort', giveWay);

      function write(): void {
        channel.write(bytes);
        if (target.transport === 'udp') cancelAgain = clock.alarm(DATAGRAM_AGAIN_MS, write);
      }

      function heard(chunk: Uint8Array): void {
        for (const whole of reader.take(chunk)) {
          const answer = readAnswer(whole, { sequence, account, key });
          if (answer.type === 'rejected') doubt = answer.why;
          else if (answer.type === 'ACK' && !isFresh(answer.receiverTime, target)) doubt = STALE;
          else if (answer.type === 'ACK') end({ type: 'ACK', ack: ackOf(answer.bytes, target) });
          else if (answer.type !== 'ignored') end(answer);
        }
      }

      function end(how: Ended): void {
        cancelWait();
        cancelAgain();
        putOff.removeEventListener('abort', giveWay);
        channel.close();
        resolve(how);
      }
    });
  }

  function ackOf(bytes: string, target: Dc09Target): Ack {
    const name = NAMES[targets.indexOf(target)] ?? 'other';
    return { bytes, at: clock.wall(), path: `${name} ${target.transport}` };
  }

  /** Once more with the receiver's time, if that may be what it wants. */
  async function tryAt(target: Dc09Target, body: Dc09Body, sequence: number, putOff: AbortSignal): Promise<Ended> {
    const first = await exchange(target, body, sequence, putOff);
    if (first.type !== 'NAK') return first;
    const { receiverTime } = first;
    if (receiverTime === null || Math.abs(receiverTime - timeAt(target)) <= CLOCKS_AGREE_MS) {
      return { type: 'silent', why: 'NAK: it does not know the account, or the keys differ' };
    }
    offsets.set(target, receiverTime - clock.wall());
    const second = await exchange(target, body, sequence, putOff);
    return second.type === 'NAK' ? { type: 'silent', why: 'NAK again, although it got its own time' } : second;
  }

  function inOrder(urgency: Urgency): readonly Dc09Target[] {
    if (urgency === 'routine' && preferred !== 0 && between(movedAt, clock.now()) >= PRIMARY_AGAIN_MS) {
      movedAt = clock.now();
      return targets;
    }
    return [...targets.slice(preferred), ...targets.slice(0, preferred)];
  }

  function prefer(target: Dc09Target): void {
    const place = targets.indexOf(target);
    if (place !== preferred) movedAt = clock.now();
    preferred = place;
  }

  async function sendNow(
    body: Dc09Body,
    sequence: number,
    urgency: Urgency,
    putOff: AbortSignal,
  ): Promise<ReportResult> {
    const whys: string[] = [];
    for (const target of inOrder(urgency)) {
      if (putOff.aborted) break;
      const ended = await tryAt(target, body, sequence, putOff);
      switch (ended.type) {
        case 'ACK':
          prefer(target);
          return { outcome: 'acked', ack: ended.ack };
        case 'DUH':
          prefer(target);
          return { outcome: 'refused', why: 'the receiver cannot process it (DUH)' };
        case 'silent':
          whys.push(`${NAMES[targets.indexOf(target)] ?? 'other'}: ${ended.why}`);
      }
    }
    if (closed) return { outcome: 'unanswered', why: 'the hub stops' };
    if (putOff.aborted) return { outcome: 'put-off' };
    return { outcome: 'unanswered', why: whys.join('; ') };
  }

  return {
    send: (body, sequence, urgency) =>
      new Promise((resolve) => {
        const run = (putOff: AbortSignal): Promise<void> => sendNow(body, sequence, urgency, putOff).then(resolve);
        if (closed) resolve({ outcome: 'unanswered', why: 'the hub stops' });
        else if (!turns.take(urgency, run)) resolve({ outcome: 'unanswered', why: 'too many messages wait already' });
      }),
    close() {
      closed = true;
      return turns.close();
    },
  };
}

const STALE = 'an encrypted ACK of another time: its clock is wrong, or an old answer was played again';
