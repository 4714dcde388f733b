import {
  grantedLine,
  ioctls,
  type LineInfo,
  lostBetween,
  packLineInfo,
  packLineRequest,
  packValues,
  readEvent,
  readLineInfo,
  readValue,
  sizes,
} from './abi.ts';
import { type Calls, errnos } from './calls.ts';
import { chipNamed, type DeviceChip, deviceChips, openTrouble } from './chips.ts';
import type { Edge, HeldLine, LineAsk, LineNews, PinDriver, Told } from './pins.ts';
import type { Poller } from './poller.ts';
import { lineBusy, lineTrouble, noSuchLine } from './trouble.ts';

/** Edges read from one line in one turn; the rest stays in the kernel for the next. */
const EDGES_A_TURN = 16;

interface CdevNeeds {
  readonly calls: Calls;
  readonly poller: Poller;
  /** `/dev` */
  readonly dev: string;
  /** CLOCK_MONOTONIC. */
  readonly nowMs: () => number;
}

/**
 * Pins through the character device of the kernel: bias, active-low and filter are the kernel's, edges come with its time
 * and a number each, and nobody else can take a line that is ours.
 */
export function createCdevDriver({ calls, poller, dev, nowMs }: CdevNeeds): PinDriver {
  function request(ask: LineAsk, hear: (news: LineNews) => void): ReturnType<PinDriver['request']> {
    const { chips, refused } = deviceChips(calls, dev);
    const named = chipNamed(chips, ask.chip, ask.line);
    // What may not be looked at may be the one that is missing.
    if (!named.ok) return refused[0] === undefined ? named : { ok: false, why: refused[0] };
    const { chip } = named;
    if (ask.line >= chip.lines) return { ok: false, why: noSuchLine(chip, ask.line, chip.lines) };
    const granted = grant(chip, ask);
    return granted.ok ? { ok: true, line: hold(granted.fd, chip, ask, hear), note: null } : granted;
  }

  function grant(chip: DeviceChip, { line, activeLow, use }: LineAsk): Told<{ readonly fd: number }> {
    const device = calls.open(chip.path);
    if (device < 0) return { ok: false, why: openTrouble(chip.path, -device) };
    const asked = packLineRequest(line, activeLow, use);
    const result = calls.ioctl(device, ioctls.lineRequest, asked);
    const holder = result === -errnos.EBUSY ? lineInfo(calls, device, line)?.consumer : undefined;
    calls.close(device);
    if (result === -errnos.EBUSY) return { ok: false, why: lineBusy(chip, line, holder ?? '') };
    if (result < 0) return { ok: false, why: lineTrouble(chip, line, -result) };
    const fd = grantedLine(asked);
    calls.unblock(fd);
    return { ok: true, fd };
  }

  function hold(fd: number, chip: DeviceChip, { line, use }: LineAsk, hear: (news: LineNews) => void): HeldLine {
    const answer = packValues('off');
    const orders = { on: packValues('on'), off: packValues('off') } as const;
    const failed = (result: number): { readonly ok: false; readonly why: string } => ({
      ok: false,
      why: lineTrouble(chip, line, -result),
    });
    const takeEdges = edgeReader(calls, fd);
    const unwatch =
      use.as === 'output'
        ? null
        : poller.watch(fd, 'edge', (is) => {
            const taken = is === 'gone' ? -errnos.ENODEV : takeEdges();
            if (typeof taken === 'number') hear({ type: 'gone', why: failed(taken).why });
            else if (taken.length > 0) hear({ type: 'edges', edges: taken });
          });
    return {
      level() {
        const result = calls.ioctl(fd, ioctls.getValues, answer);
        return result < 0 ? failed(result) : { ok: true, level: readValue(answer), atMs: nowMs() };
      },
      set(to) {
        const result = calls.ioctl(fd, ioctls.setValues, orders[to]);
        return result < 0 ? failed(result) : { ok: true };
      },
      release() {
        if (unwatch === null) calls.close(fd);
        else unwatch(() => calls.close(fd));
      },
    };
  }

  return { request, close: () => poller.close() };
}

/** Reads what is there, up to a bound; an errno below zero when the line is of no use any more. */
function edgeReader(calls: Calls, fd: number): () => readonly Edge[] | number {
  const events = Buffer.alloc(sizes.event * EDGES_A_TURN);
  let last = 0;
  return () => {
    const size = calls.read(fd, events);
    if (size === -errnos.EAGAIN) return [];
    if (size < 0) return size;
    const edges: Edge[] = [];
    for (let from = 0; from + sizes.event <= size; from += sizes.event) {
      const { to, atMs, sequence } = readEvent(events, from);
      edges.push({ to, atMs, lost: lostBetween(last, sequence) });
      last = sequence;
    }
    return edges;
  };
}

/** Null where the chip does not say. */
export function lineInfo(calls: Calls, device: number, line: number): LineInfo | null {
  const bytes = packLineInfo(line);
  return calls.ioctl(device, ioctls.lineInfo, bytes) < 0 ? null : readLineInfo(bytes);
}
