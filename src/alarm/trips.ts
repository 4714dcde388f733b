import type { DeviceId, SourceId, ZoneId } from '../base/brand.ts';
import { after, between, type Duration, type Instant } from '../base/time.ts';
import { unreachable } from '../base/unreachable.ts';
import { join, raise, renew, running, sound } from './alarms.ts';
import { addFault } from './faults.ts';
import { entryDelayOf, guarding, ignoredInDelays } from './guard.ts';
import type { PanelPlan, ZonePlan } from './plan.ts';
import type { PanelState, SetState } from './state.ts';
import { change, record, type Step } from './step.ts';
import { isCutOff } from './supply.ts';

/** A zone tripped: a contact opened, or a detector detected. What that means depends on its type and on the phase. */
export function onTrip(plan: PanelPlan, step: Step, zone: ZonePlan, now: Instant): Step {
  switch (zone.type) {
    case 'panic':
      return onPanic(plan, step, { silent: zone.silent, zones: [zone.id] }, now);
    case 'fire':
      return onFire(plan, step, zone.id, now);
    case 'technical':
      return onTechnical(plan, step, zone.id, now);
    case 'tamper':
      return step.state.bypassed.includes(zone.id) ? step : onTamper(plan, step, zone.id, now);
    case 'notice':
      return step.state.set === null ? step : record(step, 'notice', { zone: zone.id });
    case 'chime':
    // These count by how they are, not by what happens; see `supply.ts`.
    case 'mains':
    case 'hub_battery':
      return step;
    case 'entry':
    case 'perimeter':
    case 'interior':
    case 'tremor':
      return onIntrusion(plan, step, zone, now);
    default:
      return unreachable(zone.type);
  }
}

function onIntrusion(plan: PanelPlan, step: Step, zone: ZonePlan, now: Instant): Step {
  const { set } = step.state;
  if (set === null || guarding(plan, step.state, zone) !== 'yes') return step;
  if (set.entry !== null && ignoredInDelays(plan, zone)) return step;
  const alarm = running(step.state, 'intruder', now);
  if (alarm !== null) return laterZone(plan, join(step, alarm, zone.id), zone.id);
  switch (zone.type) {
    case 'entry':
      return onEntryDoor(plan, step, set, zone, now);
    case 'interior':
      // Who comes in by the entry route walks past it; before that it is an intruder.
      return set.entry === null ? intruder(plan, step, [zone.id], now) : follow(step, set, zone.id);
    default:
      // It breaks through a running entry delay; who came by that way is named as well.
      return intruder(plan, step, [zone.id, ...(set.entry?.zones ?? [])], now);
  }
}

function onEntryDoor(plan: PanelPlan, step: Step, set: SetState, zone: ZonePlan, now: Instant): Step {
  if (set.entry !== null) return shorten(plan, step, set, zone, now);
  const forced = forcedBy(plan, step.state, zone.id, now);
  const told = forced === null ? step : record(step, 'forced-entry', { zone: zone.id, tremor: forced });
  if (forced !== null && zone.forcedEntry === 'alarm') return intruder(plan, told, [forced, zone.id], now);
  const cutOff = forced === null && isCutOff(plan, step.state, now);
  const warned = cutOff ? record(told, 'entry-without-mains', { zone: zone.id }) : told;
  return startEntry(plan, warned, zone.id, entryDelayOf(plan, set, zone), now);
}

/** The tremor zone whose last two hits both lie within its window before this door opened. */
function forcedBy(plan: PanelPlan, state: PanelState, door: ZoneId, now: Instant): ZoneId | null {
  for (const zone of plan.zones.values()) {
    if (zone.type !== 'tremor' || zone.guards !== door || state.bypassed.includes(zone.id)) continue;
    const [earlier, later] = state.forced[zone.id] ?? [];
    if (earlier !== undefined && later !== undefined && between(earlier, now) <= zone.within) return zone.id;
  }
  return null;
}

/** Starts an entry delay; one of no length is an alarm at once. */
function startEntry(plan: PanelPlan, step: Step, zone: ZoneId, delay: Duration, now: Instant): Step {
  const { set } = step.state;
  if (set === null) return step;
  if (delay <= 0) return intruder(plan, step, [zone], now);
  const entry = { until: after(now, delay), zones: [zone], length: delay, extended: false };
  return record(change(step, { set: { ...set, entry } }), 'entry-started', { zone, delayMs: delay });
}

/** A second door may shorten the delay, never lengthen it. */
function shorten(plan: PanelPlan, step: Step, set: SetState, zone: ZonePlan, now: Instant): Step {
  if (set.entry === null) return step;
  const delay = entryDelayOf(plan, set, zone);
  if (delay <= 0) return intruder(plan, step, [...set.entry.zones, zone.id], now);
  const own = after(now, delay);
  const until = own < set.entry.until ? own : set.entry.until;
  const followed = follow(step, set, zone.id);
  const entry = followed.state.set?.entry;
  if (entry === null || entry === undefined) return followed;
  return change(followed, { set: { ...set, entry: { ...entry, until } } });
}

/** A zone on the way of someone coming in: remembered, so that an alarm names them all. */
function follow(step: Step, set: SetState, zone: ZoneId): Step {
  if (set.entry === null) return step;
  const zones = set.entry.zones.includes(zone) ? set.entry.zones : [...set.entry.zones, zone];
  return record(change(step, { set: { ...set, entry: { ...set.entry, zones } } }), 'entry-zone', { zone });
}

