import type { OutputRole } from '../act/plan.ts';
import type { ReportCodes } from '../act/report-codes.ts';
import type { CaseCard, Numbering } from '../act/station-report.ts';
import type { PanelPlan } from '../alarm/plan.ts';
import type { ContactId, DeviceId, OutputId } from '../base/brand.ts';
import type { Duration } from '../base/time.ts';
import type { EscalationPlan } from '../escalate/plan.ts';
import type { StationsPlan } from '../escalate/stations-plan.ts';
import type { BoardConfig, GatewayConfig, GpioConfig } from '../hub/ports.ts';
import type { LightingPlan } from '../lighting/plan.ts';
import type { AddressKind } from '../sense/profile.ts';
import type { ButtonSignal, TripSignal } from '../sense/signals.ts';
import type { DevicePlan } from '../zone/plan.ts';

/** A configured sensor, button or keypad. `topic` is one of MQTT, or of a wire, which begins with `#`. */
export interface HouseDevice {
  readonly id: DeviceId;
  /** What people call it; the id where the config gives no name. */
  readonly name: string;
  readonly profile: string;
  /** Null: take the family's common rules, or what the gateway says of the device. */
  readonly model: string | null;
  readonly topic: string;
  /** Null: a topic is a device, or the usual part of it. */
  readonly address: string | null;
  /** What a bare on of it means. */
  readonly means: TripSignal;
  readonly sensing: DevicePlan;
}

/** A configured siren, strobe, light or relay. `topic` is one of MQTT, or of a wire, which begins with `#`. */
export interface HouseOutput {
  readonly id: OutputId;
  /** What people call it; its id where they did not say. */
  readonly name: string;
  readonly role: OutputRole;
  readonly profile: string;
  readonly model: string | null;
  readonly topic: string;
  readonly address: string | null;
}

export interface TwilioConfig {
  readonly accountSid: string;
  readonly authToken: string;
  readonly from: string;
  readonly apiBase: string;
}

/** A mobile modem on a serial port. */
export interface ModemConfig {
  readonly port: string;
  readonly baud: number;
  /** Null: the card asks for none. */
  readonly pin: string | null;
}

/** How one monitoring service is spoken to, and in which words. */
export type MonitoringConfig = { readonly id: string; readonly codes: ReportCodes } & (
  | {
      readonly type: 'sia-dc09';
      readonly targets: readonly [Receiver, ...Receiver[]];
      readonly account: string;
      /** With their letters, as `R0` and `L0`. */
      readonly receiver: string;
      readonly line: string;
      readonly format: 'SIA-DCS' | 'ADM-CID';
      readonly area: number;
      readonly texts: 'names' | 'none';
      /** Null: in the clear. */
      readonly key: { readonly text: string; readonly encoding: 'hex' | 'ascii' } | null;
      readonly ackTime: 'fresh' | 'any';
    }
  | ({ readonly type: 'webhook' } & SignedConfig)
  | ({
      readonly type: 'mqtt';
      readonly prefix: string;
      readonly username: string | null;
      readonly password: string | null;
      /** Paths of PEM files. */
      readonly ca: string | null;
      readonly cert: string | null;
      readonly key: string | null;
    } & SignedConfig)
);

interface Receiver {
  readonly host: string;
  readonly port: number;
  readonly transport: 'tcp' | 'udp';
}

interface SignedConfig {
  readonly url: string;
  readonly secret: string;
  readonly everySeconds: number;
  /** Null: this service may know nothing of the case. */
  readonly card: CaseCard | null;
}

/** A client of the embedded broker and what it may do; filters are MQTT topic filters. */
export interface MqttUser {
  readonly name: string;
  readonly password: string;
  readonly publish: readonly string[];
  readonly subscribe: readonly string[];
}

export type MqttConfig =
  | { readonly kind: 'listen'; readonly host: string; readonly port: number; readonly users: readonly MqttUser[] }
  | {
      readonly kind: 'connect';
      readonly url: string;
      readonly username: string | null;
      readonly password: string | null;
      readonly clientId: string | null;
      /** Paths of PEM files. */
      readonly ca: string | null;
      readonly cert: string | null;
      readonly key: string | null;
    };

