import { unreachable } from '../base/unreachable.ts';
import type { Finding, Link, MachineFacts } from './facts.ts';
import { bad, ok, size, unknown, warn } from './say.ts';

/** Below it the journal soon has nowhere to write; a day of a busy house is some 20 MB. */
const LEAST_FREE = 200 * 1024 * 1024;
const FEW_FREE = 1024 * 1024 * 1024;
/** A Raspberry Pi slows down from 80 °C on, and hard at 85. */
const WARM = 70;
const HOT = 80;
/** Below −67 dBm packets get lost, below −75 the link comes and goes. */
const WEAK_DBM = -67;
const BAD_DBM = -75;

/** Everything about the machine itself, in the order a person would look. */
export const examineMachine = (facts: MachineFacts): readonly Finding[] => [
  clock(facts),
  mounted(facts),
  space(facts),
  wear(facts),
  power(facts),
  temperature(facts),
  memory(facts),
  swap(facts),
  network(facts),
  ...wifi(facts),
  watchdog(facts),
];

function clock({ clock: { service, hasChip } }: MachineFacts): Finding {
  const chip = hasChip
    ? 'the board has a time chip'
    : 'the board has no time chip, so it waits for the network after a start';
  switch (service) {
    case 'synchronised':
      return ok('clock', `set by the time service; ${chip}`);
    case 'waiting':
      return bad(
        'clock',
        `not set yet; ${chip}`,
        'let the hub reach a time server (UDP 123), or name one in /etc/systemd/timesyncd.conf',
      );
    case 'absent':
      return warn(
        'clock',
        `systemd-timesyncd does not run; ${chip}`,
        'run sudo timedatectl set-ntp true, unless chrony or a host keeps the time',
      );
    default:
      return unreachable(service);
  }
}

function mounted({ mount }: MachineFacts): Finding {
  if (mount === null)
    return unknown('disk', 'it cannot be found where the data lies', 'run this where /proc is mounted');
  const what = `${mount.source} (${mount.type})`;
  if (mount.options.includes('ro')) {
    return bad(
      'disk',
      `${what} is read-only: nothing is written down`,
      'the card may be dying: make a backup if you can, replace it and restore',
    );
  }
  if (['tmpfs', 'overlay', 'ramfs'].includes(mount.type)) {
    return bad('disk', `${what} forgets everything at a power cut`, 'name a data directory on a real disk');
  }
  if (['vfat', 'exfat', 'ntfs', 'fuseblk'].includes(mount.type)) {
    return bad('disk', `${what} keeps no rights and breaks at a power cut`, 'name a data directory on ext4');
  }
  if (!mount.options.some((option) => option === 'noatime' || option === 'relatime')) {
    return warn('disk', `${what} writes at every read`, 'add noatime to its line in /etc/fstab');
  }
  return ok('disk', `${what}, writable`);
}

function space({ space: found }: MachineFacts): Finding {
  if (found === null) return unknown('space', 'not known', 'name a data directory that is there with --data');
  const { freeBytes, totalBytes, inodes, inodesFree } = found;
  const says = `${size(freeBytes)} of ${size(totalBytes)} free`;
  const remedy =
    'remove what else lies on it (sudo apt clean, sudo journalctl --vacuum-size=100M), or take a larger card';
  const names = inodes > 0 && inodesFree < inodes / 100;
  if (freeBytes < LEAST_FREE || names) return bad('space', names ? `${says}, and no room for new files` : says, remedy);
  return freeBytes < FEW_FREE ? warn('space', says, remedy) : ok('space', says);
}

function wear({ wear: found }: MachineFacts): Finding {
  if (found === null) {
    return unknown(
      'wear',
      'this disk does not tell how worn it is; SD cards never do',
      'use a card made for endurance, and make a backup every month',
    );
  }
  const { lifeTenths, reserve } = found;
  const says = lifeTenths > 10 ? 'past the life it was made for' : `at most ${lifeTenths * 10} % of its life used`;
  if (lifeTenths > 9 || reserve === 3) return bad('wear', says, 'make a backup, replace the disk and restore');
  return lifeTenths > 7 || reserve === 2
    ? warn('wear', says, 'make a backup, and plan to replace the disk')
    : ok('wear', says);
}

const bit = (value: number, n: number): boolean => (value & (1 << n)) !== 0;
const SUPPLY =
  'use the supply made for the board with its own short cable, and take USB devices off or give them a hub with a supply';

