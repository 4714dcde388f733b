import type { Log } from '../hub/ports.ts';

/** Tells systemd how the service is. Every call returns at once and never throws. */
export interface Supervisor {
  /** The hub guards: every listener is open and the saved state is restored. */
  ready(): void;
  /** The loop is alive; without one of these within `watchdogMs` systemd restarts the service. */
  watchdog(): void;
  stopping(): void;
  /** One line for `systemctl status`. Nothing telling may be in it. */
  status(text: string): void;
  /** How long systemd waits for a `watchdog()`, or null when it does not watch this process. */
  readonly watchdogMs: number | null;
}

/** The variables systemd sets for a service. */
export type ServiceEnvironment = Readonly<
  Partial<Record<'NOTIFY_SOCKET' | 'WATCHDOG_USEC' | 'WATCHDOG_PID', string | undefined>>
>;

const AF_UNIX = 1;
const SOCK_DGRAM = 2;
const SOCK_CLOEXEC = 0o2000000;
const MSG_DONTWAIT = 0x40;
const MSG_NOSIGNAL = 0x4000;
/** `sun_path` of sockaddr_un(7). */
const longestPath = 108;

/** The address of a Unix socket as the kernel takes it; `@name` stands for the abstract name. Null: no such address. */
export function unixAddress(name: string): Uint8Array | null {
  const abstract = name.startsWith('@');
  const path = Buffer.from(abstract ? `\0${name.slice(1)}` : name);
  // A path ends with a zero byte; the length of an abstract name is that of the address.
  const length = path.length + (abstract ? 0 : 1);
  if ((!abstract && !name.startsWith('/')) || length > longestPath || path.length < 2) return null;
  const address = Buffer.alloc(2 + length);
  address.writeUInt16LE(AF_UNIX, 0);
  path.copy(address, 2);
  return address;
}

/** How long systemd waits for a sign of life from process `pid`, in milliseconds. */
export function watchdogOf(environment: ServiceEnvironment, pid: number): number | null {
  const { WATCHDOG_USEC: usec, WATCHDOG_PID: forPid } = environment;
  if (usec === undefined || !/^[1-9]\d{0,15}$/.test(usec)) return null;
  if (forPid !== undefined && forPid !== String(pid)) return null;
  return Math.floor(Number(usec) / 1000);
}

const silent = (watchdogMs: number | null): Supervisor => ({
  ready() {},
  watchdog() {},
  stopping() {},
  status() {},
  watchdogMs,
});

type Sender = (message: string) => void;

/** Node has no datagram Unix sockets, so `sendto` is called in libc: no child per message, and NotifyAccess=main holds. */
async function openSender(address: Uint8Array, log: Log): Promise<Sender | null> {
  try {
    const { default: koffi } = await import('koffi');
    const libc = koffi.load('libc.so.6');
    const socket = libc.func('int socket(int domain, int type, int protocol)');
    const sendto = libc.func('long sendto(int fd, void *data, size_t size, int flags, void *to, uint32_t toSize)');
    const fd: number = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd < 0) throw new Error('no socket');
    let told = false;
    return (message) => {
      const bytes = Buffer.from(message);
      const sent = Number(sendto(fd, bytes, bytes.length, MSG_DONTWAIT | MSG_NOSIGNAL, address, address.length));
      if (sent === bytes.length || told) return;
      told = true; // once: a watchdog that is not heard ends the process soon enough
      log.warn({}, 'systemd does not take our messages');
    };
  } catch (error) {
    log.warn({ why: error instanceof Error ? error.message : String(error) }, 'cannot talk to systemd');
    return null;
  }
}

/**
 * The line to systemd, by the protocol of sd_notify(3). Without NOTIFY_SOCKET every call does nothing and nothing is
 * loaded; with it, koffi is.
 */
export async function openSupervisor(environment: ServiceEnvironment, log: Log): Promise<Supervisor> {
  const name = environment.NOTIFY_SOCKET;
  const watchdogMs = watchdogOf(environment, process.pid);
  if (name === undefined || name === '') return silent(null);
  const address = unixAddress(name);
  if (address === null) {
    log.warn({}, 'NOTIFY_SOCKET names no Unix socket');
    return silent(null);
  }
  const send = await openSender(address, log);
  if (send === null) return silent(null);
  return {
    ready: () => send('READY=1'),
    watchdog: () => send('WATCHDOG=1'),
    stopping: () => send('STOPPING=1'),
    // A line break would begin another assignment.
    status: (text) => send(`STATUS=${text.replace(/[\r\n]+/g, ' ')}`),
    watchdogMs,
  };
}
