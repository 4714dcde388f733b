import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BrokerLocks, Locks, People, Window } from '../../src/hub/ports.ts';
import { openCodes } from '../../src/site/codes.ts';
import type { House } from '../../src/site/house.ts';
import { createLocks } from '../../src/site/locks.ts';
import { createPeople } from '../../src/site/people.ts';
import { emptyUsers, noCode, type StoredPerson, usersText } from '../../src/site/users-file.ts';
import { hashCode } from '../../src/site/users-hash.ts';
import { type FakeClock, PEOPLE } from '../hub/fakes.ts';
import { house } from '../hub/world.ts';

/** The hashes are made cheap: what a hash costs is no part of these stories. */
const COST = { N: 2, r: 1, p: 1 };
const PEPPER = Buffer.from('a pepper of the tests');

const GIVEN = [
  [PEOPLE.anna, '482913', '739164', null],
  [PEOPLE.vera, '620485', null, '2027-01-01T00:00:00.000Z'],
  [PEOPLE.ivan, '957203', null, null],
  [PEOPLE.mona, '318627', null, null],
] as const;

let text: Promise<string> | null = null;

/** Those of the fakes, with the same codes. */
async function usersFile(): Promise<string> {
  const users = emptyUsers(PEPPER, COST);
  const hash = async (code: string): Promise<string> =>
    (await hashCode(code, PEPPER, Buffer.from(users.salt, 'hex'), COST)).toString('hex');
  const people = GIVEN.map(async ([person, code, duress, until]): Promise<StoredPerson> => {
    const codes = { code: await hash(code), duress: duress === null ? noCode() : await hash(duress), posed: noCode() };
    return { ...person, until, hidden: false, ...codes };
  });
  return usersText({ ...users, people: await Promise.all(people) });
}

export async function enrolledDir(): Promise<string> {
  text ??= usersFile();
  const dir = mkdtempSync(join(tmpdir(), 'lantern-web-'));
  writeFileSync(join(dir, 'users.json'), await text, { mode: 0o600 });
  writeFileSync(join(dir, 'pepper.key'), PEPPER, { mode: 0o600 });
  return dir;
}

export const codesIn = (dir: string, clock: FakeClock): ReturnType<typeof openCodes> =>
  openCodes(dir, { credentialsDirectory: null, now: clock.wall, trusted: clock.trusted });

const BROKER_USERS = [
  { name: 'zigbee2mqtt', password: 'a password of before', publish: ['zigbee2mqtt/#'], subscribe: ['zigbee2mqtt/#'] },
  { name: 'garage', password: 'another one of before', publish: ['garage/#'], subscribe: [] },
];

const WEB: House['web'] = {
  host: '192.0.2.1',
  port: 443,
  tls: 'self',
  names: [],
  language: 'en',
  leaveTo: 'https://leave.example/',
};

/** A broker of this hub with one client on this machine and two elsewhere. */
function brokerLocks(): BrokerLocks & { readonly revoked: string[] } {
  const revoked: string[] = [];
  return {
    revoked,
    clients: () => new Map(Object.entries({ zigbee2mqtt: { here: 1, network: 0 }, garage: { here: 0, network: 2 } })),
    renew: (passwords) => void revoked.push(...passwords.keys()),
  };
}

export interface Enrolled {
  readonly dir: string;
  readonly people: People;
  readonly locks: Locks & { finish(): Promise<void> };
  /** Broker users whose password was revoked, in order. */
  readonly revoked: readonly string[];
}

/** People and locks on a directory, before a window. */
export function enrolled(dir: string, window: Window, clock: FakeClock): Enrolled {
  const options = { now: clock.wall };
  const broker = brokerLocks();
  const place = { dir, credentialsDirectory: null, window, options };
  const mqtt = { kind: 'listen', host: '192.0.2.1', port: 1883, users: BROKER_USERS } as const;
  const codes = codesIn(dir, clock);
  const locks = createLocks({ ...place, house: { ...house, mqtt, web: WEB }, codes, broker, renewed: new Map() });
  return { dir, people: createPeople(place), locks, revoked: broker.revoked };
}
