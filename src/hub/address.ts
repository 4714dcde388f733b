import { sharedTopicsOf, topicsOf } from '../sense/decode.ts';
import { gatewayTopics } from '../sense/gateway.ts';
import { topicFor } from '../sense/profile.ts';
import { addressOf } from '../sense/reader.ts';
import type { HubFamily, HubPlan } from './plan.ts';

/** Who listens on a topic, by place in the plan's lists. */
export interface Listeners {
  readonly devices: readonly number[];
  readonly outputs: readonly number[];
  /** Devices that share the topic, by their addresses in lower case: each message is opened once, and finds its own. */
  readonly shared: readonly {
    readonly family: HubFamily;
    readonly devices: ReadonlyMap<string, readonly number[]>;
  }[];
  /** Families whose gateway may speak here. */
  readonly gateways: readonly HubFamily[];
}

/** Every topic this house's devices and gateways speak on. */
export type AddressBook = ReadonlyMap<string, Listeners>;

interface Entry {
  readonly devices: number[];
  readonly outputs: number[];
  readonly shared: { readonly family: HubFamily; readonly devices: Map<string, number[]> }[];
  readonly gateways: HubFamily[];
}

/** Made once at start, so that a message finds its device in one look. */
export function addressBook(plan: HubPlan, families: ReadonlyMap<string, HubFamily>): AddressBook {
  const book = new Map<string, Entry>();
  const at = (topic: string): Entry => {
    const found = book.get(topic) ?? { devices: [], outputs: [], shared: [], gateways: [] };
    book.set(topic, found);
    return found;
  };
  const listen = (kind: 'devices' | 'outputs', index: number, { profile, topic, address }: Named): void => {
    const family = families.get(profile);
    if (family === undefined) return;
    const shared = sharedTopicsOf(family.sense, topic, address);
    for (const own of topicsOf(family.sense, topic, address)) {
      if (kind === 'devices' && shared.includes(own)) share(at(own), family, index, address ?? '');
      else at(own)[kind].push(index);
    }
    for (const gateway of gatewayTopics(family.sense, topic)) {
      const { gateways } = at(gateway);
      if (!gateways.includes(family)) gateways.push(family);
    }
  };
  plan.devices.forEach((device, index) => {
    listen('devices', index, device);
  });
  plan.outputs.forEach((output, index) => {
    listen('outputs', index, output);
  });
  return book;
}

type Named = Pick<HubPlan['outputs'][number], 'profile' | 'topic' | 'address'>;

function share(entry: Entry, family: HubFamily, index: number, address: string): void {
  const name = address.toLowerCase();
  const found = entry.shared.find((one) => one.family === family) ?? { family, devices: new Map<string, number[]>() };
  if (!entry.shared.includes(found)) entry.shared.push(found);
  found.devices.set(name, [...(found.devices.get(name) ?? []), index]);
}

/** Topic filters for a broker that is not ours: all that the devices say, and their unknown neighbours beside them. */
export function topicsToHear(house: HubPlan, families: ReadonlyMap<string, HubFamily>): readonly string[] {
  const onBroker = ({ topic }: Named): boolean => !topic.startsWith('#');
  const plan = { ...house, devices: house.devices.filter(onBroker), outputs: house.outputs.filter(onBroker) };
  const neighbours = new Set(
    [...plan.devices, ...plan.outputs].flatMap((device) => neighboursOf(device, families.get(device.profile))),
  );
  const covered = (topic: string): boolean => neighbours.has(`${topic.slice(0, topic.lastIndexOf('/') + 1)}+`);
  return [...new Set([...neighbours, ...[...addressBook(plan, families).keys()].filter((topic) => !covered(topic))])];
}

/** Where devices of the same family beside this one speak: a level of the topic is left open. */
function neighboursOf({ topic, address }: Named, family: HubFamily | undefined): readonly string[] {
  const base = topic.slice(0, topic.lastIndexOf('/') + 1);
  const beside = family === undefined || base !== '' ? [] : besideTopics(family, address);
  return base === '' ? beside : [`${base}+`];
}

/** A family whose devices are named by one level stands between what its patterns put before and after it. */
function besideTopics({ sense }: HubFamily, address: string | null): readonly string[] {
  return sense.common.topics.flatMap(({ topic }) => {
    if (topic.up > 0 || topic.before === '') return [];
    return topicFor(topic, '+', addressOf(sense, address)) ?? [];
  });
}
