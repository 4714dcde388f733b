import { describe, expect, it } from 'vitest';
import type { CliDeps, OpenedRow } from '../../src/cli/deps.ts';
import { buildProgram } from '../../src/cli/program.ts';
import { fakeDeps, lantern, rows, type Told } from './fakes.ts';

const commands = [
  [], ['run'], ['check'], ['decode'], ['users'], ['users', 'add'], ['users', 'change-code'], ['users', 'list'], ['users', 'remove'],
  ['locks'], ['locks', 'change'],
  ['log'], ['log', 'verify'], ['log', 'export'], ['log', 'open'], ['test-alert'], ['devices'], ['devices', 'seen'],
  ['devices', 'quality'], ['devices', 'learn'], ['gpio'], ['modem'], ['modem', 'test'],
  ['certificate'], ['certificate', 'verify'], ['contacts'], ['contacts', 'prove'], ['reviews'], ['reviews', 'done'],
  ['restart'], ['provision'], ['provision', 'form'], ['provision', 'start'], ['provision', 'show'], ['provision', 'check'],
  ['provision', 'room'], ['provision', 'heard'], ['provision', 'device'], ['provision', 'contact'], ['provision', 'prove'],
  ['provision', 'restart'], ['provision', 'secrets'], ['provision', 'walk'], ['provision', 'stand'],
  ['provision', 'paths'], ['provision', 'item'], ['provision', 'waive'], ['provision', 'handover'],
  ['desk'], ['desk', 'users'], ['desk', 'users', 'add'], ['desk', 'users', 'list'], ['desk', 'users', 'remove'],
]; // biome-ignore format: a list to be read at a glance

describe('--help', () => {
  for (const command of commands) {
    it(`lantern ${command.join(' ')}`, async () => {
      const ran = await lantern([...command, '--help']);
      expect(ran).toMatchObject({
        status: 0,
        err: '',
        out: expect.stringContaining(`Usage: lantern ${command.join(' ')}`.trim()),
      });
    });
  }
  it('names every command there is', () => {
    const io = { columns: null } as never;
    const program = buildProgram(fakeDeps(), io);
    const namesOf = ({ commands: subs }: Pick<typeof program, 'commands'>): string[][] =>
      subs.flatMap((one) => [[one.name()], ...namesOf(one).map((below) => [one.name(), ...below])]);
    expect([[], ...namesOf(program)].sort()).toEqual([...commands].sort());
  });
});

it('--version', async () => {
  expect(await lantern(['--version'])).toEqual({ status: 0, out: '1.2.3\n', err: '' });
});

