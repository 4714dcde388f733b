import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import { createWaiting } from '../../whole/waiting.ts';
import { plugInFakeBoard } from './fake-board.ts';

// What a package does to the process it is loaded into shows only in a process of its own.

const closers: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

const program = fileURLToPath(new URL('./house.ts', import.meta.url));

interface House {
  says(line: string): Promise<void>;
  close(): void;
  interrupt(): void;
  /** How it ended, and all that it printed. */
  readonly ended: Promise<{ readonly code: number | null; readonly signal: string | null; readonly printed: string }>;
}

function startHouse(...port: readonly string[]): House {
  const child = spawn(process.execPath, [program, ...port]);
  closers.push(() => void child.kill('SIGKILL'));
  let printed = '';
  let told = '';
  const waiting = createWaiting(() => `said ${told}, printed ${printed}`);
  child.stdout.on('data', (text) => {
    printed += text;
  });
  child.stderr.on('data', (text) => {
    told += text;
    waiting.look();
  });
  return {
    says: (line) => waiting.until(line, () => told.split('\n').includes(line)),
    close: () => void child.stdin.write('\n'),
    interrupt: () => void child.kill('SIGINT'),
    ended: new Promise((done) => child.once('close', (code, signal) => done({ code, signal, printed }))),
  };
}

function plugIn(): string {
  const board = plugInFakeBoard();
  closers.push(() => board.remove());
  return board.path;
}

describe('a process with boards', () => {
  it('prints nothing of its own, and ends by itself once they are closed', async () => {
    const house = startHouse(plugIn());
    await house.says('up');
    await house.says('loaded');
    house.close();
    expect(await house.ended).toEqual({ code: 0, signal: null, printed: '' });
  });

  it('is ended by an interrupt as any other: no package has put a hand on it', async () => {
    const house = startHouse(plugIn());
    await house.says('up');
    house.interrupt();
    expect(await house.ended).toEqual({ code: null, signal: 'SIGINT', printed: '' });
  });

  it('goes on where a board cannot be opened, and prints nothing of that either', async () => {
    const house = startHouse('/dev/no-such-port');
    await house.says('down');
    await house.says('loaded');
    house.close();
    expect(await house.ended).toEqual({ code: 0, signal: null, printed: '' });
  });

  it('loads nothing without a board', async () => {
    const house = startHouse();
    await house.says('nothing loaded');
    house.close();
    expect(await house.ended).toEqual({ code: 0, signal: null, printed: '' });
  });
});
