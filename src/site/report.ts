import type { Problem } from './house.ts';
import { formatPath, type Path, quote } from './path.ts';

/** A place in a file, both counted from 1; columns count UTF-16 units. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/** What a message points at: the key, or what stands behind it. */
export type Part = 'key' | 'value';

/** Where the parts of a config stand in its file. */
export interface Places {
  /** The place of a path; of what holds it, where the path itself is not in the file. */
  readonly at: (path: Path, part: Part) => Position;
  /** What a secret put here, which must not be shown; null for a value that stands in the file. */
  readonly secretAt: (path: Path) => string | null;
  /** The value could not be had (a secret that is not there); what else is said of it would only confuse. */
  readonly isUnknown: (path: Path) => boolean;
}

/** A config that comes from no file a person edits. */
export const NO_PLACES: Places = {
  at: () => ({ line: 1, column: 1 }),
  secretAt: () => null,
  isUnknown: () => false,
};

/** Collects what is wrong with one file. */
export interface Report {
  readonly error: (path: Path, message: string, part?: Part) => void;
  readonly warning: (path: Path, message: string, part?: Part) => void;
  readonly problems: Problem[];
  readonly places: Places;
}

/** Most errors, and most warnings, told at once: each on its own, so that warnings never crowd out an error. */
export const MOST_PROBLEMS = 500;

export function createReport(file: string, places: Places, problems: Problem[]): Report {
  const told = { error: 0, warning: 0 };
  const add = (severity: Problem['severity'], path: Path, message: string, part: Part) => {
    if (told[severity] >= MOST_PROBLEMS || places.isUnknown(path)) return;
    told[severity] += 1;
    const secret = places.secretAt(path);
    const shown = secret === null ? message : message.replaceAll(quote(secret), 'the value of this secret');
    problems.push({ severity, file, ...places.at(path, part), path: formatPath(path), message: shown });
  };
  return {
    error: (path, message, part = 'value') => add('error', path, message, part),
    warning: (path, message, part = 'value') => add('warning', path, message, part),
    problems,
    places,
  };
}

/** In the order of the file; what stands in another file (secrets) comes last. */
export function sorted(problems: readonly Problem[], file: string): readonly Problem[] {
  const rank = (p: Problem) => (p.file === file ? 0 : 1);
  return [...problems].sort((a, b) => rank(a) - rank(b) || a.line - b.line || a.column - b.column);
}

/** `FILE:LINE:COL: path: message`, for warnings with `warning:` before the path. */
export function formatProblem(problem: Problem): string {
  const mark = problem.severity === 'warning' ? 'warning: ' : '';
  return `${problem.file}:${problem.line}:${problem.column}: ${mark}${problem.path}: ${problem.message}`;
}
