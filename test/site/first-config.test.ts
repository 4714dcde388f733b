import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type LoadOptions, loadHouse } from '../../src/site/config.ts';
import { familyFacts, loadDevices } from '../../src/site/devices.ts';
import { writeFirstConfig } from '../../src/site/first-config.ts';
import { addContact, addDevice } from '../../src/site/learn.ts';
import { renewBrokerPasswords } from '../../src/site/renew.ts';

const loaded = loadDevices(join(import.meta.dirname, '../../devices'), 'profiles');
const options: LoadOptions = {
  families: new Map([...loaded.families].map(([name, family]) => [name, familyFacts(family)])),
  credentialsDirectory: null,
};

let dir = '';
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'lantern-first-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));
const at = (name: string): string => join(dir, name);
const text = (name: string): string => readFileSync(at(name), 'utf8');
const begin = (scheme: string | null = null) => writeFirstConfig(at('home.yaml'), scheme, options);
const bring = (scheme: string): string => {
  writeFileSync(at('scheme.yaml'), scheme);
  return at('scheme.yaml');
};

describe('the first config of a home', () => {
  it('is accepted as it stands, with a password nobody knew', () => {
    expect(begin()).toMatchObject({ ok: true });
    const house = loadHouse(at('home.yaml'), options);
    expect(house).toMatchObject({
      ok: true,
      house: { mqtt: { users: [{ name: 'zigbee2mqtt' }] }, web: { tls: 'self' } },
    });
    expect(text('secrets.yaml')).toMatch(/^zigbee2mqtt_password: "[a-z2-9]{20}"\n$/);
    expect(statSync(at('secrets.yaml')).mode & 0o777).toBe(0o600);
    expect(readdirSync(dir).sort()).toEqual(['home.yaml', 'secrets.yaml']);
  });
  it('gives each home a name and a password of its own', () => {
    begin();
    const first = [text('home.yaml'), text('secrets.yaml')];
    rmSync(at('home.yaml'));
    rmSync(at('secrets.yaml'));
    begin();
    expect(text('home.yaml')).not.toBe(first[0]);
    expect(text('secrets.yaml')).not.toBe(first[1]);
  });
  it('leaves what is there as it is', () => {
    writeFileSync(at('home.yaml'), 'mine');
    expect(begin()).toMatchObject({ ok: false, why: expect.stringContaining('is there already') });
    expect([text('home.yaml'), readdirSync(dir)]).toEqual(['mine', ['home.yaml']]);
  });
  it('keeps the secrets that are there', () => {
    writeFileSync(at('secrets.yaml'), 'twilio: "abc"\nzigbee2mqtt_password: "known"');
    begin();
    expect(text('secrets.yaml')).toBe('twilio: "abc"\nzigbee2mqtt_password: "known"');
  });
  it('adds its own to others', () => {
    writeFileSync(at('secrets.yaml'), 'twilio: "abc"');
    begin();
    expect(text('secrets.yaml')).toMatch(/^twilio: "abc"\nzigbee2mqtt_password: /);
  });
  it('takes what the scheme brings, word for word, in place of its own', () => {
    const scheme = 'site: { id: hub-x, timezone: Europe/Warsaw } # ours\nneverContact: ["+447700900999"]\n';
    expect(begin(bring(scheme))).toMatchObject({ ok: true });
    expect(text('home.yaml')).toContain(scheme);
    expect(loadHouse(at('home.yaml'), options)).toMatchObject({
      ok: true,
      house: { site: { id: 'hub-x' }, panel: { siren: { trips: 3 } } },
    });
  });
  for (const [what, scheme, why] of [
    ['a wrong key', 'smms: {}\n', /would be refused/],
    ['a list', '- a\n', /no list of sections/],
    ['one line', '{ site: { id: a } }\n', /no list of sections/],
    ['no YAML', 'a: [', /no list of sections/],
  ] as const) {
    it(`writes nothing where the scheme is ${what}`, () => {
      expect(begin(bring(scheme))).toMatchObject({ ok: false, why: expect.stringMatching(why) });
      expect(readdirSync(dir).filter((name) => name !== 'scheme.yaml' && name !== 'secrets.yaml')).toEqual([]);
    });
  }
  it('tells of what is wrong with a scheme at its place', () => {
    expect(begin(bring('neverContact: 12\n'))).toMatchObject({
      ok: false,
      problems: expect.arrayContaining([
        expect.objectContaining({ path: 'neverContact', file: at('scheme.yaml'), line: 1, column: 15 }),
      ]),
    });
  });
});

