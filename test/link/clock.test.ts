import { describe, expect, it } from 'vitest';
import { createClock, type SavedTime, systemTime, type TimeSources } from '../../src/link/clock.ts';

const november = Date.UTC(2026, 10, 21);
const day = 24 * 60 * 60 * 1000;

interface Moved {
  mono: number;
  wall: number;
  service: ReturnType<TimeSources['timeService']>;
}

function sources(at: Moved, boot = 'boot-a'): TimeSources {
  return { monotonicMs: () => at.mono, wallMs: () => at.wall, boot: () => boot, timeService: () => at.service };
}

describe('where the line goes on', () => {
  const saved: SavedTime = { boot: 'boot-a', monotonicMs: 5_000, instant: 90_000 };
  const cases: readonly (readonly [what: string, SavedTime | null, boot: string, mono: number, now: number])[] = [
    ['a first start begins at zero', null, 'boot-a', 5_000, 0],
    ['the same boot counts the stop', saved, 'boot-a', 9_000, 94_000],
    ['another boot goes on where it stood', saved, 'boot-b', 1_000, 90_000],
    ['a monotonic clock that fell back counts as no time', saved, 'boot-a', 4_000, 90_000],
  ];
  for (const [what, from, boot, mono, now] of cases) {
    it(what, () => {
      const at: Moved = { mono, wall: november, service: 'absent' };
      const clock = createClock(from, sources(at, boot));
      expect(clock.now()).toBe(now);
      at.mono += 1_234;
      at.wall -= 365 * day;
      expect(clock.now()).toBe(now + 1_234);
    });
  }
});

describe('when the wall clock is believed', () => {
  const cases: readonly (readonly [what: string, from: Partial<Moved>, to: Partial<Moved>, trusted: boolean])[] = [
    ['no time service, a plausible date', {}, {}, true],
    ['a board that starts in 1970', { wall: 0 }, { wall: 0 }, false],
    ['a broken time chip', { wall: Date.UTC(2155, 0) }, { wall: Date.UTC(2155, 0) }, false],
    ['no time service, set by an hour', {}, { wall: november + 3_600_000 }, true],
    ['no time service, set by two days', {}, { wall: november + 2 * day }, false],
    ['the time service still waits', { service: 'waiting' }, { service: 'waiting' }, false],
    [
      'the time service has set it',
      { service: 'waiting', wall: november - 40 * day },
      { service: 'synchronised' },
      true,
    ],
    ['set, and then stopped', { service: 'synchronised' }, { service: 'absent', wall: november + 2 * day }, true],
  ];
  for (const [what, from, to, trusted] of cases) {
    it(`${what}: ${trusted ? 'yes' : 'no'}`, () => {
      const at: Moved = { mono: 0, wall: november, service: 'absent', ...from };
      const clock = createClock(null, sources(at));
      clock.trusted();
      Object.assign(at, { mono: 2_000, wall: november + 2_000 }, to);
      expect(clock.trusted()).toBe(trusted);
    });
  }
});

describe('the real clock', () => {
  it('keeps one boot id and never runs back', () => {
    const clock = createClock(null);
    expect(clock.boot).toBe(createClock(null).boot);
    expect(clock.boot).toMatch(/^[0-9a-f-]{36}$/);
    let last = clock.now();
    for (let i = 0; i < 1_000; i++) {
      const now = clock.now();
      expect(now).toBeGreaterThanOrEqual(last);
      last = now;
    }
  });
  it('goes on from what another clock of this boot saved', () => {
    const first = createClock(null);
    const saved = { boot: first.boot, monotonicMs: systemTime.monotonicMs(), instant: 1_000 };
    expect(createClock(saved).now()).toBeGreaterThanOrEqual(1_000);
  });
  it('rings once, and not when cancelled', async () => {
    const clock = createClock(null);
    const rung: string[] = [];
    const cancel = clock.alarm(0, () => rung.push('cancelled'));
    cancel();
    await new Promise<void>((done) => {
      clock.alarm(0, () => rung.push('past'));
      clock.alarm(1, () => done());
    });
    expect(rung).toEqual(['past']);
  });
  it('takes a wait longer than a timer can hold', () => {
    const clock = createClock(null);
    const cancel = clock.alarm(2 ** 40, () => expect.unreachable());
    cancel();
  });
});
