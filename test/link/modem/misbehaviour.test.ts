import { afterEach, describe, expect, it } from 'vitest';
import { wallTime } from '../../../src/base/time.ts';
import { TO, text } from '../texts/path-contract.ts';
import { type BenchOptions, type ModemBench, openBench } from './bench.ts';
import type { Act, Cure } from './simulator.ts';

const benches: ModemBench[] = [];
afterEach(async () => {
  for (const bench of benches.splice(0)) await bench.close();
});

async function bench(options: BenchOptions = {}): Promise<ModemBench> {
  const opened = openBench(options);
  benches.push(opened);
  await opened.up();
  return opened;
}

const SINCE = wallTime(0);
const GARBAGE = '\u0000\u00ff\u0080\u001e\u0007xy\u00fe';
/** Everything a modem may say between a question and its answer. */
const CHATTER = [
  '+CREG: 1',
  '+CEREG: 5,"1A2B","01C3D4E5",7',
  'RING',
  '+CLIP: "+447700900999",145',
  'NO CARRIER',
  '+CMTI: "SM",3',
  '*PSUTTZ: 2026,11,21,20,29,0,"+0",0',
  '+CDSI: "SR",1',
].map((line) => `\r\n${line}\r\n`);

describe('a text leaves all the same', () => {
  const rows: readonly [string, RegExp, Act][] = [
    ['garbage before the answer', /^AT\+CMGS/, { do: 'interrupt', text: GARBAGE }],
    ['garbage and a line end before the answer', /^<text>$/, { do: 'interrupt', text: `${GARBAGE}\r\n` }],
    ['a slow answer', /^<text>$/, { do: 'wait', ms: 15_000 }],
    ['a slow prompt', /^AT\+CMGS/, { do: 'wait', ms: 4_000 }],
    ['the late end of an earlier command', /^<text>$/, { do: 'interrupt', text: '\r\nOK\r\n' }],
    ['four thousand bytes without a line end', /^AT\+CMGS/, { do: 'interrupt', text: 'x'.repeat(4000) }],
    ...CHATTER.flatMap((line): [string, RegExp, Act][] => [
      [`${line.trim()} before the prompt`, /^AT\+CMGS/, { do: 'interrupt', text: line }],
      [`${line.trim()} before the answer`, /^<text>$/, { do: 'interrupt', text: line }],
    ]),
  ];
  for (const [name, command, act] of rows) {
    it(name, async () => {
      const { path, far } = await bench();
      far.script(command, act);
      const sent = await path.send(text('one'));
      expect(sent.outcome).toBe('accepted');
      expect(far.sent().map(({ body }) => body)).toEqual(['one']);
      expect(await path.status(sent.outcome === 'accepted' ? sent.sid : '')).toMatchObject({ status: 'delivered' });
    });
  }

  it('with the echo on, and switched off again', async () => {
    const { path, far } = await bench();
    far.script(/^AT\+CMGS/, { do: 'interrupt', text: `AT+CMGS=17\r` });
    expect((await path.send(text('one'))).outcome).toBe('accepted');
  });
});

describe('a refusal to send, by its number', () => {
  const rows: readonly [string, 'refused' | 'later' | 'unknown', RegExp][] = [
    ['+CMS ERROR: 1', 'refused', /no such number \(CMS 1\)/],
    ['+CMS ERROR: 21', 'refused', /refused the text/],
    ['+CMS ERROR: 27', 'later', /cannot be reached/],
    ['+CMS ERROR: 38', 'later', /out of order/],
    ['+CMS ERROR: 42', 'later', /congested/],
    ['+CMS ERROR: 304', 'refused', /did not understand/],
    ['+CMS ERROR: 310', 'later', /no SIM/],
    ['+CMS ERROR: 316', 'later', /PUK/],
    ['+CMS ERROR: 330', 'later', /service centre/],
    ['+CMS ERROR: 331', 'later', /no network/],
    ['+CMS ERROR: 332', 'unknown', /no answer/],
    ['+CMS ERROR: 500', 'unknown', /does not say why/],
    ['+CMS ERROR: 9999', 'later', /refused \(CMS 9999\)/],
    ['+CMS ERROR: network out of order', 'later', /without a number/],
    ['+CME ERROR: 30', 'later', /no network/],
    ['ERROR', 'later', /without a reason/],
  ];
  for (const [answer, outcome, why] of rows) {
    it(answer, async () => {
      const { path, far } = await bench();
      far.script(/^AT\+CMGS/, { do: 'answer', text: answer });
      const result = await path.send(text('one'));
      expect(result).toMatchObject({ outcome, why: expect.stringMatching(why) });
      expect(far.sent()).toEqual([]);
    });
  }
});

