import { randomBytes, randomInt } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { PersonId } from './base/brand.ts';
import { minutes, wallTime } from './base/time.ts';
import type { ProvisionDeps } from './cli/deps.ts';
import { type FittingHandler, provisionHandlers } from './fitting/handlers.ts';
import { type OpenedProvisioning, openProvisioning } from './fitting/provisioning.ts';
import type { FittingWorld, PathAnswer } from './fitting/world.ts';
import type { Hub } from './hub/hub.ts';
import type { Clock, Codes, HeardDevice, Provisioning, TextPath } from './hub/ports.ts';
import { type TestResult, testAlert } from './hub/test-alert.ts';
import { headOf } from './journal/read.ts';
import { forgetAgencyPapers, readPaper } from './papers/kept.ts';
import type { FittedHouse, FittedPath } from './provision/house.ts';
import { newJob } from './provision/job.ts';
import { reception } from './sense/quality.ts';
import { codeFault } from './site/codes.ts';
import type { LoadOptions } from './site/config.ts';
import type { Family } from './site/devices.ts';
import { writeFirstConfig } from './site/first-config.ts';
import type { House } from './site/house.ts';
import { openJobFile } from './site/job-file.ts';
import { addContact, addDevice } from './site/learn.ts';
import { takeAct, takeInstaller } from './site/provision-acts.ts';
import { readReferral, takeReferral } from './site/referral.ts';
import { renewBrokerPasswords } from './site/renew.ts';
import { formatProblem } from './site/report.ts';
import { openReviews, reviewDays } from './site/reviews.ts';
import { replaceSynced } from './site/synced.ts';
import { listPeople, removePerson } from './site/users.ts';
import type { Fitting } from './web/install/fitting.ts';

// The installer's hour, joined to a running hub and to the files around it; and what a command needs to begin and end it.

/** People answer a test within this time, or it counts as not answered. */
const ANSWER_WITHIN = minutes(10);

interface Parts {
  readonly files: { readonly config: string; readonly data: string };
  readonly house: House;
  readonly families: ReadonlyMap<string, Family>;
  readonly options: LoadOptions;
  readonly hub: Hub;
  readonly clock: Clock;
  readonly codes: Codes;
  readonly texts: readonly TextPath[];
  readonly version: string;
  readonly restart: FittingWorld['restart'];
}

export interface InstallersHour extends OpenedProvisioning {
  readonly handlers: readonly (readonly [string, FittingHandler])[];
  /** The same for the pages. */
  readonly fitting: Fitting;
}

export function openInstallersHour(parts: Parts): InstallersHour {
  const opened = openProvisioning(worldOf(parts));
  const { provisioning } = opened;
  const paper: Fitting['paper'] = (name) => readPaper(parts.files.data, name);
  return { ...opened, handlers: handlersOf(provisioning), fitting: { provisioning, take: takeReferral, paper } };
}

const handlersOf = (provisioning: Provisioning): InstallersHour['handlers'] =>
  provisionHandlers(provisioning, {
    act: takeAct,
    installer: takeInstaller,
    referral(value) {
      const read = takeReferral(value);
      return read.ok ? read : { ok: false, why: read.problems.map(formatProblem).join('; ') };
    },
  });

