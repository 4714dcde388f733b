import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { PanelState } from '../../src/alarm/state.ts';
import { phaseOf } from '../../src/alarm/view.ts';
import { instant } from '../../src/base/time.ts';
import { crowded, type Move, ordinary, pauses, secret, told, walked } from './chance.ts';
import { arm, closure, detect, disarm, type Happening, hit, open, outage, panic, press, walk } from './happenings.ts';
import { passTo, settledWorld, traceOf, type World } from './world.ts';

// Two houses side by side: in one a silent call is made or a duress code given, in the other its ordinary twin happens:
// nothing, or the true code of the same person. Whoever stands on site must not be able to tell which house it is.

interface Pair {
  readonly pause: number;
  readonly secretly: Happening;
  /** Null: nothing at all happens in the ordinary house. */
  readonly ordinarily: Happening | null;
}

/** The ordinary twin of a secret happening. */
function twinOf(what: Happening): Happening | null {
  if (what.label.startsWith('disarm by duress')) return disarm('resident', { source: sourceOf(what) });
  if (what.label.startsWith('disarm by visitor-duress')) return disarm('visitor', { source: sourceOf(what) });
  const mode = /^arm (away|home|night) code=duress/.exec(what.label)?.[1];
  if (mode === 'away' || mode === 'home' || mode === 'night') return arm(mode, { source: sourceOf(what) });
  return null;
}

const sourceOf = (what: Happening): string => /source=(\S+)/.exec(what.label)?.[1] ?? 'mqtt:anonymous';

const pairs: fc.Arbitrary<readonly Pair[]> = fc.array(
  fc
    .record({
      pause: pauses,
      both: fc.oneof(
        { weight: 4, arbitrary: ordinary.map((what) => ({ secretly: what, ordinarily: what })) },
        { weight: 1, arbitrary: secret.map((what) => ({ secretly: what, ordinarily: twinOf(what) })) },
      ),
    })
    .map(({ pause, both }) => ({ pause, ...both })),
  { minLength: 1, maxLength: 50, size: 'max' },
);

/** The same in houses where somebody tries the detectors now and then: a press is tried there, and a hold calls. */
const walkedPairs: fc.Arbitrary<readonly Pair[]> = fc.array(
  fc
    .record({
      pause: pauses,
      both: fc.oneof(
        { weight: 4, arbitrary: walked.map((what) => ({ secretly: what, ordinarily: what })) },
        { weight: 1, arbitrary: fc.constant({ secretly: press('fob', 'hold'), ordinarily: null }) },
        {
          weight: 1,
          arbitrary: fc.constant({ secretly: walk('resident', 10, 'threat'), ordinarily: walk('resident') }),
        },
        { weight: 1, arbitrary: fc.constant({ secretly: disarm('duress'), ordinarily: disarm() }) },
      ),
    })
    .map(({ pause, both }) => ({ pause, ...both })),
  { minLength: 1, maxLength: 40, size: 'max' },
);

/** Runs both houses and compares everything that can be told on site after every happening. */
function compare(story: readonly Pair[]): void {
  const one = settledWorld(crowded);
  const other = settledWorld(crowded);
  for (const [index, pair] of story.entries()) {
    const marks = [one.effects.length, other.effects.length] as const;
    const at = instant(Math.max(one.now, other.now) + pair.pause);
    passTo(one, at);
    passTo(other, at);
    const isPanic = pair.secretly.label.startsWith('PANIC');
    const answer = isPanic ? answerToModeInForce(other) : null;
    pair.secretly.run(one);
    pair.ordinarily?.run(other);
    const seen = traceOf(one, one.effects.slice(marks[0]));
    const ordinarySeen = traceOf(other, other.effects.slice(marks[1]));
    const where = told(story.slice(0, index + 1).map(({ pause, secretly }): Move => ({ pause, what: secretly })));
    expect(answer === null ? seen : withoutAnswer(seen, answer), where).toBe(ordinarySeen);
    expect(restOf(one.devices), where).toBe(restOf(other.devices));
  }
}

