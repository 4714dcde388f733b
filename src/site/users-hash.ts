import { createHmac, scrypt } from 'node:crypto';

/** Parameters of scrypt: memory is 128 × N × r bytes, time grows with N × r × p. */
export interface HashCost {
  readonly N: number;
  readonly r: number;
  readonly p: number;
}

/**
 * 16 MiB and about 75 ms on a small server, some 0.2 s on a Raspberry Pi 4.
 *
 * OWASP's Password Storage Cheat Sheet lists, at equal strength, N=2^17 p=1 (128 MiB), 2^16 p=2, 2^15 p=3, 2^14 p=5
 * and 2^13 p=10, all with r=8. This is its 16 MiB row with p=1: a person stands at a keypad while it runs, the hub is
 * a small computer, and it allows two at a time. A code of six digits has a million forms, so no cost a hub can
 * pay keeps a stolen file from being tried through; what does is the pepper, which is kept apart from it.
 */
export const usualCost: HashCost = { N: 2 ** 14, r: 8, p: 1 };

/** More than this a damaged or foreign file may not ask for: 64 MiB, and sixteen passes. */
export const isBearable = ({ N, r, p }: HashCost): boolean =>
  Number.isInteger(Math.log2(N)) && N >= 2 && r >= 1 && p >= 1 && p <= 16 && 128 * N * r <= 64 * 1024 * 1024;

/** What turns a code into the bytes that are stored. Tests count its calls. */
export type HashCode = (code: string, pepper: Buffer, salt: Buffer, cost: HashCost) => Promise<Buffer>;

export const hashBytes = 32;

/**
 * The memory-hard hash of one code, 32 bytes, on libuv's pool. The pepper goes in first, by HMAC, so the input of
 * scrypt has one length whatever the code. Rejects only when the machine has not the memory.
 */
export const hashCode: HashCode = (code, pepper, salt, { N, r, p }) => {
  const peppered = createHmac('sha256', pepper).update(code, 'utf8').digest();
  // Node's default bound is exactly the need of N=2^15 and leaves no room for scrypt's own small tables.
  const maxmem = 128 * N * r + 128 * r * p + 1024 * 1024;
  return new Promise((resolve, reject) => {
    scrypt(peppered, salt, hashBytes, { N, r, p, maxmem }, (error, key) => (error ? reject(error) : resolve(key)));
  });
};

/** Tells which pepper a file was made with and nothing else: a pepper is too long to be guessed from it. */
export const pepperMark = (pepper: Buffer): string =>
  createHmac('sha256', pepper).update('lantern users.json', 'utf8').digest('hex').slice(0, 16);
