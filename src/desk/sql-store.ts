import { type WallTime, wallTime } from '../base/time.ts';
import { type Case, type HubState, SEVERITIES, type Step, type WaitingCommand } from './model.ts';
import { nextDue } from './reduce.ts';
import type { Driver, Param, Row, Tx, Words } from './sql.ts';
import {
  AWAY_MS,
  type Changed,
  type HubSeen,
  type Key,
  type Line,
  type Operator,
  type SessionRow,
  type Store,
} from './store.ts';

/** A repetition comes within minutes; a day is plenty, and keeps the table small. */
const KEEP_KEYS_MS = 7 * 24 * 3600_000;
/** Signs of life are believed for a minute around their time; after that their time refuses them. */
const KEEP_BEATS_MS = 5 * 60_000;
/** Lines shown with one case. */
const MOST_LINES = 500;

const schema = (words: Words): readonly string[] => [
  `CREATE TABLE IF NOT EXISTS desk_hubs (id TEXT PRIMARY KEY, seen_at BIGINT NOT NULL, silent_after BIGINT NOT NULL,
     silent INTEGER NOT NULL, due_at BIGINT, number BIGINT NOT NULL, silent_since BIGINT, commands TEXT NOT NULL)`,
  'CREATE INDEX IF NOT EXISTS desk_hubs_due ON desk_hubs (due_at)',
  `CREATE TABLE IF NOT EXISTS desk_cases (id TEXT PRIMARY KEY, hub TEXT NOT NULL, severity INTEGER NOT NULL,
     waits INTEGER NOT NULL, raised_at BIGINT NOT NULL, closed_at BIGINT, doc TEXT NOT NULL)`,
  'CREATE INDEX IF NOT EXISTS desk_cases_open ON desk_cases (waits, severity, raised_at) WHERE closed_at IS NULL',
  'CREATE INDEX IF NOT EXISTS desk_cases_hub ON desk_cases (hub) WHERE closed_at IS NULL',
  'CREATE INDEX IF NOT EXISTS desk_cases_closed ON desk_cases (closed_at) WHERE closed_at IS NOT NULL',
  `CREATE TABLE IF NOT EXISTS desk_lines (seq ${words.counter}, hub TEXT NOT NULL, case_id TEXT, at BIGINT NOT NULL,
     by_whom TEXT NOT NULL, what TEXT NOT NULL, words TEXT NOT NULL)`,
  'CREATE INDEX IF NOT EXISTS desk_lines_case ON desk_lines (case_id, seq)',
  'CREATE INDEX IF NOT EXISTS desk_lines_hub ON desk_lines (hub, seq)',
  ...words.appendOnly('desk_lines'),
  `CREATE TABLE IF NOT EXISTS desk_keys (hub TEXT NOT NULL, id TEXT NOT NULL, digest TEXT NOT NULL, at BIGINT NOT NULL,
     PRIMARY KEY (hub, id))`,
  'CREATE INDEX IF NOT EXISTS desk_keys_at ON desk_keys (at)',
  'CREATE TABLE IF NOT EXISTS desk_listening (one INTEGER PRIMARY KEY, since BIGINT NOT NULL, at BIGINT NOT NULL)',
  'CREATE TABLE IF NOT EXISTS desk_operators (name TEXT PRIMARY KEY, hash TEXT NOT NULL)',
  `CREATE TABLE IF NOT EXISTS desk_sessions (hash TEXT PRIMARY KEY, name TEXT NOT NULL, csrf TEXT NOT NULL,
     until BIGINT NOT NULL)`,
];

const text = (value: Row[string] | undefined): string => String(value ?? '');
const number = (value: Row[string] | undefined): number => Number(value ?? 0);
const at = (value: Row[string] | undefined): WallTime => wallTime(number(value));
const caseOf = (row: Row): Case => JSON.parse(text(row['doc'])) as Case;
const lineOf = (row: Row): Line => ({
  seq: number(row['seq']),
  hub: text(row['hub']),
  caseId: row['case_id'] === null ? null : text(row['case_id']),
  at: at(row['at']),
  by: text(row['by_whom']),
  what: text(row['what']),
  text: text(row['words']),
});
const seenOf = (row: Row): HubSeen => ({
  id: text(row['id']),
  seenAt: at(row['seen_at']),
  silent: number(row['silent']) === 1 ? 'silent' : 'speaks',
  waiting: (JSON.parse(text(row['commands'])) as readonly unknown[]).length,
});
const LINE = 'seq, hub, case_id, at, by_whom, what, words';

