import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';

const root = resolve(import.meta.dirname, '../..');
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
const debian = 'PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\nVERSION_ID="12"\nID=debian\n';

/** A folder to install into, and stand-ins for commands that tell what machine this is. */
interface Machine {
  readonly at: string;
  /** What a command says in place of the real one. */
  says(command: string, words: string): void;
  write(file: string, text: string, mode?: number): void;
  read(file: string): string;
  install(...args: readonly string[]): { readonly status: number | null; readonly out: string; readonly err: string };
  files(): readonly string[];
}

function makeMachine(): Machine {
  const base = mkdtempSync(join(tmpdir(), 'lantern-install-'));
  const [at, bin] = [join(base, 'root'), join(base, 'bin')];
  mkdirSync(bin);
  const machine: Machine = {
    at,
    says(command, words) {
      writeFileSync(join(bin, command), `#!/bin/sh\nprintf '%s\\n' '${words}'\n`, { mode: 0o755 });
    },
    write(file, text, mode = 0o644) {
      mkdirSync(dirname(join(at, file)), { recursive: true });
      writeFileSync(join(at, file), text, { mode });
    },
    read: (file) => readFileSync(join(at, file), 'utf8'),
    install(...args) {
      const ran = spawnSync(join(root, 'scripts/install.sh'), ['--root', at, ...args], {
        encoding: 'utf8',
        env: { ...process.env, PATH: `${bin}:${process.env['PATH']}` },
      });
      return { status: ran.status, out: ran.stdout, err: ran.stderr };
    },
    files: () => readdirSync(at, { recursive: true, encoding: 'utf8' }).sort(),
  };
  machine.write('etc/os-release', debian);
  machine.says('uname', 'aarch64');
  machine.says('dpkg', 'arm64');
  // A release that is whole already: hundreds of megabytes need not be copied for these stories. It takes a config that says ok.
  const release = `opt/lantern/releases/${version}`;
  machine.write(`${release}/dist/.built`, '');
  machine.write(
    `${release}/scripts/lantern`,
    `#!/bin/sh\nconfig=$(cat "$3")\n[ "$config" = refused ] && exit 1\necho "[Service]"; echo "# for $config"\n`,
    0o755,
  );
  return machine;
}

const story = test.extend<{ machine: Machine }>({
  // biome-ignore lint/correctness/noEmptyPattern: vitest reads the wanted fixtures from the pattern
  machine: async ({}, use) => {
    const machine = makeMachine();
    await use(machine);
    rmSync(dirname(machine.at), { recursive: true });
  },
});

const wires = 'etc/systemd/system/lantern.service.d/wires.conf';
const credentials = 'etc/systemd/system/lantern.service.d/credentials.conf';

