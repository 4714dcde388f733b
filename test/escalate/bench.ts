import type { AlarmKind } from '../../src/alarm/plan.ts';
import type { Alarm } from '../../src/alarm/state.ts';
import type { AlarmId, ContactId, ZoneId } from '../../src/base/brand.ts';
import { type Duration, type Instant, instant, seconds } from '../../src/base/time.ts';
import { deadline, escalate } from '../../src/escalate/escalate.ts';
import type { EscalationEffect, EscalationEvent, SendReport, TellingPlan } from '../../src/escalate/events.ts';
import type { ContactPlan, StepPlan } from '../../src/escalate/plan.ts';
import { type EscalationState, initialEscalation, type Text } from '../../src/escalate/state.ts';

export const contact = (id: string): ContactId => id as ContactId;
export const ALL: readonly AlarmKind[] = ['intruder', 'personal', 'duress', 'tamper', 'fire', 'fault', 'test'];

export const person = (id: string, alarms: readonly AlarmKind[] = ALL): [ContactId, ContactPlan] => [
  contact(id),
  { id: contact(id), alarms: new Set(alarms), wording: 'neutral' },
];

export const step = (afterSeconds: number, notify: readonly string[], repeat = 1, everySeconds = 0): StepPlan => ({
  after: seconds(afterSeconds),
  notify: notify.map(contact),
  repeat,
  every: seconds(everySeconds),
});

export interface PlanChange {
  readonly contacts?: readonly [ContactId, ContactPlan][];
  readonly steps?: readonly StepPlan[];
  readonly lastResort?: Duration | null;
  readonly path?: string | null;
}

/** A house with a sister and a neighbour, the sister told at once and three times from two minutes on. */
export function planOf(change: PlanChange = {}): TellingPlan {
  const steps = change.steps ?? [step(0, ['sister']), step(120, ['sister'], 3, 120)];
  return {
    contacts: new Map(change.contacts ?? [person('sister'), person('neighbour')]),
    steps: { intruder: steps, personal: steps, duress: steps, tamper: steps, fire: steps, fault: steps, test: steps },
    lastResort: change.lastResort === undefined ? null : change.lastResort,
    path: change.path === undefined ? 'twilio' : change.path,
  };
}

export const alarm = (kind: AlarmKind, change: Partial<Alarm> = {}): Alarm => ({
  id: 'a1' as AlarmId,
  kind,
  zones: ['front-door' as ZoneId],
  since: instant(0),
  runsUntil: instant(0),
  renewed: instant(0),
  silent: kind === 'duress',
  hidden: false,
  acknowledgedBy: null,
  expires: instant(86_400_000),
  ...change,
});

const numbers = (from = 4821): readonly string[] => Array.from({ length: 20 }, (_, index) => `${from + index}`);

/** The far end answers a send like this. */
type Far = (text: string, attempt: number) => SendReport | null;
const accepting: Far = (_, attempt) => ({ outcome: 'accepted', sid: `SM${attempt}` });

/** A hub in small: it turns the crank to every deadline, and lets a far end answer at once. */
export interface Bench {
  readonly state: () => EscalationState;
  readonly now: () => Instant;
  /** An event now; gives every effect it led to, the far end's answers included. */
  does(event: EscalationEvent): readonly EscalationEffect[];
  /** Lets time pass, with a tick at every deadline. */
  passes(toSeconds: number): readonly EscalationEffect[];
  /** As after a stop: the state goes through JSON, and whatever was on its way is lost. */
  restarts(afterSeconds?: number): readonly EscalationEffect[];
  readonly far: {
    send: Far;
    find: 'absent' | 'found' | 'unknown';
    status: 'accepted' | 'delivered' | 'failed';
    fetch: 'ok' | 'failed';
  };
  plan: TellingPlan;
}

