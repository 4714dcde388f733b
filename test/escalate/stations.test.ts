import { describe, expect, it } from 'vitest';
import { hours, instant, seconds } from '../../src/base/time.ts';
import { reduceStations } from '../../src/escalate/stations.ts';
import { MAX_COMMANDS, MAX_REPORTS } from '../../src/escalate/stations-bounds.ts';
import type { Command, StationsEvent } from '../../src/escalate/stations-events.ts';
import { PLACES, type ReportKind } from '../../src/escalate/stations-plan.ts';
import {
  alarm,
  type Bench,
  benchOf,
  commanded,
  type Far,
  happened,
  lives,
  type PlanChange,
  planOf,
  rows,
  sends,
  station,
  what,
  words,
  zone,
} from './stations-bench.ts';

/** What happens: an event, or one service (`arc`) becomes something, or the hub does. */
type What = StationsEvent | 'tick' | 'restart' | Far | 'put-off' | 'answer';
/** At this second: something happens, and this is sent (what left since the row before included). */
type Row = readonly [at: number, what: What, ...sent: readonly string[]];

const FARS: readonly unknown[] = ['takes', 'silent', 'refuses', 'refuses-full', 'slow'];

function act(bench: Bench, one: What) {
  if (one === 'tick') return [];
  if (one === 'restart') return bench.restarts();
  if (one === 'answer') return bench.answers('acked');
  if (one === 'put-off') return bench.answers('put-off');
  if (typeof one === 'object') return bench.does(one);
  if (FARS.includes(one)) bench.far['arc'] = one;
  return [];
}

function story(name: string, change: PlanChange, table: readonly Row[]): void {
  it(name, () => {
    const bench = benchOf(planOf(change));
    const told = table.map(([at, one]) => {
      const before = bench.passes(at);
      return [at, ...sends([...before, ...act(bench, one)])];
    });
    expect(told).toEqual(table.map(([at, , ...sent]) => [at, ...sent]));
  });
}

const door = what('entry-route', { zone: zone('door'), alarm: alarm('a1') });
const panic = what('personal-silent', { alarm: alarm('s1') });

describe('order', () => {
  story('each report leaves at once, under the next number', {}, [
    [0, happened('set'), 'arc 1 set'],
    [5, happened('unset'), 'arc 2 unset'],
  ]);
  story('one at a time, the next when the answer is there', {}, [
    [0, 'slow'],
    [0, happened('set', 'fire', 'lockout'), 'arc 1 set'],
    [1, 'answer', 'arc 2 fire'],
    [2, 'answer', 'arc 3 lockout'],
  ]);
  story('a call for help waits for no other report', {}, [
    [0, 'slow'],
    [0, happened('set', 'fire'), 'arc 1 set'],
    [1, happened(panic), 'arc 2 personal-silent'],
    [2, 'answer', 'arc 3 fire'],
  ]);
  story('but for another call for help', {}, [
    [0, 'slow'],
    [0, happened('duress'), 'arc 1 duress'],
    [1, happened(panic)],
    [2, 'answer', 'arc 2 personal-silent'],
  ]);
  story('one that gave way is sent again under its number', {}, [
    [0, 'slow'],
    [0, happened('set'), 'arc 1 set'],
    [1, 'put-off', 'arc 1 set'],
  ]);
});

