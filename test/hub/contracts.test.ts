import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { DeviceId } from '../../src/base/brand.ts';
import { wallTime } from '../../src/base/time.ts';
import type { Broker, Clock, Codes, Committed, Journal, JournalEntry, Log, Restored } from '../../src/hub/ports.ts';
import { openJournal } from '../../src/journal/journal.ts';
import { createClock } from '../../src/link/clock.ts';
import { createLog } from '../../src/link/log.ts';
import { createEmbeddedBroker } from '../../src/link/mqtt/embedded-broker.ts';
import { createExternalBroker } from '../../src/link/mqtt/external-broker.ts';
import { openCodes } from '../../src/site/codes.ts';
import { addDuress, addPerson } from '../../src/site/users.ts';
import { hasMosquitto, NOT_RUN, startMosquitto } from '../link/mqtt/mosquitto.ts';
import { connectClient, quietLog, recordDoor } from '../link/mqtt/support.ts';
import {
  createFakeBroker,
  createFakeClock,
  createFakeCodes,
  createFakeJournal,
  createFakeLog,
  PEOPLE,
} from './fakes.ts';

// One contract a port, kept by the fake that the hub's stories use and by the real thing alike. Text paths have theirs in
// test/link/texts, and brokers a longer one, with devices behind them, in test/link/mqtt.

const dirs: string[] = [];
function freshDir(): string {
  const dir = mkdtempSync(join(tmpdir(), 'lantern-contract-'));
  dirs.push(dir);
  return dir;
}
afterEach(() => {
  for (const dir of dirs.splice(0)) rmSync(dir, { recursive: true, force: true });
});

// --- Clock ------------------------------------------------------------------------------------------------------------

interface ClockBench {
  readonly clock: Clock;
  /** Time passes. */
  pass(ms: number): void;
  /** Somebody sets the wall clock. */
  step(ms: number): void;
}

function realClock(): ClockBench {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  const at = { mono: 5_000, wall: Date.UTC(2026, 10, 21) };
  const clock = createClock(null, {
    monotonicMs: () => at.mono,
    wallMs: () => at.wall,
    boot: () => 'boot-1',
    timeService: () => 'absent',
  });
  const pass = (ms: number): void => {
    at.mono += ms;
    at.wall += ms;
  };
  return {
    clock,
    pass(ms) {
      // Millisecond by millisecond, so that a callback that looks at the clock sees its own moment.
      for (let passed = 0; passed < ms; passed += 1) {
        pass(1);
        vi.advanceTimersByTime(1);
      }
      vi.advanceTimersByTime(0);
    },
    step(ms) {
      at.wall += ms;
    },
  };
}

function fakeClock(): ClockBench {
  const clock = createFakeClock();
  return { clock, pass: clock.pass, step: clock.step };
}

