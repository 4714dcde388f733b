import type { Alarm } from '../../src/alarm/state.ts';
import { type Instant, instant } from '../../src/base/time.ts';
import { deadline, escalate } from '../../src/escalate/escalate.ts';
import type { EscalationEffect, EscalationEvent, TellingPlan, TextOrder } from '../../src/escalate/events.ts';
import { type EscalationState, initialEscalation } from '../../src/escalate/state.ts';

// Far ends with every kind of trouble, telephones behind them, and a process that can stop at any step.

/** How a path is. `takes`: what it is given arrives at a telephone two seconds later. */
export interface FarEnd {
  readonly name: string;
  readonly takes: boolean;
  readonly send: 'accepted' | 'refused' | 'later' | 'unknown' | 'nothing';
  readonly find: 'found' | 'absent' | 'unknown' | 'nothing';
  readonly status: 'delivered' | 'accepted' | 'failed' | 'unknown';
  readonly fetch: 'ok' | 'failed' | 'nothing';
}

const well = { send: 'accepted', find: 'found', status: 'delivered', fetch: 'ok', takes: true } as const;

export const FAR_ENDS: readonly FarEnd[] = [
  { ...well, name: 'is well' },
  { ...well, name: 'refuses', send: 'refused', find: 'absent', takes: false },
  { ...well, name: 'is busy', send: 'later', find: 'absent', takes: false },
  { ...well, name: 'hangs', send: 'nothing', find: 'nothing', fetch: 'nothing', takes: false },
  { ...well, name: 'takes texts and loses its answers', send: 'unknown' },
  { ...well, name: 'breaks before it takes a text', send: 'unknown', find: 'absent', takes: false },
  { ...well, name: 'breaks and does not know what it has', send: 'unknown', find: 'unknown', takes: false },
  { ...well, name: 'lies about delivery', takes: false },
  { ...well, name: 'keeps texts for ever', status: 'accepted', takes: false },
  { ...well, name: 'fails to deliver', status: 'failed', takes: false },
  {
    name: 'has no network',
    takes: false,
    send: 'later',
    find: 'unknown',
    status: 'unknown',
    fetch: 'failed',
  },
];

/** Seconds until somebody has a text that takes its turns, where one path brings it and the other is this one. */
export function turnsTake({ name }: FarEnd): number {
  // Who says that a text was delivered is believed until the last resort.
  if (name === 'lies about delivery') return 185;
  if (name === 'keeps texts for ever') return 70;
  return name === 'fails to deliver' ? 20 : 8;
}

/** Where the process stops, and starts again three seconds later. */
export const STOPS = [
  'never',
  'before the hand-over',
  'before the answer',
  'behind the answer',
  'after twenty seconds',
  'after seventy seconds',
] as const;
export type Stop = (typeof STOPS)[number];

export interface Outcome {
  /** Seconds to the first hand-over, of words or a ring, from the event. */
  readonly handedAfter: number | null;
  /** Seconds to the first text about the alarm on somebody's telephone. */
  readonly reachedAfter: number | null;
  /** What was missed, as its row says. */
  readonly missed: readonly string[];
  /** Somebody's answer came through. */
  readonly answered: boolean;
}

const ANSWER_MS = 200;
const ARRIVAL_MS = 2000;
const READING_MS = 10_000;
const START_MS = 3000;

