/** A row as the database gives it. */
export type Row = Readonly<Record<string, string | number | null>>;
export type Param = string | number | null;

/** Statements inside one transaction. Parameters stand as `?`. */
export interface Tx {
  all(sql: string, ...params: readonly Param[]): Promise<readonly Row[]>;
}

/** What the two databases have in common. */
export interface Driver extends Tx {
  /** All or nothing; rejects with what `work` rejected with. */
  transaction<T>(work: (tx: Tx) => Promise<T>): Promise<T>;
  /** Said to all who watch when the transaction is through, and only then. */
  tell(tx: Tx, hub: string): Promise<void>;
  watch(listener: (hub: string | null) => void): () => void;
  close(): Promise<void>;
  readonly words: Words;
}

/** Where the two speak differently. */
export interface Words {
  /** Type of a number that counts itself up. */
  readonly counter: string;
  /** Ends a SELECT whose row nobody else may change until the transaction ends. */
  readonly alone: string;
  /** Statements that keep a table from being changed or cut. */
  readonly appendOnly: (table: string) => readonly string[];
}
