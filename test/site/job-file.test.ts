import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openJobFile } from '../../src/site/job-file.ts';
import { begun, done, jobAfter } from '../provision/bench.ts';

let dir = '';
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'lantern-job-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));
const path = (): string => join(dir, 'provision.json');

describe('the file of a job', () => {
  it('gives back what was saved, for its owner alone', async () => {
    const file = openJobFile(dir);
    expect(file.load()).toEqual({ ok: true, job: null });
    expect(await file.save(done())).toEqual({ ok: true });
    expect(openJobFile(dir).load()).toEqual({ ok: true, job: done() });
    expect(statSync(path()).mode & 0o777).toBe(0o600);
    expect(readdirSync(dir)).toEqual(['provision.json']);
  });
  for (const [what, text] of [
    ['half a file', '{"version":1,"id":'],
    ['another version', JSON.stringify({ ...begun(), version: 2 })],
    ['nothing', ''],
    ['a job without its referral', JSON.stringify({ ...begun(), referral: undefined })],
    ['no UTF-8', Buffer.from([0x7b, 0xff, 0x7d])],
  ] as const) {
    it(`is not guessed at: ${what}`, () => {
      writeFileSync(path(), text);
      expect(openJobFile(dir).load()).toMatchObject({ ok: false, why: expect.stringContaining('provision.json') });
    });
  }
  it('says what the disk refuses', async () => {
    const file = openJobFile(join(dir, 'nowhere'));
    expect(await file.save(begun())).toMatchObject({
      ok: false,
      why: expect.stringMatching(/ENOENT.*look at the disk/),
    });
    expect(file.wipe()).toMatchObject({ ok: false, why: expect.stringContaining('cannot be wiped') });
  });
  it('is wiped with what was being written beside it', async () => {
    const file = openJobFile(dir);
    await file.save(begun());
    writeFileSync(join(dir, 'provision.json.new'), 'REF-1 half');
    writeFileSync(join(dir, 'other.json'), '{}');
    expect(file.wipe()).toEqual({ ok: true });
    expect(readdirSync(dir)).toEqual(['other.json']);
    expect(file.load()).toEqual({ ok: true, job: null });
  });
  it('is written over before it is taken away', async () => {
    const { openSync, readSync, closeSync } = await import('node:fs');
    const file = openJobFile(dir);
    await file.save(done());
    const held = openSync(path(), 'r');
    file.wipe();
    const left = Buffer.alloc(64 * 1024);
    const length = readSync(held, left, 0, left.length, 0);
    closeSync(held);
    expect(length).toBeGreaterThan(1000);
    expect(left.subarray(0, length).toString('latin1')).not.toContain('REF-1');
  });
});

// The process ends itself, as a cut of power would, at one call of the file system on the way from one job to the next.
describe('a cut of power between one job and the next', () => {
  const writer = fileURLToPath(new URL('./job-writer.ts', import.meta.url));
  const cut = (call: string, when: 'before' | 'after', number: number): string => `
    import promises from 'node:fs/promises';
    import { syncBuiltinESMExports } from 'node:module';
    const end = () => process.kill(process.pid, 'SIGKILL');
    let left = ${number};
    const cutAt = (real, self) => async (...args) => {
      left -= 1;
      if (left > 0) return real.apply(self, args);
      if ('${when}' === 'before') { end(); return new Promise(() => {}); }
      await real.apply(self, args);
      end();
      return new Promise(() => {});
    };
    const real = { open: promises.open, rename: promises.rename };
    const name = '${call}';
    if (name === 'open' || name === 'rename') promises[name] = cutAt(real[name], promises);
    else promises.open = async (...args) => {
      const file = await real.open.apply(promises, args);
      file[name] = cutAt(file[name], file);
      return file;
    };
    syncBuiltinESMExports();`;
  const run = (count: number, preload: string): string => {
    const load = ['--import', `data:text/javascript,${encodeURIComponent(preload)}`];
    const ran = spawnSync(process.execPath, ['--no-warnings', ...load, writer, dir, String(count)], {
      encoding: 'utf8',
    });
    expect([ran.signal, ran.stderr]).toEqual(['SIGKILL', '']);
    return ran.stdout;
  };
  // The third call of `sync` is that of the second job's own file: file and folder of the first come before it.
  for (const [call, when, number, rooms] of [
    ['open', 'before', 3, 1],
    ['open', 'after', 3, 1],
    ['writeFile', 'before', 2, 1],
    ['writeFile', 'after', 2, 1],
    ['sync', 'before', 3, 1],
    ['sync', 'after', 3, 1],
    ['rename', 'before', 2, 1],
    ['rename', 'after', 2, 2],
    ['sync', 'before', 4, 2],
    ['sync', 'after', 4, 2],
  ] as const) {
    it(`${when} ${call}: ${rooms === 1 ? 'the job before' : 'the job after'}, and the next one can be saved`, async () => {
      expect(run(2, cut(call, when, number))).toBe('saved 1\n');
      const file = openJobFile(dir);
      expect(file.load()).toMatchObject({ ok: true, job: { rooms: { length: rooms } } });
      expect(await file.save(done())).toEqual({ ok: true });
      expect(file.load()).toEqual({ ok: true, job: done() });
    });
  }
  it('before the very first: none, and no file that is half of one', () => {
    expect(run(1, cut('rename', 'before', 1))).toBe('');
    expect(existsSync(path())).toBe(false);
    expect(openJobFile(dir).load()).toEqual({ ok: true, job: null });
    expect(JSON.parse(readFileSync(`${path()}.new`, 'utf8'))).toEqual(
      JSON.parse(JSON.stringify(jobAfter(begun(), { type: 'room-named', room: 'Room 1' }))),
    );
  });
});