/** An intruder: the delays are over, the siren sounds unless every zone has had its turns in this set period. */
export function intruder(plan: PanelPlan, step: Step, zones: readonly ZoneId[], now: Instant): Step {
  const { set } = step.state;
  if (set === null) return step;
  const alarm = running(step.state, 'intruder', now);
  if (alarm !== null) {
    const over = change(step, { set: { ...set, entry: null } });
    return zones.reduce((joined, zone) => laterZone(plan, join(joined, alarm, zone), zone), over);
  }
  const raised = raise(plan, change(step, { set: { ...set, entry: null } }), 'intruder', zones, 'shown', now);
  return soundInTurn(plan, raised, zones, now);
}

/** Sounds for a new alarm, counted for the first of its zones that still has a turn; with none left the siren is off. */
function soundInTurn(plan: PanelPlan, step: Step, zones: readonly ZoneId[], now: Instant): Step {
  const { set } = step.state;
  if (set === null) return step;
  const driver = zones.find((zone) => mayDriveSiren(plan, set, zone));
  const blamed = driver ?? zones.at(0);
  // After a damaged database nobody knows which zone began the entry delay; the siren sounds all the same.
  if (blamed === undefined) return sound(plan, step, 'on', now);
  const trips = counted(set, blamed);
  return sound(plan, change(step, { set: { ...set, trips } }), driver === undefined ? 'off' : 'on', now);
}

const mayDriveSiren = (plan: PanelPlan, set: SetState, zone: ZoneId): boolean =>
  (set.trips[zone] ?? 0) < plan.siren.trips;

const counted = (set: SetState, zone: ZoneId): SetState['trips'] => ({
  ...set.trips,
  [zone]: (set.trips[zone] ?? 0) + 1,
});

/** A zone that still has its turns takes the siren on, if swinger shutdown of the first one kept it off. */
function laterZone(plan: PanelPlan, step: Step, zone: ZoneId): Step {
  const { set, sounding } = step.state;
  if (set === null || sounding === null || sounding.siren || !mayDriveSiren(plan, set, zone)) return step;
  const trips = counted(set, zone);
  return change(step, { set: { ...set, trips }, sounding: { ...sounding, siren: true } });
}

/** A call for help. A silent one changes nothing but the sealed record and who is told. */
export function onPanic(
  plan: PanelPlan,
  step: Step,
  call: { readonly silent: boolean; readonly zones: readonly ZoneId[] },
  now: Instant,
): Step {
  const open = step.state.alarms.findLast(
    (alarm) => alarm.kind === 'personal' && alarm.silent === call.silent && !alarm.hidden,
  );
  const called =
    open === undefined
      ? raise(plan, step, 'personal', call.zones, call.silent ? 'silent' : 'shown', now)
      : renew(step, open, 'after-a-while', now);
  return call.silent ? called : sound(plan, called, 'on', now);
}

/** A code given under threat: outside it is told afresh each time, on site nothing differs. */
export function onDuress(plan: PanelPlan, step: Step, source: SourceId, now: Instant): Step {
  const open = step.state.alarms.findLast((alarm) => alarm.kind === 'duress');
  const noted = record(step, 'duress', { source }, 'sealed');
  return open === undefined ? raise(plan, noted, 'duress', [], 'silent', now) : renew(noted, open, 'always', now);
}

function onFire(plan: PanelPlan, step: Step, zone: ZoneId, now: Instant): Step {
  const alarm = running(step.state, 'fire', now);
  const raised = alarm === null ? raise(plan, step, 'fire', [zone], 'shown', now) : join(step, alarm, zone);
  return sound(plan, raised, 'on', now);
}

function onTechnical(plan: PanelPlan, step: Step, zone: ZoneId, now: Instant): Step {
  const noted = addFault(step, `technical:${zone}`);
  const alarm = running(noted.state, 'fault', now, (open) => !isAboutSupply(plan, open.zones));
  return alarm === null ? raise(plan, noted, 'fault', [zone], 'shown', now) : join(noted, alarm, zone);
}

/** That the mains was cut is another matter: water that comes after it is told of as on any other day. */
const isAboutSupply = (plan: PanelPlan, zones: readonly ZoneId[]): boolean =>
  zones.some((id) => plan.zones.get(id)?.type === 'mains');

/** Someone is at a detector or its cover: with the panel set a sounding alarm, else one that is shown and told. */
export function onTamper(plan: PanelPlan, step: Step, zone: ZoneId, now: Instant): Step {
  const alarm = running(step.state, 'tamper', now);
  const raised = alarm === null ? raise(plan, step, 'tamper', [zone], 'shown', now) : join(step, alarm, zone);
  if (step.state.set === null) return raised;
  // A loose contact that comes and goes within one alarm does not keep the siren on.
  const joins = alarm !== null && step.state.sounding !== null;
  return joins ? laterZone(plan, raised, zone) : soundInTurn(plan, raised, [zone], now);
}

/** A device's tamper contact. Its id stands where a zone's would, whether or not it carries one. */
export function onDeviceTamper(plan: PanelPlan, step: Step, device: DeviceId, now: Instant): Step {
  const noted = markTampered(step, device);
  const zone = device as string as ZoneId;
  return step.state.bypassed.includes(zone) ? noted : onTamper(plan, noted, zone, now);
}

export function markTampered(step: Step, device: DeviceId): Step {
  const tampered = [...step.state.tampered.filter((one) => one !== device), device];
  return addFault(change(step, { tampered }), `tamper:${device}`);
}
