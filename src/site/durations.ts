import { type Duration, duration } from '../base/time.ts';

const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };

/** A whole number and its unit: `500ms`, `30s`, `15m`, `1h`. */
export const DURATION = /^[0-9]{1,9}(?:ms|s|m|h)$/;

/** The length of time a text says; null if it says none. */
export function parseDuration(text: string): Duration | null {
  if (!DURATION.test(text)) return null;
  const unit = text.replace(/^[0-9]+/, '');
  return duration(Number.parseInt(text, 10) * (UNITS[unit] ?? 0));
}
