import { describe, expect, it } from 'vitest';
import type { Answer, Ask, Vouched } from '../../src/alarm/events.ts';
import type { SourceId } from '../../src/base/brand.ts';
import type { LocalNews, Wish } from '../../src/hub/ports.ts';
import { createFakeJournal, PEOPLE } from './fakes.ts';
import { BASE, CODE, DURESS, settledWorld, startWorld, type World } from './world.ts';

// What the hub offers to whoever shows it: the same as the retained topics, never sooner, and orders that are answered.

const source = 'session:test' as SourceId;
const wish = (ask: Ask, more: Partial<Wish> = {}): Wish => ({
  source,
  ask,
  code: null,
  vouched: null,
  id: null,
  ...more,
});
const anna: Vouched = { person: PEOPLE.anna, duress: false, code: 'fresh' };
const armHome: Ask = { action: 'arm', mode: 'home', bypass: [] };
const panic: Ask = { action: 'panic', silent: true };

async function ordered(world: World, asked: Wish): Promise<Answer | null> {
  const answer = world.hub.window.order(asked);
  await world.rest();
  return answer;
}

/** The retained topics, put together as the window has them. */
function fromTopics(world: World) {
  const { retained } = world.broker;
  const below = (part: string) =>
    Object.fromEntries(
      [...retained]
        .filter(([topic]) => topic.startsWith(`${BASE}/${part}/`))
        .map(([topic, payload]) => [topic.slice(`${BASE}/${part}/`.length), payload]),
    );
  return {
    state: world.state(),
    attributes: retained.get(`${BASE}/panel/attributes`),
    zones: below('zones'),
    outputs: below('outputs'),
  };
}

function fromWindow({ hub }: World) {
  const { state, attributes, zones, outputs } = hub.window.view();
  const texts = Object.entries(zones).map(([id, zone]) => [id, JSON.stringify(zone)]);
  return { state, attributes: JSON.stringify(attributes), zones: Object.fromEntries(texts), outputs: { ...outputs } };
}

describe('the view', () => {
  const deeds: readonly (readonly [string, (world: World) => void])[] = [
    ['nothing at all', () => {}],
    ['a door', (world) => world.says('front-door', { contact: false })],
    ['a low battery', (world) => world.says('front-door', { contact: true, battery_low: true })],
    ['arming', (world) => world.orders({ action: 'ARM_AWAY', code: CODE, id: 'a' })],
    ['a smoke alarm', (world) => world.says('smoke', { smoke: true })],
    ['a leak', (world) => world.says('leak', { water_leak: true })],
    ['a silent call', (world) => world.says('panic', { action: 'single' })],
    ['a light', (world) => world.says('porch', { state: 'ON' })],
  ];
  for (const [name, deed] of deeds) {
    it(`after ${name} is what the retained topics say, byte for byte`, async () => {
      const world = await settledWorld();
      deed(world);
      await world.pass(1);
      expect(fromWindow(world)).toEqual(fromTopics(world));
    });
  }

  it('right at the start, before anything has spoken', async () => {
    const world = await startWorld();
    expect(fromWindow(world)).toEqual(fromTopics(world));
  });

  it('is never ahead of the journal', async () => {
    const journal = createFakeJournal();
    const world = await settledWorld({ journal });
    journal.be('silent');
    const news: LocalNews[] = [];
    world.hub.window.watch((one) => news.push(one));
    const answer = world.hub.window.order(wish(armHome, { vouched: anna }));
    await world.rest();
    expect([world.hub.window.view().state, news]).toEqual(['disarmed', []]);
    journal.answer();
    expect([await answer, world.hub.window.view().state]).toEqual([{ ok: true, warnings: [] }, 'armed_home']);
    expect(news.map(({ type }) => type)).toEqual(['panel', 'row']);
  });

  it('lists every open alarm that may be seen, and none other', async () => {
    const world = await settledWorld();
    world.says('panic', { action: 'single' });
    world.says('leak', { water_leak: true });
    world.says('smoke', { smoke: true });
    await world.rest();
    const { alarms, attributes } = world.hub.window.view();
    expect(alarms.map(({ id, kind }) => [id, kind])).toEqual([
      ['a1', 'fault'],
      ['a2', 'fire'],
    ]);
    expect(attributes.alarm).toEqual(alarms[1]);
  });
});

