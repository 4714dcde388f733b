import type { Vouched } from '../alarm/events.ts';
import type { PersonId } from '../base/brand.ts';
import type {
  BrokerLocks,
  Codes,
  Elsewhere,
  LiveBrokerUser,
  LiveLocks,
  Locks,
  RenewedPassword,
  Window,
} from '../hub/ports.ts';
import type { House, MonitoringConfig } from './house.ts';
import { changeLocks, type LocksOptions, type LocksPlace } from './locks-change.ts';
import { readLocks, renewedOf } from './locks-kept.ts';
import { identified, underOf, writeDown } from './people.ts';
import { listPeople } from './users.ts';
import { refused, wrongLocks } from './users-change.ts';
import { pepperOf, peppersAtHand, readUsers } from './users-file.ts';

/** What the hub knows of its broker users at a start. */
export interface BrokerUsersNow {
  readonly renewed: ReadonlyMap<string, RenewedPassword>;
  /** `locks.json` cannot be used: nothing in it is in force. */
  readonly trouble: string | null;
}

/** Broker users whose password in the config is revoked. With a damaged file nobody is kept out, as sensors would be too. */
export async function brokerUsersNow(dir: string, { mqtt }: Pick<House, 'mqtt'>): Promise<BrokerUsersNow> {
  const found = readLocks(dir);
  if (!found.ok) return { renewed: new Map(), trouble: found.why };
  return { renewed: mqtt.kind === 'connect' ? new Map() : await renewedOf(found.locks, mqtt.users), trouble: null };
}

export interface LocksParts {
  readonly dir: string;
  readonly credentialsDirectory: string | null;
  readonly house: House;
  readonly window: Pick<Window, 'order' | 'view' | 'kept' | 'keep'>;
  readonly codes: Pick<Codes, 'person'>;
  /** Null: the hub is a client of another broker. */
  readonly broker: BrokerLocks | null;
  readonly renewed: BrokerUsersNow['renewed'];
  readonly options?: LocksOptions;
}

/** What was told of the last change, so that one cut short by a stop is told at the next start. */
const TOLD = 'locks-told';

export interface HubLocks extends Locks {
  /** After a start: what a change that was cut short left undone outside the files. */
  finish(): Promise<void>;
}

export function createLocks(parts: LocksParts): HubLocks {
  const { dir, credentialsDirectory, house, window, codes, broker, options = {} } = parts;
  const place: LocksPlace = { dir, credentialsDirectory, brokerUsers: usersOf(house) };
  let { renewed } = parts;

  function live(by: Pick<Vouched, 'duress'> | null): LiveLocks {
    const clients = broker?.clients() ?? new Map();
    return {
      ...liveFrom({ dir, credentialsDirectory, house, renewed }, by),
      installerUntil: window.view().installerUntil,
      brokerUsers: place.brokerUsers.map(({ name, publish, subscribe }): LiveBrokerUser => {
        const { here, network } = clients.get(name) ?? { here: 0, network: 0 };
        return { name, publish, subscribe, here, network, password: renewed.has(name) ? 'revoked' : 'in force' };
      }),
    };
  }

  return {
    live,

    async change(asker, asked, sessions) {
      const found = wrongLocks(asked, place.brokerUsers) ?? (await identified(window, asker, asked.code));
      if (!found.ok) return found;
      const { given } = found;
      if (given.person.role !== 'resident') return refused('not-allowed', 'code', 'only a resident changes the locks');
      const was = live(given);
      const installer = was.installerUntil === null ? 0 : 1;
      const done = await changeLocks(place, given.person.id, asked, { ...options, ends: { sessions, installer } });
      if (!done.ok) return { ...done, given };
      renewed = new Map([...renewed, ...done.digests]);
      broker?.renew(done.digests);
      await writeDown(window, given, { type: 'locks-changed', ended: done.ended });
      await window.keep(TOLD, done.id);
      const { at, passwords, ended } = done;
      return { ok: true, at, given, was, ended, passwords };
    },

    async finish() {
      const found = readLocks(dir);
      const last = found.ok ? found.locks.last : null;
      if (last === null || window.kept(TOLD) === last.id) return;
      const person = codes.person(last.by as PersonId);
      if (person === null) return;
      await writeDown(window, { person, duress: false }, { type: 'locks-changed', ended: last.ended });
      await window.keep(TOLD, last.id);
    },
  };
}

