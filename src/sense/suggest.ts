import { decode } from './decode.ts';
import type { Profile } from './profile.ts';
import { deviceOn } from './profile.ts';
import type { RawMessage, Signals } from './signals.ts';

/** What an unknown device looks like, for a person to correct. */
export interface Suggestion {
  /** A fit id for the config: small letters, digits and hyphens. */
  readonly id: string;
  readonly name: string;
  readonly profile: string;
  readonly topic: string;
  /** What the message said. */
  readonly signals: Signals;
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
  const device = deviceOn(profile, topic);
  // Without a level above it there is no gateway, and so no device of one.
  if (device === null || (profile.gateway !== null && !device.includes('/'))) return null;
  const decoded = decode(profile, null, device, { ...message, topic });
  if (!decoded.ok) return null;
  const guess = guessFrom(decoded.signals, device);
  if (guess === null) return null;
  const name = device.slice(device.indexOf('/') + 1);
  return { id: idFrom(name), name, profile: profile.name, topic: device, signals: decoded.signals, guess };
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
