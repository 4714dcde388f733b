import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { addPerson } from '../../src/site/users.ts';
import { type Contender, pause, stopwatch, trigger } from './contender.ts';
import { type Client, connectWhenUp, publishPacket } from './mqtt.ts';
import { freePort, root, type Started, scratch, start } from './processes.ts';

/** Devices beside the window, so that the plan has the size of a large house; each carries a zone that is never an alarm. */
export const deviceCount = 100;
export const deviceTopic = (device: number): string => `zigbee2mqtt/device-${device}`;

export const noticeTopic = 'zigbee2mqtt/gate';
export const sirenTopic = 'zigbee2mqtt/siren/set';
/** A button that sounds the siren whatever the panel's phase, and needs no one enrolled. */
export const panicButton = { topic: 'zigbee2mqtt/button', payload: '{"action":"single"}' } as const;

export const code = '471193';
export const stateTopic = 'lantern/bench/panel/state';
const replyTopic = 'lantern/bench/panel/reply';
export const setTopic = 'lantern/bench/panel/set';
const windowTopic = 'lantern/bench/zones/window';

/** An order that makes a siren sound, by any of the fields that the models know. */
export function isSirenOn(payload: Buffer): boolean {
  const order: unknown = JSON.parse(payload.toString());
  if (typeof order !== 'object' || order === null) return false;
  if ('alarm' in order) return order.alarm === true;
  if ('state' in order) return order.state === 'ON';
  if (!('warning' in order) || typeof order.warning !== 'object' || order.warning === null) return false;
  return 'mode' in order.warning && order.warning.mode !== 'stop';
}

function config(port: number, webPort: number): string {
  const devices = Array.from({ length: deviceCount }, (_, i) => ({
    id: `device-${i}`,
    driver: 'mqtt',
    profile: 'zigbee2mqtt',
    topic: deviceTopic(i),
    zone: { type: 'chime' },
  }));
  // YAML takes JSON as it is.
  return JSON.stringify({
    site: { id: 'bench', timezone: 'Europe/London' },
    // Arming needs no code here, and the window is an alarm at once: a sample is a trigger and not a delay.
    panel: {
      modes: { away: { exitDelay: '0s', entryDelay: '30s' } },
      siren: { duration: '15m', trips: 6 },
      quickArm: true,
    },
    devices: [
      {
        id: 'window',
        driver: 'mqtt',
        profile: 'zigbee2mqtt',
        topic: trigger.topic,
        zone: { type: 'perimeter', modes: ['away'] },
      },
      { id: 'gate', driver: 'mqtt', profile: 'zigbee2mqtt', topic: noticeTopic, zone: { type: 'notice' } },
      {
        id: 'button',
        driver: 'mqtt',
        profile: 'zigbee2mqtt',
        topic: panicButton.topic,
        zone: { type: 'panic', silent: false },
      },
      ...devices,
    ],
    outputs: [{ id: 'siren', role: 'siren', driver: 'mqtt', profile: 'zigbee2mqtt', topic: 'zigbee2mqtt/siren' }],
    contacts: [{ id: 'sister', name: 'Sister', phone: '+447700900123' }],
    escalation: { default: [{ after: '0s', notify: ['sister'] }] },
    mqtt: { listen: { host: '127.0.0.1', port } },
    web: { host: '127.0.0.1', port: webPort },
  });
}

/** The build to measure. */
const binary = process.env['LANTERN_BENCH_BINARY'] ?? join(root, 'dist', 'bin.js');

let runtimeKnown: readonly string[] | null = null;

/** How the scripts start the program: its environment and flags are part of what is measured. */
function runtime(): readonly string[] {
  const say = `source "$0" && printf "%s\\n" "\${RUNTIME[@]}"`;
  runtimeKnown ??= execFileSync('bash', ['-c', say, join(root, 'scripts', 'lib.sh')], { encoding: 'utf8' })
    .trim()
    .split('\n');
  return runtimeKnown;
}

type Command = readonly [string, ...string[]];

/** Runs a file of JavaScript or TypeScript as the scripts run the hub. */
export function runtimeCommand(...words: readonly string[]): Command {
  const [program = process.execPath, ...args] = [...runtime(), ...words];
  return [program, ...args];
}

/** Runs the hub on a config and a data directory, as the scripts would. */
export const hubCommand = (file: string, data: string): Command =>
  runtimeCommand(binary, 'run', '--config', file, '--data', data);

/** A hub under the stopwatch, and where its page is. */
export interface Hub extends Contender {
  readonly webPort: number;
}

type StartedHub = Started & { readonly data: string; readonly webPort: number };

/** The real program on a fresh data directory. `through`: a program that runs it, and what it runs it with. */
export async function startHubProcess(
  port: number,
  people: 'nobody' | 'resident',
  through: { readonly command: readonly string[]; readonly env: NodeJS.ProcessEnv } = { command: [], env: {} },
): Promise<StartedHub> {
  const dir = mkdtempSync(join(scratch, 'hub-'));
  const data = join(dir, 'data');
  mkdirSync(data, { mode: 0o700 });
  const file = join(dir, 'hub.yaml');
  const webPort = await freePort();
  writeFileSync(file, config(port, webPort), { mode: 0o600 });
  if (people === 'resident') await enrol(data);
  const [program = process.execPath, ...args] = [...through.command, ...hubCommand(file, data)];
  return { ...start(`hub-${port}`, [program, ...args], through.env), data, webPort };
}

