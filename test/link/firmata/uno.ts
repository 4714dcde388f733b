import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Peer, PinLevel } from './peer.ts';

const here = import.meta.dirname;
const images = join(here, '../../../node_modules/avrgirl-arduino/junk/hex');

/** StandardFirmata as built for boards with the chip and the crystal of an Uno, by its version. */
export const firmwares = [
  { version: '2.4', image: join(images, 'uno/StandardFirmata.cpp.hex') },
  { version: '2.5', image: join(images, 'duemilanove328/StandardFirmata.cpp.hex') },
] as const;

function missing(): string | null {
  if (spawnSync('gcc', ['--version']).error !== undefined) return 'gcc (Debian packages: gcc libc6-dev)';
  if (!existsSync('/usr/include/simavr/sim_avr.h')) return 'simavr (Debian packages: libsimavr-dev libelf-dev)';
  if (!existsSync('/usr/include/libelf.h')) return 'libelf (Debian package: libelf-dev)';
  for (const { image } of firmwares) if (!existsSync(image)) return `${image} (npm package: avrgirl-arduino)`;
  return null;
}

const lacking = missing();
/** Null: real firmware can run here. */
export const NOT_RUN = lacking === null ? null : `NOT RUN: there is no ${lacking}`;

/** Builds the emulator into the folder. */
export function buildUno(folder: string): string {
  const program = join(folder, 'uno');
  const libraries = ['-lsimavr', '-lelf', '-lm'];
  execFileSync('gcc', ['-O2', '-Wall', '-Wextra', '-Werror', '-o', program, join(here, 'uno.c'), ...libraries], {
    stdio: 'pipe',
  });
  return program;
}

/** An emulated Uno that runs this firmware, plugged in. */
export async function plugInUno(program: string, { image, version }: (typeof firmwares)[number]): Promise<Peer> {
  const folder = mkdtempSync(join(tmpdir(), 'lantern-uno-'));
  const path = join(folder, 'usb-uno');
  const watchers = new Set<() => void>();
  const wired = new Map<string, string>();
  let child: ChildProcess | null = null;
  let histories = new Map<number, PinLevel[]>();

  const order = (text: string): void => {
    child?.stdin?.write(`${text}\n`);
  };
  /** What is wired stays wired when another board takes its place. */
  function wire(place: string, level: number): void {
    wired.set(place, `${place} ${level}`);
    order(`${place} ${level}`);
  }

  function heard(line: string): void {
    const found = /^pin (\d+) (low|high|input|pulled)$/.exec(line);
    if (found === null) return;
    const pin = Number(found[1]);
    histories.set(pin, [...(histories.get(pin) ?? []), found[2] as PinLevel]);
    for (const look of [...watchers]) look();
  }

  async function unplug(): Promise<void> {
    const going = child;
    child = null;
    rmSync(path, { force: true });
    if (going === null || going.exitCode !== null) return;
    const ended = new Promise((done) => going.once('exit', done));
    going.kill('SIGKILL');
    await ended;
  }

  async function replug(): Promise<void> {
    await unplug();
    histories = new Map();
    const started = spawn(program, [image], { stdio: ['pipe', 'pipe', 'inherit'] });
    child = started;
    const lines = createInterface(started.stdout);
    const port = await new Promise<string>((done, fail) => {
      lines.once('line', (line) => done(line.replace(/^port /, '')));
      started.once('exit', () => fail(new Error('the emulator ended before it began')));
    });
    lines.on('line', heard);
    for (const text of wired.values()) order(text);
    symlinkSync(port, path);
  }

  await replug();
  return {
    path,
    version,
    digital: (pin, level) => wire(`digital ${pin}`, level),
    analog: (channel, share) => wire(`analog ${channel}`, Math.round(share * 5000)),
    history: (pin) => histories.get(pin) ?? [],
    watch(look) {
      watchers.add(look);
      return () => watchers.delete(look);
    },
    hang: () => void child?.kill('SIGSTOP'),
    wake: () => void child?.kill('SIGCONT'),
    reset: () => order('reset'),
    unplug,
    replug,
    async remove() {
      await unplug();
      rmSync(folder, { recursive: true });
    },
  };
}
