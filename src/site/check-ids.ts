import { formatPath, type Path, quote } from './path.ts';
import type { Report } from './report.ts';
import { type Draft, type Item, valueAt } from './shape.ts';

/** The ids of one list, those of entries with slips too, so that naming one of them is no second error. */
export function idsOf(draft: Draft, list: (typeof LISTS)[number]): readonly Item<string>[] {
  return draft.places([list]).flatMap((entry) => {
    const path: Path = [...entry, 'id'];
    const value = valueAt(draft.raw, path);
    return typeof value === 'string' ? [{ path, value }] : [];
  });
}

const LISTS = ['devices', 'outputs', 'lighting', 'contacts', 'monitoring'] as const;

/** An id names one thing in the whole house: a log row or a text that says `siren` leaves no doubt. */
export function checkIds(draft: Draft, report: Report): void {
  const firsts = new Map<string, Path>();
  for (const { path, value } of LISTS.flatMap((list) => idsOf(draft, list))) {
    const first = firsts.get(value);
    if (first === undefined) firsts.set(value, path);
    else report.error(path, `${quote(value)} is taken by ${placeOf(first, report)}; choose another id`);
    if (value === 'monitoring' && (path[0] === 'contacts' || path[0] === 'monitoring')) {
      report.error(path, '"monitoring" stands for the monitoring services; choose another id');
    }
  }
}

/** `devices[0] in line 4`, for a message about something else; `path` is a key of it. */
export function placeOf(path: Path, report: Report): string {
  return `${formatPath(path.slice(0, -1))} in line ${report.places.at(path, 'value').line}`;
}
