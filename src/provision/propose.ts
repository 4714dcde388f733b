import type { ZoneType } from '../alarm/plan.ts';
import { type Check, checksFor } from './checks.ts';
import { type Deadline, deadlineOf } from './deadline.ts';
import type { PropertyKind, Referral } from './referral.ts';

// From a referral to what is to be fitted: a start that the installer changes on site, with the reason of each part.

/** A zone worth having in this home. */
export interface ProposedZone {
  readonly id: string;
  readonly type: ZoneType;
  readonly where: string;
  /** What measures it. */
  readonly kit: string;
  readonly why: string;
}

/** A siren, light or keypad. */
export interface ProposedOutput {
  readonly what: string;
  readonly where: string;
  readonly why: string;
}

export type ItemId =
  | 'door-chain'
  | 'door-viewer'
  | 'london-bar'
  | 'letterbox-cage'
  | 'letterbox-seal'
  | 'door-wedge'
  | 'window-locks'
  | 'lock-change';

/** Something to be fitted with a screwdriver, or laid where it is wanted. */
export interface ProposedItem {
  readonly id: ItemId;
  readonly what: string;
  readonly where: string;
  readonly why: string;
  /** It is screwed into what belongs to the owner. */
  readonly owner: 'must-agree' | 'need-not-agree';
}

export interface Proposal {
  readonly deadline: Deadline;
  readonly zones: readonly ProposedZone[];
  readonly outputs: readonly ProposedOutput[];
  readonly items: readonly ProposedItem[];
  /** What to do, in this order. */
  readonly order: readonly string[];
  readonly checks: readonly Check[];
  /** What to bear in mind before going there. */
  readonly mind: readonly string[];
}

/** What a kind of home has that another has not. */
interface Shape {
  /** Doors to the outside where nobody counted them. */
  readonly doors: number;
  /** Windows that can be reached from the ground. */
  readonly windows: number;
  readonly shared: string | null;
  readonly garden: 'garden' | 'none';
  readonly stairs: 'stairs' | 'none';
}

const SHAPES: Readonly<Record<PropertyKind, Shape>> = {
  'flat-ground-floor': { doors: 1, windows: 2, shared: 'the shared entrance', garden: 'none', stairs: 'none' },
  'flat-upper-floor': { doors: 1, windows: 0, shared: 'the landing', garden: 'none', stairs: 'none' },
  terrace: { doors: 2, windows: 2, shared: null, garden: 'garden', stairs: 'stairs' },
  semi: { doors: 2, windows: 3, shared: null, garden: 'garden', stairs: 'stairs' },
  detached: { doors: 2, windows: 4, shared: null, garden: 'garden', stairs: 'stairs' },
  bungalow: { doors: 2, windows: 4, shared: null, garden: 'garden', stairs: 'none' },
  'hostel-room': { doors: 1, windows: 0, shared: null, garden: 'none', stairs: 'none' },
  other: { doors: 1, windows: 1, shared: null, garden: 'none', stairs: 'none' },
};

/** More than these are one line each for the installer to add, not for a form to guess. */
const MOST_DOORS = 6;
const MOST_WINDOWS = 12;

export function propose(referral: Referral): Proposal {
  const shape = SHAPES[referral.property.kind];
  const doors = Math.min(referral.property.doors ?? shape.doors, MOST_DOORS);
  const windows = Math.min(referral.property.windows ?? shape.windows, MOST_WINDOWS);
  const zones = zonesFor(referral, shape, Math.max(doors, 1), windows);
  return {
    deadline: deadlineOf(referral),
    zones,
    outputs: outputsFor(referral, shape),
    items: itemsFor(referral, windows),
    order: orderFor(referral),
    checks: checksFor(referral),
    mind: mindFor(referral),
  };
}

