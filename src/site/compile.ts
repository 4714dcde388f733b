import type { AlarmKind, ArmedMode, ModePlan, PanelPlan, ZonePlan } from '../alarm/plan.ts';
import type { ContactId, DeviceId, OutputId, ZoneId } from '../base/brand.ts';
import { type Duration, duration } from '../base/time.ts';
import type { ContactPlan, EscalationPlan, HoursPlan, StepPlan, Strategy } from '../escalate/plan.ts';
import type { LightingPlan } from '../lighting/plan.ts';
import type { DevicePlan } from '../zone/plan.ts';
import { USUAL_KINDS } from './check-people.ts';
import { minuteOf, WAITING_KINDS } from './check-texts.ts';
import { compileMonitoring, compileNumbering, compileStations } from './compile-monitoring.ts';
import { compileBoards, compileGateways, compileGpio, wireDebounce } from './compile-wires.ts';
import { parseDuration } from './durations.ts';
import type { FamilyFacts, House, HouseDevice, HouseOutput, MqttConfig, WebConfig } from './house.ts';
import { normalisePhone } from './phones.ts';
import {
  type Config,
  type ContactEntry,
  DEFAULTS,
  type DeviceEntry,
  type EscalationEntry,
  type LightingEntry,
  type OutputEntry,
  PATHS,
  type StepEntry,
  type WebEntry,
  type ZoneEntry,
} from './schema.ts';
import { driverOf, meaningOf, profileOf, topicOf } from './wires.ts';
import { tripsOf } from './zone-rules.ts';

/** A checked config in the words of the rooms, every default filled in. */
export function compile(config: Config, families: ReadonlyMap<string, FamilyFacts>): House {
  const devices = config.devices ?? [];
  const contacts = config.contacts ?? [];
  return {
    site: { id: config.site.id, timezone: config.site.timezone, location: config.site.location ?? null },
    panel: compilePanel(config, devices, config.outputs ?? []),
    devices: devices.map((device) => compileDevice(device, families)),
    outputs: (config.outputs ?? []).map((output) => compileOutput(output, families)),
    gpio: compileGpio(config),
    gateways: compileGateways(config),
    boards: compileBoards(config),
    lighting: compileLighting(config.lighting ?? [], config.outputs ?? []),
    escalation: compileEscalation(config.escalation ?? {}, contacts, config.sms?.strategy ?? 'order'),
    phones: new Map(contacts.map(({ id, phone }) => [id as ContactId, e164(phone)])),
    contactNames: new Map(contacts.map(({ id, name }) => [id as ContactId, name ?? id])),
    neverContact: new Set((config.neverContact ?? []).map(e164)),
    paths: pathsOf(config.sms),
    twilio: compileTwilio(config.sms),
    modem: compileModem(config.sms),
    stations: compileStations(config),
    monitoring: compileMonitoring(config),
    numbering: compileNumbering(config),
    mqtt: compileMqtt(config),
    homeAssistant: compileHomeAssistant(config),
    web: config.web === undefined ? null : compileWeb(config.web),
    evidencePublicKey: config.evidence?.publicKey ?? null,
  };
}

const timeOr = (said: string | undefined, silent: Duration): Duration =>
  (said === undefined ? null : parseDuration(said)) ?? silent;

/** The checks let no impossible number through. */
const e164 = (phone: string): string => normalisePhone(phone) ?? phone;

function compilePanel(config: Config, devices: readonly DeviceEntry[], outputs: readonly OutputEntry[]): PanelPlan {
  const mode = (name: ArmedMode): ModePlan => {
    const said = config.panel?.modes?.[name];
    const silent = DEFAULTS.modes[name];
    return {
      exitDelay: timeOr(said?.exitDelay, silent.exitDelay),
      entryDelay: timeOr(said?.entryDelay, silent.entryDelay),
    };
  };
  const siren = config.panel?.siren;
  return {
    modes: { away: mode('away'), home: mode('home'), night: mode('night') },
    siren: { duration: timeOr(siren?.duration, DEFAULTS.siren.duration), trips: siren?.trips ?? DEFAULTS.siren.trips },
    quickArm: config.panel?.quickArm ?? false,
    zones: new Map(devices.flatMap((device) => (device.zone === undefined ? [] : [zoneEntry(device, device.zone)]))),
    devices: [...devices, ...outputs].map(({ id }) => id as DeviceId),
  };
}

