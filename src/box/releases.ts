import {
  closeSync,
  existsSync,
  fsyncSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { type Releases, refused } from './ports.ts';

/** A release in the making; no release has such a name. */
const DRAFT = '.draft';
const VERSION = /^[0-9A-Za-z][0-9A-Za-z.+-]{0,39}$/;

/**
 * Releases below `home`: `releases/NAME`, the links `current` and `previous`, and while a new one is on trial the note `trial`,
 * which scripts/box/settle reads too. What is changed is on the disk before the call returns.
 */
export function openReleases(home: string): Releases {
  const all = join(home, 'releases');
  const draft = join(all, DRAFT);
  const trial = join(home, 'trial');
  const path = (name: string): string => join(all, name);

  /** A name of a release that is there. */
  function linked(link: string): string | null {
    const file = join(home, link);
    if (lstatSync(file, { throwIfNoEntry: false })?.isSymbolicLink() !== true) return null;
    const name = basename(readlinkSync(file));
    return existsSync(path(name)) ? name : null;
  }

  function relink(link: string, name: string): void {
    const next = join(home, `.${link}`);
    rmSync(next, { force: true });
    symlinkSync(join('releases', name), next);
    renameSync(next, join(home, link));
    syncFolder(home);
  }

  return {
    current: () => linked('current'),
    previous: () => linked('previous'),
    begin() {
      rmSync(draft, { recursive: true, force: true });
      mkdirSync(draft, { recursive: true, mode: 0o755 });
      return draft;
    },
    look() {
      const [only, ...others] = readdirSync(draft);
      if (only !== undefined && others.length === 0 && lstatSync(join(draft, only)).isDirectory()) {
        const inner = `${draft}.inner`;
        rmSync(inner, { recursive: true, force: true });
        renameSync(join(draft, only), inner);
        rmSync(draft, { recursive: true });
        renameSync(inner, draft);
      }
      const version = versionIn(draft);
      return version === null
        ? refused('there is no Lantern in there; give a folder or an archive of a release')
        : { ok: true, version };
    },
    keep(version) {
      let name = version;
      for (let count = 2; existsSync(path(name)); count += 1) name = `${version}-${count}`;
      renameSync(draft, path(name));
      syncFolder(all);
      return name;
    },
    path,
    beginTrial({ from, to }) {
      const next = `${trial}.next`;
      const file = openSync(next, 'w', 0o644);
      writeSync(file, `${from}\n${to}\n`);
      fsyncSync(file);
      closeSync(file);
      renameSync(next, trial);
      syncFolder(dirname(trial));
    },
    endTrial() {
      rmSync(trial, { force: true });
      syncFolder(dirname(trial));
    },
    link: (name) => relink('current', name),
    setPrevious: (name) => relink('previous', name),
    prune(keep) {
      for (const name of readdirSync(all)) {
        if (keep.includes(name)) continue;
        // What is half removed must not look whole.
        const gone = name.startsWith('.') ? path(name) : path(`.gone-${name}`);
        if (gone !== path(name)) renameSync(path(name), gone);
        rmSync(gone, { recursive: true, force: true });
      }
    },
  };
}

/** A rename is on the disk when its folder is. */
function syncFolder(path: string): void {
  const folder = openSync(path, 'r');
  fsyncSync(folder);
  closeSync(folder);
}

function versionIn(folder: string): string | null {
  try {
    const read: unknown = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
    if (typeof read !== 'object' || read === null || !('name' in read) || read.name !== 'lantern') return null;
    const version = 'version' in read && typeof read.version === 'string' ? read.version : '';
    return VERSION.test(version) && existsSync(join(folder, 'scripts/box/finish')) ? version : null;
  } catch {
    return null;
  }
}
