import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { advice, adviceIntro } from '../../src/papers/advice.ts';
import { canonicalJson } from '../../src/papers/canonical.ts';
import { herCopy } from '../../src/papers/hers.ts';
import { forgetAgencyPapers, readPaper } from '../../src/papers/kept.ts';
import { agencyPapers, herPapers } from '../../src/papers/names.ts';
import { drawRecord } from '../../src/papers/record.ts';
import { longestText } from '../../src/papers/sheet.ts';
import { openSigner, signed } from '../../src/papers/signing.ts';
import { verifyCertificate } from '../../src/papers/verify.ts';
import { writePapers } from '../../src/papers/write.ts';
import { itWith } from '../journal/needs.ts';
import { certificateOf, feedbackOf, zone } from './house.ts';
import { infoOf, itWithPoppler, textOf } from './text.ts';

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'papers-'));
  folders.push(folder);
  return folder;
}

function signerOf(dir: string) {
  const found = openSigner(dir);
  if (!found.ok) throw new Error(found.why);
  return found.signer;
}

const paperOf = (dir: string, name: Parameters<typeof readPaper>[1]): Buffer => {
  const paper = readPaper(dir, name);
  if (paper === null) throw new Error(`no ${name}`);
  return paper;
};

/** Every number and text in a value. */
function* leaves(value: unknown): Generator<string | number> {
  if (typeof value === 'string' || typeof value === 'number') yield value;
  else if (typeof value === 'object' && value !== null) for (const one of Object.values(value)) yield* leaves(one);
}

const spaceless = (text: string): string => text.replace(/[\s­-]/g, '');

describe('canonical JSON', () => {
  it('writes the example of RFC 8785 as it stands there', () => {
    const value = JSON.parse(
      String.raw`{"numbers":[333333333.33333329,1E30,4.50,2e-3,0.000000000000000000000000001],"string":"\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/","literals":[null,true,false]}`,
    );
    expect(canonicalJson(value)).toBe(
      String.raw`{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"string":"€$\u000f\nA'B\"\\\\\"/"}`,
    );
  });
  it('takes keys in the order of their units, whatever order they came in', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string({ unit: 'binary' }), fc.integer()), (members) => {
        const turned = Object.fromEntries(Object.entries(members).reverse());
        expect(canonicalJson(turned)).toBe(canonicalJson(members));
      }),
    );
  });
  it.each([Number.NaN, Number.POSITIVE_INFINITY, undefined])('refuses %s', (value) => {
    expect(() => canonicalJson({ value })).toThrow(TypeError);
  });
});

describe('the signing key', () => {
  it('is made once, for its owner alone', () => {
    const dir = newFolder();
    const { key } = signerOf(dir);
    expect(statSync(join(dir, 'signing.key')).mode & 0o777).toBe(0o600);
    expect(signerOf(dir).key).toBe(key);
    expect(signerOf(newFolder()).key).not.toBe(key);
  });
  it('is not replaced when it is damaged', async () => {
    const dir = newFolder();
    writeFileSync(join(dir, 'signing.key'), 'x');
    expect(await writePapers(dir, certificateOf(), feedbackOf(), [])).toMatchObject({
      ok: false,
      why: expect.stringContaining('damaged'),
    });
    expect(readFileSync(join(dir, 'signing.key'), 'utf8')).toBe('x');
  });
});

