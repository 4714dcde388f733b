import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { seconds, wallTime } from '../../src/base/time.ts';
import { type DeskEvent, type DeskReport, NEW_HUB, type Step } from '../../src/desk/model.ts';
import { openPostgres } from '../../src/desk/postgres.ts';
import { step } from '../../src/desk/reduce.ts';
import type { Driver } from '../../src/desk/sql.ts';
import { createSqlStore } from '../../src/desk/sql-store.ts';
import { openSqlite } from '../../src/desk/sqlite.ts';
import type { Store } from '../../src/desk/store.ts';
import { createWaiting } from '../whole/waiting.ts';
import { tempDir } from './bench.ts';
import { hasPostgres, itWithPostgres, type Postgres, startPostgres } from './postgres.ts';

const HUB = { id: 'h', silentAfter: seconds(90), preAlert: seconds(60) };
const at = (second: number) => wallTime(second * 1000);
const key = (id: string, digest = 'd') => ({ id, digest, forgetBefore: null });
const report = (kind: string, change: Partial<DeskReport> = {}): DeskEvent => ({
  type: 'report',
  report: { kind, is: 'new', severity: 'alarm', alarm: 'a', zone: null, text: null, card: null, ...change },
});
const thinks = (event: DeskEvent, second: number) => (before: typeof NEW_HUB) => step(HUB, before, event, at(second));

interface Kind {
  readonly name: string;
  readonly test: (name: string, run: () => Promise<void>) => void;
  /** A way to open one store any number of times, past its own words too, and to forget it. */
  place(): Promise<{ open(): Promise<Store>; driver(): Promise<Driver>; remove(): Promise<void> }>;
}

let postgres: Postgres | null = null;
beforeAll(async () => {
  if (hasPostgres) postgres = await startPostgres();
});
afterAll(() => postgres?.remove());

const kinds: readonly Kind[] = [
  {
    name: 'SQLite',
    test: (name, run) => void it(name, run),
    async place() {
      const temp = tempDir();
      const driver = async () => openSqlite(temp.dir);
      return { open: async () => createSqlStore(await driver()), driver, remove: async () => temp.remove() };
    },
  },
  {
    name: 'PostgreSQL',
    test: itWithPostgres,
    async place() {
      const url = (await postgres?.database()) ?? '';
      const driver = () => openPostgres(url, () => {});
      return { open: async () => createSqlStore(await driver()), driver, remove: async () => {} };
    },
  },
];

