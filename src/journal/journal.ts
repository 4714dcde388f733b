import { randomBytes } from 'node:crypto';
import { Worker } from 'node:worker_threads';
import type { Committed, History, Journal, JournalEntry, LocalRow, Restored } from '../hub/ports.ts';
import { entrySize, makeKeep, sent } from './keep.ts';
import type { CommittedEntry, FromWorker, SentEntry, ToWorker, WorkerStart } from './protocol.ts';
import { makeReading } from './reading.ts';
import { makeTraffic } from './traffic.ts';

/** Entries given to a worker that does not answer; beyond it the disk counts as refusing. */
const inFlightEntries = 2000;
const inFlightCharacters = 4 * 1024 * 1024;
const retryMs = 250;
/** A new worker is started at once, but not again and again without a pause. */
const restartMs = 1000;
/** Different troubles told until the disk is well again. */
const mostTold = 16;
/** `SIGTERM` leaves 5 s in all. */
const closeMs = 3000;

export interface JournalOptions {
  /** The kernel's boot id, as it stands in each row. */
  readonly boot: string;
  /** age recipient for sealed rows (`evidence.publicKey`); null: the data directory's own pair. */
  readonly evidencePublicKey: string | null;
  /** The worker's file; left out: the one beside this module. */
  readonly workerUrl?: URL;
  /** Told in a plain sentence what is wrong with the disk or was lost; each once until the disk is well again. */
  readonly onTrouble?: (what: string) => void;
  /** Local rows that were refused first and are on the disk now, in order: whoever publishes rows has no gap then. */
  readonly onLate?: (rows: readonly LocalRow[]) => void;
}

export type Opened =
  | {
      readonly ok: true;
      readonly journal: Journal;
      readonly history: History;
      readonly restored: Restored;
      readonly counts: () => JournalCounts;
    }
  | { readonly ok: false; readonly why: string };

/** For metrics: nothing of it tells of silent alarms. */
export interface JournalCounts {
  /** Rows of sensor traffic not stored since the start. */
  readonly activityDropped: number;
  readonly workersStarted: number;
}

type Done = (result: Committed) => void;

interface InFlight {
  readonly entry: SentEntry;
  readonly size: number;
  /** Null: already answered. */
  done: Done | null;
  /** `repeated`: all that is kept, once more; it stays kept until it is on the disk. */
  readonly what: 'new' | 'repeated';
}

/**
 * Opens the journal of a data directory, made when it is not there, in a worker thread of its own. Refused when
 * another process holds the directory or it cannot be made. A disk that refuses otherwise is no refusal: the journal
 * answers failure and tries again, up to 10,000 rows wait in memory, and follow in order.
 */
export function openJournal(dir: string, options: JournalOptions): Promise<Opened> {
  return new Promise((resolve) => {
    start(dir, options, resolve);
  });
}

