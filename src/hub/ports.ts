import type { StationReport } from '../act/station-report.ts';
import type { Answer, Ask, GivenCode, Person, Role, Vouched, WalkWhat } from '../alarm/events.ts';
import type { AlarmKind, ArmedMode } from '../alarm/plan.ts';
import type { PanelPhase } from '../alarm/view.ts';
import type { ContactId, DeviceId, OutputId, PersonId, SourceId, TextId, ZoneId } from '../base/brand.ts';
import type { JsonObject } from '../base/json.ts';
import type { Instant, WallTime } from '../base/time.ts';
import type { Blocker, Step } from '../provision/blockers.ts';
import type { CheckId } from '../provision/checks.ts';
import type { DeadlineIs } from '../provision/deadline.ts';
import type { FittedHouse } from '../provision/house.ts';
import type { Installer, Job } from '../provision/job.ts';
import type { Proposal } from '../provision/propose.ts';
import type { Referral } from '../provision/referral.ts';

// What the hub needs of the world. Each port has one real implementation and one fake; both keep the same contract test.

/** Time. The only place where a wall clock enters. */
export interface Clock {
  /** The hub's own line; see `Instant`. */
  now(): Instant;
  wall(): WallTime;
  /** False until the wall clock is known to be right. */
  trusted(): boolean;
  /** CLOCK_MONOTONIC in whole milliseconds, for the record. */
  monotonicMs(): number;
  /** The kernel's boot id. */
  readonly boot: string;
  /** Calls back once after so many milliseconds; the returned function cancels. */
  alarm(afterMs: number, ring: () => void): () => void;
}

/** Says when it gets dark and light outside. */
export interface Dusk {
  /** Calls back before it returns with how it is now, and again at every change. Returns how to stop. */
  watch(tell: (is: 'dark' | 'light') => void): () => void;
}

/** One row for the event log, as the worker will store it. */
export interface JournalRow {
  readonly type: string;
  readonly data: JsonObject;
  readonly sealed: boolean;
  readonly at: WallTime;
  readonly clock: 'trusted' | 'untrusted';
  readonly monotonicMs: number;
}

/** Named parts of what the hub needs to go on after a stop, each a JSON text. */
export type SavedParts = Readonly<Record<string, string>>;

/** What `phase.json` mirrors: enough to start in the right phase without a database. Nothing silent is in it. */
export interface PhaseMirror {
  readonly state: string;
  readonly mode: 'away' | 'home' | 'night' | null;
}

/** One step of the crank, committed whole or not at all. */
export interface JournalEntry {
  readonly rows: readonly JournalRow[];
  /** Parts that changed; the others stay as they are. */
  readonly parts: SavedParts;
  /** Given when the phase changed. */
  readonly phase: PhaseMirror | null;
  /** An alarm ended: what was kept for it must not be recoverable from the file. */
  readonly erase: boolean;
}

/** A local row as it was written; `seq` is the local view's own, gapless. */
export interface LocalRow {
  readonly seq: number;
  readonly at: string;
  readonly type: string;
  readonly data: JsonObject;
}

export type Committed =
  | { readonly ok: true; readonly local: readonly LocalRow[] }
  | { readonly ok: false; readonly why: string };

/** What was found in the data directory. */
export interface Restored {
  /** Null: nothing saved, or it could not be read. */
  readonly parts: SavedParts | null;
  readonly phase: PhaseMirror | null;
  /** Name of the file a damaged database was moved to, or null. */
  readonly setAside: string | null;
  /** The hub has been here before (a database, a phase file or a state key exists). */
  readonly known: boolean;
}

/** The journal: append-only, in its own thread. Entries commit in the order given. */
export interface Journal {
  /** `done` is called exactly once, in order, when the entry is on the disk or the disk refused. It never throws. */
  append(entry: JournalEntry, done: (result: Committed) => void): void;
  /** Plain sensor traffic: kept 72 h, never waited for, shed first. */
  activity(at: WallTime, device: DeviceId, what: string): void;
  /** Commits all that was given, then closes. */
  close(): Promise<void>;
}

/** One message on its way out over MQTT. */
export interface Outgoing {
  readonly topic: string;
  readonly payload: string;
  readonly retain: boolean;
}

