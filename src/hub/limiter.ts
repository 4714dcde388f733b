import { after, type Instant, isDue, seconds } from '../base/time.ts';

/** Sources remembered at once; beyond it all are forgotten, which lets at most one more line through for each. */
const MOST = 256;

/** At most one line a second per source; says how many were kept back since the last one. */
export class Limiter {
  readonly #quietUntil = new Map<string, { until: Instant; held: number }>();

  /** Null: keep quiet. A number: speak, and say that so many were not spoken. */
  pass(source: string, now: Instant): number | null {
    const known = this.#quietUntil.get(source);
    if (known !== undefined && !isDue(known.until, now)) {
      known.held += 1;
      return null;
    }
    if (this.#quietUntil.size >= MOST) this.#quietUntil.clear();
    this.#quietUntil.set(source, { until: after(now, seconds(1)), held: 0 });
    return known?.held ?? 0;
  }
}
