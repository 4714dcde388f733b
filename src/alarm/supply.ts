import type { ZoneId } from '../base/brand.ts';
import { after, between, type Instant, isDue, minutes, seconds, sooner } from '../base/time.ts';
import { join, raise, shownAlarms } from './alarms.ts';
import { addFault, clearFault } from './faults.ts';
import type { PanelPlan, ZonePlan } from './plan.ts';
import type { PanelState, Supply } from './state.ts';
import { change, record, type Step } from './step.ts';

// What the hub itself lives on: the mains, and the battery behind it. Lost while nothing is set it is a fault. Lost while
// the panel is set it may be the beginning of a break-in, and is told as one: silently, since a siren for every power cut
// teaches a street not to listen. Whoever pulls a plug again and again is told of once.

/** Shorter is a dip, or a plug that was moved. */
const LOSS = seconds(5);
/** A network that has tripped is put back on, and may trip again at once; what has come back must have stayed. */
const RETURN = seconds(30);
/** Who cuts the power comes in soon after. */
const HASTE = minutes(10);
/** Lost again so soon it is the same threat: logged, and not told to people again. */
const SAME_THREAT = minutes(15);

type SupplyType = 'mains' | 'hub_battery';
const FAULTS: Readonly<Record<SupplyType, string>> = { mains: 'mains_lost', hub_battery: 'hub_battery_low' };

export const isSupply = (zone: ZonePlan): zone is ZonePlan & { readonly type: SupplyType } =>
  zone.type === 'mains' || zone.type === 'hub_battery';

/** Faults that last over a restart, because what they rest on does. */
export const faultsOf = (plan: PanelPlan, supplies: PanelState['supplies']): readonly string[] =>
  failedZones(plan, supplies).map((zone) => FAULTS[zone.type]);

/** Its contact opened, or was found open: it counts once it has lasted. */
export function onSupplyGone(plan: PanelPlan, step: Step, zone: ZonePlan, now: Instant): Step {
  const settled = settleSupplies(plan, step, now);
  const before = settled.state.supplies[zone.id];
  if (before === undefined) return put(settled, zone.id, { is: 'failing', until: after(now, LOSS) });
  return before.is === 'failed' && before.backAt !== null
    ? put(settled, zone.id, { ...before, backAt: null })
    : settled;
}

export function onSupplyBack(plan: PanelPlan, step: Step, zone: ZonePlan, now: Instant): Step {
  const settled = settleSupplies(plan, step, now);
  const before = settled.state.supplies[zone.id];
  if (before === undefined) return settled;
  if (before.is === 'failing') return drop(settled, zone.id);
  return before.backAt === null ? put(settled, zone.id, { ...before, backAt: after(now, RETURN) }) : settled;
}

/** What has lasted long enough counts now. */
export function settleSupplies(plan: PanelPlan, step: Step, now: Instant): Step {
  return [...plan.zones.values()].filter(isSupply).reduce((next, zone) => {
    const supply = next.state.supplies[zone.id];
    if (supply?.is === 'failing' && isDue(supply.until, now)) return fail(next, plan, zone, now);
    const isBack = supply?.is === 'failed' && supply.backAt !== null && isDue(supply.backAt, now);
    return isBack ? restore(next, plan, zone) : next;
  }, step);
}

export function supplyDeadline({ supplies }: PanelState): Instant | null {
  return Object.values(supplies).reduce<Instant | null>(
    (first, supply) => sooner(first, supply.is === 'failing' ? supply.until : supply.backAt),
    null,
  );
}

/** After a start each has to say anew how it is; what counted as lost stays lost until it does. */
export function restartedSupplies(plan: PanelPlan, supplies: PanelState['supplies']): PanelState['supplies'] {
  const failed = failedZones(plan, supplies).map(({ id }) => [id, { ...supplies[id], backAt: null }]);
  return Object.fromEntries(failed) as PanelState['supplies'];
}

/** The mains went while the panel was set, a short while ago, and has not come back. */
export function isCutOff(plan: PanelPlan, { supplies }: PanelState, now: Instant): boolean {
  return failedZones(plan, supplies).some(({ id, type }) => {
    const supply = supplies[id];
    return type === 'mains' && supply?.is === 'failed' && supply.found === 'set' && between(supply.since, now) <= HASTE;
  });
}

function failedZones(plan: PanelPlan, supplies: PanelState['supplies']) {
  return [...plan.zones.values()].filter(isSupply).filter(({ id }) => supplies[id]?.is === 'failed');
}

function fail(step: Step, plan: PanelPlan, zone: ZonePlan & { readonly type: SupplyType }, now: Instant): Step {
  const found = step.state.set === null ? 'unset' : 'set';
  const failed = put(step, zone.id, { is: 'failed', since: now, found, backAt: null });
  const noted = addFault(failed, FAULTS[zone.type]);
  if (zone.type !== 'mains') return noted;
  const told = record(noted, 'mains-lost', { zone: zone.id });
  return found === 'set' ? threaten(plan, told, zone.id, now) : told;
}

/** Its alarm stays open when the mains is back: somebody has to look who cut it. */
function threaten(plan: PanelPlan, step: Step, zone: ZoneId, now: Instant): Step {
  const open = shownAlarms(step.state).findLast(
    (alarm) => alarm.kind === 'fault' && alarm.zones.includes(zone) && between(alarm.since, now) <= SAME_THREAT,
  );
  return open === undefined ? raise(plan, step, 'fault', [zone], 'shown', now) : join(step, open, zone);
}

function restore(step: Step, plan: PanelPlan, zone: ZonePlan & { readonly type: SupplyType }): Step {
  const back = drop(step, zone.id);
  const noted = zone.type === 'mains' ? record(back, 'mains-back', { zone: zone.id }) : back;
  const left = faultsOf(plan, noted.state.supplies);
  return left.includes(FAULTS[zone.type]) ? noted : clearFault(noted, FAULTS[zone.type]);
}

const put = (step: Step, zone: ZoneId, supply: Supply): Step =>
  change(step, { supplies: { ...step.state.supplies, [zone]: supply } });

function drop(step: Step, zone: ZoneId): Step {
  const { [zone]: _, ...supplies } = step.state.supplies;
  return change(step, { supplies });
}
