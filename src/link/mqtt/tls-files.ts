import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createSecureContext } from 'node:tls';

/** Paths of PEM files, as the config gives them. */
export interface TlsPaths {
  readonly ca: string | null;
  readonly cert: string | null;
  readonly key: string | null;
}

export interface TlsMaterial {
  readonly ca?: Buffer;
  readonly cert?: Buffer;
  readonly key?: Buffer;
}

/** `part` is where the config names them. Reads and tries the files, so that a wrong one is named at the start and not hidden in a failed handshake. Throws one sentence with a remedy. */
export function readTlsFiles({ ca, cert, key }: TlsPaths, part: string): TlsMaterial {
  const material: TlsMaterial = {
    ...(ca === null ? {} : { ca: readCertificate(`${part}.ca`, ca) }),
    ...(cert === null ? {} : { cert: readCertificate(`${part}.cert`, cert) }),
    ...(key === null ? {} : { key: readPem(`${part}.key`, key) }),
  };
  if ((cert === null) !== (key === null)) {
    throw new Error(`${part} needs cert and key together: give both, or neither.`);
  }
  tryTogether(material, part, `${cert} and ${key}`);
  return material;
}

function readPem(name: string, path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new Error(`${name}: ${path} cannot be read (${why}); correct the path or its permissions.`);
  }
}

function readCertificate(name: string, path: string): Buffer {
  const pem = readPem(name, path);
  try {
    new X509Certificate(pem);
    return pem;
  } catch {
    throw new Error(`${name}: ${path} holds no certificate; give a PEM file that begins with BEGIN CERTIFICATE.`);
  }
}

function tryTogether(material: TlsMaterial, part: string, files: string): void {
  try {
    createSecureContext(material);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new Error(
      `${part}: ${files} do not work together (${why}); give the unencrypted PEM key of that certificate.`,
    );
  }
}