type ClockRow = readonly [string, (bench: ClockBench) => void];
const clockRows: readonly ClockRow[] = [
  ['stands still while no time passes', ({ clock }) => expect(clock.now()).toBe(clock.now())],
  [
    'its line, the wall and the monotonic count move together',
    ({ clock, pass }) => {
      const before = [clock.now(), clock.wall(), clock.monotonicMs()] as const;
      pass(250);
      expect([clock.now() - before[0], clock.wall() - before[1], clock.monotonicMs() - before[2]]).toEqual([
        250, 250, 250,
      ]);
    },
  ],
  ['the monotonic count is whole', ({ clock }) => expect(Number.isInteger(clock.monotonicMs())).toBe(true)],
  [
    'a step of the wall clock does not move its line',
    ({ clock, step }) => {
      const before = [clock.now(), clock.monotonicMs(), clock.wall()] as const;
      step(3_600_000);
      expect([clock.now(), clock.monotonicMs(), clock.wall()]).toEqual([before[0], before[1], before[2] + 3_600_000]);
    },
  ],
  ['is trusted with a plausible date', ({ clock }) => expect(clock.trusted()).toBe(true)],
  ['names its boot', ({ clock }) => expect(clock.boot).toMatch(/^\S+$/)],
  [
    'an alarm rings once, at its time and not before',
    ({ clock, pass }) => {
      let rung = 0;
      clock.alarm(100, () => {
        rung += 1;
      });
      pass(99);
      expect(rung).toBe(0);
      pass(1);
      expect(rung).toBe(1);
      pass(1000);
      expect(rung).toBe(1);
    },
  ],
  [
    'whoever is rung sees that the time has come',
    ({ clock, pass }) => {
      const due = clock.now() + 40;
      let seen = 0;
      clock.alarm(40, () => {
        seen = clock.now();
      });
      pass(100);
      expect(seen).toBeGreaterThanOrEqual(due);
    },
  ],
  [
    'a cancelled alarm does not ring, and may be cancelled again',
    ({ clock, pass }) => {
      let rung = 0;
      const cancel = clock.alarm(10, () => {
        rung += 1;
      });
      cancel();
      cancel();
      pass(50);
      expect(rung).toBe(0);
    },
  ],
  [
    'alarms ring in the order of their times',
    ({ clock, pass }) => {
      const order: string[] = [];
      clock.alarm(30, () => order.push('late'));
      clock.alarm(10, () => order.push('early'));
      clock.alarm(20, () => order.push('middle'));
      pass(30);
      expect(order).toEqual(['early', 'middle', 'late']);
    },
  ],
  [
    'an alarm may set the next',
    ({ clock, pass }) => {
      const order: string[] = [];
      clock.alarm(10, () => clock.alarm(10, () => order.push('second')));
      pass(19);
      expect(order).toEqual([]);
      pass(1);
      expect(order).toEqual(['second']);
    },
  ],
  ...[0, -5].map(
    (ms): ClockRow => [
      `an alarm after ${ms} ms rings soon, but not inside the call`,
      ({ clock, pass }) => {
        let rung = 0;
        clock.alarm(ms, () => {
          rung += 1;
        });
        expect(rung).toBe(0);
        pass(1);
        expect(rung).toBe(1);
      },
    ],
  ),
];

for (const [kind, make] of [
  ['the fake', fakeClock],
  ['the real', realClock],
] as const) {
  describe(`${kind} clock`, () => {
    afterEach(() => {
      vi.useRealTimers();
    });
    for (const [name, row] of clockRows) it(name, () => row(make()));
  });
}

// --- Journal ----------------------------------------------------------------------------------------------------------

interface JournalBench {
  readonly journal: Journal;
  readonly restored: Restored;
  /** Closes it, and opens what it left. */
  reopen(): Promise<JournalBench>;
}

async function realJournal(dir = freshDir()): Promise<JournalBench> {
  const opened = await openJournal(dir, { boot: 'boot-1', evidencePublicKey: null });
  if (!opened.ok) throw new Error(opened.why);
  const { journal, restored } = opened;
  closing.push(journal);
  return {
    journal,
    restored,
    async reopen() {
      await journal.close();
      return realJournal(dir);
    },
  };
}
const closing: Journal[] = [];
afterEach(async () => {
  await Promise.all(closing.splice(0).map((journal) => journal.close()));
});

function fakeJournal(from?: Restored): Promise<JournalBench> {
  const journal = createFakeJournal(from);
  const restored = from ?? journal.restored();
  const reopen = async (): Promise<JournalBench> => {
    await journal.close();
    return fakeJournal(journal.restored());
  };
  return Promise.resolve({ journal, restored, reopen });
}

const at = wallTime(Date.UTC(2026, 10, 21, 20, 29, 0, 123));
const entry = (types: readonly string[], more: Partial<JournalEntry> = {}): JournalEntry => ({
  rows: types.map((type) => ({
    type: type.replace('!', ''),
    data: { zone: 'hall' },
    sealed: type.startsWith('!'),
    at,
    clock: 'trusted',
    monotonicMs: 4711,
  })),
  parts: {},
  phase: null,
  erase: false,
  ...more,
});
const append = (journal: Journal, one: JournalEntry): Promise<Committed> =>
  new Promise((done) => journal.append(one, done));
const localOf = (result: Committed): readonly (readonly [number, string])[] =>
  result.ok ? result.local.map(({ seq, type }) => [seq, type] as const) : [];

