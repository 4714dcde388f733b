import { describe, expect, it } from 'vitest';
import type { Answer, Ask, Vouched } from '../../src/alarm/events.ts';
import type { SourceId } from '../../src/base/brand.ts';
import { hours, minutes } from '../../src/base/time.ts';
import { createFakeClock, createFakeCodes, createFakeJournal, PEOPLE } from './fakes.ts';
import { BASE, CODE, settledWorld, startWorld, type World, type WorldOptions } from './world.ts';

// A walk test through the whole hub: what whoever walks is shown, and what leaves the house meanwhile.

const anna: Vouched = { person: PEOPLE.anna, duress: false, code: 'fresh' };
const threatened: Vouched = { person: PEOPLE.anna, duress: true, code: 'fresh' };
const ivan: Vouched = { person: PEOPLE.ivan, duress: false, code: 'fresh' };

async function asked(world: World, ask: Ask, vouched: Vouched = anna): Promise<Answer | null> {
  const answer = world.hub.window.order({ source: 'session:t' as SourceId, ask, code: null, vouched, id: null });
  await world.rest();
  return answer;
}

const begin: Ask = { action: 'walk-test', length: minutes(10) };

async function walking(options: WorldOptions = {}, by: Vouched = anna) {
  const world = await settledWorld(options);
  expect(await asked(world, begin, by)).toEqual({ ok: true, warnings: [] });
  const news: string[] = [];
  world.hub.window.watch((one) => {
    if (one.type === 'walk') news.push(`${one.zone} ${one.what}`);
    if (one.type === 'row') news.push(`row ${one.row.type}`);
  });
  return { world, news };
}

const told = (world: World): readonly unknown[] =>
  world.journal.rows.filter(({ type }) => type === 'text-not-sent').map(({ data }) => data['kind']);

describe('a walk test', () => {
  it('tells what each zone does, and no row of it', async () => {
    const { world, news } = await walking();
    world.says('front-door', { contact: false });
    world.says('front-door', { contact: true });
    world.says('hall', { occupancy: true });
    world.says('hall', { occupancy: false });
    world.says('frame', { vibration: true });
    await world.rest();
    expect(news).toEqual(['front-door opened', 'front-door closed', 'hall detected', 'hall closed', 'frame hit']);
  });

  it('tells when it was, once the journal has it', async () => {
    const journal = createFakeJournal();
    const { world } = await walking({ journal });
    const at: string[] = [];
    world.hub.window.watch((one) => {
      if (one.type === 'walk') at.push(one.at);
    });
    journal.be('silent');
    world.says('front-door', { contact: false });
    await world.rest();
    expect(at).toEqual([]);
    world.clock.pass(500);
    journal.answer();
    await world.rest();
    expect(at).toEqual(['2026-11-21T20:00:00.000Z']);
  });

  it('shows until when, and no retained topic does', async () => {
    const world = await settledWorld();
    const before = [...world.broker.retained];
    await asked(world, begin);
    expect(world.hub.window.view().walkUntil).toBe('2026-11-21T20:10:00.000Z');
    expect([...world.broker.retained]).toEqual(before);
    await world.pass(600);
    expect(world.hub.window.view().walkUntil).toBeNull();
  });

  it('takes one short press for a try: a row, and nobody is told', async () => {
    const { world, news } = await walking();
    world.says('panic', { action: 'single' });
    await world.rest();
    await world.pass(300);
    expect([news, told(world)]).toEqual([['panic pressed', 'row walk-press'], []]);
  });

  it('tells nothing to monitoring services, nor to retained topics', async () => {
    const { world } = await walking();
    const before = [...world.broker.retained].filter(([topic]) => topic.startsWith(`${BASE}/zones/panic`));
    world.says('panic', { action: 'single', battery: 12 });
    await world.pass(1);
    expect([...world.broker.retained].filter(([topic]) => topic.startsWith(`${BASE}/zones/panic`))).toEqual(before);
  });

  for (const [name, say] of [
    ['a hold', (world: World) => world.says('panic', { action: 'hold' })],
    ['PANIC over MQTT', (world: World) => world.orders({ action: 'PANIC', id: 'p' })],
    ['a keypad', (world: World) => world.says('keypad', { action: 'emergency', action_transaction: 9 })],
    [
      'a second press',
      async (world: World) => {
        world.says('panic', { action: 'single' });
        await world.rest();
        await world.pass(4);
        world.says('panic', { action: 'single' });
      },
    ],
  ] as const) {
    it(`${name} is a call all the same`, async () => {
      const { world } = await walking();
      await say(world);
      await world.pass(1);
      expect(told(world)).toEqual(['personal']);
    });
  }

  it('ends with a stop of the hub, and a row says so', async () => {
    const { world } = await walking();
    const next = await startWorld({
      restored: world.journal.restored(),
      clock: createFakeClock(world.clock.now() + 1000),
    });
    expect(next.hub.window.view().walkUntil).toBeNull();
    expect(next.journal.rows.map(({ type }) => type)).toContain('walk-ended');
    next.says('panic', { action: 'single' });
    await next.pass(1);
    expect(told(next)).toEqual(['personal']);
  });

  it('is refused while armed, and by nobody’s code', async () => {
    const world = await settledWorld();
    expect(await asked(world, begin, ivan)).toEqual({ ok: false, error: 'not_allowed' });
    world.orders({ action: 'ARM_HOME', code: CODE });
    await world.rest();
    expect(await asked(world, begin)).toEqual({ ok: false, error: 'not_allowed' });
  });
});

