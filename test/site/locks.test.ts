import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { PersonId } from '../../src/base/brand.ts';
import { wallTime } from '../../src/base/time.ts';
import type { NewLocks } from '../../src/hub/ports.ts';
import { openCodes } from '../../src/site/codes.ts';
import { changeLocks, type LocksOptions } from '../../src/site/locks-change.ts';
import { type LocksDisk, locksDisk } from '../../src/site/locks-files.ts';
import { readLocks, renewedOf } from '../../src/site/locks-kept.ts';
import { addDuress, addPerson, changeCode, listPeople, removeOther, setDuress } from '../../src/site/users.ts';

// Changing the locks in the files: what is over, what is new, and what a stop in the middle leaves.

const cheap = { cost: { N: 2, r: 1, p: 1 } };
const TRUE = '482913';
const DURESS = '739164';
const NEW = '615027';
const NEW_DURESS = '904286';
const SISTER = '372946';
const USERS = [
  { name: 'z2m', password: 'the password of before', publish: [], subscribe: [] },
  { name: 'phone', password: 'another of before', publish: [], subscribe: [] },
];

let dir = '';
let anna = '' as PersonId;
beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'lantern-locks-'));
  const added = await addPerson(dir, { name: 'Anna', role: 'resident' }, TRUE, null, cheap);
  await addDuress(dir, 'Anna', DURESS, null, cheap);
  await addPerson(dir, { name: 'Sister', role: 'resident' }, SISTER, null, cheap);
  anna = added.ok ? added.id : anna;
  for (const name of ['web-cert.pem', 'web-key.pem']) writeFileSync(join(dir, name), 'old');
});
afterEach(() => rmSync(dir, { recursive: true }));

const asked = (more: Partial<NewLocks> = {}): NewLocks => ({
  code: TRUE,
  newCode: NEW,
  newDuress: null,
  leaveOut: [],
  ...more,
});
const change = (more: Partial<NewLocks> = {}, options: LocksOptions = {}, credentialsDirectory: string | null = null) =>
  changeLocks({ dir, credentialsDirectory, brokerUsers: USERS }, anna, asked(more), { ...cheap, ...options });

/** Whose code each of these is after a start: `true`, `duress`, or nothing. */
async function codesNow(...codes: readonly string[]): Promise<string> {
  const open = openCodes(dir, { credentialsDirectory: null, now: () => wallTime(0), trusted: () => true });
  const found = await Promise.all(codes.map((code) => open.check(code)));
  return found.map((one) => (one === null ? '-' : `${one.person.name} ${one.duress ? 'duress' : 'true'}`)).join(', ');
}
const all = () => codesNow(TRUE, DURESS, SISTER, NEW, NEW_DURESS);
const names = (under?: 'threat') => {
  const listed = listPeople(dir, under);
  return listed.ok ? listed.people.map(({ name }) => name) : listed.why;
};
const file = (name: string) => readFileSync(join(dir, name), 'utf8');
const OLD = 'Anna true, Anna duress, Sister true, -, -';

