import { type Cipheriv, createCipheriv, randomBytes } from 'node:crypto';
import {
  chmodSync,
  closeSync,
  constants,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  lstatSync,
  openSync,
  readSync,
  renameSync,
  type Stats,
  unlinkSync,
  writeSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { diskTrouble, errorCode, syncDirectory } from '../journal/files.ts';
import type { Media } from './media.ts';

const atOnce = 1024 * 1024;

export type Overwritten =
  /** `bytes`: overwritten and read back; 0 for what has no bytes of its own, such as a link. */
  | { readonly ok: true; readonly bytes: number; readonly discarded: boolean }
  /** It is still there, under its name; `why` in plain words. */
  | { readonly ok: false; readonly why: string };

/**
 * Overwrites one file with random bytes, reads back from the disk that they are what it holds, and gives its blocks back;
 * what is left has no length. A link is never followed.
 */
export function overwriteFile(path: string, media: Media): Overwritten {
  try {
    const found = lstatSync(path);
    return { ok: true, ...(found.isFile() ? overwrite(path, found, media) : { bytes: 0, discarded: false }) };
  } catch (error) {
    return { ok: false, why: whyNot(error) };
  }
}

/** What a file is called between being overwritten and being gone; a cut may leave it so. */
export const isNameless = (name: string): boolean => /^\.wiped-[0-9a-f]{16}$/.test(name);

/** Takes a file away, under a name that says nothing first: a folder keeps the old names of what is gone. Null: done. */
export function takeAway(path: string): string | null {
  try {
    const folder = dirname(path);
    const nameless = join(folder, `.wiped-${randomBytes(8).toString('hex')}`);
    renameSync(path, nameless);
    syncDirectory(folder);
    unlinkSync(nameless);
    syncDirectory(folder);
    return null;
  } catch (error) {
    return whyNot(error);
  }
}

class NotWiped extends Error {}

function whyNot(error: unknown): string {
  if (error instanceof NotWiped) return error.message;
  const code = errorCode(error);
  if (code === 'EPERM') return 'the file system forbids it: sudo chattr -i, or run this as its owner';
  if (code === 'EACCES') return 'it belongs to somebody else: run this as its owner or as root';
  return diskTrouble(error);
}

function overwrite(path: string, found: Stats, media: Media): { bytes: number; discarded: boolean } {
  const fd = openToWrite(path);
  try {
    const { ino, dev, size, blksize } = fstatSync(fd);
    if (ino !== found.ino || dev !== found.dev) throw new NotWiped('it was exchanged for another file meanwhile');
    // To the end of its last block: what stood there before lies behind the file's own end.
    const bytes = Math.ceil(size / blksize) * blksize;
    const key = randomBytes(32);
    eachPiece(bytes, key, (piece, at) => {
      for (let done = 0; done < piece.length; ) done += writeSync(fd, piece, done, piece.length - done, at + done);
    });
    fsyncSync(fd);
    media.forget(fd);
    readBack(fd, bytes, key);
    const discarded = media.discard(fd, bytes);
    ftruncateSync(fd, 0);
    fsyncSync(fd);
    return { bytes, discarded };
  } finally {
    closeSync(fd);
  }
}

function openToWrite(path: string): number {
  const flags = constants.O_RDWR | constants.O_NOFOLLOW;
  try {
    return openSync(path, flags);
  } catch (error) {
    if (errorCode(error) !== 'EACCES') throw error;
    chmodSync(path, 0o600); // its owner may
    return openSync(path, flags);
  }
}

function readBack(fd: number, bytes: number, key: Buffer): void {
  const read = Buffer.alloc(atOnce);
  eachPiece(bytes, key, (piece, at) => {
    let length = 0;
    while (length < piece.length) {
      const got = readSync(fd, read, length, piece.length - length, at + length);
      if (got === 0) break;
      length += got;
    }
    if (!read.subarray(0, length).equals(piece)) throw new NotWiped('the disk does not hold what was written over it');
  });
}

/** The same random bytes each time for the same key, so that nothing has to be remembered to compare. */
function eachPiece(bytes: number, key: Buffer, work: (piece: Buffer, at: number) => void): void {
  const stream: Cipheriv = createCipheriv('aes-256-ctr', key, Buffer.alloc(16));
  for (let at = 0; at < bytes; at += atOnce) work(stream.update(Buffer.alloc(Math.min(atOnce, bytes - at))), at);
}
