import { decodeStray } from './decode.ts';
import type { Profile } from './profile.ts';
import type { Quality } from './quality.ts';
import type { RawMessage, Signals, TripSignal } from './signals.ts';

/** What an unknown device looks like, for a person to correct. */
export interface Suggestion {
  /** A fit id for the config: small letters, digits and hyphens. */
  readonly id: string;
  readonly name: string;
  readonly profile: string;
  /** Id of the serial gateway that heard it; null: it is on MQTT. */
  readonly gateway: string | null;
  readonly topic: string;
  /** Which of those on its topic, or which part of it; null: the topic says it all. */
  readonly address: string | null;
  /** What the message said. */
  readonly signals: Signals;
  /** How well the message was heard; null: it does not tell. */
  readonly quality: Quality | null;
  readonly guess:
    | { readonly list: 'devices'; readonly zone: ZoneGuess | null }
    | { readonly list: 'outputs'; readonly role: 'light' };
}

/** The zone a device of this kind most often guards. */
type ZoneGuess = 'entry' | 'perimeter' | 'interior' | 'tremor' | 'panic' | 'fire' | 'technical' | 'tamper';

/**
 * Guesses from one message of a device nobody configured what it is. Null when this family's messages do not look
 * like this, or the message says nothing a house would use. Never throws.
 */
export function suggest(profile: Profile, topic: string, message: RawMessage): Suggestion | null {
  const gateway = serialGatewayOn(topic);
  // No published topic begins so. On wires it stands for what this house has itself, but for what a radio hears.
  if (topic.startsWith('#') && (gateway === null || profile.address?.kind !== 'shared')) return null;
  const stray = decodeStray(profile, { ...message, topic }, meantBy(topic));
  if (stray === null || !stray.decoded.ok) return null;
  const { topic: device, address } = stray;
  // Without a level above it there is no gateway, and so no device of one.
  if (profile.gateway !== null && !device.includes('/')) return null;
  // On a topic of many, what names no device is none.
  if (profile.address?.kind === 'shared' && address === null) return null;
  const { signals, quality = null } = stray.decoded;
  const guess = guessFrom(signals, device);
  if (guess === null) return null;
  const name = nameFrom(profile, device, address);
  return { id: idFrom(name), name, profile: profile.name, gateway, topic: device, address, signals, quality, guess };
}

/** Whose word `#serial/ID/heard` is; null: the topic is none of a serial gateway's. */
function serialGatewayOn(topic: string): string | null {
  return /^#serial\/([^/]+)\/heard$/.exec(topic)?.[1] ?? null;
}

/** Words in a topic that tell what a bare on is about. */
const TELLING: readonly (readonly [TripSignal, RegExp])[] = [
  ['motion', /motion|pir\b|occupancy|presence|radar/],
  ['smoke', /smoke|fire/],
  ['leak', /leak|flood|water|moisture/],
  ['vibration', /vibration|shock|tremor/],
];

function meantBy(topic: string): TripSignal {
  const words = topic.toLowerCase().replace(/_/g, ' ');
  return TELLING.find(([, telling]) => telling.test(words))?.[0] ?? 'contact';
}

/** What is left of a topic without the gateway or node at its beginning, and without levels that say only its kind. */
function nameFrom(profile: Profile, device: string, address: string | null): string {
  if (profile.address?.kind === 'shared' && address !== null) return address;
  const all = device.split('/');
  const kinds = new Set(profile.patterns.map(({ level }) => level));
  const levels = all.filter((level, place) => place !== all.length - 2 || !kinds.has(level));
  const name = (levels.length > 1 ? levels.slice(1) : levels).join('/');
  return address === null ? name : `${name} ${address}`;
}

function guessFrom(signals: Signals, device: string): Suggestion['guess'] | null {
  const zone = zoneFor(signals, device);
  if (zone !== null) return { list: 'devices', zone };
  if (signals.keypad !== undefined) return { list: 'devices', zone: null };
  if (signals.power !== undefined) return { list: 'outputs', role: 'light' };
  return null;
}

/** A device that says several things is guessed by the most telling of them. */
function zoneFor(signals: Signals, device: string): ZoneGuess | null {
  if (signals.button !== undefined) return 'panic';
  if (signals.keypad !== undefined) return null;
  if (signals.smoke !== undefined || signals.co !== undefined) return 'fire';
  if (signals.leak !== undefined) return 'technical';
  if (signals.contact !== undefined) return device.toLowerCase().includes('door') ? 'entry' : 'perimeter';
  if (signals.motion !== undefined) return 'interior';
  if (signals.vibration !== undefined) return 'tremor';
  if (signals.power !== undefined) return null;
  return signals.tamper === undefined ? null : 'tamper';
}

const MAX_ID_LENGTH = 40;
const notForIds = /[^a-z0-9]+/g;

function idFrom(name: string): string {
  const id = name
    .slice(0, 200)
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[\u0300-\u036f]/g, '')
    .replace(notForIds, '-')
    .slice(0, MAX_ID_LENGTH)
    .replace(/^-+|-+$/g, '');
  return id === '' ? 'device' : id;
}
