import { forgottenFaults, hubReport } from '../act/reports.ts';
import type { RecordEffect } from '../alarm/effects.ts';
import type { Answer, Order, PanelEvent, ReplyTo, WalkWhat, ZoneEvent } from '../alarm/events.ts';
import { deadline as panelDeadline, reduce } from '../alarm/reduce.ts';
import type { PanelState } from '../alarm/state.ts';
import { type PanelPhase, phaseOf } from '../alarm/view.ts';
import type { ContactId, DeviceId, OutputId, SourceId, ZoneId } from '../base/brand.ts';
import { after, between, type Duration, duration, hours, type Instant, isDue, seconds, sooner } from '../base/time.ts';
import { unreachable } from '../base/unreachable.ts';
import { escalate, deadline as escalationDeadline } from '../escalate/escalate.ts';
import type { EscalationEffect, EscalationEvent, TellingPlan } from '../escalate/events.ts';
import { reachOf } from '../escalate/shown.ts';
import type { EscalationState } from '../escalate/state.ts';
import type { StationsEvent } from '../escalate/stations-events.ts';
import { numbersNeeded } from '../escalate/telling.ts';
import type { LightingEvent } from '../lighting/events.ts';
import { covers } from '../sense/gateway.ts';
import type { Quality } from '../sense/quality.ts';
import type { Signals } from '../sense/signals.ts';
import { deviceDeadline, type Observed, observe, tickDevice } from '../zone/observe.ts';
import { unheardDevice } from '../zone/state.ts';
import { createChecking } from './checking.ts';
import { createCivil } from './civil.ts';
import { type ShownContact, showContacts } from './contacts.ts';
import { type Arrived, createDoor } from './door.ts';
import { createDriving } from './driving.ts';
import { always, createGate, type Leaving } from './gate.ts';
import { gatewayName, isWire } from './gateways.ts';
import { Inbox, type Rank } from './inbox.ts';
import { createLights } from './lights.ts';
import { Limiter } from './limiter.ts';
import type { HubFamily, HubPlan } from './plan.ts';
import type {
  Broker,
  BrokerDoor,
  Clock,
  Codes,
  Dusk,
  Journal,
  JournalRow,
  LocalRow,
  Log,
  Restored,
  Station,
  StationDoor,
  TextPath,
  Window,
  Wires,
  WiresDoor,
} from './ports.ts';
import { createQualities, type DeviceQuality } from './quality.ts';
import { createRadios } from './radios.ts';
import { begin, clockPart, escalationParts } from './saved.ts';
import { type SeenDevice, SeenDevices } from './seen.ts';
import { createShowing } from './showing.ts';
import { createStations, type StationsTurn } from './stations.ts';
import { createStepWatch } from './steps.ts';
import { createTexting } from './texting.ts';
import { topicsOfSite } from './topics.ts';
import { createWaker } from './waker.ts';
import { createWall } from './wall.ts';
import { createWindow } from './window.ts';
import { replyJson } from './wire.ts';

/** What the hub needs of the world. */
export interface Ports {
  readonly clock: Clock;
  readonly dusk: Dusk;
  readonly journal: Journal;
  /** The first choice first; none: texts are written down, not sent. */
  readonly texts: readonly TextPath[];
  readonly codes: Codes;
  readonly log: Log;
  /** A random four-digit number, as text. */
  readonly draw: () => string;
}

/** The running hub. */
export interface Hub {
  /** What a broker is to be told to call. */
  readonly door: BrokerDoor;
  /** What pins, serial gateways and boards are to be told to call. */
  readonly wiresDoor: WiresDoor;
  /** What a monitoring service is to be told to call. */
  readonly stationDoor: StationDoor;
  /** What may be seen and asked on site. */
  readonly window: Window;
  /**
   * Publishes every state, drives the siren again and starts to act. Broker and wires need not be open yet: an output on
   * a wire then starts as it should be, and a client finds what is true. What is to be reported goes to `stations`.
   */
  start(broker: Broker, wires?: Wires, stations?: readonly Station[]): void;
  /** Goes once through inbox, reducer and journal; resolves when the journal has answered, whatever it said. */
  heartbeat(): Promise<void>;
  /**
   * Lets installers work for so long, eight hours at most, where nobody else can: fitting the first time, from the hub
   * itself. False: a resident has a code, and so has the say.
   */
  openInstaller(length: Duration): boolean;
  /** Trouble outside the rooms begins or ends. */
  fault(name: string, is: 'up' | 'over'): void;
  /** Sends a marked test through every path; `onRow` hears every row meanwhile. Returns how to stop listening. */
  testAlert(onRow: (row: RecordEffect) => void): () => void;
  /** Contacts and who of them has proven that texts arrive. */
  contacts(): readonly ShownContact[];
  /** Asks this contact for a YES. False: there is no such contact. */
  prove(contact: string): boolean;
  /** Devices heard that the config does not know. */
  seen(): readonly SeenDevice[];
  /** How well each device of this house is heard. */
  quality(): readonly DeviceQuality[];
  /** Rows that the disk took late, after it had refused them: they are published now. */
  late(rows: readonly LocalRow[]): void;
  /** Takes nothing more; resolves when all that was begun is in the journal. */
  stop(): Promise<void>;
}

