import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { breaches, hasChromium, itWithChromium, portrait, startChromium } from '../browser.ts';
import { PEOPLE } from '../hub/fakes.ts';
import { settledWorld } from '../hub/world.ts';
import { type Hour, openHour } from './hour.ts';
import { type Client, CODES, openSite, type Site } from './support.ts';

// The installer's hour in a browser: the real pages, server, hub, engine and papers.

/** Where pictures go when somebody wants to look at them. */
const pictures = process.env['LANTERN_PICTURES'] ?? null;

interface Fitted extends Site {
  readonly hour: Hour;
  readonly url: string;
}

async function openFitted(): Promise<Fitted> {
  const world = await settledWorld();
  let site: Site | null = null;
  const hour = openHour(world, () => void site?.people.gone.add(PEOPLE.ivan.id));
  site = await openSite({ world, pages: { fitting: hour.fitting } });
  return { ...site, hour, url: `http://127.0.0.1:${site.server.port}` };
}

/** A resident lets installers in. */
async function letIn({ signedIn }: Site, minutes: number): Promise<void> {
  const anna = await signedIn('anna');
  expect((await anna.ask('POST', '/api/installer', { body: { minutes } })).status).toBe(200);
}

const REFERRAL = {
  act: 'referral',
  reference: 'TH-2041',
  received: '2026-11-21',
  risk: 'high',
  urgency: 'immediate',
  'property.kind': 'terrace',
  'property.tenure': 'council',
  'property.ownerAgrees': 'yes',
  escort: 'not-needed',
  language: 'pl',
  'referredBy.agency': 'Northgate Support',
  'referredBy.worker': 'Jo',
  scheme: 'Safe Homes 12',
} as const;

function send(client: Client, path: string, fields: Readonly<Record<string, string>>) {
  const raw = new URLSearchParams(fields).toString();
  const headers = { 'content-type': 'application/x-www-form-urlencoded', 'content-length': String(raw.length) };
  return client.ask('POST', path, { raw, headers });
}

let browser: Browser | null = null;
beforeAll(async () => {
  if (hasChromium) browser = await startChromium();
});
afterAll(() => browser?.close());

async function newPage(width: number, script: 'script' | 'no script'): Promise<Page> {
  if (browser === null) throw new Error('there is no browser');
  const page = await browser.newPage({ viewport: { width, height: 800 }, javaScriptEnabled: script === 'script' });
  page.setDefaultTimeout(10_000);
  return page;
}

/** Looks at a page as it stands: nothing that WCAG forbids, and a picture for whoever wants one. */
async function look(page: Page, name: string): Promise<void> {
  expect([name, await breaches(page)]).toEqual([name, []]);
  if (pictures === null) return;
  mkdirSync(pictures, { recursive: true });
  await page.screenshot({ path: join(pictures, `install-${name}.png`), fullPage: true });
}

async function enter(page: Page, url: string): Promise<void> {
  await page.goto(url);
  await page.getByLabel('Your code').fill(CODES.ivan);
  await page.keyboard.press('Enter');
  await page.getByRole('link', { name: 'Fitting' }).click();
  await page.getByRole('heading', { name: 'The referral' }).waitFor();
}

const step = (page: Page, name: string): Promise<void> =>
  page.getByRole('navigation', { name: 'Steps' }).getByRole('link', { name }).click();

