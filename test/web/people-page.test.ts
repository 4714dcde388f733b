import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { breaches, hasChromium, itWithChromium, portrait, startChromium } from '../browser.ts';
import { PEOPLE } from '../hub/fakes.ts';
import { type Client, CODES, dirOfPeople, openSite, type Site } from './support.ts';

// The pages of people and locks, as a resident uses them: on a phone, without script too, and read by a machine for barriers.

/** Where pictures go when somebody wants to look at them. */
const pictures = process.env['LANTERN_PICTURES'] ?? null;
const NEW = '350871';
const NEW_DURESS = '904286';

let browser: Browser | null = null;
beforeAll(async () => {
  if (hasChromium) browser = await startChromium();
});
afterAll(() => browser?.close());

const realSite = async (): Promise<Site> => openSite({ dir: await dirOfPeople() });

/** A resident at her phone, signed in. */
async function phone(site: Site, run: (page: Page) => Promise<void>, more: BrowserContextOptions = {}): Promise<void> {
  const context = await browser?.newContext({ viewport: { width: 390, height: 780 }, ...more });
  if (context === undefined) throw new Error('no browser');
  try {
    const page = await context.newPage();
    page.setDefaultTimeout(10_000);
    await page.goto(`http://127.0.0.1:${site.server.port}/`);
    await page.locator('#enter-code').fill(CODES.anna);
    await page.locator('#enter-code').press('Enter');
    await page.getByRole('link', { name: 'People' }).click();
    await page.getByRole('heading', { level: 1 }).filter({ hasText: 'Who can come in' }).waitFor();
    await run(page);
  } finally {
    await context.close();
  }
}

/** Free of barriers as well. */
async function look(page: Page, name: string): Promise<void> {
  await picture(page, name);
  expect([name, await breaches(page)]).toEqual([name, []]);
}

/** Pictured, and no wider than the screen. */
async function picture(page: Page, name: string): Promise<void> {
  if (pictures !== null) {
    mkdirSync(pictures, { recursive: true });
    await page.screenshot({ path: join(pictures, `people-${name}.png`), fullPage: true });
  }
  const wide = await page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth');
  expect([name, wide]).toEqual([name, 0]);
}

const title = (page: Page, text: string): Promise<void> =>
  page.getByRole('heading', { level: 1 }).filter({ hasText: text }).waitFor();

