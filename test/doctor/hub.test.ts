import { describe, expect, it } from 'vitest';
import type { Finding, HubFacts, ServiceFacts } from '../../src/doctor/facts.ts';
import { examineHub } from '../../src/doctor/hub.ts';

const file = (path: string) => ({ path, there: true, group: false, others: false });

const well: HubFacts = {
  version: '1.2.3',
  node: 'v24',
  answers: { ok: true },
  data: file('/var/lib/lantern'),
  config: { files: [file('/etc/lantern/config.yaml')], errors: 0, warnings: 0 },
  database: { bytes: 4096, why: null },
  chain: { rows: 7, head: 'a'.repeat(64), why: null },
  backupDaysAgo: 2,
  modem: { from: 'hub', trouble: null, dbm: -71 },
  broker: { where: '127.0.0.1:1883', open: true },
  certificateDays: 400,
  devices: [{ what: 'gateway rf433', path: '/dev/serial/by-id/usb-RFLink', is: 'usable' }],
  powerZones: ['mains'],
};
const serves: ServiceFacts = { active: 'active', enabled: 'enabled', restarts: 0 };
const machine = {
  board: 'Raspberry Pi 5', system: 'Debian', kernel: '6.12', clock: { service: 'synchronised', hasChip: true }, mount: null,
  space: null, wear: null, throttled: 0, lowVoltage: null, celsius: null, memory: null, swaps: [], links: [], wifiDbm: null,
  watchdog: null, serialPorts: ['/dev/serial/by-id/usb-other'],
} as const; // biome-ignore format: nothing of it matters here

const examined = (hub: Partial<HubFacts>, service: ServiceFacts | null = serves): readonly Finding[] =>
  examineHub({ ...well, ...hub }, machine, service);

it('a hub that is well: every line says so', () => {
  expect(examined({}).filter(({ is }) => is !== 'ok')).toEqual([]);
});

describe('one thing that is not well', () => {
  const there = (over: object) => [{ ...file('/etc/lantern/secrets.yaml'), ...over }];
  const cases: readonly (readonly [string, Partial<HubFacts>, about: string, says: RegExp, does: RegExp])[] = [
    ['no hub', { answers: { ok: false, why: 'no hub is running' } }, 'hub', /^bad: no hub is running/, /systemctl start/],
    ['a config that is not there', { config: { files: there({ there: false }), errors: 0, warnings: 0 } }, 'config', /^bad: .*secrets.yaml is not there/, /right to read/],
    ['secrets that everybody reads', { config: { files: there({ others: true }), errors: 0, warnings: 0 } }, 'config', /^bad: everybody/, /chmod o-rwx \/etc\/lantern\/secrets.yaml/],
    ['a config that is refused', { config: { files: [], errors: 2, warnings: 0 } }, 'config', /^bad: refused, with 2 errors/, /lantern check/],
    ['a config with a warning', { config: { files: [], errors: 0, warnings: 1 } }, 'config', /^warn: 1 warning$/, /lantern check/],
    ['a data directory that others see', { data: { ...file('/d'), group: true } }, 'data', /^bad: others/, /chmod 0700 \/d/],
    ['a damaged database', { database: { bytes: 1, why: 'the database is damaged' } }, 'database', /^bad: the database is damaged/, /restore/],
    ['no database yet', { database: null, chain: null }, 'database', /^unknown: none yet/, /start/],
    ['a log that was changed', { chain: { rows: 7, head: 'a', why: 'row 3 is missing' } }, 'log', /^bad: .*row 3 is missing/, /log export/],
    ['a gateway that is gone', { devices: [{ what: 'gateway rf433', path: '/dev/x', is: 'missing' }] }, 'gateway rf433', /^bad: .*here are .*usb-other/, /plug it in/],
    ['a port of another group', { devices: [{ what: 'modem port', path: '/dev/ttyUSB0', is: 'forbidden' }] }, 'modem port', /^bad/, /usermod -aG dialout/],
    ['pins of another group', { devices: [{ what: 'pins', path: '/dev/gpiochip0', is: 'forbidden' }] }, 'pins', /^bad/, /usermod -aG gpio/],
    ['a modem that cannot send', { modem: { from: 'hub', trouble: 'the card asks for its PUK', dbm: null } }, 'modem', /^bad: no text can leave: the card/, /lantern modem/],
    ['hardly any signal', { modem: { from: 'hub', trouble: null, dbm: -107 } }, 'modem', /^warn: .*-107 dBm/, /window/],
    ['a modem and no hub to ask it', { modem: { from: 'port', path: '/dev/m', there: true } }, 'modem', /^unknown/, /start the hub/],
    ['a modem that is gone', { modem: { from: 'port', path: '/dev/m', there: false } }, 'modem', /^bad: \/dev\/m is not there/, /plug/],
    ['nobody on the broker’s port', { broker: { where: 'h:1', open: false } }, 'broker', /^bad: nobody listens on h:1/, /ss -ltnp/],
    ['a broker elsewhere', { broker: { where: 'h:1', open: null } }, 'broker', /^unknown/, /mqtt_down/],
    ['a certificate that ends', { certificateDays: 13 }, 'certificate', /^warn: ends in 13 days/, /renew/],
    ['a certificate that is over', { certificateDays: -1 }, 'certificate', /^bad: it is over/, /start the hub again/],
    ['a certificate that cannot be read', { certificateDays: 'unreadable' }, 'certificate', /^bad/, /web.tls/],
    ['never a backup', { backupDaysAgo: null }, 'backup', /^warn: there was never one/, /lantern backup/],
    ['an old backup', { backupDaysAgo: 36 }, 'backup', /^warn: .*36 days ago/, /lantern backup/],
    ['no battery', { powerZones: [] }, 'battery', /^warn: this hub has no battery: /, /UPS/],
    ['no config named', { config: null, modem: null, broker: null, certificateDays: null, powerZones: null }, 'battery', /^unknown/, /--config/],
  ]; // biome-ignore format: a list to be read at a glance
  for (const [name, hub, about, says, does] of cases) {
    it(name, () => {
      const found = examined(hub).find((one) => one.about === about);
      expect(`${found?.is}: ${found?.says}`).toMatch(says);
      expect(found?.remedy).toMatch(does);
    });
  }
});

describe('the service', () => {
  const cases: readonly (readonly [ServiceFacts | null, RegExp])[] = [
    [null, /^unknown: no lantern.service/],
    [{ active: 'failed', enabled: 'enabled', restarts: 9 }, /^bad: failed, enabled, started again 9 times/],
    [{ active: 'active', enabled: 'disabled', restarts: 0 }, /^bad: .* gone after the next power cut/],
    [{ active: 'active', enabled: 'enabled', restarts: 4 }, /^warn: .*4 times/],
    [{ active: 'active', enabled: 'enabled', restarts: null }, /^ok: active, enabled$/],
  ];
  for (const [service, says] of cases) {
    it(JSON.stringify(service), () => {
      const found = examined({}, service).find(({ about }) => about === 'service');
      expect(`${found?.is}: ${found?.says}`).toMatch(says);
    });
  }
});
