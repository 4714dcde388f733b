import { spawnSync } from 'node:child_process';
import {
  chownSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Decrypter, Encrypter, generateX25519Identity, identityToRecipient } from 'age-encryption';
import { describe, expect } from 'vitest';
import { type BackupAsked, backUp, type Seal } from '../../src/care/backup.ts';
import { type Key, openedBy, type RestoreAsked, restore } from '../../src/care/restore.ts';
import { takeUp } from '../../src/care/take-up.ts';
import { openJournal } from '../../src/journal/journal.ts';
import { lockDirectory } from '../../src/journal/lock.ts';
import { readPhase } from '../../src/journal/phase.ts';
import { readLocal, verifyChain } from '../../src/journal/read.ts';
import { agencyPapers, herPapers } from '../../src/papers/names.ts';
import { itWith } from '../journal/needs.ts';
import { away, disarmed, filesIn, type Lived, live, makeLived, smallFiles, test } from './houses.ts';

const identity = await generateX25519Identity();
const recipient = await identityToRecipient(identity);
const now = new Date('2026-11-21T20:29:00.123Z');

const asking = ({ dir, data, config }: Lived, seal: Seal = { recipient }): BackupAsked => ({
  data,
  config,
  out: join(dir, 'backup.lantern'),
  seal,
  version: '1.2.3',
  site: 'hub-1',
  now,
  work: 10,
});

async function backedUp(lived: Lived, seal?: Seal): Promise<string> {
  const asked = asking(lived, seal);
  const made = await backUp(asked);
  if (!made.ok) throw new Error(made.why);
  return asked.out;
}

const putting = (lived: Lived, over: Partial<RestoreAsked> = {}): RestoreAsked => ({
  from: join(lived.dir, 'backup.lantern'),
  data: join(lived.dir, 'new', 'data'),
  config: join(lived.dir, 'new', 'etc', 'config.yaml'),
  over: 'nothing',
  key: { identity },
  now,
  ...over,
});

const parts = async (data: string): Promise<Readonly<Record<string, string>> | null> => {
  const opened = await openJournal(data, { boot: 'b', evidencePublicKey: null });
  if (!opened.ok) throw new Error(opened.why);
  await opened.journal.close();
  return opened.restored.parts;
};

