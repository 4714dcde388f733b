import { execFileSync, spawnSync } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { mkdtempSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { connect as connectPlain } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from 'node:tls';
import { describe, expect, it } from 'vitest';
import { wallTime } from '../../src/base/time.ts';
import { findCertificate } from '../../src/web/certificate.ts';
import { makeSelfSigned } from '../../src/web/self-signed.ts';
import { openSite } from './support.ts';

const NOW = wallTime(Date.UTC(2026, 10, 21, 20));
const DAY = 24 * 3600_000;
const folder = (): string => mkdtempSync(join(tmpdir(), 'lantern-web-'));
const own = async (
  dir: string,
  more: { readonly names?: readonly string[]; readonly now?: number; readonly host?: string } = {},
) => {
  const { names = [], now = NOW, host = '127.0.0.1' } = more;
  const found = await findCertificate('self', { dir, host, names, now: wallTime(now) });
  if (!found.ok) throw new Error(found.why);
  return found;
};

/** A real pair of the tool everybody has. */
function opensslPair(dir: string): { readonly cert: string; readonly key: string } {
  const [cert, key] = [join(dir, 'page.pem'), join(dir, 'page.key')];
  const subject = ['-subj', '/CN=hub', '-addext', 'subjectAltName=IP:127.0.0.1'];
  const args = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2'];
  execFileSync('openssl', [...args, ...subject, '-keyout', key, '-out', cert], { stdio: 'ignore' });
  return { cert, key };
}

describe('a certificate of its own', () => {
  it('is read by openssl as what it should be, strictly', async () => {
    const dir = folder();
    const { cert } = await makeSelfSigned(
      ['localhost', 'hub.lan', '192.0.2.7', 'fd00::1:2'],
      new Date(NOW),
      new Date(NOW + DAY),
    );
    const path = join(dir, 'cert.pem');
    writeFileSync(path, cert);
    const text = execFileSync('openssl', ['x509', '-in', path, '-noout', '-text']).toString();
    expect(text).toMatch(/Version: 3 .*ecdsa-with-SHA256.*CN ?= ?hub.*CA:FALSE.*TLS Web Server Authentication/s);
    expect(text).toMatch(/DNS:localhost, DNS:hub\.lan, IP Address:192\.0\.2\.7, IP Address:FD00:0:0:0:0:0:1:2/);
    const at = String(Math.floor(NOW / 1000) + 60);
    const verified = spawnSync('openssl', ['verify', '-x509_strict', '-attime', at, '-CAfile', path, path]);
    expect(verified.stdout.toString()).toContain('OK');
  });

  for (const [until, said] of [
    ['2049-12-31T23:59:59Z', 'Dec 31 23:59:59 2049 GMT'],
    ['2050-01-01T00:00:00Z', 'Jan  1 00:00:00 2050 GMT'],
  ] as const) {
    it(`may end at ${until}`, async () => {
      const { cert } = await makeSelfSigned(['localhost'], new Date(NOW), new Date(until));
      expect(new X509Certificate(cert).validTo).toBe(said);
    });
  }

  it('never has the serial number of another, and a positive one of no more than 20 bytes', async () => {
    const serials: string[] = [];
    for (let turn = 0; turn < 50; turn += 1) {
      const { cert } = await makeSelfSigned(['localhost'], new Date(NOW), new Date(NOW + DAY));
      serials.push(new X509Certificate(cert).serialNumber);
    }
    expect(new Set(serials).size).toBe(50);
    // Printed without leading zeros, and with a sign where it is negative.
    expect(serials.filter((serial) => !/^[0-9A-F]{1,40}$/.test(serial))).toEqual([]);
  });

  it('is kept, readable by nobody else, and used again', async () => {
    const dir = folder();
    const first = await own(dir);
    expect((await own(dir)).fingerprint).toBe(first.fingerprint);
    for (const file of ['web-key.pem', 'web-cert.pem']) expect(statSync(join(dir, file)).mode & 0o777).toBe(0o600);
  });

  const renewals: readonly (readonly [string, { names?: readonly string[]; now?: number }, 'same' | 'new'])[] = [
    ['a year later', { now: NOW + 365 * DAY }, 'same'],
    ['with less than 30 days left', { now: NOW + 790 * DAY }, 'new'],
    ['by a clock that has lost its time', { now: 0 }, 'same'],
    ['with another name', { names: ['other.lan'] }, 'new'],
    ['with the same name in other letters', { names: ['HUB.lan'] }, 'same'],
  ];
  for (const [name, more, is] of renewals) {
    it(`${name} is ${is === 'same' ? 'the same' : 'made anew'}`, async () => {
      const dir = folder();
      const first = await own(dir, { names: ['hub.lan'] });
      expect((await own(dir, { names: ['hub.lan'], ...more })).fingerprint === first.fingerprint).toBe(is === 'same');
    });
  }

  for (const [name, content] of [
    ['nothing', ''],
    ['rubbish', 'rubbish'],
    ['half of it', readFileSync(opensslPair(folder()).cert, 'utf8').slice(0, 200)],
  ] as const) {
    it(`is made anew where the file holds ${name}`, async () => {
      const dir = folder();
      await own(dir);
      writeFileSync(join(dir, 'web-cert.pem'), content);
      expect((await own(dir)).certificate.cert).toContain('BEGIN CERTIFICATE');
    });
  }

  it('made while the clock stood in 1970 is good when it is right', async () => {
    const dir = folder();
    const made = await own(dir, { now: 0 });
    const { validFrom, validTo } = new X509Certificate(made.certificate.cert);
    expect([Date.parse(validFrom) < NOW, Date.parse(validTo) > NOW]).toEqual([true, true]);
  });

  it('that cannot be kept is told in a sentence', async () => {
    const found = await findCertificate('self', { dir: join(folder(), 'absent'), host: '::', names: [], now: NOW });
    expect(found).toEqual({
      ok: false,
      why: expect.stringMatching(/^the page's certificate cannot be kept in .*ENOENT/),
    });
  });
});

describe('certificates of the owner', () => {
  const pair = opensslPair(folder());
  const other = opensslPair(folder());
  const where = { dir: folder(), host: '127.0.0.1', names: [], now: NOW };
  it('are taken as they are', async () => {
    expect(await findCertificate(pair, where)).toMatchObject({
      ok: true,
      fingerprint: expect.stringMatching(/^([0-9A-F]{2}:){31}/),
    });
  });
  const wrong: readonly (readonly [string, { cert: string; key: string }, RegExp])[] = [
    ['a file that is not there', { ...pair, cert: '/nowhere.pem' }, /^web\.tls\.cert: \/nowhere\.pem cannot be read/],
    [
      'the key of another',
      { ...pair, key: other.key },
      /^web\.tls: .*cannot be used .*give PEM files that belong together/,
    ],
    ['the two exchanged', { cert: pair.key, key: pair.cert }, /^web\.tls: .*cannot be used/],
  ];
  for (const [name, choice, why] of wrong) {
    it(`${name} is told in a sentence`, async () => {
      expect(await findCertificate(choice, where)).toEqual({ ok: false, why: expect.stringMatching(why) });
    });
  }
});

describe('over TLS', async () => {
  const certificate = (await own(folder())).certificate;

  it('a client that knows the certificate is served, with a cookie that never leaves TLS', async () => {
    const { client } = await openSite({ tls: certificate });
    const answer = await client().ask('POST', '/api/session', { body: { code: '482913' } });
    expect([answer.status, answer.headers['set-cookie']?.[0]]).toEqual([200, expect.stringMatching(/; Secure$/)]);
  });

  it('a client that does not know it is not', async () => {
    const { server } = await openSite({ tls: certificate });
    await expect(fetch(`https://127.0.0.1:${server.port}/healthz`)).rejects.toThrow();
  });

  it('who greets too often is hung up on before it costs anything', async () => {
    const { server } = await openSite({ tls: certificate });
    const ends = await Promise.all(
      Array.from(
        { length: 80 },
        () =>
          new Promise<string>((resolve) => {
            const socket = connect({ port: server.port, host: '127.0.0.1', ca: certificate.cert });
            socket.on('secureConnect', () => resolve('let in'));
            socket.on('error', () => resolve('hung up on'));
            socket.on('secureConnect', () => socket.destroy());
          }),
      ),
    );
    expect([ends.filter((end) => end === 'let in').length, ends.length]).toEqual([60, 80]);
  });

  for (const [version, takes] of [
    ['TLSv1.1', false],
    ['TLSv1.2', true],
    ['TLSv1.3', true],
  ] as const) {
    it(`${version} is ${takes ? 'taken' : 'refused'}`, async () => {
      const { server } = await openSite({ tls: certificate });
      const spoke = await new Promise<boolean>((resolve) => {
        const socket = connect({
          port: server.port,
          host: '127.0.0.1',
          ca: certificate.cert,
          minVersion: version,
          maxVersion: version,
          ciphers: 'DEFAULT@SECLEVEL=0',
        });
        socket.on('secureConnect', () => resolve(true));
        socket.on('error', () => resolve(false));
        socket.on('secureConnect', () => socket.destroy());
      });
      expect(spoke).toBe(takes);
    });
  }

  for (const [name, bytes] of [
    ['plain HTTP', 'GET /healthz HTTP/1.1\r\nhost: localhost\r\n\r\n'],
    ['zeros', '\0'.repeat(100)],
    ['half a greeting', Buffer.from('1603010200010001fc0303', 'hex')],
  ] as const) {
    it(`${name} is hung up on, and the next client served`, async () => {
      const { server, client } = await openSite({ tls: certificate });
      const heard = await new Promise<string>((resolve) => {
        let text = '';
        const socket = connectPlain(server.port, '127.0.0.1', () => socket.end(bytes));
        socket.on('data', (chunk) => (text += chunk.toString('latin1')));
        socket.on('error', () => {});
        socket.on('close', () => resolve(text));
      });
      expect(heard).not.toContain('HTTP/1.1 200');
      expect((await client().ask('GET', '/healthz')).status).toBe(200);
    });
  }
});
