import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openMachine } from '../../src/box/machine.ts';

// The parts of the machine that need neither root nor systemd; the others run in the guest, see test/kernel/systemd.test.ts.

let folder = '';
let count = 0;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'lantern-machine-'));
  for (const part of ['new/.git', 'new/config', 'new/src', 'new/releases/1.0.0', 'new/dist/.compiled'])
    mkdirSync(join(folder, part), { recursive: true });
  writeFileSync(join(folder, 'new/src/bin.ts'), 'hello');
  writeFileSync(join(folder, 'new/.git/HEAD'), 'x');
  writeFileSync(join(folder, 'new/config/secrets.yaml'), 'x');
});
afterAll(() => rmSync(folder, { recursive: true }));

const machine = () => openMachine({ home: folder, config: 'house.yaml', credentials: join(folder, 'none') });

function empty(): string {
  count += 1;
  const to = join(folder, `to-${count}`);
  mkdirSync(to);
  return to;
}

describe('unpacking', () => {
  it('a folder: all of it but what is no part of a release', async () => {
    const to = empty();
    expect(await machine().unpack(join(folder, 'new'), to, null)).toEqual({ ok: true });
    expect(readdirSync(to).sort()).toEqual(['config', 'dist', 'src']);
    expect(readdirSync(join(to, 'config'))).toEqual([]);
    expect([readdirSync(join(to, 'dist')), readFileSync(join(to, 'src/bin.ts'), 'utf8')]).toEqual([[], 'hello']);
  });

  it('an archive that hashes to what it should, and no other', async () => {
    const archive = join(folder, 'new.tar.gz');
    execFileSync('tar', ['-C', folder, '-czf', archive, 'new/src']);
    const sha256 = createHash('sha256').update(readFileSync(archive)).digest('hex');
    const to = empty();
    expect(await machine().unpack(archive, to, 'a'.repeat(64))).toEqual({
      ok: false,
      why: expect.stringContaining(`its SHA-256 is ${sha256}; fetch it again`),
    });
    expect(readdirSync(to)).toEqual([]);
    expect(await machine().unpack(archive, to, sha256.toUpperCase())).toEqual({ ok: true });
    expect(readFileSync(join(to, 'new/src/bin.ts'), 'utf8')).toBe('hello');
    // The copy that was compared is gone.
    expect(readdirSync(folder).filter((name) => name.endsWith('.archive'))).toEqual([]);
  });

  const refused: readonly (readonly [name: string, from: string, sha256: string | null, why: RegExp])[] = [
    ['what is not there', 'nowhere', null, /nowhere is not there/],
    ['a folder with a checksum', 'new', 'a'.repeat(64), /a folder has no checksum/],
    ['what is no archive', 'new/src/bin.ts', null, /tar/],
  ];
  for (const [name, from, sha256, why] of refused) {
    it(`refuses ${name}`, async () => {
      expect(await machine().unpack(join(folder, from), empty(), sha256)).toEqual({
        ok: false,
        why: expect.stringMatching(why),
      });
    });
  }

  it('onto a disk that is full says so', async (ctx) => {
    // A disk of a megabyte, where this user may have one.
    const to = empty();
    try {
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', to], { stdio: 'ignore' });
    } catch {
      console.error('NOT RUN: a disk that is full: nothing can be mounted here');
      ctx.skip('NOT RUN: nothing can be mounted here');
    }
    try {
      expect(statfsSync(to).blocks).toBeGreaterThan(0);
      writeFileSync(join(folder, 'new/src/large'), Buffer.alloc(2 * 1024 * 1024, 'x'));
      expect(await machine().unpack(join(folder, 'new'), to, null)).toEqual({
        ok: false,
        why: expect.stringMatching(/the disk is full .*make room and try again/),
      });
    } finally {
      execFileSync('umount', [to]);
    }
  });
});

describe('what a program said last is why', () => {
  const release = (script: string, words: string): string => {
    const at = empty();
    mkdirSync(join(at, 'scripts/box'), { recursive: true });
    writeFileSync(join(at, script), `#!/bin/sh\n${words}\n`, { mode: 0o755 });
    return at;
  };

  it('a build that fails', async () => {
    const at = release('scripts/box/finish', "echo 'npm error no network' >&2; exit 1");
    expect(await machine().build(at)).toEqual({ ok: false, why: 'npm error no network' });
  });

  it('a build that goes well', async () => {
    expect(await machine().build(release('scripts/box/finish', 'echo much'))).toEqual({ ok: true });
  });

  it('a config that the new version does not take', async () => {
    const at = release('scripts/lantern', 'echo "$1 $3: no" >&2; exit 2');
    expect(await machine().check(at)).toEqual({
      ok: false,
      why: 'it does not take the config of this house: check house.yaml: no',
    });
  });
});
