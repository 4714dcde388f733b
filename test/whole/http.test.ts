import { readFileSync } from 'node:fs';
import { request } from 'node:https';
import { join } from 'node:path';
import { expect } from 'vitest';
import { isSirenOn } from './ear.ts';
import { again, type House, settle, story } from './house.ts';
import { CODE, DURESS } from './house-config.ts';
import { leaks } from './secrets.ts';
import { polled } from './waiting.ts';

// The program over HTTPS: a real client that trusts this one hub's own certificate.

interface Answer {
  readonly status: number;
  readonly body: { readonly [name: string]: unknown };
  readonly text: string;
}

interface Phone {
  ask(method: string, path: string, body?: object): Promise<Answer>;
}

function secured(house: House): Phone {
  house.configure({ web: { host: '127.0.0.1', port: house.ports.web, tls: 'self' } });
  let cookie = '';
  return {
    ask: (method, path, body) =>
      new Promise((done, failed) => {
        const ca = readFileSync(join(house.data, 'web-cert.pem'));
        const headers = { cookie, ...(body === undefined ? {} : { 'content-type': 'application/json' }) };
        const where = { host: 'localhost', port: house.ports.web, method, path };
        const asking = request({ ...where, ca, headers, agent: false }, (response) => {
          let text = '';
          response.on('data', (chunk: Buffer) => {
            text += chunk.toString();
          });
          response.on('error', failed);
          response.on('end', () => {
            cookie = response.headers['set-cookie']?.[0]?.split(';')[0] ?? cookie;
            done({ status: response.statusCode ?? 0, text, body: JSON.parse(text) as Answer['body'] });
          });
        });
        asking.on('error', failed);
        asking.end(body === undefined ? undefined : JSON.stringify(body));
      }),
  };
}

story('a phone signs in, arms, sees the alarm, acknowledges, disarms and reads the log', async ({ house }) => {
  const phone = secured(house);
  const { run, ear } = await house.start();
  await settle(ear);
  expect((await phone.ask('GET', '/api/state')).status).toBe(401);
  expect((await phone.ask('POST', '/api/session', { code: CODE, device: 'phone' })).status).toBe(200);
  expect((await phone.ask('POST', '/api/arm', { mode: 'home' })).body).toEqual({ ok: true, warnings: [] });
  await ear.untilState('armed_home');
  await ear.device('back-window', { contact: false });
  await ear.untilSirenTold('on');
  await ear.untilState('triggered');
  expect((await phone.ask('GET', '/api/alarms')).body['alarms']).toMatchObject([{ id: 'a1', kind: 'intruder' }]);
  expect((await phone.ask('POST', '/api/alarms/a1/acknowledge', { note: 'on my way' })).status).toBe(200);
  expect((await phone.ask('POST', '/api/disarm', { code: CODE })).status).toBe(200);
  await ear.untilState('disarmed');
  await ear.untilEvent('alarm-ended');
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
  // Whoever holds a session reads names; the log and the disk hold none.
  expect(leaks(house, run)).toEqual([]);
});

story('a phone is still paired after the hub was killed, and the house still armed', async ({ house }) => {
  const phone = secured(house);
  const hub = await house.start();
  await settle(hub.ear);
  await phone.ask('POST', '/api/session', { code: CODE, device: 'phone' });
  await phone.ask('POST', '/api/arm', { mode: 'home' });
  const { run } = await again(house, hub);
  await run.untilLogged('ready');
  expect((await phone.ask('GET', '/api/state')).body).toMatchObject({ state: 'armed_home' });
  expect((await phone.ask('GET', '/api/events')).body['error']).toBe('code_needed');
  expect((await phone.ask('POST', '/api/disarm', { code: CODE })).status).toBe(200);
});

story('a code given under threat, and a call for help, show nowhere on site', async ({ house }) => {
  const phone = secured(house);
  const { run, ear } = await house.start();
  await settle(ear);
  // The ear hears its own last word too, before or after what the hub made of it.
  await ear.until('its own last word', () => ear.latest('zigbee2mqtt/gate') !== undefined);
  const words = ear.heard.length;
  expect((await phone.ask('POST', '/api/session', { code: DURESS })).status).toBe(200);
  expect((await phone.ask('POST', '/api/panic')).body).toEqual({ ok: true, warnings: [] });
  const { text } = await phone.ask('GET', '/api/events');
  expect(text).not.toMatch(/duress|personal|alarm|sealed|silent/);
  expect((await phone.ask('GET', '/api/alarms')).body).toEqual({ alarms: [] });
  await ear.untilEvent('signed-in');
  const heard = ear.heard.slice(words);
  // A siren that confirms nothing is told once more that it is off, some time after it was told so.
  const orders = heard.filter(({ topic }) => topic.endsWith('/siren/set'));
  expect(orders.filter(({ payload }) => isSirenOn(payload))).toEqual([]);
  expect(heard.filter((one) => !orders.includes(one)).map(({ topic }) => topic)).toEqual(['lantern/whole/events']);
  expect(leaks(house, run)).toEqual([]);
});

story(
  'a crowd that wants the events is turned away, and meanwhile a window still sounds the siren',
  async ({ house }) => {
    const phone = secured(house);
    const { ear } = await house.start();
    await settle(ear);
    await phone.ask('POST', '/api/session', { code: CODE });
    await phone.ask('POST', '/api/arm', { mode: 'home' });
    await ear.untilState('armed_home');
    const stranger = secured(house);
    const met = new Set<number | string>();
    const state = { left: 10_000, heard: false };
    const crowd = Array.from({ length: 400 }, async () => {
      // Once the siren was heard there is nothing more to find out.
      while (state.left > 0 && !state.heard) {
        state.left -= 1;
        met.add(
          await stranger.ask('GET', '/api/stream').then(
            ({ status }) => status,
            () => 'hung up on',
          ),
        );
      }
    });
    await polled('the first answer', () => met.size > 0);
    await ear.device('back-window', { contact: false });
    await ear.untilSirenTold('on');
    state.heard = true;
    await Promise.all(crowd);
    expect([...met].filter((one) => ![401, 429, 503, 'hung up on'].includes(one))).toEqual([]);
    await polled('the page to answer again', () =>
      stranger.ask('GET', '/healthz').then(
        ({ status }) => status === 200,
        () => false,
      ),
    );
  },
);
