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
  readonly out?: string;
  readonly bundle?: string;
  readonly identity?: string;
}

/** `log` and what is done with all of it: `verify`, `export`, `open`. */
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
    .description(
      'write the evidence bundle: every row, a timeline, and what is needed to check it without this program',
    )
    .option('--data <dir>', 'the data directory of the hub')
    .option('--out <file>', 'the file to write, a tar; it must not be there yet')
    .option('--json', 'print the answer as JSON')
    .action((_options: LogOptions, command: Command) => exportBundle(deps, io, command.optsWithGlobals()));

  log
    .command('open')
    .description('print the sealed rows of an evidence bundle, as JSON lines; away from the hub')
    .option('--bundle <file>', 'a file that log export wrote')
    .option('--identity <file>', 'a file with the private half of the evidence key')
    .action((options: LogOptions) => openBundle(deps, io, options));
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

async function exportBundle(deps: CliDeps, io: CliIo, options: LogOptions): Promise<void> {
  const file = needed(options.out, '--out FILE');
  const made = deps.log.bundle(needed(options.data, '--data DIR'), file);
  if (!made.ok) throw failed(made.why);
  const { rows, head, whole } = made;
  if (options.json) await io.out(`${JSON.stringify({ file, rows, head, whole })}\n`);
  else await io.out(`${rows} rows, head ${head}\n`);
  if (!whole) io.err('lantern: warning: the log is not whole; continuity.txt in the bundle says where\n');
}

async function openBundle(deps: CliDeps, io: CliIo, options: LogOptions): Promise<void> {
  const bundle = needed(options.bundle, '--bundle FILE');
  const opened = await deps.log.opened(bundle, needed(options.identity, '--identity KEYFILE'));
  if (!opened.ok) throw failed(opened.why);
  const shut: { readonly seq: number; readonly why: string }[] = [];
  for await (const row of opened.rows) {
    if (row.ok) await io.out(`${JSON.stringify({ seq: row.seq, at: row.at, type: row.type, data: row.data })}\n`);
    else shut.push(row);
  }
  const [first] = shut;
  if (first !== undefined) throw failed(`${shut.length} not opened, the first is row ${first.seq}: ${first.why}`);
}
