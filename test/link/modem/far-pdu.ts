// Texts as the network's side writes and reads them: 3GPP TS 23.040 once more, by strings of bits, so that an error in one
// of the two ways of doing it does not hide behind the same one in the other.

const TABLE =
  '@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞ\u001bÆæßÉ !"#¤%&\'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà';
const ESCAPED: Readonly<Record<string, number>> = {
  '\f': 10,
  '^': 20,
  '{': 40,
  '}': 41,
  '\\': 47,
  '[': 60,
  '~': 61,
  ']': 62,
  '|': 64,
  '€': 101,
};

const hex2 = (value: number): string => value.toString(16).toUpperCase().padStart(2, '0');
const swapped = (digits: string): string => (digits.length % 2 ? `${digits}F` : digits).replace(/(.)(.)/g, '$2$1');

function septetsOf(text: string): number[] | null {
  const all = [...text].map((char) => {
    const plain = TABLE.indexOf(char);
    if (plain >= 0 && plain !== 27) return [plain];
    const escaped = ESCAPED[char];
    return escaped === undefined ? null : [27, escaped];
  });
  return all.every((one) => one !== null) ? all.flat() : null;
}

/** Bits, the first one of all last in the string: a septet is read from the right end. */
function packed(septets: readonly number[], fill: number): string {
  const bits = `${septets
    .map((one) => one.toString(2).padStart(7, '0'))
    .reverse()
    .join('')}${'0'.repeat(fill)}`;
  const whole = bits.padStart(Math.ceil(bits.length / 8) * 8, '0');
  const bytes = (whole.match(/.{8}/g) ?? []).reverse();
  return bytes.map((byte) => hex2(Number.parseInt(byte, 2))).join('');
}

function unpacked(hex: string, count: number, fill: number): string {
  const bytes = (hex.match(/../g) ?? []).map((byte) => Number.parseInt(byte, 16).toString(2).padStart(8, '0'));
  const bits = bytes.reverse().join('');
  let text = '';
  let escaping = false;
  for (let at = 0; at < count; at += 1) {
    const end = bits.length - fill - at * 7;
    const septet = Number.parseInt(bits.slice(Math.max(0, end - 7), end), 2);
    if (escaping) text += Object.keys(ESCAPED).find((char) => ESCAPED[char] === septet) ?? TABLE.charAt(septet);
    else if (septet !== 27) text += TABLE.charAt(septet);
    escaping = !escaping && septet === 27;
  }
  return text;
}

function address(number: string): string {
  if (/^[+\d]/.test(number)) {
    const digits = number.replace('+', '');
    return `${hex2(digits.length)}${number.startsWith('+') ? '91' : '81'}${swapped(digits)}`;
  }
  const name = packed(septetsOf(number) ?? [], 0);
  return `${hex2(Math.ceil((number.length * 7) / 4))}D0${name}`;
}

const stamp = (at: Date): string => `${swapped(at.toISOString().slice(2, 19).replace(/\D/g, ''))}00`;

export interface Piece {
  readonly ref: number;
  readonly bits: 8 | 16;
  readonly total: number;
  readonly seq: number;
}

/** A text to the modem, or a piece of one, with the service centre in front. */
export function deliver(from: string, body: string, at: Date, piece: Piece | null = null): string {
  const head =
    piece === null
      ? ''
      : piece.bits === 8
        ? `050003${hex2(piece.ref)}${hex2(piece.total)}${hex2(piece.seq)}`
        : `060804${hex2(piece.ref >> 8)}${hex2(piece.ref & 255)}${hex2(piece.total)}${hex2(piece.seq)}`;
  const septets = septetsOf(body);
  const headSeptets = Math.ceil((head.length * 4) / 7);
  const data =
    septets === null
      ? `${head}${[...body]
          .flatMap((char) => char.split(''))
          .map((unit) => unit.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0'))
          .join('')}`
      : `${head}${packed(septets, headSeptets * 7 - head.length * 4)}`;
  const length = septets === null ? data.length / 2 : headSeptets + septets.length;
  return `07914477000000F0${piece === null ? '04' : '44'}${address(from)}00${septets === null ? '08' : '00'}${stamp(at)}${hex2(length)}${data}`;
}

/** What became of a text that the modem sent. */
export const statusReport = (ref: number, to: string, status: number, at: Date): string =>
  `07914477000000F006${hex2(ref)}${address(to)}${stamp(at)}${stamp(at)}${hex2(status)}`;

/** Bytes of a text without its service centre. */
export const lengthOf = (hex: string): number => hex.length / 2 - 1 - Number.parseInt(hex.slice(0, 2), 16);

export interface Submitted {
  readonly to: string;
  readonly body: string;
  readonly wantsReport: boolean;
  readonly piece: Piece | null;
  /** Null: none was given. */
  readonly validity: number | null;
}

/** Reads what the modem was given; throws where it is no SMS-SUBMIT. */
export function readSubmit(hex: string): Submitted {
  let rest = hex.slice(2 + Number.parseInt(hex.slice(0, 2), 16) * 2);
  const take = (bytes: number): string => {
    if (rest.length < bytes * 2) throw new Error('too short');
    const part = rest.slice(0, bytes * 2);
    rest = rest.slice(bytes * 2);
    return part;
  };
  const byte = (): number => Number.parseInt(take(1), 16);
  const first = byte();
  if ((first & 3) !== 1) throw new Error('no SMS-SUBMIT');
  byte();
  const digits = byte();
  const type = byte();
  const number = swapped(take(Math.ceil(digits / 2))).slice(0, digits);
  byte();
  const coding = byte();
  const validity = (first & 0x18) === 0x10 ? byte() : null;
  const length = byte();
  const data = rest;
  const head = first & 0x40 ? data.slice(0, (Number.parseInt(data.slice(0, 2), 16) + 1) * 2) : '';
  const headSeptets = Math.ceil((head.length * 4) / 7);
  const words = data.slice(head.length);
  const expected = coding === 8 ? length : Math.ceil((length * 7) / 8);
  if (data.length !== expected * 2) throw new Error('another length than it says');
  const body =
    coding === 8
      ? (words.match(/.{4}/g) ?? []).map((unit) => String.fromCharCode(Number.parseInt(unit, 16))).join('')
      : unpacked(words, length - headSeptets, headSeptets * 7 - head.length * 4);
  return {
    to: `${type === 0x91 ? '+' : ''}${number}`,
    body,
    wantsReport: (first & 0x20) !== 0,
    piece: pieceOf(head),
    validity,
  };
}

function pieceOf(head: string): Piece | null {
  const short = /^050003(..)(..)(..)$/.exec(head);
  const long = /^060804(....)(..)(..)$/.exec(head);
  const found = short ?? long;
  if (found === null) return null;
  const [ref = 0, total = 0, seq = 0] = found.slice(1).map((part) => Number.parseInt(part, 16));
  return { ref, bits: short === null ? 16 : 8, total, seq };
}
