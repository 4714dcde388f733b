import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { wallTime } from '../../../src/base/time.ts';
import { keptFile } from '../../../src/link/modem/kept.ts';
import { decidePin, hashPin, isHashOf, readTried, type Tried } from '../../../src/link/modem/pin.ts';
import { text } from '../texts/path-contract.ts';
import { type BenchOptions, createKept, type ModemBench, openBench } from './bench.ts';

type Known = Parameters<typeof decidePin>[0];

const plain: Known = { asks: 'pin', pin: '2468', triesLeft: 3, tried: null, sameAsTried: false };
const tried = (outcome: Tried['outcome'], before = 3): Partial<Known> => ({
  tried: { hash: 'x', before, outcome },
  sameAsTried: true,
});
const another = (outcome: Tried['outcome'], before = 3): Partial<Known> => ({
  ...tried(outcome, before),
  sameAsTried: false,
});

describe('when a PIN is tried', () => {
  const rows: readonly [string, Partial<Known>, 'enter' | 'nothing' | RegExp][] = [
    ['nothing is asked', { asks: 'nothing' }, 'nothing'],
    ['three tries left', {}, 'enter'],
    ['two tries left', { triesLeft: 2 }, 'enter'],
    ['one try left', { triesLeft: 1 }, /1 try left/],
    ['no try left', { triesLeft: 0 }, /0 tries left/],
    ['tries not told', { triesLeft: null }, /does not say/],
    ['no PIN configured', { pin: null }, /config has none/],
    ['a PIN of three digits', { pin: '123' }, /four to eight/],
    ['a PIN of nine digits', { pin: '123456789' }, /four to eight/],
    ['a PIN with a quote', { pin: '12"3' }, /four to eight/],
    ['PUK asked', { asks: 'puk' }, /PUK/],
    ['PUK asked, none configured', { asks: 'puk', pin: null }, /PUK/],
    ['another code asked', { asks: 'other' }, /not its PIN/],
    ['refused before', tried('refused'), /refused this PIN/],
    ['refused before, all tries back', { ...tried('refused'), triesLeft: 3 }, /refused this PIN/],
    ['another one refused before', another('refused'), 'enter'],
    ['another one refused before, one try left', { ...another('refused'), triesLeft: 1 }, /1 try left/],
    ['accepted before', tried('accepted'), 'enter'],
    ['accepted before, one try left', { ...tried('accepted'), triesLeft: 1 }, /1 try left/],
    ['the end not seen, and it cost a try', { ...tried('open', 3), triesLeft: 2 }, /refused this PIN/],
    ['the end not seen, and it cost none', { ...tried('open', 3), triesLeft: 3 }, 'enter'],
    ['the end not seen, tries not told', { ...tried('open', 3), triesLeft: null }, /refused this PIN/],
    ['the end of another not seen', { ...another('open', 3), triesLeft: 2 }, 'enter'],
  ];
  for (const [name, more, expected] of rows) {
    it(name, () => {
      const decided = decidePin({ ...plain, ...more });
      if (expected instanceof RegExp)
        expect(decided).toMatchObject({ do: 'leave', why: expect.stringMatching(expected) });
      else expect(decided.do).toBe(expected);
      expect(JSON.stringify(decided.do === 'leave' ? decided : '')).not.toContain('2468');
    });
  }
});

describe('what is remembered', () => {
  it('a hash knows its PIN and no other, and holds it nowhere', () => {
    const hash = hashPin('2468', Buffer.from('0123456789abcdef'));
    expect([isHashOf('2468', hash), isHashOf('2469', hash), hash.includes('2468')]).toEqual([true, false, false]);
  });
  const broken = [
    '',
    'x',
    '{}',
    'null',
    '[]',
    '{"hash":1,"before":3,"outcome":"open"}',
    '{"hash":"a","before":3,"outcome":"maybe"}',
  ];
  for (const text of broken) it(`${text || 'nothing'} is nothing kept`, () => expect(readTried(text)).toBeNull());
  it('a broken hash is the hash of nothing', () => expect(isHashOf('2468', 'zz:zz')).toBe(false));

  it('in a file that only its owner reads, whole or not at all', async () => {
    const dir = mkdtempSync(join(tmpdir(), 'lantern-kept-'));
    try {
      const kept = keptFile(join(dir, 'modem.json'));
      expect(kept.get()).toBeNull();
      expect(await kept.set('one')).toBe(true);
      expect(await kept.set('two')).toBe(true);
      expect(keptFile(join(dir, 'modem.json')).get()).toBe('two');
      expect(statSync(join(dir, 'modem.json')).mode & 0o777).toBe(0o600);
      expect(readdirSync(dir)).toEqual(['modem.json']);
      expect(readFileSync(join(dir, 'modem.json'), 'utf8')).toBe('two');
      expect(await keptFile(join(dir, 'no', 'such')).set('x')).toBe(false);
    } finally {
      rmSync(dir, { recursive: true, force: true });
    }
  });
});

