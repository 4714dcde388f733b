import { randomUUID } from 'node:crypto';
import type { StationReport } from '../../act/station-report.ts';
import type { JsonObject } from '../../base/json.ts';
import { type WallTime, wallTime } from '../../base/time.ts';
import type { Ack, Clock, LifeResult, ReportResult, SignOfLife, StationCommand, StationDoor } from '../../hub/ports.ts';
import { answer, CLOCK_SLACK_MS, command, commandBatch, MAX_ANSWER_BYTES, MAX_COMMANDS } from './messages.ts';
import { isSame, signAnswer, signCommands, signRequest } from './signature.ts';

/** One signed message on its way to a service. */
export interface Envelope {
  readonly id: string;
  readonly time: string;
  readonly signature: string;
  readonly body: string;
}

/** What came back, before anybody has looked at it. */
export interface RawAnswer {
  readonly time: string | null;
  readonly signature: string | null;
  readonly body: string;
  /** What the carrier has to say of it, as `HTTP 401`; empty: nothing. */
  readonly remark: string;
}

export type Carried =
  | { readonly outcome: 'answered'; readonly answer: RawAnswer }
  | { readonly outcome: 'unanswered'; readonly why: string };

export interface TalkParts {
  readonly id: string;
  readonly hub: string;
  readonly secret: string;
  readonly everySeconds: number;
  /** Names the way in an ACK. */
  readonly path: string;
  readonly clock: Clock;
  readonly door: StationDoor;
  /** Brings one message over; ends within its own deadline and never rejects. */
  readonly carry: (envelope: Envelope) => Promise<Carried>;
}

/** The talk with one service, whatever carries it. */
export interface Talk {
  /** `message` is the report in the words of the service, but for its time. */
  report(report: StationReport, message: JsonObject): Promise<ReportResult>;
  life(life: SignOfLife): Promise<LifeResult>;
  /** Commands that came unasked. */
  commanded(time: string, signature: string, body: string): void;
  close(): void;
}

/** On their way at once; the hub has three. */
const MAX_OPEN = 8;

type Verdict =
  | { readonly is: 'taken'; readonly ack: Ack; readonly commands: readonly unknown[]; readonly at: WallTime }
  | { readonly is: 'refused'; readonly why: string }
  | { readonly is: 'skewed'; readonly at: WallTime; readonly why: string }
  | { readonly is: 'unanswered'; readonly why: string };

const unanswered = (why: string): Verdict => ({ is: 'unanswered', why });

/**
 * Signs what the hub says and believes only answers that are signed and bound to the question. A service that finds the
 * hub's clock wrong is asked once more with its time, which its signature vouches for.
 */
