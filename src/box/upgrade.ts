import { type Done, done, refused, type UpgradePorts } from './ports.ts';

/** What is asked for. `hub` is `down`: that nobody answers is known, and no reason to refuse. */
export type UpgradeOrder = { readonly hub: 'up' | 'down' } & (
  | { readonly to: 'files'; readonly from: string; readonly sha256: string | null }
  | { readonly to: 'previous' }
);

/**
 * Puts another version in the place of the one that runs, and goes back by itself where that one does not become ready.
 * Whenever this is cut off, the service starts a whole version: the new one only once it has proven itself.
 */
export async function upgrade(order: UpgradeOrder, ports: UpgradePorts): Promise<Done> {
  const claimed = await ports.machine.claim();
  if (!claimed.ok) return claimed;
  const ended = await exchange(order, ports);
  ports.machine.release();
  return ended;
}

async function exchange(order: UpgradeOrder, ports: UpgradePorts): Promise<Done> {
  const from = ports.releases.current();
  if (from === null) return refused('nothing is installed here yet; run scripts/install.sh');
  const asked = await atRest(order, ports);
  if (!asked.ok) return asked;
  const found = order.to === 'files' ? await make(order, ports) : before(ports);
  if (!found.ok) return found;
  const ready = await fits(found.name, order, ports);
  if (ready.ok) return change({ from, to: found.name }, ports);
  if (order.to === 'files') tidy(ports);
  return ready;
}

/** Leaves the two that are linked. What cannot be removed takes room, and is no reason to give up what was reached. */
function tidy({ releases, say }: UpgradePorts): void {
  const keep = [releases.current(), releases.previous()].filter((name) => name !== null);
  const pruned = tried(() => releases.prune(keep));
  if (!pruned.ok) say(`older versions are still there: ${pruned.why}`);
}

async function atRest({ hub }: UpgradeOrder, { standing }: UpgradePorts): Promise<Done> {
  const stands = await standing();
  if (stands.is === 'at-rest') return done;
  if (stands.is === 'busy') return refused(`${stands.why}, then upgrade`);
  return hub === 'down' ? done : refused(`${stands.why}; where it is known to be down, add --hub-is-down`);
}

type Found = { readonly ok: true; readonly name: string } | { readonly ok: false; readonly why: string };

/** A release made of files, beside the others; nothing stays of one that cannot be made. */
async function make(order: Extract<UpgradeOrder, { to: 'files' }>, ports: UpgradePorts): Promise<Found> {
  const made = await makeRelease(order, ports);
  if (!made.ok) tidy(ports);
  return made;
}

async function makeRelease(
  { from, sha256 }: Extract<UpgradeOrder, { to: 'files' }>,
  { releases, machine, say }: UpgradePorts,
): Promise<Found> {
  say(`unpacking ${from}`);
  let folder = '';
  const begun = tried(() => {
    folder = releases.begin();
  });
  if (!begun.ok) return begun;
  const unpacked = await machine.unpack(from, folder, sha256);
  if (!unpacked.ok) return unpacked;
  const looked = releases.look();
  if (!looked.ok) return looked;
  say(`building ${looked.version}; this takes some minutes on a Raspberry Pi`);
  const built = await machine.build(folder);
  if (!built.ok) return built;
  const synced = await machine.sync();
  if (!synced.ok) return synced;
  return { ok: true, name: releases.keep(looked.version) };
}

function before({ releases }: UpgradePorts): Found {
  const name = releases.previous();
  return name === null || name === releases.current()
    ? refused('there is no version to go back to; only the last two are kept')
    : { ok: true, name };
}

/** Building takes minutes in which somebody may have left the house, so the hub is asked once more. */
async function fits(name: string, order: UpgradeOrder, ports: UpgradePorts): Promise<Done> {
  ports.say(`checking the config of this house with ${name}`);
  const checked = await ports.machine.check(ports.releases.path(name));
  return checked.ok ? atRest(order, ports) : checked;
}

interface Change {
  readonly from: string;
  readonly to: string;
}

async function change({ from, to }: Change, ports: UpgradePorts): Promise<Done> {
  const { releases, machine, say } = ports;
  say(`switching from ${from} to ${to}`);
  const linked = tried(() => {
    releases.beginTrial({ from, to });
    releases.link(to);
  });
  if (!linked.ok) {
    releases.endTrial();
    return linked;
  }
  const started = await machine.restart();
  const proven = started.ok ? await machine.steady() : started;
  if (proven.ok) {
    // Before the note goes: without it nothing else would lead back.
    releases.setPrevious(from);
    releases.endTrial();
    tidy(ports);
    say(`${to} is running; ${from} is kept, and \`lantern upgrade --back\` goes back to it`);
    return done;
  }
  say(`${to} does not become ready: ${proven.why}; going back to ${from}`);
  releases.link(from);
  releases.endTrial();
  const again = await machine.restart();
  tidy(ports);
  const what = `${to} did not become ready (${proven.why})`;
  return refused(
    again.ok
      ? `${what}, so ${from} is running again; journalctl -u lantern says more`
      : `${what}, and now ${from} does not either (${again.why}): the house is not guarded; journalctl -u lantern says why`,
  );
}

/** What the disk refuses is told, and ends nothing else. */
function tried(work: () => void): Done {
  try {
    work();
    return done;
  } catch (error) {
    if (!(error instanceof Error && 'syscall' in error)) throw error;
    return refused(`the disk refuses (${error.message}); make room and try again`);
  }
}
