import { createHash } from 'node:crypto';
import type { JsonObject } from '../base/json.ts';
import { CLOCK_SLACK_MS, heartbeat, MAX_COMMANDS, report } from '../link/signed/messages.ts';
import { isSame, signAnswer, signRequest } from '../link/signed/signature.ts';
import type { DeskHub } from './config.ts';
import type { Desk, DeskTaken } from './desk.ts';
import type { DeskReport, WaitingCommand } from './model.ts';

/** A signed message as it came, whatever carried it. */
export interface Signed {
  readonly hub: string;
  readonly time: string;
  readonly signature: string;
  readonly body: string;
}

/** A signed answer; or, to who has no secret with us, an unsigned one. */
export interface Answered {
  readonly status: number;
  readonly time: string;
  readonly signature: string | null;
  readonly body: string;
  readonly id: string | null;
}

type Refusal = 'clock_skew' | 'bad_signature' | 'replayed' | 'unknown_hub' | 'not_readable' | 'busy';

const STATUS: Readonly<Record<Refusal, number>> = {
  clock_skew: 401,
  bad_signature: 401,
  replayed: 409,
  unknown_hub: 404,
  not_readable: 400,
  busy: 503,
};

export interface ReceiveParts {
  readonly desk: Desk;
  readonly hubs: ReadonlyMap<string, DeskHub>;
  readonly now: () => number;
}

/** Believes what is signed, fresh and new, and answers in kind. Never rejects. */
export function createReceiver({ desk, hubs, now }: ReceiveParts): (message: Signed) => Promise<Answered> {
  return async (message) => {
    const hub = hubs.get(message.hub);
    const time = new Date(now()).toISOString();
    const answer = (status: number, content: JsonObject): Answered => {
      const body = JSON.stringify(content);
      const secret = hub?.secret ?? null;
      const signature = secret === null ? null : signAnswer(secret, time, message.signature, body);
      return { status, time, signature, body, id: typeof content['id'] === 'string' ? content['id'] : null };
    };
    const refuse = (error: Refusal, why: string, id: string | null = null): Answered =>
      answer(STATUS[error], { ok: false, id, error, why });

    if (hub === undefined || hub.secret === null)
      return refuse('unknown_hub', 'No hub of this id is registered here; the desk’s config names those that are.');
    if (!isSame(message.signature, signRequest(hub.secret, message.time, message.body)))
      return refuse(
        'bad_signature',
        'The signature is wrong: the secrets of hub and desk differ, or this was changed on the way.',
      );
    const skew = skewOf(message.time, now());
    if (skew !== null) return refuse('clock_skew', skew, idIn(message.body));
    return taken(hub, message.body);

    async function taken(known: DeskHub, body: string): Promise<Answered> {
      const content = parse(body);
      const told = report.safeParse(content);
      if (told.success && told.data.hub === known.id) {
        const { id, kind, is, severity, alarm, at, zone, text, card } = told.data;
        const said: DeskReport = {
          kind,
          is,
          severity,
          alarm,
          zone: zone?.name ?? null,
          text,
          card: (card ?? null) as JsonObject | null,
        };
        // A hub that was set up anew from an old copy gives ids again. What then happens is no repetition, and must not
        // be lost as one; a zone that got another name meanwhile makes none new.
        const words = JSON.stringify([id, kind, is, alarm, at, zone?.id ?? null]);
        const key = `${id}/${createHash('sha256').update(words).digest('hex').slice(0, 16)}`;
        return close(id, await desk.report(known, { id: key, words, forgetBefore: null }, said));
      }
      const lives = heartbeat.safeParse(content);
      if (lives.success && lives.data.hub === known.id)
        return close(lives.data.id, await desk.life(known, lives.data.id, lives.data.answers));
      return refuse('not_readable', 'This is neither a report nor a heartbeat of this hub.', idIn(body));
    }

    function close(id: string, done: DeskTaken): Answered {
      switch (done.is) {
        case 'taken':
          return answer(200, { ok: true, id, commands: done.commands.slice(0, MAX_COMMANDS).map(commandJson) });
        case 'replayed':
          return refuse('replayed', done.why, id);
        case 'busy':
          return refuse('busy', done.why, id);
      }
    }
  };
}

/** As the hub reads it. */
export const commandJson = ({ id, order, alarm, by, note }: WaitingCommand): JsonObject => ({
  id,
  order,
  alarm,
  by,
  note,
});

function skewOf(time: string, now: number): string | null {
  const at = Date.parse(time);
  if (Number.isNaN(at)) return 'The time of the message is none; write ISO 8601 in UTC.';
  const ahead = at - now;
  if (Math.abs(ahead) <= CLOCK_SLACK_MS) return null;
  const seconds = Math.round(Math.abs(ahead) / 1000);
  return `The clock of the hub is ${seconds} s ${ahead > 0 ? 'ahead of' : 'behind'} the desk’s; ask again with the time of this answer.`;
}

const idIn = (body: string): string | null => {
  const content = parse(body);
  const id: unknown = typeof content === 'object' && content !== null ? Reflect.get(content, 'id') : null;
  return typeof id === 'string' && id.length > 0 && id.length <= 64 ? id : null;
};

function parse(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return null;
  }
}
