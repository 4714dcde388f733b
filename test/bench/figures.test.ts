import { describe, expect, it } from 'vitest';
import { type Spread, spreadOf } from './statistics.ts';
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
