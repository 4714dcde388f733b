import { warnOfLiteral } from './check-site.ts';
import { isListenAddress, isLoopback } from './hosts.ts';
import type { FamilyFacts } from './house.ts';
import { formatPath, type Path, quote } from './path.ts';
import { isReadable } from './readable.ts';
import type { Report } from './report.ts';
import type { ConnectEntry, DeviceEntry, MqttEntry, MqttUserEntry } from './schema.ts';
import { type Draft, type Item, valueAt } from './shape.ts';
import { filterFault, matches, reachesHub } from './topics.ts';
import { driverOf } from './wires.ts';

/** The embedded broker and its users, or the connection to another. `resolve` finds a file named in the config. */
export function checkMqtt(
  draft: Draft,
  families: ReadonlyMap<string, FamilyFacts>,
  resolve: (file: string) => string,
  report: Report,
): void {
  const connects = valueAt(draft.raw, ['mqtt', 'connect']) !== undefined;
  if (connects) {
    for (const key of ['listen', 'users']) {
      if (valueAt(draft.raw, ['mqtt', key]) !== undefined) {
        report.error(
          ['mqtt', key],
          'belongs to the embedded broker, and connect uses another; keep one of the two',
          'key',
        );
      }
    }
    const connect = draft.part<ConnectEntry>(['mqtt', 'connect']);
    if (connect !== null) checkConnect(connect, resolve, report);
    return;
  }
  checkListen(draft, report);
  checkUsers(draft, families, report);
}

function checkListen(draft: Draft, report: Report): void {
  const listen = draft.part<NonNullable<MqttEntry['listen']>>(['mqtt', 'listen']);
  const host = listen?.value.host;
  if (listen === null || host === undefined) return;
  const at: Path = [...listen.path, 'host'];
  if (!isListenAddress(host)) {
    report.error(at, `${quote(host)} is not an address; use 127.0.0.1, or an IP address of this machine`);
  } else if (!isLoopback(host) && valueAt(draft.raw, ['mqtt', 'users']) === undefined) {
    report.error(at, 'without mqtt.users anyone on the network could do everything; add users, or use 127.0.0.1');
  } else if (!isLoopback(host)) {
    report.warning(
      at,
      'passwords and codes cross the network in the clear here; use 127.0.0.1 where the clients are on this machine',
    );
  }
}

const SHORT_PASSWORD = 8;

function checkUsers(draft: Draft, families: ReadonlyMap<string, FamilyFacts>, report: Report): void {
  const users = draft.entries<MqttUserEntry>(['mqtt', 'users']);
  const firsts = new Map<string, Path>();
  const site = draft.part<string>(['site', 'id'])?.value ?? null;
  for (const user of users) {
    const first = firsts.get(user.value.name);
    const at: Path = [...user.path, 'name'];
    if (first !== undefined)
      report.error(at, `${quote(user.value.name)} is taken by ${formatPath(first)}; choose another name`);
    else firsts.set(user.value.name, user.path);
    if (user.value.name === 'anonymous')
      report.error(at, '"anonymous" stands for clients without a name; choose another name');
    checkUser(user, site, report);
  }
  reportUnheard(draft, users, families, report);
}

function checkUser({ path, value }: Item<MqttUserEntry>, site: string | null, report: Report): void {
  const password: Item<string> = { path: [...path, 'password'], value: value.password };
  warnOfLiteral(password, report);
  if (value.password.length < SHORT_PASSWORD)
    report.warning(password.path, `is shorter than ${SHORT_PASSWORD} characters; make a longer one`);
  const publish = (value.publish ?? []).map((filter, index) => ({ path: [...path, 'publish', index], value: filter }));
  const subscribe = (value.subscribe ?? []).map((filter, index) => ({
    path: [...path, 'subscribe', index],
    value: filter,
  }));
  if (publish.length + subscribe.length === 0) {
    report.warning(path, 'may neither publish nor subscribe; give it lists of topic filters, or remove it');
  }
  for (const filter of publish) checkPublish(filter, site, report);
  for (const filter of subscribe) checkSubscribe(filter, report);
}

function checkPublish({ path, value }: Item<string>, site: string | null, report: Report): void {
  const fault = filterFault(value) ?? hubTopicFault(value, site);
  if (fault !== null) report.error(path, fault);
  else if (reachesHub(value) && value.split('/')[0] !== 'lantern') {
    report.warning(path, 'lets this user speak for any device; name the topics of its own devices');
  }
}

function hubTopicFault(filter: string, site: string | null): string | null {
  const mayBe = site === null ? 'lantern/SITE/panel/set' : `lantern/${site}/panel/set`;
  const isCommand = site === null ? filter.endsWith('/panel/set') : filter === mayBe;
  if (filter.split('/')[0] !== 'lantern' || isCommand) return null;
  return `only the hub publishes there; a user may be given ${mayBe}`;
}

