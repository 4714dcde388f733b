import { describe, expect, it } from 'vitest';
import { createFakeClock, PEOPLE } from '../hub/fakes.ts';
import { settledWorld } from '../hub/world.ts';
import { type Answer, type Client, CODES, dirOfPeople, openSite, type Site } from './support.ts';

// Who may come in, seen and changed by those who live here: with real codes, so that each change is tried at once.

const NEW = '350871';
const NEW_DURESS = '904286';

const realSite = async (): Promise<Site> => openSite({ dir: await dirOfPeople() });

const names = async (client: Client): Promise<unknown> => {
  const { people } = (await client.ask('GET', '/api/people')).body as { people: { name: string }[] };
  return people.map(({ name }) => name);
};
const enters = async (site: Site, code: string): Promise<number> =>
  (await site.client().ask('POST', '/api/session', { body: { code } })).status;
const rows = ({ world }: Site, sealed = false) =>
  world.journal.rows.filter((row) => row.sealed === sealed).map(({ type }) => type);
const said = ({ status, body }: Answer) => [status, body['error'], body['field'] ?? null, body['reason'] ?? null];

const ben = { name: 'Ben', role: 'resident', code: NEW, again: NEW };
const locks = { code: CODES.anna, newCode: NEW, again: NEW };

describe('people', () => {
  it('are listed with role and end, and nothing of duress codes', async () => {
    const anna = await (await realSite()).signedIn('anna');
    const answer = await anna.ask('GET', '/api/people');
    expect(answer.body).toEqual({
      people: [
        { id: PEOPLE.anna.id, name: 'Anna', role: 'resident', until: null },
        { id: PEOPLE.vera.id, name: 'Vera', role: 'visitor', until: '2027-01-01T00:00:00.000Z' },
        { id: PEOPLE.ivan.id, name: 'Ivan', role: 'installer', until: null },
        { id: PEOPLE.mona.id, name: 'Mona', role: 'monitor', until: null },
      ],
    });
  });

  it('who are added come in at once, and those removed are out at once, signed in or not', async () => {
    const site = await realSite();
    const anna = await site.signedIn('anna');
    const vera = await site.signedIn('vera', 'phone');
    expect((await anna.ask('POST', '/api/people', { body: ben })).status).toBe(200);
    expect(await enters(site, NEW)).toBe(200);
    expect((await anna.ask('DELETE', `/api/people/${PEOPLE.vera.id}`)).status).toBe(200);
    expect([(await vera.ask('GET', '/api/state')).status, await enters(site, CODES.vera)]).toEqual([401, 401]);
    expect(await names(anna)).toEqual(['Anna', 'Ivan', 'Mona', 'Ben']);
    const changes = site.world.journal.rows.filter(({ type }) => type.startsWith('person-'));
    expect(changes).toEqual([
      { type: 'person-added', sealed: false, data: { by: PEOPLE.anna.id, role: 'resident' } },
      { type: 'person-removed', sealed: false, data: { by: PEOPLE.anna.id, role: 'visitor' } },
    ]);
  });

  const refusals: readonly (readonly [string, string, string, object, readonly unknown[]])[] = [
    ['no name', 'POST', '/api/people', { ...ben, name: '' }, [400, 'bad_request', 'name', null]],
    ['a name of blanks', 'POST', '/api/people', { ...ben, name: '  ' }, [400, 'bad_request', 'name', 'name-form']],
    [
      'a name that is there',
      'POST',
      '/api/people',
      { ...ben, name: 'anna' },
      [400, 'bad_request', 'name', 'name-taken'],
    ],
    ['a role that is none', 'POST', '/api/people', { ...ben, role: 'guest' }, [400, 'bad_request', 'role', null]],
    [
      'a visitor for ever',
      'POST',
      '/api/people',
      { ...ben, role: 'visitor' },
      [400, 'bad_request', 'until', 'until-needed'],
    ],
    [
      'an end that is past',
      'POST',
      '/api/people',
      { ...ben, role: 'visitor', until: '2026-11-20' },
      [400, 'bad_request', 'until', 'until-past'],
    ],
    [
      'a code that is a run',
      'POST',
      '/api/people',
      { ...ben, code: '123456', again: '123456' },
      [400, 'bad_request', 'code', 'code-run'],
    ],
    [
      'a code in use',
      'POST',
      '/api/people',
      { ...ben, code: CODES.vera, again: CODES.vera },
      [400, 'bad_request', 'code', 'code-taken'],
    ],
    ['two codes', 'POST', '/api/people', { ...ben, again: '350872' }, [400, 'bad_request', 'again', 'again-differs']],
    ['a key too many', 'POST', '/api/people', { ...ben, admin: true }, [400, 'bad_request', 'admin', null]],
    ['oneself', 'DELETE', `/api/people/${PEOPLE.anna.id}`, {}, [403, 'not_allowed', null, 'oneself']],
    ['nobody', 'DELETE', '/api/people/p00000000', {}, [404, 'not_found', null, 'unknown']],
    [
      'a wrong code',
      'POST',
      '/api/people/me/code',
      { code: '111222', newCode: NEW, again: NEW },
      [401, 'bad_code', 'code', 'code-wrong'],
    ],
    [
      'the code of somebody else',
      'POST',
      '/api/people/me/code',
      { code: CODES.vera, newCode: NEW, again: NEW },
      [401, 'bad_code', 'code', 'code-wrong'],
    ],
    [
      'a short code',
      'POST',
      '/api/people/me/code',
      { code: CODES.anna, newCode: '12', again: '12' },
      [400, 'bad_request', 'newCode', 'code-short'],
    ],
    [
      'a duress code that is near',
      'POST',
      '/api/people/me/duress',
      { code: CODES.anna, newDuress: '482914', again: '482914' },
      [400, 'bad_request', 'newDuress', 'code-near'],
    ],
    [
      'two new codes',
      'POST',
      '/api/locks',
      { ...locks, again: NEW_DURESS },
      [400, 'bad_request', 'again', 'again-differs'],
    ],
    [
      'one duress code',
      'POST',
      '/api/locks',
      { ...locks, newDuress: NEW_DURESS },
      [400, 'bad_request', 'duressAgain', 'again-differs'],
    ],
    [
      'locks with a wrong code',
      'POST',
      '/api/locks',
      { ...locks, code: '111222' },
      [401, 'bad_code', 'code', 'code-wrong'],
    ],
    [
      'a stranger left out',
      'POST',
      '/api/locks',
      { ...locks, leaveOut: ['nobody'] },
      [400, 'bad_request', 'leaveOut', 'unknown'],
    ],
  ];
  for (const [name, method, path, body, wanted] of refusals) {
    it(`${name}: refused, and the field is named`, async () => {
      const site = await realSite();
      const anna = await site.signedIn('anna');
      const answer = await anna.ask(method, path, method === 'POST' ? { body } : {});
      expect(said(answer)).toEqual(wanted);
      expect(await names(anna)).toEqual(['Anna', 'Vera', 'Ivan', 'Mona']);
      expect(answer.text).not.toMatch(/\d{5}/);
    });
  }

  it('lock themselves out by wrong codes here as anywhere, and never the call for help', async () => {
    const anna = await (await realSite()).signedIn('anna');
    const body = { code: '111222', newCode: NEW, again: NEW };
    for (let guess = 0; guess < 3; guess += 1) await anna.ask('POST', '/api/people/me/code', { body });
    expect(said(await anna.ask('POST', '/api/locks', { body: locks }))).toEqual([
      429,
      'locked_out',
      'code',
      'locked-out',
    ]);
    expect((await anna.ask('POST', '/api/panic')).status).toBe(200);
  });
});

