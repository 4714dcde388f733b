import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { JsonObject } from '../../src/base/json.ts';
import { openControl } from '../../src/web/control.ts';
import { fakeDeps, lantern, type Told } from './fakes.ts';

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of closers.splice(0).reverse()) await end();
});

/** A hub that answers each request with the next list; the last one again and again. */
async function hub(name: string, ...answers: readonly (readonly JsonObject[])[]): Promise<string> {
  const dir = mkdtempSync(join(tmpdir(), 'lantern-learn-'));
  closers.push(() => rmSync(dir, { recursive: true, force: true }));
  let asked = 0;
  const opened = await openControl(
    dir,
    new Map([
      [
        name,
        (_request: JsonObject, item: (item: JsonObject) => void) => {
          for (const one of answers[Math.min(asked, answers.length - 1)] ?? []) item(one);
          asked += 1;
          return { ok: true as const };
        },
      ],
    ]),
  );
  if (!opened.ok) throw new Error(opened.why);
  closers.push(() => opened.control.close());
  return dir;
}

const door = (messages = 1): JsonObject => ({
  id: 'new-door',
  name: 'new-door',
  profile: 'zigbee2mqtt',
  gateway: null,
  topic: 'zigbee2mqtt/new-door',
  address: null,
  said: { contact: 'open', battery: 90 },
  quality: { linkQuality: 120 },
  list: 'devices',
  guess: 'entry',
  messages,
});
const fob = (messages = 1): JsonObject => ({
  ...door(messages),
  id: 'newkaku-00c142',
  profile: 'rflink',
  gateway: 'rf433',
  topic: '#serial/rf433/heard',
  address: 'NewKaku:00c142',
  said: { button: 'press' },
  quality: null,
  guess: 'panic',
});
const lamp: JsonObject = { ...door(), id: 'lamp', topic: 'zigbee2mqtt/lamp', list: 'outputs', guess: 'light' };

const written = {
  id: 'new-door',
  name: null,
  profile: 'zigbee2mqtt',
  gateway: null,
  topic: 'zigbee2mqtt/new-door',
  address: null,
  model: null,
  signal: null,
  zone: { type: 'entry', modes: null },
};
const writtenFob = {
  ...written,
  id: 'newkaku-00c142',
  profile: 'rflink',
  gateway: 'rf433',
  topic: '#serial/rf433/heard',
  address: 'NewKaku:00c142',
  zone: { type: 'panic', modes: null },
};

async function learn(dir: string, args: readonly string[], told: Told = {}) {
  const deps = fakeDeps();
  const ran = await lantern(['devices', 'learn', '--data', dir, '--config', 'hub.yaml', ...args], { deps, ...told });
  return { ...ran, calls: deps.calls };
}

describe('by flags alone', () => {
  type Row = readonly [
    name: string,
    heard: readonly (readonly JsonObject[])[],
    args: readonly string[],
    device: JsonObject,
  ];
  const rows: readonly Row[] = [
    ['the only one heard', [[door()]], [], written],
    ['the one on this topic', [[door(), fob()]], ['--topic', 'zigbee2mqtt/new-door'], written],
    ['the one with this address, its case aside', [[door(), fob()]], ['--address', 'newkaku:00C142'], writtenFob],
    ['both', [[door(), fob()]], ['--topic', '#serial/rf433/heard', '--address', 'NewKaku:00c142'], writtenFob],
    ['one that is heard after a while', [[], [], [door()]], [], written],
    ['one named before it is heard', [[fob()], [fob(), door()]], ['--topic', 'zigbee2mqtt/new-door'], written],
    ['no zone', [[door()]], ['--zone', 'none'], { ...written, zone: null }],
    [
      'one that guards nothing by its looks',
      [[lamp]],
      [],
      { ...written, id: 'lamp', topic: 'zigbee2mqtt/lamp', zone: null },
    ],
    [
      'all that may be said',
      [[door()]],
      [
        '--id',
        'back',
        '--name',
        'Back door',
        '--zone',
        'perimeter',
        '--modes',
        'away, night',
        '--signal',
        'contact',
        '--model',
        'SNZB-04',
      ],
      {
        ...written,
        id: 'back',
        name: 'Back door',
        signal: 'contact',
        model: 'SNZB-04',
        zone: { type: 'perimeter', modes: ['away', 'night'] },
      },
    ],
  ];
  for (const [name, heard, args, device] of rows) {
    it(name, async () => {
      const ran = await learn(await hub('devices-seen', ...heard), args);
      expect(ran).toMatchObject({ status: 0, out: '  - { id: new }\n' });
      expect(ran.err).toBe('lantern: written to hub.yaml; restart the hub to guard with it\n');
      expect(ran.calls).toEqual([['addDevice', 'hub.yaml', device]]);
    });
  }

  it('--json', async () => {
    const ran = await learn(await hub('devices-seen', [door()]), ['--json']);
    expect(JSON.parse(ran.out)).toEqual({ id: 'new-door', line: '{ id: new }', warnings: [] });
  });
});

