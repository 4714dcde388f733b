import { between, type Instant, type WallTime, wallTime } from '../base/time.ts';
import type { Clock } from './ports.ts';

/** The wall clock may drift from the hub's line by so much before shown times follow it. */
const DRIFT_MS = 1000;

/** Turns the hub's instants into wall time for people. What was shown stays the same unless the clock really steps. */
export interface Wall {
  at(at: Instant): WallTime;
  iso(at: Instant): string;
}

export function createWall(clock: Clock): Wall {
  let anchor = { wall: clock.wall(), at: clock.now() };
  const wallAt = (at: Instant): WallTime => {
    const now = clock.now();
    const drift = clock.wall() - anchor.wall - between(anchor.at, now);
    if (Math.abs(drift) > DRIFT_MS) anchor = { wall: clock.wall(), at: now };
    return wallTime(anchor.wall + between(anchor.at, at));
  };
  return { at: wallAt, iso: (at) => new Date(wallAt(at)).toISOString() };
}
