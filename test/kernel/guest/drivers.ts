import { createClock } from '../../../src/link/clock.ts';
import type { Calls } from '../../../src/link/gpio/calls.ts';
import { createCdevDriver } from '../../../src/link/gpio/cdev.ts';
import type { PinDriver } from '../../../src/link/gpio/pins.ts';
import { createPoller } from '../../../src/link/gpio/poller.ts';
import { createSysfsDriver, loadOnoff, sysfsFiles } from '../../../src/link/gpio/sysfs.ts';
import type { Bench } from '../../link/gpio/contract.ts';
import { simulateChip } from './sim.ts';

const sysfs = '/sys/class/gpio';
let made = 0;

function bench(calls: Calls, driver: PinDriver): Bench {
  made += 1;
  const chip = simulateChip(calls, `bench-${made}`);
  return {
    driver,
    chip: chip.label,
    pull: chip.pull,
    wire: chip.wire,
    rob: chip.rob,
    unplug: chip.unplug,
    async close() {
      await driver.close();
      chip.remove();
    },
  };
}

/** The ways there are to a pin of a real kernel. */
export const waysToPins = {
  'the character device': async (calls: Calls) => {
    const nowMs = (): number => Number(process.hrtime.bigint()) / 1e6;
    return bench(calls, createCdevDriver({ calls, poller: createPoller(calls), dev: '/dev', nowMs }));
  },
  'sysfs without onoff': async (calls: Calls) => {
    const poller = createPoller(calls);
    const open = sysfsFiles(sysfs, poller);
    return bench(calls, createSysfsDriver({ open, clock: createClock(null), sysfs, close: () => poller.close() }));
  },
  'sysfs with onoff': async (calls: Calls) => {
    const onoff = await loadOnoff();
    if (!onoff.ok) throw new Error(`NOT RUN: ${onoff.why}`);
    return bench(
      calls,
      createSysfsDriver({ open: onoff.open, clock: createClock(null), sysfs, close: async () => {} }),
    );
  },
} as const satisfies Record<string, (calls: Calls) => Promise<Bench>>;
