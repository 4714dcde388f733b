import { fromSeptets, pack, toSeptets, unpack } from './gsm7.ts';

// Texts as a modem takes and gives them in PDU mode: 3GPP TS 23.040 (9.2), with the service centre's address in front as
// TS 27.005 has it. Pure. Our own, because `node-pdu` 2.1, the package for this, cuts a character in two where a long text
// is split, sends what the extension table holds as UCS-2, and takes a text that is shorter than it says it is.

/** Which text a part belongs to, and which of how many it is, from 1. */
export interface Concat {
  readonly ref: number;
  /** Width of `ref`: two texts with the same number and different widths are two texts. */
  readonly bits: 8 | 16;
  readonly total: number;
  readonly seq: number;
}

/** Null: not a time. Milliseconds since 1970. */
export type Stamp = number | null;

interface Words {
  /** What the bytes were: `data` is no text, and its `body` is empty. */
  readonly alphabet: 'gsm7' | 'ucs2' | 'data';
  readonly body: string;
  readonly concat: Concat | null;
}

export interface Deliver extends Words {
  readonly kind: 'deliver';
  /** `+44…`, digits without a plus, or letters. */
  readonly from: string;
  readonly at: Stamp;
}

export interface Submit extends Words {
  readonly kind: 'submit';
  readonly ref: number;
  readonly to: string;
  readonly wantsReport: boolean;
  /** Null: none given, or not as a relative period. */
  readonly validSeconds: number | null;
}

/** What the service centre says became of a text. */
export interface Report {
  readonly kind: 'report';
  readonly ref: number;
  readonly to: string;
  readonly at: Stamp;
  readonly doneAt: Stamp;
  /** TP-Status: 23.040, 9.2.3.15. */
  readonly status: number;
}

export type Pdu = Deliver | Submit | Report;
export type Decoded = { readonly ok: true; readonly pdu: Pdu } | { readonly ok: false; readonly why: string };

/** One text, or part of one, ready for `AT+CMGS`. */
export interface Part {
  readonly hex: string;
  /** What `AT+CMGS=` wants to hear: bytes without the service centre's address. */
  readonly length: number;
}

export type Encoded =
  | { readonly ok: true; readonly parts: readonly Part[] }
  | { readonly ok: false; readonly why: string };

export interface Outgoing {
  /** `+44…`, or digits as one would dial them. */
  readonly to: string;
  readonly body: string;
  readonly validSeconds: number;
  /** Tells the parts of a long text from those of another. */
  readonly ref: number;
  readonly refBits: 8 | 16;
}

/** 160 characters, or 140 bytes. */
const ROOM_BYTES = 140;
const ROOM_SEPTETS = 160;
/** A contact's phone shows a long text only when every part came; more than this is not one for an alarm. */
export const MAX_PARTS = 10;
/** 23.040 9.1.2.5: twelve bytes of address, two of them length and type. */
const MAX_DIGITS = 20;

const MTI_SUBMIT = 0x01;
const VALIDITY_RELATIVE = 0x10;
const WANTS_REPORT = 0x20;
const HAS_HEADER = 0x40;
const UCS2 = 0x08;

const IE_CONCAT_8 = 0x00;
const IE_CONCAT_16 = 0x08;

// ---- out -----------------------------------------------------------------------------------------------------------------

/** A text as one or more SMS-SUBMIT, each with a delivery report asked for. */
export function encodeSubmit(text: Outgoing): Encoded {
  const address = encodeNumber(text.to);
  if (address === null) return { ok: false, why: 'the number cannot be dialled' };
  const chunks = split(text.body, text.refBits);
  if (chunks.length > MAX_PARTS) return { ok: false, why: `the text needs more than ${MAX_PARTS} parts` };
  const total = chunks.length;
  const parts = chunks.map((chunk, index): Part => {
    const header = total === 1 ? [] : concatHeader({ ref: text.ref, bits: text.refBits, total, seq: index + 1 });
    const first = MTI_SUBMIT | VALIDITY_RELATIVE | WANTS_REPORT | (total === 1 ? 0 : HAS_HEADER);
    const data = userData(chunk, header);
    const coding = chunk.kind === 'ucs2' ? UCS2 : 0;
    // The message reference is the modem's to choose.
    const bytes = [first, 0, ...address, 0, coding, encodeValidity(text.validSeconds), data.length, ...data.bytes];
    // An empty service centre: the one on the SIM.
    return { hex: `00${toHex(bytes)}`, length: bytes.length };
  });
  return { ok: true, parts };
}