describe('wrong use: exit 2, one line on stderr, nothing on stdout', () => {
  const cases: readonly (readonly [args: string, says: RegExp, told?: Told])[] = [
    ['chekc --config a', /unknown command 'chekc' \(Did you mean check\?\)/],
    ['check --confg a', /unknown option '--confg' \(Did you mean --config\?\)/],
    ['check', /--config FILE is needed/],
    ['run --config a', /--data DIR is needed/],
    ['run --data a', /--config FILE is needed/],
    ['check --config', /argument missing/],
    ['check --config a b', /too many arguments/],
    ['users lst', /unknown command 'lst'/],
    ['users add --name A --role resident', /--data DIR is needed/, { stdin: '48213' }],
    ['users add --data d --role resident', /--name NAME is needed/, { stdin: '48213' }],
    ['users add --data d --name A', /--role ROLE is needed/, { stdin: '48213' }],
    ['users add --data d --name A --role boss', /"boss" is not a role; use resident/, { stdin: '48213' }],
    ['users add --data d --name A --role resident', /no code came from stdin/, { stdin: '' }],
    ['users add --data d --name A --role resident --duress', /leave out --role/, { stdin: '48213' }],
    ['desk --data d', /--config FILE is needed/],
    ['desk --config a', /--data DIR is needed/],
    ['desk --config a --data d --port x', /"x" is not a port; use 0 to 65535/],
    ['desk users add --data d', /--name NAME is needed/, { stdin: 'long enough' }],
    ['desk users add --name A', /--data DIR is needed/, { stdin: 'long enough' }],
    ['desk users add --data d --name A', /no password came from stdin/, { stdin: '' }],
    ['log', /--data DIR is needed/],
    ['log --data d --format xml', /"xml" is not a format; use table, jsonl, csv/],
    ['log --data d --since yesterday', /"yesterday" is not a time/],
    ['log --data d --since 2026-13-41', /"2026-13-41" is not a time/],
    ['log verify', /--data DIR is needed/],
    ['log export --data d', /--out FILE is needed/],
    ['log open --bundle f', /--identity KEYFILE is needed/],
    ['decode', /--topic T is needed/],
    ['test-alert', /--data DIR is needed/],
    ['devices seen', /--data DIR is needed/],
    ['reviews', /--data DIR is needed/],
    ['reviews done --data d', /--on DAY is needed/],
  ];
  for (const [args, says, told] of cases) {
    it(`lantern ${args}`, async () => {
      const ran = await lantern(args.split(' '), told);
      expect(ran).toMatchObject({ status: 2, out: '', err: expect.stringMatching(says) });
      expect(ran.err).toMatch(/^lantern: [^\n]+\n$/);
    });
  }
  it('lantern alone shows its help on stderr', async () => {
    expect(await lantern([])).toMatchObject({ status: 2, out: '', err: expect.stringContaining('Usage: lantern') });
  });
});

describe('run', () => {
  for (const [flags, is] of [
    [[], 'real'],
    [['--demo'], 'pretend'],
  ] as const) {
    it(`of a house that is ${is}`, async () => {
      const deps = fakeDeps();
      await lantern(['run', '--config', 'a', '--data', 'd', ...flags], { deps });
      expect(deps.calls).toEqual([['run', { config: 'a', data: 'd', is }]]);
    });
  }

  for (const [status, exit] of [
    [0, 0],
    [1, 1],
    [2, 2],
  ] as const) {
    it(`passes on exit ${status}`, async () => {
      expect(
        await lantern(['run', '--config', 'a', '--data', 'd'], { deps: fakeDeps({ run: async () => status }) }),
      ).toEqual({
        status: exit,
        out: '',
        err: '',
      });
    });
  }
});

describe('check', () => {
  const problem = {
    severity: 'error',
    file: 'hub.yaml',
    line: 3,
    column: 7,
    path: 'devices[0].id',
    message: 'is taken',
  } as const;
  const warning = { ...problem, severity: 'warning' } as const;
  const check = (...problems: ReturnType<CliDeps['check']>): Told => ({ deps: fakeDeps({ check: () => problems }) });
  const line = 'hub.yaml:3:7: devices[0].id: is taken\n';
  const warned = 'hub.yaml:3:7: warning: devices[0].id: is taken\n';
  it('accepts', async () => {
    expect(await lantern(['check', '--config', 'hub.yaml'], check())).toEqual({
      status: 0,
      out: 'hub.yaml: ok\n',
      err: '',
    });
  });
  it('accepts with a warning', async () => {
    expect(await lantern(['check', '--config', 'hub.yaml'], check(warning))).toEqual({
      status: 0,
      out: 'hub.yaml: ok\n',
      err: warned,
    });
  });
  it('refuses, with every problem', async () => {
    expect(await lantern(['check', '--config', 'hub.yaml'], check(problem, warning, problem))).toEqual({
      status: 2,
      out: '',
      err: line + warned + line,
    });
  });
  it('tells a script', async () => {
    const ran = await lantern(['check', '--config', 'hub.yaml', '--json'], check(problem));
    expect({ ...ran, out: JSON.parse(ran.out) }).toEqual({ status: 2, out: [problem], err: '' });
  });
});

