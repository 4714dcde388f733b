import type { AlarmId, ContactId, DeviceId, PersonId, SourceId, ZoneId } from '../base/brand.ts';
import type { Duration } from '../base/time.ts';
import type { ArmedMode } from './plan.ts';
import type { PanelState, SetState } from './state.ts';

/** What an undone arming goes back to. */
export type BeforeArming = Pick<PanelState, 'set' | 'bypassed' | 'changedBy'>;

export type Role = 'resident' | 'installer' | 'monitor' | 'visitor';

/** The person a code belongs to. The name is shown to residents and never logged. */
export interface Person {
  readonly id: PersonId;
  readonly name: string;
  readonly role: Role;
}

/** Whose code it was, and which of the two. */
export interface GivenCode {
  readonly person: Person;
  readonly duress: boolean;
}

/** A session on the page knows whose it is. `fresh`: that person's code was given within the last minutes. */
export interface Vouched extends GivenCode {
  readonly code: 'fresh' | 'old';
}

/** Where an answer goes: a `panel/reply`, a keypad, or a caller within this process that waits for it. */
export type ReplyTo =
  | { readonly via: 'mqtt'; readonly id: string | null }
  | {
      readonly via: 'keypad';
      readonly device: DeviceId;
      readonly transaction: number | null;
      readonly asked: 'arm' | 'disarm' | 'panic';
    }
  | { readonly via: 'call'; readonly call: number };

/** What somebody asked the panel to do, before anyone knows whether they may. */
export interface Order {
  /** The hub's own number for this order; a checked code comes back under it. */
  readonly token: number;
  readonly source: SourceId;
  readonly replyTo: ReplyTo;
  /** The asker's own id, refused when it comes again; null: none given. */
  readonly id: string | null;
  readonly hasCode: boolean;
  /** Given where a session stands behind the order. */
  readonly vouched?: Vouched;
  readonly ask: Ask;
}

/** What a zone did in a walk test. */
export type WalkWhat = 'opened' | 'closed' | 'detected' | 'hit' | 'pressed';

/** What may be asked. All but the first three need somebody who is known. */
export type Ask =
  | { readonly action: 'arm'; readonly mode: ArmedMode; readonly bypass: readonly string[] }
  | { readonly action: 'disarm' }
  | { readonly action: 'panic'; readonly silent: boolean }
  /** Only whose code this is; the answer says it. */
  | { readonly action: 'identify' }
  | { readonly action: 'acknowledge'; readonly alarm: string; readonly note: string | null }
  | { readonly action: 'close'; readonly alarm: string; readonly note: string | null }
  /** Lets installers work for so long; again: for so long from now. */
  | { readonly action: 'open-installer'; readonly length: Duration }
  | { readonly action: 'close-installer' }
  /** Tries every detector, for so long and half an hour at most; only while nothing is set or sounds. */
  | { readonly action: 'walk-test'; readonly length: Duration }
  | { readonly action: 'end-walk-test' }
  /** A resident has changed who may come in; it is written down. With the locks changed, installers' time is over too. */
  | { readonly action: 'people-changed'; readonly what: PeopleChange };

/** What changed about the people, for the log: no names, and nothing of duress codes. */
export type PeopleChange =
  | { readonly type: 'person-added' | 'person-removed'; readonly role: Role }
  | { readonly type: 'code-changed' }
  | { readonly type: 'locks-changed'; readonly ended: Readonly<Record<string, number>> };