describe('in a real browser', () => {
  itWithChromium('a person is added after a mistake that is told beside its field, and removed', async () => {
    const site = await realSite();
    await phone(site, async (page) => {
      await picture(page, '1-all');
      await portrait(page, 'people');
      await page.getByRole('link', { name: 'Add a person' }).click();
      await page.getByLabel('Name').fill('Ben');
      await page.getByLabel('may turn it on and off').check();
      await page.getByLabel('Their code', { exact: true }).fill('123456');
      await page.getByLabel('The same code again').fill('123456');
      await page.getByRole('button', { name: 'Add', exact: true }).click();
      // Told at the last day first, with the name still there and no code sent back.
      const end = page.getByLabel('Last day');
      await page.locator('#f-until[aria-invalid]').waitFor();
      expect(await page.locator('#f-until-wrong').textContent()).toBe('Say the last day.');
      expect(await page.evaluate('document.activeElement.id')).toBe('f-until');
      const kept = [page.getByLabel('Name'), page.getByLabel('Their code', { exact: true })];
      expect(await Promise.all(kept.map((field) => field.inputValue()))).toEqual(['Ben', '']);
      await picture(page, '2-wrong');
      await end.fill('2027-01-01');
      await page.getByLabel('Their code', { exact: true }).fill(NEW);
      await page.getByLabel('The same code again').fill(NEW);
      await page.getByRole('button', { name: 'Add', exact: true }).click();
      await page.getByText('Added.').waitFor();
      await page.getByRole('link', { name: 'Remove Ben' }).click();
      await title(page, 'Remove Ben?');
      await picture(page, '3-remove');
      await page.getByRole('button', { name: 'Yes, remove' }).click();
      await page.getByText('Removed.').waitFor();
      expect(await page.getByText('Ben').count()).toBe(0);
      await page.getByRole('link', { name: 'Change the locks' }).click();
      await title(page, 'Change the locks');
      await portrait(page, 'locks');
    });
  });

  itWithChromium('the locks are changed on a small dark screen without script', async () => {
    const site = await realSite();
    const small: BrowserContextOptions = {
      javaScriptEnabled: false,
      viewport: { width: 320, height: 640 },
      colorScheme: 'dark',
    };
    const vera = await site.signedIn('vera', 'phone of Vera');
    await phone(
      site,
      async (page) => {
        await page.getByRole('link', { name: 'Change the locks' }).click();
        await page.getByText('3 other people with a code').waitFor();
        await picture(page, '4-locks');
        await page.getByRole('link', { name: 'Go on' }).click();
        await page.getByText('Programs in the box go on as before: zigbee2mqtt.').waitFor();
        await page.getByLabel('Leave out: garage (2 on your network)').check();
        const codes = { 'Your code as it is now': CODES.anna, 'Your new code': NEW, 'The new code again': NEW };
        const fill = async (): Promise<void> => {
          for (const [label, code] of Object.entries(codes)) await page.getByLabel(label, { exact: true }).fill(code);
        };
        await fill();
        await page.getByRole('button', { name: 'Change the locks now' }).click();
        await page.getByText('Tick this box if you are sure.').waitFor();
        await picture(page, '5-sure');
        // What was ticked stays so: to forget it would silence the garage.
        expect(await page.getByLabel('Leave out: garage').isChecked()).toBe(true);
        await page.getByLabel('I am sure.').check();
        await fill();
        await page.getByRole('button', { name: 'Change the locks now' }).click();
        await title(page, 'The locks are changed');
        await page.getByText('the password of 1 program').waitFor();
        expect(await page.locator('code').textContent()).toMatch(/^[\w-]{24}$/);
        await page.locator('summary', { hasText: 'What could see' }).click();
        await page.getByText('phone of Vera').waitFor();
        await picture(page, '6-done');
        await page.reload();
        expect(await page.locator('code').count()).toBe(1);
        await page.getByRole('button', { name: 'I have written them down' }).click();
        await title(page, 'Who can come in');
        await page.getByText('Its old password is over.').waitFor();
        await picture(page, '7-after');
        await page.goBack();
        await page.reload();
        expect(await page.locator('code').count()).toBe(0);
      },
      small,
    );
    expect((await vera.ask('GET', '/api/state')).status).toBe(401);
    expect(site.enrolled.revoked).toEqual(['zigbee2mqtt']);
  });

  itWithChromium('no page has a barrier, in the dark and at the width of the smallest phone', async () => {
    const site = await realSite();
    const small: BrowserContextOptions = { viewport: { width: 320, height: 640 }, colorScheme: 'dark' };
    await phone(
      site,
      async (page) => {
        const at = async (path: string): Promise<void> => {
          await page.goto(new URL(path, page.url()).href);
        };
        for (const [index, path] of ['/people', '/people/add', '/people/code', '/locks', '/locks/now'].entries()) {
          await at(path);
          await look(page, `dark-${index + 1}`);
        }
        for (const [field, code] of [
          ['code', CODES.anna],
          ['newCode', NEW],
          ['again', NEW],
        ] as const)
          await page.locator(`#f-${field}`).fill(code);
        await page.getByLabel('I am sure.').check();
        await page.getByRole('button', { name: 'Change the locks now' }).click();
        await title(page, 'The locks are changed');
        await page.locator('summary', { hasText: 'What could see' }).click();
        await look(page, 'dark-6');
      },
      small,
    );
  });

  itWithChromium('her own code is changed, in Polish', async () => {
    const site = await realSite();
    await phone(site, async (page) => {
      await page.getByRole('link', { name: 'My code' }).click();
      await title(page, 'My code');
      await page.getByLabel('Language').selectOption('pl');
      await page.getByRole('button', { name: 'Change', exact: true }).click();
      await title(page, 'Mój kod');
      await picture(page, '8-code');
      await page.locator('#f-code').fill('111222');
      await page.locator('#f-newCode').fill(NEW);
      await page.locator('#f-again').fill(NEW);
      await page.getByRole('button', { name: 'Zmień mój kod' }).click();
      await page.getByText('Ten kod jest zły.').waitFor();
      await page.locator('#f-code').fill(CODES.anna);
      await page.locator('#f-newCode').fill(NEW);
      await page.locator('#f-again').fill(NEW);
      await page.getByRole('button', { name: 'Zmień mój kod' }).click();
      await page.getByText('Twój kod jest zmieniony.').waitFor();
      await look(page, '9-changed');
    });
  });
});

