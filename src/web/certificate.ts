import { X509Certificate } from 'node:crypto';
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { hostname, networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { createSecureContext } from 'node:tls';
import type { WallTime } from '../base/time.ts';
import { makeSelfSigned } from './self-signed.ts';
import type { Certificate } from './server.ts';

/** `web.tls` of the config; paths of PEM files. */
export type TlsChoice = 'self' | { readonly cert: string; readonly key: string };

export type CertificateFound =
  | { readonly ok: true; readonly certificate: Certificate; readonly fingerprint: string }
  | { readonly ok: false; readonly why: string };

const DAY_MS = 24 * 60 * 60_000;
/** Apple's systems take none that lasts longer than 825 days. */
const LASTS_MS = 820 * DAY_MS;
/** One that ends sooner is made anew. */
const RENEW_MS = 30 * DAY_MS;
/** A clock that stands before this is wrong; a certificate dated by it would not be taken. */
const EARLIEST = Date.UTC(2026, 0, 1);

/** The certificate of the page: from the owner's files, or one of its own in the data directory. Null stays plain HTTP. */
export async function findCertificate(
  choice: TlsChoice,
  where: { readonly dir: string; readonly host: string; readonly names: readonly string[]; readonly now: WallTime },
): Promise<CertificateFound> {
  if (choice !== 'self') return fromFiles(choice);
  const files = { cert: join(where.dir, 'web-cert.pem'), key: join(where.dir, 'web-key.pem') };
  const names = namesOf(where.host, where.names);
  const kept = fromFiles(files);
  if (kept.ok && isStillGood(kept.certificate.cert, names, where.now)) return kept;
  const from = Math.max(where.now - DAY_MS, EARLIEST);
  const made = await makeSelfSigned(names, new Date(from), new Date(from + LASTS_MS));
  try {
    writeAtomically(files.key, made.key);
    writeAtomically(files.cert, made.cert);
  } catch (error) {
    return { ok: false, why: `the page's certificate cannot be kept in ${where.dir} (${messageOf(error)})` };
  }
  return usable(made);
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

function fromFiles(files: { readonly cert: string; readonly key: string }): CertificateFound {
  const texts: Record<string, string> = {};
  for (const [name, path] of Object.entries(files)) {
    try {
      texts[name] = readFileSync(path, 'utf8');
    } catch (error) {
      const why = `web.tls.${name}: ${path} cannot be read (${messageOf(error)}); correct the path or its rights`;
      return { ok: false, why };
    }
  }
  return usable({ cert: texts['cert'] ?? '', key: texts['key'] ?? '' });
}

/** Tried before it is used, so that a wrong one is named at the start and not hidden in failed handshakes. */
function usable(certificate: Certificate): CertificateFound {
  try {
    createSecureContext({ ...certificate });
    return { ok: true, certificate, fingerprint: new X509Certificate(certificate.cert).fingerprint256 };
  } catch (error) {
    const why = `web.tls: the certificate and its key cannot be used (${messageOf(error)}); give PEM files that belong together, the key without a password`;
    return { ok: false, why };
  }
}

function isStillGood(cert: string, names: readonly string[], now: number): boolean {
  const x509 = new X509Certificate(cert);
  const covered = names.every((name) => (isIP(name) === 0 ? x509.checkHost(name) : x509.checkIP(name)) !== undefined);
  // Begun in the future: it was made by a wrong clock, unless it is this one that is wrong.
  const begun = now < EARLIEST || Date.parse(x509.validFrom) <= now;
  return covered && begun && Date.parse(x509.validTo) - now > RENEW_MS;
}

/** All that somebody at home may type. With no fixed address, those of this moment. */
function namesOf(host: string, names: readonly string[]): readonly string[] {
  const own = hostname().toLowerCase();
  const addresses = Object.values(networkInterfaces())
    .flatMap((list) => list ?? [])
    .filter(({ internal, address }) => !internal && !address.startsWith('fe80:'))
    .map(({ address }) => address);
  const fixed = host === '0.0.0.0' || host === '::' ? addresses : [host];
  const wanted = ['localhost', '127.0.0.1', own, `${own}.local`, ...names.map((name) => name.toLowerCase()), ...fixed];
  return [...new Set(wanted)].filter((name) => /^[a-z0-9.:_-]+$/i.test(name));
}

function writeAtomically(path: string, content: string): void {
  writeFileSync(`${path}.tmp`, content, { mode: 0o600 });
  renameSync(`${path}.tmp`, path);
}