function start(dir: string, options: JournalOptions, opened: (result: Opened) => void): void {
  const session = randomBytes(8).toString('hex');
  const workerUrl = options.workerUrl ?? new URL('./worker.ts', import.meta.url);
  const keep = makeKeep();
  /** The newest text of every part, for a database that has to be begun anew while the hub runs. */
  const parts: Record<string, string> = {};
  let worker: Worker | null = null;
  let ready = false;
  let everReady = false;
  let database: WorkerStart['database'] = 'keep';
  let inFlight: InFlight[] = [];
  let inFlightSize = 0;
  let gaveUp = false;
  let epoch = 0;
  let lastId = 0;
  const refusals: { readonly done: Done; readonly reason: string }[] = [];
  let refusalsDue: NodeJS.Immediate | null = null;
  let why = 'the journal is starting';
  /** What was said of the trouble there is now; a full disk has several ways to say no, and they take turns. */
  const told = new Set<string>();
  let diedOf: string | null = null;
  let retryTimer: NodeJS.Timeout | null = null;
  let restartTimer: NodeJS.Timeout | null = null;
  let lastStart = Number.NEGATIVE_INFINITY;
  let workersStarted = 0;
  let closed: (() => void) | null = null;
  let closing = false;
  let closeEnded: Promise<void> | null = null;
  let closePosted = false;

  const traffic = makeTraffic({
    send: (text) => {
      if (ready) post({ kind: 'activity', text });
      return ready ? 'sent' : 'not-now';
    },
    drained: () => postClose(),
  });

  const reading = makeReading((id, after, limit) => {
    if (ready && !closing) post({ kind: 'read', id, after, limit });
    return ready && !closing ? 'asked' : 'nobody';
  });

  const tell = (what: string): void => {
    if (told.has(what) || told.size >= mostTold) return;
    told.add(what);
    options.onTrouble?.(what);
  };

  const answer = (one: InFlight, result: Committed): void => {
    const { done } = one;
    one.done = null;
    done?.(result);
  };

  // Not at once: a hub in the middle of `append` does not expect to be called. Nor as a microtask: a hub that answers
  // a refusal with the next entry would then never hear the worker again.
  const refuseSoon = (ones: readonly InFlight[], reason: string): void => {
    for (const one of ones) {
      if (one.done === null) continue;
      refusals.push({ done: one.done, reason });
      one.done = null;
    }
    if (refusals.length > 0) refusalsDue ??= setImmediate(refuseNow);
  };

  const refuseNow = (): void => {
    if (refusalsDue) clearImmediate(refusalsDue);
    refusalsDue = null;
    for (const { done, reason } of refusals.splice(0)) done({ ok: false, why: reason });
  };

  const post = (message: ToWorker): void => worker?.postMessage(message);

  const sendEntry = (entry: SentEntry, done: Done | null, what: InFlight['what']): void => {
    const text = JSON.stringify(entry);
    const one: InFlight = { entry, size: what === 'new' ? entrySize(text) : 0, done, what };
    inFlight.push(one);
    inFlightSize += one.size;
    post({ kind: 'entry', epoch, id: entry.id, text });
  };

  // While what is kept is on its way once more, new entries go right behind it.
  const isTroubled = (): boolean => !ready || gaveUp || (!keep.isEmpty() && inFlight.length === 0);

  const append = (entry: JournalEntry, done: Done): void => {
    lastId += 1;
    const numbered = sent(lastId, entry);
    Object.assign(parts, entry.parts);
    if (closing) {
      refuseSoon([{ entry: numbered, size: 0, done, what: 'new' }], 'the journal is closed');
      return;
    }
    if (isTroubled()) {
      keep.add(numbered);
      refuseSoon([{ entry: numbered, size: 0, done, what: 'new' }], why);
      return;
    }
    sendEntry(numbered, done, 'new');
    if (inFlight.length > inFlightEntries || inFlightSize > inFlightCharacters) giveUp();
  };

  // The worker hangs in the disk. What it was given stays with it and is answered by it some day; what comes now is
  // kept, and follows after that.
  const giveUp = (): void => {
    why = 'the disk does not answer';
    gaveUp = true;
    tell(why);
    refuseSoon(inFlight, why);
  };

  const remove = (ids: ReadonlySet<number>): readonly InFlight[] => {
    const found = inFlight.filter((one) => ids.has(one.entry.id));
    inFlight = inFlight.filter((one) => !ids.has(one.entry.id));
    inFlightSize = inFlight.reduce((sum, one) => sum + one.size, 0);
    return found;
  };

  const onCommitted = (results: readonly CommittedEntry[]): void => {
    refuseNow(); // what was refused came earlier, and is answered earlier
    const found = new Map(remove(new Set(results.map((one) => one.id))).map((one) => [one.entry.id, one]));
    for (const result of results) {
      const one = found.get(result.id);
      if (one) settle(one, result);
    }
    if (keep.isEmpty()) told.clear();
    afterAnswer();
  };

  const settle = (one: InFlight, { local, phaseTrouble }: CommittedEntry): void => {
    if (one.what === 'repeated') keep.committed(one.entry.id);
    if (phaseTrouble === null && one.entry.phase !== null) keep.phaseWritten(one.entry.id);
    if (phaseTrouble !== null) {
      why = phaseTrouble;
      tell(phaseTrouble);
      if (one.what === 'new') keep.add({ ...one.entry, rows: [], parts: {}, erase: false });
    }
    const isLate = one.done === null || phaseTrouble !== null;
    answer(one, phaseTrouble === null ? { ok: true, local } : { ok: false, why: phaseTrouble });
    if (isLate && local.length > 0) options.onLate?.(local);
  };

  // Everything behind a refused entry is refused as well, by the worker through the epoch and here at once, so that
  // all of it can follow in order.
  const onFailed = (ids: readonly number[], reason: string): void => {
    why = reason;
    tell(reason);
    const failed = remove(new Set(ids));
    keepAll(failed);
    refuseSoon([...failed, ...inFlight], reason);
    gaveUp = inFlight.length > 0;
    epoch += 1;
    afterAnswer();
  };

  const keepAll = (ones: readonly InFlight[]): void => {
    for (const one of ones) if (one.what === 'new') keep.add(one.entry);
  };

  const afterAnswer = (): void => {
    if (inFlight.length > 0) return;
    gaveUp = false;
    if (!keep.isEmpty()) retrySoon();
    else postClose();
  };

  const retrySoon = (): void => {
    if (closing) postClose();
    else retryTimer ??= setTimeout(retry, retryMs);
  };

  const retry = (): void => {
    retryTimer = null;
    // Only when the worker has answered everything: an older entry must never follow a newer one.
    if (!ready || inFlight.length > 0) return;
    const entry = keep.whole();
    if (entry) sendEntry(entry, null, 'repeated');
  };

  // --- the worker

  const startWorker = (): void => {
    restartTimer = null;
    if (closing) {
      closed?.();
      return;
    }
    lastStart = performance.now();
    workersStarted += 1;
    const workerData: WorkerStart = {
      dir,
      boot: options.boot,
      evidencePublicKey: options.evidencePublicKey,
      session,
      database,
    };
    const fresh = new Worker(workerUrl, {
      workerData,
      name: 'journal',
      // Room for a repetition of all that is kept, in text and as objects; what is more is a leak and ends the worker.
      resourceLimits: { maxOldGenerationSizeMb: 96, maxYoungGenerationSizeMb: 4 },
    });
    worker = fresh;
    fresh.on('message', onMessage);
    fresh.on('error', (error) => {
      diedOf = `the journal's thread failed: ${error instanceof Error ? error.message : String(error)}`;
    });
    fresh.on('exit', () => onExit(fresh));
  };

  const onMessage = (message: FromWorker): void => {
    switch (message.kind) {
      case 'ready':
        onReady(message.restored, message.committedThrough);
        return;
      case 'reopened':
        onReopened(message.setAside, message.committedThrough);
        return;
      case 'refused':
        diedOf = message.why;
        why = message.why;
        if (!everReady) opened({ ok: false, why });
        return;
      case 'committed':
        onCommitted(message.results);
        return;
      case 'failed':
        onFailed(message.ids, message.why);
        if (message.damage) beginAnew();
        return;
      case 'activity-done':
        traffic.answered(message.stored ? 'stored' : 'shed');
        return;
      case 'rows':
        reading.answered(message.id, message.rows);
        return;
      case 'trouble':
        tell(message.what);
        return;
    }
  };

  // Damage in the middle of a large database shows only when it is touched. All parts are known here, so nothing the
  // hub needs is lost with it.
  const beginAnew = (): void => {
    database = 'give-up';
    ready = false;
    keepAllParts();
    void worker?.terminate();
  };

  const onReady = (restored: Restored, committedThrough: number): void => {
    ready = true;
    if (!everReady) {
      everReady = true;
      for (const [name, text] of Object.entries(restored.parts ?? {})) parts[name] ??= text;
      const counts = (): JournalCounts => ({ activityDropped: traffic.dropped(), workersStarted });
      opened({ ok: true, journal, history: { local: reading.local, newest: reading.newest }, restored, counts });
      return;
    }
    onReopened(restored.setAside, committedThrough);
    database = 'keep';
    retry();
    if (closing) traffic.end();
    else traffic.flush();
    postClose();
  };

  const onReopened = (setAside: string | null, committedThrough: number): void => {
    keep.committed(committedThrough);
    if (setAside === null) return;
    options.onTrouble?.(`the database is damaged and set aside as ${setAside}; a new one is begun`);
    keepAllParts();
  };

  const keepAllParts = (): void => keep.add({ id: lastId, rows: [], parts: { ...parts }, phase: null, erase: false });

  const onExit = (old: Worker): void => {
    if (old !== worker) return;
    worker = null;
    ready = false;
    reading.interrupted();
    why = diedOf ?? "the journal's thread ended";
    diedOf = null;
    if (!everReady) opened({ ok: false, why });
    if (closing) closed?.();
    if (!everReady || closing) return;
    tell(why);
    keepAll(inFlight);
    refuseSoon(inFlight, why);
    inFlight = [];
    inFlightSize = 0;
    gaveUp = false;
    traffic.interrupted();
    epoch = 0;
    restartTimer ??= setTimeout(startWorker, Math.max(0, lastStart + restartMs - performance.now()));
  };

  // --- the end

  const close = (): Promise<void> => {
    closing = true;
    closeEnded ??= new Promise<void>((resolve) => {
      const tooLong = setTimeout(() => void worker?.terminate(), closeMs);
      closed = () => {
        clearTimeout(tooLong);
        for (const timer of [retryTimer, restartTimer]) if (timer) clearTimeout(timer);
        refuseSoon(inFlight, 'the journal is closed');
        refuseNow();
        resolve();
      };
      if (!worker) {
        closed();
        return;
      }
      // One last try for what the disk refused before.
      retry();
      traffic.end();
      postClose();
    });
    return closeEnded;
  };

  const postClose = (): void => {
    if (!closing || closePosted || !ready || inFlight.length > 0 || !traffic.isEmpty()) return;
    closePosted = true;
    post({ kind: 'close' });
  };

  const journal: Journal = { append, activity: traffic.add, close };
  startWorker();
}
