import { type Decoded, decode, topicsOf } from '../sense/decode.ts';
import { deviceOn } from '../sense/profile.ts';
import { loadHouse } from './config.ts';
import { type Family, familyFacts } from './devices.ts';
import { formatProblem } from './report.ts';

/** One device's messages, read as the hub would read them. */
export interface DeviceDecoder {
  /** `stored`: as delivered from a broker's store. */
  decode(payload: Uint8Array, stored: boolean): Decoded;
}

export type DecoderFound =
  | { readonly ok: true; readonly decoder: DeviceDecoder }
  /** One sentence with a remedy. */
  | { readonly ok: false; readonly why: string };

interface Known {
  readonly profile: string;
  readonly model: string | null;
  readonly topic: string;
}

/**
 * Finds who speaks on a topic: by the config's devices and outputs where one is given, else by the named family, or by
 * the only family whose patterns fit.
 */
export function findDecoder(
  families: ReadonlyMap<string, Family>,
  asked: { readonly topic: string; readonly profile: string | null; readonly config: string | null },
  credentialsDirectory: string | null,
): DecoderFound {
  const configured =
    asked.config === null ? null : configuredOn(asked.config, asked.topic, families, credentialsDirectory);
  if (configured !== null && 'why' in configured) return configured;
  const name = asked.profile ?? configured?.profile ?? onlyFamily(families, asked.topic);
  const family = name === null ? undefined : families.get(name);
  if (family === undefined) {
    return { ok: false, why: `name a family with --profile: ${[...families.keys()].join(', ')}` };
  }
  const device = configured?.topic ?? deviceOn(family.sense, asked.topic) ?? asked.topic;
  const model = configured?.model ?? null;
  return {
    ok: true,
    decoder: {
      decode: (payload, stored) => decode(family.sense, model, device, { topic: asked.topic, payload, stored }),
    },
  };
}

function onlyFamily(families: ReadonlyMap<string, Family>, topic: string): string | null {
  const fitting = [...families.values()].filter(({ sense }) => deviceOn(sense, topic) !== null);
  const [first] = fitting.length > 0 ? fitting : families.values();
  return first !== undefined && (fitting.length === 1 || families.size === 1) ? first.name : null;
}

function configuredOn(
  config: string,
  topic: string,
  families: ReadonlyMap<string, Family>,
  credentialsDirectory: string | null,
): Known | null | { readonly ok: false; readonly why: string } {
  const facts = new Map([...families].map(([name, family]) => [name, familyFacts(family)]));
  const loaded = loadHouse(config, { families: facts, credentialsDirectory });
  if (!loaded.ok) {
    const problem = loaded.problems.find(({ severity }) => severity === 'error');
    return { ok: false, why: problem === undefined ? 'the config is refused' : formatProblem(problem) };
  }
  const known: readonly Known[] = [...loaded.house.devices, ...loaded.house.outputs];
  return known.find((device) => speaksOn(families, device, topic)) ?? null;
}

function speaksOn(families: ReadonlyMap<string, Family>, device: Known, topic: string): boolean {
  const family = families.get(device.profile);
  return family !== undefined && topicsOf(family.sense, device.topic).includes(topic);
}
