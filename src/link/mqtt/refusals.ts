import type { SourceId } from '../../base/brand.ts';
import { REFUSAL_PERIOD_MS } from './limits.ts';

/** Says what was refused, but not so often that saying it becomes the trouble. */
export interface Refusals {
  note(source: SourceId, why: string): void;
  close(): void;
}

interface Muted {
  readonly timer: NodeJS.Timeout;
  more: number;
  lastWhy: string;
}

/**
 * The first refusal of a source is told at once; what follows within the period is counted and told once at its end,
 * with the number. There are as many sources as configured users and one for everybody else, so this needs no bound.
 */
export function createRefusals(tell: (source: SourceId, why: string) => void): Refusals {
  const muted = new Map<SourceId, Muted>();

  function mute(source: SourceId): void {
    const timer = setTimeout(() => endPeriod(source), REFUSAL_PERIOD_MS);
    timer.unref();
    muted.set(source, { timer, more: 0, lastWhy: '' });
  }

  function endPeriod(source: SourceId): void {
    const ended = muted.get(source);
    muted.delete(source);
    if (ended === undefined || ended.more === 0) return;
    tell(source, `${ended.lastWhy} (${ended.more} more in one second)`);
    mute(source);
  }

  return {
    note(source, why) {
      const waiting = muted.get(source);
      if (waiting !== undefined) {
        waiting.more += 1;
        waiting.lastWhy = why;
        return;
      }
      tell(source, why);
      mute(source);
    },
    close() {
      for (const { timer } of muted.values()) clearTimeout(timer);
      muted.clear();
    },
  };
}
