import { describe, expect, it } from 'vitest';
import { fakeDeps, lantern } from './fakes.ts';

const nowhere = ['--data', '/nonexistent'];

describe('lantern upgrade', () => {
  const wrong: readonly (readonly [args: readonly string[], why: RegExp])[] = [
    [[], /either --from PATH or --back/],
    [['--from', 'x', '--back'], /either --from PATH or --back/],
    [['--back', '--sha256', 'a'.repeat(64)], /goes with --from/],
    [['--from', 'x', '--sha256', 'abc'], /64 hex digits/],
  ];
  for (const [args, why] of wrong) {
    it(`${['upgrade', ...args].join(' ')} is wrong use`, async () => {
      expect(await lantern(['upgrade', ...args])).toMatchObject({
        status: 2,
        out: '',
        err: expect.stringMatching(why),
      });
    });
  }

  it('hands on what is wanted, and how the hub stands', async () => {
    const deps = fakeDeps();
    const ran = await lantern(['upgrade', '--from', 'new.tar.gz', '--sha256', 'A'.repeat(64), ...nowhere], { deps });
    expect(ran).toEqual({ status: 0, out: '', err: 'lantern: unpacking\n' });
    expect(deps.calls).toEqual([
      [
        'upgrade',
        { to: 'files', from: 'new.tar.gz', sha256: 'A'.repeat(64), hub: 'up' },
        '/etc/lantern/config.yaml',
        { is: 'silent', why: expect.stringMatching(/no hub is running on \/nonexistent/) },
      ],
    ]);
  });

  it('--back, with a hub that is known to be down', async () => {
    const deps = fakeDeps();
    await lantern(['upgrade', '--back', '--hub-is-down', ...nowhere], { deps });
    expect(deps.calls[0]?.[1]).toEqual({ to: 'previous', hub: 'down' });
  });

  it('a refusal is one line and exit 1', async () => {
    const deps = fakeDeps({ upgrade: async () => ({ ok: false, why: 'the panel is armed' }) });
    expect(await lantern(['upgrade', '--back', ...nowhere], { deps })).toEqual({
      status: 1,
      out: '',
      err: 'lantern: the panel is armed\n',
    });
  });
});

describe('lantern unit', () => {
  it('prints the part of the unit', async () => {
    expect(await lantern(['unit', '--config', 'a.yaml'])).toEqual({ status: 0, out: '[Service] a.yaml\n', err: '' });
  });
  it('needs a config', async () => {
    expect(await lantern(['unit'])).toMatchObject({ status: 2, out: '' });
  });
});
