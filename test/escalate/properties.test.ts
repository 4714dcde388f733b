import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AlarmKind } from '../../src/alarm/plan.ts';
import type { AlarmId, TextId } from '../../src/base/brand.ts';
import { type Instant, instant, seconds } from '../../src/base/time.ts';
import { deadline, escalate } from '../../src/escalate/escalate.ts';
import type { EscalationEffect, EscalationEvent, TellingPlan } from '../../src/escalate/events.ts';
import { type EscalationState, initialEscalation } from '../../src/escalate/state.ts';
import { ALL, alarm, contact, person, planOf, step } from './bench.ts';

const PLAN = planOf({
  contacts: [person('sister'), person('neighbour', ['intruder', 'personal']), person('aunt', ['duress'])],
  steps: [step(0, ['sister', 'aunt']), step(20, ['neighbour', 'sister'], 3, 15)],
  lastResort: seconds(45),
});

const ids = ['a1', 'a2', 'a3'].map((id) => id as AlarmId);
const anyId = fc.constantFrom(...ids);
const anyText: fc.Arbitrary<TextId> = fc
  .tuple(fc.constantFrom(...ids, 'hub'), fc.integer({ min: 1, max: 60 }))
  .map(([id, number]) => `${id}/${number}` as TextId);
const sid = fc.integer({ min: 1, max: 30 }).map((number) => `SM${number}`);
const why = fc.constant('because');
const status = fc.constantFrom('accepted' as const, 'delivered' as const, 'failed' as const);
const lost = fc.record({ outcome: fc.constant('unknown' as const), why });

const anyEvent: fc.Arbitrary<EscalationEvent> = fc.oneof(
  fc
    .record({
      id: anyId,
      kind: fc.constantFrom(...ALL),
      silent: fc.boolean(),
      hidden: fc.boolean(),
      from: fc.integer({ min: 1000, max: 1020 }),
    })
    .map(
      ({ id, kind, silent, hidden, from }): EscalationEvent => ({
        type: 'told',
        alarm: alarm(kind, { id, silent, hidden }),
        numbers: Array.from({ length: 14 }, (_, index) => `${from + index}`),
      }),
    ),
  fc.record({
    type: fc.constant('stopped' as const),
    alarm: anyId,
    why: fc.constantFrom('code' as const, 'closure' as const, 'expired' as const),
  }),
  fc.record({ type: fc.constant('hidden' as const), alarm: anyId }),
  fc.record({
    type: fc.constant('send-ended' as const),
    text: anyText,
    result: fc.oneof(
      fc.record({ outcome: fc.constant('accepted' as const), sid }),
      fc.record({ outcome: fc.constant('refused' as const), why }),
      fc.record({ outcome: fc.constant('later' as const), why, retryAfterMs: fc.constantFrom(null, 0, 5000, 1e12) }),
      lost,
    ),
  }),
  fc.record({
    type: fc.constant('find-ended' as const),
    text: anyText,
    result: fc.oneof(
      fc.record({ outcome: fc.constant('found' as const), sid, status }),
      fc.record({ outcome: fc.constant('absent' as const) }),
      lost,
    ),
  }),
  fc.record({
    type: fc.constant('status-ended' as const),
    text: anyText,
    result: fc.oneof(fc.record({ outcome: fc.constant('known' as const), status, why: fc.constant(null) }), lost),
  }),
  fc
    .array(
      fc.record({
        sid: fc.integer({ min: 1, max: 400 }).map((number) => `IN${number}`),
        contact: fc.constantFrom(contact('sister'), contact('neighbour'), contact('nobody'), null),
        onNeverList: fc.boolean(),
        body: fc.oneof(
          fc.integer({ min: 1000, max: 1030 }).map((number) => `ok ${number}`),
          fc.string({ maxLength: 600 }),
        ),
      }),
      { maxLength: 4 },
    )
    .map((texts): EscalationEvent => ({ type: 'texts-in', texts })),
  fc.record({ type: fc.constant('fetch-ended' as const), ok: fc.boolean() }),
  fc.constant<EscalationEvent>({ type: 'restarted' }),
  fc.constant<EscalationEvent>({ type: 'test-asked', numbers: ['2001', '2002', '2003'] }),
  fc.constant<EscalationEvent>({ type: 'tick' }),
);

interface Turn {
  readonly event: EscalationEvent;
  readonly now: Instant;
  readonly before: EscalationState;
  readonly after: EscalationState;
  readonly effects: readonly EscalationEffect[];
}

const anyStory = fc.array(fc.tuple(anyEvent, fc.constantFrom(0, 1, 2000, 20_000, 61_000, 700_000)), { maxLength: 80 });

function play(plan: TellingPlan, events: readonly (readonly [EscalationEvent, number])[]): readonly Turn[] {
  let state = initialEscalation();
  let now = instant(0);
  return events.map(([event, wait]) => {
    now = instant(now + wait);
    const before = state;
    // A restart has nothing but what was written down.
    const from = event.type === 'restarted' ? (JSON.parse(JSON.stringify(before)) as EscalationState) : before;
    const { state: after, effects } = escalate(plan, from, event, now);
    state = after;
    return { event, now, before, after, effects };
  });
}

