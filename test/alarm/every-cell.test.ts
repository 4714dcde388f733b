import { describe, expect, it } from 'vitest';
import type { ArmedMode } from '../../src/alarm/plan.ts';
import { phaseOf, sirenWanted, viewOf } from '../../src/alarm/view.ts';
import { instant } from '../../src/base/time.ts';
import { arm, detect, dry, type Happening, leak, open, press } from './happenings.ts';
import { house, type Plan } from './plans.ts';
import { localRows, passTo, sealedRows, settledWorld, type World } from './world.ts';

// Every zone type in every mode and phase: what does its trip mean there? The intrusion zones under test are guarded in
// away and night and left out in home, so that each mode shows both. All modes have an exit delay, so that all have all
// phases.

const MODES = ['away', 'night'] as const;
const everywhere: Plan = house({
  delays: { away: [45, 30], home: [45, 30], night: [45, 30] },
  zones: {
    // The zones that bring the panel into a phase; all modes have them.
    'way-in': { type: 'entry' },
    'other-window': { type: 'perimeter' },
    'other-smoke': { type: 'fire' },
    // The zones under test.
    entry: { type: 'entry', modes: MODES },
    perimeter: { type: 'perimeter', modes: MODES },
    interior: { type: 'interior', modes: MODES },
    'interior-contact': { type: 'interior', by: 'contact', modes: MODES },
    panic: { type: 'panic' },
    'panic-audible': { type: 'panic', audible: true },
    tremor: { type: 'tremor', modes: MODES },
    'tremor-guarding': { type: 'tremor', modes: MODES, guards: 'way-in' },
    tamper: { type: 'tamper' },
    fire: { type: 'fire' },
    technical: { type: 'technical' },
    mains: { type: 'mains' },
    hub_battery: { type: 'hub_battery' },
    notice: { type: 'notice' },
    chime: { type: 'chime' },
  },
});

type Outcome =
  /** Nothing at all. */
  | '-'
  /** An entry delay begins. */
  | 'delay'
  /** Remembered within the running entry delay. */
  | 'follows'
  /** An intruder alarm: triggered, siren, told. */
  | 'alarm'
  /** One more zone of the running alarm: logged, not told again as a text. */
  | 'joins'
  /** A silent personal alarm: told, sealed, and nothing on site. */
  | 'help'
  /** An audible personal alarm. */
  | 'HELP'
  | 'fire'
  /** Fire beside a fire alarm that runs. */
  | 'spreads'
  /** Told and shown, no siren, phase unchanged. */
  | 'tamper'
  /** Told, and the siren sounds. */
  | 'TAMPER'
  /** Told as a fault, no siren, phase unchanged. */
  | 'fault'
  /** One row, and nothing else. */
  | 'noted';

type Phase = 'arming' | 'armed' | 'pending' | 'triggered';
const PHASES: readonly Phase[] = ['arming', 'armed', 'pending', 'triggered'];

interface Cells {
  /** Disarmed, and disarmed with a fire alarm sounding. */
  readonly disarmed: readonly [Outcome, Outcome];
  readonly away: readonly [Outcome, Outcome, Outcome, Outcome];
  readonly home: readonly [Outcome, Outcome, Outcome, Outcome];
  readonly night: readonly [Outcome, Outcome, Outcome, Outcome];
}

const always = (quiet: Outcome): Cells => ({
  disarmed: [quiet, quiet],
  away: [quiet, quiet, quiet, quiet],
  home: [quiet, quiet, quiet, quiet],
  night: [quiet, quiet, quiet, quiet],
});

// Columns of a mode: arming, armed, pending, triggered.
const TABLE: Readonly<Record<string, Cells>> = {
  entry: {
    disarmed: ['-', '-'],
    away: ['-', 'delay', 'follows', 'joins'],
    home: ['-', '-', '-', '-'],
    night: ['-', 'delay', 'follows', 'joins'],
  },
  perimeter: {
    disarmed: ['-', '-'],
    away: ['alarm', 'alarm', 'alarm', 'joins'],
    home: ['-', '-', '-', '-'],
    night: ['alarm', 'alarm', 'alarm', 'joins'],
  },
  interior: {
    disarmed: ['-', '-'],
    away: ['-', 'alarm', 'follows', 'joins'],
    home: ['-', '-', '-', '-'],
    night: ['-', 'alarm', 'follows', 'joins'],
  },
  'interior-contact': {
    disarmed: ['-', '-'],
    away: ['-', 'alarm', 'follows', 'joins'],
    home: ['-', '-', '-', '-'],
    night: ['-', 'alarm', 'follows', 'joins'],
  },
  tremor: {
    disarmed: ['-', '-'],
    away: ['alarm', 'alarm', 'alarm', 'joins'],
    home: ['-', '-', '-', '-'],
    night: ['alarm', 'alarm', 'alarm', 'joins'],
  },
  'tremor-guarding': {
    disarmed: ['-', '-'],
    away: ['-', 'alarm', '-', 'joins'],
    home: ['-', '-', '-', '-'],
    night: ['-', 'alarm', '-', 'joins'],
  },
  panic: always('help'),
  'panic-audible': always('HELP'),
  tamper: {
    disarmed: ['tamper', 'tamper'],
    away: ['TAMPER', 'TAMPER', 'TAMPER', 'TAMPER'],
    home: ['TAMPER', 'TAMPER', 'TAMPER', 'TAMPER'],
    night: ['TAMPER', 'TAMPER', 'TAMPER', 'TAMPER'],
  },
  fire: { ...always('fire'), disarmed: ['fire', 'spreads'] },
  technical: always('fault'),
  // Nothing at once: a supply is lost when it has been gone for a while; see supply.test.ts.
  mains: always('-'),
  hub_battery: always('-'),
  // Kept little: with the panel unset a shared path is nobody's business and leaves no row.
  notice: { ...always('noted'), disarmed: ['-', '-'] },
  chime: always('-'),
};

