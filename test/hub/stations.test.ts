import { describe, expect, it } from 'vitest';
import { duration, seconds } from '../../src/base/time.ts';
import type { StationCommand } from '../../src/hub/ports.ts';
import { testAlert } from '../../src/hub/test-alert.ts';
import { planOf } from '../escalate/stations-bench.ts';
import { createFakeStation, type FakeStation } from '../link/fake-station.ts';
import { createFakeClock } from './fakes.ts';
import { CODE, DURESS, settledWorld, startWorld, type World, type WorldOptions } from './world.ts';

// The crank between the panel and a monitoring service: what leaves, when, and what comes back.

interface Watched {
  readonly world: World;
  readonly arc: FakeStation;
  /** Kinds the service has taken since the last call, restores with a minus. */
  told(): readonly string[];
}

const stations = planOf({ supervision: seconds(30) });

async function watched(options: WorldOptions = {}, arc = createFakeStation()): Promise<Watched> {
  const world = await settledWorld({ house: { stations }, stations: [arc], ...options });
  let read = 0;
  const told = (): readonly string[] => {
    const news = arc.reports.slice(read);
    read = arc.reports.length;
    return news.map(({ kind, is }) => (is === 'new' ? kind : `-${kind}`));
  };
  told();
  return { world, arc, told };
}

type Deed = (world: World) => void;
const order =
  (fields: object): Deed =>
  (world) =>
    world.orders(fields);
const home = order({ action: 'ARM_HOME', code: CODE });
const disarm = (code: string): Deed => order({ action: 'DISARM', code });
const breakIn: Deed = (world) => world.says('back-window', { contact: false });
const comeIn: Deed = (world) => world.says('front-door', { contact: false });
const press: Deed = (world) => world.says('panic', { action: 'single' });

async function play(world: World, ...deeds: readonly Deed[]): Promise<void> {
  for (const deed of deeds) {
    deed(world);
    await world.rest();
    await world.rest();
  }
}

const rows = (world: World, type: string) => world.journal.rows.filter((row) => row.type === type);

describe('what a service is told', () => {
  const table: readonly (readonly [name: string, deeds: readonly Deed[], told: readonly string[]])[] = [
    ['setting and unsetting', [home, disarm(CODE)], ['part-set', 'unset']],
    ['a break-in', [home, breakIn], ['part-set', 'perimeter']],
    ['its end by a code', [home, breakIn, disarm(CODE)], ['part-set', 'perimeter', 'unset', 'cancel']],
    [
      'coming home: the pre-alert, and that it is taken back',
      [home, comeIn, disarm(CODE)],
      ['part-set', 'pre-alert', '-pre-alert', 'unset'],
    ],
    [
      'coming home under threat: no unset, nothing taken back',
      [home, comeIn, disarm(DURESS)],
      ['part-set', 'pre-alert', 'duress'],
    ],
    ['a break-in ended under threat: no end', [home, breakIn, disarm(DURESS)], ['part-set', 'perimeter', 'duress']],
    ['a silent call', [press], ['personal-silent']],
    [
      'a fault and its end',
      [(world) => world.hub.fault('mains_lost', 'up'), (world) => world.hub.fault('mains_lost', 'over')],
      ['mains-lost', '-mains-lost'],
    ],
    [
      'noise of a radio, while set',
      [
        home,
        (world) => world.hub.wiresDoor.noise('#serial/rf433', 'up'),
        (world) => world.hub.wiresDoor.noise('#serial/rf433', 'over'),
      ],
      ['part-set', 'jamming', '-jamming'],
    ],
    [
      'noise of a radio, before it is set',
      [(world) => world.hub.wiresDoor.noise('#serial/rf433', 'up'), home],
      ['part-set', 'jamming'],
    ],
    [
      'noise of a radio that nobody guards',
      [
        (world) => world.hub.wiresDoor.noise('#serial/rf433', 'up'),
        (world) => world.hub.wiresDoor.noise('#serial/rf433', 'over'),
      ],
      [],
    ],
  ];
  for (const [name, deeds, kinds] of table) {
    it(name, async () => {
      const { world, told } = await watched();
      await play(world, ...deeds);
      expect(told()).toEqual(kinds);
    });
  }

  it('at a start: that it was one', async () => {
    const arc = createFakeStation();
    await watched({}, arc);
    expect(arc.reports.map(({ kind }) => kind)).toEqual(['restart']);
  });

  it('nothing where no service is configured', async () => {
    const { world, told } = await watched({ house: {} });
    await play(world, home, breakIn);
    expect(told()).toEqual([]);
  });
});

