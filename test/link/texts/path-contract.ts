import { expect, it } from 'vitest';
import type { TextId } from '../../../src/base/brand.ts';
import { type WallTime, wallTime } from '../../../src/base/time.ts';
import type { OutgoingText, TextPath } from '../../../src/hub/ports.ts';

/** One path with somebody at its far end. */
export interface Bench {
  readonly path: TextPath;
  /** Texts the far end took. */
  sent(): readonly { readonly sid: string; readonly to: string; readonly body: string }[];
  receive(from: string, body: string): string;
  /** Telephones that rang. */
  rung(): readonly string[];
  /** The next ring is put off. */
  putOffRing(): void;
  /** The next send is taken, and its answer lost. */
  loseAnswer(): void;
  /** The next send is put off. */
  putOff(): void;
  /** The next send is refused for good. */
  refuse(): void;
  close(): Promise<void>;
}

export const TO = '+447700900123';
export const text = (body: string): OutgoingText => ({ id: 'a1/1' as TextId, to: TO, body, validSeconds: 600 });
export const justNow = (): WallTime => wallTime(Date.now() - 1000);

/** What every text path promises. */
export function keepsThePathContract(open: () => Promise<Bench>): void {
  const story = (name: string, run: (bench: Bench) => Promise<void>) =>
    it(name, async () => {
      const bench = await open();
      try {
        await run(bench);
      } finally {
        await bench.close();
      }
    });

  story('an accepted text is at the far end under its sid', async ({ path, sent }) => {
    const result = await path.send(text('one'));
    expect(result.outcome).toBe('accepted');
    expect(sent()).toMatchObject([{ to: TO, body: 'one', sid: result.outcome === 'accepted' ? result.sid : '' }]);
  });

  story('a lost answer is unknown, and the text is found', async ({ path, sent, loseAnswer }) => {
    loseAnswer();
    expect((await path.send(text('one'))).outcome).toBe('unknown');
    expect(await path.find(text('one'), justNow())).toMatchObject({ outcome: 'found', sid: sent()[0]?.sid });
  });

  story('other words are not found', async ({ path }) => {
    await path.send(text('one'));
    expect(await path.find(text('two'), justNow())).toEqual({ outcome: 'absent' });
  });

  story('another receiver is not found', async ({ path }) => {
    await path.send(text('one'));
    expect(await path.find({ ...text('one'), to: '+447700900124' }, justNow())).toEqual({ outcome: 'absent' });
  });

  story('of two with the same words the newer is found', async ({ path, sent }) => {
    await path.send(text('one'));
    await path.send(text('one'));
    expect(await path.find(text('one'), justNow())).toMatchObject({ outcome: 'found', sid: sent()[1]?.sid });
  });

  story('what is put off was not taken', async ({ path, sent, putOff }) => {
    putOff();
    expect((await path.send(text('one'))).outcome).toBe('later');
    expect(sent()).toEqual([]);
    expect(await path.find(text('one'), justNow())).toEqual({ outcome: 'absent' });
  });

  story('a refusal is final and quotes neither number nor words', async ({ path, refuse }) => {
    refuse();
    const result = await path.send(text('secret words'));
    expect(result.outcome).toBe('refused');
    expect(JSON.stringify(result)).not.toMatch(/447700900|secret/);
  });

  story('a delivered text says so', async ({ path }) => {
    const result = await path.send(text('one'));
    const sid = result.outcome === 'accepted' ? result.sid : '';
    expect(await path.status(sid)).toEqual({ outcome: 'known', status: 'delivered', why: null });
  });

  story('a sid nobody gave is unknown', async ({ path }) => {
    expect((await path.status(`SM${'f'.repeat(32)}`)).outcome).toBe('unknown');
  });

  story('replies come with sid, number and words, the newest first', async ({ path, receive }) => {
    const first = receive(TO, 'OK 4821');
    const second = receive('+447700900124', 'who is this?');
    const result = await path.fetch(justNow());
    expect(result).toMatchObject({
      outcome: 'fetched',
      texts: [
        { sid: second, from: '+447700900124', body: 'who is this?' },
        { sid: first, from: TO, body: 'OK 4821' },
      ],
    });
  });

  story('a ring is at the far end, and is no text', async ({ path, sent, rung }) => {
    if (path.ring === null) throw new Error('this path cannot ring');
    expect((await path.ring(TO, 'a1/2' as TextId)).outcome).toBe('accepted');
    expect(rung()).toEqual([TO]);
    expect(sent()).toEqual([]);
  });

  story('a ring that is put off did not ring', async ({ path, rung, putOffRing }) => {
    putOffRing();
    expect((await path.ring?.(TO, 'a1/2' as TextId))?.outcome).toBe('later');
    expect(rung()).toEqual([]);
  });

  story('what we sent is no reply', async ({ path }) => {
    await path.send(text('one'));
    expect(await path.fetch(justNow())).toEqual({ outcome: 'fetched', texts: [] });
  });
}
