import type { Frame } from './codec.ts';

// Packets of an RFXtrx: a byte that counts the bytes after it, a byte for the type, and no check sum. So where a packet
// begins is known by its first two bytes, and by the pause before it.

/** Bytes of one packet come within milliseconds; what is left after so long has lost its end. */
const PAUSE_MS = 500;
const SHORTEST = 4;
const LONGEST = 36;
/** The gateway's own types end at the first, those of devices lie between the others. */
const TYPES = { own: 0x03, first: 0x10, last: 0x7f } as const;

/** Where the length of a type is known, another is none. Source: the handlers of the rfxcom package. */
const LENGTHS: ReadonlyMap<number, readonly number[]> = new Map([
  [0x01, [0x0d, 0x14]],
  [0x02, [0x04]],
  [0x10, [0x07]],
  [0x11, [0x0b]],
  [0x12, [0x08]],
  [0x13, [0x09]],
  [0x14, [0x0a]],
  [0x15, [0x0b]],
  [0x16, [0x07, 0x08]],
  [0x20, [0x08]],
  [0x50, [0x08]],
  [0x51, [0x08]],
  [0x52, [0x0a]],
]);

export interface PacketSplitter {
  split(bytes: Uint8Array, atMs: number): readonly Frame[];
  forget(): void;
}

/** Never holds more than one packet. A byte that begins none is dropped, and the next one tried. */
export function createPacketSplitter(): PacketSplitter {
  let held: number[] = [];
  let lastMs = 0;
  let dropped = 0;

  function tell(frames: Frame[]): void {
    if (dropped > 0) frames.push({ dropped });
    dropped = 0;
  }

  /** Takes one byte in, and with it whatever that makes whole or wrong. */
  function take(byte: number, frames: Frame[]): void {
    held.push(byte);
    while (held.length > 0 && !beginsPacket(held)) {
      held = held.slice(1);
      dropped += 1;
    }
    const [length] = held;
    if (length === undefined || held.length <= length) return;
    tell(frames);
    frames.push({ frame: Uint8Array.from(held) });
    held = [];
  }

  return {
    split(bytes, atMs) {
      const frames: Frame[] = [];
      if (held.length > 0 && atMs - lastMs > PAUSE_MS) {
        dropped += held.length;
        held = [];
      }
      lastMs = atMs;
      for (const byte of bytes) take(byte, frames);
      tell(frames);
      return frames;
    },
    forget() {
      held = [];
      dropped = 0;
    },
  };
}

function beginsPacket([length = 0, type]: readonly number[]): boolean {
  if (length < SHORTEST || length > LONGEST) return false;
  if (type === undefined) return true;
  const isType = (type > 0 && type <= TYPES.own) || (type >= TYPES.first && type <= TYPES.last);
  return isType && (LENGTHS.get(type)?.includes(length) ?? true);
}
