import type { Provisioning } from '../../hub/ports.ts';
import type { PaperName } from '../../papers/names.ts';
import type { Referral } from '../../provision/referral.ts';

/** A referral that was filled in, read; or what is wrong in it, by field. */
export type ReferralTaken =
  | { readonly ok: true; readonly referral: Referral }
  | { readonly ok: false; readonly problems: readonly { readonly path: string; readonly message: string }[] };

/** What the installer's pages work with. */
export interface Fitting {
  readonly provisioning: Provisioning;
  /** `form` is a referral as a file would hold it. */
  readonly take: (form: unknown) => ReferralTaken;
  /** Null: it was not made, or is gone again. */
  readonly paper: (name: PaperName) => Uint8Array | null;
}
