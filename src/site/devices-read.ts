import type { Document } from 'yaml';
import { isMap, isScalar, LineCounter, parseDocument } from 'yaml';
import type { z } from 'zod';
import type { ExamplesFile } from './devices-schema.ts';
import { examplesFile } from './devices-schema.ts';
import type { Problem } from './house.ts';
import type { Path } from './path.ts';
import { either, formatPath } from './path.ts';
import type { Position } from './report.ts';
import { readSource } from './source.ts';

/** Examples are half of every file and the hub has no use for them. */
export type Depth = 'profiles' | 'profiles-and-examples';

export interface DeviceFile<T> {
  readonly content: T;
  /** Empty unless they were asked for. */
  readonly examples: ExamplesFile['examples'];
  readonly file: string;
}

const MOST_BYTES = 256 * 1024;
const TOP: Position = { line: 1, column: 1 };

/**
 * Reads a device file: the profile, and after a line `---` its examples. Null when the profile is not as `schema` says;
 * what is wrong is added to `problems`.
 */
export function readDeviceFile<T>(
  file: string,
  schema: z.ZodType<T>,
  depth: Depth,
  problems: Problem[],
): DeviceFile<T> | null {
  const source = readSource(file, MOST_BYTES);
  if (!source.ok) {
    problems.push(problemAt(file, source.at, [], source.why));
    return null;
  }
  const [profile, examples] = split(source.text);
  const content = parsePart(file, profile, schema, problems);
  if (content === null) return null;
  if (depth === 'profiles') return { content, examples: [], file };
  if (examples === null) {
    problems.push(problemAt(file, TOP, ['examples'], 'there are none; add a line --- and examples: after the profile'));
    return { content, examples: [], file };
  }
  return { content, examples: parsePart(file, examples, examplesFile, problems)?.examples ?? [], file };
}

interface Part {
  readonly text: string;
  /** Lines of the file that stand before it. */
  readonly linesBefore: number;
}

function split(text: string): readonly [Part, Part | null] {
  const mark = '\n---\n';
  const cut = text.indexOf(mark);
  if (cut < 0) return [{ text, linesBefore: 0 }, null];
  const profile = text.slice(0, cut + 1);
  return [
    { text: profile, linesBefore: 0 },
    { text: text.slice(cut + mark.length), linesBefore: profile.split('\n').length },
  ];
}

function parsePart<T>(file: string, part: Part, schema: z.ZodType<T>, problems: Problem[]): T | null {
  const lines = new LineCounter();
  const document = parseDocument(part.text, { lineCounter: lines, prettyErrors: false });
  const tell = (offset: number, path: Path, message: string): void => {
    const { line, col } = lines.linePos(offset);
    problems.push(problemAt(file, { line: line + part.linesBefore, column: col }, path, message));
  };
  for (const error of document.errors) tell(error.pos[0], [], `${error.message}; mend the YAML there`);
  if (document.errors.length > 0) return null;
  const checked = schema.safeParse(document.toJS());
  if (checked.success) return checked.data;
  for (const fault of checked.error.issues.flatMap((issue) => faultsIn(issue, document))) {
    tell(offsetOf(document, fault.path, fault.at), fault.path, fault.message);
  }
  return null;
}

interface Fault {
  readonly path: Path;
  readonly at: 'key' | 'value';
  readonly message: string;
}

function faultsIn(issue: z.core.$ZodIssue, document: Document): readonly Fault[] {
  const path = issue.path.map((part) => (typeof part === 'number' ? part : String(part)));
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({
      path: [...path, key],
      at: 'key',
      message: 'no such key; remove it or mend its name',
    }));
  }
  const missing = path.length > 0 && !document.hasIn(path);
  return [{ path, at: 'value', message: missing ? 'is missing; add it' : faultOf(issue) }];
}

const kinds: Readonly<Record<string, string>> = {
  object: 'a group of keys',
  record: 'a group of keys',
  array: 'a list',
  string: 'text',
  number: 'a number',
  boolean: 'true or false',
};

function faultOf(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case 'invalid_value':
      return `is none of these; use ${either(issue.values.map(String))}`;
    case 'invalid_type':
      return issue.message.startsWith('Invalid')
        ? `is of the wrong kind; write ${kinds[issue.expected] ?? issue.expected}`
        : issue.message;
    default:
      return issue.message;
  }
}

/** Where a path stands in the text; what holds it, where it is not there itself. */
function offsetOf(document: Document, path: Path, at: 'key' | 'value'): number {
  if (at === 'key') {
    const parent = path.length === 1 ? document.contents : document.getIn(path.slice(0, -1), true);
    const pair = isMap(parent)
      ? parent.items.find((item) => isScalar(item.key) && item.key.value === path.at(-1))
      : null;
    if (hasRange(pair?.key)) return pair.key.range[0];
  }
  for (let depth = path.length; depth > 0; depth -= 1) {
    const node = document.getIn(path.slice(0, depth), true);
    if (hasRange(node)) return node.range[0];
  }
  return hasRange(document.contents) ? document.contents.range[0] : 0;
}

function hasRange(node: unknown): node is { readonly range: readonly [number, number, number] } {
  return typeof node === 'object' && node !== null && 'range' in node && Array.isArray(node.range);
}

export function problemAt(file: string, at: Position, path: Path, message: string): Problem {
  return { severity: 'error', file, line: at.line, column: at.column, path: formatPath(path), message };
}
