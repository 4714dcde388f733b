import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import type { DeviceId } from '../../src/base/brand.ts';
import type { Committed } from '../../src/hub/ports.ts';
import { rowHash } from '../../src/journal/chain.ts';
import { openJournal } from '../../src/journal/journal.ts';
import { readPhase } from '../../src/journal/phase.ts';
import { readEvents, readLocal, verifyChain } from '../../src/journal/read.ts';
import { activityWaiting } from '../../src/journal/traffic.ts';
import { append, at, entry, freshDir, localTypes, open, row, sealed, tamper } from './bench.ts';

describe('what is written', () => {
  it('numbers local rows without a gap, over sealed rows and restarts', async () => {
    const dir = freshDir();
    const first = await open(dir);
    const one = await append(first.journal, entry(row('a'), sealed('hidden'), row('b')));
    await first.journal.close();
    const second = await open(dir);
    const two = await append(second.journal, entry(row('c')));
    await second.journal.close();
    const iso = '2026-11-21T20:29:00.123Z';
    expect([one, two]).toEqual([
      {
        ok: true,
        local: [
          { seq: 1, at: iso, type: 'a', data: {} },
          { seq: 2, at: iso, type: 'b', data: {} },
        ],
      },
      { ok: true, local: [{ seq: 3, at: iso, type: 'c', data: {} }] },
    ]);
    const read = readEvents(dir);
    const rows = read.ok ? [...read.rows] : [];
    expect(rows.map((each) => [each.seq, each.type, each.local])).toEqual([
      [1, 'a', 1],
      [2, 'b', 2],
      [3, 'sealed', null],
      [4, 'c', 3],
    ]);
    expect(verifyChain(dir)).toEqual({ ok: true, rows: 4 });
  });

  it('hashes as anyone can with sha256sum', async () => {
    const dir = freshDir();
    const { journal } = await open(dir);
    await append(journal, entry(row('armed', { mode: 'away', by: 'pä|1' }), row('next')));
    const read = readEvents(dir);
    const [first, second] = read.ok ? [...read.rows] : [];
    const line = '1|2026-11-21T20:29:00.123Z|trusted|4711|boot-1|armed|{"mode":"away","by":"pä|1"}';
    const sum = spawnSync('sha256sum', { input: `${'0'.repeat(64)}\n${line}` })
      .stdout.toString()
      .slice(0, 64);
    expect(first?.hash).toBe(sum);
    expect(second?.hash).toBe(second && rowHash(sum, second));
  });

  it('answers every entry once and in order, also when many come together', async () => {
    const { journal } = await open(freshDir());
    const answers: [number, Committed][] = [];
    await new Promise<void>((resolve) => {
      for (let n = 1; n <= 500; n += 1) {
        journal.append(entry(row(`row-${n}`)), (result) => {
          answers.push([n, result]);
          if (n === 500) resolve();
        });
      }
    });
    expect(answers.map(([n]) => n)).toEqual(Array.from({ length: 500 }, (_, index) => index + 1));
    expect(answers.flatMap(([, result]) => (result.ok ? result.local.map((each) => each.seq) : []))).toEqual(
      answers.map(([n]) => n),
    );
  });

  it('commits everything that was given before close ends, and refuses what comes after', async () => {
    const dir = freshDir();
    const { journal } = await open(dir);
    const results: boolean[] = [];
    for (let n = 0; n < 20; n += 1) journal.append(entry(row(`row-${n}`)), (result) => results.push(result.ok));
    journal.activity(at, 'hall' as DeviceId, 'motion');
    await journal.close();
    expect(results).toEqual(Array.from({ length: 20 }, () => true));
    expect(localTypes(dir)).toHaveLength(20);
    expect((await append(journal, entry(row('late')))).ok).toBe(false);
  });

  it('keeps its files to itself', async () => {
    const dir = join(freshDir(), 'new');
    const { journal } = await open(dir);
    await append(journal, { ...entry(row('a')), phase: { state: 'armed_away', mode: 'away' } });
    const modes = ['', 'lantern.db', 'lantern.db-wal', 'lantern.db-shm', 'lock.db', 'state.key', 'phase.json'];
    expect(modes.map((name) => (statSync(join(dir, name)).mode & 0o777).toString(8))).toEqual([
      '700',
      ...Array(6).fill('600'),
    ]);
  });

  it('lets nobody change or delete a row through the database', async () => {
    const dir = freshDir();
    const { journal } = await open(dir);
    await append(journal, entry(row('a')));
    await journal.close();
    const db = new Database(join(dir, 'lantern.db'));
    expect(() => db.exec(`UPDATE events SET type = 'b'`)).toThrow('never changed');
    expect(() => db.exec('DELETE FROM events')).toThrow('never deleted');
    db.close();
  });
});

