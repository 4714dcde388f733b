import type { Referral } from './referral.ts';

// What has to be true before a home is fitted. Each is confirmed by a person; none is taken from the form.

export type CheckId =
  | 'not-living-there'
  | 'she-wants-it'
  | 'owner-agrees'
  | 'risk-assessed'
  | 'safe-contact'
  | 'safe-on-site'
  | 'orders-known'
  | 'needs-met';

export interface Check {
  readonly id: CheckId;
  /** A sentence that is to be true. */
  readonly what: string;
  readonly why: string;
}

/** How old a risk assessment may be on the day, by risk. */
const ASSESSED_WITHIN_DAYS = { high: 7, medium: 28, low: 28 } as const;

/** What is to be confirmed for this referral, in the order in which it is asked. */
export function checksFor(referral: Referral): readonly Check[] {
  const { property, risk, escort, conditions, needs } = referral;
  const checks: (Check | null)[] = [
    {
      id: 'not-living-there',
      what: 'The perpetrator does not live there and has no key to it.',
      why: 'Locks and sensors keep nobody out who lives there.',
    },
    {
      id: 'she-wants-it',
      what: 'She wants it, and knows what it can and cannot do.',
      why: 'It is hers. What she does not want, she will not use.',
    },
    property.ownerAgrees === 'not-needed'
      ? null
      : {
          id: 'owner-agrees',
          what: 'The owner of the property agrees to what is fitted, or nothing is fitted that needs it.',
          why: 'Chains, bars and cages are screwed into what belongs to the owner.',
        },
    {
      id: 'risk-assessed',
      what: `The risk was assessed within the last ${ASSESSED_WITHIN_DAYS[risk]} days.`,
      why: 'What was low may be high by now.',
    },
    {
      id: 'safe-contact',
      what: 'A safe way and time to reach her is agreed.',
      why: 'A call or letter at the wrong moment tells him.',
    },
    {
      id: 'safe-on-site',
      what:
        escort === 'needed'
          ? 'The escort is here, and stays until the fitting is over.'
          : 'It is safe to be on site now.',
      why: 'Nobody is fitted a lock by somebody who gets hurt.',
    },
    conditions.length === 0
      ? null
      : {
          id: 'orders-known',
          what: `She knows what the orders say (${conditions.join(', ')}) and whom to call when they are broken.`,
          why: 'A breach is a reason for the police to come.',
        },
    needs.length === 0
      ? null
      : {
          id: 'needs-met',
          what: `She can use all of it herself (${needs.join('; ')}).`,
          why: 'A button out of reach, or a siren she cannot hear, is none.',
        },
  ];
  return checks.filter((check) => check !== null);
}
