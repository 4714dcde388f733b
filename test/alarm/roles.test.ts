import { describe, expect, it } from 'vitest';
import type { Ask, Role } from '../../src/alarm/events.ts';
import { phaseOf } from '../../src/alarm/view.ts';
import { instant, minutes } from '../../src/base/time.ts';
import {
  arm,
  detect,
  disarm,
  endWalk,
  give,
  type Happening,
  inSession,
  open,
  openInstaller,
  outage,
  panic,
  press,
  walk,
} from './happenings.ts';
import { plan } from './plans.ts';
import { happen, localRows, passTo, settledWorld, type World } from './world.ts';

// Who may do what, cell by cell. `unset`: only while nothing is set.

type Cell = 'may' | 'unset' | 'no';
interface Column {
  readonly role: Role;
  /** A resident has let installers work. */
  readonly opened: 'opened' | 'not opened';
  readonly arm: Cell;
  readonly disarm: Cell;
  readonly acknowledge: Cell;
  readonly close: Cell;
  readonly installer: Cell;
  readonly walk: Cell;
}

const MATRIX: readonly Column[] = (['not opened', 'opened'] as const).flatMap((opened): Column[] => [
  {
    role: 'resident',
    opened,
    arm: 'may',
    disarm: 'may',
    acknowledge: 'may',
    close: 'no',
    installer: 'may',
    walk: 'may',
  },
  { role: 'visitor', opened, arm: 'may', disarm: 'may', acknowledge: 'no', close: 'no', installer: 'no', walk: 'no' },
  {
    role: 'installer',
    opened,
    arm: opened === 'opened' ? 'may' : 'no',
    disarm: opened === 'opened' ? 'unset' : 'no',
    acknowledge: 'no',
    close: 'no',
    installer: 'no',
    walk: opened === 'opened' ? 'may' : 'no',
  },
  { role: 'monitor', opened, arm: 'no', disarm: 'no', acknowledge: 'may', close: 'may', installer: 'no', walk: 'no' },
]);

const walkByCode = (code: Role): Happening => ({
  label: `walk by ${code}`,
  run: (world) => give(world, { action: 'walk-test', length: minutes(5) }, { code }),
});

const answersOf = (world: World): readonly string[] =>
  world.effects.filter((effect) => effect.type === 'reply').map(({ answer }) => (answer.ok ? 'ok' : answer.error));

function worldAfter(opened: Column['opened'], ...first: readonly Happening[]): World {
  const world = settledWorld(plan);
  if (opened === 'opened') openInstaller(30).run(world);
  for (const one of first) one.run(world);
  world.effects = [];
  return world;
}

const refusedOr = (may: boolean): string => (may ? 'ok' : 'not_allowed');

