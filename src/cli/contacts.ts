import type { Command } from 'commander';
import type { JsonObject } from '../base/json.ts';
import { askHub } from './control.ts';
import { failed, needed } from './exit.ts';
import { type CliIo, plain } from './io.ts';

const patienceMs = 5_000;

interface ContactsOptions {
  readonly data?: string;
  readonly json?: true;
}

/** `contacts` and `contacts prove`. */
export function addContactsCommands(program: Command, io: CliIo): void {
  const contacts = program
    .command('contacts')
    .description('who has proven that texts arrive, on which path, and when last')
    .enablePositionalOptions()
    .option('--data <dir>', 'the data directory of the hub')
    .option('--json', 'print one JSON object a contact')
    .action((options: ContactsOptions) => list(io, options));

  contacts
    .command('prove')
    .description('send a contact a text that asks for a YES')
    .argument('<id>', 'the id of the contact')
    .option('--data <dir>', 'the data directory of the hub')
    .action((id: string, _options: ContactsOptions, command: Command) => prove(io, id, command.optsWithGlobals()));
}

async function list(io: CliIo, options: ContactsOptions): Promise<void> {
  let unproven = 0;
  const show = (item: JsonObject): void => {
    if (item['proven'] !== true) unproven += 1;
    void io.out(options.json ? `${JSON.stringify(item)}\n` : contactLine(item));
  };
  const asked = await askHub(needed(options.data, '--data DIR'), { do: 'contacts' }, patienceMs, show);
  if (!asked.ok) throw failed(asked.why);
  if (unproven > 0 && !options.json) {
    io.err('lantern: who is unproven is told all the same; lantern contacts prove ID sends a first text\n');
  }
}

function contactLine(item: JsonObject): string {
  const id = plain(String(item['contact'])).padEnd(16);
  if (item['proven'] !== true) {
    const asked = item['asked'];
    return `${id}  UNPROVEN  ${typeof asked === 'string' ? `asked ${plain(asked)}, no YES yet` : 'never asked'}\n`;
  }
  const { paths } = item;
  const times = typeof paths === 'object' && paths !== null && !Array.isArray(paths) ? Object.entries(paths) : [];
  return `${id}  proven    ${times.map(([path, at]) => plain(`${path} ${at}`)).join(', ')}\n`;
}

async function prove(io: CliIo, id: string, options: ContactsOptions): Promise<void> {
  const request = { do: 'contacts-prove', contact: id };
  const asked = await askHub(needed(options.data, '--data DIR'), request, patienceMs, () => {});
  if (!asked.ok) throw failed(asked.why);
  await io.out(`a text was handed over; ${plain(id)} is proven when a YES comes back within seven days\n`);
}
