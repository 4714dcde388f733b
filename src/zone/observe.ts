import type { ZoneEvent } from '../alarm/events.ts';
import { after, between, type Duration, type Instant, isDue, sooner } from '../base/time.ts';
import type { ButtonSignal, Signals, TripSignal } from '../sense/signals.ts';
import type { DevicePlan, SensingPlan } from './plan.ts';
import { holdDue, holding, type Pressed, pressing } from './pressing.ts';
import type { DeviceState } from './state.ts';

export interface Observed {
  readonly state: DeviceState;
  readonly events: readonly ZoneEvent[];
}

/**
 * How a message reached us. `live`: from the device, now. `stored`: from a broker's store; it may be old, so it proves
 * no life. `read`: the level of a wire as it was found just now, which is true, and no happening. `gateway`: what the
 * gateway says of everything behind it.
 */
export type Delivery = 'live' | 'stored' | 'read' | 'gateway';

type LevelSignal = Exclude<TripSignal, 'contact' | 'tamper' | 'button'>;
const LEVELS: readonly LevelSignal[] = ['motion', 'vibration', 'smoke', 'co', 'leak'];

/** Found in a broker's store these still hold; a stored motion or vibration is long over. */
const LASTING: readonly LevelSignal[] = ['smoke', 'co', 'leak'];

/** Below this a battery counts as low where the device has no flag for it; above the second it is well again. */
const BATTERY_LOW_PERCENT = 10;
const BATTERY_WELL_PERCENT = 15;

/**
 * Takes the signals of one message of one device. `pulses` are the signals that are a happening by themselves and not
 * a level (an `action: tilt`): each one counts, whatever was on before, unless the device's plan says that it tells
 * each several times. Levels need no such rule: the same again is no edge.
 */
export function observe(
  plan: DevicePlan,
  state: DeviceState,
  said: Signals,
  happened: readonly TripSignal[],
  delivery: Delivery,
  now: Instant,
): Observed {
  const { zone } = plan;
  if (said.button !== undefined && zone?.silentPress) return silentPress(plan, zone, state, said.button, now);
  if (zone?.silentPress && !provesItself(delivery) && isBackOnline(said)) return { state, events: [] };
  const step = settled(plan, state, now);
  const { signals, pulses } = withoutRepeats(plan, step, said, happened, now);
  if (signals.online === false) {
    lose(plan, step);
    return step;
  }
  hear(plan, step, said, delivery, now);
  faults(plan, step, signals);
  if (zone !== null) {
    contact(plan, zone, step, signals, pulses, now);
    detections(zone, step, signals, pulses, delivery, now);
    detectorKnown(zone, step, signals);
    if (signals.button !== undefined) button(zone, step, signals.button, now);
  }
  return step;
}

/** No press is behind these: the gateway's word, and what was read of a wire. */
const provesItself = (delivery: Delivery): boolean => delivery === 'gateway' || delivery === 'read';

/** Deadlines that came: a closing that held, a silence that lasted too long. */
export function tickDevice(plan: DevicePlan, state: DeviceState, now: Instant): Observed {
  const step = settled(plan, state, now);
  if (plan.zone !== null) held(plan.zone, step, now);
  const silence = silenceEnds(plan, step.state);
  if (silence !== null && isDue(silence, now)) lose(plan, step);
  return step;
}

/** When this device next needs a tick; null: never. */
export function deviceDeadline(plan: DevicePlan, state: DeviceState): Instant | null {
  return sooner(sooner(state.closing, holdDue(state)), silenceEnds(plan, state));
}

/** What is shown of a zone; null: not known. */
export function shownOpen(plan: SensingPlan, state: DeviceState): boolean | null {
  if (state.health !== 'heard') return null;
  const detecting = state.active.length > 0;
  if (!plan.trips.includes('contact')) return detecting;
  // A contact that has not been told stays unknown, even if the device has spoken of something else.
  return state.told ? state.open === true || detecting : null;
}

interface Step {
  state: DeviceState;
  readonly events: ZoneEvent[];
}

/** A closing that has held counts, even if its tick is late: an opening after it is a new one. */
function settled(plan: DevicePlan, state: DeviceState, now: Instant): Step {
  const { closing } = state;
  if (closing === null || !isDue(closing, now) || plan.zone === null) return { state, events: [] };
  return { state: { ...state, open: false, closing: null }, events: [{ type: 'zone-closed', zone: plan.zone.id }] };
}

