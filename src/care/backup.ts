import {
  closeSync,
  existsSync,
  fsyncSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { copyDatabase } from '../journal/copy.ts';
import { diskTrouble, fileNames, inDirectory, replaceFile, syncDirectory } from '../journal/files.ts';
import { verifyChain } from '../journal/read.ts';
import { hashOf, isSafeName, type ListedFile, type Manifest, manifestName, type Packed, pack } from './archive.ts';
import { besideConfig, ofTheHour, passing } from './places.ts';

/** Work of the scrypt that stands between a passphrase and the key, as a power of 2: 128 MiB and some seconds on a Pi. */
const usualWork = 17;
/** Beyond it a file of the data directory is none of ours. */
const mostFileBytes = 1024 * 1024 * 1024;
/** Left by a hub that wrote it before this backup began. */
export const lastBackupName = 'backup.json';

/** Who can open a backup: whoever knows the passphrase, or has the private half of an age key. */
export type Seal = { readonly passphrase: string } | { readonly recipient: string };

export interface BackupAsked {
  readonly data: string;
  /** Null: the config is left out. */
  readonly config: string | null;
  readonly out: string;
  readonly seal: Seal;
  readonly version: string;
  readonly site: string | null;
  readonly now: Date;
  readonly work?: number;
}

export type BackedUp =
  | {
      readonly ok: true;
      readonly manifest: Manifest;
      readonly bytes: number;
      /** What is not in it, one sentence each. */
      readonly leftOut: readonly string[];
    }
  | { readonly ok: false; readonly why: string };

/**
 * Writes a backup of a data directory and its config, beside a hub that may be running on it: the database as of one
 * moment, every other file whole. A file that is there is not overwritten; one that could not be finished is removed.
 */
export async function backUp(asked: BackupAsked): Promise<BackedUp> {
  const { data, out } = asked;
  if (!existsSync(inDirectory(data, 'database'))) {
    return { ok: false, why: `${data} holds no hub; name the directory the hub runs on with --data` };
  }
  if (existsSync(out)) return { ok: false, why: `${out} is there already; name another file with --out` };
  if (isWithin(out, data)) {
    return { ok: false, why: 'a backup in the data directory is lost with it; name a file elsewhere with --out' };
  }
  const part = `${out}.part`;
  const staging = join(data, `.backup-${process.pid}`);
  try {
    clearOld(data);
    mkdirSync(staging, { mode: 0o700 });
    const made = await gather(asked, staging);
    if (!made.ok) return made;
    const bytes = await seal(made.manifest, made.files, part, asked);
    renameSync(part, out);
    syncDirectory(dirname(resolve(out)));
    replaceFile(join(data, lastBackupName), Buffer.from(`${JSON.stringify({ at: asked.now.toISOString() })}\n`));
    return { ok: true, manifest: made.manifest, bytes, leftOut: made.leftOut };
  } catch (error) {
    return { ok: false, why: `the backup could not be made: ${diskTrouble(error)}` };
  } finally {
    rmSync(part, { force: true });
    rmSync(staging, { recursive: true, force: true });
  }
}

function isWithin(file: string, folder: string): boolean {
  const way = relative(resolve(folder), resolve(file));
  return way !== '..' && !way.startsWith('../');
}

/** What a backup left that was cut off. One whose process lives is at work. */
function clearOld(data: string): void {
  for (const name of readdirSync(data)) {
    const pid = /^\.backup-(\d+)$/.exec(name)?.[1];
    if (pid !== undefined && !existsSync(`/proc/${pid}`)) rmSync(join(data, name), { recursive: true, force: true });
  }
}

type Gathered =
  | {
      readonly ok: true;
      readonly manifest: Manifest;
      readonly files: readonly Packed[];
      readonly leftOut: readonly string[];
    }
  | { readonly ok: false; readonly why: string };

async function gather(asked: BackupAsked, staging: string): Promise<Gathered> {
  const { data, config, now, version, site } = asked;
  const copied = await copyDatabase(data, staging);
  if (copied === null) return { ok: false, why: 'the hub is changing its key without pause; try again in a minute' };
  const files: (Packed & { readonly mode: number })[] = [];
  const leftOut: string[] = [];
  const add = (name: string, from: Uint8Array | string, mode: number): void => {
    if (!isSafeName(name)) leftOut.push(`${name} has a name that is not kept`);
    else files.push({ name, size: typeof from === 'string' ? statSync(from).size : from.length, from, mode });
  };
  add(`data/${fileNames.database}`, join(staging, fileNames.database), 0o600);
  if (copied.stateKey !== null) add(`data/${fileNames.stateKey}`, copied.stateKey, 0o600);
  const skip = new Set<string>([fileNames.database, fileNames.stateKey]);
  takeFolder(data, 'data', skip, add, leftOut);
  if (config !== null) takeConfig(config, add, leftOut);
  const checked = verifyChain(staging);
  const listed: readonly ListedFile[] = files.map(({ name, size, from, mode }) => ({
    name,
    size,
    sha256: hashOf(from),
    mode,
  }));
  const manifest: Manifest = {
    form: 'lantern-backup-1',
    version,
    madeAt: now.toISOString(),
    site,
    log: { rows: copied.rows, head: copied.head, broken: checked.ok ? null : checked.why },
    mode: copied.phase?.mode ?? null,
    files: [...listed],
  };
  return { ok: true, manifest, files, leftOut };
}

type Add = (name: string, from: Uint8Array | string, mode: number) => void;

function takeFolder(folder: string, as: string, skip: ReadonlySet<string>, add: Add, leftOut: string[]): void {
  for (const name of readdirSync(folder).sort()) {
    if (skip.has(name) || passing(name)) continue;
    const path = join(folder, name);
    if (ofTheHour(`${as}/${name}`.slice('data/'.length))) {
      leftOut.push(`${path} belongs to an installer's hour that is under way, and goes with it`);
      continue;
    }
    const found = lstatSync(path, { throwIfNoEntry: false });
    if (found?.isDirectory()) takeFolder(path, `${as}/${name}`, new Set(), add, leftOut);
    else if (found?.isFile()) take(path, `${as}/${name}`, add, leftOut);
    else if (found !== undefined && !found.isSocket()) leftOut.push(`${path} is no plain file`);
  }
}

/** Above this size there are only databases that were set aside, and those lie still. */
const mostInMemory = 32 * 1024 * 1024;

/** Files are replaced whole, so one read gets one version. */
function take(path: string, as: string, add: Add, leftOut: string[]): void {
  const { size, mode } = statSync(path);
  if (size > mostFileBytes) leftOut.push(`${path} is larger than 1 GiB`);
  else add(as, size > mostInMemory ? path : readFileSync(path), mode & 0o777);
}

function takeConfig(config: string, add: Add, leftOut: string[]): void {
  add(`config/${basename(config)}`, readFileSync(config), statSync(config).mode & 0o777);
  const { secrets, credentials } = besideConfig(config);
  if (existsSync(secrets)) add(`config/${basename(secrets)}`, readFileSync(secrets), 0o600);
  if (!existsSync(credentials)) return;
  try {
    takeFolder(credentials, `config/${basename(credentials)}`, new Set(), add, leftOut);
  } catch {
    leftOut.push(`${credentials} may not be read: run this as root, or keep what is in it elsewhere`);
  }
}

async function seal(
  manifest: Manifest,
  files: readonly Packed[],
  part: string,
  { seal: by, now, work = usualWork }: BackupAsked,
): Promise<number> {
  const { Encrypter } = await import('age-encryption');
  const age = new Encrypter();
  if ('recipient' in by) age.addRecipient(by.recipient);
  else {
    age.setScryptWorkFactor(work);
    age.setPassphrase(by.passphrase);
  }
  const text = Buffer.from(`${JSON.stringify(manifest)}\n`);
  const all: readonly Packed[] = [{ name: manifestName, size: text.length, from: text }, ...files];
  const sealed = await age.encrypt(ReadableStream.from(pack(all, now.getTime())) as ReadableStream<Uint8Array>);
  const fd = openSync(part, 'w', 0o600);
  let bytes = 0;
  try {
    for await (const chunk of sealed) {
      for (let done = 0; done < chunk.length; ) done += writeSync(fd, chunk, done);
      bytes += chunk.length;
    }
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
  return bytes;
}
