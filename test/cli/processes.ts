import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { resolve } from 'node:path';
import { createInterface } from 'node:readline';

// The program as a person runs it: real processes.

const bin = resolve(import.meta.dirname, '../../src/bin.ts');
const running: ChildProcess[] = [];

export interface Running {
  readonly child: ChildProcess;
  /** The first line, on either stream, past or to come, of which this holds. */
  line(holds: (line: string) => boolean): Promise<string>;
}

/** Starts `lantern ARGS`. */
export function start(args: readonly string[], env: NodeJS.ProcessEnv = {}): Running {
  const child = spawn(process.execPath, [bin, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...env },
  });
  running.push(child);
  const lines: string[] = [];
  const waiting = new Set<() => void>();
  for (const stream of [child.stdout, child.stderr]) {
    if (stream === null) continue;
    createInterface({ input: stream }).on('line', (line) => {
      lines.push(line);
      for (const look of waiting) look();
    });
  }
  return {
    child,
    line: (holds) =>
      new Promise((done) => {
        const look = (): void => {
          const found = lines.find(holds);
          if (found === undefined) return;
          waiting.delete(look);
          done(found);
        };
        waiting.add(look);
        look();
      }),
  };
}

/** Starts a hub and waits until it is ready. */
export async function startHub(config: string, data: string, env: NodeJS.ProcessEnv = {}): Promise<Running> {
  const hub = start(['run', '--config', config, '--data', data], env);
  await hub.line((line) => line.includes('"ready"'));
  return hub;
}

/** Runs `lantern ARGS` to its end. */
export function lantern(args: readonly string[], input = '') {
  const { status, stdout, stderr } = spawnSync(process.execPath, [bin, ...args], { encoding: 'utf8', input });
  return { status, stdout, stderr };
}

/** Stops one process, and waits for its end. */
export async function stop({ child }: Pick<Running, 'child'>): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise<void>((done) => child.once('exit', () => done()));
  child.kill('SIGTERM');
  await ended;
}

/** Stops all that was started. */
export const stopAll = async (): Promise<void> => {
  await Promise.all(running.splice(0).map((child) => stop({ child })));
};
