import type { AlarmKind } from '../alarm/plan.ts';
import type { Brand } from '../base/brand.ts';
import type { Duration } from '../base/time.ts';

/** Id of a monitoring service. */
export type StationId = Brand<string, 'StationId'>;

/** What a service may be told of the house, in our own words; each has its codes in a table per service. */
export type ReportKind =
  | 'personal-audible'
  | 'personal-silent'
  | 'duress'
  | 'perimeter'
  | 'interior'
  | 'entry-route'
  | 'day-zone'
  | 'confirmed'
  /** Somebody comes in by the entry route, or forces it, and has not yet unset. Its restore: they have. */
  | 'pre-alert'
  /** A true code ended an alarm. */
  | 'cancel'
  /** Nobody ended an alarm in all its time. */
  | 'expired'
  | 'zone-tamper'
  | 'hub-tamper'
  | 'fire'
  | 'technical'
  | 'jamming'
  | 'supervision-lost'
  | 'battery-low'
  | 'mains-lost'
  /** The same while the panel is set: it may be the beginning of a break-in. */
  | 'mains-cut'
  | 'hub-battery-low'
  | 'path-lost'
  | 'restart'
  | 'set'
  | 'part-set'
  | 'unset'
  | 'bypass'
  | 'lockout'
  | 'test-manual'
  | 'test-periodic'
  /** What has no word of its own, with a text. */
  | 'alarm-other'
  | 'trouble-other';

/** The words of `reports:` in the config. */
export type ReportClass = 'set' | 'unset' | 'alarms' | 'faults' | 'tests';

export interface StationPlan {
  readonly id: StationId;
  readonly reports: ReadonlySet<ReportClass>;
  /** Of the alarms, only these kinds. */
  readonly alarms: ReadonlySet<AlarmKind>;
  readonly preAlert: 'told' | 'kept';
  /** A sign of life this often; five seconds is legal. */
  readonly supervision: Duration;
  /** A test report about this often; null: never. */
  readonly test: Duration | null;
}

export interface StationsPlan {
  readonly stations: ReadonlyMap<StationId, StationPlan>;
}

/** Where a kind belongs; `alarm` is what the station's list of kinds calls it, null where that list does not ask. */
interface Place {
  readonly class: ReportClass;
  readonly alarm: AlarmKind | null;
  /** What leaves first and gives way last: 0 a call for help, 1 alarms, 2 faults, 3 the rest. */
  readonly rank: 0 | 1 | 2 | 3;
}

const alarm = (kind: AlarmKind): Place => ({ class: 'alarms', alarm: kind, rank: 1 });
const help = (kind: AlarmKind): Place => ({ class: 'alarms', alarm: kind, rank: 0 });
const any: Place = { class: 'alarms', alarm: null, rank: 1 };
const fault: Place = { class: 'faults', alarm: null, rank: 2 };
const rest = (of: ReportClass): Place => ({ class: of, alarm: null, rank: 3 });

/** The place of every kind. */
export const PLACES: Readonly<Record<ReportKind, Place>> = {
  'personal-audible': help('personal'),
  'personal-silent': help('personal'),
  duress: help('duress'),
  perimeter: alarm('intruder'),
  interior: alarm('intruder'),
  'entry-route': alarm('intruder'),
  'day-zone': alarm('intruder'),
  confirmed: alarm('intruder'),
  'pre-alert': alarm('intruder'),
  cancel: any,
  expired: any,
  'zone-tamper': alarm('tamper'),
  'hub-tamper': alarm('tamper'),
  fire: alarm('fire'),
  technical: alarm('fault'),
  jamming: fault,
  'supervision-lost': fault,
  'battery-low': fault,
  'mains-lost': fault,
  'mains-cut': { class: 'faults', alarm: null, rank: 1 },
  'hub-battery-low': fault,
  'path-lost': fault,
  restart: fault,
  set: rest('set'),
  'part-set': rest('set'),
  unset: rest('unset'),
  bypass: rest('set'),
  lockout: any,
  'test-manual': rest('tests'),
  'test-periodic': rest('tests'),
  'alarm-other': alarm('intruder'),
  'trouble-other': fault,
};

/** Whether this service is told of this. An end is told to whoever takes alarms: it may have been told of the beginning. */
export function takes(station: StationPlan, kind: ReportKind): boolean {
  const place = PLACES[kind];
  if (kind === 'pre-alert' && station.preAlert === 'kept') return false;
  if (kind === 'mains-cut' && station.reports.has('alarms') && station.alarms.has('fault')) return true;
  return station.reports.has(place.class) && (place.alarm === null || station.alarms.has(place.alarm));
}
