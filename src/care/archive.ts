import { createHash, type Hash } from 'node:crypto';
import { closeSync, openSync, readSync } from 'node:fs';
import * as z from 'zod/mini';
import { headerOf, tarBlock } from '../journal/tar.ts';

// A backup is a tar inside an age file. The first file in it is the manifest, which names every other, in order, with its
// size and its hash; so a reader knows before each byte what it must be.

export const manifestName = 'manifest.json';
const mostManifestBytes = 4 * 1024 * 1024;
const mostFiles = 10_000;

/** Plain steps below a folder: nothing that leads out of it, in the 100 bytes that a tar has for a name. */
const safeName = /^(?:data|config)(?:\/(?!\.{1,2}(?:\/|$))[\w.:,+@=~-]+)+$/;
export const isSafeName = (name: string): boolean => safeName.test(name) && Buffer.byteLength(name) <= 100;

const StoredManifest = z.strictObject({
  form: z.literal('lantern-backup-1'),
  version: z.string(),
  madeAt: z.iso.datetime({ precision: 3 }),
  site: z.nullable(z.string()),
  log: z.strictObject({
    rows: z.int().check(z.nonnegative()),
    head: z.string().check(z.regex(/^[0-9a-f]{64}$/)),
    /** Null: the chain holds; else the first thing that is wrong with it, which was so before the backup. */
    broken: z.nullable(z.string()),
  }),
  mode: z.nullable(z.enum(['away', 'home', 'night'])),
  files: z
    .array(
      z.strictObject({
        name: z.string().check(z.refine(isSafeName)),
        size: z.int().check(z.nonnegative()),
        sha256: z.string().check(z.regex(/^[0-9a-f]{64}$/)),
        mode: z.int().check(z.gte(0), z.lte(0o777)),
      }),
    )
    .check(z.maxLength(mostFiles)),
});

/** What a backup holds. `name` is `data/…` or `config/…`. */
export type Manifest = z.infer<typeof StoredManifest>;
export type ListedFile = Manifest['files'][number];

/** One file on its way into an archive. */
export interface Packed {
  readonly name: string;
  readonly size: number;
  /** Where its bytes lie: in memory, or in a file that nobody changes meanwhile. */
  readonly from: Uint8Array | string;
}

const readAtOnce = 256 * 1024;

/** The bytes of a file, some at a time. Throws what the disk says. */
function* bytesOf(from: Uint8Array | string): Generator<Uint8Array> {
  if (typeof from !== 'string') {
    yield from;
    return;
  }
  const fd = openSync(from, 'r');
  try {
    for (;;) {
      const chunk = Buffer.alloc(readAtOnce);
      const length = readSync(fd, chunk, 0, chunk.length, null);
      if (length === 0) return;
      yield chunk.subarray(0, length);
    }
  } finally {
    closeSync(fd);
  }
}

export function hashOf(from: Uint8Array | string): string {
  const hash = createHash('sha256');
  for (const chunk of bytesOf(from)) hash.update(chunk);
  return hash.digest('hex');
}

/** The files as one tar. A file that is not as long as it was said to be is an error of ours. */
export function* pack(files: readonly Packed[], wallMs: number): Generator<Uint8Array> {
  for (const { name, size, from } of files) {
    yield headerOf(name, size, Math.floor(wallMs / 1000));
    let given = 0;
    for (const chunk of bytesOf(from)) {
      given += chunk.length;
      yield chunk;
    }
    if (given !== size) throw new Error(`${name} changed while it was read`);
    yield Buffer.alloc((tarBlock - (size % tarBlock)) % tarBlock);
  }
  yield Buffer.alloc(2 * tarBlock);
}

/** Where the files of an archive go as they are read. */
export interface Unpacking {
  /** Before any file; false ends the reading. */
  begin(manifest: Manifest): void;
  open(file: ListedFile): { write(bytes: Uint8Array): void; close(): void };
}

/** Is not what its manifest says; `why` in plain words. */
export class BadArchive extends Error {}

