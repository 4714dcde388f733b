import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

// The commands beside a hub that runs, as a person would use them: three real processes on one data directory.

const bin = resolve(import.meta.dirname, '../../src/bin.ts');
const folder = mkdtempSync(join(tmpdir(), 'lantern-running-'));
const data = join(folder, 'data');
const children: ChildProcess[] = [];

function start(args: readonly string[]): {
  child: ChildProcess;
  line: (holds: (line: string) => boolean) => Promise<string>;
} {
  const child = spawn(process.execPath, [bin, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  children.push(child);
  const lines: string[] = [];
  const waiting = new Set<() => void>();
  for (const stream of [child.stdout, child.stderr]) {
    if (stream === null) continue;
    createInterface({ input: stream }).on('line', (line) => {
      lines.push(line);
      for (const look of waiting) look();
    });
  }
  const line = (holds: (line: string) => boolean): Promise<string> =>
    new Promise((done) => {
      const look = (): void => {
        const found = lines.find(holds);
        if (found === undefined) return;
        waiting.delete(look);
        done(found);
      };
      waiting.add(look);
      look();
    });
  return { child, line };
}

const ended = (child: ChildProcess): Promise<number | null> =>
  new Promise((done) => {
    if (child.exitCode !== null || child.signalCode !== null) done(child.exitCode);
    else child.once('exit', (code) => done(code));
  });

const lantern = (...args: readonly string[]) => spawnSync(process.execPath, [bin, ...args], { encoding: 'utf8' });

beforeAll(async () => {
  writeFileSync(
    join(folder, 'hub.yaml'),
    `site: { id: hub-test, timezone: Europe/London }
contacts: [{ id: sister, phone: "+447700900123", alarms: [personal, duress, intruder, tamper, fire, fault] }]
mqtt: { listen: { port: 0 } }
`,
  );
  const hub = start(['run', '--config', join(folder, 'hub.yaml'), '--data', data]);
  await hub.line((line) => line.includes('"ready"') || line.endsWith('ready'));
});

afterAll(async () => {
  for (const child of children) child.kill('SIGTERM');
  await Promise.all(children.map(ended));
  rmSync(folder, { recursive: true, force: true });
});

describe('beside a running hub', () => {
  it('log --follow prints each row as it is written, once, in order', async () => {
    const follow = start(['log', '--data', data, '--format', 'jsonl', '--follow']);
    await follow.line((line) => line.includes('"started"'));
    lantern('test-alert', '--data', data);
    const sent = JSON.parse(await follow.line((line) => line.includes('"text-not-sent"')));
    const began = JSON.parse(await follow.line((line) => line.includes('"test-started"')));
    expect(began.seq).toBeLessThan(sent.seq);
    const printed = lantern('log', '--data', data, '--format', 'jsonl').stdout.trimEnd().split('\n');
    expect(printed.map((line) => JSON.parse(line).seq)).toEqual(printed.map((_, index) => index + 1));
    follow.child.kill('SIGTERM');
    await ended(follow.child);
  });

  it('log export makes a bundle that is whole', () => {
    const file = join(folder, 'night.tar');
    const ran = lantern('log', 'export', '--data', data, '--out', file, '--json');
    expect([ran.status, ran.stderr]).toEqual([0, '']);
    const said = JSON.parse(ran.stdout);
    expect(said).toMatchObject({ file, whole: true });
    expect(readFileSync(file).length % 512).toBe(0);
    expect(lantern('log', 'verify', '--data', data).stdout).toBe('ok\n');
    expect(lantern('log', 'export', '--data', data, '--out', file)).toMatchObject({ status: 1, stdout: '' });
  });
});
