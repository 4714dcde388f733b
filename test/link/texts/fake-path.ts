import { type WallTime, wallTime } from '../../../src/base/time.ts';
import type {
  FindResult,
  IncomingText,
  OutgoingText,
  SendResult,
  StatusResult,
  TextPath,
} from '../../../src/hub/ports.ts';

/** A text the fake took. */
interface FakeSent extends OutgoingText {
  readonly sid: string;
  readonly at: WallTime;
}

/** A text path in memory, held to the same contract test as the real one. */
export interface FakePath extends TextPath {
  readonly sent: readonly FakeSent[];
  /** Telephones that rang, in order. */
  readonly rung: readonly string[];
  /** Something came in, and the path knows it. */
  ping(): void;
  /** The next sends, and rings, end like this; `taken`: the text is taken all the same, as after a lost answer. */
  script(...ends: readonly { readonly result: SendResult; readonly taken: boolean }[]): void;
  /** What `status` says of this text from now on. */
  mark(sid: string, status: StatusResult): void;
  receive(from: string, body: string): string;
  /** Every question is `unknown`, every send `later`, until it is up again. */
  down(isDown: 'down' | 'up'): void;
}

export function createFakePath(wall: () => WallTime = () => wallTime(Date.now()), id = 'fake'): FakePath {
  const rung: string[] = [];
  const watching: (() => void)[] = [];
  const sent: FakeSent[] = [];
  const inbox: IncomingText[] = [];
  const ends: { readonly result: SendResult; readonly taken: boolean }[] = [];
  const marks = new Map<string, StatusResult>();
  let state: 'down' | 'up' = 'up';
  let number = 0;
  const newSid = (): string => {
    number += 1;
    return `SM${String(number).padStart(32, '0')}`;
  };
  const lost = { outcome: 'unknown', why: 'the fake is down' } as const;

  function take(text: OutgoingText): string {
    const sid = newSid();
    sent.push({ ...text, sid, at: wall() });
    return sid;
  }

  function send(text: OutgoingText): SendResult {
    if (state === 'down') return { outcome: 'later', why: 'the fake is down', retryAfterMs: null };
    const end = ends.shift();
    if (end === undefined) return { outcome: 'accepted', sid: take(text) };
    const sid = end.taken ? take(text) : null;
    return end.result.outcome === 'accepted' && sid !== null ? { ...end.result, sid } : end.result;
  }

  function ring(to: string): SendResult {
    if (state === 'down') return { outcome: 'later', why: 'the fake is down', retryAfterMs: null };
    const end = ends.shift();
    if (end !== undefined && !end.taken) return end.result;
    rung.push(to);
    return end?.result ?? { outcome: 'accepted', sid: newSid() };
  }

  function find(text: OutgoingText, since: WallTime): FindResult {
    if (state === 'down') return lost;
    const match = sent.findLast((one) => one.to === text.to && one.body === text.body && one.at >= since);
    return match === undefined ? { outcome: 'absent' } : { outcome: 'found', sid: match.sid, status: 'accepted' };
  }

  function status(sid: string): StatusResult {
    if (state === 'down' || !sent.some((one) => one.sid === sid)) return lost;
    return marks.get(sid) ?? { outcome: 'known', status: 'delivered', why: null };
  }

  return {
    id,
    ring: (to) => Promise.resolve(ring(to)),
    watch: (arrived) => void watching.push(arrived),
    ping: () => {
      for (const arrived of watching) arrived();
    },
    rung,
    sent,
    send: (text) => Promise.resolve(send(text)),
    find: (text, since) => Promise.resolve(find(text, since)),
    status: (sid) => Promise.resolve(status(sid)),
    fetch: (since) =>
      Promise.resolve(
        state === 'down' ? lost : { outcome: 'fetched', texts: inbox.filter((one) => one.at >= since).toReversed() },
      ),
    script: (...more) => {
      ends.push(...more);
    },
    mark: (sid, result) => {
      marks.set(sid, result);
    },
    receive: (from, body) => {
      const sid = newSid();
      inbox.push({ sid, from, body, at: wall() });
      return sid;
    },
    down: (isDown) => {
      state = isDown;
    },
  };
}