describe('an outage', () => {
  story('is tried 2, 4, 8, 16, then every 30 s, under the same number', {}, [
    [0, 'silent'],
    [0, happened('fire'), 'arc 1 fire'],
    [1, 'tick'],
    [2, 'tick', 'arc 1 fire'],
    [6, 'tick', 'arc 1 fire'],
    [14, 'tick', 'arc 1 fire'],
    [30, 'tick', 'arc 1 fire'],
    [60, 'tick', 'arc 1 fire'],
    [90, 'tick', 'arc 1 fire'],
  ]);
  story('a call for help at least every 10 s', {}, [
    [0, 'silent'],
    [0, happened(panic), 'arc 1 personal-silent'],
    [30, 'tick', ...Array(4).fill('arc 1 personal-silent')],
    [40, 'tick', 'arc 1 personal-silent'],
  ]);
  story('a call for help in the middle of it is tried at once', {}, [
    [0, 'silent'],
    [0, happened('fire'), 'arc 1 fire'],
    [20, 'tick', 'arc 1 fire', 'arc 1 fire', 'arc 1 fire'],
    [21, happened(panic), 'arc 2 personal-silent'],
  ]);
  story('after it all is told in order, calls for help first', {}, [
    [0, 'silent'],
    [0, happened('set'), 'arc 1 set'],
    [1, happened(door)],
    [1, happened('fire')],
    [1, happened(panic), 'arc 2 personal-silent'],
    [1, 'takes'],
    [3, 'tick', 'arc 2 personal-silent', 'arc 1 set', 'arc 3 entry-route door', 'arc 4 fire'],
    [9999, 'tick'],
  ]);
  story('a stop in the middle of it loses nothing and keeps the numbers', {}, [
    [0, 'silent'],
    [0, happened('set'), 'arc 1 set'],
    [1, happened(door)],
    [1, 'takes'],
    [1, 'restart', 'arc 1 set', 'arc 2 entry-route door'],
  ]);
  story('what was on its way at a stop is sent again', {}, [
    [0, 'slow'],
    [0, happened('fire'), 'arc 1 fire'],
    [1, 'takes'],
    [1, 'restart', 'arc 1 fire'],
    [99, 'tick'],
  ]);
  story('a result that never comes counts as none', {}, [
    [0, 'slow'],
    [0, happened('fire'), 'arc 1 fire'],
    [0, 'takes'],
    [239, 'tick'],
    [242, 'tick', 'arc 1 fire'],
  ]);
  story('its end, found by a sign of life, brings the next try forward', { supervision: seconds(10) }, [
    [0, 'silent'],
    [0, happened('fire'), 'arc 1 fire'],
    [61, 'tick', ...Array(5).fill('arc 1 fire')],
    [61, 'takes'],
    [70, 'tick', 'arc 1 fire'],
  ]);
});

it('numbers go on at 1 after 9999', () => {
  const bench = benchOf(planOf());
  const numbers = Array.from({ length: 10_001 }, () => bench.does(happened('lockout'))).flatMap(sends);
  expect(numbers.slice(9998)).toEqual(['arc 9999 lockout', 'arc 1 lockout', 'arc 2 lockout']);
});

describe('a refusal', () => {
  story('the same is never sent again: once in the plainest words', {}, [
    [0, 'refuses-full'],
    [0, happened('fire'), 'arc 1 fire', 'arc 2 fire plainly'],
    [9999, 'tick'],
  ]);
  story('an alarm refused in all forms rests, begins again, and is given up in the end', {}, [
    [0, 'refuses'],
    [0, happened(door), 'arc 1 entry-route door', 'arc 2 entry-route door plainly'],
    [299, 'tick'],
    [300, 'tick', 'arc 3 entry-route door', 'arc 4 entry-route door plainly'],
    [600, 'tick', 'arc 5 entry-route door', 'arc 6 entry-route door plainly'],
    [9999, 'tick'],
  ]);
  story('it holds up nothing behind it', {}, [
    [0, 'refuses'],
    [0, happened('fire'), 'arc 1 fire', 'arc 2 fire plainly'],
    [1, 'takes'],
    [1, happened('set'), 'arc 3 set'],
  ]);
  story('anything but an alarm is given up at once', {}, [
    [0, 'refuses'],
    [0, happened('set'), 'arc 1 set', 'arc 2 set plainly'],
    [9999, 'tick'],
  ]);
});

describe('a pre-alert', () => {
  const entry = what('pre-alert', { zone: zone('door') });
  const unset = what('pre-alert', { is: 'restore', zone: zone('door') });
  story('a valid unset takes it back', {}, [
    [0, happened(entry), 'arc 1 pre-alert door'],
    [20, happened(unset, 'unset'), 'arc 2 pre-alert door restore', 'arc 3 unset'],
  ]);
  story('the alarm that comes of it takes its place', {}, [
    [0, happened(entry), 'arc 1 pre-alert door'],
    [30, happened(door), 'arc 2 entry-route door'],
    [40, happened(unset)],
  ]);
  story('one that was never taken back does not keep the next one quiet', {}, [
    [0, happened(entry), 'arc 1 pre-alert door'],
    [999, happened(entry), 'arc 2 pre-alert door'],
  ]);
  story('without one nothing is taken back', {}, [[0, happened(unset)]]);
  story('a service that does not want them gets neither', { preAlert: 'kept' }, [
    [0, happened(entry)],
    [20, happened(unset, 'unset'), 'arc 1 unset'],
  ]);
  story('both are told in order after an outage', {}, [
    [0, 'silent'],
    [0, happened(entry), 'arc 1 pre-alert door'],
    [1, happened(unset)],
    [1, 'takes'],
    [2, 'tick', 'arc 1 pre-alert door', 'arc 2 pre-alert door restore'],
  ]);
});

