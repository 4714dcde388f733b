/** A test that could not run here says so with a skip note that begins like this. */
export const notRunMark = 'NOT RUN:';

/** What one test run came to. Names are `FILE > SUITE > TEST`. */
export interface Tally {
  readonly passed: number;
  readonly skipped: number;
  readonly failures: readonly string[];
  /** Tests, or whole files, that this machine cannot run, with the reason. */
  readonly notRun: readonly { readonly name: string; readonly why: string }[];
  /** Passed, but only when tried again: to be looked into. */
  readonly unsteady?: readonly string[];
}

/** Results of the checks beside the tests; each counts as one. */
export interface Checks {
  readonly passed: number;
  readonly failed: number;
}

/**
 * The last lines of a run; the very last one counts. `ok` is false when anything failed, when the run left no tally,
 * and when no test ran at all: a check that saw nothing has found nothing out.
 */
export function closing(
  tally: Tally | null,
  checks: Checks,
): { readonly lines: readonly string[]; readonly ok: boolean } {
  const lines: string[] = [];
  const { passed, skipped, failures, notRun } = tally ?? {
    passed: 0,
    skipped: 0,
    failures: ['the tests left no result'],
    notRun: [],
  };
  for (const name of failures) lines.push(`FAILED: ${name}`);
  for (const name of tally?.unsteady ?? [])
    lines.push(`UNSTEADY: ${name}: passed when it was tried again; look into it`);
  for (const { name, why } of notRun) lines.push(`NOT RUN: ${name}: ${why}`);
  const empty = tally !== null && passed + failures.length === 0;
  if (empty) lines.push('FAILED: no test ran');
  const failed = failures.length + checks.failed + (empty ? 1 : 0);
  const counts = [`${passed + checks.passed} passed`, `${failed} failed`];
  if (notRun.length > 0) lines.push(`${notRun.length} could not run here; they count as skipped`);
  if (skipped + notRun.length > 0) counts.push(`${skipped + notRun.length} skipped`);
  lines.push(counts.join(', '));
  return { lines, ok: failed === 0 };
}
