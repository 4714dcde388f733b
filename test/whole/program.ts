import { type ChildProcess, execFile, spawn, spawnSync } from 'node:child_process';
import { dirname, resolve } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { promisify } from 'node:util';
import { createWaiting } from './waiting.ts';

const root = resolve(import.meta.dirname, '../..');
/** The program as it is shipped. */
const BINARY = `${root}/dist/bin.js`;

let built: Promise<void> | null = null;

/** As the scripts do: nothing when the build is as new as the source, and never two at once. A test installs nothing. */
export function ensureBuilt(): Promise<void> {
  const words = 'source scripts/lib.sh && if build_stale; then alone build; fi';
  const env = { ...process.env, PATH: `${dirname(process.execPath)}:${process.env['PATH']}` };
  built ??= promisify(execFile)('bash', ['-c', words], { cwd: root, env }).then(() => {});
  return built;
}

/** What of our own surroundings would mean something to the program. */
function surroundings(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const { CREDENTIALS_DIRECTORY, NOTIFY_SOCKET, WATCHDOG_USEC, WATCHDOG_PID, LANTERN_LOG, NODE_OPTIONS, ...rest } =
    process.env;
  return { ...rest, ...env };
}

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** A program that runs, and what it says. */
export interface Running {
  readonly child: ChildProcess;
  readonly pid: number;
  /** `performance.now()` just before it was started. */
  readonly startedAt: number;
  readonly ended: Promise<Ended>;
  readonly stdout: () => string;
  readonly stderr: () => string;
  /** Every line of its log so far. */
  readonly log: () => readonly Readonly<Record<string, unknown>>[];
  /** Waits until a line of its log holds this text as its `msg`. */
  untilLogged(msg: string): Promise<void>;
  /** Waits until it holds; looked at whenever the program says something or ends. */
  until(what: string, holds: () => boolean): Promise<void>;
  kill(signal?: NodeJS.Signals): Promise<Ended>;
}

const running = new Set<ChildProcess>();
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

/** Where it can be had, the kernel ends what we started when we end without a word. */
const leash = spawnSync('setpriv', ['--version']).error === undefined ? ['setpriv', '--pdeathsig', 'KILL'] : [];

type Stdout = 'pipe' | 'ignore' | number;

export interface RunOptions {
  readonly env?: NodeJS.ProcessEnv;
  /** `pipe` is read; anything else is the test's own affair. */
  readonly stdout?: Stdout;
  /** A program before it, such as `strace`. */
  readonly through?: readonly string[];
  /** A whole command line in its place. */
  readonly instead?: readonly string[];
}

export async function runProgram(args: readonly string[], options: RunOptions = {}): Promise<Running> {
  await ensureBuilt();
  const usual = [...(options.through ?? []), process.execPath, BINARY, ...args];
  const [program = '', ...rest] = [...leash, ...(options.instead ?? usual)];
  const startedAt = performance.now();
  const child = spawn(program, rest, {
    stdio: ['pipe', options.stdout ?? 'pipe', 'pipe'],
    env: surroundings(options.env ?? {}),
  });
  running.add(child);
  const said = { stdout: '', stderr: '' };
  let over: Ended | null = null;
  const waiting = createWaiting(() => `it said:\n${said.stdout.slice(-3000)}${said.stderr.slice(-3000)}`);
  const read = (name: 'stdout' | 'stderr', stream: Readable | null): void => {
    stream?.setEncoding('utf8').on('data', (text: string) => {
      said[name] += text;
      waiting.look();
    });
  };
  read('stdout', child.stdout);
  read('stderr', child.stderr);
  child.on('error', () => {});
  child.stdin?.on('error', () => {});
  const ended = new Promise<Ended>((done) => {
    // `close` comes after the last word was read.
    child.once('close', (code, signal) => {
      running.delete(child);
      over = { code, signal };
      waiting.look();
      done(over);
    });
  });
  const log = (): readonly Readonly<Record<string, unknown>>[] =>
    said.stdout
      .split('\n')
      .filter((line) => line.startsWith('{') && line.endsWith('}'))
      .map((line) => JSON.parse(line));
  const logged = (msg: string): boolean => log().some((line) => line['msg'] === msg);
  const untilLogged = async (msg: string): Promise<void> => {
    await waiting.until(`the log line "${msg}"`, () => logged(msg) || over !== null);
    if (!logged(msg)) {
      throw new Error(`it ended (${JSON.stringify(over)}) before "${msg}"; it said:\n${said.stdout}${said.stderr}`);
    }
  };
  return {
    child,
    pid: child.pid ?? 0,
    startedAt,
    ended,
    stdout: () => said.stdout,
    stderr: () => said.stderr,
    log,
    untilLogged,
    until: waiting.until,
    async kill(signal = 'SIGKILL') {
      child.kill(signal);
      return ended;
    },
  };
}

/** A command that does not end by itself is ended. */
const COMMAND_MS = 45_000;

export interface Finished {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs one command to its end. */
export async function lantern(args: readonly string[], stdin = '', options: RunOptions = {}): Promise<Finished> {
  const program = await runProgram(args, options);
  (program.child.stdin as Writable).end(stdin);
  const patience = setTimeout(() => program.child.kill('SIGKILL'), COMMAND_MS);
  const { code } = await program.ended;
  clearTimeout(patience);
  return { code, stdout: program.stdout(), stderr: program.stderr() };
}
