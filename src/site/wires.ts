import type { GpioInput, GpioPlace, LoopBands, WireTopic } from '../hub/ports.ts';
import type { TripSignal } from '../sense/signals.ts';
import type { DeviceEntry, DriverWord, GatewayWord, LoopEntry, OutputEntry } from './schema.ts';
import { meaningOfOn } from './zone-rules.ts';

// What the keys of a wire mean, for the check and for what is compiled.

/** Families that a serial gateway speaks for; any other profile is none of the driver `serial`. */
export const SERIAL_PROFILES = ['rflink', 'mysensors', 'rfxtrx', 'rtl_433'] as const;

/** Labels of the chips behind the 40-pin header, by the kernels of Raspberry Pi. */
const HEADER_CHIPS: readonly string[] = ['pinctrl-bcm2835', 'pinctrl-bcm2711', 'pinctrl-rp1'];

/** The highest BCM number that has a pin on the header. */
export const LAST_HEADER_LINE = 27;

type Entry = DeviceEntry | OutputEntry;
export type LineEntry = NonNullable<Entry['line']>;
type PinEntry = NonNullable<Entry['pin']>;

export const driverOf = (entry: Pick<Entry, 'driver'>): DriverWord => entry.driver ?? 'mqtt';

export const placeOfLine = (line: LineEntry): GpioPlace =>
  typeof line === 'number' ? { chip: null, line } : { chip: line.chip, line: line.line };

export const isOnHeader = ({ chip, line }: GpioPlace): boolean =>
  (chip === null || HEADER_CHIPS.includes(chip)) && line <= LAST_HEADER_LINE;

/** The same for two ways to name one line. */
export const lineKey = (place: GpioPlace): string =>
  isOnHeader(place) ? `header/${place.line}` : `${place.chip ?? 'header'}/${place.line}`;

/** How messages name a line. */
export const lineName = ({ chip, line }: GpioPlace): string =>
  chip === null ? `BCM ${line}` : `line ${line} of ${chip}`;

export const lineTopic = ({ chip, line }: GpioPlace): WireTopic => `#gpio/${chip ?? 'header'}/${line}`;

export const heardTopic = (gateway: string): WireTopic => `#serial/${gateway}/heard`;

export const pinTopic = (gateway: string, pin: PinEntry): WireTopic => `#firmata/${gateway}/${pin}`;

export const isAnalogue = (pin: PinEntry): boolean => typeof pin === 'string';

/** What its devices and outputs say a gateway is, each type once. */
export function typesSaid(name: string, entries: readonly Entry[]): readonly GatewayWord[] {
  const said = entries.flatMap((entry): readonly GatewayWord[] => {
    if (entry.gateway !== name) return [];
    if (driverOf(entry) === 'firmata') return ['firmata'];
    return driverOf(entry) === 'serial' ? SERIAL_PROFILES.filter((profile) => profile === entry.profile) : [];
  });
  return [...new Set(said)];
}

/** The family that reads a device: the one it names, or that of its wire. Undefined: it names none, and should. */
export function profileOf(entry: Entry): string | undefined {
  const driver = driverOf(entry);
  return driver === 'gpio' || driver === 'firmata' ? driver : entry.profile;
}

/** Where a device or output speaks. Undefined: a key is missing that says so. */
export function topicOf(entry: Entry): string | undefined {
  const { gateway } = entry;
  switch (driverOf(entry)) {
    case 'gpio':
      return entry.line === undefined ? undefined : lineTopic(placeOfLine(entry.line));
    case 'serial':
      return gateway === undefined ? undefined : heardTopic(gateway);
    case 'firmata':
      return gateway === undefined || entry.pin === undefined ? undefined : pinTopic(gateway, entry.pin);
    default:
      return entry.topic;
  }
}

type Sensed = Pick<DeviceEntry, 'zone' | 'signal'>;

export const meaningOf = ({ zone, signal }: Sensed): TripSignal => meaningOfOn(zone?.type ?? null, signal ?? null);

export type Electrics = Pick<GpioInput, 'activeLow' | 'bias'>;

/**
 * How an input is wired. A contact lies between its line and ground and is closed at rest, unless the config says
 * otherwise: then a cut wire is seen as an opening. What drives its line itself, as a motion detector does, is on when
 * high, and a line that nobody drives is off.
 */
export function electricsOf(device: Sensed & Pick<DeviceEntry, 'wiring' | 'activeLow' | 'bias'>): Electrics {
  if (device.wiring === 'normally-closed') return { activeLow: false, bias: 'pull-up' };
  if (device.wiring === 'normally-open') return { activeLow: true, bias: 'pull-up' };
  const activeLow = device.activeLow ?? false;
  return { activeLow, bias: device.bias ?? (pulledUp(device) ? 'pull-up' : 'pull-down') };
}

/** Whether an input has a pull-up where the config says nothing of it. */
export const pulledUp = (device: Sensed & Pick<DeviceEntry, 'activeLow'>): boolean =>
  device.activeLow === true || meaningOf(device) === 'contact';

/** Shares of the supply at the pin of a loop at rest and with its contact open; a short is 0, a cut 1. */
export function loopShares({ pullUp, endOfLine, contact }: LoopEntry): {
  readonly closed: number;
  readonly open: number;
} {
  const shareOf = (ohms: number): number => ohms / (ohms + pullUp);
  return { closed: shareOf(endOfLine), open: shareOf(endOfLine + contact) };
}

/** Each border lies midway, as far as can be from what is to be told apart. */
export function loopBands(loop: LoopEntry): LoopBands {
  const { closed, open } = loopShares(loop);
  return { short: closed / 2, closed: (closed + open) / 2, open: (open + 1) / 2 };
}
