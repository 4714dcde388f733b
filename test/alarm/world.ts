import { isDeepStrictEqual } from 'node:util';
import type { PanelEffect, RecordEffect } from '../../src/alarm/effects.ts';
import type { PanelEvent } from '../../src/alarm/events.ts';
import { initialPanel } from '../../src/alarm/initial.ts';
import { deadline, reduce } from '../../src/alarm/reduce.ts';
import type { PanelState } from '../../src/alarm/state.ts';
import { phaseOf, sirenWanted, viewOf } from '../../src/alarm/view.ts';
import type { DeviceId } from '../../src/base/brand.ts';
import { type Instant, instant, isDue, sooner } from '../../src/base/time.ts';
import type { Signals, TripSignal } from '../../src/sense/signals.ts';
import { type Delivery, deviceDeadline, type Observed, observe, tickDevice } from '../../src/zone/observe.ts';
import { afterRestart, type DeviceState, unheardDevice } from '../../src/zone/state.ts';
import type { Plan } from './plans.ts';

/** The two rooms side by side, as the hub would turn them: signals in, zone events over, effects out. */
export interface World {
  readonly plan: Plan;
  now: Instant;
  panel: PanelState;
  devices: Map<DeviceId, DeviceState>;
  /** The process is stopped: time goes by and nobody ticks. */
  stopped: boolean;
  /** Everything ordered so far. */
  effects: PanelEffect[];
  /** Looks at every single event. */
  watch: (event: PanelEvent, before: PanelState, after: PanelState) => void;
}

/** Every sensor has been heard and is at rest. */
export function settledWorld(plan: Plan): World {
  const world = freshWorld(plan);
  for (const device of plan.devices.values())
    say(world, device.id, { ...restOf(device.zone?.trips ?? []), battery: 90 });
  world.effects = [];
  return world;
}

/** Nothing has spoken yet. */
export function freshWorld(plan: Plan): World {
  const now = instant(0);
  const devices = new Map([...plan.devices.keys()].map((id) => [id, unheardDevice(now)]));
  return { plan, now, panel: initialPanel(plan.panel), devices, stopped: false, effects: [], watch: () => undefined };
}

function restOf(trips: readonly TripSignal[]): Signals {
  if (trips.includes('contact')) return { contact: 'closed' };
  return Object.fromEntries(trips.filter((trip) => trip !== 'button').map((trip) => [trip, false]));
}

/** One event, held against everything that must be true after any event. */
export function happen(world: World, event: PanelEvent): readonly PanelEffect[] {
  const before = deepFreeze(world.panel);
  const { state, effects } = reduce(world.plan.panel, before, event, world.now);
  world.panel = state;
  world.watch(event, before, state);
  world.effects.push(...effects);
  holdInvariants(world, event);
  return effects;
}

/** One message of one device. */
export function say(
  world: World,
  device: DeviceId,
  signals: Signals,
  pulses: readonly TripSignal[] = [],
  delivery: Delivery = 'live',
): void {
  const devicePlan = world.plan.devices.get(device);
  const state = world.devices.get(device);
  if (devicePlan === undefined || state === undefined) throw new Error(`no device ${device} in this house`);
  take(world, device, observe(devicePlan, state, signals, pulses, delivery, world.now));
}

function take(world: World, device: DeviceId, seen: Observed): void {
  world.devices.set(device, seen.state);
  for (const event of seen.events) happen(world, event);
}

/** Lets time pass, ticking each room exactly when it asked to be. */
export function passTo(world: World, until: Instant): void {
  for (let turns = 0; !world.stopped; turns++) {
    const next = nextDeadline(world);
    if (next === null || next > until) break;
    if (turns > 10_000) throw new Error('deadlines that never end');
    world.now = next > world.now ? next : world.now;
    tickAll(world);
  }
  world.now = until;
}

function nextDeadline(world: World): Instant | null {
  let next = deadline(world.panel);
  for (const [id, device] of world.plan.devices) {
    const state = world.devices.get(id);
    if (state !== undefined) next = sooner(next, deviceDeadline(device, state));
  }
  return next;
}

