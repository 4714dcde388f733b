import type { Calls } from './calls.ts';

const POLLIN = 1;
const POLLPRI = 2;
const POLLERR = 8;
const POLLHUP = 16;
const POLLNVAL = 32;
/** `struct pollfd`: the file, what is waited for, what there is. */
const ENTRY = 8;
/** A wait ends by itself, so that none can be forgotten. */
const LONGEST_WAIT_MS = 1_000;

/** What a file may have become: there is something to read, or nothing ever will be. */
export type Ready = 'ready' | 'gone';

/** Ends it, and calls `closed` once no poll looks at the file any more; only then may it be closed. */
export type Unwatch = (closed: () => void) => void;

export interface Poller {
  /** `edge`: a character device; `attribute`: a file of sysfs, which is readable at all times and says when it has changed. */
  watch(fd: number, kind: 'edge' | 'attribute', ready: (is: Ready) => void): Unwatch;
  /** Resolves when the last wait has ended. */
  close(): Promise<void>;
}

interface Watched {
  readonly fd: number;
  readonly kind: 'edge' | 'attribute';
  readonly ready: (is: Ready) => void;
}

/**
 * Waits for many files with one poll(2), which takes one thread of the pool that Node has. Each return of it is one turn of the
 * loop, however much there is to read, so a flood of edges leaves room for everything else.
 */
export function createPoller(calls: Calls): Poller {
  const watched = new Set<Watched>();
  const ended: (() => void)[] = [];
  const bell = calls.bell();
  const rung = Buffer.alloc(8);
  /** What is polled; made anew only when it has changed, since each edge comes by here. */
  let polled: { readonly files: readonly Watched[]; readonly entries: Buffer } | null = null;
  let waiting: Promise<void> | null = null;
  let closed = false;

  function wake(): void {
    if (waiting !== null) calls.ring(bell);
  }

  async function turn(): Promise<void> {
    polled ??= pack([...watched], bell);
    const { files, entries } = polled;
    await calls.poll(entries, files.length + 1, LONGEST_WAIT_MS);
    if (found(entries, 0) !== 0) calls.read(bell, rung);
    for (const done of ended.splice(0)) done();
    let at = 0;
    for (const file of files) {
      at += 1;
      const events = found(entries, at);
      if (events === 0) continue;
      const is = readyOf(file.kind, events);
      // One before it may have ended it.
      if (is !== null && watched.has(file)) file.ready(is);
    }
  }

  async function run(): Promise<void> {
    while (watched.size > 0 && !closed) await turn();
    waiting = null;
    for (const done of ended.splice(0)) done();
  }

  return {
    watch(fd, kind, ready) {
      const file: Watched = { fd, kind, ready };
      watched.add(file);
      polled = null;
      if (waiting === null && !closed) waiting = run();
      else wake();
      return (done) => {
        if (!watched.delete(file)) return;
        polled = null;
        if (waiting === null) {
          done();
          return;
        }
        ended.push(done);
        wake();
      };
    },
    async close() {
      if (closed) return;
      closed = true;
      wake();
      await waiting;
      calls.close(bell);
    },
  };
}

function pack(
  files: readonly Watched[],
  bell: number,
): { readonly files: readonly Watched[]; readonly entries: Buffer } {
  const entries = Buffer.alloc(ENTRY * (files.length + 1));
  packEntry(entries, 0, bell, POLLIN);
  for (const [at, { fd, kind }] of files.entries()) {
    packEntry(entries, at + 1, fd, kind === 'edge' ? POLLIN : POLLPRI | POLLERR);
  }
  return { files, entries };
}

function packEntry(entries: Buffer, at: number, fd: number, events: number): void {
  entries.writeInt32LE(fd, at * ENTRY);
  entries.writeInt16LE(events, at * ENTRY + 4);
}

const found = (entries: Buffer, at: number): number => entries.readInt16LE(at * ENTRY + 6);

/** The edges that came before a chip went are read first. An attribute says by POLLERR alone that it has changed. */
function readyOf(kind: 'edge' | 'attribute', events: number): Ready | null {
  if ((events & (POLLIN | POLLPRI)) !== 0) return 'ready';
  const gone = kind === 'edge' ? POLLERR | POLLHUP | POLLNVAL : POLLHUP | POLLNVAL;
  if ((events & gone) !== 0) return 'gone';
  return (events & POLLERR) === 0 ? null : 'ready';
}
