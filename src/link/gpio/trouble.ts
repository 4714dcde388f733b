import { errnos } from './calls.ts';

// What may be wrong with a pin, in one sentence each: what, where, and what to do.

/** A chip as it is named to people. */
export interface ChipName {
  readonly name: string;
  readonly label: string;
}

const chipText = ({ name, label }: ChipName): string => `${name} (${label})`;

const errnoNames: ReadonlyMap<number, string> = new Map(Object.entries(errnos).map(([name, number]) => [number, name]));

/** `EBUSY`, or the number where it has no name here. */
export const errnoName = (errno: number): string => errnoNames.get(errno) ?? `error ${errno}`;

/** Labels of the chip behind the header of a Raspberry Pi: 5, 4, and those before. */
export const HEADER_LABELS = ['pinctrl-rp1', 'pinctrl-bcm2711', 'pinctrl-bcm2835'] as const;

/** `chip`: as in the config, null for the header of a Pi. */
export function noSuchChip(chip: string | null, line: number, there: readonly ChipName[]): string {
  const what =
    chip === null
      ? `line ${line}: this machine has no Raspberry Pi header`
      : `line ${line} of ${chip}: no chip has this label`;
  const have = there.length === 0 ? 'there is no GPIO chip at all' : `there are ${there.map(chipText).join(', ')}`;
  const remedy =
    there.length === 0
      ? 'load its driver, or plug it in'
      : 'give line: { chip: LABEL, line: N } with one of these labels';
  return `${what}, ${have}; ${remedy}`;
}

export const twoChips = (chip: string, line: number, there: readonly ChipName[]): string =>
  `line ${line} of ${chip}: ${there.map(({ name }) => name).join(' and ')} have this label; give the name of one instead`;

export const noSuchLine = (chip: ChipName, line: number, lines: number): string =>
  `line ${line} of ${chipText(chip)}: the chip has lines 0 to ${lines - 1}; mend the line`;

/** `holder`: the name it gave; empty: none. */
export function lineBusy(chip: ChipName, line: number, holder: string): string {
  const who = holder === '' ? 'another program or a driver' : `"${holder}"`;
  const remedy =
    holder === 'sysfs'
      ? 'somebody exported it in /sys/class/gpio: unexport it there'
      : 'stop what holds it (`lantern gpio` shows who), or take another line';
  return `line ${line} of ${chipText(chip)} is held by ${who}; ${remedy}`;
}

/** `group`: whose the file is; null where that is root, or not known. */
export function notAllowed(path: string, group: string | null): string {
  const remedy =
    group === null
      ? 'give it to a group with a udev rule, and put the user that runs the hub in it'
      : `usermod -aG ${group} USER, with the user that runs the hub, and start it again`;
  return `${path} may not be opened by this user; ${remedy}`;
}

/** `errno` positive. */
export function lineTrouble(chip: ChipName, line: number, errno: number): string {
  switch (errno) {
    case errnos.ENODEV:
    case errnos.ENXIO:
      return `line ${line} of ${chipText(chip)}: the chip is gone; plug it in again, or see what the kernel says in dmesg`;
    case errnos.EINVAL:
      return `line ${line} of ${chipText(chip)}: the kernel refuses what is asked for (EINVAL); take bias: as-is, and a kernel of 5.10 or newer`;
    default:
      return `line ${line} of ${chipText(chip)}: ${errnoName(errno)} from the kernel; see what it says in dmesg`;
  }
}

export const lostEdges = (line: number, lost: number): string =>
  `line ${line}: ${lost} ${lost === 1 ? 'edge was' : 'edges were'} lost, so many came at once; its level is read back`;

export const missedEdge = (line: number): string =>
  `line ${line} changed and no edge was told; its level was found by reading it`;

export const stuckOutput = (line: number, wanted: 'on' | 'off'): string =>
  `line ${line} was set to ${wanted} and does not follow; look for a short, or a second driver on the wire`;
