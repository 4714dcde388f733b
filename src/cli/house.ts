import type { Command } from 'commander';
import { askHub } from './control.ts';
import type { CliDeps } from './deps.ts';
import { CommandError, exitCodes, failed, needed } from './exit.ts';
import { type CliIo, plain } from './io.ts';

const PATIENCE_MS = 5_000;

/** `run`, `restart` and `check`. */
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
    .command('restart')
    .description('let the running hub start again, on the config as it is now; only while the panel is disarmed')
    .option('--data <dir>', 'the data directory of the hub')
    .action(async (options: { data?: string }) => {
      const asked = await askHub(needed(options.data, '--data DIR'), { do: 'restart' }, PATIENCE_MS, () => {});
      if (!asked.ok) throw failed(asked.why);
      await io.out('the hub starts again\n');
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