describe('decode', () => {
  const cases: readonly (readonly [what: string, args: readonly string[], stdin: string, out: string, err: string])[] =
    [
      ['one payload', [], '{"a":1}', '{"text":"{\\"a\\":1}","stored":false}\n', ''],
      ['one payload over lines', [], 'a\nb\n', '{"text":"a\\nb\\n","stored":false}\n', ''],
      ['an empty one', [], '', '{"text":"","stored":false}\n', ''],
      ['a stored one', ['--retained'], 'a', '{"text":"a","stored":true}\n', ''],
      ['one that cannot be read', [], 'broken', '{}\n', 'lantern: not JSON\n'],
      [
        'lines',
        ['--lines'],
        'a\r\nbroken\n\nb',
        '{"text":"a","stored":false}\n{}\n{"text":"","stored":false}\n{"text":"b","stored":false}\n',
        'lantern: not JSON\n',
      ],
      ['no lines', ['--lines'], '', '', ''],
    ];
  for (const [what, args, stdin, out, err] of cases) {
    it(what, async () => {
      expect(await lantern(['decode', '--topic', 't', ...args], { stdin })).toEqual({ status: 0, out, err });
    });
  }
  it('hands on family and config', async () => {
    const deps = fakeDeps();
    await lantern(['decode', '--topic', 't', '--profile', 'p', '--config', 'c'], { deps, stdin: '' });
    await lantern(['decode', '--topic', 't'], { deps, stdin: '' });
    expect(deps.calls).toEqual([
      ['decoder', { topic: 't', profile: 'p', config: 'c' }],
      ['decoder', { topic: 't', profile: null, config: null }],
    ]);
  });
  it('refuses an unknown family as wrong use', async () => {
    const deps = fakeDeps({ decoder: () => ({ ok: false, why: 'no family "p"' }) });
    expect(await lantern(['decode', '--topic', 't'], { deps })).toEqual({
      status: 2,
      out: '',
      err: 'lantern: no family "p"\n',
    });
  });
  for (const args of [[], ['--lines']]) {
    it(`takes a payload of 1 MiB and no more ${args.join(' ')}`, async () => {
      const limit = 1024 * 1024;
      expect((await lantern(['decode', '--topic', 't', ...args], { stdin: 'x'.repeat(limit) })).status).toBe(0);
      expect(await lantern(['decode', '--topic', 't', ...args], { stdin: 'x'.repeat(limit + 1) })).toMatchObject({
        status: 1,
        out: '',
      });
    });
  }
});

