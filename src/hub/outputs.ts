import type { OutputRole, SwitchCommands } from '../act/plan.ts';
import { after, type Duration, type Instant, isDue, seconds } from '../base/time.ts';

/** One siren, strobe, light or relay, as it was told and as it says it is. Not saved: after a start it is told anew. */
export interface OutputState {
  readonly told: 'on' | 'off';
  /** When what was told is over by itself; a siren is told how long. */
  readonly until: Instant | null;
  /** What the device last reported. */
  readonly reported: 'on' | 'off' | null;
  /** Telling again until confirmed: the next time, and how often it was told. */
  readonly again: Instant | null;
  readonly tries: number;
}

export const UNTOLD: OutputState = { told: 'off', until: null, reported: null, again: null, tries: 0 };

/** A device that confirms is told until it does; one that cannot is told once more, in case the radio was busy. */
const CONFIRMING: readonly Duration[] = [seconds(1), seconds(2), seconds(5), seconds(10), seconds(30)];
const BLIND: readonly Duration[] = [seconds(2)];

/** What an output should do now. */
export interface Wanted {
  readonly to: 'on' | 'off';
  readonly until: Instant | null;
}

export const soundsWithSiren = (role: OutputRole): boolean => role === 'siren' || role === 'strobe';

/** The output has just been told. */
export function tell(state: OutputState, wanted: Wanted, commands: SwitchCommands, now: Instant): OutputState {
  const fresh = state.told !== wanted.to || state.until !== wanted.until;
  const tries = fresh ? 0 : state.tries;
  const confirmed = fresh ? null : state.reported;
  return {
    ...state,
    told: wanted.to,
    until: wanted.until,
    reported: confirmed,
    tries: tries + 1,
    again: confirmed === wanted.to ? null : next(commands, tries, now),
  };
}

function next(commands: SwitchCommands, tries: number, now: Instant): Instant | null {
  const wait = (commands.confirms ? CONFIRMING : BLIND)[tries];
  return wait === undefined ? null : after(now, wait);
}

/** The device reports what it is doing. */
export function reports(state: OutputState, power: boolean): OutputState {
  const reported = power ? 'on' : 'off';
  return { ...state, reported, again: reported === state.told ? null : state.again };
}

export const wantsAgain = (state: OutputState, now: Instant): boolean =>
  state.again !== null && isDue(state.again, now);

/** `outputs/ID`: what it was told; a light also follows its own switch. */
export function shownOutput(role: OutputRole, state: OutputState): 'on' | 'off' {
  return role === 'light' && state.reported !== null ? state.reported : state.told;
}
