import type { FieldPath, Profile } from './profile.ts';
import { fieldAt, jsonOf, keyOf, textOf } from './read.ts';
import type { RawMessage } from './signals.ts';

// What a gateway says of itself and of its devices.
//
// A device's topic does not tell where the gateway's own part ends: `zigbee2mqtt/hall/door` is `hall/door` of
// `zigbee2mqtt`, or `door` of `zigbee2mqtt/hall`, as names and base topics may both hold slashes. So every beginning
// of a device's topic is listened at, and the one where a gateway speaks is a base. News carries it; where several
// fit a device, the longest is the device's own (`covers`).

/** One device as its gateway lists it. `topic` is the device's whole topic. */
interface ListedDevice {
  readonly topic: string;
  readonly model: string;
}

export type GatewayNews =
  | { readonly kind: 'gateway'; readonly base: string; readonly online: boolean }
  | { readonly kind: 'models'; readonly base: string; readonly models: readonly ListedDevice[] };

/** Lists of devices describe every setting of every device, so they are long; a longer one than this is not read. */
export const MAX_LIST_BYTES = 4 * 1024 * 1024;
/** A Zigbee network of more devices than this does not fit one coordinator. */
export const MAX_LISTED_DEVICES = 1000;
const MAX_LEVELS = 8;
const MAX_NAME_LENGTH = 256;

/** Where a gateway of this device may speak: for each beginning of the device's topic, at most eight, each kind of news. */
export function gatewayTopics(profile: Profile, deviceTopic: string): readonly string[] {
  return basesOf(deviceTopic).flatMap((base) => gatewayEndings(profile).map((after) => base + after));
}

/** The device stands behind the gateway with this base topic. */
export function covers(base: string, deviceTopic: string): boolean {
  return deviceTopic.length > base.length + 1 && deviceTopic.startsWith(`${base}/`);
}

/**
 * What a gateway says; null when the message is none of a gateway's, or cannot be read. Never throws. A stored
 * message counts: it is a state.
 */
export function decodeGateway(profile: Profile, message: RawMessage): GatewayNews | null {
  const gateway = profile.gateway;
  if (gateway === null || message.payload.length === 0 || message.payload.length > MAX_LIST_BYTES) return null;
  if (gateway.online !== null && message.topic.endsWith(gateway.online.after)) {
    const base = message.topic.slice(0, -gateway.online.after.length);
    const online = stateIn(message.payload, gateway.online.from, gateway.online.values);
    return online === null || base === '' ? null : { kind: 'gateway', base, online };
  }
  if (gateway.models !== null && message.topic.endsWith(gateway.models.after)) {
    const base = message.topic.slice(0, -gateway.models.after.length);
    const models = modelsIn(message.payload, base, gateway.models);
    return models === null || base === '' ? null : { kind: 'models', base, models };
  }
  return null;
}

function gatewayEndings(profile: Profile): readonly string[] {
  const endings = [profile.gateway?.online?.after, profile.gateway?.models?.after];
  return endings.filter((after) => after !== undefined);
}

function basesOf(deviceTopic: string): readonly string[] {
  const levels = deviceTopic.split('/');
  const bases: string[] = [];
  for (let length = 1; length < levels.length && length <= MAX_LEVELS; length += 1) {
    bases.push(levels.slice(0, length).join('/'));
  }
  return bases;
}

function stateIn(
  payload: Uint8Array,
  from: readonly FieldPath[],
  values: ReadonlyMap<string, boolean>,
): boolean | null {
  const text = textOf(payload);
  if (text === null) return null;
  const json = jsonOf(text);
  const content = json.ok ? json.value : text;
  for (const path of from) {
    const key = keyOf(fieldAt(content, path));
    const online = key === null ? undefined : values.get(key);
    if (online !== undefined) return online;
  }
  return null;
}

function modelsIn(
  payload: Uint8Array,
  base: string,
  fields: { readonly name: FieldPath; readonly model: FieldPath },
): readonly ListedDevice[] | null {
  const text = textOf(payload);
  const json = text === null ? null : jsonOf(text);
  if (json === null || !json.ok || !Array.isArray(json.value)) return null;
  const models: ListedDevice[] = [];
  for (const device of json.value.slice(0, MAX_LISTED_DEVICES)) {
    const name = fieldAt(device, fields.name);
    const model = fieldAt(device, fields.model);
    if (isName(name) && isName(model)) models.push({ topic: `${base}/${name}`, model });
  }
  return models;
}

function isName(value: unknown): value is string {
  return typeof value === 'string' && value.length > 0 && value.length <= MAX_NAME_LENGTH;
}
