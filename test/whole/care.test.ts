import { cpSync, existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { wallTime } from '../../src/base/time.ts';
import { verifyChain } from '../../src/journal/read.ts';
import { openReviews } from '../../src/site/reviews.ts';
import { settle, story } from './house.ts';
import { CODE } from './house-config.ts';
import { lantern } from './program.ts';

const WORDS = 'plum tin fog ladder';

story(
  'a hub is backed up under load, reviewed, put back without being disarmed, moved, and wiped in the end',
  async ({ house }) => {
    // Handed over seven months ago, and nobody has looked at it since.
    const handedOver = wallTime(Date.now() - 215 * 86_400_000);
    expect(openReviews(house.data).begin(handedOver)).toMatchObject({ ok: true });
    const first = await house.start();
    await settle(first.ear);
    const file = join(house.dir, 'backup.lantern');

    // Writes without pause, while the copy is made.
    const writing = { on: true };
    const load = (async () => {
      for (let n = 0; writing.on; n += 1) {
        await first.ear.device('gate', { contact: n % 2 === 0 });
        if (n % 8 === 0) await first.ear.order({ action: n % 16 === 0 ? 'ARM_HOME' : 'DISARM', code: CODE });
      }
    })();
    const made = await house.lantern(['backup', '--config', house.config, '--out', file], WORDS);
    writing.on = false;
    await load;
    expect(made).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/backup\.lantern: \d+ files, .* rows of the log\n/),
    });
    expect(made.stderr).toBe('');
    expect(readFileSync(file, 'latin1')).not.toContain('+4477');

    // The doctor looks at the same hub, beside it.
    const looked = await house.lantern(['doctor', '--config', house.config, '--json']);
    const found = new Map(
      (JSON.parse(looked.stdout) as { about: string; is: string }[]).map(({ about, is }) => [about, is]),
    );
    for (const about of ['hub', 'data', 'database', 'log', 'broker', 'backup', 'memory']) {
      expect([about, found.get(about)]).toEqual([about, 'ok']);
    }

    // A review that is due is shown, blocks no arming, and is over when it was held.
    const faults = () => first.ear.attributes().faults;
    await first.ear.until('the review', () => faults().includes('review_due'));
    const today = new Date().toISOString().slice(0, 10);
    for (const next of [/the next one is due on/, /it was the last one/]) {
      const held = await house.lantern(['reviews', 'done', '--on', today]);
      expect(held).toMatchObject({ code: 0, stdout: expect.stringMatching(next) });
    }
    await first.ear.until('no review', () => !faults().includes('review_due'));

    // On a new card, with the config from the backup.
    const [data, config] = [join(house.dir, 'new', 'data'), join(house.dir, 'new', 'house.yaml')];
    const back = ['restore', '--in', file, '--data', data];
    const wrong = await lantern(back, 'another one entirely');
    expect(wrong).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/^lantern: this passphrase does not open [^\n]+\n$/),
    });
    expect(existsSync(data)).toBe(false);
    expect(await lantern([...back, '--config', config, '--json'], WORDS)).toMatchObject({ code: 0, stderr: '' });
    expect(readFileSync(config, 'utf8')).toBe(readFileSync(house.config, 'utf8'));
    expect(verifyChain(data)).toMatchObject({ ok: true });

    // Over the house itself: refused while its hub runs, and then it stays set.
    await first.ear.order({ action: 'DISARM', code: CODE });
    expect(await first.ear.order({ action: 'ARM_NIGHT', code: CODE })).toMatchObject({ ok: true });
    const over = ['restore', '--in', file, '--replace'];
    expect(await house.lantern(over, WORDS)).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/a hub is running on/),
    });
    await first.run.kill();
    const replaced = await house.lantern(over, WORDS);
    expect(replaced).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/The house was set \(night\) and stays so/),
    });
    const again = await house.start();
    await again.ear.untilState('armed_night');
    expect(await again.ear.order({ action: 'DISARM', code: CODE })).toMatchObject({ ok: true });
    await again.ear.untilState('disarmed');
    expect(house.verify()).toBe('ok');
    await again.run.kill();

    // And the new card's hub knows its people.
    rmSync(house.data, { recursive: true });
    cpSync(data, house.data, { recursive: true });
    const moved = await house.start();
    expect(await moved.ear.order({ action: 'DISARM', code: CODE })).toMatchObject({ ok: true });
    expect(house.verify()).toBe('ok');

    // At the end it is wiped: not under a hub that runs, and not before the log was kept.
    const evidence = join(house.dir, 'evidence.tar');
    const record = join(house.dir, 'record.json');
    const remove = ['remove', '--config', house.config, '--record', record, '--yes', 'whole'];
    const running = await house.lantern([...remove, '--evidence', evidence]);
    expect(running).toMatchObject({ code: 1, stderr: expect.stringMatching(/a hub is running on/) });
    await moved.run.kill('SIGTERM');
    expect(await house.lantern(remove)).toMatchObject({ code: 2, stderr: expect.stringMatching(/--without-evidence/) });
    expect(existsSync(evidence)).toBe(false);
    const removed = await house.lantern([...remove, '--evidence', evidence]);
    expect(removed).toMatchObject({ code: 0, stdout: expect.stringMatching(/^whole is wiped: \d+ bytes/) });
    expect(JSON.parse(readFileSync(record, 'utf8'))).toMatchObject({ complete: true, left: [] });
    expect([existsSync(house.data), existsSync(house.config), existsSync(evidence)]).toEqual([false, false, true]);
  },
);
