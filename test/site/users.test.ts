import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Role } from '../../src/alarm/events.ts';
import { addDuress, addPerson, listPeople, type NewPerson, removePerson } from '../../src/site/users.ts';
import { readUsers } from '../../src/site/users-file.ts';

/** scrypt at its cheapest: what is tested here does not rest on its cost. */
const cheap = { cost: { N: 2, r: 1, p: 1 } };
const resident = (name: string): NewPerson => ({ name, role: 'resident' });

let dir = '';
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'lantern-users-'));
});
afterEach(() => rmSync(dir, { recursive: true }));

const add = (who: NewPerson, code: string) => addPerson(dir, who, code, null, cheap);
const names = () => {
  const listed = listPeople(dir);
  return listed.ok ? listed.people.map((person) => person.name) : listed.why;
};

describe('adding people', () => {
  it('makes a directory, a file and a pepper that are the owner’s alone', async () => {
    const deep = join(dir, 'new', 'data');
    const added = await addPerson(deep, resident('Ada'), '476193', null, cheap);
    expect(added).toEqual({ ok: true, id: expect.stringMatching(/^p[0-9a-f]{8}$/) });
    expect(statSync(deep).mode & 0o777).toBe(0o700);
    expect(statSync(join(deep, 'users.json')).mode & 0o777).toBe(0o600);
    expect(statSync(join(deep, 'pepper.key')).mode & 0o777).toBe(0o600);
    expect(readdirSync(deep).sort()).toEqual(['pepper.key', 'users.json']);
  });

  it('keeps no code and no pepper in users.json', async () => {
    await add(resident('Ada'), '476193');
    const text = readFileSync(join(dir, 'users.json'), 'utf8');
    expect(text).not.toContain('476193');
    expect(text).not.toContain(readFileSync(join(dir, 'pepper.key'), 'utf8').trim());
  });

  it('takes the pepper of the credential and makes none', async () => {
    const credentials = join(dir, 'credentials');
    mkdirSync(credentials);
    writeFileSync(join(credentials, 'lantern_pepper'), 'a pepper of some length, at least');
    expect(await addPerson(dir, resident('Ada'), '476193', credentials, cheap)).toMatchObject({ ok: true });
    expect(readdirSync(dir).sort()).toEqual(['credentials', 'users.json']);
    expect(await add(resident('Ben'), '471828')).toMatchObject({ ok: false, why: expect.stringContaining('pepper') });
  });

  it('spends the usual cost unless told otherwise', async () => {
    await addPerson(dir, resident('Ada'), '476193', null);
    const found = readUsers(dir);
    expect(found.kind === 'read' && found.users.cost).toEqual({ N: 16384, r: 8, p: 1 });
  });

  const refusals: readonly (readonly [who: NewPerson, code: string, why: string])[] = [
    [resident(''), '582037', 'printable'],
    [resident('   '), '582037', 'printable'],
    [resident('a\u0007'), '582037', 'printable'],
    [resident('line\nend'), '582037', 'printable'],
    [resident('x'.repeat(65)), '582037', 'printable'],
    [resident('Ada'), '582037', 'already a person'],
    [resident(' ADA '), '582037', 'already a person'],
    [resident('Ben'), '476193', 'already in use'],
    [resident('Ben'), '582038', 'already in use'],
    [resident('Ben'), '123456', 'run'],
    [resident('Ben'), '1234', '5 digits'],
    [{ name: 'Ben', role: 'visitor' }, '582037', 'needs an end'],
    [{ name: 'Ben', role: 'visitor', until: '2026-12-23' }, '582037', 'past'],
    [{ name: 'Ben', role: 'visitor', until: '2027-02-30' }, '582037', 'is a date'],
    [{ name: 'Ben', role: 'visitor', until: '2027-01-01T25:00' }, '582037', 'is a date'],
    [{ name: 'Ben', role: 'visitor', until: 'Friday' }, '582037', 'is a date'],
    [{ name: 'Ben', role: 'resident', until: '2027-01-01' }, '582037', 'no end date'],
    [{ name: 'Ben', role: 'monitor', until: '2027-01-01' }, '582037', 'no end date'],
  ];
  for (const [who, code, why] of refusals) {
    it(`refuses ${JSON.stringify(who)} with ${code}: ${why}`, async () => {
      await add(resident('Ada'), '476193');
      await addDuress(dir, 'Ada', '582038', null, cheap);
      const before = readFileSync(join(dir, 'users.json'), 'utf8');
      const now = () => Date.parse('2026-12-24T12:00:00');
      const result = await addPerson(dir, who, code, null, { ...cheap, now });
      expect(result).toMatchObject({ ok: false, why: expect.stringContaining(why) });
      expect(JSON.stringify(result)).not.toContain(code);
      expect(readFileSync(join(dir, 'users.json'), 'utf8')).toBe(before);
    });
  }

  const ends: readonly (readonly [role: Role, until: string | null, end: string | null])[] = [
    ['resident', null, null],
    ['installer', null, null],
    ['installer', '2027-01-31T08:00:00Z', '2027-01-31T08:00:00Z'],
    ['visitor', '2027-01-31T08:00+02:00', '2027-01-31T06:00:00Z'],
    ['visitor', '2027-01-31T08:00', '2027-01-31T08:00:00'],
    ['visitor', '2027-01-31', '2027-02-01T00:00:00'],
    ['visitor', '2028-02-29', '2028-03-01T00:00:00'],
    ['monitor', null, null],
  ];
  for (const [role, until, end] of ends) {
    it(`a ${role} until ${until} ends ${end}`, async () => {
      const now = () => Date.parse('2026-12-24T12:00:00');
      expect(await addPerson(dir, { name: 'Eve', role, until }, '476193', null, { ...cheap, now })).toMatchObject({
        ok: true,
      });
      const listed = listPeople(dir);
      expect(listed.ok && listed.people[0]).toMatchObject({ role, until: end === null ? null : Date.parse(end) });
    });
  }

  it('takes names of any script', async () => {
    for (const [name, code] of [
      ['Zoë Müller-O’Brien', '476193'],
      ['محمد', '582037'],
      ['x'.repeat(64), '693148'],
    ] as const) {
      expect(await add(resident(name), code)).toMatchObject({ ok: true });
    }
  });

  it('takes a hundred people and not one more', async () => {
    const codes = Array.from({ length: 101 }, (_, i) => `47${String(i * 37 + 5000)}9`);
    for (const [i, code] of codes.slice(0, 100).entries()) {
      expect(await add(resident(`p${i}`), code)).toMatchObject({ ok: true });
    }
    expect(await add(resident('p100'), codes[100] ?? '')).toMatchObject({
      ok: false,
      why: expect.stringContaining('100 people'),
    });
  });
});

