import { type ChildProcess, spawn } from 'node:child_process';
import type { Clock } from '../../hub/ports.ts';
import { within } from '../within.ts';
import type { Channel, ChannelEvents, Connect } from './channel.ts';
import { createLineSplitter } from './lines.ts';

/** Lines of a log; what is longer is dropped. */
const LONGEST_ASIDE = 1024;
const LONGEST_WHY = 200;
/** Asked to end, a program has so long before it is ended. */
const GRACE_MS = 2000;

const utf8 = new TextDecoder();

/**
 * A program that says what it hears on its output, line by line. It runs in a process group of its own, so that ending it
 * ends what it started too, and sees nothing of our environment but what finds programs.
 */
export function connectProgram(command: readonly [string, ...string[]], clock: Pick<Clock, 'alarm'>): Connect {
  const [file, ...args] = command;
  return (events) => {
    const { PATH = '', HOME = '/' } = process.env;
    const env = { PATH, HOME, LANG: 'C.UTF-8' };
    return watch(spawn(file, args, { stdio: ['ignore', 'pipe', 'pipe'], detached: true, env }), file, events, clock);
  };
}

function watch(child: ChildProcess, name: string, events: ChannelEvents, clock: Pick<Clock, 'alarm'>): Channel {
  const asides = createLineSplitter(LONGEST_ASIDE);
  let lastSaid = '';
  let ended = false;
  const gone = new Promise<void>((done) => child.once('close', () => done()));

  const end = (why: string): void => {
    if (ended) return;
    ended = true;
    events.closed(why);
  };
  const signal = (which: 'SIGTERM' | 'SIGKILL'): void => {
    if (child.pid === undefined) return;
    try {
      process.kill(-child.pid, which);
    } catch {
      // All of the group has ended already.
    }
  };

  child.stdout?.on('data', (bytes: Uint8Array) => {
    if (!ended) events.bytes(bytes);
  });
  child.stderr?.on('data', (bytes: Uint8Array) => {
    for (const piece of asides.split(bytes)) {
      if (!('frame' in piece)) continue;
      lastSaid = utf8
        .decode(piece.frame)
        .replace(/\p{Cc}/gu, ' ')
        .slice(0, LONGEST_WHY);
      if (!ended) events.aside(lastSaid);
    }
  });
  child.once('spawn', () => {
    if (!ended) events.opened();
  });
  child.once('error', (error) => end(startTrouble(name, error)));
  // What it started could hold its output open for ever.
  child.once('exit', () => signal('SIGKILL'));
  child.once('close', (status, by) => {
    const how = by === null ? `with status ${status}` : `by ${by}`;
    end(`${name} ended ${how}${lastSaid === '' ? '' : `: ${lastSaid}`}`);
  });

  return {
    write: () => {},
    async close() {
      end('closed');
      if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
      signal('SIGTERM');
      const cancel = clock.alarm(GRACE_MS, () => signal('SIGKILL'));
      await within(2 * GRACE_MS, gone);
      cancel();
    },
  };
}

function startTrouble(name: string, error: Error): string {
  const code = 'code' in error ? String(error.code) : error.message;
  if (code === 'ENOENT') return `${name} is not installed; install it, or correct the command`;
  if (code === 'EACCES') return `${name} may not be run; make it executable`;
  return `${name} cannot be started (${code})`;
}