type Chunk =
  | { readonly kind: 'gsm7'; readonly septets: readonly number[] }
  | { readonly kind: 'ucs2'; readonly bytes: readonly number[] };

/** Cut where no character is cut: neither an escape from what it escapes, nor a surrogate from its other half. */
function split(body: string, refBits: 8 | 16): readonly Chunk[] {
  const septets = toSeptets(body);
  const headerBytes = refBits === 8 ? 6 : 7;
  if (septets !== null) {
    const room = ROOM_SEPTETS - Math.ceil((headerBytes * 8) / 7);
    return fill(septets, ROOM_SEPTETS, room).map((part) => ({ kind: 'gsm7', septets: part }));
  }
  const characters = [...body].map((char) => codeUnits(char).flatMap((unit) => [unit >> 8, unit & 0xff]));
  const room = (ROOM_BYTES - headerBytes) & ~1;
  return fill(characters, ROOM_BYTES, room).map((part) => ({ kind: 'ucs2', bytes: part }));
}

const codeUnits = (char: string): number[] => Array.from({ length: char.length }, (_, at) => char.charCodeAt(at));

/** Everything in one piece if it fits in `whole`, else in pieces of at most `room`. */
function fill(items: readonly (readonly number[])[], whole: number, room: number): readonly (readonly number[])[] {
  const flat = items.flat();
  if (flat.length <= whole) return [flat];
  const pieces: number[][] = [];
  let open: number[] = [];
  for (const item of items) {
    if (open.length + item.length > room) {
      pieces.push(open);
      open = [];
    }
    open.push(...item);
  }
  return [...pieces, open];
}

function concatHeader({ ref, bits, total, seq }: Concat): readonly number[] {
  if (bits === 8) return [5, IE_CONCAT_8, 3, ref & 0xff, total, seq];
  return [6, IE_CONCAT_16, 4, (ref >> 8) & 0xff, ref & 0xff, total, seq];
}

/** `length` counts septets, fill and header included, or bytes. */
function userData(chunk: Chunk, header: readonly number[]): { readonly length: number; readonly bytes: number[] } {
  if (chunk.kind === 'ucs2') {
    const bytes = [...header, ...chunk.bytes];
    return { length: bytes.length, bytes };
  }
  const headerSeptets = Math.ceil((header.length * 8) / 7);
  const fillBits = headerSeptets * 7 - header.length * 8;
  return { length: headerSeptets + chunk.septets.length, bytes: [...header, ...pack(chunk.septets, fillBits)] };
}

/** 23.040 9.2.3.12.1. Rounded down, since what is no news any more must not arrive; five minutes is the least there is. */
function encodeValidity(seconds: number): number {
  const minutes = Math.floor(seconds / 60);
  if (minutes < 10) return 0;
  if (minutes <= 12 * 60) return Math.floor(minutes / 5) - 1;
  if (minutes <= 24 * 60) return 143 + Math.floor((minutes - 12 * 60) / 30);
  const days = Math.floor(minutes / (24 * 60));
  if (days === 1) return 167;
  return days < 35 ? 166 + Math.min(30, days) : 192 + Math.min(63, Math.floor(days / 7));
}

function decodeValidity(code: number): number {
  if (code <= 143) return (code + 1) * 5 * 60;
  if (code <= 167) return (12 * 60 + (code - 143) * 30) * 60;
  if (code <= 196) return (code - 166) * 24 * 3600;
  return (code - 192) * 7 * 24 * 3600;
}

/** What the four bits of a digit can say; the last one fills up an odd count. */
const DIGITS = '0123456789*#abcF';

