import { randomInt } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { SourceId, ZoneId } from './base/brand.ts';
import { takeUp } from './care/take-up.ts';
import type { RunFiles } from './cli/deps.ts';
import { exitCodes } from './cli/exit.ts';
import { processIo } from './cli/io.ts';
import { runProgram } from './cli/program.ts';
import { cliDeps } from './commands.ts';
import { endAsked } from './ending.ts';
import { credentialsDirectory, devices, type Families, facts, version } from './here.ts';
import { topicsToHear } from './hub/address.ts';
import { createHub, type Hub } from './hub/hub.ts';
import { parseOrder } from './hub/orders.ts';
import type {
  Broker,
  BrokerLocks,
  Clock,
  Codes,
  History,
  LocalRow,
  Locks,
  People,
  RenewedPassword,
  Station,
  TextPath,
  Wires,
} from './hub/ports.ts';
import { savedClock } from './hub/saved.ts';
import { whyNotNow } from './hub/standing.ts';
import { replyJson } from './hub/wire.ts';
import { openInstallersHour } from './installer.ts';
import { openJournal } from './journal/journal.ts';
import { createClock } from './link/clock.ts';
import { createDusk } from './link/dusk.ts';
import type { HomeAssistant } from './link/home-assistant/home-assistant.ts';
import { createLog, type ProgramLog } from './link/log.ts';
import { keptFile } from './link/modem/kept.ts';
import type { Modem } from './link/modem/modem.ts';
import { createEmbeddedBroker } from './link/mqtt/embedded-broker.ts';
import { noteStart } from './link/starts.ts';
import { openSupervisor } from './link/systemd.ts';
import { createTwilio } from './link/texts/twilio.ts';
import { joinWires, type KindOfWire, leftOut } from './link/wires.ts';
import { controlHandlers, peopleHandlers } from './requests.ts';
import { loadAccepted, saveAccepted } from './site/accepted.ts';
import { openCodes } from './site/codes.ts';
import { loadHouse } from './site/config.ts';
import type { House, MonitoringConfig, WebConfig } from './site/house.ts';
import { brokerUsersNow, createLocks } from './site/locks.ts';
import { createPeople } from './site/people.ts';
import { formatProblem } from './site/report.ts';
import { openReviews } from './site/reviews.ts';
import { type ControlResult, openControl } from './web/control.ts';
import type { Fitting } from './web/install/fitting.ts';
import type { Demo } from './web/page/demo.ts';
import type { HouseNames } from './web/page/visit.ts';
import type { WebServer } from './web/server.ts';

/** Built, the journal's worker lies beside this file under another name. */
const builtWorker = new URL('./journal/worker.js', import.meta.url);
/** Inbox, rooms and journal are asked this often whether they still answer. */
const HEARTBEAT_MS = 5_000;

/** Runs one command line and ends the process with its exit status. */
export async function main(argv: readonly string[]): Promise<void> {
  process.exitCode = await runProgram(argv, cliDeps(run), processIo());
}

// ---- the hub ---------------------------------------------------------------------------------------------------------

