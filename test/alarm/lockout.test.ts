import { describe, expect, it } from 'vitest';
import { instant } from '../../src/base/time.ts';
import { arm, disarm, type Happening, open, panic, restarted, stopped, wrongCode } from './happenings.ts';
import { houseWith, plan } from './plans.ts';
import { type Row, story } from './story.ts';
import { localRows, passTo, settledWorld } from './world.ts';

const MINUTE = 60;

story('three wrong codes lock their source for 90 s', plan, [
  [0, wrongCode('keypad:a'), 'disarmed', 'replies bad_code', 'logs code-wrong', 'logs no locked-out'],
  [1, wrongCode('keypad:a'), 'disarmed', 'replies bad_code', 'logs no locked-out'],
  [2, wrongCode('keypad:a'), 'disarmed', 'replies bad_code', 'logs code-wrong locked-out'],
  [3, disarm('resident', { source: 'keypad:a' }), 'disarmed', 'replies locked_out'],
  [4, disarm('resident', { source: 'keypad:b' }), 'disarmed', 'replies ok'],
  [91.999, disarm('resident', { source: 'keypad:a' }), 'disarmed', 'replies locked_out'],
  [92, disarm('resident', { source: 'keypad:a' }), 'disarmed', 'replies ok'],
]);

story('every code is refused alike in a lockout, and none is counted', plan, [
  [0, arm('home'), 'armed_home'],
  [1, wrongCode(), 'armed_home'],
  [2, wrongCode(), 'armed_home'],
  [3, wrongCode(), 'armed_home', 'logs locked-out'],
  [4, wrongCode(), 'armed_home', 'replies locked_out', 'logs nothing'],
  [5, disarm('resident'), 'armed_home', 'replies locked_out', 'logs nothing'],
  [6, disarm('visitor'), 'armed_home', 'replies locked_out', 'logs nothing'],
  [7, arm('away'), 'armed_home', 'replies locked_out', 'logs nothing'],
  [8, disarm('duress'), 'armed_home', 'replies locked_out', 'logs nothing', 'tells duress'],
  [9, disarm('duress'), 'armed_home', 'replies locked_out', 'logs nothing', 'tells duress'],
  [10, panic(), 'armed_home', 'replies ok', 'tells personal'],
  [93, disarm('resident'), 'disarmed', 'replies ok'],
]);

/** Three wrong codes at once, as soon as the last lockout is over. */
const rounds = (waits: readonly number[]): Row[] => {
  let at = 0;
  return waits.flatMap((wait): Row[] => {
    const start = at;
    at += wait;
    return [
      [start, threeWrong, 'disarmed', 'logs locked-out'],
      [
        start + wait - 0.001,
        disarm('resident', { source: 'mqtt:x', id: `at ${start}` }),
        'disarmed',
        'replies locked_out',
      ],
    ];
  });
};
const threeWrong: Happening = {
  label: 'three wrong codes',
  run: (world) => {
    for (let index = 0; index < 3; index++) wrongCode('mqtt:x').run(world);
  },
};

story('each lockout lasts twice as long as the one before, up to half an hour', plan, [
  ...rounds([90, 180, 360, 720, 1440, 1800, 1800, 1800]),
  [8190, disarm('resident', { source: 'mqtt:x' }), 'disarmed', 'replies ok'],
]);

story('a right code resets its source', plan, [
  [0, threeWrong, 'disarmed'],
  [90, disarm('resident', { source: 'mqtt:x' }), 'disarmed', 'replies ok'],
  [91, threeWrong, 'disarmed', 'logs locked-out'],
  [181, disarm('resident', { source: 'mqtt:x' }), 'disarmed', 'replies ok'],
  [182, wrongCode('mqtt:x'), 'disarmed'],
  [183, wrongCode('mqtt:x'), 'disarmed'],
  [184, disarm('resident', { source: 'mqtt:x' }), 'disarmed', 'replies ok'],
  [185, wrongCode('mqtt:x'), 'disarmed', 'logs no locked-out'],
]);

story('and no other one', plan, [
  [0, wrongCode('keypad:a'), 'disarmed'],
  [1, wrongCode('keypad:a'), 'disarmed'],
  [2, disarm('resident', { source: 'keypad:b' }), 'disarmed', 'replies ok'],
  [3, wrongCode('keypad:a'), 'disarmed', 'logs locked-out'],
]);

