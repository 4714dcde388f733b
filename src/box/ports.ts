// What an upgrade needs of the box it runs on: its releases, its programs, and the hub itself.

export type Done = { readonly ok: true } | { readonly ok: false; readonly why: string };

export const done: Done = { ok: true };
export const refused = (why: string) => ({ ok: false, why }) as const;

/** How the running hub stands. */
export type Standing =
  | { readonly is: 'at-rest' }
  /** The panel is armed, or an alarm is open. */
  | { readonly is: 'busy'; readonly why: string }
  /** Nobody answers. */
  | { readonly is: 'silent'; readonly why: string };

/** The versions that lie side by side. One is current; a release has its name only when it is whole and on the disk. */
export interface Releases {
  current(): string | null;
  /** The one before; null: there is none any more. */
  previous(): string | null;
  /** Makes an empty folder for the next release. What an upgrade before left half made is removed. */
  begin(): string;
  /** What lies in that folder; a single folder in it counts as the release itself. */
  look(): { readonly ok: true; readonly version: string } | { readonly ok: false; readonly why: string };
  /** The folder becomes a release; gives its name. */
  keep(version: string): string;
  /** Path of a release. */
  path(name: string): string;
  /** Notes that `to` is on trial: unless the note is taken away, the next start of the service goes back to `from`. */
  beginTrial(trial: { readonly from: string; readonly to: string }): void;
  endTrial(): void;
  /** Another release becomes current, at one stroke. */
  link(name: string): void;
  setPrevious(name: string): void;
  /** Removes the folder in the making, and every release but these. */
  prune(keep: readonly string[]): void;
}

/** The programs of the machine. Each call ends within its own time. */
export interface Machine {
  /** Only root may, and only one at a time; the claim ends with this process, however it ends. */
  claim(): Promise<Done>;
  /** Gives the claim up. */
  release(): void;
  /** Puts the files of a folder or an archive into `to`. */
  unpack(from: string, to: string, sha256: string | null): Promise<Done>;
  /** Fetches packages and builds, in this folder. */
  build(folder: string): Promise<Done>;
  /** Everything written reaches the disk. */
  sync(): Promise<Done>;
  /** The release in this folder takes the config of this house. */
  check(folder: string): Promise<Done>;
  /** Resolves when the service is ready, or will not be. */
  restart(): Promise<Done>;
  /** It stays up for the next moments. */
  steady(): Promise<Done>;
}

export interface UpgradePorts {
  readonly releases: Releases;
  readonly machine: Machine;
  standing(): Promise<Standing>;
  /** One line for whoever waits at the terminal. */
  say(line: string): void;
}