describe('her own code', () => {
  it('is changed, and whoever came in with the old one is out', async () => {
    const site = await realSite();
    const anna = await site.signedIn('anna');
    const other = await site.signedIn('anna', 'a phone');
    const before = anna.cookie();
    const body = { code: CODES.anna, newCode: NEW, again: NEW };
    expect((await anna.ask('POST', '/api/people/me/code', { body })).status).toBe(200);
    expect([(await anna.ask('GET', '/api/state')).status, (await other.ask('GET', '/api/state')).status]).toEqual([
      200, 401,
    ]);
    expect([anna.cookie() === before, await enters(site, CODES.anna), await enters(site, NEW)]).toEqual([
      false,
      401,
      200,
    ]);
    expect(rows(site)).toContain('code-changed');
  });

  it('are looked for in vain by whoever has one: after ten that were chosen within the hour no more are', async () => {
    const site = await realSite();
    const vera = await site.signedIn('vera');
    const choose = (n: number): Promise<Answer> => {
      const newDuress = String(904_286 + n * 1000);
      return vera.ask('POST', '/api/people/me/duress', { body: { code: CODES.vera, newDuress, again: newDuress } });
    };
    for (let n = 0; n < 10; n += 1) expect((await choose(n)).status).toBe(200);
    const newDuress = CODES.anna;
    const body = { code: CODES.vera, newDuress, again: newDuress };
    expect(said(await vera.ask('POST', '/api/people/me/duress', { body }))).toEqual([
      429,
      'locked_out',
      null,
      'locked-out',
    ]);
    // It is hers alone, and it passes.
    const anna = await site.signedIn('anna');
    expect((await anna.ask('POST', '/api/people', { body: ben })).status).toBe(200);
    await site.world.pass(3601);
    await vera.ask('POST', '/api/session', { body: { code: CODES.vera } });
    expect((await choose(10)).status).toBe(200);
  });

  it('a duress code is set without a word in the log', async () => {
    const site = await realSite();
    const vera = await site.signedIn('vera');
    const before = rows(site);
    const body = { code: CODES.vera, newDuress: NEW_DURESS, again: NEW_DURESS };
    expect((await vera.ask('POST', '/api/people/me/duress', { body })).status).toBe(200);
    expect(rows(site)).toEqual([...before, 'signed-in']);
    expect([await enters(site, NEW_DURESS), rows(site, true).includes('alarm-raised')]).toEqual([200, true]);
  });
});

