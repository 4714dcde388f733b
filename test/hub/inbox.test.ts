import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { instant } from '../../src/base/time.ts';
import { type Arrival, Inbox, RANKS, type Rank } from '../../src/hub/inbox.ts';

const arrival = (rank: Rank, event: string, merge: string | null = null): Arrival<string> => ({
  rank,
  at: instant(0),
  merge,
  event,
});

const drain = (inbox: Inbox<string>): readonly string[] => {
  const taken: string[] = [];
  for (let next = inbox.take(); next !== undefined; next = inbox.take()) taken.push(next.event);
  return taken;
};

describe('the inbox', () => {
  it('gives back in order what came', () => {
    const inbox = new Inbox<string>(10);
    for (const one of ['a', 'b', 'c']) inbox.put(arrival('info', one));
    expect(drain(inbox)).toEqual(['a', 'b', 'c']);
  });

  it('at its bound sheds the oldest of the least important', () => {
    const inbox = new Inbox<string>(3);
    inbox.put(arrival('notice', 'n'));
    inbox.put(arrival('info', 'i1'));
    inbox.put(arrival('info', 'i2'));
    inbox.put(arrival('intruder', 'door'));
    expect(drain(inbox)).toEqual(['n', 'i2', 'door']);
    expect(inbox.shed).toBe(1);
  });

  it('at its bound takes nothing that matters no more than what waits', () => {
    const inbox = new Inbox<string>(2);
    inbox.put(arrival('tamper', 't1'));
    inbox.put(arrival('tamper', 't2'));
    inbox.put(arrival('intruder', 'door'));
    expect(drain(inbox)).toEqual(['t1', 't2']);
  });

  it('never sheds a call for help', () => {
    const inbox = new Inbox<string>(1);
    inbox.put(arrival('tamper', 't'));
    for (let device = 0; device < 100; device += 1) inbox.put(arrival('personal', `p${device}`, `p${device}`));
    expect(drain(inbox)).toHaveLength(101);
  });

  it('merges calls of one device while they wait, and not after', () => {
    const inbox = new Inbox<string>(1);
    inbox.put(arrival('personal', 'first', 'fob'));
    inbox.put(arrival('personal', 'second', 'fob'));
    expect(drain(inbox)).toEqual(['first']);
    inbox.put(arrival('personal', 'third', 'fob'));
    expect(drain(inbox)).toEqual(['third']);
  });

  it('never holds more than its bound and the calls for help, whatever comes', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...RANKS, 'take' as const), { maxLength: 300 }), (steps) => {
        const inbox = new Inbox<string>(8);
        let calls = 0;
        for (const [index, step] of steps.entries()) {
          if (step === 'take') {
            if (inbox.take()?.rank === 'personal') calls -= 1;
            continue;
          }
          inbox.put(arrival(step, String(index), String(index)));
          if (step === 'personal') calls += 1;
          expect(inbox.size).toBeLessThanOrEqual(8 + calls);
        }
      }),
    );
  });
});
