import { describe, expect, it } from 'vitest';
import { hashOf, sidOf } from '../../../src/link/modem/inbox.ts';
import { type Bench, keepsThePathContract } from '../texts/path-contract.ts';
import { openBench } from './bench.ts';

describe('the modem keeps the contract of a text path', () =>
  keepsThePathContract(async (): Promise<Bench> => {
    const bench = openBench();
    await bench.up();
    const sids = new Map<string, string>();
    const note = (key: string, sid: string): string => {
      sids.set(key, sid);
      return sid;
    };
    return {
      path: {
        ...bench.path,
        async send(text) {
          const result = await bench.path.send(text);
          const last = bench.far.sent().at(-1);
          if (result.outcome === 'accepted') note(String(last?.refs), result.sid);
          return result;
        },
        async find(text, since) {
          bench.far.releaseReports();
          const result = await bench.path.find(text, since);
          const last = bench.far.sent().at(-1);
          if (result.outcome === 'found' && !sids.has(String(last?.refs))) note(String(last?.refs), result.sid);
          return result;
        },
      },
      sent: () => bench.far.sent().map(({ to, body, refs }) => ({ to, body, sid: sids.get(String(refs)) ?? '' })),
      receive: (from, body) => sidOf([hashOf(bench.far.receive(from, body) ?? '')]),
      // The delivery report tells of it, later.
      loseAnswer() {
        bench.far.holdReports();
        bench.far.script(/^<text>$/, { do: 'lose-answer' });
      },
      rung: () => bench.far.calls,
      putOffRing: () => bench.far.script(/^ATD/, { do: 'answer', text: 'BUSY' }),
      putOff: () => bench.far.script(/^AT\+CMGS=/, { do: 'answer', text: '+CMS ERROR: 42' }),
      refuse: () => bench.far.script(/^AT\+CMGS=/, { do: 'answer', text: '+CMS ERROR: 1' }),
      close: bench.close,
    };
  }));

it('comes up', async () => {
  const bench = openBench({ maker: 'SIMCOM INCORPORATED', model: 'SIMCOM_SIM7600E-H' });
  await bench.up();
  expect(bench.modem.state()).toMatchObject({
    quirks: 'SIM7600',
    registration: 'home',
    operator: 'Far Net',
    trouble: null,
  });
  await bench.close();
});
