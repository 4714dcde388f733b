import { setTimeout as wait } from 'node:timers/promises';
import type { Command } from 'commander';
import { type WallTime, wallTime } from '../base/time.ts';
import type { CliDeps, LogReader } from './deps.ts';
import { CommandError, exitCodes, failed, needed, wrongUse } from './exit.ts';
import type { CliIo } from './io.ts';
import { formatRow, type LogFormat, logFormats, logHeader, tableWidth } from './log-format.ts';

const pageSize = 1_000;
/** How often `--follow` looks for new rows. */
const lookEveryMs = 250;

interface LogOptions {
  readonly data?: string;
  readonly format?: string;
  readonly since?: string;
  readonly follow?: true;
  readonly json?: true;
}

/** `log`, `log verify`, and `log export` that is not in this version. */
export function addLogCommands(program: Command, deps: CliDeps, io: CliIo): void {
  const log = program
    .command('log')
    .description('the event log, as everyone on site may see it')
    .enablePositionalOptions()
    .option('--data <dir>', 'the data directory of the hub')
    .option('--format <format>', `${logFormats.join(', ')} (default: table)`)
    .option('--since <iso>', 'only rows from this time on, such as 2026-11-21 or 2026-11-21T20:29:00Z')
    .option('--follow', 'go on with new rows as they come')
    .action((options: LogOptions) => printLog(deps, io, options));

  log
    .command('verify')
    .description('check the chain of hashes: ok, or the first bad seq')
    .option('--data <dir>', 'the data directory of the hub')
    .option('--json', 'print the answer as JSON')
    .action((_options: LogOptions, command: Command) => verify(deps, io, command.optsWithGlobals()));

  log
    .command('export')
    .description('the evidence bundle (not in this version)')
    .option('--data <dir>', 'the data directory of the hub')
    .option('--out <file>', 'where to write it')
    .action(() => {
      throw wrongUse('log export is not in this version');
    });
}

function formatOf(text: string | undefined): LogFormat {
  const format = logFormats.find((one) => one === (text ?? 'table'));
  if (format === undefined) throw wrongUse(`"${text}" is not a format; use ${logFormats.join(', ')}`);
  return format;
}

function sinceOf(text: string | undefined): WallTime | null {
  if (text === undefined) return null;
  const ms = /^\d{4}-\d\d-\d\d([T ]\d\d:\d\d.*)?$/.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(ms)) throw wrongUse(`"${text}" is not a time; write it like 2026-11-21 or 2026-11-21T20:29:00Z`);
  return wallTime(ms);
}

async function printLog(deps: CliDeps, io: CliIo, options: LogOptions): Promise<void> {
  const format = formatOf(options.format);
  const since = sinceOf(options.since);
  const opened = deps.log.open(needed(options.data, '--data DIR'));
  if (!opened.ok) throw failed(opened.why);
  const print = printer(io, opened.reader, format, since);
  try {
    await io.out(logHeader(format));
    let last = await print(0);
    while (options.follow && !io.stop.aborted) {
      await wait(lookEveryMs, undefined, { signal: io.stop }).catch(() => {}); // told to stop
      last = await print(last);
    }
  } finally {
    opened.reader.close();
  }
}

/** Prints what there is after a `seq`, a page at a time, and gives the last `seq` it printed. */
function printer(io: CliIo, reader: LogReader, format: LogFormat, since: WallTime | null) {
  const width = tableWidth(io.columns);
  return async (from: number): Promise<number> => {
    let after = from;
    for (;;) {
      const page = reader.page({ after, since, limit: pageSize });
      if (!page.ok) throw failed(page.why);
      if (page.rows.length > 0) await io.out(page.rows.map((row) => formatRow(row, format, width)).join(''));
      after = page.rows.at(-1)?.seq ?? after;
      if (page.rows.length < pageSize) return after;
    }
  };
}

async function verify(deps: CliDeps, io: CliIo, options: LogOptions): Promise<void> {
  const found = await deps.log.verify(needed(options.data, '--data DIR'));
  if (found.ok) {
    await io.out(options.json ? `${JSON.stringify({ ok: true, rows: found.rows })}\n` : 'ok\n');
    return;
  }
  if (options.json) await io.out(`${JSON.stringify({ ok: false, seq: found.badSeq, why: found.why })}\n`);
  else if (found.badSeq !== null) await io.out(`${found.badSeq}\n`);
  throw new CommandError(exitCodes.failed, found.badSeq === null ? found.why : `seq ${found.badSeq}: ${found.why}`);
}