/** The broker as the hub uses it. */
export interface Broker {
  /** States, replies, events. Delivered in the order given. */
  publish(message: Outgoing): void;
  /** An order to a device: QoS 0, at once, never stored, ahead of everything else. */
  command(topic: string, payload: string): void;
  /** Opens the listener, or connects. The retained states given to `publish` before it are true from the first client on. */
  open(): Promise<void>;
  close(): Promise<void>;
}

/** A password known by its digest alone: SHA-256 of salt (hex) and password, as hex. */
export interface RenewedPassword {
  readonly salt: string;
  readonly digest: string;
}

/** The embedded broker as whoever changes the locks needs it. */
export interface BrokerLocks {
  /** How many clients each user has at the moment, on this machine and elsewhere. Users without any are left out. */
  clients(): ReadonlyMap<string, { readonly here: number; readonly network: number }>;
  /** From now on these users' passwords of the config are revoked. Clients that could not come in again are disconnected. */
  renew(passwords: ReadonlyMap<string, RenewedPassword>): void;
}

/** What the broker tells the hub. Every call returns at once and never throws. */
export interface BrokerDoor {
  /** Anything on a topic that is not the hub's own. */
  message(topic: string, payload: Uint8Array, stored: boolean, source: SourceId): void;
  /** A live message on `panel/set`. */
  command(payload: Uint8Array, source: SourceId): void;
  /** A client subscribed to `filter`; orders to devices that listen there are told again. */
  subscribed(filter: string): void;
  /** The link to an external broker came up or went down. */
  connected(up: boolean): void;
  /** Something was refused or dropped; told at most once a second per source. */
  refused(source: SourceId, why: string): void;
}

/** How handing over a text ended. */
export type SendResult =
  /** The far end has it and named it. */
  | { readonly outcome: 'accepted'; readonly sid: string }
  /** The far end will never take it. */
  | { readonly outcome: 'refused'; readonly why: string }
  /** Not taken, and certainly not sent: try again, not before `retryAfterMs` if the far end said so. */
  | { readonly outcome: 'later'; readonly why: string; readonly retryAfterMs: number | null }
  /** No answer, or one that cannot be read: it may have it. Ask before sending again. */
  | { readonly outcome: 'unknown'; readonly why: string };

/** What the far end says of one text. */
export type TextStatus = 'accepted' | 'delivered' | 'failed';

export type FindResult =
  | { readonly outcome: 'found'; readonly sid: string; readonly status: TextStatus }
  | { readonly outcome: 'absent' }
  | { readonly outcome: 'unknown'; readonly why: string };

export type StatusResult =
  | { readonly outcome: 'known'; readonly status: TextStatus; readonly why: string | null }
  | { readonly outcome: 'unknown'; readonly why: string };

/** A text that came in. */
export interface IncomingText {
  readonly sid: string;
  readonly from: string;
  readonly body: string;
  readonly at: WallTime;
}

export type FetchResult =
  | { readonly outcome: 'fetched'; readonly texts: readonly IncomingText[] }
  | { readonly outcome: 'unknown'; readonly why: string };

export interface OutgoingText {
  readonly id: TextId;
  /** E.164. */
  readonly to: string;
  readonly body: string;
  /** After so many seconds it is no news any more and must not arrive. */
  readonly validSeconds: number;
}

/** One way to send and receive texts. Nothing throws; every call ends within its own deadline. */
export interface TextPath {
  readonly id: string;
  send(text: OutgoingText): Promise<SendResult>;
  /** Looks for a text that may have been taken: same receiver, same words, not older than `since`. */
  find(text: OutgoingText, since: WallTime): Promise<FindResult>;
  status(sid: string): Promise<StatusResult>;
  /** Texts that came in since; may hold ones seen before. It is also how a path shows that it is alive. */
  fetch(since: WallTime): Promise<FetchResult>;
  /**
   * Rings this number, and says a neutral line where somebody picks up. Accepted: it is ringing or has rung. Null: this
   * path cannot ring. `id` tells one ring from another, as with texts.
   */
  readonly ring: ((to: string, id: TextId) => Promise<SendResult>) | null;
  /** Calls back when something may have come in, so that it is fetched now and not at the next round; null: it never knows. */
  readonly watch: ((arrived: () => void) => void) | null;
}

