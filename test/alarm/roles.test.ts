import { describe, expect, it } from 'vitest';
import type { Role } from '../../src/alarm/events.ts';
import { phaseOf } from '../../src/alarm/view.ts';
import { arm, disarm, panic } from './happenings.ts';
import { plan } from './plans.ts';
import { settledWorld } from './world.ts';

// Who may do what, cell by cell. No session of a resident is open, so an installer may nothing.
const MATRIX: Readonly<Record<Role, { readonly arm: boolean; readonly disarm: boolean; readonly panic: boolean }>> = {
  resident: { arm: true, disarm: true, panic: true },
  visitor: { arm: true, disarm: true, panic: true },
  installer: { arm: false, disarm: false, panic: true },
  monitor: { arm: false, disarm: false, panic: true },
};

const answersOf = (world: ReturnType<typeof settledWorld>): readonly string[] =>
  world.effects.filter((effect) => effect.type === 'reply').map(({ answer }) => (answer.ok ? 'ok' : answer.error));

describe.each(Object.entries(MATRIX))('a %s', (name, may) => {
  const role = name as Role;

  it(`${may.arm ? 'may' : 'may not'} arm`, () => {
    const world = settledWorld(plan);
    arm('home', { code: role }).run(world);
    expect([phaseOf(world.panel), ...answersOf(world)]).toEqual(
      may.arm ? ['armed_home', 'ok'] : ['disarmed', 'not_allowed'],
    );
  });

  it(`${may.disarm ? 'may' : 'may not'} disarm`, () => {
    const world = settledWorld(plan);
    arm('home').run(world);
    world.effects = [];
    disarm(role).run(world);
    expect([phaseOf(world.panel), ...answersOf(world)]).toEqual(
      may.disarm ? ['disarmed', 'ok'] : ['armed_home', 'not_allowed'],
    );
  });

  it('may call for help, as anybody may', () => {
    const world = settledWorld(plan);
    panic({ code: role }).run(world);
    expect(world.effects.filter((effect) => effect.type === 'tell').map((effect) => effect.alarm.kind)).toEqual([
      'personal',
    ]);
    expect(answersOf(world)).toEqual(['ok']);
  });
});
