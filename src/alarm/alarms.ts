import type { AlarmId, ZoneId } from '../base/brand.ts';
import { after, between, hours, type Instant, isDue, seconds } from '../base/time.ts';
import type { AlarmKind, PanelPlan } from './plan.ts';
import type { Alarm, PanelState } from './state.ts';
import { also, change, record, type Step } from './step.ts';

/** What nobody ended by then expires. */
const EXPIRY = hours(24);
/** A press later than this after the last one is a new call for help. */
const RENEWAL = seconds(30);
/**
 * Alarms kept open at once, shown ones and concealed ones each; beyond it the oldest of the least urgent kind gives way.
 * Counted apart, because a shown alarm that gave way to a silent one would tell of it.
 */
const MOST_ALARMS = 50;

const isConcealed = (alarm: Alarm): boolean => alarm.silent || alarm.hidden;

export const audienceOf = (alarm: Alarm) => (isConcealed(alarm) ? 'sealed' : 'local');

/** What may be seen on site. */
export const shownAlarms = (state: PanelState): readonly Alarm[] => state.alarms.filter((alarm) => !isConcealed(alarm));

const URGENCY: readonly AlarmKind[] = ['fire', 'personal', 'intruder', 'tamper', 'fault'];

/** The most urgent alarm that may be seen on site; the newest among equals. */
export function mostUrgent(state: PanelState): Alarm | null {
  const shown = shownAlarms(state);
  for (const kind of URGENCY) {
    const found = shown.findLast((alarm) => alarm.kind === kind);
    if (found !== undefined) return found;
  }
  return null;
}

/** The alarm a new trip of this kind belongs to, if one is still running. `takes`: those that it may belong to. */
export function running(
  state: PanelState,
  kind: AlarmKind,
  now: Instant,
  takes: (alarm: Alarm) => boolean = () => true,
): Alarm | null {
  return (
    shownAlarms(state).findLast((alarm) => alarm.kind === kind && !isDue(alarm.runsUntil, now) && takes(alarm)) ?? null
  );
}

/** Opens an alarm and starts telling people. Siren and panel phase are the caller's. */
export function raise(
  plan: PanelPlan,
  step: Step,
  kind: AlarmKind,
  zones: readonly ZoneId[],
  visibility: 'shown' | 'silent',
  now: Instant,
): Step {
  const silent = visibility === 'silent';
  const { state } = step;
  const number = silent ? `s${state.nextSilent}` : `a${state.nextAlarm}`;
  const alarm: Alarm = {
    id: number as AlarmId,
    kind,
    zones,
    since: now,
    runsUntil: after(now, plan.siren.duration),
    renewed: now,
    silent,
    hidden: false,
    acknowledgedBy: null,
    expires: after(now, EXPIRY),
  };
  const counted = silent ? { nextSilent: state.nextSilent + 1 } : { nextAlarm: state.nextAlarm + 1 };
  const opened = change(withRoom(step, silent ? 'concealed' : 'shown'), counted);
  const noted = record(
    change(opened, { alarms: [...opened.state.alarms, alarm] }),
    'alarm-raised',
    { alarm: alarm.id, kind, zones },
    audienceOf(alarm),
  );
  return also(noted, { type: 'tell', alarm });
}

/** Personal and duress alarms are the last to give way. */
function withRoom(step: Step, among: 'shown' | 'concealed'): Step {
  const alarms = step.state.alarms.filter((alarm) => isConcealed(alarm) === (among === 'concealed'));
  if (alarms.length < MOST_ALARMS) return step;
  const order: readonly AlarmKind[] = ['fault', 'tamper', 'intruder', 'fire', 'personal', 'duress'];
  const victim = order.flatMap((kind) => alarms.filter((alarm) => alarm.kind === kind)).at(0);
  return victim === undefined ? step : end(step, victim, 'expired', null);
}

/** A later zone of a running alarm: logged, not told again as a text. */
export function join(step: Step, alarm: Alarm, zone: ZoneId): Step {
  const zones = alarm.zones.includes(zone) ? alarm.zones : [...alarm.zones, zone];
  return record(replace(step, { ...alarm, zones }), 'alarm-zone', { alarm: alarm.id, zone }, audienceOf(alarm));
}

/**
 * A call for help that is already open: told afresh if the last press is more than 30 s back. A duress code always is
 * (`always`).
 */
export function renew(step: Step, alarm: Alarm, when: 'after-a-while' | 'always', now: Instant): Step {
  const renewed: Alarm = { ...alarm, renewed: now, expires: after(now, EXPIRY) };
  const next = replace(step, renewed);
  if (when === 'after-a-while' && between(alarm.renewed, now) <= RENEWAL) return next;
  const noted = record(next, 'alarm-renewed', { alarm: alarm.id, kind: alarm.kind }, audienceOf(alarm));
  return also(noted, { type: 'tell', alarm: renewed });
}

/** Closes an alarm for good. */
export function end(step: Step, alarm: Alarm, why: 'code' | 'closure' | 'expired', by: string | null): Step {
  const gone = change(step, { alarms: step.state.alarms.filter((one) => one.id !== alarm.id) });
  const noted = record(gone, 'alarm-ended', { alarm: alarm.id, kind: alarm.kind, why, by }, audienceOf(alarm));
  return also(noted, { type: 'stop-telling', alarm, why });
}

/**
 * What a duress code does to an alarm: it leaves the local view with the very row that a true code would have left,
 * and goes on outside.
 */
export function hide(step: Step, alarm: Alarm, why: 'code' | 'closure', by: string): Step {
  const ended = record(step, 'alarm-ended', { alarm: alarm.id, kind: alarm.kind, why, by }, audienceOf(alarm));
  const hidden: Alarm = { ...alarm, hidden: true };
  return also(replace(withRoom(ended, 'concealed'), hidden), { type: 'hide-telling', alarm: hidden });
}

export function replace(step: Step, alarm: Alarm): Step {
  return change(step, { alarms: step.state.alarms.map((one) => (one.id === alarm.id ? alarm : one)) });
}

/** Sounds, or goes on sounding, for a full siren time; `siren: off` keeps quiet what swinger shutdown has silenced. */
export function sound(plan: PanelPlan, step: Step, siren: 'on' | 'off', now: Instant): Step {
  const already = step.state.sounding?.siren === true;
  return change(step, {
    sounding: { until: after(now, plan.siren.duration), siren: already || siren === 'on' },
  });
}