/** Whose code is it? One memory-hard hash a call, whatever the answer. */
export interface Codes {
  /** Somebody has a code that is not over. */
  enrolled(): boolean;
  /** The same of a resident, who has the say; also where it cannot be read who there is. */
  hasResident(): boolean;
  check(code: string): Promise<{ readonly person: Person; readonly duress: boolean } | null>;
  /** The person of this id as of now; null: removed, or the end date is past. Costs no hash. */
  person(id: PersonId): Person | null;
  /** Another one once the locks were changed: what was vouched for in an earlier era is worth nothing. */
  era(): string;
}

/** The program's own log. Nothing telling may be in it: no names, numbers, codes, and nothing of silent alarms. */
export interface Log {
  info(facts: JsonObject, message: string): void;
  warn(facts: JsonObject, message: string): void;
  error(facts: JsonObject, message: string): void;
}

/** Reads back what was written. */
export interface History {
  /** At most `limit` rows of the local view after this `seq`, oldest first; null: the disk does not answer. Never rejects. */
  local(after: number, limit: number): Promise<readonly LocalRow[] | null>;
  /** The newest `limit` rows of the local view, oldest first; null as above. */
  newest(limit: number): Promise<readonly LocalRow[] | null>;
}

// What the hub offers to whoever shows it on site: the page, Home Assistant, scripts.

/** `panel/attributes`, as an object. */
export interface PanelAttributes {
  readonly mode: ArmedMode | null;
  readonly changedBy: string | null;
  readonly delayEndsAt: string | null;
  readonly openZones: readonly ZoneId[];
  readonly bypassedZones: readonly ZoneId[];
  readonly alarm: LocalAlarm | null;
  readonly faults: readonly string[];
}

/** `zones/ID`, as an object. */
export interface ZoneView {
  readonly open: boolean | null;
  readonly tamper: boolean;
  readonly batteryLow: boolean;
  readonly online: boolean;
  readonly bypassed: boolean;
  /** When one of the fields before this last changed. */
  readonly at: string;
}

/** An alarm that may be seen on site. */
export interface LocalAlarm {
  readonly id: string;
  readonly kind: AlarmKind;
  readonly zones: readonly ZoneId[];
  readonly since: string;
  /** Id of a contact, a station or a person. */
  readonly acknowledgedBy: string | null;
}

/** Everything that may be seen on site, word for word as the retained topics have it. */
export interface LocalView {
  readonly state: PanelPhase;
  readonly attributes: PanelAttributes;
  readonly zones: Readonly<Record<ZoneId, ZoneView>>;
  readonly outputs: Readonly<Record<OutputId, 'on' | 'off'>>;
  /** All that are open, oldest first; `attributes.alarm` is the most urgent of them. */
  readonly alarms: readonly LocalAlarm[];
  /** Until when installers may work; null: they may not. */
  readonly installerUntil: string | null;
  /** Until when a walk test runs, in which a single short press of a panic button calls nobody; null: none does. */
  readonly walkUntil: string | null;
}

/** Who is told of an alarm that may be seen on site, and how far that has come. Sorted as the config names them. */
export interface LocalTelling {
  readonly alarm: string;
  /** `waiting`: nothing has been taken for them yet; without a way out it stays so. `sent`: the far end has it. */
  readonly contacts: readonly {
    readonly contact: ContactId;
    readonly is: 'waiting' | 'sent' | 'delivered' | 'answered';
  }[];
}

/** What changed. A silent alarm or a duress code causes none that its ordinary twin does not. */
export type LocalNews =
  /** `state`, `attributes`, `alarms`, `installerUntil` or `walkUntil`: all that belongs together has changed together. */
  | { readonly type: 'panel' }
  /** `tellings()`. */
  | { readonly type: 'telling' }
  | { readonly type: 'zone'; readonly zone: ZoneId }
  | { readonly type: 'output'; readonly output: OutputId }
  /** Only while a walk test runs: what a zone did. `pressed`: a single short press, which called nobody. */
  | { readonly type: 'walk'; readonly zone: ZoneId; readonly what: WalkWhat; readonly at: string }
  /** A row as it was written. */
  | { readonly type: 'row'; readonly row: LocalRow };

