import { describe, expect, it } from 'vitest';
import { CODE_FAULTS, codeFault, neighboursOf } from '../../src/site/codes.ts';

type Verdict = 'fine' | 'digits only' | 'or more' | 'at most' | 'run' | 'repeats' | 'date';

const rows: readonly (readonly [code: string, verdict: Verdict, because: string])[] = [
  ['', 'or more', 'nothing'],
  ['4711', 'or more', 'four digits'],
  ['47119', 'fine', 'five digits'],
  ['471193', 'fine', 'six digits'],
  ['04711', 'fine', 'a leading zero'],
  ['471193028564', 'fine', 'twelve digits'],
  ['4711930285641', 'at most', 'thirteen digits'],
  ['47a193', 'digits only', 'a letter'],
  ['47 193', 'digits only', 'a space'],
  ['-47193', 'digits only', 'a sign'],
  ['4719.3', 'digits only', 'a point'],
  ['471193\n', 'digits only', 'a line end'],
  ['٤٧١١٩٣', 'digits only', 'digits of another script'],
  ['12345', 'run', 'up'],
  ['123456', 'run', 'up'],
  ['0123456789', 'run', 'all ten up'],
  ['54321', 'run', 'down'],
  ['987654', 'run', 'down'],
  ['43210', 'run', 'down to zero'],
  ['678901', 'fine', 'round the end is not up by one'],
  ['123465', 'fine', 'a run but for its end'],
  ['123454', 'fine', 'up and down'],
  ['135790', 'fine', 'up by two'],
  ['00000', 'repeats', 'one digit'],
  ['7777777', 'repeats', 'one digit, seven times'],
  ['474747', 'repeats', 'a block of two'],
  ['471471', 'repeats', 'a block of three'],
  ['47114711', 'repeats', 'a block of four'],
  ['4711347113', 'repeats', 'a block of five'],
  ['47474', 'fine', 'a block and a half'],
  ['471147', 'fine', 'a beginning that comes again'],
  ['240685', 'date', '24 June 85'],
  ['311299', 'date', '31 December 99'],
  ['062485', 'date', 'June 24, 85'],
  ['850624', 'date', '85 June 24'],
  ['851231', 'date', '85 December 31'],
  ['290296', 'date', '29 February 96'],
  ['290200', 'date', '29 February 2000, though not 1900'],
  ['310485', 'fine', '31 April, and no other order'],
  ['320685', 'fine', 'no day 32, and 85 is no month or day'],
  ['290285', 'fine', '29 February of a common year'],
  ['300264', 'fine', '30 February'],
  ['000685', 'fine', 'no day 0'],
  ['240085', 'fine', 'no month 0'],
  ['131364', 'fine', 'no month 13'],
  ['240619', 'date', '24 June 19'],
  ['24061985', 'date', '24 June 1985'],
  ['06241985', 'date', 'June 24, 1985'],
  ['19850624', 'date', '1985 June 24'],
  ['01011900', 'date', 'the first year'],
  ['31122099', 'date', 'the last year'],
  ['31121899', 'fine', 'a year too early'],
  ['01012100', 'fine', 'a year too late'],
  ['29021900', 'fine', '1900 was no leap year'],
  ['29022000', 'date', '2000 was one'],
  ['31041985', 'fine', '31 April'],
  ['19853112', 'fine', 'year, day, month is nobody’s order'],
  ['2406198', 'fine', 'seven digits are no date'],
  ['24685', 'fine', 'five digits are no date'],
];

const accepted = (code: string, verdict: Verdict): void => {
  const fault = codeFault(code);
  if (verdict === 'fine' || fault === null) expect([verdict, fault]).toEqual(['fine', null]);
  else expect(CODE_FAULTS[fault]).toContain(verdict);
};

describe('what may be a code', () => {
  for (const [code, verdict, because] of rows) {
    it(`${JSON.stringify(code)}: ${verdict} (${because})`, () => accepted(code, verdict));
  }
});

describe('codes that could be mistaken for 471193', () => {
  const near = neighboursOf('471193');
  const neighbours: readonly (readonly [code: string, near: boolean, because: string])[] = [
    ['471193', false, 'is itself'],
    ['971193', true, 'first digit'],
    ['471194', true, 'last digit'],
    ['471183', true, 'one digit, ten less'],
    ['471184', true, 'nine less'],
    ['471202', true, 'nine more, two digits'],
    ['0471202', true, 'nine more, with a zero in front'],
    ['471203', false, 'ten more in two digits'],
    ['481293', false, 'two digits'],
    ['741193', false, 'two digits swapped'],
    ['4711930', false, 'a digit more'],
  ];
  for (const [code, is, because] of neighbours) {
    it(`${code}: ${is ? 'near' : 'not near'} (${because})`, () => expect(near.includes(code)).toBe(is));
  }
  it('stays at zero or above, and within the lengths a code may have', () => {
    const low = neighboursOf('00003');
    expect(low.every((code) => /^[0-9]{5,12}$/.test(code))).toBe(true);
    expect(low).toContain('00012');
    expect(low).toContain('000003');
  });
  it('has no length above twelve', () => {
    expect(neighboursOf('999999999995').every((code) => code.length === 12)).toBe(true);
  });
});
