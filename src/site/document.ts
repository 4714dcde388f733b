import {
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  parseDocument,
  type Scalar,
  type YAMLMap,
} from 'yaml';
import type { Problem } from './house.ts';
import { formatPath, type Path, quote } from './path.ts';
import { MOST_PROBLEMS, type Part, type Places, type Position } from './report.ts';

/** Most values in one file, what aliases repeat counted each time. */
const MOST_NODES = 50_000;
/** Deepest nesting; the config itself needs five. */
const DEEPEST = 24;

/** Looks up a secret by its name. */
export type Lookup = (
  name: string,
) => { readonly ok: true; readonly value: string } | { readonly ok: false; readonly why: string };

/** A YAML file as plain values, with the place of each. `whole`: nothing was lost to a syntax error. */
export interface ParsedDocument {
  readonly whole: boolean;
  readonly value: unknown;
  readonly places: Places;
  readonly problems: readonly Problem[];
}

interface Spot {
  readonly key: number | null;
  readonly value: number;
}

/** What is gathered while a document is read. */
interface Reading {
  readonly file: string;
  readonly text: string;
  readonly lines: LineCounter;
  readonly lookup: Lookup;
  readonly spots: Map<string, Spot>;
  readonly secrets: Map<string, string>;
  readonly unknown: Set<string>;
  readonly anchors: Map<string, Node>;
  readonly problems: Problem[];
  nodes: number;
  broken: boolean;
}

/** Reads one YAML document. Never throws; a file that is no YAML gives problems and no value. */
export function readDocument(file: string, text: string, lookup: Lookup): ParsedDocument {
  const reading: Reading = {
    file,
    text,
    lines: linesOf(text),
    lookup,
    spots: new Map(),
    secrets: new Map(),
    unknown: new Set(),
    anchors: new Map(),
    problems: [],
    nodes: 0,
    broken: false,
  };
  const value = readTop(reading);
  return { whole: !reading.broken, value, places: placesOf(reading), problems: reading.problems };
}

/** Counted here: the package's own count leaves out line ends within text it did not expect. */
function linesOf(text: string): LineCounter {
  const lines = new LineCounter();
  for (let start = 0; start !== -1; ) {
    lines.addNewLine(start);
    const end = text.indexOf('\n', start);
    start = end === -1 ? -1 : end + 1;
  }
  return lines;
}

function readTop(reading: Reading): unknown {
  const contents = parse(reading);
  if (reading.broken) return undefined;
  if (contents === null) {
    breakOff(reading, 0, 'the file is empty; start from config/example.yaml');
    return undefined;
  }
  return convert(reading, contents, [], null);
}

/** The parsed tree, every syntax error told; null: nothing in it. */
function parse(reading: Reading): Node | null {
  try {
    const document = parseDocument(reading.text, {
      prettyErrors: false,
      // Compared pairwise by the package; the conversion below finds duplicates in one pass.
      uniqueKeys: false,
      customTags: [{ tag: '!secret', resolve: (name: string) => name }],
    });
    for (const error of document.errors) breakOff(reading, error.pos[0], syntaxMessage(error.code, error.message));
    for (const warning of document.warnings)
      breakOff(reading, warning.pos[0], syntaxMessage(warning.code, warning.message));
    const { contents } = document;
    return isNothing(contents) ? null : contents;
  } catch (error) {
    // The package recurses into nested values. It tells of most such overruns itself; this takes those it does not.
    if (!(error instanceof RangeError)) throw error;
    breakOff(reading, 0, TOO_DEEP);
    return null;
  }
}

const TOO_DEEP = 'the file is nested too deeply';

function isNothing(contents: Node | null): contents is null {
  return contents === null || (isScalar(contents) && contents.value === null && !contents.source);
}

function syntaxMessage(code: string, message: string): string {
  switch (code) {
    case 'MULTIPLE_DOCS':
      return 'a second document starts here; keep one, without --- between parts';
    case 'TAG_RESOLVE_FAILED':
      return 'unknown tag; only !secret NAME is known';
    case 'TAB_AS_INDENT':
      return 'a tab cannot indent here; use spaces';
    case 'RESOURCE_EXHAUSTION':
      return TOO_DEEP;
    default: {
      const [first = ''] = message.split('\n');
      return `not valid YAML: ${first.length > 160 ? `${first.slice(0, 160).toWellFormed()}…` : first}`;
    }
  }
}

/** Most syntax errors told; what follows the first ones is mostly their echo. */
const MOST_SYNTAX_ERRORS = 20;

