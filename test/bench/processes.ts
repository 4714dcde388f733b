import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { join, resolve } from 'node:path';
import { ticksIn } from './statistics.ts';

export const root = resolve(import.meta.dirname, '../..');

// On the disk the checkout is on: the system's directory for temporary files may live in memory, where a sync costs nothing.
mkdirSync(join(root, '.lantern'), { recursive: true });
export const scratch = mkdtempSync(join(root, '.lantern', 'bench-'));

const running = new Set<ChildProcess>();
process.on('exit', () => {
  for (const child of running) signalGroup(child, 'SIGKILL');
  rmSync(scratch, { recursive: true, force: true });
});
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130));

/** The program and what it runs: strace would go and leave the hub behind. */
function signalGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, signal);
  } catch {
    // Gone already.
  }
}

export interface Started {
  readonly child: ChildProcess;
  readonly pid: number;
  /** `performance.now()` just before it was started. */
  readonly at: number;
  /** The last line it said, for a person who wonders why it does not run. */
  readonly lastWords: () => string;
  /** Resolves when it is over, by itself or stopped. */
  ended(): Promise<void>;
  stop(): Promise<void>;
}

/** Starts a program whose words go to a file: reading them would take time from what is measured. */
export function start(name: string, command: readonly [string, ...string[]], env: NodeJS.ProcessEnv = {}): Started {
  const log = join(scratch, `${name}.out`);
  const out = openSync(log, 'w');
  const [program, ...args] = command;
  const { CREDENTIALS_DIRECTORY: _credentials, NOTIFY_SOCKET: _notify, ...inherited } = process.env;
  const at = performance.now();
  const child = spawn(program, args, { stdio: ['ignore', out, out], detached: true, env: { ...inherited, ...env } });
  closeSync(out);
  child.on('error', () => {});
  running.add(child);
  child.once('exit', () => running.delete(child));
  return {
    child,
    pid: child.pid ?? 0,
    at,
    lastWords: () => lastWords(readFileSync(log, 'utf8')),
    ended: async () => {
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
    },
    stop: async () => {
      if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
      const gone = once(child, 'exit');
      signalGroup(child, 'SIGTERM');
      const patience = setTimeout(() => signalGroup(child, 'SIGKILL'), 6000);
      await gone;
      clearTimeout(patience);
    },
  };
}

function lastWords(text: string): string {
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  return (lines.findLast((line) => /error/i.test(line)) ?? lines.at(-1) ?? '').slice(0, 200);
}

/** A port nobody listens on now. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('the system gave no port');
  return address.port;
}

/** Resident memory in MB (10^6 bytes). */
export function residentMegabytes(pid: number): number {
  const line = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
  return (Number(line?.[1] ?? Number.NaN) * 1024) / 1e6;
}

/** Processor time that it has used since it started, in ticks. */
export const processorTicks = (pid: number): number => ticksIn(readFileSync(`/proc/${pid}/stat`, 'utf8'));
