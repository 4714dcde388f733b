import type { PhaseMirror } from '../../src/hub/ports.ts';

/** Each sets another mode than the one before, so that its confirmation vouches for `phase.json` too. */
export const phaseOf = (n: number): PhaseMirror => ({ state: `phase-${n}`, mode: n % 8 === 0 ? 'home' : 'away' });
