import type { ArmedMode, PanelPlan, ZonePlan } from '../../src/alarm/plan.ts';
import type { PanelPhase } from '../../src/alarm/view.ts';

/**
 * A second panel, written from the rules and not from the code: phases, guarding, delays, siren and bypass, and nothing
 * of alarms, codes or rows. It changes in place and thinks in plain milliseconds. One zone one name.
 */
export interface Model {
  now: number;
  mode: ArmedMode | null;
  exitEnds: number | null;
  /** Guarded through the exit delay, because the mode before had them. */
  early: Set<string>;
  entryEnds: number | null;
  /** Who came in during the entry delay, in order. */
  entered: readonly string[];
  soundsUntil: number | null;
  siren: boolean;
  /** Until then a trip of this kind belongs to the alarm that runs. */
  intruderUntil: number;
  tamperUntil: number;
  fireUntil: number;
  open: Set<string>;
  out: Set<string>;
  turns: Map<string, number>;
}

export const newModel = (): Model => ({
  now: 0,
  mode: null,
  exitEnds: null,
  early: new Set(),
  entryEnds: null,
  entered: [],
  soundsUntil: null,
  siren: false,
  intruderUntil: 0,
  tamperUntil: 0,
  fireUntil: 0,
  open: new Set(),
  out: new Set(),
  turns: new Map(),
});

export function phaseIn(model: Model): PanelPhase {
  if (model.soundsUntil !== null) return 'triggered';
  if (model.mode === null) return 'disarmed';
  if (model.entryEnds !== null) return 'pending';
  return model.exitEnds === null ? `armed_${model.mode}` : 'arming';
}

const intrusion = ['entry', 'perimeter', 'interior', 'tremor'];
const zonesOf = (plan: PanelPlan): readonly ZonePlan[] => [...plan.zones.values()];

const belongsTo = (zone: ZonePlan, mode: ArmedMode | null): boolean =>
  mode !== null && intrusion.includes(zone.type) && zone.modes.includes(mode);

function isGuarded(model: Model, zone: ZonePlan): boolean {
  if (!belongsTo(zone, model.mode) || model.out.has(zone.id)) return false;
  const instant = zone.type === 'perimeter' || zone.type === 'tremor';
  return model.exitEnds === null || instant || model.early.has(zone.id);
}

/** Time passes; what falls due on the way happens at its own moment. */
export function wait(plan: PanelPlan, model: Model, until: number): void {
  for (;;) {
    const ends = [model.exitEnds, model.entryEnds, model.soundsUntil].filter((end) => end !== null);
    const next = Math.min(...ends);
    if (next > until) break;
    model.now = next;
    if (model.exitEnds === next) endExit(plan, model);
    else if (model.entryEnds === next) intruder(plan, model, model.entered);
    else endSiren(plan, model);
  }
  model.now = until;
}

function endExit(plan: PanelPlan, model: Model): void {
  const { mode, early } = model;
  model.exitEnds = null;
  if (mode === null || model.soundsUntil !== null) return;
  const left = zonesOf(plan).filter(
    (zone) =>
      ['entry', 'interior'].includes(zone.type) && belongsTo(zone, mode) && zone.standing && model.open.has(zone.id),
  );
  const late = left.filter((zone) => !early.has(zone.id) && !model.out.has(zone.id));
  const delays = late.map((zone) => (zone.type === 'entry' ? delayOf(plan, mode, zone) : plan.modes[mode].entryDelay));
  const names = late.map((zone) => zone.id);
  if (late.length > 0) enter(plan, model, names, Math.min(...delays));
}

const delayOf = (plan: PanelPlan, mode: ArmedMode, zone: ZonePlan): number =>
  zone.entryDelay ?? plan.modes[mode].entryDelay;

/** An entry delay begins, or the one that runs gets shorter. */
function enter(plan: PanelPlan, model: Model, zones: readonly string[], delay: number): void {
  model.entered = [...new Set([...(model.entryEnds === null ? [] : model.entered), ...zones])];
  if (delay === 0) intruder(plan, model, model.entered);
  else model.entryEnds = Math.min(model.entryEnds ?? Number.POSITIVE_INFINITY, model.now + delay);
}

function endSiren(plan: PanelPlan, model: Model): void {
  model.soundsUntil = null;
  model.siren = false;
  for (const zone of zonesOf(plan)) {
    const counts = zone.type === 'tamper' ? model.mode !== null : belongsTo(zone, model.mode);
    if (counts && zone.standing && model.open.has(zone.id)) model.out.add(zone.id);
  }
}