type HubEvent =
  | Arrived
  | { readonly type: 'panel'; readonly event: PanelEvent }
  | { readonly type: 'escalation'; readonly event: EscalationEvent }
  | { readonly type: 'lighting'; readonly event: LightingEvent }
  | { readonly type: 'stations'; readonly event: StationsEvent }
  | { readonly type: 'test-asked' }
  | { readonly type: 'heartbeat'; readonly done: () => void }
  | { readonly type: 'tick' };

/** What one turn of the crank gathers. */
interface Turn {
  readonly at: Instant;
  readonly rows: JournalRow[];
  readonly leaving: Leaving[];
  readonly answered: (() => void)[];
  /** An alarm ended: what was kept for it must not be recoverable. */
  erase: boolean;
  /** This turn set a mode, which must not be confirmed unless it is durable: what takes it back. */
  undo: PanelEvent | null;
}

const newTurn = (at: Instant): Turn => ({ at, rows: [], leaving: [], answered: [], erase: false, undo: null });

/** Events waiting at once, calls for help not counted: those merge per device. */
const INBOX_BOUND = 4096;
/** Turns of the crank before timers and sockets get theirs. */
const TURNS_AT_ONCE = 256;
/** Sensor states that no row carries are saved at the latest after this. */
const LAZY_SAVE_SET = seconds(1);
const LAZY_SAVE_UNSET = seconds(10);
/** So long after a silent press nothing else its button says is looked at. */
const PRESS_TAIL = seconds(3);
/** Devices saved one by one; beyond it all are saved together. */
const MOST_TOUCHED = 16;
/** A first fitting is over in a day's work. */
const LONGEST_FITTING = hours(8);
/** An external broker may blink; after this long its devices count as lost. */
const BROKER_PATIENCE = seconds(10);

/**
 * Builds the hub: one bounded inbox, one loop. Each turn takes an event, reduces it, orders siren and lights at once,
 * and lets everything else leave when the journal has it.
 */
