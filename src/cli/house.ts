import type { Command } from 'commander';
import type { CliDeps } from './deps.ts';
import { CommandError, exitCodes, needed } from './exit.ts';
import { type CliIo, plain } from './io.ts';

/** `run` and `check`. */
export function addHouseCommands(program: Command, deps: CliDeps, io: CliIo): void {
  program
    .command('run')
    .description('run the hub in the foreground; SIGTERM ends it')
    .option('--config <file>', 'the config of this house')
    .option('--data <dir>', 'where the hub keeps its log, its people and its state')
    .option('--demo', 'the house is pretend: its page plays the doors and detectors')
    .action(async (options: { config?: string; data?: string; demo?: true }) => {
      const config = needed(options.config, '--config FILE');
      const data = needed(options.data, '--data DIR');
      const status = await deps.run({ config, data, is: options.demo === true ? 'pretend' : 'real' });
      // The hub has said in its log what ended it.
      if (status !== 0) throw new CommandError(status === 2 ? exitCodes.wrong : exitCodes.failed, '');
    });

  program
    .command('check')
    .description('check a config; exit 2 when the hub would refuse it')
    .option('--config <file>', 'the config to check')
    .option('--json', 'print the problems as one JSON array')
    .action(async (options: { config?: string; json?: true }) => {
      const config = needed(options.config, '--config FILE');
      const problems = deps.check(config);
      if (options.json) await io.out(`${JSON.stringify(problems)}\n`);
      else for (const problem of problems) io.err(`${plain(deps.formatProblem(problem))}\n`);
      if (problems.some(({ severity }) => severity === 'error')) throw new CommandError(exitCodes.wrong, '');
      if (!options.json) await io.out(`${plain(config)}: ok\n`);
    });
}
