import type { Answer, ReplyTo } from '../alarm/events.ts';
import type { ZonePlan } from '../alarm/plan.ts';
import type { Alarm } from '../alarm/state.ts';
import type { PanelView } from '../alarm/view.ts';
import type { Instant } from '../base/time.ts';
import { shownOpen } from '../zone/observe.ts';
import type { SensingPlan } from '../zone/plan.ts';
import type { DeviceState } from '../zone/state.ts';
import type { LocalAlarm, PanelAttributes, ZoneView } from './ports.ts';

/** An instant as people and other systems read it. */
export type ToIso = (at: Instant) => string;

/** `panel/attributes`. */
export function attributesOf(view: PanelView, iso: ToIso): PanelAttributes {
  return {
    mode: view.mode,
    changedBy: view.changedBy,
    delayEndsAt: view.delayEndsAt === null ? null : iso(view.delayEndsAt),
    openZones: view.openZones,
    bypassedZones: view.bypassedZones,
    alarm: view.alarm === null ? null : alarmShown(view.alarm, iso),
    faults: view.faults,
  };
}

export const alarmShown = ({ id, kind, zones, since, acknowledgedBy }: Alarm, iso: ToIso): LocalAlarm => ({
  id,
  kind,
  zones,
  since: iso(since),
  acknowledgedBy,
});

/** What is shown of one zone, but for the time of its last change. */
export type ZoneShown = Omit<ZoneView, 'at'>;

export function zoneShown(sensing: SensingPlan, state: DeviceState, bypassed: readonly ZonePlan['id'][]): ZoneShown {
  return {
    open: shownOpen(sensing, state),
    tamper: state.tamper,
    batteryLow: state.batteryLow,
    online: state.health !== 'lost',
    bypassed: bypassed.includes(sensing.id),
  };
}

export const sameZone = (a: ZoneShown | undefined, b: ZoneShown): boolean =>
  a !== undefined &&
  a.open === b.open &&
  a.tamper === b.tamper &&
  a.batteryLow === b.batteryLow &&
  a.online === b.online &&
  a.bypassed === b.bypassed;

/** `panel/reply`. */
export function replyJson(to: Extract<ReplyTo, { via: 'mqtt' }>, answer: Answer): string {
  if (answer.ok) return JSON.stringify({ id: to.id, ok: true, warnings: answer.warnings });
  const { error, zones } = answer;
  return JSON.stringify({ id: to.id, ok: false, error, ...(zones === undefined ? {} : { zones }) });
}