describe('its proof', () => {
  it('of an alarm: a row to read, and the bytes in a sealed one', async () => {
    const { world } = await watched();
    await play(world, home, breakIn);
    const about = (type: string) => rows(world, type).filter(({ data }) => data['alarm'] === 'a1');
    expect(about('report-acked')).toMatchObject([{ sealed: false, data: { kind: 'perimeter', station: 'arc' } }]);
    expect(about('report-proof')).toMatchObject([{ sealed: true, data: { ack: 'ACK of the fake' } }]);
  });

  it('of a silent call: nothing to read', async () => {
    const { world } = await watched();
    const before = world.journal.rows.filter(({ sealed }) => !sealed).length;
    await play(world, press);
    expect(rows(world, 'report-acked').at(-1)).toMatchObject({ sealed: true, data: { kind: 'personal-silent' } });
    expect(world.journal.rows.filter(({ sealed }) => !sealed).length).toBe(before);
  });
});

describe('an outage', () => {
  it('two silent signs of life are a fault, an answered one ends it', async () => {
    const { world, arc } = await watched();
    arc.always('lose');
    await world.pass(60);
    expect(world.attributes()['faults']).toContain('path:arc');
    arc.always('take');
    await world.pass(30);
    expect(world.attributes()['faults']).not.toContain('path:arc');
  });

  it('a lost silent report shows nothing', async () => {
    const { world, arc } = await watched();
    const before = world.journal.rows.filter(({ sealed }) => !sealed).length;
    arc.next('lose');
    await play(world, press);
    expect(world.attributes()['faults']).toEqual([]);
    expect(world.journal.rows.filter(({ sealed }) => !sealed).length).toBe(before);
  });

  it('what happened in it is proven after it, in order, the call for help first', async () => {
    const { world, arc } = await watched();
    const before = rows(world, 'report-acked').length;
    arc.always('lose');
    await play(world, home, breakIn, press);
    expect(rows(world, 'report-acked')).toHaveLength(before);
    arc.always('take');
    await world.pass(40);
    const kinds = rows(world, 'report-acked').slice(before);
    expect(kinds.map(({ data }) => data['kind'])).toEqual(['personal-silent', 'part-set', 'perimeter']);
  });

  it('a kill in the middle of it loses nothing and doubles nothing', async () => {
    const { world, arc } = await watched();
    arc.always('hold');
    await play(world, home, breakIn);
    const next = createFakeStation();
    const clock = createFakeClock(world.clock.now() + 1000);
    await startWorld({ restored: world.journal.restored(), clock, house: { stations }, stations: [next] });
    const ids = next.reports.map(({ id, kind }) => `${id} ${kind}`);
    expect(new Set(ids).size).toBe(ids.length);
    expect(next.reports.map(({ kind }) => kind)).toEqual(['part-set', 'perimeter', 'restart']);
  });

  it('where the saved state is lost, names go on beyond all that were given', async () => {
    const first = await watched();
    await play(first.world, home);
    const arc = createFakeStation();
    const clock = createFakeClock();
    clock.step(60_000);
    await watched({ clock }, arc);
    const before = new Set(first.arc.reports.map(({ id }) => id));
    expect(arc.reports.some(({ id }) => before.has(id))).toBe(false);
  });
});

