import { describe, expect, it } from 'vitest';
import { seconds, wallTime } from '../../src/base/time.ts';
import { type Act, type DeskEvent, type DeskReport, type HubState, NEW_HUB } from '../../src/desk/model.ts';
import { byUrgency, MOST_CASES, MOST_COMMANDS, nextDue, step } from '../../src/desk/reduce.ts';

const RULES = { id: 'h', silentAfter: seconds(90), preAlert: seconds(60) };

const say = (kind: string, change: Partial<DeskReport> = {}): DeskEvent => ({
  type: 'report',
  report: { kind, is: 'new', severity: 'alarm', alarm: null, zone: null, text: null, card: null, ...change },
});
const help = (alarm: string): DeskEvent => say('personal-silent', { severity: 'help', alarm });
const intruder = (alarm: string): DeskEvent => say('perimeter', { alarm, zone: 'Back door' });
const life: DeskEvent = { type: 'life', answers: [] };
const does = (caseId: string, act: Act): DeskEvent => ({ type: 'operator', caseId, by: 'Ada', act });
const ack = (caseId: string): DeskEvent => does(caseId, { is: 'acknowledge' });
const note = (caseId: string, text: string): DeskEvent => does(caseId, { is: 'note', text });
const close = (caseId: string, text = ''): DeskEvent => does(caseId, { is: 'close', outcome: 'other', text });
/** A look at what is due; the hub was heard at this second. */
const tick = (heardAt: number): DeskEvent => ({ type: 'tick', seenAt: wallTime(heardAt * 1000) });

/** The queue as its page shows it: `1 perimeter open*2`, most urgent first. */
function shown({ cases }: HubState): string {
  return cases
    .toSorted(byUrgency)
    .map(({ id, kind, state, over }) => {
      const alerts = state.is === 'open' && state.alerts > 1 ? `*${state.alerts}` : '';
      return `${id.slice(2)} ${kind} ${state.is}${alerts}${over === null ? '' : ' over'}`;
    })
    .join(', ');
}

type Row = readonly [second: number, event: DeskEvent, queue: string, refused?: string];

