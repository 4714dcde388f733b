import fc from 'fast-check';
import type { ArmedMode } from '../../src/alarm/plan.ts';
import { duration, instant } from '../../src/base/time.ts';
import {
  acknowledge,
  alive,
  arm,
  close,
  closure,
  detect,
  disarm,
  dry,
  endWalk,
  fault,
  type Happening,
  hit,
  leak,
  motionOff,
  motionOn,
  offline,
  online,
  open,
  openInstaller,
  outage,
  panic,
  press,
  several,
  tamper,
  tamperOver,
  walk,
  wrongCode,
} from './happenings.ts';
import { house, type Plan } from './plans.ts';
import { passTo, type World } from './world.ts';

/** A house with short times, so that delays, sirens and calls overlap often. */
export const crowded: Plan = house({
  delays: { away: [7, 5], home: [0, 6], night: [4, 3] },
  siren: { duration: 23, trips: 2 },
  zones: {
    door: { type: 'entry', finalDoor: true, forcedEntry: 'alarm', supervision: 120 },
    side: { type: 'entry', modes: ['away', 'night'], entryDelay: 2, debounceMs: 300 },
    window: { type: 'perimeter', supervision: 90 },
    loft: { type: 'perimeter', modes: ['away'] },
    hall: { type: 'interior', modes: ['away'] },
    study: { type: 'interior', modes: ['away', 'night'], by: 'contact' },
    frame: { type: 'tremor', guards: 'door', hits: 3 },
    wall: { type: 'tremor', modes: ['away', 'night'], hits: 2, within: 4 },
    fob: { type: 'panic' },
    bell: { type: 'panic', audible: true },
    box: { type: 'tamper' },
    smoke: { type: 'fire' },
    water: { type: 'technical' },
    grid: { type: 'mains' },
    cell: { type: 'hub_battery' },
    gate: { type: 'notice' },
    chime: { type: 'chime' },
  },
  others: ['keypad'],
});

const CONTACTS = [
  'door',
  'door',
  'door',
  'side',
  'side',
  'window',
  'loft',
  'study',
  'box',
  'gate',
  'chime',
  'grid',
  'cell',
];
const modes = fc.constantFrom('away' as const, 'home' as const, 'night' as const);
const holders = fc.constantFrom('resident' as const, 'visitor' as const, 'installer' as const, 'monitor' as const);
const sources = fc.constantFrom('mqtt:anonymous', 'keypad:keypad');
const lists = fc.subarray(['door', 'window', 'hall', 'study', 'box', 'keypad', 'nowhere'], { maxLength: 2 });
const among = <T>(make: (name: string) => T, ...names: string[]): fc.Arbitrary<T> =>
  fc.constantFrom(...names).map(make);

/** Sets a mode and leaves out by name whatever stands in the way, so that stories do not stay unset. */
const armAnyhow = (mode: ArmedMode): Happening => ({
  ...arm(mode),
  run: (world) => {
    const before = world.effects.length;
    arm(mode, { source: 'keypad:hall' }).run(world);
    const answers = world.effects.slice(before).filter((effect) => effect.type === 'reply');
    const inTheWay = answers.flatMap(({ answer }) => (answer.ok ? [] : (answer.zones ?? [])));
    if (inTheWay.length > 0) arm(mode, { bypass: inTheWay, source: 'keypad:hall' }).run(world);
  },
});

/** Anything that can happen to a house, none of it secret. */
export const ordinary: fc.Arbitrary<Happening> = fc.oneof(
  { weight: 5, arbitrary: among(open, ...CONTACTS) },
  { weight: 4, arbitrary: among(close, ...CONTACTS) },
  { weight: 3, arbitrary: among(detect, 'hall', 'hall', 'smoke', 'water') },
  { weight: 1, arbitrary: fc.constantFrom(motionOn('hall'), motionOff('hall'), leak('water'), dry('water')) },
  { weight: 3, arbitrary: among(hit, 'frame', 'wall') },
  { weight: 1, arbitrary: fc.constant(press('bell')) },
  { weight: 1, arbitrary: among(tamper, 'keypad', 'door', 'fob') },
  { weight: 1, arbitrary: among(tamperOver, 'keypad', 'door', 'fob') },
  { weight: 1, arbitrary: among(offline, 'door', 'window', 'hall') },
  { weight: 1, arbitrary: among(online, 'door', 'window', 'hall') },
  { weight: 1, arbitrary: among(alive, 'door', 'window', 'hall', 'keypad') },
  {
    weight: 3,
    arbitrary: fc
      .tuple(modes, lists, holders, sources)
      .map(([mode, bypass, code, source]) => arm(mode, { bypass, code, source })),
  },
  { weight: 7, arbitrary: modes.map((mode) => armAnyhow(mode)) },
  { weight: 1, arbitrary: fc.tuple(holders, sources).map(([code, source]) => disarm(code, { source })) },
  { weight: 1, arbitrary: sources.map((source) => wrongCode(source)) },
  { weight: 1, arbitrary: sources.map((source) => several(wrongCode(source), wrongCode(source), wrongCode(source))) },
  { weight: 1, arbitrary: among(closure, 'a1', 'a2', 'a3', 's1', 's2') },
  { weight: 1, arbitrary: among(acknowledge, 'a1', 'a2', 's1') },
  { weight: 1, arbitrary: among(fault, 'disk', 'path:twilio') },
  { weight: 1, arbitrary: fc.integer({ min: 0, max: 40 }).map((length) => outage(length)) },
);

/** The same, with somebody who tries the detectors now and then, and presses buttons to try them. */
export const walked: fc.Arbitrary<Happening> = fc.oneof(
  { weight: 4, arbitrary: ordinary },
  { weight: 2, arbitrary: holders.map((role) => walk(role, 1)) },
  { weight: 1, arbitrary: holders.map(endWalk) },
  { weight: 1, arbitrary: fc.constantFrom(openInstaller(2), disarm()) },
  { weight: 2, arbitrary: among(press, 'fob', 'bell') },
  { weight: 1, arbitrary: among((button) => press(button, 'hold'), 'fob', 'bell') },
);

/** Things that must leave no trace on site. */
export const secret: fc.Arbitrary<Happening> = fc.oneof(
  fc.constant(press('fob')),
  sources.map((source) => panic({ source })),
  fc
    .tuple(fc.constantFrom('duress' as const, 'visitor-duress' as const), sources)
    .map(([code, source]) => disarm(code, { source })),
  fc.tuple(modes, sources).map(([mode, source]) => arm(mode, { code: 'duress', source })),
);

/** Mostly little time between two happenings, now and then a lot. */
export const pauses: fc.Arbitrary<number> = fc.oneof(
  { weight: 20, arbitrary: fc.integer({ min: 0, max: 40 }).map((tenths) => tenths * 100) },
  { weight: 4, arbitrary: fc.integer({ min: 4_000, max: 30_000 }) },
  { weight: 1, arbitrary: fc.integer({ min: 100_000, max: 90_000_000 }) },
);

export interface Move {
  readonly pause: number;
  readonly what: Happening;
}

export const moves = (what: fc.Arbitrary<Happening>, most = 60): fc.Arbitrary<readonly Move[]> =>
  fc.array(fc.record({ pause: pauses, what }), { minLength: 1, maxLength: most, size: 'max' });

/** Plays one move. */
export function play(world: World, { pause, what }: Move): void {
  passTo(world, instant(world.now + duration(pause)));
  what.run(world);
}

/** What a counterexample says. */
export const told = (moves: readonly Move[]): string =>
  moves.map(({ pause, what }) => `+${pause} ms ${what.label}`).join('; ');