const holds = (check: (turns: readonly Turn[]) => void, plan: TellingPlan = PLAN) =>
  fc.assert(
    fc.property(anyStory, (events) => check(play(plan, events))),
    { numRuns: 150 },
  );

/** Handed over, there is no way back. */
const MAY_BECOME: Readonly<Record<string, readonly string[]>> = {
  queued: ['queued', 'sending', 'unknown', 'accepted', 'gone'],
  sending: ['sending', 'queued', 'unknown', 'accepted', 'gone'],
  unknown: ['unknown', 'queued', 'sending', 'accepted', 'gone'],
  accepted: ['accepted', 'gone'],
  gone: ['gone'],
};

describe('whatever happens, in whatever order', () => {
  it('a text only moves forward', () => {
    holds((turns) => {
      const statuses = new Map<string, string>();
      for (const { after } of turns) {
        const present = new Map(after.texts.map(({ id, progress }) => [id as string, progress.status as string]));
        for (const [id, was] of statuses) expect(MAY_BECOME[was]).toContain(present.get(id) ?? 'gone');
        for (const id of statuses.keys()) if (!present.has(id as TextId)) statuses.set(id, 'gone');
        for (const [id, is] of present) statuses.set(id, is);
      }
    });
  });

  it('nobody is sent who is not in the plan, or not for this kind', () => {
    holds((turns) => {
      for (const { effects } of turns) {
        for (const effect of effects) {
          if (effect.type !== 'send' && effect.type !== 'not-sent') continue;
          const told = PLAN.contacts.get(effect.text.contact);
          expect(told).toBeDefined();
          const { purpose, kind } = effect.text;
          if (purpose === 'step' || purpose === 'last-resort' || purpose === 'expired')
            expect(told?.alarms.has(kind)).toBe(true);
        }
      }
    });
  });

  it('after an answer to an ordinary alarm nothing more of it is sent, until it is told again', () => {
    const ordinary: readonly AlarmKind[] = ['intruder', 'tamper', 'fire', 'fault'];
    holds((turns) => {
      // Who answered is read from the state: an old number acknowledges and stops nothing.
      for (const { after, effects } of turns) {
        const done = after.tellings.filter(({ kind, answered }) => ordinary.includes(kind) && answered.length > 0);
        for (const { alarm: id } of done) {
          for (const effect of effects) {
            if (effect.type === 'send' && effect.text.alarm === id)
              expect(['answer', 'expired']).toContain(effect.text.purpose);
          }
        }
      }
    });
  });

  it('memory is bounded', () => {
    holds((turns) => {
      for (const { after } of turns) {
        expect(after.texts.length).toBeLessThanOrEqual(64);
        expect(after.seen.length).toBeLessThanOrEqual(256);
        expect(after.taken.length).toBeLessThanOrEqual(64);
        expect(after.tellings.length).toBeLessThanOrEqual(32);
        for (const { former, pool, dues } of after.tellings) {
          expect(former.length).toBeLessThanOrEqual(32);
          expect(pool.length).toBeLessThanOrEqual(2 * PLAN.contacts.size + 8);
          expect(dues.length).toBeLessThanOrEqual(4);
        }
      }
    });
  });

  it('the next deadline is later than now, so a tick always moves on', () => {
    holds((turns) => {
      for (const { after, now } of turns) expect(deadline(after) ?? now + 1).toBeGreaterThan(now);
    });
  });

  it('the state is plain data', () => {
    holds((turns) => {
      for (const { after } of turns.slice(-1)) expect(JSON.parse(JSON.stringify(after))).toEqual(after);
    });
  });

  it('nothing of a silent alarm is said on site', () => {
    const hush = (event: EscalationEvent): EscalationEvent =>
      event.type === 'told' ? { ...event, alarm: { ...event.alarm, silent: true } } : event;
    fc.assert(
      fc.property(anyStory, (events) => {
        const turns = play(
          PLAN,
          events.filter(([event]) => event.type !== 'test-asked').map(([event, wait]) => [hush(event), wait] as const),
        );
        for (const { effects } of turns) {
          for (const effect of effects) {
            if (effect.type === 'record') expect(effect.audience).toBe('sealed');
            if (effect.type === 'acknowledge') expect(effect.silent).toBe(true);
          }
        }
      }),
      { numRuns: 150 },
    );
  });

  it('no reply number stands in a row', () => {
    holds((turns) => {
      for (const { effects } of turns) {
        for (const effect of effects) {
          if (effect.type !== 'record') continue;
          const { body: _, ...rest } = effect.data;
          for (const value of Object.values(rest)) expect(String(value)).not.toMatch(/^\d{4}$/);
          if (effect.audience === 'local') expect(Object.keys(effect.data)).not.toContain('body');
        }
      }
    });
  });

  it('without a path nothing is ever sent or fetched', () => {
    holds(
      (turns) => {
        for (const { effects } of turns) {
          for (const { type } of effects) expect(['record', 'not-sent', 'acknowledge']).toContain(type);
        }
      },
      { ...PLAN, path: null },
    );
  });
});
