import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { itWithChromium, portrait, startChromium } from '../browser.ts';
import { type Ear, openEar } from './ear.ts';
import { type House, makeHouse } from './house.ts';
import { lantern, type Running, runProgram } from './program.ts';

const root = resolve(import.meta.dirname, '../..');
const SITE = 'lantern/hub-7f3a';

/** The demo house as it is shipped, but for the ports, and with less time to wait. */
function demo({ ports }: House): string {
  return readFileSync(join(root, 'config/demo.yaml'), 'utf8')
    .replace('port: 1883', `port: ${ports.mqtt}`)
    .replace('port: 8080', `port: ${ports.web}`)
    .replace('home: { exitDelay: 0s, entryDelay: 20s }', 'home: { exitDelay: 0s, entryDelay: 1s }');
}

describe('a newcomer takes the tour of the demo house', () => {
  let house: House;
  let run: Running;
  let ear: Ear;
  const code = '591837';
  const at = (topic: string): string | undefined => ear.latest(`${SITE}/${topic}`);
  const until = (topic: string, payload: string): Promise<void> =>
    ear.until(`${topic} ${payload}`, () => at(topic) === payload);
  const order = async (action: string): Promise<void> => {
    await ear.say(`${SITE}/panel/set`, { action, code });
  };

  beforeAll(async () => {
    house = await makeHouse('none');
    writeFileSync(house.config, demo(house));
  });
  afterAll(async () => {
    await ear?.end();
    await house?.end();
  });

  it('a first person gets a code, and the key to the sealed rows', async () => {
    const args = ['users', 'add', '--name', 'Demo', '--role', 'resident'];
    const { code: status, stdout } = await house.lantern(args, `${code}\n`);
    expect(status).toBe(0);
    expect(stdout).toMatch(/^added Demo as resident/);
    expect(stdout).toMatch(/AGE-SECRET-KEY-1[0-9A-Z]+/);
  });

  it('the key is shown this once', async () => {
    const args = ['users', 'add', '--name', 'Second', '--role', 'resident'];
    const { stdout } = await house.lantern(args, '624975\n');
    expect(stdout).toMatch(/^added Second/);
    expect(stdout).not.toContain('AGE-SECRET-KEY');
  });

  it('the hub is ready', async () => {
    run = await house.launch();
    await run.untilLogged('ready');
    ear = await openEar(house.ports.mqtt);
    await until('status', 'online');
    await until('panel/state', 'disarmed');
  });

  it('/healthz says so', async () => {
    const answer = await fetch(`http://127.0.0.1:${house.ports.web}/healthz`);
    expect([answer.status, await answer.json()]).toEqual([200, { status: 'ready' }]);
  });

  it('a motion sensor that spoke is known', async () => {
    await ear.say('zigbee2mqtt/hall', { occupancy: false });
    await ear.until('the hall known', () => at('zones/hall')?.includes('"open":false') === true);
  });

  it('the door is shut, and it arms at once', async () => {
    await ear.say('zigbee2mqtt/front-door', { contact: true });
    await order('ARM_HOME');
    await until('panel/state', 'armed_home');
  });

  it('only what has not spoken is warned of', () => {
    const reply = JSON.parse(at('panel/reply') ?? '{}');
    expect(reply.ok).toBe(true);
    expect(reply.warnings).toContain('unheard:back-door');
    expect(reply.warnings).not.toContain('unheard:hall');
    expect(reply.warnings).not.toContain('unheard:front-door');
  });

  it('the door opens: pending, then triggered, and the siren is told', async () => {
    await ear.say('zigbee2mqtt/front-door', { contact: false });
    await until('panel/state', 'triggered');
    await ear.untilSirenTold('on');
    const states = ear.heard.filter(({ topic }) => topic === `${SITE}/panel/state`).map(({ payload }) => payload);
    expect(states).toEqual(['disarmed', 'armed_home', 'pending', 'triggered']);
  });

  it('the text stands in the program log, marked not sent', async () => {
    await run.untilLogged('text not sent: no path is configured');
    const line = run.log().find(({ msg }) => msg === 'text not sent: no path is configured');
    expect(line).toMatchObject({ contact: 'sister', sent: false });
    expect(line?.['text']).toMatch(/^Please ring me now\. Reply OK \d{4} when seen\.$/);
  });

  it('the code ends it: disarmed, and the siren is told off', async () => {
    await order('DISARM');
    await until('panel/state', 'disarmed');
    await ear.untilSirenTold('off');
    expect(JSON.parse(at('panel/attributes') ?? '{}').alarm).toBeNull();
  });

  it('the log tells it all, in order', async () => {
    const { code: status, stdout } = await house.lantern(['log', '--format', 'jsonl']);
    const types = stdout.split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line).type]));
    expect(status).toBe(0);
    const wanted = ['started', 'armed', 'entry-started', 'alarm-raised', 'text-not-sent', 'disarmed', 'alarm-ended'];
    expect(types.filter((type) => wanted.includes(type))).toEqual(wanted);
  });

  it('and its chain holds, while the hub runs', async () => {
    expect(await house.lantern(['log', 'verify'])).toEqual({ code: 0, stdout: 'ok\n', stderr: '' });
  });

  it('Ctrl-C ends the hub', async () => {
    expect(await run.kill('SIGINT')).toEqual({ code: 0, signal: null });
    expect(house.verify()).toBe('ok');
  });
});

