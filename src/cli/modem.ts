import type { Command } from 'commander';
import type { Json, JsonObject } from '../base/json.ts';
import { askHub, type ControlRequest } from './control.ts';
import type { CliDeps, OpenedModem } from './deps.ts';
import { failed, needed, wrongUse } from './exit.ts';
import { type CliIo, plain } from './io.ts';

/** A hub asks its modem, which may be in the middle of a text. */
const patienceMs = 90_000;

interface ModemOptions {
  readonly port?: string;
  readonly baud?: string;
  readonly config?: string;
  readonly data?: string;
  readonly to?: string;
  readonly json?: true;
}

/** `modem` and `modem test`. */
export function addModemCommands(program: Command, deps: CliDeps, io: CliIo): void {
  const modem = withPlace(program.command('modem'))
    .description('how the GSM modem is: SIM, network, signal, stored texts')
    .enablePositionalOptions()
    .option('--json', 'print one JSON object')
    .action((options: ModemOptions) => showState(deps, io, options));

  withPlace(modem.command('test'))
    .description('send a marked test text, and say how far it got')
    .option('--to <number>', 'who gets it, written as +447700900123')
    .option('--json', 'print one JSON object a hop')
    .action((_options: ModemOptions, command: Command) => sendTest(deps, io, command.optsWithGlobals()));
}

const withPlace = (command: Command): Command =>
  command
    .option('--data <dir>', 'the data directory of the hub, which holds the port while it runs')
    .option('--config <file>', 'the config that names the modem')
    .option('--port <path>', 'a modem that no config names')
    .option('--baud <rate>', 'its speed (115200)');

async function showState(deps: CliDeps, io: CliIo, options: ModemOptions): Promise<void> {
  const states: JsonObject[] = [];
  await eitherWay(
    deps,
    options,
    { do: 'modem' },
    (item) => states.push(item),
    async (modem) => {
      states.push(await modem.state());
      return { ok: true };
    },
  );
  const [state] = states;
  if (state === undefined) throw failed('the hub has no modem');
  await io.out(options.json ? `${JSON.stringify(state)}\n` : stateText(state));
  const trouble = state['trouble'];
  if (typeof trouble === 'string') throw failed(`no text can leave: ${trouble}`);
}

async function sendTest(deps: CliDeps, io: CliIo, options: ModemOptions): Promise<void> {
  const to = needed(options.to, '--to NUMBER');
  const show = (item: JsonObject): void => void io.out(options.json ? `${JSON.stringify(item)}\n` : hopText(item));
  await eitherWay(deps, options, { do: 'modem-test', to }, show, (modem) => modem.test(to, show));
}

type Ended = { readonly ok: true } | { readonly ok: false; readonly why: string };

/** The running hub holds the port, so it is asked first; without one the port is opened here. */
async function eitherWay(
  deps: CliDeps,
  options: ModemOptions,
  request: ControlRequest,
  onItem: (item: JsonObject) => void,
  here: (modem: OpenedModem) => Promise<Ended>,
): Promise<void> {
  const { data = null, config = null, port = null } = options;
  if (data === null && config === null && port === null)
    throw wrongUse('--data DIR, --config FILE or --port PATH is needed');
  if (data !== null && port === null) {
    const asked = await askHub(data, request, patienceMs, onItem);
    if (asked.ok) return;
    const gone = asked.why.startsWith('no hub is running');
    if (!gone || config === null) throw failed(asked.why);
  }
  const opened = await deps.modem({ port, baud: readBaud(options.baud), config, data });
  if (!opened.ok) throw failed(opened.why);
  try {
    const ended = await here(opened.modem);
    if (!ended.ok) throw failed(ended.why);
  } finally {
    await opened.modem.close();
  }
}

function readBaud(text: string | undefined): number | null {
  if (text === undefined) return null;
  const baud = Number(text);
  if (!Number.isInteger(baud) || baud < 300 || baud > 4_000_000)
    throw wrongUse(`--baud ${text} is no speed; try 115200`);
  return baud;
}

const text = (value: Json | undefined): string =>
  value === undefined || value === null ? '' : plain(typeof value === 'string' ? value : JSON.stringify(value));

const field = (value: Json | undefined, name: string): Json | undefined =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject)[name] : undefined;

const SIM: Readonly<Record<string, string>> = {
  pin: 'asks for its PIN',
  puk: 'blocked, asks for its PUK',
  unknown: 'not known',
};
const NETWORK: Readonly<Record<string, string>> = {
  home: 'at home in its network',
  roaming: 'roaming: texts may cost more',
  searching: 'searching',
  denied: 'refused by the network',
  'emergency-only': 'emergency calls only',
  none: 'none',
  unknown: 'not known',
};

/** For a person; what is not known is left out. */
function stateText(state: JsonObject): string {
  const [sim, network] = [text(state['sim']), text(state['registration'])];
  const dbm = text(field(state['signal'], 'dbm'));
  const used = text(field(state['stored'], 'used'));
  const lines: readonly (readonly [string, string])[] = [
    ['port', text(state['port'])],
    ['modem', state['model'] === null ? '' : `${text(state['model'])}, treated as ${text(state['quirks'])}`],
    ['doing', text(state['step'])],
    ['SIM', SIM[sim] ?? sim],
    ['network', [NETWORK[network] ?? network, text(state['operator'])].filter((part) => part !== '').join(', ')],
    ['signal', dbm === '' ? 'not known' : `${text(field(state['signal'], 'words'))} (${dbm} dBm)`],
    ['stored texts', used === '' ? '' : `${used} of ${text(field(state['stored'], 'total'))}`],
    ['can send', state['trouble'] === null ? 'yes' : 'no'],
  ];
  return lines
    .filter(([, value]) => value !== '')
    .map(([name, value]) => `${name.padEnd(12)}  ${value}\n`)
    .join('');
}

const OUTCOMES = new Map<Json | undefined, string>([
  [true, 'yes'],
  [false, 'no'],
  [null, 'not known'],
]);

const hopText = (item: JsonObject): string =>
  `${text(item['hop']).padEnd(9)}  ${(OUTCOMES.get(item['ok']) ?? '').padEnd(9)}  ${text(item['ms']).padStart(6)} ms  ${text(item['why'])}`.trimEnd() +
  '\n';