const stories: readonly (readonly [name: string, rows: readonly Row[]])[] = [
  [
    'a call for help comes before an older intruder',
    [
      [0, intruder('a'), '1 perimeter open'],
      [5, help('b'), '2 personal-silent open, 1 perimeter open'],
    ],
  ],
  [
    'of two alike the older comes first',
    [
      [0, help('a'), '1 personal-silent open'],
      [5, help('b'), '1 personal-silent open, 2 personal-silent open'],
    ],
  ],
  [
    'reports of one alarm are one case',
    [
      [0, intruder('a'), '1 perimeter open'],
      [9, intruder('a'), '1 perimeter open'],
    ],
  ],
  [
    'a worse report of it makes it worse, and rings again',
    [
      [0, intruder('a'), '1 perimeter open'],
      [2, ack('h.1'), '1 perimeter acknowledged'],
      [9, say('personal-audible', { severity: 'help', alarm: 'a' }), '1 personal-audible open'],
    ],
  ],
  ['what comes every evening is for the record alone', [[0, say('set', { severity: 'routine' }), '']]],
  [
    'untouched for 60 s it rings again, and not a second sooner',
    [
      [0, intruder('a'), '1 perimeter open'],
      [59, tick(59), '1 perimeter open'],
      [60, tick(60), '1 perimeter open*2'],
      [119, tick(119), '1 perimeter open*2'],
      [120, tick(120), '1 perimeter open*3'],
    ],
  ],
  [
    'once acknowledged it rings no more',
    [
      [0, intruder('a'), '1 perimeter open'],
      [59, ack('h.1'), '1 perimeter acknowledged'],
      [600, tick(600), '1 perimeter acknowledged'],
    ],
  ],
  [
    'a hub is silent after 90 s, and not a second sooner',
    [
      [0, life, ''],
      [89, tick(0), ''],
      [90, tick(0), '1 silence open'],
      [91, tick(0), '1 silence open'],
    ],
  ],
  [
    'who speaks again is back, and somebody still has to say why it was',
    [
      [90, tick(0), '1 silence open'],
      [100, life, '1 silence open over'],
      [101, ack('h.1'), '1 silence acknowledged over'],
      [110, close('h.1', 'the line was cut'), ''],
    ],
  ],
  [
    'silent again while that is open: the same case rings again',
    [
      [90, tick(0), '1 silence open'],
      [100, life, '1 silence open over'],
      [120, ack('h.1'), '1 silence acknowledged over'],
      [190, tick(100), '1 silence open'],
    ],
  ],
  [
    'a silence that was closed while it lasts is not raised again until the hub was back',
    [
      [90, tick(0), '1 silence open'],
      [95, close('h.1', 'power cut in the street'), ''],
      [300, tick(0), ''],
      [310, life, ''],
      [400, tick(310), '2 silence open'],
    ],
  ],
  [
    'a pre-alert that a code cancels never rings',
    [
      [0, say('pre-alert'), '1 pre-alert waiting'],
      [30, say('pre-alert', { is: 'restore' }), ''],
      [31, say('unset', { severity: 'routine' }), ''],
      [90, tick(90), ''],
    ],
  ],
  [
    'an unset alone cancels it too',
    [
      [0, say('pre-alert'), '1 pre-alert waiting'],
      [30, say('unset', { severity: 'routine' }), ''],
    ],
  ],
  [
    'a pre-alert that nobody cancels rings after 60 s, and not a second sooner',
    [
      [0, say('pre-alert'), '1 pre-alert waiting'],
      [59, tick(59), '1 pre-alert waiting'],
      [60, tick(60), '1 pre-alert open'],
      [120, tick(120), '1 pre-alert open*2'],
    ],
  ],
  [
    'a pre-alert that comes with the mains cut rings at once',
    [
      [0, say('pre-alert', { text: 'mains lost' }), '1 pre-alert open'],
      [30, say('unset', { severity: 'routine' }), '1 pre-alert open over'],
    ],
  ],
  [
    'a pre-alert that waits rings once another one comes with the mains cut',
    [
      [0, say('pre-alert'), '1 pre-alert waiting'],
      [5, say('pre-alert', { text: 'mains lost' }), '1 pre-alert open'],
    ],
  ],
  [
    'somebody tears the hub off the wall during the entry delay: it rings all the same',
    [
      [0, say('pre-alert'), '1 pre-alert waiting'],
      [60, tick(0), '1 pre-alert open'],
      [90, tick(0), '1 pre-alert open, 2 silence open'],
    ],
  ],
  [
    'a code that came too late takes nothing off the queue',
    [
      [0, say('pre-alert'), '1 pre-alert waiting'],
      [60, tick(60), '1 pre-alert open'],
      [61, say('unset', { severity: 'routine' }), '1 pre-alert open over'],
    ],
  ],
  [
    'what still waits can be neither acknowledged nor closed away',
    [
      [0, say('pre-alert'), '1 pre-alert waiting'],
      [1, ack('h.1'), '1 pre-alert waiting', 'Nothing has happened yet'],
      [2, close('h.1', 'x'), '1 pre-alert waiting', 'Nothing has happened yet'],
      [60, tick(60), '1 pre-alert open'],
    ],
  ],
  [
    'a cancelled alarm waits for an outcome',
    [
      [0, intruder('a'), '1 perimeter open'],
      [20, say('cancel', { alarm: 'a' }), '1 perimeter open over'],
      [30, close('h.1'), '1 perimeter open over', 'Say in words'],
      [31, close('h.1', 'her brother came in'), ''],
      [32, close('h.1', 'again'), '', 'This case is closed'],
    ],
  ],
  [
    'a mended fault is over, and its closing door ends no alarm',
    [
      [0, say('mains-lost', { severity: 'fault' }), '1 mains-lost open'],
      [5, intruder('a'), '2 perimeter open, 1 mains-lost open'],
      [6, say('perimeter', { is: 'restore', alarm: 'a' }), '2 perimeter open, 1 mains-lost open'],
      [9, say('mains-lost', { severity: 'fault', is: 'restore' }), '2 perimeter open, 1 mains-lost open over'],
    ],
  ],
  [
    'a note without words is none',
    [
      [0, intruder('a'), '1 perimeter open'],
      [1, note('h.1', ''), '1 perimeter open', 'A note needs words'],
    ],
  ],
  [
    'a hub that cannot be answered is asked for no stand-down',
    [
      [0, say('fire'), '1 fire open'],
      [1, does('h.1', { is: 'stand-down', text: '' }), '1 fire open', 'cannot be asked'],
    ],
  ],
];

