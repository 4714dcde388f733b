import { randomBytes } from 'node:crypto';
import { after, duration, type Instant, type WallTime } from '../../base/time.ts';
import type { Clock, FindResult, OutgoingText, SendResult, StatusResult, TextStatus } from '../../hub/ports.ts';
import { type ModemError, meaningForSending } from './errors.ts';
import type { Line } from './line.ts';
import { encodeSubmit, fateOf, type Part, type Report } from './pdu.ts';
import type { Reply } from './talk.ts';
import { withinTime } from './within-time.ts';

export interface Sending {
  send(text: OutgoingText): Promise<SendResult>;
  find(text: OutgoingText, since: WallTime): Promise<FindResult>;
  status(sid: string): Promise<StatusResult>;
  /** The network says what became of a text. */
  report(report: Report): void;
  /** The modem named a text after it was given up on. */
  sentLate(ref: number): void;
}

/** The whole of a send, so that whoever waits for it is not left waiting: half a minute is the longest they do. */
const SEND_MS = 27_000;
const READY_MS = 5_000;
/** A report that tells of a text whose answer was lost comes within seconds where the phone is on. */
const REPORT_MS = 6_000;
const MOST_TEXTS = 100;
const MOST_STRAYS = 32;
/** A report for a reference this old is for an earlier text: there are only 256 references. */
const STRAY_MS = 60_000;
/** Where networks change what stands before a number, its end stays. */
const SAME_DIGITS = 9;

interface SentPart {
  /** The modem's reference, 0 to 255; null: its answer was lost, or it has not come yet. */
  ref: number | null;
  status: TextStatus;
  why: string | null;
}

interface Sent {
  readonly sid: string;
  readonly to: string;
  readonly body: string;
  readonly at: WallTime;
  readonly parts: SentPart[];
  /** `doubtful`: the answer was lost. `failed`: no part of it counts any more. */
  state: 'sending' | 'taken' | 'doubtful' | 'failed';
  endedAt: Instant;
}

