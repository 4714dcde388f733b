import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect } from 'vitest';
import { breaches, hasChromium, itWithChromium, picture, startChromium } from '../browser.ts';
import {
  alarmReport,
  type Bench,
  deskHub,
  type HubEnd,
  hubEnd,
  OPERATOR,
  openBench,
  SENDING,
  setupOf,
} from './bench.ts';

const HUBS = [
  deskHub('h1', '1001', {
    card: { riskLevel: 'high', voice: 'listen-only', escort: 'Two officers', orderConditions: 'Not within 200 m' },
    callList: [{ name: 'Her sister', phone: '+44 7700 900456', rule: 'After the police' }],
  }),
  deskHub('h2', '1002'),
];
const life = { waiting: 0, answers: [] };

let browser: Browser | null = null;
let bench: Bench;
let page: Page;
let hub: HubEnd;
let said: string[];

beforeAll(async () => {
  if (hasChromium) browser = await startChromium();
});
afterAll(() => browser?.close());
beforeEach(async () => {
  if (browser === null) return;
  bench = await openBench(setupOf(HUBS));
  hub = hubEnd(bench.running.port, 'h1');
  page = await browser.newPage({ viewport: { width: 1280, height: 860 } });
  page.setDefaultTimeout(10_000);
  said = [];
  page.on('console', (message) => {
    if (message.type() === 'error') said.push(message.text());
  });
  page.on('pageerror', (error) => said.push(error.message));
});
afterEach(async () => {
  if (browser === null) return;
  await page.close();
  await hub.station.close();
  await bench.close();
});

async function signIn(): Promise<void> {
  await page.goto(`${bench.url}/`);
  await page.getByLabel('Name').fill(OPERATOR.name);
  await page.getByLabel('Password').fill(OPERATOR.password);
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'Queue' }).waitFor();
}

const sounded = (): Promise<string | null> => page.locator('html').getAttribute('data-sounded');

describe('an operator in a browser', () => {
  itWithChromium('takes an alarm from its arrival to its end by keyboard alone', async () => {
    await signIn();
    await picture(page, 'desk-1-empty');
    await hub.station.send(alarmReport('r1'), SENDING);
    const row = page.locator('tr[data-id="h1.1"]');
    await row.waitFor();
    expect(await sounded()).toBe('help:1');
    await page
      .getByRole('status')
      .filter({ hasText: 'New: help, Silent call for help, account 1001' })
      .waitFor({ state: 'attached' });
    await hub.station.send(alarmReport('r2', { kind: 'mains-lost', alarm: null, zone: null }), SENDING);
    await page.locator('tr[data-id="h1.2"]').waitFor();
    await picture(page, 'desk-2-arrived');
    await page.keyboard.press('j');
    await page.keyboard.press('a');
    await row.and(page.locator('[data-state=acknowledged]')).waitFor();
    await picture(page, 'desk-3-acknowledged');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Silent call for help' }).waitFor();
    await page.keyboard.press('n');
    await page.keyboard.type('police are on their way');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await page.getByRole('listitem').filter({ hasText: 'police are on their way' }).waitFor();
    await page.keyboard.press('p');
    await page.getByText('Operator may listen, NOT speak').waitFor();
    await page.getByRole('button', { name: 'No answer (Her sister)' }).click();
    await page.getByRole('listitem').filter({ hasText: 'call: no answer' }).waitFor();
    await picture(page, 'desk-4-person');
    expect(await page.getByRole('listitem').filter({ hasText: 'viewed the case card' }).count()).toBe(1);
    await page.keyboard.press('Escape');
    await page.locator('body').press('c');
    await page.keyboard.type('Police');
    await page.keyboard.press('Tab');
    await page.keyboard.type('taken away in a car');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Queue' }).waitFor();
    expect(await row.count()).toBe(0);
    await hub.station.supervise(life);
    expect(hub.door.lines.map((line) => line.replace(/^d\d+ /, ''))).toEqual([
      'acknowledge a1 by Ada',
      'note a1 by Ada',
      'close a1 by Ada',
    ]);
    await page.goto(`${bench.url}/closed`);
    await page.getByText('Silent call for help').waitFor();
    await picture(page, 'desk-5-closed');
    expect(said).toEqual([]);
  });

  itWithChromium('hears again what nobody has touched', async () => {
    await signIn();
    await hub.station.send(alarmReport('r1', { kind: 'perimeter' }), SENDING);
    await page.locator('tr[data-alerts="1"]').waitFor();
    bench.pass(61_000);
    await bench.running.desk.tick();
    await page.locator('tr[data-alerts="2"]').waitFor();
    expect(await sounded()).toBe('alarm:2');
    await page.getByRole('status').filter({ hasText: 'Not touched yet: alarm' }).waitFor({ state: 'attached' });
  });

  itWithChromium('sees a pre-alert before it rings, and hears nothing of it', async () => {
    await signIn();
    await hub.station.send(alarmReport('r1', { kind: 'pre-alert', alarm: null }), SENDING);
    await page.getByText('Somebody is coming in').waitFor();
    await picture(page, 'desk-6-waiting');
    expect(await sounded()).toBeNull();
    bench.pass(61_000);
    await bench.running.desk.tick();
    await page.getByRole('link', { name: 'Somebody came in and gave no code' }).waitFor();
    await page.getByRole('status').filter({ hasText: 'New: alarm' }).waitFor({ state: 'attached' });
    expect(await sounded()).toBe('alarm:1');
  });

  itWithChromium(
    'writes in peace: keys in a field are letters, and what comes in takes none of them away',
    async () => {
      await signIn();
      await hub.station.send(alarmReport('r1'), SENDING);
      await page.locator('tr[data-id="h1.1"] a').click();
      await page.locator('#note').fill('q');
      await page.locator('#note').press('c');
      await hub.station.send(alarmReport('r2', { kind: 'perimeter' }), SENDING);
      await page.getByRole('listitem').filter({ hasText: 'Intruder' }).waitFor();
      expect(await page.locator('#note').inputValue()).toBe('qc');
      expect(await page.locator('#note:focus').count()).toBe(1);
    },
  );

  itWithChromium('is told when the page has lost the desk', async () => {
    await signIn();
    await bench.running.close();
    await page.getByText('This page has lost the desk').waitFor();
    await picture(page, 'desk-7-lost');
  });
});

