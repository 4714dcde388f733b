import type { Brand } from './brand.ts';

/**
 * Milliseconds on the hub's own time line. It never steps and never runs backwards; it goes on through a stop of
 * the process within one boot, and stands still while the machine is off. Waiting is data on this line.
 */
export type Instant = Brand<number, 'Instant'>;

/** A length of time in milliseconds. */
export type Duration = Brand<number, 'Duration'>;

/** Wall time in milliseconds since 1970, for people and far ends only; it may step. */
export type WallTime = Brand<number, 'WallTime'>;

export const instant = (ms: number): Instant => ms as Instant;
export const duration = (ms: number): Duration => ms as Duration;
export const wallTime = (ms: number): WallTime => ms as WallTime;
export const seconds = (s: number): Duration => (s * 1000) as Duration;
export const minutes = (m: number): Duration => seconds(m * 60);
export const hours = (h: number): Duration => minutes(h * 60);

export const after = (from: Instant, wait: Duration): Instant => (from + wait) as Instant;
export const between = (from: Instant, to: Instant): Duration => (to - from) as Duration;
export const isDue = (deadline: Instant, now: Instant): boolean => deadline <= now;

/** The earlier of two deadlines; null waits for nothing. */
export function sooner(a: Instant | null, b: Instant | null): Instant | null {
  if (a === null) return b;
  if (b === null) return a;
  return a < b ? a : b;
}
