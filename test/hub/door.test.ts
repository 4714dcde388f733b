import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { SourceId } from '../../src/base/brand.ts';
import type { WireTopic } from '../../src/hub/ports.ts';
import { ANYONE, BASE, CODE, settledWorld, startWorld } from './world.ts';

const REFUSED: readonly (readonly [string, object | string])[] = [
  ['no JSON', 'ARM_AWAY'],
  ['no object', '[]'],
  ['null', 'null'],
  ['not UTF-8', '\ud800'],
  ['no action', { code: CODE }],
  ['an unknown action', { action: 'ARM_VACATION', code: CODE }],
  ['an action of the prototype', { action: 'constructor', code: CODE }],
  ['an action that is no text', { action: 1, code: CODE }],
  ['a code that is no text', { action: 'DISARM', code: { $ne: null } }],
  ['a code too long to be one', { action: 'DISARM', code: '1'.repeat(65) }],
  ['a bypass that is no list', { action: 'ARM_AWAY', code: CODE, bypass: 'hall' }],
  ['a bypass of numbers', { action: 'ARM_AWAY', code: CODE, bypass: [1] }],
  ['a bypass of nothing known', { action: 'ARM_AWAY', code: CODE, bypass: ['attic'] }],
  ['a bypass of a smoke alarm', { action: 'ARM_AWAY', code: CODE, bypass: ['smoke'] }],
  ['an id too long', { action: 'PANIC', id: 'x'.repeat(129) }],
  ['a time that is none', { action: 'DISARM', code: CODE, at: 'now' }],
  ['an order of long ago', { action: 'DISARM', code: CODE, at: '2026-11-21T19:00:00Z' }],
  ['an order of tomorrow', { action: 'DISARM', code: CODE, at: '2026-11-22T20:00:00Z' }],
];

describe('an order that cannot be taken is refused in a word', () => {
  for (const [name, order] of REFUSED) {
    it(name, async () => {
      const world = await settledWorld();
      world.orders(order);
      await world.rest();
      expect(world.replies().at(-1)).toMatchObject({ ok: false, error: 'bad_request' });
      expect(world.state()).toBe('disarmed');
    });
  }
});

describe('orders', () => {
  it('one a few seconds old is taken', async () => {
    const world = await settledWorld();
    world.orders({ action: 'ARM_HOME', code: CODE, at: new Date(world.clock.wall() - 9_000).toISOString() });
    await world.rest();
    expect(world.state()).toBe('armed_home');
  });

  it('its time is not looked at while nobody knows what time it is', async () => {
    const world = await settledWorld();
    world.clock.trust('untrusted');
    world.orders({ action: 'ARM_HOME', code: CODE, at: '2020-01-01T00:00:00Z' });
    await world.rest();
    expect(world.state()).toBe('armed_home');
  });

  it('the same id twice is run once', async () => {
    const world = await settledWorld();
    world.orders({ action: 'ARM_HOME', code: CODE, id: 'one' });
    world.orders({ action: 'ARM_HOME', code: CODE, id: 'one' });
    await world.rest();
    expect(world.replies().map(({ ok }) => ok)).toEqual([false, true]);
  });

  it('no code at all is a bad code, and is not counted', async () => {
    const world = await settledWorld();
    for (let turn = 0; turn < 5; turn += 1) world.orders({ action: 'DISARM' });
    world.orders({ action: 'ARM_HOME', code: CODE });
    await world.rest();
    expect(world.replies().map(({ error }) => error)).toEqual([...Array(5).fill('bad_code'), undefined]);
  });

  it('a flood of codes is refused without a hash for each', async () => {
    const world = await settledWorld();
    const before = world.checks();
    for (let turn = 0; turn < 100; turn += 1) world.orders({ action: 'DISARM', code: '000000' });
    await world.rest();
    expect(world.checks() - before).toBe(4);
  });

  it('three wrong codes lock their source, and no other', async () => {
    const world = await settledWorld();
    const mallory = 'mqtt:mallory' as SourceId;
    for (let turn = 0; turn < 3; turn += 1) world.orders({ action: 'DISARM', code: '000000' }, mallory);
    await world.rest();
    world.orders({ action: 'ARM_HOME', code: CODE }, mallory);
    await world.rest();
    expect(world.replies().at(-1)).toMatchObject({ error: 'locked_out' });
    world.orders({ action: 'ARM_HOME', code: CODE }, ANYONE);
    await world.rest();
    expect(world.replies().at(-1)).toMatchObject({ ok: true });
  });

  it('a lockout leaves the personal alarm alive', async () => {
    const world = await settledWorld();
    for (let turn = 0; turn < 3; turn += 1) world.orders({ action: 'DISARM', code: '000000' });
    await world.rest();
    world.orders({ action: 'PANIC' });
    await world.rest();
    expect(world.journal.rows.some(({ type, sealed }) => sealed && type === 'alarm-raised')).toBe(true);
  });
});