const journalRows: readonly (readonly [string, (bench: JournalBench) => Promise<void>])[] = [
  [
    'an empty one has nothing to restore',
    async ({ restored }) => expect(restored).toMatchObject({ parts: null, phase: null, setAside: null }),
  ],
  [
    'gives back a row as it was written',
    async ({ journal }) =>
      expect(await append(journal, entry(['armed']))).toEqual({
        ok: true,
        local: [{ seq: 1, at: '2026-11-21T20:29:00.123Z', type: 'armed', data: { zone: 'hall' } }],
      }),
  ],
  [
    'numbers local rows without a gap, whatever is sealed between them',
    async ({ journal }) => {
      const first = await append(journal, entry(['a', '!hidden', 'b']));
      const second = await append(journal, entry(['!hidden']));
      const third = await append(journal, entry(['c']));
      expect([first, second, third].map(localOf)).toEqual([
        [
          [1, 'a'],
          [2, 'b'],
        ],
        [],
        [[3, 'c']],
      ]);
    },
  ],
  [
    'answers each entry once, in order, and not inside the call',
    async ({ journal }) => {
      const answers: number[] = [];
      const all = Array.from({ length: 50 }, async (_, i) => {
        await append(journal, entry(['x']));
        answers.push(i);
      });
      expect(answers).toEqual([]);
      await Promise.all(all);
      expect(answers).toEqual(Array.from({ length: 50 }, (_, i) => i));
    },
  ],
  [
    'an entry without rows is an entry',
    async ({ journal }) => expect(await append(journal, entry([]))).toEqual({ ok: true, local: [] }),
  ],
  [
    'keeps parts over a stop, the newest of each',
    async ({ journal, reopen }) => {
      await append(journal, entry([], { parts: { panel: '1', clock: '1' } }));
      await append(journal, entry(['x'], { parts: { panel: '2' } }));
      expect((await reopen()).restored.parts).toEqual({ panel: '2', clock: '1' });
    },
  ],
  [
    'keeps the phase over a stop',
    async ({ journal, reopen }) => {
      await append(journal, entry([], { phase: { state: 'armed_home', mode: 'home' } }));
      await append(journal, entry(['x']));
      expect((await reopen()).restored).toMatchObject({ phase: { state: 'armed_home', mode: 'home' }, known: true });
    },
  ],
  [
    'keeps parts through forgetting',
    async ({ journal, reopen }) => {
      await append(journal, entry([], { parts: { panel: '1' } }));
      await append(journal, entry(['over'], { parts: { panel: '2' }, erase: true }));
      expect((await reopen()).restored.parts).toEqual({ panel: '2' });
    },
  ],
  [
    'commits all that was given before it closes',
    async ({ journal, reopen }) => {
      const answers: boolean[] = [];
      for (let i = 0; i < 20; i += 1) {
        journal.append(entry(['x'], { parts: { panel: String(i) } }), ({ ok }) => answers.push(ok));
      }
      const next = await reopen();
      expect(next.restored.parts).toEqual({ panel: '19' });
      expect(answers).toEqual(Array.from({ length: 20 }, () => true));
    },
  ],
  [
    'takes sensor traffic without an answer',
    async ({ journal }) => {
      for (let i = 0; i < 100; i += 1) journal.activity(at, 'hall' as DeviceId, 'zone-detected');
      expect(localOf(await append(journal, entry(['x'])))).toEqual([[1, 'x']]);
    },
  ],
  [
    'closes twice without harm',
    async ({ journal }) => {
      await journal.close();
      await journal.close();
    },
  ],
];

for (const [kind, make] of [
  ['the fake', () => fakeJournal()],
  ['the real', () => realJournal()],
] as const) {
  describe(`${kind} journal`, () => {
    for (const [name, row] of journalRows) it(name, async () => row(await make()));
  });
}

// --- Codes ------------------------------------------------------------------------------------------------------------

const tomorrow = new Date(Date.now() + 86_400_000).toISOString();
const CHEAP = { cost: { N: 2, r: 1, p: 1 } };

/** The people of the fake, in a real file. */
async function realCodes(): Promise<Codes> {
  const dir = freshDir();
  const { anna, vera, ivan, mona } = PEOPLE;
  for (const [person, code, until] of [
    [anna, '482913', null],
    [vera, '620485', tomorrow],
    [ivan, '957203', null],
    [mona, '318627', null],
  ] as const) {
    const added = await addPerson(dir, { name: person.name, role: person.role, until }, code, null, CHEAP);
    if (!added.ok) throw new Error(added.why);
  }
  const second = await addDuress(dir, anna.name, '739164', null);
  if (!second.ok) throw new Error(second.why);
  return openCodes(dir, { credentialsDirectory: null, now: () => wallTime(Date.now()), trusted: () => true });
}

