import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, vi } from 'vitest';
import type { Language } from '../../src/web/words/catalogue.ts';
import { en } from '../../src/web/words/en.ts';
import { LANGUAGES } from '../../src/web/words/languages.ts';
import { breaches, hasChromium, itWithChromium, picture, portrait, startChromium } from '../browser.ts';
import { CODES, NAMES, openSite, type Site, type SiteOptions } from './support.ts';

const PHONE = { width: 390, height: 780 };
/** A language that is read from right to left; what it says does not matter here. */
const RTL: Language = { code: 'ar', name: 'العربية', dir: 'rtl', words: en, is: 'unreviewed' };

let browser: Browser | null = null;
let context: BrowserContext | null = null;
let page: Page;
/** What the browser complained of. */
let said: string[] = [];

beforeAll(async () => {
  if (hasChromium) browser = await startChromium();
});
afterAll(() => browser?.close());
afterEach(async () => {
  await context?.close();
  context = null;
});

/** A house, and a phone in somebody's hand that looks at it. */
async function phone(options: SiteOptions = {}, more: BrowserContextOptions = {}): Promise<Site & { url: string }> {
  const site = await openSite(options);
  context = (await browser?.newContext({ viewport: PHONE, hasTouch: true, ...more })) ?? null;
  if (context === null) throw new Error('no browser');
  page = await context.newPage();
  page.setDefaultTimeout(10_000);
  await context.route('https://leave.example/', (route) =>
    route.fulfill({ contentType: 'text/html', body: '<title>Weather</title>Sunny' }),
  );
  said = [];
  page.on('console', (message) => {
    if (message.type() === 'error') said.push(message.text());
  });
  page.on('pageerror', (error) => said.push(error.message));
  return { ...site, url: `http://127.0.0.1:${site.server.port}/` };
}

/** Waits until the page says so in its one word. */
const word = (text: string): Promise<void> =>
  page
    .locator('#state-word')
    .filter({ hasText: new RegExp(`^${text}$`) })
    .waitFor();

async function signIn(url: string, code: string = CODES.anna): Promise<void> {
  await page.goto(url);
  await page.locator('#enter-code').fill(code);
  await page.locator('#enter-code').press('Enter');
  await word('Off');
}

/** The page as it stands; a picture leaves empty styles behind. */
const body = async (): Promise<string> => (await page.locator('body').innerHTML()).replaceAll(' style=""', '');

async function press(code: string): Promise<void> {
  for (const digit of code) await page.locator('#off').getByRole('button', { name: digit, exact: true }).click();
  await page.locator('#off .go').click();
}

const sealed = (site: Site): number => site.world.journal.rows.filter((row) => row.sealed).length;
const focused = (): Promise<string> =>
  page.evaluate(() => {
    const { activeElement } = Reflect.get(globalThis, 'document') as {
      activeElement: { id: string; textContent: string };
    };
    return activeElement.id || activeElement.textContent;
  });
const overflow = (): Promise<number> =>
  page.evaluate(() => {
    const { documentElement } = Reflect.get(globalThis, 'document') as {
      documentElement: { scrollWidth: number; clientWidth: number };
    };
    return documentElement.scrollWidth - documentElement.clientWidth;
  });

/** Pixels of the pad that a phone does not show without being moved. */
const padHidden = (): Promise<number> =>
  page.evaluate(() => {
    const doc = Reflect.get(globalThis, 'document') as {
      querySelector(what: string): { getBoundingClientRect(): { top: number; bottom: number } };
    };
    const bar = doc.querySelector('.leave').getBoundingClientRect().top;
    return Math.max(0, doc.querySelector('#off .pad').getBoundingClientRect().bottom - bar);
  });

async function says(site: Site, device: string, payload: object): Promise<void> {
  site.world.says(device, payload);
  await site.world.rest();
}

