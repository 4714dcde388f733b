import {
  appendFileSync,
  chmodSync,
  closeSync,
  existsSync,
  fsyncSync,
  lstatSync,
  openSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmdirSync,
  writeSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { diskTrouble, fileNames, inDirectory, syncDirectory } from '../journal/files.ts';
import { type DirectoryLock, lockDirectory } from '../journal/lock.ts';
import type { Media } from './media.ts';
import { besideConfig, removalName } from './places.ts';
import { isNameless, overwriteFile, takeAway } from './wipe.ts';

/** A file that comes again and again has a writer, and that has to be stopped first. */
const mostPasses = 5;

/** What a wipe did: names and numbers, nothing of what was in the files. */
export interface WipeRecord {
  readonly form: 'lantern-wipe-1';
  readonly hub: string;
  readonly version: string;
  readonly begunAt: string;
  readonly endedAt: string;
  /** Everything was overwritten, read back and taken away. */
  readonly complete: boolean;
  readonly files: readonly WipedName[];
  readonly left: readonly { readonly name: string; readonly why: string }[];
  readonly bytes: number;
  /** What a wipe cannot promise. */
  readonly limits: string;
}

export interface WipedName {
  readonly name: string;
  readonly bytes: number;
  readonly discarded: boolean;
}

const limits =
  'Each file was overwritten in place, read back and deleted. Flash (SD card, SSD, USB stick) writes to other cells than ' +
  'those it overwrites and keeps old copies that no program can reach; copy-on-write file systems do the same. Where that ' +
  'matters: keep the data on an encrypted card from the start, discard the whole card (blkdiscard), or destroy it. Backups, ' +
  'evidence that was exported and the system’s own log are not touched.';

/** What is there to be wiped. */
export type Surveyed =
  | {
      readonly ok: true;
      readonly files: number;
      readonly bytes: number;
      /** A wipe had begun: its hub, and the config that was named then. */
      readonly begun: { readonly hub: string; readonly config: string | null } | null;
      /** Names beside the config that are not touched. */
      readonly beside: readonly string[];
    }
  | { readonly ok: false; readonly why: string };

const running = (data: string): string =>
  `a hub is running on ${data}; stop it first: sudo systemctl disable --now lantern`;

/** Looks whether a data directory can be wiped, and what is in it. Changes nothing. */
export function survey(dir: string, config: string | null): Surveyed {
  try {
    const data = realpathSync(dir);
    const begun = marker(data)?.first ?? null;
    const why = begun === null ? whyNoHub(data) : wrongNote(data, config ?? begun.config);
    const named = config ?? begun?.config ?? null;
    const wrong = why ?? wrongConfig(named, begun !== null) ?? wrongBeside(named) ?? wrongFiles(data, named);
    if (wrong !== null) return { ok: false, why: wrong };
    const lock = lockDirectory(data);
    if (lock === null) return { ok: false, why: running(data) };
    lock.release();
    const all = [...filesBelow(data), ...configFiles(named)].map((path) => lstatSync(path));
    return {
      ok: true,
      files: all.length,
      bytes: all.reduce((sum, found) => sum + (found.isFile() ? found.size : 0), 0),
      begun: begun === null ? null : { hub: begun.hub, config: begun.config },
      beside: besides(named),
    };
  } catch (error) {
    return { ok: false, why: `${dir} cannot be looked at: ${diskTrouble(error)}` };
  }
}

/** Nobody's home folder is to be wiped for a slip of the finger. */
function whyNoHub(data: string): string | null {
  const signs = ['database', 'stateKey', 'phase'] as const;
  const known = signs.some((sign) => existsSync(inDirectory(data, sign))) || existsSync(join(data, 'users.json'));
  return known ? null : `${data} holds no hub; name the directory the hub ran on with --data`;
}

/** The user of the hub can write such a note, and root must not wipe whatever it names. `config`: what would be wiped. */
function wrongNote(data: string, config: string | null): string | null {
  const [note, owner] = [join(data, removalName), lstatSync(data).uid];
  if (lstatSync(note).isSymbolicLink()) return `${note} is a link; take it away`;
  const found = config === null ? undefined : lstatSync(config, { throwIfNoEntry: false });
  return found === undefined || found.uid === owner
    ? null
    : `${config} is not of the user whose hub this is; if it is to be wiped, make it theirs with chown`;
}

function wrongConfig(config: string | null, resumed: boolean): string | null {
  if (config === null) return null;
  const found = lstatSync(config, { throwIfNoEntry: false });
  if (found === undefined) return resumed ? null : `${config} is not there; name the config with --config`;
  if (found.isSymbolicLink()) return `${config} is a link; name the file itself with --config`;
  return found.isFile() ? null : `${config} is no file`;
}

/** What a link beside the config leads to is somebody's decision as well: neither wiped unasked, nor left unsaid. */
function wrongBeside(config: string | null): string | null {
  if (config === null) return null;
  const links = Object.values(besideConfig(config)).filter(
    (path) => lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() === true,
  );
  return links[0] === undefined ? null : `${links[0]} is a link; take it away, and see to what it leads to`;
}

/** What is also known elsewhere would be wiped there too, or not at all; both have to be somebody's decision. */
function wrongFiles(data: string, config: string | null): string | null {
  const { dev } = lstatSync(data);
  const names = new Map<string, { path: string; here: number; all: number }>();
  for (const path of [...filesBelow(data), ...configFiles(config)]) {
    const found = lstatSync(path);
    if (!found.isFile()) continue;
    const id = `${found.dev}:${found.ino}`;
    names.set(id, { path, here: (names.get(id)?.here ?? 0) + 1, all: found.nlink });
  }
  for (const { path, here, all } of names.values()) {
    if (all > here) return `${path} has another name outside (hard link); take one of them away, then begin again`;
  }
  const other = foldersBelow(data).find((folder) => lstatSync(folder).dev !== dev);
  return other === undefined ? null : `${other} is another disk; unmount it first`;
}

function filesBelow(folder: string): readonly string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    return entry.isDirectory() ? filesBelow(path) : [path];
  });
}

