import { createHash, createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { canonicalJson } from './canonical.ts';
import { codeOf, replaceFile } from './files.ts';
import type { Certificate } from './model.ts';

/** What signs for this hub, and what it is known by. */
export interface Signer {
  /** The public half: 32 bytes in hex. */
  readonly key: string;
  readonly fingerprint: string;
  sign(bytes: Uint8Array): Buffer;
}

export type FoundSigner = { readonly ok: true; readonly signer: Signer } | { readonly ok: false; readonly why: string };

/** A certificate, and the signature over its canonical bytes. */
export interface Signed {
  readonly form: 'lantern-signed-1';
  readonly certificate: Certificate;
  readonly key: string;
  readonly signature: string;
}

/** The first 16 bytes of the SHA-256 of a public key, in hex: short enough to compare by eye. */
export const fingerprintOf = (key: string): string =>
  createHash('sha256').update(Buffer.from(key, 'hex')).digest('hex').slice(0, 32);

/** In groups of four, as paper shows it and as a person reads it out. */
export const grouped = (hex: string): string => hex.replace(/.{4}(?=.)/g, '$& ');

/**
 * The bytes that are signed: `lantern-certificate-1`, a line feed, and the certificate as canonical JSON in UTF-8. The first line
 * keeps a signature over a certificate from ever passing for one over something else.
 */
export const signedBytes = (certificate: Certificate): Buffer =>
  Buffer.from(`lantern-certificate-1\n${canonicalJson(certificate)}`, 'utf8');

/** Signs one. Ed25519 has no chance in it: the same certificate gives the same signature. */
export function signed(certificate: Certificate, signer: Signer): Signed {
  const signature = signer.sign(signedBytes(certificate)).toString('hex');
  return { form: 'lantern-signed-1', certificate, key: signer.key, signature };
}

/**
 * Reads DIR/signing.key (PKCS #8 in PEM, for its owner alone), or makes it where there is none. A damaged one is never replaced:
 * what it signed could then no longer be told from a forgery.
 */
export function openSigner(dir: string): FoundSigner {
  const path = join(dir, 'signing.key');
  let pem: string;
  try {
    pem = readFileSync(path, 'utf8');
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') {
      return { ok: false, why: `${path} cannot be read (${codeOf(error)}); give it to the user the hub runs as` };
    }
    pem = generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
    try {
      replaceFile(path, pem);
    } catch (wrote) {
      return { ok: false, why: `${path} cannot be written (${codeOf(wrote)}); look at the disk` };
    }
  }
  const secret = secretOf(pem);
  if (secret === null) return { ok: false, why: `${path} is damaged; restore it from a copy` };
  const { x = '' } = createPublicKey(secret).export({ format: 'jwk' });
  const key = Buffer.from(x, 'base64url').toString('hex');
  return { ok: true, signer: { key, fingerprint: fingerprintOf(key), sign: (bytes) => sign(null, bytes, secret) } };
}

function secretOf(pem: string): KeyObject | null {
  try {
    const secret = createPrivateKey(pem);
    return secret.asymmetricKeyType === 'ed25519' ? secret : null;
  } catch {
    return null; // the library says "no key" by throwing
  }
}
