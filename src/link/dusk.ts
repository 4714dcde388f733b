import { getPosition } from 'suncalc';
import type { Clock, Dusk } from '../hub/ports.ts';

/** Degrees north and east. */
export interface Location {
  readonly latitude: number;
  readonly longitude: number;
}

/**
 * Degrees of the sun's middle at sunset, as the package gives them: the almanac's −0.833°, lifted by the air as it counts
 * it for everything below the horizon (0.484°).
 */
const HORIZON = -0.349;
/** The clock may be set, or come to be trusted, at any time; a minute of dusk does not matter. */
const LOOK_EVERY_MS = 60_000;

/**
 * Says when it gets dark and light: dark is from sunset to sunrise. It is asked where the sun stands now, not when it
 * rises and sets on which day, so neither the date line nor a polar night is a special case. Where the place is not
 * known, and while the clock is not trusted, it is dark: a light too many is the lesser harm.
 */
export function createDusk(place: Location | null, clock: Pick<Clock, 'wall' | 'trusted' | 'alarm'>): Dusk {
  return {
    watch(tell) {
      let last: 'dark' | 'light' | null = null;
      let cancel = (): void => {};
      const look = (): void => {
        const now = place === null || !clock.trusted() ? 'dark' : at(place, clock.wall());
        if (now !== last) tell(now);
        last = now;
        if (place !== null) cancel = clock.alarm(LOOK_EVERY_MS, look);
      };
      look();
      return () => cancel();
    },
  };
}

function at({ latitude, longitude }: Location, wallMs: number): 'dark' | 'light' {
  return getPosition(new Date(wallMs), latitude, longitude).altitude < HORIZON ? 'dark' : 'light';
}
