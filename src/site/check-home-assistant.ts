import { brokerUrl, checkAccount, checkFile, warnOfClearLine } from './check-mqtt.ts';
import { isLoopback } from './hosts.ts';
import type { Path } from './path.ts';
import type { Report } from './report.ts';
import type { HomeAssistantEntry, MqttEntry } from './schema.ts';
import { type Draft, type Item, valueAt } from './shape.ts';

/** The broker of Home Assistant, and what it may ask. `resolve` finds a file named in the config. */
export function checkHomeAssistant(draft: Draft, resolve: (file: string) => string, report: Report): void {
  const entry = draft.part<HomeAssistantEntry>(['homeAssistant']);
  if (entry === null) return;
  const { path, value } = entry;
  const at = (key: string): Path => [...path, key];
  checkBroker({ path: at('url'), value: value.url }, value, draft, report);
  checkAccount(entry, report);
  checkFile(at('ca'), value.ca, resolve, report);
  if (value.prefix?.split('/')[0] === 'lantern') {
    report.error(at('prefix'), 'begins with lantern, where only the hub speaks; use the one of Home Assistant');
  }
  if (value.allowDisarm === true) {
    report.warning(at('allowDisarm'), 'codes that disarm can then be read on that broker; guard it like this hub');
  }
}

function checkBroker({ path, value }: Item<string>, entry: HomeAssistantEntry, draft: Draft, report: Report): void {
  const url = brokerUrl({ path, value }, entry.ca === undefined ? {} : { ca: entry.ca }, report);
  if (url === null) return;
  warnOfClearLine(path, url, report);
  if (isEmbedded(url, draft)) {
    report.error(path, "is the hub's own broker, which speaks no MQTT 5; give the one that Home Assistant uses");
  }
}

function isEmbedded(url: URL, draft: Draft): boolean {
  if (valueAt(draft.raw, ['mqtt', 'connect']) !== undefined) return false;
  const own = draft.part<NonNullable<MqttEntry['listen']>>(['mqtt', 'listen'])?.value.port ?? 1883;
  const usual = url.protocol === 'mqtts:' ? 8883 : 1883;
  return isLoopback(url.hostname) && (url.port === '' ? usual : Number(url.port)) === own;
}
