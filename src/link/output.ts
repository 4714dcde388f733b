import { write, writeSync } from 'node:fs';

/** When nobody reads, this many characters wait in memory; what comes then is dropped. */
const LONGEST_BACKLOG = 1024 * 1024;
/** Tries at a pipe that is full, over the life of the process: then its reader is taken for gone. */
const MOST_REFUSALS = 10;
const AGAIN_MS = 100;

/** Lines on their way out. */
export interface Output {
  /** Returns at once, and never throws. */
  write(line: string): void;
  /** Writes what waits, at once. A reader who is gone or stands still makes it give up, not wait. */
  flush(): void;
}

/**
 * Writes to an open file or pipe beside the loop, so that a reader who stalls holds up no siren; what waits is seen out when
 * the process ends. pino's own destination does the same but for one thing: when the reader of a pipe goes at the moment
 * of its last flush, it tries the broken pipe for ever, and with it the process stands.
 */
export function openOutput(fd: number): Output {
  let waiting = '';
  /** On its way in another thread. */
  let leaving: Buffer | null = null;
  /** The same after a full pipe refused it, until it is tried again. */
  let resting: Buffer | null = null;
  let refusals = 0;
  let isDead = false;

  /** Whether it may be tried again. */
  function mayRetry(error: NodeJS.ErrnoException): boolean {
    refusals += 1;
    if (error.code === 'EAGAIN' && refusals <= MOST_REFUSALS) return true;
    isDead = true;
    waiting = '';
    leaving = null;
    resting = null;
    return false;
  }

  function next(): void {
    if (leaving !== null || waiting === '' || isDead) return;
    leaving = Buffer.from(waiting);
    waiting = '';
    send(leaving);
  }

  function send(bytes: Buffer): void {
    write(fd, bytes, (error, written) => {
      // A flush meanwhile took what was left into its own hands.
      if (leaving !== bytes) return;
      if (error !== null) {
        if (mayRetry(error)) rest(bytes);
        return;
      }
      if (written < bytes.length) {
        leaving = bytes.subarray(written);
        send(leaving);
        return;
      }
      leaving = null;
      next();
    });
  }

  function rest(bytes: Buffer): void {
    resting = bytes;
    const again = (): void => {
      if (resting !== bytes) return;
      resting = null;
      send(bytes);
    };
    setTimeout(again, AGAIN_MS).unref();
  }

  function flush(): void {
    let left = Buffer.concat([resting ?? Buffer.alloc(0), Buffer.from(waiting)]);
    if (resting !== null) leaving = null;
    resting = null;
    waiting = '';
    while (left.length > 0 && !isDead) {
      try {
        left = left.subarray(writeSync(fd, left));
      } catch (error) {
        if (mayRetry(error as NodeJS.ErrnoException)) {
          Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, AGAIN_MS);
        }
      }
    }
  }

  process.on('exit', flush);
  return {
    write(line) {
      if (isDead || waiting.length + line.length > LONGEST_BACKLOG) return;
      waiting += line;
      next();
    },
    flush,
  };
}
