import { type Command, InvalidArgumentError } from 'commander';
import type { Json, JsonObject } from '../base/json.ts';
import { askHub } from './control.ts';
import type { CliDeps, DeviceToWrite } from './deps.ts';
import { failed, needed } from './exit.ts';
import { type CliIo, plain } from './io.ts';

/** What the hub heard is asked for this often. */
const lookEveryMs = 1000;
const patienceMs = 5_000;
const usualWaitSeconds = 60;

interface LearnOptions {
  readonly config?: string;
  readonly data?: string;
  readonly topic?: string;
  readonly address?: string;
  readonly id?: string;
  readonly name?: string;
  readonly zone?: string;
  readonly modes?: readonly string[];
  readonly signal?: string;
  readonly model?: string;
  readonly wait: number;
  readonly json?: true;
}

/** A device that the hub heard and no config names. */
interface Heard {
  readonly id: string;
  readonly profile: string;
  readonly gateway: string | null;
  readonly topic: string;
  readonly address: string | null;
  readonly said: string;
  /** The zone it looks made for; null: none. */
  readonly zone: string | null;
  readonly messages: number;
}

/** `devices learn`: from what is heard, and one press of it, to an entry in the config. */
export function addLearnCommand(devices: Command, deps: CliDeps, io: CliIo): void {
  devices
    .command('learn')
    .description('show what the running hub hears and does not know, and write one of it into the config')
    .option('--config <file>', 'the config to write into')
    .option('--data <dir>', 'the data directory of the hub')
    .option('--topic <topic>', 'the topic of the device; left out: the only one heard, or ask')
    .option('--address <address>', 'which of the devices on its topic')
    .option('--id <id>', 'its id; left out: one made of its name, or ask')
    .option('--name <name>', 'what people call it')
    .option('--zone <type>', 'the type of its zone, or none; left out: what it looks made for, or ask')
    .option('--modes <modes>', 'when it is guarded, as in away,home,night; left out: what is usual for the zone', words)
    .option('--signal <signal>', 'what a bare on of it is about')
    .option('--model <model>', "its model, where the family's common rules are not enough")
    .option('--wait <seconds>', 'how long to wait for it to be heard', secondsIn, usualWaitSeconds)
    .option('--json', 'print what was written as one JSON object')
    .action((_options: LearnOptions, command: Command) => learn(deps, io, command.optsWithGlobals()));
}

const words = (text: string): readonly string[] => text.split(',').map((word) => word.trim());

function secondsIn(text: string): number {
  if (!/^\d{1,5}$/.test(text)) throw new InvalidArgumentError('write a number of seconds.');
  return Number(text);
}

async function learn(deps: CliDeps, io: CliIo, options: LearnOptions): Promise<void> {
  const config = needed(options.config, '--config FILE');
  const data = needed(options.data, '--data DIR');
  const named = options.topic !== undefined || options.address !== undefined;
  const heard = io.interactive && !named ? await choose(io, data) : await find(io, data, options);
  const device = await describe(io, heard, options);
  const added = deps.addDevice(config, device);
  const problems = added.ok ? added.warnings : added.problems;
  for (const problem of problems) io.err(`${plain(deps.formatProblem(problem))}\n`);
  if (!added.ok) throw failed(`nothing was written: ${added.why}`);
  const written = { id: device.id, line: added.line, warnings: added.warnings.map(({ message }) => message) };
  await io.out(options.json ? `${JSON.stringify(written)}\n` : `  - ${plain(added.line)}\n`);
  io.err(`lantern: written to ${plain(config)}; restart the hub to guard with it\n`);
}

// ---- which one ---------------------------------------------------------------------------------------------------------

/** Without a person: the one that was named, or the only one there is. */
async function find(io: CliIo, data: string, options: LearnOptions): Promise<Heard> {
  for (let waited = 0; ; waited += 1) {
    const fitting = (await listen(data)).filter((heard) => fits(heard, options));
    const [only] = fitting;
    if (only !== undefined && fitting.length === 1) return only;
    if (fitting.length > 1) {
      const places = fitting.map(({ topic, address }) => (address === null ? topic : `${topic} ${address}`));
      throw failed(
        `${fitting.length} were heard; name one with --topic and --address: ${places.slice(0, 10).join('; ')}`,
      );
    }
    if (waited >= options.wait || io.stop.aborted) {
      throw failed('nothing was heard that fits and that the config does not name; press or open it while this waits');
    }
    await io.pause(lookEveryMs);
  }
}

const fits = (heard: Heard, { topic, address }: LearnOptions): boolean =>
  (topic === undefined || heard.topic === topic) &&
  (address === undefined || heard.address?.toLowerCase() === address.toLowerCase());

