import { describe, expect, it } from 'vitest';
import { type Checks, closing, type Tally } from '../../scripts/tally.ts';

const tally = (over: Partial<Tally>): Tally => ({ passed: 0, skipped: 0, failures: [], notRun: [], ...over });
const checks: Checks = { passed: 5, failed: 0 };

const cases: readonly (readonly [what: string, Tally | null, Checks, lines: readonly string[], ok: boolean])[] = [
  ['all is well', tally({ passed: 7 }), checks, ['12 passed, 0 failed'], true],
  ['one is skipped', tally({ passed: 7, skipped: 1 }), checks, ['12 passed, 0 failed, 1 skipped'], true],
  ['a test fails', tally({ passed: 7, failures: ['a > b'] }), checks, ['FAILED: a > b', '12 passed, 1 failed'], false],
  ['a check fails', tally({ passed: 7 }), { passed: 4, failed: 1 }, ['11 passed, 1 failed'], false],
  [
    'a suite cannot run here',
    tally({ passed: 7, skipped: 1, notRun: [{ name: 'a > b', why: 'no mosquitto' }] }),
    checks,
    ['NOT RUN: a > b: no mosquitto', '1 could not run here; they count as skipped', '12 passed, 0 failed, 2 skipped'],
    true,
  ],
  ['no test ran', tally({ skipped: 3 }), checks, ['FAILED: no test ran', '5 passed, 1 failed, 3 skipped'], false],
  ['the run left nothing', null, checks, ['FAILED: the tests left no result', '5 passed, 1 failed'], false],
  [
    'one that passed when it was tried again',
    { passed: 3, skipped: 0, failures: [], notRun: [], unsteady: ['a > b'] },
    { passed: 1, failed: 0 },
    ['UNSTEADY: a > b: passed when it was tried again; look into it', '4 passed, 0 failed'],
    true,
  ],
];

describe('the closing lines', () => {
  for (const [what, found, beside, lines, ok] of cases) {
    it(what, () => {
      expect(closing(found, beside)).toEqual({ lines, ok });
    });
  }
});