describe('stories of one hub', () => {
  for (const [name, rows] of stories) {
    it(name, () => {
      let state = NEW_HUB;
      for (const [second, event, queue, refused] of rows) {
        const done = step(RULES, state, event, wallTime(second * 1000));
        state = done.state;
        expect(`${second}: ${shown(state)}`).toBe(`${second}: ${queue}`);
        if (refused === undefined) expect(done.refused).toBeNull();
        else expect(done.refused).toContain(refused);
      }
    });
  }
});

const run = (events: readonly DeskEvent[]): HubState =>
  events.reduce((state, event, index) => step(RULES, state, event, wallTime(index * 1000)).state, NEW_HUB);

describe('what goes to the hub', () => {
  it('is what was done, in order, once', () => {
    const state = run([help('a'), ack('h.1'), ack('h.1'), note('h.1', 'police are told'), close('h.1', 'she is safe')]);
    expect(state.commands.map(({ id, order, alarm, note: words }) => [id, order, alarm, words])).toEqual([
      ['d2', 'acknowledge', 'a', null],
      ['d3', 'note', 'a', 'police are told'],
      ['d4', 'close', 'a', 'Something else (say what): she is safe'],
    ]);
  });
  it('goes until the hub has answered', () => {
    const before = run([help('a'), ack('h.1'), note('h.1', 'x')]);
    const after = step(RULES, before, { type: 'life', answers: [{ id: 'd2', done: 'done', why: null }] }, wallTime(9));
    expect(after.state.commands.map(({ id }) => id)).toEqual(['d3']);
    expect(after.entries).toEqual([{ caseId: 'h.1', by: 'hub', what: 'acknowledge taken', text: '' }]);
  });
  it('is nothing about an alarm without an id', () => {
    expect(run([say('fire'), ack('h.1'), note('h.1', 'x')]).commands).toEqual([]);
  });
  it('is bounded; what is beyond stays in the record and says so', () => {
    const notes = Array.from({ length: MOST_COMMANDS }, () => note('h.1', 'x'));
    const full = run([help('a'), ...notes]);
    expect(full.commands).toHaveLength(MOST_COMMANDS);
    const more = step(RULES, full, note('h.1', 'one more'), wallTime(0));
    expect(more.state.commands).toHaveLength(MOST_COMMANDS);
    expect(more.entries.map(({ what }) => what)).toEqual(['note', 'note not sent']);
  });
});

describe('bounds', () => {
  it('a hub that raises alarms without end fills no memory, and none goes unsaid', () => {
    const flood = run(Array.from({ length: MOST_CASES + 5 }, (_, index) => intruder(`a${index}`)));
    expect(flood.cases).toHaveLength(MOST_CASES);
    expect(step(RULES, flood, intruder('z'), wallTime(0)).entries).toHaveLength(1);
  });
  it('nothing is due where nothing waits', () => expect(nextDue(run([help('a'), ack('h.1')]))).toBeNull());
  it('the next due is the soonest', () => expect(nextDue(run([say('pre-alert'), help('a')]))).toBe(60_000));
});

describe('what is known of a person', () => {
  it('is put away with the case', () => {
    const open = run([say('duress', { severity: 'help', alarm: 'a', card: { riskLevel: 'high' } })]);
    expect(open.cases[0]?.card).toEqual({ riskLevel: 'high' });
    expect(step(RULES, open, close('h.1', 'x'), wallTime(0)).closed[0]?.card).toBeNull();
  });
  it('is not seen without a word in the record', () => {
    const done = step(RULES, run([help('a')]), does('h.1', { is: 'view-card' }), wallTime(0));
    expect(done.entries).toEqual([{ caseId: 'h.1', by: 'Ada', what: 'viewed the case card', text: '' }]);
  });
});
