import { describe, expect, it } from 'vitest';
import type { AlarmId } from '../../src/base/brand.ts';
import { seconds } from '../../src/base/time.ts';
import type { EscalationEffect, EscalationEvent, SendReport, TellingPlan } from '../../src/escalate/events.ts';
import { ALL, type Bench, benchOf, person, planOf, reply, sends, step, tell } from './bench.ts';

// Against its ordinary twin, a silent alarm or a duress code leaves the same things on site: local rows and what is shown
// of the path. What is sealed, sent, asked and fetched may differ.

const A1 = 'a1' as AlarmId;
const PLANS: readonly (readonly [string, TellingPlan])[] = (
  [
    ['one path', ['twilio'], 'order'],
    ['two paths in order', ['twilio', 'modem'], 'order'],
    ['two paths in a race', ['twilio', 'modem'], 'race'],
  ] as const
).map(([name, paths, strategy]) => [
  name,
  planOf({
    contacts: [person('sister', ALL, { via: ['text', 'call'] }), person('neighbour')],
    steps: [step(0, ['sister', 'neighbour']), step(60, ['sister'], 2, 60)],
    lastResort: seconds(180),
    paths,
    strategy,
  }),
]);
const PLAN = planOf({
  steps: [step(0, ['sister', 'neighbour']), step(60, ['sister'], 2, 60)],
  lastResort: seconds(180),
});

const onSite = (effects: readonly EscalationEffect[]): readonly EscalationEffect[] =>
  effects.filter(
    (effect) =>
      (effect.type === 'record' && effect.audience === 'local') ||
      effect.type === 'path-fault' ||
      (effect.type === 'acknowledge' && !effect.silent) ||
      (effect.type === 'not-sent' && !effect.text.silent),
  );

/** How the far end behaves; the twins meet the same one. */
const FAR: Readonly<Record<string, (bench: Bench) => void>> = {
  'takes everything': () => {},
  'takes nothing': (bench) => {
    bench.far.send = () => ({ outcome: 'later', why: 'busy', retryAfterMs: null }) satisfies SendReport;
    bench.far.fetch = 'failed';
  },
  'refuses everything': (bench) => {
    bench.far.send = () => ({ outcome: 'refused', why: 'no' });
  },
  'loses every answer': (bench) => {
    bench.far.send = () => ({ outcome: 'unknown', why: 'lost' });
    bench.far.find = 'unknown';
  },
  'loses every answer, and has nothing': (bench) => {
    bench.far.send = () => ({ outcome: 'unknown', why: 'lost' });
  },
  'delivers nothing': (bench) => {
    bench.far.status = 'failed';
  },
  'keeps silent about delivery': (bench) => {
    bench.far.status = 'accepted';
  },
  'takes nothing on the first path': (bench) => {
    bench.far.send = () => ({ outcome: 'later', why: 'busy', retryAfterMs: null }) satisfies SendReport;
    bench.far.fetch = 'failed';
    bench.far.on = ['twilio'];
  },
  'says nothing at all': (bench) => {
    bench.far.send = () => null;
    bench.far.find = 'unknown';
  },
};

describe.each(PLANS)('with %s, a silent personal alarm leaves on site what a quiet hour leaves', (_, plan) => {
  for (const [name, prepare] of Object.entries(FAR)) {
    it(`when the far end ${name}`, () => {
      const run = (loud: boolean): readonly EscalationEffect[] => {
        const bench = benchOf(plan);
        prepare(bench);
        const effects = [...bench.passes(100)];
        if (loud) effects.push(...bench.does(tell('personal', { silent: true })));
        effects.push(...bench.passes(130), ...bench.does(reply('sister', 'OK 4821')));
        effects.push(...bench.passes(200), ...bench.does(reply('neighbour', 'what is it?')));
        effects.push(...bench.passes(900), ...bench.restarts(3), ...bench.passes(1900));
        if (loud) effects.push(...bench.does({ type: 'stopped', alarm: A1, why: 'expired' }));
        return onSite([...effects, ...bench.passes(3600)]);
      };
      expect(run(true)).toEqual(run(false));
    });
  }
});

describe.each(PLANS)(
  'with %s, an alarm under a duress code leaves on site what one ended by a code leaves',
  (_, plan) => {
    for (const [name, prepare] of Object.entries(FAR)) {
      for (const [when, ended] of [
        [0, 'at once'],
        [5, 'after 5 s'],
        [61, 'after a minute'],
        [200, 'after the last resort'],
      ] as const) {
        for (const answered of ['unanswered', 'answered'] as const) {
          it(`${ended}, ${answered}, when the far end ${name}`, () => {
            const run = (end: readonly EscalationEvent[]): readonly EscalationEffect[] => {
              const bench = benchOf(plan);
              prepare(bench);
              const effects = [...bench.does(tell('intruder')), ...bench.passes(when)];
              if (answered === 'answered') effects.push(...bench.does(reply('sister', 'OK 4821', { sid: 'SMin' })));
              for (const event of end) effects.push(...bench.does(event));
              effects.push(...bench.passes(700), ...bench.restarts(3), ...bench.passes(900));
              effects.push(...bench.does(reply('neighbour', 'OK 4822')));
              return onSite([...effects, ...bench.passes(3600)]);
            };
            const ordinary = run([{ type: 'stopped', alarm: A1, why: 'code' }]);
            const duress = run([{ type: 'hidden', alarm: A1 }, tell('duress', { id: 'a2' as AlarmId }, 7000)]);
            expect(duress).toEqual(ordinary);
          });
        }
      }
    }

    it('told once more while hidden, it looks stopped on site as well', () => {
      const run = (event: EscalationEvent): readonly EscalationEffect[] => {
        const bench = benchOf(plan);
        bench.far.send = () => ({ outcome: 'later', why: 'busy', retryAfterMs: null });
        bench.does(tell('intruder'));
        return onSite([...bench.does(event), ...bench.passes(600)]);
      };
      expect(run(tell('intruder', { hidden: true }, 7000))).toEqual(run({ type: 'stopped', alarm: A1, why: 'code' }));
    });
    it('its steps go on outside', () => {
      const bench = benchOf(PLAN);
      bench.does(tell('intruder'));
      bench.does({ type: 'hidden', alarm: A1 });
      expect(sends(bench.passes(200))).toEqual([
        'send sister 4821',
        'send sister 4821',
        'send sister 4821',
        'send neighbour 4822',
      ]);
    });
  },
);

describe('a path that is gone', () => {
  it('is not shown by a silent text, only by the next routine checks', () => {
    const bench = benchOf(PLAN);
    bench.passes(61);
    bench.far.send = () => ({ outcome: 'unknown', why: 'lost' });
    bench.far.fetch = 'failed';
    bench.far.find = 'unknown';
    expect(onSite([...bench.does(tell('duress')), ...bench.passes(84)])).toEqual([]);
    expect(onSite(bench.passes(85)).map(({ type }) => type)).toEqual(['path-fault']);
  });
  it('is shown by ordinary texts', () => {
    const bench = benchOf(PLAN);
    bench.far.send = () => ({ outcome: 'later', why: 'no connection', retryAfterMs: null });
    expect(bench.does(tell('intruder')).filter(({ type }) => type === 'path-fault')).toEqual([
      { type: 'path-fault', path: 'twilio', up: false },
    ]);
  });
});
