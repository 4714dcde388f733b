import type { DeviceId, ZoneId } from '../base/brand.ts';
import { type Instant, isDue, sooner } from '../base/time.ts';
import { unreachable } from '../base/unreachable.ts';
import { end, raise } from './alarms.ts';
import { endExit } from './arming.ts';
import { acknowledge, close, note } from './closing.ts';
import type { PanelEvent } from './events.ts';
import { addFault, clearFault } from './faults.ts';
import { isIn, standsOpen } from './guard.ts';
import { restartedPanel } from './initial.ts';
import { onJammed, onJammingOver } from './jamming.ts';
import { onCodeVerified, onCodeWrong, onOrdered } from './orders.ts';
import type { ArmedMode, PanelPlan, ZonePlan } from './plan.ts';
import { closeInstaller, openInstaller } from './roles.ts';
import type { PanelState, ZoneCondition } from './state.ts';
import { change, record, type Step, stay } from './step.ts';
import { isSupply, onSupplyBack, onSupplyGone, settleSupplies, supplyDeadline } from './supply.ts';
import { intruder, onDeviceTamper, onTrip } from './trips.ts';
import { endWalk, isTriedAgain, isWalking, openCase, openLid, tellWalk, tryPress } from './walk.ts';

/**
 * The panel: what one happening means. Pure and total; the next state and the orders that follow from it. Siren, lights
 * and what is shown are read from the state (`view.ts`).
 */
export function reduce(plan: PanelPlan, state: PanelState, event: PanelEvent, now: Instant): Step {
  const step = stay(state);
  switch (event.type) {
    case 'zone-opened':
      return withZone(plan, event.zone, step, (zone) => onOpened(plan, told(step, zone.id, true), zone, now));
    case 'zone-closed':
      return withZone(plan, event.zone, step, (zone) => onClosed(plan, step, zone, now));
    case 'zone-known':
      return withZone(plan, event.zone, step, (zone) => onKnown(plan, step, zone, event.open, now));
    case 'zone-detected':
      return withZone(plan, event.zone, step, (zone) => onDetected(plan, step, zone, event.press ?? null, now));
    case 'press-held':
      return withZone(plan, event.zone, step, (zone) =>
        isTriedAgain(state, zone.id, now) ? onTrip(plan, step, zone, now) : step,
      );
    case 'zone-hit':
      return withZone(plan, event.zone, step, (zone) => onHit(step, zone, now));
    case 'device-lost':
      return onLost(step, event.device);
    case 'device-heard':
      return onHeard(plan, step, event.device);
    case 'tamper-on':
      return isWalking(state, now) ? openCase(step, event.device) : onDeviceTamper(plan, step, event.device, now);
    case 'tamper-off':
      return onTamperOff(plan, step, event.device);
    case 'battery-low':
      return addFault(step, `battery_low:${event.device}`);
    case 'battery-ok':
      return clearFault(step, `battery_low:${event.device}`);
    case 'ordered':
      return onOrdered(plan, step, event.order, event, now);
    case 'code-verified':
      return onCodeVerified(plan, step, event.order, event, now);
    case 'code-wrong':
      return onCodeWrong(step, event.order, now);
    case 'fitting-began':
      return openInstaller(step, event.length, null, now);
    case 'closed-by-station':
      return onClosure(step, event.alarm, event.by);
    case 'acknowledged':
      return onAcknowledged(step, event.alarm, event.by);
    case 'noted':
      return onNoted(step, event.alarm, event.by, event.note);
    case 'fault-raised':
      return addFault(step, event.fault);
    case 'fault-cleared':
      return clearFault(step, event.fault);
    case 'jammed':
      return onJammed(step, event);
    case 'jamming-over':
      return onJammingOver(step, event.radio);
    case 'arming-undone':
      return state.set === event.failed ? record(change(step, event.before), 'arming-undone', {}) : step;
    case 'alarm-restored':
      return raise(plan, step, 'intruder', [], 'shown', now);
    case 'restarted':
      return stay(restartedPanel(plan, state, now));
    case 'tick':
      return onTick(plan, step, now);
    default:
      return unreachable(event);
  }
}