describe('the papers of a handover', () => {
  it('are the same bytes each time', async () => {
    const dir = newFolder();
    const all = async (): Promise<string> => {
      await writePapers(dir, certificateOf(), feedbackOf(), ['anna']);
      return [...herPapers, ...agencyPapers].map((name) => paperOf(dir, name).toString('base64')).join();
    };
    expect(await all()).toBe(await all());
  });

  it('leave nothing of the agency behind when it has taken its own', async () => {
    const dir = newFolder();
    await writePapers(dir, certificateOf(), feedbackOf(), []);
    forgetAgencyPapers(dir);
    for (const name of agencyPapers) expect(readPaper(dir, name)).toBeNull();
    for (const name of herPapers) expect(paperOf(dir, name).length).toBeGreaterThan(0);
    expect(statSync(join(dir, 'papers')).mode & 0o777).toBe(0o700);
  });

  it('say where the disk refuses', async () => {
    const dir = newFolder();
    writeFileSync(join(dir, 'papers'), 'in the way');
    expect(await writePapers(dir, certificateOf(), feedbackOf(), [])).toMatchObject({ ok: false });
  });

  itWithPoppler('say every text and every number of the certificate', async () => {
    const certificate = certificateOf();
    const text = spaceless(textOf(await drawRecord(signed(certificate, signerOf(newFolder())), 'x.json')));
    const shownOtherwise = new Set<string | number>(['lantern-certificate-1', 'terraced-house', 'entry']);
    for (const leaf of leaves(certificate)) {
      if (shownOtherwise.has(leaf)) continue;
      const time = /^\d{4}-\d\d-\d\dT(\d\d:\d\d:\d\d)/.exec(String(leaf));
      const day = /^(\d{4})-\d\d-(\d\d)$/.exec(String(leaf));
      const wanted = time?.[1] ?? (day === null ? String(leaf) : day[1]) ?? '';
      expect(text).toContain(spaceless(wanted));
    }
    for (const shown of ['Terracedhouse', 'Entry', '21Feb2027', '21Nov202615:42:07UTC', 'After23.4s', 'Noanswer']) {
      expect(text).toContain(shown);
    }
  });

  itWithPoppler('have a title that tells nothing, tags, and text in Polish letters', async () => {
    const dir = newFolder();
    await writePapers(dir, certificateOf(), feedbackOf(), []);
    const titles = { 'copy.pdf': 'Fitting record', 'advice.pdf': 'Home and garden', 'feedback.pdf': 'Feedback sheet' };
    for (const [name, title] of Object.entries(titles) as [keyof typeof titles, string][]) {
      const info = infoOf(paperOf(dir, name));
      expect(info).toMatchObject({ Title: title, Tagged: 'yes' });
      expect(info).not.toHaveProperty('Author');
    }
    expect(textOf(paperOf(dir, 'copy.pdf'))).toContain('Sypialnia: ąćęłńóśźż ĄĆĘŁŃÓŚŹŻ');
  });

  itWithPoppler('go over as many pages as a long house needs, each row once and a header on each', async () => {
    const zones = Array.from({ length: 40 }, (_, index) => zone(index + 1));
    const pdf = await drawRecord(signed(certificateOf({ zones }), signerOf(newFolder())), 'x.json');
    const pages = Number(infoOf(pdf)['Pages']);
    const text = textOf(pdf);
    expect(pages).toBeGreaterThan(2);
    for (const { id, name } of zones) expect(text.split(`${name} (${id})`)).toHaveLength(2);
    expect(text.split('Name Type Device Signal Battery Tried').length - 1).toBeGreaterThan(1);
    expect(text).toContain(`Page ${pages} of ${pages}`);
  });

  itWithPoppler('cut a text that would fill a page, and say so', async () => {
    const note = (length: number) => [{ item: 'Chain', where: 'Hall', note: 'word '.repeat(length / 5) }];
    const signer = signerOf(newFolder());
    const draw = (length: number) => drawRecord(signed(certificateOf({ fitted: note(length) }), signer), 'x.json');
    expect(textOf(await draw(longestText))).not.toContain('…');
    expect(textOf(await draw(longestText + 5))).toContain('…');
  });

  itWithPoppler('give the coordinator the hours, the deadline and what is left', async () => {
    const dir = newFolder();
    const late = feedbackOf({ deadline: '2026-11-19', outstanding: [], concerns: [] });
    await writePapers(dir, certificateOf(), late, []);
    const text = textOf(paperOf(dir, 'feedback.pdf'));
    for (const said of [
      'TH-2041',
      'Northgate Support',
      'Risk High',
      'Hours 1.25',
      'No, 2 days after it',
      'Nothing.',
      'None.',
    ]) {
      expect(text).toContain(said);
    }
    await writePapers(dir, certificateOf(), feedbackOf(), []);
    const met = textOf(paperOf(dir, 'feedback.pdf'));
    for (const said of [
      'Done by then Yes',
      'The back gate needs a new lock.',
      'A light in the alley',
      'signature and day',
    ]) {
      expect(met).toContain(said);
    }
  });
});