for (const { name, test, place } of kinds) {
  describe(`the contract of a store: ${name}`, () => {
    let where: Awaited<ReturnType<Kind['place']>>;
    let store: Store;
    beforeEach(async () => {
      if (name === 'PostgreSQL' && !hasPostgres) return;
      where = await place();
      store = await where.open();
      await store.enrol([HUB], at(0));
    });
    afterEach(async () => {
      if (name === 'PostgreSQL' && !hasPostgres) return;
      await store.close();
      await where.remove();
    });
    const change = (id: string, event: DeskEvent, second: number) =>
      store.change('h', key(id, JSON.stringify(event)), at(second), 'heard', thinks(event, second));

    test('keeps what a step led to, over a close', async () => {
      expect((await change('1', report('fire', { card: { riskLevel: 'high' } }), 5)).is).toBe('done');
      const before = await store.queue(10);
      await store.close();
      store = await where.open();
      expect(await store.queue(10)).toEqual(before);
      expect(before).toMatchObject({ total: 1, cases: [{ id: 'h.1', kind: 'fire', card: { riskLevel: 'high' } }] });
      expect(await store.state('h')).toMatchObject({ number: 1, silentSince: null, commands: [] });
      expect(await store.seen('h')).toEqual({ id: 'h', seenAt: at(5), silent: 'speaks', waiting: 0 });
    });

    test('takes a key once, and tells another use of it', async () => {
      await change('1', report('fire'), 5);
      expect((await change('1', report('fire'), 6)).is).toBe('again');
      expect((await change('1', report('interior'), 6)).is).toBe('other');
      expect((await store.caseFile('h.1'))?.lines).toHaveLength(1);
      expect(await store.seen('h')).toMatchObject({ seenAt: at(5) });
    });

    test('forgets a key where it is told to', async () => {
      const again = (second: number, forget: number) =>
        store.change(
          'h',
          { id: '1', digest: 'd', forgetBefore: at(forget) },
          at(second),
          'heard',
          thinks(report('fire'), second),
        );
      expect((await again(5, 0)).is).toBe('done');
      expect((await again(9, 5)).is).toBe('again');
      expect((await again(9, 6)).is).toBe('done');
    });

    test('does nothing of a step that fails or is refused', async () => {
      const fails = store.change('h', key('1'), at(5), 'heard', () => {
        throw new Error('on purpose');
      });
      await expect(fails).rejects.toThrow('on purpose');
      const no: Step = {
        state: NEW_HUB,
        closed: [],
        entries: [{ caseId: null, by: 'x', what: 'x', text: '' }],
        refused: 'no',
      };
      expect(await store.change('h', key('1'), at(5), 'heard', () => no)).toEqual({ is: 'refused', why: 'no' });
      expect(await store.lines('h', 10)).toEqual([]);
      expect((await change('1', report('fire'), 6)).is).toBe('done');
    });

    test('knows no hub that was not enrolled', async () => {
      const changed = await store.change('other', null, at(1), 'heard', thinks(report('fire'), 1));
      expect(changed).toMatchObject({ is: 'refused' });
    });

    test('lets steps of one hub meet one after the other', async () => {
      const all = Array.from({ length: 20 }, (_, index) =>
        change(`k${index}`, report('fire', { alarm: `a${index}` }), index),
      );
      await Promise.all(all);
      const { cases, total } = await store.queue(100);
      expect(total).toBe(20);
      expect(new Set(cases.map(({ id }) => id)).size).toBe(20);
    });

    test('gives the queue by severity, then age, and what still waits last', async () => {
      await change('1', report('mains-lost', { severity: 'fault', alarm: null }), 1);
      await change('2', report('pre-alert', { alarm: null }), 2);
      await change('3', report('fire', { alarm: 'x' }), 4);
      await change('4', report('fire', { alarm: 'y' }), 3);
      await change('5', report('duress', { severity: 'help', alarm: 'z' }), 9);
      expect((await store.queue(10)).cases.map(({ id }) => id)).toEqual(['h.5', 'h.4', 'h.3', 'h.1', 'h.2']);
      expect(await store.queue(2)).toMatchObject({ total: 5, cases: [{ id: 'h.5' }, { id: 'h.4' }] });
    });

    test('tells which hubs are due: for a case, or for silence, not before the desk listened', async () => {
      expect(await store.due(at(89), at(0))).toEqual([]);
      expect(await store.due(at(90), at(0))).toEqual(['h']);
      expect(await store.due(at(90), at(1))).toEqual([]);
      await store.beats([{ hub: 'h', id: 'b', at: at(50) }]);
      expect(await store.due(at(139), at(0))).toEqual([]);
      await change('1', report('pre-alert', { alarm: null }), 50);
      expect(await store.due(at(109), at(0))).toEqual([]);
      expect(await store.due(at(110), at(0))).toEqual(['h']);
    });

    test('of those due, who waits for a code comes first', async () => {
      await store.enrol(
        [
          { ...HUB, id: 'g' },
          { ...HUB, id: 'z' },
        ],
        at(0),
      );
      const pre = { ...HUB, id: 'z' };
      const event = report('pre-alert', { alarm: null });
      await store.change('z', key('1'), at(0), 'heard', (before) => step(pre, before, event, at(0)));
      expect(await store.due(at(100), at(0))).toEqual(['z', 'g', 'h']);
    });

    test('a sign of life never makes a hub heard earlier, and is known afterwards', async () => {
      await store.beats([{ hub: 'h', id: 'b1', at: at(50) }]);
      await store.beats([
        { hub: 'h', id: 'b2', at: at(40) },
        { hub: 'h', id: 'b1', at: at(40) },
      ]);
      expect(await store.seen('h')).toMatchObject({ seenAt: at(50) });
      expect(await store.knows('h', 'b1')).toBe('known');
      expect(await store.knows('h', 'b3')).toBe('new');
    });

    test('a desk that was away has listened only since it is back', async () => {
      expect(await store.listening(at(0))).toBe(at(0));
      expect(await store.listening(at(15))).toBe(at(0));
      expect(await store.listening(at(31))).toBe(at(31));
      expect(await store.listening(at(32))).toBe(at(31));
    });

    test('the record is only added to', async () => {
      await change('1', report('fire'), 5);
      const lines = await store.lines('h', 10);
      expect(lines).toMatchObject([{ hub: 'h', caseId: 'h.1', by: 'hub', what: 'fire', at: at(5) }]);
      const driver = await where.driver();
      for (const sql of ["UPDATE desk_lines SET words = 'other'", 'DELETE FROM desk_lines'])
        await expect(driver.all(sql)).rejects.toThrow('the record is only added to');
      await driver.close();
      expect(await store.lines('h', 10)).toEqual(lines);
    });

    test('a closed case leaves the queue and can be read', async () => {
      await change('1', report('fire', { card: { riskLevel: 'high' } }), 5);
      const close: DeskEvent = {
        type: 'operator',
        caseId: 'h.1',
        by: 'Ada',
        act: { is: 'close', outcome: 'test', text: '' },
      };
      await store.change('h', key('op'), at(9), 'desk', thinks(close, 9));
      expect((await store.queue(10)).total).toBe(0);
      expect(await store.closedCases(10)).toMatchObject([{ closedAt: at(9), found: { id: 'h.1', card: null } }]);
      expect(await store.caseFile('h.1')).toMatchObject({
        closedAt: at(9),
        lines: [{ what: 'fire' }, { what: 'closed' }],
      });
    });

    test('tells who watches, after it is written', async () => {
      const heard: (string | null)[] = [];
      const waiting = createWaiting(() => JSON.stringify(heard));
      const unwatch = store.watch((hub) => {
        heard.push(hub);
        waiting.look();
      });
      await change('1', report('fire'), 5);
      await waiting.until('the hub', () => heard.includes('h'));
      unwatch();
    });

    test('keeps operators and their sessions', async () => {
      await store.saveOperator({ name: 'Ada', hash: 'x' });
      await store.saveOperator({ name: 'Ada', hash: 'y' });
      await store.saveSession({ hash: 's', name: 'Ada', csrf: 'c', until: at(100) });
      expect(await store.operators()).toEqual([{ name: 'Ada', hash: 'y' }]);
      expect(await store.session('s')).toEqual({ hash: 's', name: 'Ada', csrf: 'c', until: at(100) });
      expect(await store.removeOperator('Ada')).toBe('removed');
      expect(await store.removeOperator('Ada')).toBe('unknown');
      expect(await store.session('s')).toBeNull();
    });

    test('sweeps what has had its time, and nothing else', async () => {
      await store.beats([{ hub: 'h', id: 'b', at: at(0) }]);
      await change('1', report('fire'), 0);
      await store.saveSession({ hash: 's', name: 'Ada', csrf: 'c', until: at(100) });
      await store.sweep(at(100));
      expect(await store.knows('h', 'b')).toBe('known');
      expect(await store.session('s')).not.toBeNull();
      await store.sweep(at(301));
      expect(await store.knows('h', 'b')).toBe('new');
      expect(await store.knows('h', '1')).toBe('known');
      expect(await store.session('s')).toBeNull();
    });
  });
}

