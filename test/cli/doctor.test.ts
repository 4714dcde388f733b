import { expect, it } from 'vitest';
import { fakeDeps, lantern } from './fakes.ts';

it('each line says how it is, with a remedy below it where there is one', async () => {
  expect(await lantern(['doctor', '--data', 'nowhere'])).toEqual({
    status: 0,
    err: '',
    out: 'ok       clock          set\nwarn     wifi           weak ?[2J\n                        → lay a wire\n',
  });
});

it('--json', async () => {
  const ran = await lantern(['doctor', '--data', 'nowhere', '--config', 'c', '--json']);
  expect(JSON.parse(ran.out)).toMatchObject([
    { about: 'clock', is: 'ok', remedy: null },
    { about: 'wifi', is: 'warn' },
  ]);
});

it('what the hub does not answer is part of what is looked at', async () => {
  const deps = fakeDeps();
  await lantern(['doctor', '--data', 'nowhere', '--config', 'c'], { deps });
  const answers = { ok: false, hub: 'absent', why: expect.stringMatching(/^no hub is running on nowhere/) };
  expect(deps.calls).toEqual([['doctor', { data: 'nowhere', config: 'c' }, { answers, modem: null }]]);
});

it('one bad thing: exit 1', async () => {
  const deps = {
    ...fakeDeps(),
    doctor: async () => [{ about: 'clock', is: 'bad', says: 'not set', remedy: 'set it' }] as const,
  };
  expect(await lantern(['doctor', '--data', 'nowhere'], { deps })).toMatchObject({
    status: 1,
    err: 'lantern: one thing is bad\n',
  });
});