describe('sign out everywhere', () => {
  it('ends every session, this one too', async () => {
    const site = await realSite();
    const phone = await site.signedIn('vera', 'phone');
    const anna = await site.signedIn('anna');
    const { headers } = await anna.ask('DELETE', '/api/sessions');
    expect(headers['set-cookie']?.[0]).toContain('Max-Age=0');
    expect([(await phone.ask('GET', '/api/state')).status, (await anna.ask('GET', '/api/session')).status]).toEqual([
      401, 401,
    ]);
  });
});

describe('changed locks', () => {
  it('leave her in with a new token, and everybody and everything else out', async () => {
    const site = await realSite();
    const phone = await site.signedIn('vera', 'phone');
    const anna = await site.signedIn('anna', 'my phone');
    const old = anna.cookie() ?? '';
    await anna.ask('POST', '/api/installer', { body: { minutes: 60 } });
    const answer = await anna.ask('POST', '/api/locks', { body: { ...locks, leaveOut: ['garage'] } });
    expect(answer.body).toMatchObject({
      ended: { people: 3, sessions: 1, installer: 1, brokerUsers: 1 },
      passwords: [{ name: 'zigbee2mqtt', password: expect.stringMatching(/^[\w-]{24}$/) }],
      was: { people: [{}, {}, {}, {}], sessions: [{ device: 'phone' }, { device: 'my phone' }] },
    });
    expect(site.enrolled.revoked).toEqual(['zigbee2mqtt']);
    expect((await anna.ask('GET', '/api/session')).body).toMatchObject({ device: 'my phone' });
    expect((await anna.ask('GET', '/api/state', { headers: { cookie: old } })).status).toBe(401);
    expect([(await phone.ask('GET', '/api/state')).status, await enters(site, NEW)]).toEqual([401, 200]);
    expect([await enters(site, CODES.anna), await enters(site, CODES.threat)]).toEqual([401, 401]);
    expect(site.world.hub.window.view().installerUntil).toBeNull();
    const row = site.world.journal.rows.find(({ type }) => type === 'locks-changed');
    expect(row?.data).toEqual({
      by: PEOPLE.anna.id,
      ended: { people: 3, sessions: 1, installer: 1, brokerUsers: 1 },
    });
  });

  it('show what is live, and what cannot be changed here', async () => {
    const anna = await (await realSite()).signedIn('anna');
    const { body } = await anna.ask('GET', '/api/locks');
    expect(body).toMatchObject({
      people: [{ name: 'Anna' }, { name: 'Vera' }, { name: 'Ivan' }, { name: 'Mona' }],
      sessions: [{ person: { name: 'Anna' } }],
      installerUntil: null,
      brokerUsers: [
        { name: 'zigbee2mqtt', here: 1, network: 0, password: 'in force' },
        { name: 'garage', here: 0, network: 2, password: 'in force' },
      ],
      contacts: [{ id: 'sister' }, { id: 'friend' }],
      changed: null,
    });
    expect(JSON.stringify(body)).not.toMatch(/of before|posed|hidden/);
  });

  it('show afterwards what they ended, and which password the config still has', async () => {
    const anna = await (await realSite()).signedIn('anna');
    await anna.ask('POST', '/api/locks', { body: { ...locks, leaveOut: ['garage'] } });
    expect((await anna.ask('GET', '/api/locks')).body).toMatchObject({
      people: [{ name: 'Anna' }],
      brokerUsers: [{ password: 'revoked' }, { password: 'in force' }],
      changed: { ended: { people: 3, sessions: 0, installer: 0, brokerUsers: 1 } },
    });
  });

  it('after a stop in the middle: nobody of before is in, and the row is written once', async () => {
    const dir = await dirOfPeople();
    const clock = createFakeClock();
    const first = await openSite({ dir, clock });
    const anna = await first.signedIn('anna');
    await anna.ask('POST', '/api/installer', { body: { minutes: 60 } });
    const phone = await first.signedIn('vera', 'phone');
    // Killed right after the stroke: what the journal has is from before it.
    const restored = first.world.journal.restored();
    const cookies = [anna.cookie() ?? '', phone.cookie() ?? ''];
    await anna.ask('POST', '/api/locks', { body: locks });
    const { codesIn } = await import('./enrolled.ts');
    const world = await settledWorld({ restored, clock, codes: codesIn(dir, clock) });
    const second = await openSite({ dir, world });
    await second.enrolled.locks.finish();
    await second.enrolled.locks.finish();
    for (const cookie of cookies) {
      expect((await second.client().ask('GET', '/api/state', { headers: { cookie } })).status).toBe(401);
    }
    expect(rows(second).filter((type) => type === 'locks-changed' || type === 'installer-closed')).toEqual([
      'locks-changed',
      'installer-closed',
    ]);
  });
});

