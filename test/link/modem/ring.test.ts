import { afterEach, describe, expect, it } from 'vitest';
import type { TextId } from '../../../src/base/brand.ts';
import { TO, text } from '../texts/path-contract.ts';
import { type BenchOptions, type ModemBench, openBench } from './bench.ts';

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

const ID = 'a1/ring' as TextId;
const hungUp = (its: ModemBench): boolean => its.far.heard.includes('ATH');

describe('a ring', () => {
  const rows: readonly [NonNullable<BenchOptions['phone']>, string, RegExp | null][] = [
    ['rings', 'accepted', null],
    ['answers', 'accepted', null],
    ['no-clcc', 'accepted', null],
    ['busy', 'later', /in use/],
    ['unreachable', 'later', /not put through/],
  ];
  for (const [phone, outcome, why] of rows) {
    it(`a phone that is: ${phone}`, async () => {
      const its = await bench({ phone });
      const result = await its.path.ring?.(TO, ID);
      expect(result?.outcome).toBe(outcome);
      if (why !== null) expect(result).toMatchObject({ why: expect.stringMatching(why) });
      expect(its.far.calls).toEqual([TO]);
    });
  }

  it('rings for its time, and is ended', async () => {
    const its = await bench();
    await its.path.ring?.(TO, ID);
    const began = its.clock.now();
    await its.clock.until('the end', () => hungUp(its));
    expect(its.clock.now() - began).toBeGreaterThan(20_000);
    expect(its.clock.now() - began).toBeLessThan(30_000);
  });

  it('ends soon after somebody picked up', async () => {
    const its = await bench({ phone: 'answers' });
    await its.path.ring?.(TO, ID);
    const began = its.clock.now();
    await its.clock.until('the end', () => hungUp(its));
    expect(its.clock.now() - began).toBeLessThan(10_000);
  });

  it('makes way for a text', async () => {
    const its = await bench();
    await its.path.ring?.(TO, ID);
    expect((await its.path.send(text('one'))).outcome).toBe('accepted');
    const heard = its.far.heard;
    expect(heard.indexOf('ATH')).toBeGreaterThan(0);
    expect(heard.findIndex((line) => line.startsWith('AT+CMGS'))).toBeGreaterThan(heard.indexOf('ATH'));
  });

  it('two at once: the second waits', async () => {
    const its = await bench();
    await its.path.ring?.(TO, ID);
    expect(await its.path.ring?.('+447700900124', ID)).toMatchObject({ outcome: 'later' });
    expect(its.far.calls).toEqual([TO]);
  });

  it('a number that is none is refused', async () => {
    const its = await bench();
    expect(await its.path.ring?.('+44;AT+CFUN=0', ID)).toMatchObject({ outcome: 'refused' });
    expect(its.far.calls).toEqual([]);
  });

  it('off the network nothing is dialled', async () => {
    const its = await bench();
    its.far.set({ registration: 2, packet: 2 });
    await its.clock.through(its.modem.check());
    expect(await its.path.ring?.(TO, ID)).toMatchObject({ outcome: 'later' });
    expect(its.far.calls).toEqual([]);
  });

  it('a silent modem: it may be ringing', async () => {
    const its = await bench();
    its.far.script(/^ATD/, { do: 'hang', until: 'escape' });
    expect(await its.path.ring?.(TO, ID)).toMatchObject({ outcome: 'unknown' });
  });
});
