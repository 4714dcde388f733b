import type { Spread } from './statistics.ts';

/** One line of the table; a case that could not run says why in `verdict`. */
export interface Row {
  readonly case: string;
  readonly samples: string;
  readonly ours: string;
  readonly peer: string;
  readonly theirs: string;
  readonly ratio: string;
  readonly aim: string;
  readonly verdict: Verdict;
}

export type Verdict = 'ok' | 'missed' | 'no aim' | `not run: ${string}`;

const heads = {
  case: 'case',
  samples: 'n',
  ours: 'ours',
  peer: 'beside',
  theirs: 'theirs',
  ratio: 'ratio',
  aim: 'aim',
  verdict: '',
};
const columns = ['case', 'samples', 'ours', 'peer', 'theirs', 'ratio', 'aim', 'verdict'] as const;

export function render(rows: readonly Row[]): string {
  const all = [heads, ...rows];
  const widths = columns.map((column) => Math.max(...all.map((row) => row[column].length)));
  const line = (row: Row | typeof heads): string =>
    columns
      .map((column, i) => row[column].padEnd(widths[i] ?? 0))
      .join('  ')
      .trimEnd();
  return [line(heads), widths.map((width) => '-'.repeat(width)).join('  '), ...rows.map(line)].join('\n');
}

/** A case with an aim that did not run has not met it. */
export const isMet = (row: Row): boolean => row.verdict === 'ok' || row.verdict === 'no aim' || row.aim === '';

export const figure = (value: number): string => (Number.isNaN(value) ? '–' : value.toFixed(value < 100 ? 2 : 0));
export const pair = (a: number, b: number): string => `${figure(a)} / ${figure(b)}`;

export const verdictOf = (isOk: boolean): Verdict => (isOk ? 'ok' : 'missed');

/** A row without figures. */
export const notRun = (name: string, aim: string, why: string): Row => ({
  case: name,
  samples: '',
  ours: '',
  peer: '',
  theirs: '',
  ratio: '',
  aim,
  verdict: `not run: ${why}`,
});

/** A row that sets two spreads side by side; `judge` has the p50 and p99 ratios. */
export function beside(
  name: string,
  ours: Spread,
  [peer, theirs]: readonly [string, Spread],
  aim: string,
  judge: ((p50: number, p99: number) => boolean) | null,
): Row {
  const p50 = ours.p50 / theirs.p50;
  const p99 = ours.p99 / theirs.p99;
  const lost = ours.lost > 0 ? `, ${ours.lost} lost` : '';
  const isOk = judge === null ? null : ours.lost === 0 && judge(p50, p99);
  return {
    case: name,
    samples: `${ours.n}${lost}`,
    ours: `${pair(ours.p50, ours.p99)} ms`,
    peer,
    theirs: `${pair(theirs.p50, theirs.p99)} ms`,
    ratio: pair(p50, p99),
    aim,
    verdict: isOk === null ? 'no aim' : verdictOf(isOk),
  };
}
