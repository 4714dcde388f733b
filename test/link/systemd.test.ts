import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import koffi from 'koffi';
import { afterEach, describe, expect, it } from 'vitest';
import type { JsonObject } from '../../src/base/json.ts';
import type { Log } from '../../src/hub/ports.ts';
import { openSupervisor, type ServiceEnvironment, unixAddress, watchdogOf } from '../../src/link/systemd.ts';

const libc = koffi.load('libc.so.6');
const socket = libc.func('int socket(int domain, int type, int protocol)');
const bind = libc.func('int bind(int fd, void *address, uint32_t size)');
const recv = libc.func('long recv(int fd, _Out_ void *buffer, size_t size, int flags)');
const close = libc.func('int close(int fd)');

const closers: (() => void)[] = [];
afterEach(() => {
  for (const end of closers.splice(0)) end();
});

/** A real datagram socket, as systemd holds one. */
function listen(name: string): () => string | null {
  const address = unixAddress(name);
  const fd: number = socket(1, 2, 0);
  closers.push(() => close(fd));
  if (address === null || bind(fd, address, address.length) !== 0) throw new Error(`cannot bind ${name}`);
  return () => {
    const buffer = Buffer.alloc(4096);
    const size = Number(recv(fd, buffer, buffer.length, 0x40));
    return size < 0 ? null : buffer.toString('utf8', 0, size);
  };
}

function fakeLog(): { log: Log; said: string[] } {
  const said: string[] = [];
  const write = (_facts: JsonObject, message: string): void => {
    said.push(message);
  };
  return { said, log: { info: write, warn: write, error: write } };
}

const inFolder = (): string => {
  const folder = mkdtempSync(join(tmpdir(), 'lantern-notify-'));
  closers.push(() => rmSync(folder, { recursive: true }));
  return join(folder, 'notify');
};
const places: readonly (readonly [what: string, name: () => string])[] = [
  ['a path', inFolder],
  ['an abstract name', () => `@lantern-test-${process.pid}-${Date.now()}`],
];

const orders = [
  ['ready', (s) => s.ready(), 'READY=1'],
  ['watchdog', (s) => s.watchdog(), 'WATCHDOG=1'],
  ['stopping', (s) => s.stopping(), 'STOPPING=1'],
  ['status', (s) => s.status('guarding'), 'STATUS=guarding'],
  ['status on two lines stays one assignment', (s) => s.status('a\nREADY=1'), 'STATUS=a READY=1'],
] as const satisfies readonly (readonly [string, (s: Awaited<ReturnType<typeof openSupervisor>>) => void, string])[];

for (const [place, name] of places) {
  describe(`told over ${place}`, () => {
    for (const [what, order, heard] of orders) {
      it(what, async () => {
        const at = name();
        const receive = listen(at);
        const { log, said } = fakeLog();
        order(await openSupervisor({ NOTIFY_SOCKET: at }, log));
        expect(receive()).toBe(heard);
        expect(receive()).toBe(null);
        expect(said).toEqual([]);
      });
    }
  });
}

describe('nobody there', () => {
  it('says nothing without NOTIFY_SOCKET', async () => {
    const { log, said } = fakeLog();
    const supervisor = await openSupervisor({ WATCHDOG_USEC: '5000000' }, log);
    for (const [, order] of orders) order(supervisor);
    expect({ said, watchdogMs: supervisor.watchdogMs }).toEqual({ said: [], watchdogMs: null });
  });
  it('warns once when systemd has gone', async () => {
    const { log, said } = fakeLog();
    const supervisor = await openSupervisor({ NOTIFY_SOCKET: inFolder() }, log);
    supervisor.ready();
    supervisor.watchdog();
    expect(said).toEqual(['systemd does not take our messages']);
  });
  for (const name of ['notify', 'vsock:2:1234', `/${'a'.repeat(107)}`, '@', '/']) {
    it(`warns of an address it cannot use: ${name.slice(0, 12)}`, async () => {
      const { log, said } = fakeLog();
      (await openSupervisor({ NOTIFY_SOCKET: name }, log)).ready();
      expect(said).toHaveLength(1);
    });
  }
  it('does not wait when systemd does not read', async () => {
    const at = inFolder();
    const receive = listen(at);
    const { log, said } = fakeLog();
    const supervisor = await openSupervisor({ NOTIFY_SOCKET: at }, log);
    for (let i = 0; i < 5_000; i++) supervisor.watchdog();
    expect(said).toEqual(['systemd does not take our messages']);
    expect(receive()).toBe('WATCHDOG=1');
  });
});

describe('how long systemd waits', () => {
  const cases: readonly (readonly [what: string, ServiceEnvironment, ms: number | null])[] = [
    ['not watched', {}, null],
    ['30 s', { WATCHDOG_USEC: '30000000' }, 30_000],
    ['30 s for us', { WATCHDOG_USEC: '30000000', WATCHDOG_PID: '77' }, 30_000],
    ['30 s for another process', { WATCHDOG_USEC: '30000000', WATCHDOG_PID: '78' }, null],
    ['nonsense', { WATCHDOG_USEC: '3e7' }, null],
    ['zero', { WATCHDOG_USEC: '0' }, null],
  ];
  for (const [what, environment, ms] of cases) {
    it(what, () => {
      expect(watchdogOf(environment, 77)).toBe(ms);
    });
  }
});
