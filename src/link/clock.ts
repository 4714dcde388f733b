import { existsSync, readFileSync } from 'node:fs';
import { type Instant, instant, wallTime } from '../base/time.ts';
import type { Clock } from '../hub/ports.ts';

/** Where the hub's time line stood when it was last saved. */
export interface SavedTime {
  readonly boot: string;
  readonly monotonicMs: number;
  readonly instant: number;
}

/** What the clock reads; replaced in tests. */
export interface TimeSources {
  /** CLOCK_MONOTONIC in whole milliseconds. */
  monotonicMs(): number;
  wallMs(): number;
  boot(): string;
  /** What systemd's time service says; `absent` where another one, or none, keeps the clock. */
  timeService(): 'synchronised' | 'waiting' | 'absent';
}

const bootFile = '/proc/sys/kernel/random/boot_id';
const timeServiceFolder = '/run/systemd/timesync';
/** Node's timers hold 31 bits of milliseconds; a longer wait fires at once. */
const longestTimerMs = 2 ** 31 - 1;

function readBoot(): string {
  try {
    return readFileSync(bootFile, 'utf8').trim();
  } catch {
    // Not Linux, or no /proc: every start is then a boot of its own, which only ever lengthens a wait.
    return `start-${process.pid}-${Date.now()}`;
  }
}

function askTimeService(): 'synchronised' | 'waiting' | 'absent' {
  if (existsSync(`${timeServiceFolder}/synchronized`)) return 'synchronised';
  return existsSync(timeServiceFolder) ? 'waiting' : 'absent';
}

/** The real sources. `hrtime` is CLOCK_MONOTONIC on Linux, so two processes of one boot read the same line. */
export const systemTime: TimeSources = {
  monotonicMs: () => Number(process.hrtime.bigint() / 1_000_000n),
  wallMs: () => Date.now(),
  boot: readBoot,
  timeService: askTimeService,
};

/** Before this no release existed: a wall clock that says less is wrong. Raised with releases. */
const oldestPlausible = Date.UTC(2026, 10, 1);
/** A clock beyond this comes from a broken time chip. */
const newestPlausible = Date.UTC(2100, 0, 1);
const oneDayMs = 24 * 60 * 60 * 1000;

/**
 * The hub's clock. Its line goes on from `saved`: within one boot by what the monotonic clock counted meanwhile, after
 * another boot from where it stood, because the time without power is not known.
 *
 * `trusted()` says whether the wall clock may be believed:
 * - never when it says a time before the oldest release or past the century;
 * - where systemd's time service runs, from the moment it has set the clock on. A board without a time chip starts at the
 *   date of its last shutdown, which looks right and is not: there, waiting for the service is the only safe rule;
 * - elsewhere (chrony, the guest of a host that keeps its time) as long as nobody set it by more than a day under us.
 *
 * A wait longer than 24 days rings early, at 24; whoever waits compares with the deadline anyway.
 */
export function createClock(saved: SavedTime | null, sources: TimeSources = systemTime): Clock {
  const boot = sources.boot();
  const start = sources.monotonicMs();
  const startWall = sources.wallMs();
  const origin = originOf(saved, boot, start);
  let service = sources.timeService();
  let asked = start;

  /** Asked at most once a second: the answer stands on every row. A clock that was set stays set. */
  const serviceNow = (): typeof service => {
    const now = sources.monotonicMs();
    if (service !== 'synchronised' && now - asked >= 1000) {
      service = sources.timeService();
      asked = now;
    }
    return service;
  };
  const steady = (): boolean => {
    const step = sources.wallMs() - startWall - (sources.monotonicMs() - start);
    return Math.abs(step) < oneDayMs;
  };

  return {
    boot,
    now: () => instant(origin + (sources.monotonicMs() - start)),
    wall: () => wallTime(sources.wallMs()),
    monotonicMs: () => sources.monotonicMs(),
    trusted() {
      const wall = sources.wallMs();
      if (wall < oldestPlausible || wall > newestPlausible) return false;
      const said = serviceNow();
      return said === 'synchronised' || (said === 'absent' && steady());
    },
    alarm(afterMs, ring) {
      const timer = setTimeout(ring, Math.min(Math.max(0, Math.ceil(afterMs)), longestTimerMs));
      // Listeners and the journal keep the hub alive; a deadline hours ahead must not, once those are closed.
      timer.unref();
      return () => clearTimeout(timer);
    },
  };
}

/** A monotonic clock that reads less than the saved one, under the same boot id, is no time passed. */
function originOf(saved: SavedTime | null, boot: string, monotonicMs: number): Instant {
  if (saved === null) return instant(0);
  const passed = saved.boot === boot ? Math.max(0, monotonicMs - saved.monotonicMs) : 0;
  return instant(saved.instant + passed);
}