const usersOf = ({ mqtt }: House): LocksPlace['brokerUsers'] => (mqtt.kind === 'listen' ? mqtt.users : []);

/** What can be told of a house without its hub. */
export function liveFrom(
  {
    dir,
    credentialsDirectory,
    house,
    renewed,
  }: {
    readonly dir: string;
    readonly credentialsDirectory: string | null;
    readonly house: House;
    readonly renewed: ReadonlyMap<string, RenewedPassword>;
  },
  by: Pick<Vouched, 'duress'> | null,
): LiveLocks {
  const listed = listPeople(dir, underOf(by));
  const kept = readLocks(dir);
  const last = kept.ok ? kept.locks.last : null;
  return {
    people: listed.ok ? listed.people : [],
    installerUntil: null,
    brokerUsers: usersOf(house).map(({ name, publish, subscribe }) => {
      return { name, publish, subscribe, here: 0, network: 0, password: renewed.has(name) ? 'revoked' : 'in force' };
    }),
    contacts: [...house.escalation.contacts.values()].map(({ id, alarms }) => ({ id, alarms: [...alarms] })),
    elsewhere: [...elsewhere(house), ...pepperElsewhere(dir, credentialsDirectory)],
    certificate: certificateOf(house),
    changed: last === null ? null : { at: last.at, ended: last.ended },
  };
}

function certificateOf({ web }: House): LiveLocks['certificate'] {
  if (web === null || web.tls === null) return 'none';
  return web.tls === 'self' ? 'own' : 'given';
}

/** What only somebody else, or the config, can change. */
function elsewhere({ homeAssistant, mqtt, monitoring, twilio, modem, web }: House): readonly Elsewhere[] {
  return [
    ...(homeAssistant === null ? [] : [ofAccount('home-assistant', homeAssistant)]),
    ...(mqtt.kind === 'connect' ? [ofAccount('broker', mqtt)] : []),
    ...(mqtt.kind === 'listen' && mqtt.users.length === 0 ? [of('anonymous-broker', mqtt.host, [])] : []),
    ...monitoring.map(ofService),
    ...(twilio === null ? [] : [of('texts', 'twilio', ['token'])]),
    ...(modem === null ? [] : [of('modem', 'modem', modem.pin === null ? [] : ['pin'])]),
    ...(web === null || web.tls === null || web.tls === 'self' ? [] : [of('certificate', web.tls.cert, ['key'])]),
  ];
}

const of = (kind: Elsewhere['kind'], name: string, secrets: Elsewhere['secrets']): Elsewhere => ({
  kind,
  name,
  secrets,
});

interface Account {
  readonly url: string;
  readonly password: string | null;
  readonly key?: string | null;
}

const secretsOf = ({ password, key }: Omit<Account, 'url'>): Elsewhere['secrets'] => [
  ...(password === null ? [] : (['password'] as const)),
  ...(key === undefined || key === null ? [] : (['client-certificate'] as const)),
];

const ofAccount = (kind: Elsewhere['kind'], account: Account): Elsewhere =>
  of(kind, URL.parse(account.url)?.hostname ?? kind, secretsOf(account));

function ofService(service: MonitoringConfig): Elsewhere {
  switch (service.type) {
    case 'sia-dc09':
      return of('monitoring', service.id, service.key === null ? [] : ['key']);
    case 'webhook':
      return of('monitoring', service.id, ['secret']);
    case 'mqtt':
      return of('monitoring', service.id, ['secret', ...secretsOf(service)]);
  }
}

/** A pepper that systemd hands over is the machine's own, and stays. */
function pepperElsewhere(dir: string, credentialsDirectory: string | null): readonly Elsewhere[] {
  const found = readUsers(dir);
  if (found.kind !== 'read' || credentialsDirectory === null) return [];
  const used = pepperOf(found.users, peppersAtHand(dir, credentialsDirectory));
  const isOwn = used !== null && pepperOf(found.users, peppersAtHand(dir, null)) !== null;
  return used === null || isOwn ? [] : [of('pepper', 'lantern_pepper', ['key'])];
}