/** Checking a code is made cheap: it is not on the way of any siren, and between two samples it would only cost time. */
async function enrol(data: string): Promise<void> {
  const added = await addPerson(data, { name: 'Bench', role: 'resident' }, code, null, { cost: { N: 2, r: 1, p: 1 } });
  if (!added.ok) throw new Error(added.why);
}

/**
 * A running hub as a contender. One sample is one break-in: armed away, the window opens, the siren's order and `triggered`
 * are seen by the observer; then a code disarms it, the window closes and it is armed again.
 */
export async function startHub(
  name: string,
  through?: { readonly command: readonly string[]; readonly env: NodeJS.ProcessEnv },
): Promise<Hub> {
  const port = await freePort();
  const program = await startHubProcess(port, 'resident', through);
  try {
    const ended = program.ended().then(() => Promise.reject(new Error('it ended')));
    return await Promise.race([contender(name, program, port), ended]);
  } catch (error) {
    await program.stop();
    throw new Error(`the hub does not run: ${program.lastWords() || (error instanceof Error ? error.message : error)}`);
  }
}

async function contender(name: string, program: StartedHub, port: number): Promise<Hub> {
  const watch = stopwatch(['siren', 'state']);
  const seen = { state: '', window: '', granted: '', refused: '' };
  let orders = 0;
  let changed: () => void = () => {};
  const onReply = (reply: string): void => {
    if (reply.includes('"ok":true')) seen.granted = /"id":"([^"]+)"/.exec(reply)?.[1] ?? '';
    else seen.refused = reply;
  };
  const observer = await connectWhenUp(port, 'observer', 10_000, (topic, payload) => {
    if (topic === sirenTopic && isSirenOn(payload)) watch.saw('siren');
    if (topic === stateTopic) {
      seen.state = payload.toString();
      if (seen.state === 'triggered') watch.saw('state');
    }
    if (topic === windowTopic) seen.window = payload.toString();
    if (topic === replyTopic) onReply(payload.toString());
    changed();
  });
  for (const filter of [sirenTopic, stateTopic, windowTopic, replyTopic]) await observer.subscribe(filter);
  const sensor = await connectWhenUp(port, 'sensor', 1000);
  const keypad = await connectWhenUp(port, 'keypad', 1000);
  const packet = publishPacket(trigger.topic, trigger.payload);

  /** Waits until what the hub shows is so. */
  const until = (what: string, isSo: () => boolean): Promise<void> => {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const patience = setTimeout(
      () => reject(new Error(`the hub never came to "${what}", it says ${JSON.stringify(seen)}`)),
      10_000,
    );
    changed = () => {
      if (seen.refused !== '') reject(new Error(`the hub refused: ${seen.refused}`));
      else if (isSo()) resolve();
    };
    changed();
    return promise.finally(() => {
      clearTimeout(patience);
      changed = () => {};
    });
  };

  // Each order is answered before the next is given: one that waits for its code to be checked may be overtaken.
  const order = async (ask: { readonly action: string; readonly code?: string }): Promise<void> => {
    const id = `bench-${++orders}`;
    keypad.publish(setTopic, JSON.stringify({ ...ask, id }));
    await until(`${ask.action} answered`, () => seen.granted === id);
  };

  const rearm = async (): Promise<void> => {
    closeWindow(sensor);
    await order({ action: 'DISARM', code });
    await until('disarmed', () => seen.state === 'disarmed' && seen.window.includes('"open":false'));
    await order({ action: 'ARM_AWAY' });
    await until('armed_away', () => seen.state === 'armed_away');
  };

  return {
    name,
    pid: program.pid,
    port,
    webPort: program.webPort,
    prepare: async () => {
      // A hub whose disk does not answer for a second refuses to be armed until it does; on a busy machine that happens.
      for (let tries = 1; ; tries += 1) {
        try {
          return await rearm();
        } catch (error) {
          if (seen.refused === '' || tries >= 20) throw error;
          seen.refused = '';
          await pause(500);
        }
      }
    },
    fire: async (bytes = packet) => {
      const sample = await watch.run(sensor, bytes);
      if (sample.siren === null) process.stderr.write(`bench: no siren came; the hub says ${JSON.stringify(seen)}\n`);
      return sample;
    },
    recorded: () => recordedChanges(program.data),
    close: async () => {
      for (const client of [observer, sensor, keypad]) client.close();
      await program.stop();
    },
  };
}

/** Rows of sensor traffic that the doors beside the house have left: one per change. */
function recordedChanges(data: string): number {
  const database = new Database(join(data, 'lantern.db'), { readonly: true });
  try {
    const found = database.prepare("SELECT count(*) AS n FROM activity WHERE device LIKE 'device-%'").get();
    return typeof found === 'object' && found !== null && 'n' in found ? Number(found.n) : 0;
  } finally {
    database.close();
  }
}

const closeWindow = (sensor: Client): void => sensor.publish(trigger.topic, trigger.payload.replace('false', 'true'));
