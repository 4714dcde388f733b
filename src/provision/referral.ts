// What an agency writes when it asks for a home to be made safer: the fields of a target-hardening referral form.

export const RISKS = ['high', 'medium', 'low'] as const;
export const URGENCIES = ['immediate', '2-3 days', '4-7 days'] as const;
export const PROPERTIES = [
  'flat-ground-floor',
  'flat-upper-floor',
  'terrace',
  'semi',
  'detached',
  'bungalow',
  'hostel-room',
  'other',
] as const;
export const TENURES = ['owner', 'council', 'housing-association', 'private-rent', 'hostel', 'other'] as const;
/** `asked`: and not answered yet. */
export const AGREEMENTS = ['yes', 'no', 'not-needed', 'asked'] as const;
/** What a court or the police have laid on the perpetrator. */
export const CONDITIONS = ['non-molestation', 'occupation', 'restraining', 'bail', 'other'] as const;

export type Risk = (typeof RISKS)[number];
export type Urgency = (typeof URGENCIES)[number];
export type PropertyKind = (typeof PROPERTIES)[number];
export type Tenure = (typeof TENURES)[number];
export type Agreement = (typeof AGREEMENTS)[number];
export type Condition = (typeof CONDITIONS)[number];

/** One referral. It names no address and not her: whoever comes knows both, and the hub need not. */
export interface Referral {
  /** The agency's own number for it. */
  readonly reference: string;
  /** The day, `2026-11-21`, or a time on it, as it is where the house is. */
  readonly received: string;
  readonly risk: Risk;
  readonly urgency: Urgency;
  readonly property: {
    readonly kind: PropertyKind;
    readonly tenure: Tenure;
    readonly ownerAgrees: Agreement;
    /** Doors to the outside, windows within reach, locks; null: not known. */
    readonly doors: number | null;
    readonly windows: number | null;
    readonly locks: number | null;
  };
  /** What stands in the way of coming: hours, a key, a neighbour. One a line. */
  readonly access: readonly string[];
  readonly conditions: readonly Condition[];
  readonly escort: 'needed' | 'not-needed';
  /** Disability and other needs. One a line. */
  readonly needs: readonly string[];
  /** As in BCP 47: `en`, `pl`. */
  readonly language: string;
  readonly children: number;
  /** Who refers; kept on the job alone, and gone with it. */
  readonly referredBy: { readonly agency: string; readonly worker: string; readonly phone: string | null } | null;
}

/** Names of a kind of property as a person says them; no address. */
export const PROPERTY_WORDS: Readonly<Record<PropertyKind, string>> = {
  'flat-ground-floor': 'flat on the ground floor',
  'flat-upper-floor': 'flat on an upper floor',
  terrace: 'terraced house',
  semi: 'semi-detached house',
  detached: 'detached house',
  bungalow: 'bungalow',
  'hostel-room': 'room in a hostel or refuge',
  other: 'home of another kind',
};
