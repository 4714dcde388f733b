import { createCipheriv, createDecipheriv, createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { closeSync, existsSync, fsyncSync, openSync, readSync, renameSync, writeSync } from 'node:fs';
import { inDirectory, replaceFile, syncDirectory } from './files.ts';

// What the hub keeps for itself is encrypted under a key in `state.key`, and forgotten by destroying that key: flash
// and write-ahead logs keep old copies of pages, but without the key they are noise.
//
// The file has two slots, each in a disk block of its own. A new key is written to the empty slot and synced while the
// old one stays untouched; only when everything is encrypted under the new one is the old slot overwritten, in place.
// So a cut at any moment leaves at least the key that the parts need.

const slotBytes = 4096;
const magic = Buffer.from('lantern1', 'ascii');
const keyBytes = 32;
const nonceBytes = 12;
const tagBytes = 16;

/** One key of the ring; `id` is a short digest, telling nothing of the key or of how many came before. */
export interface StateKey {
  readonly id: string;
  readonly bytes: Buffer;
  readonly slot: 0 | 1;
}

/** The keys now valid: one, or two in the middle of a change. Everything new is encrypted under `current`. */
export interface KeyRing {
  readonly current: StateKey;
  readonly old: StateKey | null;
}

/** How the ring was found. `made`: there was none that could be used, so nothing older can be read. */
export interface FoundRing {
  readonly ring: KeyRing;
  readonly made: boolean;
  readonly setAside: string | null;
}

function keyId(bytes: Uint8Array): string {
  return createHash('sha256').update('lantern state key').update(bytes).digest('hex').slice(0, 16);
}

function encodeSlot(key: Uint8Array): Buffer {
  const slot = Buffer.alloc(slotBytes);
  magic.copy(slot, 0);
  slot.set(key, magic.length);
  createHash('sha256')
    .update(magic)
    .update(key)
    .digest()
    .copy(slot, magic.length + keyBytes);
  return slot;
}

function decodeSlot(file: Buffer, slot: 0 | 1): StateKey | null {
  const from = file.subarray(slot * slotBytes, (slot + 1) * slotBytes);
  if (from.length < magic.length + 2 * keyBytes) return null;
  const bytes = Buffer.from(from.subarray(magic.length, magic.length + keyBytes));
  const sum = from.subarray(magic.length + keyBytes, magic.length + 2 * keyBytes);
  const wanted = createHash('sha256').update(from.subarray(0, magic.length)).update(bytes).digest();
  if (!from.subarray(0, magic.length).equals(magic) || !timingSafeEqual(sum, wanted)) return null;
  return { id: keyId(bytes), bytes, slot };
}

function readSlots(path: string): readonly StateKey[] {
  const fd = openSync(path, 'r');
  try {
    const file = Buffer.alloc(2 * slotBytes);
    const length = readSync(fd, file, 0, file.length, 0);
    const whole = file.subarray(0, length);
    return [decodeSlot(whole, 0), decodeSlot(whole, 1)].filter((key) => key !== null);
  } finally {
    closeSync(fd);
  }
}

/**
 * Reads `state.key`, or makes one. `isCurrent` tells which of two keys the newest write used.
 * A file without a usable key is moved aside, not overwritten. Throws what the disk says.
 */
export function openRing(dir: string, stamp: string, newestKeyId: () => string | null): FoundRing {
  const path = inDirectory(dir, 'stateKey');
  const there = existsSync(path);
  const keys = there ? readSlots(path) : [];
  const [first, second] = keys;
  if (first !== undefined) {
    if (second === undefined) return { ring: { current: first, old: null }, made: false, setAside: null };
    const newest = newestKeyId();
    const ring = newest === first.id ? { current: first, old: second } : { current: second, old: first };
    return { ring, made: false, setAside: null };
  }
  const setAside = there ? `${path}.damaged-${stamp}` : null;
  if (setAside !== null) renameSync(path, setAside);
  const bytes = randomBytes(keyBytes);
  replaceFile(path, Buffer.concat([encodeSlot(bytes), Buffer.alloc(slotBytes)]));
  return { ring: { current: { id: keyId(bytes), bytes, slot: 0 }, old: null }, made: true, setAside };
}

/** Adds a new key beside the one in use, durable on return. Throws what the disk says. */
export function addKey(dir: string, ring: KeyRing): KeyRing {
  const bytes = randomBytes(keyBytes);
  const slot = ring.current.slot === 0 ? 1 : 0;
  writeSlot(dir, slot, encodeSlot(bytes));
  return { current: { id: keyId(bytes), bytes, slot }, old: ring.current };
}

/** Destroys the old key, durable on return. Call it only when nothing needed is encrypted under it. */
export function destroyOldKey(dir: string, ring: KeyRing): KeyRing {
  if (ring.old === null) return ring;
  // Random first, then zeros: a disk that compresses or skips runs of zeros still has to write the first.
  writeSlot(dir, ring.old.slot, randomBytes(slotBytes));
  writeSlot(dir, ring.old.slot, Buffer.alloc(slotBytes));
  ring.old.bytes.fill(0);
  return { current: ring.current, old: null };
}

function writeSlot(dir: string, slot: 0 | 1, bytes: Buffer): void {
  const fd = openSync(inDirectory(dir, 'stateKey'), 'r+');
  try {
    writeSync(fd, bytes, 0, bytes.length, slot * slotBytes);
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
  syncDirectory(dir);
}

/** Encrypts under the ring's current key. The text is padded to a multiple of `unit` bytes, so that sizes tell little. */
export function encryptPart(ring: KeyRing, name: string, text: string, unit: number): Buffer {
  const nonce = randomBytes(nonceBytes);
  const cipher = createCipheriv('aes-256-gcm', ring.current.bytes, nonce);
  // The name is authenticated too: blobs cannot be exchanged for one another.
  cipher.setAAD(Buffer.from(name, 'utf8'));
  const body = Buffer.concat([cipher.update(pad(text, unit)), cipher.final()]);
  return Buffer.concat([nonce, cipher.getAuthTag(), body]);
}

/** The text of a part, or null when the key is not there or the bytes are not what was written. */
export function decryptPart(ring: KeyRing, keyIdUsed: string, name: string, blob: Uint8Array): string | null {
  const key = [ring.current, ring.old].find((candidate) => candidate?.id === keyIdUsed);
  if (!key || blob.length < nonceBytes + tagBytes) return null;
  try {
    const cipher = createDecipheriv('aes-256-gcm', key.bytes, blob.subarray(0, nonceBytes));
    cipher.setAAD(Buffer.from(name, 'utf8'));
    cipher.setAuthTag(blob.subarray(nonceBytes, nonceBytes + tagBytes));
    return unpad(Buffer.concat([cipher.update(blob.subarray(nonceBytes + tagBytes)), cipher.final()]));
  } catch {
    // GCM says "not authentic" by throwing; the caller only needs to know that there is no text.
    return null;
  }
}

function pad(text: string, unit: number): Buffer {
  const length = Buffer.byteLength(text, 'utf8');
  const padded = Buffer.alloc(Math.ceil((length + 4) / unit) * unit);
  padded.writeUInt32BE(length, 0);
  padded.write(text, 4, 'utf8');
  return padded;
}

function unpad(padded: Buffer): string {
  return padded.toString('utf8', 4, 4 + padded.readUInt32BE(0));
}
