/** The few calls of the kernel that pins need and Node does not have. Below zero an answer is an errno, turned about. */
export interface Calls {
  /** For reading and writing; never handed on to children. */
  open(path: string): number;
  ioctl(fd: number, request: number, argument: Buffer): number;
  /** Bytes read. A line that was granted does not wait: without an edge it is EAGAIN. */
  read(fd: number, into: Buffer): number;
  unblock(fd: number): number;
  /** Waits in a thread of the pool. `entries` is an array of `struct pollfd`, written to until the promise resolves. */
  poll(entries: Buffer, count: number, timeoutMs: number): Promise<number>;
  /** Something to wake a poll with. */
  bell(): number;
  ring(bell: number): void;
  close(fd: number): void;
}

export const errnos = {
  EPERM: 1,
  ENOENT: 2,
  EIO: 5,
  ENXIO: 6,
  EAGAIN: 11,
  EACCES: 13,
  EBUSY: 16,
  ENODEV: 19,
  EINVAL: 22,
  ENOTTY: 25,
} as const;

const O_RDWR_CLOEXEC = 0o2000002;
const EFD_CLOEXEC_NONBLOCK = 0o2004000;
const F_SETFL = 4;
const O_NONBLOCK = 0o4000;
const one = Buffer.from([1, 0, 0, 0, 0, 0, 0, 0]);

/**
 * The kernel itself, through libc. `ioctl`, `open` and `fcntl` take any number of arguments in C; with what is given here the
 * fixed form is the same call on x86-64 and Arm.
 */
export async function loadCalls(): Promise<Calls> {
  const { default: koffi } = await import('koffi');
  const libc = koffi.load('libc.so.6');
  const open = libc.func('int open(const char *path, int flags)');
  const ioctl = libc.func('int ioctl(int fd, unsigned long request, void *argument)');
  const read = libc.func('long read(int fd, void *into, size_t size)');
  const write = libc.func('long write(int fd, void *from, size_t size)');
  const fcntl = libc.func('int fcntl(int fd, int command, int argument)');
  const poll = libc.func('int poll(void *entries, unsigned long count, int timeoutMs)');
  const eventfd = libc.func('int eventfd(unsigned int starts, int flags)');
  const close = libc.func('int close(int fd)');
  const answered = (result: number): number => (result < 0 ? -koffi.errno() : result);
  return {
    open: (path) => answered(open(path, O_RDWR_CLOEXEC)),
    ioctl: (fd, request, argument) => answered(ioctl(fd, request, argument)),
    read: (fd, into) => answered(Number(read(fd, into, into.length))),
    unblock: (fd) => answered(fcntl(fd, F_SETFL, O_NONBLOCK)),
    poll: (entries, count, timeoutMs) =>
      new Promise((resolve) => {
        poll.async(entries, count, timeoutMs, (error: unknown, ready: number) => resolve(error === null ? ready : -1));
      }),
    bell: () => answered(eventfd(0, EFD_CLOEXEC_NONBLOCK)),
    ring: (bell) => void write(bell, one, one.length),
    close: (fd) => void close(fd),
  };
}