/** The store in a database, whichever of the two it is. Makes its tables where there are none. */
export async function createSqlStore(driver: Driver): Promise<Store> {
  const { words } = driver;
  await driver.transaction(async (tx) => {
    // Two desks that start at once would make the same tables at the same time.
    if (words.alone !== '') await tx.all('SELECT pg_advisory_xact_lock(7165)');
    for (const sql of schema(words)) await tx.all(sql);
  });

  async function stateIn(tx: Tx, hub: string, row: Row | undefined): Promise<HubState> {
    const cases = await tx.all(
      'SELECT doc FROM desk_cases WHERE hub = ? AND closed_at IS NULL ORDER BY raised_at, id',
      hub,
    );
    return {
      number: number(row?.['number']),
      silentSince: row?.['silent_since'] == null ? null : at(row['silent_since']),
      commands: JSON.parse(text(row?.['commands']) || '[]') as readonly WaitingCommand[],
      cases: cases.map(caseOf),
    };
  }

  async function repetition(tx: Tx, hub: string, key: Key): Promise<'new' | 'again' | 'other'> {
    const { id, digest, forgetBefore } = key;
    if (forgetBefore !== null)
      await tx.all('DELETE FROM desk_keys WHERE hub = ? AND id = ? AND at < ?', hub, id, forgetBefore);
    const [known] = await tx.all('SELECT digest FROM desk_keys WHERE hub = ? AND id = ?', hub, id);
    if (known === undefined) return 'new';
    return known['digest'] === digest ? 'again' : 'other';
  }

  async function write(
    tx: Tx,
    hub: string,
    before: HubState,
    { state, closed, entries }: Step,
    now: WallTime,
  ): Promise<void> {
    for (const one of state.cases) if (!before.cases.includes(one)) await writeCase(tx, one, null);
    for (const one of closed) await writeCase(tx, one, now);
    for (const { caseId, by, what, text: said } of entries) {
      await tx.all(
        'INSERT INTO desk_lines (hub, case_id, at, by_whom, what, words) VALUES (?, ?, ?, ?, ?, ?)',
        hub,
        caseId,
        now,
        by,
        what,
        said,
      );
    }
    const { number: count, silentSince, commands } = state;
    await tx.all(
      'UPDATE desk_hubs SET number = ?, silent = ?, silent_since = ?, due_at = ?, commands = ? WHERE id = ?',
      ...[count, silentSince === null ? 0 : 1, silentSince, nextDue(state), JSON.stringify(commands), hub],
    );
  }

  async function writeCase(tx: Tx, one: Case, closedAt: WallTime | null): Promise<void> {
    const params: Param[] = [one.id, one.hub, SEVERITIES.indexOf(one.severity), one.state.is === 'waiting' ? 1 : 0];
    await tx.all(
      `INSERT INTO desk_cases (id, hub, severity, waits, raised_at, closed_at, doc) VALUES (?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT (id) DO UPDATE SET severity = excluded.severity, waits = excluded.waits,
         closed_at = excluded.closed_at, doc = excluded.doc`,
      ...[...params, one.raisedAt, closedAt, JSON.stringify(one)],
    );
  }

  return {
    enrol: (hubs, now) =>
      driver.transaction(async (tx) => {
        for (const { id, silentAfter } of hubs) {
          await tx.all(
            `INSERT INTO desk_hubs (id, seen_at, silent_after, silent, number, commands) VALUES (?, ?, ?, 0, 0, '[]')
             ON CONFLICT (id) DO UPDATE SET silent_after = excluded.silent_after`,
            ...[id, now, silentAfter],
          );
        }
      }),
    change: (hub, key, now, from, think) =>
      driver.transaction(async (tx): Promise<Changed> => {
        const [row] = await tx.all(`SELECT * FROM desk_hubs WHERE id = ? ${words.alone}`, hub);
        if (row === undefined) return { is: 'refused', why: 'This hub is not known here.' };
        const found = key === null ? 'new' : await repetition(tx, hub, key);
        if (found === 'other') return { is: 'other' };
        const before = await stateIn(tx, hub, row);
        if (found === 'again') return { is: 'again', state: before };
        const step = think(before, at(row['seen_at']));
        if (step.refused !== null) return { is: 'refused', why: step.refused };
        if (key !== null)
          await tx.all('INSERT INTO desk_keys (hub, id, digest, at) VALUES (?, ?, ?, ?)', hub, key.id, key.digest, now);
        if (from === 'heard')
          await tx.all('UPDATE desk_hubs SET seen_at = ? WHERE id = ? AND seen_at < ?', now, hub, now);
        if (step.state === before && step.entries.length === 0) return { is: 'done', state: before };
        await write(tx, hub, before, step, now);
        await driver.tell(tx, hub);
        return { is: 'done', state: step.state };
      }),
    beats: (beats) =>
      driver.transaction(async (tx) => {
        // In one order, so that two desks that write the same hubs never wait for each other.
        for (const { hub, id, at: when } of beats.toSorted((a, b) => (a.hub < b.hub ? -1 : 1))) {
          await tx.all('UPDATE desk_hubs SET seen_at = ? WHERE id = ? AND seen_at < ?', when, hub, when);
          await tx.all(
            `INSERT INTO desk_keys (hub, id, digest, at) VALUES (?, ?, 'beat', ?) ON CONFLICT (hub, id) DO NOTHING`,
            ...[hub, id, when],
          );
        }
      }),
    async knows(hub, id) {
      const [row] = await driver.all('SELECT 1 AS one FROM desk_keys WHERE hub = ? AND id = ?', hub, id);
      return row === undefined ? 'new' : 'known';
    },
    async seen(hub) {
      const [row] = await driver.all('SELECT id, seen_at, silent, commands FROM desk_hubs WHERE id = ?', hub);
      return row === undefined ? null : seenOf(row);
    },
    async hubs(limit) {
      const rows = await driver.all(
        'SELECT id, seen_at, silent, commands FROM desk_hubs ORDER BY silent DESC, id LIMIT ?',
        limit,
      );
      return rows.map(seenOf);
    },
    async lines(hub, limit) {
      const rows = await driver.all(
        `SELECT ${LINE} FROM desk_lines WHERE hub = ? ORDER BY seq DESC LIMIT ?`,
        hub,
        limit,
      );
      return rows.map(lineOf);
    },
    async state(hub) {
      const [row] = await driver.all('SELECT * FROM desk_hubs WHERE id = ?', hub);
      return stateIn(driver, hub, row);
    },
    async due(now, since) {
      const rows = await driver.all(
        `SELECT id FROM desk_hubs WHERE due_at <= ? OR (silent = 0 AND seen_at + silent_after <= ? AND ? + silent_after <= ?)
         ORDER BY EXISTS (SELECT 1 FROM desk_cases WHERE hub = desk_hubs.id AND waits = 1 AND closed_at IS NULL) DESC,
           silent, due_at, id`,
        ...[now, now, since, now],
      );
      return rows.map((row) => text(row['id']));
    },
    listening: (now) =>
      driver.transaction(async (tx) => {
        const [row] = await tx.all(`SELECT since, at FROM desk_listening WHERE one = 1 ${words.alone}`);
        const isOn = row !== undefined && Math.abs(now - number(row['at'])) <= AWAY_MS;
        const since = isOn ? number(row['since']) : now;
        await tx.all(
          `INSERT INTO desk_listening (one, since, at) VALUES (1, ?, ?)
           ON CONFLICT (one) DO UPDATE SET since = excluded.since, at = excluded.at`,
          ...[since, now],
        );
        return wallTime(since);
      }),
    async queue(limit) {
      const rows = await driver.all(
        'SELECT doc FROM desk_cases WHERE closed_at IS NULL ORDER BY waits, severity, raised_at, id LIMIT ?',
        limit,
      );
      const [count] = await driver.all('SELECT COUNT(*) AS n FROM desk_cases WHERE closed_at IS NULL');
      return { cases: rows.map(caseOf), total: number(count?.['n']) };
    },
    async caseFile(id) {
      const [row] = await driver.all('SELECT doc, closed_at FROM desk_cases WHERE id = ?', id);
      if (row === undefined) return null;
      const lines = await driver.all(
        `SELECT ${LINE} FROM desk_lines WHERE case_id = ? ORDER BY seq DESC LIMIT ?`,
        id,
        MOST_LINES,
      );
      return {
        found: caseOf(row),
        closedAt: row['closed_at'] === null ? null : at(row['closed_at']),
        lines: lines.map(lineOf).reverse(),
      };
    },
    async closedCases(limit) {
      const rows = await driver.all(
        'SELECT doc, closed_at FROM desk_cases WHERE closed_at IS NOT NULL ORDER BY closed_at DESC LIMIT ?',
        limit,
      );
      return rows.map((row) => ({ found: caseOf(row), closedAt: at(row['closed_at']) }));
    },
    async sweep(now) {
      await driver.all('DELETE FROM desk_keys WHERE at < ?', now - KEEP_KEYS_MS);
      await driver.all(`DELETE FROM desk_keys WHERE digest = 'beat' AND at < ?`, now - KEEP_BEATS_MS);
      await driver.all('DELETE FROM desk_sessions WHERE until < ?', now);
    },

    async operators() {
      const rows = await driver.all('SELECT name, hash FROM desk_operators ORDER BY name');
      return rows.map((row): Operator => ({ name: text(row['name']), hash: text(row['hash']) }));
    },
    async saveOperator({ name, hash }) {
      await driver.all(
        'INSERT INTO desk_operators (name, hash) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET hash = excluded.hash',
        ...[name, hash],
      );
    },
    removeOperator: (name) =>
      driver.transaction(async (tx) => {
        const [known] = await tx.all('SELECT name FROM desk_operators WHERE name = ?', name);
        await tx.all('DELETE FROM desk_operators WHERE name = ?', name);
        await tx.all('DELETE FROM desk_sessions WHERE name = ?', name);
        return known === undefined ? 'unknown' : 'removed';
      }),
    async saveSession({ hash, name, csrf, until }) {
      await driver.all(
        'INSERT INTO desk_sessions (hash, name, csrf, until) VALUES (?, ?, ?, ?)',
        hash,
        name,
        csrf,
        until,
      );
    },
    async session(hash) {
      const [row] = await driver.all('SELECT * FROM desk_sessions WHERE hash = ?', hash);
      if (row === undefined) return null;
      const session: SessionRow = { hash, name: text(row['name']), csrf: text(row['csrf']), until: at(row['until']) };
      return session;
    },
    async endSession(hash) {
      await driver.all('DELETE FROM desk_sessions WHERE hash = ?', hash);
    },

    watch: (listener) => driver.watch(listener),
    close: () => driver.close(),
  };
}
