import { describe, expect, it } from 'vitest';
import type { DeviceQuality } from '../../src/hub/quality.ts';
import { settledWorld, startWorld, type World } from './world.ts';

const of = (world: World, device: string): DeviceQuality | undefined =>
  world.hub.quality().find(({ device: id }) => id === device);

describe('how well each device is heard', () => {
  it('of a device that has said nothing since the start nothing is known', async () => {
    const world = await startWorld();
    expect(of(world, 'front-door')).toEqual({
      device: 'front-door',
      name: 'Front door',
      signal: null,
      measured: {},
      battery: null,
      batteryLow: false,
      heardAgo: null,
      lost: false,
    });
  });

  it('every device and output is listed once', async () => {
    const world = await startWorld();
    const ids = world.hub.quality().map(({ device }) => device);
    expect(ids).toHaveLength(13);
    expect(new Set(ids).size).toBe(13);
  });

  type Row = readonly [name: string, device: string, said: readonly object[], known: Partial<DeviceQuality>];
  const rows: readonly Row[] = [
    ['its link, in a word', 'front-door', [{ contact: true, linkquality: 30 }], { signal: 'bad' }],
    [
      'the newest counts',
      'front-door',
      [{ linkquality: 30 }, { linkquality: 200 }],
      { measured: { linkQuality: 200 } },
    ],
    [
      'what one message leaves out is kept',
      'hall',
      [{ linkquality: 90 }, { battery: 7 }],
      { signal: 'good', battery: 7 },
    ],
    ['a battery that is low', 'hall', [{ battery_low: true }], { battery: null, batteryLow: true }],
    ['a message that tells nothing else', 'hall', [{ linkquality: 90 }], { heardAgo: 5_000 as never }],
    [
      'a press that sounds',
      'loud-panic',
      [{ action: 'single', linkquality: 50 }],
      { signal: 'weak', heardAgo: 5_000 as never },
    ],
    ['a siren', 'siren', [{ battery: 80, linkquality: 50 }], { signal: 'weak', battery: 80 }],
  ];
  for (const [name, device, said, known] of rows) {
    it(name, async () => {
      const world = await startWorld();
      for (const one of said) world.says(device, one);
      await world.pass(5);
      expect(of(world, device)).toMatchObject(known);
    });
  }

  it('what a broker had kept proves no life', async () => {
    const world = await startWorld();
    world.says('hall', { occupancy: false, battery: 50, linkquality: 90 }, 'stored');
    expect(of(world, 'hall')).toMatchObject({ signal: null, battery: null, heardAgo: null });
  });

  it('that it is online is the word of its gateway', async () => {
    const world = await startWorld();
    world.says('hall/availability', { state: 'online' });
    expect(of(world, 'hall')?.heardAgo).toBeNull();
  });

  it('a silent press is not taken in, nor what follows it at once, and what comes later is', async () => {
    const world = await settledWorld();
    await world.pass(10);
    world.says('panic', { action: 'hold', battery: 41, linkquality: 66 });
    await world.pass(3);
    world.says('panic', { battery: 42, linkquality: 67 });
    await world.rest();
    expect(of(world, 'panic')).toMatchObject({ signal: null, battery: 90, heardAgo: 13_000 });
    await world.pass(1);
    world.says('panic', { battery: 43, linkquality: 68 });
    await world.rest();
    expect(of(world, 'panic')).toMatchObject({ signal: 'weak', battery: 43, heardAgo: 0 });
  });
});
