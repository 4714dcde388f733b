import { describe, it } from 'vitest';
import { createCdevDriver } from '../../../src/link/gpio/cdev.ts';
import { createPoller } from '../../../src/link/gpio/poller.ts';
import { type Bench, driverStories } from './contract.ts';
import { createFakeKernel } from './fake-kernel.ts';
import { createFakePins, type Later } from './fake-pins.ts';

const label = 'bench-chip';
const monotonicMs = (): number => Number(process.hrtime.bigint()) / 1e6;
const later: Later = (ms, what) => {
  const timer = setTimeout(what, ms);
  return () => clearTimeout(timer);
};

function fakePins(): Bench {
  const pins = createFakePins(label, monotonicMs, later);
  return { ...pins, chip: label, close: () => pins.driver.close() };
}

/** The driver itself, with the kernel's side played. */
function playedKernel(): Bench {
  const kernel = createFakeKernel(label);
  const poller = createPoller(kernel.calls);
  const driver = createCdevDriver({ calls: kernel.calls, poller, dev: kernel.dev, nowMs: monotonicMs });
  return {
    ...kernel,
    driver,
    chip: label,
    rob: (line) => kernel.rob(line, 'robber'),
    async close() {
      await driver.close();
      kernel.remove();
    },
  };
}

const benches: readonly (readonly [name: string, make: () => Bench])[] = [
  ['pins in memory', fakePins],
  ['the character device, its kernel played', playedKernel],
];

for (const [name, make] of benches) {
  describe(name, () => {
    for (const story of driverStories) {
      it(story.name, async () => {
        const bench = make();
        try {
          await story.run(bench);
        } finally {
          await bench.close();
        }
      });
    }
  });
}
