import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { type Machine, machineAt } from '../../src/care/machine.ts';
import { machineFacts, serviceFacts } from '../../src/care/machine-facts.ts';
import type { Finding } from '../../src/doctor/facts.ts';
import { examineMachine } from '../../src/doctor/machine.ts';

interface Captured {
  readonly about: string;
  readonly files: Readonly<Record<string, string>>;
}

const folder = join(import.meta.dirname, 'machines');
const made: string[] = [];
afterAll(() => {
  for (const dir of made) rmSync(dir, { recursive: true, force: true });
});

/** A machine from its files, read as the real one is. Commands it has none. */
function machine(
  name: string,
  over: Readonly<Record<string, string | null>> = {},
  run: Machine['run'] = () => null,
): Machine {
  const { files } = JSON.parse(readFileSync(join(folder, `${name}.json`), 'utf8')) as Captured;
  const root = mkdtempSync(join(tmpdir(), 'lantern-machine-'));
  made.push(root);
  mkdirSync(join(root, 'var/lib/lantern'), { recursive: true });
  for (const [path, text] of Object.entries({ ...files, ...over })) {
    if (text === null) continue;
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  return { ...machineAt(root), run };
}

const examined = (found: Machine): readonly Finding[] => examineMachine(machineFacts(found, '/var/lib/lantern'));
const of = (findings: readonly Finding[], about: string): string => {
  const found = findings.find((one) => one.about === about);
  return found === undefined ? 'not said' : `${found.is}: ${found.says}`;
};

describe('whole machines', () => {
  const stories: readonly (readonly [string, Readonly<Record<string, RegExp>>])[] = [
    ['pi-4', {
      clock: /^bad: not set yet; the board has no time chip/,
      disk: /^ok: \/dev\/mmcblk0p2 \(ext4\), writable/,
      wear: /^unknown: .*SD cards never do/,
      voltage: /^bad: too low right now/,
      temperature: /^bad: 82 °C: it slows down/,
      memory: /^ok: 3.3 GiB of 3.7 GiB/,
      swap: /^warn: \/var\/swap: /,
      network: /^warn: the hub hangs on Wi-Fi \(wlan0\): /,
      wifi: /^ok: wlan0 at -49 dBm/,
      watchdog: /^ok: \/dev\/watchdog0 is fed/,
    }],
    ['pi-5', {
      clock: /^ok: set by the time service; the board has a time chip/,
      wear: /^ok: at most 20 % of its life used/,
      voltage: /^ok: never too low/,
      temperature: /^ok: 49 °C/,
      swap: /^ok: in memory \(zram\) alone/,
      network: /^ok: the way out goes by wire \(eth0\)/,
      wifi: /^not said/,
    }],
    ['debian-vm', {
      clock: /^warn: systemd-timesyncd does not run/,
      disk: /^ok: \/dev\/vda \(ext4\), writable/,
      voltage: /^unknown: this board does not tell/,
      temperature: /^unknown/,
      swap: /^ok: none/,
      network: /^ok: the way out goes by wire \(eth0\)/,
      watchdog: /^warn: no hardware watchdog/,
    }],
  ]; // biome-ignore format: a list to be read at a glance
  for (const [name, wanted] of stories) {
    it(name, () => {
      const findings = examined(machine(name));
      for (const [about, says] of Object.entries(wanted)) expect(of(findings, about)).toMatch(says);
      for (const { is, remedy } of findings) expect(remedy === null).toBe(is === 'ok');
    });
  }
  it('every captured machine is one of these stories', () => {
    expect(readdirSync(folder).sort()).toEqual(stories.map(([name]) => `${name}.json`).sort());
  });
});

describe('one thing that is different on a good machine', () => {
  const cases: readonly (readonly [string, over: Readonly<Record<string, string | null>>, about: string, says: RegExp])[] = [
    ['a card that the kernel made read-only', { '/proc/mounts': '/dev/mmcblk0p2 / ext4 ro,noatime 0 0\n' }, 'disk', /^bad: .* is read-only/],
    ['data in memory', { '/proc/mounts': '/dev/mmcblk0p2 / ext4 rw,noatime 0 0\ntmpfs /var tmpfs rw 0 0\n' }, 'disk', /^bad: .* forgets everything/],
    ['data on a stick as it comes', { '/proc/mounts': '/dev/sda1 /var/lib vfat rw,relatime 0 0\n' }, 'disk', /^bad: .* keeps no rights/],
    ['a disk that writes at every read', { '/proc/mounts': '/dev/sda1 / ext4 rw,strictatime 0 0\n' }, 'disk', /^warn: .* writes at every read/],
    ['a mount over the one before', { '/proc/mounts': '/dev/a / ext4 ro 0 0\n/dev/b / ext4 rw,noatime 0 0\n' }, 'disk', /^ok: \/dev\/b/],
    ['a mount of another path that begins alike', { '/proc/mounts': '/dev/a / ext4 rw,noatime 0 0\n/dev/b /var/lib/lan ext4 ro 0 0\n' }, 'disk', /^ok: \/dev\/a/],
    ['a mount with a blank in its path', { '/proc/mounts': '/dev/a / ext4 rw,noatime 0 0\n/dev/b /a\\040b ext4 ro 0 0\n' }, 'disk', /^ok: \/dev\/a/],
    ['no list of mounts', { '/proc/mounts': null }, 'disk', /^unknown/],
    ['an eMMC near its end', { '/sys/block/mmcblk0/device/life_time': '0x08 0x02\n' }, 'wear', /^warn: at most 80 %/],
    ['an eMMC past its end', { '/sys/block/mmcblk0/device/life_time': '0x0b 0x0b\n' }, 'wear', /^bad: past the life/],
    ['an eMMC with its reserve nearly gone', { '/sys/block/mmcblk0/device/pre_eol_info': '0x03\n' }, 'wear', /^bad: at most 20 %/],
    ['a supply that was weak before', { '/sys/devices/platform/soc@107c000000/soc@107c000000:firmware/get_throttled': '50000\n' }, 'voltage', /^warn: was too low since/],
    ['the board’s own watcher says low', { '/sys/class/hwmon/hwmon2/in0_lcrit_alarm': '1\n' }, 'voltage', /^bad: too low right now/],
    ['no firmware file, but a watcher', { '/sys/devices/platform/soc@107c000000/soc@107c000000:firmware/get_throttled': null }, 'voltage', /^ok/],
    ['a firmware file with no number in it', { '/sys/devices/platform/soc@107c000000/soc@107c000000:firmware/get_throttled': 'oops\n', '/sys/class/hwmon/hwmon2/name': 'other\n' }, 'voltage', /^unknown/],
    ['a warm box', { '/sys/class/thermal/thermal_zone0/temp': '71000\n' }, 'temperature', /^warn: 71 °C/],
    ['slowed down, though cool', { '/sys/devices/platform/soc@107c000000/soc@107c000000:firmware/get_throttled': '4\n' }, 'temperature', /^warn: 49 °C, and slowed down/],
    ['a sensor that says nonsense', { '/sys/class/thermal/thermal_zone0/temp': '-274000\n' }, 'temperature', /^unknown/],
    ['little memory', { '/proc/meminfo': 'MemTotal: 512000 kB\nMemAvailable: 60000 kB\n' }, 'memory', /^bad/],
    ['memory that is getting short', { '/proc/meminfo': 'MemTotal: 512000 kB\nMemAvailable: 190000 kB\n' }, 'memory', /^warn/],
    ['no way out', { '/proc/net/route': 'Iface\tDestination\n' }, 'network', /^bad: eth0 is up, but there is no way out/],
    ['the way out is IPv6 alone', { '/proc/net/route': 'Iface\n', '/proc/net/ipv6_route': `${'0'.repeat(32)} 00 ${'0'.repeat(32)} 00 fe80000000000000021122fffe334455 00000064 00000002 00000000 00000003     eth0\n${'0'.repeat(32)} 00 ${'0'.repeat(32)} 00 ${'0'.repeat(32)} ffffffff 00000001 00000000 00200200       lo\n` }, 'network', /^ok: .*eth0/],
    ['Wi-Fi, though a cable is plugged in', { '/proc/net/route': 'Iface\nwlan0\t00000000\t0101A8C0\t0003\t0\t0\t600\t00000000\t0\t0\t0\n' }, 'network', /^warn: .*though eth0 is plugged in/],
    ['weak Wi-Fi', { '/proc/net/route': 'Iface\nwlan0\t00000000\t0101A8C0\t0003\t0\t0\t600\t00000000\t0\t0\t0\n', '/proc/net/wireless': ' wlan0: 0000   40.  -70.  -256        0      0      0      0     11        0\n' }, 'wifi', /^warn: wlan0 at -70 dBm: weak/],
    ['Wi-Fi that comes and goes', { '/proc/net/route': 'Iface\nwlan0\t00000000\t0101A8C0\t0003\t0\t0\t600\t00000000\t0\t0\t0\n', '/proc/net/wireless': ' wlan0: 0000   20.  -82.  -256        0      0      0      0     11        0\n' }, 'wifi', /^bad/],
    ['Wi-Fi that does not tell', { '/proc/net/route': 'Iface\nwlan0\t00000000\t0101A8C0\t0003\t0\t0\t600\t00000000\t0\t0\t0\n', '/proc/net/wireless': null }, 'wifi', /^unknown/],
    ['a watchdog that nobody feeds', { '/sys/class/watchdog/watchdog0/state': 'inactive\n' }, 'watchdog', /^warn: .* nobody feeds it/],
  ]; // biome-ignore format: a list to be read at a glance
  for (const [name, over, about, says] of cases)
    it(name, () => expect(of(examined(machine('pi-5', over)), about)).toMatch(says));

  it('asks vcgencmd where there is no file', () => {
    const bare = {
      '/sys/devices/platform/soc/soc:firmware/get_throttled': null,
      '/sys/class/hwmon/hwmon1/name': 'other\n',
    };
    const run: Machine['run'] = (command) => (command === 'vcgencmd' ? 'throttled=0x50000\n' : null);
    expect(of(examined(machine('pi-4', bare, run)), 'voltage')).toMatch(/^warn: was too low/);
  });

  const spaces: readonly (readonly [number, number, RegExp])[] = [
    [150 * 2 ** 20, 1e6, /^bad: 150 MiB/],
    [900 * 2 ** 20, 1e6, /^warn: 900 MiB/],
    [5 * 2 ** 30, 1e6, /^ok: 5 GiB/],
    [5 * 2 ** 30, 10, /^bad: .* no room for new files/],
  ];
  for (const [freeBytes, inodesFree, says] of spaces) {
    it(`${freeBytes} bytes and ${inodesFree} names free`, () => {
      const space = () => ({ totalBytes: 32 * 2 ** 30, freeBytes, inodes: 2e6, inodesFree });
      expect(of(examined({ ...machine('pi-5'), space }), 'space')).toMatch(says);
    });
  }
});

describe('the service', () => {
  const said = (text: string | null) => serviceFacts(machine('pi-5', {}, () => text));
  it('is read from systemd', () => {
    expect(said('LoadState=loaded\nActiveState=active\nUnitFileState=enabled\nNRestarts=2\n')).toEqual({
      active: 'active',
      enabled: 'enabled',
      restarts: 2,
    });
  });
  it('is none where there is no unit, and no systemd', () => {
    expect(said('LoadState=not-found\nActiveState=inactive\nUnitFileState=\nNRestarts=0\n')).toBe(null);
    expect(said(null)).toBe(null);
  });
});

describe('a real machine keeps the contract', () => {
  for (const [name, root] of [
    ['this one', '/'],
    ['one below a folder', ''],
  ] as const) {
    it(name, () => {
      const dir = mkdtempSync(join(tmpdir(), 'lantern-contract-'));
      made.push(dir);
      writeFileSync(join(dir, 'closed'), 'x');
      chmodSync(join(dir, 'closed'), 0o640);
      const [at, below] = root === '/' ? [machineAt('/'), dir] : [machineAt(dir), ''];
      expect(at.text(`${below}/closed`)).toBe('x');
      expect(at.text(`${below}/none`)).toBe(null);
      expect(at.text(below || '/')).toBe(null); // a folder is no text
      expect(at.names(below || '/')).toEqual(['closed']);
      expect(at.names(`${below}/none`)).toEqual([]);
      expect(at.there(`${below}/none`)).toBe(false);
      expect(at.file(`${below}/closed`)).toEqual({ path: `${below}/closed`, there: true, group: true, others: false });
      expect(at.file(`${below}/none`)).toMatchObject({ there: false });
      expect(at.space(below || '/')?.totalBytes).toBeGreaterThan(0);
      expect(at.space(`${below}/none`)).toBe(null);
      expect(at.run('sh', ['-c', 'echo said; exit 3'])).toBe('said\n');
      expect(at.run('no-such-command', [])).toBe(null);
    });
  }
  it('and tells of its disk and its memory', () => {
    const facts = machineFacts(machineAt('/'), tmpdir());
    expect(facts.mount).not.toBe(null);
    expect(facts.space?.freeBytes).toBeGreaterThan(0);
    expect(facts.memory?.totalKiB).toBeGreaterThan(0);
    expect(facts.kernel).toMatch(/^\d+\.\d+/);
  });
});
