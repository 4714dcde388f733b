import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Dc09Words, dc09Body, reportMessage } from '../../src/act/report-bodies.ts';
import { codesWith, REPORT_CODES } from '../../src/act/report-codes.ts';
import { type StationReport, stationReport } from '../../src/act/station-report.ts';
import { wallTime } from '../../src/base/time.ts';
import { PLACES, type ReportKind } from '../../src/escalate/stations-plan.ts';
import { decodeMessage, encodeMessage } from '../../src/link/dc09/frame.ts';
import { what, zone } from '../escalate/stations-bench.ts';

const kinds = Object.keys(PLACES) as ReportKind[];

const about = (kind: ReportKind, change: Partial<StationReport> = {}): StationReport => ({
  id: 'r1',
  kind,
  is: 'new',
  alarm: 'a1',
  at: wallTime(0),
  zone: { id: 'front-door', number: 5, name: 'Front door' },
  user: 7,
  text: null,
  ...change,
});
const words = (change: Partial<Dc09Words> = {}): Dc09Words => ({
  account: '1234',
  format: 'SIA-DCS',
  area: 1,
  codes: REPORT_CODES,
  texts: 'none',
  ...change,
});
const sia = (report: StationReport, change: Partial<Dc09Words> = {}): string =>
  dc09Body(report, words(change), 'full').data;
const cid = (report: StationReport, change: Partial<Dc09Words> = {}): string =>
  dc09Body(report, words({ format: 'ADM-CID', ...change }), 'full').data;

describe('the code table', () => {
  const table: readonly (readonly [kind: ReportKind, cid: string, sia: string, restore?: string])[] = [
    ['personal-audible', '120', 'PA'],
    ['personal-silent', '122', 'HA'],
    ['duress', '121', 'HA'],
    ['perimeter', '131', 'BA', 'BR'],
    ['interior', '132', 'BA', 'BR'],
    ['entry-route', '134', 'BA', 'BR'],
    ['day-zone', '133', 'BA', 'BR'],
    ['confirmed', '139', 'BV'],
    ['cancel', '406', 'BC'],
    ['zone-tamper', '144', 'TA', 'TR'],
    ['hub-tamper', '137', 'TA', 'TR'],
    ['fire', '111', 'FA', 'FR'],
    ['jamming', '344', 'XQ', 'XH'],
    ['supervision-lost', '381', 'UY', 'UJ'],
    ['battery-low', '384', 'XT', 'XR'],
    ['mains-lost', '301', 'AT', 'AR'],
    ['mains-cut', '301', 'AT', 'AR'],
    ['hub-battery-low', '302', 'YT', 'YR'],
    ['path-lost', '350', 'YC', 'YK'],
    ['restart', '305', 'YW'],
    ['set', '401', 'CL'],
    ['unset', '401', 'OP'],
    ['part-set', '441', 'CG'],
    ['bypass', '570', 'BB', 'BU'],
    ['lockout', '461', 'JA'],
    ['test-manual', '601', 'RX'],
    ['test-periodic', '602', 'RP'],
    ['alarm-other', '140', 'BA'],
    ['trouble-other', '300', 'YX'],
  ];
  for (const [kind, three, two, restore] of table) {
    it(`${kind} is ${three} and ${two}`, () => {
      expect(cid(about(kind))).toContain(`${three} `);
      expect(sia(about(kind))).toMatch(new RegExp(`/${two}\\d`));
      if (restore !== undefined) expect(sia(about(kind, { is: 'restore' }))).toContain(`/${restore}`);
    });
  }
  for (const kind of kinds) {
    it(`${kind} has codes of the right form`, () => {
      expect(REPORT_CODES[kind]).toMatchObject({
        cid: expect.stringMatching(/^\d{3}$/),
        sia: expect.stringMatching(/^[A-Z]{2}$/),
        siaRestore: expect.stringMatching(/^[A-Z]{2}$/),
      });
    });
  }
});