type Found = { readonly name: string; readonly role: string; readonly duress: boolean } | null;
const codeRows: readonly (readonly [string, string, Found])[] = [
  ['a resident’s code', '482913', { name: 'Anna', role: 'resident', duress: false }],
  ['her duress code', '739164', { name: 'Anna', role: 'resident', duress: true }],
  ['a visitor’s code', '620485', { name: 'Vera', role: 'visitor', duress: false }],
  ['an installer’s code', '957203', { name: 'Ivan', role: 'installer', duress: false }],
  ['a monitor’s code', '318627', { name: 'Mona', role: 'monitor', duress: false }],
  ['nobody’s code', '111222', null],
  ['nothing', '', null],
  ['letters', 'abcdef', null],
  ['a zero before it', '0482913', null],
  ['a blank behind it', '482913 ', null],
  ['a digit short', '48291', null],
  ['far too much', '4'.repeat(10_000), null],
  ['other characters', '４８２９１３', null],
];

for (const [kind, make] of [
  ['the fake', () => Promise.resolve<Codes>(createFakeCodes())],
  ['the real', realCodes],
] as const) {
  describe(`${kind} codes`, () => {
    let codes: Codes;
    beforeEach(async () => {
      codes = await make();
    });
    const read = async (code: string): Promise<Found> => {
      const found = await codes.check(code);
      return found === null ? null : { name: found.person.name, role: found.person.role, duress: found.duress };
    };
    for (const [name, code, answer] of codeRows) it(name, async () => expect(await read(code)).toEqual(answer));
    it('somebody has a code', () => expect(codes.enrolled()).toBe(true));
    it('so has a resident', () => expect(codes.hasResident()).toBe(true));
    it('a duress code belongs to the same person', async () => {
      const [first, second] = [await codes.check('482913'), await codes.check('739164')];
      expect(first?.person).toEqual(second?.person);
    });
    it('many at once are each answered for themselves', async () => {
      const all = codeRows.map(([, code]) => code);
      expect(await Promise.all(all.map(read))).toEqual(codeRows.map(([, , answer]) => answer));
    });
  });
}

// --- Broker -----------------------------------------------------------------------------------------------------------

interface BrokerBench {
  readonly broker: Broker;
  /** Everything said so far, as somebody heard who listened from the opening on: `topic payload`. */
  heard(): Promise<readonly string[]>;
  /** What a newcomer is told at once. */
  kept(): Promise<readonly string[]>;
  tidy(): Promise<void>;
}

const LAST = { topic: 'lantern/s/events', payload: 'last', retain: false };

function fakeBroker(): Promise<BrokerBench> {
  const broker = createFakeBroker();
  return Promise.resolve({
    broker,
    heard: async () => broker.said.map((line) => line.replace(/^!/, '')),
    kept: async () => [...broker.retained].map(([topic, payload]) => `${topic} ${payload}`),
    tidy: () => broker.close(),
  });
}

async function overMqtt(broker: Broker, port: () => number, tidy: () => Promise<void>): Promise<BrokerBench> {
  await broker.open();
  const listener = await connectClient(port());
  await listener.subscribe('lantern/s/panel/#', 1);
  await listener.subscribe('lantern/s/events', 1);
  await listener.subscribe('out/#');
  return {
    broker,
    async heard() {
      broker.publish(LAST);
      await listener.heard('events last');
      return listener.received.filter((line) => !line.endsWith(' last'));
    },
    async kept() {
      const late = await connectClient(port());
      await late.subscribe('#', 1);
      broker.publish(LAST);
      await late.heard('events last');
      const told = late.received.filter((line) => line.endsWith(' retained') && !line.includes('/status '));
      await late.end();
      return told.map((line) => line.replace(/ retained$/, ''));
    },
    async tidy() {
      await listener.end();
      await tidy();
    },
  };
}

async function embedded(): Promise<BrokerBench> {
  const config = { host: '127.0.0.1', port: 0, users: [] };
  const broker = await createEmbeddedBroker({ config, siteId: 's', door: recordDoor(), log: quietLog });
  return overMqtt(
    broker,
    () => broker.port,
    () => broker.close(),
  );
}

