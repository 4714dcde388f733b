import type { PanelEffect, RecordEffect } from '../alarm/effects.ts';
import type { PanelEvent } from '../alarm/events.ts';
import type { PanelPlan, ZoneType } from '../alarm/plan.ts';
import type { Alarm, PanelState } from '../alarm/state.ts';
import type { AlarmId, ZoneId } from '../base/brand.ts';
import type { Json } from '../base/json.ts';
import { unreachable } from '../base/unreachable.ts';
import type { ReportKind } from '../escalate/stations-plan.ts';
import type { ReportWhat } from '../escalate/stations-state.ts';
import { AFTER_MAINS_LOSS, WHILE_SET } from './report-codes.ts';

/**
 * What a monitoring service is told of one step of the panel: `after` is the state it led to. Ends are read from what
 * is no longer told, not from the rows, because a duress code leaves the rows of a true one: of it only the call for
 * help goes out, and no unset, no cancel and no all-clear.
 */
export function reportsOf(
  plan: PanelPlan,
  after: PanelState,
  event: PanelEvent,
  effects: readonly PanelEffect[],
): readonly ReportWhat[] {
  const forced = isUnderThreat(event);
  const told = effects.flatMap((effect) => {
    switch (effect.type) {
      case 'record':
        return ofRow(plan, after, effect, forced);
      case 'stop-telling':
        return ofEnd(effect.alarm, effect.why, event);
      case 'check-code':
      case 'reply':
      case 'tell':
      case 'hide-telling':
      case 'walk-news':
        return [];
      default:
        return unreachable(effect);
    }
  });
  return withoutTwice(withoutLesser([...told, ...ofEvent(plan, event)]));
}

/** What the hub itself has to tell. */
export function hubReport(kind: 'restart' | 'test-manual', text: string | null): ReportWhat {
  return { ...NOTHING, kind, text };
}

/**
 * Trouble of the hub itself that a start has forgotten, because it is found anew if it still holds: told as over.
 * `before` is the saved state.
 */
export function forgottenFaults(before: PanelState, after: PanelState): readonly ReportWhat[] {
  const gone = before.faults.filter((fault) => !after.faults.includes(fault));
  return gone.flatMap((fault) => ofFault({ fault }, 'restore'));
}

const NOTHING = { is: 'new', alarm: null, zone: null, by: null, text: null, silent: false } as const;

const isUnderThreat = (event: PanelEvent): boolean =>
  (event.type === 'code-verified' && event.duress) ||
  (event.type === 'ordered' && event.order.vouched?.duress === true);

/** Lost while the panel is set, the mains is told of as cut. */
function withoutLesser(all: readonly ReportWhat[]): readonly ReportWhat[] {
  const isCut = all.some(({ kind, is }) => kind === 'mains-cut' && is === 'new');
  return isCut ? all.filter(({ kind }) => kind !== 'mains-lost') : all;
}

/** A door that was forced starts its entry delay in the same step: one report, the first. */
function withoutTwice(all: readonly ReportWhat[]): readonly ReportWhat[] {
  const isSame = (one: ReportWhat, other: ReportWhat): boolean =>
    other.kind === one.kind &&
    other.is === one.is &&
    other.zone === one.zone &&
    (one.zone !== null || other.text === one.text);
  return all.filter((one, index) => all.findIndex((other) => isSame(one, other)) === index);
}

// ---- rows ----------------------------------------------------------------------------------------------------------

type Data = RecordEffect['data'];

const textIn = (data: Data, key: string): string | null => {
  const value: Json | undefined = data[key];
  return typeof value === 'string' ? value : null;
};
const zoneIn = (data: Data, key = 'zone'): ZoneId | null => textIn(data, key) as ZoneId | null;
const alarmIn = (data: Data): AlarmId | null => textIn(data, 'alarm') as AlarmId | null;
const zonesIn = (data: Data, key: string): readonly ZoneId[] => {
  const value: Json | undefined = data[key];
  return Array.isArray(value) ? value.filter((one) => typeof one === 'string').map((one) => one as ZoneId) : [];
};

