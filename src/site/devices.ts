import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { ActModel, ActProfile } from '../act/profile.ts';
import type { Json } from '../base/json.ts';
import { topicsOf } from '../sense/decode.ts';
import type { ModelProfile, Profile, TopicPattern } from '../sense/profile.ts';
import { modelNamed, modelOf, patternsOf } from '../sense/profile.ts';
import type { ButtonSignal, TripSignal } from '../sense/signals.ts';
import {
  compileActModel,
  compileAddress,
  compileFamily,
  compileGateway,
  compileKeypad,
  compileModel,
  compilePattern,
  compileQuality,
  compileSwitches,
} from './devices-compile.ts';
import type { Depth, DeviceFile } from './devices-read.ts';
import { problemAt, readDeviceFile } from './devices-read.ts';
import type { FamilyFile, ModelFile } from './devices-schema.ts';
import { familyFile, modelFile } from './devices-schema.ts';
import type { FamilyFacts, Problem } from './house.ts';

/** A payload a device really sends, and what Lantern must make of it. */
export interface Example {
  /** Null: any model of the family. */
  readonly model: string | null;
  readonly name: string;
  readonly topic: TopicPattern;
  /** Null: none, or the usual one. */
  readonly address: string | null;
  /** What a bare on means on this device. */
  readonly means: TripSignal;
  readonly payload: string;
  readonly stored: boolean;
  /** The signals, or `refused` for a message that cannot be read. */
  readonly expect: 'refused' | Readonly<Record<string, Json>>;
  /** Where the payload was seen. */
  readonly source: string;
  readonly file: string;
}

/** One device file: a model, and others that behave alike. */
interface Model {
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
  /** Its devices can be switched; a family that cannot only listens. */
  readonly switches: boolean;
  readonly models: readonly Model[];
  /** Empty unless they were asked for. */
  readonly examples: readonly Example[];
}

export interface Devices {
  readonly families: ReadonlyMap<string, Family>;
  /** A file with a problem is left out; the rest stands. */
  readonly problems: readonly Problem[];
}

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
  const { sense } = family;
  return {
    models: [...sense.models.keys()],
    modelOf: (topic, address) => modelNamed(sense, topic, address),
    supervision: (model) => modelOf(sense, model).supervision,
    tellsOnline: (model) => tells(modelOf(sense, model), 'online'),
    copyable: (model) => modelOf(sense, model).copyable,
    repeats: (model) => modelOf(sense, model).repeats,
    address: sense.address,
    topicsOf: (topic, address) => topicsOf(sense, topic, address),
    switches: family.switches,
    motion: (model) =>
      model === null
        ? [family.sense.common, ...family.sense.models.values()].some(tellsMotion)
        : tellsMotion(modelOf(family.sense, model)),
    presses: (model) =>
      (model === null ? [sense.common, ...sense.models.values()] : [modelOf(sense, model)]).flatMap(pressesOf),
  };
}

const pressesOf = ({ topics }: ModelProfile): readonly ButtonSignal[] =>
  topics.flatMap(({ rules }) =>
    rules.flatMap((rule): readonly ButtonSignal[] => {
      if (rule.to === 'level') return ['press'];
      if (rule.to !== 'button') return [];
      return [...rule.values.values(), ...[...rule.words.values()].map(({ means }) => means)];
    }),
  );

const tellsMotion = ({ topics }: ModelProfile): boolean =>
  topics.some(({ rules }) => rules.some(({ to }) => to === 'motion' || to === 'level'));

const tells = ({ topics }: ModelProfile, signal: 'online'): boolean =>
  topics.some(({ rules }) => rules.some(({ to }) => to === signal));

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

function buildFamily(
  family: DeviceFile<FamilyFile>,
  files: readonly DeviceFile<ModelFile>[],
  problems: Problem[],
): Family {
  const common = compileFamily(family.content);
  const anyKeypad = family.content.keypad === undefined ? null : compileKeypad(family.content.keypad);
  const sense = new Map<string, ModelProfile>();
  const act = new Map<string, ActModel>();
  for (const { content, file } of files) {
    const senseModel = compileModel(common, content);
    const actModel = compileActModel(content, anyKeypad);
    for (const name of [content.model, ...(content.also ?? [])]) {
      if (sense.has(name))
        problems.push(
          problemAt(file, { line: 1, column: 1 }, ['model'], `"${name}" is in another file already; keep one of them`),
        );
      sense.set(name, senseModel);
      act.set(name, actModel);
    }
  }
  return {
    name: family.content.family,
    title: family.content.title,
    sense: {
      name: family.content.family,
      common,
      models: sense,
      patterns: patternsOf([common, ...sense.values()]),
      address: compileAddress(family.content),
      modelInTopic: family.content.modelInTopic ?? false,
      gateway: compileGateway(family.content),
      quality: compileQuality(family.content),
    },
    act: {
      switches: compileSwitches(family.content),
      anyKeypad,
      models: act,
    },
    switches: family.content.switch !== undefined,
    models: files.map(({ content, file }) => ({
      name: content.model,
      also: content.also ?? [],
      title: content.title,
      file,
    })),
    examples: [examplesOf(family, null), ...files.map((file) => examplesOf(file, file.content.model))].flat(),
  };
}

function examplesOf(read: DeviceFile<unknown>, model: string | null): readonly Example[] {
  return read.examples.map((example) => ({
    model,
    name: example.name,
    topic: compilePattern(example.topic ?? '$device', example.for),
    address: example.address ?? null,
    means: example.means ?? 'contact',
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

function unreadable(folder: string, error: unknown): Problem {
  const why = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
  return problemAt(folder, { line: 1, column: 1 }, [], `the folder cannot be read (${why}); check the path`);
}
