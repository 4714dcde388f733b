import { after, between, duration, type Instant, isDue, seconds } from '../base/time.ts';
import type { ButtonSignal } from '../sense/signals.ts';
import type { DeviceState } from './state.ts';

// A button on a wire says that it is down and that it is up, and nothing more. A press is told when it goes down: whoever
// waits for what else it might become is late with an alarm.

/** Down for so long it is held. What makers of buttons call a long press begins between 1 and 3 s. */
const HOLD = seconds(2);
/** A second press within this time of the first makes both a double one. */
const DOUBLE = duration(600);

/** What a button's edge says, and the device after it. */
export interface Pressed {
  readonly state: DeviceState;
  readonly buttons: readonly ButtonSignal[];
}

/** The button went down (`press`) or up (`release`). Down again without having been up is no second press. */
export function pressing(state: DeviceState, edge: ButtonSignal, now: Instant): Pressed {
  if (edge !== 'press') return { state: { ...state, downSince: null }, buttons: ['release'] };
  if (state.downSince !== null) return { state, buttons: [] };
  const before = state.downBefore;
  const isDouble = before !== null && between(before, now) <= DOUBLE;
  return {
    state: { ...state, downSince: now, downBefore: isDouble ? null : now },
    buttons: isDouble ? ['press', 'double'] : ['press'],
  };
}

/** A button that has been down for long enough is told as held, once. */
export function holding(state: DeviceState, now: Instant): Pressed {
  const due = holdDue(state);
  if (due === null || !isDue(due, now)) return { state, buttons: [] };
  return { state: { ...state, downSince: null }, buttons: ['hold'] };
}

export const holdDue = (state: DeviceState): Instant | null =>
  state.downSince === null ? null : after(state.downSince, HOLD);
