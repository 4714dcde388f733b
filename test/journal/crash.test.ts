import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { generateX25519Identity, identityToRecipient } from 'age-encryption';
import { describe, expect, it } from 'vitest';
import { readPhase } from '../../src/journal/phase.ts';
import { readLocal, verifyChain } from '../../src/journal/read.ts';
import { allBytes, freshDir, open, sealedCount, unsealAll } from './bench.ts';
import { itWith } from './needs.ts';
import { phaseOf } from './phases.ts';

const writer = fileURLToPath(new URL('./writer.ts', import.meta.url));
const identity = await generateX25519Identity();
const recipient = await identityToRecipient(identity);

interface Ended {
  readonly lines: readonly string[];
  readonly killed: boolean;
}

/** Runs the writer to its end. `watch` sees every line and may kill. */
function run(
  dir: string,
  {
    strace = [],
    count = 12,
    erase = 'keep',
    pace = 'one-by-one',
    watch = () => undefined,
  }: Partial<{
    strace: readonly string[];
    count: number;
    erase: 'erase' | 'keep';
    pace: 'one-by-one' | 'stream';
    watch: (line: string, kill: () => void) => void;
  }>,
): Promise<Ended> {
  const program = [process.execPath, '--no-warnings', writer, dir, String(count), erase, recipient, pace];
  const [command = '', ...args] =
    strace.length > 0 ? ['strace', '-f', '-qq', '-o', '/dev/null', ...strace, ...program] : program;
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    const lines: string[] = [];
    const reader = createInterface({ input: child.stdout });
    reader.on('line', (line) => {
      lines.push(line);
      watch(line, () => child.kill('SIGKILL'));
    });
    child.on('error', reject);
    child.on('close', (_code, signal) => resolve({ lines, killed: signal === 'SIGKILL' || !lines.includes('closed') }));
  });
}

function confirmed(ended: Ended): readonly number[] {
  return ended.lines.flatMap((line) => {
    const [word, numbers = ''] = line.split(' ');
    if (word === 'ack') return [Number(numbers)];
    return word === 'late' ? numbers.split(',').map(Number) : [];
  });
}

/** What must hold however the writer ended: nothing confirmed is lost, nothing is there twice, nothing is between. */
async function expectWhole(dir: string, ended: Ended): Promise<number> {
  const { journal, restored } = await open(dir, { evidencePublicKey: recipient });
  const last = Math.max(0, ...confirmed(ended));
  const state = restored.parts?.['state'];
  const n = state === undefined ? 0 : (JSON.parse(state) as { n: number }).n;
  expect(restored.setAside).toBeNull();
  expect(n).toBeGreaterThanOrEqual(last);
  expect(n).toBeLessThanOrEqual(last + 1);
  for (let part = Math.max(1, n - 4); part <= n; part += 1) {
    expect(JSON.parse(restored.parts?.[`part-${part % 5}`] ?? 'null')).toMatchObject({ n: part });
  }
  // Written after its entry, and made good at the start when the cut came in between.
  const phase = n < 4 ? null : phaseOf(n - (n % 4));
  expect(restored.phase).toEqual(phase);
  expect(readPhase(dir)).toEqual(phase);
  await journal.close();
  const numbers = Array.from({ length: n }, (_, index) => index + 1);
  const read = readLocal(dir);
  expect(read.ok ? [...read.rows].map((row) => row.data['n']) : n === 0 ? [] : read.why).toEqual(numbers);
  expect(verifyChain(dir)).toEqual({ ok: true, rows: n + Math.floor(n / 3) });
  expect((await unsealAll(dir, identity)).map((row) => row['data'])).toEqual(
    numbers.filter((each) => each % 3 === 0).map((each) => ({ n: each })),
  );
  expect(allBytes(dir).includes('marmalade')).toBe(false);
  expect(allBytes(dir).includes('hidden')).toBe(false);
  return n;
}

describe('a process that is killed', () => {
  for (const after of [1, 2, 3, 5, 8, 11]) {
    it(`after confirmation ${after}: everything confirmed is there`, async () => {
      const dir = freshDir();
      const ended = await run(dir, {
        count: 200,
        watch: (line, kill) => {
          if (line === `ack ${after}`) kill();
        },
      });
      expect(ended.killed).toBe(true);
      const n = await expectWhole(dir, ended);
      expect(n).toBeGreaterThanOrEqual(after);
    });
  }

  it('again and again, going on each time from where it was', async () => {
    const dir = freshDir();
    let from = 0;
    for (let round = 1; round <= 4; round += 1) {
      const stop = from + round;
      const ended = await run(dir, {
        count: 200,
        erase: 'erase',
        watch: (line, kill) => {
          if (line === `ack ${stop}`) kill();
        },
      });
      expect(ended.lines).toContain(`ready ${from}`);
      from = await expectWhole(dir, ended);
    }
  });

  // Six entries, every second one with forgetting, take 28 syncs from the making of the files to the last page.
  for (let call = 1; call <= 28; call += 1) {
    itWith('strace')(`in its sync number ${call}: everything confirmed is there`, async () => {
      const dir = freshDir();
      const strace = ['-e', 'trace=fsync,fdatasync', '-e', `inject=fsync,fdatasync:signal=KILL:when=${call}`];
      const ended = await run(dir, { strace, count: 6, erase: 'erase' });
      // The last ones fall into the tidying at the end, of which there may one day be less.
      expect(ended.killed || call > 20).toBe(true);
      await expectWhole(dir, ended);
    });
  }
});

