import { describe, expect, it } from 'vitest';
import { fakeDeps, lantern } from './fakes.ts';

describe('desk', () => {
  it('runs with what it was given', async () => {
    const deps = fakeDeps();
    const args = ['desk', '--config', 'c', '--data', 'd', '--database', 'postgres://x', '--port', '0'];
    expect(await lantern(args, { deps })).toEqual({ status: 0, out: '', err: '' });
    expect(deps.calls).toEqual([['desk', { config: 'c', dir: 'd', database: 'postgres://x', port: 0 }]]);
  });
  it('ends with 2 on a wrong config', async () => {
    expect(await lantern(['desk', '--config', 'wrong.yaml', '--data', 'd'])).toMatchObject({ status: 2, err: '' });
  });
});

describe('desk users', () => {
  it('adds with a password from stdin, spaces and all, in the store that was named before or after', async () => {
    for (const args of [
      ['desk', 'users', 'add', '--name', 'Ada', '--data', 'd', '--database', 'u'],
      ['desk', '--data', 'd', '--database', 'u', 'users', 'add', '--name', 'Ada'],
    ]) {
      const deps = fakeDeps();
      expect(await lantern(args, { deps, stdin: 'a long  password \n' })).toMatchObject({
        status: 0,
        out: 'Ada may sign in\n',
      });
      expect(deps.calls).toEqual([['desk add', { dir: 'd', database: 'u' }, 'Ada', 'a long  password ']]);
    }
  });
  it('says why not', async () => {
    const ran = await lantern(['desk', 'users', 'add', '--data', 'd', '--name', 'Ada'], { stdin: 'short' });
    expect(ran).toEqual({ status: 1, out: '', err: 'lantern: a password has 10 characters or more\n' });
  });
  it('lists, and no name reaches the terminal as more than text', async () => {
    expect((await lantern(['desk', 'users', 'list', '--data', 'd'])).out).toBe('Ada\nBo?[2J\n');
  });
  it('removes', async () => {
    expect((await lantern(['desk', 'users', 'remove', '--data', 'd', '--name', 'Ada'])).out).toBe('removed Ada\n');
    expect((await lantern(['desk', 'users', 'remove', '--data', 'd', '--name', 'Bo'])).status).toBe(1);
  });
});