/** When the panel next needs a tick; null: nothing is waiting. */
export function deadline(state: PanelState): Instant | null {
  const delays = sooner(state.set?.exit?.until ?? null, state.set?.entry?.until ?? null);
  const opened = sooner(sooner(state.installer?.until ?? null, state.walk?.until ?? null), supplyDeadline(state));
  const times = sooner(state.sounding?.until ?? null, opened);
  return state.alarms.reduce<Instant | null>((first, alarm) => sooner(first, alarm.expires), sooner(delays, times));
}

function withZone(plan: PanelPlan, id: ZoneId, step: Step, then: (zone: ZonePlan) => Step): Step {
  const zone = plan.zones.get(id);
  return zone === undefined ? step : then(zone);
}

function told(step: Step, id: ZoneId, open: boolean): Step {
  return condition(step, id, { open, heard: 'heard' });
}

function condition(step: Step, id: ZoneId, next: ZoneCondition): Step {
  const before = step.state.zones[id];
  if (before?.open === next.open && before.heard === next.heard) return step;
  return change(step, { zones: { ...step.state.zones, [id]: next } });
}

/** What a walk test makes of it comes first; a call for help is none of its news. */
function onOpened(plan: PanelPlan, before: Step, zone: ZonePlan, now: Instant): Step {
  const step = isSupply(zone) ? onSupplyGone(plan, before, zone, now) : before;
  if (!isWalking(step.state, now) || zone.type === 'panic') return onTrip(plan, step, zone, now);
  const shown = tellWalk(step, zone, 'opened');
  return zone.type === 'tamper' ? openLid(shown, zone.id) : onTrip(plan, shown, zone, now);
}

function onDetected(plan: PanelPlan, step: Step, zone: ZonePlan, press: 'single' | null, now: Instant): Step {
  if (!isWalking(step.state, now)) return onTrip(plan, step, zone, now);
  if (zone.type === 'panic') {
    const tries = press === 'single' && !isTriedAgain(step.state, zone.id, now);
    return tries ? tryPress(plan, step, zone, now) : onTrip(plan, step, zone, now);
  }
  const shown = tellWalk(step, zone, 'detected');
  return zone.type === 'tamper' ? shown : onTrip(plan, shown, zone, now);
}

function onClosed(plan: PanelPlan, before: Step, zone: ZonePlan, now: Instant): Step {
  const isShown = isWalking(before.state, now) && zone.type !== 'panic';
  const step = isShown ? tellWalk(before, zone, 'closed') : before;
  const closed = told(step, zone.id, false);
  const back = isSupply(zone) ? onSupplyBack(plan, closed, zone, now) : closed;
  const cleared = zone.type === 'technical' ? clearFault(back, `technical:${zone.id}`) : back;
  // Only a contact closes; that a detection is over does not bring back a detector that was left out by name.
  const joined = zone.standing ? rejoin(cleared, zone.id) : cleared;
  // The last door on the way out is shut: nobody is expected to come after.
  const leaving = zone.finalDoor && joined.state.set?.exit != null;
  return leaving ? endExit(plan, joined, now) : joined;
}

/** Closed before the start and closed after it is no closing: what was left out by name stays out. */
function onKnown(plan: PanelPlan, step: Step, zone: ZonePlan, open: boolean, now: Instant): Step {
  if (isSupply(zone)) {
    const known = told(step, zone.id, open);
    return open ? onSupplyGone(plan, known, zone, now) : onSupplyBack(plan, known, zone, now);
  }
  const before = step.state.zones[zone.id]?.open;
  const known = told(step, zone.id, open);
  return open || before === false ? known : rejoin(known, zone.id);
}

/** A zone that was left out is guarded again as soon as it is closed. */
function rejoin(step: Step, id: ZoneId): Step {
  if (!step.state.bypassed.includes(id)) return step;
  const bypassed = step.state.bypassed.filter((one) => one !== id);
  return record(change(step, { bypassed }), 'bypass-ended', { zone: id });
}

/** Two hits may be the start of a forced entry. Who goes out or comes in shakes the door too: no hit counts in a delay. */
function onHit(step: Step, zone: ZonePlan, now: Instant): Step {
  if (isWalking(step.state, now)) return tellWalk(step, zone, 'hit');
  const { set, forced } = step.state;
  if (zone.type !== 'tremor' || set === null || set.exit !== null || set.entry !== null) return step;
  return change(step, { forced: { ...forced, [zone.id]: [...(forced[zone.id] ?? []), now].slice(-2) } });
}