describe('the disk', () => {
  itWith('strace')('has synced the log at least once for every entry that is confirmed one by one', async () => {
    const dir = freshDir();
    const trace = join(freshDir(), 'trace');
    const strace = ['-o', trace, '-P', join(dir, 'lantern.db-wal'), '-e', 'trace=fsync,fdatasync,pwrite64'];
    expect((await run(dir, { strace, count: 20 })).lines.at(-1)).toBe('closed');
    const calls = readFileSync(trace, 'utf8')
      .split('\n')
      .map((line) => /(pwrite64|f(data)?sync)/.exec(line)?.[0]);
    // A sync after other writes: those that follow one another directly count once.
    const synced = calls.filter((call, index) => call?.endsWith('sync') && calls[index - 1] === 'pwrite64');
    expect(synced.length).toBeGreaterThanOrEqual(20);
  });
});

describe('a disk that refuses', () => {
  const faults: readonly (readonly [string, string, string])[] = [
    // The first 11 syncs make the files.
    ['an error in one sync', 'fsync,fdatasync:error=EIO:when=13', 'fsync,fdatasync'],
    ['an error in the next sync too', 'fsync,fdatasync:error=EIO:when=13..14', 'fsync,fdatasync'],
    ['errors in ten syncs on end', 'fsync,fdatasync:error=EIO:when=13..22', 'fsync,fdatasync'],
    ['errors in the making of the files', 'fsync,fdatasync:error=EIO:when=3..9', 'fsync,fdatasync'],
    ['a full disk for a while', 'pwrite64:error=ENOSPC:when=60..75', 'pwrite64'],
    ['write errors for a while', 'pwrite64:error=EIO:when=60..70', 'pwrite64'],
    ['a phase that cannot be written', 'rename:error=EROFS:when=3', 'rename'],
  ];
  for (const [name, inject, call] of faults) {
    itWith('strace')(`with ${name}: it is told, and everything follows in order`, async () => {
      const dir = freshDir();
      const ended = await run(dir, { strace: ['-e', `trace=${call}`, '-e', `inject=${inject}`], count: 9 });
      expect(ended.lines.filter((line) => line.startsWith('refused-entry')).length).toBeGreaterThan(0);
      expect(
        ended.lines.filter((line) => line.startsWith('trouble the disk') || line.startsWith('trouble phase.json'))
          .length,
      ).toBeGreaterThan(0);
      expect(ended.lines.at(-1)).toBe('closed');
      expect(await expectWhole(dir, ended)).toBe(9);
    });
  }

  itWith('strace')('while entries go on coming: what comes behind waits its turn', async () => {
    const dir = freshDir();
    // Of the log's own syncs, the first two belong to its making. The first commit fails; how many more there are
    // depends on how the entries fall together.
    const log = join(dir, 'lantern.db-wal');
    const inject = 'inject=fsync,fdatasync:error=EIO:when=3';
    const ended = await run(dir, {
      strace: ['-P', log, '-e', 'trace=fsync,fdatasync', '-e', inject],
      count: 500,
      pace: 'stream',
    });
    expect(ended.lines.join('\n')).toContain('refused-entry');
    const answered = ended.lines
      .filter((line) => /^(ack|refused-entry) /.test(line))
      .map((line) => Number(line.split(' ')[1]));
    expect(answered).toEqual(Array.from({ length: 500 }, (_, index) => index + 1));
    expect(await expectWhole(dir, ended)).toBe(500);
  });

  itWith('strace')('already at the start: it opens all the same, and catches up', async () => {
    const dir = freshDir();
    expect((await run(dir, { count: 4 })).lines.at(-1)).toBe('closed');
    // Reading the first page of the database fails at first.
    const ended = await run(dir, {
      strace: ['-P', join(dir, 'lantern.db'), '-e', 'trace=pread64', '-e', 'inject=pread64:error=EIO:when=1..3'],
      count: 4,
    });
    expect(ended.lines.join('\n')).toContain('trouble the disk gave an input/output error');
    expect(ended.lines.at(-1)).toBe('closed');
    expect(verifyChain(dir).ok).toBe(true);
    expect(JSON.parse(readFileSync(join(dir, 'phase.json'), 'utf8'))).toMatchObject({ state: 'phase-4' });
    expect(sealedCount(dir)).toBe(2);
  });
});