describe('every page keeps to WCAG 2.2 AA', () => {
  for (const scheme of ['light', 'dark'] as const) {
    itWithChromium(`in ${scheme}`, async () => {
      await page.emulateMedia({ colorScheme: scheme });
      await page.goto(`${bench.url}/sign-in`);
      const found: string[] = [...(await breaches(page))];
      await signIn();
      for (const [index, kind] of (['personal-silent', 'perimeter', 'mains-lost', 'pre-alert'] as const).entries())
        await hub.station.send(
          alarmReport(`r${index}`, { kind, alarm: kind === 'mains-lost' || kind === 'pre-alert' ? null : `a${index}` }),
          SENDING,
        );
      await page.locator('tr[data-id="h1.4"]').waitFor();
      found.push(...(await breaches(page)));
      await picture(page, `desk-8-queue-${scheme}`);
      for (const path of ['/cases/h1.1', '/hubs', '/hubs/h1', '/closed']) {
        await page.goto(`${bench.url}${path}`);
        found.push(...(await breaches(page)).map((one) => `${path} ${one}`));
      }
      await page.goto(`${bench.url}/cases/h1.1`);
      await page.keyboard.press('p');
      await page.getByText('Operator may listen, NOT speak').waitFor();
      found.push(...(await breaches(page)));
      await picture(page, `desk-9-case-${scheme}`);
      expect(found).toEqual([]);
    });
  }
});

describe('without script', () => {
  itWithChromium('an alarm is acknowledged, noted and closed by forms', async () => {
    const context = await browser?.newContext({ javaScriptEnabled: false });
    if (context === undefined) throw new Error('no browser');
    await page.close();
    page = await context.newPage();
    page.setDefaultTimeout(10_000);
    await signIn();
    await hub.station.send(alarmReport('r1'), SENDING);
    await page.reload();
    await page.getByRole('button', { name: /^Acknowledge/ }).click();
    await page.getByRole('link', { name: 'Silent call for help' }).click();
    await page.locator('#note').fill('by hand');
    await page.getByRole('button', { name: 'Add note' }).click();
    await page.getByRole('listitem').filter({ hasText: 'by hand' }).waitFor();
    await page.locator('#close').selectOption('test');
    await page.getByRole('button', { name: 'Close this case' }).click();
    await page.getByText('Nothing is waiting').waitFor();
    await context.close();
  });
});