function zoneEntry(device: DeviceEntry, zone: ZoneEntry): readonly [ZoneId, ZonePlan] {
  const id = device.id as ZoneId;
  return [
    id,
    {
      id,
      type: zone.type,
      modes: zone.modes ?? [],
      standing: tripsOf(zone.type, device.signal ?? null).includes('contact'),
      entryDelay: zone.entryDelay === undefined ? null : parseDuration(zone.entryDelay),
      finalDoor: zone.finalDoor ?? false,
      guards: zone.guards === undefined ? null : (zone.guards as ZoneId),
      forcedEntry: zone.forcedEntry ?? 'delay',
      silent: isSilent(zone),
      within: timeOr(zone.within, DEFAULTS.within),
    },
  ];
}

const isSilent = (zone: ZoneEntry): boolean => zone.type === 'panic' && (zone.silent ?? true);

function compileDevice(device: DeviceEntry, families: ReadonlyMap<string, FamilyFacts>): HouseDevice {
  const { profile, topic } = speakerOf(device);
  const family = families.get(profile);
  const address = device.address ?? null;
  const model = device.model ?? family?.modelOf(topic, address) ?? null;
  const usual = family?.supervision(model) ?? null;
  const copyable = family?.copyable(model) ?? false;
  const sensing: DevicePlan = {
    id: device.id as DeviceId,
    supervision: device.supervision === undefined ? usual : parseDuration(device.supervision),
    debounce: longer(
      timeOr(device.debounce, wireDebounce(device) ?? duration(0)),
      copyable ? DEFAULTS.copyableHold : duration(0),
    ),
    repeats: family?.repeats(model) ?? duration(0),
    zone: device.zone === undefined ? null : compileSensing(device, device.zone),
  };
  return {
    id: sensing.id,
    name: device.name ?? device.id,
    profile,
    model,
    topic,
    address,
    means: meaningOf(device),
    sensing,
  };
}

/** The checks let nothing through that says neither. */
const speakerOf = (entry: DeviceEntry | OutputEntry): { readonly profile: string; readonly topic: string } => ({
  profile: profileOf(entry) ?? '',
  topic: topicOf(entry) ?? '',
});

const longer = (a: Duration, b: Duration): Duration => (a > b ? a : b);

function compileSensing(device: DeviceEntry, zone: ZoneEntry): DevicePlan['zone'] {
  return {
    id: device.id as ZoneId,
    trips: tripsOf(zone.type, device.signal ?? null),
    on: zone.on ?? ['press', 'hold', 'double'],
    hits: zone.hits ?? 1,
    within: timeOr(zone.within, DEFAULTS.within),
    timesPresses: ['gpio', 'firmata'].includes(driverOf(device)),
    silentPress: isSilent(zone),
  };
}

function compileOutput(output: OutputEntry, families: ReadonlyMap<string, FamilyFacts>): HouseOutput {
  const { id, role } = output;
  const { profile, topic } = speakerOf(output);
  const address = output.address ?? null;
  const model = output.model ?? families.get(profile)?.modelOf(topic, address) ?? null;
  return { id: id as OutputId, name: output.name ?? id, role, profile, model, topic, address };
}

function compileLighting(rules: readonly LightingEntry[], outputs: readonly OutputEntry[]): LightingPlan {
  return {
    rules: rules.map(({ id, motion, lights, hold, only }) => ({
      id,
      motion: motion.map((device) => device as DeviceId),
      lights: lights.map((light) => light as OutputId),
      hold: timeOr(hold, DEFAULTS.hold),
      only: only ?? 'dark',
    })),
    lights: outputs.filter(({ role }) => role === 'light').map(({ id }) => id as OutputId),
  };
}

function compileEscalation(
  escalation: EscalationEntry,
  contacts: readonly ContactEntry[],
  strategy: Strategy,
): EscalationPlan {
  const plans = new Map(contacts.map((contact) => [contact.id as ContactId, compileContact(contact)]));
  const everyone: StepPlan = { after: duration(0), notify: [...plans.keys()], repeat: 1, every: duration(0) };
  const rest = escalation.default?.map(compileStep) ?? [everyone];
  const stepsFor = (kind: Exclude<AlarmKind, 'test'>): readonly StepPlan[] =>
    onlyThoseMeant(escalation[kind]?.map(compileStep) ?? rest, kind, plans);
  return {
    contacts: plans,
    steps: {
      personal: stepsFor('personal'),
      duress: stepsFor('duress'),
      intruder: stepsFor('intruder'),
      tamper: stepsFor('tamper'),
      fire: stepsFor('fire'),
      fault: stepsFor('fault'),
      test: plans.size === 0 ? [] : [everyone],
    },
    lastResort: plans.size === 0 ? null : timeOr(escalation.lastResort, DEFAULTS.lastResort),
    strategy,
  };
}

