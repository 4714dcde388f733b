/** Exit codes: done, failed, wrong use or wrong config; a hub that ends with `again` asks whoever started it to do so again. */
export const exitCodes = { done: 0, failed: 1, wrong: 2, again: 75 } as const;
export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

/** Ends a command with one line on stderr. */
export class CommandError extends Error {
  readonly exitCode: ExitCode;
  constructor(exitCode: ExitCode, message: string) {
    super(message);
    this.exitCode = exitCode;
  }
}

/** The command could not be done. */
export const failed = (why: string): CommandError => new CommandError(exitCodes.failed, why);

/** The command was not used as it is meant. */
export const wrongUse = (why: string): CommandError => new CommandError(exitCodes.wrong, why);

/** An option that a command cannot do without; checked here, since some options stand before or after a subcommand. */
export function needed(value: string | undefined, option: string): string {
  if (value === undefined || value === '') throw wrongUse(`${option} is needed`);
  return value;
}