/** What setting the mode in force would be answered now, by somebody who may; unset, an order that changes nothing. */
function answerToModeInForce(world: World): string {
  const copy: World = { ...world, devices: new Map(world.devices), effects: [], panel: unlocked(world.panel) };
  const mode = copy.panel.set?.mode;
  if (mode !== undefined || phaseOf(copy.panel) !== 'disarmed') arm(mode ?? 'home', { source: 'probe' }).run(copy);
  else disarm('visitor', { source: 'probe' }).run(copy);
  return JSON.stringify(copy.effects.filter((effect) => effect.type === 'reply').map((effect) => effect.answer));
}

const unlocked = (panel: PanelState): PanelState => ({
  ...panel,
  lockout: { ...panel.lockout, site: { ...panel.lockout.site, lockedUntil: null } },
});

/** Takes the answer to PANIC out of a trace, if it is the one that was to be expected. */
function withoutAnswer(trace: string, expected: string): string {
  const parts = JSON.parse(trace) as [unknown, unknown, unknown, { readonly answer: unknown }[], unknown];
  expect(JSON.stringify(parts[3].map((reply) => reply.answer).slice(-1))).toBe(expected);
  return JSON.stringify([parts[0], parts[1], parts[2], parts[3].slice(0, -1), parts[4]]);
}

const restOf = (devices: World['devices']): string => JSON.stringify([...devices]);

describe('a silent call or a duress code', () => {
  it('leaves no trace on site, whatever else happens', () => {
    fc.assert(fc.property(pairs, compare), { numRuns: 200 });
  });

  it('leaves none beside a walk test either', () => {
    fc.assert(fc.property(walkedPairs, compare), { numRuns: 100 });
  });

  it('is tried in every way the generator promises', () => {
    const labels = fc.sample(secret, { numRuns: 400, seed: 7 }).map((what) => what.label.split(' ')[0]);
    expect(new Set(labels)).toEqual(new Set(['press', 'PANIC', 'disarm', 'arm']));
  });

  const same = (what: Happening): Omit<Pair, 'pause'> => ({ secretly: what, ordinarily: what });
  const ways: readonly (readonly [string, readonly Pair[]])[] = [
    ['a press of the silent button', [{ pause: 0, secretly: press('fob'), ordinarily: null }]],
    [
      'duress in a sounding alarm, and another alarm after it',
      [
        { pause: 0, ...same(arm('home')) },
        { pause: 1000, ...same(open('window')) },
        { pause: 1000, secretly: disarm('duress'), ordinarily: disarm('resident') },
        { pause: 1000, ...same(arm('night', { bypass: ['window'] })) },
        { pause: 9000, ...same(open('study')) },
        { pause: 90_000_000, ...same(disarm('visitor')) },
      ],
    ],
    [
      'PANIC while armed, in an entry delay and in an alarm',
      [
        { pause: 0, ...same(arm('home')) },
        { pause: 1000, secretly: panic(), ordinarily: null },
        { pause: 1000, ...same(open('door')) },
        { pause: 1000, secretly: panic(), ordinarily: null },
        { pause: 9000, secretly: panic(), ordinarily: null },
      ],
    ],
    [
      'a silent call that is open while the service closes the alarm that sounds',
      [
        { pause: 0, secretly: press('fob'), ordinarily: null },
        { pause: 10, ...same(arm('home')) },
        { pause: 1000, ...same(open('window')) },
        { pause: 1000, ...same(closure('a1')) },
      ],
    ],
    [
      'a call through a restart',
      [
        { pause: 0, secretly: press('fob'), ordinarily: null },
        { pause: 500, ...same(outage(20)) },
        { pause: 500, ...same(hit('frame')) },
      ],
    ],
    [
      'more alarms hidden than are kept, one after another',
      Array.from({ length: 120 }, () => [
        { pause: 1000, ...same(press('bell')) },
        { pause: 1000, secretly: disarm('duress'), ordinarily: disarm('resident') },
      ]).flat(),
    ],
    [
      'more alarms shown than are kept, some hidden before',
      [
        ...Array.from({ length: 60 }, () => [
          { pause: 1000, ...same(press('bell')) },
          { pause: 1000, secretly: disarm('duress'), ordinarily: disarm('resident') },
        ]).flat(),
        ...Array.from({ length: 60 }, () => ({ pause: 30_000, ...same(detect('smoke')) })),
      ],
    ],
  ];
  it.each(ways)('%s leaves none', (_name, story) => compare(story));
});
