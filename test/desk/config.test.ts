import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadDesk } from '../../src/desk/config.ts';
import { formatProblem } from '../../src/site/report.ts';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'lantern-desk-config-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

function load(text: string) {
  const file = join(dir, 'desk.yaml');
  writeFileSync(file, text);
  const secrets = join(dir, 'secrets.yaml');
  writeFileSync(secrets, 'h1: "0123456789abcdef-h1"\nkey: "00112233445566778899aabbccddeeff"\n');
  chmodSync(secrets, 0o600);
  const loaded = loadDesk(file, null);
  const problems = loaded.ok ? loaded.warnings : loaded.problems;
  return { loaded, said: problems.map((one) => formatProblem(one).replace(`${file}:`, '')) };
}

const HUB = 'id: h1, account: "1001", secret: !secret h1';

describe('a desk config that is right', () => {
  it('is what it says, with the usual times where it is silent', () => {
    const { loaded, said } = load(
      `hubs: [{ ${HUB}, dc09Key: !secret key, preAlert: 45s, card: { riskLevel: high, voice: listen-only }, callList: [{ name: Sister, phone: "1" }] }]`,
    );
    expect(said).toEqual([]);
    if (!loaded.ok) throw new Error('refused');
    expect(loaded.setup.web).toEqual({ host: '127.0.0.1', port: 8090, names: [], tls: null });
    expect(loaded.setup.accounts.get('1001')).toMatchObject({
      id: 'h1',
      secret: '0123456789abcdef-h1',
      silentAfter: 90_000,
      preAlert: 45_000,
      card: { riskLevel: 'high', voice: 'listen-only' },
      callList: [{ name: 'Sister', phone: '1', rule: null }],
    });
    expect(loaded.setup.hubs.get('h1')?.key?.bytes).toHaveLength(16);
  });

  it('is the one that is shipped', () => {
    expect(loadDesk(resolve(import.meta.dirname, '../../config/desk.yaml'), null)).toMatchObject({
      ok: true,
      warnings: [],
    });
  });
});

describe('a desk config that is wrong is refused with its place and a remedy', () => {
  const rows: readonly (readonly [what: string, text: string, said: string])[] = [
    ['nothing to watch', 'hubs: []', '1:7: hubs: is an empty list; a desk without hubs has nothing to watch'],
    ['no hubs at all', 'name: x', '1:1: hubs: is missing; write one "- id: …" a line'],
    ['a key that is none', `hub: []\nhubs: [{ ${HUB} }]`, '1:1: hub: "hub" is not a key here; did you mean "hubs"?'],
    [
      'a hub twice',
      `hubs:\n  - { ${HUB} }\n  - { id: h1, account: "1002", secret: !secret h1 }`,
      '3:11: hubs[1].id: "h1" is the id of hubs[0] too; give each hub once',
    ],
    [
      'an account twice',
      `hubs:\n  - { ${HUB} }\n  - { id: h2, account: "1001", secret: !secret h1 }`,
      '3:24: hubs[1].account: "1001" is the account of hubs[0] too; each hub needs its own',
    ],
    [
      'an account that is none',
      'hubs: [{ id: h1, account: "12", secret: !secret h1 }]',
      '1:27: hubs[0].account: "12" is not an account; use 3 to 16 hex digits in quotes',
    ],
    [
      'a secret that anybody guesses',
      'hubs: [{ id: h1, account: "1001", secret: short }]',
      '1:43: hubs[0].secret: is shorter than 16 characters; make one with `openssl rand -hex 32`',
    ],
    [
      'a secret that is not there',
      'hubs: [{ id: h1, account: "1001", secret: !secret h2 }]',
      '1:51: hubs[0].secret: there is no secret "h2"; did you mean "h1"? Else put "h2: …" into secrets.yaml beside this file, or a file of that name into $CREDENTIALS_DIRECTORY',
    ],
    [
      'a hub that cannot speak',
      'hubs: [{ id: h1, account: "1001" }]',
      '1:8: hubs[0]: this hub has no way to speak: give it a secret, or let the desk take `dc09`',
    ],
    [
      'half a key',
      `hubs: [{ ${HUB}, dc09Key: "0011" }]`,
      '1:64: hubs[0].dc09Key: the key must have 32, 48 or 64 hex digits (or set keyEncoding: ascii)',
    ],
    [
      'a time that is none',
      `hubs: [{ ${HUB}, silentAfter: 1s }]`,
      '1:68: hubs[0].silentAfter: "1s" is not a length of time from 10s to 1h; write it as in 90s or 5m',
    ],
    [
      'a page for everybody without TLS',
      `web: { host: 0.0.0.0 }\nhubs: [{ ${HUB} }]`,
      '1:14: web.host: others could read along; give web.tls with cert and key, or use 127.0.0.1 behind a proxy that speaks TLS',
    ],
    [
      'an up-link in the clear',
      `uplink: { url: "mqtt://broker.example:1883" }\nhubs: [{ ${HUB} }]`,
      '1:16: uplink.url: must be mqtts://HOST:8883, or mqtt:// on this machine',
    ],
    [
      'a rule for voice that is none',
      `hubs: [{ ${HUB}, card: { voice: loud } }]`,
      '1:70: hubs[0].card.voice: "loud" is not a rule for voice; use listen-and-speak, listen-only or none',
    ],
  ];
  for (const [what, text, words] of rows) {
    it(what, () => {
      const { loaded, said } = load(text);
      expect(said).toEqual([words]);
      expect(loaded.ok).toBe(false);
    });
  }

  it('a secret is never repeated', () => {
    const { said } = load('hubs: [{ id: h1, account: !secret h1, secret: !secret h1 }]');
    expect(said.join()).not.toContain('0123456789abcdef-h1');
  });

  it('a file that is not there', () => {
    const loaded = loadDesk(join(dir, 'none.yaml'), null);
    expect(loaded).toMatchObject({ ok: false, problems: [{ message: 'there is no such file; check the path' }] });
  });
});