function sound(plan: PanelPlan, model: Model, zones: readonly string[] | 'always'): void {
  const turn = zones === 'always' ? undefined : zones.find((zone) => (model.turns.get(zone) ?? 0) < plan.siren.trips);
  const counted = turn ?? (zones === 'always' ? undefined : zones[0]);
  if (counted !== undefined) model.turns.set(counted, (model.turns.get(counted) ?? 0) + 1);
  model.soundsUntil = model.now + plan.siren.duration;
  if (zones === 'always' || turn !== undefined) model.siren = true;
}

function join(plan: PanelPlan, model: Model, zone: string): void {
  const turns = model.turns.get(zone) ?? 0;
  if (model.soundsUntil === null || model.siren || turns >= plan.siren.trips) return;
  model.turns.set(zone, turns + 1);
  model.siren = true;
}

function intruder(plan: PanelPlan, model: Model, zones: readonly string[]): void {
  model.entryEnds = null;
  if (model.now < model.intruderUntil) {
    for (const zone of zones) join(plan, model, zone);
    return;
  }
  model.intruderUntil = model.now + plan.siren.duration;
  sound(plan, model, zones);
}

/** A contact opened, or a detector detected. */
export function trip(plan: PanelPlan, model: Model, zone: ZonePlan): void {
  if (zone.standing) model.open.add(zone.id);
  if (zone.type === 'fire') {
    if (model.now >= model.fireUntil) model.fireUntil = model.now + plan.siren.duration;
    sound(plan, model, 'always');
  } else if (zone.type === 'panic' && !zone.silent) sound(plan, model, 'always');
  else if (zone.type === 'tamper' && !model.out.has(zone.id)) tamper(plan, model, zone);
  else if (isGuarded(model, zone)) intrude(plan, model, zone);
}

function tamper(plan: PanelPlan, model: Model, zone: ZonePlan): void {
  const runs = model.now < model.tamperUntil;
  if (!runs) model.tamperUntil = model.now + plan.siren.duration;
  if (model.mode === null) return;
  if (runs && model.soundsUntil !== null) join(plan, model, zone.id);
  else sound(plan, model, [zone.id]);
}

function intrude(plan: PanelPlan, model: Model, zone: ZonePlan): void {
  const { mode } = model;
  if (mode === null) return;
  if (model.now < model.intruderUntil) join(plan, model, zone.id);
  else if (zone.type === 'entry') enter(plan, model, [zone.id], delayOf(plan, mode, zone));
  else if (model.entryEnds === null) intruder(plan, model, [zone.id]);
  else if (zone.type === 'interior') model.entered = [...new Set([...model.entered, zone.id])];
  else intruder(plan, model, [zone.id, ...model.entered]);
}

export function shut(plan: PanelPlan, model: Model, zone: ZonePlan): void {
  model.open.delete(zone.id);
  model.out.delete(zone.id);
  if (!zone.finalDoor || model.exitEnds === null) return;
  model.exitEnds = null;
  endExit(plan, model);
}

/** A resident asks for a mode; true: it is set, or was already. */
export function ask(plan: PanelPlan, model: Model, mode: ArmedMode, bypass: readonly string[]): boolean {
  if (model.soundsUntil !== null || model.entryEnds !== null) return false;
  if (model.mode === mode) return true;
  const out = new Set([...model.out, ...bypass]);
  const blocks = (zone: ZonePlan): boolean => {
    if (!zone.standing || !model.open.has(zone.id) || out.has(zone.id)) return false;
    if (zone.type === 'tamper') return true;
    const leavable = plan.modes[mode].exitDelay > 0 && ['entry', 'interior'].includes(zone.type);
    return belongsTo(zone, mode) && !leavable;
  };
  if (zonesOf(plan).some(blocks)) return false;
  const guarded = zonesOf(plan).filter((zone) => isGuarded(model, zone));
  model.early = new Set(guarded.filter((zone) => belongsTo(zone, mode) && !out.has(zone.id)).map((zone) => zone.id));
  model.out = out;
  model.mode = mode;
  model.exitEnds = plan.modes[mode].exitDelay > 0 ? model.now + plan.modes[mode].exitDelay : null;
  return true;
}

/** A resident's true code. */
export function unset(model: Model): void {
  Object.assign(model, { ...newModel(), now: model.now, open: model.open });
}
