import { describe, expect, it } from 'vitest';
import { createFakeClock } from '../hub/fakes.ts';
import { settledWorld } from '../hub/world.ts';
import { createFakePath } from '../link/texts/fake-path.ts';
import { openSite } from './support.ts';

describe('POST /api/lights', () => {
  it('switches a light, and only a light', async () => {
    const { signedIn, world } = await openSite();
    const anna = await signedIn('anna');
    const lights = (output: string, to: string) => anna.ask('POST', '/api/lights', { body: { output, to } });
    expect((await lights('porch', 'on')).status).toBe(200);
    expect(world.heard()).toContain('!zigbee2mqtt/porch/set {"state":"ON"}');
    expect((await lights('siren', 'on')).body['error']).toBe('not_found');
    expect((await lights('porch', 'dim')).body['error']).toBe('bad_request');
    expect(world.journal.rows.map(({ type }) => type)).toEqual(['started', 'signed-in']);
  });
});

describe('GET /api/alarms', () => {
  it('says who is told of each, and of nothing silent', async () => {
    const clock = createFakeClock();
    const world = await settledWorld({ clock, texts: createFakePath(clock.wall) });
    const { signedIn } = await openSite({ world });
    const anna = await signedIn('anna');
    world.says('panic', { action: 'hold' });
    await world.rest();
    expect((await anna.ask('GET', '/api/alarms')).body).toEqual({ alarms: [] });
    world.says('smoke', { smoke: true });
    await world.rest();
    expect((await anna.ask('GET', '/api/alarms')).body['alarms']).toMatchObject([
      { id: 'a1', kind: 'fire', told: [{ contact: 'sister', is: 'sent' }] },
    ]);
  });
});

describe('/api/walk', () => {
  it('begins and ends a walk test, and the state says until when', async () => {
    const { signedIn } = await openSite();
    const anna = await signedIn('anna');
    const until = async () => (await anna.ask('GET', '/api/state')).body['walkUntil'];
    expect(await until()).toBeNull();
    expect((await anna.ask('POST', '/api/walk', { body: { minutes: 10 } })).status).toBe(200);
    expect(await until()).toBe('2026-11-21T20:10:00.000Z');
    expect((await anna.ask('DELETE', '/api/walk')).status).toBe(200);
    expect(await until()).toBeNull();
  });

  it('is told on her page, with what her button does meanwhile', async () => {
    const { signedIn, world } = await openSite();
    const anna = await signedIn('anna');
    const isTold = async (): Promise<boolean> => (await anna.look()).includes('one short press of your button');
    expect(await isTold()).toBe(false);
    await anna.ask('POST', '/api/walk', { body: { minutes: 10 } });
    expect([await isTold(), (await anna.look()).includes('until Sat 20:10')]).toEqual([true, true]);
    await world.pass(601);
    expect(await isTold()).toBe(false);
  });

  for (const minutes of [0, 31, 1.5, '5']) {
    it(`refuses ${JSON.stringify(minutes)} minutes`, async () => {
      const { signedIn } = await openSite();
      const answer = await (await signedIn('anna')).ask('POST', '/api/walk', { body: { minutes } });
      expect([answer.status, answer.body['error']]).toEqual([400, 'bad_request']);
    });
  }

  it('is refused while armed', async () => {
    const { signedIn } = await openSite();
    const anna = await signedIn('anna');
    await anna.ask('POST', '/api/arm', { body: { mode: 'home' } });
    const answer = await anna.ask('POST', '/api/walk', { body: { minutes: 5 } });
    expect([answer.status, answer.body['error']]).toEqual([403, 'not_allowed']);
  });

  it('shows nothing of it, or of who is told, in /metrics', async () => {
    const clock = createFakeClock();
    const world = await settledWorld({ clock, texts: createFakePath(clock.wall) });
    const { client, signedIn } = await openSite({ world });
    const anna = await signedIn('anna');
    const metrics = async () => (await client().ask('GET', '/metrics')).text;
    const before = await metrics();
    await anna.ask('POST', '/api/walk', { body: { minutes: 10 } });
    world.says('panic', { action: 'single' });
    await world.rest();
    expect(await metrics()).toBe(before);
    world.says('leak', { water_leak: true });
    await world.rest();
    const alarmed = await metrics();
    world.says('frame', { vibration: true });
    // By then the text about it has been delivered.
    await world.pass(30);
    const told = (await anna.ask('GET', '/api/alarms')).body['alarms'];
    expect(told).toMatchObject([{ told: [{ contact: 'sister', is: 'delivered' }] }]);
    expect((await metrics()).replace('lantern_zone_open{zone="frame"} 1', 'lantern_zone_open{zone="frame"} 0')).toBe(
      alarmed,
    );
  });
});
