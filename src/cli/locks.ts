import type { Command } from 'commander';
import type { Json, JsonObject } from '../base/json.ts';
import { type CodeToRead, readCodes } from './codes.ts';
import { askHub } from './control.ts';
import type { CliDeps } from './deps.ts';
import { failed, needed } from './exit.ts';
import { type CliIo, plain } from './io.ts';

const patienceMs = 5_000;
/** A few hashes, after others that wait. */
const changePatienceMs = 60_000;

interface LocksOptions {
  readonly data?: string;
  readonly json?: true;
}

interface ChangeOptions extends LocksOptions {
  readonly leaveOut?: readonly string[];
  readonly duress?: true;
}

/** `locks` and `locks change`. */
export function addLocksCommands(program: Command, deps: CliDeps, io: CliIo): void {
  const locks = program
    .command('locks')
    .description('everything that can see or change anything')
    .enablePositionalOptions()
    .option('--data <dir>', 'the data directory of the hub')
    .option('--json', 'print as one JSON object')
    .action((options: LocksOptions) => show(deps, io, options));

  locks
    .command('change')
    .description('revoke every other code, session, paired phone and broker password; the codes come from stdin')
    .option('--data <dir>', 'the data directory of the hub')
    .option('--json', 'print the answer as one JSON object')
    .option('--leave-out <name...>', 'users of the broker whose password stays')
    .option('--duress', 'a new duress code comes on a third line; without it there is none afterwards')
    .addHelpText('after', changeHelp)
    .action((_options: ChangeOptions, command: Command) => change(deps, io, command.optsWithGlobals()));
}

const changeHelp = `
The code as it is and the new code come on a line each. Only a resident can do this. Programs on the network that
speak MQTT fall silent until they have their new password; lantern locks shows which are connected now.

  printf '%s\\n' 48213 90572 | lantern locks change --data DIR`;

async function show(deps: CliDeps, io: CliIo, options: LocksOptions): Promise<void> {
  const data = needed(options.data, '--data DIR');
  const live = await liveOf(deps, data);
  await io.out(options.json ? `${JSON.stringify(live)}\n` : liveText(live));
}

async function liveOf(deps: CliDeps, data: string): Promise<JsonObject> {
  let live: JsonObject = {};
  const asked = await askHub(data, { do: 'locks' }, patienceMs, (item) => {
    live = item;
  });
  if (asked.ok) return live;
  const found = asked.hub === 'absent' ? await deps.locks.live(data) : asked;
  if (!found.ok) throw failed(found.why);
  return found.live;
}

async function change(deps: CliDeps, io: CliIo, options: ChangeOptions): Promise<void> {
  const data = needed(options.data, '--data DIR');
  const leaveOut = options.leaveOut ?? [];
  if (io.interactive) await warn(deps, io, data, leaveOut);
  const wanted: readonly CodeToRead[] = [
    { ask: 'Your code as it is: ', times: 'once' },
    { ask: 'Your new code: ', times: 'twice' },
    ...(options.duress ? [{ ask: 'Your new duress code: ', times: 'twice' } as const] : []),
  ];
  const [code = '', newCode = '', newDuress = null] = await readCodes(io, wanted);
  const asked = { code, newCode, newDuress, leaveOut };
  let done: JsonObject = {};
  const ended = await askHub(data, { do: 'locks-change', ...asked }, changePatienceMs, (item) => {
    done = item;
  });
  if (!ended.ok) {
    const changed = ended.hub === 'absent' ? await deps.locks.change(data, asked) : ended;
    if (!changed.ok) throw failed(changed.why);
    done = changed.done;
  }
  await io.out(options.json ? `${JSON.stringify(done)}\n` : doneText(done));
}

/** Before it is too late to leave them out. */
async function warn(deps: CliDeps, io: CliIo, data: string, leaveOut: readonly string[]): Promise<void> {
  const live = await liveOf(deps, data);
  const silent = objects(live['brokerUsers']).filter(
    (user) => Number(user['network']) > 0 && !leaveOut.includes(String(user['name'])),
  );
  for (const user of silent) {
    io.err(`lantern: ${text(user['name'])} is on the network and falls silent until it has its new password\n`);
  }
}

