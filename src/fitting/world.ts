import type { Person } from '../alarm/events.ts';
import type { PersonId } from '../base/brand.ts';
import type { JsonObject } from '../base/json.ts';
import type { Duration, WallTime } from '../base/time.ts';
import type { DeviceToLearn, HeardDevice, ProvisionDone, Window } from '../hub/ports.ts';
import type { Certificate, Feedback } from '../papers/model.ts';
import type { FittedHouse } from '../provision/house.ts';
import type { Job } from '../provision/job.ts';

/** Done, or one sentence with a remedy. */
export type Outcome = { readonly ok: true } | { readonly ok: false; readonly why: string };

/** How one path answered, as it comes. */
export interface PathAnswer {
  readonly name: string;
  readonly answeredAfterMs: number | null;
  readonly result: string;
  readonly why: string;
}

/** What the installer's hour needs of the running hub and of the files around it. */
export interface FittingWorld {
  readonly jobs: {
    load(): { readonly ok: true; readonly job: Job | null } | { readonly ok: false; readonly why: string };
    /** On the disk when it resolves. The loop that sounds sirens does not wait for the disk meanwhile. */
    save(job: Job): Promise<Outcome>;
    wipe(): Outcome;
  };
  readonly window: Pick<Window, 'view' | 'watch' | 'order'>;
  house(): FittedHouse;
  heard(): readonly HeardDevice[];
  /** Writes into the config, which counts after a restart. */
  learn(heard: HeardDevice, device: DeviceToLearn): Outcome;
  addContact(contact: {
    readonly id: string;
    readonly phone: string;
    readonly alarms: readonly string[] | null;
  }): Outcome;
  renewSecrets(): ProvisionDone;
  prove(contact: string): Outcome;
  /** Tests every path; resolves when each has answered or was given up. */
  testPaths(tell: (answer: PathAnswer) => void, gone: AbortSignal): Promise<void>;
  restart(): Outcome;
  /** Lets the installer work, without a resident's word; false where a resident has to give it. */
  openInstaller(length: Duration): boolean;
  /** As of now; null: gone. */
  person(id: PersonId): Person | null;
  /** Takes away everyone who is an installer, with their codes and so their sessions. */
  removeInstallers(): Promise<Outcome>;
  readonly papers: {
    write(certificate: Certificate, feedback: Feedback): Promise<Outcome>;
    /** Takes away here what left with the installer. */
    forget(): Promise<void>;
  };
  readonly reviews: {
    /** Days on which a house that is handed over now is looked at again. */
    due(now: WallTime): readonly string[];
    begin(now: WallTime): Outcome;
  };
  readonly hub: { readonly id: string; readonly version: string };
  /** The last row of the log; null: it cannot be read now. */
  logHead(): { readonly seq: number; readonly hash: string } | null;
  /** A row for the record. */
  record(row: string, data: JsonObject): void;
  wall(): WallTime;
  iso(at: WallTime): string;
  /** The day where the house is, `2026-11-21`. */
  today(): string;
  /** A name for a job, by chance. */
  draw(): string;
}
