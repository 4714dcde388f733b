import { chmodSync, existsSync, mkdirSync, rmSync } from 'node:fs';
import { setImmediate } from 'node:timers/promises';
import { parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads';
import Database from 'better-sqlite3';
import type { LocalRow, PhaseMirror, Restored } from '../hub/ports.ts';
import type { Sealer } from './evidence.ts';
import { ensureEvidence, openSealer } from './evidence.ts';
import { diskTrouble, errorCode, inDirectory, isDamage } from './files.ts';
import { readPhase, writePhase } from './phase.ts';
import type { ActivityRow, CommittedEntry, FromWorker, SentEntry, ToWorker, WorkerStart } from './protocol.ts';
import { Store, unsealedRows } from './store.ts';

// The thread that owns the database. Between any two pieces of work it empties its port, so that what waits there is
// seen at once and events go first: ahead of sensor traffic, and ahead of everything that can be done later.

if (!parentPort) throw new Error('the journal worker was started without a port');
const port = parentPort;
const start = workerData as WorkerStart;

/**
 * What can be done later waits for so much quiet. Sealing and forgetting follow silent alarms too, and must not make
 * the confirmation of the next ordinary moment a sync slower in a way someone on site could notice.
 */
const quietMs = 200;
/** But not for ever: in a house that is never quiet it is done after so long. */
const patienceMs = 5000;
/** A log of so many pages (8 MB) goes into the database also without quiet. */
const walPagesMost = 2000;
/** With more sealed rows waiting than this, sealing does not wait for quiet: each commit carries them all. */
const unsealedFew = 32;
const purgeEveryMs = 3_600_000;
const purgeRowsAtOnce = 500;
/** After a step failed (full disk): not at once again. */
const choreAgainMs = 1000;
/** Loading the sealing code keeps this thread busy for some 300 ms, so not in the first moments. */
const warmUpAfterMs = 1500;
/** A recipient that cannot be sealed to will not get better soon. */
const sealAgainMs = 10_000;

let store: Store | null = null;
let lock: Database.Database | null = null;
let refusedEpoch = -1;
let lastTrouble = '';
let sealer: Sealer | null = null;
let sealing: Promise<boolean> | null = null;
let warmUpAt = Number.POSITIVE_INFINITY;
let sealNotBefore = 0;
let closing = false;
/** What `phase.json` holds, and what it should hold but could not be written. */
let mirrored: PhaseMirror | null = null;
let unmirrored: PhaseMirror | null = null;
let choreTimer: NodeJS.Timeout | null = null;
let choresWantedSince: number | null = null;
let purgeDue = 0;

const say = (message: FromWorker): void => port.postMessage(message);
const now = (): number => performance.now();

function trouble(what: string): void {
  if (what !== lastTrouble) say({ kind: 'trouble', what });
  lastTrouble = what;
}

// --- opening

type Lock = 'taken' | 'held-by-another';

// A second file, because the database itself must stay readable by others. Locked in SQLite's way: the kernel lets go
// of it when the process ends, however it ends.
function takeLock(): Lock {
  if (lock) return 'taken';
  const path = inDirectory(start.dir, 'lock');
  const db = new Database(path, { timeout: 0 });
  try {
    chmodSync(path, 0o600);
    db.exec('BEGIN EXCLUSIVE');
    lock = db;
    return 'taken';
  } catch (error) {
    db.close();
    if (errorCode(error).startsWith('SQLITE_BUSY')) return 'held-by-another';
    if (errorCode(error) !== 'SQLITE_NOTADB') throw error;
    // Nothing is ever written to it, and who finds rubbish in it was not locked out: it can go.
    rmSync(path, { force: true });
    return takeLock();
  }
}

function openStore(database: WorkerStart['database']): { restored: Restored; committedThrough: number } {
  const { dir, boot, session } = start;
  const known = isKnown(dir);
  const opened = Store.open(dir, boot, session, database === 'give-up' ? 'give-up' : 'keep');
  store = opened.store;
  for (const what of opened.found.troubles) trouble(what);
  const { parts, setAside, committedThrough } = opened.found;
  return { restored: { parts, phase: mendPhase(dir, opened.found.phase), setAside, known }, committedThrough };
}

// A cut between a commit and its `phase.json` leaves the file one phase behind. It must not stay so: were the database
// lost later, the hub would start in a phase that is long over, and perhaps disarmed.
function mendPhase(dir: string, committed: PhaseMirror | null): PhaseMirror | null {
  mirrored = readPhase(dir);
  if (committed === null || sameAsMirrored(committed)) return mirrored;
  mirrorAfter(committed);
  return committed;
}

function isKnown(dir: string): boolean {
  return (['database', 'phase', 'stateKey'] as const).some((name) => existsSync(inDirectory(dir, name)));
}

function begin(): void {
  const { dir } = start;
  const known = isKnown(dir);
  try {
    mkdirSync(dir, { recursive: true, mode: 0o700 });
  } catch (error) {
    refuse(`the data directory ${dir} cannot be made: ${diskTrouble(error)}; name one that can be with --data`);
    return;
  }
  try {
    chmodSync(dir, 0o700);
    if (takeLock() === 'held-by-another') {
      refuse(`another hub is running on the data directory ${dir}; stop it first, or name another with --data`);
      return;
    }
    const opened = openStore(start.database);
    rmSync(`${inDirectory(dir, 'phase')}.tmp`, { force: true });
    say({ kind: 'ready', ...opened });
  } catch (error) {
    // A disk that refuses is no reason not to guard: the hub starts by the phase, and the database is tried again.
    trouble(diskTrouble(error));
    const restored = { parts: null, phase: readPhase(dir), setAside: null, known };
    say({ kind: 'ready', restored, committedThrough: 0 });
  }
  warmUpAt = now() + warmUpAfterMs;
  later(warmUpAfterMs);
}

function refuse(why: string): void {
  say({ kind: 'refused', why });
  port.close();
}

// Opening late may show that entries are in the database which the hub was told are not, or that the database had to
// be set aside: the hub's side has to know before anything is written, so this time is refused as well.
function theStore(): Store {
  if (store) return store;
  if (takeLock() === 'held-by-another') throw new Error('another hub is running on the data directory');
  const { restored, committedThrough } = openStore('keep');
  say({ kind: 'reopened', setAside: restored.setAside, committedThrough });
  throw new Error('the database was opened only now');
}

// --- taking what comes

interface Waiting {
  readonly entries: { epoch: number; entry: SentEntry }[];
  readonly activity: string[];
  readonly reads: Extract<ToWorker, { kind: 'read' }>[];
}

function sort(message: ToWorker, waiting: Waiting): void {
  if (message.kind === 'entry')
    waiting.entries.push({ epoch: message.epoch, entry: JSON.parse(message.text) as SentEntry });
  else if (message.kind === 'activity') waiting.activity.push(message.text);
  else if (message.kind === 'read') waiting.reads.push(message);
  else closing = true;
}

function drain(waiting: Waiting): void {
  for (let next = receiveMessageOnPort(port); next; next = receiveMessageOnPort(port))
    sort(next.message as ToWorker, waiting);
}

port.on('message', (first: ToWorker) => {
  const waiting: Waiting = { entries: [], activity: [], reads: [] };
  sort(first, waiting);
  let events = false;
  do {
    drain(waiting);
    if (waiting.entries.length > 0) {
      events = true;
      takeEntries(waiting.entries.splice(0));
    } else if (waiting.activity.length > 0) for (const text of waiting.activity.splice(0)) takeActivity(text);
    else for (const one of waiting.reads.splice(0, 1)) read(one);
  } while (waiting.entries.length > 0 || waiting.activity.length > 0 || waiting.reads.length > 0);
  if (closing) void finish();
  else if (store && store.unsealed().length > unsealedFew) later(0);
  // Quiet is counted from the last event; sensor traffic is always there and must not put things off.
  else if (events || !choreTimer) later(quietMs);
});

function takeEntries(all: readonly { epoch: number; entry: SentEntry }[]): void {
  const late = all.filter((one) => one.epoch <= refusedEpoch).map((one) => one.entry.id);
  if (late.length > 0) say({ kind: 'failed', ids: late, why: lastTrouble, damage: false });
  const timely = all.filter((one) => one.epoch > refusedEpoch);
  const entries = timely.map((one) => one.entry);
  if (entries.length === 0) return;
  try {
    const local = theStore().commit(entries);
    lastTrouble = '';
    const phase = entries.findLast((entry) => entry.phase !== null)?.phase ?? null;
    const before = phase !== null && setsMode(phase) ? mirrorNow(phase) : null;
    say({ kind: 'committed', results: results(entries, local, before) });
    if (phase !== null && !sameAsMirrored(phase) && before === null) mirrorAfter(phase);
  } catch (error) {
    refusedEpoch = Math.max(...timely.map((one) => one.epoch));
    lastTrouble = diskTrouble(error);
    say({ kind: 'failed', ids: entries.map((entry) => entry.id), why: lastTrouble, damage: isDamage(error) });
  }
}

function results(
  entries: readonly SentEntry[],
  local: readonly CommittedEntry['local'][],
  phaseTrouble: string | null,
): readonly CommittedEntry[] {
  return entries.map((entry, index) => ({
    id: entry.id,
    local: local[index] ?? [],
    phaseTrouble: entry.phase === null ? null : phaseTrouble,
  }));
}

// --- phase.json

// The phase of the newest entry is what counts; those before it in the same commit share its fate. Setting a mode is
// confirmed only with the mirror written: a card that dies with the power must not bring the house up disarmed. Every
// other change would at worst bring it up set as before, so nobody waits two more syncs for an alarm to be shown.
function setsMode(phase: PhaseMirror): boolean {
  return phase.mode !== null && phase.mode !== mirrored?.mode;
}

const sameAsMirrored = (phase: PhaseMirror): boolean => mirrored?.state === phase.state && mirrored.mode === phase.mode;

/** Null, or what the disk says. */
function mirrorNow(phase: PhaseMirror): string | null {
  try {
    writePhase(start.dir, phase);
    mirrored = phase;
    unmirrored = null;
    return null;
  } catch (error) {
    return `phase.json: ${diskTrouble(error)}`;
  }
}

/** What fails is tried again among the chores, and mended at the next start. */
function mirrorAfter(phase: PhaseMirror): void {
  unmirrored = phase;
  const why = mirrorNow(phase);
  if (why !== null) trouble(why);
}

function takeActivity(text: string): void {
  let stored = false;
  try {
    stored = theStore().addActivity(JSON.parse(text) as readonly ActivityRow[]);
    boundLog();
  } catch (error) {
    trouble(diskTrouble(error));
  }
  say({ kind: 'activity-done', stored });
}

function read({ id, after, limit }: Extract<ToWorker, { kind: 'read' }>): void {
  let rows: readonly LocalRow[] | null = null;
  try {
    rows = (after === null ? store?.newest(limit) : store?.local(after, limit)) ?? null;
  } catch (error) {
    trouble(diskTrouble(error));
  }
  say({ kind: 'rows', id, rows });
}

function boundLog(): void {
  if (store && store.walPages() > walPagesMost) store.checkpoint();
}

// --- what can be done later

function later(afterMs: number): void {
  choresWantedSince ??= now();
  const wait = Math.max(0, Math.min(afterMs, choresWantedSince + patienceMs - now()));
  if (choreTimer) clearTimeout(choreTimer);
  choreTimer = setTimeout(() => void chores(), wait);
}

async function chores(): Promise<void> {
  choreTimer = null;
  choresWantedSince = null;
  if (closing || sealing || !store) return;
  try {
    const next = await chore(store);
    if (next !== null && !closing && !choreTimer) later(next);
  } catch (error) {
    trouble(diskTrouble(error));
    if (!closing) later(choreAgainMs);
  }
}

/** One short piece of work; gives after how long to look again, or null when there is nothing left. */
async function chore(work: Store): Promise<number | null> {
  if (unmirrored !== null && mirrorNow(unmirrored) !== null) return choreAgainMs;
  const again = mustSeal(work) ? await trySeal(work) : null;
  if (again === 0) return 0;
  if (work.mustErase()) {
    work.eraseStep();
    return 0;
  }
  if (work.mustCheckpoint()) work.checkpoint();
  else if (now() >= purgeDue) {
    if (work.purge(Date.now(), purgeRowsAtOnce)) return 0;
    purgeDue = now() + purgeEveryMs;
  }
  return again ?? (sealer === null ? warmUpAfterMs : null);
}

function mustSeal(work: Store): boolean {
  if (now() < sealNotBefore) return false;
  return work.unsealed().length > 0 || (sealer === null && now() >= warmUpAt);
}

async function trySeal(work: Store): Promise<number> {
  try {
    sealing = seal(work);
    return (await sealing) ? 0 : quietMs;
  } catch (error) {
    // The rows stay in their encrypted part, and forgetting and tidying must not wait for them.
    trouble(`rows cannot be sealed: ${diskTrouble(error)}`);
    sealNotBefore = now() + sealAgainMs;
    return sealAgainMs;
  } finally {
    sealing = null;
  }
}

async function theSealer(): Promise<Sealer> {
  if (sealer) return sealer;
  const recipient = start.evidencePublicKey ?? (await ensureEvidence(start.dir)).recipient;
  sealer = await openSealer(recipient);
  return sealer;
}

/** Seals the oldest rows that wait; true when there were any. Entries that come meanwhile are taken in between. */
async function seal(work: Store): Promise<boolean> {
  const { seal: sealOne } = await theSealer();
  if (work.unsealed().length >= unsealedRows) trouble('too many rows wait to be sealed; further ones are lost');
  const cipherTexts: string[] = [];
  for (const row of work.unsealed().slice(0, unsealedFew)) {
    cipherTexts.push(await sealOne(row.type, row.data));
    await setImmediate(); // sealing is computing: without this, entries would wait for all of it
  }
  if (cipherTexts.length > 0) work.addSealed(cipherTexts);
  return cipherTexts.length > 0;
}

// --- the end

async function finish(): Promise<void> {
  if (choreTimer) clearTimeout(choreTimer);
  if (unmirrored !== null) mirrorAfter(unmirrored);
  try {
    if (sealing) await sealing;
    while (store && store.unsealed().length > 0) await seal(store);
    while (store?.mustErase()) store.eraseStep();
  } catch (error) {
    // What is left is safe where it is and is taken up at the next start.
    trouble(`rows could not be sealed, or old state not be forgotten: ${diskTrouble(error)}`);
  }
  store?.close();
  lock?.close();
  port.close();
}

setInterval(() => later(quietMs), purgeEveryMs).unref();
begin();