/** Trips the zone under test the way its signal does. */
function tripOf(zone: string): Happening {
  if (zone.startsWith('panic')) return press(zone);
  if (zone === 'technical') return leak(zone);
  const contacts = ['entry', 'perimeter', 'interior-contact', 'tamper', 'notice', 'chime', 'mains', 'hub_battery'];
  return contacts.includes(zone) ? open(zone) : detect(zone);
}

/** Brings a fresh house into the phase; the trip comes 10 s into it. */
function enter(mode: ArmedMode | 'disarmed', phase: Phase | 'disarmed'): World {
  const world = settledWorld(everywhere);
  const at = (s: number, what?: Happening): void => {
    passTo(world, instant(s * 1000));
    what?.run(world);
  };
  if (mode === 'disarmed') {
    if (phase === 'triggered') at(0, detect('other-smoke'));
    at(10);
    return world;
  }
  at(0, arm(mode));
  if (phase === 'arming') {
    at(10);
    return world;
  }
  at(100);
  if (phase === 'pending') at(100, open('way-in'));
  if (phase === 'triggered') at(100, open('other-window'));
  at(110);
  return world;
}

interface Seen {
  readonly phase: string;
  readonly siren: boolean;
  readonly delay: number | null;
}

const look = (world: World): Seen => ({
  phase: phaseOf(world.panel),
  siren: sirenWanted(world.panel),
  delay: viewOf(world.plan.panel, world.panel).delayEndsAt,
});

interface Expected {
  readonly seen: (before: Seen) => Partial<Seen>;
  readonly tells: readonly string[];
  readonly rows: readonly string[];
  readonly sealed: readonly string[];
}

const same = (before: Seen): Partial<Seen> => before;
const sounding = (): Partial<Seen> => ({ phase: 'triggered', siren: true });
const expected = (
  seen: Expected['seen'],
  tells: readonly string[],
  rows: readonly string[],
  sealed: readonly string[] = [],
): Expected => ({ seen, tells, rows, sealed });

const MEANING: Readonly<Record<Outcome, Expected>> = {
  '-': expected(same, [], []),
  delay: expected(() => ({ phase: 'pending', siren: false, delay: 140_000 }), [], ['entry-started']),
  follows: expected(same, [], ['entry-zone']),
  alarm: expected(sounding, ['intruder'], ['alarm-raised']),
  joins: expected(same, [], ['alarm-zone']),
  help: expected(same, ['personal'], [], ['alarm-raised']),
  HELP: expected(sounding, ['personal'], ['alarm-raised']),
  fire: expected(sounding, ['fire'], ['alarm-raised']),
  spreads: expected(sounding, [], ['alarm-zone']),
  tamper: expected(same, ['tamper'], ['alarm-raised']),
  TAMPER: expected(sounding, ['tamper'], ['alarm-raised']),
  fault: expected(same, ['fault'], ['fault', 'alarm-raised']),
  noted: expected(same, [], ['notice']),
};

function cell(zone: string, mode: ArmedMode | 'disarmed', phase: Phase | 'disarmed', outcome: Outcome): void {
  it(`${zone}, ${mode}, ${phase}: ${outcome}`, () => {
    const world = enter(mode, phase);
    const before = look(world);
    world.effects = [];
    tripOf(zone).run(world);
    const wanted = MEANING[outcome];
    expect(look(world)).toMatchObject(wanted.seen(before));
    const told = world.effects.filter((effect) => effect.type === 'tell');
    expect(told.map((effect) => effect.alarm.kind)).toEqual(wanted.tells);
    expect(localRows(world.effects).map((row) => row.row)).toEqual(wanted.rows);
    expect(sealedRows(world.effects).map((row) => row.row)).toEqual(wanted.sealed);
    // A trip that is logged names its zone, and what is told does too.
    if (wanted.tells.length > 0) expect(told[0]?.alarm.zones).toContain(zone);
    if (wanted.rows.length > 0) expect(JSON.stringify(localRows(world.effects))).toContain(zone);
  });
}

describe.each(Object.entries(TABLE))('a %s zone trips', (zone, cells) => {
  cell(zone, 'disarmed', 'disarmed', cells.disarmed[0]);
  cell(zone, 'disarmed', 'triggered', cells.disarmed[1]);
  for (const mode of ['away', 'home', 'night'] as const) {
    for (const [index, phase] of PHASES.entries()) {
      const outcome = cells[mode][index];
      if (outcome !== undefined) cell(zone, mode, phase, outcome);
    }
  }
});

describe('the table', () => {
  it('has a line for every zone type', () => {
    const types = new Set([...everywhere.panel.zones.values()].map((zone) => zone.type));
    const told = new Set(
      Object.keys(TABLE).map((zone) => [...everywhere.panel.zones.values()].find(({ id }) => id === zone)?.type),
    );
    expect(told).toEqual(types);
    expect(types.size).toBe(12);
  });
});

describe('after the trip is over', () => {
  it('a dry cellar ends its fault and not what was told of it', () => {
    const world = enter('disarmed', 'disarmed');
    leak('technical').run(world);
    dry('technical').run(world);
    const view = viewOf(world.plan.panel, world.panel);
    expect([view.faults, view.alarm?.kind]).toEqual([[], 'fault']);
  });
});