export function createHub(
  plan: HubPlan,
  families: ReadonlyMap<string, HubFamily>,
  ports: Ports,
  restored: Restored,
): Hub {
  const { clock, journal, codes, log } = ports;
  const topics = topicsOfSite(plan.site.id);
  const civil = createCivil(clock, plan.site.timezone);
  const paths = ports.texts.map(({ id, ring }) => ({ id, rings: ring !== null }));
  const telling = (): TellingPlan => ({ ...plan.escalation, paths, civil: civil() });
  const beginning = begin(plan.panel, restored, clock);

  // The state of the house, and what of it is saved already.
  let panel = beginning.panel;
  let escalation = beginning.escalation;
  const devices = plan.devices.map(({ id }) => beginning.devices.get(id) ?? unheardDevice(clock.now()));
  const saved: {
    panel: PanelState | null;
    escalation: EscalationState | null;
    devices: boolean;
    phase: PanelPhase | '';
  } = { panel: null, escalation: null, devices: false, phase: '' };
  let saveBy: Instant | null = null;
  /** Devices that spoke since all of them were saved. */
  const touched = new Set<number>();

  const models = new Map<string, string>();
  const pressedAt = new Map<number, Instant>();
  const givenCodes = new Map<number, string>();
  const testListeners = new Set<(row: RecordEffect) => void>();
  let broker: Broker | null = null;
  let wires: Wires | null = null;
  let brokerLostAt: Instant | null = null;
  let nextToken = 1;
  let pumping = false;
  let stopped = false;
  let showing = false;

  const inbox = new Inbox<HubEvent>(INBOX_BOUND);
  const limiter = new Limiter();
  const seen = new SeenDevices(families);
  const qualities = createQualities(plan, families);
  const radios = createRadios(plan, families, panel.faults, devices);
  const wall = createWall(clock);
  const steps = createStepWatch(clock);
  const waker = createWaker(clock, () => {
    take({ type: 'tick' }, 'personal');
    waker.by(nextDeadline());
  });
  const gate = createGate({ clock, journal, onTrouble, onRows });
  const outlook = createWindow({
    restored: restored.parts,
    view: () => show.view(),
    tellings: () => show.tellings(),
    light,
    // Never shed: the window bounds how many wait, and each of them is answered.
    take: (order, code) => take({ type: 'order', order, code }, 'personal'),
    save: (done) => take({ type: 'heartbeat', done }, 'personal'),
  });
  const show = createShowing({
    plan,
    topics,
    wall,
    publish: (message) => broker?.publish(message),
    tell: outlook.tell,
    reach: (alarm) => reachOf(plan.escalation, escalation, alarm),
    from: panel,
  });
  const driving = createDriving({
    plan,
    families,
    models,
    send: (topic, payload) => (isWire(topic) ? wires?.command(topic, payload) : broker?.command(topic, payload)),
    onTold(again) {
      waker.by(again);
      showOutputs();
    },
  });
  const lights = createLights({
    plan: plan.lighting,
    from: beginning.lighting,
    order: driving.light,
    wake: (at) => waker.by(at),
  });
  const stations = createStations({
    panel: plan.panel,
    plan: plan.stations,
    numbering: plan.numbering,
    from: beginning.stations,
    clock,
    log,
    wake: (at) => waker.by(at),
    post: (event) => take({ type: 'stations', event }, 'personal'),
    onHanded: tellTest,
  });
  const checking = createChecking(
    codes,
    () => !gate.troubled(),
    (event) => take({ type: 'panel', event }, 'personal'),
  );
  const texting = createTexting({
    paths: ports.texts,
    phones: plan.phones,
    neverContact: plan.neverContact,
    names: new Map(plan.devices.map((device) => [device.id as string as ZoneId, device.name])),
    wallAt: wall.at,
    wall: clock.wall,
    post: (event) => take({ type: 'escalation', event }, 'personal'),
  });
  const door = createDoor({ plan, families, models, clock, seen, take, refused });

  // ---- the inbox ---------------------------------------------------------------------------------------------------

  function take(event: HubEvent, rank: Rank, merge: string | null = null): void {
    inbox.put({ rank, at: clock.now(), merge, event });
    pump();
  }

  function pump(): void {
    if (pumping || stopped || broker === null) return;
    pumping = true;
    for (let turns = 0; turns < TURNS_AT_ONCE && inbox.size > 0; turns += 1) {
      const next = inbox.take();
      if (next !== undefined) crank(next.event, next.at);
    }
    pumping = false;
    if (inbox.size > 0) clock.alarm(0, pump);
  }

  function refused(source: SourceId, why: string): void {
    const held = limiter.pass(source, clock.now());
    if (held !== null) log.warn({ source, why, held }, 'message refused');
  }

  // ---- one turn ----------------------------------------------------------------------------------------------------

  function crank(event: HubEvent, at: Instant): void {
    const turn = newTurn(at);
    happen(event, turn);
    driving.drive(panel, at);
    lights.follow(panel, at);
    finish(turn);
  }

  function happen(event: HubEvent, turn: Turn): void {
    switch (event.type) {
      case 'signals':
        onSignals(event, turn);
        return;
      case 'output-reports':
        onOutputReports(event.output, event.signals, event.delivery, turn);
        measuredOutput(event, turn);
        return;
      case 'measured':
        measured(event.device, {}, event.quality, turn);
        return;
      case 'gateway':
        onGateway(event.base, event.online, turn);
        return;
      case 'keypad-spoke':
        driving.keypadSpoke(event.device);
        return;
      case 'order':
        onOrder({ ...event.order, token: nextToken++ }, event.code, turn);
        return;
      case 'unreadable':
        onReply({ via: 'mqtt', id: event.id }, { ok: false, error: 'bad_request' }, phaseOf(panel), turn);
        return;
      case 'retell':
        retell(event.outputs, turn);
        return;
      case 'broker':
        onBroker(event.is, turn);
        return;
      case 'panel':
        onPanel(event.event, turn);
        return;
      case 'escalation':
        onEscalation(event.event, turn);
        return;
      case 'lighting':
        lights.take(event.event, turn.at);
        return;
      case 'stations':
        stations.take(event.event, lend(turn));
        return;
      case 'test-asked':
        onEscalation({ type: 'test-asked', numbers: draw() }, turn);
        stations.tell([hubReport('test-manual', null)], lend(turn));
        return;
      case 'noise':
        onRadio(radios.noise(event.base, event.is), turn);
        return;
      case 'heartbeat':
        lookAtClock(turn);
        turn.answered.push(event.done);
        return;
      case 'tick':
        onTick(turn);
        return;
      default:
        unreachable(event);
    }
  }

  function onSignals(event: Extract<HubEvent, { type: 'signals' }>, turn: Turn): void {
    const device = plan.devices[event.device];
    const state = devices[event.device];
    if (device === undefined || state === undefined) return;
    const { signals, pulses, delivery } = event;
    if (isTailOfPress(event.device, signals, turn.at)) return;
    if (delivery === 'live') measured(event.device, signals, event.quality, turn);
    lights.heard(device.id, device.sensing.zone, event, turn.at);
    const next = observe(device.sensing, state, signals, pulses, delivery, turn.at);
    observed(event.device, next, turn);
    onRadio(radios.follow(event.device, state, next.state), turn);
  }

  function onRadio(news: readonly PanelEvent[], turn: Turn): void {
    for (const event of news) onPanel(event, turn);
  }

  /**
   * A gateway may follow a press with the rest of the button's state, or with word that it is online. Taken in, that
   * would show on site that a silent button was pressed just now.
   */
  function isTailOfPress(index: number, signals: Signals, at: Instant): boolean {
    if (hidesPress(index) && signals.button !== undefined) pressedAt.set(index, at);
    const pressed = pressedAt.get(index);
    return signals.button === undefined && pressed !== undefined && between(pressed, at) <= PRESS_TAIL;
  }

  const hidesPress = (index: number): boolean => plan.devices[index]?.sensing.zone?.silentPress === true;

  /** How a device was heard; of a silent press nothing. */
  function measured(index: number, signals: Signals, quality: Quality | null, turn: Turn): void {
    const device = plan.devices[index];
    if (device === undefined || isTailOfPress(index, signals, turn.at)) return;
    if (signals.button !== undefined && hidesPress(index)) return;
    qualities.heard(device.id, signals, quality, turn.at);
  }

  function measuredOutput(event: Extract<HubEvent, { type: 'output-reports' }>, turn: Turn): void {
    const output = plan.outputs[event.output];
    if (output === undefined || event.delivery !== 'live') return;
    qualities.heard(output.id, event.signals, event.quality, turn.at);
  }

  function observed(index: number, next: Observed, turn: Turn): void {
    const device = plan.devices[index];
    if (device === undefined) return;
    if (devices[index] !== next.state) {
      devices[index] = next.state;
      saved.devices = false;
      touched.add(index);
      show.touched(index);
      waker.by(deviceDeadline(device.sensing, next.state));
    }
    for (const event of next.events) {
      if (event.type === 'device-lost') lights.take({ type: 'motion', device: device.id, is: 'over' }, turn.at);
      noteActivity(device.id, event, turn);
      onPanel(event, turn);
    }
  }

  /** Plain sensor traffic, but nothing that a call for help would leave. */
  function noteActivity(device: DeviceId, event: ZoneEvent, turn: Turn): void {
    if (event.type === 'press-held' || plan.panel.zones.get(device as string as ZoneId)?.type === 'panic') return;
    journal.activity(wall.at(turn.at), device, event.type);
  }

  /** The gateway's word for every device behind it. One that is back says nothing of what they measure. */
  function onGateway(base: string, online: boolean, turn: Turn): void {
    saySignals((index) => covers(base, plan.devices[index]?.topic ?? ''), online, turn);
    onPanel({ type: online ? 'fault-cleared' : 'fault-raised', fault: `gateway:${gatewayName(base)}` }, turn);
    onRadio(radios.gateway(base, online ? 'up' : 'down'), turn);
    if (online) retell([...plan.outputs.keys()], turn);
  }

  /** A gateway that the config no longer has will never say that it is back. */
  function forgetGateways(turn: Turn): void {
    const topics = [...plan.devices, ...plan.outputs].map(({ topic }) => topic);
    for (const fault of panel.faults) {
      const name = fault.startsWith('gateway:') ? fault.slice('gateway:'.length) : null;
      const known = topics.some((topic) => covers(name ?? '', isWire(topic) ? gatewayName(topic) : topic));
      if (name !== null && !known) onPanel({ type: 'fault-cleared', fault }, turn);
    }
  }

  function onBroker(is: 'up' | 'down', turn: Turn): void {
    onPanel({ type: is === 'up' ? 'fault-cleared' : 'fault-raised', fault: 'mqtt_down' }, turn);
    if (is === 'down') {
      brokerLostAt ??= after(turn.at, BROKER_PATIENCE);
      waker.by(brokerLostAt);
      return;
    }
    brokerLostAt = null;
    saySignals(isOnBroker, true, turn);
    retell([...plan.outputs.keys()], turn);
  }

  /** Whoever switches these outputs is there, or there again. */
  function retell(which: readonly number[], turn: Turn): void {
    driving.retell(which, panel, turn.at);
    for (const index of which) {
      const output = plan.outputs[index];
      if (output?.role === 'light') lights.take({ type: 'light-back', light: output.id }, turn.at);
    }
  }

  const isOnBroker = (index: number): boolean => !isWire(plan.devices[index]?.topic ?? '');

  function saySignals(which: (index: number) => boolean, online: boolean, turn: Turn): void {
    plan.devices.forEach((device, index) => {
      const state = devices[index];
      if (state === undefined || !which(index) || (online && state.health !== 'lost')) return;
      observed(index, observe(device.sensing, state, { online }, [], 'gateway', turn.at), turn);
    });
  }

  function onOutputReports(index: number, signals: Signals, delivery: 'live' | 'stored', turn: Turn): void {
    const output = plan.outputs[index];
    if (output === undefined) return;
    const { power, online, tamper } = signals;
    if (power !== undefined) onPower(index, power, delivery, turn);
    showOutputs();
    if (online !== undefined) {
      const fault = `lost:${output.id}`;
      const isBack = online && panel.faults.includes(fault);
      onPanel({ type: online ? 'fault-cleared' : 'fault-raised', fault }, turn);
      // Its gateway never went away, so nobody subscribes anew: without this a siren that lost power stays silent.
      if (isBack) retell([index], turn);
    }
    const device = output.id as string as DeviceId;
    if (tamper !== undefined && tamper !== panel.tampered.includes(device)) {
      onPanel({ type: tamper ? 'tamper-on' : 'tamper-off', device }, turn);
    }
  }

  function onPower(index: number, power: boolean, delivery: 'live' | 'stored', turn: Turn): void {
    driving.reported(index, power);
    const output = plan.outputs[index];
    if (output?.role !== 'light') return;
    const is = power ? 'on' : 'off';
    lights.take({ type: 'light-reported', light: output.id, is, delivery }, turn.at);
  }

  function onOrder(order: Order, code: string | null, turn: Turn): void {
    // A code lives for this one turn, and in the call that checks it; never in a state, a row or a log.
    if (code !== null) givenCodes.set(order.token, code);
    // A silent call from a keypad has a tail like that of a button.
    const { ask, replyTo } = order;
    if (ask.action === 'panic' && ask.silent && replyTo.via === 'keypad') {
      pressedAt.set(
        plan.devices.findIndex(({ id }) => id === replyTo.device),
        turn.at,
      );
    }
    onPanel({ type: 'ordered', order, enrolled: codes.enrolled(), mayArm: !gate.troubled() }, turn);
    givenCodes.delete(order.token);
  }

  function onTick(turn: Turn): void {
    onPanel({ type: 'tick' }, turn);
    plan.devices.forEach((device, index) => {
      const state = devices[index];
      if (state === undefined) return;
      const next = tickDevice(device.sensing, state, turn.at);
      observed(index, next, turn);
      onRadio(radios.follow(index, state, next.state), turn);
    });
    onEscalation({ type: 'tick' }, turn);
    stations.take({ type: 'tick' }, lend(turn));
    lights.take({ type: 'tick' }, turn.at);
    if (brokerLostAt === null || !isDue(brokerLostAt, turn.at)) return;
    brokerLostAt = null;
    saySignals(isOnBroker, false, turn);
  }

  // ---- the rooms ---------------------------------------------------------------------------------------------------

  function onPanel(event: PanelEvent, turn: Turn): void {
    const before = panel;
    const step = reduce(plan.panel, panel, event, turn.at);
    panel = step.state;
    // The siren first: what is told, logged and shown can wait for the rest of this turn.
    if (panel.sounding !== before.sounding) driving.drive(panel, turn.at);
    if (setsMode(event) && panel.set !== null && panel.set !== before.set) {
      const { set, bypassed, changedBy } = before;
      turn.undo = { type: 'arming-undone', failed: panel.set, before: { set, bypassed, changedBy } };
    }
    for (const effect of step.effects) {
      switch (effect.type) {
        case 'record':
          row(effect, turn);
          break;
        case 'reply':
          onReply(effect.to, effect.answer, phaseOf(before), turn);
          break;
        case 'walk-news':
          tellWalk(effect.zone, effect.what, turn);
          break;
        case 'check-code':
          checkCode(effect.order, turn);
          break;
        case 'tell':
          onEscalation({ type: 'told', alarm: effect.alarm, numbers: draw() }, turn);
          break;
        case 'hide-telling':
          onEscalation({ type: 'hidden', alarm: effect.alarm.id }, turn);
          break;
        case 'stop-telling':
          turn.erase ||= panel.alarms.length === 0;
          onEscalation({ type: 'stopped', alarm: effect.alarm.id, why: effect.why }, turn);
          break;
        default:
          unreachable(effect);
      }
    }
    stations.follow(event, step.effects, lend(turn));
  }

  function tellWalk(zone: ZoneId, what: WalkWhat, turn: Turn): void {
    const at = wall.iso(turn.at);
    turn.leaving.push(always(() => outlook.tell({ type: 'walk', zone, what, at })));
  }

  const lend = (turn: Turn): StationsTurn => ({
    at: turn.at,
    wall: clock.trusted() ? wall.at(turn.at) : null,
    panel: () => panel,
    onPanel: (event) => onPanel(event, turn),
    row: (effect) => row(effect, turn),
    leave: (go) => turn.leaving.push(always(go)),
  });

  const setsMode = (event: PanelEvent): boolean =>
    (event.type === 'ordered' || event.type === 'code-verified') && event.order.ask.action === 'arm';

  const draw = (): readonly string[] => Array.from({ length: numbersNeeded(plan.escalation) }, ports.draw);

  function checkCode(order: Order, turn: Turn): void {
    if (checking.check(order, givenCodes.get(order.token) ?? '')) return;
    onReply(order.replyTo, { ok: false, error: 'locked_out' }, phaseOf(panel), turn);
  }

  function onReply(to: ReplyTo, answer: Answer, before: PanelPhase, turn: Turn): void {
    const say = (what: Answer) => (): void => {
      if (to.via === 'mqtt') broker?.publish({ topic: topics.reply, payload: replyJson(to, what), retain: false });
      else if (to.via === 'keypad') driving.answerKeypad(to, what, before, panel);
      else outlook.answered(to.call, what);
    };
    const failed: Answer = turn.undo === null ? answer : { ok: false, error: 'not_allowed' };
    turn.leaving.push({ go: say(answer), otherwise: say(failed) });
  }

  function onEscalation(event: EscalationEvent, turn: Turn): void {
    const step = escalate(telling(), escalation, event, turn.at);
    escalation = step.state;
    for (const effect of step.effects) onEscalationEffect(effect, turn);
  }

  function onEscalationEffect(effect: EscalationEffect, turn: Turn): void {
    switch (effect.type) {
      case 'record':
        row(effect, turn);
        return;
      case 'send':
        turn.leaving.push(always(() => send(effect)));
        return;
      case 'find':
        turn.leaving.push(always(() => texting.find(effect.text, effect.path, effect.since)));
        return;
      case 'ask-status':
        turn.leaving.push(always(() => texting.askStatus(effect.text, effect.path, effect.sid)));
        return;
      case 'fetch':
        turn.leaving.push(always(() => texting.fetch(effect.path, effect.look)));
        return;
      case 'not-sent':
        notSent(effect, turn);
        return;
      case 'acknowledge':
        onPanel({ type: 'acknowledged', alarm: effect.alarm, by: effect.contact }, turn);
        return;
      case 'path-fault':
        onPanel({ type: effect.up ? 'fault-cleared' : 'fault-raised', fault: `path:${effect.path}` }, turn);
        return;
      case 'unproven':
        onPanel({ type: effect.is === 'up' ? 'fault-raised' : 'fault-cleared', fault: 'contacts_unproven' }, turn);
        return;
      default:
        unreachable(effect);
    }
  }

  function send({ text, path }: Extract<EscalationEffect, { type: 'send' }>): void {
    texting.send(text, path);
    // Whoever watches a test wants this hop as well; the log does not.
    const data = { contact: text.contact, kind: text.kind, path };
    tellTest({ type: 'record', row: 'text-handed', data, audience: 'local' });
  }

  function tellTest(row: RecordEffect): void {
    for (const listener of testListeners) listener(row);
  }

  /** Without a way to send, the words are at least written down; those of a silent alarm only where it is sealed. */
  function notSent({ text }: Extract<EscalationEffect, { type: 'not-sent' }>, turn: Turn): void {
    const words = texting.words(text);
    const { contact, alarm, kind, purpose } = text;
    const data = { contact, alarm, kind, purpose, text: words, sent: false };
    row({ type: 'record', row: 'text-not-sent', data, audience: text.silent ? 'sealed' : 'local' }, turn);
    if (text.silent) return;
    const facts = { contact: text.contact, text: words, sent: false };
    turn.leaving.push(always(() => log.info(facts, 'text not sent: no path is configured')));
  }

  // ---- what leaves -------------------------------------------------------------------------------------------------

  /** A step is told before the first row that carries the new time. A sealed row must bring no local one with it. */
  function row(effect: RecordEffect, turn: Turn): void {
    if (effect.audience === 'local') lookAtClock(turn);
    addRow(effect, turn);
  }

  function lookAtClock(turn: Turn): void {
    const step = steps.look(turn.at);
    if (step === null) return;
    const data = step.steps === 1 ? { byMs: step.byMs } : { ...step };
    addRow({ type: 'record', row: 'clock-stepped', data, audience: 'local' }, turn);
  }

  function addRow(effect: RecordEffect, turn: Turn): void {
    turn.rows.push({
      type: effect.row,
      data: effect.data,
      sealed: effect.audience === 'sealed',
      at: wall.at(turn.at),
      clock: clock.trusted() ? 'trusted' : 'untrusted',
      monotonicMs: clock.monotonicMs(),
    });
    tellTest(effect);
  }

  /** Ends a turn: what must last goes to the journal, and what leaves the house waits for it. */
  function finish(turn: Turn): void {
    const lasting = turn.rows.length > 0 || turn.leaving.length > 0 || turn.answered.length > 0 || isLasting();
    if (lasting || (saveBy !== null && isDue(saveBy, turn.at))) commit(turn);
    else if (panel !== saved.panel || !saved.devices || lights.unsaved() === 'passing') later(turn);
    waker.by(lasting ? nextDeadline() : saveBy);
  }

  /** Anything but a sensor's level has changed. */
  function isLasting(): boolean {
    if (saved.panel === null || lights.unsaved() === 'lasting' || stations.unsaved()) return true;
    if (!sameButRounds(escalation, saved.escalation)) return true;
    return panel !== saved.panel && !sameButLevels(panel, saved.panel);
  }

  /** Sensor traffic: shown when the loop rests, so that a burst shows its last word; saved before long. */
  function later(turn: Turn): void {
    saveBy ??= after(turn.at, panel.set === null ? LAZY_SAVE_UNSET : LAZY_SAVE_SET);
    if (showing) return;
    showing = true;
    clock.alarm(0, () => {
      showing = false;
      gate.follow(shown());
    });
  }

  function shown(): () => void {
    const now = panel;
    const take = show.take(now, devices, clock.now());
    return () => {
      take();
      driving.showKeypads(now);
    };
  }

  function commit(turn: Turn): void {
    const { undo } = turn;
    // While the disk works there is time to word what is shown; where nobody waits for the disk it has to be ready.
    let worded = gate.troubled() ? shown() : null;
    const view = (): void => worded?.();
    const leaving: Leaving[] = [{ go: view, otherwise: undo === null ? view : nothing }, ...turn.leaving];
    if (undo !== null) leaving.push({ go: nothing, otherwise: () => take({ type: 'panel', event: undo }, 'personal') });
    const phase = phaseOf(panel);
    const mirror = phase === saved.phase ? null : { state: phase, mode: panel.set?.mode ?? null };
    const parts = { ...devicesPart(turn), ...changedParts(turn.at) };
    const entry = { rows: turn.rows, parts, phase: mirror, erase: turn.erase };
    saved.panel = panel;
    saved.escalation = escalation;
    saved.phase = phase;
    saveBy = saved.devices ? null : (saveBy ?? after(turn.at, LAZY_SAVE_SET));
    gate.commit(entry, leaving, () => {
      for (const answered of turn.answered) answered();
    });
    worded ??= shown();
  }

  function changedParts(now: Instant): Record<string, string> {
    const parts: Record<string, string> = {};
    if (panel !== saved.panel) parts['panel'] = JSON.stringify(panel);
    if (!sameButRounds(escalation, saved.escalation))
      Object.assign(parts, escalationParts(escalation, saved.escalation));
    Object.assign(parts, outlook.toSave(), lights.toSave(), stations.toSave());
    // Whoever goes on with a countdown must know where the time line stood.
    const counting = panelDeadline(panel) !== null || escalation.tellings.length > 0 || stations.waits();
    if (counting || Object.keys(parts).length > 0) parts['clock'] = clockPart(clock, now);
    return parts;
  }

  /**
   * What the devices said last. What changed goes along with what it led to, or a fault could outlive its cause; all of
   * it, which is the largest part, only where a mode is set, from where edges will be counted, and where nobody waits.
   */
  function devicesPart(turn: Turn): Record<string, string> {
    if (saved.devices) return {};
    const due = saveBy !== null && isDue(saveBy, turn.at);
    const whole = due || turn.undo !== null || turn.answered.length > 0 || touched.size > MOST_TOUCHED;
    if (!whole) return { 'devices-since': statesOf(touched) };
    saved.devices = true;
    touched.clear();
    return { devices: statesOf(plan.devices.keys()), 'devices-since': '{}' };
  }

  const statesOf = (which: Iterable<number>): string =>
    JSON.stringify(Object.fromEntries([...which].map((index) => [plan.devices[index]?.id, devices[index]])));

  function nextDeadline(): Instant | null {
    const rooms = sooner(panelDeadline(panel), escalationDeadline(escalation));
    const told = sooner(sooner(driving.deadline(), lights.deadline()), stations.deadline());
    const waits = sooner(sooner(told, brokerLostAt), saveBy);
    return plan.devices.reduce<Instant | null>(
      (first, { sensing }, index) => {
        const state = devices[index];
        return state === undefined ? first : sooner(first, deviceDeadline(sensing, state));
      },
      sooner(rooms, waits),
    );
  }

  function showOutputs(): void {
    for (const { id, state } of driving.shown()) show.output(id, state);
  }

  function onTrouble(why: string | null): void {
    if (why === null) log.info({}, 'the journal is well again');
    else log.error({ why }, 'the journal does not keep up; alarms go on from memory');
    take({ type: 'panel', event: { type: why === null ? 'fault-cleared' : 'fault-raised', fault: 'disk' } }, 'fault');
  }

  function onRows(rows: readonly LocalRow[]): void {
    for (const { seq, at, type, data } of rows) {
      outlook.tell({ type: 'row', row: { seq, at, type, data } });
      broker?.publish({ topic: topics.events, payload: JSON.stringify({ seq, at, type, data }), retain: false });
    }
  }

  function light(output: OutputId, to: 'on' | 'off'): 'told' | 'unknown' {
    if (!plan.lighting.lights.includes(output)) return 'unknown';
    take({ type: 'lighting', event: { type: 'hand', light: output, to } }, 'notice');
    return 'told';
  }

  /** A light on a wire is what we told it, and dark after a start unless it is told again: what a hand lit stays lit. */
  function keepWiredLights(now: Instant): void {
    for (const { id, topic } of plan.outputs) if (isWire(topic) && lights.isOn(id)) driving.light(id, 'on', now);
  }

  // ---- the outside -------------------------------------------------------------------------------------------------

  function start(opened: Broker, onWires?: Wires, services: readonly Station[] = []): void {
    wires = onWires ?? null;
    stations.open(services);
    ports.dusk.watch((is) => take({ type: 'lighting', event: { type: 'dusk', is } }, 'fault'));
    broker = opened;
    const turn = newTurn(clock.now());
    const data = { state: beginning.from, phase: phaseOf(panel) };
    row({ type: 'record', row: 'started', data, audience: 'local' }, turn);
    if (restored.setAside !== null) {
      row({ type: 'record', row: 'database-set-aside', data: { file: restored.setAside }, audience: 'local' }, turn);
    }
    if (beginning.from === 'mirror' || beginning.from === 'lost') {
      onPanel({ type: 'fault-raised', fault: 'database' }, turn);
      if (panel.sounding !== null) onPanel({ type: 'alarm-restored' }, turn);
    }
    forgetGateways(turn);
    onEscalation({ type: 'restarted' }, turn);
    stations.take({ type: 'restarted', chance: Number(ports.draw()) / 10_000 }, lend(turn));
    const forgotten = beginning.before === null ? [] : forgottenFaults(beginning.before, panel);
    stations.tell([hubReport('restart', null), ...forgotten], lend(turn));
    onRadio(radios.restored(), turn);
    texting.watch();
    onTick(turn);
    driving.drive(panel, turn.at);
    keepWiredLights(turn.at);
    lights.take({ type: 'restarted' }, turn.at);
    lights.follow(panel, turn.at);
    // What was restored was durable before: it is true for the first client, whatever the disk is doing now.
    showOutputs();
    show.touchedAll();
    shown()();
    finish(turn);
    pump();
  }

  return {
    door: door.broker,
    wiresDoor: door.wires,
    stationDoor: stations.door,
    window: outlook.window,
    start,
    heartbeat: () => new Promise((done) => take({ type: 'heartbeat', done }, 'personal')),
    fault: (name, is) =>
      take({ type: 'panel', event: { type: is === 'up' ? 'fault-raised' : 'fault-cleared', fault: name } }, 'fault'),
    openInstaller(length) {
      if (codes.hasResident()) return false;
      const most = duration(Math.min(length, LONGEST_FITTING));
      take({ type: 'panel', event: { type: 'fitting-began', length: most } }, 'personal');
      return true;
    },
    testAlert(onRow) {
      testListeners.add(onRow);
      take({ type: 'test-asked' }, 'personal');
      return () => testListeners.delete(onRow);
    },
    contacts: () => showContacts(plan.escalation.contacts.keys(), escalation.proofs),
    prove(contact) {
      const id = contact as ContactId;
      if (!plan.escalation.contacts.has(id)) return false;
      take({ type: 'escalation', event: { type: 'prove-asked', contact: id } }, 'personal');
      return true;
    },
    seen: () => seen.list(),
    quality: () => qualities.list(devices, clock.now()),
    late: onRows,
    stop() {
      // What waited to be saved at leisure is saved now.
      if (!stopped && broker !== null) commit({ ...newTurn(clock.now()), answered: [nothing] });
      stopped = true;
      return gate.settle();
    },
  };
}

const nothing = (): void => {};

/** Equal in everything but the rounds of asking the paths, which begin anew after a stop and would write to the disk all day. */
function sameButRounds(a: EscalationState, b: EscalationState | null): boolean {
  if (a === b) return true;
  if (b === null || a.fetching.length !== b.fetching.length) return false;
  const known = a.fetching.every((one, at) => {
    const other = b.fetching[at];
    return one.path === other?.path && one.up === other.up && one.reported === other.reported;
  });
  return known && (Object.keys(a) as (keyof EscalationState)[]).every((key) => key === 'fetching' || a[key] === b[key]);
}

/** Equal in everything that only an event worth a row can change. */
function sameButLevels(a: PanelState, b: PanelState): boolean {
  return (Object.keys(a) as (keyof PanelState)[]).every(
    (key) => key === 'zones' || key === 'forced' || a[key] === b[key],
  );
}
