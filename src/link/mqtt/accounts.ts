import { createHash, timingSafeEqual } from 'node:crypto';
import type { SourceId } from '../../base/brand.ts';
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

export interface Accounts {
  /** The account behind a name and password, or null. Takes the same time whatever is wrong with them. */
  find(name: string | undefined, password: Uint8Array | undefined): Account | null;
  /** Nobody has to log in; then only this machine may come. */
  readonly open: boolean;
}

/** Without users, everybody is the same anonymous source and may do everything. */
export function createAccounts(users: readonly MqttLogin[]): Accounts {
  if (users.length === 0) return { open: true, find: () => ANONYMOUS };

  // Digests are of one length, so the comparison tells nothing of the password's.
  const digest = (secret: string | Uint8Array): Buffer => createHash('sha256').update(secret).digest();
  const known = users.map((user) => ({ name: user.name, digest: digest(user.password), account: accountOf(user) }));

  return {
    open: false,
    find(name, password) {
      const given = digest(password ?? '');
      let found: Account | null = null;
      for (const user of known) {
        const right = timingSafeEqual(given, user.digest);
        if (right && user.name === name && password !== undefined) found = user.account;
      }
      return found;
    },
  };
}

/** 127.0.0.0/8, ::1, and the first of them written as an IPv6 address. */
export function isLoopback(address: string | undefined): boolean {
  if (address === undefined) return false;
  return address === '::1' || address.startsWith('127.') || address.startsWith('::ffff:127.');
}