describe('what lasts is told once when it begins and once when it ends', () => {
  const table: readonly (readonly [kind: ReportKind, again: 'told again' | 'not again'])[] = [
    ['supervision-lost', 'not again'],
    ['battery-low', 'not again'],
    ['zone-tamper', 'not again'],
    ['hub-tamper', 'not again'],
    ['mains-lost', 'not again'],
    ['hub-battery-low', 'not again'],
    ['path-lost', 'not again'],
    ['jamming', 'not again'],
    ['technical', 'not again'],
    ['bypass', 'not again'],
    ['trouble-other', 'not again'],
    ['perimeter', 'told again'],
    ['interior', 'told again'],
    ['entry-route', 'told again'],
    ['day-zone', 'told again'],
    ['fire', 'told again'],
  ];
  for (const [kind, again] of table) {
    story(`${kind}: a second one is ${again}`, {}, [
      [0, happened(kind), `arc 1 ${kind}`],
      [1, happened(kind), ...(again === 'told again' ? [`arc 2 ${kind}`] : [])],
      [2, happened(what(kind, { is: 'restore' })), `arc ${again === 'told again' ? 3 : 2} ${kind} restore`],
      [3, happened(what(kind, { is: 'restore' }))],
    ]);
  }
  story('zones apart', {}, [
    [0, happened(what('zone-tamper', { zone: zone('a') })), 'arc 1 zone-tamper a'],
    [1, happened(what('zone-tamper', { zone: zone('b') })), 'arc 2 zone-tamper b'],
    [2, happened(what('zone-tamper', { zone: zone('a'), is: 'restore' })), 'arc 3 zone-tamper a restore'],
  ]);
  story('an alarm is confirmed once, the next one anew', {}, [
    [0, happened(what('confirmed', { alarm: alarm('a1') })), 'arc 1 confirmed'],
    [1, happened(what('confirmed', { alarm: alarm('a1') }))],
    [2, happened(what('cancel', { alarm: alarm('a1') })), 'arc 2 cancel'],
    [3, happened(what('confirmed', { alarm: alarm('a2') })), 'arc 3 confirmed'],
  ]);
  story('a zone left out in one set period is told again in the next', {}, [
    [0, happened(what('bypass', { zone: zone('a') })), 'arc 1 bypass a'],
    [1, happened('unset'), 'arc 2 unset'],
    [2, happened('set', what('bypass', { zone: zone('a') })), 'arc 3 set', 'arc 4 bypass a'],
  ]);
  story('it is remembered over a stop', {}, [
    [0, happened('mains-lost'), 'arc 1 mains-lost'],
    [1, 'restart'],
    [2, happened('mains-lost')],
    [3, happened(what('mains-lost', { is: 'restore' })), 'arc 2 mains-lost restore'],
  ]);
});

describe('a service gets what it asked for', () => {
  const table: readonly (readonly [name: string, change: PlanChange, kind: ReportKind, gets: 'told' | 'kept'])[] = [
    ['alarms only: an alarm', { reports: ['alarms'] }, 'fire', 'told'],
    ['alarms only: set', { reports: ['alarms'] }, 'set', 'kept'],
    ['alarms only: a fault', { reports: ['alarms'] }, 'mains-lost', 'kept'],
    ['alarms only: the mains cut while set', { reports: ['alarms'] }, 'mains-cut', 'told'],
    ['faults only: the mains cut while set', { reports: ['faults'] }, 'mains-cut', 'told'],
    ['only calls for help: the mains cut', { reports: ['alarms'], alarms: new Set(['personal']) }, 'mains-cut', 'kept'],
    ['alarms only: a cancel', { reports: ['alarms'] }, 'cancel', 'told'],
    ['no alarms: a call for help', { reports: ['set', 'unset', 'faults', 'tests'] }, 'personal-silent', 'kept'],
    ['only calls for help: an intruder', { alarms: new Set(['personal', 'duress']) }, 'perimeter', 'kept'],
    ['only calls for help: one', { alarms: new Set(['personal', 'duress']) }, 'personal-audible', 'told'],
    ['only calls for help: a pre-alert', { alarms: new Set(['personal', 'duress']) }, 'pre-alert', 'kept'],
    ['set without unset: unset', { reports: ['set'] }, 'unset', 'kept'],
    ['set: a part set', { reports: ['set'] }, 'part-set', 'told'],
    ['no tests: a test', { reports: ['alarms'] }, 'test-manual', 'kept'],
  ];
  for (const [name, change, kind, gets] of table) {
    it(`${name} is ${gets}`, () => {
      const effects = benchOf(planOf(change)).does(happened(kind));
      expect(sends(effects)).toEqual(gets === 'told' ? [`arc 1 ${kind}`] : []);
    });
  }
  it('every kind has a place', () => expect(Object.keys(PLACES)).toHaveLength(32));
});