describe('an installer in a browser', () => {
  itWithChromium('plays the hour from the referral to the papers', async () => {
    const site = await openFitted();
    const { world, hour, url } = site;
    await letIn(site, 90);
    const page = await newPage(1000, 'script');
    await enter(page, url);
    expect(await page.locator('#time-left').textContent()).toBe('This closes by itself in 90 minutes.');

    // What is wrong is said beside each field, and what was typed stays.
    await page.getByLabel('Number of the referral').fill('TH-2041');
    await page.getByLabel('Doors to the outside').fill('2');
    await page.getByRole('button', { name: 'Begin' }).click();
    await page.locator('#risk-wrong').waitFor();
    await page.locator('#scheme-wrong').waitFor();
    expect(await page.getByLabel('Number of the referral').inputValue()).toBe('TH-2041');
    expect(await page.locator('#reference-wrong').count()).toBe(0);
    await look(page, 'referral');
    await page.getByLabel('High', { exact: true }).check();
    await page.getByLabel('Immediate').check();
    await page.getByLabel('Kind of home').selectOption('terrace');
    await page.getByLabel('Whose it is').selectOption('council');
    await page.getByRole('radio', { name: 'Yes' }).check();
    await page.getByRole('radio', { name: 'Not needed' }).last().check();
    await page.getByLabel('Windows in reach').fill('0');
    await page.getByLabel('Agency').fill('Northgate Support');
    await page.getByLabel('Who refers').fill('Jo');
    await page.getByLabel('Your scheme').fill('Safe Homes 12');
    await page.getByRole('button', { name: 'Begin' }).click();

    await page.getByRole('heading', { name: 'The plan' }).waitFor();
    expect(await page.getByText('2026-11-21').textContent()).toContain('2026-11-21');
    const view = () => hour.fitting.provisioning.view();
    const checks = view()?.proposal.checks ?? [];
    for (const { id } of checks) {
      await page.locator(`#check-${id}`).getByRole('button', { name: 'Yes' }).press('Enter');
      await page.locator(`#check-${id}`).getByText('Confirmed').waitFor();
    }
    await look(page, 'plan');
    await portrait(page, 'fitting-plan', 880);

    await step(page, 'Locks');
    const items = view()?.proposal.items ?? [];
    for (const [index] of items.entries()) {
      await page.locator(`#item-${index}`).getByRole('button', { name: 'Fitted', exact: false }).first().click();
      await page.locator(`#item-${index}`).getByText('✓ Fitted.').waitFor();
    }
    await look(page, 'locks');

    // A device that speaks shows by itself, is named by room, and its picture says what it looks at.
    await step(page, 'Devices');
    await page.getByText('Nothing is heard yet.').waitFor();
    const learn = async (id: string, name: string, picture: string): Promise<void> => {
      hour.hear({ id: `0x${id}` });
      const device = page.locator('details', { hasText: `0x${id}` });
      await device.locator('summary').click();
      await device.getByLabel('Name, with the room').fill(name);
      await device.getByRole('radio', { name: picture }).check();
      if (id === 'b1') await look(page, 'devices');
      await device.getByRole('button', { name: 'Learn this one' }).click();
      await page.getByText(`${name} `, { exact: false }).first().waitFor();
      await device.waitFor({ state: 'detached' });
    };
    await learn('a1', 'Front door', 'Front door');
    await learn('b1', 'Hall', 'Motion inside');
    await learn('c1', 'Panic', 'Personal alarm');
    await page.getByRole('button', { name: 'Restart now' }).click();
    await page.getByRole('button', { name: 'Restart now' }).waitFor({ state: 'detached' });

    await step(page, 'People');
    await page.getByLabel('A short name').fill('sister');
    await page.getByLabel('Telephone').fill('07700 900123');
    await page.getByRole('button', { name: 'Add' }).click();
    await page.getByText('write the number with its country').waitFor();
    await page.getByLabel('Telephone').fill('+44 7700 900123');
    await page.getByRole('button', { name: 'Add' }).click();
    await page.getByRole('button', { name: 'Restart now' }).click();
    await page.getByRole('button', { name: 'Restart now' }).waitFor({ state: 'detached' });
    await page.getByRole('button', { name: /Ask.*sister/ }).click();
    await page.getByText('the answer is waited for').waitFor();
    await look(page, 'people');
    hour.answersYes('sister');
    await page.getByText('✓ has answered YES').waitFor();

    await step(page, 'Passwords');
    await page.getByRole('button', { name: 'Make them new' }).click();
    await page.getByText('correct-horse').waitFor();
    await look(page, 'passwords');

    await step(page, 'Walk');
    await page.getByRole('button', { name: 'Begin the walk' }).click();
    await page.getByText('The walk runs.').waitFor();
    for (const times of ['1', '2']) {
      world.says('front-door', { contact: false });
      world.says('hall', { occupancy: true });
      await world.rest();
      world.says('front-door', { contact: true });
      world.says('hall', { occupancy: false });
      await world.pass(5);
      for (const zone of ['front-door', 'hall']) await page.locator(`#zone-${zone}[data-tests="${times}"]`).waitFor();
    }
    await page.getByLabel('Room').fill('Bedroom');
    await page.getByRole('button', { name: 'Add' }).click();
    await page.getByRole('button', { name: /^Stand here.*Bedroom/ }).click();
    await page.getByRole('button', { name: /I stand here.*Bedroom/ }).waitFor();
    await page.getByRole('button', { name: 'Test them all' }).click();
    await page.getByText('waiting for the answer').waitFor();
    world.says('panic', { action: 'single' });
    await world.rest();
    await page.locator('[data-pressed=yes]').waitFor();
    hour.answerTests(12_300);
    await page.getByText('✓ answered after 12.3 s').waitFor();
    await look(page, 'walk');
    await portrait(page, 'fitting-walk', 880);
    await page.getByRole('button', { name: 'End the walk' }).click();
    await page.getByRole('button', { name: 'Begin the walk' }).waitFor();

    await step(page, 'Handover');
    await page.getByText('Nothing blocks the handover.').waitFor();
    await page.getByRole('button', { name: 'Make the papers' }).click();
    await page.getByRole('link', { name: 'Her copy, to print' }).waitFor();
    await look(page, 'handover');
    await portrait(page, 'fitting-handover', 880);
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('link', { name: 'Certificate, signed' }).click(),
    ]);
    expect(download.suggestedFilename()).toBe('certificate.json');
    const certificate = await (await page.request.get(`${url}/install/paper/certificate.json`)).json();
    expect(certificate).toMatchObject({
      form: 'lantern-signed-1',
      certificate: {
        fitter: 'Ivan',
        property: 'terraced house',
        zones: [
          { id: 'front-door', tests: [{}, {}] },
          { id: 'hall', tests: [{}, {}] },
          { id: 'panic', tests: [{}] },
        ],
        paths: [{ name: 'modem to sister', answeredAfterSeconds: 12.3 }],
      },
    });
    const copy = await (await page.request.get(`${url}/install/paper/copy.json`)).text();
    expect(copy).toContain('Safe Homes 12');
    expect(copy).not.toMatch(/sister|Ivan|Northgate|TH-2041/);

    await page.getByLabel('The papers are in safe hands.').check();
    await page.getByRole('button', { name: 'Finish' }).click();
    await page.getByLabel('Your code').waitFor();
    expect(hour.job()).toBeNull();
    expect(hour.rows).toEqual(['handed-over']);
    await page.goto(`${url}/install`);
    expect(new URL(page.url()).pathname).toBe('/');
    await page.close();
  });

  itWithChromium('works without script, on a narrow screen, by looking again', async () => {
    const site = await openFitted();
    await letIn(site, 30);
    const ivan = await site.signedIn('ivan');
    expect((await send(ivan, '/install', REFERRAL)).status).toBe(303);
    site.hour.hear({ id: 'door_one', zone: 'entry' });
    const page = await newPage(320, 'no script');
    const [name = '', value = ''] = (ivan.cookie() ?? '').split('=');
    await page.context().addCookies([{ name, value, url: site.url }]);
    await page.goto(`${site.url}/install/devices`);
    await page.locator('summary', { hasText: 'door_one' }).click();
    // Nothing is chosen for the installer that the device does not look made for.
    expect(await page.getByRole('radio', { name: 'Front door' }).isChecked()).toBe(true);
    await page.getByRole('button', { name: 'Learn this one' }).click();
    await page.getByText('Give it a name first').waitFor();
    await page.getByLabel('Name, with the room').fill('Back door');
    await page.getByRole('radio', { name: 'Other door' }).check();
    await page.getByRole('button', { name: 'Learn this one' }).click();
    await page.getByText('Learnt (1)').waitFor();
    site.hour.hear({ id: 'late' });
    await page.getByRole('link', { name: 'Look again' }).click();
    await page.locator('summary', { hasText: 'late' }).waitFor();
    for (const part of ['', '/fitted', '/devices', '/contacts', '/walk', '/handover']) {
      await page.goto(`${site.url}/install${part}`);
      const wide = await page.evaluate<number>('document.documentElement.scrollWidth');
      expect([part, wide]).toEqual([part, 320]);
    }
    await page.goto(`${site.url}/tips`);
    expect(await page.getByRole('heading', { level: 1 }).textContent()).toBe('Home and garden');
    await page.close();
  });
});

