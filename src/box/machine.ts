import { type ChildProcess, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { copyFileSync, createReadStream, existsSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as wait } from 'node:timers/promises';
import { type Done, done, type Machine, refused } from './ports.ts';

/** Where things lie on this box. */
export interface BoxPlaces {
  /** `/opt/lantern`. */
  readonly home: string;
  readonly config: string;
  /** Secrets that systemd hands to the service, one file each. */
  readonly credentials: string;
}

const UNPACK_MS = 10 * 60_000;
const BUILD_MS = 40 * 60_000;
const CHECK_MS = 2 * 60_000;
/** systemd gives a start 60 s and the stop before it 10 s. */
const RESTART_MS = 2 * 60_000;
/** A version that ends with its first heartbeats was never ready. */
const STEADY_MS = 6_000;
/** How a start ended, as systemd calls it. */
const WORDS: Readonly<Record<string, string>> = {
  'exit-code': 'it ended before it was ready',
  signal: 'it was killed before it was ready',
  timeout: 'it was not ready in time',
  'oom-kill': 'it took too much memory',
};
/** Of what a program said, the end is shown. */
const TAIL = 600;

/** No part of a release, wherever it is taken from; secrets of a house that was tried in a checkout least of all. */
const LEFT_OUT = [
  '.git',
  '.lantern',
  'coverage',
  'releases',
  'current',
  'previous',
  'trial',
  'dist/.compiled',
  'config/secrets.yaml',
];

/** The machine as it is. */
export function openMachine({ home, config, credentials }: BoxPlaces): Machine {
  let holder: ChildProcess | null = null;
  return {
    async claim() {
      if (process.geteuid?.() !== 0) return refused('only root may do this; run it with sudo');
      holder = await hold(join(home, 'upgrade.lock'));
      return holder === null ? refused('another upgrade is under way; wait until it is done') : done;
    },
    release: () => void holder?.stdin?.end(),
    async unpack(from, to, sha256) {
      const kind = statSync(from, { throwIfNoEntry: false });
      if (kind === undefined) return refused(`${from} is not there`);
      if (kind.isDirectory()) {
        if (sha256 !== null) return refused('a folder has no checksum; leave out --sha256, or give an archive');
        const left = LEFT_OUT.map((name) => `--exclude=./${name}`);
        return run(['bash', '-o', 'pipefail', '-c', COPY, 'bash', from, to, ...left], UNPACK_MS);
      }
      return unpackArchive(from, to, sha256);
    },
    build: (folder) => run([join(folder, 'scripts/box/finish')], BUILD_MS),
    sync: () => run(['sync'], UNPACK_MS),
    async check(folder) {
      const env = existsSync(credentials) ? { CREDENTIALS_DIRECTORY: credentials } : {};
      const checked = await run([join(folder, 'scripts/lantern'), 'check', '--config', config], CHECK_MS, env);
      return checked.ok ? done : refused(`it does not take the config of this house: ${checked.why}`);
    },
    async restart() {
      const restarted = await run(['systemctl', 'restart', 'lantern.service'], RESTART_MS);
      return restarted.ok ? done : refused(WORDS[(await shown('Result')).trim()] ?? 'systemd gave up waiting for it');
    },
    steady: async () => {
      const before = await shown('ActiveState,MainPID,NRestarts');
      await wait(STEADY_MS);
      const after = await shown('ActiveState,MainPID,NRestarts');
      return after === before && /^active$/m.test(after) ? done : refused('it became ready and ended soon after');
    },
  };
}

const COPY = 'from=$1 to=$2; shift 2; tar -C "$from" "$@" -cf - . | tar -C "$to" --no-same-owner -xf -';

/** From a copy that nobody else can write to, so that what is unpacked is what was compared. */
async function unpackArchive(from: string, to: string, sha256: string | null): Promise<Done> {
  const copy = `${to}.archive`;
  try {
    copyFileSync(from, copy);
    const found = await hashOf(copy);
    if (sha256 !== null && found !== sha256.toLowerCase()) {
      return refused(`the archive is not the one that was meant: its SHA-256 is ${found}; fetch it again`);
    }
    return await run(['tar', '-C', to, '--no-same-owner', '-xf', copy], UNPACK_MS);
  } catch (error) {
    if (!(error instanceof Error && 'syscall' in error)) throw error;
    return refused(noRoom(error.message));
  } finally {
    rmSync(copy, { force: true });
  }
}

async function hashOf(file: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(file)) hash.update(chunk);
  return hash.digest('hex');
}

const noRoom = (why: string): string =>
  /ENOSPC|No space left|Wrote only/.test(why) ? `the disk is full (${why}); make room and try again` : why;

/** A child holds the lock for us: it ends when its input does, which is at the latest when this process is no more. */
async function hold(lock: string): Promise<ChildProcess | null> {
  const holder = spawn('flock', ['-n', lock, 'sh', '-c', 'echo held; exec cat'], { stdio: ['pipe', 'pipe', 'ignore'] });
  const held = await new Promise<boolean>((resolve) => {
    holder.once('error', () => resolve(false));
    holder.once('close', () => resolve(false));
    createInterface({ input: holder.stdout }).once('line', () => resolve(true));
  });
  return held ? holder : null;
}

/** Properties of the service, one a line. */
async function shown(properties: string): Promise<string> {
  const child = spawn('systemctl', ['show', 'lantern.service', '--value', `--property=${properties}`], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  let said = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
  await over(child, RESTART_MS);
  return said;
}

/** Runs a program to its end. What it said last is why it failed. */
async function run(
  [program = '', ...args]: readonly string[],
  withinMs: number,
  env: NodeJS.ProcessEnv = {},
): Promise<Done> {
  const child = spawn(program, args, {
    cwd: '/',
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  return ended(child, program, withinMs);
}

async function ended(child: ChildProcess, program: string, withinMs: number): Promise<Done> {
  let said = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (text: string) => {
      said = `${said}${text}`.slice(-TAIL);
    });
  }
  const status = await over(child, withinMs);
  if (status === 0) return done;
  const last = said.trim().split('\n').slice(-3).join(' / ').trim();
  return refused(noRoom(last === '' ? `${program} ended with ${status ?? 'a signal'}` : last));
}

/** Its exit status; null: it was ended, or could not be started. */
function over(child: ChildProcess, withinMs: number): Promise<number | null> {
  return new Promise((resolve) => {
    const patience = setTimeout(() => child.kill('SIGKILL'), withinMs);
    const end = (status: number | null): void => {
      clearTimeout(patience);
      resolve(status);
    };
    child.once('error', () => end(null));
    child.once('close', end);
  });
}