/** What the zone room tells of zones and of the devices that carry them. */
export type ZoneEvent =
  /** A contact opened. */
  | { readonly type: 'zone-opened'; readonly zone: ZoneId }
  /** A contact closed, or a detection is over. */
  | { readonly type: 'zone-closed'; readonly zone: ZoneId }
  /** The level of a contact, told for the first time since the start or since it was lost, and no edge. */
  | { readonly type: 'zone-known'; readonly zone: ZoneId; readonly open: boolean }
  /** Motion began, vibration qualified, smoke or leak was found, a button was pressed; `single`: shortly, and once. */
  | { readonly type: 'zone-detected'; readonly zone: ZoneId; readonly press?: 'single' }
  /** The press of a button that counted when it went down is a hold by now; no news where nobody tried it. */
  | { readonly type: 'press-held'; readonly zone: ZoneId }
  /** One vibration hit. */
  | { readonly type: 'zone-hit'; readonly zone: ZoneId }
  /** Silent for longer than its supervision, or said to be offline. What it measured is now unknown. */
  | { readonly type: 'device-lost'; readonly device: DeviceId }
  /** Heard for the first time since start, or since it was lost. */
  | { readonly type: 'device-heard'; readonly device: DeviceId }
  | { readonly type: 'tamper-on'; readonly device: DeviceId }
  | { readonly type: 'tamper-off'; readonly device: DeviceId }
  | { readonly type: 'battery-low'; readonly device: DeviceId }
  | { readonly type: 'battery-ok'; readonly device: DeviceId };

/** Everything that can happen to the panel. */
export type PanelEvent =
  | ZoneEvent
  /** An order came in; nobody has looked at its code yet. `enrolled`: somebody has a code at all. */
  | { readonly type: 'ordered'; readonly order: Order; readonly enrolled: boolean; readonly mayArm: boolean }
  /** The order's code belongs to somebody. */
  | {
      readonly type: 'code-verified';
      readonly order: Order;
      readonly person: Person;
      readonly duress: boolean;
      readonly mayArm: boolean;
    }
  /** The order's code belongs to nobody, or to somebody whose time is over. */
  | { readonly type: 'code-wrong'; readonly order: Order }
  /** Somebody at the hub itself lets installers work for so long, while no resident has a code yet. */
  | { readonly type: 'fitting-began'; readonly length: Duration }
  /** The monitoring service closed an alarm. */
  | { readonly type: 'closed-by-station'; readonly alarm: AlarmId; readonly by: string }
  /** A contact or a monitoring service has seen an alarm. */
  | { readonly type: 'acknowledged'; readonly alarm: AlarmId; readonly by: ContactId | string }
  /** The monitoring service adds some words to an alarm. */
  | { readonly type: 'noted'; readonly alarm: AlarmId; readonly by: string; readonly note: string }
  /** Trouble of the hub itself: `disk`, `database`, `config_refused`, `path:twilio`, … */
  | { readonly type: 'fault-raised'; readonly fault: string }
  | { readonly type: 'fault-cleared'; readonly fault: string }
  /**
   * A radio hears nothing of its devices: `devices` fell silent together, or its gateway tells of noise. `radio`: what its
   * gateway is called.
   */
  | {
      readonly type: 'jammed';
      readonly radio: string;
      readonly by: 'silence' | 'noise';
      readonly devices: readonly DeviceId[];
    }
  | { readonly type: 'jamming-over'; readonly radio: string }
  /** Setting a mode could not be made durable: what was in force before holds again, unless something happened since. */
  | { readonly type: 'arming-undone'; readonly failed: SetState; readonly before: BeforeArming }
  /** All that is known after a lost database is that an alarm was sounding: somebody has to be told. */
  | { readonly type: 'alarm-restored' }
  /** The process has started again on a saved state. */
  | { readonly type: 'restarted' }
  /** A deadline may have come. */
  | { readonly type: 'tick' };

/** Why an order was refused; the words of `panel/reply`. */
export type Refusal = 'bad_code' | 'locked_out' | 'zones_open' | 'not_allowed' | 'no_users' | 'bad_request';

/**
 * The answer to an order. `given`: whose code came with it, where it was anybody's; for a caller within this process alone, and never to
 * be shown as it is.
 */
export type Answer =
  | {
      readonly ok: true;
      readonly warnings: readonly string[];
      readonly given?: GivenCode;
    }
  | {
      readonly ok: false;
      readonly error: Refusal;
      readonly zones?: readonly ZoneId[];
      /** How long no code is taken, where that is why. */
      readonly waits?: Duration;
      readonly given?: GivenCode;
    };