describe('changed locks', () => {
  it('leave one code in the house, and the one that was typed', async () => {
    expect(await change({ newDuress: NEW_DURESS })).toMatchObject({
      ok: true,
      ended: { people: 1, sessions: 0, installer: 0, brokerUsers: 2 },
      passwords: [{ name: 'z2m' }, { name: 'phone' }],
    });
    expect([await all(), names()]).toEqual(['-, -, -, Anna true, Anna duress', ['Anna']]);
  });

  it('without a new duress code there is none any more', async () => {
    await change();
    expect(await all()).toBe('-, -, -, Anna true, -');
  });

  it('have a new pepper, a new salt, a new era and no certificate', async () => {
    const before = { pepper: file('pepper.key'), users: JSON.parse(file('users.json')) };
    await change();
    const after = JSON.parse(file('users.json'));
    expect(file('pepper.key')).not.toBe(before.pepper);
    for (const part of ['salt', 'era', 'pepper']) expect(after[part]).not.toBe(before.users[part]);
    expect(readdirSync(dir).sort()).toEqual(['locks.json', 'pepper.key', 'users.json']);
    expect(statSync(join(dir, 'locks.json')).mode & 0o777).toBe(0o600);
  });

  it('keep a pepper that is a credential', async () => {
    const credentials = join(dir, 'credentials');
    mkdirSync(credentials);
    writeFileSync(join(credentials, 'lantern_pepper'), file('pepper.key'));
    rmSync(join(dir, 'pepper.key'));
    expect(await change({}, {}, credentials)).toMatchObject({ ok: true });
    expect(existsSync(join(dir, 'pepper.key'))).toBe(false);
  });

  it('end an attempt that had begun before', async () => {
    const open = openCodes(dir, { credentialsDirectory: null, now: () => wallTime(0), trusted: () => true });
    let typed: ReturnType<typeof open.check> = Promise.resolve(null);
    const disk: LocksDisk = {
      ...locksDisk(dir),
      rename(from, to) {
        if (to.endsWith('pepper.key')) typed = open.check(SISTER);
        locksDisk(dir).rename(from, to);
      },
    };
    await change({}, { disk });
    expect(await typed).toBeNull();
  });

  const refusals: readonly (readonly [string, Partial<NewLocks>, field: string | null, is: string])[] = [
    ['a wrong code', { code: '111222' }, 'code', 'code-wrong'],
    ['the code of somebody else', { code: SISTER }, 'code', 'code-wrong'],
    ['the same code again', { newCode: TRUE }, 'newCode', 'code-taken'],
    ['a code of somebody else', { newCode: SISTER }, 'newCode', 'code-taken'],
    ['a date', { newCode: '241285' }, 'newCode', 'code-date'],
    ['letters', { newCode: 'abcdef' }, 'newCode', 'code-digits'],
    ['a duress code that is the code', { newDuress: NEW }, 'newDuress', 'code-taken'],
    ['a duress code that is near', { newDuress: '615029' }, 'newDuress', 'code-near'],
    ['the duress code of before', { newDuress: DURESS }, 'newDuress', 'code-taken'],
    ['a user of the broker that is none', { leaveOut: ['nobody'] }, 'leaveOut', 'unknown'],
  ];
  for (const [name, more, field, is] of refusals) {
    it(`are refused with ${name}, and nothing has changed`, async () => {
      const before = file('users.json');
      expect(await change(more)).toMatchObject({ ok: false, field, is });
      expect([file('users.json'), existsSync(join(dir, 'locks.json'))]).toEqual([before, false]);
    });
  }
});

describe('with the duress code', () => {
  it('all can be tried as after the true one, and no true code is lost', async () => {
    const before = file('pepper.key');
    const done = await change({ code: DURESS, newDuress: NEW_DURESS });
    expect(done).toMatchObject({ ok: true, ended: { people: 1, brokerUsers: 2 } });
    expect(await all()).toBe('Anna true, -, Sister true, Anna duress, Anna duress');
    expect([names('threat'), names()]).toEqual([['Anna'], ['Anna', 'Sister']]);
    expect([file('pepper.key'), readdirSync(dir).sort()]).toEqual([before, ['locks.json', 'pepper.key', 'users.json']]);
  });

  it('and again with the code that was chosen then', async () => {
    await change({ code: DURESS });
    expect(await change({ code: NEW, newCode: '350871' })).toMatchObject({ ok: true, ended: { people: 0 } });
    expect(await codesNow(TRUE, NEW, '350871', SISTER)).toBe('Anna true, -, Anna duress, Sister true');
  });

  it('until she changes them truly: then all of it is over', async () => {
    await change({ code: DURESS, newDuress: NEW_DURESS });
    expect(await change({ newCode: '350871' })).toMatchObject({ ok: true, ended: { people: 1 } });
    expect(await codesNow(TRUE, SISTER, NEW, NEW_DURESS, '350871')).toBe('-, -, -, -, Anna true');
  });

  it('it costs as many hashes, and writes the same files', async () => {
    const { hashCode } = await import('../../src/site/users-hash.ts');
    const traces: string[][] = [];
    for (const code of [DURESS, TRUE]) {
      const trace: string[] = [];
      const real = locksDisk(dir);
      const disk: LocksDisk = {
        write(path, text) {
          trace.push(`write ${path} ${text.length > 0}`);
          real.write(path, text);
        },
        rename(from, to) {
          trace.push(`rename ${to}`);
          real.rename(from, to);
        },
        remove(path) {
          trace.push(`remove ${path}`);
          real.remove(path);
        },
      };
      const hash: typeof hashCode = (...args) => {
        trace.push('hash');
        return hashCode(...args);
      };
      await change({ code, newCode: code === DURESS ? NEW : '350871' }, { disk, hash });
      traces.push(trace);
    }
    expect(traces[0]).toEqual(traces[1]);
  });
});

