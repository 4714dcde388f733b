import { createHmac } from 'node:crypto';
import { createWaiting } from '../../whole/waiting.ts';

// The far end of webhook and up-link, strict, sharing no code with the hub, with faults that it plays when told.

export type Fault =
  /** Takes it and says nothing. */
  | 'drop'
  | 'unsigned'
  | 'wrong-secret'
  /** Answers another message. */
  | 'other-id'
  /** Says again, word for word, what it said to the message before. */
  | 'replay'
  | 'not-json'
  | 'nonsense'
  | 'too-long'
  | 'refuse'
  | 'busy'
  /** Closes the connection without a word. */
  | 'hang-up'
  /** Half of the answer, then it closes the connection. */
  | 'half'
  /** Its answer is signed and an hour old. */
  | 'old'
  /** Complains of the clock, and gives a wrong time itself. */
  | 'skew';

export interface Told {
  readonly type: string;
  readonly id: string;
  readonly [key: string]: unknown;
}

export interface Said {
  readonly time: string | null;
  readonly signature: string | null;
  readonly requestSignature: string;
  readonly to: string;
  readonly body: string;
  readonly how: 'whole' | 'half';
}

export interface Service {
  /** Each once, however often it came. */
  readonly taken: readonly Told[];
  /** Everything that came with a right signature. */
  readonly heard: readonly Told[];
  readonly complaints: readonly string[];
  play(...faults: readonly Fault[]): void;
  /** Forgets the faults that it has not played yet. */
  recover(): void;
  /** Commands for the next heartbeat's answer. */
  give(...commands: readonly unknown[]): void;
  setClock(aheadMs: number): void;
  until(what: string, holds: () => boolean): Promise<void>;
  /** The answer to one message; null: none, `hang-up`: none ever. */
  answer(time: string, signature: string, body: string): Said | 'hang-up' | null;
  /** Commands unasked, signed. */
  batch(
    commands: readonly unknown[],
    ageMs?: number,
  ): { readonly time: string; readonly signature: string; readonly body: string };
}

const SKEW_MS = 60_000;

export function createService(secret: string, wall: () => number): Service {
  const taken: Told[] = [];
  const heard: Told[] = [];
  const complaints: string[] = [];
  const faults: Fault[] = [];
  let commands: readonly unknown[] = [];
  let ahead = 0;
  let last: Said | null = null;
  const seen = new Set<string>();
  const waiting = createWaiting(() => JSON.stringify({ heard, complaints }));
  const mac = (key: string, ...parts: readonly string[]): string =>
    `v1=${createHmac('sha256', key).update(parts.join('\n')).digest('hex')}`;
  const clock = (): string => new Date(wall() + ahead).toISOString();

  function signed(
    to: string,
    requestSignature: string,
    what: object | string,
    change: { readonly key?: string; readonly ageMs?: number } = {},
  ): Said {
    const time = new Date(wall() + ahead - (change.ageMs ?? 0)).toISOString();
    const body = typeof what === 'string' ? what : JSON.stringify(what);
    const signature = mac(change.key ?? secret, 'lantern-answer-v1', time, requestSignature, body);
    return { time, signature, requestSignature, to, body, how: 'whole' };
  }

  function refused(to: string, requestSignature: string, error: string, why: string): Said {
    complaints.push(error);
    return signed(to, requestSignature, { ok: false, id: to, error, why });
  }

  function right(message: Told): object {
    if (message.type !== 'heartbeat') return { ok: true, id: message.id };
    const now = commands;
    commands = [];
    return { ok: true, id: message.id, ...(now.length === 0 ? {} : { commands: now }) };
  }

  function play(fault: Fault, message: Told, signature: string): Said | 'hang-up' | null {
    const answer = (what: object | string, change = {}): Said => signed(message.id, signature, what, change);
    switch (fault) {
      case 'drop':
        return null;
      case 'hang-up':
        return 'hang-up';
      case 'unsigned':
        return { ...answer(right(message)), time: null, signature: null };
      case 'wrong-secret':
        return answer(right(message), { key: 'somebody else' });
      case 'other-id':
        return answer({ ok: true, id: 'other' });
      case 'replay':
        return last === null ? null : { ...last, to: message.id, requestSignature: signature };
      case 'not-json':
        return answer('{"ok":true,');
      case 'nonsense':
        return answer({ ok: 'maybe' });
      case 'too-long':
        return answer({ ...right(message), filler: 'x'.repeat(70_000) });
      case 'refuse':
        return answer({ ok: false, id: message.id, error: 'refused', why: 'no such account' });
      case 'busy':
        return answer({ ok: false, id: message.id, error: 'busy', why: 'later' });
      case 'half':
        return { ...answer(right(message)), how: 'half' };
      case 'old':
        return answer(right(message), { ageMs: 3_600_000 });
      case 'skew':
        return answer({ ok: false, id: message.id, error: 'clock_skew', why: 'not my time' }, { ageMs: -3_600_000 });
    }
  }

  return {
    taken,
    heard,
    complaints,
    play: (...more) => {
      faults.push(...more);
    },
    recover: () => {
      faults.splice(0);
    },
    give: (...more) => {
      commands = [...commands, ...more];
    },
    setClock: (aheadMs) => {
      ahead = aheadMs;
    },
    until: waiting.until,
    batch(list, ageMs = 0) {
      const time = new Date(Date.parse(clock()) - ageMs).toISOString();
      const body = JSON.stringify({ commands: list });
      return { time, body, signature: mac(secret, 'lantern-commands-v1', time, body) };
    },
    answer(time, signature, body) {
      const id = /"id":"([^"]*)"/.exec(body)?.[1] ?? '';
      if (signature !== mac(secret, 'lantern-request-v1', time, body)) {
        const said = refused(id, signature, 'bad_signature', 'the secrets differ');
        waiting.look();
        return said;
      }
      if (Math.abs(Date.parse(time) - Date.parse(clock())) > SKEW_MS) {
        const said = refused(id, signature, 'clock_skew', 'your clock and mine differ by more than a minute');
        waiting.look();
        return said;
      }
      const message: Told = JSON.parse(body);
      heard.push(message);
      const fault = faults.shift();
      const isKept = fault === 'refuse' || fault === 'busy' || fault === 'skew';
      if (message.type === 'report' && !seen.has(message.id) && !isKept) {
        seen.add(message.id);
        taken.push(message);
      }
      const said =
        fault === undefined ? signed(message.id, signature, right(message)) : play(fault, message, signature);
      if (said !== null && said !== 'hang-up') last = said;
      waiting.look();
      return said;
    },
  };
}
