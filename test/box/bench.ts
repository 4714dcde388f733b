import { execFileSync } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { type Done, done, type Machine, type Releases, refused, type Standing } from '../../src/box/ports.ts';
import { openReleases } from '../../src/box/releases.ts';
import { type UpgradeOrder, upgrade } from '../../src/box/upgrade.ts';

// A box with real releases on a real disk, and a machine that does as it is told.

const settleScript = resolve(import.meta.dirname, '../../scripts/box/settle');

/** The power went. */
export class Cut extends Error {}

/** What does not go well. */
export interface Trouble {
  readonly claim?: string;
  readonly unpack?: string;
  readonly build?: string;
  readonly sync?: string;
  readonly check?: string;
  /** Versions that do not become ready. */
  readonly broken?: readonly string[];
  /** Versions that become ready and end soon after. */
  readonly short?: readonly string[];
  /** How the hub stands each time it is asked; the last holds on. */
  readonly standing?: readonly Standing[];
  /** The power goes before so many-th call of a port. */
  readonly cutBefore?: number;
}

export interface Box {
  readonly home: string;
  /** Every call of the machine, every release that was started, every line that was said. */
  readonly told: string[];
  releases(): readonly string[];
  current(): string | null;
  previous(): string | null;
  /** Whether all of what is current lies there. */
  whole(): boolean;
  /** Puts a release in place as an upgrade that ended well leaves it. */
  install(version: string): void;
  upgrade(order: UpgradeOrder, trouble?: Trouble): Promise<Done>;
  /** Calls that the last upgrade made. */
  calls(): number;
  /** What systemd does before it starts the service. */
  settle(): string;
  end(): void;
}

export function makeBox(...versions: readonly string[]): Box {
  const home = mkdtempSync(join(tmpdir(), 'lantern-box-'));
  const told: string[] = [];
  let calls = 0;
  mkdirSync(join(home, 'releases'));
  copyFileSync(settleScript, join(home, 'settle'));
  const linked = (link: string): string | null =>
    existsSync(join(home, link)) ? basename(readlinkSync(join(home, link))) : null;

  function files(folder: string, version: string): void {
    mkdirSync(join(folder, 'scripts/box'), { recursive: true });
    writeFileSync(join(folder, 'package.json'), JSON.stringify({ name: 'lantern', version }));
    writeFileSync(join(folder, 'scripts/box/finish'), '');
  }

  /** `from` of an order is the version that lies there. */
  function machine(trouble: Trouble): Machine {
    const answer = (name: string, why: string | undefined): Done => {
      told.push(name);
      return why === undefined ? done : refused(why);
    };
    const running = (): string => linked('current') ?? 'nothing';
    return {
      claim: async () => answer('claim', trouble.claim),
      release: () => {},
      async unpack(from, to) {
        // What fits before the disk is full.
        files(join(to, 'lantern-of-some-archive'), from);
        return answer('unpack', trouble.unpack);
      },
      async build(folder) {
        if (trouble.build === undefined) writeFileSync(join(folder, 'built'), '');
        return answer('build', trouble.build);
      },
      sync: async () => answer('sync', trouble.sync),
      check: async (folder) => answer(`check ${basename(folder)}`, trouble.check),
      async restart() {
        const bad = trouble.broken?.includes(running()) === true;
        return answer(`start ${running()}`, bad ? 'it ended with 1' : undefined);
      },
      async steady() {
        const bad = trouble.short?.includes(running()) === true;
        return answer(`steady ${running()}`, bad ? 'it became ready and ended soon after' : undefined);
      },
    };
  }

  /** The same port, on a box whose power goes before one of its calls. */
  function mortal<T extends object>(port: T, cutBefore: number): T {
    return new Proxy(port, {
      get(target, name) {
        const method: unknown = Reflect.get(target, name);
        if (typeof method !== 'function') return method;
        return (...args: unknown[]): unknown => {
          calls += 1;
          if (calls === cutBefore) throw new Cut();
          return Reflect.apply(method, target, args);
        };
      },
    });
  }

  const box: Box = {
    home,
    told,
    releases: () => readdirSync(join(home, 'releases')).sort(),
    current: () => linked('current'),
    previous: () => linked('previous'),
    whole: () => existsSync(join(home, 'current/built')) && existsSync(join(home, 'current/package.json')),
    install(version) {
      const folder = join(home, 'releases', version);
      files(folder, version);
      writeFileSync(join(folder, 'built'), '');
      const before = linked('current');
      for (const link of ['current', 'previous']) rmSync(join(home, link), { force: true });
      if (before !== null) symlinkSync(join('releases', before), join(home, 'previous'));
      symlinkSync(join('releases', version), join(home, 'current'));
    },
    async upgrade(order, trouble = {}) {
      calls = 0;
      let asked = 0;
      const stands = trouble.standing ?? [{ is: 'at-rest' }];
      const cut = trouble.cutBefore ?? 0;
      const releases: Releases = mortal(openReleases(home), cut);
      return upgrade(order, {
        releases,
        machine: mortal(machine(trouble), cut),
        standing: async () => stands[Math.min(asked++, stands.length - 1)] ?? { is: 'at-rest' },
        say: (line) => told.push(`says ${line}`),
      });
    },
    calls: () => calls,
    settle() {
      return execFileSync('sh', [join(home, 'settle')], { encoding: 'utf8' });
    },
    end: () => rmSync(home, { recursive: true, force: true }),
  };
  for (const version of versions) box.install(version);
  return box;
}

export const trialOf = (home: string): string | null =>
  existsSync(join(home, 'trial')) ? readFileSync(join(home, 'trial'), 'utf8') : null;