describe('any bytes on any topic', () => {
  it('change nothing but what a profile knows, and stop nothing', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(
          fc.tuple(
            fc.constantFrom('front-door', 'hall/availability', 'bridge/state', 'bridge/devices', 'siren', 'nobody'),
            fc.uint8Array({ maxLength: 64 }),
          ),
          { maxLength: 40 },
        ),
        async (messages) => {
          const world = await settledWorld();
          for (const [topic, bytes] of messages) {
            world.hub.door.message(`zigbee2mqtt/${topic}`, bytes, false, ANYONE);
            world.hub.door.command(bytes, ANYONE);
          }
          await world.rest();
          expect(world.state()).toBe('disarmed');
        },
      ),
      { numRuns: 50 },
    );
  });

  it('cost at most one line of log a second and source', async () => {
    const world = await settledWorld();
    for (let turn = 0; turn < 1000; turn += 1) world.says('front-door', '{broken');
    expect(world.log.lines.filter((line) => line.startsWith('warn'))).toHaveLength(1);
    await world.pass(1);
    world.says('front-door', '{broken');
    expect(world.log.lines.filter((line) => line.startsWith('warn')).at(-1)).toContain('"held":999');
  });

  it('a null is never open', async () => {
    const world = await settledWorld();
    world.orders({ action: 'ARM_HOME', code: CODE });
    await world.rest();
    world.says('back-window', { contact: null });
    await world.rest();
    expect(world.state()).toBe('armed_home');
  });

  it('a repeated state is no second opening', async () => {
    const world = await settledWorld();
    world.says('front-door', { contact: false });
    await world.rest();
    const first = world.broker.retained.get(`${BASE}/zones/front-door`);
    await world.pass(10);
    world.says('front-door', { contact: false, battery: 80 });
    await world.rest();
    expect(world.broker.retained.get(`${BASE}/zones/front-door`)).toBe(first);
  });
});

describe('a gateway that goes away', () => {
  const zone = (world: { broker: { retained: ReadonlyMap<string, string> } }, id: string) =>
    JSON.parse(world.broker.retained.get(`${BASE}/zones/${id}`) ?? '{}');

  it('leaves its zones unknown, never closed', async () => {
    const world = await settledWorld();
    world.says('bridge/state', { state: 'offline' });
    await world.rest();
    expect(zone(world, 'front-door')).toMatchObject({ open: null, online: false });
    expect(world.attributes()['faults']).toContain('gateway:zigbee2mqtt');
  });

  it('and comes back leaves them unknown until they speak', async () => {
    const world = await settledWorld();
    world.says('bridge/state', { state: 'offline' });
    world.says('bridge/state', { state: 'online' });
    await world.rest();
    expect(zone(world, 'front-door')).toMatchObject({ open: null, online: true });
    world.says('front-door', { contact: true });
    await world.rest();
    expect(zone(world, 'front-door')).toMatchObject({ open: false, online: true });
  });

  it('an external broker may blink, but not for ten seconds', async () => {
    const world = await settledWorld();
    world.hub.door.connected(false);
    await world.pass(9);
    expect(zone(world, 'front-door')).toMatchObject({ open: false });
    await world.pass(2);
    expect(zone(world, 'front-door')).toMatchObject({ open: null, online: false });
    expect(world.attributes()['faults']).toContain('mqtt_down');
    world.hub.door.connected(true);
    await world.rest();
    expect(world.attributes()['faults']).toEqual([]);
  });
});