describe('what a service asks', () => {
  const ask =
    (order_: StationCommand['order'], alarm: string, note: string | null = null): Deed =>
    (world) =>
      world.hub.stationDoor.commands('arc', [
        { id: `c-${order_}`, order: order_, alarm, by: 'Mona 07700 900123', note },
      ]);
  const alarmOf = (world: World) => world.attributes()['alarm'] as { readonly acknowledgedBy: string | null } | null;

  it('an acknowledgement shows under its name', async () => {
    const { world } = await watched();
    await play(world, home, breakIn, ask('acknowledge', 'a1'));
    expect(alarmOf(world)?.acknowledgedBy).toBe('arc');
    expect(rows(world, 'station-command')).toMatchObject([
      { sealed: false, data: { station: 'arc', order: 'acknowledge', alarm: 'a1', by: 'Mona #' } },
    ]);
  });

  it('a note is in the log', async () => {
    const { world } = await watched();
    await play(world, home, breakIn, ask('note', 'a1', 'rang 07700 900123, no answer'));
    expect(rows(world, 'alarm-note')).toMatchObject([
      { sealed: false, data: { by: 'arc', note: 'rang #, no answer' } },
    ]);
  });

  it('closing ends the alarm and its siren', async () => {
    const { world, told } = await watched();
    await play(world, home, breakIn, ask('close', 'a1'));
    expect(alarmOf(world)).toBeNull();
    expect(world.state()).toBe('armed_home');
    expect(told()).toEqual(['part-set', 'perimeter', 'cancel']);
  });

  it('closing ends a silent alarm, and duress, which nothing on site can', async () => {
    const { world, told } = await watched();
    await play(world, press, disarm(DURESS));
    const before = world.journal.rows.filter(({ sealed }) => !sealed).length;
    await play(world, ask('close', 's1'));
    world.hub.stationDoor.commands('arc', [{ id: 'c2', order: 'close', alarm: 's2', by: 'Mona', note: null }]);
    await world.rest();
    expect(rows(world, 'alarm-ended').map(({ sealed, data }) => [sealed, data['alarm']])).toEqual([
      [true, 's1'],
      [true, 's2'],
    ]);
    expect(world.journal.rows.filter(({ sealed }) => !sealed).length).toBe(before);
    expect(told()).toEqual(['personal-silent', 'duress', 'cancel', 'cancel']);
  });

  it('a stand-down lowers nothing', async () => {
    const { world } = await watched();
    await play(world, home, breakIn, ask('stand-down', 'a1'));
    expect(world.state()).toBe('triggered');
    expect(rows(world, 'station-command')).toMatchObject([{ data: { order: 'stand-down' } }]);
  });

  it('of an alarm that is not open: refused, and nothing to read on site', async () => {
    const { world, arc } = await watched();
    await play(world, ask('close', 'a9'));
    expect(rows(world, 'station-command')).toMatchObject([{ sealed: true }]);
    await world.pass(31);
    expect(arc.lives.flatMap(({ answers }) => answers)).toMatchObject([{ id: 'c-close', done: 'refused' }]);
  });

  it('the same command again is not done again', async () => {
    const { world } = await watched();
    await play(world, home, breakIn, ask('acknowledge', 'a1'), ask('acknowledge', 'a1'));
    expect(rows(world, 'acknowledged')).toHaveLength(1);
  });
});

describe('a test of every path', () => {
  const outcomes: readonly (readonly [fate: 'take' | 'lose', result: string])[] = [
    ['take', 'arc: delivered'],
    ['lose', 'arc: no answer'],
  ];
  for (const [fate, result] of outcomes) {
    it(result, async () => {
      const { world, arc } = await watched();
      arc.always(fate);
      const results: string[] = [];
      const asked = {
        paths: [],
        contacts: [],
        stations: ['arc'],
        wait: duration(0),
        gone: new AbortController().signal,
      };
      const done = testAlert(world.hub, world.clock, asked, (one) => results.push(`${one.path}: ${one.result}`));
      await world.pass(46);
      await done;
      expect(results).toEqual([result]);
    });
  }
});

describe('on the disk', () => {
  it('signs of life write nothing', async () => {
    const { world } = await watched();
    await world.pass(30);
    const before = world.journal.restored().parts?.['stations'];
    await world.pass(120);
    expect(world.journal.restored().parts?.['stations']).toBe(before);
  });
});

describe('a service that is not believed', () => {
  it('is told of at a sign of life', async () => {
    const { world, arc } = await watched();
    arc.always('hold');
    await world.pass(31);
    world.hub.stationDoor.refused('arc', 'a wrong signature');
    await arc.close();
    await world.rest();
    expect(world.log.lines.filter((line) => line.includes('a wrong signature'))).toHaveLength(1);
  });

  it('is not told of otherwise, which would show that a silent report was sent', async () => {
    const { world } = await watched();
    world.hub.stationDoor.refused('arc', 'a wrong signature');
    await world.pass(61);
    expect(world.log.lines.filter((line) => line.includes('a wrong signature'))).toEqual([]);
  });
});