function checkSubscribe(filter: Item<string>, report: Report): void {
  const fault = filterFault(filter.value);
  if (fault !== null) report.error(filter.path, fault);
  else if (filter.value === '#') {
    report.warning(
      filter.path,
      'takes in everything, and one slow reader holds up the others; name the topics it needs',
    );
  }
}

/** With named users, a device whose topic none of them may publish to can never be heard. */
function reportUnheard(
  draft: Draft,
  users: readonly Item<MqttUserEntry>[],
  families: ReadonlyMap<string, FamilyFacts>,
  report: Report,
): void {
  const all = valueAt(draft.raw, ['mqtt', 'users']);
  if (!Array.isArray(all) || all.length !== users.length) return;
  const filters = users.flatMap(({ value }) => value.publish ?? []).filter((filter) => filterFault(filter) === null);
  for (const { path, value } of draft.entries<DeviceEntry>(['devices'])) {
    const { profile, topic: own, address } = value;
    if (driverOf(value) !== 'mqtt' || profile === undefined || own === undefined) continue;
    const spoken = families.get(profile)?.topicsOf(own, address ?? null) ?? [own];
    if (!spoken.some((topic) => filters.some((filter) => matches(filter, topic)))) {
      report.warning(
        [...path, 'topic'],
        'no user in mqtt.users may publish here, so the device is never heard; add it to a publish list',
      );
    }
  }
}

const FILES = ['ca', 'cert', 'key'] as const;
type TlsEntry = Pick<ConnectEntry, (typeof FILES)[number]>;

function checkConnect({ path, value }: Item<ConnectEntry>, resolve: (file: string) => string, report: Report): void {
  checkUrl({ path: [...path, 'url'], value: value.url }, value, report);
  const at = (key: string): Path => [...path, key];
  checkAccount({ path, value }, report);
  if ((value.cert === undefined) !== (value.key === undefined)) {
    const [there, missing] = value.cert === undefined ? ['key', 'cert'] : ['cert', 'key'];
    report.error(at(there), `a client certificate needs both; add ${missing}`, 'key');
  }
  for (const key of FILES) checkFile(at(key), value[key], resolve, report);
}

/** User name and password for another broker. */
export function checkAccount(
  { path, value }: Item<{ readonly username?: string | undefined; readonly password?: string | undefined }>,
  report: Report,
): void {
  if (value.password === undefined) return;
  const at: Path = [...path, 'password'];
  warnOfLiteral({ path: at, value: value.password }, report);
  if (value.username === undefined) report.error(at, 'means nothing without username; add it', 'key');
}

/** A file that the config names must be there. */
export function checkFile(
  path: Path,
  file: string | undefined,
  resolve: (file: string) => string,
  report: Report,
): void {
  if (file !== undefined && !isReadable(resolve(file)))
    report.error(path, `${quote(file)} cannot be read; check the path and its rights`);
}

function checkUrl({ path, value }: Item<string>, connect: ConnectEntry, report: Report): void {
  const url = brokerUrl({ path, value }, connect, report);
  if (url === null) return;
  report.warning(path, 'codes from keypads and panel/set can be read on that broker; guard it like this hub');
  warnOfClearLine(path, url, report);
}

/** The URL of a broker to connect to; null where it is none, which is then told. */
export function brokerUrl({ path, value }: Item<string>, tls: TlsEntry, report: Report): URL | null {
  const url = URL.parse(value);
  const fault = url === null ? NO_BROKER : urlFault(url, tls);
  if (fault === null) return url;
  report.error(path, fault);
  return null;
}

export function warnOfClearLine(path: Path, url: URL, report: Report): void {
  if (url.protocol === 'mqtt:' && !isLoopback(url.hostname)) {
    report.warning(path, 'passwords and codes cross the network in the clear; write mqtts://');
  }
}

const NO_BROKER = 'is not the URL of a broker; write mqtts://HOST:8883, or mqtt://HOST:1883';

function urlFault(url: URL, tls: TlsEntry): string | null {
  if (url.hostname === '' || !['mqtt:', 'mqtts:'].includes(url.protocol)) return NO_BROKER;
  if (url.username !== '' || url.password !== '')
    return 'holds a user or password; put them into username and password';
  if (!['', '/'].includes(url.pathname) || url.search !== '' || url.hash !== '') {
    return 'has something after the port; write mqtts://HOST:8883';
  }
  const needsTls = url.protocol === 'mqtt:' && FILES.some((key) => tls[key] !== undefined);
  return needsTls ? 'ca, cert and key need TLS; write mqtts://' : null;
}
