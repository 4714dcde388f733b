import { createHash } from 'node:crypto';
import { wallTime } from '../../base/time.ts';
import type { Clock, IncomingText, Log } from '../../hub/ports.ts';
import { isStorageFull } from './errors.ts';
import type { Line } from './line.ts';
import { type Deliver, decodePdu, type Report } from './pdu.ts';

// Texts that came in. The memory of the modem is the durable place for them: a text is deleted there only some time after
// it was handed over, and until then a stop of the hub loses nothing. Whoever takes texts knows them by their `sid`, which
// is made of the text itself and so is the same when it is read again.

export interface InboxNeeds {
  readonly line: Line;
  readonly clock: Clock;
  readonly log: Log;
  readonly report: (report: Report) => void;
  /** A text is whole that was not before. */
  readonly arrived: () => void;
}

export interface Inbox {
  /** Lists the memory; null: done. Else why not. One reading at a time. */
  read(): Promise<string | null>;
  /** A text that the modem does not keep. */
  take(hex: string): void;
  /** Reports that the modem keeps in a memory of their own. */
  readReports(memory: string): Promise<void>;
  /** All that are whole and not yet deleted, the newest first. They are deleted soon after. */
  handOver(): readonly IncomingText[];
  /** What was read is of another SIM or an earlier life of the modem: places mean nothing any more. */
  forgetPlaces(): void;
}

/** The journal answers within a second or counts as failed; by then the text is safe, or its loss was told. */
const DELETE_AFTER_MS = 5_000;
/** The parts of one text leave within seconds. After this the missing one is lost, and the rest better than nothing. */
const PARTS_MS = 10 * 60_000;
const MOST_GROUPS = 16;
const MOST_TEXTS = 100;
const LIST_MS = 15_000;
/** Stands where a part never came. */
const GAP = '…';

type PartState = 'waiting' | 'whole' | 'handed';

interface Known {
  state: PartState;
  /** Where it lies in the memory; null: nowhere, or not known any more. */
  place: number | null;
}

interface Group {
  readonly parts: Map<number, { readonly deliver: Deliver; readonly hash: string }>;
  readonly total: number;
  readonly giveUp: () => void;
}

interface Held extends IncomingText {
  readonly hashes: readonly string[];
}

export const hashOf = (hex: string): string =>
  createHash('sha256').update(hex.toUpperCase()).digest('hex').slice(0, 32);

/** One part keeps its own hash; of several, the hash over all. */
export const sidOf = (hashes: readonly string[]): string =>
  `GSM${hashes.length === 1 ? hashes[0] : hashOf(hashes.join(''))}`;