describe.each(MATRIX)('a $role, installer time $opened', ({ role, opened, ...may }) => {
  for (const [way, order] of [
    ['by a code', arm('home', { code: role })],
    ['in a session', inSession(role, { action: 'arm', mode: 'home', bypass: [] })],
  ] as const) {
    it(`arms ${way}: ${may.arm}`, () => {
      const world = worldAfter(opened);
      order.run(world);
      expect([phaseOf(world.panel), ...answersOf(world)]).toEqual(
        may.arm === 'may' ? ['armed_home', 'ok'] : ['disarmed', 'not_allowed'],
      );
      expect(world.panel.changedBy).toBe(may.arm === 'may' ? `the ${role}` : null);
    });
  }

  it(`disarms what is set: ${may.disarm}`, () => {
    const world = worldAfter(opened, arm('home'));
    disarm(role).run(world);
    expect([phaseOf(world.panel), ...answersOf(world)]).toEqual(
      may.disarm === 'may' ? ['disarmed', 'ok'] : ['armed_home', 'not_allowed'],
    );
  });

  it(`ends a fire alarm while nothing is set: ${may.disarm}`, () => {
    const world = worldAfter(opened, detect('smoke'));
    disarm(role).run(world);
    expect([world.panel.alarms.length, ...answersOf(world)]).toEqual(
      may.disarm === 'no' ? [1, 'not_allowed'] : [0, 'ok'],
    );
  });

  it('may call for help, as anybody may', () => {
    const world = worldAfter(opened);
    panic({ code: role }).run(world);
    expect(world.effects.filter((effect) => effect.type === 'tell').map((effect) => effect.alarm.kind)).toEqual([
      'personal',
    ]);
    expect(answersOf(world)).toEqual(['ok']);
  });

  for (const action of ['acknowledge', 'close'] as const) {
    it(`${action}s an alarm: ${may[action]}`, () => {
      const world = worldAfter(opened, arm('home'), open('front-window'));
      inSession(role, { action, alarm: 'a1', note: null }).run(world);
      expect(answersOf(world)).toEqual([refusedOr(may[action] === 'may')]);
      const ended = may.close === 'may' && action === 'close';
      expect([world.panel.alarms.length, world.panel.alarms[0]?.acknowledgedBy ?? null]).toEqual([
        ended ? 0 : 1,
        action === 'acknowledge' && may.acknowledge === 'may' ? `p-${role}` : null,
      ]);
    });
  }

  for (const ask of [
    { action: 'open-installer', length: minutes(5) },
    { action: 'close-installer' },
  ] as const satisfies readonly Ask[]) {
    it(`${ask.action}: ${may.installer}`, () => {
      const world = worldAfter(opened);
      inSession(role, ask).run(world);
      expect(answersOf(world)).toEqual([refusedOr(may.installer === 'may')]);
    });
  }
});

describe.each(MATRIX)('a walk test of a $role, installer time $opened', ({ role, opened, ...may }) => {
  for (const [way, order] of [
    ['by a code', walkByCode(role)],
    ['in a session', walk(role)],
  ] as const) {
    it(`begins ${way}: ${may.walk}`, () => {
      const world = worldAfter(opened);
      order.run(world);
      expect([world.panel.walk === null, ...answersOf(world)]).toEqual([
        may.walk !== 'may',
        refusedOr(may.walk === 'may'),
      ]);
    });
  }
  it('never begins while something is set', () => {
    const world = worldAfter(opened, arm('home'));
    walk(role).run(world);
    expect([world.panel.walk, ...answersOf(world)]).toEqual([null, 'not_allowed']);
  });
  it('never begins while something sounds', () => {
    const world = worldAfter(opened, detect('smoke'));
    walk(role).run(world);
    expect([world.panel.walk, ...answersOf(world)]).toEqual([null, 'not_allowed']);
  });
  it(`ends on order: ${may.walk}`, () => {
    const world = worldAfter(opened, walk('resident'));
    endWalk(role).run(world);
    expect([world.panel.walk === null, ...answersOf(world)]).toEqual([
      may.walk === 'may',
      refusedOr(may.walk === 'may'),
    ]);
  });
});

describe("an installer's time", () => {
  it('takes the walk test of an installer with it, and leaves that of a resident', () => {
    for (const [role, left] of [
      ['installer', false],
      ['resident', true],
    ] as const) {
      const world = worldAfter('opened', walk(role, 30));
      inSession('resident', { action: 'close-installer' }).run(world);
      expect(world.panel.walk !== null).toBe(left);
    }
  });
  it('is opened at the hub itself by nobody, with a row that says so', () => {
    const world = settledWorld(plan);
    happen(world, { type: 'fitting-began', length: minutes(60) });
    expect(localRows(world.effects).map(({ row, data }) => [row, data])).toEqual([
      ['installer-opened', { by: null, forMs: minutes(60) }],
    ]);
    walk('installer').run(world);
    expect(world.panel.walk?.by).toBe('installer');
  });
  it('ends by itself, to the millisecond, and says so', () => {
    const world = worldAfter('opened');
    passTo(world, instant(minutes(30) - 1));
    arm('home', { code: 'installer' }).run(world);
    expect(answersOf(world)).toEqual(['ok']);
    disarm().run(world);
    passTo(world, instant(minutes(30)));
    arm('home', { code: 'installer' }).run(world);
    expect(answersOf(world).at(-1)).toBe('not_allowed');
    expect(localRows(world.effects).map(({ row }) => row)).toContain('installer-closed');
    expect(world.panel.installer).toBeNull();
  });
  it('runs on through a restart and is over when it is due', () => {
    const world = worldAfter('opened', outage(29 * 60));
    expect(world.panel.installer).toEqual({ until: minutes(30) });
    outage(61).run(world);
    expect(world.panel.installer).toBeNull();
  });
  it('is closed early by a resident', () => {
    const world = worldAfter('opened', inSession('resident', { action: 'close-installer' }));
    arm('home', { code: 'installer' }).run(world);
    expect(answersOf(world)).toEqual(['not_allowed']);
  });
  it('opened again lasts so long from then on', () => {
    const world = worldAfter('opened');
    passTo(world, instant(minutes(20)));
    openInstaller(15).run(world);
    expect(world.panel.installer).toEqual({ until: minutes(35) });
  });
});