describe('there and back', () => {
  const keys: readonly (readonly [string, Seal, Key])[] = [
    ['by a passphrase', { passphrase: 'plum tin fog ladder' }, { passphrase: 'plum tin fog ladder' }],
    ['by an age key', { recipient }, { identity }],
  ];
  for (const [name, seal, key] of keys) {
    test(name, async ({ lived }) => {
      const out = await backedUp(lived, seal);
      expect(statSync(out).mode & 0o777).toBe(0o600);
      expect(openedBy(out)).toBe('passphrase' in seal ? 'passphrase' : 'key');
      const to = putting(lived, { key });
      expect(await restore(to)).toMatchObject({ ok: true, guarding: null, finished: 'this' });
      const files = filesIn(to.data);
      expect(files).toMatchObject(smallFiles);
      expect(files['state.key']).toBe(filesIn(lived.data)['state.key']);
      expect(filesIn(join(lived.dir, 'new', 'etc'))).toEqual(filesIn(join(lived.dir, 'etc')));
      expect(statSync(join(lived.dir, 'new', 'etc', 'config.yaml')).mode & 0o777).toBe(0o640);
      expect(verifyChain(to.data)).toEqual({ ok: true, rows: 41 });
      const saved = await parts(to.data);
      expect(saved?.['panel']).toBe('{"n":39,"phase":"disarmed"}');
    });
  }

  test("nothing of an installer's hour that is under way, and with it of a referral, is kept", async ({ lived }) => {
    const papers = join(lived.data, 'papers');
    mkdirSync(papers);
    writeFileSync(join(lived.data, 'provision.json'), '{"referral":1}\n');
    for (const name of [...herPapers, ...agencyPapers]) writeFileSync(join(papers, name), 'paper\n');
    const made = await backUp(asking(lived));
    const left = ['provision.json', ...agencyPapers.map((name) => `papers/${name}`)].sort();
    expect(
      made.ok &&
        made.leftOut.map((why) => why.replace(/^.*\/data\/(.*) belongs to an installer's hour .*$/, '$1')).sort(),
    ).toEqual(left);
    const to = putting(lived);
    expect(await restore(to)).toMatchObject({ ok: true });
    expect(readdirSync(join(to.data, 'papers')).sort()).toEqual([...herPapers].sort());
    expect(existsSync(join(to.data, 'provision.json'))).toBe(false);
  });

  test('the log says that it was put back, and reports to services get names that were never used', async ({
    lived,
  }) => {
    await backedUp(lived);
    const to = putting(lived);
    await restore(to);
    const rows = readLocal(to.data);
    const last = rows.ok ? [...rows.rows].at(-1) : null;
    const data = { backup: now.toISOString(), rows: 40, kept: null };
    expect(last).toMatchObject({ seq: 41, type: 'restored', data });
    expect(await parts(to.data)).not.toHaveProperty('stations');
  });

  test('nothing passing is kept: no lock, no socket, no draft, no earlier backup in the making', async ({ lived }) => {
    for (const name of ['starts.json', 'users.json.tmp', 'accepted.json.new'])
      writeFileSync(join(lived.data, name), 'x');
    mkdirSync(join(lived.data, '.backup-99999999'));
    writeFileSync(join(lived.data, '.backup-99999999', 'lantern.db'), 'left by a cut');
    const made = await backUp(asking(lived));
    const names = made.ok ? made.manifest.files.map(({ name }) => name).sort() : [];
    const small = Object.keys(smallFiles).map((name) => `data/${name}`);
    const config = ['config/config.yaml', 'config/credentials/lantern_pepper', 'config/secrets.yaml'];
    const journal = ['data/lantern.db', 'data/phase.json', 'data/state.key'];
    expect(names.filter((name) => !name.startsWith('data/evidence.key'))).toEqual(
      [...config, ...small, ...journal].sort(),
    );
    expect(readdirSync(lived.data).filter((name) => name.startsWith('.backup'))).toEqual([]);
  });

  test('a link is not followed, and it is said that it is not in it', async ({ lived }) => {
    symlinkSync('/etc/hostname', join(lived.data, 'link'));
    const made = await backUp(asking(lived));
    expect(made).toMatchObject({ ok: true, leftOut: [expect.stringMatching(/link is no plain file/)] });
  });

  test('a log that was broken before is backed up as it is, and said to be', async ({ lived }) => {
    const { default: Database } = await import('better-sqlite3');
    const db = new Database(join(lived.data, 'lantern.db'));
    db.exec(`DROP TRIGGER events_keep_update; UPDATE events SET data = '{"n":99}' WHERE seq = 7`);
    db.close();
    const made = await backUp(asking(lived));
    expect(made).toMatchObject({ ok: true, manifest: { log: { broken: expect.stringMatching(/row 7/) } } });
    const to = putting(lived);
    expect(await restore(to)).toMatchObject({ ok: true });
    expect(verifyChain(to.data)).toMatchObject({ ok: false, seq: 7 });
  });
});

itWith('age')('it opens with age and tar alone', async () => {
  await withLived(async (lived) => {
    const out = await backedUp(lived);
    const key = join(lived.dir, 'key.txt');
    writeFileSync(key, `${identity}\n`);
    const opened = spawnSync('sh', ['-c', 'age -d -i "$1" "$2" | tar x -C "$3"', 'sh', key, out, lived.dir], {
      encoding: 'utf8',
    });
    expect([opened.status, opened.stderr]).toEqual([0, '']);
    expect(readFileSync(join(lived.dir, 'data', 'users.json'), 'utf8')).toBe(smallFiles['users.json']);
    expect(readFileSync(join(lived.dir, 'config', 'secrets.yaml'), 'utf8')).toBe('sim_pin: "4711"\n');
  });
});

describe('root puts it back for the user that the directory belongs to', () => {
  const nobody = 65_534;
  test('who owns all of it, to the last folder', async ({ lived, skip }) => {
    skip(process.geteuid?.() !== 0, 'NOT RUN: only root can give files away');
    mkdirSync(join(lived.data, 'deep', 'er'), { recursive: true });
    writeFileSync(join(lived.data, 'deep', 'er', 'file'), 'x');
    await backedUp(lived);
    const data = join(lived.dir, 'theirs');
    mkdirSync(data, { mode: 0o700 });
    chownSync(data, nobody, nobody);
    expect(await restore(putting(lived, { data, config: null }))).toMatchObject({ ok: true });
    const others = readdirSync(data, { recursive: true }).filter(
      (name) => statSync(join(data, String(name))).uid !== nobody,
    );
    expect(others).toEqual([]);
  });
});

describe('a house that is set stays set, whatever the backup says', () => {
  const cases: readonly (readonly [string, then: typeof away, nowIs: typeof away, after: typeof away])[] = [
    ['a disarmed backup over a set house', disarmed, away, away],
    ['a set backup over a disarmed house', away, disarmed, away],
    [
      'a set backup over a house set otherwise',
      away,
      { state: 'armed_night', mode: 'night' },
      { state: 'armed_night', mode: 'night' },
    ],
    ['a disarmed backup over a disarmed house', disarmed, disarmed, disarmed],
  ];
  for (const [name, then, nowIs, after] of cases) {
    test(name, async ({ lived }) => {
      await live(lived.data, 2, then);
      await backedUp(lived);
      await live(lived.data, 3, nowIs);
      const done = await restore(putting(lived, { data: lived.data, config: null, over: 'replace' }));
      expect(done).toMatchObject({ ok: true, guarding: nowIs.mode });
      expect(readPhase(lived.data)).toEqual(after);
      const opened = await openJournal(lived.data, { boot: 'b', evidencePublicKey: null });
      expect(opened.ok && opened.restored.phase).toEqual(after);
      // Without the saved panel the hub starts by the phase.
      expect(opened.ok && Object.keys(opened.restored.parts ?? {}).includes('panel')).toBe(nowIs.mode === null);
      if (opened.ok) await opened.journal.close();
    });
  }
  test('and so where its database is gone and only the mirror is left', async ({ lived }) => {
    await backedUp(lived);
    await live(lived.data, 1, away);
    writeFileSync(join(lived.data, 'lantern.db'), 'not a database');
    await restore(putting(lived, { data: lived.data, config: null, over: 'replace' }));
    const opened = await openJournal(lived.data, { boot: 'b', evidencePublicKey: null });
    expect(opened.ok && opened.restored.phase).toEqual(away);
    if (opened.ok) await opened.journal.close();
  });
  test('the log that gives way is set aside, and nothing else of the old house is left', async ({ lived }) => {
    await backedUp(lived);
    await live(lived.data, 5, disarmed);
    writeFileSync(join(lived.data, 'stranger.json'), 'x');
    const old = filesIn(lived.data)['lantern.db'];
    await restore(putting(lived, { data: lived.data, config: null, over: 'replace' }));
    const files = filesIn(lived.data);
    expect(files['lantern.db.replaced-2026-11-21T20:29:00.123Z']).toBe(old);
    expect(files).not.toHaveProperty('stranger.json');
    expect(files).toMatchObject(smallFiles);
  });
});

describe('refused, and nothing is changed', () => {
  const refusals: readonly (readonly [string, (lived: Lived, out: string) => Partial<RestoreAsked> | Promise<Partial<RestoreAsked>> | undefined, RegExp])[] = [
    ['another passphrase', async (lived) => ({ from: await sealedAnew(lived), key: { passphrase: 'not this one at all' } }), /this passphrase does not open/],
    ['another key', async () => ({ key: { identity: await generateX25519Identity() } }), /this key does not open/],
    ['a backup that was cut off', (_, out) => cut(out, 0.9), /is damaged or was changed/],
    ['one cut off by a byte', (_, out) => cut(out, 1), /is damaged or was changed/],
    ['one with a bit turned', (_, out) => turn(out, 0.6), /is damaged or was changed/],
    ['one with a bit of its head turned', (_, out) => turn(out, 0.001), /is damaged or was changed|does not open/],
    ['a file that is none', (_, out) => scribble(out), /is damaged or was changed/],
    ['no file', () => ({ from: '/nowhere/backup' }), /ENOENT/],
    ['a directory that is not empty', ({ data }) => ({ data }), /is not empty; name another directory, or say --replace/],
    ['a config that is there', ({ config }) => ({ config }), /is there already; name another file/],
  ]; // biome-ignore format: a list to be read at a glance
  for (const [name, make, says] of refusals) {
    test(name, async ({ lived }) => {
      const out = await backedUp(lived);
      const to = putting(lived, (await make(lived, out)) ?? {});
      const before = filesIn(lived.dir);
      expect(await restore(to)).toEqual({ ok: false, why: expect.stringMatching(says) });
      expect(filesIn(lived.dir)).toEqual(before);
      expect(existsSync(join(lived.dir, 'new', 'data'))).toBe(false);
    });
  }

  test('a directory that a hub is running on', async ({ lived }) => {
    await backedUp(lived);
    const lock = lockDirectory(lived.data);
    const done = await restore(putting(lived, { data: lived.data, config: null, over: 'replace' }));
    lock?.release();
    expect(done).toEqual({ ok: false, why: expect.stringMatching(/a hub is running on .*; stop it first/) });
  });

  const forged: readonly (readonly [string, (tar: Buffer) => Buffer])[] = [
    ['a file of its tar changed by who has the key', (tar) => swap(tar, 'sim_pin: "4711"', 'sim_pin: "0000"')],
    ['a row of its log changed by who has the key', (tar) => swap(tar, '{"n":7}', '{"n":8}')],
    ['a name that leads out', (tar) => swap(tar, 'data/users.json', 'data/../../../x')],
    ['more than its manifest names', (tar) => Buffer.concat([tar, Buffer.alloc(512, 1)])],
  ];
  for (const [name, forge] of forged) {
    test(name, async ({ lived }) => {
      const out = await backedUp(lived);
      const [open, seal] = [new Decrypter(), new Encrypter()];
      open.addIdentity(identity);
      seal.addRecipient(recipient);
      writeFileSync(out, await seal.encrypt(forge(Buffer.from(await open.decrypt(readFileSync(out))))));
      const done = await restore(putting(lived));
      expect(done).toEqual({
        ok: false,
        why: expect.stringMatching(/than its manifest|as its manifest says|cannot read/),
      });
      expect(existsSync(join(lived.dir, 'new'))).toBe(true);
      expect(existsSync(join(lived.dir, 'new', 'data'))).toBe(false);
    });
  }

  const backups: readonly (readonly [string, (lived: Lived) => Partial<BackupAsked>, RegExp])[] = [
    ['a directory without a hub', ({ dir }) => ({ data: dir }), /holds no hub/],
    ['a file that is there', ({ config }) => ({ out: config }), /is there already; name another file with --out/],
    ['a file in the data directory', ({ data }) => ({ out: join(data, 'b') }), /is lost with it/],
    ['a folder that is not there', ({ dir }) => ({ out: join(dir, 'no', 'b') }), /could not be made: ENOENT/],
    ['a config that is not there', ({ dir }) => ({ config: join(dir, 'no.yaml') }), /could not be made: ENOENT/],
  ];
  for (const [name, over, says] of backups) {
    test(`a backup of or to ${name}`, async ({ lived }) => {
      const before = filesIn(lived.dir);
      expect(await backUp({ ...asking(lived), ...over(lived) })).toEqual({
        ok: false,
        why: expect.stringMatching(says),
      });
      expect(filesIn(lived.dir)).toEqual(before);
    });
  }
});

async function sealedAnew(lived: Lived): Promise<string> {
  const out = join(lived.dir, 'by-word.lantern');
  await backUp({ ...asking(lived, { passphrase: 'plum tin fog ladder' }), out });
  return out;
}

function cut(file: string, keep: number): undefined {
  const bytes = readFileSync(file);
  writeFileSync(file, bytes.subarray(0, keep === 1 ? bytes.length - 1 : Math.floor(bytes.length * keep)));
}

function scribble(file: string): undefined {
  writeFileSync(file, 'hello');
}

function turn(file: string, where: number): undefined {
  const bytes = readFileSync(file);
  const at = Math.floor(bytes.length * where);
  bytes[at] = (bytes[at] ?? 0) ^ 1;
  writeFileSync(file, bytes);
}

function swap(tar: Buffer, from: string, to: string): Buffer {
  const text = tar.toString('latin1');
  expect(text).toContain(from);
  return Buffer.from(text.replaceAll(from, to), 'latin1');
}

describe('a disk that fails, and a cut in the middle', () => {
  const child = fileURLToPath(new URL('./child.ts', import.meta.url));
  const run = (strace: readonly string[], what: string, asked: object) =>
    spawnSync(
      'strace',
      [
        '-f',
        '-qq',
        '-o',
        '/dev/null',
        ...strace,
        process.execPath,
        '--no-warnings',
        child,
        what,
        JSON.stringify(asked),
      ],
      { encoding: 'utf8' },
    );

  itWith('strace')('a disk that is full while a backup is written leaves no file', async () => {
    await withLived(async (lived) => {
      const asked = asking(lived);
      const inject = ['-P', `${asked.out}.part`, '-e', 'inject=write:error=ENOSPC:when=2+'];
      const { stdout } = run(inject, 'backup', asked);
      expect(JSON.parse(stdout)).toEqual({ ok: false, why: expect.stringMatching(/the disk is full/) });
      expect(readdirSync(lived.dir).sort()).toEqual(['data', 'etc']);
      expect(readdirSync(lived.data).filter((name) => name.startsWith('.'))).toEqual([]);
    });
  });

  itWith('strace')('a disk that is full while a backup is put back changes nothing', async () => {
    await withLived(async (lived) => {
      await backedUp(lived);
      const asked = putting(lived, { data: lived.data, config: lived.config, over: 'replace' });
      const before = filesIn(lived.dir);
      const database = join(lived.data, '.restore', 'incoming', 'data', 'lantern.db');
      const { stdout } = run(['-P', database, '-e', 'inject=write:error=ENOSPC:when=1+'], 'restore', asked);
      expect(JSON.parse(stdout)).toEqual({
        ok: false,
        why: expect.stringMatching(/the disk is full.*nothing was changed/),
      });
      expect(filesIn(lived.dir)).toEqual(before);
    });
  });

  // First the phase is written; the second renaming is that of the folder, from which on it counts; after it come the old
  // log, the folder again, and file by file.
  const counts = 2;
  for (const nth of [counts, 3, 4, 5, 12]) {
    itWith('strace')(`killed at the ${nth}. renaming: nothing, or everything`, async () => {
      await withLived(async (lived) => {
        await backedUp(lived);
        await live(lived.data, 1, away);
        writeFileSync(lived.config, 'site: { id: other }\n');
        writeFileSync(join(lived.data, 'stranger.json'), 'x');
        const before = filesIn(lived.dir);
        const asked = putting(lived, { data: lived.data, config: lived.config, over: 'replace' });
        const calls = '?rename,?renameat,?renameat2';
        const ended = run(['-e', `trace=${calls}`, '-e', `inject=${calls}:signal=KILL:when=${nth}`], 'restore', asked);
        expect(ended.stdout).toBe('');
        expect(takeUp(lived.data)).toBe(null); // as the hub does before it starts
        const after = filesIn(lived.dir);
        if (nth <= counts) {
          const rest = Object.entries(after).filter(([name]) => !name.startsWith('data/.restore/'));
          expect(Object.fromEntries(rest)).toEqual(before);
          return;
        }
        expect(filesIn(lived.data)).toMatchObject(smallFiles);
        expect(after).not.toHaveProperty('data/stranger.json');
        expect(after['etc/config.yaml']).toBe('site: { id: hub-1 }\n');
        expect(readPhase(lived.data)).toEqual(away);
        expect(verifyChain(lived.data)).toEqual({ ok: true, rows: 41 });
        expect(Object.keys(after).filter((name) => name.includes('.restore') || name.includes('.new'))).toEqual([]);
      });
    });
  }
});

describe('what the user of the hub left lying for root', () => {
  test('a restore that waits puts its config nowhere but where the command says', async ({ lived }) => {
    await backedUp(lived);
    const elsewhere = join(lived.dir, 'shadow');
    const waiting = join(lived.data, '.restore', 'ready');
    mkdirSync(join(waiting, 'config'), { recursive: true });
    const manifest = { files: [{ name: 'config/shadow', mode: 0o600 }] };
    writeFileSync(
      join(waiting, 'plan.json'),
      JSON.stringify({ config: elsewhere, stamp: 'x', guarding: null, manifest }),
    );
    writeFileSync(join(waiting, 'config', 'shadow'), 'mine\n');
    const before = filesIn(lived.data);
    const asked = putting(lived, { data: lived.data, config: lived.config, over: 'replace' });
    expect(await restore(asked)).toEqual({ ok: false, why: expect.stringContaining(`its config at ${elsewhere}`) });
    expect(existsSync(elsewhere)).toBe(false);
    expect(filesIn(lived.data)).toEqual(before);
  });

  test('a link where a draft goes leads nowhere', async ({ lived }) => {
    const other = join(lived.dir, 'passwd');
    writeFileSync(other, 'root\n');
    symlinkSync(other, join(lived.data, 'backup.json.tmp'));
    await backedUp(lived);
    expect(readFileSync(other, 'utf8')).toBe('root\n');
    expect(JSON.parse(readFileSync(join(lived.data, 'backup.json'), 'utf8'))).toEqual({ at: now.toISOString() });
  });
});

/** `itWith` hands over no fixtures. */
async function withLived(work: (lived: Lived) => Promise<void>): Promise<void> {
  const lived = await makeLived();
  try {
    await work(lived);
  } finally {
    lived.end();
  }
}
