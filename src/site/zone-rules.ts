import type { ZoneType } from '../alarm/plan.ts';
import type { TripSignal } from '../sense/signals.ts';

/** What trips a zone where the config names no signal. */
const USUAL: Readonly<Record<ZoneType, readonly TripSignal[]>> = {
  entry: ['contact', 'motion'],
  perimeter: ['contact', 'motion'],
  interior: ['contact', 'motion'],
  panic: ['button'],
  tremor: ['vibration'],
  tamper: ['contact', 'tamper', 'vibration'],
  fire: ['smoke', 'co'],
  technical: ['leak', 'contact'],
  mains: ['contact'],
  hub_battery: ['contact'],
  notice: ['contact', 'motion'],
  chime: ['contact', 'motion'],
};

/** What a bare on or off is about where the config names no signal. A door is a contact; a room has a detector. */
const BARE: Readonly<Record<ZoneType, TripSignal>> = {
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

/** What a bare on of a device means; `type` is that of its zone, null without one. */
export function meaningOfOn(type: ZoneType | null, signal: TripSignal | null): TripSignal {
  return signal ?? (type === null ? 'contact' : BARE[type]);
}

/** Signals that trip a zone of this type: the one the config names, else the usual ones. */
export function tripsOf(type: ZoneType, signal: TripSignal | null): readonly TripSignal[] {
  return signal === null ? USUAL[type] : [signal];
}
