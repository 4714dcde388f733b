import type { WallTime } from '../../base/time.ts';
import { type Dc09Key, decrypt, encrypt } from './cipher.ts';
import { crc16 } from './crc.ts';
import { readTime, writeTime } from './time.ts';

/** What stands between the brackets of a message, and after them. */
export interface Content {
  /** `#1234|Nri1/BA005^Front door^`; empty in a NULL message. */
  readonly data: string;
  /** Further bracketed fields without their brackets, as `H18:40:00,11-21-2026`. */
  readonly extras: readonly string[];
  readonly time: WallTime | null;
}

/** One DC-09 message. Texts are Latin-1, one byte a character. */
export interface Message extends Content {
  /** `SIA-DCS`, `ADM-CID` or `NULL`. */
  readonly token: string;
  /** 1 to 9999; 0 in a NULL message. */
  readonly sequence: number;
  /** With its letter, as `R0`; null: the message names none. */
  readonly receiver: string | null;
  readonly line: string;
  readonly account: string;
}

const LF = 0x0a;
const CR = 0x0d;
/** `CCCC0LLL`: the checksum, then a zero and three hex digits of length. */
const HEAD = 8;
/** Three hex digits of length say no more. */
export const LONGEST_FRAME = 0xfff + HEAD + 2;

const hex = (value: number, digits: number): string => value.toString(16).toUpperCase().padStart(digits, '0');

/** LF, checksum, length, body, CR. The body begins with its first quote, and both numbers are over the body alone. */
export function frame(body: string): Buffer {
  const bytes = Buffer.from(body, 'latin1');
  return Buffer.concat([Buffer.from(`\n${hex(crc16(bytes), 4)}0${hex(bytes.length, 3)}`), bytes, Buffer.from('\r')]);
}

export type Unframed = { readonly ok: true; readonly body: string } | { readonly ok: false; readonly why: string };

/** The body of one whole frame, its checksum and length held against it. Takes lower-case digits too. */
export function unframe(bytes: Uint8Array): Unframed {
  if (bytes.length < 2 + HEAD || bytes[0] !== LF || bytes.at(-1) !== CR) return no('it is no frame from LF to CR');
  const text = Buffer.from(bytes).toString('latin1');
  const head = /^([0-9a-fA-F]{4})0([0-9a-fA-F]{3})$/.exec(text.slice(1, 1 + HEAD));
  if (head === null) return no('it does not begin with a checksum and a length');
  const body = text.slice(1 + HEAD, -1);
  if (Number.parseInt(head[2] ?? '', 16) !== body.length) return no('its length is not the one it says');
  if (Number.parseInt(head[1] ?? '', 16) !== crc16(Buffer.from(body, 'latin1'))) return no('its checksum is wrong');
  return { ok: true, body };
}

const no = (why: string): { readonly ok: false; readonly why: string } => ({ ok: false, why });

/** The bytes of a message; with a key encrypted, and `pad` fills the first block (see `encrypt`). */
export function encodeMessage(
  message: Message,
  secret: { readonly key: Dc09Key; readonly pad: (length: number) => string } | null,
): Buffer {
  const { token, sequence, receiver, line, account } = message;
  const number = String(sequence).padStart(4, '0');
  const content = writeContent(message);
  const star = secret === null ? '' : '*';
  const inner = secret === null ? content : encrypt(content, secret.key, secret.pad);
  return frame(`"${star}${token}"${number}${receiver ?? ''}${line}#${account}[${inner}`);
}

/** `data]` and what follows it; in a plain NULL message just `]`. */
function writeContent({ data, extras, time }: Content): string {
  return `${data}]${extras.map((one) => `[${one}]`).join('')}${time === null ? '' : `_${writeTime(time)}`}`;
}

export type DecodedMessage =
  | { readonly ok: true; readonly message: Message; readonly encrypted: 'encrypted' | 'plain'; readonly pad: string }
  | { readonly ok: false; readonly why: string };

const MESSAGE = /^"(\*?)([A-Z0-9-]+)"(\d{4})(R[0-9A-Fa-f]{1,6})?(L[0-9A-Fa-f]{1,6})#([0-9A-Za-z]{1,16})\[(.*)$/s;

/** Reads a message as a receiver does. An encrypted one needs the key, and carries a time. */
export function decodeMessage(bytes: Uint8Array, key: Dc09Key | null): DecodedMessage {
  const unframed = unframe(bytes);
  if (!unframed.ok) return unframed;
  const found = MESSAGE.exec(unframed.body);
  if (found === null) return no('it is no message');
  const [, star, token = '', number = '', receiver, line = '', account = '', inner = ''] = found;
  const encrypted = star === '*' ? 'encrypted' : 'plain';
  const opened = encrypted === 'plain' ? { pad: '', text: inner } : open(inner, key);
  if (opened === null) return no('it cannot be decrypted with this key');
  const content = readContent(opened.text);
  if (content === null)
    return no(encrypted === 'plain' ? 'its content is not in brackets' : 'it cannot be decrypted with this key');
  if (encrypted === 'encrypted' && content.time === null) return no('it is encrypted and carries no time');
  const message = { token, sequence: Number(number), receiver: receiver ?? null, line, account, ...content };
  return { ok: true, message, encrypted, pad: opened.pad };
}

/** The decrypted text without its padding. Some fill up with zeroes and leave the bar out where there is no data. */
export function open(inner: string, key: Dc09Key | null): { readonly pad: string; readonly text: string } | null {
  const plain = key === null ? null : decrypt(inner, key);
  if (plain === null) return null;
  const padded = /^([^|[\]]*)(?:\||(?=\]))(.*)$/s.exec(plain);
  return padded === null ? null : { pad: padded[1] ?? '', text: padded[2] ?? '' };
}

/** What `writeContent` wrote; null: it is nothing of the kind. */
export function readContent(text: string): Content | null {
  const found = /^([^[\]]*)\]((?:\[[^[\]]*\])*)(?:_([^[\]]*))?$/s.exec(text);
  if (found === null) return null;
  const [, data = '', extras = '', stamp] = found;
  const time = stamp === undefined ? null : readTime(stamp);
  if (stamp !== undefined && time === null) return null;
  return { data, extras: [...extras.matchAll(/\[([^[\]]*)\]/g)].map(([, one = '']) => one), time };
}
