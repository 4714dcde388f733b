import type { Clock, Log } from '../../hub/ports.ts';
import { loadCalls } from './calls.ts';
import { createCdevDriver } from './cdev.ts';
import { devicePaths, type Places, sysfsChips } from './chips.ts';
import type { PinDriver } from './pins.ts';
import { createPoller } from './poller.ts';
import { openSysfsDriver } from './sysfs.ts';

/** The character device wherever there is one; sysfs only where the kernel shows chips there and nowhere else. */
export async function openPinDriver(clock: Clock, log: Log, places: Places): Promise<PinDriver> {
  const calls = await loadCalls();
  const poller = createPoller(calls);
  if (devicePaths(places.dev).length === 0 && sysfsChips(places.sysfs).length > 0) {
    return openSysfsDriver({ sysfs: places.sysfs, poller, clock, log });
  }
  return createCdevDriver({ calls, poller, dev: places.dev, nowMs: () => Number(process.hrtime.bigint()) / 1e6 });
}
