// Runs in the guest: every story that a kernel is needed for, one after the other. One line of JSON each, as it ends.
import { loadCalls } from '../../../src/link/gpio/calls.ts';
import { storiesInGuest } from '../stories.ts';

/** Longer than any story waits by itself. */
const PATIENCE_MS = 60_000;

const say = (name: string, result: string): void => {
  process.stdout.write(`${JSON.stringify({ name, result })}\n`);
};

const reason = (error: unknown): string => (error instanceof Error ? (error.stack ?? error.message) : String(error));

async function ended(run: Promise<void>): Promise<string> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<string>((resolve) => {
    timer = setTimeout(() => resolve('it never ended'), PATIENCE_MS);
  });
  const result = await Promise.race([run.then(() => 'passed', reason), late]);
  clearTimeout(timer);
  return result;
}

process.on('uncaughtException', (error) => say('outside any story', reason(error)));
const wanted = process.argv.slice(2);
const calls = await loadCalls();
for (const { name, run } of storiesInGuest) {
  if (wanted.length === 0 || wanted.some((part) => name.includes(part))) say(name, await ended(run(calls)));
}
process.exit(0);