function onLost(step: Step, device: DeviceId): Step {
  const id = device as string as ZoneId;
  const before = step.state.zones[id];
  const noted = addFault(step, `lost:${device}`);
  // Nobody saw what happened meanwhile: found closed again, it counts as one that closed.
  return before === undefined ? noted : condition(noted, id, { open: null, heard: 'lost' });
}

function onHeard(plan: PanelPlan, step: Step, device: DeviceId): Step {
  const id = device as string as ZoneId;
  const found = clearFault(step, `lost:${device}`);
  const zone = plan.zones.get(id);
  const before = step.state.zones[id];
  if (zone === undefined || before === undefined) return found;
  // A contact counts as heard only when its level has been told, which comes as an event of its own.
  if (zone.standing) return before.heard === 'lost' ? condition(found, id, { ...before, heard: 'unheard' }) : found;
  const heard = condition(found, id, { ...before, heard: 'heard' });
  return before.heard === 'lost' ? rejoin(heard, id) : heard;
}

/** A case that was shut again is guarded again, unless its zone still stands open. */
function onTamperOff(plan: PanelPlan, step: Step, device: DeviceId): Step {
  const tampered = step.state.tampered.filter((one) => one !== device);
  const shut = clearFault(change(step, { tampered }), `tamper:${device}`);
  const zone = plan.zones.get(device as string as ZoneId);
  return zone === undefined || !standsOpen(shut.state, zone) ? rejoin(shut, device as string as ZoneId) : shut;
}

function onClosure(step: Step, id: string, by: string): Step {
  const alarm = step.state.alarms.find((one) => one.id === id);
  return alarm === undefined ? step : close(step, alarm, by, 'truly');
}

function onAcknowledged(step: Step, id: string, by: string): Step {
  const alarm = step.state.alarms.find((one) => one.id === id);
  return alarm === undefined ? step : acknowledge(step, alarm, by);
}

function onNoted(step: Step, id: string, by: string, words: string): Step {
  const alarm = step.state.alarms.find((one) => one.id === id);
  return alarm === undefined ? step : note(step, alarm, by, words);
}

function onTick(plan: PanelPlan, step: Step, now: Instant): Step {
  const { set } = step.state;
  if (set?.exit != null && isDue(set.exit.until, now)) return onTick(plan, endExit(plan, step, now), now);
  if (set?.entry != null && isDue(set.entry.until, now)) {
    return onTick(plan, intruder(plan, step, set.entry.zones, now), now);
  }
  const quiet = endSounding(plan, settleSupplies(plan, step, now), now);
  const { installer, walk } = quiet.state;
  const walked = walk !== null && isDue(walk.until, now) ? endWalk(plan, quiet, null, now) : quiet;
  const alone = installer !== null && isDue(installer.until, now) ? closeInstaller(plan, walked, null, now) : walked;
  const due = alone.state.alarms.filter((alarm) => isDue(alarm.expires, now));
  return due.reduce((next, alarm) => end(next, alarm, 'expired', null), alone);
}

/** The siren time is over: back to the mode, with what still stands open left out by name until it closes. */
function endSounding(plan: PanelPlan, step: Step, now: Instant): Step {
  const { sounding, set } = step.state;
  if (sounding === null || !isDue(sounding.until, now)) return step;
  const quiet = change(step, { sounding: null });
  const open = set === null ? [] : stillOpen(plan, step.state, set.mode);
  const noted = record(quiet, 'siren-time-over', { bypassed: open });
  return open.length === 0 ? noted : change(noted, { bypassed: [...noted.state.bypassed, ...open] });
}

const stillOpen = (plan: PanelPlan, state: PanelState, mode: ArmedMode): readonly ZoneId[] =>
  [...plan.zones.values()]
    // One not heard since the start counts by its last state.
    .filter((zone) => zone.standing && state.zones[zone.id]?.open === true && !state.bypassed.includes(zone.id))
    .filter((zone) => zone.type === 'tamper' || isIn(zone, mode))
    .map((zone) => zone.id);
