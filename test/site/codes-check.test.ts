import { mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { wallTime } from '../../src/base/time.ts';
import { openCodes } from '../../src/site/codes.ts';
import { addDuress, addPerson, removePerson } from '../../src/site/users.ts';
import { type HashCode, hashCode } from '../../src/site/users-hash.ts';

const noon = Date.parse('2026-11-21T12:00:00Z');
const end = Date.parse('2026-11-22T12:00:00Z');
const options = { cost: { N: 2, r: 1, p: 1 }, now: () => noon };

let dir = '';
let clock = { now: noon, trusted: true };
let hashes = 0;
const counted: HashCode = (code, pepper, salt, _cost) => {
  hashes += 1;
  return hashCode(code, pepper, salt, options.cost);
};
const open = (hash: HashCode = counted) =>
  openCodes(dir, { credentialsDirectory: null, now: () => wallTime(clock.now), trusted: () => clock.trusted, hash });

const enrol = async () => {
  await addPerson(dir, { name: 'Ada', role: 'resident' }, '471193', null, options);
  await addDuress(dir, 'Ada', '935528', null, options);
  await addPerson(dir, { name: 'Vic', role: 'visitor', until: new Date(end).toISOString() }, '582037', null, options);
};

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'lantern-codes-'));
  clock = { now: noon, trusted: true };
  hashes = 0;
});
afterEach(() => rmSync(dir, { recursive: true }));

describe('every attempt costs one hash', () => {
  const ada = { id: expect.stringMatching(/^p[0-9a-f]{8}$/), name: 'Ada', role: 'resident' };
  const rows: readonly (readonly [
    what: string,
    people: 'people' | 'nobody',
    code: string,
    now: number,
    answer: unknown,
  ])[] = [
    ['right', 'people', '471193', noon, { person: ada, duress: false }],
    ['duress', 'people', '935528', noon, { person: ada, duress: true }],
    [
      'visitor',
      'people',
      '582037',
      end - 1,
      { person: expect.objectContaining({ name: 'Vic', role: 'visitor' }), duress: false },
    ],
    ['visitor whose time is over', 'people', '582037', end, null],
    ['wrong', 'people', '471194', noon, null],
    ['right with a zero in front', 'people', '0471193', noon, null],
    ['right with a space behind', 'people', '471193 ', noon, null],
    ['right in other digits', 'people', '٤٧١١٩٣', noon, null],
    ['empty', 'people', '', noon, null],
    ['letters', 'people', 'letmein', noon, null],
    ['a megabyte', 'people', '471193'.repeat(200_000), noon, null],
    ['what malformed codes are hashed as', 'people', 'x', noon, null],
    ['with nobody there', 'nobody', '471193', noon, null],
    ['malformed, with nobody there', 'nobody', '', noon, null],
  ];
  for (const [what, people, code, now, answer] of rows) {
    it(what, async () => {
      if (people === 'people') await enrol();
      const codes = open();
      clock.now = now;
      hashes = 0;
      expect(await codes.check(code)).toEqual(answer);
      expect(hashes).toBe(1);
    });
  }
});

describe('somebody is enrolled', () => {
  const vicOnly = () =>
    addPerson(dir, { name: 'Vic', role: 'visitor', until: new Date(end).toISOString() }, '582037', null, options);
  const rows: readonly (readonly [what: string, prepare: () => Promise<unknown>, now: number, enrolled: boolean])[] = [
    ['nobody', async () => {}, noon, false],
    ['a resident', enrol, noon, true],
    ['a visitor', vicOnly, end - 1, true],
    ['a visitor whose time is over', vicOnly, end, false],
    ['nobody any more', async () => [await vicOnly(), await removePerson(dir, 'Vic')], noon, false],
  ];
  for (const [what, prepare, now, enrolled] of rows) {
    it(`${what}: ${enrolled}`, async () => {
      await prepare();
      clock.now = now;
      expect(open().enrolled()).toBe(enrolled);
    });
  }
});

describe('a resident has the say', () => {
  it('once there is one, and also while nobody can read who there is', async () => {
    const codes = open();
    expect(codes.hasResident()).toBe(false);
    await addPerson(dir, { name: 'Ivo', role: 'installer', until: null }, '582037', null, options);
    expect(codes.hasResident()).toBe(false);
    await enrol();
    expect(codes.hasResident()).toBe(true);
    writeFileSync(join(dir, 'users.json'), '{');
    expect(open().hasResident()).toBe(true);
  });
});

describe('a change of the file counts at once', () => {
  it('for people added and removed while the hub runs', async () => {
    const codes = open();
    expect(codes.enrolled()).toBe(false);
    await enrol();
    expect(codes.enrolled()).toBe(true);
    expect(await codes.check('471193')).toMatchObject({ duress: false });
    await removePerson(dir, 'Ada');
    expect(await codes.check('471193')).toBeNull();
    expect(await codes.check('935528')).toBeNull();
    expect(codes.trouble()).toBeNull();
  });

  it('is not read again while nothing changed', async () => {
    await enrol();
    const codes = open();
    expect(codes.enrolled()).toBe(true);
    // The pepper is looked for only when the file is read.
    rmSync(join(dir, 'pepper.key'));
    expect(await codes.check('471193')).toMatchObject({ duress: false });
    expect(codes.trouble()).toBeNull();
  });
});

