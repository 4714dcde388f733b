import { brokerUrl, checkAccount, checkFile } from './check-mqtt.ts';
import { warnOfLiteral } from './check-site.ts';
import { isLoopback } from './hosts.ts';
import { formatPath, type Path, quote } from './path.ts';
import type { Report } from './report.ts';
import { type DeviceEntry, REPORT_KINDS, type ServiceEntry } from './schema.ts';
import type { Draft, Item } from './shape.ts';
import { remedyFor } from './suggest.ts';

type Key = keyof ServiceEntry;

const COMMON: readonly Key[] = ['id', 'type', 'reports', 'preAlert', 'test', 'codes'];
const SIGNED: readonly Key[] = [...COMMON, 'url', 'secret', 'heartbeat', 'card'];
/** What each type of service takes. */
const KEYS: Readonly<Record<ServiceEntry['type'], readonly Key[]>> = {
  'sia-dc09': [
    ...COMMON,
    ...(['host', 'port', 'transport', 'secondary', 'account', 'receiver', 'line', 'format', 'area', 'texts'] as const),
    ...(['key', 'keyEncoding', 'ackTime', 'supervision'] as const),
  ],
  webhook: SIGNED,
  mqtt: [...SIGNED, 'prefix', 'username', 'password', 'ca', 'cert', 'key'],
};

const NEEDED: Readonly<Record<ServiceEntry['type'], readonly (readonly [Key, string])[]>> = {
  'sia-dc09': [
    ['host', 'give the name or address of its receiver'],
    ['port', 'give the port of its receiver'],
    ['account', 'give the account that the service gave you, in quotes'],
  ],
  webhook: [
    ['url', 'give https://HOST/PATH'],
    ['secret', 'write !secret NAME, and the value into secrets.yaml'],
  ],
  mqtt: [
    ['url', 'give mqtts://HOST:8883'],
    ['secret', 'write !secret NAME, and the value into secrets.yaml'],
  ],
};

const SHORT_SECRET = 16;

/** Monitoring services, and what zones are called there. `resolve` finds a file named in the config. */
export function checkMonitoring(draft: Draft, resolve: (file: string) => string, report: Report): void {
  checkNumbers(draft, report);
  const services = draft.entries<ServiceEntry>(['monitoring']);
  for (const service of services) checkService(service, resolve, report);
  checkBrokers(services, report);
}

/** Two zones under one number could not be told apart in a call to the police. */
function checkNumbers(draft: Draft, report: Report): void {
  const firsts = new Map<number, Path>();
  for (const { path, value } of draft.entries<DeviceEntry>(['devices'])) {
    const number = value.zone?.number;
    if (number === undefined) continue;
    const first = firsts.get(number);
    if (first === undefined) firsts.set(number, path);
    else report.error([...path, 'zone', 'number'], `${number} is taken by ${formatPath(first)}; choose another number`);
  }
}

function checkService({ path, value }: Item<ServiceEntry>, resolve: (file: string) => string, report: Report): void {
  const { type } = value;
  const at = (key: string): Path => [...path, key];
  for (const key of Object.keys(value) as Key[]) {
    if (!KEYS[type].includes(key)) report.error(at(key), `means nothing for ${type}; remove it`, 'key');
  }
  for (const [key, remedy] of NEEDED[type]) {
    if (value[key] === undefined) report.error(at(key), `is missing; ${remedy}`);
  }
  checkTest({ path, value }, report);
  checkCodes({ path, value }, report);
  switch (type) {
    case 'sia-dc09':
      checkDc09({ path, value }, report);
      return;
    case 'webhook':
      checkSecret({ path, value }, report);
      checkUrl({ path, value }, report);
      return;
    case 'mqtt':
      checkSecret({ path, value }, report);
      checkUplink({ path, value }, resolve, report);
      return;
  }
}

function checkTest({ path, value }: Item<ServiceEntry>, report: Report): void {
  if (value.test !== undefined && value.reports?.includes('tests') === false) {
    report.error(
      [...path, 'test'],
      'means nothing while reports leaves tests out; add tests there, or remove it',
      'key',
    );
  }
}

