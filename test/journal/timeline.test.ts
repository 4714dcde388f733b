import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../src/base/json.ts';
import { lengthOf, sentenceOf } from '../../src/journal/timeline.ts';

describe('a row in plain English', () => {
  const rows: readonly (readonly [string, JsonObject, string])[] = [
    ['arming', { mode: 'away', by: null, bypassed: [] }, 'Setting to away began.'],
    [
      'arming',
      { mode: 'away', by: 'p1', bypassed: ['hall', 'loft'] },
      'Setting to away began, by p1; left out: hall, loft.',
    ],
    ['disarmed', { by: 'p1', source: 'keypad:k' }, 'The panel was unset, by p1 from keypad:k.'],
    ['entry-started', { zone: 'front-door', delayMs: 30_000 }, 'The entry delay began with front-door, 30 s.'],
    ['alarm-raised', { alarm: 'a1', kind: 'intruder', zones: [] }, 'ALARM a1: intruder.'],
    [
      'alarm-ended',
      { alarm: 'a1', kind: 'intruder', why: 'code', by: 'p1' },
      'Alarm a1 (intruder) ended: code, by p1.',
    ],
    [
      'locked-out',
      { source: 'mqtt:anonymous', forMs: 90_000 },
      'Too many wrong codes: mqtt:anonymous was locked out for 90 s.',
    ],
    ['locked-out', { source: null, forMs: 1_800_000 }, 'Too many wrong codes for 30 min.'],
    ['acknowledged', { alarm: 'a1' }, 'Alarm a1 was seen by ?.'],
    ['clock-stepped', { byMs: -7_200_000 }, 'The clock was set by −2 h.'],
    ['journal-rows-lost', { rows: 12 }, '12 rows could not be kept while the disk refused them.'],
    [
      'of-another-version',
      { zone: 'hall', list: ['a', 'b'], nothing: null },
      'of-another-version: zone hall; list a, b.',
    ],
    ['bare', {}, 'bare.'],
    ['fault', { fault: 'a\nb\u001b[2J{zone}' }, 'Fault: a b [2J{zone}.'],
  ];
  for (const [type, data, words] of rows) {
    it(words, () => {
      expect(sentenceOf(type, data)).toBe(words);
    });
  }
});

describe('a length of time', () => {
  const lengths: readonly (readonly [number, string])[] = [
    [0, '0 ms'],
    [1999, '1999 ms'],
    [2000, '2 s'],
    [119_999, '120 s'],
    [150_000, '2.5 min'],
    [-90_000_000, '−25 h'],
    [200_000_000, '2.3 d'],
  ];
  for (const [ms, words] of lengths) {
    it(`${ms} ms: ${words}`, () => {
      expect(lengthOf(ms)).toBe(words);
    });
  }
});
