import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import Database from 'better-sqlite3';
import type { Calls } from '../../../src/link/gpio/calls.ts';
import { addPerson } from '../../../src/site/users.ts';
import { type Ear, openEar } from '../../whole/ear.ts';
import { CODE, type HouseConfig, houseConfig, NAME } from '../../whole/house-config.ts';
import { createWaiting } from '../../whole/waiting.ts';
import { type SimulatedChip, simulateChip } from './sim.ts';

/** Built outside, before the boot: many small files are slow to load in the guest. */
const program = resolve(import.meta.dirname, '../../../dist/bin.js');
const MQTT_PORT = 18_830;

/** Lines of the simulated chip, by what hangs on them. */
export const lines = { window: 0, door: 1, hall: 2, button: 3, knock: 4, silent: 5, siren: 6, strobe: 7 } as const;

interface RunningHub {
  readonly ear: Ear;
  readonly pid: number;
  /** Lines of its log that hold this text. */
  logged(text: string): readonly string[];
  untilLogged(text: string): Promise<void>;
  signal(signal: NodeJS.Signals): void;
  /** Resolves when it has ended, with its exit status. */
  readonly ended: Promise<number | null>;
}

/** A house whose sensors and siren hang on simulated pins, and the whole program that guards it. */
export interface PinHouse {
  readonly chip: SimulatedChip;
  /** Its data directory. */
  readonly data: string;
  start(): Promise<RunningHub>;
  /** Rows of the journal that are sealed, so far. */
  sealed(): number;
  /** A command of the program, to its end. */
  lantern(args: readonly string[]): Promise<string>;
  arm(hub: RunningHub, mode: 'HOME' | 'NIGHT'): Promise<void>;
  close(): Promise<void>;
}

/** At the first moment nothing is open and nobody presses: contacts close to ground, and the pins pull up. */
function rest(chip: SimulatedChip): void {
  for (const line of [lines.window, lines.door]) chip.pull(line, 'low');
  for (const line of [lines.hall, lines.knock]) chip.pull(line, 'low');
  for (const line of [lines.button, lines.silent]) chip.pull(line, 'high');
}

function configOf(label: string): HouseConfig {
  const every = ['away', 'home', 'night'];
  const on = (line: number): object => ({ driver: 'gpio', line: { chip: label, line }, bias: 'none' });
  // MQTT alone shows what the hub sees; the page is none of these stories' business.
  const { web: _web, ...usual } = houseConfig({ mqtt: MQTT_PORT, web: 0 }) as Record<string, unknown>;
  return {
    ...usual,
    devices: [
      { id: 'window', ...on(lines.window), zone: { type: 'perimeter', modes: every } },
      { id: 'door', ...on(lines.door), debounce: '0ms', zone: { type: 'perimeter', modes: every } },
      { id: 'hall', ...on(lines.hall), signal: 'motion', zone: { type: 'interior', modes: ['night'] } },
      { id: 'button', ...on(lines.button), activeLow: true, zone: { type: 'panic', silent: false } },
      { id: 'silent', ...on(lines.silent), activeLow: true, zone: { type: 'panic' } },
      { id: 'knock', ...on(lines.knock), zone: { type: 'tremor', modes: every, hits: 3, within: '10s' } },
    ],
    outputs: [
      { id: 'siren', role: 'siren', driver: 'gpio', line: { chip: label, line: lines.siren } },
      { id: 'strobe', role: 'strobe', driver: 'gpio', line: { chip: label, line: lines.strobe }, activeLow: true },
    ],
  };
}

export async function makePinHouse(calls: Calls, label: string): Promise<PinHouse> {
  const chip = simulateChip(calls, label);
  rest(chip);
  const dir = mkdtempSync(join(tmpdir(), 'lantern-pins-'));
  const data = join(dir, 'data');
  const config = join(dir, 'house.yaml');
  mkdirSync(data, { mode: 0o700 });
  writeFileSync(config, JSON.stringify(configOf(label)), { mode: 0o600 });
  // What a hash costs is no part of these stories.
  const added = await addPerson(data, { name: NAME, role: 'resident' }, CODE, null, { cost: { N: 2, r: 1, p: 1 } });
  if (!added.ok) throw new Error(added.why);
  const running: RunningHub[] = [];

  async function start(): Promise<RunningHub> {
    const hub = await startHub(config, data);
    running.push(hub);
    return hub;
  }

  return {
    chip,
    data,
    start,
    sealed() {
      const database = new Database(join(data, 'lantern.db'), { readonly: true });
      const { n } = database.prepare("SELECT count(*) AS n FROM events WHERE type = 'sealed'").get() as { n: number };
      database.close();
      return n;
    },
    lantern: (args) => output([program, ...args]),
    async arm(hub, mode) {
      // Until a line was read, arming warns; what is guarded here has spoken at the start.
      hub.ear.client.publish('lantern/whole/panel/set', JSON.stringify({ action: `ARM_${mode}`, code: CODE }));
      await hub.ear.untilState(`armed_${mode.toLowerCase()}`);
    },
    async close() {
      for (const hub of running) {
        hub.signal('SIGKILL');
        await hub.ended;
        await hub.ear.end();
      }
      chip.remove();
      rmSync(dir, { recursive: true });
    },
  };
}

async function startHub(config: string, data: string): Promise<RunningHub> {
  const child = spawn(process.execPath, [program, 'run', '--config', config, '--data', data], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  const waiting = createWaiting(() => `the hub said:\n${said.slice(-3_000)}`);
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      said += text;
      waiting.look();
    });
  }
  let over = false;
  const ended = new Promise<number | null>((resolve) => {
    child.once('close', (code) => {
      over = true;
      waiting.look();
      resolve(code);
    });
  });
  const logged = (text: string): readonly string[] => said.split('\n').filter((line) => line.includes(text));
  await waiting.until('the hub is ready', () => over || logged('"ready"').length > 0);
  if (over) throw new Error(`the hub ended: ${said}`);
  return {
    ear: await openEar(MQTT_PORT),
    pid: child.pid ?? 0,
    logged,
    untilLogged: (text) => waiting.until(`it logs "${text}"`, () => logged(text).length > 0),
    signal: (signal) => void child.kill(signal),
    ended,
  };
}

async function output(args: readonly string[]): Promise<string> {
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  let text = '';
  for await (const part of child.stdout) text += String(part);
  return text;
}
