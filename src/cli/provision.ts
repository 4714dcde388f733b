import { type Command, InvalidArgumentError } from 'commander';
import type { DeviceToLearn, ProvisionAct, ProvisionView } from '../hub/ports.ts';
import type { CheckId } from '../provision/checks.ts';
import type { CliDeps } from './deps.ts';
import { failed, needed } from './exit.ts';
import { type CliIo, plain } from './io.ts';
import { beginJob, REFERRAL_FORM } from './provision-begin.ts';
import { handOver, playHour } from './provision-hour.ts';
import { act, begunView, blockerLine, heardBy, untilBack } from './provision-talk.ts';

interface Options {
  readonly data?: string;
  readonly config?: string;
  readonly referral?: string;
  readonly scheme?: string;
  readonly installer?: string;
  readonly for?: string;
  readonly note?: string;
  readonly where?: string;
  readonly reason?: string;
  readonly out?: string;
  readonly topic?: string;
  readonly address?: string;
  readonly id?: string;
  readonly name?: string;
  readonly zone?: string;
  readonly modes?: readonly string[];
  readonly phone?: string;
  readonly alarms?: readonly string[];
  readonly wait?: number;
  readonly drop?: true;
  readonly json?: true;
}

/** `provision` and its subcommands: the installer's hour at a terminal. */
export function addProvisionCommands(program: Command, deps: CliDeps, io: CliIo): void {
  const provision = program
    .command('provision')
    .description("the installer's hour, from referral to handover; alone: goes on where it was, and asks")
    .enablePositionalOptions()
    .option('--data <dir>', 'the data directory of the hub')
    .option('--json', 'print one JSON object')
    .action((options: Options) => (io.interactive ? playHour(deps, io, dataOf(options)) : show(io, options)));

  const sub = (name: string, description: string): Command =>
    provision
      .command(name)
      .description(description)
      .option('--data <dir>', 'the data directory of the hub')
      .option('--json', 'print one JSON object');
  /** The one thing that a subcommand does, and then the hour as it stands for a script. */
  const doing = async (command: Command, ask: ProvisionAct): Promise<void> => {
    const options: Options = command.optsWithGlobals();
    const data = dataOf(options);
    await act(io, data, ask);
    if (options.json) await io.out(`${JSON.stringify(await begunView(data))}\n`);
  };

  provision
    .command('form')
    .description('print a referral to fill in')
    .action(() => io.out(REFERRAL_FORM));

  sub('start', 'begin from a referral; where the config is not there yet, write a first one')
    .option('--referral <file>', 'the referral, YAML or JSON; lantern provision form prints one to fill in')
    .option('--config <file>', 'the config of this home, or where its first one is to be')
    .option('--scheme <file>', 'what the scheme brings into a first config: sms, monitoring, …')
    .option('--installer <name>', 'who fits it', 'Installer')
    .option('--for <scheme>', 'the name of the scheme, as her copy of the certificate may have it', 'the scheme')
    .action((_options: Options, command: Command) => {
      const options: Options = command.optsWithGlobals();
      return beginJob(deps, io, {
        data: dataOf(options),
        referral: needed(options.referral, '--referral FILE'),
        config: options.config ?? null,
        scheme: options.scheme ?? null,
        installer: { name: options.installer ?? '', scheme: options.for ?? '' },
        form: options.json ? 'json' : 'text',
      });
    });

  sub('show', 'the hour as it stands: what is done, what is missing').action((_options: Options, command: Command) =>
    show(io, command.optsWithGlobals()),
  );

  sub('check', 'confirm a check, or say no to it')
    .argument('<id>')
    .argument('<answer>', 'yes or no', answerOf)
    .option('--note <text>', 'for the coordinator; it is on no paper of hers', '')
    .action((id: string, answer: 'yes' | 'no', options: Options, command: Command) =>
      // Which checks there are, the job says.
      doing(command, { act: 'check', check: id as CheckId, answer, note: options.note ?? '' }),
    );

  sub('room', 'name a room from which the personal alarm has to work')
    .argument('<name>')
    .option('--drop', 'take it back')
    .action((room: string, options: Options, command: Command) =>
      doing(command, { act: options.drop ? 'drop-room' : 'name-room', room }),
    );

  sub('heard', 'what is heard now and not in the config, with signal and battery').action(
    async (_options: Options, command: Command) => {
      const heard = await heardBy(dataOf(command.optsWithGlobals()));
      await io.out(`${heard.map((one) => JSON.stringify(one)).join('\n')}${heard.length > 0 ? '\n' : ''}`);
    },
  );

  sub('device', 'learn a device that is heard: name it by its room, and say what it guards')
    .option('--topic <topic>', 'its topic')
    .option('--address <address>', 'which of those on its topic')
    .option('--id <id>', 'its id')
    .option('--name <name>', 'what she calls it')
    .option('--zone <type>', 'the type of its zone, or none')
    .option('--modes <modes>', 'when it is guarded, as in away,home,night', words)
    .action((options: Options, command: Command) => doing(command, { act: 'learn', device: deviceOf(options) }));

  sub('contact', 'add a person to tell')
    .option('--id <id>', 'the only name for this person in logs')
    .option('--phone <number>', 'E.164, as in +447700900123')
    .option('--alarms <kinds>', 'what they are told of, as in personal,duress; left out: all but duress', words)
    .action((options: Options, command: Command) => {
      const id = needed(options.id, '--id ID');
      const phone = needed(options.phone, '--phone NUMBER');
      return doing(command, { act: 'add-contact', id, phone, alarms: options.alarms ?? null });
    });

  sub('prove', 'send a contact a text that asks for a YES')
    .argument('<id>')
    .action((contact: string, _options: Options, command: Command) => doing(command, { act: 'prove', contact }));

  sub('restart', 'let the hub start again, so that what was learnt counts').action(
    async (_options: Options, command: Command) => {
      const data = dataOf(command.optsWithGlobals());
      await act(io, data, { act: 'restart' });
      await untilBack(io, data);
    },
  );

  sub('secrets', 'make the passwords of the broker new; they are shown this once').action(
    async (_options: Options, command: Command) => {
      const options: Options = command.optsWithGlobals();
      const { secrets } = await act(io, dataOf(options), { act: 'renew-secrets' });
      if (options.json) await io.out(`${JSON.stringify({ secrets })}\n`);
      else for (const { name, password } of secrets) await io.out(`${plain(name)}  ${password}\n`);
    },
  );

  sub('walk', 'begin or end the walk test')
    .argument('<what>', 'begin or end', walkOf)
    .action((what: 'begin' | 'end', _options: Options, command: Command) =>
      doing(command, { act: what === 'begin' ? 'begin-walk' : 'end-walk' }),
    );

  sub('stand', 'say in which room you stand, so that a press counts for it; a second press within 5 s is a real call')
    .argument('<room>')
    .action((room: string, _options: Options, command: Command) => doing(command, { act: 'stand-in', room }));

  sub('paths', 'test every path to every contact and service, and wait for the answers')
    .option('--wait <seconds>', 'how long', secondsIn, 600)
    .action((options: Options, command: Command) => testPaths(io, command.optsWithGlobals(), options.wait ?? 600));

  sub('item', 'note what was fitted by hand, or why it was not')
    .argument('<item>', 'an id of the proposal, or what else was fitted, in words')
    .argument('<is>', 'fitted or not-fitted', fittedOf)
    .option('--where <place>', 'where; left out: as proposed', '')
    .option('--note <text>', 'why not', '')
    .action((item: string, is: 'fitted' | 'not-fitted', options: Options, command: Command) =>
      doing(command, { act: 'item', item, is, where: options.where ?? '', note: options.note ?? '' }),
    );

  sub('waive', 'say why something that is missing may stay so; it stands on the certificate')
    .argument('<id>', 'as lantern provision show names it')
    .option('--reason <text>', 'why')
    .option('--drop', 'take it back')
    .action((what: string, options: Options, command: Command) =>
      doing(
        command,
        options.drop
          ? { act: 'withdraw-waiver', what }
          : { act: 'waive', what, reason: needed(options.reason, '--reason TEXT') },
      ),
    );

  sub('handover', 'make the papers, put them into a folder, and leave: nothing of the referral stays')
    .option('--out <dir>', 'where the papers go, such as a stick')
    .action((_options: Options, command: Command) => {
      const options: Options = command.optsWithGlobals();
      return handOver(deps, io, dataOf(options), needed(options.out, '--out DIR'), options.json ? 'json' : 'text');
    });
}