describe('what is found at a start', () => {
  it('nothing, the first time', async () => {
    const { restored } = await open(freshDir());
    expect(restored).toEqual({ parts: null, phase: null, setAside: null, known: false });
  });

  it('a phase that sets no mode is confirmed before its mirror is tried, and mirrored all the same', async () => {
    const dir = freshDir();
    const troubles: string[] = [];
    const { journal } = await open(dir, { onTrouble: (what) => troubles.push(what) });
    await append(journal, { ...entry(), phase: { state: 'armed_home', mode: 'home' } });
    // Nothing can be written under a name that is a directory.
    rmSync(join(dir, 'phase.json'));
    mkdirSync(join(dir, 'phase.json', 'in-the-way'), { recursive: true });
    const answer = await append(journal, { ...entry(), phase: { state: 'triggered', mode: 'home' } });
    expect(answer.ok).toBe(true);
    rmSync(join(dir, 'phase.json'), { recursive: true });
    await journal.close();
    expect(readPhase(dir)).toEqual({ state: 'triggered', mode: 'home' });
  });

  it('a mode that cannot be mirrored is not confirmed', async () => {
    const dir = freshDir();
    const { journal } = await open(dir);
    mkdirSync(join(dir, 'phase.json', 'in-the-way'), { recursive: true });
    const answer = await append(journal, { ...entry(), phase: { state: 'armed_home', mode: 'home' } });
    expect(answer.ok).toBe(false);
    rmSync(join(dir, 'phase.json'), { recursive: true });
    await journal.close();
  });

  it('the newest of every part, and the phase', async () => {
    const dir = freshDir();
    const { journal } = await open(dir);
    await append(journal, { ...entry(row('a')), parts: { state: '{"n":1}', outbox: '[]' } });
    await append(journal, { ...entry(), parts: { state: '{"n":2}' }, phase: { state: 'armed_home', mode: 'home' } });
    await journal.close();
    writeFileSync(join(dir, 'phase.json.tmp'), '{"state":"dis');
    const { restored } = await open(dir);
    expect(restored).toEqual({
      parts: { state: '{"n":2}', outbox: '[]' },
      phase: { state: 'armed_home', mode: 'home' },
      setAside: null,
      known: true,
    });
  });

  it('no parts without the state key, but the log goes on', async () => {
    const dir = freshDir();
    const first = await open(dir);
    await append(first.journal, { ...entry(row('a')), parts: { state: '{}' } });
    await first.journal.close();
    spawnSync('rm', [join(dir, 'state.key')]);
    const troubles: string[] = [];
    const second = await open(dir, { onTrouble: (what) => troubles.push(what) });
    expect(second.restored).toEqual({ parts: null, phase: null, setAside: null, known: true });
    expect(troubles.join()).toContain('cannot be read');
    await append(second.journal, entry(row('b')));
    expect(localTypes(dir)).toEqual(['a', 'b']);
    expect(verifyChain(dir)).toEqual({ ok: true, rows: 2 });
  });

  const damages: readonly (readonly [string, (bytes: Buffer) => Buffer])[] = [
    ['cut to a few bytes', (bytes) => bytes.subarray(0, 50)],
    ['cut to the first page', (bytes) => bytes.subarray(0, 4096)],
    ['cut in the middle', (bytes) => bytes.subarray(0, bytes.length >> 1)],
    ['with another file in its place', () => Buffer.from('hub: { id: not-a-database }\n'.repeat(400))],
    ['with its header overwritten', (bytes) => Buffer.concat([Buffer.alloc(100, 0xff), bytes.subarray(100)])],
    [
      'with every page but the first overwritten',
      (bytes) => Buffer.concat([bytes.subarray(0, 4096), Buffer.alloc(bytes.length - 4096, 0xa5)]),
    ],
    ['of zeros', (bytes) => Buffer.alloc(bytes.length)],
  ];
  for (const [name, damage] of damages) {
    it(`sets a database aside that is ${name}, and starts by the phase`, async () => {
      const dir = freshDir();
      const first = await open(dir);
      const phase = { state: 'armed_away', mode: 'away' } as const;
      await append(first.journal, { ...entry(row('a')), parts: { state: '{}' }, phase });
      await first.journal.close();
      const broken = damage(readFileSync(join(dir, 'lantern.db')));
      writeFileSync(join(dir, 'lantern.db'), broken);
      const second = await open(dir);
      expect(second.restored).toMatchObject({ parts: null, phase, known: true });
      expect(second.restored.setAside).toMatch(/^lantern\.db\.damaged-\d{4}-\d\d-\d\dT[\d:.]+Z$/);
      expect(readFileSync(join(dir, second.restored.setAside ?? '')).equals(broken)).toBe(true);
      expect((await append(second.journal, entry(row('b')))).ok).toBe(true);
      expect(verifyChain(dir)).toEqual({ ok: true, rows: 1 });
    });
  }

  for (const text of ['', '{', '[]', 'null', '{"state":1,"mode":null}', '{"state":"armed_away","mode":"holiday"}']) {
    it(`no phase in a phase.json that says ${JSON.stringify(text)}`, async () => {
      const dir = freshDir();
      writeFileSync(join(dir, 'phase.json'), text);
      const { restored } = await open(dir);
      expect(restored).toEqual({ parts: null, phase: null, setAside: null, known: true });
    });
  }
});