/** An order from within this process. */
export interface Wish {
  /** Wrong codes count against it: `session:…`, `mqtt:NAME`. */
  readonly source: SourceId;
  readonly ask: Ask;
  readonly code: string | null;
  /** Null: nobody stands behind it, the code decides. */
  readonly vouched: Vouched | null;
  /** The asker's own id, refused when it comes again; null: none. */
  readonly id: string | null;
}

/** The hub as seen from within the house: what may be shown, and orders on the one path that every code takes. */
export interface Window {
  /** As last told, never ahead of the journal. */
  view(): LocalView;
  /** Who is told of the alarms in `view().alarms`, in their order. What is silent or hidden is not in it and changes nothing. */
  tellings(): readonly LocalTelling[];
  /**
   * Switches a light as a hand at its switch would: no motion's end puts out what it lit, and what it put out stays dark
   * until there is a new reason. The panel hears nothing of it and no row tells. `unknown`: no light has this id.
   */
  light(output: OutputId, to: 'on' | 'off'): 'told' | 'unknown';
  /** Calls back after each change, with `view()` and `tellings()` already the new ones. Listeners return at once and never throw. */
  watch(listener: (news: LocalNews) => void): () => void;
  /** Answered once the turn is in the journal, like a `panel/reply`. Null: too many wait already; never for PANIC. */
  order(wish: Wish): Promise<Answer> | null;
  /** A part of its own that the caller wants kept over a stop; null: nothing kept. */
  kept(name: string): string | null;
  /** Keeps it; resolves when the journal has answered, whatever it said. */
  keep(name: string, text: string): Promise<void>;
}

// ---- people and locks ----------------------------------------------------------------------------------------------------

/**
 * Why something about people or locks was refused. `field`: which part of what was given is wrong, by its name in the request; null: none of
 * it. `is`: the fault by name, for a page to say in its language; `why` is one sentence with a remedy.
 */
export interface PeopleRefused {
  readonly ok: false;
  readonly is: string;
  readonly field: string | null;
  readonly why: string;
  /** Where a code was given and was right, whose it was, and which: a session knows from then on. */
  readonly given?: GivenCode;
}

/** Somebody with a code. Who has a duress code is shown nowhere: it would be asked for by force. */
export interface ListedPerson {
  readonly id: PersonId;
  readonly name: string;
  readonly role: Role;
  /** Null: no end. */
  readonly until: WallTime | null;
}

/** Somebody to be added. */
export interface PersonToAdd {
  readonly name: string;
  readonly role: Role;
  /** As it was typed, a date or a time; null: no end. */
  readonly until: string | null;
  readonly code: string;
}

/** Who asks, and where their wrong codes count. Null: nobody stands behind it, and the code alone says who it is. */
export interface Asker {
  readonly by: Vouched | null;
  readonly source: SourceId;
}

export type PeopleDone = { readonly ok: true } | PeopleRefused;

export type OwnCodeDone = { readonly ok: true; readonly given: GivenCode } | PeopleRefused;

/**
 * Those who have a code, as one of them sees and changes it. Whether they may at all is the caller's to ask. Under threat (a duress
 * code was given) all looks as it is asked for, and no true code is lost.
 */
export interface People {
  /** `by` null: at the machine itself, where the files can be read. */
  list(by: Vouched | null): { readonly ok: true; readonly people: readonly ListedPerson[] } | PeopleRefused;
  add(by: Vouched, person: PersonToAdd): Promise<{ readonly ok: true; readonly id: PersonId } | PeopleRefused>;
  /** Never oneself, so that a resident is always left. */
  remove(by: Vouched, id: string): Promise<PeopleDone>;
  /** One's own code. The code as it is decides, and counts where it is wrong. */
  changeCode(asker: Asker, codes: { readonly code: string; readonly newCode: string }): Promise<OwnCodeDone>;
  setDuress(asker: Asker, codes: { readonly code: string; readonly newDuress: string }): Promise<OwnCodeDone>;
}

