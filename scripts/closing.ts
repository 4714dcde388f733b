// Prints the closing lines of scripts/test: node closing.ts TALLY_FILE CHECKS_PASSED CHECKS_FAILED
import { readFileSync } from 'node:fs';
import { closing, type Tally } from './tally.ts';

const [file = '', passed, failed] = process.argv.slice(2);

function readTally(): Tally | null {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Tally;
  } catch {
    return null; // vitest ended before it could write it; `closing` counts that as a failure
  }
}

const { lines, ok } = closing(readTally(), { passed: Number(passed), failed: Number(failed) });
for (const line of lines) console.log(line);
process.exitCode = ok ? 0 : 1;
