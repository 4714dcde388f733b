import { spawn, spawnSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { beforeAll, describe, expect, it } from 'vitest';
import { ensureBuilt } from '../whole/program.ts';

const root = join(import.meta.dirname, '../..');

function findKernel(): string | null {
  const found = spawnSync(join(root, 'scripts/kernel'), ['--find'], { encoding: 'utf8' });
  return found.status === 0 ? found.stdout.trim() : null;
}

/** Stories that run in a guest, all in one boot. */
export interface GuestSuite {
  readonly title: string;
  readonly names: readonly string[];
  /** Runs within, and tells of each story in a line of JSON as it ends. */
  readonly program: string;
  /** More for scripts/in-kernel. */
  readonly flags: readonly string[];
  readonly patienceS: number;
  /** Why the stories cannot run here even with a kernel; null: they can. */
  readonly missing: string | null;
}

const notRunMark = 'NOT RUN:';

/** One boot for all: the stories run within, one after the other, and each is a test here. */
export function inGuest({ title, names, program, flags, patienceS, missing }: GuestSuite): void {
  const kernel = missing === null ? findKernel() : null;
  const lacking = missing ?? 'no kernel to run it under; scripts/kernel builds one, or name one in LANTERN_UML';
  /** What each story came to, by its name. */
  const results = new Map<string, string>();
  const said: string[] = [];

  async function boot(path: string): Promise<void> {
    const command = ['--kernel', path, '--seconds', String(patienceS), ...flags, process.execPath, program];
    const guest = spawn(join(root, 'scripts/in-kernel'), command, {
      cwd: root,
      env: {
        ...process.env,
        LANTERN_GUEST_ENV: `PATH=${dirname(process.execPath)}:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin`,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    guest.stderr.on('data', (text) => said.push(String(text)));
    for await (const line of createInterface(guest.stdout)) {
      const told = line.startsWith('{') ? (JSON.parse(line) as { name: string; result: string }) : null;
      if (told === null) said.push(line);
      else results.set(told.name, told.result);
    }
  }

  describe(title, () => {
    beforeAll(
      async () => {
        if (kernel === null) return;
        await ensureBuilt();
        await boot(kernel);
      },
      (patienceS + 60) * 1_000,
    );

    for (const name of names) {
      it(name, (ctx) => {
        const result = kernel === null ? `${notRunMark} ${name}: ${lacking}` : results.get(name);
        const left = result?.split('\n').find((line) => line.includes(notRunMark));
        if (left !== undefined) {
          console.error(left);
          ctx.skip(left.slice(left.indexOf(notRunMark)));
        }
        expect(result ?? `nothing was told of it; the guest said: ${said.join('').slice(-2_000)}`).toBe('passed');
      });
    }

    it('nothing went wrong outside the stories', (ctx) => {
      if (kernel === null) ctx.skip(`${notRunMark} ${lacking}`);
      expect(results.get('outside any story')).toBeUndefined();
    });
  });
}