/** A test goes to everyone, so every contact takes it. */
function compileContact(contact: ContactEntry): ContactPlan {
  const alarms = new Set<AlarmKind>([...(contact.alarms ?? USUAL_KINDS), 'test']);
  const { wording = 'neutral', via = ['text'], hours, text: asks = null } = contact;
  return { id: contact.id as ContactId, alarms, wording, via, hours: compileHours(hours), asks };
}

function compileHours(hours: ContactEntry['hours']): HoursPlan | null {
  if (hours === undefined) return null;
  const kinds = new Set<AlarmKind>(hours.alarms ?? WAITING_KINDS);
  return { from: minuteOf(hours.from), to: minuteOf(hours.to), kinds };
}

function compileStep(step: StepEntry): StepPlan {
  return {
    after: timeOr(step.after, duration(0)),
    // Services are told on a road of their own, and are no contacts.
    notify: step.notify.map((name) => name as ContactId),
    repeat: step.repeat ?? 1,
    every: timeOr(step.every, duration(0)),
  };
}

/** Each step with the contacts whose `alarms` hold the kind, in order of time; steps that are left with nobody fall away. */
function onlyThoseMeant(
  steps: readonly StepPlan[],
  kind: AlarmKind,
  plans: ReadonlyMap<ContactId, ContactPlan>,
): readonly StepPlan[] {
  return steps
    .map((step) => ({ ...step, notify: step.notify.filter((id) => plans.get(id)?.alarms.has(kind)) }))
    .filter((step) => step.notify.length > 0)
    .toSorted((a, b) => a.after - b.after);
}

const compileWeb = ({ host, port, tls, names, language, leaveTo }: WebEntry): WebConfig => ({
  host: host ?? '127.0.0.1',
  port: port ?? 8080,
  tls: tls ?? null,
  names: names ?? [],
  language: language ?? 'en',
  leaveTo: leaveTo ?? DEFAULTS.leaveTo,
});

/** Those that are configured, and none that the list leaves out. */
function pathsOf(sms: Config['sms']): House['paths'] {
  return (sms?.paths ?? PATHS).filter((path) => sms?.[path] !== undefined);
}

function compileModem(sms: Config['sms']): House['modem'] {
  const modem = sms?.modem;
  return modem === undefined ? null : { port: modem.port, baud: modem.baud ?? 115_200, pin: modem.pin ?? null };
}

function compileTwilio(sms: Config['sms']): House['twilio'] {
  const twilio = sms?.twilio;
  if (twilio === undefined) return null;
  const apiBase = (twilio.apiBase ?? 'https://api.twilio.com').replace(/\/+$/, '');
  return { accountSid: twilio.accountSid, authToken: twilio.authToken, from: e164(twilio.from), apiBase };
}

function compileHomeAssistant({ homeAssistant }: Config): House['homeAssistant'] {
  if (homeAssistant === undefined) return null;
  const { url, username, password, ca, prefix, allowDisarm } = homeAssistant;
  return {
    url,
    username: username ?? null,
    password: password ?? null,
    ca: ca ?? null,
    prefix: prefix ?? 'homeassistant',
    allowDisarm: allowDisarm ?? false,
  };
}

function compileMqtt({ mqtt }: Config): MqttConfig {
  const connect = mqtt?.connect;
  if (connect === undefined) {
    return {
      kind: 'listen',
      host: mqtt?.listen?.host ?? '127.0.0.1',
      port: mqtt?.listen?.port ?? 1883,
      users: (mqtt?.users ?? []).map(({ name, password, publish, subscribe }) => ({
        name,
        password,
        publish: publish ?? [],
        subscribe: subscribe ?? [],
      })),
    };
  }
  return {
    kind: 'connect',
    url: connect.url,
    username: connect.username ?? null,
    password: connect.password ?? null,
    clientId: connect.clientId ?? null,
    ca: connect.ca ?? null,
    cert: connect.cert ?? null,
    key: connect.key ?? null,
  };
}