function power({ throttled, lowVoltage }: MachineFacts): Finding {
  if (throttled === null && lowVoltage === null) {
    return unknown('voltage', 'this board does not tell', 'on a Raspberry Pi, let the user into the group video');
  }
  const now = throttled !== null && bit(throttled, 0);
  if (now || lowVoltage === true) return bad('voltage', 'too low right now: radios and modem fail first', SUPPLY);
  const since = throttled !== null && bit(throttled, 16);
  if (since) return warn('voltage', 'was too low since the last start', SUPPLY);
  return ok('voltage', 'never too low since the last start');
}

function temperature({ celsius, throttled }: MachineFacts): Finding {
  const cool = 'give the box air: out of the cupboard, off the radiator, a heat sink';
  const slowed = throttled !== null && (bit(throttled, 2) || bit(throttled, 3));
  if (celsius === null)
    return unknown('temperature', 'this machine does not tell', 'feel whether the box can be touched');
  const says = `${Math.round(celsius)} °C`;
  if (celsius >= HOT) return bad('temperature', `${says}: it slows down`, cool);
  if (slowed) return warn('temperature', `${says}, and slowed down`, `${cool}; if it is cool, ${SUPPLY}`);
  return celsius >= WARM ? warn('temperature', says, cool) : ok('temperature', says);
}

function memory({ memory: found }: MachineFacts): Finding {
  if (found === null) return unknown('memory', 'not known', 'run this where /proc is mounted');
  const { availableKiB, totalKiB } = found;
  const says = `${size(availableKiB * 1024)} of ${size(totalKiB * 1024)} to be had`;
  const remedy = 'stop what else runs on it; a hub shares its machine with little';
  if (availableKiB < 64 * 1024) return bad('memory', says, remedy);
  return availableKiB < 200 * 1024 ? warn('memory', says, remedy) : ok('memory', says);
}

function swap({ swaps }: MachineFacts): Finding {
  if (swaps.length === 0) return ok('swap', 'none');
  const onDisk = swaps.filter(({ name }) => !/\/zram\d+$/.test(name));
  if (onDisk.length === 0) return ok('swap', 'in memory (zram) alone');
  const names = onDisk.map(({ name }) => name).join(', ');
  const says = `${names}: what the hub has in memory can come to lie on the card, and the card wears`;
  return warn(
    'swap',
    says,
    'sudo systemctl disable --now dphys-swapfile, or swapoff and its line out of /etc/fstab; zram does as well',
  );
}

const named = (links: readonly Link[]): string => links.map(({ name }) => name).join(', ');

function network({ links }: MachineFacts): Finding {
  const out = links.find((link) => link.out);
  const wires = links.filter(({ kind, up }) => kind === 'wired' && up);
  if (out === undefined) {
    const has = links.some(({ up }) => up) ? 'is up, but there is no way out (no default route)' : 'no link is up';
    return bad(
      'network',
      wires.length > 0 ? `${named(wires)} ${has}` : has,
      'plug the network cable in at both ends and look at the router; texts by modem go without',
    );
  }
  if (out.kind === 'wired') return ok('network', `the way out goes by wire (${out.name})`);
  const idle = wires.length > 0 ? `, though ${named(wires)} is plugged in` : '';
  return warn(
    'network',
    `the hub hangs on Wi-Fi (${out.name})${idle}: a jammer or a changed password cuts it off`,
    'a wire to the router is better',
  );
}

function wifi({ links, wifiDbm }: MachineFacts): readonly Finding[] {
  const over = links.find(({ kind, out }) => kind === 'wifi' && out);
  if (over === undefined) return [];
  if (wifiDbm === null)
    return [unknown('wifi', `${over.name} does not tell its level`, 'a wire to the router is better')];
  const says = `${over.name} at ${wifiDbm} dBm`;
  const remedy = 'move the box or the router, or better, lay a wire';
  if (wifiDbm < BAD_DBM) return [bad('wifi', `${says}: the link comes and goes`, remedy)];
  return [wifiDbm < WEAK_DBM ? warn('wifi', `${says}: weak`, remedy) : ok('wifi', says)];
}

function watchdog({ watchdog: found }: MachineFacts): Finding {
  if (found === null)
    return warn(
      'watchdog',
      'no hardware watchdog: a machine that hangs stays so',
      'on a Raspberry Pi put dtparam=watchdog=on into config.txt',
    );
  if (found.active === true) return ok('watchdog', `${found.device} is fed`);
  const remedy = 'set RuntimeWatchdogSec=15 in /etc/systemd/system.conf and restart the machine';
  return found.active === null
    ? unknown('watchdog', `${found.device} is there; whether it is fed is not known`, remedy)
    : warn('watchdog', `${found.device} is there, and nobody feeds it`, remedy);
}
