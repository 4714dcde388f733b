import type { AlarmKind } from '../../src/alarm/plan.ts';
import type { Alarm } from '../../src/alarm/state.ts';
import type { AlarmId, ContactId, ZoneId } from '../../src/base/brand.ts';
import { type Duration, type Instant, instant, seconds, wallTime } from '../../src/base/time.ts';
import { deadline, escalate } from '../../src/escalate/escalate.ts';
import type { Civil, EscalationEffect, EscalationEvent, SendReport, TellingPlan } from '../../src/escalate/events.ts';
import type { ContactPlan, StepPlan, Strategy } from '../../src/escalate/plan.ts';
import { type EscalationState, initialEscalation, type Text } from '../../src/escalate/state.ts';

export const contact = (id: string): ContactId => id as ContactId;
export const ALL: readonly AlarmKind[] = ['intruder', 'personal', 'duress', 'tamper', 'fire', 'fault', 'test'];

export const person = (
  id: string,
  alarms: readonly AlarmKind[] = ALL,
  change: Partial<ContactPlan> = {},
): [ContactId, ContactPlan] => [
  contact(id),
  { id: contact(id), alarms: new Set(alarms), wording: 'neutral', via: ['text'], hours: null, asks: null, ...change },
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
  /** Left out: one, which rings. */
  readonly paths?: readonly string[];
  readonly strategy?: Strategy;
  readonly civil?: Civil;
}

/** A day long after 1970, and nobody knows its hour. */
const SOME_DAY: Civil = { wall: wallTime(1_800_000_000_000), minute: null };

/** A house with a sister and a neighbour, the sister told at once and three times from two minutes on. */
export function planOf(change: PlanChange = {}): TellingPlan {
  const steps = change.steps ?? [step(0, ['sister']), step(120, ['sister'], 3, 120)];
  return {
    contacts: new Map(change.contacts ?? [person('sister'), person('neighbour')]),
    steps: { intruder: steps, personal: steps, duress: steps, tamper: steps, fire: steps, fault: steps, test: steps },
    lastResort: change.lastResort === undefined ? null : change.lastResort,
    strategy: change.strategy ?? 'order',
    paths: (change.paths ?? ['twilio']).map((id) => ({ id, rings: true })),
    civil: change.civil ?? SOME_DAY,
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
type Far = (contact: string, attempt: number, path: string) => SendReport | null;
const accepting: Far = (_, attempt) => ({ outcome: 'accepted', sid: `SM${attempt}` });

/** A hub in small: it turns the crank to every deadline, and lets a far end answer at once. */
export interface Bench {
  readonly state: () => EscalationState;
  readonly now: () => Instant;
  /** An event now; gives every effect it led to, the far end's answers included. */
  does(event: EscalationEvent): readonly EscalationEffect[];
  /** Lets time pass, with a tick at every deadline. */
  passes(toSeconds: number): readonly EscalationEffect[];
  /** Lets time pass in one leap, as when the process stood still. */
  jumps(to: Instant): readonly EscalationEffect[];
  /** As after a stop: the state goes through JSON, and whatever was on its way is lost. */
  restarts(afterSeconds?: number): readonly EscalationEffect[];
  readonly far: {
    send: Far;
    find: 'absent' | 'found' | 'unknown';
    status: 'accepted' | 'delivered' | 'failed';
    fetch: 'ok' | 'failed';
    /** These paths alone are as the lines above say; the others are well. Left out: all. */
    on?: readonly string[];
    /** What these paths say of a text they took, whatever the line above. */
    statusOf?: Readonly<Record<string, 'accepted' | 'delivered' | 'failed'>>;
    /** Rings; left out: as texts. */
    ring?: Far;
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
        const { path } = effect;
        const send = effect.text.via === 'call' ? (far.ring ?? far.send) : far.send;
        const result = (isOdd(path) ? send : accepting)(effect.text.contact, attempts, path);
        return result === null ? [] : turn({ type: 'send-ended', text: effect.text.id, path, result });
      }
      case 'find':
        return turn({ type: 'find-ended', text: effect.text.id, path: effect.path, result: findReport() });
      case 'ask-status': {
        const status = far.statusOf?.[effect.path] ?? (isOdd(effect.path) ? far.status : 'delivered');
        const result = { outcome: 'known', status, why: null } as const;
        return turn({ type: 'status-ended', text: effect.text, path: effect.path, result });
      }
      case 'fetch': {
        const { path, look } = effect;
        return turn({ type: 'fetch-ended', path, look, ok: !isOdd(path) || far.fetch === 'ok' });
      }
      default:
        return [];
    }
  }

  const isOdd = (path: string): boolean => far.on === undefined || far.on.includes(path);

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
    jumps(to) {
      now = to;
      return turn({ type: 'tick' });
    },
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

/** The path of most stories goes without saying. */
const by = (path: string): string => (path === 'twilio' ? '' : ` by ${path}`);

/** What leaves the room, as short words: `send sister 4821`, `local text-accepted`, `acknowledge sister`. */
export function words(effects: readonly EscalationEffect[]): readonly string[] {
  return effects.map((effect) => {
    switch (effect.type) {
      case 'record':
        return `${effect.audience} ${effect.row}`;
      case 'send':
        if (effect.text.via === 'call') return `ring ${effect.text.contact}${by(effect.path)}`;
        return `send ${effect.text.contact} ${effect.text.number ?? effect.text.purpose}${by(effect.path)}`;
      case 'not-sent':
        return `not-sent ${effect.text.contact} ${effect.text.silent ? 'sealed' : 'local'}`;
      case 'acknowledge':
        return `acknowledge ${effect.contact}${effect.silent ? ' silently' : ''}`;
      case 'path-fault':
        return `path ${effect.up ? 'up' : 'down'}${by(effect.path)}`;
      case 'unproven':
        return `unproven ${effect.is}`;
      default:
        return effect.type;
    }
  });
}

export const sends = (effects: readonly EscalationEffect[]): readonly string[] =>
  words(effects).filter((word) => /^(send|ring) /.test(word));
export const rows = (effects: readonly EscalationEffect[]): readonly string[] =>
  words(effects).filter((word) => /^(local|sealed) /.test(word));
export const live = (state: EscalationState, contactId: string): readonly Text[] =>
  state.texts.filter((text) => text.contact === contactId);

let sid = 0;
export const reply = (
  from: string | null,
  body: string,
  change: { sid?: string; onNeverList?: boolean; path?: string } = {},
): EscalationEvent => {
  sid += 1;
  const text = { sid: change.sid ?? `in${sid}`, contact: from === null ? null : contact(from), body };
  const path = change.path ?? 'twilio';
  return { type: 'texts-in', path, texts: [{ ...text, onNeverList: change.onNeverList ?? false }] };
};
export const tell = (kind: AlarmKind, change: Partial<Alarm> = {}, from = 4821): EscalationEvent => ({
  type: 'told',
  alarm: alarm(kind, change),
  numbers: numbers(from),
});
