import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AlarmKind } from '../../src/alarm/plan.ts';
import type { AlarmId, TextId } from '../../src/base/brand.ts';
import { type Instant, instant, seconds, wallTime } from '../../src/base/time.ts';
import { deadline, escalate } from '../../src/escalate/escalate.ts';
import type { EscalationEffect, EscalationEvent, TellingPlan } from '../../src/escalate/events.ts';
import { type EscalationState, initialEscalation } from '../../src/escalate/state.ts';
import { ALL, alarm, contact, person, planOf, step } from './bench.ts';

const PATHS = ['twilio', 'modem'];
const PLAN = planOf({
  paths: PATHS,
  contacts: [
    person('sister', ALL, { via: ['text', 'call'] }),
    person('neighbour', ['intruder', 'personal'], {
      hours: { from: 8 * 60, to: 22 * 60, kinds: new Set(['intruder']) },
    }),
    person('aunt', ['duress']),
  ],
  civil: { wall: wallTime(1_800_000_000_000), minute: 3 * 60 },
  steps: [step(0, ['sister', 'aunt']), step(20, ['neighbour', 'sister'], 3, 15)],
  lastResort: seconds(45),
});

const ids = ['a1', 'a2', 'a3'].map((id) => id as AlarmId);
const anyId = fc.constantFrom(...ids);
const anyText: fc.Arbitrary<TextId> = fc
  .tuple(fc.constantFrom(...ids, 'hub'), fc.integer({ min: 1, max: 60 }))
  .map(([id, number]) => `${id}/${number}` as TextId);
const path = fc.constantFrom(...PATHS);
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
    path,
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
    path,
    result: fc.oneof(
      fc.record({ outcome: fc.constant('found' as const), sid, status }),
      fc.record({ outcome: fc.constant('absent' as const) }),
      lost,
    ),
  }),
  fc.record({
    type: fc.constant('status-ended' as const),
    text: anyText,
    path,
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
          fc.constant('YES'),
          fc.string({ maxLength: 600 }),
        ),
      }),
      { maxLength: 4 },
    )
    .chain((texts) => path.map((by): EscalationEvent => ({ type: 'texts-in', path: by, texts }))),
  fc.record({
    type: fc.constant('fetch-ended' as const),
    path,
    look: fc.constantFrom('routine' as const, 'now' as const),
    ok: fc.boolean(),
  }),
  fc.record({ type: fc.constant('arrived' as const), path }),
  fc.record({ type: fc.constant('prove-asked' as const), contact: fc.constantFrom(contact('sister'), contact('no')) }),
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

/** Handed over, there is no way back. A hand that is gone went with its text, or was no longer needed. */
const MAY_BECOME: Readonly<Record<string, readonly string[]>> = {
  queued: ['queued', 'sending', 'unknown', 'accepted', 'over', 'gone'],
  sending: ['sending', 'queued', 'unknown', 'accepted', 'over', 'gone'],
  unknown: ['unknown', 'queued', 'sending', 'accepted', 'over', 'gone'],
  accepted: ['accepted', 'over', 'gone'],
  over: ['over', 'gone'],
  gone: ['gone'],
};

describe('whatever happens, in whatever order', () => {
  it('a text only moves forward on each of its paths', () => {
    holds((turns) => {
      const statuses = new Map<string, string>();
      for (const { after } of turns) {
        const present = new Map(
          after.texts.flatMap(({ id, hands }) =>
            hands.map(({ path: by, progress }) => [`${id} ${by}` as string, progress.status as string] as const),
          ),
        );
        for (const [hand, was] of statuses) expect(MAY_BECOME[was]).toContain(present.get(hand) ?? 'gone');
        for (const hand of statuses.keys()) if (!present.has(hand)) statuses.set(hand, 'gone');
        for (const [hand, is] of present) statuses.set(hand, is);
      }
    });
  });

  it('in order, a text is never handed to two paths in one turn', () => {
    holds((turns) => {
      for (const { after, effects } of turns) {
        for (const { id, manner } of after.texts) {
          const handed = effects.filter((effect) => effect.type === 'send' && effect.text.id === id);
          if (manner === 'order') expect(handed.length).toBeLessThanOrEqual(1);
        }
      }
    });
  });

  it('a call for help is with every path from the turn it is made in', () => {
    holds((turns) => {
      for (const { event, now, after } of turns) {
        if (event.type !== 'told' || event.alarm.kind !== 'personal') continue;
        const made = after.texts.filter(
          ({ alarm: id, kind, via, created }) =>
            id === event.alarm.id && kind === 'personal' && via === 'text' && created === now,
        );
        for (const { hands } of made) expect(hands.map(({ path: by }) => by).toSorted()).toEqual(PATHS.toSorted());
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
              expect(['answer', 'expired', 'stand-down']).toContain(effect.text.purpose);
          }
        }
      }
    });
  });

  it('memory is bounded', () => {
    holds((turns) => {
      for (const { after } of turns) {
        for (const silent of [true, false]) {
          expect(after.texts.filter((text) => text.silent === silent).length).toBeLessThanOrEqual(64);
        }
        for (const { hands, paths } of after.texts) {
          expect(hands.length).toBeLessThanOrEqual(PATHS.length);
          expect(paths.length).toBeLessThanOrEqual(PATHS.length);
        }
        expect(after.heard.length).toBeLessThanOrEqual(16);
        expect(after.seen.length).toBeLessThanOrEqual(512);
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
          events
            .filter(([event]) => event.type !== 'test-asked' && event.type !== 'prove-asked')
            .map(([event, wait]) => [hush(event), wait] as const),
        );
        for (const { effects } of turns) {
          for (const effect of effects) {
            // What routine checks find out about a path is no secret, nor is the text about it.
            const isReport = effect.type === 'record' && effect.data['purpose'] === 'path-down';
            if (effect.type === 'record' && !isReport) expect(effect.audience).toBe('sealed');
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
          for (const { type } of effects) expect(['record', 'not-sent', 'acknowledge', 'unproven']).toContain(type);
        }
      },
      { ...PLAN, paths: [] },
    );
  });
});
