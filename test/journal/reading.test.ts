import { describe, expect, it } from 'vitest';
import { makeReading, mostRows } from '../../src/journal/reading.ts';
import { append, entry, freshDir, open, row, sealed } from './bench.ts';

describe('pages of the local view', () => {
  it('are what was written, without sealed rows, after a number and no more than asked', async () => {
    const { journal, history } = await open(freshDir());
    await append(journal, entry(row('a'), sealed('hidden'), row('b'), row('c', { zone: 'hall' }), row('d')));
    const at = '2026-11-21T20:29:00.123Z';
    expect(await history.local(1, 2)).toEqual([
      { seq: 2, at, type: 'b', data: {} },
      { seq: 3, at, type: 'c', data: { zone: 'hall' } },
    ]);
    expect(await history.local(4, 10)).toEqual([]);
    expect((await history.newest(2))?.map(({ seq }) => seq)).toEqual([3, 4]);
    expect((await history.newest(10))?.map(({ seq }) => seq)).toEqual([1, 2, 3, 4]);
    await journal.close();
  });

  it('are null when the journal is closed', async () => {
    const { journal, history } = await open(freshDir());
    await journal.close();
    expect(await history.local(0, 10)).toBeNull();
  });

  it('are asked for sixteen at a time, and the next is answered at once', async () => {
    const asked: number[] = [];
    const reading = makeReading((id) => {
      asked.push(id);
      return 'asked';
    });
    const waiting = Array.from({ length: 16 }, () => reading.local(0, 1));
    expect(await reading.local(0, 1)).toBeNull();
    reading.answered(asked[0] ?? 0, []);
    expect(await waiting[0]).toEqual([]);
    reading.interrupted();
    expect(await Promise.all(waiting.slice(1))).toEqual(Array.from({ length: 15 }, () => null));
  });

  it('hold no more than their bound', async () => {
    const limits: number[] = [];
    const reading = makeReading((_id, _after, limit) => {
      limits.push(limit);
      return 'nobody';
    });
    expect(await reading.local(0, 1_000_000)).toBeNull();
    expect(limits).toEqual([mostRows]);
  });
});