// ---- in words ----------------------------------------------------------------------------------------------------------

const text = (value: Json | undefined): string => (value === undefined || value === null ? '' : plain(String(value)));

const objects = (value: Json | undefined): readonly JsonObject[] =>
  Array.isArray(value) ? value.filter((one) => typeof one === 'object' && one !== null && !Array.isArray(one)) : [];

const words = (value: Json | undefined): string => (Array.isArray(value) ? value.map(text).join(', ') : '');

function liveText(live: JsonObject): string {
  const sessions = live['sessions'];
  return [
    part('people with a code', objects(live['people']).map(personLine)),
    sessions === null
      ? 'signed in: not known while no hub runs\n'
      : part('signed in', objects(sessions).map(sessionLine)),
    `installers may work: ${live['installerUntil'] === null ? 'no' : `until ${text(live['installerUntil'])}`}\n`,
    part('users of the broker', objects(live['brokerUsers']).map(brokerLine)),
    part(
      'who gets texts',
      objects(live['contacts']).map(({ id, alarms }) => `${text(id)}: ${words(alarms)}`),
    ),
    part('what cannot be changed here', objects(live['elsewhere']).map(elsewhereLine)),
    changedLine(live['changed']),
  ].join('');
}

const part = (title: string, lines: readonly string[]): string =>
  `${title}:${lines.length === 0 ? ' none' : ''}\n${lines.map((line) => `  ${line}\n`).join('')}`;

const personLine = ({ name, role, until }: JsonObject): string =>
  `${text(role).padEnd(9)}  ${text(name)}${until === null ? '' : `  until ${text(until)}`}`;

function sessionLine({ person, device, until }: JsonObject): string {
  const [who] = objects([person ?? null]);
  return `${text(who?.['name'])}  ${device === null ? 'not paired' : text(device)}  until ${text(until)}`;
}

function brokerLine({ name, publish, subscribe, here, network, password }: JsonObject): string {
  const clients = `connected: ${text(here)} here, ${text(network)} on the network`;
  const over = password === 'revoked' ? '; REVOKED, give it its new password and write that into the config' : '';
  return `${text(name)}  may say ${words(publish) || 'nothing'}, hear ${words(subscribe) || 'nothing'}; ${clients}${over}`;
}

const REMEDIES: Readonly<Record<string, string>> = {
  'home-assistant': 'change its MQTT password there, then in the config',
  broker: 'change the password on that broker, then in the config; it can read codes',
  'anonymous-broker': 'the broker asks nobody on this machine for a password; name users in mqtt.users',
  monitoring: 'ask the service for new ones, then change the config',
  texts: 'make a new token on their site, then change the config',
  modem: 'change the PIN of the card in a telephone, then in the config',
  certificate: 'have a new key made where this one came from',
  pepper: 'a credential of this machine; it stays',
};

const elsewhereLine = ({ kind, name, secrets }: JsonObject): string =>
  `${text(kind)} ${text(name)}${words(secrets) === '' ? '' : ` (${words(secrets)})`}: ${REMEDIES[text(kind)] ?? ''}`;

function changedLine(changed: Json | undefined): string {
  const [last] = objects([changed ?? null]);
  return last === undefined ? 'never changed\n' : `last changed ${text(last['at'])}\n`;
}

const COUNTED: Readonly<Record<string, string>> = {
  people: 'other people with a code',
  sessions: 'pages and phones signed in',
  installer: 'opened times of installers',
  brokerUsers: 'passwords of the broker',
};

function doneText(done: JsonObject): string {
  const [ended = {}] = objects([done['ended'] ?? null]);
  const counts = Object.entries(COUNTED).map(([key, what]) => `${text(ended[key])} ${what}`);
  const made = objects(done['passwords']).map(({ name, password }) => `${text(name)}  ${text(password)}`);
  const notice =
    made.length === 0
      ? ''
      : `\nNew passwords of the broker. They are shown this once. Give them to the programs and write them into the config:\n\n${made.map((line) => `  ${line}\n`).join('')}`;
  return `the locks are changed; ended: ${counts.join(', ')}\n${notice}`;
}
