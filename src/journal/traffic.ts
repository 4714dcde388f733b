import type { DeviceId } from '../base/brand.ts';
import type { WallTime } from '../base/time.ts';
import type { ActivityRow } from './protocol.ts';

/** Sensor traffic that waits for the worker; beyond it, rows are counted and dropped. */
export const activityWaiting = 50_000;
/** One batch is some 5 ms of the worker's time, which an event may have to wait for. */
const batchRows = 1000;
const everyMs = 25;

/** Sensor traffic on its way to the worker: in batches, one at a time, each as one text. Never waited for. */
export interface Traffic {
  readonly add: (at: WallTime, device: DeviceId, what: string) => void;
  /** The worker has dealt with the batch it was given. */
  answered(how: 'stored' | 'shed'): void;
  /** The worker died: the batch it was given may be lost and counts as such. */
  interrupted(): void;
  /** Sends what waits now. */
  flush(): void;
  /** Takes nothing more, and sends what waits. */
  end(): void;
  isEmpty(): boolean;
  /** Rows not stored since the start. */
  dropped(): number;
}

export interface TrafficOut {
  readonly send: (text: string) => 'sent' | 'not-now';
  /** Called when everything is dealt with. */
  readonly drained: () => void;
}

export function makeTraffic(out: TrafficOut): Traffic {
  let waiting: ActivityRow[] = [];
  let inFlight = 0;
  let timer: NodeJS.Timeout | null = null;
  let dropped = 0;
  let ended = false;

  const flush = (): void => {
    if (timer) clearTimeout(timer);
    timer = null;
    if (inFlight > 0 || waiting.length === 0) return;
    const batch = waiting.slice(0, batchRows);
    if (out.send(JSON.stringify(batch)) === 'not-now') return;
    waiting = waiting.length <= batchRows ? [] : waiting.slice(batchRows);
    inFlight = batch.length;
  };

  const soon = (): void => {
    timer ??= setTimeout(flush, everyMs);
  };

  const add = (at: WallTime, device: DeviceId, what: string): void => {
    if (ended || waiting.length + inFlight >= activityWaiting) {
      dropped += 1;
      return;
    }
    waiting.push([at, device, what]);
    if (inFlight === 0) soon();
  };

  const answered = (how: 'stored' | 'shed'): void => {
    if (how === 'shed') dropped += inFlight;
    inFlight = 0;
    if (waiting.length === 0) out.drained();
    else if (ended || waiting.length >= batchRows) flush();
    else soon();
  };

  const interrupted = (): void => {
    dropped += inFlight;
    inFlight = 0;
  };

  const end = (): void => {
    ended = true;
    flush();
  };

  const isEmpty = (): boolean => inFlight === 0 && waiting.length === 0;

  return { add, answered, interrupted, flush, end, isEmpty, dropped: () => dropped };
}
