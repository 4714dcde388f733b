import type { Command } from 'commander';
import type { CliDeps, ShownReviews } from './deps.ts';
import { failed, needed } from './exit.ts';
import type { CliIo } from './io.ts';

interface ReviewsOptions {
  readonly data?: string;
  readonly on?: string;
  readonly json?: true;
}

/** `reviews` and `reviews done`. */
export function addReviewsCommands(program: Command, deps: CliDeps, io: CliIo): void {
  const reviews = program
    .command('reviews')
    .description('when the fitted house is to be looked at again, three and six months after the handover')
    .enablePositionalOptions()
    .option('--data <dir>', 'the data directory of the hub')
    .option('--json', 'print the answer as JSON')
    .action((options: ReviewsOptions) => list(deps, io, options));

  reviews
    .command('done')
    .description('note that the next review was held')
    .option('--data <dir>', 'the data directory of the hub')
    .option('--on <day>', 'the day it was held, such as 2026-11-21')
    .option('--json', 'print the answer as JSON')
    .action((_options: ReviewsOptions, command: Command) => done(deps, io, command.optsWithGlobals()));
}

async function list(deps: CliDeps, io: CliIo, options: ReviewsOptions): Promise<void> {
  const found = deps.reviews.list(needed(options.data, '--data DIR'));
  if (!found.ok) throw failed(found.why);
  await io.out(options.json ? `${JSON.stringify(found.reviews)}\n` : listText(found.reviews));
}

async function done(deps: CliDeps, io: CliIo, options: ReviewsOptions): Promise<void> {
  const data = needed(options.data, '--data DIR');
  const day = needed(options.on, '--on DAY');
  const held = deps.reviews.hold(data, day);
  if (!held.ok) throw failed(held.why);
  const { next } = held;
  if (options.json) await io.out(`${JSON.stringify({ held: day, next })}\n`);
  else await io.out(next === null ? `noted; it was the last one\n` : `noted; the next one is due on ${next}\n`);
}

function listText(reviews: ShownReviews | null): string {
  if (reviews === null)
    return 'this house was not handed over yet; its reviews are due three and six months after that\n';
  const { handedOverAt, due, done: held } = reviews;
  const lines = due.map((day, index) => `due ${day}  ${held[index] === undefined ? 'open' : `held ${held[index]}`}\n`);
  return `handed over ${handedOverAt.slice(0, 10)}\n${lines.join('')}`;
}