function zonesFor(
  { risk, property, children }: Referral,
  shape: Shape,
  doors: number,
  windows: number,
): readonly ProposedZone[] {
  const hostel = property.kind === 'hostel-room';
  const further = Array.from({ length: doors - 1 }, (_, index) => index + 2);
  const zones: (ProposedZone | null)[] = [
    {
      id: 'bedside-button',
      type: 'panic',
      where: 'by the bed',
      kit: 'a button',
      why: 'The way to call for help in silence. It is proposed for every home, and is tested from every room.',
    },
    risk === 'high'
      ? {
          id: 'carried-button',
          type: 'panic',
          where: 'on her, or by the front door',
          kit: 'a second button',
          why: 'At a high risk help has to be in reach outside the bedroom too.',
        }
      : null,
    {
      id: 'front-door',
      type: 'entry',
      where: hostel ? 'the door of her room' : 'the front door',
      kit: 'a door contact',
      why: 'The door she comes in by: it leaves her the time to disarm.',
    },
    risk === 'low' || hostel
      ? null
      : {
          id: 'front-door-frame',
          type: 'tremor',
          where: 'the frame of the front door',
          kit: 'a vibration sensor',
          why: 'It hears kicks before the door gives way, so that help is called while he is still outside.',
        },
    ...further.map(
      (number): ProposedZone => ({
        id: number === 2 ? 'back-door' : `door-${number}`,
        type: 'perimeter',
        where: number === 2 ? 'the back door' : `outside door ${number}`,
        kit: 'a door contact',
        why: 'A door she does not come in by: it is an alarm at once.',
      }),
    ),
    ...Array.from(
      { length: windows },
      (_, index): ProposedZone => ({
        id: `window-${index + 1}`,
        type: 'perimeter',
        where: `window ${index + 1} that can be reached from the ground`,
        kit: 'a window contact',
        why: 'In reach without a ladder.',
      }),
    ),
    hostel
      ? null
      : {
          id: 'hall',
          type: 'interior',
          where: shape.stairs === 'stairs' ? 'the hall, looking at the foot of the stairs' : 'the hall',
          kit: 'a motion detector',
          why: 'Whoever came in another way has to pass here. It is off while she is at home.',
        },
    shape.garden === 'garden' && risk !== 'low'
      ? {
          id: 'path',
          type: 'notice',
          where: 'the path or side gate',
          kit: 'a motion detector for outside',
          why: 'It lights the way and tells her that somebody is there. It is never an alarm: cats and postmen pass too.',
        }
      : null,
    shape.shared === null
      ? null
      : {
          id: 'shared-way',
          type: 'notice',
          where: shape.shared,
          kit: 'a motion detector',
          why: 'Others pass here too, so that it is noted and never an alarm.',
        },
    {
      id: 'smoke',
      type: 'fire',
      where: shape.stairs === 'stairs' ? 'the landing' : hostel ? 'her room' : 'the hall',
      kit: 'a smoke alarm',
      why: `Fire is a way to attack${children > 0 ? ', and the children sleep there' : ''}; with a letterbox above all.`,
    },
    {
      id: 'mains',
      type: 'mains',
      where: 'at the hub',
      kit: 'a mains sensor, or the contact of its battery supply',
      why: 'Cutting the current comes before an attack, or looks like one.',
    },
    {
      id: 'hub-battery',
      type: 'hub_battery',
      where: 'at the hub',
      kit: 'a battery supply, and its contact for a low battery',
      why: 'Without it the hub is gone with the current, and nobody is told of either.',
    },
  ];
  return zones.filter((zone) => zone !== null);
}

function outputsFor({ risk, property }: Referral, shape: Shape): readonly ProposedOutput[] {
  const outputs: (ProposedOutput | null)[] = [
    property.kind === 'hostel-room'
      ? null
      : {
          what: 'a siren',
          where: 'inside, out of reach from the doors',
          why: 'Noise ends most attempts. A silent call for help leaves it off.',
        },
    {
      what: 'a keypad',
      where: property.kind === 'hostel-room' ? 'inside her door' : 'inside the front door',
      why: 'To arm and disarm without a phone.',
    },
    shape.garden === 'garden' || risk === 'high'
      ? { what: 'a light', where: 'by the front door', why: 'She sees who is there before she opens.' }
      : null,
  ];
  return outputs.filter((output) => output !== null);
}

