import { closeSync, openSync, readSync, writeSync } from 'node:fs';

// The little of POSIX ustar (IEEE 1003.1, pax) that a bundle of plain files needs. Every tar and every Python reads it.

/** Everything in a tar lies in blocks of so many bytes. */
export const tarBlock = 512;
const block = tarBlock;

/** Writes one file of the bundle, whose length need not be known before. */
export interface TarFile {
  write(text: string): void;
}

/** A tar that is written from front to end. Throws what the disk says. */
export class TarWriter {
  readonly #fd: number;
  readonly #folder: string;
  readonly #seconds: number;
  #at = 0;

  /** Makes `path`, which must not be there yet; only its owner may read it. */
  constructor(path: string, folder: string, wallMs: number) {
    this.#fd = openSync(path, 'wx', 0o600);
    this.#folder = folder;
    this.#seconds = Math.floor(wallMs / 1000);
  }

  /** Adds a file with what `fill` writes into it. */
  add(name: string, fill: (file: TarFile) => void): void {
    const header = this.#at;
    this.#put(Buffer.alloc(block));
    let size = 0;
    let held: string[] = [];
    let waiting = 0;
    const flush = (): void => {
      const bytes = Buffer.from(held.join(''), 'utf8');
      this.#put(bytes);
      size += bytes.length;
      held = [];
      waiting = 0;
    };
    fill({
      write(text) {
        held.push(text);
        waiting += text.length;
        if (waiting > 64 * 1024) flush();
      },
    });
    flush();
    this.#put(Buffer.alloc((block - (size % block)) % block));
    writeAll(this.#fd, headerOf(`${this.#folder}/${name}`, size, this.#seconds), header);
  }

  #put(bytes: Uint8Array): void {
    writeAll(this.#fd, bytes, this.#at);
    this.#at += bytes.length;
  }

  /** Ends the tar with its two empty blocks. */
  end(): void {
    this.#put(Buffer.alloc(2 * block));
    this.close();
  }

  close(): void {
    closeSync(this.#fd);
  }
}

function writeAll(fd: number, bytes: Uint8Array, at: number): void {
  for (let written = 0; written < bytes.length; ) {
    written += writeSync(fd, bytes, written, bytes.length - written, at + written);
  }
}

/** The block before a plain file; its name has 100 bytes at most. */
export function headerOf(name: string, size: number, seconds: number): Buffer {
  const header = Buffer.alloc(block);
  const octal = (value: number, at: number, length: number) =>
    header.write(`${value.toString(8).padStart(length - 1, '0')}\0`, at, 'ascii');
  header.write(name, 0, 100, 'utf8');
  octal(0o644, 100, 8);
  octal(0, 108, 8);
  octal(0, 116, 8);
  octal(size, 124, 12);
  octal(seconds, 136, 12);
  header.write('        0', 148, 'ascii'); // the checksum counts as blanks; then the type: a plain file
  header.write('ustar\x0000', 257, 'binary');
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'ascii');
  return header;
}

/** Where the contents of a file lie in a tar. */
export interface TarPlace {
  readonly start: number;
  readonly size: number;
}

/** Finds a file by the end of its name; null when there is none, or when this is no tar. Throws what the disk says. */
export function findInTar(path: string, ending: string): TarPlace | null {
  const fd = openSync(path, 'r');
  try {
    const header = Buffer.alloc(block);
    for (let at = 0; readSync(fd, header, 0, block, at) === block; ) {
      if (header.toString('latin1', 257, 262) !== 'ustar') return null;
      const name = header.toString('utf8', 0, 100).replace(/\0.*$/s, '');
      const size = Number.parseInt(header.toString('ascii', 124, 136), 8);
      if (!Number.isSafeInteger(size)) return null;
      if (name.endsWith(ending)) return { start: at + block, size };
      at += block + Math.ceil(size / block) * block;
    }
    return null;
  } finally {
    closeSync(fd);
  }
}