/** Nothing shown of the device may change by the press, so nothing of it is taken in but the press itself. */
function silentPress(
  plan: DevicePlan,
  zone: SensingPlan,
  state: DeviceState,
  said: ButtonSignal,
  now: Instant,
): Observed {
  const step: Step = { state, events: [] };
  held(zone, step, now);
  const { signals } = withoutRepeats(plan, step, { button: said }, [], now);
  if (signals.button === undefined) return step;
  pressed(zone, step, zone.timesPresses ? pressing(step.state, said, now) : { state: step.state, buttons: [said] });
  return step;
}

/** The same happening within `repeats` of the one that counted is taken out; what is left counts from now. */
function withoutRepeats(
  plan: DevicePlan,
  step: Step,
  signals: Signals,
  pulses: readonly TripSignal[],
  now: Instant,
): { readonly signals: Signals; readonly pulses: readonly TripSignal[] } {
  if (plan.repeats === 0 || (pulses.length === 0 && signals.button === undefined)) return { signals, pulses };
  const recent = step.state.recent.filter(({ at }) => between(at, now) < plan.repeats);
  const isRepeat = (what: string): boolean => recent.some((one) => one.what === what);
  const press = signals.button === undefined ? [] : [`button:${signals.button}`];
  const fresh = [...pulses, ...press].filter((what) => !isRepeat(what)).map((what) => ({ what, at: now }));
  step.state = { ...step.state, recent: [...recent, ...fresh] };
  const left = { ...signals };
  for (const pulse of pulses) if (isRepeat(pulse)) delete left[pulse];
  if (press.some(isRepeat)) delete left.button;
  return { signals: left, pulses: pulses.filter((pulse) => !isRepeat(pulse)) };
}

function lose(plan: DevicePlan, step: Step): void {
  if (step.state.health === 'lost') return;
  step.state = { ...step.state, health: 'lost', told: false, closing: null, hits: [], downSince: null };
  step.events.push({ type: 'device-lost', device: plan.id });
}

function hear(plan: DevicePlan, step: Step, signals: Signals, delivery: Delivery, now: Instant): void {
  if (delivery === 'stored') {
    // A stored word gives a level to start from, but the silence runs on, and what is lost stays lost.
    if (step.state.health === 'unheard' && !onlyOnline(signals)) become(plan, step, 'heard');
    return;
  }
  step.state = { ...step.state, heardAt: now };
  if (step.state.health === 'heard') return;
  // "Online" is the gateway's word; the sensor itself has yet to speak. A wire has no more to say than what was read.
  if (!onlyOnline(signals) || delivery === 'read') become(plan, step, 'heard');
  else if (step.state.health === 'lost') become(plan, step, 'unheard');
}

function become(plan: DevicePlan, step: Step, health: 'heard' | 'unheard'): void {
  step.state = { ...step.state, health };
  step.events.push({ type: 'device-heard', device: plan.id });
}

/** A press brings a lost button back: its gateway may say so just before it, and that would show the press. */
const isBackOnline = (signals: Signals): boolean => signals.online === true && onlyOnline(signals);

const onlyOnline = (signals: Signals): boolean => Object.keys(signals).every((name) => name === 'online');

function faults(plan: DevicePlan, step: Step, signals: Signals): void {
  const { tamper } = signals;
  if (tamper !== undefined && tamper !== step.state.tamper) {
    step.state = { ...step.state, tamper };
    step.events.push({ type: tamper ? 'tamper-on' : 'tamper-off', device: plan.id });
  }
  const low = batteryLow(step.state, signals);
  if (low !== step.state.batteryLow) {
    step.state = { ...step.state, batteryLow: low };
    step.events.push({ type: low ? 'battery-low' : 'battery-ok', device: plan.id });
  }
}

function batteryLow(state: DeviceState, signals: Signals): boolean {
  if (signals.batteryLow !== undefined) return signals.batteryLow;
  if (signals.battery === undefined) return state.batteryLow;
  if (signals.battery <= BATTERY_LOW_PERCENT) return true;
  return signals.battery >= BATTERY_WELL_PERCENT ? false : state.batteryLow;
}

function contact(
  plan: DevicePlan,
  zone: SensingPlan,
  step: Step,
  signals: Signals,
  pulses: readonly TripSignal[],
  now: Instant,
): void {
  if (signals.contact === undefined || !zone.trips.includes('contact')) return;
  if (pulses.includes('contact')) {
    openingTold(zone, step);
    return;
  }
  // What a broker's store says of a lost device may be old: it can raise an alarm, and never put one at rest.
  if (step.state.health === 'lost' && signals.contact === 'closed') return;
  const before = step.state;
  if (signals.contact === 'open') opened(zone, step, before);
  else closed(plan, zone, step, before, now);
}

/**
 * A zone that may be either is known to be a detector, and not open, when its device speaks of what it detects and has
 * never spoken of a contact: gateways tell all levels of a device at once.
 */
