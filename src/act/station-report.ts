import type { JsonObject } from '../base/json.ts';
import type { WallTime } from '../base/time.ts';
import type { ReportKind } from '../escalate/stations-plan.ts';
import type { Report } from '../escalate/stations-state.ts';

/** Everything a monitoring service may be told of one happening, before it takes the form that the service reads. */
export interface StationReport {
  /** The hub's own, never used twice. */
  readonly id: string;
  readonly kind: ReportKind;
  readonly is: 'new' | 'restore';
  readonly alarm: string | null;
  /** When it happened; null: the clock was not to be trusted. */
  readonly at: WallTime | null;
  readonly zone: { readonly id: string; readonly number: number; readonly name: string } | null;
  /** 0: nobody, or nobody with a number. */
  readonly user: number;
  readonly text: string | null;
}

/** How the house is numbered for far ends. */
export interface Numbering {
  /** By device id: its number from 1 to 999, and the name the config gives it. */
  readonly zones: ReadonlyMap<string, { readonly number: number; readonly name: string }>;
  /** By person id; who is not in it is user 0. */
  readonly users: ReadonlyMap<string, number>;
}

/** What the operators of one service may know beyond account and zone. The config decides which of it, for whom. */
export type CaseCard = JsonObject;

/** Resolves a queued report for sending. A zone of an older config keeps its id and becomes number 0. */
export function stationReport(report: Report, numbering: Numbering): StationReport {
  const { id, kind, is, alarm, at, zone, by, text } = report;
  const known = zone === null ? undefined : numbering.zones.get(zone);
  return {
    id,
    kind,
    is,
    alarm,
    at,
    zone: zone === null ? null : { id: zone, number: known?.number ?? 0, name: known?.name ?? zone },
    user: by === null ? 0 : (numbering.users.get(by) ?? 0),
    text,
  };
}
