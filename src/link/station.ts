import type { StationReport } from '../act/station-report.ts';
import type { WallTime } from '../base/time.ts';

// A monitoring service as the hub sees it, whatever it speaks.

/** Proof that the far end has a report. */
export interface Ack {
  /** Every byte of it, as Latin-1 text. It can tell how many reports went before: for sealed rows only. */
  readonly bytes: string;
  readonly at: WallTime;
  /** Which way it went, as `primary tcp` or `secondary udp`; no address. */
  readonly path: string;
}

export type ReportResult =
  | { readonly outcome: 'acked'; readonly ack: Ack }
  /** The far end has read it and will never take it as it is. */
  | { readonly outcome: 'refused'; readonly why: string }
  /** No proof: it may have it, send again under the same id and number. */
  | { readonly outcome: 'unanswered'; readonly why: string }
  /** Something more urgent took its place; says nothing of the far end. */
  | { readonly outcome: 'put-off' };

/** How a report is to be sent. */
export interface Sending {
  /** 1 to 9999; stays with a report for as long as it is sent again. */
  readonly sequence: number;
  /** A personal alarm waits for no other report. */
  readonly urgency: 'urgent' | 'ordinary';
  /** `plain`: in the most general words there are, after a refusal of the full ones. */
  readonly form: 'full' | 'plain';
}

/** What a service may ask of the hub, on the way that the hub opened. */
export interface StationCommand {
  /** The service's own; the same command may come again under it. */
  readonly id: string;
  readonly order: 'acknowledge' | 'note' | 'close' | 'stand-down';
  readonly alarm: string;
  /** Who at the service, as it names its people. */
  readonly by: string;
  readonly note: string | null;
}

/** What the hub says at each sign of life. */
export interface SignOfLife {
  /** Reports that wait for this service. */
  readonly waiting: number;
  /** Commands carried out or refused since the last one that was answered. */
  readonly answers: readonly CommandAnswer[];
}

export interface CommandAnswer {
  readonly id: string;
  readonly done: 'done' | 'refused';
  readonly why: string | null;
}

export type LifeResult =
  | { readonly outcome: 'answered'; readonly ack: Ack }
  | { readonly outcome: 'silent'; readonly why: string }
  | { readonly outcome: 'put-off' };

/** What a station tells the hub. Every call returns at once and never throws. */
export interface StationDoor {
  /** Verified; may hold some that came before. */
  commands(station: string, commands: readonly StationCommand[]): void;
  /** Something that came could not be believed or read, in words. */
  refused(station: string, why: string): void;
}

/** One monitoring service. Nothing throws or rejects; every call ends within its own deadline. */
export interface Station {
  readonly id: string;
  send(report: StationReport, how: Sending): Promise<ReportResult>;
  /** Shows that the hub lives, and finds out whether the way is open. */
  supervise(life: SignOfLife): Promise<LifeResult>;
  /** Ends what is on its way as unanswered. */
  close(): Promise<void>;
}
