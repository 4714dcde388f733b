import { describe, expect, it } from 'vitest';
import type { AlarmKind } from '../../src/alarm/plan.ts';
import type { AlarmId } from '../../src/base/brand.ts';
import { seconds } from '../../src/base/time.ts';
import type { EscalationEvent, SendReport } from '../../src/escalate/events.ts';
import {
  ALL,
  type Bench,
  benchOf,
  type PlanChange,
  person,
  planOf,
  reply,
  rows,
  sends,
  step,
  tell,
  words,
} from './bench.ts';

type Row = readonly [at: number, what: EscalationEvent | 'tick' | 'restart', ...sent: readonly string[]];

function story(name: string, change: PlanChange, table: readonly Row[], prepare: (bench: Bench) => void = () => {}) {
  it(name, () => {
    const bench = benchOf(planOf({ paths: ['twilio', 'modem'], ...change }));
    prepare(bench);
    const told = table.map(([at, what]) => {
      const before = bench.passes(at);
      if (what === 'tick') return [at, ...sends(before)];
      const effects = what === 'restart' ? bench.restarts() : bench.does(what);
      return [at, ...sends([...before, ...effects])];
    });
    expect(told).toEqual(table.map(([at, , ...sent]) => [at, ...sent]));
  });
}

const A1 = 'a1' as AlarmId;
const once: PlanChange = { steps: [step(0, ['sister'])] };
const S = 'send sister 4821';
const M = 'send sister 4821 by modem';
const later: SendReport = { outcome: 'later', why: 'busy', retryAfterMs: null };
const lost: SendReport = { outcome: 'unknown', why: 'no answer' };
const refused: SendReport = { outcome: 'refused', why: 'no' };
const onTwilio = (change: Partial<Bench['far']>) => (bench: Bench) =>
  Object.assign(bench.far, change, { on: ['twilio'] });
const everywhere = (change: Partial<Bench['far']>) => (bench: Bench) => Object.assign(bench.far, change);

describe('in order: the next path has its turn', () => {
  story('not while the first one delivers', once, [
    [0, tell('intruder'), S],
    [3600, 'tick'],
  ]);
  story(
    'when the first one refuses',
    once,
    [
      [0, tell('intruder'), S, M],
      [3600, 'tick'],
    ],
    onTwilio({ send: () => refused }),
  );
  story(
    'when the first one says later',
    once,
    [
      [0, tell('intruder'), S, M],
      [64, 'tick'],
      [3600, 'tick'],
    ],
    onTwilio({ send: () => later }),
  );
  story(
    'when the first one says nothing for five seconds',
    once,
    [
      [0, tell('intruder'), S],
      [4, 'tick'],
      [5, 'tick', M],
      [3600, 'tick'],
    ],
    onTwilio({ send: () => null, find: 'unknown' }),
  );
  story(
    'when the first one does not know, and cannot say, for five seconds',
    once,
    [
      [0, tell('intruder'), S],
      [4, 'tick'],
      [5, 'tick', M],
      [3600, 'tick'],
    ],
    onTwilio({ send: () => lost, find: 'unknown' }),
  );
  story(
    'when the first one took it and does not deliver within 65 seconds',
    once,
    [
      [0, tell('intruder'), S],
      [64, 'tick'],
      [65, 'tick', M],
      [3600, 'tick'],
    ],
    onTwilio({ status: 'accepted' }),
  );
  story(
    'when the first one fails to deliver; that one is not tried again when the second delivers',
    once,
    [
      [0, tell('intruder'), S],
      [15, 'tick', M],
      [3600, 'tick'],
    ],
    onTwilio({ status: 'failed' }),
  );
  story(
    'and the first one again when neither delivers',
    once,
    [
      [0, tell('intruder'), S],
      [15, 'tick', M],
      [30, 'tick', S],
      [45, 'tick', M],
      [119, 'tick'],
      [120, 'tick', S],
      [135, 'tick', M],
      [3600, 'tick'],
    ],
    everywhere({ status: 'failed' }),
  );
  story(
    'both busy: each is tried again by its own rhythm, never both at once',
    once,
    [
      [0, tell('intruder'), S, M],
      [1, 'tick'],
      [2, 'tick', S, M],
      [6, 'tick', S, M],
    ],
    everywhere({ send: () => later }),
  );
  story(
    'a path that is known to be dead is tried last',
    once,
    [
      [40, 'tick'],
      [41, tell('intruder'), M],
      [80, 'tick'],
    ],
    onTwilio({ fetch: 'failed' }),
  );
  story(
    'a dead one is tried all the same where the other one does not take it',
    once,
    [
      [40, 'tick'],
      [41, tell('intruder'), M, S],
    ],
    (bench) => {
      bench.far.fetch = 'failed';
      bench.far.on = ['twilio'];
      bench.passes(40);
      bench.far.on = ['modem'];
      bench.far.send = () => later;
    },
  );
  story(
    'a dead one is tried at once where it is the only one',
    { ...once, paths: ['twilio'] },
    [
      [40, 'tick'],
      [41, tell('intruder'), S],
    ],
    onTwilio({ fetch: 'failed' }),
  );
  story('a repeat that nobody answered goes over both: the first may only say that it delivered', {}, [
    [0, tell('intruder'), S],
    [120, 'tick', S, M],
  ]);
  story('the last resort goes over both', { ...once, lastResort: seconds(180) }, [
    [0, tell('fault'), S],
    [180, 'tick', S, M, 'send neighbour 4822', 'send neighbour 4822 by modem'],
  ]);
});