describe('people under threat', () => {
  const threat = { under: 'threat' } as const;

  it('a person added has a code that opens and calls for help', async () => {
    await addPerson(dir, { name: 'Him', role: 'resident' }, NEW, null, { ...cheap, ...threat });
    expect([await codesNow(NEW), names('threat')]).toEqual(['Him duress', ['Anna', 'Sister', 'Him']]);
  });

  it('a person removed is hidden, can still come in, and may be added anew', async () => {
    const listed = listPeople(dir);
    const sister = listed.ok ? listed.people[1]?.id : undefined;
    expect(await removeOther(dir, sister ?? '', { id: anna, ...threat })).toEqual({ ok: true, role: 'resident' });
    expect([await codesNow(SISTER), names('threat')]).toEqual(['Sister true', ['Anna']]);
    expect(await removeOther(dir, sister ?? '', { id: anna, ...threat })).toMatchObject({ ok: false, is: 'unknown' });
    const again = await addPerson(dir, { name: 'sister', role: 'resident' }, NEW, null, { ...cheap, ...threat });
    expect([again.ok, names('threat')]).toEqual([true, ['Anna', 'sister']]);
  });

  it('nobody removes themselves, so that a resident is left', async () => {
    const by = { id: anna, under: 'no threat' } as const;
    expect(await removeOther(dir, anna, by)).toMatchObject({ ok: false, is: 'oneself' });
  });

  it('a changed code is a duress code, the true one stays, and what was typed is over', async () => {
    expect(await changeCode(dir, anna, { code: DURESS, newCode: NEW }, null, cheap)).toEqual({ ok: true });
    expect(await codesNow(TRUE, DURESS, NEW)).toBe('Anna true, -, Anna duress');
    expect(await changeCode(dir, anna, { code: NEW, newCode: '350871' }, null, cheap)).toEqual({ ok: true });
    expect(await codesNow(TRUE, NEW, '350871')).toBe('Anna true, -, Anna duress');
  });

  it('a duress code that is set leaves what was typed as the code it was taken for', async () => {
    expect(await setDuress(dir, anna, { code: DURESS, newDuress: NEW_DURESS }, null, cheap)).toEqual({ ok: true });
    expect(await codesNow(TRUE, DURESS, NEW_DURESS)).toBe('Anna true, Anna duress, Anna duress');
  });
});

describe('her own codes', () => {
  it('a new code takes the place of the old one; the duress code stays', async () => {
    expect(await changeCode(dir, anna, { code: TRUE, newCode: NEW }, null, cheap)).toEqual({ ok: true });
    expect(await codesNow(TRUE, NEW, DURESS)).toBe('-, Anna true, Anna duress');
  });

  const wrong: readonly (readonly [string, () => Promise<object>, field: string, is: string])[] = [
    ['a wrong code', () => changeCode(dir, anna, { code: '1', newCode: NEW }, null, cheap), 'code', 'code-wrong'],
    [
      'near the duress code',
      () => changeCode(dir, anna, { code: TRUE, newCode: '739165' }, null, cheap),
      'newCode',
      'code-near',
    ],
    ['in use', () => changeCode(dir, anna, { code: TRUE, newCode: SISTER }, null, cheap), 'newCode', 'code-taken'],
    ['short', () => changeCode(dir, anna, { code: TRUE, newCode: '12' }, null, cheap), 'newCode', 'code-short'],
    [
      'a duress code near the code',
      () => setDuress(dir, anna, { code: TRUE, newDuress: '482914' }, null, cheap),
      'newDuress',
      'code-near',
    ],
  ];
  for (const [name, ask, field, is] of wrong) {
    it(`${name} is refused at its field`, async () => {
      expect(await ask()).toMatchObject({ ok: false, field, is });
      expect(await all()).toBe(OLD);
    });
  }
});