function ofRow(plan: PanelPlan, after: PanelState, effect: RecordEffect, forced: boolean): readonly ReportWhat[] {
  const { row, data, audience } = effect;
  const silent = audience === 'sealed';
  switch (row) {
    case 'alarm-raised':
      return ofAlarm(plan, data, silent);
    case 'alarm-renewed':
      return ofRenewal(after, data, silent);
    case 'alarm-zone':
      return ofLaterZone(plan, after, data, silent);
    case 'armed':
      return ofSetting(data);
    case 'arming':
    case 'siren-time-over':
      return ofBypass(data);
    case 'disarmed':
      return forced ? [] : ofUnset(plan, data);
    case 'entry-started':
      return [{ ...NOTHING, kind: 'pre-alert', zone: zoneIn(data) }];
    case 'forced-entry':
      return [{ ...NOTHING, kind: 'pre-alert', zone: zoneIn(data), text: 'forced' }];
    case 'entry-without-mains':
      return [{ ...NOTHING, kind: 'pre-alert', zone: zoneIn(data), text: AFTER_MAINS_LOSS }];
    case 'mains-back':
      return [{ ...NOTHING, kind: 'mains-cut', is: 'restore', zone: zoneIn(data), text: WHILE_SET }];
    case 'bypass-ended':
      return [{ ...NOTHING, kind: 'bypass', is: 'restore', zone: zoneIn(data) }];
    case 'locked-out':
      return [{ ...NOTHING, kind: 'lockout' }];
    case 'fault':
      return isTried(after, data) ? [] : ofFault(data, 'new');
    case 'fault-cleared':
      return isTried(after, data) ? [] : ofFault(data, 'restore');
    case 'jamming':
      return [{ ...NOTHING, kind: 'jamming', text: textIn(data, 'radio') }];
    default:
      return [];
  }
}

const OF_ZONE: Readonly<Record<ZoneType, ReportKind>> = {
  entry: 'entry-route',
  perimeter: 'perimeter',
  tremor: 'perimeter',
  interior: 'interior',
  panic: 'personal-audible',
  tamper: 'zone-tamper',
  fire: 'fire',
  technical: 'technical',
  mains: 'mains-cut',
  hub_battery: 'hub-battery-low',
  notice: 'alarm-other',
  chime: 'alarm-other',
};

function ofAlarm(plan: PanelPlan, data: Data, silent: boolean): readonly ReportWhat[] {
  const kind = textIn(data, 'kind');
  const about = { ...NOTHING, alarm: alarmIn(data), silent };
  const zones = zonesIn(data, 'zones');
  const first = zones[0] ?? null;
  switch (kind) {
    case 'personal':
      return [{ ...about, kind: silent ? 'personal-silent' : 'personal-audible', zone: first }];
    case 'duress':
      return [{ ...about, kind: 'duress' }];
    case 'intruder':
      if (first === null) return [{ ...about, kind: 'alarm-other' }];
      return zones.map((zone) => ({ ...about, kind: intruderKind(plan, zone), zone }));
    case 'tamper':
      return zones.map((zone) => ({ ...about, kind: 'zone-tamper', zone }));
    case 'fire':
      return zones.map((zone) => ({ ...about, kind: 'fire', zone }));
    case 'fault':
      return zones.map((zone) => ({ ...about, ...faultKind(plan, zone), zone }));
    default:
      return [{ ...about, kind: 'alarm-other', zone: first, text: kind }];
  }
}

const faultKind = (plan: PanelPlan, zone: ZoneId): Pick<ReportWhat, 'kind' | 'text'> =>
  plan.zones.get(zone)?.type === 'mains' ? { kind: 'mains-cut', text: WHILE_SET } : { kind: 'technical', text: null };

function intruderKind(plan: PanelPlan, zone: ZoneId): ReportKind {
  const type = plan.zones.get(zone)?.type;
  return type === undefined ? 'alarm-other' : OF_ZONE[type];
}

/** Somebody called for help again, or gave the duress code again. */
function ofRenewal(after: PanelState, data: Data, silent: boolean): readonly ReportWhat[] {
  const alarm = alarmOf(after, alarmIn(data));
  const about = { ...NOTHING, alarm: alarmIn(data), silent };
  if (textIn(data, 'kind') === 'duress') return [{ ...about, kind: 'duress' }];
  const kind = alarm?.silent === false ? 'personal-audible' : 'personal-silent';
  return [{ ...about, kind, zone: alarm?.zones[0] ?? null }];
}

/** A second detector makes an intruder a confirmed one; a third adds nothing to that. */
function ofLaterZone(plan: PanelPlan, after: PanelState, data: Data, silent: boolean): readonly ReportWhat[] {
  const alarm = alarmOf(after, alarmIn(data));
  const zone = zoneIn(data);
  if (alarm === undefined || zone === null) return [];
  const one = ofAlarm(plan, { alarm: alarm.id, kind: alarm.kind, zones: [zone] }, silent);
  const confirms = alarm.kind === 'intruder' && alarm.zones.length > 1;
  return confirms ? [...one, { ...NOTHING, alarm: alarm.id, kind: 'confirmed', zone, silent }] : one;
}

