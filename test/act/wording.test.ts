import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compose, type TextSubject } from '../../src/act/wording.ts';
import type { AlarmKind } from '../../src/alarm/plan.ts';
import type { Wording } from '../../src/escalate/plan.ts';
import type { TextPurpose } from '../../src/escalate/state.ts';

const KINDS: readonly AlarmKind[] = ['intruder', 'personal', 'duress', 'tamper', 'fire', 'fault', 'test'];
const WORDINGS: readonly Wording[] = ['neutral', 'coded', 'plain'];
const PURPOSES: readonly TextPurpose[] = [
  'step',
  'last-resort',
  'seen',
  'stand-down',
  'expired',
  'path-down',
  'test',
  'prove',
  'answer',
];
const NUMBERS: readonly (string | null)[] = ['4821', null];

// The table of 3GPP TS 23.038, written down a second time so that a slip in the first one shows.
const GSM7 = /^[@£$¥èéùìòÇØøÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !"#¤%&'()*+,\-./0-9:;<=>?¡A-ZÄÖÑÜ§¿a-zäöñüà]{1,160}$/u;

const subject = (change: Partial<TextSubject>): TextSubject => ({
  kind: 'intruder',
  purpose: 'step',
  wording: 'neutral',
  asks: null,
  number: '4821',
  zoneNames: ['Front door'],
  ...change,
});

describe('every text is one segment of the GSM alphabet', () => {
  const long = [
    'Kellertür zum Garten hinter dem alten Schuppen',
    '客厅的门 🚪',
    'Łazienka [góra] {2} ~ € ^ \\ |',
    '',
    ...Array(40).fill('Hall'),
  ];
  for (const kind of KINDS) {
    for (const wording of WORDINGS) {
      for (const purpose of PURPOSES) {
        for (const number of NUMBERS) {
          it(`${kind}, ${wording}, ${purpose}, ${number ?? 'no number'}`, () => {
            expect(compose({ kind, wording, purpose, number, asks: null, zoneNames: long })).toMatch(GSM7);
          });
        }
      }
    }
  }
  it('whatever the zones are called', () => {
    fc.assert(
      fc.property(
        fc.array(fc.string({ unit: 'binary', maxLength: 200 }), { maxLength: 20 }),
        fc.constantFrom(...KINDS),
        fc.constantFrom(...WORDINGS),
        (zoneNames, kind, wording) => {
          const body = compose(subject({ kind, wording, zoneNames }));
          expect(body).toMatch(GSM7);
          expect(body).toContain('OK 4821');
        },
      ),
    );
  });
});

describe('words', () => {
  const rows: readonly [string, Partial<TextSubject>, string][] = [
    ['neutral', {}, 'Please ring me now. Reply OK 4821 when seen.'],
    ['neutral, fire', { kind: 'fire' }, 'Please ring me now. Reply OK 4821 when seen.'],
    ['neutral, last resort', { purpose: 'last-resort' }, 'Please ring me now. Reply OK 4821 when seen.'],
    ['no number left', { number: null }, 'Please ring me now.'],
    ['coded', { wording: 'coded', kind: 'duress' }, 'Ref 2. Please ring me now. Reply OK 4821 when seen.'],
    ['plain', { wording: 'plain' }, 'Intruder alarm: Front door. Please ring me now. Reply OK 4821 when seen.'],
    [
      'plain, no zone',
      { wording: 'plain', kind: 'fault', zoneNames: [] },
      'Fault of the alarm system. Please ring me now. Reply OK 4821 when seen.',
    ],
    [
      'plain, duress',
      { wording: 'plain', kind: 'duress', zoneNames: [] },
      'Alarm under duress. Do not ring me, get help. Reply OK 4821 when seen.',
    ],
    [
      'test',
      { purpose: 'test', kind: 'test', wording: 'plain' },
      'TEST only, nothing has happened. Reply OK 4821 when seen.',
    ],
    ['expired', { purpose: 'expired', number: null }, 'Nobody has closed my last message for a day.'],
    [
      'names are cut',
      { wording: 'plain', zoneNames: ['Kellertür zum Garten hinter dem Schuppen'] },
      'Intruder alarm: Kellertür zum Garten hinter.. . Please ring me now. Reply OK 4821 when seen.'.replace(
        '.. .',
        '...',
      ),
    ],
    [
      'names left out are counted',
      { wording: 'plain', zoneNames: Array(10).fill('Conservatory') },
      `Intruder alarm: ${Array(6).fill('Conservatory').join(', ')} +4. Please ring me now. Reply OK 4821 when seen.`,
    ],
    [
      'letters the alphabet lacks',
      { wording: 'plain', zoneNames: ['Łazienka góra', 'Çatı'] },
      'Intruder alarm: azienka gora, Çat. Please ring me now. Reply OK 4821 when seen.',
    ],
    [
      'letters it has, and one that only looks like two of them',
      { wording: 'plain', zoneNames: ['Küche Über §7', 'x\u0727'] },
      'Intruder alarm: Küche Über §7, x. Please ring me now. Reply OK 4821 when seen.',
    ],
  ];
  for (const [name, change, words] of rows) it(name, () => expect(compose(subject(change))).toBe(words));

  it('neutral words are the same for every kind and zone', () => {
    const all = KINDS.filter((kind) => kind !== 'test').map((kind) => compose(subject({ kind, zoneNames: [kind] })));
    expect(new Set(all).size).toBe(1);
  });
});
