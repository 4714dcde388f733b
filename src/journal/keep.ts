import type { JournalEntry, JournalRow, PhaseMirror } from '../hub/ports.ts';
import type { SentEntry } from './protocol.ts';

/** Rows kept while the disk refuses. */
export const keptRows = 10_000;
/** And characters of their data; whichever is reached first. */
export const keptCharacters = 8 * 1024 * 1024;

/**
 * What the disk has refused so far, in order, until it takes it: every row up to the bound, and of each saved part
 * and the phase the newest. Beyond the bound the rows that come last are counted instead of kept: how it began is
 * worth more than how it went on.
 */
export interface Keep {
  /** Takes an entry, also an older one after a newer. */
  add(entry: SentEntry): void;
  /** Forgets what is in the database: everything up to and with this number, but for the phase. */
  committed(through: number): void;
  /** `phase.json` holds the phase of this entry: what is older must not be written over it. */
  phaseWritten(through: number): void;
  isEmpty(): boolean;
  /** All of it as one entry, with the number of the newest in it; null when there is nothing. It stays until committed. */
  whole(): SentEntry | null;
}

interface KeptRow {
  readonly id: number;
  readonly row: JournalRow;
  readonly size: number;
}

interface Latest<T> {
  readonly id: number;
  readonly value: T;
}

export function makeKeep(): Keep {
  let rows: KeptRow[] = [];
  let parts = new Map<string, Latest<string>>();
  let phase: Latest<PhaseMirror> | null = null;
  let erase: number | null = null;
  let newest = 0;
  let size = 0;
  let lost: { readonly id: number; readonly rows: number; readonly last: JournalRow } | null = null;

  const addRow = (id: number, row: JournalRow): void => {
    const rowSize = row.type.length + JSON.stringify(row.data).length;
    if (rows.length >= keptRows || size + rowSize > keptCharacters) {
      // Sealed rows are not counted: the note goes to the local log and must not tell that there were any.
      if (!row.sealed) lost = { id: Math.max(id, lost?.id ?? 0), rows: (lost?.rows ?? 0) + 1, last: row };
      return;
    }
    rows.push({ id, row, size: rowSize });
    size += rowSize;
  };

  const add = (entry: SentEntry): void => {
    const older = entry.id < newest;
    for (const row of entry.rows) addRow(entry.id, row);
    if (older) rows.sort((a, b) => a.id - b.id); // stable: rows of one entry stay in order
    for (const [name, value] of Object.entries(entry.parts)) {
      if ((parts.get(name)?.id ?? 0) <= entry.id) parts.set(name, { id: entry.id, value });
    }
    if (entry.phase !== null && (phase?.id ?? 0) <= entry.id) phase = { id: entry.id, value: entry.phase };
    if (entry.erase) erase = Math.max(erase ?? 0, entry.id);
    newest = Math.max(newest, entry.id);
  };

  const isEmpty = (): boolean =>
    rows.length === 0 && parts.size === 0 && phase === null && erase === null && lost === null;

  const committed = (through: number): void => {
    rows = rows.filter((kept) => kept.id > through);
    size = rows.reduce((sum, kept) => sum + kept.size, 0);
    parts = new Map([...parts].filter(([, kept]) => kept.id > through));
    if (erase !== null && erase <= through) erase = null;
    if (lost !== null && lost.id <= through) lost = null;
  };

  const phaseWritten = (through: number): void => {
    if (phase !== null && phase.id <= through) phase = null;
  };

  const whole = (): SentEntry | null => {
    if (isEmpty()) return null;
    return {
      id: newest,
      rows: [...rows.map((kept) => kept.row), ...noteOfLoss(lost)],
      parts: Object.fromEntries([...parts].map(([name, kept]) => [name, kept.value])),
      phase: phase?.value ?? null,
      erase: erase !== null,
    };
  };

  return { add, committed, phaseWritten, isEmpty, whole };
}

function noteOfLoss(lost: { readonly rows: number; readonly last: JournalRow } | null): readonly JournalRow[] {
  if (lost === null) return [];
  return [{ ...lost.last, sealed: false, type: 'journal-rows-lost', data: { rows: lost.rows } }];
}

/** Roughly what an entry weighs in memory, in characters. */
export function entrySize(text: string): number {
  return text.length + 200;
}

/** The entry under its number, as it goes to the worker. */
export function sent(id: number, entry: JournalEntry): SentEntry {
  return { id, rows: entry.rows, parts: entry.parts, phase: entry.phase, erase: entry.erase };
}
