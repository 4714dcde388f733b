import { describe, expect, it } from 'vitest';
import { BASE, CODE, settledWorld } from './world.ts';

const SIREN_ON = '!zigbee2mqtt/siren/set';
const arm = { action: 'ARM_HOME', code: CODE, id: 'arm' };

describe('write, then act', () => {
  it('siren and lights are ordered before the journal has answered', async () => {
    const world = await settledWorld();
    world.orders(arm);
    await world.rest();
    world.journal.be('silent');
    world.heard();
    world.says('back-window', { contact: false });
    const said = world.heard();
    expect(said.some((line) => line.startsWith(SIREN_ON))).toBe(true);
    expect(said.some((line) => line.startsWith('!zigbee2mqtt/porch/set'))).toBe(true);
  });

  it('the state waits for the journal', async () => {
    const world = await settledWorld();
    world.orders(arm);
    await world.rest();
    world.journal.be('silent');
    world.says('back-window', { contact: false });
    await world.rest();
    expect(world.state()).toBe('armed_home');
    world.journal.answer();
    expect(world.state()).toBe('triggered');
  });

  it('a row is published only when it is written', async () => {
    const world = await settledWorld();
    world.journal.be('silent');
    world.says('smoke', { smoke: true });
    await world.rest();
    expect(world.heard().filter((line) => line.startsWith(`${BASE}/events`))).toEqual([]);
    world.journal.answer();
    const events = world.heard().filter((line) => line.startsWith(`${BASE}/events`));
    expect(events.some((line) => line.includes('"alarm-raised"'))).toBe(true);
  });
});

describe('a hub that stood still itself', () => {
  it('hears the journal before it blames it', async () => {
    const world = await settledWorld();
    world.journal.be('silent');
    world.says('smoke', { smoke: true });
    world.clock.standStill(3000);
    await world.pass(0);
    world.journal.answer();
    await world.pass(1);
    expect(world.state()).toBe('triggered');
    expect(world.heard().filter((line) => line.includes('disk'))).toEqual([]);
  });

  it('blames a journal that has nothing to say then either', async () => {
    const world = await settledWorld();
    world.journal.be('silent');
    world.says('smoke', { smoke: true });
    world.clock.standStill(3000);
    await world.pass(0.3);
    expect(world.state()).toBe('triggered');
    expect(world.attributes()['faults']).toContain('disk');
  });
});

for (const how of ['failing', 'silent'] as const) {
  describe(`a journal that is ${how}`, () => {
    const trouble = async (world: Awaited<ReturnType<typeof settledWorld>>): Promise<void> => {
      world.journal.be(how);
      world.says('leak', { battery_low: true });
      await world.pass(1.1);
    };

    it('is a fault', async () => {
      const world = await settledWorld();
      await trouble(world);
      expect(world.attributes()['faults']).toContain('disk');
    });

    it('is still shown as a fault when several turns fail together', async () => {
      const world = await settledWorld();
      world.journal.be(how);
      world.says('leak', { battery_low: true });
      world.says('smoke', { smoke: true });
      await world.pass(1.1);
      expect(world.state()).toBe('triggered');
      expect(world.attributes()['faults']).toEqual(expect.arrayContaining(['disk', 'battery_low:leak']));
    });

    it('holds up no alarm', async () => {
      const world = await settledWorld();
      world.orders(arm);
      await world.rest();
      await trouble(world);
      world.says('back-window', { contact: false });
      await world.rest();
      expect(world.state()).toBe('triggered');
    });

    it('holds up no disarming', async () => {
      const world = await settledWorld();
      world.orders(arm);
      await world.rest();
      await trouble(world);
      world.orders({ action: 'DISARM', code: CODE, id: 'off' });
      await world.rest();
      expect(world.state()).toBe('disarmed');
      expect(world.replies().at(-1)).toMatchObject({ id: 'off', ok: true });
    });

    it('refuses arming from then on', async () => {
      const world = await settledWorld();
      await trouble(world);
      world.orders(arm);
      await world.rest();
      expect(world.replies().at(-1)).toMatchObject({ id: 'arm', ok: false, error: 'not_allowed' });
      expect(world.state()).toBe('disarmed');
    });

    it('takes back the arming it could not write', async () => {
      const world = await settledWorld();
      world.journal.be(how);
      world.orders(arm);
      await world.pass(1.1);
      expect(world.replies().at(-1)).toMatchObject({ id: 'arm', ok: false, error: 'not_allowed' });
      expect(world.state()).toBe('disarmed');
      world.says('back-window', { contact: false });
      await world.rest();
      expect(world.heard().some((line) => line.startsWith(SIREN_ON))).toBe(false);
    });

    it('never showed the arming that it took back', async () => {
      const world = await settledWorld();
      world.journal.be(how);
      world.orders(arm);
      await world.pass(1.1);
      expect(world.heard().filter((line) => line.startsWith(`${BASE}/panel/state armed`))).toEqual([]);
    });

    it('is no fault any more when it is well again', async () => {
      const world = await settledWorld();
      await trouble(world);
      world.journal.be('well');
      world.journal.answer();
      world.says('leak', { battery_low: false });
      await world.pass(1);
      expect(world.attributes()['faults']).not.toContain('disk');
      world.orders(arm);
      await world.rest();
      expect(world.state()).toBe('armed_home');
    });

    it('still answers the heartbeat, so that a dead disk is no restart loop', async () => {
      const world = await settledWorld();
      world.journal.be(how);
      let beats = 0;
      void world.hub.heartbeat().then(() => {
        beats += 1;
      });
      await world.pass(1.1);
      if (how === 'silent') world.journal.answer();
      await world.rest();
      expect(beats).toBe(1);
    });
  });
}