function worldOf(parts: Parts): FittingWorld {
  const { files, house, options, hub, clock, codes } = parts;
  const iso = (at: number): string => new Date(at).toISOString();
  const day = new Intl.DateTimeFormat('en-CA', { timeZone: house.site.timezone, dateStyle: 'short' });
  const jobs = openJobFile(files.data);
  const reviews = openReviews(files.data);
  const stamps = stampsOf(files.config);
  const paths = pathsOf(parts);
  return {
    jobs,
    window: hub.window,
    house: () => fittedHouse(parts, paths, stamps === stampsOf(files.config) ? 'not needed' : 'needed'),
    heard: () => heardBy(parts),
    learn: ({ profile, gateway, topic, address }, { id, name, zone, modes }) =>
      addDevice(
        files.config,
        {
          id,
          name,
          profile,
          gateway,
          topic,
          model: null,
          address,
          signal: null,
          zone: zone === null ? null : { type: zone, modes },
        },
        options,
      ),
    addContact: (contact) => addContact(files.config, contact, options),
    renewSecrets() {
      const { credentialsDirectory } = options;
      const isCredential = (name: string): boolean =>
        credentialsDirectory !== null && existsSync(join(credentialsDirectory, name));
      const renewed = renewBrokerPasswords(files.config, isCredential);
      return renewed.ok ? { ok: true, secrets: renewed.renewed } : renewed;
    },
    prove(contact) {
      if (parts.texts.length === 0)
        return { ok: false, why: 'no way to send texts is configured; add sms to the config' };
      return hub.prove(contact)
        ? { ok: true }
        : { ok: false, why: 'there is no such contact; after one is added, restart' };
    },
    async testPaths(tell, gone) {
      const stations = paths.flatMap(({ name, contact, tested }) =>
        contact === null && tested === 'on order' ? [name] : [],
      );
      const asked = { paths: parts.texts.map(({ id }) => id), contacts: house.phones.keys(), stations };
      await testAlert(hub, clock, { ...asked, wait: ANSWER_WITHIN, gone }, (result) => tell(answerOf(result, paths)));
    },
    restart: parts.restart,
    openInstaller: hub.openInstaller,
    person: (id) => codes.person(id),
    removeInstallers: () => removeInstallers(files.data),
    papers: {
      async write(certificate, feedback) {
        // A library for PDF is of no use to a hub on any other day.
        const { writePapers } = await import('./papers/write.ts');
        const written = await writePapers(files.data, certificate, feedback, keepOut(parts, feedback.agency));
        // Whoever holds a paper later compares its key with this row.
        if (written.ok) hub.record('papers-signed', { key: written.key, fingerprint: written.fingerprint });
        return written;
      },
      forget: async () => forgetAgencyPapers(files.data),
    },
    reviews: { due: reviewDays, begin: (now) => reviews.begin(now) },
    hub: { id: house.site.id, version: parts.version },
    logHead: () => headOf(files.data),
    record: hub.record,
    wall: clock.wall,
    iso,
    today: () => day.format(clock.wall()),
    draw: () => randomBytes(4).toString('hex'),
  };
}

/** What changes when the config or its secrets are written. */
function stampsOf(config: string): string {
  return [config, join(dirname(config), 'secrets.yaml')]
    .map((file) => {
      const at = statSync(file, { bigint: true, throwIfNoEntry: false });
      return at === undefined ? '-' : `${at.ino}:${at.size}:${at.mtimeNs}:${at.ctimeNs}`;
    })
    .join(' ');
}

function pathsOf({ house, texts }: Parts): readonly FittedPath[] {
  const contacts = [...house.phones.keys()];
  const byText = texts.flatMap(({ id }) =>
    contacts.map((contact): FittedPath => ({ name: `${id} to ${contact}`, contact, tested: 'on order' })),
  );
  const services = [...house.stations.stations.values()].map(
    ({ id, reports }): FittedPath => ({ name: id, contact: null, tested: reports.has('tests') ? 'on order' : 'never' }),
  );
  return [...byText, ...services];
}

function fittedHouse(
  { files, house, hub }: Parts,
  paths: readonly FittedPath[],
  restart: FittedHouse['restart'],
): FittedHouse {
  const view = hub.window.view();
  const heard = new Map(hub.quality().map((one) => [one.device as string, one]));
  return {
    panel: view.state === 'disarmed' ? 'disarmed' : 'set',
    zones: house.devices.flatMap(({ id, name, sensing, model, profile }) => {
      const zone = sensing.zone === null ? undefined : house.panel.zones.get(sensing.zone.id);
      if (zone === undefined) return [];
      const quality = heard.get(id);
      const shown = view.zones[zone.id];
      return [
        {
          id: zone.id,
          name,
          type: zone.type,
          device: model ?? profile,
          signal: quality?.signal ?? null,
          battery: quality?.battery ?? null,
          batteryLow: shown?.batteryLow ?? false,
          lost: quality?.lost ?? shown?.online === false,
        },
      ];
    }),
    contacts: hub.contacts().map(({ contact, proven, asked }) => ({ id: contact, proven, asked: asked !== null })),
    paths,
    brokerUsers: house.mqtt.kind === 'listen' ? house.mqtt.users.map(({ name }) => name) : [],
    residents: residentsIn(files.data),
    restart,
  };
}