function itemsFor({ property, risk, children }: Referral, windows: number): readonly ProposedItem[] {
  const hostel = property.kind === 'hostel-room';
  const mustAgree = property.ownerAgrees === 'not-needed' ? 'need-not-agree' : 'must-agree';
  const flat = property.kind === 'flat-upper-floor' || property.kind === 'flat-ground-floor';
  const door = flat ? 'the door of the flat' : 'the front door';
  const screwed = (id: ItemId, what: string, where: string, why: string): ProposedItem => ({
    id,
    what,
    where,
    why,
    owner: mustAgree,
  });
  const items: (ProposedItem | null)[] = [
    hostel ? null : screwed('lock-change', 'new lock cylinders', 'every outside door', 'He may have had keys cut.'),
    hostel
      ? null
      : screwed('door-chain', 'door chain or bar', door, 'She can speak through a gap that nobody gets through.'),
    hostel ? null : screwed('door-viewer', 'door viewer', door, 'She sees who is there, and is not seen.'),
    hostel || risk === 'low'
      ? null
      : screwed('london-bar', 'London bar', `the frame of ${door}`, 'Most doors give way at the frame of the lock.'),
    hostel
      ? null
      : screwed(
          risk === 'high' ? 'letterbox-cage' : 'letterbox-seal',
          risk === 'high' ? 'fireproof letterbox cage' : 'letterbox cover',
          door,
          children > 0 || risk === 'high'
            ? 'Burning things are put through letterboxes; keys are fished out of them.'
            : 'Keys are fished out through letterboxes.',
        ),
    windows === 0
      ? null
      : screwed('window-locks', 'window locks', 'every window in reach', 'A closed window is not a locked one.'),
    {
      id: 'door-wedge',
      what: 'door wedge, one with an alarm where she wants it',
      where: hostel ? 'the door of her room' : 'the room she would go to',
      why: 'It gives minutes, and needs nobody to agree.',
      owner: 'need-not-agree',
    },
  ];
  return items.filter((item) => item !== null);
}

function orderFor({ property, risk }: Referral): readonly string[] {
  const locks =
    property.kind === 'hostel-room'
      ? 'Lay the wedge where she wants it, and show her.'
      : 'Locks, chain and letterbox first: they work without current.';
  return [
    'Go through the checks with her before a tool is out.',
    locks,
    risk === 'high'
      ? 'The personal alarm next, and its first proven contact: from then on she can call.'
      : 'The personal alarm next, with its first proven contact.',
    'Doors and windows, then motion, smoke and mains.',
    'Fresh secrets, then the walk test: what was tested before is tested again.',
    'Hand over: papers, her own code, and nothing of yours left behind.',
  ];
}

function mindFor({ escort, access, conditions, needs, language, children, property }: Referral): readonly string[] {
  const agreement = {
    yes: null,
    'not-needed': null,
    no: 'The owner does not agree: fit nothing that is screwed into the building.',
    asked: 'The owner has not answered yet: fit nothing that is screwed into the building until there is a yes.',
  }[property.ownerAgrees];
  const mind: (string | null)[] = [
    escort === 'needed' ? 'Go with an escort, and not before it is there.' : null,
    agreement,
    ...access.map((one) => `Access: ${one}`),
    conditions.length === 0 ? null : `Orders in force: ${conditions.join(', ')}. A breach is a call to the police.`,
    ...needs.map((one) => `Needs: ${one}`),
    language === 'en' ? null : `Her language: ${language}. Bring somebody who speaks it and is not of his family.`,
    children > 0 ? 'Children: show them the button too, where she wants it.' : null,
  ];
  return mind.filter((one) => one !== null);
}
