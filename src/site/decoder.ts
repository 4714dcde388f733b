import { type Decoded, decode, decodeStray, knownOf, read, topicsOf } from '../sense/decode.ts';
import type { Profile } from '../sense/profile.ts';
import { type Reader, readerFor, type Speaker } from '../sense/reader.ts';
import type { RawMessage } from '../sense/signals.ts';
import { loadHouse } from './config.ts';
import { type Family, familyFacts } from './devices.ts';
import { formatProblem } from './report.ts';

/** One topic's messages, read as the hub would read them. */
export interface TopicDecoder {
  /** `stored`: as delivered from a broker's store. */
  decode(payload: Uint8Array, stored: boolean): Decoded;
}

export type DecoderFound =
  | { readonly ok: true; readonly decoder: TopicDecoder }
  /** One sentence with a remedy. */
  | { readonly ok: false; readonly why: string };

type Families = ReadonlyMap<string, Family>;
type KnownSpeaker = Speaker & { readonly profile: string };

/**
 * Finds who speaks on a topic: the config's devices and outputs where a config is given, else the named family, else
 * the family that knows most of the message.
 */
export function findDecoder(
  families: Families,
  asked: { readonly topic: string; readonly profile: string | null; readonly config: string | null },
  credentialsDirectory: string | null,
): DecoderFound {
  const configured =
    asked.config === null ? [] : configuredSpeakers(asked.config, asked.topic, families, credentialsDirectory);
  if ('why' in configured) return configured;
  const name = asked.profile ?? configured[0]?.profile ?? null;
  const family = name === null ? undefined : families.get(name);
  if (name !== null && family === undefined) {
    return { ok: false, why: `there is no family ${name}; use one of ${[...families.keys()].join(', ')}` };
  }
  const readers = configured.flatMap((device) =>
    family !== undefined && device.profile === name ? [readerFor(family.sense, device)] : [],
  );
  const profiles = (family === undefined ? [...families.values()] : [family]).map(({ sense }) => sense);
  return {
    ok: true,
    decoder: {
      decode(payload, stored) {
        const message = { topic: asked.topic, payload, stored };
        return readers.length === 0 ? decodeAlone(profiles, message) : firstToSpeak(readers, message);
      },
    },
  };
}

/** Of several devices on one topic, the one whose message it is. */
function firstToSpeak(readers: readonly Reader[], message: RawMessage): Decoded {
  const said = readers.map((reader) => read(reader, message));
  return (
    said.find((one) => one.ok && Object.keys(one.signals).length > 0) ??
    said[0] ?? { ok: true, signals: {}, pulses: [] }
  );
}

/** Without a config the family that knows most of the message reads it. */
function decodeAlone(families: readonly Profile[], message: RawMessage): Decoded {
  const said = families.map((family) => ({ family, stray: decodeStray(family, message) }));
  const known = (one: (typeof said)[number]): number => knownOf(one.family, one.stray, message.topic);
  const told = said.filter(({ stray }) => stray?.decoded.ok && Object.keys(stray.decoded.signals).length > 0);
  const best = (told.length > 0 ? told : said).toSorted((a, b) => known(b) - known(a))[0];
  if (best === undefined) return { ok: false, why: 'no family speaks on this topic' };
  return best.stray?.decoded ?? decode(best.family, null, message.topic, message);
}

function configuredSpeakers(
  config: string,
  topic: string,
  families: Families,
  credentialsDirectory: string | null,
): readonly KnownSpeaker[] | { readonly ok: false; readonly why: string } {
  const facts = new Map([...families].map(([name, family]) => [name, familyFacts(family)]));
  const loaded = loadHouse(config, { families: facts, credentialsDirectory });
  if (!loaded.ok) {
    const problem = loaded.problems.find(({ severity }) => severity === 'error');
    return { ok: false, why: problem === undefined ? 'the config is refused' : formatProblem(problem) };
  }
  const { devices, outputs } = loaded.house;
  const speakers = [...devices, ...outputs.map((output) => ({ ...output, means: 'contact' as const }))];
  return speakers.filter(({ profile, topic: own, address }) => {
    const family = families.get(profile);
    return family !== undefined && topicsOf(family.sense, own, address).includes(topic);
  });
}