function foldersBelow(folder: string): readonly string[] {
  const inside = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  return inside.flatMap(({ name }) => [...foldersBelow(join(folder, name)), join(folder, name)]);
}

function configFiles(config: string | null): readonly string[] {
  if (config === null) return [];
  const { secrets, credentials } = besideConfig(config);
  const inside = existsSync(credentials) ? filesBelow(credentials) : [];
  const folder = dirname(config);
  const cutOff = existsSync(folder)
    ? readdirSync(folder)
        .filter(isNameless)
        .map((name) => join(folder, name))
    : [];
  const named = [config, secrets].filter((path) => lstatSync(path, { throwIfNoEntry: false }) !== undefined);
  return [...named, ...inside, ...cutOff];
}

function besides(config: string | null): readonly string[] {
  if (config === null || !existsSync(dirname(config))) return [];
  const { secrets, credentials } = besideConfig(config);
  const ours = [config, secrets, credentials].map((path) => basename(path));
  return readdirSync(dirname(config)).filter((name) => !ours.includes(name) && !isNameless(name));
}

// ---- the wipe ------------------------------------------------------------------------------------------------------------

export interface WipeAsked {
  readonly data: string;
  /** Null: left as it is. */
  readonly config: string | null;
  readonly hub: string;
  readonly version: string;
  readonly media: Media;
  readonly now: () => Date;
}

export type Wiped =
  | { readonly ok: true; readonly record: WipeRecord }
  | { readonly ok: false; readonly why: string; readonly record: WipeRecord | null };

interface Begun {
  readonly hub: string;
  readonly config: string | null;
  readonly begunAt: string;
}

/**
 * Wipes a data directory, and its config with its secrets. A note in the directory says how far it came, so that a wipe
 * that was cut off is one that goes on; the hub does not start while it is there. It goes last.
 */
export function wipe(asked: WipeAsked): Wiped {
  let lock: DirectoryLock | null = null;
  try {
    const data = realpathSync(asked.data);
    const surveyed = survey(data, asked.config);
    if (!surveyed.ok) return { ...surveyed, record: null };
    lock = lockDirectory(data);
    if (lock === null) return { ok: false, why: running(data), record: null };
    return wipeUnderLock(asked, data, lock);
  } catch (error) {
    return { ok: false, why: `the wipe could not go on: ${diskTrouble(error)}; run it again`, record: null };
  } finally {
    lock?.release();
  }
}

function wipeUnderLock(asked: WipeAsked, data: string, lock: DirectoryLock): Wiped {
  const { media } = asked;
  const begun = begin(asked, data);
  const left = new Map<string, string>();
  const one = (path: string, name: string): void => {
    const done = overwriteFile(path, media);
    // Before it goes: after a cut in between nobody would know of it.
    if (done.ok && !isNameless(basename(path))) note(data, { name, bytes: done.bytes, discarded: done.discarded });
    const why = done.ok ? takeAway(path) : done.why;
    if (why !== null) left.set(name, why);
  };
  for (const path of configFiles(begun.config))
    one(path, `config/${path.slice(dirname(begun.config ?? '').length + 1)}`);
  if (begun.config !== null) clearFolders(besideConfig(begun.config).credentials, 'itself');
  wipeData(data, left, one);
  const files = marker(data)?.files ?? [];
  const record = recordOf(asked, begun, files, left);
  if (left.size > 0) {
    const [[name, why] = ['', '']] = left;
    const more = left.size === 1 ? '' : `, and ${left.size - 1} more`;
    return { ok: false, why: `${name} is still there: ${why}${more}; then run this again`, record };
  }
  return lastOnes(asked, data, lock, record);
}

