import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test as base, expect } from 'vitest';
import { fakeDeps, lantern } from './fakes.ts';

const test = base.extend<{ record: string }>({
  // biome-ignore lint/correctness/noEmptyPattern: vitest reads the wanted fixtures from the pattern
  record: async ({}, use) => {
    const dir = mkdtempSync(join(tmpdir(), 'lantern-remove-'));
    await use(join(dir, 'record.json'));
    rmSync(dir, { recursive: true, force: true });
  },
});

const remove = (record: string, data = 'd'): readonly string[] => ['remove', '--data', data, '--record', record];

test('the record is printed and written, and what was not touched is named', async ({ record }) => {
  const ran = await lantern([...remove(record), '--without-evidence', '--yes', 'hub-1']);
  expect(ran).toMatchObject({
    status: 0,
    out: `hub-1 is wiped: 4096 bytes overwritten and read back\n  data/users.json  4096 bytes\nFlash keeps copies.\nThis record: ${record}\n`,
    err: 'lantern: warning: not touched, beside the config: old.bak\n',
  });
  expect(JSON.parse(readFileSync(record, 'utf8'))).toMatchObject({ hub: 'hub-1', complete: true, bytes: 4096 });
});

test('the name of the hub is typed', async ({ record }) => {
  const deps = fakeDeps();
  const typed = (name: string) => lantern([...remove(record), '--without-evidence'], { deps, types: [name] });
  expect(await typed('hub-2')).toMatchObject({
    status: 1,
    err: 'lantern: that is not the name of this hub; nothing was changed\n',
  });
  expect(deps.calls).toEqual([]);
  expect(await typed('hub-1')).toMatchObject({ status: 0 });
  expect(deps.calls).toEqual([['wipe', 'd', null, 'hub-1']]);
});

test('the evidence is written first, and without it nothing is wiped', async ({ record }) => {
  const deps = fakeDeps();
  const args = [...remove(record), '--evidence', 'e.tar', '--yes', 'hub-1'];
  expect(await lantern(args, { deps })).toMatchObject({
    status: 0,
    err: expect.stringMatching(/^lantern: e.tar: 3 rows/),
  });
  const log = { ...deps.log, bundle: () => ({ ok: false, why: 'e.tar is there already' }) as const };
  const refused = { ...fakeDeps(), log };
  rmSync(record);
  expect(await lantern(args, { deps: refused })).toMatchObject({
    status: 1,
    err: 'lantern: e.tar is there already; nothing was wiped\n',
  });
  expect(refused.calls).toEqual([]);
  expect(existsSync(record)).toBe(false);
});

test('a wipe that was cut off goes on without another word about evidence', async ({ record }) => {
  expect(await lantern([...remove(record, 'begun'), '--yes', 'hub-1'])).toMatchObject({ status: 0 });
});

test('what is still there is named, and the command fails', async ({ record }) => {
  const ran = await lantern([...remove(record, 'stuck'), '--without-evidence', '--yes', 'hub-1']);
  expect(ran).toMatchObject({
    status: 1,
    out: expect.stringMatching(/^hub-1 is NOT wiped whole.*still there:\n {2}data\/x: chattr -i\n/s),
  });
  expect(JSON.parse(readFileSync(record, 'utf8'))).toMatchObject({ complete: false });
});

test('a record is not written over something else, and nothing is wiped without one', async ({ record }) => {
  writeFileSync(record, 'a letter');
  const deps = fakeDeps();
  const ran = await lantern([...remove(record), '--without-evidence', '--yes', 'hub-1'], { deps });
  expect(ran).toMatchObject({ status: 1, err: expect.stringMatching(/is something else; name another place/) });
  expect(await lantern([...remove('/nowhere/r'), '--without-evidence', '--yes', 'hub-1'], { deps })).toMatchObject({
    status: 1,
  });
  expect(deps.calls).toEqual([]);
});
