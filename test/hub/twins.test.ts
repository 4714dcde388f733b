import { describe, expect, it } from 'vitest';
import { seconds } from '../../src/base/time.ts';
import { planOf } from '../escalate/stations-bench.ts';
import { createFakeStation } from '../link/fake-station.ts';
import { createFakePath } from '../link/texts/fake-path.ts';
import { createFakeClock } from './fakes.ts';
import { BASE, CODE, DURESS, settledWorld, type World } from './world.ts';

// What a silent call leaves on site is held against the same house on an ordinary evening, byte by byte: every topic,
// every order to a device, every local row, all that a page is shown, every line of the program's log. Both worlds live by the same clock.

type Deed = (world: World) => void | Promise<void>;

const home: Deed = (world) => world.orders({ action: 'ARM_HOME', code: CODE, id: 'home' });
const away: Deed = (world) => world.orders({ action: 'ARM_AWAY', code: CODE, id: 'away' });
const breakIn: Deed = (world) => world.says('back-window', { contact: false });
const shut: Deed = (world) => world.says('back-window', { contact: true });
const later: Deed = (world) => world.pass(200);
const nothing: Deed = () => {};

type Paths = 'no path' | 'a path' | 'a service' | 'a service that is down';

async function traceOf(deeds: readonly Deed[], paths: Paths): Promise<readonly string[]> {
  const clock = createFakeClock();
  const isWatched = paths === 'a service' || paths === 'a service that is down';
  const station = createFakeStation();
  if (paths === 'a service that is down') station.always('lose');
  const world = await settledWorld({
    clock,
    texts: paths === 'a path' ? createFakePath(clock.wall) : null,
    ...(isWatched ? { house: { stations: planOf({ supervision: seconds(30) }) }, stations: [station] } : {}),
  });
  const news: string[] = [];
  world.hub.window.watch((one) => {
    const told = one.type === 'telling' ? JSON.stringify(world.hub.window.tellings()) : '';
    news.push(`news ${JSON.stringify(one)}${told}`);
  });
  for (const deed of deeds) {
    await deed(world);
    await world.rest();
  }
  await world.pass(1);
  const local = world.journal.rows
    .filter(({ sealed }) => !sealed)
    .map(({ type, data }) => `row ${type} ${JSON.stringify(data)}`);
  const heard = world.hub.quality().map((device) => `quality ${JSON.stringify(device)}`);
  const shown = [
    `view ${JSON.stringify(world.hub.window.view())}`,
    `told ${JSON.stringify(world.hub.window.tellings())}`,
  ];
  return [...world.heard(), ...local, ...news, ...shown, ...world.journal.activity_, ...world.log.lines, ...heard];
}

/** Reply numbers are drawn at random for each alarm; two ordinary evenings differ in them too. */
const masked = (lines: readonly string[]): readonly string[] =>
  lines.map((line) => line.replace(/OK \d{4}/g, 'OK ####'));

function twins(name: string, silent: readonly Deed[], ordinary: readonly Deed[]): void {
  for (const paths of ['no path', 'a path', 'a service', 'a service that is down'] as const) {
    it(`${name}, with ${paths}`, async () => {
      expect(masked(await traceOf(silent, paths))).toEqual(masked(await traceOf(ordinary, paths)));
    });
  }
}

const press: Deed = (world) => world.says('panic', { action: 'single', battery: 40, linkquality: 33 });
/** As Zigbee2MQTT before 2.0 does for Home Assistant: the same state again, with the action cleared. */
const tailedPress: Deed = (world) => {
  world.says('panic', { action: 'single', battery: 4 });
  world.says('panic', { action: '', battery: 4, linkquality: 33 });
  world.says('panic', { linkquality: 34 });
};
const panic: Deed = (world) => world.orders({ action: 'PANIC', id: 'x' });
const armAgain: Deed = (world) => world.orders({ action: 'ARM_HOME', code: CODE, id: 'x' });
const disarm =
  (code: string): Deed =>
  (world) =>
    world.orders({ action: 'DISARM', code, id: 'off' });
const keypadDisarm =
  (code: string): Deed =>
  (world) =>
    world.says('keypad', { action: 'disarm', action_code: code, action_transaction: 7 });
