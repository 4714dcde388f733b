import type { Link, MachineFacts, Mount, ServiceFacts, Wear } from '../doctor/facts.ts';
import type { Machine } from './machine.ts';

/** What there is to know of the machine that a data directory lies on. `data` has no link in it. */
export function machineFacts(machine: Machine, data: string): MachineFacts {
  const mount = mountOf(machine.text('/proc/mounts') ?? '', data);
  const links = linksOf(machine);
  return {
    board: boardOf(machine),
    system: valueIn(machine.text('/etc/os-release') ?? '', 'PRETTY_NAME'),
    kernel: machine.text('/proc/sys/kernel/osrelease')?.trim() ?? null,
    clock: clockOf(machine),
    mount,
    space: machine.space(data),
    wear: mount === null ? null : wearOf(machine, mount.source),
    throttled: throttledOf(machine),
    lowVoltage: lowVoltageOf(machine),
    celsius: hottest(machine),
    memory: memoryOf(machine.text('/proc/meminfo') ?? ''),
    swaps: swapsOf(machine.text('/proc/swaps') ?? ''),
    links,
    wifiDbm: levelOf(machine.text('/proc/net/wireless') ?? '', links),
    watchdog: watchdogOf(machine),
    serialPorts: machine.names('/dev/serial/by-id').map((name) => `/dev/serial/by-id/${name}`),
  };
}

/** The unit of the hub, as systemd has it; null where there is no systemd or no unit. */
export function serviceFacts(machine: Machine): ServiceFacts | null {
  const said = machine.run('systemctl', [
    'show',
    'lantern.service',
    '--property=LoadState,ActiveState,UnitFileState,NRestarts',
  ]);
  if (said === null || valueIn(said, 'LoadState') !== 'loaded') return null;
  const restarts = Number(valueIn(said, 'NRestarts') ?? Number.NaN);
  return {
    active: valueIn(said, 'ActiveState') ?? 'unknown',
    enabled: valueIn(said, 'UnitFileState') || 'not enabled',
    restarts: Number.isInteger(restarts) ? restarts : null,
  };
}

function valueIn(text: string, name: string): string | null {
  const line = text.split('\n').find((one) => one.startsWith(`${name}=`));
  return line === undefined ? null : line.slice(name.length + 1).replace(/^"(.*)"$/, '$1');
}

/** Ends with a zero byte, as every text of a device tree. */
const boardOf = (machine: Machine): string | null =>
  machine.text('/proc/device-tree/model')?.replace(/\0.*$/s, '').trim() ?? null;

function clockOf(machine: Machine): MachineFacts['clock'] {
  const folder = '/run/systemd/timesync';
  const set = machine.there(`${folder}/synchronized`);
  const service = set ? 'synchronised' : machine.there(folder) ? 'waiting' : 'absent';
  return { service, hasChip: machine.names('/sys/class/rtc').length > 0 };
}

/** The mount with the longest path that the data lies below; the last one of equals covers those before. */
function mountOf(mounts: string, data: string): Mount | null {
  let best: { readonly point: string; readonly mount: Mount } | null = null;
  for (const line of mounts.split('\n')) {
    const [source = '', escaped = '', type = '', options = ''] = line.split(' ');
    const point = escaped.replace(/\\(\d{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)));
    const below = point === '/' || data === point || data.startsWith(`${point}/`);
    if (point === '' || !below || (best !== null && point.length < best.point.length)) continue;
    best = { point, mount: { source, type, options: options.split(',') } };
  }
  return best?.mount ?? null;
}

/** JEDEC eMMC 5.0 registers, which the kernel shows as `0x01 0x02` and `0x01`; the worse of the two kinds of cell counts. */
function wearOf(machine: Machine, source: string): Wear | null {
  const disk = /^\/dev\/(mmcblk\d+)/.exec(source)?.[1];
  if (disk === undefined) return null;
  const lives = (machine.text(`/sys/block/${disk}/device/life_time`) ?? '').trim().split(/\s+/).map(Number);
  const lifeTenths = Math.max(...lives.filter((life) => Number.isInteger(life)), 0);
  const reserve = Number((machine.text(`/sys/block/${disk}/device/pre_eol_info`) ?? '').trim());
  return lifeTenths === 0 ? null : { lifeTenths, reserve: reserve > 0 ? reserve : null };
}

/** The folder is `soc/soc:firmware` up to the Pi 4, and `soc@…/soc@…:firmware` on the Pi 5. Hexadecimal, without a 0x. */
function throttledOf(machine: Machine): number | null {
  for (const soc of machine.names('/sys/devices/platform').filter((name) => /^soc(?:@|$)/.test(name))) {
    const text = machine.text(`/sys/devices/platform/${soc}/${soc}:firmware/get_throttled`);
    if (text !== null && /^[0-9a-f]+$/i.test(text.trim())) return Number.parseInt(text.trim(), 16);
  }
  const said = /throttled=0x([0-9a-f]+)/i.exec(machine.run('vcgencmd', ['get_throttled']) ?? '')?.[1];
  return said === undefined ? null : Number.parseInt(said, 16);
}