describe('sirens, lights and keypads', () => {
  it('a client that subscribes is told the siren again, with the time that is left', async () => {
    const world = await settledWorld();
    world.says('smoke', { smoke: true });
    await world.pass(60);
    world.heard();
    world.hub.door.subscribed('zigbee2mqtt/+/set');
    expect(world.heard().find((line) => line.startsWith('!zigbee2mqtt/siren/set'))).toContain('"duration":540');
  });

  it('a siren that was off the air is told again when its gateway says that it is back', async () => {
    const world = await settledWorld();
    world.says('smoke', { smoke: true });
    await world.pass(5);
    world.says('siren/availability', { state: 'offline' });
    await world.pass(60);
    world.heard();
    world.says('siren/availability', { state: 'online' });
    expect(world.heard().find((line) => line.startsWith('!zigbee2mqtt/siren/set'))).toContain('"duration":535');
    world.says('siren/availability', { state: 'online' });
    expect(world.heard().filter((line) => line.startsWith('!zigbee2mqtt/siren/set'))).toEqual([]);
  });

  it('a client that listens to something else is told nothing', async () => {
    const world = await settledWorld();
    world.hub.door.subscribed(`${BASE}/#`);
    expect(world.heard().filter((line) => line.startsWith('!'))).toEqual([]);
  });

  it('the siren is silent at its end, and says so', async () => {
    const world = await settledWorld();
    world.says('smoke', { smoke: true });
    await world.pass(601);
    expect(world.broker.retained.get(`${BASE}/outputs/siren`)).toBe('off');
    expect(world.state()).toBe('disarmed');
  });

  it('a light that was on before stays on after', async () => {
    const world = await settledWorld();
    world.says('porch', { state: 'ON' });
    world.says('smoke', { smoke: true });
    await world.rest();
    world.orders({ action: 'DISARM', code: CODE });
    await world.rest();
    expect(world.heard().filter((line) => line.startsWith('!zigbee2mqtt/porch'))).toEqual([]);
  });

  it('a light that we lit goes out when a code ends the alarm', async () => {
    const world = await settledWorld();
    world.says('porch', { state: 'OFF' });
    world.says('smoke', { smoke: true });
    await world.rest();
    world.says('porch', { state: 'ON' });
    world.orders({ action: 'DISARM', code: CODE });
    await world.rest();
    const told = world.heard().filter((line) => line.startsWith('!zigbee2mqtt/porch'));
    expect(told).toEqual(['!zigbee2mqtt/porch/set {"state":"ON"}', '!zigbee2mqtt/porch/set {"state":"OFF"}']);
  });

  const pressed = (action: string, code: string | null, transaction: number) => ({
    action,
    ...(code === null ? {} : { action_code: code }),
    action_transaction: transaction,
  });
  const KEYPAD: readonly (readonly [string, object, string])[] = [
    ['arms', pressed('arm_day_zones', CODE, 3), '"transaction":3,"mode":"arm_day_zones"'],
    ['a wrong code', pressed('arm_all_zones', '000000', 4), '"transaction":4,"mode":"invalid_code"'],
    ['nothing to disarm', pressed('disarm', CODE, 5), '"transaction":5,"mode":"already_disarmed"'],
    ['no code', pressed('arm_all_zones', null, 6), '"transaction":6,"mode":"invalid_code"'],
  ];
  for (const [name, message, answer] of KEYPAD) {
    it(`a keypad is answered by its transaction: ${name}`, async () => {
      const world = await settledWorld();
      world.says('keypad', message);
      await world.rest();
      expect(
        world
          .heard()
          .filter((line) => line.startsWith('!zigbee2mqtt/keypad/set'))
          .join(),
      ).toContain(answer);
    });
  }

  it('a keypad shows the countdowns and the alarm', async () => {
    const world = await settledWorld();
    world.orders({ action: 'ARM_AWAY', code: CODE });
    await world.pass(46);
    world.says('front-door', { contact: false });
    await world.pass(31);
    const shown = world.heard().filter((line) => line.startsWith('!zigbee2mqtt/keypad/set'));
    expect(shown.map((line) => JSON.parse(line.slice(line.indexOf('{'))).arm_mode.mode)).toEqual([
      'exit_delay',
      'arm_all_zones',
      'entry_delay',
      'in_alarm',
    ]);
  });
});

describe('what the config does not know', () => {
  it('is remembered, without its codes', async () => {
    const world = await startWorld();
    world.says('shed-door', { contact: true });
    world.says('new-keypad', { action: 'disarm', action_code: '4711', action_transaction: 1 });
    const seen = world.hub.seen();
    expect(seen.map(({ id }) => id)).toContain('shed-door');
    expect(JSON.stringify(seen)).not.toContain('4711');
  });

  it('stands in the order in which it was heard last, with how well', async () => {
    const world = await startWorld();
    for (const door of ['a', 'b', 'a']) world.says(`new-${door}`, { contact: true, linkquality: 60 });
    const seen = world.hub.seen().map(({ id, messages, quality }) => [id, messages, quality]);
    expect(seen).toEqual([
      ['new-b', 1, { linkQuality: 60 }],
      ['new-a', 2, { linkQuality: 60 }],
    ]);
  });

  const wires: readonly (readonly [topic: WireTopic, payload: object | string, as: object | null])[] = [
    [
      '#serial/rf433/heard',
      { model: 'Some-Contact', id: 7, contact_open: 1 },
      { profile: 'rtl_433', gateway: 'rf433', address: 'Some-Contact:7' },
    ],
    ['#serial/rf433/heard', { contact: true }, null],
    ['#serial/rf433/other', { model: 'Some-Contact', id: 7, contact_open: 1 }, null],
    ['#gpio/pinctrl-bcm2711/17', 'on', null],
    ['#gpio/pinctrl-bcm2711/17', { model: 'Some-Contact', id: 7, contact_open: 1 }, null],
    ['#firmata/uno/5', 'on', null],
  ];
  for (const [topic, payload, as] of wires) {
    it(`${topic} ${JSON.stringify(payload)}`, async () => {
      const world = await startWorld();
      const bytes = Buffer.from(typeof payload === 'string' ? payload : JSON.stringify(payload));
      world.hub.wiresDoor.message(topic, bytes, false);
      const [seen = null, ...more] = world.hub.seen();
      expect(more).toEqual([]);
      if (as === null) expect(seen).toBeNull();
      else expect(seen).toEqual(expect.objectContaining(as));
    });
  }

  it('is bounded', async () => {
    const world = await startWorld();
    for (let one = 0; one < 1000; one += 1) world.says(`door-${one}`, { contact: true });
    expect(world.hub.seen()).toHaveLength(200);
  });
});