const alarmOf = (state: PanelState, id: AlarmId | null): Alarm | undefined =>
  state.alarms.find((alarm) => alarm.id === id);

function ofSetting(data: Data): readonly ReportWhat[] {
  const kind = textIn(data, 'mode') === 'away' ? 'set' : 'part-set';
  return [{ ...NOTHING, kind, by: textIn(data, 'by') }, ...ofBypass(data)];
}

const ofBypass = (data: Data): readonly ReportWhat[] =>
  zonesIn(data, 'bypassed').map((zone) => ({ ...NOTHING, kind: 'bypass', zone }));

/**
 * Whoever came in had the right to: what was told of their coming is taken back first. Like every end by a code it
 * leaves no row that can be read on site, where its absence would tell of a code under threat.
 */
function ofUnset(plan: PanelPlan, data: Data): readonly ReportWhat[] {
  const entries = [...plan.zones.values()].filter(({ type }) => type === 'entry' || type === 'interior');
  const back = entries.map(
    ({ id }): ReportWhat => ({ ...NOTHING, kind: 'pre-alert', is: 'restore', zone: id, silent: true }),
  );
  return [...back, { ...NOTHING, kind: 'unset', by: textIn(data, 'by'), silent: true }];
}

const FAULTS: Readonly<Record<string, ReportKind>> = {
  lost: 'supervision-lost',
  battery_low: 'battery-low',
  tamper: 'zone-tamper',
  technical: 'technical',
  path: 'path-lost',
  jamming: 'jamming',
  mains_lost: 'mains-lost',
  hub_battery_low: 'hub-battery-low',
  hub_tamper: 'hub-tamper',
};
/** Notices for who lives there, kept among the faults; no trouble that a service could do anything about. */
const NOT_REPORTED: readonly string[] = ['review_due'];
const OF_DEVICES: readonly string[] = ['lost', 'battery_low', 'tamper', 'technical'];

/** A case that somebody opens in a walk test. One that is left open is told when the test ends, as the alarm it is then. */
const isTried = ({ walk }: PanelState, data: Data): boolean =>
  walk?.lids.some((device) => textIn(data, 'fault') === `tamper:${device}`) === true;

/** `what:whose`. What has no word of its own goes as trouble, under the name it has here. */
function ofFault(data: Data, is: 'new' | 'restore'): readonly ReportWhat[] {
  const fault = textIn(data, 'fault') ?? '';
  const [name = '', ...rest] = fault.split(':');
  const whose = rest.join(':');
  if (NOT_REPORTED.includes(name)) return [];
  // The alarm that comes with it says so already; of jamming a row of its own tells, as soon as the panel is set.
  if ((name === 'technical' || name === 'jamming') && is === 'new') return [];
  const kind = FAULTS[name] ?? 'trouble-other';
  if (OF_DEVICES.includes(name)) return [{ ...NOTHING, kind, is, zone: whose as ZoneId }];
  return [{ ...NOTHING, kind, is, text: kind === 'trouble-other' ? fault : whose || null }];
}

// ---- ends ----------------------------------------------------------------------------------------------------------

function ofEnd(alarm: Alarm, why: 'code' | 'closure' | 'expired', event: PanelEvent): readonly ReportWhat[] {
  const silent = alarm.silent || alarm.hidden;
  const about = { ...NOTHING, alarm: alarm.id, silent };
  switch (why) {
    case 'code':
      return [{ ...about, kind: 'cancel', by: byOf(event), silent: true }];
    case 'closure':
      return [{ ...about, kind: 'cancel', text: 'closed', silent: true }];
    case 'expired':
      return [{ ...about, kind: 'expired', text: 'not ended in 24 h' }];
    default:
      return unreachable(why);
  }
}

function byOf(event: PanelEvent): string | null {
  if (event.type === 'code-verified') return event.person.id;
  return event.type === 'ordered' ? (event.order.vouched?.person.id ?? null) : null;
}

/** What can stand open has closed again; that a detector is at rest says nothing. */
function ofEvent(plan: PanelPlan, event: PanelEvent): readonly ReportWhat[] {
  if (event.type !== 'zone-closed') return [];
  const zone = plan.zones.get(event.zone);
  // Of its supplies the hub tells when they have been back for a while.
  if (zone === undefined || zone.type === 'mains' || zone.type === 'hub_battery') return [];
  if (!(zone.standing || zone.type === 'fire' || zone.type === 'tamper')) return [];
  return [{ ...NOTHING, kind: OF_ZONE[zone.type], is: 'restore', zone: zone.id }];
}
