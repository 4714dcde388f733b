import { Command, CommanderError } from 'commander';
import { addCertificateCommands } from './certificate.ts';
import { addContactsCommands } from './contacts.ts';
import { addDecodeCommand } from './decode.ts';
import type { CliDeps } from './deps.ts';
import { addDeskCommands } from './desk.ts';
import { CommandError, type ExitCode, exitCodes } from './exit.ts';
import { addGpioCommand } from './gpio.ts';
import { addHouseCommands } from './house.ts';
import { addHubCommands } from './hub.ts';
import { type CliIo, plain } from './io.ts';
import { addLocksCommands } from './locks.ts';
import { addLogCommands } from './log.ts';
import { addModemCommands } from './modem.ts';
import { addProvisionCommands } from './provision.ts';
import { addReviewsCommands } from './reviews.ts';
import { addUsersCommands } from './users.ts';

/** Commander's own errors come as `error: …`, some over two lines with a suggestion. */
const oneLine = (message: string): string =>
  plain(
    message
      .trim()
      .replace(/^error: /, '')
      .replace(/\s*\n\s*/g, ' '),
  );

/** The `lantern` command with everything it can do. */
export function buildProgram(deps: CliDeps, io: CliIo): Command {
  const program = new Command('lantern')
    .description('a home-security hub')
    .version(deps.version, '--version', 'print the version')
    .helpCommand(false)
    .enablePositionalOptions()
    .showSuggestionAfterError()
    .exitOverride()
    .configureOutput({
      writeOut: (text) => void io.out(text),
      writeErr: (text) => io.err(text),
      outputError: (text, write) => write(`lantern: ${oneLine(text)}\n`),
      getOutHelpWidth: () => io.columns ?? 80,
    });
  addHouseCommands(program, deps, io);
  addDecodeCommand(program, deps, io);
  addUsersCommands(program, deps, io);
  addLocksCommands(program, deps, io);
  addLogCommands(program, deps, io);
  addCertificateCommands(program, deps, io);
  addHubCommands(program, deps, io);
  addGpioCommand(program, deps, io);
  addModemCommands(program, deps, io);
  addContactsCommands(program, io);
  addProvisionCommands(program, deps, io);
  addReviewsCommands(program, deps, io);
  addDeskCommands(program, deps, io);
  inherit(program);
  return program;
}

/** A subcommand made with `.command()` takes these over only when they were set before; here, all get them. */
function inherit(parent: Command): void {
  for (const command of parent.commands) {
    command.copyInheritedSettings(parent).helpCommand(false);
    inherit(command);
  }
}

/**
 * Runs one command line (`process.argv`) and gives its exit code: 0 done, 1 failed, 2 wrong use or wrong config. What went
 * wrong is one line on stderr. An error of our own making is thrown on.
 */
export async function runProgram(argv: readonly string[], deps: CliDeps, io: CliIo): Promise<ExitCode> {
  try {
    await buildProgram(deps, io).parseAsync([...argv]);
    return exitCodes.done;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.done : exitCodes.wrong;
    if (!(error instanceof CommandError)) throw error;
    if (error.message !== '') io.err(`lantern: ${plain(error.message)}\n`);
    return error.exitCode;
  }
}