async function external(): Promise<BrokerBench> {
  const mosquitto = await startMosquitto();
  const tls = { ca: null, cert: null, key: null };
  const config = { url: `mqtt://127.0.0.1:${mosquitto.port}`, username: null, password: null, clientId: null, ...tls };
  const broker = await createExternalBroker({
    config,
    siteId: 's',
    deviceTopics: [],
    door: recordDoor(),
    log: quietLog,
  });
  return overMqtt(
    broker,
    () => mosquitto.port,
    async () => {
      await broker.close();
      await mosquitto.remove();
    },
  );
}

const state = (payload: string) => ({ topic: 'lantern/s/panel/state', payload, retain: true });
const brokerRows: readonly (readonly [string, (bench: BrokerBench) => Promise<void>])[] = [
  [
    'what is said is heard in order',
    async ({ broker, heard }) => {
      broker.publish(state('arming'));
      broker.publish({ topic: 'lantern/s/events', payload: '1', retain: false });
      broker.publish(state('armed_home'));
      broker.publish({ topic: 'lantern/s/events', payload: '2', retain: false });
      expect(await heard()).toEqual([
        'lantern/s/panel/state arming',
        'lantern/s/events 1',
        'lantern/s/panel/state armed_home',
        'lantern/s/events 2',
      ]);
    },
  ],
  [
    'the newest of what is retained is kept, and nothing else',
    async ({ broker, heard, kept }) => {
      broker.publish(state('arming'));
      broker.publish({ topic: 'lantern/s/panel/reply', payload: '{}', retain: false });
      broker.publish(state('armed_home'));
      await heard();
      expect(await kept()).toEqual(['lantern/s/panel/state armed_home']);
    },
  ],
  [
    'an order to a device is heard and not kept',
    async ({ broker, heard, kept }) => {
      broker.command('out/siren/set', 'ON');
      expect(await heard()).toEqual(['out/siren/set ON']);
      expect(await kept()).toEqual([]);
    },
  ],
  [
    'the same word twice is said twice',
    async ({ broker, heard }) => {
      broker.publish(state('arming'));
      broker.publish(state('arming'));
      expect(await heard()).toHaveLength(2);
    },
  ],
  [
    'closes twice, and takes what comes after it in silence',
    async ({ broker }) => {
      await broker.close();
      await broker.close();
      broker.publish(state('arming'));
      broker.command('out/siren/set', 'ON');
    },
  ],
];

for (const [kind, make, runnable] of [
  ['the fake', fakeBroker, true],
  ['the embedded', embedded, true],
  ['the external', external, hasMosquitto],
] as const) {
  describe(`${kind} broker`, () => {
    for (const [name, row] of brokerRows) {
      it(name, async ({ skip }) => {
        if (!runnable) skip(NOT_RUN);
        const bench = await make();
        try {
          await row(bench);
        } finally {
          await bench.tidy();
        }
      });
    }
  });
}

// --- Log --------------------------------------------------------------------------------------------------------------

function realLog(): { readonly log: Log; readonly lines: () => readonly string[] } {
  const written: string[] = [];
  const log = createLog({ form: 'lines', destination: { write: (line: string) => void written.push(line) } });
  return { log, lines: () => written };
}

function fakeLog(): { readonly log: Log; readonly lines: () => readonly string[] } {
  const log = createFakeLog();
  return { log, lines: () => log.lines };
}

for (const [kind, make] of [
  ['the fake', fakeLog],
  ['the real', realLog],
] as const) {
  describe(`${kind} log`, () => {
    it('writes each entry once, in order, with its level, words and facts', () => {
      const { log, lines } = make();
      log.info({ device: 'hall' }, 'first');
      log.warn({ count: 2 }, 'second');
      log.error({}, 'third');
      expect(lines().map((line) => /first|second|third/.exec(line)?.[0])).toEqual(['first', 'second', 'third']);
      expect(lines().map((line) => /info|warn|error/.exec(line)?.[0])).toEqual(['info', 'warn', 'error']);
      expect(lines()[0]).toContain('"device":"hall"');
      expect(lines()[1]).toContain('"count":2');
    });

    it('takes odd words without a complaint', () => {
      const { log, lines } = make();
      for (const odd of ['', '%s %d', '\u0000\n"', '{"a":1}', 'ü'.repeat(10_000)]) log.info({ odd }, odd);
      expect(lines()).toHaveLength(5);
    });
  });
}