describe('a session', () => {
  it('does not disarm without the code', () => {
    const world = worldAfter('not opened', arm('home'));
    inSession('resident', { action: 'disarm' }).run(world);
    expect([phaseOf(world.panel), ...answersOf(world)]).toEqual(['armed_home', 'bad_code']);
  });
  for (const [code, answer, phase] of [
    ['fresh', 'ok', 'armed_home'],
    ['old', 'bad_code', 'armed_away'],
  ] as const) {
    it(`sets a lower mode only while its code is fresh: ${code}`, () => {
      const world = worldAfter('not opened', arm('away'));
      passTo(world, instant(60_000));
      inSession('resident', { action: 'arm', mode: 'home', bypass: [] }, { code }).run(world);
      expect([phaseOf(world.panel), ...answersOf(world)]).toEqual([phase, answer]);
    });
  }
  it('opened by no code is refused', () => {
    const world = worldAfter('not opened');
    inSession('resident', { action: 'identify' }).run(world);
    expect(answersOf(world)).toEqual(['bad_code']);
  });
  it('cannot touch a silent alarm, and is answered as for one that never was', () => {
    const world = worldAfter('not opened', press('fob'));
    for (const alarm of ['s1', 'a9']) inSession('monitor', { action: 'close', alarm, note: null }).run(world);
    expect([...answersOf(world), world.panel.alarms.length]).toEqual(['bad_request', 'bad_request', 1]);
  });
  it('opened under threat closes an alarm to the eye only, with the same rows', () => {
    const seen = [true, false].map((duress) => {
      const world = worldAfter('not opened', arm('home'), open('front-window'));
      inSession('monitor', { action: 'close', alarm: 'a1', note: 'all is well' }, { duress }).run(world);
      return { rows: localRows(world.effects), answers: answersOf(world), phase: phaseOf(world.panel), world };
    });
    expect({ ...seen[0], world: null }).toEqual({ ...seen[1], world: null });
    expect(seen.map(({ world }) => world.panel.alarms.map(({ hidden }) => hidden))).toEqual([[true], []]);
    expect(seen.map(({ world }) => world.effects.some(({ type }) => type === 'stop-telling'))).toEqual([false, true]);
  });
  it('adds a note without the digits of numbers and codes', () => {
    const world = worldAfter('not opened', arm('home'), open('front-window'));
    const note = 'rang +44 7700 900123, door 3 is open, code 48-29-13';
    inSession('resident', { action: 'acknowledge', alarm: 'a1', note }).run(world);
    expect(localRows(world.effects).find(({ row }) => row === 'alarm-note')?.data).toEqual({
      alarm: 'a1',
      by: 'p-resident',
      note: 'rang #, door 3 is open, code #',
    });
  });
  it('signs in by the one path: wrong codes count, and lock', () => {
    const world = worldAfter('not opened');
    const source = 'session:new';
    const sign = (code: 'wrong' | 'resident'): void => give(world, { action: 'identify' }, { code, source });
    for (let guess = 0; guess < 3; guess += 1) sign('wrong');
    sign('resident');
    expect(answersOf(world)).toEqual(['bad_code', 'bad_code', 'bad_code', 'locked_out']);
  });
});