describe('her copy', () => {
  /** Names, as people have them; a single letter is no name. */
  const name = fc.stringMatching(/^[A-ZŁŚŻ][a-ząćęłńóśźż]{3,9}$/);
  const phone = fc.stringMatching(/^\+(44|48) ?[1-9]\d{2} ?\d{3} ?\d{3}$/);
  const code = fc.stringMatching(/^\d{4,8}$/);

  it('names nobody, holds no number to call and no code, wherever they were typed', () => {
    fc.assert(
      fc.property(fc.uniqueArray(name, { minLength: 4, maxLength: 4 }), phone, code, (names, number, secret) => {
        const [hers, contact, agency, fitter] = names as [string, string, string, string];
        const certificate = certificateOf({
          fitter,
          property: `flat of ${hers}`,
          fitted: [{ item: `Chain (${agency})`, where: `by ${contact}, ${number}`, note: `${hers} ${secret}` }],
          zones: [
            {
              ...zone(1),
              id: `${contact.toLowerCase()}-door`,
              name: `${hers.toUpperCase()}'s room ${secret}`,
              tests: [{ at: '2026-11-21T15:01:00.000Z', what: `pressed: room of ${hers}` }],
            },
          ],
          paths: [{ name: `${contact} by text`, answeredAfterSeconds: 9, at: '2026-11-21T15:20:00.000Z' }],
          checks: [{ what: `${agency} agrees`, ok: true, note: number }],
        });
        const copy = canonicalJson(herCopy(certificate, 'Scheme', names)).toLowerCase();
        for (const word of names) expect(copy).not.toContain(word.toLowerCase());
        const without = copy.replace(certificate.log.hash, '').replace(/\d{4}-\d\d-\d\d[t0-9:.z]*/g, '');
        expect(without).not.toContain(number.toLowerCase());
        expect(without).not.toContain(secret);
      }),
      { numRuns: 200 },
    );
  });

  itWithPoppler('is silent on paper too, in text and in what is signed', async () => {
    const dir = newFolder();
    const keepOut = ['Anna', 'watch-desk', 'Northgate Support', 'Zofia Żółć', 'Sypialnia', '12 Mill Lane'];
    const certificate = certificateOf({
      hub: '12 Mill Lane',
      fitted: [{ item: 'Chain', where: '12 Mill Lane, ring 07700 900123', note: 'code 4711' }],
    });
    await writePapers(dir, certificate, feedbackOf(), keepOut);
    const copy = `${textOf(paperOf(dir, 'copy.pdf'))} ${paperOf(dir, 'copy.json')} ${textOf(paperOf(dir, 'advice.pdf'))}`;
    for (const word of [...keepOut, '07700', '900123', '4711', 'letter of 3 November']) {
      expect(copy.toLowerCase()).not.toContain(word.toLowerCase());
    }
    expect(copy).toContain('Safe Homes 12');
  });

  it('keeps a word that only begins like a name', () => {
    const copy = herCopy(certificateOf({ property: 'hall with alcove' }), 'Scheme', ['Al', '', '  ']);
    expect(copy.property).toBe('hall with alcove');
  });
});