describe('silence', () => {
  const cures: readonly [Cure, RegExp][] = [
    ['escape', /^AT$/],
    ['reset', /^ATZ$/],
    ['reopen', /^AT$/],
    ['restart', /^AT\+CFUN=1,1$/],
  ];
  for (const [until, last] of cures) {
    it(`before the prompt: nothing was sent, and ${until} brings it back`, async () => {
      const { path, far, clock, modem, states } = await bench();
      far.script(/^AT\+CMGS/, { do: 'hang', until });
      expect((await path.send(text('one'))).outcome).toBe('later');
      await clock.until('it to be back', () => modem.state().conversation === 'up');
      expect(far.heard.some((line) => last.test(line))).toBe(true);
      expect(states.some(({ conversation }) => conversation === 'mending')).toBe(true);
      expect((await path.send(text('two'))).outcome).toBe('accepted');
      expect(far.sent().map(({ body }) => body)).toEqual(['two']);
    });

    it(`after the text: it may have left, and ${until} brings the modem back`, async () => {
      const { path, far, clock, modem } = await bench({ reports: 'none' });
      far.script(/^<text>$/, { do: 'hang', until });
      expect((await path.send(text('one'))).outcome).toBe('unknown');
      await clock.until('it to be back', () => modem.state().conversation === 'up');
      expect((await path.send(text('two'))).outcome).toBe('accepted');
    });
  }

  it('without a report, a text in doubt is first unknown, then absent', async () => {
    const { path, far, clock } = await bench({ reports: 'none' });
    far.script(/^<text>$/, { do: 'lose-answer' });
    expect((await path.send(text('one'))).outcome).toBe('unknown');
    expect((await path.find(text('one'), SINCE)).outcome).toBe('unknown');
    await clock.pass(6_000);
    expect((await path.find(text('one'), SINCE)).outcome).toBe('absent');
  });

  it('an answer after the deadline still names the text', async () => {
    const { path, far, clock } = await bench({ reports: 'none' });
    far.script(/^<text>$/, { do: 'lose-answer' });
    expect((await path.send(text('one'))).outcome).toBe('unknown');
    far.say('+CMGS: 0');
    expect((await path.find(text('one'), SINCE)).outcome).toBe('found');
    await clock.pass(1);
  });

  it('a modem that never answers again is told of, refuses at once, and is tried for ever', async () => {
    const { path, far, clock, modem } = await bench();
    far.script(/^AT\+CPIN/, { do: 'hang', until: 'nothing' });
    const began = clock.now();
    expect((await path.fetch(SINCE)).outcome).toBe('unknown');
    expect(clock.now() - began).toBeLessThan(60_000);
    await clock.until('it to be given up', () => modem.state().conversation === 'silent');
    const before = clock.now();
    expect(await path.send(text('one'))).toMatchObject({
      outcome: 'later',
      why: expect.stringMatching(/does not answer/),
    });
    expect(clock.now()).toBe(before);
    const tried = far.heard.length;
    await clock.pass(10 * 60_000);
    expect(far.heard.length).toBeGreaterThan(tried + 10);
    const restarts = far.heard.filter((line) => line === 'AT+CFUN=1,1').length;
    expect(restarts).toBeGreaterThan(1);
    expect(restarts).toBeLessThan(5);
  });

  it('a call of any kind ends within half a minute', async () => {
    const { path, far, clock } = await bench();
    far.script(/^<text>$/, { do: 'hang', until: 'nothing' });
    const began = clock.now();
    await path.send(text('x'.repeat(400)));
    expect(clock.now() - began).toBeLessThan(30_000);
  });

  it('what waits behind a silent modem is told at once', async () => {
    const { modem, far, clock } = await bench();
    far.script(/^AT\+CMGS/, { do: 'hang', until: 'escape' });
    const all = Array.from({ length: 100 }, (_, at) => modem.send(text(`text ${at}`)));
    const results = await clock.through(Promise.all(all));
    expect(new Set(results.map(({ outcome }) => outcome))).toEqual(new Set(['later']));
    expect(far.sent()).toEqual([]);
  });
});

