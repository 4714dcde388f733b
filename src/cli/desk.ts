import type { Command } from 'commander';
import type { CliDeps, DeskPlace } from './deps.ts';
import { CommandError, exitCodes, failed, needed, wrongUse } from './exit.ts';
import { type CliIo, plain, readLines } from './io.ts';

interface PlaceOptions {
  readonly data?: string;
  readonly database?: string;
}

interface RunOptions extends PlaceOptions {
  readonly config?: string;
  readonly port?: string;
}

const longestPassword = 1024;

/** `desk` and `desk users`. */
export function addDeskCommands(program: Command, deps: CliDeps, io: CliIo): void {
  const desk = program
    .command('desk')
    .description('run a monitoring desk in the foreground; SIGTERM ends it')
    .enablePositionalOptions()
    .option('--config <file>', 'the config of this desk')
    .option('--data <dir>', 'where the desk keeps its store')
    .option('--database <url>', 'a PostgreSQL that several desks share, in place of the store in the data directory')
    .option('--port <n>', 'another port than the config’s')
    .action(async (options: RunOptions) => {
      const config = needed(options.config, '--config FILE');
      const status = await deps.desk.run({ ...placeOf(options), config, port: portOf(options.port) });
      if (status !== 0) throw new CommandError(status === 2 ? exitCodes.wrong : exitCodes.failed, '');
    });
  addUsers(desk, deps, io);
}

const placeOf = ({ data, database }: PlaceOptions): DeskPlace => ({
  dir: needed(data, '--data DIR'),
  database: database ?? null,
});

function portOf(text: string | undefined): number | null {
  if (text === undefined) return null;
  if (!/^\d{1,5}$/.test(text) || Number(text) > 65535) throw wrongUse(`"${text}" is not a port; use 0 to 65535`);
  return Number(text);
}

function addUsers(desk: Command, deps: CliDeps, io: CliIo): void {
  const users = desk.command('users').description('who may sign in at the desk').enablePositionalOptions();
  const place = (command: Command): PlaceOptions => command.optsWithGlobals();
  const common = (name: string, description: string): Command =>
    users
      .command(name)
      .description(description)
      .option('--data <dir>', 'the data directory of the desk')
      .option('--database <url>', 'its PostgreSQL, where it has one');

  common('add', 'add an operator, or give one another password; it is read from the terminal or one line of stdin')
    .option('--name <name>', 'who')
    .action(async (options: { name?: string }, command: Command) => {
      const name = needed(options.name, '--name NAME');
      const added = await deps.desk.add(placeOf(place(command)), name, await readPassword(io));
      if (!added.ok) throw failed(added.why);
      await io.out(`${plain(name)} may sign in\n`);
    });
  common('list', 'who may sign in').action(async (_options: object, command: Command) => {
    const listed = await deps.desk.list(placeOf(place(command)));
    if (!listed.ok) throw failed(listed.why);
    await io.out(listed.names.map((name) => `${plain(name)}\n`).join(''));
  });
  common('remove', 'end somebody’s right to sign in, and their sessions')
    .option('--name <name>', 'who')
    .action(async (options: { name?: string }, command: Command) => {
      const name = needed(options.name, '--name NAME');
      const removed = await deps.desk.remove(placeOf(place(command)), name);
      if (!removed.ok) throw failed(removed.why);
      await io.out(`removed ${plain(name)}\n`);
    });
}

async function readPassword(io: CliIo): Promise<string> {
  if (!io.interactive) return firstLine(io);
  const password = await io.askHidden('Password: ');
  if (password === null) throw failed('no password was given');
  if ((await io.askHidden('The same again: ')) !== password) throw failed('the two differ; nothing was changed');
  return password;
}

async function firstLine(io: CliIo): Promise<string> {
  for await (const line of readLines(io.stdin, longestPassword)) {
    if (line === null) throw failed(`a password is shorter than ${longestPassword} bytes`);
    return line.toString('utf8');
  }
  throw wrongUse('no password came from stdin; give it on one line');
}
