import { topicsOf } from '../sense/decode.ts';
import { gatewayTopics } from '../sense/gateway.ts';
import type { HubFamily, HubPlan } from './plan.ts';

/** Who listens on a topic, by place in the plan's lists. */
export interface Listeners {
  readonly devices: readonly number[];
  readonly outputs: readonly number[];
  /** Families whose gateway may speak here. */
  readonly gateways: readonly HubFamily[];
}

/** Every topic this house's devices and gateways speak on. */
export type AddressBook = ReadonlyMap<string, Listeners>;

interface Entry {
  readonly devices: number[];
  readonly outputs: number[];
  readonly gateways: HubFamily[];
}

/** Made once at start, so that a message finds its device in one look. */
export function addressBook(plan: HubPlan, families: ReadonlyMap<string, HubFamily>): AddressBook {
  const book = new Map<string, Entry>();
  const at = (topic: string): Entry => {
    const found = book.get(topic) ?? { devices: [], outputs: [], gateways: [] };
    book.set(topic, found);
    return found;
  };
  const listen = (kind: 'devices' | 'outputs', index: number, profile: string, topic: string): void => {
    const family = families.get(profile);
    if (family === undefined) return;
    for (const own of topicsOf(family.sense, topic)) at(own)[kind].push(index);
    for (const gateway of gatewayTopics(family.sense, topic)) {
      const { gateways } = at(gateway);
      if (!gateways.includes(family)) gateways.push(family);
    }
  };
  plan.devices.forEach((device, index) => {
    listen('devices', index, device.profile, device.topic);
  });
  plan.outputs.forEach((output, index) => {
    listen('outputs', index, output.profile, output.topic);
  });
  return book;
}

/** Topic filters for a broker that is not ours: all that the devices say, and their unknown neighbours beside them. */
export function topicsToHear(plan: HubPlan, families: ReadonlyMap<string, HubFamily>): readonly string[] {
  const neighbours = [...plan.devices, ...plan.outputs]
    .map(({ topic }) => topic.slice(0, topic.lastIndexOf('/') + 1))
    .filter((base) => base !== '')
    .map((base) => `${base}+`);
  const covered = (topic: string): boolean => neighbours.includes(`${topic.slice(0, topic.lastIndexOf('/') + 1)}+`);
  return [...new Set([...neighbours, ...[...addressBook(plan, families).keys()].filter((topic) => !covered(topic))])];
}
