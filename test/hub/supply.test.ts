import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { WireTopic } from '../../src/hub/ports.ts';
import { loadHouse } from '../../src/site/config.ts';
import { familyFacts, loadDevices } from '../../src/site/devices.ts';
import { planOf } from '../escalate/stations-bench.ts';
import { createFakeStation } from '../link/fake-station.ts';
import { createFakeClock } from './fakes.ts';
import { CODE, startWorld, type World, type WorldOptions } from './world.ts';

// config/wired.yaml between fakes: what the pins of mains and battery mean, and who is told.

const root = join(import.meta.dirname, '../..');
const { families } = loadDevices(join(root, 'devices'), 'profiles');
const facts = new Map([...families].map(([name, family]) => [name, familyFacts(family)]));
const loaded = loadHouse(join(root, 'config/wired.yaml'), { families: facts, credentialsDirectory: null });
if (!loaded.ok) throw new Error(JSON.stringify(loaded.problems));
const wired = { ...loaded.house, stations: planOf() };

function pin(world: World, device: string, is: 'on' | 'off', how: 'read' | 'seen' = 'seen'): Promise<void> {
  const topic = wired.devices.find(({ id }) => (id as string) === device)?.topic ?? '';
  world.hub.wiresDoor.message(topic as WireTopic, Buffer.from(is), how === 'read');
  return world.rest();
}

async function wiredWorld(options: WorldOptions = {}) {
  const station = createFakeStation();
  const world = await startWorld({ ...options, plan: wired, stations: [station] });
  for (const { id, sensing } of wired.devices) if (sensing.zone !== null) await pin(world, id, 'off', 'read');
  await world.rest();
  const reported = (): readonly string[] =>
    station.reports.map(({ kind, is }) => `${is === 'new' ? '' : '-'}${kind}`).filter((kind) => kind !== 'restart');
  return { world, reported };
}

const faults = (world: World): readonly string[] => world.hub.window.view().attributes.faults;
const texts = (world: World): readonly unknown[] =>
  world.journal.rows.filter(({ type }) => type === 'text-not-sent').map(({ data }) => [data['contact'], data['kind']]);

describe('a mains relay on a pin', () => {
  it('that falls while nothing is set is a fault, reported, and no text', async () => {
    const { world, reported } = await wiredWorld();
    await pin(world, 'mains-relay', 'on');
    await world.pass(6);
    expect([faults(world), reported(), texts(world)]).toEqual([['mains_lost'], ['mains-lost'], []]);
    await pin(world, 'mains-relay', 'off');
    await world.pass(31);
    expect([faults(world), reported()]).toEqual([[], ['mains-lost', '-mains-lost']]);
  });

  it('that falls while the panel is set is told to the contacts who take faults, with no siren', async () => {
    const { world, reported } = await wiredWorld();
    world.orders({ action: 'ARM_HOME', code: CODE });
    await world.rest();
    world.heard();
    await pin(world, 'mains-relay', 'on');
    await world.pass(6);
    expect(texts(world)).toEqual([['sister', 'fault']]);
    expect(reported()).toEqual(['part-set', 'mains-cut']);
    expect(world.hub.window.view().state).toBe('armed_home');
    expect(world.heard().filter((line) => line.includes('/outputs/'))).toEqual([]);
    await pin(world, 'front-door', 'on');
    await world.pass(1);
    expect(reported()).toEqual(['part-set', 'mains-cut', 'pre-alert']);
  });

  it('found fallen after a start, as it was before, is the same loss', async () => {
    const { world } = await wiredWorld();
    await pin(world, 'mains-relay', 'on');
    await world.pass(6);
    const next = await wiredAgain(world);
    expect(faults(next)).toEqual(['mains_lost']);
    await pin(next, 'mains-relay', 'on', 'read');
    await next.pass(10);
    expect(next.journal.rows.filter(({ type }) => type === 'mains-lost')).toEqual([]);
    await pin(next, 'mains-relay', 'off');
    await next.pass(31);
    expect(faults(next)).toEqual([]);
  });
});

const wiredAgain = (world: World): Promise<World> =>
  startWorld({
    plan: wired,
    stations: [createFakeStation()],
    restored: world.journal.restored(),
    clock: createFakeClock(world.clock.now() + 5000),
  });

describe('the low-battery contact of a UPS', () => {
  it('is a fault and reported, armed or not, and no text', async () => {
    const { world, reported } = await wiredWorld();
    world.orders({ action: 'ARM_HOME', code: CODE });
    await world.rest();
    await pin(world, 'ups', 'on');
    await world.pass(6);
    expect([faults(world), reported(), texts(world)]).toEqual([
      ['hub_battery_low'],
      ['part-set', 'hub-battery-low'],
      [],
    ]);
  });
});
