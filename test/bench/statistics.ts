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
