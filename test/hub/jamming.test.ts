import { describe, expect, it } from 'vitest';
import { createFakeClock } from './fakes.ts';
import { CODE, settledWorld, startWorld, type World } from './world.ts';

const FAULT = 'jamming:zigbee2mqtt';
const HOUR = 3600;

const jammed = (world: World): boolean => (world.attributes()['faults'] as readonly string[]).includes(FAULT);
const rows = (world: World): readonly (readonly [string, unknown])[] =>
  world.journal.rows.filter(({ type }) => type.startsWith('jamming')).map(({ type, data }) => [type, data]);

async function withGateway(): Promise<World> {
  const world = await settledWorld();
  world.says('bridge/state', { state: 'online' });
  await world.rest();
  return world;
}

async function goOffline(world: World, ...devices: readonly string[]): Promise<void> {
  for (const device of devices) world.says(`${device}/availability`, { state: 'offline' });
  await world.rest();
}

async function speak(world: World, ...devices: readonly string[]): Promise<void> {
  for (const device of devices) world.says(device, { battery: 88, contact: true, occupancy: false });
  await world.rest();
}

async function armHome(world: World): Promise<void> {
  world.orders({ action: 'ARM_HOME', code: CODE });
  await world.rest();
}

/** Stops without a word, and goes on in the same boot on what the journal holds. */
async function again(world: World, stopped: number): Promise<World> {
  const clock = createFakeClock(world.clock.now() + stopped * 1000);
  return startWorld({ restored: world.journal.restored(), clock });
}

describe('several devices of one radio lost together', () => {
  it('while disarmed: a fault, and nothing for a monitoring service', async () => {
    const world = await withGateway();
    await goOffline(world, 'front-door', 'back-window');
    expect(jammed(world)).toBe(false);
    await goOffline(world, 'hall');
    expect(jammed(world)).toBe(true);
    expect(rows(world)).toEqual([]);
    await speak(world, 'hall', 'front-door');
    expect(jammed(world)).toBe(false);
  });

  it('by their silence alone', async () => {
    const world = await withGateway();
    await world.pass(2 * HOUR - 1);
    expect(jammed(world)).toBe(false);
    await world.pass(1);
    expect(jammed(world)).toBe(true);
  }, 30_000);

  it('while armed: a row with all that a monitoring service asks for, and one at its end', async () => {
    const world = await withGateway();
    await armHome(world);
    await goOffline(world, 'front-door', 'back-window', 'hall');
    expect(world.state()).toBe('armed_home');
    const devices = ['front-door', 'back-window', 'hall'];
    expect(rows(world)).toEqual([['jamming', { radio: 'zigbee2mqtt', by: 'silence', devices, mode: 'home' }]]);
    await speak(world, 'front-door', 'back-window');
    expect(rows(world).at(-1)).toEqual(['jamming-over', { radio: 'zigbee2mqtt' }]);
  });

  it('before the panel is set: told when it is', async () => {
    const world = await withGateway();
    world.hub.wiresDoor.noise('#serial/rf433', 'up');
    await world.rest();
    expect(rows(world)).toEqual([]);
    await armHome(world);
    expect(rows(world)).toEqual([['jamming', { radio: 'rf433', by: 'before', devices: [], mode: 'home' }]]);
  });

  it('noise of a gateway, and its end', async () => {
    const world = await withGateway();
    world.hub.wiresDoor.noise('#serial/rf433', 'up');
    await world.rest();
    expect(world.attributes()['faults']).toContain('jamming:rf433');
    world.hub.wiresDoor.noise('#serial/rf433', 'over');
    await world.rest();
    expect(world.attributes()['faults']).not.toContain('jamming:rf433');
  });
});

describe('what is no jamming', () => {
  it('a gateway that goes away takes all its devices along', async () => {
    const world = await withGateway();
    world.says('bridge/state', { state: 'offline' });
    await world.rest();
    expect(world.attributes()['faults']).toContain('lost:hall');
    expect(jammed(world)).toBe(false);
    world.says('bridge/state', { state: 'online' });
    await goOffline(world, 'front-door', 'back-window', 'hall');
    expect(jammed(world)).toBe(false);
  });

  it('a gateway that never told that it is well', async () => {
    const world = await settledWorld();
    await goOffline(world, 'front-door', 'back-window', 'hall', 'frame', 'smoke');
    expect(jammed(world)).toBe(false);
  });

  it('a broker that is away', async () => {
    const world = await withGateway();
    world.hub.door.connected(false);
    await world.pass(11);
    expect(world.attributes()['faults']).toContain('lost:hall');
    expect(jammed(world)).toBe(false);
  });

  it('a hub that was stopped for longer than they may be silent', async () => {
    const world = await withGateway();
    await world.pass(60);
    const next = await again(world, 3 * HOUR);
    expect(next.attributes()['faults']).toContain('lost:hall');
    expect(jammed(next)).toBe(false);
    next.says('bridge/state', { state: 'online' });
    await goOffline(next, 'front-door', 'back-window', 'hall');
    expect(jammed(next)).toBe(false);
  });

  it('one device that comes and goes', async () => {
    const world = await withGateway();
    await goOffline(world, 'front-door');
    for (let turn = 0; turn < 5; turn += 1) {
      await goOffline(world, 'hall');
      await speak(world, 'hall');
    }
    await goOffline(world, 'hall');
    expect(jammed(world)).toBe(false);
  });

  it('a press of a silent button that was among them does not bring it back', async () => {
    const world = await withGateway();
    await goOffline(world, 'front-door', 'back-window', 'panic');
    await speak(world, 'front-door');
    expect(jammed(world)).toBe(true);
    world.says('panic', { action: 'single', battery: 80 });
    world.says('panic', { action: '', battery: 80 });
    await world.rest();
    expect(jammed(world)).toBe(true);
  });
});

describe('a restart', () => {
  it('goes on with a jam, tells nothing anew, and hears its end', async () => {
    const world = await withGateway();
    await armHome(world);
    await goOffline(world, 'front-door', 'back-window', 'hall');
    await world.pass(1);
    const next = await again(world, 5);
    expect(jammed(next)).toBe(true);
    expect(rows(next)).toEqual([]);
    next.says('bridge/state', { state: 'online' });
    await speak(next, 'front-door');
    expect(jammed(next)).toBe(true);
    await speak(next, 'back-window');
    expect(jammed(next)).toBe(false);
  });

  it('ends noise, which is told again where it goes on', async () => {
    const world = await withGateway();
    world.hub.wiresDoor.noise('#serial/rf433', 'up');
    await world.pass(1);
    expect(world.attributes()['faults']).toContain('jamming:rf433');
    expect((await again(world, 5)).attributes()['faults']).not.toContain('jamming:rf433');
  });
});
