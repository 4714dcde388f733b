import { dirname, join, resolve } from 'node:path';
import * as z from 'zod';
import { type Duration, seconds } from '../base/time.ts';
import { type Dc09Key, readKey } from '../link/dc09/cipher.ts';
import { readDocument } from '../site/document.ts';
import { parseDuration } from '../site/durations.ts';
import { isListenAddress, isLoopback } from '../site/hosts.ts';
import type { Problem } from '../site/house.ts';
import { type Path, quote } from '../site/path.ts';
import { createReport, type Report, sorted } from '../site/report.ts';
import { openSecrets } from '../site/secrets.ts';
import { readSource } from '../site/source.ts';
import { remedyFor } from '../site/suggest.ts';
import type { HubRules } from './model.ts';

/** A service of this size divides its hubs among several desks. */
const MOST_HUBS = 12_000;
const MOST_BYTES = 4 * 1024 * 1024;
const SILENT_AFTER = seconds(90);
const PRE_ALERT = seconds(60);
const DEFAULT_PORT = 8090;

// ---- the shape of the file -------------------------------------------------------------------------------------------

interface Raw {
  readonly input?: unknown;
}

const saying =
  (noun: string, remedy: string) =>
  ({ input }: Raw): string =>
    input === undefined || input === null ? `is missing; ${remedy}` : `${quote(input)} is not ${noun}; ${remedy}`;

function group<S extends z.core.$ZodLooseShape>(shape: S) {
  const keys = Object.keys(shape);
  const error = (issue: Raw & { readonly code?: string }): string =>
    issue.code === 'unrecognized_keys'
      ? keys.join(',')
      : saying('a group of keys', `it takes ${keys.join(', ')}`)(issue);
  return z.strictObject(shape, { error });
}

const text = (most = 256) => {
  const error = saying('text', `write at most ${most} characters, in quotes if it looks like a number`);
  return z.string({ error }).min(1, { error }).max(most, { error });
};
const matching = (regex: RegExp, noun: string, remedy: string) => {
  const error = saying(noun, remedy);
  return z.string({ error }).regex(regex, { error });
};
const port = () => {
  const error = saying('a port', 'use 1 to 65535');
  return z.int({ error }).min(1, { error }).max(65535, { error });
};
const address = () => {
  const error = saying('an address of this machine', 'use an IP address, or localhost');
  return z.string({ error }).refine(isListenAddress, { error });
};
const wait = () => {
  const error = saying('a length of time from 10s to 1h', 'write it as in 90s or 5m');
  return z.string({ error }).refine((one) => isWait(parseDuration(one)), { error });
};
const isWait = (one: Duration | null): boolean => one !== null && one >= 10_000 && one <= 3_600_000;

const cardShape = group({
  person: text().optional(),
  address: text().optional(),
  riskLevel: z
    .enum(['standard', 'medium', 'high'], { error: saying('a risk level', 'use standard, medium or high') })
    .optional(),
  callBack: text(500).optional(),
  voice: z
    .enum(['listen-and-speak', 'listen-only', 'none'], {
      error: saying('a rule for voice', 'use listen-and-speak, listen-only or none'),
    })
    .optional(),
  escort: text(500).optional(),
  orderConditions: text(1000).optional(),
  notes: text(1000).optional(),
});

const callShape = group({ name: text(80), phone: text(40), rule: text(200).optional() });

const hubShape = group({
  id: matching(/^[a-z0-9][a-z0-9_-]{0,62}$/, 'an id', 'use the `site: id:` of that hub'),
  account: matching(/^[0-9A-Fa-f]{3,16}$/, 'an account', 'use 3 to 16 hex digits in quotes'),
  secret: text(512).optional(),
  dc09Key: text(64).optional(),
  keyEncoding: z.enum(['hex', 'ascii'], { error: saying('a way to write a key', 'use hex or ascii') }).optional(),
  silentAfter: wait().optional(),
  preAlert: wait().optional(),
  card: cardShape.optional(),
  callList: z
    .array(callShape, { error: saying('a list', 'write one "- name: …" a line') })
    .max(16, { error: 'has more than 16 entries; keep the first ones to call' })
    .optional(),
});

