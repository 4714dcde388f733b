import { execFileSync, spawnSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  statSync,
  symlinkSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { type Media, openMedia } from '../../src/care/media.ts';
import { survey, type WipeAsked, wipe } from '../../src/care/removal.ts';
import { takeUp } from '../../src/care/take-up.ts';
import { lockDirectory } from '../../src/journal/lock.ts';
import { itWith } from '../journal/needs.ts';
import { filesIn, type Lived, makeLived, smallFiles, test } from './houses.ts';

const real = await openMedia();

const asking = ({ data, config }: Lived, media: Media = real): WipeAsked => ({
  data,
  config,
  hub: 'hub-1',
  version: '1.2.3',
  media,
  now: () => new Date('2026-11-21T20:29:00.123Z'),
});

/** A disk as it is, and something that happens between writing over a file and reading it back. */
const meanwhile = (happens: (fd: number, path: string) => void): Media => ({
  ...real,
  forget(fd) {
    happens(fd, readlinkSync(`/proc/self/fd/${fd}`));
    real.forget(fd);
  },
});

describe('what a wipe leaves', () => {
  test('nothing of the data, the config and its secrets; and everything else as it was', async ({ lived }) => {
    const { dir, data, config } = lived;
    writeFileSync(join(dir, 'etc', 'other.txt'), 'not ours');
    mkdirSync(join(data, 'deep', 'er'), { recursive: true });
    writeFileSync(join(data, 'deep', 'er', 'large'), Buffer.alloc(3 * 1024 * 1024 + 17, 7));
    writeFileSync(join(data, 'empty'), '');
    const before = filesIn(dir);
    const found = survey(data, config);
    expect(found).toMatchObject({ ok: true, begun: null, beside: ['other.txt'] });
    const done = wipe(asking(lived));
    expect(done).toMatchObject({
      ok: true,
      record: { form: 'lantern-wipe-1', hub: 'hub-1', complete: true, left: [] },
    });
    expect(existsSync(data)).toBe(false);
    expect(filesIn(dir)).toEqual({ 'etc/other.txt': 'not ours' });
    const files = new Map(done.record?.files.map(({ name, bytes }) => [name, bytes]));
    for (const [path, text] of Object.entries(before)) {
      if (path === 'etc/other.txt') continue;
      const name = path.replace(/^etc\//, 'config/');
      expect([name, files.get(name)]).toEqual([name, Math.ceil(text.length / 4096) * 4096]);
    }
    for (const text of Object.values(smallFiles)) expect(JSON.stringify(done.record)).not.toContain(text.trim());
  });

  test('each file is overwritten under its own name, to the end of its last block, before it is taken away', async ({
    lived,
  }) => {
    const before = filesIn(lived.dir);
    const seen: string[] = [];
    const looking = meanwhile((fd, path) => {
      const now = readFileSync(path, 'latin1');
      const text = before[path.slice(lived.dir.length + 1)];
      if (text === undefined) return; // a lock, or the note
      seen.push(path);
      expect(now.length % 4096).toBe(0);
      expect(statSync(`/proc/self/fd/${fd}`).size).toBeGreaterThanOrEqual(text.length);
      for (let at = 0; at + 8 <= text.length; at += 8)
        expect(now.slice(at, at + 8) === text.slice(at, at + 8)).toBe(false);
    });
    expect(wipe(asking(lived, looking))).toMatchObject({ ok: true });
    expect(seen.map((path) => path.slice(lived.dir.length + 1)).sort()).toEqual(Object.keys(before).sort());
  });

  test('a disk that keeps the old bytes is found out, the file stays, and a better one ends it', async ({ lived }) => {
    const pepper = join(lived.data, 'pepper.key');
    const lying = meanwhile((fd, path) => {
      if (path === pepper) writeSync(fd, 'marmalade\n', 0);
    });
    const done = wipe(asking(lived, lying));
    expect(done).toMatchObject({
      ok: false,
      why: expect.stringMatching(/^data\/pepper.key is still there: the disk does not hold/),
    });
    expect(done.record).toMatchObject({ complete: false, left: [{ name: 'data/pepper.key' }] });
    expect(readdirSync(lived.data).sort()).toEqual(['lock.db', 'pepper.key', 'removal.jsonl']);
    // No hub starts on what is left.
    expect(takeUp(lived.data)).toMatch(/is being removed; finish that with lantern remove/);
    expect(survey(lived.data, null)).toMatchObject({ ok: true, begun: { hub: 'hub-1' } });
    const again = wipe(asking(lived));
    expect(again).toMatchObject({ ok: true, record: { complete: true } });
    // The record is of both.
    expect(again.record?.files.map(({ name }) => name)).toContain('data/users.json');
    expect(existsSync(lived.data)).toBe(false);
  });
});

describe('it never leaves the directory', () => {
  test('a link goes, and what it leads to stays', async ({ lived }) => {
    const outside = join(lived.dir, 'outside');
    mkdirSync(outside);
    writeFileSync(join(outside, 'photo'), 'hers');
    symlinkSync(join(outside, 'photo'), join(lived.data, 'link'));
    symlinkSync(outside, join(lived.data, 'folder-link'));
    symlinkSync('/nowhere', join(lived.data, 'broken'));
    expect(wipe(asking(lived))).toMatchObject({ ok: true });
    expect(existsSync(lived.data)).toBe(false);
    expect(filesIn(outside)).toEqual({ photo: 'hers' });
  });

  test('a file with another name outside is refused before anything is touched', async ({ lived }) => {
    linkSync(join(lived.data, 'users.json'), join(lived.dir, 'kept'));
    const before = filesIn(lived.dir);
    const why = expect.stringMatching(/users\.json has another name outside \(hard link\)/);
    expect(survey(lived.data, lived.config)).toEqual({ ok: false, why });
    expect(wipe(asking(lived))).toEqual({ ok: false, why, record: null });
    expect(filesIn(lived.dir)).toEqual(before);
  });

  test('two names inside are both taken away', async ({ lived }) => {
    linkSync(join(lived.data, 'users.json'), join(lived.data, 'same'));
    expect(wipe(asking(lived))).toMatchObject({ ok: true });
    expect(existsSync(lived.data)).toBe(false);
  });

  const refusals: readonly (readonly [string, (lived: Lived) => { data?: string; config?: string | null }, RegExp])[] = [
    ['a directory that holds no hub', ({ dir }) => ({ data: dir, config: null }), /holds no hub/],
    ['a directory that is not there', ({ dir }) => ({ data: join(dir, 'no') }), /cannot be looked at/],
    ['a config that is not there', ({ dir }) => ({ config: join(dir, 'no.yaml') }), /is not there; name the config/],
    ['a config that is a folder', ({ dir }) => ({ config: join(dir, 'etc') }), /is no file/],
    ['a config that is a link', ({ dir, config }) => {
      symlinkSync(config, join(dir, 'link.yaml'));
      return { config: join(dir, 'link.yaml') };
    }, /is a link; name the file itself/],
  ]; // biome-ignore format: a list to be read at a glance
  for (const [name, over, says] of refusals) {
    test(name, async ({ lived }) => {
      const to = { ...lived, ...over(lived) };
      const before = filesIn(lived.dir);
      expect(survey(to.data, to.config)).toEqual({ ok: false, why: expect.stringMatching(says) });
      expect(filesIn(lived.dir)).toEqual(before);
    });
  }

  test('a hub that runs', async ({ lived }) => {
    const lock = lockDirectory(lived.data);
    const before = filesIn(lived.dir);
    expect(survey(lived.data, null)).toMatchObject({ ok: false, why: expect.stringMatching(/a hub is running/) });
    expect(wipe(asking(lived))).toMatchObject({
      ok: false,
      why: expect.stringMatching(/a hub is running on .*disable --now/),
    });
    lock?.release();
    expect(filesIn(lived.dir)).toEqual(before);
  });
});

describe('what resists', () => {
  test('a file that nobody may read, in a folder that nobody may write', async ({ lived }) => {
    mkdirSync(join(lived.data, 'shut'));
    writeFileSync(join(lived.data, 'shut', 'closed'), 'secret');
    chmodSync(join(lived.data, 'shut', 'closed'), 0);
    chmodSync(join(lived.data, 'shut'), 0o500);
    expect(wipe(asking(lived))).toMatchObject({ ok: true });
    expect(existsSync(lived.data)).toBe(false);
  });

  test('a socket, a pipe', async ({ lived }) => {
    execFileSync('mkfifo', [join(lived.data, 'pipe')]);
    const server = createServer();
    await new Promise<void>((open) => server.listen(join(lived.data, 'control.sock'), open));
    expect(wipe(asking(lived))).toMatchObject({ ok: true });
    await new Promise((closed) => server.close(closed));
    expect(existsSync(lived.data)).toBe(false);
  });

  test('a file that comes meanwhile is wiped too', async ({ lived }) => {
    let came = 0;
    const late = meanwhile((_fd, path) => {
      if (came > 0 || !path.endsWith('users.json')) return;
      came += 1;
      writeFileSync(join(lived.data, 'aaa-late'), 'late');
    });
    const done = wipe(asking(lived, late));
    expect(came).toBe(1);
    expect(done).toMatchObject({ ok: true });
    expect(done.record?.files.map(({ name }) => name)).toContain('data/aaa-late');
    expect(existsSync(lived.data)).toBe(false);
  });

  test('something that writes without end is told of, and ended another time', async ({ lived }) => {
    let n = 0;
    const writing = meanwhile((_fd, path) => {
      n += 1;
      if (path.startsWith(lived.data)) writeFileSync(join(lived.data, `log-${n}`), 'again');
    });
    const done = wipe(asking(lived, writing));
    expect(done).toMatchObject({
      ok: false,
      why: expect.stringMatching(/^data\/log-\d+ is still there: something keeps writing it/),
    });
    expect(wipe(asking(lived))).toMatchObject({ ok: true });
  });

  test('a file that is exchanged for a link meanwhile is not followed', async ({ lived }) => {
    const outside = join(lived.dir, 'outside');
    writeFileSync(outside, 'hers');
    const swapping = meanwhile((_fd, path) => {
      const next = join(lived.data, 'zzz');
      if (path.endsWith('users.json') && !existsSync(next)) symlinkSync(outside, next);
    });
    expect(wipe(asking(lived, swapping))).toMatchObject({ ok: true });
    expect(readFileSync(outside, 'utf8')).toBe('hers');
  });

  itWithChattr(
    'a file and a folder that the file system forbids to change are named, and the rest is gone',
    async (lived) => {
      const shut = join(lived.data, 'shut');
      mkdirSync(shut);
      for (const path of [join(lived.data, 'fixed'), join(shut, 'inside')]) writeFileSync(path, 'secret');
      const fixed = [join(lived.data, 'fixed'), shut];
      execFileSync('chattr', ['+i', ...fixed]);
      const done = wipe(asking(lived));
      execFileSync('chattr', ['-i', ...fixed]);
      expect(done).toMatchObject({
        ok: false,
        why: expect.stringMatching(/is still there: the file system forbids it: sudo chattr -i.*run this again/),
      });
      expect(done.record?.left.map(({ name }) => name)).toEqual(['data/fixed', 'data/shut/inside', 'data/shut']);
      expect(Object.keys(filesIn(lived.data)).sort()).toEqual(['fixed', 'removal.jsonl', 'shut/inside']);
      expect(wipe(asking(lived))).toMatchObject({ ok: true, record: { complete: true } });
      expect(existsSync(lived.data)).toBe(false);
    },
  );
});

/** Only root may, and only some file systems can. */
function itWithChattr(name: string, run: (lived: Lived) => Promise<void>): void {
  it(name, async (ctx) => {
    const lived = await makeLived();
    try {
      const can = spawnSync('chattr', ['+i', lived.config]).status === 0;
      if (!can) {
        const note = `NOT RUN: ${name}: needs chattr, root, and a file system that knows it`;
        console.error(note);
        ctx.skip(note);
      }
      execFileSync('chattr', ['-i', lived.config]);
      await run(lived);
    } finally {
      lived.end();
    }
  });
}

describe('what leads out of it', () => {
  for (const name of ['secrets.yaml', 'credentials']) {
    test(`${name} that is a link is refused, and what it leads to stays`, ({ lived }) => {
      const [place, other] = [join(lived.dir, 'etc', name), join(lived.dir, 'others')];
      renameSync(place, other);
      symlinkSync(other, place);
      const before = filesIn(lived.dir);
      expect(wipe(asking(lived))).toMatchObject({ ok: false, why: expect.stringContaining(`${place} is a link`) });
      expect(filesIn(lived.dir)).toEqual(before);
    });
  }

  test('a note that names the file of somebody else wipes nothing', ({ lived, skip }) => {
    skip(process.geteuid?.() !== 0, 'NOT RUN: only root can give files away');
    const other = join(lived.dir, 'passwd');
    writeFileSync(other, 'root\n');
    chownSync(lived.data, 65_534, 65_534);
    writeFileSync(join(lived.data, 'removal.jsonl'), `${JSON.stringify({ hub: 'x', config: other, begunAt: '' })}\n`);
    const asked = { ...asking(lived), config: null };
    expect(wipe(asked)).toMatchObject({ ok: false, why: expect.stringContaining(`${other} is not of the user`) });
    expect(readFileSync(other, 'utf8')).toBe('root\n');
  });

  test('the papers, and an hour that is under way, go with the rest', ({ lived }) => {
    mkdirSync(join(lived.data, 'papers'));
    writeFileSync(join(lived.data, 'papers', 'copy.pdf'), 'paper\n');
    writeFileSync(join(lived.data, 'provision.json'), '{"referral":1}\n');
    const done = wipe(asking(lived));
    const names = done.record?.files.map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining(['data/papers/copy.pdf', 'data/provision.json']));
    expect(filesIn(lived.dir)).toEqual({});
  });
});

describe('a power cut in the middle', () => {
  const child = fileURLToPath(new URL('./child.ts', import.meta.url));
  for (const [nth, call] of [
    [2, 'unlink'],
    [6, 'unlink'],
    [9, 'rename'],
  ] as const) {
    itWith('strace')(
      `killed at the ${nth}. ${call}: no hub starts on what is left, and the same command ends it`,
      async () => {
        const lived = await makeLived();
        try {
          const { media, now, ...asked } = asking(lived);
          const calls = `?${call},?${call}at`;
          const inject = ['-e', `trace=${calls}`, '-e', `inject=${calls}:signal=KILL:when=${nth}`];
          const program = [process.execPath, '--no-warnings', child, 'wipe', JSON.stringify(asked)];
          const ended = spawnSync('strace', ['-f', '-qq', '-o', '/dev/null', ...inject, ...program], {
            encoding: 'utf8',
          });
          expect(ended.stdout).toBe('');
          expect(takeUp(lived.data)).toMatch(/is being removed/);
          // The config may be gone already: the note knows which it was.
          expect(survey(lived.data, null)).toMatchObject({ ok: true, begun: { hub: 'hub-1', config: lived.config } });
          const again = wipe({ ...asking(lived), config: null });
          expect(again).toMatchObject({ ok: true, record: { complete: true, begunAt: '2026-11-21T20:29:00.123Z' } });
          expect(filesIn(lived.dir)).toEqual({});
        } finally {
          lived.end();
        }
      },
    );
  }
});