function lowVoltageOf(machine: Machine): boolean | null {
  for (const name of machine.names('/sys/class/hwmon')) {
    const folder = `/sys/class/hwmon/${name}`;
    if (machine.text(`${folder}/name`)?.trim() !== 'rpi_volt') continue;
    const alarm = machine.text(`${folder}/in0_lcrit_alarm`)?.trim();
    if (alarm === '0' || alarm === '1') return alarm === '1';
  }
  return null;
}

function hottest(machine: Machine): number | null {
  const zones = machine.names('/sys/class/thermal').filter((name) => name.startsWith('thermal_zone'));
  const read = zones.map((zone) => Number.parseInt(machine.text(`/sys/class/thermal/${zone}/temp`) ?? '', 10) / 1000);
  const known = read.filter((celsius) => Number.isFinite(celsius) && celsius > -50 && celsius < 150);
  return known.length === 0 ? null : Math.max(...known);
}

function memoryOf(meminfo: string): MachineFacts['memory'] {
  const kib = (name: string): number =>
    Number(new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(meminfo)?.[1] ?? Number.NaN);
  const [totalKiB, availableKiB] = [kib('MemTotal'), kib('MemAvailable')];
  return Number.isNaN(totalKiB + availableKiB) ? null : { totalKiB, availableKiB };
}

function swapsOf(swaps: string): MachineFacts['swaps'] {
  return swaps
    .split('\n')
    .slice(1)
    .map((line) => line.trim().split(/\s+/))
    .flatMap(([name = '', , size, used]) =>
      name === '' ? [] : [{ name, sizeKiB: Number(size), usedKiB: Number(used) }],
    );
}

/** Links with a device behind them: bridges, loops and tunnels have none. */
function linksOf(machine: Machine): readonly Link[] {
  const out = defaultLinks(machine);
  return machine.names('/sys/class/net').flatMap((name): readonly Link[] => {
    const folder = `/sys/class/net/${name}`;
    const wifi = machine.there(`${folder}/wireless`) || machine.there(`${folder}/phy80211`);
    if (!wifi && !machine.there(`${folder}/device`) && name !== out) return [];
    const up = machine.text(`${folder}/operstate`)?.trim() === 'up';
    return [{ name, kind: wifi ? 'wifi' : 'wired', up, out: name === out }];
  });
}

/** Of the default routes the one with the smallest metric; IPv6 where IPv4 has none. */
function defaultLinks(machine: Machine): string | null {
  const four = (machine.text('/proc/net/route') ?? '')
    .split('\n')
    .slice(1)
    .map((line) => line.trim().split(/\s+/))
    .filter(
      ([, destination, , flags, , , , mask]) =>
        destination === '00000000' && mask === '00000000' && (Number.parseInt(flags ?? '0', 16) & 1) === 1,
    )
    .map(([name = '', , , , , , metric]) => ({ name, metric: Number(metric) }));
  const six = (machine.text('/proc/net/ipv6_route') ?? '')
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    // RTF_UP and RTF_GATEWAY, and not the unreachable one that the kernel puts on lo.
    .filter(
      ([to, length, , , , , , , flags, name]) =>
        /^0+$/.test(to ?? '') && length === '00' && name !== 'lo' && (Number.parseInt(flags ?? '0', 16) & 3) === 3,
    )
    .map(([, , , , , metric, , , , name = '']) => ({ name, metric: Number.parseInt(metric ?? '0', 16) }));
  const best = (four.length > 0 ? four : six).sort((a, b) => a.metric - b.metric)[0];
  return best?.name ?? null;
}

/** The third number of an interface is its level; most drivers write it in dBm, with a point behind. */
function levelOf(wireless: string, links: readonly Link[]): number | null {
  const over = links.find(({ kind, out }) => kind === 'wifi' && out);
  const line = wireless.split('\n').find((one) => one.trim().startsWith(`${over?.name}:`));
  const level = Number.parseInt(line?.trim().split(/\s+/)[3] ?? '', 10);
  return Number.isNaN(level) || level >= 0 ? null : level;
}

function watchdogOf(machine: Machine): MachineFacts['watchdog'] {
  const name = machine.names('/sys/class/watchdog')[0];
  if (name === undefined) return null;
  const state = machine.text(`/sys/class/watchdog/${name}/state`)?.trim();
  return { device: `/dev/${name}`, active: state === undefined ? null : state === 'active' };
}
