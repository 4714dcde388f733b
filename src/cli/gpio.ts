import type { Command } from 'commander';
import type { CliDeps, ShownChip } from './deps.ts';
import { failed } from './exit.ts';
import { type CliIo, plain } from './io.ts';

/** `gpio`: asks the machine itself, so it needs no hub and minds none. */
export function addGpioCommand(program: Command, deps: CliDeps, io: CliIo): void {
  program
    .command('gpio')
    .description('the GPIO chips of this machine, and who holds their lines')
    .option('--json', 'print as one JSON array')
    .action(async (options: { readonly json?: true }) => {
      const found = await deps.pins();
      if (!found.ok) throw failed(found.why);
      for (const why of found.refused) io.err(`lantern: ${plain(why)}\n`);
      await io.out(options.json ? `${JSON.stringify(found.chips)}\n` : found.chips.map(chipText).join('\n'));
    });
}

function chipText({ name, label, lines, used }: ShownChip): string {
  const head = `${plain(name)}: ${plain(label)}, lines 0 to ${lines - 1}\n`;
  if (used === null)
    return `${head}  who holds them cannot be told: the kernel shows this chip in /sys/class/gpio only\n`;
  if (used.length === 0) return `${head}  none in use\n`;
  const rows = used.map((one) => [String(one.line), one.name, one.direction, one.holder || '?', one.process ?? '']);
  const widths = [0, 1, 2, 3].map((column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const line = (row: readonly string[]): string =>
    row.map((cell, at) => plain(cell).padEnd(widths[at] ?? 0)).join('  ');
  return `${head}${rows.map((row) => `  ${line(row).trimEnd()}\n`).join('')}`;
}
