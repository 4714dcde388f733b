import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core';
import { addPerson } from '../../src/site/users.ts';
import { startChromium } from '../browser.ts';
import { pause, randomBetween } from './contender.ts';
import { code, hubCommand, runtimeCommand } from './hub.ts';
import { connectWhenUp } from './mqtt.ts';
import { freePort, processorTicks, root, type Started, scratch, start } from './processes.ts';
import { type Idle, shareOfCore } from './statistics.ts';

// Her page in a real browser: the demo house as it is shipped, with codes that cost what they cost in a house.

/** Everything that one first load fetched, headers too. */
export interface Wire {
  readonly bytes: number;
  readonly requests: number;
}

/** Times in milliseconds. */
export interface PageFigures {
  readonly entryWire: Wire;
  readonly homeWire: Wire;
  /** From going to the page until a key of the pad has written its digit, and is painted. */
  readonly pad: readonly (number | null)[];
  /** From going to the page until the button that arms has sent its form, and is painted. */
  readonly button: readonly (number | null)[];
  /** The same for a page that is nothing but a button: what the phone and the network take by themselves. */
  readonly bare: readonly (number | null)[];
  /** From lifting the finger off the pad's last key until `disarmed` is with an MQTT client. */
  readonly tap: readonly (number | null)[];
  /** One hash of a code and nothing else, in turn with it, by a process that is started as the hub is. */
  readonly hash: readonly number[];
  readonly idle: Idle;
}

export interface PageEffort {
  readonly loads: number;
  readonly taps: number;
  readonly idleSeconds: number;
}

const SITE = 'lantern/hub-7f3a';
const PHONE: BrowserContextOptions = { viewport: { width: 390, height: 780 }, hasTouch: true };
/** A cheap phone on a slow mobile network; Chromium adds the time to each request, not to opening a connection. */
const SLOW = { latency: 150, downloadThroughput: 200_000, uploadThroughput: 93_750, offline: false };
const SLOWER_PROCESSOR = 4;
const PATIENCE_MS = 20_000;

export async function measurePage(effort: PageEffort): Promise<PageFigures> {
  const house = await openHouse();
  const browser = await startChromium();
  try {
    const signed = await signIn(browser, house);
    const loads = await measureLoads(browser, house, signed, effort.loads);
    const taps = await measureTaps(browser, house, signed, effort.taps);
    return { ...loads, ...taps, idle: await measureIdle(browser, house, signed, effort.idleSeconds) };
  } finally {
    await browser.close();
    await house.close();
  }
}

// ---- the house

interface House {
  readonly url: string;
  readonly program: Started;
  /** When the panel's retained state was heard to be this; null: not within the bench's patience. */
  until(state: string): Promise<number | null>;
  /** Off again, whatever it was. */
  disarm(): Promise<void>;
  close(): Promise<void>;
}

async function openHouse(): Promise<House> {
  const dir = mkdtempSync(join(scratch, 'page-'));
  const data = join(dir, 'data');
  mkdirSync(data, { mode: 0o700 });
  const [mqttPort, webPort] = [await freePort(), await freePort()];
  const file = join(dir, 'demo.yaml');
  const demo = readFileSync(join(root, 'config/demo.yaml'), 'utf8')
    .replace('port: 1883', `port: ${mqttPort}`)
    .replace('port: 8080', `port: ${webPort}`);
  writeFileSync(file, demo, { mode: 0o600 });
  const added = await addPerson(data, { name: 'Bench', role: 'resident' }, code, null);
  if (!added.ok) throw new Error(added.why);
  const program = start('page-hub', [...hubCommand(file, data), '--demo']);
  const seen = { state: '', changed: () => {} };
  const observer = await connectWhenUp(mqttPort, 'page-observer', 10_000, (_topic, payload) => {
    seen.state = payload.toString();
    seen.changed();
  });
  await observer.subscribe(`${SITE}/panel/state`);
  const until = (state: string): Promise<number | null> =>
    new Promise((resolve) => {
      const patience = setTimeout(resolve, PATIENCE_MS, null);
      seen.changed = () => {
        if (seen.state !== state) return;
        clearTimeout(patience);
        resolve(performance.now());
      };
      seen.changed();
    });
  const house: House = {
    url: `http://127.0.0.1:${webPort}/`,
    program,
    until,
    async disarm() {
      observer.publish(`${SITE}/panel/set`, JSON.stringify({ action: 'DISARM', code }));
      await until('disarmed');
    },
    async close() {
      observer.close();
      await program.stop();
    },
  };
  await untilServed(house.url);
  return house;
}