describe('she, with her phone', () => {
  itWithChromium('turns it on without what stands open, sees it trip and counts, and turns it off', async () => {
    const site = await phone();
    await signIn(site.url);
    await picture(page, '02-off');
    await portrait(page, 'off');
    await says(site, 'back-window', { contact: false });
    await page.getByText('Back window is open.').waitFor();
    await page.getByRole('button', { name: /^Home/ }).click();
    await page.getByText(en.no.zones_open).waitFor();
    await picture(page, '03-open');
    await portrait(page, 'open');
    await page.getByRole('button', { name: 'Turn on without: Back window' }).click();
    await word('On');
    await page.getByText('Back window is left out.').waitFor();
    await picture(page, '04-on');
    await says(site, 'front-door', { contact: false });
    await word('Code');
    await page.locator('html[data-beeps]').waitFor();
    const before = Number(await page.locator('#left').textContent());
    await vi.waitFor(async () => expect(Number(await page.locator('#left').textContent())).toBeLessThan(before), 5000);
    await picture(page, '05-code');
    await portrait(page, 'code');
    expect(await padHidden()).toBe(0);
    await site.world.pass(21);
    await word('Alarm');
    await page.getByText('Somebody may be in: Front door.').waitFor();
    await page.getByText('Sister: not told yet').waitFor();
    await picture(page, '06-alarm');
    await portrait(page, 'alarm');
    await press('111222');
    await page.getByText(en.no.bad_code).waitFor();
    expect(await focused()).toBe('off-code');
    await picture(page, '07-wrong');
    for (let n = 0; n < 3; n += 1) await press('111222');
    await page.getByText('Too many wrong codes. Wait 90 seconds').waitFor();
    await picture(page, '08-locked');
    await site.world.pass(91);
    await press(CODES.anna);
    await word('Off');
    await says(site, 'back-window', { contact: true });
    await says(site, 'front-door', { contact: true });
    await page.getByText(en.home.openHeading).waitFor({ state: 'detached' });
    await page.getByRole('button', { name: /^Away/ }).click();
    await word('Starting');
    await page.getByText(en.home.leftToLeave).waitFor();
    await portrait(page, 'countdown');
    await press(CODES.anna);
    await word('Off');
    expect(said).toEqual([]);
  });

  itWithChromium('arms with one tap on a phone that is her own', async () => {
    const site = await phone();
    await page.goto(site.url);
    await page.getByLabel('This is my own phone').check();
    await page.getByLabel('Name of this phone').fill('Blue phone');
    await picture(page, '01-enter');
    for (const digit of CODES.anna) await page.getByRole('button', { name: digit, exact: true }).click();
    await page.locator('.go').click();
    await word('Off');
    site.world.clock.pass(65 * 60_000);
    await page.reload();
    await page.getByRole('button', { name: /^Night/ }).click();
    await word('On');
    expect(site.world.state()).toBe('armed_night');
  });

  itWithChromium('holds for help: let go early it is nothing, held it goes out and shows nowhere', async () => {
    const site = await phone();
    await signIn(site.url);
    const help = page.locator('.help');
    const before = await body();
    const calm = sealed(site);
    await help.hover();
    await page.mouse.down();
    await page.locator('.help.held').waitFor();
    await picture(page, '09-held');
    await page.mouse.up();
    await help.focus();
    await page.keyboard.down('Enter');
    await page.keyboard.up('Enter');
    expect(await page.locator('.held').count()).toBe(0);
    const answered = page.waitForResponse((answer) => answer.request().redirectedFrom() !== null);
    await page.mouse.down();
    await vi.waitFor(() => expect(sealed(site)).toBeGreaterThan(calm), 5000);
    const called = sealed(site);
    await page.mouse.up();
    await answered;
    expect(await body()).toBe(before);
    expect(await page.locator('.held').count()).toBe(0);
    await site.world.pass(31);
    await page.keyboard.down(' ');
    await vi.waitFor(() => expect(sealed(site)).toBeGreaterThan(called), 5000);
    await page.keyboard.up(' ');
    expect(await body()).toBe(before);
  });

  itWithChromium('calls in two steps while something else is still being sent, and nothing is left open', async () => {
    const site = await phone();
    await signIn(site.url);
    const before = await body();
    const calm = sealed(site);
    const held = Promise.withResolvers<void>();
    await page.route('**/lamp', async (route) => {
      await held.promise;
      await route.continue();
    });
    await page.getByRole('button', { name: 'Turn on Porch light' }).click();
    await page.locator('html[aria-busy]').waitFor();
    await page.getByText(en.home.helpTwo).click();
    await page.getByRole('button', { name: en.home.helpSure }).click();
    await vi.waitFor(() => expect(sealed(site)).toBeGreaterThan(calm), 5000);
    await expect.poll(body).toBe(before);
    held.resolve();
    await page.getByText('Porch light: On').waitFor();
  });

  itWithChromium('switches a light, and looks back with her code', async () => {
    const site = await phone();
    await signIn(site.url);
    await page.getByRole('button', { name: 'Turn on Porch light' }).click();
    await page.getByText('Porch light: On').waitFor();
    await page.getByRole('button', { name: 'Turn off Porch light' }).click();
    await page.getByText('Porch light: Off').waitFor();
    site.world.clock.pass(11 * 60_000);
    await says(site, 'back-window', { contact: false });
    await page.getByText('Back window is open.').waitFor();
    await page.getByText('What happened last').click();
    await page.locator('#past-code').fill(CODES.anna);
    await page.locator('#past-code').press('Enter');
    await page.getByText('Signed in on this page. By Anna.').first().waitFor();
    await picture(page, '10-past');
  });

  itWithChromium('sees what needs care, with what to do', async () => {
    const site = await phone();
    await signIn(site.url);
    await says(site, 'back-window', { contact: true, battery_low: true });
    for (const fault of ['mains_lost', 'path:twilio', 'jamming:rf433'] as const) site.world.hub.fault(fault, 'up');
    await site.world.rest();
    await page.getByText('Back window has a weak battery.').waitFor();
    await page.getByText('There is no power from the wall.').waitFor();
    await picture(page, '11-care');
  });
});

