import { randomInt } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test as base, vi } from 'vitest';
import { verifyChain } from '../../src/journal/read.ts';
import { addDuress, addPerson } from '../../src/site/users.ts';
import { startTwilioStandIn, type TwilioStandIn } from '../link/texts/twilio-standin.ts';
import { type Ear, type EarOptions, openEar } from './ear.ts';
import { BASE, CODE, DURESS, type HouseConfig, houseConfig, NAME, OURS, smsTo } from './house-config.ts';
import { type Finished, lantern, type Running, type RunOptions, runProgram } from './program.ts';

/** A house of its own: a folder, a config, two ports and one person with a code and a duress code. */
export interface House {
  readonly dir: string;
  readonly data: string;
  readonly config: string;
  readonly ports: { readonly mqtt: number; readonly web: number };
  /** Writes the config anew with these parts in place of its own. */
  configure(parts: HouseConfig): void;
  /** Puts an SMS service behind the config. */
  twilio(): Promise<TwilioStandIn>;
  /** Starts the hub without waiting for anything. */
  launch(options?: RunOptions, flags?: readonly string[]): Promise<Running>;
  /** Starts the hub, waits until it is ready, and listens to it. */
  start(options?: RunOptions): Promise<Hub>;
  ear(options?: EarOptions): Promise<Ear>;
  /** Runs a command on the data of this house. */
  lantern(args: readonly string[], stdin?: string): Promise<Finished>;
  /** `ok`, or the first row of the log whose hash does not follow. */
  verify(): string;
  /** Every byte of every file in the data directory, by name, as Latin-1. */
  files(): ReadonlyMap<string, string>;
  end(): Promise<void>;
}

export interface Hub {
  readonly run: Running;
  readonly ear: Ear;
}

/**
 * A port that nobody has, below those that the system lends to outgoing connections: a hub that is killed and started
 * again must find it free, whatever else connects meanwhile.
 */
async function freePort(): Promise<number> {
  for (;;) {
    const port = randomInt(15_000, 32_000);
    const free = await new Promise<boolean>((done) => {
      const probe = createServer();
      probe.once('error', () => done(false));
      probe.listen(port, '127.0.0.1', () => probe.close(() => done(true)));
    });
    if (free) return port;
  }
}

/** The hashes are made cheap: what a hash costs is no part of these stories. */
const COST = { N: 2, r: 1, p: 1 };
let enrolled: Promise<string> | null = null;

/** A data directory with one person in it, made once and copied. */
function template(): Promise<string> {
  enrolled ??= (async () => {
    const dir = mkdtempSync(join(tmpdir(), 'lantern-people-'));
    process.on('exit', () => rmSync(dir, { recursive: true, force: true }));
    const added = await addPerson(dir, { name: NAME, role: 'resident' }, CODE, null, { cost: COST });
    if (!added.ok) throw new Error(added.why);
    const second = await addDuress(dir, NAME, DURESS, null);
    if (!second.ok) throw new Error(second.why);
    return dir;
  })();
  return enrolled;
}

export async function makeHouse(people: 'one' | 'none' = 'one'): Promise<House> {
  const dir = mkdtempSync(join(tmpdir(), 'lantern-whole-'));
  const data = join(dir, 'data');
  const config = join(dir, 'house.yaml');
  const ports = { mqtt: await freePort(), web: await freePort() };
  const programs: Running[] = [];
  const ears: Ear[] = [];
  const standIns: TwilioStandIn[] = [];
  mkdirSync(data, { mode: 0o700 });
  if (people === 'one') cpSync(await template(), data, { recursive: true });
  let parts: HouseConfig = houseConfig(ports);

  const house: House = {
    dir,
    data,
    config,
    ports,
    configure(more) {
      parts = { ...parts, ...more };
      writeFileSync(config, JSON.stringify(parts, null, 1), { mode: 0o600 });
    },
    async twilio() {
      const far = await startTwilioStandIn({ from: OURS });
      standIns.push(far);
      house.configure({ sms: smsTo(far) });
      return far;
    },
    async launch(options, flags = []) {
      const program = await runProgram(['run', '--config', config, '--data', data, ...flags], options);
      programs.push(program);
      return program;
    },
    async start(options) {
      const run = await house.launch(options);
      await run.untilLogged('ready');
      return { run, ear: await house.ear() };
    },
    async ear(options) {
      const ear = await openEar(options?.port ?? ports.mqtt, options);
      ears.push(ear);
      return ear;
    },
    lantern: (args, stdin) => lantern([...args, '--data', data], stdin),
    verify() {
      const found = verifyChain(data);
      return found.ok ? 'ok' : `${found.seq}: ${found.why}`;
    },
    files() {
      const names = readdirSync(data, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
      return new Map(names.map(({ name, parentPath }) => [name, readFileSync(join(parentPath, name), 'latin1')]));
    },
    async end() {
      await Promise.all(ears.map((ear) => ear.end()));
      await Promise.all(programs.map((program) => program.kill()));
      await Promise.all(standIns.map((far) => far.close()));
      if (existsSync(dir)) rmSync(dir, { recursive: true, force: true });
    },
  };
  house.configure({});
  return house;
}

// Many real processes start in these stories; on a busy machine that takes its time.
vi.setConfig({ testTimeout: 120_000 });

/** A test with a house, whose processes end with it, however it ends. */
export const story = base.extend<{ house: House }>({
  // biome-ignore lint/correctness/noEmptyPattern: vitest reads the wanted fixtures from the pattern
  house: async ({}, use) => {
    const house = await makeHouse();
    try {
      await use(house);
    } finally {
      await house.end();
    }
  },
});

/** Kills the hub and starts it again; the new ear has heard the panel when this resolves. */
export async function again(house: House, hub: Hub): Promise<Hub> {
  await Promise.all([hub.run.kill(), hub.ear.end()]);
  const run = await house.launch();
  const ear = await house.ear();
  await ear.until('the panel', () => ear.state() !== undefined && ear.latest(`${BASE}/status`) === 'online');
  return { run, ear };
}

/** Every contact shut, every detector quiet: the house can be armed without a warning. */
export async function settle(ear: Ear): Promise<void> {
  for (const id of ['front-door', 'back-window', 'side-window']) await ear.device(id, { contact: true });
  await ear.device('hall', { occupancy: false });
  await ear.device('frame', { vibration: false });
  for (const id of ['panic', 'loud-panic', 'keypad']) await ear.device(id, { battery: 90 });
  await ear.device('smoke', { smoke: false });
  await ear.device('leak', { water_leak: false });
  await ear.device('gate', { contact: true });
  await ear.until('every zone heard', () =>
    ['front-door', 'back-window', 'side-window', 'gate'].every((zone) =>
      ear.latest(`lantern/whole/zones/${zone}`)?.includes('"open":false'),
    ),
  );
}