describe('under threat', () => {
  /** All that is answered, written and shown, but for what differs from run to run. */
  async function trace(code: string, deed: (client: Client, site: Site, code: string) => Promise<Answer[]>) {
    const site = await realSite();
    const client = await site.signedIn('anna', 'phone');
    site.world.heard();
    const seen = (await deed(client, site, code)).map(({ status, headers, text }) => [
      status,
      Object.keys(headers),
      text,
    ]);
    const local = site.world.journal.rows.filter(({ sealed }) => !sealed);
    return JSON.stringify([seen, local, site.world.heard(), site.world.log.lines])
      .replaceAll(/password\\":\\"[\w-]{24}/g, '#')
      .replaceAll(/p?[0-9a-f]{8}/g, '#');
  }
  const again = async (client: Client): Promise<Answer[]> => [
    await client.ask('GET', '/api/people'),
    await client.ask('GET', '/api/locks'),
    await client.ask('GET', '/api/sessions'),
  ];
  const deeds: readonly (readonly [string, (client: Client, site: Site, code: string) => Promise<Answer[]>])[] = [
    [
      'changing the locks, and trying every code afterwards',
      async (client, site, code) => {
        const body = { code, newCode: NEW, again: NEW, newDuress: NEW_DURESS, duressAgain: NEW_DURESS };
        const answers = [await client.ask('POST', '/api/locks', { body }), ...(await again(client))];
        for (const tried of [code, NEW, NEW_DURESS]) {
          answers.push(await client.ask('POST', '/api/arm', { body: { mode: 'home' } }));
          answers.push(await client.ask('POST', '/api/disarm', { body: { code: tried } }));
        }
        return [...answers, await site.client().ask('POST', '/api/session', { body: { code } })];
      },
    ],
    [
      'changing the locks with a code that is refused',
      async (client, _site, code) => [
        await client.ask('POST', '/api/locks', { body: { code, newCode: CODES.vera, again: CODES.vera } }),
      ],
    ],
    [
      'changing the code, and trying both',
      async (client, site, code) => [
        await client.ask('POST', '/api/people/me/code', { body: { code, newCode: NEW, again: NEW } }),
        await client.ask('POST', '/api/disarm', { body: { code: NEW } }),
        await site.client().ask('POST', '/api/session', { body: { code } }),
      ],
    ],
    [
      'setting a duress code, and trying both',
      async (client, _site, code) => [
        await client.ask('POST', '/api/people/me/duress', {
          body: { code, newDuress: NEW_DURESS, again: NEW_DURESS },
        }),
        await client.ask('POST', '/api/disarm', { body: { code } }),
        await client.ask('POST', '/api/disarm', { body: { code: NEW_DURESS } }),
      ],
    ],
    [
      'adding and removing people, and looking',
      async (client, site, code) => {
        const answers = [await client.ask('POST', '/api/session', { body: { code } })];
        answers.push(await client.ask('POST', '/api/people', { body: ben }));
        answers.push(await client.ask('DELETE', `/api/people/${PEOPLE.vera.id}`));
        answers.push(await client.ask('DELETE', `/api/people/${PEOPLE.vera.id}`));
        answers.push(...(await again(client)));
        return [...answers, await site.client().ask('POST', '/api/session', { body: { code: NEW } })];
      },
    ],
  ];
  for (const [name, deed] of deeds) {
    it(`${name}: all looks as on any other day`, async () => {
      expect(await trace(CODES.threat, deed)).toBe(await trace(CODES.anna, deed));
    });
  }

  it('the call goes out, her true code stays, and those she trusts can still come in', async () => {
    const site = await realSite();
    const anna = await site.signedIn('anna');
    await anna.ask('POST', '/api/locks', { body: { ...locks, code: CODES.threat } });
    expect(rows(site, true)).toContain('alarm-raised');
    expect(await names(anna)).toEqual(['Anna']);
    expect([await enters(site, CODES.vera), await enters(site, CODES.anna)]).toEqual([200, 200]);
    expect(await names(await site.signedIn('anna'))).toEqual(['Anna', 'Vera', 'Ivan', 'Mona']);
    // Who is hidden is not seen to be signed in either.
    const { sessions } = (await anna.ask('GET', '/api/sessions')).body as { sessions: { person: { name: string } }[] };
    expect(new Set(sessions.map(({ person }) => person.name))).toEqual(new Set(['Anna']));
  });

  it('what is asked in the same session after a duress code, right or refused, is under threat too', async () => {
    const site = await realSite();
    const anna = await site.signedIn('anna');
    await anna.ask('POST', '/api/people/me/code', {
      body: { code: CODES.threat, newCode: CODES.vera, again: CODES.vera },
    });
    await anna.ask('POST', '/api/people', { body: { ...ben, name: 'Him' } });
    const before = rows(site, true).filter((type) => type === 'alarm-raised').length;
    await enters(site, NEW);
    expect(rows(site, true).length).toBeGreaterThan(before);
    await anna.ask('DELETE', `/api/people/${PEOPLE.vera.id}`);
    expect(await enters(site, CODES.vera)).toBe(200);
  });

  it('whoever is taken away is met nowhere by name, not in what happened before either', async () => {
    const looked = async (code: string): Promise<string> => {
      const site = await realSite();
      await site.signedIn('vera');
      const anna = await site.signedIn('anna');
      expect(await anna.look()).toContain('Signed in on this page. By Vera.');
      await anna.ask('POST', '/api/session', { body: { code } });
      await anna.ask('DELETE', `/api/people/${PEOPLE.vera.id}`);
      return anna.look();
    };
    const shown = await looked(CODES.anna);
    expect(shown).toContain(`Signed in on this page. By ${PEOPLE.vera.id}.`);
    expect(await looked(CODES.threat)).toBe(shown);
  });

  const typed: readonly (readonly [string, (anna: Client) => Promise<Answer>])[] = [
    ['ends an alarm', (anna) => anna.ask('POST', '/api/disarm', { body: { code: CODES.threat } })],
    ['sets a mode', (anna) => anna.ask('POST', '/api/arm', { body: { mode: 'home', code: CODES.threat } })],
    ['ends an alarm by the form', (anna) => anna.form('/off', { code: CODES.threat })],
    ['sets a mode by the form', (anna) => anna.form('/set', { mode: 'home', code: CODES.threat })],
    [
      'is refused, because others were wrong before it',
      async (anna) => {
        for (let n = 0; n < 3; n += 1) await anna.form('/off', { code: '111222' });
        return anna.form('/off', { code: CODES.threat });
      },
    ],
    [
      'is refused for her own code, because others were wrong before it',
      async (anna) => {
        const body = { code: CODES.threat, newCode: NEW, again: NEW };
        for (let n = 0; n < 3; n += 1) await anna.form('/off', { code: '111222' });
        return anna.ask('POST', '/api/people/me/code', { body });
      },
    ],
  ];
  for (const [name, deed] of typed) {
    it(`a duress code that ${name} says so of the session it came in, fresh as that is`, async () => {
      const site = await realSite();
      const anna = await site.signedIn('anna');
      await deed(anna);
      await anna.ask('DELETE', `/api/people/${PEOPLE.vera.id}`);
      expect(await names(anna)).toEqual(['Anna', 'Ivan', 'Mona']);
      expect(await enters(site, CODES.vera)).toBe(200);
      // With her true code she is who she is again.
      await site.world.pass(91);
      await anna.ask('POST', '/api/disarm', { body: { code: CODES.anna } });
      expect(await names(anna)).toEqual(['Anna', 'Vera', 'Ivan', 'Mona']);
    });
  }

  it('the duress code of somebody else takes nobody out of their session, and is heard', async () => {
    const site = await realSite();
    const vera = await site.signedIn('vera');
    await vera.ask('POST', '/api/disarm', { body: { code: CODES.threat } });
    expect((await vera.ask('GET', '/api/session')).body['person']).toEqual({ name: 'Vera', role: 'visitor' });
  });
});