describe('the port', () => {
  it('a modem that is unplugged is told of within a fetch, and taken up again', async () => {
    const its = await bench();
    its.unplug();
    await its.clock.until('the unplugging to be seen', () => its.modem.state().conversation !== 'up');
    expect(await its.path.fetch(SINCE)).toMatchObject({
      outcome: 'unknown',
      why: expect.stringMatching(/plugged in|went away/),
    });
    expect((await its.path.send(text('one'))).outcome).toBe('later');
    its.replug();
    await its.clock.until('it to be back', () => its.modem.state().conversation === 'up');
    expect((await its.path.send(text('two'))).outcome).toBe('accepted');
  });

  it('a modem that restarts by itself is set up anew', async () => {
    const { far, clock, modem, path } = await bench();
    const before = far.heard.filter((line) => line === 'ATE0').length;
    far.say('RDY');
    await clock.until('the set-up', () => far.heard.filter((line) => line === 'ATE0').length > before);
    await clock.until('it to be back', () => modem.state().conversation === 'up');
    expect((await path.send(text('one'))).outcome).toBe('accepted');
  });

  it('a modem that restarts without a word is found out by the next fetch', async () => {
    const its = await bench();
    let told = 0;
    its.modem.watch?.(() => {
      told += 1;
    });
    its.far.falter();
    expect((await its.path.fetch(SINCE)).outcome).toBe('fetched');
    expect((await its.path.fetch(SINCE)).outcome).toBe('fetched');
    its.far.receive(TO, 'OK 4821');
    await its.clock.until('the news', () => told === 1);
  });

  it('a modem that has fallen back to text mode still gets its texts right', async () => {
    const { far, path, modem } = await bench();
    far.set({ mode: 'text' });
    expect((await path.send(text('one'))).outcome).toBe('accepted');
    expect(far.sent()).toMatchObject([{ to: TO, body: 'one' }]);
    expect(modem.state().conversation).toBe('up');
  });

  it('closed, it answers at once and touches nothing', async () => {
    const { modem, path, far } = await bench();
    await modem.close();
    const heard = far.heard.length;
    expect((await path.send(text('one'))).outcome).toBe('later');
    expect((await path.fetch(SINCE)).outcome).toBe('unknown');
    expect(far.heard.length).toBe(heard);
  });
});

describe('the network', () => {
  const rows: readonly [number, number, boolean, string, RegExp | null][] = [
    [1, 0, true, 'home', null],
    [0, 1, true, 'home', null],
    [5, 0, true, 'roaming', null],
    [0, 5, true, 'roaming', null],
    [2, 0, false, 'searching', /antenna/],
    [3, 3, false, 'denied', /refuses this SIM/],
    [0, 0, false, 'none', /in no network/],
    [8, 0, false, 'emergency-only', /emergency/],
  ];
  for (const [registration, packet, alive, is, why] of rows) {
    it(`CREG ${registration}, CEREG ${packet} is ${is}`, async () => {
      const { far, path, modem } = await bench();
      far.set({ registration, packet });
      const result = await path.fetch(SINCE);
      expect(result.outcome).toBe(alive ? 'fetched' : 'unknown');
      if (why !== null) expect(result).toMatchObject({ why: expect.stringMatching(why) });
      expect(modem.state().registration).toBe(is);
    });
  }

  it('news of a lost network are looked into at once', async () => {
    const { far, clock, modem, path } = await bench();
    far.set({ registration: 2, packet: 2 });
    far.say('+CREG: 2');
    await clock.until('the loss to be seen', () => modem.state().registration === 'searching');
    expect(await path.send(text('one'))).toMatchObject({ outcome: 'later', why: expect.stringMatching(/antenna/) });
    far.set({ registration: 1, packet: 1 });
    expect((await path.send(text('two'))).outcome).toBe('accepted');
  });

  const signals: readonly [number, string | undefined, number | undefined][] = [
    [31, 'strong', -51],
    [16, 'good', -81],
    [12, 'fair', -89],
    [5, 'weak', -103],
    [1, 'hardly any', -111],
    [99, 'good', -90],
  ];
  for (const [steps, words, dbm] of signals) {
    it(`a signal of ${steps} is ${words}`, async () => {
      const { far, path, modem } = await bench();
      far.set({ signal: steps });
      await path.fetch(SINCE);
      expect(modem.state().signal).toEqual({ dbm, words });
    });
  }

  it('a SIM that is taken out is told of, and used again when it is back', async () => {
    const { far, path } = await bench();
    far.set({ sim: 'missing' });
    expect(await path.fetch(SINCE)).toMatchObject({ outcome: 'unknown', why: expect.stringMatching(/no SIM/) });
    far.set({ sim: 'in' });
    expect((await path.fetch(SINCE)).outcome).toBe('fetched');
    expect((await path.send(text('one'))).outcome).toBe('accepted');
  });
});