describe('install.sh', () => {
  const refusals: readonly (readonly [name: string, machine: (machine: Machine) => void, why: RegExp])[] = [
    ['a kernel of 32 bits', ({ says }) => says('uname', 'armv7l'), /not 64-bit.*Raspberry Pi OS \(64-bit\)/],
    ['programs of 32 bits under another kernel', ({ says }) => says('dpkg', 'armhf'), /not 64-bit.*programs armhf/],
    [
      'another family of systems',
      ({ write }) => write('etc/os-release', 'PRETTY_NAME="Fedora Linux 42"\nID=fedora\nVERSION_ID=42\n'),
      /this is Fedora Linux 42, and.*install one of them/,
    ],
    [
      'a Debian that is too old',
      ({ write }) => write('etc/os-release', debian.replaceAll('12', '11')),
      /Debian GNU\/Linux 11.*needs Debian 12 or newer/,
    ],
    [
      'a card that is full',
      ({ at, says }) => {
        says('df', ' Avail\n   200');
        rmSync(join(at, 'opt'), { recursive: true });
      },
      /only 200 MB are free for \/opt\/lantern, and 1200 MB are needed; remove something/,
    ],
  ];
  for (const [name, make, why] of refusals) {
    story(`refuses ${name}, with a remedy, and changes nothing`, ({ machine }) => {
      make(machine);
      const before = machine.files();
      // Asked for nothing but a look, it says the same.
      const ran = machine.install('--dry-run');
      expect(ran).toEqual({ status: 1, out: '', err: expect.stringMatching(why) });
      expect(machine.files()).toEqual(before);
    });
  }

  story('tells everything that is wrong at once', ({ machine }) => {
    machine.says('uname', 'armv7l');
    machine.write('etc/os-release', debian.replaceAll('12', '10'));
    expect(machine.install('--dry-run').err.match(/^ {2}- /gm)).toHaveLength(2);
  });

  story('takes what calls itself like Debian, such as a Raspberry Pi OS', ({ machine }) => {
    machine.write('etc/os-release', 'PRETTY_NAME="Some OS"\nID=some\nID_LIKE="ubuntu debian"\nVERSION_ID="4"\n');
    expect(machine.install('--dry-run')).toMatchObject({ status: 0, err: '' });
  });

  story('--dry-run says what it would do, and does nothing', ({ machine }) => {
    const before = machine.files();
    const ran = machine.install('--dry-run');
    expect(ran).toMatchObject({ status: 0, err: '' });
    expect(ran.out).toMatch(/^would user lantern, who can log in nowhere$/m);
    expect(ran.out).not.toMatch(/^new /m);
    expect(machine.files()).toEqual(before);
  });

  for (const [args, why] of [
    [['--rooot', '/'], /unknown argument "--rooot"/],
    [['--root', '/nonexistent'], /--root takes a folder/],
  ] as const) {
    story(`${args.join(' ')} is wrong use`, ({ machine }) => {
      expect(machine.install(...args)).toMatchObject({ status: 2, out: '', err: expect.stringMatching(why) });
    });
  }
});

const isRoot = process.geteuid?.() === 0;
if (!isRoot) console.error('NOT RUN: what install.sh writes: only root can give files to another user');

