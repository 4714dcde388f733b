import type { Command } from 'commander';
import type { JsonObject } from '../base/json.ts';
import { askHub } from './control.ts';
import type { CliDeps, HubStanding } from './deps.ts';
import { failed, needed, wrongUse } from './exit.ts';
import { type CliIo, plain } from './io.ts';

/** The usual places of an installed hub. */
const CONFIG = '/etc/lantern/config.yaml';
const DATA = '/var/lib/lantern';

interface UpgradeOptions {
  readonly from?: string;
  readonly sha256?: string;
  readonly back?: true;
  readonly hubIsDown?: true;
  readonly config: string;
  readonly data: string;
}

/** `upgrade` and `unit`: for root, on a box that scripts/install.sh has set up. */
export function addBoxCommands(program: Command, deps: CliDeps, io: CliIo): void {
  program
    .command('upgrade')
    .description('put another version in place; goes back by itself when that one does not become ready')
    .option('--from <path>', 'the folder or the archive of the new version')
    .option('--sha256 <hex>', 'what the archive must hash to')
    .option('--back', 'go back to the version before')
    .option('--hub-is-down', 'nobody answers, and that is known')
    .option('--config <file>', 'the config of this house', CONFIG)
    .option('--data <dir>', 'the data directory of the hub', DATA)
    .action((options: UpgradeOptions) => upgrade(options, deps, io));

  program
    .command('unit')
    .description('print what the service needs beside lantern.service for the wires of a house')
    .option('--config <file>', 'the config of this house')
    .action(async (options: { readonly config?: string }) => {
      const made = deps.unit(needed(options.config, '--config FILE'));
      if (!made.ok) throw failed(made.why);
      await io.out(made.text);
    });
}

async function upgrade(options: UpgradeOptions, deps: CliDeps, io: CliIo): Promise<void> {
  const { from, sha256, back, hubIsDown, config, data } = options;
  if ((from === undefined) === (back === undefined)) throw wrongUse('give either --from PATH or --back');
  if (sha256 !== undefined && (from === undefined || !/^[0-9a-f]{64}$/i.test(sha256))) {
    throw wrongUse('--sha256 takes 64 hex digits, and goes with --from');
  }
  const wanted =
    from === undefined ? ({ to: 'previous' } as const) : ({ to: 'files', from, sha256: sha256 ?? null } as const);
  const ended = await deps.upgrade({ ...wanted, hub: hubIsDown ? 'down' : 'up' }, config, {
    standing: () => standing(data),
    say: (line) => io.err(`lantern: ${plain(line)}\n`),
  });
  if (!ended.ok) throw failed(ended.why);
}

/** A hub that does not know the question is of a version from before there were upgrades. */
async function standing(data: string): Promise<HubStanding> {
  const items: JsonObject[] = [];
  const asked = await askHub(data, { do: 'standing' }, 5_000, (item) => void items.push(item));
  const why = items[0]?.['whyNotNow'];
  if (!asked.ok) return { is: 'silent', why: asked.why };
  if (typeof why === 'string') return { is: 'busy', why };
  return why === null ? { is: 'at-rest' } : { is: 'silent', why: 'the hub gave an answer that cannot be read' };
}