describe('texts that come in', () => {
  const bodiesOf = async (its: ModemBench): Promise<readonly string[]> => {
    const result = await its.path.fetch(SINCE);
    return result.outcome === 'fetched' ? result.texts.map(({ body }) => body) : [];
  };

  it('are said at once', async () => {
    const its = await bench();
    let told = 0;
    its.modem.watch?.(() => {
      told += 1;
    });
    its.far.receive(TO, 'OK 4821');
    await its.clock.until('the news', () => told === 1);
    expect(await bodiesOf(its)).toEqual(['OK 4821']);
  });

  it('stay in the memory until they were handed over, and go then', async () => {
    const its = await bench();
    its.far.receive(TO, 'OK 4821');
    await its.clock.pass(60_000);
    expect(its.far.stored()).toBe(1);
    expect(await bodiesOf(its)).toEqual(['OK 4821']);
    await its.clock.pass(4_000);
    expect(its.far.stored()).toBe(1);
    await its.clock.pass(2_000);
    expect(its.far.stored()).toBe(0);
    expect(await bodiesOf(its)).toEqual([]);
  });

  it('one that a stop kept from being deleted comes again under the same id', async () => {
    const first = await bench();
    const record = first.far.receive(TO, 'OK 4821') ?? '';
    const before = await first.path.fetch(SINCE);
    await first.modem.close();
    const second = await bench();
    second.far.store(record);
    const again = await second.path.fetch(SINCE);
    expect(again).toMatchObject({ texts: [{ sid: before.outcome === 'fetched' ? before.texts[0]?.sid : '' }] });
  });

  it('one that the modem does not keep is not lost', async () => {
    const its = await bench();
    its.far.receiveStraight(TO, 'OK 4821');
    expect(await bodiesOf(its)).toEqual(['OK 4821']);
  });

  it('lie in the memory that there is', async () => {
    const its = await bench({ memories: ['ME'] });
    its.far.receive(TO, 'OK 4821');
    expect(await bodiesOf(its)).toEqual(['OK 4821']);
    expect(its.far.heard).toContain('AT+CPMS="ME","ME","ME"');
  });

  it('that were read a day before anybody could be told are told', async () => {
    const its = await bench();
    its.far.receive(TO, 'OK 4821');
    await its.clock.pass(25 * 3_600_000);
    expect(await its.path.fetch(wallTime(its.clock.wall() - 1))).toMatchObject({ texts: [{ body: 'OK 4821' }] });
  });

  it('from names, short numbers and abroad', async () => {
    const its = await bench();
    for (const from of ['BANK', '60777', '+15550001234']) its.far.receive(from, 'hello');
    const result = await its.path.fetch(SINCE);
    expect(result.outcome === 'fetched' && result.texts.map(({ from }) => from)).toEqual([
      '+15550001234',
      '60777',
      'BANK',
    ]);
  });

  it('emoji and the extension table', async () => {
    const its = await bench();
    its.far.receive(TO, 'OK 👍 €');
    its.far.receive(TO, '{OK} € [4821]');
    expect(await bodiesOf(its)).toEqual(['{OK} € [4821]', 'OK 👍 €']);
  });

  for (const bits of [8, 16] as const) {
    it(`parts in any order, numbered with ${bits} bits`, async () => {
      const its = await bench();
      for (const seq of [3, 1, 2]) its.far.receive(TO, `part ${seq}. `, { ref: 200, bits, total: 3, seq });
      expect(await bodiesOf(its)).toEqual(['part 1. part 2. part 3. ']);
      await its.clock.pass(6_000);
      expect(its.far.stored()).toBe(0);
    });
  }

  it('two long ones at once are told apart', async () => {
    const its = await bench();
    for (const seq of [1, 2]) {
      its.far.receive(TO, `a${seq}`, { ref: 7, bits: 8, total: 2, seq });
      its.far.receive('+447700900124', `b${seq}`, { ref: 7, bits: 8, total: 2, seq });
    }
    expect(await bodiesOf(its)).toEqual(['b1b2', 'a1a2']);
  });

  it('a part that never comes is given up after ten minutes', async () => {
    const its = await bench();
    its.far.receive(TO, 'OK 4821 and', { ref: 9, bits: 8, total: 2, seq: 1 });
    expect(await bodiesOf(its)).toEqual([]);
    await its.clock.pass(9 * 60_000);
    expect(its.far.stored()).toBe(1);
    await its.clock.pass(61_000);
    expect(await bodiesOf(its)).toEqual(['OK 4821 and…']);
  });

  it('a full memory is emptied of what was handed over, and gives up what waits', async () => {
    const its = await bench({ places: 4 });
    let told = 0;
    its.modem.watch?.(() => {
      told += 1;
    });
    its.far.receive(TO, 'half', { ref: 9, bits: 8, total: 2, seq: 1 });
    for (const body of ['one', 'two', 'three']) its.far.receive(TO, body);
    expect(its.far.receive(TO, 'four')).toBeNull();
    await its.clock.until('the news', () => told >= 4);
    expect([...(await bodiesOf(its))].sort()).toEqual(['half…', 'one', 'three', 'two']);
    await its.clock.pass(6_000);
    expect(its.far.stored()).toBe(0);
    its.far.receive(TO, 'four');
    expect(await bodiesOf(its)).toEqual(['four']);
  });

  it('a memory that answers full is emptied', async () => {
    const its = await bench();
    its.far.receive(TO, 'one');
    expect(await bodiesOf(its)).toEqual(['one']);
    its.far.script(/^AT\+CMGL/, { do: 'answer', text: '+CMS ERROR: 322' });
    expect((await its.path.fetch(SINCE)).outcome).toBe('unknown');
    await its.clock.until('it to be emptied', () => its.far.stored() === 0);
  });

  it('what cannot be read does not stay in the way', async () => {
    const its = await bench();
    its.far.store('07914477000000F004FF');
    its.far.receive(TO, 'OK 4821');
    expect(await bodiesOf(its)).toEqual(['OK 4821']);
    await its.clock.pass(6_000);
    expect(its.far.stored()).toBe(0);
  });

  it('a list with news in the middle of it', async () => {
    const its = await bench();
    its.far.receive(TO, 'one');
    its.far.script(/^AT\+CMGL/, { do: 'interrupt', text: '\r\n+CMTI: "SM",1\r\n\r\n+CREG: 1\r\n' });
    expect(await bodiesOf(its)).toEqual(['one']);
  });
});

