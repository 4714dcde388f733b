import type { OutputRole } from '../act/plan.ts';
import type { ActProfile } from '../act/profile.ts';
import type { Numbering } from '../act/station-report.ts';
import type { PanelPlan } from '../alarm/plan.ts';
import type { ContactId, DeviceId, OutputId } from '../base/brand.ts';
import type { EscalationPlan } from '../escalate/plan.ts';
import type { StationsPlan } from '../escalate/stations-plan.ts';
import type { LightingPlan } from '../lighting/plan.ts';
import type { Profile } from '../sense/profile.ts';
import type { TripSignal } from '../sense/signals.ts';
import type { DevicePlan } from '../zone/plan.ts';

/** What the hub must know of this house. `site` compiles it from the config. */
export interface HubPlan {
  readonly site: { readonly id: string; readonly timezone: string };
  readonly panel: PanelPlan;
  readonly devices: readonly {
    readonly id: DeviceId;
    readonly name: string;
    readonly profile: string;
    readonly model: string | null;
    readonly topic: string;
    readonly address: string | null;
    readonly means: TripSignal;
    readonly sensing: DevicePlan;
  }[];
  readonly outputs: readonly {
    readonly id: OutputId;
    readonly role: OutputRole;
    readonly profile: string;
    readonly model: string | null;
    readonly topic: string;
    readonly address: string | null;
  }[];
  readonly lighting: LightingPlan;
  readonly escalation: EscalationPlan;
  readonly phones: ReadonlyMap<ContactId, string>;
  readonly neverContact: ReadonlySet<string>;
  /** Monitoring services; none: nothing is reported. */
  readonly stations: StationsPlan;
  readonly numbering: Numbering;
}

/** How a family's devices are read and spoken to. */
export interface HubFamily {
  readonly sense: Profile;
  readonly act: ActProfile;
}