describe('users', () => {
  const add = ['users', 'add', '--data', 'd', '--name', 'Al', '--role', 'visitor', '--until', '2027-01-01'];
  const added = ['add', 'd', { name: 'Al', role: 'visitor', until: '2027-01-01' }, '48213'];
  const sources: readonly (readonly [what: string, Told])[] = [
    ['stdin', { stdin: '48213\n' }],
    ['stdin without an end of line', { stdin: '48213' }],
    ['stdin with a second line', { stdin: '48213\r\nmore\n' }],
    ['a hidden prompt', { types: ['48213', '48213'] }],
  ];
  for (const [what, told] of sources) {
    it(`adds with a code from ${what}`, async () => {
      const deps = fakeDeps();
      const ran = await lantern(add, { ...told, deps });
      expect({ ...ran, calls: deps.calls }).toEqual({
        status: 0,
        out: 'added Al as visitor (p1a2b3c4)\n',
        err: '',
        calls: [added],
      });
    });
  }
  const refusals: readonly (readonly [what: string, Told, err: string])[] = [
    ['a weak code', { stdin: '12345' }, 'lantern: that is a run\n'],
    ['codes that differ', { types: ['48213', '48214'] }, 'lantern: the two codes differ; nothing was changed\n'],
    ['no answer', { types: [null] }, 'lantern: no code was given\n'],
    ['a flood', { stdin: '1'.repeat(1e6) }, 'lantern: a code is shorter than 256 characters\n'],
  ];
  for (const [what, told, err] of refusals) {
    it(`refuses ${what}`, async () => {
      expect(await lantern(add, told)).toEqual({ status: 1, out: '', err });
    });
  }
  it('shows the evidence key once, and only then lets it go', async () => {
    const deps = fakeDeps();
    const shown = { ...deps, users: { ...deps.users, evidenceKey: async () => 'AGE-SECRET-KEY-X' } };
    const ran = await lantern(add, { deps: shown, stdin: '48213' });
    expect(ran.out).toContain('\n  AGE-SECRET-KEY-X\n');
    expect(deps.calls.at(-1)).toEqual(['evidenceKeyShown', 'd']);
  });
  it('tells a script', async () => {
    const ran = await lantern([...add, '--json'], { stdin: '48213' });
    expect(JSON.parse(ran.out)).toEqual({ id: 'p1a2b3c4', name: 'Al', role: 'visitor', evidenceKey: null });
  });
  it('adds a duress code', async () => {
    const deps = fakeDeps();
    const ran = await lantern(['users', 'add', '--data', 'd', '--name', 'Al', '--duress'], { deps, stdin: '73519' });
    expect({ status: ran.status, calls: deps.calls }).toEqual({
      status: 0,
      calls: [['addDuress', 'd', 'Al', '73519']],
    });
  });
  it('lists, with no control character of a name', async () => {
    expect(await lantern(['users', 'list', '--data', 'd'])).toEqual({
      status: 0,
      out: 'p1a2b3c4  resident   Al?[2J\n',
      err: '',
    });
  });
  it('lists for a script', async () => {
    const ran = await lantern(['users', 'list', '--data', 'd', '--json']);
    expect(JSON.parse(ran.out)).toEqual([{ id: 'p1a2b3c4', name: 'Al\u001b[2J', role: 'resident', until: null }]);
  });
  it('removes, and warns when no resident is left', async () => {
    expect(await lantern(['users', 'remove', '--data', 'd', '--name', 'Al'])).toMatchObject({
      status: 0,
      out: 'removed Al\n',
      err: expect.stringContaining('no resident is left'),
    });
  });
  it('removes nobody unknown', async () => {
    expect(await lantern(['users', 'remove', '--data', 'd', '--name', 'Bo'])).toEqual({
      status: 1,
      out: '',
      err: 'lantern: nobody of that name\n',
    });
  });
});

/** RFC 4180, read the plain way. */
function readCsv(text: string): string[][] {
  const records: string[][] = [[]];
  for (const [, quoted, bare = '', end = ''] of text.matchAll(/(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n|$)/g)) {
    records.at(-1)?.push(quoted === undefined ? bare : quoted.replaceAll('""', '"'));
    if (end === '\r\n') records.push([]);
  }
  return records.filter((record) => record.length === 4);
}

