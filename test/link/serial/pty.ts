import { closeSync, openSync, writeSync } from 'node:fs';
import { ReadStream } from 'node:tty';
import koffi from 'koffi';

// A pseudo-terminal: our end is the device, the other end a port that the real serial binding opens.

const O_RDWR = 0o2;
const O_NOCTTY = 0o400;
/** A write to a full terminal must not stop the loop that would empty it. */
const O_NONBLOCK = 0o4000;

const libc = koffi.load('libc.so.6');
const posixOpenpt: (flags: number) => number = libc.func('int posix_openpt(int flags)');
const grantpt: (fd: number) => number = libc.func('int grantpt(int fd)');
const unlockpt: (fd: number) => number = libc.func('int unlockpt(int fd)');
const ptsname: (fd: number) => string | null = libc.func('const char *ptsname(int fd)');

/** The device at the far end of a port. */
export interface Pty {
  /** Path of the port. */
  readonly path: string;
  /** Says these bytes; waits where the port is full. */
  say(bytes: string | Uint8Array): Promise<void>;
  /** All that was written to the port since the last time, as soon as it holds this text. */
  hear(text: string): Promise<string>;
  /** All that was written so far, in hexadecimal. */
  written(): string;
  /** The cable is pulled. */
  unplug(): void;
}

export function openPty(): Pty {
  const fd = posixOpenpt(O_RDWR | O_NOCTTY | O_NONBLOCK);
  if (fd < 0 || grantpt(fd) !== 0 || unlockpt(fd) !== 0) throw new Error('no pseudo-terminal');
  const path = ptsname(fd);
  if (path === null) throw new Error('a pseudo-terminal without a name');
  // Held open here too: a terminal that nobody has open tells its device to end.
  const held = openSync(path, O_RDWR | O_NOCTTY);
  const device = new ReadStream(fd);
  let isPlugged = true;
  let heard = '';
  let all = '';
  let waiting: { readonly text: string; readonly done: (all: string) => void } | null = null;
  const look = (): void => {
    if (waiting === null || !heard.includes(waiting.text)) return;
    const { done } = waiting;
    const whole = heard;
    waiting = null;
    heard = '';
    done(whole);
  };
  device.on('data', (bytes: Buffer) => {
    heard += bytes.toString('latin1');
    all += bytes.toString('hex');
    look();
  });
  device.on('error', () => {});
  return {
    path,
    async say(bytes) {
      let rest = typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : Buffer.from(bytes);
      while (rest.length > 0) {
        rest = rest.subarray(writeSome(fd, rest));
        if (rest.length > 0) await new Promise((done) => setImmediate(done));
      }
    },
    hear: (text) =>
      new Promise((done) => {
        waiting = { text, done };
        look();
      }),
    written: () => all,
    unplug() {
      if (!isPlugged) return;
      isPlugged = false;
      device.destroy();
      closeSync(held);
    },
  };
}

function writeSome(fd: number, bytes: Uint8Array): number {
  try {
    return writeSync(fd, bytes);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EAGAIN') return 0;
    throw error;
  }
}
