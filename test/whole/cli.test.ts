import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type House, makeHouse, settle, story } from './house.ts';
import { CODE, DURESS, FRIEND, NAME, SISTER } from './house-config.ts';
import { type Finished, lantern } from './program.ts';

const root = resolve(import.meta.dirname, '../..');
/** Refused the way everything is: one line, and no stack. */
function refusedInOneLine({ code, stdout, stderr }: Finished, status: number): void {
  expect(code).toBe(status);
  expect(stdout).toBe('');
  expect(stderr.trimEnd().split('\n')).toEqual([expect.stringMatching(/^lantern: \S.*$/)]);
  expect(stderr).not.toMatch(/\n {4}at |undefined|\[object/);
}

describe('people', () => {
  let house: House;
  beforeAll(async () => {
    house = await makeHouse();
  });
  afterAll(() => house.end());
  const add = (code: string, ...more: readonly string[]): Promise<Finished> =>
    house.lantern(['users', 'add', ...more], `${code}\n`);
  const bob = ['--name', 'Bob', '--role', 'resident'];

  const refusals: readonly [string, string, readonly string[], number][] = [
    ['four digits', '4829', bob, 1],
    ['letters', '48a913', bob, 1],
    ['nothing typed', '', bob, 1],
    ['a run up', '34567', bob, 1],
    ['a run down', '987654', bob, 1],
    ['one digit', '77777', bob, 1],
    ['a block', '482482', bob, 1],
    ['a date', '211126', bob, 1],
    ['a date with a year', '21111987', bob, 1],
    ['somebody’s code', CODE, bob, 1],
    ['somebody’s duress code', DURESS, bob, 1],
    ['a name that is taken', '604815', ['--name', NAME.toUpperCase(), '--role', 'resident'], 1],
    ['a role that is none', '604815', ['--name', 'Bob', '--role', 'king'], 2],
    ['no name', '604815', ['--role', 'resident'], 2],
    ['no role', '604815', ['--name', 'Bob'], 2],
    ['a visitor without an end', '604815', ['--name', 'Bob', '--role', 'visitor'], 1],
    ['an end that is past', '604815', ['--name', 'Bob', '--role', 'visitor', '--until', '2020-01-01'], 1],
    ['duress for nobody', '604815', ['--name', 'Nobody', '--duress'], 1],
    ['duress one digit off', '482914', ['--name', NAME, '--duress'], 1],
    ['duress less than ten off', '482921', ['--name', NAME, '--duress'], 1],
    ['duress with a role', '604815', ['--name', NAME, '--duress', '--role', 'resident'], 2],
  ];
  for (const [name, code, args, status] of refusals) {
    it(`refused: ${name}`, async () => {
      const users = readFileSync(join(house.data, 'users.json'));
      const finished = await add(code, ...args);
      refusedInOneLine(finished, status);
      if (code !== '') expect(finished.stderr).not.toContain(code);
      expect(readFileSync(join(house.data, 'users.json')).equals(users)).toBe(true);
    });
  }

  it('list shows who, and not who has a duress code', async () => {
    const { code, stdout } = await house.lantern(['users', 'list']);
    expect(code).toBe(0);
    expect(stdout).toMatch(new RegExp(`^p[0-9a-f]{8} {2}resident {3}${NAME}\\n$`));
    expect(stdout).not.toMatch(/duress/i);
  });

  it('a visitor comes, is listed with an end, and goes', async () => {
    const until = new Date(Date.now() + 86_400_000).toISOString();
    expect((await add('604815', '--name', 'Vera', '--role', 'visitor', '--until', until)).code).toBe(0);
    const listed = JSON.parse((await house.lantern(['users', 'list', '--json'])).stdout);
    expect(listed).toContainEqual({ id: expect.any(String), name: 'Vera', role: 'visitor', until });
    expect(await house.lantern(['users', 'remove', '--name', 'Vera'])).toMatchObject({ code: 0 });
    expect((await house.lantern(['users', 'list'])).stdout).not.toContain('Vera');
  });

  it('a person who is not there cannot go', async () => {
    refusedInOneLine(await house.lantern(['users', 'remove', '--name', 'Nobody']), 1);
  });

  it('the last resident may go, with a warning', async () => {
    const { code, stderr } = await house.lantern(['users', 'remove', '--name', NAME]);
    expect([code, stderr.trimEnd().split('\n').length]).toEqual([0, 1]);
    expect(stderr).toContain('warning');
  });

  it('a change counts at once in a running hub', async () => {
    const { ear } = await house.start();
    expect(await ear.order({ action: 'ARM_HOME', code: '604815' })).toMatchObject({ error: 'no_users' });
    expect((await add('604815', ...bob)).code).toBe(0);
    expect(await ear.order({ action: 'ARM_HOME', code: '604815' })).toMatchObject({ ok: true });
  });
});

describe.concurrent('decode', () => {
  const topic = ['--topic', 'zigbee2mqtt/x'];
  const rows: readonly [string, readonly string[], string, string][] = [
    ['a contact that is made is closed', topic, '{"contact":true}', '{"contact":"closed"}\n'],
    ['a contact that is not is open', topic, '{"contact":false,"battery":80}', '{"contact":"open","battery":80}\n'],
    ['vibration', topic, '{"vibration":true}', '{"vibration":true}\n'],
    ['a tilt is vibration', topic, '{"action":"tilt"}', '{"vibration":true}\n'],
    ['motion', topic, '{"occupancy":true,"illuminance":40}', '{"motion":true,"illuminance":40}\n'],
    ['a button', topic, '{"action":"single"}', '{"button":"press"}\n'],
    ['a kept button is none', [...topic, '--retained'], '{"action":"single"}', '{}\n'],
    ['a kept contact is one', [...topic, '--retained'], '{"contact":false}', '{"contact":"open"}\n'],
    ['null is nothing', topic, '{"contact":null,"occupancy":null}', '{}\n'],
    ['what nobody knows is nothing', topic, '{"linkquality":3}', '{}\n'],
    ['nothing is nothing', topic, '', '{}\n'],
    ['availability', ['--topic', 'zigbee2mqtt/x/availability'], '{"state":"offline"}', '{"online":false}\n'],
    ['availability as it was', ['--topic', 'zigbee2mqtt/x/availability'], 'online', '{"online":true}\n'],
    [
      'lines, one answer each',
      [...topic, '--lines'],
      '{"contact":false}\n\nrubbish\n{"contact":true}',
      '{"contact":"open"}\n{}\n{}\n{"contact":"closed"}\n',
    ],
    [
      'a keypad',
      topic,
      '{"action":"disarm","action_code":"0123","action_transaction":9}',
      '{"keypad":{"action":"disarm","code":"0123","transaction":9}}\n',
    ],
  ];
  for (const [name, args, payload, answer] of rows) {
    it(name, async () => {
      const { code, stdout } = await lantern(['decode', '--profile', 'zigbee2mqtt', ...args], payload);
      expect([code, stdout]).toEqual([0, answer]);
    });
  }

  it('a broken payload: no signals, and one line says why', async () => {
    const { code, stdout, stderr } = await lantern(['decode', ...topic], '{"contact":fal');
    expect([code, stdout]).toEqual([0, '{}\n']);
    expect(stderr.trimEnd().split('\n')).toHaveLength(1);
  });

  it('the config tells family and model by the topic', async () => {
    const args = ['decode', '--config', join(root, 'config/demo.yaml'), '--topic', 'zigbee2mqtt/front-door'];
    expect(await lantern(args, '{"contact":false}')).toMatchObject({ code: 0, stdout: '{"contact":"open"}\n' });
  });

  it('no topic is wrong use', async () => refusedInOneLine(await lantern(['decode'], '{}'), 2));
  it('an unknown family is wrong use', async () =>
    refusedInOneLine(await lantern(['decode', '--profile', 'zigbee3mqtt', ...topic], '{}'), 2));
});

describe.concurrent('check', () => {
  it('config/demo.yaml is good', async () => {
    const path = join(root, 'config/demo.yaml');
    const { code, stdout, stderr } = await lantern(['check', '--config', path]);
    expect([code, stdout]).toEqual([0, `${path}: ok\n`]);
    for (const line of stderr.split('\n').filter((one) => one !== '')) {
      expect(line).toMatch(/:\d+:\d+: warning: [\w.[\]]+: .+/);
    }
  });

  it('config/example.yaml lacks nothing but its secrets, each named', async () => {
    const path = join(root, 'config/example.yaml');
    const { code, stderr } = await lantern(['check', '--config', path]);
    const errors = stderr
      .trimEnd()
      .split('\n')
      .filter((line) => !line.includes(': warning: '));
    expect([code, errors.length > 0]).toEqual([2, true]);
    for (const line of errors) expect(line).toMatch(/:\d+:\d+: [\w.[\]]+: there is no secret "\w+"; put /);
  });

  story('a bad one: exit 2, every problem with its place, and a remedy', async ({ house }) => {
    const text = [
      'site: { id: x, timezone: Europe/London }',
      'devices:',
      '  - { id: a, profile: zigbee2mqtt, topic: t/a, zone: { type: entry, modes: [holiday] } }',
      '  - { id: a, profile: zigbee2mqtt, topic: t/b, zone: { type: entrance, modes: [home] } }',
      'contacts: [ { id: s, phone: "+447700900999" } ]',
      'neverContact: ["+447700900999"]',
      'escalatoin: {}',
      'monitoring: [{ id: arc, type: sia-dc09, host: h, port: 12000 }]',
    ];
    writeFileSync(house.config, `${text.join('\n')}\n`);
    const { code, stdout, stderr } = await lantern(['check', '--config', house.config]);
    expect([code, stdout]).toEqual([2, '']);
    const errors = stderr.split('\n').filter((line) => line !== '' && !line.includes(': warning: '));
    for (const line of errors) expect(line).toMatch(/^\/.*house\.yaml:\d+:\d+: [\w.[\]]+: \S/);
    const has = (place: string, words: RegExp): void =>
      expect(errors.filter((line) => line.includes(`${house.config}:${place}`) && words.test(line))).not.toEqual([]);
    has('3:77: devices[0].zone.modes[0]', /"holiday".*away, home or night|"holiday".*away/);
    has('4:', /devices\[1\]\.zone\.type: "entrance".*entry/);
    has('4:', /devices\[1\]\.id/);
    has('5:', /contacts\[0\]\.phone: .*never/i);
    has('7:', /escalation/);
    has('8:', /monitoring\[0\]\.account: is missing/);
  });

  story('as JSON', async ({ house }) => {
    house.configure({ site: { id: 'x', timezone: 'Mars' } });
    const { code, stdout } = await lantern(['check', '--config', house.config, '--json']);
    expect(code).toBe(2);
    const problems = JSON.parse(stdout) as readonly object[];
    expect(problems).toContainEqual(expect.objectContaining({ severity: 'error', path: 'site.timezone' }));
  });

  it('a file that is not there', async () => {
    const { code, stderr } = await lantern(['check', '--config', '/nowhere/house.yaml']);
    expect([code, stderr.trimEnd().split('\n').length]).toEqual([2, 1]);
  });
});

describe.concurrent('wrong use', () => {
  const rows: readonly (readonly string[])[] = [
    ['explode'],
    ['run'],
    ['run', '--config', 'x'],
    ['check'],
    ['log'],
    ['users', 'list'],
    ['log', '--data', '/tmp', '--format', 'xml'],
    ['log', '--data', '/tmp', '--since', 'yesterday'],
    ['test-alert'],
    ['devices', 'seen'],
    ['run', '--colour'],
  ];
  for (const args of rows) it(`lantern ${args.join(' ')}`, async () => refusedInOneLine(await lantern(args), 2));

  it('--help tells of every command', async () => {
    const { code, stdout } = await lantern(['--help']);
    expect(code).toBe(0);
    for (const command of ['run', 'check', 'decode', 'users', 'log', 'test-alert', 'devices']) {
      expect(stdout).toMatch(new RegExp(`^ {2}${command}\\b`, 'm'));
    }
  });
});

describe.concurrent('the log', () => {
  story('since a time, as a table, CSV or JSON lines', async ({ house }) => {
    const { run, ear } = await house.start();
    await settle(ear);
    await ear.order({ action: 'ARM_HOME', code: CODE });
    const armed = await ear.untilEvent('armed');
    await run.kill('SIGTERM');
    const jsonl = await house.lantern(['log', '--format', 'jsonl', '--since', armed.at]);
    expect(jsonl.stdout.trimEnd()).toBe(JSON.stringify(armed));
    expect((await house.lantern(['log', '--format', 'csv'])).stdout).toMatch(/^seq,at,type,data\r\n1,/);
    expect((await house.lantern(['log'])).stdout).toMatch(/\n +2 {2}\d{4}-\d\d-\d\d .* armed /);
    expect((await house.lantern(['log', '--since', '2090-01-01', '--format', 'jsonl'])).stdout).toBe('');
  });

  story('verify finds the row that was changed', async ({ house }) => {
    const { run, ear } = await house.start();
    await settle(ear);
    await ear.order({ action: 'ARM_HOME', code: CODE });
    await ear.order({ action: 'DISARM', code: CODE });
    await run.kill('SIGTERM');
    const file = join(house.data, 'lantern.db');
    const bytes = readFileSync(file);
    const at = bytes.indexOf('"mode":"home"');
    expect(at).toBeGreaterThan(0);
    bytes.write('"mode":"away"', at);
    writeFileSync(file, bytes);
    const { code, stdout, stderr } = await house.lantern(['log', 'verify']);
    expect([code, stdout]).toEqual([1, '2\n']);
    expect(stderr.trimEnd().split('\n')).toEqual([expect.stringContaining('2')]);
  });

  story('where no hub ever was', async ({ house }) => {
    rmSync(house.data, { recursive: true });
    mkdirSync(house.data);
    refusedInOneLine(await house.lantern(['log']), 1);
    expect(existsSync(join(house.data, 'lantern.db'))).toBe(false);
  });
});

describe.concurrent('what is asked of a running hub', () => {
  it('devices lists families and models', async () => {
    const { code, stdout } = await lantern(['devices']);
    expect(code).toBe(0);
    for (const family of ['esphome', 'openmqttgateway', 'rtl_433', 'shelly', 'tasmota', 'zigbee2mqtt']) {
      expect(stdout).toMatch(new RegExp(`^${family}: .+\\n( {2}\\S+ .+\\n)+`, 'm'));
    }
  });

  story('devices seen: what no config names, ready to paste', async ({ house }) => {
    const { ear } = await house.start();
    await ear.say('zigbee2mqtt/new-door', { contact: true, battery: 90 });
    await ear.say('zigbee2mqtt/front-door', { contact: true });
    const { code, stdout } = await house.lantern(['devices', 'seen']);
    expect(code).toBe(0);
    expect(stdout).toContain('topic: zigbee2mqtt/new-door');
    expect(stdout).not.toContain('front-door');
    const [entry] = stdout.split('\n').filter((line) => line.includes('new-door'));
    expect(entry).toMatch(/^ {2}- \{ .* \}/);
  });

  story(
    'devices learn: what was heard is written into the config, and is heard as its own after a start',
    async ({ house }) => {
      const { run, ear } = await house.start();
      await ear.say('zigbee2mqtt/new-door', { contact: true, battery: 90 });
      const learnt = await house.lantern([
        'devices',
        'learn',
        '--config',
        house.config,
        '--topic',
        'zigbee2mqtt/new-door',
      ]);
      expect([learnt.code, learnt.stdout]).toEqual([
        0,
        '  - { id: new-door, profile: zigbee2mqtt, topic: zigbee2mqtt/new-door, zone: { type: entry, modes: [away, home, night] } }\n',
      ]);
      await run.kill('SIGTERM');
      const again = await house.start();
      await again.ear.say('zigbee2mqtt/new-door', { contact: false, battery: 9, linkquality: 30 });
      await again.ear.untilEvent('fault');
      const { stdout } = await house.lantern(['devices', 'quality']);
      expect(stdout).toMatch(/^new-door +bad +link 30 +battery 9 %, low +heard \d+ s ago$/m);
      expect((await house.lantern(['devices', 'seen'])).stdout).not.toContain('new-door');
    },
  );

  for (const command of [['devices', 'seen'], ['devices', 'quality'], ['test-alert']]) {
    story(`lantern ${command.join(' ')} without a hub: one line with the remedy`, async ({ house }) => {
      const finished = await house.lantern(command);
      refusedInOneLine(finished, 1);
      expect(finished.stderr).toContain('lantern run');
    });
  }

  story('test-alert reaches everyone, marked as a test', async ({ house }) => {
    const far = await house.twilio();
    const { ear } = await house.start();
    const { code, stdout } = await house.lantern(['test-alert']);
    expect([code, stdout.trimEnd().split('\n').length]).toEqual([0, 2]);
    expect(stdout).toMatch(/sister.*\d+ ms/);
    expect(far.sent.map(({ to }) => to).toSorted()).toEqual([SISTER, FRIEND].toSorted());
    for (const { body } of far.sent) expect(body).toMatch(/^TEST only, nothing has happened\./);
    expect([ear.state(), ear.attributes().alarm]).toEqual(['disarmed', null]);
    expect(stdout).not.toContain('7700900');
  });

  story('test-alert on a path that refuses: exit 1, and it says which', async ({ house }) => {
    const far = await house.twilio();
    far.script('send', { do: 'refuse', status: 400, code: 21211 });
    await house.start();
    const { code, stdout, stderr } = await house.lantern(['test-alert']);
    expect(code).toBe(1);
    expect(stdout).toMatch(/refused/);
    expect(stderr.trimEnd()).toBe('lantern: 1 of 2 paths failed');
  });

  story('test-alert without a path: exit 1, and it says so', async ({ house }) => {
    await house.start();
    const { code, stdout } = await house.lantern(['test-alert', '--json']);
    expect(code).toBe(1);
    const items = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(items).toHaveLength(2);
    for (const item of items) expect(item).toMatchObject({ ok: false, why: expect.stringContaining('no way to send') });
  });
});
