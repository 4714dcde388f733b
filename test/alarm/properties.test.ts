import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { PanelEvent } from '../../src/alarm/events.ts';
import { deadline, reduce } from '../../src/alarm/reduce.ts';
import type { PanelState } from '../../src/alarm/state.ts';
import { sirenWanted } from '../../src/alarm/view.ts';
import { crowded, moves, ordinary, play, secret, told } from './chance.ts';
import { give } from './happenings.ts';
import { localRows, settledWorld, type World } from './world.ts';

// What holds in every story. `happen` itself holds after each event that the state survives JSON, that every list keeps
// its bound, that no deadline stays behind a tick and that nothing silent is shown.

const anything = moves(fc.oneof({ weight: 5, arbitrary: ordinary }, { weight: 1, arbitrary: secret }));

/** Plays a story and lets `watch` look at every event. */
function inEveryStory(
  watch: (world: World) => World['watch'],
  afterMove: (world: World) => void = () => undefined,
): void {
  fc.assert(
    fc.property(anything, (story) => {
      const world = settledWorld(crowded);
      world.watch = watch(world);
      for (const [index, move] of story.entries()) {
        try {
          play(world, move);
          afterMove(world);
        } catch (error) {
          throw new Error(told(story.slice(0, index + 1)), { cause: error });
        }
      }
    }),
    { numRuns: 80 },
  );
}

const isValidDisarm = (event: PanelEvent): boolean =>
  event.type === 'code-verified' &&
  event.order.ask.action === 'disarm' &&
  (event.person.role === 'resident' || event.person.role === 'visitor');

const isTrip = (event: PanelEvent): boolean =>
  ['zone-opened', 'zone-detected', 'tamper-on', 'ordered'].includes(event.type);

describe('in every story', () => {
  it('only a valid code ends an armed state', () => {
    inEveryStory(() => (event, before, after) => {
      if (before.set !== null && after.set === null && !isValidDisarm(event))
        throw new Error(`disarmed by ${event.type}`);
    });
  });

  it('only a valid code or the service ends an alarm before its time', () => {
    inEveryStory((world) => (event, before, after) => {
      const ended = before.alarms.filter((alarm) => !after.alarms.some((one) => one.id === alarm.id));
      for (const alarm of ended) {
        const expired = alarm.expires <= world.now;
        const closed = event.type === 'closed-by-station' && event.alarm === alarm.id;
        const byCode = isValidDisarm(event) && alarm.kind !== 'duress';
        if (!expired && !closed && !byCode) throw new Error(`${alarm.kind} ended by ${event.type}`);
      }
    });
  });

  it('duress ends by closure or expiry alone', () => {
    inEveryStory((world) => (event, before, after) => {
      for (const alarm of before.alarms.filter((one) => one.kind === 'duress')) {
        const gone = !after.alarms.some((one) => one.id === alarm.id);
        const may = event.type === 'closed-by-station' || alarm.expires <= world.now;
        if (gone && !may) throw new Error(`duress ended by ${event.type}`);
      }
    });
  });

  it('the siren is never on longer than its time after the last trip', () => {
    const time = crowded.panel.siren.duration;
    inEveryStory((world) => {
      let last = 0;
      let started = -1;
      return (event, before, after) => {
        if (event.type === 'restarted') started = world.now;
        // A siren whose time ran out while the process was away ends with the first tick after the start.
        const overdue = before.sounding?.siren === true && world.now > last + time && world.now !== started;
        const late = event.type === 'tick' && sirenWanted(after) && world.now >= last + time;
        const raised = after.nextAlarm !== before.nextAlarm;
        if (overdue || (late && !raised)) throw new Error(`on since ${last}, at ${world.now}`);
        if (isTrip(event) || raised) last = world.now;
      };
    });
  });

  it('an entry delay gets longer by the floor of a restart alone, and once', () => {
    inEveryStory(() => (event, before, after) => {
      const was = before.set?.entry;
      const is = after.set?.entry;
      if (was == null || is == null || is.until <= was.until) return;
      if (event.type !== 'restarted' || was.extended) throw new Error(`longer by ${event.type}`);
    });
  });

  it('an entry delay ends in an alarm or by a code', () => {
    inEveryStory(() => (event, before, after) => {
      if (before.set?.entry == null || after.set?.entry != null) return;
      const alarm = after.alarms.some((one) => one.kind === 'intruder') && after.sounding !== null;
      if (!alarm && !isValidDisarm(event)) throw new Error(`ended by ${event.type}`);
    });
  });

  it('every alarm that opens is told, and every one that ends is stopped or hidden', () => {
    inEveryStory(
      () => () => undefined,
      ({ effects }) => {
        const rows = effects.filter((effect) => effect.type === 'record').map(({ row }) => row);
        const count = (type: string): number => effects.filter((effect) => effect.type === type).length;
        const written = (...names: readonly string[]): number => rows.filter((row) => names.includes(row)).length;
        expect(count('tell')).toBe(written('alarm-raised', 'alarm-renewed'));
        expect(count('stop-telling') + count('hide-telling')).toBe(written('alarm-ended'));
      },
    );
  });

  it('a name, a number or a code stands in no row', () => {
    inEveryStory(
      () => () => undefined,
      (world) => {
        const rows = JSON.stringify(world.effects.filter((effect) => effect.type === 'record'));
        if (/the (resident|visitor|installer|monitor)/.test(rows)) throw new Error('a name in a row');
      },
    );
  });

  it('a local row says nothing of silent alarms', () => {
    inEveryStory(
      () => () => undefined,
      (world) => {
        const rows = localRows(world.effects);
        const silent = rows.filter(({ data }) => data['kind'] === 'personal' && JSON.stringify(data).includes('"fob"'));
        if (/"s\d+"|duress/.test(JSON.stringify(rows)) || silent.length > 0) throw new Error('a silent alarm in a row');
      },
    );
  });

  it('a tick before the deadline changes nothing', () => {
    inEveryStory(
      () => () => undefined,
      (world) => {
        const next = deadline(world.panel);
        if (next !== null && next <= world.now) return;
        const step = reduce(world.plan.panel, world.panel, { type: 'tick' }, world.now);
        expect(step.effects).toEqual([]);
        expect(step.state).toEqual(world.panel);
      },
    );
  });

  it('a second restart changes nothing more than the first', () => {
    inEveryStory(
      () => () => undefined,
      (world) => {
        const again = (state: PanelState) => reduce(world.plan.panel, state, { type: 'restarted' }, world.now).state;
        const once = again(world.panel);
        expect(again(once)).toEqual(once);
      },
    );
  });
});

describe('a flood of calls for help', () => {
  it('keeps its bounds', () => {
    const world = settledWorld(crowded);
    for (let index = 0; index < 1000; index++) {
      give(
        world,
        { action: 'panic', silent: index % 2 === 0 },
        { code: 'none', id: `id-${index}`, source: `mqtt:${index}` },
      );
    }
    expect(world.panel.recent.length).toBe(256);
  });
});