describe('the pages of the hour', () => {
  const pages = ['', '/fitted', '/devices', '/contacts', '/secrets', '/walk', '/handover', '/paper/copy.pdf'];

  it('are for nobody outside the time that a resident opened', async () => {
    const site = await openFitted();
    const [ivan, vera, mona] = [await site.signedIn('ivan'), await site.signedIn('vera'), await site.signedIn('mona')];
    await letIn(site, 30);
    const open = await send(ivan, '/install', REFERRAL);
    expect(open.status).toBe(303);
    site.world.clock.pass(31 * 60_000);
    await site.world.rest();
    for (const page of pages) {
      for (const client of [ivan, vera, mona]) expect((await client.ask('GET', `/install${page}`)).status).toBe(403);
      const nobody = await site.client().ask('GET', `/install${page}`);
      expect([nobody.status, nobody.headers.location]).toEqual([303, '/']);
    }
    expect((await send(ivan, '/install/walk', { act: 'name-room', room: 'Hall' })).status).toBe(403);
    expect(site.hour.job()?.rooms).toEqual([]);
  });

  it('ask a resident for her code again', async () => {
    const site = await openFitted();
    const anna = await site.signedIn('anna');
    expect((await send(anna, '/install', REFERRAL)).status).toBe(303);
    site.world.clock.pass(11 * 60_000);
    const asked = await anna.ask('GET', '/install/devices');
    expect(asked.text).toContain('action="/again"');
    expect((await send(anna, '/install/walk', { act: 'name-room', room: 'Hall' })).text).toContain('action="/again"');
    expect(site.hour.job()?.rooms).toEqual([]);
  });

  it('begin a walk under threat that looks like any other, and in which a press calls', async () => {
    const told: (readonly [string, string])[] = [];
    for (const name of ['anna', 'threat'] as const) {
      const site = await openFitted();
      const resident = await site.signedIn(name);
      await send(resident, '/install', REFERRAL);
      const raised = () => site.world.journal.rows.filter(({ type }) => type === 'alarm-raised').length;
      const before = raised();
      expect((await send(resident, '/install/walk', { act: 'begin-walk' })).status).toBe(303);
      site.world.says('panic', { action: 'single' });
      await site.world.rest();
      told.push([(await resident.look('/install/walk')).replace(/\d+ minutes/g, ''), `${raised() - before} called`]);
    }
    expect(told.map(([, called]) => called)).toEqual(['0 called', '1 called']);
    expect(told[1]?.[0]).toBe(told[0]?.[0]);
  });

  it('say beside the form why something was refused, and keep what stands', async () => {
    const site = await openFitted();
    await letIn(site, 30);
    const ivan = await site.signedIn('ivan');
    expect((await ivan.ask('GET', '/install/devices')).headers.location).toBe('/install');
    expect((await send(ivan, '/install', { ...REFERRAL, received: '2026-02-30' })).text).toContain(
      'id="received-wrong"',
    );
    await send(ivan, '/install', REFERRAL);
    const again = await send(ivan, '/install', REFERRAL);
    expect([again.status, again.text]).toEqual([422, expect.stringContaining('a job is begun already')]);
    const refused: readonly (readonly [string, Readonly<Record<string, string>>, string])[] = [
      ['/install', { act: 'check', check: 'no-such', answer: 'yes' }, 'no such check'],
      ['/install/fitted', { act: 'more', item: '' }, 'Say what was fitted.'],
      ['/install/fitted', { act: 'item', item: 'door-chain', is: 'not-fitted', note: '' }, 'why it was not fitted'],
      [
        '/install/devices',
        { act: 'learn', topic: 'gone', as: 'x', name: 'Hall', choice: 'motion' },
        'not heard any more',
      ],
      ['/install/contacts', { act: 'add', called: 'sister', phone: '' }, 'Both a name and a number'],
      ['/install/walk', { act: 'stand-in', room: 'Cellar' }, 'no room is named'],
      ['/install/walk', { act: 'test-paths' }, 'nobody to test a path to'],
      ['/install/handover', { act: 'papers' }, 'the handover is blocked'],
      ['/install/handover', { act: 'finish' }, 'Take the papers first'],
      ['/install/handover', { act: 'waive', what: 'personal-alarm', reason: 'she does not want one' }, 'never waived'],
    ];
    for (const [path, fields, why] of refused) {
      const answer = await send(ivan, path, fields);
      expect([path, answer.status]).toEqual([path, 422]);
      if (!answer.text.includes(why)) expect(answer.text).toBe(why);
    }
    expect((await send(ivan, '/install/walk', { act: 'nothing of ours' })).headers.location).toBe('/install/walk');
    for (const name of ['copy.pdf', 'signing.key', '..%2Fsigning.key']) {
      expect((await ivan.ask('GET', `/install/paper/${name}`)).status).toBe(404);
    }
  });

  it('let a waiver pass with its reason, and take it back', async () => {
    const site = await openFitted();
    await letIn(site, 30);
    const ivan = await site.signedIn('ivan');
    await send(ivan, '/install', REFERRAL);
    await send(ivan, '/install/contacts', { act: 'add', called: 'sister', phone: '+447700900123' });
    const waive = { act: 'waive', what: 'contact:sister', reason: 'she is abroad until Monday' };
    expect((await send(ivan, '/install/handover', waive)).status).toBe(303);
    expect((await ivan.ask('GET', '/install/handover')).text).toContain('she is abroad until Monday');
    await send(ivan, '/install/handover', { act: 'withdraw', what: 'contact:sister' });
    expect((await ivan.ask('GET', '/install/handover')).text).not.toContain('she is abroad until Monday');
  });

  it('put what was typed into the page as text alone', async () => {
    const site = await openFitted();
    await letIn(site, 30);
    const ivan = await site.signedIn('ivan');
    await send(ivan, '/install', REFERRAL);
    site.hour.hear({ id: 'x', topic: '"><script>1</script>', said: '<img src=x>' });
    await send(ivan, '/install/walk', { act: 'name-room', room: '<b>Hall</b>' });
    for (const page of pages.slice(0, 7)) {
      const { text } = await ivan.ask('GET', `/install${page}`);
      expect(text).not.toMatch(/<b>Hall|<img src=x>|<script>1/);
    }
  });
});
