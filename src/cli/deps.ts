import type { Role } from '../alarm/events.ts';
import type { JsonObject } from '../base/json.ts';
import type { WallTime } from '../base/time.ts';
import type { LocalRow } from '../hub/ports.ts';
import type { Referral } from '../provision/referral.ts';

// What the commands need of the other rooms. They may not reach for it themselves; whoever starts them hands it in.

/** What could not be done; `why` is one sentence with a remedy, for the person at the terminal. */
export interface Refused {
  readonly ok: false;
  readonly why: string;
}

/** What `run` is started with. `pretend`: the page plays the devices. */
export interface RunFiles {
  readonly config: string;
  readonly data: string;
  readonly is: 'real' | 'pretend';
}

/** One thing wrong with a config, as `check --json` prints it. */
export interface ShownProblem {
  readonly severity: 'error' | 'warning';
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly path: string;
  readonly message: string;
}

/** One payload as signals; for one that cannot be read, why. */
export type ShownSignals = { readonly ok: true; readonly signals: object } | Refused;

export interface Decoder {
  /** `stored`: as delivered from a broker's store. */
  decode(payload: Uint8Array, stored: boolean): ShownSignals;
}

export interface DecoderChoice {
  readonly topic: string;
  /** Name of a device family; null: find it by the config, or by the topic. */
  readonly profile: string | null;
  /** A config whose devices tell family, model and topic. */
  readonly config: string | null;
}

export interface PersonToAdd {
  readonly name: string;
  readonly role: Role;
  /** As it was typed; null: no end. */
  readonly until: string | null;
}

export interface ShownPerson {
  readonly id: string;
  readonly name: string;
  readonly role: Role;
  readonly until: WallTime | null;
}

export interface UsersDeps {
  add(dir: string, person: PersonToAdd, code: string): Promise<{ readonly ok: true; readonly id: string } | Refused>;
  addDuress(dir: string, name: string, code: string): Promise<{ readonly ok: true } | Refused>;
  /** The own code of whoever has this one. Only where no hub runs: it would not hear of a duress code. */
  changeCode(dir: string, code: string, newCode: string): Promise<{ readonly ok: true } | Refused>;
  list(dir: string): { readonly ok: true; readonly people: readonly ShownPerson[] } | Refused;
  /** `residents`: how many are left. */
  remove(dir: string, name: string): Promise<{ readonly ok: true; readonly residents: number } | Refused>;
  /** The private half of the evidence key while nobody has seen it, else null; makes the pair where there is none. */
  evidenceKey(dir: string): Promise<string | null>;
  /** Destroys that private half here, once it was shown. */
  evidenceKeyShown(dir: string): void;
}

/** When a house was handed over, and the days (`2026-11-21`) of its reviews; `done[0]` is the one `due[0]` was for. */
export interface ShownReviews {
  readonly handedOverAt: string;
  readonly due: readonly string[];
  readonly done: readonly string[];
  /** Null: every one was held. */
  readonly next: string | null;
}

export interface ReviewsDeps {
  /** `reviews` null: the house was not handed over yet. */
  list(dir: string): { readonly ok: true; readonly reviews: ShownReviews | null } | Refused;
  /** Notes that the next review was held on this day. */
  hold(dir: string, day: string): { readonly ok: true; readonly next: string | null } | Refused;
}

/** New locks as they were typed. */
export interface LocksToChange {
  readonly code: string;
  readonly newCode: string;
  readonly newDuress: string | null;
  readonly leaveOut: readonly string[];
}

/** The same as a running hub does it, where none runs. */
export interface LocksDeps {
  /** Everything that can see or change anything, as far as it can be told without a hub. */
  live(dir: string): Promise<{ readonly ok: true; readonly live: JsonObject } | Refused>;
  /** `passwords` and `ended`, as the hub tells them. */
  change(dir: string, asked: LocksToChange): Promise<{ readonly ok: true; readonly done: JsonObject } | Refused>;
}

export interface LogQuery {
  /** Local rows with a higher `seq`. */
  readonly after: number;
  /** Rows from this time on; null: from the first. */
  readonly since: WallTime | null;
  readonly limit: number;
}

/** A data directory opened for reading its log, beside a hub that may be running on it. */
export interface LogReader {
  /** Rows of the local view, oldest first. */
  page(query: LogQuery): { readonly ok: true; readonly rows: readonly LocalRow[] } | Refused;
  close(): void;
}

export type Verified =
  | { readonly ok: true; readonly rows: number }
  | { readonly ok: false; readonly badSeq: number | null; readonly why: string };

/** `whole`: nothing is missing from the log, and nothing was changed. */
export type Bundled =
  | { readonly ok: true; readonly rows: number; readonly head: string; readonly whole: boolean }
  | Refused;

/** A sealed row, opened; or why it is not. */
export type OpenedRow =
  | { readonly ok: true; readonly seq: number; readonly at: string; readonly type: string; readonly data: JsonObject }
  | { readonly ok: false; readonly seq: number; readonly why: string };

export interface LogDeps {
  open(dir: string): { readonly ok: true; readonly reader: LogReader } | Refused;
  verify(dir: string): Promise<Verified> | Verified;
  /** Writes the evidence bundle to a file that must not be there yet. */
  bundle(dir: string, file: string): Bundled;
  /** Opens the sealed rows of a bundle with the key in a file. */
  opened(
    bundle: string,
    identityFile: string,
  ): Promise<{ readonly ok: true; readonly rows: AsyncIterable<OpenedRow> } | Refused>;
}