async function run(files: RunFiles): Promise<number> {
  const log = createLog({ level: process.env['LANTERN_LOG'], form: process.stdout.isTTY ? 'terminal' : 'lines' });
  const say = (why: string): number => {
    log.flush();
    process.stderr.write(`lantern: ${why}\n`);
    return exitCodes.failed;
  };
  const end = endAsked();
  const families = devices();
  const unmade = makeDirectory(files.data);
  if (unmade !== null) return say(unmade);
  const cutOff = takeUp(files.data);
  if (cutOff !== null) return say(cutOff);
  const found = houseToGuard(files, families, log);
  if (found === null) return exitCodes.wrong;
  const { house } = found;

  const thisBoot = createClock(null);
  // The hub that publishes late rows is made of what the journal holds, so it comes after the journal.
  const rows: { late: (rows: readonly LocalRow[]) => void } = { late: () => {} };
  const opened = await openJournal(files.data, {
    boot: thisBoot.boot,
    evidencePublicKey: house.evidencePublicKey,
    ...(existsSync(builtWorker) ? { workerUrl: builtWorker } : {}),
    onTrouble: (what) => log.error({ what }, 'journal'),
    onLate: (late) => rows.late(late),
  });
  if (!opened.ok) return say(opened.why);
  const { journal, restored } = opened;
  // Only now is the directory ours: another hub may have been running on it.
  if (found.accepted !== null) keepAccepted(files.data, found.accepted, log);
  const starts = noteStart(files.data, thisBoot);
  const clock = createClock(savedClock(restored.parts));
  const dusk = createDusk(house.site.location, clock);
  const reviews = openReviews(files.data);
  const codes = openCodes(files.data, { credentialsDirectory, now: clock.wall, trusted: clock.trusted });
  const modem = await findModem(house, files.data, clock, log);
  const texts = textPaths(house, modem);
  const draw = (): string => String(randomInt(10_000)).padStart(4, '0');
  const hub = createHub(house, families, { clock, dusk, journal, texts, codes, log, draw }, restored);
  rows.late = hub.late;

  const revoked = await brokerUsersNow(files.data, house);
  if (revoked.trouble !== null) log.error({ why: revoked.trouble }, 'revoked passwords cannot be told from others');
  hub.fault('locks', revoked.trouble === null ? 'over' : 'up');
  const { renewed } = revoked;
  const broker = await openBroker(house, families, hub, log, renewed);
  const people = createPeople({ dir: files.data, credentialsDirectory, window: hub.window });
  const locks = createLocks({
    dir: files.data,
    credentialsDirectory,
    house,
    window: hub.window,
    codes,
    broker: 'renew' in broker ? broker : null,
    renewed,
  });
  const wires = await findWires(house, clock, log, starts.how);
  const stations = await findStations(house, hub, clock, log);
  hub.start(broker, wires, stations);
  modem?.open();
  if (found.accepted === null) hub.fault('config_refused', 'up');
  try {
    await wires.open(hub.wiresDoor);
    await broker.open();
  } catch (error) {
    await wires.close();
    await broker.close();
    await journal.close();
    return say(error instanceof Error ? error.message : String(error));
  }

  const state = { ready: false, stopping: false };
  const shown: { page: WebServer | null } = { page: null };
  const askRestart = (): ControlResult => {
    const why = whyNotNow(hub.window.view());
    if (why !== null) return { ok: false, why };
    // Whoever asked is answered first.
    setImmediate(end.again);
    return { ok: true };
  };
  const options = { families: facts(families), credentialsDirectory };
  const hour = openInstallersHour({
    ...{ files, house, families, options, hub, clock, codes, texts },
    version: version(),
    restart: askRestart,
  });
  const handlers = [
    ...controlHandlers(hub, clock, texts, modem, house, askRestart),
    ...peopleHandlers(people, locks, () => shown.page),
    ...hour.handlers,
  ];
  const control = await openControl(files.data, new Map(handlers));
  if (!control.ok) log.error({ why: control.why }, 'commands cannot reach this hub');
  if (starts.how === 'bare') {
    log.error({}, 'three starts ended badly within two minutes; starting with the panel alone');
    hub.fault('bare_start', 'up');
  }
  shown.page =
    house.web === null || starts.how === 'bare'
      ? null
      : await openPage(house, house.web, files, {
          ...{ state, hub, codes, clock, history: opened.history, people, locks, log },
          fitting: hour.fitting,
        });
  const supervisor = await openSupervisor(process.env, log);
  const beat = async (): Promise<void> => {
    await hub.heartbeat();
    hub.fault('users', codes.trouble() === null ? 'over' : 'up');
    if (clock.trusted()) hub.fault('review_due', reviews.isDue(clock.wall()) ? 'up' : 'over');
    supervisor.watchdog();
  };
  const beating = setInterval(
    () => void beat(),
    Math.min(HEARTBEAT_MS, (supervisor.watchdogMs ?? HEARTBEAT_MS * 3) / 3),
  );
  state.ready = true;
  log.info({ config: found.accepted === null ? 'last accepted' : 'accepted' }, 'ready');
  supervisor.ready();
  const homeAssistant = joinHomeAssistant(house, hub, clock, log);
  await locks.finish();

  await end.asked;
  state.stopping = true;
  supervisor.stopping();
  clearInterval(beating);
  hour.close();
  if (control.ok) await control.control.close();
  await shown.page?.close();
  await (await homeAssistant)?.close();
  await Promise.all([wires.close(), modem?.close()]);
  await broker.close();
  await hub.stop();
  // What is on its way counts as not arrived, and goes again at the next start.
  await Promise.all([journal.close(), ...stations.map((station) => station.close())]);
  starts.endedWell();
  log.info({}, 'stopped');
  log.flush();
  // What is still waiting (a countdown, a reply to fetch) is saved, and goes on at the next start.
  process.exit(end.status());
}