/** A user of the embedded broker. */
export interface LiveBrokerUser {
  readonly name: string;
  readonly publish: readonly string[];
  readonly subscribe: readonly string[];
  /** Clients connected at the moment, on this machine and elsewhere. */
  readonly here: number;
  readonly network: number;
  /** `revoked`: the config still names a password that is over; it is taken on this machine alone. */
  readonly password: 'in force' | 'revoked';
}

/** Something that sees or hears of this house by a secret that only somebody else can change, or only the config. */
export interface Elsewhere {
  readonly kind:
    | 'home-assistant'
    | 'broker'
    | 'monitoring'
    | 'texts'
    | 'modem'
    | 'certificate'
    | 'pepper'
    | 'anonymous-broker';
  /** Host, or id in the config. */
  readonly name: string;
  /** What it knows the house by; empty: nothing is secret about it. */
  readonly secrets: readonly ('password' | 'key' | 'secret' | 'token' | 'client-certificate' | 'pin')[];
}

/** Everything but sessions that can see or change anything. */
export interface LiveLocks {
  readonly people: readonly ListedPerson[];
  /** Until when installers may work; null: they may not. */
  readonly installerUntil: string | null;
  readonly brokerUsers: readonly LiveBrokerUser[];
  /** Who gets texts, of which kinds of alarm. */
  readonly contacts: readonly { readonly id: ContactId; readonly alarms: readonly AlarmKind[] }[];
  readonly elsewhere: readonly Elsewhere[];
  /** Of the page; one of the hub's own is made anew at the start after a change. */
  readonly certificate: 'own' | 'given' | 'none';
  /** The last time that the locks were changed; null: never. */
  readonly changed: { readonly at: string; readonly ended: Readonly<Record<string, number>> } | null;
}

/** How much of each a change has ended. */
export type RevokedCounts = Readonly<Record<'people' | 'sessions' | 'installer' | 'brokerUsers', number>>;

/** What a resident asks for when she changes the locks. */
export interface NewLocks {
  /** Her code as it is. */
  readonly code: string;
  readonly newCode: string;
  /** Null: she has none afterwards. */
  readonly newDuress: string | null;
  /** Users of the broker whose password stays. */
  readonly leaveOut: readonly string[];
}

export interface LocksChanged {
  readonly ok: true;
  readonly at: string;
  /** Whose code it was, for the session that goes on. */
  readonly given: GivenCode;
  /** What could see or change anything until now. */
  readonly was: LiveLocks;
  readonly ended: RevokedCounts;
  /** New passwords of broker users. They are known nowhere else and are to be shown this once. */
  readonly passwords: readonly { readonly name: string; readonly password: string }[];
}

export interface Locks {
  /** `by` null: at the machine itself. */
  live(by: Vouched | null): LiveLocks;
  /**
   * One action: everybody else's code, every duress code, every session, the installers' time, pepper, certificate and the broker users'
   * passwords are over. `sessions`: how many others the caller ends; all of an earlier era are worth nothing from then on.
   */
  change(asker: Asker, asked: NewLocks, sessions: number): Promise<LocksChanged | PeopleRefused>;
}

// ---- the installer's hour ----------------------------------------------------------------------------------------------

/** A device that is heard now and not in the config: what it said last, and how well it is heard. */
export interface HeardDevice {
  readonly topic: string;
  /** Which of those on this topic; null: a topic is a device. */
  readonly address: string | null;
  readonly profile: string;
  readonly gateway: string | null;
  /** An id made of its name. */
  readonly id: string;
  /** `contact open, battery 91`. */
  readonly said: string;
  /** The zone it looks made for; null: none. */
  readonly zone: string | null;
  readonly signal: string | null;
  readonly battery: number | null;
  readonly messages: number;
}

/** A device to be learnt, as the installer named it. */
export interface DeviceToLearn {
  readonly topic: string;
  readonly address: string | null;
  readonly id: string;
  /** By room, as she would say it. */
  readonly name: string;
  /** A zone type of the config, or null for what carries no zone (a keypad). */
  readonly zone: string | null;
  /** Null: what is usual for that type. */
  readonly modes: readonly string[] | null;
}

