import { describe, expect, it } from 'vitest';
import type { PageFigures } from './page.ts';
import { pageNotRun, pageRows } from './page-rows.ts';
import { type Spread, shareOfCore, spreadOf, ticksIn } from './statistics.ts';
import { isMet, type Row, render, type Verdict } from './table.ts';

const upTo = (n: number): readonly number[] => Array.from({ length: n }, (_, i) => n - i);

describe('a spread is made of times that were measured', () => {
  const rows: readonly (readonly [what: string, times: readonly (number | null)[], spread: Spread])[] = [
    ['one', [7], { n: 1, p50: 7, p99: 7, max: 7, lost: 0 }],
    ['two', [9, 3], { n: 2, p50: 3, p99: 9, max: 9, lost: 0 }],
    ['a hundred', upTo(100), { n: 100, p50: 50, p99: 99, max: 100, lost: 0 }],
    ['a thousand', upTo(1000), { n: 1000, p50: 500, p99: 990, max: 1000, lost: 0 }],
    ['lost ones are counted and not timed', [null, 4, null], { n: 1, p50: 4, p99: 4, max: 4, lost: 2 }],
    ['nothing came', [null], { n: 0, p50: Number.NaN, p99: Number.NaN, max: Number.NaN, lost: 1 }],
  ];
  for (const [what, times, spread] of rows) it(what, () => expect(spreadOf(times)).toEqual(spread));
});

const row = (verdict: Verdict, aim: string): Row => {
  return { case: 'siren', samples: '5', ours: '1', peer: 'aedes', theirs: '2', ratio: '0.5', aim, verdict };
};

describe('an aim is met', () => {
  const rows: readonly (readonly [verdict: Verdict, aim: string, met: boolean])[] = [
    ['ok', '≤ 1', true],
    ['missed', '≤ 1', false],
    ['no aim', '', true],
    ['not run: no compiler', '≤ 1', false],
    ['not run: mosquitto is not installed', '', true],
  ];
  for (const [verdict, aim, met] of rows) {
    it(`${verdict}, aim "${aim}": ${met}`, () => expect(isMet(row(verdict, aim))).toBe(met));
  }
});

it('the columns of the table stand under each other', () => {
  const [heads, line, first, second] = render([row('ok', 'p50 ≤ 1.25 ×'), row('missed', '')]).split('\n');
  const at = heads?.indexOf('aim');
  expect(first?.indexOf('p50')).toBe(at);
  expect(first?.indexOf('ok')).toBe(second?.indexOf('missed'));
  expect(line).toMatch(/^[- ]+$/);
});

it('the processor time of all threads is read beside a name that holds anything', () => {
  const stat = '4711 (a) 9 (b c) S 1 4711 4711 0 -1 4194560 237901 0 0 0 373 86 7 8 20 0 12 0 469844 1820360704';
  expect(ticksIn(stat)).toBe(373 + 86);
});

it('ticks over a time are a share of one core', () => {
  expect(shareOfCore({ ticks: 400, at: 5_000 }, { ticks: 412, at: 65_000 })).toEqual({ seconds: 60, percent: 0.2 });
});

describe('her page is judged', () => {
  const good: PageFigures = {
    entryWire: { bytes: 12_700, requests: 6 },
    homeWire: { bytes: 99_999, requests: 6 },
    pad: [999, 400, 1800],
    button: [999],
    bare: [300],
    tap: [74, 74, 500],
    hash: [50, 50, 50],
    idle: { seconds: 20, percent: 0.99 },
  };
  const missed = (figures: PageFigures): readonly string[] =>
    pageRows(figures).flatMap((one) => (isMet(one) ? [] : [one.case]));
  const rows: readonly (readonly [what: string, worse: Partial<PageFigures>, missed: readonly string[]])[] = [
    ['all within the aims', {}, []],
    ['too heavy', { homeWire: { bytes: 100_000, requests: 6 } }, ['first load, her page, compressed']],
    ['nothing came', { entryWire: { bytes: 0, requests: 0 } }, ['first load, code pad, compressed']],
    ['a second until the pad writes', { pad: [1000] }, ['slow phone, first load: the pad writes']],
    ['one load never came to it', { button: [500, null] }, ['slow phone, first load: it can be armed']],
    ['half as long again as the hash', { tap: [75] }, ['tap to retained state, by a code']],
    ['no tap came through', { tap: [null] }, ['tap to retained state, by a code']],
    ['not at rest', { idle: { seconds: 20, percent: 1 } }, ['demo house at rest, one page open']],
  ];
  for (const [what, worse, names] of rows) it(what, () => expect(missed({ ...good, ...worse })).toEqual(names));

  it('not run: each of its rows says why, and meets nothing', () => {
    const none = pageNotRun('needs a browser');
    expect(none.map((one) => one.case)).toEqual(pageRows(good).map((one) => one.case));
    expect(none.map(({ verdict }) => verdict)).toEqual(none.map(() => 'not run: needs a browser'));
    expect(none.some(isMet)).toBe(false);
  });
});
