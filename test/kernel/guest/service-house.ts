import { type SpawnSyncReturns, spawnSync } from 'node:child_process';
import {
  chownSync,
  cpSync,
  mkdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join, resolve } from 'node:path';
import type { Calls } from '../../../src/link/gpio/calls.ts';
import { addPerson } from '../../../src/site/users.ts';
import { type Ear, openEar } from '../../whole/ear.ts';
import { CODE, houseConfig, NAME } from '../../whole/house-config.ts';
import { type SimulatedChip, simulateChip } from './sim.ts';

export const root = resolve(import.meta.dirname, '../../..');
export const config = '/etc/lantern/config.yaml';
export const data = '/var/lib/lantern';
const MQTT_PORT = 18_830;
const PASSWORD = 'a-long-password-of-the-test';

/** Lines of the simulated chip. */
export const lines = { window: 0, siren: 6 } as const;

/** What a command came to. */
export interface Ran {
  readonly status: number | null;
  readonly out: string;
  readonly err: string;
}

/** The hub as a service of this guest. */
export interface Service {
  readonly chip: SimulatedChip;
  run(program: string, ...args: readonly string[]): Ran;
  /** As `run`, and it has to end well; gives what it printed. */
  must(program: string, ...args: readonly string[]): string;
  /** A property of the unit, as systemctl shows it. */
  show(property: string): string;
  pid(): number;
  /** Waits until another process than this one has become ready. */
  untilAnother(pid: number): Promise<void>;
  /** Writes config, credential and people, as an installer would. */
  furnish(): Promise<void>;
  ear(): Promise<Ear>;
  arm(ear: Ear): Promise<void>;
  /** The files of another version, whole; `program` in place of its own. */
  makeVersion(version: string, program: string | null): string;
}

function configOf(label: string): string {
  const { web: _web, sms: _sms, ...usual } = houseConfig({ mqtt: MQTT_PORT, web: 0 }) as Record<string, unknown>;
  const on = (line: number): object => ({ driver: 'gpio', line: { chip: label, line }, bias: 'none' });
  const whole = {
    ...usual,
    devices: [{ id: 'window', ...on(lines.window), zone: { type: 'perimeter', modes: ['away', 'home', 'night'] } }],
    outputs: [{ id: 'siren', role: 'siren', driver: 'gpio', line: { chip: label, line: lines.siren } }],
    mqtt: {
      listen: { port: MQTT_PORT },
      users: [
        {
          name: 'eye',
          password: '!secret eye_password',
          publish: ['lantern/whole/panel/set'],
          subscribe: ['lantern/whole/#'],
        },
      ],
    },
  };
  return JSON.stringify(whole, null, 1).replace(/"(!secret \w+)"/, '$1');
}

export async function openService(calls: Calls): Promise<Service> {
  const chip = simulateChip(calls, 'house');
  chip.pull(lines.window, 'low');
  // The first release, whose hundreds of megabytes are not copied into memory.
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
  const release = `/opt/lantern/releases/${version}`;
  mkdirSync(release, { recursive: true });
  must('mount', '--bind', root, release);
  const ears: Ear[] = [];
  const show = (property: string): string =>
    must('systemctl', 'show', 'lantern', '--value', `--property=${property}`).trim();
  const service: Service = {
    chip,
    run,
    must,
    show,
    pid: () => Number(show('MainPID')),
    async untilAnother(pid) {
      const giveUp = performance.now() + 30_000;
      while (show('ActiveState') !== 'active' || [0, pid].includes(service.pid())) {
        if (performance.now() > giveUp) throw new Error(`no other process became ready; it is ${show('ActiveState')}`);
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
    },
    async furnish() {
      const owner = statSync('/var/lib/lantern');
      writeFileSync('/etc/lantern/credentials/eye_password', `${PASSWORD}\n`, { mode: 0o600 });
      writeFileSync(config, configOf(chip.label), { mode: 0o600 });
      // What a hash costs is no part of these stories.
      const added = await addPerson(data, { name: NAME, role: 'resident' }, CODE, null, { cost: { N: 2, r: 1, p: 1 } });
      if (!added.ok) throw new Error(added.why);
      chownSync(config, owner.uid, owner.gid);
      must('chown', '-R', `${owner.uid}:${owner.gid}`, data);
      // What udev does by the rule of install.sh; there is none in the guest.
      must('chgrp', 'gpio', `/dev/${chip.name}`);
      must('chmod', '660', `/dev/${chip.name}`);
    },
    async ear() {
      for (const ear of ears.splice(0)) await ear.end();
      const client = { username: 'eye', password: PASSWORD };
      const ear = await openEar(MQTT_PORT, { filters: ['lantern/whole/#'], client });
      ears.push(ear);
      await ear.until('the panel', () => ear.state() !== undefined);
      return ear;
    },
    async arm(ear) {
      await ear.until(
        'the window is read',
        () => ear.latest('lantern/whole/zones/window')?.includes('"open":false') === true,
      );
      await ear.order({ action: 'ARM_HOME', code: CODE });
      await ear.untilState('armed_home');
    },
    makeVersion(name, program) {
      const folder = `/root/lantern-${name}`;
      rmSync(folder, { recursive: true, force: true });
      for (const part of ['scripts', 'src', 'dist', 'devices', 'systemd', 'package.json', 'package-lock.json']) {
        cpSync(join(root, part), join(folder, part), { recursive: true, preserveTimestamps: true });
      }
      const file = join(folder, 'package.json');
      const { mtime } = statSync(file);
      writeFileSync(file, readFileSync(file, 'utf8').replace(/"version": "[^"]*"/, `"version": "${name}"`));
      utimesSync(file, mtime, mtime);
      symlinkSync(join(release, 'node_modules'), join(folder, 'node_modules'));
      if (program !== null) writeFileSync(join(folder, 'dist/bin.js'), program);
      // Built already: a build takes a minute here. Its files were copied, which made their folders new.
      writeFileSync(join(folder, 'dist/.built'), '');
      return folder;
    },
  };
  return service;
}

function run(program: string, ...args: readonly string[]): Ran {
  const ran: SpawnSyncReturns<string> = spawnSync(program, args, {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  return { status: ran.status, out: ran.stdout, err: ran.stderr };
}

function must(program: string, ...args: readonly string[]): string {
  const { status, out, err } = run(program, ...args);
  if (status !== 0) throw new Error(`${program} ${args.join(' ')} ended with ${status}: ${out}${err}`);
  return out;
}
