// The character device of the kernel for pins, second version of its interface: linux/gpio.h, with each field where the
// kernel expects it. Both processors this runs on store the low byte first and lay structures out alike.

/** What a line of a chip is asked for as. */
export type Use =
  | {
      readonly as: 'input';
      readonly bias: 'pull-up' | 'pull-down' | 'none' | 'as-is';
      /** Whole milliseconds; zero: every edge counts. */
      readonly filterMs: number;
    }
  | { readonly as: 'output'; readonly starts: Level };

/** What a line is at, with `activeLow` reckoned in. */
export type Level = 'on' | 'off';

const READ = 2;
const READ_WRITE = 3;

/** The number of an ioctl: direction, size of what it takes, type and number in one word, as linux/ioctl.h has it. */
const ioctlNumber = (direction: number, number: number, size: number): number =>
  ((direction << 30) | (size << 16) | (0xb4 << 8) | number) >>> 0;

/** Bytes of each structure. */
export const sizes = { chipInfo: 68, lineInfo: 256, lineRequest: 592, values: 16, event: 48 } as const;

export const ioctls = {
  chipInfo: ioctlNumber(READ, 0x01, sizes.chipInfo),
  lineInfo: ioctlNumber(READ_WRITE, 0x05, sizes.lineInfo),
  lineRequest: ioctlNumber(READ_WRITE, 0x07, sizes.lineRequest),
  getValues: ioctlNumber(READ_WRITE, 0x0e, sizes.values),
  setValues: ioctlNumber(READ_WRITE, 0x0f, sizes.values),
} as const;

const flags = {
  used: 1,
  activeLow: 2,
  input: 4,
  output: 8,
  risingEdge: 16,
  fallingEdge: 32,
  pullUp: 256,
  pullDown: 512,
  biasDisabled: 1024,
} as const;

const biases = { 'pull-up': flags.pullUp, 'pull-down': flags.pullDown, none: flags.biasDisabled, 'as-is': 0 } as const;

const attributes = { outputValues: 2, debounce: 3 } as const;
const RISING = 1;

/** Edges the kernel keeps for us while the loop is busy: 3 s of a line that changes every 25 ms. More than it has kept pushes the oldest out. */
export const EVENT_BUFFER = 128;

/** Who holds our lines, as others read it. */
export const CONSUMER = 'lantern';

export interface ChipInfo {
  readonly name: string;
  readonly label: string;
  readonly lines: number;
}

/** Text up to the first zero byte. */
function textAt(bytes: Buffer, from: number): string {
  const field = bytes.subarray(from, from + 32);
  const end = field.indexOf(0);
  return field.toString('utf8', 0, end < 0 ? field.length : end);
}

export const readChipInfo = (bytes: Buffer): ChipInfo => ({
  name: textAt(bytes, 0),
  label: textAt(bytes, 32),
  lines: bytes.readUInt32LE(64),
});

export interface LineInfo {
  readonly name: string;
  /** Who holds it; empty where the line is free, or its holder gave no name. */
  readonly consumer: string;
  readonly used: boolean;
  readonly direction: 'in' | 'out';
}

export function packLineInfo(line: number): Buffer {
  const bytes = Buffer.alloc(sizes.lineInfo);
  bytes.writeUInt32LE(line, 64);
  return bytes;
}

export function readLineInfo(bytes: Buffer): LineInfo {
  const is = bytes.readUInt32LE(72);
  return {
    name: textAt(bytes, 0),
    consumer: textAt(bytes, 32),
    used: (is & flags.used) !== 0,
    direction: (is & flags.output) === 0 ? 'in' : 'out',
  };
}

/** A request for one line. An output is at its first level from the same moment on that it is an output. */
export function packLineRequest(line: number, activeLow: boolean, use: Use): Buffer {
  const bytes = Buffer.alloc(sizes.lineRequest);
  bytes.writeUInt32LE(line, 0);
  bytes.write(CONSUMER, 256, 31, 'utf8');
  bytes.writeUInt32LE((activeLow ? flags.activeLow : 0) | flagsOf(use), 288);
  bytes.writeUInt32LE(1, 560);
  if (use.as === 'output') packAttribute(bytes, attributes.outputValues, use.starts === 'on' ? 1 : 0);
  else {
    bytes.writeUInt32LE(EVENT_BUFFER, 564);
    if (use.filterMs > 0) packAttribute(bytes, attributes.debounce, Math.ceil(use.filterMs * 1000));
  }
  return bytes;
}

const flagsOf = (use: Use): number =>
  use.as === 'output' ? flags.output : flags.input | flags.risingEdge | flags.fallingEdge | biases[use.bias];

/** The one attribute of a request, for its only line. */
function packAttribute(bytes: Buffer, id: number, value: number): void {
  bytes.writeUInt32LE(1, 296);
  bytes.writeUInt32LE(id, 320);
  bytes.writeUInt32LE(value, 328);
  bytes.writeUInt32LE(1, 336);
}

/** The open line of a request that was granted. */
export const grantedLine = (request: Buffer): number => request.readInt32LE(588);

/** Values of a request with one line; written over by the kernel when it is asked for them. */
export function packValues(level: Level): Buffer {
  const bytes = Buffer.alloc(sizes.values);
  bytes.writeUInt32LE(level === 'on' ? 1 : 0, 0);
  bytes.writeUInt32LE(1, 8);
  return bytes;
}

export const readValue = (values: Buffer): Level => ((values[0] ?? 0) & 1 ? 'on' : 'off');

/** One edge as the kernel noted it. */
export interface LineEvent {
  readonly to: Level;
  /** CLOCK_MONOTONIC. */
  readonly atMs: number;
  /** Counts the edges of the line from 1 on, those that found no room too; it has 32 bits. */
  readonly sequence: number;
}

export function readEvent(bytes: Buffer, from: number): LineEvent {
  const nanoseconds = bytes.readUInt32LE(from + 4) * 2 ** 32 + bytes.readUInt32LE(from);
  return {
    to: bytes.readUInt32LE(from + 8) === RISING ? 'on' : 'off',
    atMs: nanoseconds / 1e6,
    sequence: bytes.readUInt32LE(from + 20),
  };
}

/** How many edges were lost between two of these numbers. */
export const lostBetween = (last: number, next: number): number => (next - last - 1) >>> 0;