describe('its news', () => {
  it('tell what changed, with the view already the new one', async () => {
    const world = await settledWorld();
    const news: string[] = [];
    world.hub.window.watch((one) => {
      const { zones, outputs, state } = world.hub.window.view();
      if (one.type === 'zone') news.push(`${one.zone} ${zones[one.zone]?.open}`);
      else if (one.type === 'output') news.push(`${one.output} ${outputs[one.output]}`);
      else if (one.type === 'panel') news.push(`panel ${state}`);
      else news.push(one.type === 'row' ? `row ${one.row.type}` : one.type);
    });
    world.says('back-window', { contact: false });
    await world.rest();
    world.says('back-window', { contact: true });
    await world.rest();
    world.orders({ action: 'ARM_HOME', code: CODE, id: 'x' });
    await world.rest();
    world.says('back-window', { contact: false });
    await world.rest();
    const others = ['porch on', 'path-light on', 'row telling-started', 'row text-not-sent', 'telling'];
    expect(news.filter((one) => !others.includes(one))).toEqual([
      'panel disarmed',
      'back-window true',
      'panel disarmed',
      'back-window false',
      'panel armed_home',
      'row armed',
      'siren on',
      'panel triggered',
      'back-window true',
      'row alarm-raised',
    ]);
  });

  it('end when nobody listens any more', async () => {
    const world = await settledWorld();
    const news: LocalNews[] = [];
    world.hub.window.watch((one) => news.push(one))();
    world.says('front-door', { contact: false });
    await world.pass(1);
    expect(news).toEqual([]);
  });

  for (const [name, secretly, ordinarily] of [
    ['a silent call', [wish(panic)], []],
    ['a duress code', [wish({ action: 'disarm' }, { code: DURESS })], [wish({ action: 'disarm' }, { code: CODE })]],
  ] as const) {
    it(`are the same with ${name} as on any other day`, async () => {
      const heard = await Promise.all(
        [secretly, ordinarily].map(async (wishes) => {
          const world = await settledWorld();
          await ordered(world, wish(armHome, { vouched: anna }));
          const news: string[] = [];
          world.hub.window.watch((one) => news.push(JSON.stringify(one)));
          for (const one of wishes) await ordered(world, one);
          await world.pass(200);
          return [news, world.hub.window.view()];
        }),
      );
      expect(heard[0]).toEqual(heard[1]);
    });
  }
});

describe('an order', () => {
  const rows: readonly (readonly [string, Wish, Answer])[] = [
    [
      'with a code',
      wish(armHome, { code: CODE }),
      { ok: true, warnings: [], given: { person: PEOPLE.anna, duress: false } },
    ],
    [
      'with a duress code',
      wish(armHome, { code: DURESS }),
      { ok: true, warnings: [], given: { person: PEOPLE.anna, duress: true } },
    ],
    ['with a wrong code', wish(armHome, { code: '000000' }), { ok: false, error: 'bad_code' }],
    ['with nothing', wish(armHome), { ok: false, error: 'bad_code' }],
    ['of somebody vouched for', wish(armHome, { vouched: anna }), { ok: true, warnings: [] }],
    ['for help', wish(panic), { ok: true, warnings: [] }],
    [
      'whose code is it',
      wish({ action: 'identify' }, { code: CODE }),
      { ok: true, warnings: [], given: { person: PEOPLE.anna, duress: false } },
    ],
    [
      'whose duress code is it',
      wish({ action: 'identify' }, { code: DURESS }),
      { ok: true, warnings: [], given: { person: PEOPLE.anna, duress: true } },
    ],
  ];
  for (const [name, asked, answer] of rows) {
    it(`${name} is answered`, async () => {
      expect(await ordered(await settledWorld(), asked)).toEqual(answer);
    });
  }

  it('with an id that came before is refused', async () => {
    const world = await settledWorld();
    await ordered(world, wish(armHome, { vouched: anna, id: 'x' }));
    expect(await ordered(world, wish(armHome, { vouched: anna, id: 'x' }))).toEqual({
      ok: false,
      error: 'bad_request',
    });
  });

  it('is not taken while 64 wait, and a call for help always is', async () => {
    const journal = createFakeJournal();
    const world = await settledWorld({ journal });
    journal.be('silent');
    const waiting = Array.from({ length: 64 }, () => world.hub.window.order(wish(armHome, { vouched: anna })));
    expect(waiting.includes(null)).toBe(false);
    expect(world.hub.window.order(wish(armHome, { vouched: anna }))).toBeNull();
    const help = [world.hub.window.order(wish(panic)), world.hub.window.order(wish(panic))];
    expect(help[0]).toBe(help[1]);
    journal.be('well');
    journal.answer();
    expect(await Promise.all([...waiting, ...help])).toHaveLength(66);
    expect(world.hub.window.order(wish(armHome, { vouched: anna }))).not.toBeNull();
    await world.rest();
  });

  it('is answered although the disk refuses, and then nothing was armed', async () => {
    const journal = createFakeJournal();
    const world = await settledWorld({ journal });
    journal.be('failing');
    expect(await ordered(world, wish(armHome, { vouched: anna }))).toEqual({ ok: false, error: 'not_allowed' });
    await world.rest();
    expect(world.hub.window.view().state).toBe('disarmed');
  });
});

describe('what it keeps for others', () => {
  it('is there at once, and after a restart', async () => {
    const world = await settledWorld();
    expect(world.hub.window.kept('notes')).toBeNull();
    const kept = world.hub.window.keep('notes', 'one');
    expect(world.hub.window.kept('notes')).toBe('one');
    await kept;
    const again = await startWorld({ restored: world.journal.restored() });
    expect([again.hub.window.kept('notes'), again.hub.window.kept('panel')]).toEqual(['one', null]);
  });

  it('leaves no row and no news', async () => {
    const world = await settledWorld();
    const rows = world.journal.rows.length;
    const news: LocalNews[] = [];
    world.hub.window.watch((one) => news.push(one));
    await world.hub.window.keep('notes', 'one');
    expect([world.journal.rows.length - rows, news]).toEqual([0, []]);
  });

  it('is promised also when the disk refuses', async () => {
    const journal = createFakeJournal();
    const world = await settledWorld({ journal });
    journal.be('failing');
    await world.hub.window.keep('notes', 'one');
    expect(world.hub.window.kept('notes')).toBe('one');
  });
});