function checkCodes({ path, value }: Item<ServiceEntry>, report: Report): void {
  for (const kind of Object.keys(value.codes ?? {})) {
    if ((REPORT_KINDS as readonly string[]).includes(kind)) continue;
    const remedy = remedyFor(kind, REPORT_KINDS, 'README.md lists them');
    report.error([...path, 'codes', kind], `${quote(kind)} is not reported; ${remedy}`, 'key');
  }
}

function checkDc09({ path, value }: Item<ServiceEntry>, report: Report): void {
  const at = (key: string): Path => [...path, key];
  const { key, keyEncoding = 'hex' } = value;
  if (key === undefined) {
    if (keyEncoding === 'ascii') report.error(at('keyEncoding'), 'means nothing without key; add it', 'key');
    report.warning(at('type'), 'speaks in the clear, so that anybody on the way can read and forge; ask for a key');
    return;
  }
  const fault = keyFault(key, keyEncoding);
  if (fault === null) warnOfLiteral({ path: at('key'), value: key }, report);
  else report.error(at('key'), fault);
}

/** The lengths of AES; the words never hold a part of the key. */
function keyFault(key: string, encoding: 'hex' | 'ascii'): string | null {
  if (encoding === 'ascii') {
    const fits = /^[\x20-\x7e]*$/.test(key) && [16, 24, 32].includes(key.length);
    return fits ? null : 'does not have 16, 24 or 32 plain characters; copy it whole, or leave keyEncoding out for hex';
  }
  const fits = /^[0-9a-fA-F]*$/.test(key) && [32, 48, 64].includes(key.length);
  return fits ? null : 'does not have 32, 48 or 64 hex digits; copy it whole, or write keyEncoding: ascii';
}

function checkSecret({ path, value }: Item<ServiceEntry>, report: Report): void {
  if (value.secret === undefined) return;
  const at: Path = [...path, 'secret'];
  warnOfLiteral({ path: at, value: value.secret }, report);
  if (value.secret.length < SHORT_SECRET) {
    report.warning(at, `is shorter than ${SHORT_SECRET} characters; make a longer one`);
  }
}

function checkUrl({ path, value }: Item<ServiceEntry>, report: Report): void {
  const fault = value.url === undefined ? null : urlFault(value.url);
  if (fault !== null) report.error([...path, 'url'], fault);
}

function urlFault(text: string): string | null {
  const url = URL.parse(text);
  if (url === null || !['http:', 'https:'].includes(url.protocol)) return 'is not a URL; write https://HOST/PATH';
  if (url.username !== '' || url.password !== '') return 'holds a user or password; what proves the hub is its secret';
  if (url.protocol === 'https:' || isLoopback(url.hostname)) return null;
  return 'must be https, or http on loopback; alarms do not cross the network in the clear';
}

function checkUplink({ path, value }: Item<ServiceEntry>, resolve: (file: string) => string, report: Report): void {
  const at = (key: string): Path => [...path, key];
  const { url, ca, cert, key } = value;
  const parsed = url === undefined ? null : brokerUrl({ path: at('url'), value: url }, { ca, cert, key }, report);
  if (parsed?.protocol === 'mqtt:' && !isLoopback(parsed.hostname)) {
    report.error(at('url'), 'must be mqtts, or mqtt on loopback; alarms do not cross the network in the clear');
  }
  checkAccount({ path, value }, report);
  if ((cert === undefined) !== (key === undefined)) {
    const [there, missing] = cert === undefined ? ['key', 'cert'] : ['cert', 'key'];
    report.error(at(there), `a client certificate needs both; add ${missing}`, 'key');
  }
  for (const file of ['ca', 'cert', 'key'] as const) checkFile(at(file), value[file], resolve, report);
}

/** One hub is one client there: a second connection under the same name would end the first, again and again. */
function checkBrokers(services: readonly Item<ServiceEntry>[], report: Report): void {
  const firsts = new Map<string, Path>();
  for (const { path, value } of services.filter((one) => one.value.type === 'mqtt')) {
    const url = URL.parse(value.url ?? '');
    if (url === null) continue;
    const first = firsts.get(url.host);
    if (first === undefined) firsts.set(url.host, path);
    else report.error([...path, 'url'], `is the broker of ${formatPath(first)} too; one service for each broker`);
  }
}