async function untilServed(url: string): Promise<void> {
  const deadline = performance.now() + PATIENCE_MS;
  for (;;) {
    const answer = await fetch(`${url}healthz`).catch(() => null);
    if (answer?.ok === true) return;
    if (performance.now() > deadline) throw new Error('the page is not served');
    await pause(20);
  }
}

/** What a phone that is signed in carries with it. */
type Signed = Awaited<ReturnType<BrowserContext['storageState']>>;

async function signIn(browser: Browser, { url }: House): Promise<Signed> {
  const context = await browser.newContext(PHONE);
  const page = await context.newPage();
  await page.goto(url);
  await page.getByLabel('This is my own phone').check();
  await page.locator('#enter-code').fill(code);
  await page.locator('#enter-code').press('Enter');
  // As a newcomer is told to do first: what has never spoken would be warned of.
  await page.getByRole('button', { name: 'Shut everything' }).click();
  await page.locator('.state[data-state=disarmed]').waitFor();
  const state = await context.storageState();
  await context.close();
  return state;
}

// ---- the first load

const PAD_KEY = '#enter .pad [data-key="1"]';
const HOME_BUTTON = '#set button[value="home"]';

/** Presses `what` as soon as it is there, until `reacted` holds; `usableAt` is then the time since the page was gone to. */
const probe = (what: string, reacted: string): string => `
globalThis.usableAt = new Promise((resolve) => {
  const painted = new Promise((seen) => {
    new PerformanceObserver((list) => {
      for (const one of list.getEntries()) if (one.name === 'first-contentful-paint') seen(one.startTime);
    }).observe({ type: 'paint', buffered: true });
  });
  const look = () => {
    const button = document.querySelector(${JSON.stringify(what)});
    // A form that is sent by the browser itself would leave the page: it is pressed when the script has run.
    if (button !== null && document.documentElement.classList.contains('scripted')) {
      button.click();
      if (${reacted}) {
        const at = performance.now();
        painted.then((paintedAt) => resolve(Math.max(at, paintedAt)));
        return;
      }
    }
    requestAnimationFrame(look);
  };
  look();
});`;

const PAD = probe(PAD_KEY, `document.querySelector('#enter-code').value !== ''`);
const BUTTON = probe(HOME_BUTTON, `document.documentElement.getAttribute('aria-busy') === 'true'`);
const BARE = probe('button', `document.title === 'pressed'`);

const BARE_PAGE = `<!doctype html><title>bare</title><button onclick="document.title = 'pressed'">Press</button>
<script>document.documentElement.classList.add('scripted')</script>`;

async function measureLoads(
  browser: Browser,
  house: House,
  signed: Signed,
  loads: number,
): Promise<Pick<PageFigures, 'entryWire' | 'homeWire' | 'pad' | 'button' | 'bare'>> {
  const bareServer = createServer((_request, response) => {
    response.writeHead(200, { 'content-type': 'text/html' });
    response.end(BARE_PAGE);
  });
  await new Promise<void>((done) => bareServer.listen(0, '127.0.0.1', done));
  const bareUrl = `http://127.0.0.1:${(bareServer.address() as AddressInfo).port}/`;
  const known = { ...PHONE, storageState: signed };
  const times = { pad: [] as (number | null)[], button: [] as (number | null)[], bare: [] as (number | null)[] };
  // The first of each runs through code of the hub and the browser that nobody has run yet; a house has been up for long.
  for (let round = -1; round < loads; round += 1) {
    const pad = await loadSlowly(browser, house.url, PHONE, PAD);
    const button = await loadSlowly(browser, house.url, known, BUTTON);
    await house.until('armed_home');
    await house.disarm();
    const bare = await loadSlowly(browser, bareUrl, PHONE, BARE);
    if (round < 0) continue;
    times.pad.push(pad);
    times.button.push(button);
    times.bare.push(bare);
  }
  bareServer.closeAllConnections();
  bareServer.close();
  const entryWire = await weigh(browser, house.url, PHONE);
  return { entryWire, homeWire: await weigh(browser, house.url, known), ...times };
}

