import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parentPort, workerData } from 'node:worker_threads';

// The real worker, but it fails once when an entry says so: `die-before` ends the thread before the entry is looked
// at, `die-after` when it is on the disk and not yet confirmed, `find-damage` as if the database were damaged within.
// `refuse-four` is refused four times, in two ways by turns.

if (!parentPort) throw new Error('no port');
const port = parentPort;
const { dir } = workerData as { dir: string };

function once(what: string, message: unknown): boolean {
  const mark = join(dir, `was-${what}`);
  if (existsSync(mark) || !JSON.stringify(message).includes(what)) return false;
  writeFileSync(mark, '');
  return true;
}

let refused = 0;

function refuseInTurn(message: { id?: number }): boolean {
  if (refused >= 4 || !JSON.stringify(message).includes('refuse-four')) return false;
  refused += 1;
  say({ kind: 'failed', ids: [message.id], why: refused % 2 === 0 ? 'no room' : 'no space', damage: false });
  return true;
}

const on = port.on.bind(port);
const say = port.postMessage.bind(port);

port.on = ((event: string, listener: (message: unknown) => void) =>
  on(event as 'message', (message: { id?: number }) => {
    if (once('die-before', message)) process.exit(1);
    if (once('find-damage', message)) {
      say({ kind: 'failed', ids: [message.id], why: 'the database is damaged', damage: true });
      return;
    }
    if (refuseInTurn(message)) return;
    listener(message);
  })) as typeof port.on;

port.postMessage = (message: unknown) => {
  if (once('die-after', message)) process.exit(1);
  say(message);
};

await import('../../src/journal/worker.ts');
