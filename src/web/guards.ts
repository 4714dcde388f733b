import type { IncomingHttpHeaders } from 'node:http';
import { BlockList, isIP } from 'node:net';

const LOOPBACK = new BlockList();
LOOPBACK.addSubnet('127.0.0.0', 8, 'ipv4');
LOOPBACK.addAddress('::1', 'ipv6');

function isLoopbackAddress(address: string): boolean {
  const bare = address.startsWith('::ffff:') ? address.slice('::ffff:'.length) : address;
  const kind = isIP(bare);
  return kind !== 0 && LOOPBACK.check(bare, kind === 4 ? 'ipv4' : 'ipv6');
}

/**
 * Names a page of this hub may be called by. A site on the internet whose name is made to point here (DNS rebinding)
 * would otherwise be the same origin as the hub. A bare address cannot be made to point anywhere.
 */
export function createHostGuard(names: readonly string[]): (host: string | undefined) => boolean {
  const known = new Set(['localhost', ...names].map((name) => name.toLowerCase()));
  return (host) => {
    const name = hostName(host);
    return name !== null && (isIP(name) !== 0 || known.has(name));
  };
}

/** `hub.lan:8080` → `hub.lan`; `[::1]:8080` → `::1`. */
function hostName(host: string | undefined): string | null {
  const found = /^(?:\[([0-9a-f:.]+)\]|([a-z0-9._-]+))(?::\d{1,5})?$/i.exec(host ?? '');
  return (found?.[1] ?? found?.[2] ?? null)?.toLowerCase() ?? null;
}

/** A request that changes something must come from our own page, or from no page at all. */
export function isForeign(headers: IncomingHttpHeaders): boolean {
  const { origin, host } = headers;
  const site = headers['sec-fetch-site'];
  if (site !== undefined && site !== 'same-origin' && site !== 'none') return true;
  return origin !== undefined && URL.parse(origin)?.host !== host?.toLowerCase();
}

/** On the hub itself, and not merely passed on by a proxy that runs there. */
export function isOnHub(address: string | undefined, headers: IncomingHttpHeaders): boolean {
  const passedOn = headers['forwarded'] !== undefined || headers['x-forwarded-for'] !== undefined;
  return !passedOn && address !== undefined && isLoopbackAddress(address);
}

/** On every answer. Nothing is to be kept, framed, guessed at or told on. */
export const HEADERS: Readonly<Record<string, string>> = {
  'cache-control': 'no-store',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
};

/** So many at once, then so many a second, of one address. */
export interface Allowance {
  readonly burst: number;
  readonly aSecond: number;
}

/** Addresses remembered; beyond it all are forgotten. */
const MOST_ADDRESSES = 256;

/** Says when one address asks too much. `now` in milliseconds. */
export function createRate(
  { burst, aSecond }: Allowance,
  now: () => number,
): (address: string) => 'go on' | 'too much' {
  const buckets = new Map<string, { left: number; at: number }>();
  return (address) => {
    const at = now();
    const before = buckets.get(address) ?? { left: burst, at };
    const left = Math.min(burst, before.left + ((at - before.at) * aSecond) / 1000);
    if (!buckets.has(address) && buckets.size >= MOST_ADDRESSES) buckets.clear();
    buckets.set(address, { left: left >= 1 ? left - 1 : left, at });
    return left >= 1 ? 'go on' : 'too much';
  };
}
