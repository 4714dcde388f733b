import type { FieldPath } from './profile.ts';
import { fieldAt, numberOf } from './read.ts';

// How well a device is heard. It is no signal: nothing of the guard hangs on it, and a person looks at it before a weak
// sensor becomes a lost one.

/** `rssi` is in dBm, `snr` and `noise` in decibels, `linkQuality` on the scale of its gateway. */
export type QualityName = 'rssi' | 'linkQuality' | 'snr' | 'noise';

/** What one message told of how it was heard. A field is there only if the message said it. */
export type Quality = { readonly [Name in QualityName]?: number };

/** Where a family's messages carry one measure. What lies beyond `min` and `max` was not measured. */
export interface QualityField {
  readonly name: QualityName;
  readonly from: FieldPath;
  readonly min: number;
  readonly max: number;
  /** Below the first it is weak, below the second bad; null: this measure is shown and not judged. */
  readonly judged: { readonly weak: number; readonly bad: number } | null;
}

export type Reception = 'good' | 'weak' | 'bad';

/** What this content says of how it was heard; null: nothing. */
export function qualityIn(fields: readonly QualityField[], content: unknown): Quality | null {
  let found: { [Name in QualityName]?: number } | null = null;
  for (const { name, from, min, max } of fields) {
    const value = numberOf(fieldAt(content, from));
    if (value === null || value < min || value > max) continue;
    found ??= {};
    found[name] ??= value;
  }
  return found;
}

/** In one word, by the worst of the measures that are judged; null: none of them was told. */
export function reception(fields: readonly QualityField[], quality: Quality): Reception | null {
  let worst: Reception | null = null;
  for (const { name, judged } of fields) {
    const value = quality[name];
    if (value === undefined || judged === null) continue;
    if (value < judged.bad) return 'bad';
    if (value < judged.weak) worst = 'weak';
    else worst ??= 'good';
  }
  return worst;
}
