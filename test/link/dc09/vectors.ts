import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** One line of the checked vectors; a frame's characters are its bytes. */
export interface Vector {
  readonly name: string;
  readonly kind: 'crc' | 'frame' | 'reply';
  readonly input?: string;
  readonly crc?: string;
  readonly frame?: string;
  readonly keyHex?: string;
  readonly sent?: { readonly seq: string; readonly account: string };
  readonly expect?: {
    readonly type?: string;
    readonly receiverTime?: string;
    readonly count?: number;
    readonly code?: string;
    readonly cid?: string;
    readonly q?: string;
    readonly zone?: string;
    readonly user?: string;
    readonly partition?: string;
    readonly text?: string;
  };
}

const file = join(import.meta.dirname, '..', '..', 'facts', 'dc09-vectors.jsonl');

export const vectors: readonly Vector[] = readFileSync(file, 'utf8')
  .trim()
  .split('\n')
  .map((line): Vector => JSON.parse(line));

export const bytesOf = (text: string): Buffer => Buffer.from(text, 'latin1');