/** Plays one alarm for so many seconds, with a contact who answers what arrives. */
export function play(
  plan: TellingPlan,
  farEnds: ReadonlyMap<string, FarEnd>,
  alarm: Alarm,
  stop: Stop,
  seconds: number,
): Outcome {
  // Nothing is known of the paths yet: one that is known to be dead would not be asked first.
  const begun = instant(1000);
  let state: EscalationState = initialEscalation();
  let now: Instant = instant(0);
  /** What the world will say, and when; lost in a stop when it is an answer to us. */
  let coming: { readonly at: number; readonly event: EscalationEvent; readonly isAnswer: boolean }[] = [];
  const inbox = new Map<
    string,
    { readonly at: number; readonly sid: string; readonly body: string; readonly from: TextOrder['contact'] }[]
  >();
  const given = new Set<string>();
  let number = 0;
  let handedAt: number | null = null;
  let reachedAt: number | null = null;
  let answered = false;
  let stopped = stop === 'never';
  const missed: string[] = [];

  const say = (after: number, event: EscalationEvent): void =>
    void coming.push({ at: now + after, event, isAnswer: true });

  function turn(event: EscalationEvent, how: 'performed' | 'cut off' = 'performed'): void {
    const next = escalate(plan, state, event, now);
    state = next.state;
    for (const effect of next.effects) {
      if (effect.type === 'record' && effect.row === 'telling-missed') missed.push(String(effect.data['what']));
      if (effect.type === 'acknowledge') answered = true;
      if (how === 'performed') perform(effect);
    }
  }

  function arrives(text: TextOrder, path: string): void {
    const about = text.purpose === 'step' || text.purpose === 'last-resort';
    if (about && (reachedAt === null || now + ARRIVAL_MS < reachedAt)) reachedAt = now + ARRIVAL_MS;
    if (text.number === null) return;
    number += 1;
    const replies = inbox.get(path) ?? [];
    replies.push({ at: now + READING_MS, sid: `in${number}`, body: `OK ${text.number}`, from: text.contact });
    inbox.set(path, replies);
  }

  function perform(effect: EscalationEffect): void {
    if (!('path' in effect) || effect.type === 'path-fault') return;
    const far = farEnds.get(effect.path);
    if (far === undefined) throw new Error(`no far end for ${effect.path}`);
    const { path } = effect;
    if (effect.type === 'send') {
      const isAbout = effect.text.alarm === alarm.id;
      if (isAbout && handedAt === null) handedAt = now;
      if (far.takes) arrives(effect.text, path);
      given.add(`${path} ${effect.text.id}`);
      number += 1;
      const text = effect.text.id;
      if (far.send === 'accepted') {
        say(ANSWER_MS, { type: 'send-ended', text, path, result: { outcome: 'accepted', sid: `out${number}` } });
      } else if (far.send === 'later') {
        say(ANSWER_MS, {
          type: 'send-ended',
          text,
          path,
          result: { outcome: 'later', why: 'busy', retryAfterMs: null },
        });
      } else if (far.send !== 'nothing') {
        say(ANSWER_MS, { type: 'send-ended', text, path, result: { outcome: far.send, why: 'trouble' } });
      }
    } else if (effect.type === 'find') {
      const text = effect.text.id;
      if (far.find === 'nothing') return;
      number += 1;
      const result =
        far.find === 'found' && given.has(`${path} ${text}`)
          ? ({ outcome: 'found', sid: `out${number}`, status: 'accepted' } as const)
          : far.find !== 'unknown'
            ? ({ outcome: 'absent' } as const)
            : ({ outcome: 'unknown', why: 'trouble' } as const);
      say(ANSWER_MS, { type: 'find-ended', text, path, result });
    } else if (effect.type === 'ask-status') {
      const result =
        far.status === 'unknown'
          ? ({ outcome: 'unknown', why: 'trouble' } as const)
          : ({ outcome: 'known', status: far.status, why: null } as const);
      say(ANSWER_MS, { type: 'status-ended', text: effect.text, path, result });
    } else {
      if (far.fetch === 'nothing') return;
      const ready = (inbox.get(path) ?? []).filter(({ at }) => at <= now);
      if (far.fetch === 'ok' && ready.length > 0) {
        const texts = ready.map(({ sid, body, from }) => ({ sid, contact: from, onNeverList: false, body }));
        say(ANSWER_MS, { type: 'texts-in', path, texts });
      }
      say(ANSWER_MS, { type: 'fetch-ended', path, look: effect.look, ok: far.fetch === 'ok' });
    }
  }

  /** What was asked is lost with the process; what the state says is all that is left. */
  function restart(): void {
    stopped = true;
    coming = coming.filter(({ isAnswer }) => !isAnswer);
    state = JSON.parse(JSON.stringify(state));
    now = instant(now + START_MS);
    turn({ type: 'restarted' });
  }

  const stopAt: Readonly<Partial<Record<Stop, number>>> = {
    'before the answer': begun + ANSWER_MS / 2,
    'behind the answer': begun + ANSWER_MS + 1,
    'after twenty seconds': begun + 20_000,
    'after seventy seconds': begun + 70_000,
  };

  function pass(until: number): void {
    for (;;) {
      coming.sort((a, b) => a.at - b.at);
      const word = coming[0]?.at ?? Number.POSITIVE_INFINITY;
      const due = deadline(state) ?? Number.POSITIVE_INFINITY;
      const crash = stopped ? Number.POSITIVE_INFINITY : (stopAt[stop] ?? Number.POSITIVE_INFINITY);
      const next = Math.min(word, due, crash);
      if (next > until) break;
      now = instant(Math.max(now, next));
      if (crash === next) restart();
      else if (word === next) turn(coming.shift()?.event ?? { type: 'tick' });
      else turn({ type: 'tick' });
    }
    now = instant(Math.max(now, until));
  }

  turn({ type: 'restarted' });
  pass(begun);
  const numbers = Array.from({ length: 40 }, (_, index) => `${1000 + index}`);
  turn({ type: 'told', alarm, numbers }, stop === 'before the hand-over' ? 'cut off' : 'performed');
  if (stop === 'before the hand-over') restart();
  pass(begun + seconds * 1000);
  const since = (at: number | null): number | null => (at === null ? null : (at - begun) / 1000);
  return { handedAfter: since(handedAt), reachedAfter: since(reachedAt), missed, answered };
}