describe('a race', () => {
  for (const kind of ['personal', 'duress'] as const) {
    story(`${kind}: both paths at once, whatever the strategy`, once, [
      [0, tell(kind), S, M],
      [3600, 'tick'],
    ]);
    for (const [name, change] of [
      ['hangs', { send: () => null, find: 'unknown' }],
      ['refuses', { send: () => refused }],
      ['is busy', { send: () => later }],
    ] as const) {
      story(
        `${kind}: one path that ${name} does not touch the other, which delivers and ends it`,
        once,
        [
          [0, tell(kind), S, M],
          [14, 'tick', ...(name === 'is busy' ? [S, S, S] : [])],
          [25, 'tick'],
          [3600, 'tick'],
        ],
        onTwilio(change),
      );
    }
  }
  story('strategy race: every kind', { ...once, strategy: 'race' }, [[0, tell('fault'), S, M]]);
  story(
    'one that fails is sent again there, while the other one is silent about it',
    { ...once, strategy: 'race' },
    [
      [0, tell('intruder'), S, M],
      [15, 'tick', S],
      [89, 'tick'],
      [90, 'tick', S],
      [3600, 'tick'],
    ],
    (bench) => {
      bench.far.statusOf = { twilio: 'failed', modem: 'accepted' };
    },
  );
});

describe('a dead path', () => {
  it('is told over the other to who is told of faults, once a day', () => {
    const contacts = [person('sister'), person('aunt', ['personal'])];
    const bench = benchOf(planOf({ paths: ['twilio', 'modem'], contacts }));
    bench.far.fetch = 'failed';
    bench.far.on = ['twilio'];
    const effects = bench.passes(3600);
    expect(words(effects).filter((word) => word.startsWith('path'))).toEqual(['path down']);
    expect(sends(effects)).toEqual(['send sister path-down by modem']);
    bench.far.fetch = 'ok';
    bench.passes(4000);
    bench.far.fetch = 'failed';
    expect(sends(bench.passes(80_000))).toEqual([]);
    expect(sends(bench.passes(90_100))).toEqual(['send sister path-down by modem']);
  });
  it('is told to nobody where it is the only one, or both are dead', () => {
    for (const paths of [['twilio'], ['twilio', 'modem']]) {
      const bench = benchOf(planOf({ paths }));
      bench.far.fetch = 'failed';
      expect(sends(bench.passes(3600))).toEqual([]);
    }
  });
});

