import { type ChildProcess, spawn } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:https';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import mqtt from 'mqtt';
import { afterEach, describe, expect, it } from 'vitest';
import { addDuress, addPerson } from '../../src/site/users.ts';

// The real program on a real disk, a real MQTT client and a real HTTPS client that knows the page's own certificate.

const CODE = '482913';
const DURESS = '739164';
const endings: (() => void | Promise<void>)[] = [];
afterEach(async () => {
  for (const end of endings.splice(0).reverse()) await end();
});

/** Below the ports that the system lends out, so that a hub that starts again finds it free. */
async function freePort(): Promise<number> {
  for (;;) {
    const port = randomInt(15_000, 32_000);
    const free = await new Promise<boolean>((done) => {
      const probe = createServer();
      probe.once('error', () => done(false));
      probe.listen(port, '127.0.0.1', () => probe.close(() => done(true)));
    });
    if (free) return port;
  }
}

/** Asks until it is so; the test's own time limit ends what never will be. */
async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await holds())) await new Promise((again) => setTimeout(again, 20));
}

interface House {
  readonly data: string;
  readonly ports: { readonly mqtt: number; readonly web: number };
  start(): Promise<ChildProcess>;
}

async function makeHouse(): Promise<House> {
  const dir = mkdtempSync(join(tmpdir(), 'lantern-web-whole-'));
  endings.push(() => rmSync(dir, { recursive: true, force: true }));
  const data = join(dir, 'data');
  mkdirSync(data, { mode: 0o700 });
  // What a hash costs is no part of these stories.
  const cost = { N: 2, r: 1, p: 1 };
  expect(await addPerson(data, { name: 'Anna', role: 'resident' }, CODE, null, { cost })).toMatchObject({ ok: true });
  expect(await addDuress(data, 'Anna', DURESS, null)).toMatchObject({ ok: true });
  const ports = { mqtt: await freePort(), web: await freePort() };
  const config = join(dir, 'hub.yaml');
  const door = { id: 'door', profile: 'zigbee2mqtt', topic: 'zigbee2mqtt/door' };
  writeFileSync(
    config,
    JSON.stringify({
      site: { id: 'web', timezone: 'Europe/London' },
      devices: [{ ...door, zone: { type: 'perimeter', modes: ['away', 'home', 'night'] } }],
      outputs: [{ id: 'siren', role: 'siren', profile: 'zigbee2mqtt', topic: 'zigbee2mqtt/siren' }],
      contacts: [
        { id: 'sister', phone: '+447700900123', alarms: ['personal', 'duress', 'intruder', 'tamper', 'fire'] },
      ],
      mqtt: { listen: { port: ports.mqtt } },
      web: { port: ports.web, tls: 'self' },
    }),
  );
  return {
    data,
    ports,
    async start() {
      const program = resolve(import.meta.dirname, '../../src/bin.ts');
      const child = spawn(process.execPath, [program, 'run', '--config', config, '--data', data], {
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      endings.push(() => void child.kill('SIGKILL'));
      let said = '';
      for (const stream of [child.stdout, child.stderr]) stream.on('data', (text: Buffer) => (said += text.toString()));
      await until(() => {
        if (child.exitCode !== null) throw new Error(said);
        return said.includes('"msg":"ready"');
      });
      return child;
    },
  };
}

interface Answer {
  readonly status: number;
  readonly body: { readonly [name: string]: unknown };
  readonly text: string;
}

/** A phone that trusts this one hub. */
function phoneOf({ data, ports }: House) {
  let cookie = '';
  const ask = (method: string, path: string, body?: object): Promise<Answer> =>
    new Promise((done, failed) => {
      const ca = readFileSync(join(data, 'web-cert.pem'));
      const headers = { cookie, ...(body === undefined ? {} : { 'content-type': 'application/json' }) };
      const options = { host: 'localhost', port: ports.web, ca, method, path, headers, agent: false };
      const asking = request(options, (response) => {
        let text = '';
        response.on('data', (chunk: Buffer) => (text += chunk.toString()));
        response.on('end', () => {
          cookie = response.headers['set-cookie']?.[0]?.split(';')[0] ?? cookie;
          done({ status: response.statusCode ?? 0, text, body: JSON.parse(text) as Answer['body'] });
        });
      });
      asking.on('error', failed);
      asking.end(body === undefined ? undefined : JSON.stringify(body));
    });
  return { ask };
}

/** A third client on the broker: the newest word on each topic. */
async function listener({ ports }: House) {
  const client = await mqtt.connectAsync(`mqtt://127.0.0.1:${ports.mqtt}`, { protocolVersion: 4 });
  endings.push(() => client.endAsync(true));
  const latest = new Map<string, string>();
  client.on('message', (topic, payload) => latest.set(topic, payload.toString()));
  await client.subscribeAsync('lantern/web/#');
  await client.subscribeAsync('zigbee2mqtt/siren/set');
  return { client, latest };
}

describe('the whole hub over HTTPS', () => {
  it('signs in, arms, is seen on MQTT, sounds, is disarmed, and shows it all in the log', async () => {
    const house = await makeHouse();
    await house.start();
    const { client, latest } = await listener(house);
    await client.publishAsync('zigbee2mqtt/door', '{"contact":true}');
    await until(() => latest.get('lantern/web/zones/door')?.includes('"open":false') === true);
    const phone = phoneOf(house);
    expect((await phone.ask('GET', '/api/state')).status).toBe(401);
    expect((await phone.ask('POST', '/api/session', { code: CODE, device: 'phone' })).status).toBe(200);
    expect((await phone.ask('POST', '/api/arm', { mode: 'home' })).body).toEqual({ ok: true, warnings: [] });
    await until(() => latest.get('lantern/web/panel/state') === 'armed_home');
    await client.publishAsync('zigbee2mqtt/door', '{"contact":false}');
    await until(() => latest.get('lantern/web/panel/state') === 'triggered');
    await until(() => latest.get('zigbee2mqtt/siren/set') !== undefined);
    const { alarms } = (await phone.ask('GET', '/api/alarms')).body as { alarms: { id: string; kind: string }[] };
    expect(alarms).toMatchObject([{ id: 'a1', kind: 'intruder' }]);
    expect((await phone.ask('POST', '/api/alarms/a1/acknowledge', {})).status).toBe(200);
    expect((await phone.ask('POST', '/api/disarm', { code: CODE })).status).toBe(200);
    await until(() => latest.get('lantern/web/panel/state') === 'disarmed');
    const { events } = (await phone.ask('GET', '/api/events')).body as { events: { seq: number; type: string }[] };
    expect(events.map(({ seq }) => seq)).toEqual(events.map((_, index) => index + 1));
    expect(events.map(({ type }) => type)).toEqual(
      expect.arrayContaining([
        'started',
        'signed-in',
        'armed',
        'alarm-raised',
        'acknowledged',
        'disarmed',
        'alarm-ended',
      ]),
    );
  });

  it('is killed, and the phone is still paired, the house still armed', async () => {
    const house = await makeHouse();
    const first = await house.start();
    const phone = phoneOf(house);
    await phone.ask('POST', '/api/session', { code: CODE, device: 'phone' });
    expect((await phone.ask('POST', '/api/arm', { mode: 'home' })).body).toEqual({
      ok: true,
      warnings: ['unheard:door'],
    });
    const ended = new Promise((done) => first.once('exit', done));
    first.kill('SIGKILL');
    await ended;
    await house.start();
    expect((await phone.ask('GET', '/api/state')).body).toMatchObject({ state: 'armed_home' });
    expect((await phone.ask('GET', '/api/events')).body['error']).toBe('code_needed');
    expect((await phone.ask('POST', '/api/disarm', { code: CODE })).status).toBe(200);
  });

  it('keeps a code given under threat out of everything that can be read on site', async () => {
    const house = await makeHouse();
    await house.start();
    const phone = phoneOf(house);
    expect((await phone.ask('POST', '/api/session', { code: DURESS })).status).toBe(200);
    expect((await phone.ask('POST', '/api/panic')).body).toEqual({ ok: true, warnings: [] });
    const { text } = await phone.ask('GET', '/api/events');
    expect(text).not.toMatch(/duress|personal|alarm|sealed|silent/);
    expect((await phone.ask('GET', '/api/alarms')).body).toEqual({ alarms: [] });
    const token = /[A-Za-z0-9_-]{43}/;
    const database = readFileSync(join(house.data, 'lantern.db'), 'latin1');
    expect(database).not.toMatch(/"threat"|duress/);
    expect(existsSync(join(house.data, 'web-key.pem'))).toBe(true);
    expect(text).not.toMatch(token);
  });

  it('refuses ten thousand who want its events in words, and meanwhile a door still sounds the siren', async () => {
    const house = await makeHouse();
    await house.start();
    const { client, latest } = await listener(house);
    await client.publishAsync('zigbee2mqtt/door', '{"contact":true}');
    const phone = phoneOf(house);
    await phone.ask('POST', '/api/session', { code: CODE });
    await until(() => latest.get('lantern/web/zones/door')?.includes('"open":false') === true);
    await phone.ask('POST', '/api/arm', { mode: 'home' });
    const stranger = phoneOf(house);
    const statuses = new Map<number | string, number>();
    let left = 10_000;
    const crowd = Array.from({ length: 400 }, async () => {
      while (left > 0) {
        left -= 1;
        const status = await stranger.ask('GET', '/api/stream').then(
          (answer) => answer.status,
          () => 'hung up on',
        );
        statuses.set(status, (statuses.get(status) ?? 0) + 1);
        // Once the siren was heard there is nothing more to find out.
        if (latest.has('zigbee2mqtt/siren/set')) return;
      }
    });
    await until(() => statuses.size > 0);
    await client.publishAsync('zigbee2mqtt/door', '{"contact":false}');
    await until(() => latest.has('zigbee2mqtt/siren/set'));
    await Promise.all(crowd);
    expect([...statuses.keys()].filter((status) => ![401, 429, 503, 'hung up on'].includes(status))).toEqual([]);
    await until(() =>
      stranger.ask('GET', '/healthz').then(
        ({ status }) => status === 200,
        () => false,
      ),
    );
  });
});
