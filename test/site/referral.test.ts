import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { REFERRAL_FORM } from '../../src/cli/provision-begin.ts';
import { readReferral, takeReferral } from '../../src/site/referral.ts';
import { formatProblem } from '../../src/site/report.ts';

const dir = mkdtempSync(join(tmpdir(), 'lantern-referral-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const LEAST = `reference: "REF-1"
received: 2026-11-21
risk: high
urgency: immediate
property: { kind: terrace, tenure: council, ownerAgrees: yes }
escort: not-needed
`;

/** What is said of it, without the folder. */
function said(text: string): readonly string[] {
  const file = join(dir, 'referral.yaml');
  writeFileSync(file, text);
  const read = readReferral(file);
  return (read.ok ? read.warnings : read.problems).map((one) => formatProblem(one).replace(`${dir}/`, ''));
}

it('the form that is printed is one, as it stands', () => {
  expect(said(REFERRAL_FORM)).toEqual([]);
});

it('what may be left out is', () => {
  const file = join(dir, 'least.yaml');
  writeFileSync(file, LEAST);
  expect(readReferral(file)).toEqual({
    ok: true,
    warnings: [],
    referral: {
      reference: 'REF-1',
      received: '2026-11-21',
      risk: 'high',
      urgency: 'immediate',
      property: { kind: 'terrace', tenure: 'council', ownerAgrees: 'yes', doors: null, windows: null, locks: null },
      access: [],
      conditions: [],
      escort: 'not-needed',
      needs: [],
      language: 'en',
      children: 0,
      referredBy: null,
    },
  });
});

it('JSON is as good', () => {
  const property = { kind: 'terrace', tenure: 'council', ownerAgrees: 'yes' };
  const value = {
    reference: 'REF-1',
    received: '2026-11-21',
    risk: 'low',
    urgency: '4-7 days',
    property,
    escort: 'needed',
  };
  expect(said(JSON.stringify(value))).toEqual([]);
  expect(takeReferral(value)).toMatchObject({ ok: true, referral: { risk: 'low', escort: 'needed' } });
});

describe('each slip is told at its place, with what to do', () => {
  const change = (from: string, to: string): string => LEAST.replace(from, to);
  const rows: readonly (readonly [what: string, text: string, said: readonly RegExp[]])[] = [
    [
      'a wrong word',
      change('high', 'hihg'),
      [/^referral\.yaml:3:7: risk: "hihg" is not a risk; did you mean "high"\?$/],
    ],
    [
      'an unknown key',
      `${LEAST}adress: 12 High Street\n`,
      [/^referral\.yaml:7:1: adress: "adress" is not a key here; did you mean "access"\?$/],
    ],
    [
      'a missing key',
      change('escort: not-needed\n', ''),
      [/^referral\.yaml:1:1: escort: is missing; use needed or not-needed$/],
    ],
    [
      'no day',
      change('2026-11-21', '21.11.2026'),
      [/:2:11: received: "21\.11\.2026" is not a day; write it as in 2026-11-21/],
    ],
    [
      'no day of the calendar',
      change('2026-11-21', '2026-02-30'),
      [/:2:11: received: "2026-02-30" is no day of the calendar/],
    ],
    [
      'a kind of property',
      change('terrace', 'castle'),
      [/:5:19: property\.kind: "castle" is not a kind of property; use flat-ground-floor, .* or other$/],
    ],
    ['too many doors', change('yes }', 'yes, doors: 400 }'), [/property\.doors: 400 is out of bounds; use 1 to 20$/]],
    [
      'a count in words',
      change('yes }', 'yes, doors: two }'),
      [/property\.doors: "two" is not a whole number; use 1 to 20$/],
    ],
    [
      'more than one at once',
      change('high', 'hihg').replace('immediate', 'soon'),
      [/:3:7: risk/, /:4:10: urgency: "soon" is not a urgency/],
    ],
    ['a language', `${LEAST}language: Polish\n`, [/:7:11: language: "Polish" is not a language; write its short name/]],
    ['nothing at all', '', [/the file is empty; lantern provision form prints one to fill in$/]],
    ['no YAML', 'risk: [', [/not valid YAML/]],
    ['a secret', change('"REF-1"', '!secret name'), [/a referral holds no secrets$/]],
    [
      'a list that is too long',
      `${LEAST}access: [${Array.from({ length: 13 }, () => 'a').join(', ')}]\n`,
      [/access: has 13 entries; at most 12 are taken$/],
    ],
    [
      'a high risk that can wait',
      change('immediate', '4-7 days'),
      [/:4:10: warning: urgency: a high risk is fitted within two working days/],
    ],
    [
      'an owner who waits for herself',
      change('council, ownerAgrees: yes', 'owner, ownerAgrees: asked'),
      [/warning: property\.ownerAgrees: she owns it/],
    ],
    [
      'a landlord who is not asked',
      change('ownerAgrees: yes', 'ownerAgrees: not-needed'),
      [/warning: property\.ownerAgrees: somebody else owns it/],
    ],
    ['one order twice', `${LEAST}conditions: [bail, bail]\n`, [/warning: conditions: says one order twice$/]],
  ];
  for (const [what, text, wanted] of rows) {
    it(what, () => {
      expect(said(text)).toEqual(wanted.map((pattern) => expect.stringMatching(pattern)));
    });
  }
  it('a file that is not there', () => {
    const read = readReferral(join(dir, 'nowhere.yaml'));
    expect(read).toMatchObject({ ok: false, problems: [{ message: 'there is no such file; check the path' }] });
  });
  it('one that is larger than a form', () => {
    expect(said(`# ${'x'.repeat(70_000)}\n${LEAST}`)).toEqual([expect.stringMatching(/larger than/)]);
  });
  it('a field of a form', () => {
    expect(takeReferral({ risk: 'none' })).toMatchObject({
      ok: false,
      problems: expect.arrayContaining([expect.objectContaining({ path: 'risk' })]),
    });
  });
});
