import { formatPath, type Path, quote } from './path.ts';
import type { Report } from './report.ts';
import { type Config, ConfigSchema } from './schema.ts';
import { remedyFor } from './suggest.ts';

/** A part of a config with its place. */
export interface Item<T> {
  readonly path: Path;
  readonly value: T;
}

/**
 * A config as far as its shape is right. A part with a slip in it is left out, so that the checks across parts go on with the
 * rest and everything is told at once.
 */
export interface Draft {
  /** The value as it was read, for ids that stand in a part with slips. */
  readonly raw: unknown;
  /** The config, when nothing is wrong with its shape. */
  readonly whole: Config | null;
  /** The part at a path, if it is there and right. */
  readonly part: <T>(path: Path) => Item<T> | null;
  /** The entries of the list at a path that are right. */
  readonly entries: <T>(path: Path) => readonly Item<T>[];
  /** The place of each entry of the list at a path, right or not. */
  readonly places: (path: Path) => readonly Path[];
}

type Issue = NonNullable<ReturnType<typeof ConfigSchema.safeParse>['error']>['issues'][number];

/** Reports every slip in the shape of `value` and gives the rest. */
export function checkShape(value: unknown, report: Report): Draft {
  const result = ConfigSchema.safeParse(value, { reportInput: true });
  if (result.success) return draft(value, result.data, new Set(), new Set());
  const slips = new Set<string>();
  const unread = new Set<string>();
  for (const issue of result.error.issues) {
    const path = pathOf(issue);
    // An unknown key takes nothing from what is known beside it.
    if (issue.code !== 'unrecognized_keys') for (const above of prefixes(path)) slips.add(above);
    // Of a list that is too long nobody has looked at the entries.
    if (issue.code === 'too_big') unread.add(formatPath(path));
  }
  reportSlips(result.error.issues, report);
  return draft(value, null, slips, unread);
}

/** Tells of each slip that a schema found, and only once of those in one place. */
export function reportSlips(issues: readonly Issue[], report: Report): void {
  const told = new Set<string>();
  for (const issue of issues) {
    const path = pathOf(issue);
    if (!isEcho(path, told)) reportIssue(issue, path, report);
  }
}

const pathOf = (issue: Issue): Path => issue.path.map((part) => (typeof part === 'symbol' ? String(part) : part));

const prefixes = (path: Path): readonly string[] => path.map((_, index) => formatPath(path.slice(0, index + 1)));

/** The second word on one value would only repeat the first. */
function isEcho(path: Path, told: Set<string>): boolean {
  const text = formatPath(path);
  const echo = told.has(text);
  told.add(text);
  return echo;
}

function reportIssue(issue: Issue, path: Path, report: Report): void {
  if (issue.code !== 'unrecognized_keys') {
    report.error(path, issue.message, issue.code === 'invalid_key' ? 'key' : 'value');
    return;
  }
  const known = issue.message.split(',');
  for (const key of issue.keys) report.error([...path, key], aboutKey(key, known), 'key');
}

function aboutKey(key: string, known: readonly string[]): string {
  return `${quote(key)} is not a key here; ${remedyFor(key, known, `use ${known.join(', ')}`)}`;
}

function draft(raw: unknown, whole: Config | null, slips: ReadonlySet<string>, unread: ReadonlySet<string>): Draft {
  // The schema changes no value, so what it found nothing wrong with is what it describes.
  const part = <T>(path: Path): Item<T> | null => {
    const value = valueAt(raw, path);
    const isWrong = slips.has(formatPath(path)) || prefixes(path).some((above) => unread.has(above));
    return value === undefined || isWrong ? null : { path, value: value as T };
  };
  const places = (path: Path): readonly Path[] => {
    const list = valueAt(raw, path);
    return Array.isArray(list) ? list.map((_, index) => [...path, index]) : [];
  };
  const entries = <T>(path: Path): readonly Item<T>[] => places(path).flatMap((each) => part<T>(each) ?? []);
  return { raw, whole, part, entries, places };
}

/** What stands at a path; undefined where there is nothing. */
export function valueAt(value: unknown, path: Path): unknown {
  let here = value;
  for (const key of path) {
    if (typeof here !== 'object' || here === null || !Object.hasOwn(here, key)) return undefined;
    here = Reflect.get(here, key);
  }
  return here;
}
