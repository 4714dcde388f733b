import { describe, expect, it } from 'vitest';
import type { AlarmKind } from '../../src/alarm/plan.ts';
import { hours, instant, wallTime } from '../../src/base/time.ts';
import { escalate } from '../../src/escalate/escalate.ts';
import type { EscalationEvent } from '../../src/escalate/events.ts';
import { isOpen } from '../../src/escalate/hours.ts';
import { isYes } from '../../src/escalate/proving.ts';
import type { TextPurpose } from '../../src/escalate/state.ts';
import {
  ALL,
  alarm,
  type Bench,
  benchOf,
  contact,
  person,
  planOf,
  reply,
  rows,
  sends,
  step,
  tell,
  words,
} from './bench.ts';

const clockAt = (hour: number, minute = 0) => ({ wall: wallTime(1_800_000_000_000), minute: hour * 60 + minute });

describe('hours', () => {
  const open: readonly (readonly [string, number, number, number, boolean])[] = [
    ['the first minute', 480, 1320, 480, true],
    ['the last minute', 480, 1320, 1319, true],
    ['the end itself', 480, 1320, 1320, false],
    ['before', 480, 1320, 479, false],
    ['over midnight, late', 1320, 480, 1400, true],
    ['over midnight, early', 1320, 480, 0, true],
    ['over midnight, by day', 1320, 480, 720, false],
    ['both ends alike: the whole day', 480, 480, 0, true],
  ];
  for (const [name, from, to, minute, is] of open) it(name, () => expect(isOpen({ from, to }, minute)).toBe(is));

  const kinds = new Set<AlarmKind>(['intruder', 'tamper', 'fire', 'fault']);
  const day = person('sister', ALL, { hours: { from: 480, to: 1320, kinds } });
  const bench = (minute: number | null): Bench =>
    benchOf(
      planOf({
        contacts: [day],
        steps: [step(0, ['sister'])],
        lastResort: hours(1),
        civil: { wall: wallTime(0), minute },
      }),
    );
  const S = 'send sister 4821';

  const rowsOf: readonly (readonly [AlarmKind, number | null, readonly string[]])[] = [
    ['intruder', 3 * 60, []],
    ['fault', 3 * 60, []],
    ['intruder', 12 * 60, [S]],
    ['personal', 3 * 60, [S]],
    ['duress', 3 * 60, [S]],
    // Where nobody knows how late it is, everybody is told.
    ['intruder', null, [S]],
  ];
  for (const [kind, minute, sent] of rowsOf) {
    it(`${kind} at ${minute === null ? 'an unknown hour' : `${minute / 60} o'clock`}: ${sent.length === 0 ? 'waits' : 'is told'}`, () => {
      expect(sends(bench(minute).does(tell(kind)))).toEqual(sent);
    });
  }
  it('what waits is told when the hours begin, while its alarm runs', () => {
    const night = benchOf(planOf({ contacts: [day], steps: [step(0, ['sister'])], civil: clockAt(3) }));
    expect(rows(night.does(tell('fault')))).toContain('local text-held');
    expect(sends(night.passes(5 * 3600 - 1))).toEqual([]);
    night.plan = { ...night.plan, civil: clockAt(8) };
    expect(sends(night.passes(5 * 3600))).toEqual([S]);
  });
  it('what waits is not told when its alarm was ended meanwhile', () => {
    const night = bench(3 * 60);
    night.does(tell('fault'));
    night.does({ type: 'stopped', alarm: alarm('fault').id, why: 'code' });
    night.plan = { ...night.plan, civil: clockAt(8) };
    expect(sends(night.passes(6 * 3600))).toEqual([]);
  });
  it('the hour is looked at at the moment of sending', () => {
    const evening = bench(21 * 60 + 59);
    evening.far.send = () => ({ outcome: 'later', why: 'busy', retryAfterMs: null });
    expect(sends(evening.does(tell('intruder')))).toEqual([S]);
    evening.plan = { ...evening.plan, civil: clockAt(22) };
    expect(sends(evening.passes(3000))).toEqual([]);
  });
  for (const [kind, sent] of [
    ['intruder', [S]],
    ['fire', [S]],
    ['tamper', []],
    ['fault', []],
  ] as const) {
    it(`${kind}: the last resort ${sent.length === 0 ? 'waits too' : 'waits for nothing'}`, () => {
      const night = bench(3 * 60);
      night.does(tell(kind));
      expect(sends(night.passes(3601))).toEqual(sent);
    });
  }
  it('a text that waits is not late', () => {
    const night = bench(3 * 60);
    night.does(tell('fault'));
    expect(rows(night.passes(3000))).toEqual([]);
  });
});

