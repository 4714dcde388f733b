import { describe, expect, it } from 'vitest';
import type { Restored } from '../../src/hub/ports.ts';
import { createFakeClock } from './fakes.ts';
import { CODE, DURESS, settledWorld, startWorld, VISITOR, type World } from './world.ts';

/** Stops a hub without a word and starts another on what the journal holds, `stopped` seconds later in the same boot. */
async function again(world: World, stopped = 0): Promise<World> {
  const clock = createFakeClock(world.clock.now() + stopped * 1000);
  return startWorld({ restored: world.journal.restored(), clock });
}

const home = async (world: World): Promise<void> => {
  world.orders({ action: 'ARM_HOME', code: CODE });
  await world.rest();
};
const away = async (world: World): Promise<void> => {
  world.orders({ action: 'ARM_AWAY', code: CODE });
  await world.rest();
};
const open = async (world: World, door: string): Promise<void> => {
  world.says(door, { contact: false });
  await world.rest();
};

const PHASES: readonly (readonly [string, (world: World) => Promise<void>])[] = [
  ['disarmed', async () => {}],
  ['arming', away],
  ['armed_home', home],
  [
    'armed_away',
    async (world) => {
      await away(world);
      await world.pass(46);
    },
  ],
  [
    'pending',
    async (world) => {
      await home(world);
      await open(world, 'front-door');
    },
  ],
  [
    'triggered',
    async (world) => {
      await home(world);
      await open(world, 'back-window');
    },
  ],
];

describe('a start finds the phase it left', () => {
  for (const [phase, reach] of PHASES) {
    it(phase, async () => {
      const world = await settledWorld();
      await reach(world);
      expect(world.state()).toBe(phase);
      expect((await again(world)).state()).toBe(phase);
    });
  }
});

describe('a start without its database, by phase.json alone', () => {
  const EXPECTED: Readonly<Record<string, string>> = {
    // An exit delay counts as over: less would be a guess.
    arming: 'armed_away',
  };
  for (const [phase, reach] of PHASES) {
    it(phase, async () => {
      const world = await settledWorld();
      await reach(world);
      const lost: Restored = { ...world.journal.restored(), parts: null, setAside: 'lantern.db.damaged' };
      const next = await startWorld({ restored: lost });
      expect(next.state()).toBe(EXPECTED[phase] ?? phase);
      expect(next.attributes()['faults']).toContain('database');
    });
  }

  it('neither database nor phase: disarmed, a loud fault, and the personal alarm is live', async () => {
    const next = await startWorld({ restored: { parts: null, phase: null, setAside: null, known: true } });
    expect(next.state()).toBe('disarmed');
    expect(next.attributes()['faults']).toContain('database');
    next.says('loud-panic', { action: 'single' });
    await next.rest();
    expect(next.state()).toBe('triggered');
  });

  it('an alarm that nobody remembers is told all the same', async () => {
    const world = await settledWorld();
    await PHASES[5]?.[1](world);
    const next = await startWorld({ restored: { ...world.journal.restored(), parts: null } });
    expect(next.journal.rows.map(({ type }) => type)).toContain('text-not-sent');
  });
});

