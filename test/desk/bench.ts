import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { reportMessage } from '../../src/act/report-bodies.ts';
import { REPORT_CODES } from '../../src/act/report-codes.ts';
import type { StationReport } from '../../src/act/station-report.ts';
import { seconds, wallTime } from '../../src/base/time.ts';
import type { DeskHub, DeskSetup } from '../../src/desk/config.ts';
import { type DeskRunning, openDesk } from '../../src/desk/open.ts';
import { addOperator } from '../../src/desk/operators.ts';
import { createSqlStore } from '../../src/desk/sql-store.ts';
import { openSqlite } from '../../src/desk/sqlite.ts';
import type { Store } from '../../src/desk/store.ts';
import type { Log, Station } from '../../src/hub/ports.ts';
import { createClock } from '../../src/link/clock.ts';
import { createWebhook } from '../../src/link/webhook/station.ts';
import { type RecordedStationDoor, recordStationDoor } from '../link/door.ts';

export const SECRET = 'a secret that desk and hub share';
export const OPERATOR = { name: 'Ada', password: 'correct horse battery' };
export const QUIET: Log = { info() {}, warn() {}, error() {} };

export function deskHub(id: string, account: string, change: Partial<DeskHub> = {}): DeskHub {
  return {
    id,
    account,
    secret: SECRET,
    key: null,
    silentAfter: seconds(90),
    preAlert: seconds(60),
    card: {},
    callList: [],
    ...change,
  };
}

export function setupOf(hubs: readonly DeskHub[], change: Partial<DeskSetup> = {}): DeskSetup {
  return {
    name: 'Test desk',
    web: { host: '127.0.0.1', port: 0, names: [], tls: null },
    dc09: null,
    uplink: null,
    hubs: new Map(hubs.map((hub) => [hub.id, hub])),
    accounts: new Map(hubs.map((hub) => [hub.account, hub])),
    ...change,
  };
}

export function tempDir(): { readonly dir: string; remove(): void } {
  const dir = mkdtempSync(join(tmpdir(), 'lantern-desk-'));
  return { dir, remove: () => rmSync(dir, { recursive: true, force: true }) };
}

/** An alarm of a hub, as its own reports say it. */
export function alarmReport(id: string, change: Partial<StationReport> = {}): StationReport {
  return {
    id,
    kind: 'personal-silent',
    is: 'new',
    alarm: 'a1',
    at: wallTime(Date.now()),
    zone: { id: 'bedside', number: 7, name: 'Bedside button' },
    user: 0,
    text: null,
    ...change,
  };
}

/** How a report is to be sent; services by webhook and up-link do not ask. */
export const SENDING = { sequence: 1, urgency: 'urgent', form: 'full' } as const;

export interface HubEnd {
  readonly station: Station;
  readonly door: RecordedStationDoor;
}

/** The hub's own sender, set to this desk. */
export function hubEnd(port: number, hub: string, secret = SECRET, ahead = 0): HubEnd {
  const door = recordStationDoor();
  const clock = createClock(null);
  const station = createWebhook({
    config: {
      id: 'desk',
      url: new URL(`http://127.0.0.1:${port}/hub`),
      secret,
      hub,
      everySeconds: 30,
      timeoutMs: 10_000,
    },
    clock: { ...clock, wall: () => wallTime(clock.wall() + ahead), trusted: () => true },
    door,
    word: (report) => reportMessage(report, { hub, codes: REPORT_CODES, card: { riskLevel: 'high' } }),
  });
  return { station, door };
}

export interface Bench {
  readonly running: DeskRunning;
  readonly store: Store;
  readonly url: string;
  /** Moves the desk's clock; the hubs' stay. */
  pass(ms: number): void;
  close(): Promise<void>;
}

/** A whole desk in this process, that looks at what is due only when asked. */
export async function openBench(setup: DeskSetup, store?: Store): Promise<Bench> {
  const temp = tempDir();
  const kept = store ?? (await createSqlStore(openSqlite(temp.dir)));
  await addOperator(kept, OPERATOR.name, OPERATOR.password);
  let aheadMs = 0;
  const now = (): number => Date.now() + aheadMs;
  const running = await openDesk({ setup, store: kept, log: QUIET, now, ticking: 'asked' });
  return {
    running,
    store: kept,
    url: `http://127.0.0.1:${running.port}`,
    pass(ms) {
      aheadMs += ms;
    },
    async close() {
      await running.close();
      if (store === undefined) await kept.close();
      temp.remove();
    },
  };
}

/** A browser without script: keeps its cookie, follows nothing, fills forms in. */
export interface Visitor {
  cookie(): string;
  get(path: string): Promise<Page>;
  /** Sends the form of the page that was last got whose action ends like this. */
  post(path: string, fields: Readonly<Record<string, string>>): Promise<Page>;
}

export interface Page {
  readonly status: number;
  readonly location: string | null;
  readonly text: string;
  readonly headers: Headers;
}

export function visit(url: string): Visitor {
  let cookie = '';
  let csrf = '';
  async function ask(path: string, init: RequestInit): Promise<Page> {
    const answer = await fetch(`${url}${path}`, { ...init, redirect: 'manual', headers: { ...init.headers, cookie } });
    const set = answer.headers.get('set-cookie');
    if (set !== null) cookie = set.split(';')[0] ?? '';
    const text = await answer.text();
    csrf = /name="csrf" value="([^"]+)"/.exec(text)?.[1] ?? csrf;
    return { status: answer.status, location: answer.headers.get('location'), text, headers: answer.headers };
  }
  return {
    cookie: () => cookie,
    get: (path) => ask(path, {}),
    post: (path, fields) => ask(path, { method: 'POST', body: new URLSearchParams({ csrf, ...fields }), headers: {} }),
  };
}

export async function signedIn(url: string): Promise<Visitor> {
  const visitor = visit(url);
  await visitor.post('/sign-in', OPERATOR);
  await visitor.get('/');
  return visitor;
}
