import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import type { JsonObject } from '../../src/base/json.ts';
import { createLog, formatForTerminal, type LogOptions } from '../../src/link/log.ts';
import { scrubText } from '../../src/link/scrub.ts';

function logged(
  facts: JsonObject,
  message: string,
  options: Partial<LogOptions> = {},
): { lines: string[]; entries: Record<string, unknown>[] } {
  const lines: string[] = [];
  const log = createLog({ form: 'lines', destination: { write: (line) => lines.push(line) }, ...options });
  log.info(facts, message);
  return { lines, entries: options.form === 'terminal' ? [] : lines.map((line) => JSON.parse(line)) };
}

describe('an entry', () => {
  it('is one JSON line with level, time and message', () => {
    const { lines, entries } = logged({ devices: 4 }, 'ready');
    expect(entries).toEqual([
      { level: 'info', time: expect.stringMatching(/^20..-..-..T.*Z$/), msg: 'ready', devices: 4 },
    ]);
    expect(lines[0]?.endsWith('}\n')).toBe(true);
  });
  it('has no field twice', () => {
    const { lines } = logged({ msg: 'other', level: 'x', time: 1 }, 'ready');
    expect(lines[0]?.match(/"msg":/g)).toHaveLength(1);
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({ msg: 'ready', msg_: 'other', level_: 'x', time_: 1 });
  });
  it('takes a message with a per cent sign as it is', () => {
    expect(logged({}, '100 %d %s %j').entries[0]?.['msg']).toBe('100 %d %s %j');
  });
  it('is bounded, however deep and long the facts', () => {
    let facts: JsonObject = { end: 'x' };
    for (let i = 0; i < 1_000; i++) facts = { inner: facts };
    const { lines } = logged(
      { facts, long: 'y'.repeat(1e6), many: Array.from({ length: 1e5 }, () => 'z') },
      'm'.repeat(1e6),
    );
    expect(lines[0]?.length).toBeLessThan(10_000);
  });
  it('is one readable line on a terminal, and no escape sequence', () => {
    const { lines } = logged({ device: 'hall\u001b[2J', n: 2 }, 'odd\npayload', { form: 'terminal' });
    expect(lines[0]).toMatch(/^\d\d:\d\d:\d\d info {2}odd\?payload {2}device=hall\?\[2J {2}n=2\n$/);
  });
  it('shows the level to a person', () => {
    expect(formatForTerminal('{"level":"warn","time":"2026-11-21T20:29:00.123Z","msg":"low"}')).toBe(
      '20:29:00 warn  low\n',
    );
  });
});

describe('levels', () => {
  const cases: readonly (readonly [level: string | undefined, messages: readonly string[]])[] = [
    [undefined, ['i', 'w', 'e']],
    ['', ['i', 'w', 'e']],
    ['info', ['i', 'w', 'e']],
    ['warn', ['w', 'e']],
    ['error', ['e']],
    ['silent', []],
    ['loud', ['LANTERN_LOG names no level; writing info and above', 'i', 'w', 'e']],
  ];
  for (const [level, messages] of cases) {
    it(`LANTERN_LOG=${level ?? '(unset)'}`, () => {
      const lines: string[] = [];
      const log = createLog({ level, form: 'lines', destination: { write: (line) => lines.push(line) } });
      log.info({}, 'i');
      log.warn({}, 'w');
      log.error({}, 'e');
      expect(lines.map((line) => JSON.parse(line).msg)).toEqual(messages);
    });
  }
});

const tellingTexts = [
  '+447700900123',
  'to +447700900123: refused',
  '447700900123',
  '07700 900123',
  '07700-900-123',
  '(07700) 900 123',
  '+44 (0) 7700 900123',
  '+1 555.010.0199',
  '00447700900123',
  'tel:+447700900123;x',
  'a number\u00a007700\u2011900\u2011123 in print',
  '2026-11-21 +447700900123',
  '{"code":"48213","action":"DISARM"}',
  'Unexpected end of JSON input near \'"code": "48213\'',
  'code=48213',
  'password: hunter2',
  'authToken=hunter2',
  'bad \\"code\\":\\"48213\\"',
];
const secrets = [/7700\W*900/, /555\W*010/, /48213/, /hunter2/];
const tells = (text: string): boolean => secrets.some((secret) => secret.test(text));

describe('what must not get out', () => {
  for (const text of tellingTexts) {
    it(`in the message: ${text}`, () => {
      expect(tells(text)).toBe(true);
      expect(tells(logged({}, text).lines.join())).toBe(false);
    });
    it(`in a fact, a list, a key: ${text}`, () => {
      expect(tells(logged({ a: text, b: [{ c: [text] }], [text]: 1 }, 'm').lines.join())).toBe(false);
    });
  }
  const tellingFacts: readonly JsonObject[] = [
    { code: '48213' },
    { code: 48213 },
    { code: { digits: '48213' } },
    { order: { action_code: '48213' } },
    { Password: 'hunter2' },
    { list: [{ token: 'hunter2' }] },
    { authToken: 'hunter2' },
    { clientSecret: 'hunter2' },
    { phone: '7700 900' },
    { number: 447_700_900_123 },
  ];
  for (const facts of tellingFacts) {
    it(`as a field: ${JSON.stringify(facts)}`, () => {
      expect(tells(logged(facts, 'm').lines.join())).toBe(false);
      expect(tells(logged(facts, 'm', { form: 'terminal' }).lines.join())).toBe(false);
    });
  }
  it('any E.164 number, anywhere in any text', () => {
    const phone = fc.bigInt({ min: 1_000_000n, max: 999_999_999_999_999n }).map((n) => `+${n}`);
    const around = fc.string({ unit: 'grapheme', maxLength: 12 });
    fc.assert(
      fc.property(around, phone, around, (before, number, rest) => {
        expect(scrubText(`${before}${number}${rest}`)).not.toContain(number.slice(1));
      }),
    );
  });
});

describe('what stays readable', () => {
  for (const text of [
    '2026-11-21T20:29:00.123Z',
    'since 2026-11-21',
    '192.168.100.200:18830',
    'listening on 127.0.0.1:1883',
    'zigbee2mqtt/front-door',
    'exit code 1',
    'code: 17',
    '20000 messages',
    'front-door',
  ]) {
    it(text, () => {
      expect(scrubText(text)).toBe(text);
    });
  }
});

describe('the real stdout', () => {
  const module = join(import.meta.dirname, '..', '..', 'src', 'link', 'log.ts');
  const folder = mkdtempSync(join(tmpdir(), 'lantern-log-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  const script = (body: string): string => {
    const file = join(folder, `${Math.random()}.ts`);
    writeFileSync(
      file,
      `import { createLog } from ${JSON.stringify(module)};\nconst log = createLog({ form: 'lines' });\n${body}`,
    );
    return file;
  };
  const count = (text: string): number => text.split('\n').filter((line) => line !== '').length;

  it('has every line when the process exits at once', () => {
    const file = script("for (let i = 0; i < 500; i++) log.info({ i }, 'line');\nprocess.exit(3);");
    const ran = spawnSync(process.execPath, [file], { encoding: 'utf8' });
    expect({ status: ran.status, lines: count(ran.stdout), stderr: ran.stderr }).toEqual({
      status: 3,
      lines: 500,
      stderr: '',
    });
  });
  it('has every line when the process ends by itself', () => {
    const ran = spawnSync(process.execPath, [script("for (let i = 0; i < 500; i++) log.info({ i }, 'line');")], {
      encoding: 'utf8',
    });
    expect({ status: ran.status, lines: count(ran.stdout) }).toEqual({ status: 0, lines: 500 });
  });
  it('does not die of a reader who has gone', () => {
    const file = script(
      "for (let i = 0; i < 2000; i++) log.info({ i, pad: 'x'.repeat(500) }, 'line');\nsetTimeout(() => { log.info({}, 'later'); log.flush(); process.stderr.write('alive'); }, 50);",
    );
    const ran = spawnSync('bash', ['-c', `"${process.execPath}" "${file}" | head -n 1`], { encoding: 'utf8' });
    expect(ran.stderr).toBe('alive');
  });
  it('does not stand for ever when the reader goes at the last flush', () => {
    // The lines are still waiting when the flush begins, and nobody will read them.
    const file = script(
      "for (let i = 0; i < 200; i++) log.info({ i, pad: 'x'.repeat(500) }, 'line');\nlog.flush(); process.stderr.write('alive');",
    );
    const ran = spawnSync('bash', ['-c', `"${process.execPath}" "${file}" | true`], {
      encoding: 'utf8',
      timeout: 30_000,
    });
    expect(ran.stderr).toBe('alive');
  });
});