/** Loaded only where there is one; it looks for its port when it is opened, and for ever. */
async function findModem({ modem }: House, data: string, clock: Clock, log: ProgramLog): Promise<Modem | null> {
  if (modem === null) return null;
  const { createModem } = await import('./link/modem/modem.ts');
  return createModem(modem, { clock, log, kept: keptFile(join(data, 'modem.json')) });
}

/** The ways out for texts, the first choice first. */
function textPaths({ paths, twilio }: House, modem: Modem | null): readonly TextPath[] {
  const made = { twilio: twilio === null ? null : createTwilio(twilio), modem };
  return paths.flatMap((path) => made[path] ?? []);
}

/**
 * The config as it is, with the form to keep of it; or the last one accepted where it is refused, and nothing to keep.
 * Null when there is none to run on.
 */
function houseToGuard(
  files: { readonly config: string; readonly data: string },
  families: Families,
  log: ProgramLog,
): { readonly house: House; readonly accepted: string | null } | null {
  const loaded = loadHouse(files.config, { families: facts(families), credentialsDirectory });
  const problems = loaded.ok ? loaded.warnings : loaded.problems;
  for (const problem of problems) process.stderr.write(`${formatProblem(problem)}\n`);
  if (loaded.ok) return { house: loaded.house, accepted: loaded.accepted };
  const house = loadAccepted(files.data, facts(families));
  if (house !== null) log.error({}, 'the config is refused; running on the last one accepted');
  return house === null ? null : { house, accepted: null };
}

function keepAccepted(data: string, accepted: string, log: ProgramLog): void {
  const saved = saveAccepted(data, accepted);
  if (!saved.ok) log.error({ why: saved.why }, 'the accepted config could not be kept');
}

async function openBroker(
  house: House,
  families: Families,
  hub: Hub,
  log: ProgramLog,
  renewed: ReadonlyMap<string, RenewedPassword>,
): Promise<Broker | (Broker & BrokerLocks)> {
  const { mqtt } = house;
  const parts = { siteId: house.site.id, door: hub.door, log };
  if (mqtt.kind === 'listen') return createEmbeddedBroker({ ...parts, config: { ...mqtt, renewed } });
  // Its client library is of no use to a hub with a broker of its own.
  const { createExternalBroker } = await import('./link/mqtt/external-broker.ts');
  return createExternalBroker({ ...parts, config: mqtt, deviceTopics: topicsToHear(house, families) });
}

