import type { Problem } from './house.ts';
import { formatPath, type Path } from './path.ts';

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
  /** The value came from a secret and must not be shown. */
  readonly isSecret: (path: Path) => boolean;
  /** The value could not be had (a secret that is not there); what else is said of it would only confuse. */
  readonly isUnknown: (path: Path) => boolean;
}

/** A config that comes from no file a person edits. */
export const NO_PLACES: Places = {
  at: () => ({ line: 1, column: 1 }),
  isSecret: () => false,
  isUnknown: () => false,
};

/** Collects what is wrong with one file. */
export interface Report {
  readonly error: (path: Path, message: string, part?: Part) => void;
  readonly warning: (path: Path, message: string, part?: Part) => void;
  readonly problems: Problem[];
  readonly places: Places;
}

/** Most problems told at once; a file with more is broken as a whole. */
export const MOST_PROBLEMS = 500;

export function createReport(file: string, places: Places, problems: Problem[]): Report {
  const add = (severity: Problem['severity'], path: Path, message: string, part: Part) => {
    if (problems.length >= MOST_PROBLEMS || places.isUnknown(path)) return;
    problems.push({ severity, file, ...places.at(path, part), path: formatPath(path), message });
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
