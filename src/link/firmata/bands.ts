import type { BoardInput, LoopBands } from '../../hub/ports.ts';

// From samples of a voltage to a word. A wire beside a mains cable, a corroded joint and the edge of a band all make single
// samples that mean nothing, so a word changes only after two in a row, and leaves its band a little later than it entered.

export type LoopWord = 'closed' | 'open' | 'short' | 'cut';
export type LevelWord = 'on' | 'off';
export type AnalogReads = NonNullable<BoardInput['reads']>;

/** What an input says, and how many samples in a row have said otherwise. Null: nothing yet. */
export interface Settled {
  readonly word: LoopWord | LevelWord | null;
  readonly away: number;
}

export const unsettled: Settled = { word: null, away: 0 };

/** At one sample every 20 ms a loop or level has changed for 20 to 40 ms when it is told; a press of 50 ms is seen. */
const samplesInARow = 2;
/** How far beyond the edge of its band a loop stays what it is: ten steps of a 10-bit converter. */
const loopSlack = 0.01;

/**
 * The next sample, as a share of the supply from 0 to 1. Any two samples in a row outside the word's own range end it,
 * even where they are in different bands: a joint that swings between open and cut is not closed.
 */
export function sample(was: Settled, reads: AnalogReads, share: number): Settled {
  const seen = 'loop' in reads ? loopWord(reads.loop, share, was.word) : levelWord(reads, share, was.word);
  if (seen === was.word) return { word: seen, away: 0 };
  const away = was.away + 1;
  return away < samplesInARow ? { word: was.word, away } : { word: seen, away: 0 };
}

function levelWord(
  { above, hysteresis }: { readonly above: number; readonly hysteresis: number },
  share: number,
  was: Settled['word'],
): LevelWord {
  return share > (was === 'on' ? above - hysteresis : above) ? 'on' : 'off';
}

interface Band {
  readonly word: LoopWord;
  readonly from: number;
  readonly to: number;
}

/** In rising order, and without a gap. */
function bandsOf({ short, closed, open }: LoopBands): readonly Band[] {
  return [
    { word: 'short', from: 0, to: short },
    { word: 'closed', from: short, to: closed },
    { word: 'open', from: closed, to: open },
    { word: 'cut', from: open, to: Number.POSITIVE_INFINITY },
  ];
}

function loopWord(loop: LoopBands, share: number, was: Settled['word']): LoopWord {
  const bands = bandsOf(loop);
  const own = bands.findIndex(({ word }) => word === was);
  const band = bands[own];
  if (band !== undefined) {
    const from = band.from - slackInto(bands[own - 1]);
    const to = band.to + slackInto(bands[own + 1]);
    if (share >= from && share < to) return band.word;
  }
  return bands.find(({ to }) => share < to)?.word ?? 'cut';
}

/** No more than a quarter of the neighbour, or a narrow band between two others could never be reached. */
function slackInto(neighbour: Band | undefined): number {
  return neighbour === undefined ? 0 : Math.min(loopSlack, (neighbour.to - neighbour.from) / 4);
}