describe('a signed certificate', () => {
  async function written() {
    const dir = newFolder();
    const made = await writePapers(dir, certificateOf(), feedbackOf(), []);
    if (!made.ok) throw new Error(made.why);
    return { ...made, file: join(dir, 'papers', 'certificate.json'), copy: join(dir, 'papers', 'copy.json') };
  }

  it('is verified by its key, by its fingerprint as paper shows it, and by none', async () => {
    const { file, copy, key, fingerprint } = await written();
    const spaced = fingerprint.toUpperCase().replace(/(.{4})/g, '$1 ');
    for (const wanted of [null, key, fingerprint, spaced]) {
      expect(verifyCertificate(file, wanted)).toMatchObject({
        ok: true,
        key,
        fingerprint,
        certificate: certificateOf(),
      });
      expect(verifyCertificate(copy, wanted)).toMatchObject({ ok: true });
    }
  });

  itWith('python3')('is verified by another program, with openssl', async () => {
    const { file, copy, key } = await written();
    const script = join(import.meta.dirname, '../../scripts/papers/verify.py');
    const check = (...args: readonly string[]) => spawnSync('python3', [script, ...args], { encoding: 'utf8' });
    expect(check(file, key)).toMatchObject({ status: 0, stdout: 'ok\n' });
    expect(check(copy)).toMatchObject({ status: 0, stdout: 'ok\n' });
    expect(check(file, 'ab'.repeat(32))).toMatchObject({ status: 1, stderr: expect.stringContaining('another key') });
    writeFileSync(file, readFileSync(file, 'utf8').replace('MCCGQ11LM', 'MCCGQ11LN'));
    expect(check(file)).toMatchObject({ status: 1, stderr: expect.stringContaining('does not fit') });
  });

  it('is refused under another key, and under what is none', async () => {
    const { file } = await written();
    expect(verifyCertificate(file, 'ab'.repeat(32))).toMatchObject({
      ok: false,
      why: expect.stringContaining('another key'),
    });
    expect(verifyCertificate(file, 'abc')).toMatchObject({ ok: false, why: expect.stringContaining('64 digits') });
  });

  it('is refused when anything it says was changed', async () => {
    const { file } = await written();
    const whole = JSON.parse(readFileSync(file, 'utf8'));
    const { certificate, signature } = whole;
    const changes = [
      { certificate: { ...certificate, zones: certificate.zones.slice(1) } },
      { certificate: { ...certificate, handedOverAt: '2026-11-20T15:42:07.000Z' } },
      { certificate: { ...certificate, checks: [{ ...certificate.checks[0], ok: false }, certificate.checks[1]] } },
      { certificate: { ...certificate, more: 1 } },
      { key: signerOf(newFolder()).key },
      { signature: `${signature.startsWith('0') ? '1' : '0'}${signature.slice(1)}` },
    ];
    for (const change of changes) {
      writeFileSync(file, JSON.stringify({ ...whole, ...change }));
      expect(verifyCertificate(file, null)).toMatchObject({ ok: false, why: expect.stringContaining('signature') });
    }
    // Written in another way it still says the same.
    writeFileSync(file, JSON.stringify(whole));
    expect(verifyCertificate(file, null)).toMatchObject({ ok: true });
  });

  it.each([
    '',
    'no JSON',
    '[]',
    '{"form":"lantern-signed-1"}',
    `${'['.repeat(50_000)}`,
    '{"form":"lantern-signed-1","certificate":{},"key":1}',
  ])('refuses what is none (%#)', (text) => {
    const file = join(newFolder(), 'x.json');
    writeFileSync(file, text);
    expect(verifyCertificate(file, null)).toMatchObject({
      ok: false,
      why: expect.stringContaining('no signed certificate'),
    });
  });

  it('refuses what is not there, and what is too large', () => {
    const file = join(newFolder(), 'x.json');
    expect(verifyCertificate(file, null)).toMatchObject({ ok: false, why: expect.stringContaining('ENOENT') });
    writeFileSync(file, ' '.repeat(4 * 1024 * 1024 + 1));
    expect(verifyCertificate(file, null)).toMatchObject({ ok: false, why: expect.stringContaining('too large') });
  });
});

describe('the advice', () => {
  const text = [adviceIntro, ...advice.flatMap(({ tips }) => tips)].join(' ');
  it('is read easily at nine years of age', () => {
    const sentences = text.split(/[.!?:](?:\s|$)/).filter((one) => one.trim() !== '');
    const words = text.split(/\s+/).length;
    const letters = text.replace(/[^\p{L}\p{N}]/gu, '').length;
    // Automated Readability Index (Smith and Senter, 1967): 4 is the grade of nine to ten years.
    expect(4.71 * (letters / words) + 0.5 * (words / sentences.length) - 21.43).toBeLessThan(4);
    for (const sentence of sentences) expect(sentence.split(/\s+/).length).toBeLessThanOrEqual(18);
  });
  it('speaks of every place that was asked for, and names no danger', () => {
    for (const word of ['garden', 'shed', 'path', 'keys', 'bins', 'car', 'light', 'phone', 'passwords']) {
      expect(text.toLowerCase() + advice.map(({ about }) => about.toLowerCase()).join(' ')).toContain(word);
    }
    expect(text).not.toMatch(/abus|violen|victim|perpetrator|refuge|alarm/i);
  });
});
