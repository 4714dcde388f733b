import { closeSync, openSync } from 'node:fs';
import { ReadStream, WriteStream } from 'node:tty';
import koffi from 'koffi';

/** One end of a pseudo-terminal; the other is a file that a program opens as a serial port. */
export interface Pty {
  readonly path: string;
  write(text: string): void;
  /** Lets the next program open it that asks for it alone: such a wish outlives the one who had it. */
  release(): void;
  /** As pulling the plug: whoever has it open sees it go. */
  close(): void;
}

const O_RDWR = 2;
const O_NOCTTY = 0o400;
/** Not for the programs that a test starts: one that held it would keep it plugged in. */
const O_CLOEXEC = 0o2000000;
const TIOCNXCL = 0x540d;
const TCSANOW = 0;

const libc = koffi.load('libc.so.6');
const posixOpenpt = libc.func('int posix_openpt(int)');
const grantpt = libc.func('int grantpt(int)');
const unlockpt = libc.func('int unlockpt(int)');
const ptsname = libc.func('int ptsname_r(int, _Out_ char *, size_t)');
const tcgetattr = libc.func('int tcgetattr(int, _Out_ uint8_t *)');
const tcsetattr = libc.func('int tcsetattr(int, int, uint8_t *)');
const cfmakeraw = libc.func('void cfmakeraw(_Inout_ uint8_t *)');
const ioctl = libc.func('int ioctl(int, unsigned long, int)');

function done(what: string, result: number): number {
  if (result < 0) throw new Error(`${what} failed`);
  return result;
}

export function openPty(take: (bytes: Buffer) => void): Pty {
  const master = done('posix_openpt', posixOpenpt(O_RDWR | O_NOCTTY | O_CLOEXEC));
  done('grantpt', grantpt(master));
  done('unlockpt', unlockpt(master));
  const name = Buffer.alloc(64);
  done('ptsname_r', ptsname(master, name, name.length));
  const path = name.toString('utf8', 0, name.indexOf(0));
  // Held open, or the master reads an error whenever nobody else has it.
  const slave = openSync(path, O_RDWR | O_NOCTTY);
  const settings = Buffer.alloc(256);
  done('tcgetattr', tcgetattr(slave, settings));
  cfmakeraw(settings);
  done('tcsetattr', tcsetattr(slave, TCSANOW, settings));
  const input = new ReadStream(master);
  const output = new WriteStream(master);
  // A close ends in EIO here.
  for (const stream of [input, output]) stream.on('error', () => {});
  input.on('data', take);
  let open = true;
  return {
    path,
    write: (text) => {
      if (open) output.write(Buffer.from(text, 'latin1'));
    },
    release: () => {
      if (open) ioctl(slave, TIOCNXCL, 0);
    },
    close() {
      if (!open) return;
      open = false;
      closeSync(slave);
      input.destroy();
      output.destroy();
    },
  };
}
