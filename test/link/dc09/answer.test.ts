import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createAnswerReader, type Dc09Answer, readAnswer } from '../../../src/link/dc09/answer.ts';
import { readKey } from '../../../src/link/dc09/cipher.ts';
import { encodeMessage, frame, LONGEST_FRAME } from '../../../src/link/dc09/frame.ts';
import { bytesOf, type Vector, vectors } from './vectors.ts';

function answersTo(vector: Vector, pieces: (bytes: Buffer) => readonly Uint8Array[]): readonly Dc09Answer[] {
  const read = readKey(vector.keyHex ?? '', 'hex');
  const key = read.ok ? read.key : null;
  const sent = { sequence: Number(vector.sent?.seq ?? 0), account: vector.sent?.account ?? '', key };
  const reader = createAnswerReader();
  return pieces(bytesOf(vector.frame ?? '')).flatMap((piece) =>
    reader.take(piece).map((bytes) => readAnswer(bytes, sent)),
  );
}

const whole = (bytes: Buffer): readonly Uint8Array[] => [bytes];
const single = (bytes: Buffer): readonly Uint8Array[] => [...bytes].map((byte) => Uint8Array.of(byte));

describe('every checked answer', () => {
  const replies = vectors.filter((vector) => vector.kind === 'reply');
  it('there are some', () => expect(replies.length).toBeGreaterThanOrEqual(20));

  for (const [how, pieces] of [
    ['in one piece', whole],
    ['byte by byte', single],
  ] as const) {
    for (const vector of replies) {
      it(`${vector.name}, ${how}`, () => {
        const answers = answersTo(vector, pieces);
        const { type = '', count, receiverTime } = vector.expect ?? {};
        const telling = answers.filter((one) => one.type !== 'ignored');
        if (type === 'ignored') expect(telling).toEqual([]);
        else expect(type).toContain(telling[0]?.type);
        if (count !== undefined) expect(telling).toHaveLength(count);
        if (receiverTime !== undefined) expect(telling[0]).toMatchObject({ receiverTime: Date.parse(receiverTime) });
      });
    }
  }
});

describe('what an answer is refused for', () => {
  const key = readKey('00112233445566778899AABBCCDDEEFF', 'hex');
  const secret = key.ok ? key.key : null;
  const ack = '"ACK"0017R0L0#1234[]';
  const table: readonly (readonly [what: string, body: string, key: typeof secret, verdict: string])[] = [
    ['a plain ACK where a key is set', ack, secret, 'rejected: a plain ACK although a key is set'],
    [
      'an encrypted ACK where none is set',
      '"*ACK"0017R0L0#1234[00]',
      null,
      'rejected: an encrypted ACK although no key is set',
    ],
    [
      'an encrypted ACK of no whole block',
      '"*ACK"0017R0L0#1234[00',
      secret,
      'rejected: an encrypted ACK that this key does not open: the keys differ',
    ],
    ['another number', '"ACK"0018R0L0#1234[]', null, 'ignored: it is for another message'],
    ['another account', '"ACK"0017R0L0#1235[]', null, 'ignored: it is for another account'],
    ['no account', '"ACK"0017R0L0[]', null, 'ignored: it is for another account'],
    ['another word', '"RSP"0017R0L0#1234[]', null, 'ignored: it is neither ACK, NAK nor DUH'],
    ['no bracket closed', '"ACK"0017R0L0#1234[', null, 'ignored: its content is not in brackets'],
    ['no answer at all', 'hello', null, 'ignored: it is no answer'],
  ];
  for (const [what, body, with_, verdict] of table) {
    it(what, () => {
      const answer = readAnswer(frame(body), { sequence: 17, account: '1234', key: with_ });
      expect('why' in answer ? `${answer.type}: ${answer.why}` : answer.type).toBe(verdict);
    });
  }
});

describe('whatever comes', () => {
  const sent = { sequence: 17, account: '1234', key: null };

  it('nothing throws, and no noise is an ACK', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 20 }), (chunks) => {
        const reader = createAnswerReader();
        for (const chunk of chunks) {
          for (const bytes of reader.take(chunk)) expect(readAnswer(bytes, sent).type).not.toBe('ACK');
        }
      }),
    );
  });

  it('an answer is found behind any noise without an end, however it is cut', () => {
    const good = encodeMessage(
      { token: 'ACK', sequence: 17, receiver: 'R0', line: 'L0', account: '1234', data: '', extras: [], time: null },
      null,
    );
    const noise = fc.uint8Array({ maxLength: 3000 });
    fc.assert(
      fc.property(noise, fc.integer({ min: 1, max: 700 }), (before, size) => {
        const stream = Buffer.concat([before, good]);
        const reader = createAnswerReader();
        const types: string[] = [];
        for (let at = 0; at < stream.length; at += size) {
          for (const bytes of reader.take(stream.subarray(at, at + size))) types.push(readAnswer(bytes, sent).type);
        }
        expect(types.at(-1)).toBe('ACK');
      }),
    );
  });

  it('a stream without end is not kept', () => {
    const reader = createAnswerReader();
    for (let i = 0; i < 1000; i += 1) expect(reader.take(Buffer.alloc(LONGEST_FRAME, 0x0a))).toEqual([]);
    expect(reader.take(bytesOf('\n52ED0014"ACK"0017R0L0#1234[]\r'))).toHaveLength(1);
  });
});