/** What an installer can do in the hour, in the words of a form or a command. */
export type ProvisionAct =
  | { readonly act: 'check'; readonly check: CheckId; readonly answer: 'yes' | 'no'; readonly note: string }
  | { readonly act: 'name-room'; readonly room: string }
  | { readonly act: 'drop-room'; readonly room: string }
  /** Writes it into the config; it counts after `restart`. */
  | { readonly act: 'learn'; readonly device: DeviceToLearn }
  /** A person to tell. Counts after `restart`. */
  | {
      readonly act: 'add-contact';
      readonly id: string;
      readonly phone: string;
      /** Null: all but duress. */
      readonly alarms: readonly string[] | null;
    }
  | { readonly act: 'prove'; readonly contact: string }
  /** Starts the hub again so that a changed config counts; the job goes on where it was. */
  | { readonly act: 'restart' }
  /** Makes the passwords of the broker new. The answer's `secrets` shows them, this once; they count after `restart`. */
  | { readonly act: 'renew-secrets' }
  | { readonly act: 'begin-walk' }
  | { readonly act: 'end-walk' }
  /** Where the installer stands, so that a press counts for that room; null: nowhere that counts. */
  | { readonly act: 'stand-in'; readonly room: string | null }
  /** Tests every path to every contact and service; each answer is timed and shows as it comes. */
  | { readonly act: 'test-paths' }
  | {
      readonly act: 'item';
      /** An id of the proposal, or what else was fitted, in words. */
      readonly item: string;
      readonly where: string;
      readonly is: 'fitted' | 'not-fitted';
      readonly note: string;
    }
  | { readonly act: 'waive'; readonly what: string; readonly reason: string }
  | { readonly act: 'withdraw-waiver'; readonly what: string }
  /** Writes the papers into DIR/papers. Refused while anything blocks; `blockers` says what. */
  | { readonly act: 'make-papers' }
  /** After the papers are in safe hands: installer out, the job and its referral wiped, reviews set. */
  | { readonly act: 'finish' };

export type ProvisionDone =
  | {
      readonly ok: true;
      /** Only after `renew-secrets`: what is to be typed where, shown once. */
      readonly secrets?: readonly { readonly name: string; readonly password: string }[];
    }
  | {
      readonly ok: false;
      readonly why: string;
      /** Where the handover is refused. */
      readonly blockers?: readonly Blocker[];
    };

/** The hour as it stands. */
export interface ProvisionView {
  readonly job: Job;
  readonly proposal: Proposal;
  readonly deadlineIs: DeadlineIs;
  readonly house: FittedHouse;
  /** Everything that is missing, waived or not. */
  readonly missing: readonly Blocker[];
  readonly next: Step | 'handover' | 'finish';
  /** Until when the walk test runs (ISO); null: it does not. */
  readonly walkUntil: string | null;
  /** Paths whose answers are waited for now. */
  readonly testing: readonly string[];
}

/** The installer's hour: what the terminal and the pages play. One job at a time, kept over a stop at every step. */
export interface Provisioning {
  /** Null: no job is begun. */
  view(): ProvisionView | null;
  /** Calls back after each change of the view. Listeners return at once and never throw. */
  watch(listener: () => void): () => void;
  /** What is heard and not in the config, the one heard last at the end. */
  heard(): readonly HeardDevice[];
  /** Begins a job. Refused while there is one. */
  start(referral: Referral, installer: Installer): Promise<ProvisionDone>;
  /** Saved before it answers. `by`: whose session asks; left out: somebody at the machine itself. */
  act(act: ProvisionAct, by?: Pick<Vouched, 'duress'>): Promise<ProvisionDone>;
}

// ---- pins, serial gateways and boards ----------------------------------------------------------------------------------
//
// What is not on MQTT speaks to the hub in messages of the same kind, on topics of its own. They begin with `#`, which
// no MQTT topic that is published can, so that nobody on a broker speaks for a wire.

/** `#gpio/CHIP/LINE`, `#serial/GATEWAY/heard` or `#firmata/BOARD/PIN`; orders go to the same with `/set` behind it. */
export type WireTopic = `#${'gpio' | 'serial' | 'firmata'}/${string}`;

