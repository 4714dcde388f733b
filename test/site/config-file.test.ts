import { chmodSync, mkdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadHouse } from '../../src/site/config.ts';
import { formatProblem } from '../../src/site/report.ts';
import { complaints, completed, families, load, tempFolder } from './fixtures/config.ts';

/** What is said of a file that cannot be taken in as text at all. */
function saidOf(file: string): readonly string[] {
  const loaded = loadHouse(file, { families, credentialsDirectory: null });
  return loaded.ok ? ['accepted'] : loaded.problems.map(formatProblem);
}

describe('a config that is no text file', () => {
  it('is missing', () => {
    const file = join(tempFolder(), 'hub.yaml');
    expect(saidOf(file)).toEqual([`${file}:1:1: (file): there is no such file; check the path`]);
  });

  it('is a folder', () => {
    const folder = tempFolder();
    expect(saidOf(folder)).toEqual([`${folder}:1:1: (file): this is a folder; name the file in it`]);
  });

  it('is a path through a file', () => {
    const file = join(tempFolder(), 'hub.yaml');
    writeFileSync(file, '');
    expect(saidOf(join(file, 'x'))).toEqual([`${file}/x:1:1: (file): there is no such file; check the path`]);
  });

  it('has no end', () => {
    expect(saidOf('/dev/zero')).toEqual([
      '/dev/zero:1:1: (file): the file is larger than 1 MiB; is this the right file?',
    ]);
  });

  const bytes: readonly (readonly [string, Uint8Array, string])[] = [
    [
      '1 MiB and a byte',
      Buffer.alloc(1024 * 1024 + 1, '#'),
      '1:1: (file): the file is larger than 1 MiB; is this the right file?',
    ],
    [
      '1 MiB of comment',
      Buffer.alloc(1024 * 1024, '#'),
      '1:1: (file): the file is empty; start from config/example.yaml',
    ],
    [
      'a byte that is no UTF-8',
      Buffer.from('site:\n  id: h\xfcb', 'latin1'),
      '2:8: (file): this byte is not UTF-8; save the file as UTF-8 text',
    ],
    ['UTF-16', Buffer.from('site:', 'utf16le'), '1:2: (file): there is a NUL byte here; save the file as UTF-8 text'],
    ['a NUL', Buffer.from('site:\n  id: a\0'), '2:8: (file): there is a NUL byte here; save the file as UTF-8 text'],
  ];
  for (const [name, content, said] of bytes) {
    it(name, () => {
      expect(complaints(content)).toEqual([said]);
    });
  }

  it('takes a byte order mark', () => {
    expect(complaints(`\uFEFF${completed('web: {}')}`)).toEqual([]);
  });

  it('takes the line ends of Windows', () => {
    expect(complaints(completed('web:\n  port: 0\n  prot: 1').replaceAll('\n', '\r\n'))).toEqual([
      '3:3: web.prot: "prot" is not a key here; did you mean "port"?',
    ]);
  });
});

