import { describe, expect, it } from 'vitest';
import type { OutputId } from '../../src/base/brand.ts';
import { createFakeClock } from './fakes.ts';
import { BASE, CODE, settledWorld, startWorld, type World } from './world.ts';

const ON = '!zigbee2mqtt/path-light/set {"state":"ON"}';
const OFF = '!zigbee2mqtt/path-light/set {"state":"OFF"}';

const orders = (world: World): readonly string[] =>
  world.heard().filter((line) => /^!zigbee2mqtt\/(path-light|porch)\//.test(line));

/** A person comes up the path, and the lamp does as it is told. */
async function comeAndGo(world: World): Promise<void> {
  world.says('path-pir', { occupancy: true });
  world.says('path-light', { state: 'ON' });
  await world.rest();
  await world.pass(20);
  world.says('path-pir', { occupancy: false });
  await world.rest();
  await world.pass(90.5);
  world.says('path-light', { state: 'OFF' });
  await world.rest();
}

describe('motion lights the way', () => {
  it('at once, and until the hold is over', async () => {
    const world = await settledWorld();
    world.says('path-pir', { occupancy: true });
    expect(orders(world)).toEqual([ON]);
    world.says('path-light', { state: 'ON' });
    world.says('path-pir', { occupancy: true });
    await world.pass(20);
    world.says('path-pir', { occupancy: false });
    await world.pass(89);
    expect(orders(world)).toEqual([]);
    await world.pass(1.5);
    expect(orders(world)).toEqual([OFF]);
    expect(world.broker.retained.get(`${BASE}/outputs/path-light`)).toBe('off');
  });

  it('without waiting for the journal', async () => {
    const world = await settledWorld();
    world.journal.be('silent');
    world.says('path-pir', { occupancy: true });
    expect(orders(world)).toEqual([ON]);
  });

  it('not by day', async () => {
    const world = await settledWorld();
    world.dusk.become('light');
    world.says('path-pir', { occupancy: true });
    await world.rest();
    expect(orders(world)).toEqual([]);
  });

  it('when dusk falls on somebody who is there', async () => {
    const world = await settledWorld();
    world.dusk.become('light');
    world.says('path-pir', { occupancy: true });
    world.dusk.become('dark');
    expect(orders(world)).toEqual([ON]);
  });

  it('not by what a broker kept', async () => {
    const world = await settledWorld();
    world.says('path-pir', { occupancy: true }, 'stored');
    await world.rest();
    expect(orders(world)).toEqual([]);
  });

  it('no longer than its hold when the detector is lost', async () => {
    const world = await settledWorld();
    world.says('path-pir', { occupancy: true });
    await world.rest();
    world.hub.door.message('zigbee2mqtt/path-pir/availability', Buffer.from('offline'), false, 'mqtt:z' as never);
    await world.pass(91);
    expect(orders(world).filter((line) => line === OFF).length).toBeGreaterThan(0);
  });

  it('a zone lights too', async () => {
    const world = await settledWorld();
    world.says('hall', { occupancy: true });
    expect(orders(world)).toEqual([ON]);
  });
});

describe('it tells nothing of the panel, and the panel nothing of it', () => {
  const STATES: readonly (readonly [string, object | null, string])[] = [
    ['disarmed', null, 'disarmed'],
    ['in an exit delay', { action: 'ARM_AWAY', code: CODE }, 'arming'],
    ['armed', { action: 'ARM_HOME', code: CODE }, 'armed_home'],
  ];
  for (const [name, order, state] of STATES) {
    it(`${name}, it is lit with the same bytes at the same times`, async () => {
      const world = await settledWorld();
      if (order !== null) world.orders(order);
      await world.rest();
      expect(world.state()).toBe(state);
      world.heard();
      const rows = world.journal.rows.length;
      await comeAndGo(world);
      const seen = world.heard().filter((line) => line.includes('path-light'));
      expect(seen).toEqual([ON, `${BASE}/outputs/path-light on`, OFF, `${BASE}/outputs/path-light off`]);
      // The end of the exit delay is the panel's own row.
      const made = world.journal.rows.slice(rows).map(({ type }) => type);
      expect(made.filter((type) => type !== 'armed')).toEqual([]);
    });
  }

  it('a detector without a zone leaves no trace in the journal, but for the state that is kept', async () => {
    const world = await settledWorld();
    const rows = world.journal.rows.length;
    await comeAndGo(world);
    expect(world.journal.rows.slice(rows)).toEqual([]);
    expect(world.journal.activity_.filter((line) => line.startsWith('path-pir '))).toEqual(['path-pir device-heard']);
  });

  it('a silent alarm changes no light', async () => {
    const world = await settledWorld();
    world.says('panic', { action: 'press' });
    await world.pass(60);
    expect(orders(world)).toEqual([]);
  });

  it('an audible one lights them all, siren first, until a code ends it', async () => {
    const world = await settledWorld();
    world.says('loud-panic', { action: 'press' });
    const told = world.heard().filter((line) => line.startsWith('!zigbee2mqtt/') && !line.includes('keypad'));
    expect([...new Set(told.map((line) => line.split('/')[1]))]).toEqual(['siren', 'porch', 'path-light']);
    world.says('porch', { state: 'ON' });
    world.says('path-light', { state: 'ON' });
    await world.pass(601);
    expect(orders(world)).toEqual([]);
    world.orders({ action: 'DISARM', code: CODE });
    await world.rest();
    expect(orders(world)).toEqual(['!zigbee2mqtt/porch/set {"state":"OFF"}', OFF]);
  });
});

describe('hands', () => {
  it('what a hand lit stays lit', async () => {
    const world = await settledWorld();
    world.says('path-light', { state: 'ON' });
    await comeAndGo(world);
    expect(orders(world)).toEqual([]);
  });

  it('what a hand put out stays out until something moves anew', async () => {
    const world = await settledWorld();
    world.says('path-pir', { occupancy: true });
    world.says('path-light', { state: 'ON' });
    world.says('path-light', { state: 'OFF' });
    world.says('path-pir', { occupancy: true });
    await world.pass(5);
    expect(orders(world)).toEqual([ON]);
    world.says('path-pir', { occupancy: false });
    world.says('path-pir', { occupancy: true });
    expect(orders(world)).toEqual([ON]);
  });
});

describe('what was missed', () => {
  it('a client that subscribes is told of the light that is lit, and of no other', async () => {
    const world = await settledWorld();
    world.says('path-pir', { occupancy: true });
    world.says('path-light', { state: 'ON' });
    orders(world);
    world.hub.door.subscribed('zigbee2mqtt/+/set');
    expect(orders(world)).toEqual([ON]);
  });

  it('a lamp that was away is told when it is back', async () => {
    const world = await settledWorld();
    const availability = (is: string) =>
      world.hub.door.message('zigbee2mqtt/path-light/availability', Buffer.from(is), false, 'mqtt:z' as never);
    world.says('path-light', { state: 'OFF' });
    availability('offline');
    world.says('path-pir', { occupancy: true });
    await world.pass(70);
    orders(world);
    availability('online');
    expect(orders(world)).toEqual([ON]);
    availability('online');
    expect(orders(world)).toEqual([]);
  });

  it('one that does not confirm is told again, and then left alone', async () => {
    const world = await settledWorld();
    world.says('path-pir', { occupancy: true });
    await world.pass(60);
    expect(orders(world)).toEqual(Array.from({ length: 6 }, () => ON));
  });
});

describe('a stop', () => {
  const again = (world: World, stopped: number): Promise<World> =>
    startWorld({
      restored: world.journal.restored(),
      clock: createFakeClock(world.clock.now() + stopped * 1000),
    });

  it('within a hold: lit again, and out after it', async () => {
    const world = await settledWorld();
    world.says('path-pir', { occupancy: true });
    await world.rest();
    const next = await again(world, 5);
    expect(orders(next)).toEqual([ON]);
    next.says('path-light', { state: 'ON' });
    await next.pass(89);
    expect(orders(next)).toEqual([]);
    await next.pass(2);
    expect(orders(next)).toContain(OFF);
  });

  it('longer than the hold: out at once', async () => {
    const world = await settledWorld();
    world.says('path-pir', { occupancy: true });
    world.says('path-pir', { occupancy: false });
    await world.pass(11);
    expect(orders(await again(world, 90))).toEqual([OFF]);
  });

  it('in an alarm: lit again, and out at its end', async () => {
    const world = await settledWorld();
    world.says('smoke', { smoke: true });
    await world.rest();
    const next = await again(world, 5);
    expect(orders(next)).toEqual(['!zigbee2mqtt/porch/set {"state":"ON"}', ON]);
    next.orders({ action: 'DISARM', code: CODE });
    await next.rest();
    expect(orders(next).filter((line) => line.includes('OFF'))).toHaveLength(2);
  });

  it('nothing was lit: nothing is told', async () => {
    const world = await settledWorld();
    expect(orders(await again(world, 5))).toEqual([]);
  });
});

describe('a hand on a page', () => {
  it('switches a light at once, whatever the disk does, and leaves no row', async () => {
    const world = await settledWorld();
    const rows = world.journal.rows.length;
    world.journal.be('silent');
    expect(world.hub.window.light('path-light' as OutputId, 'on')).toBe('told');
    expect(orders(world)).toEqual([ON]);
    expect(world.hub.window.view().outputs['path-light' as OutputId]).toBe('on');
    world.hub.window.light('path-light' as OutputId, 'off');
    expect(orders(world)).toEqual([OFF]);
    world.journal.be('well');
    world.journal.answer();
    await world.rest();
    expect(world.journal.rows.slice(rows)).toEqual([]);
  });

  for (const output of ['siren', 'nothing', 'front-door']) {
    it(`does not switch ${output}, which is no light`, async () => {
      const world = await settledWorld();
      expect(world.hub.window.light(output as OutputId, 'on')).toBe('unknown');
      await world.rest();
      expect(world.heard().filter((line) => line.startsWith('!'))).toEqual([]);
    });
  }

  it('what it lit, no motion and no alarm puts out', async () => {
    const world = await settledWorld();
    world.hub.window.light('path-light' as OutputId, 'on');
    world.says('path-light', { state: 'ON' });
    await comeAndGo(world);
    world.hub.window.light('path-light' as OutputId, 'on');
    world.says('path-light', { state: 'ON' });
    orders(world);
    world.says('smoke', { smoke: true });
    world.orders({ action: 'DISARM', code: CODE });
    await world.rest();
    expect(orders(world).filter((line) => line === OFF)).toEqual([]);
  });

  it('it may keep on what motion has lit', async () => {
    const world = await settledWorld();
    world.says('path-pir', { occupancy: true });
    world.says('path-light', { state: 'ON' });
    world.hub.window.light('path-light' as OutputId, 'on');
    world.says('path-pir', { occupancy: false });
    await world.pass(120);
    expect(orders(world).filter((line) => line === OFF)).toEqual([]);
  });

  it('what it put out stays dark until something moves anew', async () => {
    const world = await settledWorld();
    world.says('path-pir', { occupancy: true });
    world.says('path-light', { state: 'ON' });
    world.hub.window.light('path-light' as OutputId, 'off');
    world.says('path-light', { state: 'OFF' });
    orders(world);
    world.says('path-pir', { occupancy: true });
    await world.pass(5);
    expect(orders(world)).toEqual([]);
    world.says('path-pir', { occupancy: false });
    world.says('path-pir', { occupancy: true });
    expect(orders(world)).toEqual([ON]);
  });

  it('what it ordered is told again to a lamp that does not confirm', async () => {
    const world = await settledWorld();
    world.hub.window.light('porch' as OutputId, 'on');
    await world.pass(60);
    expect(orders(world)).toEqual(Array.from({ length: 6 }, () => '!zigbee2mqtt/porch/set {"state":"ON"}'));
  });

  it('changes nothing of the panel', async () => {
    const world = await settledWorld();
    world.orders({ action: 'ARM_HOME', code: CODE });
    await world.rest();
    const before = world.hub.window.view();
    world.hub.window.light('porch' as OutputId, 'on');
    await world.pass(1);
    expect(world.hub.window.view()).toEqual({ ...before, outputs: { ...before.outputs, porch: 'on' } });
  });
});