describe('an answer over either path', () => {
  const answered = (path: string) => reply('sister', 'OK 4821', { path });
  for (const path of ['twilio', 'modem']) {
    it(`counts when it comes by ${path}`, () => {
      const bench = benchOf(planOf({ paths: ['twilio', 'modem'] }));
      bench.does(tell('intruder'));
      expect(words(bench.does(answered(path)))).toContain('acknowledge sister');
    });
  }
  it('is one, whoever shows it: the same words over both paths are read once', () => {
    const bench = benchOf(planOf({ paths: ['twilio', 'modem'] }));
    bench.does(tell('intruder'));
    bench.does(answered('twilio'));
    expect(words(bench.does(answered('modem')))).toEqual([]);
    expect(words(bench.does(answered('twilio')))).toEqual(['local text-answered']);
  });
  it('the same id means another text on another path', () => {
    const bench = benchOf(planOf({ paths: ['twilio', 'modem'] }));
    bench.does(reply('sister', 'one', { path: 'twilio', sid: '1' }));
    expect(rows(bench.does(reply('sister', 'two', { path: 'modem', sid: '1' })))).toEqual(['sealed text-received']);
  });
  it('what we could not use is answered by the path it came over', () => {
    const bench = benchOf(planOf({ paths: ['twilio', 'modem'] }));
    expect(sends(bench.does(reply('sister', 'hello', { path: 'modem' })))).toEqual(['send sister answer by modem']);
  });
});

describe('who has seen a call for help', () => {
  const both: PlanChange = { steps: [step(0, ['sister', 'neighbour'])], lastResort: seconds(180), paths: ['twilio'] };
  for (const kind of ['personal', 'duress'] as const) {
    story(`${kind}: the others who were told hear it, once`, both, [
      [0, tell(kind), S, 'send neighbour 4822'],
      [10, reply('sister', 'OK 4821'), 'send neighbour seen'],
      [20, reply('neighbour', 'OK 4822')],
      [180, 'tick', S, 'send neighbour 4822'],
    ]);
  }
  story(
    'who was not told yet hears of it as of anything else',
    { ...both, steps: [step(0, ['sister']), step(60, ['neighbour'])] },
    [
      [0, tell('personal'), S],
      [10, reply('sister', 'OK 4821')],
      [60, 'tick', 'send neighbour 4822'],
    ],
  );
  story('of an ordinary alarm nobody is told so', both, [
    [0, tell('intruder'), S, 'send neighbour 4822'],
    [10, reply('sister', 'OK 4821')],
  ]);
});

