/** One connection to a gateway: an open port, or a running program. Nothing throws. */
export interface Channel {
  /** What cannot be written now is dropped: a gateway that does not take it will not answer either, and that is noticed. */
  write(bytes: Uint8Array): void;
  /** May be called twice, and before it is open. Ends within some seconds. */
  close(): Promise<void>;
}

/** What a connection tells. After `closed`, which comes exactly once, nothing more; never before `Connect` has returned. */
export interface ChannelEvents {
  opened(): void;
  bytes(bytes: Uint8Array): void;
  /** A line beside the output: a program's log. */
  aside(line: string): void;
  /** It never opened, or is gone; `why` is the end of a sentence. */
  closed(why: string): void;
}

/** Tries once. */
export type Connect = (events: ChannelEvents) => Channel;
