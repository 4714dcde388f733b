import type { RecordEffect } from '../alarm/effects.ts';
import type { Json } from '../base/json.ts';
import type { StationsEffect, StationsStep } from './stations-events.ts';
import { PLACES, type StationId } from './stations-plan.ts';
import type { Delivery, Line, Report, StationsState } from './stations-state.ts';

/** Nothing happens but these. */
export const stay = (state: StationsState, ...effects: readonly StationsEffect[]): StationsStep => ({ state, effects });

export const lineOf = (state: StationsState, station: StationId): Line | undefined => state.lines[station];

export const putLine = (state: StationsState, station: StationId, line: Line): StationsState => ({
  ...state,
  lines: { ...state.lines, [station]: line },
});

export const isOver = (delivery: Delivery): boolean => delivery.status === 'acked' || delivery.status === 'given-up';

/** A report that is over with every service leaves. */
export function putDelivery(
  state: StationsState,
  report: Report,
  station: StationId,
  delivery: Delivery,
): StationsState {
  const changed: Report = { ...report, to: { ...report.to, [station]: delivery } };
  const over = Object.values<Delivery>(changed.to).every(isOver);
  const reports = over
    ? state.reports.filter((one) => one.id !== report.id)
    : state.reports.map((one) => (one.id === report.id ? changed : one));
  return { ...state, reports };
}

export const rankOf = (report: Pick<Report, 'kind'>): number => PLACES[report.kind].rank;

export const urgencyOf = (report: Pick<Report, 'kind'>): 'urgent' | 'ordinary' =>
  rankOf(report) === 0 ? 'urgent' : 'ordinary';

/** A row about one report: ids and words of our own only. */
export function reportRow(
  row: string,
  report: Report,
  more: Readonly<Record<string, Json>>,
  audience: RecordEffect['audience'] = report.silent ? 'sealed' : 'local',
): RecordEffect {
  const { id, kind, is, alarm, zone } = report;
  return { type: 'record', row, data: { report: id, kind, is, alarm, zone, ...more }, audience };
}

/** The far end's own words, fit for a row. */
export const fitForRow = (why: string): string => why.slice(0, 200);
