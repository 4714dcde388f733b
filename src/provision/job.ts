import type { ZoneType } from '../alarm/plan.ts';
import type { PersonId } from '../base/brand.ts';
import type { WallTime } from '../base/time.ts';
import type { CheckId } from './checks.ts';
import type { ItemId } from './propose.ts';
import type { Referral } from './referral.ts';

/** A device that was learnt in this job. */
export interface FittedDevice {
  readonly id: string;
  /** By room, as she would say it. */
  readonly name: string;
  /** Null: it carries no zone (a keypad, a siren). */
  readonly type: ZoneType | null;
  readonly at: WallTime;
  /** As it was heard when it was learnt; null: not told. */
  readonly signal: string | null;
  readonly battery: number | null;
}

/** What a device may say while it is walked. */
export type Walked = 'opened' | 'closed' | 'detected' | 'hit' | 'pressed';

/** One time a zone was heard to work. */
export interface ZoneTest {
  readonly at: WallTime;
  readonly what: Exclude<Walked, 'closed'>;
}

/** One press of the personal alarm, and where the installer stood. */
export interface PressTest {
  readonly zone: string;
  readonly room: string;
  readonly at: WallTime;
}

/** How a test over one path to one contact, or to one service, ended. */
export interface PathTest {
  readonly at: WallTime;
  /** From the order until somebody, or a service, answered; null: nobody did. */
  readonly answeredAfterMs: number | null;
  /** The last it came to, in a word, and why. */
  readonly result: string;
  readonly why: string;
}

export interface CheckAnswer {
  readonly answer: 'yes' | 'no';
  /** For the coordinator; it is on no paper of hers. */
  readonly note: string;
  readonly at: WallTime;
}

export interface NotedItem {
  readonly item: ItemId | string;
  readonly where: string;
  readonly is: 'fitted' | 'not-fitted';
  /** Why not, where it was not. It is on the certificate. */
  readonly note: string;
  readonly at: WallTime;
}

export interface Waiver {
  /** Id of the blocker that it takes away. */
  readonly what: string;
  /** It is on the certificate. */
  readonly reason: string;
  readonly at: WallTime;
}

export interface Installer {
  /** Null: somebody without a code on this hub. */
  readonly person: PersonId | null;
  readonly name: string;
  /** Who sends them, as her copy of the certificate may say it. */
  readonly scheme: string;
}

/** One installer's hour, from referral to handover: all that was done and seen, and nothing that can be worked out from it. */
export interface Job {
  readonly version: 1;
  readonly id: string;
  readonly startedAt: WallTime;
  readonly referral: Referral;
  /** Who fits: a person of the hub, whose code and sessions end with the handover. */
  readonly installer: Installer;
  readonly checks: { readonly [check in CheckId]?: CheckAnswer };
  readonly devices: readonly FittedDevice[];
  /** Rooms from which the personal alarm has to work. */
  readonly rooms: readonly string[];
  /** Where the installer stands now; null: not said. */
  readonly standsIn: string | null;
  /** When broker passwords were last made new; null: not yet. What was tested before counts no more. */
  readonly secretsAt: WallTime | null;
  readonly tests: Readonly<Record<string, readonly ZoneTest[]>>;
  readonly presses: readonly PressTest[];
  readonly paths: Readonly<Record<string, PathTest>>;
  readonly items: readonly NotedItem[];
  readonly waivers: readonly Waiver[];
  /** When papers were last made: the handover is then only to be finished. */
  readonly papersAt: WallTime | null;
}

/** What an installer does or a house says in the hour. */
export type JobEvent =
  | { readonly type: 'check-answered'; readonly check: CheckId; readonly answer: 'yes' | 'no'; readonly note: string }
  | { readonly type: 'room-named'; readonly room: string }
  | { readonly type: 'room-dropped'; readonly room: string }
  | { readonly type: 'device-learnt'; readonly device: Omit<FittedDevice, 'at'> }
  | { readonly type: 'secrets-renewed' }
  /** Null: nowhere that counts. */
  | { readonly type: 'stood-in'; readonly room: string | null }
  | { readonly type: 'walked'; readonly zone: string; readonly what: Walked }
  | { readonly type: 'path-tested'; readonly path: string; readonly result: Omit<PathTest, 'at'> }
  | {
      readonly type: 'item-noted';
      readonly item: ItemId | string;
      readonly where: string;
      readonly is: 'fitted' | 'not-fitted';
      readonly note: string;
    }
  | { readonly type: 'waived'; readonly what: string; readonly reason: string }
  | { readonly type: 'waiver-withdrawn'; readonly what: string }
  | { readonly type: 'papers-made' };

/** Detector tests that count for one zone. */
export const TESTS_NEEDED = 2;
/** Tests of one zone that are kept: the first is as good as the last. */
export const MOST_TESTS = 8;
/** One bump can hit twice; what follows this soon is the same test. */
export const SAME_TEST_MS = 3_000;
export const MOST_ROOMS = 24;
export const MOST_ITEMS = 40;
export const MOST_WAIVERS = 40;
export const MOST_DEVICES = 200;
export const LONGEST_NAME = 64;
export const LONGEST_NOTE = 400;

export function newJob(start: {
  readonly id: string;
  readonly referral: Referral;
  readonly installer: Installer;
  readonly now: WallTime;
}): Job {
  return {
    version: 1,
    id: start.id,
    startedAt: start.now,
    referral: start.referral,
    installer: start.installer,
    checks: {},
    devices: [],
    rooms: [],
    standsIn: null,
    secretsAt: null,
    tests: {},
    presses: [],
    paths: {},
    items: [],
    waivers: [],
    papersAt: null,
  };
}