describe('what a form is told', () => {
  const LOCKS = { code: CODES.anna, newCode: NEW, again: NEW, sure: 'yes' };
  const rows: readonly (readonly [string, string, Readonly<Record<string, string>>, at: string])[] = [
    ['no role', '/people/add', { name: 'Ben', code: NEW, again: NEW }, 'f-role-wrong'],
    [
      'a code in use',
      '/people/add',
      { name: 'Ben', role: 'resident', code: CODES.vera, again: CODES.vera },
      'f-code-wrong',
    ],
    ['two codes', '/people/add', { name: 'Ben', role: 'resident', code: NEW, again: '1' }, 'f-again-wrong'],
    ['a wrong code', '/people/code', { code: '111222', newCode: NEW, again: NEW }, 'f-code-wrong'],
    [
      'a wrong code for danger',
      '/people/duress',
      { ownCode: '111222', newDuress: NEW, duressAgain: NEW },
      'f-ownCode-wrong',
    ],
    [
      'a code for danger that is near',
      '/people/duress',
      { ownCode: CODES.anna, newDuress: '482914', duressAgain: '482914' },
      'f-newDuress-wrong',
    ],
    ['locks without being sure', '/locks/now', { ...LOCKS, sure: '' }, 'f-sure-yes-wrong'],
    ['locks with a date', '/locks/now', { ...LOCKS, newCode: '241285', again: '241285' }, 'f-newCode-wrong'],
    ['locks with half a code for danger', '/locks/now', { ...LOCKS, newDuress: NEW_DURESS }, 'f-duressAgain-wrong'],
    ['oneself, removed', `/people/${PEOPLE.anna.id}`, {}, 'people-wrong'],
  ];
  for (const [name, path, fields, at] of rows) {
    it(`${name}: beside it, and no code is sent back`, async () => {
      const anna = await (await realSite()).signedIn('anna');
      const { status, text } = await anna.form(path, fields);
      expect([status, text.includes(`id="${at}" role="alert"`)]).toEqual([400, true]);
      expect(text.match(/role="alert"(?! hidden)/g)).toHaveLength(1);
      for (const code of Object.values(fields)) if (/^\d{5,}$/.test(code)) expect(text).not.toContain(code);
    });
  }
});

describe('who may see these pages', () => {
  for (const [name, path, status] of [
    ['vera', '/people', 403],
    ['vera', '/locks', 403],
    ['vera', '/people/code', 200],
    ['mona', '/people', 403],
    ['ivan', '/people/code', 403],
  ] as const) {
    it(`${name}, ${path}: ${status}`, async () => {
      const client = await (await realSite()).signedIn(name);
      expect((await client.ask('GET', path)).status).toBe(status);
    });
  }

  it('a code that is old is asked for again, and the page follows', async () => {
    const site = await realSite();
    const anna = await site.signedIn('anna', 'phone');
    site.world.clock.pass(11 * 60_000);
    expect(await anna.look('/people')).toContain('action="/again"');
    const gone = await anna.form('/again', { code: CODES.anna, back: '/people', at: 'again' });
    expect([gone.status, gone.headers.location]).toEqual([303, '/people']);
    expect(await anna.look('/people')).toContain('Vera');
  });
});

describe('under threat', () => {
  it('the pages say what they say on any other day', async () => {
    const walk = async (code: string): Promise<string> => {
      const site = await realSite();
      const anna: Client = await site.signedIn('anna', 'phone');
      await anna.form('/locks/now', { code, newCode: NEW, again: NEW, sure: 'yes' });
      const pages = [await anna.look('/locks/done'), await anna.look('/people'), await anna.look('/locks')];
      return pages
        .join('\n')
        .replaceAll(/<code dir="ltr">[\w-]{24}/g, '#')
        .replaceAll(/[0-9a-f]{8}/g, '#');
    };
    const truly = await walk(CODES.anna);
    expect(await walk(CODES.threat)).toBe(truly);
    expect(truly).toContain('The locks are changed');
  });
});
