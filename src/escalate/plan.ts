import type { AlarmKind } from '../alarm/plan.ts';
import type { ContactId } from '../base/brand.ts';
import type { Duration } from '../base/time.ts';

export type Wording = 'neutral' | 'coded' | 'plain';

/** A person to tell. The phone number stays with the sender; no pure room sees it. */
export interface ContactPlan {
  readonly id: ContactId;
  readonly alarms: ReadonlySet<AlarmKind>;
  readonly wording: Wording;
}

/** One step: `repeat` sends in all, `every` apart, the first `after` the alarm. */
export interface StepPlan {
  readonly after: Duration;
  readonly notify: readonly ContactId[];
  readonly repeat: number;
  readonly every: Duration;
}

export interface EscalationPlan {
  readonly contacts: ReadonlyMap<ContactId, ContactPlan>;
  readonly steps: Readonly<Record<AlarmKind, readonly StepPlan[]>>;
  /** Nobody answered for so long: everyone again, once per start of the steps. */
  readonly lastResort: Duration | null;
}
