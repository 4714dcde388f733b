import { BlockList, isIP } from 'node:net';

const LOOPBACK = new BlockList();
LOOPBACK.addSubnet('127.0.0.0', 8, 'ipv4');
LOOPBACK.addAddress('::1', 'ipv6');

/** True for this machine itself: `localhost`, 127.0.0.0/8, ::1 (with or without brackets). */
export function isLoopback(host: string): boolean {
  const bare = host.replace(/^\[(.*)\]$/, '$1').toLowerCase();
  if (bare === 'localhost') return true;
  switch (isIP(bare)) {
    case 4:
      return LOOPBACK.check(bare, 'ipv4');
    case 6:
      return LOOPBACK.check(bare, 'ipv6');
    default:
      return false;
  }
}

/** An address one can listen on: an IP address, or `localhost`. */
export const isListenAddress = (host: string): boolean => host === 'localhost' || isIP(host) !== 0;
