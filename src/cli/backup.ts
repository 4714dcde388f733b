import type { Command } from 'commander';
import type { BackupKey, BackupSeal, CliDeps, ShownBackup } from './deps.ts';
import { failed, needed, wrongUse } from './exit.ts';
import { type CliIo, plain } from './io.ts';
import { newPassphrase, passphrase } from './passphrase.ts';

interface BackupOptions {
  readonly data?: string;
  readonly config?: string;
  readonly out?: string;
  readonly recipient?: string;
  readonly json?: true;
}

interface RestoreOptions {
  readonly data?: string;
  readonly config?: string;
  readonly in?: string;
  readonly identity?: string;
  readonly replace?: true;
  readonly json?: true;
}

/** `backup` and `restore`. */
export function addBackupCommands(program: Command, deps: CliDeps, io: CliIo): void {
  program
    .command('backup')
    .description('write everything a new hub needs to go on into one encrypted file, while the hub runs')
    .option('--data <dir>', 'the data directory of the hub')
    .option('--config <file>', 'its config; secrets.yaml and credentials/ beside it go along')
    .option('--out <file>', 'the file to write; it must not be there yet')
    .option('--recipient <age1…>', 'encrypt to this age key instead of a passphrase')
    .option('--json', 'print the answer as JSON')
    .addHelpText('after', backupHelp)
    .action((options: BackupOptions) => backUp(deps, io, options));

  program
    .command('restore')
    .description('put a backup back, into an empty data directory; checked to the last byte before anything changes')
    .option('--data <dir>', 'the data directory of the hub')
    .option('--config <file>', 'where the config goes; left out: it stays in the backup')
    .option('--in <file>', 'the backup')
    .option('--identity <file>', 'the private half of the age key it was encrypted to')
    .option('--replace', 'let what is there give way; the hub must be stopped. A house that is set stays set')
    .option('--json', 'print the answer as JSON')
    .action((options: RestoreOptions) => putBack(deps, io, options));
}

const backupHelp = `
The passphrase comes from stdin, or is asked for. In the backup are the log, the hashes of all codes with the key they
were made with, the numbers of all contacts and, with --config, every secret: keep it where she would keep a key to the
house, and the passphrase somewhere else.`;

async function backUp(deps: CliDeps, io: CliIo, options: BackupOptions): Promise<void> {
  const data = needed(options.data, '--data DIR');
  const out = needed(options.out, '--out FILE');
  const made = await deps.backup.make({ data, config: options.config ?? null, out, seal: await sealOf(io, options) });
  if (!made.ok) throw failed(made.why);
  const { backup, bytes, leftOut } = made;
  if (options.json) await io.out(`${JSON.stringify({ file: out, bytes, ...backup, leftOut })}\n`);
  else await io.out(madeText(out, bytes, backup, options.config !== undefined));
  for (const what of leftOut) io.err(`lantern: warning: not in the backup: ${plain(what)}\n`);
  if (backup.broken !== null) io.err(`lantern: warning: the log is not whole: ${plain(backup.broken)}\n`);
}

async function sealOf(io: CliIo, { recipient }: BackupOptions): Promise<BackupSeal> {
  if (recipient === undefined) return { passphrase: await newPassphrase(io) };
  if (!/^age1[a-z0-9]{58}$/.test(recipient)) throw wrongUse(`"${recipient}" is no age recipient; it looks like age1…`);
  return { recipient };
}

function madeText(out: string, bytes: number, backup: ShownBackup, withConfig: boolean): string {
  const inside = withConfig
    ? 'the hashes of codes, contacts and every secret of the config'
    : 'the hashes of codes and contacts';
  return (
    `${plain(out)}: ${backup.files.length} files, ${Math.ceil(bytes / 1024)} KiB, ${backup.rows} rows of the log\n` +
    `In it are ${inside}: keep it as you would a key, and the passphrase or age key elsewhere.\n`
  );
}

async function putBack(deps: CliDeps, io: CliIo, options: RestoreOptions): Promise<void> {
  const data = needed(options.data, '--data DIR');
  const from = needed(options.in, '--in FILE');
  const key = await keyOf(deps, io, from, options);
  const over = options.replace ? 'replace' : 'nothing';
  const done = await deps.backup.restore({ from, data, config: options.config ?? null, over, key });
  if (!done.ok) throw failed(done.why);
  const { backup, guarding, finished } = done;
  if (options.json) await io.out(`${JSON.stringify({ ...backup, guarding, finished })}\n`);
  else await io.out(backText(backup, guarding, finished));
  if (finished === 'earlier')
    io.err('lantern: warning: a restore that had been cut off was finished; this one was not begun\n');
}

async function keyOf(deps: CliDeps, io: CliIo, from: string, { identity }: RestoreOptions): Promise<BackupKey> {
  const found = deps.backup.openedBy(from);
  if (!found.ok) throw failed(found.why);
  if (found.by === 'passphrase') return { passphrase: await passphrase(io) };
  const read = deps.backup.identity(needed(identity, '--identity KEYFILE'));
  if (!read.ok) throw failed(read.why);
  return { identity: read.key };
}

function backText(backup: ShownBackup, guarding: string | null, finished: 'this' | 'earlier'): string {
  const site = backup.site === null ? '' : ` of ${plain(backup.site)}`;
  const what = `the backup${site} of ${backup.madeAt} is back: ${backup.files.length} files, ${backup.rows} rows of the log\n`;
  return `${finished === 'earlier' ? 'finished: ' : ''}${what}${startText(backup, guarding)}`;
}

/** Nobody should find out at the door. */
function startText({ mode }: ShownBackup, guarding: string | null): string {
  if (guarding !== null)
    return `The house was set (${guarding}) and stays so: the hub starts set, whatever the backup says.\n`;
  if (mode !== null) return `The hub starts set (${mode}), as it was when the backup was made.\n`;
  return 'The hub starts disarmed, as it was when the backup was made.\n';
}
