import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { LocalRow } from '../../src/hub/ports.ts';
import { keptCharacters, keptRows, makeKeep } from '../../src/journal/keep.ts';
import { verifyChain } from '../../src/journal/read.ts';
import { append, entry, freshDir, localTypes, open, row, sealed } from './bench.ts';

const workerUrl = new URL('./failing-worker.ts', import.meta.url);

describe('a worker that fails', () => {
  for (const how of ['die-before', 'die-after', 'find-damage']) {
    it(`${how}: what was not confirmed is answered, and follows once and in order`, async () => {
      const dir = freshDir();
      const late: LocalRow[] = [];
      let caughtUp = (): void => undefined;
      const followed = new Promise<void>((resolve) => {
        caughtUp = resolve;
      });
      const onLate = (rows: readonly LocalRow[]): void => {
        late.push(...rows);
        if (late.some((each) => each.type === 'third') || how === 'die-after') caughtUp();
      };
      const troubles: string[] = [];
      const { journal, counts } = await open(dir, { workerUrl, onLate, onTrouble: (what) => troubles.push(what) });
      expect((await append(journal, { ...entry(row('first')), parts: { state: '{"n":1}', other: '{}' } })).ok).toBe(
        true,
      );
      const answers = await Promise.all([
        append(journal, { ...entry(row(how)), parts: { state: '{"n":2}' }, phase: { state: 'pending', mode: 'away' } }),
        append(journal, { ...entry(row('third'), sealed('x')), parts: { state: '{"n":3}' } }),
      ]);
      if (how !== 'die-after') await followed;
      // Ask until the new worker answers: it may have all rows already, and then nothing follows late.
      while (!(await append(journal, entry())).ok);
      expect(answers.map((answer) => answer.ok)).toEqual([false, false]);
      expect(troubles.length).toBeGreaterThan(0);
      expect(counts().workersStarted).toBe(2);
      expect((await append(journal, entry(row('fourth')))).ok).toBe(true);
      await journal.close();
      const again = await open(dir);
      expect(again.restored).toMatchObject({
        parts: { state: '{"n":3}', other: '{}' },
        phase: { state: 'pending', mode: 'away' },
      });
      const begun = how === 'find-damage' ? [] : ['first'];
      expect(localTypes(dir)).toEqual([...begun, how, 'third', 'fourth']);
      expect(verifyChain(dir)).toEqual({ ok: true, rows: begun.length + 4 });
      expect(readdirSync(dir).filter((name) => name.includes('damaged')).length > 0).toBe(how === 'find-damage');
    });
  }
});

it('a disk that says no in two ways by turns is told of twice, not at every try', async () => {
  const troubles: string[] = [];
  const followed = Promise.withResolvers<void>();
  const { journal } = await open(freshDir(), {
    workerUrl,
    onTrouble: (what) => troubles.push(what),
    onLate: () => followed.resolve(),
  });
  expect((await append(journal, entry(row('refuse-four')))).ok).toBe(false);
  await followed.promise;
  expect(troubles).toEqual(['no space', 'no room']);
  await journal.close();
});

describe('rows that the disk refused', () => {
  const sent = (id: number, ...types: readonly string[]) => ({ ...entry(...types.map((type) => row(type))), id });

  it('are put in order, and of each part the newest counts', () => {
    const keep = makeKeep();
    keep.add({ ...sent(3, 'c'), parts: { state: '3' } });
    keep.add({ ...sent(1, 'a', 'b'), parts: { state: '1', outbox: '1' }, erase: true });
    keep.add({ ...sent(4), phase: { state: 'pending', mode: null } });
    expect(keep.whole()).toEqual({
      ...sent(4, 'a', 'b', 'c'),
      parts: { state: '3', outbox: '1' },
      phase: { state: 'pending', mode: null },
      erase: true,
    });
    keep.committed(4);
    expect(keep.whole()).toEqual({ ...sent(4), phase: { state: 'pending', mode: null } });
    keep.phaseWritten(3);
    expect(keep.isEmpty()).toBe(false);
    keep.phaseWritten(4);
    expect(keep.isEmpty()).toBe(true);
    expect(keep.whole()).toBeNull();
  });

  it('are forgotten when they are on the disk after all', () => {
    const keep = makeKeep();
    keep.add({ ...sent(1, 'a'), parts: { outbox: '1' }, erase: true });
    keep.add({ ...sent(2, 'b'), parts: { state: '2' } });
    keep.committed(1);
    expect(keep.whole()).toEqual({ ...sent(2, 'b'), parts: { state: '2' } });
  });

  it(`are kept up to ${keptRows}; what comes later is counted, and the log says so`, () => {
    const keep = makeKeep();
    for (let id = 1; id <= keptRows + 5; id += 1) keep.add({ ...sent(id, `row-${id}`), parts: { state: String(id) } });
    keep.add({ ...entry(sealed('never-counted')), id: keptRows + 6 });
    const taken = keep.whole();
    expect(taken?.rows).toHaveLength(keptRows + 1);
    expect(taken?.rows.at(-2)?.type).toBe(`row-${keptRows}`);
    expect(taken?.rows.at(-1)).toMatchObject({ type: 'journal-rows-lost', data: { rows: 5 }, sealed: false });
    expect(taken?.parts).toEqual({ state: String(keptRows + 5) });
  });

  it(`are kept up to ${keptCharacters} characters`, () => {
    const keep = makeKeep();
    const large = (id: number) => ({ ...entry(row('x', { text: 'y'.repeat(keptCharacters / 4) })), id });
    for (let id = 1; id <= 5; id += 1) keep.add(large(id));
    expect(keep.whole()?.rows.map((each) => each.type)).toEqual(['x', 'x', 'x', 'journal-rows-lost']);
  });
});
