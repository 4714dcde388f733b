import {
  chownSync,
  closeSync,
  createReadStream,
  existsSync,
  fchownSync,
  fsyncSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  renameSync,
  rmdirSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { phaseIn } from '../journal/copy.ts';
import { diskTrouble, fileNames, inDirectory, syncDirectory } from '../journal/files.ts';
import { type DirectoryLock, lockDirectory } from '../journal/lock.ts';
import { verifyChain } from '../journal/read.ts';
import { readyToGoOn } from '../journal/restored.ts';
import { BadArchive, type ListedFile, type Manifest, unpack } from './archive.ts';
import { passing, removalName, restoreFolder } from './places.ts';

// A backup is unpacked, checked and made ready in a folder of its own below the data directory. Renaming that folder is
// the moment from which on it counts: before, a cut leaves everything as it was; after, whoever comes next, this command
// or the hub, goes on where the work was left.

export type Key = { readonly passphrase: string } | { readonly identity: string };

export interface RestoreAsked {
  readonly from: string;
  readonly data: string;
  /** Where the config goes; null: it is left in the backup. */
  readonly config: string | null;
  /** `replace`: what is there gives way. */
  readonly over: 'nothing' | 'replace';
  readonly key: Key;
  readonly now: Date;
}

export type BackIn =
  | {
      readonly ok: true;
      readonly manifest: Manifest;
      /** The mode the house starts in because it was set when the backup was put back; null: as the backup has it. */
      readonly guarding: string | null;
      /** An earlier restore had been cut off and was finished, and nothing else was done. */
      readonly finished: 'this' | 'earlier';
    }
  | { readonly ok: false; readonly why: string };

/** What a restore that counts still has to do. */
interface Plan {
  readonly config: string | null;
  readonly stamp: string;
  readonly guarding: string | null;
  readonly manifest: Manifest;
}

const place = (data: string, step: 'incoming' | 'ready' | 'moving'): string => join(data, restoreFolder, step);

/** Is this backup opened by a passphrase, or by a key? Null: it is no backup. Throws what the disk says. */
export function openedBy(file: string): 'passphrase' | 'key' | null {
  const fd = openSync(file, 'r');
  try {
    const head = Buffer.alloc(256);
    const start = head.subarray(0, readSync(fd, head, 0, head.length, 0)).toString('latin1');
    if (!start.startsWith('age-encryption.org/v1\n')) return null;
    return start.includes('\n-> scrypt ') ? 'passphrase' : 'key';
  } finally {
    closeSync(fd);
  }
}

/** Puts a backup back. Whatever is refused has changed nothing. */
export async function restore(asked: RestoreAsked): Promise<BackIn> {
  const { data, from } = asked;
  const fresh = !existsSync(data);
  let lock: DirectoryLock | null = null;
  let kept = false;
  try {
    if (fresh) mkdirSync(data, { recursive: true, mode: 0o700 });
    lock = lockDirectory(data);
    if (lock === null) return { ok: false, why: `a hub is running on ${data}; stop it first` };
    const done = await restoreUnderLock(asked);
    kept = done.ok;
    return done;
  } catch (error) {
    return { ok: false, why: `${from} could not be put back: ${diskTrouble(error)}` };
  } finally {
    lock?.release();
    if (fresh && !kept) leaveNothing(data);
  }
}

function leaveNothing(data: string): void {
  rmSync(inDirectory(data, 'lock'), { force: true });
  if (existsSync(data) && readdirSync(data).length === 0) rmdirSync(data);
}

async function restoreUnderLock(asked: RestoreAsked): Promise<BackIn> {
  const { data, config } = asked;
  const elsewhere = configElsewhere(data, config);
  if (elsewhere !== null) {
    return {
      ok: false,
      why: `a restore that was cut off puts its config at ${elsewhere}; name it with --config to go on`,
    };
  }
  const earlier = goOn(data);
  if (earlier !== null) return said(earlier, 'earlier');
  const why = whyNot(asked);
  if (why !== null) return { ok: false, why };
  const incoming = place(data, 'incoming');
  let counts: Plan | null = null;
  try {
    rmSync(join(data, restoreFolder), { recursive: true, force: true });
    const manifest = await bringIn(asked, incoming);
    const wrong = wrongLog(incoming, manifest);
    if (wrong !== null) return { ok: false, why: `${asked.from} ${wrong}; nothing was changed` };
    counts = makeReady(asked, incoming, manifest);
  } catch (error) {
    return { ok: false, why: `${reasonOf(asked, error)}; nothing was changed` };
  } finally {
    if (counts === null) rmSync(join(data, restoreFolder), { recursive: true, force: true });
  }
  goOn(data);
  return said(counts, 'this');
}

const said = ({ manifest, guarding }: Plan, finished: 'this' | 'earlier'): BackIn => ({
  ok: true,
  manifest,
  guarding,
  finished,
});

function whyNot({ data, config, over }: RestoreAsked): string | null {
  if (existsSync(join(data, removalName)))
    return `the hub in ${data} is being removed; finish that with lantern remove`;
  if (over === 'replace') return null;
  const there = readdirSync(data).filter((name) => !passing(name));
  if (there.length > 0) return `${data} is not empty; name another directory, or say --replace`;
  return config !== null && existsSync(config)
    ? `${config} is there already; name another file, or say --replace`
    : null;
}

function reasonOf({ from, key }: RestoreAsked, error: unknown): string {
  if (error instanceof BadArchive) return `${from} ${error.message}`;
  const message = error instanceof Error ? error.message : String(error);
  const what = 'passphrase' in key ? 'this passphrase does' : 'this key does';
  if (message.startsWith('no identity matched')) return `${what} not open ${from}`;
  if (typeof error === 'object' && error !== null && 'code' in error) return `${from}: ${diskTrouble(error)}`;
  // Everything else comes from the age format: a seal that is broken, or an end that is not there.
  return `${from} is damaged or was changed`;
}

// ---- in ----------------------------------------------------------------------------------------------------------------

async function bringIn({ from, key, data }: RestoreAsked, incoming: string): Promise<Manifest> {
  const { Decrypter } = await import('age-encryption');
  const age = new Decrypter();
  if ('passphrase' in key) age.addPassphrase(key.passphrase);
  else age.addIdentity(key.identity);
  const sealed = ReadableStream.from(createReadStream(from)) as ReadableStream<Uint8Array>;
  const owner = ownerOf(data);
  makeFolder(incoming, owner);
  const open = ({ name, mode }: ListedFile) => {
    const path = join(incoming, name);
    makeFolder(dirname(path), owner);
    const fd = openSync(path, 'wx', mode & 0o700);
    if (owner !== null) fchownSync(fd, owner.uid, owner.gid);
    return {
      write(bytes: Uint8Array) {
        for (let done = 0; done < bytes.length; ) done += writeSync(fd, bytes, done);
      },
      close() {
        fsyncSync(fd);
        closeSync(fd);
      },
    };
  };
  return unpack(await age.decrypt(sealed), { begin() {}, open });
}

interface Owner {
  readonly uid: number;
  readonly gid: number;
}

/** Makes a folder and those above it; each new one belongs to this owner. */
function makeFolder(path: string, owner: Owner | null): void {
  const first = mkdirSync(path, { recursive: true, mode: 0o700 });
  if (first === undefined || owner === null) return;
  for (let made = path; made.length >= first.length; made = dirname(made)) chownSync(made, owner.uid, owner.gid);
}

/** Root restores for the user that the directory belongs to, who may have to finish it. */
function ownerOf(path: string): Owner | null {
  return process.geteuid?.() === 0 ? statSync(path) : null;
}

/** The log must be what it was, whole or broken in the same place. */
function wrongLog(incoming: string, { log, files }: Manifest): string | null {
  if (!files.some(({ name }) => name === `data/${fileNames.database}`)) return 'holds no log';
  const checked = verifyChain(join(incoming, 'data'));
  if ((checked.ok ? null : checked.why) !== log.broken)
    return `holds a log that is not whole (${checked.ok ? 'unlike its manifest' : checked.why})`;
  return checked.ok && checked.rows !== log.rows ? 'holds another log than its manifest says' : null;
}

function makeReady({ data, config, now }: RestoreAsked, incoming: string, manifest: Manifest): Plan {
  const before = phaseIn(data);
  // Whatever the backup says: a house that is set stays set.
  const guarding = before !== null && before.mode !== null ? before : null;
  const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  const monotonicMs = Number(process.hrtime.bigint() / 1_000_000n);
  const restored = join(incoming, 'data');
  readyToGoOn(restored, { at: now, boot, monotonicMs, madeAt: manifest.madeAt, guarding });
  for (const name of [fileNames.database, fileNames.phase]) giveTo(data, join(restored, name));
  const stamp = now.toISOString();
  const plan: Plan = {
    config: config === null ? null : resolve(config),
    stamp,
    guarding: guarding?.mode ?? null,
    manifest,
  };
  writePlan(incoming, plan, ownerOf(data));
  for (const folder of foldersIn(incoming)) syncDirectory(folder);
  renameSync(incoming, place(data, 'ready'));
  syncDirectory(join(data, restoreFolder));
  syncDirectory(data);
  return plan;
}

function giveTo(data: string, path: string): void {
  if (!existsSync(path)) return;
  const owner = ownerOf(data);
  const fd = openSync(path, 'r+');
  try {
    if (owner !== null) fchownSync(fd, owner.uid, owner.gid);
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}

function writePlan(folder: string, plan: Plan, owner: Owner | null): void {
  const fd = openSync(join(folder, 'plan.json'), 'wx', 0o600);
  try {
    if (owner !== null) fchownSync(fd, owner.uid, owner.gid);
    writeSync(fd, JSON.stringify(plan));
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}

const foldersIn = (folder: string): readonly string[] => [
  ...readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .flatMap(({ name }) => foldersIn(join(folder, name))),
  folder,
];

// ---- on ----------------------------------------------------------------------------------------------------------------

/** Does a restore that counts wait to be finished? */
export const restoreWaits = (data: string): boolean =>
  existsSync(place(data, 'ready')) || existsSync(place(data, 'moving'));

/** Is all that is left of it the config, which a hub may not be allowed to write? */
export function onlyConfigWaits(data: string): boolean {
  const rest = join(place(data, 'moving'), 'data');
  if (existsSync(place(data, 'ready')) || !existsSync(place(data, 'moving'))) return false;
  if (!existsSync(rest)) return true;
  return !readdirSync(rest, { recursive: true, withFileTypes: true }).some((entry) => !entry.isDirectory());
}

/**
 * Where the one that waits would put its config, if whoever asks did not name that place. The note lies where the user of the
 * hub can write, and root must not write wherever it says.
 */
function configElsewhere(data: string, config: string | null): string | null {
  const waiting = (['ready', 'moving'] as const).map((step) => place(data, step)).find((folder) => existsSync(folder));
  const planned = waiting === undefined ? null : readPlan(waiting).config;
  return planned === null || (config !== null && resolve(config) === planned) ? null : planned;
}

/** Finishes a restore that counts; null when there is none. Call it under the lock. Throws what the disk says. */
export function goOn(data: string): Plan | null {
  const [ready, moving] = [place(data, 'ready'), place(data, 'moving')];
  if (existsSync(ready)) {
    giveWay(data, readPlan(ready).stamp);
    renameSync(ready, moving);
    syncDirectory(join(data, restoreFolder));
  }
  if (!existsSync(moving)) return null;
  const plan = readPlan(moving);
  moveInto(join(moving, 'data'), data);
  if (plan.config !== null) placeConfig(join(moving, 'config'), plan.config, plan.manifest);
  rmSync(join(data, restoreFolder), { recursive: true, force: true });
  syncDirectory(data);
  return plan;
}

const readPlan = (folder: string): Plan => JSON.parse(readFileSync(join(folder, 'plan.json'), 'utf8')) as Plan;

/** A log is a safety record and is set aside; everything else that is there goes. */
function giveWay(data: string, stamp: string): void {
  const log = new RegExp(`^${fileNames.database}(?:-wal|-shm)?$`);
  for (const name of readdirSync(data)) {
    if (name === restoreFolder || name === fileNames.lock || /\.(?:damaged|replaced)-/.test(name)) continue;
    const path = join(data, name);
    if (log.test(name)) {
      const end = name.slice(fileNames.database.length);
      renameSync(path, join(data, `${fileNames.database}.replaced-${stamp}${end}`));
    } else rmSync(path, { recursive: true, force: true });
  }
  syncDirectory(data);
}

function moveInto(from: string, to: string): void {
  if (!existsSync(from)) return;
  for (const name of readdirSync(from)) {
    const [source, target] = [join(from, name), join(to, name)];
    if (!lstatSync(source).isDirectory()) {
      renameSync(source, target);
      continue;
    }
    makeFolder(target, ownerOf(to));
    moveInto(source, target);
  }
  syncDirectory(to);
}

/** The config may lie on another disk: written beside, synced, renamed; the folder's group may read what it could. */
function placeConfig(from: string, config: string, manifest: Manifest): void {
  if (!existsSync(from)) return;
  const folder = dirname(config);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const listed = manifest.files.filter(({ name }) => name.startsWith('config/'));
  const first = listed[0]?.name;
  for (const { name, mode } of listed) {
    const source = join(from, '..', name);
    if (!existsSync(source)) continue;
    const target = name === first ? config : join(folder, name.slice('config/'.length));
    mkdirSync(dirname(target), { recursive: true, mode: 0o700 });
    putInPlace(target, readFileSync(source), mode);
  }
}

function putInPlace(target: string, bytes: Uint8Array, mode: number): void {
  const folder = dirname(target);
  const beside = join(folder, `.${basename(target)}.new`);
  const owner = ownerOf(folder);
  // Never into what lies there already: a link could lead root to somebody else's file.
  rmSync(beside, { force: true });
  const fd = openSync(beside, 'wx', mode);
  try {
    if (owner !== null) fchownSync(fd, owner.uid, owner.gid);
    for (let done = 0; done < bytes.length; ) done += writeSync(fd, bytes, done);
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
  renameSync(beside, target);
  syncDirectory(folder);
}
