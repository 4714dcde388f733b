import { wallTime } from '../base/time.ts';
import type { Log } from '../hub/ports.ts';
import type { DeskSetup } from './config.ts';
import { openDc09 } from './dc09.ts';
import { createDesk, type Desk } from './desk.ts';
import { createOperators } from './operators.ts';
import { openPostgres } from './postgres.ts';
import { createReceiver } from './receive.ts';
import { openDeskWeb } from './server.ts';
import { createSqlStore } from './sql-store.ts';
import { openSqlite } from './sqlite.ts';
import type { Store } from './store.ts';
import { openUplink } from './uplink.ts';

/** Where a desk keeps what it knows. */
export interface StorePlace {
  readonly dir: string;
  /** `postgres://…`; null: SQLite in the directory. */
  readonly database: string | null;
}

/** Rejects with one sentence when it cannot be had. */
export async function openStore({ dir, database }: StorePlace, log: Log): Promise<Store> {
  if (database === null) return createSqlStore(openSqlite(dir));
  return createSqlStore(await openPostgres(database, (why) => log.warn({ why }, 'a connection to the database broke')));
}

export interface DeskRunning {
  readonly port: number;
  /** TCP and UDP; null: it takes no DC-09. */
  readonly dc09Port: number | null;
  /** Resolves once hubs are heard through the broker; null: there is none. */
  readonly uplinkHeard: Promise<void> | null;
  readonly desk: Desk;
  close(): Promise<void>;
}

export interface DeskOptions {
  readonly setup: DeskSetup;
  readonly store: Store;
  readonly log: Log;
  readonly now?: () => number;
  readonly ticking?: 'alone' | 'asked';
}

/** Opens every road of a desk. Rejects with one sentence when one of them cannot be had; what was open is closed then. */
export async function openDesk({
  setup,
  store,
  log,
  now = Date.now,
  ticking = 'alone',
}: DeskOptions): Promise<DeskRunning> {
  await store.enrol([...setup.hubs.values()], wallTime(now()));
  const desk = createDesk({ hubs: setup.hubs, store, log, now, ticking });
  const receive = createReceiver({ desk, hubs: setup.hubs, now });
  const roads: { close(): Promise<void> }[] = [];
  const close = async (): Promise<void> => {
    for (const road of roads.toReversed()) await road.close();
    await desk.close();
  };
  try {
    const web = await openDeskWeb({ setup, desk, store, operators: createOperators(store, now), receive, log, now });
    roads.push(web);
    const dc09 = setup.dc09 === null ? null : await openDc09({ setup, listen: setup.dc09, desk, log, now });
    if (dc09 !== null) roads.push(dc09);
    const { hubs } = setup;
    const uplink = setup.uplink === null ? null : openUplink({ uplink: setup.uplink, hubs, store, receive, log, now });
    if (uplink !== null) roads.push(uplink);
    return { port: web.port, dc09Port: dc09?.tcpPort ?? null, uplinkHeard: uplink?.heard ?? null, desk, close };
  } catch (error) {
    await close();
    throw error;
  }
}
