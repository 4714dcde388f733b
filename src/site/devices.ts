import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Document } from 'yaml';
import { isMap, isScalar, LineCounter, parseDocument } from 'yaml';
import type { z } from 'zod';
import type { ActModel, ActProfile } from '../act/profile.ts';
import type { Json } from '../base/json.ts';
import { hours } from '../base/time.ts';
import type { ModelProfile, Profile, TopicPattern } from '../sense/profile.ts';
import { modelOf } from '../sense/profile.ts';
import {
  compileActModel,
  compileFamily,
  compileGateway,
  compileKeypad,
  compileModel,
  compilePattern,
  compileSwitches,
} from './devices-compile.ts';
import type { ExamplesFile, FamilyFile, ModelFile } from './devices-schema.ts';
import { examplesFile, familyFile, modelFile } from './devices-schema.ts';
import type { FamilyFacts, Problem } from './house.ts';

/** A payload a device really sends, and what Lantern must make of it. */
export interface Example {
  /** Null: any model of the family. */
  readonly model: string | null;
  readonly name: string;
  readonly topic: TopicPattern;
  readonly payload: string;
  readonly stored: boolean;
  /** The signals, or `refused` for a message that cannot be read. */
  readonly expect: 'refused' | Readonly<Record<string, Json>>;
  /** Where the payload was seen. */
  readonly source: string;
  readonly file: string;
}

/** One device file: a model, and others that behave alike. */
export interface Model {
  readonly name: string;
  readonly also: readonly string[];
  readonly title: string;
  readonly file: string;
}

/** All that is known of one family of devices. */
export interface Family {
  readonly name: string;
  readonly title: string;
  readonly sense: Profile;
  readonly act: ActProfile;
  readonly models: readonly Model[];
  /** Empty unless they were asked for. */
  readonly examples: readonly Example[];
}

export interface Devices {
  readonly families: ReadonlyMap<string, Family>;
  /** A file with a problem is left out; the rest stands. */
  readonly problems: readonly Problem[];
}

/** Examples are half of every file and the hub has no use for them. */
export type Depth = 'profiles' | 'profiles-and-examples';

/**
 * Reads `directory/FAMILY/family.yaml` and every model file beside it. Never throws for what is in the files, or
 * for a directory that is not there: that is a problem like any other.
 */
export function loadDevices(directory: string, depth: Depth): Devices {
  const problems: Problem[] = [];
  const families = new Map<string, Family>();
  for (const folder of foldersIn(directory, problems)) {
    const family = loadFamily(join(directory, folder), depth, problems);
    if (family !== null) families.set(family.name, family);
  }
  return { families, problems };
}

/** What the config check must know of a family. */
export function familyFacts(family: Family): FamilyFacts {
  return {
    models: [...family.sense.models.keys()],
    // A family without a limit of its own still gets one: a device that is never missed is no guard.
    supervision: (model) => modelOf(family.sense, model).supervision ?? hours(25),
  };
}

function foldersIn(directory: string, problems: Problem[]): readonly string[] {
  try {
    return readdirSync(directory, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map((entry) => entry.name)
      .sort();
  } catch (error) {
    problems.push(unreadable(directory, error));
    return [];
  }
}

function loadFamily(folder: string, depth: Depth, problems: Problem[]): Family | null {
  const path = join(folder, 'family.yaml');
  const read = readDeviceFile(path, familyFile, depth, problems);
  if (read === null) return null;
  const models = modelFilesIn(folder, problems).flatMap((file) => {
    const model = readDeviceFile(file, modelFile, depth, problems);
    return model === null ? [] : [{ ...model, file }];
  });
  return buildFamily({ ...read, file: path }, models, problems);
}

interface ReadFile<T> {
  readonly content: T;
  readonly examples: ExamplesFile['examples'];
  readonly file: string;
}

function buildFamily(family: ReadFile<FamilyFile>, files: readonly ReadFile<ModelFile>[], problems: Problem[]): Family {
  const common = compileFamily(family.content);
  const anyKeypad = family.content.keypad === undefined ? null : compileKeypad(family.content.keypad);
  const sense = new Map<string, ModelProfile>();
  const act = new Map<string, ActModel>();
  for (const { content, file } of files) {
    const senseModel = compileModel(common, content);
    const actModel = compileActModel(content, anyKeypad);
    for (const name of [content.model, ...(content.also ?? [])]) {
      if (sense.has(name))
        problems.push(problemAt(file, 1, 1, 'model', `"${name}" is in another file already; keep one of them`));
      sense.set(name, senseModel);
      act.set(name, actModel);
    }
  }
  return {
    name: family.content.family,
    title: family.content.title,
    sense: { name: family.content.family, common, models: sense, gateway: compileGateway(family.content) },
    act: {
      switches: compileSwitches(family.content),
      anyKeypad,
      models: act,
    },
    models: files.map(({ content, file }) => ({
      name: content.model,
      also: content.also ?? [],
      title: content.title,
      file,
    })),
    examples: [examplesOf(family, null), ...files.map((file) => examplesOf(file, file.content.model))].flat(),
  };
}

function examplesOf(read: ReadFile<unknown>, model: string | null): readonly Example[] {
  return read.examples.map((example) => ({
    model,
    name: example.name,
    topic: compilePattern(example.topic ?? '$device'),
    payload: example.payload,
    stored: example.stored === true,
    expect: example.expect,
    source: example.source,
    file: read.file,
  }));
}

function modelFilesIn(folder: string, problems: Problem[]): readonly string[] {
  try {
    return readdirSync(folder)
      .filter((name) => name.endsWith('.yaml') && name !== 'family.yaml')
      .sort()
      .map((name) => join(folder, name));
  } catch (error) {
    problems.push(unreadable(folder, error));
    return [];
  }
}

/** A device file is two documents: the profile, and after a line `---` its examples. */
function readDeviceFile<T>(file: string, schema: z.ZodType<T>, depth: Depth, problems: Problem[]): ReadFile<T> | null {
  const text = readText(file, problems);
  if (text === null) return null;
  const cut = text.indexOf('\n---\n') + 1;
  const content = parsePart(file, cut === 0 ? text : text.slice(0, cut), 0, schema, problems);
  if (content === null) return null;
  if (depth === 'profiles') return { content, examples: [], file };
  if (cut === 0) {
    problems.push(problemAt(file, 1, 1, 'examples', 'no examples; add a line --- and examples: after the profile'));
    return { content, examples: [], file };
  }
  const linesBefore = text.slice(0, cut).split('\n').length;
  const examples = parsePart(file, text.slice(cut + '---\n'.length), linesBefore, examplesFile, problems);
  return { content, examples: examples?.examples ?? [], file };
}

function readText(file: string, problems: Problem[]): string | null {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    problems.push(unreadable(file, error));
    return null;
  }
}

