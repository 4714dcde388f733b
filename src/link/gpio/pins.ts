import type { GpioPlace } from '../../hub/ports.ts';
import type { Level, Use } from './abi.ts';

// What stands between the lines of the config and the two ways there are to them. Both, and a fake, keep one contract.

export interface LineAsk extends GpioPlace {
  readonly activeLow: boolean;
  readonly use: Use;
}

/** An answer, or one sentence with chip, line and remedy. */
export type Told<T> = ({ readonly ok: true } & T) | { readonly ok: false; readonly why: string };

export interface Edge {
  readonly to: Level;
  /** When the kernel saw it, on CLOCK_MONOTONIC; where only sysfs is, when it was read. */
  readonly atMs: number;
  /** Edges before this one that are known to be lost. */
  readonly lost: number;
}

export type LineNews =
  /** In the order in which they came. */
  | { readonly type: 'edges'; readonly edges: readonly Edge[] }
  /** The line is of no use any more; it has to be asked for anew. */
  | { readonly type: 'gone'; readonly why: string };

/** A line that is ours. */
export interface HeldLine {
  level(): Told<{ readonly level: Level; readonly atMs: number }>;
  /** Only for outputs; on the line when it returns. */
  set(to: Level): Told<object>;
  /** Nothing is told any more from here on. */
  release(): void;
}

export interface PinDriver {
  /** `hear` is called from later turns of the loop only. `note`: it is ours, and not quite as it was asked for. */
  request(
    ask: LineAsk,
    hear: (news: LineNews) => void,
  ): Told<{ readonly line: HeldLine; readonly note: string | null }>;
  /** Resolves when no file is looked at any more. */
  close(): Promise<void>;
}