story('a missing code is bad and not counted', plan, [
  [0, disarm('none'), 'disarmed', 'replies bad_code', 'logs nothing'],
  [1, disarm('none'), 'disarmed', 'replies bad_code'],
  [2, disarm('none'), 'disarmed', 'replies bad_code'],
  [3, disarm('none'), 'disarmed', 'replies bad_code'],
  [4, disarm('resident'), 'disarmed', 'replies ok'],
]);

const fromFive = (at: number): Row[] =>
  Array.from({ length: 10 }, (_, index): Row => [at + index, wrongCode(`mqtt:${Math.floor(index / 2)}`), 'disarmed']);

story('ten wrong codes in ten minutes, from anywhere, lock the whole site', plan, [
  ...fromFive(0).slice(0, 9),
  [8.5, disarm('resident', { source: 'keypad:z' }), 'disarmed', 'replies ok'],
  [9, wrongCode('mqtt:4'), 'disarmed', 'logs code-wrong locked-out'],
  [10, disarm('resident', { source: 'keypad:z' }), 'disarmed', 'replies locked_out'],
  [11, disarm('duress', { source: 'keypad:y' }), 'disarmed', 'replies locked_out', 'tells duress', 'logs nothing'],
  [12, panic({ source: 'keypad:y' }), 'disarmed', 'tells personal', 'replies ok'],
  [98.999, disarm('resident', { source: 'keypad:z' }), 'disarmed', 'replies locked_out'],
  [99, disarm('resident', { source: 'keypad:z' }), 'disarmed', 'replies ok'],
]);

story('ten in more than ten minutes do not', plan, [
  [0, wrongCode('mqtt:first'), 'disarmed'],
  ...fromFive(10 * MINUTE).slice(0, 8),
  [10 * MINUTE + 9, wrongCode('mqtt:4'), 'disarmed', 'logs no locked-out'],
  [10 * MINUTE + 9.5, disarm('resident', { source: 'keypad:z' }), 'disarmed', 'replies ok'],
]);

story('a known code does not buy more guesses for the site', plan, [
  ...fromFive(0).flatMap((row): Row[] => [
    row,
    [
      row[0] + 0.5,
      disarm('resident', { source: 'mqtt:mine' }),
      'disarmed',
      row[0] === 9 ? 'replies locked_out' : 'replies ok',
    ],
  ]),
]);

story('a lockout is kept over a restart', plan, [
  [0, threeWrong, 'disarmed'],
  [10, stopped, 'disarmed'],
  [20, restarted, 'disarmed'],
  [30, disarm('resident', { source: 'mqtt:x' }), 'disarmed', 'replies locked_out'],
  [90, disarm('resident', { source: 'mqtt:x' }), 'disarmed', 'replies ok'],
]);

story('so are the codes counted before it', plan, [
  [0, wrongCode(), 'disarmed'],
  [1, wrongCode(), 'disarmed'],
  [2, stopped, 'disarmed'],
  [3, restarted, 'disarmed'],
  [4, wrongCode(), 'disarmed', 'logs locked-out'],
]);

story('a lockout stops no alarm', houseWith({}), [
  [0, arm('home'), 'armed_home'],
  [1, threeWrong, 'armed_home'],
  [2, open('front-window'), 'triggered', 'siren on', 'tells intruder'],
]);

describe('many sources', () => {
  it('are remembered up to a bound, and those locked out longest', () => {
    const world = settledWorld(plan);
    threeWrong.run(world);
    // Slow enough not to lock the site.
    for (let index = 0; index < 200; index++) {
      passTo(world, instant(index * 200_000));
      wrongCode(`mqtt:${index}`).run(world);
    }
    const sources = Object.keys(world.panel.lockout.sources);
    expect(sources.length).toBeLessThanOrEqual(64);
    expect(sources).toContain('mqtt:199');
  });

  it('write no code and no name into a row', () => {
    const world = settledWorld(plan);
    threeWrong.run(world);
    expect(JSON.stringify(localRows(world.effects))).not.toMatch(/the resident|the visitor/);
  });
});
