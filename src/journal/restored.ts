import Database from 'better-sqlite3';
import type { JsonObject } from '../base/json.ts';
import type { PhaseMirror } from '../hub/ports.ts';
import { genesis, rowHash } from './chain.ts';
import { inDirectory } from './files.ts';
import { writePhase } from './phase.ts';

/** When and where a backup was put back, as the row about it says. */
export interface Restoring {
  readonly at: Date;
  readonly boot: string;
  readonly monotonicMs: number;
  readonly madeAt: string;
  /** The phase of the directory that is replaced, where that guards; the house then starts in it. Null: as the backup has it. */
  readonly guarding: PhaseMirror | null;
}

/**
 * Makes a copy of a database fit for a hub to go on from, and notes in its log that it is one. The names that reports to
 * services went out under are forgotten: under names that were used after the backup a service would take a new alarm
 * for an old one, and without them the hub goes on from the wall clock. Throws what the disk says.
 */
export function readyToGoOn(dir: string, restoring: Restoring): void {
  const db = new Database(inDirectory(dir, 'database'), { fileMustExist: true });
  try {
    db.transaction(() => change(db, restoring))();
    // One file again, as it came.
    db.pragma('journal_mode = DELETE');
  } finally {
    db.close();
  }
  if (restoring.guarding !== null) writePhase(dir, restoring.guarding);
}

function change(db: Database.Database, { at, boot, monotonicMs, madeAt, guarding }: Restoring): void {
  db.prepare("DELETE FROM parts WHERE name = 'stations'").run();
  if (guarding !== null) {
    // Without the saved panel the hub starts by the phase.
    db.prepare("DELETE FROM parts WHERE name = 'panel'").run();
    db.prepare(
      "INSERT INTO meta (name, value) VALUES ('phase', ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
    ).run(JSON.stringify({ state: guarding.state, mode: guarding.mode }));
  }
  const last = db
    .prepare<[], { seq: number; hash: string }>('SELECT seq, hash FROM events ORDER BY seq DESC LIMIT 1')
    .get();
  const local = db.prepare<[], { local: number | null }>('SELECT max(local) AS local FROM events').get()?.local ?? 0;
  const data: JsonObject = { backup: madeAt, rows: last?.seq ?? 0, kept: guarding?.mode ?? null };
  const row = {
    seq: (last?.seq ?? 0) + 1,
    at: at.toISOString(),
    clock: 'untrusted', // a command does not know
    monotonicMs: Math.trunc(monotonicMs),
    boot,
    type: 'restored',
    data: JSON.stringify(data),
  };
  const hash = rowHash(last?.hash ?? genesis, row);
  db.prepare(
    'INSERT INTO events (seq, at, clock, monotonicMs, boot, type, data, hash, local) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)',
  ).run(row.seq, row.at, row.clock, row.monotonicMs, boot, row.type, row.data, hash, local + 1);
}
