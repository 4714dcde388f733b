import { describe, expect, it } from 'vitest';
import type { Role } from '../../src/alarm/events.ts';
import { DEEDS, type Deed, MAY } from '../../src/web/roles.ts';
import { settledWorld } from '../hub/world.ts';
import { openHour } from './hour.ts';
import { type Answer, type Client, CODES, type Name, openSite, type Site } from './support.ts';

// Every cell of who may do what over HTTP, asked for with a real client of a real server before a real hub.

const PEOPLE: Readonly<Record<Role, Name>> = { resident: 'anna', visitor: 'vera', installer: 'ivan', monitor: 'mona' };

/** A page says by another page what the API says by a status. */
function asApi(answer: Answer): Answer {
  if (answer.status === 303) return { ...answer, status: 401, body: { error: 'no_session' } };
  if (answer.status === 403) return { ...answer, body: { error: 'not_allowed' } };
  return answer.text.includes('action="/again"') ? { ...answer, status: 403, body: { error: 'code_needed' } } : answer;
}

/** How each deed is asked for, and what must be so before. */
const ASKED: Readonly<Record<Deed, (client: Client, role: Role) => Promise<Answer>>> = {
  'see-state': (client) => client.ask('GET', '/api/state'),
  arm: (client) => client.ask('POST', '/api/arm', { body: { mode: 'night' } }),
  disarm: (client, role) => client.ask('POST', '/api/disarm', { body: { code: CODES[PEOPLE[role]] } }),
  panic: (client) => client.ask('POST', '/api/panic'),
  light: (client) => client.ask('POST', '/api/lights', { body: { output: 'porch', to: 'on' } }),
  'see-alarms': (client) => client.ask('GET', '/api/alarms'),
  acknowledge: (client) => client.ask('POST', '/api/alarms/a1/acknowledge', { body: { note: 'seen' } }),
  close: (client) => client.ask('POST', '/api/alarms/a1/close'),
  'see-history': (client) => client.ask('GET', '/api/events'),
  'open-installer': (client) => client.ask('POST', '/api/installer', { body: { minutes: 5 } }),
  'walk-test': (client) => client.ask('POST', '/api/walk', { body: { minutes: 5 } }),
  'manage-sessions': (client) => client.ask('GET', '/api/sessions'),
  install: async (client) => asApi(await client.ask('GET', '/install')),
  'see-people': (client) => client.ask('GET', '/api/people'),
  'manage-people': (client) =>
    client.ask('POST', '/api/people', {
      body: { name: 'Ben', role: 'resident', code: '350871', again: '350871' },
    }),
  'change-own-code': (client, role) =>
    client.ask('POST', '/api/people/me/code', {
      body: { code: CODES[PEOPLE[role]], newCode: '350871', again: '350871' },
    }),
  'change-locks': (client, role) =>
    client.ask('POST', '/api/locks', {
      body: { code: CODES[PEOPLE[role]], newCode: '350871', again: '350871' },
    }),
};

type Situation = 'fresh code' | 'old code' | 'installer time open';

async function site(situation: Situation): Promise<Site> {
  const world = await settledWorld();
  const opened = await openSite({ world, pages: { fitting: openHour(world).fitting } });
  // A leak: an alarm to see, acknowledge and close, and nothing that stands in the way of arming.
  opened.world.says('leak', { water_leak: true });
  await opened.world.rest();
  if (situation === 'installer time open') {
    const anna = await opened.signedIn('anna');
    expect((await anna.ask('POST', '/api/installer', { body: { minutes: 30 } })).status).toBe(200);
  }
  return opened;
}

/** What the table says, worked out by hand for the panel's own answer where it decides. */
function expected(deed: Deed, role: Role, situation: Situation): number {
  const open = situation === 'installer time open';
  if (deed === 'disarm') return role === 'monitor' || (role === 'installer' && !open) ? 403 : 200;
  switch (MAY[deed][role]) {
    case 'yes':
    case 'by code':
      return 200;
    case 'fresh':
      return situation === 'old code' ? 403 : 200;
    case 'opened':
      return open ? 200 : 403;
    default:
      return 403;
  }
}

