import { existsSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import type { Person } from './alarm/events.ts';
import { unitOfWires } from './box/unit.ts';
import { careDeps } from './care-commands.ts';
import type { CliDeps, ModemPlace } from './cli/deps.ts';
import { endAsked } from './ending.ts';
import { credentialsDirectory, devices, facts, home, version } from './here.ts';
import { provisionDeps } from './installer.ts';
import { openBundle, writeBundle } from './journal/bundle.ts';
import { ensureEvidence, takeEvidenceIdentity } from './journal/evidence.ts';
import { readLocal, verifyChain } from './journal/read.ts';
import { createClock } from './link/clock.ts';
import { createLog, type ProgramLog } from './link/log.ts';
import { openModemHere, showModem } from './link/modem/command.ts';
import { keptFile } from './link/modem/kept.ts';
import { TEST_WORDS } from './requests.ts';
import { loadAccepted } from './site/accepted.ts';
import { openCodes } from './site/codes.ts';
import { loadHouse } from './site/config.ts';
import { findDecoder } from './site/decoder.ts';
import { addDevice } from './site/learn.ts';
import { brokerUsersNow, liveFrom } from './site/locks.ts';
import { changeLocks } from './site/locks-change.ts';
import { formatProblem } from './site/report.ts';
import { addDuress, addPerson, changeCode, listPeople, removePerson } from './site/users.ts';
import { liveJson } from './web/people.ts';

// What commands ask of the rooms: a part of main.

/** `run`: the hub itself. */
export function cliDeps(run: CliDeps['run']): CliDeps {
  return {
    version: version(),
    run,
    check(config) {
      const loaded = loadHouse(config, { families: facts(devices()), credentialsDirectory });
      return loaded.ok ? loaded.warnings : loaded.problems;
    },
    addDevice: (config, device) => addDevice(config, device, { families: facts(devices()), credentialsDirectory }),
    formatProblem,
    decoder: (asked) => findDecoder(devices(), asked, credentialsDirectory),
    users: {
      add: (dir, person, code) => addPerson(dir, person, code, credentialsDirectory),
      addDuress: (dir, name, code) => addDuress(dir, name, code, credentialsDirectory),
      list: listPeople,
      remove: removePerson,
      async changeCode(dir, code, newCode) {
        const person = await ownerOf(dir, code);
        return person === null ? WRONG_CODE : changeCode(dir, person.id, { code, newCode }, credentialsDirectory);
      },
      evidenceKey: async (dir) => (await ensureEvidence(dir)).identityToShow,
      evidenceKeyShown: (dir) => void takeEvidenceIdentity(dir),
    },
    ...careDeps({ version: version(), families: () => facts(devices()), credentialsDirectory }),
    locks: {
      async live(dir) {
        const house = loadAccepted(dir, facts(devices()));
        if (house === null) return NO_HOUSE_YET;
        const { renewed } = await brokerUsersNow(dir, house);
        return { ok: true, live: liveJson(liveFrom({ dir, credentialsDirectory, house, renewed }, null), null) };
      },
      async change(dir, asked) {
        const house = loadAccepted(dir, facts(devices()));
        if (house === null) return NO_HOUSE_YET;
        const person = await ownerOf(dir, asked.code);
        if (person === null) return WRONG_CODE;
        const brokerUsers = house.mqtt.kind === 'listen' ? house.mqtt.users : [];
        const done = await changeLocks({ dir, credentialsDirectory, brokerUsers }, person.id, asked);
        if (!done.ok) return done;
        const passwords = done.passwords.map((one) => ({ ...one }));
        return { ok: true, done: { at: done.at, ended: done.ended, passwords } };
      },
    },
    provision: provisionDeps(() => ({ families: facts(devices()), credentialsDirectory })),
    log: {
      open: openLogReader,
      verify: verifyLog,
      bundle: (dir, file) => writeBundle(dir, file, join(home, 'scripts', 'evidence'), Date.now()),
      opened: openBundle,
    },
    certificate: async (file, key) => (await import('./papers/verify.ts')).verifyCertificate(file, key),
    modem: openModem,
    desk: {
      run: runDesk,
      add: async (place, name, password) => (await deskCommands()).addDeskUser(place, quietLog(), name, password),
      list: async (place) => (await deskCommands()).listDeskUsers(place, quietLog()),
      remove: async (place, name) => (await deskCommands()).removeDeskUser(place, quietLog(), name),
    },
    families() {
      const families = [...devices().values()].map(({ name, title, models }) => ({ name, title, models }));
      return { ok: true, families };
    },
    pins: async () => (await import('./link/gpio/list.ts')).listPins(),
    upgrade: upgradeBox,
    unit: unitOf,
  };
}

const WRONG_CODE = { ok: false, why: 'that code is not right' } as const;
const NO_HOUSE_YET = { ok: false, why: 'no hub has run on this directory yet; is --data right?' } as const;

/** Whose code this is, where no hub runs that could be asked. */
async function ownerOf(dir: string, code: string): Promise<Person | null> {
  const clock = createClock(null);
  const codes = openCodes(dir, { credentialsDirectory, now: clock.wall, trusted: clock.trusted });
  return (await codes.check(code))?.person ?? null;
}

const BOX = '/opt/lantern';
const BOX_CREDENTIALS = '/etc/lantern/credentials';

async function upgradeBox(...[wish, config, aside]: Parameters<CliDeps['upgrade']>): ReturnType<CliDeps['upgrade']> {
  const [{ upgrade }, { openReleases }, { openMachine }] = await Promise.all([
    import('./box/upgrade.ts'),
    import('./box/releases.ts'),
    import('./box/machine.ts'),
  ]);
  // Half an upgrade must not be the end of it because somebody closes a terminal.
  process.on('SIGHUP', () => {});
  const machine = openMachine({ home: BOX, config, credentials: credentialsDirectory ?? BOX_CREDENTIALS });
  return upgrade(wish, { releases: openReleases(BOX), machine, ...aside });
}

function unitOf(config: string): ReturnType<CliDeps['unit']> {
  const loaded = loadHouse(config, { families: facts(devices()), credentialsDirectory });
  if (!loaded.ok) return { ok: false, why: `${config} is refused; lantern check says why` };
  const { gpio, gateways, boards, modem } = loaded.house;
  const ports = [...gateways, ...boards, ...(modem === null ? [] : [modem])].flatMap(({ port }) => port ?? []);
  const text = unitOfWires({
    pins: gpio.inputs.length + gpio.outputs.length > 0 ? 'some' : 'none',
    ports: ports.map((port) => (existsSync(port) ? realpathSync(port) : port)),
    receiver: gateways.some(({ command }) => command !== null) ? 'some' : 'none',
  });
  return { ok: true, text };
}

/** The modem at a port of this machine, for a command; while a hub runs, the port is the hub's. */
async function openModem(place: ModemPlace): ReturnType<CliDeps['modem']> {
  const loaded =
    place.config === null ? null : loadHouse(place.config, { families: facts(devices()), credentialsDirectory });
  if (loaded?.ok === false) return { ok: false, why: `${place.config} is refused; lantern check says why` };
  const configured = loaded?.house.modem ?? null;
  const port = place.port ?? configured?.port ?? null;
  if (port === null) return { ok: false, why: 'this config names no modem; name its port with --port PATH' };
  const clock = createClock(null);
  const kept = place.data === null ? nothingKept : keptFile(join(place.data, 'modem.json'));
  const log = createLog({ level: 'silent', form: 'lines' });
  const config = { port, baud: place.baud ?? configured?.baud ?? 115_200, pin: configured?.pin ?? null };
  // An alarm of the clock does not keep a process alive, and here nothing else may.
  const alive = setInterval(() => {}, 1_000);
  const opened = await openModemHere(config, { clock, log, kept });
  if (!opened.ok) {
    clearInterval(alive);
    return opened;
  }
  const { modem } = opened;
  const close = async (): Promise<void> => {
    await modem.close();
    clearInterval(alive);
  };
  const shown = showModem(modem, { clock, neverContact: loaded?.house.neverContact ?? null, words: TEST_WORDS });
  return { ok: true, modem: { ...shown, close } };
}

/** Without a data directory nothing is remembered, and so no PIN is tried. */
const nothingKept = { get: () => null, set: () => Promise.resolve(false) };

function openLogReader(dir: string): ReturnType<CliDeps['log']['open']> {
  const first = readLocal(dir, { limit: 0 });
  if (!first.ok) return first;
  return {
    ok: true,
    reader: {
      page({ after, since, limit }) {
        const query = since === null ? {} : { sinceIso: new Date(since).toISOString() };
        const page = readLocal(dir, { ...query, afterSeq: after, limit });
        return page.ok ? { ok: true, rows: [...page.rows] } : page;
      },
      close() {},
    },
  };
}

function verifyLog(dir: string): ReturnType<CliDeps['log']['verify']> {
  const verified = verifyChain(dir);
  if (verified.ok) return verified;
  return { ok: false, badSeq: verified.seq === 0 ? null : verified.seq, why: verified.why };
}

// ---- the desk -------------------------------------------------------------------------------------------------------

/** A program of its own, with libraries that a hub never needs. */
const deskCommands = () => import('./desk/command.ts');
const quietLog = (): ProgramLog => createLog({ level: 'error', form: 'terminal' });

async function runDesk(files: Parameters<CliDeps['desk']['run']>[0]): Promise<number> {
  const log = createLog({ level: process.env['LANTERN_LOG'], form: process.stdout.isTTY ? 'terminal' : 'lines' });
  const stop = endAsked().asked;
  const { runDesk: run } = await deskCommands();
  const say = (line: string): void => void process.stderr.write(`${line}\n`);
  const status = await run(files, { log, credentialsDirectory, say, stop });
  log.flush();
  return status;
}