/** Everything but the lock and the note; again for what came meanwhile. */
function wipeData(data: string, left: Map<string, string>, one: (path: string, name: string) => void): void {
  const last = new Set([fileNames.lock, removalName]);
  const open = (): readonly string[] => filesBelow(data).filter((path) => !last.has(path.slice(data.length + 1)));
  for (let pass = 0; pass < mostPasses; pass += 1) {
    for (const folder of [data, ...foldersBelow(data)]) makeWritable(folder);
    const found = open().filter((path) => !left.has(`data/${path.slice(data.length + 1)}`));
    if (found.length === 0) break;
    for (const path of found) one(path, `data/${path.slice(data.length + 1)}`);
  }
  clearFolders(data, 'what is in it');
  for (const path of open()) {
    const name = `data/${path.slice(data.length + 1)}`;
    if (!left.has(name)) left.set(name, 'something keeps writing it: stop that first');
  }
  for (const folder of foldersBelow(data))
    left.set(`data/${folder.slice(data.length + 1)}`, 'the folder cannot be taken away');
}

function makeWritable(folder: string): void {
  try {
    chmodSync(folder, 0o700);
  } catch {
    // Somebody else's, or not to be changed: what cannot be taken out of it says so.
  }
}

function clearFolders(folder: string, what: 'itself' | 'what is in it'): void {
  if (!existsSync(folder)) return;
  for (const path of [...foldersBelow(folder), ...(what === 'itself' ? [folder] : [])]) {
    try {
      rmdirSync(path);
    } catch {
      // Not empty: what is left in it is told of by name.
    }
  }
}

/** The lock goes when nothing else is there, and after it the note that keeps hubs away. */
function lastOnes({ media }: WipeAsked, data: string, lock: DirectoryLock, record: WipeRecord): Wiped {
  lock.release();
  for (const name of [fileNames.lock, `${fileNames.lock}-journal`, removalName]) {
    const path = join(data, name);
    if (!existsSync(path)) continue;
    const done = overwriteFile(path, media);
    const why = done.ok ? takeAway(path) : done.why;
    if (why !== null)
      return { ok: false, why: `data/${name} is still there: ${why}`, record: { ...record, complete: false } };
  }
  const rest = readdirSync(data);
  if (rest.length > 0) {
    return {
      ok: false,
      why: `data/${rest[0]} came after the wipe: stop what writes it, and run this again`,
      record: { ...record, complete: false },
    };
  }
  try {
    rmdirSync(data);
    syncDirectory(dirname(data));
  } catch {
    // A mount point, or a folder of the system's: it stays, empty.
  }
  return { ok: true, record };
}

function recordOf(
  { version, now }: WipeAsked,
  begun: Begun,
  files: readonly WipedName[],
  left: ReadonlyMap<string, string>,
): WipeRecord {
  return {
    form: 'lantern-wipe-1',
    hub: begun.hub,
    version,
    begunAt: begun.begunAt,
    endedAt: now().toISOString(),
    complete: left.size === 0,
    files,
    left: [...left].map(([name, why]) => ({ name, why })),
    bytes: files.reduce((sum, { bytes }) => sum + bytes, 0),
    limits,
  };
}

// ---- the note --------------------------------------------------------------------------------------------------------------

function begin({ hub, config, now }: WipeAsked, data: string): Begun {
  const there = marker(data)?.first;
  if (there !== undefined) return { ...there, config: config ?? there.config };
  const first: Begun = { hub, config, begunAt: now().toISOString() };
  const fd = openSync(join(data, removalName), 'wx', 0o600);
  try {
    writeSync(fd, `${JSON.stringify(first)}\n`);
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
  syncDirectory(data);
  return first;
}

/** A line that was lost in a cut is a file that is missing in the record, and nothing else: so it is not synced. */
function note(data: string, file: WipedName): void {
  appendFileSync(join(data, removalName), `${JSON.stringify(file)}\n`);
}

function marker(data: string): { readonly first: Begun; readonly files: readonly WipedName[] } | null {
  const path = join(data, removalName);
  if (!existsSync(path)) return null;
  const lines = readFileSync(path, 'utf8').split('\n').flatMap(parsed);
  const [first, ...files] = lines;
  // A note whose first line was cut off still says that a wipe had begun.
  const known = first !== undefined && 'hub' in first ? (first as Begun) : { hub: '', config: null, begunAt: '' };
  // What was wiped a second time, after a cut, had no bytes left.
  const wiped = new Map<string, WipedName>();
  for (const file of files as WipedName[]) {
    if ((wiped.get(file.name)?.bytes ?? -1) < file.bytes) wiped.set(file.name, file);
  }
  return { first: known, files: [...wiped.values()] };
}

function parsed(line: string): readonly object[] {
  try {
    return line === '' ? [] : [JSON.parse(line) as object];
  } catch {
    return [];
  }
}