/** A device as it is to be written into a config; null: that key is left out. */
export interface DeviceToWrite {
  readonly id: string;
  readonly name: string | null;
  readonly profile: string;
  /** Id of the serial gateway that hears it; null: it is on MQTT. */
  readonly gateway: string | null;
  readonly topic: string | null;
  readonly model: string | null;
  readonly address: string | null;
  readonly signal: string | null;
  /** `modes` null: those usual for the type. */
  readonly zone: { readonly type: string; readonly modes: readonly string[] | null } | null;
}

/** `line` is what was written. Where it is refused the file is as it was. */
export type WrittenDevice =
  | { readonly ok: true; readonly line: string; readonly warnings: readonly ShownProblem[] }
  | (Refused & { readonly problems: readonly ShownProblem[] });

export interface ShownFamily {
  readonly name: string;
  readonly title: string;
  readonly models: readonly { readonly name: string; readonly title: string }[];
}

/** A GPIO chip of this machine, and its lines that are in use. */
export interface ShownChip {
  readonly name: string;
  readonly label: string;
  readonly lines: number;
  /** Null: the kernel does not say. `process` is null for a driver of the kernel and for what this user may not see. */
  readonly used:
    | readonly {
        readonly line: number;
        readonly name: string;
        readonly direction: 'in' | 'out';
        readonly holder: string;
        readonly process: string | null;
      }[]
    | null;
}

/** Where a modem is. The port of a config is taken where none is named. */
export interface ModemPlace {
  readonly port: string | null;
  readonly baud: number | null;
  readonly config: string | null;
  readonly data: string | null;
}

/** A modem that no hub holds, opened for one command. */
export interface OpenedModem {
  /** How it is, as the hub says it too. */
  state(): Promise<JsonObject>;
  /** Sends a marked test; hands over each hop with its time. */
  test(to: string, hop: (item: JsonObject) => void): Promise<{ readonly ok: true } | Refused>;
  close(): Promise<void>;
}

/** Where a monitoring desk keeps what it knows; `database` is the address of a PostgreSQL. */
export interface DeskPlace {
  readonly dir: string;
  readonly database: string | null;
}

export interface DeskDeps {
  /** Runs a desk until it is told to stop; resolves with the exit status. `port` null: the config's. */
  run(files: DeskPlace & { readonly config: string; readonly port: number | null }): Promise<number>;
  /** Whoever is there already gets this password. */
  add(place: DeskPlace, name: string, password: string): Promise<{ readonly ok: true } | Refused>;
  list(place: DeskPlace): Promise<{ readonly ok: true; readonly names: readonly string[] } | Refused>;
  remove(place: DeskPlace, name: string): Promise<{ readonly ok: true } | Refused>;
}

/** What beginning and ending an installer's hour needs beside the running hub. */
export interface ProvisionDeps {
  readReferral(
    file: string,
  ):
    | { readonly ok: true; readonly referral: Referral; readonly warnings: readonly ShownProblem[] }
    | { readonly ok: false; readonly problems: readonly ShownProblem[] };
  /** Something of this name is there. */
  isThere(file: string): boolean;
  /** `scheme`: a file whose sections stand in place of ours; null: none. */
  firstConfig(
    file: string,
    scheme: string | null,
  ):
    | { readonly ok: true; readonly warnings: readonly ShownProblem[] }
    | (Refused & { readonly problems: readonly ShownProblem[] });
  /** Keeps a new job for the hub that is started next on this directory. */
  keepJob(
    dir: string,
    referral: Referral,
    installer: { readonly person: string; readonly name: string; readonly scheme: string },
  ): Promise<{ readonly ok: true } | Refused>;
  /** A code that nobody would guess first. */
  drawCode(): string;
  /** A day from now on, as `2026-12-05`. */
  daysFromNow(days: number): string;
  /** Copies the papers of a handover, and syncs them. */
  copyPapers(dir: string, out: string): { readonly ok: true; readonly files: readonly string[] } | Refused;
}

/** A certificate that is as it was signed, and the key that signed it. */
export interface ShownCertificate {
  readonly ok: true;
  readonly certificate: {
    readonly hub: string;
    readonly version: string;
    readonly handedOverAt: string;
    readonly log: { readonly seq: number; readonly hash: string };
  };
  readonly key: string;
  readonly fingerprint: string;
}

/** Everything the commands ask of the rest of the program. */
export interface CliDeps {
  readonly version: string;
  /** Runs the hub until it is told to stop; resolves with the exit status. */
  run(files: RunFiles): Promise<number>;
  /** Every problem of a config; accepted when none of them is an error. */
  check(config: string): readonly ShownProblem[];
  /** Adds a device to a config, where the whole is accepted with it. */
  addDevice(config: string, device: DeviceToWrite): WrittenDevice;
  /** `FILE:LINE:COL: path: message`, as editors and people read it. */
  formatProblem(problem: ShownProblem): string;
  decoder(choice: DecoderChoice): { readonly ok: true; readonly decoder: Decoder } | Refused;
  readonly users: UsersDeps;
  readonly provision: ProvisionDeps;
  readonly reviews: ReviewsDeps;
  readonly locks: LocksDeps;
  readonly log: LogDeps;
  /** `key` null: signed by anyone. */
  certificate(file: string, key: string | null): Promise<ShownCertificate | Refused>;
  modem(place: ModemPlace): Promise<{ readonly ok: true; readonly modem: OpenedModem } | Refused>;
  readonly desk: DeskDeps;
  families(): { readonly ok: true; readonly families: readonly ShownFamily[] } | Refused;
  /** `refused`: why some chips are missing, one sentence each. */
  pins(): Promise<
    { readonly ok: true; readonly chips: readonly ShownChip[]; readonly refused: readonly string[] } | Refused
  >;
}
