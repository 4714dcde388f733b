import { closeSync, existsSync, fsyncSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { relative, resolve } from 'node:path';
import type { Command } from 'commander';
import type { CliDeps, ShownWipe } from './deps.ts';
import { CommandError, exitCodes, failed, needed, wrongUse } from './exit.ts';
import { type CliIo, plain } from './io.ts';

interface RemoveOptions {
  readonly data?: string;
  readonly config?: string;
  readonly evidence?: string | false;
  readonly withoutEvidence?: true;
  readonly yes?: string;
  readonly record?: string;
  readonly json?: true;
}

/** `remove`: wipes a hub that is no longer needed. */
export function addRemoveCommand(program: Command, deps: CliDeps, io: CliIo): void {
  program
    .command('remove')
    .description('wipe a hub that is no longer needed: overwritten, read back, deleted, with a record of it')
    .option('--data <dir>', 'the data directory of the hub, which must be stopped')
    .option('--config <file>', 'its config; secrets.yaml and credentials/ beside it go too')
    .option('--evidence <file>', 'first write the evidence bundle here, as log export does')
    .option('--without-evidence', 'the log is not needed any more')
    .option('--yes <site>', 'the name of the hub (site.id), instead of typing it')
    .option('--record <file>', 'where the record of the wipe goes (default: lantern-wiped-SITE.json, here)')
    .option('--json', 'print the record as JSON')
    .addHelpText('after', removeHelp)
    .action((options: RemoveOptions) => remove(deps, io, options));
}

const removeHelp = `
A flash card keeps old copies that no program can reach. Where that matters, keep the data on an encrypted card from the
start, discard the whole card (blkdiscard), or destroy it. After a power cut, run the same command again: it goes on.`;

async function remove(deps: CliDeps, io: CliIo, options: RemoveOptions): Promise<void> {
  const data = needed(options.data, '--data DIR');
  const found = deps.removal.survey(data, options.config ?? null);
  if (!found.ok) throw failed(found.why);
  const { site, begun, beside } = found;
  const evidence = options.evidence === undefined || options.evidence === false ? null : options.evidence;
  if (!begun && evidence === null && options.withoutEvidence === undefined) {
    throw wrongUse('say --evidence FILE to keep the log, or --without-evidence; it cannot be had afterwards');
  }
  for (const file of [evidence, options.record]) {
    if (file !== null && file !== undefined && isWithin(file, data)) {
      throw wrongUse(`${file} would be wiped with the hub; name a file elsewhere`);
    }
  }
  await confirmed(io, site, found, options);
  const record = options.record ?? `lantern-wiped-${site.replace(/[^\w.-]/g, '_')}.json`;
  const fd = openRecord(record);
  let written = false;
  try {
    // A log that is being wiped has none left.
    if (evidence !== null && !begun) keepEvidence(deps, io, data, evidence);
    const done = await deps.removal.wipe(data, options.config ?? null, site);
    if (done.record !== null) {
      writeSync(fd, `${JSON.stringify(done.record, null, 1)}\n`);
      fsyncSync(fd);
      written = true;
      await io.out(options.json ? `${JSON.stringify(done.record)}\n` : recordText(done.record, record));
    }
    if (beside.length > 0)
      io.err(`lantern: warning: not touched, beside the config: ${beside.map(plain).join(', ')}\n`);
    if (!done.ok) throw failed(done.why);
  } finally {
    closeSync(fd);
    if (!written) rmSync(record, { force: true });
  }
}

function isWithin(file: string, folder: string): boolean {
  const way = relative(resolve(folder), resolve(file));
  return way !== '..' && !way.startsWith('../');
}

async function confirmed(
  io: CliIo,
  site: string,
  { files, bytes }: { readonly files: number; readonly bytes: number },
  { yes }: RemoveOptions,
): Promise<void> {
  const what = `${files} files, ${Math.ceil(bytes / 1024)} KiB`;
  const typed =
    yes ?? (io.interactive ? await io.ask(`${what} will be wiped. Type ${plain(site)} to go on: `, io.stop) : null);
  if (typed === null) throw wrongUse(`say --yes ${plain(site)} to wipe ${what}; nothing was changed`);
  if (typed.trim() !== site) throw failed('that is not the name of this hub; nothing was changed');
}

/** Made first, so that no wipe is left without a record for want of a place to write it; an earlier one is gone on with. */
function openRecord(file: string): number {
  try {
    const there = existsSync(file) ? readFileSync(file, 'utf8') : '';
    if (there !== '' && !there.includes('"lantern-wipe-1"'))
      throw failed(`${file} is something else; name another place with --record FILE`);
    return openSync(file, 'w', 0o600);
  } catch (error) {
    if (error instanceof CommandError) throw error;
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
    throw failed(`the record cannot be written to ${file} (${code}); name another place with --record FILE`);
  }
}

function keepEvidence(deps: CliDeps, io: CliIo, data: string, file: string): void {
  const made = deps.log.bundle(data, file);
  if (!made.ok) throw new CommandError(exitCodes.failed, `${made.why}; nothing was wiped`);
  io.err(`lantern: ${plain(file)}: ${made.rows} rows of the log\n`);
}

function recordText(wiped: ShownWipe, file: string): string {
  const files = wiped.files.map(({ name, bytes }) => `  ${plain(name)}  ${bytes} bytes\n`).join('');
  const left = wiped.left.map(({ name, why }) => `  ${plain(name)}: ${plain(why)}\n`).join('');
  const head = wiped.complete ? `${plain(wiped.hub)} is wiped` : `${plain(wiped.hub)} is NOT wiped whole`;
  const still = left === '' ? '' : `still there:\n${left}`;
  return `${head}: ${wiped.bytes} bytes overwritten and read back\n${files}${still}${wiped.limits}\nThis record: ${plain(file)}\n`;
}
