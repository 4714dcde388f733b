import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { wallTime } from '../../../src/base/time.ts';
import { type Dc09Key, readKey } from '../../../src/link/dc09/cipher.ts';
import { crc16 } from '../../../src/link/dc09/crc.ts';
import {
  decodeMessage,
  encodeMessage,
  frame,
  LONGEST_FRAME,
  type Message,
  unframe,
} from '../../../src/link/dc09/frame.ts';
import { readTime, writeTime } from '../../../src/link/dc09/time.ts';
import { bytesOf, vectors } from './vectors.ts';

const keyOf = (hex: string | undefined): Dc09Key | null => {
  const read = readKey(hex ?? '', 'hex');
  return read.ok ? read.key : null;
};

describe('every checked message, both ways', () => {
  const frames = vectors.filter((vector) => vector.kind === 'frame');
  it('there are some', () => expect(frames.length).toBeGreaterThanOrEqual(25));

  for (const { name, frame: text = '', keyHex, expect: what = {} } of frames) {
    it(`${name}: is read`, () => {
      const decoded = decodeMessage(bytesOf(text), keyOf(keyHex));
      if (!decoded.ok) throw new Error(decoded.why);
      const { token, data } = decoded.message;
      expect(token).toBe(what.type ?? (what.cid === undefined ? 'SIA-DCS' : 'ADM-CID'));
      for (const part of [what.code, what.cid, what.zone, what.user, what.text]) {
        if (part !== undefined) expect(data).toContain(part);
      }
    });
    it(`${name}: is written`, () => {
      const key = keyOf(keyHex);
      const decoded = decodeMessage(bytesOf(text), key);
      if (!decoded.ok) throw new Error(decoded.why);
      const secret = key === null ? null : { key, pad: () => decoded.pad };
      expect(encodeMessage(decoded.message, secret).toString('latin1')).toBe(text);
    });
  }

  for (const { name, input = '', crc } of vectors.filter((vector) => vector.kind === 'crc')) {
    it(name, () => expect(crc16(bytesOf(input)).toString(16).toUpperCase()).toBe(crc));
  }
});

const KEYS = {
  none: null,
  'AES-128': keyOf('00112233445566778899AABBCCDDEEFF'),
  'AES-192': keyOf('00112233445566778899AABBCCDDEEFF0011223344556677'),
  'AES-256': keyOf('00112233445566778899AABBCCDDEEFF0F1E2D3C4B5A69788796A5B4C3D2E1F0'),
};

const inner = fc.string({ unit: fc.constantFrom(...'#1234|Nri/BA^ aé'), maxLength: 60 });
const message: fc.Arbitrary<Message> = fc.record({
  token: fc.constantFrom('SIA-DCS', 'ADM-CID', 'NULL'),
  sequence: fc.integer({ min: 0, max: 9999 }),
  receiver: fc.constantFrom(null, 'R0', 'RF3'),
  line: fc.constantFrom('L0', 'L77'),
  account: fc.constantFrom('1234', 'ABCDEF', 'FFFE'),
  data: inner,
  extras: fc.array(inner, { maxLength: 3 }),
  time: fc.integer({ min: 0, max: 4_000_000_000 }).map((s) => wallTime(s * 1000)),
});

describe('what is written is read back', () => {
  for (const [name, key] of Object.entries(KEYS)) {
    it(name, () => {
      fc.assert(
        fc.property(message, (one) => {
          const bytes = encodeMessage(one, key === null ? null : { key, pad: (length) => 'x'.repeat(length) });
          const decoded = decodeMessage(bytes, key);
          expect(decoded).toMatchObject({ ok: true, message: one, encrypted: key === null ? 'plain' : 'encrypted' });
        }),
      );
    });
  }
  it('another key opens nothing', () => {
    fc.assert(
      fc.property(message, (one) => {
        const key = KEYS['AES-128'];
        if (key === null) throw new Error('no key');
        const bytes = encodeMessage(one, { key, pad: (length) => 'x'.repeat(length) });
        expect(decodeMessage(bytes, keyOf('FF112233445566778899AABBCCDDEEFF')).ok).toBe(false);
      }),
    );
  });
  it('one damaged byte is noticed', () => {
    fc.assert(
      fc.property(message, fc.nat(), fc.integer({ min: 1, max: 255 }), (one, place, flip) => {
        const bytes = encodeMessage(one, null);
        const at = 9 + (place % (bytes.length - 10));
        bytes[at] = (bytes[at] ?? 0) ^ flip;
        expect(decodeMessage(bytes, null).ok).toBe(false);
      }),
    );
  });
});

