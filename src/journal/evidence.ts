import { randomBytes } from 'node:crypto';
import { closeSync, fsyncSync, linkSync, openSync, rmSync, statSync, unlinkSync, writeSync } from 'node:fs';
import { inDirectory, readIfThere, replaceFile, syncDirectory, writeSynced } from './files.ts';

// Rows that must leave no local trace are sealed to an age recipient. The hub never has the private half, except for
// the time between making a pair and showing it once.

type Age = typeof import('age-encryption');

/** Loaded when first needed: some 200 ms of work that nobody should wait for at a start. */
function loadAge(): Promise<Age> {
  return import('age-encryption');
}

/** What `ensureEvidence` found. */
export interface Evidence {
  /** age recipient (`age1…`) that sealed rows are encrypted to. */
  readonly recipient: string;
  /** The private half, when it was never shown. */
  readonly identityToShow: string | null;
}

/**
 * Gives the recipient of a data directory; makes a pair when there is none. Safe against a cut at any moment and
 * against a second process doing the same. Show `identityToShow` first, then call `takeEvidenceIdentity`: so a
 * terminal that fails in between does not lose it. Rejects with what the disk says.
 */
export async function ensureEvidence(dir: string): Promise<Evidence> {
  const recipient = readRecipient(dir);
  const identity = readIdentity(dir);
  if (recipient !== null) return { recipient, identityToShow: identity };
  const age = await loadAge();
  if (identity !== null) return publish(dir, identity, await age.identityToRecipient(identity));
  const fresh = await age.generateX25519Identity();
  const freshRecipient = await age.identityToRecipient(fresh);
  if (!keepIdentity(dir, fresh)) return ensureEvidence(dir);
  return publish(dir, fresh, freshRecipient);
}

/** Reads DIR/evidence.pub; null when there is none yet. */
export function readRecipient(dir: string): string | null {
  const text = readIfThere(inDirectory(dir, 'evidencePublic'))?.toString('utf8').trim();
  return text?.startsWith('age1') ? text : null;
}

function readIdentity(dir: string): string | null {
  const text = readIfThere(inDirectory(dir, 'evidencePrivate'))?.toString('utf8').trim();
  return text?.startsWith('AGE-SECRET-KEY-') ? text : null;
}

// The private half first: a public half whose private half was never written would seal rows that nobody can open.
function keepIdentity(dir: string, identity: string): boolean {
  const path = inDirectory(dir, 'evidencePrivate');
  const fresh = `${path}.${randomBytes(6).toString('hex')}.tmp`;
  writeSynced(fresh, Buffer.from(`${identity}\n`, 'utf8'));
  try {
    linkSync(fresh, path); // fails when another process was first
    return true;
  } catch (error) {
    if (readIfThere(path) === null) throw error;
    return false;
  } finally {
    rmSync(fresh, { force: true });
    syncDirectory(dir);
  }
}

function publish(dir: string, identity: string, recipient: string): Evidence {
  const other = readRecipient(dir);
  if (other !== null && other !== recipient) {
    // Another process made, published and showed a pair meanwhile; this one must never be shown.
    takeEvidenceIdentity(dir);
    return { recipient: other, identityToShow: null };
  }
  replaceFile(inDirectory(dir, 'evidencePublic'), Buffer.from(`${recipient}\n`, 'utf8'));
  return { recipient, identityToShow: identity };
}

/** Gives the private half once and destroys it here, durable on return; null when it is gone. Throws what the disk says. */
export function takeEvidenceIdentity(dir: string): string | null {
  const identity = readIdentity(dir);
  const path = inDirectory(dir, 'evidencePrivate');
  if (readIfThere(path) === null) return null;
  const fd = openSync(path, 'r+');
  try {
    writeSync(fd, Buffer.alloc(statSync(path).size, 0x20), 0, undefined, 0);
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
  unlinkSync(path);
  syncDirectory(dir);
  return identity;
}

/** Seals row after row to one recipient. */
export interface Sealer {
  /** Base64 of the age file that holds the JSON `{"type","data"}`. Rejects when the recipient is no age recipient. */
  seal(type: string, data: unknown): Promise<string>;
}

/** Loads what sealing needs and does it once for nothing, since the first time takes 20 times as long. */
export async function openSealer(recipient: string): Promise<Sealer> {
  const age = await loadAge();
  const seal = async (type: string, data: unknown): Promise<string> => {
    const encrypter = new age.Encrypter();
    encrypter.addRecipient(recipient);
    return Buffer.from(await encrypter.encrypt(padJson(JSON.stringify({ type, data })))).toString('base64');
  };
  await seal('', {});
  return { seal };
}

// Blanks after JSON mean nothing to a reader and hide how long the text was, and so what kind of row it is.
function padJson(text: string): string {
  const length = Buffer.byteLength(text, 'utf8');
  return text + ' '.repeat((512 - (length % 512)) % 512);
}