describe.runIf(isRoot)('what install.sh writes', () => {
  story('all of it the first time, with the owner and the rights it needs; nothing the second', ({ machine }) => {
    const first = machine.install();
    expect(first).toMatchObject({ status: 0, err: '' });
    const [, user, group] = /^lantern:x:(\d+):(\d+):/m.exec(machine.read('etc/passwd')) ?? [];
    const rights = (file: string): readonly unknown[] => {
      const { uid, gid, mode } = statSync(join(machine.at, file));
      return [uid, gid, (mode & 0o777).toString(8)];
    };
    const his = [Number(user), Number(group)];
    expect([rights('etc/lantern'), rights('var/lib/lantern')]).toEqual([
      [...his, '700'],
      [...his, '700'],
    ]);
    expect(rights('etc/lantern/credentials')).toEqual([0, 0, '700']);
    expect(rights('usr/local/bin/lantern')).toEqual([0, 0, '755']);
    expect(machine.read('etc/group')).toMatch(/^gpio:x:\d+:lantern$/m);
    expect(machine.read('etc/udev/rules.d/60-lantern.rules')).toContain('GROUP="gpio"');
    expect(readlinkSync(join(machine.at, 'opt/lantern/current'))).toBe(`releases/${version}`);
    expect(machine.read('etc/systemd/system/lantern.service')).toContain(
      'ExecStart=/opt/lantern/current/scripts/lantern',
    );
    expect(machine.read(wires)).toContain('char-ttyUSB');

    const before = machine.files().map((file) => [file, statSync(join(machine.at, file)).mtimeMs]);
    const second = machine.install();
    expect([second.status, second.err, second.out.match(/^(?:new|would) .*$/gm)]).toEqual([0, '', null]);
    expect(machine.files().map((file) => [file, statSync(join(machine.at, file)).mtimeMs])).toEqual(before);
  });

  story('later runs bring the unit up to date, and leave config and data as they are', ({ machine }) => {
    machine.install();
    machine.write('etc/lantern/config.yaml', 'a house', 0o600);
    machine.write('etc/lantern/secrets.yaml', 'a secret', 0o600);
    machine.write('var/lib/lantern/lantern.db', 'a log', 0o600);
    machine.write('etc/systemd/system/lantern.service', 'of an older version');
    const hers = ['etc/lantern/config.yaml', 'etc/lantern/secrets.yaml', 'var/lib/lantern/lantern.db'];
    const look = () => hers.map((file) => [machine.read(file), statSync(join(machine.at, file)).ctimeMs]);
    const before = look();
    expect(machine.install()).toMatchObject({ status: 0, err: '' });
    expect(look()).toEqual(before);
    expect(machine.read('etc/systemd/system/lantern.service')).toContain('Type=notify');
    expect(machine.read(wires)).toBe('[Service]\n# for a house\n');
  });

  story('a config that is refused changes nothing of what the hub may use, and is told', ({ machine }) => {
    machine.write('etc/lantern/config.yaml', 'a house');
    machine.install();
    machine.write('etc/lantern/config.yaml', 'refused');
    const ran = machine.install();
    expect(ran).toMatchObject({
      status: 0,
      out: expect.stringMatching(/the config is refused.*lantern check --config/),
    });
    expect(machine.read(wires)).toBe('[Service]\n# for a house\n');
  });

  story('a file that cannot be written whole is told, and nothing half is put in place', ({ machine }) => {
    machine.install();
    machine.write('etc/systemd/system/lantern.service', 'of an older version');
    // In its place nothing can be written.
    mkdirSync(join(machine.at, 'etc/systemd/system/lantern.service.new'));
    const ran = machine.install();
    expect(ran).toMatchObject({
      status: 1,
      err: expect.stringMatching(/\/etc\/systemd\/system\/lantern\.service could not be written; see what is free/),
    });
    expect(machine.read('etc/systemd/system/lantern.service')).toBe('of an older version');
  });

  story('a link in place of the folder of credentials is refused, and what it leads to stays', ({ machine }) => {
    machine.install();
    const [place, other] = [join(machine.at, 'etc/lantern/credentials'), join(machine.at, 'etc/others')];
    rmSync(place, { recursive: true });
    mkdirSync(other, { mode: 0o755 });
    symlinkSync(other, place);
    expect(machine.install()).toMatchObject({ status: 1, err: expect.stringMatching(/credentials is a link/) });
    expect(statSync(other).mode & 0o777).toBe(0o755);
    expect(existsSync(join(machine.at, credentials))).toBe(false);
  });

  story('each credential is handed to the service, and none that is not there', ({ machine }) => {
    machine.install();
    expect(existsSync(join(machine.at, credentials))).toBe(false);
    for (const name of ['twilio_token', 'lantern_pepper.cred', 'not a name'])
      machine.write(`etc/lantern/credentials/${name}`, 'x', 0o600);
    expect(machine.install().out).toMatch(/credentials\/not a name has a name that is none for a secret/);
    expect(machine.read(credentials).split('\n').slice(1)).toEqual([
      '[Service]',
      'LoadCredentialEncrypted=lantern_pepper:/etc/lantern/credentials/lantern_pepper.cred',
      'LoadCredential=twilio_token:/etc/lantern/credentials/twilio_token',
      '',
    ]);
    for (const name of ['twilio_token', 'lantern_pepper.cred'])
      rmSync(join(machine.at, 'etc/lantern/credentials', name));
    machine.install();
    expect(existsSync(join(machine.at, credentials))).toBe(false);
  });

  story('--uninstall takes the program away and leaves what she owns, to root alone', ({ machine }) => {
    machine.install();
    machine.write('var/lib/lantern/lantern.db', 'a log', 0o600);
    machine.write('var/lib/lantern/phase.json', '{"state":"armed_home"}', 0o600);
    expect(machine.install('--uninstall')).toMatchObject({
      status: 1,
      err: expect.stringMatching(/armed; disarm it first/),
    });
    machine.write('var/lib/lantern/phase.json', '{"state":"disarmed"}', 0o600);
    const ran = machine.install('--uninstall');
    expect(ran).toMatchObject({ status: 0, err: '', out: expect.stringMatching(/still here: \/var\/lib\/lantern\./) });
    for (const gone of ['opt/lantern', 'etc/systemd/system/lantern.service', 'usr/local/bin/lantern', 'etc/lantern'])
      expect(existsSync(join(machine.at, gone)), gone).toBe(false);
    expect(machine.read('etc/passwd')).not.toContain('lantern');
    expect([machine.read('var/lib/lantern/lantern.db'), statSync(join(machine.at, 'var/lib/lantern')).uid]).toEqual([
      'a log',
      0,
    ]);
  });
});
