import type { SerialPort } from 'serialport';
import { within } from '../within.ts';
import { noticingHangups } from './binding.ts';
import type { Channel, ChannelEvents, Connect } from './channel.ts';

/** More than this unwritten, and the device has stopped reading. */
const MOST_UNWRITTEN = 4096;
const CLOSE_MS = 2000;

/**
 * A serial port. It has a `data` listener from the start, because one without notices no unplug. Opening it takes hold
 * of it alone (TIOCEXCL): two readers would each get half of what is said.
 */
export function connectPort(Port: typeof SerialPort, path: string, baud: number): Connect {
  return (events) => {
    const binding = noticingHangups(Port.binding);
    try {
      return openPort(new Port({ path, baudRate: baud, autoOpen: false, ...{ binding } }), path, events);
    } catch (error) {
      return brokenPort(events, `${path} cannot be opened (${messageOf(error)}); correct the port or its baud`);
    }
  };
}

function openPort(port: SerialPort, path: string, events: ChannelEvents): Channel {
  let ended = false;
  const gone = new Promise<void>((done) => port.once('close', () => done()));

  const end = (why: string): void => {
    if (ended) return;
    ended = true;
    events.closed(why);
  };
  /** `close` may come twice, or never: whoever asks for it waits for the first, and not for long. */
  const shut = async (): Promise<void> => {
    if (!port.isOpen) return;
    port.close(() => {});
    await within(CLOSE_MS, gone);
  };
  const lost = (error: unknown): void => {
    end(`${path} is gone (${messageOf(error)}); plug it in again`);
    void shut();
  };

  port.on('data', (bytes: Uint8Array) => {
    if (!ended) events.bytes(bytes);
  });
  port.on('error', lost);
  port.on('close', lost);
  port.open((error) => {
    if (error !== null) end(troubleOf(path, error));
    else if (ended) void shut();
    else events.opened();
  });

  return {
    write(bytes) {
      if (!ended && port.isOpen && port.writableLength <= MOST_UNWRITTEN) port.write(bytes);
    },
    close() {
      end('closed');
      return shut();
    },
  };
}

function brokenPort(events: ChannelEvents, why: string): Channel {
  let ended = false;
  const end = (reason: string): void => {
    if (ended) return;
    ended = true;
    events.closed(reason);
  };
  queueMicrotask(() => end(why));
  return {
    write: () => {},
    close: async () => end('closed'),
  };
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : 'hung up');

/** What the binding says names the system's own words for the trouble. */
function troubleOf(path: string, error: Error): string {
  const { message } = error;
  if (/no such file|no such device|ENOENT|ENODEV|ENXIO/i.test(message))
    return `${path} is not there; plug it in, or correct the port (ls /dev/serial/by-id)`;
  if (/permission denied|EACCES/i.test(message))
    return `${path} may not be opened; add the user lantern to the group dialout`;
  if (/busy|cannot lock|temporarily unavailable/i.test(message))
    return `${path} is in use by another program; stop that program`;
  return `${path} cannot be opened (${message}); check the port`;
}