/** Each kind of wire is loaded only where the house has it. */
async function findWires(house: House, clock: Clock, log: ProgramLog, how: 'whole' | 'bare'): Promise<Wires> {
  const kinds: KindOfWire[] = [];
  if (house.gpio.inputs.length + house.gpio.outputs.length > 0) {
    const { createGpio } = await import('./link/gpio/gpio.ts');
    kinds.push({ prefix: '#gpio/', wires: createGpio(house.gpio, { clock, log }) });
  }
  if (house.gateways.length > 0) {
    const { createGateways } = await import('./link/serial/gateways.ts');
    kinds.push({ prefix: '#serial/', wires: createGateways(house.gateways, { clock, log }) });
  }
  if (house.boards.length > 0) {
    const ids = house.boards.map(({ id }) => `#firmata/${id}` as const);
    const boards = async (): Promise<Wires> =>
      (await import('./link/firmata/boards.ts')).createBoards(house.boards, { clock, log });
    const wires = how === 'bare' ? leftOut(ids, 'starting with the panel alone') : await boards();
    kinds.push({ prefix: '#firmata/', wires });
  }
  return joinWires(kinds);
}

/** A service that cannot be spoken to is a fault; the others, and the panel, go on without it. */
async function findStations(house: House, hub: Hub, clock: Clock, log: ProgramLog): Promise<readonly Station[]> {
  const found = house.monitoring.map(async (config): Promise<readonly Station[]> => {
    try {
      return [await openStation(config, house.site.id, hub, clock, log)];
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      log.error({ station: config.id, why }, 'a monitoring service cannot be spoken to');
      return [];
    }
  });
  return (await Promise.all(found)).flat();
}

/** For one message and its answer. */
const SERVICE_MS = 10_000;

/** Each kind of service is loaded only where the house has it. */
async function openStation(
  config: MonitoringConfig,
  hubId: string,
  { stationDoor: door }: Hub,
  clock: Clock,
  log: ProgramLog,
): Promise<Station> {
  const { id, codes } = config;
  const { dc09Body, reportMessage } = await import('./act/report-bodies.ts');
  if (config.type === 'sia-dc09') {
    const { createDc09Station } = await import('./link/dc09/station.ts');
    const { readKey } = await import('./link/dc09/cipher.ts');
    const read = config.key === null ? null : readKey(config.key.text, config.key.encoding);
    if (read?.ok === false) throw new Error(read.why);
    return createDc09Station({
      id,
      config: { ...config, key: read?.key ?? null },
      clock,
      word: (report, form) => dc09Body(report, config, form),
    });
  }
  const words = { hub: hubId, codes, card: config.card };
  const word = (report: Parameters<typeof reportMessage>[0]) => reportMessage(report, words);
  const signed = { ...config, hub: hubId, timeoutMs: SERVICE_MS };
  if (config.type === 'webhook') {
    const { createWebhook } = await import('./link/webhook/station.ts');
    return createWebhook({ config: { ...signed, url: new URL(config.url) }, clock, door, word });
  }
  const { createUplink } = await import('./link/uplink/station.ts');
  return createUplink({ config: { ...signed, ...config }, clock, door, log, word });
}

/** The web server is large and nothing of the panel waits for it, so it is loaded when the panel guards already. */
async function openPage(
  house: House,
  web: WebConfig,
  { data: dir, is }: RunFiles,
  parts: {
    readonly state: { readonly ready: boolean; readonly stopping: boolean };
    readonly hub: Hub;
    readonly codes: Codes;
    readonly clock: Clock;
    readonly history: History;
    readonly people: People;
    readonly locks: Locks;
    readonly log: ProgramLog;
    readonly fitting: Fitting;
  },
): Promise<WebServer | null> {
  const { openWeb } = await import('./web/server.ts');
  const { findCertificate } = await import('./web/certificate.ts');
  const { state, hub, log, ...rest } = parts;
  const failed = (why: string): null => {
    log.error({ why }, 'the web page is not served');
    hub.fault('web', 'up');
    return null;
  };
  const found = web.tls === null ? null : await findCertificate(web.tls, { dir, ...web, now: rest.clock.wall() });
  if (found?.ok === false) return failed(found.why);
  // For whoever compares it with what the browser shows, once.
  if (found !== null) log.info({ sha256: found.fingerprint }, 'the certificate of the web page');
  const health = () => {
    if (state.stopping) return { status: 'stopping', missing: ['panel'] } as const;
    return state.ready ? ({ status: 'ready' } as const) : ({ status: 'starting', missing: ['panel'] } as const);
  };
  const tls = found?.certificate ?? null;
  const { LANGUAGES } = await import('./web/words/languages.ts');
  const demo = is === 'pretend' ? await demoOf(house, hub) : null;
  const page = { house: namesOf(house, web), languages: LANGUAGES, demo };
  const opened = await openWeb({ ...web, ...rest, ...page, tls, log, health, window: hub.window, version: version() });
  return opened.ok ? opened.server : failed(opened.why);
}

