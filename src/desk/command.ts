import { mkdirSync } from 'node:fs';
import type { Log } from '../hub/ports.ts';
import { formatProblem } from '../site/report.ts';
import { loadDesk } from './config.ts';
import { type DeskRunning, openDesk, openStore, type StorePlace } from './open.ts';
import { addOperator } from './operators.ts';
import type { Store } from './store.ts';

// What `lantern desk` and `lantern desk users` do.

export interface DeskFiles extends StorePlace {
  readonly config: string;
  /** Null: as the config says. */
  readonly port: number | null;
}

export interface DeskSurroundings {
  readonly log: Log;
  readonly credentialsDirectory: string | null;
  /** One line for the person who started it. */
  readonly say: (line: string) => void;
  /** Resolves when it is to end. */
  readonly stop: Promise<unknown>;
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** Runs a desk until it is told to stop; resolves with the exit status: 0, 1 failed, 2 wrong config. */
export async function runDesk(
  files: DeskFiles,
  { log, credentialsDirectory, say, stop }: DeskSurroundings,
): Promise<number> {
  const loaded = loadDesk(files.config, credentialsDirectory);
  for (const problem of loaded.ok ? loaded.warnings : loaded.problems) say(formatProblem(problem));
  if (!loaded.ok) return 2;
  const setup =
    files.port === null ? loaded.setup : { ...loaded.setup, web: { ...loaded.setup.web, port: files.port } };
  let store: Store | null = null;
  let running: DeskRunning;
  try {
    mkdirSync(files.dir, { recursive: true, mode: 0o700 });
    store = await openStore(files, log);
    running = await openDesk({ setup, store, log });
    if ((await store.operators()).length === 0)
      say('lantern: nobody can sign in yet; run lantern desk users add --data DIR --name NAME');
  } catch (error) {
    await store?.close();
    say(`lantern: ${messageOf(error)}`);
    return 1;
  }
  const { host, tls } = setup.web;
  const shown = host.includes(':') ? `[${host}]` : host;
  log.info(
    { page: `${tls === null ? 'http' : 'https'}://${shown}:${running.port}/`, hubs: setup.hubs.size },
    'desk ready',
  );
  await stop;
  await running.close();
  await store.close();
  log.info({}, 'desk stopped');
  return 0;
}

type Done<T> = ({ readonly ok: true } & T) | { readonly ok: false; readonly why: string };

async function onStore<T>(place: StorePlace, log: Log, work: (store: Store) => Promise<Done<T>>): Promise<Done<T>> {
  try {
    const store = await openStore(place, log);
    try {
      return await work(store);
    } finally {
      await store.close();
    }
  } catch (error) {
    return { ok: false, why: messageOf(error) };
  }
}

export const addDeskUser = (place: StorePlace, log: Log, name: string, password: string) =>
  onStore(place, log, (store) => addOperator(store, name, password));

export const listDeskUsers = (place: StorePlace, log: Log) =>
  onStore<{ readonly names: readonly string[] }>(place, log, async (store) => ({
    ok: true,
    names: (await store.operators()).map(({ name }) => name),
  }));

export const removeDeskUser = (place: StorePlace, log: Log, name: string) =>
  onStore<object>(place, log, async (store) =>
    (await store.removeOperator(name)) === 'removed'
      ? { ok: true }
      : { ok: false, why: `there is no operator "${name}"` },
  );