describe('delivery reports', () => {
  for (const reports of ['straight', 'stored'] as const) {
    it(`${reports}: accepted, then delivered`, async () => {
      const { far, path } = await bench({ reports });
      far.holdReports();
      const sent = await path.send(text('one'));
      const sid = sent.outcome === 'accepted' ? sent.sid : '';
      expect(await path.status(sid)).toEqual({ outcome: 'known', status: 'accepted', why: null });
      far.releaseReports();
      await path.fetch(SINCE);
      expect(await path.status(sid)).toEqual({ outcome: 'known', status: 'delivered', why: null });
    });
  }

  const fates: readonly [number, string, RegExp | null][] = [
    [0x00, 'delivered', null],
    [0x01, 'accepted', null],
    [0x20, 'accepted', null],
    [0x41, 'failed', /this kind of text/],
    [0x46, 'failed', /in time/],
    [0x61, 'failed', /busy/],
    [0x7f, 'failed', /status 127/],
  ];
  for (const [status, is, why] of fates) {
    it(`status ${status} is ${is}`, async () => {
      const { far, path } = await bench();
      far.holdReports();
      const sent = await path.send(text('one'));
      far.releaseReports(status);
      const known = await path.status(sent.outcome === 'accepted' ? sent.sid : '');
      expect(known).toMatchObject({ status: is, why: why === null ? null : expect.stringMatching(why) });
    });
  }

  it('a long text is delivered when all of it is', async () => {
    const { far, path } = await bench();
    const sent = await path.send(text('long '.repeat(60)));
    expect(far.sent()[0]?.refs.length).toBe(2);
    expect(await path.status(sent.outcome === 'accepted' ? sent.sid : '')).toMatchObject({ status: 'delivered' });
  });

  it('references that begin again at 0 are told apart', async () => {
    const { far, path } = await bench({ firstRef: 255 });
    far.holdReports();
    const first = await path.send(text('one'));
    const second = await path.send(text('two'));
    far.releaseReports();
    for (const sent of [first, second]) {
      expect(await path.status(sent.outcome === 'accepted' ? sent.sid : '')).toMatchObject({ status: 'delivered' });
    }
  });
});

