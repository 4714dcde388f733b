import type { Command } from 'commander';
import type { Json, JsonObject } from '../base/json.ts';
import type { Finding } from '../doctor/facts.ts';
import { askHub } from './control.ts';
import type { CliDeps, HubSaid } from './deps.ts';
import { failed, needed } from './exit.ts';
import { type CliIo, plain } from './io.ts';

/** A modem in the middle of a text answers when it is through. */
const patienceMs = 20_000;

interface DoctorOptions {
  readonly data?: string;
  readonly config?: string;
  readonly json?: true;
}

/** `doctor`: what is wrong with the hub and its machine, and what to do about it. */
export function addDoctorCommand(program: Command, deps: CliDeps, io: CliIo): void {
  program
    .command('doctor')
    .description('look at the hub and the machine it runs on: what is well, what is not, and what to do about it')
    .option('--data <dir>', 'the data directory of the hub')
    .option('--config <file>', 'its config')
    .option('--json', 'print one JSON array')
    .addHelpText('after', '\nRun it as the user of the hub: what root may do says nothing of what the hub may.')
    .action((options: DoctorOptions) => look(deps, io, options));
}

async function look(deps: CliDeps, io: CliIo, options: DoctorOptions): Promise<void> {
  const data = needed(options.data, '--data DIR');
  const findings = await deps.doctor({ data, config: options.config ?? null }, await ask(data));
  await io.out(options.json ? `${JSON.stringify(findings)}\n` : findings.map(findingText).join(''));
  const wrong = findings.filter(({ is }) => is === 'bad').length;
  if (wrong > 0) throw failed(wrong === 1 ? 'one thing is bad' : `${wrong} things are bad`);
}

async function ask(data: string): Promise<HubSaid> {
  const answers = await askHub(data, { do: 'contacts' }, patienceMs, () => {});
  if (!answers.ok) return { answers, modem: null };
  const states: JsonObject[] = [];
  const asked = await askHub(data, { do: 'modem' }, patienceMs, (item) => states.push(item));
  const [state] = states;
  // A hub without a modem does not know the question.
  if (!asked.ok || state === undefined) return { answers, modem: null };
  const { trouble, signal } = state;
  return { answers, modem: { trouble: typeof trouble === 'string' ? trouble : null, dbm: dbmOf(signal) } };
}

function dbmOf(signal: Json | undefined): number | null {
  const dbm = typeof signal === 'object' && signal !== null && 'dbm' in signal ? signal['dbm'] : null;
  return typeof dbm === 'number' ? dbm : null;
}

const findingText = ({ about, is, says, remedy }: Finding): string =>
  `${is.padEnd(7)}  ${plain(about).padEnd(13)}  ${plain(says)}\n${remedy === null || is === 'ok' ? '' : `${' '.repeat(24)}→ ${plain(remedy)}\n`}`;