function tickAll(world: World): void {
  for (const [id, device] of world.plan.devices) {
    const state = world.devices.get(id);
    if (state === undefined) continue;
    const due = deviceDeadline(device, state);
    if (due !== null && isDue(due, world.now)) take(world, id, tickDevice(device, state, world.now));
  }
  const due = deadline(world.panel);
  if (due !== null && isDue(due, world.now)) happen(world, { type: 'tick' });
}

/** The process ends; what was saved is all that is left. */
export function stop(world: World): void {
  world.stopped = true;
}

/** The process starts again on its saved state, and deadlines that came meanwhile come now. */
export function restart(world: World): void {
  world.panel = JSON.parse(JSON.stringify(world.panel)) as PanelState;
  const devices = JSON.parse(JSON.stringify([...world.devices])) as [DeviceId, DeviceState][];
  world.devices = new Map(devices.map(([id, state]) => [id, afterRestart(state)]));
  happen(world, { type: 'restarted' });
  world.stopped = false;
  passTo(world, world.now);
}

export const localRows = (effects: readonly PanelEffect[]): readonly RecordEffect[] =>
  effects.filter((effect) => effect.type === 'record').filter((row) => row.audience === 'local');

export const sealedRows = (effects: readonly PanelEffect[]): readonly RecordEffect[] =>
  effects.filter((effect) => effect.type === 'record').filter((row) => row.audience === 'sealed');

/** Everything that somebody on site can tell from an event: the view, the siren, the local rows, the answers, a walk test. */
export function traceOf(world: World, effects: readonly PanelEffect[]): string {
  const answers = effects.filter((effect) => effect.type === 'reply');
  const walked = [world.panel.walk?.until ?? null, ...effects.filter((effect) => effect.type === 'walk-news')];
  const view = viewOf(world.plan.panel, world.panel);
  return JSON.stringify([view, sirenWanted(world.panel), localRows(effects), answers, walked]);
}

/** What must be true after every event, whatever happened. Throws a sentence when it is not. */
function holdInvariants(world: World, event: PanelEvent): void {
  const { panel, now } = world;
  const broken = (what: string): never => {
    throw new Error(`after ${JSON.stringify(event)} at ${now}: ${what}`);
  };
  if (!isDeepStrictEqual(JSON.parse(JSON.stringify(panel)), panel)) broken('the state does not survive JSON');
  if (sirenWanted(panel) && phaseOf(panel) !== 'triggered') broken('the siren sounds outside triggered');
  const next = deadline(panel);
  if (event.type === 'tick' && next !== null && next <= now) broken(`a deadline stays behind at ${next}`);
  const view = viewOf(world.plan.panel, panel);
  if (view.alarm !== null && (view.alarm.silent || view.alarm.hidden)) broken('something silent is shown');
  if (panel.set === null && panel.bypassed.length > 0) broken('bypassed zones outlive the set period');
  for (const [what, size, bound] of sizes(world)) if (size > bound) broken(`${what}: ${size}, more than ${bound}`);
}

/** Every list in the state and how long it may get. */
function sizes({ plan, panel }: World): readonly (readonly [string, number, number])[] {
  const names = plan.devices.size;
  return [
    ['alarms', panel.alarms.length, 100],
    ['zones of an alarm', Math.max(0, ...panel.alarms.map((alarm) => alarm.zones.length)), names],
    ['entry zones', panel.set?.entry?.zones.length ?? 0, names],
    ['guarded zones', panel.set?.exit?.guarded.length ?? 0, names],
    ['trips', Object.keys(panel.set?.trips ?? {}).length, names],
    ['zones', Object.keys(panel.zones).length, names],
    ['bypassed', panel.bypassed.length, names],
    ['bypassed, each once', panel.bypassed.length, new Set(panel.bypassed).size],
    ['tampered', panel.tampered.length, names],
    ['faults', panel.faults.length, names * 4 + 8],
    ['sources', Object.keys(panel.lockout.sources).length, 64],
    ['wrong codes', panel.lockout.wrongAt.length, 10],
    ['ids', panel.recent.length, 256],
    ['lids', panel.walk?.lids.length ?? 0, names],
    ['buttons tried', Object.keys(panel.tried).length, names],
  ];
}

/** A reducer that changed what it was given would change the past. */
function deepFreeze<T>(value: T): T {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value;
  Object.freeze(value);
  for (const part of Object.values(value)) deepFreeze(part);
  return value;
}