describe('two hubs', () => {
  it('the second is told what to do, and the first goes on', async () => {
    const dir = freshDir();
    const first = await open(dir);
    const second = await openJournal(dir, { boot: 'boot-2', evidencePublicKey: null });
    expect(second).toEqual({ ok: false, why: expect.stringContaining('another hub is running') });
    expect((await append(first.journal, entry(row('a')))).ok).toBe(true);
  });

  it('a directory that cannot be made is refused with a remedy', async () => {
    const file = join(freshDir(), 'file');
    writeFileSync(file, '');
    const opened = await openJournal(join(file, 'data'), { boot: 'b', evidencePublicKey: null });
    expect(opened).toEqual({ ok: false, why: expect.stringContaining('--data') });
  });
});

describe('sensor traffic', () => {
  it(`waits up to ${activityWaiting} rows; what is more is counted and dropped`, async () => {
    const dir = freshDir();
    const { journal, counts } = await open(dir);
    for (let n = 0; n < activityWaiting + 7; n += 1) journal.activity(at, 'hall' as DeviceId, `motion ${n}`);
    expect(counts().activityDropped).toBe(7);
    expect((await append(journal, entry(row('a')))).ok).toBe(true);
    await journal.close();
    const db = new Database(join(dir, 'lantern.db'), { readonly: true });
    expect(db.prepare('SELECT count(*) AS n, min(what) AS first, max(id) AS last FROM activity').get()).toEqual({
      n: activityWaiting,
      first: 'motion 0',
      last: activityWaiting,
    });
    db.close();
  });
});

