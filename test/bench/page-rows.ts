import type { PageFigures, Wire } from './page.ts';
import { spreadOf } from './statistics.ts';
import { beside, figure, notRun, type Row, verdictOf } from './table.ts';

const NAMES = {
  entryWire: 'first load, code pad, compressed',
  homeWire: 'first load, her page, compressed',
  pad: 'slow phone, first load: the pad writes',
  button: 'slow phone, first load: it can be armed',
  tap: 'tap to retained state, by a code',
  idle: 'demo house at rest, one page open',
} as const;

const AIMS = {
  wire: '< 100 kB',
  load: 'p50 < 1 s',
  tap: 'p50 < 1.5 ×',
  idle: '< 1 % of a core',
} as const;

/** The rows of her page where nothing of it could be measured. */
export const pageNotRun = (why: string): readonly Row[] => [
  notRun(NAMES.entryWire, AIMS.wire, why),
  notRun(NAMES.homeWire, AIMS.wire, why),
  notRun(NAMES.pad, AIMS.load, why),
  notRun(NAMES.button, AIMS.load, why),
  notRun(NAMES.tap, AIMS.tap, why),
  notRun(NAMES.idle, AIMS.idle, why),
];

export function pageRows(figures: PageFigures): readonly Row[] {
  const { entryWire, homeWire, pad, button, bare, tap, hash, idle } = figures;
  const alone = ['a bare page', spreadOf(bare)] as const;
  const load = (name: string, times: PageFigures['pad']): Row => {
    const ours = spreadOf(times);
    return beside(name, ours, alone, AIMS.load, () => ours.p50 < 1000);
  };
  return [
    wireRow(NAMES.entryWire, entryWire),
    wireRow(NAMES.homeWire, homeWire),
    load(NAMES.pad, pad),
    load(NAMES.button, button),
    beside(NAMES.tap, spreadOf(tap), ['hash alone', spreadOf(hash)], AIMS.tap, (p50) => p50 < 1.5),
    {
      ...notRun(NAMES.idle, AIMS.idle, ''),
      samples: `${idle.seconds.toFixed(0)} s`,
      ours: `${figure(idle.percent)} %`,
      verdict: verdictOf(idle.percent < 1),
    },
  ];
}

/** kB are 1000 bytes. A load of which nothing came is light, and no load. */
const wireRow = (name: string, { bytes, requests }: Wire): Row => ({
  ...notRun(name, AIMS.wire, ''),
  samples: '1',
  ours: `${figure(bytes / 1000)} kB in ${requests} requests`,
  verdict: verdictOf(bytes > 0 && bytes < 100_000),
});
