/** Watches the packet boundaries of one MQTT byte stream. */
export interface FrameMeter {
  /** Takes the next bytes; false as soon as a packet announces more than the limit, or no packet begins here. */
  accepts(chunk: Uint8Array): boolean;
}

const CONTINUES = 0x80;

/**
 * Reads only the lengths (MQTT 3.1.1, section 2.2.3: one byte of type and flags, then a number of one to four bytes,
 * seven bits each, lowest first), so that an oversized packet is known by its first five bytes and never collected.
 */
export function createFrameMeter(limitBytes: number): FrameMeter {
  // Bytes of the current packet's body that are still to come.
  let body = 0;
  // Bytes of the header seen so far: 0 is the type byte, 1 to 4 the length.
  let header = 0;
  let length = 0;
  let broken = false;

  /** Takes one header byte; false when the length is no length or too large. */
  function takeHeader(byte: number): boolean {
    if (header === 0) {
      header = 1;
      return true;
    }
    length += (byte & 0x7f) * 128 ** (header - 1);
    if (length > limitBytes) return false;
    if ((byte & CONTINUES) !== 0) {
      header += 1;
      return header <= 4;
    }
    body = length;
    header = 0;
    length = 0;
    return true;
  }

  return {
    accepts(chunk) {
      let at = 0;
      while (at < chunk.length && !broken) {
        if (body > 0) {
          const step = Math.min(body, chunk.length - at);
          body -= step;
          at += step;
        } else {
          broken = !takeHeader(chunk[at] ?? 0);
          at += 1;
        }
      }
      return !broken;
    },
  };
}
