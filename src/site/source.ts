import { closeSync, openSync, readSync } from 'node:fs';
import type { Position } from './report.ts';

/** Largest file read: a house of a thousand devices fits ten times. */
const MOST_BYTES = 1024 * 1024;

export type Source =
  | { readonly ok: true; readonly text: string }
  | { readonly ok: false; readonly absent: boolean; readonly at: Position; readonly why: string };

const TOP: Position = { line: 1, column: 1 };

/** Reads a text file whole: UTF-8, no NUL, at most `most` bytes. */
export function readSource(file: string, most = MOST_BYTES): Source {
  const read = readBytes(file, most);
  if (!read.ok) return { ok: false, absent: read.absent, at: TOP, why: read.why };
  if (read.bytes.length > most) {
    return {
      ok: false,
      absent: false,
      at: TOP,
      why: `the file is larger than ${most / 1024 / 1024} MiB; is this the right file?`,
    };
  }
  return decode(read.bytes);
}

type Bytes =
  | { readonly ok: true; readonly bytes: Buffer }
  | { readonly ok: false; readonly absent: boolean; readonly why: string };

function readBytes(file: string, most: number): Bytes {
  try {
    return { ok: true, bytes: readAll(openSync(file, 'r'), most) };
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
    return { ok: false, absent: code === 'ENOENT', why: whyUnreadable(code) };
  }
}

/** Asks for one byte more than allowed, so that a device or pipe without end is noticed too. */
function readAll(descriptor: number, most: number): Buffer {
  try {
    const buffer = Buffer.alloc(most + 1);
    let length = 0;
    while (length < buffer.length) {
      const count = readSync(descriptor, buffer, length, buffer.length - length, null);
      if (count === 0) break;
      length += count;
    }
    return buffer.subarray(0, length);
  } finally {
    closeSync(descriptor);
  }
}

function whyUnreadable(code: string): string {
  switch (code) {
    case 'ENOENT':
    case 'ENOTDIR':
      return 'there is no such file; check the path';
    case 'EISDIR':
      return 'this is a folder; name the file in it';
    case 'EACCES':
    case 'EPERM':
      return 'the file may not be read; give the user of this program the right to read it';
    default:
      return `the file cannot be read (${code}); check the path and the disk`;
  }
}

function decode(bytes: Buffer): Source {
  const text = new TextDecoder('utf-8').decode(bytes);
  const bad = (index: number, why: string): Source => ({ ok: false, absent: false, at: positionOf(text, index), why });
  const nul = text.indexOf('\0');
  if (nul >= 0) return bad(nul, 'there is a NUL byte here; save the file as UTF-8 text');
  try {
    return { ok: true, text: new TextDecoder('utf-8', { fatal: true }).decode(bytes) };
  } catch {
    return bad(Math.max(0, text.indexOf('\uFFFD')), 'this byte is not UTF-8; save the file as UTF-8 text');
  }
}

function positionOf(text: string, index: number): Position {
  const before = text.slice(0, index).split('\n');
  return { line: before.length, column: (before.at(-1)?.length ?? 0) + 1 };
}
