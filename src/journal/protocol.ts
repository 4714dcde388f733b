import type { JournalEntry, LocalRow, Restored } from '../hub/ports.ts';

// What the two threads say to each other. Entries go over as JSON text: one flat string costs less than a cloned tree.

/** An entry under its number in this session; numbers only grow. */
export interface SentEntry extends JournalEntry {
  readonly id: number;
}

/** `at` in milliseconds since 1970, device, what. */
export type ActivityRow = readonly [number, string, string];

/** What the worker is started with. */
export interface WorkerStart {
  readonly dir: string;
  readonly boot: string;
  readonly evidencePublicKey: string | null;
  /** Random, one per `openJournal`: tells a new worker which entries its forerunner had committed. */
  readonly session: string;
  /** The database turned out damaged while in use: move it aside instead of opening it. */
  readonly database: 'keep' | 'give-up';
}

export type ToWorker =
  /** After a refusal the worker takes no entry of that epoch or an earlier one: order must survive trouble. */
  | { readonly kind: 'entry'; readonly epoch: number; readonly id: number; readonly text: string }
  /** `text` is a JSON array of ActivityRow. */
  | { readonly kind: 'activity'; readonly text: string }
  /** Rows of the local view after this one, null: the newest; looked up when no event waits. */
  | { readonly kind: 'read'; readonly id: number; readonly after: number | null; readonly limit: number }
  | { readonly kind: 'close' };

export type FromWorker =
  | { readonly kind: 'ready'; readonly restored: Restored; readonly committedThrough: number }
  /** The database could not be opened at the start and now is; what it was asked meanwhile is refused once more. */
  | { readonly kind: 'reopened'; readonly setAside: string | null; readonly committedThrough: number }
  /** Another process holds the data directory, or there can be none. The worker ends. */
  | { readonly kind: 'refused'; readonly why: string }
  | { readonly kind: 'committed'; readonly results: readonly CommittedEntry[] }
  | { readonly kind: 'failed'; readonly ids: readonly number[]; readonly why: string; readonly damage: boolean }
  | { readonly kind: 'activity-done'; readonly stored: boolean }
  /** Null: they cannot be read. */
  | { readonly kind: 'rows'; readonly id: number; readonly rows: readonly LocalRow[] | null }
  | { readonly kind: 'trouble'; readonly what: string };

/** An entry that is on the disk. `phaseTrouble`: all but `phase.json` is. */
export interface CommittedEntry {
  readonly id: number;
  readonly local: readonly LocalRow[];
  readonly phaseTrouble: string | null;
}
