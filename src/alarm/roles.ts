import { after, type Duration, type Instant, isDue } from '../base/time.ts';
import type { Person, Role } from './events.ts';
import type { PanelPlan } from './plan.ts';
import type { PanelState } from './state.ts';
import { change, record, type Step } from './step.ts';
import { endWalk } from './walk.ts';

/** What somebody may do under their own name. Calls for help need nobody's leave. */
type Deed = 'arm' | 'disarm' | 'acknowledge' | 'close' | 'installer' | 'leave' | 'walk';

/** `opened`: within the time that a resident has opened for installers; `unset`: the same, and only while nothing is set. */
const MAY: Readonly<Record<Deed, Readonly<Record<Role, 'yes' | 'opened' | 'unset' | 'no'>>>> = {
  arm: { resident: 'yes', visitor: 'yes', installer: 'opened', monitor: 'no' },
  disarm: { resident: 'yes', visitor: 'yes', installer: 'unset', monitor: 'no' },
  acknowledge: { resident: 'yes', visitor: 'no', installer: 'no', monitor: 'yes' },
  close: { resident: 'no', visitor: 'no', installer: 'no', monitor: 'yes' },
  installer: { resident: 'yes', visitor: 'no', installer: 'no', monitor: 'no' },
  leave: { resident: 'yes', visitor: 'no', installer: 'opened', monitor: 'no' },
  walk: { resident: 'yes', visitor: 'no', installer: 'unset', monitor: 'no' },
};

export function may(state: PanelState, deed: Deed, { role }: Person, now: Instant): boolean {
  const opened = state.installer !== null && !isDue(state.installer.until, now);
  switch (MAY[deed][role]) {
    case 'yes':
      return true;
    case 'opened':
      return opened;
    case 'unset':
      return opened && state.set === null;
    default:
      return false;
  }
}

/** Lets installers work from now on for so long. Null: somebody at the hub itself, where no resident is yet. */
export function openInstaller(step: Step, length: Duration, by: Person | null, now: Instant): Step {
  const opened = change(step, { installer: { until: after(now, length) } });
  return record(opened, 'installer-opened', { by: by?.id ?? null, forMs: length });
}

/** Null: its time is over. */
export function closeInstaller(plan: PanelPlan, step: Step, by: Person | null, now: Instant): Step {
  if (step.state.installer === null) return step;
  const closed = record(change(step, { installer: null }), 'installer-closed', { by: by?.id ?? null });
  return step.state.walk?.by === 'installer' ? endWalk(plan, closed, null, now) : closed;
}
