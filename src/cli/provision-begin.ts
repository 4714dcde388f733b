import type { JsonObject } from '../base/json.ts';
import { askHub } from './control.ts';
import type { CliDeps, ShownProblem } from './deps.ts';
import { CommandError, exitCodes, failed } from './exit.ts';
import { type CliIo, plain } from './io.ts';

/** A referral to fill in, with every key and what it takes. */
export const REFERRAL_FORM = `# A referral for lantern provision start. No name of hers and no address: whoever comes knows both.
reference: "REF-0001"          # the agency's own number
received: 2026-11-21           # the day, or 2026-11-21T14:30
risk: high                     # high, medium or low
urgency: immediate             # immediate, 2-3 days or 4-7 days
property:
  kind: terrace                # flat-ground-floor, flat-upper-floor, terrace, semi, detached, bungalow, hostel-room or other
  tenure: council              # owner, council, housing-association, private-rent, hostel or other
  ownerAgrees: yes             # yes, no, not-needed or asked
  doors: 2                     # to the outside; this and the next two may be left out
  windows: 3                   # that can be reached from the ground
  locks: 2
access: []                     # what stands in the way of coming, as in ["not before 10"]
conditions: [non-molestation]  # non-molestation, occupation, restraining, bail or other
escort: not-needed             # needed or not-needed
needs: []                      # disability and other needs, in words
language: en                   # hers
children: 0
referredBy: { agency: "The agency", worker: "Who refers", phone: "01234 567890" }
`;

interface Begin {
  readonly data: string;
  readonly referral: string;
  readonly config: string | null;
  readonly scheme: string | null;
  readonly installer: { readonly name: string; readonly scheme: string };
  readonly form: 'json' | 'text';
}

/** So long an installer's code is good where nobody hands over. */
const CODE_DAYS = 14;
const PATIENCE_MS = 10_000;

/**
 * Begins a job. With a hub on the directory, there; without one, in its data directory, for the hub that is started next.
 * The installer's code is shown this once.
 */
export async function beginJob(deps: CliDeps, io: CliIo, asked: Begin): Promise<void> {
  const { data, config, installer } = asked;
  const read = deps.provision.readReferral(asked.referral);
  tell(deps, io, read.ok ? read.warnings : read.problems);
  if (!read.ok) throw new CommandError(exitCodes.wrong, '');
  let hub: 'runs' | 'runs not' = 'runs not';
  let begun = false;
  const found = await askHub(data, { do: 'provision-view' }, PATIENCE_MS, (item) => {
    hub = 'runs';
    begun = item['view'] !== null;
  });
  if (found.ok && begun) throw failed('a job is begun already; lantern provision goes on with it');
  if (hub === 'runs not') firstConfig(deps, io, config, asked.scheme);
  const code = deps.provision.drawCode();
  const person = await addInstaller(deps, data, installer.name, code);
  const who = { person, ...installer };
  if (found.ok) {
    const request = { do: 'provision-start', referral: formOf(read.referral), installer: who };
    const started = await askHub(data, request, PATIENCE_MS, () => {});
    if (!started.ok) throw failed(started.why);
  } else {
    const kept = await deps.provision.keepJob(data, read.referral, who);
    if (!kept.ok) throw failed(kept.why);
  }
  if (asked.form === 'json') {
    await io.out(
      `${JSON.stringify({ installer: { name: installer.name, code }, hub: found.ok ? 'runs' : 'to be started' })}\n`,
    );
    return;
  }
  await io.out(
    `${plain(installer.name)} may work with the code ${code}. It is shown this once, and ends with the handover.\n`,
  );
  if (!found.ok) await io.out(`Start the hub: lantern run --config ${plain(config ?? 'FILE')} --data ${plain(data)}\n`);
  await io.out(`Then: lantern provision --data ${plain(data)}\n`);
}

function tell(deps: CliDeps, io: CliIo, problems: readonly ShownProblem[]): void {
  for (const problem of problems) io.err(`${plain(deps.formatProblem(problem))}\n`);
}

function firstConfig(deps: CliDeps, io: CliIo, config: string | null, scheme: string | null): void {
  if (config === null)
    throw failed('no hub runs on this directory; name a config with --config FILE, and a first one is written there');
  if (deps.provision.isThere(config)) return;
  const written = deps.provision.firstConfig(config, scheme);
  tell(deps, io, written.ok ? written.warnings : written.problems);
  if (!written.ok) throw failed(`nothing was written: ${written.why}`);
  io.err(`lantern: written: ${plain(config)}, with secrets of its own beside it\n`);
}

/** Whoever fitted under this name before, and never handed over, gets another code. */
async function addInstaller(deps: CliDeps, data: string, name: string, code: string): Promise<string> {
  const listed = deps.users.list(data);
  if (!listed.ok) throw failed(listed.why);
  const before = listed.people.find((one) => one.role === 'installer' && one.name.toLowerCase() === name.toLowerCase());
  if (before !== undefined) {
    const removed = await deps.users.remove(data, before.name);
    if (!removed.ok) throw failed(removed.why);
  }
  const until = deps.provision.daysFromNow(CODE_DAYS);
  const added = await deps.users.add(data, { name, role: 'installer', until }, code);
  if (!added.ok) throw failed(added.why);
  return added.id;
}

/** As it would stand in a file: what is not known is left out. */
function formOf(value: object): JsonObject {
  const without = (part: unknown): unknown => {
    if (Array.isArray(part) || typeof part !== 'object' || part === null) return part;
    const known = Object.entries(part).filter(([, one]) => one !== null);
    return Object.fromEntries(known.map(([key, one]) => [key, without(one)]));
  };
  return without(value) as JsonObject;
}
