import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import axe from 'axe-core';
import { type Browser, chromium, type Page } from 'playwright-core';
import { it } from 'vitest';

// Debian's own Chromium, driven as a person would.

const PROGRAM = '/usr/bin/chromium';
export const hasChromium = existsSync(PROGRAM);
const NOTE = 'NOT RUN: needs a browser (Debian package: chromium)';

export function itWithChromium(name: string, run: () => Promise<void>): void {
  if (hasChromium) {
    it(name, run);
    return;
  }
  it(name, (ctx) => {
    console.error(NOTE);
    ctx.skip(NOTE);
  });
}

export const startChromium = (): Promise<Browser> =>
  chromium.launch({
    executablePath: PROGRAM,
    args: ['--no-sandbox', '--disable-dev-shm-usage', '--autoplay-policy=no-user-gesture-required'],
  });

/** Where pictures go when somebody wants to look at them. */
const PICTURES = process.env['LANTERN_PICTURES'] ?? null;

/** The whole page, and what of it is seen first; only where pictures are wanted. */
export async function picture(page: Page, name: string): Promise<void> {
  if (PICTURES === null) return;
  mkdirSync(PICTURES, { recursive: true });
  await page.screenshot({ path: join(PICTURES, `${name}.png`), fullPage: true });
  await page.screenshot({ path: join(PICTURES, `${name}-first.png`) });
}

/**
 * The page from its top on a phone, for the README (`scripts/pictures`); only where pictures are wanted. `tall`: so many pixels, where
 * what matters would be below the first screen.
 */
export async function portrait(page: Page, name: string, tall = 780): Promise<void> {
  if (PICTURES === null) return;
  mkdirSync(PICTURES, { recursive: true });
  const before = page.viewportSize();
  await page.setViewportSize({ width: 390, height: tall });
  await page.evaluate('scrollTo(0, 0)');
  await page.screenshot({ path: join(PICTURES, `${name}.png`) });
  if (before !== null) await page.setViewportSize(before);
}

/** What breaks WCAG 2.2 A or AA on this page, one line each. */
export async function breaches(page: Page): Promise<readonly string[]> {
  // Not by a script element: the page's own policy would refuse it.
  await page.evaluate(axe.source);
  return page.evaluate(async () => {
    const run = Reflect.get(globalThis, 'axe') as {
      run(options: object): Promise<{ violations: readonly { id: string; nodes: readonly { html: string }[] }[] }>;
    };
    const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];
    const { violations } = await run.run({ runOnly: { type: 'tag', values: tags } });
    return violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(' | ')}`);
  });
}