export function createSending(needs: {
  readonly line: Line;
  readonly clock: Clock;
  /** Ends a call that runs: the text goes first. */
  readonly hangUp: () => Promise<void>;
}): Sending {
  const { line, clock } = needs;
  const texts: Sent[] = [];
  let strays: { readonly report: Report; readonly at: Instant }[] = [];
  let nextRef = randomBytes(1)[0] ?? 0;

  async function send(text: OutgoingText): Promise<SendResult> {
    const began = clock.now();
    nextRef = (nextRef + 1) % 256;
    const encoded = encodeSubmit({ ...text, ref: nextRef, refBits: 8 });
    if (!encoded.ok) return { outcome: 'refused', why: encoded.why };
    const why = await line.usable();
    if (why !== null) return later(why);
    await needs.hangUp();
    const sent = remember(text);
    const result = await sendParts(sent, encoded.parts, began);
    sent.endedAt = clock.now();
    sent.state = ({ accepted: 'taken', unknown: 'doubtful', later: 'failed', refused: 'failed' } as const)[
      result.outcome
    ];
    // A report may have come before the answer it belongs to.
    for (const { report } of strays.splice(0)) match(report);
    // It told what the answer did not.
    return sent.state === 'taken' ? { outcome: 'accepted', sid: sent.sid } : result;
  }

  function remember({ to, body }: OutgoingText): Sent {
    const sid = `GSM${randomBytes(16).toString('hex')}`;
    const sent: Sent = { sid, to, body, at: clock.wall(), parts: [], state: 'sending', endedAt: clock.now() };
    texts.push(sent);
    texts.splice(0, Math.max(0, texts.length - MOST_TEXTS));
    return sent;
  }

  async function sendParts(sent: Sent, parts: readonly Part[], began: Instant): Promise<SendResult> {
    const until = after(began, duration(SEND_MS));
    // A modem that lost its power for a moment may be in text mode, and would take the length of a text for a number.
    const mode = await line.ask({ text: 'AT+CMGF=0', deadlineMs: READY_MS, until, urgent: 'yes' });
    if (mode.end === 'error') return later(mode.error.words);
    if (mode.end !== 'ok') return later('the modem does not answer');
    for (const part of parts) {
      const here: SentPart = { ref: null, status: 'accepted', why: null };
      sent.parts.push(here);
      const reply = await line.ask({
        text: `AT+CMGS=${part.length}`,
        body: part.hex,
        expects: /^\+CMGS: ?\d+/,
        lines: 'one',
        deadlineMs: SEND_MS,
        until,
        urgent: 'yes',
      });
      const result = resultOf(reply, sent.sid);
      if (result.outcome !== 'accepted') return result;
      here.ref = refOf(reply);
    }
    return { outcome: 'accepted', sid: sent.sid };
  }

  // ---- what became of it -------------------------------------------------------------------------------------------------

  function report(told: Report): void {
    const now = clock.now();
    strays = strays.filter(({ at }) => now - at < STRAY_MS).slice(-MOST_STRAYS + 1);
    if (!match(told)) strays.push({ report: told, at: now });
  }

  /** By its reference; else it is for a text to this number whose reference was lost: see `find`. */
  function match(told: Report): boolean {
    const mine = texts.filter(({ to }) => sameNumber(to, told.to)).reverse();
    const exact = mine.flatMap(({ parts }) => parts).find(({ ref }) => ref === told.ref);
    const lost = mine.find(({ state }) => state === 'doubtful');
    const part = exact ?? lost?.parts.find(({ ref }) => ref === null);
    if (part === undefined) return false;
    part.ref = told.ref;
    const fate = fateOf(told.status);
    part.status = fate.status;
    part.why = fate.status === 'failed' ? fate.why : null;
    if (lost?.parts.every(({ ref }) => ref !== null) === true) lost.state = 'taken';
    return true;
  }

  const statusOf = ({ parts }: Sent): { readonly status: TextStatus; readonly why: string | null } => {
    const failed = parts.find(({ status }) => status === 'failed');
    if (failed !== undefined) return { status: 'failed', why: failed.why };
    return { status: parts.every(({ status }) => status === 'delivered') ? 'delivered' : 'accepted', why: null };
  };

  /** Reports wait in the modem's own line before its next answer, so any answer brings them. */
  const listen = (): Promise<void> =>
    withinTime(clock, READY_MS, line.ask({ text: 'AT', deadlineMs: READY_MS }), () => {});

  /**
   * A modem keeps no list of what it sent. What is known is what was seen here: an answer, or a delivery report that came
   * later for a text to that number. Without either, after time enough for a report, the answer is `absent`: the text is
   * then sent a second time at worst, and a contact who reads an alarm twice is better off than one who never reads it.
   * The same goes for texts of an earlier start.
   */
  async function find(text: OutgoingText, since: WallTime): Promise<FindResult> {
    const sent = texts.findLast(({ to, body, at }) => to === text.to && body === text.body && at >= since);
    if (sent === undefined || sent.state === 'failed') return { outcome: 'absent' };
    if (sent.state === 'doubtful' && (await line.ready(READY_MS)) === null) await listen();
    if (sent.state === 'taken') return { outcome: 'found', sid: sent.sid, status: statusOf(sent).status };
    if (clock.now() - sent.endedAt >= REPORT_MS) return { outcome: 'absent' };
    return { outcome: 'unknown', why: 'the modem gave no answer, and a delivery report may still come' };
  }

  async function status(sid: string): Promise<StatusResult> {
    const sent = texts.find((one) => one.sid === sid);
    if (sent === undefined) return { outcome: 'unknown', why: 'the modem does not know this text any more' };
    if (statusOf(sent).status === 'accepted') await listen();
    return { outcome: 'known', ...statusOf(sent) };
  }

  return {
    send,
    find,
    status,
    report,
    sentLate(ref) {
      const lost = texts.findLast(({ state }) => state === 'doubtful');
      const part = lost?.parts.find((one) => one.ref === null);
      if (lost === undefined || part === undefined) return;
      part.ref = ref;
      lost.state = 'taken';
    },
  };
}

const later = (why: string): SendResult => ({ outcome: 'later', why, retryAfterMs: null });

const refOf = (reply: Reply): number | null => {
  const found = /^\+CMGS: ?(\d{1,3})/.exec(reply.end === 'ok' ? (reply.lines.at(-1) ?? '') : '');
  return found === null ? null : Number(found[1]);
};

/** Only what the modem had in full can have left. */
function resultOf(reply: Reply, sid: string): SendResult {
  switch (reply.end) {
    case 'ok':
      return { outcome: 'accepted', sid };
    case 'error':
      return refusal(reply.error);
    case 'silent':
      if (!reply.handed) return later('the modem does not answer');
      return { outcome: 'unknown', why: 'the modem took the text and gave no answer' };
    case 'gone':
      if (!reply.handed) return later('the modem is gone');
      return { outcome: 'unknown', why: 'the modem took the text and was gone' };
    case 'crowded':
      return later('too much waits for the modem');
  }
}

function refusal(error: ModemError): SendResult {
  const outcome = meaningForSending(error);
  return outcome === 'later' ? later(error.words) : { outcome, why: error.words };
}

const sameNumber = (a: string, b: string): boolean => {
  const [one, other] = [a, b].map((number) => number.replace(/\D/g, ''));
  if (one === undefined || other === undefined) return false;
  return one === other || (other.length >= SAME_DIGITS && one.slice(-SAME_DIGITS) === other.slice(-SAME_DIGITS));
};