describe('a code that ends it', () => {
  const stop = (why: 'code' | 'closure' | 'expired' = 'code', alarm = A1): EscalationEvent => ({
    type: 'stopped',
    alarm,
    why,
  });
  const both: PlanChange = { steps: [step(0, ['sister']), step(60, ['neighbour'])], paths: ['twilio'] };
  for (const kind of ['intruder', 'personal', 'tamper', 'fire', 'fault'] as const) {
    story(`${kind}: who was told hears of it, and nobody else`, both, [
      [0, tell(kind), S],
      [30, stop(), 'send sister stand-down'],
      [3600, 'tick'],
    ]);
  }
  story('who was told before the steps began afresh hears of it too', both, [
    [0, tell('personal'), S],
    [60, 'tick', 'send neighbour 4822'],
    [70, tell('personal', {}, 7000), 'send sister 7000'],
    [80, stop(), 'send sister stand-down', 'send neighbour stand-down'],
  ]);
  story(
    'nobody whose text never left',
    both,
    [
      [0, tell('intruder'), S],
      [1, stop()],
      [3600, 'tick'],
    ],
    everywhere({ send: () => later }),
  );
  story('a closure by the service is told by the service', both, [
    [0, tell('intruder'), S],
    [1, stop('closure')],
  ]);
  it('is under seal, as a duress code that ends the same alarm sends nothing', () => {
    const bench = benchOf(planOf(both));
    bench.does(tell('intruder'));
    const effects = rows(bench.does(stop()));
    expect(effects).toEqual(['local telling-stopped', 'sealed text-queued', 'sealed text-accepted']);
  });
  story('under duress nobody is told that anything is well', both, [
    [0, tell('personal'), S],
    [10, tell('duress', { id: 'a2' as AlarmId }, 7000), 'send sister 7000'],
    [20, stop()],
  ]);
  story(
    'what waits to be told when a duress code comes is told no more',
    both,
    [
      [0, tell('personal'), S],
      [10, stop(), 'send sister stand-down'],
      [11, tell('duress', { id: 'a2' as AlarmId }, 7000), 'send sister 7000'],
      [16, 'tick', 'send sister 7000'],
    ],
    (bench) => {
      bench.far.send = (_, attempt) => (attempt === 1 ? { outcome: 'accepted', sid: 'SM1' } : later);
    },
  );
});

describe('a telephone that rings', () => {
  const rings: PlanChange = {
    contacts: [person('sister', ALL, { via: ['text', 'call'] }), person('neighbour')],
    steps: [step(0, ['sister'], 5, 60)],
    lastResort: seconds(600),
    paths: ['twilio'],
  };
  for (const kind of ['intruder', 'personal', 'duress', 'fire', 'tamper'] as const) {
    story(`${kind}: beside the text, twice in the steps and once in the last resort`, rings, [
      [0, tell(kind), S, 'ring sister'],
      [60, 'tick', S, 'ring sister'],
      [240, 'tick', S, S, S],
      [600, 'tick', S, 'ring sister', 'send neighbour 4822'],
    ]);
  }
  story('not for a fault', rings, [[0, tell('fault'), S]]);
  story('no more once she has answered', rings, [
    [0, tell('personal'), S, 'ring sister'],
    [10, reply('sister', 'OK 4821')],
    [600, 'tick', S, 'send neighbour 4822'],
  ]);
  story(
    'one path after the other, never two at once',
    { ...rings, steps: [step(0, ['sister'])], paths: ['twilio', 'modem'] },
    [
      [0, tell('personal'), S, M, 'ring sister', 'ring sister by modem'],
      [599, 'tick'],
    ],
    onTwilio({ ring: () => later }),
  );
  story(
    'a ring of which nobody knows rings once more',
    { ...rings, steps: [step(0, ['sister'])] },
    [
      [0, tell('personal'), S, 'ring sister'],
      [29, 'tick'],
      [30, 'tick', 'ring sister'],
      [599, 'tick'],
    ],
    everywhere({ ring: () => lost }),
  );
  story(
    'where no path rings, a text',
    { ...rings, contacts: [person('sister', ALL, { via: ['call'] })], steps: [step(0, ['sister'])] },
    [[0, tell('personal'), 'ring sister']],
  );
  it('where no path can ring, who has no text gets one all the same', () => {
    const plan = planOf({
      ...rings,
      contacts: [person('sister', ALL, { via: ['call'] })],
      steps: [step(0, ['sister'])],
    });
    const bench = benchOf({ ...plan, paths: [{ id: 'twilio', rings: false }] });
    expect(sends(bench.does(tell('personal')))).toEqual([S]);
  });
  it('leaves rows of its own', () => {
    const bench = benchOf(planOf(rings));
    expect(rows(bench.does(tell('intruder')))).toEqual(
      expect.arrayContaining(['local ring-queued', 'local ring-accepted']),
    );
  });
});

