import { createHash } from 'node:crypto';

/** What stands before the first row. */
export const genesis = '0'.repeat(64);

/** The columns of one row of `events` that its hash covers. */
export interface ChainRow {
  readonly seq: number;
  /** ISO 8601, UTC, milliseconds. */
  readonly at: string;
  readonly clock: string;
  readonly monotonicMs: number;
  readonly boot: string;
  readonly type: string;
  /** JSON exactly as stored: a verifier must never parse and print it again. */
  readonly data: string;
}

/** Lower-case hex SHA-256 over the hash before, a line feed, and the columns joined by `|`. */
export function rowHash(previous: string, row: ChainRow): string {
  const line = `${row.seq}|${row.at}|${row.clock}|${row.monotonicMs}|${row.boot}|${row.type}|${row.data}`;
  return createHash('sha256').update(`${previous}\n${line}`, 'utf8').digest('hex');
}