describe('a duress code', () => {
  beforeEach(async () => {
    await add(resident('Ada'), '476193');
    await add(resident('Ben'), '582037');
  });

  const rows: readonly (readonly [code: string, outcome: 'ok' | string, because: string])[] = [
    ['935528', 'ok', 'nothing alike'],
    ['486293', 'ok', 'two digits differ'],
    ['476203', 'ok', 'ten more, two digits'],
    ['476193', 'already in use', 'the first code itself'],
    ['582037', 'already in use', 'somebody else’s code'],
    ['976193', 'too near', 'the first digit'],
    ['476198', 'too near', 'the last digit'],
    ['476173', 'too near', 'one digit, twenty less'],
    ['476202', 'too near', 'nine more, two digits'],
    ['476184', 'too near', 'nine less, two digits'],
    ['0476200', 'too near', 'seven more as a number'],
    ['582036', 'ok', 'near somebody else’s code only'],
    ['99999', 'repeats', 'against the rules'],
  ];
  for (const [code, outcome, because] of rows) {
    it(`${code}: ${outcome} (${because})`, async () => {
      const before = readFileSync(join(dir, 'users.json'), 'utf8');
      const result = await addDuress(dir, 'ada', code, null, cheap);
      expect(result).toMatchObject(
        outcome === 'ok' ? { ok: true } : { ok: false, why: expect.stringContaining(outcome) },
      );
      expect(readFileSync(join(dir, 'users.json'), 'utf8') === before).toBe(outcome !== 'ok');
    });
  }

  it('is refused for nobody', async () => {
    expect(await addDuress(dir, 'Cleo', '935528', null, cheap)).toMatchObject({ ok: false });
  });

  it('shows neither in the list nor in the form of the file', async () => {
    const shape = () => readFileSync(join(dir, 'users.json'), 'utf8').replace(/[0-9a-f]{64}/g, 'hash');
    const before = [listPeople(dir), shape()];
    await addDuress(dir, 'Ada', '935528', null, cheap);
    expect([listPeople(dir), shape()]).toEqual(before);
  });
});

describe('listing and removing', () => {
  it('a directory without people has nobody', () => expect(listPeople(dir)).toEqual({ ok: true, people: [] }));

  it('removes by name in any case, and says how many residents are left', async () => {
    await add(resident('Ada'), '476193');
    await add(resident('Ben'), '582037');
    expect(await removePerson(dir, 'ADA')).toMatchObject({ ok: true, residents: 1 });
    expect(names()).toEqual(['Ben']);
    expect(await removePerson(dir, 'Ben')).toMatchObject({ ok: true, residents: 0 });
    expect(names()).toEqual([]);
  });

  it('frees the code and the name', async () => {
    await add(resident('Ada'), '476193');
    await removePerson(dir, 'Ada');
    expect(await add(resident('Ada'), '476193')).toMatchObject({ ok: true });
  });

  it('refuses a name that is not there', async () => {
    await add(resident('Ada'), '476193');
    expect(await removePerson(dir, 'Ben')).toMatchObject({ ok: false, why: expect.stringContaining('Ben') });
  });

  it('makes no directory out of a mistyped --data', async () => {
    const wrong = join(dir, 'typo');
    expect(await removePerson(wrong, 'Ada')).toMatchObject({ ok: false });
    expect(await addDuress(wrong, 'Ada', '476193', null, cheap)).toMatchObject({ ok: false });
    expect(readdirSync(dir)).toEqual([]);
  });
});

