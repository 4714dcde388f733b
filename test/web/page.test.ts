import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe } from 'vitest';
import { breaches, hasChromium, itWithChromium, startChromium } from '../browser.ts';
import { CODES, openSite, type Site, type SiteOptions } from './support.ts';

/** Where pictures go when somebody wants to look at them. */
const pictures = process.env['LANTERN_PICTURES'] ?? null;
const PHONE = { width: 390, height: 780 };

let browser: Browser | null = null;
let context: BrowserContext | null = null;
let page: Page;
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
  await openPage(more);
  return { ...site, url: `http://127.0.0.1:${site.server.port}/` };
}

async function openPage(more: BrowserContextOptions): Promise<void> {
  await context?.close();
  context = (await browser?.newContext({ viewport: PHONE, hasTouch: true, ...more })) ?? null;
  if (context === null) throw new Error('no browser');
  page = await context.newPage();
  page.setDefaultTimeout(10_000);
  said = [];
  page.on('console', (message) => {
    if (message.type() === 'error') said.push(message.text());
  });
  page.on('pageerror', (error) => said.push(error.message));
}

async function picture(name: string): Promise<void> {
  if (pictures === null) return;
  mkdirSync(pictures, { recursive: true });
  await page.screenshot({ path: join(pictures, `${name}.png`), fullPage: true });
}

const word = (text: string): Promise<void> =>
  page
    .locator('#state-word')
    .filter({ hasText: new RegExp(`^${text}$`) })
    .waitFor();

async function signIn(url: string, code: string = CODES.anna): Promise<void> {
  await page.goto(url);
  await page.locator('#enter-code').fill(code);
  await page.getByRole('button', { name: 'Open', exact: true }).click();
}

describe('look', () => {
  itWithChromium('at it', async () => {
    const { world, url } = await phone();
    await page.goto(url);
    await picture('01-enter');
    await signIn(url);
    await word('Off');
    await picture('02-off');
    world.says('back-window', { contact: false });
    await world.rest();
    await page.getByText('Back window is open.').waitFor();
    await page.getByRole('button', { name: /^Home/ }).click();
    await page.getByText('Not on yet').waitFor();
    await picture('03-blocked');
    await page.getByRole('button', { name: /^Turn on without/ }).click();
    await word('On');
    await picture('04-on');
    world.says('front-door', { contact: false });
    await world.rest();
    await word('Code');
    await picture('05-code');
    await world.pass(21);
    await word('Alarm');
    await picture('06-alarm');
    console.log(await breaches(page), said);
  });
});