function detectorKnown(zone: SensingPlan, step: Step, signals: Signals): void {
  const { health, open, told } = step.state;
  if (told || open !== null || health !== 'heard' || !zone.trips.includes('contact')) return;
  if (!zone.trips.some((trip) => trip !== 'contact' && trip !== 'button' && signals[trip] !== undefined)) return;
  step.state = { ...step.state, told: true };
  step.events.push({ type: 'zone-known', zone: zone.id, open: false });
}

/** An opening of a device that never tells a closing: it counts, and is over. */
function openingTold(zone: SensingPlan, step: Step): void {
  if (!step.state.told) step.events.push({ type: 'zone-known', zone: zone.id, open: false });
  step.state = { ...step.state, open: false, told: true };
  step.events.push({ type: 'zone-detected', zone: zone.id });
}

function opened(zone: SensingPlan, step: Step, before: DeviceState): void {
  const told = before.health !== 'lost';
  step.state = { ...before, open: true, told, closing: null };
  if (before.open !== true) step.events.push({ type: 'zone-opened', zone: zone.id });
  else if (told && !before.told) step.events.push({ type: 'zone-known', zone: zone.id, open: true });
}

function closed(plan: DevicePlan, zone: SensingPlan, step: Step, before: DeviceState, now: Instant): void {
  if (before.open !== true) {
    step.state = { ...before, open: false, told: true };
    if (!before.told) step.events.push({ type: 'zone-known', zone: zone.id, open: false });
    return;
  }
  if (plan.debounce === 0) {
    step.state = { ...before, open: false, told: true, closing: null };
    step.events.push({ type: 'zone-closed', zone: zone.id });
    return;
  }
  if (!before.told) step.events.push({ type: 'zone-known', zone: zone.id, open: true });
  step.state = { ...before, told: true, closing: before.closing ?? after(now, plan.debounce) };
}

function detections(
  zone: SensingPlan,
  step: Step,
  signals: Signals,
  pulses: readonly TripSignal[],
  delivery: Delivery,
  now: Instant,
): void {
  for (const signal of LEVELS) {
    if (!zone.trips.includes(signal)) continue;
    const value = signals[signal];
    const was = step.state.active.includes(signal);
    if (pulses.includes(signal)) detected(zone, step, signal, now);
    else if (value === true && !was) {
      step.state = { ...step.state, active: [...step.state.active, signal] };
      if (delivery === 'live' || LASTING.includes(signal)) detected(zone, step, signal, now);
    } else if (value === false && was) {
      step.state = { ...step.state, active: step.state.active.filter((one) => one !== signal) };
      if (step.state.active.length === 0) step.events.push({ type: 'zone-closed', zone: zone.id });
    }
  }
}

function detected(zone: SensingPlan, step: Step, signal: LevelSignal, now: Instant): void {
  if (signal !== 'vibration') {
    step.events.push({ type: 'zone-detected', zone: zone.id });
    return;
  }
  const hits = withinWindow([...step.state.hits, now], zone.within, now).slice(-HITS_KEPT);
  step.state = { ...step.state, hits };
  step.events.push({ type: 'zone-hit', zone: zone.id });
  if (hits.length >= zone.hits) step.events.push({ type: 'zone-detected', zone: zone.id });
}

/** The most hits a config may ask for, and so the most worth remembering. */
const HITS_KEPT = 20;

const withinWindow = (hits: readonly Instant[], within: Duration, now: Instant): readonly Instant[] =>
  hits.filter((hit) => between(hit, now) <= within);

function button(zone: SensingPlan, step: Step, said: ButtonSignal, now: Instant): void {
  if (!zone.trips.includes('button')) return;
  held(zone, step, now);
  const { state } = step;
  pressed(zone, step, zone.timesPresses ? pressing(state, said, now) : { state, buttons: [said] });
}

function held(zone: SensingPlan, step: Step, now: Instant): void {
  pressed(zone, step, holding(step.state, now));
}

/** One alarm, however many of the actions that count a press turns out to be. */
function pressed(zone: SensingPlan, step: Step, { state, buttons }: Pressed): void {
  step.state = state;
  if (buttons.some((one) => zone.on.includes(one))) {
    const isSingle = buttons.every((one) => one === 'press');
    step.events.push({ type: 'zone-detected', zone: zone.id, ...(isSingle ? { press: 'single' } : {}) });
  } else if (zone.timesPresses && zone.on.includes('press') && buttons.includes('hold')) {
    step.events.push({ type: 'press-held', zone: zone.id });
  }
}

function silenceEnds(plan: DevicePlan, state: DeviceState): Instant | null {
  if (plan.supervision === null || state.health === 'lost') return null;
  return after(state.heardAt, plan.supervision);
}
