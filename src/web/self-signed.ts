import { isIP } from 'node:net';

export interface SelfSigned {
  /** PEM. */
  readonly cert: string;
  readonly key: string;
}

/**
 * A new key, and a certificate that it signs itself, for these names and addresses (ECDSA on P-256). It names nothing but
 * them. Its library is large, so it is loaded when a certificate is to be made, once in two years.
 */
export async function makeSelfSigned(names: readonly string[], from: Date, until: Date): Promise<SelfSigned> {
  const { generate } = await import('selfsigned');
  const made = await generate([{ name: 'commonName', value: 'hub' }], {
    keyType: 'ec',
    algorithm: 'sha256',
    notBeforeDate: from,
    notAfterDate: until,
    extensions: [
      { name: 'basicConstraints', cA: false, critical: true },
      { name: 'keyUsage', digitalSignature: true, critical: true },
      { name: 'extKeyUsage', serverAuth: true },
      {
        name: 'subjectAltName',
        altNames: names.map((name) => (isIP(name) === 0 ? { type: 2, value: name } : { type: 7, ip: name })),
      },
    ],
  });
  return { cert: made.cert, key: made.private };
}
