import assert from 'node:assert/strict';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { CODE } from '../../whole/house-config.ts';
import { config, data, lines, root, type Service } from './service-house.ts';

interface ServiceStory {
  readonly name: string;
  readonly run: (service: Service) => Promise<void>;
}

const installer = join(root, 'scripts/install.sh');
const units = '/etc/systemd/system';
const unit = join(units, 'lantern.service');
const dropIns = join(units, 'lantern.service.d');
const current = (): string => readlinkSync('/opt/lantern/current');
/** What a story sets, and takes away. */
const hurry = join(dropIns, 'hurry.conf');
const startsNoted = (): boolean => existsSync(join(data, 'starts.json'));

/** A version that says it takes any config, and ends as soon as it is to guard a house. */
const BROKEN = "process.exit(process.argv[2] === 'run' ? 1 : 0);\n";

/** Runs a shell where the kernel takes it for a part of the service. */
const inService = (words: string): readonly [string, ...string[]] => [
  'sh',
  '-c',
  `echo $$ >/sys/fs/cgroup/system.slice/lantern.service/cgroup.procs && { ${words}; }`,
];

/** One after the other: each finds the box as the one before left it. */
export const serviceStories: readonly ServiceStory[] = [
  {
    name: 'install.sh sets up a machine, and says what is next where there is no config',
    async run({ must }) {
      const said = must(installer);
      assert.match(said, /There is no config yet, so the hub is not started/);
      for (const [path, mode, owner] of [
        ['/etc/lantern', '700', 'lantern'],
        ['/etc/lantern/credentials', '700', 'root'],
        ['/var/lib/lantern', '700', 'lantern'],
        ['/usr/local/bin/lantern', '755', 'root'],
      ] as const) {
        assert.equal(must('stat', '-c', '%a %U', path).trim(), `${mode} ${owner}`, path);
      }
      // Everything that can be wired, as long as nobody knows what is.
      assert.match(readFileSync(join(dropIns, 'wires.conf'), 'utf8'), /char-gpiochip[\s\S]*char-ttyUSB/);
      assert.equal(must('systemctl', 'is-enabled', 'lantern').trim(), 'enabled');
    },
  },
  {
    name: 'an installer begins as she was told, with a referral that is hers alone, and the hub becomes ready',
    async run({ must, show }) {
      const referral = '/root/referral.yaml';
      writeFileSync(referral, must('lantern', 'provision', 'form'), { mode: 0o600 });
      const here = ['--data', data, '--config', config];
      const said = must('lantern', 'provision', 'start', '--referral', referral, ...here);
      assert.match(said, /may work with the code \d+/);
      assert.equal(must('stat', '-c', '%a %U', config).trim(), '600 lantern');
      must('systemctl', 'start', 'lantern');
      assert.equal(show('ActiveState'), 'active');
      must('lantern', 'provision', '--data', data, '--json');
      // What was lent is taken back.
      assert.deepEqual(
        readdirSync('/run').filter((name) => name.startsWith('lantern-command')),
        [],
      );
      must('systemctl', 'stop', 'lantern');
      must('sh', '-c', `rm -rf ${data}/* /etc/lantern/*.yaml`);
    },
  },
  {
    name: 'the unit has nothing that systemd does not understand, and leaves little to attack',
    async run({ must, run }) {
      const verified = run('systemd-analyze', 'verify', unit);
      const ours = `${verified.out}${verified.err}`.split('\n').filter((line) => line.includes('lantern'));
      assert.deepEqual([verified.status, ours], [0, []]);
      // From 0 to 10, where 10 is a service that may do anything.
      must('systemd-analyze', 'security', '--offline=true', '--threshold=25', '--no-pager', unit);
    },
  },
  {
    name: 'run again over a config it starts the service, which becomes ready, with the devices of this house alone',
    async run({ must, show, furnish }) {
      await furnish();
      const before = readFileSync(config, 'utf8');
      must(installer);
      assert.equal(show('ActiveState'), 'active');
      assert.equal(show('User'), 'lantern');
      const wires = readFileSync(join(dropIns, 'wires.conf'), 'utf8');
      assert.deepEqual(wires.match(/^DeviceAllow=.*$/gm), ['DeviceAllow=char-gpiochip rw']);
      assert.equal(readFileSync(config, 'utf8'), before);
      // Nothing is left to do: nothing is done.
      assert.doesNotMatch(must(installer), /^new /m);
    },
  },
  {
    name: 'the hub guards: with a password that systemd handed it, pins that it may use, and a siren that sounds',
    async run({ chip, ear, arm }) {
      const heard = await ear();
      await arm(heard);
      chip.pull(lines.window, 'high');
      await heard.untilState('triggered');
      await heard.until('the siren is on', () => heard.latest('lantern/whole/outputs/siren') === 'on');
      assert.equal(chip.wire(lines.siren), 'high');
    },
  },
  {
    name: 'with an alarm open, neither a restart nor an upgrade is done',
    async run({ run, pid }) {
      const before = pid();
      const restart = run('lantern', 'restart', '--data', data);
      assert.deepEqual([restart.status, restart.err], [1, 'lantern: an alarm is open; end it first\n']);
      const upgrade = run('lantern', 'upgrade', '--from', root);
      assert.deepEqual([upgrade.status, upgrade.err], [1, 'lantern: an alarm is open; end it first, then upgrade\n']);
      assert.equal(pid(), before);
    },
  },
  {
    name: 'the hub may touch pins, and neither other devices nor the secrets in /etc nor the system',
    async run({ run, must, pid, chip }) {
      assert.equal(run(...inService(`: </dev/${chip.name}`)).status, 0);
      const other = run(...inService(': </dev/kmsg'));
      assert.match(other.err, /Operation not permitted/);
      const within = (words: string) => run('nsenter', '-t', String(pid()), '-m', '--', 'sh', '-c', words);
      // Even root would find nothing there from where the hub stands.
      assert.deepEqual(within('ls -A /etc/lantern/credentials').out, '');
      assert.match(within('touch /usr/x').err, /Read-only file system/);
      assert.equal(within('touch /etc/lantern/x && rm /etc/lantern/x').status, 0);
      assert.match(must('cat', `/proc/${pid()}/status`), /NoNewPrivs:\t1[\s\S]*Seccomp:\t2/);
    },
  },
  {
    name: 'a stop in an alarm ends the hub in order within 5 s, and the next start goes on with the alarm',
    async run({ must, show, ear, chip }) {
      const began = performance.now();
      must('systemctl', 'stop', 'lantern');
      assert.ok(performance.now() - began < 5_000);
      assert.deepEqual([show('Result'), show('ExecMainStatus'), startsNoted()], ['success', '0', false]);
      assert.equal(chip.wire(lines.siren), 'low');
      must('systemctl', 'start', 'lantern');
      const heard = await ear();
      assert.equal(heard.state(), 'triggered');
      chip.pull(lines.window, 'low');
      await heard.order({ action: 'DISARM', code: CODE });
      await heard.untilState('disarmed');
    },
  },
  {
    name: 'a hub that asks to be started again is, and that is no failure',
    async run({ must, show, pid, untilAnother }) {
      // For the next story: the same watchdog, with less patience. It holds from this start on.
      writeFileSync(hurry, '[Service]\nWatchdogSec=5\n');
      must('systemctl', 'daemon-reload');
      const before = pid();
      assert.equal(must('lantern', 'restart', '--data', data), 'the hub starts again\n');
      await untilAnother(before);
      assert.deepEqual([show('NRestarts'), show('Result')], ['1', 'success']);
    },
  },
  {
    name: 'a hub that hangs is started anew by the watchdog',
    async run({ must, pid, show, untilAnother, ear }) {
      const before = pid();
      must('kill', '-STOP', String(before));
      await untilAnother(before);
      assert.equal(show('NRestarts'), '2');
      assert.match(must('journalctl', '--no-pager', '-o', 'cat', '-u', 'lantern'), /Watchdog timeout/);
      assert.equal((await ear()).state(), 'disarmed');
      rmSync(hurry);
      must('systemctl', 'daemon-reload');
    },
  },
  {
    name: 'a hub that is killed again and again is started again and again, the fourth time with the panel alone',
    async run({ must, pid, show, untilAnother, ear }) {
      for (let kills = 0; kills < 3; kills += 1) {
        const before = pid();
        must('kill', '-KILL', String(before));
        await untilAnother(before);
      }
      assert.equal(show('NRestarts'), '5');
      const heard = await ear();
      await heard.until('the fault is told', () => heard.attributes().faults.includes('bare_start'));
    },
  },
  {
    name: 'an upgrade runs the new version, and keeps the one before',
    async run({ must, run, makeVersion, pid, show, ear }) {
      const before = { pid: pid(), release: current() };
      const ran = run('lantern', 'upgrade', '--from', makeVersion('7.1.0', null));
      assert.deepEqual([ran.status, current(), show('ActiveState')], [0, 'releases/7.1.0', 'active'], ran.err);
      assert.match(ran.err, /7\.1\.0 is running/);
      assert.notEqual(pid(), before.pid);
      assert.equal(must('lantern', '--version'), '7.1.0\n');
      assert.equal(readlinkSync('/opt/lantern/previous'), before.release);
      const heard = await ear();
      assert.equal(heard.state(), 'disarmed');
      // The hub before ended as it was asked to, so this one has started whole.
      await heard.until('the fault is over', () => !heard.attributes().faults.includes('bare_start'));
    },
  },
  {
    name: 'a version that does not become ready is taken back, and the one before guards again',
    async run({ run, makeVersion, show, ear }) {
      const archive = '/root/lantern-7.2.0.tar';
      run('tar', '-C', '/root', '-cf', archive, makeVersion('7.2.0', BROKEN).replace('/root/', ''));
      const [sha256 = ''] = run('sha256sum', archive).out.split(' ');
      const ran = run('lantern', 'upgrade', '--from', archive, '--sha256', sha256);
      assert.match(ran.err, /7\.2\.0 did not become ready .* so 7\.1\.0 is running again/);
      assert.deepEqual([ran.status, current(), show('ActiveState')], [1, 'releases/7.1.0', 'active']);
      assert.equal(readdirSync('/opt/lantern/releases').includes('7.2.0'), false);
      assert.equal((await ear()).state(), 'disarmed');
    },
  },
  {
    name: 'an upgrade that was cut off is taken back at the next start',
    async run({ must, run, makeVersion, show }) {
      // As it lies on the disk when the power goes between the link and the restart.
      mkdirSync('/opt/lantern/releases/7.3.0');
      must('cp', '-a', `${makeVersion('7.3.0', BROKEN)}/.`, '/opt/lantern/releases/7.3.0/');
      writeFileSync('/opt/lantern/trial', '7.1.0\n7.3.0\n');
      must('ln', '-sfn', 'releases/7.3.0', '/opt/lantern/current');
      must('systemctl', 'restart', 'lantern');
      assert.deepEqual([current(), show('ActiveState')], ['releases/7.1.0', 'active']);
      assert.match(
        run('journalctl', '--no-pager', '-o', 'cat', '-u', 'lantern').out,
        /an upgrade was cut off; back to 7\.1\.0/,
      );
    },
  },
  {
    name: 'back to the version before, when asked',
    async run({ must, run, show }) {
      const before = readlinkSync('/opt/lantern/previous');
      const ran = run('lantern', 'upgrade', '--back');
      assert.deepEqual([ran.status, current(), show('ActiveState')], [0, before, 'active'], ran.err);
      assert.notEqual(must('lantern', '--version'), '7.1.0\n');
    },
  },
  {
    name: 'uninstalled, the program is gone, and what she owns is root’s and nobody else’s',
    async run({ must, run }) {
      // What is mounted in place of a first release cannot be removed.
      must('umount', '--lazy', join('/opt/lantern', current()));
      const said = must(installer, '--uninstall');
      assert.match(said, /still here: \/etc\/lantern \/var\/lib\/lantern/);
      assert.equal(run('systemctl', 'is-active', 'lantern').out.trim(), 'inactive');
      assert.equal(existsSync(unit), false);
      for (const path of [config, join(data, 'lantern.db')]) assert.deepEqual(statSync(path).uid, 0, path);
      assert.notEqual(run('id', 'lantern').status, 0);
    },
  },
];
