import { createHash, timingSafeEqual } from 'node:crypto';
import type { Socket } from 'node:net';
import type { SourceId } from '../../base/brand.ts';
import type { RenewedPassword } from '../../hub/ports.ts';
import { filterCovers, isFilter, topicMatches } from './topics.ts';

/** A client of the embedded broker as the config names it. */
export interface MqttLogin {
  readonly name: string;
  readonly password: string;
  readonly publish: readonly string[];
  readonly subscribe: readonly string[];
}

/** Who a connection is, and what it may do. */
export interface Account {
  readonly source: SourceId;
  mayPublish(topic: string): boolean;
  maySubscribe(filter: string): boolean;
}

export const ANONYMOUS_SOURCE = 'mqtt:anonymous' as SourceId;

/** What starts with `$` is the broker's own talk; nobody needs it, and denied messages end there. */
const mayAsk = (filter: string): boolean => isFilter(filter) && !filter.startsWith('$');

const ANONYMOUS: Account = { source: ANONYMOUS_SOURCE, mayPublish: () => true, maySubscribe: mayAsk };

function accountOf(user: MqttLogin): Account {
  return {
    source: `mqtt:${user.name}` as SourceId,
    mayPublish: (topic) => user.publish.some((filter) => topicMatches(filter, topic)),
    maySubscribe: (wanted) => mayAsk(wanted) && user.subscribe.some((filter) => filterCovers(filter, wanted)),
  };
}

/** Where a client is: on this machine, or anywhere else. */
export type From = 'here' | 'network';

export interface Accounts {
  /** The account behind a name and password, or null. Takes the same time whatever is wrong with them. */
  find(name: string | undefined, password: Uint8Array | undefined, from: From): Account | null;
  /** Nobody has to log in; then only this machine may come. */
  readonly open: boolean;
}

/**
 * Without users, everybody is the same anonymous source and may do everything.
 *
 * Of a user in `renewed`, the password of the config is revoked. On this machine it is still taken, because the programs that know it have
 * to be told the new one first, and what they hear would be lost until then; whoever is on this machine could read it in the
 * config anyway. From the network only the new one is taken.
 */
export function createAccounts(
  users: readonly MqttLogin[],
  renewed: ReadonlyMap<string, RenewedPassword> = new Map(),
): Accounts {
  if (users.length === 0) return { open: true, find: () => ANONYMOUS };

  // Digests are of one length, so the comparison tells nothing of the password's.
  const known = users.map((user) => {
    const digest = digestOf(user.password, '');
    const { name } = user;
    const made = renewed.get(name) ?? null;
    return { name, digest, made, account: accountOf(user) };
  });

  return {
    open: false,
    find(name, password, from) {
      let found: Account | null = null;
      for (const user of known) {
        const first = timingSafeEqual(digestOf(password ?? '', ''), user.digest);
        const second =
          user.made !== null &&
          timingSafeEqual(digestOf(password ?? '', user.made.salt), Buffer.from(user.made.digest, 'hex'));
        const right = second || (first && (user.made === null || from === 'here'));
        if (right && user.name === name && password !== undefined) found = user.account;
      }
      return found;
    },
  };
}

const digestOf = (secret: string | Uint8Array, salt: string): Buffer =>
  createHash('sha256').update(salt, 'hex').update(secret).digest();

/** A connection to an address of this machine comes from it, too: no other can have that address. */
export function whereFrom({ remoteAddress, localAddress }: Pick<Socket, 'remoteAddress' | 'localAddress'>): From {
  const own = remoteAddress !== undefined && remoteAddress === localAddress;
  return own || isLoopback(remoteAddress) ? 'here' : 'network';
}

/** 127.0.0.0/8, ::1, and the first of them written as an IPv6 address. */
export function isLoopback(address: string | undefined): boolean {
  if (address === undefined) return false;
  return address === '::1' || address.startsWith('127.') || address.startsWith('::ffff:127.');
}