/** What pages call the parts of this house. */
function namesOf(house: House, { language }: WebConfig): HouseNames {
  const zones = [...house.panel.zones.values()];
  const names = new Map(house.devices.map(({ id, name }) => [id as string, name]));
  return {
    zones: zones.map(({ id, type }) => ({ id, name: names.get(id) ?? id, type })),
    devices: house.devices.map(({ id, name }) => ({ id, name })),
    outputs: house.outputs.map(({ id, name, role }) => ({ id, name, role })),
    contacts: [...house.contactNames].map(([id, name]) => ({ id, name })),
    services: house.monitoring.map(({ id }) => id),
    modes: (['away', 'home', 'night'] as const).filter((mode) => zones.some(({ modes }) => modes.includes(mode))),
    timezone: house.site.timezone,
    language,
  };
}

/** The devices of a pretend house speak through the same door as those on the broker. */
async function demoOf(house: House, hub: Hub): Promise<Demo> {
  const { createDemo } = await import('./web/page/demo.ts');
  const source = 'mqtt:demo' as SourceId;
  const devices = house.devices.flatMap(({ id, name, topic, profile }) => {
    const zone = house.panel.zones.get(id as string as ZoneId)?.type;
    return zone === undefined || profile !== 'zigbee2mqtt' ? [] : [{ id, name, topic, zone }];
  });
  return createDemo(devices, (topic, payload) => hub.door.message(topic, payload, false, source));
}

/** Home Assistant sees and asks only what may be seen and asked on site; the panel guards without it. */
async function joinHomeAssistant(house: House, hub: Hub, clock: Clock, log: ProgramLog): Promise<HomeAssistant | null> {
  const { homeAssistant: config, site, mqtt } = house;
  const fault = (is: 'up' | 'over'): void => hub.fault('home_assistant', is);
  if (config === null) {
    // One that an earlier config left behind.
    fault('over');
    return null;
  }
  try {
    const { openHomeAssistant } = await import('./link/home-assistant/home-assistant.ts');
    return openHomeAssistant({
      config,
      house,
      // The broker that the hub is a client of may be this one under another name; two who speak on the same topics
      // would overtake each other there.
      base: mqtt.kind === 'listen' ? `lantern/${site.id}` : `lantern/${site.id}/home-assistant`,
      version: version(),
      window: hub.window,
      read: (payload, source) => parseOrder(payload, source, clock.trusted() ? clock.wall() : null),
      reply: (id, outcome) => replyJson({ via: 'mqtt', id }, outcome),
      fault,
      log,
    });
  } catch (error) {
    log.error({ why: error instanceof Error ? error.message : String(error) }, 'Home Assistant cannot be joined');
    fault('up');
    return null;
  }
}

function makeDirectory(dir: string): string | null {
  try {
    mkdirSync(dir, { recursive: true, mode: 0o700 });
    chmodSync(dir, 0o700);
    return null;
  } catch (error) {
    return `the data directory cannot be made: ${error instanceof Error ? error.message : String(error)}`;
  }
}