describe('what leaves', () => {
  const rows: readonly [string, string, number][] = [
    ['one segment', 'Please ring me now. Reply OK 4821 when seen.', 1],
    ['160 characters', 'x'.repeat(160), 1],
    ['161 characters', 'x'.repeat(161), 2],
    ['70 of UCS-2', 'д'.repeat(70), 1],
    ['71 of UCS-2', 'д'.repeat(71), 2],
    ['the extension table', '€'.repeat(80), 1],
    ['a cut at an escape', `${'x'.repeat(152)}€€€€€€€€€`, 2],
    ['a cut at a surrogate', `${'д'.repeat(66)}😀😀😀😀`, 2],
    ['the longest there is', 'x'.repeat(480), 4],
  ];
  for (const [name, body, parts] of rows) {
    it(name, async () => {
      const { far, path } = await bench();
      expect((await path.send(text(body))).outcome).toBe('accepted');
      expect(far.sent()).toMatchObject([{ to: TO, body, wantsReport: true, validity: 1 }]);
      expect(far.sent()[0]?.refs.length).toBe(parts);
    });
  }

  it('too long a text is refused and not cut', async () => {
    const { far, path } = await bench();
    expect((await path.send(text('x'.repeat(2000)))).outcome).toBe('refused');
    expect(far.sent()).toEqual([]);
  });

  it('a number that is none is refused', async () => {
    const { path, far } = await bench();
    expect((await path.send({ ...text('one'), to: 'AT+CFUN=0' })).outcome).toBe('refused');
    expect(far.sent()).toEqual([]);
  });

  it('a text in parts whose second is refused is sent anew as a whole', async () => {
    const { far, path } = await bench();
    far.script(/^AT\+CMGS/, { do: 'interrupt', text: '' }, { do: 'answer', text: '+CMS ERROR: 42' });
    expect((await path.send(text('y'.repeat(200)))).outcome).toBe('later');
    expect((await path.send(text('y'.repeat(200)))).outcome).toBe('accepted');
    expect(far.sent().length).toBe(1);
  });
});

