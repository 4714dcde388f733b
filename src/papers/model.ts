// What the papers of a handover say. Facts alone: how they are laid out is the business of the other files here.

/** One thing that was fitted by hand: a lock, a chain, a wedge, the cage behind a letterbox. */
export interface Fitted {
  readonly item: string;
  readonly where: string;
  /** The fitter's own words. They stay with the agency. */
  readonly note: string;
}

/** One detector and how it was tried. `signal` and `battery` (percent) are null where the device does not say. */
export interface CertifiedZone {
  readonly id: string;
  readonly name: string;
  readonly type: string;
  readonly device: string;
  readonly signal: string | null;
  readonly battery: number | null;
  readonly tests: readonly { readonly at: string; readonly what: string }[];
}

/** One way by which help is called, by the id of a contact or service and its path. `answeredAfterSeconds` null: sent, and nobody answered. */
export interface CertifiedPath {
  readonly name: string;
  readonly answeredAfterSeconds: number | null;
  readonly at: string;
}

/** One thing that was confirmed before or during the work. */
export interface CertifiedCheck {
  readonly what: string;
  readonly ok: boolean;
  readonly note: string;
}

/** As fitted. Times are ISO 8601 in UTC. */
export interface Certificate {
  readonly form: 'lantern-certificate-1';
  readonly hub: string;
  readonly version: string;
  readonly handedOverAt: string;
  /** Who fitted it, by name or by the number of their scheme. Her copy has the scheme alone. */
  readonly fitter: string;
  /** The kind of property; never an address. */
  readonly property: string;
  readonly fitted: readonly Fitted[];
  readonly zones: readonly CertifiedZone[];
  readonly paths: readonly CertifiedPath[];
  readonly checks: readonly CertifiedCheck[];
  /** Head of the log when it was handed over. */
  readonly log: { readonly seq: number; readonly hash: string };
  /** Days (ISO) on which the fitting is looked at again. */
  readonly reviews: readonly string[];
}

/** What the coordinator who sent the referral gets back. */
export interface Feedback {
  /** The agency's own number for the referral. */
  readonly reference: string;
  readonly agency: string;
  /** The scheme that fitted it, as her copy may name it. */
  readonly scheme: string;
  readonly risk: 'high' | 'medium' | 'low';
  readonly urgency: 'immediate' | '2-3 days' | '4-7 days';
  /** The last day on which it was in time, `2026-11-24`. */
  readonly deadline: string;
  /** When the work began and ended (ISO, UTC). */
  readonly beganAt: string;
  readonly endedAt: string;
  /** Hours of work, in quarters. */
  readonly hours: number;
  readonly outstanding: readonly string[];
  readonly concerns: readonly string[];
}