describe('a file that cannot be used is told and left alone', () => {
  const sound = JSON.stringify({
    version: 1,
    cost: { N: 2, r: 1, p: 1 },
    salt: 'a'.repeat(32),
    pepper: 'b'.repeat(16),
    people: [],
  });
  const rows: readonly (readonly [what: string, text: string])[] = [
    ['empty', ''],
    ['cut off', sound.slice(0, 60)],
    ['zeros', '\0'.repeat(4096)],
    ['another JSON', '[]'],
    ['a later version', sound.replace('"version":1', '"version":2')],
    ['an unbearable cost', sound.replace('"N":2', '"N":1073741824')],
    ['a cost that is no power of two', sound.replace('"N":2', '"N":3')],
    ['a key too many', sound.replace('{"version"', '{"more":1,"version"')],
    ['half a person', sound.replace('[]', '[{"id":"p00000000"}]')],
  ];
  for (const [what, text] of rows) {
    it(what, async () => {
      writeFileSync(join(dir, 'users.json'), text);
      const why = expect.stringContaining('damaged');
      expect(listPeople(dir)).toMatchObject({ ok: false, why });
      expect(await add(resident('Ada'), '476193')).toMatchObject({ ok: false, why });
      expect(await addDuress(dir, 'Ada', '476193', null, cheap)).toMatchObject({ ok: false, why });
      expect(await removePerson(dir, 'Ada')).toMatchObject({ ok: false, why });
      expect(readFileSync(join(dir, 'users.json'), 'utf8')).toBe(text);
    });
  }

  it('a lost pepper is told, and no new one is made', async () => {
    await add(resident('Ada'), '476193');
    rmSync(join(dir, 'pepper.key'));
    expect(await add(resident('Ben'), '582037')).toMatchObject({ ok: false, why: expect.stringContaining('pepper') });
    expect(readdirSync(dir)).toEqual(['users.json']);
  });

  it('what a crash left half written is overwritten', async () => {
    writeFileSync(join(dir, 'users.json.tmp'), 'half');
    expect(await add(resident('Ada'), '476193')).toMatchObject({ ok: true });
    expect(names()).toEqual(['Ada']);
    expect(readdirSync(dir).sort()).toEqual(['pepper.key', 'users.json']);
  });

  it('a link that somebody left where the draft goes is not followed', async () => {
    const other = join(dir, 'other');
    writeFileSync(other, 'not ours');
    symlinkSync(other, join(dir, 'users.json.tmp'));
    expect(await add(resident('Ada'), '476193')).toMatchObject({ ok: true });
    expect(readFileSync(other, 'utf8')).toBe('not ours');
    expect(names()).toEqual(['Ada']);
  });

  it('a directory that cannot be is a refusal, not an exception', async () => {
    writeFileSync(join(dir, 'file'), '');
    expect(await addPerson(join(dir, 'file', 'data'), resident('Ada'), '476193', null, cheap)).toMatchObject({
      ok: false,
    });
  });
});

describe('several at once', () => {
  it('no change is lost between processes', async () => {
    const module = new URL('../../src/site/users.ts', import.meta.url).href;
    const script = `
      const { addPerson } = await import(${JSON.stringify(module)});
      const [dir, who] = process.argv.slice(1);
      for (let i = 0; i < 5; i += 1) {
        const done = await addPerson(dir, { name: who + i, role: 'resident' }, '47' + who + '9' + i + '3', null, ${JSON.stringify(cheap)});
        if (!done.ok) throw new Error(done.why);
      }`;
    const children = ['11', '22', '33'].map((who) =>
      spawn(process.execPath, ['--input-type=module', '-e', script, dir, who], {
        stdio: ['ignore', 'ignore', 'inherit'],
      }),
    );
    const ended = await Promise.all(children.map((child) => once(child, 'exit')));
    expect(ended.map(([status]) => status)).toEqual([0, 0, 0]);
    const listed = names();
    expect(Array.isArray(listed) && [...listed].sort()).toEqual(
      ['11', '22', '33'].flatMap((who) => [0, 1, 2, 3, 4].map((i) => `${who}${i}`)),
    );
  });

  it('a holder that is killed does not leave the door locked', async () => {
    const module = new URL('../../src/site/users-file.ts', import.meta.url).href;
    const script = `
      const { underUsersLock } = await import(${JSON.stringify(module)});
      await underUsersLock(process.argv[1], () => new Promise((never) => { process.stdout.write('held'); setInterval(() => {}, 1000); }));`;
    const holder = spawn(process.execPath, ['--input-type=module', '-e', script, dir], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await once(holder.stdout, 'data');
    const adding = add(resident('Ada'), '476193');
    holder.kill('SIGKILL');
    expect(await adding).toMatchObject({ ok: true });
  });
});
