import { spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { UpgradeOrder } from '../../src/box/upgrade.ts';
import { type Box, Cut, makeBox, type Trouble, trialOf } from './bench.ts';

const to = (from: string): UpgradeOrder => ({ to: 'files', from, sha256: null, hub: 'up' });
const back: UpgradeOrder = { to: 'previous', hub: 'up' };

const story = test.extend<{ box: Box }>({
  // biome-ignore lint/correctness/noEmptyPattern: vitest reads the wanted fixtures from the pattern
  box: async ({}, use) => {
    const box = makeBox('1.0.0', '1.1.0');
    await use(box);
    box.end();
  },
});

const started = ({ told }: Box): readonly string[] => told.filter((line) => line.startsWith('start '));

describe('an upgrade', () => {
  story('that goes well: the new one runs, the one before is kept, and older ones are gone', async ({ box }) => {
    expect(await box.upgrade(to('1.2.0'))).toEqual({ ok: true });
    expect([box.current(), box.previous(), box.releases(), box.whole()]).toEqual([
      '1.2.0',
      '1.1.0',
      ['1.1.0', '1.2.0'],
      true,
    ]);
    expect(box.told).toEqual([
      'claim',
      'says unpacking 1.2.0',
      'unpack',
      'says building 1.2.0; this takes some minutes on a Raspberry Pi',
      'build',
      'sync',
      'says checking the config of this house with 1.2.0',
      'check 1.2.0',
      'says switching from 1.1.0 to 1.2.0',
      'start 1.2.0',
      'steady 1.2.0',
      'says 1.2.0 is running; 1.1.0 is kept, and `lantern upgrade --back` goes back to it',
    ]);
    expect(trialOf(box.home)).toBeNull();
  });

  story('and back, and forth again', async ({ box }) => {
    await box.upgrade(to('1.2.0'));
    expect(await box.upgrade(back)).toEqual({ ok: true });
    expect([box.current(), box.previous()]).toEqual(['1.1.0', '1.2.0']);
    expect(await box.upgrade(back)).toEqual({ ok: true });
    expect([box.current(), box.previous(), started(box)]).toEqual([
      '1.2.0',
      '1.1.0',
      ['start 1.2.0', 'start 1.1.0', 'start 1.2.0'],
    ]);
  });

  story('to the version that is there already: another folder, so that the old one stays whole', async ({ box }) => {
    expect(await box.upgrade(to('1.1.0'))).toEqual({ ok: true });
    expect([box.current(), box.previous()]).toEqual(['1.1.0-2', '1.1.0']);
  });

  const unchanged: readonly (readonly [name: string, order: UpgradeOrder, trouble: Trouble, why: RegExp])[] = [
    ['by somebody who is not root', to('2.0.0'), { claim: 'only root' }, /only root/],
    ['while armed', to('2.0.0'), { standing: [{ is: 'busy', why: 'the panel is armed' }] }, /armed, then upgrade/],
    [
      'while armed, whatever is said of the hub',
      { ...to('2.0.0'), hub: 'down' },
      { standing: [{ is: 'busy', why: 'the panel is armed' }] },
      /armed/,
    ],
    ['with nobody answering', to('2.0.0'), { standing: [{ is: 'silent', why: 'no hub' }] }, /no hub.*--hub-is-down/],
    [
      'when somebody arms while it is built',
      to('2.0.0'),
      { standing: [{ is: 'at-rest' }, { is: 'busy', why: 'the panel is armed' }] },
      /armed/,
    ],
    ['with a disk that fills up while unpacking', to('2.0.0'), { unpack: 'the disk is full' }, /disk is full/],
    ['of a build that fails', to('2.0.0'), { build: 'npm ci failed' }, /npm ci failed/],
    ['that cannot be written down', to('2.0.0'), { sync: 'an I/O error' }, /I\/O error/],
    ['whose version does not take the config', to('2.0.0'), { check: 'devices[3]: no' }, /devices\[3\]/],
    ['to something that is no release', to('../../etc'), {}, /no Lantern in there/],
  ];
  for (const [name, order, trouble, why] of unchanged) {
    story(`${name} is refused, and nothing has changed`, async ({ box }) => {
      expect(await box.upgrade(order, trouble)).toEqual({ ok: false, why: expect.stringMatching(why) });
      expect([box.current(), box.previous(), box.releases(), started(box)]).toEqual([
        '1.1.0',
        '1.0.0',
        ['1.0.0', '1.1.0'],
        [],
      ]);
    });
  }

  story('back is refused where there is nothing to go back to', async () => {
    const box = makeBox('1.0.0');
    expect(await box.upgrade(back)).toMatchObject({
      ok: false,
      why: expect.stringMatching(/no version to go back to/),
    });
    box.end();
  });

  story('goes on with a hub that is known to be down', async ({ box }) => {
    const trouble: Trouble = { standing: [{ is: 'silent', why: 'no hub is running' }] };
    expect(await box.upgrade({ ...to('1.2.0'), hub: 'down' }, trouble)).toEqual({ ok: true });
  });

  story('to a version that never becomes ready: the old one runs again, and it is said', async ({ box }) => {
    expect(await box.upgrade(to('2.0.0'), { broken: ['2.0.0'] })).toEqual({
      ok: false,
      why: '2.0.0 did not become ready (it ended with 1), so 1.1.0 is running again; journalctl -u lantern says more',
    });
    expect([box.current(), box.previous(), box.releases(), started(box)]).toEqual([
      '1.1.0',
      '1.0.0',
      ['1.0.0', '1.1.0'],
      ['start 2.0.0', 'start 1.1.0'],
    ]);
    expect(trialOf(box.home)).toBeNull();
  });

  story('to a version that ends with its first heartbeats was never ready', async ({ box }) => {
    expect(await box.upgrade(to('2.0.0'), { short: ['2.0.0'] })).toMatchObject({ ok: false });
    expect([box.current(), started(box)]).toEqual(['1.1.0', ['start 2.0.0', 'start 1.1.0']]);
  });

  story('back to a version that does not become ready any more keeps both', async ({ box }) => {
    expect(await box.upgrade(back, { broken: ['1.0.0'] })).toMatchObject({ ok: false });
    expect([box.current(), box.previous(), box.releases()]).toEqual(['1.1.0', '1.0.0', ['1.0.0', '1.1.0']]);
  });

  story('after which nothing starts says that the house is not guarded', async ({ box }) => {
    expect(await box.upgrade(to('2.0.0'), { broken: ['2.0.0', '1.1.0'] })).toEqual({
      ok: false,
      why: expect.stringMatching(/and now 1\.1\.0 does not either .*not guarded/),
    });
    expect([box.current(), box.whole()]).toEqual(['1.1.0', true]);
  });

  story('removes what one before it left half made', async ({ box }) => {
    for (const left of ['.draft', '.gone-0.9.0', '0.9.0'])
      mkdirSync(join(box.home, 'releases', left, 'deep'), { recursive: true });
    await box.upgrade(to('1.2.0'));
    expect(box.releases()).toEqual(['1.1.0', '1.2.0']);
  });
});

describe('an upgrade that is cut off', () => {
  for (const [name, order, expected] of [
    ['an upgrade', to('1.2.0'), '1.2.0'],
    ['an upgrade back', back, '1.0.0'],
  ] as const) {
    test(`${name}: wherever, the next start runs a whole version, and the new one only where it had proven itself`, async () => {
      const ran: string[] = [];
      for (let cutBefore = 1; ; cutBefore += 1) {
        const box = makeBox('1.0.0', '1.1.0');
        const ended = await box.upgrade(order, { cutBefore }).catch((error: unknown) => error);
        if (!(ended instanceof Cut)) {
          expect(ended).toEqual({ ok: true });
          box.end();
          break;
        }
        box.settle();
        const now = box.current();
        expect([box.whole(), trialOf(box.home)], `cut before call ${cutBefore}`).toEqual([true, null]);
        expect(['1.1.0', expected], `cut before call ${cutBefore}`).toContain(now);
        if (now === expected) expect(box.told, `cut before call ${cutBefore}`).toContain(`steady ${expected}`);
        // Nothing of it stands in the way of the next one.
        expect(await box.upgrade(to('1.3.0')), `after a cut before call ${cutBefore}`).toEqual({ ok: true });
        ran.push(now === expected ? 'new' : 'old');
        box.end();
      }
      expect(new Set(ran)).toEqual(new Set(['old', 'new']));
      expect(ran.lastIndexOf('old')).toBeLessThan(ran.indexOf('new'));
    });
  }

  story('the version that is on trial stays while the upgrade lives, which holds the lock', async ({ box }) => {
    writeFileSync(join(box.home, 'trial'), '1.0.0\n1.1.0\n');
    const holder = spawn('flock', [join(box.home, 'upgrade.lock'), 'sh', '-c', 'echo held; exec cat']);
    await new Promise((held) => holder.stdout.once('data', held));
    expect([box.settle(), box.current()]).toEqual(['', '1.1.0']);
    const gone = new Promise((over) => holder.once('close', over));
    holder.stdin.end();
    await gone;
    expect([box.settle(), box.current()]).toEqual(['an upgrade was cut off; back to 1.0.0\n', '1.0.0']);
  });

  story('a note of a version that is not there changes nothing', async ({ box }) => {
    writeFileSync(join(box.home, 'trial'), 'gone\n1.1.0\n');
    expect([box.settle(), box.current(), trialOf(box.home)]).toEqual(['', '1.1.0', null]);
  });
});
