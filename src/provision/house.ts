import type { ZoneType } from '../alarm/plan.ts';

// What the running house says of itself, as far as the hour asks.

export interface FittedZone {
  readonly id: string;
  readonly name: string;
  readonly type: ZoneType;
  /** Model or family of what carries it. */
  readonly device: string;
  /** In one word; null: not told. */
  readonly signal: string | null;
  /** Percent; null: not told. */
  readonly battery: number | null;
  readonly batteryLow: boolean;
  readonly lost: boolean;
}

export interface FittedContact {
  readonly id: string;
  readonly proven: boolean;
  /** A YES is waited for. */
  readonly asked: boolean;
}

/** One way for an alarm to reach somebody. `name` is that of its test: `twilio to sister`, or the id of a service. */
export interface FittedPath {
  readonly name: string;
  /** Null: it leads to a monitoring service. */
  readonly contact: string | null;
  /** What it may be called on a paper: it gives no contact away. */
  readonly shown: string;
  /** `never`: the config lets this service be told of no tests. */
  readonly tested: 'on order' | 'never';
}

export interface FittedHouse {
  readonly panel: 'disarmed' | 'set';
  readonly zones: readonly FittedZone[];
  readonly contacts: readonly FittedContact[];
  readonly paths: readonly FittedPath[];
  /** Names of clients of the broker that have a password; none: nothing to make new. */
  readonly brokerUsers: readonly string[];
  /** People who can arm and end an alarm. */
  readonly residents: number;
  /** The config was changed since the hub started, and counts after a restart. */
  readonly restart: 'needed' | 'not needed';
}