for (const situation of ['fresh code', 'old code', 'installer time open'] as const) {
  describe(`with ${situation}`, () => {
    for (const role of Object.keys(PEOPLE) as Role[]) {
      for (const deed of DEEDS) {
        it(`${role}, ${deed}: ${expected(deed, role, situation)}`, async () => {
          const opened = await site(situation);
          const client = await opened.signedIn(PEOPLE[role]);
          if (situation === 'old code') opened.world.clock.pass(11 * 60_000);
          const answer = await ASKED[deed](client, role);
          expect([answer.status, answer.text]).toEqual([expected(deed, role, situation), answer.text]);
          if (answer.status === 403) expect(['not_allowed', 'code_needed']).toContain(answer.body['error']);
        });
      }
    }
  });
}

describe('nobody', () => {
  for (const deed of DEEDS) {
    it(`may not ${deed} without a session`, async () => {
      const { client } = await openSite();
      const answer = await ASKED[deed](client(), 'resident');
      expect([answer.status, answer.body['error']]).toEqual([401, 'no_session']);
    });
  }
});

describe('roles through time', () => {
  it('a visitor whose end date has come is nobody', async () => {
    const { signedIn, people } = await openSite();
    const vera = await signedIn('vera');
    expect((await vera.ask('GET', '/api/state')).status).toBe(200);
    people.gone.add('p0000000b');
    expect((await vera.ask('GET', '/api/state')).status).toBe(401);
    expect((await vera.ask('POST', '/api/arm', { body: { mode: 'home' } })).status).toBe(401);
  });
  it("an installer's time ends by itself", async () => {
    const { signedIn, world } = await openSite();
    const anna = await signedIn('anna');
    await anna.ask('POST', '/api/installer', { body: { minutes: 5 } });
    const ivan = await signedIn('ivan');
    expect((await ivan.ask('GET', '/api/state')).body['installerUntil']).toBe('2026-11-21T20:05:00.000Z');
    await world.pass(301);
    expect((await ivan.ask('GET', '/api/state')).status).toBe(403);
    expect((await ivan.ask('POST', '/api/arm', { body: { mode: 'home' } })).status).toBe(403);
  });
  it('an installer does not disarm what is armed, open time or not', async () => {
    const { signedIn, world } = await openSite();
    const anna = await signedIn('anna');
    await anna.ask('POST', '/api/installer', { body: { minutes: 5 } });
    await anna.ask('POST', '/api/arm', { body: { mode: 'home' } });
    const ivan = await signedIn('ivan');
    const answer = await ivan.ask('POST', '/api/disarm', { body: { code: CODES.ivan } });
    expect([answer.status, world.state()]).toEqual([403, 'armed_home']);
  });
  it("installer time counts for the installer's code on the keypad and over MQTT as well", async () => {
    const { signedIn, world } = await openSite();
    const anna = await signedIn('anna');
    world.orders({ action: 'ARM_HOME', code: CODES.ivan, id: 'before' });
    await world.rest();
    await anna.ask('POST', '/api/installer', { body: { minutes: 5 } });
    world.orders({ action: 'ARM_HOME', code: CODES.ivan, id: 'after' });
    await world.rest();
    expect(world.replies().map(({ ok }) => ok)).toEqual([false, true]);
    expect([world.state(), world.attributes()['changedBy']]).toEqual(['armed_home', 'Ivan']);
  });
  it('a resident closes installer time early', async () => {
    const { signedIn } = await openSite();
    const anna = await signedIn('anna');
    await anna.ask('POST', '/api/installer', { body: { minutes: 5 } });
    expect((await anna.ask('DELETE', '/api/installer')).status).toBe(200);
    const ivan = await signedIn('ivan');
    expect((await ivan.ask('GET', '/api/state')).status).toBe(403);
  });
});
