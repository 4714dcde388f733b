// When is a band so loud that its devices are drowned? Gateways that measure it report every few seconds.

/** Loud for so much of the window is jamming: 30 s of 60 s, as makers of panels have it. */
const WINDOW_MS = 60_000;
const JAMMED_MS = 30_000;
/** Quiet again once less than this of the window was loud. */
const CALM_MS = 10_000;
/** So much above what is usual here is loud. Levels are relative to the receiver's gain, so there is no fixed limit. */
const LOUD_DB = 10;
/** A report speaks for the time since the one before it, but no longer than this. */
const LONGEST_MS = 15_000;
/** How fast the usual level follows the quiet reports. */
const FOLLOW = 0.1;

export interface NoiseMeter {
  /** Null: no change. The first report is taken for what is usual, so a band jammed since the start looks quiet. */
  report(level: number, busy: boolean, atMs: number): 'up' | 'over' | null;
}

/** Holds the loud reports of a minute; reports closer than 100 ms apart are skipped, so their number is bounded. */
export function createNoiseMeter(): NoiseMeter {
  let usual: number | null = null;
  let lastMs: number | null = null;
  let loud: readonly { readonly atMs: number; readonly lastedMs: number }[] = [];
  let is: 'up' | 'over' = 'over';

  return {
    report(level, busy, atMs) {
      const sinceMs = lastMs === null ? 0 : atMs - lastMs;
      if (lastMs !== null && sinceMs < 100) return null;
      lastMs = atMs;
      const isLoud = busy || (usual !== null && level > usual + LOUD_DB);
      if (isLoud) loud = [...loud, { atMs, lastedMs: Math.min(sinceMs, LONGEST_MS) }];
      else usual = usual === null ? level : usual + FOLLOW * (level - usual);
      loud = loud.filter((one) => one.atMs > atMs - WINDOW_MS);
      const sumMs = loud.reduce((sum, one) => sum + one.lastedMs, 0);
      const before = is;
      if (sumMs >= JAMMED_MS) is = 'up';
      else if (sumMs < CALM_MS) is = 'over';
      return is === before ? null : is;
    },
  };
}