function encodeNumber(number: string): readonly number[] | null {
  const international = number.startsWith('+');
  const digits = international ? number.slice(1) : number;
  if (!/^[0-9*#]+$/.test(digits) || digits.length > MAX_DIGITS) return null;
  const even = digits.length % 2 === 0 ? digits : `${digits}F`;
  const pairs = even.match(/../g) ?? [];
  const bytes = pairs.map((pair) => DIGITS.indexOf(pair.charAt(0)) | (DIGITS.indexOf(pair.charAt(1)) << 4));
  return [digits.length, international ? 0x91 : 0x81, ...bytes];
}

// ---- in ------------------------------------------------------------------------------------------------------------------

/** Reads what `+CMGL`, `+CMGR`, `+CMT` and `+CDS` carry. Never throws; whatever is not whole is refused. */
export function decodePdu(hex: string): Decoded {
  if (hex.length % 2 !== 0 || !/^[0-9A-Fa-f]+$/.test(hex)) return { ok: false, why: 'not hexadecimal' };
  const reader = createReader(Uint8Array.from(hex.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16)));
  reader.take(reader.byte()); // the service centre's address
  const first = reader.byte();
  const pdu = readBody(first, reader);
  if (pdu === null) return { ok: false, why: 'of a kind that is not known' };
  if (reader.short()) return { ok: false, why: 'shorter than it says' };
  return { ok: true, pdu };
}

function readBody(first: number, reader: Reader): Pdu | null {
  switch (first & 0x03) {
    case 0:
      return readDeliver(first, reader);
    case 1:
      return readSubmit(first, reader);
    case 2:
      return readReport(reader);
    default:
      return null;
  }
}

function readDeliver(first: number, reader: Reader): Deliver {
  const from = readAddress(reader);
  reader.byte(); // protocol
  const coding = reader.byte();
  const at = readStamp(reader.take(7));
  return { kind: 'deliver', from, at, ...readWords(first, coding, reader) };
}

function readSubmit(first: number, reader: Reader): Submit {
  const ref = reader.byte();
  const to = readAddress(reader);
  reader.byte();
  const coding = reader.byte();
  const format = (first >> 3) & 0x03;
  const validSeconds = format === 2 ? decodeValidity(reader.byte()) : null;
  if (format === 1 || format === 3) reader.take(7);
  const wantsReport = (first & WANTS_REPORT) !== 0;
  return { kind: 'submit', ref, to, wantsReport, validSeconds, ...readWords(first, coding, reader) };
}

function readReport(reader: Reader): Report {
  const ref = reader.byte();
  const to = readAddress(reader);
  const at = readStamp(reader.take(7));
  const doneAt = readStamp(reader.take(7));
  return { kind: 'report', ref, to, at, doneAt, status: reader.byte() };
}

interface Reader {
  /** Zero behind the end. */
  byte(): number;
  take(count: number): Uint8Array;
  /** More was asked for than there is. */
  short(): boolean;
}

function createReader(bytes: Uint8Array): Reader {
  let at = 0;
  return {
    byte() {
      at += 1;
      return bytes[at - 1] ?? 0;
    },
    take(count) {
      at += count;
      return bytes.subarray(at - count, at);
    },
    short: () => at > bytes.length,
  };
}

function readAddress(reader: Reader): string {
  const length = reader.byte();
  const type = reader.byte();
  const bytes = reader.take(Math.ceil(length / 2));
  const kind = (type >> 4) & 0x07;
  if (kind === 5) return fromSeptets(unpack(bytes, Math.floor((length * 4) / 7), 0));
  const digits = [...bytes].map((byte) => `${DIGITS.charAt(byte & 0x0f)}${DIGITS.charAt(byte >> 4)}`).join('');
  return `${kind === 1 ? '+' : ''}${digits.slice(0, length)}`;
}

/** Seven swapped pairs of digits; the last is the distance from Greenwich in quarters of an hour, its sign in bit 3. */
function readStamp(bytes: Uint8Array): Stamp {
  if (bytes.length < 7) return null;
  const pairs = [...bytes].map((byte) => (byte & 0x0f) * 10 + (byte >> 4));
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = pairs;
  if ([...bytes.subarray(0, 6)].some((byte) => (byte & 0x0f) > 9 || byte >> 4 > 9)) return null;
  if (month < 1 || month > 12 || day < 1 || day > 31 || hour > 23 || minute > 59 || second > 59) return null;
  const zone = bytes[6] ?? 0;
  const quarters = (zone & 0x07) * 10 + (zone >> 4);
  const local = Date.UTC(2000 + year, month - 1, day, hour, minute, second);
  return local - (zone & 0x08 ? -1 : 1) * quarters * 15 * 60_000;
}

/** 23.038, 4. Null: bytes that are no text, or packed in a way nobody uses. */
function alphabetOf(coding: number): 'gsm7' | 'ucs2' | 'data' {
  const group = coding >> 4;
  if (group >= 0x0c) {
    if (group === 0x0e) return 'ucs2';
    return group === 0x0f && (coding & 0x04) !== 0 ? 'data' : 'gsm7';
  }
  if (group >= 0x08) return 'gsm7'; // reserved: to be taken for the default
  if ((coding & 0x20) !== 0) return 'data'; // compressed
  return (['gsm7', 'data', 'ucs2', 'gsm7'] as const)[(coding >> 2) & 0x03] ?? 'gsm7';
}

function readWords(first: number, coding: number, reader: Reader): Words {
  const alphabet = alphabetOf(coding);
  const length = reader.byte();
  const bytes = reader.take(alphabet === 'gsm7' ? Math.ceil((length * 7) / 8) : length);
  const headerBytes = (first & HAS_HEADER) === 0 ? 0 : (bytes[0] ?? 0) + 1;
  // A header longer than all there is: asking for it marks the whole as short.
  if (headerBytes > bytes.length) reader.take(Number.MAX_SAFE_INTEGER / 2);
  const concat = headerBytes === 0 ? null : findConcat(bytes.subarray(1, headerBytes));
  return { alphabet, body: bodyOf(alphabet, bytes, length, headerBytes), concat };
}

function bodyOf(alphabet: Words['alphabet'], bytes: Uint8Array, length: number, headerBytes: number): string {
  switch (alphabet) {
    case 'data':
      return '';
    case 'ucs2': {
      const units = bytes.subarray(headerBytes);
      return Array.from({ length: units.length >> 1 }, (_, at) =>
        String.fromCharCode(((units[at * 2] ?? 0) << 8) | (units[at * 2 + 1] ?? 0)),
      ).join('');
    }
    case 'gsm7': {
      const headerSeptets = Math.ceil((headerBytes * 8) / 7);
      const fillBits = headerSeptets * 7 - headerBytes * 8;
      const count = Math.max(0, length - headerSeptets);
      return fromSeptets(unpack(bytes.subarray(headerBytes), count, fillBits));
    }
  }
}

/** 23.040 9.2.3.24.1 and .8: a part that is none of those it says there are is ignored, and the text stands alone. */
function findConcat(header: Uint8Array): Concat | null {
  for (let at = 0; at + 1 < header.length; at += 2 + (header[at + 1] ?? 0)) {
    const id = header[at];
    const size = header[at + 1] ?? 0;
    const data = header.subarray(at + 2, at + 2 + size);
    const wide = id === IE_CONCAT_16 && data.length === 4;
    if (!wide && !(id === IE_CONCAT_8 && data.length === 3)) continue;
    const ref = wide ? ((data[0] ?? 0) << 8) | (data[1] ?? 0) : (data[0] ?? 0);
    const total = data[wide ? 2 : 1] ?? 0;
    const seq = data[wide ? 3 : 2] ?? 0;
    if (total < 1 || seq < 1 || seq > total) return null;
    return { ref, bits: wide ? 16 : 8, total, seq };
  }
  return null;
}

const toHex = (bytes: readonly number[]): string =>
  bytes.map((byte) => byte.toString(16).padStart(2, '0').toUpperCase()).join('');

// ---- what a report means -------------------------------------------------------------------------------------------------

export type Fate =
  | { readonly status: 'delivered' }
  /** Still on its way, or the far end cannot tell. */
  | { readonly status: 'accepted' }
  | { readonly status: 'failed'; readonly why: string };

const FAILURES: Readonly<Record<number, string>> = {
  64: 'the network could not deliver it: remote procedure error',
  65: 'the phone cannot take this kind of text',
  66: 'the receiver refused the connection',
  67: 'it could not be obtained',
  68: 'the network could not deliver it: quality of service not available',
  69: 'the network could not deliver it: no interworking',
  70: 'the phone was not reached in time',
  71: 'the sender deleted it',
  72: 'the network deleted it',
  73: 'the network does not have it',
  96: 'the network was congested',
  97: 'the phone was busy',
  98: 'the phone did not answer',
  99: 'the network refused the service',
  100: 'the network could not deliver it: quality of service not available',
  101: 'the phone reported an error',
};

/** Only 0 says that the phone has it; 1 and 2 say that nobody can tell. Below 64 the centre goes on trying. */
export function fateOf(status: number): Fate {
  if (status === 0) return { status: 'delivered' };
  if (status < 64) return { status: 'accepted' };
  return { status: 'failed', why: FAILURES[status] ?? `the network could not deliver it (status ${status})` };
}