function parsePart<T>(
  file: string,
  text: string,
  linesBefore: number,
  schema: z.ZodType<T>,
  problems: Problem[],
): T | null {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const place = (offset: number): { line: number; col: number } => {
    const { line, col } = lines.linePos(offset);
    return { line: line + linesBefore, col };
  };
  for (const error of document.errors) {
    const { line, col } = place(error.pos[0]);
    problems.push(problemAt(file, line, col, '', `${error.message}; mend the YAML there`));
  }
  if (document.errors.length > 0) return null;
  const checked = schema.safeParse(document.toJS());
  if (checked.success) return checked.data;
  for (const issue of checked.error.issues) {
    for (const { path, message } of faultsIn(issue)) {
      const { line, col } = place(offsetOf(document, path));
      problems.push(problemAt(file, line, col, pathText(path), message));
    }
  }
  return null;
}

type Path = readonly PropertyKey[];

function faultsIn(issue: z.core.$ZodIssue): readonly { readonly path: Path; readonly message: string }[] {
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.map((key) => ({
        path: [...issue.path, key],
        message: 'unknown key; remove it or mend its name',
      }));
    case 'invalid_value':
      return [{ path: issue.path, message: `use ${issue.values.map(String).join(', ')}` }];
    case 'invalid_type':
      return [
        {
          path: issue.path,
          message:
            issue.input === undefined
              ? `missing; give ${article(issue.expected)}`
              : `must be ${article(issue.expected)}`,
        },
      ];
    default:
      return [{ path: issue.path, message: issue.message }];
  }
}

function article(kind: string): string {
  return /^[aeiou]/.test(kind) ? `an ${kind}` : `a ${kind}`;
}

/** Where the deepest node on this path begins; a missing key is shown at its parent, an unknown one at its name. */
function offsetOf(document: Document, path: Path): number {
  for (let depth = path.length; depth > 0; depth -= 1) {
    const parent = document.getIn(path.slice(0, depth - 1), true);
    const key = path[depth - 1];
    if (isMap(parent)) {
      const pair = parent.items.find((item) => isScalar(item.key) && String(item.key.value) === String(key));
      const node = depth === path.length ? pair?.key : pair?.value;
      if (hasRange(node)) return node.range[0];
    }
    const node = document.getIn(path.slice(0, depth), true);
    if (hasRange(node)) return node.range[0];
  }
  return 0;
}

function hasRange(node: unknown): node is { readonly range: readonly [number, number, number] } {
  return typeof node === 'object' && node !== null && 'range' in node && Array.isArray(node.range);
}

function pathText(path: Path): string {
  return path.reduce<string>((text, key) => {
    if (typeof key === 'number') return `${text}[${key}]`;
    return text === '' ? String(key) : `${text}.${String(key)}`;
  }, '');
}

function problemAt(file: string, line: number, column: number, path: string, message: string): Problem {
  return { severity: 'error', file, line, column, path, message };
}

function unreadable(path: string, error: unknown): Problem {
  const why = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
  return problemAt(path, 1, 1, '', `cannot be read (${why}); check that it is there and that the hub may read it`);
}
