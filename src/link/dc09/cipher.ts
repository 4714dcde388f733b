import { createCipheriv, createDecipheriv } from 'node:crypto';

/** An AES key of 16, 24 or 32 bytes. */
export interface Dc09Key {
  readonly bytes: Buffer;
}

export type KeyResult =
  | { readonly ok: true; readonly key: Dc09Key }
  /** One sentence with a remedy; never a part of the key. */
  | { readonly ok: false; readonly why: string };

/** The key as stations hand it out: as hex digits, or as the characters themselves (`ascii`). */
export function readKey(text: string, encoding: 'hex' | 'ascii'): KeyResult {
  if (encoding === 'ascii') {
    if (/^[\x20-\x7e]*$/.test(text) && [16, 24, 32].includes(text.length))
      return { ok: true, key: { bytes: Buffer.from(text, 'latin1') } };
    return {
      ok: false,
      why: 'the key must have 16, 24 or 32 plain characters (or leave keyEncoding out and give hex digits)',
    };
  }
  if (/^[0-9a-fA-F]*$/.test(text) && [32, 48, 64].includes(text.length))
    return { ok: true, key: { bytes: Buffer.from(text, 'hex') } };
  return { ok: false, why: 'the key must have 32, 48 or 64 hex digits (or set keyEncoding: ascii)' };
}

const BLOCK = 16;
/** What AES-CBC starts from; DC-09 gives it no bytes on the wire. */
const ZEROES = Buffer.alloc(BLOCK);

const nameOf = (key: Dc09Key): string => `aes-${key.bytes.length * 8}-cbc`;

/**
 * Upper-case hex of the encrypted text, which is filled up in front to whole blocks: padding, then `|`, then the text.
 * `pad` gives that many characters, none of them `[`, `]` or `|`; being random, it makes equal messages differ.
 */
export function encrypt(text: string, key: Dc09Key, pad: (length: number) => string): string {
  const length = (BLOCK - ((1 + text.length) % BLOCK)) % BLOCK;
  const cipher = createCipheriv(nameOf(key), key.bytes, ZEROES).setAutoPadding(false);
  const plain = Buffer.from(`${pad(length)}|${text}`, 'latin1');
  return Buffer.concat([cipher.update(plain), cipher.final()])
    .toString('hex')
    .toUpperCase();
}

/** What was encrypted, padding still in front; null: no whole blocks of hex. A wrong key gives noise, not null. */
export function decrypt(hex: string, key: Dc09Key): string | null {
  if (hex.length === 0 || hex.length % (2 * BLOCK) !== 0 || !/^[0-9a-fA-F]*$/.test(hex)) return null;
  const decipher = createDecipheriv(nameOf(key), key.bytes, ZEROES).setAutoPadding(false);
  return Buffer.concat([decipher.update(Buffer.from(hex, 'hex')), decipher.final()]).toString('latin1');
}
