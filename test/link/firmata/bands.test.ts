import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type AnalogReads, sample, unsettled } from '../../../src/link/firmata/bands.ts';

/** Shorted below 0.2, closed to 0.4, open to 0.6, cut above. */
const loop: AnalogReads = { loop: { short: 0.2, closed: 0.4, open: 0.6 } };
const level: AnalogReads = { above: 0.5, hysteresis: 0.1 };
const narrow: AnalogReads = { loop: { short: 0.2, closed: 0.4, open: 0.41 } };

/** What is said after each sample. */
function words(reads: AnalogReads, shares: readonly number[]): string {
  let now = unsettled;
  return shares
    .map((share) => {
      now = sample(now, reads, share);
      return now.word ?? '-';
    })
    .join(' ');
}

const stories: readonly (readonly [what: string, reads: AnalogReads, shares: readonly number[], said: string])[] = [
  ['one sample says nothing yet', loop, [0.3], '-'],
  ['two samples do', loop, [0.3, 0.3], '- closed'],
  ['two in different bands are the second', loop, [0.3, 0.5], '- open'],
  ['shorted', loop, [0, 0.01], '- short'],
  ['at the lower edge of a band it is in it', loop, [0.2, 0.2], '- closed'],
  ['just below it it is in the one before', loop, [0.1999, 0.1999], '- short'],
  ['open', loop, [0.4, 0.59], '- open'],
  ['cut', loop, [0.6, 1], '- cut'],
  ['a converter that says more than all is still cut', loop, [1.01, 1.01], '- cut'],
  ['a change is told at its second sample', loop, [0.3, 0.3, 0.5, 0.5], '- closed closed open'],
  ['a single spike is none', loop, [0.3, 0.3, 0.9, 0.3, 0.3], '- closed closed closed closed'],
  ['spikes between quiet samples are none', loop, [0.3, 0.3, 0.9, 0.3, 0, 0.3], '- closed closed closed closed closed'],
  ['a joint that swings between open and cut is not closed', loop, [0.3, 0.3, 0.5, 0.9], '- closed closed cut'],
  ['and is not closed either way about', loop, [0.3, 0.3, 0.9, 0.5], '- closed closed open'],
  ['a slow cable passes through a band without telling it', loop, [0.3, 0.3, 0.5, 0.9, 0.9], '- closed closed cut cut'],
  [
    'noise at an edge keeps what was told',
    loop,
    [0.3, 0.3, 0.401, 0.408, 0.399, 0.405],
    '- closed closed closed closed closed',
  ],
  [
    'the same noise from the other side too',
    loop,
    [0.5, 0.5, 0.399, 0.392, 0.401, 0.391],
    '- open open open open open',
  ],
  ['beyond the noise it changes', loop, [0.3, 0.3, 0.411, 0.411], '- closed closed open'],
  ['a narrow band can still be reached from below', narrow, [0.3, 0.3, 0.405, 0.405], '- closed closed open'],
  ['and from above', narrow, [0.9, 0.9, 0.405, 0.405], '- cut cut open'],
  ['a level above its limit', level, [0.51, 0.51], '- on'],
  ['a level at its limit is not above it', level, [0.5, 0.5], '- off'],
  ['a level stays on within its hysteresis', level, [0.6, 0.6, 0.41, 0.41], '- on on on'],
  ['a level goes off below it', level, [0.6, 0.6, 0.39, 0.39], '- on on off'],
  ['a level off comes on only above the limit', level, [0.3, 0.3, 0.49, 0.49], '- off off off'],
  ['a single spike of a level is none', level, [0.3, 0.3, 0.9, 0.3], '- off off off'],
];

describe('words from samples', () => {
  for (const [what, reads, shares, said] of stories) {
    it(what, () => expect(words(reads, shares)).toBe(said));
  }
});

const share = fc.double({ min: 0, max: 1, noNaN: true });

describe('whatever is sampled', () => {
  it('two equal samples that are well inside a band are that band', () => {
    fc.assert(
      fc.property(
        fc.array(share),
        fc.constantFrom([0.1, 'short'], [0.3, 'closed'], [0.5, 'open'], [0.8, 'cut'] as const),
        (before, [end, word]) => {
          expect(
            words(loop, [...before, Number(end), Number(end)])
              .split(' ')
              .at(-1),
          ).toBe(word);
        },
      ),
    );
  });

  it('never changes its word at two samples that follow each other', () => {
    fc.assert(
      fc.property(fc.array(share, { minLength: 3 }), (shares) => {
        const said = words(loop, shares).split(' ');
        for (let at = 2; at < said.length; at += 1) {
          expect(said[at] === said[at - 1] || said[at - 1] === said[at - 2]).toBe(true);
        }
      }),
    );
  });
});
