import type { Command } from 'commander';
import type { Role } from '../alarm/events.ts';
import { readCode, readCodes } from './codes.ts';
import { askHub } from './control.ts';
import type { CliDeps, ShownPerson } from './deps.ts';
import { failed, needed, wrongUse } from './exit.ts';
import { type CliIo, plain } from './io.ts';

const roles: readonly Role[] = ['resident', 'installer', 'monitor', 'visitor'];
/** Some two hundred hashes, on a small machine. */
const hashPatienceMs = 120_000;

interface AddOptions {
  readonly data?: string;
  readonly name?: string;
  readonly role?: string;
  readonly until?: string;
  readonly duress?: true;
  readonly json?: true;
}

/** `users add`, `users change-code`, `users list`, `users remove`. */
export function addUsersCommands(program: Command, deps: CliDeps, io: CliIo): void {
  const users = program.command('users').description('the people with a code').enablePositionalOptions();

  users
    .command('add')
    .description('add a person; the code comes from stdin, or is asked for and not shown')
    .option('--data <dir>', 'the data directory of the hub')
    .option('--name <name>', 'what people call this person')
    .option('--role <role>', `${roles.join(', ')}`)
    .option('--until <iso>', 'the last day or moment this code is good; a visitor must have one')
    .option('--duress', 'give a person who is there already a second code, that disarms and silently calls for help')
    .option('--json', 'print the answer as JSON')
    .addHelpText('after', codeHelp)
    .action(async (options: AddOptions) => {
      const data = needed(options.data, '--data DIR');
      const name = needed(options.name, '--name NAME');
      await (options.duress ? addDuress(deps, io, data, name, options) : addPerson(deps, io, data, name, options));
    });

  users
    .command('change-code')
    .description(
      'a new code of one’s own; the code as it is and the new one come from stdin, a line each, or are asked for',
    )
    .option('--data <dir>', 'the data directory of the hub')
    .action((options: { data?: string }) => changeCode(deps, io, needed(options.data, '--data DIR')));

  users
    .command('list')
    .description('everyone with a code')
    .option('--data <dir>', 'the data directory of the hub')
    .option('--json', 'print as one JSON array')
    .action(async (options: { data?: string; json?: true }) => {
      const found = deps.users.list(needed(options.data, '--data DIR'));
      if (!found.ok) throw failed(found.why);
      await io.out(options.json ? `${JSON.stringify(found.people.map(forScript))}\n` : peopleTable(found.people));
    });

  users
    .command('remove')
    .description('take away a person and their codes')
    .option('--data <dir>', 'the data directory of the hub')
    .option('--name <name>', 'who')
    .action(async (options: { data?: string; name?: string }) => {
      const data = needed(options.data, '--data DIR');
      const name = needed(options.name, '--name NAME');
      const removed = await deps.users.remove(data, name);
      if (!removed.ok) throw failed(removed.why);
      await io.out(`removed ${plain(name)}\n`);
      if (removed.residents === 0)
        io.err('lantern: warning: no resident is left, and only one can end a personal alarm\n');
    });
}

const codeHelp = `
A code has 5 digits or more. Refused: a run up or down, one digit or block repeated, a date.
A duress code must differ from the first in two digits or more, and by 10 or more.

  printf '%s' 48213 | lantern users add --data DIR --name Alex --role resident`;

async function addPerson(deps: CliDeps, io: CliIo, data: string, name: string, options: AddOptions): Promise<void> {
  const role = roles.find((one) => one === needed(options.role, '--role ROLE'));
  if (role === undefined) throw wrongUse(`"${options.role}" is not a role; use ${roles.join(', ')}`);
  const added = await deps.users.add(data, { name, role, until: options.until ?? null }, await readCode(io));
  if (!added.ok) throw failed(added.why);
  const key = await deps.users.evidenceKey(data);
  if (options.json) await io.out(`${JSON.stringify({ id: added.id, name, role, evidenceKey: key })}\n`);
  else await io.out(`added ${plain(name)} as ${role} (${added.id})\n${key === null ? '' : evidenceNotice(key)}`);
  // Only now: output that fails must not take the only copy with it.
  if (key !== null) deps.users.evidenceKeyShown(data);
}

async function addDuress(deps: CliDeps, io: CliIo, data: string, name: string, options: AddOptions): Promise<void> {
  if (options.role !== undefined || options.until !== undefined) {
    throw wrongUse('--duress gives a second code to a person who is there already; leave out --role and --until');
  }
  const added = await deps.users.addDuress(data, name, await readCode(io));
  if (!added.ok) throw failed(added.why);
  await io.out(options.json ? `${JSON.stringify({ name, duress: true })}\n` : `${plain(name)} has a duress code now\n`);
}

/** By the hub where one runs, so that a wrong code counts and a duress code calls for help. */
async function changeCode(deps: CliDeps, io: CliIo, data: string): Promise<void> {
  const [code = '', newCode = ''] = await readCodes(io, [
    { ask: 'Your code as it is: ', times: 'once' },
    { ask: 'Your new code: ', times: 'twice' },
  ]);
  const asked = await askHub(data, { do: 'change-code', code, newCode }, hashPatienceMs, () => {});
  const done = !asked.ok && asked.hub === 'absent' ? await deps.users.changeCode(data, code, newCode) : asked;
  if (!done.ok) throw failed(done.why);
  await io.out('the code is changed\n');
}

const evidenceNotice = (key: string): string => `
This key opens the sealed rows of the log. It is shown this once and kept nowhere here. Write it down and
keep it away from home, where nobody who should not read them will find it:

  ${key}

`;

const untilOf = ({ until }: ShownPerson): string | null => (until === null ? null : new Date(until).toISOString());

const forScript = (person: ShownPerson): object => ({ ...person, until: untilOf(person) });

function peopleTable(people: readonly ShownPerson[]): string {
  if (people.length === 0) return 'nobody has a code yet; arming is refused until someone has\n';
  return people
    .map((person) => `${person.id}  ${person.role.padEnd(9)}  ${plain(person.name)}${endOf(person)}\n`)
    .join('');
}

function endOf(person: ShownPerson): string {
  const until = untilOf(person);
  return until === null ? '' : `  until ${until}`;
}
