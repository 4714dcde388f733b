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

interface Told {
  readonly name: string;
  readonly run: () => Promise<void>;
}

function listen(): void {
  process.on('uncaughtException', (error) => say('outside any story', reason(error)));
}

/** Runs stories that know nothing of one another; one line of JSON each, as it ends. */
export async function tellEach(stories: readonly Told[]): Promise<void> {
  listen();
  for (const { name, run } of stories) say(name, await ended(run()));
}

/** The same for stories of which each goes on from the one before: what follows one that failed is not begun. */
export async function tellInTurn(stories: readonly Told[]): Promise<void> {
  listen();
  let failed: string | null = null;
  for (const { name, run } of stories) {
    const result: string = failed === null ? await ended(run()) : `not begun, because of: ${failed}`;
    say(name, result);
    if (result !== 'passed') failed ??= name;
  }
}
