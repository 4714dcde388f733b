import { setTimeout } from 'node:timers/promises';
import pg from 'pg';
import type { Driver, Row, Tx } from './sql.ts';

const CHANNEL = 'lantern_desk';
const MOST_CONNECTIONS = 8;
const CONNECT_MS = 5_000;
/** A statement that takes longer hangs; who waits for it is told, and comes again. */
const STATEMENT_MS = 10_000;
const LISTEN_AGAIN_MS = 1_000;

const withNumbers = (sql: string): string => {
  let n = 0;
  return sql.replace(/\?/g, () => `$${++n}`);
};

/** 64-bit numbers come as text, because not all fit; milliseconds and counts do. */
const types = {
  getTypeParser: ((oid: number, format?: 'text' | 'binary') =>
    oid === 20 ? Number : pg.types.getTypeParser(oid, format as 'text')) as typeof pg.types.getTypeParser,
};

/**
 * A store that several desks share. Each has a few connections and one more that hears of changes; what a lost
 * one may have missed is told as null. Rejects with one sentence when the database cannot be had at the start.
 */
export async function openPostgres(url: string, onTrouble: (why: string) => void): Promise<Driver> {
  const options = {
    connectionString: url,
    connectionTimeoutMillis: CONNECT_MS,
    statement_timeout: STATEMENT_MS,
    types,
  };
  const pool = new pg.Pool({ ...options, max: MOST_CONNECTIONS, application_name: 'lantern-desk' });
  // An idle connection that breaks is replaced when it is next needed.
  pool.on('error', (error) => onTrouble(error.message));
  const listeners = new Set<(hub: string | null) => void>();
  const tellAll = (hub: string | null): void => {
    for (const listener of [...listeners]) listener(hub);
  };
  const closing = new AbortController();
  let ear: pg.Client | null = null;

  async function listen(): Promise<void> {
    const client = new pg.Client({ ...options, application_name: 'lantern-desk-ear', keepAlive: true });
    client.on('notification', ({ payload }) => tellAll(payload ?? null));
    client.on('error', (error) => onTrouble(error.message));
    client.on('end', () => {
      if (!closing.signal.aborted) void listenAgain();
    });
    await client.connect();
    ear = client;
    await client.query(`LISTEN ${CHANNEL}`);
    tellAll(null);
  }

  async function listenAgain(): Promise<void> {
    while (!closing.signal.aborted) {
      const isOpen = await listen().then(
        () => true,
        () => false,
      );
      if (isOpen) return;
      await setTimeout(LISTEN_AGAIN_MS, null, { signal: closing.signal, ref: false }).catch(() => {});
    }
  }

  try {
    await listen();
  } catch (error) {
    closing.abort();
    await pool.end();
    const why = error instanceof Error ? error.message : String(error);
    throw new Error(`the database cannot be reached (${why}); check --database and that PostgreSQL runs`);
  }

  const tx = (client: pg.PoolClient | pg.Pool): Tx => ({
    all: async (sql, ...params) => (await client.query<Row>(withNumbers(sql), [...params])).rows,
  });

  return {
    all: tx(pool).all,
    async transaction(work) {
      const client = await pool.connect();
      let broken: Error | undefined;
      try {
        await client.query('BEGIN');
        const result = await work(tx(client));
        await client.query('COMMIT');
        return result;
      } catch (error) {
        await client.query('ROLLBACK').catch((also: Error) => {
          broken = also;
        });
        throw error;
      } finally {
        client.release(broken);
      }
    },
    async tell(one, hub) {
      await one.all(`SELECT pg_notify('${CHANNEL}', ?)`, hub);
    },
    watch(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    async close() {
      closing.abort();
      await ear?.end().catch(() => {});
      await pool.end();
    },
    words: {
      counter: 'BIGSERIAL PRIMARY KEY',
      alone: 'FOR UPDATE',
      appendOnly: (table) => [
        `CREATE OR REPLACE FUNCTION ${table}_stay() RETURNS trigger LANGUAGE plpgsql AS
         $$ BEGIN RAISE EXCEPTION 'the record is only added to'; END $$`,
        `CREATE OR REPLACE TRIGGER ${table}_stay BEFORE UPDATE OR DELETE OR TRUNCATE ON ${table}
         FOR EACH STATEMENT EXECUTE FUNCTION ${table}_stay()`,
      ],
    },
  };
}
