import { genesis, rowHash } from './chain.ts';
import type { StoredRow } from './read.ts';
import { lengthOf } from './timeline.ts';

/** Rows from one `seq` to another, both counted. */
interface Span {
  readonly from: number;
  readonly to: number;
}

interface Boot {
  readonly id: string;
  rows: number;
  from: string;
  to: string;
}

/** Spans told one by one; beyond it, their number. */
const MOST_TOLD = 200;

/** What of a log is whole, gathered row by row. */
export interface Continuity {
  add(row: StoredRow): void;
  readonly head: () => { readonly seq: number; readonly hash: string };
  readonly rows: () => number;
  /** Nothing is missing, and nothing was changed. */
  readonly whole: () => boolean;
  readonly statement: (madeAt: string) => string;
}

export function createContinuity(): Continuity {
  const missing: Span[] = [];
  const changed: number[] = [];
  const untrusted: Span[] = [];
  const back: { readonly seq: number; readonly byMs: number }[] = [];
  const steps: { readonly seq: number; readonly byMs: number }[] = [];
  const boots = new Map<string, Boot>();
  let head = { seq: 0, hash: genesis };
  let rows = 0;
  let sealed = 0;
  let starts = 0;
  let first: string | null = null;
  let last: { readonly at: string; readonly boot: string } | null = null;

  function addToBoot({ boot, at }: StoredRow): void {
    const known = boots.get(boot) ?? { id: boot, rows: 0, from: at, to: at };
    known.rows += 1;
    known.to = at;
    boots.set(boot, known);
  }

  function addToClock(row: StoredRow): void {
    const before = untrusted.at(-1);
    if (row.clock === 'untrusted') {
      if (before?.to === row.seq - 1) untrusted[untrusted.length - 1] = { from: before.from, to: row.seq };
      else untrusted.push({ from: row.seq, to: row.seq });
    }
    if (row.type === 'clock-stepped') steps.push({ seq: row.seq, byMs: byMsIn(row.data) });
    // A sealed row joins the chain a little later than it happened, so it may look back.
    if (row.type === 'sealed') return;
    const byMs = last === null ? 0 : Date.parse(row.at) - Date.parse(last.at);
    if (byMs < 0) back.push({ seq: row.seq, byMs });
    last = { at: row.at, boot: row.boot };
  }

  return {
    add(row) {
      if (row.seq !== head.seq + 1) missing.push({ from: head.seq + 1, to: row.seq - 1 });
      else if (row.hash !== rowHash(head.hash, row)) changed.push(row.seq);
      head = { seq: row.seq, hash: row.hash };
      rows += 1;
      sealed += row.type === 'sealed' ? 1 : 0;
      starts += row.type === 'started' ? 1 : 0;
      first ??= row.at;
      addToBoot(row);
      addToClock(row);
    },
    head: () => head,
    rows: () => rows,
    whole: () => missing.length === 0 && changed.length === 0,
    statement(madeAt) {
      const span =
        first === null ? 'There are none.' : `From ${first} to ${last?.at ?? first} (UTC, by the hub's clock).`;
      return [
        `Made ${madeAt} (UTC, by the clock of the machine that made it).`,
        '',
        `Rows: ${rows}, of them ${sealed} sealed. ${span}`,
        `Last row: ${head.seq}, hash ${head.hash}`,
        '',
        `Rows missing: ${told(missing, spanWords)}`,
        `Rows that do not follow from the one before: ${told(changed, (seq) => `${seq}`)}`,
        '',
        `Starts of the program: ${starts}. Starts of the machine: ${boots.size}.`,
        ...[...boots.values()]
          .slice(0, MOST_TOLD)
          .map((boot) => `  ${boot.id}: ${boot.rows} rows, ${boot.from} to ${boot.to}`),
        '',
        `Rows written while the clock was not known to be right: ${told(untrusted, spanWords)}`,
        `The clock was set, by its own rows: ${told(steps, ({ seq, byMs }) => `row ${seq} by ${lengthOf(byMs)}`)}`,
        `Rows dated earlier than the one before: ${told(back, ({ seq, byMs }) => `row ${seq} by ${lengthOf(byMs)}`)}`,
        '',
      ].join('\n');
    },
  };
}

const spanWords = ({ from, to }: Span): string => (from === to ? `${from}` : `${from}–${to}`);

function told<T>(items: readonly T[], words: (item: T) => string): string {
  if (items.length === 0) return 'none';
  const more = items.length > MOST_TOLD ? `, and ${items.length - MOST_TOLD} more` : '';
  return `${items.slice(0, MOST_TOLD).map(words).join(', ')}${more}`;
}

function byMsIn(data: string): number {
  try {
    const value = (JSON.parse(data) as { readonly byMs?: unknown }).byMs;
    return typeof value === 'number' ? value : 0;
  } catch {
    return 0;
  }
}
