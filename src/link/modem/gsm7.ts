// The default alphabet of texts and its one extension table: 3GPP TS 23.038, 6.2.1.

/** By code. The escape to the extension table stands at 0x1B. */
const BASIC =
  '@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞ\u001bÆæßÉ !"#¤%&\'()*+,-./0123456789:;<=>?' +
  '¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà';
const ESCAPE = 0x1b;
const EXTENDED: ReadonlyMap<number, string> = new Map([
  [0x0a, '\f'],
  [0x14, '^'],
  [0x28, '{'],
  [0x29, '}'],
  [0x2f, '\\'],
  [0x3c, '['],
  [0x3d, '~'],
  [0x3e, ']'],
  [0x40, '|'],
  [0x65, '€'],
]);

const codes: ReadonlyMap<string, readonly number[]> = new Map([
  ...[...BASIC].map((char, code): [string, number[]] => [char, [code]]).filter(([, [code]]) => code !== ESCAPE),
  ...[...EXTENDED].map(([code, char]): [string, number[]] => [char, [ESCAPE, code]]),
]);

/** One entry a character: its septet, or the escape and its septet. Null: a character is in neither table. */
export function toSeptets(text: string): readonly (readonly number[])[] | null {
  const all: (readonly number[])[] = [];
  for (const char of text) {
    const own = codes.get(char);
    if (own === undefined) return null;
    all.push(own);
  }
  return all;
}

/** An escaped code that is in no table is read in the basic one, as the standard says; an escape before nothing is a space. */
export function fromSeptets(septets: readonly number[]): string {
  let text = '';
  for (let at = 0; at < septets.length; at += 1) {
    const septet = septets[at] ?? 0;
    if (septet !== ESCAPE) {
      text += BASIC.charAt(septet);
      continue;
    }
    at += 1;
    const next = septets[at] ?? ESCAPE;
    text += EXTENDED.get(next) ?? (next === ESCAPE ? ' ' : BASIC.charAt(next));
  }
  return text;
}

/** Packs seven bits each, lowest first, after so many bits of fill. */
export function pack(septets: readonly number[], fillBits: number): Uint8Array {
  const bytes = new Uint8Array(Math.ceil((septets.length * 7 + fillBits) / 8));
  septets.forEach((septet, index) => {
    const bit = fillBits + index * 7;
    const low = bit >> 3;
    const wide = septet << (bit & 7);
    bytes[low] = (bytes[low] ?? 0) | (wide & 0xff);
    if (wide > 0xff) bytes[low + 1] = (bytes[low + 1] ?? 0) | (wide >> 8);
  });
  return bytes;
}

/** Reads so many septets; what lies behind the end counts as zero, so the caller checks the length first. */
export function unpack(bytes: Uint8Array, count: number, fillBits: number): readonly number[] {
  return Array.from({ length: count }, (_, index) => {
    const bit = fillBits + index * 7;
    const low = bit >> 3;
    return (((bytes[low] ?? 0) | ((bytes[low + 1] ?? 0) << 8)) >> (bit & 7)) & 0x7f;
  });
}
