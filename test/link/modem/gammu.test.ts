import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { TO } from '../texts/path-contract.ts';
import { type Simulator, startSimulator } from './simulator.ts';

// What the driver is tested against has to be a modem to others too: gammu is a program that has spoken to modems for
// twenty years.

const hasGammu = spawnSync('gammu', ['--version']).error === undefined;
const NOT_RUN = 'NOT RUN: gammu is not installed (Debian package: gammu)';

interface Gammu {
  readonly far: Simulator;
  run(...args: string[]): Promise<{ readonly status: number | null; readonly said: string }>;
  close(): void;
}

function open(): Gammu {
  const far = startSimulator();
  const dir = mkdtempSync(join(tmpdir(), 'lantern-gammu-'));
  writeFileSync(join(dir, 'rc'), `[gammu]\ndevice = ${far.path}\nconnection = at115200\nusephonedb = no\n`);
  return {
    far,
    run: (...args) => run(join(dir, 'rc'), args),
    close() {
      far.close();
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

function run(config: string, args: readonly string[]): ReturnType<Gammu['run']> {
  return new Promise((done) => {
    let said = '';
    // Words as typed here, whatever the machine speaks.
    const env = { ...process.env, LC_ALL: 'C.UTF-8' };
    const child = spawn('gammu', ['-c', config, ...args], { env, stdio: ['ignore', 'pipe', 'pipe'] });
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (text) => {
        said += text;
      });
    }
    child.on('close', (status) => done({ status, said }));
  });
}

describe.concurrent('gammu takes the simulator for a modem', () => {
  const check = (name: string, story: (its: Gammu) => Promise<void>) =>
    it(name, async (context) => {
      if (!hasGammu) context.skip(NOT_RUN);
      const its = open();
      try {
        await story(its);
      } finally {
        its.close();
      }
    });

  check('it says what it is', async ({ run }) => {
    const { status, said } = await run('identify');
    expect(status, said).toBe(0);
    expect(said).toMatch(/FARMODEMS/i);
    expect(said).toMatch(/490154203237518/);
  });

  check('a text is sent', async ({ far, run }) => {
    const { status, said } = await run('sendsms', 'TEXT', TO, '-text', 'Please ring me now. Reply OK 4821 when seen.');
    expect(status, said).toBe(0);
    expect(far.sent()).toMatchObject([{ to: TO, body: 'Please ring me now. Reply OK 4821 when seen.' }]);
  });

  check('a long text is sent in parts', async ({ far, run }) => {
    const words = 'x'.repeat(300);
    const { status, said } = await run('sendsms', 'TEXT', TO, '-autolen', '300', '-text', words);
    expect(status, said).toBe(0);
    expect(far.sent()).toMatchObject([{ to: TO, body: words }]);
    expect(far.sent()[0]?.refs.length).toBe(2);
  });

  check('a refused text is an error', async ({ far, run }) => {
    far.set({ failSends: 38 });
    expect((await run('sendsms', 'TEXT', TO, '-text', 'one')).status).not.toBe(0);
    expect(far.sent()).toEqual([]);
  });

  check('texts that came in are listed', async ({ far, run }) => {
    far.receive(TO, 'OK 4821 {€}');
    far.receive('BANK', 'Überweisung дом');
    const { status, said } = await run('getallsms');
    expect(status, said).toBe(0);
    expect(said).toContain('OK 4821 {€}');
    expect(said).toContain(TO);
    expect(said).toContain('Überweisung дом');
    expect(said).toContain('BANK');
  });

  check('parts that came in are put together', async ({ far, run }) => {
    for (const seq of [2, 1]) far.receive(TO, `part ${seq}. `, { ref: 77, bits: 8, total: 2, seq });
    const { said } = await run('geteachsms');
    expect(said).toContain('part 1. part 2. ');
  });

  check('texts are deleted', async ({ far, run }) => {
    far.receive(TO, 'one');
    far.receive(TO, 'two');
    const { status, said } = await run('deleteallsms', '1');
    expect(status, said).toBe(0);
    expect(far.stored()).toBe(0);
  });

  check('signal and network are told', async ({ run }) => {
    const { said } = await run('networkinfo');
    expect(said).toMatch(/home network/i);
    expect((await run('monitor', '1')).said).toMatch(/Signal strength\s*:\s*-71 dBm/);
  });
});