describe('refused, and nothing written', () => {
  type Row = readonly [
    name: string,
    heard: readonly JsonObject[],
    args: readonly string[],
    err: RegExp,
    status?: number,
  ];
  const rows: readonly Row[] = [
    ['several, and none named', [door(), fob()], [], /^lantern: 2 were heard; name one .*NewKaku:00c142\n$/],
    ['nothing heard', [], ['--wait', '0'], /^lantern: nothing was heard .* press or open it/],
    [
      'not the one that is named',
      [door()],
      ['--topic', 'zigbee2mqtt/other', '--wait', '2'],
      /nothing was heard that fits/,
    ],
    ['a wait that is none', [door()], ['--wait', 'long'], /write a number of seconds/, 2],
  ];
  for (const [name, heard, args, err, status = 1] of rows) {
    it(name, async () => {
      const ran = await learn(await hub('devices-seen', heard), args);
      expect(ran).toMatchObject({ status, out: '', err: expect.stringMatching(err) });
      expect(ran.calls).toEqual([]);
    });
  }
  for (const [left, args] of [
    ['--config FILE', ['--data', 'x']],
    ['--data DIR', ['--config', 'x']],
  ] as const) {
    it(`without ${left}`, async () => {
      expect(await lantern(['devices', 'learn', ...args])).toEqual({
        status: 2,
        out: '',
        err: `lantern: ${left} is needed\n`,
      });
    });
  }

  it('no hub', async () => {
    const dir = await hub('another');
    expect(await learn(join(dir, 'gone'), [])).toMatchObject({
      status: 1,
      err: expect.stringMatching(/no hub is running/),
    });
  });

  it('by the config: each problem with its place, then why', async () => {
    const problem = {
      severity: 'error',
      file: 'hub.yaml',
      line: 7,
      column: 3,
      path: 'devices[1].id',
      message: 'is taken',
    } as const;
    const deps = fakeDeps({ addDevice: () => ({ ok: false, why: 'it would be refused', problems: [problem] }) });
    expect(await learn(await hub('devices-seen', [door()]), [], { deps })).toMatchObject({
      status: 1,
      out: '',
      err: 'hub.yaml:7:3: devices[1].id: is taken\nlantern: nothing was written: it would be refused\n',
    });
  });
});

it('what can be copied is called so', async () => {
  const warning = {
    severity: 'warning',
    file: 'hub.yaml',
    line: 7,
    column: 3,
    path: 'devices[1].profile',
    message: 'can be copied',
  } as const;
  const deps = fakeDeps({ addDevice: () => ({ ok: true, line: '{ id: fob }', warnings: [warning] }) });
  const ran = await learn(await hub('devices-seen', [fob()]), [], { deps });
  expect(ran).toMatchObject({ status: 0, out: '  - { id: fob }\n' });
  expect(ran.err).toMatch(/^hub\.yaml:7:3: warning: devices\[1\]\.profile: can be copied\n/);
});