function breakOff(reading: Reading, offset: number, message: string): void {
  reading.broken = true;
  // Brackets that never close end in one error each, all of them the same.
  if (message === TOO_DEEP && reading.problems.some((told) => told.message === TOO_DEEP)) return;
  if (reading.problems.length < MOST_SYNTAX_ERRORS) tell(reading, offset, [], message);
}

function tell(reading: Reading, offset: number, path: Path, message: string): void {
  const { file } = reading;
  if (reading.problems.length >= MOST_PROBLEMS) return;
  reading.problems.push({ severity: 'error', file, ...position(reading, offset), path: formatPath(path), message });
}

function position(reading: Reading, offset: number): Position {
  const { line, col } = reading.lines.linePos(Math.min(offset, reading.text.length));
  return { line: Math.max(1, line), column: Math.max(1, col) };
}

function convert(reading: Reading, node: unknown, path: Path, key: number | null): unknown {
  const offset = startOf(node) ?? key ?? 0;
  const text = formatPath(path);
  if (!reading.spots.has(text)) reading.spots.set(text, { key, value: offset });
  if (reading.broken) return undefined;
  reading.nodes += 1;
  if (reading.nodes > MOST_NODES || path.length > DEEPEST) {
    breakOff(reading, offset, 'the file says too much: more than 50,000 values, or deeper than 24 levels');
    return undefined;
  }
  const value = convertNode(reading, node, path, offset);
  // Only when its end is reached: an alias inside its own anchor would never end.
  if (isNode(node) && !isAlias(node) && node.anchor !== undefined) reading.anchors.set(node.anchor, node);
  return value;
}

function isNode(node: unknown): node is Node {
  return isMap(node) || isSeq(node) || isScalar(node) || isAlias(node);
}

function startOf(node: unknown): number | null {
  return isNode(node) ? (node.range?.[0] ?? null) : null;
}

function convertNode(reading: Reading, node: unknown, path: Path, offset: number): unknown {
  if (isAlias(node)) {
    const target = reading.anchors.get(node.source);
    if (target !== undefined) return convert(reading, target, path, null);
    breakOff(reading, offset, `nothing before this is marked &${node.source.slice(0, 40)}`);
    return undefined;
  }
  if (isMap(node)) return convertMap(reading, node, path);
  if (isSeq(node)) return node.items.map((item, index) => convert(reading, item, [...path, index], null));
  if (isScalar(node)) return node.tag === '!secret' ? convertSecret(reading, node, path, offset) : node.value;
  return null;
}

function convertMap(reading: Reading, map: YAMLMap, path: Path): unknown {
  const entries = new Map<string, unknown>();
  const firsts = new Map<string, number>();
  for (const pair of map.items) {
    const offset = startOf(pair.key) ?? startOf(map) ?? 0;
    const key = isScalar(pair.key) ? keyText(pair.key) : null;
    if (key === null) {
      tell(reading, offset, path, 'a key must be a plain word');
      continue;
    }
    const first = firsts.get(key);
    if (first !== undefined) {
      tell(
        reading,
        offset,
        [...path, key],
        `${quote(key)} is here twice; the first is in line ${position(reading, first).line}`,
      );
      continue;
    }
    firsts.set(key, offset);
    entries.set(key, convert(reading, pair.value, [...path, key], offset));
  }
  // fromEntries defines its keys: `__proto__` becomes a key like any other, and is refused like one.
  return Object.fromEntries(entries);
}

function keyText(key: Scalar): string {
  return typeof key.value === 'string' ? key.value : (key.source ?? String(key.value));
}

function convertSecret(reading: Reading, node: Scalar, path: Path, offset: number): string {
  const text = formatPath(path);
  const found = reading.lookup(String(node.value));
  reading.secrets.set(text, found.ok ? found.value : '');
  if (found.ok) return found.value;
  reading.unknown.add(text);
  tell(reading, offset, path, found.why);
  return '';
}

function placesOf(reading: Reading): Places {
  return {
    at: (path, part) => position(reading, offsetOf(reading.spots, path, part)),
    secretAt: (path) => reading.secrets.get(formatPath(path)) ?? null,
    isUnknown: (path) => reading.unknown.has(formatPath(path)),
  };
}

/** The place of a path; where it is not in the file, that of what would hold it: its key, or its start. */
function offsetOf(spots: ReadonlyMap<string, Spot>, path: Path, part: Part): number {
  const spot = spots.get(formatPath(path));
  if (spot !== undefined) return part === 'key' ? (spot.key ?? spot.value) : spot.value;
  return path.length === 0 ? 0 : offsetOf(spots, path.slice(0, -1), 'key');
}
