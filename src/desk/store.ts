import type { WallTime } from '../base/time.ts';
import type { Case, Entry, HubRules, HubState, Step } from './model.ts';

// Where a desk keeps everything. Two processes on one store are one desk.

/** Something a hub or an operator said, so that it is taken once however often it comes. */
export interface Key {
  readonly id: string;
  /** Of what was said: the same id with other words is no repetition. */
  readonly digest: string;
  /** Ids that may be used again are forgotten when they are older than this; null: never. */
  readonly forgetBefore: WallTime | null;
}

export type Changed =
  | { readonly is: 'done'; readonly state: HubState }
  /** It was taken before; nothing was done. */
  | { readonly is: 'again'; readonly state: HubState }
  /** This id was used for something else. */
  | { readonly is: 'other' }
  | { readonly is: 'refused'; readonly why: string };

export interface Beat {
  readonly hub: string;
  readonly id: string;
  readonly at: WallTime;
}

export interface Line extends Entry {
  readonly seq: number;
  readonly hub: string;
  readonly at: WallTime;
}

export interface CaseFile {
  readonly found: Case;
  readonly closedAt: WallTime | null;
  /** Oldest first. */
  readonly lines: readonly Line[];
}

export interface HubSeen {
  readonly id: string;
  readonly seenAt: WallTime;
  readonly silent: 'silent' | 'speaks';
  /** Commands that wait for it. */
  readonly waiting: number;
}

export interface Operator {
  readonly name: string;
  /** See `hashPassword`. */
  readonly hash: string;
}

export interface SessionRow {
  /** SHA-256 of the token. */
  readonly hash: string;
  readonly name: string;
  readonly csrf: string;
  readonly until: WallTime;
}

/** Every promise rejects when the store cannot be had; nothing is half done then. */
export interface Store {
  /** Makes known the hubs that the config names; who is new counts as heard now. */
  enrol(hubs: readonly HubRules[], now: WallTime): Promise<void>;
  /**
   * One step of one hub, alone with its state: read, think, write, all or nothing. `heard`: it proves that the hub
   * lives. Whoever watches is told afterwards.
   */
  change(
    hub: string,
    key: Key | null,
    now: WallTime,
    from: 'heard' | 'desk',
    think: (before: HubState, seenAt: WallTime) => Step,
  ): Promise<Changed>;
  /** Signs of life that change nothing else. */
  beats(beats: readonly Beat[]): Promise<void>;
  /** Whether a sign of life, or anything else, came under this id before. */
  knows(hub: string, id: string): Promise<'known' | 'new'>;
  seen(hub: string): Promise<HubSeen | null>;
  hubs(limit: number): Promise<readonly HubSeen[]>;
  /** What a hub has been up to lately, newest first. */
  lines(hub: string, limit: number): Promise<readonly Line[]>;
  state(hub: string): Promise<HubState>;
  /** Hubs that a tick would change, those where somebody is coming in first. `since`: the desk listens since then. */
  due(now: WallTime, since: WallTime): Promise<readonly string[]>;
  /** The desk lives; since when it has listened without a break. */
  listening(now: WallTime): Promise<WallTime>;
  /** Most urgent first. `total` counts what is beyond the limit too. */
  queue(limit: number): Promise<{ readonly cases: readonly Case[]; readonly total: number }>;
  caseFile(id: string): Promise<CaseFile | null>;
  closedCases(limit: number): Promise<readonly { readonly found: Case; readonly closedAt: WallTime }[]>;
  /** Forgets keys, sessions and signs of life that have had their time. */
  sweep(now: WallTime): Promise<void>;

  operators(): Promise<readonly Operator[]>;
  saveOperator(operator: Operator): Promise<void>;
  removeOperator(name: string): Promise<'removed' | 'unknown'>;
  saveSession(session: SessionRow): Promise<void>;
  session(hash: string): Promise<SessionRow | null>;
  endSession(hash: string): Promise<void>;

  /** Called with the hub's id after each change, by whichever process; null: some may have been missed. */
  watch(listener: (hub: string | null) => void): () => void;
  close(): Promise<void>;
}

/** The desk was away when nothing of it was heard for so long: hubs were not silent, nobody listened. */
export const AWAY_MS = 15_000;