describe('what leaves no trace beside a walk test', () => {
  async function traceOf(by: Vouched, deeds: readonly ((world: World) => void)[]): Promise<readonly string[]> {
    const world = await settledWorld();
    const news: string[] = [];
    world.hub.window.watch((one) => news.push(JSON.stringify(one)));
    await asked(world, begin, by);
    for (const deed of deeds) {
      deed(world);
      await world.rest();
      await world.pass(3);
    }
    await world.pass(700);
    const rows = world.journal.rows.filter(({ sealed }) => !sealed).map((row) => JSON.stringify(row));
    return [...news, ...rows, ...world.heard(), ...world.log.lines, JSON.stringify(world.hub.quality())];
  }
  const single = (world: World): void => world.says('panic', { action: 'single' });
  const loud = (world: World): void => world.says('loud-panic', { action: 'single' });
  const hold = (world: World): void => world.says('panic', { action: 'hold', battery: 3 });
  const nothing = (): void => {};

  for (const [name, secretly, ordinarily] of [
    ['a hold', [hold], [nothing]],
    ['a second press', [single, single], [single, nothing]],
    ['a hold after a press', [single, hold], [single, nothing]],
  ] as const) {
    it(name, async () => expect(await traceOf(anna, secretly)).toEqual(await traceOf(anna, ordinarily)));
  }
  it('one begun under threat, and each press in it', async () => {
    expect(await traceOf(threatened, [single, loud])).toEqual(await traceOf(anna, [single, loud]));
  });
});

describe('a first fitting', () => {
  const empty = { ...createFakeCodes(), hasResident: () => false };

  it('is opened at the hub itself while no resident has a code', async () => {
    const world = await settledWorld({ codes: empty });
    expect(world.hub.openInstaller(hours(24))).toBe(true);
    await world.rest();
    expect(world.hub.window.view().installerUntil).toBe('2026-11-22T04:00:00.000Z');
    expect(world.journal.rows.at(-1)).toMatchObject({ type: 'installer-opened', data: { by: null }, sealed: false });
    expect(await asked(world, begin, ivan)).toEqual({ ok: true, warnings: [] });
  });

  it('is refused once one has, and leaves nothing', async () => {
    const world = await settledWorld();
    const rows = world.journal.rows.length;
    expect(world.hub.openInstaller(hours(1))).toBe(false);
    await world.rest();
    expect([world.hub.window.view().installerUntil, world.journal.rows.length]).toEqual([null, rows]);
  });
});
