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
  notice: ['contact', 'motion'],
  chime: ['contact', 'motion'],
};

/** Signals that trip a zone of this type: the one the config names, else the usual ones. */
export function tripsOf(type: ZoneType, signal: TripSignal | null): readonly TripSignal[] {
  return signal === null ? USUAL[type] : [signal];
}