describe('with a person there', () => {
  it('only what speaks from now on is shown, and Enter takes the first of it as it looks', async () => {
    const dir = await hub('devices-seen', [door(7), fob(3)], [door(7), fob(3)], [door(7), fob(5)]);
    const ran = await learn(dir, [], { types: ['', '', '', ''] });
    expect(ran).toMatchObject({ status: 0, out: '  - { id: new }\n', calls: [['addDevice', 'hub.yaml', writtenFob]] });
    expect(ran.err).toMatch(/^Press the button/);
    expect(ran.err).toContain('  1  rflink  NewKaku:00c142 on #serial/rf433/heard  button press  heard 2 times\n');
    expect(ran.err).not.toContain('new-door');
  });

  it('one of several, with what is typed', async () => {
    const dir = await hub('devices-seen', [], [fob(), door()]);
    const ran = await learn(dir, [], { types: ['2', 'back', 'Back door', 'perimeter'] });
    expect(ran.err).toContain(
      '  2  zigbee2mqtt  zigbee2mqtt/new-door  contact open, battery 90, linkQuality 120  heard once\n',
    );
    const device = { ...written, id: 'back', name: 'Back door', zone: { type: 'perimeter', modes: null } };
    expect(ran.calls).toEqual([['addDevice', 'hub.yaml', device]]);
  });

  it('what flags say is not asked', async () => {
    const dir = await hub('devices-seen', [door()]);
    const args = ['--topic', 'zigbee2mqtt/new-door', '--id', 'a', '--name', 'A', '--zone', 'none'];
    expect((await learn(dir, args, { types: [] })).calls).toEqual([
      ['addDevice', 'hub.yaml', { ...written, id: 'a', name: 'A', zone: null }],
    ]);
  });

  const typed: readonly (readonly [string, readonly (string | null)[]])[] = [
    ['a number that is none of them', ['3']],
    ['no number', ['door']],
    ['zero', ['0']],
    ['given up at once', [null]],
    ['given up at its id', ['1', null]],
    ['given up at its zone', ['1', '', '', null]],
  ];
  for (const [name, types] of typed) {
    it(`${name}: nothing is written`, async () => {
      const ran = await learn(await hub('devices-seen', [], [door()]), [], { types });
      expect(ran).toMatchObject({
        status: 1,
        out: '',
        calls: [],
        err: expect.stringMatching(/nothing was written\n$/),
      });
    });
  }

  it('no control character of a topic reaches the terminal', async () => {
    const odd = { ...door(), topic: 'z/\u001b[2J', said: { contact: '\u0007' } };
    const ran = await learn(await hub('devices-seen', [], [odd]), [], { types: [null] });
    expect(ran.err).toContain('z/?[2J');
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for.
    expect(ran.err).not.toMatch(/[\u0007\u001b]/);
  });
});

describe('devices quality', () => {
  const one = (over: JsonObject): JsonObject => ({
    device: 'hall',
    name: 'Hall',
    signal: null,
    battery: null,
    batteryLow: false,
    heardAgo: null,
    lost: false,
    ...over,
  });
  const rows: readonly (readonly [JsonObject, string])[] = [
    [one({}), 'hall  -      not heard since the start'],
    [one({ signal: 'good', linkQuality: 120, heardAgo: 999 }), 'hall  good  link 120    heard 0 s ago'],
    [
      one({ signal: 'weak', rssi: -78, battery: 9, batteryLow: true, heardAgo: 59_999 }),
      'hall  weak  -78 dBm  battery 9 %, low  heard 59 s ago',
    ],
    [
      one({ signal: 'bad', snr: 6.5, noise: -20, heardAgo: 60_000 }),
      'hall  bad  snr 6.5 dB, noise -20 dB    heard 1 min ago',
    ],
    [one({ batteryLow: true, heardAgo: 3_600_000 }), 'hall  -    battery low  heard 1 h ago'],
    [one({ signal: 'good', lost: true, heardAgo: 47 * 3_600_000 }), 'hall  lost      heard 47 h ago'],
    [one({ heardAgo: 48 * 3_600_000 }), 'hall  -      heard 2 days ago'],
  ];
  for (const [item, line] of rows) {
    it(line, async () => {
      const dir = await hub('devices-quality', [item]);
      expect(await lantern(['devices', 'quality', '--data', dir])).toEqual({ status: 0, out: `${line}\n`, err: '' });
    });
  }

  it('columns stand under each other', async () => {
    const dir = await hub('devices-quality', [
      one({ signal: 'good', heardAgo: 0 }),
      one({ device: 'front-door', heardAgo: 0 }),
    ]);
    const { out } = await lantern(['devices', 'quality', '--data', dir]);
    const columns = out
      .trimEnd()
      .split('\n')
      .map((line) => line.indexOf('heard'));
    expect(new Set(columns).size).toBe(1);
  });

  it('--json', async () => {
    const dir = await hub('devices-quality', [one({ rssi: -60 })]);
    const { out } = await lantern(['devices', 'quality', '--json', '--data', dir]);
    expect(JSON.parse(out)).toEqual(one({ rssi: -60 }));
  });
});
