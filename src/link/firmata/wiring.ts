import type { BoardInput, BoardOutput, Clock, WireTopic } from '../../hub/ports.ts';
import { type Settled, sample, unsettled } from './bands.ts';
import type { Connection } from './connection.ts';
import { askPort, askState, askVersion, isHigh, levels, portOf, setMode } from './frames.ts';
import { type AnalogPlan, type DigitalPlan, MODE, type OutputPlan, type PinPlan } from './pins.ts';
import type { InputWord, OutputWord } from './words.ts';

// What is wired to a board that has said what it is: set up, watched, and asked once a second whether it is still so.

/** Twice the time between two samples is the shortest change of a voltage that is sure to be told. */
const sampleMs = 20;
/** A pull-up against the capacity of a long cable: the level is not the contact's before. */
const settleMs = 50;
/** From one complete set of answers to the next question. */
const askEveryMs = 1000;
/** All answers to one question take some 50 ms at 57600 baud. */
const answerMs = 3000;
/** A board that hangs, or one pin that no longer answers, is told within this. */
export const noticedWithinMs = askEveryMs + answerMs;

export type WireWord = InputWord | OutputWord;

export interface WiringNeeds {
  readonly clock: Clock;
  readonly connection: Connection;
  readonly plan: PinPlan;
  readonly fullScale: number;
  /** What an output is to be at now. */
  wanted(output: BoardOutput): OutputWord;
  /** Every input has been read and every output confirmed. Called once. */
  up(readings: ReadonlyMap<WireTopic, WireWord>): void;
  /** After `up`. */
  changed(topic: WireTopic, word: WireWord): void;
  failed(why: string): void;
}

export interface Wiring {
  version(): void;
  state(pin: number, mode: number, value: number): void;
  /** Sends what is `wanted` now. */
  write(): void;
  /** Calls back once the board has confirmed all that is `wanted`. */
  whenConfirmed(done: () => void): void;
  stop(): void;
}

