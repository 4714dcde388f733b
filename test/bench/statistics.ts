export interface Spread {
  readonly n: number;
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
  /** Triggers that led to nothing; a contender that loses some has met no aim. */
  readonly lost: number;
}

/** Nearest rank: each figure is a time that was measured. Up to a hundred samples p99 is the longest of them. */
export function spreadOf(times: readonly (number | null)[]): Spread {
  const came = times.filter((time) => time !== null).sort((a, b) => a - b);
  const rank = (share: number): number => came[Math.max(0, Math.ceil(share * came.length) - 1)] ?? Number.NaN;
  return { n: came.length, p50: rank(0.5), p99: rank(0.99), max: rank(1), lost: times.length - came.length };
}

/** What a process has used of the processor by some time. */
export interface ProcessorUse {
  readonly ticks: number;
  /** Milliseconds. */
  readonly at: number;
}

/** A stretch of time in which a process had nothing to do. */
export interface Idle {
  readonly seconds: number;
  /** Of one core. */
  readonly percent: number;
}

/** A tick is 1/100 s wherever Linux runs (USER_HZ). */
const TICK_MS = 10;

export function shareOfCore(before: ProcessorUse, after: ProcessorUse): Idle {
  const ms = after.at - before.at;
  return { seconds: ms / 1000, percent: (100 * (after.ticks - before.ticks) * TICK_MS) / ms };
}

/** All threads, in the program and in the kernel for it, from a line of /proc/PID/stat; the name in it may hold anything. */
export function ticksIn(stat: string): number {
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  // utime and stime are fields 14 and 15; the first after the name is field 3.
  return Number(fields[11]) + Number(fields[12]);
}
