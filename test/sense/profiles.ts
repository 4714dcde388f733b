import { fileURLToPath } from 'node:url';
import { duration } from '../../src/base/time.ts';
import type { Profile } from '../../src/sense/profile.ts';
import type { RawMessage } from '../../src/sense/signals.ts';
import type { Family } from '../../src/site/devices.ts';
import { loadDevices } from '../../src/site/devices.ts';

export const devicesDirectory = fileURLToPath(new URL('../../devices', import.meta.url));

const { families, problems } = loadDevices(devicesDirectory, 'profiles-and-examples');

/** A family as it ships. */
export function shipped(name: string): Family {
  const family = families.get(name);
  if (family === undefined) throw new Error(`${name} did not load: ${JSON.stringify(problems)}`);
  return family;
}

export function zigbee2mqtt(): Family {
  return shipped('zigbee2mqtt');
}

/** A profile in the making, for rules that no shipped family uses. */
export function profileOf(topics: Profile['common']['topics']): Profile {
  return {
    name: 'made-up',
    common: { supervision: null, copyable: false, repeats: duration(0), topics },
    models: new Map(),
    patterns: topics.map(({ topic }) => topic),
    address: null,
    modelInTopic: false,
    gateway: null,
    quality: [],
  };
}

export function message(topic: string, payload: string, how: 'live' | 'stored' = 'live'): RawMessage {
  return { topic, payload: new TextEncoder().encode(payload), stored: how === 'stored' };
}
