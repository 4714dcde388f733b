import { readFileSync, writeSync } from 'node:fs';
import { setImmediate } from 'node:timers/promises';
import { wallTime } from '../../src/base/time.ts';
import type { Committed, JournalEntry, JournalRow } from '../../src/hub/ports.ts';
import { openJournal } from '../../src/journal/journal.ts';
import { phaseOf } from './phases.ts';

// A process of its own that writes a known story into a journal and says on stdout what was confirmed, so that it can
// be killed, or its disk can be made to fail, at any moment.
//   writer.ts DIR COUNT erase|keep RECIPIENT one-by-one|stream
// As a stream, entries do not wait for the confirmation of those before.

const [dir = '', count = '0', erase = 'keep', recipient = '', pace = 'one-by-one'] = process.argv.slice(2);

function say(line: string): void {
  writeSync(1, `${line}\n`);
}

function row(type: string, n: number, sealed: boolean): JournalRow {
  return { type, data: { n }, sealed, at: wallTime(1_795_000_000_000 + n), clock: 'trusted', monotonicMs: n };
}

/** Entry n: one local row, every third also a sealed one, the number as the state, and every fourth a phase. */
function entry(n: number): JournalEntry {
  return {
    rows: n % 3 === 0 ? [row('open', n, false), row('hidden', n, true)] : [row('open', n, false)],
    parts: { state: JSON.stringify({ n }), [`part-${n % 5}`]: JSON.stringify({ n, secret: `marmalade-${n}` }) },
    phase: n % 4 === 0 ? phaseOf(n) : null,
    erase: erase === 'erase' && n % 2 === 0,
  };
}

const waiting = new Map<number, () => void>();
const opened = await openJournal(dir, {
  boot: readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim(),
  evidencePublicKey: recipient === '' ? null : recipient,
  onTrouble: (what) => say(`trouble ${what}`),
  onLate: (rows) => {
    const numbers = rows.map((each) => Number(each.data['n']));
    say(`late ${numbers.join(',')}`);
    for (const n of numbers) waiting.get(n)?.();
  },
});
if (!opened.ok) {
  say(`refused ${opened.why}`);
  process.exit(1);
}
const { journal, restored } = opened;
const saved = restored.parts?.['state'];
const from = saved === undefined ? 0 : (JSON.parse(saved) as { n: number }).n;
say(`ready ${from}`);

async function write(n: number): Promise<void> {
  const caughtUp = new Promise<void>((resolve) => {
    waiting.set(n, resolve);
  });
  const result = await new Promise<Committed>((resolve) => journal.append(entry(n), resolve));
  say(`${result.ok ? 'ack' : 'refused-entry'} ${n}`);
  // A refused entry follows later; its turn ends when it has, so that the story has a word about recovery.
  if (!result.ok) await caughtUp;
}

const all: Promise<void>[] = [];
for (let n = from + 1; n <= from + Number(count); n += 1) {
  const written = write(n);
  all.push(written);
  await (pace === 'stream' ? setImmediate() : written);
}
await Promise.all(all);
await journal.close();
say('closed');
