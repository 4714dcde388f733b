import { chmodSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import type { Driver, Param, Row, Tx } from './sql.ts';

/** So long one process waits for another that writes, `users add` beside a running desk for one. */
const BUSY_MS = 5_000;

/** The store of one machine: DIR/desk.sqlite. What was committed survives a loss of power. Throws when it cannot be had. */
export function openSqlite(dir: string): Driver {
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  const file = join(dir, 'desk.sqlite');
  const db = new Database(file, { timeout: BUSY_MS });
  chmodSync(file, 0o600);
  db.pragma('journal_mode = WAL');
  db.pragma('synchronous = FULL');
  const prepared = new Map<string, Database.Statement<Param[]>>();
  const listeners = new Set<(hub: string | null) => void>();
  let said: string[] = [];
  // One connection: what begins while another transaction is open would be part of it.
  let turn: Promise<unknown> = Promise.resolve();

  function run(sql: string, params: readonly Param[]): readonly Row[] {
    const known = prepared.get(sql) ?? db.prepare<Param[]>(sql);
    prepared.set(sql, known);
    if (known.reader) return known.all(...params) as readonly Row[];
    known.run(...params);
    return [];
  }
  const tx: Tx = { all: async (sql, ...params) => run(sql, params) };

  async function inTurn<T>(work: () => Promise<T>): Promise<T> {
    const mine = turn.then(work);
    turn = mine.catch(() => {});
    return mine;
  }

  return {
    all: (sql, ...params) => inTurn(async () => run(sql, params)),
    transaction: (work) =>
      inTurn(async () => {
        db.exec('BEGIN IMMEDIATE');
        said = [];
        try {
          const result = await work(tx);
          db.exec('COMMIT');
          for (const hub of said) for (const listener of [...listeners]) listener(hub);
          return result;
        } catch (error) {
          if (db.inTransaction) db.exec('ROLLBACK');
          throw error;
        }
      }),
    async tell(_tx, hub) {
      said.push(hub);
    },
    watch(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    async close() {
      await turn;
      db.close();
    },
    words: {
      counter: 'INTEGER PRIMARY KEY AUTOINCREMENT',
      alone: '',
      appendOnly: (table) =>
        ['UPDATE', 'DELETE'].map(
          (change) =>
            `CREATE TRIGGER IF NOT EXISTS ${table}_no_${change.toLowerCase()} BEFORE ${change} ON ${table}
             BEGIN SELECT RAISE(ABORT, 'the record is only added to'); END`,
        ),
    },
  };
}
