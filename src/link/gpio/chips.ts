import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { type ChipInfo, ioctls, readChipInfo, sizes } from './abi.ts';
import { type Calls, errnos } from './calls.ts';
import type { Told } from './pins.ts';
import { type ChipName, errnoName, HEADER_LABELS, noSuchChip, notAllowed, twoChips } from './trouble.ts';

/** Where the kernel shows its pins; replaced in tests. */
export interface Places {
  /** `/dev` */
  readonly dev: string;
  /** `/sys/class/gpio` */
  readonly sysfs: string;
}

export const systemPlaces: Places = { dev: '/dev', sysfs: '/sys/class/gpio' };

/** A character device. */
export interface DeviceChip extends ChipInfo {
  readonly path: string;
}

export interface DeviceChips {
  /** By their number. */
  readonly chips: readonly DeviceChip[];
  /** Why others could not be looked at. */
  readonly refused: readonly string[];
}

/** Paths of all character devices; also without being allowed to open one. */
export const devicePaths = (dev: string): readonly string[] => numbered(dev).map((name) => join(dev, name));

function numbered(folder: string): readonly string[] {
  try {
    return readdirSync(folder)
      .filter((name) => /^gpiochip\d+$/.test(name))
      .sort((a, b) => Number(a.slice(8)) - Number(b.slice(8)));
  } catch {
    return [];
  }
}

/** Every chip once, though a Raspberry Pi 5 has an old name for one beside its own. */
export function deviceChips(calls: Calls, dev: string): DeviceChips {
  const chips = new Map<string, DeviceChip>();
  const refused: string[] = [];
  for (const path of devicePaths(dev)) {
    const asked = chipAt(calls, path);
    if (!asked.ok) refused.push(asked.why);
    else if (!chips.has(asked.chip.name)) chips.set(asked.chip.name, asked.chip);
  }
  return { chips: [...chips.values()], refused };
}

function chipAt(calls: Calls, path: string): Told<{ readonly chip: DeviceChip }> {
  const fd = calls.open(path);
  if (fd < 0) return { ok: false, why: openTrouble(path, -fd) };
  const info = Buffer.alloc(sizes.chipInfo);
  const result = calls.ioctl(fd, ioctls.chipInfo, info);
  calls.close(fd);
  if (result < 0) return { ok: false, why: `${path} does not say what it is (${errnoName(-result)}); see dmesg` };
  return { ok: true, chip: { ...readChipInfo(info), path } };
}

/** `errno` positive. */
export const openTrouble = (path: string, errno: number): string =>
  errno === errnos.EACCES || errno === errnos.EPERM
    ? notAllowed(path, groupOf(path))
    : `${path} cannot be opened (${errnoName(errno)}); see what the kernel says in dmesg`;

/** The group that a file belongs to; null when that is root, or has no name. */
export function groupOf(path: string): string | null {
  try {
    const { gid } = statSync(path);
    const line = readFileSync('/etc/group', 'utf8')
      .split('\n')
      .find((one) => one.split(':')[2] === String(gid));
    return gid === 0 ? null : (line?.split(':')[0] ?? null);
  } catch {
    return null;
  }
}

/** A chip as sysfs shows it. */
export interface SysfsChip extends ChipName {
  /** Number of its line 0 among the pins of all chips; it differs between kernels. */
  readonly base: number;
  readonly lines: number;
}

export function sysfsChips(sysfs: string): readonly SysfsChip[] {
  return numbered(sysfs).flatMap((name) => {
    const read = (what: string): string => readFileSync(join(sysfs, name, what), 'utf8').trim();
    try {
      return [{ name, label: read('label'), base: Number(read('base')), lines: Number(read('ngpio')) }];
    } catch {
      // It went away under our eyes.
      return [];
    }
  });
}

/** The chip of this label, else of this name; without one, that of the header of a Raspberry Pi. */
export function chipNamed<Chip extends ChipName>(
  chips: readonly Chip[],
  chip: string | null,
  line: number,
): Told<{ readonly chip: Chip }> {
  const labels: readonly string[] = chip === null ? HEADER_LABELS : [chip];
  const fitting = labels.map((label) => chips.filter((one) => one.label === label)).find(({ length }) => length > 0);
  const [found, second] = fitting ?? chips.filter(({ name }) => name === chip);
  if (found === undefined) return { ok: false, why: noSuchChip(chip, line, chips) };
  if (second !== undefined) return { ok: false, why: twoChips(found.label, line, [found, second]) };
  return { ok: true, chip: found };
}
