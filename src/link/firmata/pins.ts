import type { BoardConfig, BoardInput, BoardOutput } from '../../hub/ports.ts';
import type { AnalogReads } from './bands.ts';

// Which pins of the board that is there the config means, and whether they can do what is asked of them.

/** Pin modes as the Firmata protocol numbers them. */
export const MODE = { input: 0, output: 1, analog: 2, pullUp: 11 } as const;

/** What a board said of itself. */
export interface BoardPins {
  /** The modes each pin knows, by its number. */
  readonly modes: readonly (readonly number[])[];
  /** The pin behind each analogue channel: the first is A0. */
  readonly analog: readonly number[];
}

export interface DigitalPlan {
  readonly input: BoardInput;
  readonly pin: number;
  readonly mode: number;
  /** A board older than Firmata 2.5 pulls a pin up when it is an input and written high. */
  readonly writtenHigh: boolean;
}

export interface AnalogPlan {
  readonly input: BoardInput;
  readonly reads: AnalogReads;
  readonly pin: number;
  readonly channel: number;
}

export interface OutputPlan {
  readonly output: BoardOutput;
  readonly pin: number;
}

export interface PinPlan {
  readonly digital: readonly DigitalPlan[];
  readonly analog: readonly AnalogPlan[];
  readonly outputs: readonly OutputPlan[];
}

/** The plan, or a sentence on each pin that the board has not got or that cannot do this. */
export function planPins(config: BoardConfig, board: BoardPins): PinPlan | readonly string[] {
  const complaints: string[] = [];
  const taken = <Plan>(plan: Plan | string): readonly Plan[] => {
    if (typeof plan !== 'string') return [plan];
    complaints.push(plan);
    return [];
  };
  const plan = {
    digital: config.inputs.flatMap((input) => (input.reads === null ? taken(planDigital(input, board)) : [])),
    analog: config.inputs.flatMap((input) =>
      input.reads === null ? [] : taken(planAnalog(input, input.reads, board)),
    ),
    outputs: config.outputs.flatMap((output) => taken(planOutput(output, board))),
  };
  return complaints.length === 0 ? plan : complaints;
}

/** `5` is pin 5, `A0` the pin behind the first analogue channel. */
function pinOf(name: string, board: BoardPins): number | null {
  const channel = channelOf(name);
  const pin = channel === null ? (/^\d{1,3}$/.test(name) ? Number(name) : -1) : (board.analog[channel] ?? -1);
  return board.modes[pin] === undefined ? null : pin;
}

function channelOf(name: string): number | null {
  const found = /^A(\d{1,2})$/.exec(name);
  return found === null ? null : Number(found[1]);
}

const noSuch = (name: string, board: BoardPins): string =>
  `pin ${name}: this board has pins 0 to ${board.modes.length - 1} and A0 to A${board.analog.length - 1}; mend pin:`;

function planDigital(input: BoardInput, board: BoardPins): DigitalPlan | string {
  const pin = pinOf(input.pin, board);
  if (pin === null) return noSuch(input.pin, board);
  const modes = board.modes[pin] ?? [];
  if (!modes.includes(MODE.input)) return `pin ${input.pin} is no input on this board; use another`;
  const pulls = input.pullUp && modes.includes(MODE.pullUp);
  return { input, pin, mode: pulls ? MODE.pullUp : MODE.input, writtenHigh: input.pullUp && !pulls };
}

function planAnalog(input: BoardInput, reads: AnalogReads, board: BoardPins): AnalogPlan | string {
  const pin = pinOf(input.pin, board);
  if (pin === null) return noSuch(input.pin, board);
  const channel = board.analog.indexOf(pin);
  if (channel < 0 || !board.modes[pin]?.includes(MODE.analog)) {
    return `pin ${input.pin} measures no voltage on this board; use A0 to A${board.analog.length - 1}`;
  }
  return { input, reads, pin, channel };
}

function planOutput(output: BoardOutput, board: BoardPins): OutputPlan | string {
  const pin = pinOf(output.pin, board);
  if (pin === null) return noSuch(output.pin, board);
  return board.modes[pin]?.includes(MODE.output)
    ? { output, pin }
    : `pin ${output.pin} is no output on this board; use another`;
}
