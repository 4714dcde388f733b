import { afterEach, describe, expect, it } from 'vitest';
import type { JsonObject } from '../../../src/base/json.ts';
import { modemHandlers, openModemHere, showModem } from '../../../src/link/modem/command.ts';
import { TO } from '../texts/path-contract.ts';
import { type BenchOptions, createKept, type ModemBench, openBench } from './bench.ts';

const benches: ModemBench[] = [];
afterEach(async () => {
  for (const bench of benches.splice(0)) await bench.close();
});

const NEVER = '+447700900999';
const words = 'TEST only, nothing has happened.';

async function shown(options: BenchOptions = {}, never: ReadonlySet<string> | null = new Set([NEVER])) {
  const its = openBench(options);
  benches.push(its);
  await its.up();
  return { its, modem: showModem(its.modem, { clock: its.clock, neverContact: never, words }) };
}

async function test(its: ModemBench, modem: Awaited<ReturnType<typeof shown>>['modem'], to: string) {
  const hops: JsonObject[] = [];
  const ended = await its.clock.through(modem.test(to, (item) => void hops.push(item)));
  return { hops, ended };
}

describe('what lantern modem shows', () => {
  it('everything, and no number', async () => {
    const { its, modem } = await shown({ maker: 'SIMCOM', model: 'SIM800L', pin: null });
    its.far.receive(TO, 'OK 4821');
    const state = await its.clock.through(modem.state());
    expect(state).toMatchObject({
      model: 'SIMCOM SIM800L',
      quirks: 'SIM800',
      sim: 'ready',
      registration: 'home',
      operator: 'Far Net',
      signal: { dbm: -71, words: 'strong' },
      stored: { used: 1, total: 20 },
      trouble: null,
    });
    expect(JSON.stringify(state)).not.toMatch(/447700900/);
  });

  it('takes no text away', async () => {
    const { its, modem } = await shown();
    its.far.receive(TO, 'OK 4821');
    await its.clock.through(modem.state());
    await its.clock.pass(60_000);
    expect(its.far.stored()).toBe(1);
  });
});

describe('a test', () => {
  it('is marked, taken and delivered', async () => {
    const { its, modem } = await shown();
    const { hops, ended } = await test(its, modem, '+44 7700 900123');
    expect(ended).toEqual({ ok: true });
    expect(hops).toMatchObject([
      { hop: 'taken', ok: true, why: null },
      { hop: 'delivered', ok: true, why: null },
    ]);
    expect(its.far.sent()).toMatchObject([{ to: TO, body: words, validity: 0 }]);
  });

  it('without a report is not known to be delivered', async () => {
    const { its, modem } = await shown({ reports: 'none' });
    const { hops, ended } = await test(its, modem, TO);
    expect(ended).toEqual({ ok: true });
    expect(hops[1]).toMatchObject({ hop: 'delivered', ok: null });
  });

  it('that fails says why', async () => {
    const { its, modem } = await shown();
    its.far.set({ failSends: 42 });
    const { hops, ended } = await test(its, modem, TO);
    expect(ended).toMatchObject({ ok: false, why: expect.stringMatching(/congested/) });
    expect(hops).toMatchObject([{ hop: 'taken', ok: false }]);
  });

  const refused: readonly [string, string, ReadonlySet<string> | null, RegExp][] = [
    ['a number that must never be contacted', NEVER, new Set([NEVER]), /never be contacted/],
    ['the same, written otherwise', '+44 (7700) 900-999', new Set([NEVER]), /never be contacted/],
    ['anybody while the list is not known', TO, null, /--config/],
    ['a number without its country', '07700900123', new Set(), /with its country/],
    ['no number', 'sister', new Set(), /with its country/],
    ['a command', '+44"\rAT+CFUN=0', new Set(), /with its country/],
  ];
  for (const [name, to, never, why] of refused) {
    it(`refuses ${name}`, async () => {
      const { its, modem } = await shown({}, never);
      const { hops, ended } = await test(its, modem, to);
      expect(ended).toMatchObject({ ok: false, why: expect.stringMatching(why) });
      expect([hops, its.far.sent()]).toEqual([[], []]);
    });
  }
});

describe('a running hub answers', () => {
  const ask = async (request: JsonObject) => {
    const { its, modem } = await shown();
    const items: JsonObject[] = [];
    const handler = modemHandlers(modem).get(String(request['do']));
    const ended = await its.clock.through(
      handler === undefined
        ? Promise.reject(new Error('no handler'))
        : handler(request, (item) => void items.push(item)),
    );
    return { items, ended };
  };
  it('how its modem is', async () => {
    expect(await ask({ do: 'modem' })).toMatchObject({ items: [{ sim: 'ready' }], ended: { ok: true } });
  });
  it('with a test', async () => {
    expect(await ask({ do: 'modem-test', to: TO })).toMatchObject({
      items: [{ ok: true }, { ok: true }],
      ended: { ok: true },
    });
  });
  it('that a test needs a number', async () => {
    expect(await ask({ do: 'modem-test' })).toMatchObject({ items: [], ended: { ok: false } });
  });
});

describe('opened for one command', () => {
  const silent = { info() {}, warn() {}, error() {} };
  it('a modem that is there', async () => {
    const its = openBench();
    benches.push(its);
    const parts = { clock: its.clock, log: silent, kept: createKept(), openPort: its.openPort };
    const opened = await its.clock.through(openModemHere({ port: '/dev/x', baud: 115_200, pin: null }, parts));
    expect(opened.ok).toBe(true);
    if (opened.ok) await opened.modem.close();
  });
  it('one that is not', async () => {
    const its = openBench();
    benches.push(its);
    its.unplug();
    const parts = { clock: its.clock, log: silent, kept: createKept(), openPort: its.openPort };
    const opened = await its.clock.through(openModemHere({ port: '/dev/x', baud: 115_200, pin: null }, parts));
    expect(opened).toMatchObject({ ok: false, why: expect.stringMatching(/plugged in/) });
  });
});
