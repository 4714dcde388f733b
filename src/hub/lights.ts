import { shownAlarms } from '../alarm/alarms.ts';
import type { PanelState } from '../alarm/state.ts';
import type { DeviceId, OutputId } from '../base/brand.ts';
import type { Instant } from '../base/time.ts';
import type { LightingEvent } from '../lighting/events.ts';
import { deadline, illuminate } from '../lighting/illuminate.ts';
import type { LightingPlan } from '../lighting/plan.ts';
import type { LightingState } from '../lighting/state.ts';
import type { Signals, TripSignal } from '../sense/signals.ts';
import type { Delivery } from '../zone/observe.ts';
import type { SensingPlan } from '../zone/plan.ts';
import type { SavedParts } from './ports.ts';

/** The lighting room with what it hears and orders. Nothing here waits for the disk, and nothing makes a row. */
export interface Lights {
  take(event: LightingEvent, now: Instant): void;
  /** What a device said, as far as it can light anything. */
  heard(device: DeviceId, zone: SensingPlan | null, said: Heard, now: Instant): void;
  /** Takes over what may be seen on site of the alarms. */
  follow(panel: PanelState, now: Instant): void;
  /** As far as is known it is on. */
  isOn(light: OutputId): boolean;
  deadline(): Instant | null;
  /** `lasting`: a light was switched, and a start must know whose doing it was. */
  unsaved(): 'lasting' | 'passing' | 'nothing';
  /** What changed since the last time, by its name in the journal. */
  toSave(): SavedParts;
}

export interface Heard {
  readonly signals: Signals;
  readonly pulses: readonly TripSignal[];
  readonly delivery: Delivery;
}

export interface LightsNeeds {
  readonly plan: LightingPlan;
  readonly from: LightingState;
  readonly order: (light: OutputId, to: 'on' | 'off', now: Instant) => void;
  /** Something may be waiting now. */
  readonly wake: (at: Instant | null) => void;
}

export function createLights({ plan, from, order, wake }: LightsNeeds): Lights {
  const detectors = new Set(plan.rules.flatMap(({ motion }) => motion));
  let state = from;
  let unsaved: 'lasting' | 'passing' | 'nothing' = 'nothing';
  let shown: 'sounding' | 'open' | 'none' = 'none';

  function take(event: LightingEvent, now: Instant): void {
    const step = illuminate(plan, state, event, now);
    if (step.state === state) return;
    state = step.state;
    if (unsaved !== 'lasting') unsaved = step.effects.length > 0 ? 'lasting' : 'passing';
    for (const { light, to } of step.effects) order(light, to, now);
    wake(deadline(state));
  }

  return {
    take,
    heard(device, zone, { signals, pulses, delivery }, now) {
      const { motion } = signals;
      if (motion === undefined || !detectors.has(device)) return;
      // A stored motion is long over, and what comes with a silent press must not be seen.
      if (delivery !== 'live' || (signals.button !== undefined && zone?.silentPress)) return;
      const on = pulses.includes('motion') ? 'once' : 'on';
      take({ type: 'motion', device, is: motion ? on : 'over' }, now);
    },
    follow(panel, now) {
      const open = shownAlarms(panel).length > 0 ? 'open' : 'none';
      const is = panel.sounding === null ? open : 'sounding';
      if (is === shown) return;
      shown = is;
      take({ type: 'alarm', is }, now);
    },
    isOn: (light) => state.lights[light]?.is === 'on',
    deadline: () => deadline(state),
    unsaved: () => unsaved,
    toSave() {
      if (unsaved === 'nothing') return {};
      unsaved = 'nothing';
      return { lighting: JSON.stringify(state) };
    },
  };
}