describe('trouble', () => {
  const users = () => join(dir, 'users.json');

  it('a file damaged from the start: nobody, and it says so', async () => {
    writeFileSync(users(), '{');
    const codes = open();
    expect(codes.enrolled()).toBe(false);
    expect(await codes.check('471193')).toBeNull();
    expect(codes.trouble()).toContain('damaged');
    expect(readFileSync(users(), 'utf8')).toBe('{');
  });

  it('a file damaged while the hub runs: who was known stays known', async () => {
    await enrol();
    const codes = open();
    expect(codes.trouble()).toBeNull();
    const sound = readFileSync(users(), 'utf8');
    writeFileSync(users(), sound.slice(0, 100));
    expect(codes.trouble()).toContain('damaged');
    expect(codes.enrolled()).toBe(true);
    expect(await codes.check('935528')).toMatchObject({ duress: true });
    writeFileSync(users(), sound);
    expect(codes.trouble()).toBeNull();
  });

  it('a file that vanishes while the hub runs: who was known stays known', async () => {
    await enrol();
    const codes = open();
    expect(codes.enrolled()).toBe(true);
    renameSync(users(), join(dir, 'aside'));
    expect(codes.trouble()).toContain('gone');
    expect(await codes.check('471193')).toMatchObject({ duress: false });
    expect(open().enrolled()).toBe(false);
    expect(open().trouble()).toBeNull();
  });

  it('a lost pepper: nobody, until it is back', async () => {
    await enrol();
    const pepper = readFileSync(join(dir, 'pepper.key'));
    rmSync(join(dir, 'pepper.key'));
    const codes = open();
    expect(codes.enrolled()).toBe(false);
    expect(codes.trouble()).toContain('pepper');
    writeFileSync(join(dir, 'pepper.key'), pepper);
    expect(codes.trouble()).toBeNull();
    expect(await codes.check('471193')).toMatchObject({ duress: false });
  });

  it('a hash that cannot be made is nobody’s code, and is told', async () => {
    await enrol();
    let memory = 'short';
    const codes = open((...asked) => (memory === 'short' ? Promise.reject(new Error('no memory')) : counted(...asked)));
    expect(await codes.check('471193')).toBeNull();
    expect(codes.trouble()).toContain('memory');
    memory = 'enough';
    expect(await codes.check('471193')).toMatchObject({ duress: false });
    expect(codes.trouble()).toBeNull();
  });
});

describe('a visitor and a clock that is not trusted', () => {
  const day = 24 * 3600_000;
  type Step = readonly [offset: number, trusted: boolean, enters: boolean];
  const rows: readonly (readonly [what: string, steps: readonly Step[]])[] = [
    ['before the end', [[-day, false, true]]],
    ['after the end', [[day, false, false]]],
    [
      'a start in the past after the end was seen',
      [
        [day, true, false],
        [-20 * 365 * day, false, false],
      ],
    ],
    [
      'a start in the past before the end',
      [
        [-day, true, true],
        [-20 * 365 * day, false, true],
      ],
    ],
    [
      'an untrusted leap ahead does not stick',
      [
        [30 * day, false, false],
        [-day, false, true],
      ],
    ],
    [
      'a trusted clock is believed when it goes back',
      [
        [30 * day, true, false],
        [-day, true, true],
        [-2 * day, false, true],
      ],
    ],
  ];
  for (const [what, steps] of rows) {
    it(`${what}: each step in a new process`, async () => {
      await enrol();
      for (const [offset, trusted, enters] of steps) {
        clock = { now: end + offset, trusted };
        expect((await open().check('582037')) !== null).toBe(enters);
      }
    });
  }

  it('the mark is written at most every ten minutes, and only by a trusted clock', async () => {
    await enrol();
    const codes = open();
    const mark = () =>
      readdirSync(dir).includes('latest-time') ? readFileSync(join(dir, 'latest-time'), 'utf8').trim() : null;
    clock.trusted = false;
    codes.enrolled();
    expect(mark()).toBeNull();
    clock.trusted = true;
    codes.enrolled();
    expect(mark()).toBe('2026-11-21T12:00:00.000Z');
    clock.now = noon + 599_999;
    codes.enrolled();
    expect(mark()).toBe('2026-11-21T12:00:00.000Z');
    clock.now = noon + 600_000;
    codes.enrolled();
    expect(mark()).toBe('2026-11-21T12:10:00.000Z');
  });
});

describe('many at once', () => {
  it('two hashes at a time, in order, none dropped', async () => {
    await enrol();
    let running = 0;
    let most = 0;
    const order: string[] = [];
    const codes = open(async (code, ...rest) => {
      running += 1;
      most = Math.max(most, running);
      order.push(code);
      const hash = await counted(code, ...rest);
      running -= 1;
      return hash;
    });
    const given = Array.from({ length: 40 }, (_, i) => (i === 25 ? '471193' : String(600_000 + i)));
    const answers = await Promise.all(given.map((code) => codes.check(code)));
    expect(answers.map((answer) => answer !== null)).toEqual(given.map((code) => code === '471193'));
    expect(order).toEqual(given);
    expect(most).toBe(2);
  });
});

describe('a person by id', () => {
  const idOf = async (code: string): Promise<never> => ((await open().check(code))?.person.id ?? '') as never;

  it('is told without a hash, as of now', async () => {
    await enrol();
    const id = await idOf('471193');
    hashes = 0;
    expect([open().person(id), hashes]).toEqual([{ id, name: 'Ada', role: 'resident' }, 0]);
  });
  it('is nobody once the end date has come', async () => {
    await enrol();
    const id = await idOf('582037');
    const codes = open();
    expect(codes.person(id)?.name).toBe('Vic');
    clock.now = end;
    expect(codes.person(id)).toBeNull();
  });
  it('is nobody once removed, while the hub runs', async () => {
    await enrol();
    const id = await idOf('471193');
    const codes = open();
    expect(codes.person(id)?.name).toBe('Ada');
    await removePerson(dir, 'Ada');
    expect(codes.person(id)).toBeNull();
  });
  it('is nobody where there never was one', () => {
    expect(open().person('p00000000' as never)).toBeNull();
  });
});
