import type { OutputPlan, PinPlan } from './pins.ts';
import type { OutputWord } from './words.ts';

// Bytes of the Firmata protocol that firmata-io has no call for, or sends otherwise than is needed here.

const SET_PIN_MODE = 0xf4;
const DIGITAL_MESSAGE = 0x90;
const REPORT_DIGITAL = 0xd0;
const REPORT_VERSION = 0xf9;
const START_SYSEX = 0xf0;
const END_SYSEX = 0xf7;
const PIN_STATE_QUERY = 0x6d;
const QUERY_FIRMWARE = 0x79;

export const askVersion: readonly number[] = [REPORT_VERSION];
export const askFirmware: readonly number[] = [START_SYSEX, QUERY_FIRMWARE, END_SYSEX];

export const askState = (pin: number): readonly number[] => [START_SYSEX, PIN_STATE_QUERY, pin, END_SYSEX];

/** The board answers with how the eight pins of the port are now, and from then on with every change. */
export const askPort = (port: number): readonly number[] => [REPORT_DIGITAL | port, 1];

export const setMode = (pin: number, mode: number): readonly number[] => [SET_PIN_MODE, pin, mode];

/** Eight pins make a port. */
export const portOf = (pin: number): number => pin >> 3;

/** Whether the pin is high when its output is `on` or `off`. */
export function isHigh({ output }: OutputPlan, word: OutputWord): boolean {
  return (word === 'on') !== output.activeLow;
}

/**
 * The levels of every port that has an output, or an input pulled up by being written high. All other bits are low: a one
 * would pull up an input that is not to be, which is why firmata-io's own idea of a port (it keeps what was read there) is
 * not sent.
 */
export function levels(plan: PinPlan, wanted: (output: OutputPlan) => OutputWord): readonly number[] {
  const ports = new Map<number, number>();
  const add = (pin: number, high: boolean): void => {
    ports.set(portOf(pin), (ports.get(portOf(pin)) ?? 0) | (high ? 1 << (pin & 7) : 0));
  };
  for (const output of plan.outputs) add(output.pin, isHigh(output, wanted(output)));
  for (const { pin, writtenHigh } of plan.digital) if (writtenHigh) add(pin, true);
  return [...ports].flatMap(([port, bits]) => [DIGITAL_MESSAGE | port, bits & 0x7f, bits >> 7]);
}