describe('several desks on one PostgreSQL', () => {
  itWithPostgres('do each thing once, and hear of each other', async () => {
    const url = (await postgres?.database()) ?? '';
    const opened = await Promise.all([1, 2, 3].map(async () => createSqlStore(await openPostgres(url, () => {}))));
    const [first, second] = opened;
    if (first === undefined || second === undefined) throw new Error('no store');
    await first.enrol([HUB], at(0));
    const heard: (string | null)[] = [];
    const waiting = createWaiting(() => JSON.stringify(heard));
    second.watch((hub) => {
      heard.push(hub);
      waiting.look();
    });
    const done = await Promise.all(
      opened.map((store) => store.change('h', key('1'), at(5), 'heard', thinks(report('fire'), 5))),
    );
    expect(done.map(({ is }) => is).toSorted()).toEqual(['again', 'again', 'done']);
    const ticks = await Promise.all(
      opened.map((store) => store.change('h', null, at(95), 'desk', thinks({ type: 'tick', seenAt: at(5) }, 95))),
    );
    expect(ticks).toHaveLength(3);
    const { cases } = await second.queue(10);
    expect(cases.map(({ kind, state }) => `${kind} ${state.is === 'open' ? state.alerts : ''}`)).toEqual([
      'fire 2',
      'silence 1',
    ]);
    await waiting.until('the change of another desk', () => heard.includes('h'));
    for (const store of opened) await store.close();
  });

  itWithPostgres('go on after the database has crashed', async () => {
    const url = (await postgres?.database()) ?? '';
    const store = await createSqlStore(await openPostgres(url, () => {}));
    await store.enrol([HUB], at(0));
    const heard: (string | null)[] = [];
    const waiting = createWaiting(() => JSON.stringify(heard));
    store.watch((hub) => {
      heard.push(hub);
      waiting.look();
    });
    await postgres?.crash();
    await waiting.until('that something may have been missed', () => heard.includes(null));
    expect((await store.change('h', key('1'), at(5), 'heard', thinks(report('fire'), 5))).is).toBe('done');
    await waiting.until('the change', () => heard.includes('h'));
    await store.close();
  });
});
