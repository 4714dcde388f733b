import type { Command } from 'commander';
import type { Json, JsonObject } from '../base/json.ts';
import { askHub } from './control.ts';
import type { CliDeps, ShownFamily } from './deps.ts';
import { CommandError, exitCodes, failed, needed } from './exit.ts';
import { type CliIo, plain } from './io.ts';
import { addLearnCommand } from './learn.ts';
import { addQualityCommand } from './quality.ts';

/** The hub waits for a text's far end at most this long. */
const testPatienceMs = 60_000;
const patienceMs = 5_000;

interface HubOptions {
  readonly data?: string;
  readonly json?: true;
  readonly wait?: string;
}

/** `test-alert`, `devices`, `devices seen`, `devices quality` and `devices learn`. */
export function addHubCommands(program: Command, deps: CliDeps, io: CliIo): void {
  program
    .command('test-alert')
    .description('ask the running hub to send a marked test through every path')
    .option('--data <dir>', 'the data directory of the hub')
    .option('--wait <time>', 'wait so long for replies, as 90s or 5m')
    .option('--json', 'print one JSON object a path')
    .action((options: HubOptions) => testAlert(io, options));

  const devices = program
    .command('devices')
    .description('device families and models known')
    .enablePositionalOptions()
    .option('--json', 'print as one JSON array')
    .action(async (options: HubOptions) => {
      const found = deps.families();
      if (!found.ok) throw failed(found.why);
      await io.out(options.json ? `${JSON.stringify(found.families)}\n` : found.families.map(familyText).join('\n'));
    });

  devices
    .command('seen')
    .description('devices that the running hub heard and that no config names, ready to paste')
    .option('--data <dir>', 'the data directory of the hub')
    .option('--json', 'print one JSON object a device')
    .action((_options: HubOptions, command: Command) => devicesSeen(io, command.optsWithGlobals()));
  addQualityCommand(devices, io);
  addLearnCommand(devices, deps, io);
}

function familyText({ name, title, models }: ShownFamily): string {
  const width = Math.max(0, ...models.map((model) => model.name.length));
  const lines = models.map((model) => `  ${plain(model.name.padEnd(width))}  ${plain(model.title)}\n`);
  return `${plain(name)}: ${plain(title)}\n${lines.join('')}`;
}

const text = (value: Json | undefined): string =>
  value === undefined || value === null ? '' : plain(typeof value === 'string' ? value : JSON.stringify(value));

async function testAlert(io: CliIo, options: HubOptions): Promise<void> {
  const data = needed(options.data, '--data DIR');
  let bad = 0;
  let paths = 0;
  const show = (item: JsonObject): void => {
    paths += 1;
    if (item['ok'] !== true) bad += 1;
    void io.out(options.json ? `${JSON.stringify(item)}\n` : pathLine(item));
  };
  const waitMs = waitIn(options.wait);
  const asked = await askHub(data, { do: 'test-alert', waitMs }, testPatienceMs + waitMs, show);
  if (!asked.ok) throw failed(asked.why);
  if (paths === 0) throw failed('the hub has no path to test');
  if (bad > 0) throw new CommandError(exitCodes.failed, `${bad} of ${paths} paths failed`);
}

/** Milliseconds in `90s` or `5m`, an hour at most. */
function waitIn(said: string | undefined): number {
  if (said === undefined) return 0;
  const [, digits = '', unit = ''] = /^(\d{1,4})(s|m)$/.exec(said) ?? [];
  const ms = Number(digits) * (unit === 'm' ? 60_000 : 1000);
  if (unit === '' || ms > 3_600_000) {
    throw new CommandError(exitCodes.wrong, '--wait takes a time as 90s or 5m, an hour at most');
  }
  return ms;
}

const pathLine = (item: JsonObject): string =>
  `${text(item['path']).padEnd(16)}  ${text(item['result']).padEnd(12)}  ${text(item['ms']).padStart(6)} ms  ${[text(item['why']), hopsIn(item)].filter((part) => part !== '').join('  ')}`.trimEnd() +
  '\n';

const hopNames = { handedOver: 'handed over', accepted: 'accepted', delivered: 'delivered', answered: 'answered' };

/** `(handed over 2 ms, accepted 210 ms)`: each hop from the same start. */
function hopsIn(item: JsonObject): string {
  const { hops } = item;
  if (typeof hops !== 'object' || hops === null || Array.isArray(hops)) return '';
  const times = new Map(Object.entries(hops));
  const parts = Object.entries(hopNames).flatMap(([hop, name]) =>
    times.has(hop) ? [`${name} ${text(times.get(hop))} ms`] : [],
  );
  return parts.length === 0 ? '' : `(${parts.join(', ')})`;
}

async function devicesSeen(io: CliIo, options: HubOptions): Promise<void> {
  let seen = 0;
  const show = (item: JsonObject): void => {
    seen += 1;
    void io.out(options.json ? `${JSON.stringify(item)}\n` : deviceLine(item));
  };
  const asked = await askHub(needed(options.data, '--data DIR'), { do: 'devices-seen' }, patienceMs, show);
  if (!asked.ok) throw failed(asked.why);
  if (seen === 0 && !options.json) io.err('lantern: nothing was heard that the config does not name\n');
}

/** Words that YAML reads as nothing but text go bare; the rest is quoted, as JSON is. */
function yamlWord(value: Json | undefined): string {
  const word = text(value);
  const bare = /^[A-Za-z][\w./-]*$/.test(word) && !/^(?:true|false|null|yes|no|on|off|y|n)$/i.test(word);
  return bare ? word : JSON.stringify(word);
}

const pasted = ['id', 'driver', 'gateway', 'profile', 'model', 'topic', 'address'] as const;

/** One entry of `devices:`, with what was measured behind it. */
function deviceLine(item: JsonObject): string {
  const isSerial = typeof item['gateway'] === 'string';
  // The topic of a serial radio is the gateway's, which the entry names.
  const entry: JsonObject = { ...item, ...(isSerial ? { driver: 'serial', topic: null } : { driver: 'mqtt' }) };
  const fields = pasted
    .filter((field) => text(entry[field]) !== '')
    .map((field) => `${field}: ${yamlWord(entry[field])}`);
  const heard = Array.isArray(item['signals']) ? `  # ${text(item['signals'].join(', '))}` : '';
  return `  - { ${fields.join(', ')} }${heard}\n`;
}
