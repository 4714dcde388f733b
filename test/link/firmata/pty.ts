import { closeSync, openSync } from 'node:fs';
import { ReadStream } from 'node:tty';
import koffi from 'koffi';

const libc = koffi.load('libc.so.6');
const posixOpenpt = libc.func('int posix_openpt(int flags)');
const grantpt = libc.func('int grantpt(int fd)');
const unlockpt = libc.func('int unlockpt(int fd)');
const ptsname = libc.func('int ptsname_r(int fd, _Out_ uint8_t *name, size_t size)');
const tcgetattr = libc.func('int tcgetattr(int fd, _Out_ uint8_t *attributes)');
const cfmakeraw = libc.func('void cfmakeraw(_Inout_ uint8_t *attributes)');
const tcsetattr = libc.func('int tcsetattr(int fd, int when, const uint8_t *attributes)');

/** Read and write, no controlling terminal, and not for the programs that we start: one that held it would keep it plugged in. */
const readWriteNoControl = 0o2 | 0o400 | 0o2000000;
/** More than glibc's struct takes. */
const termiosBytes = 256;

/** The far end of a serial port that is not there: a real pseudo-terminal, raw. */
export interface Pty {
  readonly path: string;
  write(bytes: Uint8Array): void;
  onData(heard: (bytes: Uint8Array) => void): void;
  /** Gone, as a cable that is pulled. */
  close(): Promise<void>;
}

export function openPty(): Pty {
  const master: number = posixOpenpt(readWriteNoControl);
  if (master < 0 || grantpt(master) !== 0 || unlockpt(master) !== 0) throw new Error('no pseudo-terminal');
  const name = Buffer.alloc(128);
  ptsname(master, name, name.length);
  const path = name.toString('utf8', 0, name.indexOf(0));
  // Held open, so that it outlives whoever opens and closes it, as a USB port does.
  const slave = openSync(path, readWriteNoControl);
  const attributes = Buffer.alloc(termiosBytes);
  tcgetattr(slave, attributes);
  cfmakeraw(attributes);
  tcsetattr(slave, 0, attributes);
  const stream = new ReadStream(master);
  stream.on('error', () => {});
  return {
    path,
    write: (bytes) => {
      if (!stream.destroyed) stream.write(bytes);
    },
    onData: (heard) => stream.on('data', heard),
    close: () =>
      new Promise((done) => {
        stream.once('close', () => {
          closeSync(slave);
          done();
        });
        stream.destroy();
      }),
  };
}
