import { isAgeRecipient } from './age.ts';
import { parseDuration } from './durations.ts';
import { isListenAddress, isLoopback } from './hosts.ts';
import { type Path, quote } from './path.ts';
import { isReadable } from './readable.ts';
import type { Report } from './report.ts';
import { DEFAULTS, type DeviceEntry, MODES, type WebEntry } from './schema.ts';
import type { Draft, Item } from './shape.ts';
import { nearest } from './suggest.ts';

/** The hub itself: where it is, its delays and siren, its page, its account for texts, its evidence key. */
export function checkSite(draft: Draft, near: (path: string) => string, report: Report): void {
  checkTimezone(draft.part<string>(['site', 'timezone']), report);
  for (const key of ['latitude', 'longitude']) checkCoordinate(draft.part<number>(['site', 'location', key]), report);
  checkDelays(draft, report);
  checkSiren(draft.part<string>(['panel', 'siren', 'duration']), report);
  checkWeb(draft.part<WebEntry>(['web']), near, report);
  checkTwilio(draft, report);
  checkEvidence(draft.part<string>(['evidence', 'publicKey']), report);
}

function checkTimezone(zone: Item<string> | null, report: Report): void {
  if (zone === null || isTimezone(zone.value)) return;
  const near = nearest(zone.value, Intl.supportedValuesOf('timeZone'));
  const remedy = near === null ? 'use one such as Europe/London' : `did you mean "${near}"?`;
  report.error(zone.path, `${quote(zone.value)} is not an IANA time zone; ${remedy}`);
}

function isTimezone(name: string): boolean {
  // Older names and UTC are not in this list, but asking for one costs 25 ms of a start.
  if (Intl.supportedValuesOf('timeZone').includes(name)) return true;
  // The runtime also takes offsets such as +01:00; they know no summer time.
  if (!/^[A-Za-z]/.test(name)) return false;
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

function checkCoordinate(degrees: Item<number> | null, report: Report): void {
  if (degrees !== null && Math.round(degrees.value * 10) / 10 !== degrees.value) {
    report.warning(degrees.path, 'has more than one decimal, which can point at the home; one is enough to know dusk');
  }
}

function checkDelays(draft: Draft, report: Report): void {
  for (const mode of MODES) checkEntryDelay(draft.part<string>(['panel', 'modes', mode, 'entryDelay']), report);
  for (const { path, value } of draft.entries<DeviceEntry>(['devices'])) {
    const delay = value.zone?.entryDelay;
    if (delay !== undefined) checkEntryDelay({ path: [...path, 'zone', 'entryDelay'], value: delay }, report);
  }
}

function checkEntryDelay(delay: Item<string> | null, report: Report): void {
  if (delay !== null && (parseDuration(delay.value) ?? 0) > DEFAULTS.longestEntryDelay) {
    report.warning(delay.path, `${delay.value} is longer than the 45s of EN 50131-1; an intruder has as long`);
  }
}

function checkSiren(length: Item<string> | null, report: Report): void {
  const [shortest, longest] = DEFAULTS.sirenBetween;
  const said = length === null ? null : parseDuration(length.value);
  if (length !== null && said !== null && (said < shortest || said > longest)) {
    report.warning(length.path, `${length.value} is outside 90s to 15m, which EN 50131 asks of a siren`);
  }
}

function checkWeb(web: Item<WebEntry> | null, near: (path: string) => string, report: Report): void {
  if (web === null) return;
  const { host, tls } = web.value;
  const at: Path = [...web.path, 'host'];
  if (host !== undefined && !isListenAddress(host)) report.error(at, `${quote(host)} is not an address; use 127.0.0.1`);
  else if (host !== undefined && !isLoopback(host) && tls === undefined)
    report.error(at, 'beyond loopback codes would cross the network in the clear; add tls: self, or use 127.0.0.1');
  if (tls === undefined || tls === 'self') return;
  for (const key of ['cert', 'key'] as const) {
    if (!isReadable(near(tls[key])))
      report.error([...web.path, 'tls', key], `${quote(tls[key])} cannot be read; check the path and its rights`);
  }
}

function checkTwilio(draft: Draft, report: Report): void {
  checkAccountSid(draft.part<string>(['sms', 'twilio', 'accountSid']), report);
  warnOfLiteral(draft.part<string>(['sms', 'twilio', 'authToken']), report);
  checkApiBase(draft.part<string>(['sms', 'twilio', 'apiBase']), report);
}

/** Not in the schema: for an editor, what stands here is the name of a secret. */
function checkAccountSid(sid: Item<string> | null, report: Report): void {
  if (sid === null || /^AC[0-9a-f]{32}$/i.test(sid.value)) return;
  if (!/^[A-Za-z0-9]+$/.test(sid.value)) {
    report.error(sid.path, 'is not an account SID; it is AC and 32 hex digits, copy it from the Twilio console');
  } else {
    report.warning(
      sid.path,
      'does not look like an account SID (AC and 32 hex digits); compare it with the Twilio console',
    );
  }
}

/** A secret in the config file goes where the file goes: into backups, mails, screenshots. */
export function warnOfLiteral(secret: Item<string> | null, report: Report): void {
  if (secret !== null && report.places.secretAt(secret.path) === null) {
    report.warning(
      secret.path,
      'the secret stands in this file; write !secret NAME and keep the value in secrets.yaml',
    );
  }
}

function checkApiBase(base: Item<string> | null, report: Report): void {
  const fault = base === null ? null : apiBaseFault(base.value);
  if (base !== null && fault !== null) report.error(base.path, fault);
}

function apiBaseFault(base: string): string | null {
  const url = URL.parse(base);
  if (url === null) return 'is not a URL; use https://api.twilio.com';
  if (url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '') {
    return 'may hold a host, a port and a path only; the account goes into accountSid and authToken';
  }
  if (url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback(url.hostname))) return null;
  return 'must be https, or http on loopback; else texts and the token cross the network in the clear';
}

function checkEvidence(key: Item<string> | null, report: Report): void {
  if (key === null || isAgeRecipient(key.value)) return;
  if (/^AGE-SECRET-KEY-/i.test(key.value)) {
    report.error(
      key.path,
      'is the private half, which must not be on the hub; give the public one (age1…) and make a new pair',
    );
  } else {
    report.error(key.path, 'is not an age recipient; it is age1 and 58 more characters, copy it whole');
  }
}