describe('log', () => {
  for (const [columns, widest] of [
    [undefined, 100],
    [60, 80],
    [90, 90],
    [300, 120],
  ] as const) {
    it(`a table ${columns ?? 'for a pipe'} wide keeps within ${widest} columns`, async () => {
      const ran = await lantern(['log', '--data', 'd'], columns === undefined ? {} : { columns });
      const lines = ran.out.trimEnd().split('\n');
      expect(lines).toHaveLength(4);
      expect(Math.max(...lines.map((line) => [...line].length))).toBe(widest);
      expect(lines[1]).toBe('     1  2026-11-21 20:29:00.123  armed                 mode=away  by=p1a2b3c4');
    });
  }
  it('jsonl gives back each row', async () => {
    const ran = await lantern(['log', '--data', 'd', '--format', 'jsonl']);
    expect(
      ran.out
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line)),
    ).toEqual(rows);
  });
  it('csv gives back each row', async () => {
    const ran = await lantern(['log', '--data', 'd', '--format', 'csv']);
    expect(readCsv(ran.out)).toEqual([
      ['seq', 'at', 'type', 'data'],
      ...rows.map((row) => [String(row.seq), row.at, row.type, JSON.stringify(row.data)]),
    ]);
  });
  for (const [since, first] of [
    ['2026-11-21', 1],
    ['2026-11-21T20:30:00Z', 2],
    ['2026-11-21T23:00:00+01:00', 3],
    ['2027-01-01', null],
  ] as const) {
    it(`--since ${since}`, async () => {
      const ran = await lantern(['log', '--data', 'd', '--format', 'jsonl', '--since', since]);
      expect(ran.out === '' ? null : JSON.parse(ran.out.split('\n')[0] ?? '').seq).toBe(first);
    });
  }
  it('--follow prints what comes, each row once, until it is stopped', async () => {
    const stop = new AbortController();
    const all = [...rows];
    const deps = fakeDeps({
      log: {
        ...fakeDeps().log,
        open: () => ({
          ok: true,
          reader: { page: ({ after }) => ({ ok: true, rows: all.filter((row) => row.seq > after) }), close() {} },
        }),
      },
    });
    let printed = '';
    const ran = await lantern(['log', '--data', 'd', '--format', 'jsonl', '--follow'], {
      deps,
      stop: stop.signal,
      onOut: (text) => {
        printed += text;
        if (all.length === 3) all.push({ seq: 4, at: '2026-11-22T01:00:00.000Z', type: 'later', data: {} });
        if (printed.includes('later')) stop.abort();
      },
    });
    expect(
      ran.out
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line).seq),
    ).toEqual([1, 2, 3, 4]);
  });
  it('fails with what the disk says', async () => {
    const log = { ...fakeDeps().log, open: () => ({ ok: false, why: 'no log in d' }) as const };
    expect(await lantern(['log', '--data', 'd'], { deps: fakeDeps({ log }) })).toEqual({
      status: 1,
      out: '',
      err: 'lantern: no log in d\n',
    });
  });
  const verdicts: readonly (readonly [
    args: string,
    ReturnType<CliDeps['log']['verify']>,
    status: number,
    out: string,
    err: string,
  ])[] = [
    ['log verify --data d', { ok: true, rows: 3 }, 0, 'ok\n', ''],
    ['log --data d verify', { ok: true, rows: 3 }, 0, 'ok\n', ''],
    ['log verify --data d --json', { ok: true, rows: 3 }, 0, '{"ok":true,"rows":3}\n', ''],
    [
      'log verify --data d',
      { ok: false, badSeq: 17, why: 'its hash is not that of its text' },
      1,
      '17\n',
      'lantern: seq 17: its hash is not that of its text\n',
    ],
    ['log verify --data d', { ok: false, badSeq: null, why: 'no log in d' }, 1, '', 'lantern: no log in d\n'],
  ];
  for (const [args, verdict, status, out, err] of verdicts) {
    it(`${args}: ${JSON.stringify(verdict)}`, async () => {
      const deps = fakeDeps();
      const log = { ...deps.log, verify: () => verdict };
      expect(await lantern(args.split(' '), { deps: { ...deps, log } })).toEqual({ status, out, err });
    });
  }
});