export function createTalk(parts: TalkParts): Talk {
  const { id: station, secret, clock, door, path } = parts;
  const closing = Promise.withResolvers<Carried>();
  let offsetMs = 0;
  let open = 0;

  const now = (): WallTime => wallTime(clock.wall() + offsetMs);

  function envelope(id: string, message: JsonObject): Envelope {
    const time = new Date(now()).toISOString();
    const body = JSON.stringify(message);
    return { id, time, body, signature: signRequest(secret, time, body) };
  }

  async function ask(id: string, message: JsonObject): Promise<Verdict> {
    if (open >= MAX_OPEN) return unanswered('too many messages wait already');
    open += 1;
    const first = await askOnce(id, message);
    const last = first.is === 'skewed' ? await withItsTime(first, id, message) : first;
    open -= 1;
    return last;
  }

  async function withItsTime(
    skewed: Extract<Verdict, { is: 'skewed' }>,
    id: string,
    message: JsonObject,
  ): Promise<Verdict> {
    offsetMs = skewed.at - clock.wall();
    const second = await askOnce(id, message);
    return second.is === 'skewed' ? unanswered(`${second.why}, although it got its own time`) : second;
  }

  async function askOnce(id: string, message: JsonObject): Promise<Verdict> {
    const sent = envelope(id, message);
    const carried = await Promise.race([parts.carry(sent), closing.promise]);
    return carried.outcome === 'answered' ? judge(sent, carried.answer) : unanswered(carried.why);
  }

  function judge(sent: Envelope, raw: RawAnswer): Verdict {
    const { time, signature, body } = raw;
    const remark = raw.remark === '' ? '' : ` (${raw.remark})`;
    if (time === null || signature === null) return unanswered(`the answer is not signed${remark}`);
    if (body.length > MAX_ANSWER_BYTES) return unanswered('the answer is too long');
    if (!isSame(signature, signAnswer(secret, time, sent.signature, body))) {
      door.refused(station, 'an answer with a wrong signature: the secrets differ, or somebody else answered');
      return unanswered(`the signature of the answer is wrong: the secrets differ, or somebody else answered${remark}`);
    }
    const at = Date.parse(time);
    const read = answer.safeParse(parse(body));
    if (Number.isNaN(at) || !read.success) return unanswered('the answer is signed and cannot be read');
    if (read.data.id !== null && read.data.id !== sent.id) return unanswered('the answer is for another message');
    if (read.data.ok) {
      const bytes = `${raw.remark}\n${time}\n${signature}\n${body}`;
      const ack = { bytes, at: clock.wall(), path };
      return { is: 'taken', ack, commands: read.data.commands ?? [], at: wallTime(at) };
    }
    const { error, why } = read.data;
    if (error === 'clock_skew') return { is: 'skewed', at: wallTime(at), why: `clock_skew: ${why}` };
    return error === 'refused' ? { is: 'refused', why } : unanswered(`${error}: ${why}`);
  }

  /** How far its clock is from ours, in words; null: near enough, or ours is not the one to judge by. */
  function skewOf(at: WallTime): string | null {
    const aheadMs = at - now();
    if (!clock.trusted() || Math.abs(aheadMs) <= CLOCK_SLACK_MS) return null;
    const seconds = Math.round(Math.abs(aheadMs) / 1000);
    return `its clock is ${seconds} s ${aheadMs > 0 ? 'ahead of' : 'behind'} ours: set the one that is wrong`;
  }

  function take(raw: readonly unknown[], at: WallTime): void {
    if (raw.length === 0) return;
    const skew = skewOf(at);
    if (skew !== null) {
      door.refused(station, `commands not taken: ${skew}`);
      return;
    }
    const read = raw.slice(0, MAX_COMMANDS).map((one) => command.safeParse(one));
    const good = read.flatMap((one): readonly StationCommand[] => (one.success ? [one.data] : []));
    const bad = raw.length - good.length;
    if (bad > 0) door.refused(station, `${bad} of ${raw.length} commands cannot be read, or are too many`);
    if (good.length > 0) door.commands(station, good);
  }

  return {
    async report(report, message) {
      const verdict = await ask(report.id, timed(report, message));
      switch (verdict.is) {
        case 'taken':
          take(verdict.commands, verdict.at);
          return { outcome: 'acked', ack: verdict.ack };
        case 'refused':
          return { outcome: 'refused', why: verdict.why };
        default:
          return { outcome: 'unanswered', why: verdict.why };
      }
    },
    async life({ waiting, answers }) {
      const id = randomUUID();
      const { hub, everySeconds } = parts;
      const said = answers.map((one): JsonObject => ({ id: one.id, done: one.done, why: one.why }));
      const verdict = await ask(id, { type: 'heartbeat', hub, id, everySeconds, waiting, answers: said });
      if (verdict.is !== 'taken') return { outcome: 'silent', why: verdict.why };
      take(verdict.commands, verdict.at);
      return { outcome: 'answered', ack: verdict.ack };
    },
    commanded(time, signature, body) {
      const at = Date.parse(time);
      if (body.length > MAX_ANSWER_BYTES || Number.isNaN(at) || !isSame(signature, signCommands(secret, time, body))) {
        door.refused(station, 'commands with a wrong signature');
        return;
      }
      const read = commandBatch.safeParse(parse(body));
      if (read.success) take(read.data.commands, wallTime(at));
      else door.refused(station, 'commands that are signed and cannot be read');
    },
    close: () => closing.resolve({ outcome: 'unanswered', why: 'the hub stops' }),
  };
}

/** Pure rooms have no calendar, and far ends want one. */
function timed({ at }: StationReport, message: JsonObject): JsonObject {
  const { atMs: _at, ...rest } = message;
  return { ...rest, at: at === null ? null : new Date(at).toISOString() };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
