import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EVENT_BUFFER } from '../../../src/link/gpio/abi.ts';
import { errnos } from '../../../src/link/gpio/calls.ts';
import { createCdevDriver } from '../../../src/link/gpio/cdev.ts';
import type { Edge, LineNews, PinDriver } from '../../../src/link/gpio/pins.ts';
import { createPoller } from '../../../src/link/gpio/poller.ts';
import { until } from './contract.ts';
import { createFakeKernel, type FakeKernel } from './fake-kernel.ts';

const label = 'pinctrl-rp1';

async function withKernel(run: (kernel: FakeKernel, driver: PinDriver) => Promise<void> | void): Promise<void> {
  const kernel = createFakeKernel(label);
  const nowMs = (): number => Number(process.hrtime.bigint()) / 1e6;
  const driver = createCdevDriver({ calls: kernel.calls, poller: createPoller(kernel.calls), dev: kernel.dev, nowMs });
  try {
    await run(kernel, driver);
  } finally {
    await driver.close();
    kernel.remove();
  }
}

/** Takes a line as a plain input; what is heard, turn by turn. */
function listen(driver: PinDriver, line: number): { readonly turns: readonly (readonly Edge[])[]; release(): void } {
  const turns: (readonly Edge[])[] = [];
  const hear = (news: LineNews): void => void turns.push(news.type === 'edges' ? news.edges : []);
  const asked = driver.request(
    { chip: null, line, activeLow: false, use: { as: 'input', bias: 'as-is', filterMs: 0 } },
    hear,
  );
  if (!asked.ok) throw new Error(asked.why);
  return { turns, release: () => asked.line.release() };
}

function refusal(driver: PinDriver, line = 4): string {
  const asked = driver.request({ chip: null, line, activeLow: false, use: { as: 'output', starts: 'off' } }, () => {});
  if (asked.ok) throw new Error('it was granted');
  return asked.why;
}

const toggle = (kernel: FakeKernel, line: number, times: number): void => {
  for (let n = 0; n < times; n += 1) kernel.pull(line, kernel.wire(line) === 'low' ? 'high' : 'low');
};

describe('a flood', () => {
  it('is read some edges a turn, so that others have theirs between', () =>
    withKernel(async (kernel, driver) => {
      const { turns } = listen(driver, 4);
      toggle(kernel, 4, 100);
      await until('all edges', () => turns.flat().length === 100);
      expect(Math.max(...turns.map((edges) => edges.length))).toBe(16);
      expect(turns.flat().map(({ lost }) => lost)).toEqual(Array.from({ length: 100 }, () => 0));
    }));

  it('that just finds room loses nothing', () =>
    withKernel(async (kernel, driver) => {
      const { turns } = listen(driver, 4);
      toggle(kernel, 4, EVENT_BUFFER);
      await until('all edges', () => turns.flat().length === EVENT_BUFFER);
      expect(turns.flat().every(({ lost }) => lost === 0)).toBe(true);
    }));

  it('of more than the kernel keeps says how many are missing', () =>
    withKernel(async (kernel, driver) => {
      const { turns } = listen(driver, 4);
      toggle(kernel, 4, EVENT_BUFFER + 30);
      await until('what was kept', () => turns.flat().length === EVENT_BUFFER);
      const edges = turns.flat();
      expect([edges[0]?.lost, edges.slice(1).every(({ lost }) => lost === 0)]).toEqual([30, true]);
      expect(edges.at(-1)?.to).toBe(kernel.wire(4) === 'high' ? 'on' : 'off');
    }));

  it('of any size is accounted for to the last edge', () =>
    fc.assert(
      fc.asyncProperty(fc.array(fc.integer({ min: 1, max: 300 }), { minLength: 1, maxLength: 4 }), (bursts) =>
        withKernel(async (kernel, driver) => {
          const { turns } = listen(driver, 4);
          let sent = 0;
          for (const size of bursts) {
            toggle(kernel, 4, size);
            sent += size;
            const known = (): number => turns.flat().reduce((sum, { lost }) => sum + 1 + lost, 0);
            await until('every edge, read or missed', () => known() === sent);
          }
          expect(turns.flat().at(-1)?.to).toBe(kernel.wire(4) === 'high' ? 'on' : 'off');
        }),
      ),
      { numRuns: 20 },
    ));
});

describe('what cannot be had is said in a sentence', () => {
  const rows: readonly (readonly [what: string, act: (kernel: FakeKernel) => void, says: RegExp, line?: number])[] = [
    ['held by a program', (kernel) => kernel.rob(4, 'fan-control'), /^line 4 of gpiochip0 \(pinctrl-rp1\) is held by "fan-control"; stop what holds it \(`lantern gpio` shows who\)/],
    ['held, and nobody says by whom', (kernel) => kernel.rob(4, ''), /is held by another program or a driver; stop/],
    ['held by sysfs', (kernel) => kernel.rob(4, 'sysfs'), /is held by "sysfs"; .*unexport it there/],
    ['no such line', () => {}, /^line 8 of gpiochip0 \(pinctrl-rp1\): the chip has lines 0 to 7; mend the line/, 8],
    ['not allowed', (kernel) => kernel.fail('open', errnos.EACCES), /gpiochip0 may not be opened by this user; (?:usermod -aG|give it to a group)/],
    ['not permitted', (kernel) => kernel.fail('open', errnos.EPERM), /gpiochip0 may not be opened by this user/],
    ['a file nobody answers at', (kernel) => kernel.fail('open', errnos.EIO), /gpiochip0 cannot be opened \(EIO\); .*dmesg/],
    ['the chip went just now', (kernel) => kernel.fail('request', errnos.ENODEV), /^line 4 of .*: the chip is gone; plug it in/],
    ['the kernel will not', (kernel) => kernel.fail('request', errnos.EINVAL), /^line 4 of .* \(EINVAL\); take bias: as-is/],
    ['something else', (kernel) => kernel.fail('request', 121), /^line 4 of .*: error 121 from the kernel; see .*dmesg/],
    ['no chip at all', (kernel) => kernel.unplug(), /^line 4: this machine has no Raspberry Pi header, there is no GPIO chip at all; load/],
  ]; // biome-ignore format: a table
  for (const [what, act, says, line] of rows) {
    it(what, () =>
      withKernel((kernel, driver) => {
        act(kernel);
        expect(refusal(driver, line)).toMatch(says);
        // The bell of the poll, and nothing else, stays open.
        expect(kernel.open()).toBe(1);
      }),
    );
  }
});

describe('files', () => {
  it('are all closed in the end, and none while it is polled', () =>
    withKernel(async (kernel, driver) => {
      const ears = [1, 2, 3].map((line) => listen(driver, line));
      await until('the poll looks at them', () => kernel.open() === 4);
      for (const { release } of ears) release();
      await until('they are closed', () => kernel.open() === 1);
      await driver.close();
      expect(kernel.open()).toBe(0);
    }));

  it('of a chip that went are let go', () =>
    withKernel(async (kernel, driver) => {
      const heard: LineNews[] = [];
      const use = { as: 'input', bias: 'as-is', filterMs: 0 } as const;
      const asked = driver.request({ chip: label, line: 1, activeLow: false, use }, (news) => {
        heard.push(news);
        if (asked.ok) asked.line.release();
      });
      kernel.unplug();
      await until('it is told', () => heard.length > 0);
      await until('it is closed', () => kernel.open() === 1);
      expect(heard).toEqual([{ type: 'gone', why: expect.stringMatching(/the chip is gone/) }]);
    }));
});