const fileShape = group({
  name: text(60).optional(),
  web: group({
    host: address().optional(),
    port: port().optional(),
    names: z.array(text()).max(16).optional(),
    tls: group({ cert: text(), key: text() }).optional(),
  }).optional(),
  dc09: group({
    host: address().optional(),
    port: port(),
    allowPlain: z.boolean({ error: saying('yes or no', 'use true or false') }).optional(),
  }).optional(),
  uplink: group({
    url: text(),
    prefix: matching(
      /^[a-z0-9][a-z0-9/_-]{0,62}$/,
      'a topic',
      'use small letters, digits, "-", "_" and "/"',
    ).optional(),
    username: text().optional(),
    password: text().optional(),
    ca: text().optional(),
    cert: text().optional(),
    key: text().optional(),
  }).optional(),
  hubs: z
    .array(hubShape, { error: saying('a list', 'write one "- id: …" a line') })
    .min(1, { error: 'is an empty list; a desk without hubs has nothing to watch' })
    .max(MOST_HUBS, { error: `has more than ${MOST_HUBS} hubs; run a second desk with a config of its own` }),
});
type DeskFile = z.infer<typeof fileShape>;
type HubFile = z.infer<typeof hubShape>;

// ---- what the desk works by -----------------------------------------------------------------------------------------

export interface CallEntry {
  readonly name: string;
  readonly phone: string;
  readonly rule: string | null;
}

/** A registered hub. */
export interface DeskHub extends HubRules {
  readonly account: string;
  /** For webhook and up-link; null: it may speak neither. */
  readonly secret: string | null;
  /** Null: its DC-09 messages come in the clear. */
  readonly key: Dc09Key | null;
  /** What the operators may know of the person while an alarm is open, by name of the field. */
  readonly card: Readonly<Record<string, string>>;
  readonly callList: readonly CallEntry[];
}

export interface UplinkSetup {
  readonly url: string;
  readonly prefix: string;
  readonly username: string | null;
  readonly password: string | null;
  readonly ca: string | null;
  readonly cert: string | null;
  readonly key: string | null;
}

export interface DeskSetup {
  readonly name: string;
  readonly web: {
    readonly host: string;
    readonly port: number;
    readonly names: readonly string[];
    readonly tls: { readonly cert: string; readonly key: string } | null;
  };
  /** `plain`: accounts without a key are taken in the clear. */
  readonly dc09: { readonly host: string; readonly port: number; readonly plain: 'taken' | 'refused' } | null;
  readonly uplink: UplinkSetup | null;
  readonly hubs: ReadonlyMap<string, DeskHub>;
  /** By DC-09 account, in capitals. */
  readonly accounts: ReadonlyMap<string, DeskHub>;
}

export type DeskLoaded =
  | { readonly ok: true; readonly setup: DeskSetup; readonly warnings: readonly Problem[] }
  | { readonly ok: false; readonly problems: readonly Problem[] };

/** Reads and checks a desk's config file. Every problem is told at once, in the order of the file. */
export function loadDesk(file: string, credentialsDirectory: string | null): DeskLoaded {
  const source = readSource(file, MOST_BYTES);
  if (!source.ok)
    return { ok: false, problems: [{ severity: 'error', file, ...source.at, path: '(file)', message: source.why }] };
  const secrets = openSecrets(join(dirname(file), 'secrets.yaml'), credentialsDirectory);
  const document = readDocument(file, source.text, secrets.lookup);
  const report = createReport(file, document.places, [...document.problems, ...secrets.problems()]);
  const read = document.whole ? check(document.value, report) : null;
  const problems = sorted(report.problems, file);
  if (read === null || problems.some(({ severity }) => severity === 'error')) return { ok: false, problems };
  return { ok: true, setup: compile(read, (path) => resolve(dirname(file), path)), warnings: problems };
}

function check(value: unknown, report: Report): DeskFile | null {
  const read = fileShape.safeParse(value, { reportInput: true });
  if (!read.success) {
    for (const issue of read.error.issues) tell(issue, report);
    return null;
  }
  checkHubs(read.data, report);
  checkRoads(read.data, report);
  return read.data;
}

function tell(issue: z.core.$ZodIssue, report: Report): void {
  const path: Path = issue.path.map((part) => (typeof part === 'symbol' ? String(part) : part));
  if (issue.code !== 'unrecognized_keys') {
    report.error(path, issue.message);
    return;
  }
  const known = issue.message.split(',');
  for (const key of issue.keys) {
    report.error(
      [...path, key],
      `${quote(key)} is not a key here; ${remedyFor(key, known, `use ${known.join(', ')}`)}`,
      'key',
    );
  }
}

