import type { Command } from 'commander';
import type { Json, JsonObject } from '../base/json.ts';
import { askHub } from './control.ts';
import { failed, needed } from './exit.ts';
import { type CliIo, plain } from './io.ts';

const patienceMs = 5_000;

interface QualityOptions {
  readonly data?: string;
  readonly json?: true;
}

/** `devices quality`: how well the running hub hears each device of the house. */
export function addQualityCommand(devices: Command, io: CliIo): void {
  devices
    .command('quality')
    .description('how well the running hub hears each device: signal, battery, last word')
    .option('--data <dir>', 'the data directory of the hub')
    .option('--json', 'print one JSON object a device')
    .action((_options: QualityOptions, command: Command) => quality(io, command.optsWithGlobals()));
}

async function quality(io: CliIo, options: QualityOptions): Promise<void> {
  const items: JsonObject[] = [];
  const data = needed(options.data, '--data DIR');
  const asked = await askHub(data, { do: 'devices-quality' }, patienceMs, (item) => items.push(item));
  if (!asked.ok) throw failed(asked.why);
  if (options.json) {
    for (const item of items) await io.out(`${JSON.stringify(item)}\n`);
    return;
  }
  const rows = items.map(cellsOf);
  const widths = [0, 1, 2, 3].map((column) => Math.max(0, ...rows.map((row) => row[column]?.length ?? 0)));
  for (const row of rows) {
    await io.out(
      `${row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd()}\n`,
    );
  }
}

function cellsOf(item: JsonObject): readonly string[] {
  const signal = typeof item['signal'] === 'string' ? item['signal'] : '-';
  return [
    plain(String(item['device'])),
    item['lost'] === true ? 'lost' : plain(signal),
    measuresOf(item),
    batteryOf(item),
    agoOf(item['heardAgo']),
  ];
}

const MEASURES: readonly (readonly [name: string, label: string, unit: string])[] = [
  ['linkQuality', 'link', ''],
  ['rssi', '', ' dBm'],
  ['snr', 'snr', ' dB'],
  ['noise', 'noise', ' dB'],
];

const measuresOf = (item: JsonObject): string =>
  MEASURES.flatMap(([name, label, unit]) => {
    const value = item[name];
    return typeof value === 'number' ? [`${label} ${value}${unit}`.trim()] : [];
  }).join(', ');

function batteryOf(item: JsonObject): string {
  const percent = typeof item['battery'] === 'number' ? `battery ${item['battery']} %` : '';
  if (item['batteryLow'] !== true) return percent;
  return percent === '' ? 'battery low' : `${percent}, low`;
}

const UNITS: readonly (readonly [ms: number, unit: string])[] = [
  [48 * 3_600_000, 'days'],
  [3_600_000, 'h'],
  [60_000, 'min'],
];

/** How long ago, in the largest unit that fits. */
function agoOf(ago: Json | undefined): string {
  if (typeof ago !== 'number') return 'not heard since the start';
  const [least, unit] = UNITS.find(([ms]) => ago >= ms) ?? [1000, 's'];
  const length = unit === 'days' ? 24 * 3_600_000 : least;
  return `heard ${Math.floor(ago / length)} ${unit} ago`;
}