const dataOf = (options: Options): string => needed(options.data, '--data DIR');
const words = (text: string): readonly string[] => text.split(',').map((word) => word.trim());

const oneOf =
  <const W extends readonly string[]>(...choices: W) =>
  (text: string): W[number] => {
    const found = choices.find((choice) => choice === text);
    if (found === undefined) throw new InvalidArgumentError(`write ${choices.join(' or ')}.`);
    return found;
  };
const answerOf = oneOf('yes', 'no');
const walkOf = oneOf('begin', 'end');
const fittedOf = oneOf('fitted', 'not-fitted');

function secondsIn(text: string): number {
  if (!/^\d{1,5}$/.test(text)) throw new InvalidArgumentError('write a number of seconds.');
  return Number(text);
}

function deviceOf(options: Options): DeviceToLearn {
  const zone = needed(options.zone, '--zone TYPE');
  return {
    topic: needed(options.topic, '--topic TOPIC'),
    address: options.address ?? null,
    id: needed(options.id, '--id ID'),
    name: needed(options.name, '--name NAME'),
    zone: zone === 'none' ? null : zone,
    modes: options.modes ?? null,
  };
}

async function show(io: CliIo, options: Options): Promise<void> {
  const view = await begunView(dataOf(options));
  if (options.json) await io.out(`${JSON.stringify(view)}\n`);
  else await io.out(summaryOf(view));
}