describe('two services', () => {
  it('one that is silent holds up nothing for the other', () => {
    const bench = benchOf(planOf({ ids: ['arc', 'desk'] }));
    bench.far['arc'] = 'silent';
    expect(sends([...bench.does(happened('set')), ...bench.does(happened('fire'))])).toEqual([
      'arc 1 set',
      'desk 1 set',
      'desk 2 fire',
    ]);
    bench.far['arc'] = 'takes';
    expect(sends(bench.passes(2))).toEqual(['arc 1 set', 'arc 2 fire']);
    expect(bench.state().reports).toEqual([]);
  });
  it('a service that the config names no more keeps nothing waiting', () => {
    const bench = benchOf(planOf({ ids: ['arc', 'desk'] }));
    bench.far['arc'] = 'silent';
    bench.does(happened('set'));
    bench.plan = planOf({ ids: ['desk'] });
    expect(sends(bench.restarts())).toEqual([]);
    expect(bench.state().reports).toEqual([]);
    expect(Object.keys(bench.state().lines)).toEqual(['desk']);
  });
});

describe('rows', () => {
  it('proof of an ordinary report: that it is there may be read, the bytes may not', () => {
    expect(rows(benchOf(planOf()).does(happened(door)))).toEqual(['local report-acked', 'sealed report-proof']);
  });
  it('all of a silent one is sealed', () => {
    const bench = benchOf(planOf());
    bench.far['arc'] = 'silent';
    bench.does(happened(panic));
    bench.far['arc'] = 'refuses-full';
    const all = rows(bench.passes(9));
    expect(all).toContain('sealed report-proof');
    expect(all.filter((row) => row.startsWith('local'))).toEqual([]);
  });
  it('a local row shows no number that a silent report could have taken', () => {
    const bench = benchOf(planOf());
    const rowsOf = () =>
      bench
        .does(happened(door))
        .flatMap((effect) => (effect.type === 'record' && effect.audience === 'local' ? [effect.data] : []));
    const [before] = rowsOf();
    bench.does(happened(panic));
    const [behind] = rowsOf();
    expect(before).toMatchObject({ report: 'r1' });
    expect(behind).toEqual({ ...before, report: 'r2' });
  });
  it('the proof has bytes, time and way', () => {
    const proof = benchOf(planOf())
      .does(happened(door))
      .find((effect) => effect.type === 'record' && effect.row === 'report-proof');
    expect(proof).toMatchObject({
      data: {
        report: 'r1',
        alarm: 'a1',
        station: 'arc',
        sequence: 1,
        ack: 'ACK bytes',
        receivedAtMs: 5,
        path: 'primary tcp',
      },
    });
  });
  it('a silent report that failed before takes no row from an ordinary one', () => {
    const bench = benchOf(planOf());
    bench.far['arc'] = 'slow';
    bench.does(happened(door));
    bench.does(happened(panic));
    const lost = { outcome: 'unanswered', why: 'no answer' } as const;
    bench.does({ type: 'send-ended', station: station('arc'), report: 'q1', result: lost });
    const ordinary = bench.does({ type: 'send-ended', station: station('arc'), report: 'r1', result: lost });
    expect(rows(ordinary)).toEqual(['local report-unanswered']);
  });
  it('an outage leaves one row, not one a try', () => {
    const bench = benchOf(planOf());
    bench.far['arc'] = 'silent';
    const all = rows([...bench.does(happened(door)), ...bench.passes(600)]);
    expect(all).toEqual(['local report-unanswered']);
  });
});

