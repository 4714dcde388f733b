import type { PanelState } from '../alarm/state.ts';
import { viewOf } from '../alarm/view.ts';
import type { ZoneId } from '../base/brand.ts';
import type { Instant } from '../base/time.ts';
import type { DeviceState } from '../zone/state.ts';
import type { HubPlan } from './plan.ts';
import type { Outgoing } from './ports.ts';
import type { Topics } from './topics.ts';
import type { Wall } from './wall.ts';
import { attributesJson, sameZone, type ZoneShown, zoneJson, zoneShown } from './wire.ts';

/** The retained topics: what they say, and saying it only when it changes. */
export interface Showing {
  /** This device's state changed; its zone may have to be shown anew. */
  touched(device: number): void;
  touchedAll(): void;
  /** What is to be shown as things stand now, taken down to leave later. */
  take(panel: PanelState, devices: readonly DeviceState[], now: Instant): () => void;
  state(topic: string, payload: string): void;
}

export function createShowing(
  plan: HubPlan,
  topics: Topics,
  wall: Wall,
  publish: (message: Outgoing) => void,
): Showing {
  const said = new Map<string, string>();
  const zones = new Map<ZoneId, ZoneShown>();
  const toShow = new Set<number>();
  let bypassed: PanelState['bypassed'] | null = null;

  function state(topic: string, payload: string): void {
    if (said.get(topic) === payload) return;
    said.set(topic, payload);
    publish({ topic, payload, retain: true });
  }

  function touchedAll(): void {
    for (const index of plan.devices.keys()) toShow.add(index);
  }

  function changedZones(panel: PanelState, devices: readonly DeviceState[], now: Instant): [string, string][] {
    const changed: [string, string][] = [];
    for (const index of toShow) {
      const sensing = plan.devices[index]?.sensing.zone ?? null;
      const device = devices[index];
      if (sensing === null || device === undefined) continue;
      const next = zoneShown(sensing, device, panel.bypassed);
      if (sameZone(zones.get(sensing.id), next)) continue;
      zones.set(sensing.id, next);
      changed.push([topics.zone(sensing.id), zoneJson(next, wall.iso(now))]);
    }
    toShow.clear();
    return changed;
  }

  return {
    touched: (device) => toShow.add(device),
    touchedAll,
    state,
    take(panel, devices, now) {
      if (panel.bypassed !== bypassed) touchedAll();
      bypassed = panel.bypassed;
      const view = viewOf(plan.panel, panel);
      const attributes = attributesJson(view, wall.iso);
      const changed = changedZones(panel, devices, now);
      return () => {
        state(topics.attributes, attributes);
        state(topics.state, view.phase);
        for (const [topic, payload] of changed) state(topic, payload);
      };
    },
  };
}
