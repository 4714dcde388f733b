import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ArmedMode } from '../../src/alarm/plan.ts';
import { phaseOf, sirenWanted, viewOf } from '../../src/alarm/view.ts';
import { instant } from '../../src/base/time.ts';
import { arm, close, detect, disarm, type Happening, open, outage, press } from './happenings.ts';
import { ask, type Model, newModel, phaseIn, shut, trip, unset, wait } from './model.ts';
import { house, type Plan, zoneId } from './plans.ts';
import { passTo, settledWorld, type World } from './world.ts';

// No two times of this house add up to a third, so that no two deadlines fall on one moment by chance.
const measured: Plan = house({
  delays: { away: [7.003, 5.019], home: [0, 6.037], night: [4.051, 3.067] },
  siren: { duration: 23.083, trips: 2 },
  zones: {
    door: { type: 'entry', finalDoor: true },
    side: { type: 'entry', modes: ['away', 'night'], entryDelay: 2.111 },
    back: { type: 'entry', modes: ['away'], entryDelay: 0 },
    window: { type: 'perimeter' },
    loft: { type: 'perimeter', modes: ['away'] },
    hall: { type: 'interior', modes: ['away'] },
    study: { type: 'interior', modes: ['away', 'night'], by: 'contact' },
    wall: { type: 'tremor', modes: ['away', 'night'] },
    fob: { type: 'panic' },
    bell: { type: 'panic', audible: true },
    box: { type: 'tamper' },
    smoke: { type: 'fire' },
    gate: { type: 'notice' },
  },
});

interface Both {
  readonly pause: number;
  readonly what: Happening;
  readonly inModel: (model: Model) => void;
}

const zone = (id: string) => {
  const found = measured.panel.zones.get(zoneId(id));
  if (found === undefined) throw new Error(id);
  return found;
};

type Step = Omit<Both, 'pause'>;
const opens = (id: string): Step => ({
  what: open(id),
  inModel: (model) => {
    if (!model.open.has(id)) trip(measured.panel, model, zone(id));
  },
});
const closes = (id: string): Step => ({
  what: close(id),
  inModel: (model) => {
    if (model.open.has(id)) shut(measured.panel, model, zone(id));
  },
});
const detects = (id: string): Step => ({ what: detect(id), inModel: (model) => trip(measured.panel, model, zone(id)) });
const presses = (id: string): Step => ({ what: press(id), inModel: (model) => trip(measured.panel, model, zone(id)) });
const arms = (mode: ArmedMode, bypass: readonly string[]): Step => ({
  what: arm(mode, { bypass }),
  inModel: (model) => {
    ask(measured.panel, model, mode, bypass);
  },
});

const CONTACTS = ['door', 'door', 'side', 'side', 'back', 'window', 'loft', 'study', 'box', 'gate'];
const modes = fc.constantFrom('away' as const, 'home' as const, 'night' as const);
const steps: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(...CONTACTS).map(opens) },
  { weight: 5, arbitrary: fc.constantFrom(...CONTACTS).map(closes) },
  { weight: 4, arbitrary: fc.constantFrom('hall', 'hall', 'wall', 'smoke').map(detects) },
  { weight: 1, arbitrary: fc.constantFrom('bell', 'fob').map(presses) },
  {
    weight: 7,
    arbitrary: fc
      .tuple(modes, fc.subarray(['door', 'window', 'study', 'hall', 'box']))
      .map(([mode, bypass]) => arms(mode, bypass)),
  },
  { weight: 1, arbitrary: fc.constant<Step>({ what: disarm(), inModel: unset }) },
);
const pauses = fc.oneof(
  { weight: 6, arbitrary: fc.integer({ min: 0, max: 40 }).map((tenths) => tenths * 100) },
  { weight: 2, arbitrary: fc.integer({ min: 4_000, max: 30_000 }) },
);
const stories = fc.array(
  fc.tuple(pauses, steps).map(([pause, step]): Both => ({ pause, ...step })),
  { minLength: 1, maxLength: 40, size: 'max' },
);

interface Seen {
  readonly phase: string;
  readonly siren: boolean;
  readonly delayEnds: number | null;
  readonly out: readonly string[];
}

const seenIn = (world: World): Seen => {
  const view = viewOf(measured.panel, world.panel);
  const out = [...view.bypassedZones].sort();
  return { phase: phaseOf(world.panel), siren: sirenWanted(world.panel), delayEnds: view.delayEndsAt, out };
};

const expectedBy = (model: Model): Seen => ({
  phase: phaseIn(model),
  siren: model.siren,
  delayEnds: model.entryEnds ?? model.exitEnds,
  out: [...model.out].sort(),
});

/** Both panels live through the same story and must agree after every happening, and at every moment in between. */
function agree(story: readonly Both[]): void {
  const world = settledWorld(measured);
  const model = newModel();
  for (const [index, { pause, what, inModel }] of story.entries()) {
    const at = world.now + pause;
    for (const until of [Math.floor((world.now + at) / 2), at]) {
      passTo(world, instant(until));
      wait(measured.panel, model, until);
      expect(seenIn(world), `before ${what.label}, happening ${index}`).toEqual(expectedBy(model));
    }
    what.run(world);
    inModel(model);
    expect(seenIn(world), `after ${what.label}, happening ${index}`).toEqual(expectedBy(model));
  }
}

describe('the panel and a model written from the rules', () => {
  it('agree on phase, siren, delays and bypass through any story', () => {
    fc.assert(fc.property(stories, agree), { numRuns: 500 });
  });

  it('agree although the process stops and starts between any two happenings', () => {
    const restarts = fc.tuple(stories, fc.nat()).map(([story, at]) => withRestart(story, at % story.length));
    fc.assert(fc.property(restarts, agree), { numRuns: 200 });
  });
});

/** A restart that takes no time changes nothing: every contact tells its level again, as it was. */
function withRestart(story: readonly Both[], at: number): readonly Both[] {
  const tellAgain: Happening = {
    label: 'restart',
    run: (world) => {
      const open = new Set(viewOf(measured.panel, world.panel).openZones);
      outage(0).run(world);
      for (const id of CONTACTS) (open.has(zoneId(id)) ? opens(id) : closes(id)).what.run(world);
    },
  };
  // The floor of a restart may lengthen an entry delay; where one runs there is no restart in this story.
  const guardedRestart: Happening = {
    label: tellAgain.label,
    run: (world) => {
      if (world.panel.set?.entry === null || world.panel.set === null) tellAgain.run(world);
    },
  };
  return [...story.slice(0, at), { pause: 100, what: guardedRestart, inModel: () => undefined }, ...story.slice(at)];
}