describe('leaving', () => {
  const arrived = (): Promise<void> => page.waitForURL('https://leave.example/');
  const cannotGoBack = async (): Promise<void> => {
    await page.goBack({ timeout: 3000 }).catch(() => {});
    expect(page.url()).not.toContain('127.0.0.1');
  };

  itWithChromium('is the first thing the Tab key finds, and leaves no way back', async () => {
    const { url } = await phone();
    await signIn(url);
    await page.reload();
    await page.keyboard.press('Tab');
    expect(await focused()).toBe('leave');
    await page.keyboard.press('Enter');
    await arrived();
    await cannotGoBack();
  });

  itWithChromium('is Shift three times, anywhere, and no capital letter', async () => {
    const { url } = await phone();
    await page.goto(url);
    await page.getByLabel('This is my own phone').check();
    await page.locator('#phone').press('Shift+A');
    await page.locator('#phone').press('Shift+B');
    await page.locator('#phone').press('Shift+C');
    expect(await page.locator('#phone').inputValue()).toMatch(/ABC/);
    await page.keyboard.press('Shift');
    await page.keyboard.press('Shift');
    await page.keyboard.press('Shift');
    await arrived();
  });

  itWithChromium('is a link without script', async () => {
    const { url } = await phone({}, { javaScriptEnabled: false });
    await page.goto(url);
    await page.getByRole('link', { name: 'Leave this page' }).click();
    await arrived();
  });
});

describe('a page that is left open', () => {
  itWithChromium('says at once that it does not know when the house is lost, and recovers by itself', async () => {
    const site = await phone();
    await signIn(site.url);
    await site.server.close();
    await word('Not known');
    await page.getByText('It does not know how things are now.').waitFor();
    await page.getByText('Use your button or the keypad').waitFor();
    await picture(page, '12-lost');
    await portrait(page, 'unknown');
    expect(await page.getByText(en.home.means.disarmed).isVisible()).toBe(false);
    await openSite({ world: site.world, port: site.server.port });
    await word('Off');
    expect(await page.locator('#lost').isVisible()).toBe(false);
    await page.getByRole('button', { name: /^Home/ }).click();
    await word('On');
  });

  itWithChromium('asks for the code where its session has ended meanwhile', async () => {
    const site = await phone();
    await signIn(site.url);
    await site.server.close();
    await word('Not known');
    await openSite({ port: site.server.port });
    await page.locator('#enter-code').fill(CODES.anna);
    await page.locator('#enter-code').press('Enter');
    await word('Off');
  });

  itWithChromium('keeps what is typed and what is opened while the house changes', async () => {
    const site = await phone();
    await signIn(site.url);
    await page.getByText(en.home.endHeading).click();
    await page.locator('#off-code').fill('48');
    await says(site, 'back-window', { contact: false });
    await page.getByText('Back window is open.').waitFor();
    expect(await page.locator('#off-code').inputValue()).toBe('48');
    expect(await focused()).toBe('off-code');
  });
});

