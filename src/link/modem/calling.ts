import type { TextId } from '../../base/brand.ts';
import { after, duration, type Instant } from '../../base/time.ts';
import type { Clock, Log, SendResult } from '../../hub/ports.ts';
import type { Line } from './line.ts';

// A ring, so that a text is not slept through. A modem on a serial port has no voice, so nothing is said: the number that
// calls is known to the contact, and what it means stands in the text beside.

export interface Calling {
  /** Ends with `accepted` when the far phone rings; it goes on ringing for its time. */
  ring(to: string, id: TextId): Promise<SendResult>;
  /** Ends the call that runs, if one does. */
  hangUp(): Promise<void>;
  /** The network ended it. */
  over(words: string): void;
}

const RING_MS = 25_000;
/** Until it rings at all, everything included: setting a call up takes 5 to 10 s, on LTE with a fall back to 3G longer. */
const SET_UP_MS = 25_000;
const LOOK_MS = 1_000;
/** An answer machine or a person picked up: there is nothing to say, and a call that ends at once looks like a fault. */
const ANSWERED_MS = 2_000;
const READY_MS = 5_000;
const DIAL_MS = 10_000;
/** Modems that cannot say how a call stands: nothing bad by then is taken for a ring. */
const BLIND_MS = 8_000;

interface Call {
  /** What the network said when it ended the call. */
  ended: string | null;
  readonly wake: () => void;
}

export function createCalling({ line, clock, log }: { line: Line; clock: Clock; log: Log }): Calling {
  let call: { -readonly [K in keyof Call]: Call[K] } | null = null;

  async function ring(to: string, _id: TextId): Promise<SendResult> {
    const asked = clock.now();
    if (!/^\+?\d{3,15}$/.test(to)) return { outcome: 'refused', why: 'the number cannot be dialled' };
    const why = await line.usable();
    if (why !== null) return later(why);
    if (call !== null) return later('another number is being rung');
    const until = after(asked, duration(SET_UP_MS));
    const own: Call = { ended: null, wake: () => {} };
    call = own;
    const dialled = await line.ask({ text: `ATD${to};`, dials: 'yes', deadlineMs: DIAL_MS, until, urgent: 'yes' });
    if (dialled.end !== 'ok') {
      call = null;
      if (dialled.end === 'error') return later(dialled.error.words);
      // It may be ringing; once more is no harm.
      return dialled.end === 'silent'
        ? { outcome: 'unknown', why: 'the modem took the number and gave no answer' }
        : later('the modem is gone');
    }
    const began = await untilItRings(own, until);
    if (began === null) {
      void goOn(own);
      return { outcome: 'accepted', sid: `GSMring${Math.trunc(clock.now())}` };
    }
    await end(own);
    return later(began);
  }

  /** Null: it rings. Else why not. */
  async function untilItRings(own: Call, until: Instant): Promise<string | null> {
    const began = clock.now();
    while (own.ended === null && clock.now() < until) {
      const stands = await howItStands();
      if (stands === 'ringing' || stands === 'answered') return null;
      if (stands === 'none') return own.ended ?? 'the call was not put through';
      if (stands === 'unknown' && clock.now() - began >= BLIND_MS) return null;
      await pause(own, LOOK_MS);
    }
    return own.ended ?? 'the phone did not begin to ring';
  }

  async function goOn(own: Call): Promise<void> {
    const began = clock.now();
    while (own.ended === null && call === own && clock.now() - began < RING_MS) {
      const stands = await howItStands();
      if (stands === 'none') break;
      if (stands === 'answered') {
        await pause(own, ANSWERED_MS);
        break;
      }
      await pause(own, LOOK_MS);
    }
    await end(own);
  }

  /** TS 27.007 7.18: `+CLCC: 1,0,3,…`, the third is 0 answered, 2 dialling, 3 ringing at the far end. */
  async function howItStands(): Promise<'dialling' | 'ringing' | 'answered' | 'none' | 'unknown'> {
    const reply = await line.ask({ text: 'AT+CLCC', expects: /^\+CLCC: ?\d/, deadlineMs: READY_MS });
    if (reply.end !== 'ok') return 'unknown';
    const calls = reply.lines.flatMap((text) => /^\+CLCC: ?\d+, ?0, ?(\d), ?0/.exec(text)?.[1] ?? []);
    if (calls.length === 0) return 'none';
    if (calls.includes('0')) return 'answered';
    return calls.includes('3') ? 'ringing' : 'dialling';
  }

  const pause = (own: Call, ms: number): Promise<void> =>
    new Promise((done) => {
      const cancel = clock.alarm(ms, done);
      Object.assign(own, {
        wake: () => {
          cancel();
          done();
        },
      });
    });

  async function end(own: Call): Promise<void> {
    if (call !== own) return;
    call = null;
    if (own.ended !== null) return;
    own.ended = 'hung up';
    own.wake();
    for (const text of line.quirks().hangUp) {
      const reply = await line.ask({ text, deadlineMs: READY_MS, urgent: 'yes' });
      if (reply.end === 'ok') return;
    }
    log.warn({}, 'a call could not be ended');
  }

  return {
    ring,
    async hangUp() {
      if (call !== null) await end(call);
    },
    over(words) {
      if (call === null) return;
      call.ended = words;
      call.wake();
    },
  };
}

const later = (why: string): SendResult => ({ outcome: 'later', why, retryAfterMs: null });