describe('what goes into a message', () => {
  const table: readonly (readonly [name: string, got: string, want: string])[] = [
    ['a zone', sia(about('perimeter')), '#1234|Nri1/BA005'],
    ['its restore', sia(about('perimeter', { is: 'restore' })), '#1234|Nri1/BR005'],
    ['with its name', sia(about('perimeter'), { texts: 'names' }), '#1234|Nri1/BA005^Front door^'],
    ['a user in place of the zone', sia(about('set')), '#1234|Nri1/CL007'],
    ['nobody', sia(about('set', { user: 0 })), '#1234|Nri1/CL000'],
    ['the hub itself is area 0', sia(about('mains-lost', { zone: null })), '#1234|Nri0/AT000'],
    ['another area', sia(about('perimeter'), { area: 12 }), '#1234|Nri12/BA005'],
    ['a word of its own', sia(about('trouble-other', { zone: null, text: 'disk' })), '#1234|Nri0/YX000^disk^'],
    [
      'no code of its own and no word: what it is',
      sia(about('alarm-other', { zone: null })),
      '#1234|Nri1/BA000^alarm-other^',
    ],
    [
      'an entry by force',
      sia(about('pre-alert', { text: 'forced' }), { texts: 'names' }),
      '#1234|Nri1/BG005^forced Front door^',
    ],
    ['Contact ID', cid(about('perimeter')), '#1234|1131 01 005'],
    ['Contact ID, restore', cid(about('perimeter', { is: 'restore' })), '#1234|3131 01 005'],
    ['Contact ID, set', cid(about('set')), '#1234|3401 01 007'],
    ['Contact ID, unset', cid(about('unset')), '#1234|1401 01 007'],
    ['Contact ID, the hub', cid(about('mains-lost', { zone: null })), '#1234|1301 00 000'],
    [
      'a zone number beyond three digits',
      sia(about('fire', { zone: { id: 'x', number: 1000, name: 'x' } })),
      '#1234|Nri1/FA999',
    ],
    ['an override', sia(about('perimeter'), { codes: codesWith({ perimeter: { sia: 'BX' } }) }), '#1234|Nri1/BX005'],
    [
      'an override leaves the rest',
      sia(about('fire'), { codes: codesWith({ perimeter: { sia: 'BX' } }) }),
      '#1234|Nri1/FA005',
    ],
    [
      'in the plainest words: an alarm',
      dc09Body(about('personal-silent'), words({ texts: 'names' }), 'plain').data,
      '#1234|Nri1/BA005^personal-silent^',
    ],
    ['in the plainest words: the rest', dc09Body(about('set'), words(), 'plain').data, '#1234|Nri0/YX005^set^'],
    [
      'in the plainest words, Contact ID',
      dc09Body(about('fire'), words({ format: 'ADM-CID' }), 'plain').data,
      '#1234|1140 01 005',
    ],
  ];
  for (const [name, got, want] of table) it(name, () => expect(got).toBe(want));

  it('Contact ID has its text in a field of its own', () => {
    expect(dc09Body(about('perimeter'), words({ format: 'ADM-CID', texts: 'names' }), 'full').extras).toEqual([
      'IFront door',
    ]);
  });

  it('no name breaks the frame, whatever the config says', () => {
    const some = fc.record({
      kind: fc.constantFrom(...kinds),
      name: fc.string({ unit: 'binary', maxLength: 80 }),
      text: fc.option(fc.string({ unit: 'binary' })),
      number: fc.integer(),
    });
    fc.assert(
      fc.property(
        some,
        fc.constantFrom('SIA-DCS' as const, 'ADM-CID' as const),
        fc.constantFrom('full' as const, 'plain' as const),
        ({ kind, name, text, number }, format, form) => {
          const report = about(kind, { text, zone: { id: 'z', number, name } });
          const body = dc09Body(report, words({ format, texts: 'names' }), form);
          const message = { ...body, sequence: 1, receiver: 'R0', line: 'L0', account: '1234', time: wallTime(0) };
          const decoded = decodeMessage(encodeMessage(message, null), null);
          expect(decoded).toMatchObject({ ok: true, message });
          expect(body.data.length + body.extras.join('').length).toBeLessThan(100);
        },
      ),
    );
  });
});

describe('the same as an object', () => {
  const message = (report: StationReport, card: object | null = null) =>
    reportMessage(report, { hub: 'hub-7f3a', codes: REPORT_CODES, card: card === null ? null : { risk: 'high' } });

  it('says what, where and when', () => {
    expect(message(about('perimeter'))).toEqual({
      type: 'report',
      hub: 'hub-7f3a',
      id: 'r1',
      kind: 'perimeter',
      is: 'new',
      severity: 'alarm',
      alarm: 'a1',
      atMs: 0,
      zone: { id: 'front-door', number: 5, name: 'Front door' },
      user: 7,
      text: null,
      codes: { cid: '1131', sia: 'BA' },
    });
  });

  const cards: readonly (readonly [name: string, report: StationReport, has: boolean])[] = [
    ['an alarm', about('perimeter'), true],
    ['a call for help', about('personal-silent'), true],
    ['its restore', about('perimeter', { is: 'restore' }), false],
    ['its end', about('cancel'), false],
    ['nobody ended it', about('expired'), false],
    ['a fault', about('mains-lost', { alarm: null }), false],
    ['set', about('set', { alarm: null }), false],
    ['a test', about('test-periodic', { alarm: null }), false],
    ['a pre-alert', about('pre-alert', { alarm: null }), false],
  ];
  for (const [name, report, has] of cards) {
    it(`${name} ${has ? 'carries' : 'does not carry'} the card`, () => expect('card' in message(report, {})).toBe(has));
  }
  it('without the config’s word there is no card', () => expect('card' in message(about('perimeter'))).toBe(false));
  const severities: readonly (readonly [ReportKind, string])[] = [
    ['duress', 'help'],
    ['fire', 'alarm'],
    ['mains-lost', 'fault'],
    ['mains-cut', 'alarm'],
    ['set', 'routine'],
  ];
  for (const [kind, severity] of severities)
    it(`${kind} is ${severity}`, () => expect(message(about(kind))).toMatchObject({ severity }));
});

describe('numbers', () => {
  const numbering = {
    zones: new Map([['front-door', { number: 5, name: 'Front door' }]]),
    users: new Map([['p1', 3]]),
  };
  const report = (change: object) =>
    stationReport({ ...what('perimeter', change), id: 'r1', at: null, to: {} }, numbering);
  it('a zone has its number and name', () =>
    expect(report({ zone: zone('front-door') }).zone).toEqual({ id: 'front-door', number: 5, name: 'Front door' }));
  it('one the config knows no more is number 0', () =>
    expect(report({ zone: zone('old') }).zone).toEqual({ id: 'old', number: 0, name: 'old' }));
  it('a person is a number', () => expect(report({ by: 'p1' }).user).toBe(3));
  it('one without a number is nobody', () => expect(report({ by: 'p2' }).user).toBe(0));
  it('the id of a person never goes along', () => expect(JSON.stringify(report({ by: 'p1' }))).not.toContain('p1'));
});
