import type { ArmedMode, PanelPlan, ZonePlan, ZoneType } from '../../src/alarm/plan.ts';
import type { DeviceId, ZoneId } from '../../src/base/brand.ts';
import { duration, seconds } from '../../src/base/time.ts';
import type { TripSignal } from '../../src/sense/signals.ts';
import type { DevicePlan, SensingPlan } from '../../src/zone/plan.ts';

export const zoneId = (text: string): ZoneId => text as ZoneId;
export const deviceId = (text: string): DeviceId => text as DeviceId;

/** A house as a story needs it: what the panel knows, and what the zone room knows of the same devices. */
export interface Plan {
  readonly panel: PanelPlan;
  readonly devices: ReadonlyMap<DeviceId, DevicePlan>;
}

/** One zone of a story. Times in seconds. */
interface ZoneSketch {
  readonly type: ZoneType;
  readonly modes?: readonly ArmedMode[];
  /** What trips it; decides whether it can stand open. */
  readonly by?: TripSignal;
  readonly entryDelay?: number;
  readonly finalDoor?: boolean;
  readonly guards?: string;
  readonly forcedEntry?: 'delay' | 'alarm';
  readonly audible?: boolean;
  readonly hits?: number;
  readonly within?: number;
  readonly supervision?: number;
  readonly debounceMs?: number;
}

interface HouseSketch {
  readonly zones: Readonly<Record<string, ZoneSketch>>;
  /** Devices without a zone. */
  readonly others?: readonly string[];
  /** [exit delay, entry delay] */
  readonly delays?: Readonly<Partial<Record<ArmedMode, readonly [number, number]>>>;
  readonly siren?: { readonly duration?: number; readonly trips?: number };
  readonly quickArm?: boolean;
}

const ALL: readonly ArmedMode[] = ['away', 'home', 'night'];

const USUAL_SIGNAL: Readonly<Record<ZoneType, TripSignal>> = {
  entry: 'contact',
  perimeter: 'contact',
  interior: 'motion',
  panic: 'button',
  tremor: 'vibration',
  tamper: 'contact',
  fire: 'smoke',
  technical: 'leak',
  mains: 'contact',
  hub_battery: 'contact',
  notice: 'contact',
  chime: 'contact',
};

const USUAL_DELAYS: Readonly<Record<ArmedMode, readonly [number, number]>> = {
  away: [45, 30],
  home: [0, 20],
  night: [0, 20],
};

/** Compiles a sketch the way the config is compiled. */
export function house(sketch: HouseSketch): Plan {
  const entries = Object.entries(sketch.zones);
  const delays = { ...USUAL_DELAYS, ...sketch.delays };
  const mode = (name: ArmedMode) => ({ exitDelay: seconds(delays[name][0]), entryDelay: seconds(delays[name][1]) });
  const others = (sketch.others ?? []).map(deviceId);
  const devices = [...entries.map(([id, zone]) => deviceOf(id, zone)), ...others.map(bareDevice)];
  return {
    panel: {
      modes: { away: mode('away'), home: mode('home'), night: mode('night') },
      siren: { duration: seconds(sketch.siren?.duration ?? 900), trips: sketch.siren?.trips ?? 3 },
      quickArm: sketch.quickArm ?? false,
      zones: new Map(entries.map(([id, zone]) => [zoneId(id), zoneOf(id, zone)])),
      devices: devices.map((device) => device.id),
    },
    devices: new Map(devices.map((device) => [device.id, device])),
  };
}

const signalOf = (zone: ZoneSketch): TripSignal => zone.by ?? USUAL_SIGNAL[zone.type];

function zoneOf(id: string, zone: ZoneSketch): ZonePlan {
  return {
    id: zoneId(id),
    type: zone.type,
    modes: zone.modes ?? (['entry', 'perimeter', 'interior', 'tremor'].includes(zone.type) ? ALL : []),
    standing: signalOf(zone) === 'contact',
    entryDelay: zone.entryDelay === undefined ? null : seconds(zone.entryDelay),
    finalDoor: zone.finalDoor ?? false,
    guards: zone.guards === undefined ? null : zoneId(zone.guards),
    forcedEntry: zone.forcedEntry ?? 'delay',
    silent: zone.type === 'panic' && zone.audible !== true,
    within: seconds(zone.within ?? 10),
  };
}

function deviceOf(id: string, zone: ZoneSketch): DevicePlan {
  const sensing: SensingPlan = {
    id: zoneId(id),
    trips: [signalOf(zone)],
    on: ['press', 'hold', 'double'],
    hits: zone.hits ?? 1,
    within: seconds(zone.within ?? 10),
    timesPresses: false,
    silentPress: zone.type === 'panic' && zone.audible !== true,
  };
  return {
    id: deviceId(id),
    supervision: zone.supervision === undefined ? null : seconds(zone.supervision),
    debounce: duration(zone.debounceMs ?? 0),
    repeats: duration(0),
    zone: sensing,
  };
}

const bareDevice = (id: DeviceId): DevicePlan => ({
  id,
  supervision: null,
  debounce: duration(0),
  repeats: duration(0),
  zone: null,
});

/** A house with something of everything: away 45 s out and 30 s in, home and night at once out and 20 s in, siren 15 min. */
const HOUSE: HouseSketch = {
  zones: {
    'front-door': { type: 'entry', finalDoor: true, supervision: 2 * 3600 },
    'back-door': { type: 'entry', entryDelay: 10 },
    'front-window': { type: 'perimeter', supervision: 2 * 3600 },
    'loft-window': { type: 'perimeter', modes: ['away'] },
    hall: { type: 'interior', modes: ['away'], supervision: 2 * 3600 },
    landing: { type: 'interior', modes: ['away', 'night'] },
    'study-door': { type: 'interior', modes: ['away'], by: 'contact' },
    wall: { type: 'tremor', modes: ['away'] },
    fob: { type: 'panic' },
    'bedside-button': { type: 'panic', audible: true },
    'meter-box': { type: 'tamper' },
    smoke: { type: 'fire' },
    'cellar-water': { type: 'technical' },
    'mains-relay': { type: 'mains' },
    ups: { type: 'hub_battery' },
    gate: { type: 'notice' },
    'shop-bell': { type: 'chime' },
  },
  others: ['keypad'],
};

export const plan: Plan = house(HOUSE);

/** The same house with some of it told differently. */
export const houseWith = (change: Partial<HouseSketch>): Plan =>
  house({ ...HOUSE, ...change, zones: { ...HOUSE.zones, ...change.zones } });