const DUE = { ahead: '', today: ' TODAY', overdue: ' OVERDUE' } as const;

/** The hour on one page of text. */
function summaryOf({ proposal, deadlineIs, job, missing, next, house }: ProvisionView): string {
  const lines = [
    `To be fitted by ${proposal.deadline.day}${DUE[deadlineIs]} (${proposal.deadline.rule}).`,
    ...proposal.mind.map((one) => `! ${one}`),
    '',
    'Proposed:',
    ...proposal.zones.map(({ type, where, kit, why }) => `  ${type.padEnd(10)} ${kit}, ${where}. ${why}`),
    ...proposal.outputs.map(({ what, where, why }) => `  output     ${what}, ${where}. ${why}`),
    ...proposal.items.map(
      ({ id, what, where, owner }) =>
        `  by hand    ${what} (${id}), ${where}${owner === 'must-agree' ? "; needs the owner's agreement" : ''}`,
    ),
    '',
    'In this order:',
    ...proposal.order.map((one, index) => `  ${index + 1}. ${one}`),
    '',
    `Checks: ${proposal.checks.map(({ id }) => `${id} ${job.checks[id]?.answer ?? '-'}`).join(', ')}`,
    `Zones in the house: ${house.zones.map(({ id }) => id).join(', ') || 'none'}`,
  ].map((line) => `${plain(line)}\n`);
  const open = missing.filter(({ waived }) => waived === null);
  const end = open.length === 0 ? 'Nothing is missing' : `${open.length} missing; next: ${next}`;
  return `${lines.join('')}${end}\n${missing.map(blockerLine).join('')}`;
}

async function testPaths(io: CliIo, options: Options, waitSeconds: number): Promise<void> {
  const data = dataOf(options);
  await act(io, data, { act: 'test-paths' });
  const over = await watching(io, data, waitSeconds, ({ testing }) => testing.length === 0);
  const { job, house } = over;
  if (options.json) await io.out(`${JSON.stringify(over)}\n`);
  else {
    for (const { name } of house.paths) {
      const test = job.paths[name];
      const ms = test?.answeredAfterMs ?? null;
      const how = test === undefined ? 'no answer yet' : `${test.result}${test.why === '' ? '' : `: ${test.why}`}`;
      await io.out(
        plain(ms === null ? `${name}  ${how}` : `${name}  answered after ${(ms / 1000).toFixed(1)} s`).concat('\n'),
      );
    }
  }
  if (house.paths.some(({ name }) => (job.paths[name]?.answeredAfterMs ?? null) === null))
    throw failed('not every path answered');
}

/** Looks at the hour as it changes, until it is as wanted or the time is up. */
async function watching(
  io: CliIo,
  data: string,
  waitSeconds: number,
  holds: (view: ProvisionView) => boolean,
): Promise<ProvisionView> {
  for (let looked = 0; ; looked += 1) {
    const view = await begunView(data);
    if (holds(view) || looked >= waitSeconds * 4 || io.stop.aborted) return view;
    await io.pause(250);
  }
}
