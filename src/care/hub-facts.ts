import { X509Certificate } from 'node:crypto';
import { accessSync, constants, existsSync, readFileSync, statSync } from 'node:fs';
import { createConnection } from 'node:net';
import { join } from 'node:path';
import type { HubFacts } from '../doctor/facts.ts';
import { checkDatabase, logTail } from '../journal/copy.ts';
import { diskTrouble, inDirectory } from '../journal/files.ts';
import { verifyChain } from '../journal/read.ts';
import { lastBackupName } from './backup.ts';
import type { Machine } from './machine.ts';
import { besideConfig } from './places.ts';

const DAY_MS = 86_400_000;
const CONNECT_MS = 2_000;

/** What the config of a house says that matters here. */
export interface HouseAsked {
  readonly errors: number;
  readonly warnings: number;
  /** Null where the config is refused. */
  readonly house: {
    readonly modemPort: string | null;
    readonly broker: { readonly host: string; readonly port: number; readonly ours: 'ours' | 'theirs' };
    /** Null: the page has no certificate. `self`: one of its own in the data directory. */
    readonly certificate: 'self' | string | null;
    readonly devices: readonly { readonly what: string; readonly path: string }[];
    readonly powerZones: readonly string[];
  } | null;
}

export interface HubAsked {
  readonly data: string;
  readonly config: string | null;
  readonly asked: HouseAsked | null;
  readonly answers: HubFacts['answers'];
  /** What the running hub says of its modem; null: no hub, or no modem. */
  readonly modem: { readonly trouble: string | null; readonly dbm: number | null } | null;
  readonly version: string;
  readonly wallMs: number;
}

/** What there is to know of a hub. Reads the whole log; never throws. */
export async function hubFacts(machine: Machine, given: HubAsked): Promise<HubFacts> {
  const { data, config, asked, answers, version, wallMs } = given;
  const house = asked?.house ?? null;
  return {
    version,
    node: process.version,
    answers,
    data: machine.file(data),
    config:
      asked === null || config === null
        ? null
        : { files: configFiles(machine, config), errors: asked.errors, warnings: asked.warnings },
    database: databaseIn(data),
    chain: chainIn(data),
    backupDaysAgo: backupDays(data, wallMs),
    modem: modemOf(given),
    broker: house === null ? null : await brokerOf(house.broker),
    certificateDays: house === null ? null : certificateDays(house.certificate, data, wallMs),
    devices: (house?.devices ?? []).map(({ what, path }) => ({ what, path, is: usable(path) })),
    powerZones: house?.powerZones ?? null,
  };
}

function configFiles(machine: Machine, config: string): ReturnType<Machine['file']>[] {
  const { secrets } = besideConfig(config);
  return [machine.file(config), ...(existsSync(secrets) ? [machine.file(secrets)] : [])];
}

function databaseIn(data: string): HubFacts['database'] {
  const path = inDirectory(data, 'database');
  const found = statSync(path, { throwIfNoEntry: false });
  return found === undefined ? null : { bytes: found.size, why: checkDatabase(data) };
}

function chainIn(data: string): HubFacts['chain'] {
  if (!existsSync(inDirectory(data, 'database'))) return null;
  try {
    const found = verifyChain(data);
    return { ...logTail(data), why: found.ok ? null : found.why };
  } catch (error) {
    return { rows: 0, head: '', why: diskTrouble(error) };
  }
}

function backupDays(data: string, wallMs: number): number | null {
  try {
    const { at } = JSON.parse(readFileSync(join(data, lastBackupName), 'utf8')) as { readonly at: string };
    const days = Math.floor((wallMs - Date.parse(at)) / DAY_MS);
    return Number.isNaN(days) ? null : Math.max(0, days);
  } catch {
    return null;
  }
}

function modemOf({ asked, modem }: HubAsked): HubFacts['modem'] {
  const path = asked?.house?.modemPort ?? null;
  if (modem !== null) return { from: 'hub', ...modem };
  return path === null ? null : { from: 'port', path, there: existsSync(path) };
}

async function brokerOf({ host, port, ours }: NonNullable<HouseAsked['house']>['broker']): Promise<HubFacts['broker']> {
  const where = `${host}:${port}`;
  return { where, open: ours === 'theirs' ? null : await connects(host === '0.0.0.0' ? '127.0.0.1' : host, port) };
}

function connects(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createConnection({ host, port });
    const end = (open: boolean): void => {
      socket.destroy();
      resolve(open);
    };
    socket.setTimeout(CONNECT_MS, () => end(false));
    socket.once('connect', () => end(true));
    socket.once('error', () => end(false));
  });
}

function certificateDays(certificate: string | null, data: string, wallMs: number): HubFacts['certificateDays'] {
  if (certificate === null) return null;
  try {
    const path = certificate === 'self' ? join(data, 'web-cert.pem') : certificate;
    const until = Date.parse(new X509Certificate(readFileSync(path)).validTo);
    return Number.isNaN(until) ? 'unreadable' : Math.floor((until - wallMs) / DAY_MS);
  } catch {
    return 'unreadable';
  }
}

function usable(path: string): 'usable' | 'missing' | 'forbidden' {
  try {
    accessSync(path, constants.R_OK | constants.W_OK);
    return 'usable';
  } catch {
    return existsSync(path) ? 'forbidden' : 'missing';
  }
}
