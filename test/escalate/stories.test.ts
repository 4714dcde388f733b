import { describe, expect, it } from 'vitest';
import type { AlarmKind } from '../../src/alarm/plan.ts';
import type { AlarmId } from '../../src/base/brand.ts';
import { instant, seconds } from '../../src/base/time.ts';
import { deadline, escalate } from '../../src/escalate/escalate.ts';
import type { EscalationEvent, SendReport } from '../../src/escalate/events.ts';
import type { EscalationState } from '../../src/escalate/state.ts';
import {
  type Bench,
  benchOf,
  live,
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

/** At this second: something happens, and these texts leave (those that left since the row before included). */
type Row = readonly [at: number, what: EscalationEvent | 'tick' | 'restart', ...sent: readonly string[]];

function story(
  name: string,
  change: PlanChange,
  table: readonly Row[],
  prepare: (bench: Bench) => void = () => {},
): void {
  it(name, () => {
    const bench = benchOf(planOf(change));
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
const stop = (why: 'code' | 'closure' | 'expired' = 'code'): EscalationEvent => ({ type: 'stopped', alarm: A1, why });
const ORDINARY: readonly AlarmKind[] = ['intruder', 'tamper', 'fire', 'fault'];
const URGENT: readonly AlarmKind[] = ['personal', 'duress'];
const always = (result: SendReport) => (bench: Bench) => {
  bench.far.send = () => result;
};

describe('steps', () => {
  story('the first text leaves at once, repeats keep their rhythm, then it is over', {}, [
    [0, tell('intruder'), 'send sister 4821'],
    [119, 'tick'],
    [120, 'tick', 'send sister 4821'],
    [240, 'tick', 'send sister 4821'],
    [359, 'tick'],
    [360, 'tick', 'send sister 4821'],
    [3600, 'tick'],
  ]);
  story('each contact has a number of its own', { steps: [step(0, ['sister', 'neighbour'])] }, [
    [0, tell('fire'), 'send sister 4821', 'send neighbour 4822'],
  ]);
  story(
    'who does not take this kind is not told',
    {
      contacts: [person('sister', ['personal']), person('neighbour')],
      steps: [step(0, ['sister', 'neighbour'])],
      lastResort: seconds(180),
    },
    [
      [0, tell('intruder'), 'send neighbour 4821'],
      [200, 'tick', 'send neighbour 4821'],
    ],
  );
  story('a code ends it', {}, [
    [0, tell('intruder'), 'send sister 4821'],
    [60, stop(), 'send sister stand-down'],
    [3600, 'tick'],
  ]);
  story('a day later everyone who was told hears of the end', {}, [
    [0, tell('personal'), 'send sister 4821'],
    [60, stop('expired'), 'send sister expired'],
    [3600, 'tick'],
  ]);
  story('told again: the steps start afresh under a new number', {}, [
    [0, tell('personal'), 'send sister 4821'],
    [100, tell('personal', {}, 7000), 'send sister 7000'],
    [120, 'tick'],
    [220, 'tick', 'send sister 7000'],
  ]);
  story('a number the contact has already is not given again', {}, [
    [0, tell('personal'), 'send sister 4821'],
    [100, tell('personal'), 'send sister 4822'],
  ]);
  it('overdue steps fire at once after a stop, one text a contact', () => {
    const bench = benchOf(
      planOf({
        lastResort: seconds(180),
        steps: [step(0, ['sister']), step(60, ['sister']), step(70, ['sister'], 3, 10)],
      }),
    );
    bench.does(tell('intruder'));
    expect(sends(bench.restarts(1000))).toEqual(['send sister 4821', 'send neighbour 4822']);
    expect(sends(bench.passes(1009))).toEqual([]);
    expect(sends(bench.passes(1020))).toEqual(['send sister 4821', 'send sister 4821']);
    expect(sends(bench.passes(5000))).toEqual([]);
  });
});

describe('last resort', () => {
  for (const kind of [...ORDINARY, ...URGENT]) {
    story(`${kind}: nobody answered, so everyone, once`, { lastResort: seconds(180), steps: [step(0, ['sister'])] }, [
      [0, tell(kind), 'send sister 4821'],
      [179, 'tick'],
      [180, 'tick', 'send sister 4821', 'send neighbour 4822'],
      [3600, 'tick'],
    ]);
  }
  for (const kind of ORDINARY) {
    story(`${kind}: an answer stops it`, { lastResort: seconds(180) }, [
      [0, tell(kind), 'send sister 4821'],
      [10, reply('sister', 'OK 4821')],
      [3600, 'tick'],
    ]);
  }
  for (const kind of URGENT) {
    story(
      `${kind}: an answer stops the repeats to that contact alone`,
      { lastResort: seconds(180), steps: [step(0, ['sister', 'neighbour'], 3, 60)] },
      [
        [0, tell(kind), 'send sister 4821', 'send neighbour 4822'],
        [10, reply('sister', 'OK 4821'), 'send neighbour seen'],
        [120, 'tick', 'send neighbour 4822', 'send neighbour 4822'],
        [180, 'tick', 'send sister 4821', 'send neighbour 4822'],
        [3600, 'tick'],
      ],
    );
    story(`${kind}: a step that has not begun still sends its one text`, {}, [
      [0, tell(kind), 'send sister 4821'],
      [10, reply('sister', 'OK 4821')],
      [120, 'tick', 'send sister 4821'],
      [3600, 'tick'],
    ]);
  }
  story('started afresh, it runs once more', { lastResort: seconds(180), steps: [step(0, ['sister'])] }, [
    [0, tell('personal'), 'send sister 4821'],
    [200, tell('personal', {}, 7000), 'send sister 4821', 'send neighbour 4822', 'send sister 7000'],
    [400, 'tick', 'send sister 7000', 'send neighbour 7001'],
    [3600, 'tick'],
  ]);
});

describe('what counts as an answer', () => {
  const yes = [
    'OK 4821',
    'ok 4821',
    'Ok4821',
    ' O.K. 4821! ',
    'OK: 4821',
    'okay 4821',
    'OK 4821 on my way',
    '“OK 4821”',
    'ＯＫ　４８２１',
    'OK\n4821',
  ];
  const no = [
    'OK',
    '4821',
    'OK 4822',
    'OK 48211',
    'OK 482',
    'not OK 4821',
    'DISARM 4821',
    'STOP',
    '',
    'OK 4 8 2 1',
    'KO 4821',
    'ok १२३४',
  ];
  for (const body of yes) {
    it(`${JSON.stringify(body)} is one`, () => {
      const bench = benchOf(planOf());
      bench.does(tell('intruder'));
      expect(words(bench.does(reply('sister', body)))).toContain('acknowledge sister');
    });
  }
  for (const body of no) {
    it(`${JSON.stringify(body)} is none`, () => {
      const bench = benchOf(planOf());
      bench.does(tell('intruder'));
      const effects = words(bench.does(reply('sister', body)));
      expect(effects).not.toContain('acknowledge sister');
      expect(effects).toContain('sealed text-received');
      expect(sends(bench.passes(130))).toEqual(['send sister 4821']);
    });
  }
  it('not from another contact', () => {
    const bench = benchOf(planOf());
    bench.does(tell('intruder'));
    expect(words(bench.does(reply('neighbour', 'OK 4821')))).not.toContain('acknowledge neighbour');
  });
  it('not from a stranger, who is counted and not answered', () => {
    const bench = benchOf(planOf());
    bench.does(tell('intruder'));
    expect(bench.does(reply(null, 'OK 4821'))).toEqual([]);
    expect(bench.state().strangers).toBe(1);
  });
  it('not from the never list, which is kept under seal and not answered', () => {
    const bench = benchOf(planOf());
    bench.does(tell('intruder'));
    expect(words(bench.does(reply(null, 'OK 4821', { onNeverList: true })))).toEqual(['sealed text-from-never-list']);
    expect(bench.state().never).toBe(1);
  });
  it('not from a contact who was not told', () => {
    const bench = benchOf(planOf());
    bench.does(tell('intruder'));
    expect(words(bench.does(reply('neighbour', 'OK 4822')))).not.toContain('acknowledge neighbour');
  });
  it('once, however often the path shows it', () => {
    const bench = benchOf(planOf());
    bench.does(tell('intruder'));
    bench.does(reply('sister', 'OK 4821', { sid: 'SMsame' }));
    bench.restarts();
    const before = bench.state();
    expect(bench.does(reply('sister', 'OK 4821', { sid: 'SMsame' }))).toEqual([]);
    expect(bench.state()).toBe(before); // nothing to save either
  });
  it('an earlier number acknowledges and stops nothing', () => {
    const bench = benchOf(planOf());
    bench.does(tell('personal'));
    bench.does(tell('personal', {}, 7000));
    expect(words(bench.does(reply('sister', 'OK 4821')))).toContain('acknowledge sister');
    expect(sends(bench.passes(1000))).toHaveLength(3);
  });
  it('accepted and delivered are no answer', () => {
    const bench = benchOf(planOf());
    bench.does(tell('intruder'));
    expect(rows(bench.passes(1000))).toContain('local text-delivered');
    expect(bench.state().tellings).toHaveLength(1);
  });
});

describe('anything else from a contact', () => {
  it('is answered once an alarm', () => {
    const bench = benchOf(planOf());
    bench.does(tell('intruder'));
    expect(sends(bench.does(reply('sister', 'what?')))).toEqual(['send sister answer']);
    expect(sends(bench.does(reply('sister', 'what??')))).toEqual([]);
    bench.does(stop());
    bench.does(tell('intruder', { id: 'a2' as AlarmId }));
    expect(sends(bench.does(reply('sister', 'what???')))).toEqual(['send sister answer']);
  });
  it('is answered once a day when no alarm runs', () => {
    const bench = benchOf(planOf());
    expect(sends(bench.does(reply('sister', 'hello')))).toEqual(['send sister answer']);
    bench.passes(86_399);
    expect(sends(bench.does(reply('sister', 'hello')))).toEqual([]);
    bench.passes(86_400);
    expect(sends(bench.does(reply('sister', 'hello')))).toEqual(['send sister answer']);
  });
  it('leaves no row on site', () => {
    const bench = benchOf(planOf());
    expect(rows(bench.does(reply('sister', 'are you safe?'))).filter((row) => row.startsWith('local'))).toEqual([]);
  });
});

describe('trouble on the way', () => {
  const later = (retryAfterMs: number | null): SendReport => ({ outcome: 'later', why: 'busy', retryAfterMs });
  const once: PlanChange = { steps: [step(0, ['sister'])] };
  const S = 'send sister 4821';

  story(
    'later: again after 2, 4, 8, 16, then every 30 s',
    once,
    [
      [0, tell('fault'), S],
      [1, 'tick'],
      [2, 'tick', S],
      [6, 'tick', S],
      [14, 'tick', S],
      [30, 'tick', S],
      [59, 'tick'],
      [60, 'tick', S],
      [90, 'tick', S],
    ],
    always(later(null)),
  );
  story(
    'later: a wish to wait is honoured',
    once,
    [
      [0, tell('fault'), S],
      [19, 'tick'],
      [20, 'tick', S],
    ],
    always(later(20_000)),
  );
  story(
    'later: a wish to wait an hour is not',
    once,
    [
      [0, tell('fault'), S],
      [59, 'tick'],
      [60, 'tick', S],
    ],
    always(later(3_600_000)),
  );
  story(
    'refused: the other steps go on',
    {},
    [
      [0, tell('intruder'), S],
      [119, 'tick'],
      [120, 'tick', S],
    ],
    always({ outcome: 'refused', why: 'error 21211' }),
  );
  story(
    'unknown and found: not again',
    once,
    [
      [0, tell('intruder'), S],
      [600, 'tick'],
    ],
    (bench) => {
      bench.far.send = () => ({ outcome: 'unknown', why: 'no answer' });
      bench.far.find = 'found';
    },
  );
  story(
    'unknown and absent: again at once',
    once,
    [
      [0, tell('intruder'), S, S],
      [600, 'tick'],
    ],
    (bench) => {
      bench.far.send = (_, attempt) =>
        attempt === 1 ? { outcome: 'unknown', why: 'reset' } : { outcome: 'accepted', sid: 'SM2' };
    },
  );
  story(
    'unknown for good: a second text is better than none, but not for ever',
    once,
    [
      [0, tell('intruder'), S],
      [29, 'tick'],
      [30, 'tick', S],
      [89, 'tick'],
      [90, 'tick', S],
      [210, 'tick', S],
      [599, 'tick'],
    ],
    (bench) => {
      bench.far.send = () => ({ outcome: 'unknown', why: 'no answer' });
      bench.far.find = 'unknown';
    },
  );
  story(
    'no answer at all counts as unknown',
    once,
    [
      [0, tell('intruder'), S],
      [29, 'tick'],
      [30, 'tick', S],
    ],
    (bench) => {
      bench.far.send = (_, attempt) => (attempt === 1 ? null : { outcome: 'accepted', sid: 'SM2' });
    },
  );
  story(
    'an ended alarm is not sent again',
    once,
    [
      [0, tell('intruder'), S],
      [1, stop()],
      [600, 'tick'],
    ],
    always(later(null)),
  );
  story(
    'an answered alarm is not sent again',
    { steps: [step(0, ['sister', 'neighbour'])] },
    [
      [0, tell('intruder'), S, 'send neighbour 4822'],
      [1, reply('sister', 'OK 4821')],
      [600, 'tick'],
    ],
    (bench) => {
      bench.far.send = (to) => (to === 'neighbour' ? later(null) : { outcome: 'accepted', sid: 'SM1' });
    },
  );
  story(
    'failed after it was accepted: again, twice at most',
    once,
    [
      [0, tell('intruder'), S],
      [15, 'tick', S],
      [89, 'tick'],
      [90, 'tick', S],
      [3600, 'tick'],
    ],
    (bench) => {
      bench.far.status = 'failed';
    },
  );

  it('accepted, then nothing: unconfirmed at a minute, once', () => {
    const bench = benchOf(planOf(once));
    bench.far.status = 'accepted';
    bench.does(tell('intruder'));
    expect(rows(bench.passes(59))).toEqual([]);
    expect(rows(bench.passes(61))).toEqual(['local text-unconfirmed']);
    expect(rows(bench.passes(3600))).toEqual([]);
    expect(live(bench.state(), 'sister')).toEqual([]);
  });
  it('a text with the sid of an earlier one is not taken for sent', () => {
    const bench = benchOf(planOf());
    bench.does(tell('intruder'));
    bench.far.find = 'unknown';
    bench.far.send = (_, attempt) =>
      attempt === 2 ? { outcome: 'unknown', why: 'reset' } : { outcome: 'accepted', sid: `SM${attempt}` };
    bench.passes(120);
    const id = bench.state().texts.find(({ hands }) => hands.some(({ progress }) => progress.status === 'unknown'))?.id;
    if (id === undefined) throw new Error('no text is unknown');
    const found = { outcome: 'found', sid: 'SM1', status: 'delivered' } as const;
    expect(sends(bench.does({ type: 'find-ended', text: id, path: 'twilio', result: found }))).toEqual([
      'send sister 4821',
    ]);
  });
  it('an hour without a way out: the contact is still told when there is one', () => {
    const bench = benchOf(planOf(once));
    bench.far.send = () => later(null);
    bench.does(tell('personal'));
    const effects = bench.passes(3600);
    expect(rows(effects).filter((row) => row === 'sealed text-expired' || row === 'local text-expired')).toHaveLength(
      6,
    );
    expect(live(bench.state(), 'sister')).toHaveLength(1);
    bench.far.send = () => ({ outcome: 'accepted', sid: 'SM9' });
    expect(rows(bench.passes(3640))).toContain('local text-accepted');
    expect(sends(bench.passes(7200))).toEqual([]);
  });
  it('an alarm that was ended meanwhile is no news', () => {
    const bench = benchOf(planOf(once));
    bench.far.send = () => later(null);
    bench.does(tell('personal'));
    bench.passes(3600);
    bench.does(stop());
    bench.far.send = () => ({ outcome: 'accepted', sid: 'SM9' });
    expect(sends(bench.passes(7200))).toEqual([]);
  });
  it('a contact who was reached is not told for ever', () => {
    const bench = benchOf(planOf());
    bench.far.send = (_, attempt) => (attempt === 1 ? { outcome: 'accepted', sid: 'SM1' } : later(null));
    bench.does(tell('personal'));
    // The last repeat is queued at 360 s and lives ten minutes.
    expect(sends(bench.passes(959))).not.toEqual([]);
    expect(rows(bench.passes(960))).toContain('local text-expired');
    expect(sends(bench.passes(3600))).toEqual([]);
  });
  it('a send that ends after the answer is not begun again', () => {
    const bench = benchOf(planOf({ steps: [step(0, ['sister', 'neighbour'])] }));
    bench.far.send = (to) => (to === 'neighbour' ? null : { outcome: 'accepted', sid: 'SM1' });
    const effects = bench.does(tell('intruder'));
    bench.does(reply('sister', 'OK 4821'));
    const pending = effects.find((effect) => effect.type === 'send' && effect.text.contact === 'neighbour');
    if (pending?.type !== 'send') throw new Error('nothing was sent');
    expect(
      rows(bench.does({ type: 'send-ended', text: pending.text.id, path: 'twilio', result: later(null) })),
    ).toContain('local text-cancelled');
    expect(sends(bench.passes(3600))).toEqual([]);
  });
  for (const result of [
    { outcome: 'refused', why: 'no' },
    { outcome: 'accepted', sid: 'SMother' },
    { outcome: 'later', why: 'busy', retryAfterMs: null },
    { outcome: 'unknown', why: 'lost' },
  ] as const) {
    it(`a second word (${result.outcome}) on a text that was accepted is passed over`, () => {
      const bench = benchOf(planOf());
      bench.far.status = 'accepted';
      bench.does(tell('intruder'));
      const [text] = live(bench.state(), 'sister');
      if (text === undefined) throw new Error('no text');
      expect(bench.does({ type: 'send-ended', text: text.id, path: 'twilio', result })).toEqual([]);
      expect(live(bench.state(), 'sister')).toEqual([text]);
    });
  }
  it('how long a text is good for is told with it', () => {
    const bench = benchOf(planOf(once));
    bench.far.send = () => later(null);
    const effects = [...bench.does(tell('intruder')), ...bench.passes(100)];
    const valid = effects.flatMap((effect) => (effect.type === 'send' ? [effect.text.validSeconds] : []));
    expect(valid).toEqual([600, 598, 594, 586, 570, 540, 510]);
  });
});

describe('after a restart', () => {
  it('what was being sent is looked for first', () => {
    const bench = benchOf(planOf());
    bench.far.send = () => null;
    bench.does(tell('intruder'));
    bench.far.find = 'found';
    const effects = words(bench.restarts());
    expect(effects).toContain('find');
    expect(sends(bench.passes(60))).toEqual([]);
  });
  it('absent: sent again, once', () => {
    const bench = benchOf(planOf());
    bench.far.send = (_, attempt) => (attempt === 1 ? null : { outcome: 'accepted', sid: 'SM2' });
    bench.does(tell('intruder'));
    expect([...sends(bench.restarts()), ...sends(bench.passes(60))]).toEqual(['send sister 4821']);
  });
  it('the number, the answers and the count of repeats are kept', () => {
    const bench = benchOf(planOf());
    bench.does(tell('intruder'));
    bench.passes(130);
    bench.restarts(5);
    expect(words(bench.does(reply('sister', 'OK 4821')))).toContain('acknowledge sister');
    expect(sends(bench.passes(3600))).toEqual([]);
  });
  it('a contact who is gone from the config is not sent what was queued', () => {
    const bench = benchOf(planOf());
    bench.far.send = () => ({ outcome: 'later', why: 'busy', retryAfterMs: null });
    bench.does(tell('intruder'));
    bench.plan = planOf({ contacts: [person('neighbour')] });
    bench.far.send = () => ({ outcome: 'accepted', sid: 'SM1' });
    expect([...sends(bench.restarts(5)), ...sends(bench.passes(3600))]).toEqual([]);
  });
});

describe('without a path', () => {
  for (const [kind, audience] of [
    ['intruder', 'local'],
    ['duress', 'sealed'],
  ] as const) {
    it(`${kind}: written down ${audience}, and nothing is fetched`, () => {
      const bench = benchOf(planOf({ paths: [], steps: [step(0, ['sister'])] }));
      expect(words(bench.does(tell(kind)))).toEqual([`${audience} telling-started`, `not-sent sister ${audience}`]);
      expect(bench.passes(3600)).toEqual([]);
    });
  }
});

describe('fetching replies', () => {
  const fetches = (bench: Bench, to: number) => words(bench.passes(to)).filter((word) => word === 'fetch').length;
  it('three times a minute', () => {
    const bench = benchOf(planOf());
    expect(fetches(bench, 600)).toBe(30);
  });
  for (const kind of ['intruder', 'duress'] as const) {
    it(`every 3 s beside that while an alarm of kind ${kind} is told`, () => {
      const bench = benchOf(planOf());
      bench.passes(600);
      bench.does(tell(kind));
      expect(fetches(bench, 660)).toBe(20 + 3);
      bench.does(stop());
      expect(fetches(bench, 1260)).toBe(30);
    });
  }
  it('a lost one is given up, and asked again', () => {
    const bench = benchOf(planOf());
    const at = (state: EscalationState, ms: number) => escalate(bench.plan, state, { type: 'tick' }, instant(ms));
    const lost = at(bench.state(), 20_000);
    expect(words(lost.effects)).toEqual(['fetch']);
    expect(words(at(lost.state, 34_999).effects)).toEqual([]);
    const given = at(lost.state, 35_000);
    expect(words(given.effects)).toEqual([]);
    expect(words(at(given.state, 40_000).effects)).toEqual(['fetch']);
  });
  it('a path that hangs from the moment after a check is told within a minute, and told when it is back', () => {
    const bench = benchOf(planOf());
    let state = bench.state();
    let now = instant(0);
    const effects: string[] = [];
    for (let next = deadline(state); next !== null && next <= 60_000; next = deadline(state)) {
      now = next;
      const step = escalate(bench.plan, state, { type: 'tick' }, now);
      state = step.state;
      effects.push(...words(step.effects).filter((word) => word.startsWith('path')));
    }
    expect(effects).toEqual(['path down']);
    const check = { type: 'fetch-ended', path: 'twilio', look: 'routine', ok: true } as const;
    const asked = escalate(bench.plan, state, { type: 'tick' }, instant(80_000));
    expect(words(escalate(bench.plan, asked.state, check, instant(80_100)).effects)).toEqual(['path up']);
  });
  it('two routine checks in a row are a fault, one is not', () => {
    const bench = benchOf(planOf());
    bench.passes(1);
    bench.far.fetch = 'failed';
    expect(words(bench.passes(24))).not.toContain('path down');
    bench.far.fetch = 'ok';
    expect(words(bench.passes(300))).not.toContain('path down');
    bench.far.fetch = 'failed';
    expect(words(bench.passes(325))).toContain('path down');
    expect(words(bench.passes(600))).not.toContain('path down');
  });
  it('looks while an alarm is told are no checks', () => {
    const bench = benchOf(planOf({ steps: [] }));
    bench.does(tell('duress'));
    bench.far.fetch = 'failed';
    expect(words(bench.passes(19))).not.toContain('path down');
  });
  it('a path that knows of something is fetched from at once, and once more where a look is on its way', () => {
    const bench = benchOf(planOf({ paths: ['twilio', 'modem'] }));
    const pinged = escalate(bench.plan, bench.state(), { type: 'arrived', path: 'modem' }, instant(1000));
    expect(pinged.effects).toEqual([{ type: 'fetch', path: 'modem', look: 'now' }]);
    const again = escalate(bench.plan, pinged.state, { type: 'arrived', path: 'modem' }, instant(1100));
    expect(again.effects).toEqual([]);
    const ended = { type: 'fetch-ended', path: 'modem', look: 'now', ok: true } as const;
    const second = escalate(bench.plan, again.state, ended, instant(1200));
    expect(second.effects).toEqual([{ type: 'fetch', path: 'modem', look: 'now' }]);
    expect(escalate(bench.plan, second.state, ended, instant(1300)).effects).toEqual([]);
  });
});

describe('the test that somebody asked for', () => {
  it('goes to every contact, marked, and an answer is noted', () => {
    const bench = benchOf(planOf({ contacts: [person('sister', []), person('neighbour')] }));
    const effects = bench.does({ type: 'test-asked', numbers: ['1111', '2222'] });
    expect(sends(effects)).toEqual(['send sister 1111', 'send neighbour 2222']);
    expect(effects.flatMap((effect) => (effect.type === 'send' ? [effect.text.purpose] : []))).toEqual([
      'test',
      'test',
    ]);
    expect(words(bench.does(reply('neighbour', 'OK 2222')))).toEqual(['local test-answered']);
  });
});

describe('bounds', () => {
  it('a flood of faults leaves room for the personal alarm, and it leaves at once', () => {
    const bench = benchOf(planOf({ steps: [step(0, ['sister', 'neighbour'])] }));
    bench.far.send = () => null;
    for (let index = 0; index < 100; index += 1) bench.does(tell('fault', { id: `f${index}` as AlarmId }));
    expect(bench.state().texts.length).toBeLessThanOrEqual(64);
    expect(bench.state().tellings.length).toBeLessThanOrEqual(32);
    expect(sends(bench.does(tell('personal', {}, 7000)))).toEqual(['send sister 7000', 'send neighbour 7001']);
  });
  it('eight ordinary texts are on their way at once; the others follow', () => {
    const names = Array.from({ length: 20 }, (_, index) => `c${index}`);
    const bench = benchOf(planOf({ contacts: names.map((name) => person(name)), steps: [step(0, names)] }));
    bench.far.send = () => null;
    const effects = bench.does(tell('intruder'));
    expect(sends(effects)).toHaveLength(8);
    const first = effects.find((effect) => effect.type === 'send');
    if (first?.type !== 'send') throw new Error('nothing was sent');
    expect(
      sends(
        bench.does({
          type: 'send-ended',
          text: first.text.id,
          path: 'twilio',
          result: { outcome: 'accepted', sid: 'SM1' },
        }),
      ),
    ).toHaveLength(1);
  });
  it('what is shed is recorded', () => {
    const bench = benchOf(planOf({ steps: [step(0, ['sister', 'neighbour'])] }));
    bench.far.send = () => null;
    const effects = Array.from({ length: 40 }, (_, index) =>
      bench.does(tell('fault', { id: `f${index}` as AlarmId })),
    ).flat();
    expect(rows(effects).filter((row) => row === 'local text-shed')).toHaveLength(80 - 64);
  });
});