describe('reading', () => {
  const cases: readonly (readonly [string, object, readonly string[]])[] = [
    ['all', {}, ['a', 'b', 'c', 'd']],
    ['after a number', { afterSeq: 2 }, ['c', 'd']],
    ['some', { limit: 3 }, ['a', 'b', 'c']],
    ['none', { limit: 0 }, []],
    ['since a moment', { sinceIso: '2026-11-21T20:30:00.000Z' }, ['c', 'd']],
    ['some since a moment', { sinceIso: '2026-11-21T20:30:00.000Z', limit: 1 }, ['c']],
  ];
  for (const [name, options, wanted] of cases) {
    it(`the local view while the hub runs: ${name}`, async () => {
      const dir = freshDir();
      const { journal } = await open(dir);
      const later = { at: (at + 60_000) as typeof at };
      await append(
        journal,
        entry(row('a'), sealed('x'), row('b'), { ...row('c'), ...later }, { ...row('d'), ...later }),
      );
      const read = readLocal(dir, options);
      expect(read.ok && [...read.rows].map((each) => each.type)).toEqual(wanted);
    });
  }

  it('walks more rows than one read takes', async () => {
    const dir = freshDir();
    const { journal } = await open(dir);
    await append(journal, entry(...Array.from({ length: 1201 }, (_, n) => row(`row-${n}`))));
    expect(localTypes(dir)).toHaveLength(1201);
    expect(verifyChain(dir)).toEqual({ ok: true, rows: 1201 });
  });

  it('says in one line that there is no log, or that it cannot be read', () => {
    const dir = freshDir();
    const why = `no event log in ${dir}; name the directory the hub runs on with --data`;
    expect(readLocal(dir)).toEqual({ ok: false, why });
    expect(verifyChain(dir)).toEqual({ ok: false, seq: 0, why });
    writeFileSync(join(dir, 'lantern.db'), 'no database'.repeat(1000));
    expect(readLocal(dir)).toEqual({
      ok: false,
      why: `the event log in ${dir} cannot be read: the database is damaged (SQLITE_NOTADB)`,
    });
  });

  const changes: readonly (readonly [string, string, number])[] = [
    ['at', `UPDATE events SET at = '2026-11-21T20:29:00.124Z' WHERE seq = 3`, 3],
    ['clock', `UPDATE events SET clock = 'untrusted' WHERE seq = 1`, 1],
    ['monotonicMs', 'UPDATE events SET monotonicMs = monotonicMs + 1 WHERE seq = 5', 5],
    ['boot', `UPDATE events SET boot = 'boot-2' WHERE seq = 2`, 2],
    ['type', `UPDATE events SET type = 'disarmed' WHERE seq = 4`, 4],
    ['one byte of data', `UPDATE events SET data = replace(data, '3', '4') WHERE seq = 3`, 3],
    ['hash', `UPDATE events SET hash = replace(hash, substr(hash, 1, 1), 'x') WHERE seq = 2`, 2],
    ['a row taken out', 'DELETE FROM events WHERE seq = 3', 3],
    ['the first row taken out', 'DELETE FROM events WHERE seq = 1', 1],
    [
      'a row put in',
      `INSERT INTO events SELECT 6, at, clock, monotonicMs, boot, type, data, hash, 6 FROM events WHERE seq = 5`,
      6,
    ],
    [
      'a row put in before the first',
      `INSERT INTO events SELECT 0, at, clock, monotonicMs, boot, type, data, hash, 0 FROM events WHERE seq = 5`,
      1,
    ],
    [
      'two rows exchanged',
      'UPDATE events SET seq = 99 WHERE seq = 2; UPDATE events SET seq = 2 WHERE seq = 3; UPDATE events SET seq = 3 WHERE seq = 99',
      2,
    ],
    ['a local number', 'UPDATE events SET local = 77 WHERE seq = 4', 4],
    ['a row hidden from the local view', 'UPDATE events SET local = NULL WHERE seq = 4', 4],
  ];
  for (const [name, sql, seq] of changes) {
    it(`verify names the first row that is not as it was: ${name}`, async () => {
      const dir = freshDir();
      const { journal } = await open(dir);
      await append(journal, entry(...[1, 2, 3, 4, 5].map((n) => row('zone-opened', { zone: `zone-${n}` }))));
      await journal.close();
      expect(verifyChain(dir)).toEqual({ ok: true, rows: 5 });
      tamper(dir, sql);
      expect(verifyChain(dir)).toMatchObject({ ok: false, seq });
    });
  }
});