function checkHubs({ hubs, dc09 }: DeskFile, report: Report): void {
  const ids = new Map<string, number>();
  const accounts = new Map<string, number>();
  hubs.forEach((hub, index) => {
    const account = hub.account.toUpperCase();
    const first = ids.get(hub.id) ?? accounts.get(account);
    if (ids.has(hub.id))
      report.error(['hubs', index, 'id'], `${quote(hub.id)} is the id of hubs[${first}] too; give each hub once`);
    else if (accounts.has(account))
      report.error(
        ['hubs', index, 'account'],
        `${quote(hub.account)} is the account of hubs[${first}] too; each hub needs its own`,
      );
    ids.set(hub.id, index);
    accounts.set(account, index);
    checkHub(hub, ['hubs', index], dc09 !== undefined, report);
  });
}

function checkHub(hub: HubFile, path: Path, hasDc09: boolean, report: Report): void {
  if (hub.secret !== undefined && hub.secret.length < 16)
    report.error([...path, 'secret'], 'is shorter than 16 characters; make one with `openssl rand -hex 32`');
  if (hub.secret === undefined && !hasDc09)
    report.error(path, 'this hub has no way to speak: give it a secret, or let the desk take `dc09`', 'key');
  const key = hub.dc09Key === undefined ? null : readKey(hub.dc09Key, hub.keyEncoding ?? 'hex');
  if (key?.ok === false) report.error([...path, 'dc09Key'], key.why);
  if (hub.keyEncoding !== undefined && hub.dc09Key === undefined)
    report.error([...path, 'keyEncoding'], 'says how dc09Key is written, and there is none; add it or remove this');
}

function checkRoads({ web, uplink, dc09 }: DeskFile, report: Report): void {
  if (web?.tls === undefined && !isLoopback(web?.host ?? '127.0.0.1'))
    report.error(
      ['web', 'host'],
      'others could read along; give web.tls with cert and key, or use 127.0.0.1 behind a proxy that speaks TLS',
    );
  if (dc09?.allowPlain === true && !isLoopback(dc09.host ?? '127.0.0.1'))
    report.warning(['dc09', 'allowPlain'], 'anybody on the way can read and forge what comes without a key');
  if (uplink === undefined) return;
  const url = URL.canParse(uplink.url) ? new URL(uplink.url) : null;
  const isSafe = url?.protocol === 'mqtts:' || (url?.protocol === 'mqtt:' && isLoopback(url.hostname));
  if (!isSafe) report.error(['uplink', 'url'], 'must be mqtts://HOST:8883, or mqtt:// on this machine');
  if ((uplink.cert === undefined) !== (uplink.key === undefined))
    report.error(['uplink'], 'needs cert and key together: give both, or neither', 'key');
}

function compile({ name, web, dc09, uplink, hubs }: DeskFile, near: (path: string) => string): DeskSetup {
  const file = (path: string | undefined): string | null => (path === undefined ? null : near(path));
  const all = hubs.map(compileHub);
  return {
    name: name ?? 'Monitoring desk',
    web: {
      host: web?.host ?? '127.0.0.1',
      port: web?.port ?? DEFAULT_PORT,
      names: web?.names ?? [],
      tls: web?.tls === undefined ? null : { cert: near(web.tls.cert), key: near(web.tls.key) },
    },
    dc09:
      dc09 === undefined
        ? null
        : { host: dc09.host ?? '127.0.0.1', port: dc09.port, plain: dc09.allowPlain === true ? 'taken' : 'refused' },
    uplink:
      uplink === undefined
        ? null
        : {
            url: uplink.url,
            prefix: uplink.prefix ?? 'lantern',
            username: uplink.username ?? null,
            password: uplink.password ?? null,
            ca: file(uplink.ca),
            cert: file(uplink.cert),
            key: file(uplink.key),
          },
    hubs: new Map(all.map((hub) => [hub.id, hub])),
    accounts: new Map(all.map((hub) => [hub.account, hub])),
  };
}

function compileHub(hub: HubFile): DeskHub {
  const key = hub.dc09Key === undefined ? null : readKey(hub.dc09Key, hub.keyEncoding ?? 'hex');
  return {
    id: hub.id,
    account: hub.account.toUpperCase(),
    secret: hub.secret ?? null,
    key: key?.ok === true ? key.key : null,
    silentAfter: parseDuration(hub.silentAfter ?? '') ?? SILENT_AFTER,
    preAlert: parseDuration(hub.preAlert ?? '') ?? PRE_ALERT,
    card: Object.fromEntries(
      Object.entries(hub.card ?? {}).filter((one): one is [string, string] => one[1] !== undefined),
    ),
    callList: (hub.callList ?? []).map(({ name, phone, rule }) => ({ name, phone, rule: rule ?? null })),
  };
}
