import type { DeviceId } from '../base/brand.ts';
import { between, type Duration, type Instant } from '../base/time.ts';

// Whether a radio is drowned. One device that falls silent has an empty battery or was taken down; several of one radio
// at once have not: either somebody jams it, or what they hang on was broken, and both are worth the same alarm.
//
// Only silence that this hub listened through counts, so a restart, a gateway that was away or a broker that blinked
// raises nothing: a device has to be heard first, and fall silent after.

/** A device that was heard and fell silent. */
interface Silent {
  readonly device: DeviceId;
  readonly heardAt: Instant;
  readonly supervision: Duration;
}

/** What is known of one radio. */
export interface RadioState {
  /** Those that fell silent and may be part of a jam to come. */
  readonly silent: readonly Silent[];
  /** Fell silent together: those not back yet, out of so many; null: no such thing. */
  readonly jam: { readonly missing: readonly DeviceId[]; readonly of: number } | null;
  /** Its gateway tells of noise. */
  readonly noisy: boolean;
}

export const QUIET_RADIO: RadioState = { silent: [], jam: null, noisy: false };

/**
 * Two batteries may end in one week, and within one report of each other by bad luck; three are no luck. A radio of two
 * has no third to wait for, and one alone says nothing of its radio.
 */
const TOGETHER = 3;
const FEWEST = 2;

const enough = (supervised: number): number => Math.max(FEWEST, Math.min(TOGETHER, supervised));

/** Why it is jammed now; null: it is not. */
export const jammedBy = (state: RadioState): 'silence' | 'noise' | null =>
  state.jam !== null ? 'silence' : state.noisy ? 'noise' : null;

/** A device that was heard is lost. `heardAt`: its last word; `supervised`: devices of this radio whose silence is noticed. */
export function fellSilent(supervised: number, state: RadioState, lost: Silent): RadioState {
  const silent = [...state.silent.filter(({ device }) => device !== lost.device), lost];
  if (state.jam !== null) {
    const missing = [...state.jam.missing.filter((device) => device !== lost.device), lost.device];
    return { ...state, silent, jam: { missing, of: Math.max(state.jam.of, missing.length) } };
  }
  const together = silentTogether(silent);
  if (together.length < enough(supervised)) return { ...state, silent };
  return { ...state, silent, jam: { missing: together, of: together.length } };
}

/**
 * Those whose last words lie together. Supervision allows for one report that is missed, so a device that is well speaks
 * about twice in it: when a radio is drowned, the last word of each is at most half its supervision old.
 */
function silentTogether(silent: readonly Silent[]): readonly DeviceId[] {
  const last = Math.max(...silent.map(({ heardAt }) => heardAt)) as Instant;
  return silent
    .filter(({ heardAt, supervision }) => between(heardAt, last) <= supervision / 2)
    .map(({ device }) => device);
}

/**
 * A device speaks again. The jam is over when half of those it took are back; those still away then are no part of the
 * next one before they have spoken, or one that comes and goes would raise it again and again.
 */
export function spoke(state: RadioState, device: DeviceId): RadioState {
  const silent = state.silent.filter((one) => one.device !== device);
  if (state.jam === null) return silent.length === state.silent.length ? state : { ...state, silent };
  const missing = state.jam.missing.filter((one) => one !== device);
  if (missing.length * 2 <= state.jam.of) return { ...state, silent: [], jam: null };
  return { ...state, silent, jam: { ...state.jam, missing } };
}

/**
 * Its gateway is away: nothing is known of who is silent or of noise, and its own fault stands for it. Those that fell
 * silent together are waited for all the same.
 */
export const gatewayGone = (state: RadioState): RadioState => ({ ...state, silent: [], noisy: false });

/** The gateway hears noise that drowns its devices, or hears it no more. It has judged how long is too long. */
export const noise = (state: RadioState, is: 'up' | 'over'): RadioState => ({ ...state, noisy: is === 'up' });

/** What is known after a start of a radio that was jammed: those still away are what it waits for. */
export const stillJammed = (missing: readonly DeviceId[]): RadioState =>
  missing.length === 0 ? QUIET_RADIO : { ...QUIET_RADIO, jam: { missing, of: missing.length } };