const nameOf = ({ topic, address }: Heard): string => `${topic} ${address}`;

/** Shows what speaks from now on, since it is the one that was pressed; a neighbour's will mostly be still. */
async function choose(io: CliIo, data: string): Promise<Heard> {
  const before = new Map((await listen(data)).map((heard) => [nameOf(heard), heard.messages]));
  const shown = new Map<string, Heard>();
  /** True: something was shown, on lines of its own. */
  const look = async (lead: string): Promise<boolean> => {
    const news: string[] = [];
    for (const heard of await listen(data)) {
      const name = nameOf(heard);
      if (heard.messages === (shown.get(name)?.messages ?? before.get(name) ?? 0)) continue;
      shown.set(name, heard);
      const place = [...shown.keys()].indexOf(name) + 1;
      news.push(lineOf(place, heard, heard.messages - (before.get(name) ?? 0)));
    }
    if (news.length > 0) io.err(`${lead}${news.join('')}`);
    return news.length > 0;
  };
  io.err('Press the button, open the door or walk past the detector now, a few times.\n');
  while (shown.size === 0) {
    if (io.stop.aborted) throw failed('stopped; nothing was written');
    await io.pause(lookEveryMs);
    await look('');
  }
  const answer = await answered(io, 'Which one is it? Number [1]: ', look);
  const chosen = answer === null ? undefined : [...shown.values()][answer.trim() === '' ? 0 : Number(answer) - 1];
  if (chosen === undefined) throw failed('none was chosen; nothing was written');
  return chosen;
}

/** Asks, and goes on looking until there is an answer. */
async function answered(io: CliIo, question: string, look: (lead: string) => Promise<boolean>): Promise<string | null> {
  const over = new AbortController();
  const asked = io.ask(question, over.signal).then((answer) => ({ answer }));
  try {
    for (;;) {
      const first = await Promise.race([asked, io.pause(lookEveryMs)]);
      if (first !== undefined) return first.answer;
      if (await look('\n')) io.err(question);
    }
  } finally {
    over.abort();
  }
}

const lineOf = (place: number, { profile, topic, address, said }: Heard, times: number): string =>
  plain(
    `${String(place).padStart(3)}  ${profile}  ${address === null ? topic : `${address} on ${topic}`}  ${said}  heard ${times === 1 ? 'once' : `${times} times`}`,
  ).concat('\n');

// ---- what the hub says -------------------------------------------------------------------------------------------------

async function listen(data: string): Promise<readonly Heard[]> {
  const heard: Heard[] = [];
  const asked = await askHub(data, { do: 'devices-seen' }, patienceMs, (item) => heard.push(heardIn(item)));
  if (!asked.ok) throw failed(asked.why);
  return heard;
}

const textOr = (value: Json | undefined): string | null => (typeof value === 'string' ? value : null);

function heardIn(item: JsonObject): Heard {
  const { said, quality, messages } = item;
  const facts = { ...objectIn(said), ...objectIn(quality) };
  return {
    id: textOr(item['id']) ?? 'device',
    profile: textOr(item['profile']) ?? '',
    gateway: textOr(item['gateway']),
    topic: textOr(item['topic']) ?? '',
    address: textOr(item['address']),
    said: Object.entries(facts)
      .map(([what, value]) => `${what} ${String(value)}`)
      .join(', '),
    zone: item['list'] === 'devices' ? textOr(item['guess']) : null,
    messages: typeof messages === 'number' ? messages : 0,
  };
}

const objectIn = (value: Json | undefined): JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : {};

// ---- what it is to be --------------------------------------------------------------------------------------------------

/** By the flags; what they leave out is asked for where a person is there, else taken as it looks. */
async function describe(io: CliIo, heard: Heard, options: LearnOptions): Promise<DeviceToWrite> {
  const id = options.id ?? (await askFor(io, 'Its id', heard.id));
  const name = options.name ?? (await askFor(io, 'What people call it', ''));
  const type = options.zone ?? (await askFor(io, 'Type of its zone', heard.zone ?? 'none'));
  const { profile, gateway, topic, address } = heard;
  return {
    id,
    name: name === '' ? null : name,
    profile,
    gateway,
    topic,
    address,
    model: options.model ?? null,
    signal: options.signal ?? null,
    zone: type === 'none' ? null : { type, modes: options.modes ?? null },
  };
}

async function askFor(io: CliIo, what: string, usual: string): Promise<string> {
  if (!io.interactive) return usual;
  const answer = await io.ask(`${what}${usual === '' ? '' : ` [${plain(usual)}]`}: `, io.stop);
  if (answer === null) throw failed('stopped; nothing was written');
  return answer.trim() === '' ? usual : answer.trim();
}
