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

/** Reads and tries the files, so that a wrong one is named at the start and not hidden in a failed handshake. Throws one sentence with a remedy. */
export function readTlsFiles({ ca, cert, key }: TlsPaths): TlsMaterial {
  const material: TlsMaterial = {
    ...(ca === null ? {} : { ca: readCertificate('ca', ca) }),
    ...(cert === null ? {} : { cert: readCertificate('cert', cert) }),
    ...(key === null ? {} : { key: readPem('key', key) }),
  };
  if ((cert === null) !== (key === null)) {
    throw new Error('mqtt.connect needs cert and key together: give both, or neither.');
  }
  tryTogether(material, `${cert} and ${key}`);
  return material;
}

function readPem(name: string, path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new Error(`mqtt.connect.${name}: ${path} cannot be read (${why}); correct the path or its permissions.`);
  }
}

function readCertificate(name: string, path: string): Buffer {
  const pem = readPem(name, path);
  try {
    new X509Certificate(pem);
    return pem;
  } catch {
    throw new Error(
      `mqtt.connect.${name}: ${path} holds no certificate; give a PEM file that begins with BEGIN CERTIFICATE.`,
    );
  }
}

function tryTogether(material: TlsMaterial, files: string): void {
  try {
    createSecureContext(material);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new Error(
      `mqtt.connect: ${files} do not work together (${why}); give the unencrypted PEM key of that certificate.`,
    );
  }
}
