import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { OutputId } from '../../src/base/brand.ts';
import type { Wires } from '../../src/hub/ports.ts';
import { loadHouse } from '../../src/site/config.ts';
import { familyFacts, loadDevices } from '../../src/site/devices.ts';
import { createFakeClock } from './fakes.ts';
import { startWorld, type World, type WorldOptions } from './world.ts';

// A light is a light, whatever it hangs on: the shipped houses, with a page that switches theirs.

const root = join(import.meta.dirname, '../..');
const { families } = loadDevices(join(root, 'devices'), 'profiles');
const facts = new Map([...families].map(([name, family]) => [name, familyFacts(family)]));

async function houseOf(name: string, options: WorldOptions = {}) {
  const loaded = loadHouse(join(root, 'config', name), { families: facts, credentialsDirectory: null });
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.problems));
  const told: string[] = [];
  const wires: Wires = {
    open: async () => {},
    command: (topic, payload) => void told.push(`${topic} ${payload}`),
    close: async () => {},
  };
  return { world: await startWorld({ ...options, plan: loaded.house, wires }), told };
}

const switched = (world: World, light: string, to: 'on' | 'off') => world.hub.window.light(light as OutputId, to);

describe.each([
  ['a pin', 'wired.yaml', 'porch-light', /^#gpio\//],
  ['a board', 'mixed.yaml', 'workshop-lamp', /^#firmata\//],
  ['a radio on a serial port', 'radio.yaml', 'hall-lamp', /^#serial\//],
] as const)('a light on %s', (_name, file, light, topic) => {
  it('is switched on and off by a page', async () => {
    const { world, told } = await houseOf(file);
    expect(switched(world, light, 'on')).toBe('told');
    expect(switched(world, light, 'off')).toBe('told');
    expect(told.map((line) => topic.test(line))).toEqual([true, true]);
    expect(told[0]).not.toBe(told[1]);
  });

  it('is lit again after a restart, and a dark one stays dark', async () => {
    for (const to of ['on', 'off'] as const) {
      const { world } = await houseOf(file);
      switched(world, light, to);
      await world.rest();
      const restored = world.journal.restored();
      const again = await houseOf(file, { restored, clock: createFakeClock(world.clock.now() + 5000) });
      expect(again.world.hub.window.view().outputs[light as OutputId]).toBe(to);
      expect(again.told.some((line) => topic.test(line))).toBe(to === 'on');
    }
  });
});