describe('bounds', () => {
  it('texts sent at once all end within half a minute, and none that is told to come later has left', async () => {
    const { modem, far, clock } = await bench();
    far.script(/^<text>$/, ...Array.from({ length: 20 }, (): Act => ({ do: 'wait', ms: 4_000 })));
    const began = clock.now();
    const all = Array.from({ length: 20 }, (_, at) => modem.send(text(`text ${at}`)));
    const results = await clock.through(Promise.all(all));
    expect(clock.now() - began).toBeLessThan(30_000);
    const taken = results.filter(({ outcome }) => outcome === 'accepted').length;
    expect(taken).toBeGreaterThan(3);
    expect(far.sent().length).toBe(taken);
    expect(new Set(results.map(({ outcome }) => outcome))).toEqual(new Set(['accepted', 'later']));
  });

  it('a modem whose every answer is slow is a dead path within half a minute', async () => {
    const { path, far, clock, modem } = await bench();
    far.script(/^AT/, ...Array.from({ length: 6 }, (): Act => ({ do: 'wait', ms: 4_500 })));
    const began = clock.now();
    expect(await path.fetch(SINCE)).toMatchObject({ outcome: 'unknown', why: expect.stringMatching(/slowly/) });
    expect(clock.now() - began).toBeLessThan(30_000);
    await clock.pass(60_000);
    expect(modem.state().conversation).toBe('up');
    expect((await path.fetch(SINCE)).outcome).toBe('fetched');
  });

  it('seventeen long texts that wait for parts: the oldest is given up', async () => {
    const its = await bench({ places: 40 });
    for (let ref = 0; ref < 17; ref += 1) its.far.receive(TO, `half ${ref} `, { ref, bits: 8, total: 2, seq: 1 });
    const result = await its.path.fetch(SINCE);
    expect(result).toMatchObject({ texts: [{ body: 'half 0 …' }] });
  });

  it('a hundred and one texts that nobody fetches: the newest hundred are there', async () => {
    const its = await bench({ places: 200 });
    for (let at = 0; at < 101; at += 1) its.far.receive(TO, `text ${at}`);
    const result = await its.path.fetch(SINCE);
    const bodies = result.outcome === 'fetched' ? result.texts.map(({ body }) => body) : [];
    expect([bodies.length, bodies[0], bodies.at(-1)]).toEqual([100, 'text 100', 'text 1']);
  });

  it('of a hundred and one texts that were sent the first is not known any more', async () => {
    const its = await bench({ reports: 'none' });
    const first = await its.path.send(text('text 0'));
    const second = await its.path.send(text('text 1'));
    for (let at = 2; at < 101; at += 1) await its.path.send(text(`text ${at}`));
    const status = async (sent: typeof first) => its.path.status(sent.outcome === 'accepted' ? sent.sid : '');
    expect((await status(first)).outcome).toBe('unknown');
    expect((await status(second)).outcome).toBe('known');
  });

  it('closed while a text is on its way, it may have left', async () => {
    const { modem, far, clock } = await bench();
    far.script(/^<text>$/, { do: 'hang', until: 'nothing' });
    const sending = modem.send(text('one'));
    await clock.until('the text to be taken', () => far.heard.some((line) => line.startsWith('<')));
    await modem.close();
    expect((await clock.through(sending)).outcome).toBe('unknown');
  });
});

describe('a family of modems', () => {
  const rows: readonly [string, string, string][] = [
    ['SIMCOM INCORPORATED', 'SIMCOM_SIM7600E-H', 'SIM7600'],
    ['SIMCOM INCORPORATED', 'A7670E-FASE', 'SIM7600'],
    ['SIMCOM_Ltd', 'SIMCOM_SIM800L', 'SIM800'],
    ['SIMCOM_Ltd', 'SIM900', 'SIM800'],
    ['Quectel', 'EC25', 'Quectel'],
    ['huawei', 'E3531', 'Huawei'],
    ['WAVECOM MODEM', 'MULTIBAND 900E 1800', 'generic'],
  ];
  for (const [maker, model, quirks] of rows) {
    it(`${model} is treated as ${quirks}`, async () => {
      const its = await bench({ maker, model });
      expect(its.modem.state()).toMatchObject({ quirks, model: `${maker} ${model}`, trouble: null });
      expect((await its.path.send(text('one'))).outcome).toBe('accepted');
    });
  }
});

describe('a log', () => {
  it('holds no number and no words', async () => {
    const its = await bench();
    its.far.receive(TO, 'secret words');
    its.far.script(/^<text>$/, { do: 'hang', until: 'reopen' });
    await its.path.send(text('secret words'));
    await its.path.fetch(SINCE);
    expect(its.logged.length).toBeGreaterThan(0);
    expect(its.logged.join('\n')).not.toMatch(/447700900|secret/);
    expect(JSON.stringify(its.states)).not.toMatch(/447700900|secret/);
  });
});