async function loadSlowly(
  browser: Browser,
  url: string,
  options: BrowserContextOptions,
  script: string,
): Promise<number | null> {
  const context = await browser.newContext(options);
  try {
    await context.addInitScript({ content: script });
    const page = await context.newPage();
    const devtools = await context.newCDPSession(page);
    await devtools.send('Network.enable');
    await devtools.send('Network.emulateNetworkConditions', SLOW);
    await devtools.send('Emulation.setCPUThrottlingRate', { rate: SLOWER_PROCESSOR });
    await page.goto(url, { waitUntil: 'commit' });
    const patience = pause(PATIENCE_MS).then(() => null);
    return await Promise.race([page.evaluate<number>('globalThis.usableAt'), patience]);
  } finally {
    await context.close();
  }
}

/** What goes over the wire for one first load, as the browser counts it, with the icons and the manifest it may ask for later. */
async function weigh(browser: Browser, url: string, options: BrowserContextOptions): Promise<Wire> {
  const context = await browser.newContext(options);
  try {
    const page = await context.newPage();
    const devtools = await context.newCDPSession(page);
    const wire = { bytes: 0, requests: 0 };
    devtools.on('Network.loadingFinished', ({ encodedDataLength }) => {
      wire.bytes += encodedDataLength;
      wire.requests += 1;
    });
    await devtools.send('Network.enable');
    await page.goto(url, { waitUntil: 'load' });
    await page.evaluate(`Promise.all(
      [...document.querySelectorAll('link[rel~="icon"], link[rel="apple-touch-icon"], link[rel="manifest"]')]
        .map(({ href }) => fetch(href).then((answer) => answer.arrayBuffer())))`);
    return wire;
  } finally {
    await context.close();
  }
}

// ---- a tap, and a page that is only open

async function openHome(browser: Browser, { url }: House, signed: Signed): Promise<Page> {
  const context = await browser.newContext({ ...PHONE, storageState: signed });
  const page = await context.newPage();
  await page.goto(url);
  await page.locator('.state[data-state=disarmed]').waitFor();
  return page;
}

async function measureTaps(
  browser: Browser,
  house: House,
  signed: Signed,
  taps: number,
): Promise<Pick<PageFigures, 'tap' | 'hash'>> {
  const page = await openHome(browser, house, signed);
  const hasher = startHasher();
  const times = { tap: [] as (number | null)[], hash: [] as number[] };
  const timeHash = async (): Promise<void> => {
    times.hash.push(await hasher.hash());
  };
  const timeTap = async (): Promise<void> => {
    times.tap.push(await tapOff(page, house));
  };
  for (let turn = 0; turn < taps; turn += 1) {
    for (const time of turn % 2 === 0 ? [timeHash, timeTap] : [timeTap, timeHash]) {
      await time();
      // The page looks again at what has changed, and it may not ask more than the hub answers.
      await pause(randomBetween(250, 350));
    }
  }
  hasher.end();
  await page.context().close();
  return times;
}

/** One hash at a time, in a process that runs as the hub does and has nothing else to do. */
function startHasher(): { hash(): Promise<number>; end(): void } {
  const [program, ...args] = runtimeCommand(fileURLToPath(new URL('./hash-peer.ts', import.meta.url)));
  const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  const answers = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    async hash() {
      child.stdin.write(`${code}\n`);
      const answer = await answers.next();
      if (answer.done === true) throw new Error('the code hash does not run');
      return Number(answer.value);
    },
    // It ends with what it reads.
    end: () => child.stdin.end(),
  };
}

/** Turns it on with one tap, types the code, and times the tap that turns it off. */
async function tapOff(page: Page, house: House): Promise<number | null> {
  await page.locator(HOME_BUTTON).click();
  await page.locator('.state[data-state=armed_home]').waitFor();
  await page.locator('#off-code').fill(code);
  const key = page.locator('#off .go');
  await key.scrollIntoViewIfNeeded();
  await pause(randomBetween(200, 300));
  const box = await key.boundingBox();
  if (box === null) throw new Error('the pad has no last key');
  await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
  await page.mouse.down();
  const began = performance.now();
  const lifted = page.mouse.up();
  const at = await house.until('disarmed');
  await lifted;
  await page.locator('.state[data-state=disarmed]').waitFor();
  return at === null ? null : at - began;
}

async function measureIdle(browser: Browser, house: House, signed: Signed, seconds: number): Promise<Idle> {
  const page = await openHome(browser, house, signed);
  // What the cases before have left to do is no part of it.
  await pause(3000);
  const before = { ticks: processorTicks(house.program.pid), at: performance.now() };
  await pause(seconds * 1000);
  const after = { ticks: processorTicks(house.program.pid), at: performance.now() };
  await page.context().close();
  return shareOfCore(before, after);
}
