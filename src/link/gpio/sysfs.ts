import { closeSync, constants, existsSync, openSync, readSync, writeFileSync, writeSync } from 'node:fs';
import { constants as osConstants } from 'node:os';
import { join } from 'node:path';
import type { Clock, Log } from '../../hub/ports.ts';
import type { Level } from './abi.ts';
import { errnos } from './calls.ts';
import { chipNamed, groupOf, type SysfsChip, sysfsChips } from './chips.ts';
import type { HeldLine, LineAsk, LineNews, PinDriver } from './pins.ts';
import type { Poller, Ready } from './poller.ts';
import { lineBusy, lineTrouble, noSuchLine, notAllowed } from './trouble.ts';

/** One pin of sysfs. What goes wrong is thrown, as Node's errors with a code. */
interface Attribute {
  read(): 0 | 1;
  write(value: 0 | 1): void;
  watch(changed: (is: Ready) => void): void;
  /** Also where its chip is gone. */
  release(): void;
}

/** `high` and `low` are the level on the wire that an output begins at, whatever `activeLow` says. */
type OpenAttribute = (number: number, direction: 'in' | 'high' | 'low', activeLow: boolean) => Attribute;

interface SysfsNeeds {
  readonly open: OpenAttribute;
  readonly clock: Clock;
  /** `/sys/class/gpio` */
  readonly sysfs: string;
  readonly close: () => Promise<void>;
}

/**
 * Pins through sysfs, for kernels that have no more: no bias, no time and no number for an edge, and the filter is ours.
 * A line stays exported after a crash and is taken over as it is.
 */
export function createSysfsDriver({ open, clock, sysfs, close }: SysfsNeeds): PinDriver {
  return {
    close,
    request(ask, hear) {
      const named = chipNamed(sysfsChips(sysfs), ask.chip, ask.line);
      if (!named.ok) return named;
      const { chip } = named;
      if (ask.line >= chip.lines) return { ok: false, why: noSuchLine(chip, ask.line, chip.lines) };
      const why = (error: unknown): string => sentence(error, chip, ask.line, sysfs);
      try {
        const attribute = open(chip.base + ask.line, directionOf(ask), ask.activeLow);
        return { ok: true, line: hold(attribute, ask, why, clock, hear), note: noteOf(ask, chip) };
      } catch (error) {
        return { ok: false, why: why(error) };
      }
    },
  };
}

function directionOf({ use, activeLow }: LineAsk): 'in' | 'high' | 'low' {
  if (use.as === 'input') return 'in';
  return (use.starts === 'on') === activeLow ? 'low' : 'high';
}

function noteOf({ use, line }: LineAsk, chip: SysfsChip): string | null {
  if (use.as === 'output' || use.bias === 'as-is') return null;
  return `line ${line} of ${chip.name} (${chip.label}): sysfs cannot set bias: ${use.bias}; fit a resistor, or use a kernel with /dev/gpiochip*`;
}

function hold(
  attribute: Attribute,
  { use }: LineAsk,
  why: (error: unknown) => string,
  clock: Clock,
  hear: (news: LineNews) => void,
): HeldLine {
  const orFailed = <T>(
    act: () => T,
  ): { readonly ok: true; readonly value: T } | { readonly ok: false; readonly why: string } => {
    try {
      return { ok: true, value: act() };
    } catch (error) {
      return { ok: false, why: why(error) };
    }
  };
  const levelOf = (value: 0 | 1): Level => (value === 1 ? 'on' : 'off');
  const state: { released: boolean; filtering: (() => void) | null; quiet: Level | null } = {
    released: false,
    filtering: null,
    quiet: null,
  };
  function tellEdge(): void {
    const read = orFailed(() => attribute.read());
    if (!read.ok) {
      hear({ type: 'gone', why: read.why });
      return;
    }
    const to = levelOf(read.value);
    if (to === state.quiet) return;
    if (state.quiet !== null) state.quiet = to;
    hear({ type: 'edges', edges: [{ to, atMs: clock.monotonicMs(), lost: 0 }] });
  }
  /** Each change begins the wait anew, so what is shorter is never told. */
  function filterEdge(ms: number): void {
    state.filtering?.();
    state.filtering = clock.alarm(ms, () => {
      state.filtering = null;
      if (!state.released) tellEdge();
    });
  }
  function changed(is: Ready): void {
    if (state.released) return;
    const read = orFailed(() => attribute.read()); // also tells the kernel that the change was seen
    if (is === 'gone' || !read.ok) hear({ type: 'gone', why: read.ok ? why(null) : read.why });
    else if (use.as === 'input' && use.filterMs > 0) filterEdge(use.filterMs);
    else hear({ type: 'edges', edges: [{ to: levelOf(read.value), atMs: clock.monotonicMs(), lost: 0 }] });
  }
  if (use.as === 'input') {
    if (use.filterMs > 0) state.quiet = levelOf(attribute.read());
    attribute.watch(changed);
  }
  return {
    level() {
      const read = orFailed(() => attribute.read());
      if (!read.ok) return read;
      // What is filtered is what was told last, until a change has lasted.
      const level = state.quiet ?? levelOf(read.value);
      if (state.quiet !== null && level !== levelOf(read.value) && state.filtering === null) changed('ready');
      return { ok: true, level, atMs: clock.monotonicMs() };
    },
    set: (to) => orFailed(() => attribute.write(to === 'on' ? 1 : 0)),
    release() {
      if (state.released) return;
      state.released = true;
      state.filtering?.();
      attribute.release();
    },
  };
}