const keypadPanic: Deed = (world) =>
  world.says('keypad', { action: 'emergency', action_transaction: 9, linkquality: 33 });
const tailedKeypadPanic: Deed = async (world) => {
  await keypadPanic(world);
  world.says('keypad', { action: null, battery: 80, linkquality: 33 });
};

describe('a silent call leaves no trace', () => {
  twins('a press while disarmed', [press, later], [nothing, later]);
  twins('a press while armed', [home, press, later], [home, nothing, later]);
  twins('a press of a button not heard since the start', [press, press], [nothing, nothing]);
  twins('a press that the gateway follows with the rest of its state', [tailedPress, later], [nothing, later]);
  twins('a press in an exit delay', [away, press, later], [away, nothing, later]);
  twins('a press during an alarm', [home, breakIn, press, later], [home, breakIn, nothing, later]);
  twins('a press before an ordinary alarm', [press, home, breakIn, later], [nothing, home, breakIn, later]);
  twins('PANIC is answered as ARM to the mode in force', [home, panic, later], [home, armAgain, later]);
  twins('a call from a keypad', [home, keypadPanic, later], [home, nothing, later]);
  twins('a call from a keypad that tells the rest of its state', [home, tailedKeypadPanic], [home, nothing]);
});

describe('a silent call from a button that was lost', () => {
  const lost: Deed = (world) => world.says('panic/availability', { state: 'offline' });
  const back: Deed = (world) => world.says('panic/availability', { state: 'online' });
  twins('does not bring it back', [lost, back, press, later], [lost, nothing, nothing, later]);
});

describe('a duress code leaves no trace', () => {
  twins('while disarmed', [disarm(DURESS), later], [disarm(CODE), later]);
  twins('while armed', [home, disarm(DURESS), later], [home, disarm(CODE), later]);
  twins('in an exit delay', [away, disarm(DURESS), later], [away, disarm(CODE), later]);
  twins('during an alarm', [home, breakIn, disarm(DURESS), later], [home, breakIn, disarm(CODE), later]);
  twins(
    'and arming anew, and an ordinary alarm after it',
    [home, breakIn, disarm(DURESS), shut, home, breakIn, later],
    [home, breakIn, disarm(CODE), shut, home, breakIn, later],
  );
  twins('on a keypad', [home, keypadDisarm(DURESS), later], [home, keypadDisarm(CODE), later]);
  twins(
    'given for arming',
    [(world) => world.orders({ action: 'ARM_HOME', code: DURESS, id: 'a' }), later],
    [(world) => world.orders({ action: 'ARM_HOME', code: CODE, id: 'a' }), later],
  );
  const guess: Deed = (world) => world.orders({ action: 'DISARM', code: '000000' });
  twins(
    'in a lockout',
    [home, guess, guess, guess, disarm(DURESS), later],
    [home, guess, guess, guess, disarm('111111'), later],
  );
});

describe('and yet it is told', () => {
  it('a press reaches the sealed record and the words for the contact', async () => {
    const world = await settledWorld();
    await press(world);
    await world.rest();
    const sealed = world.journal.rows.filter((row) => row.sealed).map(({ type }) => type);
    expect(sealed).toContain('alarm-raised');
    expect(sealed).toContain('text-not-sent');
  });

  it('a duress code tells the contacts who take duress alarms, and nobody else', async () => {
    const world = await settledWorld();
    world.orders({ action: 'DISARM', code: DURESS });
    await world.rest();
    const told = world.journal.rows.filter(({ type }) => type === 'text-not-sent').map(({ data }) => data['contact']);
    expect(told).toEqual(['sister']);
  });

  it('what a duress code hid is told on', async () => {
    const world = await settledWorld();
    world.orders({ action: 'ARM_HOME', code: CODE });
    await world.rest();
    world.says('back-window', { contact: false });
    await world.rest();
    world.orders({ action: 'DISARM', code: DURESS });
    await world.pass(200);
    const lastResort = world.journal.rows.filter(
      ({ type, data, sealed }) => sealed && type === 'text-not-sent' && data['kind'] === 'intruder',
    );
    expect(lastResort.length).toBeGreaterThan(0);
    expect(world.broker.retained.get(`${BASE}/panel/state`)).toBe('disarmed');
  });
});
