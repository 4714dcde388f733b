import type { Frame } from './codec.ts';

/** Cuts a stream at line ends. What is longer than `longest` bytes is no line of ours: it is dropped up to the next end. */
export interface LineSplitter {
  split(bytes: Uint8Array): readonly Frame[];
  forget(): void;
}

const LF = 0x0a;
const CR = 0x0d;

/** Empty lines and the CR before an LF are left out. Memory stays below `longest` whatever comes. */
export function createLineSplitter(longest: number): LineSplitter {
  let half: Uint8Array = new Uint8Array(0);
  /** Bytes of a line that is too long, since the last time they were told. */
  let skipped = 0;
  let skipping = false;

  function lineEnded(rest: Uint8Array, frames: Frame[]): void {
    if (skipping) {
      frames.push({ dropped: skipped + rest.length + 1 });
      skipping = false;
      skipped = 0;
      return;
    }
    const whole = half.length === 0 ? rest.slice() : joined(half, rest);
    half = new Uint8Array(0);
    const line = whole.at(-1) === CR ? whole.subarray(0, -1) : whole;
    if (line.length > longest) frames.push({ dropped: whole.length + 1 });
    else if (line.length > 0) frames.push({ frame: line });
  }

  function lineGoesOn(rest: Uint8Array, frames: Frame[]): void {
    if (!skipping && half.length + rest.length <= longest + 1) {
      half = joined(half, rest);
      return;
    }
    skipped += half.length + rest.length;
    half = new Uint8Array(0);
    skipping = true;
    // Told as it grows: at a wrong baud rate a line may never end.
    if (skipped < longest) return;
    frames.push({ dropped: skipped });
    skipped = 0;
  }

  return {
    split(bytes) {
      const frames: Frame[] = [];
      let start = 0;
      for (let end = bytes.indexOf(LF); end >= 0; end = bytes.indexOf(LF, start)) {
        lineEnded(bytes.subarray(start, end), frames);
        start = end + 1;
      }
      if (start < bytes.length) lineGoesOn(bytes.subarray(start), frames);
      return frames;
    },
    forget() {
      half = new Uint8Array(0);
      skipping = false;
      skipped = 0;
    },
  };
}

function joined(a: Uint8Array, b: Uint8Array): Uint8Array {
  const both = new Uint8Array(a.length + b.length);
  both.set(a);
  both.set(b, a.length);
  return both;
}

/** The frame as text of printable ASCII; null when it is something else. */
export function asciiOf(frame: Uint8Array): string | null {
  let text = '';
  for (const byte of frame) {
    if (byte < 0x20 || byte > 0x7e) return null;
    text += String.fromCharCode(byte);
  }
  return text;
}
