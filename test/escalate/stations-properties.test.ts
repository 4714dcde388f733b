import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Instant, instant, minutes, seconds, wallTime } from '../../src/base/time.ts';
import { reduceStations, stationsDeadline } from '../../src/escalate/stations.ts';
import { MAX_ACTIVE, MAX_COMMANDS, MAX_REPORTS } from '../../src/escalate/stations-bounds.ts';
import type { ReportEnd, StationsEffect, StationsEvent } from '../../src/escalate/stations-events.ts';
import { PLACES, type ReportKind } from '../../src/escalate/stations-plan.ts';
import { initialStations, type StationsState } from '../../src/escalate/stations-state.ts';
import { alarm, commanded, happened, planOf, station, what, zone } from './stations-bench.ts';

const kinds = Object.keys(PLACES) as ReportKind[];
const ids = ['arc', 'desk'] as const;
const someStation = fc.constantFrom(...ids, 'other').map(station);
const place = fc.constantFrom(null, zone('a'), zone('b'));

const someWhat = fc
  .record({
    kind: fc.constantFrom(...kinds),
    is: fc.constantFrom('new' as const, 'restore' as const),
    alarm: fc.constantFrom(null, alarm('a1'), alarm('s1')),
    zone: place,
    silent: fc.boolean(),
  })
  .map((one) => what(one.kind, one));
const result: fc.Arbitrary<ReportEnd> = fc.constantFrom<ReportEnd>(
  { outcome: 'acked', ack: { bytes: 'x', at: wallTime(1), path: 'primary tcp' } },
  { outcome: 'refused', why: 'DUH' },
  { outcome: 'unanswered', why: 'silence' },
  { outcome: 'put-off' },
);
const someEvent: fc.Arbitrary<StationsEvent> = fc.oneof(
  fc.array(someWhat, { maxLength: 3 }).map((all) => happened(...all)),
  fc.record({
    type: fc.constant('send-ended' as const),
    station: someStation,
    report: fc.nat(20).map((n) => `r${n}`),
    result,
  }),
  fc.record({
    type: fc.constant('life-ended' as const),
    station: someStation,
    result: fc.constantFrom('answered' as const, 'silent' as const, 'put-off' as const),
  }),
  fc
    .tuple(fc.constantFrom(...ids), fc.nat(90))
    .map(([id, n]) => commanded(id, { id: `${n}`, order: 'note', alarm: 'a1', by: 'op', note: 'x' })),
  fc.record({
    type: fc.constant('command-ended' as const),
    station: someStation,
    id: fc.nat(90).map(String),
    done: fc.constant('done' as const),
    why: fc.constant(null),
  }),
  fc.record({ type: fc.constant('restarted' as const), chance: fc.double({ noNaN: true }) }),
  fc.constant<StationsEvent>({ type: 'tick' }),
);

const plan = planOf({ ids, supervision: seconds(30), test: minutes(10) });

describe('whatever happens, in whatever order', () => {
  it('nothing throws, all is bounded, the deadline lies ahead, and the state survives JSON', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(someEvent, fc.nat(60_000)), { maxLength: 80 }), (events) => {
        let state = reduceStations(plan, initialStations(), { type: 'restarted', chance: 0.3 }, instant(0)).state;
        let now = instant(0);
        for (const [event, wait] of events) {
          now = instant(now + wait);
          const step = reduceStations(plan, state, event, now);
          state = step.state;
          expect(JSON.parse(JSON.stringify(state))).toEqual(state);
          const next = stationsDeadline(state);
          if (next !== null) expect(next).toBeGreaterThan(now);
          expect(state.reports.length).toBeLessThanOrEqual(MAX_REPORTS);
          expect(state.active.length).toBeLessThanOrEqual(MAX_ACTIVE);
          for (const line of Object.values(state.lines)) expect(line.commands.length).toBeLessThanOrEqual(MAX_COMMANDS);
          expect(atOnce(state)).toEqual([]);
        }
      }),
    );
  });

  it('what is silent leaves no local row', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(someEvent, fc.nat(60_000)), { maxLength: 60 }), (events) => {
        let state = initialStations();
        let now = instant(0);
        for (const [event, wait] of events) {
          now = instant(now + wait);
          const step = reduceStations(plan, state, event, now);
          state = step.state;
          for (const effect of step.effects) {
            if (effect.type !== 'record' || !String(effect.data['report']).startsWith('q')) continue;
            expect(effect.audience).toBe('sealed');
          }
        }
      }),
    );
  });
});

/** Never two ordinary reports, nor two calls for help, on their way to one service. */
function atOnce(state: StationsState): readonly string[] {
  return ids.flatMap((id) =>
    [0, 1].flatMap((urgent) => {
      const sent = state.reports.filter(
        (one) => one.to[station(id)]?.status === 'sent' && (PLACES[one.kind].rank === 0) === (urgent === 0),
      );
      return sent.length > 1 ? [id] : [];
    }),
  );
}

describe('a service that answers by chance', () => {
  it('gets everything in the end, each once acknowledged, in order within calls for help and within the rest', () => {
    const sendsOf = (effects: readonly StationsEffect[]) => effects.filter((effect) => effect.type === 'send');
    fc.assert(
      fc.property(
        fc.array(
          someWhat.filter((one) => one.is === 'new'),
          { maxLength: 40 },
        ),
        fc.array(fc.constantFrom('ack', 'lose', 'restart'), { maxLength: 200 }),
        (all, answers) => {
          const one = planOf({ supervision: seconds(3600) });
          let state = reduceStations(one, initialStations(), { type: 'restarted', chance: 0.3 }, instant(0)).state;
          let now: Instant = instant(0);
          const open: { id: string; sequence: number }[] = [];
          const acked: string[] = [];
          const turn = (event: StationsEvent): void => {
            const step = reduceStations(one, state, event, now);
            state = step.state;
            open.push(...sendsOf(step.effects).map(({ report, sequence }) => ({ id: report.id, sequence })));
          };
          turn(happened(...all));
          const queued = state.reports.map(({ id }) => id);
          const urgent = new Set(state.reports.filter((report) => PLACES[report.kind].rank === 0).map(({ id }) => id));
          const answerFor = (how: string | undefined): void => {
            const send = open.shift();
            if (how === 'restart') {
              open.length = 0;
              state = JSON.parse(JSON.stringify(state));
              turn({ type: 'restarted', chance: 0.4 });
            } else if (send === undefined) {
              now = stationsDeadline(state) ?? now;
              turn({ type: 'tick' });
            } else {
              const ack = { bytes: 'x', at: wallTime(1), path: 'primary tcp' };
              const isThere = state.reports.some((report) => report.id === send.id);
              const lost = how === 'lose';
              if (!lost && isThere) acked.push(send.id);
              turn({
                type: 'send-ended',
                station: station('arc'),
                report: send.id,
                result: lost ? { outcome: 'unanswered', why: '' } : { outcome: 'acked', ack },
              });
            }
          };
          for (const how of answers) answerFor(how);
          for (let i = 0; i < 1000 && state.reports.length > 0; i += 1) answerFor('ack');
          expect(acked.toSorted()).toEqual(queued.toSorted());
          expect(acked.filter((id) => !urgent.has(id))).toEqual(queued.filter((id) => !urgent.has(id)));
          expect(acked.filter((id) => urgent.has(id))).toEqual(queued.filter((id) => urgent.has(id)));
        },
      ),
    );
  });
});