describe('signs of life', () => {
  it('keep their rhythm', () => {
    const bench = benchOf(planOf({ supervision: seconds(5) }));
    expect(lives(bench.passes(60))).toBe(12);
  });
  const table: readonly (readonly [name: string, every: number, at: number, ...told: readonly string[]])[] = [
    ['one silence is none', 60, 74],
    ['two are a lost way', 60, 75, 'path arc down'],
    ['and it is told once', 60, 600, 'path arc down'],
    ['with five seconds, ten of silence', 5, 10, 'path arc down'],
  ];
  for (const [name, every, at, ...told] of table) {
    it(name, () => {
      const bench = benchOf(planOf({ supervision: seconds(every) }));
      bench.far['arc'] = 'silent';
      expect(words(bench.passes(at)).filter((one) => one.startsWith('path'))).toEqual(told);
    });
  }
  it('a way that was lost before a stop is lost after it, and told so anew', () => {
    const bench = benchOf(planOf({ supervision: seconds(5) }));
    bench.far['arc'] = 'silent';
    bench.passes(100);
    expect(words(bench.restarts())).toEqual(['path arc down']);
    bench.far['arc'] = 'takes';
    expect(words(bench.passes(105))).toEqual(['path arc up']);
  });
  it('the first answer is the way back', () => {
    const bench = benchOf(planOf({ supervision: seconds(5) }));
    bench.far['arc'] = 'silent';
    bench.passes(100);
    bench.far['arc'] = 'takes';
    expect(words(bench.passes(105))).toEqual(['path arc up']);
  });
  it('what a silent report finds does not show', () => {
    const bench = benchOf(planOf());
    bench.far['arc'] = 'silent';
    const all = words([...bench.does(happened(panic)), ...bench.passes(3000)]);
    expect(all.filter((one) => one.startsWith('path') || one.startsWith('local'))).toEqual([]);
  });
  it('one that gave way to a report says nothing of the way, and comes again soon', () => {
    const plan = planOf({ supervision: seconds(60) });
    const bench = benchOf(plan);
    bench.passes(59);
    const asked = reduceStations(plan, bench.state(), { type: 'tick' }, instant(60_000));
    expect(lives(asked.effects)).toBe(1);
    const off = reduceStations(
      plan,
      asked.state,
      { type: 'life-ended', station: station('arc'), result: 'put-off' },
      instant(61_000),
    );
    expect(off.effects).toEqual([]);
    expect(lives(reduceStations(plan, off.state, { type: 'tick' }, instant(66_000)).effects)).toBe(1);
  });
  it('a result that never comes is silence', () => {
    const plan = planOf({ supervision: seconds(60) });
    const asked = reduceStations(plan, benchOf(plan).state(), { type: 'tick' }, instant(60_000));
    expect(asked.state.lines[station('arc')]?.missed).toBe(0);
    const late = reduceStations(plan, asked.state, { type: 'tick' }, instant(60_000 + 240_000));
    expect(late.state.lines[station('arc')]?.missed).toBe(1);
  });
});

describe('periodic tests', () => {
  it('come about once a period, never twice at the same distance, a tenth apart at most', () => {
    const bench = benchOf(planOf({ test: hours(24) }));
    const times: number[] = [];
    for (let minute = 1; minute < 30 * 24 * 60; minute += 1) {
      if (sends(bench.passes(minute * 60)).length > 0) times.push(minute / 60);
    }
    const waits = times.map((time, index) => time - (times[index - 1] ?? 0));
    expect(times.length).toBeGreaterThanOrEqual(27);
    expect(Math.min(...waits)).toBeGreaterThan(21.5);
    expect(Math.max(...waits)).toBeLessThan(26.5);
    expect(new Set(waits.map((wait) => wait.toFixed(1))).size).toBeGreaterThan(10);
  });
  it('one waits over an outage, not one a day', () => {
    const bench = benchOf(planOf({ test: hours(1) }));
    bench.far['arc'] = 'silent';
    bench.passes(10 * 3600);
    expect(bench.state().reports).toHaveLength(1);
  });
  it('a stop neither brings one forward nor puts it off', () => {
    const bench = benchOf(planOf({ test: hours(24) }));
    const before = bench.state().lines[station('arc')]?.testAt;
    bench.passes(3600);
    bench.restarts();
    expect(bench.state().lines[station('arc')]?.testAt).toBe(before);
  });
  it('two hubs do not test at the same moment', () => {
    const plan = planOf({ test: hours(24) });
    const state = benchOf(plan).state();
    const moment = (chance: number) =>
      reduceStations(plan, { ...state, lines: {} }, { type: 'restarted', chance }, instant(0)).state.lines[
        station('arc')
      ]?.testAt;
    expect(moment(0.1)).not.toBe(moment(0.9));
  });
});

