import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { lantern, start, startHub, stop, stopAll } from './processes.ts';

// The commands beside a hub that runs: real processes on one data directory.

const folder = mkdtempSync(join(tmpdir(), 'lantern-running-'));
const config = join(folder, 'hub.yaml');
const data = join(folder, 'data');

beforeAll(async () => {
  writeFileSync(
    config,
    `site: { id: hub-test, timezone: Europe/London }
contacts: [{ id: sister, phone: "+447700900123", alarms: [personal, duress, intruder, tamper, fire, fault] }]
mqtt: { listen: { port: 0 } }
`,
  );
  await startHub(config, data);
});

afterAll(async () => {
  await stopAll();
  rmSync(folder, { recursive: true, force: true });
});

describe('beside a running hub', () => {
  it('log --follow prints each row as it is written, once, in order', async () => {
    const follow = start(['log', '--data', data, '--format', 'jsonl', '--follow']);
    await follow.line((line) => line.includes('"started"'));
    lantern(['test-alert', '--data', data]);
    const sent = JSON.parse(await follow.line((line) => line.includes('"text-not-sent"')));
    const began = JSON.parse(await follow.line((line) => line.includes('"test-started"')));
    expect(began.seq).toBeLessThan(sent.seq);
    const printed = lantern(['log', '--data', data, '--format', 'jsonl']).stdout.trimEnd().split('\n');
    expect(printed.map((line) => JSON.parse(line).seq)).toEqual(printed.map((_, index) => index + 1));
    await stop(follow);
  });

  it('log export makes a bundle that is whole', () => {
    const file = join(folder, 'night.tar');
    const ran = lantern(['log', 'export', '--data', data, '--out', file, '--json']);
    expect([ran.status, ran.stderr]).toEqual([0, '']);
    expect(JSON.parse(ran.stdout)).toMatchObject({ file, whole: true });
    expect(readFileSync(file).length % 512).toBe(0);
    expect(lantern(['log', 'verify', '--data', data]).stdout).toBe('ok\n');
    expect(lantern(['log', 'export', '--data', data, '--out', file])).toMatchObject({ status: 1, stdout: '' });
  });
});