describe('passwords of the broker', () => {
  const renewed = async (users: readonly { name: string; password: string }[] = USERS) => {
    const found = readLocks(dir);
    return found.ok ? [...(await renewedOf(found.locks, users)).keys()] : found.why;
  };

  it('in the config are over; the new one is kept as a digest alone', async () => {
    const done = await change();
    const made = done.ok ? done.passwords.map(({ password }) => password) : [];
    expect([new Set(made).size, made.every((one) => one.length === 24), await renewed()]).toEqual([
      2,
      true,
      ['z2m', 'phone'],
    ]);
    for (const secret of [...made, ...USERS.map(({ password }) => password), NEW]) {
      expect(file('locks.json')).not.toContain(secret);
    }
  });

  it('stay for those left out', async () => {
    await change({ leaveOut: ['phone'] });
    expect(await renewed()).toEqual(['z2m']);
  });

  it('of a config that names another one win', async () => {
    await change();
    expect(await renewed([{ name: 'z2m', password: 'typed in anew' }])).toEqual([]);
  });

  it('that were made here are over too when the locks are changed again', async () => {
    const first = await change();
    await change({ code: NEW, newCode: '350871' });
    const made = first.ok ? (first.passwords[0]?.password ?? '') : '';
    expect(await renewed()).toEqual(['z2m', 'phone']);
    expect(await renewed([{ name: 'z2m', password: made }])).toEqual(['z2m']);
  });
});

describe('a stop in the middle', () => {
  class Killed extends Error {}
  /** Dies at the nth thing it does to the disk; half a text may be written by then. */
  function dying(at: number): { readonly disk: LocksDisk; readonly done: () => number } {
    const real = locksDisk(dir);
    let count = 0;
    const step = (half: () => void, work: () => void): void => {
      count += 1;
      if (count > at) throw new Killed();
      if (count < at) work();
      else {
        half();
        throw new Killed();
      }
    };
    return {
      done: () => count,
      disk: {
        write: (path, text) =>
          step(
            () => real.write(path, text.slice(0, text.length / 2)),
            () => real.write(path, text),
          ),
        rename: (from, to) =>
          step(
            () => {},
            () => real.rename(from, to),
          ),
        remove: (path) =>
          step(
            () => {},
            () => real.remove(path),
          ),
      },
    };
  }
  const NOW = '-, -, -, Anna true, -';

  // Four writes, three renamings, three removals.
  for (let at = 1; at <= 10; at += 1) {
    it(`at step ${at} leaves the old house or the new one, and nothing beside it`, async () => {
      const { disk, done } = dying(at);
      expect(await change({}, { disk })).toMatchObject({ ok: false, is: 'file' });
      expect(done()).toBeGreaterThanOrEqual(at);
      const found = await all();
      expect(found).toBe(at < 4 ? OLD : NOW);
      const found2 = readLocks(dir);
      const revoked = found2.ok ? (await renewedOf(found2.locks, USERS)).size : -1;
      expect([revoked, existsSync(join(dir, 'web-cert.pem'))]).toEqual(found === OLD ? [0, true] : [2, false]);
      expect(readdirSync(dir).filter((name) => name.endsWith('.next') || name === 'locks-change')).toEqual([]);
    });
  }

  it('takes ten steps in all', async () => {
    const { disk, done } = dying(99);
    expect([(await change({}, { disk })).ok, done()]).toEqual([true, 10]);
  });

  it('a disk that refuses once leaves the old house at once, without a start', async () => {
    for (let at = 1; at <= 4; at += 1) {
      const real = locksDisk(dir);
      let writes = 0;
      const disk: LocksDisk = {
        ...real,
        write(path, text) {
          writes += 1;
          if (writes === at) throw new Error('no space left');
          real.write(path, text);
        },
      };
      expect(await change({}, { disk })).toMatchObject({ ok: false, why: expect.stringContaining('no space left') });
      expect(readdirSync(dir).sort()).toEqual(['pepper.key', 'users.json', 'web-cert.pem', 'web-key.pem']);
    }
    expect(await all()).toBe(OLD);
  });
});