/** The broker that Home Assistant listens to. */
export interface HomeAssistantConfig {
  readonly url: string;
  readonly username: string | null;
  readonly password: string | null;
  /** Path of a PEM file. */
  readonly ca: string | null;
  /** First levels of the topics on which Home Assistant looks for devices. */
  readonly prefix: string;
  readonly allowDisarm: boolean;
}

export interface WebConfig {
  readonly host: string;
  readonly port: number;
  /** Null: plain HTTP, on loopback only. Paths of PEM files. */
  readonly tls: 'self' | { readonly cert: string; readonly key: string } | null;
  readonly names: readonly string[];
  /** Code of the language that the page speaks where nobody chose another. */
  readonly language: 'en' | 'pl';
  /** An ordinary site, for whoever must not be seen on the page. */
  readonly leaveTo: string;
}

/** One accepted config, compiled: what the rooms need, in their own words. */
export interface House {
  readonly site: {
    readonly id: string;
    readonly timezone: string;
    readonly location: { readonly latitude: number; readonly longitude: number } | null;
  };
  readonly panel: PanelPlan;
  readonly devices: readonly HouseDevice[];
  readonly outputs: readonly HouseOutput[];
  /** Empty where no device or output is on a wire. */
  readonly gpio: GpioConfig;
  readonly gateways: readonly GatewayConfig[];
  readonly boards: readonly BoardConfig[];
  readonly lighting: LightingPlan;
  readonly escalation: EscalationPlan;
  /** E.164 number of each contact. */
  readonly phones: ReadonlyMap<ContactId, string>;
  /** What she calls each contact, for her alone; the id where the config does not say. */
  readonly contactNames: ReadonlyMap<ContactId, string>;
  readonly neverContact: ReadonlySet<string>;
  /** Ways out for texts that are configured, the first choice first; none: texts go to the log, marked not sent. */
  readonly paths: readonly ('twilio' | 'modem')[];
  /** Null: not a way out of this house. */
  readonly twilio: TwilioConfig | null;
  readonly modem: ModemConfig | null;
  /** What monitoring services are told, and how each is spoken to. */
  readonly stations: StationsPlan;
  readonly monitoring: readonly MonitoringConfig[];
  readonly numbering: Numbering;
  readonly mqtt: MqttConfig;
  readonly homeAssistant: HomeAssistantConfig | null;
  readonly web: WebConfig | null;
  readonly evidencePublicKey: string | null;
}

/** One thing wrong with a config. `message` says what, and what to do about it. */
export interface Problem {
  readonly severity: 'error' | 'warning';
  readonly file: string;
  readonly line: number;
  readonly column: number;
  /** `devices[3].zone.modes[0]`. */
  readonly path: string;
  readonly message: string;
}

/** What the config check must know of a device family; made from the files in `devices/`. */
export interface FamilyFacts {
  readonly models: readonly string[];
  /** The model that a device's topic or address gives away; null: none. */
  readonly modelOf: (topic: string, address: string | null) => string | null;
  /** Longest ordinary silence of this model, of the family where no model is known; null: it is never missed. */
  readonly supervision: (model: string | null) => Duration | null;
  /** Somebody tells when this model is gone: its last will, or its gateway. */
  readonly tellsOnline: (model: string | null) => boolean;
  /** Whoever heard a message of this model can send it again. */
  readonly copyable: (model: string | null) => boolean;
  /** A happening told several times within this time is one. */
  readonly repeats: (model: string | null) => Duration;
  /** How one device is told from others on its topic; null: a topic is a device. */
  readonly address: AddressKind | null;
  /** Every topic on which a device of this family may speak. */
  readonly topicsOf: (topic: string, address: string | null) => readonly string[];
  /** False: devices of this family cannot be switched. */
  readonly switches: boolean;
  /** This model, or any of the family where none is known, can tell of motion. */
  readonly motion: (model: string | null) => boolean;
  /** What a button of this model can tell, or one of any model where none is known. */
  readonly presses: (model: string | null) => readonly ButtonSignal[];
}
