import { createPublicKey, verify } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { codeOf } from './files.ts';
import type { Certificate } from './model.ts';
import { fingerprintOf, signedBytes } from './signing.ts';

/** `key` signed it. Whether that is the hub's own is for the person to say: it stands on paper and in the log. */
export type CertificateVerified =
  | { readonly ok: true; readonly certificate: Certificate; readonly key: string; readonly fingerprint: string }
  | { readonly ok: false; readonly why: string };

/** A house of two hundred zones is about 100 kB. */
const longestFile = 4 * 1024 * 1024;

const refused = (why: string): CertificateVerified => ({ ok: false, why });

/**
 * Checks a signed certificate, away from any hub. `wanted` is the key it has to be signed with, or its fingerprint, in hex with or
 * without spaces; null: any.
 */
export function verifyCertificate(file: string, wanted: string | null): CertificateVerified {
  let text: string;
  try {
    if (statSync(file).size > longestFile) return refused(`${file} is too large to be a certificate`);
    text = readFileSync(file, 'utf8');
  } catch (error) {
    return refused(`${file} cannot be read (${codeOf(error)})`);
  }
  const read = signedOf(text);
  if (read === null) return refused(`${file} is no signed certificate of a hub`);
  const { certificate, key, signature } = read;
  const fingerprint = fingerprintOf(key);
  if (!isSignedBy(certificate, key, signature)) {
    return refused('the signature does not fit: what it says is not what was signed');
  }
  const hex = wanted?.replace(/\s/g, '').toLowerCase() ?? null;
  if (hex !== null && !/^([0-9a-f]{32}|[0-9a-f]{64})$/.test(hex)) {
    return refused('a key is 64 digits of hex, its fingerprint 32; both stand on the paper');
  }
  if (hex !== null && hex !== key && hex !== fingerprint) {
    return refused(`it is signed, but with another key (fingerprint ${fingerprint})`);
  }
  return { ok: true, certificate, key, fingerprint };
}

interface Read {
  readonly certificate: Certificate;
  readonly key: string;
  readonly signature: string;
}

/** What is signed is believed as it stands, so no more is asked of its shape than that it says what it is. */
function signedOf(text: string): Read | null {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return null; // the parser says "no JSON" by throwing
  }
  if (!isObject(json) || json['form'] !== 'lantern-signed-1') return null;
  const { certificate, key, signature } = json;
  if (!isCertificate(certificate) || !isHex(key, 32) || !isHex(signature, 64)) return null;
  return { certificate, key, signature };
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null;

const isCertificate = (value: unknown): value is Certificate =>
  isObject(value) &&
  value['form'] === 'lantern-certificate-1' &&
  typeof value['hub'] === 'string' &&
  typeof value['version'] === 'string' &&
  typeof value['handedOverAt'] === 'string' &&
  isObject(value['log']) &&
  typeof value['log']['seq'] === 'number' &&
  typeof value['log']['hash'] === 'string';

const isHex = (value: unknown, bytes: number): value is string =>
  typeof value === 'string' && value.length === 2 * bytes && /^[0-9a-f]*$/.test(value);

function isSignedBy(certificate: Certificate, key: string, signature: string): boolean {
  try {
    const x = Buffer.from(key, 'hex').toString('base64url');
    const open = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' });
    return verify(null, signedBytes(certificate), open, Buffer.from(signature, 'hex'));
  } catch {
    return false; // 32 bytes that are no key, or nested deeper than can be read
  }
}
