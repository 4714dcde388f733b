import type { ContactId } from '../base/brand.ts';
import { isProven, lastYes } from '../escalate/proving.ts';
import type { Proofs } from '../escalate/state.ts';

/** A contact as a person on site may see it: never a number, and nothing of what was told. */
export interface ShownContact {
  readonly contact: ContactId;
  readonly proven: boolean;
  /** When a YES last came in, by path. */
  readonly paths: Readonly<Record<string, string>>;
  /** When the last of them came in; null: never. */
  readonly last: string | null;
  /** Since when a YES is waited for; null: it is not, or it has come. */
  readonly asked: string | null;
}

/** Who is proven, on which path, when last. */
export function showContacts(contacts: Iterable<ContactId>, proofs: Proofs): readonly ShownContact[] {
  const iso = (at: number): string => new Date(at).toISOString();
  return [...contacts].map((contact) => {
    const proof = proofs[contact];
    const paths = Object.fromEntries(Object.entries(proof?.by ?? {}).map(([path, at]) => [path, iso(at)]));
    const last = proof === undefined || !isProven(proof) ? null : lastYes(proof);
    const asked = proof?.asked ?? null;
    const open = asked !== null && (last === null || last < asked);
    return {
      contact,
      proven: isProven(proof),
      paths,
      last: last === null ? null : iso(last),
      asked: open ? iso(asked) : null,
    };
  });
}