describe('times that are missed', () => {
  const missed = (bench: Bench, to: number) =>
    bench
      .passes(to)
      .flatMap((effect) =>
        effect.type === 'record' && effect.row === 'telling-missed'
          ? [`${effect.audience} ${effect.data['what']}`]
          : [],
      );
  const rowsOf: readonly (readonly [string, AlarmKind, (bench: Bench) => void, readonly string[]])[] = [
    ['nothing is taken', 'intruder', everywhere({ send: () => later }), ['local taken', 'local answer']],
    ['nothing is taken, silently', 'duress', everywhere({ send: () => later }), ['sealed taken', 'sealed answer']],
    ['everything is taken, and nobody answers', 'fire', () => {}, ['local answer']],
    [
      'no path says anything',
      'personal',
      everywhere({ send: () => null, find: 'unknown' }),
      ['local taken', 'local answer'],
    ],
  ];
  for (const [name, kind, prepare, expected] of rowsOf) {
    it(`${name}: said once each`, () => {
      const bench = benchOf(planOf({ ...once, paths: ['twilio', 'modem'], lastResort: seconds(180) }));
      prepare(bench);
      bench.does(tell(kind));
      expect(missed(bench, 7200)).toEqual(expected);
    });
  }
  it('every place is taken by texts that hang: the first hand-over of an alarm is late', () => {
    const names = Array.from({ length: 12 }, (_, index) => `c${index}`);
    const bench = benchOf(planOf({ contacts: names.map((name) => person(name)), steps: [step(0, names)] }));
    bench.far.send = () => null;
    bench.far.find = 'unknown';
    bench.does(tell('fault'));
    bench.does(tell('intruder', { id: 'a2' as AlarmId }, 7000));
    expect(missed(bench, 2)).toEqual(['local hand-off']);
  });
  it('an answer in time leaves none', () => {
    const bench = benchOf(planOf({ ...once, lastResort: seconds(180) }));
    bench.does(tell('personal'));
    bench.does(reply('sister', 'OK 4821'));
    expect(missed(bench, 7200)).toEqual([]);
  });
});

describe('after a restart', () => {
  for (const strategy of ['order', 'race'] as const) {
    it(`${strategy}: at most one repeat of a text on each path`, () => {
      const bench = benchOf(planOf({ ...once, paths: ['twilio', 'modem'], strategy }));
      bench.far.send = () => null;
      bench.does(tell('intruder'));
      bench.far.send = (_, attempt) => ({ outcome: 'accepted', sid: `SM${attempt}` });
      const again = [...sends(bench.restarts()), ...sends(bench.passes(60))];
      // In order the other path is as good as the one of which nobody knows.
      expect(again).toEqual(strategy === 'order' ? [M] : [S, M]);
    });
  }
  it('a path that is gone from the config is given up, and the text goes over what is left', () => {
    const bench = benchOf(planOf({ ...once, paths: ['twilio', 'modem'] }));
    bench.far.send = () => later;
    bench.does(tell('intruder'));
    bench.plan = planOf({ ...once, paths: ['modem'] });
    bench.far.send = () => ({ outcome: 'accepted', sid: 'SM1' });
    expect([...sends(bench.restarts()), ...sends(bench.passes(60))]).toEqual([M]);
  });
  it('one whose paths are all gone begins anew on those there are', () => {
    const bench = benchOf(planOf({ ...once, paths: ['twilio'] }));
    bench.far.send = () => later;
    bench.does(tell('intruder'));
    bench.plan = planOf({ ...once, paths: ['modem'] });
    bench.far.send = () => ({ outcome: 'accepted', sid: 'SM1' });
    expect(sends(bench.restarts())).toEqual([M]);
  });
  it('without any path left it is written down', () => {
    const bench = benchOf(planOf({ ...once, paths: ['twilio'] }));
    bench.far.send = () => later;
    bench.does(tell('intruder'));
    bench.plan = planOf({ ...once, paths: [] });
    expect(words(bench.restarts())).toContain('not-sent sister local');
  });
});
