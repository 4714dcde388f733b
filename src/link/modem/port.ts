import type { Clock } from '../../hub/ports.ts';
import { noticingHangups } from '../serial/binding.ts';

/** What the other end of a port brings. */
export interface PortDoor {
  data(bytes: Uint8Array): void;
  /** Once, and not after a close of our own. */
  gone(why: string): void;
}

export interface Port {
  write(text: string): void;
  /** Ends within its bound, whatever the driver behind the port does. May be called again. */
  close(): Promise<void>;
}

export type OpenedPort = { readonly ok: true; readonly port: Port } | { readonly ok: false; readonly why: string };

export type OpenPort = (
  place: { readonly path: string; readonly baud: number },
  door: PortDoor,
  clock: Clock,
) => Promise<OpenedPort>;

/** A USB driver can hold a close up until bytes have left that never will. */
const CLOSE_MS = 2_000;

/** Opens a serial port for this program alone: eight bits, no parity, one stop bit. Never rejects. */
export const openSerial: OpenPort = async ({ path, baud }, door, clock) => {
  const { SerialPort } = await import('serialport');
  const binding = noticingHangups(SerialPort.binding);
  const serial = new SerialPort({ path, baudRate: baud, autoOpen: false, lock: true, ...{ binding } });
  let told = false;
  const gone = (why: string): void => {
    if (told) return;
    told = true;
    door.gone(why);
  };
  // Without somebody who reads, an unplugged port shows only when it is written to.
  serial.on('data', (bytes: Buffer) => {
    if (!told) door.data(bytes);
  });
  serial.on('error', (error) => gone(reason(path, error)));
  serial.on('close', () => gone(`${path} went away; is the modem unplugged or without power?`));
  const failed = await new Promise<Error | null>((done) => serial.open((error) => done(error ?? null)));
  if (failed !== null) return { ok: false, why: reason(path, failed) };

  let closing: Promise<void> | null = null;
  const close = (): Promise<void> =>
    new Promise((done) => {
      told = true;
      const cancel = clock.alarm(CLOSE_MS, done);
      const over = (): void => {
        cancel();
        done();
      };
      if (!serial.isOpen) return over();
      serial.flush(() => serial.close(() => over()));
    });
  const port: Port = {
    write: (text) => void serial.write(text, 'latin1'),
    close: () => {
      closing ??= close();
      return closing;
    },
  };
  return { ok: true, port };
};

/** What to do about it; the system's own sentence is kept for what is not known. */
function reason(path: string, { message }: Error): string {
  if (/no such file|ENOENT/i.test(message)) return `${path} is not there; is the modem plugged in?`;
  if (/permission denied|EACCES/i.test(message)) {
    return `${path} may not be opened; add the user to the group that owns it, on Debian: adduser lantern dialout`;
  }
  if (/cannot lock port|resource temporarily unavailable|busy/i.test(message)) {
    return `another program holds ${path}; end it, ModemManager for one`;
  }
  return `${path} cannot be used: ${message.replace(/^Error: /, '').replace(/\s+/g, ' ')}`;
}
