import { existsSync, realpathSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import { wallTime } from './base/time.ts';
import type { Manifest } from './care/archive.ts';
import type { HouseAsked } from './care/hub-facts.ts';
import { machineAt } from './care/machine.ts';
import { openMedia } from './care/media.ts';
import { survey, wipe } from './care/removal.ts';
import { openedBy, restore } from './care/restore.ts';
import type { CliDeps, ShownBackup } from './cli/deps.ts';
import { readIdentityFile } from './journal/bundle.ts';
import { loadAccepted } from './site/accepted.ts';
import { loadHouse } from './site/config.ts';
import type { FamilyFacts } from './site/house.ts';
import { nextReview, openReviews } from './site/reviews.ts';

// What the commands that look after a hub as a whole ask of the rooms: a part of main.

interface Parts {
  readonly version: string;
  readonly families: () => ReadonlyMap<string, FamilyFacts>;
  readonly credentialsDirectory: string | null;
}

/** `reviews`, `backup`, `restore`, `remove` and `doctor`. */
export const careDeps = (parts: Parts): Pick<CliDeps, 'reviews' | 'backup' | 'removal' | 'doctor'> => ({
  reviews: { list: listReviews, hold: holdReview },
  backup: {
    make: (asked) => makeBackup(parts, asked),
    openedBy: backupOpenedBy,
    identity: readIdentityFile,
    restore: putBack,
  },
  removal: {
    survey: (data, config) => surveyed(parts, data, config),
    wipe: (data, config, site) => wipeHub(parts, data, config, site),
  },
  doctor: (place, said) => doctor(parts, place, said),
});

function listReviews(dir: string): ReturnType<CliDeps['reviews']['list']> {
  const found = openReviews(dir).read();
  if (!found.ok) return found;
  const { reviews } = found;
  if (reviews === null) return { ok: true, reviews: null };
  const next = nextReview(reviews);
  return { ok: true, reviews: { ...reviews, next } };
}

function holdReview(dir: string, day: string): ReturnType<CliDeps['reviews']['hold']> {
  const held = openReviews(dir).hold(day, wallTime(Date.now()));
  return held.ok ? { ok: true, next: nextReview(held.reviews) } : held;
}

const siteIn = ({ families }: Parts, data: string): string | null => loadAccepted(data, families())?.site.id ?? null;

const shownBackup = ({ madeAt, version: by, site, log, mode, files }: Manifest): ShownBackup => ({
  ...{ madeAt, site, mode, rows: log.rows, head: log.head, broken: log.broken },
  version: by,
  files: files.map(({ name, size }) => ({ name, size })),
});

async function makeBackup(
  parts: Parts,
  asked: Parameters<CliDeps['backup']['make']>[0],
): ReturnType<CliDeps['backup']['make']> {
  const { backUp } = await import('./care/backup.ts');
  const made = await backUp({ ...asked, version: parts.version, site: siteIn(parts, asked.data), now: new Date() });
  return made.ok ? { ...made, backup: shownBackup(made.manifest) } : made;
}

function backupOpenedBy(file: string): ReturnType<CliDeps['backup']['openedBy']> {
  try {
    const by = openedBy(file);
    return by === null ? { ok: false, why: `${file} is no backup of a hub` } : { ok: true, by };
  } catch (error) {
    return { ok: false, why: `${file} cannot be read: ${error instanceof Error ? error.message : String(error)}` };
  }
}

async function putBack(asked: Parameters<CliDeps['backup']['restore']>[0]): ReturnType<CliDeps['backup']['restore']> {
  const done = await restore({ ...asked, now: new Date() });
  return done.ok ? { ...done, backup: shownBackup(done.manifest) } : done;
}

/** A hub whose config cannot be read any more goes by the name of its folder. */
function surveyed(parts: Parts, data: string, config: string | null): ReturnType<CliDeps['removal']['survey']> {
  const found = survey(data, config);
  if (!found.ok) return found;
  const named =
    config === null
      ? null
      : loadHouse(config, { families: parts.families(), credentialsDirectory: parts.credentialsDirectory });
  const site = found.begun?.hub || (named?.ok ? named.house.site.id : siteIn(parts, data)) || basename(resolve(data));
  return { ...found, site, begun: found.begun !== null };
}

async function wipeHub(
  parts: Parts,
  ...[data, config, hub]: Parameters<CliDeps['removal']['wipe']>
): ReturnType<CliDeps['removal']['wipe']> {
  const media = await openMedia();
  const file = config === null ? null : resolve(config);
  return wipe({ data, config: file, hub, version: parts.version, media, now: () => new Date() });
}

async function doctor(parts: Parts, ...[place, said]: Parameters<CliDeps['doctor']>): ReturnType<CliDeps['doctor']> {
  const { examine } = await import('./doctor/examine.ts');
  const { hubFacts } = await import('./care/hub-facts.ts');
  const { machineFacts, serviceFacts } = await import('./care/machine-facts.ts');
  const data = existsSync(place.data) ? realpathSync(place.data) : resolve(place.data);
  const machine = machineAt('/');
  const config = place.config === null ? null : resolve(place.config);
  const asked = config === null ? null : houseAsked(parts, config);
  const given = { ...said, data, config, asked, version: parts.version, wallMs: Date.now() };
  return examine({
    machine: machineFacts(machine, data),
    hub: await hubFacts(machine, given),
    service: serviceFacts(machine),
  });
}

/** What the doctor must know of the house. */
function houseAsked(parts: Parts, config: string): HouseAsked {
  const loaded = loadHouse(config, { families: parts.families(), credentialsDirectory: parts.credentialsDirectory });
  if (!loaded.ok) return { errors: loaded.problems.length, warnings: 0, house: null };
  const { modem, mqtt, web, gateways, boards, gpio, panel } = loaded.house;
  const theirs = mqtt.kind === 'connect' ? new URL(mqtt.url) : null;
  const ports = [
    ...(modem === null ? [] : [{ what: 'modem port', path: modem.port }]),
    ...gateways.flatMap(({ id, port }) => (port === null ? [] : [{ what: `gateway ${id}`, path: port }])),
    ...boards.map(({ id, port }) => ({ what: `board ${id}`, path: port })),
    ...(gpio.inputs.length + gpio.outputs.length === 0 ? [] : [{ what: 'pins', path: '/dev/gpiochip0' }]),
  ];
  const power: readonly string[] = ['mains', 'hub_battery'];
  return {
    errors: 0,
    warnings: loaded.warnings.length,
    house: {
      modemPort: modem?.port ?? null,
      broker:
        mqtt.kind === 'listen'
          ? { host: mqtt.host, port: mqtt.port, ours: 'ours' }
          : { host: theirs?.hostname ?? '', port: Number(theirs?.port || 1883), ours: 'theirs' },
      certificate: typeof web?.tls === 'object' ? (web.tls?.cert ?? null) : (web?.tls ?? null),
      devices: ports,
      powerZones: [...panel.zones.values()].filter(({ type }) => power.includes(type)).map(({ id }) => id),
    },
  };
}
