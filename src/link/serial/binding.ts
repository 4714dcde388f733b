import { read } from 'node:fs';
import { promisify } from 'node:util';
import type { SerialPort } from 'serialport';

type Binding = (typeof SerialPort)['binding'];

/** What the binding of a Unix makes of an open port, as far as it is used here. */
interface PolledPort {
  readonly fd: number | null;
  readonly poller: { once(event: 'readable', ready: (error: Error | null) => void): unknown };
  read: (
    buffer: Buffer,
    offset: number,
    length: number,
  ) => Promise<{ readonly buffer: Buffer; readonly bytesRead: number }>;
}

const readAsync = promisify(read);

/**
 * The binding with an end to its reading. A terminal that has hung up answers every read at once, with nothing; serialport
 * 13 reads again, for ever, which takes a whole core and never notices that the cable was pulled. Nothing read is
 * a hang-up here, as a port that only has nothing to say makes the read fail instead (EAGAIN).
 */
export function noticingHangups(binding: Binding): Binding {
  const open = binding.open.bind(binding) as (options: unknown) => Promise<object>;
  return {
    ...binding,
    open: async (options: unknown) => {
      const port = await open(options);
      if (isPolled(port)) port.read = (buffer, offset, length) => readOnce(port, buffer, offset, length);
      return port;
    },
  } as Binding;
}

const isPolled = (port: object): port is PolledPort => 'poller' in port && 'fd' in port;

async function readOnce(port: PolledPort, buffer: Buffer, offset: number, length: number) {
  for (;;) {
    const bytesRead = await tryRead(port, buffer, offset, length);
    if (bytesRead !== null) return { buffer, bytesRead };
    // Closed meanwhile: its poller is gone, and asking it would end the process.
    if (port.fd === null) throw closedByUs();
    await new Promise<void>((done, fail) => {
      port.poller.once('readable', (error) => (error === null ? done() : fail(error)));
    });
  }
}

/** Null: nothing yet. Throws where the port hung up, failed or was closed. */
async function tryRead({ fd }: PolledPort, buffer: Buffer, offset: number, length: number): Promise<number | null> {
  if (fd === null) throw closedByUs();
  try {
    const { bytesRead } = await readAsync(fd, buffer, offset, length, null);
    if (bytesRead > 0) return bytesRead;
  } catch (error) {
    if (isLater(error)) return null;
    throw error;
  }
  throw Object.assign(new Error('hung up'), { disconnect: true });
}

const isLater = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && ['EAGAIN', 'EWOULDBLOCK', 'EINTR'].includes(String(error.code));

/** As the binding marks it, so that a port we have closed ourselves is not told as lost. */
const closedByUs = (): Error => Object.assign(new Error('port closed'), { canceled: true });