describe('without script', () => {
  itWithChromium('arms, calls for help in two steps, disarms and looks back by forms', async () => {
    const site = await phone({}, { javaScriptEnabled: false });
    await page.goto(site.url);
    expect(await page.locator('.pad').first().isVisible()).toBe(false);
    await page.getByLabel('Your code').fill(CODES.anna);
    await picture(page, '13-enter-plain');
    await page.getByRole('button', { name: 'Open', exact: true }).click();
    await word('Off');
    await picture(page, '14-plain');
    await says(site, 'back-window', { contact: false });
    await page.getByRole('link', { name: en.frame.tried }).click();
    await page.getByText('Back window is open.').waitFor();
    await page.getByLabel('Turn on without it').check();
    await page.getByRole('button', { name: /^Home/ }).click();
    await word('On');
    const calm = sealed(site);
    await page.getByText(en.home.helpTwo).click();
    await page.getByRole('button', { name: en.home.helpSure }).click();
    await word('On');
    expect(sealed(site)).toBeGreaterThan(calm);
    await page.locator('#off-code').fill('111222');
    await page.locator('#off .plain-send button').click();
    await page.getByText(en.no.bad_code).waitFor();
    await page.locator('#off-code').fill(CODES.anna);
    await page.locator('#off .plain-send button').click();
    await word('Off');
    expect(site.world.state()).toBe('disarmed');
  });
});

describe('with the keyboard alone', () => {
  itWithChromium('everything is reached, and the focus is always to be seen', async () => {
    const site = await phone();
    await page.goto(site.url);
    const tabTo = async (wanted: RegExp): Promise<void> => {
      for (let n = 0; n < 60; n += 1) {
        await page.keyboard.press('Tab');
        if (wanted.test(await focused())) return;
      }
      throw new Error(`no way to ${wanted}`);
    };
    await tabTo(/^enter-code$/);
    await page.keyboard.type(CODES.anna);
    await page.keyboard.press('Enter');
    await word('Off');
    await tabTo(/^Home/);
    await page.keyboard.press('Enter');
    await word('On');
    await tabTo(/^off-code$/);
    await page.keyboard.type(CODES.anna);
    await page.keyboard.press('Enter');
    await word('Off');
    const hidden = await page.evaluate(() => {
      const doc = Reflect.get(globalThis, 'document') as {
        querySelectorAll(what: string): Iterable<{
          focus(): void;
          checkVisibility(): boolean;
          outerHTML: string;
          getBoundingClientRect(): { top: number; bottom: number; height: number };
          closest(what: string): unknown;
        }>;
        querySelector(what: string): { getBoundingClientRect(): { top: number } };
      };
      const bar = doc.querySelector('.leave').getBoundingClientRect().top;
      const found: string[] = [];
      for (const one of doc.querySelectorAll('a, button, input, select, summary')) {
        if (!one.checkVisibility() || one.closest('.leave, .skip')) continue;
        one.focus();
        const { top, bottom, height } = one.getBoundingClientRect();
        // Behind the bar below, or above the window.
        if (top >= bar - 1 || bottom <= 0) found.push(`behind: ${one.outerHTML}`);
        if (height < 24) found.push(`too small: ${one.outerHTML}`);
      }
      return found;
    });
    expect(hidden).toEqual([]);
  });
});

