import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { JsonObject } from '../../src/base/json.ts';
import { type Control, type ControlHandler, openControl } from '../../src/web/control.ts';
import { CHANGED, fakeDeps, LIVE, lantern } from './fakes.ts';

const folders: string[] = [];
const open: Control[] = [];
afterEach(async () => {
  for (const control of open.splice(0)) await control.close();
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

/** A data directory, and a hub on it that answers each request with one item; null: none runs. */
async function data(handlers: Readonly<Record<string, ControlHandler>> | null): Promise<string> {
  const dir = mkdtempSync(join(tmpdir(), 'lantern-locks-'));
  folders.push(dir);
  if (handlers === null) return dir;
  const opened = await openControl(dir, new Map(Object.entries(handlers)));
  if (!opened.ok) throw new Error(opened.why);
  open.push(opened.control);
  return dir;
}

/** Answers with this, and remembers what was asked. */
function answering(item: JsonObject): { readonly handler: ControlHandler; readonly asked: JsonObject[] } {
  const asked: JsonObject[] = [];
  const handler: ControlHandler = (request, give) => {
    asked.push(request);
    give(item);
    return { ok: true };
  };
  return { handler, asked };
}

describe('lantern locks', () => {
  it('shows all that can see or change anything, and what to do about the rest', async () => {
    const { out } = await lantern(['locks', '--data', await data(null)]);
    expect(out).toBe(`people with a code:
  resident   Al?[2J
  visitor    Vera  until 2027-01-01T00:00:00.000Z
signed in: not known while no hub runs
installers may work: no
users of the broker:
  z2m  may say zigbee2mqtt/#, hear nothing; connected: 1 here, 0 on the network
  garage  may say garage/#, hear nothing; connected: 0 here, 2 on the network; REVOKED, give it its new password and write that into the config
who gets texts:
  sister: personal, fire
what cannot be changed here:
  monitoring arc (key): ask the service for new ones, then change the config
never changed
`);
  });

  it('asks a hub that runs, which knows who is signed in', async () => {
    const session = { person: { name: 'Al' }, device: 'phone', until: '2027-01-01T00:00:00.000Z' };
    const { handler } = answering({ ...LIVE, sessions: [session] });
    const { out } = await lantern(['locks', '--data', await data({ locks: handler })]);
    expect(out).toContain('signed in:\n  Al  phone  until 2027-01-01T00:00:00.000Z\n');
  });

  it('--json: one object, as it came', async () => {
    const { out } = await lantern(['locks', '--json', '--data', await data(null)]);
    expect(JSON.parse(out)).toEqual(LIVE);
  });
});

describe('lantern locks change', () => {
  const DONE = `the locks are changed; ended: 2 other people with a code, 3 pages and phones signed in, 1 opened times of installers, 1 passwords of the broker

New passwords of the broker. They are shown this once. Give them to the programs and write them into the config:

  z2m  new-and-long
`;

  it('takes the codes from stdin and shows the new passwords', async () => {
    const { handler, asked } = answering(CHANGED);
    const dir = await data({ 'locks-change': handler });
    const args = ['locks', 'change', '--data', dir, '--leave-out', 'garage', '--duress'];
    const ran = await lantern(args, { stdin: '48213\n90572\n73519\n' });
    expect(ran).toEqual({ status: 0, err: '', out: DONE });
    const codes = { code: '48213', newCode: '90572', newDuress: '73519', leaveOut: ['garage'] };
    expect(asked).toEqual([{ do: 'locks-change', ...codes }]);
  });

  it('does it in the files where no hub runs', async () => {
    const deps = fakeDeps();
    const dir = await data(null);
    const ran = await lantern(['locks', 'change', '--data', dir], { deps, stdin: '48213\n90572\n' });
    expect([ran.status, ran.out]).toEqual([0, DONE]);
    const codes = { code: '48213', newCode: '90572', newDuress: null, leaveOut: [] };
    expect(deps.calls).toEqual([['locks change', dir, codes]]);
  });

  it('leaves the files alone where a hub runs and says no', async () => {
    const deps = fakeDeps();
    const dir = await data({ 'locks-change': () => ({ ok: false, why: 'that code is not right' }) });
    const ran = await lantern(['locks', 'change', '--data', dir], { deps, stdin: '1\n90572\n' });
    expect([ran, deps.calls]).toEqual([{ status: 1, out: '', err: 'lantern: that code is not right\n' }, []]);
  });

  it('says to a person who will fall silent before it asks for the codes', async () => {
    const dir = await data(null);
    const types = ['48213', '90572', '90572'];
    expect((await lantern(['locks', 'change', '--data', dir], { types })).err).toContain(
      'garage is on the network and falls silent until it has its new password',
    );
    expect((await lantern(['locks', 'change', '--leave-out', 'garage', '--data', dir], { types })).err).toBe('');
  });

  it('changes nothing when the new code was typed in two ways', async () => {
    const deps = fakeDeps();
    const types = ['48213', '90572', '90573'];
    const ran = await lantern(['locks', 'change', '--data', await data(null)], { deps, types });
    expect([ran.status, deps.calls]).toEqual([1, []]);
    expect(ran.err).toContain('the two codes differ; nothing was changed');
  });

  it('wants each code on a line of its own', async () => {
    const ran = await lantern(['locks', 'change', '--data', await data(null)], { stdin: '48213' });
    expect(ran).toMatchObject({ status: 2, err: expect.stringContaining('1 of 2 codes came from stdin') });
  });
});

describe('lantern users change-code', () => {
  it('asks the hub, so that a duress code calls for help', async () => {
    const { handler, asked } = answering({});
    const dir = await data({ 'change-code': handler });
    const ran = await lantern(['users', 'change-code', '--data', dir], { stdin: '48213\n90572' });
    expect(ran).toEqual({ status: 0, out: 'the code is changed\n', err: '' });
    expect(asked).toEqual([{ do: 'change-code', code: '48213', newCode: '90572' }]);
  });

  it('works on the files where no hub runs', async () => {
    const dir = await data(null);
    expect((await lantern(['users', 'change-code', '--data', dir], { stdin: '48213\n90572\n' })).status).toBe(0);
    const wrong = await lantern(['users', 'change-code', '--data', dir], { stdin: '1\n90572\n' });
    expect(wrong).toEqual({ status: 1, out: '', err: 'lantern: that code is not right\n' });
  });
});