describe('what goes on over a stop', () => {
  it('the siren is told again before anything else', async () => {
    const world = await settledWorld();
    await home(world);
    await open(world, 'back-window');
    const next = await again(world, 5);
    const said = next.heard();
    expect(said[0]).toMatch(/^!zigbee2mqtt\/porch\/set|^!zigbee2mqtt\/siren\/set/);
    expect(said.filter((line) => line.startsWith('!zigbee2mqtt/siren/set'))[0]).toContain('"duration":595');
  });

  it('a siren whose case is open is no new alarm', async () => {
    const world = await settledWorld();
    world.says('siren', { tamper: true });
    await world.rest();
    world.orders({ action: 'DISARM', code: CODE, id: 'end' });
    await world.rest();
    const next = await again(world, 5);
    next.says('siren', { tamper: true });
    await next.rest();
    expect(next.attributes()).toMatchObject({ alarm: null, faults: ['tamper:siren'] });
  });

  it('an exit delay ends when it would have', async () => {
    const world = await settledWorld();
    await away(world);
    const next = await again(world, 20);
    await next.pass(24);
    expect(next.state()).toBe('arming');
    await next.pass(2);
    expect(next.state()).toBe('armed_away');
  });

  it('an entry delay that ran out meanwhile leaves ten seconds, once', async () => {
    const world = await settledWorld();
    await home(world);
    await open(world, 'front-door');
    const next = await again(world, 60);
    expect(next.state()).toBe('pending');
    await next.pass(9);
    expect(next.state()).toBe('pending');
    await next.pass(2);
    expect(next.state()).toBe('triggered');
  });

  it('the second start in the same entry delay adds nothing', async () => {
    const world = await settledWorld();
    await home(world);
    await open(world, 'front-door');
    const second = await again(await again(world, 60), 9);
    await second.pass(2);
    expect(second.state()).toBe('triggered');
  });

  it('a door found open that was closed counts as opened', async () => {
    const world = await settledWorld();
    await home(world);
    const next = await again(world, 30);
    next.says('back-window', { contact: false });
    await next.rest();
    expect(next.state()).toBe('triggered');
  });

  it('so does one that an external broker had in its store', async () => {
    const world = await settledWorld();
    await home(world);
    const next = await again(world, 30);
    next.says('back-window', { contact: false }, 'stored');
    await next.rest();
    expect(next.state()).toBe('triggered');
  });

  it('every zone is unknown until it speaks', async () => {
    const next = await again(await settledWorld());
    const zone = next.broker.retained.get('lantern/hub-test/zones/front-door') ?? '{}';
    expect(JSON.parse(zone)).toMatchObject({ open: null, online: true });
  });

  const CAUSES: readonly (readonly [string, string, object, object])[] = [
    ['technical:leak', 'leak', { water_leak: true }, { water_leak: false }],
    ['tamper:hall', 'hall', { tamper: true }, { tamper: false }],
    ['battery_low:frame', 'frame', { battery_low: true }, { battery_low: false }],
    ['lost:smoke', 'smoke/availability', { state: 'offline' }, { state: 'online' }],
  ];
  for (const [fault, topic, begins, ends] of CAUSES) {
    it(`the fault ${fault}, until its cause is over`, async () => {
      const world = await settledWorld();
      world.says(topic, begins);
      await world.rest();
      const next = await again(world);
      expect(next.attributes()['faults']).toContain(fault);
      next.says(topic, ends);
      await next.rest();
      expect(next.attributes()['faults']).toEqual([]);
    });
  }

  it('what more devices said than are saved one by one', async () => {
    const world = await settledWorld();
    for (const door of ['front-door', 'back-window']) world.says(door, { contact: false });
    await world.rest();
    world.orders({ action: 'ARM_HOME', code: CODE, bypass: ['front-door', 'back-window'] });
    await world.rest();
    const next = await again(world);
    for (const door of ['front-door', 'back-window']) next.says(door, { contact: false });
    await next.rest();
    expect(next.state()).toBe('armed_home');
  });

  it('a lockout', async () => {
    const world = await settledWorld();
    for (const _ of [1, 2, 3]) world.orders({ action: 'DISARM', code: '000000' });
    await world.rest();
    const next = await again(world, 30);
    next.orders({ action: 'DISARM', code: CODE });
    await next.rest();
    expect(next.replies().at(-1)).toMatchObject({ ok: false, error: 'locked_out' });
  });

  it('an order heard before is not run again', async () => {
    const world = await settledWorld();
    world.orders({ action: 'ARM_HOME', code: CODE, id: 'one' });
    await world.rest();
    const next = await again(world, 9);
    next.orders({ action: 'DISARM', code: CODE, id: 'one' });
    await next.rest();
    expect(next.replies().at(-1)).toMatchObject({ id: 'one', ok: false, error: 'bad_request' });
    expect(next.state()).toBe('armed_home');
  });

  it('a silent call for help, which still shows nowhere', async () => {
    const world = await settledWorld();
    world.says('panic', { action: 'single' });
    await world.rest();
    const next = await again(world, 60);
    await next.pass(130);
    const told = next.journal.rows.filter(({ type, sealed }) => sealed && type === 'text-not-sent');
    expect(told.map(({ data }) => data['contact'])).toContain('friend');
    expect(next.attributes()['alarm']).toBeNull();
  });

  it('a duress alarm: the house is disarmed on site and the telling goes on', async () => {
    const world = await settledWorld();
    await home(world);
    world.orders({ action: 'DISARM', code: DURESS });
    await world.rest();
    const next = await again(world, 60);
    expect(next.state()).toBe('disarmed');
    await next.pass(130);
    const lastResort = next.journal.rows.filter(({ type, sealed }) => sealed && type === 'text-not-sent');
    expect(lastResort.length).toBeGreaterThan(0);
  });
});

describe('a power cut: another boot', () => {
  it('the time it took does not count, and the house is still armed', async () => {
    const world = await settledWorld();
    await home(world);
    await open(world, 'front-door');
    // The line stands still while the machine is off, so the next clock starts where the last one was saved.
    const clock = createFakeClock(world.clock.now(), 'boot-2');
    const next = await startWorld({ restored: world.journal.restored(), clock });
    await next.pass(19);
    expect(next.state()).toBe('pending');
    await next.pass(2);
    expect(next.state()).toBe('triggered');
  });
});

describe('codes', () => {
  it('a visitor disarms, and a personal alarm goes on', async () => {
    const world = await settledWorld();
    world.says('loud-panic', { action: 'single' });
    await world.rest();
    world.orders({ action: 'DISARM', code: VISITOR });
    await world.rest();
    expect(world.state()).toBe('disarmed');
    expect(world.attributes()['alarm']).toMatchObject({ kind: 'personal' });
  });

  it('each order costs one hash, and one that needs none costs none', async () => {
    const world = await settledWorld();
    const before = world.checks();
    world.orders({ action: 'DISARM', code: '12345' });
    world.orders({ action: 'PANIC' });
    world.orders({ action: 'DISARM' });
    await world.rest();
    expect(world.checks() - before).toBe(1);
  });
});