function sentence(error: unknown, chip: SysfsChip, line: number, sysfs: string): string {
  const errno = errnoOf(error);
  if (errno === errnos.EBUSY) return lineBusy(chip, line, '');
  if (errno === errnos.EACCES || errno === errnos.EPERM) {
    const path = join(sysfs, 'export');
    return notAllowed(path, groupOf(path));
  }
  return lineTrouble(chip, line, errno === errnos.ENOENT ? errnos.ENODEV : errno);
}

function errnoOf(error: unknown): number {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return (osConstants.errno as Readonly<Record<string, number>>)[code] ?? errnos.ENODEV;
}

/** Pins by `onoff`; a sentence where its addon is not built for this runtime. */
export async function loadOnoff(): Promise<
  { readonly ok: true; readonly open: OpenAttribute } | { readonly ok: false; readonly why: string }
> {
  try {
    const { Gpio } = await import('onoff');
    /** It reads by itself when something changes, from where nobody could catch what is thrown. */
    class QuietGpio extends Gpio {
      override readSync(): 0 | 1 {
        try {
          return this.readNow();
        } catch {
          return 0;
        }
      }
      readNow(): 0 | 1 {
        return super.readSync();
      }
    }
    return {
      ok: true,
      open(number, direction, activeLow) {
        const pin = new QuietGpio(number, direction, direction === 'in' ? 'both' : 'none', { activeLow });
        return {
          read: () => pin.readNow(),
          write: (value) => pin.writeSync(value),
          watch: (changed) => pin.watch(() => changed('ready')),
          release: () => pin.unexport(),
        };
      },
    };
  } catch (error) {
    const what = error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error);
    return {
      ok: false,
      why: `onoff cannot be loaded (${what}); pins of sysfs are read without it. To build what it needs: npm_config_nodedir=DIR npm rebuild epoll --ignore-scripts=false, with the folder of this node in DIR`,
    };
  }
}

/** The same without `onoff`: the files of sysfs, and poll(2) for their changes. Nothing has to be compiled for it. */
export function sysfsFiles(sysfs: string, poller: Poller): OpenAttribute {
  return (number, direction, activeLow) => {
    const folder = join(sysfs, `gpio${number}`);
    if (!existsSync(folder)) writeFileSync(join(sysfs, 'export'), String(number));
    writeFileSync(join(folder, 'active_low'), activeLow ? '1' : '0');
    writeFileSync(join(folder, 'direction'), direction);
    if (direction === 'in') writeFileSync(join(folder, 'edge'), 'both');
    const fd = openSync(join(folder, 'value'), constants.O_RDWR);
    const byte = Buffer.alloc(1);
    const read = (): 0 | 1 => {
      readSync(fd, byte, 0, 1, 0);
      return byte[0] === 0x31 ? 1 : 0;
    };
    read(); // a change that nobody has waited for is none
    let unwatch: ((closed: () => void) => void) | null = null;
    return {
      read,
      write: (value) => void writeSync(fd, value === 1 ? '1' : '0', 0),
      watch(changed) {
        unwatch = poller.watch(fd, 'attribute', changed);
      },
      release() {
        const closed = (): void => {
          closeSync(fd);
          unexport(sysfs, number);
        };
        if (unwatch === null) closed();
        else unwatch(closed);
      },
    };
  };
}

function unexport(sysfs: string, number: number): void {
  try {
    writeFileSync(join(sysfs, 'unexport'), String(number));
  } catch {
    // Its chip is gone, and the export with it.
  }
}

/** The driver for sysfs by whichever way there is. */
export async function openSysfsDriver(parts: {
  readonly sysfs: string;
  readonly poller: Poller;
  readonly clock: Clock;
  readonly log: Log;
}): Promise<PinDriver> {
  const { sysfs, poller, clock, log } = parts;
  const onoff = await loadOnoff();
  if (!onoff.ok) log.warn({}, onoff.why);
  const open = onoff.ok ? onoff.open : sysfsFiles(sysfs, poller);
  return createSysfsDriver({ open, clock, sysfs, close: () => poller.close() });
}