describe('whatever the screen', () => {
  /** Puts the house into each of its faces, one after the other. */
  async function* faces(site: Site & { url: string }): AsyncGenerator<string> {
    await page.goto(site.url);
    yield 'enter';
    await page.locator('#enter-code').fill(CODES.anna);
    await page.locator('#enter-code').press('Enter');
    await page.locator('.state[data-state=disarmed]').waitFor();
    await says(site, 'back-window', { contact: false, battery_low: true });
    site.world.hub.fault('path:twilio', 'up');
    await site.world.rest();
    await page.locator('#faults-h').waitFor();
    yield 'off';
    await page.locator('button[name=mode][value=home]').click();
    await page.locator('#set-wrong').waitFor();
    yield 'open';
    await page.locator('button[name=without]').click();
    await page.locator('.state[data-state=armed_home]').waitFor();
    yield 'on';
    await says(site, 'front-door', { contact: false });
    await page.locator('.state[data-state=pending]').waitFor();
    yield 'code';
    await page.locator('#off-code').fill('111222');
    await page.locator('#off-code').press('Enter');
    await page.locator('#off-code-wrong').waitFor();
    await site.world.pass(21);
    await page.locator('.state[data-state=triggered]').waitFor();
    yield 'alarm';
    await page.goto(`${site.url}nothing`);
    yield 'nothing';
  }

  interface Look {
    readonly more: BrowserContextOptions;
    readonly pages?: SiteOptions['pages'];
    /** Left out where it would find what it finds in another look. */
    readonly axe?: 'axe';
  }
  const looks: Readonly<Record<string, Look>> = {
    light: { more: {}, axe: 'axe' },
    dark: { more: { colorScheme: 'dark' }, axe: 'axe' },
    'small, with less motion': { more: { viewport: { width: 320, height: 568 }, reducedMotion: 'reduce' } },
    wide: { more: { viewport: { width: 1280, height: 800 }, hasTouch: false } },
    'right to left': { more: {}, axe: 'axe', pages: { languages: [RTL], house: { ...NAMES, language: 'ar' } } },
    Polish: { more: {}, pages: { languages: LANGUAGES, house: { ...NAMES, language: 'pl' } } },
  };
  for (const [look, { more, pages, axe }] of Object.entries(looks)) {
    itWithChromium(`${look}: every face ${axe === 'axe' ? 'keeps to WCAG 2.2 AA and ' : ''}fits`, async () => {
      const site = await phone(pages === undefined ? {} : { pages }, more);
      const found: string[] = [];
      for await (const face of faces(site)) {
        if (axe === 'axe') found.push(...(await breaches(page)).map((one) => `${face} ${one}`));
        if ((await overflow()) > 0) found.push(`${face} is wider than the screen`);
        await picture(page, `20-${look.replaceAll(/\W+/g, '-')}-${face}`);
      }
      expect(found).toEqual([]);
    });
  }

  itWithChromium('with letters twice as large nothing is cut off', async () => {
    const site = await phone();
    for await (const face of faces(site)) {
      await page.evaluate(() => {
        const { documentElement } = Reflect.get(globalThis, 'document') as {
          documentElement: { style: { fontSize: string } };
        };
        documentElement.style.fontSize = '200%';
      });
      expect([face, await overflow()]).toEqual([face, 0]);
      await picture(page, `21-large-${face}`);
    }
  });
});

describe('on a slow phone and a bad network', () => {
  itWithChromium('the page comes in one go, and a mode is set with one tap', async () => {
    const site = await phone();
    const cdp = await context?.newCDPSession(page);
    await cdp?.send('Network.enable');
    await cdp?.send('Network.emulateNetworkConditions', {
      offline: false,
      latency: 150,
      downloadThroughput: 200_000,
      uploadThroughput: 90_000,
    });
    await cdp?.send('Emulation.setCPUThrottlingRate', { rate: 4 });
    await signIn(site.url);
    await page.getByRole('button', { name: /^Home/ }).click();
    await word('On');
    expect(site.world.state()).toBe('armed_home');
  });

  itWithChromium('a call for help goes out as soon as the network is back', async () => {
    const site = await phone();
    await signIn(site.url);
    const calm = sealed(site);
    await context?.setOffline(true);
    await word('Not known');
    await page.locator('.help').focus();
    await page.keyboard.down('Enter');
    await vi.waitFor(async () => expect(await page.locator('html').getAttribute('data-lost')).not.toBeNull(), 5000);
    await context?.setOffline(false);
    await vi.waitFor(() => expect(sealed(site)).toBeGreaterThan(calm), 10_000);
    await page.keyboard.up('Enter');
    await word('Off');
  });
});