const benches: ModemBench[] = [];
afterEach(async () => {
  for (const bench of benches.splice(0)) await bench.close();
});

async function bench(options: BenchOptions): Promise<ModemBench> {
  const opened = openBench(options);
  benches.push(opened);
  await opened.up();
  return opened;
}

const entered = (its: ModemBench): readonly string[] => its.far.heard.filter((line) => line.startsWith('AT+CPIN="'));
const SINCE = wallTime(0);

describe('a SIM that asks for its PIN', () => {
  it('is opened, and texts leave', async () => {
    const its = await bench({ pin: '2468', configuredPin: '2468' });
    expect(its.modem.state()).toMatchObject({ sim: 'ready', trouble: null });
    expect((await its.path.send(text('one'))).outcome).toBe('accepted');
    expect(entered(its).length).toBe(1);
  });

  for (const tellsTries of ['AT+CPINR', 'AT+SPIC', 'AT+QPINC="SC"'] as const) {
    it(`with its tries told by ${tellsTries}`, async () => {
      const its = await bench({ pin: '2468', configuredPin: '2468', tellsTries });
      expect(its.modem.state().sim).toBe('ready');
    });
  }

  it('a wrong PIN costs one try, whatever comes after', async () => {
    const its = await bench({ pin: '2468', configuredPin: '1357' });
    expect(its.modem.state()).toMatchObject({ sim: 'pin', trouble: expect.stringMatching(/refused the PIN/) });
    for (let round = 0; round < 5; round += 1) {
      expect(await its.path.fetch(SINCE)).toMatchObject({ outcome: 'unknown', why: expect.stringMatching(/refused/) });
      expect((await its.path.send(text('one'))).outcome).toBe('later');
    }
    its.far.say('RDY');
    await its.path.fetch(SINCE);
    expect(entered(its).length).toBe(1);
    expect(its.far.triesLeft()).toBe(2);
    expect(JSON.parse(its.kept.text ?? '')).toMatchObject({ outcome: 'refused', before: 3 });
  });

  it('a wrong PIN is not tried by the next start', async () => {
    const kept = createKept();
    const first = await bench({ pin: '2468', configuredPin: '1357', kept });
    await first.modem.close();
    const second = await bench({ pin: '2468', configuredPin: '1357', kept, tries: 2 });
    expect(entered(second)).toEqual([]);
    await second.modem.close();
    const corrected = await bench({ pin: '2468', configuredPin: '2468', kept, tries: 2 });
    expect(corrected.modem.state().sim).toBe('ready');
  });

  it('a start that ended while the PIN was tried does not try it again', async () => {
    const kept = createKept();
    const first = openBench({ pin: '2468', configuredPin: '1357', kept });
    benches.push(first);
    first.far.script(/^AT\+CPIN="/, { do: 'lose-answer' }, { do: 'hang', until: 'nothing' });
    first.modem.open();
    await first.clock.until('the try', () => entered(first).length === 1);
    await first.modem.close();
    expect(JSON.parse(kept.text ?? '')).toMatchObject({ outcome: 'open', before: 3 });
    const second = await bench({ pin: '2468', configuredPin: '1357', kept, tries: 2 });
    expect(entered(second)).toEqual([]);
  });

  it('is not risked with one try left', async () => {
    const its = await bench({ pin: '2468', configuredPin: '2468', tries: 1 });
    expect(its.modem.state()).toMatchObject({ sim: 'pin', trouble: expect.stringMatching(/1 try left/) });
    expect(entered(its)).toEqual([]);
  });

  it('is not risked when the modem does not say how many are left', async () => {
    const its = await bench({ pin: '2468', configuredPin: '2468', tellsTries: null });
    expect(entered(its)).toEqual([]);
  });

  it('is not tried when that cannot be remembered', async () => {
    const kept = createKept();
    kept.works = 'no';
    const its = await bench({ pin: '2468', configuredPin: '1357', kept });
    expect(its.modem.state().trouble).toMatch(/remembered/);
    expect(entered(its)).toEqual([]);
  });

  it('opened by somebody else meanwhile, it is used', async () => {
    const its = await bench({ pin: null, sim: 'puk' });
    expect(its.modem.state()).toMatchObject({ sim: 'puk', trouble: expect.stringMatching(/PUK/) });
    its.far.set({ sim: 'in' });
    expect((await its.path.fetch(SINCE)).outcome).toBe('fetched');
  });

  it('the PIN is in no log, no state and nothing kept', async () => {
    const its = await bench({ pin: '2468', configuredPin: '1357' });
    expect(JSON.stringify([its.logged, its.states, its.kept.text])).not.toMatch(/1357/);
  });
});
