import { existsSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Contender, stopwatch, trigger } from './contender.ts';
import { sirenTopic } from './hub.ts';
import { connectWhenUp, publishPacket } from './mqtt.ts';
import { freePort, type Started, scratch, start } from './processes.ts';

type Command = readonly [string, ...string[]];

const aedesPeer = fileURLToPath(new URL('./aedes-peer.ts', import.meta.url));

export const bareAedes = (port: number): Command => [process.execPath, aedesPeer, String(port), 'forward'];

/** What any hub on a broker of this kind must at least do: take a message and hand one on. */
export const startAedes = (): Promise<Contender> => broker('aedes', bareAedes, trigger.topic, 'siren');

/** The same with one synced row in between: what a state that survives a pulled plug must at least cost. */
export const startAedesWithSync = (): Promise<Contender> =>
  broker(
    'aedes + sync',
    (port) => [process.execPath, aedesPeer, String(port), 'sync', join(scratch, 'aedes-sync.log')],
    'bench/state',
    'state',
  );

const serialPeer = fileURLToPath(new URL('./serial-peer.ts', import.meta.url));

/** The hub's own broker with a radio on this terminal in the same process. */
export const startBesideRadio = (name: string, terminal: string): Promise<Contender> =>
  broker(name, (port) => [process.execPath, serialPeer, String(port), terminal], sirenTopic, 'siren');

/** Null: the program is not installed. Debian keeps it out of an ordinary user's PATH. */
export async function startMosquitto(): Promise<Contender | null> {
  const places = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin', '/usr/local/sbin'];
  const program = places.map((place) => join(place, 'mosquitto')).find((path) => existsSync(path));
  if (program === undefined) return null;
  return broker('mosquitto', (port) => [program, '-c', mosquittoConfig(port)], trigger.topic, 'siren');
}

function mosquittoConfig(port: number): string {
  const path = join(scratch, 'mosquitto.conf');
  const lines = [
    `listener ${port} 127.0.0.1`,
    'allow_anonymous true',
    'persistence false',
    'set_tcp_nodelay true',
    'log_type error',
  ];
  writeFileSync(path, `${lines.join('\n')}\n`);
  return path;
}

async function broker(
  name: string,
  command: (port: number) => Command,
  listen: string,
  what: 'siren' | 'state',
): Promise<Contender> {
  const port = await freePort();
  const program = start(name.replaceAll(/\W+/g, '-'), command(port));
  try {
    return await contender(name, program, port, listen, what);
  } catch (error) {
    await program.stop();
    throw error;
  }
}

async function contender(
  name: string,
  program: Started,
  port: number,
  listen: string,
  what: 'siren' | 'state',
): Promise<Contender> {
  const watch = stopwatch([what]);
  const observer = await connectWhenUp(port, 'observer', 10_000, () => watch.saw(what));
  await observer.subscribe(listen);
  const sensor = await connectWhenUp(port, 'sensor', 1000);
  const packet = publishPacket(trigger.topic, trigger.payload);
  return {
    name,
    pid: program.pid,
    port,
    prepare: async () => {},
    fire: (bytes = packet) => watch.run(sensor, bytes),
    recorded: null,
    close: async () => {
      observer.close();
      sensor.close();
      await program.stop();
    },
  };
}