function residentsIn(dir: string): number {
  const listed = listPeople(dir);
  return listed.ok ? listed.people.filter(({ role }) => role === 'resident').length : 0;
}

function heardBy({ hub, families }: Parts): readonly HeardDevice[] {
  return hub.seen().flatMap(({ guess, signals, quality, name: _name, ...device }): readonly HeardDevice[] => {
    if (guess.list !== 'devices') return [];
    const facts = Object.entries({ ...signals, ...quality }).map(([what, value]) => `${what} ${String(value)}`);
    const fields = families.get(device.profile)?.sense.quality ?? [];
    const { id, profile, gateway, topic, address, messages } = device;
    return [
      {
        id,
        profile,
        gateway,
        topic,
        address,
        messages,
        said: facts.join(', '),
        zone: guess.zone,
        signal: quality === null ? null : reception(fields, quality),
        battery: signals.battery ?? null,
      },
    ];
  });
}

/** A service's acknowledgement is all the answer there is; of a contact only what they wrote back. */
function answerOf({ path, result, ms, why }: TestResult, paths: readonly FittedPath[]): PathAnswer {
  const isService = paths.some(({ name, contact }) => name === path && contact === null);
  const answered = result === 'answered' || (isService && result === 'delivered');
  return { name: path, answeredAfterMs: answered ? ms : null, result, why };
}

async function removeInstallers(dir: string): ReturnType<FittingWorld['removeInstallers']> {
  const listed = listPeople(dir);
  if (!listed.ok) return listed;
  for (const { name } of listed.people.filter(({ role }) => role === 'installer')) {
    const removed = await removePerson(dir, name);
    if (!removed.ok) return removed;
  }
  return { ok: true };
}

/** Words that must not stand on a paper that stays with her. */
function keepOut({ files, house }: Parts, agency: string): readonly string[] {
  const listed = listPeople(files.data);
  const people = [...(listed.ok ? listed.people.map(({ name }) => name) : []), ...house.contactNames.values()];
  // A first name alone says as much as the whole one.
  const names = people.flatMap((name) => [name, ...name.split(/\s+/).filter((part) => part.length > 2)]);
  return [...names, ...house.phones.keys(), ...house.phones.values(), agency].filter((word) => word !== '');
}

// ---- for commands ------------------------------------------------------------------------------------------------------

const DAY_MS = 86_400_000;
const CODE_DIGITS = 8;

/** What beginning and ending the hour needs where no hub runs, or beside it. */
export const provisionDeps = (options: () => LoadOptions): ProvisionDeps => ({
  readReferral,
  isThere: existsSync,
  firstConfig: (file, scheme) => writeFirstConfig(file, scheme, options()),
  async keepJob(dir, referral, { person, ...installer }) {
    const jobs = openJobFile(dir);
    const found = jobs.load();
    if (!found.ok) return found;
    if (found.job !== null)
      return { ok: false, why: 'a job is begun already; start the hub, and lantern provision goes on with it' };
    const id = randomBytes(4).toString('hex');
    const start = { id, referral, installer: { ...installer, person: person as PersonId }, now: wallTime(Date.now()) };
    return jobs.save(newJob(start));
  },
  drawCode() {
    for (;;) {
      const code = String(randomInt(10 ** CODE_DIGITS)).padStart(CODE_DIGITS, '0');
      if (codeFault(code) === null) return code;
    }
  },
  daysFromNow: (days) => new Date(Date.now() + days * DAY_MS).toISOString().slice(0, 10),
  copyPapers,
});

function copyPapers(dir: string, out: string): ReturnType<ProvisionDeps['copyPapers']> {
  const from = join(dir, 'papers');
  try {
    mkdirSync(out, { recursive: true, mode: 0o700 });
    const files = readdirSync(from).sort();
    for (const name of files) replaceSynced(join(out, name), readFileSync(join(from, name)));
    return { ok: true, files: files.map((name) => join(out, name)) };
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
    return { ok: false, why: `the papers cannot be copied to ${out} (${code}); see that it is there and has room` };
  }
}
