import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Calls, loadCalls } from './calls.ts';
import { lineInfo } from './cdev.ts';
import { type DeviceChip, deviceChips, devicePaths, type Places, sysfsChips, systemPlaces } from './chips.ts';

/** A line that is in use. */
interface UsedLine {
  readonly line: number;
  /** What the board calls it; empty where it has no name. */
  readonly name: string;
  readonly direction: 'in' | 'out';
  /** What its holder calls itself; empty where it does not say. */
  readonly holder: string;
  /** The process, as far as this user may see: `PROGRAM (PID)`; null for a driver of the kernel, and where it cannot be seen. */
  readonly process: string | null;
}

interface ListedChip {
  readonly name: string;
  readonly label: string;
  readonly lines: number;
  /** Null where only sysfs shows the chip, which does not say. */
  readonly used: readonly UsedLine[] | null;
}

/** `refused`: one sentence for each chip that could not be looked at. */
type Listed =
  | { readonly ok: true; readonly chips: readonly ListedChip[]; readonly refused: readonly string[] }
  | { readonly ok: false; readonly why: string };

/** All chips of this machine and who holds their lines, whether a hub runs or not. */
export async function listPins(places: Places = systemPlaces): Promise<Listed> {
  if (devicePaths(places.dev).length === 0) return listSysfs(places.sysfs);
  const calls = await loadCalls();
  const { chips, refused } = deviceChips(calls, places.dev);
  if (chips.length === 0 && refused[0] !== undefined) return { ok: false, why: refused[0] };
  const processes = lineHolders();
  return { ok: true, refused, chips: chips.map((chip) => listChip(calls, chip, processes)) };
}

function listSysfs(sysfs: string): Listed {
  const chips = sysfsChips(sysfs);
  if (chips.length > 0)
    return { ok: true, refused: [], chips: chips.map(({ base: _base, ...chip }) => ({ ...chip, used: null })) };
  return {
    ok: false,
    why: 'this machine has no GPIO chip: there is no /dev/gpiochip* and none in /sys/class/gpio; on a Raspberry Pi see dmesg, and elsewhere load the driver of the chip',
  };
}

function listChip(
  calls: Calls,
  { name, label, lines, path }: DeviceChip,
  processes: ReadonlyMap<string, string>,
): ListedChip {
  const device = calls.open(path);
  const used: UsedLine[] = [];
  for (let line = 0; device >= 0 && line < lines; line += 1) {
    const info = lineInfo(calls, device, line);
    if (!info?.used) continue;
    const { direction, consumer } = info;
    used.push({
      line,
      name: info.name,
      direction,
      holder: consumer,
      process: processes.get(`${name} ${line}`) ?? null,
    });
  }
  if (device >= 0) calls.close(device);
  return { name, label, lines, used };
}

/** Which process has which line open, by `CHIP LINE`. The kernel tells it of processes that this user may look into. */
function lineHolders(): ReadonlyMap<string, string> {
  const holders = new Map<string, string>();
  for (const pid of entriesOf('/proc').filter((name) => /^\d+$/.test(name))) {
    const program = textOf(join('/proc', pid, 'comm')).trim();
    for (const file of entriesOf(join('/proc', pid, 'fdinfo'))) {
      const info = textOf(join('/proc', pid, 'fdinfo', file));
      const chip = /^gpio-chip:\s*(\S+)/m.exec(info)?.[1];
      if (chip === undefined) continue;
      for (const [, line] of info.matchAll(/^gpio-line:\s*(\d+)/gm))
        holders.set(`${chip} ${line}`, `${program} (${pid})`);
    }
  }
  return holders;
}

/** Processes come and go, and most are somebody else's: what cannot be read is left out. */
function entriesOf(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