/** What wires tell the hub. Every call returns at once and never throws. */
export interface WiresDoor {
  /** What an input or output says; `stored`: it was read, not seen to change, and so is never a press. */
  message(topic: WireTopic, payload: Uint8Array, stored: boolean): void;
  /** A gateway or board came or went, as `#serial/rf433`; what stands behind it is not known while it is gone. */
  gateway(base: WireTopic, is: 'up' | 'down', why: string): void;
  /** A gateway hears noise that drowns its devices. */
  noise(base: WireTopic, is: 'up' | 'over'): void;
  /** Something could not be read; the hub tells it at most once a second per source. */
  refused(base: WireTopic, why: string): void;
}

/** One kind of wire. Nothing throws into the hub; trouble is told through the door, and mended without being asked. */
export interface Wires {
  /** Resolves when each line, port and board was tried once; what is not there is tried again for ever. */
  open(door: WiresDoor): Promise<void>;
  /** At once, and before `open` too: an output then starts at what it was told last, without a blip. */
  command(topic: WireTopic, payload: string): void;
  /** Leaves each output at its safe level. */
  close(): Promise<void>;
}

/** A line of a GPIO chip. `chip` is the chip's label; null: the chip behind the header of a Raspberry Pi. */
export interface GpioPlace {
  readonly chip: string | null;
  /** The offset on the chip; on the header of a Pi the BCM number. */
  readonly line: number;
}

/** An input says `on` (active), `off`, or `lost` where its line cannot be read, and `back` once it can, before its level. */
export interface GpioInput extends GpioPlace {
  readonly topic: WireTopic;
  readonly activeLow: boolean;
  readonly bias: 'pull-up' | 'pull-down' | 'none' | 'as-is';
  /** Shorter changes are no changes; zero: every edge counts. */
  readonly filterMs: number;
}

/** An output is told `on` (active) or `off`, and says back what its line is at. */
export interface GpioOutput extends GpioPlace {
  readonly topic: WireTopic;
  readonly activeLow: boolean;
  /** What a stop of the hub leaves. */
  readonly onStop: 'off' | 'on' | 'keep';
}

export interface GpioConfig {
  readonly inputs: readonly GpioInput[];
  readonly outputs: readonly GpioOutput[];
}

export type GatewayType = 'rflink' | 'mysensors' | 'rfxtrx' | 'rtl_433';

/** A radio on a serial port, or one that a program listens to. It says each message it hears as one JSON object. */
export interface GatewayConfig {
  readonly id: string;
  readonly type: GatewayType;
  /** Path of the port; null for `rtl_433`, which is a program. */
  readonly port: string | null;
  readonly baud: number;
  /** The program and its arguments; null for a port. */
  readonly command: readonly [string, ...string[]] | null;
  /** A gateway that says nothing for so long, although asked, is gone. */
  readonly silenceMs: number;
}

/** A loop with resistors: which of closed, open, short and cut it is follows from the share of the supply at the pin. */
export interface LoopBands {
  /** Upper ends, as shares from 0 to 1 and rising: below the first it is `short`, then `closed`, then `open`, above `cut`. */
  readonly short: number;
  readonly closed: number;
  readonly open: number;
}

/** An input says `on`, `off`, or as a loop `closed`, `open`, `short` or `cut`; `lost` while its board is gone. */
export interface BoardInput {
  readonly topic: WireTopic;
  /** `5` or `A0`. */
  readonly pin: string;
  readonly activeLow: boolean;
  readonly pullUp: boolean;
  /** Null: a digital input. */
  readonly reads: { readonly above: number; readonly hysteresis: number } | { readonly loop: LoopBands } | null;
}

export interface BoardOutput {
  readonly topic: WireTopic;
  readonly pin: string;
  readonly activeLow: boolean;
  readonly onStop: 'off' | 'on' | 'keep';
}

/** An Arduino that speaks Firmata. */
export interface BoardConfig {
  readonly id: string;
  readonly port: string;
  readonly baud: number;
  readonly inputs: readonly BoardInput[];
  readonly outputs: readonly BoardOutput[];
}

// ---- monitoring services ------------------------------------------------------------------------------------------------
//
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