describe('the evidence bundle', () => {
  const with_ = (log: Partial<CliDeps['log']>) => fakeDeps({ log: { ...fakeDeps().log, ...log } });

  const exports: readonly (readonly [string, string, ReturnType<CliDeps['log']['bundle']>, number, string, string])[] =
    [
      [
        'made',
        'log export --data d --out f',
        { ok: true, rows: 3, head: 'ab', whole: true },
        0,
        '3 rows, head ab\n',
        '',
      ],
      [
        'made of a log that is not whole',
        'log --data d export --out f',
        { ok: true, rows: 3, head: 'ab', whole: false },
        0,
        '3 rows, head ab\n',
        'lantern: warning: the log is not whole; continuity.txt in the bundle says where\n',
      ],
      [
        'for a script',
        'log export --data d --out f --json',
        { ok: true, rows: 3, head: 'ab', whole: true },
        0,
        '{"file":"f","rows":3,"head":"ab","whole":true}\n',
        '',
      ],
      [
        'refused',
        'log export --data d --out f',
        { ok: false, why: 'f is there already' },
        1,
        '',
        'lantern: f is there already\n',
      ],
    ];
  for (const [name, args, made, status, out, err] of exports) {
    it(name, async () => {
      expect(await lantern(args.split(' '), { deps: with_({ bundle: () => made }) })).toEqual({ status, out, err });
    });
  }

  const opened = { ok: true, seq: 2, at: 'T', type: 'duress', data: { source: 'x' } } as const;
  async function* rowsOf(...all: OpenedRow[]) {
    yield* all;
  }
  const opens: readonly (readonly [string, readonly OpenedRow[], number, string, string])[] = [
    ['nothing sealed', [], 0, '', ''],
    ['opened', [opened], 0, '{"seq":2,"at":"T","type":"duress","data":{"source":"x"}}\n', ''],
    [
      'opened in part',
      [{ ok: false, seq: 1, why: 'another key' }, opened],
      1,
      '{"seq":2,"at":"T","type":"duress","data":{"source":"x"}}\n',
      'lantern: 1 not opened, the first is row 1: another key\n',
    ],
  ];
  for (const [name, all, status, out, err] of opens) {
    it(name, async () => {
      const deps = with_({ opened: async () => ({ ok: true, rows: rowsOf(...all) }) });
      expect(await lantern('log open --bundle f --identity k'.split(' '), { deps })).toEqual({ status, out, err });
    });
  }

  it('no bundle', async () => {
    const ran = await lantern('log open --bundle f --identity k'.split(' '));
    expect(ran).toEqual({ status: 1, out: '', err: 'lantern: no bundle\n' });
  });
});

it('devices', async () => {
  expect(await lantern(['devices'])).toEqual({ status: 0, out: 'fam: A family\n  M1  A door\n', err: '' });
});

describe('gpio', () => {
  it('shows each chip and who holds its lines', async () => {
    expect(await lantern(['gpio'])).toEqual({
      status: 0,
      out: [
        'gpiochip0: pinctrl-bcm2711, lines 0 to 57',
        '  4   GPIO4  in   lantern  node (812)',
        '  42         out  ?',
        '',
        'gpiochip1: expander, lines 0 to 7',
        '  none in use',
        '',
      ].join('\n'),
      err: '',
    });
  });
  it('--json', async () => {
    const { out, status } = await lantern(['gpio', '--json']);
    expect([status, JSON.parse(out)]).toMatchObject([
      0,
      [{ name: 'gpiochip0', used: [{ line: 4 }, {}] }, { used: [] }],
    ]);
  });
  it('shows no control character of a name', async () => {
    const chips = [{ name: 'gpiochip0', label: 'a\u001b[2J', lines: 1, used: null }];
    const ran = await lantern(['gpio'], { deps: fakeDeps({ pins: async () => ({ ok: true, refused: [], chips }) }) });
    expect(ran.out).toBe(
      'gpiochip0: a?[2J, lines 0 to 0\n  who holds them cannot be told: the kernel shows this chip in /sys/class/gpio only\n',
    );
  });
  it('says what it may not look at, and shows the rest', async () => {
    const pins = async () => ({ ok: true, refused: ['/dev/gpiochip1 may not be opened'], chips: [] }) as const;
    expect(await lantern(['gpio'], { deps: fakeDeps({ pins }) })).toEqual({
      status: 0,
      out: '',
      err: 'lantern: /dev/gpiochip1 may not be opened\n',
    });
  });
  it('fails in a sentence', async () => {
    const pins = async () => ({ ok: false, why: 'this machine has no GPIO chip' }) as const;
    expect(await lantern(['gpio'], { deps: fakeDeps({ pins }) })).toEqual({
      status: 1,
      out: '',
      err: 'lantern: this machine has no GPIO chip\n',
    });
  });
});