describe('a config that would take all memory or time', () => {
  const layers = 'abcdefghi'
    .split('')
    .map((name, i, all) => `${name}: &${name} [${i === 0 ? 'x' : Array(9).fill(`*${all[i - 1]}`)}]`);
  const bombs: readonly (readonly [string, string, RegExp])[] = [
    ['aliases of aliases', layers.join('\n'), /the file says too much/],
    ['a hundred thousand brackets', '['.repeat(100_000), /^1:\d+: \(file\): the file is nested too deeply/],
    ['a list of a hundred thousand', `devices: [${'x,'.repeat(100_000)}]`, /the file says too much/],
    [
      'a hundred thousand keys',
      Array.from({ length: 60_000 }, (_, i) => `k${i}: 1`).join('\n'),
      /the file says too much/,
    ],
    ['one key a hundred thousand times', 'web: 1\n'.repeat(100_000), /"web" is here twice/],
    ['a key of half a megabyte', `${'k'.repeat(500_000)}: 1`, /not valid YAML|is not a key here/],
  ];
  for (const [name, yaml, said] of bombs) {
    it(name, () => {
      const lines = complaints(yaml);
      expect(lines.join('\n')).toMatch(said);
      expect(lines.length).toBeLessThanOrEqual(1000);
      expect(Math.max(...lines.map((line) => line.length))).toBeLessThan(2000);
    });
  }

  it('says at most 500 errors', () => {
    const numbers = Array(490).fill('"+1"');
    const devices = Array(100).fill('{ a: 1 }');
    expect(complaints(completed(`neverContact: [${numbers}]\ndevices: [${devices}]`)).length).toBe(500);
  });

  it('warnings never crowd out an error that comes after them', () => {
    const filters = Array.from({ length: 20 }, (_, n) => `+/${n}`);
    const users = [...Array(40).keys(), 39].map(
      (n) => `{ name: u${n}, password: !secret password, publish: [${filters}] }`,
    );
    const lines = complaints(completed(`mqtt: { users: [${users}] }`));
    expect(lines.filter((line) => line.includes('warning:')).length).toBe(500);
    expect(lines.filter((line) => !line.includes('warning:'))).toEqual([
      expect.stringContaining('mqtt.users[40].name: "u39" is taken by mqtt.users[39]'),
    ]);
  });
});

describe('secrets', () => {
  const twilio = completed('web: {}');
  const token = (loaded: ReturnType<typeof load>) => (loaded.ok ? loaded.house.twilio?.authToken : null);

  it('a credential wins over secrets.yaml, without its line end', () => {
    expect(token(load(twilio, { 'secrets.yaml': 'token: of the file\n' }))).toBe('a token');
  });

  it('secrets.yaml serves what no credential does', () => {
    const yaml = 'sms: { twilio: { accountSid: !secret sid, authToken: !secret own, from: "+447700900001" } }';
    expect(token(load(completed(yaml), { 'secrets.yaml': 'own: "0123"\n' }))).toBe('0123');
  });

  it('a secrets file that others can read is warned about', () => {
    const folder = tempFolder();
    const file = join(folder, 'hub.yaml');
    writeFileSync(file, completed(''));
    writeFileSync(join(folder, 'secrets.yaml'), 'sid: AC00000000000000000000000000000000\ntoken: t\n');
    chmodSync(join(folder, 'secrets.yaml'), 0o640);
    const loaded = loadHouse(file, { families, credentialsDirectory: null });
    expect(loaded.ok && loaded.warnings.map(formatProblem)).toEqual([
      `${folder}/secrets.yaml:1:1: warning: (file): other users of this machine can read the secrets; run chmod 600 on it`,
    ]);
    chmodSync(join(folder, 'secrets.yaml'), 0o600);
    const quiet = loadHouse(file, { families, credentialsDirectory: null });
    expect(quiet.ok && quiet.warnings).toEqual([]);
  });

  it('a secrets file no secret is looked up in is not opened', () => {
    expect(complaints(twilio, { 'secrets.yaml': '{{{' })).toEqual([]);
  });

  it('a credential that is a folder is told', () => {
    const folder = tempFolder();
    mkdirSync(join(folder, 'sid'));
    writeFileSync(join(folder, 'token'), 't');
    writeFileSync(
      join(folder, 'hub.yaml'),
      'site: { id: a, timezone: UTC }\nsms: { twilio: { accountSid: !secret sid } }',
    );
    expect(statSync(join(folder, 'sid')).isDirectory()).toBe(true);
    const loaded = loadHouse(join(folder, 'hub.yaml'), { families, credentialsDirectory: folder });
    expect(loaded.ok ? [] : loaded.problems.map(({ message }) => message)).toContain(
      'the credential "sid" cannot be used: this is a folder; name the file in it',
    );
  });
});
