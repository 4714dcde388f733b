import { existsSync, globSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connectAsync, type MqttClient } from 'mqtt';
import { afterAll, describe, expect, it } from 'vitest';
import { lantern, start, startHub, stopAll } from './processes.ts';

// The real program, while the machine's wall clock is set under it: libfaketime stands between it and the kernel, and
// leaves the monotonic clock alone.

const library = globSync('/usr/lib/*/faketime/libfaketime.so.1')[0];
const folder = mkdtempSync(join(tmpdir(), 'lantern-wall-'));
const offset = join(folder, 'offset');
const data = join(folder, 'data');
const clients: MqttClient[] = [];

const fakeTime = {
  LD_PRELOAD: library,
  FAKETIME_TIMESTAMP_FILE: offset,
  FAKETIME_NO_CACHE: '1',
  DONT_FAKE_MONOTONIC: '1',
};

afterAll(async () => {
  await Promise.all(clients.map((client) => client.endAsync(true)));
  await stopAll();
  rmSync(folder, { recursive: true, force: true });
});

const freePort = (): Promise<number> =>
  new Promise((done) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => done(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });

/** Every state the panel has shown, and how long after the first. */
async function watch(port: number) {
  const client = await connectAsync(`mqtt://127.0.0.1:${port}`, { protocolVersion: 4 });
  clients.push(client);
  const seen: { readonly state: string; readonly ms: number }[] = [];
  const waiting = new Set<() => void>();
  client.on('message', (_topic, payload) => {
    seen.push({ state: payload.toString(), ms: performance.now() });
    for (const look of waiting) look();
  });
  await client.subscribeAsync('lantern/hub-test/panel/state');
  const reached = (state: string): Promise<number> =>
    new Promise((done) => {
      const look = (): void => {
        const found = seen.find((one) => one.state === state);
        if (found === undefined) return;
        waiting.delete(look);
        done(found.ms);
      };
      waiting.add(look);
      look();
    });
  return { client, reached };
}

const config = (port: number): string => `site: { id: hub-test, timezone: Europe/London }
panel: { modes: { away: { exitDelay: 8s } } }
mqtt: { listen: { port: ${port} } }
`;

async function night(): Promise<void> {
  const port = await freePort();
  writeFileSync(join(folder, 'hub.yaml'), config(port));
  writeFileSync(offset, '+0');
  await startHub(join(folder, 'hub.yaml'), data, fakeTime);
  lantern(['users', 'add', '--data', data, '--name', 'Anna', '--role', 'resident'], '482913\n');
  const follow = start(['log', '--data', data, '--format', 'jsonl', '--follow']);
  const { client, reached } = await watch(port);
  await client.publishAsync('lantern/hub-test/panel/set', JSON.stringify({ action: 'ARM_AWAY', code: '482913' }));
  const from = await reached('arming');
  writeFileSync(offset, '+2h');
  const stepped = JSON.parse(await follow.line((line) => line.includes('"clock-stepped"')));
  expect(Math.abs(stepped.data.byMs - 7_200_000)).toBeLessThan(1000);
  // Two hours on the wall are nothing to an exit delay of eight seconds.
  expect((await reached('armed_away')) - from).toBeGreaterThan(7_900);
  const rows = lantern(['log', '--data', data, '--format', 'jsonl']).stdout.trimEnd().split('\n');
  const types = rows.map((line) => JSON.parse(line)).map(({ type }) => type);
  expect(types.filter((type) => type === 'clock-stepped')).toHaveLength(1);
  expect(lantern(['log', 'verify', '--data', data]).stdout).toBe('ok\n');
}

describe('the wall clock set under a running hub', () => {
  if (library !== undefined && existsSync(library)) {
    it('makes one row, and moves no deadline', night);
  } else {
    const note = 'NOT RUN: needs libfaketime (install the Debian package faketime)';
    it(note, (ctx) => {
      console.error(note);
      ctx.skip(note);
    });
  }
});
