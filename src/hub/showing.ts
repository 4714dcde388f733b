import { shownAlarms } from '../alarm/alarms.ts';
import type { PanelState } from '../alarm/state.ts';
import { phaseOf, viewOf } from '../alarm/view.ts';
import type { AlarmId, OutputId, ZoneId } from '../base/brand.ts';
import type { Instant } from '../base/time.ts';
import type { DeviceState } from '../zone/state.ts';
import type { HubPlan } from './plan.ts';
import type { LocalNews, LocalTelling, LocalView, Outgoing, ZoneView } from './ports.ts';
import type { Topics } from './topics.ts';
import type { Wall } from './wall.ts';
import { alarmShown, attributesOf, sameZone, type ZoneShown, zoneShown } from './wire.ts';

/** The local view: what the retained topics say, saying it only when it changes, and the same for the window. */
export interface Showing {
  /** This device's state changed; its zone may have to be shown anew. */
  touched(device: number): void;
  touchedAll(): void;
  /** What is to be shown as things stand now, taken down to leave later. */
  take(panel: PanelState, devices: readonly DeviceState[], now: Instant): () => void;
  output(id: OutputId, state: 'on' | 'off'): void;
  /** As last told. */
  view(): LocalView;
  /** Of the alarms in the view, as last told. */
  tellings(): readonly LocalTelling[];
}

export interface ShowingNeeds {
  readonly plan: HubPlan;
  readonly topics: Topics;
  readonly wall: Wall;
  readonly publish: (message: Outgoing) => void;
  readonly tell: (news: LocalNews) => void;
  /** Whom this alarm is told to as things stand now. It is asked of no alarm but those that may be seen on site. */
  readonly reach: (alarm: AlarmId) => LocalTelling['contacts'];
  /** What is shown until the first `take`. */
  readonly from: PanelState;
}

type PanelPart = Pick<LocalView, 'state' | 'attributes' | 'alarms' | 'installerUntil' | 'walkUntil'>;

export function createShowing({ plan, topics, wall, publish, tell, reach, from }: ShowingNeeds): Showing {
  const said = new Map<string, string>();
  const zones = new Map<ZoneId, ZoneShown>();
  const toShow = new Set<number>();
  let bypassed: PanelState['bypassed'] | null = null;
  let view: LocalView = { ...panelPart(from), zones: {}, outputs: {} };
  let tellings: readonly LocalTelling[] = [];

  /** False: it said that already. */
  function say(topic: string, payload: string): boolean {
    if (said.get(topic) === payload) return false;
    said.set(topic, payload);
    publish({ topic, payload, retain: true });
    return true;
  }

  function panelPart(panel: PanelState): PanelPart {
    const { installer, walk } = panel;
    return {
      state: phaseOf(panel),
      attributes: attributesOf(viewOf(plan.panel, panel), wall.iso),
      alarms: shownAlarms(panel).map((alarm) => alarmShown(alarm, wall.iso)),
      installerUntil: installer === null ? null : wall.iso(installer.until),
      walkUntil: walk === null ? null : wall.iso(walk.until),
    };
  }

  function showPanel(part: PanelPart): void {
    const before = JSON.stringify(besideTopics(view));
    view = { ...view, ...part };
    const attributes = say(topics.attributes, JSON.stringify(part.attributes));
    const state = say(topics.state, part.state);
    const rest = before !== JSON.stringify(besideTopics(part));
    if (attributes || state || rest) tell({ type: 'panel' });
  }

  function showTellings(next: readonly LocalTelling[]): void {
    if (JSON.stringify(tellings) === JSON.stringify(next)) return;
    tellings = next;
    tell({ type: 'telling' });
  }

  function showZone(zone: ZoneId, shown: ZoneView): void {
    view = { ...view, zones: { ...view.zones, [zone]: shown } };
    if (say(topics.zone(zone), JSON.stringify(shown))) tell({ type: 'zone', zone });
  }

  function touchedAll(): void {
    for (const index of plan.devices.keys()) toShow.add(index);
  }

  function changedZones(panel: PanelState, devices: readonly DeviceState[], now: Instant): [ZoneId, ZoneView][] {
    const changed: [ZoneId, ZoneView][] = [];
    for (const index of toShow) {
      const sensing = plan.devices[index]?.sensing.zone ?? null;
      const device = devices[index];
      if (sensing === null || device === undefined) continue;
      const next = zoneShown(sensing, device, panel.bypassed);
      if (sameZone(zones.get(sensing.id), next)) continue;
      zones.set(sensing.id, next);
      changed.push([sensing.id, { ...next, at: wall.iso(now) }]);
    }
    toShow.clear();
    return changed;
  }

  return {
    touched: (device) => toShow.add(device),
    touchedAll,
    output(id, state) {
      view = { ...view, outputs: { ...view.outputs, [id]: state } };
      if (say(topics.output(id), state)) tell({ type: 'output', output: id });
    },
    view: () => view,
    tellings: () => tellings,
    take(panel, devices, now) {
      if (panel.bypassed !== bypassed) touchedAll();
      bypassed = panel.bypassed;
      const part = panelPart(panel);
      const told = shownAlarms(panel).map(({ id }) => ({ alarm: id, contacts: reach(id) }));
      const changed = changedZones(panel, devices, now);
      return () => {
        showPanel(part);
        showTellings(told);
        for (const [zone, shown] of changed) showZone(zone, shown);
      };
    },
  };
}

/** What of the panel no retained topic says. */
const besideTopics = ({ alarms, installerUntil, walkUntil }: PanelPart) => [alarms, installerUntil, walkUntil];
