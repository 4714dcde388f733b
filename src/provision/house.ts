import type { ZoneType } from '../alarm/plan.ts';
import type { Job } from './job.ts';

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
  /** People who live there and have a code. */
  readonly residents: number;
  /** The config was changed since the hub started, and counts after a restart. */
  readonly restart: 'needed' | 'not needed';
}

/**
 * The house with what was heard of a device when it was learnt, where nothing was since: a silent button leaves no trace of
 * how it is heard.
 */
export function withLearnt(house: FittedHouse, { devices }: Job): FittedHouse {
  const zones = house.zones.map((zone) => {
    const learnt = devices.find(({ id }) => id === zone.id);
    return { ...zone, signal: zone.signal ?? learnt?.signal ?? null, battery: zone.battery ?? learnt?.battery ?? null };
  });
  return { ...house, zones };
}
