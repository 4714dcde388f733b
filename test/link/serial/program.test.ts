import { existsSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { Wires } from '../../../src/hub/ports.ts';
import { createGateways } from '../../../src/link/serial/gateways.ts';
import { createFakeClock, type FakeClock } from '../../hub/fakes.ts';
import { programAt, quietLog, type RecordedWires, recordWires } from './support.ts';

// Real processes; a shell script stands for rtl_433. Only the time is ours.

const cleanups: (() => void | Promise<void>)[] = [];
afterEach(async () => {
  for (const clean of cleanups.splice(0).reverse()) await clean();
});

interface Bench {
  readonly clock: FakeClock;
  readonly door: RecordedWires;
  readonly wires: Wires;
  /** A folder for the script's notes; it runs with this as $1. */
  readonly dir: string;
}

async function run(script: string): Promise<Bench> {
  const dir = mkdtempSync(join(tmpdir(), 'lantern-program-'));
  const clock = createFakeClock();
  const door = recordWires();
  const wires = createGateways([programAt('/bin/sh', '-c', script, 'rtl_433', dir)], { clock, log: quietLog });
  cleanups.push(() => rmSync(dir, { recursive: true, force: true }));
  cleanups.push(() => wires.close());
  await wires.open(door);
  return { clock, door, wires, dir };
}

async function until(isSo: () => boolean, pass: () => void = () => {}): Promise<void> {
  for (let step = 0; !isSo() && step < 4000; step += 1) {
    pass();
    await new Promise((done) => setTimeout(done, 2));
  }
  expect(isSo()).toBe(true);
}

const isRunning = (pid: string): boolean => {
  try {
    return !/^\d+ \(.*\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
};

const lines = (file: string): number => (existsSync(file) ? readFileSync(file, 'utf8').split('\n').length - 1 : 0);

describe('a program', () => {
  it('is up at its first word, and says what it hears', async () => {
    const { door } = await run(`echo '{"model":"Generic-Remote","id":5069,"cmd":192}'; exec sleep 1000`);
    await door.heard('gateway #serial/attic up: rtl_433 speaks');
    expect(await door.heard('message')).toBe(
      'message #serial/attic/heard {"model":"Generic-Remote","id":5069,"cmd":192}',
    );
  });

  it('is up after two seconds where it hears nothing, and is not expected to speak', async () => {
    const { clock, door } = await run('exec sleep 1000');
    clock.pass(1999);
    expect(door.lines).toEqual([]);
    clock.pass(1);
    expect(door.lines).toEqual(['gateway #serial/attic up: rtl_433 runs']);
    clock.pass(3_600_000);
    expect(door.lines.length).toBe(1);
  });

  it('that ends is down with its last words, and is started again and again', async () => {
    const { clock, door, dir } = await run('echo run >>"$1/runs"; echo "No supported devices found." >&2; exit 3');
    const down = await door.heard('down');
    expect(down).toBe('gateway #serial/attic down: /bin/sh ended with status 3: No supported devices found.');
    await until(
      () => lines(join(dir, 'runs')) === 4,
      () => clock.pass(100),
    );
    expect(door.count('down')).toBe(1);
  });

  it('that is not installed is down with a sentence', async () => {
    const clock = createFakeClock();
    const door = recordWires();
    const wires = createGateways([programAt('rtl_433-that-is-not-there')], { clock, log: quietLog });
    cleanups.push(() => wires.close());
    await wires.open(door);
    expect(door.lines).toEqual([
      'gateway #serial/attic down: rtl_433-that-is-not-there is not installed; install it, or correct the command',
    ]);
  });

  it('that reports and then falls silent is down after silenceMs, ended and started again', async () => {
    const { clock, door, dir } = await run(`echo run >>"$1/runs"; echo '{"enabled":191,"stats":[]}'; exec sleep 1000`);
    await door.heard('gateway #serial/attic up: rtl_433 reports');
    clock.pass(29_999);
    expect(door.count('down')).toBe(0);
    clock.pass(1);
    expect(await door.heard('down')).toContain('rtl_433 on /bin/sh has said nothing for 30 s although asked');
    await until(
      () => lines(join(dir, 'runs')) === 2,
      () => clock.pass(100),
    );
    await door.heard('gateway #serial/attic up');
  });

  it('that prints no JSON is down with a sentence', async () => {
    const { door } = await run('while :; do echo "time: 1 model: Generic-Remote"; done');
    expect(await door.heard('down')).toBe(
      'gateway #serial/attic down: what rtl_433 prints cannot be read; run it with -F json',
    );
  });

  it('is ended with all it started', async () => {
    const { door, wires } = await run(`sleep 1000 & echo "{\\"model\\":\\"child\\",\\"id\\":$!}"; wait`);
    const pid = /"id":(\d+)/.exec(await door.heard('child'))?.[1] ?? '';
    expect(isRunning(pid)).toBe(true);
    await wires.close();
    await until(() => !isRunning(pid));
  });

  it('that does not want to end is ended after two seconds', async () => {
    const { clock, door, wires } = await run(
      `trap '' TERM; echo "{\\"model\\":\\"self\\",\\"id\\":$$}"; while :; do sleep 0.05; done`,
    );
    const pid = /"id":(\d+)/.exec(await door.heard('self'))?.[1] ?? '';
    const closed = wires.close();
    clock.pass(1999);
    expect(isRunning(pid)).toBe(true);
    clock.pass(1);
    await closed;
    expect(isRunning(pid)).toBe(false);
  });

  it('sees none of our secrets', async () => {
    process.env['LANTERN_SECRET'] = 'told';
    const { door } = await run(`echo "{\\"model\\":\\"\${LANTERN_SECRET:-nothing}\\"}"; exec sleep 1000`);
    delete process.env['LANTERN_SECRET'];
    expect(await door.heard('message')).toContain('{"model":"nothing"}');
  });

  it('that reports a covered band for half a minute is told as noise', async () => {
    // It prints each file that appears, and what it printed is then counted.
    const { clock, door, dir } = await run(`n=0
      while :; do if [ -e "$1/$n" ]; then cat "$1/$n"; echo "{\\"model\\":\\"printed-$n\\"}"; n=$((n+1)); else sleep 0.01; fi; done`);
    for (const [place, level] of [
      'noise level -37.4',
      'signal level -7.0',
      'signal level -7.0',
      'signal level -7.0',
    ].entries()) {
      writeFileSync(join(dir, 'draft'), `{"msg":"Current ${level} dB, estimated noise -25.1 dB"}\n`);
      renameSync(join(dir, 'draft'), join(dir, String(place)));
      await door.heard(`printed-${place}`);
      clock.pass(10_000);
    }
    expect(door.lines.filter((line) => line.startsWith('noise'))).toEqual(['noise #serial/attic up']);
  });

  it('is up by a line of its log as well', async () => {
    const { door } = await run('echo "Current noise level -37.4 dB, estimated noise -17.9 dB" >&2; exec sleep 1000');
    await door.heard('gateway #serial/attic up: rtl_433 reports');
  });

  it('may print a flood; the hub hears some of it, counts the rest, and goes on', async () => {
    const line = '{"model":"Generic-Remote","id":5069,"cmd":192}';
    const { clock, door } = await run(`yes '${line}' | head -n 200000; echo '{"model":"last"}'; exec sleep 1000`);
    await until(() => door.count('Generic-Remote') > 2000);
    await until(
      () => door.count('"last"') === 1 || door.count('in a flood were dropped') > 0,
      () => clock.pass(10),
    );
    expect(door.count('down')).toBe(0);
  });
});
