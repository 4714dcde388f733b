import type { Blocker, Step } from './blockers.ts';

/** The steps in the order of the hour. */
const STEPS: readonly Step[] = [
  'checks',
  'items',
  'devices',
  'contacts',
  'residents',
  'secrets',
  'walk',
  'paths',
  'panel',
];

/** The step that comes next; `handover` when nothing blocks it any more. */
export function nextStep(blocking: readonly Blocker[]): Step | 'handover' {
  return STEPS.find((step) => blocking.some((blocker) => blocker.step === step)) ?? 'handover';
}