describe('it grows as the home is fitted', () => {
  it('by a device, by a contact, and by both again, all else untouched', () => {
    begin();
    const before = text('home.yaml');
    const device = {
      ...{ id: 'door', name: 'Front door', profile: 'zigbee2mqtt', gateway: null, topic: 'zigbee2mqtt/door' },
      ...{ model: null, address: null, signal: null, zone: { type: 'entry', modes: null } },
    };
    expect(addDevice(at('home.yaml'), device, options)).toMatchObject({ ok: true });
    expect(addContact(at('home.yaml'), { id: 'sister', phone: '+447700900123', alarms: null }, options)).toMatchObject({
      ok: true,
    });
    expect(
      addContact(at('home.yaml'), { id: 'friend', phone: '+447700900456', alarms: ['personal', 'duress'] }, options),
    ).toMatchObject({ ok: true, line: '{ id: friend, phone: "+447700900456", alarms: [personal, duress] }' });
    expect(addDevice(at('home.yaml'), { ...device, id: 'hall', topic: 'zigbee2mqtt/hall' }, options)).toMatchObject({
      ok: true,
    });
    expect(text('home.yaml').startsWith(before)).toBe(true);
    expect(loadHouse(at('home.yaml'), options)).toMatchObject({
      ok: true,
      house: { devices: [{ id: 'door' }, { id: 'hall' }] },
    });
  });
  for (const [what, contact, path] of [
    ['no number', { id: 'sister', phone: '12', alarms: null }, 'contacts[0].phone'],
    ['no kind of alarm', { id: 'sister', phone: '+447700900123', alarms: ['flood'] }, 'contacts[0].alarms[0]'],
  ] as const) {
    it(`refuses a contact with ${what}, and stays as it was`, () => {
      begin();
      const before = text('home.yaml');
      expect(addContact(at('home.yaml'), contact, options)).toMatchObject({
        ok: false,
        why: 'with the new contact the config would be refused',
        problems: expect.arrayContaining([expect.objectContaining({ path })]),
      });
      expect(text('home.yaml')).toBe(before);
    });
  }
});

describe('the passwords of the broker made new', () => {
  const renew = (isCredential: (name: string) => boolean = () => false) =>
    renewBrokerPasswords(at('home.yaml'), isCredential);
  const users = (list: string): void =>
    writeFileSync(at('home.yaml'), `mqtt:\n  listen: { port: 1883 }\n  users: ${list}\n`);

  it('are in force for the next start, and everything else in the file stays', () => {
    writeFileSync(at('secrets.yaml'), '# ours\nzigbee2mqtt_password: "old" # that of the stick\ntwilio: "abc"\n');
    begin();
    const renewed = renew();
    expect(renewed).toEqual({
      ok: true,
      renewed: [{ name: 'zigbee2mqtt', password: expect.stringMatching(/^[a-z2-9]{20}$/) }],
    });
    const password = renewed.ok ? renewed.renewed[0]?.password : '';
    expect(text('secrets.yaml')).toBe(
      `# ours\nzigbee2mqtt_password: "${password}" # that of the stick\ntwilio: "abc"\n`,
    );
    expect(loadHouse(at('home.yaml'), options)).toMatchObject({ ok: true, house: { mqtt: { users: [{ password }] } } });
  });
  it('none where nobody has one', () => {
    users('[]');
    expect(renew()).toEqual({ ok: true, renewed: [] });
  });
  for (const [what, list, secrets, why] of [
    ['one that stands in the config', '[{ name: a, password: plain }]', 'x: "1"\n', /of a stands in .* itself/],
    ['one that is nowhere', '[{ name: a, password: !secret a }]', 'x: "1"\n', /has no a; add it/],
    ['one that is a credential', '[{ name: a, password: !secret kept }]', 'kept: "1"\n', /is a credential/],
    ['broken secrets', '[{ name: a, password: !secret a }]', 'a: [', /not valid YAML/],
  ] as const) {
    it(`none at all where there is ${what}`, () => {
      users(list);
      writeFileSync(at('secrets.yaml'), secrets);
      expect(renew((name) => name === 'kept')).toMatchObject({ ok: false, why: expect.stringMatching(why) });
      expect(text('secrets.yaml')).toBe(secrets);
    });
  }
});