describe('commands', () => {
  const command = (id: string): Command => ({ id, order: 'acknowledge', alarm: 'a1', by: 'op 7', note: null });
  const done = (id: string): StationsEvent => ({
    type: 'command-ended',
    station: station('arc'),
    id,
    done: 'done',
    why: null,
  });
  const answersOf = (bench: Bench, at: number) =>
    bench.passes(at).flatMap((effect) => (effect.type === 'supervise' ? effect.answers.map(({ id }) => id) : []));

  it('is carried out once, however often it comes', () => {
    const bench = benchOf(planOf());
    const all = [
      bench.does(commanded('arc', command('1'))),
      bench.does(commanded('arc', command('1'), command('2'))),
      bench.restarts(),
      bench.does(commanded('arc', command('1'))),
    ];
    expect(all.flatMap(words)).toEqual(['command 1', 'command 2']);
  });
  it('what became of it goes with the next sign of life, until that is answered', () => {
    const bench = benchOf(planOf({ supervision: seconds(60) }));
    bench.does(commanded('arc', command('1')));
    bench.does(done('1'));
    bench.far['arc'] = 'silent';
    expect(answersOf(bench, 60)).toEqual(['1']);
    bench.far['arc'] = 'takes';
    expect(answersOf(bench, 75)).toEqual(['1']);
    expect(answersOf(bench, 600)).toEqual([]);
  });
  it('one that comes again is answered again', () => {
    const bench = benchOf(planOf({ supervision: seconds(60) }));
    bench.does(commanded('arc', command('1')));
    bench.does(done('1'));
    bench.passes(60);
    bench.does(commanded('arc', command('1')));
    expect(answersOf(bench, 120)).toEqual(['1']);
  });
  it('services do not answer for each other', () => {
    const bench = benchOf(planOf({ ids: ['arc', 'desk'] }));
    const all = [bench.does(commanded('arc', command('1'))), bench.does(commanded('desk', command('1')))];
    expect(all.flatMap(words)).toEqual(['command 1', 'command 1']);
  });
  it('no more are remembered than a bound', () => {
    const bench = benchOf(planOf());
    for (let i = 0; i < MAX_COMMANDS + 10; i += 1) bench.does(commanded('arc', command(String(i))));
    expect(bench.state().lines[station('arc')]?.commands).toHaveLength(MAX_COMMANDS);
  });
  it('a service nobody knows is not heard', () => {
    expect(words(benchOf(planOf()).does(commanded('other', command('1'))))).toEqual([]);
  });
});

describe('the bound', () => {
  const filled = (kind: ReportKind): Bench => {
    const bench = benchOf(planOf());
    bench.far['arc'] = 'silent';
    for (let i = 0; i < MAX_REPORTS; i += 1)
      bench.does(happened(what(kind, { zone: zone(`z${i}`), alarm: alarm(`a${i}`) })));
    return bench;
  };
  const table: readonly (readonly [full: ReportKind, comes: ReportKind, shed: number | null])[] = [
    ['lockout', 'fire', 0],
    ['lockout', 'personal-silent', 0],
    ['personal-silent', 'personal-silent', 0],
  ];
  for (const [full, comes, shed] of table) {
    it(`full of ${full}, then ${comes}: the oldest gives way, with a row`, () => {
      const bench = filled(full);
      expect(bench.state().reports).toHaveLength(MAX_REPORTS);
      const effects = bench.does(happened(comes));
      expect(rows(effects)[0]).toMatch(/report-shed$/);
      expect(bench.state().reports).toHaveLength(MAX_REPORTS);
      expect(bench.state().reports.some(({ zone: at }) => at === `z${shed}`)).toBe(false);
    });
  }
  it('a call for help stays when everything else is shed', () => {
    const bench = benchOf(planOf());
    bench.far['arc'] = 'silent';
    bench.does(happened(panic));
    for (let i = 0; i < 2 * MAX_REPORTS; i += 1) bench.does(happened('lockout'));
    expect(bench.state().reports[0]).toMatchObject({ kind: 'personal-silent' });
    expect(bench.state().reports).toHaveLength(MAX_REPORTS);
  });
  it('presses while nobody can be reached wait once', () => {
    const bench = benchOf(planOf());
    bench.far['arc'] = 'slow';
    bench.does(happened('duress'));
    for (let i = 0; i < 100; i += 1) bench.does(happened(panic));
    expect(bench.state().reports).toHaveLength(2);
  });
});