export function setUp(needs: WiringNeeds): Wiring {
  const { clock, connection, plan, fullScale } = needs;
  const readings = new Map<WireTopic, WireWord>();
  const settled = new Map<AnalogPlan, Settled>();
  /** Questions on a pin's state on their way; only the answer to the last of them is about what was written last. */
  const asked = new Map<number, number>();
  const modes = new Map<number, number>();
  let phase: 'looking' | 'starting' | 'up' = 'looking';
  let missing = new Set<string>();
  let rewritten = new Set<number>();
  let confirmed = (): void => {};
  let cancel = (): void => {};

  const wantedOf = ({ output }: OutputPlan): OutputWord => needs.wanted(output);

  function wait(forMs: number, act: () => void): void {
    cancel();
    cancel = clock.alarm(forMs, act);
  }

  function expect(what: readonly string[]): void {
    missing = new Set(what);
    wait(answerMs, () => needs.failed(unanswered([...missing])));
  }

  function answered(what: string): void {
    if (!missing.delete(what) || missing.size > 0) return;
    if (phase === 'looking') start();
    else complete();
  }

  function askPin(pin: number): void {
    asked.set(pin, (asked.get(pin) ?? 0) + 1);
    connection.write(askState(pin));
  }

  /** A board that ran on while the hub did not still holds its outputs; what is right is not touched. */
  function look(): void {
    for (const { pin } of plan.outputs) connection.watchState(pin);
    expect(['version', ...plan.outputs.map(nameOfOutput)]);
    for (const { pin } of plan.outputs) askPin(pin);
    connection.write(askVersion);
  }

  function start(): void {
    phase = 'starting';
    for (const { pin, mode } of plan.digital) connection.setInput(pin, mode);
    for (const { pin } of plan.analog) connection.write(setMode(pin, MODE.analog));
    connection.write(outputFrames());
    connection.write([0xf0, 0x7a, sampleMs, 0, 0xf7]);
    for (const digital of plan.digital) connection.readDigital(digital.pin, (value) => onDigital(digital, value));
    for (const analog of plan.analog) connection.readAnalog(analog.channel, (value) => onAnalog(analog, value));
    wait(settleMs, ask);
  }

  /**
   * A pin that becomes an output takes the level its pull-up had, so that is set first, in one piece with what follows.
   * Firmata before 2.6 lets a pin go low for that moment all the same; only a pin that is an output already has no blip there.
   */
  function outputFrames(): readonly number[] {
    const level = levels(plan, wantedOf);
    const turned = plan.outputs.filter(({ pin }) => modes.get(pin) !== MODE.output);
    if (turned.length === 0) return level;
    return [
      ...level,
      ...turned.flatMap(({ pin }) => setMode(pin, MODE.input)),
      ...level,
      ...turned.flatMap(({ pin }) => setMode(pin, MODE.output)),
      ...level,
    ];
  }

  /** The level of each port too: an edge whose message was lost on the way is found here. */
  function ask(): void {
    rewritten = new Set();
    expect([
      'version',
      ...plan.digital.map(nameOfInput),
      ...plan.analog.map(nameOfInput),
      ...plan.outputs.map(nameOfOutput),
    ]);
    for (const port of new Set(plan.digital.map(({ pin }) => portOf(pin)))) connection.write(askPort(port));
    for (const { pin } of plan.outputs) askPin(pin);
    connection.write(askVersion);
  }

  function complete(): void {
    if (phase === 'starting') {
      phase = 'up';
      needs.up(new Map(readings));
    }
    confirmed();
    wait(askEveryMs, ask);
  }

  function say(topic: WireTopic, word: WireWord): void {
    if (readings.get(topic) === word) return;
    readings.set(topic, word);
    if (phase === 'up') needs.changed(topic, word);
  }

  function onDigital(digital: DigitalPlan, value: number): void {
    say(digital.input.topic, (value === 1) === digital.input.activeLow ? 'off' : 'on');
    answered(nameOfInput(digital));
  }

  function onAnalog(analog: AnalogPlan, value: number): void {
    const next = sample(settled.get(analog) ?? unsettled, analog.reads, value / fullScale);
    settled.set(analog, next);
    if (next.word === null) return;
    say(analog.input.topic, wordOf(analog.input, next.word));
    answered(nameOfInput(analog));
  }

  function onState(output: OutputPlan, value: number): void {
    const word = needs.wanted(output.output);
    if ((value !== 0) === isHigh(output, word)) {
      say(output.output.topic, word);
      answered(nameOfOutput(output));
    } else if (!rewritten.has(output.pin)) {
      rewritten.add(output.pin);
      write();
    }
  }

  function write(): void {
    if (phase === 'looking') return;
    connection.write(outputFrames());
    for (const { pin } of plan.outputs) askPin(pin);
  }

  look();
  return {
    version: () => answered('version'),
    state(pin, mode, value) {
      modes.set(pin, mode);
      const open = (asked.get(pin) ?? 1) - 1;
      asked.set(pin, open);
      const output = plan.outputs.find((one) => one.pin === pin);
      if (output === undefined || open > 0) return;
      if (phase === 'looking') answered(nameOfOutput(output));
      else onState(output, value);
    },
    write,
    whenConfirmed(done) {
      confirmed = done;
      if (phase === 'looking') return;
      write();
      ask();
    },
    stop: () => cancel(),
  };
}

const nameOfInput = ({ input }: { readonly input: BoardInput }): string => `pin ${input.pin}`;
const nameOfOutput = ({ output }: { readonly output: BoardOutput }): string => `output ${output.pin}`;

function wordOf(input: BoardInput, word: NonNullable<Settled['word']>): InputWord {
  if (!input.activeLow || (word !== 'on' && word !== 'off')) return word;
  return word === 'on' ? 'off' : 'on';
}

function unanswered(missing: readonly string[]): string {
  const seconds = answerMs / 1000;
  if (missing.includes('version')) {
    return `has not answered for ${seconds} s; it hangs, or its cable is loose: press its reset button`;
  }
  return `answers, but says nothing of ${missing.join(', ')} for ${seconds} s; it may need a newer StandardFirmata`;
}