export function createInbox({ line, clock, log, report, arrived }: InboxNeeds): Inbox {
  const known = new Map<string, Known>();
  const groups = new Map<string, Group>();
  let held: Held[] = [];
  let reading: Promise<string | null> | null = null;
  let stopDeleting: (() => void) | null = null;

  // ---- from parts to texts -----------------------------------------------------------------------------------------------

  /** Returns whether it has to stay in the memory for now. */
  function keep(hex: string, place: number | null): void {
    const hash = hashOf(hex);
    const before = known.get(hash);
    if (before !== undefined) {
      before.place = place;
      return;
    }
    const decoded = decodePdu(hex);
    if (!decoded.ok || decoded.pdu.kind !== 'deliver') {
      if (decoded.ok && decoded.pdu.kind === 'report') report(decoded.pdu);
      else log.warn({ why: decoded.ok ? 'of a kind that does not come in' : decoded.why }, 'a text cannot be read');
      // Nothing will ever be made of it, and it takes a place.
      known.set(hash, { state: 'handed', place });
      deleteSoon();
      return;
    }
    known.set(hash, { state: 'waiting', place });
    sort(decoded.pdu, hash);
  }

  function sort(deliver: Deliver, hash: string): void {
    const { concat } = deliver;
    if (concat === null || concat.total === 1) {
      whole([{ deliver, hash }], 1);
      return;
    }
    const key = `${deliver.from} ${concat.bits} ${concat.ref} ${concat.total}`;
    const group = groups.get(key) ?? openGroup(key, concat.total);
    // The same part under another time stamp: the network sent it twice.
    const twin = group.parts.get(concat.seq);
    if (twin !== undefined) markHanded(hash);
    else group.parts.set(concat.seq, { deliver, hash });
    if (group.parts.size === group.total) closeGroup(key, group);
  }

  function openGroup(key: string, total: number): Group {
    const oldest = groups.keys().next();
    if (groups.size >= MOST_GROUPS && oldest.done !== true) giveUp(oldest.value);
    const group: Group = { parts: new Map(), total, giveUp: clock.alarm(PARTS_MS, () => giveUp(key)) };
    groups.set(key, group);
    return group;
  }

  function giveUp(key: string): void {
    const group = groups.get(key);
    if (group === undefined) return;
    log.warn({ parts: group.parts.size, of: group.total }, 'parts of a text never came');
    closeGroup(key, group);
  }

  function closeGroup(key: string, group: Group): void {
    group.giveUp();
    groups.delete(key);
    const parts = [...group.parts].sort(([a], [b]) => a - b).map(([, part]) => part);
    whole(parts, group.total);
  }

  function whole(parts: readonly { readonly deliver: Deliver; readonly hash: string }[], total: number): void {
    const first = parts[0]?.deliver;
    if (first === undefined) return;
    const hashes = parts.map(({ hash }) => hash);
    for (const hash of hashes) setState(hash, 'whole');
    const body = parts.length === total ? parts.map(({ deliver }) => deliver.body).join('') : withGaps(parts, total);
    // When it was read, not when the network says it was sent: that clock is nobody's we know, and may be hours off.
    held.push({ sid: sidOf(hashes), from: first.from, body, at: wallTime(clock.wall()), hashes });
    for (const lost of held.splice(0, Math.max(0, held.length - MOST_TEXTS))) lost.hashes.forEach(markHanded);
    arrived();
  }

  const setState = (hash: string, state: PartState): void => {
    const one = known.get(hash);
    if (one !== undefined) one.state = state;
  };
  const markHanded = (hash: string): void => {
    setState(hash, 'handed');
    deleteSoon();
  };

  // ---- the memory --------------------------------------------------------------------------------------------------------

  async function readNow(): Promise<string | null> {
    const reply = await line.ask({ text: 'AT+CMGL=4', expects: /^\+CMGL:|^[0-9A-Fa-f]{16,}$/, deadlineMs: LIST_MS });
    if (reply.end === 'error') {
      if (isStorageFull(reply.error)) makeRoom();
      return reply.error.words;
    }
    if (reply.end !== 'ok') return 'the modem did not list its texts';
    const listed = readList(reply.lines);
    const places = new Map(listed.map(({ place, hex }) => [hashOf(hex), place]));
    for (const [hash, one] of known) one.place = places.get(hash) ?? null;
    forgetGone();
    for (const { place, hex } of listed) keep(hex, place);
    const stored = await line.count();
    if (stored !== null && stored.total > 0 && stored.used >= stored.total) makeRoom();
    return null;
  }

  function read(): Promise<string | null> {
    reading ??= readNow().finally(() => {
      reading = null;
    });
    return reading;
  }

  /** No text comes in any more: parts that wait for others wait in vain, and what was handed over goes now. */
  function makeRoom(): void {
    log.warn({}, 'the memory for texts is full');
    for (const key of [...groups.keys()]) giveUp(key);
    stopDeleting?.();
    stopDeleting = null;
    void deleteHanded();
    if (held.length > 0) arrived();
  }

  function deleteSoon(): void {
    stopDeleting ??= clock.alarm(DELETE_AFTER_MS, () => {
      stopDeleting = null;
      void deleteHanded();
    });
  }

  async function deleteHanded(): Promise<void> {
    const places = [...known].flatMap(([hash, { state, place }]) =>
      state === 'handed' && place !== null ? [{ hash, place }] : [],
    );
    for (const { hash, place } of places) {
      const reply = await line.ask({ text: `AT+CMGD=${place}`, deadlineMs: LIST_MS });
      // What could not be deleted is listed again, known by its hash, and tried again with the next.
      if (reply.end === 'ok') known.delete(hash);
      if (reply.end !== 'ok' && reply.end !== 'error') return;
    }
    forgetGone();
  }

  /** Handed over and in no memory any more. */
  function forgetGone(): void {
    for (const [hash, { state, place }] of known) if (state === 'handed' && place === null) known.delete(hash);
    held = held.filter(({ hashes }) => hashes.some((hash) => known.has(hash)));
  }

  return {
    read,
    take: (hex) => keep(hex, null),
    async readReports(memory) {
      const expects = /^\+CMGL:|^\+CPMS:|^[0-9A-Fa-f]{16,}$/;
      await line.ask({ text: `AT+CPMS="${memory}"`, expects, deadlineMs: LIST_MS });
      const reply = await line.ask({ text: 'AT+CMGL=4', expects, deadlineMs: LIST_MS });
      for (const { place, hex } of reply.end === 'ok' ? readList(reply.lines) : []) {
        const decoded = decodePdu(hex);
        if (!decoded.ok || decoded.pdu.kind !== 'report') continue;
        report(decoded.pdu);
        await line.ask({ text: `AT+CMGD=${place}`, deadlineMs: LIST_MS });
      }
      await line.ask({ text: `AT+CPMS="${line.memory()}"`, expects, deadlineMs: LIST_MS });
    },
    handOver() {
      for (const { hashes } of held) hashes.forEach(markHanded);
      return held.map(({ sid, from, body, at }) => ({ sid, from, body, at })).reverse();
    },
    forgetPlaces() {
      for (const one of known.values()) one.place = null;
    },
  };
}

function withGaps(parts: readonly { readonly deliver: Deliver; readonly hash: string }[], total: number): string {
  const bodies = new Map(parts.map(({ deliver }) => [deliver.concat?.seq ?? 0, deliver.body]));
  return Array.from({ length: total }, (_, index) => bodies.get(index + 1) ?? GAP).join('');
}

/** `+CMGL: PLACE,STATE,[NAME],LENGTH` and the text behind it; drafts and what was sent from the memory are not ours. */
function readList(lines: readonly string[]): readonly { readonly place: number; readonly hex: string }[] {
  return lines.flatMap((text, index) => {
    const head = /^\+CMGL: ?(\d{1,5}), ?([01]),(?:.*,)? ?(\d{1,3})$/.exec(text);
    const hex = lines[index + 1] ?? '';
    if (head === null || !/^[0-9A-Fa-f]+$/.test(hex)) return [];
    return [{ place: Number(head[1]), hex: cut(hex, Number(head[3])) }];
  });
}

/** The length counts without the service centre's address; some modems give the whole record of the SIM, filled up. */
function cut(hex: string, length: number): string {
  const centre = Number.parseInt(hex.slice(0, 2), 16);
  return Number.isNaN(centre) ? hex : hex.slice(0, (1 + centre + length) * 2);
}
