import type { JsonObject } from '../base/json.ts';
import type { HeardDevice, ProvisionAct, ProvisionView } from '../hub/ports.ts';
import type { Blocker } from '../provision/blockers.ts';
import { askHub } from './control.ts';
import { failed } from './exit.ts';
import { type CliIo, plain } from './io.ts';

/** An act waits for the disk at most; the papers take their time on a small machine. */
const PATIENCE_MS = 20_000;

/** What an act brought: secrets that are shown once. */
export interface Acted {
  readonly secrets: readonly { readonly name: string; readonly password: string }[];
}

/** The hour as it stands; null: no job is begun. Fails with what to do where no hub answers. */
async function viewOf(data: string): Promise<ProvisionView | null> {
  let view: ProvisionView | null = null;
  const asked = await askHub(data, { do: 'provision-view' }, PATIENCE_MS, (item) => {
    // The hub and this command are one program.
    view = item['view'] as unknown as ProvisionView | null;
  });
  if (!asked.ok) throw failed(asked.why);
  return view;
}

export async function begunView(data: string): Promise<ProvisionView> {
  const view = await viewOf(data);
  if (view === null) throw failed('no job is begun; lantern provision start --referral FILE begins one');
  return view;
}

export async function heardBy(data: string): Promise<readonly HeardDevice[]> {
  const heard: HeardDevice[] = [];
  const asked = await askHub(data, { do: 'provision-heard' }, PATIENCE_MS, (item) =>
    heard.push(item as unknown as HeardDevice),
  );
  if (!asked.ok) throw failed(asked.why);
  return heard;
}

export type ActResult = { readonly ok: true; readonly acted: Acted } | { readonly ok: false; readonly why: string };

/** Does it, and says how it went. What blocks a handover is listed on stderr. */
export async function tryAct(io: CliIo, data: string, ask: ProvisionAct): Promise<ActResult> {
  const secrets: Acted['secrets'][number][] = [];
  const take = ({ secret, blocker }: JsonObject): void => {
    if (secret !== undefined) secrets.push(secret as unknown as Acted['secrets'][number]);
    if (blocker !== undefined) io.err(blockerLine(blocker as unknown as Blocker));
  };
  const request = { do: 'provision-act', ask: ask as unknown as JsonObject };
  const asked = await askHub(data, request, PATIENCE_MS, take);
  return asked.ok ? { ok: true, acted: { secrets } } : asked;
}

/** As `tryAct`, and ends the command where it was refused. */
export async function act(io: CliIo, data: string, ask: ProvisionAct): Promise<Acted> {
  const result = await tryAct(io, data, ask);
  if (!result.ok) throw failed(result.why);
  return result.acted;
}

/** After a restart was asked for: until the hub has gone and one is there again. */
export async function untilBack(io: CliIo, data: string): Promise<void> {
  for (let looked = 0; looked < 120 && !io.stop.aborted; looked += 1) {
    await io.pause(500);
    const asked = await askHub(data, { do: 'provision-view' }, 2_000, () => {});
    if (asked.ok) return;
  }
  throw failed('the hub did not come back within a minute; look at its log, then run lantern provision again');
}

export const blockerLine = ({ id, what, waivable, waived }: Blocker): string => {
  const end = waived !== null ? `waived: ${waived}` : waivable === 'yes' ? `may be waived as ${id}` : '';
  return `${plain(`  - ${what}${end === '' ? '' : `  (${end})`}`)}\n`;
};