describe('a newcomer with a browser', () => {
  itWithChromium('arms, trips and ends the demo house by following the page', async () => {
    const house = await makeHouse('none');
    writeFileSync(house.config, demo(house));
    const code = '591837';
    await house.lantern(['users', 'add', '--name', 'Demo', '--role', 'resident'], `${code}\n`);
    const run = await house.launch({}, ['--demo']);
    await run.untilLogged('ready');
    const browser = await startChromium();
    try {
      const page = await browser.newPage();
      const word = (text: string): Promise<void> => page.locator('h1', { hasText: new RegExp(`^${text}$`) }).waitFor();
      await page.goto(`http://127.0.0.1:${house.ports.web}/`);
      for (const digit of code) await page.getByRole('button', { name: digit, exact: true }).click();
      await page.getByRole('button', { name: 'Open', exact: true }).click();
      await word('Off');
      await page.getByText('This house is pretend.').waitFor();
      await portrait(page, 'demo', 860);
      await page.getByRole('button', { name: 'Shut everything' }).click();
      await page.getByRole('button', { name: /^Home/ }).click();
      await word('On');
      await page.getByRole('button', { name: 'Open: Front door' }).click();
      await word('Alarm');
      await page.getByText('Somebody may be in: Front door.').waitFor();
      for (const digit of code) await page.locator('#off').getByRole('button', { name: digit, exact: true }).click();
      await page.locator('#off .go').click();
      await word('Off');
    } finally {
      await browser.close();
      await house.end();
    }
  });
});

describe('scripts/run', () => {
  let house: House;
  beforeAll(async () => {
    house = await makeHouse();
  });
  afterAll(() => house.end());

  it('starts a house of one’s own, again when it asks for it, and a signal reaches the hub', async () => {
    // Should it find its packages old, it must not fetch them in the middle of a test that uses them.
    const bin = join(house.dir, 'bin');
    mkdirSync(bin);
    writeFileSync(join(bin, 'npm'), '#!/bin/sh\nexit 1\n', { mode: 0o755 });
    const run = await runProgram([], {
      instead: [join(root, 'scripts/run'), '--config', house.config, '--data', house.data],
      env: { PATH: `${bin}:${process.env['PATH']}` },
    });
    try {
      await run.untilLogged('ready');
      expect(await house.lantern(['restart'])).toMatchObject({ code: 0, stdout: 'the hub starts again\n' });
      await run.until('a second start', () => run.log().filter(({ msg }) => msg === 'ready').length === 2);
      expect(await run.kill('SIGTERM')).toEqual({ code: 0, signal: null });
      expect((await house.lantern(['restart'])).stderr).toMatch(/no hub is running/);
    } finally {
      await run.kill();
    }
  });

  it('an unknown option is refused in one line', async () => {
    const { code, stderr } = await lantern([], '', { instead: [join(root, 'scripts/run'), '--konfig', 'x'] });
    expect(code).toBe(2);
    expect(stderr.trim().split('\n')).toHaveLength(1);
  });
});
