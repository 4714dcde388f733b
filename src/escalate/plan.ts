import type { AlarmKind } from '../alarm/plan.ts';
import type { ContactId } from '../base/brand.ts';
import type { Duration } from '../base/time.ts';

export type Wording = 'neutral' | 'coded' | 'plain';

/** How a contact is reached: words to read, or a telephone that rings. */
export type Via = 'text' | 'call';

/** Name of a way out, as `twilio` or `modem`; the same as the id of its driver. */
export type PathId = string;

/** When a contact may be disturbed, in minutes of the local day; `to` before `from` means over midnight. */
export interface HoursPlan {
  readonly from: number;
  readonly to: number;
  /** The kinds that wait for these hours; the others come at any time. */
  readonly kinds: ReadonlySet<AlarmKind>;
}

/** A person to tell. The phone number stays with the sender; no pure room sees it. */
export interface ContactPlan {
  readonly id: ContactId;
  readonly alarms: ReadonlySet<AlarmKind>;
  readonly wording: Wording;
  readonly via: readonly Via[];
  /** Null: at any time. */
  readonly hours: HoursPlan | null;
  /** What a text asks of this contact, in place of `Please ring me now.`; null: that. */
  readonly asks: string | null;
}

/** One step: `repeat` sends in all, `every` apart, the first `after` the alarm. */
export interface StepPlan {
  readonly after: Duration;
  readonly notify: readonly ContactId[];
  readonly repeat: number;
  readonly every: Duration;
}

/** `order`: one path after another, as each turns out to be of no use. `race`: all at once. */
export type Strategy = 'order' | 'race';

export interface EscalationPlan {
  readonly contacts: ReadonlyMap<ContactId, ContactPlan>;
  readonly steps: Readonly<Record<AlarmKind, readonly StepPlan[]>>;
  /** Nobody answered for so long: everyone again, once per start of the steps. */
  readonly lastResort: Duration | null;
  /** For what is not urgent; personal and duress always race. */
  readonly strategy: Strategy;
}