describe('what is looked at at the moment of sending', () => {
  const changes: readonly (readonly [string, Parameters<typeof planOf>[0]])[] = [
    ['who is no contact any more', { contacts: [person('neighbour')] }],
    ['who does not take this kind any more', { contacts: [person('sister', ['fire']), person('neighbour')] }],
  ];
  for (const [name, change] of changes) {
    it(`${name} is told nothing`, () => {
      const bench = benchOf(planOf({ steps: [step(0, ['sister'])] }));
      bench.far.send = () => ({ outcome: 'later', why: 'busy', retryAfterMs: null });
      bench.does(tell('intruder'));
      bench.plan = planOf({ steps: [step(0, ['sister'])], ...change });
      expect(sends(bench.passes(3600))).toEqual([]);
    });
  }
  it('the wording is as it is now', () => {
    const bench = benchOf(planOf({ steps: [step(0, ['sister'])] }));
    bench.far.send = () => ({ outcome: 'later', why: 'busy', retryAfterMs: null });
    bench.does(tell('intruder'));
    bench.plan = planOf({ contacts: [person('sister', ALL, { wording: 'coded', asks: 'Call me' })] });
    const [sent] = bench.passes(2).filter((effect) => effect.type === 'send');
    expect(sent?.type === 'send' && sent.text).toMatchObject({ wording: 'coded', asks: 'Call me' });
  });
});

describe('a YES', () => {
  for (const body of ['YES', 'yes', ' Yes! ', 'YES thank you', '“yes”', 'ＹＥＳ', 'yes.']) {
    it(`${JSON.stringify(body)} is one`, () => expect(isYes(body)).toBe(true));
  }
  for (const body of ['', 'no', 'yesterday', 'YESSS', 'oh yes', 'OK 4821', 'ye s']) {
    it(`${JSON.stringify(body)} is none`, () => expect(isYes(body)).toBe(false));
  }
});

const DAY = 24 * 3600;
const ask: EscalationEvent = { type: 'prove-asked', contact: contact('sister') };

/** A bench on which months pass in steps of an hour, wall and line alike. */
function months(bench: Bench, days: number): readonly string[] {
  const sent: string[] = [];
  for (let hour = 0; hour < days * 24; hour += 24) {
    const wall = wallTime(bench.plan.civil.wall + hours(24));
    bench.plan = { ...bench.plan, civil: { wall, minute: 720 } };
    // A whole day of rounds would be thousands of turns; one tick is all that asking needs.
    const at = instant(bench.now() + hours(24));
    sent.push(...sends(bench.jumps(at)));
  }
  return sent;
}