export function benchOf(plan: TellingPlan): Bench {
  let state = initialEscalation();
  let now = instant(0);
  let attempts = 0;
  const far: Bench['far'] = { send: accepting, find: 'absent', status: 'delivered', fetch: 'ok' };

  function turn(event: EscalationEvent): readonly EscalationEffect[] {
    const stepped = escalate(bench.plan, state, event, now);
    state = stepped.state;
    return [...stepped.effects, ...stepped.effects.flatMap(answered)];
  }

  function answered(effect: EscalationEffect): readonly EscalationEffect[] {
    switch (effect.type) {
      case 'send': {
        attempts += 1;
        const result = far.send(effect.text.contact, attempts);
        return result === null ? [] : turn({ type: 'send-ended', text: effect.text.id, result });
      }
      case 'find':
        return turn({ type: 'find-ended', text: effect.text.id, result: findReport() });
      case 'ask-status':
        return turn({
          type: 'status-ended',
          text: effect.text,
          result: { outcome: 'known', status: far.status, why: null },
        });
      case 'fetch':
        return turn({ type: 'fetch-ended', ok: far.fetch === 'ok' });
      default:
        return [];
    }
  }

  function findReport() {
    if (far.find === 'unknown') return { outcome: 'unknown', why: 'no answer' } as const;
    return far.find === 'absent'
      ? ({ outcome: 'absent' } as const)
      : ({ outcome: 'found', sid: `SMfound${attempts}`, status: 'accepted' } as const);
  }

  function passes(toSeconds: number): readonly EscalationEffect[] {
    const effects: EscalationEffect[] = [];
    const end = instant(toSeconds * 1000);
    for (let next = deadline(state); next !== null && next <= end; next = deadline(state)) {
      if (next <= now) throw new Error('a deadline that does not move on');
      now = next;
      effects.push(...turn({ type: 'tick' }));
    }
    now = end;
    effects.push(...turn({ type: 'tick' }));
    return effects;
  }

  const bench: Bench = {
    state: () => state,
    now: () => now,
    does: turn,
    passes,
    restarts(afterSeconds = 0) {
      state = JSON.parse(JSON.stringify(state));
      now = instant(now + afterSeconds * 1000);
      return turn({ type: 'restarted' });
    },
    far,
    plan,
  };
  turn({ type: 'restarted' });
  return bench;
}

/** What leaves the room, as short words: `send sister 4821`, `local text-accepted`, `acknowledge sister`. */
export function words(effects: readonly EscalationEffect[]): readonly string[] {
  return effects.map((effect) => {
    switch (effect.type) {
      case 'record':
        return `${effect.audience} ${effect.row}`;
      case 'send':
        return `send ${effect.text.contact} ${effect.text.number ?? effect.text.purpose}`;
      case 'not-sent':
        return `not-sent ${effect.text.contact} ${effect.text.silent ? 'sealed' : 'local'}`;
      case 'acknowledge':
        return `acknowledge ${effect.contact}${effect.silent ? ' silently' : ''}`;
      case 'path-fault':
        return `path ${effect.up ? 'up' : 'down'}`;
      default:
        return effect.type;
    }
  });
}

export const sends = (effects: readonly EscalationEffect[]): readonly string[] =>
  words(effects).filter((word) => word.startsWith('send '));
export const rows = (effects: readonly EscalationEffect[]): readonly string[] =>
  words(effects).filter((word) => /^(local|sealed) /.test(word));
export const live = (state: EscalationState, contactId: string): readonly Text[] =>
  state.texts.filter((text) => text.contact === contactId);

let sid = 0;
export const reply = (
  from: string | null,
  body: string,
  change: { sid?: string; onNeverList?: boolean } = {},
): EscalationEvent => {
  sid += 1;
  const text = { sid: change.sid ?? `in${sid}`, contact: from === null ? null : contact(from), body };
  return { type: 'texts-in', texts: [{ ...text, onNeverList: change.onNeverList ?? false }] };
};
export const tell = (kind: AlarmKind, change: Partial<Alarm> = {}, from = 4821): EscalationEvent => ({
  type: 'told',
  alarm: alarm(kind, change),
  numbers: numbers(from),
});
