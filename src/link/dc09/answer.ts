import type { WallTime } from '../../base/time.ts';
import type { Dc09Key } from './cipher.ts';
import { LONGEST_FRAME, open, readContent, unframe } from './frame.ts';

/** What is held against an answer. */
export interface Sent {
  readonly sequence: number;
  readonly account: string;
  /** Null: messages and answers are plain. */
  readonly key: Dc09Key | null;
}

/** What one answer of a receiver means. `bytes` is all of it, Latin-1, as it came. */
export type Dc09Answer =
  | { readonly type: 'ACK'; readonly bytes: string; readonly receiverTime: WallTime | null }
  /** It took nothing, and says what time it has. */
  | { readonly type: 'NAK'; readonly bytes: string; readonly receiverTime: WallTime | null }
  /** It read the message and can do nothing with it. */
  | { readonly type: 'DUH'; readonly bytes: string }
  /** Not for this message, or damaged: the right one may still come. */
  | { readonly type: 'ignored'; readonly bytes: string; readonly why: string }
  /** It claims to be for this message and must not be believed. */
  | { readonly type: 'rejected'; readonly bytes: string; readonly why: string };

/** Cuts a byte stream into answers. */
export interface AnswerReader {
  /** The whole answers that these bytes complete, from LF to CR each, or an unframed `"NAK"`. */
  take(chunk: Uint8Array): readonly Buffer[];
}

const LF = 0x0a;
const CR = 0x0d;
/** Some receivers refuse an unknown account with just this. */
const BARE_NAK = Buffer.from('"NAK"');

/** Passes over noise before an LF. Keeps no more than one longest frame, whatever comes. */
export function createAnswerReader(): AnswerReader {
  let kept: Buffer = Buffer.alloc(0);

  function cut(): Buffer | null {
    const end = kept.indexOf(CR);
    if (end === -1) return null;
    const start = kept.subarray(0, end).lastIndexOf(LF);
    const whole = start === -1 ? null : kept.subarray(start, end + 1);
    kept = kept.subarray(end + 1);
    // Nothing begins in these bytes: they are passed over, and what follows is looked at.
    return whole ?? cut();
  }

  return {
    take(chunk) {
      const found: Buffer[] = [];
      for (let at = 0; at < chunk.length; at += LONGEST_FRAME) {
        kept = Buffer.concat([kept, chunk.subarray(at, at + LONGEST_FRAME)]);
        for (let one = cut(); one !== null; one = cut()) found.push(one);
        if (!kept.includes(LF) && kept.includes(BARE_NAK)) {
          found.push(BARE_NAK);
          kept = Buffer.alloc(0);
        }
        if (kept.length > LONGEST_FRAME) kept = kept.subarray(kept.length - LONGEST_FRAME);
      }
      return found;
    },
  };
}

const ANSWER = /^"(\*?)([A-Z]+)"(\d{4})([^[#]*)(?:#([0-9A-Za-z]*))?\[(.*)$/s;

/** Reads one answer, tolerant in form and strict in what it proves. */
export function readAnswer(bytes: Uint8Array, sent: Sent): Dc09Answer {
  const text = Buffer.from(bytes).toString('latin1');
  if (text === BARE_NAK.toString()) return { type: 'NAK', bytes: text, receiverTime: null };
  const unframed = unframe(bytes);
  if (!unframed.ok) return { type: 'ignored', bytes: text, why: unframed.why };
  const found = ANSWER.exec(unframed.body);
  if (found === null) return { type: 'ignored', bytes: text, why: 'it is no answer' };
  const [, star, word, number, , account, inner = ''] = found;
  // A NAK names neither account nor number, and is never encrypted.
  if (word === 'NAK') return { type: 'NAK', bytes: text, receiverTime: readContent(inner)?.time ?? null };
  if (Number(number) !== sent.sequence) return { type: 'ignored', bytes: text, why: 'it is for another message' };
  if (account?.toUpperCase() !== sent.account.toUpperCase())
    return { type: 'ignored', bytes: text, why: 'it is for another account' };
  switch (word) {
    case 'DUH':
      return { type: 'DUH', bytes: text };
    case 'ACK':
      return star === '*' ? encryptedAck(text, inner, sent.key) : plainAck(text, inner, sent.key);
    default:
      return { type: 'ignored', bytes: text, why: 'it is neither ACK, NAK nor DUH' };
  }
}

function plainAck(bytes: string, inner: string, key: Dc09Key | null): Dc09Answer {
  // Anybody on the way could have written it.
  if (key !== null) return { type: 'rejected', bytes, why: 'a plain ACK although a key is set' };
  const content = readContent(inner);
  if (content === null) return { type: 'ignored', bytes, why: 'its content is not in brackets' };
  return { type: 'ACK', bytes, receiverTime: content.time };
}

function encryptedAck(bytes: string, inner: string, key: Dc09Key | null): Dc09Answer {
  if (key === null) return { type: 'rejected', bytes, why: 'an encrypted ACK although no key is set' };
  const opened = open(inner, key);
  const content = opened === null ? null : readContent(opened.text);
  if (content === null || content.time === null) {
    return { type: 'rejected', bytes, why: 'an encrypted ACK that this key does not open: the keys differ' };
  }
  return { type: 'ACK', bytes, receiverTime: content.time };
}