describe('who has proven that texts arrive', () => {
  const provenBy = (bench: Bench) => Object.keys(bench.state().proofs[contact('sister')]?.by ?? {});
  const paths = ['twilio', 'modem'];

  it('nobody is asked by a start', () => {
    const bench = benchOf(planOf({ paths, civil: clockAt(12) }));
    expect([...sends(bench.restarts()), ...sends(bench.passes(DAY))]).toEqual([]);
  });
  it('asked for, it goes over every path', () => {
    const bench = benchOf(planOf({ paths }));
    const effects = bench.does(ask);
    expect(sends(effects)).toEqual(['send sister prove', 'send sister prove by modem']);
    expect(rows(effects)).toContain('local contact-asked');
  });
  it('a YES proves the path it came over, and a second one the other', () => {
    const bench = benchOf(planOf({ paths }));
    bench.does(ask);
    expect(rows(bench.does(reply('sister', 'Yes', { path: 'modem' })))).toEqual(['local contact-proven']);
    expect(provenBy(bench)).toEqual(['modem']);
    bench.passes(700);
    bench.does(reply('sister', 'Yes', { path: 'twilio' }));
    expect(provenBy(bench)).toEqual(['modem', 'twilio']);
  });
  for (const [name, event] of [
    ['of somebody else', reply('neighbour', 'YES')],
    ['of a stranger', reply(null, 'YES')],
    ['that is none', reply('sister', 'who is this?')],
  ] as const) {
    it(`not a YES ${name}`, () => {
      const bench = benchOf(planOf());
      bench.does(ask);
      bench.does(event);
      expect(provenBy(bench)).toEqual([]);
    });
  }
  it('not a YES that nobody asked for, nor one that comes a week too late', () => {
    const bench = benchOf(planOf());
    expect(rows(bench.does(reply('sister', 'YES')))).toEqual(expect.arrayContaining(['sealed text-received']));
    bench.does(ask);
    bench.plan = { ...bench.plan, civil: { wall: wallTime(bench.plan.civil.wall + hours(7 * 24 + 1)), minute: null } };
    bench.does(reply('sister', 'YES'));
    expect(provenBy(bench)).toEqual([]);
  });
  it('is kept over a restart; who is no contact any more is forgotten', () => {
    const bench = benchOf(planOf());
    bench.does(ask);
    bench.does(reply('sister', 'YES'));
    bench.restarts();
    expect(provenBy(bench)).toEqual(['twilio']);
    bench.plan = planOf({ contacts: [person('neighbour')] });
    bench.restarts();
    expect(bench.state().proofs).toEqual({});
  });
  it('who is not is told all the same', () => {
    const bench = benchOf(planOf());
    expect(sends(bench.does(tell('intruder')))).toEqual(['send sister 4821']);
  });

  const proven = (): Bench => {
    const bench = benchOf(planOf({ civil: clockAt(12) }));
    bench.does(ask);
    bench.does(reply('sister', 'YES'));
    return bench;
  };
  it('is asked again at three months and at six, and then let go', () => {
    const bench = proven();
    expect(months(bench, 90)).toEqual([]);
    expect(months(bench, 2)).toEqual(['send sister prove']);
    expect(months(bench, 89)).toEqual([]);
    expect(months(bench, 2)).toEqual(['send sister prove']);
    expect(months(bench, 6)).toEqual([]);
    expect(provenBy(bench)).toEqual(['twilio']);
    expect(months(bench, 3)).toEqual([]);
    expect(provenBy(bench)).toEqual([]);
    expect(months(bench, 200)).toEqual([]);
  });
  it('a YES begins it anew', () => {
    const bench = proven();
    months(bench, 92);
    bench.does(reply('sister', 'YES'));
    expect(months(bench, 90)).toEqual([]);
    expect(months(bench, 2)).toEqual(['send sister prove']);
  });
  it('months are not counted by a clock that may be wrong', () => {
    const bench = proven();
    months(bench, 1);
    const wall = wallTime(bench.plan.civil.wall + hours(24 * 365));
    bench.plan = { ...bench.plan, civil: { wall, minute: null } };
    expect(sends(bench.passes(2 * DAY + 100))).toEqual([]);
  });

  const faults = (bench: Bench, to: number) => words(bench.passes(to)).filter((word) => word.startsWith('unproven'));
  it('nobody at all is a fault, after an hour for setting up', () => {
    const bench = benchOf(planOf());
    expect(faults(bench, 3540)).toEqual([]);
    expect(faults(bench, 3660)).toEqual(['unproven up']);
    bench.does(ask);
    expect(words(bench.does(reply('sister', 'YES')))).toContain('unproven over');
    expect(faults(bench, 9000)).toEqual([]);
  });
  for (const [name, change] of [
    ['without a path', { paths: [] }],
    ['without contacts', { contacts: [], steps: [] }],
  ] as const) {
    it(`${name} there is nothing to prove`, () => {
      const bench = benchOf(planOf(change));
      expect(faults(bench, 9000)).toEqual([]);
    });
  }
  it('the fault is told anew after a restart, without another hour', () => {
    const bench = benchOf(planOf());
    bench.passes(4000);
    expect(words(bench.restarts())).toContain('unproven up');
  });
  it('a text of proving is nothing silent, and tells nothing', () => {
    const bench = benchOf(planOf());
    const [sent] = bench.does(ask).filter((effect) => effect.type === 'send');
    const purpose: TextPurpose = 'prove';
    expect(sent?.type === 'send' && sent.text).toMatchObject({ purpose, silent: false, number: null, alarm: null });
  });
  it('somebody who is no contact is not asked', () => {
    const bench = benchOf(planOf());
    const nobody = { type: 'prove-asked', contact: contact('nobody') } as const;
    expect(escalate(bench.plan, bench.state(), nobody, instant(5)).effects).toEqual([]);
  });
});