describe('damaged frames', () => {
  const table: readonly (readonly [what: string, bytes: string, why: string])[] = [
    ['nothing', '', 'it is no frame from LF to CR'],
    ['only LF and CR', '\n\r', 'it is no frame from LF to CR'],
    ['no LF', '52ED0014"ACK"0017R0L0#1234[]\r', 'it is no frame from LF to CR'],
    ['no CR', '\n52ED0014"ACK"0017R0L0#1234[]', 'it is no frame from LF to CR'],
    ['no hex in the checksum', '\n5XED0014"ACK"0017R0L0#1234[]\r', 'it does not begin with a checksum and a length'],
    [
      'a length of more than three digits',
      '\n52ED1014"ACK"0017R0L0#1234[]\r',
      'it does not begin with a checksum and a length',
    ],
    ['a wrong length', '\n52ED0099"ACK"0017R0L0#1234[]\r', 'its length is not the one it says'],
    ['a wrong checksum', '\n52EE0014"ACK"0017R0L0#1234[]\r', 'its checksum is wrong'],
  ];
  for (const [what, bytes, why] of table) {
    it(what, () => expect(unframe(bytesOf(bytes))).toEqual({ ok: false, why }));
  }
  it('the longest frame there can be is read', () => {
    const whole = frame('x'.repeat(0xfff));
    expect(whole.length).toBe(LONGEST_FRAME);
    expect(unframe(whole).ok).toBe(true);
  });
});

describe('times', () => {
  const table: readonly (readonly [text: string, iso: string | null])[] = [
    ['18:57:16,11-21-2026', '2026-11-21T18:57:16.000Z'],
    ['00:00:00,02-29-2028', '2028-02-29T00:00:00.000Z'],
    ['00:00:00,02-29-2026', null],
    ['24:00:00,11-21-2026', null],
    ['18:57:60,11-21-2026', null],
    ['18:57:16,13-21-2026', null],
    ['18:57:16,11-21-26', null],
    ['', null],
  ];
  for (const [text, iso] of table) {
    it(`${text} is ${iso}`, () => {
      const at = readTime(text);
      expect(at === null ? null : new Date(at).toISOString()).toBe(iso);
      if (at !== null) expect(writeTime(at)).toBe(text);
    });
  }
});

describe('keys', () => {
  const hexWhy = 'the key must have 32, 48 or 64 hex digits (or set keyEncoding: ascii)';
  const asciiWhy = 'the key must have 16, 24 or 32 plain characters (or leave keyEncoding out and give hex digits)';
  const table: readonly (readonly [what: string, text: string, encoding: 'hex' | 'ascii', length: number | string])[] =
    [
      ['128 bits of hex', '0'.repeat(32), 'hex', 16],
      ['192 bits of hex', 'aB'.repeat(24), 'hex', 24],
      ['256 bits of hex', '0'.repeat(64), 'hex', 32],
      ['16 characters', 'abcdefghijklmnop', 'ascii', 16],
      ['32 hex digits meant as characters', '0'.repeat(32), 'ascii', 32],
      ['a digit too few', '0'.repeat(31), 'hex', hexWhy],
      ['no hex', 'g'.repeat(32), 'hex', hexWhy],
      ['nothing', '', 'hex', hexWhy],
      ['15 characters', 'abcdefghijklmno', 'ascii', asciiWhy],
      ['a letter that is two bytes', 'é'.repeat(16), 'ascii', asciiWhy],
    ];
  for (const [what, text, encoding, want] of table) {
    it(what, () => {
      const read = readKey(text, encoding);
      expect(read.ok ? read.key.bytes.length : read.why).toBe(want);
    });
  }
  it('characters are taken as they are', () => {
    const read = readKey('abcdefghijklmnop', 'ascii');
    expect(read.ok && read.key.bytes.toString('latin1')).toBe('abcdefghijklmnop');
  });
});
