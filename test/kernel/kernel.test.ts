import { spawn, spawnSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { beforeAll, describe, expect, it } from 'vitest';
import { ensureBuilt } from '../whole/program.ts';
import { storiesInGuest } from './stories.ts';

const root = join(import.meta.dirname, '../..');
const PATIENCE_S = 400;

const found = spawnSync(join(root, 'scripts/kernel'), ['--find'], { encoding: 'utf8' });
const kernel = found.status === 0 ? found.stdout.trim() : null;

/** What each story came to, by its name. */
const results = new Map<string, string>();
const said: string[] = [];

/** One boot for all: the stories run within, one after the other, and tell as each ends. */
async function boot(path: string): Promise<void> {
  const command = ['--kernel', path, '--seconds', String(PATIENCE_S), process.execPath, 'test/kernel/guest/main.ts'];
  const guest = spawn(join(root, 'scripts/in-kernel'), command, {
    cwd: root,
    env: { ...process.env, LANTERN_GUEST_ENV: `PATH=${dirname(process.execPath)}:/usr/sbin:/usr/bin:/sbin:/bin` },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  guest.stderr.on('data', (text) => said.push(String(text)));
  for await (const line of createInterface(guest.stdout)) {
    const told = line.startsWith('{') ? (JSON.parse(line) as { name: string; result: string }) : null;
    if (told === null) said.push(line);
    else results.set(told.name, told.result);
  }
}

const notRunMark = 'NOT RUN:';

describe('under a kernel with simulated pins', () => {
  beforeAll(
    async () => {
      if (kernel === null) return;
      await ensureBuilt();
      await boot(kernel);
    },
    (PATIENCE_S + 60) * 1_000,
  );

  for (const { name } of storiesInGuest) {
    it(name, (ctx) => {
      const result =
        kernel === null
          ? `${notRunMark} ${name}: no kernel to run it under; scripts/kernel builds one, or name one in LANTERN_UML`
          : results.get(name);
      const left = result?.split('\n').find((line) => line.includes(notRunMark));
      if (left !== undefined) {
        console.error(left);
        ctx.skip(left.slice(left.indexOf(notRunMark)));
      }
      expect(result ?? `nothing was told of it; the guest said: ${said.join('').slice(-2_000)}`).toBe('passed');
    });
  }

  it('nothing went wrong outside the stories', (ctx) => {
    if (kernel === null) ctx.skip(`${notRunMark} no kernel to run it under`);
    expect(results.get('outside any story')).toBeUndefined();
  });
});