/**
 * Reads an archive from front to end and hands over its files. Throws BadArchive for one that is not whole, byte for
 * byte, what its manifest says, and whatever `into` or the source throw.
 */
export async function unpack(source: AsyncIterable<Uint8Array>, into: Unpacking): Promise<Manifest> {
  const bytes = new Bytes(source);
  try {
    const manifest = await readManifest(bytes);
    into.begin(manifest);
    for (const file of manifest.files) await readFile(bytes, file, into);
    const rest = await bytes.take(2 * tarBlock);
    if (rest.some((byte) => byte !== 0) || !(await bytes.atEnd()))
      throw new BadArchive('holds more than its manifest names');
    return manifest;
  } finally {
    await bytes.end();
  }
}

async function readManifest(bytes: Bytes): Promise<Manifest> {
  const { name, size } = readHeader(await bytes.take(tarBlock));
  if (name !== manifestName || size > mostManifestBytes) throw new BadArchive('is no backup of a hub');
  const text = (await bytes.take(size)).toString('utf8');
  await bytes.take((tarBlock - (size % tarBlock)) % tarBlock);
  const parsed = StoredManifest.safeParse(jsonOf(text));
  if (!parsed.success) throw new BadArchive('has a manifest that this version cannot read');
  const names = parsed.data.files.map((file) => file.name);
  if (new Set(names).size !== names.length) throw new BadArchive('names a file twice');
  return parsed.data;
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

async function readFile(bytes: Bytes, file: ListedFile, into: Unpacking): Promise<void> {
  const { name, size } = readHeader(await bytes.take(tarBlock));
  if (name !== file.name || size !== file.size) throw new BadArchive(`does not hold ${file.name} as its manifest says`);
  const hash: Hash = createHash('sha256');
  const out = into.open(file);
  try {
    for (let left = size; left > 0; ) {
      const chunk = await bytes.some(left);
      hash.update(chunk);
      out.write(chunk);
      left -= chunk.length;
    }
  } finally {
    out.close();
  }
  await bytes.take((tarBlock - (size % tarBlock)) % tarBlock);
  if (hash.digest('hex') !== file.sha256) throw new BadArchive(`holds another ${file.name} than its manifest says`);
}

function readHeader(block: Buffer): { readonly name: string; readonly size: number } {
  if (block.toString('latin1', 257, 262) !== 'ustar') throw new BadArchive('is no backup of a hub');
  const name = block.toString('utf8', 0, 100).replace(/\0.*$/s, '');
  const size = Number.parseInt(block.toString('ascii', 124, 136), 8);
  if (!Number.isSafeInteger(size) || size < 0) throw new BadArchive('has a file of no size');
  return { name, size };
}

/** A stream, taken in the pieces that the reader wants. */
class Bytes {
  readonly #source: AsyncIterator<Uint8Array>;
  #held: Buffer = Buffer.alloc(0);

  constructor(source: AsyncIterable<Uint8Array>) {
    this.#source = source[Symbol.asyncIterator]();
  }

  async #more(): Promise<boolean> {
    const next = await this.#source.next();
    if (next.done === true) return false;
    this.#held = this.#held.length === 0 ? Buffer.from(next.value) : Buffer.concat([this.#held, next.value]);
    return true;
  }

  /** At least one byte and `most` at most. */
  async some(most: number): Promise<Buffer> {
    while (this.#held.length === 0) if (!(await this.#more())) throw new BadArchive('ends too early');
    const taken = this.#held.subarray(0, most);
    this.#held = this.#held.subarray(taken.length);
    return taken;
  }

  async take(length: number): Promise<Buffer> {
    while (this.#held.length < length) if (!(await this.#more())) throw new BadArchive('ends too early');
    const taken = this.#held.subarray(0, length);
    this.#held = this.#held.subarray(length);
    return taken;
  }

  async atEnd(): Promise<boolean> {
    while (this.#held.length === 0) if (!(await this.#more())) return true;
    return false;
  }

  async end(): Promise<void> {
    await this.#source.return?.();
  }
}
