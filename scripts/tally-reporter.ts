import { writeFileSync } from 'node:fs';
import { relative } from 'node:path';
import type { SerializedError } from 'vitest';
import type { Reporter, TestCase, TestModule, TestSuite } from 'vitest/node';
import { notRunMark, type Tally } from './tally.ts';

function nameOf(module: TestModule, inner: string): string {
  return `${relative(process.cwd(), module.moduleId)} > ${inner}`;
}

/** Errors of a file or a suite itself, such as an import that fails: no test of it may have run. */
function brokenOnes(module: TestModule): string[] {
  const broken = module.errors().map((error) => nameOf(module, error.message));
  for (const suite of module.children.allSuites() as Iterable<TestSuite>) {
    for (const error of suite.errors()) broken.push(nameOf(module, `${suite.fullName}: ${error.message}`));
  }
  return broken;
}

/** Counts what ran, for the closing line of scripts/test; writes it to the file that LANTERN_TALLY names. */
class TallyReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandled: readonly SerializedError[]): void {
    const failures = unhandled.map((error) => `outside any test: ${error.message}`);
    const notRun: { name: string; why: string }[] = [];
    const unsteady: string[] = [];
    let passed = 0;
    let skipped = 0;
    for (const module of modules) {
      failures.push(...brokenOnes(module));
      for (const test of module.children.allTests() as Iterable<TestCase>) {
        const result = test.result();
        const name = nameOf(module, test.fullName);
        if (test.diagnostic()?.flaky === true) unsteady.push(name);
        if (result.state === 'passed') passed += 1;
        else if (result.state === 'failed') failures.push(name);
        else if (result.state === 'pending') failures.push(`${name} (never ended)`);
        else if (result.note?.startsWith(notRunMark))
          notRun.push({ name, why: result.note.slice(notRunMark.length).trim() });
        else skipped += 1;
      }
    }
    const tally: Tally = { passed, skipped, failures, notRun, unsteady };
    if (process.env['LANTERN_TALLY']) writeFileSync(process.env['LANTERN_TALLY'], JSON.stringify(tally));
  }
}

// biome-ignore lint/style/noDefaultExport: vitest takes a reporter from the default export of its file
export default TallyReporter;
