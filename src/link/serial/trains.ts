// A button that is held sends its code again and again. Where a gateway tells each of them, a hold can be told from a
// press; a gateway that reports a transmission once, however long, leaves no way to know.

/** Repeats further apart than this belong to two presses. */
const GAP_MS = 700;
/** A code that goes on for so long is held; the repeats of a single press are over in half that time. */
const HOLD_MS = 2000;
/** Transmitters followed at once; the oldest is forgotten first. */
const MOST = 64;

export interface Trains {
  /** True from the moment on at which this transmission has lasted long enough to be a hold. */
  isHeld(code: string, atMs: number): boolean;
}

export function createTrains(): Trains {
  const running = new Map<string, { readonly sinceMs: number; readonly lastMs: number }>();
  return {
    isHeld(code, atMs) {
      const train = running.get(code);
      const sinceMs = train === undefined || atMs - train.lastMs > GAP_MS ? atMs : train.sinceMs;
      running.delete(code);
      running.set(code, { sinceMs, lastMs: atMs });
      const [oldest] = running.keys();
      if (running.size > MOST && oldest !== undefined) running.delete(oldest);
      return atMs - sinceMs >= HOLD_MS;
    },
  };
}
